"""Inequality between groups of a population that are ordered by deprivation.

Groups stand on the last axis, from most to least deprived: where they are deciles, decile 1 (most
deprived) comes first. Signed measures are positive when the value rises towards the least
deprived. A group without a value (NaN) or without people (0 or NaN) is empty and left out. A single
row of groups with too few that are populated raises `StatisticsError`; in a stack of rows such a
row is NaN. One row gives floats, a stack arrays of its leading shape. Inputs are broadcast against
each other over the leading axes. Every function that takes `level` (a share, such as 0.95) raises
`StatisticsError` where it is not between 0 and 1, where a population or standard error is
negative, and where shapes do not fit.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from data.statistics.errors import StatisticsError
from data.statistics.groups import Booleans, Groups, Measure, divide, groups_of, shaped
from data.statistics.intervals import Floats, as_floats, refuse_negative, z
from data.statistics.lines import SCALES, closed_form, simulated

Transform = Literal["linear", "log", "logit"]

MINIMUM_GROUPS = 5
"""Populated groups that a slope needs."""
MINIMUM_DRAWS = 100
"""Draws below which percentiles say nothing about an interval's limits."""


@dataclass(frozen=True)
class SlopeIndex:
    """Slope and relative index of inequality with their limits, and the line's value at x = 0.

    `sii` and `intercept` are in the value's unit, `rii` is a ratio.
    """

    sii: Measure
    sii_lower: Measure
    sii_upper: Measure
    rii: Measure
    rii_lower: Measure
    rii_upper: Measure
    intercept: Measure


@dataclass(frozen=True)
class Extremes:
    """Gap (in the value's unit) and ratio of the extreme groups, with their limits."""

    gap: Measure
    gap_lower: Measure
    gap_upper: Measure
    ratio: Measure
    ratio_lower: Measure
    ratio_upper: Measure


@dataclass(frozen=True)
class Attributable:
    """Population attributable risk (value's unit) and fraction (a share), with their limits."""

    par: Measure
    par_lower: Measure
    par_upper: Measure
    paf: Measure
    paf_lower: Measure
    paf_upper: Measure


@dataclass(frozen=True)
class Concentration:
    """Concentration index (-1 to 1) and Erreygers' index (-1 to 1), with their limits."""

    index: Measure
    lower: Measure
    upper: Measure
    erreygers: Measure
    erreygers_lower: Measure
    erreygers_upper: Measure


@dataclass(frozen=True)
class Change:
    """Change between two periods, its limits, and whether they exclude no change."""

    value: Measure
    lower: Measure
    upper: Measure
    detectable: bool | Booleans


def ridit(population: npt.ArrayLike) -> Floats:
    """Midpoint of each group's range in the cumulative population, 0 (most deprived) to 1.

    x_g = sum of p_h for h < g, plus p_g / 2, where p is the share of the population (Bross 1958,
    Biometrics 14:18). NaN for a group without people; negative populations raise
    `StatisticsError`.

    >>> ridit([100, 100, 200]).tolist()
    [0.125, 0.375, 0.75]
    """
    (people,) = as_floats(population=population)
    refuse_negative(population=people)
    people = np.nan_to_num(people)
    total = people.sum(axis=-1, keepdims=True)
    share = np.where(people > 0, people, np.nan) / np.where(total > 0, total, np.nan)
    return np.nancumsum(share, axis=-1) - share / 2


def slope_coefficients(population: npt.ArrayLike) -> Floats:
    """Coefficients c_g by which the linear slope index is the sum of c_g y_g; they add up to 0.

    c_g = p_g (x_g - 1/2) / sum of p_h (x_h - 1/2)^2, with x the ridit and p the population share:
    weighted least squares, since the weighted mean of the ridits is 1/2. Per unit of the value. 0
    for a group without people; NaN where fewer than two groups have people.

    >>> slope_coefficients([1, 1]).tolist()
    [-2.0, 2.0]
    """
    distance = np.nan_to_num(ridit(population) - 0.5)
    people = np.nan_to_num(np.asarray(population, dtype=np.float64))
    spread = (people * distance**2).sum(axis=-1, keepdims=True)
    return people * distance / np.where(spread > 0, spread, np.nan)


