"""The page of need against coverage: points, map and table as one, then the gap as people."""

import hashlib
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import Any, Final, cast

import pandas as pd
import pydeck as pdk
import streamlit as st

from components import (
    cached,
    filters,
    links,
    maps,
    mapview,
    narrative,
    needcharts,
    provenance,
    theme,
)
from components.filters import bind, choose
from components.provenance import Citation
from components.selection import Selection
from data import catalogue, need
from data.catalogue import Indicator
from data.errors import AtlasError
from geo.areas import AREA_TYPES

MOST: Final = 200
"""Areas that a link can name."""
HEIGHT: Final = 470


def title(build: str, selection: Selection) -> None:
    """What the page is about, and the way to the same area on other pages."""
    name = escape(str(cached.area(build, *selection.subject)["name"]))
    others = [
        links.html("map", "Map", selection, areas=""),
        links.html("inequalities", "Inequalities", selection, indicator=selection.coverage),
        links.html("planner", "Plan who is reached", selection),
    ]
    st.html(
        f'<div class="atlas-where"><h1>Need and coverage in {name}</h1>'
        f'<nav class="atlas-crumbs" aria-label="The same area">{" · ".join(others)}</nav></div>'
    )


@dataclass(frozen=True)
class Asked:
    """What the link asks of this page.

    Attributes
    ----------
    area : (area type, code)
        Whose areas are shown: the one chosen; for a place among places, its ICS.
    level : str
        Area type of what is shown.
    needs : tuple of str
    coverage : Indicator
    year : str
    aim : str
    whose : (area type, code)
        The ICS, or England, whose rates cut high from low.
    """

    area: tuple[str, str]
    level: str
    needs: tuple[str, ...]
    coverage: Indicator
    year: str
    aim: need.Aim
    whose: tuple[str, str]

    @classmethod
    def of(cls, selection: Selection) -> "Asked":
        """Read a selection."""
        level = selection.level_type
        alone = selection.subject[0] == level
        return cls(
            selection.parent if alone else selection.subject,
            level,
            tuple(dict.fromkeys(selection.needs.split(",")))
            if selection.needs
            else (selection.condition,),
            catalogue.indicator(selection.coverage),
            selection.year,
            cast("need.Aim", selection.goal),
            selection.parent,
        )


def controls(build: str, selection: Selection) -> None:
    """Conditions, coverage, level, goal and year."""
    asked = Asked.of(selection)
    has = cached.series(build)
    has = set(has.loc[has["area_type"] == asked.level, "indicator_id"])
    entries = [entry for entry in catalogue.indicators().values() if entry.id in has]
    names = {entry.id: entry.name for entry in entries}
    left, right = st.columns(2)
    with left:
        _conditions(asked, {e.id: e.short_name for e in entries if e.layer == "condition"})
    with right:
        covers = [e.id for e in entries if e.layer == "coverage" and e.unit == "%"]
        choose("Coverage of", "coverage", asked.coverage.id, covers, names)
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        st.segmented_control(
            "Areas shown",
            list(filters.LEVELS),
            format_func=filters.LEVELS.__getitem__,
            required=True,
            disabled=not selection.ics,
            **bind("level", selection.level),
        )
        goals = {"england": "England's rate"}
        if selection.ics:
            goals |= {
                "ics": "the ICS's own rate",
                "least-deprived-fifth": "the ICS's least deprived fifth",
            }
        if asked.coverage.target:
            goals["target"] = "the national target"
        choose("Goal, and what cuts low coverage", "goal", asked.aim, list(goals), goals, width=270)
        years = _years(build, asked)
        if len(years) > 1:
            value = asked.year if asked.year in years else years[0]
            choose("Year of need", "year", value, years, {}, width=130)


def _conditions(asked: Asked, names: dict[str, str]) -> None:
    key = "pick_needs"
    shown = [code for code in asked.needs if code in names]
    if st.session_state.get(key) != shown:
        st.session_state[key] = shown
    st.multiselect(
        "Need: recorded prevalence of one condition, or of several together",
        list(names),
        format_func=lambda code: names.get(code, code),
        key=key,
        on_change=lambda: filters.write(needs=",".join(st.session_state[key])),
        placeholder="Search conditions",
    )


