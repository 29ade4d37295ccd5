"""The only caches. Frames from here are shared by all sessions: never change one."""

import hashlib
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Final, Literal, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import streamlit as st
from libpysal.graph import Graph  # type: ignore[import-untyped]
from sqlalchemy import Engine

from components import maps
from data import (
    catalogue,
    inequalities,
    layers,
    load,
    need,
    own_areas,
    peers,
    planner,
    priorities,
    profiles,
    quality,
    store,
)
from data import evaluation as programme_evaluation
from data.errors import SnapshotError
from data.statistics import evaluation
from geo import assets, boundaries, classify, clusters
from geo.areas import AREA_TYPES, OWN


@st.cache_resource(show_spinner=False)
def engine() -> Engine:
    """The one database connection pool of the process."""
    return store.connect()


@st.cache_data(ttl=2, show_spinner=False)
def build() -> str:
    """Id of the snapshot that the database holds; asked again every two seconds."""
    return store.health(engine()).snapshot


@st.cache_resource(show_spinner=False)
def series(build: str) -> pd.DataFrame:
    """Every series of a build."""
    return store.series(engine())


@st.cache_resource(show_spinner=False, max_entries=4000)
def resolved(
    build: str, indicator: str, area_type: str, vintage: str, period: str
) -> layers.Shown | None:
    """The series that answers for an indicator at a level."""
    return layers.resolve(series(build), indicator, area_type, vintage, period)


@st.cache_resource(show_spinner=False, max_entries=400)
def offered(build: str, layer: str, area_type: str, vintage: str, period: str) -> dict[str, str]:
    """The indicators of a layer by id, with a word on those that stop above the level."""
    names = {}
    for entry in catalogue.indicators().values():
        shown = (
            resolved(build, entry.id, area_type, vintage, period) if entry.layer == layer else None
        )
        if shown:
            stops = "" if shown.asked else f" ({AREA_TYPES[shown.area_type].plural} only)"
            names[entry.id] = entry.name + stops
    return names


@st.cache_resource(show_spinner=False, max_entries=400)
def areas(build: str, area_type: str, parent: tuple[str, str] | None = None) -> pd.DataFrame:
    """Areas of a type, of a parent where one is given, by name.

    `label` is the name as the screen shows it: an LSOA's after that of its neighbourhood.
    """
    rows = store.areas(engine(), area_type, parent=parent)
    if area_type != "LSOA21" or parent is None:
        return rows.assign(label=rows["name"])
    hood = store.containing(engine(), "LSOA21", "MSOA21", parent)
    names = areas(build, "MSOA21", parent).set_index("code")["name"]
    labels = rows["code"].map(hood).map(names) + ", " + rows["name"]
    return rows.assign(label=labels).sort_values("label", ignore_index=True)


@st.cache_resource(show_spinner=False, max_entries=2000)
def area(build: str, area_type: str, code: str) -> "pd.Series[Any]":
    """One area."""
    return store.area(engine(), area_type, code)


@st.cache_resource(show_spinner=False, max_entries=2000)
def parents(build: str, area_type: str, code: str) -> pd.DataFrame:
    """Every area that holds a part of this one."""
    return store.parents(engine(), area_type, code)


@st.cache_resource(show_spinner=False, max_entries=256)
def figures(build: str, series_id: int, parent: tuple[str, str]) -> pd.DataFrame:
    """Figures of one series for every area under a parent, by area code."""
    rows = store.observations(engine(), [series_id], parent=parent)
    return rows.set_index("area_code", drop=False)


@st.cache_resource(show_spinner=False, max_entries=500)
def profile(build: str, area_type: str, code: str) -> pd.DataFrame:
    """Every figure of one area, by indicator and period."""
    all_series = series(build)
    ids = all_series.loc[all_series["area_type"] == area_type, "series_id"].tolist()
    return store.observations(engine(), ids, area=(area_type, code))


@st.cache_resource(show_spinner=False, max_entries=200)
def england(build: str, indicator: str, period: str) -> float | None:
    """England's value."""
    rows = profile(build, "ENG", "E92000001")
    found = rows[(rows["indicator_id"] == indicator) & (rows["period"] == period)]["value"]
    return float(found.iloc[0]) if len(found) else None


