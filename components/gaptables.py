"""Tables of the page of inequalities, and what its map holds. No Streamlit here."""

from html import escape
from typing import Any, Final

import numpy as np
import pandas as pd

from components import links, theme
from components.scene import Key
from components.selection import Selection
from data import catalogue, inequalities
from data.catalogue import Indicator
from data.inequalities import MEANINGS, Measures


def widest(rows: pd.DataFrame) -> pd.DataFrame:
    """Every indicator by how unequal it is, for reading and taking away."""
    entries = catalogue.indicators()
    return pd.DataFrame(
        {
            "Indicator": [entries[code].name for code in rows["indicator_id"]],
            "Period": rows["period"],
            "Average": rows["average"].round(2),
            "More at the most deprived end": (-rows["sii"]).round(2),
            "95% interval, from": (-rows["sii_upper"]).round(2),
            "to": (-rows["sii_lower"]).round(2),
            "Times as high": (1 / rows["rii"]).round(2),
            "Unit": [entries[code].unit.strip() for code in rows["indicator_id"]],
            "Detectable": np.where(rows["detectable"], "yes", "no"),
            "Method": rows["method"],
            "Interval from": rows["interval"],
        }
    )


def contributors(
    entry: Indicator, rows: pd.DataFrame, kind: str, selection: Selection
) -> pd.DataFrame:
    """Parts of an area by their share of its gap, with the way to their profile."""
    counted = rows["excess"].notna().any()
    return pd.DataFrame(
        {
            "Area": rows["name"],
            "Share of the gap, %": (100 * rows["share"]).round(1),
            "of it from the more deprived half, %": (100 * rows["deprived_side"]).round(1),
            **(
                {"More than at the least deprived rate": rows["excess"].round(0)} if counted else {}
            ),
            f"Value{', ' + entry.unit.strip() if entry.unit else ''}": rows["value"].round(
                entry.decimals
            ),
            "In the most deprived fifth, %": (100 * rows["most_deprived"]).round(0),
            "Counted over": rows["people"].round(0),
            "Profile": [
                links.to("profile", selection, area=f"{kind}:{code}", indicator="")
                for code in rows.index
            ],
        }
    )


def measures(entry: Indicator, found: Measures) -> pd.DataFrame:
    """Every measure with its interval and what it is for, the most useful first."""
    rows = []
    for code, row in inequalities.table(found).iterrows():
        meaning = MEANINGS[str(code)]
        show = _shower(entry, meaning.unit)
        interval = f"{show(row['lower_ci'])} to {show(row['upper_ci'])}"
        rows.append(
            {
                "Measure": meaning.name,
                "Value": show(row["value"]),
                "95% interval": interval if row[["lower_ci", "upper_ci"]].notna().all() else "–",
                "Which should I look at?": meaning.answers,
                "What it is": meaning.says,
            }
        )
    return pd.DataFrame(rows)


def html(table: pd.DataFrame) -> str:
    """A table whose text wraps; its last column stands under the first, in small."""
    *columns, under = table.columns
    head = "".join(f"<th scope=col>{escape(name)}</th>" for name in columns)
    body = ""
    for row in table.to_dict("records"):
        cells = "".join(
            f'<td data-name="{escape(name)}">{escape(str(row[name]))}</td>' for name in columns[1:]
        )
        first, small = escape(str(row[columns[0]])), escape(str(row[under]))
        body += f"<tr><th scope=row>{first}<small>{small}</small></th>{cells}</tr>"
    return (
        f'<table class="atlas-measures"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
    )


def _shower(entry: Indicator, unit: str) -> Any:
    """How a measure is printed."""
    decimals = max(entry.decimals, 1)
    if unit == "value":
        return lambda v: theme.figure(v, _points(entry), decimals)
    if unit == "share":
        return lambda v: theme.figure(100 * v, "%", 1)
    return lambda v: theme.number(v, 3 if unit == "index" else 2)


def _points(entry: Indicator) -> str:
    return " points" if entry.unit == "%" else entry.unit


def on_map(entry: Indicator, rows: pd.DataFrame) -> pd.DataFrame:
    """Properties of the map of contributions: `vs` the class of `SIDES`, the rest of `tip`."""
    return pd.DataFrame(
        {
            "vs": _side(rows),
            "s": [f"{100 * share:.1f}%" for share in rows["share"]],
            "v": [theme.figure(value, entry.unit, entry.decimals) for value in rows["value"]],
            "d": [f"{100 * share:.0f}%" for share in rows["most_deprived"]],
        },
        index=rows.index,
    )


def tip(entry: Indicator) -> str:
    """HTML of the tooltip of that map; braces are properties of its file."""
    return (
        f"<b>{{n}}</b><br/>{{s}} of the gap<br/>{escape(entry.short_name)}: <b>{{v}}</b><br/>"
        "{d} of its people in the most deprived fifth"
    )


SIDES: Final = ("#D8DDE3", "#CDE594", "#80C6A3", "#1F9EB7", "#080C54")
"""Colours of parts that work against a gap; of the less deprived that make it, a little and much;
of the more deprived that make it, a little and much."""


def _much(rows: pd.DataFrame) -> float:
    """Share of the gap from which a part is among the fifth that makes most of it."""
    making = rows.loc[rows["share"] > 0, "share"]
    return round(float(making.quantile(0.8)), 3) if len(making) else 0.0


def _side(rows: pd.DataFrame) -> "pd.Series[int]":
    """Class of each part, of `SIDES`."""
    deprived = rows["deprived_side"] > rows["share"] / 2
    making = (1 + 2 * deprived + (rows["share"] > _much(rows))).astype(int)
    return making.where(rows["share"] > 0, 0)


def sides(rows: pd.DataFrame, *, rising: bool) -> list[Key]:
    """Legend of the map of contributions, with how many parts are in each class."""
    low, high = ("below", "above") if rising else ("above", "below")
    much = f"{100 * _much(rows):.1f}%"
    labels = [
        "works against it",
        f"less deprived and {high} average, up to {much} of the gap",
        f"less deprived and {high} average, over {much}",
        f"more deprived and {low} average, up to {much}",
        f"more deprived and {low} average, over {much}",
    ]
    counts = _side(rows).value_counts()
    return [
        Key(colour, label, int(counts.get(n, 0)))
        for n, (colour, label) in enumerate(zip(SIDES, labels, strict=True))
    ]
