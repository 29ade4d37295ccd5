"""Profiles made from figures that are simple enough to check by hand."""

import doctest
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from data import models, profiles, store
from data.errors import UnknownCodeError

ENGLAND = ("ENG", "E92000001")
ICS = ("ICB26", "E54000001")
HOODS = [f"E020000{n:02d}" for n in range(1, 13)]
LSOAS = [f"E010000{n:02d}" for n in range(1, 25)]
Figures = Mapping[str, object]


def figures(**columns: object) -> pd.DataFrame:
    """Rows for `limited` and `compared`; what is not given is missing."""
    size = max((len(v) for v in columns.values() if isinstance(v, list)), default=1)
    numbers = [
        "count", "denominator", "value", "lower_ci", "upper_ci", "spread_low", "spread_high",
    ]  # fmt: skip
    rows = pd.DataFrame(np.nan, index=range(size), columns=numbers)
    return rows.assign(**{"indicator_id": "qof_dm", "method": "direct", **columns})


def against(rows: pd.DataFrame, mark: float, area_type: str = "MSOA21") -> pd.DataFrame:
    return profiles.compared(
        profiles.limited(rows, [area_type]), pd.Series(mark, rows.index, dtype="float64")
    )


def test_percentages_have_wilson_s_interval() -> None:
    # Newcombe RG (1998), Stat Med 17:857, table I: 15 of 148
    rows = profiles.limited(figures(count=[15.0], denominator=148.0, value=10.1351), ["LAD24"])
    assert rows["lower_ci"].iloc[0] == pytest.approx(6.24, abs=0.005)
    assert rows["upper_ci"].iloc[0] == pytest.approx(16.05, abs=0.005)
    assert rows["lower_998"].iloc[0] < rows["lower_ci"].iloc[0]
    assert rows["upper_998"].iloc[0] > rows["upper_ci"].iloc[0]


@pytest.mark.parametrize("method", ["attributed", "inherited"])
@pytest.mark.parametrize("area_type", profiles.NO_INTERVAL)
def test_estimates_of_small_areas_have_no_interval(method: str, area_type: str) -> None:
    rows = figures(count=[15.0], denominator=148.0, value=10.0, method=method)
    ends = ["lower_ci", "upper_ci", "lower_998", "upper_998"]
    assert profiles.limited(rows, [area_type])[ends].isna().all(axis=None)
    assert profiles.limited(rows, ["ICB26", area_type])[ends].isna().all(axis=None)
    assert profiles.limited(rows, ["ICB26"])[ends].notna().all(axis=None)
    assert profiles.limited(rows.assign(method="direct"), [area_type])[ends].notna().all(axis=None)


def test_published_limits_stand_and_are_widened_for_998() -> None:
    rows = figures(
        indicator_id="gpps_listened",
        value=[50.0, 99.0],
        lower_ci=[40.0, 98.0],
        upper_ci=[62.0, 99.8],
    )
    found = profiles.limited(rows, ["ICB24"])
    assert found["lower_ci"].tolist() == [40.0, 98.0]
    assert found["upper_ci"].tolist() == [62.0, 99.8]
    ratio = 3.0902 / 1.95996
    assert found["lower_998"].tolist() == pytest.approx([50 - 10 * ratio, 99 - ratio], abs=1e-3)
    assert found["upper_998"].tolist() == pytest.approx([50 + 12 * ratio, 100], abs=1e-3)


