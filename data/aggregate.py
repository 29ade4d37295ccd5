"""From smaller areas to larger ones: by adding counts, never by averaging rates."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.lookups import nesting

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]


def group_sums(values: Floats, group: Codes, groups: int) -> Floats:
    """Add `values` up by group; NaN adds nothing, and a group with nothing but NaN is NaN.

    Parameters
    ----------
    values : numpy.ndarray of float64
    group : numpy.ndarray of int64
        Group of each value, 0 to `groups` - 1; -1 is in none.
    """
    known = ~np.isnan(values) & (group >= 0)
    total = np.bincount(group[known], values[known], groups)
    seen = np.bincount(group[known], minlength=groups)
    return np.where(seen > 0, total, np.nan)


def deciles(score: Floats) -> npt.NDArray[np.float64]:
    """Decile by rank of a score, highest first: decile 1 = most deprived.

    Parameters
    ----------
    score : numpy.ndarray of float64
        Higher is more deprived; NaN has no decile.

    Returns
    -------
    numpy.ndarray of float64
        1 to 10; NaN throughout when fewer than ten areas have a score.
    """
    known = ~np.isnan(score)
    n = int(known.sum())
    out = np.full(len(score), np.nan)
    if n >= 10:
        rank = pd.Series(-score[known]).rank(method="first").to_numpy()
        out[known] = np.ceil(rank * 10 / n)
    return out


def unite(figures: pd.DataFrame, lsoas: pd.DataFrame, targets: Sequence[str]) -> pd.DataFrame:
    """Add published counts up to the larger areas that are exact unions of the published ones.

    Parameters
    ----------
    figures : pandas.DataFrame
        `indicator_id`, `period`, `area_type` (one type), `area_code`, `count`, `denominator`.
    lsoas : pandas.DataFrame
        From `geo.lookups.lsoa_table`, with `population`.
    targets : sequence of str
        Area types to make.

    Returns
    -------
    pandas.DataFrame
        `indicator_id`, `period`, `area_type`, `area_code`, `count`, `denominator`, `covered`:
        the share (0 to 1) of the larger area's residents whose smaller area has a figure.
    """
    native = figures["area_type"].iloc[0]
    people = lsoas.groupby(native)["population"].sum()
    whole = figures.dropna(subset=["count", "denominator"])
    parts = []
    for target in targets:
        inside = nesting(lsoas[native], lsoas[target])
        rows = whole.assign(
            target=whole["area_code"].map(inside), people=whole["area_code"].map(people)
        ).dropna(subset=["target"])
        if rows.empty:
            continue
        sums = rows.groupby(["indicator_id", "period", "target"], as_index=False)[
            ["count", "denominator", "people"]
        ].sum()
        full = people.groupby(inside).sum()
        sums["covered"] = (sums["people"] / sums["target"].map(full)).round(6)
        sums["area_type"] = target
        parts.append(sums.rename(columns={"target": "area_code"}).drop(columns="people"))
    return pd.concat(parts, ignore_index=True) if parts else whole.iloc[:0].assign(covered=[])
