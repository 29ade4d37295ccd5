"""Honest evaluation: textbook cases, properties, and worlds in which the true effect is known."""

import doctest
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from data.statistics import evaluation
from data.statistics.errors import StatisticsError
from data.statistics.evaluation import (
    BETTER,
    INSUFFICIENT,
    NO_DIFFERENT,
    WORSE,
    Effect,
    acts_where_need_is,
    difference_in_differences,
    level_and_trend,
    match,
    reach,
    too_few_points,
    verdict,
)

quick = settings(derandomize=True, max_examples=50, deadline=None)
Floats = np.ndarray


def test_examples_in_the_docstrings_hold() -> None:
    found = doctest.testmod(evaluation)
    assert found.attempted >= 9
    assert found.failed == 0


# difference in differences, by hand


def test_the_minimum_wage_in_new_jersey() -> None:
    """Card D, Krueger AB (1994), Am Econ Rev 84:772, table 3, rows 1, 2 and 4.

    Full-time equivalent employment a restaurant: 20.44 before and 21.03 after in New Jersey, 23.33
    and 21.17 in Pennsylvania. They print 2.76 from figures with more decimals.
    """
    found = difference_in_differences([[20.44, 21.03]], [[23.33, 21.17]], [0], [1])
    assert found.effect == pytest.approx(2.75, abs=1e-9)
    assert found.effect == pytest.approx(2.76, abs=0.015)
    assert (found.points_before, found.points_after) == (1, 1)
    assert np.isnan([found.lower, found.upper, found.p_value, found.pre_trend]).all()
    assert verdict(found, "higher_is_better").words == INSUFFICIENT


def test_two_areas_against_ten_by_hand() -> None:
    # comparison areas change by 0 or 1: mean 0.5, variance 10 * 0.25 / 9 = 0.27778
    # programme's areas change by 3 and 5: 4 - 0.5 = 3.5
    # standard error sqrt(0.27778 * (1/2 + 1/10)) = 0.40825, t(9) = 2.26216
    comparison = [[10, 12, 11 + n % 2, 11 + n % 2] for n in range(10)]
    found = difference_in_differences(
        [[5, 5, 8, 8], [7, 9, 13, 13]], comparison, [0, 1], [2, 3], time=[0, 1, 2, 3]
    )
    assert found.effect == pytest.approx(3.5)
    assert found.lower == pytest.approx(3.5 - 0.92352, abs=1e-5)
    assert found.upper == pytest.approx(3.5 + 0.92352, abs=1e-5)
    assert found.p_value == pytest.approx(2 * stats.t.sf(3.5 / 0.4082483, 9))
    # slopes before: 0 and 2, mean 1; all comparison areas 2, so that they do not vary
    assert found.pre_trend == pytest.approx(-1)
    assert np.isnan(found.pre_trend_lower)
    assert (found.areas, found.comparisons) == (2, 10)


@quick
@given(st.lists(st.floats(-50, 50), min_size=10, max_size=40), st.floats(-50, 50))
def test_one_area_is_a_single_case_against_a_sample(others: list[float], own: float) -> None:
    """t = (x - mean) / (s sqrt(1 + 1/n)), Crawford and Howell (1998), Clin Neuropsychol 12:482."""
    y, n = np.array(others), len(others)
    if np.ptp(y) < 1e-3:
        return
    found = difference_in_differences([[0, own]], np.column_stack([np.zeros(n), y]), [0], [1])
    t = (own - y.mean()) / (y.std(ddof=1) * np.sqrt(1 + 1 / n))
    assert found.p_value == pytest.approx(2 * stats.t.sf(abs(t), n - 1), rel=1e-6, abs=1e-12)


def test_weights_give_the_change_of_pooled_rates() -> None:
    found = difference_in_differences(
        [[10, 20], [10, 50]], [[0, 0], [0, 6]], [0], [1], weights=([300, 100], [50, 100])
    )
    assert found.effect == pytest.approx((3 * 10 + 40) / 4 - 4)


