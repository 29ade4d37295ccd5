"""Figures and tables of a plan: strategies side by side, fifths, uptake, the frontier.

No Streamlit here.
"""

from collections.abc import Mapping
from typing import Any, Final

import altair as alt
import numpy as np
import pandas as pd

from components import links, theme
from components.charts import GREY, LIGHT, styled
from components.scene import Key
from components.selection import Selection
from data.planner import STRATEGIES, Cohort, Plan, Strategy

MARKS: Final[Mapping[Strategy, tuple[str, str]]] = {
    "proportional": ("#12436D", "circle"),
    "proportionate_universalism": ("#28A197", "square"),
    "most_deprived_first": ("#801650", "triangle-up"),
    "least_covered_first": ("#F46A25", "diamond"),
    "equal_shares": ("#3D3D3D", "cross"),
}
"""Colour and symbol of each strategy."""
CHOSEN: Final = "#F46A25"
NONE: Final = "#F1F3F5"
"""Colour of areas that are given nothing."""
FIFTHS: Final = {1: "1 (most deprived)", 2: "2", 3: "3", 4: "4", 5: "5 (least deprived)"}
GAP: Final = "Points more at the least deprived end"
_NAMES: Final = alt.Axis(
    labelLimit=230, labelOverlap=False, labelPadding=12, ticks=False, domain=False
)


def gaps(table: pd.DataFrame, chosen: Strategy) -> Any:
    """The gap in coverage after each strategy, with its interval where there is one.

    Parameters
    ----------
    table : pandas.DataFrame
        `data.planner.compare`: by strategy. The dashed line is the gap before.
    """
    before = pd.DataFrame({"before": [float(table["sii_before"].iloc[0])], "zero": [0.0]})
    layers = [
        alt.Chart(before).mark_rule(color=GREY).encode(x="zero:Q"),
        alt.Chart(before)
        .mark_rule(color=CHOSEN, strokeDash=[6, 4], strokeWidth=2)
        .encode(x="before:Q", tooltip=[alt.Tooltip("before:Q", title="Before", format=",.2f")]),
        alt.Chart(_marked(table, chosen))
        .mark_rule(strokeWidth=2)
        .encode(
            x="sii_after_lower:Q",
            x2="sii_after_upper:Q",
            y=_strategies(table),
            color=_here(),
        ),
        _points(_marked(table, chosen), "sii_after", GAP, _strategies(table), ",.2f"),
    ]
    return styled(alt.layer(*layers), height=210)


def shares(table: pd.DataFrame, chosen: Strategy) -> Any:
    """Which share of those reached lives in Core20, by strategy."""
    rows = _marked(table, chosen).assign(percent=lambda t: 100 * t["core20_share"])
    title = "Of those reached, % in Core20"
    return styled(
        _points(rows, "percent", title, _strategies(table), ",.1f", zero=True), height=210
    )


def _marked(table: pd.DataFrame, chosen: Strategy) -> pd.DataFrame:
    rows = table.reset_index()
    return rows.assign(here=rows["strategy"] == chosen)


def _strategies(table: pd.DataFrame) -> alt.Y:
    return alt.Y("name:N", sort=list(table["name"]), title=None, axis=_NAMES)


def _here() -> Any:
    return alt.condition("datum.here", alt.value(CHOSEN), alt.value(theme.ACCENT))


def _points(
    rows: pd.DataFrame, field: str, title: str, y: alt.Y, number: str, *, zero: bool = False
) -> Any:
    """A point a strategy, the one chosen in colour and shape; a click chooses."""
    pick = alt.selection_point(name="pick", fields=["strategy"], on="click", empty=False)
    return (
        alt.Chart(rows)
        .mark_point(filled=True, size=110, opacity=1)
        .encode(
            x=alt.X(
                f"{field}:Q", title=title, scale=alt.Scale(zero=zero), axis=alt.Axis(tickCount=6)
            ),
            y=y,
            color=_here(),
            shape=alt.condition("datum.here", alt.value("diamond"), alt.value("circle")),
            tooltip=[
                alt.Tooltip("name:N", title="Strategy"),
                alt.Tooltip(f"{field}:Q", title=title, format=number),
                alt.Tooltip("reached:Q", title="Expected to be reached", format=",.0f"),
            ],
        )
        .add_params(pick)
    )


