"""Own areas on real figures: made of what is known, they say what is known."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Engine, text

from data import inequalities, load, own_areas, profiles, store
from data.own_areas import OwnArea, OwnAreaError
from geo import assets, boundaries
from geo.areas import OWN

HILL_HOOK = ("MSOA21", "E02001827")
NORTH = ("PLACE26", "QHL-NORTH")
BIRMINGHAM = ("ICB26", "E54000055")
NUMBERS = ["count", "denominator", "value", "covered"]


@pytest.fixture(scope="module")
def url(database_file: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database of its own, that may be written."""
    path = tmp_path_factory.mktemp("own") / "atlas.db"
    shutil.copy(database_file, path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="module")
def engine(url: str) -> Engine:
    return store.connect(url)


@pytest.fixture(scope="module")
def series(engine: Engine) -> pd.DataFrame:
    return store.series(engine)


@pytest.fixture(scope="module")
def shapes() -> gpd.GeoSeries:
    return boundaries.read(load.SNAPSHOT / "boundaries.parquet")


def whole(engine: Engine, *areas: tuple[str, str], name: str = "Ours") -> OwnArea:
    return OwnArea(name, tuple(store.lsoas(engine, list(areas))["code"]))


def made(engine: Engine, series: pd.DataFrame, kind: str, code: str) -> pd.DataFrame:
    """Figures of an area that are made of its LSOAs', by indicator and period."""
    of = series[series["area_type"] == kind]
    rows = store.observations(engine, of["series_id"].tolist(), area=(kind, code))
    rows = rows.set_index(["indicator_id", "period"]).sort_index()
    return rows[rows["lower_ci"].isna() & (rows["method"] != "direct")]


@pytest.mark.parametrize(
    "area",
    [
        HILL_HOOK,
        NORTH,
        BIRMINGHAM,
        ("ICB24", "E54000008"),
        ("WD24", "E05011118"),
        ("PCN26", "U70212"),
        ("LAD24", "E06000053"),
    ],
)
def test_an_own_area_of_all_lsoas_of_an_area_has_its_figures(
    engine: Engine, series: pd.DataFrame, area: tuple[str, str]
) -> None:
    code = own_areas.materialise(engine, whole(engine, area))
    ours, theirs = made(engine, series, OWN, code), made(engine, series, *area)
    both = theirs.index.intersection(ours.index)
    assert len(ours) > 130
    assert set(theirs.index[theirs["method"] != "aggregated"]) <= set(ours.index)
    assert len(both) > 110
    for name in NUMBERS:
        np.testing.assert_allclose(
            ours.loc[both, name].to_numpy("float64"),
            theirs.loc[both, name].to_numpy("float64"),
            rtol=1e-9,
            err_msg=name,
        )
    assert (ours.loc[both, "method"] == theirs.loc[both, "method"]).all()
    assert ours["decile"].isna().all()
    mine, known = store.area(engine, OWN, code), store.area(engine, *area)
    for name in ("population", "core20", *load.BOUNDS, "longitude", "latitude"):
        assert mine[name] == known[name], name
    assert pd.isna(mine["imd_decile"])
    assert pd.isna(mine["imd_rank"])


def test_figures_are_sums_over_the_lsoas(engine: Engine, series: pd.DataFrame) -> None:
    own = whole(engine, HILL_HOOK, ("LSOA21", "E01008881"))
    found = made(engine, series, OWN, own_areas.materialise(engine, own)).reset_index(level=1)
    registered = pd.read_parquet(load.SNAPSHOT / "lsoas.parquet").set_index("lsoa21")["registered"]
    weight = registered.loc[list(own.lsoas)]
    people = store.lsoas(engine, [(OWN, own.code)]).set_index("code")["population"]

    def parts(indicator: str) -> pd.DataFrame:
        one = series[(series["indicator_id"] == indicator) & (series["area_type"] == "LSOA21")]
        rows = store.observations(engine, one["series_id"].tolist()[-1:], parent=(OWN, own.code))
        return rows.set_index("area_code").astype({"covered": "float64"})

    diabetes = parts("qof_dm")
    mine = found.loc[["qof_dm"]].iloc[-1]
    assert mine["count"] == pytest.approx(diabetes["count"].sum())
    assert mine["value"] == pytest.approx(
        100 * diabetes["count"].sum() / diabetes["denominator"].sum()
    )
    assert diabetes["covered"].min() < diabetes["covered"].max()
    assert mine["covered"] == pytest.approx((diabetes["covered"] * weight).sum() / weight.sum())
    score = np.average(parts("imd")["value"], weights=people.reindex(parts("imd").index))
    assert found.loc["imd", "value"] == pytest.approx(score, abs=0.001)


