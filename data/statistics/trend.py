"""Has an indicator changed in recent years, beyond chance and beyond one odd year."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from data.statistics.errors import StatisticsError
from data.statistics.intervals import Floats, as_floats, refuse_negative, z

POINTS = 5
"""How many of the latest points a recent trend is judged on."""


@dataclass(frozen=True)
class Trend:
    """Direction of an indicator over its last five points.

    Attributes
    ----------
    direction : str, or numpy.ndarray of str
        'increasing', 'decreasing', 'no significant change' or 'too few years'.
    slope : float, or numpy.ndarray of float64
        Change a unit of time, in the unit of the values; NaN where there are too few years.
    p_value : float, or numpy.ndarray of float64
        Of the chi-square of the slope on one degree of freedom; NaN where there are too few years.
    points : int, or numpy.ndarray of int64
        Points that were used: 5, or all there are where they are too few.
    """

    direction: str | npt.NDArray[np.str_]
    slope: float | Floats
    p_value: float | Floats
    points: int | npt.NDArray[np.int64]


def recent_trend(
    value: npt.ArrayLike,
    standard_error: npt.ArrayLike,
    *,
    time: npt.ArrayLike | None = None,
    level: float = 0.998,
) -> Trend:
    """Direction over the last five points that have a value and a standard error.

    With weights w = 1 / standard_error^2 and t the time less its weighted mean: slope =
    sum(w t y) / sum(w t^2), of which the variance is 1 / sum(w t^2), so that slope^2 sum(w t^2)
    is a chi-square on one degree of freedom where nothing changes. A change is claimed only where
    it passes `level` and the slope keeps its sign when any one of the five points is left out.

    The points must be of years that do not overlap: rolling averages would pass too easily.

    Parameters
    ----------
    value : array_like of float, ..., years
        In order of time; NaN is a year without a figure.
    standard_error : array_like of float, ..., years
        In the unit of the values. NaN or 0 is an uncertainty that is not known: such a year is
        left out, since it can have no weight.
    time : array_like of float, years
        When each point was; 0, 1, 2 and so on unless given. Give the years where some are absent
        from the axis.
    level : float
        Confidence level as a share.

    Returns
    -------
    Trend
        Plain values for one series; arrays without the last axis for a stack of them.

    Raises
    ------
    StatisticsError
        When a standard error is negative, time does not rise or has another length than the
        years, there is no axis of years, or the level is not a share.

    References
    ----------
    Fingertips Public Health Technical Guidance, "Fingertips trend markers" (OHID), for the five
    points and the level; Armitage P (1955), Biometrics 11:375, for the chi-square.

    Examples
    --------
    >>> found = recent_trend([10, 11, 12, 13, 14], [0.4] * 5)
    >>> found.direction, round(found.slope, 3)
    ('increasing', 1.0)
    >>> recent_trend([10, 11, np.nan, 13, 14], [0.4] * 5).direction
    'too few years'
    """
    z(level)
    y, se = as_floats(value=value, standard_error=standard_error)
    refuse_negative(standard_error=se)
    if not y.ndim:
        raise StatisticsError("A trend needs values by year; one value was given.")
    years = y.shape[-1]
    (t,) = as_floats(time=np.arange(years) if time is None else time)
    if t.shape != (years,) or not (np.diff(t) > 0).all() or np.isnan(t).any():
        raise StatisticsError(
            f"The times of the {years} points must be {years} rising numbers; "
            "give one year for each point, the earliest first."
        )
    valid = ~np.isnan(y) & (se > 0)
    still = np.cumsum(valid[..., ::-1], axis=-1)[..., ::-1]
    used = valid & (still <= POINTS)
    points = used.sum(axis=-1)
    enough = points == POINTS
    w = np.where(used, 1 / np.where(used, se, 1.0) ** 2, 0.0)
    y = np.where(used, y, 0.0)
    slope, information = _slope(w, y, t)
    p_value = special.chdtrc(1, slope**2 * information)
    without_one, _ = _slope(w[..., None, :] * (1 - np.eye(years)), y[..., None, :], t)
    steady = (np.sign(without_one) == np.sign(slope)[..., None]).all(axis=-1)
    changed = enough & steady & (p_value < 1 - level)
    direction = np.select(
        [~enough, changed & (slope > 0), changed & (slope < 0)],
        ["too few years", "increasing", "decreasing"],
        "no significant change",
    )
    slope, p_value = np.where(enough, slope, np.nan), np.where(enough, p_value, np.nan)
    if y.ndim == 1:
        return Trend(str(direction), float(slope), float(p_value), int(points))
    return Trend(direction, slope, p_value, points.astype(np.int64))


def _slope(w: Floats, y: Floats, t: Floats) -> tuple[Floats, Floats]:
    """Weighted slope of y on t along the last axis, and the inverse of its variance."""
    with np.errstate(divide="ignore", invalid="ignore"):
        centred = t - ((w * t).sum(axis=-1) / w.sum(axis=-1))[..., None]
        information = (w * centred**2).sum(axis=-1)
        return (w * centred * y).sum(axis=-1) / information, information
