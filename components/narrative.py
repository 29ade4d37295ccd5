"""Sentences from figures. No Streamlit here."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd

from components import theme
from data import catalogue
from data.catalogue import Indicator
from data.evaluation import Evaluation
from data.inequalities import Measures
from data.layers import Shown
from data.need import QUADRANTS, Chosen, Goal, Total
from data.own_areas import Cover
from data.planner import STRATEGIES, Cohort, Plan
from data.priorities import criterion
from data.programmes import MEASURES
from data.statistics.intervals import wilson
from geo.clusters import LEVEL, PERMUTATIONS

METHODS = {
    "direct": "as published for these areas",
    "aggregated": "added up from the published counts of smaller areas",
    "attributed": "attributed estimate: GP practices' figures, shared out by where patients live",
    "inherited": (
        "inherited: the average of the primary care networks that serve the area, "
        "weighted by patients"
    ),
}
"""How a figure was made, in words."""


SHARED = {
    "attributed": (
        "Neighbours share GP practices, whose figures are spread over all their patients' homes: "
        "part of every cluster is made by the attribution."
    ),
    "inherited": (
        "Neighbours share primary care networks and with them their figures: most of every cluster "
        "is made by that."
    ),
}
"""What a method does to clusters."""


def made(entry: Indicator, shown: Shown) -> str:
    """Say how a figure was made."""
    how = METHODS[shown.method]
    if entry.layer == "deprivation":
        how = "population-weighted average of the scores of the LSOAs"
    return f"{entry.short_name}, {shown.period}: {how}."


def extremes(entry: Indicator, rows: pd.DataFrame, kind: str, where: str) -> str:
    """Say which area is highest and which lowest.

    Parameters
    ----------
    rows : pandas.DataFrame
        `name`, `value`.
    kind : str
        What several areas are called.
    where : str
        The area they lie in.
    """
    known = rows.dropna(subset=["value"])
    if known.empty:
        return f"There is no figure on {entry.short_name} for the {kind} of {where}."

    known = known.sort_values("value")
    low, top = (
        f"{name} ({theme.figure(value, entry.unit, entry.decimals)})"
        for name, value in known.iloc[[0, -1]][["name", "value"]].itertuples(index=False)
    )
    if len(known) == 1:
        return f"{entry.name}: {top}."
    return (
        f"{entry.name}: of {len(known):,} {kind} in {where}, highest in {top} and lowest in {low}."
    )


def clusters(entry: Indicator, rows: pd.DataFrame, kind: str, where: str) -> str:
    """Say how many areas are hot spots and cold spots, and how many people live in hot spots.

    Parameters
    ----------
    rows : pandas.DataFrame
        `cluster`, `population`.
    """
    hot = rows[rows["cluster"] == "hot spot"]
    cold = int((rows["cluster"] == "cold spot").sum())
    people = theme.number(float(hot["population"].sum()))
    lived = "" if hot.empty else f"; {people} people live there"
    are_hot, are_cold = (
        f"{count:,} are {name} spots" if count > 1 else f"{count or 'none'} is a {name} spot"
        for name, count in (("hot", len(hot)), ("cold", cold))
    )
    return (
        f"{entry.short_name}: of {len(rows):,} {kind} in {where}, {are_hot} (high, among high "
        f"neighbours{lived}) and {are_cold} (low, among low)."
    )


def cluster_caution(found: pd.DataFrame, kind: str, where: str) -> str:
    """Say how many areas would be flagged by chance, and how far the clusters can be trusted.

    Parameters
    ----------
    found : pandas.DataFrame
        `cluster`, `p_value` of all areas tested together; from `geo.clusters.local_clusters`.
    """
    tested = int(found["p_value"].notna().sum())
    raw = int((found["p_value"] <= LEVEL).sum())
    kept = int((~found["cluster"].isin(["not significant", "not tested"])).sum())
    return (
        f"Many tests: {tested:,} {kind} of {where} are each compared with {PERMUTATIONS:,} random "
        f"shuffles of its figures. At p {LEVEL:g} about {tested * LEVEL:,.0f} would be flagged by "
        f"chance alone; {raw:,} are, and {kept:,} remain with the false discovery rate held at "
        f"{LEVEL:.0%}. Neighbours' tests share figures and are not independent: a cluster is a "
        "place to look at, not a proof."
    )


def core20(name: str, core20: int, population: int) -> str:
    """Say what share of an area's people live in the most deprived fifth of England's LSOAs."""
    return (
        f"Of the {theme.number(population)} people in {name}, {theme.percent(core20, population)} "
        "live in the most deprived 20% of LSOAs in England (Core20)."
    )


def data_covered(entry: Indicator, covered: float | None) -> str:
    """Say how many of an area's patients the figures are about."""
    if covered is None or covered != covered:
        return ""
    return f"{entry.short_name}: figures for {100 * covered:.1f}% of registered patients."


def overlap(met: pd.DataFrame, shown: int, kind: str, conditions: Sequence[str]) -> str:
    """Say how many areas meet every condition, and how many people live there.

    Parameters
    ----------
    met : pandas.DataFrame
        `population`, one row an area that meets them all.
    """
    listed = ", ".join(conditions[:-1]) + " and " + conditions[-1]
    if met.empty:
        return f"None of {shown:,} {kind} is {listed} at once."
    people = theme.number(float(met["population"].sum()))
    verb = "is" if len(met) == 1 else "are"
    return f"{len(met):,} of {shown:,} {kind} {verb} {listed}; {people} people live there."


GAPS = (
    "Conditions are ordered by how many times as high they are, so that a rare one can stand "
    "beside a common one; coverage and context by the difference. Prevalence is as recorded by GP "
    "practices and not standardised for age: illnesses of old age look lower where people are "
    "younger, and where they are not diagnosed. Of indicators with no gap at all, one in twenty "
    "would show one by chance."
)
CHANGE = (
    "Above 0: more at the most deprived end. The years are treated as independent, which makes the "
    "test of a change cautious. All years are shared out by where patients lived in July 2022."
)
CONTRIBUTION = (
    "Each neighbourhood's distance from the average, times its people, times the weight that the "
    "line gives its deprivation group. The shares add up to the whole gap. A deprived "
    "neighbourhood above the average adds to it, and so does an affluent one below."
)
WHICH = (
    "Look at the slope index first: it uses every group and is in the figure's own unit. The "
    "relative index compares indicators of different size. The others answer narrower questions. "
    "Signed measures are positive when the figure rises towards the least deprived."
)


def per_hundred(entry: Indicator, size: float) -> str:
    """Say a difference in the indicator's own unit: '1.2 per 100', '7.3 years'."""
    number = theme.number(abs(size), max(entry.decimals, 1))
    if entry.unit == "%":
        return f"{number} per 100"
    return f"{number}{entry.unit or ' points'}".replace("  ", " ")


