"""Parts of the page of data and methods: the catalogue, one entry, the methods, the files."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from html import escape
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from components import cached, links, narrative, openapi, theme
from components.selection import Selection
from components.telling import told
from data import catalogue, inequalities, layers, load, quality
from data.catalogue import File, Indicator
from data.errors import SnapshotError
from geo.areas import AREA_TYPES, OWN

TEXT: Final = Path(__file__).parents[1] / "docs" / "methods.md"
"""What the page says of methods; there is no other text."""

MEASURED: Final = "inequality-between-groups"
"""The section under which the measures of inequality are explained one by one."""

POLARITY: Final = {
    "higher_is_better": "Higher is better",
    "lower_is_better": "Lower is better",
    "none": "Neither higher nor lower is called better",
}

SECTION_OF: Final = {
    "direct": "how-figures-are-made",
    "aggregated": "larger-areas",
    "attributed": "from-practices-to-lsoas",
    "inherited": "from-networks-to-lsoas",
}
"""Where each method is explained."""

WHOLE: Final = st.column_config.NumberColumn(format="localized")

FOLDED_FROM: Final = 3
"""Files of one source, above which they are folded away."""


@dataclass(frozen=True)
class Section:
    """A section of the methods: its heading, the anchor of it, its text (Markdown)."""

    title: str
    anchor: str
    text: str


def anchor(title: str) -> str:
    """Anchor of a heading, as the repository's site makes it: lower case, dashes for spaces."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def sections() -> list[Section]:
    """Read the methods, a section a heading; the first is what stands under the title.

    Raises
    ------
    SnapshotError
        When the text is missing.
    """
    try:
        text = TEXT.read_text("utf-8")
    except OSError as error:
        raise SnapshotError(
            "docs/methods.md is missing, so methods cannot be shown. Restore it from the "
            "repository."
        ) from error
    first, *rest = re.split(r"^## ", text.removeprefix("# "), flags=re.MULTILINE)
    parts = [part.partition("\n") for part in (first, *rest)]
    return [Section(title, anchor(title), text.strip()) for title, _, text in parts]


def contents() -> None:
    """Where on the page everything is."""
    steps = [
        ("indicators", "Indicators"),
        *((part.anchor, part.title) for part in sections()),
        ("publishers-files", "Publishers' files"),
        ("where-counts-went", "Where counts went"),
    ]
    items = "".join(f'<li><a href="#{to}">{escape(title)}</a></li>' for to, title in steps)
    st.html(f'<nav class="atlas-contents" aria-label="On this page"><ul>{items}</ul></nav>')


@st.fragment
@told
def indicators() -> None:
    """The catalogue, to search and to narrow."""
    build = cached.build()
    st.header("Indicators", anchor="indicators")
    series = cached.series(build)
    entries = list(catalogue.indicators().values())
    kinds = {code: set(rows["area_type"]) for code, rows in series.groupby("indicator_id")}
    plurals = dict.fromkeys(kind.plural for kind in reversed(AREA_TYPES.values()) if kind.id != OWN)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        words = st.text_input(
            "Search", placeholder="Name, condition, code", key="entry_words", width=260
        )
        layer = st.selectbox(
            "Layer",
            ["", *theme.LAYERS],
            format_func=lambda name: theme.LAYERS.get(name, "All layers"),
            key="entry_layer",
            width=170,
        )
        groups = dict.fromkeys(e.group for e in entries if layer in ("", e.layer))
        group = st.selectbox(
            "Group",
            ["", *groups],
            format_func=lambda name: name or "All groups",
            key=f"entry_group_{layer}",
            width=230,
        )
        level = st.selectbox(
            "With figures for",
            ["", *plurals],
            format_func=lambda name: name or "any area",
            key="entry_level",
            width=230,
        )
    found = [
        entry
        for entry in entries
        if layer in ("", entry.layer)
        and group in ("", entry.group)
        and level in ("", *(AREA_TYPES[kind].plural for kind in kinds.get(entry.id, ())))
        and all(word in _searched(entry) for word in words.lower().split())
    ]
    st.html(_listing(found, series))