@st.cache_resource(show_spinner=False, max_entries=500)
def national(build: str, series_id: int) -> "np.ndarray[Any, np.dtype[np.float64]]":
    """Values of all of England's areas in one series, kept small: its quantiles at each percent."""
    values = store.values(engine(), series_id)["value"].dropna().to_numpy("float64")
    if not len(values):
        return values
    return np.quantile(values, np.arange(0, 101) / 100, method="inverted_cdf")


@st.cache_resource(show_spinner=False)
def shapes() -> gpd.GeoSeries:
    """Boundaries of all LSOAs.

    Raises
    ------
    SnapshotError
        When they are missing or damaged.
    """
    path = load.SNAPSHOT / "boundaries.parquet"
    try:
        return boundaries.read(path)
    except (OSError, pa.ArrowInvalid) as error:
        raise SnapshotError(
            f"{path.parent.name}/{path.name} is missing or damaged, so no map can be drawn. "
            "Restore it from the repository, or run 'make data'."
        ) from error


@st.cache_resource(show_spinner=False)
def map_files(build: str) -> assets.MapFiles:
    """The folder of this build's map files."""
    return assets.MapFiles.of(store.HOME, build)


def map_file(build: str, area_type: str, parent: tuple[str, str], year: str, kind: str) -> str:
    """Name of the map file of one level under a parent, made when first asked for."""
    dated = "" if kind == "coverage" else f"-{year}"
    key = f"{parent[0]}-{parent[1]}-{area_type}-{kind}{dated}".lower()
    return map_files(build).name(key, lambda: _map_file(build, area_type, parent, year, kind))


def own_map_file(
    build: str,
    area_type: str,
    parent: tuple[str, str],
    holds: str,
    properties: Callable[[], pd.DataFrame],
) -> str:
    """Name of a map file of its own: the areas of one level under a parent and what a page says.

    Parameters
    ----------
    holds : str
        What the properties are; with the level and the parent it must tell them from all others.
    properties : callable
        Called when there is no such file yet; gives a frame indexed by area code, a column a
        property. Areas that it lacks get none. `c`, `n` and `p` (code, name, place) are added.
    """

    def make() -> bytes:
        here = areas(build, area_type, parent)
        known = pd.DataFrame(_identity(here, area_type, parent)).set_index(here["code"])
        frame = known.join(properties())
        return assets.feature_collection(_drawn(area_type, parent, frame.index), frame)

    return map_files(build).name(f"{parent[0]}-{parent[1]}-{area_type}-{holds}".lower(), make)


def label_file(build: str, area_type: str, parent: tuple[str, str]) -> str:
    """Name of the file with the names of one level under a parent."""
    if parent[0] == OWN and area_type.startswith("PLACE"):
        area_type = "MSOA21"  # no place lies in an own area
    key = f"{parent[0]}-{parent[1]}-{area_type}-names".lower()
    return map_files(build).name(key, lambda: assets.labels(areas(build, area_type, parent)))


def lines_file(build: str, area_type: str, above: str, parent: tuple[str, str]) -> str:
    """Name of the file with the edges of one level and of the level above it."""
    key = f"{parent[0]}-{parent[1]}-{area_type}-{above}-lines".lower()

    def make() -> bytes:
        levels = {"level": area_type, "above": above} if above else {"level": area_type}
        codes = {name: areas(build, kind, parent)["code"] for name, kind in levels.items()}
        # no place lies in an own area
        return assets.lines(
            {
                name: _drawn(levels[name], parent, pd.Index(inside))
                for name, inside in codes.items()
                if len(inside)
            }
        )

    return map_files(build).name(key, make)


def area_file(build: str, area_type: str, code: str) -> str:
    """Name of the file with the edge of one area."""

    def make() -> bytes:
        inside = store.areas(engine(), "LSOA21", parent=(area_type, code))["code"]
        groups = pd.Series(code, index=inside if len(inside) else [code])
        return assets.lines({"area": boundaries.dissolve(shapes(), groups)})

    return map_files(build).name(f"{area_type}-{code}-lines".lower(), make)