def gap(entry: Indicator, found: Measures, where: str) -> str:
    """Say how wide the gap is, which way it goes and how sure that is."""
    decimals = max(entry.decimals, 1)
    sii, lower, upper = (
        float(end) for end in (found.slope.sii, found.slope.sii_lower, found.slope.sii_upper)
    )
    if not found.detectable:
        return (
            f"{entry.name}: no detectable gap between the most and the least deprived people of "
            f"{where} ({theme.number(-sii, decimals)} at the most deprived end, 95% interval "
            f"{theme.number(-upper, decimals)} to {theme.number(-lower, decimals)})."
        )
    interval = " to ".join(theme.number(end, decimals) for end in sorted((abs(lower), abs(upper))))
    more = ("more", "fewer") if entry.unit == "%" else ("higher", "lower")
    return (
        f"{entry.name}: {per_hundred(entry, sii)} {more[sii > 0]} at the most deprived end of "
        f"{where} than at the least (95% interval {interval}){_times(float(found.slope.rii))}."
        f"{_worse(entry, sii)}"
    )


def fit(found: Measures) -> str:
    """Warn where a line says little of how the groups differ; '' where it fits."""
    if found.explained >= FITS_WELL:
        return ""
    return (
        f"The groups do not lie on a line: it accounts for {100 * found.explained:.0f}% of the "
        "differences between them. Look at the groups themselves."
    )


FITS_WELL = 0.6
"""Share of the variance between groups below which a line is said not to fit."""


def _times(rii: float) -> str:
    """Say a relative index so that it is above 1."""
    if rii != rii or rii <= 0:
        return ""
    if rii < 1:
        return f", {theme.number(1 / rii, 2)} times as high"
    return f"; it is {theme.number(rii, 2)} times as high at the least deprived end"


def _worse(entry: Indicator, sii: float) -> str:
    if entry.polarity == "none":
        return ""
    worse = (sii > 0) == (entry.polarity == "higher_is_better")
    return f" The {'most' if worse else 'least'} deprived are worse off."


def underestimate(method: str) -> str:
    """Warn of what attribution does to a gradient; '' for published figures."""
    if method not in ("attributed", "inherited"):
        return ""
    what = "practice" if method == "attributed" else "network"
    return (
        f"This is an underestimate: patients of one {what} live in places that are unlike, and "
        "all of them are given its rate. The real gap is wider."
    )


def interval_kind(kind: str) -> str:
    """Say where the interval of a slope comes from."""
    if kind == "chance":
        return (
            "Intervals are for chance variation in the groups' counts; they leave out what the "
            "estimate itself may be wrong by."
        )
    return (
        "Only rates are published here, no counts: the interval is from the scatter of the groups "
        "about the line."
    )


def change(entry: Indicator, years: pd.DataFrame) -> str:
    """Say whether the gap has changed between its first and its last year."""
    if len(years) < 2:
        return "There is one year only, so no change can be seen."
    first, last = years.index[0], years.index[-1]
    row = years.iloc[-1]
    then, now = (
        theme.number(abs(years["sii"].iloc[n]), max(entry.decimals, 1)) for n in (0, len(years) - 1)
    )
    between = f"between {first} ({then}) and {last} ({now})"
    if not row["detectable_first"]:
        return f"No detectable change in the gap {between}."
    if years["sii"].iloc[0] * years["sii"].iloc[-1] < 0:
        verb = "turned round"
    else:
        wider = abs(years["sii"].iloc[-1]) > abs(years["sii"].iloc[0])
        verb = "widened" if wider else "narrowed"
    ends = sorted(abs(float(row[f"change_first_{end}"])) for end in ("lower", "upper"))
    low, high = (theme.number(end, max(entry.decimals, 1)) for end in ends)
    return f"The gap {verb} {between}, by {low} to {high} (95% interval)."


def contributors(rows: pd.DataFrame, kind: str, where: str, *, rising: bool) -> str:
    """Say which parts account for most of a gap, at either end.

    Parameters
    ----------
    rows : pandas.DataFrame
        `name`, `share` (1 = the whole gap), `deprived_side` (the part of it from the more deprived
        half).
    rising : bool
        True where the figure rises towards the least deprived.
    """
    other = rows.assign(affluent_side=rows["share"] - rows["deprived_side"])
    low, high = ("below", "above") if rising else ("above", "below")
    largest = rows["share"].sort_values(ascending=False)
    half = int((largest.cumsum() < 0.5).sum()) + 1
    total = float(rows["deprived_side"].sum())
    said = (
        f"{100 * total:.0f}% of the gap comes from people in the more deprived half of {where} who "
        f"are {low} the average: most from {_top(rows, 'deprived_side')}. The rest comes from the "
        f"less deprived half, {high} it: most from {_top(other, 'affluent_side')}."
    )
    if len(rows) > 6 and half < len(rows):
        said += f" {half} of {len(rows):,} {kind} account for half of the gap."
    return said


def _top(rows: pd.DataFrame, side: str) -> str:
    top = rows.nlargest(3, side)
    return ", ".join(
        f"{name} ({100 * share:.0f}%)" for name, share in zip(top["name"], top[side], strict=True)
    )


def among(entry: Indicator, rows: pd.DataFrame, code: str, kind: str) -> str:
    """Say where an area's gap stands among those of others."""
    known = rows.dropna(subset=["sii"])
    if known.empty:
        return f"None of the {kind} has the five groups that an index needs."
    if code not in known.index:
        wide, narrow = (known["sii"].abs().sort_values().index[n] for n in (-1, 0))
        names = known["name"]
        return (
            f"Of {len(known):,} {kind} with enough groups, the gap is widest in {names[wide]} "
            f"({per_hundred(entry, float(known['sii'][wide]))}) and narrowest in {names[narrow]} "
            f"({per_hundred(entry, float(known['sii'][narrow]))})."
        )
    size = known["sii"].abs()
    rank = int(size.rank(ascending=False, method="min")[code])
    mine = known.loc[code]
    apart = int(
        ((known["sii_lower"] > mine["sii_upper"]) | (known["sii_upper"] < mine["sii_lower"])).sum()
    )
    return (
        f"{mine['name']} has the {_ordinal(rank)}widest gap of {len(known):,} {kind}; the "
        f"intervals of {apart:,} do not overlap with its own."
    )


def _ordinal(n: int) -> str:
    ending = "th" if 10 <= n % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return "" if n == 1 else f"{n}{ending} "


def widest(rows: pd.DataFrame, layer: str, where: str) -> str:
    """Say on which indicators of a layer the gap is widest, and what goes the other way.

    Parameters
    ----------
    rows : pandas.DataFrame
        From `data.inequalities.widest`.
    """
    sure = rows[rows["detectable"]]
    against, other = sure[sure["against"]], sure[~sure["against"]]
    count = f"{len(sure)} of {int(rows['sii'].notna().sum())} show a gap."
    if sure.empty:
        return f"No {layer} indicator has a detectable gap in {where}."
    age = " Ages are not standardised." if layer == "condition" else ""
    said = []
    if len(against):
        said.append(f"Widest to the disadvantage of the most deprived: {_listed(against)}.")
    else:
        said.append(f"No {layer} indicator has a gap to the disadvantage of the most deprived.")
    if len(other):
        go = "goes" if len(other) == 1 else "go"
        said.append(f"{len(other)} {go} the other way, most of all {_listed(other.head(1))}.{age}")
    return " ".join([*said, count])


