"""Parts of the page of inequalities: the list of gaps, a gradient, who contributes."""

from html import escape
from typing import Final

import pandas as pd
import streamlit as st

from components import cached, filters, gapcharts, gaptables, links, maps, mapview, narrative, theme
from components.filters import choose
from components.provenance import Citation, caveats, source_line
from components.selection import CHOICES, Selection
from data import catalogue, inequalities
from data.catalogue import Indicator
from data.inequalities import GROUPINGS, NotMeasured
from geo.areas import AREA_TYPES, OWN

LISTED: Final = {"condition": "Conditions", "coverage": "Coverage", "context": "Context"}
"""Layers that have a gap worth a list; deprivation itself would be compared with itself."""
FITS: Final = {"linear": "straight line", "log": "log scale", "logit": "logit scale"}
PROFILE: Final = {"Profile": st.column_config.LinkColumn("Profile", display_text="open")}
"""Settings of the column that leads to a profile."""


def title(build: str, selection: Selection) -> None:
    """What the page is about, and the way to the same area on other pages."""
    name = escape(str(cached.area(build, *selection.subject)["name"]))
    subject = selection.subject
    together = "" if selection.own else ":".join(subject)
    others = [
        links.html("map", "Map", selection),
        links.html("profile", "Profile", selection, area="", areas=together),
    ]
    crumbs = ""
    if selection.indicator:
        back = links.html("inequalities", "All gaps", selection, indicator="")
        crumbs = f'<nav class="atlas-crumbs" aria-label="Page">{back} ›</nav>'
    st.html(
        f'<div class="atlas-where">{crumbs}<h1>Inequalities in {name}</h1>'
        f'<nav class="atlas-crumbs" aria-label="The same area">{" · ".join(others)}</nav></div>'
    )


def controls(build: str, selection: Selection) -> None:
    """Indicator, groups and, for one indicator, its period and the scale of the line."""
    entries = catalogue.indicators()
    names = {"": "All, widest gaps first"} | {
        code: f"{theme.LAYERS[entry.layer]}: {entry.name}"
        for code, entry in entries.items()
        if entry.layer in LISTED
    }
    called = {name: f"{words} (1 = most deprived)" for name, (_, words) in GROUPINGS.items()}
    with st.container(horizontal=True):
        choose("Indicator", "indicator", selection.indicator, list(names), names)
        choose("Groups", "groups", selection.groups, CHOICES["groups"], called, width=290)
        if selection.indicator:
            periods = _periods(build, selection.indicator)
            shown = selection.period or (periods[0] if periods else "")
            choose("Period", "period", shown, periods, {}, width=130)
            choose("Line", "fit", selection.fit, CHOICES["fit"], FITS, width=150)


def _periods(build: str, indicator: str) -> list[str]:
    series = cached.series(build)
    try:
        kind = inequalities.base(series, indicator).area_type
    except NotMeasured:
        return []
    mine = series[(series["indicator_id"] == indicator) & (series["area_type"] == kind)]
    return sorted(mine["period"], reverse=True)


def overview(build: str, selection: Selection) -> None:
    """Every indicator by how unequal it is, the widest gap first."""
    left, right = st.columns(2, gap="large")
    with left:
        _listed(build, selection, "condition")
        _listed(build, selection, "context")
    with right:
        _listed(build, selection, "coverage")
    st.html(f'<p class="atlas-note">{escape(narrative.GAPS)}</p>')


def _listed(build: str, selection: Selection, layer: str) -> None:
    where = str(cached.area(build, *selection.subject)["name"])
    rows = cached.widest(build, layer, selection.subject, selection.groups)
    measured = rows.dropna(subset=["sii"])
    st.header(LISTED[layer], anchor=layer)
    if measured.empty:
        few = int(rows["groups"].max()) if len(rows) else 0
        st.info(inequalities.too_few(few), icon=":material/info:")
        return
    st.html(f'<p class="atlas-sentence">{escape(narrative.widest(rows, layer, where))}</p>')
    _pick_from(measured, layer)
    with st.expander(f"{LISTED[layer]} as a table, to sort and take away"):
        table = gaptables.widest(measured)
        st.dataframe(table, hide_index=True)
        _csv(table, f"gaps-{layer}-{selection.subject[1]}")


