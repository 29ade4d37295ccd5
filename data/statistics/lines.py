"""Limits of what a straight line through groups says, on the scale that the line is fitted on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import expit, logit

from data.statistics.intervals import Floats

DRAWS_AT_ONCE = 2_000_000
"""Simulated figures held in one array: 16 MB."""


@dataclass(frozen=True)
class Scale:
    """A scale to fit a line on: `forward` from the value, `inverse` back to it."""

    forward: Callable[[Floats], Floats]
    inverse: Callable[[Floats], Floats]
    rate: Callable[[Floats], Floats]
    """How fast the value moves with the fitted figure, in terms of the value."""


SCALES: Final[Mapping[str, Scale]] = {
    "linear": Scale(lambda y: y, lambda f: f, np.ones_like),
    "log": Scale(np.log, np.exp, lambda y: y),
    "logit": Scale(logit, expit, lambda y: y * (1 - y)),
}


def closed_form(
    scale: Scale,
    to_intercept: Floats,
    to_slope: Floats,
    variance: Floats,
    start: Floats,
    end: Floats,
    quantile: float | Floats,
) -> Floats:
    """Limits of SII and RII (4 x rows) from the variances of the groups' transformed values."""
    a = (to_intercept**2 * variance).sum(-1)
    b = (to_slope**2 * variance).sum(-1)
    ab = (to_intercept * to_slope * variance).sum(-1)
    at_start, at_end = scale.rate(start), scale.rate(end)
    rise = at_end - at_start
    half = quantile * np.sqrt(np.maximum(rise**2 * a + 2 * rise * at_end * ab + at_end**2 * b, 0))
    sii = end - start
    if scale is SCALES["linear"]:
        rii = _fieller(start, end, a, a + ab, a + 2 * ab + b, quantile)
    else:
        at_start, at_end = at_start / start, at_end / end
        rise = at_end - at_start
        log_variance = rise**2 * a + 2 * rise * at_end * ab + at_end**2 * b
        factor = np.exp(quantile * np.sqrt(np.maximum(log_variance, 0)))
        rii = (end / start / factor, end / start * factor)
    return np.array([sii - half, sii + half, *rii])


def _fieller(
    start: Floats,
    end: Floats,
    start_variance: Floats,
    covariance: Floats,
    end_variance: Floats,
    quantile: float | Floats,
) -> tuple[Floats, Floats]:
    """Limits of end / start; NaN where `start` cannot be told from 0."""
    square = start**2 - quantile**2 * start_variance
    square = np.where(square > 0, square, np.nan)
    middle = start * end - quantile**2 * covariance
    root = np.sqrt(np.maximum(middle**2 - square * (end**2 - quantile**2 * end_variance), 0))
    return (middle - root) / square, (middle + root) / square


def simulated(
    scale: Scale,
    intercept: Floats,
    slope: Floats,
    to_intercept: Floats,
    to_slope: Floats,
    draws: Floats,
    level: float,
) -> Floats:
    """Limits of SII and RII (4 x rows): percentiles over `draws` (groups x repetitions)."""
    limits = np.full((4, len(slope)), np.nan)
    known = np.flatnonzero(np.isfinite(to_intercept.sum(-1)))
    tails = ((1 - level) / 2, (1 + level) / 2)
    step = max(1, DRAWS_AT_ONCE // draws.shape[-1])
    for begin in range(0, known.size, step):
        rows = known[begin : begin + step]
        a = intercept[rows, None] + to_intercept[rows] @ draws
        b = slope[rows, None] + to_slope[rows] @ draws
        start, end = scale.inverse(a), scale.inverse(a + b)
        limits[:2, rows] = np.quantile(end - start, tails, axis=-1)
        # a start at 0 or less makes the ratio unbounded above, as in Fieller's theorem
        ratio = np.full_like(start, np.finfo(np.float64).max)
        np.divide(end, start, out=ratio, where=start > 0)
        lower, upper = np.quantile(ratio, tails, axis=-1)
        bounded = (start <= 0).sum(-1) <= (draws.shape[-1] - 1) * tails[0]
        limits[2:, rows] = np.where(bounded, (lower, upper), np.nan)
    return limits
