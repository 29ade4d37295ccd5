"""Parts of the page of own areas: ways to make one, what it holds, where it goes, sets of them."""

import json
from html import escape
from typing import Final

import pandas as pd
import streamlit as st

from components import cached, filters, links, maps, mapview, narrative, theme
from components.selection import Selection, parse
from data import layers, own_areas, store
from data.own_areas import OwnArea, OwnAreaError, Reading

WAYS: Final = {"map": "On the map", "codes": "Codes", "list": "List", "file": "File"}
KINDS: Final = {"MSOA21": "Neighbourhoods", "WD24": "Wards", "LSOA21": "LSOAs"}
UNNAMED: Final = "My area"
READING: Final = "areas_reading"
"""Where the session keeps what became of the last text or file."""
FOCUS: Final = "areas_focus"
"""Where the session keeps what the map looks at."""
LARGEST: Final = 20
"""Megabytes of a file at most."""
PAGES: Final[dict[links.Page, str]] = {
    "map": "Map",
    "profile": "Profile",
    "inequalities": "Inequalities",
    "need": "Need and coverage",
    "priorities": "Priorities",
    "planner": "Planner",
}


def known(build: str, selection: Selection) -> OwnArea | None:
    """The own area of the link; a sentence where one of its LSOAs does not exist."""
    own = selection.own_area
    astray = set(own.lsoas).difference(cached.known_lsoas(build).index) if own else set()
    if astray:
        st.warning(
            f"{min(astray)} is no LSOA of 2021, so the own area cannot be shown; make it again "
            "from codes of 2021.",
            icon=":material/link_off:",
        )
        return None
    return own


def placed(build: str, selection: Selection) -> Selection:
    """The same, in the ICS that holds the most of the own area where none is chosen."""
    own = known(build, selection)
    if own is None or selection.ics:
        return selection if own else selection.but(own="")
    above = cached.drawn_up(build, own).touched.query("area_type == 'ICB26'")
    code = above.sort_values("people")["code"].iloc[-1]
    return selection.but(ics=f"ICB26:{code}", own=selection.own)


def title(own: OwnArea | None) -> None:
    """What the page is about."""
    name = escape(own.name) if own else "Your own areas"
    st.html(f'<div class="atlas-where"><h1>{name}</h1></div>')
    st.html(f'<p class="atlas-sentence">{escape(narrative.OWN_AREAS)}</p>')


def make(build: str, ground: Selection, own: OwnArea | None) -> None:
    """Name, and four ways to add LSOAs or to take them out."""
    _name(own)
    way = st.segmented_control(
        "Make it",
        list(WAYS),
        format_func=WAYS.__getitem__,
        default="map",
        required=True,
        key="areas_way",
    )
    if way == "map":
        _by_map(ground)
    elif way == "codes":
        _by_codes(own)
    elif way == "list":
        _by_list(build, ground, own)
    else:
        _by_file(build)
    reading = st.session_state.get(READING)
    if reading is not None and way in ("codes", "file"):
        _read(reading)
    if own:
        st.button("Start again", icon=":material/delete:", on_click=_dropped)


def _name(own: OwnArea | None) -> None:
    key = "areas_name"
    if own and st.session_state.get("areas_named") != own.name:
        st.session_state[key] = st.session_state["areas_named"] = own.name

    def changed() -> None:
        now = _chosen()
        if now:
            _put(now.lsoas)

    st.text_input(
        "Name",
        key=key,
        max_chars=own_areas.NAME,
        placeholder=UNNAMED,
        on_change=changed,
    )


def _called() -> str:
    return str(st.session_state.get("areas_name") or "").strip() or UNNAMED


def _chosen() -> OwnArea | None:
    """The own area of the link by now."""
    return parse(st.query_params.to_dict())[0].own_area


def _put(lsoas: tuple[str, ...]) -> None:
    """Write an own area of these LSOAs to the link, or say why that cannot be."""
    st.session_state.pop(FOCUS, None)
    if not lsoas:
        filters.write(own="")
        return
    try:
        filters.write(own=own_areas.encode(OwnArea(_called(), lsoas)))
    except OwnAreaError as reason:
        st.session_state["areas_problem"] = str(reason)


def _dropped() -> None:
    for key in (READING, "areas_name", "areas_named", "areas_codes"):
        st.session_state.pop(key, None)
    filters.write(own="")


def _change(lsoas: set[str], *, out: bool = False) -> None:
    now = _chosen()
    held = set(now.lsoas) if now else set()
    _put(tuple(held - lsoas if out else held | lsoas))


