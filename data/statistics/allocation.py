"""Whole numbers of offers for areas, out of a fixed capacity.

`weight`, `order` and `eligible` have one entry an area; NaN is missing, and an area that lacks one
of them is given nothing. No area is given more than the whole people that are eligible there. What
is given adds up to the capacity, or to all who are eligible where they are fewer. The same input
gives the same answer. Negative or infinite entries, and a capacity that is not a whole number of 0
or more, raise `StatisticsError`.
"""

import numpy as np
import numpy.typing as npt

from data.statistics.errors import StatisticsError
from data.statistics.intervals import Floats, as_floats, refuse_negative

Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]

DUST = 9
"""Decimals of a share beyond which differences are those of the arithmetic, not of the weights."""


def allocate(
    capacity: int,
    weight: npt.ArrayLike,
    eligible: npt.ArrayLike,
    *,
    strata: npt.ArrayLike | None = None,
) -> Integers:
    """Share a capacity out in proportion to weights, by largest remainder with limits.

    What an area cannot take goes to the others in proportion to their weights, again and again
    until nobody is above the limit (water-filling). Each is then given the whole part of its
    share, and what is left goes one by one to the largest remainders (Hamilton's method; Balinski
    and Young 1982, Fair Representation). Equal remainders: the area that stands first.

    Parameters
    ----------
    capacity : int
        Offers there are.
    weight : array_like of float, shape (areas,)
        In any unit: only proportions matter. Areas of weight 0 are given nothing until all others
        are full; the rest is then shared among them in proportion to those eligible.
    eligible : array_like of float, shape (areas,)
        People who can take an offer; a part of a person cannot.
    strata : array_like, shape (areas,), optional
        What is left goes to the strata first, by their own remainders, and within each to its
        areas. Where offers are fewer than areas, largest remainders are those of the largest
        weights alone; strata (deciles of deprivation) keep a kind of area from being favoured by
        that.

    Returns
    -------
    numpy.ndarray of int64, shape (areas,)
        Within one of each area's exact share, and of each stratum's. As with all methods of
        largest remainder, one more offer can in rare cases move another from one area to the next.

    Examples
    --------
    >>> allocate(10, [1, 1, 2], [9, 9, 9]).tolist()
    [3, 2, 5]
    >>> allocate(10, [1, 1, 2], [9, 9, 4.9]).tolist()
    [3, 3, 4]
    """
    number, limit, (weights,), kinds = _checked(capacity, eligible, strata, weight=weight)
    known = ~np.isnan(weights) & (limit > 0)
    given = np.zeros(len(limit), dtype=np.int64)
    for members, parts in ((known & (weights > 0), weights), (known & (weights == 0), limit)):
        _share(number - int(given.sum()), parts, limit, kinds, members, given)
    return given


def allocate_in_order(
    capacity: int,
    order: npt.ArrayLike,
    eligible: npt.ArrayLike,
    *,
    strata: npt.ArrayLike | None = None,
) -> Integers:
    """Fill areas one after the other until the capacity is used up.

    Parameters
    ----------
    capacity : int
        Offers there are.
    order : array_like of float, shape (areas,)
        Lowest first. Areas of equal order are one step: the step that the capacity cannot fill is
        shared out in proportion to those eligible, as `allocate` does.
    eligible, strata
        As in `allocate`.

    Returns
    -------
    numpy.ndarray of int64, shape (areas,)

    Examples
    --------
    >>> allocate_in_order(10, [2, 1, 2], [8, 6, 4]).tolist()
    [3, 6, 1]
    """
    number, limit, (steps,), kinds = _checked(
        capacity, eligible, strata, order=order, negative=True
    )
    known = ~np.isnan(steps)
    values, step = np.unique(steps[known], return_inverse=True)
    filled = np.cumsum(np.bincount(step, limit[known], minlength=len(values)))
    last = np.searchsorted(filled, number)
    given = np.zeros(len(limit), dtype=np.int64)
    at = np.full(len(limit), len(values))
    at[known] = step
    given[at < last] = limit[at < last]
    # the step that is begun and not finished; none where everybody is reached
    members = (at == last) & known & (limit > 0)
    _share(number - int(given.sum()), limit, limit, kinds, members, given)
    return given


def _checked(
    capacity: int,
    eligible: npt.ArrayLike,
    strata: npt.ArrayLike | None,
    *,
    negative: bool = False,
    **given: npt.ArrayLike,
) -> tuple[int, Integers, list[Floats], npt.NDArray[np.intp]]:
    """The capacity, whole people eligible (0 where missing), the rest, and strata by number."""
    if isinstance(capacity, bool) or capacity < 0 or not float(capacity).is_integer():
        raise StatisticsError(
            f"A capacity of {capacity} cannot be shared out: give a whole number of 0 or more."
        )
    people, *rest = as_floats(eligible=eligible, **given)
    if people.ndim != 1:
        raise StatisticsError(
            f"The areas have the shape {people.shape}: give one row with one entry an area."
        )
    refuse_negative(eligible=people)
    if not negative:
        refuse_negative(**dict(zip(given, rest, strict=True)))
    kinds = np.zeros(len(people), dtype=np.intp)
    if strata is not None:
        kinds = np.unique(np.asarray(strata), return_inverse=True)[1]
    if kinds.shape != people.shape:
        raise StatisticsError(
            f"The strata have the shape {kinds.shape} and the areas {people.shape}: give one each."
        )
    return int(capacity), np.floor(np.nan_to_num(people)).astype(np.int64), rest, kinds


def _share(
    number: int,
    weight: npt.NDArray[np.generic],
    limit: Integers,
    strata: npt.NDArray[np.intp],
    members: Booleans,
    out: Integers,
) -> None:
    """Write into `out` what each of `members` gets of `number`; their weights are above 0."""
    places = np.flatnonzero(members)
    parts, room, kinds = weight[places].astype(np.float64), limit[places], strata[places]
    number = min(number, int(room.sum()))
    got = np.zeros(len(places), dtype=np.int64)
    exact = np.zeros(len(places))
    free = np.ones(len(places), dtype=bool)
    while number:
        # dividing by the largest first keeps very small and very large weights apart from 0
        scaled = parts[free] / parts[free].max()
        exact[free] = number * (scaled / scaled.sum())
        full = free & (exact >= room)
        if not full.any():
            by_kind = np.bincount(kinds, exact).astype(np.float64)
            totals = _whole(by_kind, np.array([number]), np.zeros(len(by_kind), dtype=np.intp))
            got += _whole(exact, totals, kinds)
            break
        got[full] = room[full]
        number -= int(room[full].sum())
        free &= ~full
        exact[full] = 0
    out[places] = got


def _whole(exact: Floats, totals: Integers, kinds: npt.NDArray[np.intp]) -> Integers:
    """Shares made whole so that each kind adds up to its total, largest remainders first."""
    shares = np.round(exact, DUST)
    whole = np.floor(shares).astype(np.int64)
    sizes = np.bincount(kinds, minlength=len(totals))
    left = totals - np.bincount(kinds, whole, minlength=len(totals)).astype(np.int64)
    order = np.lexsort((whole - shares, kinds))
    place = np.arange(len(kinds)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    whole[order[place < left[kinds[order]]]] += 1
    return whole