def _listed(rows: pd.DataFrame) -> str:
    top = rows.head(3)
    names = []
    for code, sii in zip(top["indicator_id"], top["sii"], strict=True):
        entry = catalogue.indicator(str(code))
        more = "more" if sii < 0 else "fewer"
        names.append(f"{entry.short_name} ({per_hundred(entry, float(sii))} {more})")
    return "; ".join(names)


FULL_REGISTER = 0.995
"""From this share of a register on, those eligible are said to be all of it."""


def need_and_coverage(
    rows: pd.DataFrame,
    quadrant: "pd.Series[str]",
    chosen: Chosen,
    need: str,
    goal: Goal,
    kind: str,
    where: str,
) -> str:
    """Say how many areas have high need and low coverage, how many live there, and in Core20.

    Parameters
    ----------
    rows, quadrant : pandas.DataFrame, pandas.Series of str
        From `data.need.figures` and `data.need.quadrants`.
    need : str
        What cuts high need from low: "England's rate, 1.1%", of which
        `need_level` is the end.
    goal : Goal
        What cuts low coverage from high.
    """
    entry = catalogue.indicator(chosen.coverage_id)
    names = [catalogue.indicator(code).short_name for code in chosen.need]
    period = next(iter(chosen.need.values())).period
    named = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]} together"
    known = int(quadrant.isin(QUADRANTS).sum())
    if not known:
        return f"None of {len(rows):,} {kind} in {where} has figures of both need and coverage."
    met = rows[quadrant == QUADRANTS[0]]
    said = (
        f"{theme.number(len(met)) if len(met) else 'None'} of {known:,} {kind} in {where} "
        f"{'have' if len(met) > 1 else 'has'} high need ({named}, {period}, above {need}) and low "
        f"coverage ({entry.short_name}, {chosen.coverage.period}, below {goal.words}, "
        f"{theme.figure(goal.value, entry.unit, entry.decimals)})"
    )
    if len(met):
        people, core20 = float(met["population"].sum()), float(met["core20"].sum())
        said += (
            f"; {theme.number(people)} people live there, {theme.percent(core20, people)} of them "
            f"in Core20.{_surely(met, goal.value)}"
        )
    else:
        said += "."
    if known < len(rows):
        more = len(rows) - known
        said += f" {more:,} more {'lack' if more > 1 else 'lacks'} a figure."
    return said


def need_level(chosen: Chosen, mark: float) -> str:
    """A mark of need as a figure: ', 1.1%'; '' of a composite, whose scale says nothing."""
    if len(chosen.need) > 1:
        return ""
    entry = catalogue.indicator(next(iter(chosen.need)))
    return f", {theme.figure(mark, entry.unit, entry.decimals)}"


def _surely(met: pd.DataFrame, mark: float) -> str:
    """Say in how many areas coverage is below a mark by more than its interval or spread."""
    said = []
    for basis, words in (
        ("interval", "the 95% interval lies wholly below it"),
        ("spread", "nearly all practices or networks that serve it are below it too"),
    ):
        mine = met[met["basis"] == basis]
        if len(mine):
            sure = int((mine["coverage_high"] < mark).sum())
            said.append(f" In {theme.number(sure) if sure else 'none'} of them {words}.")
    return "".join(said)


def gap_as_people(found: Total, goal: Goal, chosen: Chosen, kind: str, where: str) -> str:
    """Say how many people more would be covered at the goal, how sure that is, who they are.

    Parameters
    ----------
    found : Total
        From `data.need.total`.
    """
    entry = catalogue.indicator(chosen.coverage_id)
    mark = f"{goal.words} ({theme.figure(goal.value, entry.unit, entry.decimals)})"
    unknown = f" Of {found.unknown:,} more it is not known." if found.unknown else ""
    if not found.below:
        return (
            f"{entry.short_name}, {chosen.coverage.period}: none of {found.areas:,} {kind} of "
            f"{where} is below {mark}.{unknown}"
        )
    ends = f"{theme.number(found.low)} to {theme.number(found.high)}"
    sure = {
        "interval": f" (95% interval {ends})",
        "spread": (
            f" ({ends} if all areas stood at the 90th or at the 10th percentile of the practices "
            "or networks that serve them: a range, not an interval)"
        ),
        "none": " (no interval is known)",
    }[found.basis]
    live = "" if chosen.level == "LSOA21" else ", if they live as everyone in their area does"
    return (
        f"{entry.short_name}, {chosen.coverage.period}: to reach {mark}, "
        f"{theme.number(found.more)} more {entry.counted} would be covered{sure}, in "
        f"{found.below:,} of {found.areas:,} {kind} of {where}. "
        f"{theme.percent(found.core20, found.more)} of them are in Core20{live}.{unknown}"
    )


def people_counted(rows: pd.DataFrame, chosen: Chosen, share: float, year: str) -> str:
    """Say where the number of those eligible comes from, and how far too large it may be.

    Parameters
    ----------
    rows : pandas.DataFrame
        From `data.need.figures`.
    share, year : float, str
        From `data.need.register_share`.
    """
    entry = catalogue.indicator(chosen.coverage_id)
    if (rows["counted"] == "denominator").any():
        return (
            f"Those eligible are the indicator's own denominator: {_lower(entry.denominator)}, "
            f"{chosen.coverage.period}. Only those of practices with a figure are in it."
        )
    if chosen.register is None:
        return (
            f"Only the rate is published here, and no register holds those eligible "
            f"({_lower(entry.denominator)}): how many people are not covered is not known."
        )
    register = catalogue.indicator(entry.eligible)
    said = (
        f"Those eligible are counted from the {chosen.register.period} register of "
        f"{_lower(register.short_name)}."
    )
    if share < FULL_REGISTER:
        said += (
            f" It is wider than those eligible, who were {100 * share:.0f}% of it in England in "
            f"{year}: numbers of people are an upper estimate."
        )
    elif share != share and "upper estimate" in " ".join(entry.caveats):
        said += " It is wider than those eligible: numbers of people are an upper estimate."
    return said


def _lower(name: str) -> str:
    """A name inside a sentence: 'Heart failure' is 'heart failure', COPD stays."""
    return name if name[:2].isupper() else name[0].lower() + name[1:]


