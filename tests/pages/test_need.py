"""The page of need and coverage on real figures: every ICS, every goal, what is chosen."""

import json
from collections.abc import Iterator
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from components import cached, needcharts, needview
from components.selection import Selection
from data import catalogue, need, store
from data.need import NO_FIGURE, QUADRANTS

ROOT = Path(__file__).parents[2]
SHELL = str(ROOT / "components" / "shell.py")
PAGE = "../pages/need.py"
BSOL = "ICB26:E54000055"
BIRMINGHAM = ("ICB26", "E54000055")
MANCHESTER = "ICB26:E54000057"
HOOD = "MSOA21:E02001827"
VINTAGES = {"ICB26": 36, "ICB24": 42}


@pytest.fixture(scope="module", autouse=True)
def own_caches() -> Iterator[None]:
    """Tests here share what is cached, and nothing with other files."""
    st.cache_data.clear()
    st.cache_resource.clear()
    yield
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture
def build(atlas_database: Path) -> str:
    return cached.build()


@pytest.fixture
def page(build: str) -> AppTest:
    at = AppTest.from_file(SHELL, default_timeout=120)
    at.query_params["ics"] = BSOL
    return at.switch_page(PAGE)


def asked(at: AppTest, **query: str) -> AppTest:
    at.query_params.clear()
    for name, value in query.items():
        at.query_params[name] = value
    at.run()
    assert not at.exception, at.exception
    assert not at.error, at.error
    return at


def text(at: AppTest) -> str:
    return unescape("\n".join(str(part.proto.body) for part in at.get("html")))


def charts(at: AppTest) -> list[dict[str, Any]]:
    return [json.loads(part.proto.spec) for part in at.get("vega_lite_chart")]


def decks(at: AppTest) -> list[dict[str, Any]]:
    return [json.loads(part.proto.json) for part in at.get("deck_gl_json_chart")]


def figure(engine: Any, indicator: str, period: str, area: tuple[str, str]) -> pd.Series:
    series = store.series(engine)
    rows = store.observations(engine, series["series_id"].tolist(), area=area)
    mine = rows[(rows["indicator_id"] == indicator) & (rows["period"] == period)]
    return mine.iloc[0]


@pytest.mark.parametrize("vintage", VINTAGES)
def test_every_ics_is_drawn_or_says_why_not(
    page: AppTest, build: str, vintage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("own_map_file", "lines_file", "label_file"):
        monkeypatch.setattr(cached, name, lambda *_: "not-drawn.json")
    systems = cached.areas(build, vintage)
    assert len(systems) == VINTAGES[vintage]
    covers = ["qof_dm020", "cover_mmr1_24m", "qof_smok004", "qof_hf003"]
    goals = ["england", "ics", "least-deprived-fifth"]
    for n, (code, name) in enumerate(zip(systems["code"], systems["name"], strict=True)):
        at = asked(
            page,
            ics=f"{vintage}:{code}",
            level="place" if n % 4 == 3 else "neighbourhood",
            coverage=covers[n % len(covers)],
            goal=goals[n % len(goals)],
            needs="qof_dm,qof_hyp" if n % 2 else "qof_dm",
        )
        said = text(at)
        assert f"Need and coverage in {name}" in said
        if at.get("vega_lite_chart"):
            assert "high need" in said
            assert len(decks(at)) == 1
            assert len(at.dataframe[0].value) == len(cached.need_rows(
                build, (vintage, code), "PLACE" + vintage[-2:] if n % 4 == 3 else "MSOA21",
                ("qof_dm", "qof_hyp") if n % 2 else ("qof_dm",), covers[n % len(covers)], "2024-25",
            ))  # fmt: skip
        else:
            assert at.info or "has figures of both" in said, name


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"region": "E12000005"},
        {"ics": BSOL, "place": "QHL-EAST"},
        {"ics": BSOL, "place": "QHL-EAST", "level": "place"},
        {"ics": BSOL, "place": "QHL-EAST", "level": "lsoa", "needs": "qof_copd,qof_ast,qof_dep"},
        {"ics": MANCHESTER, "level": "lsoa", "coverage": "cover_mmr1_24m", "goal": "target"},
    ],
)
def test_england_a_region_a_place_and_lsoas_are_drawn(page: AppTest, query: dict[str, str]) -> None:
    at = asked(page, **query)
    assert len(charts(at)) == 2
    assert len(decks(at)) == 1
    assert "The gap as people" in [header.value for header in at.header]


