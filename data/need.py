"""Need against coverage: who has most of a condition, who gets least of its care, and how many.

A point an area: how common a condition is, how many of those eligible are covered, how many people
are not. Then the marks that cut high from low, and the gap to a goal as people.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd
from sqlalchemy import Engine

from data import catalogue, inequalities, layers, store
from data.errors import AtlasError
from data.estimate import COVERED_FLAG, COVERED_SHOWN
from data.layers import Shown
from data.profiles import ESTIMATES, NUMBERS, limited
from geo.areas import AREA_TYPES, ENGLAND

Area = tuple[str, str]
Aim = Literal["england", "ics", "least-deprived-fifth", "target"]
Basis = Literal["interval", "spread", "none"]

QUADRANTS: Final = (
    "high need, low coverage",
    "high need, high coverage",
    "low need, low coverage",
    "low need, high coverage",
)
NO_FIGURE: Final = "no figure"
"""What an area is called that lacks need, coverage or one of the marks."""


class NoNeed(AtlasError):
    """Need and coverage cannot be set against each other as asked; the message says why."""


@dataclass(frozen=True)
class Chosen:
    """Which series are set against each other.

    Attributes
    ----------
    level : str
        Area type.
    need : mapping of str to Shown
        Condition to its series.
    coverage_id : str
    coverage : Shown
        The newest that the level has.
    register : Shown or None
        Register of those eligible, of the year nearest to the coverage's (of two as near, the
        later). None where the indicator's own denominator counts them, or nothing does.
    """

    level: str
    need: Mapping[str, Shown]
    coverage_id: str
    coverage: Shown
    register: Shown | None


@dataclass(frozen=True)
class Goal:
    """Coverage to be reached, in %, and whose it is: "England's rate"."""

    aim: Aim
    value: float
    words: str


@dataclass(frozen=True)
class Total:
    """The gap of several areas taken together, in people.

    Attributes
    ----------
    more : float
        People more to reach the goal in every area that is below it.
    low, high : float
        Where `basis` is 'interval': 95% interval, each area's error taken as independent of the
        others' (distances of the areas' ends from their estimates are squared, added and rooted;
        Zou and Donner 2008, Stat Med 27:1693). Where it is 'spread': the sums of the areas' ends,
        a range and no interval. NaN where it is 'none', as it is when areas differ in theirs.
    core20 : float
        Those of `more` who live in the most deprived 20% of England's LSOAs, taking it that in
        every area they live as everyone there does.
    below, areas : int
        Areas below the goal, of those whose gap is known.
    unknown : int
        Areas whose gap is not known.
    """

    more: float
    low: float
    high: float
    basis: Basis
    core20: float
    below: int
    areas: int
    unknown: int


def choose(
    series: pd.DataFrame, level: str, need_ids: Sequence[str], coverage_id: str, *, year: str = ""
) -> Chosen:
    """Find the series to set against each other.

    Parameters
    ----------
    series : pandas.DataFrame
        From `data.store.series`.
    year : str
        Of the conditions: used where the level has it, otherwise the newest.

    Raises
    ------
    NoNeed
        When no condition is given, an indicator is of another layer, or the level lacks one.
    UnknownCodeError
        When an indicator does not exist.
    """
    if not need_ids:
        raise NoNeed("No condition is chosen to measure need by; choose one or several.")
    for code in need_ids:
        if catalogue.indicator(code).layer != "condition":
            raise NoNeed(f"Need is measured by conditions and '{code}' is none; choose another.")
    entry = catalogue.indicator(coverage_id)
    if entry.layer != "coverage" or entry.unit != "%":
        raise NoNeed(f"{entry.name} is not a coverage indicator; choose one.")
    coverage = _shown(series, level, coverage_id)
    register = None
    if entry.eligible:
        mine = series[(series["indicator_id"] == entry.eligible) & (series["area_type"] == level)]
        years = sorted(mine["period"], reverse=True)
        if years:
            nearest = min(years, key=lambda one: abs(_start(one) - _start(coverage.period)))
            register = _shown(series, level, entry.eligible, nearest)
    need = {code: _shown(series, level, code, year) for code in dict.fromkeys(need_ids)}
    return Chosen(level, need, coverage_id, coverage, register)


def figures(
    engine: Engine,
    series: pd.DataFrame,
    area: Area,
    level: str,
    need_ids: Sequence[str],
    coverage_id: str,
    *,
    year: str = "",
) -> pd.DataFrame:
    """Need and coverage of every area of a type that shares ground with one.

    Parameters
    ----------
    series : pandas.DataFrame
        From `data.store.series`.
    need_ids : sequence of str
        One condition, or several for a composite.
    year : str
        Of the conditions: used where the level has it, otherwise the newest. Coverage is the
        newest that the level has.

    Returns
    -------
    pandas.DataFrame
        One row an area, by name:

        - `code`, `name`, `share` (0 to 1, of its residents in `area`); `population`, `core20`
          (residents, and those in the most deprived 20% of England's LSOAs), `eligible` and
          `not_covered` are of that share, so that they add up over parts of an area.
        - `decile`, `imd_quintile`: national, among areas of the type; 1 = most deprived.
        - `need`: recorded prevalence in % of one condition; of several, the mean of their
          z-scores: (value - mean) / standard deviation over the rows shown, each counted once, so
          that 0 is the average of these areas; NaN where one is missing. A condition that is the
          same everywhere adds nothing. Then the prevalence of each condition under its own id.
        - `coverage` in %, `coverage_low`, `coverage_high`, and `basis`, which says what these
          are: 'interval' (95%), 'spread' (patient-weighted 10th and 90th percentile of the
          practices or networks that serve the area, drawn out to the value where it lies beyond
          them; no interval) or 'none'.
        - `eligible`: people whom coverage is about: the indicator's own denominator where it
          counts them, otherwise the register of `Chosen.register`, otherwise NaN; `counted` says
          which: 'denominator', 'register' or 'none'. A register wider than those eligible makes
          it an upper estimate, which the indicator's caveats then say.
        - `not_covered`: eligible x (1 - coverage / 100), not below 0.
        - `covered` (0 to 1): the smallest share of patients behind any of the row's figures;
          `flagged`: it is under 90%.

    Raises
    ------
    NoNeed
        As `choose`, and when no area of the level shares ground with `area`.
    UnknownCodeError
        When the area or an indicator does not exist.
    """
    chosen = choose(series, level, need_ids, coverage_id, year=year)
    whole = store.area(engine, *area)
    here = store.areas(engine, level, parent=area)
    if here.empty:
        raise NoNeed(f"No {AREA_TYPES[level].plural} lie in {whole['name']}; choose another level.")
    used = [*chosen.need.values(), chosen.coverage, *filter(None, [chosen.register])]
    tall = store.observations(engine, sorted({one.series_id for one in used}), parent=area)

    def of(code: str, shown: Shown) -> pd.DataFrame:
        mine = tall[(tall["indicator_id"] == code) & (tall["period"] == shown.period)]
        mine = mine.set_index("area_code").reindex(here["code"]).reset_index(drop=True)
        return mine.astype(NUMBERS).assign(indicator_id=code, method=shown.method)

    need = {code: of(code, shown) for code, shown in chosen.need.items()}
    prevalence = pd.DataFrame({code: rows["value"] for code, rows in need.items()})
    coverage = limited(of(coverage_id, chosen.coverage), [level])
    value = coverage["value"]
    low, high, basis = _ends(coverage)
    eligible = coverage["denominator"].where(coverage["count"].notna())
    counted = np.where(eligible.notna(), "denominator", "none")
    behind = [*need.values(), coverage]
    if chosen.register:
        register = of(catalogue.indicator(coverage_id).eligible, chosen.register)
        counted = np.where(eligible.isna() & register["count"].notna(), "register", counted)
        eligible = eligible.fillna(register["count"])
        behind.append(register)
    covered = pd.concat([rows["covered"] for rows in behind], axis=1).min(axis=1).fillna(1.0)
    decile = here["imd_decile"].astype("float64")
    eligible = eligible * here["share"]
    return pd.DataFrame(
        {
            "code": here["code"],
            "name": here["name"],
            "share": here["share"],
            "population": here["population"] * here["share"],
            "core20": here["core20"] * here["share"],
            "decile": decile,
            "imd_quintile": np.ceil(decile / 2),
            "need": _need(prevalence, prevalence),
            **prevalence,
            "coverage": value,
            "coverage_low": low,
            "coverage_high": high,
            "basis": basis,
            "eligible": eligible,
            "counted": counted,
            "not_covered": (eligible * (1 - value / 100)).clip(lower=0),
            "covered": covered,
            "flagged": covered < COVERED_FLAG,
        }
    )


def need_mark(
    engine: Engine, series: pd.DataFrame, rows: pd.DataFrame, chosen: Chosen, area: Area
) -> float:
    """An area's own need on the scale of the rows: that of its ICS, or England's.

    Parameters
    ----------
    rows : pandas.DataFrame
        From `figures`, of the same conditions; a composite is scaled by their mean and standard
        deviation.

    Returns
    -------
    float
        NaN where the area lacks one of the conditions in that year.
    """
    own = {
        code: [_value(engine, series, code, one.period, area)] for code, one in chosen.need.items()
    }
    return float(_need(pd.DataFrame(own), rows[list(chosen.need)]).iloc[0])


def goal(engine: Engine, series: pd.DataFrame, chosen: Chosen, aim: Aim, area: Area) -> Goal:
    """Say what coverage is to be reached; a mark between low and high coverage too.

    Parameters
    ----------
    aim : {'england', 'ics', 'least-deprived-fifth', 'target'}
        England's rate; the area's own; that of the least deprived fifth of its LSOAs (local
        groups; the mean weighted by the denominator, not known where fewer than half of them have
        a figure); or the national target of the catalogue.
    area : (area type, code)
        The ICS.

    Returns
    -------
    Goal
        Of the same period as the coverage. England's inherited rate is, as a neighbourhood's, the
        mean of the networks' rates weighted by patients.

    Raises
    ------
    NoNeed, data.inequalities.NotMeasured
        When there is no such rate or target.
    """
    entry = catalogue.indicator(chosen.coverage_id)
    name = str(store.area(engine, *area)["name"])
    if aim == "target":
        if entry.target is None:
            raise NoNeed(f"{entry.name} has no national target; choose another goal.")
        return Goal(aim, entry.target.value, "the national target")
    period = chosen.coverage.period
    if aim == "least-deprived-fifth":
        words = f"the rate of the least deprived fifth of {name}"
        base = inequalities.base(series, entry.id, period)
        parts = store.small_areas(engine, base.series_id, base.area_type, area, "local-quintile")
        fifth = parts[parts["group"] == 5]
        known = fifth.dropna(subset=["value"])
        value = np.nan
        if len(known) and len(known) >= COVERED_SHOWN * len(fifth):
            value = float(np.average(known["value"], weights=known["denominator"]))
    else:
        whose = ("ENG", ENGLAND) if aim == "england" else area
        words = "England's rate" if aim == "england" else f"the rate of {name}"
        value = _value(engine, series, entry.id, period, whose)
    if np.isnan(value):
        raise NoNeed(f"{entry.name}, {period}: {words} is not known; choose another goal.")
    return Goal(aim, value, words)


def quadrants(rows: pd.DataFrame, need_mark: float, coverage_mark: float) -> "pd.Series[str]":
    """Put every area into one of `QUADRANTS`, or `NO_FIGURE`.

    High need is above its mark, low coverage below its own; at the mark, need is low and coverage
    high.
    """
    known = rows["need"].notna() & rows["coverage"].notna()
    if np.isnan(need_mark) or np.isnan(coverage_mark):
        known &= False
    high, low = rows["need"] > need_mark, rows["coverage"] < coverage_mark
    cases = [~known, high & low, high & ~low, ~high & low]
    return pd.Series(
        np.select(cases, [NO_FIGURE, *QUADRANTS[:3]], QUADRANTS[3]), rows.index, dtype="str"
    )


def gap(rows: pd.DataFrame, goal: float) -> pd.DataFrame:
    """People more who would be covered if every area reached a goal.

    Parameters
    ----------
    rows : pandas.DataFrame
        From `figures`.
    goal : float
        Coverage in %.

    Returns
    -------
    pandas.DataFrame
        Indexed as `rows`: `code`, `name`, `more` = max(0, (goal - coverage) / 100 x eligible);
        `low` and `high`, the same with `coverage_high` and `coverage_low`, which `basis` says
        what they are (the number of those eligible is taken as known); `core20_share` (0 to 1) of
        the area's residents, and `more_core20`, taking it that those to be reached live as
        everyone in the area does (in an LSOA that is so). NaN where coverage or those eligible
        are not known, `low` and `high` also where `basis` is 'none'; 0 where the area is at the
        goal or above.
    """

    def more(coverage: "pd.Series[float]") -> "pd.Series[float]":
        return ((goal - coverage) / 100 * rows["eligible"]).clip(lower=0)

    share = rows["core20"] / rows["population"].where(rows["population"] > 0)
    people = more(rows["coverage"])
    return pd.DataFrame(
        {
            "code": rows["code"],
            "name": rows["name"],
            "more": people,
            "low": more(rows["coverage_high"]),
            "high": more(rows["coverage_low"]),
            "basis": rows["basis"],
            "core20_share": share,
            "more_core20": people * share,
        }
    )


def total(gaps: pd.DataFrame) -> Total:
    """Add up the gap of several areas.

    Areas that chance alone puts below the goal count too, and those above it do not make up for
    them: the smaller the areas, the wider the gap, and it is never 0 against their own average.

    Parameters
    ----------
    gaps : pandas.DataFrame
        From `gap`.

    Raises
    ------
    NoNeed
        When no area's gap is known.
    """
    known = gaps.dropna(subset=["more"])
    if known.empty:
        raise NoNeed("It is not known how many people here are eligible or how many are covered.")
    more = float(known["more"].sum())
    bases = set(known["basis"])
    basis: Basis = "none"
    low = high = np.nan
    if bases == {"interval"}:
        basis = "interval"
        low, high = (
            more + sign * float(np.sqrt(((known[end] - known["more"]) ** 2).sum()))
            for end, sign in (("low", -1), ("high", 1))
        )
    elif bases == {"spread"}:
        basis = "spread"
        low, high = float(known["low"].sum()), float(known["high"].sum())
    return Total(
        more=more,
        low=low,
        high=high,
        basis=basis,
        core20=float(known["more_core20"].sum()),
        below=int((known["more"] > 0).sum()),
        areas=len(known),
        unknown=len(gaps) - len(known),
    )


def register_share(engine: Engine, series: pd.DataFrame, coverage_id: str) -> tuple[float, str]:
    """Of England's people on the register of `eligible`, how many an indicator is about.

    Returns
    -------
    (float, str)
        Share, 0 to 1, and its year: the newest for which England's denominator counts people and
        the register is published. NaN and '' where there is none.
    """
    eligible = catalogue.indicator(coverage_id).eligible
    mine = series[series["indicator_id"].isin([coverage_id, eligible])]
    ids = mine.loc[mine["area_type"] == "ENG", "series_id"].tolist()
    rows = store.observations(engine, ids, area=("ENG", ENGLAND)).dropna(subset=["count"])
    rows = rows.set_index(["indicator_id", "period"])
    both = [period for code, period in rows.index if (coverage_id, period) in rows.index
            and code == eligible]  # fmt: skip
    if not both:
        return np.nan, ""
    people, register = (
        float(rows.loc[(code, max(both)), column])
        for code, column in ((coverage_id, "denominator"), (eligible, "count"))
    )
    return min(people / register, 1.0), max(both)


def _shown(series: pd.DataFrame, level: str, code: str, period: str = "") -> Shown:
    """The series of one indicator at a level: of a period where there is one, or the newest."""
    every = series[series["indicator_id"] == code]
    mine = every[every["area_type"] == level]
    entry = catalogue.indicator(code)
    if mine.empty:
        has = [kind.plural for kind in AREA_TYPES.values() if kind.id in set(every["area_type"])]
        raise NoNeed(
            f"{entry.name} has no figures for {AREA_TYPES[level].plural}; it has them for "
            f"{', '.join(dict.fromkeys(has)) or 'nowhere'}. Choose another indicator or level."
        )
    wanted = period if period in set(mine["period"]) else layers.newest(mine["period"])
    row = mine[mine["period"] == wanted].iloc[0]
    return Shown(int(row["series_id"]), level, wanted, str(row["method"]), True)


def _start(period: str) -> int:
    return int(period[:4])


def _value(engine: Engine, series: pd.DataFrame, code: str, period: str, area: Area) -> float:
    """One figure of one area; NaN where there is none."""
    mine = series[
        (series["indicator_id"] == code)
        & (series["period"] == period)
        & (series["area_type"] == area[0])
    ]
    rows = store.observations(engine, mine["series_id"].tolist(), area=area)
    return float(rows["value"].astype("float64").iloc[0]) if len(rows) else np.nan


def _need(values: pd.DataFrame, among: pd.DataFrame) -> "pd.Series[float]":
    """Prevalence of one condition as it is; of several, the mean of z-scores among some areas."""
    if len(values.columns) == 1:
        return values.iloc[:, 0]
    sd = among.std(ddof=0).where(among.max() > among.min())
    z = ((values - among.mean()) / sd).fillna(0.0)
    return z.where(values.notna()).mean(axis=1, skipna=False)


def _ends(
    coverage: pd.DataFrame,
) -> "tuple[pd.Series[float], pd.Series[float], np.ndarray]":
    """Lower and upper end of coverage, and what they are."""
    value = coverage["value"]
    spread = coverage[["spread_low", "spread_high"]].notna().all(axis=1) & value.notna()
    spread &= coverage["method"].isin(ESTIMATES)
    basis = np.select([coverage["lower_ci"].notna(), spread], ["interval", "spread"], "none")
    # one practice can hold both percentiles, with the area's own value beyond them
    low, high = coverage["spread_low"].clip(upper=value), coverage["spread_high"].clip(lower=value)
    return (
        coverage["lower_ci"].fillna(low.where(spread)),
        coverage["upper_ci"].fillna(high.where(spread)),
        basis,
    )
