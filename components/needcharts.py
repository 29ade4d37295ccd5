"""Figures and table of need against coverage: points, bars, what its map holds. No Streamlit."""

from collections.abc import Collection
from typing import Any, Final

import altair as alt
import numpy as np
import pandas as pd

from components import theme
from components.charts import styled
from components.scene import Key
from data import catalogue
from data.need import NO_FIGURE, QUADRANTS, Chosen, Goal

COLOURS: Final = ("#CE4F1B", "#F2AE5E", "#3380BC", "#DCE9F2")
"""Of `QUADRANTS` on the map."""
FIFTHS: Final = {
    "1": (theme.SEQUENTIAL[4], "circle"),
    "2": (theme.SEQUENTIAL[3], "square"),
    "3": (theme.SEQUENTIAL[2], "triangle-up"),
    "4": (theme.SEQUENTIAL[1], "diamond"),
    "5": (theme.SEQUENTIAL[0], "triangle-down"),
    "not ranked": (theme.MISSING, "cross"),
}
"""Colour and symbol of national fifths by IMD 2025; 1 = most deprived."""
CORE20: Final = {"in Core20": "#5694CA", "others": "#CFDDEA"}
CHOSEN: Final = "#FFDD00"
"""Ring around what is chosen, with an edge of ink."""
ROW: Final = 22
BARS: Final = 25
"""Areas that the gap is drawn for, those with most people first."""


def fifths(rows: pd.DataFrame) -> "pd.Series[str]":
    """National fifth of each area in words; 1 = most deprived."""
    names = list(FIFTHS)
    return rows["imd_quintile"].map(lambda n: names[-1] if pd.isna(n) else names[int(n) - 1])


def need_title(chosen: Chosen) -> str:
    """What need is, with its unit and year."""
    entries = [catalogue.indicator(code) for code in chosen.need]
    year = next(iter(chosen.need.values())).period
    if len(entries) == 1:
        return f"Need: {entries[0].short_name}, % on the register, {year}"
    return f"Need: mean z-score of {len(entries)} conditions, {year}; 0 = average here"


def _domain(values: "np.ndarray[Any, np.dtype[np.float64]]") -> list[float]:
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    pad = 0.07 * (high - low) or 1.0
    return [low - pad, high + pad]


def scatter(
    rows: pd.DataFrame,
    quadrant: "pd.Series[str]",
    chosen: Chosen,
    goal: Goal,
    mark: float,
    marked: Collection[str] = (),
    *,
    compact: bool = False,
) -> Any:
    """Each area by its need and coverage, as large as the people who are not covered.

    Parameters
    ----------
    rows, quadrant : pandas.DataFrame, pandas.Series of str
        From `data.need.figures` and `data.need.quadrants`.
    mark : float
        What cuts high need from low; `goal` cuts low coverage from high.
    marked : collection of str
        Codes of areas to mark that were not chosen in the chart itself.
    compact : bool
        On a phone: areas are chosen one by one, since a drag scrolls.
    """
    data = rows.assign(
        fifth=fifths(rows),
        quadrant=quadrant,
        marked=rows["code"].isin(list(marked)),
        people=rows["not_covered"].round(0),
    ).dropna(subset=["need", "coverage"])
    # large points first, so that small ones stay in reach
    data = data.sort_values("people", ascending=False)
    across = _domain(np.append(data["need"].to_numpy("float64"), mark))
    up = _domain(np.append(data["coverage"].to_numpy("float64"), goal.value))
    entry = catalogue.indicator(chosen.coverage_id)
    x = alt.X(
        "need:Q",
        title=need_title(chosen),
        scale=alt.Scale(domain=across, nice=False, zero=False),
        axis=alt.Axis(tickCount=6, titleLimit=330 if compact else 620),
    )
    y = alt.Y(
        "coverage:Q",
        title=f"Coverage: {entry.short_name}, %, {chosen.coverage.period}",
        scale=alt.Scale(domain=up, nice=False, zero=False),
        axis=alt.Axis(tickCount=6, titleLimit=380),
    )
    there = [name for name in FIFTHS if (data["fifth"] == name).any()]
    legend = alt.Legend(
        title="National fifth by IMD 2025 (1 = most deprived)",
        titleLimit=330,
        padding=5,
        orient="top",
        columns=len(there),
        columnPadding=16,
        symbolSize=100,
    )
    largest = float(np.clip(50_000 / max(len(data), 1), 60, 700))
    size: Any = alt.value(largest / 3)
    if data["people"].notna().any():
        size = alt.Size(
            "people:Q",
            scale=alt.Scale(domain=[0, float(data["people"].max())], range=[largest / 20, largest]),
            legend=alt.Legend(
                title=f"{entry.counted.capitalize()} not covered",
                orient="bottom" if compact else "top",
                direction="horizontal",
                padding=5,
                values=_round_steps(float(data["people"].max())),
                format=",.0f",
                symbolType="circle",
                symbolFillColor="#A9C3DC",
                columns=3,
            ),
        )
    pick = alt.selection_point(name="pick", fields=["code"], on="click", empty=False)
    box = alt.selection_interval(name="box", encodings=["x", "y"], empty=False, zoom=False)
    params = [pick] if compact else [pick, box]
    base = alt.Chart(data)
    points = (
        base.mark_point(filled=True, opacity=0.9)
        .encode(
            x=x,
            y=y,
            size=size,
            color=alt.Color(
                "fifth:N",
                scale=alt.Scale(domain=there, range=[FIFTHS[name][0] for name in there]),
                legend=legend,
            ),
            shape=alt.Shape(
                "fifth:N",
                scale=alt.Scale(domain=there, range=[FIFTHS[name][1] for name in there]),
                legend=legend,
            ),
            stroke=alt.value(theme.INK),
            strokeWidth=alt.value(0.5),
            tooltip=_tips(data, chosen),
        )
        .add_params(*params)
    )
    rings = base.transform_filter(_any(params))
    layers = [
        *_cuts(quadrant, goal, mark, across, up, compact=compact),
        points,
        rings.mark_rule(strokeWidth=1.2, color=theme.INK, clip=True).encode(
            x=x, y="coverage_low:Q", y2="coverage_high:Q"
        ),
        *(
            rings.mark_point(filled=False, strokeWidth=width, opacity=1, color=colour).encode(
                x=x, y=y, size=size
            )
            for width, colour in ((5, theme.INK), (2.5, CHOSEN))
        ),
        # the name twice: a white edge keeps it legible on the points
        *(
            base.transform_filter(_any([pick], marked=len(marked) == 1))
            .mark_text(dy=-15, fontSize=13, fontWeight="bold", limit=260, **look)
            .encode(x=x, y=y, text="name:N")
            for look in ({"stroke": "white", "strokeWidth": 4}, {"color": theme.INK})
        ),
    ]
    return styled(alt.layer(*layers), height=500)


