"""Own areas: what they are, how links carry them, and what is said of what people bring."""

import doctest
import json
import tracemalloc
import zlib
from base64 import urlsafe_b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, insert

from data import load, models, own_areas, store
from data.errors import StoreError
from data.own_areas import OwnArea, OwnAreaError, decode, encode
from geo import overlap
from geo.errors import BoundaryError

quick = settings(derandomize=True, max_examples=200, deadline=None)
LSOAS = [f"E0100000{n}" for n in range(1, 7)]
"""Six squares in a row, from west to east, each 0.01 degrees wide; 100 people in the first, 600 in
the last. Two neighbourhoods of two, and two LSOAs beside them in a ward."""
names = st.text(
    st.characters(exclude_categories=own_areas.UNPRINTED), min_size=1, max_size=60
).filter(lambda name: name == name.strip())
numbers = st.sets(st.integers(0, 999_999), min_size=1, max_size=300)


def square(west: float, east: float, south: float = 52.0, north: float = 52.01) -> Any:
    return shapely.box(west, south, east, north)


SHAPES = gpd.GeoSeries(
    [square(n / 100, (n + 1) / 100) for n in range(6)], index=LSOAS, crs="EPSG:4326"
)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """A database of six LSOAs with what holds them; no figures."""
    engine = store.connect(f"sqlite:///{tmp_path / 'small.db'}")
    metadata = models.Table.metadata
    metadata.create_all(engine)
    parents = {
        ("ENG", "E92000001", "England"): LSOAS,
        ("LAD24", "E06000001", "Rowland"): LSOAS,
        ("PLACE26", "QHL-NORTH", "North"): LSOAS[:4],
        ("MSOA21", "E02000001", "West End"): LSOAS[:2],
        ("MSOA21", "E02000002", "Middle"): LSOAS[2:4],
        ("WD24", "E05000100", "East Ward"): LSOAS[4:],
        ("PCN26", "U00001", "Row network"): LSOAS[1:3],
        ("PCN22", "U00002", "Old network"): [],
    }
    areas = [*parents, *(("LSOA21", code, f"Row {code[-1]}") for code in LSOAS)]
    number = {code: n for n, (_, code, _) in enumerate(areas, 1)}
    people = {code: 100 * int(code[-1]) for code in LSOAS}
    with engine.begin() as connection:
        connection.execute(
            insert(metadata.tables["area"]),
            [
                {
                    "area_id": number[code],
                    "area_type": kind,
                    "code": code,
                    "name": name,
                    "nhs_code": "",
                    "population": people.get(code, 0),
                    "core20": 0,
                    "rural_urban": "",
                    **dict.fromkeys(
                        ("longitude", "latitude", "west", "south", "east", "north"), 0.0
                    ),
                }
                for kind, code, name in areas
            ],
        )
        connection.execute(
            insert(metadata.tables["containment"]),
            [
                {"parent_id": number[parent], "child_id": number[child], "share": 1.0}
                for (_, parent, _), inside in parents.items()
                for child in inside
            ],
        )
        connection.execute(
            insert(metadata.tables["practice"]),
            [
                {"code": code, "name": name, "postcode": "", "pcn_code": "", "pcn_name": "",
                 "lsoa21": lsoa, "longitude": 0.0, "latitude": 52.0}
                for code, name, lsoa in (
                    ("A81001", "Row Surgery", LSOAS[5]), ("A81002", "Lost Surgery", "W01000001")
                )
            ],
        )  # fmt: skip
    return engine


def features(*polygons: Any, names: tuple[str, ...] = (), **more: Any) -> bytes:
    called = names or ("",) * len(polygons)
    return json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": {"name": name},
                    "geometry": polygon.__geo_interface__ if polygon else None,
                }
                for polygon, name in zip(polygons, called, strict=True)
            ],
            **more,
        }
    ).encode()


def test_the_example_in_the_docstring() -> None:
    assert doctest.testmod(own_areas).failed == 0


def test_a_code_follows_from_the_lsoas_alone() -> None:
    own = OwnArea("One", (LSOAS[1], LSOAS[0], LSOAS[1]))
    assert own.lsoas == (LSOAS[0], LSOAS[1])
    assert own.code == OwnArea("Another", (LSOAS[0], LSOAS[1])).code
    assert own.code != OwnArea("One", (LSOAS[0],)).code
    # printf 'E01000001,E01000002' | sha256sum
    assert own.code == "X34c5bac840"