def plan(found: Plan, title: str, where: str, kind: str, counted: str = "people") -> str:
    """Say who is given what by a plan, and what is expected of it.

    Parameters
    ----------
    title : str
        What is offered: an indicator's short name, a cohort.
    kind : str
        What several areas are called.
    counted : str
        What the figures count: people, children, households.
    """
    total = found.summary
    given = int((found.areas["allocated"] > 0).sum())
    said = [
        f"{title}, {STRATEGIES[found.strategy][0].lower()}: {theme.number(total['allocated'])} "
        f"offers in {given:,} of {len(found.areas):,} {kind} of {where} are expected to reach "
        f"{theme.number(total['reached'])} {counted}"
    ]
    if total["reached"]:
        said[0] += (
            f", {theme.percent(total['core20_share'], 1)} of them in Core20. Coverage goes from "
            f"{theme.number(total['coverage_before'], 1)}% to "
            f"{theme.number(total['coverage_after'], 1)}%{_in_the_most_deprived(found, kind)}."
        )
    else:
        said[0] += "."
    said.append(found.no_index or _index_moves(found))
    if total["cost_per_reached"] == total["cost_per_reached"]:
        said.append(
            f"£{theme.number(total['cost'])} in all, £{theme.number(total['cost_per_reached'], 2)} "
            f"for each of the {counted} reached."
        )
    if total["benefit"] == total["benefit"]:
        said.append(f"£{theme.number(total['benefit'])} of benefit, if each brings what you enter.")
    if total["unused"]:
        said.append(
            f"{theme.number(total['unused'])} offers are left: no area has a whole person more to "
            "take one."
        )
        if total["can_take"] < WHOLE_PEOPLE * total["not_covered"]:
            said.append(
                f"Estimates for areas so small are parts of people: choose larger areas to reach "
                f"more of the {theme.number(total['not_covered'])} {counted} not covered."
            )
    return " ".join(said)


WHOLE_PEOPLE = 0.9
"""Share of those not covered that areas can take below which they are said to be too small."""


def _in_the_most_deprived(found: Plan, kind: str) -> str:
    if 1 not in found.quintiles.index:
        return ""
    before, after = (
        theme.number(found.quintiles[f"coverage_{when}"].iloc[0], 1) for when in ("before", "after")
    )
    return f", in those of the most deprived fifth of England's {kind} from {before}% to {after}%"


def _index_moves(found: Plan) -> str:
    """Say what becomes of the slope index, turned so that its words say who has more."""
    said = []
    for when in ("before", "after"):
        sii, *ends = (found.summary[f"sii_{when}{end}"] for end in ("", "_lower", "_upper"))
        sign, side = (-1, "most") if sii < 0 else (1, "least")
        text = f"{theme.number(abs(sii), 1)} points more at the {side} deprived end"
        if found.interval == "chance":
            low, high = (theme.number(end, 1) for end in sorted(sign * end for end in ends))
            text += f" (95% interval {low} to {high})"
        elif abs(sii) < 0.05:
            text = "none"
        said.append(text)
    return f"The gap in coverage: {said[0]} before, {said[1]} after."


def assumptions(found: Plan, counted: str = "people") -> tuple[str, ...]:
    """Say what a plan takes for granted, one sentence each, to be printed with its result."""
    given, total = found.assumptions, found.summary
    offers = f"{given.offers:,} offers"
    if given.budget is not None:
        offers = f"£{theme.number(given.budget)} at £{theme.number(given.cost, 2)} each: {offers}"
    said = [f"{offers}{f', {given.period}' if given.period else ''}."]
    said.append(f"{STRATEGIES[found.strategy][1]}{_weights(found)}")
    first, last = (theme.percent(given.uptakes[n], 1) for n in (0, -1))
    if given.uptake_gradient:
        said.append(
            f"{first} of offers are taken up in decile 1 (most deprived), {last} in decile 10, in "
            f"equal steps about {theme.percent(given.uptake, 1)}."
        )
    else:
        said.append(f"{first} of offers are taken up, the same everywhere.")
    said.append(
        f"Offers go only to {counted} who are eligible and not covered, never to more than there "
        f"are, and are whole: the {len(found.areas):,} areas can take "
        f"{theme.number(total['can_take'])} for {theme.number(total['not_covered'])} {counted}. "
        "Nobody else's coverage changes."
    )
    if given.offers < len(found.areas):
        said.append(
            "There are fewer offers than areas, so some are given none whose due is part of one; "
            "the due of each decile of deprivation is kept. Choose larger areas to share them out "
            "more evenly."
        )
    said.append("Numbers reached are expected ones, offers times uptake; they are shown rounded.")
    if found.interval == "chance":
        said.append(
            "Intervals are for chance variation in the counts of deprivation groups; they leave "
            "out that an assumption may be wrong."
        )
    else:
        said.append(
            "Numbers are worked out from rates or estimates, so the gap has no interval here."
        )
    core20 = found.areas["core20"]
    if ((core20 > 0) & (core20 < found.areas["population"])).any():
        said.append(f"Within an area, {counted} reached live in Core20 as often as residents do.")
    if given.cost is not None:
        said.append(f"An offer costs £{theme.number(given.cost, 2)}, taken up or not.")
    if given.benefit is not None:
        said.append(
            f"£{theme.number(given.benefit, 2)} of benefit for each reached is a figure that you "
            "entered; the atlas has none."
        )
    if found.left_out:
        said.append(f"Left out for want of a figure: {found.left_out:,} areas.")
    return tuple(said)


def _weights(found: Plan) -> str:
    if found.strategy != "proportionate_universalism":
        return ""
    weights = found.assumptions.weights
    if isinstance(found.assumptions.equity, tuple):
        listed = ", ".join(theme.number(weight, 1) for weight in weights)
        return f" Weights of deciles 1 to 10: {listed}."
    return (
        f" The weight of decile 1 is {theme.number(weights[0], 1)}, that of decile 10 is 1, with "
        "equal steps between."
    )


def cohort(found: Cohort, where: str, kind: str) -> str:
    """Say how many people are in a cohort, in which places most of them, and how sure that is."""
    entries = [catalogue.indicator(code).short_name for code in found.conditions]
    joined = (" or " if found.combine == "any" else " and ").join(entries)
    also = "".join(f", and {catalogue.indicator(code).short_name}" for code in found.also)
    said = (
        f"{joined}{also}: about {theme.number(found.people)} people in {len(found.areas):,} "
        f"{kind} of {where}"
    )
    if len(found.places) > 1:
        top = found.places.nlargest(3, "eligible")
        listed = ", ".join(
            f"{name} ({theme.number(people)})"
            for name, people in zip(top["place"], top["eligible"], strict=True)
        )
        said += f", most of them in {listed}"
    said += "."
    if found.independent:
        said += (
            " They are treated as independent, since no figures of people who have several are "
            "loaded. Illnesses go together, and with age: with all of them there are more people "
            "than this, with any of them fewer."
        )
    if found.left_out:
        said += f" Left out for want of a figure: {found.left_out:,} {kind}."
    return said


