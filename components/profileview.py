"""The page of a neighbourhood's profile: heading, comparisons, trend, peers, table."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from html import escape
from typing import Any, Final

import numpy as np
import pandas as pd
import streamlit as st

from components import cached, charts, filters, links, profile_words, provenance, theme
from components.mapview import on_phone
from components.provenance import Citation
from components.selection import Selection, parse
from components.telling import told
from data import catalogue
from data.catalogue import Indicator
from data.profiles import Header
from geo.areas import OWN

ENGLAND: Final = cached.ENGLAND
LAYERS: Final = {
    "condition": "Conditions",
    "coverage": "Coverage",
    "context": "Life, hospital and population",
}
WHAT: Final = {"condition": "conditions", "coverage": "coverage figures", "context": "figures"}
TABS: Final = ("Compared", "Deprivation, age", "Over time", "Areas like it", "Ranked table")
USUAL: Final = ("imd", "qof_dm", "qof_hyp", "qof_dep", "qof_bp002", "lh_life_expectancy_male")
"""Columns of the ranked table where none are chosen."""
LONG: Final = 25
"""With more rows a phone starts with one group of indicators."""


@dataclass(frozen=True)
class Subject:
    """Whose profile the page shows.

    Attributes
    ----------
    areas : tuple of (area type, code)
        Several are taken as one.
    benchmarks : tuple of (name, (area type, code))
        England last.
    headings : dict of str to str
        What the column of each benchmark is called.
    """

    build: str
    areas: tuple[tuple[str, str], ...]
    header: Header
    name: str
    benchmarks: tuple[tuple[str, tuple[str, str]], ...]

    @property
    def headings(self) -> dict[str, str]:
        """Each benchmark's name, and what its column is called."""
        return {name: "England" if area == ENGLAND else "ICS" for name, area in self.benchmarks}

    @property
    def alone(self) -> tuple[str, str] | None:
        """The area, where it is one."""
        return self.areas[0] if len(self.areas) == 1 else None

    def compared(self, layer: str) -> pd.DataFrame:
        """Figures of a layer beside the benchmarks."""
        return cached.compared(self.build, layer, self.areas, self.benchmarks)


def pick(build: str, selection: Selection) -> Selection:
    """A list to pick several areas from, which are then profiled as one.

    Choosing an ICS, a place or a neighbourhood afterwards lets them go.
    """
    chosen_alone = (selection.ics, selection.place or selection.own, selection.area)
    if st.session_state.setdefault("profile_alone", chosen_alone) != chosen_alone:
        st.session_state["profile_alone"] = chosen_alone
        if selection.areas:
            filters.write(areas="")
            selection = selection.but(areas="")
    known = _known(build, selection)
    if selection.areas and not known:
        selection = selection.but(areas="")
    options = _options(build, selection) | known
    key = "pick_together"
    chosen = list(known) if selection.areas else []
    if key not in st.session_state or st.session_state[key] != chosen:
        st.session_state[key] = chosen

    def changed() -> None:
        filters.write(areas=",".join(st.session_state[key]))

    inside = "of this ICS" if selection.ics else "of England"
    folded = "Profile several areas together"
    box = st.expander(folded, expanded=bool(selection.areas)) if on_phone() else st.container()
    box.multiselect(
        f"Profile together: areas {inside}, taken as one",
        list(options),
        format_func=lambda area: options.get(area, area),
        key=key,
        on_change=changed,
        placeholder="Search wards, local authorities, places, neighbourhoods"
        if selection.ics
        else "Search local authorities, ICSs, regions",
    )
    return selection.but(areas=",".join(known)) if selection.areas else selection


def _known(build: str, selection: Selection) -> dict[str, str]:
    """Areas asked for together that exist, with their names; a sentence for each that does not."""
    found = {}
    for kind, code in selection.profiled if selection.areas else ():
        rows = cached.areas(build, kind)
        names = rows.loc[rows["code"] == code, "name"]
        if len(names):
            found[f"{kind}:{code}"] = f"{names.iloc[0]} · {profile_words.kind(kind)}"
        else:
            st.warning(
                f"The link asks for '{kind}:{code}', which is no area of the atlas; it is left "
                "out. Search for it by name.",
                icon=":material/link_off:",
            )
    return found