def test_the_sentence_is_what_the_figures_give_when_worked_out_another_way(
    page: AppTest, build: str
) -> None:
    engine = cached.engine()
    series = store.series(engine).set_index(["indicator_id", "period", "area_type"])["series_id"]
    need_id, coverage_id = (
        int(series[code, period, "MSOA21"])
        for code, period in (("qof_dm", "2024-25"), ("qof_dm020", "2021-22"))
    )
    rows = store.observations(engine, [need_id, coverage_id], parent=BIRMINGHAM)
    wide = rows.pivot_table(index="area_code", columns="indicator_id", values="value")
    england = ("ENG", "E92000001")
    marks = [
        figure(engine, code, period, england)["value"]
        for code, period in (("qof_dm", "2024-25"), ("qof_dm020", "2021-22"))
    ]
    hit = wide[(wide["qof_dm"] > marks[0]) & (wide["qof_dm020"] < marks[1])].index
    hoods = store.areas(engine, "MSOA21", parent=BIRMINGHAM).set_index("code").loc[hit]
    people = (hoods["population"] * hoods["share"]).sum()
    core20 = (hoods["core20"] * hoods["share"]).sum()
    assert 20 < len(hit) < 100
    said = text(asked(page, ics=BSOL))
    assert f"{len(hit)} of {len(wide)} neighbourhoods in Birmingham and Solihull have high" in said
    assert (
        f"{people:,.0f} people live there, {100 * core20 / people:.0f}% of them in Core20" in said
    )
    assert f"above England's rate, {marks[0]:.1f}%" in said


def test_the_gap_is_what_the_figures_give_when_worked_out_another_way(
    page: AppTest, build: str
) -> None:
    engine = cached.engine()
    series = store.series(engine).set_index(["indicator_id", "period", "area_type"])["series_id"]
    coverage = store.observations(
        engine, [int(series["qof_dm020", "2021-22", "MSOA21"])], parent=BIRMINGHAM
    ).set_index("area_code")
    register = store.observations(
        engine, [int(series["qof_dm", "2022-23", "MSOA21"])], parent=BIRMINGHAM
    ).set_index("area_code")["count"]
    share = store.areas(engine, "MSOA21", parent=BIRMINGHAM).set_index("code")["share"]
    own = figure(engine, "qof_dm020", "2021-22", BIRMINGHAM)["value"]
    more = ((own - coverage["value"]) / 100 * register * share).clip(lower=0)
    assert more.sum() > 500
    said = text(asked(page, ics=BSOL, goal="ics"))
    assert (
        f"the rate of Birmingham and Solihull ({own:.1f}%), {more.sum():,.0f} more people" in said
    )
    assert f"in {(more > 0).sum()} of {len(more)} neighbourhoods" in said
    bars = next(rows for rows in data_of(page, 1) if "who" in rows)
    assert len(bars) == 2 * needcharts.BARS
    assert bars["size"].sum() == pytest.approx(more.nlargest(needcharts.BARS).sum())
    table = page.dataframe[0].value
    assert table["More to the goal"].sum() == pytest.approx(more.sum(), abs=len(more) / 2)


