"""How good an indicator's figures are, worked out from what the database holds."""

import doctest
from datetime import date
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Engine, event

from data import catalogue, models, quality, store
from data.errors import CatalogueError

TODAY = date(2026, 11, 22)


def row(**more: Any) -> pd.DataFrame:
    usual = {
        "area_type": "LSOA21",
        "periods": ("2024-25",),
        "period": "2024-25",
        "method": "attributed",
        "note": "",
        "areas": 990,
        "all_areas": 1000,
        "flagged": 20,
        "intervals": 0,
        "people": 0.99,
        "covered": 0.976,
    }
    return pd.DataFrame([usual | more])


@pytest.mark.parametrize(
    ("period", "end"),
    [
        ("2025", "2025-12-31"),
        ("2024-25", "2025-03-31"),
        ("1999-00", "2000-03-31"),
        ("2024-25 Q1", "2024-06-30"),
        ("2024-25 Q2", "2024-09-30"),
        ("2024-25 Q3", "2024-12-31"),
        ("2024-25 Q4", "2025-03-31"),
        ("2019-21", "2021-12-31"),
        ("2015-19", "2019-12-31"),
        ("2003-05", "2005-12-31"),
        ("2010-12", "2012-12-31"),
        ("2023-05", "2023-05-31"),
        ("2024-02", "2024-02-29"),
        ("2022-12", "2022-12-31"),
        ("2026-07", "2026-07-31"),
    ],
)
def test_period_ends_on_its_last_day(period: str, end: str) -> None:
    assert quality.period_end(period) == date.fromisoformat(end)


@pytest.mark.parametrize(
    "period", ["", "25", "2024-2025", "2024-25 Q5", "2024-00", "2019-21 Q1", "2024-", "0000"]
)
def test_what_is_no_period_is_told(period: str) -> None:
    with pytest.raises(CatalogueError, match=f"'{period}' is no period; write 2025"):
        quality.period_end(period)


def test_every_period_of_the_catalogue_is_understood() -> None:
    for entry in catalogue.indicators().values():
        for feed in entry.feeds:
            for period in feed.periods:
                assert date(1990, 1, 1) < quality.period_end(period) < date(2100, 1, 1)


def test_age_counts_from_the_end_of_the_period() -> None:
    assert quality.age("2024-25", date(2025, 3, 31)) == 0
    assert quality.age("2024-25", date(2026, 3, 31)) == pytest.approx(1, abs=0.01)
    assert quality.age("2026", TODAY) == 0, "not over yet"


@pytest.mark.parametrize(
    ("today", "said"),
    [
        (date(2025, 3, 31), "has not ended"),
        (date(2025, 4, 10), "ended less than a month ago"),
        (date(2025, 5, 1), "ended 1 month ago"),
        (date(2025, 9, 30), "ended 6 months ago"),
        (date(2026, 3, 31), "ended 1 year ago"),
        (date(2028, 9, 30), "ended 3.5 years ago"),
    ],
)
def test_age_in_words(today: date, said: str) -> None:
    assert quality.ended("2024-25", today) == said


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, "Estimated for LSOAs, nearly complete, recent."),
        ({"areas": 995}, "Estimated for LSOAs, complete, recent."),
        ({"areas": 949}, "Estimated for LSOAs, incomplete, recent."),
        ({"method": "inherited", "period": "2021-22"}, "nearly complete, some years old."),
        ({"method": "direct", "period": "2015-19"}, "Published for LSOAs, nearly complete, old."),
        ({"method": "aggregated"}, "Added up for LSOAs"),
    ],
)
def test_verdict_follows_the_figures(more: dict[str, Any], said: str) -> None:
    assert said in quality.verdict(row(**more), TODAY)


def test_sentence_says_age_areas_flags_and_patients() -> None:
    assert quality.sentence(row(), TODAY) == (
        "The newest are of 2024-25, which ended 1.6 years ago. 990 of 1,000 LSOAs (99%) have a "
        "figure; 20 of them are flagged, under 90% covered. The practices behind them serve 97.6% "
        "of registered patients."
    )


def test_sentence_says_what_else_is_known() -> None:
    said = quality.sentence(row(method="direct", flagged=1, intervals=5, note="converted"), TODAY)
    assert "(converted)" in said
    assert "1 of them is flagged" in said
    assert "patients" not in said
    assert said.endswith("The publisher gives intervals.")
    assert "1 of 1 England (100%) has a figure. The practices" in quality.sentence(
        row(area_type="ENG", areas=1, all_areas=1, flagged=0), TODAY
    )


