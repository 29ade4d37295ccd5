"""What happens before the first page: the snapshot reaches the database if it is not there."""

import gc
import importlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio.to_thread

from data import catalogue, load, store
from data.errors import AtlasError, StoreError

log = logging.getLogger("atlas")


@asynccontextmanager
async def lifespan(_: Any) -> AsyncIterator[None]:
    """Load the snapshot when the database has another or none; pages say what is wrong if not."""
    await anyio.to_thread.run_sync(prepare)
    _settle()
    yield


def _settle() -> None:
    """Import what pages need, then leave it out of the collector's rounds.

    Streamlit collects garbage in full after every rerun; modules and the catalogue are most of what
    it would look at, and none of it is ever garbage.
    """
    for module in ("components.mapview", "components.filters", "components.sources"):
        importlib.import_module(module)
    catalogue.indicators()
    gc.collect()
    gc.freeze()


def prepare() -> None:
    """Bring the database up to the snapshot that came with this version of the atlas."""
    try:
        engine = store.connect()
        wanted = load.manifest()["build"]
        try:
            if store.health(engine).snapshot == wanted:
                return
        except StoreError as reason:
            log.info("%s", reason)
        loaded = load.load(engine)
        log.info("loaded snapshot %s: %s", loaded.snapshot, loaded.rows)
    except AtlasError as error:
        log.error("%s", error)
