"""The map page's parts: breadcrumb, map, legend, list, opened area, sentence, downloads."""

from html import escape
from typing import Any
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from components import cached, filters, maps, provenance, tables, theme
from components.provenance import Citation
from components.scene import ABOVE, Scene
from components.selection import Selection
from geo.areas import AREA_TYPES

HEIGHT = 540
WIDTH, PHONE_WIDTH = 780, 360
"""Pixels of the map on a desk and on a phone, by which it chooses its first zoom."""
MAP_ROUTE = "/maps/"


def breadcrumb(build: str, selection: Selection) -> None:
    """England > ICS > place > the area opened, each a link up the ladder."""
    steps = [("England", selection.but(ics="", place="", area=""))]
    if selection.ics:
        ics = cached.area(build, *selection.parent)
        steps.append((ics["name"], selection.but(place="", area="")))
    if selection.within:
        steps.append((cached.area(build, *selection.within)["name"], selection.but(area="")))
    if selection.opened:
        steps.append((cached.area(build, *selection.opened)["name"], selection))
    *before, (last, _) = steps
    links = [
        f'<a href="?{escape(urlencode(to.query()))}" target="_self">{escape(name)}</a>'
        for name, to in before
    ]
    crumbs = f'<nav class="atlas-crumbs" aria-label="Area">{" › ".join(links)} ›</nav>'
    st.html(f'<div class="atlas-where">{crumbs if links else ""}<h1>{escape(last)}</h1></div>')


def on_phone() -> bool:
    """Whether the visitor's browser says that it is on a phone."""
    return "Mobi" in st.context.headers.get("User-Agent", "")


def draw(build: str, selection: Selection, scene: Scene) -> None:
    """The map itself. A click opens an area, or an ICS on the map of England."""
    above = ABOVE.get(scene.area_type, "")
    above = above + selection.vintage[-2:] if above == "PLACE" else above
    inside = scene.area_type in ("LSOA21", "MSOA21")
    focus_on = cached.area(build, *scene.parent)
    if inside and selection.within:
        focus_on = cached.area(build, *selection.within)
    marked = selection.opened
    if scene.area_type.startswith("ICB") and selection.ics:
        marked = selection.parent
    files = {
        "url": scene.file
        or cached.map_file(build, scene.area_type, scene.parent, selection.year, scene.kind),
        "lines_url": cached.lines_file(build, scene.area_type, above, scene.parent),
        "names_url": cached.label_file(build, *_named(selection, scene)),
        "opened_url": cached.area_file(build, *marked) if marked else "",
        **_own_files(build, selection, scene, veiled=inside),
        "practices_url": cached.practice_file(build, scene.parent)
        if selection.practices and selection.ics
        else "",
    }
    deck = maps.deck(
        **{name: MAP_ROUTE + file if file else "" for name, file in files.items()},
        rule=scene.rule,
        tooltip=scene.tooltip,
        focus=maps.Focus(*(float(focus_on[e]) for e in ("west", "south", "east", "north"))),
        width=PHONE_WIDTH if on_phone() else WIDTH,
        height=HEIGHT,
        fine=scene.area_type == "LSOA21",
        place=selection.place if inside else "",
    )
    key = "map"
    st.pydeck_chart(
        deck,
        height=HEIGHT,
        key=key,
        on_select=filters.on_pick(lambda: _clicked(key, scene.area_type)),
        selection_mode="single-object",
        alt=f"Map of {focus_on['name']} by {AREA_TYPES[scene.area_type].name}: "
        + ", ".join(part.entry.short_name for part in scene.parts),
    )


def _own_files(build: str, selection: Selection, scene: Scene, *, veiled: bool) -> dict[str, str]:
    """The edge of the own area, and what hides the ground outside it."""
    if not selection.own or selection.within is None:
        return {}
    veil = cached.veil_file(build, scene.parent, selection.within) if veiled else ""
    return {"veil_url": veil, "outline_url": cached.area_file(build, *selection.within)}


def _named(selection: Selection, scene: Scene) -> tuple[str, tuple[str, str]]:
    """Whose names stand on the map: neighbourhoods of the part chosen, otherwise places."""
    if scene.parent[0] == "ENG":
        return scene.area_type, scene.parent
    place = "PLACE" + selection.vintage[-2:]
    if selection.within and scene.area_type in ("MSOA21", "LSOA21"):
        return "MSOA21", selection.within
    return (place if scene.area_type in ("MSOA21", "LSOA21") else scene.area_type), scene.parent