def test_what_covers_too_few_patients_is_not_shown(engine: Engine, series: pd.DataFrame) -> None:
    lsoas = series.query("area_type == 'LSOA21' and indicator_id == 'qof_dm'")
    rows = store.observations(engine, lsoas["series_id"].tolist()[-1:])
    thin = rows[rows["value"].isna()]["area_code"].tolist()
    assert len(thin) > 10
    code = own_areas.materialise(engine, OwnArea("Thin", tuple(thin)))
    found = made(engine, series, OWN, code).loc[("qof_dm", rows["period"].iloc[0])]
    assert found[["value", "count"]].isna().all()
    assert 0 < found["covered"] < 0.5


def test_an_own_area_lies_where_its_parts_lie(engine: Engine) -> None:
    own = whole(engine, HILL_HOOK, ("LSOA21", "E01008881"))
    code = own_areas.materialise(engine, own)
    inside = store.areas(engine, "LSOA21", parent=(OWN, code))
    assert tuple(sorted(inside["code"])) == own.lsoas
    assert (inside["share"] == 1).all()
    hoods = store.areas(engine, "MSOA21", parent=(OWN, code)).set_index("code")
    other = store.containing(engine, "LSOA21", "MSOA21", BIRMINGHAM)["E01008881"]
    people = store.area(engine, "LSOA21", "E01008881")["population"]
    assert hoods["share"].to_dict() == {
        HILL_HOOK[1]: 1.0,
        other: pytest.approx(people / store.area(engine, "MSOA21", other)["population"], abs=1e-6),
    }
    above = store.parents(engine, OWN, code).set_index("area_type")
    assert above.loc["ENG", "share"] == 1
    assert above.loc["ICB26", "code"] == BIRMINGHAM[1]
    assert above.loc[["WD24"], "share"].sum() == pytest.approx(1, abs=1e-5)
    assert "MSOA21" not in above.index
    assert "LSOA21" not in above.index


def test_questions_about_areas_answer_for_own_areas(engine: Engine, series: pd.DataFrame) -> None:
    own = whole(engine, NORTH)
    code = own_areas.materialise(engine, own)
    header, known = (profiles.header(engine, [area]) for area in ((OWN, code), NORTH))
    assert header.names == ("Ours",)
    assert (header.population, header.core20) == (known.population, known.core20)
    assert header.imd_score == pytest.approx(known.imd_score, rel=1e-9)
    assert header.by_decile.tolist() == known.by_decile.tolist()
    assert header.imd_decile is None
    marks = {"England": ("ENG", "E92000001")}
    profile = profiles.profile(engine, series, [(OWN, code)], marks)
    assert profile["england_median"].isna().all(), "own areas are no distribution"
    base = inequalities.base(series, "qof_dm")
    ours, theirs = (
        store.gradient(engine, [base.series_id], "LSOA21", kind, [one], "quintile")
        for kind, one in ((OWN, code), NORTH)
    )
    pd.testing.assert_frame_equal(
        ours.drop(columns="area_code"), theirs.drop(columns="area_code"), rtol=1e-12
    )
    assert len(store.practices(engine, (OWN, code))) == len(store.practices(engine, NORTH))
    assert set(store.lsoa_groups(engine, "MSOA21", (OWN, code))["lsoa21"]) >= set(own.lsoas)


def test_own_areas_are_nowhere_listed(engine: Engine, series: pd.DataFrame) -> None:
    code = own_areas.materialise(engine, whole(engine, HILL_HOOK))
    assert store.areas(engine, OWN).empty
    assert OWN not in store.area_types(engine)
    assert store.area_types(engine, code) == (OWN,)
    ids = series.loc[series["area_type"] == OWN, "series_id"].tolist()
    assert len(ids) == (series["area_type"] == "LSOA21").sum()
    assert store.spans(engine, ids).empty
    assert store.quality(engine, ids).empty