def slope_index(
    value: npt.ArrayLike,
    population: npt.ArrayLike,
    *,
    standard_error: npt.ArrayLike | None = None,
    transform: Transform = "linear",
    level: float = 0.95,
    repetitions: int = 100_000,
    seed: int = 0,
) -> SlopeIndex:
    """Slope index of inequality (SII) and relative index of inequality (RII).

    The line through the groups' values on their ridits, by least squares weighted with population
    shares (Low and Low 2004, J Public Health 26:388): sii = fitted(1) - fitted(0), rii =
    fitted(1) / fitted(0), intercept = fitted(0). With `transform` the line is fitted to the
    logarithm or logit of the value; all results are in the value's own unit.

    Parameters
    ----------
    value, population : array-like of float, shape (..., groups)
        Values in any unit (for 'logit', proportions from 0 to 1); people.
    standard_error : array-like of float, shape (..., groups), optional
        In the value's unit; carried to the transformed scale by the delta method. NaN in a
        populated group leaves that row's limits NaN.
    transform : 'linear', 'log' or 'logit'
        'log' needs values above 0, 'logit' values between 0 and 1.
    repetitions : int
        Draws of the groups' values about their standard errors, normal on the transformed scale;
        the limits are percentiles. The same draws serve all rows of a stack. 0: closed form. That
        is normal for the linear SII and the logarithm of the RII, Fieller's theorem for the linear
        RII (Fieller 1954, J R Stat Soc B 16:175), the delta method for the rest.
    seed : int
        Of the random numbers: the same input gives the same limits.

    Returns
    -------
    SlopeIndex
        Without standard errors the limits come from the scatter of the groups about the line, by
        Student's t with (groups - 2) degrees of freedom and the closed forms, whatever
        `repetitions`.

    Notes
    -----
    Fewer than five populated groups: see the module. A value of exactly 0 ('log', 'logit') or 1
    ('logit') has no transform: it raises for one row and leaves a stack's row NaN. A linear RII is
    NaN where fitted(0) is 0 or less, its limits where fitted(0) cannot be told from 0 at `level`;
    it is negative where the line falls below 0, and then 'log' or 'logit' is the better choice.

    Raises
    ------
    StatisticsError
        As above; for values outside the transform's range, infinite values, an unknown transform
        and 1 to 99 repetitions.

    Examples
    --------
    >>> found = slope_index([10, 8, 6, 4, 2], [1] * 5, standard_error=[1] * 5, repetitions=0)
    >>> round(found.sii, 6), round(found.intercept, 6), round(found.rii, 6)
    (-10.0, 11.0, 0.090909)
    """
    if transform not in SCALES:
        raise StatisticsError(
            f"There is no transform '{transform}': choose one of {', '.join(SCALES)}."
        )
    if repetitions < 0 or 0 < repetitions < MINIMUM_DRAWS:
        raise StatisticsError(
            f"{repetitions} repetitions cannot give an interval: ask for {MINIMUM_DRAWS} or more, "
            "or for 0 to have the closed form."
        )
    scale, deviate = SCALES[transform], z(level)
    groups = groups_of(value, population, standard_error, minimum=MINIMUM_GROUPS)
    defined = _transformable(groups, transform)
    # 0.5 is within every transform's range, and an empty group has no weight
    y = np.where(groups.populated & defined[:, None], groups.value, 0.5)
    share = np.where((groups.enough & defined)[:, None], groups.share, np.nan)
    to_slope = slope_coefficients(share)
    to_intercept = share - to_slope / 2
    fitted = scale.forward(y)
    intercept, slope = (to_intercept * fitted).sum(-1), (to_slope * fitted).sum(-1)
    start, end = scale.inverse(intercept), scale.inverse(intercept + slope)
    sii = end - start
    rii = end / np.where(start > 0, start, np.nan)

    if groups.standard_error is None:
        residual = fitted - intercept[:, None] - slope[:, None] * np.nan_to_num(ridit(share))
        freedom = np.maximum(groups.populated.sum(-1) - 2, 1)
        scatter = (share * residual**2).sum(-1) / freedom
        variance = scatter[:, None] / np.where(share > 0, share, np.inf)
        width = stdtrit(freedom, (1 + level) / 2)
        limits = closed_form(scale, to_intercept, to_slope, variance, start, end, width)
    else:
        error = np.where(groups.populated, groups.standard_error, 0) / scale.rate(y)
        if repetitions == 0:
            limits = closed_form(scale, to_intercept, to_slope, error**2, start, end, deviate)
        else:
            draws = np.random.default_rng(seed).standard_normal((y.shape[-1], repetitions))
            limits = simulated(
                scale, intercept, slope, to_intercept * error, to_slope * error, draws, level
            )
    limits[2:, np.isnan(rii)] = np.nan
    return SlopeIndex(*(groups.shaped(a) for a in (sii, *limits[:2], rii, *limits[2:], start)))


