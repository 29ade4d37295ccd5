"""Where the next offers of an intervention go, and what that does to coverage and to its gap.

A plan shares a capacity out among areas by a strategy. Everything in it is an expected number:
what is reached is the offers made times the share of them that is taken up. A cohort is the people
who have given conditions, as many as independence of the conditions lets one expect.

Rows, one an area, are what everything here starts from (`load` makes them; so does `cohort`):

- `code`, `name`; `decile`, national, among areas of the type; decile 1 = most deprived
- `population`, `core20`: residents, and those of them in Core20
- `eligible`: people who could have the intervention, those who have it among them
- `coverage`: the share of them who have it, in %
- `not_covered`, optional: those still to reach; otherwise eligible x (1 - coverage / 100)
- `count`, optional: people who have it where they were counted, NaN where only a rate is known
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from sqlalchemy import Engine

from data import catalogue, layers, store
from data.errors import AtlasError
from data.statistics import inequality, intervals
from data.statistics.allocation import Integers, allocate, allocate_in_order
from geo.areas import AREA_TYPES

Area = tuple[str, str]
Floats = npt.NDArray[np.float64]
Strategy = Literal[
    "proportional",
    "proportionate_universalism",
    "most_deprived_first",
    "least_covered_first",
    "equal_shares",
]

STRATEGIES: Final[Mapping[Strategy, tuple[str, str]]] = {
    "proportional": (
        "In proportion to need",
        "Each area is given offers in proportion to its people who are not covered.",
    ),
    "proportionate_universalism": (
        "Proportionate universalism",
        "Every area is given offers, in proportion to its people who are not covered times the "
        "equity weight of its decile (decile 1 = most deprived).",
    ),
    "most_deprived_first": (
        "Most deprived first",
        "Decile 1 (most deprived) is filled first, then decile 2 and so on; within a decile in "
        "proportion to the people who are not covered.",
    ),
    "least_covered_first": (
        "Least covered first",
        "Areas with the lowest coverage are filled first; those within the same whole percentage "
        "point count as equal and share in proportion to the people who are not covered.",
    ),
    "equal_shares": (
        "Equal shares",
        "Every area is given the same number of offers, as far as it has people for them.",
    ),
}
"""Every strategy: its name, and how it shares out."""

DECILES: Final = 10
EQUITY_STEPS: Final = (1.0, 1.5, 2.0, 3.0, 5.0, 8.0, 12.0, 20.0, 50.0)
"""Equity weights of decile 1 (most deprived) along a frontier; decile 10 weighs 1."""
UPTAKES: Final = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
NEEDED: Final = ("code", "name", "decile", "population", "core20", "eligible", "coverage")
EVERYONE: Final = "qof_hyp"
"""A register of all ages: its denominator is everyone registered with a GP practice."""
WHOLE: Final = 6
"""Decimals to which people are taken, so that 2.9999999 of arithmetic is 3."""


class NotPlanned(AtlasError):
    """There is no plan or cohort for what is asked; the message says why."""


@dataclass(frozen=True)
class Assumptions:
    """What a plan takes for granted.

    Attributes
    ----------
    capacity : int, optional
        Offers there are. Either this or `budget` is given.
    budget, cost : float, optional
        GBP in all, and for each offer, taken up or not. A budget needs a cost.
    uptake : float
        Share of offers taken up, 0 to 1.
    uptake_gradient : float
        Uptake in decile 10 less that in decile 1 (most deprived), -1 to 1: above 0 where the most
        deprived take up fewer. In equal steps by decile about `uptake`, held within 0 and 1.
    equity : float or tuple of ten float
        Weight of a person in decile 1 (most deprived) for one in decile 10, in equal steps between
        them; or the weights of deciles 1 to 10. For proportionate universalism only.
    benefit : float, optional
        GBP for each person reached: the user's own figure, never one of the atlas.
    period : str
        When the offers are made, in words; printed with the result.

    Raises
    ------
    NotPlanned
        When one of them cannot be.
    """

    capacity: int | None = None
    budget: float | None = None
    cost: float | None = None
    uptake: float = 1.0
    uptake_gradient: float = 0.0
    equity: float | tuple[float, ...] = 2.0
    benefit: float | None = None
    period: str = ""

    def __post_init__(self) -> None:
        if (self.capacity is None) == (self.budget is None):
            raise NotPlanned("Give either a capacity or a budget, not both and not neither.")
        if self.capacity is not None and not (
            self.capacity >= 0 and float(self.capacity).is_integer()
        ):
            raise NotPlanned(f"A capacity of {self.capacity} is not a whole number of 0 or more.")
        if self.budget is not None and not self.cost:
            raise NotPlanned("A budget needs a cost for each offer, above 0.")
        for name in ("budget", "cost", "benefit"):
            money = getattr(self, name)
            if money is not None and not (0 <= money < np.inf):
                raise NotPlanned(f"The {name} is {money}; give GBP of 0 or more.")
        if not 0 <= self.uptake <= 1:
            raise NotPlanned(f"The uptake is {self.uptake}; give a share from 0 to 1.")
        if not -1 <= self.uptake_gradient <= 1:
            raise NotPlanned(
                f"The gradient of uptake is {self.uptake_gradient}; give a difference of shares, "
                "from -1 to 1."
            )
        weights = np.atleast_1d(np.asarray(self.equity, dtype=np.float64))
        if weights.size not in (1, DECILES) or not (np.isfinite(weights) & (weights >= 0)).all():
            raise NotPlanned(
                "The equity weight is one number of 0 or more, or ten of them for deciles 1 (most "
                "deprived) to 10."
            )

    @property
    def offers(self) -> int:
        """Offers there are: the capacity, or what the budget pays for."""
        if self.capacity is not None:
            return int(self.capacity)
        return int(np.floor(round((self.budget or 0.0) / (self.cost or 1.0), WHOLE)))

    @property
    def weights(self) -> Floats:
        """Equity weights of deciles 1 (most deprived) to 10."""
        given = np.asarray(self.equity, dtype=np.float64)
        return given if given.ndim else np.linspace(float(given), 1.0, DECILES)

    @property
    def uptakes(self) -> Floats:
        """Uptake, 0 to 1, in deciles 1 (most deprived) to 10."""
        half = self.uptake_gradient / 2
        return np.clip(self.uptake + np.linspace(-half, half, DECILES), 0.0, 1.0)


@dataclass(frozen=True)
class Plan:
    """Who is given how many offers, and what is expected of it.

    Attributes
    ----------
    areas : pandas.DataFrame
        The rows that have figures, with `quintile` (of `decile`; 1 = most deprived),
        `not_covered`, `allocated` (offers), `reached` (offers times uptake: expected people, not
        rounded), `coverage_before` and `coverage_after` (%).
    quintiles : pandas.DataFrame
        The same summed by `quintile` (index 1 to 5; 1 = most deprived), those without areas left
        out; `share` of all who are reached (0 to 1).
    summary : mapping of str to float
        `capacity`, `allocated`, `unused` (offers nobody is left to take), `reached`, `eligible`,
        `not_covered` (before), `can_take` (of them the whole people of each area: an estimate for
        a small area can be a part of one); `coverage_before`, `coverage_after` (%); `sii_before`
        and `sii_after` with `_lower` and `_upper` (percentage points, above 0 where coverage rises
        towards the least deprived; see `interval`), `sii_fall` (|before| - |after|);
        `core20_share` and `most_deprived_share` (of those reached, who live in Core20 and in
        areas of deciles 1 and 2; 0 to 1); `cost`, `cost_per_reached`, `benefit` (GBP). NaN where
        there is none.
    interval : {'chance', 'none'}
        95% limits of the slope index for chance variation in the groups' counts, or none because
        only rates are known. They leave out that the assumptions may be wrong.
    no_index : str
        Why there is no slope index; '' where there is one.
    left_out : int
        Rows without a figure, a decile or anybody eligible.
    """

    strategy: Strategy
    assumptions: Assumptions
    areas: pd.DataFrame
    quintiles: pd.DataFrame
    summary: Mapping[str, float]
    interval: Literal["chance", "none"]
    no_index: str
    left_out: int


def plan(rows: pd.DataFrame, strategy: Strategy, assumptions: Assumptions) -> Plan:
    """Share a capacity out among areas and say what is expected of it.

    No area is given more than its whole people who are not covered. The allocation adds up to the
    capacity, or to all of those where they are fewer. Its rounding keeps the due of each decile,
    within one offer, also where offers are fewer than areas.

    Parameters
    ----------
    rows : pandas.DataFrame
        As the module says.

    Raises
    ------
    NotPlanned
        When a column is missing, a figure cannot be, or no row has figures.
    """
    known = _known(rows)
    # equal remainders: the area with more people to reach, not the first of the alphabet
    order = np.argsort(-known["not_covered"].to_numpy(), kind="stable")
    given = np.zeros(len(known), dtype=np.int64)
    given[order] = _allocation(known.iloc[order], strategy, assumptions)
    decile = known["decile"].to_numpy(int)
    eligible, open_ = (known[name].to_numpy("float64") for name in ("eligible", "not_covered"))
    reached = given * assumptions.uptakes[decile - 1]
    areas = known.assign(
        allocated=given,
        reached=reached,
        coverage_before=known["coverage"],
        coverage_after=known["coverage"] + 100 * reached / eligible,
    ).drop(columns=["coverage", "count", "have"])
    have = known["have"].to_numpy("float64")
    people_of, had, having = (
        np.bincount(decile - 1, figures, minlength=DECILES).astype(np.float64)
        for figures in (eligible, have, have + reached)
    )
    counted = bool(known["count"].notna().all())
    people = known["population"].to_numpy("float64")
    core20 = np.divide(known["core20"], people, out=np.zeros(len(people)), where=people > 0)
    total = float(reached.sum())
    money = float("nan") if assumptions.cost is None else assumptions.cost * int(given.sum())
    summary = {
        "capacity": float(assumptions.offers),
        "allocated": float(given.sum()),
        "unused": float(assumptions.offers - given.sum()),
        "reached": total,
        "eligible": float(eligible.sum()),
        "not_covered": float(open_.sum()),
        "can_take": float(np.floor(open_).sum()),
        "coverage_before": 100 * float(have.sum() / eligible.sum()),
        "coverage_after": 100 * float((have.sum() + total) / eligible.sum()),
        **_slopes(people_of, np.stack([had, having]), counted=counted),
        "core20_share": _ratio(float((reached * core20).sum()), total),
        "most_deprived_share": _ratio(float(reached[decile <= 2].sum()), total),
        "cost": money,
        "cost_per_reached": _ratio(money, total),
        "benefit": float("nan") if assumptions.benefit is None else assumptions.benefit * total,
    }
    populated = int((people_of > 0).sum())
    return Plan(
        strategy=strategy,
        assumptions=assumptions,
        areas=areas,
        quintiles=_quintiles(areas, have),
        summary=summary,
        interval="chance" if counted else "none",
        no_index="" if populated >= inequality.MINIMUM_GROUPS else _too_few(populated),
        left_out=len(rows) - len(known),
    )


def _known(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with figures, checked, and their `quintile`, `not_covered`, `have` (the covered)."""
    if missing := [name for name in NEEDED if name not in rows]:
        raise NotPlanned(f"The areas lack {', '.join(missing)}; a plan needs one of each an area.")
    if rows["code"].duplicated().any():
        twice = rows.loc[rows["code"].duplicated(), "code"].iloc[0]
        raise NotPlanned(f"The area {twice} is there more than once; give each once.")
    numbers = ["decile", "population", "core20", "eligible", "coverage"]
    optional = {name: rows.get(name, np.nan) for name in ("count", "not_covered")}
    out = rows.assign(**optional).astype(dict.fromkeys([*numbers, *optional], "float64"))
    whole = out["decile"].isin(range(1, DECILES + 1)) | out["decile"].isna()
    fits = {
        "decile": whole,
        "eligible": ~(out["eligible"] < 0) & ~np.isinf(out["eligible"]),
        "coverage": ~((out["coverage"] < 0) | (out["coverage"] > 100)),
        "not_covered": ~((out["not_covered"] < 0) | (out["not_covered"] > out["eligible"] + 1e-6)),
        "count": ~((out["count"] < 0) | (out["count"] > out["eligible"] + 1e-6)),
    }
    for name, fit in fits.items():
        if not fit.all():
            wrong = out[~fit].iloc[0]
            raise NotPlanned(
                f"{wrong['name']} ({wrong['code']}) has {name.replace('_', ' ')} "
                f"{wrong[name]:g}; expected a decile from 1 (most deprived) to 10, coverage from "
                "0 to 100%, and no more people than are eligible."
            )
    out = out[(out["eligible"] > 0) & out["coverage"].notna() & out["decile"].notna()]
    if out.empty:
        raise NotPlanned(
            "No area here has a figure and somebody eligible; choose another indicator or area."
        )
    decile = out["decile"].astype(int)
    have = out["count"].fillna(out["eligible"] * out["coverage"] / 100)
    return out.assign(
        decile=decile,
        quintile=(decile + 1) // 2,
        have=have,
        not_covered=out["not_covered"].fillna(out["eligible"] - have).round(WHOLE).clip(lower=0),
    )


