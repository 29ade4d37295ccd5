"""Parts of the planner: what is planned, strategies side by side, who is given how many."""

import json
from dataclasses import replace
from html import escape
from typing import Final

import numpy as np
import pandas as pd
import streamlit as st

from components import (
    cached,
    filters,
    gaptables,
    links,
    maps,
    mapview,
    narrative,
    plancharts,
    theme,
)
from components.cached import Planned
from components.filters import bind, choose
from components.maps import Rule
from components.provenance import Citation, caveats, source_line
from components.scene import Key
from components.selection import CHOICES, NUMBERS, Selection
from data import catalogue, need, planner
from data.planner import STRATEGIES, Assumptions, Cohort, NotPlanned, Plan, Strategy
from geo.areas import AREA_TYPES

STRATEGY: Final[dict[str, Strategy]] = {
    "need": "proportional",
    "universalism": "proportionate_universalism",
    "deprived": "most_deprived_first",
    "covered": "least_covered_first",
    "equal": "equal_shares",
}
"""What the link calls each strategy."""
MODES: Final = {"coverage": "Coverage of a service", "cohort": "A cohort of people"}
PART: Final = 0.1
"""Share of those not covered that can be offered it where the link gives no capacity."""
GRADIENT: Final = 0.2
"""How much lower uptake is in decile 1 than in decile 10 on the second line of the frontier."""
PICKED: Final = ("#E9ECEF", "#5694CA", "#080C54")
"""Areas not chosen for a cohort, chosen in part, chosen."""
PROFILE: Final = {"Profile": st.column_config.LinkColumn("Profile", display_text="open")}


def title(build: str, selection: Selection) -> None:
    """What the page is about, and the way to the same area on other pages."""
    name = escape(str(cached.area(build, *selection.subject)["name"]))
    others = [
        links.html("need", "Need and coverage", selection),
        links.html("priorities", "Priorities", selection),
        links.html("map", "Map", selection),
    ]
    st.html(
        f'<div class="atlas-where"><h1>Planner for {name}</h1>'
        f'<nav class="atlas-crumbs" aria-label="The same area">{" · ".join(others)}</nav></div>'
    )


def draw(build: str, selection: Selection) -> None:
    """Everything below the heading: what is planned, then what comes of it."""
    kind = _level(selection)
    _mode(selection)
    with st.container(key="atlas_plan"):
        _drawn(build, selection, kind)


def _drawn(build: str, selection: Selection, kind: str) -> None:
    try:
        planned = _planned(build, selection, kind)
        rows = cached.plan_rows(build, planned)
        offers = _offers(selection, rows)
        taken = _assumptions(selection, planned, rows, offers)
        if planned.conditions:
            _cohort(build, selection, planned, offers)
        _plan(build, selection, planned, taken)
    except NotPlanned as reason:
        st.info(str(reason), icon=":material/info:")


def _level(selection: Selection) -> str:
    """Area type that offers are shared out among; never the place itself."""
    level = selection.level
    if level == "place" and selection.subject != selection.parent:
        level = "neighbourhood"
    return replace(selection, level=level).level_type


def _mode(selection: Selection) -> None:
    key = "plan_mode"
    mode = "cohort" if selection.needs else "coverage"
    if st.session_state.get(key) != mode:
        st.session_state[key] = mode

    def changed() -> None:
        cohort = st.session_state[key] == "cohort"
        filters.write(needs=selection.condition if cohort else "", areas="", capacity="")

    st.segmented_control(
        "What is planned",
        list(MODES),
        format_func=MODES.__getitem__,
        required=True,
        label_visibility="collapsed",
        key=key,
        on_change=changed,
    )


