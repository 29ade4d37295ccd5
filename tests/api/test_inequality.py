"""Measures of inequality of real areas, by the API."""

import io

import pandas as pd
import pytest
from starlette.testclient import TestClient

from components import api, openapi
from data import catalogue, inequalities, store
from tests.api.test_refusals import sentence

ASK = "/api/v1/inequality?indicator=qof_dm&area=ICB26:E54000055"
EAST = "/api/v1/inequality?indicator=qof_dm&area=PLACE26:QHL-EAST"


def test_every_measure_is_there_and_is_the_page_s(client: TestClient) -> None:
    answer = client.get(ASK).json()
    rows = {row["measure"]: row for row in answer["data"]}
    assert list(rows) == list(inequalities.MEANINGS)
    engine = api.engine()
    shown = inequalities.base(store.series(engine), "qof_dm")
    groups = store.gradient(engine, [shown.series_id], "LSOA21", "ICB26", ["E54000055"], "decile")
    found = inequalities.measure(groups, catalogue.indicator("qof_dm"))
    expected = {
        "sii": (found.slope.sii, found.slope.sii_lower, found.slope.sii_upper),
        "rii": (found.slope.rii, found.slope.rii_lower, found.slope.rii_upper),
        "gap": (found.extremes.gap, found.extremes.gap_lower, found.extremes.gap_upper),
        "ratio": (found.extremes.ratio, found.extremes.ratio_lower, found.extremes.ratio_upper),
        "par": (
            found.attributable.par,
            found.attributable.par_lower,
            found.attributable.par_upper,
        ),
        "paf": (
            found.attributable.paf,
            found.attributable.paf_lower,
            found.attributable.paf_upper,
        ),
        "concentration": (
            found.concentration.index,
            found.concentration.lower,
            found.concentration.upper,
        ),
        "erreygers": (
            found.concentration.erreygers,
            found.concentration.erreygers_lower,
            found.concentration.erreygers_upper,
        ),
        "theil": (found.theil, None, None),
        "variance": (found.variance, None, None),
        "disparity": (found.disparity, None, None),
    }
    for code, (value, lower, upper) in expected.items():
        assert rows[code]["value"] == pytest.approx(value, abs=1e-6)
        assert rows[code]["lower_ci"] == (pytest.approx(lower, abs=1e-6) if lower else None)
        assert rows[code]["upper_ci"] == (pytest.approx(upper, abs=1e-6) if upper else None)
        assert rows[code]["formula"] == inequalities.MEANINGS[code].formula
    units = {code: row["unit"] for code, row in rows.items()}
    assert (units["sii"], units["rii"], units["paf"]) == ("%", "ratio", "share")
    assert (units["variance"], units["theil"]) == ("% squared", "index")


def test_diabetes_gathers_among_the_most_deprived(client: TestClient) -> None:
    answer = client.get(ASK).json()
    assert answer["data"][0]["upper_ci"] < 0, "falls towards the least deprived"
    groups = answer["groups"]
    assert [group["group"] for group in groups] == list(range(1, 11)), "group 1 = most deprived"
    assert groups[0]["value"] > groups[-1]["value"]
    assert all(group["lower_ci"] < group["value"] < group["upper_ci"] for group in groups)
    assert list(groups[0]) == list(openapi.GROUP)
    people = sum(group["denominator"] for group in groups)
    average = sum(group["denominator"] * group["value"] for group in groups) / people
    assert answer["average"] == pytest.approx(average, abs=1e-5)


def test_the_answer_says_how_it_was_made(client: TestClient) -> None:
    answer = client.get(ASK).json()
    said = {name: answer[name] for name in ("indicator_id", "period", "method", "base", "interval")}
    assert said == {
        "indicator_id": "qof_dm",
        "period": "2024-25",
        "method": "attributed",
        "base": "LSOA21",
        "interval": "chance",
    }
    area = {"type": "ICB26", "code": "E54000055", "name": "Birmingham and Solihull"}
    assert answer["area"] == area
    assert answer["grouped_by"] == "decile"
    assert "underestimate" in answer["warning"]
    used = {source["dataset_id"] for source in answer["sources"]}
    assert used == {"nhse_qof_prevalence", "nhse_registrations_lsoa", "mhclg_iod2025"}


def test_inherited_figures_are_warned_of_too(client: TestClient) -> None:
    url = "/api/v1/inequality?indicator=qof_bp002&area=ICB26:E54000055&period=2021-22"
    answer = client.get(url).json()
    assert answer["method"] == "inherited"
    assert "networks" in answer["warning"]
    assert "underestimate" in answer["warning"]


