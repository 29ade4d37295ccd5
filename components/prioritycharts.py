"""Figures and tables of the page of priorities, and what its maps hold. No Streamlit here."""

from collections.abc import Mapping
from html import escape
from typing import Any, Final

import altair as alt
import numpy as np
import pandas as pd

from components import links, maps, theme
from components.charts import GREY, LIGHT, styled
from components.scene import Key
from components.selection import Selection
from data import catalogue
from data.estimate import COVERED_FLAG
from data.priorities import criterion

LETTERS: Final = "ABCDEFGHIJKLMNOPQRST"
"""What marks each criterion's part of a bar, beside its colour."""
COLOURS: Final = ("#12436D", "#28A197", "#801650", "#F46A25", "#3D3D3D", "#A285D1")
"""Of the criteria in turn; with more than six they come round again, told apart by letter."""
PALE: Final = ("#F46A25", "#A285D1", "#28A197")
"""Those on which a letter is dark."""
SCORES: Final = (20.0, 40.0, 60.0, 80.0)
"""Where the classes of scores end."""
SURENESS: Final = (
    (0.8, "in over 80% of draws", "#080C54", "square", "■"),
    (0.5, "in over 50 to 80%", "#186290", "diamond", "◆"),
    (0.2, "in over 20 to 50%", "#80C6A3", "circle", "●"),
    (-1.0, "in up to 20%", "#E3E8ED", "cross", "✚"),
)
"""How often an area is among the first ten: above what share; in words; colour; symbol, as a shape
and as a character."""
SURE: Final = SURENESS[0][0]
"""Share of draws above which an area is said to be surely among the first ten."""
MOST: Final = 20
"""Areas in one chart."""
ROW: Final = 23

KINDS: Final = {
    "need": "Need: ",
    "coverage": "Coverage: ",
    "age": "Age: ",
    "ethnicity": "Ethnicity: ",
}


def called(code: str) -> str:
    """A criterion as lists and legends name it; which end ranks first where it is the low one."""
    one = criterion(code)
    kind = code.removeprefix("-").partition(".")[0]
    if not one.indicator_id:
        name = "Number of people"
    else:
        name = KINDS.get(kind, "") + catalogue.indicator(one.indicator_id).short_name
    return f"{name}, lowest first" if one.direction == "low" else name


def sureness(table: pd.DataFrame) -> "pd.Series[float]":
    """Class of each area, of `SURENESS`; NaN for one that is not ranked."""
    above = [table["top_ten"] > limit for limit, *_ in SURENESS]
    found = pd.Series(np.select(above, range(len(SURENESS)), np.nan), index=table.index)
    return found.where(table["score"].notna())


def charted(table: pd.DataFrame, opened: str) -> pd.DataFrame:
    """The first areas, and the one that is open wherever it ranks; `label` tells them apart."""
    ranked = table[table["score"].notna()]
    rows = pd.concat([ranked.head(MOST), ranked.iloc[MOST:].query("code == @opened")])
    label = rows["rank"].map("{:,.0f}  ".format) + rows["name"]
    twice = label.duplicated(keep=False)
    return rows.assign(label=label.mask(twice, label + " (" + rows["code"] + ")"))


def _areas(rows: pd.DataFrame, compact: bool) -> alt.Y:
    limit = 135 if compact else 200
    axis = alt.Axis(labelLimit=limit, labelOverlap=False, ticks=False, domain=False)
    return alt.Y("label:N", sort=list(rows["label"]), title=None, axis=axis)