def _allocation(rows: pd.DataFrame, strategy: Strategy, assumptions: Assumptions) -> Integers:
    """Offers for each row."""
    open_ = rows["not_covered"].to_numpy("float64")
    decile = rows["decile"].to_numpy(int)
    if strategy == "most_deprived_first":
        return allocate_in_order(assumptions.offers, decile, open_)
    if strategy == "least_covered_first":
        # an estimate's decimals do not rank areas
        return allocate_in_order(
            assumptions.offers, np.floor(rows["coverage"]), open_, strata=decile
        )
    weights = {
        "proportional": open_,
        "proportionate_universalism": open_ * assumptions.weights[decile - 1],
        "equal_shares": np.ones(len(rows)),
    }
    if strategy not in weights:
        raise NotPlanned(f"There is no strategy '{strategy}'; choose of {', '.join(STRATEGIES)}.")
    # by decile, or rounding would favour areas with more people where offers are few
    return allocate(assumptions.offers, weights[strategy], open_, strata=decile)


def _slopes(people: Floats, having: Floats, *, counted: bool) -> dict[str, float]:
    """Slope index of coverage (%) by decile before and after, and by how much it falls."""
    share = having / np.where(people > 0, people, np.nan)
    error = None
    if counted:
        limits = intervals.wilson(np.minimum(having, people), np.broadcast_to(people, having.shape))
        error = 100 * intervals.standard_error(*limits)
    found = inequality.slope_index(
        100 * share,
        np.broadcast_to(people, having.shape),
        standard_error=error,
        repetitions=0,
    )
    before, after = np.asarray(found.sii)
    out = {"sii_before": float(before), "sii_after": float(after)}
    for end in ("lower", "upper"):
        limit = np.asarray(getattr(found, f"sii_{end}")) if counted else (np.nan, np.nan)
        out |= {f"sii_before_{end}": float(limit[0]), f"sii_after_{end}": float(limit[1])}
    return out | {"sii_fall": float(abs(before) - abs(after))}


