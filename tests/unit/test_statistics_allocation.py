"""Whole offers out of a capacity: adding up, limits, ties."""

import doctest
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.statistics import allocation
from data.statistics.allocation import allocate, allocate_in_order
from data.statistics.errors import StatisticsError

quick = settings(derandomize=True, max_examples=200, deadline=None)
areas = st.lists(
    st.tuples(st.integers(0, 40), st.floats(0, 60, allow_nan=False)), min_size=1, max_size=25
)
capacities = st.integers(0, 800)


def split(rows: Sequence[tuple[int, float]]) -> tuple[list[int], list[float]]:
    weight, eligible = zip(*rows, strict=True)
    return list(weight), list(eligible)


def exact_shares(capacity: int, weight: list[int], limit: list[int]) -> list[Fraction]:
    """Shares before they are made whole, in exact fractions, by pouring to the brim one by one."""
    share = [Fraction(0)] * len(weight)
    free = {n for n, w in enumerate(weight) if w and limit[n]}
    left = Fraction(min(capacity, sum(limit[n] for n in free)))
    while free and left:
        level = left / sum(weight[n] for n in free)
        full = {n for n in free if level * weight[n] >= limit[n]}
        for n in full or free:
            share[n] = Fraction(limit[n]) if full else level * weight[n]
        if not full:
            break
        left -= sum(limit[n] for n in full)
        free -= full
    return share


def test_examples_in_the_docstrings_hold() -> None:
    found = doctest.testmod(allocation)
    assert found.attempted >= 3
    assert found.failed == 0


@pytest.mark.parametrize(
    ("capacity", "weight", "eligible", "expected"),
    [
        # quotas 4.2, 3.5, 2.3: whole parts 4, 3, 2, and the one left to the largest remainder, .5
        (10, [42, 35, 23], [99, 99, 99], [4, 4, 2]),
        # quotas 3.33 each: three wholes of 3, and equal remainders go to the first
        (10, [1, 1, 1], [99, 99, 99], [4, 3, 3]),
        # quotas 5, 3, 2 with 2 places in the first: its 3 go to the others as 3:2 -> 4.8, 3.2
        (10, [5, 3, 2], [2, 99, 99], [2, 5, 3]),
        # two rounds: 6 of 12 to the first, which holds 1; of the 11 left 7.33 to the second, which
        # holds 5; the 6 left to the third
        (12, [6, 4, 2], [1, 5, 99], [1, 5, 6]),
        # more than there are people
        (100, [1, 2], [3.9, 4.2], [3, 4]),
        # nothing to give, nobody to give it to
        (0, [1, 2], [3, 4], [0, 0]),
        (5, [1, 2], [0, 0.99], [0, 0]),
        (5, [], [], []),
        # weight 0: nothing while another has room, then in proportion to those eligible
        (5, [1, 0, 0], [9, 9, 9], [5, 0, 0]),
        (9, [1, 0, 0], [3, 8, 4], [3, 4, 2]),
        (7, [0, 0], [9, 9], [4, 3]),
        # missing figures: nothing
        (9, [1, np.nan, 1], [9, 9, np.nan], [9, 0, 0]),
        # weights that differ by more than numbers can hold
        (12, [1e300, 1e-300, 1e-300], [4, 9, 9], [4, 4, 4]),
        (3, [1e308, 1e308, 1e308], [9, 9, 9], [1, 1, 1]),
        # weights that differ by arithmetic alone (0.30000000000000004) are a tie
        (1, [0.3, 0.1 + 0.2], [9, 9], [1, 0]),
    ],
)
def test_golden_cases_in_proportion(
    capacity: int, weight: list[float], eligible: list[float], expected: list[int]
) -> None:
    found = allocate(capacity, weight, eligible)
    assert found.tolist() == expected
    assert found.dtype == np.int64


@pytest.mark.parametrize(
    ("capacity", "order", "eligible", "expected"),
    [
        # the second of the order is begun and not finished
        (10, [3, 1, 2], [9, 6, 9], [0, 6, 4]),
        # the step that is begun is shared by those eligible: 4 of 12 as 8:4 -> 2.67, 1.33
        (10, [2, 1, 2], [8, 6, 4], [3, 6, 1]),
        # exactly filled
        (6, [2, 1], [8, 6.5], [0, 6]),
        (99, [2, 1], [8, 6], [8, 6]),
        (0, [2, 1], [8, 6], [0, 0]),
        (5, [1, np.nan, 2], [2, 9, np.nan], [2, 0, 0]),
        (5, [-1, -2], [4, 4], [1, 4]),
        (5, [], [], []),
        (5, [np.nan], [4], [0]),
    ],
)
def test_golden_cases_in_order(
    capacity: int, order: list[float], eligible: list[float], expected: list[int]
) -> None:
    found = allocate_in_order(capacity, order, eligible)
    assert found.tolist() == expected
    assert found.dtype == np.int64


