"""Sentences from figures. No Streamlit here."""

from collections.abc import Sequence

import pandas as pd

from components import theme
from data.catalogue import Indicator
from data.layers import Shown

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
