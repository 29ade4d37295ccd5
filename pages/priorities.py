"""Priorities: areas ranked by criteria weighed in the open, and how sure the ranks are."""

import streamlit as st

from components import cached, filters, priorityview
from components.telling import told

build = cached.build()
selection = filters.pick_area(build, filters.current(), regions=True)


@st.fragment
@told
def explore() -> None:
    """Everything that a change of criteria or weights draws again."""
    selection = filters.again(build)
    priorityview.title(build, selection)
    weights = priorityview.controls(build, selection)
    priorityview.answer(build, selection, weights)


explore()
