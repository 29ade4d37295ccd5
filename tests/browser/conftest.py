"""One server and one browser for all browser tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.api.conftest import database_file  # noqa: F401
from tests.server import browsing, free_port, serving, streamlit


@pytest.fixture(scope="session")
def address(database_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:  # noqa: F811
    """Address of an atlas that serves the snapshot."""
    home = tmp_path_factory.mktemp("atlas")
    port = free_port()
    env = {"ATLAS_HOME": str(home), "DATABASE_URL": f"sqlite:///{database_file}"}
    with serving(streamlit(port), port=port, env=env, log=home / "server.log") as found:
        yield found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with browsing() as found:
        yield found
