"""Did a programme change anything: matched comparison areas, difference in differences, verdict.

What is estimated is the average effect in the programme's own areas, each counting by its weight.
It is not what the programme would do elsewhere, and it rests on one assumption that no figure can
prove: without the programme its areas would have changed as their comparison areas did.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import optimize, spatial, special

from data.statistics.errors import StatisticsError
from data.statistics.groups import Booleans, Measure, shaped
from data.statistics.inequality import Concentration, concentration_index
from data.statistics.intervals import (
    Floats,
    as_floats,
    refuse_negative,
    standard_error,
    wilson,
    z,
)

Polarity = Literal["higher_is_better", "lower_is_better", "none"]

LEAST_POINTS: Final = 3
"""Points before, and points after, without which there is no verdict."""
LEAST_COMPARISONS: Final = 10
"""Comparison areas without which the spread of changes is not known and there is no interval."""
METHOD: Final = (
    "difference in differences of each area's mean before and after; Student's t, with the spread "
    "of changes taken from the comparison areas"
)

BETTER: Final = "better than comparison areas"
WORSE: Final = "worse than comparison areas"
NO_DIFFERENT: Final = "no different"
INSUFFICIENT: Final = "insufficient evidence"


@dataclass(frozen=True)
class Matches:
    """Comparison areas.

    Attributes
    ----------
    pairs : pandas.DataFrame
        `target`, `match`, `distance`: `k` rows a target area, nearest first; no area is the match
        of two.
    balance : pandas.DataFrame
        By variable: `theme`, means of the `target` areas, of the `pool` and of the `matched`, and
        the standardised mean differences (target less the other, in standard deviations of the
        pool; 0 where the pool has none) `before` and `after` matching. Above 0.1 is usually
        called unbalanced (Austin PC 2009, Stat Med 28:3083).
    k : int
        Matches of each target area: those asked for, or as many as the pool has.
    unmatched : tuple
        Labels of target areas that lack a variable.
    """

    pairs: pd.DataFrame
    balance: pd.DataFrame
    k: int
    unmatched: tuple[object, ...]


@dataclass(frozen=True)
class Effect:
    """What a programme changed, by difference in differences.

    Floats for one programme, arrays of the leading shape for a stack.

    Attributes
    ----------
    effect, lower, upper : float
        Change in the programme's areas less that in the comparison areas, in the outcome's unit.
        The limits are NaN with fewer than ten comparison areas or where those do not vary.
    p_value : float
        Two-sided, of no effect.
    pre_trend, pre_trend_lower, pre_trend_upper : float
        Slope before the start in the programme's areas less that in the comparison areas, in the
        outcome's unit per unit of time; NaN with one point before.
    areas, comparisons : int
        Areas that have every point and a weight; the others are left out.
    points_before, points_after : int
    method : str
    """

    effect: Measure
    lower: Measure
    upper: Measure
    p_value: Measure
    pre_trend: Measure
    pre_trend_lower: Measure
    pre_trend_upper: Measure
    areas: int | npt.NDArray[np.int64]
    comparisons: int | npt.NDArray[np.int64]
    points_before: int
    points_after: int
    method: str = METHOD


@dataclass(frozen=True)
class Verdict:
    """`words` is one of `BETTER`, `WORSE`, `NO_DIFFERENT`, `INSUFFICIENT`; `reason` says why."""

    words: str
    reason: str


@dataclass(frozen=True)
class Targeting:
    """Where a programme acts, against where need is.

    Attributes
    ----------
    concentration : Concentration
        Of people reached per person in need, areas ranked from most to least deprived (or from
        greatest to least need): below 0 where more of those in need are reached at the deprived
        end, above 0 at the other.
    table : pandas.DataFrame
        By `quintile` (1 = most deprived): `need`, `reached`, `need_share`, `reached_share` (0 to
        1) and `ratio`, reached share / need share: 1 = in proportion to need.
    """

    concentration: Concentration
    table: pd.DataFrame


def match(
    target: pd.DataFrame, pool: pd.DataFrame, variables: Mapping[str, Sequence[str]], *, k: int = 5
) -> Matches:
    """Comparison areas: for each target area the k nearest of the pool, none used twice.

    Distance is standardised Euclidean: sqrt(mean over themes of the mean over a theme's variables
    of ((x - y) / standard deviation in the pool)^2). So each theme weighs the same however many
    variables describe it, and correlated variables need no inverse of a covariance matrix, which
    Mahalanobis' distance does and few areas cannot give. The matches are those for which the sum
    of all distances is least (Kuhn HW 1955, Nav Res Logist Q 2:83; Rosenbaum PR 1989, J Am Stat
    Assoc 84:1024), so that the order of areas does not matter.

    Matching on a level of the outcome that chance moved picks areas that chance moved and that
    will move back. It does no harm where the programme's areas were chosen by what else is
    matched, or by that level itself; where they were chosen by a lasting difference that nothing
    else here shows, it biases the answer (Daw JR, Hatfield LA 2018, Health Serv Res 53:4138).
    Compare the answer with and without it.

    Parameters
    ----------
    target, pool : pandas.DataFrame
        One row an area, labelled by its code, with a column a variable. Leave out of the pool
        areas that the programme may touch: those inside it and those beside it. Rows that lack a
        variable are left out.
    variables : mapping of str to sequence of str
        Theme to its columns.
    k : int
        Matches wanted of each target area.

    Raises
    ------
    StatisticsError
        When k is below 1, nothing is to be matched on, a variable is not a column, an area is in
        both frames, or the pool has fewer areas than the target.

    Examples
    --------
    >>> areas = pd.DataFrame({"age": [1.0, 2, 3, 9]}, index=list("ABCD"))
    >>> match(areas.loc[["A"]], areas.loc[["B", "C", "D"]], {"age": ["age"]}, k=2).pairs
      target match  distance
    0      A     B  0.323498
    1      A     C  0.646997
    """
    columns = [name for theme in variables.values() for name in theme]
    missing = [name for name in columns if name not in target or name not in pool]
    if k < 1 or not columns or missing:
        what = f"no figures of {missing[0]}" if missing else f"{len(columns)} variables, k = {k}"
        raise StatisticsError(
            f"Comparison areas cannot be found with {what}; give one or more variables that both "
            "frames have, and one match or more of each area."
        )
    both = target.index.intersection(pool.index)
    if len(both):
        raise StatisticsError(
            f"{both[0]} is a programme's area and a comparison area; leave it out of the pool."
        )
    ours, theirs = target[columns].dropna(), pool[columns].dropna()
    if ours.empty:
        raise StatisticsError(
            "None of the programme's areas has all figures that are needed; choose another outcome "
            "or fewer variables."
        )
    if len(theirs) < len(ours):
        raise StatisticsError(
            f"There are {len(theirs)} areas to compare with and {len(ours)} of the programme; "
            "choose fewer areas or fewer variables."
        )
    k = min(k, len(theirs) // len(ours))
    a, b = ours.to_numpy("float64"), theirs.to_numpy("float64")
    spread = b.std(axis=0)
    unit = np.where(spread > 0, spread, np.inf)
    weight = np.concatenate([[1 / len(names)] * len(names) for names in variables.values()])
    scale = np.sqrt(weight / len(variables)) / unit
    distance = spatial.distance.cdist(a * scale, b * scale)
    row, found = optimize.linear_sum_assignment(np.repeat(distance, k, axis=0))
    row = row // k
    order = np.lexsort((found, distance[row, found], row))
    row, found = row[order], found[order]
    means = [a.mean(axis=0), b.mean(axis=0), b[found].mean(axis=0)]
    return Matches(
        pairs=pd.DataFrame(
            {
                "target": ours.index[row],
                "match": theirs.index[found],
                "distance": distance[row, found],
            }
        ),
        balance=pd.DataFrame(
            {
                "theme": [theme for theme, names in variables.items() for _ in names],
                "target": means[0],
                "pool": means[1],
                "matched": means[2],
                "before": (means[0] - means[1]) / unit,
                "after": (means[0] - means[2]) / unit,
            },
            index=pd.Index(columns, name="variable"),
        ),
        k=k,
        unmatched=tuple(target.index.difference(ours.index, sort=False)),
    )


def level_and_trend(
    values: npt.ArrayLike, *, time: npt.ArrayLike | None = None
) -> tuple[Floats, Floats]:
    """Mean of an outcome over its points, and its least-squares slope per unit of time.

    Parameters
    ----------
    values : array_like of float, ..., points
    time : array_like of float, points
        When each point was; 0, 1, 2 and so on unless given.

    Returns
    -------
    level, trend : numpy.ndarray of float64
        NaN where a point is missing; the trend also where there is one point only.

    Examples
    --------
    >>> level, trend = level_and_trend([[1, 2, 6], [5, 5, 5]])
    >>> level.tolist(), trend.tolist()
    ([3.0, 5.0], [2.5, 0.0])
    """
    (y,) = as_floats(outcome=values)
    at = np.arange(y.shape[-1]) if time is None else np.asarray(time, dtype=np.float64)
    centred = at - at.mean()
    spread = (centred**2).sum()
    slope = (y * centred).sum(-1) / (spread if spread > 0 else np.nan)
    return np.asarray(y.mean(-1)), np.asarray(slope)


def difference_in_differences(
    treated: npt.ArrayLike,
    comparison: npt.ArrayLike,
    before: Sequence[int],
    after: Sequence[int],
    *,
    time: npt.ArrayLike | None = None,
    weights: tuple[npt.ArrayLike, npt.ArrayLike] | None = None,
    clusters: tuple[Sequence[object], Sequence[object]] | None = None,
    level: float = 0.95,
) -> Effect:
    """Change in a programme's areas less the change in comparison areas, with its interval.

    Each area is first reduced to one change, its mean after less its mean before: figures of one
    area in successive periods are alike, and intervals that take them as independent are far too
    narrow (Bertrand M, Duflo E, Mullainathan S 2004, Q J Econ 119:249). What moves all areas in a
    period drops out. effect = sum w_i d_i over the programme's areas - sum w_j d_j over the
    comparison areas, d the changes and w the weights as shares.

    A handful of programme's areas cannot show how far areas stray by themselves; the comparison
    areas can (Conley TG, Taber CR 2011, Rev Econ Stat 93:113). The variance of an area's change is
    A + B / weight, since figures of small areas move more (Ferman B, Pinto C 2019, Rev Econ Stat
    101:452), with A and B of 0 or more fitted to the comparison areas' squared residuals by
    iterated least squares; without weights B is 0. An area larger than all comparison areas is
    taken to move as much as the largest of them. The limits are effect -/+ t sqrt(variance), t
    by Satterthwaite's degrees of freedom (1946, Biometrics Bull 2:110). As the spread is that of
    areas without the programme, an effect that differs between areas does not widen the interval:
    it is for the mean effect in these areas.

    With `clusters` an area's change may also share a part with others of its cluster: the variance
    of that part comes from products of residuals within clusters, and is at most the whole. All
    programme's areas in one cluster then say little more than one area does. Where clusters in
    truth share nothing the interval is wider than it need be.

    Parameters
    ----------
    treated, comparison : array_like of float, ..., areas, periods
        The outcome; periods in order of time. NaN is missing: an area without all points of
        `before` and `after` is left out. Leading axes are a stack of programmes.
    before, after : sequence of int
        Positions of the periods before and after the start, from 0. Periods in neither are not
        used, such as the one in which a programme starts.
    time : array_like of float, periods
        When each period was; 0, 1, 2 and so on unless given. Used by the trend before alone.
    weights : (treated, comparison), array_like of float, ..., areas
        People behind each area's figure. An area of weight 0 or NaN is left out. Equal unless
        given.
    clusters : (treated, comparison), sequence of labels, areas
        Such as each area's ICS. Each area its own unless given.
    level : float
        Confidence level as a share.

    Raises
    ------
    StatisticsError
        When shapes do not fit, `before` or `after` is empty, out of range or out of order, time
        does not rise, a weight is negative, no area is left, or the level is not a share.

    Examples
    --------
    >>> found = difference_in_differences([[5, 9]], [[4, 5], [6, 8]], [0], [1])
    >>> found.effect, found.lower, found.areas, found.comparisons
    (2.5, nan, 1, 2)
    """
    z(level)
    (ours,), (theirs,) = as_floats(outcome=treated), as_floats(outcome=comparison)
    if ours.ndim < 2 or theirs.ndim < 2 or ours.shape[-1] != theirs.shape[-1]:
        raise StatisticsError(
            f"The outcomes do not fit together: programme's areas {ours.shape}, comparison areas "
            f"{theirs.shape}; give areas x periods, with the same periods."
        )
    periods = ours.shape[-1]
    early, late = np.asarray(before, dtype=np.intp), np.asarray(after, dtype=np.intp)
    order = np.concatenate([early, late])
    if not (early.size and late.size and (np.diff(order) > 0).all() and order[0] >= 0) or (
        order[-1] >= periods
    ):
        raise StatisticsError(
            f"The points before and after are {early.tolist()} and {late.tolist()} of {periods}; "
            "give one or more of each in order of time, those before first."
        )
    (at,) = as_floats(time=np.arange(periods) if time is None else time)
    if at.shape != (periods,) or not (np.diff(at) > 0).all():
        raise StatisticsError(
            f"The times of the {periods} periods must be as many rising numbers; give one for "
            "each, the earliest first."
        )
    sides = [
        _side(y, None if weights is None else weights[n], order)
        for n, y in enumerate((ours, theirs))
    ]
    if any((side.sum(-1) == 0).any() for side in sides):
        raise StatisticsError(
            "No area has a figure in every period; choose fewer periods or other areas."
        )
    shared = None if clusters is None else _indicators(clusters, sides)
    changes = [
        np.where(side > 0, y[..., late].mean(-1) - y[..., early].mean(-1), 0.0)
        for y, side in zip((ours, theirs), sides, strict=True)
    ]
    slopes = [
        np.where(side > 0, level_and_trend(y[..., early], time=at[early])[1], 0.0)
        for y, side in zip((ours, theirs), sides, strict=True)
    ]
    effect, error, freedom = _contrast(changes, sides, shared)
    trend, trend_error, trend_freedom = _contrast(slopes, sides, shared)
    half = special.stdtrit(freedom, (1 + level) / 2) * error
    trend_half = special.stdtrit(trend_freedom, (1 + level) / 2) * trend_error
    areas, comparisons = (np.broadcast_to((s > 0).sum(-1), effect.shape) for s in sides)
    return Effect(
        effect=shaped(effect),
        lower=shaped(effect - half),
        upper=shaped(effect + half),
        p_value=shaped(2 * special.stdtr(freedom, -np.abs(effect / error))),
        pre_trend=shaped(trend),
        pre_trend_lower=shaped(trend - trend_half),
        pre_trend_upper=shaped(trend + trend_half),
        areas=areas if effect.ndim else int(areas),
        comparisons=comparisons if effect.ndim else int(comparisons),
        points_before=len(early),
        points_after=len(late),
    )


def _side(y: Floats, weight: npt.ArrayLike | None, used: npt.NDArray[np.intp]) -> Floats:
    """Weights of areas, 0 where a point that is used or the weight is missing."""
    whole = ~np.isnan(y[..., used]).any(-1)
    if weight is None:
        return np.asarray(whole, dtype=np.float64)
    (people,) = as_floats(weight=weight)
    refuse_negative(weight=people)
    if people.shape[-1:] != y.shape[-2:-1]:
        raise StatisticsError(
            f"There are weights for {people.shape[-1:]} of {y.shape[-2]} areas; give one for each."
        )
    return np.asarray(np.where(whole, np.nan_to_num(people), 0.0))


def _indicators(
    clusters: tuple[Sequence[object], Sequence[object]], sides: list[Floats]
) -> list[Floats]:
    """Areas x clusters matrices of 0 and 1, one for each side, with the same clusters."""
    labels = [np.asarray(list(map(str, side))) for side in clusters]
    if any(len(name) != side.shape[-1] for name, side in zip(labels, sides, strict=True)):
        raise StatisticsError(
            f"There are {len(labels[0])} and {len(labels[1])} cluster labels for "
            f"{sides[0].shape[-1]} and {sides[1].shape[-1]} areas; give one for each."
        )
    known = np.unique(np.concatenate(labels))
    return [(name[:, None] == known).astype(np.float64) for name in labels]


def _contrast(
    figures: list[Floats], sides: list[Floats], shared: list[Floats] | None
) -> tuple[Floats, Floats, Floats]:
    """Difference of two weighted means, its standard error and degrees of freedom.

    The error is NaN with too few comparison areas, or where they do not vary.
    """
    w, v = (side / side.sum(-1, keepdims=True) for side in sides)
    effect = (w * figures[0]).sum(-1) - (v * figures[1]).sum(-1)
    there = sides[1] > 0
    count = there.sum(-1)
    residual = np.where(there, figures[1] - (v * figures[1]).sum(-1, keepdims=True), 0.0)
    squares = (v**2).sum(-1)
    # a residual varies less than the change itself, as its own area is part of the mean
    own = 1 - 2 * v + squares[..., None]
    squared = residual**2 / np.where(own > 0, own, np.nan)
    inverse = [np.where(side > 0, 1 / np.where(side > 0, side, 1.0), 0.0) for side in sides]
    unit = inverse[1].sum(-1, keepdims=True) / count[..., None]
    inverse = [x / unit for x in inverse]
    # how much less an area moves that is larger than all comparison areas, they cannot show
    least = np.where(there, inverse[1], np.inf).min(-1, keepdims=True)
    inverse[0] = np.maximum(inverse[0], least)
    a, b, information = _spread(squared, inverse[1], there)
    parts = np.stack(
        [
            (w**2).sum(-1) + squares,
            (w**2 * inverse[0]).sum(-1) + (v**2 * inverse[1]).sum(-1),
        ],
        axis=-1,
    )
    variance = a * parts[..., 0] + b * parts[..., 1]
    doubt = np.einsum("...i,...ij,...j->...", parts, information, parts)
    if shared is not None:
        each = np.where(there, a[..., None] + b[..., None] * inverse[1], 0.0)
        extra, extra_doubt = _shared(residual, each, (w, v), shared, there)
        variance, doubt = variance + extra, doubt + extra_doubt
    known = (variance > 0) & (count >= LEAST_COMPARISONS)
    variance = np.where(known, variance, np.nan)
    freedom = np.maximum(variance**2 / np.where(known, doubt, 1.0) - 1, 1)
    return effect, np.sqrt(variance), freedom


def _spread(squared: Floats, inverse: Floats, there: Booleans) -> tuple[Floats, Floats, Floats]:
    """A and B of variance = A + B x inverse weight, both 0 or more, and their information inverted.

    Weighted least squares of the squared residuals with weights 1 / variance^2, iterated: a square
    that is normal has a variance of twice its mean squared. Information is in halves of it.
    """
    count = there.sum(-1)
    each = np.where(there, (squared.sum(-1) / count)[..., None], 1.0)
    moments: list[Floats] = []
    for _ in range(4):
        weight = np.where(there, 1 / np.where(each > 0, each, np.nan) ** 2, 0.0)
        moments = [
            np.asarray((weight * term).sum(-1))
            for term in (1.0, inverse, inverse**2, squared, squared * inverse)
        ]
        one, first, second, y, yx = moments
        determinant = one * second - first**2
        sloping = determinant > 1e-9 * one * second
        divisor = np.where(sloping, determinant, np.nan)
        a, b = (second * y - first * yx) / divisor, (one * yx - first * y) / divisor
        flat = ~sloping | (b < 0)
        a, b = (
            np.where(flat, y / one, np.where(a < 0, 0.0, a)),
            np.where(flat, 0.0, np.where(a < 0, yx / second, b)),
        )
        each = np.where(there, a[..., None] + b[..., None] * inverse, 1.0)
    information = np.zeros((*count.shape, 2, 2))
    information[..., 0, 0] = np.where(sloping, second / divisor, 1 / one)
    information[..., 1, 1] = np.where(sloping, one / divisor, 0.0)
    information[..., 0, 1] = information[..., 1, 0] = np.where(sloping, -first / divisor, 0.0)
    return a, b, information


def _shared(
    residual: Floats,
    each: Floats,
    weights: tuple[Floats, Floats],
    shared: list[Floats],
    there: Booleans,
) -> tuple[Floats, Floats]:
    """What clusters add to the variance, and to its doubt (half the variance of the variance)."""
    w, v = weights
    size = there.astype(np.float64) @ shared[1]
    pairs = (size * (size - 1)).sum(-1)
    pairs = np.where(pairs > 0, pairs, np.nan)
    products = ((residual @ shared[1]) ** 2).sum(-1) - (residual**2).sum(-1)
    ours, theirs = w @ shared[0], v @ shared[1]
    # residuals of two areas are pulled apart by the mean that both are part of
    pulled = 2 * (((v * each) @ shared[1]) * (size - 1)).sum(-1) / pairs - (v**2 * each).sum(-1)
    left = 1 - 2 * (theirs * size * (size - 1)).sum(-1) / pairs + (theirs**2).sum(-1)
    whole = each.sum(-1) / there.sum(-1)
    common = np.clip((products / pairs + pulled) / left, 0.0, whole)
    factor = ((ours - theirs) ** 2).sum(-1) - (w**2).sum(-1) - (v**2).sum(-1)
    # 0 but for rounding where every area is a cluster of its own
    factor = np.where(factor > 1e-9, factor, 0.0)
    number = (size > 0).sum(-1)
    per_cluster = pairs / size.sum(-1) + 1
    doubt = (common + (whole - common) / per_cluster) ** 2 / np.maximum(number - 1, 1)
    extra = np.where(factor > 0, factor * common, 0.0)
    return extra, np.where(factor > 0, factor**2 * doubt, 0.0)


def verdict(effect: Effect, polarity: Polarity, *, margin: float = 0.0) -> Verdict:
    """What one programme's effect says, in words.

    'insufficient evidence' unless the interval says otherwise: with two or fewer points before or
    after, without an interval, where trends before the start differ detectably, or where the
    interval holds 0. That is not the same as no effect, which is said ('no different') only where
    the whole interval lies within `margin` of 0. Trends before that do not differ detectably are
    no proof that they are parallel (Roth J 2022, Am Econ Rev Insights 4:305).

    Parameters
    ----------
    effect : Effect
        Of one programme, not of a stack.
    polarity : {'higher_is_better', 'lower_is_better', 'none'}
        Of the outcome. Without one there is no better or worse, and the reason says which way.
    margin : float
        The smallest change that would matter, in the outcome's unit; 0 is none given.

    Raises
    ------
    StatisticsError
        When the effect is of a stack, the margin is negative, or the polarity is not as described.
    """
    if polarity not in ("higher_is_better", "lower_is_better", "none") or not margin >= 0:
        raise StatisticsError(
            f"A verdict was asked for with polarity '{polarity}' and margin {margin:g}; give "
            "'higher_is_better', 'lower_is_better' or 'none', and a margin of 0 or more."
        )
    if np.ndim(effect.effect):
        raise StatisticsError("A verdict is of one programme; a stack of effects was given.")
    lower, upper = float(effect.lower), float(effect.upper)
    if effect.points_before < LEAST_POINTS or effect.points_after < LEAST_POINTS:
        return Verdict(INSUFFICIENT, too_few_points(effect.points_before, effect.points_after))
    if np.isnan(lower):
        return Verdict(
            INSUFFICIENT,
            f"There is no interval: {effect.comparisons} comparison areas have all figures, which "
            f"are too few ({LEAST_COMPARISONS} are needed) or too alike to show how far areas "
            "stray by themselves.",
        )
    if effect.pre_trend_lower > 0 or effect.pre_trend_upper < 0:
        return Verdict(
            INSUFFICIENT,
            "The programme's areas were already moving apart from the comparison areas before it "
            "started.",
        )
    if -margin < lower and upper < margin:
        return Verdict(
            NO_DIFFERENT, "The whole interval lies within the smallest change that would matter."
        )
    if lower <= 0 <= upper:
        return Verdict(
            INSUFFICIENT, "The interval holds 0: the change could be for better, for worse or none."
        )
    way = "higher" if lower > 0 else "lower"
    if polarity == "none":
        return Verdict(
            INSUFFICIENT,
            f"It is {way} than in the comparison areas, but neither is better for this indicator.",
        )
    return Verdict(
        BETTER if polarity.startswith(way) else WORSE,
        f"The change is {way} than in the comparison areas, and the interval leaves out 0.",
    )


def too_few_points(before: int, after: int) -> str:
    """Say why there is no verdict with so few points.

    >>> too_few_points(1, 2)
    'Points before the start: 1, after it: 2. A verdict needs 3 of each.'
    """
    return (
        f"Points before the start: {before}, after it: {after}. A verdict needs {LEAST_POINTS} of "
        "each."
    )


def reach(
    eligible: npt.ArrayLike,
    offered: npt.ArrayLike,
    reached: npt.ArrayLike,
    decile: npt.ArrayLike,
    *,
    level: float = 0.95,
) -> pd.DataFrame:
    """Share of eligible people that a programme reached, overall and by deprivation.

    Parameters
    ----------
    eligible, offered, reached : array_like of float, one an area
        People. An area without a number of eligible or of reached people is left out; a number
        offered that is missing makes its sums missing.
    decile : array_like of float, one an area
        National; decile 1 = most deprived. Areas without one count in the total only.
    level : float
        Confidence level as a share.

    Returns
    -------
    pandas.DataFrame
        By `quintile` (0 = all, then 1 = most deprived to 5): `areas`, `eligible`, `offered`,
        `reached`, `share_offered` and `share` of the eligible (0 to 1), `lower` and `upper` of
        `share` (Wilson's, see `data.statistics.intervals.wilson`); NaN where nobody is eligible.

    Raises
    ------
    StatisticsError
        When a number is negative, more are offered or reached than are eligible, a decile is not
        1 to 10, or shapes do not fit.

    Examples
    --------
    >>> found = reach([100, 300], [50, 100], [20, 40], [1, 9])
    >>> found["share"].dropna().round(3).to_dict()
    {0: 0.15, 1: 0.2, 5: 0.133}
    """
    able, asked, got, tenth = as_floats(
        eligible=eligible, offered=offered, reached=reached, decile=decile
    )
    refuse_negative(eligible_number=able, offered_number=asked, reached_number=got)
    for word, people in (("offered", asked), ("reached", got)):
        over = people > able
        if over.any():
            raise StatisticsError(
                f"{people[over].flat[0]:g} people were {word} where {able[over].flat[0]:g} are "
                "eligible; correct the figures."
            )
    known = ~np.isnan(able) & ~np.isnan(got)
    rows = pd.DataFrame({"eligible": able, "offered": asked, "reached": got})[known]
    fifth = _fifths(tenth[known])
    out = pd.concat({n: _sums(rows[(fifth == n) | (n == 0)]) for n in range(6)}, axis=1).T
    out.index.name = "quintile"
    base = out["eligible"].where(out["eligible"] > 0)
    lower, upper = wilson(out["reached"], out["eligible"], level=level)
    return out.assign(
        share_offered=out["offered"] / base,
        share=out["reached"] / base,
        lower=lower,
        upper=upper,
    )


def _sums(rows: pd.DataFrame) -> "pd.Series[float]":
    areas = pd.Series({"areas": float(len(rows))})
    return pd.concat([areas, rows.sum(skipna=False).astype("float64")])


def _fifths(decile: Floats) -> npt.NDArray[np.int64]:
    """Quintile of each decile, 1 = most deprived in both; -1 where there is none."""
    whole = np.isnan(decile) | np.isin(decile, np.arange(1, 11))
    if not whole.all():
        raise StatisticsError(
            f"A decile of {decile[~whole].flat[0]:g} was found; deciles go from 1 (most deprived) "
            "to 10."
        )
    return np.where(np.isnan(decile), -1, (np.nan_to_num(decile) + 1) // 2).astype(np.int64)


def acts_where_need_is(
    need: npt.ArrayLike,
    reached: npt.ArrayLike,
    decile: npt.ArrayLike,
    *,
    rank: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> Targeting:
    """Whether a programme reaches people in proportion to need, and if not, at which end.

    The concentration index of people reached per person in need, areas weighted by people in need
    (Wagstaff A, van Doorslaer E 2000, J Hum Resour 35:716: with need in the place of population,
    unequal reach for equal need is all that is left). Its interval is of chance alone, with the
    standard errors of Wilson's intervals.

    Parameters
    ----------
    need, reached : array_like of float, one an area
        People; those reached are among those in need. Areas without one of them, and those where
        nobody is in need, are left out.
    decile : array_like of float, one an area
        National; decile 1 = most deprived. Areas without one are left out.
    rank : array_like of float, one an area
        Order of areas for the index, the lowest first: a rank of deprivation (1 = most deprived),
        or the share in need with its sign turned to rank by need. By decile unless given; equal
        ranks are taken as one area.
    level : float
        Confidence level as a share.

    Raises
    ------
    StatisticsError
        When a number is negative, more are reached than are in need, a decile is not 1 to 10,
        shapes do not fit, or fewer than two areas of different rank are left.

    Examples
    --------
    >>> found = acts_where_need_is([100, 100], [30, 10], [1, 10])
    >>> round(found.concentration.index, 3), found.table["ratio"].dropna().tolist()
    (-0.25, [1.5, 0.5])
    """
    people, got, tenth, order = as_floats(
        need=need, reached=reached, decile=decile, rank=decile if rank is None else rank
    )
    fifth = _fifths(tenth)
    known = (people > 0) & ~np.isnan(got) & (fifth > 0) & ~np.isnan(order)
    refuse_negative(need=people, reached_number=got)
    rows = pd.DataFrame({"need": people, "reached": got, "rank": order, "quintile": fifth})[known]
    ranked = rows.groupby("rank")[["need", "reached"]].sum()
    lower, upper = wilson(ranked["reached"], ranked["need"], level=level)
    index = concentration_index(
        ranked["reached"] / ranked["need"],
        ranked["need"],
        standard_error=standard_error(lower, upper, level=level),
        level=level,
    )
    table = rows.groupby("quintile")[["need", "reached"]].sum().reindex(range(1, 6))
    shares = table / table.sum()
    total = float(table["reached"].sum())
    return Targeting(
        concentration=index,
        table=table.assign(
            need_share=shares["need"],
            reached_share=shares["reached"],
            ratio=shares["reached"] / shares["need"] if total else np.nan,
        ),
    )