def veil_file(build: str, parent: tuple[str, str], area: tuple[str, str]) -> str:
    """Name of the file with the ground of a parent that lies outside an area; '' for none."""
    codes = areas(build, "LSOA21", parent)["code"]
    outside = codes[~codes.isin(areas(build, "LSOA21", area)["code"])]
    if outside.empty:
        return ""

    def make() -> bytes:
        ground = boundaries.dissolve(shapes(), pd.Series("veil", index=outside))
        return assets.feature_collection(ground, pd.DataFrame({"c": ground.index}, ground.index))

    key = f"{parent[0]}-{parent[1]}-{area[0]}-{area[1]}-veil".lower()
    return map_files(build).name(key, make)


def practice_file(build: str, parent: tuple[str, str]) -> str:
    """Name of the file with the GP practices of an area."""
    key = f"{parent[0]}-{parent[1]}-practices".lower()
    return map_files(build).name(key, lambda: assets.points(practices(build, parent)))


def geojson(build: str, area_type: str, parent: tuple[str, str], figures: pd.DataFrame) -> bytes:
    """Figures of areas with their boundaries, a feature an area."""
    index = pd.Index(figures["area_code"].unique())
    columns = {
        "area_type": area_type,
        "area_code": index,
        "area_name": figures.drop_duplicates("area_code")["area_name"].to_numpy(),
    }
    frame = pd.DataFrame(columns, index=index)
    for name in ("meets_all", "cluster", "p_value"):
        if name in figures:
            frame[name] = figures.drop_duplicates("area_code")[name].to_numpy()
    for code, rows in figures.groupby("indicator_id"):
        rows = rows.set_index("area_code").reindex(index)
        for name in ("period", "value", "count", "denominator", "covered", "decile", "method"):
            frame[f"{code}_{name}"] = rows[name].to_numpy()
    return assets.feature_collection(_drawn(area_type, parent, index), frame)


def _drawn(area_type: str, parent: tuple[str, str], codes: "pd.Index[str]") -> gpd.GeoSeries:
    groups = store.lsoa_groups(engine(), area_type, parent).set_index("lsoa21")["code"]
    return boundaries.dissolve(shapes(), groups).reindex(codes)


def _map_file(build: str, area_type: str, parent: tuple[str, str], year: str, kind: str) -> bytes:
    here = areas(build, area_type, parent).set_index("area_id")
    shown = on_map(build, area_type, year, kind)
    values = store.children_figures(engine(), shown["series_id"].tolist(), area_type, parent)
    wide = {
        name: values.pivot_table(index="area_id", columns="series_id", values=name, dropna=False)
        for name in ("value", "decile")
    }
    columns = _identity(here, area_type, parent)
    entries = catalogue.indicators()
    for row in shown.itertuples(index=False):
        if row.series_id not in wide["value"]:
            continue
        value = wide["value"][row.series_id].reindex(here.index)
        rounded = value.round(entries[row.indicator_id].decimals)
        columns[f"v{row.key}"] = _or_absent(rounded)
        if row.layer in layers.RANKED[kind]:
            alike = rounded.round(0) if row.method == "inherited" else rounded
            columns[f"r{row.key}"] = _or_absent(alike.rank(ascending=False, method="min"))
        if row.layer == "deprivation":
            columns[f"d{row.key}"] = wide["decile"][row.series_id].reindex(here.index)
    frame = pd.DataFrame(columns).set_index(here["code"])
    return assets.feature_collection(_drawn(area_type, parent, frame.index), frame)


def _identity(here: pd.DataFrame, area_type: str, parent: tuple[str, str]) -> dict[str, Any]:
    """What every map file says of an area: code, name and, below places, the place."""
    columns: dict[str, Any] = {"c": here["code"], "n": here["label"]}
    if parent[0] not in ("ENG", OWN) and area_type in ("LSOA21", "MSOA21"):
        place = f"PLACE{parent[0][-2:]}"
        columns["p"] = here["code"].map(store.containing(engine(), area_type, place, parent))
    return columns


def _or_absent(values: "pd.Series[float]") -> "pd.Series[Any]":
    return values.astype(object).where(values.notna(), maps.ABSENT)


