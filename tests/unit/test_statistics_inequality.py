"""Measures of inequality against published examples, other software, and what must always hold.

`PHE_*`: "Worked examples for phe_sii function", vignette of PHEindicatormethods (Office for Health
Improvement and Disparities), its example data and the results that it prints: figures only.
`WHO_*`: example data and results in the documentation of healthequal 1.0.1 (World Health
Organization; births attended by skilled health personnel by wealth quintile).
"""

import doctest
from dataclasses import astuple

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats
from statsmodels.stats.weightstats import DescrStatsW

from data.statistics import inequality
from data.statistics.errors import StatisticsError
from data.statistics.inequality import (
    SlopeIndex,
    attributable,
    between_group_variance,
    concentration_index,
    extremes,
    index_of_disparity,
    ridit,
    rii_change,
    sii_change,
    slope_coefficients,
    slope_index,
    theil,
)

quick = settings(derandomize=True, max_examples=60, deadline=None)
# positive values and people of ten groups, far enough from 0 for a relative tolerance
TEN_VALUES = arrays(np.float64, 10, elements=st.floats(1, 100))
TEN_PEOPLE = arrays(np.float64, 10, elements=st.floats(10, 10_000))

# males of two areas: people, life expectancy, standard error by decile (decile 1 = most
# deprived), then SII and its 95% limits
PHE_LIFE_EXPECTANCY = [
    (
        [
            (13837, 70.56313911, 1.133868862),
            (14519, 72.61347473, 1.020288759),
            (14940, 75.06710359, 1.108685178),
            (14599, 75.20662276, 1.485618539),
            (12311, 76.23469045, 1.311653285),
            (13196, 75.21801932, 1.169033147),
            (13335, 77.09240397, 1.306645801),
            (13388, 79.84156222, 1.090905616),
            (13685, 80.81329918, 0.979426096),
            (11779, 82.73763832, 1.319452272),
        ],
        11.68886,
        (9.215442, 14.0746),
    ),
    (
        [
            (22570, 66.00755209, 1.004499003),
            (19464, 71.16293285, 1.1297589),
            (22522, 71.38253414, 0.928334218),
            (19394, 72.99326352, 1.00845316),
            (19045, 74.0860973, 0.993578763),
            (19982, 76.58928427, 0.938313514),
            (20877, 78.47982432, 0.832923468),
            (22625, 78.53892509, 0.854965084),
            (20544, 79.13504052, 0.791609243),
            (19610, 78.07273914, 0.917956444),
        ],
        13.59387,
        (11.385259, 15.63067),
    ),
]
PHE_RATE = {
    "population": [1434002, 1450590, 1453827, 1440980, 1457780],
    "value": np.array([150.2200205, 131.0221747, 127.4954973, 130.494241, 135.4664241]),
    "lower": np.array([147.3194185, 128.3676972, 125.0421198, 128.2469515, 133.2469515]),
    "upper": np.array([153.1498241, 133.7051129, 129.975513, 132.7657553, 137.8657553]),
}
PHE_PREVALENCE = {  # obesity in Year 6, England, 2006/07, by decile (decile 1 = most deprived)
    "population": [34353, 32112, 27715, 25372, 23889, 23260, 23180, 24193, 23609, 24488],
    "count": np.array([7287, 6881, 5656, 4868, 4176, 3876, 3617, 3546, 3314, 2960]),
}
WHO_VALUE = np.array([75.60530, 91.01997, 96.03959, 97.04223, 99.22405])
WHO_PEOPLE = [2072.436, 2112.204, 1983.059, 2052.124, 1884.510]

VALUE = np.array([14.0, 12.5, 12.8, 10.1, 9.0, 8.7, 8.9, 7.2, 6.6, 6.1])
PEOPLE = np.array([900, 1100, 1000, 950, 1050, 1200, 800, 1000, 990, 1010])
ERROR = np.array([0.9, 0.8, 0.8, 0.7, 0.8, 0.6, 0.7, 0.6, 0.6, 0.5])


