"""From the snapshot to the database, in one transaction.

A load that is killed at any moment leaves the database as it was.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import adbc_driver_manager.dbapi
import adbc_driver_postgresql.dbapi
import adbc_driver_sqlite.dbapi
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import shapely
from sqlalchemy import URL, Engine, Float, Integer, inspect
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.schema import CreateIndex, CreateTable, DropTable

from data import aggregate, catalogue, estimate, models, programmes
from data.errors import SnapshotError, StoreError
from geo import boundaries, lookups
from geo.areas import ENGLAND, OWN
from geo.lookups import GROUPINGS

SNAPSHOT: Final = Path(__file__).parent / "snapshot"
SNAPSHOT_SCHEMA: Final = 2
TABLES: Final = ("build", "observation", "series", "practice", "containment", "area")
"""Tables that hold the snapshot and nothing else."""
BEGIN: Final[Mapping[str, tuple[str, ...]]] = {
    "sqlite": ("BEGIN IMMEDIATE",),
    "postgresql": ("BEGIN", "DO $$ BEGIN PERFORM pg_advisory_xact_lock(5240111); END $$"),
}
"""How a transaction begins that waits until no other writes; the number is our own."""
PATIENCE: Final = {"sqlite": ("PRAGMA busy_timeout=120000",), "postgresql": ()}
"""What makes a load wait for another; PostgreSQL always does."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Loaded:
    """What a load put into the database."""

    snapshot: str
    rows: Mapping[str, int]


def manifest(snapshot: Path = SNAPSHOT) -> dict[str, Any]:
    """Read the manifest of a snapshot.

    Raises
    ------
    SnapshotError
        When it is missing, damaged or of another version.
    """
    path = snapshot / "manifest.json"
    try:
        found = json.loads(path.read_text())
    except FileNotFoundError:
        raise SnapshotError(
            f"No snapshot in {snapshot.name}/: manifest.json is missing. Restore the folder from "
            "the repository, or run 'make data'."
        ) from None
    except ValueError:
        raise SnapshotError(
            f"{snapshot.name}/manifest.json is damaged: it is not JSON. Restore the folder from "
            "the repository, or run 'make data'."
        ) from None
    layout = found.get("schema") if isinstance(found, dict) else None
    if layout != SNAPSHOT_SCHEMA:
        raise SnapshotError(
            f"The snapshot is of layout {layout}, this atlas reads layout "
            f"{SNAPSHOT_SCHEMA}. Run 'make data'."
        )
    return dict(found)


def verify(snapshot: Path = SNAPSHOT) -> dict[str, Any]:
    """Check every file of the snapshot against the manifest, and return the manifest."""
    found = manifest(snapshot)
    for name, digest in found["files"].items():
        path = snapshot / name
        if not path.exists():
            raise SnapshotError(
                f"{snapshot.name}/{name} is missing. Restore it from the repository, "
                "or run 'make data'."
            )
        if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            raise SnapshotError(
                f"{snapshot.name}/{name} is damaged: its sha256 is not the manifest's. Restore it "
                "from the repository, or run 'make data'."
            )
    return found