def extremes(
    value: npt.ArrayLike, *, standard_error: npt.ArrayLike | None = None, level: float = 0.95
) -> Extremes:
    """Gap and ratio of the least and the most deprived group that have a value.

    gap = y_last - y_first, normal limits; ratio = y_last / y_first, limits on the logarithmic
    scale by the delta method (WHO 2013, Handbook on Health Inequality Monitoring, difference and
    ratio). Without `standard_error` limits are NaN. A ratio is NaN where the first value is 0 or
    less, its limits also where the last is. At least two groups are needed.

    >>> extremes([20, 15, 10]).gap, extremes([20, 15, 10]).ratio
    (-10.0, 0.5)
    """
    groups = groups_of(value, np.ones(np.shape(value)), standard_error, minimum=2)
    deviate = z(level)
    rows = np.arange(len(groups.value))
    first = groups.populated.argmax(-1)
    start = np.where(groups.enough, groups.value[rows, first], np.nan)
    end = np.where(groups.enough, groups.value[rows, groups.last], np.nan)
    error = groups.errors
    start_error, end_error = error[rows, first], error[rows, groups.last]
    gap = end - start
    half = deviate * np.hypot(start_error, end_error)
    ratio = divide(end, np.where(start > 0, start, np.nan))
    positive = np.where(ratio > 0, ratio, np.nan)
    factor = np.exp(deviate * np.hypot(divide(start_error, start), divide(end_error, end)))
    results = (gap, gap - half, gap + half, ratio, positive / factor, positive * factor)
    return Extremes(*map(groups.shaped, results))


