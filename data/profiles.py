"""What is known of a neighbourhood, or of several taken as one, and how it compares.

Everything here is asked of the database when it is called; callers that ask often hold the results.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from sqlalchemy import Engine

from data import catalogue, store
from data.errors import AtlasError
from data.inequalities import limits
from data.statistics import comparison, intervals, trend

Area = tuple[str, str]
Floats = npt.NDArray[np.float64]

NO_INTERVAL: Final = ("LSOA21", "MSOA21", "WD24", "PCN26", "OWN")
"""Levels at which an attributed or inherited estimate claims no sampling interval."""

ESTIMATES: Final = ("attributed", "inherited")
"""Methods that estimate a figure from the practices or networks that serve an area."""

FIXED: Final = ("rural",)
"""Classifications: chance has no part in them, so they have no interval."""

LEAST_AREAS: Final = 10
"""Fewer areas of a type have no quartiles."""

ABOVE: Final = ("RGN24", "ICB26", "ICB24", "PLACE26", "PLACE24", "LAD24")
"""Kinds of area that a profile's header says it lies in."""

AGES: Final[Mapping[str, tuple[float, float]]] = {
    "census_under5": (0, 5),
    "census_under15": (0, 15),
    "census_aged_15_24": (15, 25),
    "census_aged_25_44": (25, 45),
    "census_aged_45_64": (45, 65),
    "census_65plus": (65, inf),
    "census_75plus": (75, inf),
    "census_85plus": (85, inf),
}
"""Ages that an indicator counts: from, and below; they overlap."""

SPAN: Final = {
    "low": "england_low",
    "q1": "england_q1",
    "median": "england_median",
    "q3": "england_q3",
    "high": "england_high",
}
FIGURE: Final = (
    "indicator_id", "name", "short_name", "layer", "group", "unit", "decimals", "polarity",
    "period", "method", "dataset_id", "count", "denominator", "value", "lower_ci", "upper_ci",
    "lower_998", "upper_998", "spread_low", "spread_high", "covered", "decile", "target",
    *SPAN.values(),
)  # fmt: skip
"""Columns of a profile before those of its benchmarks."""

NUMBERS: Final = dict.fromkeys(
    [
        "count", "denominator", "value", "lower_ci", "upper_ci", "spread_low", "spread_high",
        "covered", "decile",
    ],
    "float64",
)  # fmt: skip
"""Columns of figures that are numbers, also where all of them are missing."""

COMPARED: Final = ("compared", "compared_998", "basis", "judged")
"""Columns that say how a figure compares with one benchmark."""


class NoProfile(AtlasError):
    """There is no profile of what is asked; the message says why."""


@dataclass(frozen=True)
class Header:
    """What an area is, where it lies and who lives there.

    Attributes
    ----------
    names, area_types : tuple of str
        Of the areas, in the order given.
    population, core20 : int
        Residents (mid-2024), and those of them in the most deprived fifth of England's LSOAs; one
        who lives in two of the areas is counted once.
    core20_share, rural : float
        Shares of residents, 0 to 1; NaN where nobody lives there or it is not known.
    imd_score : float
        Index of Multiple Deprivation 2025, mean of LSOAs weighted by people; higher is more
        deprived. NaN where not known.
    imd_decile, imd_rank : int or None
        Among England's areas of the type; decile 1 = most deprived, rank 1 = most deprived. None
        of several areas, and of types with fewer than ten.
    within : tuple of (area type, code, name, share)
        Areas of `ABOVE` that hold some of its residents, and what share of them (0 to 1).
    by_decile : pandas.Series of int
        Residents by national decile of their LSOA, 1 to 10; decile 1 = most deprived.
    """

    names: tuple[str, ...]
    area_types: tuple[str, ...]
    population: int
    core20: int
    core20_share: float
    imd_score: float
    imd_decile: int | None
    imd_rank: int | None
    rural: float
    within: tuple[tuple[str, str, str, float], ...]
    by_decile: "pd.Series[int]"


