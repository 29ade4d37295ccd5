"""The register of programmes: what comes with it, and that seeding never harms what is there."""

import doctest
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, inspect
from sqlmodel import Session

from components import startup
from data import load, models, programmes, store
from data.errors import CatalogueError, StoreError, UnknownCodeError
from tests.build import pieces
from tests.build.pieces import small, snapshot  # noqa: F401

PUBLISHED: dict[str, list[tuple[str, str, float, str]]] = {
    "growing-health-together": [],
    "integrated-neighbourhood-teams": [
        ("cohort", "about", 20_000, "residents"),
        ("benefit", "more than", 20, "million GBP"),
    ],
    "warm-homes-bedford": [
        ("identified", "nearly", 2000, "patients"),
        ("installed", "", 53, "households"),
        ("advised", "", 320, ""),
        ("outcome", "", 81, "%"),
    ],
}
"""Everything that the articles count, and nothing else."""

PLAIN = """
id = "plain"
name = "Plain"
kind = "community"
ics = "ICB24:E54000024"
areas = ["LSOA21:E01017450"]
summary = "Something is done."
source = "Somebody"
"""


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """A database with the tables and nothing in them."""
    made = store.connect(f"sqlite:///{tmp_path / 'atlas.db'}")
    models.Table.metadata.create_all(made)
    return made


def entry(**changes: Any) -> programmes.Programme:
    plain = {
        "id": "plain",
        "name": "Plain",
        "kind": "community",
        "ics": "ICB24:E54000024",
        "areas": ("PLACE24:QHG-BEDFORD",),
        "summary": "Something is done.",
        "source": "Somebody",
    }
    return programmes.Programme.model_validate(plain | changes)


def held(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    with engine.connect() as connection:
        return {
            table.name: [dict(row) for row in connection.execute(table.select()).mappings().all()]
            for table in programmes.HELD_BY
        }


def test_examples_in_docstrings() -> None:
    assert doctest.testmod(programmes).failed == 0


def test_seeded_programmes_say_what_was_published_and_nothing_else() -> None:
    found = programmes.entries()
    assert {
        code: [(m.measure, m.qualifier, m.value, m.unit) for m in one.measures]
        for code, one in found.items()
    } == PUBLISHED
    for one in found.values():
        unknown = (one.owner, one.started, one.ended, one.funding, one.status, one.source_url)
        assert set(unknown) == {""}
        assert all(m.period == m.source == "" for m in one.measures)
        assert one.note.startswith("The source gives no owner, dates, funding")
        assert "no address published here" in one.source
    where = {code: (one.ics, one.areas) for code, one in found.items()}
    assert where == {
        "growing-health-together": ("ICB24:E54000063", ("ICB24:E54000063",)),
        "integrated-neighbourhood-teams": ("ICB24:E54000055", ("ICB24:E54000055",)),
        "warm-homes-bedford": ("ICB24:E54000024", ("PLACE24:QHG-BEDFORD",)),
    }


def test_every_measure_has_a_meaning() -> None:
    used = {m.measure for one in programmes.entries().values() for m in one.measures}
    assert used <= set(programmes.MEASURES)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("id =", "plain.toml is not valid TOML"),
        (PLAIN.replace('"plain"', '"other"'), "its id is not its file name"),
        (PLAIN.replace("ICB24:E54000024", "E54000024"), "'E54000024' is not an area"),
        (PLAIN.replace("ICB24:E54000024", "LAD24:E06000055"), "'LAD24:E06000055' is not an ICS"),
        (PLAIN.replace("LSOA21:E01017450", "LSOA21:Bedford"), "'LSOA21:Bedford' is not an area"),
        (PLAIN.replace('["LSOA21:E01017450"]', "[]"), "field 'areas'"),
        (
            PLAIN.replace('"LSOA21:E01017450"', '"LSOA21:E01017450", "LSOA21:E01017450"'),
            "an area is named twice",
        ),
        (PLAIN + 'conditions = ["imd"]', "'imd' in conditions is not an indicator of layer"),
        (PLAIN + 'populations = ["qof_dm"]', "'qof_dm' in populations is not an indicator"),
        (PLAIN + 'started = "May 2024"', "field 'started'"),
        (PLAIN + 'started = "2024-05"\nended = "2023"', "it ended (2023) before it started"),
        (PLAIN + 'source_url = "javascript:alert(1)"', "field 'source_url'"),
        (PLAIN + 'status = "going well"', "field 'status'"),
        (PLAIN + 'website = "https://example.org"', "field 'website'"),
        (PLAIN + '[[measures]]\nmeasure = "hopes"\nvalue = 1', "measure 'hopes' is not one of"),
        (PLAIN + '[[measures]]\nmeasure = "reached"\nvalue = -1', "field 'measures.0.value'"),
        (PLAIN + '[[measures]]\nmeasure = "reached"\nvalue = nan', "field 'measures.0.value'"),
    ],
)
def test_entry_that_cannot_be(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "plain.toml").write_text(text)
    with pytest.raises(CatalogueError) as found:
        programmes.entries(tmp_path)
    assert says in str(found.value)
    assert "plain.toml" in str(found.value)


def test_ended_in_the_year_it_started_in() -> None:
    assert entry(started="2024-05", ended="2024").ended == "2024"
    assert entry(started="2024", ended="2024-05").ended == "2024-05"