def _planned(build: str, selection: Selection, kind: str) -> Planned:
    """What is planned, and the lists to choose it from."""
    subject = selection.subject
    names = {
        code: words
        for code, words in filters.LEVELS.items()
        if code != "place" or subject == selection.parent
    }
    level = "neighbourhood" if selection.level not in names else selection.level
    if not selection.needs:
        entries = catalogue.indicators()
        offered = {code: entries[code].name for code in _coverages(build, selection, kind)}
        with st.container(horizontal=True, key="atlas_plan_what"):
            choose("Coverage of", "coverage", selection.coverage, list(offered), offered)
            choose("Shared out among", "level", level, list(names), names, width=190)
        return Planned(subject, kind, selection.coverage)
    with st.container(horizontal=True, key="atlas_plan_what"):
        _conditions(selection)
        choose("Shared out among", "level", level, list(names), names, width=190)
    within = _within(build, selection, kind)
    conditions = tuple(selection.needs.split(","))
    return Planned(subject, kind, "", conditions, within, selection.year)


def _coverages(build: str, selection: Selection, kind: str) -> list[str]:
    """Coverage indicators of these areas that say, or whose register says, for how many it is."""
    found = []
    for entry in catalogue.indicators().values():
        if entry.layer != "coverage" or entry.unit != "%":
            continue
        shown = cached.resolved(build, entry.id, kind, selection.vintage, "")
        counted = entry.eligible or (shown and shown.method != "inherited")
        if shown and shown.asked and counted:
            found.append(entry.id)
    return found


def _conditions(selection: Selection) -> None:
    """Conditions of which people in the cohort have at least one."""
    entries = catalogue.indicators()
    key = "plan_needs"
    value = selection.needs.split(",")
    if st.session_state.get(key) != value:
        st.session_state[key] = value

    def changed() -> None:
        # none left would be the other mode: the last one stays
        filters.write(needs=",".join(st.session_state[key]) or selection.needs)

    st.multiselect(
        "People with any of",
        [code for code, entry in entries.items() if entry.layer == "condition"],
        format_func=lambda code: entries[code].name,
        key=key,
        on_change=changed,
    )


def _within(build: str, selection: Selection, kind: str) -> tuple[str, ...]:
    """Codes of the areas that a cohort is looked for in; none for all of them."""
    here = cached.areas(build, kind, selection.subject)
    names = dict(zip(here["code"], here["label"], strict=True))
    asked = selection.areas.split(",") if selection.areas else []
    known = [one for one in asked if one.partition(":")[2] in names]
    if len(known) < len(asked):
        st.warning(
            f"{len(asked) - len(known):,} of the areas in the link are not among the "
            f"{AREA_TYPES[kind].plural} here; they are left out.",
            icon=":material/link_off:",
        )
    codes = [one.partition(":")[2] for one in known]
    key = "plan_within"
    if st.session_state.get(key) != codes:
        st.session_state[key] = codes

    def changed() -> None:
        filters.write(areas=",".join(f"{kind}:{code}" for code in st.session_state[key]))

    st.multiselect(
        f"Only in these {AREA_TYPES[kind].plural}",
        list(names),
        format_func=lambda code: names.get(code, code),
        placeholder="All of them; search by name to choose some",
        key=key,
        on_change=changed,
    )
    return tuple(codes)


def _offers(selection: Selection, rows: pd.DataFrame) -> float:
    """Offers there are: what the link says, or a tenth of those not covered, a round number."""
    if selection.capacity:
        return float(selection.capacity)
    open_ = rows["eligible"] * (1 - rows["coverage"] / 100)
    tenth = max(PART * float(open_.sum()), 1.0)
    return float(round(tenth, -int(np.floor(np.log10(tenth)))))


