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
    """Areas of one type, by name.

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
    where = "" if code is None else " AND code = :code"
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
    """Types of area that the database holds, or that hold an area of this code."""
    where = " WHERE code = :code" if code is not None else ""
    rows = _ask(
        engine,
        f"SELECT DISTINCT area_type FROM area{where} ORDER BY area_type",  # noqa: S608
        **({"code": code} if code is not None else {}),
    )
    return tuple(rows["area_type"])


def _ask(engine: Engine, question: str, **values: Any) -> pd.DataFrame:
    statement = text(question)
    if "ids" in values:
        statement = statement.bindparams(bindparam("ids", expanding=True))
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
