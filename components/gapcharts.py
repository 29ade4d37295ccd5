"""Figures of inequality: the gradient, its change, areas compared, indicators ranked.

No Streamlit here.
"""

from typing import Any, Final

import altair as alt
import numpy as np
import pandas as pd

from components import theme
from components.charts import styled
from data import catalogue
from data.catalogue import Indicator
from data.inequalities import GROUPINGS, Measures

DEPRIVED: Final = "higher among the most deprived"
AFFLUENT: Final = "higher among the least deprived"
UNSURE: Final = "no detectable gap"
DIRECTIONS: Final = {
    DEPRIVED: ("#003078", "circle"),
    AFFLUENT: ("#5694CA", "square"),
    UNSURE: ("#8A8F94", "cross"),
}
"""Colour and symbol of the way a gap goes."""
LINE: Final = "#F46A25"
ROW: Final = 22
"""Pixels of one row of a chart with a row an area."""
_NAMES: Final = alt.Axis(labelLimit=230, labelOverlap=False, ticks=False, domain=False)


def direction(rows: pd.DataFrame) -> "pd.Series[str]":
    """Which way each gap goes, from `sii_lower` and `sii_upper`; of `DIRECTIONS`."""
    names = pd.Series(UNSURE, index=rows.index)
    names = names.mask(rows["sii_upper"] < 0, DEPRIVED)
    return names.mask(rows["sii_lower"] > 0, AFFLUENT)


def gradient(entry: Indicator, found: Measures, groups: str) -> Any:
    """Each group's figure, as wide as its share of people, with interval and fitted line."""
    rows = found.groups.reset_index()
    half = 50 * rows["denominator"] / rows["denominator"].sum()
    middle = 100 * rows["midpoint"]
    rows = rows.assign(middle=middle, left=middle - half + 0.25, right=middle + half - 0.25)
    seen = rows[["value", "lower_ci", "upper_ci", "fitted"]].to_numpy("float64")
    low, high = float(np.nanmin(seen)), float(np.nanmax(seen))
    pad = 0.12 * (high - low)
    floor = max(low - 2 * pad, 0.0) if low >= 0 else low - 2 * pad
    base = alt.Chart(rows)
    x = alt.X(
        "left:Q",
        title="Share of people, from the most to the least deprived",
        scale=alt.Scale(domain=[0, 100], nice=False),
        axis=alt.Axis(labelExpr="datum.value + '%'", grid=False, tickCount=6),
    )
    y = alt.Y(
        "value:Q",
        title=_title(entry),
        scale=alt.Scale(domain=[floor, high + pad], nice=False),
        axis=alt.Axis(tickCount=6),
    )
    layers: list[Any] = [
        base.mark_rule(strokeWidth=6, color=theme.ACCENT).encode(
            x=x, x2="right:Q", y=y, tooltip=_group_tip(entry, groups)
        )
    ]
    if found.interval == "chance":
        layers.append(
            base.mark_rule(strokeWidth=1.5, color=theme.INK).encode(
                x="middle:Q", y="lower_ci:Q", y2="upper_ci:Q"
            )
        )
    layers += [
        base.mark_line(color=LINE, strokeWidth=2.5, strokeDash=[7, 4]).encode(
            x="middle:Q", y="fitted:Q"
        ),
        base.mark_text(baseline="bottom", dy=-3, fontSize=13, color=theme.INK).encode(
            x="middle:Q", y=alt.datum(floor), text="group:O"
        ),
    ]
    return styled(alt.layer(*layers), height=330)


def _title(entry: Indicator) -> str:
    unit = entry.unit.strip()
    return f"{entry.short_name}, {unit}" if unit else entry.short_name


def _group_tip(entry: Indicator, groups: str) -> list[alt.Tooltip]:
    number = f",.{max(entry.decimals, 1)}f"
    return [
        alt.Tooltip("group:O", title=f"Group of {GROUPINGS[groups][0]} (1 = most deprived)"),
        alt.Tooltip("value:Q", title=_title(entry), format=number),
        alt.Tooltip("lower_ci:Q", title="95% interval, from", format=number),
        alt.Tooltip("upper_ci:Q", title="to", format=number),
        alt.Tooltip("count:Q", title="Count", format=",.0f"),
        alt.Tooltip("denominator:Q", title="Out of", format=",.0f"),
        alt.Tooltip("areas:Q", title="Small areas", format=",.0f"),
    ]


def years(entry: Indicator, rows: pd.DataFrame) -> Any:
    """The slope index of each year with its interval; 0 = no gap.

    Parameters
    ----------
    rows : pandas.DataFrame
        From `data.inequalities.over_time`.
    """
    base = alt.Chart(_gaps(rows.reset_index()))
    x = alt.X("period:O", title=None, axis=alt.Axis(labelAngle=0))
    return styled(
        alt.layer(
            alt.Chart(pd.DataFrame({"zero": [0.0]})).mark_rule(color="#8A8F94").encode(y="zero:Q"),
            base.mark_rule(strokeWidth=2, color=theme.ACCENT).encode(x=x, y="low:Q", y2="high:Q"),
            base.mark_point(filled=True, size=110, color=theme.ACCENT, opacity=1).encode(
                x=x,
                y=alt.Y("gap:Q", title=f"Gap{_unit(entry)}"),
                tooltip=[alt.Tooltip("period:O", title="Year"), *_gap_tip()],
            ),
        ),
        height=240,
    )


