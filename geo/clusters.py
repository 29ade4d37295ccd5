"""Local clusters: areas that are high among high neighbours, or low among low ones."""

from typing import Final

import esda  # type: ignore[import-untyped]
import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from libpysal.graph import Graph  # type: ignore[import-untyped]
from scipy.stats import false_discovery_control

from geo.errors import BoundaryError, GeoError

CLASSES: Final = (
    "hot spot",
    "cold spot",
    "high among low",
    "low among high",
    "not significant",
    "not tested",
)
"""What an area can be; the first two are clusters, the next two stand out from their neighbours."""
FEWEST: Final = 20
"""Areas that can be tested, below which nothing is."""
LEVEL: Final = 0.05
"""False discovery rate."""
PERMUTATIONS: Final = 9_999
"""With 999 the smallest pseudo p, 0.002, is often too large to pass the false discovery rate."""

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


class ClusterError(GeoError):
    """Clusters cannot be told from these figures."""


def neighbours(shapes: gpd.GeoSeries) -> Graph:
    """Find which areas touch, if only at a point (queen contiguity).

    Parameters
    ----------
    shapes : geopandas.GeoSeries
        Polygons that share their vertices exactly (`boundaries.clean`), indexed by code.

    Returns
    -------
    libpysal.graph.Graph
        Indexed by code, sorted. An area that touches none has none: ground across water is not
        neighbouring.

    Raises
    ------
    BoundaryError
        When an area has no boundary.
    """
    bare = shapes.isna() | shapes.is_empty
    if bare.any():
        raise BoundaryError(f"Area {shapes.index[bare][0]} has no boundary.")
    return Graph.build_contiguity(shapes.sort_index(), rook=False)


def local_clusters(
    values: "pd.Series[float]",
    weights: Graph,
    *,
    permutations: int = PERMUTATIONS,
    level: float = LEVEL,
    seed: int = 0,
) -> pd.DataFrame:
    """Classify areas by local Moran's I.

    I_i = (n - 1) z_i sum_j(w_ij z_j) / sum_j(z_j ** 2), where z are deviations from the mean and
    the weights of an area's neighbours add up to 1 (Anselin 1995, Geographical Analysis 27:93). Its
    pseudo p is two-sided: twice the smaller tail of the neighbours' mean when the other areas'
    values are shuffled among them, (tail + 1) / (permutations + 1), at most 1. An area is
    significant where the false discovery rate of all areas tested is at most `level` (Benjamini and
    Hochberg 1995, J R Stat Soc B 57:289; Caldas de Castro and Singer 2006, Geographical Analysis
    38:180).

    Parameters
    ----------
    values : pandas.Series of float64
        One figure an area, any unit, indexed by code. Areas with none (NaN) are left out before
        anything is computed; zero is a value.
    weights : libpysal.graph.Graph
        Neighbours, from `neighbours`; holds every area of `values`.
    permutations : int
        Shuffles for each area.
    level : float
        False discovery rate, 0 to 1.
    seed : int
        Of the shuffles: the same seed gives the same result, however the areas are sorted.

    Returns
    -------
    pandas.DataFrame
        Indexed as `values`: `cluster` (one of `CLASSES`), `statistic` (local Moran's I), `p_value`
        (pseudo p, not corrected); both NaN where the area is not tested, having no figure or no
        neighbour with one.

    Raises
    ------
    ClusterError
        When fewer than `FEWEST` areas can be tested or all values are equal.
    """
    known = values.dropna().sort_index()
    graph = weights.subgraph(known.index)
    known = known.reindex(graph.unique_ids)
    degree = graph.cardinalities.to_numpy("int64")
    tested = degree > 0
    if tested.sum() < FEWEST:
        raise ClusterError(
            f"Hot and cold spots need at least {FEWEST} areas that have a figure and a neighbour "
            f"with one; here there are {tested.sum()}."
        )
    if known.min() == known.max():
        raise ClusterError("All areas have the same figure, so there is no hot or cold spot.")
    found = esda.Moran_Local(known.to_numpy("float64"), graph, permutations=0)
    lag = np.asarray(graph.transform("r").lag(found.z), dtype="float64")
    p_value = _pseudo_p(found.z, lag, degree, permutations, seed)
    high, among_high = found.z > 0, lag > 0
    which = np.select([high & among_high, ~high & ~among_high, high], [0, 1, 2], 3)
    flagged = np.zeros(len(known), dtype=bool)
    flagged[tested] = false_discovery_control(p_value[tested]) <= level
    which = np.where(tested, np.where(flagged, which, 4), 5)
    result = pd.DataFrame(
        {
            "cluster": [CLASSES[n] for n in which],
            "statistic": np.where(tested, found.Is, np.nan),
            "p_value": p_value,
        },
        index=known.index,
    ).reindex(values.index)
    return result.fillna({"cluster": CLASSES[5]})


def _pseudo_p(z: Floats, lag: Floats, degree: Integers, permutations: int, seed: int) -> Floats:
    """Two-sided pseudo p of each area's mean of neighbours; NaN where it has none.

    All areas share the draws. One of k + 1 areas without replacement, the area itself struck out
    where it is among them, begins with k draws from the others; so running sums serve every area.
    esda's own shuffles set numpy's global seed, which other sessions' threads would disturb.
    """
    random = np.random.default_rng(seed)
    width = int(degree.max()) + 1
    draws = np.array([random.choice(len(z), width, replace=False) for _ in range(permutations)])
    sums = np.ascontiguousarray(z[draws].cumsum(axis=1).T)
    order = np.argsort(draws, axis=None, kind="stable")
    starts = np.searchsorted(draws.ravel()[order], np.arange(len(z) + 1))
    p_value = np.full(len(z), np.nan)
    for area in np.flatnonzero(degree):
        k = degree[area]
        draw, place = np.divmod(order[starts[area] : starts[area + 1]], width)
        struck = draw[place < k]
        shuffled = sums[k - 1].copy()
        shuffled[struck] = sums[k, struck] - z[area]
        # sums of equal values in another order may differ in the last digits
        above = np.count_nonzero(shuffled >= k * lag[area] - 1e-9)
        below = np.count_nonzero(shuffled <= k * lag[area] + 1e-9)
        p_value[area] = min(1.0, 2 * (min(above, below) + 1) / (permutations + 1))
    return p_value