def test_points_have_size_colour_and_shape_and_can_be_clicked_and_boxed(page: AppTest) -> None:
    spec = charts(asked(page, ics=BSOL))[0]
    assert {param["name"] for param in spec["params"]} == {"pick", "box"}
    points = next(
        layer
        for layer in spec["layer"]
        if {"size", "color", "shape"} <= set(layer.get("encoding", {}))
    )
    assert points["encoding"]["size"]["field"] == "people"
    assert points["encoding"]["color"]["field"] == points["encoding"]["shape"]["field"] == "fifth"
    assert points["encoding"]["color"]["legend"]["title"].endswith("(1 = most deprived)")


def test_a_phone_has_no_box_so_that_a_drag_scrolls(build: str) -> None:
    spec = chart(build, compact=True).to_dict()
    assert {param["name"] for param in spec["params"]} == {"pick"}


def chart(build: str, **more: Any) -> Any:
    args = (build, BIRMINGHAM, "MSOA21", ("qof_dm",), "qof_dm020", "2024-25")
    rows = cached.need_rows(*args)
    goal, mark = cached.need_marks(*args, "england", BIRMINGHAM)
    chosen = need.choose(cached.series(build), "MSOA21", ["qof_dm"], "qof_dm020")
    quadrant = need.quadrants(rows, mark, goal.value)
    return needcharts.scatter(rows, quadrant, chosen, goal, mark, **more)


def test_what_the_link_chooses_is_marked_in_points_map_table_and_words(page: AppTest) -> None:
    both = f"{HOOD},MSOA21:E02001828"
    at = asked(page, ics=BSOL, areas=both)
    code = [one.partition(":")[2] for one in both.split(",")]
    points = next(rows for rows in data_of(at, 0) if {"marked", "fifth"} <= set(rows))
    marked = set(points.loc[points["marked"], "code"])
    assert marked == set(code)
    chosen = [layer for layer in decks(at)[0]["layers"] if layer["id"].startswith("chosen-")]
    assert len(chosen) == 2
    assert all(one in chosen[0]["getLineColor"] for one in code)
    table = at.dataframe[0].value
    assert set(table.index[:2]) == set(code), "those chosen elsewhere come first"
    assert "2 neighbourhoods chosen" in text(at)
    alone = asked(page, ics=BSOL, area=HOOD)
    assert alone.dataframe[0].value.index[0] == code[0]
    assert "Hill Hook: low need, " in text(alone)


def data_of(at: AppTest, number: int) -> list[pd.DataFrame]:
    sent = at.get("vega_lite_chart")[number].proto.datasets
    return [pa.ipc.open_stream(one.data.data).read_pandas() for one in sent]


def test_buttons_choose_a_quadrant_and_let_go(page: AppTest) -> None:
    at = asked(page, ics=BSOL)
    quadrants = at.dataframe[0].value["Quadrant"]
    worst = set(quadrants.index[quadrants == QUADRANTS[0]])
    button = next(one for one in at.button if "high need, low coverage" in one.label)
    assert f"({len(worst)})" in button.label
    button.click().run()
    chosen = at.query_params["areas"]
    chosen = chosen[0] if isinstance(chosen, list) else chosen
    assert {one.partition(":")[2] for one in chosen.split(",")} == worst
    assert f"{len(worst)} neighbourhoods chosen, of which {len(worst)} have" in text(at)
    next(one for one in at.button if one.label == "Let go of the choice").click().run()
    assert "areas" not in at.query_params
    assert "neighbourhoods chosen" not in text(at)


def test_no_more_areas_are_chosen_than_a_link_can_name(page: AppTest) -> None:
    at = asked(page, ics=MANCHESTER, level="lsoa")
    next(one for one in at.button if "high need, low coverage" in one.label).click().run()
    assert not at.exception
    assert f"{needview.MOST} LSOAs chosen" in text(at)
    assert "too many for a link" in at.toast[0].value


