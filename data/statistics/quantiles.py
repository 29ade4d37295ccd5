"""Quantile groups, and means, quantiles and variances weighted by people."""

import numpy as np
import numpy.typing as npt
from scipy import stats

from data.statistics.errors import StatisticsError
from data.statistics.intervals import Floats, as_floats, refuse_negative


def quantile_groups(
    values: npt.ArrayLike, groups: int, *, highest_first: bool = False
) -> npt.NDArray[np.int64]:
    """Divide areas into groups of equal numbers by rank: group = ceil(rank x groups / n).

    Equal values share the best rank among them and so are always in the same group, the one that
    the first of them falls in; a long tie can leave the group after it empty. Where areas do not
    divide evenly the groups' sizes differ by one. The rule is that of the deciles published with
    the Indices of Deprivation 2025; OHID's tools give an odd area to another group.

    Parameters
    ----------
    values : array_like of float, one an area
        NaN is missing and takes no rank.
    groups : int
        5 for quintiles, 10 for deciles.
    highest_first : bool
        Whether group 1 holds the highest values. With deprivation scores, which are higher where
        an area is more deprived, say True: then decile 1 = most deprived.

    Returns
    -------
    numpy.ndarray of int64, one an area
        1 to `groups`; 0 where the value is missing.

    Raises
    ------
    StatisticsError
        When there are fewer distinct values than groups, `groups` is not a whole number of 1 or
        more, or the values have more than one axis.

    References
    ----------
    Ministry of Housing, Communities and Local Government (2025), English Indices of Deprivation
    2025, File 7: ranks, scores and deciles.

    Examples
    --------
    >>> quantile_groups([30, 10, np.nan, 20, 40], 2, highest_first=True).tolist()
    [1, 2, 0, 2, 1]
    """
    (known,) = as_floats(values=values)
    if known.ndim != 1:
        raise StatisticsError(
            f"The values have {known.ndim} axes where one is expected; "
            "divide the areas of one series at a time."
        )
    if groups < 1 or groups != int(groups):
        raise StatisticsError(
            f"{groups:g} groups were asked for where a whole number of 1 or more is expected; "
            "give 5 for quintiles or 10 for deciles."
        )
    there = ~np.isnan(known)
    distinct = len(np.unique(known[there]))
    if distinct < groups:
        raise StatisticsError(
            f"There are {distinct} different values among {int(there.sum())} areas, too few for "
            f"{groups} groups; ask for fewer groups or take a larger area."
        )
    rank = stats.rankdata(-known[there] if highest_first else known[there], method="min")
    out = np.zeros(len(known), np.int64)
    out[there] = -(-rank.astype(np.int64) * int(groups) // int(there.sum()))
    return out


def weighted_mean(values: npt.ArrayLike, weights: npt.ArrayLike, axis: int = -1) -> Floats:
    """Mean in which each value counts as often as its weight: sum(w x) / sum(w).

    Parameters
    ----------
    values : array_like of float
        NaN is left out together with its weight.
    weights : array_like of float
        People, usually; NaN is left out together with its value.
    axis : int
        Axis along which to average.

    Returns
    -------
    numpy.ndarray of float64
        In the unit of the values, without that axis; NaN where the weights add up to 0.

    Raises
    ------
    StatisticsError
        When a weight is negative or the shapes do not fit.

    References
    ----------
    Armitage P, Berry G, Matthews JNS (2002), Statistical Methods in Medical Research, 4th ed.

    Examples
    --------
    >>> round(float(weighted_mean([10, 20, np.nan], [3, 1, 5])), 2)
    12.5
    """
    x, w = _weighted(values, weights)
    return _mean(np.moveaxis(x, axis, -1), np.moveaxis(w, axis, -1))


def weighted_variance(values: npt.ArrayLike, weights: npt.ArrayLike) -> Floats:
    """Variance about the weighted mean along the last axis: sum(w (x - mean)^2) / sum(w).

    It describes the people that the weights count, all of them, and so is not corrected for
    sampling (no n - 1).

    Parameters
    ----------
    values : array_like of float
        NaN is left out together with its weight.
    weights : array_like of float
        People, usually; NaN is left out together with its value.

    Returns
    -------
    numpy.ndarray of float64
        In the unit of the values squared, without the last axis; NaN where the weights add up
        to 0, and 0 where all values are equal.

    Raises
    ------
    StatisticsError
        When a weight is negative or the shapes do not fit.

    References
    ----------
    WHO (2013), Handbook on Health Inequality Monitoring, on between-group variance.

    Examples
    --------
    >>> round(float(weighted_variance([10, 20], [3, 1])), 2)
    18.75
    """
    x, w = _weighted(values, weights)
    return _mean((x - _mean(x, w)[..., None]) ** 2, w)


def weighted_quantile(values: npt.ArrayLike, weights: npt.ArrayLike, q: npt.ArrayLike) -> Floats:
    """Smallest value at or below which lies at least the share q of the weight.

    Always one of the values (no interpolation). Along the last axis.

    Parameters
    ----------
    values : array_like of float
        NaN is left out together with its weight.
    weights : array_like of float
        People, usually; NaN is left out together with its value. A value of weight 0 is never
        the answer.
    q : array_like of float
        Shares, 0 to 1: 0.5 for the median.

    Returns
    -------
    numpy.ndarray of float64, shape of q, then of the values without the last axis
        In the unit of the values; NaN where the weights add up to 0.

    Raises
    ------
    StatisticsError
        When a weight is negative, a q lies outside 0 to 1 or is missing, or the shapes do not fit.

    References
    ----------
    Hyndman RJ, Fan Y (1996), Am Stat 50:361, definition 1, with weights.

    Examples
    --------
    >>> weighted_quantile([1, 2, 3], [1, 1, 8], [0.1, 0.5]).tolist()
    [1.0, 3.0]
    """
    x, w = _weighted(values, weights)
    (shares,) = as_floats(q=q)
    outside = ~((shares >= 0) & (shares <= 1))
    if outside.any():
        raise StatisticsError(
            f"A quantile at {shares[outside].flat[0]:g} was asked for where a share from 0 to 1 "
            "is expected; give 0.5 for the median."
        )
    x = np.where(w > 0, x, np.nan)
    order = np.argsort(x, axis=-1)
    x, w = np.take_along_axis(x, order, -1), np.take_along_axis(w, order, -1)
    running = np.cumsum(w, axis=-1)
    total = running[..., -1]
    out = np.empty(shares.shape + total.shape)
    for k, share in np.ndenumerate(shares):
        # the tolerance keeps an exact boundary on its own side after summing in floats
        before = running < ((share - 1e-9) * total)[..., None]
        at = np.where(total > 0, before.sum(axis=-1), 0)
        out[k] = np.take_along_axis(x, at[..., None], -1)[..., 0]
    return out


def _weighted(values: npt.ArrayLike, weights: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Values and weights of one shape; what either lacks has the value NaN and the weight 0."""
    x, w = (np.atleast_1d(a) for a in as_floats(values=values, weight=weights))
    refuse_negative(weight=w)
    if not x.shape[-1]:
        raise StatisticsError("There are no values to summarise; give at least one.")
    there = ~np.isnan(x) & ~np.isnan(w)
    return np.where(there, x, np.nan), np.where(there, w, 0.0)


def _mean(x: Floats, w: Floats) -> Floats:
    total = w.sum(axis=-1)
    product = np.where(w > 0, w * x, 0.0).sum(axis=-1)
    return np.asarray(product / np.where(total > 0, total, np.nan))
