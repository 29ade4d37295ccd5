"""Need against coverage among figures that are simple enough to check by hand."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from components import narrative
from data import models, need, store
from data.errors import UnknownCodeError
from data.need import NO_FIGURE, QUADRANTS, NoNeed
from data.statistics.intervals import wilson

ENGLAND = ("ENG", "E92000001")
ICS = ("ICB26", "E54000001")
HOODS = [f"E0200000{n}" for n in range(1, 5)]
PLACES = ["QXX-EAST", "QXX-WEST"]
LSOAS = [f"E010000{n:02d}" for n in range(1, 11)]
PARTS = {"MSOA21": HOODS, "PLACE26": PLACES, "LSOA21": LSOAS}
AREAS = [ENGLAND, ICS, *((kind, code) for kind, codes in PARTS.items() for code in codes)]
NUMBER = {area: n for n, area in enumerate(AREAS)}
Figures = Mapping[str, list[float | None]]
NAN = float("nan")


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """An ICS of four neighbourhoods (half of the last one lies outside), places and LSOAs."""
    engine = store.connect(f"sqlite:///{tmp_path / 'atlas.db'}")
    models.Table.metadata.create_all(engine)
    areas = pd.DataFrame(AREAS, columns=["area_type", "code"])
    areas["area_id"] = range(len(areas))
    areas = areas.assign(name="Area " + areas["area_id"].astype(str), nhs_code="", rural_urban="")
    areas.loc[1, "name"] = "Westshire"
    areas = areas.assign(population=100, core20=0, imd_rank=None, imd_decile=None)
    areas.loc[2:5, "population"] = [1000, 2000, 3000, 4000]
    areas.loc[2:5, "core20"] = [1000, 0, 1500, 0]
    areas.loc[2:5, "imd_decile"] = [1, 4, 7, 10]
    areas.loc[8:, "imd_rank"] = areas.loc[8:, "imd_decile"] = range(1, 11)
    areas = areas.assign(**dict.fromkeys(["longitude", "latitude", "west", "south"], 0.0))
    areas.assign(east=0.0, north=0.0).to_sql("area", engine, if_exists="append", index=False)
    inside = pd.DataFrame({"child_id": range(2, len(areas)), "parent_id": 1, "share": 1.0})
    inside.loc[inside["child_id"] == 5, "share"] = 0.5
    inside.to_sql("containment", engine, if_exists="append", index=False)
    return engine


def put(
    engine: Engine, indicator: str, area_type: str, period: str, method: str, figures: Figures
) -> None:
    """Add a series; figures stand in the order of `AREAS` of the type."""
    number = len(store.series(engine)) + 1
    row = {
        "series_id": number, "indicator_id": indicator, "area_type": area_type, "period": period,
        "method": method, "source": "test", "note": "",
    }  # fmt: skip
    pd.DataFrame([row]).to_sql("series", engine, if_exists="append", index=False)
    rows = pd.DataFrame(figures)
    ids = [n for area, n in NUMBER.items() if area[0] == area_type][: len(rows)]
    rows.assign(area_id=ids, series_id=number).to_sql(
        "observation", engine, if_exists="append", index=False
    )


def put_heart_failure(engine: Engine) -> pd.DataFrame:
    """Heart failure of three years, and ACE inhibitors of the year between the first two."""
    for period, register in (
        ("2020-21", [1.0, 1.0, 1.0, 1.0]),
        ("2022-23", [50.0, 100.0, 40.0, 10.0]),
        ("2024-25", [10.0, 40.0, 90.0, 80.0]),
    ):
        people = [1000.0, 2000.0, 3000.0, 4000.0]
        prevalence = [100 * n / of for n, of in zip(register, people, strict=True)]
        covered = [0.85 if period == "2022-23" else 1.0, 1.0, 0.95, 0.95]
        put(engine, "qof_hf", "MSOA21", period, "attributed",
            {"count": register, "denominator": people, "value": prevalence,
             "covered": covered})  # fmt: skip
        put(engine, "qof_hf", "ENG", period, "direct", {"count": [700.0], "value": [1.5]})
    put(engine, "qof_hf003", "MSOA21", "2021-22", "inherited", {
        "denominator": [1000.0, 2000.0, 3000.0, 4000.0], "value": [80.0, 90.0, 70.0, None],
        "spread_low": [75.0, 92.0, 60.0, None], "spread_high": [88.0, 95.0, 72.0, None],
        "covered": [1.0, 0.89, 0.9, 0.3]})  # fmt: skip
    put(engine, "qof_hf003", "ENG", "2021-22", "inherited", {"value": [85.0]})
    put(engine, "qof_hf003", "ENG", "2024-25", "direct",
        {"count": [300.0], "denominator": [392.0], "value": [76.5]})  # fmt: skip
    return store.series(engine)


def figures(engine: Engine, series: pd.DataFrame) -> pd.DataFrame:
    return need.figures(engine, series, ICS, "MSOA21", ["qof_hf"], "qof_hf003", year="2024-25")


def test_people_not_covered_are_the_register_less_those_covered(engine: Engine) -> None:
    rows = figures(engine, put_heart_failure(engine))
    assert rows["code"].tolist() == HOODS
    assert rows["need"].tolist() == rows["qof_hf"].tolist() == [1.0, 2.0, 3.0, 2.0]
    assert rows["eligible"].tolist() == [50.0, 100.0, 40.0, 5.0], "the later of two years as near"
    assert set(rows["counted"]) == {"register"}
    assert rows["not_covered"].tolist() == pytest.approx([10.0, 10.0, 12.0, NAN], nan_ok=True)
    assert rows["imd_quintile"].tolist() == [1, 2, 4, 5], "1 = most deprived"
    assert rows["decile"].tolist() == [1, 4, 7, 10]


def test_of_an_area_that_reaches_beyond_only_the_part_inside_is_counted(engine: Engine) -> None:
    rows = figures(engine, put_heart_failure(engine))
    assert rows["share"].tolist() == [1.0, 1.0, 1.0, 0.5]
    assert rows["population"].tolist() == [1000, 2000, 3000, 2000]
    assert rows["core20"].tolist() == [1000, 0, 1500, 0]


def test_the_spread_holds_the_value_also_where_one_practice_is_both_percentiles(
    engine: Engine,
) -> None:
    rows = figures(engine, put_heart_failure(engine))
    assert rows["coverage_low"].tolist()[:3] == [75.0, 90.0, 60.0]
    assert rows["coverage_high"].tolist()[:3] == [88.0, 95.0, 72.0]
    assert rows["basis"].tolist() == ["spread", "spread", "spread", "none"]
    assert rows.loc[3, ["coverage_low", "coverage_high"]].isna().all()


def test_flagged_where_any_figure_is_about_under_nine_in_ten_patients(engine: Engine) -> None:
    rows = figures(engine, put_heart_failure(engine))
    assert rows["covered"].tolist() == [0.85, 0.89, 0.9, 0.3], "of the register, then of coverage"
    assert rows["flagged"].tolist() == [True, True, False, True]


def test_several_conditions_are_the_mean_of_their_z_scores(engine: Engine) -> None:
    put_heart_failure(engine)
    put(engine, "qof_dm", "MSOA21", "2024-25", "attributed", {"value": [5.0, 5.0, 9.0, None]})
    put(engine, "qof_dm", "ENG", "2024-25", "direct", {"value": [5.0]})
    series = store.series(engine)
    both = ["qof_hf", "qof_dm"]
    rows = need.figures(engine, series, ICS, "MSOA21", both, "qof_hf003", year="2024-25")
    # heart failure 1, 2, 3, 2: mean 2, sd sqrt(1/2); diabetes 5, 5, 9: mean 19/3, sd sqrt(32)/3
    z_hf = [-np.sqrt(2), 0.0, np.sqrt(2), 0.0]
    z_dm = [-4 / np.sqrt(32), -4 / np.sqrt(32), 8 / np.sqrt(32), NAN]
    expected = [(a + b) / 2 for a, b in zip(z_hf, z_dm, strict=True)]
    assert rows["need"].tolist() == pytest.approx(expected, nan_ok=True)
    chosen = need.choose(series, "MSOA21", both, "qof_hf003", year="2024-25")
    mark = need.need_mark(engine, series, rows, chosen, ENGLAND)
    assert mark == pytest.approx(((1.5 - 2) * np.sqrt(2) - 4 / np.sqrt(32)) / 2)
    assert np.isnan(need.need_mark(engine, series, rows, chosen, ICS)), "it has no figure"
    assert narrative.need_level(chosen, mark) == ""


def test_a_condition_that_is_the_same_everywhere_adds_nothing(engine: Engine) -> None:
    put_heart_failure(engine)
    put(engine, "qof_dm", "MSOA21", "2024-25", "attributed", {"value": [0.1 + 0.2] * 4})
    both = ["qof_hf", "qof_dm"]
    rows = need.figures(engine, store.series(engine), ICS, "MSOA21", both, "qof_hf003")
    half = np.sqrt(2) / 2
    assert rows["need"].tolist() == pytest.approx([-half, 0, half, 0])


def test_own_denominator_and_wilson_s_interval_where_they_are_counts(engine: Engine) -> None:
    put_heart_failure(engine)
    for code, low in (("qof_hf", None), ("cover_mmr1_24m", 79.0)):
        put(engine, code, "PLACE26", "2024-25", "attributed",
            {"count": [80.0, 95.0], "denominator": [100.0, 100.0], "value": [80.0, 95.0],
             "spread_low": [low, low]})  # fmt: skip
    series = store.series(engine)
    rows = need.figures(engine, series, ICS, "PLACE26", ["qof_hf"], "cover_mmr1_24m")
    assert rows["eligible"].tolist() == [100.0, 100.0]
    assert set(rows["counted"]) == {"denominator"}
    assert rows["not_covered"].tolist() == pytest.approx([20.0, 5.0])
    assert set(rows["basis"]) == {"interval"}
    low, high = wilson(np.array([80.0, 95.0]), np.array([100.0, 100.0]))
    assert rows["coverage_low"].tolist() == pytest.approx((100 * low).tolist())
    assert rows["coverage_high"].tolist() == pytest.approx((100 * high).tolist())
    gaps = need.gap(rows, 96.0)
    assert gaps["more"].tolist() == pytest.approx([16.0, 1.0])
    found = need.total(gaps)
    assert (found.basis, found.more) == ("interval", pytest.approx(17.0))
    # errors of both places, independent: 80% is 71.1 to 86.7%, 95% is 88.8 to 97.8% and above 96%
    assert found.low == pytest.approx(17 - np.hypot(100 * high[0] - 80, 1.0))
    assert found.high == pytest.approx(17 + np.hypot(80 - 100 * low[0], 95 - 100 * low[1]))
    assert found.low > gaps["low"].sum() and found.high < gaps["high"].sum()


def test_not_covered_is_never_below_zero_where_rounding_puts_coverage_over_100(
    engine: Engine,
) -> None:
    put_heart_failure(engine)
    put(engine, "cover_mmr1_24m", "MSOA21", "2024-25 Q3", "attributed",
        {"count": [5.1], "denominator": [5.0], "value": [102.0]})  # fmt: skip
    rows = need.figures(engine, store.series(engine), ICS, "MSOA21", ["qof_hf"], "cover_mmr1_24m")
    assert rows["not_covered"].iloc[0] == 0
    assert need.gap(rows, 95.0)["more"].iloc[0] == 0


def test_people_are_not_counted_where_nothing_says_how_many_are_eligible(engine: Engine) -> None:
    put_heart_failure(engine)
    put(engine, "qof_bp002", "MSOA21", "2021-22", "inherited",
        {"denominator": [1000.0], "value": [80.0]})  # fmt: skip
    series = store.series(engine)
    rows = need.figures(engine, series, ICS, "MSOA21", ["qof_hf"], "qof_bp002")
    assert rows[["eligible", "not_covered"]].isna().all(axis=None)
    assert set(rows["counted"]) == {"none"}
    assert rows["basis"].iloc[0] == "none"
    with pytest.raises(NoNeed, match="not known how many people"):
        need.total(need.gap(rows, 90.0))
    chosen = need.choose(series, "MSOA21", ["qof_hf"], "qof_bp002")
    assert "not known" in narrative.people_counted(rows, chosen, NAN, "")


def test_the_gap_by_hand(engine: Engine) -> None:
    rows = figures(engine, put_heart_failure(engine))
    gaps = need.gap(rows, 85.0)
    assert gaps["more"].tolist() == pytest.approx([2.5, 0.0, 6.0, NAN], nan_ok=True)
    assert gaps["low"].tolist() == pytest.approx([0.0, 0.0, 5.2, NAN], nan_ok=True)
    assert gaps["high"].tolist() == pytest.approx([5.0, 0.0, 10.0, NAN], nan_ok=True)
    assert gaps["core20_share"].tolist() == [1.0, 0.0, 0.5, 0.0]
    found = need.total(gaps)
    assert (found.more, found.low, found.high) == pytest.approx((8.5, 5.2, 15.0))
    assert (found.basis, found.core20) == ("spread", pytest.approx(2.5 + 3.0))
    assert (found.below, found.areas, found.unknown) == (2, 3, 1)


def test_a_total_without_ends_where_one_area_has_none(engine: Engine) -> None:
    gaps = need.gap(figures(engine, put_heart_failure(engine)), 85.0)
    gaps["basis"] = ["spread", "spread", "none", "none"]
    found = need.total(gaps)
    assert found.basis == "none"
    assert np.isnan([found.low, found.high]).all()


def test_goals(engine: Engine) -> None:
    put_heart_failure(engine)
    values = [60.0] * 8 + [90.0, 80.0]
    put(engine, "qof_hf003", "LSOA21", "2021-22", "inherited",
        {"denominator": [100.0] * 9 + [300.0], "value": values})  # fmt: skip
    put(engine, "qof_hf003", "ICB26", "2021-22", "inherited", {"value": [77.0]})
    series = store.series(engine)
    chosen = need.choose(series, "MSOA21", ["qof_hf"], "qof_hf003")
    england, ics, fifth = (
        need.goal(engine, series, chosen, aim, ICS)
        for aim in ("england", "ics", "least-deprived-fifth")
    )
    assert (england.value, england.words) == (85.0, "England's rate")
    assert (ics.value, ics.words) == (77.0, "the rate of Westshire")
    assert fifth.value == pytest.approx((90 * 100 + 80 * 300) / 400)
    assert fifth.words == "the rate of the least deprived fifth of Westshire"
    with pytest.raises(NoNeed, match="no national target"):
        need.goal(engine, series, chosen, "target", ICS)


def test_a_fifth_of_which_few_areas_have_a_figure_has_no_rate(engine: Engine) -> None:
    put_heart_failure(engine)
    put(engine, "qof_hf003", "LSOA21", "2021-22", "inherited",
        {"denominator": [100.0] * 10, "value": [60.0] * 8 + [90.0, None]})  # fmt: skip
    put(engine, "qof_chd005", "MSOA21", "2021-22", "inherited", {"value": [90.0]})
    put(engine, "qof_chd005", "LSOA21", "2021-22", "inherited",
        {"denominator": [100.0] * 10, "value": [60.0] * 8 + [None, None]})  # fmt: skip
    series = store.series(engine)
    half = need.choose(series, "MSOA21", ["qof_hf"], "qof_hf003")
    assert need.goal(engine, series, half, "least-deprived-fifth", ICS).value == 90
    none = need.choose(series, "MSOA21", ["qof_hf"], "qof_chd005")
    assert none.register is None, "there is no register of heart disease here"
    with pytest.raises(NoNeed, match="least deprived fifth of Westshire is not known"):
        need.goal(engine, series, none, "least-deprived-fifth", ICS)


def test_a_national_target(engine: Engine) -> None:
    put_heart_failure(engine)
    put(engine, "cover_mmr1_24m", "MSOA21", "2024-25 Q3", "attributed", {"value": [80.0]})
    series = store.series(engine)
    chosen = need.choose(series, "MSOA21", ["qof_hf"], "cover_mmr1_24m")
    assert need.goal(engine, series, chosen, "target", ICS).value == 95
    with pytest.raises(NoNeed, match="England's rate is not known"):
        need.goal(engine, series, chosen, "england", ICS)


@pytest.mark.parametrize(
    ("periods", "nearest"),
    [
        (["2020-21", "2022-23", "2024-25"], "2022-23"),
        (["2020-21", "2024-25"], "2020-21"),
        (["2024-25"], "2024-25"),
    ],
)
def test_the_register_is_of_the_year_nearest_to_the_coverage_s(
    periods: list[str], nearest: str
) -> None:
    rows = [("qof_hf003", "2021-22"), *(("qof_hf", period) for period in periods)]
    series = pd.DataFrame(rows, columns=["indicator_id", "period"])
    series = series.assign(series_id=range(len(rows)), area_type="MSOA21", method="attributed")
    chosen = need.choose(series, "MSOA21", ["qof_hf"], "qof_hf003", year="2019-20")
    assert chosen.register is not None
    assert chosen.register.period == nearest
    assert chosen.need["qof_hf"].period == "2024-25", "a year that there is not: the newest"


def test_how_much_of_a_register_an_indicator_is_about(engine: Engine) -> None:
    series = put_heart_failure(engine)
    assert need.register_share(engine, series, "qof_hf003") == (pytest.approx(0.56), "2024-25")
    put(engine, "qof_hf007", "ENG", "2024-25", "direct",
        {"count": [500.0], "denominator": [701.0], "value": [71.3]})  # fmt: skip
    whole = need.register_share(engine, store.series(engine), "qof_hf007")
    assert whole == (1.0, "2024-25"), "no more than all, counted on another day"
    share, year = need.register_share(engine, series, "qof_bp002")
    assert np.isnan(share) and year == ""


@pytest.mark.parametrize(
    ("needs", "coverage", "level", "says"),
    [
        ([], "qof_hf003", "MSOA21", "No condition is chosen"),
        (["imd"], "qof_hf003", "MSOA21", "'imd' is none"),
        (["qof_hf"], "qof_hf", "MSOA21", "is not a coverage indicator"),
        (["qof_hf"], "qof_hf003", "LSOA21", "no figures for LSOAs; it has them for England, neigh"),
        (["qof_hf"], "tt_recovery", "MSOA21", "it has them for nowhere"),
        (["qof_dm"], "qof_hf003", "MSOA21", "Diabetes.* has no figures for neighbourhoods"),
    ],
)
def test_what_cannot_be_set_against_each_other_is_told(
    engine: Engine, needs: list[str], coverage: str, level: str, says: str
) -> None:
    series = put_heart_failure(engine)
    with pytest.raises(NoNeed, match=says):
        need.figures(engine, series, ICS, level, needs, coverage)


def test_an_area_without_parts_and_codes_that_there_are_not_are_told(engine: Engine) -> None:
    series = put_heart_failure(engine)
    with pytest.raises(NoNeed, match="No neighbourhoods lie in Area 2"):
        need.figures(engine, series, ("MSOA21", HOODS[0]), "MSOA21", ["qof_hf"], "qof_hf003")
    with pytest.raises(UnknownCodeError, match="E54000099"):
        need.figures(engine, series, ("ICB26", "E54000099"), "MSOA21", ["qof_hf"], "qof_hf003")
    with pytest.raises(UnknownCodeError, match="qof_xyz"):
        need.choose(series, "MSOA21", ["qof_xyz"], "qof_hf003")


def test_at_the_mark_need_is_low_and_coverage_high() -> None:
    rows = pd.DataFrame(
        {"need": [2.0, 2.0, 1.0, 1.0, 2.0, NAN, 2.0], "coverage": [70.0, 80, 70, 80, NAN, 70, 70]}
    )
    found = need.quadrants(rows, 1.0, 80.0)
    assert found.tolist() == [*QUADRANTS, NO_FIGURE, NO_FIGURE, QUADRANTS[0]]
    assert set(need.quadrants(rows, NAN, 80.0)) == {NO_FIGURE}


percent = st.one_of(st.just(NAN), st.floats(0, 100))
area = st.tuples(percent, percent, st.floats(0, 10), st.floats(0, 10), st.floats(0, 500))


@st.composite
def tables(draw: st.DrawFn) -> pd.DataFrame:
    rows = pd.DataFrame(
        draw(st.lists(area, min_size=1, max_size=30)),
        columns=["need", "coverage", "below", "above", "eligible"],
    )
    known = rows["coverage"].notna()
    return rows.assign(
        code=[str(n) for n in rows.index],
        name="",
        coverage_low=(rows["coverage"] - rows["below"]).clip(lower=0),
        coverage_high=(rows["coverage"] + rows["above"]).clip(upper=100),
        basis=np.where(known, draw(st.sampled_from(["interval", "spread", "none"])), "none"),
        population=1000.0,
        core20=draw(st.floats(0, 1000)),
    )


@settings(derandomize=True)
@given(tables(), percent, percent)
def test_quadrants_part_the_areas(rows: pd.DataFrame, need_mark: float, mark: float) -> None:
    found = need.quadrants(rows, need_mark, mark)
    assert set(found) <= {*QUADRANTS, NO_FIGURE}
    assert found.index.equals(rows.index)
    unknown = rows[["need", "coverage"]].isna().any(axis=1) | np.isnan(need_mark) | np.isnan(mark)
    assert ((found == NO_FIGURE) == unknown).all()


@settings(derandomize=True)
@given(tables(), st.floats(0, 100))
def test_the_gap_is_not_negative_and_its_total_is_the_sum(rows: pd.DataFrame, goal: float) -> None:
    gaps = need.gap(rows, goal)
    known = gaps.dropna(subset=["more"])
    assert (known[["more", "low", "high"]] >= 0).all(axis=None)
    assert (known["low"] <= known["more"]).all() and (known["more"] <= known["high"]).all()
    assert (known["more"] <= rows.loc[known.index, "eligible"] + 1e-9).all()
    reached = rows["coverage"] >= goal
    assert (known.loc[reached.reindex(known.index), "more"] == 0).all()
    if known.empty:
        return
    found = need.total(gaps)
    assert found.more == pytest.approx(known["more"].sum())
    assert 0 <= found.core20 <= found.more + 1e-9
    assert found.areas + found.unknown == len(rows)
    if found.basis == "none":
        assert np.isnan([found.low, found.high]).all()
    else:
        assert -1e-9 <= found.low <= found.more <= found.high
        assert found.low >= known["low"].sum() - 1e-9, "no wider than all errors at once"
        assert found.high <= known["high"].sum() + 1e-9


def test_sentences(engine: Engine) -> None:
    series = put_heart_failure(engine)
    rows = figures(engine, series)
    chosen = need.choose(series, "MSOA21", ["qof_hf"], "qof_hf003", year="2024-25")
    goal = need.goal(engine, series, chosen, "england", ICS)
    mark = need.need_mark(engine, series, rows, chosen, ENGLAND)
    quadrant = need.quadrants(rows, mark, goal.value)
    by = f"England's rate{narrative.need_level(chosen, mark)}"
    said = narrative.need_and_coverage(
        rows, quadrant, chosen, by, goal, "neighbourhoods", "Westshire"
    )
    assert said == (
        "1 of 3 neighbourhoods in Westshire has high need (Heart failure, 2024-25, above England's "
        "rate, 1.50%) and low coverage (ACE inhibitor or ARB, HF (HF003), 2021-22, below "
        "England's rate, 85.0%); 3,000 people live there, 50% of them in Core20. In 1 of them "
        "nearly all practices or networks that serve it are below it too. 1 more lacks a figure."
    )
    found = need.total(need.gap(rows, goal.value))
    said = narrative.gap_as_people(found, goal, chosen, "neighbourhoods", "Westshire")
    assert said.startswith(
        "ACE inhibitor or ARB, HF (HF003), 2021-22: to reach England's rate (85.0%), 8 more people "
        "would be covered (5 to 15 if all areas stood"
    )
    assert "a range, not an interval" in said
    assert "in 2 of 3 neighbourhoods of Westshire. 65% of them are in Core20, if they" in said
    assert said.endswith("Of 1 more it is not known.")
    share, year = need.register_share(engine, series, "qof_hf003")
    said = narrative.people_counted(rows, chosen, share, year)
    assert "the 2022-23 register of heart failure" in said
    assert "56% of it in England in 2024-25: numbers of people are an upper estimate" in said
    assert said == narrative.people_counted(rows, chosen, 1.0, year) + said[said.index(" It is") :]
    assert "upper estimate" in narrative.people_counted(rows, chosen, NAN, "")


def test_sentences_of_areas_that_are_all_well(engine: Engine) -> None:
    series = put_heart_failure(engine)
    rows = figures(engine, series)
    chosen = need.choose(series, "MSOA21", ["qof_hf"], "qof_hf003")
    goal = need.Goal("target", 60.0, "the national target")
    args = (chosen, "England's rate", goal, "neighbourhoods", "Westshire")
    said = narrative.need_and_coverage(rows, need.quadrants(rows, 1.5, 60.0), *args)
    assert said.startswith("None of 3 neighbourhoods in Westshire has high need")
    assert "live there" not in said
    said = narrative.need_and_coverage(rows, need.quadrants(rows, NAN, 60.0), *args)
    assert said == ("None of 4 neighbourhoods in Westshire has figures of both need and coverage.")
    found = need.total(need.gap(rows, 60.0))
    said = narrative.gap_as_people(found, goal, chosen, "neighbourhoods", "Westshire")
    assert "none of 3 neighbourhoods of Westshire is below the national target (60.0%)" in said
