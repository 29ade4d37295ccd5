"""Questions that have no answer get a status and one sentence."""

import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from data import load

ASK = "/api/v1/observations?indicator=imd&area_type=ICB24"

MALFORMED = [
    "/api/v1/areas",
    "/api/v1/areas?type=",
    "/api/v1/areas?type=ICB24&type=ICB24",
    "/api/v1/areas?type=ICB24&kind=ICB24",
    "/api/v1/areas?type=ICB24&%3Cscript%3E=1",
    "/api/v1/areas?type=ICB24%0A",
    "/api/v1/areas?type=ICB24%00",
    "/api/v1/areas?type=%27%20OR%201=1",
    "/api/v1/areas?type=%FF",
    f"/api/v1/areas?type={'I' * 1000}",
    "/api/v1/areas?type=ICB24&format=xml",
    "/api/v1/areas?type=ICB24&format=",
    "/api/v1/areas?type=ICB24&parent=",
    "/api/v1/areas?type=MSOA21&parent=ICB24:",
    "/api/v1/areas?type=MSOA21&parent=:E54000055",
    "/api/v1/areas?type=MSOA21&parent=ICB24:ICB24:E54000055",
    "/api/v1/areas?type=MSOA21&parent=E54000055",
    "/api/v1/areas?type=MSOA21&parent=E08000025",
    "/api/v1/indicators?layer=everything",
    "/api/v1/indicators?id=imd",
    "/api/v1/observations",
    "/api/v1/observations?indicator=imd",
    "/api/v1/observations?area_type=ICB24",
    f"{ASK}&limit=1",
    f"{ASK}&period=",
    "/api/v1/openapi.json?format=yaml",
]
UNKNOWN = [
    "/api/v1/areas?type=ICB99",
    "/api/v1/areas?type=GP",
    "/api/v1/areas?type=icb24",
    "/api/v1/areas?type=MSOA21&parent=E54999999",
    "/api/v1/areas?type=MSOA21&parent=ICB24:E54999999",
    "/api/v1/areas?type=MSOA21&parent=ICB99:E54000055",
    "/api/v1/areas?type=ICB24&parent=E01000001",
    "/api/v1/observations?indicator=nothing&area_type=ICB24",
    "/api/v1/observations?indicator=imd&area_type=ICB99",
    f"{ASK}&area=E54999999",
    f"{ASK}&area=E01000001",
    f"{ASK}&parent=E54999999",
    f"{ASK}&parent=E01000001",
    f"{ASK}&period=1999",
    "/api/v1/observations?indicator=smoking&area_type=LSOA21",
    "/api/v1",
    "/api/v1/",
    "/api/v1/areas/",
    "/api/v1/nothing",
    "/api/v2/areas",
    "/maps/nothing",
    "/maps/nothing.json",
    "/maps/",
]


def sentence(client: TestClient, url: str, status: int, method: str = "GET") -> str:
    """The sentence of an answer, after checking that it is one and gives nothing away."""
    answer = client.request(method, url)
    assert answer.status_code == status, answer.text[:300]
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert list(body) == ["error"]
    text = str(body["error"])
    assert re.fullmatch(r"[A-Z'].*\.", text), text
    assert ". " not in text
    for secret in ("Traceback", "sqlite", "SELECT", "site-packages", ".py", str(Path.home())):
        assert secret not in text
    assert len(text) < 400
    return text


@pytest.mark.parametrize("url", MALFORMED)
def test_malformed(client: TestClient, url: str) -> None:
    sentence(client, url, 400)


@pytest.mark.parametrize("url", UNKNOWN)
def test_unknown(client: TestClient, url: str) -> None:
    sentence(client, url, 404)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("path", ["/healthz", "/maps/x", "/api/v1/areas", "/api/nothing"])
def test_only_reading(client: TestClient, method: str, path: str) -> None:
    sentence(client, path, 405, method)


def test_a_code_of_several_types_says_how_to_write_it(client: TestClient) -> None:
    said = sentence(client, "/api/v1/areas?type=MSOA21&parent=E54000055", 400)
    assert "ICB24:E54000055 or ICB26:E54000055" in said


def test_a_level_without_figures_says_which_have_them(client: TestClient) -> None:
    said = sentence(client, "/api/v1/observations?indicator=smoking&area_type=LSOA21", 404)
    assert "it has them for ENG, LAD24" in said


def test_a_period_without_figures_says_which_have_them(client: TestClient) -> None:
    assert "it has them for 2025" in sentence(client, f"{ASK}&period=1999", 404)


def test_what_was_typed_is_not_echoed_unless_it_is_a_code(client: TestClient) -> None:
    assert "<" not in sentence(client, "/api/v1/areas?type=%3Cb%3E", 400)
    assert "<" not in sentence(client, "/api/v1/areas?%3Cb%3E=1", 400)


@pytest.mark.parametrize(("there", "status"), [(True, "starting"), (False, "failed")])
def test_an_empty_database_waits_for_the_snapshot(
    lost: TestClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, there: bool, status: str
) -> None:
    manifest = load.manifest
    monkeypatch.setattr(load, "manifest", lambda: {} if there else manifest(tmp_path))
    answer = lost.get("/healthz")
    assert answer.status_code == 503
    body = answer.json()
    assert body["status"] == status
    assert (body["build"], body["areas"], body["observations"]) == ("", 0, 0)
    assert body["message"].startswith("The database is empty.")


@pytest.mark.parametrize(
    "url", ["/maps/x.json", "/api/v1/indicators", "/api/v1/areas?type=ICB24", ASK]
)
def test_no_database(lost: TestClient, url: str) -> None:
    answer = lost.get(url)
    assert answer.status_code == 503
    assert answer.json()["error"].startswith("The database is empty.")
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("address", ["mysql://x/y", "nonsense"])
def test_a_wrong_address(lost: TestClient, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("DATABASE_URL", address)
    health = lost.get("/healthz")
    assert (health.status_code, health.json()["status"]) == (503, "failed")
    assert "DATABASE_URL" in health.json()["message"]
    assert lost.get("/api/v1/areas?type=ICB24").status_code == 503


def test_a_server_that_is_away_is_not_named(
    lost: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://someone:secret@127.0.0.1:1/atlas")
    for url in ("/healthz", "/api/v1/areas?type=ICB24"):
        answer = lost.get(url)
        assert answer.status_code == 503
        for secret in ("someone", "secret", "127.0.0.1"):
            assert secret not in answer.text
    assert lost.get("/healthz").json()["status"] == "failed"


def test_a_damaged_file(lost: TestClient, home: Path) -> None:
    (home / "atlas.db").write_bytes(b"this is not a database" * 1000)
    health = lost.get("/healthz")
    assert (health.status_code, health.json()["status"]) == (503, "failed")
    sentence(lost, "/api/v1/areas?type=ICB24", 503)