@pytest.mark.parametrize(
    ("name", "lsoas", "says"),
    [
        ("", LSOAS, "has no name"),
        (" \t", LSOAS, "has no name"),
        ("n" * 61, LSOAS, "has 61 characters; it can have 60"),
        ("a\nb", LSOAS, "control character"),
        ("a\u202eb", LSOAS, "control character"),
        ("Fine", (), "holds no LSOA"),
        ("Fine", ["E02000001"], "'E02000001' is not the code of an LSOA"),
        ("Fine", ["E01000001\n"], "is not the code of an LSOA"),
        ("Fine", ["E0100000\u0661"], "is not the code of an LSOA"),
        ("Fine", [f"E01{n:06d}" for n in range(2001)], "2,001 LSOAs; it can hold 2,000"),
    ],
)
def test_what_is_no_own_area_is_a_sentence(name: str, lsoas: Any, says: str) -> None:
    with pytest.raises(OwnAreaError, match=says) as found:
        OwnArea(name, tuple(lsoas))
    assert str(found.value).endswith(".")


@quick
@given(names, numbers)
def test_a_link_gives_back_what_was_put_in(name: str, chosen: set[int]) -> None:
    own = OwnArea(name, tuple(f"E01{n:06d}" for n in chosen))
    text = encode(own)
    assert decode(text) == own
    assert text[0] == "1"
    assert text.replace("-", "").replace("_", "").isalnum()
    assert text.isascii()


def test_a_place_fits_into_a_link() -> None:
    near = OwnArea("A place of neighbours", tuple(f"E01{8000 + n:06d}" for n in range(200)))
    assert len(encode(near)) < 150
    rng = np.random.default_rng(0)
    far = OwnArea("n" * 60, tuple(f"E01{n:06d}" for n in rng.choice(35_000, 200, replace=False)))
    assert len(encode(far)) < 600
    most = OwnArea("Most", tuple(f"E01{n:06d}" for n in range(0, 34_000, 17)))
    assert len(most.lsoas) == 2000
    assert decode(encode(most)) == most


@quick
@given(names, numbers, st.data())
def test_a_damaged_link_is_a_sentence_or_the_same_area(
    name: str, chosen: set[int], data: st.DataObject
) -> None:
    own = OwnArea(name, tuple(f"E01{n:06d}" for n in chosen))
    text = encode(own)
    at = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.sampled_from("01AZaz-_ %=é\n"))
    for damaged in (text[:at], text[:at] + text[at + 1 :], text[:at] + letter + text[at + 1 :]):
        try:
            assert decode(damaged) == own
        except OwnAreaError as said:
            assert str(said).endswith(".")


def packed(content: bytes) -> str:
    return "1" + urlsafe_b64encode(zlib.compress(content)).decode().rstrip("=")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "1====",
        "1abc",
        packed(b""),
        packed(b"\x05ab"),
        packed(b"\x01a"),
        packed(b"\x01a\x81"),
        packed(b"\x01\xff\x05"),
        packed(b"\x00\x05"),
        packed(b"\x03 a \x05"),
        packed(b"\x01a\x05\x00"),
        packed(b"\x01a" + b"\xff" * 9 + b"\x01"),
        packed(b"\x01a" + b"\x01" * 2001),
        packed(b"\x01a" + bytes(5_000_000)),
        packed(b"\x01\x07\x05"),
        packed(b"\x01a\x05") + "AAAA",
        "1" + "A" * 20_000,
    ],
)
def test_a_link_that_nobody_wrote_is_a_sentence(text: str) -> None:
    with pytest.raises(OwnAreaError) as found:
        decode(text)
    assert str(found.value) == own_areas.DAMAGED


def test_a_link_that_unpacks_to_much_is_not_unpacked() -> None:
    text = packed(b"\x01a" + bytes(5_000_000))
    tracemalloc.start()
    with pytest.raises(OwnAreaError):
        decode(text)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 1_000_000


def test_a_link_of_another_version_says_so() -> None:
    with pytest.raises(OwnAreaError, match="another version"):
        decode("2abc")


