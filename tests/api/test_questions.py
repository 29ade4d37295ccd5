"""Good questions on real codes."""

import io
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
from starlette.testclient import TestClient

from components import api
from data import catalogue, store

QHL = "ICB24:E54000055"


def test_health_says_what_is_loaded(client: TestClient) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 200
    body = answer.json()
    assert (body["status"], body["message"]) == ("ok", "")
    assert body["build"]
    assert body["areas"] > 40_000
    assert body["observations"] > 1_000_000


def test_indicators_are_the_catalogue(client: TestClient) -> None:
    rows = client.get("/api/v1/indicators").json()["data"]
    assert [row["id"] for row in rows] == list(catalogue.indicators())
    imd = next(row for row in rows if row["id"] == "imd")
    assert imd["sources"][0]["licence"] == "Open Government Licence v3.0"
    assert imd["feeds"] == [
        {
            "dataset_id": "mhclg_iod2025",
            "geography": "LSOA21",
            "method": "direct",
            "periods": ["2025"],
        }
    ]
    assert {"area_type": "ICB26", "period": "2025", "method": "aggregated", "note": ""} in imd[
        "series"
    ]
    assert imd["target"] is None
    assert next(row for row in rows if row["id"] == "cover_mmr2_5y")["target"]["value"] == 95


def test_indicators_of_a_layer(client: TestClient) -> None:
    rows = client.get("/api/v1/indicators?layer=deprivation").json()["data"]
    assert {row["layer"] for row in rows} == {"deprivation"}


@pytest.mark.parametrize(
    ("kind", "number"), [("ICB24", 42), ("ICB26", 36), ("ENG", 1), ("WD24", 6_784)]
)
def test_areas_of_a_type(client: TestClient, kind: str, number: int) -> None:
    answer = client.get(f"/api/v1/areas?type={kind}").json()
    assert answer["count"] == len(answer["data"]) == number
    assert {row["type"] for row in answer["data"]} == {kind}
    assert "share" not in answer["data"][0]


def test_birmingham_and_solihull_is_the_most_deprived_ics(client: TestClient) -> None:
    rows = client.get("/api/v1/areas?type=ICB24").json()["data"]
    row = next(row for row in rows if row["nhs_code"] == "QHL")
    assert row["name"] == "Birmingham and Solihull"
    assert (row["imd_rank"], row["imd_decile"]) == (1, 1)


def test_places_of_a_parent_have_a_share(client: TestClient) -> None:
    rows = client.get(f"/api/v1/areas?type=PLACE24&parent={QHL}").json()["data"]
    names = [row["name"] for row in rows]
    assert names == ["Central", "East", "North", "Solihull", "South", "West"]
    assert {row["share"] for row in rows} == {1.0}


def test_a_parent_code_of_one_type_needs_no_type(client: TestClient) -> None:
    plain = client.get("/api/v1/areas?type=LAD24&parent=E12000005")
    typed = client.get("/api/v1/areas?type=LAD24&parent=RGN24:E12000005")
    assert plain.json() == typed.json()
    assert plain.json()["count"] == 30


def test_observations_are_the_store_s(client: TestClient) -> None:
    answer = client.get("/api/v1/observations?indicator=qof_dm&area_type=ICB24").json()
    engine = api.engine()
    series = store.series(engine)
    mine = series[(series["indicator_id"] == "qof_dm") & (series["area_type"] == "ICB24")]
    rows = store.observations(engine, mine["series_id"].tolist())
    assert {row["period"] for row in answer["data"]} == set(mine["period"])
    got = pd.DataFrame(answer["data"])
    assert got["area_code"].tolist() == rows["area_code"].tolist()
    np.testing.assert_allclose(got["value"], rows["value"], atol=5e-7)
    assert {source["dataset_id"] for source in answer["sources"]} >= set(rows["dataset_id"])


def test_observations_of_a_parent_an_area_and_a_period(client: TestClient) -> None:
    ask = "/api/v1/observations?indicator=qof_dm&area_type=PLACE24"
    everything = client.get(ask).json()["data"]
    inside = client.get(f"{ask}&parent={QHL}").json()["data"]
    assert {row["area_code"][:3] for row in inside} == {"QHL"}
    one = client.get(f"{ask}&area=QHL-EAST").json()["data"]
    assert one == [row for row in everything if row["area_code"] == "QHL-EAST"]
    period = one[-1]["period"]
    dated = client.get(f"{ask}&area=QHL-EAST&period={period}").json()["data"]
    assert dated == [one[-1]]
    neither = client.get(f"{ask}&parent=RGN24:E12000001&area=QHL-EAST")
    assert neither.status_code == 404


def test_neighbourhood_figures_name_the_licence_of_neighbourhood_names(client: TestClient) -> None:
    url = f"/api/v1/observations?indicator=imd&area_type=MSOA21&parent={QHL}"
    body = client.get(url).json()
    assert body["licence"] == "Open Government Licence v3.0; Open Parliament Licence v3.0"
    assert "Open Parliament Licence" in body["attribution"]


@pytest.mark.parametrize(
    "url",
    [
        f"/api/v1/observations?indicator=qof_dm&area_type=LSOA21&parent={QHL}",
        f"/api/v1/areas?type=MSOA21&parent={QHL}",
        "/api/v1/areas?type=RGN24",
    ],
)
def test_csv_equals_json(client: TestClient, url: str) -> None:
    answer = client.get(f"{url}&format=csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    text = pd.read_csv(io.StringIO(answer.text), dtype=object, keep_default_na=False)
    rows = client.get(url).json()["data"]
    assert text.columns.tolist() == list(rows[0])
    written = [{k: "" if v is None else str(v) for k, v in row.items()} for row in rows]
    assert text.to_dict("records") == written


def test_catalogue_as_csv_is_flat(client: TestClient) -> None:
    rows = pd.read_csv(io.StringIO(client.get("/api/v1/indicators?format=csv").text))
    assert rows["id"].tolist() == list(catalogue.indicators())
    imd = rows.set_index("id").loc["imd"]
    assert "ICB24" in imd["area_types"].split()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t"])
def test_text_that_a_spreadsheet_would_run_is_quoted(start: str) -> None:
    rows = pd.DataFrame({"name": [f"{start}1+1", "plain"], "latitude": [-1.5, np.nan]})
    body = bytes(api._csv(rows, "areas").body).decode()
    back = pd.read_csv(io.StringIO(body))
    assert back["name"].tolist() == [f"'{start}1+1", "plain"]
    assert back["latitude"].tolist()[0] == -1.5


def test_fifty_questions_at_once(client: TestClient) -> None:
    urls = [
        "/healthz",
        "/api/v1/indicators",
        "/api/v1/areas?type=SICBL24",
        f"/api/v1/observations?indicator=qof_dm&area_type=MSOA21&parent={QHL}",
        "/api/v1/areas?type=nothing",
    ]
    alone = {url: client.get(url) for url in urls}
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(client.get, urls * 10))
    for url, answer in zip(urls * 10, answers, strict=True):
        assert answer.status_code == alone[url].status_code
        assert answer.content == alone[url].content