@st.cache_resource(show_spinner=False, max_entries=200)
def on_map(build: str, area_type: str, year: str, kind: str) -> pd.DataFrame:
    """The series that a map file holds, and their keys."""
    return layers.on_map(series(build), area_type, year, kind)


@st.cache_resource(show_spinner=False, max_entries=1000)
def breaks(
    build: str,
    series_id: int,
    parent: tuple[str, str],
    scheme: classify.Scheme,
    decimals: int,
    classes: int = classify.CLASSES,
) -> classify.Breaks:
    """Class limits for a map of one series under a parent."""
    values = figures(build, series_id, parent)["value"].to_numpy("float64")
    return classify.breaks(
        values,
        scheme,
        national=national(build, series_id) if scheme == "national" else None,
        decimals=decimals,
        classes=classes,
    )


@st.cache_resource(show_spinner=False, max_entries=100)
def contiguity(build: str, area_type: str, parent: tuple[str, str]) -> Graph:
    """Which areas of one level under a parent touch."""
    codes = pd.Index(areas(build, area_type, parent)["code"])
    return clusters.neighbours(_drawn(area_type, parent, codes))


@st.cache_resource(show_spinner=False, max_entries=400)
def local_clusters(
    build: str, area_type: str, parent: tuple[str, str], series_id: int
) -> pd.DataFrame:
    """Hot and cold spots of one series under a parent, by area code."""
    codes = pd.Index(areas(build, area_type, parent)["code"])
    values = figures(build, series_id, parent)["value"].reindex(codes)
    return clusters.local_clusters(values, contiguity(build, area_type, parent))


def cluster_file(
    build: str, area_type: str, parent: tuple[str, str], series_id: int, key: str, decimals: int
) -> str:
    """Name of the map file of one series' hot and cold spots.

    Beside the value `v` and the decile `d` of `key` (1 = most deprived): `w`, the cluster; `k`, its
    number in `clusters.CLASSES`; `q`, the pseudo p.
    """

    def properties() -> pd.DataFrame:
        found = local_clusters(build, area_type, parent, series_id)
        shown = figures(build, series_id, parent).reindex(found.index)
        columns = {
            f"v{key}": _or_absent(shown["value"].round(decimals)),
            f"d{key}": shown["decile"],
            "w": found["cluster"],
            "k": found["cluster"].map(clusters.CLASSES.index),
            "q": _or_absent(found["p_value"]),
        }
        return pd.DataFrame(columns, index=found.index)

    return own_map_file(build, area_type, parent, f"clusters-{series_id}", properties)


@st.cache_resource(show_spinner=False, max_entries=100)
def practices(build: str, parent: tuple[str, str]) -> pd.DataFrame:
    """GP practices in an area."""
    return store.practices(engine(), parent)


@st.cache_resource(show_spinner=False, max_entries=1000)
def measures(
    build: str,
    indicator: str,
    period: str,
    area: tuple[str, str],
    groups: str,
    fit: inequalities.Fit,
) -> inequalities.Measures:
    """Every measure of inequality of one indicator in an area."""
    entry = catalogue.indicator(indicator)
    shown = inequalities.base(series(build), indicator, period)
    rows = store.gradient(engine(), [shown.series_id], shown.area_type, area[0], [area[1]], groups)
    return inequalities.measure(rows, entry, fit=fit)


@st.cache_resource(show_spinner=False, max_entries=500)
def widest(build: str, layer: str, area: tuple[str, str], groups: str) -> pd.DataFrame:
    """Every indicator of a layer by how unequal it is in an area; who lives there is no gap."""
    entries = [
        entry
        for entry in catalogue.indicators().values()
        if entry.layer == layer and entry.group != "Population"
    ]
    relative = layer != "coverage"
    return inequalities.widest(engine(), series(build), entries, area, groups, relative=relative)


@st.cache_resource(show_spinner=False, max_entries=500)
def across(
    build: str,
    indicator: str,
    period: str,
    area_type: str,
    parent: tuple[str, str],
    groups: str,
) -> pd.DataFrame:
    """One indicator's slope index in every area of a type under a parent, by code; with names."""
    rows = areas(build, area_type, parent).set_index("code")
    shown = inequalities.base(series(build), indicator, period)
    found = inequalities.across(
        engine(), shown, catalogue.indicator(indicator), area_type, list(rows.index), groups
    )
    return found.assign(name=rows["name"])


