"""Rates and ratios of counts of events, with their intervals."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.statistics.errors import StatisticsError
from data.statistics.intervals import Floats, as_floats, byar, refuse_negative

MINIMUM_EVENTS = 10
"""A directly standardised rate of fewer events is not shown."""


@dataclass(frozen=True)
class Rate:
    """A rate or ratio and the limits of its interval.

    Attributes
    ----------
    value, lower, upper : numpy.ndarray of float64
        In the same unit: events per `per`. NaN where there is none.
    """

    value: Floats
    lower: Floats
    upper: Floats


def crude_rate(
    count: npt.ArrayLike, denominator: npt.ArrayLike, *, per: float = 1.0, level: float = 0.95
) -> Rate:
    """Events per person or person-year: per x count / denominator.

    The interval is that of the count (exact below 10, Byar's from 10 on) over the denominator,
    which is taken as known. A count may lie above its denominator: one person can be admitted
    twice. Use `wilson` for a proportion.

    Parameters
    ----------
    count : array_like of float
        Events.
    denominator : array_like of float
        People or person-years at risk.
    per : float
        Unit of the rate: 1,000 or 100,000 people.
    level : float
        Confidence level as a share.

    Returns
    -------
    Rate
        Per `per`. NaN where a figure is missing or the denominator is 0; a count of 0 is a rate
        of 0 with an upper limit.

    Raises
    ------
    StatisticsError
        When a count or denominator is negative, or `per` is not above 0.

    References
    ----------
    Breslow NE, Day NE (1987), Statistical Methods in Cancer Research II, p. 69.

    Examples
    --------
    >>> rate = crude_rate(100, 50_000, per=100_000)
    >>> [round(float(v), 1) for v in (rate.value, rate.lower, rate.upper)]
    [200.0, 162.7, 243.3]
    """
    events, people = as_floats(count=count, denominator=denominator)
    refuse_negative(denominator=people)
    return _over(events, people, per, level)


def standardised_ratio(
    observed: npt.ArrayLike, expected: npt.ArrayLike, *, per: float = 1.0, level: float = 0.95
) -> Rate:
    """Indirectly standardised ratio: per x observed / expected.

    Expected events are those that the area would have at the standard population's rates by age
    and sex. Their own uncertainty is left out, as is usual where the standard is England. Two such
    ratios share no standard and are not compared with each other.

    Parameters
    ----------
    observed : array_like of float
        Events in the area.
    expected : array_like of float
        Events at the standard's rates.
    per : float
        1 for a ratio, 100 for one where the standard is 100.
    level : float
        Confidence level as a share.

    Returns
    -------
    Rate
        Per `per`. NaN where a figure is missing or nothing is expected; 0 observed is a ratio of 0
        with an upper limit.

    Raises
    ------
    StatisticsError
        When a figure is negative, or `per` is not above 0.

    References
    ----------
    Breslow NE, Day NE (1987), Statistical Methods in Cancer Research II, p. 69.

    Examples
    --------
    >>> ratio = standardised_ratio(8, 4)
    >>> [round(float(v), 2) for v in (ratio.value, ratio.lower, ratio.upper)]
    [2.0, 0.86, 3.94]
    """
    events, standard = as_floats(observed=observed, expected=expected)
    refuse_negative(number_of_expected_events=standard)
    return _over(events, standard, per, level)


def directly_standardised_rate(
    count: npt.ArrayLike,
    population: npt.ArrayLike,
    standard: npt.ArrayLike,
    *,
    per: float = 100_000.0,
    level: float = 0.95,
) -> Rate:
    """Rate that the area would have with the age structure of the standard population.

    With strata i: value = per x sum(w_i O_i / n_i) / sum(w_i), variance = per^2 x
    sum(w_i^2 O_i / n_i^2) / sum(w_i)^2, and Dobson's limits value + sqrt(variance / O) x
    (O_limit - O), where O = sum(O_i) and O_limit are Byar's limits of O.

    Parameters
    ----------
    count : array_like of float, ..., strata
        Events by stratum.
    population : array_like of float, ..., strata
        People by stratum.
    standard : array_like of float, strata or ..., strata
        Standard population, or any weights in proportion to it.
    per : float
        Unit of the rate.
    level : float
        Confidence level as a share.

    Returns
    -------
    Rate
        Per `per`, without the last axis. NaN where a stratum is missing, where a stratum that the
        standard population has is empty in the area (its rate is unknown: join it with a
        neighbouring stratum), and where there are fewer than 10 events in all.

    Raises
    ------
    StatisticsError
        When a figure is negative, a stratum has events and nobody in it, the standard population
        is empty, or `per` is not above 0.

    References
    ----------
    Dobson AJ, Kuulasmaa K, Eberle E, Scherer J (1991), Stat Med 10:457. Morris JK, Tan J,
    Fryers P, Bestwick J (2018), Popul Health Metr 16:19, for the 10 events.

    Examples
    --------
    >>> rate = directly_standardised_rate([10, 30], [10_000, 5_000], [60_000, 40_000])
    >>> [round(float(v), 1) for v in (rate.value, rate.lower, rate.upper)]
    [300.0, 213.7, 409.2]
    """
    events, people, weight = as_floats(
        count=count, population=population, standard_population=standard
    )
    _refuse_unit(per)
    refuse_negative(count=events, population=people, standard_population=weight)
    if ((events > 0) & (people == 0)).any():
        raise StatisticsError(
            "A stratum has events and a population of 0; give each stratum the people "
            "among whom its events were counted."
        )
    whole = weight.sum(axis=-1)
    if (whole == 0).any():
        raise StatisticsError(
            "The standard population has nobody in it; give at least one stratum with people."
        )
    # a stratum without a weight has no part in the rate, whether or not anyone lives there
    share = np.where(weight == 0, 0.0, weight / np.where(people > 0, people, np.nan))
    share = share * per / whole[..., None]
    total = events.sum(axis=-1)
    total = np.where(total >= MINIMUM_EVENTS, total, np.nan)
    value = (share * events).sum(axis=-1) + 0 * total
    step = np.sqrt((share**2 * events).sum(axis=-1) / total)
    lower, upper = byar(total, level=level)
    return Rate(
        np.asarray(value),
        np.asarray(value + step * (lower - total)),
        np.asarray(value + step * (upper - total)),
    )


def _over(events: Floats, base: Floats, per: float, level: float) -> Rate:
    _refuse_unit(per)
    scale = per / np.where(base > 0, base, np.nan)
    lower, upper = byar(events, level=level)
    return Rate(*(np.asarray(part * scale) for part in (events, lower, upper)))


def _refuse_unit(per: float) -> None:
    if not 0 < per < np.inf:
        raise StatisticsError(
            f"The unit of the rate is 'per {per:g}' where a number above 0 is expected; "
            "give 100000 for a rate per 100,000."
        )
