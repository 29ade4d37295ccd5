"""Deprivation groups to measures: what is computed, what is refused and in which words."""

import numpy as np
import pandas as pd
import pytest

from components import gaptables, narrative
from data import catalogue, inequalities
from data.inequalities import NotMeasured
from data.statistics.inequality import slope_index
from data.statistics.intervals import wilson

DIABETES = catalogue.indicator("qof_dm")
COVERAGE = catalogue.indicator("qof_dm020")
LIFE = catalogue.indicator("lh_life_expectancy_male")


def groups(
    values: list[float], people: list[float] | None = None, counts: bool = True
) -> pd.DataFrame:
    size = np.array(people or [10_000.0] * len(values))
    return pd.DataFrame(
        {
            "group": range(1, len(values) + 1),
            "areas": 7,
            "count": np.array(values) * size / 100 if counts else np.nan,
            "denominator": size,
            "value": values,
            "covered": 1.0,
        }
    )


FALLING = [12.0, 11.0, 9.5, 9.0, 7.0]


def test_the_slope_is_that_of_the_groups_with_errors_from_their_wilson_intervals() -> None:
    found = inequalities.measure(groups(FALLING), DIABETES)
    lower, upper = wilson(np.array(FALLING) * 100, np.full(5, 10_000.0))
    expected = slope_index(
        np.array(FALLING),
        np.full(5, 10_000.0),
        standard_error=100 * (upper - lower) / 2 / 1.959963985,
        repetitions=inequalities.REPETITIONS,
    )
    assert found.slope.sii == pytest.approx(expected.sii)
    assert found.slope.sii_lower == pytest.approx(expected.sii_lower, abs=1e-6)
    assert found.interval == "chance"
    assert found.detectable


def test_without_counts_the_interval_is_from_the_scatter_about_the_line() -> None:
    found = inequalities.measure(groups(FALLING, counts=False), DIABETES)
    expected = slope_index(np.array(FALLING), np.full(5, 10_000.0))
    assert found.interval == "scatter"
    assert found.slope.sii_upper == pytest.approx(expected.sii_upper)


@pytest.mark.parametrize("fit", ["log", "logit"])
def test_a_curved_line_is_in_the_unit_of_the_figure_and_meets_its_own_ends(
    fit: inequalities.Fit,
) -> None:
    found = inequalities.measure(groups(FALLING), DIABETES, fit=fit)
    ends = float(found.slope.intercept), float(found.slope.intercept + found.slope.sii)
    assert 5 < ends[1] < 8 < 11 < ends[0] < 15
    assert found.groups["fitted"].is_monotonic_decreasing
    assert found.groups["fitted"].between(*reversed(ends)).all()


def test_a_straight_gradient_is_explained_in_full_and_a_hump_is_not() -> None:
    straight = inequalities.measure(groups([5.0, 4.0, 3.0, 2.0, 1.0]), DIABETES)
    assert straight.explained == pytest.approx(1)
    assert narrative.fit(straight) == ""
    hump = inequalities.measure(groups([5.0, 9.0, 12.0, 9.0, 5.5]), DIABETES)
    assert hump.explained < 0.1
    assert "do not lie on a line" in narrative.fit(hump)


def test_every_measure_has_a_row_and_every_row_a_meaning() -> None:
    table = inequalities.table(inequalities.measure(groups(FALLING), DIABETES))
    assert list(table.index) == list(inequalities.MEANINGS)
    assert table["value"].notna().all()
    assert table.loc["gap", "value"] == pytest.approx(-5)
    assert table.loc["paf", "value"] == pytest.approx((7 - 9.7) / 9.7)
    shown = gaptables.measures(DIABETES, inequalities.measure(groups(FALLING), DIABETES))
    assert len(shown) == len(inequalities.MEANINGS)


def test_erreygers_index_is_left_out_where_a_figure_has_no_bounds() -> None:
    life = groups([74.0, 76.0, 78.0, 80.0, 82.0], counts=False)
    table = inequalities.table(inequalities.measure(life, LIFE))
    assert np.isnan(table.loc["erreygers", "value"])


@pytest.mark.parametrize(
    ("frame", "fit", "says"),
    [
        (groups([]), "linear", "no figure for the small areas inside this one"),
        (groups([5.0]), "linear", "only 1 of the deprivation groups"),
        (groups([5.0, 4.0, 3.0, 2.0]), "linear", "only 4 of the deprivation groups here"),
        (groups([5.0, 4, 3, 2, 1], [9.0, 9, 9, 9, 0]), "linear", "only 4 of the deprivation"),
        (groups([5.0] * 6), "linear", "Every group has the same value"),
        (groups([5.0, 4, 3, 2, -1], counts=False), "linear", "values below zero"),
        (groups([5.0, 4, 3, 2, 0]), "log", "0"),
    ],
)
def test_what_cannot_be_measured_is_refused_in_a_sentence(
    frame: pd.DataFrame, fit: inequalities.Fit, says: str
) -> None:
    with pytest.raises(NotMeasured, match=says) as refused:
        inequalities.measure(frame, DIABETES, fit=fit)
    assert str(refused.value).endswith(".")


def test_a_logit_line_is_refused_for_what_is_no_percentage() -> None:
    with pytest.raises(NotMeasured, match="for percentages"):
        inequalities.measure(groups([74.0, 75, 76, 77, 78], counts=False), LIFE, fit="logit")