@st.cache_resource(show_spinner=False, max_entries=1000)
def over_time(build: str, indicator: str, area: tuple[str, str], groups: str) -> pd.DataFrame:
    """One indicator's slope index in each of its years."""
    entry = catalogue.indicator(indicator)
    return inequalities.over_time(engine(), series(build), entry, area, groups)


@st.cache_resource(show_spinner=False, max_entries=500)
def contributors(
    build: str, indicator: str, period: str, area: tuple[str, str], groups: str, by: str
) -> pd.DataFrame:
    """How much of an area's slope index each of its parts accounts for, by code; with names."""
    shown = inequalities.base(series(build), indicator, period)
    entry = catalogue.indicator(indicator)
    found = inequalities.contributors(engine(), shown, entry, area, groups, by)
    return found.assign(name=areas(build, by, area).set_index("code")["name"])


@st.cache_resource(show_spinner=False, max_entries=400)
def levels(build: str, indicator: str) -> pd.DataFrame:
    """Every type of area that an indicator has figures for, and how complete they are."""
    rows = series(build)
    return quality.levels(engine(), rows[rows["area_type"] != OWN], indicator)


Areas = tuple[tuple[str, str], ...]
ENGLAND: Final = ("ENG", "E92000001")


@st.cache_resource(show_spinner=False, max_entries=1000)
def header(build: str, areas: Areas) -> profiles.Header:
    """What one area is, or several taken as one."""
    return profiles.header(engine(), areas)


@st.cache_resource(show_spinner=False, max_entries=100)
def spans(build: str, layer: str, area_type: str) -> pd.DataFrame:
    """Quartiles of England's areas of a type in the series of one layer."""
    return profiles.span(engine(), _of_layer(build, layer), area_type)


@st.cache_resource(show_spinner=False, max_entries=1000)
def compared(
    build: str, layer: str, areas: Areas, benchmarks: tuple[tuple[str, tuple[str, str]], ...]
) -> pd.DataFrame:
    """Every indicator of a layer of one area, or of several taken as one, beside benchmarks."""
    own = any(kind == OWN for kind, _ in areas)
    england = spans(build, layer, areas[0][0]) if len(areas) == 1 and not own else None
    rows = _of_layer(build, layer)
    found = profiles.profile(engine(), rows, areas, dict(benchmarks), england=england)
    # what other people have drawn up is no spread to stand in
    return found.assign(**dict.fromkeys(profiles.SPAN.values(), np.nan)) if own else found


@st.cache_resource(show_spinner=False, max_entries=1000)
def trends(build: str, layer: str, areas: Areas) -> pd.DataFrame:
    """Every period of the indicators of a layer, of one area or of several taken as one."""
    ids = [entry.id for entry in catalogue.indicators().values() if entry.layer == layer]
    return profiles.trends(engine(), series(build), areas, ids)


@st.cache_resource(show_spinner=False, max_entries=1000)
def ages(build: str, areas: Areas) -> pd.DataFrame:
    """Age structure of one area, or of several taken as one, beside England's."""
    return profiles.ages(engine(), series(build), areas, ENGLAND)


@st.cache_resource(show_spinner=False, max_entries=200)
def ranking(
    build: str,
    parent: tuple[str, str],
    area_type: str,
    indicators: tuple[str, ...],
    benchmark: tuple[str, str],
) -> pd.DataFrame:
    """Some indicators of all areas of a type under a parent."""
    return profiles.table(engine(), series(build), parent, area_type, indicators, benchmark)


@st.cache_resource(show_spinner=False, max_entries=10)
def peer_matrix(build: str, area_type: str) -> pd.DataFrame:
    """What makes areas alike, for all of England's areas of a type."""
    return peers.matrix(engine(), series(build), area_type)


@st.cache_resource(show_spinner=False, max_entries=1000)
def nearest(build: str, area: tuple[str, str]) -> peers.Peers:
    """The areas that are most like one."""
    return peers.nearest(engine(), peer_matrix(build, area[0]), area)