def test_small_areas_move_more() -> None:
    generator = np.random.default_rng(1)
    people = np.exp(generator.uniform(np.log(100), np.log(10_000), 20_000))
    deviation = np.sqrt(0.5 + 200 / people)
    changes = generator.standard_normal(20_000) * deviation
    comparison = np.column_stack([np.zeros(20_000), changes])
    for size in (100.0, 1_000.0, 10_000.0):
        found = difference_in_differences(
            [[0, 0]], comparison, [0], [1], weights=([size], people), level=0.95
        )
        half = (found.upper - found.lower) / 2
        assert half == pytest.approx(1.96 * np.sqrt(0.5 + 200 / size), rel=0.03)
    largest, larger_still = (
        difference_in_differences([[0, 0]], comparison, [0], [1], weights=([size], people)).upper
        for size in (people.max(), 1e6)
    )
    assert larger_still == pytest.approx(largest), "beyond the comparison areas nothing is known"


@pytest.mark.parametrize(("power", "rising"), [(-0.5, True), (0.5, False)])
def test_the_variance_is_never_negative(power: float, rising: bool) -> None:
    # changes that grow with people, or faster than any sum of independent people could
    people = np.geomspace(100, 10_000, 40)
    signs = np.resize([1, -1], 40)
    comparison = np.column_stack([np.zeros(40), signs * people**power * (people**power)])
    halves = []
    for size in (150.0, 9_000.0):
        found = difference_in_differences([[0, 0]], comparison, [0], [1], weights=([size], people))
        halves.append(found.upper - found.lower)
    assert np.isfinite(halves).all()
    assert (halves[0] > 1.5 * halves[1]) is rising


def test_areas_that_lack_a_point_or_a_weight_are_left_out() -> None:
    generator = np.random.default_rng(2)
    treated, comparison = generator.random((4, 5)), generator.random((14, 5))
    weights = generator.uniform(1, 2, 4), generator.uniform(1, 2, 14)
    clean = difference_in_differences(
        treated[1:], comparison[2:], [0, 1], [3, 4], weights=(weights[0][1:], weights[1][2:])
    )
    treated[0, 1] = comparison[0, 4] = np.nan
    weights[1][1] = np.nan
    treated[2, 2] = np.nan  # a period that is not used
    gaps = difference_in_differences(treated, comparison, [0, 1], [3, 4], weights=weights)
    assert (gaps.areas, gaps.comparisons) == (3, 12)
    for name in ("effect", "lower", "upper", "p_value", "pre_trend", "pre_trend_upper"):
        assert getattr(gaps, name) == pytest.approx(getattr(clean, name), rel=1e-9), name


@pytest.mark.parametrize("clustered", [False, True])
def test_a_stack_gives_what_each_gives_alone(clustered: bool) -> None:
    generator = np.random.default_rng(3)
    treated, comparison = generator.random((3, 4, 6)), generator.random((3, 20, 6))
    comparison[1, 3, 0] = np.nan
    weights = generator.uniform(1, 9, (3, 4)), generator.uniform(1, 9, (3, 20))
    clusters = ("AABB", "CDEF" * 5) if clustered else None
    stack = difference_in_differences(
        treated, comparison, [0, 1, 2], [4, 5], weights=weights, clusters=clusters
    )
    assert stack.comparisons.tolist() == [20, 19, 20]
    for n in range(3):
        alone = difference_in_differences(
            treated[n],
            comparison[n],
            [0, 1, 2],
            [4, 5],
            weights=(weights[0][n], weights[1][n]),
            clusters=clusters,
        )
        assert isinstance(alone.effect, float)
        assert isinstance(alone.areas, int)
        one = pick(stack, n)
        for field in fields(Effect):
            if field.name != "method":
                assert getattr(one, field.name) == pytest.approx(getattr(alone, field.name))
    with pytest.raises(StatisticsError, match="a stack of effects was given"):
        verdict(stack, "none")


