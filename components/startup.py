"""What happens before the first page: the snapshot reaches the database if it is not there."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio.to_thread

from data import load, store
from data.errors import AtlasError, StoreError

log = logging.getLogger("atlas")


@asynccontextmanager
async def lifespan(_: Any) -> AsyncIterator[None]:
    """Load the snapshot when the database has another or none; pages say what is wrong if not."""
    await anyio.to_thread.run_sync(prepare)
    yield


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