def _options(build: str, selection: Selection) -> dict[str, str]:
    place = "PLACE" + selection.vintage[-2:]
    kinds = (
        (place, "LAD24", "WD24", "MSOA21")
        if selection.ics
        else ("RGN24", selection.vintage, "LAD24")
    )
    parent = selection.parent if selection.ics else None
    options = {}
    for kind in kinds:
        rows = cached.areas(build, kind, parent)
        more = profile_words.kind(kind)
        for code, name in zip(rows["code"], rows["name"], strict=True):
            dated = f" · {code}" if kind == "MSOA21" else ""
            options[f"{kind}:{code}"] = f"{name} · {more}{dated}"
    return options


def subject(build: str, selection: Selection) -> Subject:
    """What is profiled, and what it is compared with."""
    areas = tuple(dict.fromkeys(selection.profiled))
    header = cached.header(build, areas)
    benchmarks = []
    ics = _ics(selection, header)
    if ics and ics not in areas:
        benchmarks.append((str(cached.area(build, *ics)["name"]), ics))
    if ENGLAND not in areas:
        benchmarks.append(("England", ENGLAND))
    return Subject(build, areas, header, profile_words.named(header), tuple(benchmarks))


def _ics(selection: Selection, header: Header) -> tuple[str, str] | None:
    """The ICS that areas smaller than one are compared with: the one in use, or the most of it."""
    if any(kind in ("ENG", "RGN24", "ICB24", "ICB26") for kind in header.area_types):
        return None
    holders = [one for one in header.within if one[0] == selection.vintage]
    if selection.ics and any(one[1] == selection.parent[1] for one in holders):
        return selection.parent
    return (holders[0][0], holders[0][1]) if holders else None


def section(draw: Callable[[Subject], None]) -> Callable[[Subject], None]:
    """A part of the page that draws itself again alone, and tells its own errors."""

    @wraps(draw)
    def drawn(subject: Subject) -> None:
        @st.fragment
        @told
        @wraps(draw)
        def part() -> None:
            draw(subject)

        part()

    return drawn


def _link() -> Selection:
    """What the link says by now, its problems already told."""
    return parse(st.query_params.to_dict())[0]


def heading(subject: Subject, selection: Selection) -> None:
    """Name, kind, where it lies, the figures that say most, and people by decile."""
    header = subject.header
    kind = profile_words.kind(header.area_types[0])
    several = len(subject.areas) > 1
    what = (
        f"{len(subject.areas)} areas taken as one: {profile_words.listed(header.names)}"
        if several
        else f"{kind[0].upper()}{kind[1:]} {subject.areas[0][1]}"
    )
    where = _where(selection, header)
    to = " · ".join(
        links.html(page, text, selection)  # type: ignore[arg-type]
        for page, text in (("map", "On the map"), ("inequalities", "Inequalities here"))
    )
    st.html(
        f'<div class="atlas-where"><h1>{escape(subject.name)}</h1></div>'
        f'<p class="atlas-note">{escape(what)}{where and " in " + where}. {to}</p>'
        + "".join(
            f'<p class="atlas-note">{escape(note)}</p>' for note in profile_words.split(header)
        )
    )
    left, right = st.columns([3, 2], gap="medium")
    with left:
        st.html(_keyfigures(header))
        st.html(f'<p class="atlas-sentence">{escape(profile_words.deprivation(header))}</p>')
    with right:
        st.markdown("**People by national decile of their LSOA** (orange: Core20)")
        _chart(charts.deciles(header.by_decile), said=profile_words.deciles(header))


def _where(selection: Selection, header: Header) -> str:
    """Links to the areas that hold it: place, local authority, ICS, region."""
    place = "PLACE" + selection.vintage[-2:]
    out = []
    for kind in (place, "LAD24", selection.vintage, "RGN24"):
        for of, code, name, share in header.within:
            if of != kind or share < 0.005 or (kind == header.area_types[0]):
                continue
            changes = {"area": "", "areas": "", "place": ""}
            if kind.startswith("ICB"):
                changes |= {"ics": f"{kind}:{code}"}
            elif kind == place:
                changes |= {"place": code}
            elif kind == "RGN24":
                changes |= {"ics": "", "region": code}
            else:
                changes |= {"area": f"{kind}:{code}"}
            text = f"{name} ({profile_words.kind(kind)})"
            part = f" {theme.percent(share, 1)}" if share < 0.995 else ""
            out.append(links.html("profile", text, selection, **changes) + part)
    return ", ".join(out)


