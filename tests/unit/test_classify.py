"""Classes hold (lower, upper], and the legend's counts are those of the map."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from geo import classify

quick = settings(derandomize=True, max_examples=80, deadline=None)
tenths = st.integers(0, 1000).map(lambda n: n / 10)


def test_quantiles_by_hand() -> None:
    values = np.array([1.0, 2, 3, 4, 5, 6, 7, 8, 9, 10, np.nan])
    found = classify.breaks(values, "quantile")
    assert found == classify.Breaks((2, 4, 6, 8), (2, 2, 2, 2, 2), 1, 1, 10)


def test_a_value_on_a_limit_is_in_the_lower_class() -> None:
    found = classify.classify(np.array([0.0, 2, 2.04, 2.06, 4, 9, np.nan]), (2.0, 4.0))
    assert found.tolist() == [0, 0, 0, 1, 1, 2, -1]


def test_national_limits_are_of_all_areas() -> None:
    england = np.arange(1.0, 101)
    found = classify.breaks(np.array([10.0, 20, 21, 100]), "national", national=england)
    assert found.upper == (20, 40, 60, 80)
    assert found.counts == (2, 1, 0, 0, 1)


def test_natural_breaks_follow_the_gaps() -> None:
    groups = [np.full(9, base) + np.arange(9) / 10 for base in (0.0, 10, 20, 30, 40)]
    found = classify.breaks(np.concatenate(groups), "natural")
    assert found.counts == (9, 9, 9, 9, 9)


def test_natural_breaks_of_thousands_are_the_same_each_time() -> None:
    values = np.random.default_rng(1).gamma(2, 10, 6856)
    first = classify.breaks(values, "natural")
    assert first == classify.breaks(values[::-1].copy(), "natural")
    assert sum(first.counts) == 6856


@pytest.mark.parametrize("scheme", ["national", "quantile", "natural"])
def test_no_value_is_no_class(scheme: classify.Scheme) -> None:
    found = classify.breaks(np.full(3, np.nan), scheme, national=np.full(2, np.nan))
    assert (found.upper, found.counts, found.missing) == ((), (0,), 3)


@pytest.mark.parametrize("scheme", ["national", "quantile", "natural"])
def test_one_value_everywhere_is_one_class(scheme: classify.Scheme) -> None:
    found = classify.breaks(np.full(7, 3.0), scheme, national=np.full(9, 3.0))
    assert (found.upper, found.counts) == ((), (7,))


@quick
@given(st.lists(st.integers(0, 10_000), min_size=5, max_size=120, unique=True))
def test_quantile_classes_differ_by_at_most_one(whole: list[int]) -> None:
    found = classify.breaks(np.array(whole) / 10, "quantile")
    assert len(found.counts) == 5
    assert max(found.counts) - min(found.counts) <= 1


@quick
@given(
    hnp.arrays(np.float64, st.integers(1, 60), elements=st.floats(0, 100) | st.just(np.nan)),
    hnp.arrays(np.float64, st.integers(1, 60), elements=st.floats(0, 100)),
    st.sampled_from(["national", "quantile", "natural"]),
    st.integers(0, 3),
)
def test_the_map_agrees_with_the_legend(
    values: np.ndarray, england: np.ndarray, scheme: classify.Scheme, decimals: int
) -> None:
    assume(not np.isnan(values).all())
    found = classify.breaks(values, scheme, national=england, decimals=decimals)
    which = classify.classify(values, found.upper, decimals)
    counts = np.bincount(which[which >= 0], minlength=len(found.upper) + 1)
    assert tuple(counts) == found.counts
    assert found.missing == np.isnan(values).sum() == (which == -1).sum()
    assert list(found.upper) == sorted(set(found.upper))
    limits = [-np.inf, *found.upper, np.inf]
    printed = np.round(values, decimals)
    for n in range(len(found.counts)):
        inside = printed[which == n]
        assert ((inside > limits[n]) & (inside <= limits[n + 1])).all()


@quick
@given(hnp.arrays(np.float64, st.integers(1, 40), elements=tenths))
def test_quantile_limits_do_not_depend_on_order(values: np.ndarray) -> None:
    assert classify.breaks(values, "quantile") == classify.breaks(values[::-1].copy(), "quantile")