def _years(build: str, asked: Asked) -> list[str]:
    """Years that all the conditions have at the level, newest first."""
    series = cached.series(build)
    series = series[series["area_type"] == asked.level]
    sets = [set(series.loc[series["indicator_id"] == code, "period"]) for code in asked.needs]
    return sorted(set.intersection(*sets), reverse=True)


@dataclass(frozen=True)
class View:
    """Everything that the parts of the page share."""

    build: str
    selection: Selection
    asked: Asked
    chosen: need.Chosen
    rows: pd.DataFrame
    goal: need.Goal
    mark: float

    @cached_property
    def quadrant(self) -> "pd.Series[str]":
        """Of every area."""
        return need.quadrants(self.rows, self.mark, self.goal.value)

    @cached_property
    def gaps(self) -> pd.DataFrame:
        """People more to the goal, of every area."""
        return need.gap(self.rows, self.goal.value)

    @cached_property
    def table(self) -> pd.DataFrame:
        """Every area, for reading; indexed by code."""
        return needcharts.table(self.rows, self.quadrant, self.gaps, self.chosen)

    @property
    def where(self) -> str:
        """Name of the area whose parts are shown."""
        return str(cached.area(self.build, *self.asked.area)["name"])

    @property
    def kind(self) -> str:
        """What several of the areas shown are called."""
        return AREA_TYPES[self.asked.level].plural

    @cached_property
    def picked(self) -> tuple[str, ...]:
        """Codes of the areas chosen, in order; only those that are shown."""
        said = self.selection.areas.split(",") if self.selection.areas else [self.selection.area]
        if not any(said) and self.selection.subject[0] == self.asked.level:
            said = [":".join(self.selection.subject)]
        codes = {code for level, _, code in (one.partition(":") for one in said)
                 if level == self.asked.level}  # fmt: skip
        return tuple(sorted(codes & set(self.rows["code"])))


def shown(build: str, selection: Selection) -> None:
    """Sentence, points beside the map, the areas chosen, table, the gap as people, sources."""
    asked = Asked.of(selection)
    args = (build, asked.area, asked.level, asked.needs, asked.coverage.id, asked.year)
    try:
        rows = cached.need_rows(*args)
        goal, mark = cached.need_marks(*args, asked.aim, asked.whose)
    except AtlasError as reason:
        st.info(str(reason), icon=":material/info:")
        return
    chosen = need.choose(
        cached.series(build), asked.level, asked.needs, asked.coverage.id, year=asked.year
    )
    view = View(build, selection, asked, chosen, rows, goal, mark)
    st.html(f'<p class="atlas-sentence atlas-headline">{escape(_said(view))}</p>')
    _told_gone(view)
    if not rows[["need", "coverage"]].notna().all(axis=1).any():
        _cited(view)
        return
    left, right = st.columns(2, gap="medium")
    with left:
        _points(view)
    with right:
        _map(view)
    st.html(f'<p class="atlas-note">{escape(_how(view))}</p>')
    _picked(view)
    _table(view)
    with st.container(key="need_gap"):
        _gap(view)
    _cited(view)


def _said(view: View) -> str:
    own = view.asked.aim not in ("england", "target")
    whose = f"the rate of {cached.area(view.build, *view.asked.whose)['name']}"
    cut = whose if own else "England's rate"
    if len(view.chosen.need) > 1:
        cut = cut.replace("rate", "level")
    cut += narrative.need_level(view.chosen, view.mark)
    return narrative.need_and_coverage(
        view.rows, view.quadrant, view.chosen, cut, view.goal, view.kind, view.where
    )


def _told_gone(view: View) -> None:
    """Say which areas of the link are not among those shown."""
    level = view.asked.level
    asked = [one for one in view.selection.areas.split(",") if one.startswith(f"{level}:")]
    gone = [one for one in asked if one.partition(":")[2] not in set(view.rows["code"])]
    if gone:
        st.warning(
            f"The link chooses '{gone[0]}'"
            + (f" and {len(gone) - 1:,} more" if len(gone) > 1 else "")
            + f", which is not among the {view.kind} of {view.where}; it is left out.",
            icon=":material/link_off:",
        )


