"""Is this area different: from a benchmark, from another area, or by chance."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import special

from data.statistics.errors import StatisticsError
from data.statistics.intervals import Floats, as_floats, refuse_crossed, refuse_negative, z

Kind = Literal["proportion", "rate"]


@dataclass(frozen=True)
class Contrast:
    """How two estimates compare.

    Attributes
    ----------
    value, lower, upper : numpy.ndarray of float64
        A difference in the unit of the estimates, or a ratio without one. NaN where there is none.
    """

    value: Floats
    lower: Floats
    upper: Floats


def against_benchmark(
    lower: npt.ArrayLike, upper: npt.ArrayLike, benchmark: npt.ArrayLike
) -> npt.NDArray[np.str_]:
    """Say on which side of a benchmark an interval lies.

    The benchmark (England, a target) is taken as known without error. A limit that equals it is
    similar.

    Parameters
    ----------
    lower, upper, benchmark : array_like of float
        In one unit.

    Returns
    -------
    numpy.ndarray of str
        'lower' where upper < benchmark, 'higher' where lower > benchmark, otherwise 'similar';
        'not compared' where any of the three is missing.

    Raises
    ------
    StatisticsError
        When a lower limit lies above its upper limit.

    References
    ----------
    Eayres D (2008), APHO Technical Briefing 3: Commonly used public health statistics and their
    confidence intervals, on their use and presentation.

    Examples
    --------
    >>> against_benchmark([1, 4, 6, np.nan], [3, 6, 8, np.nan], 5).tolist()
    ['lower', 'similar', 'higher', 'not compared']
    """
    low, high, mark = as_floats(lower_limit=lower, upper_limit=upper, benchmark=benchmark)
    refuse_crossed(low, high)
    return np.select(
        [np.isnan(low) | np.isnan(high) | np.isnan(mark), high < mark, low > mark],
        ["not compared", "lower", "higher"],
        "similar",
    )


def difference(
    first: npt.ArrayLike,
    first_se: npt.ArrayLike,
    second: npt.ArrayLike,
    second_se: npt.ArrayLike,
    *,
    level: float = 0.95,
) -> Contrast:
    """Difference of two independent estimates, first - second.

    Interval: difference -/+ z sqrt(first_se^2 + second_se^2). Two intervals that overlap can
    still differ: this is the comparison to make between two uncertain areas. An area and a larger
    one that holds it are not independent.

    Parameters
    ----------
    first, second : array_like of float
        Estimates in one unit.
    first_se, second_se : array_like of float
        Their standard errors.
    level : float
        Confidence level as a share.

    Returns
    -------
    Contrast
        In the unit of the estimates. NaN where an estimate is missing; the interval is NaN where
        a standard error is.

    Raises
    ------
    StatisticsError
        When a standard error is negative, or the level is not a share.

    References
    ----------
    Altman DG, Bland JM (2003), BMJ 326:219.

    Examples
    --------
    >>> found = difference(12, 0.3, 10, 0.4)
    >>> [round(float(v), 2) for v in (found.value, found.lower, found.upper)]
    [2.0, 1.02, 2.98]
    """
    a, a_se, b, b_se = as_floats(
        first=first, standard_error=first_se, second=second, second_standard_error=second_se
    )
    refuse_negative(standard_error=a_se, second_standard_error=b_se)
    half = z(level) * np.hypot(a_se, b_se)
    return Contrast(np.asarray(a - b), np.asarray(a - b - half), np.asarray(a - b + half))


def ratio(
    first: npt.ArrayLike,
    first_se: npt.ArrayLike,
    second: npt.ArrayLike,
    second_se: npt.ArrayLike,
    *,
    level: float = 0.95,
) -> Contrast:
    """Ratio of two independent estimates, first / second.

    Interval on the log scale by the delta method: ratio x exp(-/+ z sqrt((first_se / first)^2 +
    (second_se / second)^2)).

    Parameters
    ----------
    first, second : array_like of float
        Estimates in one unit, 0 or more.
    first_se, second_se : array_like of float
        Their standard errors, in that unit.
    level : float
        Confidence level as a share.

    Returns
    -------
    Contrast
        Without a unit. NaN where an estimate is missing or the second is 0. The interval is NaN
        where a standard error is missing or the first is 0, which has no logarithm.

    Raises
    ------
    StatisticsError
        When an estimate or standard error is negative, or the level is not a share.

    References
    ----------
    Katz D, Baptista J, Azen SP, Pike MC (1978), Biometrics 34:469.

    Examples
    --------
    >>> found = ratio(0.2, 0.04, 0.1, 0.03)
    >>> [round(float(v), 2) for v in (found.value, found.lower, found.upper)]
    [2.0, 0.99, 4.05]
    """
    a, a_se, b, b_se = as_floats(
        first=first, standard_error=first_se, second=second, second_standard_error=second_se
    )
    refuse_negative(
        first_estimate=a, second_estimate=b, standard_error=a_se, second_standard_error=b_se
    )
    b = np.where(b > 0, b, np.nan)
    value = a / b
    factor = np.exp(z(level) * np.hypot(a_se / np.where(a > 0, a, np.nan), b_se / b))
    return Contrast(np.asarray(value), np.asarray(value / factor), np.asarray(value * factor))


def chance_differences(n: float, *, level: float = 0.95) -> float:
    """How many of n comparisons would show a difference by chance alone: n x (1 - level).

    The expected number where no area truly differs, and both directions are counted.

    Parameters
    ----------
    n : float
        Comparisons in the table; those not compared are left out by the caller.
    level : float
        Confidence level of each as a share.

    Raises
    ------
    StatisticsError
        When n is negative or not a number, or the level is not a share.

    References
    ----------
    Bland JM, Altman DG (1995), BMJ 310:170.

    Examples
    --------
    >>> round(chance_differences(42), 2)
    2.1
    """
    z(level)
    if not 0 <= n < np.inf:
        raise StatisticsError(
            f"There are {n:g} comparisons where 0 or more is expected; give how many were made."
        )
    return n * (1 - level)


def funnel_limits(
    denominator: npt.ArrayLike,
    benchmark: npt.ArrayLike,
    *,
    kind: Kind = "proportion",
    per: float = 1.0,
    level: float = 0.95,
) -> tuple[Floats, Floats]:
    """Control limits of a funnel plot: how far from the benchmark chance alone would go.

    Proportion: b -/+ z sqrt(b (1 - b) / n). Rate: the counts L and U of which the tails
    P(X <= L) and P(X >= U) of a Poisson variable with mean b n are each (1 - level) / 2, over n;
    between whole counts the tails are continued by the incomplete gamma function.

    Both are chosen so that an area lies outside its limits exactly where its interval leaves out
    the benchmark: Wilson's for a proportion, the exact for a rate (Byar's comes within 0.2% of it
    from 10 events on at 95%). Spiegelhalter's appendix interpolates between whole counts in a way
    that puts the upper limit of a rate about one event lower. No allowance is made for
    overdispersion.

    Parameters
    ----------
    denominator : array_like of float
        People or person-years.
    benchmark : array_like of float
        Per `per`.
    kind : {'proportion', 'rate'}
        What is plotted.
    per : float
        Unit of the benchmark and the limits: 100 for percentages.
    level : float
        Confidence level as a share; 0.95 and 0.998 are usual.

    Returns
    -------
    lower, upper : numpy.ndarray of float64
        Per `per`; 0 or more, and at most `per` for a proportion. NaN where a figure is missing or
        the denominator is 0.

    Raises
    ------
    StatisticsError
        When a figure is negative, a proportion's benchmark lies above `per`, `per` is not above
        0, or the level or kind is not as described.

    References
    ----------
    Spiegelhalter DJ (2005), Stat Med 24:1185.

    Examples
    --------
    >>> lower, upper = funnel_limits([100, 10_000], 20, per=100)
    >>> lower.round(1).tolist(), upper.round(1).tolist()
    ([12.2, 19.2], [27.8, 20.8])
    """
    if kind not in ("proportion", "rate"):
        raise StatisticsError(
            f"'{kind}' has no funnel limits here; the kinds are 'proportion' and 'rate'."
        )
    if not 0 < per < np.inf:
        raise StatisticsError(f"The unit is 'per {per:g}' where a number above 0 is expected.")
    n, mark = as_floats(denominator=denominator, benchmark=benchmark)
    refuse_negative(denominator=n, benchmark=mark)
    n, b = np.where(n > 0, n, np.nan), mark / per
    quantile, tail = z(level), (1 - level) / 2
    if kind == "rate":
        # gdtrib(1, p, x) is the shape a at which the lower incomplete gamma P(a, x) is p
        upper = special.gdtrib(1.0, tail, b * n) / n
        lower = (special.gdtrib(1.0, 1 - tail, b * n) - 1) / n
        return np.asarray(np.maximum(lower, 0) * per), np.asarray(upper * per)
    if (b > 1).any():
        raise StatisticsError(
            f"A benchmark of {mark[b > 1].flat[0]:g} per {per:g} is more than all; "
            "give a proportion in the unit that `per` names."
        )
    half = quantile * np.sqrt(b * (1 - b) / n)
    return np.maximum(b - half, 0) * per, np.minimum(b + half, 1) * per
