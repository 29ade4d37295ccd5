"""How good an indicator's figures are: computed from what the database holds, never by hand."""

import re
from calendar import monthrange
from datetime import date
from typing import Any, Final

import pandas as pd
from sqlalchemy import Engine

from data import inequalities, layers, store
from data.catalogue import Indicator
from data.errors import CatalogueError
from data.estimate import COVERED_FLAG
from geo.areas import AREA_TYPES

COMPLETE: Final = 0.995
NEARLY_COMPLETE: Final = 0.95
"""Shares of a level's areas that have a figure, from which they are called so."""
RECENT: Final = 2.0
OLD: Final = 5.0
"""Years since the end of the period: recent below the first, old from the second on."""

MADE: Final = {
    "direct": "Published",
    "aggregated": "Added up",
    "attributed": "Estimated",
    "inherited": "Averaged",
}
"""How the figures of a level are made, in a word."""

SERVED: Final = {
    "attributed": "The practices behind them serve {} of registered patients",
    "inherited": "The practices of the networks behind them serve {} of registered patients",
}
"""What `covered` is about, where it is about patients."""

UNDERESTIMATE: Final = {
    "attributed": (
        "Take any gap between deprived and less deprived areas for an underestimate: patients of "
        "one practice live in unlike places, and sharing its figure out evens them out."
    ),
    "inherited": (
        "Take any gap between deprived and less deprived areas for a strong underestimate: the "
        "figure is the average of whole networks, some 50,000 patients each."
    ),
}


def period_end(period: str) -> date:
    """Last day of a period.

    Parameters
    ----------
    period : str
        '2025' is a calendar year. Two digits after the dash that follow the year ('2024-25',
        '1999-00') make a year from April to March, and Q1 to Q4 its quarters. Otherwise digits
        above those of the year are the last of several calendar years ('2019-21'; '2010-12' is
        never December), and the rest are a month ('2023-05').

    Raises
    ------
    CatalogueError
        When it is none of these.

    Examples
    --------
    >>> [str(period_end(p)) for p in ("2025", "2024-25", "2024-25 Q3", "2019-21", "2023-05")]
    ['2025-12-31', '2025-03-31', '2024-12-31', '2021-12-31', '2023-05-31']
    """
    found = re.fullmatch(r"(\d{4})(?:-(\d\d)(?: Q([1-4]))?)?", period)
    year, digits, quarter = (int(part or -1) for part in found.groups()) if found else (-1, -1, -1)
    end = (year, 12)
    if digits == (year + 1) % 100:
        end = {1: (year, 6), 2: (year, 9), 3: (year, 12)}.get(quarter, (year + 1, 3))
    elif quarter == -1 and digits > year % 100:
        end = (year - year % 100 + digits, 12)
    elif quarter == -1 and 1 <= digits <= 12:
        end = (year, digits)
    elif digits != -1 or year < 1:
        raise CatalogueError(
            f"'{period}' is no period; write 2025, 2024-25, 2024-25 Q3, 2019-21 or 2023-05."
        )
    return date(*end, monthrange(*end)[1])


def age(period: str, today: date) -> float:
    """Years from the end of a period until `today`; 0 where it has not ended."""
    return max(0.0, (today - period_end(period)).days / 365.25)


def levels(engine: Engine, series: pd.DataFrame, indicator: str) -> pd.DataFrame:
    """Every type of area that an indicator has figures for, the finest first.

    Parameters
    ----------
    series : pandas.DataFrame
        From `data.store.series`.

    Returns
    -------
    pandas.DataFrame
        `area_type`, `periods` (all, as a tuple in order of time), `period` (the newest), `method`
        and `note` of the newest, and its `areas`, `all_areas`, `flagged`, `intervals`, `people`,
        `covered` from `data.store.quality`.
    """
    order = {kind: n for n, kind in enumerate(reversed(AREA_TYPES))}
    mine = series[series["indicator_id"] == indicator]
    by_type = mine.groupby("area_type")["period"]
    newest = mine[mine["period"] == mine["area_type"].map(by_type.agg(layers.newest))]
    periods = {kind: tuple(sorted(rows, key=period_end)) for kind, rows in by_type}
    rows = newest.assign(
        periods=newest["area_type"].map(periods), order=newest["area_type"].map(order)
    )
    rows = rows.merge(store.quality(engine, rows["series_id"].tolist()), on="series_id")
    rows = rows.sort_values("order", ignore_index=True)
    return rows[
        ["area_type", "periods", "period", "method", "note", "areas", "all_areas", "flagged",
         "intervals", "people", "covered"]
    ]  # fmt: skip


