"""How unequal a figure is between the most and the least deprived people of an area.

From areas' figures to deprivation groups, from groups to measures. Inside, a signed measure is
positive when the value rises towards the least deprived; sentences say which way it goes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from sqlalchemy import Engine

from data import layers, store
from data.catalogue import Indicator
from data.errors import AtlasError
from data.layers import Shown
from data.statistics import inequality, intervals
from data.statistics.decomposition import contributions
from data.statistics.errors import StatisticsError

Floats = npt.NDArray[np.float64]
Fit = Literal["linear", "log", "logit"]
Area = tuple[str, str]

BASES: Final = ("LSOA21", "MSOA21", "LAD24", "UTLA23", "SICBL24", "ICB24")
"""What deprivation groups are made of: the finest of these that an indicator has."""

GROUPINGS: Final[Mapping[str, tuple[int, str]]] = {
    "decile": (10, "national deciles"),
    "quintile": (5, "national fifths"),
    "local-decile": (10, "local tenths"),
    "local-quintile": (5, "local fifths"),
}
"""Kinds of groups: how many there are, and what they are called."""

REPETITIONS: Final = 10_000
"""Draws of a simulated interval on the screen and in the API."""


class NotMeasured(AtlasError):
    """There is no measure of inequality for what is asked; the message says why."""


@dataclass(frozen=True)
class Measures:
    """All measures of one indicator in one area.

    Attributes
    ----------
    groups : pandas.DataFrame
        By `group` (1 = most deprived): `areas`, `count`, `denominator`, `value`, `lower_ci`,
        `upper_ci`, `midpoint` (ridit, 0 to 1), `fitted`.
    interval : {'chance', 'scatter'}
        Where intervals come from: chance variation of the groups' counts, or the scatter of the
        groups about the line where there are no counts.
    average : float
        Mean of the groups weighted by people, in the indicator's unit.
    explained : float
        Share (0 to 1) of the variance between groups that the line accounts for.
    """

    groups: pd.DataFrame
    fit: Fit
    interval: Literal["chance", "scatter"]
    average: float
    explained: float
    slope: inequality.SlopeIndex
    extremes: inequality.Extremes
    attributable: inequality.Attributable
    concentration: inequality.Concentration
    theil: float
    variance: float
    disparity: float

    @property
    def detectable(self) -> bool:
        """Whether the interval of the slope index leaves out zero."""
        return bool(self.slope.sii_lower > 0 or self.slope.sii_upper < 0)


@dataclass(frozen=True)
class Meaning:
    """A measure in words: `answers` is the question that it is for."""

    name: str
    unit: Literal["value", "ratio", "share", "index", "squared"]
    says: str
    answers: str
    formula: str


MEANINGS: Final[Mapping[str, Meaning]] = {
    "sii": Meaning(
        "Slope index of inequality (SII)",
        "value",
        "The difference between the two ends of the line fitted through all groups: from the very "
        "most to the very least deprived person.",
        "How wide is the gap, in the figure's own unit? The first one to look at.",
        "slope of the weighted least-squares line of value on cumulative population midpoint "
        "(Low and Low 2004, J Public Health 26:388)",
    ),
    "rii": Meaning(
        "Relative index of inequality (RII)",
        "ratio",
        "The fitted value at the least deprived end divided by that at the most deprived end; 1 "
        "means no gap.",
        "How wide is the gap for its size? To compare a rare condition with a common one.",
        "fitted value at 1 / fitted value at 0 of the same line",
    ),
    "gap": Meaning(
        "Gap between the ends",
        "value",
        "The least deprived group's value less the most deprived group's; the groups between do "
        "not count.",
        "What do the two ends look like as they are, with no line?",
        "value of the least deprived group − value of the most deprived group",
    ),
    "ratio": Meaning(
        "Ratio of the ends",
        "ratio",
        "The least deprived group's value divided by the most deprived group's.",
        "The same, for its size.",
        "value of the least deprived group / value of the most deprived group",
    ),
    "par": Meaning(
        "Population attributable risk (PAR)",
        "value",
        "How far the area's average would move if everyone had the least deprived group's value.",
        "What would closing the gap do to the whole area?",
        "value of the least deprived group − average (WHO, Handbook on Health Inequality "
        "Monitoring, 2013)",
    ),
    "paf": Meaning(
        "Population attributable fraction (PAF)",
        "share",
        "The same as a share of the area's average.",
        "What share of it all goes with deprivation?",
        "PAR / average",
    ),
    "concentration": Meaning(
        "Concentration index",
        "index",
        "From −1 to 1: below 0 where it gathers among the most deprived, above 0 among the least.",
        "Is it gathered at one end, counting every group?",
        "2 / average × covariance of value and rank (Kakwani, Wagstaff and van Doorslaer 1997, "
        "J Econometrics 77:87)",
    ),
    "erreygers": Meaning(
        "Concentration index, Erreygers' correction",
        "index",
        "The concentration index for figures that cannot leave 0 to 100%, so that having and not "
        "having it give the same answer.",
        "The same, where two percentages of very different size are compared.",
        "4 × average / (upper bound − lower bound) × concentration index (Erreygers 2009, "
        "J Health Econ 28:504)",
    ),
    "theil": Meaning(
        "Theil index between groups",
        "index",
        "0 where all groups are the same; grows with every difference, whichever end it favours.",
        "How unlike are the groups, whatever their order?",
        "Σ population share × (value / average) × ln(value / average)",
    ),
    "variance": Meaning(
        "Between-group variance",
        "squared",
        "The average squared distance of groups from the area's average, weighted by people.",
        "The same, in the square of the figure's unit.",
        "Σ population share × (value − average)²",
    ),
    "disparity": Meaning(
        "Index of disparity",
        "share",
        "The average distance of groups from the area's average, as a share of it.",
        "The same, as a percentage that can be said aloud.",
        "mean of |value − average| / average (Pearcy and Keppel 2002, Public Health Rep 117:273)",
    ),
}
"""Every measure in words, the most useful first."""


def base(series: pd.DataFrame, indicator: str, period: str = "") -> Shown:
    """Find the series that deprivation groups are made from: the finest that the indicator has.

    Parameters
    ----------
    series : pandas.DataFrame
        From `data.store.series`.
    period : str
        '' is the newest.

    Raises
    ------
    NotMeasured
        When it has none, or not for that period.
    """
    mine = series[series["indicator_id"] == indicator]
    for kind in BASES:
        rows = mine[mine["area_type"] == kind]
        if len(rows):
            wanted = period or layers.newest(rows["period"])
            row = rows[rows["period"] == wanted]
            if row.empty:
                periods = ", ".join(sorted(rows["period"]))
                raise NotMeasured(f"There is no figure for {period}; there is for {periods}.")
            one = row.iloc[0]
            return Shown(int(one["series_id"]), kind, wanted, str(one["method"]), True)
    raise NotMeasured(
        "It is published only for areas too large to be grouped by deprivation; choose another."
    )


def measure(groups: pd.DataFrame, entry: Indicator, *, fit: Fit = "linear") -> Measures:
    """Every measure of one indicator in one area.

    Parameters
    ----------
    groups : pandas.DataFrame
        Rows of one area and series from `data.store.gradient`.
    fit : {'linear', 'log', 'logit'}
        Scale of the line; logit for percentages only.

    Raises
    ------
    NotMeasured
        When fewer than five groups have people, or the figures do not fit the scale.
    """
    rows = groups.sort_values("group").set_index("group")
    value, people = (rows[name].to_numpy("float64") for name in ("value", "denominator"))
    per = entry.per if fit == "logit" else 1.0
    if fit == "logit" and entry.unit != "%":
        raise NotMeasured("A logit line is for percentages; choose the straight or the log line.")
    lower, upper = limits(rows, entry)
    error = _error(lower, upper)
    if (populated := int((people > 0).sum())) < inequality.MINIMUM_GROUPS:
        raise NotMeasured(too_few(populated))
    if (value < 0).any():
        raise NotMeasured("It has values below zero, of which no ratio can be made.")
    if np.ptp(value) == 0:
        raise NotMeasured("Every group has the same value: there is no gap.")
    try:
        middle = inequality.ridit(people)
        slope = _scaled(
            inequality.slope_index(
                value / per,
                people,
                standard_error=None if error is None else error / per,
                transform=fit,
                repetitions=REPETITIONS,
            ),
            per,
        )
        bounds = (0.0, entry.per) if entry.unit == "%" else None
        more: dict[str, Any] = {"standard_error": error}
        fitted = _line(slope, middle, fit, entry.per)
        average = float(np.average(value, weights=people))
        variance = float(inequality.between_group_variance(value, people))
        missed = float(np.average((value - fitted) ** 2, weights=people))
        return Measures(
            groups=rows.assign(
                lower_ci=lower,
                upper_ci=upper,
                midpoint=middle,
                fitted=fitted,
            ),
            fit=fit,
            interval="scatter" if error is None else "chance",
            average=average,
            explained=max(1 - missed / variance, 0.0),
            slope=slope,
            extremes=inequality.extremes(value, **more),
            attributable=inequality.attributable(value, people, **more),
            concentration=inequality.concentration_index(value, people, bounds=bounds, **more),
            theil=float(inequality.theil(value, people)),
            variance=variance,
            disparity=float(inequality.index_of_disparity(value, people)),
        )
    except StatisticsError as error_:
        raise NotMeasured(str(error_)) from error_


def table(found: Measures) -> pd.DataFrame:
    """Every measure with its interval, by its name in `MEANINGS`.

    Returns
    -------
    pandas.DataFrame
        `value`, `lower_ci`, `upper_ci` (95%; NaN where the measure has none), in the units that
        `MEANINGS` names; shares are of 1.
    """
    nan = float("nan")
    index = found.concentration
    rows = {
        "sii": (found.slope.sii, found.slope.sii_lower, found.slope.sii_upper),
        "rii": (found.slope.rii, found.slope.rii_lower, found.slope.rii_upper),
        "gap": (found.extremes.gap, found.extremes.gap_lower, found.extremes.gap_upper),
        "ratio": (found.extremes.ratio, found.extremes.ratio_lower, found.extremes.ratio_upper),
        "par": (found.attributable.par, found.attributable.par_lower, found.attributable.par_upper),
        "paf": (found.attributable.paf, found.attributable.paf_lower, found.attributable.paf_upper),
        "concentration": (index.index, index.lower, index.upper),
        "erreygers": (index.erreygers, index.erreygers_lower, index.erreygers_upper),
        "theil": (found.theil, nan, nan),
        "variance": (found.variance, nan, nan),
        "disparity": (found.disparity, nan, nan),
    }
    columns = ["value", "lower_ci", "upper_ci"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).astype("float64")


def limits(rows: pd.DataFrame, entry: Indicator, level: float = 0.95) -> tuple[Floats, Floats]:
    """Intervals of figures that have a count: Wilson for percentages, Byar for rates.

    Returns
    -------
    lower, upper : numpy.ndarray of float64
        In the indicator's unit; NaN without a count, without people, or where the count is above
        its denominator.
    """
    count, people = (rows[name].to_numpy("float64") for name in ("count", "denominator"))
    fits = (count >= 0) & (people > 0)
    if entry.unit == "%":
        fits &= count <= people
    count, people = np.where(fits, count, np.nan), np.where(fits, people, np.nan)
    if entry.unit == "%":
        lower, upper = intervals.wilson(count, people, level=level)
    else:
        lower, upper = (end / people for end in intervals.byar(count, level=level))
    return lower * entry.per, upper * entry.per


def _error(lower: Floats, upper: Floats) -> Floats | None:
    """Standard errors of the groups; None where any has no interval."""
    error = intervals.standard_error(lower, upper)
    return None if np.isnan(error).any() or not len(error) else np.asarray(error)


def _scaled(slope: inequality.SlopeIndex, per: float) -> inequality.SlopeIndex:
    return inequality.SlopeIndex(
        sii=slope.sii * per,
        sii_lower=slope.sii_lower * per,
        sii_upper=slope.sii_upper * per,
        rii=slope.rii,
        rii_lower=slope.rii_lower,
        rii_upper=slope.rii_upper,
        intercept=slope.intercept * per,
    )


def _line(slope: inequality.SlopeIndex, at: Floats, fit: Fit, per: float) -> Floats:
    """Fitted values at `at` (ridit, 0 to 1), from the two ends of the line."""
    low, high = float(slope.intercept), float(slope.intercept + slope.sii)
    if fit == "log":
        return np.asarray(np.exp(np.log(low) + at * np.log(high / low)))
    if fit == "logit":
        ends = [np.log(end / (per - end)) for end in (low, high)]
        return np.asarray(per / (1 + np.exp(-(ends[0] + at * (ends[1] - ends[0])))))
    return low + at * (high - low)


def siis(rows: pd.DataFrame, entries: Mapping[int, Indicator], keys: Sequence[str]) -> pd.DataFrame:
    """Slope and relative index of many areas or series at once, on a straight line.

    Parameters
    ----------
    rows : pandas.DataFrame
        From `data.store.gradient`.
    entries : mapping of int to Indicator
        The indicator of each series.
    keys : sequence of str
        Columns of `rows` that tell one gradient from another: `area_code`, `series_id` or both.

    Returns
    -------
    pandas.DataFrame
        Indexed by `keys`: `sii`, `sii_lower`, `sii_upper`, `rii`, `rii_lower`, `rii_upper`,
        `average`, `groups` (how many have people), `interval`. NaN with fewer than five groups or
        where all are equal.
    """
    parts = []
    for series_id, mine in rows.groupby("series_id"):
        lower, upper = limits(mine, entries[int(str(series_id))])
        parts.append(mine.assign(error=intervals.standard_error(lower, upper)))
    if not parts:
        return pd.DataFrame(columns=[*SII_COLUMNS, "average", "groups", "interval"])
    tall = pd.concat(parts).set_index([*keys, "group"])
    wide = {name: tall[name].unstack() for name in ("value", "denominator", "error")}  # noqa: PD010
    value, people, error = (wide[name].to_numpy("float64") for name in wide)
    known = ~np.isnan(value) & (people > 0)
    has_error = ~(known & np.isnan(error)).any(axis=1)
    level = np.where(known, value, np.inf).min(axis=1) == np.where(known, value, -np.inf).max(
        axis=1
    )
    use = (known.sum(axis=1) >= inequality.MINIMUM_GROUPS) & ~level
    out = pd.DataFrame(np.nan, index=wide["value"].index, columns=list(SII_COLUMNS))
    for which, standard_error in ((use & has_error, error), (use & ~has_error, None)):
        if which.any():
            found = inequality.slope_index(
                value[which],
                people[which],
                standard_error=None if standard_error is None else standard_error[which],
                repetitions=0,
            )
            for name in SII_COLUMNS:
                out.loc[which, name] = getattr(found, name)
    weight = np.where(known, people, 0.0)
    total = weight.sum(axis=1)
    out["average"] = (np.nan_to_num(value) * weight).sum(axis=1) / np.where(total, total, np.nan)
    out["groups"] = known.sum(axis=1)
    out["interval"] = np.where(has_error, "chance", "scatter")
    return out


SII_COLUMNS: Final = ("sii", "sii_lower", "sii_upper", "rii", "rii_lower", "rii_upper")


def widest(
    engine: Engine,
    series: pd.DataFrame,
    entries: Sequence[Indicator],
    area: Area,
    groups: str,
    *,
    relative: bool,
) -> pd.DataFrame:
    """Indicators by how unequal they are in an area, the widest gap first.

    Gaps to the disadvantage of the most deprived come before the others, and those before gaps
    that cannot be told from none. An indicator without polarity counts as a burden: more of it
    among the most deprived is to their disadvantage.

    Parameters
    ----------
    entries : sequence of Indicator
        The indicators to rank; those that cannot be grouped are left out.
    groups : str
        Of `GROUPINGS`.
    relative : bool
        True to rank by the slope index as a share of the average, False by its size.

    Returns
    -------
    pandas.DataFrame
        Columns of `siis`, and `indicator_id`, `period`, `method`, `base`, `detectable` (the
        interval leaves out zero), `against` (to the disadvantage of the most deprived).
    """
    shown = {}
    for entry in entries:
        try:
            found = base(series, entry.id)
        except NotMeasured:
            continue
        if found.area_type in ("LSOA21", "MSOA21"):
            shown[entry.id] = found
    by_id = {found.series_id: code for code, found in shown.items()}
    entry_of = {entry.id: entry for entry in entries}
    parts = [
        store.gradient(engine, ids, kind, area[0], [area[1]], groups)
        for kind in BASES
        if (ids := [one.series_id for one in shown.values() if one.area_type == kind])
    ]
    rows = pd.concat(parts) if parts else pd.DataFrame({"series_id": []})
    out = siis(rows, {n: entry_of[code] for n, code in by_id.items()}, ["series_id"])
    code = [by_id[int(n)] for n in out.index]
    out = out.assign(
        indicator_id=code,
        period=[shown[c].period for c in code],
        method=[shown[c].method for c in code],
        base=[shown[c].area_type for c in code],
        detectable=(out["sii_lower"] > 0) | (out["sii_upper"] < 0),
        against=[
            (sii > 0) == (entry_of[c].polarity == "higher_is_better")
            for c, sii in zip(code, out["sii"], strict=True)
        ],
    )
    size = out["sii"].abs() / (out["average"].abs() if relative else 1.0)
    order = np.where(out["sii"].isna(), 3, np.where(~out["detectable"], 2, ~out["against"]))
    out = out.assign(order=order, size=size).sort_values(["order", "size"], ascending=[True, False])
    return out.drop(columns=["order", "size"]).reset_index(drop=True)


def across(
    engine: Engine,
    shown: Shown,
    entry: Indicator,
    area_type: str,
    codes: Sequence[str],
    groups: str,
) -> pd.DataFrame:
    """One indicator's slope index in many areas, by area code; columns of `siis`."""
    rows = store.gradient(engine, [shown.series_id], shown.area_type, area_type, codes, groups)
    return siis(rows, {shown.series_id: entry}, ["area_code"]).reindex(list(codes))