def parts(rows: pd.DataFrame, weights: Mapping[str, float], *, compact: bool = False) -> Any:
    """Each area's score as the parts that its criteria add; a click picks the area.

    Parameters
    ----------
    rows : pandas.DataFrame
        From `charted`.
    compact : bool
        For a phone.
    """
    tall = []
    names = [f"{LETTERS[n]}  {called(code)}" for n, code in enumerate(weights)]
    colours = [COLOURS[n % len(COLOURS)] for n in range(len(weights))]
    ends = np.zeros(len(rows))
    for n, code in enumerate(weights):
        part = rows[f"{code}_part"].to_numpy("float64")
        tall.append(
            pd.DataFrame(
                {
                    "code": rows["code"],
                    "label": rows["label"],
                    "criterion": names[n],
                    "start": ends,
                    "end": ends + part,
                    "middle": ends + part / 2,
                    "part": part,
                    "scaled": rows[f"{code}_scaled"],
                    "letter": np.where(part >= 3, LETTERS[n], ""),
                    "ink": theme.INK if colours[n] in PALE else "#FFFFFF",
                }
            )
        )
        ends = ends + part
    totals = rows[["code", "label", "score"]].assign(text=rows["score"].map("{:.0f}".format))
    base = alt.Chart(pd.concat(tall))
    y = _areas(rows, compact)
    scale = alt.Scale(domain=[0, 106], nice=False)
    axis = alt.Axis(values=[0, 20, 40, 60, 80, 100])
    x = alt.X("start:Q", title="Score, 0 to 100", scale=scale, axis=axis)
    pick = alt.selection_point(name="pick", fields=["code"], on="click", empty=False)
    bars = base.mark_bar(height=17, stroke="#FFFFFF", strokeWidth=1, cursor="pointer").encode(
        x=x,
        x2="end:Q",
        y=y,
        color=alt.Color(
            "criterion:N",
            scale=alt.Scale(domain=names, range=colours),
            legend=None,
        ),
        tooltip=[
            alt.Tooltip("label:N", title="Rank and area"),
            alt.Tooltip("criterion:N", title="Criterion"),
            alt.Tooltip("scaled:Q", title="Stands at, of 100", format=".0f"),
            alt.Tooltip("part:Q", title="Adds to the score", format=".1f"),
        ],
    )
    letters = base.mark_text(fontSize=11, fontWeight=600).encode(
        x=alt.X("middle:Q", scale=scale),
        y=y,
        text="letter:N",
        color=alt.Color("ink:N", scale=None),
    )
    text = alt.Chart(totals).mark_text(align="left", dx=4, fontWeight=600)
    return styled(
        alt.layer(
            bars.add_params(pick),
            letters,
            text.encode(x=alt.X("score:Q", scale=scale), y=y, text="text:N"),
        ),
        height=ROW * len(rows) + 50,
    )


def intervals(rows: pd.DataFrame, areas: int, *, compact: bool = False) -> Any:
    """The rank of each area with the ranks that it has in 95% of draws.

    Parameters
    ----------
    rows : pandas.DataFrame
        From `charted`.
    areas : int
        How many are ranked in all.
    compact : bool
        For a phone.
    """
    within = [SURENESS[int(n)][1] for n in sureness(rows)]
    last = max(float(rows["rank_high"].max()), float(rows["rank"].max()), 2.0)
    data = rows[["code", "label", "name", "rank", "rank_low", "rank_high", "top_ten"]]
    data = data.assign(within=within, marked=rows["band"].map("{:.0f}".format))
    few = areas <= 10
    base = alt.Chart(data)
    y = _areas(rows, compact)
    scale = alt.Scale(domain=[min(0.5, 1 - last / 80), last * 1.02], nice=False, zero=False)
    ticks = [1, *(10 * n for n in range(1, 40) if 10 * n <= last)]
    if last > 60:
        step = 50 if last <= 300 else 100
        ticks = [10, *range(step, int(last) + 1, step)]
    x = alt.X(
        "rank_low:Q",
        title=f"Rank of {areas:,}, 1 = first",
        scale=scale,
        axis=alt.Axis(values=list(range(1, int(last) + 1)) if last <= 12 else ticks, format="d"),
    )
    names, colours, shapes = ([one[n] for one in SURENESS] for n in (1, 2, 3))
    colour = alt.Color("within:N", legend=None, scale=alt.Scale(domain=names, range=colours))
    shape = alt.Shape("within:N", legend=None, scale=alt.Scale(domain=names, range=shapes))
    shown = [
        alt.Tooltip("name:N", title="Area"),
        alt.Tooltip("rank:Q", title="Rank", format="d"),
        alt.Tooltip("rank_low:Q", title="In 95% of draws, from", format="d"),
        alt.Tooltip("rank_high:Q", title="to", format="d"),
        alt.Tooltip("top_ten:Q", title="Among the first ten, of draws", format=".0%"),
        alt.Tooltip("marked:N", title="Group that cannot be told apart"),
    ]
    pick = alt.selection_point(name="pick", fields=["code"], on="click", empty=False)
    layers = []
    if not few:
        ten = pd.DataFrame({"from": [scale["domain"][0]], "to": [10.5]})
        band = alt.Chart(ten).mark_rect(color=LIGHT, opacity=0.7)
        layers.append(band.encode(x=alt.X("from:Q", scale=scale), x2="to:Q"))
    layers += [
        base.mark_rule(strokeWidth=2, color=GREY).encode(x=x, x2="rank_high:Q", y=y, tooltip=shown),
        base.mark_point(
            filled=True, size=95, opacity=1, stroke=theme.INK, strokeWidth=0.8, cursor="pointer"
        )
        .encode(
            x=alt.X("rank:Q", scale=scale),
            y=y,
            color=alt.value(theme.ACCENT) if few else colour,
            shape=alt.value("circle") if few else shape,
            tooltip=shown,
        )
        .add_params(pick),
    ]
    return styled(alt.layer(*layers), height=ROW * len(rows) + 50)


