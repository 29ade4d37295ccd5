"""Parts of the page of programmes: the register and its map, one programme, what came of it."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from html import escape
from typing import Any, Final

import pandas as pd
import streamlit as st

from components import (
    cached,
    filters,
    gapcharts,
    links,
    maps,
    mapview,
    narrative,
    programmecharts,
    theme,
)
from components.provenance import Citation, caveats, source_line
from components.scene import NothingToShow, Scene, scene
from components.selection import NUMBERS, Selection
from data import catalogue, evaluation, planner, programmes
from data.errors import AtlasError, UnknownCodeError
from data.evaluation import Evaluation
from geo.areas import AREA_TYPES

Areas = tuple[tuple[str, str], ...]
NOT_GIVEN: Final = narrative.PROGRAMME_UNKNOWN
THIRD: Final = 2 / 3
LINK: Final = st.column_config.LinkColumn("Profile", display_text="open")
NO_START: Final = (
    "The source does not say when it began, so nothing can be called before or after it."
)
ASSUMED: Final = (
    "You assumed when it began. What follows is what the figures would bear, and no verdict on the "
    "programme: a date that is chosen after looking at the figures can make them say anything."
)


def known(selection: Selection) -> Selection:
    """Drop a programme that the register does not hold, with a sentence."""
    try:
        if selection.programme:
            programmes.get(cached.engine(), selection.programme)
    except UnknownCodeError:
        st.warning(
            f"The register holds no programme '{selection.programme}'; all are listed.",
            icon=":material/link_off:",
        )
        filters.write(programme="")
        return selection.but(programme="")
    return selection


def overview(build: str, selection: Selection) -> None:
    """The register of the area chosen, and a map of the programmes' areas over any layer."""
    subject = selection.subject
    england = subject[0] == "ENG"
    rows = programmes.listed(cached.engine(), None if england else subject)
    where = str(cached.area(build, *subject)["name"])
    st.html(f'<div class="atlas-where"><h1>Programmes in {escape(where)}</h1></div>')
    _say(narrative.programmes(rows, where), headline=True)
    areas = programmes.areas(cached.engine(), rows["id"].tolist())
    if len(rows):
        st.html(_register(rows, areas, selection))
        _csv(_flat(rows, areas), f"programmes-{subject[1]}")
    st.subheader("Where they act")
    cited = _map(build, selection, areas)
    st.html(source_line(cited))
    caveats(cited)


