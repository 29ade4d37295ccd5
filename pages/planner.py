"""Planner: who the next offers go to, by which strategy, and what that does to coverage."""

from dataclasses import replace

import streamlit as st

from components import cached, filters, planview
from components.selection import parse
from components.telling import told

build = cached.build()
area = filters.pick_area(build, filters.current(), neighbourhoods=False)


@st.fragment
@told
def explore() -> None:
    """Everything that a change of an assumption draws again."""
    asked, _ = parse(st.query_params.to_dict())
    # problems of the link have been told, codes that do not exist dropped
    selection = replace(asked, ics=area.ics, place=area.place, region=area.region, own=area.own)
    planview.title(build, selection)
    if selection.ics:
        planview.draw(build, selection)
    else:
        st.info("Choose an Integrated Care System to plan for.", icon=":material/info:")


explore()
