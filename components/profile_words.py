"""Sentences of the neighbourhood profile, from its figures. No Streamlit here."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from components import charts, theme
from data import catalogue
from data.catalogue import Indicator
from data.peers import Peers
from data.profiles import Header
from data.statistics import comparison
from geo.areas import AREA_TYPES

DEPRIVED = "1 = most deprived"


def listed(words: Sequence[str]) -> str:
    """'a', 'a and b', 'a, b and c'."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def kind(area_type: str, *, several: bool = False) -> str:
    """What an area of a type is called, without the vintage: 'ICS', 'neighbourhoods'."""
    name = AREA_TYPES[area_type].plural if several else AREA_TYPES[area_type].name
    return name.split(" (")[0]


def named(header: Header) -> str:
    """The areas' names, at most three of them."""
    if len(header.names) > 3:
        return f"{header.names[0]} and {len(header.names) - 1} more"
    return listed(header.names)


def deprivation(header: Header) -> str:
    """Say how deprived the people of an area are."""
    who = named(header)
    people = theme.number(header.population)
    core = theme.percent(header.core20, header.population)
    said = (
        f"{who}: {people} people in mid-2024, {core} of them in the most deprived 20% of LSOAs "
        "in England (Core20)."
    )
    if header.imd_decile is not None:
        among = kind(header.area_types[0], several=True)
        said += (
            f" By the Index of Multiple Deprivation 2025 it is in decile {header.imd_decile} of "
            f"England's {among} and has rank {header.imd_rank:,} ({DEPRIVED} in both)."
        )
    return said


def split(header: Header) -> list[str]:
    """Say so where an area lies in more than one ICS."""
    notes = []
    for vintage, when in (("ICB26", "since April 2026"), ("ICB24", "until March 2026")):
        parts = [(name, share) for of, _, name, share in header.within if of == vintage]
        if len(parts) > 1:
            shares = listed([f"{name} ({theme.percent(share, 1)})" for name, share in parts])
            notes.append(f"Shared between ICSs {when}, by people: {shares}.")
    if notes:
        notes.append("Figures are for all of it.")
    return notes


def compared(rows: pd.DataFrame, benchmark: str, where: str, what: str) -> str:
    """Say on how many indicators an area differs from a benchmark, and on which most.

    Parameters
    ----------
    rows : pandas.DataFrame
        From `data.profiles.profile`.
    what : str
        The indicators together: 'conditions'.
    """
    known = rows[rows[f"{benchmark}_judged"] != "not compared"].reset_index(drop=True)
    if known.empty:
        beside = rows.dropna(subset=[benchmark])
        above, below = (
            int(found.sum())
            for found in (beside["value"] > beside[benchmark], beside["value"] < beside[benchmark])
        )
        return (
            f"{where}: none of {len(rows)} {what} can be tested against {benchmark}, for want of "
            f"an interval or of a figure of the same period; {above} are above {benchmark}'s "
            f"figure and {below} below, which may be chance."
        )
    counts = known[f"{benchmark}_judged"].value_counts()
    words = [f"{counts[one]} {one}" for one in charts.MARKS if counts.get(one)]
    said = f"{where}: of {len(known)} {what} compared with {benchmark}, {listed(words)}."
    apart = known[known[f"{benchmark}_judged"] != "similar"]
    ratio = (apart["value"] / apart[benchmark]).where(apart[benchmark] > 0).dropna()
    if len(ratio):
        row = apart.loc[[ratio.sub(1).abs().idxmax()]].iloc[0]
        entry = catalogue.indicator(row["indicator_id"])
        said += (
            f" Furthest away for its size: {entry.short_name}, {shown(entry, row['value'])} "
            f"against {shown(entry, row[benchmark])}."
        )
    return said


def chance(rows: pd.DataFrame, benchmark: str) -> str:
    """Say how many comparisons would differ by chance, and what those without a test mean."""
    tested = int((rows[f"{benchmark}_basis"] == "interval").sum())
    spread = int((rows[f"{benchmark}_basis"] == "spread").sum())
    none = int((rows[f"{benchmark}_basis"] == "none").sum())
    said = []
    if tested:
        expected = comparison.chance_differences(tested)
        about = f"about {expected:.0f}" if expected >= 1 else "fewer than 1"
        said.append(
            f"{tested} compared by a 95% interval: were there no true difference at all, {about} "
            "would differ by chance alone."
        )
    if spread:
        said.append(
            f"{spread} estimated from practices or networks, with no interval and no test: "
            "'higher' or 'lower' means that nearly all that serve the area (from the 10th to the "
            f"90th percentile of its patients) are above or below {benchmark}'s figure."
        )
    if none:
        said.append(f"{none} not compared, for want of an interval or of a figure beside it.")
    return " ".join(said)


