"""The map page on real figures, for every ICS of both vintages at every level."""

import gzip
import json
import math
from pathlib import Path
from typing import Any

import orjson
import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from components import cached, filters, maps, tables
from components.scene import Scene, scene
from components.selection import Selection
from data import catalogue, own_areas, store
from data.own_areas import OwnArea
from geo.areas import AREA_TYPES
from geo.clusters import CLASSES

SHELL = str(Path(__file__).parents[2] / "components" / "shell.py")
VINTAGES = {"ICB26": 36, "ICB24": 42}


def page(**query: str) -> AppTest:
    at = AppTest.from_file(SHELL, default_timeout=60)
    for name, value in query.items():
        at.query_params[name] = value
    at.run()
    assert not at.exception, at.exception
    return at


def deck(at: AppTest) -> dict[str, Any]:
    return dict(json.loads(at.get("deck_gl_json_chart")[0].proto.json))


def map_file(build: str, shown: Scene, selection: Selection) -> dict[str, Any]:
    name = cached.map_file(build, shown.area_type, shown.parent, selection.year, shown.kind)
    content = cached.map_files(build).read(name)
    assert content is not None
    return dict(orjson.loads(gzip.decompress(content)))


@pytest.mark.parametrize("level", ["place", "neighbourhood", "lsoa"])
@pytest.mark.parametrize("vintage", VINTAGES)
def test_every_ics_is_drawn_with_all_three_layers(build: str, vintage: str, level: str) -> None:
    systems = cached.areas(build, vintage)
    assert len(systems) == VINTAGES[vintage]
    for code in systems["code"]:
        for layer in ("deprivation", "condition", "coverage"):
            selection = Selection(ics=f"{vintage}:{code}", level=level, layer=layer)
            shown = scene(build, selection)
            expected = cached.areas(build, selection.level_type, selection.parent)
            assert shown.area_type == selection.level_type
            assert list(shown.rows["code"]) == list(expected["code"])
            assert sum(key.count for key in shown.legend) == len(expected)
            silent = shown.rows["value"].isna()
            people = shown.rows["population"]
            assert people[silent].sum() <= 0.05 * people.sum(), (code, layer)
            assert expected["name"].iloc[0] in " ".join(shown.rows["name"])
        drawn = map_file(build, shown, selection)["features"]
        assert sorted(f["properties"]["c"] for f in drawn) == sorted(expected["code"])
        values = shown.rows["value"].round(1)
        key = shown.parts[0].key
        for feature in drawn[:: max(1, len(drawn) // 20)]:
            value = values[feature["properties"]["c"]]
            in_file = feature["properties"][f"v{key}"]
            assert in_file == (value if value == value else maps.ABSENT)


@pytest.mark.parametrize("vintage", VINTAGES)
def test_page_of_every_ics(build: str, vintage: str) -> None:
    for code in cached.areas(build, vintage)["code"]:
        at = page(ics=f"{vintage}:{code}", level="place")
        assert deck(at)["layers"][0]["id"] == maps.PICKED
        assert not at.error and not at.warning


def test_two_layers_count_every_area_once(build: str) -> None:
    selection = Selection(ics="ICB26:E54000055", view="two", level="lsoa")
    shown = scene(build, selection)
    missing = sum(key.count for key in shown.legend)
    assert sum(map(sum, shown.square)) + missing == len(shown.rows) == 793


def test_overlap_counts_areas_and_people(build: str) -> None:
    selection = Selection(ics="ICB26:E54000055", view="overlap")
    shown = scene(build, selection)
    deprived, sick, reached = (part.figures for part in shown.parts)
    table = pd.DataFrame(
        {"decile": deprived["decile"], "need": sick["value"], "reach": reached["value"]}
    ).round({"need": 1, "reach": 1})
    high = sorted(table["need"])[math.ceil(0.8 * len(table)) - 1]
    low = sorted(table["reach"])[math.ceil(0.5 * len(table)) - 1]
    met = (table["decile"] <= 2) & (table["need"] > high) & (table["reach"] <= low)
    assert set(shown.rows["code"]) == set(table.index[met])
    assert len(shown.rows) == 22
    people = cached.areas(build, "MSOA21", selection.parent).set_index("code")["population"]
    total = f"{int(people[shown.rows['code']].sum()):,}"
    assert f"{total} people live there" in shown.sentence
    assert shown.legend[0].count == len(shown.rows)


def test_indicator_without_the_level_is_shown_at_its_finest_and_says_so(build: str) -> None:
    selection = Selection(ics="ICB24:E54000055", layer="coverage", coverage="smi_all6")
    shown = scene(build, selection)
    assert shown.area_type == "SICBL24"
    assert any("not published for neighbourhoods" in note for note in shown.notes)


def test_figure_of_the_former_ics_is_not_shown_under_the_new_one(build: str) -> None:
    at = page(ics="ICB26:E54000069", layer="coverage", coverage="gpps_phone_access")
    assert any("no coverage indicator" in w.value for w in at.warning)
    at = page(ics="ICB26:E54000069", layer="context", context="gpps_phone_access")
    assert any("has no figure for this ICS" in text.value for text in at.info)


def test_link_restores_everything(build: str) -> None:
    at = page(
        ics="ICB24:E54000024",
        place="QHG-BEDFORD",
        level="lsoa",
        layer="context",
        context="fuel_poverty",
        breaks="natural",
    )
    labels = {box.label: box.value for box in at.selectbox}
    assert labels["Integrated Care System"] == "ICB24:E54000024"
    assert labels["Place"] == "QHG-BEDFORD"
    assert labels["Context indicator"] == "fuel_poverty"
    assert labels["Classes"] == "natural"
    first = deck(at)["layers"][0]
    rule = first["_subLayerProps"]["polygons-fill"]["getFillColor"]
    assert "properties.p == 'QHG-BEDFORD'" in rule


def test_pan_and_zoom_survive_a_change_of_layer(build: str) -> None:
    at = page(ics="ICB26:E54000055", layer="condition")
    before = deck(at)
    at.selectbox(key="pick_condition").select("qof_copd").run()
    after = deck(at)
    assert at.query_params["condition"] == "qof_copd"
    assert before["initialViewState"] == after["initialViewState"]
    assert before["layers"][0]["data"] == after["layers"][0]["data"]
    assert before["layers"][0] != after["layers"][0]


def test_no_outside_server_is_named(build: str) -> None:
    spec = deck(page(ics="ICB26:E54000055"))
    assert spec["mapStyle"] == "__MAP_STYLE__" and "mapProvider" not in spec
    assert "//" not in json.dumps(spec)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"ics": "ICB26:E54999999"}, "No ICS has the code"),
        ({"ics": "nonsense"}, "it should look like"),
        ({"ics": "ICB26:E54000055", "place": "QHL-NOWHERE"}, "has no place"),
        ({"ics": "ICB26:E54000055", "area": "MSOA21:E02000001"}, "not an area of this ICS"),
        ({"ics": "ICB26:E54000055", "area": "MSOA21:E02999999"}, "not an area of this ICS"),
        ({"view": "seven"}, "it can be"),
        ({"condition": "imd"}, "which is no condition indicator"),
        ({"level": "' || true || '"}, "it can be"),
    ],
)
def test_bad_link_is_told_and_the_rest_is_shown(
    build: str, query: dict[str, str], said: str
) -> None:
    at = page(**query)
    assert any(said in warning.value for warning in at.warning)
    assert at.get("deck_gl_json_chart")