def limits_of(index: SlopeIndex) -> np.ndarray:
    return np.array([index.sii_lower, index.sii_upper, index.rii_lower, index.rii_upper])


def test_examples_in_the_docstrings_hold() -> None:
    found = doctest.testmod(inequality)
    assert found.attempted and not found.failed


# published examples


@pytest.mark.parametrize(("deciles", "sii", "limits"), PHE_LIFE_EXPECTANCY)
def test_phe_worked_example_life_expectancy(deciles, sii, limits) -> None:
    people, value, error = np.transpose(deciles)
    for repetitions in (0, 10_000):
        found = slope_index(value, people, standard_error=error, repetitions=repetitions)
        assert found.sii == pytest.approx(sii, abs=5e-6)
        # the published limits come from 1,000 draws
        assert (found.sii_lower, found.sii_upper) == pytest.approx(limits, abs=0.25)


def test_phe_worked_example_rate_on_a_straight_line() -> None:
    error = (PHE_RATE["upper"] - PHE_RATE["lower"]) / 2 / stats.norm.ppf(0.975)
    found = slope_index(PHE_RATE["value"], PHE_RATE["population"], standard_error=error)
    assert found.sii == pytest.approx(-14.848683, abs=1e-6)
    assert found.rii == pytest.approx(0.8956758, abs=1e-7)
    published = [-18.96265, -10.754711, 0.8688189, 0.9232222]
    assert limits_of(found) == pytest.approx(published, rel=5e-3)


@pytest.mark.parametrize("repetitions", [0, 100_000])
def test_phe_worked_example_rate_on_the_log_scale(repetitions) -> None:
    log_error = np.log(PHE_RATE["upper"] / PHE_RATE["lower"]) / 2 / stats.norm.ppf(0.975)
    found = slope_index(
        PHE_RATE["value"],
        PHE_RATE["population"],
        standard_error=log_error * PHE_RATE["value"],
        transform="log",
        repetitions=repetitions,
    )
    assert found.sii == pytest.approx(-14.03684, abs=1e-5)
    assert found.rii == pytest.approx(0.9010655, abs=1e-7)
    published = [-17.95990, -10.126662, 0.8752420, 0.9275826]
    assert limits_of(found) == pytest.approx(published, rel=5e-3)


@pytest.mark.parametrize(
    ("transform", "sii", "limits"),
    [
        ("linear", -10.720032, (-11.225464, -10.218824)),
        ("logit", -10.964626, (-11.487365, -10.442276)),
    ],
)
@pytest.mark.parametrize("repetitions", [0, 100_000])
def test_phe_worked_example_prevalence(transform, sii, limits, repetitions) -> None:
    people = np.array(PHE_PREVALENCE["population"])
    value = PHE_PREVALENCE["count"] / people
    found = slope_index(
        value,
        people,
        standard_error=np.sqrt(value * (1 - value) / people),
        transform=transform,
        repetitions=repetitions,
    )
    assert 100 * found.sii == pytest.approx(sii, abs=1e-6)
    assert 100 * np.array([found.sii_lower, found.sii_upper]) == pytest.approx(limits, abs=0.02)


def test_who_worked_example() -> None:
    found = attributable(WHO_VALUE, WHO_PEOPLE)
    assert found.par == pytest.approx(7.627362, abs=1e-5)
    assert 100 * found.paf == pytest.approx(8.327116, abs=1e-5)
    concentrated = concentration_index(WHO_VALUE, WHO_PEOPLE, bounds=(0, 100))
    assert concentrated.index == pytest.approx(0.0469506, abs=1e-7)
    # the absolute index is published as 4.30052; Erreygers' is four times that over the range
    assert concentrated.erreygers == pytest.approx(4 * 4.30052 / 100, abs=1e-6)


# other software


def fitted_by_statsmodels(scale: np.ndarray):
    return sm.WLS(scale, sm.add_constant(ridit(PEOPLE)), weights=PEOPLE).fit()