def _searched(entry: Indicator) -> str:
    return f"{entry.name} {entry.id} {entry.group} {entry.definition}".lower()


def _listing(entries: Sequence[Indicator], series: pd.DataFrame) -> str:
    """HTML list of entries, a link each."""
    if not entries:
        return '<p class="atlas-note">No indicator fits; take away a word or a choice.</p>'
    of = dict(tuple(series.groupby("indicator_id")))
    body = []
    for entry in entries:
        finest, newest = _newest(of.get(entry.id))
        cells = (theme.LAYERS[entry.layer], entry.group, finest, newest)
        body.append(
            f'<tr><th scope="row"><a href="{links.entry(entry.id)}" target="_self">'
            f"{escape(entry.name)}</a></th>"
            + "".join(f"<td>{escape(cell)}</td>" for cell in cells)
            + "</tr>"
        )
    heads = _heads("Indicator", "Layer", "Group", "Figures, at the finest", "Newest")
    return (
        f'<p class="atlas-note">{len(entries)} of {len(catalogue.indicators())} indicators; each '
        "opens its definition, quality, sources and download.</p>"
        + _scrolled(
            f'<table class="atlas-entries atlas-list">{heads}'
            f"<tbody>{''.join(body)}</tbody></table>",
            "Indicators",
            "atlas-tall",
        )
    )


def _newest(series: pd.DataFrame | None) -> tuple[str, str]:
    """How figures are made at the finest level, and the newest period of any."""
    if series is None:
        return "none", "–"
    order = list(AREA_TYPES)
    rows = series[series["area_type"] == max(series["area_type"], key=order.index)]
    newest = rows[rows["period"] == layers.newest(rows["period"])].iloc[0]
    made = quality.MADE[newest["method"]].lower()
    kind = AREA_TYPES[newest["area_type"]].plural
    return f"{made} for {kind}", layers.newest(series["period"])


def _heads(*names: str) -> str:
    cells = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    return f"<thead><tr>{cells}</tr></thead>"


def _scrolled(table: str, name: str, more: str = "") -> str:
    """A table that scrolls inside its own frame, by keyboard too."""
    return (
        f'<div class="atlas-frame {more}" tabindex="0" role="region" '
        f'aria-label="{escape(name)}">{table}</div>'
    )


def entry(selection: Selection) -> None:
    """Everything about one indicator.

    Raises
    ------
    UnknownCodeError
        When the link asks for one that does not exist.
    """
    build = cached.build()
    one = catalogue.indicator(selection.indicator)
    held = cached.levels(build, one.id)
    today = datetime.now(tz=UTC).date()
    _titled(one, selection)
    st.html(f'<p class="atlas-sentence">{escape(one.definition)}</p>')
    left, right = st.columns([2, 3], gap="medium")
    with left, st.container(border=True):
        st.subheader("Quality", anchor="quality")
        st.html(
            f'<p class="atlas-sentence"><b>{escape(quality.verdict(held, today))}</b></p>'
            f"<p>{escape(quality.sentence(held, today))}</p>"
        )
        st.subheader("Read by deprivation", anchor="by-deprivation")
        st.html(f"<p>{escape(quality.gradient(one, cached.series(build)))}</p>")
        st.subheader("Keep in mind", anchor="keep-in-mind")
        st.html("<ul>" + "".join(f"<li>{escape(said)}</li>" for said in one.caveats) + "</ul>")
    with right:
        st.html(_facts(one, today))
    if len(held):
        st.subheader("Figures there are", anchor="figures")
        st.html(_scrolled(_levels(one, held, today), f"Figures of {one.short_name}"))
        st.html(
            '<p class="atlas-note">Flagged: the figures of less than 90% of patients or residents '
            "are known; below 50% none is shown. Decile 1 = most deprived in every file.</p>"
        )
    with st.container(horizontal=True):
        st.download_button(
            "This entry as JSON",
            one.model_dump_json(indent=2),
            file_name=f"{one.id}.json",
            mime="application/json",
            icon=":material/download:",
            on_click="ignore",
        )