def priority(
    table: pd.DataFrame, code: str, weights: Mapping[str, float], kind: str, where: str
) -> str:
    """Say why an area ranks where it does, and how sure that is; the parts add up to the score.

    Parameters
    ----------
    table : pandas.DataFrame
        From `data.priorities.ranks`.
    code : str
        The area's.
    """
    row: Any = table.set_index("code").loc[code]
    if row["score"] != row["score"]:
        lacking = [_named(one) for one in weights if row[one] != row[one]]
        return f"{row['name']} is not ranked: it has no figure on {' and '.join(lacking)}."
    parts = [float(row[f"{one}_part"]) for one in weights]
    printed = dict(zip(weights, _adding_up(parts), strict=True))
    order = sorted(printed, key=lambda one: -printed[one])
    said = [
        f"{printed[one] / 10:.1f} from {_named(one)} ({row[f'{one}_scaled']:.0f} of 100, "
        f"weight {100 * weights[one] / sum(weights.values()):.0f}%)"
        for one in order
    ]
    ranked = int(table["score"].notna().sum())
    place = _ordinal(int(row["rank"])).strip() or "first"
    low, high = int(row["rank_low"]), int(row["rank_high"])
    ranks = f"{low:,} to {high:,}" if low < high else f"{low:,}"
    return (
        f"{row['name']} ranks {place} of {ranked:,} {kind} in {where}, with "
        f"{sum(printed.values()) / 10:.1f} of 100: {', '.join(said)}. With figures and weights "
        f"varied, it ranks {ranks} in 95% of draws, and is among the first ten in "
        f"{theme.percent(float(row['top_ten']), 1)} of them."
    )


def _named(code: str) -> str:
    """A criterion in a few words; which end counts is said where it is not the higher one."""
    one = criterion(code)
    name = catalogue.indicator(one.indicator_id).short_name if one.indicator_id else "people"
    return f"{name}, least first" if one.direction == "low" else name


def _adding_up(parts: Sequence[float]) -> list[int]:
    """Tenths of the parts, rounded so that they add up to the tenths of their sum."""
    tenths = [10 * part for part in parts]
    whole = [int(part) for part in tenths]
    left = round(sum(tenths)) - sum(whole)
    for at in sorted(range(len(parts)), key=lambda n: whole[n] - tenths[n])[:left]:
        whole[at] += 1
    return whole


def priorities(table: pd.DataFrame, kind: str, where: str) -> str:
    """Say which area ranks first, and which cannot be told apart from it.

    Parameters
    ----------
    table : pandas.DataFrame
        From `data.priorities.ranks`.
    """
    ranked = table[table["score"].notna()]
    first = ranked["name"].iloc[0]
    together = int((ranked["band"] == 1).sum())
    said = f"{first} ranks first of {len(ranked):,} {kind} in {where}"
    if len(ranked) == 1:
        said = f"{first} is the only one of the {kind} in {where} with a figure on everything."
    elif together == 1:
        said += ", and is above every other in at least 97.5% of draws."
    else:
        said += (
            f", but the first {together:,} cannot be told apart: it is above each of the others "
            "in fewer than 97.5% of draws."
        )
    missing = len(table) - len(ranked)
    if missing:
        said += f" Not ranked, for want of a figure: {missing:,}."
    return said


def taken_as_known(table: pd.DataFrame, weights: Mapping[str, float]) -> str:
    """Warn of estimates that do not vary because nothing is known of how far off they may be."""
    fixed = [_named(one) for one in weights if (table[f"{one}_basis"] == "none").all()]
    if not fixed:
        return ""
    return (
        f"Only rates are published here of {' and '.join(fixed)}, with no interval: they do not "
        "vary, and ranks look surer than they are."
    )


VARIED = (
    "A score is the weighted mean of an area's ranks by each criterion, from 0 (last) to 100 "
    "(first), so only which area is higher counts, not by how much. In each of 1,000 draws every "
    "estimate varies within the spread of the practices that serve the area, every figure from "
    "counts within its interval, and every weight by up to a fifth either way; the Census, the "
    "Index of Multiple Deprivation and numbers of people stay."
)


PROGRAMME_UNKNOWN = "not given by the source"


def programmes(rows: pd.DataFrame, where: str) -> str:
    """Say how many programmes of the register act in an area, and for how many a start is known.

    Parameters
    ----------
    rows : pandas.DataFrame
        From `data.programmes.listed`.
    """
    if rows.empty:
        return (
            f"The register holds no programme that acts in {where}. There may be some that nobody "
            "has entered."
        )
    dated = int((rows["started"] != "").sum())
    acts = "programme of the register acts" if len(rows) == 1 else "programmes of the register act"
    known = "none gives" if not dated else f"{dated:,} {'gives' if dated == 1 else 'give'}"
    return (
        f"{len(rows):,} {acts} in {where}; {known} the date on which it started, without which "
        "nothing can be called before or after."
    )


def programme_reach(measures: pd.DataFrame) -> list[str]:
    """Say what share of those it is for a programme reached, as far as its own figures go.

    Parameters
    ----------
    measures : pandas.DataFrame
        From `data.programmes.measures`, of one programme.
    """
    number = {row["measure"]: row for _, row in measures[::-1].iterrows()}
    bases = [name for name in ("eligible", "identified", "cohort") if name in number]
    reached = [name for name in ("offered", "reached", "installed", "advised") if name in number]
    if not bases:
        return ["The source gives no number of people that it is for: no share can be worked out."]
    base = number[bases[0]]
    said = f"{_counted(base)} {MEASURES[bases[0]]}"
    if not reached:
        return [f"{said[0].upper()}{said[1:]}; how many it has reached is {PROGRAMME_UNKNOWN}."]
    out = []
    for name in reached:
        part = number[name]
        rough = base["qualifier"] or part["qualifier"]
        share = theme.number(100 * part["value"] / base["value"], 0 if rough else 1)
        about = "about " if rough else ""
        line = f"{_counted(part)} {MEASURES[name]}, beside {said}: {about}{share} for every 100"
        if part["unit"] == base["unit"] and not rough:
            low, high = (100 * float(end) for end in wilson(part["value"], base["value"]))
            line += f" (95% interval {low:.1f} to {high:.1f})."
        elif part["unit"] == base["unit"]:
            line += "."
        elif part["unit"]:
            line += (
                f". {str(part['unit']).capitalize()} are not {base['unit']}: it is a share only if "
                "each stands for one of them."
            )
        else:
            line += f". It is a share only if they are {base['unit']}, which is not said."
        out.append(line)
    return out


def _counted(measure: "pd.Series[Any]") -> str:
    """Number with the word before it and its unit: 'nearly 2,000 patients'."""
    words = (measure["qualifier"], f"{measure['value']:,.10g}", measure["unit"])
    return " ".join(str(word) for word in words if word)


def programme_found(estimate: float, measures: pd.DataFrame, conditions: str, where: str) -> str:
    """Set an estimated cohort beside the number that a programme found; '' where it gives none."""
    found = measures[measures["measure"].isin(["identified", "eligible"])]
    if found.empty or not estimate:
        return ""
    one = found.iloc[0]
    return (
        f"The programme's own number is {_counted(one)} {MEASURES[one['measure']]}: "
        f"{100 * one['value'] / estimate:.0f} for every 100 of the {theme.number(estimate)} people "
        f"with {conditions} in {where}. The two are not of the same: its rule is not published."
    )