def test_slope_and_its_scatter_interval_are_those_of_weighted_least_squares() -> None:
    model, found = fitted_by_statsmodels(VALUE), slope_index(VALUE, PEOPLE)
    assert (found.intercept, found.sii) == pytest.approx(tuple(model.params))
    assert (found.sii_lower, found.sii_upper) == pytest.approx(tuple(model.conf_int()[1]))
    assert found.rii == pytest.approx(1 + found.sii / found.intercept)


def test_rii_limits_solve_fiellers_equation() -> None:
    model, found = fitted_by_statsmodels(VALUE), slope_index(VALUE, PEOPLE)
    t = stats.t.ppf(0.975, 8)
    for limit, sign in ((found.rii_lower, 1), (found.rii_upper, -1)):
        # end - limit * start as a contrast of (intercept, slope)
        contrast = np.array([1 - limit, 1])
        spread = np.sqrt(contrast @ model.cov_params() @ contrast)
        assert contrast @ model.params == pytest.approx(sign * t * spread)


def test_relative_index_on_the_log_scale_has_the_exact_interval() -> None:
    model = fitted_by_statsmodels(np.log(VALUE))
    found = slope_index(VALUE, PEOPLE, transform="log")
    assert (found.rii_lower, found.rii_upper) == pytest.approx(tuple(np.exp(model.conf_int()[1])))
    assert found.intercept == pytest.approx(np.exp(model.params[0]))


def test_logit_line_ends_where_weighted_least_squares_ends() -> None:
    model = fitted_by_statsmodels(stats.logistic.ppf(VALUE / 100))
    found = slope_index(VALUE / 100, PEOPLE, transform="logit")
    ends = stats.logistic.cdf(model.predict([[1, 0], [1, 1]]))
    assert (found.intercept, found.sii) == pytest.approx((ends[0], ends[1] - ends[0]))
    assert found.rii == pytest.approx(ends[1] / ends[0])


@pytest.mark.parametrize("transform", ["linear", "log", "logit"])
def test_closed_form_and_simulation_agree(transform) -> None:
    value, error = VALUE / 100, ERROR / 200
    given = {"standard_error": error, "transform": transform}
    closed = slope_index(value, PEOPLE, repetitions=0, **given)
    drawn = slope_index(value, PEOPLE, repetitions=200_000, **given)
    widths = np.repeat(
        [closed.sii_upper - closed.sii_lower, closed.rii_upper - closed.rii_lower], 2
    )
    assert np.abs(limits_of(closed) - limits_of(drawn)).max() < 0.05 * widths.max()
    assert (np.abs(limits_of(closed) - limits_of(drawn)) / widths).max() < 0.03


def test_dispersion_is_that_of_scipy_and_statsmodels() -> None:
    share = PEOPLE / PEOPLE.sum()
    cases = share * VALUE / (share @ VALUE)
    assert theil(VALUE, PEOPLE) == pytest.approx(stats.entropy(cases, share))
    assert between_group_variance(VALUE, PEOPLE) == pytest.approx(DescrStatsW(VALUE, PEOPLE).var)


def test_concentration_is_twice_the_covariance_of_value_and_rank_over_the_mean() -> None:
    weighted = DescrStatsW(np.column_stack([VALUE, ridit(PEOPLE)]), PEOPLE)
    found = concentration_index(VALUE, PEOPLE)
    assert found.index == pytest.approx(2 * weighted.cov[0, 1] / weighted.mean[0])


def test_concentration_interval_without_standard_errors_is_the_jackknifes() -> None:
    rng = np.random.default_rng(3)
    value = 10 + np.linspace(0, 4, 400) + rng.normal(0, 2, 400)
    left_out = ~np.eye(400, dtype=bool)
    without = np.array([concentration_index(value[k], np.ones(399)).index for k in left_out])
    jackknife = np.sqrt(399 * without.var())
    found = concentration_index(value, np.ones(400))
    assert (found.upper - found.index) / stats.t.ppf(0.975, 398) == pytest.approx(
        jackknife, rel=0.02
    )


