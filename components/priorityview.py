"""Parts of the page of priorities: criteria and weights, the ranked list, maps, one area."""

from collections.abc import Callable, Mapping
from html import escape
from typing import Any, Final

import pandas as pd
import streamlit as st

from components import cached, links, maps, mapview, narrative, prioritycharts, theme
from components.filters import LEVELS, bind, write
from components.provenance import Citation, caveats, source_line
from components.scene import Key
from components.selection import Selection
from data import catalogue, priorities
from data.priorities import NoPriorities
from geo.areas import AREA_TYPES

USUAL: Final = 20.0
"""Weight of a criterion that is added."""
STEP: Final = 5.0
HEIGHT: Final = 400
"""Pixels of each map."""


def title(build: str, selection: Selection) -> None:
    """What the page is about, and the way to the same area on other pages."""
    name = escape(str(cached.area(build, *selection.subject)["name"]))
    others = [
        links.html("map", "Map", selection),
        links.html("need", "Need and coverage", selection),
        links.html("inequalities", "Inequalities", selection),
        links.html("planner", "Planner", selection),
    ]
    st.html(
        f'<div class="atlas-where"><h1>Priorities in {name}</h1>'
        f'<nav class="atlas-crumbs" aria-label="The same area">{" · ".join(others)}</nav></div>'
    )


def level(selection: Selection) -> str:
    """Type of the areas that are ranked: a place, or an own area, is not ranked by itself."""
    inside = selection.subject != selection.parent and bool(selection.ics)
    return "MSOA21" if inside and selection.level == "place" else selection.level_type


def controls(build: str, selection: Selection) -> dict[str, float]:
    """Level, criteria, and a weight for each; returns the weights, by criterion."""
    kind = level(selection)
    inside = selection.subject != selection.parent and bool(selection.ics)
    names = {code: name for code, name in LEVELS.items() if not inside or code != "place"}
    st.segmented_control(
        "Areas ranked",
        list(names),
        format_func=names.__getitem__,
        required=True,
        disabled=not selection.ics,
        label_visibility="collapsed",
        **bind("level", selection.level if selection.level in names else "neighbourhood"),
    )
    weights = _asked(build, selection, kind)
    offered = [one.id for one in cached.criteria(build, kind)]
    offered += [f"-{code}" for code in offered if code.partition(".")[0] in priorities.EITHER_WAY]
    key = "pick_criteria"
    _show(key, list(weights))
    st.multiselect(
        "Ranked by",
        list(dict.fromkeys([*offered, *weights])),
        format_func=prioritycharts.called,
        key=key,
        max_selections=priorities.MOST,
        on_change=_chosen,
        args=(key, weights),
        help="Empty the list to go back to the usual criteria.",
        filter_mode="contains",
        select_all=False,
    )
    whole = sum(weights.values())
    with st.container(horizontal=True, vertical_alignment="bottom", key="priority_weights"):
        for n, (code, weight) in enumerate(weights.items()):
            key = f"weigh_{code}"
            _show(key, weight)
            st.number_input(
                f"{prioritycharts.LETTERS[n]} {_short(code)}: {weight / whole:.0%}",
                min_value=0.01,
                max_value=100.0,
                step=STEP,
                format="%g",
                key=key,
                on_change=_weighed,
                args=(key, code, weights),
                width=165,
            )
    st.html(
        '<p class="atlas-note">Weights are set here by whoever decides, and stand in the link; '
        "only their proportions count, which are given in per cent.</p>"
    )
    return weights


def _short(code: str) -> str:
    one = priorities.criterion(code)
    return catalogue.indicator(one.indicator_id).short_name if one.indicator_id else "People"


def _asked(build: str, selection: Selection, kind: str) -> dict[str, float]:
    """Weights of the link; the usual ones where it has none or some that cannot be."""
    if selection.weights:
        try:
            return priorities.decode(selection.weights)
        except NoPriorities as reason:
            st.warning(f"{reason} The usual weights are shown.", icon=":material/link_off:")
    usual = {
        f"need.{selection.condition}": 30.0,
        f"coverage.{selection.coverage}": 20.0,
        "deprivation": 30.0,
        "people": 20.0,
    }
    offered = {one.id for one in cached.criteria(build, kind)}
    return {code: weight for code, weight in usual.items() if code in offered}