def _log(rows: pd.DataFrame) -> alt.Scale:
    """A log scale that just holds every interval."""
    low, high = float(rows["times_low"].min()), float(rows["times_high"].max())
    return alt.Scale(type="log", domain=[min(low, 0.9) / 1.05, max(high, 1.1) * 1.05], nice=False)


def _gaps(rows: pd.DataFrame) -> pd.DataFrame:
    """Slope indices turned so that more at the most deprived end is positive."""
    return rows.assign(gap=-rows["sii"], low=-rows["sii_upper"], high=-rows["sii_lower"])


def _unit(entry: Indicator) -> str:
    return ", per 100" if entry.unit == "%" else f", {entry.unit.strip() or 'points'}"


def _gap_tip() -> list[alt.Tooltip]:
    return [
        alt.Tooltip("gap:Q", title="More at the most deprived end", format=",.2f"),
        alt.Tooltip("low:Q", title="95% interval, from", format=",.2f"),
        alt.Tooltip("high:Q", title="to", format=",.2f"),
    ]


def compared(entry: Indicator, rows: pd.DataFrame, here: str) -> Any:
    """The gap of each area with its interval, the widest first; one area marked.

    Parameters
    ----------
    rows : pandas.DataFrame
        From `data.inequalities.across`, with `name`.
    here : str
        Code of the area to mark; '' marks none.
    """
    rows = _gaps(rows.dropna(subset=["sii"]))
    rows = rows.assign(here=rows.index == here).sort_values("gap", ascending=False)
    rows = rows.rename_axis("code").reset_index()
    base = alt.Chart(rows)
    y = alt.Y("name:N", sort=list(rows["name"]), title=None, axis=_NAMES)
    colour = alt.condition("datum.here", alt.value(LINE), alt.value(theme.ACCENT))
    return styled(
        alt.layer(
            alt.Chart(pd.DataFrame({"zero": [0.0]})).mark_rule(color="#8A8F94").encode(x="zero:Q"),
            base.mark_rule(strokeWidth=2).encode(x="low:Q", x2="high:Q", y=y, color=colour),
            base.mark_point(filled=True, size=80, opacity=1).encode(
                x=alt.X(
                    "gap:Q",
                    title=f"More at the most deprived end{_unit(entry)}",
                    axis=alt.Axis(tickCount=6),
                ),
                y=y,
                color=colour,
                shape=alt.condition("datum.here", alt.value("diamond"), alt.value("circle")),
                tooltip=[alt.Tooltip("name:N", title="Area"), *_gap_tip()],
            ),
        ),
        height=max(ROW * len(rows), 60) + 50,
    )


def ranked(rows: pd.DataFrame, *, relative: bool) -> Any:
    """Indicators by how unequal they are, each with its interval.

    Parameters
    ----------
    rows : pandas.DataFrame
        From `data.inequalities.widest`.
    relative : bool
        True for how many times as high at the most deprived end, False for the difference.
    """
    entries = catalogue.indicators()
    rows = rows.dropna(subset=["sii"])
    rows = _gaps(rows).assign(
        name=[entries[code].short_name for code in rows["indicator_id"]],
        way=direction(rows),
        times=1 / rows["rii"],
        times_low=1 / rows["rii_upper"],
        times_high=1 / rows["rii_lower"],
    )
    point, low, high = ("times", "times_low", "times_high") if relative else ("gap", "low", "high")
    colours = {name: colour for name, (colour, _) in DIRECTIONS.items()}
    shapes = {name: shape for name, (_, shape) in DIRECTIONS.items()}
    base = alt.Chart(rows)
    y = alt.Y("name:N", sort=list(rows["name"]), title=None, axis=_NAMES)
    legend = alt.Legend(title=None, orient="top", columns=1, labelLimit=260)
    colour = alt.Color(
        "way:N",
        scale=alt.Scale(domain=list(colours), range=list(colours.values())),
        legend=legend,
    )
    x = alt.X(
        f"{point}:Q",
        title="Times as high at the most deprived end"
        if relative
        else "More at the most deprived end, per 100",
        scale=_log(rows) if relative else alt.Scale(),
        axis=alt.Axis(format=",.2~f", tickCount=6),
    )
    none = pd.DataFrame({"none": [1.0 if relative else 0.0]})
    pick = alt.selection_point(name="pick", fields=["indicator_id"], on="click", empty=False)
    return styled(
        alt.layer(
            alt.Chart(none).mark_rule(color="#8A8F94").encode(x="none:Q"),
            base.mark_rule(strokeWidth=2).encode(x=f"{low}:Q", x2=f"{high}:Q", y=y, color=colour),
            base.mark_point(filled=True, size=90, opacity=1)
            .encode(
                x=x,
                y=y,
                color=colour,
                shape=alt.Shape(
                    "way:N",
                    scale=alt.Scale(domain=list(shapes), range=list(shapes.values())),
                    legend=legend,
                ),
                tooltip=[
                    alt.Tooltip("name:N", title="Indicator"),
                    alt.Tooltip("period:N", title="Period"),
                    alt.Tooltip("times:Q", title="Times as high, most deprived", format=",.2f"),
                    *_gap_tip(),
                ],
            )
            .add_params(pick),
        ),
        height=max(ROW * len(rows), 60) + 50,
    )