def test_delta_limits_are_those_of_drawing_the_groups() -> None:
    drawn = VALUE + np.random.default_rng(1).normal(0, 1, (200_000, 10)) * ERROR / 2
    given = {"standard_error": ERROR / 2}
    ends, impact = extremes(VALUE, **given), attributable(VALUE, PEOPLE, **given)
    index = concentration_index(VALUE, PEOPLE, bounds=(0, 100), **given)
    drawn_ends, drawn_impact = extremes(drawn), attributable(drawn, PEOPLE)
    drawn_index = concentration_index(drawn, PEOPLE, bounds=(0, 100))
    for lower, upper, draws in (
        (ends.gap_lower, ends.gap_upper, drawn_ends.gap),
        (ends.ratio_lower, ends.ratio_upper, drawn_ends.ratio),
        (impact.par_lower, impact.par_upper, drawn_impact.par),
        (impact.paf_lower, impact.paf_upper, drawn_impact.paf),
        (index.lower, index.upper, drawn_index.index),
        (index.erreygers_lower, index.erreygers_upper, drawn_index.erreygers),
    ):
        expected = np.quantile(draws, [0.025, 0.975])
        assert np.abs(expected - [lower, upper]).max() < 0.03 * (upper - lower)


def test_attributable_limits_of_two_groups_worked_by_hand() -> None:
    found = attributable([20, 10], [1, 1], standard_error=[1, 1])
    z = stats.norm.ppf(0.975)
    assert (found.par, found.paf) == pytest.approx((-5, -1 / 3))
    assert found.par_upper - found.par == pytest.approx(z * np.sqrt(1 / 2))
    # 10 / 15 moves by 2/3 / 15 with the last group and by -1/3 / 15 with the first
    assert found.paf_upper - found.paf == pytest.approx(z * np.hypot(2 / 45, 1 / 45))


# what must always hold


@quick
@given(TEN_VALUES, TEN_PEOPLE, st.floats(-50, 50), st.floats(0.1, 10))
def test_slope_index_ignores_a_constant_and_scales_and_the_ratio_does_not(
    value, people, constant, factor
) -> None:
    plain = slope_index(value, people)
    assert slope_index(value + constant, people).sii == pytest.approx(plain.sii, abs=1e-8)
    scaled = slope_index(value * factor, people)
    assert scaled.sii == pytest.approx(plain.sii * factor, abs=1e-8)
    assert scaled.rii == pytest.approx(plain.rii, rel=1e-6, nan_ok=True)


@quick
@given(TEN_VALUES, TEN_PEOPLE)
def test_order_reversed_flips_the_sign(value, people) -> None:
    forth, back = slope_index(value, people), slope_index(value[::-1], people[::-1])
    assert back.sii == pytest.approx(-forth.sii, abs=1e-8)
    assert concentration_index(value[::-1], people[::-1]).index == pytest.approx(
        -concentration_index(value, people).index, abs=1e-10
    )
    assert extremes(value[::-1]).gap == -extremes(value).gap


@quick
@given(TEN_VALUES, TEN_PEOPLE, st.sampled_from(["linear", "log", "logit"]))
def test_an_interval_contains_its_estimate(value, people, transform) -> None:
    value = value / 101
    for error, repetitions in ((None, 0), (value / 20, 0), (value / 20, 1000)):
        found = slope_index(
            value, people, standard_error=error, transform=transform, repetitions=repetitions
        )
        # the slack is for rounding where groups are equal
        assert found.sii_lower - 1e-12 <= found.sii <= found.sii_upper + 1e-12
        if not np.isnan(found.rii_lower):
            assert found.rii_lower - 1e-12 <= found.rii <= found.rii_upper + 1e-12


