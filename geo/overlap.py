"""Polygons that people bring: whether they can be used, and which small areas fit them best."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import orjson
import pandas as pd
import shapely

from geo.errors import BoundaryError

Geometries = npt.NDArray[np.object_]

LARGEST: Final = 20_000_000
"""Bytes of GeoJSON that are read."""
MOST: Final = 500
"""Features of one file that are read."""
WGS84: Final = re.compile(r"(^|[:/])(4326|CRS84|WGS84)$", re.IGNORECASE)
"""How the name of WGS 84 ends, as programs write it."""


@dataclass(frozen=True)
class Shape:
    """One feature of a GeoJSON file.

    Attributes
    ----------
    properties : mapping
        As the file has them.
    polygon : shapely.Polygon, shapely.MultiPolygon or None
        In EPSG:4326; None where it cannot be used.
    problem : str
        Why it cannot be used, to stand after 'Feature 3: '; '' where it can.
    """

    properties: Mapping[str, Any]
    polygon: shapely.Polygon | shapely.MultiPolygon | None
    problem: str


def read(content: bytes) -> tuple[Shape, ...]:
    """Read the polygons of a GeoJSON file; each that cannot be used says why.

    Raises
    ------
    BoundaryError
        When the file is no GeoJSON, is too large, holds nothing, or says that its coordinates are
        not of WGS 84.
    """
    if len(content) > LARGEST:
        raise BoundaryError(
            f"The file has {len(content) / 1e6:.0f} MB, and {LARGEST / 1e6:.0f} MB are read; "
            "simplify its polygons."
        )
    try:
        found = orjson.loads(content.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError:
        raise BoundaryError(
            "The file is not GeoJSON: it cannot be read as JSON. Save it as GeoJSON in WGS 84 "
            "(EPSG:4326)."
        ) from None
    kind = found.get("type") if isinstance(found, dict) else None
    if not isinstance(kind, str):
        raise BoundaryError(
            "The file is JSON, but not GeoJSON: it has no 'type'. Save it as GeoJSON in WGS 84 "
            "(EPSG:4326)."
        )
    _check_crs(found.get("crs"))
    features = found.get("features") if kind == "FeatureCollection" else [found]
    if not isinstance(features, list) or not features:
        raise BoundaryError("The file holds no feature; draw at least one polygon.")
    if len(features) > MOST:
        raise BoundaryError(f"The file holds {len(features):,} features, and {MOST} are read.")
    return tuple(_shape(feature) for feature in features)


def _check_crs(crs: object) -> None:
    """GeoJSON has no other coordinates than WGS 84, but older files say which they have."""
    if crs is None:
        return
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if not isinstance(name, str) or not WGS84.search(name):
        said = f"in '{name[:60]}'" if isinstance(name, str) else "not in WGS 84"
        raise BoundaryError(
            f"The file says that its coordinates are {said}; save it in WGS 84 (EPSG:4326)."
        )


def _shape(feature: object) -> Shape:
    """One feature, or bare geometry."""
    if not isinstance(feature, dict):
        return Shape({}, None, "is no feature.")
    properties, geometry = feature.get("properties"), feature
    if feature.get("type") == "Feature":
        geometry = feature.get("geometry") or {}
    known = properties if isinstance(properties, dict) else {}
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if not isinstance(kind, str):
        return Shape(known, None, "is empty: it has no polygon.")
    if kind not in ("Polygon", "MultiPolygon"):
        return Shape(known, None, f"is a {kind[:30]}; only polygons can be used.")
    try:
        polygon = shapely.from_geojson(orjson.dumps(geometry))
    except (shapely.errors.ShapelyError, ValueError, TypeError):
        return Shape(
            known, None, "cannot be read: a ring is not closed, or not a list of coordinates."
        )
    problem = unusable(polygon)
    return Shape(known, None if problem else shapely.force_2d(polygon), problem)


def unusable(polygon: shapely.Geometry | None) -> str:
    """Say why a polygon cannot be used: empty, foreign coordinates, or crossing itself; or ''."""
    if polygon is None or polygon.is_empty:
        return "is empty: it has no polygon."
    xy = shapely.get_coordinates(polygon)
    if not np.isfinite(xy).all():
        return "has a coordinate that is not a number."
    foreign = _foreign(*xy.min(axis=0), *xy.max(axis=0))
    if foreign:
        return f"has foreign coordinates ({xy[0, 0]:.10g}, {xy[0, 1]:.10g}): {foreign}."
    why = str(shapely.is_valid_reason(polygon))
    if why == "Valid Geometry":
        return ""
    # GEOS says 'Self-intersection[-0.12 51.5]'
    what, _, where = why.partition("[")
    fault = "crosses itself" if "intersection" in what.lower() else f"is broken ({what.lower()})"
    return f"{fault} near {where.rstrip(']').replace(' ', ', ')} (longitude, latitude)."


def _foreign(west: float, south: float, east: float, north: float) -> str:
    """What coordinates are, by the bounds of them, that are not degrees east and north; or ''."""
    if west >= -180 and south >= -90 and east <= 180 and north <= 90:
        if west > 49 and east < 61 and south > -9 and north < 3:
            return "latitude comes first, and GeoJSON has longitude first"
        return ""
    if west >= 0 and south >= 0 and east <= 700_000 and north <= 1_300_000:
        return (
            "they are eastings and northings of the British National Grid (EPSG:27700), in "
            "metres; save the file in WGS 84 (EPSG:4326)"
        )
    if west >= -1_200_000 and south >= 6_000_000 and east <= 400_000 and north <= 9_000_000:
        return "they are metres of Web Mercator (EPSG:3857); save the file in WGS 84 (EPSG:4326)"
    return "they are not degrees; save the file in WGS 84 (EPSG:4326)"


def shares(polygons: Geometries, areas: gpd.GeoSeries) -> pd.DataFrame:
    """How much of the ground of small areas lies in each of some polygons.

    Parameters
    ----------
    polygons : numpy.ndarray of shapely polygons
        Valid, in EPSG:4326.
    areas : geopandas.GeoSeries
        Small areas indexed by code, in EPSG:4326.

    Returns
    -------
    pandas.DataFrame
        `polygon` (its place in `polygons`), `code`, `share` (above 0, up to 1), by polygon and
        code. A ratio of two pieces of the same ground, so degrees do as well as metres.
    """
    if areas.crs is None or areas.crs.to_epsg() != 4326:
        raise BoundaryError(f"Polygons are fitted in EPSG:4326; these boundaries: {areas.crs}.")
    at, near = areas.sindex.query(polygons, predicate="intersects")
    ground = areas.to_numpy()[near]
    inside = shapely.area(shapely.intersection(polygons[at], ground)) / shapely.area(ground)
    found = pd.DataFrame(
        {"polygon": at, "code": areas.index[near], "share": np.minimum(inside, 1.0)}
    )
    return found[found["share"] > 0].sort_values(["polygon", "code"], ignore_index=True)


def best_fit(shares: pd.DataFrame) -> "pd.Series[int]":
    """Polygon in which most of the people of each small area live.

    People are taken to live evenly over their small area, so the share of them in a polygon is the
    share of the ground. An area belongs to the polygon with the largest share, the first where two
    are equal, and to none where more of it lies in none.

    Parameters
    ----------
    shares : pandas.DataFrame
        From `shares`.

    Returns
    -------
    pandas.Series of int
        `polygon` by code, sorted; areas of none are left out.
    """
    by_code = shares.groupby("code")["share"]
    most = shares.loc[by_code.idxmax()].set_index("code")
    # polygons that overlap can hold more than all of an area
    outside = (1 - by_code.sum()).clip(lower=0)
    # a thousandth, so that what rounding of corners cut off an area does not decide
    return most.loc[most["share"] >= outside - 0.001, "polygon"]


def misfit(
    shares: pd.DataFrame, fitted: "pd.Series[int]", people: "pd.Series[float]"
) -> pd.DataFrame:
    """How many people polygons and the small areas that fit them best do not share.

    Parameters
    ----------
    shares, fitted
        From `shares` and `best_fit`.
    people : pandas.Series of float
        Residents by code of small area.

    Returns
    -------
    pandas.DataFrame
        By polygon (those with a share): `people` in it, `left_out` (of them, in small areas that
        went elsewhere) and `taken_in` (outside it, in small areas that came to it).
    """
    here = people.reindex(shares["code"]).to_numpy("float64")
    mine = fitted.reindex(shares["code"]).to_numpy("float64") == shares["polygon"]
    parts = pd.DataFrame(
        {
            "people": here * shares["share"],
            "left_out": (here * shares["share"]).where(~mine, 0.0),
            "taken_in": (here * (1 - shares["share"])).where(mine, 0.0),
        }
    )
    return parts.groupby(shares["polygon"]).sum()


def outside(polygons: Geometries, areas: gpd.GeoSeries) -> npt.NDArray[np.float64]:
    """Share (0 to 1) of the ground of each polygon that lies in none of the small areas."""
    at, near = areas.sindex.query(polygons, predicate="intersects")
    ground = shapely.area(shapely.intersection(polygons[at], areas.to_numpy()[near]))
    held = np.bincount(at, ground, len(polygons)) / shapely.area(polygons)
    return np.asarray(np.clip(1 - held, 0, 1))


def common(
    polygons: Geometries,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Geometries]:
    """Ground that pairs of polygons share: the one, the other, and what they share."""
    one, other = shapely.STRtree(polygons).query(polygons, predicate="intersects")
    one, other = one[one < other], other[one < other]
    # where two also touch in a point or a line, their intersection holds that too
    ground = shapely.buffer(shapely.intersection(polygons[one], polygons[other]), 0)
    some = ~shapely.is_empty(ground)
    return one[some], other[some], ground[some]
