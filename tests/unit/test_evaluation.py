"""A programme's effect, on figures of a small England that can be checked by hand."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Engine

from data import catalogue, evaluation, models, store
from data.errors import UnknownCodeError
from data.evaluation import NotEvaluated, agreed, evaluate, timeline
from data.statistics.evaluation import BETTER, INSUFFICIENT, NO_DIFFERENT, WORSE, Effect

ENGLAND = ("ENG", "E92000001")
NORTH = ("ICB26", "E54000001")
CODES = [f"E070000{n:02d}" for n in range(60)]
YEARS = [f"20{n}-{n + 1}" for n in range(15, 25)]
START = date(2020, 4, 1)
OURS = [("LAD24", code) for code in CODES[:4]]


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """England: sixty local authorities in four ICSs, each authority of two LSOAs."""
    engine = store.connect(f"sqlite:///{tmp_path / 'atlas.db'}")
    models.Table.metadata.create_all(engine)
    rows = [(*ENGLAND, "England", 60_000, None, 0.0)]
    rows += [("ICB26", f"E5400000{n + 1}", f"ICS {n}", 15_000, None, 0.0) for n in range(4)]
    rows += [("LAD24", c, f"Council {n}", 1000, n % 10 + 1, 2.0 * n) for n, c in enumerate(CODES)]
    rows += [("LSOA21", f"E01000{n:03d}", "", 500, n % 10 + 1, 2.0 * n) for n in range(120)]
    areas = pd.DataFrame(
        rows, columns=["area_type", "code", "name", "population", "imd_decile", "west"]
    )
    areas["area_id"] = range(len(areas))
    areas = areas.assign(
        nhs_code="",
        core20=0,
        rural_urban="",
        longitude=areas["west"],
        latitude=0.0,
        south=0.0,
        east=areas["west"] + 1.5,
        north=1.0,
        imd_rank=areas["imd_decile"] * 1000 + areas["area_id"],
    )
    areas.to_sql("area", engine, if_exists="append", index=False)
    links = [(0, child) for child in range(1, 185)]
    links += [(1 + n % 4, 5 + n) for n in range(60)]
    links += [(1 + n // 2 % 4, 65 + n) for n in range(120)]
    links += [(5 + n // 2, 65 + n) for n in range(120)]
    inside = pd.DataFrame(links, columns=["parent_id", "child_id"]).assign(share=1.0)
    inside.to_sql("containment", engine, if_exists="append", index=False)
    generator = np.random.default_rng(1)
    put(engine, "rural", "2021", generator.random(60))
    put(engine, "census_asian", "2021", generator.random(60))
    return engine


def put(
    engine: Engine, indicator: str, period: str, values: np.ndarray, kind: str = "LAD24"
) -> None:
    number = len(store.series(engine)) + 1
    row = {
        "series_id": number, "indicator_id": indicator, "area_type": kind, "period": period,
        "method": "direct" if kind == "LAD24" else "attributed", "source": "test", "note": "",
    }  # fmt: skip
    pd.DataFrame([row]).to_sql("series", engine, if_exists="append", index=False)
    first = 5 if kind == "LAD24" else 65
    figures = pd.DataFrame({"area_id": range(first, first + len(values)), "value": values})
    figures = figures.assign(series_id=number)
    figures.to_sql("observation", engine, if_exists="append", index=False)


def world(effect: float = 0.0, *, drift: float = 0.0) -> np.ndarray:
    """Sixty authorities by ten years: lasting differences, shared shocks, a little noise."""
    generator = np.random.default_rng(2)
    out = 25 + generator.standard_normal((60, 1)) + generator.standard_normal((1, 10))
    out += 0.3 * generator.standard_normal((60, 10))
    out[:4, 5:] += effect
    out[:4] += drift * np.arange(10)
    return np.asarray(out)


def fill(engine: Engine, values: np.ndarray, years: list[str] = YEARS) -> pd.DataFrame:
    for year, column in zip(years, values.T, strict=True):
        put(engine, "adult_obesity", year, column)
    return store.series(engine)


@pytest.mark.parametrize(("effect", "words"), [(-3, BETTER), (3, WORSE), (0, INSUFFICIENT)])
def test_an_effect_is_found_and_none_is_not(engine: Engine, effect: float, words: str) -> None:
    figures = world(effect)
    found = evaluate(engine, fill(engine, figures), OURS, START, "adult_obesity")
    assert found.verdict.words == words
    assert (found.area_type, found.area_types) == ("LAD24", "local authorities")
    assert found.effect is not None
    assert found.check is not None
    assert found.effect.lower <= effect <= found.effect.upper
    assert (found.effect.areas, found.effect.comparisons) == (4, 40)
    assert (found.effect.points_before, found.effect.points_after) == (5, 5)
    # by hand from the frames: the average change of one side less that of the other
    change = found.areas.groupby("role")["change"].mean()
    assert found.effect.effect == pytest.approx(change["programme"] - change["comparison"])
    at = [int(code[-2:]) for code in found.areas.index]
    hand = figures[at, 5:].mean(1) - figures[at, :5].mean(1)
    assert found.areas["change"].tolist() == pytest.approx(hand.tolist())
    periods = found.periods
    assert periods["role"].tolist() == ["before"] * 5 + ["after"] * 5
    assert periods["programme"].tolist() == pytest.approx(figures[:4].mean(0).tolist())
    means = periods.groupby("role")["difference"].mean()
    assert found.effect.effect == pytest.approx(means["after"] - means["before"])
    assert set(found.areas["ics"]) == {f"E5400000{n}" for n in range(1, 5)}
    assert set(found.balance["theme"]) == {
        "ethnicity", "rurality", "size", "outcome's level", "outcome's trend",
    }  # fmt: skip


def test_areas_beside_the_programme_are_not_compared_with(engine: Engine) -> None:
    # each authority is 1.5 wide and begins 2 after the last; number 20 now reaches its neighbours
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE area SET west = 38, east = 42 WHERE area_id = 25")
    series = fill(engine, world())
    found = evaluate(engine, series, [("LAD24", CODES[20])], START, "adult_obesity")
    compared = set(found.areas.index[found.areas["role"] == "comparison"])
    assert not compared & set(CODES[19:22])
    assert found.areas["match"].unique().tolist() == ["", CODES[20]]
    assert len(compared) == 30, "one area alone is compared with more"


def test_an_area_counts_where_half_its_people_are_in_the_programme(engine: Engine) -> None:
    series = fill(engine, world())
    half = [("LSOA21", "E01000000"), ("LSOA21", "E01000000"), ("LAD24", CODES[0])]
    found = evaluate(engine, series, half[:2], START, "adult_obesity")
    assert found.areas.index[found.areas["role"] == "programme"].tolist() == [CODES[0]]
    assert found.notes[0] == (
        "The figures are of 1 local authority that lies at least half in the programme's areas; it "
        "holds 100% of the residents there."
    )
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE area SET population = 1001 WHERE area_id = 5")
    with pytest.raises(NotEvaluated, match="has no figures for areas that lie in the programme's"):
        evaluate(engine, series, half[:2], START, "adult_obesity")
    whole = evaluate(engine, series, half, START, "adult_obesity")
    assert whole.effect is not None
    assert whole.effect.areas == 1


def test_lsoas_where_there_is_nothing_larger(engine: Engine) -> None:
    generator = np.random.default_rng(3)
    for indicator, periods in (("rural", ["2021"]), ("qof_dm", ["2020-21", "2024-25"])):
        for period in periods:
            put(engine, indicator, period, generator.random(120), "LSOA21")
    series = store.series(engine)
    found = evaluate(engine, series, [("LSOA21", "E01000000")], date(2022, 4, 1), "qof_dm")
    assert found.area_type == "LSOA21"
    assert found.areas.index[found.areas["role"] == "programme"].tolist() == ["E01000000"]
    assert any("GP practices" in note for note in found.notes)
    assert found.effect is not None
    assert found.verdict.words == INSUFFICIENT


def test_areas_without_a_figure_are_left_out_and_told(engine: Engine) -> None:
    figures = world()
    figures[1, 7] = figures[30, 0] = np.nan
    found = evaluate(engine, fill(engine, figures), OURS, START, "adult_obesity")
    assert found.effect is not None
    assert found.effect.areas == 3
    assert not {CODES[1], CODES[30]} & set(found.areas.index)
    assert "Left out, for want of a figure: 1 of the programme's 4 areas." in found.notes
    assert found.periods["programme"].notna().all()


def test_a_period_that_most_areas_lack_is_left_out(engine: Engine) -> None:
    figures = world()
    figures[:3, 0] = np.nan
    found = evaluate(engine, fill(engine, figures), OURS, START, "adult_obesity")
    assert found.periods["role"].tolist()[:2] == ["left out", "before"]
    assert found.effect is not None
    assert (found.effect.areas, found.effect.points_before) == (4, 4)
    assert any(note.startswith("Left out: 1 of 10 periods") for note in found.notes)


@pytest.mark.parametrize(
    ("years", "reason"),
    [(slice(3, 10), "before the start: 2, after it: 5"), (slice(5, 10), "before the start: 0")],
)
def test_with_few_points_there_is_no_verdict(engine: Engine, years: slice, reason: str) -> None:
    series = fill(engine, world(-9)[:, years], YEARS[years])
    found = evaluate(engine, series, OURS, START, "adult_obesity")
    assert found.verdict.words == INSUFFICIENT
    assert reason in found.verdict.reason
    assert (found.effect is None) is ("0" in reason)
    assert {"programme", "comparison", "difference"} <= set(found.periods)
    assert list(found.areas) == list(evaluation.COMPARED)
    assert list(found.balance) == list(evaluation.BALANCE)


def test_one_point_before_has_no_trend(engine: Engine) -> None:
    found = evaluate(engine, fill(engine, world()), OURS, date(2016, 4, 1), "adult_obesity")
    assert "outcome's trend" not in set(found.balance["theme"])
    assert "outcome's level" in set(found.balance["theme"])
    assert found.effect is not None
    assert np.isnan(found.effect.pre_trend)


def test_areas_that_were_moving_already_get_no_verdict(engine: Engine) -> None:
    found = evaluate(engine, fill(engine, world(drift=-2)), OURS, START, "adult_obesity")
    assert found.effect is not None
    assert found.effect.upper < 0
    assert found.verdict.words == INSUFFICIENT
    assert "already moving apart" in found.verdict.reason


def test_nobody_to_compare_with(engine: Engine) -> None:
    found = evaluate(engine, fill(engine, world()), [ENGLAND], START, "adult_obesity")
    assert found.verdict.words == INSUFFICIENT
    assert found.verdict.reason.startswith("There are 0 areas to compare with and 60 of")
    assert found.effect is found.check is None


def test_inequality_before_and_after(engine: Engine) -> None:
    # the ICS's fifteen authorities: figures rise with deprivation, twice as steeply afterwards
    decile = np.arange(60) % 10 + 1
    figures = np.repeat(30.0 - decile[:, None], 10, axis=1)
    figures[:, 5:] = 30 - 2 * decile[:, None]
    series = fill(engine, figures)
    found = evaluate(engine, series, [NORTH, OURS[0], NORTH], START, "adult_obesity")
    assert found.inequality.index.tolist() == YEARS
    assert found.inequality["role"].tolist() == ["before"] * 5 + ["after"] * 5
    before, after = found.inequality["sii"].iloc[[0, -1]]
    assert before < 0, "lower in the least deprived"
    assert after == pytest.approx(2 * before)
    assert found.inequality_change is not None
    assert found.inequality_change.value == pytest.approx(before)
    late = evaluate(engine, series, [NORTH], date(2030, 4, 1), "adult_obesity")
    assert len(late.inequality) == 10
    assert late.inequality_change is None
    few = evaluate(engine, series, OURS, START, "adult_obesity")
    assert few.inequality.empty


def test_what_cannot_be_evaluated_says_why(engine: Engine) -> None:
    series = fill(engine, world())
    with pytest.raises(UnknownCodeError, match="No indicator is called 'nothing'"):
        evaluate(engine, series, OURS, START, "nothing")
    with pytest.raises(UnknownCodeError, match="'E07999999' is not the code"):
        evaluate(engine, series, [("LAD24", "E07999999")], START, "adult_obesity")
    for areas, indicator, kind in (
        ([], "adult_obesity", ""),
        (OURS, "qof_dm", ""),
        (OURS, "adult_obesity", "MSOA21"),
    ):
        with pytest.raises(NotEvaluated, match=r"choose another outcome or larger areas\.$"):
            evaluate(engine, series, areas, START, indicator, area_type=kind)


SURE = Effect(2.0, 1.0, 3.0, 0.001, 0.0, -1.0, 1.0, 5, 50, 4, 4)
UNSURE = replace(SURE, lower=-1.0)
OPPOSITE = replace(SURE, effect=-2.0, lower=-3.0, upper=-1.0)
NONE = replace(SURE, effect=0.0, lower=-0.1, upper=0.1)


@pytest.mark.parametrize(
    ("effect", "check", "words", "reason"),
    [
        (SURE, SURE, WORSE, "leaves out 0"),
        (OPPOSITE, OPPOSITE, BETTER, "leaves out 0"),
        (NONE, NONE, NO_DIFFERENT, "lies within"),
        (UNSURE, SURE, INSUFFICIENT, "holds 0"),
        (UNSURE, UNSURE, INSUFFICIENT, "holds 0"),
        (SURE, UNSURE, INSUFFICIENT, "worse than comparison areas with the same past, insuff"),
        (SURE, OPPOSITE, INSUFFICIENT, "better than comparison areas when they are chosen without"),
        (SURE, NONE, INSUFFICIENT, "no different when they are chosen without it"),
    ],
)
def test_both_sets_of_areas_must_agree(
    effect: Effect, check: Effect, words: str, reason: str
) -> None:
    found = agreed(catalogue.indicator("adult_obesity"), effect, check, 0.2)
    assert found.words == words
    assert reason in found.reason


@pytest.mark.parametrize(
    ("periods", "started", "roles"),
    [
        # quarters beside their year: the year is not used, the start falls into Q2
        (
            ["2023-24 Q4", "2024-25", "2024-25 Q1", "2024-25 Q2", "2024-25 Q3"],
            date(2024, 8, 15),
            ["before", "before", "left out", "left out", "after"],
        ),
        # three years rolling: every third, counted from the start
        (
            ["2009-11", "2010-12", "2011-13", "2012-14", "2013-15", "2014-16", "2015-17"],
            date(2014, 1, 1),
            ["left out", "left out", "before", "left out", "left out", "after", "left out"],
        ),
        (["2001-03", "2002-04", "2022-24"], date(2010, 1, 1), ["left out", "before", "after"]),
        (["2022-09", "2022-10", "2022-11"], date(2022, 10, 20), ["before", "after", "after"]),
        (["2020-21", "2021-22"], date(2021, 4, 30), ["before", "after"]),
        (["2022", "2021", "2020"], date(2021, 1, 1), ["before", "after", "after"]),
        ([], date(2021, 1, 1), []),
    ],
)
def test_periods_before_and_after(periods: list[str], started: date, roles: list[str]) -> None:
    line = timeline(periods, started)
    assert line["role"].tolist() == roles
    assert line["start"].is_monotonic_increasing
    assert (line["start"] < line["end"]).all()


def test_when_periods_are() -> None:
    line = timeline(["2024-25 Q4", "2024-25", "2023"], date(2024, 4, 1))
    assert line.loc["2024-25 Q4", ["start", "end"]].tolist() == [date(2025, 1, 1), date(2025, 4, 1)]
    assert line.loc["2024-25", ["start", "end"]].tolist() == [date(2024, 4, 1), date(2025, 4, 1)]
    assert line.loc["2023", "time"] == 2023.5
    with pytest.raises(NotEvaluated, match="'spring 2024' is not a period"):
        timeline(["spring 2024"], date(2024, 4, 1))