def _quintiles(areas: pd.DataFrame, have: Floats) -> pd.DataFrame:
    summed = ["population", "eligible", "not_covered", "allocated", "reached", "have"]
    out = areas.assign(have=have).groupby("quintile")[summed].sum()
    reached = float(out["reached"].sum())
    return out.assign(
        coverage_before=100 * out["have"] / out["eligible"],
        coverage_after=100 * (out["have"] + out["reached"]) / out["eligible"],
        share=out["reached"] / reached if reached else np.nan,
    ).drop(columns="have")


def _too_few(populated: int) -> str:
    return (
        f"The areas are of only {populated} of England's deciles of deprivation and an index of "
        "inequality needs five: choose smaller areas, or more of them."
    )


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else float("nan")


def compare(rows: pd.DataFrame, assumptions: Assumptions) -> pd.DataFrame:
    """Every strategy side by side: `Plan.summary` by strategy, with its `name`."""
    plans = [plan(rows, strategy, assumptions) for strategy in STRATEGIES]
    return _side_by_side(plans).set_index("strategy")


def _side_by_side(plans: Sequence[Plan]) -> pd.DataFrame:
    heads = [{"strategy": one.strategy, "name": STRATEGIES[one.strategy][0]} for one in plans]
    return pd.DataFrame([{**head, **one.summary} for head, one in zip(heads, plans, strict=True)])