def test_published_figures_without_counts_have_intervals_from_scatter(client: TestClient) -> None:
    url = "/api/v1/inequality?indicator=lh_life_expectancy_male&area=ICB26:E54000055"
    answer = client.get(url).json()
    assert (answer["interval"], answer["warning"], answer["base"]) == ("scatter", None, "MSOA21")
    rows = {row["measure"]: row for row in answer["data"]}
    assert rows["sii"]["lower_ci"] > 0, "life is longer among the least deprived"
    assert rows["sii"]["unit"] == "years"
    assert rows["gap"]["lower_ci"] is None
    assert rows["erreygers"]["value"] is None
    assert "hocl_msoa_names" not in {source["dataset_id"] for source in answer["sources"]}


@pytest.mark.parametrize(
    ("groups", "number"),
    [("decile", 10), ("quintile", 5), ("local-decile", 10), ("local-quintile", 5)],
)
def test_kinds_of_groups(client: TestClient, groups: str, number: int) -> None:
    answer = client.get(f"{ASK}&groups={groups}").json()
    assert answer["grouped_by"] == groups
    assert [group["group"] for group in answer["groups"]] == list(range(1, number + 1))
    sizes = [group["areas"] for group in answer["groups"]]
    assert (max(sizes) - min(sizes) <= 1) == groups.startswith("local")


def test_groups_without_people_are_not_there(client: TestClient) -> None:
    answer = client.get(EAST).json()
    assert [group["group"] for group in answer["groups"]] == [1, 2, 3, 4, 5, 6]
    local = client.get(f"{EAST}&groups=local-decile").json()
    assert len(local["groups"]) == 10


def test_a_period_that_is_not_the_newest(client: TestClient) -> None:
    older, newest = client.get(f"{ASK}&period=2020-21").json(), client.get(ASK).json()
    assert older["period"] == "2020-21"
    assert older["average"] < newest["average"]


def test_a_code_of_one_type_needs_no_type(client: TestClient) -> None:
    plain = client.get("/api/v1/inequality?indicator=qof_dm&area=E12000005").json()
    typed = client.get("/api/v1/inequality?indicator=qof_dm&area=RGN24:E12000005").json()
    assert plain == typed


def test_csv_holds_the_measures_alone(client: TestClient) -> None:
    answer = client.get(f"{ASK}&format=csv")
    assert 'filename="inequality.csv"' in answer.headers["content-disposition"]
    rows = pd.read_csv(io.StringIO(answer.text))
    assert list(rows) == list(openapi.MEASURE)
    data = pd.DataFrame(client.get(ASK).json()["data"])
    assert rows["value"].tolist() == data["value"].tolist()


@pytest.mark.parametrize(
    "url",
    [
        "/api/v1/inequality",
        "/api/v1/inequality?indicator=qof_dm",
        "/api/v1/inequality?area=ICB26:E54000055",
        f"{ASK}&groups=thirds",
        f"{ASK}&groups=",
        f"{ASK}&period=",
        f"{ASK}&fit=log",
        f"{ASK}&area=E12000005",
        f"{ASK}&format=xml",
        "/api/v1/inequality?indicator=qof_dm&area=E54000055",
        "/api/v1/inequality?indicator=qof_dm&area=ICB26:",
    ],
)
def test_malformed(client: TestClient, url: str) -> None:
    sentence(client, url, 400)


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("indicator=nothing&area=ICB26:E54000055", "No indicator is called 'nothing'"),
        ("indicator=qof_dm&area=ICB26:E54999999", "'E54999999' is not the code of an area"),
        ("indicator=qof_dm&area=E54999999", "'E54999999' is not the code of an area"),
        ("indicator=qof_dm&area=ICB99:E54000055", "'ICB99' is not a type of area"),
        ("indicator=qof_dm&area=ICB26:E54000055&period=1999", "There is no figure for 1999"),
        ("indicator=registered_65plus&area=ICB26:E54000055", "too large to be grouped"),
        ("indicator=qof_dm&area=MSOA21:E02001827", "Only 4 of 10 national deciles"),
        ("indicator=qof_dm&area=LSOA21:E01009417", "Only 0 of 10 national deciles"),
        ("indicator=rural&area=LAD24:E09000007", "Every group has the same value"),
    ],
)
def test_no_measure(client: TestClient, question: str, says: str) -> None:
    assert says in sentence(client, f"/api/v1/inequality?{question}", 404)


def test_too_few_groups_says_what_to_ask_for(client: TestClient) -> None:
    url = "/api/v1/inequality?indicator=qof_dm&area=MSOA21:E02001827"
    assert "Hill Hook, and 5 are needed; ask for groups=local-quintile" in sentence(
        client, url, 404
    )
    local = sentence(client, f"{url}&groups=local-quintile", 404)
    assert local.startswith("Only 4 of 5 local fifths")
    assert local.endswith("ask for a larger area.")


def test_no_database(lost: TestClient) -> None:
    assert lost.get(ASK).status_code == 503
