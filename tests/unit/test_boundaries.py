"""Boundaries: what is written is read, and larger areas cover what their LSOAs cover."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import boundaries
from geo.errors import BoundaryError


def grid(side: int) -> gpd.GeoSeries:
    """Squares of 0.01 degrees that share their edges."""
    boxes = [
        shapely.box(x / 100, 51 + y / 100, (x + 1) / 100, 51 + (y + 1) / 100)
        for y in range(side)
        for x in range(side)
    ]
    codes = [f"E0100{n:04}" for n in range(len(boxes))]
    return gpd.GeoSeries(boxes, index=codes, crs=boundaries.CRS)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    ring = shapely.Polygon(
        [(0, 51), (0.04, 51), (0.04, 51.04), (0, 51.04)],
        [[(0.01, 51.01), (0.02, 51.01), (0.02, 51.02)]],
    )
    islands = shapely.MultiPolygon([shapely.box(1, 52, 1.1, 52.1), shapely.box(2, 52, 2.1, 52.1)])
    drawn = np.array([ring, islands, shapely.box(-6.37792, 49.88234, -6.3, 49.9)], dtype=object)
    codes = pd.Series(["E01000001", "E01000002", "E01000003"])
    boundaries.write(tmp_path / "one.parquet", codes, drawn)
    found = boundaries.read(tmp_path / "one.parquet")
    assert found.index.tolist() == codes.tolist()
    assert found.crs == boundaries.CRS
    assert shapely.equals(found.to_numpy(), drawn).all()
    boundaries.write(tmp_path / "two.parquet", codes, found.to_numpy())
    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "two.parquet").read_bytes()


def test_clean_snaps_neighbours_to_one_edge() -> None:
    left = shapely.box(0, 51, 0.0100004, 51.01)
    right = shapely.box(0.01, 51, 0.02, 51.01)
    drawn = boundaries.clean(np.array([left, right], dtype=object))
    assert shapely.coverage_is_valid(drawn)
    grid_of = shapely.get_coordinates(drawn) * boundaries.UNIT
    assert grid_of == pytest.approx(np.round(grid_of), abs=1e-6)


def test_clean_refuses_a_polygon_that_vanishes() -> None:
    speck = shapely.box(1, 51, 1.000001, 51.000001)
    with pytest.raises(BoundaryError):
        boundaries.clean(np.array([shapely.box(0, 51, 0.01, 51.01), speck], dtype=object))


@settings(derandomize=True, max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(["A", "B", "C", None]), min_size=16, max_size=16))
def test_dissolved_areas_cover_what_their_parts_cover(groups: list[str | None]) -> None:
    drawn = grid(4)
    by_code = pd.Series(groups, index=drawn.index)
    if by_code.isna().all():
        with pytest.raises(BoundaryError, match="no area"):
            boundaries.dissolve(drawn, by_code)
        return
    united = boundaries.dissolve(drawn, by_code)
    area = pd.Series(shapely.area(drawn.to_numpy()), index=drawn.index).groupby(by_code).sum()
    assert united.index.tolist() == sorted(set(by_code.dropna()))
    assert shapely.area(united.to_numpy()) == pytest.approx(area.to_numpy())
    assert shapely.is_valid(united.to_numpy()).all()
    assert united.crs == drawn.crs


def test_dissolve_refuses_boundaries_without_crs() -> None:
    drawn = grid(2)
    bare = gpd.GeoSeries(drawn.to_numpy(), index=drawn.index)
    with pytest.raises(BoundaryError, match="no CRS"):
        boundaries.dissolve(bare, pd.Series("A", index=drawn.index))


def test_dissolve_names_the_lsoa_that_has_no_boundary() -> None:
    with pytest.raises(BoundaryError, match="E01999999"):
        boundaries.dissolve(grid(2), pd.Series(["A"], index=["E01999999"]))
