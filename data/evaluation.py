"""Whether a programme changed an outcome in its areas, from the figures in the database.

The verdict is 'insufficient evidence' unless two sets of comparison areas, matched in two ways,
say the same with intervals that leave out no change.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pandas as pd
from sqlalchemy import Engine

from data import catalogue, inequalities, peers, store
from data.catalogue import Indicator
from data.errors import AtlasError
from data.profiles import ESTIMATES
from data.statistics import evaluation as statistics
from data.statistics.errors import StatisticsError
from data.statistics.evaluation import Effect, Matches, Verdict
from data.statistics.inequality import Change, SlopeIndex, sii_change
from geo.areas import AREA_TYPES, ENGLAND

Area = tuple[str, str]
Roles = Mapping[str, list[str]]

LEVELS: Final = ("MSOA21", "LSOA21", "LAD24", "UTLA23", "SICBL24", "ICB26", "ICB24")
"""Area types that outcomes are compared at; of those with as many points the first is used."""

INSIDE: Final = 0.5
"""Share of an area's residents from which on it counts as one of the programme's."""

MATCHES: Final = 10
"""Comparison areas of each of the programme's areas, where there are so many."""

LEAST_COMPARED: Final = 30
"""Comparison areas in all, so that it is known how far areas stray; more of each if it has few."""

CLUSTER: Final = "ICB26"
"""Areas of one ICS share what happens to it: intervals allow for that."""

HISTORY: Final = {"outcome's level": ("level",), "outcome's trend": ("trend",)}
"""Themes that are matched on besides what areas are like; the check goes without them."""

UNBALANCED: Final = 0.1
"""Standardised mean difference above which two sets of areas are called unlike (Austin PC 2009,
Stat Med 28:3083)."""


COMPARED: Final = (
    "name", "role", "people", "before", "after", "change", "match", "distance", "ics",
)  # fmt: skip
BALANCE: Final = ("theme", "target", "pool", "matched", "before", "after")


class NotEvaluated(AtlasError):
    """There is nothing to evaluate; the message says why."""


@dataclass(frozen=True)
class Evaluation:
    """Everything that a page about a programme's effect shows.

    Attributes
    ----------
    verdict : Verdict
    area_type, area_types : str
        Type of the areas compared, and what several of them are called.
    effect, check : Effect or None
        Against comparison areas that are alike in deprivation, ages, ethnic groups, rurality, size
        and the outcome's own level and trend before; and against areas that are alike in all but
        the last two. None where there is nothing to compare.
    periods : pandas.DataFrame
        From `timeline`, with `programme` and `comparison` (means weighted by people, of the areas
        compared; NaN where one lacks a figure) and `difference`.
    areas : pandas.DataFrame
        By `code`: `name`, `role` ('programme' or 'comparison'), `people` (mean of the
        denominators), `before`, `after`, `change` (of the means), `match` (the programme's area
        that a comparison area was chosen for, '' otherwise), `distance`, `ics` (code).
    balance : pandas.DataFrame
        From `data.statistics.evaluation.Matches`, of the first set.
    inequality : pandas.DataFrame
        Slope index within the programme's areas by `period`: columns of
        `data.inequalities.siis`, and `role`. Empty where it has none.
    inequality_change : Change or None
        From the last period before to the last after.
    notes : tuple of str
        Sentences on what the figures can bear.
    """

    verdict: Verdict
    area_type: str
    area_types: str
    effect: Effect | None
    check: Effect | None
    periods: pd.DataFrame
    areas: pd.DataFrame
    balance: pd.DataFrame
    inequality: pd.DataFrame
    inequality_change: Change | None
    notes: tuple[str, ...]