def _clicked(key: str, area_type: str) -> str:
    found = st.session_state[key].selection.objects.get(maps.PICKED, [])
    return f"{area_type}:{found[0]['properties']['c']}" if found else ""


def legend(scene: Scene) -> None:
    """Colours, breaks, and how many areas are in each class."""
    plural = AREA_TYPES[scene.area_type].plural
    if scene.square:
        st.html(_square(scene))
    first = scene.parts[0]
    name = "" if scene.square else f"<b>{escape(first.entry.short_name)}, {first.shown.period}</b>"
    if len(scene.parts) == 3:
        name = "<b>All three conditions</b>"
    keys = "".join(
        f"<span><i{' class=gone' if key.colour == theme.MISSING else ''} "
        f'style="background-color:{key.colour}"></i>{escape(key.label)} ({key.count:,})</span>'
        for key in scene.legend
    )
    if keys or name:
        st.html(
            f'<div class="atlas-legend" role="img" aria-label="Legend: {escape(plural)} in each '
            f'class">{name}{keys}</div>'
        )


def _square(scene: Scene) -> str:
    """The 3x3 legend: first layer down, second across, areas in each cell."""
    first, second = (escape(part.entry.short_name) for part in scene.parts)
    names = ("low", "middle", "high")
    body = ""
    for i in (2, 1, 0):
        cells = "".join(
            f'<td class="c" style="background:{theme.BIVARIATE[i][j]};'
            f'color:{"#fff" if i + j > 2 else theme.INK}">{scene.square[i][j]:,}</td>'
            for j in range(3)
        )
        body += f'<tr><th scope="row">{first}: {names[i]}</th>{cells}</tr>'
    across = "".join(f'<th class="x" scope="col">{name}</th>' for name in names)
    return (
        '<div class="atlas-square"><table><caption style="text-align:left;caption-side:top">'
        f"Thirds of the {escape(AREA_TYPES[scene.area_type].plural)}; number in each</caption>"
        f'{body}<tr><td></td>{across}</tr><tr><td></td><th class="x" colspan="3">{second}</th>'
        "</tr></table></div>"
    )


def listed(selection: Selection, scene: Scene) -> None:
    """Areas beside the map; choosing a row opens it."""
    options = {"highest": "Highest", "lowest": "Lowest", "all": "All"}
    if scene.file:
        options |= {"highest": "Hot spots first", "lowest": "Cold spots first"}
    if len(scene.parts) == 3:
        st.markdown("**Areas that meet all three**, most people first")
    else:
        st.segmented_control(
            "Rows",
            list(options),
            format_func=options.__getitem__,
            required=True,
            label_visibility="collapsed",
            **filters.bind("show", selection.show),
        )
    table = tables.ranked(scene, selection.show)
    key = f"list-{scene.area_type}"

    def chosen() -> str:
        rows = st.session_state[key].selection.rows
        return f"{scene.area_type}:{table.index[rows[0]]}" if rows else ""

    st.dataframe(
        tables.bare(table),
        hide_index=True,
        key=key,
        on_select=filters.on_pick(chosen),
        selection_mode="single-row",
        height=470 if len(table) >= tables.ROWS else "auto",
        column_config={"Area": st.column_config.Column(width=225)}
        | {
            name: st.column_config.Column(width=95)
            for name in table.columns[1:]
            if len(table.columns) > 3
        },
        alt=f"List of {AREA_TYPES[scene.area_type].plural}",
    )
    if len(table) < len(scene.rows):
        st.caption(f"{len(table)} of {len(scene.rows):,}. Choose a row to open it.")