@quick
@given(st.integers(0, 1000), st.floats(-50, 50), st.floats(0.1, 10))
def test_shocks_that_all_share_drop_out(seed: int, shift: float, scale: float) -> None:
    generator = np.random.default_rng(seed)
    treated, comparison = generator.random((3, 6)), generator.random((12, 6))
    shocks = np.array([0, 1, -2, 3, 0.5, 9]) * shift
    area = generator.random((12, 1)) * shift
    before = difference_in_differences(treated, comparison, [0, 1, 2], [3, 4, 5])
    after = difference_in_differences(
        scale * treated + shocks, scale * comparison + shocks + area, [0, 1, 2], [3, 4, 5]
    )
    for name in ("effect", "lower", "upper", "pre_trend", "pre_trend_lower"):
        there, here = getattr(before, name), getattr(after, name)
        assert here == pytest.approx(scale * there, rel=1e-6, abs=1e-8)
    assert before.lower < before.effect < before.upper
    assert after.p_value == pytest.approx(before.p_value, rel=1e-5, abs=1e-9)


def test_areas_of_one_cluster_say_little_more_than_one() -> None:
    generator = np.random.default_rng(4)
    clusters = np.repeat(np.arange(40), 5)
    changes = np.repeat(generator.standard_normal(40), 5) + 0.1 * generator.standard_normal(200)
    comparison = np.column_stack([np.zeros(200), changes])
    treated = np.zeros((20, 2))

    def half(own: Sequence[object] | None) -> float:
        given = None if own is None else (own, clusters.tolist())
        found = difference_in_differences(treated, comparison, [0], [1], clusters=given)
        return float(found.upper - found.lower) / 2

    together, apart, ignored = half(["P"] * 20), half([f"P{n}" for n in range(20)]), half(None)
    assert together == pytest.approx(2.02 * np.std(changes) * np.sqrt(1 + 1 / 40), rel=0.1)
    assert together > 3 * ignored
    assert ignored < apart < together
    alone = difference_in_differences(
        treated, comparison, [0], [1], clusters=(list(range(20)), list(range(20, 220)))
    )
    plain = difference_in_differences(treated, comparison, [0], [1])
    assert alone.upper == pytest.approx(plain.upper), "each a cluster of its own changes nothing"
    unknown = difference_in_differences(
        treated, comparison, [0], [1], clusters=(["P"] * 20, list(range(200)))
    )
    assert np.isnan(unknown.lower), "what a cluster shares cannot be told from areas of many"


def test_slopes_are_per_unit_of_time() -> None:
    level, trend = level_and_trend([[1.0, 3.0, 4.0], [2.0, np.nan, 2.0]], time=[2020, 2021, 2024])
    assert level[0] == pytest.approx(8 / 3)
    assert trend[0] == pytest.approx(np.polyfit([2020, 2021, 2024], [1, 3, 4], 1)[0])
    assert np.isnan([level[1], trend[1]]).all()
    assert np.isnan(level_and_trend([5.0])[1])


SQUARE = np.ones((3, 4))


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"treated": [1, 2, 3, 4]}, r"do not fit together: programme's areas \(4,\)"),
        ({"comparison": [[1, 2, 3]]}, "the same periods"),
        ({"before": []}, r"before and after are \[\] and \[2, 3\] of 4"),
        ({"after": []}, "one or more of each"),
        ({"after": [2, 4]}, "in order of time"),
        ({"before": [-1, 0]}, "in order of time"),
        ({"before": [0, 2]}, "those before first"),
        ({"time": [0, 1, 1, 2]}, "as many rising numbers"),
        ({"time": [0, 1]}, "The times of the 4 periods"),
        ({"treated": np.full((3, 4), np.nan)}, "No area has a figure in every period"),
        ({"weights": ([1, 2], [1, 1, 1])}, r"weights for \(2,\) of 3 areas"),
        ({"weights": ([1, 2, -1], [1, 1, 1])}, "weight of -1 was found"),
        ({"clusters": ("AB", "CDE")}, "2 and 3 cluster labels for 3 and 3 areas"),
        ({"level": 95}, "confidence level is 95"),
    ],
)
def test_bad_input_gets_a_sentence(given: dict[str, Any], says: str) -> None:
    right = {"treated": SQUARE, "comparison": SQUARE, "before": [0, 1], "after": [2, 3]}
    with pytest.raises(StatisticsError, match=says):
        difference_in_differences(**right | given)


