"""Plans and cohorts: golden cases worked by hand, what always holds, what is refused."""

from dataclasses import FrozenInstanceError, replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components import narrative
from data import planner
from data.planner import STRATEGIES, Assumptions, NotPlanned, Strategy
from data.statistics.intervals import wilson

quick = settings(derandomize=True, max_examples=25, deadline=None)
THIRTY = Assumptions(capacity=30, uptake=0.5)
TRIPLED = (3.0, *[1.0] * 9)
"""Weights: decile 1 (most deprived) three times the others."""


def areas(**columns: Any) -> pd.DataFrame:
    """Five areas of 100 eligible each, the most deprived first: 50, 60, 70, 80, 90% covered."""
    rows = {
        "code": list("abcde"),
        "name": ["Ash", "Beech", "Cedar", "Dell", "Elm"],
        "decile": [1, 3, 5, 7, 9],
        "population": [1000] * 5,
        "core20": [1000, 0, 500, 0, 0],
        "eligible": [100.0] * 5,
        "coverage": [50.0, 60.0, 70.0, 80.0, 90.0],
    }
    return pd.DataFrame(rows | columns)


@pytest.mark.parametrize(
    ("strategy", "allocated", "sii_after"),
    [
        # of 50 + 40 + 30 + 20 + 10 = 150 not covered a fifth each; half of that is reached, so
        # coverage is 55, 64, 73, 82, 91: 9 a step of 0.2 on the ridit
        ("proportional", [10, 8, 6, 4, 2], 45.0),
        # 50 x 3 + 40 + 30 + 20 + 10 = 250: 18, 4.8, 3.6, 2.4, 1.2; two are left for .8 and .6.
        # 59, 62.5, 72, 81, 90.5 with the line's weights -1, -.5, 0, .5, 1
        ("proportionate_universalism", [18, 5, 4, 2, 1], 40.75),
        # 65, 60, 70, 80, 90
        ("most_deprived_first", [30, 0, 0, 0, 0], 35.0),
        ("least_covered_first", [30, 0, 0, 0, 0], 35.0),
        # 3 points more everywhere
        ("equal_shares", [6, 6, 6, 6, 6], 50.0),
    ],
)
def test_golden_plan(strategy: Strategy, allocated: list[int], sii_after: float) -> None:
    found = planner.plan(areas(), strategy, replace(THIRTY, equity=TRIPLED))
    total = found.summary
    assert found.areas["allocated"].tolist() == allocated
    assert found.areas["reached"].tolist() == [n / 2 for n in allocated]
    before = found.areas["coverage_before"]
    assert found.areas["coverage_after"].tolist() == pytest.approx(before + found.areas["reached"])
    assert (total["sii_before"], total["sii_after"]) == pytest.approx((50.0, sii_after))
    assert total["sii_fall"] == pytest.approx(50.0 - sii_after)
    assert (total["coverage_before"], total["coverage_after"]) == pytest.approx((70.0, 73.0))
    assert (total["allocated"], total["unused"], total["reached"]) == (30, 0, 15)
    # all of Ash and half of Cedar is Core20; Ash alone is of deciles 1 and 2
    expected = (allocated[0] + allocated[2] / 2) / 30
    assert total["core20_share"] == pytest.approx(expected)
    assert total["most_deprived_share"] == pytest.approx(allocated[0] / 30)


def test_quintiles_are_pairs_of_deciles_and_add_up() -> None:
    rows = areas(decile=[1, 2, 5, 7, 10])
    found = planner.plan(rows, "proportional", THIRTY).quintiles
    assert found.index.tolist() == [1, 3, 4, 5], "1 = most deprived"
    assert found["allocated"].tolist() == [18, 6, 4, 2]
    # Ash and Beech: 110 of 200, and 9 more
    assert found.loc[1, ["coverage_before", "coverage_after"]].tolist() == [55.0, 59.5]
    assert found["share"].tolist() == pytest.approx([0.6, 0.2, 2 / 15, 1 / 15])


