"""Statistical neighbours among figures that are simple enough to check by hand."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Engine

from data import models, peers, store
from data.errors import UnknownCodeError

CODES = [f"E020000{n:02d}" for n in range(40)]
FIRST = ("MSOA21", CODES[0])


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """England with forty neighbourhoods and one region, all in the ICS of Westshire."""
    engine = store.connect(f"sqlite:///{tmp_path / 'atlas.db'}")
    models.Table.metadata.create_all(engine)
    rows = [("ICB26", "E54000001", "Westshire"), ("RGN24", "E12000001", "West")]
    rows += [("MSOA21", code, f"Hood {n}") for n, code in enumerate(CODES)]
    areas = pd.DataFrame(rows, columns=["area_type", "code", "name"])
    areas["area_id"] = range(len(areas))
    areas = areas.assign(nhs_code="", population=100, core20=0, rural_urban="")
    areas = areas.assign(**dict.fromkeys(["longitude", "latitude", "west", "south"], 0.0))
    areas.assign(east=0.0, north=0.0).to_sql("area", engine, if_exists="append", index=False)
    inside = pd.DataFrame({"child_id": range(2, 42), "parent_id": 0, "share": 1.0})
    inside.to_sql("containment", engine, if_exists="append", index=False)
    return engine


def put(engine: Engine, indicator: str, period: str, values: list[float | None]) -> None:
    number = len(store.series(engine)) + 1
    row = {
        "series_id": number, "indicator_id": indicator, "area_type": "MSOA21", "period": period,
        "method": "direct", "source": "test", "note": "",
    }  # fmt: skip
    pd.DataFrame([row]).to_sql("series", engine, if_exists="append", index=False)
    figures = pd.DataFrame({"area_id": range(2, 2 + len(values)), "value": values})
    figures = figures.assign(series_id=number)
    figures.to_sql("observation", engine, if_exists="append", index=False)


def frame(**columns: list[float]) -> pd.DataFrame:
    return pd.DataFrame(columns, index=pd.Index(CODES, name="code"))


def test_the_nearest_by_standardised_distance(engine: Engine) -> None:
    # rural has a standard deviation of 10, census_asian of 1
    rural = [0.0, 20.0] * 20
    asian = [0.0, 2.0] * 20
    figures = frame(rural=rural, census_asian=asian)
    figures.loc[CODES[2], "census_asian"] = 0.5
    found = peers.nearest(engine, figures, FIRST)
    sd = figures.std(ddof=0)
    z = figures.loc[CODES[0]] - figures.mean()
    assert found.table["code"].tolist()[:9] == CODES[4:22:2], "all alike, in order of code"
    assert found.table["distance"].tolist()[:9] == [0.0] * 9
    assert found.table["rank"].tolist() == list(range(1, 11))
    assert found.table["name"].iloc[0] == "Hood 4"
    assert set(found.table["ics"]) == {"Westshire"}
    assert set(found.table["place"]) == set(found.table["local_authority"]) == {""}
    assert CODES[0] not in set(found.table["code"])
    assert (found.compared, found.left_out, found.area_type) == (39, 0, "MSOA21")
    variables = found.variables.set_index("indicator_id")
    assert variables["theme"].to_dict() == {"rural": "rurality", "census_asian": "ethnicity"}
    assert variables["z"].to_dict() == pytest.approx((z / sd).to_dict())
    assert variables["sd"].to_dict() == pytest.approx(sd.to_dict())
    every = peers.nearest(engine, figures, FIRST, k=39).table.set_index("code")["distance"]
    assert every[CODES[2]] == pytest.approx(0.5 / sd["census_asian"])
    assert every[CODES[1]] == pytest.approx(np.hypot(20 / sd["rural"], 2 / sd["census_asian"]))
    assert every.is_monotonic_increasing


def test_units_do_not_matter(engine: Engine) -> None:
    generator = np.random.default_rng(1)
    figures = frame(rural=list(generator.random(40)), imd_crime=list(generator.random(40)))
    changed = figures.assign(rural=1000 * figures["rural"] - 7)
    one, other = (peers.nearest(engine, f, FIRST).table for f in (figures, changed))
    pd.testing.assert_frame_equal(one, other)


def test_a_variable_that_is_the_same_everywhere_adds_nothing(engine: Engine) -> None:
    figures = frame(rural=list(range(40)), imd_crime=[3.0] * 40)
    found = peers.nearest(engine, figures, FIRST)
    assert found.table["code"].tolist() == CODES[1:11]
    assert found.variables["z"].iloc[1] == 0


def test_areas_that_lack_a_variable_are_left_out_and_counted(engine: Engine) -> None:
    figures = frame(rural=list(range(40)))
    figures.loc[CODES[1:3], "rural"] = np.nan
    found = peers.nearest(engine, figures, FIRST)
    assert found.table["code"].iloc[0] == CODES[3]
    assert (found.compared, found.left_out) == (37, 2)
    with pytest.raises(peers.NoPeers, match=r"^Hood 1 has no peers: it lacks Rural; .*\.$"):
        peers.nearest(engine, figures, ("MSOA21", CODES[1]))
    with pytest.raises(UnknownCodeError):
        peers.nearest(engine, figures, ("MSOA21", "E02999999"))


def test_the_matrix_holds_the_newest_figures_of_every_area(engine: Engine) -> None:
    put(engine, "rural", "2011", [1.0] * 40)
    put(engine, "rural", "2021", [float(n) for n in range(39)])
    put(engine, "census_asian", "2021", [5.0] * 40)
    put(engine, "qof_dm", "2024-25", [5.0] * 40)
    figures = peers.matrix(engine, store.series(engine), "MSOA21")
    assert list(figures) == ["census_asian", "rural"]
    assert figures.index.tolist() == CODES
    assert figures["rural"].tolist()[:39] == list(range(39))
    assert np.isnan(figures["rural"].iloc[39])


def test_types_without_peers_say_why(engine: Engine) -> None:
    series = store.series(engine)
    with pytest.raises(peers.NoPeers, match=r"England has 1 regions where 30 are needed"):
        peers.matrix(engine, series, "RGN24")
    with pytest.raises(peers.NoPeers, match=r"no figures of deprivation, age and ethnicity"):
        peers.matrix(engine, series, "MSOA21")


def test_an_area_among_its_peers(engine: Engine) -> None:
    put(engine, "qof_dm", "2024-25", [5.0, 9.0, 5.0, 3.0, None, *range(35)])
    put(engine, "qof_hyp", "2024-25", [None, *range(39)])
    figures = frame(rural=list(range(40)))
    found = peers.nearest(engine, figures, FIRST, k=4)
    wanted = ["qof_hyp", "qof_dm", "qof_af"]
    rows = peers.against(engine, store.series(engine), FIRST, found, wanted)
    assert rows["indicator_id"].tolist() == ["qof_dm"], "of the others the area has no figure"
    row = rows.iloc[0]
    assert (row["peers_low"], row["peers_median"], row["peers_high"]) == (3, 5, 9)
    assert (row["value"], row["rank"], row["n"], row["period"]) == (5, 2, 4, "2024-25")
    nothing = peers.against(engine, store.series(engine), FIRST, found, ["qof_af"])
    assert nothing.empty