def evaluate(
    engine: Engine,
    series: pd.DataFrame,
    areas: Sequence[Area],
    started: date,
    indicator: str,
    *,
    area_type: str = "",
    margin: float = 0.0,
) -> Evaluation:
    """Compare what happened to an outcome in a programme's areas with areas like them.

    Parameters
    ----------
    series : pandas.DataFrame
        From `data.store.series`.
    areas : sequence of (area type, code)
        Where the programme acts; an area named twice, or inside another, counts once.
    started : datetime.date
        Taken as the first of its month: periods that end before it are before, those that begin
        with it or later are after.
    indicator : str
        The outcome.
    area_type : str
        Of `LEVELS`; the one with most points unless given.
    margin : float
        The smallest change that would matter, in the outcome's unit; 0 is none given.

    Raises
    ------
    UnknownCodeError
        When the indicator or an area is not known.
    NotEvaluated
        When no areas are named, or the outcome has no figures for areas that lie in them.
    """
    entry = catalogue.indicator(indicator)
    for kind, code in areas:
        store.area(engine, kind, code)
    kind, share, line = _level(engine, series, areas, started, entry, area_type)
    every = store.areas(engine, kind).set_index("code").sort_index()
    ours = share.index[share >= INSIDE]
    values, people = _figures(engine, every, line)
    known = values.loc[ours].notna().mul(people[ours], axis=0).sum() / people[ours].sum()
    line = line.assign(
        role=line["role"].where(known >= INSIDE, "left out"),
        **dict.fromkeys(["programme", "comparison", "difference"], np.nan),
    )
    roles = {role: line.index[line["role"] == role].tolist() for role in ("before", "after")}
    slopes, change = _inequality(engine, series, areas, started, entry)
    effect = check = None
    compared, balance = pd.DataFrame(columns=list(COMPARED)), pd.DataFrame(columns=list(BALANCE))
    notes = _notes(kind, line, share, every)
    try:
        if not all(roles.values()):
            raise NotEvaluated(statistics.too_few_points(*map(len, roles.values())))
        alike, themes = _alike(engine, series, kind, every, people)
        past = _past(values, line, roles)
        history = {theme: names for theme, names in HISTORY.items() if set(names) <= set(past)}
        whole = values[[*roles["before"], *roles["after"]]].notna().all(axis=1) & (people > 0)
        figures, pool = (
            alike.join(past).loc[codes[whole[codes]]]
            for codes in (ours, every.index.difference(_beside(every, ours).union(share.index)))
        )
        k = max(MATCHES, -(-LEAST_COMPARED // max(len(figures), 1)))
        groups = _clusters(engine, kind, every.index)
        sets = [statistics.match(figures, pool, {**themes, **more}, k=k) for more in (history, {})]
        effect, check = (_effect(values, people, groups, line, roles, one) for one in sets)
        verdict = agreed(entry, effect, check, margin)
        balance = sets[0].balance
        compared = _compared(every, values, people, groups, roles, sets[0])
        line = _means(line, values, compared)
        notes += _cautions(ours, compared, balance)
    except (NotEvaluated, peers.NoPeers, StatisticsError) as error:
        verdict = Verdict(statistics.INSUFFICIENT, str(error))
    return Evaluation(
        verdict=verdict,
        area_type=kind,
        area_types=AREA_TYPES[kind].plural,
        effect=effect,
        check=check,
        periods=line,
        areas=compared,
        balance=balance,
        inequality=slopes,
        inequality_change=change,
        notes=tuple(notes),
    )


def timeline(periods: Sequence[str], started: date) -> pd.DataFrame:
    """Which periods come before a programme's start, and which after.

    Only periods of one length are used, that of which there are most (the shortest of equals), and
    of those that overlap only every so many, counted from the start. The start is taken as the
    first of its month; a period that it falls into is left out.

    Parameters
    ----------
    periods : sequence of str
        As in the database: 2024, 2024-25 (financial year), 2024-25 Q1 (its quarter, from April),
        2022-24 (calendar years), 2024-07 (month; only where not all could be years).

    Returns
    -------
    pandas.DataFrame
        By `period`, in order of time: `start`, `end` (first of the month that it begins with, and
        of the one after its last), `time` (years, of its middle), `role`: 'before', 'after' or
        'left out'.

    Raises
    ------
    NotEvaluated
        When a period is of another form.
    """
    months = any(
        re.fullmatch(r"\d{4}-\d{2}", period) and not 1 <= _years(period) <= 10 for period in periods
    )
    spans = pd.DataFrame(
        [_span(period, months=months) for period in periods],
        index=pd.Index(periods, name="period"),
        columns=["first", "until"],
    )
    spans = spans.sort_values(["first", "until"])
    length = spans["until"] - spans["first"]
    number = length.value_counts()
    usual = length == min(number.index[number == number.max()], default=0)
    start = started.year * 12 + started.month - 1
    role = pd.Series("left out", index=spans.index)
    edge = start
    for period, first, until in spans[usual][::-1].itertuples():
        if until <= edge:
            role[period], edge = "before", first
    edge = start
    for period, first, until in spans[usual].itertuples():
        if first >= edge:
            role[period], edge = "after", until
    return pd.DataFrame(
        {
            "start": [date(n // 12, n % 12 + 1, 1) for n in spans["first"]],
            "end": [date(n // 12, n % 12 + 1, 1) for n in spans["until"]],
            "time": (spans["first"] + spans["until"]) / 24,
            "role": role,
        }
    )


def _years(period: str) -> int:
    """Years from the first to the last that a period like 2022-24 names."""
    return (int(period[5:]) - int(period[:4])) % 100


def _span(period: str, *, months: bool) -> tuple[int, int]:
    """First month of a period and the one after its last, counted from the year 0."""
    parts = re.fullmatch(r"(\d{4})(?:-(\d{2})(?: Q([1-4]))?)?", period)
    if parts is None:
        raise NotEvaluated(
            f"'{period}' is not a period that the atlas can place in time; "
            "choose an outcome by year, quarter or month."
        )
    first = 12 * int(parts[1])
    if parts[3]:
        first += 3 * int(parts[3])
        return first, first + 3
    if not parts[2]:
        return first, first + 12
    if months:
        return first + int(parts[2]) - 1, first + int(parts[2])
    if _years(period) == 1:
        return first + 3, first + 15
    return first, first + 12 * (_years(period) + 1)


def _level(
    engine: Engine,
    series: pd.DataFrame,
    areas: Sequence[Area],
    started: date,
    entry: Indicator,
    area_type: str,
) -> tuple[str, "pd.Series[float]", pd.DataFrame]:
    """Area type to compare at, share of its areas' residents in the programme's, and periods."""
    mine = series[series["indicator_id"] == entry.id]
    holders = store.holders(engine, areas, LEVELS) if areas else pd.DataFrame()
    found: list[tuple[int, str, pd.Series[float], pd.DataFrame]] = []
    for kind in [one for one in LEVELS if area_type in ("", one)]:
        rows = mine[mine["area_type"] == kind]
        if rows.empty or not areas:
            continue
        if kind == "LSOA21":
            share = pd.Series(1.0, index=store.lsoas(engine, areas)["code"])
        else:
            within = holders[holders["area_type"] == kind].set_index("code")["people"]
            residents = store.areas(engine, kind).set_index("code")["population"]
            share = within / residents.reindex(within.index)
        if not (share >= INSIDE).any():
            continue
        # figures made in two ways are not one series; an ICS's sum of published counts is
        made = rows["method"].replace("aggregated", "direct")
        rows = rows[made == made.mode().iloc[-1]].set_index("period")
        line = timeline(rows.index.tolist(), started)
        line = line.join(rows[["series_id", "method"]])
        counts = line["role"].value_counts()
        found.append((min(counts.get("before", 0), counts.get("after", 0)), kind, share, line))
    if not found:
        raise NotEvaluated(
            f"{entry.short_name} has no figures for areas that lie in the programme's; choose "
            "another outcome or larger areas."
        )
    _, kind, share, line = max(found, key=lambda one: one[0])
    return kind, share.sort_index(), line


def _figures(
    engine: Engine, every: pd.DataFrame, line: pd.DataFrame
) -> tuple[pd.DataFrame, "pd.Series[float]"]:
    """All of England's areas of a type: values by period, and people behind them on average."""
    code_of = pd.Series(every.index, index=every["area_id"])
    values, people = {}, {}
    for period, series_id in line["series_id"].items():
        rows = store.values(engine, int(series_id))
        rows = rows.set_index(pd.Index(rows["area_id"].map(code_of), name="code"))
        values[period], people[period] = rows["value"], rows["denominator"]
    mean = pd.DataFrame(people, index=every.index, dtype="float64").mean(axis=1)
    return (
        pd.DataFrame(values, index=every.index, columns=line.index, dtype="float64"),
        mean.fillna(every["population"]),
    )


def _alike(
    engine: Engine,
    series: pd.DataFrame,
    kind: str,
    every: pd.DataFrame,
    people: "pd.Series[float]",
) -> tuple[pd.DataFrame, dict[str, Sequence[str]]]:
    """What areas are like, a column a variable, and the themes of the variables."""
    figures = peers.matrix(engine, series, kind).reindex(every.index)
    themes = {
        theme: [name for name in names if name in figures]
        for theme, names in peers.VARIABLES.items()
    }
    size = np.log(people.where(people > 0))
    return figures.assign(size=size), {
        **{theme: names for theme, names in themes.items() if names},
        "size": ["size"],
    }


def _past(values: pd.DataFrame, line: pd.DataFrame, roles: Roles) -> pd.DataFrame:
    """Level and trend of the outcome before the start; no trend with one point."""
    before = roles["before"]
    level, trend = statistics.level_and_trend(values[before], time=line.loc[before, "time"])
    past = pd.DataFrame({"level": level, "trend": trend}, index=values.index)
    return past if len(before) > 1 else past[["level"]]


def _beside(every: pd.DataFrame, ours: pd.Index) -> pd.Index:
    """Areas whose bounds meet those of one of the programme's: its neighbours, and a few more."""
    us = every.loc[ours]
    west, south, east, north = (
        every[side].to_numpy() for side in ("west", "south", "east", "north")
    )
    meets = np.zeros(len(every), dtype=bool)
    for row in us[["west", "south", "east", "north"]].itertuples(index=False):
        meets |= (
            (west <= row.east) & (east >= row.west) & (south <= row.north) & (north >= row.south)
        )
    return every.index[meets]


def _clusters(engine: Engine, kind: str, codes: pd.Index) -> "pd.Series[str]":
    """ICS that holds most of each area; the area itself where it is one."""
    held = store.containing(engine, kind, CLUSTER, ("ENG", ENGLAND))
    return held.reindex(codes).fillna(pd.Series(codes, index=codes))


def _effect(
    values: pd.DataFrame,
    people: "pd.Series[float]",
    groups: "pd.Series[str]",
    line: pd.DataFrame,
    roles: Roles,
    found: Matches,
) -> Effect:
    used = [*roles["before"], *roles["after"]]
    first = len(roles["before"])
    treated, comparison = found.pairs["target"].unique(), found.pairs["match"].to_numpy()
    return statistics.difference_in_differences(
        values.loc[treated, used],
        values.loc[comparison, used],
        range(first),
        range(first, len(used)),
        time=line.loc[used, "time"],
        weights=(people[treated], people[comparison]),
        clusters=(groups[treated].tolist(), groups[comparison].tolist()),
    )


def agreed(entry: Indicator, effect: Effect, check: Effect, margin: float) -> Verdict:
    """The verdict that both sets of comparison areas give, or that they do not agree.

    Which set is right cannot be known: areas chosen with the same past are, where the programme
    went where figures were low by chance; areas chosen without it, where it went where figures are
    low for lasting reasons. See `data.statistics.evaluation.match`.
    """
    said, again = (
        statistics.verdict(one, entry.polarity, margin=margin) for one in (effect, check)
    )
    if said.words in (again.words, statistics.INSUFFICIENT):
        return said
    return Verdict(
        statistics.INSUFFICIENT,
        f"It hangs on how comparison areas are chosen: {said.words} with the same past, "
        f"{again.words} when they are chosen without it.",
    )


def _compared(
    every: pd.DataFrame,
    values: pd.DataFrame,
    people: "pd.Series[float]",
    groups: "pd.Series[str]",
    roles: Roles,
    found: Matches,
) -> pd.DataFrame:
    """Areas of both sides that have all figures, as `Evaluation.areas` describes."""
    pairs = found.pairs.set_index("match")
    codes = [*found.pairs["target"].unique(), *pairs.index]
    before, after = (values[roles[role]].mean(axis=1, skipna=False) for role in ("before", "after"))
    rows = pd.DataFrame(
        {
            "name": every["name"],
            "role": np.where(every.index.isin(pairs.index), "comparison", "programme"),
            "people": people,
            "before": before,
            "after": after,
            "change": after - before,
            "match": pairs["target"].reindex(every.index).fillna(""),
            "distance": pairs["distance"].reindex(every.index),
            "ics": groups,
        }
    ).loc[codes]
    return rows[rows["change"].notna() & (rows["people"] > 0)]


def _means(line: pd.DataFrame, values: pd.DataFrame, compared: pd.DataFrame) -> pd.DataFrame:
    """Periods with the weighted means of both sides."""
    means = {
        side: values.loc[rows.index].mul(rows["people"], axis=0).sum(skipna=False)
        / rows["people"].sum()
        for side, rows in compared.groupby("role")
    }
    out = line.assign(programme=means["programme"], comparison=means["comparison"])
    return out.assign(difference=out["programme"] - out["comparison"])


def _inequality(
    engine: Engine,
    series: pd.DataFrame,
    areas: Sequence[Area],
    started: date,
    entry: Indicator,
) -> tuple[pd.DataFrame, Change | None]:
    """Slope index within the programme's areas by period, by national fifths, and its change."""
    mine = series[
        (series["indicator_id"] == entry.id) & series["area_type"].isin(inequalities.BASES)
    ]
    number = mine.groupby("area_type")["period"].nunique().reindex(inequalities.BASES).fillna(0)
    base = str(number.idxmax())
    rows = mine[mine["area_type"] == base].set_index("series_id")
    inside: dict[str, list[str]] = {}
    for kind, code in _distinct(engine, areas):
        inside.setdefault(kind, []).append(code)
    parts = [
        store.gradient(engine, rows.index.astype(int).tolist(), base, kind, codes, "quintile")
        for kind, codes in inside.items()
    ]
    tall = pd.concat(parts)
    tall = tall.assign(weighted=tall["value"] * tall["denominator"])
    summed = ["areas", "count", "denominator", "weighted"]
    whole = tall.groupby(["series_id", "group"])[summed].sum(min_count=1).reset_index()
    whole = whole.assign(value=whole["weighted"] / whole["denominator"])
    if whole.empty:
        return pd.DataFrame(), None
    found = inequalities.siis(whole, dict.fromkeys(rows.index, entry), ["series_id"])
    found = found.set_index(rows.loc[found.index, "period"]).dropna(subset=["sii"])
    line = timeline(found.index.tolist(), started)
    found = line[["start", "role"]].join(found)
    ends = [found[found["role"] == role] for role in ("before", "after")]
    if any(end.empty for end in ends):
        return found, None
    then, now = (
        SlopeIndex(
            **{name: float(end.iloc[-1][name]) for name in inequalities.SII_COLUMNS},
            intercept=float("nan"),
        )
        for end in ends
    )
    return found, sii_change(then, now)


def _distinct(engine: Engine, areas: Sequence[Area]) -> list[Area]:
    """Areas that do not lie whole in another of them, each once."""
    named = list(dict.fromkeys(areas))
    return [
        one
        for one in named
        if not any(
            (str(row.area_type), str(row.code)) in named and float(str(row.share)) > 0.999
            for row in store.parents(engine, *one).itertuples()
        )
    ]


def _notes(
    kind: str,
    line: pd.DataFrame,
    share: "pd.Series[float]",
    every: pd.DataFrame,
) -> list[str]:
    """What the figures are of."""
    inside = share * every.loc[share.index, "population"]
    ours = share >= INSIDE
    kinds = AREA_TYPES[kind].plural if ours.sum() != 1 else AREA_TYPES[kind].name
    lie, they = ("lie", "they hold") if ours.sum() != 1 else ("lies", "it holds")
    notes = [
        f"The figures are of {ours.sum()} {kinds} that {lie} at least half in the programme's "
        f"areas; {they} {inside[ours].sum() / inside.sum():.0%} of the residents there."
    ]
    if line["method"].isin(ESTIMATES).any():
        notes.append(
            "They are made from GP practices' figures, which are spread over all their patients' "
            "homes: a change in the programme's areas reaches their neighbours too and looks "
            "smaller than it is."
        )
    if left := int((line["role"] == "left out").sum()):
        notes.append(
            f"Left out: {left} of {len(line)} periods, into which the start falls, which overlap "
            "others, or for which most of the areas have no figure."
        )
    return notes


def _cautions(ours: pd.Index, compared: pd.DataFrame, balance: pd.DataFrame) -> list[str]:
    """What to keep in mind about the comparison."""
    notes = []
    if missing := len(ours.difference(compared.index)):
        notes.append(
            f"Left out, for want of a figure: {missing} of the programme's {len(ours)} areas."
        )
    unlike = balance["theme"][balance["after"].abs() > UNBALANCED].unique()
    if len(unlike):
        notes.append(f"Comparison areas still differ from the programme's in {', '.join(unlike)}.")
    notes.append(
        "The effect is the mean in these areas; it does not say what the programme would do "
        "elsewhere. Whatever else began in them at the same time is in it too."
    )
    return notes