def test_intervals_are_of_the_counts_of_the_groups() -> None:
    found = planner.plan(areas(count=[50, 60, 70, 80, 90]), "equal_shares", THIRTY)
    assert found.interval == "chance"
    for when, counts in (("before", [50, 60, 70, 80, 90]), ("after", [53, 63, 73, 83, 93])):
        lower, upper = wilson(np.array(counts), np.full(5, 100))
        error = 100 * (upper - lower) / 2  # half an interval, in points
        half = np.sqrt((np.array([-1, -0.5, 0, 0.5, 1]) ** 2 * error**2).sum())
        ends = [found.summary[f"sii_{when}_{end}"] for end in ("lower", "upper")]
        assert ends == pytest.approx([50 - half, 50 + half], abs=1e-6)


def test_no_interval_is_claimed_where_only_rates_are_known() -> None:
    for rows in (areas(), areas(count=[50, 60, 70, 80, np.nan])):
        found = planner.plan(rows, "proportional", THIRTY)
        assert found.interval == "none"
        assert np.isnan(found.summary["sii_before_lower"])
        assert np.isnan(found.summary["sii_after_upper"])
        assert any("no interval" in said for said in narrative.assumptions(found))


def test_nobody_is_offered_twice_and_what_is_left_is_told() -> None:
    # 2.9 not covered are two whole people
    rows = areas(eligible=[5.8] * 5, coverage=[50.0] * 5)
    found = planner.plan(rows, "proportional", THIRTY)
    assert found.areas["allocated"].tolist() == [2] * 5
    assert (found.summary["unused"], found.summary["can_take"]) == (20, 10)
    said = narrative.plan(found, "MMR", "Kent", "neighbourhoods")
    assert "20 offers are left" in said
    assert said.endswith("choose larger areas to reach more of the 14 people not covered.")
    whole = planner.plan(areas(eligible=[4.0] * 5, coverage=[50.0] * 5), "proportional", THIRTY)
    assert "larger areas" not in narrative.plan(whole, "MMR", "Kent", "neighbourhoods")


def test_dust_of_the_arithmetic_does_not_take_a_person_away() -> None:
    rows = areas(eligible=[30.0] * 5, coverage=[90.00000000001] * 5)
    assert planner.plan(rows, "equal_shares", THIRTY).summary["allocated"] == 15


def test_fewer_offers_than_areas_keep_the_due_of_each_decile() -> None:
    # 20 areas of 12 not covered in decile 1 and 20 of 8 in decile 10: 6 and 4 of 10 offers; by
    # remainders alone the first twenty would take all ten
    deciles = np.repeat([1, 10], 20)
    rows = pd.DataFrame(
        {
            "code": [f"{n:02}" for n in range(40)],
            "name": "x",
            "decile": deciles,
            "population": 50,
            "core20": 0,
            "eligible": np.where(deciles == 1, 12.0, 8.0),
            "coverage": 0.0,
        }
    )
    for strategy in ("proportional", "least_covered_first"):
        found = planner.plan(rows, strategy, Assumptions(capacity=10))
        assert found.areas.groupby("decile")["allocated"].sum().tolist() == [6, 4]
    assert any("fewer offers than areas" in said for said in narrative.assumptions(found))


def test_equal_remainders_go_to_the_area_with_more_to_reach() -> None:
    rows = areas(decile=[5] * 5, coverage=[90.0, 80.0, 70.0, 60.0, 50.0])
    found = planner.plan(rows, "equal_shares", Assumptions(capacity=2))
    assert found.areas["allocated"].tolist() == [0, 0, 0, 1, 1]


def test_coverage_within_one_point_is_not_ranked() -> None:
    rows = areas(coverage=[50.9, 50.1, 51.0, 80.0, 90.0])
    found = planner.plan(rows, "least_covered_first", Assumptions(capacity=20))
    assert found.areas["allocated"].tolist() == [10, 10, 0, 0, 0]


def test_uptake_can_rise_towards_the_least_deprived() -> None:
    unequal = replace(THIRTY, uptake=0.5, uptake_gradient=0.18)
    assert unequal.uptakes.tolist() == pytest.approx(np.arange(41, 60, 2) / 100)
    found = planner.plan(areas(), "most_deprived_first", unequal)
    assert found.summary["reached"] == pytest.approx(30 * 0.41)
    assert replace(unequal, uptake=1.0).uptakes.max() == 1.0
    assert any("41% of offers" in said for said in narrative.assumptions(found))