def _pick_from(rows: pd.DataFrame, layer: str) -> None:
    """The chart of a list; a click opens the indicator."""
    key = f"gaps_{layer}"

    def picked() -> None:
        found = st.session_state[key].selection.get("pick", [])
        if found:
            filters.write(indicator=found[0]["indicator_id"])

    st.altair_chart(
        gapcharts.ranked(rows, relative=layer != "coverage"),
        key=key,
        theme=None,
        on_select=picked,
        selection_mode="pick",
    )


def opened(build: str, selection: Selection) -> None:
    """One indicator: its gradient, its change, who contributes, other areas, every measure."""
    entry = catalogue.indicator(selection.indicator)
    subject = selection.subject
    where = str(cached.area(build, *subject)["name"])
    try:
        found = cached.measures(
            build, entry.id, selection.period, subject, selection.groups, selection.fit
        )
    except NotMeasured as reason:
        st.info(f"{entry.name}, {where}: {reason}", icon=":material/info:")
        return
    shown = inequalities.base(cached.series(build), entry.id, selection.period)
    cited = [Citation(entry, shown.period, _source(build, shown.series_id))]
    st.html(
        f'<p class="atlas-sentence atlas-headline">{escape(narrative.gap(entry, found, where))}</p>'
    )
    for warning in (narrative.underestimate(shown.method), narrative.fit(found)):
        if warning:
            st.warning(warning, icon=":material/info:")
    left, right = st.columns([3, 2])
    with left:
        st.subheader(f"The gradient, {shown.period}")
        st.altair_chart(gapcharts.gradient(entry, found, selection.groups), theme=None)
        st.html(f'<p class="atlas-note">{escape(_how(found, selection, shown.area_type))}</p>')
    with right:
        _changed(build, selection, entry)
    _contributors(build, selection, entry, found)
    _compared(build, selection, entry)
    _measures(entry, found, cited)
    st.html(source_line(cited))
    caveats(cited)


def _source(build: str, series_id: int) -> str:
    series = cached.series(build)
    return str(series.loc[series["series_id"] == series_id, "source"].iloc[0])


def _how(found: inequalities.Measures, selection: Selection, base: str) -> str:
    number, called = GROUPINGS[selection.groups]
    return (
        f"Groups are {called} of {AREA_TYPES[base].plural} by IMD 2025, 1 = most deprived; "
        f"{len(found.groups)} of {number} have people here. Bars are as wide as their share of "
        f"people; thin lines are 95% intervals; the dashed line is fitted ({FITS[found.fit]}). "
        f"The axis does not start at zero. {narrative.interval_kind(found.interval)}"
    )


def _changed(build: str, selection: Selection, entry: Indicator) -> None:
    years = cached.over_time(build, entry.id, selection.subject, selection.groups)
    st.subheader("Has the gap changed?")
    st.html(f'<p class="atlas-sentence">{escape(narrative.change(entry, years))}</p>')
    if len(years) > 1:
        st.altair_chart(gapcharts.years(entry, years), theme=None)
        st.html(f'<p class="atlas-note">{escape(narrative.CHANGE)}</p>')


def _contributors(
    build: str, selection: Selection, entry: Indicator, found: inequalities.Measures
) -> None:
    subject = selection.subject
    where = str(cached.area(build, *subject)["name"])
    st.subheader("Who makes it so?")
    if not found.detectable:
        st.html('<p class="atlas-sentence">There is no detectable gap to share out.</p>')
        return
    kinds = _parts(selection)
    st.html(f'<p class="atlas-note">{escape(narrative.CONTRIBUTION)}</p>')
    args = (build, entry.id, selection.period, subject, selection.groups)
    for kind in kinds[:-1]:
        rows = cached.contributors(*args, kind)
        said = _who(found, rows, kind, where)
        st.html(f'<p class="atlas-sentence">{escape(said)}</p>')
        table = gaptables.contributors(entry, rows, kind, selection)
        st.dataframe(table, hide_index=True, column_config=PROFILE)
    kind = kinds[-1]
    rows = cached.contributors(*args, kind)
    said = _who(found, rows, kind, where)
    st.html(f'<p class="atlas-sentence">{escape(said)}</p>')
    left, right = st.columns(2)
    with left:
        _map(build, selection, entry, found, rows, kind)
    with right:
        table = gaptables.contributors(entry, rows, kind, selection)
        st.dataframe(table, hide_index=True, height=mapview.HEIGHT - 60, column_config=PROFILE)
        _csv(table, f"contributions-{entry.id}-{subject[1]}")