def test_neighbourhood_opens_beside_place_ics_and_england(build: str) -> None:
    at = page(ics="ICB26:E54000055", area="MSOA21:E02001896", layer="condition")
    table = at.dataframe[0].value
    assert list(table.columns[:4]) == ["Here", "East", "ICS", "England"]
    assert len(table) == 21
    assert at.subheader[0].value == "Small Heath Park"


def test_area_split_between_ics_says_so(build: str) -> None:
    at = page(ics="ICB24:E54000063", area="MSOA21:E02006416")
    assert any("shared between ICSs" in text.proto.body for text in at.get("html"))


def test_download_is_what_is_shown(build: str) -> None:
    from components import tables

    selection = Selection(ics="ICB26:E54000055", layer="condition", level="lsoa")
    shown = scene(build, selection)
    frame = tables.download(shown)
    assert list(frame["area_code"]) == list(shown.rows["code"])
    pd.testing.assert_series_equal(
        frame["value"], shown.rows["value"], check_names=False, check_index=False
    )
    found = orjson.loads(cached.geojson(build, shown.area_type, shown.parent, frame))
    assert len(found["features"]) == 793
    assert found["features"][0]["properties"]["qof_dm_method"] == "attributed"


def test_every_indicator_can_be_mapped_or_says_why_not(build: str) -> None:
    from components.scene import NothingToShow

    shown_at_all = 0
    for entry in catalogue.indicators().values():
        for vintage, code in (("ICB26", "E54000069"), ("ICB24", "E54000063")):
            selection = Selection(
                ics=f"{vintage}:{code}", layer=entry.layer, **{entry.layer: entry.id}
            )
            try:
                shown = scene(build, selection)
            except NothingToShow as nothing:
                assert entry.name in str(nothing)
                continue
            shown_at_all += 1
            assert shown.parts[0].shown.area_type in AREA_TYPES
    assert shown_at_all > 300


