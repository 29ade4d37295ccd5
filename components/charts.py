"""Figures of the neighbourhood profile, and the look that charts share. No Streamlit here.

Charts with a row an indicator are read like tables: columns of text stand left of the plot. On a
phone (`compact`) the text stands above it.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import altair as alt
import numpy as np
import pandas as pd

from components import links, theme
from data import catalogue
from data.catalogue import Indicator
from data.estimate import COVERED_FLAG

MARKS: Final[Mapping[str, tuple[str, str, str, str]]] = {
    "better": ("#12436D", "square", "■", "□"),
    "similar": ("#BFBFBF", "circle", "●", "○"),
    "worse": ("#F46A25", "diamond", "◆", "◇"),
    "lower": ("#5694CA", "triangle-down", "▼", "▽"),
    "higher": ("#003078", "triangle-up", "▲", "△"),
    "not compared": (theme.INK, "cross", "+", "+"),
}
"""Colour and symbol of each answer: as a shape, as a solid and as a hollow character."""
LIGHT: Final = "#E3E8ED"
DARK: Final = "#BCC7D1"
GREY: Final = "#8A8F94"
QUIET: Final = "#4A5868"
SECOND: Final = "#F46A25"
FONT: Final = 13

NAME, PERIOD, CELL, WORDS = 222, 82, 66, 148
"""Pixels of the columns of names, of periods, of one figure and of answers, on a desk."""
ROW, TALL, HEADING = 24, 62, 0.62
"""Pixels of a row on a desk and on a phone; height of a phone's heading as a share of a row."""
LOOK: Final = {
    "background": "transparent",
    "font": "Source Sans, sans-serif",
    "autosize": {"type": "fit", "contains": "padding"},
    "axis": {
        "labelFontSize": FONT,
        "titleFontSize": FONT,
        "labelColor": theme.INK,
        "titleColor": theme.INK,
        "titleFontWeight": "normal",
        "gridColor": LIGHT,
        "domainColor": GREY,
        "tickColor": GREY,
        "labelLimit": 260,
    },
    "text": {"fontSize": FONT, "color": theme.INK},
    "legend": {"labelFontSize": FONT, "titleFontSize": FONT, "orient": "top", "title": None},
    "view": {"strokeWidth": 0},
}
"""Vega-Lite's configuration that all charts share."""

HEAD, FOOT = 24, 46
"""Pixels of the columns' headings, and of an axis with its title."""


def styled(chart: Any, **properties: Any) -> Any:
    """Give a chart the atlas's font, colours and axes; it fills its column."""
    return chart.properties(width="container", config=LOOK, **properties)


def answer(row: Any, benchmark: str) -> str:
    """A comparison in words: 'higher (99.8%)', 'similar, by practices', 'not compared'."""
    judged = str(row[f"{benchmark}_judged"])
    if judged == "not compared":
        return judged
    if row[f"{benchmark}_basis"] == "spread":
        return f"{judged}, by practices"
    return f"{judged} (99.8%)" if sure(row, benchmark) else judged


def sure(row: Any, benchmark: str) -> bool:
    """Whether a difference holds at 99.8% too."""
    return row[f"{benchmark}_compared_998"] in ("lower", "higher")


def symbol(row: Any, benchmark: str) -> str:
    """The character of a comparison: hollow without a test, double at 99.8%."""
    _, _, solid, hollow = MARKS[row[f"{benchmark}_judged"]]
    if row[f"{benchmark}_basis"] == "spread":
        return hollow
    return solid * (2 if sure(row, benchmark) else 1)


def thin(row: Any) -> str:
    """What to say of a figure that leaves many patients out; '' where it does not."""
    if pd.isna(row["covered"]) or row["covered"] >= COVERED_FLAG:
        return ""
    return f"{row['covered']:.0%} of patients"