# verdict

SURE = Effect(2.0, 1.0, 3.0, 0.001, 0.0, -1.0, 1.0, 5, 50, 4, 4)


@pytest.mark.parametrize(
    ("change", "polarity", "margin", "words", "reason"),
    [
        ({}, "higher_is_better", 0.0, BETTER, "leaves out 0"),
        ({}, "lower_is_better", 0.0, WORSE, "is higher than"),
        ({"lower": -3.0, "upper": -1.0}, "higher_is_better", 0.0, WORSE, "is lower than"),
        ({"lower": -3.0, "upper": -1.0}, "lower_is_better", 0.0, BETTER, "is lower than"),
        ({}, "none", 0.0, INSUFFICIENT, "It is higher than"),
        ({"lower": -0.1}, "higher_is_better", 0.0, INSUFFICIENT, "holds 0"),
        ({"lower": 0.0}, "higher_is_better", 0.0, INSUFFICIENT, "holds 0"),
        ({"lower": -0.1, "upper": 0.1}, "higher_is_better", 0.0, INSUFFICIENT, "holds 0"),
        ({"lower": -0.1, "upper": 0.1}, "higher_is_better", 0.2, NO_DIFFERENT, "lies within"),
        ({"lower": -0.1, "upper": 0.3}, "higher_is_better", 0.2, INSUFFICIENT, "holds 0"),
        ({"points_before": 2}, "higher_is_better", 0.0, INSUFFICIENT, "before the start: 2"),
        ({"points_after": 2}, "higher_is_better", 9.0, INSUFFICIENT, "after it: 2"),
        ({"lower": np.nan}, "higher_is_better", 0.0, INSUFFICIENT, "There is no interval: 50"),
        ({"pre_trend_lower": 0.1}, "higher_is_better", 0.0, INSUFFICIENT, "already moving"),
        ({"pre_trend_upper": -0.1}, "higher_is_better", 9.0, INSUFFICIENT, "already moving"),
    ],
)
def test_verdicts(
    change: dict[str, Any], polarity: Any, margin: float, words: str, reason: str
) -> None:
    found = verdict(replace(SURE, **change), polarity, margin=margin)
    assert found.words == words
    assert reason in found.reason


@pytest.mark.parametrize(("polarity", "margin"), [("up", 0.0), ("none", -1.0), ("none", np.nan)])
def test_a_verdict_needs_a_polarity_and_a_margin(polarity: Any, margin: float) -> None:
    with pytest.raises(StatisticsError, match="a margin of 0 or more"):
        verdict(SURE, polarity, margin=margin)


def test_too_few_points_are_counted() -> None:
    assert too_few_points(2, 5).startswith("Points before the start: 2, after it: 5.")


# comparison areas


def areas(**columns: Sequence[float]) -> pd.DataFrame:
    return pd.DataFrame(columns, dtype="float64")


def test_the_sum_of_distances_is_least() -> None:
    # the nearest pair is 0 with a, but 0.4 + 2.5 is more than 1.5 + 0.6
    target, pool = areas(x=[0, 1]), areas(x=[0.4, -1.5, 9]).set_axis(list("abc"))
    found = match(target, pool, {"x": ["x"]}, k=1)
    assert dict(zip(found.pairs["target"], found.pairs["match"], strict=True)) == {0: "b", 1: "a"}
    swapped = match(target[::-1], pool[::-1], {"x": ["x"]}, k=1)
    assert set(zip(swapped.pairs["target"], swapped.pairs["match"], strict=True)) == {
        (0, "b"),
        (1, "a"),
    }