def fifths(found: Plan) -> Any:
    """Coverage before and after by fifth of deprivation."""
    rows = found.quintiles.reset_index()
    rows = rows.assign(name=rows["quintile"].map(FIFTHS))
    y = alt.Y("name:N", sort=list(FIFTHS.values()), title="Fifth of deprivation", axis=_NAMES)
    tall = rows.melt(
        ["name", "allocated", "reached"],
        ["coverage_before", "coverage_after"],
        "when",
        "coverage",
    )
    tall = tall.assign(when=tall["when"].map({"coverage_before": "before"}).fillna("after"))
    rule = alt.Chart(rows).mark_rule(strokeWidth=3, color=LIGHT)
    points = (
        alt.Chart(tall)
        .mark_point(filled=True, size=110, opacity=1)
        .encode(
            x=alt.X(
                "coverage:Q",
                title="Coverage, %",
                scale=alt.Scale(zero=False),
                axis=alt.Axis(tickCount=6),
            ),
            y=y,
            color=alt.Color(
                "when:N", scale=alt.Scale(domain=["before", "after"], range=[GREY, theme.ACCENT])
            ),
            shape=alt.Shape(
                "when:N", scale=alt.Scale(domain=["before", "after"], range=["circle", "diamond"])
            ),
            tooltip=[
                alt.Tooltip("name:N", title="Fifth (1 = most deprived)"),
                alt.Tooltip("when:N", title="When"),
                alt.Tooltip("coverage:Q", title="Coverage, %", format=",.1f"),
                alt.Tooltip("allocated:Q", title="Offers", format=",.0f"),
                alt.Tooltip("reached:Q", title="Expected to be reached", format=",.0f"),
            ],
        )
    )
    between = rule.encode(x="coverage_before:Q", x2="coverage_after:Q", y=y)
    return styled(alt.layer(between, points), height=40 * len(rows) + 90)


def uptakes(rows: pd.DataFrame, assumed: float, field: str, title: str) -> Any:
    """What a plan comes to as uptake goes from low to high; the one assumed is marked.

    Parameters
    ----------
    rows : pandas.DataFrame
        `data.planner.sensitivity`: by uptake (0 to 1).
    field : str
        Which column is drawn; its limits too, where it has any.
    """
    rows = rows.reset_index().assign(percent=lambda t: (100 * t["uptake"]).round(1))
    rows = rows.assign(here=np.isclose(rows["uptake"], assumed))
    x = alt.X(
        "percent:Q",
        title="Uptake, % of offers",
        scale=alt.Scale(domain=[0, 100]),
        axis=alt.Axis(tickCount=5),
    )
    y = alt.Y(f"{field}:Q", title=title, scale=alt.Scale(zero=True), axis=alt.Axis(tickCount=5))
    base = alt.Chart(rows)
    layers = [base.mark_line(color=theme.ACCENT, strokeWidth=2).encode(x=x, y=y)]
    if f"{field}_lower" in rows and rows[f"{field}_lower"].notna().any():
        band = base.mark_area(opacity=0.18, color=theme.ACCENT)
        layers.insert(0, band.encode(x=x, y=f"{field}_lower:Q", y2=f"{field}_upper:Q"))
    layers.append(
        base.mark_point(filled=True, opacity=1).encode(
            x=x,
            y=y,
            size=alt.condition("datum.here", alt.value(160), alt.value(60)),
            color=_here(),
            shape=alt.condition("datum.here", alt.value("diamond"), alt.value("circle")),
            tooltip=[
                alt.Tooltip("percent:Q", title="Uptake, %"),
                alt.Tooltip("reached:Q", title="Expected to be reached", format=",.0f"),
                alt.Tooltip("coverage_after:Q", title="Coverage after, %", format=",.1f"),
                alt.Tooltip("sii_after:Q", title=f"{GAP}, after", format=",.2f"),
            ],
        )
    )
    return styled(alt.layer(*layers), height=230)


