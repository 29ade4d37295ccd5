"""What a map shows: from a selection to colours, legend, list, sentence and sources."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from html import escape
from itertools import pairwise

import numpy as np
import pandas as pd

from components import cached, maps, narrative, theme
from components.selection import Selection
from data import catalogue, layers
from data.catalogue import Indicator
from data.estimate import COVERED_FLAG
from data.layers import Shown
from geo.areas import AREA_TYPES, OWN
from geo.classify import Breaks, classify
from geo.clusters import CLASSES, ClusterError

ABOVE = {"LSOA21": "MSOA21", "MSOA21": "PLACE"}
"""Whose outlines stay visible."""


@dataclass(frozen=True)
class Key:
    """One entry of a legend."""

    colour: str
    label: str
    count: int


@dataclass(frozen=True)
class Part:
    """One layer of a scene: the indicator, the series shown, its figures and its file's key."""

    entry: Indicator
    shown: Shown
    figures: pd.DataFrame
    key: str

    @property
    def feed_source(self) -> str:
        """Id of the reader that the figures came from."""
        return str(self.figures["dataset_id"].iloc[0]) if len(self.figures) else ""

    @property
    def value(self) -> "pd.Series[float]":
        """Values by area code."""
        return self.figures["value"]


@dataclass(frozen=True)
class Scene:
    """Everything that the map page draws.

    Attributes
    ----------
    area_type, parent : str, (str, str)
        What the areas are, and what they lie in.
    rows : pandas.DataFrame
        Areas on the map that the list shows: `code`, `name`, `population`, one column a layer.
    legend : tuple of Key
        Empty where the legend is the 3x3 square.
    file : str
        Name of a map file of its own; '' draws from that of the layers.
    drawn : pandas.DataFrame, optional
        All areas coloured, with `meets_all`, where the list shows only those that meet conditions.
    square : tuple of 3 tuples of 3 int
        Areas in each cell of the 3x3 map, the first layer's thirds by row.
    """

    area_type: str
    parent: tuple[str, str]
    parts: tuple[Part, ...]
    rule: maps.Rule
    tooltip: str
    rows: pd.DataFrame
    sentence: str
    legend: tuple[Key, ...] = ()
    square: tuple[tuple[int, ...], ...] = ()
    notes: tuple[str, ...] = field(default=())
    sort: str = "value"
    file: str = ""
    drawn: pd.DataFrame | None = None

    @property
    def coloured(self) -> pd.DataFrame:
        """Areas that have a colour on the map: more than the list where that lists only some."""
        return self.rows if self.drawn is None else self.drawn

    @property
    def kind(self) -> str:
        """The kind of map file that holds every layer shown."""
        return layers.holding([part.entry.layer for part in self.parts])


class NothingToShow(Exception):
    """The indicator has no figure for this ICS; the message says which, and what there is."""


def scene(build: str, selection: Selection) -> Scene:
    """Lay out what the selection asks for.

    Raises
    ------
    NothingToShow
        When an indicator has no figure at this level or above it.
    """
    if selection.view == "two":
        return _two(build, selection)
    if selection.view == "overlap":
        return _overlap(build, selection)
    return _one(build, selection)


def part(build: str, selection: Selection, layer: str, area_type: str, kind: str = "") -> Part:
    """One layer at the level asked for, or at the finest that it has."""
    entry = catalogue.indicator(selection.chosen(layer))
    shown = cached.resolved(build, entry.id, area_type, selection.vintage, selection.year)
    if shown is None:
        raise NothingToShow(
            f"{entry.name} has no figure for this ICS as it is drawn here. "
            + _where_published(build, entry)
        )
    parent = _parent(selection, shown.area_type)
    keys = cached.on_map(build, shown.area_type, selection.year, kind or layers.holding([layer]))
    key = keys.loc[keys["series_id"] == shown.series_id, "key"]
    return Part(entry, shown, cached.figures(build, shown.series_id, parent), str(key.iloc[0]))