def spine(
    rows: pd.DataFrame, benchmark: str, headings: Mapping[str, str], *, compact: bool = False
) -> Any:
    """A row an indicator: its figures, and where the area stands among England's areas of its kind.

    Parameters
    ----------
    rows : pandas.DataFrame
        From `data.profiles.profile`.
    benchmark : str
        The one that colours and symbols are about.
    headings : mapping of str to str
        Benchmarks of `rows`, each with what its column is called.

    Returns
    -------
    altair.LayerChart
        Where England has no spread (several areas together, regions), the axis is the difference
        from the benchmark as a share of it instead.
    """
    relative = is_relative(rows)
    data = _headed(_texts(rows, benchmark, headings).join(_places(rows, benchmark, relative)))
    data = data.assign(row=_stacked(data, HEADING if compact else 1.0))
    base = alt.Chart()
    shown = data[["at", "low", "high", "mark"]].to_numpy("float64")
    edge = 1.05 * float(np.nanmax(np.abs(shown), initial=0.25))
    scale = alt.Scale(domain=[-edge, edge], nice=False, zero=False)
    title = f"Difference from {headings[benchmark]}'s value, to ±100%"
    axis = alt.Axis(title=title, format="+.0%", tickCount=5) if relative else None
    down = 17 if compact else 0
    y = _rows(data)
    titles = {
        "full": "Indicator",
        "period": "Period",
        "value": "Value",
        "interval": "95% interval",
        "spread": "Practices, 10th to 90th percentile",
        "beside": "Beside",
        "england": "England's areas",
        "said": f"Against {headings[benchmark]}",
        "covered": "Patients behind it",
    }
    tip = [alt.Tooltip(f"{name}:N", title=title) for name, title in titles.items()]

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", scale=scale, axis=axis)

    def bar(start: str, end: str, width: float, colour: str) -> Any:
        rule = base.mark_rule(strokeWidth=width, color=colour, yOffset=down)
        return rule.encode(x=x(start), x2=alt.X2(f"{end}:Q"), y=y, tooltip=tip)

    def tick(field: str, size: float, colour: str) -> Any:
        mark = base.mark_tick(thickness=2, size=size, color=colour, opacity=1, yOffset=down)
        return mark.encode(x=x(field), y=y)

    layers = [
        bar("low", "high", 13, LIGHT),
        bar("q1", "q3", 13, DARK),
        tick("median", 13, "#FFFFFF"),
        tick("mark", 20, theme.INK),
        bar("from", "to", 1.5, theme.INK),
        *_points(base, x("at"), y, down, tip),
    ]
    if compact:
        layers += [
            _text(base, "group", 0, y, fontWeight=600, dy=8),
            _text(base, "name", 0, y, color=theme.ACCENT, dy=-20, limit=350),
            _text(base, "line", 0, y, dy=-2, limit=350),
        ]
    else:
        columns = [("group", "", 0), ("name", "Indicator", NAME), ("period", "Period", PERIOD)]
        columns += [("count", "Count", CELL), ("value", "Here", CELL)]
        columns += [(f"b{n}", heading, CELL) for n, heading in enumerate(headings.values())]
        columns += [("said", f"Against {headings[benchmark]}", WORDS)]
        layers += _columns(base, y, columns)
        layers.append(_heading("lowest" if not relative else "lower", 0))
        layers.append(_heading("highest" if not relative else "higher", "width", align="right"))
    around = (0 if compact else HEAD) + (FOOT if relative else 0)
    return styled(
        alt.layer(*layers, data=data), height=(TALL if compact else ROW) * _height(data) + around
    )


def is_relative(rows: pd.DataFrame) -> bool:
    """Whether most rows have no spread of England's areas to stand in."""
    return bool(rows["england_median"].isna().mean() > 0.5)


def _places(rows: pd.DataFrame, benchmark: str, relative: bool) -> pd.DataFrame:
    """Positions: -1 to 1 about England's median, or shares of the benchmark about it, to ±1."""
    middle = rows[benchmark] if relative else rows["england_median"]
    arms = pd.concat([rows["england_high"] - middle, middle - rows["england_low"]], axis=1)
    reach = middle.abs() if relative else arms.max(axis=1)
    reach = reach.where(reach > 0)
    tested = rows["lower_ci"].notna()
    ends = {
        "at": rows["value"],
        "mark": rows[benchmark],
        "from": rows["lower_ci"].where(tested, rows["spread_low"]),
        "to": rows["upper_ci"].where(tested, rows["spread_high"]),
    }
    out = {name: ((ends[name] - middle) / reach).clip(-1, 1) for name in ends}
    for name in ("low", "q1", "median", "q3", "high"):
        out[name] = (rows[f"england_{name}"] - middle) / reach * (np.nan if relative else 1.0)
    return pd.DataFrame(out, index=rows.index)