def test_strata_come_first_where_remainders_are_made_whole() -> None:
    # quotas .6 .6 .6 .6 | .4 .4 .4 .4: 2.4 and 1.6 for the strata, so 2 and 2. Without strata all
    # four go to those who have a little more.
    weight, strata = [6, 6, 6, 6, 4, 4, 4, 4], list("aaaabbbb")
    assert allocate(4, weight, [9] * 8).tolist() == [1, 1, 1, 1, 0, 0, 0, 0]
    assert allocate(4, weight, [9] * 8, strata=strata).tolist() == [1, 1, 0, 0, 1, 1, 0, 0]
    ordered = allocate_in_order(4, [0] * 8, weight, strata=strata)
    assert ordered.tolist() == [1, 1, 0, 0, 1, 1, 0, 0]


@quick
@given(capacities, areas, st.integers(1, 5))
def test_a_stratum_is_within_one_of_its_exact_share(
    capacity: int, rows: list[tuple[int, float]], kinds: int
) -> None:
    weight, eligible = split(rows)
    limit = [int(people) for people in eligible]
    strata = np.arange(len(rows)) % kinds
    exact = exact_shares(capacity, weight, limit)
    found = allocate(capacity, weight, eligible, strata=strata)
    assert found.sum() == min(capacity, sum(limit))
    assert (found <= limit).all()
    if capacity <= sum(n for n, w in zip(limit, weight, strict=True) if w):
        for given_, share in zip(found.tolist(), exact, strict=True):
            assert abs(given_ - share) < 1
        for kind in range(kinds):
            assert abs(int(found[kind::kinds].sum()) - sum(exact[kind::kinds])) < 1


@quick
@given(capacities, areas)
def test_it_adds_up_and_never_goes_above_those_eligible(
    capacity: int, rows: list[tuple[int, float]]
) -> None:
    first, eligible = split(rows)
    most = np.floor(eligible)
    for found in (
        allocate(capacity, first, eligible),
        allocate_in_order(capacity, first, eligible),
    ):
        assert found.sum() == min(capacity, most.sum())
        assert (found >= 0).all()
        assert (found <= most).all()


@quick
@given(capacities, areas)
def test_each_is_within_one_of_its_exact_share(
    capacity: int, rows: list[tuple[int, float]]
) -> None:
    weight, eligible = split(rows)
    limit = [int(people) for people in eligible]
    exact = exact_shares(capacity, weight, limit)
    found = allocate(capacity, weight, eligible).tolist()
    for given_, share, w in zip(found, exact, weight, strict=True):
        if w:
            assert abs(given_ - share) < 1
            assert share.denominator > 1 or given_ == share
    if capacity <= sum(n for n, w in zip(limit, weight, strict=True) if w):
        assert not any(n for n, w in zip(found, weight, strict=True) if not w)


@quick
@given(capacities, areas, st.floats(1e-6, 1e6))
def test_only_proportions_of_weights_matter(
    capacity: int, rows: list[tuple[int, float]], factor: float
) -> None:
    weight, eligible = split(rows)
    once = allocate(capacity, weight, eligible)
    scaled = allocate(capacity, np.array(weight) * factor, eligible)
    assert once.tolist() == scaled.tolist()


@quick
@given(st.integers(0, 200), areas)
def test_a_larger_capacity_takes_at_most_one_from_anybody(
    capacity: int, rows: list[tuple[int, float]]
) -> None:
    first, eligible = split(rows)
    shared = [allocate(n, first, eligible) for n in range(capacity, capacity + 6)]
    ordered = [allocate_in_order(n, first, eligible) for n in range(capacity, capacity + 6)]
    for less, more in (*pairwise(shared), *pairwise(ordered)):
        assert (more - less >= -1).all()


@quick
@given(capacities, areas)
def test_a_later_step_is_given_nothing_before_the_earlier_ones_are_full(
    capacity: int, rows: list[tuple[int, float]]
) -> None:
    order, eligible = split(rows)
    found = allocate_in_order(capacity, order, eligible)
    reached = np.array(order)[found > 0]
    for n, step in enumerate(order):
        if reached.size and step < reached.max():
            assert found[n] == np.floor(eligible[n])


@pytest.mark.parametrize(
    ("capacity", "weight", "eligible", "says"),
    [
        (-1, [1], [1], "capacity of -1"),
        (1.5, [1], [1], "whole number"),
        (float("nan"), [1], [1], "capacity of nan"),
        (float("inf"), [1], [1], "capacity of inf"),
        (True, [1], [1], "capacity of True"),
        (1, [-1], [1], "weight"),
        (1, [1], [-1], "eligible"),
        (1, [np.inf], [1], "weight"),
        (1, [1, 2], [1, 2, 3], "fit"),
        (1, [[1, 2]], [[1, 2]], "one row"),
        (1, ["x"], [1], "not a number"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(
    capacity: Any, weight: Any, eligible: Any, says: str
) -> None:
    with pytest.raises(StatisticsError, match=says):
        allocate(capacity, weight, eligible)


def test_strata_need_one_entry_an_area() -> None:
    with pytest.raises(StatisticsError, match="strata have the shape"):
        allocate(1, [1, 2], [3, 4], strata=[1])


def test_what_is_given_is_not_changed() -> None:
    weight, eligible = np.array([3.0, 1.0]), np.array([2.0, 9.0])
    allocate(5, weight, eligible)
    allocate_in_order(5, weight, eligible)
    assert (weight.tolist(), eligible.tolist()) == ([3.0, 1.0], [2.0, 9.0])