def load(
    engine: Engine, snapshot: Path = SNAPSHOT, *, tick: Callable[[str], None] = lambda _: None
) -> Loaded:
    """Replace what the database holds with the snapshot.

    While it writes an SQLite file, its own process must not read that file: the writer has an
    SQLite library of its own, and two of them in one process do not see each other's locks.

    Parameters
    ----------
    tick : callable
        Called with the name of each table when it is written.

    Raises
    ------
    SnapshotError
        When the snapshot is not whole; the database is not touched.
    StoreError
        When the database cannot be written; it is left as it was.
    """
    found = verify(snapshot)
    tables = dict(_tables(snapshot))
    row = {
        "id": 1,
        "schema_version": models.SCHEMA,
        "snapshot": found["build"],
        "areas": len(tables["area"]),
        "observations": len(tables["observation"]),
    }
    tables["build"] = _arrow(pd.DataFrame([row]), models.Build)
    try:
        empty = _emptied(engine)
        engine.dispose()
        with closing(_connect(engine.url)) as connection, closing(connection.cursor()) as cursor:
            name = engine.dialect.name
            for statement in (*PATIENCE[name], *BEGIN[name], *empty):
                cursor.execute(statement)
            for name in reversed(TABLES):
                cursor.adbc_ingest(name, tables[name], mode="append")
                tick(name)
            cursor.execute("COMMIT")
    except (adbc_driver_manager.dbapi.Error, DBAPIError) as error:
        why = str(error.orig if isinstance(error, DBAPIError) else error).splitlines()[0]
        raise StoreError(
            f"The database could not be written ({why}). It is as it was; check that the disk "
            "has room and that nobody else holds the database, then load again."
        ) from error
    # these only make reading quicker, and must not fail a load while somebody else is at it
    with suppress(OperationalError), engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
            connection.exec_driver_sql("PRAGMA analysis_limit=1000")
        connection.exec_driver_sql("ANALYZE")
        connection.commit()
    # nor must this; the atlas does it again whenever it starts
    with suppress(StoreError):
        programmes.seed(engine)
    return Loaded(found["build"], {name: len(tables[name]) for name in reversed(TABLES)})


def _connect(url: URL) -> Any:
    """Open a connection whose one transaction is begun and committed by hand."""
    if url.get_backend_name() == "sqlite":
        return adbc_driver_sqlite.dbapi.connect(url.database, autocommit=True)
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return adbc_driver_postgresql.dbapi.connect(plain, autocommit=True)


def _emptied(engine: Engine) -> list[str]:
    """Statements that leave `TABLES` empty; one of another version is made anew.

    Tables that hold what people entered are made where they are missing, and otherwise left.

    They stay right when another load runs between asking and acting.
    """
    found = inspect(engine)
    there = set(found.get_table_names())
    statements: list[Any] = []
    for table in models.Table.metadata.sorted_tables:
        if table.name in there and table.name in TABLES:
            columns = {column["name"] for column in found.get_columns(table.name)}
            indexes = {index["name"] for index in found.get_indexes(table.name)}
            wanted = {index.name for index in table.indexes}
            if columns != set(table.columns.keys()) or not wanted <= indexes:
                statements.append(DropTable(table, if_exists=True))
        statements.append(CreateTable(table, if_not_exists=True))
        statements += [CreateIndex(index, if_not_exists=True) for index in table.indexes]
        if table.name in TABLES:
            statements.append(table.delete())
    return [str(statement.compile(dialect=engine.dialect)) for statement in statements]


def _tables(snapshot: Path) -> Iterator[tuple[str, pa.Table]]:
    lsoas = pd.read_parquet(snapshot / "lsoas.parquet")
    names = pd.read_parquet(snapshot / "names.parquet")
    areas = _areas(lsoas, names, snapshot)
    yield "area", _arrow(areas, models.Area)
    ids = areas.set_index(["area_type", "code"])["area_id"]
    networks = pd.read_parquet(snapshot / "networks.parquet")
    contained = pd.concat(
        [lookups.containment(lsoas, lsoas["population"]), _network_parents(networks)],
        ignore_index=True,
    )
    contained["child_id"] = _ids(ids, contained["child_type"], contained["child_code"])
    contained["parent_id"] = _ids(ids, contained["parent_type"], contained["parent_code"])
    yield (
        "containment",
        _arrow(contained.sort_values(["parent_id", "child_id"]), models.Containment),
    )
    practices = pd.read_parquet(snapshot / "practices.parquet").rename(
        columns={"practice": "code", "practice_name": "name", "pcn": "pcn_code"}
    )
    yield "practice", _arrow(practices, models.Practice)
    series, observations = _observations(snapshot, lsoas, areas, ids)
    yield "series", _arrow(series, models.Series)
    yield "observation", observations


TOGETHER: Final = {
    "population": ("population", "sum"),
    "core20": ("core20", "sum"),
    "west": ("west", "min"),
    "south": ("south", "min"),
    "east": ("east", "max"),
    "north": ("north", "max"),
}
"""What a larger area has from its LSOAs, for `pandas.DataFrame.agg`."""
BOUNDS: Final = ("west", "south", "east", "north")


