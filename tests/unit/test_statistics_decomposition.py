"""What small areas contribute adds up to the inequality of their groups."""

import doctest

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.statistics import decomposition
from data.statistics.decomposition import contributions
from data.statistics.errors import StatisticsError
from data.statistics.inequality import extremes, slope_index

quick = settings(derandomize=True, max_examples=60, deadline=None)


def areas(seed: int, groups: int = 10, count: int = 120) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(seed)
    return (
        rng.uniform(0, 40, count),
        rng.uniform(500, 3000, count),
        np.concatenate([np.arange(groups), rng.integers(0, groups, count - groups)]),
    )


def of_groups(value, people, group) -> tuple[np.ndarray, np.ndarray]:
    kept = ~np.isnan(value) & (people > 0)
    total = np.bincount(group[kept], people[kept])
    with np.errstate(invalid="ignore"):
        return np.bincount(group[kept], (value * people)[kept]) / total, total


def test_examples_in_the_docstrings_hold() -> None:
    found = doctest.testmod(decomposition)
    assert found.attempted and not found.failed


@quick
@given(st.integers(0, 10_000), st.integers(5, 10))
def test_contributions_add_up_to_the_slope_index_and_to_the_gap(seed, groups) -> None:
    value, people, group = areas(seed, groups)
    group_value, group_people = of_groups(value, people, group)
    slope = contributions(value, people, group)
    assert slope.sum() == pytest.approx(slope_index(group_value, group_people).sii, abs=1e-9)
    gap = contributions(value, people, group, measure="gap")
    assert gap.sum() == pytest.approx(extremes(group_value).gap, abs=1e-9)


def test_missing_figures_and_empty_groups_contribute_nothing() -> None:
    value, people, group = areas(1)
    value[::7] = np.nan
    people[1::9] = 0
    people[2::31] = np.nan
    value[group == 9] = np.nan  # the least deprived group that is left is the ninth
    for measure in ("slope", "gap"):
        found = contributions(value, people, group, measure=measure)
        out = np.isnan(value) | ~(people > 0)
        assert out.any() and not found[out].any()
        kept = contributions(value[~out], people[~out], group[~out], measure=measure)
        assert found[~out] == pytest.approx(kept)
    group_value, group_people = of_groups(value, people, group)
    assert contributions(value, people, group).sum() == pytest.approx(
        slope_index(group_value, group_people).sii, abs=1e-9
    )
    assert found.sum() == pytest.approx(extremes(group_value).gap, abs=1e-9)


def test_one_bad_area_among_equal_ones_is_what_makes_the_gap() -> None:
    value = np.full(20, 10.0)
    value[0] = 30
    found = contributions(value, np.ones(20), np.arange(20) // 2)
    assert found.sum() < 0 and found[0] > found.sum()
    assert found[0] / found.sum() > 0.9 and np.abs(found).argmax() == 0


def test_an_average_area_contributes_nothing() -> None:
    value, people, group = areas(4)
    value[5] = np.average(np.delete(value, 5), weights=np.delete(people, 5))
    assert contributions(value, people, group)[5] == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"measure": "ratio"}, "no measure 'ratio'"),
        ({"population": [-1] * 10}, "population of -1 was found"),
        ({"group": range(9)}, "do not fit"),
        ({"group": 3}, "give lists of one length"),
        ({"value": 3}, "give lists of one length"),
        ({"value": np.ones((2, 10)), "group": np.ones((2, 10))}, "give lists of one length"),
        ({"group": [-1, *range(9)]}, "not a whole number from 0"),
        ({"group": [0.5, *range(9)]}, "not a whole number from 0"),
        ({"group": [np.nan, *range(9)]}, "not a whole number from 0"),
        ({"group": [0, 1, 2, 3] * 2 + [0, 0]}, "Only 4 groups have people and a value, and 5"),
        ({"group": [3] * 10, "measure": "gap"}, "Only 1 groups have people and a value, and 2"),
        ({"value": [], "population": [], "group": []}, "Only 0 groups have people"),
    ],
)
def test_bad_input_gets_a_sentence(given, says) -> None:
    usual = {"value": np.arange(10.0), "population": [1] * 10, "group": range(10)}
    with pytest.raises(StatisticsError, match=says):
        contributions(**{**usual, **given})
