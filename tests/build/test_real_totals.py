"""One build from the publishers' own files: totals come back, and the same bytes."""

from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import Engine

from data import build, load, store
from tests.build import truths

pytestmark = [pytest.mark.publishers, pytest.mark.xdist_group("real")]


@pytest.fixture(scope="module")
def report(publishers: Path, made: Path) -> list[build.Row]:
    return build.build(publishers, made)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("real") / "snapshot"


@pytest.fixture(scope="module")
def engine(report: list[build.Row], made: Path, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    engine = store.connect(f"sqlite:///{tmp_path_factory.mktemp('database') / 'atlas.db'}")
    load.load(engine, made)
    return engine


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


def test_mmr_by_practice(engine: Engine, made: Path) -> None:
    truths.check_mmr_by_practice(made)


def test_people_and_deprivation(engine: Engine) -> None:
    truths.check_people_and_deprivation(engine)


def test_nothing_apportioned_is_lost(engine: Engine, made: Path) -> None:
    truths.check_ledger(made)


@pytest.mark.parametrize("kind", ["MSOA21", "WD24", "LAD24", "ICB24", "ICB26"])
def test_larger_areas_are_the_sums_of_their_lsoas(engine: Engine, made: Path, kind: str) -> None:
    truths.check_sums(engine, made, kind)


def test_thin_figures_are_not_shown(engine: Engine) -> None:
    truths.check_thin(engine)


def test_every_row_of_every_file_is_used_or_set_aside(report: list[build.Row]) -> None:
    assert len(report) > 30
    for row in report:
        assert row.rows_used + sum(row.set_aside.values()) == row.rows_read, row.file


def test_snapshot_is_small(report: list[build.Row], made: Path) -> None:
    assert sum(path.stat().st_size for path in made.iterdir()) <= 20_000_000


def test_the_same_files_make_the_same_bytes(
    report: list[build.Row], made: Path, snapshot: Path
) -> None:
    """The snapshot that comes with the atlas was made in another process, at another time."""
    assert load.verify(made)["files"] == load.verify(snapshot)["files"]
    assert (made / "manifest.json").read_text() == (snapshot / "manifest.json").read_text()


def test_a_build_leaves_nothing_else_behind(report: list[build.Row], made: Path) -> None:
    assert {path.name for path in made.iterdir()} == {
        *load.manifest(made)["files"],
        "manifest.json",
    }
    assert [path.name for path in made.parent.iterdir()] == [made.name]
