"""Comparisons with a benchmark, between two estimates, and with what chance would do."""

import doctest

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PHStatsMethods.funnels import calculate_funnel_limits
from scipy import stats

from data.statistics import comparison
from data.statistics.comparison import (
    against_benchmark,
    chance_differences,
    difference,
    funnel_limits,
    ratio,
)
from data.statistics.errors import StatisticsError
from data.statistics.intervals import wilson, z

quick = settings(derandomize=True, max_examples=100, deadline=None)
estimates, errors = st.floats(0.1, 1e3), st.floats(1e-3, 10)


def test_examples_in_the_docstrings_hold() -> None:
    found = doctest.testmod(comparison)
    assert found.attempted >= 5
    assert found.failed == 0


def test_a_limit_on_the_benchmark_is_similar() -> None:
    assert against_benchmark([5, 3, 5.01, 3], [7, 5, 7, 4.99], 5).tolist() == [
        "similar",
        "similar",
        "higher",
        "lower",
    ]


def test_nothing_is_compared_without_all_three() -> None:
    found = against_benchmark([np.nan, 1, 1], [2, np.nan, 2], [5, 5, np.nan])
    assert set(found.tolist()) == {"not compared"}


def test_the_difference_of_altman_and_bland() -> None:
    """Relative risks 0.67 and 0.88 of fractures, by age (BMJ 2003;326:219).

    Their logarithms differ by -0.2726 (standard error 0.2206): a ratio of 0.76 (0.49 to 1.17).
    """
    found = difference(-0.4005, 0.1929, -0.1278, 0.1070)
    assert found.value == pytest.approx(-0.2726, abs=2e-4)
    assert (found.upper - found.value) / z(0.95) == pytest.approx(0.2206, abs=1e-4)
    found = ratio(0.67, 0.67 * 0.1929, 0.88, 0.88 * 0.1070)
    assert np.round([found.value, found.lower, found.upper], 2).tolist() == [0.76, 0.49, 1.17]


def test_intervals_that_overlap_can_still_differ() -> None:
    first, second = (10.0, 0.5), (11.6, 0.5)
    assert first[0] + z(0.95) * first[1] > second[0] - z(0.95) * second[1]
    assert difference(*second, *first).lower > 0


def test_the_ratio_is_that_of_a_risk_ratio() -> None:
    """Katz's interval of a risk ratio by scipy, with standard errors of the two proportions."""
    exposed, control = (24, 120), (13, 140)
    p, q = exposed[0] / exposed[1], control[0] / control[1]
    found = ratio(
        p, np.sqrt(p * (1 - p) / exposed[1]), q, np.sqrt(q * (1 - q) / control[1]), level=0.95
    )
    expected = stats.contingency.relative_risk(*exposed, *control)
    assert found.value == pytest.approx(expected.relative_risk)
    assert (found.lower, found.upper) == pytest.approx(tuple(expected.confidence_interval(0.95)))


@quick
@given(estimates, errors, estimates, errors, st.sampled_from([0.95, 0.998]))
def test_contrasts_hold_their_value_and_turn_round_with_the_order(
    a: float, a_se: float, b: float, b_se: float, level: float
) -> None:
    there, back = (
        difference(a, a_se, b, b_se, level=level),
        difference(b, b_se, a, a_se, level=level),
    )
    assert there.lower < there.value < there.upper
    assert (there.value, there.lower) == pytest.approx((-back.value, -back.upper))
    there, back = ratio(a, a_se, b, b_se, level=level), ratio(b, b_se, a, a_se, level=level)
    assert there.lower < there.value < there.upper
    assert (np.log(there.value), np.log(there.lower)) == pytest.approx(
        (-np.log(back.value), -np.log(back.upper))
    )


def test_a_missing_error_leaves_the_value_without_an_interval() -> None:
    for found in (difference(3, np.nan, 2, 1), ratio(3, 1, 2, np.nan)):
        assert np.isfinite(found.value)
        assert np.isnan([found.lower, found.upper]).all()
    assert np.isnan(difference(np.nan, 1, 2, 1).value)


def test_a_ratio_of_or_to_zero() -> None:
    found = ratio([0, 3], 1, [2, 0], 1)
    assert found.value[0] == 0
    assert np.isnan(found.value[1])
    assert np.isnan([found.lower, found.upper]).all()


def test_one_in_twenty_differs_by_chance() -> None:
    assert chance_differences(200) == pytest.approx(10)
    assert chance_differences(1000, level=0.998) == pytest.approx(2)
    assert chance_differences(0) == 0


