"""Map files: one per area and level, named by content, compressed once, kept for ever.

A map file is GeoJSON: a feature an area, the figures of every layer among its properties, so that
a switch of layer sends colours and downloads nothing.
"""

import gzip
import hashlib
import os
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import orjson
import pandas as pd
import shapely

from geo.errors import BoundaryError

DECIMALS: Final = 4
"""Decimals of a degree in map files, about ten metres; the boundaries are generalised to 200 m."""


def feature_collection(shapes: gpd.GeoSeries, properties: pd.DataFrame) -> bytes:
    """Write areas as GeoJSON.

    Parameters
    ----------
    shapes : geopandas.GeoSeries
        Geometries in EPSG:4326, indexed by code.
    properties : pandas.DataFrame
        Indexed by code, in the same order; NaN and None are left out.

    Raises
    ------
    BoundaryError
        When there is no area, the CRS is not EPSG:4326, the two do not match or an area has no
        boundary.
    """
    if not len(shapes):
        raise BoundaryError("There is no area to draw.")
    if shapes.crs is None or shapes.crs.to_epsg() != 4326:
        raise BoundaryError(f"Map files are in EPSG:4326; these boundaries are in {shapes.crs}.")
    if not shapes.index.equals(properties.index):
        raise BoundaryError("Boundaries and figures are not of the same areas.")
    bare = shapes.isna() | shapes.is_empty
    if bare.any():
        raise BoundaryError(f"Area {shapes.index[bare][0]} has no boundary.")
    rounded = shapely.transform(shapes.to_numpy(), lambda xy: np.round(xy, DECIMALS))
    names = list(properties.columns)
    columns = [properties[name].tolist() for name in names]
    features = [
        {
            "type": "Feature",
            "properties": {
                name: _whole(value)
                for name, value in zip(names, row, strict=True)
                if value is not None and value == value
            },
            "geometry": shape.__geo_interface__,
        }
        for shape, row in zip(rounded, zip(*columns, strict=True), strict=True)
    ]
    return orjson.dumps({"type": "FeatureCollection", "features": features})


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


KEPT: Final = 5_000
"""Map files that stay; every set of weights or own area makes some."""
LAYOUT: Final = 2
"""Raise it when what map files hold changes, so that files of an earlier atlas are not served."""


class MapFiles:
    """A folder of map files, made when first asked for.

    Parameters
    ----------
    folder : pathlib.Path
        Made when missing. One folder a build: another build's files are never served.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._making: dict[str, threading.Lock] = {}

    @classmethod
    def of(cls, home: Path, build: str) -> "MapFiles":
        """Return the folder of a build, under the atlas's own."""
        return cls(home / "maps" / f"{build}-{LAYOUT}")

    def name(self, key: str, make: Callable[[], bytes]) -> str:
        """Name of the file for `key`; `make` writes its content when there is none yet.

        Safe to call from many threads and processes: the file appears whole or not at all.
        """
        note = self.folder / f"{key}.name"
        if note.exists():
            return note.read_text()
        with self._lock:
            mine = self._making.setdefault(key, threading.Lock())
        with mine:
            if note.exists():
                return note.read_text()
            content = make()
            self.folder.mkdir(parents=True, exist_ok=True)
            name = f"{key}-{hashlib.sha256(content).hexdigest()[:12]}.json"
            _put(self.folder / f"{name}.gz", gzip.compress(content, 9, mtime=0))
            self._forget_oldest()
            _put(note, name.encode())
            return name

    def _forget_oldest(self) -> None:
        """Drop the files made first when there are too many; whoever asks again has them made."""
        with suppress(FileNotFoundError):  # another process forgets the same ones
            notes = [(note.stat().st_mtime, note) for note in self.folder.glob("*.name")]
            for _, note in sorted(notes)[: max(len(notes) - KEPT, 0)]:
                (self.folder / f"{note.read_text()}.gz").unlink(missing_ok=True)
                note.unlink()

    def read(self, name: str) -> bytes | None:
        """Compressed content of a file, or None when there is none of that name."""
        if Path(name).name != name:
            return None
        try:
            return (self.folder / f"{name}.gz").read_bytes()
        except (OSError, ValueError):  # no such file, or nothing that can be a file's name
            return None


def _put(path: Path, content: bytes) -> None:
    # threads of two processes may have the same number
    part = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def labels(points: pd.DataFrame) -> bytes:
    """Write names at points for a layer of text; where two would overlap, the larger area's stays.

    Parameters
    ----------
    points : pandas.DataFrame
        `name`, `longitude`, `latitude`, `population`.
    """
    size = max(np.ptp(points["longitude"]) * 0.6, np.ptp(points["latitude"]), 1e-6)
    kept: list[tuple[float, float, float]] = []
    rows: list[Mapping[str, Any]] = []
    for name, x, y in points.sort_values("population", ascending=False)[
        ["name", "longitude", "latitude"]
    ].itertuples(index=False, name=None):
        # in shares of the map's height: a letter is about 0.013 wide, a line 0.045 high
        across, up, half = x * 0.6 / size, y / size, len(name) * 0.0065
        if all(abs(across - u) > half + w or abs(up - v) > 0.045 for u, v, w in kept):
            kept.append((across, up, half))
            rows.append({"n": name, "p": [round(x, DECIMALS), round(y, DECIMALS)]})
    return orjson.dumps(rows)


def lines(levels: Mapping[str, gpd.GeoSeries]) -> bytes:
    """Write the edges of areas as GeoJSON, each edge once.

    Parameters
    ----------
    levels : mapping of str to geopandas.GeoSeries
        Areas (EPSG:4326) by the name that their edges get in property `k`, in drawing order.
    """
    features = []
    for name, shapes in levels.items():
        edges = shapely.line_merge(shapely.union_all(shapely.boundary(shapes.to_numpy())))
        rounded = shapely.transform(edges, lambda xy: np.round(xy, DECIMALS))
        features.append(
            {"type": "Feature", "properties": {"k": name}, "geometry": rounded.__geo_interface__}
        )
    return orjson.dumps({"type": "FeatureCollection", "features": features})


def points(places: pd.DataFrame) -> bytes:
    """Write named points as GeoJSON.

    Parameters
    ----------
    places : pandas.DataFrame
        `code`, `name`, `longitude`, `latitude` (EPSG:4326).
    """
    features = [
        {
            "type": "Feature",
            "properties": {"c": code, "n": name},
            "geometry": {
                "type": "Point",
                "coordinates": [round(x, DECIMALS), round(y, DECIMALS)],
            },
        }
        for code, name, x, y in places[["code", "name", "longitude", "latitude"]].itertuples(
            index=False, name=None
        )
    ]
    return orjson.dumps({"type": "FeatureCollection", "features": features})