@st.cache_resource(show_spinner=False, max_entries=1000)
def among_peers(build: str, area: tuple[str, str], layer: str) -> pd.DataFrame:
    """Where an area stands among its peers in the indicators of a layer."""
    ids = [entry.id for entry in catalogue.indicators().values() if entry.layer == layer]
    return peers.against(engine(), series(build), area, nearest(build, area), ids)


def _of_layer(build: str, layer: str) -> pd.DataFrame:
    layer_of = {code: entry.layer for code, entry in catalogue.indicators().items()}
    rows = series(build)
    return rows[rows["indicator_id"].map(layer_of) == layer]


class Planned(NamedTuple):
    """What a plan is made for.

    `indicator` is a coverage indicator, '' for a cohort: people with any of `conditions` in a
    `year`, in the areas whose codes are `within`, in all where it is empty.
    """

    area: tuple[str, str]
    level: str
    indicator: str
    conditions: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    year: str = ""


@st.cache_resource(show_spinner=False, max_entries=50)
def _plan_figures(build: str, planned: Planned) -> pd.DataFrame:
    area, level, indicator, conditions, _, year = planned
    return planner.load(engine(), series(build), area, level, indicator, conditions, year)


@st.cache_resource(show_spinner=False, max_entries=50)
def cohort(build: str, planned: Planned, combine: Literal["any", "all"]) -> planner.Cohort:
    """People who have any or all of some conditions, area by area."""
    rows = _plan_figures(build, planned._replace(within=()))
    return planner.cohort(rows, planned.conditions, combine=combine, within=planned.within or None)


def plan_rows(build: str, planned: Planned) -> pd.DataFrame:
    """The areas of a plan, and who is eligible there."""
    return (
        cohort(build, planned, "any").areas if planned.conditions else _plan_figures(build, planned)
    )


@st.cache_resource(show_spinner=False, max_entries=50)
def plan(
    build: str, planned: Planned, strategy: planner.Strategy, assumptions: planner.Assumptions
) -> planner.Plan:
    """Who is given how many offers by one strategy."""
    return planner.plan(plan_rows(build, planned), strategy, assumptions)


@st.cache_resource(show_spinner=False, max_entries=500)
def frontier(build: str, planned: Planned, assumptions: planner.Assumptions) -> pd.DataFrame:
    """Every strategy, then equity weights, side by side."""
    return planner.frontier(plan_rows(build, planned), assumptions)


@st.cache_resource(show_spinner=False, max_entries=500)
def uptakes(
    build: str, planned: Planned, strategy: planner.Strategy, assumptions: planner.Assumptions
) -> pd.DataFrame:
    """What one strategy comes to at other uptakes, and at the one that is assumed."""
    at = sorted({*planner.UPTAKES, assumptions.uptake})
    return planner.sensitivity(plan_rows(build, planned), strategy, assumptions, at)


@st.cache_resource(show_spinner=False, max_entries=200)
def register_share(build: str, coverage: str) -> tuple[float, str]:
    """Of England's people on a register, how many a coverage indicator is about; and its year."""
    return need.register_share(engine(), series(build), coverage)


@st.cache_resource(show_spinner=False, max_entries=100)
def programme_cohort(build: str, areas: Areas, indicators: tuple[str, ...]) -> pd.DataFrame:
    """Neighbourhoods that a programme acts in, with shares for a cohort; see `planner.load`."""
    parts = [
        planner.load(engine(), series(build), area, "MSOA21", conditions=indicators)
        for area in areas
    ]
    return pd.concat(parts).drop_duplicates("code", ignore_index=True)


@st.cache_resource(show_spinner=False, max_entries=100)
def programme_need(
    build: str, areas: Areas, ics: tuple[str, str], conditions: tuple[str, ...]
) -> pd.DataFrame:
    """People of a cohort in an ICS and in a programme's areas, by fifth of deprivation.

    Returns
    -------
    pandas.DataFrame
        From `data.statistics.evaluation.acts_where_need_is`, by fifth (1 = most deprived);
        `reached` is those who live in the programme's areas.
    """
    rows = planner.load(engine(), series(build), ics, "LSOA21", conditions=conditions)
    found = planner.cohort(rows, conditions).areas
    inside = found["code"].isin(store.lsoas(engine(), areas)["code"])
    need = found["eligible"]
    return evaluation.acts_where_need_is(need, need * inside, found["decile"]).table


