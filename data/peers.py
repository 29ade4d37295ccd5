"""Areas like this one: statistical neighbours among all areas of England of the same type."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

import numpy as np
import pandas as pd
from sqlalchemy import Engine

from data import catalogue, layers, store
from data.errors import AtlasError
from geo.areas import AREA_TYPES, OWN

Area = tuple[str, str]

VARIABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "deprivation": (
        "imd_income",
        "imd_employment",
        "imd_education",
        "imd_health",
        "imd_crime",
        "imd_housing",
        "imd_living_environment",
    ),
    "age structure": (
        "census_under15",
        "census_aged_15_24",
        "census_aged_25_44",
        "census_65plus",
        "census_85plus",
    ),
    "ethnicity": ("census_asian", "census_black", "census_mixed", "census_other"),
    "rurality": ("rural",),
}
"""What makes areas alike, by theme: indicators that are each standardised and weigh the same.

People aged 45 to 64 and of White ethnic groups are left out: with the others they add up to 100%.
"""

LEAST_AREAS: Final = 30
"""Among fewer areas there are no near neighbours to be found."""

WHERE: Final = {"place": "PLACE26", "ics": "ICB26", "local_authority": "LAD24"}
"""Columns that say where a peer is: area type of each."""


class NoPeers(AtlasError):
    """There are no peers for what is asked; the message says why."""


@dataclass(frozen=True)
class Peers:
    """The nearest areas to one.

    Attributes
    ----------
    area_type : str
    table : pandas.DataFrame
        `rank` (1 = nearest; equal distances in order of code), `code`, `name`, `distance` (in
        standard deviations, 0 = alike in all variables), and the names of the `place`, `ics`
        (April 2026) and `local_authority` that hold most of it, '' where none does.
    variables : pandas.DataFrame
        `theme`, `indicator_id`, `value` (the area's), `mean` and `sd` (of England's areas of the
        type, each counted once), `z` ((value - mean) / sd; 0 where all areas are the same).
    compared, left_out : int
        England's areas of the type that the area was compared with, and those that lack a figure
        and were not.
    """

    area_type: str
    table: pd.DataFrame
    variables: pd.DataFrame
    compared: int
    left_out: int


def matrix(engine: Engine, series: pd.DataFrame, area_type: str) -> pd.DataFrame:
    """Newest figures of all `VARIABLES` that there are, for all of England's areas of a type.

    Parameters
    ----------
    series : pandas.DataFrame
        From `data.store.series`.

    Returns
    -------
    pandas.DataFrame
        Indexed by area code, a column an indicator, in its unit; NaN where an area lacks it.

    Raises
    ------
    NoPeers
        When there are fewer than thirty areas of the type, or none of the variables.
    """
    if area_type == OWN:
        raise NoPeers(
            "Peers are areas of the same type, and your own area has none; look at one of the "
            "neighbourhoods in it."
        )
    codes = store.areas(engine, area_type)["code"].sort_values()
    kind = AREA_TYPES[area_type].plural if area_type in AREA_TYPES else f"areas of type {area_type}"
    if len(codes) < LEAST_AREAS:
        raise NoPeers(
            f"England has {len(codes)} {kind} where {LEAST_AREAS} are needed to find peers; "
            "choose a smaller area."
        )
    shown = _newest(series, area_type, list(chain(*VARIABLES.values())))
    if not shown:
        raise NoPeers(
            f"There are no figures of deprivation, age and ethnicity for {kind}; "
            "choose a neighbourhood or another area."
        )
    tall = store.england(engine, list(shown))
    wide = tall.pivot_table(index="code", columns="series_id", values="value", dropna=False)
    wide = wide.reindex(index=pd.Index(codes, name="code"), columns=list(shown))
    return wide.set_axis(list(shown.values()), axis=1)


def nearest(engine: Engine, figures: pd.DataFrame, area: Area, *, k: int = 10) -> Peers:
    """The areas that are most like one, by Euclidean distance of standardised figures.

    Each variable is standardised with the mean and standard deviation of all of England's areas of
    the type that have all variables; distance is sqrt(sum of squared differences). Areas that lack
    a variable are left out. A variable that is the same everywhere adds nothing.

    Parameters
    ----------
    figures : pandas.DataFrame
        From `matrix`, for the area's type.
    k : int
        How many peers.

    Returns
    -------
    Peers
        Every area that shares the code's type may be one, wherever it lies; a near neighbour on
        the ground is no nearer here.

    Raises
    ------
    UnknownCodeError
        When there is no such area.
    NoPeers
        When the area lacks a variable.
    """
    kind, code = area
    name = store.area(engine, kind, code)["name"]
    whole = figures.dropna()
    if code not in whole.index:
        empty = figures.reindex([code]).isna().all()
        lacks = ", ".join(catalogue.indicator(str(gap)).short_name for gap in empty.index[empty])
        raise NoPeers(f"{name} has no peers: it lacks {lacks}; choose another area.")
    theme_of = {one: theme for theme, members in VARIABLES.items() for one in members}
    mean, sd = whole.mean(), whole.std(ddof=0)
    z = (whole - mean) / sd.where(sd > 0, 1.0)
    distance = np.sqrt(((z - z.loc[code]) ** 2).sum(axis=1)).drop(code)
    found = distance.sort_index().sort_values(kind="stable").head(k)
    parents = [store.parents(engine, kind, peer).set_index("area_type") for peer in found.index]
    columns = {
        column: [
            str(holders.loc[[above], "name"].iloc[0]) if above in holders.index else ""
            for holders in parents
        ]
        for column, above in WHERE.items()
    }
    names = [store.area(engine, kind, peer)["name"] for peer in found.index]
    return Peers(
        area_type=kind,
        table=pd.DataFrame(
            {
                "rank": range(1, len(found) + 1),
                "code": found.index,
                "name": names,
                "distance": found.to_numpy(),
                **columns,
            }
        ),
        variables=pd.DataFrame(
            {
                "theme": [theme_of[str(variable)] for variable in figures],
                "indicator_id": list(figures),
                "value": whole.loc[code].to_numpy(),
                "mean": mean.to_numpy(),
                "sd": sd.to_numpy(),
                "z": z.loc[code].to_numpy(),
            }
        ),
        compared=len(whole) - 1,
        left_out=len(figures) - len(whole),
    )


def against(
    engine: Engine,
    series: pd.DataFrame,
    area: Area,
    peers: Peers,
    indicator_ids: Sequence[str],
) -> pd.DataFrame:
    """Where an area stands among its peers; a description, not a test.

    Returns
    -------
    pandas.DataFrame
        One row an indicator that has figures at this level and of the area, in the order asked:
        `indicator_id`, `period` (the newest), `method`, `value`, `peers_low`, `peers_median`,
        `peers_high` (of the peers alone), `rank` (1 = highest of the area and its peers; ties
        share), `n` (how many of them have a figure): 'highest of 11'.
    """
    shown = _newest(series, peers.area_type, indicator_ids)
    codes = [area[1], *peers.table["code"]]
    tall = store.england(engine, list(shown), codes)
    wide = tall.pivot_table(index="code", columns="series_id", values="value", dropna=False)
    wide = wide.reindex(index=codes, columns=list(shown))
    others = wide.iloc[1:]
    rows = pd.DataFrame(
        {
            "value": wide.iloc[0],
            "peers_low": others.min(),
            "peers_median": others.median(),
            "peers_high": others.max(),
            "rank": wide.rank(ascending=False, method="min").iloc[0],
            "n": wide.count(),
        }
    )
    known = series.set_index("series_id").loc[list(shown), ["indicator_id", "period", "method"]]
    rows = known.join(rows).dropna(subset=["value"])
    return rows.astype({"rank": int}).reset_index(drop=True)


def _newest(series: pd.DataFrame, area_type: str, indicator_ids: Sequence[str]) -> dict[int, str]:
    """Newest series of some indicators at a level: series id to indicator, in the order asked."""
    mine = series[series["area_type"] == area_type]
    shown = {}
    for code in dict.fromkeys(indicator_ids):
        rows = mine[mine["indicator_id"] == code]
        if len(rows):
            newest = rows[rows["period"] == layers.newest(rows["period"])]
            shown[int(newest["series_id"].iloc[0])] = code
    return shown
