"""The questions that the atlas asks of its database. The only SQL of the app is here.

Every function takes an engine, reads only, and returns a DataFrame or a small frozen object.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd
from sqlalchemy import Engine, bindparam, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from data import models
from data.errors import StoreError, UnknownCodeError
from data.estimate import COVERED_FLAG

HOME: Final = Path(os.environ.get("ATLAS_HOME", ".atlas"))
"""Folder of the atlas's own database and map files."""


@dataclass(frozen=True)
class Health:
    """What the database holds."""

    snapshot: str
    areas: int
    observations: int


def connect(url: str | None = None) -> Engine:
    """Open the database that `url` or the environment's DATABASE_URL names, or our own SQLite.

    Raises
    ------
    StoreError
        When the address is not one, or names a folder that cannot be made.
    """
    url = url or os.environ.get("DATABASE_URL") or f"sqlite:///{HOME / 'atlas.db'}"
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise StoreError(
            "DATABASE_URL is not a database address; "
            "write postgresql://user:password@host/name or sqlite:///path."
        ) from None
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        if parsed.database:
            try:
                Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise StoreError(
                    f"The folder of the database cannot be made ({error.strerror}). Name one that "
                    "can be written in DATABASE_URL or ATLAS_HOME."
                ) from error
        engine = create_engine(parsed)
        event.listen(engine, "connect", _prepare_sqlite)
        return engine
    if backend == "postgresql":
        return create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    raise StoreError(f"DATABASE_URL names '{backend}'; the atlas knows sqlite and postgresql.")


def _prepare_sqlite(connection: Any, _: object) -> None:
    connection.execute("PRAGMA busy_timeout=10000")
    connection.execute("PRAGMA mmap_size=536870912")
    connection.execute("PRAGMA cache_size=-32000")


def health(engine: Engine) -> Health:
    """What is loaded.

    Raises
    ------
    StoreError
        When nothing is, or it is of another version, or the database cannot be reached.
    """
    try:
        known = inspect(engine).has_table("build")
        rows = _ask(engine, "SELECT * FROM build") if known else pd.DataFrame()
    except DBAPIError as error:
        raise _unreadable(error) from error
    if rows.empty:
        raise StoreError("The database is empty. Run 'python -m data.ingest load'.")
    row = rows.iloc[0]
    if row["schema_version"] != models.SCHEMA:
        raise StoreError(
            f"The database is of version {row['schema_version']}, this atlas of version "
            f"{models.SCHEMA}. Run 'python -m data.ingest load'."
        )
    return Health(str(row["snapshot"]), int(row["areas"]), int(row["observations"]))


def areas(
    engine: Engine,
    area_type: str,
    *,
    parent: tuple[str, str] | None = None,
    code: str | None = None,
) -> pd.DataFrame:
    """Areas of one type, by name; own areas are not listed, only found by parent or code.

    Parameters
    ----------
    parent : (area type, code), optional
        Only areas that share ground with this one; `share` then says how much of each lies in it.
    code : str, optional
        Only this one.

    Returns
    -------
    pandas.DataFrame
        Columns of `data.models.Area`, and `share` (0 to 1).
    """
    if parent:
        return _ask(
            engine,
            "SELECT a.*, c.share FROM area p JOIN containment c ON c.parent_id = p.area_id "
            "JOIN area a ON a.area_id = c.child_id "
            "WHERE p.area_type = :kind AND p.code = :of AND a.area_type = :area_type "
            "ORDER BY a.name, a.code",
            kind=parent[0],
            of=parent[1],
            area_type=area_type,
        )
    where = " AND area_type <> 'OWN'" if code is None else " AND code = :code"
    return _ask(
        engine,
        "SELECT *, 1.0 AS share FROM area WHERE area_type = :area_type"  # noqa: S608
        f"{where} ORDER BY name, code",
        area_type=area_type,
        **({} if code is None else {"code": code}),
    )