def sensitivity(
    rows: pd.DataFrame,
    strategy: Strategy,
    assumptions: Assumptions,
    uptakes: Sequence[float] = UPTAKES,
) -> pd.DataFrame:
    """What a plan comes to at other uptakes: `Plan.summary` by `uptake` (0 to 1).

    Offers are the same at every uptake; its gradient is kept.
    """
    plans = [plan(rows, strategy, replace(assumptions, uptake=uptake)) for uptake in uptakes]
    return _side_by_side(plans).assign(uptake=list(uptakes)).set_index("uptake")


def frontier(rows: pd.DataFrame, assumptions: Assumptions) -> pd.DataFrame:
    """Total gain against equality gained, by strategy and along the equity weights.

    The gain is the people expected to be reached, each of whom is in need: eligible and not yet
    covered. Equality gained is the fall in the size of the slope index. Where uptake is the same
    everywhere and the capacity is used up, every strategy gains the same number and only equality
    tells them apart; the two are traded where the more deprived take up fewer offers
    (`Assumptions.uptake_gradient`) or an area has nobody left.

    Returns
    -------
    pandas.DataFrame
        One row a strategy, then one for proportionate universalism at each of `EQUITY_STEPS`:
        `strategy`, `name`, `equity` (weight of decile 1, most deprived, where decile 10 weighs 1;
        NaN for other strategies and for weights given one by one), columns of `Plan.summary`, and
        `efficient`: no other row gains more of the one without less of the other.
    """
    universal: Strategy = "proportionate_universalism"
    plans = [plan(rows, strategy, assumptions) for strategy in STRATEGIES]
    plans += [plan(rows, universal, replace(assumptions, equity=at)) for at in EQUITY_STEPS]
    out = _side_by_side(plans)
    equity = [
        one.assumptions.equity
        if one.strategy == universal and not isinstance(one.assumptions.equity, tuple)
        else np.nan
        for one in plans
    ]
    # people and points to six decimals: less is arithmetic
    gain, fall = (out[name].round(WHOLE).to_numpy("float64") for name in ("reached", "sii_fall"))
    more = (gain >= gain[:, None]) & (fall >= fall[:, None])
    better = (gain > gain[:, None]) | (fall > fall[:, None])
    efficient = ~(more & better).any(axis=1) & ~np.isnan(fall)
    return out.assign(equity=np.asarray(equity, dtype=np.float64), efficient=efficient)