def _keyfigures(header: Header) -> str:
    decile = (
        (f"{header.imd_decile} of 10", f"IMD 2025 decile among {_kind(header)}; 1 = most deprived")
        if header.imd_decile is not None
        else ("–", "IMD 2025 decile: for one area only, of a kind with ten or more")
    )
    cells = [
        (theme.number(header.population), "people, mid-2024"),
        (theme.number(header.imd_score, 1), "IMD 2025 score; higher = more deprived"),
        decile,
        (theme.percent(header.core20, header.population), "of people in Core20"),
        (
            theme.percent(header.rural, 1) if header.rural == header.rural else "–",
            "live in a rural LSOA",
        ),
    ]
    body = "".join(f"<div><dd>{escape(n)}</dd><dt>{escape(t)}</dt></div>" for n, t in cells)
    return f'<dl class="atlas-figures">{body}</dl>'


def _kind(header: Header) -> str:
    return profile_words.kind(header.area_types[0], several=True)


def parts(subject: Subject) -> None:
    """The tabs; only the one that is open is made."""

    @st.fragment
    def tabbed() -> None:
        for tab, draw in zip(
            st.tabs(TABS, key="profile_tab", on_change="rerun"),
            (compared, deprived, over_time, alike, table),
            strict=True,
        ):
            if tab.open:
                with tab:
                    draw(subject)

    tabbed()


@section
def compared(subject: Subject) -> None:
    """Every indicator of a layer, and where the area stands."""
    selection = _link()
    layer = selection.layer if selection.layer in LAYERS else "condition"
    with st.container(horizontal=True, gap="medium"):
        st.segmented_control(
            "Figures",
            list(LAYERS),
            format_func=LAYERS.__getitem__,
            required=True,
            label_visibility="collapsed",
            wrap=True,
            **filters.bind("layer", layer),
        )
        names = [name for name, _ in subject.benchmarks]
        benchmark = (
            st.segmented_control(
                "Compared with",
                names[::-1],
                default=names[-1],
                required=True,
                format_func=lambda name: f"against {name}",
                label_visibility="collapsed",
                wrap=True,
                key="profile_benchmark",
            )
            if len(names) > 1
            else (names or [""])[0]
        )
    rows = subject.compared(layer)
    if rows.empty:
        st.info(
            f"There are no {WHAT[layer]} for {subject.name}; a smaller or a larger area may have "
            "some.",
            icon=":material/info:",
        )
        return
    if layer == "coverage":
        against_targets(subject, rows)
    if layer == "context":
        life = profile_words.life(rows, subject.name)
        if life:
            st.html(f'<p class="atlas-sentence">{escape(life)}</p>')
    rows = _grouped(rows, layer)
    if not benchmark:
        st.html(_plain(rows))
    else:
        _spine(subject, rows, str(benchmark), WHAT[layer])
    _sources(rows)
    with st.container(horizontal=True):
        _download(rows, f"profile-{subject.areas[0][1]}-{layer}")


def _grouped(rows: pd.DataFrame, layer: str) -> pd.DataFrame:
    """One group of indicators, or all; a phone starts with the first where there are many."""
    groups = list(dict.fromkeys(rows["group"]))
    if len(rows) <= LONG or len(groups) < 2:
        return rows
    first = 1 if on_phone() else 0
    options = ["All groups", *groups]
    group = st.selectbox("Group", options, index=first, key=f"profile_group_{layer}", width=300)
    return rows if group == options[0] else rows[rows["group"] == group]


def _spine(subject: Subject, rows: pd.DataFrame, benchmark: str, what: str) -> None:
    said = profile_words.compared(rows, benchmark, subject.name, what)
    st.html(f'<p class="atlas-sentence">{escape(said)}</p>')
    st.html(_legend(subject, rows, benchmark))
    _chart(
        charts.spine(rows, benchmark, subject.headings, compact=on_phone()),
        said=f"{subject.name}: {len(rows)} {what} against {benchmark}. {said}",
    )
    note = profile_words.chance(rows, benchmark)
    thin = [catalogue.indicator(c).short_name for c in rows.loc[_thin(rows), "indicator_id"]]
    if thin:
        note += f" * Figures for fewer than 90% of patients: {profile_words.listed(thin)}."
    st.html(f'<p class="atlas-note">{escape(note)}</p>')