def test_distance_weighs_themes_alike() -> None:
    # standard deviations in the pool: a 1, b 2, c 0
    pool = areas(a=[-1, 1, -1, 1], b=[-2, 2, 2, -2], c=[3, 3, 3, 3])
    target = areas(a=[1], b=[4], c=[9]).set_axis(["T"])
    found = match(target, pool, {"one": ["a", "c"], "two": ["b"]}, k=4)
    distance = found.pairs.set_index("match")["distance"]
    assert distance[1] == pytest.approx(np.sqrt((0 / 2 + 1) / 2))
    assert distance[0] == pytest.approx(np.sqrt((4 / 2 + 9) / 2))
    assert found.pairs["match"].tolist() == [1, 2, 3, 0]
    assert found.balance.loc["b", "before"] == pytest.approx(2)
    assert found.balance.loc["c", ["before", "after"]].tolist() == [0, 0]
    assert found.balance["theme"].tolist() == ["one", "one", "two"]


def test_matching_brings_balance_and_uses_no_area_twice() -> None:
    generator = np.random.default_rng(5)
    pool = pd.DataFrame(generator.standard_normal((200, 2)), columns=["x", "y"])
    target = pd.DataFrame(generator.standard_normal((8, 2)) + 1, columns=["x", "y"])
    target.index += 1000
    found = match(target, pool, {"x": ["x"], "y": ["y"]}, k=3)
    assert found.k == 3
    assert found.pairs["match"].is_unique
    assert found.pairs.groupby("target", sort=False)["distance"].is_monotonic_increasing.all()
    assert found.pairs["target"].tolist() == np.repeat(target.index, 3).tolist()
    assert (found.balance["before"] > 0.6).all()
    assert (found.balance["after"].abs() < found.balance["before"] / 2).all()
    chosen = pool.loc[found.pairs["match"]].mean()
    assert found.balance["matched"].to_dict() == pytest.approx(chosen.to_dict())


def test_areas_without_a_figure_are_told_and_k_is_what_there_is() -> None:
    pool = areas(x=[1, 2, np.nan, 4, 5, 6])
    target = areas(x=[1, np.nan, 3]).set_axis(["P", "Q", "R"])
    found = match(target, pool, {"x": ["x"]}, k=4)
    assert found.k == 2
    assert found.unmatched == ("Q",)
    assert 2 not in set(found.pairs["match"])


@pytest.mark.parametrize(
    ("target", "variables", "k", "says"),
    [
        ([1.0], {"x": ["x"]}, 0, "1 variables, k = 0"),
        ([1.0], {}, 1, "0 variables, k = 1"),
        ([1.0], {"x": ["z"]}, 1, "no figures of z"),
        ([1.0] * 5, {"x": ["x"]}, 1, "3 areas to compare with and 5 of the programme"),
        ([np.nan], {"x": ["x"]}, 1, "None of the programme's areas has all figures"),
    ],
)
def test_no_comparison_areas(
    target: list[float], variables: dict[str, list[str]], k: int, says: str
) -> None:
    pool = areas(x=[1, 2, 3])
    frame = areas(x=target)
    frame.index += 10
    with pytest.raises(StatisticsError, match=says):
        match(frame, pool, variables, k=k)
    with pytest.raises(StatisticsError, match="0 is a programme's area and a comparison area"):
        match(pool, pool, {"x": ["x"]})


# reach