def _show(key: str, value: Any) -> None:
    """Set a widget to what the link says; one that is unchanged is not sent again."""
    if st.session_state.get(key) != value:
        st.session_state[key] = value


def _chosen(key: str, before: Mapping[str, float]) -> None:
    """Write the criteria chosen; of one chosen both ways the later stays."""
    found: dict[str, float] = {}
    for code in st.session_state[key]:
        other = code[1:] if code.startswith("-") else f"-{code}"
        found.pop(other, None)
        found[code] = before.get(code, before.get(other, USUAL))
    write(weights=priorities.encode(found) if found else "")


def _weighed(key: str, code: str, before: Mapping[str, float]) -> None:
    value = st.session_state[key]
    if value:
        write(weights=priorities.encode({**before, code: round(value, 2)}))


def answer(build: str, selection: Selection, weights: Mapping[str, float]) -> None:
    """Who ranks first and how surely; bars, ranks, maps, the table, one area."""
    kind, subject = level(selection), selection.subject
    where = str(cached.area(build, *subject)["name"])
    plural = AREA_TYPES[kind].plural
    asked = (build, subject, kind, priorities.encode(weights), selection.year)
    try:
        sources = cached.criteria_used(build, kind, tuple(weights), selection.year)
        table = cached.ranked(*asked)
    except NoPriorities as reason:
        st.info(str(reason), icon=":material/info:")
        return
    said = narrative.priorities(table, plural, where)
    st.html(f'<p class="atlas-sentence atlas-headline">{escape(said)}</p>')
    sure = narrative.surely(table, prioritycharts.SURE)
    if sure:
        st.html(f'<p class="atlas-sentence">{escape(sure)}</p>')
    fixed = narrative.taken_as_known(table, weights)
    if fixed:
        st.warning(fixed, icon=":material/info:")
    opened = _opened(selection, kind, table)
    with st.container(key="atlas_priorities"):
        if opened is not None:
            _explained(build, selection, table, opened, weights, sources)
        _charts(table, kind, weights, "" if opened is None else str(opened["code"]))
        _maps(selection, table, weights, asked)
        _list(selection, table, weights, kind)
        _downloads(table, weights, sources, asked)
    st.html(f'<p class="atlas-note">{escape(narrative.VARIED)}</p>')
    cited = [
        Citation(catalogue.indicator(row.indicator_id), row.period, row.source)
        for row in sources.itertuples(index=False)
        if row.indicator_id
    ]
    if cited:
        st.html(source_line(cited))
        caveats(cited)


def _opened(selection: Selection, kind: str, table: pd.DataFrame) -> "pd.Series[Any] | None":
    """The row of the area that the link opens, where it is one of those ranked."""
    if selection.opened is None or selection.opened[0] != kind:
        return None
    found = table[table["code"] == selection.opened[1]]
    return found.iloc[0] if len(found) else None


def _explained(
    build: str,
    selection: Selection,
    table: pd.DataFrame,
    row: "pd.Series[Any]",
    weights: Mapping[str, float],
    sources: pd.DataFrame,
) -> None:
    """Why one area ranks where it does."""
    kind, code = level(selection), str(row["code"])
    where = str(cached.area(build, *selection.subject)["name"])
    with st.container(border=True, key="priority_opened"):
        with st.container(horizontal=True, horizontal_alignment="distribute"):
            st.subheader(f"Why {row['name']} ranks where it does", anchor=False, width="content")
            st.button("Close", icon=":material/close:", on_click=write, kwargs={"area": ""})
        said = narrative.priority(table, code, weights, AREA_TYPES[kind].plural, where)
        st.html(f'<p class="atlas-sentence">{escape(said)}</p>')
        if prioritycharts.thin(row):
            st.html(f'<p class="atlas-note">{escape(prioritycharts.thin(row))}</p>')
        if row["score"] == row["score"]:
            st.html(prioritycharts.explained(row, weights, sources))
        ways = [links.html("profile", "Its profile", selection, areas="")]
        if kind.startswith("ICB"):
            ways.append(
                links.html("priorities", "Priorities within it", selection, ics=f"{kind}:{code}")
            )
        else:
            ways.append(links.html("map", "On the map", selection))
        st.html(f'<p class="atlas-note">{" · ".join(ways)}</p>')


