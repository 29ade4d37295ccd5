"""The naive way: outlines and one value an LSOA inside the pydeck spec, sent whole on every change.

What does not change between reruns is cached, so that only the way of sending is compared.
"""

import os
from typing import Any

import numpy as np
import pandas as pd
import pydeck as pdk
import shapely
import streamlit as st

from components import theme
from data import catalogue, layers, load, store
from geo import assets, boundaries

PARENT = ("ICB24", os.environ["BENCH_ICS"])
YEAR = "2024-25"
HEIGHT = 540


@st.cache_resource
def shapes() -> dict[str, dict[str, Any]]:
    """Outlines by LSOA, to as many decimals as a map file has."""
    codes = store.areas(store.connect(), "LSOA21", parent=PARENT)["code"]
    found = boundaries.read(load.SNAPSHOT / "boundaries.parquet").reindex(codes)
    rounded = shapely.transform(found.to_numpy(), lambda xy: np.round(xy, assets.DECIMALS))
    return {code: shape.__geo_interface__ for code, shape in zip(found.index, rounded, strict=True)}


@st.cache_resource
def values(indicator: str) -> "pd.Series[float]":
    """Figures by LSOA."""
    engine = store.connect()
    shown = layers.resolve(store.series(engine), indicator, "LSOA21", PARENT[0], YEAR)
    assert shown is not None
    rows = store.observations(engine, [shown.series_id], parent=PARENT)
    return rows.set_index("area_code")["value"].round(catalogue.indicator(indicator).decimals)


def spec(indicator: str) -> pdk.Deck:
    """Everything that the browser draws, geometry included."""
    figures = values(indicator)
    colours = [list(theme.rgb(colour)) for colour in theme.SEQUENTIAL]
    fill = str(colours[-1])
    limits = figures.quantile([0.2, 0.4, 0.6, 0.8])
    for limit, colour in reversed(list(zip(limits, colours, strict=False))):
        fill = f"properties.value <= {limit} ? {colour} : ({fill})"
    features = [
        {
            "type": "Feature",
            "properties": {"code": code, "value": figures.get(code)},
            "geometry": shape,
        }
        for code, shape in shapes().items()
    ]
    layer = pdk.Layer(
        "GeoJsonLayer",
        id="areas",
        data={"type": "FeatureCollection", "features": features},
        pickable=True,
        auto_highlight=True,
        get_fill_color=fill,
        get_line_color=[255, 255, 255, 110],
        line_width_units="'pixels'",
        get_line_width=0.6,
    )
    view = pdk.ViewState(longitude=-2.3, latitude=53.5, zoom=9.1)
    return pdk.Deck(layers=[layer], initial_view_state=view, map_provider=None)


st.set_page_config(layout="wide")
conditions = {k: v.name for k, v in catalogue.indicators().items() if v.layer == "condition"}
chosen = st.selectbox(
    "Condition indicator",
    list(conditions),
    index=list(conditions).index("qof_dm"),
    format_func=conditions.__getitem__,
)
left, _ = st.columns([3, 2])
with left:
    st.pydeck_chart(spec(chosen), height=HEIGHT)