def test_reach_by_hand() -> None:
    rows = reach(
        [100, 100, 200, 50, np.nan, 40],
        [60, 40, np.nan, 50, 1, 0],
        [30, 20, 10, 5, 1, 0],
        [1, 2, 5, 10, 1, np.nan],  # decile 1 = most deprived
    )
    assert rows.index.tolist() == [0, 1, 2, 3, 4, 5]
    assert rows["areas"].tolist() == [5, 2, 0, 1, 0, 1]
    assert rows["eligible"].tolist() == [490, 200, 0, 200, 0, 50]
    assert rows.loc[[0, 1, 5], "share"].tolist() == pytest.approx([65 / 490, 0.25, 0.1])
    assert rows.loc[1, "share_offered"] == 0.5
    assert np.isnan(rows.loc[[0, 3], "share_offered"]).all(), "one area's offers are not known"
    assert np.isnan(rows.loc[2, ["share", "lower", "upper"]].astype(float)).all()
    # Newcombe RG (1998), Stat Med 17:857, table I: 15 of 148 is 0.0624 to 0.1605
    limits = reach([148], [148], [15], [3]).loc[2, ["lower", "upper"]]
    assert limits.tolist() == pytest.approx([0.0624, 0.1605], abs=5e-5)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (([10], [5], [11], [1]), "11 people were reached where 10 are eligible"),
        (([10], [15], [1], [1]), "15 people were offered where 10 are eligible"),
        (([10], [5], [-1], [1]), "reached number of -1 was found"),
        (([10], [5], [1], [11]), "A decile of 11 was found"),
        (([10], [5], [1], [1.5]), "A decile of 1.5 was found"),
    ],
)
def test_reach_refuses(given: tuple[list[float], ...], says: str) -> None:
    with pytest.raises(StatisticsError, match=says):
        reach(*given)


def test_reach_against_need() -> None:
    need, decile = [100, 100, 200, np.nan, 0, 50], [1, 3, 10, 1, 1, np.nan]
    even = acts_where_need_is(need, [10, 10, 20, 5, 0, 5], decile)
    assert even.concentration.index == pytest.approx(0, abs=1e-12)
    assert even.table["ratio"].dropna().tolist() == pytest.approx([1, 1, 1])
    assert even.table.loc[1, "need"] == 100, "areas without need or decile are left out"
    poor = acts_where_need_is(need, [60, 20, 10, 5, 0, 5], decile)
    assert poor.concentration.upper < 0
    # ridits 1/8, 3/8, 3/4; rates 0.6, 0.2, 0.05; shares 1/4, 1/4, 1/2; mean 0.225
    by_hand = 2 / 0.225 * (0.25 * 0.6 / 8 + 0.25 * 0.2 * 3 / 8 + 0.5 * 0.05 * 0.75) - 1
    assert poor.concentration.index == pytest.approx(by_hand)
    assert poor.table.loc[[1, 2, 5], "ratio"].tolist() == pytest.approx(
        [60 / 90 * 4, 20 / 90 * 4, 10 / 90 * 2]
    )
    assert np.isnan(poor.table.loc[3, "ratio"])
    turned = acts_where_need_is(need, [60, 20, 10, 5, 0, 5], decile, rank=[3, 2, 1, 1, 1, 1])
    assert turned.concentration.index == pytest.approx(-by_hand)
    nobody = acts_where_need_is(need, [0] * 6, decile)
    assert np.isnan(nobody.concentration.index)
    assert nobody.table["ratio"].isna().all()
    with pytest.raises(StatisticsError, match="Only 1 of 1 groups"):
        acts_where_need_is([10], [1], [1])


# worlds in which the true effect is known

RUNS = 1000
EFFECT = 2.0
Chosen = Literal["by chance", "by deprivation", "by a low figure", "by a lasting difference"]


@dataclass(frozen=True)
class World:
    """1,000 made-up Englands, in percentage points.

    An area's true share is 75, plus a lasting difference (standard deviation 5, `explained` of its
    variance by deprivation), plus a shock of each period that all share (2), plus its own noise
    (1, autocorrelated with `rho`), plus the noise of its cluster. What is seen of it is binomial.
    """

    areas: int
    pool: int
    before: int
    after: int
    rho: float
    seed: int
    sizes: tuple[float, float] = (300, 3000)
    own_sizes: tuple[float, float] | None = None
    tails: float = 0.0
    varying: float = 0.0
    clusters: tuple[int, int] | None = None
    cluster_noise: float = 1.0
    explained: float = 0.0
    chosen: Chosen = "by chance"
    themes: tuple[str, ...] = ()
    k: int = 3
    told: bool = True