def over_time(
    engine: Engine, series: pd.DataFrame, entry: Indicator, area: Area, groups: str
) -> pd.DataFrame:
    """One indicator's slope index in each of its years, and the change since the year before.

    Returns
    -------
    pandas.DataFrame
        Indexed by `period`, in order: columns of `siis`; `change`, `change_lower`, `change_upper`,
        `detectable` against the period before; the same with `_first` against the first one.
    """
    kind = base(series, entry.id).area_type
    mine = series[(series["indicator_id"] == entry.id) & (series["area_type"] == kind)]
    ids = mine["series_id"].astype(int).tolist()
    rows = store.gradient(engine, ids, kind, area[0], [area[1]], groups)
    out = siis(rows, dict.fromkeys(ids, entry), ["series_id"])
    periods = dict(zip(mine["series_id"], mine["period"], strict=True))
    out.index = pd.Index([periods[n] for n in out.index], name="period")
    out = out.dropna(subset=["sii"]).sort_index()
    for suffix, earlier in (("", lambda n: n - 1), ("_first", lambda n: 0)):
        for n in range(1, len(out)):
            then, now = (_index(out.iloc[k]) for k in (earlier(n), n))
            found = inequality.sii_change(then, now)
            at = out.index[n]
            out.loc[at, f"change{suffix}"] = found.value
            out.loc[at, f"change{suffix}_lower"] = found.lower
            out.loc[at, f"change{suffix}_upper"] = found.upper
            out.loc[at, f"detectable{suffix}"] = found.detectable
    return out


