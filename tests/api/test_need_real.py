"""Need against coverage of every real ICS: figures, or a sentence that says why not."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Engine

from components import narrative
from data import need, store
from data.errors import AtlasError
from data.need import QUADRANTS, NoNeed
from geo.areas import AREA_TYPES

ENGLAND = ("ENG", "E92000001")
BIRMINGHAM = ("ICB26", "E54000055")
COVERAGE = {
    "qof_hf003": (["qof_hf"], "register"),
    "qof_dm019": (["qof_dm", "qof_hyp", "qof_ob"], "register"),
    "cover_mmr1_24m": (["qof_ast"], "denominator"),
    "qof_smok004": (["qof_copd"], "none"),
}
"""Coverage indicators: conditions to set them against, and where those eligible come from."""


@pytest.fixture
def engine(atlas_database: Path) -> Engine:
    return store.connect()


@pytest.fixture
def series(engine: Engine) -> pd.DataFrame:
    return store.series(engine)


@pytest.mark.parametrize("coverage", list(COVERAGE))
@pytest.mark.parametrize("vintage", ["ICB24", "ICB26"])
def test_every_ics_has_figures_and_sentences(
    engine: Engine, series: pd.DataFrame, vintage: str, coverage: str
) -> None:
    conditions, counted = COVERAGE[coverage]
    ics = store.areas(engine, vintage)
    assert len(ics) == (36 if vintage == "ICB26" else 42)
    chosen = need.choose(series, "MSOA21", conditions, coverage)
    register = need.register_share(engine, series, coverage)
    lacking = 0
    for code, name, population in ics[["code", "name", "population"]].itertuples(index=False):
        area = (vintage, code)
        rows = need.figures(engine, series, area, "MSOA21", conditions, coverage)
        assert rows["population"].sum() == pytest.approx(population, rel=1e-4)
        assert set(rows["counted"]) <= {counted, "none"}
        known = rows.dropna(subset=["not_covered"])
        assert known["not_covered"].between(0, known["eligible"]).all()
        ends = rows.dropna(subset=["coverage"])
        assert set(ends["basis"]) <= {"spread"}, "no interval is claimed for neighbourhoods"
        assert ends["coverage"].between(ends["coverage_low"], ends["coverage_high"]).all()
        mark = need.need_mark(engine, series, rows, chosen, ENGLAND)
        for aim in ("england", "ics", "least-deprived-fifth"):
            try:
                goal = need.goal(engine, series, chosen, aim, area)
            except AtlasError as reason:
                lacking += 1
                assert str(reason)
                continue
            quadrant = need.quadrants(rows, mark, goal.value)
            said = [
                narrative.need_and_coverage(
                    rows, quadrant, chosen, "England's rate", goal, "neighbourhoods", name
                ),
                narrative.people_counted(rows, chosen, *register),
            ]
            gaps = need.gap(rows, goal.value)
            if counted == "none" or rows["coverage"].isna().all():
                with pytest.raises(NoNeed, match="not known how many"):
                    need.total(gaps)
            else:
                found = need.total(gaps)
                assert 0 <= found.low <= found.more <= found.high
                assert found.core20 <= found.more
                said.append(narrative.gap_as_people(found, goal, chosen, "neighbourhoods", name))
            assert all(text.endswith(".") and "nan" not in text.lower().split() for text in said)
    assert lacking <= 3, "hardly any ICS lacks a rate"


@pytest.mark.parametrize("coverage", ["tt_recovery", "flu_primary", "smi_all6", "qof_af008"])
def test_a_level_without_figures_is_told(
    engine: Engine, series: pd.DataFrame, coverage: str
) -> None:
    with pytest.raises(NoNeed, match="no figures for neighbourhoods; it has them for"):
        need.figures(engine, series, BIRMINGHAM, "MSOA21", ["qof_hf"], coverage)


@pytest.mark.parametrize("level", ["LSOA21", "MSOA21", "WD24", "PCN26", "PLACE26"])
def test_people_add_up_to_those_of_the_ics_at_every_level(
    engine: Engine, series: pd.DataFrame, level: str
) -> None:
    rows = need.figures(engine, series, BIRMINGHAM, level, ["qof_hf"], "qof_hf007")
    register = series[
        (series["indicator_id"] == "qof_hf")
        & (series["area_type"] == "ICB26")
        & (series["period"] == "2022-23")
    ]
    whole = store.observations(engine, register["series_id"].tolist(), area=BIRMINGHAM)
    # wards and networks are made of the LSOAs that fit best; their edges cross the boundary
    near = 0.02 if level in ("WD24", "PCN26") else 1e-3
    assert rows["eligible"].sum() == pytest.approx(whole["count"].iloc[0], rel=near)
    assert rows["population"].sum() == pytest.approx(
        store.area(engine, *BIRMINGHAM)["population"], rel=near
    )
    assert rows["need"].notna().mean() > 0.99
    assert rows["imd_quintile"].isin(range(1, 6)).all(), "1 = most deprived"
    quadrant = need.quadrants(rows, 1.1, 40.0)
    assert quadrant.isin(QUADRANTS).mean() > 0.99


def test_a_neighbourhood_is_what_the_database_says(engine: Engine, series: pd.DataFrame) -> None:
    rows = need.figures(
        engine, series, BIRMINGHAM, "MSOA21", ["qof_hf"], "qof_hf003", year="2024-25"
    ).set_index("code")
    assert AREA_TYPES["MSOA21"].plural == "neighbourhoods"
    hood = ("MSOA21", "E02001827")
    own = store.observations(engine, series["series_id"].tolist(), area=hood)
    own = own.set_index(["indicator_id", "period"])
    found = rows.loc[hood[1]]
    assert found["need"] == own.loc[("qof_hf", "2024-25"), "value"]
    assert found["coverage"] == own.loc[("qof_hf003", "2021-22"), "value"]
    assert found["eligible"] == own.loc[("qof_hf", "2022-23"), "count"]
    assert found["not_covered"] == pytest.approx(
        found["eligible"] * (100 - found["coverage"]) / 100
    )


def test_england_s_share_of_the_heart_failure_register(
    engine: Engine, series: pd.DataFrame
) -> None:
    # NHS England, Quality and Outcomes Framework 2024-25: HF003 of the heart failure register
    share, year = need.register_share(engine, series, "qof_hf003")
    assert (share, year) == (pytest.approx(393_594 / 700_138), "2024-25")
    assert need.register_share(engine, series, "qof_hf007")[0] > narrative.FULL_REGISTER
    assert np.isnan(need.register_share(engine, series, "qof_dm019")[0])
