"""The snapshot that comes with the atlas, once it is in a database."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Engine

from data import catalogue, load, store
from geo import lookups
from geo.areas import AREA_TYPES
from tests.build import truths

pytestmark = pytest.mark.xdist_group("snapshot")


@pytest.fixture(scope="module")
def engine(database: Engine) -> Engine:
    return database


@pytest.fixture(scope="module")
def england(engine: Engine) -> pd.DataFrame:
    return truths.england(engine)


@pytest.mark.parametrize(("indicator", "period", "percent", "counts"), truths.ENGLAND)
def test_england(
    england: pd.DataFrame,
    indicator: str,
    period: str,
    percent: float,
    counts: tuple[int, int] | None,
) -> None:
    truths.check_england(england, indicator, period, percent, counts)


def test_mmr_by_practice(snapshot: Path) -> None:
    truths.check_mmr_by_practice(snapshot)


def test_people_and_deprivation(engine: Engine) -> None:
    truths.check_people_and_deprivation(engine)


def test_nothing_apportioned_is_lost(snapshot: Path) -> None:
    truths.check_ledger(snapshot)


@pytest.mark.parametrize(
    "kind", ["MSOA21", "WD24", "LAD24", "ICB24", "ICB26", "PLACE24", "PLACE26"]
)
def test_larger_areas_are_the_sums_of_their_lsoas(
    engine: Engine, snapshot: Path, kind: str
) -> None:
    truths.check_sums(engine, snapshot, kind)


def test_thin_figures_are_not_shown(engine: Engine) -> None:
    truths.check_thin(engine)


def test_snapshot_is_small(snapshot: Path) -> None:
    assert sum(path.stat().st_size for path in snapshot.iterdir()) <= 20_000_000


def test_snapshot_is_whole(engine: Engine, snapshot: Path) -> None:
    assert store.health(engine).snapshot == load.verify(snapshot)["build"]


def test_every_feed_of_every_indicator_has_figures(engine: Engine) -> None:
    series = store.series(engine)
    have = set(series[["indicator_id", "period", "area_type"]].itertuples(index=False, name=None))
    level = {"LSOA11": "LSOA21", "GP": "LSOA21", "PCN22": "LSOA21", "MSOA11": "MSOA21"}
    wanted = {
        (entry.id, period, level.get(feed.geography, feed.geography))
        for entry in catalogue.indicators().values()
        for feed in entry.feeds
        for period in feed.periods
    }
    assert not wanted - have


def test_figures_that_do_not_add_up_are_shown_only_where_published(engine: Engine) -> None:
    series = store.series(engine)
    fixed = {k for k, entry in catalogue.indicators().items() if not entry.additive}
    methods = series.loc[series["indicator_id"].isin(fixed), "method"]
    assert len(methods)
    assert set(methods) == {"direct"}


def test_no_series_is_there_twice(engine: Engine) -> None:
    key = ["indicator_id", "area_type", "period"]
    assert not store.series(engine).duplicated(key).any()


@pytest.mark.parametrize("kind", ["ENG", *lookups.GROUPINGS, "LSOA21"])
def test_codes_are_of_their_type(engine: Engine, kind: str) -> None:
    codes = store.areas(engine, kind)["code"]
    assert codes.str.fullmatch(AREA_TYPES[kind].pattern).all()
    assert codes.is_unique


def test_published_icb24_figures_reach_icb26_only_as_exact_unions(
    engine: Engine, snapshot: Path
) -> None:
    lsoas = pd.read_parquet(snapshot / "lsoas.parquet")
    inside = lookups.nesting(lsoas["ICB24"], lsoas["ICB26"])
    series = store.series(engine).set_index("series_id")
    mine = series[series["source"] == "nhse_qof_icb_2425"]
    made = mine[mine["area_type"] == "ICB26"]
    assert len(made) > 40
    rows = store.observations(engine, list(made.index))
    assert set(rows["area_code"]) <= set(inside)
    assert len(set(rows["area_code"])) < lsoas["ICB26"].nunique()
    native = store.observations(engine, list(mine.index[mine["area_type"] == "ICB24"]))
    native = native.assign(into=native["area_code"].map(inside)).dropna(subset=["into", "count"])
    sums = native.groupby(["indicator_id", "period", "into"])["count"].sum()
    shown = rows.dropna(subset=["count"]).set_index(["indicator_id", "period", "area_code"])[
        "count"
    ]
    assert shown.to_numpy() == pytest.approx(sums.reindex(shown.index).to_numpy(), abs=0.01)


def test_spread_lies_around_itself_and_is_of_practices_only(engine: Engine) -> None:
    with engine.connect() as connection:
        rows = pd.read_sql_query(
            "SELECT s.method, s.area_type, count(*) AS n, "
            "sum(CASE WHEN o.spread_low > o.spread_high THEN 1 ELSE 0 END) AS crossed "
            "FROM observation o JOIN series s ON s.series_id = o.series_id "
            "WHERE o.spread_low IS NOT NULL GROUP BY s.method, s.area_type",
            connection,
        )
    assert set(rows["method"]) == {"attributed", "inherited"}
    assert set(rows["area_type"]) == {"LSOA21", "MSOA21"}
    assert rows["crossed"].sum() == 0


def test_inherited_rates_have_no_count(engine: Engine) -> None:
    ids = store.series(engine).query("method == 'inherited' and area_type == 'MSOA21'")["series_id"]
    rows = store.observations(engine, ids.tolist()[:3])
    assert rows["count"].isna().all()
    assert rows["value"].dropna().between(0, 100).all()


def test_attributed_sums_of_ics_are_near_what_practices_published(engine: Engine) -> None:
    """Both vintages cover England: their counts add up to the same."""
    series = store.series(engine).query("method == 'attributed'")
    total = {
        kind: store.observations(engine, series.loc[series["area_type"] == kind, "series_id"])
        .groupby(["indicator_id", "period"])["count"]
        .sum()
        for kind in ("ICB24", "ICB26")
    }
    assert np.abs(total["ICB24"] - total["ICB26"]).max() < 0.01