def _any(params: list[Any], *, marked: bool = True) -> Any:
    """Areas chosen by any of a chart's own means, or marked from elsewhere."""
    parts: list[Any] = [{"param": one.name, "empty": False} for one in params]
    return {"or": [*parts, "datum.marked"] if marked else parts}


def _round_steps(most: float) -> list[float]:
    """Three sizes for a legend: about a tenth, a third and all of the largest."""
    steps = {float(f"{share * most:.1g}") for share in (0.1, 0.35, 0.9)}
    return sorted(step for step in steps if step >= 1) or [1.0]


def _cuts(
    quadrant: "pd.Series[str]",
    goal: Goal,
    mark: float,
    across: list[float],
    up: list[float],
    *,
    compact: bool,
) -> list[Any]:
    """The quadrant that matters, the lines that cut, and how many areas are in each corner."""
    line = alt.Chart(pd.DataFrame({"y": [goal.value]}))
    layers: list[Any] = []
    if not np.isnan(mark):
        corner = {"x": [mark], "x2": [across[1]], "y": [up[0]], "y2": [goal.value]}
        layers = [
            alt.Chart(pd.DataFrame(corner))
            .mark_rect(color="#FBE6DA", opacity=0.7)
            .encode(x="x:Q", x2="x2:Q", y="y:Q", y2="y2:Q"),
            alt.Chart(pd.DataFrame({"x": [mark]}))
            .mark_rule(strokeDash=[6, 4], color=theme.INK)
            .encode(x="x:Q"),
        ]
    layers.append(line.mark_rule(strokeDash=[6, 4], color=theme.INK).encode(y="y:Q"))
    counts = quadrant.value_counts()
    for name, right, top in zip(
        QUADRANTS, (True, True, False, False), (False, True, False, True), strict=True
    ):
        need, coverage = (f"{part[0].upper()}{part[1:]}" for part in name.split(", "))
        said = f"{need}, {coverage.lower()}: {int(counts.get(name, 0)):,}"
        layers.append(
            alt.Chart(pd.DataFrame({"said": [said.replace(", ", ",\n") if compact else said]}))
            .mark_text(
                align="right" if right else "left",
                baseline="top" if top else "bottom",
                dx=-5 if right else 5,
                dy=5 if top else -5 - 14 * compact,
                lineBreak="\n",
                fontWeight="bold" if name == QUADRANTS[0] else "normal",
            )
            .encode(
                x=alt.value("width" if right else 0),
                y=alt.value(0 if top else "height"),
                text="said:N",
            )
        )
    return layers


