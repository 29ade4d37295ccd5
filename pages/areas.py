"""Your own areas: draw one up from codes, a list, the map or a file, and take it everywhere."""

import streamlit as st

from components import areaview, cached, filters
from components.selection import parse
from components.telling import told

build = cached.build()
asked = areaview.placed(build, filters.current())
filters.pick_area(build, asked.but(own=""), neighbourhoods=False, keep=asked.own)


@st.fragment
@told
def explore() -> None:
    """Everything that a change of the area draws again."""
    selection = areaview.placed(build, parse(st.query_params.to_dict())[0])
    ground = filters.pick_area_codes(build, selection.but(own=""))
    areaview.title(selection.own_area)
    left, right = st.columns([2, 3], gap="large")
    with left:
        areaview.make(build, ground, selection.own_area)
    with right:
        areaview.drawn(build, ground, selection.own_area)
    areaview.several(build, ground)


explore()