def test_conditions_together_are_written_to_the_link_and_weigh_the_same(
    page: AppTest, build: str
) -> None:
    at = asked(page, ics=BSOL)
    at.multiselect(key="pick_needs").set_value(["qof_copd", "qof_ast"]).run()
    written = at.query_params["needs"]
    assert (written[0] if isinstance(written, list) else written) == "qof_copd,qof_ast"
    table = at.dataframe[0].value
    names = [f"{catalogue.indicator(code).short_name}, %" for code in ("qof_copd", "qof_ast")]
    z = (table[names] - table[names].mean()) / table[names].std(ddof=0)
    assert np.allclose(table["Need, mean z-score"], z.mean(axis=1), atol=0.05)
    assert "mean of their z-scores" in text(at)


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"coverage": "smi_all6"}, "has no figures for neighbourhoods; it has them for"),
        ({"goal": "target"}, "has no national target; choose another goal"),
    ],
)
def test_what_cannot_be_shown_is_said(page: AppTest, query: dict[str, str], says: str) -> None:
    at = asked(page, ics=BSOL, **query)
    assert says in at.info[0].value
    assert not charts(at)


def test_people_who_cannot_be_counted_are_not(page: AppTest) -> None:
    at = asked(page, ics=BSOL, coverage="qof_smok004")
    assert "how many people are not covered is not known" in at.info[0].value
    assert len(charts(at)) == 1
    assert "Not covered" not in at.dataframe[0].value
    assert "All points are of one size" in text(at)


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"needs": "qof_dm,nonsense"}, "'nonsense', which is no condition"),
        ({"coverage": "nonsense"}, "'nonsense', which is no coverage indicator"),
        ({"goal": "moon"}, "goal is 'moon'"),
        ({"areas": "MSOA21:E02000001,MSOA21:E02001827"}, "chooses 'MSOA21:E02000001', which is"),
        ({"areas": "MSOA99:E02000001"}, "areas is 'MSOA99:E02000001'"),
        ({"level": "street"}, "level is 'street'"),
    ],
)
def test_a_bad_link_is_told_and_the_page_is_drawn(
    page: AppTest, query: dict[str, str], says: str
) -> None:
    at = asked(page, ics=BSOL, **query)
    assert any(says in warning.value for warning in at.warning)
    assert len(charts(at)) == 2


def test_files_hold_what_is_shown(build: str, page: AppTest) -> None:
    asked(page, ics=BSOL)
    args = (build, BIRMINGHAM, "MSOA21", ("qof_dm",), "qof_dm020", "2024-25")
    rows = cached.need_rows(*args)
    goal, mark = cached.need_marks(*args, "england", BIRMINGHAM)
    chosen = need.choose(cached.series(build), "MSOA21", ["qof_dm"], "qof_dm020")
    quadrant = need.quadrants(rows, mark, goal.value)
    table = needcharts.download(rows, quadrant, need.gap(rows, goal.value), chosen, goal, mark)
    again = pd.read_csv(BytesIO(table.to_csv(index=False).encode()))
    assert len(again) == len(rows) == 161
    shown = page.dataframe[0].value
    again = again.set_index("area_code")
    assert (again["quadrant"] == shown["Quadrant"].reindex(again.index)).all()
    assert np.allclose(
        again["gap_more"].round(0), shown["More to the goal"].reindex(again.index), equal_nan=True
    )
    drawn = json.loads(cached.table_geojson(build, "MSOA21", BIRMINGHAM, table))
    assert len(drawn["features"]) == 161
    first = drawn["features"][0]["properties"]
    assert first["quadrant"] in (*QUADRANTS, NO_FIGURE)
    assert first["goal"] == "England's rate"


def test_a_place_among_places_is_chosen_by_itself(build: str) -> None:
    selection = Selection(ics=BSOL, place="QHL-EAST", level="place")
    asked = needview.Asked.of(selection)
    assert asked.area == BIRMINGHAM
    assert asked.level == "PLACE26"
    assert needview.Asked.of(selection.but(level="lsoa")).area == ("PLACE26", "QHL-EAST")