@quick
@given(TEN_PEOPLE, st.floats(0.1, 0.9))
def test_equal_groups_have_no_inequality(people, level) -> None:
    value = np.full(10, level)
    for transform in ("linear", "log", "logit"):
        found = slope_index(value, people, transform=transform)
        assert (found.sii, found.rii) == pytest.approx((0, 1), abs=1e-9)
    assert concentration_index(value, people).index == pytest.approx(0, abs=1e-9)
    assert attributable(value, people).par == pytest.approx(0, abs=1e-9)
    assert theil(value, people) == pytest.approx(0, abs=1e-9)
    assert between_group_variance(value, people) == pytest.approx(0, abs=1e-9)
    assert index_of_disparity(value, people) == pytest.approx(0, abs=1e-9)


@quick
@given(TEN_PEOPLE)
def test_ridits_average_one_half_and_coefficients_add_up_to_nothing(people) -> None:
    assert np.average(ridit(people), weights=people) == pytest.approx(0.5)
    assert slope_coefficients(people).sum() == pytest.approx(0, abs=1e-9)
    assert slope_coefficients(people) @ ridit(people) == pytest.approx(1)


def test_the_same_seed_gives_the_same_limits_and_another_does_not() -> None:
    first, again, other = (
        slope_index(VALUE, PEOPLE, standard_error=ERROR, repetitions=500, seed=s) for s in (1, 1, 2)
    )
    assert first == again
    assert first.sii_lower != other.sii_lower


def test_a_higher_level_is_wider() -> None:
    for repetitions in (0, 5000):
        given = {"standard_error": ERROR, "repetitions": repetitions}
        usual, wide = (slope_index(VALUE, PEOPLE, level=at, **given) for at in (0.95, 0.998))
        assert wide.sii_lower < usual.sii_lower and wide.rii_upper > usual.rii_upper


# stacks, empty groups, awkward figures


def stack() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(5)
    return (
        rng.uniform(0.05, 0.2, (2, 3, 10)),
        rng.uniform(100, 999, (2, 3, 10)),
        rng.uniform(0.001, 0.01, (2, 3, 10)),
    )


@pytest.mark.parametrize("transform", ["linear", "log", "logit"])
@pytest.mark.parametrize("repetitions", [0, 200])
@pytest.mark.parametrize("with_error", [True, False])
def test_a_stack_is_row_by_row(transform, repetitions, with_error, monkeypatch) -> None:
    monkeypatch.setattr("data.statistics.lines.DRAWS_AT_ONCE", 400)  # two rows at once
    value, people, error = stack()
    given = {"transform": transform, "repetitions": repetitions}
    whole = slope_index(value, people, standard_error=error if with_error else None, **given)
    for at in np.ndindex(2, 3):
        one = slope_index(
            value[at], people[at], standard_error=error[at] if with_error else None, **given
        )
        assert all(isinstance(figure, float) for figure in astuple(one))
        assert [f[at] for f in astuple(whole)] == pytest.approx(astuple(one))


def test_other_measures_of_a_stack_are_row_by_row() -> None:
    value, people, error = stack()
    for measure in (theil, between_group_variance, index_of_disparity):
        assert measure(value, people)[1, 2] == pytest.approx(measure(value[1, 2], people[1, 2]))
    for measure in (attributable, concentration_index):
        whole = measure(value, people, standard_error=error)
        one = measure(value[1, 2], people[1, 2], standard_error=error[1, 2])
        assert [f[1, 2] for f in astuple(whole)] == pytest.approx(astuple(one), nan_ok=True)
    whole = extremes(value, standard_error=error)
    assert [f[1, 2] for f in astuple(whole)] == pytest.approx(
        astuple(extremes(value[1, 2], standard_error=error[1, 2]))
    )


def test_one_population_serves_a_stack_of_values() -> None:
    value, people, _ = stack()
    found = slope_index(value, people[0, 0])
    assert found.sii[1, 1] == pytest.approx(slope_index(value[1, 1], people[0, 0]).sii)