def area(engine: Engine, area_type: str, code: str) -> "pd.Series[Any]":
    """Return one area.

    Raises
    ------
    UnknownCodeError
        When there is none.
    """
    found = areas(engine, area_type, code=code)
    if found.empty:
        raise UnknownCodeError(
            f"'{code}' is not the code of an area of type {area_type}; "
            f"/api/v1/areas?type={area_type} lists them."
        )
    return found.iloc[0]


def parents(engine: Engine, area_type: str, code: str) -> pd.DataFrame:
    """Every area that holds a part of this one.

    Returns
    -------
    pandas.DataFrame
        `area_type`, `code`, `name`, `share` (0 to 1, of this area's residents), largest share
        first.
    """
    return _ask(
        engine,
        "SELECT p.area_type, p.code, p.name, c.share FROM area a "
        "JOIN containment c ON c.child_id = a.area_id JOIN area p ON p.area_id = c.parent_id "
        "WHERE a.area_type = :area_type AND a.code = :code "
        "ORDER BY p.area_type, c.share DESC, p.code",
        area_type=area_type,
        code=code,
    )


def series(engine: Engine) -> pd.DataFrame:
    """Every series: columns of `data.models.Series`."""
    return _ask(engine, "SELECT * FROM series ORDER BY series_id")