def _assumptions(
    selection: Selection, planned: Planned, rows: pd.DataFrame, offers: float
) -> Assumptions:
    """What the plan takes for granted, and the fields to say so."""
    cost = float(selection.cost) if selection.cost else None
    low, high = NUMBERS["capacity"]
    names = {code: STRATEGIES[strategy][0] for code, strategy in STRATEGY.items()}
    with st.container(horizontal=True, key="atlas_plan_numbers"):
        choose("Strategy", "strategy", selection.strategy, CHOICES["strategy"], names, width=245)
        st.number_input("Offers (capacity)", low, high, width=145, **bind("capacity", int(offers)))
        st.number_input(
            "Taken up, %", *NUMBERS["uptake"], width=100, **bind("uptake", _whole(selection.uptake))
        )
        st.number_input(
            "Weight of decile 1 (most deprived)",
            *map(float, NUMBERS["equity"]),
            step=0.5,
            width=230,
            help="Of a person in decile 1 beside one in decile 10 (least deprived), in equal steps "
            "between. For proportionate universalism only.",
            disabled=selection.strategy != "universalism",
            **bind("equity", float(selection.equity or 3)),
        )
        st.number_input(
            "Cost of an offer, £",
            *map(float, NUMBERS["cost"]),
            width=140,
            placeholder="not given",
            **bind("cost", cost),
        )
        _budget(offers, cost)
        benefit = st.number_input(
            "Benefit for each reached, £",
            0.0,
            1e9,
            None,
            width=190,
            placeholder="not given",
            help="A figure of your own, such as costs avoided; the atlas has none. It is not kept "
            "in the link.",
            key="plan_benefit",
        )
    return Assumptions(
        capacity=offers if offers % 1 else int(offers),  # type: ignore[arg-type]
        cost=cost,
        uptake=float(selection.uptake or 60) / 100,
        equity=float(selection.equity or 3),
        benefit=benefit,
    )


def _whole(text: str) -> int:
    return int(float(text or 60))


def _budget(offers: float, cost: float | None) -> None:
    """What the offers cost together; changing it changes how many there are."""
    key = "plan_budget"
    budget = offers * cost if cost else None
    if key not in st.session_state or st.session_state[key] != budget:
        st.session_state[key] = budget

    def changed() -> None:
        low, high = NUMBERS["capacity"]
        paid = int((st.session_state[key] or 0) / (cost or 1) + 1e-9)
        filters.write(capacity=str(min(max(paid, low), high)))

    st.number_input(
        "Budget, £",
        0.0,
        1e12,
        width=150,
        placeholder="give a cost first",
        disabled=not cost,
        help="Whole offers that it pays for become the capacity.",
        key=key,
        on_change=changed,
    )


def _cohort(build: str, selection: Selection, planned: Planned, offers: float) -> None:
    """How many people a cohort has, by place, and the areas of highest need that make it up."""
    where, plural = _where(build, planned)
    found = cached.cohort(build, planned, "any")
    if found.areas.empty:
        raise NotPlanned(f"None of the {plural} here has a figure of each condition.")
    said = narrative.cohort(found, where, plural)
    st.html(f'<p class="atlas-sentence atlas-headline">{escape(said)}</p>')
    if len(planned.conditions) > 1:
        every = theme.number(cached.cohort(build, planned, "all").people)
        st.html(
            f'<p class="atlas-sentence">If they were independent, about {every} people would have '
            f"all {len(planned.conditions)}; in truth more do.</p>"
        )
    wanted = int(offers)
    st.subheader("By locality")
    _, places = planner.share_out(found.areas, wanted)
    table = plancharts.localities(found, places)
    st.html(
        f'<p class="atlas-note">The last column shares {wanted:,} people out by need: in '
        "proportion to the people of the cohort in each area.</p>"
    )
    st.dataframe(table, hide_index=True)
    _csv(table, f"cohort-places-{selection.subject[1]}")
    st.subheader(f"The {plural} of highest need, until they add up to {wanted:,}")
    rows = planner.select(found.areas, wanted)
    said = narrative.highest_need(rows, wanted, found.people, plural, where)
    st.html(f'<p class="atlas-sentence">{escape(said)}</p>')
    _highest(build, selection, planned, found, rows)
    st.header("Or shared out by a strategy", anchor="plan")


def _highest(
    build: str, selection: Selection, planned: Planned, found: Cohort, rows: pd.DataFrame
) -> None:
    part = rows.set_index("code")["part"].reindex(found.areas["code"]).fillna(0)
    classes = (part > 0).astype(int) + (part > 1 - 1e-9)
    entries = plancharts.keys(classes, ["not chosen", "chosen in part", "chosen"], PICKED)
    left, right = st.columns(2)
    with left:
        _map(build, selection, planned, classes, entries, "Chosen", "cohort_map")
    with right:
        table = plancharts.chosen(_labelled(build, planned, rows), planned.level, selection)
        st.dataframe(table, hide_index=True, height=mapview.HEIGHT - 100, column_config=PROFILE)
        _csv(table, f"cohort-{selection.subject[1]}")