def test_a_count_above_its_denominator_gets_no_interval_and_never_a_wrong_one() -> None:
    frame = groups(FALLING)
    frame.loc[0, "count"] = 20_000.0
    lower, upper = inequalities.limits(frame, DIABETES)
    assert np.isnan(lower[0])
    assert np.isnan(upper[0])
    assert inequalities.measure(frame, DIABETES).interval == "scatter"


def tall(**areas: list[float]) -> pd.DataFrame:
    return pd.concat(
        [groups(values).assign(area_code=code, series_id=1) for code, values in areas.items()]
    )


def test_many_areas_at_once_give_what_each_gives_alone() -> None:
    rows = tall(a=FALLING, b=[1.0, 2, 3, 4, 5], c=[1.0, 2, 3], d=[4.0] * 5)
    found = inequalities.siis(rows, {1: DIABETES}, ["area_code"])
    alone = inequalities.measure(groups(FALLING), DIABETES)
    assert found.loc["a", "sii"] == pytest.approx(float(alone.slope.sii))
    assert found.loc["a", "sii_lower"] == pytest.approx(float(alone.slope.sii_lower), rel=0.02)
    assert found.loc["b", "sii"] == pytest.approx(5)
    assert found.loc[["c", "d"], "sii"].isna().all()
    assert found.loc["c", "groups"] == 3


def test_areas_without_counts_stand_beside_areas_with_them() -> None:
    rows = pd.concat(
        [tall(a=FALLING), groups(FALLING, counts=False).assign(area_code="b", series_id=1)]
    )
    found = inequalities.siis(rows, {1: DIABETES}, ["area_code"])
    assert found["interval"].to_dict() == {"a": "chance", "b": "scatter"}
    assert found.loc["a", "sii"] == pytest.approx(found.loc["b", "sii"])


def test_nothing_asked_is_an_empty_answer() -> None:
    assert inequalities.siis(tall(a=FALLING).iloc[:0], {}, ["area_code"]).empty


SERIES = pd.DataFrame(
    [
        (1, "qof_dm", "LSOA21", "2022-23", "attributed"),
        (2, "qof_dm", "LSOA21", "2024-25", "attributed"),
        (3, "qof_dm", "MSOA21", "2024-25", "attributed"),
        (4, "gpps_listened", "ICB26", "2025", "direct"),
        (5, "smoking", "LAD24", "2020-24", "direct"),
    ],
    columns=["series_id", "indicator_id", "area_type", "period", "method"],
)


def test_groups_are_made_of_the_finest_areas_and_the_newest_year() -> None:
    found = inequalities.base(SERIES, "qof_dm")
    assert (found.series_id, found.area_type, found.period) == (2, "LSOA21", "2024-25")
    assert inequalities.base(SERIES, "qof_dm", "2022-23").series_id == 1
    assert inequalities.base(SERIES, "smoking").area_type == "LAD24"


def test_a_year_or_level_that_is_not_there_is_said() -> None:
    with pytest.raises(NotMeasured, match=r"no figure for 2019-20; there is for 2022-23, 2024-25"):
        inequalities.base(SERIES, "qof_dm", "2019-20")
    with pytest.raises(NotMeasured, match="only for areas too large"):
        inequalities.base(SERIES, "gpps_listened")


@pytest.mark.parametrize(
    ("values", "entry", "says"),
    [
        (FALLING, DIABETES, ("6.0 per 100 more at the most deprived end", "times as high.")),
        (
            list(reversed(FALLING)),
            COVERAGE,
            ("fewer at the most", "The most deprived are worse off"),
        ),
        (FALLING, COVERAGE, ("more at the most", "The least deprived are worse off")),
        ([5.0, 5.3, 4.8, 5.2, 5.01], DIABETES, ("no detectable gap",)),
    ],
)
def test_a_gap_is_said_in_words_whichever_way_it_goes(
    values: list[float], entry: catalogue.Indicator, says: tuple[str, ...]
) -> None:
    said = narrative.gap(entry, inequalities.measure(groups(values), entry), "Somewhere")
    for part in says:
        assert part in said
    assert "−" not in said.split("(")[0], "the size of a gap is never negative in words"


def test_a_change_is_claimed_only_where_its_interval_leaves_out_zero() -> None:
    years = pd.DataFrame(
        {
            "sii": [-5.0, -5.2],
            "detectable_first": [np.nan, False],
            "change_first_lower": [np.nan, -0.5],
            "change_first_upper": [np.nan, 0.1],
        },
        index=["2020-21", "2024-25"],
    )
    assert narrative.change(DIABETES, years).startswith("No detectable change")
    years.loc["2024-25", ["sii", "detectable_first"]] = [-7.0, True]
    assert narrative.change(DIABETES, years).startswith("The gap widened")
    years.loc["2024-25", "sii"] = -1.0
    assert narrative.change(DIABETES, years).startswith("The gap narrowed")
    years.loc["2024-25", "sii"] = 2.0
    assert narrative.change(DIABETES, years).startswith("The gap turned round")
    assert "one year only" in narrative.change(DIABETES, years.iloc[:1])


def test_attributed_figures_say_that_they_are_underestimates() -> None:
    assert "underestimate" in narrative.underestimate("attributed")
    assert "network" in narrative.underestimate("inherited")
    assert narrative.underestimate("direct") == ""