def _areas(lsoas: pd.DataFrame, names: pd.DataFrame, snapshot: Path) -> pd.DataFrame:
    """Every area with its people, its deprivation and its bounds."""
    shapes = boundaries.read(snapshot / "boundaries.parquet")
    shapes = shapes.reindex(lsoas["lsoa21"])
    box = shapes.bounds.set_axis(list(BOUNDS), axis=1)
    points = shapely.point_on_surface(shapes.to_numpy())
    base = lsoas.assign(
        longitude=shapely.get_x(points).round(5),
        latitude=shapely.get_y(points).round(5),
        LSOA21=lsoas["lsoa21"],
        core20=lsoas["population"].where(_lsoa_deciles(lsoas["rank_imd"]) <= 2, 0),
        **box.reset_index(drop=True),
    )
    parts = []
    for kind in GROUPINGS:
        one = base.groupby(kind).agg(**TOGETHER)
        part = one.join(middle(base, kind)).rename_axis("code").reset_index().assign(area_type=kind)
        parts.append(
            part.merge(names, left_on=["area_type", "code"], right_on=["area_type", "area_code"])
        )
    alone = base.rename(columns={"lsoa21": "code"}).assign(
        area_type="LSOA21",
        nhs_code="",
        imd_rank=lsoas["rank_imd"],
        imd_decile=_lsoa_deciles(lsoas["rank_imd"]),
    )
    networks = pd.read_parquet(snapshot / "networks.parquet")
    spots = networks.assign(
        area_type="PCN22",
        nhs_code=networks["code"],
        **dict.fromkeys(("west", "east"), networks["longitude"]),
        **dict.fromkeys(("south", "north"), networks["latitude"]),
    )
    out = pd.concat([*parts, alone, spots], ignore_index=True)
    out["rural_urban"] = out["rural_urban"].fillna("")
    out["area_id"] = np.arange(1, len(out) + 1)
    score = _imd_scores(snapshot, lsoas)
    for kind in GROUPINGS:
        here = (out["area_type"] == kind).to_numpy()
        mean = out.loc[here, "code"].map(score[kind])
        out.loc[here, "imd_rank"] = mean.rank(ascending=False, method="first")
        out.loc[here, "imd_decile"] = aggregate.deciles(np.asarray(mean, "float64"))
    return out


def _imd_scores(snapshot: Path, lsoas: pd.DataFrame) -> Mapping[str, "pd.Series[float]"]:
    """Population-weighted mean IMD score by grouping."""
    series = pd.read_parquet(snapshot / "series.parquet")
    imd = series[series["indicator_id"] == "imd"].iloc[-1]
    figures = pq.read_table(snapshot / "lsoa_figures.parquet", columns=[imd["top"]])
    score = _column(figures, imd["top"])
    people = lsoas["population"].to_numpy("float64")
    return {
        kind: pd.Series(score * people).groupby(lsoas[kind]).sum()
        / pd.Series(people).groupby(lsoas[kind]).sum()
        for kind in GROUPINGS
    }


def _network_parents(networks: pd.DataFrame) -> pd.DataFrame:
    """Where the networks of 2021-22 belong: by membership, since they have no boundary."""
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "child_type": "PCN22",
                    "child_code": networks["code"],
                    "parent_type": kind,
                    "parent_code": codes,
                    "share": 1.0,
                }
            )
            for kind, codes in (
                ("ENG", ENGLAND),
                ("ICB24", networks["ICB24"]),
                ("SICBL24", networks["SICBL24"]),
            )
        ],
        ignore_index=True,
    )