def programme_overlap(
    names: Sequence[str], factors: Sequence[str], total: int, people: float
) -> str:
    """Say which neighbourhoods are in the highest third of everything at once."""
    listed = f"{', '.join(factors[:-1])} and {factors[-1]}"
    if not names:
        return f"None of {total:,} neighbourhoods is in the highest third of {listed} at once."
    return (
        f"{len(names):,} of {total:,} neighbourhoods {'is' if len(names) == 1 else 'are'} in the "
        f"highest third of {listed} at once: {', '.join(names)}; about {theme.number(people)} "
        "people of the cohort live there."
    )


def programme_fifth(entry: Indicator, hoods: int, total: int, people: float, cohort: str) -> str:
    """Say how much of a cohort lives where something is highest."""
    return (
        f"In the fifth of its neighbourhoods with the highest {_lower(entry.short_name)} "
        f"({hoods:,} of {total:,}) live about {theme.number(people)} of the people with {cohort}."
    )


def programme_population(
    entry: Indicator, count: float, value: float, hoods: pd.DataFrame, where: str
) -> str:
    """Say how many people of a population live in an area, and in which neighbourhoods most do.

    Parameters
    ----------
    hoods : pandas.DataFrame
        `name`, `value` (%).
    """
    top = hoods.dropna(subset=["value"]).nlargest(3, "value")
    listed = ", ".join(f"{row['name']} ({row['value']:.1f}%)" for _, row in top.iterrows())
    of = "households" if "household" in entry.numerator.lower() else "people"
    many = "" if count != count else f", {theme.number(count)} {of}"
    return f"{entry.short_name}: {value:.1f}% of {where}{many}; highest in {listed}."


def programme_shared(places: pd.DataFrame, wanted: int, cohort: str) -> str:
    """Say how a cohort of a size is shared out to places.

    Parameters
    ----------
    places : pandas.DataFrame
        `place`, `eligible`, `allocated`.
    """
    given = int(places["allocated"].sum())
    ordered = places.sort_values("allocated", ascending=False)
    listed = ", ".join(
        f"{name} {people:,}"
        for name, people in zip(ordered["place"], ordered["allocated"], strict=True)
    )
    said = f"A cohort of {given:,} shared out in proportion to the people with {cohort}: {listed}."
    if given < wanted:
        said += f" {wanted:,} were asked for; there are no more."
    return said


def programme_chosen(chosen: pd.DataFrame, total: int) -> str:
    """Say how many neighbourhoods of highest need hold a cohort.

    Parameters
    ----------
    chosen : pandas.DataFrame
        From `data.planner.select`.
    """
    people = chosen["selected"].sum()
    named = "neighbourhood" if len(chosen) == 1 else "neighbourhoods"
    said = (
        f"By highest need first, {theme.number(people)} of them live in {len(chosen):,} {named} "
        f"of {total:,}: from {chosen['name'].iloc[0]} ({100 * chosen['share'].iloc[0]:.1f}% of "
        f"patients) to {chosen['name'].iloc[-1]} ({100 * chosen['share'].iloc[-1]:.1f}%)"
    )
    if chosen["part"].iloc[-1] < 0.995:
        said += f", of which {100 * chosen['part'].iloc[-1]:.0f}% is needed"
    return said + "."


def programme_benefit(each: float, people: int, measures: pd.DataFrame) -> str:
    """Multiply a benefit per head that a user gave, and say what the programme's own comes to."""
    own = measures[(measures["measure"] == "benefit") & (measures["unit"] == "million GBP")]
    said = []
    if each:
        said.append(
            f"At £{theme.number(each)} each, your own figure, {people:,} people come to "
            f"£{theme.number(each * people)}."
        )
    if len(own) and people:
        one = own.iloc[0]
        said.append(
            f"The source claims {_counted(one)} of potential benefit; for {people:,} people that "
            f"is {one['qualifier']} £{theme.number(1e6 * one['value'] / people)} each. How it was "
            "worked out is not said, so the atlas takes it as no fact."
        )
    return " ".join(said)


def programme_where(table: pd.DataFrame, cohort: str, where: str) -> str:
    """Say whether a programme's areas hold more of need than they would by chance of place.

    Parameters
    ----------
    table : pandas.DataFrame
        `need`, `reached` (need in its areas) by fifth of deprivation (1 = most deprived).
    """
    inside, whole = table["reached"].sum(), table["need"].sum()
    poor = table.loc[1] if 1 in table.index else None
    said = f"Its areas hold {100 * inside / whole:.0f}% of the people with {cohort} in {where}"
    if poor is None or not poor["need"] or poor["need"] != poor["need"]:
        return f"{said}. Nobody in {where} lives in the most deprived fifth of England."
    share = 100 * poor["reached"] / poor["need"]
    return (
        f"{said}, and {share:.0f}% of those who live in the most deprived fifth of England's LSOAs."
    )


def programme_effect(found: Evaluation, entry: Indicator) -> str:
    """Say how the outcome changed in a programme's areas beside comparison areas."""
    effect = found.effect
    if effect is None:
        return "There are no figures both before and after to compare."
    size, low, high = (float(end) for end in (effect.effect, effect.lower, effect.upper))
    unit = "points" if entry.unit == "%" else (entry.unit.strip() or "points")
    decimals = max(entry.decimals, 1) + 1
    interval = (
        "no interval can be given"
        if low != low
        else f"95% interval {theme.number(low, decimals)} to {theme.number(high, decimals)}"
    )
    return (
        f"{entry.short_name}: the change is {theme.number(abs(size), decimals)} {unit} "
        f"{'higher' if size > 0 else 'lower'} in its areas than in {effect.comparisons:,} "
        f"comparison {found.area_types} ({interval})."
    )


def programme_trends(found: Evaluation, entry: Indicator) -> str:
    """Say whether the two sides moved alike before the start."""
    effect = found.effect
    if effect is None or effect.pre_trend != effect.pre_trend:
        return "Whether trends were alike before cannot be told."
    low, high = float(effect.pre_trend_lower), float(effect.pre_trend_upper)
    if low != low:
        return "Whether trends were alike before cannot be told."
    decimals = max(entry.decimals, 1) + 1
    if low > 0 or high < 0:
        return "Before the start the two sides were already moving apart."
    return (
        "Before the start the two sides did not move apart detectably "
        f"({theme.number(float(effect.pre_trend), decimals)} a year, 95% interval "
        f"{theme.number(low, decimals)} to {theme.number(high, decimals)}). That is no proof that "
        "they would have gone on so."
    )


def programme_index(found: Evaluation, entry: Indicator) -> str:
    """Say whether inequality within a programme's areas changed."""
    change = found.inequality_change
    if change is None:
        return (
            "No slope index of inequality before and after can be given: there are too few points, "
            "or people in under five groups of deprivation."
        )
    size, low, high = -float(change.value), -float(change.upper), -float(change.lower)
    decimals = max(entry.decimals, 1)
    if not change.detectable:
        return (
            "Inequality within its areas (slope index) has not changed detectably "
            f"({theme.number(size, decimals)} at the most deprived end, 95% interval "
            f"{theme.number(low, decimals)} to {theme.number(high, decimals)})."
        )
    way = "rose" if size > 0 else "fell"
    return (
        f"{entry.short_name} {way} by {theme.number(abs(size), decimals)} more at the most "
        "deprived end of its areas than at the least (95% interval "
        f"{theme.number(low, decimals)} to {theme.number(high, decimals)}); that alone does not "
        "show that the programme did it."
    )


