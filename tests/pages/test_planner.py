"""The planner on real figures: every ICS of both vintages, plans and cohorts."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm
from streamlit.testing.v1 import AppTest

from components import cached, theme
from data import catalogue, planner, store

ROOT = Path(__file__).parents[2]
SHELL = str(ROOT / "components" / "shell.py")
PAGE = "../pages/planner.py"
BIRMINGHAM = ("ICB26", "E54000055")
ICS = "ICB26:E54000055"
VINTAGES = {"ICB26": 36, "ICB24": 42}
STRATEGIES = (
    "In proportion to need",
    "Proportionate universalism",
    "Most deprived first",
    "Least covered first",
    "Equal shares",
)


@pytest.fixture
def page(build: str) -> AppTest:
    return AppTest.from_file(SHELL, default_timeout=120).switch_page(PAGE)


def asked(at: AppTest, **query: str) -> AppTest:
    at.query_params.clear()
    for name, value in query.items():
        at.query_params[name] = value
    at.run()
    assert not at.exception, at.exception
    assert not at.error, at.error
    return at


def text(at: AppTest) -> str:
    return "\n".join(str(part.proto.body) for part in at.get("html"))


def charts(at: AppTest) -> list[dict[str, Any]]:
    return [json.loads(part.proto.spec) for part in at.get("vega_lite_chart")]


@pytest.mark.parametrize("vintage", VINTAGES)
def test_every_ics_has_a_plan_and_a_cohort(
    page: AppTest, build: str, vintage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for outlines in ("own_map_file", "lines_file", "label_file"):  # slow, and tested by themselves
        monkeypatch.setattr(cached, outlines, lambda *_: "none.json")
    monkeypatch.setattr(planner, "EQUITY_STEPS", (1.0, 20.0))
    monkeypatch.setattr(planner, "UPTAKES", (0.2, 1.0))
    systems = cached.areas(build, vintage)
    assert len(systems) == VINTAGES[vintage]
    for n, code in enumerate(systems["code"]):
        ics, level = f"{vintage}:{code}", "neighbourhood" if n % 7 else "lsoa"
        if n % 3:
            at = asked(page, ics=ics, level=level, coverage=("qof_hf003", "cover_mmr1_24m")[n % 2])
            assert "expected to reach" in text(at)
            assert len(charts(at)) >= 3
        else:
            at = asked(page, ics=ics, level=level, needs="qof_copd,qof_dm", capacity="5000")
            assert "COPD or Diabetes" in text(at)
            assert "add up to 5,000" in text(at)
        assert not at.info
        for name in STRATEGIES:
            assert name in text(at)


def test_the_numbers_are_those_worked_out_another_way(page: AppTest, build: str) -> None:
    engine = cached.engine()
    series = store.series(engine)
    mine = series[series["area_type"] == "MSOA21"].set_index(["indicator_id", "period"])[
        "series_id"
    ]
    figures = {
        name: store.observations(engine, [int(mine[key])], parent=BIRMINGHAM).set_index("area_code")
        for name, key in {
            "rate": ("qof_dm019", "2021-22"),
            "register": ("qof_dm", "2022-23"),
        }.items()
    }
    areas = store.areas(engine, "MSOA21", parent=BIRMINGHAM).set_index("code")
    people = figures["register"]["count"].astype(float).reindex(areas.index)
    have = people * figures["rate"]["value"].astype(float).reindex(areas.index) / 100
    open_ = people - have
    # in proportion to those not covered, before whole offers
    reached = 0.5 * 4000 * open_ / open_.sum()
    decile = areas["imd_decile"].astype(int)
    before, after = (
        float(_slope(decile, people, 100 * some / people)) for some in (have, have + reached)
    )
    asked(page, ics=ICS, coverage="qof_dm019", strategy="need", capacity="4000", uptake="50")
    said = text(page)
    assert "4,000 offers in 161 of 161 neighbourhoods" in said
    assert "are expected to reach 2,000 people" in said
    share = float((reached * areas["core20"] / areas["population"]).sum()) / 2000
    assert f"{100 * share:.0f}% of them in Core20" in said
    first, last = (100 * float(some.sum() / people.sum()) for some in (have, have + reached))
    assert f"Coverage goes from {first:.1f}% to {last:.1f}%" in said
    assert before < 0
    assert f"{-before:.1f} points more at the most deprived end before" in said
    assert f"{-after:.1f} points more at the most deprived end after" in said
    table = next(part.value for part in page.dataframe if "Offers" in part.value)
    assert table["Offers"].sum() == 4000
    assert table["Reached"].sum() == pytest.approx(2000)
    exact = (4000 * open_ / open_.sum()).reindex(table["Code"]).to_numpy()
    assert np.abs(table["Offers"].to_numpy() - exact).max() <= 1.5
    assert table["Offers"].is_monotonic_decreasing


def _slope(decile: Any, people: Any, coverage: Any) -> float:
    have = (people * coverage / 100).groupby(decile).sum()
    people = people.groupby(decile).sum()
    share = people / people.sum()
    middle = share.cumsum() - share / 2
    return float(
        sm.WLS(100 * have / people, sm.add_constant(middle), weights=share).fit().params.iloc[1]
    )


def test_a_cohort_of_20_000_is_people_with_any_of_the_conditions(page: AppTest, build: str) -> None:
    at = asked(page, ics=ICS, needs="qof_copd,qof_dm", capacity="20000")
    engine = cached.engine()
    series = store.series(engine)
    mine = series[(series["area_type"] == "MSOA21") & (series["period"] == "2024-25")]
    numbers = mine.set_index("indicator_id")["series_id"]
    counts = {
        code: store.observations(engine, [int(numbers[code])], parent=BIRMINGHAM).set_index(
            "area_code"
        )
        for code in ("qof_copd", "qof_dm", "qof_hyp")
    }
    everyone = counts["qof_hyp"]["denominator"].astype(float)
    copd, diabetes = (counts[c]["count"].astype(float) / everyone for c in ("qof_copd", "qof_dm"))
    any_of = everyone * (copd + diabetes - copd * diabetes)
    said = text(at)
    assert f"about {theme.number(float(any_of.sum()))} people" in said
    assert "treated as independent" in said
    both = float((everyone * copd * diabetes).sum())
    assert f"about {theme.number(both)} people would have all 2" in said
    places, chosen, offers = (part.value for part in at.dataframe)
    assert places["Taken on, by need"].sum() == offers["Offers"].sum() == 20_000
    assert chosen["Taken on"].sum() == pytest.approx(20_000, abs=5)
    share = (any_of / everyone).sort_values(ascending=False)
    assert list(chosen["Code"]) == list(share.index[: len(chosen)])
    assert any_of[chosen["Code"]].sum() >= 20_000 > any_of[chosen["Code"][:-1]].sum()


def test_a_cohort_of_some_neighbourhoods(page: AppTest, build: str) -> None:
    codes = list(cached.areas(build, "MSOA21", BIRMINGHAM)["code"][:3])
    areas = ",".join(f"MSOA21:{code}" for code in codes)
    at = asked(page, ics=ICS, needs="qof_dm", areas=areas, capacity="100")
    assert "in 3 neighbourhoods of Birmingham and Solihull" in text(at)
    assert set(at.dataframe[2].value["Code"]) == set(codes)
    other = asked(page, ics=ICS, needs="qof_dm", areas="MSOA21:E02000001")
    assert any("1 of the areas in the link" in warning.value for warning in other.warning)


@pytest.mark.parametrize(
    ("query", "has"), [("cover_mmr1_24m", True), ("qof_hf003", False)], ids=["counts", "rates"]
)
def test_an_interval_only_where_people_are_counted(page: AppTest, query: str, has: bool) -> None:
    said = text(asked(page, ics=ICS, coverage=query, level="lsoa", capacity="50"))
    assert ("95% interval" in said) == has
    assert ("has no interval here" in said) != has


def test_assumptions_are_printed_with_the_result(page: AppTest) -> None:
    at = asked(
        page, ics=ICS, coverage="qof_dm019", capacity="4000", uptake="50", equity="4", cost="12.5"
    )
    said = text(at)
    for one in (
        "4,000 offers.",
        "The weight of decile 1 is 4.0",
        "50% of offers are taken up",
        "An offer costs £12.50",
        "£50,000 in all, £25.00 for each",
        "upper estimate",
        "2022-23 register of diabetes",
    ):
        assert one in said, one
    assert at.number_input(key="plan_budget").value == 50_000


def test_a_budget_becomes_the_offers_that_it_pays_for(page: AppTest) -> None:
    at = asked(page, ics=ICS, coverage="qof_dm019", cost="20")
    at.number_input(key="plan_budget").set_value(10_050.0).run()
    assert at.query_params["capacity"] == "502"
    assert "502 offers" in text(at)


def test_switching_to_a_cohort_and_back_writes_the_link(page: AppTest) -> None:
    at = asked(page, ics=ICS, capacity="700")
    at.segmented_control(key="plan_mode").set_value("cohort").run()
    assert at.query_params["needs"] == "qof_dm"
    assert "capacity" not in at.query_params
    assert "By locality" in [part.value for part in at.subheader]
    at.multiselect(key="plan_needs").set_value(["qof_dm", "qof_hyp"]).run()
    assert at.query_params["needs"] == "qof_dm,qof_hyp"
    at.multiselect(key="plan_needs").set_value([]).run()
    assert at.query_params["needs"] == "qof_dm,qof_hyp"
    at.segmented_control(key="plan_mode").set_value("coverage").run()
    assert "needs" not in at.query_params


def test_every_strategy_is_shown_when_chosen(page: AppTest) -> None:
    links = ("need", "universalism", "deprived", "covered", "equal")
    for link, name in zip(links, STRATEGIES, strict=True):
        said = text(asked(page, ics=ICS, coverage="qof_dm019", strategy=link))
        assert f"{name} (shown below)" in said
        assert f"Diabetes BP 140/80 (DM019), {name.lower()}" in said


def test_the_area_that_is_open_says_what_it_is_given(page: AppTest, build: str) -> None:
    code = cached.areas(build, "MSOA21", BIRMINGHAM)["code"].iloc[0]
    at = asked(page, ics=ICS, coverage="qof_dm019", area=f"MSOA21:{code}")
    row = at.dataframe[0].value.set_index("Code").loc[code]
    said = text(at)
    assert "atlas-plan-open" in said
    assert f"{row['Offers']:,} offers for {row['Not covered']:,} people" in said


def test_the_map_colours_each_area_by_its_offers(page: AppTest, build: str) -> None:
    at = asked(page, ics=ICS, coverage="qof_dm019", strategy="deprived", capacity="900")
    spec = json.loads(at.get("deck_gl_json_chart")[0].proto.json)
    fill = spec["layers"][0]["_subLayerProps"]["polygons-fill"]["getFillColor"]
    line = fill.partition("[('")[2].partition("')")[0]
    table = at.dataframe[0].value.set_index("Code")["Offers"].sort_index()
    assert list(table.index) == sorted(cached.areas(build, "MSOA21", BIRMINGHAM)["code"])
    assert [mark == "0" for mark in line] == [given == 0 for given in table]
    assert line[int(table.to_numpy().argmax())] == max(line)


def test_every_coverage_that_is_offered_can_be_planned(page: AppTest) -> None:
    at = asked(page, ics=ICS)
    names = {entry.name: entry.id for entry in catalogue.indicators().values()}
    offered = [names[name] for name in at.selectbox(key="pick_coverage").options]
    assert {"qof_dm019", "cover_mmr1_24m", "qof_hf003"} <= set(offered)
    assert not {"qof_cs005", "tt_recovery"} & set(offered)
    for code in offered[:: max(len(offered) // 5, 1)]:
        at = asked(page, ics=ICS, coverage=code)
        assert not at.info, code
        assert "expected to reach" in text(at)


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"ics": ICS, "coverage": "qof_cs005"}, "only rates are known"),
        ({"ics": ICS, "capacity": "100.5"}, "not a whole number"),
        ({}, "Choose an Integrated Care System"),
        ({"region": "E12000005"}, "Choose an Integrated Care System"),
    ],
)
def test_what_cannot_be_planned_is_one_sentence(
    page: AppTest, query: dict[str, str], says: str
) -> None:
    at = asked(page, **query)
    assert [says in info.value for info in at.info] == [True]


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"ics": "ICB26:E54000099"}, "No ICS has the code"),
        ({"ics": ICS, "strategy": "best"}, "strategy is 'best'"),
        ({"ics": ICS, "capacity": "-5"}, "capacity is '-5'"),
        ({"ics": ICS, "uptake": "101"}, "uptake is '101'"),
        ({"ics": ICS, "needs": "qof_dm019"}, "'qof_dm019', which is no condition"),
    ],
)
def test_a_bad_link_is_told(page: AppTest, query: dict[str, str], says: str) -> None:
    at = asked(page, **query)
    assert any(says in warning.value for warning in at.warning)


def test_a_place_is_planned_for_by_its_neighbourhoods(page: AppTest) -> None:
    at = asked(page, ics=ICS, place="QHL-EAST", level="place", coverage="qof_dm019")
    assert "Planner for East" in text(at)
    assert "neighbourhoods of East" in text(at)
    assert set(at.dataframe[0].value["Place"]) == {"East"}