@dataclass(frozen=True)
class Outcome:
    covered: float
    insufficient: float


def pick(stack: Effect, n: int) -> Effect:
    """One effect of a stack."""
    values = {field.name: getattr(stack, field.name) for field in fields(Effect)}
    return Effect(**{name: v[n] if np.ndim(v) else v for name, v in values.items()})


def noise(generator: np.random.Generator, shape: tuple[int, ...], world: World) -> Floats:
    """Autocorrelated noise of variance 1, by period on the last axis."""

    def draw() -> Floats:
        if world.tails:
            return generator.standard_t(world.tails, shape[:-1]) / np.sqrt(
                world.tails / (world.tails - 2)
            )
        return generator.standard_normal(shape[:-1])

    out = np.empty(shape)
    out[..., 0] = draw()
    for t in range(1, shape[-1]):
        out[..., t] = world.rho * out[..., t - 1] + np.sqrt(1 - world.rho**2) * draw()
    return out


def simulate(world: World) -> Outcome:
    """How often the interval holds the true effect, and how often no effect is called one."""
    generator = np.random.default_rng(world.seed)
    number, periods = world.areas + world.pool, world.before + world.after
    shape = (RUNS, number)
    people = np.exp(generator.uniform(*np.log(world.sizes), shape))
    if world.own_sizes:
        people[:, : world.areas] = np.exp(
            generator.uniform(*np.log(world.own_sizes), (RUNS, world.areas))
        )
    people = people.round()
    deprivation, lasting = generator.standard_normal((2, *shape))
    level = np.sqrt(world.explained) * deprivation + np.sqrt(1 - world.explained) * lasting
    share = 75 + 5 * level[..., None] + 2 * generator.standard_normal((RUNS, 1, periods))
    share += noise(generator, (*shape, periods), world)
    labels = np.arange(number)
    if world.clusters:
        own, others = world.clusters
        labels[: world.areas] //= own
        labels[world.areas :] = 1000 + np.arange(world.pool) // others
        _, cluster = np.unique(labels, return_inverse=True)
        shared = noise(generator, (RUNS, cluster.max() + 1, periods), world)
        share += world.cluster_noise * shared[:, cluster]

    def seen(true: Floats) -> Floats:
        size = people[..., None]
        return 100 * generator.binomial(size.astype(int), np.clip(true, 1, 99) / 100) / size

    y = seen(share)
    past = y[..., : world.before]
    order = {
        "by chance": np.broadcast_to(labels, shape),
        "by deprivation": deprivation + 0.5 * generator.standard_normal(shape),
        "by a low figure": past.mean(-1),
        "by a lasting difference": lasting + 0.5 * generator.standard_normal(shape),
    }[world.chosen]
    sequence = np.argsort(order, axis=1, kind="stable")
    ours, theirs = np.sort(sequence[:, : world.areas]), np.sort(sequence[:, world.areas :])
    run = np.arange(RUNS)[:, None]
    if world.themes:
        outcome, trend = level_and_trend(past)
        figures = np.stack([outcome, trend, deprivation, np.log(people)], axis=-1)
        names = ["level", "trend", "deprivation", "size"]
        found = []
        for n in range(RUNS):
            frame = pd.DataFrame(figures[n], columns=names)
            pairs = match(
                frame.loc[ours[n]],
                frame.loc[theirs[n]],
                {theme: [theme] for theme in world.themes},
                k=world.k,
            ).pairs
            found.append(pairs["match"].to_numpy())
        theirs = np.array(found)
    own = people[run, ours]
    each = EFFECT + world.varying * generator.standard_normal(ours.shape)
    told = {"clusters": (labels[ours[0]], labels[theirs[0]])} if world.clusters else {}

    def estimate(outcomes: Floats) -> Effect:
        return difference_in_differences(
            outcomes[run, ours],
            outcomes[run, theirs],
            range(world.before),
            range(world.before, periods),
            weights=(own, people[run, theirs]),
            **told if world.told else {},
        )

    with_effect = share.copy()
    with_effect[run, ours, world.before :] += each[..., None]
    after = np.concatenate([past, seen(with_effect[..., world.before :])], axis=-1)
    effect, none = estimate(after), estimate(y)
    truth = (own * each).sum(1) / own.sum(1)
    said = [verdict(pick(none, n), "higher_is_better").words for n in range(RUNS)]
    return Outcome(
        covered=float(np.mean((effect.lower <= truth) & (truth <= effect.upper))),
        insufficient=said.count(INSUFFICIENT) / RUNS,
    )