def _who(found: inequalities.Measures, rows: pd.DataFrame, kind: str, where: str) -> str:
    rising = float(found.slope.sii) > 0
    return narrative.contributors(rows, AREA_TYPES[kind].plural, where, rising=rising)


def _parts(selection: Selection) -> list[str]:
    """Types of the parts that a gap is shared out to: coarse first, the mapped one last."""
    kind = selection.subject[0]
    if kind in ("ENG", "RGN24"):
        return [selection.vintage]
    if kind.startswith("ICB"):
        return ["PLACE" + kind[-2:], "MSOA21"]
    return ["MSOA21"]


def _map(
    build: str,
    selection: Selection,
    entry: Indicator,
    found: inequalities.Measures,
    rows: pd.DataFrame,
    kind: str,
) -> None:
    subject = selection.subject
    holds = f"gap-{entry.id}-{selection.period}-{selection.groups}"
    file = cached.own_map_file(build, kind, subject, holds, lambda: gaptables.on_map(entry, rows))
    keys = gaptables.sides(rows, rising=float(found.slope.sii) > 0)
    place = "PLACE" + selection.vintage[-2:]
    whole = subject[0] in (place, OWN)
    above = place if kind == "MSOA21" and not whole else ""
    named = kind if kind.startswith("ICB") or whole else place
    bounds = cached.area(build, *subject)
    deck = maps.deck(
        url=mapview.MAP_ROUTE + file,
        lines_url=mapview.MAP_ROUTE + cached.lines_file(build, kind, above, subject),
        names_url=mapview.MAP_ROUTE + cached.label_file(build, named, subject),
        outline_url=mapview.MAP_ROUTE + cached.area_file(build, *subject)
        if subject[0] == OWN
        else "",
        rule=maps.classes("s", (0.0, 1.0, 2.0, 3.0), gaptables.SIDES),
        tooltip=gaptables.tip(entry),
        focus=maps.Focus(*(float(bounds[edge]) for edge in ("west", "south", "east", "north"))),
        width=mapview.PHONE_WIDTH if mapview.on_phone() else 640,
        height=mapview.HEIGHT - 100,
    )
    st.pydeck_chart(deck, height=mapview.HEIGHT - 100, key="gap_map")
    entries = "".join(
        f'<span><i style="background-color:{key.colour}"></i>{escape(key.label)} ({key.count})'
        "</span>"
        for key in keys
    )
    st.html(
        '<div class="atlas-legend" role="img" aria-label="Legend: share of the gap">'
        f"<b>Share of the gap</b>{entries}</div>"
    )


def _compared(build: str, selection: Selection, entry: Indicator) -> None:
    """Every ICS of England in one chart, or every place of the ICS."""
    subject = selection.subject
    st.subheader("Beside others")
    place = "PLACE" + selection.vintage[-2:]
    choices = {selection.vintage: ("ENG", "E92000001")}
    if subject[0] == "RGN24":
        choices = {"RGN24": ("ENG", "E92000001")} | choices
    if selection.ics:
        choices = {place: selection.parent} | choices
        if not selection.within:
            choices = dict(reversed(choices.items()))
    for kind, parent in choices.items():
        rows = cached.across(build, entry.id, selection.period, kind, parent, selection.groups)
        called = AREA_TYPES[kind].plural
        here = subject[1] if kind == subject[0] else selection.parent[1]
        if subject[0] == OWN and kind == place:
            mine = cached.own_gap(build, entry.id, selection.period, subject, selection.groups)
            rows, here, called = pd.concat([rows, mine]), subject[1], f"{called} and own areas"
        within = str(cached.area(build, *parent)["name"])
        said = narrative.among(entry, rows, here, f"{called} of {within}")
        st.html(f'<p class="atlas-sentence">{escape(said)}</p>')
        if rows["sii"].notna().any():
            st.altair_chart(gapcharts.compared(entry, rows, here), theme=None)


def _measures(entry: Indicator, found: inequalities.Measures, cited: list[Citation]) -> None:
    st.subheader("Every measure")
    st.html(f'<p class="atlas-note">{escape(narrative.WHICH)}</p>')
    table = gaptables.measures(entry, found)
    st.html(gaptables.html(table))
    _csv(table, f"measures-{entry.id}")


def _csv(table: pd.DataFrame, name: str) -> None:
    st.download_button(
        "CSV",
        lambda: table.to_csv(index=False).encode("utf-8-sig"),
        file_name=f"{name.lower()}.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        key=f"csv_{name}",
    )
