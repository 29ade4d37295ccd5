"""A load happens whole or not at all, one at a time, and says what is wrong in a sentence."""

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from data import load, models, store
from data.errors import SnapshotError, StoreError
from tests.build import pieces

NOTHING = "The database is empty. Run 'python -m data.ingest load'."


@pytest.fixture(scope="module")
def older(small: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pieces.copy(small, tmp_path_factory.mktemp("older"), "older")


@pytest.fixture(scope="module")
def filled(older: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file that holds the build 'older'; copy it, never change it."""
    path = tmp_path_factory.mktemp("filled") / "atlas.db"
    engine = store.connect(f"sqlite:///{path}")
    load.load(engine, older)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@pytest.fixture
def database(filled: Path, tmp_path: Path) -> str:
    shutil.copy(filled, tmp_path / "atlas.db")
    return f"sqlite:///{tmp_path / 'atlas.db'}"


def test_load_says_what_it_wrote(small: Path, tmp_path: Path) -> None:
    engine = store.connect(f"sqlite:///{tmp_path / 'atlas.db'}")
    seen: list[str] = []
    done = load.load(engine, small, tick=seen.append)
    found = store.health(engine)
    assert seen == ["area", "containment", "practice", "series", "observation", "build"]
    assert (found.snapshot, found.areas, found.observations) == (
        "small",
        done.rows["area"],
        done.rows["observation"],
    )


@pytest.mark.parametrize("moment", ["area", "series", "build"])
def test_killed_load_into_an_empty_database_leaves_it_empty(
    small: Path, tmp_path: Path, moment: str
) -> None:
    url = f"sqlite:///{tmp_path / 'atlas.db'}"
    process = pieces.loading(url, small, pause=moment)
    pieces.wait_for(process, moment)
    pieces.kill(process)
    assert pieces.held(store.connect(url)) == {"build": NOTHING}
    load.load(store.connect(url), small)
    assert store.health(store.connect(url)).snapshot == "small"


@pytest.mark.parametrize("moment", ["area", "series", "build"])
def test_killed_load_leaves_the_older_build(small: Path, database: str, moment: str) -> None:
    before = pieces.held(store.connect(database))
    process = pieces.loading(database, small, pause=moment)
    pieces.wait_for(process, moment)
    assert store.health(store.connect(database)).snapshot == "older", "readers see the older one"
    pieces.kill(process)
    assert pieces.held(store.connect(database)) == before
    assert before["build"] == "older"


@pytest.mark.parametrize("seed", [1, 2])
def test_load_killed_at_any_moment_is_whole_or_did_not_happen(
    small: Path, database: str, seed: int
) -> None:
    before = pieces.held(store.connect(database))
    process = pieces.loading(database, small)
    pieces.wait_for(process, "reading")
    time.sleep(random.Random(seed).uniform(0.2, 3))  # noqa: S311
    pieces.kill(process)
    after = pieces.held(store.connect(database))
    assert after in (before, before | {"build": "small"})


def test_two_loads_take_turns(small: Path, database: str) -> None:
    first = pieces.loading(database, small, pause="area")
    pieces.wait_for(first, "area")
    second = pieces.loading(database, pieces.copy(small, small.parent / "turn", "second"))
    pieces.wait_for(second, "reading")
    assert pieces.go_on(first) == ""
    assert pieces.go_on(second) == ""
    assert (first.returncode, second.returncode) == (0, 0)
    assert store.health(store.connect(database)).snapshot == "second"


def test_two_loads_into_an_empty_database_take_turns(small: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'atlas.db'}"
    both = [pieces.loading(url, small), pieces.loading(url, small)]
    assert [pieces.go_on(one) for one in both] == ["", ""]
    assert store.health(store.connect(url)).snapshot == "small"


def test_a_database_of_another_version_is_made_anew(small: Path, tmp_path: Path) -> None:
    path = tmp_path / "atlas.db"
    with sqlite3.connect(path) as old:
        old.execute("CREATE TABLE build (id INTEGER, schema_version INTEGER, snapshot TEXT)")
        old.execute("INSERT INTO build VALUES (1, 0, 'old')")
        old.execute("CREATE TABLE area (area_id INTEGER, kind TEXT)")
        old.execute("INSERT INTO area VALUES (1, 'LSOA11')")
    old.close()
    engine = store.connect(f"sqlite:///{path}")
    with pytest.raises(StoreError, match="version 0"):
        store.health(engine)
    load.load(engine, small)
    assert store.health(engine).snapshot == "small"


def _no_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()


def _not_json(folder: Path) -> None:
    (folder / "manifest.json").write_text('{"schema": 1, "build')


def _no_object(folder: Path) -> None:
    (folder / "manifest.json").write_text("[]")


def _other_layout(folder: Path) -> None:
    found = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(found | {"schema": 99}))


def _no_file(folder: Path) -> None:
    (folder / "published.parquet").unlink()


def _one_byte(folder: Path) -> None:
    path = folder / "lsoa_figures.parquet"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _half(folder: Path) -> None:
    path = folder / "boundaries.parquet"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _unknown_area(folder: Path) -> None:
    import pandas as pd

    frame = pd.read_parquet(folder / "published.parquet")
    frame.loc[frame.index[0], "area_code"] = "E54999999"
    frame.to_parquet(folder / "published.parquet")
    pieces.write_manifest(folder, "unknown")


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (_no_manifest, "manifest.json is missing"),
        (_not_json, "it is not JSON"),
        (_no_object, "layout"),
        (_other_layout, "layout 99, this atlas reads layout 2"),
        (_no_file, "published.parquet is missing"),
        (_one_byte, "lsoa_figures.parquet is damaged"),
        (_half, "boundaries.parquet is damaged"),
        (_unknown_area, "E54999999, which is not among its areas"),
    ],
)
def test_a_broken_snapshot_is_refused(
    small: Path, database: str, tmp_path: Path, damage: Callable[[Path], None], says: str
) -> None:
    broken = pieces.copy(small, tmp_path / "broken", "broken")
    damage(broken)
    engine = store.connect(database)
    before = pieces.held(engine)
    with pytest.raises(SnapshotError, match=says) as found:
        load.load(engine, broken)
    assert "\n" not in str(found.value)
    assert str(found.value).endswith(".")
    assert pieces.held(engine) == before


def test_disk_full_leaves_the_database_as_it_was(small: Path, database: str) -> None:
    before = pieces.held(store.connect(database))
    size = Path(database.removeprefix("sqlite:///")).stat().st_size
    full = (
        f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({size // 3}, {size // 3}))\n"
        + pieces.LOADING
    )
    done = subprocess.run(
        [sys.executable, "-c", full, database, str(small), ""],
        cwd=pieces.ROOT,
        env={**os.environ, "PYTHONPATH": str(pieces.ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert done.stderr.startswith("The database could not be written (")
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert pieces.held(store.connect(database)) == before


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be made"):
        store.connect(f"sqlite:///{tmp_path / 'file' / 'atlas.db'}")


def test_a_database_that_cannot_be_opened_is_a_sentence(small: Path, tmp_path: Path) -> None:
    (tmp_path / "atlas.db").mkdir()
    engine = store.connect(f"sqlite:///{tmp_path / 'atlas.db'}")
    with pytest.raises(StoreError, match="could not be written"):
        load.load(engine, small)
    with pytest.raises(StoreError, match="cannot be read"):
        store.health(engine)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_a_sentence(small: Path, database: str, tmp_path: Path) -> None:
    (tmp_path / "atlas.db").chmod(0o400)
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(StoreError, match="could not be written"):
            load.load(store.connect(database), small)
    finally:
        tmp_path.chmod(0o700)


@pytest.mark.parametrize("fault", ["text", "zeros after the head", "random"])
def test_a_damaged_database_file_is_a_sentence(filled: Path, tmp_path: Path, fault: str) -> None:
    path = tmp_path / "atlas.db"
    whole = filled.read_bytes()
    path.write_bytes(
        {
            "text": b"<html>not a database</html>" * 1000,
            "zeros after the head": whole[:100] + bytes(len(whole) - 100),
            "random": whole[:16] + random.Random(1).randbytes(100_000),  # noqa: S311
        }[fault]
    )
    engine = store.connect(f"sqlite:///{path}")
    with pytest.raises(StoreError) as found:
        store.health(engine)
    assert "\n" not in str(found.value)
    with pytest.raises(StoreError):
        store.areas(engine, "ICB26")


def test_nothing_loaded_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as found:
        store.health(store.connect(f"sqlite:///{tmp_path / 'atlas.db'}"))
    assert str(found.value) == NOTHING


def test_another_version_is_a_sentence(database: str) -> None:
    engine = store.connect(database)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE build SET schema_version = 99")
    with pytest.raises(StoreError, match=f"version 99, this atlas of version {models.SCHEMA}"):
        store.health(engine)


@pytest.mark.parametrize("url", ["mysql://host/name", "not an address", "postgresql+x:/"])
def test_an_address_that_is_none_is_a_sentence(url: str) -> None:
    with pytest.raises(StoreError, match="DATABASE_URL"):
        store.connect(url)