@dataclass(frozen=True)
class Cohort:
    """People who have given conditions, area by area.

    Attributes
    ----------
    areas : pandas.DataFrame
        Rows for a plan (nobody has been reached yet: `coverage` is 0 and `not_covered` all of
        them): `code`, `name`, `place_code`, `place`, `decile` (1 = most deprived), `population`,
        `core20`, `share` (of everyone registered with a GP practice, 0 to 1), `eligible`
        (expected people, not rounded).
    places : pandas.DataFrame
        By `place_code`: `place`, `areas`, `population`, `eligible`.
    conditions, also : tuple of str
        Indicators of which any or all are met, and those that are met besides.
    combine : {'any', 'all'}
    independent : bool
        True where more than one indicator is joined as if they were independent; False for one,
        and where joint figures were given.
    left_out : int
        Areas that lack a figure.
    """

    areas: pd.DataFrame
    places: pd.DataFrame
    conditions: tuple[str, ...]
    also: tuple[str, ...]
    combine: Literal["any", "all"]
    independent: bool
    left_out: int

    @property
    def people(self) -> float:
        """Expected people in all areas together."""
        return float(self.areas["eligible"].sum())


def cohort(
    rows: pd.DataFrame,
    conditions: Sequence[str],
    *,
    combine: Literal["any", "all"] = "any",
    also: Sequence[str] = (),
    within: Sequence[str] | None = None,
    joint: "pd.Series[float] | None" = None,
) -> Cohort:
    """Estimate how many people have any or all of some conditions.

    Conditions count as independent: any = 1 - product of (1 - p), all = product of p. Illnesses
    that go together, or with age, make the true number with all of them higher and with any of
    them lower.

    Parameters
    ----------
    rows : pandas.DataFrame
        From `load`, with `patients` and a column for each indicator: the share p (0 to 1).
    conditions : sequence of str
        Indicators of which any or all must be met.
    also : sequence of str
        Indicators that must all be met besides, such as an age or fuel poverty.
    within : sequence of str, optional
        Codes of the areas to look in; all of them otherwise.
    joint : pandas.Series, optional
        People who meet it all, by area code, where they were counted together; used instead.

    Raises
    ------
    NotPlanned
        When no condition is named, a figure is not among the rows, or a code is not.
    """
    wanted = [*dict.fromkeys([*conditions, *also])]
    if not conditions:
        raise NotPlanned("Name at least one condition for a cohort.")
    if missing := [name for name in (*wanted, "patients") if name not in rows]:
        raise NotPlanned(f"There is no figure of {', '.join(missing)} for these areas.")
    if within is not None:
        if unknown := sorted(set(within).difference(rows["code"])):
            raise NotPlanned(f"{', '.join(unknown[:5])} is not among these areas.")
        rows = rows[rows["code"].isin(within)]
    shares = rows[list(dict.fromkeys(conditions))].to_numpy("float64")
    share = shares.prod(axis=1) if combine == "all" else 1 - (1 - shares).prod(axis=1)
    share = share * rows[list(dict.fromkeys(also))].to_numpy("float64").prod(axis=1)
    people = share * rows["patients"].to_numpy("float64")
    if joint is not None:
        people = rows["code"].map(joint).to_numpy("float64")
        share = people / rows["patients"].to_numpy("float64")
    kept = ["code", "name", "place_code", "place", "decile", "population", "core20"]
    areas = rows[kept].assign(
        share=share, eligible=people, coverage=0.0, not_covered=people.round(WHOLE)
    )
    areas = areas[np.isfinite(share)]
    return Cohort(
        areas=areas,
        places=by_place(areas, ["population", "eligible"]),
        conditions=tuple(dict.fromkeys(conditions)),
        also=tuple(dict.fromkeys(also)),
        combine=combine,
        independent=joint is None and len(wanted) > 1,
        left_out=len(rows) - len(areas),
    )