def _texts(rows: pd.DataFrame, benchmark: str, headings: Mapping[str, str]) -> pd.DataFrame:
    """What the spine writes, a row an indicator."""
    return pd.DataFrame(
        [_text_row(row, benchmark, headings) for _, row in rows.iterrows()], index=rows.index
    )


def _text_row(row: Any, benchmark: str, headings: Mapping[str, str]) -> dict[str, Any]:
    entry = catalogue.indicator(row["indicator_id"])
    said = f"{symbol(row, benchmark)} {answer(row, benchmark)}"
    value = figure(entry, row["value"])
    beside = [figure(entry, row[name]) for name in headings]
    named = [f"{h} {text}" for h, text in zip(headings.values(), beside, strict=True)]
    return {
        **_named(entry, flag=" *" if thin(row) else ""),
        "group": entry.group,
        "period": row["period"],
        "count": theme.number(row["count"]),
        "value": value,
        **{f"b{n}": text for n, text in enumerate(beside)},
        "said": said,
        "line": " · ".join([value, *named, said]),
        "interval": _range(row, "lower_ci", "upper_ci", entry),
        "spread": _range(row, "spread_low", "spread_high", entry),
        "beside": ", ".join(named),
        "england": _range(row, "england_low", "england_high", entry),
        "covered": thin(row) or "all or nearly all",
        "judged": row[f"{benchmark}_judged"],
        "solid": row[f"{benchmark}_basis"] != "spread",
        "size": 210 if sure(row, benchmark) else 95,
    }


def figure(entry: Indicator, value: float) -> str:
    """A value with its unit; a year count without the word, for a column."""
    unit = entry.unit if entry.unit == "%" else ""
    return theme.figure(value, unit, entry.decimals)


def _named(entry: Indicator, flag: str = "") -> dict[str, str]:
    return {"name": entry.short_name + flag, "full": entry.name, "href": links.entry(entry.id)}


def _range(row: Any, low: str, high: str, entry: Indicator) -> str:
    if pd.isna(row[low]):
        return "none"
    return " to ".join(theme.number(row[end], entry.decimals) for end in (low, high))