@pytest.mark.parametrize("mark", ["value", "nobody", "unknown"])
@pytest.mark.parametrize("error", [None, ERROR])
def test_empty_groups_are_left_out(mark, error) -> None:
    value, people = VALUE.copy(), PEOPLE.astype(float)
    if mark == "value":
        value[[0, 4]] = np.nan
    else:
        people[[0, 4]] = 0 if mark == "nobody" else np.nan
    kept = np.delete(np.arange(10), [0, 4])
    kept_error = None if error is None else error[kept]
    for repetitions in (0, 20_000):
        found = slope_index(value, people, standard_error=error, repetitions=repetitions)
        apart = slope_index(
            VALUE[kept], PEOPLE[kept], standard_error=kept_error, repetitions=repetitions
        )
        assert astuple(found) == pytest.approx(astuple(apart), rel=0.02)
    for measure in (attributable, concentration_index):
        assert astuple(measure(value, people, standard_error=error)) == pytest.approx(
            astuple(measure(VALUE[kept], PEOPLE[kept], standard_error=kept_error)), nan_ok=True
        )
    for measure in (theil, between_group_variance, index_of_disparity):
        assert measure(value, people) == pytest.approx(measure(VALUE[kept], PEOPLE[kept]))
    assert extremes(np.where(people > 0, value, np.nan)).gap == VALUE[9] - VALUE[1]


def test_fewer_than_five_groups_raise_alone_and_are_nan_in_a_stack() -> None:
    value = np.array([VALUE, VALUE])
    value[0, :6] = np.nan
    with pytest.raises(StatisticsError, match="Only 4 of 10 groups have people and a value, and 5"):
        slope_index(value[0], PEOPLE)
    for error in (None, ERROR):
        for repetitions in (0, 200):
            found = slope_index(value, PEOPLE, standard_error=error, repetitions=repetitions)
            assert all(np.isnan(figure[0]) for figure in astuple(found))
            assert not any(np.isnan(figure[1]) for figure in astuple(found))


def test_a_single_group_has_no_inequality_to_measure() -> None:
    one = [7.0, np.nan, np.nan]
    for measure in (attributable, concentration_index, theil, between_group_variance):
        with pytest.raises(StatisticsError, match="Only 1 of 3 groups"):
            measure(one, [1, 1, 1])
    with pytest.raises(StatisticsError, match="Only 1 of 3 groups"):
        extremes(one)
    found = extremes([one, [1, 2, 3], [np.nan] * 3])
    assert found.gap.tolist() == pytest.approx([np.nan, 2, np.nan], nan_ok=True)
    assert np.isnan(attributable([one, [1, 2, 3]], [1, 1, 1]).par).tolist() == [True, False]


def test_a_missing_standard_error_costs_the_limits_only() -> None:
    error = ERROR.copy()
    error[3] = np.nan
    for repetitions in (0, 200):
        found = slope_index(VALUE, PEOPLE, standard_error=error, repetitions=repetitions)
        assert np.isnan(limits_of(found)).all()
        assert found.sii == slope_index(VALUE, PEOPLE).sii


@pytest.mark.parametrize("repetitions", [0, 2000])
def test_ratio_needs_a_line_that_starts_above_nothing(repetitions) -> None:
    rising = np.array([0.0, 0.0, 0.0, 5.0, 9.0])
    found = slope_index(rising, [1] * 5, standard_error=[0.1] * 5, repetitions=repetitions)
    assert found.intercept < 0 and found.sii_lower < found.sii < found.sii_upper
    assert np.isnan([found.rii, found.rii_lower, found.rii_upper]).all()


@pytest.mark.parametrize("repetitions", [0, 2000])
def test_ratio_has_no_limits_where_the_start_cannot_be_told_from_nothing(repetitions) -> None:
    found = slope_index([1.0, 2, 3, 4, 5], [1] * 5, standard_error=[1] * 5, repetitions=repetitions)
    assert found.rii == pytest.approx(11)
    assert np.isnan([found.rii_lower, found.rii_upper]).all()
    assert found.sii_lower < 5 < found.sii_upper