def test_pasted_codes_make_an_area(engine: Engine) -> None:
    text = 'LSOA, name\n"E02000001";West End 004\te01000003|E01000003/QHL-NORTH A81001'
    found = own_areas.from_codes(engine, text, name="Mine")
    assert found.whole
    assert found.areas == (OwnArea("Mine", (*LSOAS[:4], LSOAS[5])),)
    rows = found.rows.set_index("row")
    assert rows["found"].tolist() == [
        "E02000001", "E01000003", "E01000003", "QHL-NORTH", "A81001",
    ]  # fmt: skip
    assert rows["lsoas"].tolist() == [2, 1, 1, 4, 1]
    assert rows["people"].tolist() == [300, 300, 300, 1000, 600]
    assert rows["kind"].tolist() == ["neighbourhood", "LSOA", "LSOA", "place", "GP practice"]
    assert rows["said"].tolist() == [
        "",
        "",
        "E01000003 is there twice; it counts once.",
        "3 of its 4 LSOAs are already in by E02000001.",
        "Taken as E01000006, the LSOA that it stands in.",
    ]


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("W01000001", "is Welsh"),
        ("S01006506", "Scottish or Northern Irish"),
        ("E01033768", "is of 2011 or before: no LSOA of 2021"),
        ("E02006934", "no neighbourhood (MSOA) of 2021"),
        ("E01033769", "no code that the atlas knows"),
        ("E0100001", "no code that the atlas knows"),
        ("E00000001", "is an output area"),
        ("E05000001", "no ward of 2024"),
        ("E92000001", "(England) is of a kind that cannot be used (England)"),
        ("E06000001", "(Rowland) is of a kind that cannot be used (local authority)"),
        ("U00002", "network of 2021-22"),
        ("A81002", "stands in no LSOA"),
        ("E01000001-E01000003", "is two codes"),
        ("QHL-SOUTH", "no code that the atlas knows"),
        ("12345", "no code that the atlas knows"),
    ],
)
def test_a_code_that_cannot_be_used_is_told(engine: Engine, code: str, says: str) -> None:
    found = own_areas.from_codes(engine, f"E01000001\n{code}\nE01000002")
    assert found.rows["refused"].tolist() == [False, True, False]
    assert says in found.rows["said"][1]
    assert found.rows["said"][1].endswith(".")
    assert not found.whole
    assert found.areas[0].lsoas == ("E01000001", "E01000002"), "what is left can be looked at"


def test_more_lsoas_than_an_own_area_can_hold_are_told(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_areas, "LSOAS", 3)
    found = own_areas.from_csv(engine, b"code,name\nQHL-NORTH,A\nE01000006,B\n")
    assert found.rows["refused"].tolist() == [True, False]
    assert found.rows["said"][0] == "'A' would hold 4 LSOAs; it can hold 3."
    assert [own.name for own in found.areas] == ["B"]


@pytest.mark.parametrize("text", ["", "  \n", "no code here", "«»"])
def test_a_text_without_codes_is_a_sentence(engine: Engine, text: str) -> None:
    with pytest.raises(OwnAreaError, match="There is no code"):
        own_areas.from_codes(engine, text)


def test_too_many_codes_are_a_sentence(engine: Engine) -> None:
    with pytest.raises(OwnAreaError, match="10,001 codes; 10,000 can be read"):
        own_areas.from_codes(engine, "E01000001 " * 10_001)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_file_with_names_makes_a_set(engine: Engine, separator: str, encoding: str) -> None:
    lines = [
        ("LSOA name", "Code", "Population", "Team"),
        ("Row 1", "E01000001", "100", "Café"),
        ("Row 2", " e01000002 ", "200", "Café"),
        ("", "", "", ""),
        ("Row 3", "E01000003", "300", "Docks"),
    ]
    content = "\r\n".join(separator.join(line) for line in lines).encode(encoding)
    found = own_areas.from_csv(engine, content)
    assert found.whole
    assert found.areas == (
        OwnArea("Café", ("E01000001", "E01000002")),
        OwnArea("Docks", ("E01000003",)),
    )
    assert found.rows["row"].tolist() == [2, 3, 5], "lines of the file"


def test_a_file_without_names_makes_one_area(engine: Engine) -> None:
    content = b"LSOA name,E06000001,E01000001\nRow 1,E06000001,E01000002\n"
    found = own_areas.from_csv(engine, content, name="Mine")
    assert found.areas == (OwnArea("Mine", ("E01000001", "E01000002")),)