@quick
@given(
    st.integers(1, 5000),
    st.floats(0, 1),
    st.integers(1, 99),
    st.sampled_from([0.95, 0.998]),
)
def test_outside_the_funnel_is_where_wilsons_interval_leaves_the_benchmark_out(
    denominator: int, share: float, benchmark: int, level: float
) -> None:
    count = round(share * denominator)
    lower, upper = funnel_limits(denominator, benchmark, per=100, level=level)
    value = 100 * count / denominator
    if min(abs(value - lower), abs(value - upper)) > 1e-9:
        sides = against_benchmark(*wilson(count, denominator, level=level), benchmark / 100)
        expected = "lower" if value < lower else "higher" if value > upper else "similar"
        assert str(sides) == expected


@quick
@given(st.integers(0, 3000), st.floats(0.01, 3000), st.sampled_from([0.95, 0.998]))
def test_outside_the_funnel_of_rates_is_where_the_exact_interval_leaves_the_benchmark_out(
    count: int, expected: float, level: float
) -> None:
    lower, upper = funnel_limits(1000, expected, kind="rate", per=1000, level=level)
    tail = (1 - level) / 2
    low = stats.chi2.ppf(tail, 2 * count) / 2 if count else 0.0
    high = stats.chi2.isf(tail, 2 * count + 2) / 2
    if min(abs(count - lower), abs(count - upper)) > 1e-6:
        assert (count < lower) == (high < expected)
        assert (count > upper) == (low > expected)


def test_funnel_limits_agree_with_phstatsmethods() -> None:
    frame = pd.DataFrame({"events": [20.0, 55, 90, 10], "people": [400.0, 900, 2000, 150]})
    average = frame["events"].sum() / frame["people"].sum()
    shares = calculate_funnel_limits(
        frame, "events", "proportion", 100, denom_col="people", metadata=False
    )
    for sigmas, level in (("2s", 0.95), ("3s", 0.998)):
        found = funnel_limits(shares["Population"], 100 * average, per=100, level=level)
        np.testing.assert_allclose(
            shares[[f"lower_{sigmas}_limit", f"upper_{sigmas}_limit"]].to_numpy().T,
            found,
            atol=1e-6,
        )


def test_limits_close_in_on_the_benchmark() -> None:
    people = np.array([50, 500, 5000, 5_000_000])
    for kind in ("proportion", "rate"):
        lower, upper = funnel_limits(people, 0.1, kind=kind)
        assert (np.diff(lower) > 0).all()
        assert (np.diff(upper) < 0).all()
        assert lower[-1] == pytest.approx(0.1, rel=5e-3)


def test_limits_stay_where_figures_can_be() -> None:
    assert funnel_limits(4, [1, 99], per=100)[0][0] == 0
    assert funnel_limits(4, [1, 99], per=100)[1][1] == 100
    assert funnel_limits(10, 0.01, kind="rate")[0] == 0


def test_without_people_or_benchmark_there_are_no_limits() -> None:
    for kind in ("proportion", "rate"):
        assert np.isnan(funnel_limits([0, 9, np.nan], [0.1, np.nan, 0.1], kind=kind)).all()


def test_bad_input_is_named_in_a_sentence() -> None:
    with pytest.raises(StatisticsError, match="runs from 3 down to 1"):
        against_benchmark(3, 1, 2)
    with pytest.raises(StatisticsError, match="A second standard error of -1"):
        difference(1, 1, 2, -1)
    with pytest.raises(StatisticsError, match="A first estimate of -2"):
        ratio(-2, 1, 2, 1)
    for n in (-1, np.nan, np.inf):
        with pytest.raises(StatisticsError, match="comparisons where 0 or more is expected"):
            chance_differences(n)
    with pytest.raises(StatisticsError, match=r"give 0\.95 for 95%"):
        chance_differences(20, level=95)
    with pytest.raises(StatisticsError, match="'mean' has no funnel limits here"):
        funnel_limits(10, 0.5, kind="mean")  # type: ignore[arg-type]
    with pytest.raises(StatisticsError, match="A benchmark of 20 per 1 is more than all"):
        funnel_limits(10, 20)
    with pytest.raises(StatisticsError, match="The unit is 'per 0'"):
        funnel_limits(10, 0.5, per=0)
    with pytest.raises(StatisticsError, match="A denominator of -10"):
        funnel_limits(-10, 0.5)