def test_groups_on_a_line_leave_no_scatter() -> None:
    found = slope_index([5.0, 4, 3, 2, 1], [1] * 5)
    assert limits_of(found) == pytest.approx([-5, -5, found.rii, found.rii])


def test_a_zero_has_no_logarithm_alone_and_leaves_a_row_of_a_stack_out() -> None:
    zero = VALUE.copy()
    zero[9] = 0
    with pytest.raises(StatisticsError, match="is 0, but 'log' needs values above 0"):
        slope_index(zero, PEOPLE, transform="log")
    found = slope_index([zero, VALUE], PEOPLE, transform="log", standard_error=ERROR)
    assert np.isnan(found.sii).tolist() == [True, False]
    whole = slope_index([np.full(10, 1.0), VALUE / 100], PEOPLE, transform="logit")
    assert np.isnan(whole.rii).tolist() == [True, False]


def test_ratio_of_extremes_follows_its_rule_for_zero() -> None:
    given = {"standard_error": [1, 1, 1]}
    from_zero, to_zero = extremes([0, 5, 9], **given), extremes([9, 5, 0], **given)
    assert np.isnan([from_zero.ratio, from_zero.ratio_lower]).all() and from_zero.gap == 9
    assert to_zero.ratio == 0 and np.isnan([to_zero.ratio_lower, to_zero.ratio_upper]).all()
    assert np.isnan([extremes([2, 1]).gap_lower, extremes([2, 1]).ratio_upper]).all()


def test_nothing_anywhere_has_no_relative_measure() -> None:
    nothing = [0.0] * 5
    assert np.isnan(theil(nothing, [1] * 5)) and np.isnan(index_of_disparity(nothing, [1] * 5))
    assert attributable(nothing, [1] * 5).par == 0 and np.isnan(attributable(nothing, [1] * 5).paf)
    found = concentration_index(nothing, [1] * 5, standard_error=[0.1] * 5, bounds=(0, 1))
    assert np.isnan(found.index) and found.erreygers == 0 and found.erreygers_lower < 0


def test_a_group_at_nothing_adds_nothing_to_theil() -> None:
    assert theil([0, 10], [1, 1]) == pytest.approx(np.log(2))


def test_erreygers_index_is_the_same_for_having_and_not_having() -> None:
    having = concentration_index(VALUE, PEOPLE, bounds=(0, 100), standard_error=ERROR)
    lacking = concentration_index(100 - VALUE, PEOPLE, bounds=(0, 100), standard_error=ERROR)
    assert having.erreygers == pytest.approx(-lacking.erreygers)
    assert having.erreygers_lower == pytest.approx(-lacking.erreygers_upper)
    without = concentration_index(VALUE, PEOPLE)
    assert np.isnan(without.erreygers) and without.lower < without.index < without.upper


def test_two_groups_have_no_scatter_to_measure_concentration_by() -> None:
    found = concentration_index([1, 3], [1, 1])
    assert found.index == pytest.approx(0.25) and np.isnan(found.lower)


def test_ridits_of_groups_without_people() -> None:
    assert ridit([1, 0, 1]).tolist() == pytest.approx([0.25, np.nan, 0.75], nan_ok=True)
    assert np.isnan(ridit([0, 0])).all() and np.isnan(slope_coefficients([0, 4])).all()
    assert slope_coefficients([1, 0, 1]).tolist() == [-2, 0, 2]


# change between periods


def indices(*siis: float, half: float = 1.0, rii: float = 0.5) -> list[SlopeIndex]:
    return [SlopeIndex(s, s - half, s + half, rii, rii / 1.1, rii * 1.1, 10.0) for s in siis]


def test_change_in_the_slope_index_has_the_interval_of_a_difference() -> None:
    found = sii_change(*indices(-4.0, -6.0))
    half = np.sqrt(2)
    assert (found.value, found.lower, found.upper) == pytest.approx((-2, -2 - half, -2 + half))
    assert found.detectable is True
    assert sii_change(*indices(-4.0, -5.0)).detectable is False