def _index(row: "pd.Series[Any]") -> inequality.SlopeIndex:
    return inequality.SlopeIndex(
        **{name: float(row[name]) for name in SII_COLUMNS}, intercept=float("nan")
    )


def contributors(
    engine: Engine, shown: Shown, entry: Indicator, area: Area, groups: str, by: str
) -> pd.DataFrame:
    """How much of an area's slope index each of its parts accounts for.

    Each small area adds (its distance from the average) × (its people) × (the weight that the line
    gives its group); what they add sums to the slope index itself.

    Parameters
    ----------
    by : str
        Area type of the parts: places, neighbourhoods.

    Returns
    -------
    pandas.DataFrame
        By code of the part, those whose more deprived people make most of it first: `people` (of
        the denominator), `value`, `contribution` (in the indicator's unit), `share` (of the slope
        index; 1 = all of it, negative = works against it), `deprived_side` (the part of `share`
        that comes from its people in the more deprived half), `excess` (people more than at the
        least deprived group's rate; NaN without counts), `most_deprived` (share of its people in
        the most deprived fifth of the groups).
    """
    rows = store.small_areas(engine, shown.series_id, shown.area_type, area, groups)
    rows = rows.dropna(subset=["value", "group"])
    rows = rows[rows["denominator"] > 0]
    number = rows["group"].rank(method="dense").astype(int) - 1
    value, people = (rows[name].to_numpy("float64") for name in ("value", "denominator"))
    if number.nunique() < inequality.MINIMUM_GROUPS:
        raise NotMeasured(too_few(number.nunique()))
    rows = rows.assign(part=contributions(value, people, number.to_numpy()))
    last = rows[rows["group"] == rows["group"].max()]
    reference = float(np.average(last["value"], weights=last["denominator"]))
    rows = rows.assign(
        weighted=value * people,
        excess=rows["count"] - people * reference / entry.per,
        deprived=np.where(rows["group"] <= GROUPINGS[groups][0] / 5, people, 0.0),
        side=np.where(_more_deprived(number.to_numpy(), people), rows["part"], 0.0),
    )
    labels = (
        pd.Series(rows["code"].to_numpy(), index=rows["code"])
        if by == shown.area_type
        else store.containing(engine, shown.area_type, by, area)
    )
    rows = rows.assign(label=rows["code"].map(labels)).dropna(subset=["label"])
    summed = ["denominator", "weighted", "part", "side", "excess", "deprived"]
    sums = rows.groupby("label")[summed].sum(min_count=1)
    return pd.DataFrame(
        {
            "people": sums["denominator"],
            "value": sums["weighted"] / sums["denominator"],
            "contribution": sums["part"],
            "share": sums["part"] / rows["part"].sum(),
            "deprived_side": sums["side"] / rows["part"].sum(),
            "excess": sums["excess"],
            "most_deprived": sums["deprived"] / sums["denominator"],
        }
    ).sort_values("deprived_side", ascending=False)


def _more_deprived(number: npt.NDArray[np.integer], people: Floats) -> npt.NDArray[np.bool_]:
    """Whether each area's group lies in the more deprived half of the people."""
    middle = inequality.ridit(np.bincount(number, people))
    return np.asarray(middle[number] < 0.5)


def too_few(groups: int) -> str:
    """Say why there is no index with so few groups."""
    if not groups:
        return "There is no figure for the small areas inside this one. Choose a larger area."
    return (
        f"People live in only {groups} of the deprivation groups here; an index of inequality "
        "needs five. Choose local fifths or a larger area."
    )
