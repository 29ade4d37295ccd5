"""Boundaries of LSOAs, kept as whole numbers; larger areas are dissolved from them."""

from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from geo.errors import BoundaryError

CRS: Final = "EPSG:4326"
"""Longitude and latitude in degrees, WGS 84."""
UNIT: Final = 100_000
"""Coordinates are kept in hundred-thousandths of a degree, about a metre."""

Geometries = npt.NDArray[np.object_]


def clean(geometries: Geometries) -> Geometries:
    """Snap polygons to the grid of `UNIT` so that neighbours share their edges exactly.

    Parameters
    ----------
    geometries : numpy.ndarray of shapely polygons
        In degrees (`CRS`), meant to cover the ground without overlaps.

    Raises
    ------
    BoundaryError
        When a polygon vanishes or no valid coverage is reached.
    """
    cleaned = shapely.coverage_clean(np.asarray(geometries))
    for _ in range(10):
        cleaned = shapely.transform(cleaned, lambda xy: np.round(xy * UNIT) / UNIT)
        if shapely.coverage_is_valid(cleaned) and shapely.is_valid(cleaned).all():
            break
        cleaned = shapely.coverage_clean(cleaned)
    else:
        raise BoundaryError("The boundaries overlap or leave gaps that rounding does not close.")
    if shapely.is_empty(cleaned).any():
        lost = int(shapely.is_empty(cleaned).argmax())
        raise BoundaryError(f"Boundary number {lost + 1} vanishes when snapped to the grid.")
    return np.asarray(cleaned)


def write(path: Path, codes: "pd.Series[str]", geometries: Geometries) -> None:
    """Write polygons as nested lists of whole numbers; same input, same bytes.

    One row an area: `code`, `x`, `y` (polygon, ring, vertex; hundred-thousandths of a degree).
    """
    multi = [g if g.geom_type == "MultiPolygon" else shapely.MultiPolygon([g]) for g in geometries]
    _, xy, (rings, polygons, parts) = shapely.to_ragged_array(multi)
    whole = np.round(xy * UNIT).astype(np.int32)

    def nested(values: npt.NDArray[np.int32]) -> pa.Array:
        column = pa.array(values)
        for offsets in (rings, polygons, parts):
            column = pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), column)
        return column

    table = pa.table({"code": codes, "x": nested(whole[:, 0]), "y": nested(whole[:, 1])})
    leaf = ".list.element" * 3
    pq.write_table(
        table,
        path,
        compression="zstd",
        compression_level=19,
        use_dictionary=False,
        column_encoding={f"x{leaf}": "DELTA_BINARY_PACKED", f"y{leaf}": "DELTA_BINARY_PACKED"},
    )


def read(path: Path) -> gpd.GeoSeries:
    """Read what `write` wrote: polygons in `CRS`, indexed by code."""
    table = pq.read_table(path).combine_chunks()
    offsets = []
    x, y = (table.column(name).combine_chunks() for name in ("x", "y"))
    while pa.types.is_list(x.type):
        offsets.append(x.offsets.to_numpy())
        x, y = x.values, y.values  # noqa: PD011 - of Arrow
    xy = np.column_stack([x.to_numpy(), y.to_numpy()]) / UNIT
    shapes = shapely.from_ragged_array(
        shapely.GeometryType.MULTIPOLYGON, xy, tuple(reversed(offsets))
    )
    return gpd.GeoSeries(shapes, index=table.column("code").to_pylist(), crs=CRS)


def dissolve(lsoas: gpd.GeoSeries, groups: "pd.Series[str]") -> gpd.GeoSeries:
    """Unite LSOAs into larger areas.

    Parameters
    ----------
    lsoas : geopandas.GeoSeries
        Polygons indexed by LSOA code; with a CRS.
    groups : pandas.Series of str
        Code of the larger area by LSOA code; LSOAs with none are left out.

    Returns
    -------
    geopandas.GeoSeries
        One geometry an area, indexed by its code in sorted order, same CRS.

    Raises
    ------
    BoundaryError
        When the polygons have no CRS, an LSOA has no boundary or there is nothing to unite.
    """
    if lsoas.crs is None:
        raise BoundaryError("The boundaries have no CRS; set EPSG:4326.")
    groups = groups.dropna()
    if groups.empty:
        raise BoundaryError("There is no area to draw.")
    missing = groups.index.difference(lsoas.index)
    if len(missing):
        raise BoundaryError(f"LSOA {missing[0]} has no boundary.")
    shapes = lsoas.reindex(groups.index).to_numpy()
    at, codes = pd.factorize(groups, sort=True)
    order = np.argsort(at, kind="stable")
    cuts = np.searchsorted(at[order], np.arange(1, len(codes)))
    united = [shapely.coverage_union_all(part) for part in np.split(shapes[order], cuts)]
    return gpd.GeoSeries(united, index=pd.Index(codes), crs=lsoas.crs)
