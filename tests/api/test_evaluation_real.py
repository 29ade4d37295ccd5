"""Programmes that never were, in real areas: what the evaluation says of them."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Engine

from data import evaluation, store
from data.statistics.evaluation import INSUFFICIENT, difference_in_differences

BIRMINGHAM = ("ICB26", "E54000055")
BEDFORD = ("PLACE24", "QHG-BEDFORD")


@pytest.fixture
def engine(atlas_database: Path) -> Engine:
    return store.connect()


@pytest.fixture
def series(engine: Engine) -> pd.DataFrame:
    return store.series(engine)


def test_three_annual_points_bear_no_verdict(engine: Engine, series: pd.DataFrame) -> None:
    found = evaluation.evaluate(engine, series, [BEDFORD], date(2021, 10, 1), "qof_copd")
    assert found.verdict.words == INSUFFICIENT
    assert found.verdict.reason.startswith("Points before the start: 1, after it: 2.")
    assert found.area_type == "MSOA21"
    assert found.periods["role"].to_dict() == {
        "2020-21": "before",
        "2022-23": "after",
        "2024-25": "after",
    }
    assert found.effect is not None
    assert (found.effect.areas, found.effect.comparisons) == (21, 210)
    inside = set(store.areas(engine, "MSOA21", parent=BEDFORD)["code"])
    ours = found.areas[found.areas["role"] == "programme"]
    assert set(ours.index) <= inside
    assert any("GP practices" in note for note in found.notes)
    assert found.inequality["role"].tolist() == ["before", "after", "after"]
    assert found.inequality_change is not None


def test_quarters_of_an_ics(engine: Engine, series: pd.DataFrame) -> None:
    start = date(2024, 4, 1)
    found = evaluation.evaluate(engine, series, [BIRMINGHAM], start, "cover_mmr1_24m")
    assert found.area_type == "UTLA23"
    assert found.periods["role"].value_counts().to_dict() == {
        "before": 4,
        "after": 4,
        "left out": 1,
    }
    assert found.periods.loc["2024-25", "role"] == "left out", "a year beside its quarters"
    ours = found.areas[found.areas["role"] == "programme"]
    assert set(ours["name"]) == {"Birmingham", "Solihull"}
    # the same from the published figures themselves
    used = found.periods.index[found.periods["role"] != "left out"]
    mine = series[(series["indicator_id"] == "cover_mmr1_24m") & (series["area_type"] == "UTLA23")]
    rows = store.observations(engine, mine["series_id"].tolist())
    rows = rows[rows["area_code"].isin(found.areas.index) & rows["period"].isin(used)]
    wide = rows.pivot_table(index="area_code", columns="period", values="value")[list(used)]
    theirs = found.areas.index[found.areas["role"] == "comparison"]
    alone = difference_in_differences(
        wide.loc[ours.index],
        wide.loc[theirs],
        range(4),
        range(4, 8),
        weights=(ours["people"], found.areas.loc[theirs, "people"]),
        clusters=(ours["ics"].tolist(), found.areas.loc[theirs, "ics"].tolist()),
    )
    assert found.effect is not None
    assert found.effect.effect == pytest.approx(alone.effect)
    assert found.effect.lower == pytest.approx(alone.lower)


def test_no_neighbour_is_compared_with(engine: Engine, series: pd.DataFrame) -> None:
    found = evaluation.evaluate(engine, series, [BEDFORD], date(2023, 10, 1), "qof_dm")
    every = store.areas(engine, "MSOA21").set_index("code")
    ours = every.loc[found.areas.index[found.areas["role"] == "programme"]]
    for one in every.loc[found.areas.index[found.areas["role"] == "comparison"]].itertuples():
        apart = (
            (one.east < ours["west"])
            | (one.west > ours["east"])
            | (one.north < ours["south"])
            | (one.south > ours["north"])
        )
        assert apart.all(), one.name


@pytest.mark.parametrize(
    ("indicator", "started"),
    [("cover_mmr1_24m", date(2024, 4, 1)), ("smi_bmi", date(2021, 7, 1))],
)
def test_programmes_that_never_were(
    engine: Engine, series: pd.DataFrame, indicator: str, started: date
) -> None:
    """Nothing began in any one ICS on that day: the verdict must hardly ever say otherwise."""
    said, left_out = [], 0
    for code in store.areas(engine, "ICB26")["code"]:
        found = evaluation.evaluate(engine, series, [("ICB26", code)], started, indicator)
        said.append(found.verdict.words)
        if found.effect is not None and not np.isnan(found.effect.lower):
            left_out += not found.effect.lower <= 0 <= found.effect.upper
    assert len(said) == 36
    assert said.count(INSUFFICIENT) >= 0.93 * 36
    assert left_out <= 4, "36 intervals of 95% leave out the truth five times or more in 1 of 29"


def test_all_of_england_has_nothing_to_be_compared_with(
    engine: Engine, series: pd.DataFrame
) -> None:
    england = ("ENG", "E92000001")
    found = evaluation.evaluate(engine, series, [england], date(2020, 4, 1), "adult_obesity")
    assert found.verdict.words == INSUFFICIENT
    assert "0 areas to compare with" in found.verdict.reason