def frontier(alike: pd.DataFrame, unlike: pd.DataFrame) -> Any:
    """People reached against the fall of the gap, by strategy and along the equity weights.

    Parameters
    ----------
    alike, unlike : pandas.DataFrame
        `data.planner.frontier`, with one uptake everywhere (solid marks) and with fewer taken up
        by the more deprived (hollow ones).
    """
    names = [STRATEGIES[code][0] for code in MARKS]
    colours, shapes = zip(*MARKS.values(), strict=True)
    legend = alt.Legend(columns=3, labelLimit=240)
    tip = [
        alt.Tooltip("name:N", title="Strategy"),
        alt.Tooltip("equity:Q", title="Weight of decile 1 (most deprived)", format=",.1f"),
        alt.Tooltip("reached:Q", title="Expected to be reached", format=",.0f"),
        alt.Tooltip("sii_fall:Q", title="Fall of the gap, points", format=",.2f"),
        alt.Tooltip("core20_share:Q", title="Of them in Core20", format=".0%"),
        alt.Tooltip("taken:N", title="Uptake"),
    ]
    x = alt.X(
        "reached:Q",
        title="People expected to be reached",
        scale=alt.Scale(zero=False),
        axis=alt.Axis(tickCount=6),
    )
    y = alt.Y("sii_fall:Q", title="Fall of the gap, points", scale=alt.Scale(zero=False))
    layers = []
    for rows, filled, words in (
        (alike, True, "the same everywhere"),
        (unlike, False, "lower where more deprived"),
    ):
        rows = rows.assign(taken=words)
        weights = rows[rows["equity"].notna()].sort_values("equity")
        line = alt.Chart(weights).mark_line(
            color=MARKS["proportionate_universalism"][0],
            strokeWidth=1.5,
            point={"size": 22, "color": MARKS["proportionate_universalism"][0]},
        )
        layers.append(line.encode(x=x, y=y, order="equity:Q", tooltip=tip))
        marks = alt.Chart(rows.drop_duplicates("strategy")).mark_point(
            filled=filled, size=150, opacity=1, strokeWidth=2.5
        )
        layers.append(
            marks.encode(
                x=x,
                y=y,
                color=alt.Color(
                    "name:N", scale=alt.Scale(domain=names, range=list(colours)), legend=legend
                ),
                shape=alt.Shape(
                    "name:N", scale=alt.Scale(domain=names, range=list(shapes)), legend=legend
                ),
                tooltip=tip,
            )
        )
    return styled(alt.layer(*layers), height=380)


def strategies(table: pd.DataFrame, chosen: Strategy, counted: str) -> pd.DataFrame:
    """Every strategy side by side, as text; what each does stands last."""
    costed = table["cost_per_reached"].notna().any()
    indexed = table["sii_after"].notna().any()
    before = _gap(table["sii_before"].iloc[0])
    rows = []
    for code, (name, says) in STRATEGIES.items():
        row: Any = table.loc[code]
        gap = _gap(row["sii_after"])
        if row["sii_after_lower"] == row["sii_after_lower"]:
            ends = (_gap(row[f"sii_after_{end}"]) for end in ("lower", "upper"))
            gap += f" ({' to '.join(ends)})"
        rows.append(
            {
                "Strategy": f"{name} (shown below)" if code == chosen else name,
                "Offers": theme.number(row["allocated"]),
                f"{counted.capitalize()} reached": theme.number(row["reached"]),
                "Of them in Core20": _share(row["core20_share"]),
                "In the most deprived fifth of areas": _share(row["most_deprived_share"]),
                "Coverage after": f"{theme.number(row['coverage_after'], 1)}%",
                **({f"Gap after, from {before} before": gap} if indexed else {}),
                **({"Cost of each": f"£{row['cost_per_reached']:,.2f}"} if costed else {}),
                "What it does": says,
            }
        )
    return pd.DataFrame(rows)


def _gap(value: float) -> str:
    return theme.number(round(value, 1) + 0.0, 1)


def _share(value: float) -> str:
    return theme.percent(value, 1) if value == value else "–"


