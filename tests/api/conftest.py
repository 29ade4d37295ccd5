"""The atlas's database with real figures, loaded once for all tests and workers."""

import fcntl
import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from components import api
from data import load, store

DAY = 24 * 60 * 60
ROOT = Path(__file__).parents[2]
MADE_BY = ("load", "models", "aggregate", "estimate")
"""Modules of `data` that decide what a database holds."""


@pytest.fixture(scope="session")
def database_file() -> Path:
    """A SQLite file that holds the snapshot; shared by workers, and by the next run."""
    snapshot = load.SNAPSHOT
    if not (snapshot / "manifest.json").exists():
        snapshot = Path(os.environ.get("ATLAS_SNAPSHOT", snapshot))
    if not (snapshot / "manifest.json").exists():
        pytest.skip("there is no snapshot yet; name one in ATLAS_SNAPSHOT")
    key = hashlib.sha256((snapshot / "manifest.json").read_bytes())
    for name in MADE_BY:
        key.update((ROOT / "data" / f"{name}.py").read_bytes())
    folder = Path(tempfile.gettempdir()) / f"atlas-tests-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{key.hexdigest()[:16]}.db"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            for old in (*folder.glob("*.part*"), *folder.glob("*.db*")):
                if old.suffix.startswith(".part") or time.time() - old.stat().st_mtime > DAY:
                    old.unlink(missing_ok=True)
            part = path.with_suffix(".part")
            engine = store.connect(f"sqlite:///{part}")
            load.load(engine, snapshot)
            engine.dispose()
            part.replace(path)
    return path


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An atlas of its own folder, empty, with nothing remembered from other tests."""
    monkeypatch.setenv("ATLAS_HOME", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr(store, "HOME", tmp_path)
    _forget()
    yield tmp_path
    _forget()


def _forget() -> None:
    if api.engine.cache_info().currsize:
        api.engine().dispose()
    api.engine.cache_clear()
    api._series.cache_clear()


@pytest.fixture
def atlas_database(database_file: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The environment names a database with real figures."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{database_file}")
    return database_file


@pytest.fixture
def app() -> Starlette:
    """The API alone, without Streamlit."""
    return Starlette(routes=api.routes(), middleware=api.middleware())


@pytest.fixture
def client(app: Starlette, atlas_database: Path) -> Iterator[TestClient]:
    """Ask the API about real figures."""
    with TestClient(app) as client:
        yield client


@pytest.fixture
def lost(app: Starlette, home: Path) -> Iterator[TestClient]:
    """Ask an API whose database is empty."""
    with TestClient(app) as client:
        yield client
