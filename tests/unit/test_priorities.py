"""Priorities: scores worked by hand, parts that add up, ranks that say how sure they are."""

import doctest
import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from components import narrative
from data import priorities
from data.priorities import NoPriorities

WEIGHTS = {"need.qof_dm": 30.0, "coverage.qof_dm019": 20.0, "deprivation": 50.0}


def rows(**columns: list[float]) -> pd.DataFrame:
    """Areas A, B, C... with figures of criteria; '__' stands for a full stop."""
    figures = {name.replace("__", "."): values for name, values in columns.items()}
    codes = [chr(65 + n) for n in range(len(next(iter(figures.values()))))]
    return pd.DataFrame({"code": codes, "name": [f"Area {code}" for code in codes], **figures})


FIVE = rows(
    need__qof_dm=[10, 8, 6, 4, 2],
    coverage__qof_dm019=[50, 40, 90, 60, 70],
    deprivation=[20, 20, 40, 10, 30],
)


def test_examples_in_docstrings() -> None:
    assert doctest.testmod(priorities).failed == 0


def test_score_by_hand() -> None:
    table = priorities.score(FIVE, WEIGHTS).set_index("code")
    # scaled: diabetes 100 75 50 25 0; coverage, lowest first, 75 100 0 50 25;
    # deprivation 37.5 37.5 100 0 75, the tie in the middle of its two places
    expected = {"A": 30 + 15 + 18.75, "B": 22.5 + 20 + 18.75, "C": 65, "D": 17.5, "E": 42.5}
    assert table["score"].to_dict() == pytest.approx(expected)
    assert list(table.index) == ["C", "A", "B", "E", "D"]
    assert table["rank"].tolist() == [1, 2, 3, 4, 5]
    assert table.loc["A", "coverage.qof_dm019_part"] == pytest.approx(15)


def test_only_proportions_of_weights_matter() -> None:
    tenth = {code: weight / 10 for code, weight in WEIGHTS.items()}
    pd.testing.assert_frame_equal(priorities.score(FIVE, WEIGHTS), priorities.score(FIVE, tenth))


def test_a_minus_turns_a_criterion_round() -> None:
    two = rows(people=[1000, 3000])
    two["-people"] = two["people"]
    assert priorities.score(two, {"people": 1})["code"].tolist() == ["B", "A"]
    assert priorities.score(two, {"-people": 1})["code"].tolist() == ["A", "B"]


def test_area_without_a_figure_is_not_ranked_and_does_not_move_the_others() -> None:
    six = pd.concat(
        [FIVE, FIVE.iloc[[0]].assign(code="F", **{"need.qof_dm": np.nan})], ignore_index=True
    )
    table = priorities.ranks(six, WEIGHTS)
    assert table["code"].tolist()[-1] == "F"
    last = table.iloc[-1]
    unknown = ["rank", "score", "need.qof_dm_part", "rank_low", "rank_high", "top_ten", "band"]
    assert last[unknown].isna().all()
    five = priorities.ranks(FIVE, WEIGHTS)
    pd.testing.assert_frame_equal(table.iloc[:5], five, check_dtype=False)


def test_no_area_with_every_figure() -> None:
    with pytest.raises(NoPriorities, match="No area has a figure for every criterion"):
        priorities.score(rows(people=[np.nan, np.nan]), {"people": 1})


def test_alike_areas_share_rank_and_band() -> None:
    table = priorities.ranks(rows(people=[5, 5, 5]), {"people": 1})
    assert table["score"].tolist() == [50, 50, 50]
    assert table["rank"].tolist() == [1, 1, 1]
    assert table["band"].tolist() == [1, 1, 1]


figures = some.lists(
    some.tuples(*[some.floats(-1e6, 1e6) | some.integers(0, 3).map(float)] * 3),
    min_size=1,
    max_size=40,
)
weighing = some.tuples(*[some.floats(0.01, 100)] * 3)


def made(values: list[tuple[float, float, float]]) -> pd.DataFrame:
    table = pd.DataFrame(values, columns=list(WEIGHTS))
    codes = [f"E{n:03d}" for n in range(len(table))]
    return table.assign(code=codes, name=codes)


