"""Confidence intervals of proportions, counts and means.

Limits follow the methods that the Office for Health Improvement and Disparities (OHID) uses for
its indicators: https://fingertips.phe.org.uk/static-reports/public-health-technical-guidance/
"""

import numpy as np
import numpy.typing as npt
from scipy import special

from data.statistics.errors import StatisticsError

Floats = npt.NDArray[np.float64]

EXACT_BELOW = 10
"""Counts below this have exact limits, from here on Byar's."""


def as_floats(**given: npt.ArrayLike) -> list[Floats]:
    """Turn named inputs into float64 arrays of one shape.

    Parameters
    ----------
    **given : array_like
        Name to numbers; the names are used in messages. NaN is missing.

    Returns
    -------
    list of numpy.ndarray of float64
        In the order given, broadcast to one shape; not to be written to.

    Raises
    ------
    StatisticsError
        When an entry is not a number or is infinite, or when the shapes do not fit.

    Examples
    --------
    >>> [a.tolist() for a in as_floats(count=[1, 2], denominator=10)]
    [[1.0, 2.0], [10.0, 10.0]]
    """
    arrays: dict[str, Floats] = {}
    for name, numbers in given.items():
        try:
            arrays[name] = np.asarray(numbers, dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise StatisticsError(
                f"The {_words(name)} holds something that is not a number; "
                "give numbers, and NaN where there is none."
            ) from error
        if np.isinf(arrays[name]).any():
            raise StatisticsError(
                f"The {_words(name)} holds an infinite value; "
                "give finite numbers, and NaN where there is none."
            )
    try:
        return list(np.broadcast_arrays(*arrays.values()))
    except ValueError as error:
        shapes = ", ".join(f"{_words(name)} {a.shape}" for name, a in arrays.items())
        raise StatisticsError(
            f"The shapes do not fit together: {shapes}; give arrays of the same shape."
        ) from error


def refuse_negative(**given: Floats) -> None:
    """Refuse inputs of which an entry is below 0; NaN passes.

    Raises
    ------
    StatisticsError
        Naming the input and the first such entry.

    Examples
    --------
    >>> refuse_negative(count=np.array([0.0, np.nan, 3.0]))
    """
    for name, numbers in given.items():
        below = numbers[numbers < 0]
        if below.size:
            raise StatisticsError(
                f"A {_words(name)} of {below.flat[0]:g} was found where 0 or more is expected; "
                "correct the figures."
            )


def z(level: float) -> float:
    """Two-sided quantile of the standard normal distribution: Phi^-1((1 + level) / 2).

    Parameters
    ----------
    level : float
        Confidence level as a share: 0.95, 0.998.

    Raises
    ------
    StatisticsError
        When the level does not lie between 0 and 1.

    Examples
    --------
    >>> round(z(0.95), 4), round(z(0.998), 4)
    (1.96, 3.0902)
    """
    if not 0 < level < 1:
        raise StatisticsError(
            f"The confidence level is {level:g} where a share between 0 and 1 is expected; "
            "give 0.95 for 95%."
        )
    return float(special.ndtri((1 + level) / 2))


def wilson(
    count: npt.ArrayLike, denominator: npt.ArrayLike, *, level: float = 0.95
) -> tuple[Floats, Floats]:
    """Wilson's score interval of a proportion.

    With p = count / n, q = 1 - p: (2 count + z^2 -/+ z sqrt(z^2 + 4 count q)) / (2 (n + z^2)).
    It stays within 0 to 1 and has a width also where the count is 0 or all of the denominator.

    Parameters
    ----------
    count : array_like of float
        People with the characteristic.
    denominator : array_like of float
        People who could have it.
    level : float
        Confidence level as a share.

    Returns
    -------
    lower, upper : numpy.ndarray of float64
        Proportions, 0 to 1. NaN where either figure is missing or the denominator is 0.

    Raises
    ------
    StatisticsError
        When a count is negative or above its denominator, or the level is not a share.

    References
    ----------
    Wilson EB (1927), J Am Stat Assoc 22:209. Newcombe RG (1998), Stat Med 17:857.

    Examples
    --------
    >>> lower, upper = wilson(15, 148)
    >>> round(float(lower), 4), round(float(upper), 4)
    (0.0624, 0.1605)
    """
    o, n = as_floats(count=count, denominator=denominator)
    refuse_negative(count=o, denominator=n)
    above = o > n
    if above.any():
        raise StatisticsError(
            f"A count of {o[above].flat[0]:g} lies above its denominator of "
            f"{n[above].flat[0]:g}; a proportion needs a count from 0 to its denominator."
        )
    q, n = z(level), np.where(n > 0, n, np.nan)
    centre, half = 2 * o + q**2, q * np.sqrt(q**2 + 4 * o * (1 - o / n))
    width = 2 * (n + q**2)
    return np.maximum((centre - half) / width, 0), np.minimum((centre + half) / width, 1)


def byar(count: npt.ArrayLike, *, level: float = 0.95) -> tuple[Floats, Floats]:
    """Limits of a Poisson count: exact below 10, Byar's approximation from 10 on.

    Exact: half the chi-square quantiles with 2 count and 2 count + 2 degrees of freedom. Byar's:
    O (1 - 1/(9 O) - z / (3 sqrt O))^3 with O = count for the lower limit, and
    O (1 - 1/(9 O) + z / (3 sqrt O))^3 with O = count + 1 for the upper.

    Parameters
    ----------
    count : array_like of float
        Events; need not be whole.
    level : float
        Confidence level as a share.

    Returns
    -------
    lower, upper : numpy.ndarray of float64
        Events. NaN where the count is missing; the lower limit of 0 is 0.

    Raises
    ------
    StatisticsError
        When a count is negative or the level is not a share.

    References
    ----------
    Breslow NE, Day NE (1987), Statistical Methods in Cancer Research II, p. 69. Garwood F (1936),
    Biometrika 28:437, for the exact limits.

    Examples
    --------
    >>> lower, upper = byar([0, 3, 100])
    >>> lower.round(2).tolist(), upper.round(2).tolist()
    ([0.0, 0.62, 81.36], [3.69, 8.77, 121.63])
    """
    (o,) = as_floats(count=count)
    refuse_negative(count=o)
    quantile, tail = z(level), (1 - level) / 2
    # each method sees only counts that it can take, as both are evaluated for all
    few, many = np.minimum(o, EXACT_BELOW), np.maximum(o, EXACT_BELOW)
    lower = np.where(
        o < EXACT_BELOW,
        special.gammaincinv(few, tail),
        many * (1 - 1 / (9 * many) - quantile / (3 * np.sqrt(many))) ** 3,
    )
    many = many + 1
    upper = np.where(
        o < EXACT_BELOW,
        special.gammainccinv(few + 1, tail),
        many * (1 - 1 / (9 * many) + quantile / (3 * np.sqrt(many))) ** 3,
    )
    # of a count next to nothing the lower limit is below what a float holds
    return np.where(o < np.finfo(np.float64).tiny, 0.0, lower), upper


def student(
    mean: npt.ArrayLike,
    standard_deviation: npt.ArrayLike,
    n: npt.ArrayLike,
    *,
    level: float = 0.95,
) -> tuple[Floats, Floats]:
    """Student's t interval of a mean: mean -/+ t(n - 1) standard_deviation / sqrt(n).

    Parameters
    ----------
    mean, standard_deviation : array_like of float
        In the unit of the measurement; the standard deviation is the sample's (n - 1).
    n : array_like of float
        Measurements.
    level : float
        Confidence level as a share.

    Returns
    -------
    lower, upper : numpy.ndarray of float64
        In the unit of the mean. NaN where anything is missing or there are fewer than two
        measurements.

    Raises
    ------
    StatisticsError
        When a standard deviation or n is negative, or the level is not a share.

    References
    ----------
    Student (1908), Biometrika 6:1. Armitage P, Berry G, Matthews JNS (2002), Statistical Methods
    in Medical Research, 4th ed., 4.2.

    Examples
    --------
    >>> lower, upper = student(10, 2, 16)
    >>> round(float(lower), 3), round(float(upper), 3)
    (8.934, 11.066)
    """
    z(level)
    centre, spread, size = as_floats(mean=mean, standard_deviation=standard_deviation, n=n)
    refuse_negative(standard_deviation=spread, n=size)
    size = np.where(size >= 2, size, np.nan)
    half = special.stdtrit(size - 1, (1 + level) / 2) * spread / np.sqrt(size)
    return np.asarray(centre - half), np.asarray(centre + half)


def standard_error(lower: npt.ArrayLike, upper: npt.ArrayLike, *, level: float = 0.95) -> Floats:
    """Recover a standard error from an interval: (upper - lower) / (2 z).

    Exact for an interval that was made from a normal distribution; an approximation for one that
    is not symmetric (Wilson's, Byar's), close where counts are large.

    Parameters
    ----------
    lower, upper : array_like of float
        Limits of the interval.
    level : float
        Confidence level of the interval as a share.

    Returns
    -------
    numpy.ndarray of float64
        In the unit of the limits; NaN where a limit is missing.

    Raises
    ------
    StatisticsError
        When a lower limit lies above its upper limit, or the level is not a share.

    References
    ----------
    Altman DG, Bland JM (2011), BMJ 343:d2304.

    Examples
    --------
    >>> round(float(standard_error(8.04, 11.96)), 3)
    1.0
    """
    low, high = as_floats(lower_limit=lower, upper_limit=upper)
    refuse_crossed(low, high)
    return np.asarray((high - low) / (2 * z(level)))


def refuse_crossed(lower: Floats, upper: Floats) -> None:
    """Refuse intervals of which a lower limit lies above its upper limit; NaN passes.

    Raises
    ------
    StatisticsError
        Naming the first such interval.

    Examples
    --------
    >>> refuse_crossed(np.array([1.0, np.nan]), np.array([1.0, 2.0]))
    """
    crossed = lower > upper
    if crossed.any():
        raise StatisticsError(
            f"An interval runs from {lower[crossed].flat[0]:g} down to "
            f"{upper[crossed].flat[0]:g}; give the lower limit first."
        )


def _words(name: str) -> str:
    return name.replace("_", " ")