def test_an_lsoa_of_two_areas_of_a_file_is_told(engine: Engine) -> None:
    content = b"code,name\nE02000001,North\nE01000002,South\nE01000003,South\nE01000004,\n"
    found = own_areas.from_csv(engine, content)
    assert found.rows["said"].tolist() == [
        "", "It is in 'North' too.", "", "The own area has no name; give it one.",
    ]  # fmt: skip
    assert [own.name for own in found.areas] == ["North", "South"]
    assert not found.whole


def test_columns_that_could_both_be_names_are_a_sentence(engine: Engine) -> None:
    content = b"code,one,two\nE01000001,A b,C d\nE01000002,A b,C d\n"
    with pytest.raises(OwnAreaError, match="Columns 'one' and 'two'"):
        own_areas.from_csv(engine, content)
    assert own_areas.from_csv(engine, content, names="two").areas[0].name == "C d"
    assert own_areas.from_csv(engine, content, names="", name="Mine").areas[0].name == "Mine"
    with pytest.raises(OwnAreaError, match="no column headed 'three'"):
        own_areas.from_csv(engine, content, names="three")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no column of codes"),
        (b"name,people\nA,1\n", "no column of codes"),
        (b"PK\x03\x04rest", "is a workbook"),
        (b"E01000001\0", "is not text"),
        (b"\xff\xfeE\x00\x00\x00", "is not text"),
        (b"E01000001\n" * 10_002, "more than 10,000 lines"),
        (b"E01000001," + b"x" * 200_000, "Line 1 of the file is no CSV"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_sentence(
    engine: Engine, content: bytes, says: str
) -> None:
    with pytest.raises(OwnAreaError, match=says):
        own_areas.from_csv(engine, content)


def test_a_polygon_takes_the_lsoas_where_most_live(engine: Engine) -> None:
    # whole of the second, 60% of the third, 40% of the fourth
    found = own_areas.from_geojson(
        engine, SHAPES, features(square(0.01, 0.026), square(0.036, 0.04)), name="Drawn"
    )
    first, second = found.rows.to_dict("records")
    assert found.areas == (OwnArea("Drawn 1", ("E01000002", "E01000003")),)
    assert first["people"] == 500
    assert first["left_out"] == pytest.approx(0, abs=1e-6)
    assert first["taken_in"] == pytest.approx(0.4 * 300)
    assert first["said"] == (
        "About 0 people in the polygon are not in the area, and 120 in the area are not in the "
        "polygon."
    )
    assert second["refused"]
    assert second["said"] == (
        "Feature 2 holds most of no LSOA, but 40% of E01000004; draw it larger."
    )


def test_an_lsoa_goes_to_the_polygon_with_most_of_it(engine: Engine) -> None:
    content = features(square(0, 0.0145), square(0.0145, 0.04), names=("One", "Two"))
    found = own_areas.from_geojson(engine, SHAPES, content)
    assert found.whole
    assert [own.lsoas for own in found.areas] == [tuple(LSOAS[:1]), tuple(LSOAS[1:4])]
    assert found.rows["left_out"].tolist() == pytest.approx([0.45 * 200, 0])
    assert found.rows["taken_in"].tolist() == pytest.approx([0, 0.45 * 200])


def test_polygons_that_overlap_are_told(engine: Engine) -> None:
    content = features(square(0, 0.02), square(0.015, 0.04), square(0.04, 0.06))
    found = own_areas.from_geojson(engine, SHAPES, content)
    assert "overlaps feature 2, where about 100 people live" in found.rows["said"][0]
    assert "overlaps feature 1, where about 100 people live" in found.rows["said"][1]
    assert "overlaps" not in found.rows["said"][2], "they only touch"
    assert [own.lsoas for own in found.areas] == [(*LSOAS[:2],), (*LSOAS[2:4],), (*LSOAS[4:],)]


def test_ground_outside_england_is_told(engine: Engine) -> None:
    found = own_areas.from_geojson(engine, SHAPES, features(square(-0.02, 0.02)))
    assert found.rows["outside"].tolist() == pytest.approx([0.5])
    assert "50% of the polygon's ground lies outside England." in found.rows["said"][0]


GRID = shapely.Polygon([(407_000, 286_000), (408_000, 286_000), (408_000, 287_000)])
MERCATOR = shapely.Polygon([(-210_000, 6_890_000), (-209_000, 6_890_000), (-209_000, 6_891_000)])
METRES = shapely.Polygon([(3_000_000, 3_000_000), (3_001_000, 3_000_000), (3_001_000, 3_001_000)])
SWAPPED = shapely.Polygon([(52.0, -1.0), (52.0, -1.1), (52.1, -1.1)])
BOW_TIE = shapely.Polygon([(0, 52), (0.01, 52.01), (0.01, 52), (0, 52.01)])


@pytest.mark.parametrize(
    ("polygon", "says"),
    [
        (BOW_TIE, "Feature 1 crosses itself near 0.005, 52.005 (longitude, latitude)."),
        (None, "Feature 1 is empty"),
        (shapely.Polygon(), "Feature 1 is empty"),
        (shapely.Point(0, 52), "Feature 1 is a Point; only polygons"),
        (GRID, "foreign coordinates (407000, 286000): they are eastings and northings"),
        (MERCATOR, "metres of Web Mercator"),
        (METRES, "they are not degrees"),
        (SWAPPED, "latitude comes first"),
        (square(5, 6), "Feature 1 lies outside England."),
    ],
)
def test_a_polygon_that_cannot_be_used_is_told(engine: Engine, polygon: Any, says: str) -> None:
    found = own_areas.from_geojson(engine, SHAPES, features(polygon, square(0, 0.01)))
    assert says in found.rows["said"][0]
    assert found.rows["refused"].tolist() == [True, False]
    assert len(found.areas) == 1


def test_polygons_that_are_all_unusable_make_no_area(engine: Engine) -> None:
    found = own_areas.from_geojson(engine, SHAPES, features(BOW_TIE, None))
    assert found.areas == ()
    assert found.rows["refused"].all()


@pytest.mark.parametrize(
    ("geometry", "says"),
    [
        ({"type": "Polygon", "coordinates": [[[0, 52], [0.01, 52], [0.01, 52.01]]]}, "not closed"),
        ({"type": "Polygon", "coordinates": [[["a", "b"]] * 4]}, "cannot be read"),
        ({"type": "Polygon", "coordinates": None}, "cannot be read"),
        ({"type": "Polygon", "coordinates": []}, "is empty"),
        ({"type": "GeometryCollection", "geometries": []}, "only polygons"),
        ({"type": {}}, "is empty"),
        ([], "is empty"),
    ],
)
def test_geometry_that_is_none_is_told(engine: Engine, geometry: Any, says: str) -> None:
    content = json.dumps({"type": "Feature", "properties": [], "geometry": geometry}).encode()
    found = own_areas.from_geojson(engine, SHAPES, content)
    assert says in found.rows["said"][0]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "cannot be read as JSON"),
        (b"<kml/>", "cannot be read as JSON"),
        (b"[]", "it has no 'type'"),
        (b'{"type": "FeatureCollection", "features": []}', "holds no feature"),
        (features(*[square(0, 1)] * 501), "501 features, and 500 are read"),
        (b" " * (overlap.LARGEST + 1), "The file has 20 MB, and 20 MB are read"),
    ],
)
def test_a_file_that_is_no_geojson_is_a_sentence(engine: Engine, content: bytes, says: str) -> None:
    with pytest.raises(BoundaryError, match=says):
        own_areas.from_geojson(engine, SHAPES, content)