@settings(derandomize=True, deadline=None)
@given(figures, weighing)
def test_parts_add_up_to_the_score(
    values: list[tuple[float, float, float]], weights: tuple[float, float, float]
) -> None:
    chosen = dict(zip(WEIGHTS, weights, strict=True))
    table = priorities.score(made(values), chosen)
    total = sum(table[f"{code}_part"] for code in chosen)
    assert (total == table["score"]).all()
    assert table["score"].between(-1e-9, 100 + 1e-9).all()
    assert table["rank"].is_monotonic_increasing
    printed = [
        narrative._adding_up([row[f"{code}_part"] for code in chosen])
        for row in table.to_dict("records")
    ]
    assert [sum(parts) for parts in printed] == [round(10 * n) for n in table["score"]]


@settings(derandomize=True, deadline=None, max_examples=30)
@given(figures)
def test_scaled_runs_from_0_to_100_and_keeps_order(
    values: list[tuple[float, float, float]],
) -> None:
    given = np.array(values)[:, 0]
    up, down = (priorities.scaled(given, way) for way in ("high", "low"))
    assert up + down == pytest.approx(100)
    assert up.mean() == pytest.approx(50)
    assert (np.sign(np.subtract.outer(up, up)) == np.sign(np.subtract.outer(given, given))).all()


def test_scaled_leaves_out_what_is_missing() -> None:
    found = priorities.scaled([3.0, np.nan, 1.0, 2.0, 2.0], "high")
    assert found[[0, 2, 3, 4]].tolist() == [100, 0, 50, 50]
    assert np.isnan(found[1])
    without_ties = priorities.scaled([[3.0, np.nan, 1.0], [1.0, 2.0, 3.0]], "high")
    assert without_ties[1].tolist() == [0, 50, 100]
    assert without_ties[0, [0, 2]].tolist() == [100, 0]


def uncertain(values: list[float], width: float, basis: str = "spread") -> pd.DataFrame:
    table = rows(need__qof_dm=values)
    return table.assign(
        **{
            "need.qof_dm_low": table["need.qof_dm"] - width / 2,
            "need.qof_dm_high": table["need.qof_dm"] + width / 2,
            "need.qof_dm_basis": basis,
        }
    )


def test_known_figures_with_one_criterion_keep_their_ranks() -> None:
    table = priorities.ranks(rows(deprivation=[4, 3, 2, 1]), {"deprivation": 7})
    assert (table["rank_low"] == table["rank"]).all()
    assert (table["rank_high"] == table["rank"]).all()
    assert table["band"].tolist() == [1, 2, 3, 4]


def test_weights_alone_make_close_scores_change_places() -> None:
    # A has 100 and 0, B has 0 and 100, both weigh the same: as often one first as the other
    two = rows(people=[2, 1], deprivation=[1, 2])
    table = priorities.ranks(two, {"people": 10, "deprivation": 10}, draws=2000)
    assert table["rank_low"].tolist() == [1, 1]
    assert table["rank_high"].tolist() == [2, 2]
    assert table["band"].tolist() == [1, 1]
    # at 10 to 16 a fifth either way (12 to 12.8) never lets the lighter one win
    table = priorities.ranks(two, {"people": 10, "deprivation": 16})
    assert table["rank_high"].tolist() == [1, 2]


def test_two_areas_change_places_as_often_as_theory_says() -> None:
    # standard deviation 1 each: the difference of 2 is 2 / sqrt(2) deviations above 0
    width = 2 * priorities.TENTH
    table = priorities.ranks(uncertain([12, 10], width), {"need.qof_dm": 1}, draws=40_000)
    assert table["band"].tolist() == [1, 1]
    apart = priorities.ranks(uncertain([13, 10], width), {"need.qof_dm": 1}, draws=40_000)
    assert apart["band"].tolist() == [1, 2], "3 / sqrt(2) deviations are above 0 in 98.3%"
    total = uncertain(list(range(20, 0, -1)), width)
    found = priorities.ranks(total, {"need.qof_dm": 1}, draws=20_000).set_index("code")
    assert found.loc["A", "top_ten"] == 1
    # the tenth and the eleventh of 20 evenly spaced ones stand on either side of the line
    assert found.loc["J", "top_ten"] + found.loc["K", "top_ten"] == pytest.approx(1, abs=0.02)
    assert found["top_ten"].sum() == pytest.approx(10), "ten places are filled in every draw"


