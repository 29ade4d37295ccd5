"""A change is claimed only beyond chance, and beyond one odd year."""

import doctest

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from data.statistics import trend
from data.statistics.errors import StatisticsError
from data.statistics.trend import recent_trend

quick = settings(derandomize=True, max_examples=100, deadline=None)
series = st.lists(st.tuples(st.floats(-100, 100), st.floats(0.1, 10)), min_size=5, max_size=5).map(
    lambda rows: np.array(rows).T
)


def test_examples_in_the_docstrings_hold() -> None:
    found = doctest.testmod(trend)
    assert found.attempted >= 2
    assert found.failed == 0


def test_the_chi_square_of_agrestis_table() -> None:
    """Alcohol and malformations: Agresti A (2002), Categorical Data Analysis, 2nd ed., table 3.7.

    Cochran and Armitage's chi-square for trend is 6.57, P = 0.010. With the pooled proportion's
    variance the slope's chi-square is the same number.
    """
    absent = np.array([17066, 14464, 788, 126, 37])
    present = np.array([48, 38, 5, 1, 1])
    people, pooled = absent + present, present.sum() / (absent + present).sum()
    se = np.sqrt(pooled * (1 - pooled) / people)
    found = recent_trend(present / people, se, time=[0, 0.5, 1.5, 4, 7], level=0.95)
    assert stats.chi2.isf(found.p_value, 1) == pytest.approx(6.57, abs=0.005)
    assert found.p_value == pytest.approx(0.010, abs=0.0005)


@quick
@given(series)
def test_slope_and_p_value_are_those_of_weighted_least_squares(rows: np.ndarray) -> None:
    value, se = rows
    found = recent_trend(value, se, time=[2015, 2016, 2018, 2019, 2024])
    fit = sm.WLS(value, sm.add_constant([0, 1, 3, 4, 9]), weights=1 / se**2).fit(
        cov_type="fixed scale"
    )
    assert found.slope == pytest.approx(fit.params[1], rel=1e-6, abs=1e-9)
    assert found.p_value == pytest.approx(fit.pvalues[1], rel=1e-6, abs=1e-12)


@quick
@given(series, st.floats(-50, 50))
def test_a_trend_turns_with_its_sign_and_not_with_its_height(
    rows: np.ndarray, shift: float
) -> None:
    value, se = rows
    there, back = recent_trend(value, se), recent_trend(-value, se)
    assert {there.direction, back.direction} in (
        {"increasing", "decreasing"},
        {"no significant change"},
    )
    assert there.slope == -back.slope
    moved = recent_trend(value + shift, se)
    assert moved.slope == pytest.approx(there.slope, abs=1e-6)


def test_a_steep_slope_that_hangs_on_one_year_is_no_change() -> None:
    value, se = np.array([10, 9.9, 9.8, 9.7, 14]), np.full(5, 0.3)
    found = recent_trend(value, se)
    assert found.p_value < 0.002
    assert found.direction == "no significant change"
    assert recent_trend(value[::-1], se).direction == "no significant change"


def test_a_slope_within_chance_is_no_change() -> None:
    value, se = np.arange(5.0), np.full(5, 1.1)
    found = recent_trend(value, se)
    assert 0.002 < found.p_value < 0.05
    assert found.direction == "no significant change"
    assert recent_trend(value, se, level=0.95).direction == "increasing"


def test_equal_values_are_no_change() -> None:
    found = recent_trend(np.full(5, 3.0), np.full(5, 0.1))
    assert (found.direction, found.slope) == ("no significant change", pytest.approx(0, abs=1e-12))


def test_only_the_last_five_valid_points_count() -> None:
    value = np.array([90, 50, 1, 2, np.nan, 3, 4, 5])
    se = np.array([0.1, 0.1, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2])
    found = recent_trend(value, se, time=[1, 2, 3, 4, 50, 51, 52, 53])
    assert found.points == 5
    expected = recent_trend([1, 2, 3, 4, 5], [0.2] * 5, time=[3, 4, 51, 52, 53])
    assert (found.slope, found.p_value) == pytest.approx((expected.slope, expected.p_value))


@pytest.mark.parametrize("unknown", [np.nan, 0.0])
def test_a_year_of_unknown_uncertainty_is_left_out(unknown: float) -> None:
    found = recent_trend([1, 2, 3, 4, 5], [0.1, 0.1, unknown, 0.1, 0.1])
    assert (found.direction, found.points) == ("too few years", 4)
    assert np.isnan([found.slope, found.p_value]).all()


def test_a_stack_is_judged_row_by_row() -> None:
    up, flat = np.arange(6.0), np.full(6, 2.0)
    gone, few = np.full(6, np.nan), np.where(np.arange(6) < 2, np.nan, 1.0)
    found = recent_trend(np.array([[up, -up], [flat, gone], [few, up]]), 0.1)
    assert found.direction.tolist() == [
        ["increasing", "decreasing"],
        ["no significant change", "too few years"],
        ["too few years", "increasing"],
    ]
    assert found.points.tolist() == [[5, 5], [5, 0], [4, 5]]
    assert found.slope[0].tolist() == pytest.approx([1, -1])
    assert np.isnan(found.p_value[1, 1])


def test_no_years_at_all_are_too_few() -> None:
    assert recent_trend([], []).direction == "too few years"


def test_bad_input_is_named_in_a_sentence() -> None:
    with pytest.raises(StatisticsError, match="A standard error of -1"):
        recent_trend([1, 2], [1, -1])
    with pytest.raises(StatisticsError, match="needs values by year"):
        recent_trend(3.0, 1.0)
    for time in ([1, 2], [1, 3, 2], [1, 2, np.nan], [[1, 2, 3]]):
        with pytest.raises(StatisticsError, match="must be 3 rising numbers"):
            recent_trend([1, 2, 3], [1, 1, 1], time=time)
    with pytest.raises(StatisticsError, match="must be 1 rising numbers"):
        recent_trend([1], [1], time=[np.nan])
    with pytest.raises(StatisticsError, match=r"give 0\.95 for 95%"):
        recent_trend([1, 2], [1, 1], level=99.8)