def _parent(selection: Selection, area_type: str) -> tuple[str, str]:
    return ("ENG", "E92000001") if area_type.startswith("ICB") else selection.parent


def _where_published(build: str, entry: Indicator) -> str:
    series = cached.series(build)
    kinds = series.loc[series["indicator_id"] == entry.id, "area_type"].unique()
    names = [AREA_TYPES[kind].plural for kind in kinds if kind != OWN]
    return f"It is published for {', '.join(names)}." if names else "Choose another."


def _here(build: str, selection: Selection, area_type: str) -> pd.DataFrame:
    """Areas that the list shows: of the own area or the place where one is chosen."""
    parent = _parent(selection, area_type)
    rows = cached.areas(build, area_type, parent)
    if selection.within and area_type in ("MSOA21", "LSOA21"):
        inside = cached.areas(build, area_type, selection.within)
        rows = rows[rows["code"].isin(inside["code"])]
    rows = rows.assign(name=rows["label"])
    return rows[["code", "name", "population", "core20", "share"]].set_index("code", drop=False)


def _common(build: str, selection: Selection, parts: Sequence[Part]) -> tuple[str, list[str]]:
    """Sentence about people and data; notes about level, method and thin data."""
    first = parts[0]
    area = cached.area(build, *_subject(selection, first.shown.area_type, selection.parent))
    words = [narrative.core20(area["name"], int(area["core20"]), int(area["population"]))]
    notes = []
    if area["area_type"] == OWN:
        above = cached.parents(build, OWN, area["code"]).query("code == @selection.parent[1]")
        shares = cached.areas(build, first.shown.area_type, (OWN, area["code"]))["share"]
        notes += narrative.own_area(
            str(area["name"]),
            float(above["share"].iloc[0]),
            str(cached.area(build, *selection.parent)["name"]),
            int((shares < 1).sum()),
        )
    for one in parts:
        figures = one.figures.reindex(_here(build, selection, one.shown.area_type).index)
        covered = figures["covered"]
        if covered.notna().any():
            weight = figures["denominator"].fillna(0)
            mean = float(np.average(covered.fillna(0), weights=weight)) if weight.sum() else None
            words.append(narrative.data_covered(one.entry, mean))
            thin = int((covered < COVERED_FLAG).sum())
            if thin:
                notes.append(
                    f"{thin} of these {AREA_TYPES[one.shown.area_type].plural} have figures on "
                    f"{one.entry.short_name} for under {COVERED_FLAG:.0%} of their patients."
                )
        if not one.shown.asked:
            notes.append(
                f"{one.entry.short_name} is not published for {_plural(selection.level_type)}; "
                f"shown at its finest level, {_plural(one.shown.area_type)}."
            )
        if one.shown.method != "direct":
            notes.append(narrative.made(one.entry, one.shown))
    return " ".join(dict.fromkeys(w for w in words if w)), notes


def _subject(selection: Selection, area_type: str, parent: tuple[str, str]) -> tuple[str, str]:
    """What the list and the sentence are about: own area or place chosen, otherwise the parent."""
    return (selection.within if area_type in ("MSOA21", "LSOA21") else None) or parent


def _plural(area_type: str) -> str:
    return AREA_TYPES[area_type].plural


def _line(one: Part, england: float | None, total: int, where: str, ranked: bool) -> str:
    """HTML of one figure in a tooltip; braces are properties of the map file."""
    unit = one.entry.unit
    lines = [f"{escape(one.entry.short_name)}: <b>{{v{one.key}}}{escape(unit)}</b>"]
    if ranked:
        coarse = ", by whole points" if one.shown.method == "inherited" else ""
        lines.append(f"rank {{r{one.key}}} of {total:,} in {escape(where)} (1 = highest{coarse})")
    if one.entry.layer == "deprivation" and one.shown.area_type != "ENG":
        lines.insert(1, f"national decile {{d{one.key}}} (1 = most deprived)")
    if england is not None:
        lines.append(f"England {theme.figure(england, unit, one.entry.decimals)}")
    if one.shown.method in ("attributed", "inherited"):
        lines.append(f"<i>{one.shown.method} estimate, {one.shown.period}</i>")
    return "<br/>".join(lines)