def opened(build: str, selection: Selection) -> None:
    """One area's figures beside its place, its ICS and England."""
    assert selection.opened is not None  # noqa: S101 - the page asks first
    area = cached.area(build, *selection.opened)
    first, second = st.columns([4, 1])
    with first:
        st.subheader(area["name"])
    with second:
        st.button("Close", icon=":material/close:", on_click=filters.write, kwargs={"area": ""})
    st.html(f'<p class="atlas-note">{_described(area)}</p>')
    for note in _split(build, selection):
        st.html(f'<p class="atlas-note">{escape(note)}</p>')
    layer = st.segmented_control(
        "Figures",
        list(theme.LAYERS),
        format_func=theme.LAYERS.__getitem__,
        default=selection.layer,
        required=True,
        label_visibility="collapsed",
        key="opened_layer",
    )
    table = tables.compared(_beside(build, selection), str(layer), selection.year)
    if table.empty:
        st.caption("No figures of this kind at this level.")
        return
    if layer == "deprivation":
        st.caption(
            "Score; in brackets the national decile among areas of its kind (1 = most deprived)."
        )
    if layer == "condition":
        st.caption(f"Share of patients on the register, {selection.year}.")
    st.dataframe(
        table,
        height=min(430, 38 + 35 * len(table)),
        column_config={"_index": st.column_config.Column(width=205)}
        | {name: st.column_config.Column(width=74) for name in table.columns},
        alt=f"Figures of {area['name']}",
    )


def _described(area: "pd.Series[Any]") -> str:
    kind = AREA_TYPES[area["area_type"]].name
    words = [f"{kind[0].upper()}{kind[1:]} {area['code']}"]
    words.append(f"{theme.number(area['population'])} people, mid-2024")
    if pd.notna(area["imd_decile"]):
        words.append(f"IMD 2025 decile {int(area['imd_decile'])} (1 = most deprived)")
    words.append(f"{theme.percent(area['core20'], area['population'])} of people in Core20")
    if area["rural_urban"]:
        words.append("rural" if area["rural_urban"].startswith("R") else "urban")
    return escape("; ".join(words) + ".")


def _split(build: str, selection: Selection) -> list[str]:
    """Say so where the area lies only partly in the ICS."""
    assert selection.opened is not None  # noqa: S101
    above = cached.parents(build, *selection.opened)
    ics = above[(above["area_type"] == selection.vintage) & (above["share"] < 1)]
    if ics.empty:
        return []
    shares = ", ".join(f"{r.name} {r.share:.0%}" for r in ics.itertuples(index=False))
    return [f"This area is shared between ICSs: {shares} of its people. Figures are for all of it."]


def _beside(build: str, selection: Selection) -> dict[str, pd.DataFrame]:
    assert selection.opened is not None  # noqa: S101
    above = cached.parents(build, *selection.opened)
    columns = {"Here": selection.opened}
    for kind, heading in (("PLACE" + selection.vintage[-2:], ""), (selection.vintage, "ICS")):
        found = above[above["area_type"] == kind]
        if len(found) and kind != selection.opened[0]:
            row = found.iloc[0]
            columns[heading or str(row["name"])] = (kind, str(row["code"]))
    columns["England"] = ("ENG", "E92000001")
    return {name: cached.profile(build, *area) for name, area in columns.items()}


def said(scene: Scene) -> None:
    """The sentence, the notes, the sources."""
    notes = "".join(f'<p class="atlas-note">{escape(note)}</p>' for note in scene.notes)
    st.html(f'<p class="atlas-sentence">{escape(scene.sentence)}</p>{notes}')
    cited = [Citation(p.entry, p.shown.period, p.feed_source) for p in scene.parts]
    st.html(provenance.source_line(cited))
    provenance.caveats(cited)


def downloads(build: str, selection: Selection, scene: Scene) -> None:
    """Exactly what is shown, as CSV and as GeoJSON."""
    name = "-".join(
        [scene.parent[1], scene.area_type, *(part.entry.id for part in scene.parts)]
    ).lower()
    with st.container(horizontal=True):
        st.download_button(
            "CSV",
            lambda: tables.download(scene).to_csv(index=False).encode("utf-8-sig"),
            file_name=f"{name}.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
        st.download_button(
            "GeoJSON",
            lambda: cached.geojson(build, scene.area_type, scene.parent, tables.download(scene)),
            file_name=f"{name}.geojson",
            mime="application/geo+json",
            icon=":material/download:",
            on_click="ignore",
        )
        if selection.ics:
            st.toggle(
                "GP practices",
                key="pick_practices_toggle",
                value=bool(selection.practices),
                on_change=_toggle_practices,
            )


def _toggle_practices() -> None:
    filters.write(practices="yes" if st.session_state["pick_practices_toggle"] else "")
