"""Profiles and peers of real areas, by the API."""

import io

import pandas as pd
import pytest
from starlette.testclient import TestClient

from components import api, openapi
from data import peers, profiles, store
from tests.api.test_refusals import sentence

HILL_HOOK = "MSOA21:E02001827"
PROFILE = f"/api/v1/profile?area={HILL_HOOK}"
PEERS = f"/api/v1/peers?area={HILL_HOOK}"


def rows_of(client: TestClient, url: str) -> pd.DataFrame:
    return pd.DataFrame(client.get(url).json()["data"]).set_index("indicator_id")


def test_a_profile_is_the_page_s(client: TestClient) -> None:
    engine = api.engine()
    marks = {"england": ("ENG", "E92000001"), "ics": ("ICB26", "E54000055")}
    area = ("MSOA21", "E02001827")
    page = profiles.profile(engine, store.series(engine), [area], marks).set_index("indicator_id")
    rows = rows_of(client, PROFILE)
    assert rows.index.tolist() == page.index.tolist()
    for name in rows:
        theirs = page[name.removesuffix("_value")]
        if rows[name].dtype.kind == "f":
            assert rows[name].tolist() == pytest.approx(theirs.tolist(), abs=1e-6, nan_ok=True)
        else:
            assert rows[name].tolist() == theirs.tolist(), name


def test_a_profile_says_what_it_is_compared_with(client: TestClient) -> None:
    answer = client.get(PROFILE).json()
    assert answer["area"] == {"type": "MSOA21", "code": "E02001827", "name": "Hill Hook"}
    ics = {"type": "ICB26", "code": "E54000055", "name": "Birmingham and Solihull"}
    assert answer["ics"] == ics
    tested = [row for row in answer["data"] if row["england_basis"] == "interval"]
    assert answer["comparisons"] == len(tested) > 0
    assert answer["expected_by_chance"] == pytest.approx(len(tested) * 0.05)
    used = {source["dataset_id"] for source in answer["sources"]}
    assert {row["dataset_id"] for row in answer["data"]} <= used
    assert {"hocl_msoa_names", "nhse_registrations_lsoa"} <= used


@pytest.mark.parametrize(
    ("area", "vintage"),
    [
        ("PLACE26:QHL-EAST", "ICB26"),
        ("LAD24:E08000025", "ICB26"),
        ("LSOA21:E01009417", "ICB26"),
        ("PLACE24:QHL-EAST", "ICB24"),
        ("SICBL24:E38000258", "ICB24"),
        ("PCN22:U00070", "ICB24"),
        ("ICB24:E54000055", "ICB24"),
        ("ICB26:E54000055", "ICB26"),
    ],
)
def test_the_ics_is_of_the_area_s_own_vintage(client: TestClient, area: str, vintage: str) -> None:
    answer = client.get(f"/api/v1/profile?area={area}").json()
    assert answer["ics"]["type"] == vintage
    with_ics = [row for row in answer["data"] if row["ics_value"] is not None]
    assert with_ics
    compared = {row["ics_compared"] for row in with_ics}
    assert (compared == {"not compared"}) == area.startswith(("ICB", "PCN22"))


@pytest.mark.parametrize("area", ["E92000001", "E12000005"])
def test_regions_and_england_have_no_ics(client: TestClient, area: str) -> None:
    answer = client.get(f"/api/v1/profile?area={area}").json()
    assert answer["ics"] is None
    for row in answer["data"]:
        assert list(row) == list(openapi.PROFILE_ROW)
        assert row["ics_value"] is None
        assert (row["ics_compared"], row["ics_basis"]) == ("not compared", "none")
    assert (answer["comparisons"] == 0) == (area == "E92000001"), "England is England"


@pytest.mark.parametrize(
    ("url", "columns"),
    [
        ("/api/v1/profile?area=PLACE26:QHL-EAST", openapi.PROFILE_ROW),
        ("/api/v1/profile?area=E12000005", openapi.PROFILE_ROW),
        ("/api/v1/peers?area=ICB26:E54000055", openapi.PEER),
    ],
)
def test_csv_is_the_rows(client: TestClient, url: str, columns: dict[str, openapi.Column]) -> None:
    text = client.get(f"{url}&format=csv").text
    rows = pd.read_csv(io.StringIO(text), dtype=object, keep_default_na=False)
    assert list(rows) == list(columns)
    data = client.get(url).json()["data"]
    written = [{k: "" if v is None else str(v) for k, v in row.items()} for row in data]
    assert rows.to_dict("records") == written


def test_peers_are_the_page_s(client: TestClient) -> None:
    engine = api.engine()
    figures = peers.matrix(engine, store.series(engine), "MSOA21")
    page = peers.nearest(engine, figures, ("MSOA21", "E02001827"))
    answer = client.get(PEERS).json()
    rows = pd.DataFrame(answer["data"])
    assert rows["rank"].tolist() == list(range(1, 11))
    assert rows["distance"].is_monotonic_increasing
    for name in ("code", "name", "place", "ics", "local_authority"):
        assert rows[name].tolist() == page.table[name].tolist()
    assert (answer["compared"], answer["left_out"]) == (6855, 0)
    variables = pd.DataFrame(answer["variables"])
    assert list(variables) == list(openapi.VARIABLE)
    assert variables["indicator_id"].tolist() == list(figures)
    assert variables["z"].tolist() == pytest.approx(page.variables["z"].tolist(), abs=1e-6)
    assert "mhclg_iod2025" in {source["dataset_id"] for source in answer["sources"]}


@pytest.mark.parametrize("path", ["profile", "peers"])
@pytest.mark.parametrize(
    "question",
    [
        "",
        "?area=",
        f"?area={HILL_HOOK}&format=xml",
        f"?area={HILL_HOOK}&area={HILL_HOOK}",
        f"?area={HILL_HOOK}&k=5",
        "?area=E54000055",
        "?area=MSOA21:",
    ],
)
def test_malformed(client: TestClient, path: str, question: str) -> None:
    sentence(client, f"/api/v1/{path}{question}", 400)


@pytest.mark.parametrize("path", ["profile", "peers"])
@pytest.mark.parametrize("area", ["E02999999", "MSOA21:E02999999", "MSOA99:E02001827", "GP:M85001"])
def test_unknown(client: TestClient, path: str, area: str) -> None:
    sentence(client, f"/api/v1/{path}?area={area}", 404)


@pytest.mark.parametrize(
    ("area", "says"),
    [
        ("E92000001", "England has 1 England where 30 are needed"),
        ("E12000005", "England has 9 regions where 30 are needed"),
        ("PCN22:U00070", "no figures of deprivation, age and ethnicity for primary care networks"),
    ],
)
def test_areas_without_peers(client: TestClient, area: str, says: str) -> None:
    assert says in sentence(client, f"/api/v1/peers?area={area}", 404)


@pytest.mark.parametrize("url", [PROFILE, PEERS])
def test_no_database(lost: TestClient, url: str) -> None:
    assert lost.get(url).status_code == 503