def _thin(rows: pd.DataFrame) -> "np.ndarray[Any, np.dtype[np.bool_]]":
    return np.array([bool(charts.thin(row)) for _, row in rows.iterrows()])


def _legend(subject: Subject, rows: pd.DataFrame, benchmark: str) -> str:
    """What the symbols and the bar mean, in words; only those that are there."""
    judged, basis = rows[f"{benchmark}_judged"], rows[f"{benchmark}_basis"]
    there = [one for one in charts.MARKS if (judged == one).any()]
    out = []
    for one in there:
        colour, _, solid, hollow = charts.MARKS[one]
        used = basis[judged == one]
        glyphs = (solid if (used != "spread").any() else "") + (
            hollow if (used == "spread").any() else ""
        )
        ink = "#6B6F73" if one == "similar" else colour
        out.append(f'<span><em style="color:{ink}">{glyphs}</em>{one}</span>')
    if (basis == "interval").any():
        out.append("<span>solid: tested at 95%; doubled and larger: at 99.8% too</span>")
    if (basis == "spread").any():
        out.append("<span>hollow: by practices' spread, no test</span>")
    if charts.is_relative(rows):
        out.append(f"<span>line at 0%: {escape(benchmark)}</span>")
    else:
        kind = profile_words.kind(subject.areas[0][0], several=True)
        out.append(
            f"<span><i style='background:{charts.LIGHT}'></i>England's {kind}, lowest to highest"
            f"</span><span><i style='background:{charts.DARK}'></i>middle half, white line: "
            f"median</span><span><b>|</b> {escape(benchmark)}</span>"
        )
    return f'<div class="atlas-legend atlas-marks">{"".join(out)}</div>'


def _plain(rows: pd.DataFrame) -> str:
    """A table of figures with nothing beside them, for England."""
    body = []
    for _, row in rows.iterrows():
        entry = catalogue.indicator(row["indicator_id"])
        count, value = theme.number(row["count"]), _shown(entry, row["value"])
        body.append([_entry(entry), row["period"], count, value])
    return _html_table(["Indicator", "Period", "Count", "England"], body, right={2, 3})


def _chart(chart: Any, *, said: str) -> None:
    """Draw a chart with its sentence as the alternative text."""
    st.altair_chart(chart, theme=None, alt=said)


def _title(text: str) -> None:
    st.html(f'<h2 class="atlas-part">{escape(text)}</h2>')


def _entry(entry: Indicator) -> str:
    name = escape(entry.short_name)
    return f'<a href="{escape(links.entry(entry.id))}" target="_self">{name}</a>'


def _shown(entry: Indicator, value: float) -> str:
    return escape(profile_words.shown(entry, value))


def _html_table(head: list[str], body: list[list[Any]], *, right: set[int]) -> str:
    """A table of cells that are HTML already; columns of `right` hold numbers."""

    def row(cells: list[Any], tag: str) -> str:
        return "".join(
            f"<{tag}{' class=n' if n in right else ''}>{cell}</{tag}>"
            for n, cell in enumerate(cells)
        )

    lines = "".join(f"<tr>{row(cells, 'td')}</tr>" for cells in body)
    return (
        '<div class="atlas-scroll"><table class="atlas-table"><thead><tr>'
        f"{row([escape(h) for h in head], 'th')}</tr></thead><tbody>{lines}</tbody></table></div>"
    )


def _sources(rows: pd.DataFrame) -> None:
    """Which files the figures of some rows are from; a few by indicator, many by file."""
    if len(rows) <= 3:
        cited = [
            Citation(catalogue.indicator(row["indicator_id"]), row["period"], row["dataset_id"])
            for _, row in rows.iterrows()
        ]
        st.html(provenance.source_line(cited))
        return
    said = []
    for (source, period), mine in rows.groupby(["dataset_id", "period"], sort=False):
        file = [one for one in catalogue.files() if one.source == source][-1]
        title = file.title.split(":")[0].strip()
        dated = "" if str(period) in title else f", {period}"
        number = "1 figure" if len(mine) == 1 else f"{len(mine)} figures"
        said.append(f"{file.publisher}, {title}{dated} ({file.licence}): {number}")
    st.html(
        f'<p class="atlas-source"><b>Sources.</b> {escape("; ".join(said))}. An indicator\'s name '
        "leads to its definition, method and caveats.</p>"
    )