def observations(
    engine: Engine,
    series_ids: Sequence[int],
    *,
    parent: tuple[str, str] | None = None,
    area: tuple[str, str] | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> pd.DataFrame:
    """Figures of the series named.

    Parameters
    ----------
    parent : (area type, code), optional
        Only areas that share ground with this one.
    area : (area type, code), optional
        Only this one.

    Returns
    -------
    pandas.DataFrame
        `indicator_id`, `period`, `area_type`, `area_code`, `area_name`, `count`, `denominator`,
        `value`, `lower_ci`, `upper_ci`, `spread_low`, `spread_high`, `covered`, `decile`, `note`,
        `method`, `dataset_id`.
    """
    join, where = "", ""
    values: dict[str, Any] = {"ids": [int(n) for n in series_ids]}
    if parent:
        join = (
            "JOIN containment c ON c.child_id = o.area_id "
            "JOIN area p ON p.area_id = c.parent_id AND p.area_type = :kind AND p.code = :of "
        )
        values |= {"kind": parent[0], "of": parent[1]}
    if area:
        where = "AND a.area_type = :area_type AND a.code = :code "
        values |= {"area_type": area[0], "code": area[1]}
    page = ""
    if limit is not None:
        page = "LIMIT :limit OFFSET :offset"
        values |= {"limit": limit, "offset": offset}
    return _ask(
        engine,
        "SELECT s.indicator_id, s.period, a.area_type, a.code AS area_code, a.name AS area_name, "  # noqa: S608
        "o.count, o.denominator, o.value, o.lower_ci, o.upper_ci, o.spread_low, o.spread_high, "
        "o.covered, o.decile, o.note, s.method, s.source AS dataset_id "
        "FROM series s JOIN observation o ON o.series_id = s.series_id "
        f"JOIN area a ON a.area_id = o.area_id {join}"
        f"WHERE s.series_id IN :ids {where}"
        f"ORDER BY s.series_id, a.code {page}",
        **values,
    )


def children_figures(
    engine: Engine, series_ids: Sequence[int], area_type: str, parent: tuple[str, str]
) -> pd.DataFrame:
    """Figures of some series for every area of one type under a parent, for a map file.

    Returns
    -------
    pandas.DataFrame
        `series_id`, `area_id`, `value`, `decile`.
    """
    return _ask(
        engine,
        "SELECT series_id, area_id, value, decile FROM observation "
        "WHERE series_id IN :ids AND area_id IN ("
        "SELECT a.area_id FROM area p JOIN containment c ON c.parent_id = p.area_id "
        "JOIN area a ON a.area_id = c.child_id "
        "WHERE p.area_type = :kind AND p.code = :of AND a.area_type = :area_type)",
        ids=[int(n) for n in series_ids],
        area_type=area_type,
        kind=parent[0],
        of=parent[1],
    )


def values(engine: Engine, series_id: int) -> pd.DataFrame:
    """All of England in one series: `area_id`, `value`, `denominator`."""
    return _ask(
        engine,
        "SELECT area_id, value, denominator FROM observation "
        "WHERE series_id = :id ORDER BY area_id",
        id=int(series_id),
    )


def lsoa_groups(
    engine: Engine, area_type: str, parent: tuple[str, str] = ("ENG", "E92000001")
) -> pd.DataFrame:
    """Which LSOAs make up each area of a type that shares ground with a parent.

    Returns
    -------
    pandas.DataFrame
        `lsoa21`, `code`; areas are whole even where they reach beyond the parent.
    """
    if area_type == "LSOA21":
        codes = areas(engine, "LSOA21", parent=parent)["code"]
        return pd.DataFrame({"lsoa21": codes, "code": codes})
    return _ask(
        engine,
        "SELECT l.code AS lsoa21, a.code FROM area p "
        "JOIN containment c ON c.parent_id = p.area_id "
        "JOIN area a ON a.area_id = c.child_id AND a.area_type = :area_type "
        "JOIN containment d ON d.parent_id = a.area_id "
        "JOIN area l ON l.area_id = d.child_id AND l.area_type = 'LSOA21' "
        "WHERE p.area_type = :kind AND p.code = :of ORDER BY l.code",
        area_type=area_type,
        kind=parent[0],
        of=parent[1],
    )


def containing(
    engine: Engine, child_type: str, parent_type: str, within: tuple[str, str]
) -> "pd.Series[str]":
    """The area of `parent_type` that holds most of each area of `child_type`, by child code.

    Parameters
    ----------
    within : (area type, code)
        Only children and parents that share ground with this area.
    """
    rows = _ask(
        engine,
        "SELECT a.code AS child, p.code AS parent, c.share FROM area w "
        "JOIN containment x ON x.parent_id = w.area_id "
        "JOIN area a ON a.area_id = x.child_id AND a.area_type = :child_type "
        "JOIN containment c ON c.child_id = a.area_id "
        "JOIN area p ON p.area_id = c.parent_id AND p.area_type = :parent_type "
        "JOIN containment y ON y.parent_id = w.area_id AND y.child_id = p.area_id "
        "WHERE w.area_type = :kind AND w.code = :of ORDER BY a.code, c.share DESC, p.code",
        child_type=child_type,
        parent_type=parent_type,
        kind=within[0],
        of=within[1],
    )
    return rows.drop_duplicates("child").set_index("child")["parent"]


GROUPS: Final = {
    "decile": "a.imd_decile",
    "quintile": "(a.imd_decile + 1) / 2",
    "local-decile": "(ROW_NUMBER() OVER ranked - 1) * 10 / COUNT(*) OVER everyone + 1",
    "local-quintile": "(ROW_NUMBER() OVER ranked - 1) * 5 / COUNT(*) OVER everyone + 1",
}
"""Groups of areas by deprivation: of England's areas of the type, or of the area's own.

Group 1 = most deprived. Local groups differ in size by one area at most.
"""


def gradient(
    engine: Engine,
    series_ids: Sequence[int],
    base: str,
    area_type: str,
    codes: Sequence[str],
    groups: str,
) -> pd.DataFrame:
    """Figures of some series by deprivation group, in each of some areas.

    Parameters
    ----------
    series_ids : sequence of int
        Series of type `base`.
    base : str
        Area type that the groups are made of, such as LSOA21; an area of it that lies only partly
        in one of the areas counts there with that part of its people.
    area_type, codes : str, sequence of str
        The areas whose gradients are asked for.
    groups : str
        Of `GROUPS`.

    Returns
    -------
    pandas.DataFrame
        `area_code`, `series_id`, `group` (1 = most deprived), `areas`, `count`, `denominator`
        (people or things; residents where the series gives none), `value` (mean weighted by the
        denominator). Areas with no value add nothing.
    """
    if area_type == "ENG":
        # nothing to look up: every area lies in England whole, and its groups are the national ones
        figures = (
            f"SELECT :england AS area_code, {GROUPS[groups.removeprefix('local-')]} AS "  # noqa: S608
            '"group", 1.0 AS share, a.population, o.* '
            "FROM observation o JOIN area a ON a.area_id = o.area_id "
            "WHERE o.series_id IN :ids AND o.value IS NOT NULL AND a.imd_rank IS NOT NULL"
        )
        asked: dict[str, Any] = {"england": codes[0]}
    else:
        figures = (
            "SELECT m.*, o.* FROM (SELECT p.code AS area_code, "  # noqa: S608
            f'a.area_id AS member, a.population, c.share, {GROUPS[groups]} AS "group" '
            "FROM area p JOIN containment c ON c.parent_id = p.area_id "
            "JOIN area a ON a.area_id = c.child_id AND a.area_type = :base "
            "WHERE p.area_type = :area_type AND p.code IN :codes AND a.imd_rank IS NOT NULL "
            "WINDOW ranked AS (PARTITION BY p.area_id ORDER BY a.imd_rank, a.area_id), "
            "everyone AS (PARTITION BY p.area_id)) m JOIN observation o ON o.area_id = m.member "
            "WHERE o.series_id IN :ids AND o.value IS NOT NULL"
        )
        asked = {"base": base, "area_type": area_type, "codes": list(codes)}
    return _ask(
        engine,
        'SELECT area_code, series_id, "group", COUNT(*) AS areas, SUM(share * count) AS count, '  # noqa: S608
        "SUM(people) AS denominator, SUM(value * people) / NULLIF(SUM(people), 0) AS value FROM ("
        f"SELECT f.*, share * COALESCE(denominator, population) AS people FROM ({figures}) f) g "
        'GROUP BY area_code, series_id, "group" ORDER BY area_code, series_id, "group"',
        ids=[int(n) for n in series_ids],
        **asked,
    )


def small_areas(
    engine: Engine, series_id: int, base: str, area: tuple[str, str], groups: str
) -> pd.DataFrame:
    """Figures of one series for the areas of type `base` that lie in an area, with their groups.

    Returns
    -------
    pandas.DataFrame
        `code`, `name`, `group` (1 = most deprived; of `GROUPS`), `count`, `denominator` (residents
        where the series gives none) and `value`; the counts are of the part inside the area. Areas
        without a value are there, with none.
    """
    return _ask(
        engine,
        f'SELECT a.code, a.name, {GROUPS[groups]} AS "group", o.count * c.share AS count, '  # noqa: S608
        "COALESCE(o.denominator, a.population) * c.share AS denominator, o.value "
        "FROM area p JOIN containment c ON c.parent_id = p.area_id "
        "JOIN area a ON a.area_id = c.child_id AND a.area_type = :base "
        "LEFT JOIN observation o ON o.area_id = a.area_id AND o.series_id = :id "
        "WHERE p.area_type = :kind AND p.code = :of AND a.imd_rank IS NOT NULL "
        "WINDOW ranked AS (PARTITION BY p.area_id ORDER BY a.imd_rank, a.area_id), "
        "everyone AS (PARTITION BY p.area_id) ORDER BY a.code",
        id=int(series_id),
        base=base,
        kind=area[0],
        of=area[1],
    )


MEMBERS: Final = (
    "SELECT child_id FROM containment WHERE parent_id IN "
    "(SELECT area_id FROM area WHERE area_type || ':' || code IN :codes) "
    "UNION SELECT area_id FROM area WHERE area_type || ':' || code IN :codes"
)
"""Areas that share ground with those written TYPE:CODE in `codes`, and those themselves."""


def combined(
    engine: Engine, series_ids: Sequence[int], areas: Sequence[tuple[str, str]]
) -> pd.DataFrame:
    """Figures of several areas taken as one, made from their LSOAs; each counts once.

    Parameters
    ----------
    series_ids : sequence of int
        Series of type LSOA21.

    Returns
    -------
    pandas.DataFrame
        `series_id`, `indicator_id`, `period`, `method`, `dataset_id`, `areas`, `count` and
        `denominator` of the LSOAs that have a value, `value` (mean weighted by the denominator),
        `covered` (of all of them).
    """
    people = "COALESCE(o.denominator, a.population)"
    known = f"CASE WHEN o.value IS NULL THEN 0 ELSE {people} END"
    return _ask(
        engine,
        "SELECT s.series_id, s.indicator_id, s.period, s.method, s.source AS dataset_id, "  # noqa: S608
        "COUNT(o.value) AS areas, SUM(o.count) AS count, "
        f"SUM({known.replace(people, 'o.denominator')}) AS denominator, "
        f"SUM(o.value * {people}) / NULLIF(SUM({known}), 0) AS value, "
        f"SUM(COALESCE(o.covered, 1) * {people}) / NULLIF(SUM({people}), 0) AS covered "
        "FROM series s JOIN observation o ON o.series_id = s.series_id "
        "JOIN area a ON a.area_id = o.area_id AND a.area_type = 'LSOA21' "
        f"WHERE s.series_id IN :ids AND o.area_id IN ({MEMBERS}) "
        "GROUP BY s.series_id, s.indicator_id, s.period, s.method, s.source ORDER BY s.series_id",
        ids=[int(n) for n in series_ids],
        codes=[f"{kind}:{code}" for kind, code in areas],
    )


def lsoas(engine: Engine, areas: Sequence[tuple[str, str]]) -> pd.DataFrame:
    """LSOAs of several areas, each once: columns of `data.models.Area`."""
    return _ask(
        engine,
        "SELECT * FROM area "  # noqa: S608
        f"WHERE area_type = 'LSOA21' AND area_id IN ({MEMBERS}) ORDER BY code",
        codes=[f"{kind}:{code}" for kind, code in areas],
    )


def holders(
    engine: Engine, areas: Sequence[tuple[str, str]], area_types: Sequence[str]
) -> pd.DataFrame:
    """Areas of some types that hold LSOAs of several areas.

    Returns
    -------
    pandas.DataFrame
        `area_type`, `code`, `name`, `people`: residents of those LSOAs that it holds.
    """
    return _ask(
        engine,
        "SELECT p.area_type, p.code, p.name, SUM(l.population * c.share) AS people "  # noqa: S608
        "FROM area l JOIN containment c ON c.child_id = l.area_id "
        "JOIN area p ON p.area_id = c.parent_id "
        f"WHERE l.area_type = 'LSOA21' AND l.area_id IN ({MEMBERS}) AND p.area_type IN :ids "
        "GROUP BY p.area_type, p.code, p.name ORDER BY p.area_type, p.code",
        ids=list(area_types),
        codes=[f"{kind}:{code}" for kind, code in areas],
    )


def spans(engine: Engine, series_ids: Sequence[int]) -> pd.DataFrame:
    """Smallest and largest value and quartiles of all of England's areas, by series.

    Own areas have none: those that people happen to have made are no sample of anything.

    Returns
    -------
    pandas.DataFrame
        `series_id`, `areas` (with a value), `low`, `q1`, `median`, `q3`, `high`: always one of the
        values, the smallest at or below which lies a quarter, half or three quarters of the areas.
    """
    return _ask(
        engine,
        "SELECT series_id, COUNT(*) AS areas, MIN(value) AS low, "
        "MAX(CASE WHEN 4 * place < number + 4 THEN value END) AS q1, "
        "MAX(CASE WHEN 2 * place < number + 2 THEN value END) AS median, "
        "MAX(CASE WHEN 4 * place < 3 * number + 4 THEN value END) AS q3, MAX(value) AS high "
        "FROM (SELECT series_id, value, "
        "ROW_NUMBER() OVER (PARTITION BY series_id ORDER BY value) AS place, "
        "COUNT(*) OVER (PARTITION BY series_id) AS number FROM observation "
        "WHERE series_id IN (SELECT series_id FROM series WHERE series_id IN :ids "
        "AND area_type <> 'OWN') AND value IS NOT NULL) AS ordered "
        "GROUP BY series_id ORDER BY series_id",
        ids=[int(n) for n in series_ids],
    )


def england(
    engine: Engine, series_ids: Sequence[int], codes: Sequence[str] | None = None
) -> pd.DataFrame:
    """All of England in some series, or the areas of some codes: `code`, `series_id`, `value`."""
    chosen = "" if codes is None else " AND a.code IN :codes"
    return _ask(
        engine,
        "SELECT a.code, o.series_id, o.value FROM observation o "  # noqa: S608
        f"JOIN area a ON a.area_id = o.area_id WHERE o.series_id IN :ids{chosen} "
        "ORDER BY o.series_id, a.code",
        ids=[int(n) for n in series_ids],
        **({} if codes is None else {"codes": list(codes)}),
    )


def quality(engine: Engine, series_ids: Sequence[int]) -> pd.DataFrame:
    """How much of England some series are about; those of own areas are left out.

    Returns
    -------
    pandas.DataFrame
        `series_id`, `areas` (with a figure), `all_areas` (of the type), `flagged` (with a figure
        about under 90% of their patients), `intervals` (with a published one), `people` (share, 0
        to 1, of residents whose area has a figure), `covered` (mean, 0 to 1, weighted by
        residents; None counts as 1).
    """
    return _ask(
        engine,
        "SELECT s.series_id, COUNT(o.value) AS areas, t.areas AS all_areas, "
        "SUM(CASE WHEN o.value IS NOT NULL AND o.covered < :flag THEN 1 ELSE 0 END) AS flagged, "
        "COUNT(o.lower_ci) AS intervals, "
        "SUM(CASE WHEN o.value IS NULL THEN 0 ELSE a.population END) * 1.0 "
        "/ NULLIF(t.people, 0) AS people, "
        "SUM(COALESCE(o.covered, 1) * a.population) / NULLIF(SUM(a.population), 0) AS covered "
        "FROM series s JOIN observation o ON o.series_id = s.series_id "
        "JOIN area a ON a.area_id = o.area_id "
        "JOIN (SELECT area_type, COUNT(*) AS areas, SUM(population) AS people FROM area "
        "GROUP BY area_type) t ON t.area_type = s.area_type "
        "WHERE s.series_id IN :ids AND s.area_type <> 'OWN' "
        "GROUP BY s.series_id, t.areas, t.people ORDER BY s.series_id",
        ids=[int(n) for n in series_ids],
        flag=COVERED_FLAG,
    )


PROGRAMME: Final = (
    "SELECT p.id, p.name, p.kind, p.owner, p.ics_type, p.ics_code, COALESCE(i.name, '') AS "
    "ics_name, p.summary, p.target_group, p.conditions, p.populations, p.started, p.ended, "
    "p.funding, p.status, p.source, p.source_url, p.note FROM programme p "
    "LEFT JOIN area i ON i.area_type = p.ics_type AND i.code = p.ics_code"
)


def programmes(
    engine: Engine, area: tuple[str, str] | None = None, *, code: str | None = None
) -> pd.DataFrame:
    """Programmes of the register, by name.

    Parameters
    ----------
    area : (area type, code), optional
        Only those of this ICS, or that act in an area that shares ground with this one.
    code : str, optional
        Only the one of this id.

    Returns
    -------
    pandas.DataFrame
        Columns of `data.models.Programme` but `seed`, and `ics_name`.
    """
    where, values = "", {}
    if area:
        where = (
            " WHERE (p.ics_type = :kind AND p.ics_code = :of) OR p.id IN ("
            "SELECT r.programme FROM area w "
            "JOIN programme_area r ON r.area_type = w.area_type AND r.code = w.code "
            "WHERE w.area_id IN (SELECT area_id FROM area WHERE area_type = :kind AND code = :of "
            "UNION SELECT c.child_id FROM containment c JOIN area b ON b.area_id = c.parent_id "
            "WHERE b.area_type = :kind AND b.code = :of "
            "UNION SELECT c.parent_id FROM containment c JOIN area b ON b.area_id = c.child_id "
            "WHERE b.area_type = :kind AND b.code = :of))"
        )
        values = {"kind": area[0], "of": area[1]}
    elif code is not None:
        where, values = " WHERE p.id = :code", {"code": code}
    return _ask(engine, f"{PROGRAMME}{where} ORDER BY p.name, p.id", **values)


def programme_areas(engine: Engine, programmes: Sequence[str]) -> pd.DataFrame:
    """Areas that some programmes act in.

    Returns
    -------
    pandas.DataFrame
        `programme`, `area_type`, `code`, and `name`, `population`, `longitude`, `latitude` where
        the database holds the area.
    """
    return _ask(
        engine,
        "SELECT r.programme, r.area_type, r.code, a.name, a.population, a.longitude, a.latitude "
        "FROM programme_area r LEFT JOIN area a ON a.area_type = r.area_type AND a.code = r.code "
        "WHERE r.programme IN :codes ORDER BY r.programme, r.area_type, r.code",
        codes=list(programmes),
    )


def programme_measures(engine: Engine, programmes: Sequence[str]) -> pd.DataFrame:
    """What was counted of some programmes: columns of `data.models.ProgrammeMeasure`."""
    return _ask(
        engine,
        "SELECT * FROM programme_measure WHERE programme IN :codes ORDER BY programme, number",
        codes=list(programmes),
    )


def spreads(
    engine: Engine, series_ids: Sequence[int], area_type: str, parent: tuple[str, str]
) -> pd.DataFrame:
    """Spread of practices in areas of a type under a parent: the mean of their LSOAs'.

    For types whose own spread is not held.

    Parameters
    ----------
    series_ids : sequence of int
        Series of type LSOA21.

    Returns
    -------
    pandas.DataFrame
        `indicator_id`, `period`, `code`, `spread_low`, `spread_high` (means of the LSOAs of the
        whole area that have them, weighted by the denominator, or residents where there is none).
    """
    people = "COALESCE(o.denominator, l.population)"
    return _ask(
        engine,
        "SELECT s.indicator_id, s.period, a.code, "  # noqa: S608
        f"SUM(o.spread_low * {people}) / SUM({people}) AS spread_low, "
        f"SUM(o.spread_high * {people}) / SUM({people}) AS spread_high "
        "FROM area p JOIN containment c ON c.parent_id = p.area_id "
        "JOIN area a ON a.area_id = c.child_id AND a.area_type = :area_type "
        "JOIN containment d ON d.parent_id = a.area_id "
        "JOIN area l ON l.area_id = d.child_id AND l.area_type = 'LSOA21' "
        "JOIN observation o ON o.area_id = l.area_id AND o.series_id IN :ids "
        "JOIN series s ON s.series_id = o.series_id "
        "WHERE p.area_type = :kind AND p.code = :of "
        "AND o.spread_low IS NOT NULL AND o.spread_high IS NOT NULL "
        f"GROUP BY s.indicator_id, s.period, a.code HAVING SUM({people}) > 0 "
        "ORDER BY s.indicator_id, s.period, a.code",
        ids=[int(n) for n in series_ids],
        area_type=area_type,
        kind=parent[0],
        of=parent[1],
    )


def coded(engine: Engine, codes: Sequence[str]) -> pd.DataFrame:
    """What some codes are: areas of every type but own ones, and GP practices.

    Returns
    -------
    pandas.DataFrame
        `code`, `area_type` ('GP' for a practice), `name`; a row for each type that has the code.
    """
    return _ask(
        engine,
        "SELECT code, area_type, name FROM area WHERE code IN :codes AND area_type <> 'OWN' "
        "UNION ALL SELECT code, 'GP', name FROM practice WHERE code IN :codes "
        "ORDER BY code, area_type",
        codes=list(codes),
    )


def members(engine: Engine, area_type: str, codes: Sequence[str]) -> pd.DataFrame:
    """LSOAs of some areas of one type; of practices, the one that each stands in.

    Returns
    -------
    pandas.DataFrame
        `code` (of the area), `lsoa21`, `population` (of the LSOA), by code and LSOA.
    """
    inside = (
        "SELECT a.code, l.code AS lsoa21, l.population FROM area a "
        "JOIN containment c ON c.parent_id = a.area_id JOIN area l ON l.area_id = c.child_id "
        "WHERE a.area_type = :area_type AND a.code IN :codes AND l.area_type = 'LSOA21' "
    )
    if area_type == "LSOA21":
        inside = (
            "SELECT code, code AS lsoa21, population FROM area "
            "WHERE area_type = :area_type AND code IN :codes "
        )
    if area_type == "GP":
        inside = (
            "SELECT g.code, l.code AS lsoa21, l.population FROM practice g "
            "JOIN area l ON l.area_type = 'LSOA21' AND l.code = g.lsoa21 WHERE g.code IN :codes "
        )
    known = {} if area_type == "GP" else {"area_type": area_type}
    return _ask(engine, f"{inside}ORDER BY 1, 2", codes=list(codes), **known)


def saved_own_areas(engine: Engine, owner: str) -> pd.DataFrame:
    """Own areas that somebody keeps, by set and name: columns of `data.models.OwnAreaRecord`."""
    return _ask(
        engine,
        "SELECT * FROM own_area WHERE owner = :owner ORDER BY set_name, name, id",
        owner=owner,
    )


def practices(engine: Engine, parent: tuple[str, str]) -> pd.DataFrame:
    """GP practices that stand in an area: columns of `data.models.Practice`."""
    return _ask(
        engine,
        "SELECT g.* FROM area p JOIN containment c ON c.parent_id = p.area_id "
        "JOIN area l ON l.area_id = c.child_id AND l.area_type = 'LSOA21' "
        "JOIN practice g ON g.lsoa21 = l.code "
        "WHERE p.area_type = :kind AND p.code = :of ORDER BY g.code",
        kind=parent[0],
        of=parent[1],
    )


def reachable(engine: Engine) -> bool:
    """Whether there is a database that answers, be it empty."""
    try:
        inspect(engine).get_table_names()
    except SQLAlchemyError:
        return False
    return True


def area_types(engine: Engine, code: str | None = None) -> tuple[str, ...]:
    """Types of area that the database lists, or that hold an area of this code."""
    where = " WHERE area_type <> 'OWN'" if code is None else " WHERE code = :code"
    rows = _ask(
        engine,
        f"SELECT DISTINCT area_type FROM area{where} ORDER BY area_type",  # noqa: S608
        **({"code": code} if code is not None else {}),
    )
    return tuple(rows["area_type"])


def _ask(engine: Engine, question: str, **values: Any) -> pd.DataFrame:
    statement = text(question)
    lists: list[Any] = [
        bindparam(name, expanding=True) for name in ("ids", "codes") if name in values
    ]
    statement = statement.bindparams(*lists)
    try:
        with engine.connect() as connection:
            found = connection.execute(statement, values)
            return pd.DataFrame.from_records(
                found.fetchall(), columns=list(found.keys()), coerce_float=True
            )
    except DBAPIError as error:
        raise _unreadable(error) from error


def _unreadable(error: DBAPIError) -> StoreError:
    reason = str(error.orig).splitlines()[0]
    return StoreError(
        f"The database cannot be read ({reason}). Check DATABASE_URL and that the server "
        "runs. A damaged atlas.db can be deleted: it is made again from the snapshot."
    )