def test_a_budget_pays_for_whole_offers() -> None:
    paid = Assumptions(budget=1_000, cost=33, uptake=0.5, benefit=10)
    found = planner.plan(areas(), "proportional", paid)
    assert paid.offers == 30
    assert found.summary["cost"] == 990
    assert found.summary["cost_per_reached"] == 66
    assert found.summary["benefit"] == 150
    assert Assumptions(budget=0.3, cost=0.1).offers == 3
    said = narrative.plan(found, "MMR", "Kent", "neighbourhoods", "children")
    assert "£990 in all, £66.00 for each of the children reached" in said
    assert narrative.assumptions(found)[0] == "£1,000 at £33.00 each: 30 offers."


def test_equity_weights_fall_in_equal_steps() -> None:
    assert Assumptions(capacity=1, equity=10.0).weights.tolist() == list(range(10, 0, -1))
    assert Assumptions(capacity=1, equity=TRIPLED).weights.tolist() == list(TRIPLED)
    found = planner.plan(areas(), "proportionate_universalism", replace(THIRTY, equity=1.0))
    assert found.areas["allocated"].tolist() == [10, 8, 6, 4, 2], "as in proportion to need"
    with pytest.raises(FrozenInstanceError):
        THIRTY.uptake = 1.0  # type: ignore[misc]


def test_areas_without_a_figure_are_left_out_and_counted() -> None:
    rows = areas(
        coverage=[np.nan, 60.0, 70.0, 80.0, 90.0],
        decile=[1, np.nan, 5, 7, 9],
        eligible=[100.0, 100.0, 0.0, 100.0, 100.0],
    )
    found = planner.plan(rows, "proportional", THIRTY)
    assert found.areas["code"].tolist() == ["d", "e"]
    assert found.left_out == 3
    assert "only 2 of England's deciles" in found.no_index
    assert np.isnan(found.summary["sii_before"])
    assert found.no_index in narrative.plan(found, "MMR", "Kent", "neighbourhoods")
    assert narrative.assumptions(found)[-1] == "Left out for want of a figure: 3 areas."


def test_rows_are_not_changed_and_other_columns_are_kept() -> None:
    rows = areas(place=["North"] * 5)
    before = rows.copy()
    found = planner.plan(rows, "proportional", THIRTY)
    pd.testing.assert_frame_equal(rows, before)
    assert found.areas["place"].tolist() == ["North"] * 5
    assert "not_covered" in found.areas


def test_fewer_can_be_left_to_reach_than_are_not_covered() -> None:
    found = planner.plan(areas(not_covered=[1, 2, 3, 4, 5]), "most_deprived_first", THIRTY)
    assert found.areas["allocated"].tolist() == [1, 2, 3, 4, 5]


@quick
@given(
    st.lists(
        st.tuples(st.integers(1, 10), st.floats(0.1, 80), st.floats(0, 100)),
        min_size=1,
        max_size=40,
    ),
    st.integers(0, 500),
    st.floats(0, 1),
    st.floats(-0.5, 0.5),
    st.floats(0, 20),
)
def test_what_always_holds(
    rows: list[tuple[int, float, float]],
    capacity: int,
    uptake: float,
    gradient: float,
    equity: float,
) -> None:
    decile, eligible, coverage = zip(*rows, strict=True)
    frame = pd.DataFrame(
        {
            "code": [str(n) for n in range(len(rows))],
            "name": "x",
            "decile": decile,
            "population": 100,
            "core20": 20,
            "eligible": eligible,
            "coverage": coverage,
        }
    )
    taken = Assumptions(
        capacity=capacity, uptake=uptake, uptake_gradient=gradient, equity=equity, cost=2.0
    )
    for strategy in STRATEGIES:
        found = planner.plan(frame, strategy, taken)
        total = found.summary
        assert total["allocated"] == min(capacity, total["can_take"])
        assert total["allocated"] + total["unused"] == capacity
        given_ = found.areas["allocated"]
        assert (given_ <= np.floor(found.areas["not_covered"])).all()
        assert (found.areas["coverage_after"] <= 100 + 1e-9).all()
        assert (found.areas["coverage_after"] >= found.areas["coverage_before"]).all()
        for name in ("allocated", "reached", "eligible", "not_covered"):
            sums = [parts[name].sum() for parts in (found.areas, found.quintiles)]
            assert sums == pytest.approx([total[name]] * 2)
        assert total["reached"] <= total["allocated"]