def _by_map(ground: Selection) -> None:
    if ground.ics:
        st.html(
            '<p class="atlas-note">Click an LSOA on the map to add it; click it again to take it '
            "out.</p>"
        )
    else:
        st.info("Choose an Integrated Care System to see its LSOAs.", icon=":material/info:")


def _by_codes(own: OwnArea | None) -> None:
    st.text_area(
        "Codes of LSOAs, neighbourhoods (MSOAs), wards, networks, places or GP practices",
        key="areas_codes",
        placeholder="E01008881, E02001827 …",
        height=140,
    )
    with st.container(horizontal=True):
        st.button(
            "Make the area", type="primary", on_click=_pasted, kwargs={"add": False}, key="paste"
        )
        if own:
            st.button("Add to it", on_click=_pasted, kwargs={"add": True}, key="paste_add")


def _pasted(*, add: bool) -> None:
    text = str(st.session_state["areas_codes"])
    try:
        reading = own_areas.from_codes(cached.engine(), text, name=_called())
    except OwnAreaError as reason:
        st.session_state["areas_problem"] = str(reason)
        return
    _taken(reading, add=add)


def _taken(reading: Reading, *, add: bool = False) -> None:
    """Keep what was read; one area of which every row was used goes to the link."""
    st.session_state[READING] = reading
    if reading.whole and len(reading.areas) == 1:
        if add:
            _change(set(reading.areas[0].lsoas))
        else:
            _use(reading.areas[0])


def _use(own: OwnArea) -> None:
    st.session_state["areas_name"] = st.session_state["areas_named"] = own.name
    _put(own.lsoas)


def _by_list(build: str, ground: Selection, own: OwnArea | None) -> None:
    if not ground.ics:
        st.info("Choose an Integrated Care System to list its areas.", icon=":material/info:")
        return
    kind = st.segmented_control(
        "Of",
        list(KINDS),
        format_func=KINDS.__getitem__,
        default="MSOA21",
        required=True,
        label_visibility="collapsed",
        key="areas_kind",
    )
    rows = cached.areas(build, str(kind), ground.subject)
    names = {
        code: f"{label} · {code}" for code, label in zip(rows["code"], rows["label"], strict=True)
    }
    key = f"areas_list_{kind}"
    st.multiselect(
        f"{KINDS[str(kind)]} of {cached.area(build, *ground.subject)['name']}",
        list(names),
        format_func=lambda code: names.get(code, code),
        key=key,
        placeholder="Search by name or code",
    )

    def changed(*, out: bool) -> None:
        codes = st.session_state[key]
        held = store.lsoas(cached.engine(), [(str(kind), code) for code in codes])["code"]
        _change(set(codes) if kind == "LSOA21" else set(held), out=out)
        st.session_state[key] = []

    with st.container(horizontal=True):
        st.button("Add", type="primary", on_click=changed, kwargs={"out": False}, key="list_add")
        if own:
            st.button("Take out", on_click=changed, kwargs={"out": True}, key="list_out")


def _by_file(build: str) -> None:
    file = st.file_uploader(
        "CSV with a column of codes, or GeoJSON with polygons in WGS 84",
        type=["csv", "txt", "geojson", "json"],
        max_upload_size=LARGEST,
        key="areas_file",
    )
    st.html(f'<p class="atlas-note">{escape(narrative.OWN_FILES)}</p>')
    if file is None or st.session_state.get("areas_read") == file.file_id:
        return
    content, engine = file.getvalue(), cached.engine()
    # a file is read once, however often the page is drawn
    st.session_state["areas_read"] = file.file_id
    st.session_state.pop(READING, None)
    if file.name.lower().endswith(("json",)):
        reading = own_areas.from_geojson(engine, cached.shapes(), content, name=_called())
    else:
        reading = own_areas.from_csv(engine, content, name=_called())
    _taken(reading)
    if reading.whole and len(reading.areas) == 1:
        st.rerun()


def _read(reading: Reading) -> None:
    """What became of every row."""
    refused = int(reading.rows["refused"].sum())
    number, found = len(reading.rows), len(reading.areas)
    said = f"{number - refused:,} of {number:,} rows can be used."
    if refused:
        st.warning(f"{said} The others are told below.", icon=":material/error:")
        if found == 1:
            st.button(
                f"Use the {number - refused:,} that can be",
                on_click=_use,
                args=(reading.areas[0],),
                key="use_rest",
            )
    else:
        st.success(said, icon=":material/check:")
    rows = reading.rows[reading.rows["said"] != ""]
    if len(rows):
        table = pd.DataFrame(
            {
                "Row": rows["row"],
                "Found": rows["found"],
                "Used": ["no" if bad else "yes" for bad in rows["refused"]],
                "What to know": rows["said"],
            }
        ).sort_values(["Used", "Row"])
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>"
            for row in table.head(200).itertuples(index=False)
        )
        head = "".join(f'<th scope="col">{name}</th>' for name in table)
        st.html(
            '<div class="atlas-frame areas-rows" role="region" tabindex="0" aria-label="Rows">'
            f'<table class="atlas-table"><thead><tr>{head}</tr></thead>'
            f"<tbody>{body}</tbody></table></div>"
        )
        if len(table) > 200:
            st.caption(f"The first 200 of {len(table):,} rows; the CSV has all.")
        _csv(table, "own-area-rows")


