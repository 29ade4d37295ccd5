"""Map files are whole, named by what they hold, and of areas that have a boundary."""

import gzip
import json
import multiprocessing
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo import assets
from geo.errors import BoundaryError

CODES = pd.Index(["E01000001", "E01000002"])
SHAPES = gpd.GeoSeries(
    [shapely.box(0, 51, 0.0123456, 51.01), shapely.box(1, 51, 1.01, 51.01)],
    index=CODES,
    crs="EPSG:4326",
)
FIGURES = pd.DataFrame(
    {"c": list(CODES), "v": [12.0, np.nan], "w": [12.5, 1.25], "d": [None, 3]}, index=CODES
)


class TestGeoJson:
    def test_by_hand(self) -> None:
        found = json.loads(assets.feature_collection(SHAPES, FIGURES))
        assert found["type"] == "FeatureCollection"
        assert [one["properties"] for one in found["features"]] == [
            {"c": "E01000001", "v": 12, "w": 12.5},
            {"c": "E01000002", "w": 1.25, "d": 3},
        ]
        first = found["features"][0]["geometry"]
        assert first["type"] == "Polygon"
        assert max(x for x, _ in first["coordinates"][0]) == 0.0123

    def test_no_area_is_refused(self) -> None:
        with pytest.raises(BoundaryError, match="no area"):
            assets.feature_collection(SHAPES[:0], FIGURES[:0])

    @pytest.mark.parametrize("figures", [FIGURES[::-1], FIGURES[:1]])
    def test_other_areas_are_refused(self, figures: pd.DataFrame) -> None:
        with pytest.raises(BoundaryError, match="same areas"):
            assets.feature_collection(SHAPES, figures)

    def test_no_crs_is_refused(self) -> None:
        bare = gpd.GeoSeries(SHAPES.to_numpy(), index=CODES)
        with pytest.raises(BoundaryError, match="EPSG:4326"):
            assets.feature_collection(bare, FIGURES)

    def test_another_crs_is_refused(self) -> None:
        with pytest.raises(BoundaryError, match="EPSG:27700"):
            assets.feature_collection(SHAPES.to_crs(27700), FIGURES)

    @pytest.mark.parametrize("gone", [None, shapely.Polygon()])
    def test_an_area_without_boundary_is_named(self, gone: shapely.Polygon | None) -> None:
        holed = gpd.GeoSeries([SHAPES.iloc[0], gone], index=CODES, crs="EPSG:4326")
        with pytest.raises(BoundaryError, match="E01000002"):
            assets.feature_collection(holed, FIGURES)


def _make_in_a_process(folder: str, key: str, start: float) -> str:
    def make() -> bytes:
        time.sleep(max(0, start - time.time()))
        return key.encode() * 200_000

    return assets.MapFiles(Path(folder)).name(key, make)


class TestMapFiles:
    def test_made_once_and_named_by_content(self, tmp_path: Path) -> None:
        files = assets.MapFiles(tmp_path / "build")
        made: list[int] = []

        def make() -> bytes:
            made.append(1)
            return b"[1]"

        name = files.name("eng", make)
        assert files.name("eng", make) == name
        assert made == [1]
        assert name.startswith("eng-")
        assert name.endswith(".json")
        assert gzip.decompress(files.read(name) or b"") == b"[1]"
        assert assets.MapFiles(tmp_path / "other").name("eng", lambda: b"[2]") != name

    def test_eight_threads_make_one_file(self, tmp_path: Path) -> None:
        files = assets.MapFiles(tmp_path)
        gate = threading.Barrier(8)
        made: list[str] = []

        def ask(n: int) -> tuple[str, bytes]:
            gate.wait()
            key = f"k{n % 2}"

            def make() -> bytes:
                made.append(key)
                return key.encode() * 100_000

            name = files.name(key, make)
            return name, gzip.decompress(files.read(name) or b"")

        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(ask, range(8)))
        assert sorted(made) == ["k0", "k1"]
        assert len({name for name, _ in found}) == 2
        assert {content for _, content in found} == {b"k0" * 100_000, b"k1" * 100_000}

    def test_processes_do_not_disturb_each_other(self, tmp_path: Path) -> None:
        context = multiprocessing.get_context("spawn")
        given = [(str(tmp_path), "same", time.time() + 3)] * 4
        with context.Pool(4) as pool:
            names = pool.starmap(_make_in_a_process, given)
        assert len(set(names)) == 1
        assert gzip.decompress(assets.MapFiles(tmp_path).read(names[0]) or b"") == b"same" * 200_000
        assert not list(tmp_path.glob("*.part"))

    def test_a_reader_sees_a_whole_file_or_none(self, tmp_path: Path) -> None:
        files = assets.MapFiles(tmp_path)
        whole = np.random.default_rng(1).bytes(300_000)
        stop = threading.Event()
        seen: set[bytes] = set()

        def look() -> None:
            while not stop.is_set():
                for path in tmp_path.glob("*.json.gz"):
                    content = files.read(path.name.removesuffix(".gz"))
                    seen.add(b"none" if content is None else gzip.decompress(content))

        reader = threading.Thread(target=look)
        reader.start()
        try:
            for n in range(5):
                files.name(f"k{n}", lambda: whole)
        finally:
            stop.set()
            reader.join()
        assert seen <= {whole, b"none"}

    def test_one_that_fails_leaves_nothing_and_can_be_made_again(self, tmp_path: Path) -> None:
        files = assets.MapFiles(tmp_path)

        def fail() -> bytes:
            raise BoundaryError("no")

        with pytest.raises(BoundaryError):
            files.name("k", fail)
        assert not list(tmp_path.iterdir())
        assert files.read(files.name("k", lambda: b"[]")) is not None

    @pytest.mark.parametrize(
        "name",
        ["none.json", "", "..", "../secret", "a/../secret", "/etc/passwd", "a" * 5000, "a\0b"],
    )
    def test_other_names_are_no_file(self, tmp_path: Path, name: str) -> None:
        (tmp_path / "secret.gz").write_bytes(b"secret")
        files = assets.MapFiles(tmp_path / "build")
        files.name("k", lambda: b"[]")
        assert files.read(name) is None


def test_labels() -> None:
    points = pd.DataFrame(
        {"name": ["Ham"], "longitude": [0.123456], "latitude": [51.5], "population": [10]}
    )
    assert json.loads(assets.labels(points)) == [{"n": "Ham", "p": [0.1235, 51.5]}]


def test_of_names_that_would_overlap_the_larger_area_keeps_its_own() -> None:
    points = pd.DataFrame(
        {
            "name": ["Little Ham", "Great Ham", "Far Away"],
            "longitude": [0.0, 0.01, 1.0],
            "latitude": [51.5, 51.5, 52.5],
            "population": [10, 20, 5],
        }
    )
    kept = [row["n"] for row in json.loads(assets.labels(points))]
    assert kept == ["Great Ham", "Far Away"]


def test_the_oldest_map_files_are_dropped_and_made_again_when_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assets, "KEPT", 3)
    files = assets.MapFiles(tmp_path)
    names = []
    for n in range(6):
        names.append(files.name(f"key{n}", f"{n}".encode))
        os.utime(tmp_path / f"key{n}.name", (n, n))
    kept = [files.read(name) is not None for name in names]
    assert kept == [False, False, True, True, True, True]
    assert files.name("key0", b"0".strip) == names[0]
    assert files.read(names[0]) is not None