def surely(table: pd.DataFrame, above: float) -> str:
    """Name the areas that are surely among the first ten; '' where there are no more than ten.

    Parameters
    ----------
    table : pandas.DataFrame
        From `data.priorities.ranks`.
    above : float
        Share of draws, 0 to 1, above which that is sure.
    """
    ranked = table[table["score"].notna()]
    if len(ranked) <= 10:
        return ""
    shares = dict(zip(ranked["name"], ranked["top_ten"], strict=True))
    sure = [
        f"{name} ({theme.percent(share, 1)})" for name, share in shares.items() if share > above
    ]
    may = int((ranked["rank_low"] <= 10).sum())
    others = f"{may:,} in all may be: at the near end of 95% of draws they rank tenth or better."
    if sure:
        names = " and ".join([", ".join(sure[:-1]), sure[-1]] if len(sure) > 1 else sure)
        return f"Surely among the first ten, in over {above:.0%} of draws: {names}. {others}"
    nearest = max(shares, key=lambda name: shares[name])
    share = theme.percent(shares[nearest], 1)
    return (
        f"None is surely among the first ten, in over {above:.0%} of draws; {nearest} comes "
        f"nearest, in {share}. {others}"
    )


def areas_chosen(rows: pd.DataFrame, quadrant: "pd.Series[str]", chosen: Chosen, kind: str) -> str:
    """Say what the areas chosen on the page of need and coverage are, taken together.

    Parameters
    ----------
    rows, quadrant : pandas.DataFrame, pandas.Series of str
        From `data.need.figures` and `data.need.quadrants`, of the areas chosen.
    kind : str
        What several areas are called.
    """
    entry = catalogue.indicator(chosen.coverage_id)
    population, core20 = float(rows["population"].sum()), float(rows["core20"].sum())
    people = (
        f"{theme.number(population)} people live there, {theme.percent(core20, population)} of "
        "them in Core20"
    )
    known = rows.dropna(subset=["not_covered"])
    if len(known):
        missed, eligible = (
            theme.number(float(known[n].sum())) for n in ("not_covered", "eligible")
        )
        people += f"; not covered: about {missed} of {eligible} {entry.counted}"
    if len(rows) > 1:
        within = int((quadrant == QUADRANTS[0]).sum())
        has = "has" if within == 1 else "have"
        return (
            f"{len(rows):,} {kind} chosen, of which {within or 'none'} {has} high need and low "
            f"coverage. {people}."
        )
    row = rows.iloc[0]
    needs = ", ".join(
        f"{catalogue.indicator(code).short_name} {theme.figure(row[code], '%', 1)}"
        for code in chosen.need
    )
    value = theme.figure(row["coverage"], entry.unit, entry.decimals)
    ends = ""
    if row["basis"] != "none":
        low, high = (
            theme.number(row[f"coverage_{end}"], entry.decimals) for end in ("low", "high")
        )
        called = {
            "interval": "95% interval",
            "spread": "10th to 90th percentile of the practices or networks that serve it",
        }[str(row["basis"])]
        ends = f" ({called}: {low} to {high})"
    return (
        f"{row['name']}: {quadrant.iloc[0]}. {needs}; {entry.short_name} {value}{ends}. {people}."
    )


NEED = (
    "Need is prevalence as recorded by GP practices, not standardised for age: where illness is "
    "not diagnosed it looks low."
)
COMPOSITE = (
    " Several conditions are put together as the mean of their z-scores among these areas: each "
    "counts the same, whether rare or common."
)
ENDS = {
    "interval": "Thin lines: 95% intervals.",
    "spread": (
        "Thin lines: coverage at the 90th and at the 10th percentile of the practices or networks "
        "that serve the area; a range, not an interval."
    ),
    "none": "No interval or range is known at this level.",
}
"""What the ends of a gap are."""


def strategies(table: pd.DataFrame, counted: str) -> str:
    """Say how far the strategies of a plan are apart, in people and in the gap.

    Parameters
    ----------
    table : pandas.DataFrame
        From `data.planner.compare`.
    """
    low, high = (table.sort_values("core20_share").iloc[end] for end in (0, -1))
    if not table["reached"].max():
        return f"No {counted} are reached by any strategy."
    if table["core20_share"].max() - table["core20_share"].min() < 0.005:
        said = f"Every strategy reaches Core20 alike, {theme.percent(high['core20_share'], 1)}."
    else:
        said = (
            f"{high['name']} reaches Core20 most ({theme.percent(high['core20_share'], 1)} of the "
            f"{counted} reached), {low['name'].lower()} least "
            f"({theme.percent(low['core20_share'], 1)})."
        )
    falls = table["sii_fall"].dropna()
    if falls.empty:
        return said
    if falls.max() - falls.min() < 0.05:
        return f"{said} The gap in coverage is the same after all of them."
    best, worst = (table.sort_values("sii_fall").iloc[end] for end in (-1, 0))
    return (
        f"{said} The gap, {_points_of(best['sii_before'])} before, is "
        f"{_points_of(best['sii_after'])} after {best['name'].lower()} and "
        f"{_points_of(worst['sii_after'])} after {worst['name'].lower()}."
    )


def _points_of(sii: float) -> str:
    """A slope index without its sign: '3.4 points more at the least deprived end'."""
    if abs(sii) < 0.05:
        return "none"
    side = "most" if sii < 0 else "least"
    return f"{theme.number(abs(sii), 1)} points more at the {side} deprived end"


def uptake(rows: pd.DataFrame, counted: str) -> str:
    """Say what a plan comes to at the lowest and the highest uptake shown.

    Parameters
    ----------
    rows : pandas.DataFrame
        From `data.planner.sensitivity`.
    """
    ends = [(theme.percent(rows.index[end], 1), rows.iloc[end]) for end in (0, -1)]
    said = " and ".join(
        f"{theme.number(row['reached'])} {counted} at an uptake of {at}" for at, row in ends
    )
    gap = ""
    if rows["sii_after"].notna().all():
        gap = f"; the gap is {' and '.join(_points_of(row['sii_after']) for _, row in ends)}"
    return f"The same offers reach {said}{gap}."


