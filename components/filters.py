"""Widgets. Each shows a part of the selection and writes its change to the link."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import pandas as pd
import streamlit as st

from components import cached, theme
from components.selection import CHOICES, Selection, parse
from data.own_areas import OwnAreaError
from geo.areas import OWN

BREAKS = {
    "national": "national deciles",
    "quantile": "equal numbers of areas",
    "natural": "natural breaks",
    "clusters": "hot and cold spots",
}
LEVELS = {"place": "Places", "neighbourhood": "Neighbourhoods", "lsoa": "LSOAs"}
CHOSEN: Final = "own"
"""What stands in the list of places for the own area that is chosen; no place has the code."""
VIEWS = {"one": "One layer", "two": "Two layers", "overlap": "Overlap of three"}


def current() -> Selection:
    """What the link asks for; a sentence on the screen for each part that cannot be."""
    selection, problems = parse(st.query_params.to_dict())
    for problem in problems:
        st.warning(problem, icon=":material/link_off:")
    return selection


def write(**changes: str) -> None:
    """Change the link."""
    selection, _ = parse(st.query_params.to_dict())
    st.query_params.from_dict(selection.but(**changes).query())


def carry(page: str) -> None:
    """Take the area and what else was chosen along to another page, whose link says nothing."""
    if st.session_state.get("page", page) != page and not st.query_params:
        st.query_params.from_dict(st.session_state["chosen"])
    st.session_state["page"] = page
    st.session_state["chosen"] = st.query_params.to_dict()


def _changed(name: str, key: str) -> None:
    value = st.session_state[key]
    write(**{name: "" if value is None else str(value).removesuffix(".0")})


def bind(name: str, value: Any) -> dict[str, Any]:
    """Arguments that tie a widget to a part of the link."""
    key = f"pick_{name}"
    _show(key, value)
    return {"key": key, "on_change": _changed, "args": (name, key)}


def _show(key: str, value: Any) -> None:
    """Set a widget to what the link says; one that is unchanged is not sent again."""
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value


def choose(
    label: str, name: str, value: str, options: Sequence[str], names: Mapping[str, str], **more: Any
) -> None:
    """A list to pick one from; typing searches it."""
    st.selectbox(
        label,
        options,
        format_func=lambda code: names.get(code, code),
        **bind(name, value if value in options else None),
        **more,
    )


def again(build: str) -> Selection:
    """Read the link again within a fragment; what is wrong with it stands above already."""
    return pick_area_codes(build, parse(st.query_params.to_dict())[0], tell=_keep_quiet)


def _keep_quiet(_: str) -> None:
    pass


def _tell(sentence: str) -> None:
    st.warning(sentence, icon=":material/link_off:")


def pick_area_codes(
    build: str, selection: Selection, *, tell: Callable[[str], None] = _tell
) -> Selection:
    """Drop codes that do not exist or do not belong together; each with a sentence."""
    known = {
        f"{kind}:{code}"
        for kind in ("ICB26", "ICB24")
        for code in cached.areas(build, kind)["code"]
    }
    if selection.ics and selection.ics not in known:
        tell(f"No ICS has the code '{selection.ics}'; England is shown.")
        return selection.but(ics="", place="", area="")
    if selection.region and selection.region not in set(cached.areas(build, "RGN24")["code"]):
        tell(f"No region has the code '{selection.region}'; England is shown.")
        selection = selection.but(region="")
    if selection.own:
        selection = _with_own(build, selection, tell)
    if selection.place:
        places = cached.areas(build, "PLACE" + selection.vintage[-2:], selection.parent)
        if selection.place not in set(places["code"]):
            tell(f"This ICS has no place '{selection.place}'; all of it is shown.")
            selection = selection.but(place="", area="")
    if selection.opened:
        kind, code = selection.opened
        exists = code in set(cached.areas(build, kind)["code"])
        inside = exists and (
            not selection.ics
            or selection.parent == selection.opened
            or selection.parent in _holders(build, kind, code)
        )
        if not inside:
            tell(f"'{selection.area}' is not an area of this ICS; none is opened.")
            selection = selection.but(area="")
    return selection


def _with_own(build: str, selection: Selection, tell: Callable[[str], None]) -> Selection:
    """See to it that the own area is in the database, and that the ICS is one that it lies in."""
    try:
        name, code = cached.own_area(build, selection.own)
    except OwnAreaError as reason:
        tell(str(reason))
        return selection.but(own="")
    above = cached.parents(build, OWN, code)
    systems = above.loc[above["area_type"] == selection.vintage, "code"]
    ics = selection.ics
    if not ics or selection.parent[1] not in set(systems):
        ics = f"{selection.vintage}:{systems.iloc[0]}"
        if selection.ics:
            where = cached.area(build, *selection.parent)["name"]
            tell(f"'{name}' does not lie in {where}; the ICS that it lies in is shown.")
    return selection.but(ics=ics, place="", own=selection.own, area=selection.area)


def _holders(build: str, kind: str, code: str) -> set[tuple[str, str]]:
    above = cached.parents(build, kind, code)
    return set(zip(above["area_type"], above["code"], strict=True))


def pick_area(
    build: str,
    selection: Selection,
    *,
    regions: bool = False,
    neighbourhoods: bool = True,
    keep: str = "",
) -> Selection:
    """ICS (or region), place and neighbourhood; returns the selection with codes that exist.

    An own area stands among the places; choosing another ICS or place lets it go. `keep` is one
    that stays in the link then, on the page where it is made.
    """
    systems = _systems(build, regions=regions)
    selection = pick_area_codes(build, selection)
    widths = [5, 4, 5] if neighbourhoods else [1, 1]
    first, second, *third = st.columns(widths)
    with first:
        region = f"RGN24:{selection.region}" if regions and selection.region else ""
        key = "pick_system"
        _show(key, selection.ics or region)
        st.selectbox(
            "Region or Integrated Care System" if regions else "Integrated Care System",
            list(systems),
            format_func=lambda code: systems.get(code, code),
            key=key,
            on_change=_system_changed,
            args=(keep,),
        )
    place_type = "PLACE" + selection.vintage[-2:]
    places = cached.areas(build, place_type, selection.parent) if selection.ics else _nobody()
    place_names = {"": "All places"} | dict(zip(places["code"], places["name"], strict=True))
    own = selection.own_area
    if own:
        place_names = {CHOSEN: f"{own.name} (own area)"} | place_names
    with second:
        _show("pick_place", CHOSEN if own else selection.place)
        st.selectbox(
            "Place or own area" if own else "Place",
            list(place_names),
            format_func=lambda code: place_names.get(code, code),
            key="pick_place",
            on_change=_place_changed,
            args=(keep,),
            disabled=not selection.ics,
        )
    if not third:
        return selection
    hoods = (
        cached.areas(build, "MSOA21", selection.within or selection.parent)
        if selection.ics
        else _nobody()
    )
    hood_names = {
        f"MSOA21:{code}": f"{name} · {code}"
        for code, name in zip(hoods["code"], hoods["name"], strict=True)
    }
    with third[0]:
        choose(
            "Neighbourhood",
            "area",
            selection.area,
            list(hood_names),
            hood_names,
            placeholder="Search by name or code",
            disabled=not selection.ics,
        )
    return selection


def _systems(build: str, *, regions: bool) -> dict[str, str]:
    """What the first list offers: England, regions where they are asked for, ICSs."""
    names = {"": "England"}
    for kind, after in (
        *((("RGN24", " (region)"),) if regions else ()),
        ("ICB26", ""),
        ("ICB24", " (former, to March 2026)"),
    ):
        rows = cached.areas(build, kind)
        for code, name in zip(rows["code"], rows["name"], strict=True):
            names[f"{kind}:{code}"] = name + after
    return names


def _system_changed(keep: str) -> None:
    kind, _, code = st.session_state["pick_system"].partition(":")
    region = code if kind == "RGN24" else ""
    ics = "" if region or not code else f"{kind}:{code}"
    write(ics=ics, region=region, place="", area="", own=keep)


def _place_changed(keep: str) -> None:
    place = st.session_state["pick_place"]
    if place != CHOSEN:
        write(place=place, own=keep)


def _nobody() -> pd.DataFrame:
    return pd.DataFrame({"code": [], "name": []}, dtype=str)


def pick_layers(build: str, selection: Selection) -> None:
    """View, level, then the layers of the view."""
    with st.container(horizontal=True, gap="medium"):
        st.segmented_control(
            "Layers shown",
            list(VIEWS),
            format_func=VIEWS.__getitem__,
            required=True,
            label_visibility="collapsed",
            **bind("view", selection.view),
        )
        st.segmented_control(
            "Areas shown",
            list(LEVELS),
            format_func=LEVELS.__getitem__,
            required=True,
            disabled=not selection.ics,
            label_visibility="collapsed",
            **bind("level", selection.level),
        )
    {"one": _one, "two": _two, "overlap": _overlap}[selection.view](build, selection)


def _one(build: str, selection: Selection) -> None:
    with st.container(horizontal=True):
        _layer("Layer", "layer", selection.layer)
        _indicator(build, selection, selection.layer)
        _breaks(selection)
        if selection.layer == "condition":
            _year(build, selection)


def _two(build: str, selection: Selection) -> None:
    with st.container(horizontal=True):
        for name, label in (("x", "First layer"), ("y", "Second layer")):
            layer = getattr(selection, name)
            _layer(label, name, layer)
            _indicator(build, selection, layer, suffix=name)
        if "condition" in (selection.x, selection.y):
            _year(build, selection)


def _overlap(build: str, selection: Selection) -> None:
    *columns, last = st.columns([4, 4, 4, 2])
    for column, (layer, name, label, words) in zip(
        columns,
        (
            ("deprivation", "deprived", "In deciles (1 = most deprived)", "1 to {}"),
            ("condition", "need", "And in the ICS's", "highest {}%"),
            ("coverage", "reach", "And in the ICS's", "lowest {}%"),
        ),
        strict=True,
    ):
        with column:
            _indicator(build, selection, layer)
            names = {n: words.format(n) for n in CHOICES[name]}
            choose(label, name, getattr(selection, name), CHOICES[name], names)
    with last:
        _year(build, selection)


def _layer(label: str, name: str, value: str) -> None:
    choose(label, name, value, list(theme.LAYERS), theme.LAYERS, width=170)


def _indicator(build: str, selection: Selection, layer: str, suffix: str = "") -> None:
    """The indicators of a layer; those that stop above the level asked for say so."""
    names = cached.offered(build, layer, selection.level_type, selection.vintage, selection.year)
    value = selection.chosen(layer)
    key = f"pick_{layer}{suffix}"
    _show(key, value if value in names else None)
    st.selectbox(
        f"{theme.LAYERS[layer].removesuffix('s')} indicator",
        list(names),
        format_func=lambda code: names.get(code, code),
        key=key,
        on_change=_changed,
        args=(layer, key),
    )


def _year(build: str, selection: Selection) -> None:
    periods = cached.series(build).query("indicator_id == @selection.condition")["period"]
    years = sorted(periods.unique(), reverse=True)
    choose("Year", "year", selection.year, years, {}, width=120)


def _breaks(selection: Selection) -> None:
    value = selection.breaks or selection.scheme(selection.layer)
    choose("Classes", "breaks", value, list(BREAKS), BREAKS, width=210)


def on_pick(read: Callable[[], str]) -> Callable[[], None]:
    """A callback that opens the area that `read` returns; an ICS is gone to."""

    def picked() -> None:
        area = read()
        if area.startswith("ICB"):
            write(ics=area)
        elif area:
            write(area=area)

    return picked