def test_interval_is_narrower_than_a_spread_of_the_same_width() -> None:
    spread = priorities.ranks(uncertain(list(range(30)), 8), {"need.qof_dm": 1})
    interval = priorities.ranks(uncertain(list(range(30)), 8, "interval"), {"need.qof_dm": 1})
    known = priorities.ranks(uncertain(list(range(30)), 8, "known"), {"need.qof_dm": 1})
    widths = [(t["rank_high"] - t["rank_low"]).mean() for t in (spread, interval, known)]
    assert widths[0] > widths[1] > widths[2] == 0


def test_area_of_one_practice_is_given_the_middle_spread() -> None:
    table = uncertain([10, 9, 8], 4)
    table.loc[0, ["need.qof_dm_low", "need.qof_dm_high"]] = 10.0
    assert priorities._error(table, "need.qof_dm") == pytest.approx([4 / 2 / 1.2815516] * 3)
    table.loc[1, ["need.qof_dm_low", "need.qof_dm_high"]] = np.nan
    table.loc[1, "need.qof_dm_basis"] = "none"
    assert priorities._error(table, "need.qof_dm") == pytest.approx([4 / 2 / 1.2815516] * 3)
    table["need.qof_dm_basis"] = "none"
    table[["need.qof_dm_low", "need.qof_dm_high"]] = np.nan
    assert not priorities._error(table, "need.qof_dm").any()


def test_ranks_do_not_depend_on_the_order_of_rows_or_weights() -> None:
    table = uncertain([float(n % 7) for n in range(26)], 3).assign(deprivation=range(26))
    weights = {"need.qof_dm": 3.0, "deprivation": 2.0}
    first = priorities.ranks(table, weights)
    shuffled = table.sample(frac=1, random_state=1)
    again = priorities.ranks(shuffled, dict(reversed(weights.items())))
    same = ["code", "rank", "rank_low", "rank_high", "top_ten", "band"]
    pd.testing.assert_frame_equal(first[same], again[same])
    other = priorities.ranks(table, weights, seed=1)
    assert not other["top_ten"].equals(first["top_ten"])
    assert (first["top_ten"] - other["top_ten"]).abs().max() < 0.1


def test_an_area_keeps_its_draws_while_weights_are_moved() -> None:
    table = uncertain([*map(float, range(13, 0, -1)), *map(float, range(14, 27))], 3)
    table["deprivation"] = table["need.qof_dm"].to_numpy()[::-1]
    ways = [{"need.qof_dm": 10.001, "deprivation": 10}, {"need.qof_dm": 10, "deprivation": 10.001}]
    one, other = (priorities.ranks(table, way).set_index("code") for way in ways)
    assert list(one.index) != list(other.index)
    same = ["rank_low", "rank_high", "top_ten"]
    gone = (one[same] - other[same].loc[one.index]).abs().to_numpy()
    assert gone.max() < 1, "a rank moves where two scores are within a thousandth"
    assert gone.mean() < 0.001


def test_rank_lies_where_its_draws_do() -> None:
    table = uncertain([float(n) for n in range(26)], 6)
    found = priorities.ranks(table, {"need.qof_dm": 1})
    assert (found["rank_low"] <= found["rank"]).all()
    assert (found["rank"] <= found["rank_high"]).all()
    assert (found["rank_low"] % 1 == 0).all()
    assert found["band"].is_monotonic_increasing


@pytest.mark.parametrize("ahead", [1, 2, 64])
def test_bands_are_the_same_however_far_is_looked_ahead(
    monkeypatch: pytest.MonkeyPatch, ahead: int
) -> None:
    draws = np.random.default_rng(0).normal(np.linspace(9, 0, 40), 1, (500, 40))
    # one area after another, as the rule says it
    expected, first = [1], 0
    for column in range(1, 40):
        if (draws[:, first] > draws[:, column]).mean() >= 0.975:
            first = column
        expected.append(expected[-1] + (first == column))
    monkeypatch.setattr(priorities, "AHEAD", ahead)
    assert priorities._bands(draws).tolist() == expected


