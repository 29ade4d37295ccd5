"""Class breaks for maps, and the colours and words that go with them.

A class holds values in (lower, upper]; the first also holds its lower limit.
"""

import warnings
from dataclasses import dataclass
from typing import Final, Literal

import mapclassify
import numpy as np
import numpy.typing as npt

Scheme = Literal["national", "quantile", "natural"]
Floats = npt.NDArray[np.float64]

CLASSES: Final = 5
SAMPLE: Final = 300


@dataclass(frozen=True)
class Breaks:
    """Limits between classes and how many areas are in each.

    Attributes
    ----------
    upper : tuple of float
        Upper limits of all classes but the last, rising. Fewer than `CLASSES - 1` where values tie.
    counts : tuple of int
        Areas in each class, one more than `upper`.
    missing : int
        Areas with no value.
    low, high : float
        Smallest and largest value; NaN when there is none.
    """

    upper: tuple[float, ...]
    counts: tuple[int, ...]
    missing: int
    low: float
    high: float


def breaks(
    shown: Floats,
    scheme: Scheme,
    *,
    national: Floats | None = None,
    decimals: int = 1,
    classes: int = CLASSES,
) -> Breaks:
    """Class limits for a map.

    Parameters
    ----------
    shown : numpy.ndarray of float64
        Values on the map; NaN is no data.
    scheme : {'national', 'quantile', 'natural'}
        `national`: every second decile of all areas of this type in England; `quantile`: equal
        numbers of the areas shown; `natural`: Fisher-Jenks of the areas shown.
    national : numpy.ndarray of float64
        All of England, needed by `national`.
    decimals : int
        Limits are rounded as the values are printed, so that the legend is exact.
    """
    known = shown[~np.isnan(shown)]
    base = known if scheme != "national" or national is None else national[~np.isnan(national)]
    if not len(known) or not len(base):
        return Breaks((), (len(known),), int(np.isnan(shown).sum()), np.nan, np.nan)
    if scheme == "natural" and len(np.unique(known)) > classes:
        upper = _natural(known, classes)
    else:
        upper = np.quantile(base, np.arange(1, classes) / classes, method="inverted_cdf")
    limits = np.unique(np.round(upper, decimals))
    limits = limits[limits < np.round(max(base.max(), known.max()), decimals)]
    which = np.searchsorted(limits, np.round(known, decimals), side="left")
    counts = np.bincount(which, minlength=len(limits) + 1)
    return Breaks(
        tuple(float(v) for v in limits),
        tuple(int(n) for n in counts),
        int(np.isnan(shown).sum()),
        float(known.min()),
        float(known.max()),
    )


def _natural(known: Floats, classes: int) -> Floats:
    """Fisher-Jenks limits of at most `SAMPLE` evenly spaced order statistics of the values.

    The exact algorithm grows with the square of the number of values.
    """
    ranks = np.linspace(0, len(known) - 1, min(SAMPLE, len(known))).round().astype(int)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Numba not installed")
        return np.asarray(mapclassify.FisherJenks(np.sort(known)[ranks], k=classes).bins[:-1])


def classify(values: Floats, limits: tuple[float, ...], decimals: int = 1) -> npt.NDArray[np.int64]:
    """Class number of each value, 0 from the lowest; -1 where there is no value."""
    which = np.searchsorted(np.asarray(limits), np.round(values, decimals), side="left")
    return np.where(np.isnan(values), -1, which)
