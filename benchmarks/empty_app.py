"""Streamlit's own empty page: what every Streamlit app pays before it draws anything."""

import streamlit as st

st.write("Empty")