def _tooltip(build: str, parts: Sequence[Part], parent: tuple[str, str]) -> str:
    where = cached.area(build, *parent)["name"]
    kind = layers.holding([part.entry.layer for part in parts])
    lines = [
        _line(
            one,
            cached.england(build, one.entry.id, one.shown.period),
            len(one.figures),
            where,
            ranked=one.entry.layer in layers.RANKED[kind],
        )
        for one in parts
    ]
    return "<b>{n}</b><br/>" + "<br/>".join(lines)


def _one(build: str, selection: Selection) -> Scene:
    one = part(build, selection, selection.layer, selection.level_type)
    parent = _parent(selection, one.shown.area_type)
    scheme = selection.scheme(selection.layer)
    entry = one.entry
    here = _here(build, selection, one.shown.area_type)
    rows = here.assign(value=one.value.reindex(here.index))
    if selection.breaks == "clusters":
        return _clusters(build, selection, one, rows, parent)
    if scheme == "national" and entry.layer == "deprivation":
        decile = one.figures["decile"].reindex(here.index)
        if decile.notna().any():
            rule = maps.decile_classes(one.key, theme.SEQUENTIAL)
            legend = _decile_legend(decile)
            return _finish(build, selection, [one], rule, rows, legend, parent)
    limits = cached.breaks(build, one.shown.series_id, parent, scheme, entry.decimals)
    rule = maps.classes(one.key, limits.upper, _shades(len(limits.upper) + 1))
    legend = _legend(entry, limits, rows["value"].to_numpy("float64"))
    return _finish(build, selection, [one], rule, rows, legend, parent)


def _clusters(
    build: str, selection: Selection, one: Part, rows: pd.DataFrame, parent: tuple[str, str]
) -> Scene:
    """Hot and cold spots of one layer, told from all areas of the parent."""
    where = cached.area(build, *parent)["name"]
    level = one.shown.area_type, parent, one.shown.series_id
    try:
        found = cached.local_clusters(build, *level)
    except ClusterError as reason:
        raise NothingToShow(
            f"{one.entry.name}, {_plural(one.shown.area_type)} of {where}: {reason} "
            "Choose smaller areas, or other classes."
        ) from reason
    rows = rows.join(found[["cluster", "p_value"]])
    colours = [*theme.CLUSTERS, theme.MISSING]
    counts = rows["cluster"].value_counts()
    keys = [
        Key(colour, name, int(counts.get(name, 0)))
        for colour, name in zip(colours, CLASSES, strict=True)
        if colour != theme.MISSING or name in counts
    ]
    plain = _finish(
        build, selection, [one], maps.categories("k", theme.CLUSTERS), rows, tuple(keys), parent
    )
    kind = _plural(one.shown.area_type)
    notes = [narrative.cluster_caution(found, kind, where)]
    if one.shown.method in narrative.SHARED:
        notes.append(narrative.SHARED[one.shown.method])
    england = cached.england(build, one.entry.id, one.shown.period)
    figure = _line(one, england, len(one.figures), where, ranked=False)
    here = cached.area(build, *_subject(selection, one.shown.area_type, parent))["name"]
    return replace(
        plain,
        tooltip=f"<b>{{n}}</b><br/><b>{{w}}</b> (pseudo p {{q}})<br/>{figure}",
        sentence=f"{narrative.clusters(one.entry, rows, kind, here)} {plain.sentence}",
        notes=(*notes, *plain.notes),
        file=cached.cluster_file(build, *level, one.key, one.entry.decimals),
    )