def on_map(table: pd.DataFrame, weights: Mapping[str, float]) -> pd.DataFrame:
    """Properties of the maps, by code: `vs` the score, `k` the class of `SURENESS`, and of `tip`.

    A dash stands where an area is not ranked, so that the tooltip has something to say.
    """

    def said(values: "pd.Series[Any]", form: str) -> "pd.Series[str]":
        return values.map(lambda v: maps.ABSENT if v != v else form.format(v))

    ranges = [between(row) for row in table.to_dict("records")]
    properties = {
        "vs": table["score"].round(1).astype(object).where(table["score"].notna(), maps.ABSENT),
        "k": sureness(table),
        "r": said(table["rank"], "{:,.0f}"),
        "i": ranges,
        "f": said(table["top_ten"], "{:.0%}"),
        **{f"p{n}": said(table[f"{code}_part"], "{:.1f}") for n, code in enumerate(weights)},
    }
    return pd.DataFrame(properties).set_index(table["code"])


def tip(weights: Mapping[str, float]) -> str:
    """HTML of the maps' tooltip: rank, how sure it is, and what the score is made of."""
    parts_of = "".join(
        f"<br/>{LETTERS[n]} {escape(called(code))}: {{p{n}}}" for n, code in enumerate(weights)
    )
    return (
        "<b>{n}</b><br/>Rank {r}, in 95% of draws {i}<br/>Among the first ten in {f} of draws"
        f"<br/>Score {{vs}}, of it{parts_of}"
    )


def between(row: Any) -> str:
    """The ranks that an area has in 95% of draws: '1 to 23'; 'not ranked'."""
    low, high = row["rank_low"], row["rank_high"]
    if low != low:
        return "not ranked"
    return f"{low:,.0f}" if low == high else f"{low:,.0f} to {high:,.0f}"


def scores_key(table: pd.DataFrame) -> list[Key]:
    """Legend of the map of scores, with how many areas are in each class."""
    edges = [-0.1, *SCORES, 100.0]
    counts = np.histogram(table["score"].dropna().round(1), np.array(edges) + 1e-9)[0]
    labels = ["0 to 20", *(f"over {low:.0f} to {low + 20:.0f}" for low in SCORES)]
    keys = [
        Key(colour, label, int(count))
        for colour, label, count in zip(theme.SEQUENTIAL, labels, counts, strict=True)
    ]
    return keys[::-1] + _unranked(table)


def sureness_key(table: pd.DataFrame) -> list[Key]:
    """Legend of the map of how often areas are among the first ten."""
    counts = sureness(table).value_counts()
    return [
        Key(colour, words, int(counts.get(n, 0)))
        for n, (_, words, colour, *_) in enumerate(SURENESS)
    ] + _unranked(table)


def _unranked(table: pd.DataFrame) -> list[Key]:
    lacking = int(table["score"].isna().sum())
    return [Key(theme.MISSING, "not ranked", lacking)] if lacking else []