def test_newer_figures_of_larger_areas_are_named() -> None:
    rows = pd.concat(
        [
            row(period="2021-22"),
            row(area_type="MSOA21", period="2021-22"),
            row(area_type="ICB24"),
            row(area_type="ENG"),
        ],
        ignore_index=True,
    )
    said = quality.sentence(rows, TODAY)
    assert said.endswith("Newer figures, of 2024-25, are for ICSs (April 2024) and England only.")
    assert "Newer" not in quality.sentence(rows.iloc[2:], TODAY)


def test_all_is_said_only_of_all() -> None:
    assert quality.percent(1.0) == "100%"
    assert quality.percent(0.99999) == "over 99.9%"
    assert quality.percent(0.5) == "50%"


def series(indicator: str, area_type: str, method: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "series_id": [1],
            "indicator_id": [indicator],
            "area_type": [area_type],
            "period": ["2024-25"],
            "method": [method],
        }
    )


@pytest.mark.parametrize(
    ("indicator", "area_type", "method", "said"),
    [
        ("qof_dm", "LSOA21", "attributed", "for an underestimate"),
        ("qof_bp002", "LSOA21", "inherited", "for a strong underestimate"),
        ("fuel_poverty", "LSOA21", "direct", "as it stands"),
        ("lh_life_expectancy_male", "MSOA21", "direct", "between groups of neighbourhoods"),
        ("smoking", "LAD24", "direct", "between groups of local authorities"),
        ("smoking", "ENG", "direct", "too large to be grouped"),
        ("imd", "LSOA21", "direct", "ranked by this index itself"),
        ("imd_crime", "LSOA21", "direct", "by construction"),
    ],
)
def test_how_a_gradient_can_be_read(indicator: str, area_type: str, method: str, said: str) -> None:
    entry = catalogue.indicator(indicator)
    assert said in quality.gradient(entry, series(indicator, area_type, method))


def test_no_figures_is_said() -> None:
    none = row().iloc[:0]
    assert quality.verdict(none, TODAY) == "No figures."
    assert quality.sentence(none, TODAY) == "The atlas holds none of it."
    said = quality.gradient(catalogue.indicator("qof_dm"), series("imd", "LSOA21", "direct"))
    assert said == "There is no figure to read."


@pytest.fixture
def engine() -> Engine:
    """Four LSOAs, of which one is not shown, one is flagged and one has no row."""
    engine = store.connect("sqlite://")
    models.Table.metadata.create_all(engine)
    with engine.begin() as connection:
        for n, people in ((1, 1000), (2, 3000), (3, 4000), (4, 2000)):
            connection.exec_driver_sql(
                "INSERT INTO area VALUES (?, 'LSOA21', ?, 'A', '', ?, 0, NULL, NULL, '', "
                "0, 0, 0, 0, 0, 0)",
                (n, f"E0100000{n}", people),
            )
        for n, period in ((1, "2023-24"), (2, "2024-25")):
            connection.exec_driver_sql(
                "INSERT INTO series VALUES (?, 'qof_dm', 'LSOA21', ?, 'attributed', 'x', '')",
                (n, period),
            )
        for figure in (
            (1, 1, 7.0, None, None),
            (2, 1, 7.0, 1.0, 6.5),
            (2, 2, 8.0, 0.8, None),
            (2, 3, None, 0.4, None),
        ):
            connection.exec_driver_sql(
                "INSERT INTO observation (series_id, area_id, value, covered, lower_ci) "
                "VALUES (?, ?, ?, ?, ?)",
                figure,
            )
    return engine


def test_quality_counts_areas_people_and_patients(engine: Engine) -> None:
    found = store.quality(engine, [1, 2]).set_index("series_id")
    newest = found.loc[2]
    assert (newest["areas"], newest["all_areas"]) == (2, 4)
    assert (newest["flagged"], newest["intervals"]) == (1, 1)
    assert newest["people"] == pytest.approx(4000 / 10_000)
    assert newest["covered"] == pytest.approx((1000 + 0.8 * 3000 + 0.4 * 4000) / 8000)
    assert found.loc[1, "covered"] == 1, "None is where all are covered"


def test_levels_are_judged_by_their_newest_period(engine: Engine) -> None:
    asked = []
    event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    found = quality.levels(engine, store.series(engine), "qof_dm")
    assert found["periods"].tolist() == [("2023-24", "2024-25")]
    assert found["period"].tolist() == ["2024-25"]
    assert found["areas"].tolist() == [2]
    assert len(asked) == 2, "one question for the series, one for their quality"
    assert quality.levels(engine, store.series(engine), "imd").empty


def test_examples_in_the_documentation_run() -> None:
    assert doctest.testmod(quality).failed == 0