def _finish(
    build: str,
    selection: Selection,
    parts: Sequence[Part],
    rule: maps.Rule,
    rows: pd.DataFrame,
    legend: tuple[Key, ...],
    parent: tuple[str, str],
) -> Scene:
    one = parts[0]
    people, notes = _common(build, selection, parts)
    where = cached.area(build, *_subject(selection, one.shown.area_type, parent))["name"]
    said = narrative.extremes(one.entry, rows, _plural(one.shown.area_type), where)
    return Scene(
        area_type=one.shown.area_type,
        parent=parent,
        parts=tuple(parts),
        rule=rule,
        tooltip=_tooltip(build, parts, parent),
        rows=rows,
        sentence=f"{said} {people}",
        legend=legend,
        notes=tuple(notes),
    )


def _shades(n: int) -> Sequence[str]:
    """`n` of the five sequential colours, spread over the whole range."""
    at = np.linspace(0, len(theme.SEQUENTIAL) - 1, max(n, 1)).round().astype(int)
    return [theme.SEQUENTIAL[i] for i in at]


def _legend(entry: Indicator, limits: Breaks, values: "np.ndarray") -> tuple[Key, ...]:
    which = classify(values, limits.upper, entry.decimals)
    n = len(limits.upper) + 1
    text = [theme.figure(limit, _short_unit(entry), entry.decimals) for limit in limits.upper]
    labels = [f"over {low} to {high}" for low, high in pairwise(text)]
    ends = [f"{text[0]} or less", *labels, f"over {text[-1]}"] if text else ["all the same"]
    keys = [
        Key(colour, label, int((which == i).sum()))
        for i, (colour, label) in enumerate(zip(_shades(n), ends, strict=True))
    ]
    gone = int((which == -1).sum())
    return tuple([*keys, Key(theme.MISSING, "no figure", gone)] if gone else keys)


def _short_unit(entry: Indicator) -> str:
    return entry.unit if entry.unit == "%" else ""


def _decile_legend(decile: "pd.Series[float]") -> tuple[Key, ...]:
    names = ["1–2, most deprived", "3–4", "5–6", "7–8", "9–10, least deprived"]
    keys = [
        Key(colour, name, int(decile.between(2 * n + 1, 2 * n + 2).sum()))
        for n, (colour, name) in enumerate(zip(reversed(theme.SEQUENTIAL), names, strict=True))
    ]
    gone = int(decile.isna().sum())
    return tuple([*keys, Key(theme.MISSING, "no figure", gone)] if gone else keys)


def _two(build: str, selection: Selection) -> Scene:
    kind = layers.holding([selection.x, selection.y])
    first = part(build, selection, selection.x, selection.level_type, kind)
    second = part(build, selection, selection.y, first.shown.area_type, kind)
    if first.shown.area_type != second.shown.area_type:
        first = part(build, selection, selection.x, second.shown.area_type, kind)
    if first.shown.area_type != second.shown.area_type:
        raise NothingToShow(
            f"{first.entry.short_name} and {second.entry.short_name} have no level in common: "
            f"one is shown for {_plural(first.shown.area_type)}, the other for "
            f"{_plural(second.shown.area_type)}. Choose another pair."
        )
    parent = _parent(selection, first.shown.area_type)
    limits = [
        cached.breaks(
            build, one.shown.series_id, parent, "quantile", one.entry.decimals, classes=3
        ).upper
        for one in (first, second)
    ]
    here = _here(build, selection, first.shown.area_type)
    rows = here.assign(
        value=first.value.reindex(here.index), second=second.value.reindex(here.index)
    )
    x = classify(rows["value"].to_numpy("float64"), limits[0], first.entry.decimals)
    y = classify(rows["second"].to_numpy("float64"), limits[1], second.entry.decimals)
    square = tuple(tuple(int(((x == i) & (y == j)).sum()) for j in range(3)) for i in range(3))
    gone = int(((x == -1) | (y == -1)).sum())
    people, notes = _common(build, selection, [first, second])
    both = rows[(x == len(limits[0])) & (y == len(limits[1]))]
    said = (
        f"{len(both):,} of {len(rows):,} {_plural(first.shown.area_type)} are in the highest third "
        f"for both {first.entry.short_name} and {second.entry.short_name}; "
        f"{theme.number(float(both['population'].sum()))} people live there."
    )
    return Scene(
        area_type=first.shown.area_type,
        parent=parent,
        parts=(first, second),
        rule=maps.bivariate(first.key, limits[0], second.key, limits[1]),
        tooltip=_tooltip(build, [first, second], parent),
        rows=rows,
        sentence=f"{said} {people}",
        legend=(Key(theme.MISSING, "no figure", gone),) if gone else (),
        square=square,
        notes=tuple(notes),
    )