def by_place(areas: pd.DataFrame, summed: Sequence[str]) -> pd.DataFrame:
    """Sum columns of areas by place: `place`, `areas` (how many) and the sums, by `place_code`."""
    groups = areas.groupby("place_code")
    heads = groups.agg(place=("place", "first"), areas=("code", "size"))
    return heads.join(groups[list(summed)].sum())


def select(areas: pd.DataFrame, size: float) -> pd.DataFrame:
    """Areas with the highest need, until they add up to a cohort of a given size.

    Parameters
    ----------
    areas : pandas.DataFrame
        `Cohort.areas`; need is `share`, the people in the cohort for everyone registered.
    size : float
        People wanted; all there are where they are fewer.

    Returns
    -------
    pandas.DataFrame
        The areas chosen, highest share first (equal ones in the order given), with `selected`
        (people, adding up to `size`) and `part` (of the area's people in the cohort, 0 to 1; under
        1 only in the last, which is cut to fit).
    """
    if not 0 < size < np.inf:
        raise NotPlanned(f"A cohort of {size:g} cannot be chosen; give a number above 0.")
    ordered = areas[areas["eligible"] > 0].sort_values("share", ascending=False, kind="stable")
    people = ordered["eligible"].to_numpy("float64")
    before = np.cumsum(people) - people
    chosen = np.clip(size - before, 0, people)
    out: pd.DataFrame = ordered.assign(selected=chosen, part=chosen / people)[chosen > 0]
    return out.reset_index(drop=True)