def test_strategies_side_by_side() -> None:
    table = planner.compare(areas(), THIRTY)
    assert table.loc["most_deprived_first", "sii_after"] == pytest.approx(35.0)
    assert table["name"].tolist() == [name for name, _ in STRATEGIES.values()]
    pd.testing.assert_frame_equal(table, planner.compare(areas(), THIRTY))


def test_sensitivity_to_uptake_moves_reach_and_not_offers() -> None:
    found = planner.sensitivity(areas(), "proportional", THIRTY, [0.1, 0.5, 1.0])
    assert found.index.tolist() == [0.1, 0.5, 1.0]
    assert found["allocated"].tolist() == [30, 30, 30]
    assert found["reached"].tolist() == pytest.approx([3, 15, 30])
    assert found["sii_after"].tolist() == pytest.approx([49, 45, 40])


def test_the_frontier_has_nothing_to_trade_where_uptake_is_the_same() -> None:
    found = planner.frontier(areas(), THIRTY)
    assert set(found["reached"]) == {15.0}
    best = found[found["efficient"]]
    assert set(best["strategy"]) == {"most_deprived_first", "least_covered_first"}
    universal = found.iloc[len(STRATEGIES) :]
    assert universal["equity"].tolist() == list(planner.EQUITY_STEPS)
    assert universal["sii_fall"].is_monotonic_increasing