def _plan(build: str, selection: Selection, planned: Planned, taken: Assumptions) -> None:
    """One strategy in words, five side by side, then the one opened."""
    where, plural = _where(build, planned)
    name, counted = _subject(planned)
    strategy = STRATEGY[selection.strategy]
    found = cached.plan(build, planned, strategy, taken)
    alike = cached.frontier(build, planned, taken)
    table = alike.head(len(STRATEGIES)).set_index("strategy")
    said = narrative.plan(found, name, where, plural, counted)
    headline = "" if planned.conditions else " atlas-headline"
    st.html(f'<p class="atlas-sentence{headline}">{escape(said)}</p>')
    st.subheader("Five strategies side by side")
    st.html(f'<p class="atlas-sentence">{escape(narrative.strategies(table, counted))}</p>')
    _compared(table, strategy)
    shown = plancharts.strategies(table, strategy, counted)
    st.html(gaptables.html(shown))
    raw = table.reset_index().assign(uptake=taken.uptake, equity=taken.equity)
    _csv(raw, f"plan-strategies-{selection.subject[1]}")
    st.subheader(f"Who gets how many: {STRATEGIES[strategy][0].lower()}")
    _given(build, selection, planned, found, counted)
    st.subheader("Coverage before and after")
    left, right = st.columns(2)
    with left:
        st.altair_chart(plancharts.fifths(found), theme=None)
    with right:
        st.html(gaptables.html(plancharts.by_fifth(found)))
    _uptake(build, planned, strategy, taken, counted)
    _frontier(build, planned, taken, alike, counted)
    _granted(build, selection, planned, found, counted)


def _subject(planned: Planned) -> tuple[str, str]:
    """What is offered, and what the figures count."""
    entries = catalogue.indicators()
    if planned.conditions:
        names = [entries[code].short_name for code in planned.conditions]
        return " or ".join(names), "people"
    entry = entries[planned.indicator]
    return entry.short_name, entry.counted or "people"


def _where(build: str, planned: Planned) -> tuple[str, str]:
    """Name of the whole, and what the areas are called."""
    return str(cached.area(build, *planned.area)["name"]), AREA_TYPES[planned.level].plural


def _compared(table: pd.DataFrame, strategy: Strategy) -> None:
    """Two charts of the strategies; a click chooses one."""
    names = {code: link for link, code in STRATEGY.items()}

    def picked(key: str) -> None:
        chosen = st.session_state[key].selection.get("pick", [])
        if chosen:
            filters.write(strategy=names[chosen[0]["strategy"]])

    drawn = {"plan_shares": plancharts.shares(table, strategy)}
    if table["sii_after"].notna().any():
        drawn = {"plan_gaps": plancharts.gaps(table, strategy)} | drawn
    for column, (key, chart) in zip(st.columns(len(drawn)), drawn.items(), strict=True):
        with column:
            st.altair_chart(
                chart,
                key=key,
                theme=None,
                on_select=lambda key=key: picked(key),
                selection_mode="pick",
            )
    if len(drawn) > 1:
        st.html(
            '<p class="atlas-note">Left: the gap (slope index) after each strategy; dashed, the '
            "gap before. Below 0, more at the most deprived end. A click on a point shows that "
            "strategy below.</p>"
        )


def _given(build: str, selection: Selection, planned: Planned, found: Plan, counted: str) -> None:
    """The map and the ranked list of areas, and the one that is open."""
    rows = replace(found, areas=_labelled(build, planned, found.areas))
    opened = selection.opened
    if opened and opened[0] == planned.level:
        mine = rows.areas[rows.areas["code"] == opened[1]]
        if len(mine):
            said = narrative.planned_area(mine.iloc[0], counted)
            st.html(f'<p class="atlas-sentence atlas-plan-open">{escape(said)}</p>')
    classes, entries = plancharts.classed(found.areas.set_index("code")["allocated"])
    left, right = st.columns(2)
    with left:
        _map(build, selection, planned, classes, entries, "Offers", "plan_map")
    with right:
        table = plancharts.areas(rows, planned.level, selection)
        st.dataframe(table, hide_index=True, height=mapview.HEIGHT - 100, column_config=PROFILE)
        _csv(table, f"plan-{selection.strategy}-{selection.subject[1]}")