def _how(view: View) -> str:
    said = narrative.NEED + (narrative.COMPOSITE if len(view.chosen.need) > 1 else "")
    lacks = view.rows["not_covered"].isna().all()
    size = "All points are of one size" if lacks else "The larger a point, the more are not covered"
    said += f" {size}; colour and shape are the national fifth of {view.kind} by IMD 2025."
    if mapview.on_phone():
        return f"{said} Touch a point, an area of the map or a row to choose it."
    return (
        f"{said} Click a point, an area of the map or a row to choose it; drag over points to "
        "choose several. What is chosen is marked in all three."
    )


def _choose(view: View, source: str, codes: Sequence[str]) -> None:
    """Write the areas chosen to the link, and remember which part of the page chose them."""
    if len(codes) > MOST:
        rows = view.rows.set_index("code").loc[list(codes)]
        most = rows["not_covered"].fillna(rows["population"]).nlargest(MOST)
        st.toast(
            f"{len(codes):,} {view.kind} are too many for a link; the {MOST} with most people not "
            "covered are chosen."
        )
        codes = list(most.index)
    codes = sorted(codes)
    st.session_state["need_source"] = (source, tuple(codes))
    full = [f"{view.asked.level}:{code}" for code in codes]
    filters.write(
        area=full[0] if len(full) == 1 else "", areas=",".join(full) if len(full) > 1 else ""
    )


def _mine(view: View, source: str) -> bool:
    """Whether the areas chosen were chosen in this part of the page, which then shows so itself."""
    return bool(st.session_state.get("need_source") == (source, view.picked))


def _renewed(view: View, source: str) -> str:
    """Key of a chart: a new one, with nothing chosen in it, when areas are chosen elsewhere."""
    key = f"need_{source}_renewed"
    count, last = st.session_state.get(key, (0, ()))
    if last != view.picked and not _mine(view, source):
        count += 1
    st.session_state[key] = (count, view.picked)
    return f"need_{source}_{count}"


def _chart(view: View, source: str, draw: Callable[[Sequence[str]], Any], alt: str) -> None:
    """A chart in which a click, or a box, chooses areas."""
    key = _renewed(view, source)
    marked = () if _mine(view, source) else view.picked

    def picked() -> None:
        state = st.session_state[key].selection
        box = state.get("box") or {}
        if box:
            rows = view.rows
            for name, (low, high) in box.items():
                rows = rows[rows[name].between(low, high)]
            _choose(view, source, list(rows["code"]))
        else:
            _choose(view, source, [one["code"] for one in state.get("pick") or []])

    chart = draw(marked)
    modes = [param.name for param in chart.params if param.name in ("pick", "box")]
    st.altair_chart(chart, key=key, theme=None, on_select=picked, selection_mode=modes, alt=alt)


def _points(view: View) -> None:
    phone = mapview.on_phone()
    _chart(
        view,
        "points",
        lambda marked: needcharts.scatter(
            view.rows, view.quadrant, view.chosen, view.goal, view.mark, marked, compact=phone
        ),
        f"Need and coverage of {len(view.rows):,} {view.kind} of {view.where}; the same figures "
        "are in the table below.",
    )


