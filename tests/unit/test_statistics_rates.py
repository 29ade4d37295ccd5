"""Rates and ratios against published figures, PHStatsMethods and their properties."""

import doctest

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PHStatsMethods import ph_dsr, ph_rate

from data.statistics import rates
from data.statistics.errors import StatisticsError
from data.statistics.rates import Rate, crude_rate, directly_standardised_rate, standardised_ratio

quick = settings(derandomize=True, max_examples=100, deadline=None)


def three(rate: Rate) -> list[float]:
    return [float(rate.value), float(rate.lower), float(rate.upper)]


def test_examples_in_the_docstrings_hold() -> None:
    found = doctest.testmod(rates)
    assert found.attempted >= 3
    assert found.failed == 0


def test_directly_standardised_rate_of_fleiss() -> None:
    """Down's syndrome by mother's age, fifth and later births, Michigan 1950-64.

    Fleiss JL (1981), Statistical Methods for Rates and Proportions, table 14.4, as in Fay and
    Feuer (1997), Stat Med 16:791. The vignette of R's dsrTest gives 75.529 (67.633, 83.867) per
    100,000 for Dobson's limits with the exact Poisson; ours take Byar's from 10 events on.
    """
    cases = [0, 8, 63, 112, 262, 295]
    births = [327, 30666, 123419, 149919, 104088, 34392]
    standard = [319933, 931318, 786511, 488235, 237863, 61313]
    found = three(directly_standardised_rate(cases, births, standard))
    assert found[0] == pytest.approx(75.52901, abs=5e-6)
    assert found[1:] == pytest.approx([67.633, 83.867], abs=2e-3)


def test_directly_standardised_rates_agree_with_phstatsmethods() -> None:
    random = np.random.default_rng(3)
    people = random.integers(500, 9000, (6, 19)).astype(float)
    events = random.poisson(people * np.linspace(1e-4, 2e-2, 19)).astype(float)
    standard = np.linspace(6000, 800, 19)
    long = pd.DataFrame(
        {
            "area": np.repeat(np.arange(6), 19),
            "events": events.ravel(),
            "people": people.ravel(),
            "standard": np.tile(standard, 6),
        }
    )
    expected = ph_dsr(
        long, "events", "people", "standard", ["area"], euro_standard_pops=False, confidence=0.998
    )
    found = directly_standardised_rate(events, people, standard, level=0.998)
    columns = expected[["Value", "lower_99_8_ci", "upper_99_8_ci"]]
    np.testing.assert_allclose(
        columns.to_numpy("float64").T, [found.value, found.lower, found.upper], rtol=1e-8
    )


def test_crude_rates_agree_with_phstatsmethods() -> None:
    frame = pd.DataFrame({"events": [1, 9, 10, 250], "people": [900, 1000, 1100, 9000]})
    expected = ph_rate(frame, "events", "people", confidence=0.95, multiplier=1000)
    found = crude_rate(frame["events"], frame["people"], per=1000)
    columns = expected[["Value", "lower_95_ci", "upper_95_ci"]]
    np.testing.assert_allclose(
        columns.to_numpy("float64").T, [found.value, found.lower, found.upper], rtol=1e-8
    )


def test_a_standardised_ratio_is_a_rate_over_what_was_expected() -> None:
    """30 observed, 15.21 expected: limits (20.24, 42.83) / 15.21 = (1.33, 2.82).

    Calabrese EJ, ed. (1992), Biological Effects of Low Level Exposures to Chemicals and
    Radiation, table 7.5.
    """
    found = three(standardised_ratio(30, 15.21))
    assert np.round(found, 2).tolist() == [1.97, 1.33, 2.82]
    assert three(standardised_ratio(30, 15.21, per=100)) == pytest.approx([100 * v for v in found])


def test_no_events_are_a_rate_of_zero_with_an_upper_limit() -> None:
    assert three(crude_rate(0, 1000, per=1000)) == pytest.approx([0, 0, 3.6889], abs=1e-4)


def test_what_is_missing_or_empty_has_no_rate() -> None:
    for found in (crude_rate, standardised_ratio):
        rate = found([np.nan, 3, 3], [10, np.nan, 0])
        assert np.isnan([rate.value, rate.lower, rate.upper]).all()


def test_fewer_than_ten_events_have_no_standardised_rate() -> None:
    people, standard = [[1000, 1000]] * 2, [60, 40]
    found = directly_standardised_rate([[4, 5], [5, 5]], people, standard)
    assert np.isnan([found.value[0], found.lower[0], found.upper[0]]).all()
    assert found.lower[1] < found.value[1] < found.upper[1]


def test_an_empty_or_missing_stratum_that_the_standard_has_leaves_no_rate() -> None:
    standard = [60, 40]
    for events, people in (
        ([20, 0], [1000, 0]),
        ([20, np.nan], [1000, 50]),
        ([20, 1], [9, np.nan]),
    ):
        assert np.isnan(three(directly_standardised_rate(events, people, standard))).all()
    assert np.isnan(three(directly_standardised_rate([20, 1], [90, 9], [60, np.nan]))).all()


def test_an_empty_stratum_without_weight_takes_no_part() -> None:
    found = directly_standardised_rate([20, 0], [1000, 0], [60, 0])
    assert three(found) == pytest.approx(three(crude_rate(20, 1000, per=100_000)))


@quick
@given(
    st.lists(st.integers(2, 500), min_size=2, max_size=8),
    st.integers(1000, 50_000),
    st.floats(0.01, 1000),
)
def test_a_standard_of_the_areas_own_structure_gives_the_crude_rate(
    events: list[int], people: int, scale: float
) -> None:
    population = people + 137.0 * np.arange(len(events))
    found = directly_standardised_rate(events, population, scale * population)
    if sum(events) < 10:
        assert np.isnan(found.value)
    else:
        expected = crude_rate(sum(events), population.sum(), per=100_000)
        assert three(found) == pytest.approx(three(expected), rel=1e-9)


def test_bad_input_is_named_in_a_sentence() -> None:
    with pytest.raises(StatisticsError, match="A count of -1"):
        crude_rate(-1, 10)
    with pytest.raises(StatisticsError, match="A denominator of -10"):
        crude_rate(1, -10)
    with pytest.raises(StatisticsError, match="A number of expected events of -3"):
        standardised_ratio(1, -3)
    for per in (0.0, -1.0, np.inf, np.nan):
        with pytest.raises(StatisticsError, match="give 100000 for a rate per 100,000"):
            crude_rate(1, 10, per=per)
        with pytest.raises(StatisticsError, match="give 100000 for a rate per 100,000"):
            directly_standardised_rate([9, 9], [99, 99], [1, 1], per=per)
    with pytest.raises(StatisticsError, match="events and a population of 0"):
        directly_standardised_rate([9, 9], [99, 0], [1, 1])
    with pytest.raises(StatisticsError, match="standard population has nobody"):
        directly_standardised_rate([9, 9], [99, 99], [0, 0])
    with pytest.raises(StatisticsError, match="A standard population of -1"):
        directly_standardised_rate([9, 9], [99, 99], [1, -1])
    with pytest.raises(StatisticsError, match="shapes do not fit"):
        directly_standardised_rate([9, 9], [99, 99], [1, 1, 1])
