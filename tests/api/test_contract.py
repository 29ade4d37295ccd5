"""What the API promises is what it does: document, reference and routes agree."""

import re
from pathlib import Path

import jsonschema
import pytest
from openapi_spec_validator import validate
from starlette.testclient import TestClient

from components import api, openapi
from geo.areas import AREA_TYPES

REFERENCE = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
PATHS = {route.path for route in api.routes() if route.path.startswith("/api/v1")}


def test_the_document_is_valid_openapi() -> None:
    validate(openapi.document())


def test_routes_and_document_agree() -> None:
    assert set(openapi.document()["paths"]) == PATHS


def test_routes_and_reference_agree() -> None:
    assert set(re.findall(r"^## GET (/api/v1\S+)", REFERENCE, re.MULTILINE)) == PATHS


@pytest.mark.parametrize("path", sorted(PATHS))
def test_reference_has_every_parameter_of_a_route_and_no_other(path: str) -> None:
    section = REFERENCE.split(f"## GET {path}\n")[1].split("\n## ")[0]
    table = section.split("| column |")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == list(openapi.parameters(path))


@pytest.mark.parametrize(
    ("path", "columns"),
    [
        (openapi.AREAS, openapi.AREA),
        (openapi.OBSERVATIONS, openapi.OBSERVATION),
        (openapi.INEQUALITY, openapi.MEASURE),
        (openapi.PROFILE, openapi.PROFILE_ROW),
        (openapi.PEERS, openapi.PEER),
        (openapi.PROGRAMMES, dict.fromkeys([*openapi.PROGRAMME, "areas", "measures"])),
    ],
)
def test_reference_has_every_column(path: str, columns: dict[str, openapi.Column]) -> None:
    section = REFERENCE.split(f"## GET {path}\n")[1].split("\n## ")[0].split("| column |")[1]
    assert re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE) == list(columns)


def test_reference_names_no_area_type_that_there_is_not() -> None:
    named = re.findall(r"\b(?:ICB|LSOA|MSOA|PLACE|PCN|SICBL|LAD|UTLA|RGN|WD)\d{2}\b", REFERENCE)
    assert set(named) <= set(AREA_TYPES)


def test_document_is_served_with_or_without_a_database(lost: TestClient) -> None:
    answer = lost.get("/api/v1/openapi.json")
    assert answer.status_code == 200
    assert answer.json() == openapi.document()
    again = lost.get("/api/v1/openapi.json", headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304


def test_examples_are_what_the_api_answers(client: TestClient) -> None:
    schemas = openapi.document()["components"]["schemas"]
    area = client.get("/api/v1/areas?type=ICB24&format=json").json()
    row = next(row for row in area["data"] if row["nhs_code"] == "QHL")
    assert row == schemas["Areas"]["examples"][0]["data"][0]
    url = "/api/v1/observations?indicator=imd&area_type=ICB24&area=E54000055"
    figures = client.get(url).json()
    example = schemas["Observations"]["examples"][0]
    assert figures["data"] == example["data"]
    assert figures["sources"] == example["sources"]
    assert figures["attribution"] == example["attribution"]


@pytest.mark.parametrize(
    ("url", "schema"),
    [
        ("/api/v1/indicators", "Indicator"),
        ("/api/v1/areas?type=ICB24", "Area"),
        ("/api/v1/observations?indicator=qof_dm&area_type=ICB24", "Observation"),
        ("/api/v1/inequality?indicator=qof_dm&area=ICB26:E54000055", "Measure"),
        ("/api/v1/profile?area=ICB26:E54000055", "ProfileRow"),
        ("/api/v1/peers?area=ICB26:E54000055", "Peer"),
        ("/api/v1/programmes", "Programme"),
    ],
)
def test_rows_have_the_fields_of_the_document(client: TestClient, url: str, schema: str) -> None:
    promised = openapi.document()["components"]["schemas"][schema]
    answer = client.get(url).json()
    assert answer["count"] == len(answer["data"]) > 0
    for row in answer["data"]:
        assert set(promised["required"]) <= set(row) <= set(promised["properties"])


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("/api/v1/areas?type=ICB24", "Areas"),
        ("/api/v1/inequality?indicator=qof_dm&area=ICB26:E54000055", "Inequality"),
        ("/api/v1/profile?area=ICB26:E54000055", "Profile"),
        ("/api/v1/peers?area=ICB26:E54000055", "Peers"),
        ("/api/v1/programmes", "Programmes"),
    ],
)
def test_answers_are_what_the_document_says(client: TestClient, url: str, name: str) -> None:
    document = openapi.document()
    schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    answer = client.get(url).json()
    jsonschema.validate(answer, schema)
    assert list(answer) == list(document["components"]["schemas"][name]["properties"])
