"""Hot and cold spots on grids where the answer is known."""

import math

import esda
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo import boundaries, clusters
from geo.clusters import ClusterError, local_clusters, neighbours
from geo.errors import BoundaryError

SIDE = 8


def squares(corners: list[tuple[int, int]]) -> gpd.GeoSeries:
    boxes = [shapely.box(x, y, x + 1, y + 1) for x, y in corners]
    return gpd.GeoSeries(boxes, index=[f"{x},{y}" for x, y in corners], crs=boundaries.CRS)


def grid(side: int = SIDE) -> gpd.GeoSeries:
    return squares([(x, y) for x in range(side) for y in range(side)])


def noise(codes: pd.Index) -> "pd.Series[float]":
    return pd.Series(np.random.default_rng(4).normal(size=len(codes)), index=codes)


def hot_corner() -> "pd.Series[float]":
    values = noise(grid().index)
    values[[f"{x},{y}" for x in range(3) for y in range(3)]] += 10
    return values


def test_neighbours_touch_at_an_edge_or_at_a_corner() -> None:
    found = neighbours(grid(3))
    assert sorted(found["1,1"].index) == sorted(set(grid(3).index) - {"1,1"})
    assert sorted(found["0,0"].index) == ["0,1", "1,0", "1,1"]


def test_island_has_no_neighbour() -> None:
    found = neighbours(squares([(0, 0), (0, 1), (5, 5)]))
    assert found.cardinalities.to_dict() == {"0,0": 1, "0,1": 1, "5,5": 0}


def test_dissolved_areas_keep_the_vertices_that_make_them_neighbours() -> None:
    cells = grid(4)
    halves = pd.Series({c: f"{int(c[0]) // 2},{int(c[2]) // 2}" for c in cells.index})
    found = neighbours(boundaries.dissolve(cells, halves))
    assert set(found.cardinalities) == {3}


def test_area_without_boundary_is_named() -> None:
    shapes = grid(2)
    shapes["1,0"] = None
    with pytest.raises(BoundaryError, match="1,0 has no boundary"):
        neighbours(shapes)


def test_hot_corner_is_found_and_nothing_else_is_hot() -> None:
    found = local_clusters(hot_corner(), neighbours(grid()))
    hot = set(found.index[found["cluster"] == "hot spot"])
    assert {"0,0", "0,1", "1,0", "1,1"} <= hot
    assert hot <= {f"{x},{y}" for x in range(3) for y in range(3)}
    assert (found.loc[list(hot), "statistic"] > 0).all()


def test_cold_corner_is_found_when_the_figures_are_turned_round() -> None:
    up = local_clusters(hot_corner(), neighbours(grid()))
    down = local_clusters(-hot_corner(), neighbours(grid()))
    turned = {
        "hot spot": "cold spot",
        "cold spot": "hot spot",
        "not significant": "not significant",
    }
    assert down["cluster"].tolist() == up["cluster"].map(turned).tolist()


def test_area_that_stands_out_from_a_corner_is_no_cluster() -> None:
    values = hot_corner()
    values["1,1"] = -5.0
    found = local_clusters(values, neighbours(grid()))
    assert found.loc["1,1", "cluster"] == "low among high"
    assert found.loc["1,1", "statistic"] < 0
    assert local_clusters(-values, neighbours(grid())).loc["1,1", "cluster"] == "high among low"


def test_statistic_is_that_computed_by_hand() -> None:
    # a row of 20: figures 1 to 20, mean 10.5, sum of squared deviations 665
    row = squares([(x, 0) for x in range(20)])
    values = pd.Series(np.arange(1.0, 21.0), index=row.index)
    found = local_clusters(values, neighbours(row))
    assert found.loc["0,0", "statistic"] == pytest.approx(19 * -9.5 * -8.5 / 665)
    assert found.loc["4,0", "statistic"] == pytest.approx(19 * -5.5 * (-6.5 - 4.5) / 2 / 665)