def drawn(build: str, ground: Selection, own: OwnArea | None) -> None:
    """The map, what the area holds, where to go with it, downloads."""
    problem = st.session_state.pop("areas_problem", "")
    if problem:
        st.error(problem, icon=":material/error:")
    held = cached.drawn_up(build, own) if own else None
    said = narrative.EMPTY_AREA
    if own and held:
        said = narrative.own_holds(own.name, held.lsoas, held.population, held.core20)
    # always there, so that the map stays where it is from the first click
    st.html(f'<p class="atlas-sentence areas-said">{escape(said)}</p>')
    if ground.ics:
        _map(build, ground, own)
    if own and held:
        _figures(held)
        for note in narrative.own_cuts(held.touched):
            st.html(f'<p class="atlas-note">{escape(note)}</p>')
        to = " · ".join(
            links.html(page, text, ground.but(area="", place="", own=own_areas.encode(own)))
            for page, text in PAGES.items()
        )
        st.html(f'<p class="atlas-sentence areas-to">Open it: {to}</p>')
        _downloads(build, (own,))
        st.caption(narrative.OWN_LINK)


def _figures(held: cached.DrawnUp) -> None:
    cells = [
        (theme.number(held.population), "people, mid-2024"),
        (theme.percent(held.core20, held.population), "of people in Core20"),
        (theme.number(held.imd_score, 1), "IMD 2025 score; higher = more deprived"),
        (theme.number(held.lsoas), "LSOAs"),
    ]
    body = "".join(f"<div><dd>{escape(n)}</dd><dt>{escape(t)}</dt></div>" for n, t in cells)
    st.html(f'<dl class="atlas-figures">{body}</dl>')


def _map(build: str, ground: Selection, own: OwnArea | None) -> None:
    """LSOAs of the ICS by national decile; those of the area under a yellow veil and edge."""
    parent = ground.parent
    kind = layers.holding(["deprivation"])
    keys = cached.on_map(build, "LSOA21", ground.year, kind)
    imd = keys.loc[keys["indicator_id"] == "imd", "key"].iloc[0]
    place = "PLACE" + parent[0][-2:]
    file = cached.map_file(build, "LSOA21", parent, ground.year, kind)
    deck = maps.deck(
        url=mapview.MAP_ROUTE + file,
        lines_url=mapview.MAP_ROUTE + cached.lines_file(build, "LSOA21", "MSOA21", parent),
        names_url=mapview.MAP_ROUTE
        + cached.label_file(build, "MSOA21" if ground.place else place, ground.subject),
        rule=maps.decile_classes(str(imd), theme.SEQUENTIAL),
        tooltip=f"<b>{{n}}</b><br/>{{c}}<br/>IMD national decile {{d{imd}}} (1 = most deprived)",
        focus=_focus(build, ground, own),
        width=mapview.PHONE_WIDTH if mapview.on_phone() else 760,
        height=mapview.HEIGHT,
        fine=True,
        chosen=json.loads(cached.own_shapes((own,)).to_json()) if own else "",
    )
    key = "areas_map"

    def clicked() -> None:
        found = st.session_state[key].selection.objects.get(maps.PICKED, [])
        # a second click on the same LSOA comes as nothing being selected
        code = found[0]["properties"]["c"] if found else st.session_state.get("areas_clicked", "")
        now, focus = _chosen(), st.session_state[FOCUS]
        if code:
            _change({code}, out=bool(now and code in now.lsoas))
        st.session_state["areas_clicked"] = code
        st.session_state[FOCUS] = focus

    st.pydeck_chart(
        deck,
        height=mapview.HEIGHT,
        key=key,
        on_select=clicked,
        selection_mode="single-object",
        alt="Map of LSOAs by IMD decile; those of the own area outlined in yellow",
    )
    names = ("1–2, most deprived", "3–4", "5–6", "7–8", "9–10, least deprived")
    colours = zip(reversed(theme.SEQUENTIAL), names, strict=True)
    swatches = "".join(
        f'<span><i style="background-color:{colour}"></i>{name}</span>' for colour, name in colours
    )
    st.html(
        '<div class="atlas-legend" role="img" aria-label="Legend: IMD deciles">'
        f"<b>IMD 2025 national decile of LSOAs</b>{swatches}"
        '<span><i class="areas-in"></i>in your area</span></div>'
    )


