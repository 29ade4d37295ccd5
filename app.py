"""The atlas as one ASGI app: Streamlit's pages, the API, map files, headers.

`streamlit run app.py` serves it. What is drawn is in `components/shell.py`.
"""

import streamlit as st

from components import api, startup

app = st.App(
    "components/shell.py",
    routes=api.routes(),
    middleware=api.middleware(),
    lifespan=startup.lifespan,
)
