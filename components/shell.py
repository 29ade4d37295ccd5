"""The script that Streamlit runs: page settings, whether there is anything to show, navigation."""

import sys
from pathlib import Path

import streamlit as st

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from components import cached, provenance  # noqa: E402 - the path comes first
from data.errors import AtlasError  # noqa: E402
from geo.errors import GeoError  # noqa: E402

st.set_page_config(
    page_title="ICS Neighbourhood Atlas",
    page_icon=ROOT / "components" / "icon.svg",
    layout="wide",
    initial_sidebar_state="collapsed",
)
st.html(ROOT / "components" / "style.css")
st.logo(ROOT / "components" / "logo.svg", size="large")

page = st.navigation(
    [
        st.Page(ROOT / "pages" / "map.py", title="Map", default=True),
        st.Page(ROOT / "pages" / "sources.py", title="Sources"),
    ],
    position="top",
)
try:
    cached.build()
    page.run()
except (AtlasError, GeoError) as error:
    st.error(str(error), icon=":material/error:")
provenance.footer()