def test_pseudo_p_shuffles_the_other_areas_only() -> None:
    # the one neighbour of an end of the row is any of 19 others, the highest of which it is; the
    # end's own figure, higher still, is not among those shuffled
    row = squares([(x, 0) for x in range(20)])
    values = pd.Series([30.0, 20.0, *range(1, 19)], index=row.index)
    p = local_clusters(values, neighbours(row), permutations=19_999)["p_value"]
    assert p["0,0"] == pytest.approx(2 / 19, rel=0.1)


def test_pseudo_p_is_twice_the_one_sided_one_of_esda() -> None:
    values, weights = hot_corner(), neighbours(grid())
    ours = local_clusters(values, weights)["p_value"]
    state = np.random.get_state()  # noqa: NPY002 - esda seeds it
    theirs = esda.Moran_Local(values.to_numpy(), weights, permutations=9_999, seed=1)
    np.random.set_state(state)  # noqa: NPY002
    tail = np.minimum((theirs.sim >= theirs.Is).sum(0), (theirs.sim <= theirs.Is).sum(0))
    expected = np.minimum(1, 2 * (tail + 1) / 10_000)
    assert np.abs(ours.to_numpy() - expected).max() < 0.04


def test_result_is_the_same_each_time_and_in_any_order() -> None:
    values, weights = hot_corner(), neighbours(grid())
    first = local_clusters(values, weights)
    pd.testing.assert_frame_equal(first, local_clusters(values, weights))
    mixed = local_clusters(values.iloc[::-1], neighbours(grid().iloc[::-1]))
    assert list(mixed.index) == list(values.index[::-1])
    pd.testing.assert_frame_equal(first, mixed.reindex(first.index))
    assert not first["p_value"].equals(local_clusters(values, weights, seed=1)["p_value"])


def test_global_random_state_is_left_alone() -> None:
    before = np.random.get_state()[1].copy()  # type: ignore[index]  # noqa: NPY002
    local_clusters(hot_corner(), neighbours(grid()))
    assert (np.random.get_state()[1] == before).all()  # type: ignore[index]  # noqa: NPY002


def test_missing_values_are_left_out_before_anything_is_computed() -> None:
    values = hot_corner()
    gone = ["7,7", "5,2"]
    values[gone] = np.nan
    found = local_clusters(values, neighbours(grid()))
    rest = values.dropna()
    alone = local_clusters(rest, neighbours(grid()[rest.index]))
    assert (found.loc[gone, "cluster"] == "not tested").all()
    assert found.loc[gone, ["statistic", "p_value"]].isna().all(axis=None)
    pd.testing.assert_frame_equal(found.loc[rest.index], alone)


def test_island_and_area_whose_neighbours_have_no_figure_are_not_tested() -> None:
    shapes = pd.concat([grid(), squares([(20, 20), (30, 30), (30, 31)])])
    values = noise(shapes.index)
    values["30,31"] = np.nan
    found = local_clusters(values, neighbours(shapes))
    assert set(found.index[found["cluster"] == "not tested"]) == {"20,20", "30,30", "30,31"}
    assert found["p_value"].notna().sum() == SIDE**2


def test_noise_has_no_clusters_though_some_areas_pass_without_correction() -> None:
    found = local_clusters(noise(grid(20).index), neighbours(grid(20)))
    raw = int((found["p_value"] <= clusters.LEVEL).sum())
    assert 0 < raw <= 3 * clusters.LEVEL * 400
    assert set(found["cluster"]) == {"not significant"}


def test_p_is_between_its_smallest_and_one_also_where_values_tie() -> None:
    values = hot_corner().round(0)
    p = local_clusters(values, neighbours(grid()), permutations=99)["p_value"]
    assert p.between(2 / 100, 1).all()


@pytest.mark.parametrize("value", [0.0, 7.5])
def test_equal_values_give_a_sentence(value: float) -> None:
    values = pd.Series(value, index=grid().index)
    with pytest.raises(ClusterError, match="All areas have the same figure"):
        local_clusters(values, neighbours(grid()))


@pytest.mark.parametrize("figures", [0, 1, 19])
def test_fewer_than_twenty_areas_give_a_sentence(figures: int) -> None:
    row = squares([(x, 0) for x in range(25)])
    values = noise(row.index)
    values.iloc[figures:] = math.nan
    with pytest.raises(ClusterError, match="at least 20 areas"):
        local_clusters(values, neighbours(row))