def _map(view: View) -> None:
    asked, build = view.asked, view.build
    held = "|".join([*asked.needs, asked.coverage.id, asked.year, asked.aim, repr(view.goal.value)])
    held = hashlib.sha256(held.encode()).hexdigest()[:16]
    file = cached.own_map_file(
        build,
        asked.level,
        asked.area,
        f"need-{held}",
        lambda: needcharts.on_map(view.rows, view.quadrant, view.chosen),
    )
    place = "PLACE" + view.selection.vintage[-2:]
    inside = asked.level in ("LSOA21", "MSOA21")
    above = place if inside and asked.area[0] != place else ""
    named = (place, asked.area) if above else (asked.level, asked.area)
    if inside and not above:
        named = ("MSOA21", asked.area)
    bounds = cached.area(build, *asked.area)
    deck = maps.deck(
        url=mapview.MAP_ROUTE + file,
        lines_url=mapview.MAP_ROUTE + cached.lines_file(build, asked.level, above, asked.area),
        names_url=mapview.MAP_ROUTE + cached.label_file(build, *named),
        rule=maps.categories("k", needcharts.COLOURS),
        tooltip=needcharts.TOOLTIP,
        focus=maps.Focus(*(float(bounds[edge]) for edge in ("west", "south", "east", "north"))),
        width=mapview.PHONE_WIDTH if mapview.on_phone() else 640,
        height=HEIGHT,
        fine=asked.level == "LSOA21",
    )
    if view.picked:
        deck.layers.insert(-1, _outline(mapview.MAP_ROUTE + file, view.picked, "29,42,56", 6))
        deck.layers.insert(-1, _outline(mapview.MAP_ROUTE + file, view.picked, "255,221,0", 3))
    key = "need_map"

    def picked() -> None:
        found = st.session_state[key].selection.objects.get(maps.PICKED, [])
        code = found[0]["properties"]["c"] if found else ""
        # a second click on an area ends its choice; in between another may have been chosen
        before = st.session_state.get("need_map_code", "")
        st.session_state["need_map_code"] = code or before
        again = "" if before in view.picked else before
        _choose(view, "map", [one for one in [code or again] if one])

    st.pydeck_chart(
        deck,
        height=HEIGHT,
        key=key,
        on_select=picked,
        selection_mode="single-object",
        alt=f"Map of {view.where} by quadrant; the same is in the table below.",
    )
    entries = "".join(
        f"<span><i{' class=gone' if one.colour == theme.MISSING else ''} "
        f'style="background-color:{one.colour}"></i>{escape(one.label)} ({one.count:,})</span>'
        for one in needcharts.keys(view.quadrant)
    )
    st.html(
        f'<div class="atlas-legend" role="img" aria-label="Legend: {escape(view.kind)} in each '
        f'quadrant">{entries}</div>'
    )


def _outline(url: str, codes: Sequence[str], colour: str, width: int) -> pdk.Layer:
    """Edges of the areas chosen, out of the file that the map has already."""
    test = " || ".join(f"properties.c == '{code}'" for code in codes)
    return pdk.Layer(
        "GeoJsonLayer",
        # a layer of its own for every choice: one that is kept keeps its colours too
        id=f"chosen-{width}-{zlib.crc32(test.encode())}",
        data=url,
        filled=False,
        get_line_color=f"({test}) ? [{colour},255] : [0,0,0,0]",
        line_width_units="'pixels'",
        get_line_width=f"({test}) ? {width} : 0",
    )


def _picked(view: View) -> None:
    """What the areas chosen are together, and what can be done with them."""
    worst = list(view.rows.loc[view.quadrant == need.QUADRANTS[0], "code"])
    if view.picked:
        mine = view.rows["code"].isin(view.picked)
        said = narrative.areas_chosen(view.rows[mine], view.quadrant[mine], view.chosen, view.kind)
        level, codes = view.asked.level, view.picked
        many = ",".join(f"{level}:{code}" for code in codes)
        to = (
            [links.html("profile", "Profile", view.selection, areas=many)]
            if len(codes) < 11
            else []
        )
        if level.startswith("ICB") and len(codes) == 1:
            to.append(links.html("need", "Its neighbourhoods", view.selection, ics=many, areas=""))
        st.html(
            f'<p class="atlas-sentence need-chosen" role="status">{escape(said)} '
            f"{' · '.join(to)}</p>"
        )
    with st.container(horizontal=True):
        if view.picked:
            st.button(
                "Let go of the choice",
                icon=":material/close:",
                on_click=_choose,
                args=(view, "button", []),
            )
        if worst and set(view.picked) != set(worst):
            st.button(
                f"Choose high need, low coverage ({len(worst):,})",
                icon=":material/select_all:",
                on_click=_choose,
                args=(view, "button", worst),
            )