def header(engine: Engine, areas: Sequence[Area]) -> Header:
    """Say what one area is, or several taken as one.

    Raises
    ------
    NoProfile
        When no area is given.
    UnknownCodeError
        When one does not exist.
    """
    rows = _known(engine, areas)
    lsoas = store.lsoas(engine, areas)
    alone = rows[0] if len(rows) == 1 else None
    people, core20 = (
        int(lsoas[name].sum() if alone is None else alone[name])
        for name in ("population", "core20")
    )
    ranked = alone is not None and bool(pd.notna(alone["imd_decile"]))
    series = store.series(engine)
    wanted = series[series["indicator_id"].isin(["imd", "rural"])]
    figures = _newest(_figures(engine, wanted, areas)).set_index("indicator_id")["value"]
    kinds = set(ABOVE).intersection(
        *(store.parents(engine, kind, code)["area_type"] for kind, code in areas)
    )
    holders = store.holders(engine, areas, sorted(kinds)) if kinds else pd.DataFrame()
    within = [
        (str(row["area_type"]), str(row["code"]), str(row["name"]), float(row["people"]) / people)
        for row in holders.to_dict("records")
        if people
    ]
    by_decile = lsoas.groupby("imd_decile")["population"].sum()
    return Header(
        names=tuple(str(row["name"]) for row in rows),
        area_types=tuple(kind for kind, _ in areas),
        population=people,
        core20=core20,
        core20_share=core20 / people if people else np.nan,
        imd_score=float(figures.get("imd", np.nan)),
        imd_decile=int(alone["imd_decile"]) if alone is not None and ranked else None,
        imd_rank=int(alone["imd_rank"]) if alone is not None and ranked else None,
        rural=float(figures.get("rural", np.nan)) / 100,
        within=tuple(sorted(within, key=lambda one: (ABOVE.index(one[0]), -one[3], one[1]))),
        by_decile=by_decile.reindex(range(1, 11), fill_value=0).astype("int64"),
    )