def shown(entry: Indicator, value: float) -> str:
    """A value with its unit."""
    return theme.figure(value, entry.unit, entry.decimals)


def domains(rows: pd.DataFrame, where: str) -> str:
    """Say on which domain of deprivation an area stands worst and best."""
    rows = rows[rows["indicator_id"] != "imd"].dropna(subset=["decile"])
    if rows.empty:
        return (
            f"Several areas, and kinds of area with fewer than ten, have no decile: {where}'s "
            "scores stand beside England's."
        )
    worst, best = (int(rows["decile"].min()), int(rows["decile"].max()))
    if worst == best:
        return f"{where} is in decile {worst} of every domain ({DEPRIVED})."

    def domain(decile: int) -> str:
        codes = rows.loc[rows["decile"] == decile, "indicator_id"]
        names = [catalogue.indicator(code).short_name for code in codes]
        return listed([name.removesuffix(" deprivation").lower() for name in names])

    return (
        f"{where} stands worst on {domain(worst)} (decile {worst}) and best on {domain(best)} "
        f"(decile {best}); {DEPRIVED}, among all of England's areas of the kind."
    )


def ages(rows: pd.DataFrame, where: str) -> str:
    """Say which age band an area has most more, and most less, of than England."""
    more = rows["value"] - rows["england"]
    top, low = rows.iloc[int(more.argmax())], rows.iloc[int(more.argmin())]

    def said(row: Any) -> str:
        return f"aged {row['band']} ({row['value']:.1f}% against {row['england']:.1f}%)"

    return (
        f"Census 2021: against England, {where} has more people {said(top)} and fewer {said(low)}."
    )


def trend(entry: Indicator, rows: pd.DataFrame, where: str) -> str:
    """Say how one indicator went in an area, and what a test says of it.

    Parameters
    ----------
    rows : pandas.DataFrame
        Of one indicator, from `data.profiles.trends`.
    """
    first, last = rows.iloc[0], rows.iloc[-1]
    if len(rows) == 1:
        return f"{entry.short_name} in {where}: {shown(entry, last['value'])} in {last['period']}."
    unit = " points" if entry.unit == "%" else ""
    change = last["value"] - first["value"]
    size = f"{theme.number(abs(change), max(entry.decimals, 1))}{unit}"
    way = f"up {size}" if change > 0 else f"down {size}" if change < 0 else "no change"
    return (
        f"{entry.short_name} in {where}: {shown(entry, first['value'])} in {first['period']}, "
        f"{shown(entry, last['value'])} in {last['period']} ({way}). {marker(last)}."
    )


def marker(row: Any) -> str:
    """The tested marker in words, with what was tested or why nothing was."""
    word = str(row["marker"])
    said = f"{word[0].upper()}{word[1:]}" if word else "Not tested"
    if row["marker"] == "not tested":
        return f"{said}: {row['tested']}"
    return f"{said} at 99.8%, {row['tested']}"


def trends(rows: pd.DataFrame, where: str) -> str:
    """Say how many conditions changed."""
    last = rows.drop_duplicates("indicator_id", keep="last")
    counts = last["marker"].value_counts()
    known = len(last) - int(counts.get("not tested", 0))
    if not known:
        why = listed(sorted(set(last["tested"])))
        return (
            f"None of the changes in {where} is tested ({why}): a change here is described, not "
            "claimed."
        )
    expected = comparison.chance_differences(known, level=0.998)
    by_chance = f"about {expected:.0f}" if expected >= 1 else "fewer than 1"
    words = [
        f"{counts[one]} {one}"
        for one in ("increasing", "decreasing", "no detectable change")
        if counts.get(one)
    ]
    return (
        f"Of {known} conditions tested in {where} at 99.8%: {listed(words)}. By chance alone, "
        f"{by_chance} would seem to change."
    )


