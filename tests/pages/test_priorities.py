"""The page of priorities on real figures: every ICS of both vintages, weights, ranks, links."""

import gzip
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from components import cached, narrative, prioritycharts
from components.selection import Selection, parse
from data import priorities, store

ROOT = Path(__file__).parents[2]
SHELL = str(ROOT / "components" / "shell.py")
PAGE = "../pages/priorities.py"
BIRMINGHAM = ("ICB26", "E54000055")
HERE = {"ics": "ICB26:E54000055"}
USUAL = {"need.qof_dm": 30.0, "coverage.qof_dm020": 20.0, "deprivation": 30.0, "people": 20.0}
VINTAGES = {"ICB26": 36, "ICB24": 42}


def forget() -> None:
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture(scope="module", autouse=True)
def own_caches() -> Iterator[None]:
    """Tests here share what is cached, and nothing with other files."""
    forget()
    yield
    forget()


@pytest.fixture
def build(atlas_database: Path) -> str:
    return cached.build()


@pytest.fixture
def page(build: str) -> AppTest:
    return AppTest.from_file(SHELL, default_timeout=120).run().switch_page(PAGE)


def asked(at: AppTest, **query: str) -> AppTest:
    at.query_params.clear()
    for name, value in query.items():
        at.query_params[name] = value
    return clean(at.run())


def clean(at: AppTest) -> AppTest:
    assert not at.exception, at.exception
    assert not at.error, at.error
    return at


def text(at: AppTest) -> str:
    return "\n".join(str(part.proto.body) for part in at.get("html"))


def charts(at: AppTest) -> list[dict[str, Any]]:
    return [json.loads(part.proto.spec) for part in at.get("vega_lite_chart")]


def ranked(build: str, weights: dict[str, float] = USUAL, level: str = "MSOA21") -> pd.DataFrame:
    return cached.ranked(build, BIRMINGHAM, level, priorities.encode(weights), "2024-25")


@pytest.mark.parametrize("vintage", VINTAGES)
def test_every_ics_is_ranked(
    page: AppTest, build: str, vintage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # edges are the same files as the map's, and half of what a new ICS costs
    monkeypatch.setattr(cached, "lines_file", lambda *_: "")
    systems = cached.areas(build, vintage)
    assert len(systems) == VINTAGES[vintage]
    for code, name in zip(systems["code"], systems["name"], strict=True):
        at = asked(page, ics=f"{vintage}:{code}")
        said = text(at)
        assert f"Priorities in {name}".replace("&", "&amp;") in said
        table = cached.ranked(build, (vintage, code), "MSOA21", priorities.encode(USUAL), "2024-25")
        first = str(table["name"].iloc[0]).replace("&", "&amp;").replace("'", "&#x27;")
        assert f"{first} ranks first of {table['score'].notna().sum():,} neighbourhoods" in said
        assert len(charts(at)) == 2
        assert len(at.dataframe[0].value) == len(table)


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ({}, "ICSs"),
        ({"region": "E12000005"}, "ICSs"),
        ({**HERE, "level": "place"}, "places"),
        ({**HERE, "level": "lsoa"}, "LSOAs"),
        ({**HERE, "place": "QHL-EAST"}, "neighbourhoods"),
        ({**HERE, "place": "QHL-EAST", "level": "place"}, "neighbourhoods"),
        ({**HERE, "place": "QHL-EAST", "level": "lsoa"}, "LSOAs"),
    ],
)
def test_every_level_is_ranked(page: AppTest, query: dict[str, str], kind: str) -> None:
    at = asked(page, **query)
    assert kind in text(at)
    assert len(charts(at)) == 2
    assert not at.warning or "no interval" in at.warning[0].value


def test_scores_are_what_the_figures_give_when_worked_out_another_way(
    page: AppTest, build: str
) -> None:
    engine = cached.engine()
    series = store.series(engine)
    areas = store.areas(engine, "MSOA21", parent=BIRMINGHAM).set_index("code")
    expected = pd.Series(0.0, areas.index)
    for indicator, period, weight, best in (
        ("qof_dm", "2024-25", 0.3, True),
        ("qof_dm020", "2021-22", 0.2, False),
        ("imd", "2025", 0.3, True),
        ("", "", 0.2, True),
    ):
        value = areas["population"] * areas["share"]
        if indicator:
            mine = series[
                (series["indicator_id"] == indicator)
                & (series["area_type"] == "MSOA21")
                & (series["period"] == period)
            ]
            figures = store.observations(engine, mine["series_id"].tolist(), parent=BIRMINGHAM)
            value = figures.set_index("area_code")["value"].reindex(areas.index)
        place = value.rank(ascending=best)
        expected += weight * 100 * (place - 1) / (len(place) - 1)
    expected = expected.sort_values(ascending=False)
    shown = asked(page, **HERE).dataframe[0].value
    assert list(shown["Score"]) == pytest.approx(list(expected), abs=0.051)
    lettered = shown[["A", "B", "C", "D"]].sum(axis=1)
    assert list(lettered) == pytest.approx(list(shown["Score"]), abs=0.21)
    names = areas["name"].to_dict()
    assert shown["Area"].iloc[0] == names[expected.index[0]]