def test_few_draws() -> None:
    with pytest.raises(NoPriorities, match="99 draws are too few"):
        priorities.ranks(FIVE, WEIGHTS, draws=99)


def test_weights_survive_the_link() -> None:
    everything = [
        "need.qof_dm", "need.qof_copd", "coverage.qof_dm019", "deprivation", "people",
        "age.census_65plus", "ethnicity.census_asian", "fuel_poverty", "-rurality",
    ]  # fmt: skip
    weighed = {code: 1 + 11.25 * n for n, code in enumerate(everything)}
    assert priorities.decode(priorities.encode(weighed)) == weighed
    assert list(priorities.decode(priorities.encode(weighed))) == everything
    assert priorities.decode("people:0.25") == {"people": 0.25}
    thirds = priorities.encode({"people": 100 / 3, "deprivation": 1e-9})
    assert priorities.decode(thirds) == {"people": 33.33, "deprivation": 0.01}


@pytest.mark.parametrize(
    ("link", "says"),
    [
        ("", "No criterion is chosen"),
        ("deprivation", "where a criterion and its weight should stand"),
        ("deprivation:", "where a criterion and its weight should stand"),
        ("deprivation:nan", "where a criterion and its weight should stand"),
        ("deprivation:-5", "where a criterion and its weight should stand"),
        ("deprivation:1e2", "where a criterion and its weight should stand"),
        ("deprivation:50,,people:1", "The link says ''"),
        ("deprivation:0", "must be above 0, to 100"),
        ("deprivation:101", "must be above 0, to 100"),
        ("deprivation:5,deprivation:6", "gives 'deprivation' two weights"),
        ("rurality:5,-rurality:6", "'rurality' is chosen both ways"),
        ("-deprivation:5", "'-deprivation' has a minus"),
        ("-need.qof_dm:5", "'-need.qof_dm' has a minus"),
        ("need:5", "'need' is not something to rank areas by"),
        ("need.imd:5", "'need.imd' is not something to rank areas by"),
        ("coverage.qof_dm:5", "'coverage.qof_dm' is not something to rank areas by"),
        ("age.census_asian:5", "'age.census_asian' is not something to rank areas by"),
        ("deprivation.imd:5", "'deprivation.imd' is not something to rank areas by"),
        ("wealth:5", "'wealth' is not something to rank areas by"),
        ("--people:5", "'--people' is not something to rank areas by"),
    ],
)
def test_link_that_cannot_be(link: str, says: str) -> None:
    with pytest.raises(NoPriorities) as found:
        priorities.decode(link)
    assert says in str(found.value)
    assert str(found.value).endswith(".")


def test_too_many_criteria() -> None:
    needs = list(priorities._family("need"))[:21]
    with pytest.raises(NoPriorities, match="21 criteria are chosen to rank areas by; choose 1 to"):
        priorities.encode({f"need.{code}": 1 for code in needs})


SERIES = pd.DataFrame(
    [
        (1, "qof_dm", "MSOA21", "2022-23", "attributed", "a"),
        (2, "qof_dm", "MSOA21", "2024-25", "attributed", "a"),
        (3, "fuel_poverty", "MSOA21", "2021", "aggregated", "b"),
        (4, "fuel_poverty", "MSOA21", "2022", "aggregated", "b"),
        (5, "imd", "LSOA21", "2025", "direct", "c"),
    ],
    columns=["series_id", "indicator_id", "area_type", "period", "method", "source"],
)


def test_figures_used_are_of_the_year_asked_or_the_newest() -> None:
    asked = ["need.qof_dm", "fuel_poverty", "people"]
    found = priorities.used(SERIES, "MSOA21", asked, "2022-23").set_index("criterion")
    assert found.loc["need.qof_dm", "series_id"] == 1
    assert found.loc["fuel_poverty", "series_id"] == 4
    assert pd.isna(found.loc["people", "period"])
    found = priorities.used(SERIES, "MSOA21", asked, "2021").set_index("criterion")
    assert found.loc["need.qof_dm", "series_id"] == 2
    assert found.loc["fuel_poverty", "series_id"] == 4, "the year is of conditions"


