"""Errors that people can act on become one sentence on the page; nothing else is caught."""

from collections.abc import Callable
from functools import wraps

import streamlit as st

from data.errors import AtlasError
from geo.errors import GeoError


def told(draw: Callable[[], None]) -> Callable[[], None]:
    """Wrap what draws a page, or a fragment of one, so that its errors are told.

    A fragment needs it as much as the page: Streamlit shows what is raised there by itself.
    """

    @wraps(draw)
    def drawn() -> None:
        try:
            draw()
        except (AtlasError, GeoError) as error:
            st.error(str(error), icon=":material/error:")

    return drawn
