"""Who contributes: an inequality of groups, shared out to the areas that they are made of."""

from typing import Literal

import numpy as np
import numpy.typing as npt

from data.statistics.errors import StatisticsError
from data.statistics.inequality import MINIMUM_GROUPS, slope_coefficients
from data.statistics.intervals import Floats, as_floats, refuse_negative


def contributions(
    value: npt.ArrayLike,
    population: npt.ArrayLike,
    group: npt.ArrayLike,
    *,
    measure: Literal["slope", "gap"] = "slope",
) -> Floats:
    """Contribution of each small area to the slope index or to the gap of the extreme groups.

    Both are sums of c_g y_g over groups, y_g the population-weighted mean of the group's areas,
    with coefficients c_g that add up to 0 (for the slope those of weighted least squares, for the
    gap -1 for the most and 1 for the least deprived group). So the overall mean can be taken from
    every area, and area l of group g contributes c_g (n_l / N_g) (y_l - mean), with n_l its people
    and N_g its group's. Contributions add up to `slope_index(...).sii` (linear) or
    `extremes(...).gap` of the groups' values.

    Parameters
    ----------
    value : array-like of float, one a small area
        In any unit; NaN contributes 0 and its people are left out.
    population : array-like of float
        People; an area with 0 or NaN contributes 0.
    group : array-like of int
        0 to k - 1, 0 = most deprived: where groups are deciles, decile 1 (most deprived) is 0.
        Groups without people are left out.

    Returns
    -------
    numpy.ndarray of float64
        One a small area, in the value's unit: negative where the area makes the value fall towards
        the least deprived.

    Raises
    ------
    StatisticsError
        When fewer than five groups have people (two for the gap), a population is negative, a
        group is not a whole number from 0, the shapes do not fit or the measure is unknown.

    Examples
    --------
    >>> contributions([4, 6, 1], [1, 1, 2], [0, 0, 1], measure="gap").tolist()
    [-0.5, -1.5, -2.0]
    """
    if measure not in ("slope", "gap"):
        raise StatisticsError(f"There is no measure '{measure}' to share out; use slope or gap.")
    y, people, number = as_floats(value=value, population=population, group=group)
    refuse_negative(population=people)
    if y.ndim != 1 or np.shape(value) != np.shape(group):
        raise StatisticsError(
            f"The values of small areas have the shape {np.shape(value)} and their groups "
            f"{np.shape(group)}; give lists of one length."
        )
    if not ((number >= 0) & (number == np.floor(number))).all():
        raise StatisticsError(
            "A small area's group is not a whole number from 0, the most deprived; "
            "leave out areas without a group."
        )
    people = np.where(np.isnan(y), 0, np.nan_to_num(people))
    y = np.where(people > 0, y, 0)
    index = number.astype(np.intp)
    total = np.bincount(index, people)
    populated = np.flatnonzero(total)
    minimum = MINIMUM_GROUPS if measure == "slope" else 2
    if populated.size < minimum:
        raise StatisticsError(
            f"Only {populated.size} groups have people and a value, and {minimum} are needed; "
            "choose a larger area."
        )
    if measure == "slope":
        coefficient = slope_coefficients(total)
    else:
        coefficient = np.zeros_like(total)
        coefficient[populated[[0, -1]]] = -1, 1
    mean = (people * y).sum() / people.sum()
    within = people / np.where(total > 0, total, 1)[index]
    return np.asarray(coefficient[index] * within * (y - mean))
