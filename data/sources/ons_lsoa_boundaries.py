"""Boundaries of LSOAs 2021, generalised to 200 m, as GeoJSON or GeoPackage."""

import re
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd
from pyogrio.errors import DataSourceError  # type: ignore[import-untyped]

from data.errors import SourceError
from data.sources.reading import Parsed, Source, filled, in_england, refuse, select, unique
from geo.areas import AREA_TYPES

WGS84: Final = "EPSG:4326"
ENGLAND: Final = {"west": -6.5, "south": 49.8, "east": 2.0, "north": 55.9}
PAGE: Final = 2000

COLUMNS = {"LSOA21CD": "lsoa21", "LSOA21NM": "name", "geometry": "geometry"}
HEADINGS = {ours: theirs for theirs, ours in COLUMNS.items()}
IGNORED = (
    "FID",
    "OBJECTID",
    "LSOA21NMW",
    "BNG_E",
    "BNG_N",
    "LAT",
    "LONG",
    "Shape__Area",
    "Shape__Length",
    "GlobalID",
)


def parse(path: Path) -> Parsed:
    """Read the boundaries.

    Returns
    -------
    Parsed
        A GeoDataFrame in EPSG:4326 of `lsoa21`, `name`, `geometry` (polygons and multipolygons,
        valid). Rows in messages are features, counted from 1.
    """
    file = path.name
    raw = _features(path)
    raw.index = pd.RangeIndex(1, len(raw) + 1)
    frame = select(raw, COLUMNS, file=file, ignore=IGNORED)
    for column in ("lsoa21", "name"):
        frame[column] = filled(frame, column, file=file, heading=HEADINGS[column])
    kept, set_aside = in_england(
        frame, "lsoa21", AREA_TYPES["LSOA21"].pattern, file=file, heading="LSOA21CD"
    )
    unique(kept, ["lsoa21"], file=file, headings=HEADINGS)
    shapes = gpd.GeoDataFrame(kept, geometry="geometry", crs=raw.crs).to_crs(WGS84)
    _check(shapes, file=file)
    return Parsed(shapes.reset_index(drop=True), len(raw), set_aside)


def _features(path: Path) -> gpd.GeoDataFrame:
    advice = "Fetch it again, page by page, and join the pages into one file."
    if path.suffix == ".geojson" and re.search(
        rb'"exceededTransferLimit"\s*:\s*true', path.read_bytes()
    ):
        raise SourceError(
            path.name, found="one page of several", expected="every feature", advice=advice
        )
    try:
        raw = gpd.read_file(path, engine="pyogrio")
    except DataSourceError as error:
        raise SourceError(
            path.name,
            found=f"a file that does not open ({error})",
            expected="boundaries as GeoJSON or GeoPackage",
            advice="Fetch it again; a web page or half a download was saved in its place.",
        ) from error
    if not isinstance(raw, gpd.GeoDataFrame) or raw.empty:
        raise SourceError(path.name, found="no boundaries", expected="one feature an LSOA")
    if len(raw) == PAGE:
        raise SourceError(
            path.name,
            found=f"{PAGE:,} features, the length of one page",
            expected="every feature",
            advice=advice,
        )
    if raw.crs is None:
        raise SourceError(
            path.name,
            found="no coordinate reference system",
            expected=f"one that can be turned into {WGS84}",
        )
    return raw


def _check(shapes: gpd.GeoDataFrame, *, file: str) -> None:
    geometry = shapes.geometry
    kind = geometry.geom_type.fillna("nothing").where(~geometry.is_empty, "nothing")
    polygon = kind.isin(["Polygon", "MultiPolygon"])
    refuse(shapes, ~polygon, kind, file, "geometry", "a polygon")
    refuse(shapes, ~geometry.is_valid, kind, file, "geometry", "a valid polygon")
    box = geometry.bounds
    outside = (
        (box["minx"] < ENGLAND["west"])
        | (box["miny"] < ENGLAND["south"])
        | (box["maxx"] > ENGLAND["east"])
        | (box["maxy"] > ENGLAND["north"])
    )
    corner = box["minx"].map("{:.3f}, ".format) + box["miny"].map("{:.3f}".format)
    refuse(
        shapes,
        outside,
        corner,
        file,
        "geometry",
        "longitude {west} to {east}, latitude {south} to {north}".format(**ENGLAND),
    )


SOURCE = Source(
    id="ons_lsoa_boundaries",
    files=(
        "ons_boundaries/Lower_layer_Super_Output_Areas_December_2021_Boundaries_EW_*.geojson",
        "ons_boundaries/Lower_layer_Super_Output_Areas_December_2021_Boundaries_EW_*.gpkg",
    ),
    columns=tuple(COLUMNS.values()),
    key=("lsoa21",),
    parse=parse,
)