def frontier(alike: pd.DataFrame, unlike: pd.DataFrame, spread: float, counted: str) -> str:
    """Say what equality costs in people reached, with one uptake everywhere and with a gradient.

    Parameters
    ----------
    alike, unlike : pandas.DataFrame
        From `data.planner.frontier`, without and with a gradient of uptake.
    spread : float
        The gradient (0 to 1).
    """
    said = []
    for rows, words in (
        (alike, "With one uptake everywhere"),
        (unlike, f"Where uptake is {100 * spread:.0f} points lower in decile 1 (most deprived) "
         "than in decile 10"),
    ):  # fmt: skip
        most, fair = (rows.nlargest(1, name).iloc[0] for name in ("reached", "sii_fall"))
        fewer = float(most["reached"] - fair["reached"])
        gained = float(fair["sii_fall"] - most["sii_fall"])
        if fewer < 0.5:
            low, high = float(rows["sii_fall"].min()), float(rows["sii_fall"].max())
            said.append(
                f"{words}, closing the gap costs nobody: whichever way closes it most reaches as "
                f"many as any other, {theme.number(fair['reached'])} {counted}; the gap "
                f"{_moved(high)} at best and {_moved(low)} at worst."
            )
        else:
            said.append(
                f"{words}, the one that closes the gap most ({_weighed(fair)}) reaches "
                f"{theme.number(fewer)} {counted} fewer than the one that reaches most "
                f"({_weighed(most)}), and the gap falls by {theme.number(gained, 1)} points more."
            )
    return " ".join(said)


def _moved(fall: float) -> str:
    verb = "falls" if fall > 0 else "grows"
    return f"{verb} by {theme.number(abs(fall), 1)} points" if abs(fall) >= 0.05 else "stays"


def _weighed(row: "pd.Series[Any]") -> str:
    name = str(row["name"]).lower()
    return name if pd.isna(row["equity"]) else f"{name}, weight {theme.number(row['equity'], 1)}"


def planned_area(row: Any, counted: str) -> str:
    """Say what one area is given by a plan.

    Parameters
    ----------
    row : pandas.Series
        Of `data.planner.Plan.areas`.
    """
    return (
        f"{row['name']} ({row['place']}, decile {row['decile']:.0f}, 1 = most deprived): "
        f"{theme.number(row['allocated'])} offers for {theme.number(row['not_covered'], 1)} "
        f"{counted} not covered of {theme.number(row['eligible'], 1)} eligible; "
        f"{theme.number(row['reached'], 1)} expected to be reached, coverage from "
        f"{theme.number(row['coverage_before'], 1)}% to {theme.number(row['coverage_after'], 1)}%."
    )


def highest_need(rows: pd.DataFrame, size: float, people: float, kind: str, where: str) -> str:
    """Say which areas make up a cohort of a given size, those of highest need first.

    Parameters
    ----------
    rows : pandas.DataFrame
        From `data.planner.select`.
    people : float
        In the whole cohort.
    """
    found = float(rows["selected"].sum())
    if people <= size:
        return (
            f"All {kind} of {where} together have {theme.number(people)} of the "
            f"{theme.number(size)} people wanted."
        )
    last = rows.iloc[-1]
    cut = "" if last["part"] > 1 - 1e-9 else (
        f"; of the last, {last['name']}, {theme.percent(last['part'], 1)} of them"
    )  # fmt: skip
    inside = float((rows["selected"] * rows["core20"] / rows["population"]).sum())
    return (
        f"The {theme.number(len(rows))} {kind} of {where} with the highest share of people in the "
        f"cohort ({theme.number(100 * rows['share'].iloc[0], 1)}% to "
        f"{theme.number(100 * last['share'], 1)}% of everyone registered) add up to "
        f"{theme.number(found)}{cut}. {theme.percent(inside, found)} of them live in Core20, if "
        "they live as everyone in their area does."
    )


def own_area(name: str, share: float, ics: str, parts: int) -> list[str]:
    """What to know of an own area on a map of its ICS.

    Parameters
    ----------
    share : float
        Of its people who live in the ICS.
    parts : int
        Areas shown that lie only partly in it.
    """
    notes = []
    if share < 0.995:
        notes.append(
            f"{1 - share:.0%} of the people of {name} live outside {ics}; the map shows {ics}."
        )
    if parts:
        subject = "1 area shown lies" if parts == 1 else f"{parts:,} of the areas shown lie"
        notes.append(f"{subject} only partly in {name}; figures are of the whole of each.")
    return notes


OWN_AREAS: Final = (
    "Draw up an area from LSOAs, by clicks on the map, from a list, codes or a file, and give it a "
    "name; it then works as any other area on every page."
)
EMPTY_AREA: Final = "Your area holds no LSOA yet."
OWN_FILES: Final = (
    "A CSV may have a column of names: each name is an area, and the set is checked for gaps and "
    "overlaps. A polygon gets the LSOAs that most people live in inside it; people are taken to "
    "live evenly over each LSOA, and the misfit is told."
)
OWN_LINK: Final = (
    "The address of this page holds the area: keep the link, or the file, to have it again. "
    "Nothing else is kept."
)


def own_holds(name: str, lsoas: int, population: int, core20: int) -> str:
    """Say what an own area holds."""
    return (
        f"{name}: {lsoas:,} LSOA{'' if lsoas == 1 else 's'}, {population:,} people "
        f"in mid-2024, {theme.percent(core20, population)} of them in the most deprived "
        "20% of LSOAs in England (Core20)."
    )


def own_cuts(touched: pd.DataFrame) -> list[str]:
    """Say which neighbourhoods and places an own area holds whole, and which it cuts.

    Parameters
    ----------
    touched : pandas.DataFrame
        `area_type`, `name`, `people` (in the own area), `of` (all people).
    """
    said = []
    for kind, one, many in (
        ("MSOA21", "neighbourhood", "neighbourhoods"),
        ("PLACE26", "place", "places"),
    ):
        rows = touched[touched["area_type"] == kind].sort_values("people", ascending=False)
        cut = rows[rows["people"] < 0.9995 * rows["of"]]
        whole = len(rows) - len(cut)
        parts = [
            f"{name} ({theme.percent(people, of)} of its people)"
            for name, people, of in zip(
                *(cut[c].head(12) for c in ("name", "people", "of")), strict=True
            )
        ]
        more = f" and {len(cut) - 12:,} more" if len(cut) > 12 else ""
        words = f"It holds {f'{whole:,}' if whole else 'no'} {many if whole > 1 else one} whole"
        said.append(
            f"{words} and cuts {len(cut):,}: {', '.join(parts)}{more}."
            if len(cut)
            else f"{words} and cuts none."
        )
    return said


def own_cover(cover: Cover, number: int, where: str) -> str:
    """Say how a set of own areas covers a place or an ICS."""
    if cover.exact:
        return f"The {number:,} areas cover {where} exactly: no gap, no overlap."
    said = []
    for rows, words in (
        (cover.gaps, "in none of the areas"),
        (cover.overlaps, "in several"),
        (cover.beyond, f"outside {where}"),
    ):
        people = int(rows["people"].sum())
        lsoas = f"{len(rows):,} LSOA{'' if len(rows) == 1 else 's'}"
        said.append(f"{lsoas} {words} ({people:,} people)" if len(rows) else f"no LSOA {words}")
    return f"The {number:,} areas and {where}: {', '.join(said[:-1])} and {said[-1]}."
