"""What every figure means, how good it is, how it is made and where it is from."""

import streamlit as st

from components import filters, methodsview

selection = filters.current()
with st.container(key="atlas_methods"):
    if selection.indicator:
        methodsview.entry(selection)
    else:
        st.title("Data and methods")
        st.markdown(
            "Every figure in the atlas is made from figures that a public body has published. Here "
            "is what each means and how good it is, how it is made, and which files it is from."
        )
        methodsview.contents()
        methodsview.indicators()
        methodsview.methods()
        methodsview.files()
        methodsview.apportioned()