def attributable(
    value: npt.ArrayLike,
    population: npt.ArrayLike,
    *,
    standard_error: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> Attributable:
    """Population attributable risk (PAR) and fraction (PAF).

    What would change if every group had the value of the least deprived: PAR = y_last - mean, PAF
    = PAR / mean, with the population-weighted mean (WHO 2013, Handbook on Health Inequality
    Monitoring). Negative for what is commoner among the more deprived; WHO's rule of putting 0
    where the sign is not the expected one is not applied. Limits by the delta method, the groups
    independent and their populations fixed; NaN without `standard_error`. PAF is NaN where the
    mean is 0 or less. At least two populated groups are needed.

    >>> attributable([20, 10], [1, 1]).par
    -5.0
    """
    groups = groups_of(value, population, standard_error, minimum=2)
    deviate = z(level)
    mean = groups.mean
    positive = np.where(mean > 0, mean, np.nan)
    reference = np.zeros_like(groups.share)
    reference[np.arange(len(reference)), groups.last] = 1
    end = (reference * groups.value).sum(-1)
    par, paf = end - mean, end / positive - 1
    par_half = deviate * groups.error_of(reference - groups.share)
    paf_half = deviate * groups.error_of(
        (reference - (end / positive)[:, None] * groups.share) / positive[:, None]
    )
    results = (par, par - par_half, par + par_half, paf, paf - paf_half, paf + paf_half)
    return Attributable(*map(groups.shaped, results))


def concentration_index(
    value: npt.ArrayLike,
    population: npt.ArrayLike,
    *,
    standard_error: npt.ArrayLike | None = None,
    bounds: tuple[float, float] | None = None,
    level: float = 0.95,
) -> Concentration:
    """Concentration index of grouped data, ranked from most to least deprived, and Erreygers'.

    C = (2 / mean) sum of p_g y_g x_g - 1, with p the population share and x the ridit (Kakwani,
    Wagstaff and van Doorslaer 1997, J Econometrics 77:87). For a value that can only lie between
    `bounds` = (a, b), in its unit: E = 4 mean C / (b - a) (Erreygers 2009, J Health Econ 28:504);
    NaN without bounds.

    With `standard_error` the limits are normal by the delta method, ranks fixed; without, by the
    same paper's variance for grouped data without variances within groups, with Student's t on
    (groups - 2) degrees of freedom since groups are few. C is NaN where the mean is 0 or less, E
    is not. At least two populated groups are needed, three for limits without standard errors.
    Bounds that are not in order and values outside them raise `StatisticsError`.

    >>> round(concentration_index([10, 20, 30], [1, 1, 1], bounds=(0, 100)).erreygers, 4)
    0.1778
    """
    groups = groups_of(value, population, standard_error, minimum=2)
    deviate = z(level)
    rank = np.nan_to_num(2 * ridit(groups.share) - 1)
    mean = groups.mean
    positive = np.where(mean > 0, mean, np.nan)
    absolute = (groups.share * groups.value * rank).sum(-1)
    index = absolute / positive
    if groups.standard_error is None:
        freedom = groups.populated.sum(-1) - 2
        student = stdtrit(np.maximum(freedom, 1), (1 + level) / 2)
        relative = groups.value / positive[:, None]
        ordinate = np.cumsum(groups.share * relative, axis=-1)
        before = ordinate - groups.share * relative
        a = relative * (rank - index[:, None]) + 2 - before - ordinate
        variance = (groups.share * a**2).sum(-1) - (1 + index) ** 2
        half = np.where(freedom > 0, student, np.nan) * np.sqrt(
            np.maximum(variance, 0) / (freedom + 2)
        )
        absolute_half = half * mean
    else:
        half = deviate * groups.error_of(groups.share * (rank - index[:, None]) / positive[:, None])
        absolute_half = deviate * groups.error_of(groups.share * rank)
    factor = 4 / _range(groups, bounds)
    erreygers, erreygers_half = factor * absolute, factor * absolute_half
    results = (index, index - half, index + half)
    corrected = (erreygers, erreygers - erreygers_half, erreygers + erreygers_half)
    return Concentration(*map(groups.shaped, results + corrected))


def theil(value: npt.ArrayLike, population: npt.ArrayLike) -> Measure:
    """Theil index: sum of p_g r_g ln r_g, r the group's value over the weighted mean.

    No unit; 0 is equality (Theil 1967; WHO 2013, Handbook on Health Inequality Monitoring, without
    its factor of 1,000). A value of 0 adds nothing, the limit of r ln r; a negative one raises
    `StatisticsError`; NaN where all are 0. At least two populated groups are needed.

    >>> theil([5, 5], [1, 3])
    0.0
    """
    groups = groups_of(value, population, minimum=2)
    refuse_negative(value=groups.value)
    relative = groups.value / np.where(groups.mean > 0, groups.mean, np.nan)[:, None]
    logarithm = np.log(np.where(relative > 0, relative, 1))
    return groups.shaped((groups.share * relative * logarithm).sum(-1))


def between_group_variance(value: npt.ArrayLike, population: npt.ArrayLike) -> Measure:
    """Between-group variance: sum of p_g (y_g - mean)^2, in the square of the value's unit.

    Weighted with population shares (WHO 2013, Handbook on Health Inequality Monitoring). At least
    two populated groups are needed.

    >>> between_group_variance([10, 20], [1, 1])
    25.0
    """
    groups = groups_of(value, population, minimum=2)
    return groups.shaped((groups.share * (groups.value - groups.mean[:, None]) ** 2).sum(-1))


def index_of_disparity(value: npt.ArrayLike, population: npt.ArrayLike) -> Measure:
    """Index of disparity: the groups' mean distance from the population's value, as a share of it.

    1 / (n mean) times the sum of |y_g - mean|, each group counting once, about the
    population-weighted mean (Pearcy and Keppel 2002, Public Health Rep 117:273, as a percentage:
    100 times this). NaN where the mean is 0 or less. At least two populated groups are needed.

    >>> index_of_disparity([10, 30], [1, 1])
    0.5
    """
    groups = groups_of(value, population, minimum=2)
    distance = np.where(groups.populated, np.abs(groups.value - groups.mean[:, None]), 0)
    count = groups.populated.sum(-1)
    positive = np.where(groups.mean > 0, groups.mean, np.nan)
    return groups.shaped(divide(distance.sum(-1), count * positive))


def sii_change(earlier: SlopeIndex, later: SlopeIndex, *, level: float = 0.95) -> Change:
    """Change in the slope index, later - earlier, in the value's unit.

    `level` is that of both indices' limits, whose half-widths give the standard errors; the two
    periods are taken as independent, which for a slowly changing register makes the limits too
    wide. NaN, and not detectable, where either index has no limits.

    >>> narrow = slope_index([5, 4, 3, 2, 1], [1] * 5, standard_error=[0.1] * 5, repetitions=0)
    >>> wide = slope_index([9, 7, 5, 3, 1], [1] * 5, standard_error=[0.1] * 5, repetitions=0)
    >>> sii_change(narrow, wide).detectable
    True
    """
    return _change(
        (earlier.sii, earlier.sii_lower, earlier.sii_upper),
        (later.sii, later.sii_lower, later.sii_upper),
        level,
    )


def rii_change(earlier: SlopeIndex, later: SlopeIndex, *, level: float = 0.95) -> Change:
    """Change in the relative index, later / earlier, a ratio; as `sii_change`, on the log scale.

    NaN, and not detectable, where an index or a limit is missing, 0 or less.

    >>> even = slope_index([3, 3, 3, 3, 3], [1] * 5, standard_error=[0.1] * 5, repetitions=0)
    >>> rii_change(even, even).value
    1.0
    """

    def logarithm(figure: Measure) -> Floats:
        return np.asarray(np.log(np.where(np.asarray(figure) > 0, figure, np.nan)))

    change = _change(
        (logarithm(earlier.rii), logarithm(earlier.rii_lower), logarithm(earlier.rii_upper)),
        (logarithm(later.rii), logarithm(later.rii_lower), logarithm(later.rii_upper)),
        level,
    )
    return Change(
        value=shaped(np.exp(change.value)),
        lower=shaped(np.exp(change.lower)),
        upper=shaped(np.exp(change.upper)),
        detectable=change.detectable,
    )


def _transformable(groups: Groups, transform: Transform) -> Booleans:
    """Rows that the transform is defined for; values beyond its range raise."""
    if transform == "linear":
        return np.ones(len(groups.value), dtype=np.bool_)
    ceiling, said = (1, "between 0 and 1") if transform == "logit" else (np.inf, "above 0")
    inside = (groups.value > 0) & (groups.value < ceiling) | ~groups.populated
    beyond = (groups.value < 0) | (groups.value > ceiling)
    if beyond.any() or (groups.shape == () and not inside.all()):
        found = groups.value[beyond if beyond.any() else ~inside][0]
        raise StatisticsError(
            f"A group's value is {found:g}, but '{transform}' needs values {said}: "
            "use another transform."
        )
    return np.asarray(inside.all(-1))


def _range(groups: Groups, bounds: tuple[float, float] | None) -> float:
    if bounds is None:
        return np.nan
    low, high = bounds
    if not low < high:
        raise StatisticsError(f"Bounds {low:g} to {high:g} are not in order: give (lower, upper).")
    found = groups.value[groups.populated]
    outside = found[(found < low) | (found > high)]
    if outside.size:
        raise StatisticsError(
            f"A group's value is {outside[0]:g}, outside the bounds {low:g} to {high:g}: give the "
            "bounds in the value's unit."
        )
    return high - low


def _change(
    earlier: tuple[Measure, Measure, Measure], later: tuple[Measure, Measure, Measure], level: float
) -> Change:
    deviate = z(level)
    first, second = (np.asarray(f, dtype=np.float64) for f in (earlier[0], later[0]))
    if first.shape != second.shape:
        raise StatisticsError(
            f"The two periods have shapes {first.shape} and {second.shape}: compare the same areas."
        )
    errors = [(np.asarray(upper) - lower) / (2 * deviate) for _, lower, upper in (earlier, later)]
    value = second - first
    half = deviate * np.hypot(*errors)
    detectable = np.abs(value) > half
    return Change(
        value=shaped(value),
        lower=shaped(value - half),
        upper=shaped(value + half),
        detectable=detectable if value.shape else bool(detectable),
    )