def middle(base: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Point of each larger area: that of its LSOA nearest to the middle of its people.

    Parameters
    ----------
    base : pandas.DataFrame
        One row an LSOA: `population`, `longitude`, `latitude`, and the larger area's code in
        column `kind`.

    Returns
    -------
    pandas.DataFrame
        `longitude` and `latitude` by code.
    """
    people = base["population"].clip(lower=1)
    weighted = pd.DataFrame(
        {"x": base["longitude"] * people, "y": base["latitude"] * people, "people": people}
    )
    total = weighted.groupby(base[kind]).transform("sum")
    far = (base["longitude"] - total["x"] / total["people"]) ** 2 * 0.37 + (
        base["latitude"] - total["y"] / total["people"]
    ) ** 2
    nearest = far.groupby(base[kind]).idxmin()
    at = base.loc[nearest, ["longitude", "latitude"]]
    return at.set_axis(nearest.index)


def _lsoa_deciles(rank: "pd.Series[int]") -> "pd.Series[int]":
    """Decile of a national rank; decile 1 = most deprived."""
    return (rank * 10 / len(rank)).apply(np.ceil).astype(int)


@dataclass(frozen=True)
class Sums:
    """Counts and denominators of some areas, and how much of each they are about.

    Attributes
    ----------
    count, denominator : numpy.ndarray of float64
        One an area; NaN where nothing is known.
    covered : numpy.ndarray of float64 or None
        Share of patients, 0 to 1; None where the figure is about all.
    """

    count: Floats
    denominator: Floats
    covered: Floats | None


@dataclass(frozen=True)
class Line:
    """One indicator in one period, by LSOA, and how larger areas are made of it.

    Attributes
    ----------
    row : mapping
        Its row in the snapshot's table of series.
    entry : Indicator
    top, bottom : numpy.ndarray of float64
        Count (for a score: score x weight / per) and denominator, one an LSOA.
    covered : numpy.ndarray of float64 or None
        Share of registered patients whose practice has a figure, 0 to 1.
    """

    row: Mapping[str, Any]
    entry: catalogue.Indicator
    top: Floats
    bottom: Floats
    covered: Floats | None

    @property
    def larger(self) -> str:
        """The method of larger areas' figures."""
        method = str(self.row["method"])
        return "aggregated" if method == "direct" else method

    def series(self, kind: str, method: str) -> dict[str, Any]:
        """A row of `data.models.Series`, without its number."""
        return {
            "area_type": kind,
            "method": method,
            "note": self.row.get("note", ""),
            **{name: self.row[name] for name in ("indicator_id", "period", "source")},
        }

    def sums(self, at: npt.NDArray[np.int64], n: int, registered: Floats) -> Sums:
        """Add LSOAs up to larger areas.

        Parameters
        ----------
        at : numpy.ndarray of int64
            Which of the `n` areas each LSOA belongs to; -1 is none.
        registered : numpy.ndarray of float64
            Registered patients of each LSOA, the weight of `covered`.
        """
        counted = np.where(np.isnan(self.top), np.nan, self.bottom)
        covered = None
        if self.covered is not None:
            covered = aggregate.group_sums(self.covered * registered, at, n) / np.maximum(
                aggregate.group_sums(registered, at, n), 1
            )
        return Sums(
            aggregate.group_sums(self.top, at, n), aggregate.group_sums(counted, at, n), covered
        )

    def shown(self, sums: Sums, spread: Mapping[str, Floats]) -> dict[str, Any]:
        """Columns of `data.models.Observation`; what covers too few patients has no figure."""
        value = np.divide(
            sums.count * self.entry.per,
            sums.denominator,
            out=np.full(len(sums.count), np.nan),
            where=sums.denominator > 0,
        )
        frame = {"value": value, **spread}
        if self.entry.counted and not self.row["is_value"]:
            frame["count"] = sums.count
        if sums.covered is not None:
            thin = sums.covered < estimate.COVERED_SHOWN
            frame = {name: np.where(thin, np.nan, column) for name, column in frame.items()}
            frame["covered"] = sums.covered
        return {**frame, "denominator": sums.denominator}


def _lines(made: pd.DataFrame, figures: pa.Table) -> Iterator[Line]:
    """Every line of the snapshot that has figures by LSOA."""
    for line in made.to_dict("records"):
        row = {str(name): value for name, value in line.items()}
        entry = catalogue.indicator(row["indicator_id"])
        bottom, top = _column(figures, row["bottom"]), _column(figures, row["top"])
        if row["is_value"]:
            top = top * bottom / entry.per
        covered = _column(figures, row["covered"]) if row["covered"] else None
        yield Line(row, entry, top, bottom, covered)


def united(lsoas: Collection[str], snapshot: Path = SNAPSHOT) -> pd.DataFrame:
    """Figures of some LSOAs taken as one area, by the rules for all larger areas.

    Returns
    -------
    pandas.DataFrame
        One row a series of type OWN that has a figure: `indicator_id`, `period`, `count`,
        `denominator`, `value`, `covered`. Scores are means weighted by people.

    Raises
    ------
    SnapshotError
        When the snapshot cannot be read.
    """
    try:
        known = pd.read_parquet(snapshot / "lsoas.parquet", columns=["lsoa21", "registered"])
        here = known["lsoa21"].isin(lsoas).to_numpy()
        figures = pq.read_table(snapshot / "lsoa_figures.parquet").filter(here)
        made = pd.read_parquet(snapshot / "series.parquet")
    except (OSError, pa.ArrowInvalid) as error:
        raise SnapshotError(
            f"The figures in {snapshot.name}/ are missing or damaged. Restore the folder from the "
            "repository, or run 'make data'."
        ) from error
    registered = known.loc[here, "registered"].to_numpy("float64")
    at = np.zeros(len(registered), np.int64)
    rows = [
        {
            "indicator_id": line.row["indicator_id"],
            "period": line.row["period"],
            "count": np.nan,
            "covered": np.nan,
            **{k: column[0] for k, column in line.shown(line.sums(at, 1, registered), {}).items()},
        }
        for line in _lines(made, figures)
    ]
    out = pd.DataFrame(rows)
    return out[out["value"].notna() | out["covered"].notna()].reset_index(drop=True)


def _observations(
    snapshot: Path, lsoas: pd.DataFrame, areas: pd.DataFrame, ids: "pd.Series[int]"
) -> tuple[pd.DataFrame, pa.Table]:
    made = pd.read_parquet(snapshot / "series.parquet")
    figures = pq.read_table(snapshot / "lsoa_figures.parquet")
    ends = pq.read_table(snapshot / "msoa_spread.parquet")
    published = pd.read_parquet(snapshot / "published.parquet")
    per = published["indicator_id"].map({k: v.per for k, v in catalogue.indicators().items()})
    made_value = per * published["count"] / published["denominator"].replace(0, np.nan)
    published["value"] = published["value"].fillna(made_value)
    groups = {}
    for kind in GROUPINGS:
        codes = areas.loc[areas["area_type"] == kind, "code"]
        groups[kind] = (pd.Index(codes).get_indexer(lsoas[kind]), len(codes))
    area_ids = {
        kind: areas.loc[areas["area_type"] == kind, "area_id"].to_numpy("int32")
        for kind in (*GROUPINGS, "LSOA21", "PCN22")
    }
    registered = lsoas["registered"].to_numpy("float64")
    series: list[dict[str, Any]] = []
    batches: list[pa.Table] = []
    taken = set(
        published[["indicator_id", "area_type", "period"]].itertuples(index=False, name=None)
    )

    def add(line: Line, kind: str, method: str, frame: Mapping[str, Any]) -> None:
        series.append({**line.series(kind, method), "series_id": len(series) + 1})
        n = len(frame["area_id"])
        batches.append(_observed({"series_id": np.full(n, len(series), np.int32), **frame}))

    own = []
    for line in _lines(made, figures):
        row, entry = line.row, line.entry
        # own areas get their figures when somebody makes one; the series stand ready
        own.append(line.series(OWN, line.larger))
        for kind in ("LSOA21", *GROUPINGS):
            if (row["indicator_id"], kind, row["period"]) in taken:
                continue
            spread: dict[str, Any] = {}
            method = row["method"]
            if kind == "LSOA21":
                sums = Sums(line.top, line.bottom, line.covered)
                if row["low"]:
                    spread["spread_low"] = _column(figures, row["low"])
                    spread["spread_high"] = _column(figures, row["high"])
            else:
                sums = line.sums(*groups[kind], registered)
                method = line.larger
                if kind == "MSOA21" and row["msoa_low"]:
                    spread["spread_low"] = _column(ends, row["msoa_low"], estimate_decimals=2)
                    spread["spread_high"] = _column(ends, row["msoa_high"], estimate_decimals=2)
            if kind == "ENG" and row["england_count"] == row["england_count"]:
                # what was published, without the trace that adding up shares leaves
                count = np.round([row["england_count"]], 1)
                sums = Sums(count, np.round([row["england_denominator"]], 1), None)
                if row["method"] == "attributed" and not row["is_value"]:
                    method = "direct"
            frame = {"area_id": area_ids[kind], **line.shown(sums, spread)}
            if entry.layer == "deprivation":
                rank = f"rank_{entry.feeds[0].measure}"
                frame["decile"] = (
                    _lsoa_deciles(lsoas[rank]).to_numpy("float64")
                    if kind == "LSOA21"
                    else aggregate.deciles(frame["value"])
                )
            add(line, kind, method, frame)
    known = published[published["area_type"].isin(area_ids)]
    of_series = ["indicator_id", "area_type", "period"]
    more = known[[*of_series, "method", "source"]].drop_duplicates(of_series)
    more = more.assign(series_id=np.arange(len(more)) + len(series) + 1, note="")
    known = known.merge(more[[*of_series, "series_id"]], on=of_series)
    known = known.assign(
        area_id=_ids(ids, known["area_type"], known["area_code"]),
        note=known["note"].replace("", None),
    ).sort_values(["series_id", "area_id"])
    batches.append(_observed({n: known[n] for n in OBSERVATION.names if n in known}))
    # last, so that those before them keep the numbers that names of map files hold
    ready = pd.DataFrame(own).assign(
        series_id=np.arange(len(own)) + len(series) + len(more) + 1,
    )
    every = pd.concat([pd.DataFrame(series), more, ready], ignore_index=True)
    return every, pa.concat_tables(batches)


OBSERVATION: Final = pa.schema(
    [
        ("series_id", pa.int32()),
        ("area_id", pa.int32()),
        *((n, pa.float64()) for n in ("count", "denominator", "value", "lower_ci", "upper_ci")),
        *((n, pa.float64()) for n in ("spread_low", "spread_high", "covered")),
        ("decile", pa.int32()),
        ("note", pa.string()),
    ]
)


def _observed(frame: Mapping[str, Any]) -> pa.Table:
    """Lay observations out; areas with nothing known are left out."""
    n = len(frame["area_id"])
    table = pa.table(
        {
            field.name: pa.array(frame[field.name], field.type, from_pandas=True, safe=False)
            if field.name in frame
            else pa.nulls(n, field.type)
            for field in OBSERVATION
        }
    )
    known = table["value"].is_valid()
    if "covered" in frame:
        known = pc.or_(known, table["covered"].is_valid())
    return table if pc.all(known).as_py() else table.filter(known)


def _column(table: pa.Table, name: str, estimate_decimals: int | None = None) -> Floats:
    """A whole-number column as float64; the decimals are in its name ('c12_2')."""
    decimals = int(name.rsplit("_", 1)[1]) if estimate_decimals is None else estimate_decimals
    whole = table.column(name).to_numpy()
    return np.asarray(whole, "float64") / 10.0**decimals


def _ids(
    ids: "pd.Series[int]", kinds: "pd.Series[str]", codes: "pd.Series[str]"
) -> npt.NDArray[np.int64]:
    found = ids.reindex(pd.MultiIndex.from_arrays([kinds, codes]))
    if found.isna().any():
        raise SnapshotError(
            f"The snapshot names {codes.iloc[int(found.isna().argmax())]}, which is not among its "
            "areas. Run 'make data'."
        )
    return np.asarray(found, "int64")


def _arrow(frame: pd.DataFrame, model: type[models.Table]) -> pa.Table:
    """Lay a frame out as the columns of a table."""
    kinds = {Integer: pa.int32(), Float: pa.float64()}
    schema = pa.schema(
        [
            (column.name, kinds.get(type(column.type), pa.string()))
            for column in model.__table__.columns  # type: ignore[attr-defined]
        ]
    )
    return pa.Table.from_pandas(
        frame[schema.names], schema=schema, preserve_index=False, safe=False
    )
