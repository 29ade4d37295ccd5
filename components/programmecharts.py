"""Figures of a programme: where need is, what happened before and after. No Streamlit here."""

from datetime import date
from typing import Any, Final

import altair as alt
import numpy as np
import pandas as pd

from components import theme
from components.charts import GREY, SECOND, styled
from data.catalogue import Indicator
from data.evaluation import Evaluation

OURS: Final = "in the programme's areas"
THEIRS: Final = "comparison areas"
_KEY: Final = alt.Legend(title=None, orient="top", columns=1, labelLimit=300)


def fifths(table: pd.DataFrame) -> Any:
    """Share of a cohort that lives in a programme's areas, by fifth of deprivation.

    Parameters
    ----------
    table : pandas.DataFrame
        `need`, `reached` (of them in the areas), by fifth (1 = most deprived).
    """
    rows = table[table["need"] > 0].rename_axis("fifth").reset_index()
    rows = rows.assign(share=100 * rows["reached"] / rows["need"])
    average = 100 * rows["reached"].sum() / rows["need"].sum()
    names = {1: "1, most deprived", 5: "5, least deprived"}
    rows = rows.assign(name=[names.get(fifth, str(fifth)) for fifth in rows["fifth"]])
    y = alt.Y("name:N", title=None, sort=None)
    base = alt.Chart(rows)
    return styled(
        alt.layer(
            base.mark_bar(color=theme.ACCENT, height=16).encode(
                x=alt.X(
                    "share:Q",
                    title="% who live in its areas (dashed: all)",
                    axis=alt.Axis(tickCount=6),
                    scale=alt.Scale(domainMin=0),
                ),
                y=y,
                tooltip=[
                    alt.Tooltip("fifth:O", title="Fifth (1 = most deprived)"),
                    alt.Tooltip("share:Q", title="% in its areas", format=".1f"),
                    alt.Tooltip("reached:Q", title="People in its areas", format=",.0f"),
                    alt.Tooltip("need:Q", title="People in all", format=",.0f"),
                ],
            ),
            alt.Chart(pd.DataFrame({"all": [average]}))
            .mark_rule(color=SECOND, strokeWidth=2, strokeDash=[6, 4])
            .encode(x="all:Q"),
        ),
        height=210,
    )


def trends(entry: Indicator, found: Evaluation, started: date) -> Any:
    """An outcome in a programme's areas and in comparison areas, by period.

    Points are at the middle of their periods; the rule is the start.
    """
    used = found.periods[found.periods["role"] != "left out"].reset_index()
    names = {"programme": OURS, "comparison": THEIRS}
    rows = used.melt(
        id_vars=["period", "time", "role"],
        value_vars=list(names),
        var_name="side",
        value_name="value",
    ).dropna(subset=["value"])
    rows = rows.assign(side=rows["side"].map(names))
    unit = entry.unit.strip()
    x = alt.X(
        "time:Q",
        title=None,
        scale=alt.Scale(zero=False, padding=18),
        axis=alt.Axis(format="d", tickMinStep=1, grid=False),
    )
    y = alt.Y(
        "value:Q",
        title=f"{entry.short_name}{', ' + unit if unit else ''}",
        scale=alt.Scale(zero=False, padding=8),
        axis=alt.Axis(tickCount=6),
    )
    order = [OURS, THEIRS]
    colour = alt.Color(
        "side:N", scale=alt.Scale(domain=order, range=[theme.ACCENT, SECOND]), legend=_KEY
    )
    base = alt.Chart(rows)
    start = pd.DataFrame({"time": [started.year + (started.month - 1) / 12], "said": ["start"]})
    return styled(
        alt.layer(
            alt.Chart(start).mark_rule(color=GREY, strokeDash=[3, 3]).encode(x="time:Q"),
            alt.Chart(start)
            .mark_text(align="left", dx=4, baseline="top", color=theme.INK)
            .encode(x="time:Q", y=alt.value(0), text="said:N"),
            base.mark_line(strokeWidth=2).encode(
                x=x,
                y=y,
                color=colour,
                strokeDash=alt.StrokeDash(
                    "side:N", scale=alt.Scale(domain=order, range=[[1, 0], [6, 4]]), legend=_KEY
                ),
            ),
            base.mark_point(filled=True, size=70, opacity=1).encode(
                x=x,
                y=y,
                color=colour,
                shape=alt.Shape(
                    "side:N",
                    scale=alt.Scale(domain=order, range=["circle", "square"]),
                    legend=_KEY,
                ),
                tooltip=[
                    alt.Tooltip("side:N", title="Where"),
                    alt.Tooltip("period:N", title="Period"),
                    alt.Tooltip("role:N", title="Of the start"),
                    alt.Tooltip("value:Q", title=entry.short_name, format=",.2f"),
                ],
            ),
        ),
        height=300,
    )


