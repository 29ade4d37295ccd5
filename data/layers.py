"""Which series answers a question: the level asked for, or the finest one there is."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import pandas as pd

from data import catalogue

COARSER: Final = ("LSOA21", "MSOA21", "PLACE", "LAD24", "UTLA23", "SICBL24", "ICB")
"""From the finest level up; PLACE and ICB stand for the vintage in use."""


@dataclass(frozen=True)
class Shown:
    """The series that is shown for an indicator.

    Attributes
    ----------
    series_id : int
    area_type : str
        Level at which it is shown.
    period, method : str
    asked : bool
        True where the level is the one that was asked for.
    """

    series_id: int
    area_type: str
    period: str
    method: str
    asked: bool


def newest(periods: "pd.Series[str]") -> str:
    """The latest period; a year stands after its own quarters."""
    return str(max(periods, key=lambda p: p if " Q" in p else p + " Q9"))


def resolve(
    series: pd.DataFrame, indicator: str, area_type: str, vintage: str, period: str = ""
) -> Shown | None:
    """Find the series for an indicator at a level, or at the nearest level that it has.

    Levels above the one asked for come first, from the finest up; then those below it.

    Parameters
    ----------
    series : pandas.DataFrame
        From `data.store.series`.
    area_type : str
        Level asked for.
    vintage : {'ICB24', 'ICB26'}
        Vintage of the ICS on the map; levels of the other are never used.
    period : str
        Used where the level has it, otherwise the newest.

    Returns
    -------
    Shown or None
        None where the indicator has no figure at any level of this vintage's ladder.
    """
    mine = series[series["indicator_id"] == indicator]
    names = {"PLACE": "PLACE" + vintage[-2:], "ICB": vintage}
    ladder = [names.get(kind, kind) for kind in COARSER]
    if area_type in {"PLACE24", "PLACE26", "ICB24", "ICB26"}.difference(ladder):
        return None
    at = ladder.index(area_type) if area_type in ladder else None
    steps = [area_type] if at is None else [*ladder[at:], *reversed(ladder[:at])]
    for kind in steps:
        rows = mine[mine["area_type"] == kind]
        if len(rows):
            has = period in set(rows["period"])
            row = rows[rows["period"] == (period if has else newest(rows["period"]))].iloc[0]
            return Shown(
                int(row["series_id"]), kind, row["period"], row["method"], kind == area_type
            )
    return None


HELD: Final = {
    "need": ("deprivation", "condition", "context"),
    "coverage": ("deprivation", "coverage"),
    "context": ("context", "coverage"),
    "all": ("deprivation", "condition", "coverage"),
}
"""The layers that a map file of each kind holds."""

RANKED: Final = {"need": HELD["need"], "coverage": ("coverage",), "context": (), "all": ()}
"""Those of them whose ranks it holds too; the others go without, so that files stay small."""


def holding(wanted: Collection[str]) -> str:
    """The kind of map file for some layers: the first that holds them all."""
    return next((kind for kind, held in HELD.items() if set(wanted) <= set(held)), "all")


def on_map(series: pd.DataFrame, area_type: str, year: str, kind: str) -> pd.DataFrame:
    """The series that one map file holds, and the key of each.

    Conditions of one year, and the newest period of everything else.

    Parameters
    ----------
    kind : str
        Of `HELD`.

    Returns
    -------
    pandas.DataFrame
        Rows of `series` with `layer` and `key`, a short name for the file's properties.
    """
    layer_of = {k: v.layer for k, v in catalogue.indicators().items()}
    rows = series[series["area_type"] == area_type]
    rows = rows.assign(layer=rows["indicator_id"].map(layer_of))
    rows = rows[rows["layer"].isin(HELD[kind])]
    by_indicator = rows.groupby("indicator_id")["period"]
    wanted = rows["indicator_id"].map(by_indicator.agg(newest))
    has_year = by_indicator.transform(lambda periods: year in set(periods))
    wanted = wanted.mask((rows["layer"] == "condition") & has_year.astype(bool), year)
    rows = rows[rows["period"] == wanted].sort_values("series_id")
    return rows.assign(key=[f"{n:x}" for n in range(len(rows))])
