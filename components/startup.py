"""What happens before the first page: the snapshot reaches the database if it is not there."""

import gc
import importlib
import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import anyio.to_thread

from components import cached
from data import catalogue, load, programmes, store
from data.errors import AtlasError, StoreError
from geo.areas import ENGLAND

log = logging.getLogger("atlas")


@asynccontextmanager
async def lifespan(_: Any) -> AsyncIterator[None]:
    """Load the snapshot when the database has another or none; pages say what is wrong if not."""
    await anyio.to_thread.run_sync(prepare)
    _settle()
    threading.Thread(target=_warm, daemon=True).start()
    yield


def _settle() -> None:
    """Import what pages need, then leave it out of the collector's rounds.

    Streamlit collects garbage in full after every rerun; modules and the catalogue are most of what
    it would look at, and none of it is ever garbage.
    """
    for view in sorted(Path(__file__).parent.glob("*view.py")):
        importlib.import_module(f"components.{view.stem}")
    catalogue.indicators()
    gc.collect()
    gc.freeze()


def _warm() -> None:
    """Work out England's gaps, the one list that nobody should have to wait for."""
    with suppress(AtlasError):
        build = cached.build()
        for layer in ("condition", "coverage", "context"):
            cached.widest(build, layer, ("ENG", ENGLAND), "decile")


def prepare() -> None:
    """Bring the database up to the snapshot that came with this version of the atlas."""
    try:
        engine = store.connect()
        wanted = load.manifest()["build"]
        try:
            held = store.health(engine).snapshot
        except StoreError as reason:
            log.info("%s", reason)
            held = ""
        if held == wanted:
            programmes.seed(engine)
            return
        loaded = load.load(engine)
        log.info("loaded snapshot %s: %s", loaded.snapshot, loaded.rows)
    except AtlasError as error:
        log.error("%s", error)
