"""Lists and tables: figures laid out for reading. No Streamlit here."""

from typing import Any

import pandas as pd
import pyarrow as pa

from components import theme
from components.scene import Part, Scene
from data import catalogue
from data.catalogue import Indicator
from data.estimate import COVERED_FLAG

ROWS = 12
"""Areas beside the map, before all are asked for."""


def ranked(scene: Scene, show: str) -> pd.DataFrame:
    """The list beside the map: highest or lowest first, or all; hot or cold spots before others.

    Returns
    -------
    pandas.DataFrame
        Indexed by area code; `Area`, a column a layer, `Rank` or `Hot or cold spot`.
    """
    rows = scene.rows.dropna(subset=[scene.sort]) if show != "all" else scene.rows
    ascending = show == "lowest"
    by, up = [scene.sort, "name"], [ascending, True]
    if "cluster" in rows:
        sought = rows["cluster"] == ("cold spot" if ascending else "hot spot")
        rows, by, up = rows.assign(sought=sought), ["sought", *by], [False, *up]
    rows = rows.sort_values(by, ascending=up)
    rows = rows if show == "all" else rows.head(ROWS)
    out = pd.DataFrame({"Area": rows["name"]})
    if "decile" in rows:
        out["IMD decile"] = rows["decile"].map(lambda d: theme.number(d))
        out["People"] = rows["population"].map(lambda n: theme.number(n))
    for column, part in zip(_columns(scene), _shown(scene), strict=True):
        out[_heading(part)] = rows[column].map(
            lambda v, part=part: theme.figure(v, _unit(part), part.entry.decimals)
        )
    if "cluster" in rows:
        out["Hot or cold spot"] = rows["cluster"]
    elif len(scene.parts) == 1:
        rank = scene.rows[scene.sort].rank(ascending=False, method="min")
        out["Rank"] = rank.reindex(rows.index).map(lambda r: theme.number(r))
    return out


def bare(table: pd.DataFrame) -> pa.Table:
    """The columns alone: an index and pandas' own notes would double what is sent."""
    return pa.Table.from_pandas(table, preserve_index=False).replace_schema_metadata(None)


def _shown(scene: Scene) -> tuple[Part, ...]:
    return scene.parts[1:] if "decile" in scene.rows else scene.parts


def _columns(scene: Scene) -> list[str]:
    return [name for name in ("value", "second") if name in scene.rows]


def _heading(part: Part) -> str:
    return f"{part.entry.short_name}, {part.shown.period}"


def _unit(part: Part) -> str:
    return part.entry.unit if part.entry.unit == "%" else ""


def download(scene: Scene) -> pd.DataFrame:
    """Exactly what the map shows, for a file: a row an area and layer, with its source.

    Returns
    -------
    pandas.DataFrame
        `area_type`, `area_code`, `area_name`, `indicator_id`, `indicator`, `period`, `unit`,
        `count`, `denominator`, `value`, `spread_low`, `spread_high`, `covered`, `decile` (1 = most
        deprived), `method`, `dataset_id`; `meets_all` on the overlap; `cluster` and `p_value`
        (pseudo p, not corrected for many tests) where hot and cold spots are shown.
    """
    areas = scene.coloured
    parts = []
    for part in scene.parts:
        rows = part.figures.reindex(areas.index)
        parts.append(
            pd.DataFrame(
                {
                    "area_type": scene.area_type,
                    "area_code": areas["code"],
                    "area_name": areas["name"],
                    "indicator_id": part.entry.id,
                    "indicator": part.entry.name,
                    "period": part.shown.period,
                    "unit": part.entry.unit,
                    **{
                        name: rows[name]
                        for name in (
                            "count",
                            "denominator",
                            "value",
                            "lower_ci",
                            "upper_ci",
                            "spread_low",
                            "spread_high",
                            "covered",
                            "decile",
                        )
                    },
                    "method": part.shown.method,
                    "dataset_id": part.feed_source,
                    **{
                        name: areas[name]
                        for name in ("meets_all", "cluster", "p_value")
                        if name in areas
                    },
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def compared(profiles: "dict[str, pd.DataFrame]", layer: str, year: str) -> pd.DataFrame:
    """An area's figures of one layer beside those of the areas that it lies in.

    Parameters
    ----------
    profiles : dict of str to pandas.DataFrame
        Figures of each area by its heading, the area itself first; from `data.store.observations`.
    year : str
        Period of the conditions; everything else is the newest that the area has.

    Returns
    -------
    pandas.DataFrame
        Indexed by indicator name; a column an area, and what the spread or flag says.
    """
    first, *others = profiles
    entries = {k: v for k, v in catalogue.indicators().items() if v.layer == layer}
    own = profiles[first]
    own = own[own["indicator_id"].isin(entries)].sort_values("period")
    if layer == "condition" and year in set(own["period"]):
        own = own[own["period"] == year]
    own = own.drop_duplicates("indicator_id", keep="last").set_index("indicator_id")
    rows = []
    for code, entry in entries.items():
        if code not in own.index:
            continue
        mine: Any = own.loc[code]
        dated = "" if layer == "condition" else f", {mine['period']}"
        row = {"Indicator": entry.short_name + dated, first: _cell(entry, mine)}
        for name in others:
            theirs = profiles[name]
            same = (theirs["indicator_id"] == code) & (theirs["period"] == mine["period"])
            row[name] = _cell(entry, theirs[same].iloc[0]) if same.any() else "–"
        if pd.notna(mine["spread_low"]):
            ends = (
                theme.number(mine[end], entry.decimals) for end in ("spread_low", "spread_high")
            )
            row["Spread of practices"] = " to ".join(ends)
        if pd.notna(mine["covered"]) and mine["covered"] < COVERED_FLAG:
            row["Note"] = f"{mine['covered']:.0%} of patients"
        rows.append(row)
    table = pd.DataFrame(rows).fillna("")
    return table.set_index("Indicator") if len(table) else table


def _cell(entry: Indicator, row: Any) -> str:
    """The figure; for deprivation with its national decile in brackets (1 = most deprived)."""
    text = theme.figure(row["value"], entry.unit, entry.decimals)
    if entry.layer == "deprivation" and pd.notna(row["decile"]):
        text += f" ({int(row['decile'])})"
    return text
