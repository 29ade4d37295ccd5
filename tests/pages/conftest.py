"""An atlas with real figures and empty caches for each test of a page."""

from pathlib import Path

import pytest
import streamlit as st

from components import cached
from tests.api.conftest import atlas_database, database_file, home  # noqa: F401


@pytest.fixture
def build(atlas_database: Path) -> str:  # noqa: F811
    """Id of the build that the pages show."""
    st.cache_data.clear()
    st.cache_resource.clear()
    return cached.build()