@st.cache_resource(show_spinner=False, max_entries=100)
def programme_effect(
    build: str, areas: Areas, started: date, indicator: str
) -> programme_evaluation.Evaluation:
    """What happened to an outcome in a programme's areas, beside areas like them."""
    return programme_evaluation.evaluate(engine(), series(build), areas, started, indicator)


def programme_file(build: str, areas: Areas) -> str:
    """Name of the file with the edges of the areas of programmes, of whatever types."""
    key = "-".join(f"{kind}-{code}" for kind, code in areas)
    digest = hashlib.sha256(key.encode()).hexdigest()[:16]

    def make() -> bytes:
        groups = [
            pd.Series(":".join(area), index=store.lsoas(engine(), [area])["code"]) for area in areas
        ]
        parts = [boundaries.dissolve(shapes(), group) for group in groups if len(group)]
        return assets.lines({"area": pd.concat(parts)} if parts else {})

    return map_files(build).name(f"programmes-{digest}-lines", make)


@st.cache_resource(show_spinner=False, max_entries=300)
def need_rows(
    build: str,
    area: tuple[str, str],
    level: str,
    needs: tuple[str, ...],
    coverage: str,
    year: str,
) -> pd.DataFrame:
    """Need and coverage of every area of a level in one; named as the screen names them."""
    rows = need.figures(engine(), series(build), area, level, needs, coverage, year=year)
    names = areas(build, level, area).set_index("code")["label"]
    return rows.assign(name=rows["code"].map(names))


@st.cache_resource(show_spinner=False, max_entries=300)
def need_marks(
    build: str,
    area: tuple[str, str],
    level: str,
    needs: tuple[str, ...],
    coverage: str,
    year: str,
    aim: need.Aim,
    whose: tuple[str, str],
) -> tuple[need.Goal, float]:
    """The coverage to be reached, and the need that is England's, or that of the ICS `whose`."""
    chosen = need.choose(series(build), level, needs, coverage, year=year)
    found = need.goal(engine(), series(build), chosen, aim, whose)
    rows = need_rows(build, area, level, needs, coverage, year)
    of = ENGLAND if aim in ("england", "target") else whose
    return found, need.need_mark(engine(), series(build), rows, chosen, of)


def table_geojson(
    build: str, area_type: str, parent: tuple[str, str], table: pd.DataFrame
) -> bytes:
    """A table with a row an area, indexed by code, with the areas' boundaries."""
    return assets.feature_collection(_drawn(area_type, parent, table.index), table)


@st.cache_resource(show_spinner=False, max_entries=100)
def criteria(build: str, area_type: str) -> tuple[priorities.Criterion, ...]:
    """What areas of a type can be ranked by."""
    return priorities.offered(series(build), area_type)


@st.cache_resource(show_spinner=False, max_entries=100)
def criteria_used(build: str, area_type: str, criteria: tuple[str, ...], year: str) -> pd.DataFrame:
    """Which figures some criteria stand on."""
    return priorities.used(series(build), area_type, criteria, year)


@st.cache_resource(show_spinner=False, max_entries=60)
def criteria_figures(
    build: str, area: tuple[str, str], area_type: str, criteria: tuple[str, ...], year: str
) -> pd.DataFrame:
    """Figures of some criteria for every area of a type in another, with the screen's names."""
    rows = priorities.load(engine(), series(build), area, area_type, criteria, year)
    return rows.assign(
        name=rows["code"].map(areas(build, area_type, area).set_index("code")["label"])
    )


@st.cache_resource(show_spinner=False, max_entries=60)
def ranked(
    build: str, area: tuple[str, str], area_type: str, weights: str, year: str
) -> pd.DataFrame:
    """Areas of a type in another by weighed criteria, and how sure their ranks are."""
    weighed = priorities.decode(weights)
    rows = criteria_figures(build, area, area_type, tuple(weighed), year)
    return priorities.ranks(rows, weighed)