@pytest.mark.parametrize(
    "missing",
    [
        {"count": [np.nan]},
        {"count": [200.0]},
        {"denominator": [0.0]},
        {"value": [np.nan]},
        {"indicator_id": ["rural"]},
    ],
)
def test_figures_that_have_no_interval(missing: Figures) -> None:
    rows = figures(**{"count": [15.0], "denominator": 148.0, "value": 10.0, **missing})
    found = profiles.limited(rows, ["LAD24"])
    assert found[["lower_ci", "upper_ci", "lower_998", "upper_998"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("mark", "at_95", "at_998"),
    [(5.0, "higher", "similar"), (10.0, "similar", "similar"), (17.0, "lower", "similar"),
     (40.0, "lower", "lower"), (np.nan, "not compared", "not compared")],
)  # fmt: skip
def test_comparison_by_interval(mark: float, at_95: str, at_998: str) -> None:
    found = against(figures(count=[15.0], denominator=148.0, value=10.1351), mark, "LAD24").iloc[0]
    assert (found["compared"], found["compared_998"]) == (at_95, at_998)
    assert found["basis"] == ("none" if at_95 == "not compared" else "interval")


@pytest.mark.parametrize(
    ("mark", "said"), [(6.9, "higher"), (7.0, "similar"), (9.0, "similar"), (9.1, "lower")]
)
def test_comparison_by_spread_is_no_test(mark: float, said: str) -> None:
    rows = figures(value=[8.0], spread_low=7.0, spread_high=9.0, method="attributed")
    found = against(rows, mark).iloc[0]
    assert (found["compared"], found["basis"]) == (said, "spread")
    assert found["compared_998"] == "not compared"


def test_a_value_beyond_its_own_spread_is_not_on_the_other_side_of_it() -> None:
    # one network of 91% serves all but a few people, who bring the mean down
    rows = figures(
        indicator_id="qof_bp002",
        value=[90.5],
        spread_low=91.0,
        spread_high=91.0,
        method="inherited",
    )
    assert against(rows, 90.8)["compared"].tolist() == ["similar"]
    assert against(rows, 90.4)["compared"].tolist() == ["higher"]


def test_direct_figures_are_not_compared_by_spread() -> None:
    rows = figures(value=[8.0], spread_low=7.0, spread_high=9.0)
    assert against(rows, 20.0)["basis"].tolist() == ["none"]


@pytest.mark.parametrize(
    ("indicator", "lower", "higher"),
    [("qof_dm", "lower", "higher"), ("qof_bp002", "worse", "better"),
     ("fuel_poverty", "better", "worse")],
)  # fmt: skip
def test_polarity_judges(indicator: str, lower: str, higher: str) -> None:
    rows = figures(indicator_id=indicator, count=[50.0], denominator=100.0, value=50.0)
    said = [against(rows, mark, "LAD24")["judged"].iloc[0] for mark in (90.0, 50.0, 10.0, np.nan)]
    assert said == [lower, "similar", higher, "not compared"]


@settings(derandomize=True, deadline=None)
@given(
    count=st.floats(0, 1000),
    denominator=st.floats(1000, 5000),
    mark=st.floats(0, 100),
)
def test_998_is_never_surer_than_95(count: float, denominator: float, mark: float) -> None:
    value = 100 * count / denominator
    found = against(figures(count=[count], denominator=denominator, value=value), mark, "LAD24")
    at_95, at_998 = found[["compared", "compared_998"]].iloc[0]
    assert at_998 in (at_95, "similar")


def test_shares_below_from_all_bands() -> None:
    shares = {
        "census_under5": 6.0, "census_under15": 18.0, "census_aged_15_24": 12.0,
        "census_aged_25_44": 28.0, "census_aged_45_64": 24.0, "census_65plus": 18.0,
        "census_75plus": 9.0, "census_85plus": 3.0,
    }  # fmt: skip
    assert list(profiles.shares_below(shares).values()) == [0, 6, 18, 30, 58, 82, 91, 97, 100]
    assert profiles.shares_below({"census_aged_25_44": 28.0}) == {0.0: 0.0, np.inf: 100.0}
    assert profiles.shares_below({}) == {}


def test_examples_in_docstrings() -> None:
    assert doctest.testmod(profiles).failed == 0


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """England with one ICS of twelve neighbourhoods, of two LSOAs of 100 and 300 people each.

    LSOA n of 1 to 24 has decile (n + 1) // 2 up to 10; 1 = most deprived.
    """
    engine = store.connect(f"sqlite:///{tmp_path / 'atlas.db'}")
    models.Table.metadata.create_all(engine)
    rows = [(*ENGLAND, "England", 4800, None), (*ICS, "Westshire", 4800, None)]
    rows += [("MSOA21", code, f"Hood {n}", 400, n) for n, code in enumerate(HOODS, 1)]
    rows += [
        ("LSOA21", code, f"West {n}", 100 if n % 2 else 300, n) for n, code in enumerate(LSOAS, 1)
    ]
    areas = pd.DataFrame(rows, columns=["area_type", "code", "name", "population", "imd_rank"])
    areas["area_id"] = range(1, len(areas) + 1)
    rank = areas["imd_rank"]
    hoods, lsoas = areas["area_type"] == "MSOA21", areas["area_type"] == "LSOA21"
    decile = np.minimum((rank + 1) // 2, 10).where(lsoas, np.minimum(rank, 10).where(hoods))
    core20 = areas["population"].where(lsoas & (decile <= 2), 0)
    core20 = core20.mask(hoods & (rank <= 2), 400)
    areas = areas.assign(imd_decile=decile, core20=core20, nhs_code="", rural_urban="")
    areas = areas.assign(**dict.fromkeys(["longitude", "latitude", "west", "south"], 0.0))
    areas.assign(east=0.0, north=0.0).to_sql("area", engine, if_exists="append", index=False)
    ids = areas.set_index("code")["area_id"]
    inside = [("E92000001", code) for code in [ICS[1], *HOODS, *LSOAS]]
    inside += [(ICS[1], code) for code in [*HOODS, *LSOAS]]
    inside += [(HOODS[n // 2], code) for n, code in enumerate(LSOAS)]
    pairs = [(ids[parent], ids[child], 1.0) for parent, child in inside]
    contained = pd.DataFrame(pairs, columns=["parent_id", "child_id", "share"])
    contained.to_sql("containment", engine, if_exists="append", index=False)
    return engine


def put(
    engine: Engine,
    indicator: str,
    area_type: str,
    period: str,
    by_code: Mapping[str, Figures],
    method: str = "direct",
) -> None:
    """Add one series."""
    number = len(store.series(engine)) + 1
    row = models.Series(
        series_id=number, indicator_id=indicator, area_type=area_type, period=period,
        method=method, source="test",
    )  # fmt: skip
    pd.DataFrame([row.model_dump()]).to_sql("series", engine, if_exists="append", index=False)
    ids = store.areas(engine, area_type).set_index("code")["area_id"]
    figures = [{"series_id": number, "area_id": ids[code], **f} for code, f in by_code.items()]
    pd.DataFrame(figures).to_sql("observation", engine, if_exists="append", index=False)


def share(count: float, denominator: float) -> Figures:
    return {"count": count, "denominator": denominator, "value": 100 * count / denominator}


def profile(engine: Engine, *areas: profiles.Area) -> pd.DataFrame:
    rows = profiles.profile(engine, store.series(engine), areas, {"England": ENGLAND})
    return rows.set_index("indicator_id")


def test_a_profile_has_the_newest_period_that_has_a_value(engine: Engine) -> None:
    put(engine, "qof_dm", "MSOA21", "2022-23", {HOODS[0]: share(10, 100)})
    put(engine, "qof_dm", "MSOA21", "2024-25", {HOODS[0]: {"value": None, "covered": 0.3}})
    put(engine, "cover_mmr1_24m", "MSOA21", "2024-25 Q4", {HOODS[0]: share(8, 10)})
    put(engine, "cover_mmr1_24m", "MSOA21", "2024-25", {HOODS[0]: share(9, 10)})
    rows = profile(engine, ("MSOA21", HOODS[0]))
    assert rows["period"].to_dict() == {"qof_dm": "2022-23", "cover_mmr1_24m": "2024-25"}


def test_a_benchmark_of_another_period_is_not_there(engine: Engine) -> None:
    for period, code in (("2022-23", "imd_income"), ("2024-25", "qof_dm")):
        put(engine, code, "MSOA21", "2024-25", {HOODS[0]: share(10, 100)})
        put(engine, code, "ENG", period, {"E92000001": share(200, 1000)})
    rows = profile(engine, ("MSOA21", HOODS[0]))
    assert rows.index.tolist() == ["imd_income", "qof_dm"], "in the catalogue's order"
    assert rows["England"].tolist() == pytest.approx([np.nan, 20.0], nan_ok=True)
    assert rows["England_compared"].tolist() == ["not compared", "lower"]


def test_an_area_is_not_compared_with_itself(engine: Engine) -> None:
    put(engine, "qof_dm", "ENG", "2024-25", {"E92000001": share(200, 1000)})
    row = profile(engine, ENGLAND).loc["qof_dm"]
    assert (row["England"], row["England_compared"]) == (20.0, "not compared")
    assert row[list(profiles.SPAN.values())].isna().all(), "England has no quartiles"


def test_quartiles_are_of_england_s_areas_of_the_type(engine: Engine) -> None:
    by_code = {code: share(n, 100) for n, code in enumerate(HOODS, 1)}
    put(engine, "qof_dm", "MSOA21", "2024-25", by_code)
    put(engine, "qof_hyp", "MSOA21", "2024-25", dict(list(by_code.items())[:9]))
    ends = list(profiles.SPAN.values())
    rows = profile(engine, ("MSOA21", HOODS[4]))
    assert rows.loc["qof_dm", ends].tolist() == [1, 3, 6, 9, 12]
    assert rows.loc["qof_hyp", ends].isna().all(), "nine areas are too few"
    series = store.series(engine)
    span = profiles.span(engine, series, "MSOA21").drop(index=1)
    given = profiles.profile(
        engine, series, [("MSOA21", HOODS[4])], {"England": ENGLAND}, england=span
    )
    pd.testing.assert_frame_equal(given.set_index("indicator_id"), rows)


@pytest.fixture
def combined(engine: Engine) -> Engine:
    by_lsoa = {code: share(n, 100) for n, code in enumerate(LSOAS, 1)}
    put(engine, "census_asian", "LSOA21", "2021", by_lsoa)
    put(engine, "qof_dm", "LSOA21", "2024-25", by_lsoa, "attributed")
    put(engine, "lh_life_expectancy_male", "MSOA21", "2015-19", {HOODS[0]: {"value": 80.0}})
    scores = {code: {"value": float(n), "denominator": 100.0} for n, code in enumerate(LSOAS, 1)}
    put(engine, "imd", "LSOA21", "2025", scores)
    return engine


def test_several_areas_are_made_of_their_lsoas_each_once(combined: Engine) -> None:
    rows = profile(combined, ("MSOA21", HOODS[0]), ("MSOA21", HOODS[1]), ("LSOA21", LSOAS[3]))
    assert rows.index.tolist() == ["imd", "qof_dm", "census_asian"]
    assert rows.loc["census_asian", ["count", "denominator", "value"]].tolist() == [10, 400, 2.5]
    assert rows.loc["census_asian", "method"] == "aggregated"
    assert rows.loc["census_asian", "lower_ci"] < 2.5 < rows.loc["census_asian", "upper_ci"]
    assert rows.loc["qof_dm", "method"] == "attributed"
    assert np.isnan(rows.loc["qof_dm", "lower_ci"]), "of small areas, claims no interval"
    assert rows.loc["imd", "value"] == 2.5
    assert rows[["decile", *profiles.SPAN.values()]].isna().all(axis=None)


def test_header_of_one_area(combined: Engine) -> None:
    put(combined, "imd", "MSOA21", "2025", {HOODS[1]: {"value": 33.0}})
    put(combined, "rural", "MSOA21", "2021", {HOODS[1]: share(100, 400)})
    found = profiles.header(combined, [("MSOA21", HOODS[1])])
    assert (found.names, found.area_types) == (("Hood 2",), ("MSOA21",))
    assert (found.population, found.core20, found.core20_share) == (400, 400, 1.0)
    assert (found.imd_score, found.imd_decile, found.imd_rank, found.rural) == (33.0, 2, 2, 0.25)
    assert found.within == (("ICB26", "E54000001", "Westshire", 1.0),)
    assert found.by_decile.to_dict() == {n: 400 if n == 2 else 0 for n in range(1, 11)}


def test_header_of_several_areas_counts_everyone_once(combined: Engine) -> None:
    areas = [("MSOA21", HOODS[1]), ("MSOA21", HOODS[2]), ("LSOA21", LSOAS[2])]
    found = profiles.header(combined, areas)
    assert found.names == ("Hood 2", "Hood 3", "West 3")
    assert (found.population, found.core20, found.core20_share) == (800, 400, 0.5)
    assert (found.imd_score, found.imd_decile, found.imd_rank) == (4.5, None, None)
    assert found.by_decile.sum() == 800
    assert found.within == (("ICB26", "E54000001", "Westshire", 1.0),)


def test_ages_add_up(engine: Engine) -> None:
    shares = {"census_under5": 6.0, "census_under15": 18.0, "census_65plus": 20.0}
    for code, value in shares.items():
        put(engine, code, "MSOA21", "2021", {HOODS[0]: {"value": value}})
        put(engine, code, "ENG", "2021", {"E92000001": {"value": value / 2}})
    rows = profiles.ages(engine, store.series(engine), [("MSOA21", HOODS[0])], ENGLAND)
    assert rows["band"].tolist() == ["0-4", "5-14", "15-64", "65+"]
    assert rows["value"].tolist() == [6, 12, 62, 20]
    assert rows["england"].tolist() == [3, 6, 81, 10]
    nothing = profiles.ages(engine, store.series(engine), [("MSOA21", HOODS[1])], ENGLAND)
    assert nothing.empty
    assert list(nothing) == ["band", "value", "england"]


def trend(
    engine: Engine, counts: Mapping[str, float | None], estimated: Sequence[str] = ()
) -> tuple[str, str]:
    """Marker of one area's percentages of 1,000 people, and what was tested."""
    for period, count in counts.items():
        of = {} if count is None else share(count, 1000)
        method = "attributed" if period in estimated else "direct"
        put(engine, "qof_dm", "ICB26", period, {ICS[1]: {"value": 5.0, **of}}, method)
    rows = profiles.trends(engine, store.series(engine), [ICS], ["qof_dm"])
    assert rows["period"].tolist() == list(counts), "in order of time"
    assert rows["marker"].nunique() == rows["tested"].nunique() == 1
    return rows["marker"].iloc[0], rows["tested"].iloc[0]


@pytest.mark.parametrize(
    ("counts", "marker", "tested"),
    [
        ([100, 105, 200], "increasing", "2020-21 to 2024-25"),
        ([200, 105, 100], "decreasing", "2020-21 to 2024-25"),
        ([100, 200, 130], "no detectable change", "2020-21 to 2024-25"),
        ([100, None, 200], "increasing", "2020-21 to 2024-25"),
        ([None, None, None], "not tested", "no interval"),
        ([None, None, 100], "not tested", "one period only"),
    ],
)
def test_two_to_four_years(
    engine: Engine, counts: Sequence[float | None], marker: str, tested: str
) -> None:
    years = ["2020-21", "2022-23", "2024-25"]
    assert trend(engine, dict(zip(years, counts, strict=True))) == (marker, tested)


def test_five_years_and_more_are_judged_on_the_last_five(engine: Engine) -> None:
    counts = dict(zip(map(str, range(2018, 2025)), [900, 500, 50, 80, 110, 140, 170], strict=True))
    assert trend(engine, counts) == ("increasing", "five years, 2020 to 2024")


def test_five_years_without_a_steady_change(engine: Engine) -> None:
    counts = dict.fromkeys(map(str, range(2020, 2025)), 100.0)
    assert trend(engine, counts) == ("no detectable change", "five years, 2020 to 2024")


def test_a_year_s_own_quarters_are_not_counted_beside_it(engine: Engine) -> None:
    counts = {"2023-24": 100.0, "2024-25 Q1": 900.0, "2024-25": 100.0}
    assert trend(engine, counts) == ("no detectable change", "2023-24 to 2024-25")


def test_quarters_are_compared_with_the_same_quarter(engine: Engine) -> None:
    counts = {"2022-23 Q4": 100.0, "2023-24 Q3": 900.0, "2023-24 Q4": 200.0, "2023-24": 900.0}
    assert trend(engine, counts) == ("increasing", "2022-23 Q4 to 2023-24 Q4")


def test_periods_of_several_years_overlap_and_are_not_tested(engine: Engine) -> None:
    assert trend(engine, {"2019-21": 100.0, "2020-22": 400.0}) == (
        "not tested", "no two single years",
    )  # fmt: skip


def test_months_are_not_tested(engine: Engine) -> None:
    assert trend(engine, {"2022-07": 100.0, "2023-05": 400.0})[0] == "not tested"


def test_estimates_of_small_areas_are_not_tested(engine: Engine) -> None:
    for period in ("2022-23", "2024-25"):
        by_code = {HOODS[0]: share(100, 400)}
        put(engine, "qof_dm", "MSOA21", period, by_code, "attributed")
    series = store.series(engine)
    rows = profiles.trends(engine, series, [("MSOA21", HOODS[0])], ["qof_dm", "qof_hyp"])
    assert rows["indicator_id"].tolist() == ["qof_dm", "qof_dm"]
    assert set(rows["marker"]) == {"not tested"}
    assert set(rows["tested"]) == {"an estimate without an interval"}


def test_only_figures_made_in_one_way_are_compared(engine: Engine) -> None:
    counts = {"2020-21": 100.0, "2022-23": 400.0, "2024-25": 410.0}
    said = trend(engine, counts, estimated=["2020-21"])
    assert said == ("no detectable change", "2022-23 to 2024-25")


def test_one_period_made_in_its_own_way_is_not_tested(engine: Engine) -> None:
    said = trend(engine, {"2022-23": 100.0, "2024-25": 400.0}, estimated=["2022-23"])
    assert said == ("not tested", "made in another way before")


def test_a_ranked_table(engine: Engine) -> None:
    values = [5.01, 5.04, 9.0, None]
    by_code = {code: {"value": v} for code, v in zip(HOODS, values, strict=False)}
    put(engine, "qof_dm", "MSOA21", "2024-25", by_code, "attributed")
    inherited = {code: {"value": v} for code, v in zip(HOODS, [80.4, 79.6, 90.0], strict=False)}
    put(engine, "qof_bp002", "MSOA21", "2021-22", inherited, "inherited")
    wanted = ["qof_bp002", "qof_hyp", "qof_dm"]
    rows = profiles.table(engine, store.series(engine), ICS, "MSOA21", wanted, ENGLAND)
    assert len(rows) == 2 * len(HOODS), "nothing of hypertension; a row for every area of the rest"
    diabetes = rows[rows["indicator_id"] == "qof_dm"].set_index("code")
    assert diabetes["rank"].reindex(HOODS[:4]).tolist()[:3] == [2, 2, 1], "what prints alike ties"
    assert np.isnan(diabetes.loc[HOODS[3], "rank"])
    assert set(diabetes["ranked"]) == {3}
    assert set(diabetes["compared"]) == {"not compared"}
    checked = rows[rows["indicator_id"] == "qof_bp002"].set_index("code")
    assert checked["rank"].reindex(HOODS[:3]).tolist() == [2, 2, 1], "whole numbers of inherited"
    nothing = profiles.table(engine, store.series(engine), ICS, "MSOA21", ["qof_af"], ENGLAND)
    assert nothing.empty


def test_nothing_chosen_and_nothing_known(engine: Engine) -> None:
    series = store.series(engine)
    with pytest.raises(profiles.NoProfile, match=r"^No area is chosen; .*\.$"):
        profiles.profile(engine, series, [], {})
    with pytest.raises(profiles.NoProfile):
        profiles.header(engine, [])
    for ask in (
        lambda: profiles.profile(engine, series, [("MSOA21", "E02999999")], {}),
        lambda: profiles.profile(engine, series, [ICS], {"x": ("ENG", "E1")}),
        lambda: profiles.header(engine, [("MSOA99", HOODS[0])]),
        lambda: profiles.trends(engine, series, [("MSOA21", "E02999999")], ["qof_dm"]),
        lambda: profiles.table(engine, series, ("ICB26", "E5"), "MSOA21", ["qof_dm"], ENGLAND),
    ):
        with pytest.raises(UnknownCodeError):
            ask()
    assert profile(engine, ICS).empty
    assert profiles.trends(engine, series, [ICS], ["qof_dm"]).empty
