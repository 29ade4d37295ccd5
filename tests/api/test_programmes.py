"""The register of programmes, by the API."""

import io
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import Engine
from sqlmodel import Session
from starlette.testclient import TestClient

from components import api, openapi
from data import models, programmes, store
from tests.api.test_refusals import sentence

ASK = "/api/v1/programmes"


@pytest.fixture
def client(client: TestClient) -> TestClient:
    """Ask an API that has started, which brings the register up to date."""
    programmes.seed(api.engine())
    return client


def names(client: TestClient, question: str = "") -> list[str]:
    return [row["id"] for row in client.get(f"{ASK}{question}").json()["data"]]


def test_every_programme_with_its_areas_and_measures(client: TestClient) -> None:
    rows = {row["id"]: row for row in client.get(ASK).json()["data"]}
    assert list(rows) == [
        "growing-health-together",
        "integrated-neighbourhood-teams",
        "warm-homes-bedford",
    ]
    bedford = rows["warm-homes-bedford"]
    assert bedford["ics_name"] == "Bedfordshire, Luton and Milton Keynes"
    assert bedford["areas"] == [{"type": "PLACE24", "code": "QHG-BEDFORD", "name": "Bedford"}]
    assert [(m["measure"], m["qualifier"], m["value"]) for m in bedford["measures"]] == [
        ("identified", "nearly", 2000),
        ("installed", "", 53),
        ("advised", "", 320),
        ("outcome", "", 81),
    ]
    assert bedford["started"] == bedford["owner"] == bedford["source_url"] == ""
    assert bedford["source"].startswith("As described in the articles")
    assert rows["growing-health-together"]["measures"] == []
    assert list(bedford) == [*openapi.PROGRAMME, "areas", "measures"]


@pytest.mark.parametrize(
    ("ics", "found"),
    [
        ("ICB24:E54000024", ["warm-homes-bedford"]),
        ("E54000024", ["warm-homes-bedford"]),
        ("ICB26:E54000065", ["warm-homes-bedford"]),
        ("ICB24:E54000055", ["integrated-neighbourhood-teams"]),
        ("ICB26:E54000055", ["integrated-neighbourhood-teams"]),
        ("E54000063", ["growing-health-together"]),
        ("ICB26:E54000069", ["growing-health-together"]),
        ("ICB24:E54000064", []),
        ("ICB26:E54000057", []),
    ],
)
def test_programmes_of_an_ics_of_either_vintage(
    client: TestClient, ics: str, found: list[str]
) -> None:
    assert names(client, f"?ics={ics}") == found


def test_csv_has_the_same_rows_laid_flat(client: TestClient) -> None:
    answer = client.get(f"{ASK}?format=csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="programmes.csv"'
    rows = pd.read_csv(io.StringIO(answer.text)).set_index("id")
    assert list(rows.index) == names(client)
    assert list(rows.columns) == [*list(openapi.PROGRAMME)[1:], "areas", "measures"]
    bedford = rows.loc["warm-homes-bedford"]
    assert bedford["areas"] == "PLACE24:QHG-BEDFORD"
    assert bedford["measures"] == (
        "identified: nearly 2,000 patients; installed: 53 households; advised: 320; outcome: 81%"
    )


def test_csv_of_no_programme_has_its_headings(client: TestClient) -> None:
    answer = client.get(f"{ASK}?ics=ICB26:E54000057&format=csv")
    assert answer.text.strip() == ",".join([*openapi.PROGRAMME, "areas", "measures"])


def test_sources_are_those_of_the_areas(client: TestClient) -> None:
    answer = client.get(ASK).json()
    assert "ics_places" in {source["dataset_id"] for source in answer["sources"]}
    assert "Open Government Licence" in answer["licence"]
    assert client.get(f"{ASK}?ics=ICB26:E54000057").json()["sources"] == []


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """A database of the test's own, of one ICS and no programme, that the API asks."""
    engine = store.connect(f"sqlite:///{tmp_path / 'own.db'}")
    models.Table.metadata.create_all(engine)
    point = dict.fromkeys(["longitude", "latitude", "west", "south", "east", "north"], 0.0)
    with Session(engine) as session:
        session.add(
            models.Build(id=1, schema_version=models.SCHEMA, snapshot="b", areas=1, observations=0)
        )
        session.add(
            models.Area(
                area_id=1, area_type="ICB24", code="E54000064", name="Sussex", nhs_code="QNX",
                population=1, core20=0, **point,
            )
        )  # fmt: skip
        session.commit()
    monkeypatch.setenv("DATABASE_URL", str(engine.url))
    api.engine.cache_clear()
    return engine


def test_etag_changes_with_the_register(client: TestClient, own: Engine) -> None:
    ask = f"{ASK}?ics=E54000064"
    first = client.get(ask)
    assert first.json()["data"] == []
    held = {"if-none-match": first.headers["etag"]}
    assert client.get(ask, headers=held).status_code == 304
    with Session(own) as session:
        session.add(
            models.Programme(
                id="ours", name="=Ours", kind="homes", ics_type="ICB24", ics_code="E54000064",
                summary="Done.", source="Us",
            )
        )  # fmt: skip
        session.add(models.ProgrammeArea(programme="ours", area_type="MSOA21", code="E02999999"))
        session.commit()
    answer = client.get(ask, headers=held)
    assert answer.status_code == 200, "of this ICS, though its area is not held"
    [row] = answer.json()["data"]
    assert row["areas"] == [{"type": "MSOA21", "code": "E02999999", "name": ""}]
    assert "ours,'=Ours,homes" in client.get(f"{ask}&format=csv").text
    held = {"if-none-match": answer.headers["etag"]}
    with Session(own) as session:
        session.add(models.ProgrammeMeasure(programme="ours", number=1, measure="offered", value=9))
        session.commit()
    assert client.get(ask, headers=held).json()["data"][0]["measures"][0]["value"] == 9


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("ics=MSOA21:E02001827", "'MSOA21:E02001827' is not an ICS; /api/v1/areas?type=ICB26"),
        ("ics=E54000055", "'E54000055' is an area of several types; write"),
        ("ics=", "Parameter 'ics' is empty or malformed"),
        ("ics=E54000024&ics=E54000055", "Parameter 'ics' is given twice"),
        ("area=E54000024", "There is no parameter 'area'; known here are ics, format"),
        ("format=xml", "Parameter 'format' must be one of json, csv"),
    ],
)
def test_refused(client: TestClient, question: str, says: str) -> None:
    assert sentence(client, f"{ASK}?{question}", 400).startswith(says)


@pytest.mark.parametrize(
    ("ics", "says"),
    [
        ("E54999999", "'E54999999' is not the code of an area"),
        ("ICB26:E54000024", "'E54000024' is not the code of an area of type ICB26"),
        ("ICB99:E54000024", "'ICB99' is not a type of area"),
    ],
)
def test_no_such_ics(client: TestClient, ics: str, says: str) -> None:
    assert sentence(client, f"{ASK}?ics={ics}", 404).startswith(says)


def test_no_database(lost: TestClient) -> None:
    assert lost.get(ASK).status_code == 503