def verdict(levels: pd.DataFrame, today: date) -> str:
    """Say in three words how the finest figures are made, how complete, how recent.

    'Estimated for LSOAs, nearly complete, recent.' The limits are `COMPLETE`, `NEARLY_COMPLETE`,
    `RECENT` and `OLD`.
    """
    if levels.empty:
        return "No figures."
    row = levels.iloc[0]
    share, years = row["areas"] / row["all_areas"], age(row["period"], today)
    complete = "incomplete"
    if share >= NEARLY_COMPLETE:
        complete = "complete" if share >= COMPLETE else "nearly complete"
    recent = "recent" if years < RECENT else "old" if years >= OLD else "some years old"
    return f"{MADE[row['method']]} for {_plural(row)}, {complete}, {recent}."


def sentence(levels: pd.DataFrame, today: date) -> str:
    """Say how old the finest figures are and how many areas and patients they cover.

    Parameters
    ----------
    levels : pandas.DataFrame
        From `levels`; empty where the database holds no figure.
    """
    if levels.empty:
        return "The atlas holds none of it."
    row = levels.iloc[0]
    said = [f"The newest are of {row['period']}, which {ended(row['period'], today)}"]
    if row["note"]:
        said[0] += f" ({row['note']})"
    has = "have" if row["all_areas"] > 1 else "has"
    share = percent(row["areas"] / row["all_areas"])
    said.append(f"{row['areas']:,} of {row['all_areas']:,} {_plural(row)} ({share}) {has} a figure")
    if row["flagged"]:
        verb = "is" if row["flagged"] == 1 else "are"
        said[-1] += f"; {row['flagged']:,} of them {verb} flagged, under {COVERED_FLAG:.0%} covered"
    if row["method"] in SERVED:
        said.append(SERVED[row["method"]].format(percent(row["covered"])))
    if row["intervals"]:
        said.append("The publisher gives intervals")
    later = levels[levels["period"].map(period_end) > period_end(row["period"])]
    if len(later):
        newest = layers.newest(later["period"])
        kinds = later.loc[later["period"] == newest, "area_type"]
        names = list(dict.fromkeys(AREA_TYPES[kind].plural for kind in kinds))
        said.append(f"Newer figures, of {newest}, are for {_listed(names)} only")
    return ". ".join(said) + "."


def ended(period: str, today: date) -> str:
    """Say how long ago a period ended: 'ended 1.6 years ago'."""
    end = period_end(period)
    if end >= today:
        return "has not ended"
    months = round((today - end).days / 30.44)
    if months < 1:
        return "ended less than a month ago"
    if months < 12:
        return f"ended {months} month{'s' if months > 1 else ''} ago"
    years = f"{age(period, today):.1f}".removesuffix(".0")
    return f"ended {years} year{'' if years == '1' else 's'} ago"


def gradient(entry: Indicator, series: pd.DataFrame) -> str:
    """Say how far a gap by deprivation can be read from an indicator's figures.

    Parameters
    ----------
    series : pandas.DataFrame
        From `data.store.series`.
    """
    if entry.id not in set(series["indicator_id"]):
        return "There is no figure to read."
    if entry.id == "imd":
        return "Areas are ranked by this index itself, so a gap by deprivation says nothing of it."
    if entry.layer == "deprivation":
        return (
            "It is one of the parts of the index that areas are ranked by, so a gap by deprivation "
            "is there by construction."
        )
    try:
        base = inequalities.base(series, entry.id)
    except inequalities.NotMeasured as reason:
        return str(reason)
    if base.method in UNDERESTIMATE:
        return UNDERESTIMATE[base.method]
    plural = AREA_TYPES[base.area_type].plural
    if base.area_type == "LSOA21":
        return "A gap by deprivation can be read as it stands: the figure is of LSOAs themselves."
    if base.area_type == "MSOA21":
        return (
            "A gap by deprivation is between groups of neighbourhoods. Each holds more and less "
            "deprived streets, so the gap between people is somewhat wider."
        )
    return (
        f"A gap by deprivation is between groups of {plural}. Each holds deprived and well-off "
        "neighbourhoods, so the gap between people is much wider."
    )


def _plural(row: "pd.Series[Any]") -> str:
    return AREA_TYPES[row["area_type"]].plural


def percent(share: float) -> str:
    """Write a share (0 to 1) as a percentage that is 100% only where it is all."""
    text = f"{100 * share:.1f}"
    if text == "100.0" and share < 1:
        return "over 99.9%"
    return f"{text.removesuffix('.0')}%"


def _listed(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