def _download(rows: pd.DataFrame, name: str) -> None:
    st.download_button(
        "CSV",
        lambda: rows.to_csv(index=False).encode("utf-8-sig"),
        file_name=f"{name}.csv".lower(),
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        key=f"download_{name}",
    )


def against_targets(subject: Subject, rows: pd.DataFrame) -> None:
    """Coverage against its national targets."""
    aimed = rows.dropna(subset=["target"])
    _title("Against national targets")
    said = profile_words.targets(aimed, subject.name)
    if len(aimed):
        _chart(charts.targets(aimed, compact=on_phone()), said=said)
    st.html(f'<p class="atlas-sentence">{escape(said)}</p>')
    _title("Against others")


@section
def deprived(subject: Subject) -> None:
    """Domains of deprivation, and ages."""
    left, right = st.columns(2, gap="large")
    rows = subject.compared("deprivation")
    with left:
        _title("Domains of deprivation")
        ranked = rows.dropna(subset=["decile"])
        said = profile_words.domains(rows, subject.name)
        if len(ranked):
            _chart(charts.domains(ranked, compact=on_phone()), said=said)
        else:
            st.html(_scores(subject, rows))
        st.html(f'<p class="atlas-sentence">{escape(said)}</p>')
        _sources(rows)
    with right:
        _title("Ages")
        bands = cached.ages(subject.build, subject.areas)
        if bands.empty:
            st.info(f"There are no figures on age for {subject.name}.", icon=":material/info:")
            return
        said = profile_words.ages(bands, subject.name)
        _chart(charts.ages(bands, subject.name), said=said)
        st.html(f'<p class="atlas-sentence">{escape(said)}</p>')
        entry = catalogue.indicator("census_65plus")
        st.html(provenance.source_line([Citation(entry, "2021", entry.feeds[0].source)]))


def _scores(subject: Subject, rows: pd.DataFrame) -> str:
    names = [name for name, _ in subject.benchmarks]
    body = []
    for _, row in rows.iterrows():
        entry = catalogue.indicator(row["indicator_id"])
        body.append([_entry(entry), *(_shown(entry, row[n]) for n in ("value", *names))])
    head = ["Score; higher = more deprived", "Here", *names]
    return _html_table(head, body, right=set(range(1, len(head))))


@section
def over_time(subject: Subject) -> None:
    """Conditions in every period, and one of them drawn."""
    rows = cached.trends(subject.build, "condition", subject.areas)
    if rows.empty:
        st.info(f"There are no conditions for {subject.name}.", icon=":material/info:")
        return
    selection = _link()
    ids = list(dict.fromkeys(rows["indicator_id"]))
    names = {code: catalogue.indicator(code).name for code in ids}
    chosen = selection.condition if selection.condition in ids else ids[0]
    left, right = st.columns([2, 3], gap="large")
    with left:
        filters.choose("Condition", "condition", chosen, ids, names)
        _trend(subject, rows, chosen)
    with right:
        st.html(_trend_table(rows))
        said = profile_words.trends(rows, subject.name)
        st.html(f'<p class="atlas-sentence">{escape(said)}</p>')
    _sources(rows.drop_duplicates("indicator_id", keep="last"))
    _download(rows, f"trend-{subject.areas[0][1]}")


