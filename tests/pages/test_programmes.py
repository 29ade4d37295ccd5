"""The page of programmes on real figures: the register, one programme, what can be said of it."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import streamlit as st
from statsmodels.stats.proportion import proportion_confint
from streamlit.testing.v1 import AppTest

from components import cached, narrative
from data import evaluation, programmes, store

ROOT = Path(__file__).parents[2]
SHELL = str(ROOT / "components" / "shell.py")
PAGE = "../pages/programmes.py"
VINTAGES = {"ICB26": 36, "ICB24": 42}
BEDFORD = ("PLACE24", "QHG-BEDFORD")
LUTON = ("ICB24", "E54000024")
WARM, TEAMS, GROWING = (
    "warm-homes-bedford",
    "integrated-neighbourhood-teams",
    "growing-health-together",
)
TOGETHER = "qof_dm,qof_copd,qof_chd,qof_hf"
REFUSED = "The source does not say when it began"


@pytest.fixture(scope="module")
def cleared() -> list[bool]:
    """Whether what other modules left in the caches is gone."""
    return []


@pytest.fixture
def build(atlas_database: Path, cleared: list[bool]) -> str:
    if not cleared:
        st.cache_data.clear()
        st.cache_resource.clear()
        cleared.append(True)
    return cached.build()


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


def map_of(at: AppTest) -> dict[str, Any]:
    (found,) = at.get("deck_gl_json_chart")
    return json.loads(found.proto.json)


def any_of(area: tuple[str, str], kind: str, conditions: list[str]) -> "pd.Series[float]":
    """People with any of some conditions by area code, worked out from the observations."""
    engine = cached.engine()
    series = store.series(engine)
    newest = series[(series["area_type"] == kind) & (series["period"] == "2024-25")]
    ids = newest.set_index("indicator_id")["series_id"]
    rows = store.observations(engine, ids[[*conditions, "qof_hyp"]].tolist(), parent=area)
    wide = rows.pivot_table(index="area_code", columns="indicator_id", values="count")
    everyone = rows[rows["indicator_id"] == "qof_hyp"].set_index("area_code")["denominator"]
    share = 1 - (1 - wide[conditions].div(everyone, axis=0)).prod(axis=1, skipna=False)
    inside = store.areas(engine, kind, parent=area).set_index("code")["share"]
    return share * everyone * inside


@pytest.mark.parametrize("vintage", VINTAGES)
def test_every_ics_lists_the_programmes_that_act_in_it(
    page: AppTest, build: str, vintage: str
) -> None:
    systems = cached.areas(build, vintage)
    assert len(systems) == VINTAGES[vintage]
    named = set()
    for code, name in zip(systems["code"], systems["name"], strict=True):
        at = asked(page, ics=f"{vintage}:{code}", level="place")
        said = text(at)
        assert f"Programmes in {name}".replace("&", "&amp;") in said
        here = {one for one in (WARM, TEAMS, GROWING) if f"programme={one}" in said}
        outlined = [layer for layer in map_of(at)["layers"] if layer["id"] == "opened"]
        assert bool(outlined) == bool(here)
        if not here:
            assert "The register holds no programme that acts in" in said
        named |= {(name, one) for one in here}
    merged = {WARM: "Central East", GROWING: "Surrey and Sussex"}
    former = {WARM: "Bedfordshire, Luton and Milton Keynes", GROWING: "Surrey Heartlands"}
    homes = former if vintage == "ICB24" else merged
    assert named == {(homes.get(one, "Birmingham and Solihull"), one) for one in (*homes, TEAMS)}


def test_the_register_has_all_three_and_says_that_none_has_a_start(page: AppTest) -> None:
    said = text(asked(page))
    assert "3 programmes of the register act in England; none gives the date" in said
    for one in (WARM, TEAMS, GROWING):
        assert f"programme={one}" in said
    assert said.count(f'<td data-name="Dates">{narrative.PROGRAMME_UNKNOWN}') == 3


@pytest.mark.parametrize("query", [{}, {"layer": "context"}, {"view": "two"}, {"level": "lsoa"}])
@pytest.mark.parametrize("code", [WARM, TEAMS, GROWING])
def test_each_programme_is_mapped_over_any_layer(
    page: AppTest, code: str, query: dict[str, str]
) -> None:
    at = asked(page, programme=code, **query)
    assert "opened" in {layer["id"] for layer in map_of(at)["layers"]}
    said = text(at)
    assert "Verdict: insufficient evidence." in said
    assert REFUSED in said
    assert said.count(f"<dd>{narrative.PROGRAMME_UNKNOWN}</dd>") >= 5


def test_what_the_source_says_stands_there_with_the_source(page: AppTest) -> None:
    said = text(asked(page, programme=WARM))
    for fact in ("nearly 2,000 patients", "53 households", "advised: 320", "outcome: 81%"):
        assert fact in said
    assert "no address published here" in said
    assert "profile?ics=ICB24%3AE54000024" in said
    assert "areas=PLACE24%3AQHG-BEDFORD" in said


def test_the_cohort_of_bedford_is_what_the_registers_give(page: AppTest) -> None:
    people = any_of(BEDFORD, "MSOA21", ["qof_copd", "qof_ast"])
    assert len(people) == 21
    said = text(asked(page, programme=WARM))
    assert f"COPD or Asthma (6+): about {people.sum():,.0f} people in 21 neighbourhoods" in said
    share = 100 * 2000 / people.sum()
    assert f"{share:.0f} for every 100 of the {people.sum():,.0f} people" in said


def test_how_much_of_need_its_areas_hold_is_worked_out_by_lsoa(page: AppTest) -> None:
    people = any_of(LUTON, "LSOA21", ["qof_copd", "qof_ast"])
    engine = cached.engine()
    inside = people.index.isin(store.areas(engine, "LSOA21", parent=BEDFORD)["code"])
    decile = store.areas(engine, "LSOA21", parent=LUTON).set_index("code")["imd_decile"]
    poor = decile.reindex(people.index) <= 2
    whole = 100 * people[inside].sum() / people.sum()
    deprived = 100 * people[inside & poor].sum() / people[poor].sum()
    said = text(asked(page, programme=WARM))
    assert f"Its areas hold {whole:.0f}% of the people with COPD or Asthma (6+)" in said
    assert f"and {deprived:.0f}% of those who live in the most deprived fifth" in said


def test_a_cohort_of_20_000_is_shared_out_to_the_last_person(page: AppTest) -> None:
    at = asked(page, programme=TEAMS, needs=TOGETHER)
    table = at.dataframe[0].value
    assert len(table) == 161
    assert table["Of the cohort"].sum() == 20_000
    due = table["With any of the conditions"]
    due = 20_000 * due / due.sum()
    assert (table["Of the cohort"] - due).abs().max() < 2
    people = any_of(("ICB24", "E54000055"), "MSOA21", TOGETHER.split(","))
    assert f"about {people.sum():,.0f} people in 161 neighbourhoods" in text(at)


def test_the_size_of_a_cohort_and_the_benefit_per_head_are_inputs(page: AppTest) -> None:
    at = asked(page, programme=TEAMS, needs=TOGETHER, capacity="5000", benefit="250")
    assert at.dataframe[0].value["Of the cohort"].sum() == 5_000
    assert "5,000 people come to £1,250,000" in text(at)
    at.number_input(key="pick_benefit").set_value(100.0).run()
    assert at.query_params["benefit"] == "100"
    assert "5,000 people come to £500,000" in text(at)
    at.number_input(key="pick_benefit").set_value(None).run()
    assert dict(at.query_params).get("benefit", "0") == "0"
    assert "your own figure, 5,000" not in text(at)


def test_without_conditions_there_is_no_cohort_until_some_are_chosen(page: AppTest) -> None:
    at = asked(page, programme=TEAMS)
    assert "The source names no conditions" in at.info[0].value
    at.multiselect(key="programmes_needs").set_value(["qof_dm"]).run()
    assert at.query_params["needs"] == "qof_dm"
    assert "A cohort of 20,000 shared out" in text(at)


def test_what_the_atlas_lacks_is_said(page: AppTest) -> None:
    said = text(asked(page, programme=GROWING))
    assert "Carers: the atlas has no figures on them" in said
    assert "all Asian groups together" in said
    assert "The source gives no number of people that it is for" in said


def test_an_assumed_start_gives_figures_and_never_a_verdict(page: AppTest, build: str) -> None:
    outcome, start = "cover_mmr1_24m", date(2024, 1, 1)
    engine = cached.engine()
    found = evaluation.evaluate(engine, store.series(engine), [BEDFORD], start, outcome)
    assert found.verdict.words != "insufficient evidence"
    at = asked(page, programme=WARM, indicator=outcome, period="2023-24 Q4")
    said = text(at)
    assert REFUSED in said
    assert found.verdict.words not in said
    assert "no verdict on the programme" in at.warning[0].value
    assert found.effect is not None
    assert f"{abs(float(found.effect.effect)):.2f} points lower in its areas than in 30" in said
    drawn = [chart for chart in charts(at) if "in the programme's areas" in json.dumps(chart)]
    assert len(drawn) == 1


@pytest.mark.parametrize(
    ("started", "outcome"), [("2024-01", "cover_mmr1_24m"), ("2024-04-01", "qof_copd")]
)
def test_a_known_start_gives_the_verdict_of_the_evaluation(
    page: AppTest, monkeypatch: pytest.MonkeyPatch, started: str, outcome: str
) -> None:
    row = programmes.get(cached.engine(), WARM)
    known = row.copy()
    known["started"] = started
    monkeypatch.setattr(programmes, "get", lambda *_: known)
    engine = cached.engine()
    day = date.fromisoformat(f"{started}-01"[:10])
    found = evaluation.evaluate(engine, store.series(engine), [BEDFORD], day, outcome)
    at = asked(page, programme=WARM, indicator=outcome)
    said = text(at)
    assert f"Verdict: {found.verdict.words}." in said
    assert REFUSED not in said
    assert not any("assumed" in warning.value for warning in at.warning)
    assert "If it began with" not in {box.label for box in at.selectbox}


def test_inequality_before_and_after_is_that_of_the_evaluation(page: AppTest) -> None:
    engine = cached.engine()
    found = evaluation.evaluate(
        engine, store.series(engine), [BEDFORD], date(2022, 1, 1), "fuel_poverty"
    )
    change = found.inequality_change
    assert change is not None
    assert change.detectable
    fall = abs(float(change.value))
    said = text(asked(page, programme=WARM, indicator="fuel_poverty", period="2022"))
    assert f"Fuel poverty fell by {fall:.1f} more at the most deprived end" in said


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"programme": "nonsense"}, "The register holds no programme 'nonsense'"),
        ({"programme": WARM, "indicator": "nonsense"}, "'nonsense', which is no indicator"),
        ({"programme": WARM, "needs": "nonsense"}, "'nonsense', which is no condition"),
        ({"programme": WARM, "indicator": "imd"}, "IMD 2025 score has one point or none"),
        ({"programme": WARM, "period": "1999"}, "COPD has no period '1999'"),
        ({"programme": TEAMS, "needs": TOGETHER, "benefit": "much"}, "benefit is 'much'"),
        ({"programme": TEAMS, "capacity": "-5"}, "capacity is '-5'"),
        ({"ics": "ICB26:E54000099"}, "No ICS has the code"),
    ],
)
def test_a_bad_link_is_told_and_the_page_is_drawn(
    page: AppTest, query: dict[str, str], says: str
) -> None:
    at = asked(page, **query)
    assert any(says in warning.value for warning in at.warning)
    assert map_of(at)


def test_areas_that_this_build_lacks_are_named_and_nothing_is_made_up(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = programmes.areas

    def gone(*args: Any) -> pd.DataFrame:
        rows = plain(*args)
        return rows.assign(code="QZZ-GONE", name=None, population=np.nan)

    monkeypatch.setattr(programmes, "areas", gone)
    at = asked(page, programme=WARM)
    assert "QZZ-GONE (not in this atlas)" in text(at)
    assert "holds none of its areas" in at.info[0].value
    assert not charts(at)


def test_reach_has_an_interval_only_where_numbers_are_exact_and_of_the_same() -> None:
    def measures(unit: str, qualifier: str) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "measure": ["eligible", "reached"],
                "value": [400.0, 60.0],
                "unit": ["patients", unit],
                "qualifier": [qualifier, ""],
            }
        )

    low, high = proportion_confint(60, 400, method="wilson")
    (exact,) = narrative.programme_reach(measures("patients", ""))
    assert exact.endswith(f"15.0 for every 100 (95% interval {100 * low:.1f} to {100 * high:.1f}).")
    (rough,) = narrative.programme_reach(measures("patients", "nearly"))
    assert rough.endswith("about 15 for every 100.")
    (other,) = narrative.programme_reach(measures("households", ""))
    assert "Households are not patients" in other
    assert "interval" not in rough + other