def test_without_a_database_there_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'none.db'}")
    monkeypatch.setattr(store, "HOME", tmp_path)
    st.cache_data.clear()
    st.cache_resource.clear()
    at = AppTest.from_file(SHELL, default_timeout=60).run()
    assert not at.exception
    assert "The database is empty" in at.error[0].value


def test_without_boundaries_there_is_a_sentence(
    build: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "boundaries.parquet").write_bytes(b"PAR1 not really")
    monkeypatch.setattr(cached.load, "SNAPSHOT", tmp_path)
    at = AppTest.from_file(SHELL, default_timeout=60).run()
    assert not at.exception
    assert "boundaries.parquet is missing or damaged" in at.error[0].value


def test_widgets_write_only_what_is_not_the_default() -> None:
    assert Selection().query() == {}
    assert Selection(layer="coverage").query() == {"layer": "coverage"}
    assert filters.parse(Selection(layer="coverage", level="lsoa").query())[0].level == "lsoa"


@pytest.mark.parametrize("x", ["deprivation", "condition", "coverage", "context"])
@pytest.mark.parametrize("y", ["deprivation", "condition", "coverage", "context"])
def test_every_pair_of_layers_is_in_one_map_file(build: str, x: str, y: str) -> None:
    selection = Selection(ics="ICB26:E54000055", view="two", x=x, y=y)
    shown = scene(build, selection)
    properties = map_file(build, shown, selection)["features"][0]["properties"]
    assert all(f"v{part.key}" in properties for part in shown.parts)


@pytest.mark.parametrize(
    ("ics", "level", "layer"),
    [
        ("ICB24:E54000057", "neighbourhood", "condition"),
        ("ICB26:E54000055", "lsoa", "deprivation"),
        ("ICB26:E54000036", "neighbourhood", "condition"),
        ("ICB24:E54000042", "lsoa", "coverage"),
        ("", "neighbourhood", "deprivation"),
    ],
)
def test_clusters_of_several_ics_are_drawn_from_a_map_file_of_their_own(
    build: str, ics: str, level: str, layer: str
) -> None:
    selection = Selection(ics=ics, level=level, layer=layer, breaks="clusters")
    shown = scene(build, selection)
    rows = shown.rows
    hot = int((rows["cluster"] == "hot spot").sum())
    cold = int((rows["cluster"] == "cold spot").sum())
    assert hot + cold > 0
    assert {k.label: k.count for k in shown.legend if k.count} == dict(
        rows["cluster"].value_counts()
    )
    content = cached.map_files(build).read(shown.file)
    assert content is not None
    drawn = [f["properties"] for f in orjson.loads(gzip.decompress(content))["features"]]
    assert {p["c"]: p["w"] for p in drawn} == dict(rows["cluster"])
    assert all(CLASSES[p["k"]] == p["w"] for p in drawn)
    key, decimals = shown.parts[0].key, shown.parts[0].entry.decimals
    for p in drawn:
        value = round(rows.loc[p["c"], "value"], decimals)
        assert p[f"v{key}"] == (value if value == value else maps.ABSENT)
    tested = int(rows["p_value"].notna().sum())
    assert (rows.loc[rows["value"].isna(), "cluster"] == "not tested").all()
    assert any(f"{tested:,} " in note and "by chance" in note for note in shown.notes)
    attributed = shown.parts[0].shown.method == "attributed"
    assert any("share GP practices" in note for note in shown.notes) == attributed


def test_clusters_of_hampshire_are_the_same_each_time(build: str) -> None:
    selection = Selection(ics="ICB24:E54000042", layer="condition", breaks="clusters")
    first = scene(build, selection).rows["p_value"]
    st.cache_resource.clear()
    pd.testing.assert_series_equal(first, scene(build, selection).rows["p_value"])


def test_isles_of_scilly_have_no_neighbour_and_are_not_tested(build: str) -> None:
    shown = scene(build, Selection(ics="ICB26:E54000036", breaks="clusters"))
    assert list(shown.rows.index[shown.rows["cluster"] == "not tested"]) == ["E02006781"]


def test_page_of_clusters_lists_hot_spots_first_and_says_how_many(build: str) -> None:
    query = {"ics": "ICB26:E54000055", "layer": "condition", "breaks": "clusters"}
    at = page(**query)
    assert at.selectbox(key="pick_breaks").value == "clusters"
    shown = scene(build, Selection(**query))
    first = deck(at)["layers"][0]
    assert first["data"] == f"/maps/{shown.file}"
    assert "properties.k == 0" in first["_subLayerProps"]["polygons-fill"]["getFillColor"]
    hot = int((shown.rows["cluster"] == "hot spot").sum())
    assert (
        f"of 161 neighbourhoods in Birmingham and Solihull, {hot} are hot spots" in shown.sentence
    )
    table = tables.ranked(shown, "all")["Hot or cold spot"]
    assert (table[:hot] == "hot spot").all() and not (table[hot:] == "hot spot").any()
    assert tables.ranked(shown, "lowest")["Hot or cold spot"].iloc[0] == "cold spot"
    assert list(at.dataframe[0].value["Hot or cold spot"][:3]) == ["hot spot"] * 3