def _overlap(build: str, selection: Selection) -> Scene:
    level = selection.level_type
    parts = [
        part(build, selection, layer, level, "all")
        for layer in ("deprivation", "condition", "coverage")
    ]
    if any(one.shown.area_type != level for one in parts):
        behind = next(one for one in parts if one.shown.area_type != level)
        raise NothingToShow(
            f"{behind.entry.name} is not published for {_plural(level)}, only for "
            f"{_plural(behind.shown.area_type)} and above, so it cannot be overlapped here. "
            "Choose another or a coarser level."
        )
    parent = _parent(selection, level)
    here = _here(build, selection, level)
    deprived, sick, reached = parts
    worst = int(selection.deprived)
    high = _limit(sick, 1 - int(selection.need) / 100)
    low = _limit(reached, int(selection.reach) / 100)
    rows = here.assign(
        decile=deprived.figures["decile"].reindex(here.index),
        value=sick.value.reindex(here.index).round(sick.entry.decimals),
        second=reached.value.reindex(here.index).round(reached.entry.decimals),
    )
    met = (rows["decile"] <= worst) & (rows["value"] > high) & (rows["second"] <= low)
    known = rows[["decile", "value", "second"]].notna().all(axis=1)
    conditions = [
        f"in {deprived.entry.short_name} deciles 1 to {worst} (1 = most deprived)",
        f"in the highest {selection.need}% for {sick.entry.short_name} "
        f"(over {theme.figure(high, sick.entry.unit, sick.entry.decimals)})",
        f"in the lowest {selection.reach}% for {reached.entry.short_name} "
        f"({theme.figure(low, reached.entry.unit, reached.entry.decimals)} or less)",
    ]
    people, notes = _common(build, selection, parts)
    said = narrative.overlap(rows[met], len(rows), _plural(level), conditions)
    legend = [
        Key(theme.OVERLAP[1], "meets all three", int(met.sum())),
        Key(theme.OVERLAP[0], "does not", int((known & ~met).sum())),
    ]
    if (~known).any():
        legend.append(Key(theme.MISSING, "no figure", int((~known).sum())))
    return Scene(
        area_type=level,
        parent=parent,
        parts=tuple(parts),
        rule=maps.overlap(
            [
                f"properties.d{deprived.key} <= {worst}",
                f"properties.v{sick.key} > {high!r}",
                f"properties.v{reached.key} <= {low!r}",
            ],
            [f"v{sick.key}", f"v{reached.key}"],
        ),
        tooltip=_tooltip(build, parts, parent),
        rows=rows[met],
        sentence=f"{said} {people}",
        legend=tuple(legend),
        notes=tuple(notes),
        sort="population",
        drawn=rows.assign(meets_all=met),
    )


def _limit(one: Part, quantile: float) -> float:
    """Value of a quantile of the areas of the ICS, as printed."""
    values = one.value.dropna().to_numpy("float64")
    at = np.quantile(values, quantile, method="inverted_cdf")
    return float(np.round(at, one.entry.decimals))