def _tips(data: pd.DataFrame, chosen: Chosen) -> list[alt.Tooltip]:
    entry = catalogue.indicator(chosen.coverage_id)
    out = [alt.Tooltip("name:N", title="Area"), alt.Tooltip("quadrant:N", title="Quadrant")]
    for code in chosen.need:
        out.append(
            alt.Tooltip(
                f"{code}:Q", title=f"{catalogue.indicator(code).short_name}, %", format=".1f"
            )
        )
    out.append(alt.Tooltip("coverage:Q", title=f"{entry.short_name}, %", format=".1f"))
    if (data["basis"] != "none").any():
        kind = "95% interval" if (data["basis"] == "interval").any() else "Spread"
        out.append(alt.Tooltip("coverage_low:Q", title=f"{kind}, from", format=".1f"))
        out.append(alt.Tooltip("coverage_high:Q", title="to", format=".1f"))
    if data["people"].notna().any():
        out.append(alt.Tooltip("people:Q", title="Not covered", format=",.0f"))
    out.append(alt.Tooltip("population:Q", title="Residents", format=",.0f"))
    out.append(alt.Tooltip("fifth:N", title="National fifth (1 = most deprived)"))
    return out


def bars(gaps: pd.DataFrame, counted: str, marked: Collection[str] = ()) -> Any:
    """People more to reach the goal, by area, with ends; those in Core20 apart.

    Parameters
    ----------
    gaps : pandas.DataFrame
        From `data.need.gap`; the areas with most are drawn.
    counted : str
        What the figures count: people, children.
    """
    rows = gaps[gaps["more"] > 0].nlargest(BARS, "more")
    rows = rows.assign(
        marked=rows["code"].isin(list(marked)), rest=rows["more"] - rows["more_core20"]
    )
    # two LSOAs of a neighbourhood, or two neighbourhoods, may have one name
    rows["label"] = rows["name"].where(
        ~rows["name"].duplicated(False), rows["name"] + " · " + rows["code"]
    )
    names = list(CORE20)
    tall = pd.concat(
        [rows.assign(part=n, who=name, size=rows[column])
         for n, (name, column) in enumerate(zip(names, ("more_core20", "rest"), strict=True))]
    )  # fmt: skip
    order = list(rows["label"])
    y = alt.Y(
        "label:N",
        sort=order,
        title=None,
        axis=alt.Axis(labelLimit=250, labelOverlap=False, ticks=False, domain=False),
    )
    title = f"{counted.capitalize()} more to reach the goal"
    tip = [
        alt.Tooltip("name:N", title="Area"),
        alt.Tooltip("more:Q", title=title, format=",.0f"),
        alt.Tooltip("low:Q", title="from", format=",.0f"),
        alt.Tooltip("high:Q", title="to", format=",.0f"),
        alt.Tooltip("more_core20:Q", title="of them in Core20", format=",.0f"),
    ]
    pick = alt.selection_point(name="pick", fields=["code"], on="click", empty=False)
    layers: list[Any] = [
        alt.Chart(tall)
        .mark_bar(height=13)
        .encode(
            x=alt.X("size:Q", title=title, axis=alt.Axis(tickCount=6, format=",.0f")),
            y=y,
            color=alt.Color(
                "who:N",
                scale=alt.Scale(domain=names, range=list(CORE20.values())),
                legend=alt.Legend(),
            ),
            order=alt.Order("part:Q"),
            stroke=alt.condition("datum.marked", alt.value(theme.INK), alt.value("transparent")),
            strokeWidth=alt.value(2),
            tooltip=tip,
        )
        .add_params(pick)
    ]
    if rows["low"].notna().any():
        ends = alt.Chart(rows)
        layers.append(
            ends.mark_rule(strokeWidth=1.5, color=theme.INK).encode(
                x="low:Q", x2="high:Q", y=y, tooltip=tip
            )
        )
        layers += [
            ends.mark_tick(thickness=1.5, size=8, color=theme.INK, opacity=1).encode(
                x=f"{end}:Q", y=y
            )
            for end in ("low", "high")
        ]
    return styled(alt.layer(*layers), height=max(ROW * len(rows), 60) + 70)