def effects(entry: Indicator, found: Evaluation) -> Any:
    """Both estimates of the effect with their 95% intervals; 0 = changed as comparison areas."""
    rows = pd.DataFrame(
        [
            {"matched": name, "effect": one.effect, "lower": one.lower, "upper": one.upper}
            for name, one in (
                ("alike in their past too", found.effect),
                ("not matched on it", found.check),
            )
            if one is not None
        ]
    ).astype({"effect": "float64", "lower": "float64", "upper": "float64"})
    unit = "points" if entry.unit == "%" else entry.unit.strip()
    base = alt.Chart(rows)
    y = alt.Y("matched:N", title=None, sort=None)
    ends = rows[["effect", "lower", "upper"]].to_numpy("float64")
    edge = 1.1 * float(np.nanmax(np.abs(ends), initial=0.0)) or 1.0
    return styled(
        alt.layer(
            alt.Chart(pd.DataFrame({"none": [0.0]})).mark_rule(color=GREY).encode(x="none:Q"),
            base.mark_rule(strokeWidth=2, color=theme.ACCENT).encode(
                x="lower:Q", x2="upper:Q", y=y
            ),
            base.mark_point(filled=True, size=100, color=theme.ACCENT, opacity=1).encode(
                x=alt.X(
                    "effect:Q",
                    title=f"Change beside comparison areas, {unit or 'points'}",
                    scale=alt.Scale(domain=[-edge, edge], nice=False),
                    axis=alt.Axis(tickCount=5),
                ),
                y=y,
                tooltip=[
                    alt.Tooltip("matched:N", title="Chosen"),
                    alt.Tooltip("effect:Q", title="Effect", format=",.2f"),
                    alt.Tooltip("lower:Q", title="95% interval, from", format=",.2f"),
                    alt.Tooltip("upper:Q", title="to", format=",.2f"),
                ],
            ),
        ),
        height=150,
    )


def shared(places: pd.DataFrame) -> Any:
    """How many of a cohort each place is given, most first.

    Parameters
    ----------
    places : pandas.DataFrame
        `place`, `eligible`, `allocated`.
    """
    rows = places.sort_values("allocated", ascending=False)
    base = alt.Chart(rows)
    y = alt.Y("place:N", sort=list(rows["place"]), title=None, axis=alt.Axis(labelLimit=230))
    return styled(
        alt.layer(
            base.mark_bar(color=theme.ACCENT, height=16).encode(
                x=alt.X("allocated:Q", title="People of the cohort", axis=alt.Axis(tickCount=5)),
                y=y,
                tooltip=[
                    alt.Tooltip("place:N", title="Place"),
                    alt.Tooltip("allocated:Q", title="People of the cohort", format=",.0f"),
                    alt.Tooltip("eligible:Q", title="With the conditions", format=",.0f"),
                ],
            ),
            base.mark_text(align="left", dx=4, color=theme.INK).encode(
                x="allocated:Q", y=y, text=alt.Text("allocated:Q", format=",.0f")
            ),
        ),
        height=30 * len(rows) + 60,
    )
