"""What tests of the load and of PostgreSQL share: a small snapshot, loads in other processes."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from sqlalchemy import Engine, inspect, text

from data import load, models, store
from data.errors import StoreError
from geo.lookups import GROUPINGS

ROOT = Path(__file__).parents[2]
NORTH_EAST = "E12000001"

LOADING = """
import sys
from pathlib import Path
from data import load, store
from data.errors import AtlasError

def tick(name):
    print(name, flush=True)
    if name == sys.argv[3]:
        sys.stdin.readline()

print("reading", flush=True)
try:
    load.load(store.connect(sys.argv[1]), Path(sys.argv[2]), tick=tick)
except AtlasError as error:
    print(error, file=sys.stderr)
    sys.exit(1)
"""


@pytest.fixture(scope="session")
def snapshot() -> Path:
    """The snapshot that comes with the atlas, or the one that ATLAS_SNAPSHOT names."""
    folder = Path(os.environ.get("ATLAS_SNAPSHOT", load.SNAPSHOT))
    if not (folder / "manifest.json").exists():
        pytest.skip("no snapshot; run 'make data' or name one in ATLAS_SNAPSHOT")
    return folder


@pytest.fixture(scope="session")
def small(snapshot: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The snapshot cut down to one region, so that it loads in a moment."""
    out = tmp_path_factory.mktemp("small")
    lsoas = pd.read_parquet(snapshot / "lsoas.parquet")
    here = (lsoas["RGN24"] == NORTH_EAST).to_numpy()
    kept = lsoas[here]
    codes = {kind: set(kept[kind].dropna()) for kind in GROUPINGS}
    codes["LSOA21"] = set(kept["lsoa21"])
    networks = pq.read_table(snapshot / "networks.parquet").to_pandas()
    inside = [networks[kind].isin(codes[kind]) for kind in GROUPINGS if kind in networks]
    codes["PCN22"] = set(networks.loc[np.logical_and.reduce(inside), "code"])
    columns = {"code": "LSOA21", "lsoa21": "LSOA21", "msoa21": "MSOA21"}
    for path in snapshot.glob("*.parquet"):
        table = pq.read_table(path)
        named = next((name for name in columns if name in table.column_names), "")
        if path.stem == "networks":
            rows = table["code"].to_pandas().isin(codes["PCN22"])
        elif "area_type" in table.column_names:
            pairs = zip(table["area_type"].to_pylist(), table["area_code"].to_pylist(), strict=True)
            rows = [code in codes[kind] for kind, code in pairs]
        elif named:
            rows = table[named].to_pandas().isin(codes[columns[named]])
        else:
            rows = here if len(table) == len(here) else np.ones(len(table), bool)
        pq.write_table(table.filter(np.asarray(rows)), out / path.name)
    write_manifest(out, "small")
    return out


def write_manifest(folder: Path, build: str) -> None:
    """Describe the files that a folder holds now."""
    files = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.glob("*.parquet"))
    }
    manifest = {"schema": load.SNAPSHOT_SCHEMA, "build": build, "files": files, "sources": []}
    (folder / "manifest.json").write_text(json.dumps(manifest))


def copy(folder: Path, out: Path, build: str) -> Path:
    """The same snapshot again under another build id."""
    out.mkdir(exist_ok=True)
    for path in folder.glob("*.parquet"):
        (out / path.name).write_bytes(path.read_bytes())
    write_manifest(out, build)
    return out


def loading(url: str, folder: Path, *, pause: str = "") -> "subprocess.Popen[str]":
    """Load in another process, which waits for a line after writing the table `pause`."""
    return subprocess.Popen(
        [sys.executable, "-c", LOADING, url, str(folder), pause],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def wait_for(process: "subprocess.Popen[str]", name: str) -> None:
    """Return when the process has said `name`."""
    assert process.stdout is not None
    for line in process.stdout:
        if line.strip() == name:
            return
    assert process.stderr is not None
    raise AssertionError(f"the load ended before '{name}': {process.stderr.read()}")


def go_on(process: "subprocess.Popen[str]") -> str:
    """Let a waiting process go on to its end; what it said on standard error."""
    return process.communicate("\n", timeout=300)[1]


def kill(process: "subprocess.Popen[str]") -> None:
    """End a process as a power cut would."""
    process.kill()
    process.communicate()


def held(engine: Engine) -> dict[str, int | str]:
    """What a database holds, looked at from outside: its build, and rows by table."""
    try:
        found: dict[str, int | str] = {"build": store.health(engine).snapshot}
    except StoreError as error:
        found = {"build": str(error)}
    there = set(inspect(engine).get_table_names())
    tables = [t.name for t in models.Table.metadata.sorted_tables if t.name in there]
    with engine.connect() as connection:
        for name in tables:
            found[f"rows of {name}"] = connection.execute(
                text(f"SELECT count(*) FROM {name}")  # noqa: S608 - names of our own
            ).scalar_one()
        if "observation" in there:
            total = connection.execute(text("SELECT sum(value) FROM observation")).scalar_one()
            found["sum of values"] = "" if total is None else f"{total:.3f}"
    engine.dispose()
    return found


@pytest.fixture(scope="session")
def database(snapshot: Path, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """The whole snapshot in SQLite; read only."""
    engine = store.connect(f"sqlite:///{tmp_path_factory.mktemp('whole') / 'atlas.db'}")
    load.load(engine, snapshot)
    return engine