def targets(rows: pd.DataFrame, where: str) -> str:
    """Say which national targets an area meets."""
    if rows.empty:
        return f"No coverage figure of {where} has a national target."
    met = rows["value"] >= rows["target"]
    gap = (rows["target"] - rows["value"])[~met]
    said = f"{where} meets {int(met.sum())} of {len(rows)} national targets of coverage."
    if len(gap):
        row = rows.loc[[gap.idxmax()]].iloc[0]
        entry = catalogue.indicator(row["indicator_id"])
        said += (
            f" Furthest below: {entry.short_name}, {shown(entry, row['value'])} against "
            f"{shown(entry, row['target'])}, {theme.number(gap.max(), 1)} points short."
        )
    return said


def life(rows: pd.DataFrame, where: str) -> str:
    """Say how long people live here, and how often they are admitted in an emergency."""
    by_id = rows.set_index("indicator_id")
    said = []
    for code, who in (("lh_life_expectancy_male", "boys"), ("lh_life_expectancy_female", "girls")):
        if code in by_id.index:
            row = by_id.loc[code]
            said.append(
                f"{row['value']:.1f} years for {who} (middle neighbourhood of England "
                f"{row['england_median']:.1f})"
            )
    words = f"Life expectancy at birth in {where}, 2015-19: {listed(said)}." if said else ""
    if "lh_emergency_admissions_all" in by_id.index:
        ratio = float(by_id["value"]["lh_emergency_admissions_all"])
        off = theme.number(abs(ratio - 100), 0)
        words += (
            f" Emergency admissions: {off}% {'more' if ratio > 100 else 'fewer'} than expected at "
            "England's rates for people of the same ages (England is 100). Published without "
            "intervals: not tested."
        )
    return words.strip()


def peers(found: Peers, where: str) -> str:
    """Say which area is most like this one, and where the ten are."""
    first = found.table.iloc[0]
    same = int((found.table["ics"] == first["ics"]).sum())
    inside = f" {same} of the {len(found.table)} lie there." if first["ics"] and same > 1 else ""
    there = f" in {first['ics']}" if first["ics"] else ""
    return (
        f"Of {found.compared:,} {kind(found.area_type, several=True)} of England, the one most "
        f"like {where} is {first['name']}{there}.{inside}"
    )


def against(rows: pd.DataFrame, where: str) -> str:
    """Say on what an area is the highest and the lowest of those like it."""
    top = _names(rows[rows["rank"] == 1])
    low = _names(rows[rows["rank"] == rows["n"]])
    if not top and not low:
        return f"{where} is neither highest nor lowest of those like it on any of these."
    parts = [f"{word} on {names}" for word, names in (("highest", top), ("lowest", low)) if names]
    return f"Of the areas like it, {where} is {'; '.join(parts)}. A place in a list, not a test."


def _names(rows: pd.DataFrame) -> str:
    names = [catalogue.indicator(code).short_name for code in rows["indicator_id"]]
    return (
        listed(names if len(names) <= 4 else [*names[:3], f"{len(names) - 3} more"])
        if names
        else ""
    )


def ranking(entry: Indicator, rows: pd.DataFrame, areas: str, where: str) -> str:
    """Say which area of a table is highest and which lowest.

    Parameters
    ----------
    rows : pandas.DataFrame
        Of one indicator, from `data.profiles.table`.
    """
    known = rows.dropna(subset=["value"]).sort_values(["rank", "name"])
    if known.empty:
        return f"No {areas} of {where} have a figure of {entry.short_name}."
    top, low = (
        f"{row['name']} ({shown(entry, row['value'])})" for row in (known.iloc[0], known.iloc[-1])
    )
    said = f"{entry.name}: of {len(known):,} {areas} in {where}, highest in {top}, lowest in {low}."
    counts = known.loc[known["judged"] != "not compared", "judged"].value_counts()
    words = [f"{counts[one]} {one}" for one in charts.MARKS if counts.get(one)]
    return f"{said} Against England: {listed(words)}." if words else said


def deciles(header: Header) -> str:
    """Say how many people live at the two ends of deprivation."""
    people = header.by_decile
    total = int(people.sum())
    low, top = (theme.percent(int(people.loc[a:b].sum()), total) for a, b in ((1, 2), (9, 10)))
    return (
        f"Of the people of {named(header)}, {low} live in LSOAs of deciles 1 and 2 and {top} in "
        f"deciles 9 and 10 ({DEPRIVED})."
    )