def _charts(table: pd.DataFrame, kind: str, weights: Mapping[str, float], opened: str) -> None:
    rows = prioritycharts.charted(table, opened)
    ranked = int(table["score"].notna().sum())
    left, right = st.columns([3, 2], gap="medium")
    with left:
        shown = f"the first {prioritycharts.MOST}" if ranked > prioritycharts.MOST else "all"
        st.subheader(f"What the score is made of: {shown}", anchor=False)
        st.html(prioritycharts.letters(weights))
        chart = prioritycharts.parts(rows, weights, compact=mapview.on_phone())
        _picking("priority_parts", chart, kind)
    with right:
        st.subheader("How sure the rank is", anchor=False)
        if ranked > 10:
            st.html(prioritycharts.symbols())
        chart = prioritycharts.intervals(rows, ranked, compact=mapview.on_phone())
        _picking("priority_ranks", chart, kind)
        ten = " Grey behind: the first ten." if ranked > 10 else ""
        st.html(
            '<p class="atlas-note">Marks are ranks by the figures as they are; lines, the ranks of '
            f"95% of draws.{ten} Choose a bar or a mark to see why an area ranks where it does.</p>"
        )


def _picking(key: str, chart: Any, kind: str) -> None:
    """A chart that opens the area clicked."""

    def picked() -> None:
        found = st.session_state[key].selection.get("pick", [])
        if found:
            write(area=f"{kind}:{found[0]['code']}")

    st.altair_chart(chart, key=key, theme=None, on_select=picked, selection_mode="pick")


def _maps(
    selection: Selection,
    table: pd.DataFrame,
    weights: Mapping[str, float],
    asked: tuple[str, tuple[str, str], str, str, str],
) -> None:
    """The score, and beside it how often each area is among the first ten."""
    file = cached.ranked_file(*asked, lambda: prioritycharts.on_map(table, weights))
    score = maps.classes("s", prioritycharts.SCORES, theme.SEQUENTIAL)
    drawn = [("Score", score, prioritycharts.scores_key(table))]
    if table["score"].notna().sum() > 10:
        rule = maps.categories("k", [one[2] for one in prioritycharts.SURENESS])
        drawn.append(("Among the first ten", rule, prioritycharts.sureness_key(table)))
    for column, (name, rule, keys) in zip(st.columns(2, gap="medium"), drawn, strict=False):
        with column:
            _map(selection, asked, file, name, rule, keys, prioritycharts.tip(weights))


def _map(
    selection: Selection,
    asked: tuple[str, tuple[str, str], str, str, str],
    file: str,
    name: str,
    rule: maps.Rule,
    keys: list[Key],
    tooltip: str,
) -> None:
    build, subject, kind, *_ = asked
    place = "PLACE" + selection.vintage[-2:]
    small = kind in ("LSOA21", "MSOA21")
    whole = subject == selection.parent
    above = {"LSOA21": "MSOA21"}.get(kind, place if small and whole and selection.ics else "")
    bounds = cached.area(build, *subject)
    marked = selection.opened if selection.opened and selection.opened[0] == kind else None
    named = kind if not small or not whole else place
    named = "MSOA21" if small and not whole else named
    route = mapview.MAP_ROUTE
    key = f"priority_map_{name}".replace(" ", "_").lower()

    def clicked() -> None:
        found = st.session_state[key].selection.objects.get(maps.PICKED, [])
        if found:
            write(area=f"{kind}:{found[0]['properties']['c']}")

    deck = maps.deck(
        url=route + file,
        lines_url=route + cached.lines_file(build, kind, above, subject),
        names_url=route + cached.label_file(build, named, subject),
        opened_url=route + cached.area_file(build, *marked) if marked else "",
        rule=rule,
        tooltip=tooltip,
        focus=maps.Focus(*(float(bounds[edge]) for edge in ("west", "south", "east", "north"))),
        width=mapview.PHONE_WIDTH if mapview.on_phone() else 640,
        height=HEIGHT,
        fine=kind == "LSOA21",
    )
    st.subheader(name, anchor=False)
    st.pydeck_chart(
        deck,
        height=HEIGHT,
        key=key,
        on_select=clicked,
        selection_mode="single-object",
        alt=f"Map of {bounds['name']} by {AREA_TYPES[kind].name}: {name.lower()}",
    )
    entries = "".join(
        f"<span><i{' class=gone' if part.label == 'not ranked' else ''} "
        f'style="background-color:{part.colour}"></i>{escape(part.label)} ({part.count:,})</span>'
        for part in keys
    )
    st.html(
        f'<div class="atlas-legend" role="img" aria-label="Legend: {escape(name)}">'
        f"<b>{escape(name)}</b>{entries}</div>"
    )