def _labelled(build: str, planned: Planned, rows: pd.DataFrame) -> pd.DataFrame:
    """The same rows under the names that the screen shows: an LSOA's after its neighbourhood."""
    labels = cached.areas(build, planned.level, planned.area).set_index("code")["label"]
    return rows.assign(name=rows["code"].map(labels).fillna(rows["name"]))


def _map(
    build: str,
    selection: Selection,
    planned: Planned,
    classes: "pd.Series[int]",
    entries: list[Key],
    heading: str,
    key: str,
) -> None:
    """Areas in the colour of their class; a click opens one.

    The file holds each area's place in a line of digits and the rule holds the line: a plan has
    too many forms for each to have a file of its own.
    """
    area, kind = planned.area, planned.level
    codes = sorted(cached.areas(build, kind, area)["code"])
    file = cached.own_map_file(
        build, kind, area, "order", lambda: pd.DataFrame({"i": range(len(codes))}, index=codes)
    )
    line = "".join(str(n) for n in classes.reindex(codes).fillna(len(entries)).astype(int))
    colours = [list(theme.rgb(one)) for one in (*(e.colour for e in entries), theme.MISSING)]
    rule = Rule(f"({json.dumps(colours, separators=(',', ':'))})[('{line}')[properties.i]]")
    place = "PLACE" + selection.vintage[-2:]
    whole = area == selection.parent
    bounds = cached.area(build, *area)
    opened = selection.opened
    if opened and (opened[0] != kind or opened[1] not in codes):
        opened = None
    deck = maps.deck(
        url=mapview.MAP_ROUTE + file,
        lines_url=mapview.MAP_ROUTE
        + cached.lines_file(build, kind, place if whole and kind != place else "", area),
        names_url=mapview.MAP_ROUTE + cached.label_file(build, place if whole else "MSOA21", area),
        rule=rule,
        tooltip="<b>{n}</b><br/>click to see its figures",
        focus=maps.Focus(*(float(bounds[edge]) for edge in ("west", "south", "east", "north"))),
        width=mapview.PHONE_WIDTH if mapview.on_phone() else 640,
        height=mapview.HEIGHT - 100,
        fine=kind == "LSOA21",
        opened_url=mapview.MAP_ROUTE + cached.area_file(build, *opened) if opened else "",
    )

    def clicked() -> str:
        picked = st.session_state[key].selection.objects.get(maps.PICKED, [])
        return f"{kind}:{picked[0]['properties']['c']}" if picked else ""

    st.pydeck_chart(
        deck,
        height=mapview.HEIGHT - 100,
        key=key,
        on_select=filters.on_pick(clicked),
        selection_mode="single-object",
        alt=f"Map of {bounds['name']} by {AREA_TYPES[kind].name}: {heading.lower()}",
    )
    shown = "".join(
        f'<span><i style="background-color:{one.colour}"></i>{escape(one.label)} '
        f"({one.count:,})</span>"
        for one in entries
    )
    st.html(
        f'<div class="atlas-legend" role="img" aria-label="Legend: {heading}">'
        f"<b>{heading}</b>{shown}</div>"
    )


def _uptake(
    build: str, planned: Planned, strategy: Strategy, taken: Assumptions, counted: str
) -> None:
    rows = cached.uptakes(build, planned, strategy, taken)
    st.subheader("If more or fewer take it up")
    st.html(f'<p class="atlas-sentence">{escape(narrative.uptake(rows, counted))}</p>')
    drawn = {"reached": f"{counted.capitalize()} reached"}
    if rows["sii_after"].notna().any():
        drawn["sii_after"] = "Gap after, points"
    for column, (field, words) in zip(st.columns(len(drawn)), drawn.items(), strict=True):
        with column:
            st.altair_chart(plancharts.uptakes(rows, taken.uptake, field, words), theme=None)