def share_out(areas: pd.DataFrame, size: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Share a cohort of a given size out among neighbourhoods and places by need.

    Parameters
    ----------
    areas : pandas.DataFrame
        `Cohort.areas`; need is `eligible`, the people in the cohort.
    size : int
        People to be taken on.

    Returns
    -------
    areas, places : pandas.DataFrame
        The areas with `allocated`: whole people in proportion to `eligible`, never more than
        there are, adding up to `size` or to all there are. The same by place, from `by_place`.
    """
    people = areas["eligible"].round(WHOLE)
    wanted = Assumptions(capacity=size).offers
    shared = allocate(wanted, people, people, strata=areas["place_code"])
    given = areas.assign(allocated=shared)
    return given, by_place(given, ["eligible", "allocated"])


def load(
    engine: Engine,
    series: pd.DataFrame,
    area: Area,
    level: str,
    indicator_id: str = "",
    conditions: Sequence[str] = (),
    year: str = "",
) -> pd.DataFrame:
    """Rows for a plan or a cohort, from the database.

    Parameters
    ----------
    series : pandas.DataFrame
        From `data.store.series`.
    area : (area type, code)
        Where the programme is; of areas that lie in it only partly, that part of their people.
    level : str
        Area type of the rows.
    indicator_id : str
        What is planned: a percentage in its newest period. Of a coverage indicator those eligible
        are its own denominator where that is of people, otherwise the register that the catalogue
        names. Of what is better low (fuel poverty) and of conditions, those who have it are those
        eligible, and nobody is reached yet. '' for none.
    conditions : sequence of str
        Percentages of people for a cohort: of conditions the register as a share of everyone
        registered; of anything else its value, as if it held for everyone alike.
    year : str
        Period of the conditions and of the register, where they have it; the newest otherwise.

    Returns
    -------
    pandas.DataFrame
        As the module says, and `place_code`, `place`; with conditions `patients` (everyone
        registered) and a column for each (share, 0 to 1). NaN where a figure is missing.

    Raises
    ------
    NotPlanned
        When no areas of the level lie there, or an indicator has no figures for them.
    """
    found = store.areas(engine, level, parent=area)
    if found.empty:
        name = store.area(engine, *area)["name"]
        raise NotPlanned(f"No {_plural(level)} lie in {name}; choose a smaller kind of area.")
    rows = found[["code", "name"]].assign(
        decile=found["imd_decile"].astype("float64"),
        population=found["population"] * found["share"],
        core20=found["core20"] * found["share"],
        **_places(engine, area, level, found["code"]),
    )
    at = _Figures(engine, series, area, level, found.set_index("code")["share"])
    if indicator_id:
        rows = rows.assign(**_planned(at, indicator_id, year))
    if conditions:
        patients = at.of(EVERYONE, year)["denominator"].to_numpy()
        rows = rows.assign(patients=patients)
    for code in conditions:
        mine = at.of(code, year)
        condition = catalogue.indicator(code).layer == "condition"
        share = mine["count"] / patients if condition else mine["value"] / 100
        rows = rows.assign(**{code: share.clip(upper=1.0).to_numpy()})
    return rows


@dataclass(frozen=True)
class _Figures:
    """Where figures of indicators are asked for: `share` is how much of each area lies there."""

    engine: Engine
    series: pd.DataFrame
    area: Area
    level: str
    share: "pd.Series[float]"

    def row(self, indicator: str, year: str = "") -> "pd.Series[str]":
        """The series of an indicator: of a year where it has it, otherwise the newest."""
        entry = catalogue.indicator(indicator)
        if entry.unit != "%":
            raise NotPlanned(f"{entry.name} is not a percentage of people; choose one that is.")
        mine = self.series[
            (self.series["indicator_id"] == indicator) & (self.series["area_type"] == self.level)
        ]
        if mine.empty:
            raise NotPlanned(
                f"{entry.name}: there are no figures for {_plural(self.level)}; choose another "
                "kind of area or another indicator."
            )
        period = year if year in set(mine["period"]) else layers.newest(mine["period"])
        return mine[mine["period"] == period].iloc[0]

    def of(self, indicator: str, year: str = "") -> pd.DataFrame:
        """`count`, `denominator` (of the part that lies there) and `value`, by area code."""
        number = int(self.row(indicator, year)["series_id"])
        found = store.observations(self.engine, [number], parent=self.area).set_index("area_code")
        found = found[["count", "denominator", "value"]].reindex(self.share.index).astype("float64")
        people = found[["count", "denominator"]].mul(self.share, axis=0)
        return people.assign(value=found["value"])


def _planned(at: _Figures, indicator: str, year: str) -> dict[str, Floats]:
    """Columns `eligible`, `coverage`, `not_covered` and, where people were counted, `count`."""
    entry = catalogue.indicator(indicator)
    found = at.of(indicator, "" if entry.layer == "coverage" else year)
    if entry.layer == "condition" or entry.polarity == "lower_is_better":
        need = found["count"].to_numpy()
        return {"eligible": need, "coverage": np.where(np.isnan(need), np.nan, 0.0)}
    coverage = found["value"].clip(0, 100)
    if found["count"].notna().any():
        # where either is not shown nobody can be planned for
        eligible = found["denominator"].where(found["count"].notna())
        return {
            "eligible": eligible.to_numpy(),
            "coverage": coverage.to_numpy(),
            # both are rounded by the attribution: a count can come out above its denominator
            "count": found["count"].clip(upper=eligible).to_numpy(),
        }
    if not entry.eligible:
        raise NotPlanned(
            f"{entry.name}: only rates are known here, not how many people it is for; choose "
            "another indicator, or a cohort."
        )
    period = _nearest(at, entry.eligible, at.row(indicator)["period"])
    register = at.of(entry.eligible, period)["count"]
    return {"eligible": register.to_numpy(), "coverage": coverage.to_numpy()}


def _nearest(at: _Figures, register: str, period: str) -> str:
    """The period of a register that is nearest to another, the later of two as near."""
    mine = at.series[
        (at.series["indicator_id"] == register) & (at.series["area_type"] == at.level)
    ]["period"]
    return str(
        min(mine, key=lambda p: (abs(int(p[:4]) - int(period[:4])), -int(p[:4])), default="")
    )


def _places(
    engine: Engine, area: Area, level: str, codes: "pd.Series[str]"
) -> dict[str, "pd.Series[str]"]:
    """Code and name of the place that holds most of each area; the area itself where none does."""
    kind = "PLACE24" if area[0].endswith("24") else "PLACE26"
    names = store.areas(engine, kind, parent=area).set_index("code")["name"].to_dict()
    names[area[1]] = str(store.area(engine, *area)["name"])
    holder = store.containing(engine, level, kind, area).to_dict()
    places = codes.map(lambda code: holder.get(code, area[1])).astype("str")
    return {"place_code": places, "place": places.map(names).astype("str")}


def _plural(level: str) -> str:
    return AREA_TYPES[level].plural if level in AREA_TYPES else f"areas of type {level}"