@pytest.mark.parametrize(
    ("name", "fine"),
    [
        ("urn:ogc:def:crs:OGC:1.3:CRS84", True),
        ("urn:ogc:def:crs:EPSG::4326", True),
        ("EPSG:4326", True),
        ("urn:ogc:def:crs:EPSG::27700", False),
        ("EPSG:14326", False),
        (None, False),
    ],
)
def test_a_file_in_foreign_coordinates_is_refused(engine: Engine, name: Any, fine: bool) -> None:
    crs = {"type": "name", "properties": {"name": name}}
    content = features(square(0, 0.01), crs=crs)
    if fine:
        assert own_areas.from_geojson(engine, SHAPES, content).whole
    else:
        with pytest.raises(BoundaryError, match=r"save it in WGS 84 \(EPSG:4326\)"):
            own_areas.from_geojson(engine, SHAPES, content)


def test_names_of_polygons_are_held_to_the_rules(engine: Engine) -> None:
    squares = (square(0, 0.01), square(0.01, 0.02), square(0.02, 0.03))
    found = own_areas.from_geojson(
        engine, SHAPES, features(*squares, names=("Twice", "Twice", "n" * 61))
    )
    assert found.rows["refused"].tolist() == [False, True, True]
    assert "is of feature 1 too" in found.rows["said"][1]
    assert "61 characters" in found.rows["said"][2]