def test_nobody_is_named_surely_first_on_noise(page: AppTest, build: str) -> None:
    table = ranked(build)
    assert not (table["top_ten"] > 0.8).any()
    nearest = table.sort_values("top_ten").iloc[-1]
    said = text(asked(page, **HERE))
    assert "None is surely among the first ten, in over 80% of draws" in said
    assert f"{nearest['name']} comes nearest, in {nearest['top_ten']:.0%}" in said
    assert f"the first {(table['band'] == 1).sum():,} cannot be told apart" in said


def test_those_surely_among_the_first_ten_are_named_with_their_share(
    page: AppTest, build: str
) -> None:
    table = ranked(build, {"deprivation": 50})
    known = text(asked(page, **HERE, weights="deprivation:50"))
    assert (table["top_ten"].head(10) == 1).all()
    for name in table["name"].head(10):
        assert f"{name} (100%)".replace("&", "&amp;") in known
    assert f"{table['name'].iloc[10]} (".replace("&", "&amp;") not in known


def test_ten_areas_or_fewer_have_no_first_ten(page: AppTest) -> None:
    said = text(asked(page, **HERE, level="place"))
    assert "first ten" not in said.split("A score is the weighted mean")[0]


def test_the_link_has_everything_and_restores_it(page: AppTest) -> None:
    at = asked(page, **HERE, weights="deprivation:40,-rurality:2.5")
    assert at.multiselect(key="pick_criteria").value == ["deprivation", "-rurality"]
    assert at.number_input(key="weigh_deprivation").value == 40
    clean(at.number_input(key="weigh_-rurality").set_value(10.0).run())
    assert at.query_params["weights"] == "deprivation:40,-rurality:10"
    picker = at.multiselect(key="pick_criteria")
    clean(picker.set_value(["deprivation", "-rurality", "need.qof_copd"]).run())
    assert at.query_params["weights"] == "deprivation:40,-rurality:10,need.qof_copd:20"
    clean(at.multiselect(key="pick_criteria").set_value([]).run())
    assert "weights" not in at.query_params
    assert at.multiselect(key="pick_criteria").value == list(USUAL)


def test_a_criterion_chosen_both_ways_keeps_the_later_one(page: AppTest) -> None:
    at = asked(page, **HERE, weights="deprivation:40,people:30")
    picker = at.multiselect(key="pick_criteria")
    clean(picker.set_value(["deprivation", "people", "-people"]).run())
    assert at.query_params["weights"] == "deprivation:40,-people:30"


def test_the_map_s_indicators_are_the_usual_need_and_coverage(page: AppTest) -> None:
    at = asked(page, **HERE, condition="qof_copd", coverage="qof_copd010")
    chosen = at.multiselect(key="pick_criteria").value
    assert chosen == ["need.qof_copd", "coverage.qof_copd010", "deprivation", "people"]


def test_an_area_opened_is_explained_by_its_parts(page: AppTest, build: str) -> None:
    table = ranked(build)
    row = table.iloc[40]
    at = asked(page, **HERE, area=f"MSOA21:{row['code']}")
    said = text(at)
    told = narrative.priority(
        table, str(row["code"]), USUAL, "neighbourhoods", "Birmingham and Solihull"
    )
    assert told.replace("&", "&amp;") in said.replace("&lt;", "<")
    assert f"{row['need.qof_dm']:.1f}%" in said
    assert "taken as known" in said
    assert any(f"Why {row['name']} ranks" in str(part.value) for part in at.subheader)


def test_charts_hold_the_first_twenty_and_the_one_that_is_open(build: str) -> None:
    table = ranked(build)
    last = str(table["code"].iloc[-1])
    assert list(prioritycharts.charted(table, "")["code"]) == list(table["code"].head(20))
    assert list(prioritycharts.charted(table, last)["code"]) == [*table["code"].head(20), last]
    assert prioritycharts.charted(table, "")["label"].is_unique