def listed(
    table: pd.DataFrame, weights: Mapping[str, float], kind: str, selection: Selection
) -> pd.DataFrame:
    """Every area as the table shows it, first-ranked first; same rows, same order."""
    thin = table["covered"].where(table["flagged"].astype(bool))
    return pd.DataFrame(
        {
            "Rank": table["rank"],
            "Area": table["name"],
            "Score": table["score"].round(1),
            "95% of draws": [between(row) for row in table.to_dict("records")],
            "First ten, %": (100 * table["top_ten"]).round(0),
            "Group": table["band"],
            **{LETTERS[n]: table[f"{code}_part"].round(1) for n, code in enumerate(weights)},
            "People": table["population"].round(0),
            "Core20, %": (
                100 * table["core20"] / table["population"].where(table["population"] > 0)
            ).round(0),
            "IMD decile": table["decile"],
            "Patients": [f"{share:.0%}" if share == share else "" for share in thin],
            "Profile": [
                links.to("profile", selection, area=f"{kind}:{code}", areas="")
                for code in table["code"]
            ],
        }
    )


def explained(row: "pd.Series[Any]", weights: Mapping[str, float], sources: pd.DataFrame) -> str:
    """HTML table of one area's criteria: figure, how far it may be off, place, weight, part.

    Parameters
    ----------
    row : pandas.Series
        Of `data.priorities.ranks`.
    sources : pandas.DataFrame
        From `data.priorities.used`.
    """
    whole = sum(weights.values())
    dated = sources.set_index("criterion")["period"]
    heads = ("Figure", "May lie from, to", "Stands at, of 100", "Weight", "Adds to the score")
    body = ""
    for n, (code, weight) in enumerate(weights.items()):
        one = criterion(code)
        entry = catalogue.indicator(one.indicator_id) if one.indicator_id else None
        unit, decimals = (entry.unit, entry.decimals) if entry else ("", 0)
        named = f"{LETTERS[n]} {escape(called(code))}"
        if entry:
            named = f'<a href="{links.entry(entry.id)}" target="_self">{named}</a>, {dated[code]}'
        low, high = (theme.number(row[f"{code}_{end}"], decimals) for end in ("low", "high"))
        off = {
            "known": "taken as known",
            "interval": f"{low} to {high} (95% interval)",
            "spread": f"{low} to {high} (practices)",
        }
        cells = (
            theme.figure(row[code], unit, decimals),
            off.get(str(row[f"{code}_basis"]), "not known"),
            theme.number(row[f"{code}_scaled"]),
            f"{100 * weight / whole:.0f}%",
            theme.number(row[f"{code}_part"], 1),
        )
        body += f"<tr><th scope=row>{named}</th>" + "".join(
            f'<td data-name="{head}">{escape(cell)}</td>'
            for head, cell in zip(heads, cells, strict=True)
        )
    head = "".join(f"<th scope=col>{text}</th>" for text in ("Criterion", *heads))
    return (
        f'<table class="atlas-measures"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
    )


def letters(weights: Mapping[str, float]) -> str:
    """HTML legend of the parts of a score: letter and colour of each criterion."""
    keys = ""
    for n, code in enumerate(weights):
        colour = COLOURS[n % len(COLOURS)]
        ink = theme.INK if colour in PALE else "#FFFFFF"
        keys += (
            f'<span><i style="background-color:{colour};color:{ink}">{LETTERS[n]}</i>'
            f"{escape(called(code))}</span>"
        )
    return f'<div class="atlas-legend priority-letters">{keys}</div>'


def symbols() -> str:
    """HTML legend of the marks: how often an area is among the first ten."""
    keys = "".join(
        f'<span><em style="color:{colour}">{character}</em>{escape(words)}</span>'
        for _, words, colour, _, character in SURENESS
    )
    return f'<div class="atlas-legend priority-symbols"><b>Among the first ten</b>{keys}</div>'


def thin(row: Any) -> str:
    """What to say where an area's figures leave many patients out; '' where they do not."""
    if row["covered"] != row["covered"] or row["covered"] >= COVERED_FLAG:
        return ""
    return f"Only {row['covered']:.0%} of its patients are behind one of these figures."