def _titled(one: Indicator, selection: Selection) -> None:
    """Where the entry stands, its name, and the pages that show it."""
    back = links.html("methods", "Data and methods", selection, indicator="")
    crumbs = f"{back} › {theme.LAYERS[one.layer]} › {escape(one.group)} ›"
    st.html(
        f'<div class="atlas-where"><nav class="atlas-crumbs" aria-label="Entry">{crumbs}</nav>'
        f"<h1>{escape(one.name)}</h1></div>"
    )
    shown = [
        links.html("map", "Map", selection, view="one", layer=one.layer, **{one.layer: one.id})
    ]
    try:
        inequalities.base(cached.series(cached.build()), one.id)
    except inequalities.NotMeasured:
        pass
    else:
        shown.append(links.html("inequalities", "Inequalities", selection, indicator=one.id))
    st.html(f'<p class="atlas-crumbs">See it on: {" · ".join(shown)}</p>')


def _facts(one: Indicator, today: date) -> str:
    """HTML of what is fixed about an indicator: a term and what it is."""
    facts = {
        "Counted": escape(one.numerator),
        "Out of": escape(one.denominator),
        "Unit": escape(_unit(one)),
        "Better or worse": POLARITY[one.polarity],
        "National target": _target(one),
        "Made": _made(one),
        "Source": _sources(one),
        "Review": _reviewed(one.review, today),
        "Code": f"<code>{one.id}</code>",
    }
    body = "".join(f"<dt>{name}</dt><dd>{said}</dd>" for name, said in facts.items())
    return f'<dl class="atlas-facts">{body}</dl>'


def _unit(one: Indicator) -> str:
    if one.unit == "%":
        return "%, how many in 100"
    if one.unit:
        return one.unit.strip().capitalize()
    return "None: a ratio, England = 100" if "ratio" in one.name else "None: a score"


def _target(one: Indicator) -> str:
    target = one.target
    if target is None:
        return "None that the atlas knows"
    return f"{escape(target.label)} ({_linked(target.source, target.url)})"


def _made(one: Indicator) -> str:
    said = []
    for feed in one.feeds:
        published = f"published for {AREA_TYPES[feed.geography].plural}"
        how = published if feed.method == "direct" else narrative.METHODS[feed.method]
        link = f"{links.PATHS['methods']}#{SECTION_OF[feed.method]}"
        said.append(
            f"{escape(_periods(feed.periods))}: "
            + ("" if feed.method == "direct" else f"{escape(published)}; ")
            + f'<a href="{link}" target="_self">{escape(how)}</a>'
        )
    return "<br>".join(dict.fromkeys(said))


def _sources(one: Indicator) -> str:
    """Publisher, title, licence and address of every file that the figures are from."""
    said = []
    for source in dict.fromkeys(feed.source for feed in one.feeds):
        found = catalogue.cited(one, source)
        lines = list(dict.fromkeys(map(_source, found)))
        if len(lines) > FOLDED_FROM:
            summary = f"{escape(found[0].publisher)}: {len(lines)} files"
            said.append(f"<details><summary>{summary}</summary>{'<br>'.join(lines)}</details>")
        else:
            said += lines
    return "".join(f"<div>{line}</div>" for line in said)


def _source(file: File) -> str:
    published = f", published {escape(file.published)}" if file.published else ""
    return (
        f"{escape(file.publisher)}, {_linked(file.title, file.url)}{published} "
        f"({escape(file.licence)})"
    )


def _linked(text: str, url: str) -> str:
    return f'<a href="{escape(url)}">{escape(text)}</a>' if url else escape(text)


def _reviewed(review: date, today: date) -> str:
    due = f"{review.day} {review:%B %Y}"
    if review < today:
        return f"This entry was to be checked by {due} and is overdue"
    return f"This entry is to be checked again by {due}"


def _periods(periods: Sequence[str]) -> str:
    if len(periods) <= 3:
        return ", ".join(periods)
    return f"{periods[0]} to {periods[-1]} ({len(periods)} periods)"


