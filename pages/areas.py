"""Your own areas: draw one up from codes, a list, the map or a file, and take it everywhere."""

import streamlit as st

from components import areaview, cached, filters
from components.telling import told

build = cached.build()
asked = filters.current()
filters.pick_area(build, asked.but(own=""), neighbourhoods=False, keep=asked.own)


@st.fragment
@told
def explore() -> None:
    """Everything that a change of the area draws again."""
    selection = filters.current()
    ground = filters.pick_area_codes(build, selection.but(own=""))
    own = areaview.known(build, selection)
    areaview.title(own)
    left, right = st.columns([2, 3], gap="large")
    with left:
        areaview.make(build, ground, own)
    with right:
        areaview.drawn(build, ground, own)
    areaview.several(build, ground)


explore()
