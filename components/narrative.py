"""Sentences from figures. No Streamlit here."""

from collections.abc import Sequence

import pandas as pd

from components import theme
from data import catalogue
from data.catalogue import Indicator
from data.inequalities import Measures
from data.layers import Shown
from data.need import QUADRANTS, Chosen, Goal, Total
from data.planner import STRATEGIES, Cohort, Plan
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
        What cuts high need from low: "England's rate (1.1%)", of which
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
    """A mark of need as a figure: ' (1.1%)'; '' of a composite, whose scale says nothing."""
    if len(chosen.need) > 1:
        return ""
    entry = catalogue.indicator(next(iter(chosen.need)))
    return f" ({theme.figure(mark, entry.unit, entry.decimals)})"


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
            f"{theme.number(total['unused'])} offers are left: nobody here is left to take them."
        )
    return " ".join(said)


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
