"""Quantile groups and weighted summaries."""

import doctest

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PHStatsMethods import ph_quantile
from statsmodels.stats.weightstats import DescrStatsW

from data.statistics import quantiles
from data.statistics.errors import StatisticsError
from data.statistics.quantiles import (
    quantile_groups,
    weighted_mean,
    weighted_quantile,
    weighted_variance,
)

quick = settings(derandomize=True, max_examples=100, deadline=None)
pairs = st.lists(
    st.tuples(st.integers(-1000, 1000), st.integers(0, 50)), min_size=1, max_size=40
).filter(lambda rows: any(w for _, w in rows))


def test_examples_in_the_docstrings_hold() -> None:
    found = doctest.testmod(quantiles)
    assert found.attempted >= 4
    assert found.failed == 0


@quick
@given(
    st.lists(st.integers(-(10**6), 10**6), min_size=10, max_size=200, unique=True),
    st.integers(1, 10),
    st.booleans(),
)
def test_without_ties_sizes_differ_by_at_most_one_and_groups_follow_the_values(
    values: list[int], groups: int, highest_first: bool
) -> None:
    found = quantile_groups(values, groups, highest_first=highest_first)
    sizes = np.bincount(found, minlength=groups + 1)
    assert sizes[0] == 0
    assert sizes[1:].max() - sizes[1:].min() <= 1
    step = np.diff(found[np.argsort(values)])
    assert ((step <= 0) if highest_first else (step >= 0)).all()


@quick
@given(st.lists(st.integers(0, 12), min_size=10, max_size=80), st.integers(2, 5))
def test_equal_values_share_the_group_of_the_first_of_them(values: list[int], groups: int) -> None:
    if len(set(values)) < groups:
        with pytest.raises(StatisticsError, match="too few"):
            quantile_groups(values, groups)
        return
    found = quantile_groups(values, groups)
    for value in set(values):
        below = sum(v < value for v in values)
        first = int(np.ceil((below + 1) * groups / len(values)))
        assert set(found[np.array(values) == value].tolist()) == {first}


def test_a_long_tie_leaves_the_next_group_empty() -> None:
    assert quantile_groups([1, 1, 1, 1, 2, 3], 3).tolist() == [1, 1, 1, 1, 3, 3]


def test_deciles_have_the_sizes_of_those_published() -> None:
    """English Indices of Deprivation 2025, File 7: 33,755 LSOAs, decile 1 = most deprived."""
    found = np.bincount(quantile_groups(np.arange(1, 33_756), 10))
    assert found.tolist() == [0, *[3375, 3376] * 5]


def test_missing_values_take_no_rank() -> None:
    values = [5, np.nan, 1, 4, np.nan, 2]
    assert quantile_groups(values, 2).tolist() == [2, 0, 1, 2, 0, 1]


def test_groups_agree_with_phstatsmethods_where_areas_divide_evenly() -> None:
    values = np.random.default_rng(5).permutation(200) / 7
    expected = ph_quantile(pd.DataFrame({"score": values}), "score", nquantiles=10, invert=True)
    found = quantile_groups(values, 10, highest_first=True)
    assert found.tolist() == expected["quantile"].astype(int).tolist()


def test_too_few_different_areas_are_named_in_a_sentence() -> None:
    with pytest.raises(StatisticsError, match="1 different values among 30 areas, too few for 5"):
        quantile_groups(np.full(30, 2.5), 5)
    with pytest.raises(StatisticsError, match="3 different values among 3 areas"):
        quantile_groups([1, 2, 3, np.nan, np.nan], 5)
    with pytest.raises(StatisticsError, match="2 axes where one is expected"):
        quantile_groups([[1, 2], [3, 4]], 2)
    for groups in (0, -5, 2.5):
        with pytest.raises(StatisticsError, match="a whole number of 1 or more is expected"):
            quantile_groups([1, 2, 3], groups)  # type: ignore[arg-type]


@quick
@given(pairs)
def test_weighted_mean_and_variance_agree_with_statsmodels(rows: list[tuple[int, int]]) -> None:
    x, w = np.array(rows, float).T
    expected = DescrStatsW(x, w, ddof=0)
    assert weighted_mean(x, w) == pytest.approx(expected.mean, abs=1e-9)
    assert weighted_variance(x, w) == pytest.approx(expected.var, abs=1e-6)


@quick
@given(pairs, st.floats(0, 1))
def test_a_weighted_quantile_is_the_quantile_of_the_people(
    rows: list[tuple[int, int]], q: float
) -> None:
    x, w = np.array(rows, float).T
    people = np.repeat(x, w.astype(int))
    if abs(q * len(people) - round(q * len(people))) > 1e-6 or q in (0, 1):
        expected = np.quantile(people, q, method="inverted_cdf")
        assert weighted_quantile(x, w, q) == expected


@quick
@given(pairs, st.floats(-1e3, 1e3), st.floats(0.1, 100))
def test_weights_only_count_in_proportion_and_a_shift_moves_the_mean_only(
    rows: list[tuple[int, int]], shift: float, scale: float
) -> None:
    x, w = np.array(rows, float).T
    assert weighted_mean(x + shift, scale * w) == pytest.approx(
        weighted_mean(x, w) + shift, abs=1e-6
    )
    assert weighted_variance(x + shift, scale * w) == pytest.approx(
        weighted_variance(x, w), rel=1e-6, abs=1e-6
    )


def test_an_exact_share_stays_on_its_own_value() -> None:
    weights = [0.7] * 10
    found = weighted_quantile(np.arange(1, 11), weights, np.arange(1, 11) / 10)
    assert found.tolist() == list(range(1, 11))


def test_stacks_are_summarised_along_their_axis() -> None:
    values = np.array([[1.0, 2, 3], [4, 5, np.nan]])
    weights = np.array([[1.0, 1, 2], [1, 3, 7]])
    assert weighted_mean(values, weights).tolist() == [2.25, 4.75]
    assert weighted_mean(values, weights, axis=0).tolist() == [2.5, 4.25, 3]
    assert weighted_variance(values, weights).tolist() == [0.6875, 0.1875]
    found = weighted_quantile(values, weights, [0.5, 1])
    assert found.tolist() == [[2, 5], [3, 5]]


def test_without_weight_there_is_no_summary() -> None:
    for values, weights in (([1, 2], [0, 0]), ([np.nan, 2], [1, np.nan])):
        assert np.isnan(weighted_mean(values, weights))
        assert np.isnan(weighted_variance(values, weights))
        assert np.isnan(weighted_quantile(values, weights, 0.5))


def test_a_value_of_nobody_is_never_the_quantile() -> None:
    assert weighted_quantile([1, 2, 9], [0, 5, 0], [0, 0.5, 1]).tolist() == [2, 2, 2]


def test_bad_weights_and_shares_are_named_in_a_sentence() -> None:
    with pytest.raises(StatisticsError, match="A weight of -1"):
        weighted_mean([1, 2], [1, -1])
    with pytest.raises(StatisticsError, match="no values to summarise"):
        weighted_variance([], [])
    for q in (-0.1, 1.1, 50, np.nan):
        with pytest.raises(StatisticsError, match=r"give 0\.5 for the median"):
            weighted_quantile([1, 2], [1, 1], [0.5, q])