def by_fifth(found: Plan) -> pd.DataFrame:
    """Fifths of deprivation, as text."""
    rows = found.quintiles
    return pd.DataFrame(
        {
            "Fifth": rows.index.map(FIFTHS),
            "Eligible": rows["eligible"].map(theme.number),
            "Offers": rows["allocated"].map(theme.number),
            "Reached": rows["reached"].map(theme.number),
            "Share of those reached": rows["share"].map(_share),
            "Coverage before": rows["coverage_before"].map(lambda v: f"{v:.1f}%"),
            "after": rows["coverage_after"].map(lambda v: f"{v:.1f}%"),
            "": "",
        }
    )


def areas(found: Plan, kind: str, selection: Selection) -> pd.DataFrame:
    """Who is given how many, most first, with the way to each profile."""
    rows = found.areas.sort_values(["allocated", "not_covered"], ascending=False, kind="stable")
    return pd.DataFrame(
        {
            "Area": rows["name"],
            "Place": rows["place"],
            "Offers": rows["allocated"],
            "Reached": rows["reached"].round(1),
            "Decile (1 = most deprived)": rows["decile"],
            "Eligible": rows["eligible"].round(1),
            "Not covered": rows["not_covered"].round(1),
            "Coverage before, %": rows["coverage_before"].round(1),
            "after, %": rows["coverage_after"].round(1),
            "Code": rows["code"],
            "Profile": _profiles(rows["code"], kind, selection),
        }
    )


def _profiles(codes: "pd.Series[str]", kind: str, selection: Selection) -> list[str]:
    return [
        links.to("profile", selection, area=f"{kind}:{code}", areas="", indicator="")
        for code in codes
    ]


def localities(found: Cohort, places: pd.DataFrame) -> pd.DataFrame:
    """People of a cohort by place, and how many of those to be taken on are theirs by need."""
    rows = found.places.assign(allocated=places["allocated"])
    rows = rows.sort_values("eligible", ascending=False)
    return pd.DataFrame(
        {
            "Place": rows["place"],
            "Areas": rows["areas"],
            "People in the cohort": rows["eligible"].round(0),
            "of its residents, %": (100 * rows["eligible"] / rows["population"]).round(1),
            "of the whole cohort, %": (100 * rows["eligible"] / found.people).round(1),
            "Taken on, by need": rows["allocated"],
        }
    )


def chosen(rows: pd.DataFrame, kind: str, selection: Selection) -> pd.DataFrame:
    """Areas of highest need until they add up, in order."""
    return pd.DataFrame(
        {
            "Area": rows["name"],
            "Place": rows["place"],
            "Taken on": rows["selected"].round(1),
            "In the cohort": rows["eligible"].round(1),
            "of those registered, %": (100 * rows["share"]).round(1),
            "Decile (1 = most deprived)": rows["decile"].astype("Int64"),
            "Code": rows["code"],
            "Profile": _profiles(rows["code"], kind, selection),
        }
    )


def classed(values: "pd.Series[float]") -> tuple["pd.Series[int]", list[Key]]:
    """Classes of whole numbers for a map: none, then up to four of about as many areas each."""
    some = values[values > 0]
    edges = sorted({int(v) for v in np.quantile(some, (0.25, 0.5, 0.75, 1))}) if len(some) else []
    found = pd.Series(np.searchsorted(edges, values) + 1, index=values.index).where(values > 0, 0)
    colours = theme.SEQUENTIAL[5 - len(edges) :]
    starts = [int(some.min()), *(edge + 1 for edge in edges[:-1])] if edges else []
    labels = ["none"] + [
        f"{low:,}" if low == high else f"{low:,} to {high:,}"
        for low, high in zip(starts, edges, strict=True)
    ]
    return found, keys(found, labels, (NONE, *colours))


def keys(classes: "pd.Series[int]", labels: list[str], colours: tuple[str, ...]) -> list[Key]:
    """Legend of a map: its classes in order, and how many areas each has."""
    counts = classes.value_counts()
    return [
        Key(colour, label, int(counts.get(n, 0)))
        for n, (label, colour) in enumerate(zip(labels, colours, strict=True))
    ]