def table(
    rows: pd.DataFrame, quadrant: "pd.Series[str]", gaps: pd.DataFrame, chosen: Chosen
) -> pd.DataFrame:
    """Every area, for reading: quadrant, need, coverage, people; indexed by code.

    High need with low coverage stands first, and there whoever has most people not covered.
    """
    entry = catalogue.indicator(chosen.coverage_id)
    out = pd.DataFrame({"Area": rows["name"], "Quadrant": quadrant})
    if len(chosen.need) > 1:
        out["Need, mean z-score"] = rows["need"].round(2)
    for code in chosen.need:
        need = catalogue.indicator(code)
        out[f"{need.short_name}, %"] = rows[code].round(need.decimals)
    out[f"{entry.short_name}, %"] = rows["coverage"].round(entry.decimals)
    if (rows["basis"] != "none").any():
        kind = "95% interval" if (rows["basis"] == "interval").any() else "Spread"
        out[f"{kind}, from"] = rows["coverage_low"].round(entry.decimals)
        out["to"] = rows["coverage_high"].round(entry.decimals)
    if rows["not_covered"].notna().any():
        out["Eligible"] = rows["eligible"].round(0)
        out["Not covered"] = rows["not_covered"].round(0)
        out["More to the goal"] = gaps["more"].round(0)
        out["of them in Core20"] = gaps["more_core20"].round(0)
    out["IMD fifth (1 = most deprived)"] = rows["imd_quintile"]
    out["Residents"] = rows["population"].round(0)
    out["Core20, %"] = (100 * gaps["core20_share"]).round(0)
    if rows["flagged"].any():
        out["Patients with a figure, %"] = (100 * rows["covered"]).round(0)
    order = pd.DataFrame(
        {
            "quadrant": quadrant.map([*QUADRANTS, NO_FIGURE].index),
            "people": -rows["not_covered"].fillna(rows["population"]),
        }
    ).sort_values(["quadrant", "people"], kind="stable")
    return out.set_index(rows["code"]).loc[rows.loc[order.index, "code"]]


def number_format(column: "pd.Series[float]") -> str:
    """How a column is printed: as many decimals as any of its figures has."""
    known = column.dropna()
    for decimals in (0, 1):
        if np.isclose(known, known.round(decimals)).all():
            return f"%.{decimals}f" if decimals else "localized"
    return "%.2f"


def download(
    rows: pd.DataFrame,
    quadrant: "pd.Series[str]",
    gaps: pd.DataFrame,
    chosen: Chosen,
    goal: Goal,
    mark: float,
) -> pd.DataFrame:
    """Exactly what the page shows, for a file: a row an area, indexed by code."""
    conditions = list(chosen.need)
    out = rows.drop(columns=conditions)
    out.insert(0, "area_type", chosen.level)
    out = out.rename(columns={"code": "area_code", "name": "area_name"})
    out = out.assign(quadrant=quadrant)
    for code in conditions:
        out[f"{code}_{chosen.need[code].period}"] = rows[code]
    out["need_mark"] = mark
    out["coverage_indicator"] = chosen.coverage_id
    out["coverage_period"] = chosen.coverage.period
    out["coverage_method"] = chosen.coverage.method
    out["goal"] = goal.words
    out["goal_value"] = goal.value
    for name in ("more", "low", "high", "more_core20"):
        out[f"gap_{name}"] = gaps[name]
    return out.set_index(rows["code"].rename(None))


def on_map(rows: pd.DataFrame, quadrant: "pd.Series[str]", chosen: Chosen) -> pd.DataFrame:
    """Properties of the map: `k` the number of the quadrant; `q`, `d`, `v`, `m` for its tooltip."""
    coverage = catalogue.indicator(chosen.coverage_id)

    def said(code: str) -> "pd.Series[str]":
        entry = catalogue.indicator(code)
        values = rows[code if code in chosen.need else "coverage"]
        figures = values.map(lambda v: theme.figure(v, entry.unit, entry.decimals))
        return f"{entry.short_name} " + figures

    missed = rows["not_covered"].map(theme.number) + f" {coverage.counted} not covered"
    needs = pd.concat([said(code) for code in chosen.need], axis=1)
    columns = {
        "k": quadrant.map([*QUADRANTS, NO_FIGURE].index),
        "q": quadrant,
        "d": needs.agg("; ".join, axis=1),
        "v": said(chosen.coverage_id),
        "m": missed.where(rows["not_covered"].notna(), "people not covered: not known"),
    }
    return pd.DataFrame(columns).set_index(rows["code"])


TOOLTIP: Final = "<b>{n}</b><br/>{q}<br/>{d}<br/>{v}<br/>{m}"
"""Of the map; what stands in for a property is escaped, so each line is one."""


def keys(quadrant: "pd.Series[str]") -> list[Key]:
    """Legend of the map, with how many areas are in each quadrant."""
    counts = quadrant.value_counts()
    named = zip((*COLOURS, theme.MISSING), (*QUADRANTS, NO_FIGURE), strict=True)
    return [
        Key(colour, name, int(counts.get(name, 0)))
        for colour, name in named
        if name != NO_FIGURE or counts.get(name, 0)
    ]