def test_seeding_twice_writes_once(engine: Engine) -> None:
    assert programmes.seed(engine) == 3
    before = held(engine)
    assert programmes.seed(engine) == 0
    assert held(engine) == before
    listed = programmes.listed(engine)
    assert listed["id"].tolist() == list(PUBLISHED), "by name"
    measures = programmes.measures(engine, listed["id"].tolist())
    columns = ["measure", "qualifier", "value", "unit"]
    assert {
        code: list(measures[measures["programme"] == code][columns].itertuples(index=False))
        for code in PUBLISHED
    } == PUBLISHED


def test_changed_entry_is_written_anew_and_a_removed_one_goes(engine: Engine) -> None:
    first = entry(measures=[{"measure": "reached", "value": 5}, {"measure": "offered", "value": 9}])
    other = entry(id="other", name="Other")
    assert programmes.seed(engine, {"plain": first, "other": other}) == 2
    second = entry(
        areas=("LSOA21:E01017450", "LSOA21:E01017451"),
        measures=[{"measure": "reached", "value": 6, "period": "2024-25"}],
    )
    assert programmes.seed(engine, {"plain": second, "other": other}) == 1
    assert programmes.areas(engine, ["plain"])["code"].tolist() == ["E01017450", "E01017451"]
    measures = programmes.measures(engine, ["plain"])
    assert measures[["measure", "value", "period"]].to_numpy().tolist() == [
        ["reached", 6.0, "2024-25"]
    ]
    assert programmes.seed(engine, {"plain": second}) == 1
    assert programmes.listed(engine)["id"].tolist() == ["plain"]
    assert programmes.areas(engine, ["other"]).empty


def entered(engine: Engine, code: str) -> None:
    with Session(engine) as session:
        session.add(
            models.Programme(
                id=code,
                name="Ours",
                kind="community",
                ics_type="ICB24",
                ics_code="E54000024",
                summary="Entered by hand.",
                source="Us",
            )
        )
        session.add(
            models.ProgrammeMeasure(programme=code, number=1, measure="reached", value=12.0)
        )
        session.commit()


@pytest.mark.parametrize("code", ["ours", "warm-homes-bedford"])
def test_what_people_entered_is_left_alone(engine: Engine, code: str) -> None:
    entered(engine, code)
    programmes.seed(engine)
    programmes.seed(engine, {})
    assert programmes.listed(engine)["id"].tolist() == [code]
    assert programmes.get(engine, code)["summary"] == "Entered by hand."
    assert programmes.measures(engine, [code])["value"].tolist() == [12.0]


def test_seed_that_fails_leaves_everything(engine: Engine) -> None:
    programmes.seed(engine)
    before = held(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE programme_measure")
    with pytest.raises(StoreError, match="could not be brought up to date"):
        programmes.seed(engine, {"plain": entry(measures=[{"measure": "reached", "value": 5}])})
    models.Table.metadata.create_all(engine)
    after = held(engine)
    assert after["programme"] == before["programme"]
    assert after["programme_area"] == before["programme_area"]


def test_database_without_tables_is_a_sentence(tmp_path: Path) -> None:
    empty = store.connect(f"sqlite:///{tmp_path / 'empty.db'}")
    with pytest.raises(StoreError) as found:
        programmes.seed(empty)
    assert "\n" not in str(found.value)


def test_unknown_programme(engine: Engine) -> None:
    with pytest.raises(UnknownCodeError, match="No programme is called 'cold-homes'"):
        programmes.get(engine, "cold-homes")


@pytest.mark.parametrize(
    ("measure", "said"),
    [
        (("identified", "nearly", 2000.0, "patients", ""), "identified: nearly 2,000 patients"),
        (("advised", "", 320.0, "", ""), "advised: 320"),
        (("outcome", "", 81.5, "%", "2024-25"), "outcome (2024-25): 81.5%"),
        (("benefit", "more than", 20.0, "million GBP", ""), "benefit: more than 20 million GBP"),
    ],
)
def test_a_measure_in_words(measure: tuple[str, str, float, str, str], said: str) -> None:
    names = ("measure", "qualifier", "value", "unit", "period")
    assert programmes.phrase(dict(zip(names, measure, strict=True))) == said


def test_loads_leave_programmes_alone_and_seed_those_that_come_with_them(
    small: Path,  # noqa: F811
    tmp_path: Path,
) -> None:
    engine = store.connect(f"sqlite:///{tmp_path / 'atlas.db'}")
    load.load(engine, small)
    assert programmes.listed(engine)["id"].tolist() == list(PUBLISHED)
    entered(engine, "ours")
    before = held(engine)
    load.load(engine, pieces.copy(small, tmp_path / "second", "second"))
    assert store.health(engine).snapshot == "second"
    assert held(engine) == before


def test_start_brings_the_register_up_to_date_without_a_load(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    build = load.manifest()["build"]
    with Session(engine) as session:
        session.add(
            models.Build(
                id=1, schema_version=models.SCHEMA, snapshot=build, areas=1, observations=1
            )
        )
        session.commit()
    monkeypatch.setenv("DATABASE_URL", str(engine.url))
    monkeypatch.setattr(load, "load", lambda *_: pytest.fail("the build is there already"))
    startup.prepare()
    assert programmes.listed(engine)["id"].tolist() == list(PUBLISHED)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE programme_area")
    startup.prepare()
    assert not inspect(engine).has_table("programme_area"), "and a failure is no reason to load"