def test_downloads_of_clusters_carry_cluster_and_pseudo_p(build: str) -> None:
    shown = scene(build, Selection(ics="ICB26:E54000055", layer="condition", breaks="clusters"))
    frame = tables.download(shown)
    assert frame["cluster"].tolist() == shown.rows["cluster"].tolist()
    found = orjson.loads(cached.geojson(build, shown.area_type, shown.parent, frame))
    by_code = {f["properties"]["area_code"]: f["properties"] for f in found["features"]}
    for code, row in shown.rows.iterrows():
        assert by_code[code]["cluster"] == row["cluster"]
        assert by_code[code]["p_value"] == row["p_value"]


def test_clusters_of_a_place_count_its_areas_but_are_told_from_the_ics(build: str) -> None:
    whole = scene(build, Selection(ics="ICB26:E54000055", breaks="clusters")).rows
    place = cached.areas(build, "PLACE26", ("ICB26", "E54000055"))["code"].iloc[0]
    query = {"ics": "ICB26:E54000055", "breaks": "clusters", "place": place}
    shown = scene(build, Selection(**query))
    assert sum(key.count for key in shown.legend) == len(shown.rows) < len(whole)
    assert shown.rows["cluster"].equals(whole["cluster"].reindex(shown.rows.index))
    rule = deck(page(**query))["layers"][0]["_subLayerProps"]["polygons-fill"]["getFillColor"]
    assert f"properties.p == '{place}'" in rule


def test_too_few_places_for_clusters_give_a_sentence(build: str) -> None:
    at = page(ics="ICB26:E54000055", level="place", breaks="clusters")
    assert any("need at least 20 areas" in text.value for text in at.info)
    assert not at.get("deck_gl_json_chart")


def test_clusters_are_of_one_layer_only(build: str) -> None:
    for view in ("two", "overlap"):
        at = page(ics="ICB26:E54000055", view=view, breaks="clusters")
        assert "-clusters-" not in deck(at)["layers"][0]["data"]


@pytest.mark.parametrize("level", ["neighbourhood", "lsoa"])
def test_an_own_area_narrows_the_map(build: str, level: str) -> None:
    ics = ("ICB26", "E54000055")
    codes = store.lsoas(cached.engine(), [("MSOA21", "E02001827"), ("MSOA21", "E02001828")])["code"]
    own = OwnArea("Team", tuple(codes[:-1]))
    at = page(own=own_areas.encode(own), level=level)
    assert not at.error and not at.warning
    selection = Selection(ics=":".join(ics), own=own_areas.encode(own), level=level)
    shown = scene(build, selection)
    inside = {"neighbourhood": {"E02001827", "E02001828"}, "lsoa": set(own.lsoas)}[level]
    assert set(shown.rows["code"]) == inside
    people = int(cached.known_lsoas(build).loc[list(own.lsoas), "population"].sum())
    assert f"Of the {people:,} people in Team" in shown.sentence
    partly = any("only partly in Team" in note for note in shown.notes)
    assert partly == (level == "neighbourhood")
    layers = {layer["id"]: layer for layer in deck(at)["layers"]}
    veil = cached.map_files(build).read(layers["veil"]["data"].rpartition("/")[2])
    assert veil is not None and "outline" in layers


def test_an_own_area_in_another_ics_takes_the_map_there(build: str) -> None:
    codes = store.lsoas(cached.engine(), [("MSOA21", "E02001827")])["code"]
    own = own_areas.encode(OwnArea("Team", tuple(codes)))
    at = page(own=own, ics="ICB26:E54000057")
    assert "does not lie in" in at.warning[0].value
    assert at.selectbox(key="pick_system").value == "ICB26:E54000055"


def test_thin_figures_are_counted_in_the_place_alone(build: str) -> None:
    whole = Selection(ics="ICB24:E54000024", layer="condition")
    place = whole.but(place="QHG-BEDFORD")
    counts = []
    for selection in (whole, place):
        shown = scene(build, selection)
        covered = shown.parts[0].figures["covered"].reindex(shown.rows.index)
        thin = int((covered < 0.9).sum())
        assert any(note.startswith(f"{thin} of these neighbourhoods") for note in shown.notes)
        counts.append(thin)
    assert 0 < counts[1] < counts[0]
