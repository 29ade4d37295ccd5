"""Where every figure comes from."""

import streamlit as st

from components import sources

st.title("Sources")
st.markdown(
    "Every figure in the atlas is made from figures that a public body has published. "
    "This page names each file, what was used of it, and what became of the counts that were "
    "shared out from GP practices to neighbourhoods."
)
sources.files()
sources.apportioned()