def ranked_file(
    build: str,
    area: tuple[str, str],
    area_type: str,
    weights: str,
    year: str,
    properties: Callable[[], pd.DataFrame],
) -> str:
    """Name of the map file of ranked areas; `properties` as `own_map_file`."""
    asked = hashlib.sha256(f"{weights} {year}".encode()).hexdigest()[:16]
    return own_map_file(build, area_type, area, f"priorities-{asked}", properties)


def ranked_geojson(build: str, area: tuple[str, str], area_type: str, table: pd.DataFrame) -> bytes:
    """Ranked areas with their boundaries, a feature an area, every column a property."""
    frame = table.set_index("code", drop=False).rename_axis(None).astype(object)
    return assets.feature_collection(_drawn(area_type, area, frame.index), frame)


@st.cache_data(ttl=30, show_spinner=False, max_entries=1000)
def _own_area(build: str, own: str) -> str:
    return own_areas.materialise(engine(), own_areas.decode(own))


def own_area(build: str, own: str) -> tuple[str, str]:
    """Name and code of the area that a link defines, put into the database if it is not there.

    Whoever drew up the same LSOAs last has named them: the name is put right for this visitor.
    """
    name, code = own_areas.decode(own).name, _own_area(build, own)
    if area(build, OWN, code)["name"] != name:
        own_areas.materialise(engine(), own_areas.decode(own))
        area.clear(build, OWN, code)
        header.clear(build, ((OWN, code),))
    return name, code


def own_gap(
    build: str, indicator: str, period: str, own: tuple[str, str], groups: str
) -> pd.DataFrame:
    """One indicator's slope index in an own area, as `across` has it for others."""
    shown = inequalities.base(series(build), indicator, period)
    found = inequalities.across(
        engine(), shown, catalogue.indicator(indicator), own[0], [own[1]], groups
    )
    return found.assign(name=str(area(build, *own)["name"]))


def own_shapes(own: Sequence[own_areas.OwnArea]) -> gpd.GeoSeries:
    """Boundaries of own areas, a geometry each, in their order."""
    return pd.concat(
        [boundaries.dissolve(shapes(), pd.Series(one.code, index=one.lsoas)) for one in own]
    )


def own_geojson(own: Sequence[own_areas.OwnArea]) -> bytes:
    """Own areas with their boundaries, a feature an own area: `code`, `name`, `lsoas`."""
    drawn = own_shapes(own)
    columns = {
        "code": drawn.index,
        "name": [one.name for one in own],
        "lsoas": [" ".join(one.lsoas) for one in own],
    }
    return assets.feature_collection(drawn, pd.DataFrame(columns, index=drawn.index))


class DrawnUp(NamedTuple):
    """What an own area holds, before it is in the database.

    `touched` has the neighbourhoods, places and ICSs that it shares people with: `area_type`,
    `code`, `name`, `people` (of them in the own area), `of` (all its people).
    """

    lsoas: int
    population: int
    core20: int
    imd_score: float
    touched: pd.DataFrame


@st.cache_resource(show_spinner=False, max_entries=300)
def drawn_up(build: str, own: own_areas.OwnArea) -> DrawnUp:
    """What an own area holds; its IMD score is the mean of its LSOAs', weighted by people."""
    rows = known_lsoas(build).loc[list(own.lsoas)]
    kinds = ["MSOA21", "PLACE26", "ICB26"]
    touched = store.holders(engine(), [("LSOA21", code) for code in own.lsoas], kinds)
    of = pd.concat([areas(build, kind) for kind in kinds]).set_index("code")["population"]
    return DrawnUp(
        len(rows),
        int(rows["population"].sum()),
        int(rows["core20"].sum()),
        float(np.average(rows["imd"], weights=rows["population"])),
        touched.assign(of=touched["code"].map(of)),
    )


@st.cache_resource(show_spinner=False, max_entries=2)
def known_lsoas(build: str) -> pd.DataFrame:
    """Every LSOA by code, and its IMD score as `imd`."""
    rows, listed = areas(build, "LSOA21"), series(build)
    found = listed.query("indicator_id == 'imd' and area_type == 'LSOA21'")["series_id"].iloc[0]
    scores = store.values(engine(), int(found)).set_index("area_id")["value"]
    return rows.assign(imd=rows["area_id"].map(scores)).set_index("code")