def _list(
    selection: Selection, table: pd.DataFrame, weights: Mapping[str, float], kind: str
) -> None:
    """Every area, ranked; a row opens."""
    st.subheader("The ranked list", anchor=False)
    shown = prioritycharts.listed(table, weights, kind, selection)
    key = f"priority_list_{kind}"

    def chosen() -> None:
        rows = st.session_state[key].selection.rows
        write(area=f"{kind}:{table['code'].iloc[rows[0]]}" if rows else "")

    st.dataframe(
        shown,
        hide_index=True,
        key=key,
        on_select=chosen,
        selection_mode="single-row",
        height=430 if len(shown) > 11 else "auto",
        column_config=_columns(weights),
        alt=f"Ranked list of {AREA_TYPES[kind].plural}",
    )
    st.html(
        '<p class="atlas-note">Areas of a group cannot be told apart from its first: it is above '
        "them in fewer than 97.5% of draws. Lettered columns, the criteria above, add up to the "
        "score. People and Core20 are those who live in the part that lies here, mid-2024; IMD "
        "decile is national, 1 = most deprived.</p>"
    )


def _columns(weights: Mapping[str, float]) -> dict[str, Any]:
    """Widths of the list's columns, and what stands behind a short heading."""
    column, number = st.column_config.Column, st.column_config.NumberColumn
    parts = {
        prioritycharts.LETTERS[n]: number(
            width=60, format="%.1f", help=f"{prioritycharts.called(code)}: adds to the score"
        )
        for n, code in enumerate(weights)
    }
    return {
        "Rank": number(width=60, format="%d"),
        "Area": column(width=215),
        "Score": st.column_config.ProgressColumn(
            width=120, min_value=0, max_value=100, format="%.1f"
        ),
        "95% of draws": column(width=105, help="The ranks that it has in 95% of draws"),
        "First ten, %": number(
            width=95, format="%d", help="Share of draws in which it is among the first ten"
        ),
        "Group": number(width=70, format="%d", help="Areas of a group cannot be told apart"),
        **parts,
        "People": number(width=85, format="localized"),
        "Core20, %": number(width=85, format="%d"),
        "IMD decile": number(width=95, format="%d", help="1 = most deprived"),
        "Patients": column(width=80, help="Share of patients behind a figure, where under 90%"),
        "Profile": st.column_config.LinkColumn("Profile", display_text="open", width=70),
    }


def _downloads(
    table: pd.DataFrame,
    weights: Mapping[str, float],
    sources: pd.DataFrame,
    asked: tuple[str, tuple[str, str], str, str, str],
) -> None:
    """Every area with its criteria, parts and ranks: CSV, XLSX, GeoJSON."""
    build, subject, kind, *_ = asked
    spreadsheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    files: dict[str, tuple[str, Callable[[], bytes]]] = {
        "CSV": ("text/csv", lambda: priorities.to_csv(table)),
        "XLSX": (spreadsheet, lambda: priorities.to_xlsx(table, sources, weights)),
        "GeoJSON": (
            "application/geo+json",
            lambda: cached.ranked_geojson(build, subject, kind, table),
        ),
    }
    with st.container(horizontal=True):
        for name, (mime, make) in files.items():
            st.download_button(
                name,
                make,
                file_name=f"priorities-{subject[1]}-{kind}.{name}".lower(),
                mime=mime,
                icon=":material/download:",
                on_click="ignore",
            )