def test_gaps_and_overlaps_of_a_set(engine: Engine) -> None:
    areas = [OwnArea("A", tuple(LSOAS[:2])), OwnArea("B", (LSOAS[1], LSOAS[2], LSOAS[5]))]
    found = own_areas.check_set(engine, areas, ("PLACE26", "QHL-NORTH"))
    assert not found.exact
    assert found.people == 1000
    assert found.gaps.to_numpy().tolist() == [["E01000004", "Row 4", 400]]
    assert found.overlaps.to_numpy().tolist() == [["E01000002", "Row 2", 200, "A; B"]]
    assert found.beyond.to_numpy().tolist() == [["E01000006", "Row 6", 600, "B"]]
    whole = [OwnArea("A", tuple(LSOAS[:1])), OwnArea("B", tuple(LSOAS[1:4]))]
    assert own_areas.check_set(engine, whole, ("PLACE26", "QHL-NORTH")).exact
    assert len(own_areas.check_set(engine, [], ("PLACE26", "QHL-NORTH")).gaps) == 4
    with pytest.raises(OwnAreaError, match="E01000009 is no LSOA of 2021"):
        own_areas.check_set(engine, [OwnArea("C", ("E01000009",))], ("ENG", "E92000001"))


def test_kept_own_areas_are_their_owner_s(engine: Engine) -> None:
    one, two = OwnArea("One", tuple(LSOAS[:2])), OwnArea("Two", tuple(LSOAS[2:]))
    number = own_areas.save(engine, "ann", one)
    other = own_areas.save(engine, "ann", two, set_name="Teams")
    own_areas.save(engine, "bob", one)
    assert own_areas.saved(engine, "ann") == [(number, "", one), (other, "Teams", two)]
    own_areas.rename(engine, "ann", number, " First ")
    assert own_areas.saved(engine, "ann")[0] == (number, "", OwnArea("First", one.lsoas))
    assert own_areas.saved(engine, "bob")[0][2].name == "One"
    refused: list[tuple[Callable[[], object], str]] = [
        (lambda: own_areas.rename(engine, "bob", number, "Mine"), "no such own area"),
        (lambda: own_areas.remove(engine, "bob", number), "no such own area"),
        (lambda: own_areas.rename(engine, "ann", number, ""), "has no name"),
        (lambda: own_areas.save(engine, "ann", two, set_name="Teams"), "another own area called"),
        (lambda: own_areas.save(engine, "ann", two, set_name="a\nb"), "control character"),
    ]
    for attempt, says in refused:
        with pytest.raises(OwnAreaError, match=says):
            attempt()
    own_areas.save(engine, "ann", two, set_name="More")
    own_areas.save(engine, "ann", OwnArea("Three", one.lsoas), set_name="More")
    last = own_areas.saved(engine, "ann")[1][0]
    with pytest.raises(OwnAreaError, match="another own area called 'Two'"):
        own_areas.rename(engine, "ann", last, "Two")
    own_areas.remove(engine, "ann", number)
    assert [own.name for _, _, own in own_areas.saved(engine, "ann")] == ["Three", "Two", "Two"]


def test_nothing_is_put_into_an_empty_database(tmp_path: Path, engine: Engine) -> None:
    own = OwnArea("One", tuple(LSOAS))
    for database in (store.connect(f"sqlite:///{tmp_path / 'none.db'}"), engine):
        with pytest.raises(StoreError, match="The database is empty"):
            own_areas.materialise(database, own)
    assert own.code[0] == "X"


def test_another_build_than_the_snapshot_is_a_sentence(engine: Engine) -> None:
    row = {"id": 1, "schema_version": models.SCHEMA, "snapshot": "other", "areas": 0,
           "observations": 0}  # fmt: skip
    with engine.begin() as connection:
        connection.execute(insert(models.Table.metadata.tables["build"]), row)
    build = load.manifest()["build"]
    with pytest.raises(StoreError, match=f"holds build other and the snapshot is of build {build}"):
        own_areas.materialise(engine, OwnArea("One", tuple(LSOAS)))
    assert not own_areas.known(engine, OwnArea("One", tuple(LSOAS)).code)