def _trend(subject: Subject, rows: pd.DataFrame, chosen: str) -> None:
    entry = catalogue.indicator(chosen)
    mine = rows[rows["indicator_id"] == chosen]
    lines = [mine.assign(who=subject.name)]
    for name, area in subject.benchmarks:
        beside = cached.trends(subject.build, "condition", (area,))
        lines.append(beside[beside["indicator_id"] == chosen].assign(who=name))
    drawn = pd.concat(lines, ignore_index=True)
    tested = drawn["lower_ci"].notna()
    drawn = drawn.assign(
        low=drawn["lower_ci"].where(tested, drawn["spread_low"]),
        high=drawn["upper_ci"].where(tested, drawn["spread_high"]),
    )
    drawn.loc[drawn["who"] != subject.name, ["low", "high"]] = np.nan
    said = profile_words.trend(entry, mine, subject.name)
    _chart(charts.trend_lines(drawn, entry), said=said)
    st.html(f'<p class="atlas-sentence">{escape(said)}</p>')
    if mine["lower_ci"].notna().any():
        st.html('<p class="atlas-note">Bars: 95% interval of the area.</p>')
    elif mine["spread_low"].notna().any():
        st.html(
            '<p class="atlas-note">Bars: 10th to 90th percentile of the practices that serve the '
            "area, by patients; no interval.</p>"
        )


def _trend_table(rows: pd.DataFrame) -> str:
    periods = sorted(rows["period"].unique())
    if on_phone():
        periods = [periods[0], periods[-1]] if len(periods) > 1 else periods
    body = []
    for code, mine in rows.groupby("indicator_id", sort=False):
        entry = catalogue.indicator(str(code))
        by_period = mine.set_index("period")["value"]
        known = [_shown(entry, by_period.get(period, float("nan"))) for period in periods]
        change = mine["value"].iloc[-1] - mine["value"].iloc[0]
        arrow = "▲" if change > 0 else "▼" if change < 0 else ""
        size = theme.number(abs(change), max(entry.decimals, 1)) if len(mine) > 1 else "–"
        body.append(
            [_entry(entry), *known, f"{arrow} {size}", escape(str(mine["marker"].iloc[-1]))]
        )
    head = ["Condition", *periods, "Points", "Test at 99.8%"]
    return _html_table(head, body, right=set(range(1, len(periods) + 2)))


@section
def alike(subject: Subject) -> None:
    """The ten areas most like this one, and where this one stands among them."""
    if subject.alone is None:
        st.info(
            "Peers are found for one area at a time; open one of these alone.",
            icon=":material/info:",
        )
        return
    if subject.alone[0] == OWN:
        st.info(
            "Peers are areas of the same kind, and own areas are not compared with those of "
            "others; open one of its neighbourhoods.",
            icon=":material/info:",
        )
        return
    found = cached.nearest(subject.build, subject.alone)
    said = profile_words.peers(found, subject.name)
    st.html(f'<p class="atlas-sentence">{escape(said)}</p>')
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.html(_peer_table(subject, found.table))
        left_out = (
            f" {found.left_out:,} lack a figure and were not compared." if found.left_out else ""
        )
        st.html(
            '<p class="atlas-note">Distance: 0 is alike in everything; it is the square root of '
            "the summed squares of standardised differences, every variable weighing the same. "
            "Being alike in these is not being alike in all: look at the variables before "
            f"drawing a lesson.{left_out}</p>"
        )
        with st.expander("What makes areas alike"):
            st.html(_variables(found.variables))
    with right:
        layer = st.segmented_control(
            "Figures",
            list(LAYERS),
            format_func=LAYERS.__getitem__,
            default="condition",
            required=True,
            label_visibility="collapsed",
            wrap=True,
            key="profile_peers_layer",
        )
        rows = cached.among_peers(subject.build, subject.alone, str(layer))
        if rows.empty:
            st.info("There are no such figures for areas of this kind.", icon=":material/info:")
            return
        rows = _grouped(
            rows.assign(group=[catalogue.indicator(c).group for c in rows["indicator_id"]]),
            f"peers_{layer}",
        )
        said = profile_words.against(rows, subject.name)
        made = cached.series(subject.build).query("area_type == @found.area_type")
        rows = rows.merge(made[["indicator_id", "period", "source"]], on=["indicator_id", "period"])
        _chart(charts.peers_dots(rows, compact=on_phone()), said=said)
        st.html(
            f'<p class="atlas-sentence">{escape(said)}</p><p class="atlas-note">Bar: from the '
            "lowest to the highest of the areas like it; tick: their median; dot: this area.</p>"
        )
        _sources(rows.rename(columns={"source": "dataset_id"}))