def test_maps_hold_score_and_how_often_among_the_first_ten(build: str) -> None:
    table = ranked(build)
    file = cached.ranked_file(
        build,
        BIRMINGHAM,
        "MSOA21",
        priorities.encode(USUAL),
        "2024-25",
        lambda: prioritycharts.on_map(table, USUAL),
    )
    content = cached.map_files(build).read(file)
    assert content is not None
    features = json.loads(gzip.decompress(content))["features"]
    held = {one["properties"]["c"]: one["properties"] for one in features}
    for row in table.to_dict("records"):
        mine = held[row["code"]]
        assert mine["vs"] == pytest.approx(row["score"], abs=0.051)
        assert mine["r"] == f"{row['rank']:.0f}"
        assert mine["p0"] == f"{row['need.qof_dm_part']:.1f}"
        limits = [0.8, 0.5, 0.2]
        assert mine["k"] == sum(row["top_ten"] <= limit for limit in limits)
    keys = prioritycharts.scores_key(table)
    assert sum(key.count for key in keys) == len(table)
    assert sum(key.count for key in prioritycharts.sureness_key(table)) == len(table)


def test_an_area_without_a_figure_is_not_ranked_and_says_so(page: AppTest, build: str) -> None:
    at = asked(page, weights="coverage.qof_dm020:20,deprivation:10")
    table = at.dataframe[0].value
    lacking = table["Score"].isna()
    assert lacking.any()
    assert (table.loc[lacking, "95% of draws"] == "not ranked").all()
    assert f"Not ranked, for want of a figure: {lacking.sum()}" in text(at)
    name = table.loc[lacking, "Area"].iloc[0]
    systems = cached.areas(build, "ICB26").set_index("name")["code"]
    at = asked(page, weights="coverage.qof_dm020:20,deprivation:10", area=f"ICB26:{systems[name]}")
    assert f"{name} is not ranked: it has no figure" in text(at)


def test_downloads_hold_every_area_with_its_parts(build: str) -> None:
    table = ranked(build)
    read = pd.read_csv(io.BytesIO(priorities.to_csv(table)))
    assert list(read["code"]) == list(table["code"])
    sources = cached.criteria_used(build, "MSOA21", tuple(USUAL), "2024-25")
    book = openpyxl.load_workbook(io.BytesIO(priorities.to_xlsx(table, sources, USUAL)))
    assert book["Priorities"].max_row == len(table) + 1
    features = json.loads(cached.ranked_geojson(build, BIRMINGHAM, "MSOA21", table))["features"]
    assert [one["properties"]["code"] for one in features] == list(table["code"])
    assert features[0]["properties"]["score"] == pytest.approx(table["score"].iloc[0])
    assert features[0]["geometry"]["type"].endswith("Polygon")


@pytest.mark.parametrize(
    ("weights", "says"),
    [
        ("nonsense", "where a criterion and its weight should stand"),
        ("need.nonsense:30", "'need.nonsense' is not something to rank areas by"),
        ("deprivation:0", "it must be above 0"),
        ("deprivation:10,deprivation:20", "two weights"),
        ("people:10,-people:20", "chosen both ways"),
        ("-deprivation:10", "has a minus"),
    ],
)
def test_bad_weights_in_a_link_are_told_and_the_usual_ones_shown(
    page: AppTest, weights: str, says: str
) -> None:
    at = asked(page, **HERE, weights=weights)
    assert says in at.warning[0].value
    assert at.multiselect(key="pick_criteria").value == list(USUAL)
    assert len(charts(at)) == 2


def test_a_criterion_that_a_level_lacks_is_told_and_can_be_taken_out(
    page: AppTest, build: str
) -> None:
    series = cached.series(build)
    has = {
        level: set(series.loc[series["area_type"] == level, "indicator_id"])
        for level in ("ICB26", "LSOA21")
    }
    only = sorted(
        one.id
        for one in cached.criteria(build, "ICB26")
        if one.indicator_id in has["ICB26"] - has["LSOA21"]
    )[0]
    at = asked(page, **HERE, level="lsoa", weights=f"{only}:20,deprivation:10")
    assert "has no figures for LSOAs; leave it out" in at.info[0].value
    assert not charts(at)
    clean(at.multiselect(key="pick_criteria").set_value(["deprivation"]).run())
    assert len(charts(at)) == 2


def test_an_area_of_another_kind_is_left_alone(page: AppTest) -> None:
    at = asked(page, **HERE, level="lsoa", area="MSOA21:E02001827")
    assert not any("Why " in str(part.value) for part in at.subheader)
    assert len(charts(at)) == 2


def test_no_database_gives_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forget()
    monkeypatch.setattr(store, "HOME", tmp_path)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'none.db'}")
    at = AppTest.from_file(SHELL, default_timeout=60)
    at.switch_page(PAGE).run()
    forget()
    assert not at.exception
    assert "The database is empty" in at.error[0].value


def test_weights_are_part_of_the_selection() -> None:
    selection, problems = parse({"weights": "need.qof_dm:30,deprivation:50"})
    assert not problems
    assert selection == Selection(weights="need.qof_dm:30,deprivation:50")
