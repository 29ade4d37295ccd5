"""The page of own areas on real figures, and own areas on the other pages."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from components import cached
from components.selection import Selection, parse
from data import own_areas, store
from data.own_areas import OwnArea
from tests.api.conftest import app, client  # noqa: F401

SHELL = str(Path(__file__).parents[2] / "components" / "shell.py")
BIRMINGHAM = ("ICB26", "E54000055")
ICS = ":".join(BIRMINGHAM)


def lsoas(area: tuple[str, str]) -> tuple[str, ...]:
    return tuple(store.lsoas(cached.engine(), [area])["code"])


def page(name: str = "areas", **query: str) -> AppTest:
    at = AppTest.from_file(SHELL, default_timeout=120)
    if name != "map":
        at = at.run().switch_page(f"../pages/{name}.py")
    for part, value in query.items():
        at.query_params[part] = value
    at.run()
    assert not at.exception, at.exception
    return at


def text(at: AppTest) -> str:
    return "\n".join(str(part.proto.body) for part in at.get("html"))


def linked(at: AppTest) -> OwnArea | None:
    query = {name: v if isinstance(v, str) else v[0] for name, v in at.query_params.items()}
    return parse(query)[0].own_area


@pytest.fixture
def team(build: str) -> OwnArea:
    """The whole of one neighbourhood, and a part of another."""
    first, second = cached.areas(build, "MSOA21", BIRMINGHAM)["code"][:2]
    return OwnArea("North team", (*lsoas(("MSOA21", first)), *lsoas(("MSOA21", second))[:2]))


def test_the_page_says_what_an_area_holds(build: str, team: OwnArea) -> None:
    rows = store.areas(cached.engine(), "LSOA21").set_index("code").loc[list(team.lsoas)]
    said = text(page(own=own_areas.encode(team)))
    people, core20 = rows["population"].sum(), rows["core20"].sum()
    assert f"{len(rows)} LSOAs, {people:,} people in mid-2024" in said
    assert f"{100 * core20 / people:.0f}% of them in the most deprived 20%" in said
    whole, part = cached.areas(build, "MSOA21", BIRMINGHAM).iloc[:2].to_dict("records")
    share = 100 * rows.loc[list(team.lsoas)[-2:], "population"].sum() / part["population"]
    assert "It holds 1 neighbourhood whole and cuts 1" in said
    assert whole["name"] not in said.split("It holds 1 neighbourhood")[1].split("</p>")[0]
    assert share < 100


def test_its_score_is_that_of_the_database(build: str, team: OwnArea) -> None:
    own = cached.own_area(build, own_areas.encode(team))[1]
    header = cached.header(build, (("OWN", own),))
    held = cached.drawn_up(build, team)
    assert held.imd_score == pytest.approx(header.imd_score, abs=0.005)
    assert (held.population, held.core20) == (header.population, header.core20)


def test_pasted_codes_go_to_the_link_and_each_problem_is_told(build: str) -> None:
    at = page(ics=ICS)
    at.segmented_control(key="areas_way").set_value("codes").run()
    at.text_area(key="areas_codes").set_value("E02001827 W01000001").run()
    at.button(key="paste").click().run()
    assert linked(at) is None
    assert "W01000001 is Welsh; the atlas holds England only." in text(at)
    at.button(key="use_rest").click().run()
    own = linked(at)
    assert own is not None and own.lsoas == lsoas(("MSOA21", "E02001827"))
    at.text_input(key="areas_name").set_value("Sutton").run()
    renamed = linked(at)
    assert renamed is not None and renamed.name == "Sutton" and renamed.lsoas == own.lsoas
    assert "ICB26:E54000055" in at.query_params["ics"]


def test_text_without_a_code_is_told_in_a_sentence(build: str) -> None:
    at = page(ics=ICS)
    at.segmented_control(key="areas_way").set_value("codes").run()
    at.text_area(key="areas_codes").set_value("nothing").run()
    at.button(key="paste").click().run()
    assert "There is no code" in at.error[0].value


def test_a_list_adds_and_takes_out(build: str) -> None:
    at = page(ics=ICS)
    at.segmented_control(key="areas_way").set_value("list").run()
    at.multiselect(key="areas_list_MSOA21").set_value(["E02001827", "E02001828"]).run()
    at.button(key="list_add").click().run()
    own = linked(at)
    assert own is not None
    both = {*lsoas(("MSOA21", "E02001827")), *lsoas(("MSOA21", "E02001828"))}
    assert set(own.lsoas) == both
    at.multiselect(key="areas_list_MSOA21").set_value(["E02001828"]).run()
    at.button(key="list_out").click().run()
    left = linked(at)
    assert left is not None and left.lsoas == lsoas(("MSOA21", "E02001827"))


def test_a_set_is_checked_for_gaps_and_overlaps(build: str) -> None:
    content = b"name,code\nA,E02001827\nA,E02001828\nB,E02001828\n"
    at = page(ics=ICS)
    at.session_state["areas_reading"] = own_areas.from_csv(cached.engine(), content)
    at.session_state["areas_way"] = "file"
    at.run()
    assert not at.exception
    everyone = cached.areas(build, "LSOA21", BIRMINGHAM).set_index("code")["population"]
    first, twice = lsoas(("MSOA21", "E02001827")), lsoas(("MSOA21", "E02001828"))
    gap = everyone.drop([*first, *twice])
    said = text(at)
    assert f"{len(gap):,} LSOAs in none of the areas ({gap.sum():,} people)" in said
    assert f"{len(twice)} LSOAs in several ({everyone[list(twice)].sum():,} people)" in said
    assert f"no LSOA outside {cached.area(build, *BIRMINGHAM)['name']}" in said


@pytest.mark.parametrize("name", ["areas", "map", "inequalities", "profile"])
def test_a_damaged_link_is_told_in_a_sentence(build: str, name: str) -> None:
    at = page(name, own="1damaged", ics=ICS)
    assert {one.value for one in at.warning} == {own_areas.DAMAGED}
    assert not at.error


@pytest.mark.parametrize("name", ["areas", "map", "inequalities", "profile", "need", "priorities"])
def test_an_area_of_an_lsoa_that_does_not_exist_is_told(build: str, name: str) -> None:
    own = own_areas.encode(OwnArea("Nowhere", ("E01999999",)))
    at = page(name, own=own, ics=ICS)
    (said,) = {one.value for one in at.warning}
    assert said.startswith("E01999999 is no LSOA of 2021")


@pytest.mark.parametrize("name", ["inequalities", "profile", "need", "priorities", "planner"])
def test_an_own_area_is_the_subject_of_every_page(build: str, team: OwnArea, name: str) -> None:
    at = page(name, own=own_areas.encode(team), ics=ICS)
    assert not at.error, at.error
    assert team.name in text(at)


def test_too_few_groups_are_told(build: str) -> None:
    alone = own_areas.encode(OwnArea("One", ("E01008881",)))
    at = page("inequalities", own=alone, indicator="qof_dm")
    assert "One" in at.info[0].value
    assert not at.error


def test_an_own_area_is_placed_beside_the_places_of_its_ics(build: str) -> None:
    half = OwnArea("Half", lsoas(BIRMINGHAM)[::2])
    said = text(page("inequalities", own=own_areas.encode(half), ics=ICS, indicator="qof_dm"))
    places = len(cached.areas(build, "PLACE26", BIRMINGHAM))
    assert f"widest gap of {places + 1} places and own areas of" in said
    assert "neighbourhoods account for half of the gap" in said or "of the gap" in said


def test_another_ics_or_place_lets_it_go(team: OwnArea) -> None:
    chosen = Selection(ics=ICS, own=own_areas.encode(team))
    assert chosen.subject == ("OWN", team.code) == chosen.profiled[0]
    assert chosen.but(ics="ICB26:E54000057").own == ""
    assert chosen.but(place="QHL-WEST").own == ""
    assert chosen.but(place="").subject == BIRMINGHAM
    assert chosen.but(layer="coverage").own == chosen.own


def test_the_name_is_what_this_link_says(build: str, team: OwnArea) -> None:
    page("profile", own=own_areas.encode(team))
    other = OwnArea("South team", team.lsoas)
    assert "<h1>South team</h1>" in text(page("profile", own=own_areas.encode(other)))
    assert "<h1>North team</h1>" in text(page("profile", own=own_areas.encode(team)))


def test_the_api_answers_for_an_own_area_and_lists_none(
    build: str,
    team: OwnArea,
    client: TestClient,  # noqa: F811
) -> None:
    code = cached.own_area(build, own_areas.encode(team))[1]
    found = client.get(f"/api/v1/profile?area=OWN:{code}")
    assert found.status_code == 200
    listed = client.get("/api/v1/areas?type=OWN")
    assert listed.status_code == 404 and "is not a type of area" in listed.json()["error"]
    unknown = client.get("/api/v1/profile?area=OWN:X0123456789")
    assert unknown.status_code == 404 and "open its link" in unknown.json()["error"]
    levels = {
        one["area_type"]
        for row in client.get("/api/v1/indicators").json()["data"]
        for one in row["series"]
    }
    assert "MSOA21" in levels and "OWN" not in levels