def test_change_in_the_relative_index_is_a_ratio() -> None:
    (first,), (second,) = indices(-4.0, rii=0.5), indices(-4.0, rii=0.4)
    found = rii_change(first, second)
    factor = 1.1 ** np.sqrt(2)
    assert (found.value, found.lower, found.upper) == pytest.approx(
        (0.8, 0.8 / factor, 0.8 * factor)
    )
    assert found.detectable is True and rii_change(first, first).detectable is False


def test_change_is_not_detectable_without_limits() -> None:
    (known,), (other,) = indices(-4.0), indices(-9.0, half=np.nan, rii=-0.1)
    assert sii_change(known, other).value == -5 and sii_change(known, other).detectable is False
    found = rii_change(known, other)
    assert np.isnan(found.value) and found.detectable is False


def test_change_of_a_stack_is_row_by_row() -> None:
    value, people, error = stack()
    first, second = (slope_index(v, people[0], standard_error=error[0]) for v in value)
    for change in (sii_change, rii_change):
        whole = change(first, second)
        one = change(*(SlopeIndex(*(f[1] for f in astuple(i))) for i in (first, second)))
        assert whole.detectable.dtype == bool
        assert [f[1] for f in astuple(whole)] == pytest.approx(list(astuple(one)))


def test_periods_of_different_areas_are_not_compared() -> None:
    value, people, _ = stack()
    both, one = slope_index(value[0], people[0]), slope_index(value[0, :2], people[0, :2])
    with pytest.raises(StatisticsError, match=r"shapes \(3,\) and \(2,\)"):
        sii_change(both, one)


# bad input


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"population": -PEOPLE}, "population of -900 was found"),
        ({"population": PEOPLE[:9]}, "do not fit together"),
        ({"population": 5.0}, "do not fit together"),
        ({"population": PEOPLE[:1]}, "do not fit together"),
        ({"value": 4.0, "population": 5.0}, "do not fit together"),
        ({"value": np.where(VALUE > 13, np.inf, VALUE)}, "infinite value"),
        ({"value": ["a"] * 10}, "not a number"),
        ({"standard_error": -ERROR}, "standard error of -0.9 was found"),
        ({"standard_error": ERROR[:3]}, "do not fit together"),
        ({"level": 95}, "level is 95"),
        ({"level": 0}, "level is 0"),
        ({"repetitions": -1}, "-1 repetitions cannot give an interval"),
        ({"repetitions": 99}, "99 repetitions cannot give an interval"),
        ({"transform": "cubic"}, "no transform 'cubic': choose one of linear, log, logit"),
        ({"transform": "logit"}, "is 14, but 'logit' needs values between 0 and 1"),
        ({"value": -VALUE, "transform": "log"}, "is -14, but 'log' needs values above 0"),
        (
            {"value": [VALUE, VALUE], "transform": "logit"},
            "is 14, but 'logit' needs values between 0 and 1",
        ),
    ],
)
def test_bad_input_to_the_slope_gets_a_sentence(given, says) -> None:
    with pytest.raises(StatisticsError, match=says):
        slope_index(**{"value": VALUE, "population": PEOPLE, **given})


def test_bad_input_to_other_measures_gets_a_sentence() -> None:
    with pytest.raises(StatisticsError, match="value of -14 was found"):
        theil(-VALUE, PEOPLE)
    with pytest.raises(StatisticsError, match="Bounds 1 to 0 are not in order"):
        concentration_index(VALUE, PEOPLE, bounds=(1, 0))
    with pytest.raises(StatisticsError, match="is 14, outside the bounds 0 to 1"):
        concentration_index(VALUE, PEOPLE, bounds=(0, 1))
    with pytest.raises(StatisticsError, match="population of -1 was found"):
        ridit([1, -1])
    for measure in (attributable, concentration_index):
        with pytest.raises(StatisticsError, match="level is 2"):
            measure(VALUE, PEOPLE, level=2)
    with pytest.raises(StatisticsError, match="level is 2"):
        extremes(VALUE, level=2)
