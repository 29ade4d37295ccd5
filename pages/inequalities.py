"""Inequalities: on what the gap is widest, who makes it so, whether it has changed."""

import streamlit as st

from components import cached, filters, gapview
from components.telling import told

build = cached.build()
selection = filters.pick_area(build, filters.current(), regions=True, neighbourhoods=False)


@st.fragment
@told
def explore() -> None:
    """Everything that a change of indicator draws again."""
    selection = filters.again(build)
    gapview.title(build, selection)
    gapview.controls(build, selection)
    if selection.indicator:
        gapview.opened(build, selection)
    else:
        gapview.overview(build, selection)


explore()
