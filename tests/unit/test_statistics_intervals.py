"""Intervals against published figures, statsmodels, scipy, PHStatsMethods and their properties."""

import doctest

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PHStatsMethods import confidence_intervals as ohid
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from data.statistics import intervals
from data.statistics.errors import StatisticsError
from data.statistics.intervals import byar, standard_error, student, wilson, z

quick = settings(derandomize=True, max_examples=100, deadline=None)
levels = st.sampled_from([0.8, 0.95, 0.998])
counts = st.tuples(st.integers(0, 10**7), st.integers(1, 10**7)).map(lambda p: (min(p), max(p)))


def test_examples_in_the_docstrings_hold() -> None:
    found = doctest.testmod(intervals)
    assert found.attempted >= 7
    assert found.failed == 0


@pytest.mark.parametrize(
    ("count", "denominator", "lower", "upper"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_gives_the_figures_of_newcombe(
    count: int, denominator: int, lower: float, upper: float
) -> None:
    """Newcombe RG (1998), Stat Med 17:857, table I, score method."""
    found = wilson(count, denominator)
    assert np.round(found, 4).tolist() == [lower, upper]


@pytest.mark.parametrize(
    ("count", "lower", "upper"),
    [(0, 0.0, 3.689), (1, 0.0253, 5.572), (3, 0.619, 8.767), (9, 4.115, 17.085)],
)
def test_small_counts_have_the_exact_limits_of_the_tables(
    count: int, lower: float, upper: float
) -> None:
    """Pearson ES, Hartley HO (1966), Biometrika Tables for Statisticians I, table 40."""
    assert np.array(byar(count)) == pytest.approx([lower, upper], abs=6e-4)


@pytest.mark.parametrize("level", [0.95, 0.998])
def test_intervals_agree_with_phstatsmethods(level: float) -> None:
    for count in (0, 1, 9, 10, 57, 2000):
        assert wilson(count, 2000, level=level) == pytest.approx(
            ohid.wilson(count, 2000, level), abs=1e-12
        )
        if count:
            assert byar(count, level=level) == pytest.approx(
                (ohid.byars_lower(count, level), ohid.byars_upper(count, level))
                if count >= 10
                else ohid.exact(count, level),
                rel=1e-9,
            )
    assert 5 - student(5, 2, 12, level=level)[0] == pytest.approx(
        ohid.student_t_dist(12, 2, level), rel=1e-9
    )


def test_wilson_agrees_with_statsmodels() -> None:
    count, denominator = np.array([0, 3, 40, 99, 100]), np.full(5, 100)
    expected = proportion_confint(count, denominator, alpha=0.002, method="wilson")
    np.testing.assert_allclose(wilson(count, denominator, level=0.998), expected, atol=1e-12)


def test_byar_is_within_a_fifth_of_a_percent_of_the_exact_limits() -> None:
    """As OHID's technical guide on confidence intervals says of counts from 10 on, at 95%."""
    count = np.arange(10, 2000)
    exact = stats.chi2.ppf(0.025, 2 * count) / 2, stats.chi2.ppf(0.975, 2 * count + 2) / 2
    np.testing.assert_allclose(byar(count), exact, rtol=0.002)


def test_student_agrees_with_scipy() -> None:
    expected = stats.t.interval(0.95, 11, loc=5, scale=2 / np.sqrt(12))
    assert student(5, 2, 12) == pytest.approx(expected)


def test_what_is_missing_or_empty_has_no_interval() -> None:
    count, denominator = [np.nan, 1, 0], [10, np.nan, 0]
    assert np.isnan(wilson(count, denominator)).all()
    assert np.isnan(byar(np.nan)).all()
    assert np.isnan(student([1, 1, np.nan], [1, 1, 1], [0, 1, 9])).all()
    assert np.isnan(standard_error(np.nan, 1.0))


def test_all_of_a_denominator_reaches_one_and_none_reaches_zero() -> None:
    lower, upper = wilson([0, 37], 37)
    assert lower[0] == 0
    assert upper[1] == 1
    assert byar(0)[0] == 0


@quick
@given(counts, levels)
def test_wilson_holds_its_proportion_and_stays_within_one(
    pair: tuple[int, int], level: float
) -> None:
    lower, upper = wilson(*pair, level=level)
    assert 0 <= lower <= pair[0] / pair[1] + 1e-12
    assert pair[0] / pair[1] - 1e-12 <= upper <= 1


@quick
@given(st.floats(0, 1e7), levels)
def test_byar_holds_its_count_and_widens_with_the_level(count: float, level: float) -> None:
    lower, upper = byar(count, level=level)
    assert 0 <= lower <= count < upper
    wider = byar(count, level=0.999)
    assert wider[0] <= lower
    assert wider[1] > upper


@quick
@given(st.floats(-1e3, 1e3), st.floats(1e-3, 1e3), levels)
def test_a_standard_error_comes_back_from_a_normal_interval(
    mean: float, se: float, level: float
) -> None:
    half = z(level) * se
    assert standard_error(mean - half, mean + half, level=level) == pytest.approx(se, rel=1e-6)


def test_bad_input_is_named_in_a_sentence() -> None:
    with pytest.raises(StatisticsError, match="count of 12 lies above its denominator of 10"):
        wilson([3, 12], 10)
    with pytest.raises(StatisticsError, match="A count of -1 was found"):
        wilson(-1, 10)
    with pytest.raises(StatisticsError, match="A denominator of -10 was found"):
        wilson(0, -10)
    with pytest.raises(StatisticsError, match="A count of -2 was found"):
        byar([4, -2])
    with pytest.raises(StatisticsError, match="A standard deviation of -1"):
        student(0, -1, 4)
    with pytest.raises(StatisticsError, match="runs from 2 down to 1"):
        standard_error(2, 1)
    with pytest.raises(StatisticsError, match=r"count \(2,\), denominator \(3,\)"):
        wilson([1, 2], [3, 4, 5])
    with pytest.raises(StatisticsError, match="The count holds something that is not a number"):
        byar("many")
    with pytest.raises(StatisticsError, match="The denominator holds an infinite value"):
        wilson(1, np.inf)


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0, np.nan])
def test_a_level_is_a_share(level: float) -> None:
    for call in (
        lambda: z(level),
        lambda: wilson(1, 2, level=level),
        lambda: byar(1, level=level),
        lambda: student(1, 1, 3, level=level),
        lambda: standard_error(1, 2, level=level),
    ):
        with pytest.raises(StatisticsError, match=r"give 0\.95 for 95%"):
            call()