@pytest.mark.parametrize("rounded", [False, True])
def test_the_outline_of_neighbourhoods_gives_them_back(
    engine: Engine, shapes: gpd.GeoSeries, rounded: bool
) -> None:
    groups = store.lsoa_groups(engine, "MSOA21", NORTH).set_index("lsoa21")["code"]
    outlines = boundaries.dissolve(shapes, groups)
    names = store.areas(engine, "MSOA21").set_index("code")["name"].reindex(outlines.index)
    content = (
        assets.feature_collection(outlines, pd.DataFrame({"name": names}))
        if rounded
        else gpd.GeoDataFrame({"name": names}, geometry=outlines).to_json().encode()
    )
    found = own_areas.from_geojson(engine, shapes, content)
    assert found.whole
    for own, code in zip(found.areas, outlines.index, strict=True):
        assert own == OwnArea(names[code], tuple(groups.index[groups == code]))
    most = 0.02 if rounded else 1e-9
    assert (found.rows["left_out"] <= most * found.rows["people"]).all()
    assert (found.rows["taken_in"] <= most * found.rows["people"]).all()
    place = whole(engine, NORTH)
    parts = [tuple(set(own.lsoas) & set(place.lsoas)) for own in found.areas]
    teams = [OwnArea(own.name, part) for own, part in zip(found.areas, parts, strict=True)]
    assert own_areas.check_set(engine, teams, NORTH).exact
    first, second, *others = teams
    fewer = own_areas.check_set(engine, [second, second, *others], NORTH)
    assert tuple(fewer.gaps["lsoa21"]) == first.lsoas
    assert tuple(fewer.overlaps["lsoa21"]) == second.lsoas


def test_codes_of_every_kind_give_the_lsoas_that_they_hold(engine: Engine) -> None:
    for kind in ("MSOA21", "WD24", "PCN26", "PLACE24", "PLACE26"):
        code = store.areas(engine, kind, parent=BIRMINGHAM)["code"].iloc[0]
        found = own_areas.from_codes(engine, code)
        assert found.whole
        assert found.areas[0].lsoas == whole(engine, (kind, code)).lsoas


def test_the_name_is_the_one_given_last(engine: Engine) -> None:
    first = whole(engine, ("LSOA21", "E01009417"), name="First")
    code = own_areas.materialise(engine, first)
    before = held(engine)
    assert own_areas.materialise(engine, first) == code
    assert own_areas.materialise(engine, OwnArea("Second", first.lsoas)) == code
    assert store.area(engine, OWN, code)["name"] == "Second"
    assert held(engine) == before


def held(engine: Engine) -> list[int]:
    with engine.connect() as connection:
        return [
            connection.execute(text(f"SELECT COUNT(*) FROM {name}")).scalar_one()  # noqa: S608
            for name in ("area", "containment", "observation")
        ]


def test_sessions_at_once_make_one_area(engine: Engine, url: str) -> None:
    own = whole(engine, ("LSOA21", "E01009417"), ("LSOA21", "E01021988"))
    before = held(engine)
    with ThreadPoolExecutor(6) as sessions:
        made = [sessions.submit(own_areas.materialise, store.connect(url), own) for _ in range(6)]
    assert {one.result() for one in made} == {own.code}
    assert own_areas.known(engine, own.code)
    assert held(engine)[0] == before[0] + 1


def test_a_code_that_is_no_lsoa_leaves_nothing_behind(engine: Engine) -> None:
    own = OwnArea("Lost", ("E01009417", "E01999999"))
    before = held(engine)
    with pytest.raises(OwnAreaError, match="E01999999 is no LSOA of 2021"):
        own_areas.materialise(engine, own)
    assert held(engine) == before
    assert not own_areas.known(engine, own.code)


def test_the_oldest_go_first_and_those_saved_stay(
    engine: Engine, series: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = store.areas(engine, "LSOA21", parent=HILL_HOOK)["code"].tolist()
    kept, *others = (OwnArea(f"Own {code}", (code,)) for code in codes)
    own_areas.save(engine, "ann", kept)
    monkeypatch.setattr(own_areas, "KEPT", 2)
    for own in (kept, *others):
        own_areas.materialise(engine, own)
    there = [own.name for own in (kept, *others) if own_areas.known(engine, own.code)]
    assert there == [kept.name, *(own.name for own in others[-2:])]
    with engine.connect() as connection:
        for name, column in (
            ("containment", "parent_id"), ("containment", "child_id"), ("observation", "area_id")
        ):  # fmt: skip
            lost = text(
                f"SELECT COUNT(*) FROM {name} WHERE {column} NOT IN (SELECT area_id FROM area)"  # noqa: S608
            )
            assert connection.execute(lost).scalar_one() == 0, f"{name} of areas that are gone"
    own_areas.materialise(engine, others[0])
    assert len(made(engine, series, OWN, others[0].code)) > 100, "and it comes back"


def test_a_load_drops_own_areas_and_leaves_those_saved(engine: Engine) -> None:
    own = whole(engine, HILL_HOOK)
    own_areas.save(engine, "eve", own)
    own_areas.materialise(engine, own)
    load.load(engine)
    assert not own_areas.known(engine, own.code)
    assert [mine for _, _, mine in own_areas.saved(engine, "eve")] == [own]
    own_areas.materialise(engine, own)
    assert own_areas.known(engine, own.code)
