"""The script that Streamlit runs: page settings, whether there is anything to show, navigation."""

import sys
from pathlib import Path

import streamlit as st

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from components import cached, filters, provenance  # noqa: E402 - the path comes first
from components.telling import told  # noqa: E402

st.set_page_config(
    page_title="ICS Neighbourhood Atlas",
    page_icon=ROOT / "components" / "icon.svg",
    layout="wide",
    initial_sidebar_state="collapsed",
)
st.html(ROOT / "components" / "style.css")
st.logo(ROOT / "components" / "logo.svg", size="large")

page = st.navigation(
    {
        "": [
            st.Page(ROOT / "pages" / "map.py", title="Map", default=True),
            st.Page(ROOT / "pages" / "inequalities.py", title="Inequalities"),
            st.Page(ROOT / "pages" / "profile.py", title="Neighbourhood profile"),
            st.Page(ROOT / "pages" / "methods.py", title="Data and methods"),
        ],
        "Plan": [
            st.Page(ROOT / "pages" / "need.py", title="Need and coverage"),
            st.Page(ROOT / "pages" / "priorities.py", title="Priorities"),
            st.Page(ROOT / "pages" / "planner.py", title="Planner"),
            st.Page(ROOT / "pages" / "programmes.py", title="Programmes"),
            st.Page(ROOT / "pages" / "areas.py", title="Your own areas"),
        ],
    },
    position="top",
)


@told
def draw() -> None:
    """Draw the page that was asked for, if there is anything to show."""
    cached.build()
    filters.carry(page.url_path)
    page.run()


draw()
provenance.footer()