def _table(view: View) -> None:
    """Every area; rows that are chosen are ticked, and come first when chosen elsewhere."""
    if not _mine(view, "table"):
        st.session_state["need_first"] = view.picked
    first = view.table.index.isin(st.session_state.get("need_first", ()))
    table = pd.concat([view.table[first], view.table[~first]])
    seal = f"{view.asked}{view.selection.goal}"
    key = f"need_table_{zlib.crc32(seal.encode())}"
    ticked = [n for n, code in enumerate(table.index) if code in set(view.picked)]
    state = st.session_state.get(key)
    if (list(state["selection"]["rows"]) if state else []) != ticked:
        st.session_state[key] = {"selection": {"rows": ticked, "columns": [], "cells": []}}

    def picked() -> None:
        rows = st.session_state[key].selection.rows
        _choose(view, "table", [str(table.index[n]) for n in rows])

    st.dataframe(
        table,
        hide_index=True,
        key=key,
        on_select=picked,
        selection_mode="multi-row",
        height=min(420, 38 + 35 * len(table)),
        column_order=_columns(table),
        column_config={
            "Area": st.column_config.Column(width=130 if mapview.on_phone() else 230, pinned=True),
            "Quadrant": st.column_config.Column(width=190),
        }
        | {
            name: st.column_config.NumberColumn(format=needcharts.number_format(table[name]))
            for name in table.columns[2:]
        },
        alt=f"Need and coverage of the {view.kind} of {view.where}",
    )
    st.html(
        f'<p class="atlas-note">{len(table):,} {escape(view.kind)}; high need with low coverage '
        "first, most people not covered first. Choose a heading to sort.</p>"
    )
    with st.container(horizontal=True):
        name = f"need-{view.asked.area[1]}-{view.asked.level}-{view.asked.coverage.id}".lower()
        st.download_button(
            "CSV",
            lambda: _taken(view).to_csv(index=False).encode("utf-8-sig"),
            file_name=f"{name}.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
        st.download_button(
            "GeoJSON",
            lambda: cached.table_geojson(
                view.build, view.asked.level, view.asked.area, _taken(view)
            ),
            file_name=f"{name}.geojson",
            mime="application/geo+json",
            icon=":material/download:",
            on_click="ignore",
        )


def _columns(table: pd.DataFrame) -> list[str]:
    """A phone, whose map and points show the quadrant, has room for figures instead."""
    names = [str(name) for name in table.columns]
    return [*names[:1], *names[2:], "Quadrant"] if mapview.on_phone() else names


def _taken(view: View) -> pd.DataFrame:
    return needcharts.download(
        view.rows, view.quadrant, view.gaps, view.chosen, view.goal, view.mark
    )


def _gap(view: View) -> None:
    """How many more would be covered at the goal: in all, in Core20, by area."""
    st.header("The gap as people", anchor="gap")
    share, year = cached.register_share(view.build, view.asked.coverage.id)
    counted = narrative.people_counted(view.rows, view.chosen, share, year)
    try:
        found = need.total(view.gaps)
    except AtlasError:
        st.info(counted, icon=":material/info:")
        return
    said = narrative.gap_as_people(found, view.goal, view.chosen, view.kind, view.where)
    st.html(f'<p class="atlas-sentence atlas-headline">{escape(said)}</p>')
    st.html(f'<p class="atlas-note">{escape(counted)}</p>')
    if not found.below:
        return
    _chart(
        view,
        "bars",
        lambda marked: needcharts.bars(view.gaps, view.asked.coverage.counted, marked),
        f"People more to the goal by {AREA_TYPES[view.asked.level].name}; also in the table above.",
    )
    drawn = min(found.below, needcharts.BARS)
    first = "" if drawn == found.below else f"The {drawn} with most of {found.below:,} are drawn. "
    st.html(f'<p class="atlas-note">{escape(first + narrative.ENDS[found.basis])}</p>')


def _cited(view: View) -> None:
    series = cached.series(view.build).set_index("series_id")["source"]
    used = {**view.chosen.need, view.chosen.coverage_id: view.chosen.coverage}
    if view.chosen.register and view.asked.coverage.eligible not in used:
        used[view.asked.coverage.eligible] = view.chosen.register
    cited = [
        Citation(catalogue.indicator(code), one.period, str(series[one.series_id]))
        for code, one in used.items()
    ]
    st.html(provenance.source_line(cited))
    provenance.caveats(cited)