def test_level_without_figures() -> None:
    with pytest.raises(NoPriorities, match="2025, score has no figures for neighbourhoods"):
        priorities.used(SERIES, "MSOA21", ["deprivation"])


def test_offered_is_what_the_level_has() -> None:
    found = [one.id for one in priorities.offered(SERIES, "MSOA21")]
    assert found == ["need.qof_dm", "people", "fuel_poverty"]


def test_workbook_and_csv_hold_the_table_and_run_nothing() -> None:
    table = priorities.ranks(
        FIVE.assign(name="=1+1").rename(columns={"deprivation": "-people"}), {"-people": 5}
    )
    used = priorities.used(SERIES, "MSOA21", ["need.qof_dm", "-people"])
    book = priorities.to_xlsx(table, used, {"-people": 5, "need.qof_dm": 2})
    sheets = pd.read_excel(io.BytesIO(book), sheet_name=None, engine="calamine")
    assert list(sheets) == ["Priorities", "Criteria"]
    assert sheets["Priorities"]["score"].tolist() == pytest.approx(table["score"].tolist())
    assert set(sheets["Priorities"]["name"]) == {"'=1+1"}
    assert sheets["Criteria"]["weight"].tolist() == [2, 5]
    text = priorities.to_csv(table).decode("utf-8-sig")
    assert pd.read_csv(io.StringIO(text))["rank"].tolist() == table["rank"].tolist()
    assert "'=1+1" in text
    assert "'-people_part" in text.splitlines()[0]


def test_why_an_area_ranks_where_it_does() -> None:
    table = priorities.ranks(FIVE, WEIGHTS)
    said = narrative.priority(table, "A", WEIGHTS, "wards", "Town")
    assert said.startswith(
        "Area A ranks 2nd of 5 wards in Town, with 63.8 of 100: 30.0 from Diabetes (17+) (100 of "
        "100, weight 30%), 18.8 from IMD 2025 score (38 of 100, weight 50%), 15.0 from Diabetes BP "
        "140/80 (DM019), least first (75 of 100, weight 20%). With figures and weights varied, it "
        "ranks "
    )
    assert said.endswith("is among the first ten in 100% of them.")
    assert narrative.priority(table, "C", WEIGHTS, "wards", "Town").startswith(
        "Area C ranks first of 5 wards in Town"
    )
    lacking = FIVE.assign(**{"need.qof_dm": [np.nan, 8, 6, 4, 2]})
    table = priorities.ranks(lacking, WEIGHTS)
    assert narrative.priority(table, "A", WEIGHTS, "wards", "Town") == (
        "Area A is not ranked: it has no figure on Diabetes (17+)."
    )
    assert narrative.priorities(table, "wards", "Town").endswith(
        "Not ranked, for want of a figure: 1."
    )


def test_first_area_is_not_named_worst_on_noise() -> None:
    noisy = priorities.ranks(uncertain([10.0 + n / 100 for n in range(26)], 5), {"need.qof_dm": 1})
    said = narrative.priorities(noisy, "wards", "Town")
    assert said == (
        "Area Z ranks first of 26 wards in Town, but the first 26 cannot be told apart: it is "
        "above each of the others in fewer than 97.5% of draws."
    )
    sure = priorities.ranks(rows(deprivation=[4, 3, 2, 1]), {"deprivation": 1})
    assert narrative.priorities(sure, "wards", "Town") == (
        "Area A ranks first of 4 wards in Town, and is above every other in at least 97.5% of "
        "draws."
    )


def test_what_does_not_vary_for_want_of_an_interval_is_said() -> None:
    table = uncertain([3, 2], 1, "none")
    assert narrative.taken_as_known(table, {"need.qof_dm": 1}).startswith(
        "Only rates are published here of Diabetes (17+), with no interval"
    )
    assert narrative.taken_as_known(uncertain([3, 2], 1), {"need.qof_dm": 1}) == ""