def _focus(build: str, ground: Selection, own: OwnArea | None) -> maps.Focus:
    """Where the map looks: the area and what is around it; it stays there while LSOAs are clicked.

    Without an own area it looks at the place or the ICS.
    """
    kept = st.session_state.get(FOCUS)
    if kept is None or kept[0] != ground.subject:
        bounds, margin = cached.area(build, *ground.subject), 0.0
        if own:
            rows = cached.known_lsoas(build).loc[list(own.lsoas)]
            bounds = rows.agg({"west": "min", "south": "min", "east": "max", "north": "max"})
            margin = 0.3
        west, south, east, north = (float(bounds[e]) for e in ("west", "south", "east", "north"))
        across, up = margin * max(east - west, 0.02), margin * max(north - south, 0.012)
        box = (west - across, south - up, east + across, north + up)
        kept = st.session_state[FOCUS] = (ground.subject, box)
    return maps.Focus(*kept[1])


def several(build: str, ground: Selection) -> None:
    """A set of own areas from a file: each of them, gaps and overlaps, downloads."""
    reading = st.session_state.get(READING)
    if reading is None or len(reading.areas) < 2:
        return
    st.header("The set", anchor="set")
    areas = reading.areas
    rows = []
    for one in areas:
        to = links.to("areas", ground, own=own_areas.encode(one))
        people = int(cached.known_lsoas(build).loc[list(one.lsoas), "population"].sum())
        rows.append(
            f'<tr><th scope="row">{escape(one.name)}</th><td class="n">{len(one.lsoas):,}</td>'
            f'<td class="n">{people:,}</td>'
            f'<td><a href="{escape(to)}" target="_blank">open</a></td></tr>'
        )
    if ground.ics:
        where = str(cached.area(build, *ground.subject)["name"])
        cover = own_areas.check_set(cached.engine(), areas, ground.subject)
        st.html(
            f'<p class="atlas-sentence">{escape(narrative.own_cover(cover, len(areas), where))}</p>'
        )
        for title_, table in (
            ("Gaps: LSOAs in none", cover.gaps),
            ("Overlaps: LSOAs in several", cover.overlaps),
            (f"LSOAs outside {where}", cover.beyond),
        ):
            if len(table):
                with st.expander(f"{title_} ({len(table):,})"):
                    st.dataframe(table, hide_index=True)
                    _csv(table, title_.split(":")[0].split()[0].lower())
    else:
        st.info(
            "Choose an Integrated Care System, or a place of one, to check the set for gaps and "
            "overlaps.",
            icon=":material/info:",
        )
    st.html(
        '<div class="atlas-scroll"><table class="atlas-table areas-set"><thead><tr>'
        '<th scope="col">Own area</th><th scope="col" class="n">LSOAs</th>'
        '<th scope="col" class="n">People</th><th scope="col">Own page</th></tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )
    _downloads(build, areas)


def _downloads(build: str, areas: tuple[OwnArea, ...]) -> None:
    name = areas[0].code.lower() if len(areas) == 1 else "own-areas"
    with st.container(horizontal=True):
        st.download_button(
            "CSV",
            lambda: _rows(build, areas).to_csv(index=False).encode("utf-8-sig"),
            file_name=f"{name}.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
            key=f"areas_csv_{name}",
        )
        st.download_button(
            "GeoJSON",
            lambda: cached.own_geojson(areas),
            file_name=f"{name}.geojson",
            mime="application/geo+json",
            icon=":material/download:",
            on_click="ignore",
            key=f"areas_geojson_{name}",
        )


def _rows(build: str, areas: tuple[OwnArea, ...]) -> pd.DataFrame:
    """An LSOA a row, by own area; it can be read back."""
    lsoas = cached.known_lsoas(build)
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "name": one.name,
                    "lsoa21": one.lsoas,
                    "lsoa_name": lsoas.loc[list(one.lsoas), "name"].to_numpy(),
                    "population": lsoas.loc[list(one.lsoas), "population"].to_numpy(),
                }
            )
            for one in areas
        ]
    )


def _csv(table: pd.DataFrame, name: str) -> None:
    st.download_button(
        "CSV",
        lambda: table.to_csv(index=False).encode("utf-8-sig"),
        file_name=f"{name}.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        key=f"areas_csv_{name}",
    )
