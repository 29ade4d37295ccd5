"""Priorities of real areas."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Engine

from components import narrative
from data import priorities, store
from data.errors import UnknownCodeError
from data.priorities import NoPriorities

WEIGHTS = {
    "need.qof_dm": 30.0,
    "coverage.qof_dm019": 20.0,
    "deprivation": 30.0,
    "people": 10.0,
    "age.census_65plus": 5.0,
    "ethnicity.census_asian": 5.0,
    "fuel_poverty": 10.0,
    "-rurality": 5.0,
}
BIRMINGHAM = ("ICB26", "E54000055")
BEDFORD = ("PLACE24", "QHG-BEDFORD")
WARM_HOMES = {
    "fuel_poverty": 40.0,
    "need.qof_copd": 20.0,
    "need.qof_ast": 20.0,
    "age.census_65plus": 20.0,
}


@pytest.fixture
def engine(atlas_database: Path) -> Engine:
    return store.connect()


@pytest.fixture
def series(engine: Engine) -> pd.DataFrame:
    return store.series(engine)


@pytest.mark.parametrize("vintage", ["ICB26", "ICB24"])
def test_every_ics_is_ranked(engine: Engine, series: pd.DataFrame, vintage: str) -> None:
    for code, name in store.areas(engine, vintage)[["code", "name"]].itertuples(index=False):
        rows = priorities.load(engine, series, (vintage, code), "MSOA21", list(WEIGHTS), "2024-25")
        table = priorities.ranks(rows, WEIGHTS, draws=200)
        assert sorted(table["code"]) == sorted(
            store.areas(engine, "MSOA21", parent=(vintage, code))["code"]
        )
        ranked = table[table["score"].notna()]
        assert len(ranked) > 0.9 * len(table), name
        parts = sum(ranked[f"{one}_part"] for one in WEIGHTS)
        assert (parts == ranked["score"]).all()
        assert (ranked["rank_low"] <= ranked["rank_high"]).all()
        assert ranked["top_ten"].sum() == pytest.approx(10, abs=0.1)
        assert ranked["band"].iloc[0] == 1
        assert table.loc[table["score"].isna(), "flagged"].all(), "they lack practices' figures"
        assert narrative.priorities(table, "neighbourhoods", name).startswith(
            f"{ranked['name'].iloc[0]} ranks first of {len(ranked):,} neighbourhoods in {name}"
        )
        for area in (table["code"].iloc[0], table["code"].iloc[-1]):
            assert narrative.priority(table, area, WEIGHTS, "neighbourhoods", name)


def test_figures_are_the_atlas_s(engine: Engine, series: pd.DataFrame) -> None:
    rows = priorities.load(engine, series, BIRMINGHAM, "MSOA21", list(WEIGHTS), "2022-23")
    used = priorities.used(series, "MSOA21", list(WEIGHTS), "2022-23").set_index("criterion")
    assert used.loc["need.qof_dm", "period"] == "2022-23"
    assert used.loc["deprivation", "period"] == "2025"
    for one in WEIGHTS:
        if one == "people":
            continue
        figures = store.observations(engine, [int(used.loc[one, "series_id"])], parent=BIRMINGHAM)
        figures = figures.set_index("area_code").reindex(rows["code"])
        assert rows[one].to_numpy() == pytest.approx(
            figures["value"].to_numpy("float64"), nan_ok=True
        )
        if (rows[f"{one}_basis"] == "spread").all():
            assert rows[f"{one}_low"].to_numpy() == pytest.approx(
                figures["spread_low"].to_numpy("float64")
            )
    assert rows["people"].sum() == rows["population"].sum() == 1_404_860
    assert rows["core20"].sum() == store.area(engine, *BIRMINGHAM)["core20"]
    bases = {one: rows[f"{one}_basis"].unique().tolist() for one in WEIGHTS}
    estimates = {"need.qof_dm": ["spread"], "coverage.qof_dm019": ["spread"]}
    counted = {"fuel_poverty": ["interval"]}
    assert bases == {one: ["known"] for one in WEIGHTS} | estimates | counted


@pytest.mark.parametrize("level", ["WD24", "PCN26"])
def test_levels_without_a_spread_have_the_mean_of_their_lsoas(
    engine: Engine, series: pd.DataFrame, level: str
) -> None:
    criteria = ["need.qof_dm", "coverage.qof_hf003"]
    rows = priorities.load(engine, series, BIRMINGHAM, level, criteria, "2024-25")
    used = priorities.used(series, "LSOA21", criteria, "2024-25")
    groups = store.lsoa_groups(engine, level, BIRMINGHAM).set_index("lsoa21")["code"]
    people = store.areas(engine, "LSOA21").set_index("code")["population"]
    for one, number in used[["criterion", "series_id"]].itertuples(index=False):
        figures = store.observations(engine, [int(number)]).set_index("area_code")
        figures = figures.loc[groups.index].dropna(subset=["spread_low", "spread_high"])
        weight = figures["denominator"].fillna(people).astype("float64")
        wide = (figures["spread_high"] - figures["spread_low"]).astype("float64") * weight
        code = groups.loc[figures.index]
        expected = (wide.groupby(code).sum() / weight.groupby(code).sum()).reindex(rows["code"])
        found = rows[f"{one}_high"] - rows[f"{one}_low"]
        assert found.to_numpy() == pytest.approx(expected.to_numpy(), abs=1e-9)
        assert ((rows[f"{one}_high"] + rows[f"{one}_low"]) / 2 - rows[one]).abs().max() < 1e-9
        assert set(rows[f"{one}_basis"]) == {"spread"}


def test_mean_of_lsoas_is_near_the_spread_of_neighbourhoods_that_have_one(
    engine: Engine, series: pd.DataFrame
) -> None:
    here = series[(series["indicator_id"] == "qof_dm") & (series["period"] == "2024-25")]
    ids = here.set_index("area_type")["series_id"]
    made = store.spreads(engine, [ids["LSOA21"]], "MSOA21", BIRMINGHAM).set_index("code")
    own = store.observations(engine, [ids["MSOA21"]], parent=BIRMINGHAM).set_index("area_code")
    wide = [(frame["spread_high"] - frame["spread_low"]).astype("float64") for frame in (made, own)]
    both = pd.concat(wide, axis=1).dropna()
    assert np.corrcoef(both.to_numpy().T)[0, 1] > 0.8
    assert 0.8 < both[0].sum() / both[1].sum() < 1.1


def test_rates_without_an_interval_do_not_vary_and_that_is_said(
    engine: Engine, series: pd.DataFrame
) -> None:
    weights = {"coverage.qof_dm019": 50.0, "need.qof_dm": 50.0}
    rows = priorities.load(
        engine, series, ("ICB26", "E54000065"), "PLACE26", list(weights), "2024-25"
    )
    assert set(rows["coverage.qof_dm019_basis"]) == {"none"}
    assert set(rows["need.qof_dm_basis"]) == {"interval"}
    table = priorities.ranks(rows, weights)
    assert "do not vary" in narrative.taken_as_known(table, weights)


def test_no_lsoa_of_a_large_ics_is_named_worst_on_noise(
    engine: Engine, series: pd.DataFrame
) -> None:
    rows = priorities.load(
        engine, series, ("ICB26", "E54000065"), "LSOA21", list(WEIGHTS), "2024-25"
    )
    table = priorities.ranks(rows, WEIGHTS)
    together = int((table["band"] == 1).sum())
    assert together > 10
    assert f"the first {together:,} cannot be told apart" in narrative.priorities(
        table, "LSOAs", "Central East"
    )
    assert table["share"].eq(1).all()


def test_warm_homes_in_bedford(engine: Engine, series: pd.DataFrame) -> None:
    rows = priorities.load(engine, series, BEDFORD, "MSOA21", list(WARM_HOMES), "2024-25")
    table = priorities.ranks(rows, WARM_HOMES)
    assert len(table) == len(store.areas(engine, "MSOA21", parent=BEDFORD))
    assert table["population"].sum() == pytest.approx(194_976)
    first = table["code"].iloc[0]
    said = narrative.priority(table, first, WARM_HOMES, "neighbourhoods", "Bedford")
    assert f"ranks first of {len(table)} neighbourhoods in Bedford" in said
    assert all(name in said for name in ("Fuel poverty", "COPD", "Asthma"))


def test_offered_criteria_all_have_figures(engine: Engine, series: pd.DataFrame) -> None:
    for level in ("LSOA21", "MSOA21", "PLACE26", "ICB26"):
        codes = [one.id for one in priorities.offered(series, level)]
        assert {"deprivation", "people", "fuel_poverty", "rurality"} <= set(codes)
        assert len(priorities.used(series, level, codes)) == len(codes)
    rows = priorities.load(
        engine, series, BIRMINGHAM, "MSOA21",
        [one.id for one in priorities.offered(series, "MSOA21")],
    )  # fmt: skip
    assert len(rows) == 161


def test_what_cannot_be_ranked(engine: Engine, series: pd.DataFrame) -> None:
    with pytest.raises(NoPriorities, match="has no figures for neighbourhoods; leave it out"):
        priorities.load(engine, series, BIRMINGHAM, "MSOA21", ["coverage.smi_all6"])
    with pytest.raises(UnknownCodeError):
        priorities.load(engine, series, ("ICB26", "E54999999"), "MSOA21", ["people"])
    with pytest.raises(NoPriorities, match="lie in Hill Hook; choose another level"):
        priorities.load(engine, series, ("MSOA21", "E02001827"), "PLACE26", ["people"])