def _peer_table(subject: Subject, table: pd.DataFrame) -> str:
    assert subject.alone is not None  # noqa: S101 - peers are of one area
    kind = subject.alone[0]
    body = []
    for _, row in table.iterrows():
        code = str(row["code"])
        above = cached.parents(subject.build, kind, code)
        ics = above.loc[above["area_type"] == "ICB26", "code"]
        changes = {"areas": "", "place": "", "area": f"{kind}:{code}"}
        if kind.startswith("ICB"):
            changes |= {"ics": f"{kind}:{code}", "area": ""}
        elif len(ics):
            changes["ics"] = f"ICB26:{ics.iloc[0]}"
        name = links.html("profile", str(row["name"]), _link(), **changes)
        where = [str(row[one]) for one in ("local_authority", "ics") if row[one] != row["name"]]
        said = escape(" · ".join(one for one in where if one))
        body.append([row["rank"], name, said, theme.number(row["distance"], 2)])
    if not any(said for _, _, said, _ in body):
        body = [[rank, name, distance] for rank, name, _, distance in body]
        return _html_table(["", "Area", "Distance"], body, right={0, 2})
    return _html_table(["", "Area", "Where", "Distance"], body, right={0, 3})


def _variables(variables: pd.DataFrame) -> str:
    body = []
    for _, row in variables.iterrows():
        entry = catalogue.indicator(row["indicator_id"])
        here, mean = (_shown(entry, row[name]) for name in ("value", "mean"))
        body.append([escape(row["theme"]), _entry(entry), here, mean, theme.number(row["z"], 1)])
    head = ["Theme", "Variable", "Here", "England's mean", "In standard deviations"]
    return _html_table(head, body, right={2, 3, 4})


@section
def table(subject: Subject) -> None:
    """All areas of one kind inside the place, the ICS or England, ranked on any indicators."""
    selection = _link()
    parent, kind = _level(selection)
    plural = profile_words.kind(kind, several=True)
    where = str(cached.area(subject.build, *parent)["name"])
    every = catalogue.indicators()
    here = cached.series(subject.build).query("area_type == @kind")["indicator_id"]
    options = [code for code in every if code in set(here)]
    columns = [
        c for c in (selection.columns.split(",") if selection.columns else USUAL) if c in options
    ]
    _pick_columns(options, columns)
    if not columns:
        st.info("Choose at least one indicator.", icon=":material/info:")
        return
    tall = cached.ranking(subject.build, parent, kind, tuple(columns), ENGLAND)
    shown = _filtered(tall, columns)
    first = catalogue.indicator(columns[0])
    said = profile_words.ranking(first, tall[tall["indicator_id"] == columns[0]], plural, where)
    codes, width = shown.index, 105 if on_phone() else 150
    key = f"profile_table_{'_'.join(code for _, code in subject.areas)}"
    picked = st.dataframe(
        _coloured(shown, tall),
        hide_index=True,
        height=min(560, 38 + 35 * max(len(shown), 1)),
        key=key,
        on_select="rerun",
        selection_mode="single-row",
        column_order=[name for name in shown.columns if name != "People" or not on_phone()],
        column_config={
            "Area": st.column_config.Column(width=130 if on_phone() else 220, pinned=True),
            "People": st.column_config.NumberColumn(format="localized", width=80),
        }
        | {name: st.column_config.Column(width=width) for name in shown.columns[2:]},
        alt=f"{len(shown)} {plural} of {where}",
    )
    if picked.selection.rows:
        _open(kind, str(codes[picked.selection.rows[0]]), subject)
    st.html(
        f'<p class="atlas-sentence">{escape(said)}</p><p class="atlas-note">{len(shown):,} of '
        f"{tall['code'].nunique():,} {escape(plural)} of {escape(where)}. Choose a row to open it, "
        "a heading to sort. Colour and symbol: against England (■ better, ◆ worse, ▲ higher, "
        "▼ lower, ● similar; solid: tested at 95%; doubled: at 99.8% too; hollow: by practices' "
        "spread, no test). In brackets: the national decile, 1 = most deprived.</p>"
    )
    _sources(tall.dropna(subset=["value"]).drop_duplicates("indicator_id"))
    _download(tall, f"table-{parent[1]}-{kind}")


