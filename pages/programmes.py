"""Programmes: what is done, where, for whom, and what can be said of what came of it."""

import streamlit as st

from components import cached, filters, programmeview
from components.telling import told

build = cached.build()
selection = programmeview.known(filters.current())
if not selection.programme:
    selection = filters.pick_area(build, selection, regions=True, neighbourhoods=False)


@st.fragment
@told
def explore() -> None:
    """Everything that a change of layer or outcome draws again."""
    selection = filters.again(build)
    with st.container(key="programmes_page"):
        if selection.programme:
            programmeview.opened(build, selection)
        else:
            programmeview.overview(build, selection)


explore()