def _levels(one: Indicator, held: pd.DataFrame, today: date) -> str:
    """HTML table of the levels that an indicator has figures for, a download each."""
    body = []
    for _, row in held.iterrows():
        kind = AREA_TYPES[row["area_type"]]
        name = kind.plural
        if row["area_type"].startswith(("PLACE", "PCN")):
            name += f" of {'April 20' if kind.name == 'place' else '20'}{row['area_type'][-2:]}"
        query = {"indicator": one.id, "area_type": row["area_type"], "format": "csv"}
        address = escape(f"{openapi.OBSERVATIONS.lstrip('/')}?{urlencode(query)}")
        share = quality.percent(row["areas"] / row["all_areas"])
        cells: Iterable[str] = (
            f'<a href="{address}" download aria-label="CSV of {escape(name)}">CSV</a>',
            escape(_periods(row["periods"])),
            escape(f"{row['method']}{', ' + row['note'] if row['note'] else ''}"),
            f"{row['areas']:,} of {row['all_areas']:,} ({share})",
            theme.number(row["flagged"]),
            quality.percent(row["covered"]) if row["method"] in quality.SERVED else "–",
            f"{quality.age(row['period'], today):.1f} years",
        )
        body.append(
            f'<tr><th scope="row">{escape(name)}</th>'
            + "".join(f"<td>{cell}</td>" for cell in cells)
            + "</tr>"
        )
    heads = _heads(
        "Areas",
        "All figures",
        "Periods",
        "Method of the newest",
        "Areas with a figure",
        "Flagged",
        "Patients covered",
        "Age",
    )
    return f'<table class="atlas-entries">{heads}<tbody>{"".join(body)}</tbody></table>'


def methods() -> None:
    """Every method in words and formulas, and under inequality each of its measures."""
    st.header("Methods", anchor="methods")
    for part in sections():
        with st.container(key=f"section_{part.anchor}"):
            st.subheader(part.title, anchor=part.anchor)
            st.markdown(part.text)
            if part.anchor == MEASURED:
                _measures()


def _measures() -> None:
    for meaning in inequalities.MEANINGS.values():
        st.html(
            f'<div class="atlas-measure"><b>{escape(meaning.name)}.</b> {escape(meaning.says)}'
            f"<br><i>{escape(meaning.answers)}</i><br>{escape(meaning.formula)}</div>"
        )


def files() -> None:
    """Publishers' files: what they are, rows used, rows set aside and why."""
    st.header("Publishers' files", anchor="publishers-files")
    rows = [
        {
            "Publisher": row["publisher"],
            "Title": row["title"],
            "Licence": row["licence"],
            "Rows read": row["rows_read"],
            "Rows used": row["rows_used"],
            "Set aside": "; ".join(f"{n:,} {why}" for why, n in row["set_aside"].items()),
        }
        for row in load.manifest()["sources"]
        if row["publisher"]
    ]
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        height=420,
        column_config=dict.fromkeys(("Rows read", "Rows used"), WHOLE),
        alt="Publishers' files and rows used",
    )


def apportioned() -> None:
    """What became of every count that was shared out by where patients live."""
    st.header("Where counts went: from GP practices to neighbourhoods", anchor="where-counts-went")
    st.markdown(
        "What was published by practice equals what reached England's LSOAs, plus what lies "
        "outside England, plus patients whose home the publisher did not place, plus practices "
        "for which no registrations were published."
    )
    entries = catalogue.indicators()
    rows = pd.DataFrame(load.manifest()["apportioned"])
    table = pd.DataFrame(
        {
            "Indicator": rows["indicator_id"].map(lambda code: entries[code].name),
            "Period": rows["period"],
            "Published": rows["published"],
            "In England's LSOAs": rows["in_england"],
            "Outside England": rows["outside_england"],
            "Home not placed": rows["unallocated"],
            "Practice without registrations": rows["practice_without_registrations"],
        }
    ).round(1)
    st.dataframe(
        table,
        hide_index=True,
        column_config=dict.fromkeys(table.columns[2:], WHOLE),
        alt="Counts published, and where they went",
    )
