"""The map: deprivation, conditions and coverage, from England down to the LSOA."""

import streamlit as st

from components import cached, filters, mapview
from components.scene import NothingToShow, scene
from components.telling import told

build = cached.build()
selection = filters.pick_area(build, filters.current())


@st.fragment
@told
def explore() -> None:
    """Everything that a change of layer draws again."""
    selection = filters.again(build)
    mapview.breadcrumb(build, selection)
    filters.pick_layers(build, selection)
    try:
        shown = scene(build, selection)
    except NothingToShow as nothing:
        st.info(str(nothing), icon=":material/info:")
        return
    left, right = st.columns([3, 2])
    with left:
        mapview.draw(build, selection, shown)
        mapview.legend(shown)
    with right:
        if selection.area:
            mapview.opened(build, selection)
        else:
            mapview.listed(selection, shown)
    mapview.said(shown)
    mapview.downloads(build, selection, shown)


explore()
