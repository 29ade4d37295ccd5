"""What is known of England from its publishers, and what must hold of any snapshot."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Engine, text

from data import store
from data.estimate import COVERED_SHOWN
from geo.lookups import NO_WARD

ENGLAND = [
    ("qof_hyp", "2022-23", 14.42, None),
    ("qof_dm", "2022-23", 7.45, None),
    ("qof_dep", "2022-23", 13.25, None),
    ("qof_ob", "2022-23", 11.37, None),
    ("qof_hyp", "2024-25", 15.23, (9_711_491, 63_766_671)),
    ("qof_dm", "2024-25", 7.89, None),
    ("qof_dep", "2024-25", 14.27, None),
    ("qof_ob", "2024-25", 13.88, None),
    ("fuel_poverty", "2021", 13.14, (3_162_752, 24_070_861)),
    ("fuel_poverty", "2022", 13.051, (3_175_068, 24_327_942)),
    ("smi_all6", "2023-24 Q4", 68.5, (361_210, 527_556)),
]
"""Indicator, period, percentage as its publisher prints it, and counts where known."""


def england(engine: Engine) -> pd.DataFrame:
    """England's figures by indicator and period."""
    ids = store.series(engine).query("area_type == 'ENG'")["series_id"].tolist()
    return store.observations(engine, ids).set_index(["indicator_id", "period"])


def check_england(
    figures: pd.DataFrame,
    indicator: str,
    period: str,
    percent: float,
    counts: tuple[int, int] | None,
) -> None:
    """England's percentage is the printed one, to the decimals printed."""
    found = figures.loc[(indicator, period)]
    decimals = len(str(percent).partition(".")[2])
    assert round(found["value"], decimals) == percent
    if counts:
        assert (found["count"], found["denominator"]) == counts


def check_mmr_by_practice(snapshot: Path) -> None:
    """MMR1 by practice; the screen's England is the sum of the authorities, which miss fewer."""
    series = pd.read_parquet(snapshot / "series.parquet").set_index("indicator_id")
    mmr = series.loc["cover_mmr1_24m"]
    assert round(100 * mmr["england_count"] / mmr["england_denominator"], 2) == 88.77


def check_people_and_deprivation(engine: Engine) -> None:
    """Population of mid-2024, and the most deprived LSOA of England."""
    assert store.area(engine, "ENG", "E92000001")["population"] == 58_620_101
    lsoas = store.areas(engine, "LSOA21")
    assert lsoas["population"].sum() == 58_620_101
    assert len(lsoas) == 33_755
    worst = lsoas.set_index("code").loc["E01021988"]
    assert (worst["imd_rank"], worst["imd_decile"]) == (1, 1)
    sizes = lsoas["imd_decile"].value_counts()
    assert sizes.max() - sizes.min() <= 1
    order = lsoas.sort_values("imd_rank")
    assert order["imd_decile"].is_monotonic_increasing
    for kind in ("ICB24", "ICB26", "LAD24", "MSOA21"):
        larger = store.areas(engine, kind).sort_values("imd_rank")
        assert larger["imd_decile"].is_monotonic_increasing
        assert larger["population"].sum() == 58_620_101
    wards = store.areas(engine, "WD24")
    assert len(wards) == 6_784
    alone = lsoas.loc[lsoas["code"].isin(NO_WARD), "population"].sum()
    assert wards["population"].sum() == 58_620_101 - alone


def columns(snapshot: Path) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """The series that are counts, their columns by LSOA, and the table of LSOAs."""
    series = pd.read_parquet(snapshot / "series.parquet")
    figures = pd.read_parquet(snapshot / "lsoa_figures.parquet")
    return series[~series["is_value"]], figures, pd.read_parquet(snapshot / "lsoas.parquet")


def unpacked(figures: pd.DataFrame, name: str) -> np.ndarray:
    """A column of whole numbers in its own unit; NaN where there is none."""
    return figures[name].to_numpy("float64", na_value=np.nan) / 10 ** int(name.rsplit("_")[-1])


def check_ledger(snapshot: Path) -> None:
    """What reached LSOAs and what did not add up to what was published."""
    ledger = pd.DataFrame(json.loads((snapshot / "manifest.json").read_text())["apportioned"])
    ledger = ledger.set_index(["indicator_id", "period"])
    elsewhere = ledger["outside_england"] + ledger["unallocated"]
    elsewhere += ledger["practice_without_registrations"]
    assert len(ledger) >= 60
    assert (ledger >= 0).all(axis=None)
    assert np.abs(ledger["in_england"] + elsewhere - ledger["published"]).max() < 0.5
    series, figures, _ = columns(snapshot)
    series = series[series["method"] == "attributed"]
    assert set(series.set_index(["indicator_id", "period"]).index) == set(ledger.index)
    for row in series.itertuples():
        stored = np.nansum(unpacked(figures, row.top))
        known = ledger.loc[(row.indicator_id, row.period)]
        assert abs(stored + elsewhere[row.indicator_id, row.period] - known["published"]) < 0.5
        assert row.england_count == pytest.approx(known["published"], abs=0.01)


def check_sums(engine: Engine, snapshot: Path, kind: str) -> None:
    """Counts of larger areas are those of their LSOAs, and together no more and no less."""
    series, figures, lsoas = columns(snapshot)
    with engine.connect() as connection:
        rows = pd.read_sql_query(
            text(
                "SELECT s.indicator_id, s.period, a.code, o.count FROM observation o "
                "JOIN series s ON s.series_id = o.series_id JOIN area a ON a.area_id = o.area_id "
                "WHERE s.area_type = :kind AND s.method IN ('attributed', 'aggregated') "
                "AND o.count IS NOT NULL ORDER BY s.series_id"
            ),
            connection,
            params={"kind": kind},
        )
    loaded = rows.set_index(["indicator_id", "period", "code"])["count"].sort_index()
    there = set(loaded.index.droplevel(2))
    assert len(series) > 70
    inside = lsoas[kind].notna().to_numpy()
    assert set(lsoas.loc[~inside, "lsoa21"]) == (set(NO_WARD) if kind == "WD24" else set())
    checked = 0
    for row in series.itertuples():
        top = unpacked(figures, row.top)
        made = pd.Series(top).groupby(lsoas[kind]).sum(min_count=1)
        assert made.sum() == pytest.approx(np.nansum(top[inside]), abs=0.01)
        if (row.indicator_id, row.period) in there:
            shown = loaded.loc[(row.indicator_id, row.period)]
            assert np.abs(shown - made.reindex(shown.index)).max() < 0.01
            checked += 1
    assert checked >= 60


def check_thin(engine: Engine) -> None:
    """Below the share that is shown there is no figure, only how thin it is."""
    with engine.connect() as connection:
        rows = pd.read_sql_query(
            text(
                "SELECT count(*) AS n, count(value) AS shown, count(count) AS counts, "
                "count(spread_low) + count(spread_high) + count(lower_ci) AS around "
                "FROM observation WHERE covered < :least"
            ),
            connection,
            params={"least": COVERED_SHOWN},
        ).iloc[0]
    assert rows["n"] > 0
    assert (rows["shown"], rows["counts"], rows["around"]) == (0, 0, 0)