def _headed(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with one more before each group, which has only the group's name."""
    first = rows["group"] != rows["group"].shift()
    heads = pd.DataFrame({"group": rows.loc[first, "group"], "order": np.flatnonzero(first) - 0.5})
    body = rows.assign(order=np.arange(len(rows)), group="")
    data = pd.concat([body, heads]).sort_values("order", ignore_index=True)
    texts = data.columns.difference([*data.select_dtypes("number").columns, "solid"])
    return data.assign(**{name: data[name].fillna("") for name in texts}).drop(columns="order")


def _stacked(data: pd.DataFrame, heading: float) -> "pd.Series[float]":
    """Where rows stand when those that head a group are `heading` high, others 1."""
    high = data["group"].ne("").map({True: heading, False: 1.0})
    return high.cumsum() - high / 2 - 0.5


def _height(data: pd.DataFrame) -> float:
    return float(data["row"].iloc[-1]) + 1


def _rows(data: pd.DataFrame) -> alt.Y:
    """Rows from the top down."""
    scale = alt.Scale(domain=[_height(data) - 0.5, -0.5], nice=False, zero=False)
    return alt.Y("row:Q", axis=None, scale=scale)


def _points(base: Any, x: Any, y: Any, down: int, tip: list[alt.Tooltip]) -> list[Any]:
    """Solid marks are tested, hollow ones are not; an outline keeps grey visible."""
    names = list(MARKS)
    shapes = alt.Scale(domain=names, range=[mark[1] for mark in MARKS.values()])
    colours = alt.Scale(domain=names, range=[mark[0] for mark in MARKS.values()])
    both = {
        "x": x,
        "y": y,
        "shape": alt.Shape("judged:N", legend=None, scale=shapes),
        "size": alt.Size("size:Q", legend=None, scale=None),
        "tooltip": tip,
    }
    solid = base.transform_filter("datum.solid === true").mark_point(
        filled=True, opacity=1, stroke=theme.INK, strokeWidth=0.7, yOffset=down
    )
    hollow = base.transform_filter("datum.solid === false").mark_point(
        filled=True, opacity=1, fill="#FFFFFF", strokeWidth=2.4, yOffset=down
    )
    return [
        solid.encode(**both, fill=alt.Fill("judged:N", legend=None, scale=colours)),
        hollow.encode(**both, stroke=alt.Stroke("judged:N", legend=None, scale=colours)),
    ]


def _text(base: Any, field: str, x: float, y: Any, **mark: Any) -> Any:
    """Text `x` pixels from the left edge of the plot; a name is a link."""
    href = {"href": alt.Href("href:N")} if field == "name" else {}
    style = {"align": "left", "baseline": "middle"} | mark
    return base.mark_text(**style).encode(x=_pixel(x), y=y, text=alt.Text(f"{field}:N"), **href)


def _columns(base: Any, y: Any, columns: Sequence[tuple[str, str, int]]) -> list[Any]:
    """Columns of text left of the plot: field, heading and width of each; figures to the right."""
    out = []
    x = -sum(width for _, _, width in columns)
    for field, heading, width in columns:
        right = width == CELL
        at = x + width if right else x + (14 if field == "said" else 0)
        align = "right" if right else "left"
        style: dict[str, Any] = {"align": align, "limit": width - (0 if right else 6)}
        if field == "group":
            style = {"fontWeight": 600}
        if field == "name":
            style["color"] = theme.ACCENT
        if field == "value":
            style["fontWeight"] = 600
        out.append(_text(base, field, at, y, **style))
        if heading:
            out.append(_heading(heading, at, align=align, limit=width - 4))
        x += width
    return out


def _pixel(place: float | str, kind: Any = alt.XValue) -> Any:
    """A fixed place in the plot; Altair's own `value()` is many times slower."""
    return kind(place)


def _heading(text: str, x: float | str, *, align: str = "left", limit: int = 200) -> Any:
    style: dict[str, Any] = {"align": align, "baseline": "bottom", "limit": limit}
    one = alt.Chart(alt.InlineData(values=[{}])).mark_text(color=QUIET, fontWeight=600, **style)
    return one.encode(x=_pixel(x), y=_pixel(-6, alt.YValue), text=alt.TextValue(text))


def deciles(people: "pd.Series[int]") -> Any:
    """Residents by the national decile of their LSOA (1 = most deprived), in % of all."""
    share = people / max(int(people.sum()), 1)
    data = pd.DataFrame({"decile": people.index, "people": people, "share": share})
    data["label"] = [f"{s:.0%}" if s >= 0.005 else "" for s in share]
    data["colour"] = np.where(data["decile"] <= 2, SECOND, theme.ACCENT)
    base = alt.Chart(data).encode(
        x=alt.X(
            "decile:O",
            title="Deprivation decile of the LSOA, in England (1 = most deprived)",
            axis=alt.Axis(labelAngle=0, ticks=False),
        )
    )
    bars = base.mark_bar().encode(
        y=alt.Y("share:Q", axis=None, scale=alt.Scale(domainMin=0)),
        color=alt.Color("colour:N", scale=None),
        tooltip=[
            alt.Tooltip("decile:O", title="Decile (1 = most deprived)"),
            alt.Tooltip("people:Q", title="People", format=","),
            alt.Tooltip("share:Q", title="Share", format=".1%"),
        ],
    )
    texts = base.mark_text(baseline="bottom", dy=-3).encode(
        y=alt.Y("share:Q"), text=alt.Text("label:N")
    )
    return styled(alt.layer(bars, texts), height=120)


def domains(rows: pd.DataFrame, *, compact: bool = False) -> Any:
    """Decile of the index and of each domain among England's areas of the type, and the score.

    Parameters
    ----------
    rows : pandas.DataFrame
        Deprivation rows of `data.profiles.profile` that have a decile (1 = most deprived).
    """
    entries = [catalogue.indicator(code) for code in rows["indicator_id"]]
    data = pd.DataFrame([_named(entry) for entry in entries]).assign(
        decile=rows["decile"].to_numpy("int64"),
        value=[theme.number(v, e.decimals) for v, e in zip(rows["value"], entries, strict=True)],
        row=range(len(rows)),
    )
    data["line"] = [
        f"decile {d}, score {v}" for d, v in zip(data["decile"], data["value"], strict=True)
    ]
    tiles = data[["row", "decile"]].merge(pd.DataFrame({"n": range(1, 11)}), how="cross")
    strong = np.where(tiles["decile"] <= 2, "#B54408", theme.ACCENT)
    tiles = tiles.assign(
        left=tiles["n"] - 0.96,
        middle=tiles["n"] - 0.5,
        right=tiles["n"] - 0.04,
        label=np.where(tiles["n"] == tiles["decile"], tiles["n"].astype(str), ""),
        colour=np.where(tiles["n"] == tiles["decile"], strong, LIGHT),
    )
    scale = alt.Scale(domain=[0, 10], nice=False)
    base, y, down = alt.Chart(), _rows(data), 13 if compact else 0
    tiled = alt.Chart(tiles).encode(y=y)
    layers = [
        tiled.mark_rule(strokeWidth=18, yOffset=down).encode(
            x=alt.X("left:Q", scale=scale, axis=None),
            x2=alt.X2("right:Q"),
            color=alt.Color("colour:N", scale=None),
        ),
        tiled.mark_text(color="#FFFFFF", fontWeight=600, baseline="middle", yOffset=down).encode(
            x=alt.X("middle:Q", scale=scale, axis=None), text=alt.Text("label:N")
        ),
    ]
    if compact:
        layers.append(_text(base, "name", 0, y, color=theme.ACCENT, dy=-12))
        style = {"align": "right", "dy": -12}
        layers.append(_text(base, "line", 0, y, **style).encode(x=_pixel("width")))
    else:
        data["blank"] = ""
        columns = [("name", "Index and domains", 190), ("value", "Score", CELL), ("blank", "", 14)]
        layers += _columns(base, y, columns)
        layers.append(_heading("1 = most deprived", 0))
        layers.append(_heading("10 = least", "width", align="right"))
    return styled(
        alt.layer(*layers, data=data), height=48 * len(data) if compact else 27 * len(data) + HEAD
    )


def ages(rows: pd.DataFrame, name: str) -> Any:
    """Share of people in each age band, and England's.

    Parameters
    ----------
    rows : pandas.DataFrame
        From `data.profiles.ages`: `band`, `value`, `england` (%).
    """
    names = {"value": name, "england": "England"}
    scale = alt.Scale(domain=list(names.values()), range=[theme.ACCENT, SECOND])
    colour = alt.Color("who:N", scale=scale, legend=alt.Legend(symbolType="square", labelLimit=260))
    y = alt.Y("band:N", title=None, sort=list(rows["band"])[::-1])
    tip = [
        alt.Tooltip("band:N", title="Age"),
        *(alt.Tooltip(f"{one}:Q", title=who, format=".1f") for one, who in names.items()),
    ]
    bars, ticks = (alt.Chart(rows.assign(who=who)) for who in names.values())
    return styled(
        alt.layer(
            bars.mark_bar(height={"band": 0.68}).encode(
                x=alt.X("value:Q", title="% of people", axis=alt.Axis(tickCount=5)),
                y=y,
                color=colour,
                tooltip=tip,
            ),
            ticks.mark_tick(thickness=3, opacity=1, size=24).encode(
                x=alt.X("england:Q"), y=y, color=colour, tooltip=tip
            ),
        ),
        height=27 * len(rows) + 70,
    )


def trend_lines(rows: pd.DataFrame, entry: Indicator) -> Any:
    """One indicator's periods in the area and in those beside it.

    Parameters
    ----------
    rows : pandas.DataFrame
        `who` (the area first), `period`, `value`, `low`, `high` (interval or spread; NaN where
        there is none).
    """
    who = list(dict.fromkeys(rows["who"]))
    scale = alt.Scale(domain=who, range=[theme.ACCENT, "#1B7F78", "#6B6F73"][: len(who)])
    dashes = alt.Scale(domain=who, range=[[1, 0], [7, 3], [2, 3]][: len(who)])
    shapes = alt.Scale(domain=who, range=["circle", "square", "diamond"][: len(who)])
    unit = entry.unit.strip()
    base = alt.Chart(rows).encode(
        x=alt.X("period:O", title=None, axis=alt.Axis(labelAngle=0), scale=alt.Scale(padding=0.3)),
        color=alt.Color("who:N", scale=scale, legend=alt.Legend(labelLimit=240, columns=1)),
    )
    scaled: dict[str, Any] = {
        "title": f"{entry.short_name}{unit and ', ' + unit}",
        "scale": alt.Scale(zero=False, padding=12),
        "axis": alt.Axis(tickCount=5),
    }
    y = alt.Y("value:Q", **scaled)
    number = f",.{entry.decimals}f"
    tip = [
        alt.Tooltip("who:N", title="Where"),
        alt.Tooltip("period:O", title="Period"),
        alt.Tooltip("value:Q", title=entry.short_name, format=number),
        alt.Tooltip("low:Q", title="from", format=number),
        alt.Tooltip("high:Q", title="to", format=number),
    ]
    return styled(
        alt.layer(
            base.mark_rule(strokeWidth=1.5)
            .transform_filter("isValid(datum.low)")
            .encode(y=alt.Y("low:Q", **scaled), y2=alt.Y2("high:Q")),
            base.mark_line(strokeWidth=2.5).encode(
                y=y, strokeDash=alt.StrokeDash("who:N", scale=dashes, legend=None)
            ),
            base.mark_point(filled=True, size=80, opacity=1).encode(
                y=y, shape=alt.Shape("who:N", scale=shapes), tooltip=tip
            ),
        ),
        height=300,
    )


def targets(rows: pd.DataFrame, *, compact: bool = False) -> Any:
    """Coverage against its national target.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows of `data.profiles.profile` that have a target.
    """
    texts = []
    for _, row in rows.iterrows():
        entry = catalogue.indicator(row["indicator_id"])
        value, target = figure(entry, row["value"]), figure(entry, row["target"])
        met = row["value"] >= row["target"]
        gap = f"{theme.number(abs(row['value'] - row['target']), 1)} points"
        said = f"{'■ met, by' if met else '◆ not met, by'} {gap}"
        line = f"{value} · target {target} · {said}"
        more = {"period": row["period"], "value": value, "goal": target, "said": said}
        texts.append(_named(entry) | more | {"line": line, "judged": "better" if met else "worse"})
    data = pd.DataFrame(texts).assign(
        at=rows["value"].to_numpy(),
        target=rows["target"].to_numpy(),
        low=rows["lower_ci"].to_numpy(),
        high=rows["upper_ci"].to_numpy(),
        solid=True,
        size=95,
        row=range(len(rows)),
    )
    numbers = data[["at", "target", "low"]].to_numpy("float64")
    scale = alt.Scale(domain=[max(0.0, 5 * (np.nanmin(numbers) // 5) - 5), 100], nice=False)
    axis = alt.Axis(title="%", tickCount=5)
    base, y, down = alt.Chart(), _rows(data), 17 if compact else 0
    x = alt.X("at:Q", scale=scale, axis=axis)
    tip = [
        alt.Tooltip(f"{name}:N", title=title)
        for name, title in (("full", "Indicator"), ("period", "Period"), ("said", "Target"))
    ]
    layers = [
        base.mark_rule(strokeWidth=4, color=DARK, yOffset=down).encode(
            x=x, x2=alt.X2("target:Q"), y=y
        ),
        base.mark_rule(strokeWidth=1.5, color=theme.INK, yOffset=down).encode(
            x=alt.X("low:Q", scale=scale, axis=axis), x2=alt.X2("high:Q"), y=y
        ),
        base.mark_tick(thickness=3, size=20, color=theme.INK, opacity=1, yOffset=down).encode(
            x=alt.X("target:Q", scale=scale, axis=axis), y=y
        ),
        *_points(base, x, y, down, tip),
    ]
    if compact:
        layers += [
            _text(base, "name", 0, y, color=theme.ACCENT, dy=-20, limit=350),
            _text(base, "line", 0, y, dy=-2, limit=350),
        ]
    else:
        columns = [("name", "Indicator", NAME), ("period", "Period", PERIOD)]
        columns += [("value", "Here", CELL), ("goal", "Target", CELL), ("said", "", 170)]
        layers += _columns(base, y, columns)
    around = (0 if compact else HEAD) + FOOT
    return styled(
        alt.layer(*layers, data=data), height=(TALL if compact else ROW) * len(data) + around
    )


def peers_dots(rows: pd.DataFrame, *, compact: bool = False) -> Any:
    """Where the area stands among the areas most like it: each row from their lowest to highest.

    Parameters
    ----------
    rows : pandas.DataFrame
        From `data.peers.against`: `indicator_id`, `period`, `value`, `peers_low`, `peers_median`,
        `peers_high`, `rank` (1 = highest), `n`.
    """
    texts = []
    for _, row in rows.iterrows():
        entry = catalogue.indicator(row["indicator_id"])
        value, median = figure(entry, row["value"]), figure(entry, row["peers_median"])
        among = _range(row, "peers_low", "peers_high", entry)
        said = ranked(int(row["rank"]), int(row["n"]))
        line = f"{value} · like it {among} · {said}"
        more = {"period": row["period"], "value": value, "middle": median, "among": among}
        texts.append(_named(entry) | more | {"said": said, "line": line})
    low = rows[["value", "peers_low"]].min(axis=1)
    reach = rows[["value", "peers_high"]].max(axis=1) - low
    reach = reach.where(reach > 0)

    def at(name: str) -> Any:
        return ((rows[name] - low) / reach).to_numpy()

    data = pd.DataFrame(texts).assign(
        at=at("value"),
        low=at("peers_low"),
        high=at("peers_high"),
        median=at("peers_median"),
        row=range(len(rows)),
    )
    scale = alt.Scale(domain=[-0.04, 1.04], nice=False, zero=False)
    base, y, down = alt.Chart(), _rows(data), 17 if compact else 0
    names = {"full": "Indicator", "period": "Period", "value": "Here", "middle": "Median of those"}
    names |= {"among": "Lowest to highest of those", "said": "Here"}
    tip = [alt.Tooltip(f"{name}:N", title=title) for name, title in names.items()]

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", scale=scale, axis=None)

    layers = [
        base.mark_rule(strokeWidth=11, color=LIGHT, yOffset=down).encode(
            x=x("low"), x2=alt.X2("high:Q"), y=y, tooltip=tip
        ),
        base.mark_tick(thickness=2, size=15, color=GREY, opacity=1, yOffset=down).encode(
            x=x("median"), y=y
        ),
        base.mark_point(filled=True, size=95, color=theme.ACCENT, opacity=1, yOffset=down).encode(
            x=x("at"), y=y, tooltip=tip
        ),
    ]
    if compact:
        layers += [
            _text(base, "name", 0, y, color=theme.ACCENT, dy=-20, limit=350),
            _text(base, "line", 0, y, dy=-2, limit=350),
        ]
    else:
        columns = [("name", "Indicator", NAME), ("period", "Period", PERIOD)]
        columns += [("value", "Here", CELL), ("middle", "Median", CELL), ("said", "", 130)]
        layers += _columns(base, y, columns)
        layers.append(_heading("lowest of those like it", 0))
        layers.append(_heading("highest", "width", align="right"))
    around = 0 if compact else HEAD
    return styled(
        alt.layer(*layers, data=data), height=(TALL if compact else ROW) * len(data) + around
    )


def ranked(rank: int, n: int) -> str:
    """'highest of 11', '3rd highest of 11', 'lowest of 11'."""
    if rank in (1, n):
        return f"{'highest' if rank == 1 else 'lowest'} of {n}"
    ending = "th" if 10 <= rank % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(rank % 10, "th")
    return f"{rank}{ending} highest of {n}"
