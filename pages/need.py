"""Need and coverage: where need is high and coverage low, and how many people the gap is."""

import streamlit as st

from components import cached, filters, needview
from components.telling import told

build = cached.build()
selection = filters.pick_area(build, filters.current(), regions=True, neighbourhoods=False)


@st.fragment
@told
def explore() -> None:
    """Everything that a change of indicator or a choice of areas draws again."""
    selection = filters.again(build)
    needview.title(build, selection)
    needview.controls(build, selection)
    needview.shown(build, selection)


explore()