def test_the_frontier_trades_where_the_deprived_take_up_fewer() -> None:
    found = planner.frontier(areas(), replace(THIRTY, uptake_gradient=0.9, equity=TRIPLED))
    found = found.set_index(found["strategy"] + found["equity"].map("{:g}".format))
    equal, first = found.loc["equal_sharesnan"], found.loc["most_deprived_firstnan"]
    assert equal["reached"] > first["reached"]
    assert equal["efficient"]
    ahead = found[(found["reached"] >= equal["reached"]) & (found["sii_fall"] > equal["sii_fall"])]
    assert ahead.empty
    for _, row in found[~found["efficient"]].iterrows():
        more = (found["reached"] >= row["reached"]) & (found["sii_fall"] >= row["sii_fall"])
        assert more.sum() > 1


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({}, "either a capacity or a budget"),
        ({"capacity": 1, "budget": 2}, "not both"),
        ({"budget": 100}, "needs a cost"),
        ({"budget": 100, "cost": 0}, "needs a cost"),
        ({"budget": -1, "cost": 1}, "budget is -1"),
        ({"budget": float("inf"), "cost": 1}, "budget is inf"),
        ({"capacity": 1, "cost": float("nan")}, "cost is nan"),
        ({"capacity": 1, "benefit": -5}, "benefit is -5"),
        ({"capacity": -1}, "capacity of -1"),
        ({"capacity": 1.5}, "whole number"),
        ({"capacity": float("nan")}, "capacity of nan"),
        ({"capacity": 1, "uptake": 1.01}, "uptake is 1.01"),
        ({"capacity": 1, "uptake": float("nan")}, "uptake is nan"),
        ({"capacity": 1, "uptake_gradient": 2}, "gradient of uptake is 2"),
        ({"capacity": 1, "equity": -1}, "equity weight"),
        ({"capacity": 1, "equity": (1.0, 2.0)}, "ten of them"),
        ({"capacity": 1, "equity": float("inf")}, "equity weight"),
    ],
)
def test_assumptions_that_cannot_be(wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(NotPlanned, match=says):
        Assumptions(**wrong)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"code": list("abcda")}, "a is there more than once"),
        ({"decile": [0, 3, 5, 7, 9]}, r"Ash \(a\) has decile 0"),
        ({"coverage": [50, 60, 70, 80, 101]}, r"Elm \(e\) has coverage 101"),
        ({"eligible": [-1, 1, 1, 1, 1]}, "Ash .* has eligible -1"),
        ({"eligible": [np.inf, 1, 1, 1, 1]}, "Ash .* has eligible inf"),
        ({"not_covered": [101, 1, 1, 1, 1]}, "Ash .* has not covered 101"),
        ({"count": [101, 1, 1, 1, 1]}, "Ash .* has count 101"),
        ({"coverage": np.nan}, "No area here has a figure"),
    ],
)
def test_rows_that_cannot_be(wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(NotPlanned, match=says):
        planner.plan(areas(**wrong), "proportional", THIRTY)


def test_a_missing_column_and_an_unknown_strategy_are_told() -> None:
    with pytest.raises(NotPlanned, match="lack decile, coverage"):
        planner.plan(areas().drop(columns=["decile", "coverage"]), "proportional", THIRTY)
    with pytest.raises(NotPlanned, match="no strategy 'best'"):
        planner.plan(areas(), "best", THIRTY)  # type: ignore[arg-type]


def test_a_plan_in_words() -> None:
    rows = areas(count=[50, 60, 70, 80, 90])
    found = planner.plan(rows, "most_deprived_first", THIRTY)
    said = narrative.plan(found, "MMR", "Kent", "neighbourhoods", "children")
    assert said.startswith(
        "MMR, most deprived first: 30 offers in 1 of 5 neighbourhoods of Kent are expected to "
        "reach 15 children, 100% of them in Core20. Coverage goes from 70.0% to 73.0%, in those of "
        "the most deprived fifth of England's neighbourhoods from 50.0% to 65.0%. The gap in "
        "coverage: 50.0 points more at the least deprived end (95% interval "
    )
    nothing = planner.plan(rows, "most_deprived_first", replace(THIRTY, uptake=0.0))
    assert "expected to reach 0 children." in narrative.plan(
        nothing, "MMR", "Kent", "neighbourhoods", "children"
    )
    turned = planner.plan(areas(coverage=[90.0, 80.0, 70.0, 60.0, 50.0]), "proportional", THIRTY)
    assert "50.0 points more at the most deprived end before" in narrative.plan(
        turned, "MMR", "Kent", "neighbourhoods"
    )


def test_assumptions_in_words() -> None:
    taken = replace(THIRTY, equity=3.0, period="2026-27", benefit=5.0)
    said = narrative.assumptions(planner.plan(areas(), "proportionate_universalism", taken))
    assert said[0] == "30 offers, 2026-27."
    assert "decile 1 = most deprived" in said[1]
    assert "The weight of decile 1 is 3.0, that of decile 10 is 1" in said[1]
    assert "50% of offers are taken up, the same everywhere." in said
    assert any("live in Core20 as often as residents do" in one for one in said)
    assert any("a figure that you entered" in one for one in said)
    listed = replace(taken, equity=TRIPLED)
    said = narrative.assumptions(planner.plan(areas(), "proportionate_universalism", listed))
    assert "Weights of deciles 1 to 10: 3.0, 1.0, 1.0" in said[1]
    whole = areas(core20=[1000, 0, 0, 0, 0])
    said = narrative.assumptions(planner.plan(whole, "proportional", THIRTY))
    assert not any("Core20" in one for one in said)


def people(**columns: Any) -> pd.DataFrame:
    rows = {
        "code": ["a", "b", "c"],
        "name": ["Ash", "Beech", "Cedar"],
        "place_code": ["N", "N", "S"],
        "place": ["North", "North", "South"],
        "decile": [1, 5, 9],
        "population": [110, 190, 90],
        "core20": [110, 0, 0],
        "patients": [100.0, 200.0, 100.0],
        "qof_copd": [0.1, 0.2, 0.5],
        "qof_ast": [0.2, 0.5, 0.0],
        "census_65plus": [0.5, 0.25, 1.0],
    }
    return pd.DataFrame(rows | columns)


BOTH = ["qof_copd", "qof_ast"]


def test_a_cohort_of_any_condition_or_of_all() -> None:
    # 1 - .9 x .8 = .28 of 100; 1 - .8 x .5 = .6 of 200; .5 of 100
    found = planner.cohort(people(), BOTH)
    assert found.areas["eligible"].tolist() == pytest.approx([28, 120, 50])
    assert found.people == pytest.approx(198)
    assert found.independent
    assert found.places["eligible"].to_dict() == pytest.approx({"N": 148, "S": 50})
    assert found.places[["place", "areas"]].to_numpy().tolist() == [["North", 2], ["South", 1]]
    # .1 x .2, .2 x .5, 0
    every = planner.cohort(people(), BOTH, combine="all")
    assert every.areas["eligible"].tolist() == pytest.approx([2, 20, 0])
    older = planner.cohort(people(), BOTH, also=["census_65plus"])
    assert older.areas["eligible"].tolist() == pytest.approx([14, 30, 50])
    one = planner.cohort(people(), ["qof_copd"], within=["a", "c"])
    assert one.areas["eligible"].tolist() == pytest.approx([10, 50])
    assert not one.independent
    assert planner.cohort(people(), ["qof_copd", "qof_copd"]).people == pytest.approx(100)


def test_joint_figures_are_used_where_there_are_some() -> None:
    joint = pd.Series({"a": 25.0, "b": 100.0})
    found = planner.cohort(people(), BOTH, joint=joint)
    assert found.areas["eligible"].tolist() == [25, 100]
    assert found.areas["share"].tolist() == [0.25, 0.5]
    assert (found.independent, found.left_out) == (False, 1)
    assert "independent" not in narrative.cohort(found, "Kent", "neighbourhoods")


def test_a_cohort_in_words() -> None:
    found = planner.cohort(people(qof_ast=[0.2, 0.5, np.nan]), BOTH, also=["census_65plus"])
    said = narrative.cohort(found, "Kent", "neighbourhoods")
    assert said.startswith(
        "COPD or Asthma (6+), and Aged 65 or over: about 44 people in 2 neighbourhoods of Kent."
    )
    assert "treated as independent" in said
    assert said.endswith("Left out for want of a figure: 1 neighbourhoods.")
    both = planner.cohort(people(), BOTH)
    assert "most of them in North (148), South (50)" in narrative.cohort(both, "Kent", "areas")


def test_a_cohort_can_be_planned_for() -> None:
    found = planner.plan(planner.cohort(people(), BOTH).areas, "proportional", THIRTY)
    # 30 x 28, 120, 50 of 198: 4.24, 18.18, 7.58
    assert found.areas["allocated"].tolist() == [4, 18, 8]
    assert found.summary["coverage_before"] == 0
    assert found.summary["coverage_after"] == pytest.approx(100 * 15 / 198)


@pytest.mark.parametrize(
    ("conditions", "also", "within", "says"),
    [
        ([], [], None, "at least one condition"),
        (["qof_dm"], [], None, "no figure of qof_dm"),
        (["qof_copd"], ["fuel_poverty"], None, "no figure of fuel_poverty"),
        (["qof_copd"], [], ["z"], "z is not among these areas"),
    ],
)
def test_cohorts_that_cannot_be(
    conditions: list[str], also: list[str], within: list[str] | None, says: str
) -> None:
    with pytest.raises(NotPlanned, match=says):
        planner.cohort(people(), conditions, also=also, within=within)


def test_the_neighbourhoods_with_the_highest_need_are_chosen_to_fit() -> None:
    cohort = planner.cohort(people(), BOTH).areas
    # shares .28, .6, .5: all 120 of Beech, then 30 of the 50 of Cedar
    found = planner.select(cohort, 150)
    assert found["code"].tolist() == ["b", "c"]
    assert found["selected"].tolist() == pytest.approx([120, 30])
    assert found["part"].tolist() == pytest.approx([1, 0.6])
    assert planner.select(cohort, 120)["code"].tolist() == ["b"]
    assert planner.select(cohort, 10_000)["selected"].sum() == pytest.approx(198)
    for size in (0, -1, float("nan"), float("inf")):
        with pytest.raises(NotPlanned, match="cannot be chosen"):
            planner.select(cohort, size)


def test_a_cohort_is_shared_out_by_need_to_neighbourhoods_and_places() -> None:
    cohort = planner.cohort(people(), BOTH).areas
    found, places = planner.share_out(cohort, 100)
    # 100 x 28, 120, 50 of 198: 14.14, 60.61, 25.25; North 74.75 and South 25.25
    assert found["allocated"].tolist() == [14, 61, 25]
    assert places["allocated"].to_dict() == {"N": 75, "S": 25}
    assert planner.share_out(cohort, 10_000)[1]["allocated"].sum() == 198
    # 2 of 20 with 6, 6, 4, 4: .6 .6 .4 .4, so 1.2 for North and .8 for South
    few = pd.DataFrame({"place_code": list("NNSS"), "place": "x", "code": list("abcd")})
    places = planner.share_out(few.assign(eligible=[6.0, 6.0, 4.0, 4.0]), 2)[1]
    assert places["allocated"].to_dict() == {"N": 1, "S": 1}
    with pytest.raises(NotPlanned, match="capacity of -5"):
        planner.share_out(cohort, -5)
