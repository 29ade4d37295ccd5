"""The page of inequalities on real figures: every ICS of both vintages, both of its screens."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm
from streamlit.testing.v1 import AppTest

from components import cached
from data import catalogue, inequalities, store
from data.inequalities import NotMeasured

ROOT = Path(__file__).parents[2]
SHELL = str(ROOT / "components" / "shell.py")
PAGE = "../pages/inequalities.py"
BIRMINGHAM = ("ICB26", "E54000055")
VINTAGES = {"ICB26": 36, "ICB24": 42}


@pytest.fixture
def page(build: str) -> AppTest:
    return AppTest.from_file(SHELL, default_timeout=120).run().switch_page(PAGE)


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
def test_every_ics_shows_its_widest_gaps_first(page: AppTest, build: str, vintage: str) -> None:
    systems = cached.areas(build, vintage)
    assert len(systems) == VINTAGES[vintage]
    for code, name in zip(systems["code"], systems["name"], strict=True):
        at = asked(page, ics=f"{vintage}:{code}")
        said = text(at)
        assert f"Inequalities in {name}".replace("&", "&amp;") in said
        for layer, least in (("condition", 21), ("coverage", 45)):
            rows = cached.widest(build, layer, (vintage, code), "decile")
            measured = rows.dropna(subset=["sii"])
            few = rows["groups"].max() < 5
            assert len(measured) >= least or few, (name, layer)
            sure = measured[measured["detectable"] & measured["against"]]
            if len(sure):
                first = catalogue.indicator(sure.iloc[0]["indicator_id"]).short_name
                assert first.replace("<", "&lt;") in said, (name, layer)


@pytest.mark.parametrize("vintage", VINTAGES)
def test_every_ics_opens_an_indicator_with_a_sentence_or_a_reason(
    page: AppTest, build: str, vintage: str
) -> None:
    entries = [e for e in catalogue.indicators().values() if e.layer != "deprivation"]
    kinds = list(inequalities.GROUPINGS)
    for n, code in enumerate(cached.areas(build, vintage)["code"]):
        entry = entries[(7 * n + len(vintage)) % len(entries)]
        groups = kinds[n % len(kinds)]
        at = asked(page, ics=f"{vintage}:{code}", indicator=entry.id, groups=groups)
        try:
            cached.measures(build, entry.id, "", (vintage, code), groups, "linear")
            assert "atlas-headline" in text(at), entry.id
            assert len(charts(at)) >= 2, entry.id
        except NotMeasured as reason:
            assert str(reason) in at.info[0].value, entry.id


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"region": "E12000005"},
        {"ics": "ICB26:E54000055", "place": "QHL-EAST"},
        {"ics": "ICB26:E54000055", "place": "QHL-EAST", "groups": "local-quintile"},
    ],
)
@pytest.mark.parametrize("indicator", ["", "qof_dm", "qof_bp002", "lh_copd_admissions", "smoking"])
def test_england_a_region_and_a_place_have_both_screens(
    page: AppTest, query: dict[str, str], indicator: str
) -> None:
    if indicator:
        query = query | {"indicator": indicator}
    at = asked(page, **query)
    assert at.info or charts(at)


def test_the_headline_is_what_the_figures_give_when_worked_out_another_way(
    page: AppTest, build: str
) -> None:
    engine = cached.engine()
    series = store.series(engine)
    shown = inequalities.base(series, "qof_dm")
    figures = store.observations(engine, [shown.series_id], parent=BIRMINGHAM)
    deciles = store.areas(engine, "LSOA21", parent=BIRMINGHAM).set_index("code")["imd_decile"]
    figures["decile"] = figures["area_code"].map(deciles)
    sums = figures.dropna(subset=["value"]).groupby("decile")[["count", "denominator"]].sum()
    value = 100 * sums["count"] / sums["denominator"]
    share = sums["denominator"] / sums["denominator"].sum()
    middle = share.cumsum() - share / 2
    fit = sm.WLS(value, sm.add_constant(middle), weights=share).fit()
    gap = -float(fit.params.iloc[1])
    assert gap > 4
    said = text(asked(page, ics=":".join(BIRMINGHAM), indicator="qof_dm"))
    assert f"{gap:.1f} per 100 more at the most deprived end of Birmingham and Solihull" in said


def test_attributed_figures_warn_and_published_ones_do_not(page: AppTest) -> None:
    attributed = asked(page, ics="ICB26:E54000055", indicator="qof_dm")
    assert any("underestimate" in warning.value for warning in attributed.warning)
    published = asked(page, ics="ICB26:E54000055", indicator="fuel_poverty")
    assert not any("underestimate" in warning.value for warning in published.warning)


def test_every_measure_stands_on_the_screen_with_its_question(page: AppTest) -> None:
    said = text(asked(page, ics="ICB26:E54000055", indicator="qof_dm"))
    for meaning in inequalities.MEANINGS.values():
        assert meaning.name.replace("'", "&#x27;") in said
        assert meaning.answers.split(",")[0].replace("'", "&#x27;") in said


def test_a_change_is_tested_between_the_first_and_the_last_year(page: AppTest, build: str) -> None:
    years = cached.over_time(build, "qof_dm", BIRMINGHAM, "decile")
    assert list(years.index) == ["2020-21", "2022-23", "2024-25"]
    spread = years["sii_upper"] - years["sii_lower"]
    expected = years["sii"].iloc[2] - years["sii"].iloc[0]
    half = np.hypot(spread.iloc[0], spread.iloc[2]) / 2
    assert years["change_first"].iloc[2] == pytest.approx(expected)
    assert years["change_first_upper"].iloc[2] == pytest.approx(expected + half, rel=1e-3)
    said = text(asked(page, ics="ICB26:E54000055", indicator="qof_dm"))
    assert ("No detectable change" in said) == (abs(expected) <= half)


@pytest.mark.parametrize("vintage", VINTAGES)
def test_what_the_parts_contribute_adds_up_to_the_whole_gap(build: str, vintage: str) -> None:
    for code in cached.areas(build, vintage)["code"]:
        rows = cached.widest(build, "condition", (vintage, code), "decile")
        rows = rows.set_index("indicator_id")
        if np.isnan(rows.loc["qof_mh", "sii"]):
            continue
        for kind in ("MSOA21", "PLACE" + vintage[-2:]):
            parts = cached.contributors(build, "qof_mh", "", (vintage, code), "decile", kind)
            assert parts["share"].sum() == pytest.approx(1)
            assert parts["contribution"].sum() == pytest.approx(rows.loc["qof_mh", "sii"])
            assert parts["name"].notna().all()


def test_areas_compared_have_the_index_that_each_has_by_itself(build: str) -> None:
    rows = cached.across(build, "qof_dm", "", "ICB26", ("ENG", "E92000001"), "quintile")
    assert len(rows) == 36
    for code in rows.dropna(subset=["sii"]).index[::7]:
        alone = cached.measures(build, "qof_dm", "", ("ICB26", code), "quintile", "linear")
        assert rows.loc[code, "sii"] == pytest.approx(float(alone.slope.sii))
        assert rows.loc[code, "sii_upper"] == pytest.approx(float(alone.slope.sii_upper), abs=0.02)


def test_local_groups_are_of_the_area_s_own_and_of_equal_size(build: str) -> None:
    local = cached.measures(build, "qof_dm", "", BIRMINGHAM, "local-quintile", "linear").groups
    national = cached.measures(build, "qof_dm", "", BIRMINGHAM, "quintile", "linear").groups
    assert local["areas"].max() - local["areas"].min() <= 2
    assert national["areas"].max() > 3 * national["areas"].min()
    assert local["count"].sum() == pytest.approx(national["count"].sum())


def test_groups_add_up_to_the_area(build: str) -> None:
    groups = cached.measures(build, "qof_dm", "", BIRMINGHAM, "decile", "linear").groups
    whole = cached.profile(build, *BIRMINGHAM)
    whole = whole[(whole["indicator_id"] == "qof_dm") & (whole["period"] == "2024-25")].iloc[0]
    assert groups["count"].sum() == pytest.approx(whole["count"], rel=0.002)


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"ics": "ICB26:E54000055", "indicator": "nonsense"}, "'nonsense', which is no indicator"),
        ({"ics": "ICB26:E54000099"}, "No ICS has the code"),
        ({"region": "E12000099"}, "No region has the code"),
        ({"ics": "ICB26:E54000055", "groups": "thirds"}, "groups is 'thirds'"),
        ({"ics": "ICB26:E54000055", "place": "QHL-NOWHERE"}, "no place 'QHL-NOWHERE'"),
    ],
)
def test_a_bad_link_is_told_and_the_page_is_drawn(
    page: AppTest, query: dict[str, str], says: str
) -> None:
    at = asked(page, **query)
    assert any(says in warning.value for warning in at.warning)
    assert charts(at)


def test_a_year_that_an_indicator_lacks_is_told(page: AppTest) -> None:
    at = asked(page, ics="ICB26:E54000055", indicator="qof_dm", period="1999")
    assert "There is no figure for 1999; there is for 2020-21" in at.info[0].value


def test_an_indicator_of_large_areas_says_so(page: AppTest) -> None:
    at = asked(page, ics="ICB24:E54000055", indicator="gpps_listened")
    assert at.info


def test_choosing_a_region_and_then_an_ics_writes_the_link(page: AppTest) -> None:
    at = asked(page)
    at.selectbox(key="pick_system").set_value("RGN24:E12000005").run()
    assert at.query_params["region"] == "E12000005"
    at.selectbox(key="pick_system").set_value("ICB26:E54000055").run()
    assert at.query_params["ics"] == "ICB26:E54000055"
    assert "region" not in at.query_params


def test_the_area_goes_along_from_page_to_page(build: str) -> None:
    at = AppTest.from_file(SHELL, default_timeout=120)
    at.query_params["ics"] = "ICB26:E54000055"
    at.run()
    at.query_params.clear()
    at.switch_page(PAGE).run()
    assert at.query_params["ics"] == "ICB26:E54000055"
    assert "Inequalities in Birmingham and Solihull" in text(at)


def test_what_is_wrong_with_a_link_is_told_once(page: AppTest) -> None:
    at = asked(page, ics="ICB26:E54000099", groups="thirds")
    said = [warning.value for warning in at.warning]
    assert len(said) == len(set(said)) == 2