def _register(rows: pd.DataFrame, areas: pd.DataFrame, selection: Selection) -> str:
    """The register as a table of links."""
    columns = ("Programme", "ICS", "For whom", "Where", "Dates", "Status")
    head = "".join(f"<th scope=col>{name}</th>" for name in columns)
    body = ""
    for row in rows.to_dict("records"):
        mine = areas[areas["programme"] == row["id"]]
        cells = (
            row["ics_name"] or row["ics_code"],
            row["target_group"] or NOT_GIVEN,
            ", ".join(_named(mine)),
            _dates(row),
            row["status"] or NOT_GIVEN,
        )
        told = "".join(
            f'<td data-name="{name}">{escape(cell)}</td>'
            for name, cell in zip(columns[1:], cells, strict=True)
        )
        link = links.html("programmes", row["name"], selection, programme=row["id"])
        body += f"<tr><th scope=row>{link}</th>{told}</tr>"
    return (
        '<table class="atlas-measures programmes-register">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def _named(areas: pd.DataFrame) -> list[str]:
    """Names of areas; the code of one that this build does not hold."""
    return [
        str(row["name"]) if isinstance(row["name"], str) else f"{row['code']} (not in this atlas)"
        for row in areas.to_dict("records")
    ]


def _dates(row: Any) -> str:
    if not row["started"] and not row["ended"]:
        return NOT_GIVEN
    return f"{row['started'] or 'start ' + NOT_GIVEN} to {row['ended'] or 'now, or not said'}"


def _flat(rows: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    joined = (areas["area_type"] + ":" + areas["code"]).groupby(areas["programme"]).agg(" ".join)
    return rows.assign(areas=rows["id"].map(joined))


def _map(build: str, selection: Selection, areas: pd.DataFrame) -> list[Citation]:
    """Any layer, with the programmes' areas outlined; returns what it shows."""
    filters.pick_layers(build, selection)
    try:
        shown = scene(build, selection)
    except NothingToShow as nothing:
        st.info(str(nothing), icon=":material/info:")
        return []
    known = areas[areas["name"].notna()]
    marked = tuple(sorted(set(zip(known["area_type"], known["code"], strict=True))))
    _deck(build, selection, shown, marked)
    mapview.legend(shown)
    outlined = "Outlined in yellow and black: " + ", ".join(dict.fromkeys(_named(known))) + "."
    if not marked:
        outlined = "No programme's area lies here."
    st.html(f'<p class="atlas-note">{escape(outlined)}</p>')
    _say(shown.sentence)
    for note in shown.notes:
        _note(note)
    return [Citation(part.entry, part.shown.period, part.feed_source) for part in shown.parts]


def _deck(build: str, selection: Selection, shown: Scene, marked: Areas) -> None:
    place = "PLACE" + selection.vintage[-2:]
    inside = shown.area_type in ("LSOA21", "MSOA21")
    focus = (place, selection.place) if inside and selection.place else shown.parent
    bounds = cached.area(build, *focus)
    if selection.place and inside:
        names = ("MSOA21", focus)
    else:
        names = (place if inside else shown.area_type, shown.parent)
    file = shown.file or cached.map_file(
        build, shown.area_type, shown.parent, selection.year, shown.kind
    )
    above = {"LSOA21": "MSOA21", "MSOA21": place}.get(shown.area_type, "")
    lines = cached.lines_file(build, shown.area_type, above, shown.parent)
    deck = maps.deck(
        url=mapview.MAP_ROUTE + file,
        lines_url=mapview.MAP_ROUTE + lines,
        names_url=mapview.MAP_ROUTE + cached.label_file(build, *names),
        opened_url=mapview.MAP_ROUTE + cached.programme_file(build, marked) if marked else "",
        rule=shown.rule,
        tooltip=shown.tooltip,
        focus=maps.Focus(*(float(bounds[edge]) for edge in ("west", "south", "east", "north"))),
        width=mapview.PHONE_WIDTH if mapview.on_phone() else 1100,
        height=mapview.HEIGHT - 80,
        fine=shown.area_type == "LSOA21",
    )
    st.pydeck_chart(
        deck,
        height=mapview.HEIGHT - 80,
        key="programmes_map",
        alt=f"Map of {bounds['name']}: {', '.join(part.entry.short_name for part in shown.parts)}, "
        "with the areas of programmes outlined",
    )


def opened(build: str, selection: Selection) -> None:
    """One programme: what it is, whom it is for, its reach, where it acts, what came of it."""
    row = programmes.get(cached.engine(), selection.programme)
    code = str(row["id"])
    areas = programmes.areas(cached.engine(), [code])
    measures = programmes.measures(cached.engine(), [code])
    known = areas[areas["name"].notna()]
    acts: Areas = tuple(zip(known["area_type"], known["code"], strict=True))
    here = _at(selection, row, acts)
    _title(row, here)
    _say(str(row["summary"]).strip(), headline=True)
    left, right = st.columns(2, gap="large")
    with left:
        st.html(_facts(row, areas, here))
    with right:
        _published(measures)
        _reach(measures)
    if not acts:
        st.info("This atlas holds none of its areas, so nothing more can be worked out.")
        return
    cited = _whom(build, here, row, acts, measures)
    _where(build, here, row, acts)
    cited += _effect(build, here, row, acts)
    st.subheader("On the map")
    cited += _map(build, here, areas)
    cited = list(dict.fromkeys(cited))
    st.html(source_line(cited))
    caveats(cited)


def _at(selection: Selection, row: "pd.Series[Any]", acts: Areas) -> Selection:
    """The selection moved to the programme's own ICS, and its place where it acts in one."""
    vintage = str(row["ics_type"])
    places = [code for kind, code in acts if kind == "PLACE" + vintage[-2:]]
    return replace(
        selection,
        ics=f"{vintage}:{row['ics_code']}",
        place=places[0] if len(acts) == len(places) == 1 else "",
        area="",
        areas="",
        region="",
        own="",
    )


def _title(row: "pd.Series[Any]", here: Selection) -> None:
    plain = replace(here, indicator="", period="")
    others = [
        links.html("map", "Map", plain),
        links.html("profile", "Profile", plain),
        links.html("need", "Need and coverage", plain),
        links.html("priorities", "Priorities", plain),
        links.html("planner", "Planner", plain),
    ]
    back = links.html("programmes", "All programmes", Selection())
    st.html(
        f'<div class="atlas-where"><nav class="atlas-crumbs" aria-label="Page">{back} ›</nav>'
        f"<h1>{escape(str(row['name']))}</h1>"
        f'<nav class="atlas-crumbs" aria-label="The same area">{" · ".join(others)}</nav></div>'
    )


def _facts(row: "pd.Series[Any]", areas: pd.DataFrame, here: Selection) -> str:
    """What the register says; what it does not know is said too."""
    profiles = []
    for area, name in zip(areas.to_dict("records"), _named(areas), strict=True):
        named = f"{AREA_TYPES[area['area_type']].name} {name}"
        known = isinstance(area["name"], str)
        to = f"{area['area_type']}:{area['code']}"
        profiles.append(links.html("profile", named, here, areas=to) if known else escape(named))
    standing = [
        ("Conditions", _indicators(row["conditions"])),
        ("Populations", _indicators(row["populations"])),
    ]
    source = escape(str(row["source"]))
    if row["source_url"]:
        url = escape(str(row["source_url"]))
        source = f'<a href="{url}" rel="noopener">{source}</a>'
    facts = [
        ("ICS", escape(str(row["ics_name"] or row["ics_code"]))),
        ("Acts in", ", ".join(profiles)),
        ("Owner", _text(row["owner"])),
        ("For whom", _text(row["target_group"])),
        *((name, escape(words) or NOT_GIVEN) for name, words in standing),
        ("Started", _text(row["started"])),
        ("Ended", _text(row["ended"])),
        ("Funding", _text(row["funding"])),
        ("Status", _text(row["status"])),
        ("Source", source),
        ("Left open", _text(row["note"])),
    ]
    body = "".join(f"<dt>{name}</dt><dd>{words}</dd>" for name, words in facts)
    return f'<dl class="atlas-facts">{body}</dl>'


def _text(value: str) -> str:
    return escape(str(value).strip()) or NOT_GIVEN


def _indicators(codes: str) -> str:
    return ", ".join(catalogue.indicator(code).short_name for code in codes.split(",") if code)


def _published(measures: pd.DataFrame) -> None:
    st.subheader("What its source says")
    if measures.empty:
        _say("The source gives no numbers.")
        return
    items = ""
    for _, row in measures.iterrows():
        said = programmes.phrase({str(name): value for name, value in row.items()})
        notes = " ".join(str(row[name]) for name in ("note", "source") if row[name])
        items += f"<li><b>{escape(said)}</b> ({escape(programmes.MEASURES[row['measure']])})"
        items += f"<small>{escape(notes)}</small></li>" if notes else "</li>"
    st.html(f'<ul class="programmes-facts">{items}</ul>')


def _reach(measures: pd.DataFrame) -> None:
    st.subheader("Reach")
    for line in narrative.programme_reach(measures):
        _say(line)
    st.html(
        '<p class="atlas-note">No numbers by neighbourhood are published, so reach by deprivation '
        "is not known.</p>"
    )


def _whom(
    build: str, here: Selection, row: "pd.Series[Any]", acts: Areas, measures: pd.DataFrame
) -> list[Citation]:
    """The people it is for, as far as the atlas's figures go; returns the figures used."""
    st.subheader("Whom it could be for")
    own = [code for code in str(row["conditions"]).split(",") if code]
    conditions = tuple(code for code in (here.needs or ",".join(own)).split(",") if code)
    populations = tuple(code for code in str(row["populations"]).split(",") if code)
    _pick_conditions(conditions)
    if not conditions:
        st.info(
            "The source names no conditions, so there is no cohort to estimate. Choose some to "
            "see how many people have any of them.",
            icon=":material/info:",
        )
    if not conditions and not populations:
        return []
    try:
        rows = cached.programme_cohort(build, acts, conditions + populations)
    except planner.NotPlanned as reason:
        st.info(str(reason), icon=":material/info:")
        return []
    where = _where_name(build, acts)
    table = rows[["code", "name", "place_code", "place", "decile", "population"]]
    for code in (*conditions, *populations):
        table = table.assign(**{code: 100 * rows[code]})
    if conditions:
        found = planner.cohort(rows, conditions)
        _say(narrative.cohort(found, where, "neighbourhoods"))
        label = _either(conditions)
        _say(narrative.programme_found(found.people, measures, label, where))
        table = table.merge(found.areas[["code", "share", "eligible"]], on="code", how="left")
        table = _within(table, populations, label)
        table = _shared(here, found, table, measures, label)
        if len(acts) == 1:
            _note(" ".join(_covered(build, acts[0], code) for code in conditions))
    for code in populations:
        _population(build, acts, table, code, where)
    if "carer" in str(row["target_group"]).lower():
        _say("Carers: the atlas has no figures on them, so where they live is not known.")
    if "census_asian" in populations:
        st.html(
            '<p class="atlas-note">The Census group is all Asian groups together (Indian, '
            "Pakistani, Bangladeshi, Chinese and other Asian), of both sexes and all ages; the "
            "atlas has no figures on South Asian women.</p>"
        )
    shown = _readable(table, (*conditions, *populations), here)
    st.dataframe(
        shown,
        hide_index=True,
        height=min(420, 38 + 35 * len(shown)),
        column_config=_columns(shown),
        alt="Neighbourhoods of the programme",
    )
    _csv(shown.drop(columns="Profile"), f"{row['id']}-neighbourhoods")
    return [_citation(build, code, "MSOA21") for code in (*conditions, *populations)]


def _citation(build: str, code: str, kind: str) -> Citation:
    series = cached.series(build)
    mine = series[(series["indicator_id"] == code) & (series["area_type"] == kind)]
    newest = mine.sort_values("period").iloc[-1]
    return Citation(catalogue.indicator(code), str(newest["period"]), str(newest["source"]))


def _covered(build: str, area: tuple[str, str], code: str) -> str:
    """How many of an area's patients a condition's figures are about."""
    mine = cached.profile(build, *area)
    mine = mine[mine["indicator_id"] == code].sort_values("period")
    newest = None if mine.empty else float(mine["covered"].iloc[-1])
    return narrative.data_covered(catalogue.indicator(code), newest)


def _where_name(build: str, acts: Areas) -> str:
    return " and ".join(str(cached.area(build, *area)["name"]) for area in acts)


def _either(conditions: Sequence[str]) -> str:
    return " or ".join(catalogue.indicator(code).short_name for code in conditions)


def _pick_conditions(chosen: tuple[str, ...]) -> None:
    names = {
        code: entry.name
        for code, entry in catalogue.indicators().items()
        if entry.layer == "condition" and entry.unit == "%"
    }
    key = "programmes_needs"
    if st.session_state.get(key) != list(chosen):
        st.session_state[key] = list(chosen)

    def picked() -> None:
        filters.write(needs=",".join(st.session_state[key]))

    st.multiselect(
        "Conditions that it is for (any of them)",
        list(names),
        format_func=names.__getitem__,
        key=key,
        on_change=picked,
    )


def _within(table: pd.DataFrame, populations: Sequence[str], label: str) -> pd.DataFrame:
    """Where the cohort and its populations are highest together."""
    entries = catalogue.indicators()
    for code in populations:
        if entries[code].layer == "context" and entries[code].polarity != "none":
            top = table.nlargest(max(round(len(table) / 5), 1), code)
            _say(
                narrative.programme_fifth(
                    entries[code], len(top), len(table), top["eligible"].sum(), label
                )
            )
    factors = ["share", *populations]
    if len(factors) < 2:
        return table
    high = (table[factors].rank(pct=True) > THIRD).all(axis=1)
    names = [f"people with {label}", *(_lower(entries[code].short_name) for code in populations)]
    _say(
        narrative.programme_overlap(
            table["name"][high].tolist(), names, len(table), table["eligible"][high].sum()
        )
    )
    return table.assign(high=high)


def _lower(name: str) -> str:
    return name if name[:2].isupper() else name[0].lower() + name[1:]


def _shared(
    here: Selection,
    found: planner.Cohort,
    table: pd.DataFrame,
    measures: pd.DataFrame,
    label: str,
) -> pd.DataFrame:
    """A cohort of a size, shared out to places and neighbourhoods by need."""
    sizes = measures.loc[measures["measure"] == "cohort", "value"]
    usual = "" if sizes.empty else f"{int(sizes.iloc[0])}"
    wanted, benefit = int(float(here.capacity or usual or 0)), float(here.benefit or 0)
    with st.container(horizontal=True):
        st.number_input(
            "Size of a cohort to share out",
            min_value=1,
            max_value=1_000_000,
            placeholder="people",
            width=260,
            **filters.bind("capacity", wanted or None),
        )
        if wanted:
            st.number_input(
                "Benefit per head, £ (your own figure)",
                *map(float, NUMBERS["benefit"]),
                step=50.0,
                placeholder="none",
                width=260,
                **filters.bind("benefit", benefit or None),
            )
    if not wanted:
        return table
    areas, places = planner.share_out(found.areas, wanted)
    _say(narrative.programme_shared(places, wanted, label))
    _say(narrative.programme_chosen(planner.select(found.areas, wanted), len(found.areas)))
    _say(narrative.programme_benefit(benefit, int(places["allocated"].sum()), measures))
    if len(places) > 1:
        st.altair_chart(programmecharts.shared(places), theme=None)
    return table.merge(areas[["code", "allocated"]], on="code", how="left")


def _population(build: str, acts: Areas, table: pd.DataFrame, code: str, where: str) -> None:
    entry = catalogue.indicator(code)
    hoods = table.rename(columns={code: "value"})
    if len(acts) > 1:
        return
    mine = cached.profile(build, *acts[0])
    mine = mine[mine["indicator_id"] == code].sort_values("period")
    if mine.empty:
        return
    newest = mine.iloc[-1]
    _say(
        narrative.programme_population(
            entry, float(newest["count"]), float(newest["value"]), hoods, where
        )
    )


def _readable(table: pd.DataFrame, codes: Sequence[str], here: Selection) -> pd.DataFrame:
    """The neighbourhoods as people read them."""
    by = [name for name in ("high", "allocated", "eligible", *codes) if name in table]
    table = table.sort_values(by, ascending=False)
    out = pd.DataFrame(
        {
            "Neighbourhood": table["name"],
            "Profile": [links.to("profile", here, area=f"MSOA21:{code}") for code in table["code"]],
            "Place": table["place"],
            "IMD decile (1 = most deprived)": table["decile"],
            "People": table["population"].round().astype("Int64"),
        }
    )
    if "eligible" in table:
        out["With any of the conditions"] = table["eligible"].round().astype("Int64")
    if "allocated" in table:
        out["Of the cohort"] = table["allocated"].astype("Int64")
    for code in codes:
        entry = catalogue.indicator(code)
        out[f"{entry.short_name}, %"] = table[code].round(max(entry.decimals, 1))
    if "high" in table:
        out["Highest third of all"] = table["high"].map({True: "yes", False: ""})
    return out


def _columns(table: pd.DataFrame) -> dict[str, Any]:
    """How the columns of `_readable` are printed."""
    whole = ("People", "With any of the conditions", "Of the cohort")
    return (
        {"Profile": LINK}
        | {name: st.column_config.NumberColumn(format="localized") for name in whole}
        | {
            name: st.column_config.NumberColumn(format="%.1f")
            for name in table.columns
            if name.endswith(", %")
        }
    )


def _where(build: str, here: Selection, row: "pd.Series[Any]", acts: Areas) -> None:
    """Whether the programme's areas are where need is."""
    st.subheader("Does it act where need is?")
    ics = here.parent
    name = str(cached.area(build, *ics)["name"])
    conditions = tuple(c for c in (here.needs or str(row["conditions"])).split(",") if c)
    if ics in acts:
        _say(
            f"It acts in the whole of {name}, so its areas hold all of the need there. Whether it "
            "reaches those in need would show in numbers by neighbourhood, which are not published."
        )
        return
    if not conditions:
        _say("The source names no conditions: choose some above to see where need is.")
        return
    try:
        table = cached.programme_need(build, acts, ics, conditions)
    except AtlasError as reason:
        st.info(str(reason), icon=":material/info:")
        return
    _say(narrative.programme_where(table, _either(conditions), name))
    st.altair_chart(programmecharts.fifths(table), theme=None)
    st.html(
        '<p class="atlas-note">This says where it acts, not whom it reached. People are an '
        "attributed estimate by LSOA; conditions are taken as independent.</p>"
    )


def _effect(build: str, here: Selection, row: "pd.Series[Any]", acts: Areas) -> list[Citation]:
    """Before and after in its areas beside comparison areas; returns the outcome shown."""
    st.subheader("Before and after")
    started, assumed = _began(str(row["started"])), False
    outcomes = _outcomes(build)
    usual = next((c for c in str(row["conditions"]).split(",") if c in outcomes), "")
    outcome = here.indicator if here.indicator in outcomes else usual
    with st.container(horizontal=True):
        filters.choose("Outcome", "indicator", outcome, list(outcomes), outcomes, width=460)
        if not started and outcome:
            periods = _periods(build, outcome)
            filters.choose(
                "If it began with",
                "period",
                here.period,
                list(periods),
                {},
                width=170,
                placeholder="not known",
            )
            started = periods.get(here.period)
            assumed = True
            if here.period and not started:
                st.warning(
                    f"{catalogue.indicator(outcome).short_name} has no period '{here.period}' that "
                    "it could have begun with.",
                    icon=":material/link_off:",
                )
    if here.indicator and here.indicator not in outcomes:
        st.warning(
            f"{catalogue.indicator(here.indicator).short_name} has one point or none where "
            "programmes can be compared; another outcome is shown.",
            icon=":material/link_off:",
        )
    if assumed or not started:
        _verdict("insufficient evidence", NO_START)
    if not outcome:
        _say("The source names no outcome either: choose one to see what its figures would bear.")
    if not outcome or not started:
        return []
    entry = catalogue.indicator(outcome)
    try:
        found = cached.programme_effect(build, acts, started, outcome)
    except evaluation.NotEvaluated as reason:
        st.info(str(reason), icon=":material/info:")
        return []
    if assumed:
        st.warning(ASSUMED, icon=":material/info:")
        _say(f"If it had begun with {here.period}: {found.verdict.reason}")
    else:
        _verdict(found.verdict.words, found.verdict.reason)
        if re.fullmatch(r"\d{4}", str(row["started"])):
            _say("Only the year of its start is known; it is taken as January.")
    _compared(found, started, outcome)
    return [Citation(entry, str(found.periods.index[-1]), _source(build, found, outcome))]


def _began(text: str) -> date | None:
    """First day that a start as exact as '2024', '2024-05' or '2024-05-31' can mean."""
    if not text:
        return None
    year, month, day = (int(part) for part in f"{text}-01-01"[:10].split("-"))
    return date(year, month, day)


def _outcomes(build: str) -> dict[str, str]:
    """Indicators with two points or more at a level where programmes are compared, by name."""
    series = cached.series(build)
    mine = series[series["area_type"].isin(evaluation.LEVELS)]
    points = mine.groupby(["indicator_id", "area_type"])["period"].nunique()
    enough = set(points[points > 1].index.get_level_values(0))
    return {
        code: f"{theme.LAYERS[entry.layer]}: {entry.name}"
        for code, entry in catalogue.indicators().items()
        if code in enough and entry.layer != "deprivation"
    }


def _periods(build: str, outcome: str) -> dict[str, date]:
    """Periods of an outcome, newest first, and when each begins."""
    series = cached.series(build)
    mine = series[(series["indicator_id"] == outcome) & series["area_type"].isin(evaluation.LEVELS)]
    line = evaluation.timeline(sorted(set(mine["period"])), date(1900, 1, 1))
    used = line[line["role"] == "after"]["start"]
    return dict(zip(used.index[::-1], used[::-1], strict=True))


def _source(build: str, found: Evaluation, outcome: str) -> str:
    series = cached.series(build)
    mine = series[
        (series["indicator_id"] == outcome)
        & (series["area_type"] == found.area_type)
        & (series["period"] == found.periods.index[-1])
    ]
    return str(mine["source"].iloc[0])


def _compared(found: Evaluation, started: date, outcome: str) -> None:
    """Charts and tables of one evaluation."""
    entry = catalogue.indicator(outcome)
    _say(narrative.programme_effect(found, entry))
    if found.effect is not None:
        left, right = st.columns([3, 2], gap="large")
        with left:
            st.altair_chart(programmecharts.trends(entry, found, started), theme=None)
            _note(narrative.programme_trends(found, entry))
        with right:
            st.altair_chart(programmecharts.effects(entry, found), theme=None)
            _note(
                "Comparison areas are those most alike in deprivation, ages, ethnic groups, "
                "rurality and size, outside the programme's areas and not beside them."
            )
    for note in found.notes:
        _note(note)
    if len(found.areas):
        with st.expander("Comparison areas, and how alike they are"):
            st.dataframe(_alike(found), hide_index=True, alt="Balance of comparison areas")
            table = _areas(found, entry.decimals)
            st.dataframe(table, hide_index=True, alt="Areas compared")
            _csv(table, f"compared-{outcome}")
    st.html("<b>Inequality within its areas</b>")
    _say(narrative.programme_index(found, entry))
    if len(found.inequality) > 1:
        st.altair_chart(gapcharts.years(entry, found.inequality), theme=None)


def _alike(found: Evaluation) -> pd.DataFrame:
    entries = catalogue.indicators()
    rows = found.balance.reset_index()
    named = [entries[code].short_name if code in entries else code for code in rows["variable"]]
    return pd.DataFrame(
        {
            "Alike in": rows["theme"],
            "Figure": named,
            "Programme's areas": rows["target"].round(2),
            "Comparison areas": rows["matched"].round(2),
            "Difference in standard deviations": rows["after"].round(2),
        }
    )


def _areas(found: Evaluation, decimals: int) -> pd.DataFrame:
    rows = found.areas
    number = {name: rows[name].round(decimals + 1) for name in ("before", "after", "change")}
    return pd.DataFrame(
        {
            "Area": rows["name"],
            "Code": rows.index,
            "Role": rows["role"],
            "Before": number["before"],
            "After": number["after"],
            "Change": number["change"],
            "Chosen for": rows["match"],
            "Distance (0 = alike)": rows["distance"].round(2),
        }
    )


def _verdict(words: str, reason: str) -> None:
    st.html(
        f'<p class="atlas-sentence programmes-verdict"><b>Verdict: {escape(words)}.</b> '
        f"{escape(reason)}</p>"
    )


def _say(sentence: str, *, headline: bool = False) -> None:
    if sentence:
        more = " atlas-headline" if headline else ""
        st.html(f'<p class="atlas-sentence{more}">{escape(sentence)}</p>')


def _note(sentence: str) -> None:
    st.html(f'<p class="atlas-note">{escape(sentence)}</p>')


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