def _open(kind: str, code: str, subject: Subject) -> None:
    """Go to the area of the row chosen; the page shows it from the top."""
    if subject.areas == ((kind, code),):
        return
    if kind.startswith("ICB"):
        filters.write(ics=f"{kind}:{code}", areas="")
    else:
        filters.write(area=f"{kind}:{code}", areas="")
    st.rerun()


def _level(selection: Selection) -> tuple[tuple[str, str], str]:
    """What the table lists: neighbourhoods of the place or the ICS, or England's ICSs."""
    if selection.within:
        return selection.within, "MSOA21"
    if selection.ics:
        return selection.parent, "MSOA21"
    return selection.subject, selection.vintage


def _pick_columns(options: list[str], columns: list[str]) -> None:
    key = "pick_columns"
    if key not in st.session_state or st.session_state[key] != columns:
        st.session_state[key] = columns
    entries = catalogue.indicators()

    def changed() -> None:
        chosen = st.session_state[key]
        filters.write(columns="" if tuple(chosen) == USUAL else ",".join(chosen))

    st.multiselect(
        "Indicators",
        options,
        format_func=lambda code: entries[code].short_name,
        key=key,
        on_change=changed,
        placeholder="Search indicators",
    )


def _filtered(tall: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """A row an area, a column an indicator, those that the filters let through; by the first."""
    entries = catalogue.indicators()
    wide = tall.pivot_table(index="code", columns="indicator_id", values="value", dropna=False)
    known = [code for code in columns if code in wide]
    base = tall.drop_duplicates("code").set_index("code")[["name", "population"]]
    shown = base.join(wide[known])
    with st.container(horizontal=True):
        word = st.text_input("Name or code contains", key="profile_find", width=220)
        by = st.selectbox(
            "Only where",
            known,
            format_func=lambda code: entries[code].short_name,
            key="profile_by",
            width=260,
        )
        least = st.number_input(
            "is at least", value=None, placeholder="any", key="profile_least", width=130
        )
    if word:
        called = shown["name"].str.cat(shown.index, sep=" ")
        shown = shown[called.str.contains(word, case=False, regex=False)]
    if by and least is not None:
        shown = shown[shown[by] >= least]
    shown = shown.sort_values([known[0], "name"], ascending=[False, True])
    names = {code: _column(tall, code) for code in known}
    return shown.rename(columns={"name": "Area", "population": "People"} | names)


def _column(tall: pd.DataFrame, code: str) -> str:
    period = tall.loc[tall["indicator_id"] == code, "period"].iloc[0]
    return f"{catalogue.indicator(code).short_name}, {period}"


def _coloured(shown: pd.DataFrame, tall: pd.DataFrame) -> Any:
    """The table with each cell's symbol and colour; it still sorts by number."""
    styled = shown.style
    for code, rows in tall.groupby("indicator_id"):
        entry = catalogue.indicator(str(code))
        name = _column(tall, str(code))
        if name not in shown:
            continue
        rows = rows.set_index("code").reindex(shown.index)
        rows = rows.rename(columns=lambda c: f"England_{c}" if c in COMPARED else c)
        for key, mine in rows.groupby(
            ["England_judged", "England_basis", "England_compared_998", rows["decile"].fillna(0)]
        ):
            symbol = charts.symbol(mine.iloc[0], "England")
            symbol = "" if key[0] == "not compared" else f"{symbol} "
            after = f" ({key[3]:.0f})" if key[3] else ""
            cells = pd.IndexSlice[mine.index, name]
            written = _written(entry, symbol, after)
            styled = styled.format(written, subset=cells, na_rep="–")
            if key[0] in TINTS:
                styled = styled.set_properties(
                    subset=cells, **{"background-color": TINTS[key[0]], "color": theme.INK}
                )
    return styled


def _written(entry: Indicator, before: str, after: str) -> Callable[[Any], str]:
    return lambda value: before + profile_words.shown(entry, value) + after


COMPARED: Final = ("judged", "basis", "compared", "compared_998")
TINTS: Final = {
    "better": "#C9D6E4",
    "worse": "#FCD9C3",
    "lower": "#DCEAF6",
    "higher": "#B9C6DC",
    "similar": "#F1F1F1",
}
"""Cells' backgrounds: the answers' colours, pale enough to read on."""