def profile(
    engine: Engine,
    series: pd.DataFrame,
    areas: Sequence[Area],
    benchmarks: Mapping[str, Area],
    *,
    england: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Every indicator of one area, or of several taken as one, beside some benchmarks.

    Parameters
    ----------
    series : pandas.DataFrame
        From `data.store.series`.
    areas : sequence of (area type, code)
        One: its own figures. Several: made from their LSOAs, each counted once; only indicators
        that have figures for LSOAs.
    benchmarks : mapping of str to (area type, code)
        Heading to area. A benchmark's figure is of the same period, or missing.
    england : pandas.DataFrame, optional
        From `span` of the area's type; asked of the database where it is not given.

    Returns
    -------
    pandas.DataFrame
        One row an indicator, in the catalogue's order: its newest period with a value. Columns
        `FIGURE`, then for each benchmark b its value `b` and `b_compared` and so on of `COMPARED`.
        `decile` 1 = most deprived. Intervals: `limited`. Comparison: `compared`. Columns
        `england_*` are the minimum, quartiles and maximum of England's areas of the type; NaN for
        several areas and for types with fewer than ten.

    Raises
    ------
    NoProfile
        When no area is given.
    UnknownCodeError
        When an area or a benchmark does not exist.
    """
    _known(engine, areas)
    rows = limited(_newest(_figures(engine, series, areas)), [kind for kind, _ in areas])
    entries = catalogue.indicators()
    order = {code: n for n, code in enumerate(entries)}
    rows = rows.sort_values("indicator_id", key=lambda codes: codes.map(order), ignore_index=True)
    entry = [entries[code] for code in rows["indicator_id"]]
    for name in ("name", "short_name", "layer", "group", "unit", "decimals", "polarity"):
        rows[name] = [getattr(one, name) for one in entry]
    rows["target"] = [one.target.value if one.target else np.nan for one in entry]
    alone = len(areas) == 1
    spans = _spans(engine, rows["series_id"], england) if alone else pd.DataFrame()
    for name, column in SPAN.items():
        rows[column] = rows["series_id"].map(spans[name]) if len(spans) else np.nan
    rows = rows[list(FIGURE)]
    for heading, area in benchmarks.items():
        mark = _marks(engine, series, area, rows)
        itself = alone and areas[0] == area
        known = compared(rows, mark.where(pd.Series(not itself, mark.index)))
        rows = rows.assign(
            **{heading: mark, **{f"{heading}_{name}": known[name] for name in COMPARED}}
        )
    return rows


def span(engine: Engine, series: pd.DataFrame, area_type: str) -> pd.DataFrame:
    """Minimum, quartiles and maximum of England's areas of a type, newest period of each indicator.

    Returns
    -------
    pandas.DataFrame
        Indexed by `series_id`; the other columns of `data.store.spans`.
    """
    newest = _newest(series[series["area_type"] == area_type])
    return store.spans(engine, newest["series_id"].tolist()).set_index("series_id")


def _spans(
    engine: Engine, series_ids: "pd.Series[int]", given: pd.DataFrame | None
) -> pd.DataFrame:
    """Spans of some series: those given, the rest asked; none where there are few areas."""
    missing = series_ids if given is None else series_ids[~series_ids.isin(given.index)]
    asked = store.spans(engine, missing.tolist()).set_index("series_id")
    spans = asked if given is None else pd.concat([given, asked]) if len(asked) else given
    return spans[spans["areas"] >= LEAST_AREAS]


def limited(rows: pd.DataFrame, area_types: Sequence[str]) -> pd.DataFrame:
    """Give figures their intervals at 95% and 99.8%.

    Published limits stand at 95%; at 99.8% each is moved away from the value by the ratio of the
    normal quantiles. Otherwise they are made from counts, Wilson for percentages and Byar for
    rates. An estimate at a level of `NO_INTERVAL` has none, nor has a figure without counts or one
    of `FIXED`.

    Parameters
    ----------
    rows : pandas.DataFrame
        `indicator_id`, `method`, `count`, `denominator`, `value`, `lower_ci`, `upper_ci`.
    area_types : sequence of str
        Types of the areas that the figures are of.

    Returns
    -------
    pandas.DataFrame
        The same with `lower_ci`, `upper_ci`, `lower_998`, `upper_998` in the indicator's unit.
    """
    entries = catalogue.indicators()
    published = {name: rows[name].to_numpy("float64") for name in ("lower_ci", "upper_ci")}
    made = {name: np.full(len(rows), np.nan) for name in ("l95", "u95", "l998", "u998")}
    kinds = [(entries[code].unit == "%", entries[code].per) for code in rows["indicator_id"]]
    for kind in set(kinds):
        here = np.array([one == kind for one in kinds])
        entry = entries[rows["indicator_id"][here].iloc[0]]
        for level, low, high in ((0.95, "l95", "u95"), (0.998, "l998", "u998")):
            made[low][here], made[high][here] = limits(rows[here], entry, level)
    value = rows["value"].to_numpy("float64")
    stretch = intervals.z(0.998) / intervals.z(0.95)
    top = np.array([per if share else inf for share, per in kinds], dtype=np.float64)
    widened = {
        name: np.clip(value + (published[name] - value) * stretch, -inf, top) for name in published
    }
    has = ~np.isnan(published["lower_ci"])
    estimated = rows["method"].isin(ESTIMATES).to_numpy() & any(
        kind in NO_INTERVAL for kind in area_types
    )
    none = estimated | np.isnan(value) | rows["indicator_id"].isin(FIXED).to_numpy()
    columns = {
        "lower_ci": np.where(has, published["lower_ci"], made["l95"]),
        "upper_ci": np.where(has, published["upper_ci"], made["u95"]),
        "lower_998": np.where(has, widened["lower_ci"], made["l998"]),
        "upper_998": np.where(has, widened["upper_ci"], made["u998"]),
    }
    return rows.assign(**{name: np.where(none, np.nan, ends) for name, ends in columns.items()})


def compared(rows: pd.DataFrame, mark: "pd.Series[float]") -> pd.DataFrame:
    """Say how figures compare with a benchmark.

    Parameters
    ----------
    rows : pandas.DataFrame
        With the columns of `limited`, and `spread_low`, `spread_high`.
    mark : pandas.Series of float
        The benchmark of each row, taken as known without error.

    Returns
    -------
    pandas.DataFrame
        Columns `COMPARED`. `compared` and `compared_998`: 'lower', 'similar', 'higher' or 'not
        compared', at 95% and 99.8%. `basis`: 'interval'; 'spread' where there is no interval and
        the figure is an estimate: 'higher' then means that the figure and nearly all practices
        that serve the area (from their 10th percentile) are above the benchmark, 'lower' that
        they are below, which is no test; or 'none'. `judged`: 'better' or 'worse' where the
        indicator says which is good, otherwise as `compared`.
    """
    entries = catalogue.indicators()
    at_95, at_998 = (
        comparison.against_benchmark(rows[low], rows[high], mark)
        for low, high in (("lower_ci", "upper_ci"), ("lower_998", "upper_998"))
    )
    # one practice can hold both percentiles, with the area's own value beyond them
    low, high = (rows[end].where(rows["value"].notna()) for end in ("spread_low", "spread_high"))
    low, high = low.clip(upper=rows["value"]), high.clip(lower=rows["value"])
    by_spread = comparison.against_benchmark(low, high, mark)
    estimated = rows["method"].isin(ESTIMATES) & rows["value"].notna()
    basis = np.select(
        [at_95 != "not compared", estimated & (by_spread != "not compared")],
        ["interval", "spread"],
        "none",
    )
    said = np.where(basis == "spread", by_spread, at_95)
    polarity = np.array([entries[code].polarity for code in rows["indicator_id"]], dtype=str)
    good = np.select(
        [polarity == "higher_is_better", polarity == "lower_is_better"], ["higher", "lower"], ""
    )
    judged = np.select(
        [~np.isin(said, ("lower", "higher")) | (good == ""), said == good],
        [said, "better"],
        "worse",
    )
    return pd.DataFrame(
        {"compared": said, "compared_998": at_998, "basis": basis, "judged": judged},
        index=rows.index,
    )


def trends(
    engine: Engine, series: pd.DataFrame, areas: Sequence[Area], indicator_ids: Sequence[str]
) -> pd.DataFrame:
    """Every period of some indicators of one area, or of several taken as one.

    A change is tested on single years that do not overlap (years; the same quarter of each year
    where there are only quarters) and that were made in one way: with five or more, by
    `data.statistics.trend.recent_trend`; with two to four, by the 99.8% interval of the difference
    between the last and the first.

    Returns
    -------
    pandas.DataFrame
        By indicator, in the order asked, and period: `indicator_id`, `period`, `method`,
        `dataset_id`, `count`, `denominator`, `value`, `lower_ci`, `upper_ci`, `spread_low`,
        `spread_high`, `covered`, and of the whole indicator `marker`: 'increasing', 'decreasing',
        'no detectable change' or 'not tested'; `tested`: what was tested, or why nothing was.
        Periods without a value are left out.
    """
    _known(engine, areas)
    wanted = series[series["indicator_id"].isin(list(indicator_ids))]
    rows = _figures(engine, wanted, areas).dropna(subset=["value"])
    rows = limited(rows, [kind for kind, _ in areas])
    parts = []
    for code in dict.fromkeys(indicator_ids):
        mine = rows[rows["indicator_id"] == code]
        mine = mine.sort_values("period", key=lambda periods: periods.map(_in_time))
        marker, tested = _changed(mine) if len(mine) else ("", "")
        parts.append(mine.assign(marker=marker, tested=tested))
    columns = [
        "indicator_id", "period", "method", "dataset_id", "count", "denominator", "value",
        "lower_ci", "upper_ci", "spread_low", "spread_high", "covered", "marker", "tested",
    ]  # fmt: skip
    out = pd.concat(parts, ignore_index=True) if parts else rows.assign(marker="", tested="")
    return out[columns]


def _changed(rows: pd.DataFrame) -> tuple[str, str]:
    """Marker of one indicator's rows, in order of time, and what was tested or why nothing was."""
    if rows["lower_ci"].isna().all():
        estimate = rows["method"].iloc[-1] in ESTIMATES
        return NOT_TESTED, "an estimate without an interval" if estimate else "no interval"
    single = rows[rows["period"].map(_year).notna()]
    if len(single) < 2:
        quarter = rows["period"].str.extract(r" (Q[1-4])$")[0]
        if quarter.isna().all():
            return NOT_TESTED, "one period only" if len(rows) == 1 else "no two single years"
        single = rows[quarter == quarter.dropna().iloc[-1]]
    alike = single["method"].isin(ESTIMATES) == (single["method"].iloc[-1] in ESTIMATES)
    points = single[alike & single["lower_ci"].notna()]
    if len(points) < 2:
        made_otherwise = len(single) > 1 and not alike.all()
        return NOT_TESTED, "made in another way before" if made_otherwise else "one period only"
    error = intervals.standard_error(points["lower_ci"], points["upper_ci"])
    value = points["value"].to_numpy("float64")
    if len(points) >= trend.POINTS:
        years = points["period"].map(lambda period: int(period[:4])).to_numpy("float64")
        found = str(trend.recent_trend(value, error, time=years).direction)
        said = f"{points['period'].iloc[-trend.POINTS]} to {points['period'].iloc[-1]}"
        return found if found in ("increasing", "decreasing") else NO_CHANGE, f"five years, {said}"
    change = comparison.difference(value[-1], error[-1], value[0], error[0], level=0.998)
    marker = "increasing" if change.lower > 0 else "decreasing" if change.upper < 0 else NO_CHANGE
    return marker, f"{points['period'].iloc[0]} to {points['period'].iloc[-1]}"


NOT_TESTED: Final = "not tested"
NO_CHANGE: Final = "no detectable change"


def _year(period: str) -> int | None:
    """First calendar year of a period of one year (2024, 2024-25); None of any other."""
    start, _, end = period.partition("-")
    if not start.isdigit() or (end and end != f"{(int(start) + 1) % 100:02d}"):
        return None
    return int(start)


def _in_time(period: str) -> str:
    """Sorts periods by time; a year stands after its own quarters."""
    return period if " Q" in period else f"{period} Q9"


def ages(
    engine: Engine, series: pd.DataFrame, areas: Sequence[Area], benchmark: Area
) -> pd.DataFrame:
    """Age structure of one area, or of several taken as one, beside a benchmark.

    Bands are as fine as the indicators of `AGES` allow: each says what share of people lies
    between two ages, and together they give the share below every age that can be worked out.

    Returns
    -------
    pandas.DataFrame
        `band` ('0-4', ..., '85+') from the youngest up, `value` and `england`: % of residents of
        the area and of the benchmark; they add up to 100. Empty where there are no figures.
    """
    wanted = series[series["indicator_id"].isin(list(AGES))]
    below = {}
    for heading, chosen in (("value", areas), ("england", [benchmark])):
        rows = _newest(_figures(engine, wanted, chosen))
        below[heading] = shares_below(dict(zip(rows["indicator_id"], rows["value"], strict=True)))
    cuts = sorted(set(below["value"]) & set(below["england"]))
    pairs = list(pairwise(cuts))
    return pd.DataFrame(
        {
            "band": [f"{start:.0f}+" if end == inf else f"{start:.0f}-{end - 1:.0f}"
                     for start, end in pairs],
            **{name: [known[end] - known[start] for start, end in pairs]
               for name, known in below.items()},
        }
    )  # fmt: skip


def shares_below(values: Mapping[str, float]) -> dict[float, float]:
    """Share of people below each age (%) that follows from indicators of `AGES`.

    Examples
    --------
    >>> shares_below({"census_under5": 6.0, "census_under15": 18.0, "census_65plus": 20.0})
    {0.0: 0.0, 5.0: 6.0, 15.0: 18.0, 65.0: 80.0, inf: 100.0}
    """
    below: dict[float, float] = {0.0: 0.0, inf: 100.0} if values else {}
    for _ in values:
        for code, share in values.items():
            start, end = map(float, AGES[code])
            if start in below:
                below.setdefault(end, below[start] + share)
            elif end in below:
                below.setdefault(start, below[end] - share)
    return dict(sorted(below.items()))


def table(
    engine: Engine,
    series: pd.DataFrame,
    parent: Area,
    area_type: str,
    indicator_ids: Sequence[str],
    benchmark: Area,
) -> pd.DataFrame:
    """Some indicators of all areas of a type that share ground with a parent, to be ranked.

    Returns
    -------
    pandas.DataFrame
        One row an area and indicator, areas by name and indicators in the order asked; an area
        without a figure has none in its row, an indicator without figures at this level has no
        rows. `code`, `name`, `population`, `share` (of its residents in the parent, 0 to 1),
        `indicator_id`, `period` (the newest), `method`, `dataset_id`, `count`, `denominator`,
        `value` (of the whole area), `lower_ci`, `upper_ci`, `lower_998`, `upper_998`,
        `spread_low`, `spread_high`, `covered`, `decile` (deprivation only, among England's areas
        of the type; decile 1 = most deprived), `rank` (1 = highest; ties share, and values that
        print alike are ties, of inherited ones whole numbers), `ranked` (how many have one),
        `benchmark` and columns `COMPARED`.

    Raises
    ------
    UnknownCodeError
        When the parent or the benchmark does not exist.
    """
    store.area(engine, *parent)
    here = store.areas(engine, area_type, parent=parent)
    here = here[["code", "name", "population", "share"]]
    mine = _newest(series[series["area_type"] == area_type]).set_index("indicator_id")
    asked = [code for code in dict.fromkeys(indicator_ids) if code in mine.index]
    mine = mine.loc[asked]
    ids = mine["series_id"].tolist()
    figures = store.observations(engine, ids, parent=parent).rename(columns={"area_code": "code"})
    figures = figures.drop(columns=["area_type", "area_name", "note"]).astype(NUMBERS)
    entries = catalogue.indicators()
    every = here.merge(mine[["period", "method"]].reset_index(), how="cross")
    keys = ["code", "indicator_id", "period", "method"]
    rows = limited(every.merge(figures, on=keys, how="left"), [area_type])
    decimals = rows["indicator_id"].map(lambda code: entries[code].decimals)
    decimals = decimals.mask(rows["method"] == "inherited", 0).astype(int)
    printed = [round(v, n) for v, n in zip(rows["value"], decimals, strict=True)]
    grouped = pd.Series(printed, index=rows.index, dtype="float64").groupby(rows["indicator_id"])
    rows["rank"] = grouped.rank(ascending=False, method="min")
    rows["ranked"] = grouped.transform("count")
    rows["benchmark"] = _marks(engine, series, benchmark, rows)
    return rows.join(compared(rows, rows["benchmark"]))


def _known(engine: Engine, areas: Sequence[Area]) -> "list[pd.Series[Any]]":
    if not areas:
        raise NoProfile("No area is chosen; choose one or several.")
    return [store.area(engine, kind, code) for kind, code in areas]


def _figures(engine: Engine, series: pd.DataFrame, areas: Sequence[Area]) -> pd.DataFrame:
    """Every figure of one area, or of several taken as one; columns as of one."""
    if len(areas) == 1:
        mine = series[series["area_type"] == areas[0][0]]
        rows = store.observations(engine, mine["series_id"].tolist(), area=areas[0])
        keys = ["indicator_id", "period"]
        rows = rows.merge(mine[[*keys, "series_id"]], on=keys, how="left")
        return rows.astype(NUMBERS)
    mine = series[series["area_type"] == "LSOA21"]
    rows = store.combined(engine, mine["series_id"].tolist(), areas)
    rows["method"] = rows["method"].where(rows["method"] != "direct", "aggregated")
    lacking = [name for name in NUMBERS if name not in rows]
    return rows.assign(**dict.fromkeys(lacking, np.nan)).astype(NUMBERS)


def _newest(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of the newest period of each indicator, of those that have a value."""
    known = rows.dropna(subset=["value"]) if "value" in rows else rows
    order = known["period"].map(_in_time)
    newest = order.groupby(known["indicator_id"]).transform("max")
    return known[order == newest]


def _marks(
    engine: Engine, series: pd.DataFrame, area: Area, rows: pd.DataFrame
) -> "pd.Series[float]":
    """Values of an area for the indicators and periods of some rows, by their index."""
    store.area(engine, *area)
    wanted = series[series["indicator_id"].isin(rows["indicator_id"].unique())]
    keys = ["indicator_id", "period"]
    figures = _figures(engine, wanted, [area]).set_index(keys)["value"]
    found = figures.reindex(pd.MultiIndex.from_frame(rows[keys]))
    return pd.Series(found.to_numpy("float64"), index=rows.index)
