"""Plans and cohorts of real areas."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Engine

from components import narrative
from data import need, planner, store
from data.planner import STRATEGIES, Assumptions, NotPlanned

BIRMINGHAM = ("ICB26", "E54000055")
TAKEN = Assumptions(capacity=500, uptake=0.6, equity=3.0, cost=20.0)


@pytest.fixture
def engine(atlas_database: Path) -> Engine:
    return store.connect()


@pytest.fixture
def series(engine: Engine) -> pd.DataFrame:
    return store.series(engine)


def check(rows: pd.DataFrame, capacity: int) -> pd.DataFrame:
    taken = Assumptions(capacity=capacity, uptake=0.6, equity=3.0, cost=20.0)
    for strategy in STRATEGIES:
        found = planner.plan(rows, strategy, taken)
        given = found.areas["allocated"]
        most = np.floor(found.areas["not_covered"])
        assert given.sum() == min(capacity, most.sum())
        assert (given <= most).all()
        assert found.summary["reached"] == pytest.approx(0.6 * given.sum())
        assert found.areas["coverage_after"].between(0, 100 + 1e-9).all()
        assert found.quintiles["allocated"].sum() == given.sum()
        assert bool(found.no_index) == np.isnan(found.summary["sii_before"])
        assert len(narrative.plan(found, "It", "here", "areas")) > 100
        assert len(narrative.assumptions(found)) >= 6
    table = planner.compare(rows, taken)
    most_deprived = table["most_deprived_share"].dropna()
    assert most_deprived.empty or most_deprived.max() == pytest.approx(
        most_deprived["most_deprived_first"]
    )
    return table


@pytest.mark.parametrize("vintage", ["ICB24", "ICB26"])
@pytest.mark.parametrize(
    ("level", "indicator"), [("LSOA21", "qof_hf003"), ("MSOA21", "cover_mmr1_24m")]
)
def test_every_ics_and_strategy_adds_up(
    engine: Engine, series: pd.DataFrame, vintage: str, level: str, indicator: str
) -> None:
    for code in store.areas(engine, vintage)["code"]:
        rows = planner.load(engine, series, (vintage, code), level, indicator)
        table = check(rows, 300)
        if indicator == "qof_hf003":
            assert table["sii_before_lower"].isna().all(), "no interval from rates alone"
            assert table["sii_before"].notna().all()


def test_rows_are_the_published_figures(engine: Engine, series: pd.DataFrame) -> None:
    rows = planner.load(engine, series, BIRMINGHAM, "LSOA21", "cover_mmr1_24m")
    whole = store.area(engine, *BIRMINGHAM)
    assert rows["population"].sum() == whole["population"]
    assert rows["core20"].sum() == whole["core20"]
    row = rows.set_index("code").loc["E01008881"]
    assert (row["count"], row["eligible"]) == (5.0, 6.3)
    assert row["coverage"] == pytest.approx(100 * 5 / 6.3)
    assert set(rows["place"]) >= {"Central", "East", "North", "Solihull"}
    assert rows[["place_code", "place"]].notna().all(axis=None)


def test_those_eligible_are_those_of_need_against_coverage(
    engine: Engine, series: pd.DataFrame
) -> None:
    for indicator in ("qof_hf003", "qof_dm019", "cover_mmr1_24m"):
        rows = planner.load(engine, series, BIRMINGHAM, "MSOA21", indicator).set_index("code")
        other = need.figures(engine, series, BIRMINGHAM, "MSOA21", ["qof_dm"], indicator)
        theirs = other.set_index("code")
        for name in ("eligible", "coverage", "decile", "population", "core20"):
            expected = theirs[name].reindex(rows.index).to_numpy("float64")
            assert rows[name].to_numpy() == pytest.approx(expected, nan_ok=True), name
        mine = planner.plan(rows.reset_index(), "proportional", TAKEN).areas
        from_need = planner.plan(other, "proportional", TAKEN).areas
        both = mine.set_index("code")["allocated"], from_need.set_index("code")["allocated"]
        assert (both[0] - both[1].reindex(both[0].index)).abs().max() <= 1


def test_need_that_nobody_has_been_reached_for(engine: Engine, series: pd.DataFrame) -> None:
    for indicator in ("fuel_poverty", "qof_copd"):
        rows = planner.load(engine, series, BIRMINGHAM, "LSOA21", indicator)
        table = check(rows, 3_000)
        assert set(table["coverage_before"]) == {0.0}
        # in proportion to need nobody's chance is better than another's
        fair, first = table.loc[["proportional", "most_deprived_first"], "sii_after"].abs()
        assert fair < 0.02 * table["coverage_after"].iloc[0] < first


@pytest.mark.parametrize("area", [("PLACE26", "QHL-EAST"), ("LAD24", "E08000025")])
def test_smaller_areas_than_an_ics(
    engine: Engine, series: pd.DataFrame, area: tuple[str, str]
) -> None:
    rows = planner.load(engine, series, area, "LSOA21", "qof_hf003")
    check(rows, 50)
    assert rows["place"].notna().all()


def test_few_large_areas_have_no_index(engine: Engine, series: pd.DataFrame) -> None:
    rows = planner.load(engine, series, BIRMINGHAM, "PLACE26", "cover_mmr1_24m")
    found = planner.plan(rows, "proportional", TAKEN)
    assert "needs five" in found.no_index


@pytest.mark.parametrize(
    ("area", "level", "indicator", "says"),
    [
        (BIRMINGHAM, "LSOA21", "tt_recovery", "no figures for LSOAs"),
        (BIRMINGHAM, "LSOA21", "qof_cs005", "only rates are known"),
        (BIRMINGHAM, "MSOA21", "lh_life_expectancy_male", "not a percentage"),
        (BIRMINGHAM, "ICB26", "qof_hf003", r"No ICSs \(April 2026\) lie in Birmingham"),
    ],
)
def test_what_cannot_be_planned_is_said(
    engine: Engine,
    series: pd.DataFrame,
    area: tuple[str, str],
    level: str,
    indicator: str,
    says: str,
) -> None:
    with pytest.raises(NotPlanned, match=says):
        planner.load(engine, series, area, level, indicator)


def test_a_cohort_of_birmingham_and_solihull(engine: Engine, series: pd.DataFrame) -> None:
    conditions = ["qof_dm", "qof_copd", "qof_chd"]
    rows = planner.load(engine, series, BIRMINGHAM, "LSOA21", conditions=conditions, year="2024-25")
    singles = [planner.cohort(rows, [code]) for code in conditions]
    register = series[(series["indicator_id"] == "qof_dm") & (series["area_type"] == "LSOA21")]
    number = int(register.loc[register["period"] == "2024-25", "series_id"].iloc[0])
    count = store.observations(engine, [number], parent=BIRMINGHAM)["count"].astype(float)
    assert singles[0].people == pytest.approx(count.sum(), rel=1e-3), "one condition: its register"
    any_of, all_of = (planner.cohort(rows, conditions, combine=how) for how in ("any", "all"))
    assert max(one.people for one in singles) < any_of.people < sum(one.people for one in singles)
    assert all_of.people < min(one.people for one in singles)
    assert any_of.places["eligible"].sum() == pytest.approx(any_of.people)
    chosen = planner.select(any_of.areas, 20_000)
    assert chosen["selected"].sum() == pytest.approx(20_000)
    assert (chosen["part"].iloc[:-1] == 1).all()
    given, places = planner.share_out(any_of.areas, 20_000)
    assert given["allocated"].sum() == places["allocated"].sum() == 20_000
    exact = any_of.places["eligible"] / any_of.people * 20_000
    assert (places["allocated"] - exact).abs().max() < 1
    check(any_of.areas, 20_000)


def test_a_former_ics_has_its_own_places(engine: Engine, series: pd.DataFrame) -> None:
    wanted = ["qof_copd", "qof_ast", "census_65plus", "fuel_poverty"]
    rows = planner.load(engine, series, ("ICB24", "E54000024"), "LSOA21", conditions=wanted)
    found = planner.cohort(rows, wanted[:2], also=wanted[2:])
    assert "QHG-BEDFORD" in found.places.index
    assert found.areas["share"].between(0, 1).all()