WORLDS = {
    "ten areas": World(10, 100, 4, 4, 0.5, seed=1),
    "three areas and thirty to compare with": World(3, 30, 3, 3, 0.3, seed=2),
    "twenty areas, five points": World(20, 200, 5, 5, 0.6, seed=3),
    "small areas among all sizes": World(
        6, 60, 3, 4, 0.6, seed=4, sizes=(100, 5000), own_sizes=(100, 500)
    ),
    "large areas among all sizes": World(
        6, 60, 4, 3, 0.4, seed=5, sizes=(100, 5000), own_sizes=(2000, 5000)
    ),
    "noise with long tails": World(5, 50, 4, 4, 0.5, seed=6, tails=5),
    "effects that differ between areas": World(10, 100, 4, 4, 0.5, seed=7, varying=2.0),
    "all in one ICS, whose shocks they share": World(10, 100, 4, 4, 0.5, seed=8, clusters=(10, 4)),
    "three in one ICS": World(3, 30, 3, 3, 0.3, seed=9, clusters=(3, 2)),
    "twenty in four ICSs": World(20, 120, 5, 5, 0.6, seed=10, clusters=(5, 4)),
}

MATCHED = {
    "chosen by chance, matched on the past": World(
        10, 60, 4, 4, 0.5, seed=11, themes=("level", "trend")
    ),
    "chosen by deprivation, matched on all": World(
        8,
        80,
        3,
        3,
        0.3,
        seed=12,
        explained=0.6,
        chosen="by deprivation",
        themes=("level", "trend", "deprivation", "size"),
    ),
    "chosen by a low figure, matched on the past": World(
        6, 100, 4, 4, 0.5, seed=13, chosen="by a low figure", themes=("level", "trend", "size")
    ),
    "chosen by a lasting difference, matched without the level": World(
        20, 300, 5, 5, 0.6, seed=14, chosen="by a lasting difference", themes=("trend",), k=1
    ),
}


@pytest.mark.parametrize("name", [*WORLDS, *MATCHED])
def test_intervals_hold_the_true_effect(name: str) -> None:
    found = simulate({**WORLDS, **MATCHED}[name])
    assert 0.93 <= found.covered <= 0.97
    assert found.insufficient >= 0.93


OUT_OF_REACH = {
    "a lasting difference that nothing shows, matched on the level": (
        replace(
            MATCHED["chosen by a lasting difference, matched without the level"], themes=("level",)
        ),
        (0.80, 0.93),
    ),
    "chosen by a low figure, not matched on it": (
        World(10, 100, 4, 4, 0.5, seed=15, chosen="by a low figure"),
        (0.75, 0.93),
    ),
    "shocks of the ICS that nobody tells of": (
        replace(WORLDS["all in one ICS, whose shocks they share"], told=False),
        (0.6, 0.85),
    ),
    "an ICS told of that shares nothing": (
        World(10, 100, 4, 4, 0.5, seed=16, clusters=(10, 4), cluster_noise=0.0),
        (0.97, 1.0),
    ),
}


@pytest.mark.parametrize("name", OUT_OF_REACH)
def test_what_is_out_of_reach_is_known(name: str) -> None:
    """Worlds in which the interval is too narrow, or wider than it need be, and by how much."""
    world, (low, high) = OUT_OF_REACH[name]
    assert low <= simulate(world).covered <= high