def _frontier(
    build: str, planned: Planned, taken: Assumptions, alike: pd.DataFrame, counted: str
) -> None:
    """People reached against equality gained."""
    if planned.conditions:  # nobody has been reached: there is no gap to close
        return
    st.subheader("What equality costs")
    if alike["sii_fall"].isna().all():
        st.html('<p class="atlas-sentence">There is no gap to weigh against people reached.</p>')
        return
    unlike = cached.frontier(build, planned, replace(taken, uptake_gradient=GRADIENT))
    said = narrative.frontier(alike, unlike, GRADIENT, counted)
    st.html(f'<p class="atlas-sentence">{escape(said)}</p>')
    st.altair_chart(plancharts.frontier(alike, unlike), theme=None)
    first, last = (theme.percent(at, 1) for at in _ends(taken))
    st.html(
        '<p class="atlas-note">Up and to the right is better. Solid marks: one uptake everywhere. '
        f"Hollow ones: {first} of offers taken up in decile 1 (most deprived), {last} in decile "
        "10, in equal steps. The line is proportionate universalism with the weight of decile 1 "
        "from 1 to 50.</p>"
    )


def _ends(taken: Assumptions) -> tuple[float, float]:
    found = replace(taken, uptake_gradient=GRADIENT).uptakes
    return float(found[0]), float(found[-1])


def _granted(build: str, selection: Selection, planned: Planned, found: Plan, counted: str) -> None:
    """Assumptions, sources, caveats."""
    st.subheader("What this takes for granted")
    said = list(narrative.assumptions(found, counted))
    cited = _cited(build, selection, planned)
    if not planned.conditions:
        said.insert(0, _counted_from(build, planned))
    if planned.conditions and len(planned.conditions) > 1:
        said.insert(0, "Conditions are treated as independent of one another.")
    if planned.conditions:
        said.insert(
            0,
            "Nobody in the cohort has been reached yet, so that coverage starts at 0% and least "
            "covered first is the same as in proportion to need.",
        )
    listed = "".join(f"<li>{escape(one)}</li>" for one in said)
    st.html(f'<ul class="atlas-plan-granted">{listed}</ul>')
    st.download_button(
        "Assumptions (text)",
        "\n".join(said).encode(),
        file_name=f"plan-assumptions-{selection.subject[1]}.txt".lower(),
        mime="text/plain",
        icon=":material/download:",
        on_click="ignore",
        key="plan_granted",
    )
    st.html(source_line(cited))
    caveats(cited)


def _counted_from(build: str, planned: Planned) -> str:
    """Where the number of those eligible is from."""
    entry = catalogue.indicator(planned.indicator)
    own = "count" in cached.plan_rows(build, planned)
    share, year = cached.register_share(build, entry.id) if entry.eligible else (np.nan, "")
    counted = pd.DataFrame({"counted": ["denominator" if own else "register"]})
    return narrative.people_counted(counted, _chosen(build, planned), share, year)


def _chosen(build: str, planned: Planned) -> need.Chosen:
    """The series of a coverage indicator and of the register of those eligible for it."""
    return need.choose(cached.series(build), planned.level, [planner.EVERYONE], planned.indicator)


def _cited(build: str, selection: Selection, planned: Planned) -> list[Citation]:
    """Every series behind the plan."""
    entries = catalogue.indicators()
    years = dict.fromkeys([planned.indicator, *planned.conditions, "imd"], planned.year)
    if not planned.conditions:
        used = _chosen(build, planned)
        years = {planned.indicator: used.coverage.period, "imd": ""}
        if used.register:
            years[entries[planned.indicator].eligible] = used.register.period
    cited = []
    sources = cached.series(build).set_index("series_id")["source"]
    for code, year in years.items():
        shown = code and cached.resolved(build, code, planned.level, selection.vintage, year)
        if shown:
            cited.append(Citation(entries[code], shown.period, str(sources[shown.series_id])))
    return cited


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
