"""What is asked for: area, level, layers. Read from the link, written to the link."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Any, Final, cast

from data import catalogue, own_areas
from data.own_areas import OwnArea, OwnAreaError
from geo import classify
from geo.areas import AREA_TYPES, OWN

CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "level": ("place", "neighbourhood", "lsoa"),
    "view": ("one", "two", "overlap"),
    "layer": ("deprivation", "condition", "coverage", "context"),
    "x": ("deprivation", "condition", "coverage", "context"),
    "y": ("deprivation", "condition", "coverage", "context"),
    "breaks": ("", "quantile", "national", "natural", "clusters"),
    "practices": ("", "yes"),
    "show": ("highest", "lowest", "all"),
    "deprived": ("1", "2", "3", "4", "5"),
    "need": ("20", "33", "50"),
    "reach": ("20", "33", "50"),
    "groups": ("decile", "quintile", "local-decile", "local-quintile"),
    "fit": ("linear", "log", "logit"),
    "goal": ("england", "ics", "least-deprived-fifth", "target"),
    "strategy": ("need", "universalism", "deprived", "covered", "equal"),
}
"""What each part may be, the default not necessarily first."""

NUMBERS: Final[Mapping[str, tuple[int, int]]] = {
    "capacity": (1, 1_000_000),
    "cost": (0, 1_000_000),
    "uptake": (1, 100),
    "equity": (1, 20),
    "benefit": (0, 1_000_000),
}
"""What each part that is a number may be, from and to."""


@dataclass(frozen=True)
class Selection:
    """Everything that a link to the map says.

    Attributes
    ----------
    ics : str
        'ICB26:E54000057' or 'ICB24:...'; '' is England.
    place : str
        Code of a place of that ICS, or ''.
    area : str
        The area opened beside the map, as 'MSOA21:E02001827'; '' is none.
    level : str
        What the map is made of: place, neighbourhood, lsoa.
    view : str
        one layer; two layers (3x3); overlap of three conditions.
    layer, x, y : str
        The layer shown alone; the two layers of the 3x3 map.
    deprivation, condition, coverage, context : str
        Indicator chosen in each layer.
    year : str
        Period of the condition.
    breaks : str
        quantile (of the ICS), national (deciles of England) or natural; '' is the layer's usual.
        clusters colours one layer by hot and cold spots instead.
    practices : str
        'yes' to draw GP practices.
    show : str
        Which rows stand beside the map.
    deprived, need, reach : str
        Overlap: IMD deciles 1 to n (decile 1 = most deprived), the highest n% of the condition,
        the lowest n% of the coverage.
    region : str
        Code of a region, where England is looked at by region; '' otherwise.
    indicator : str
        The one whose inequality or entry is read; '' shows the list.
    period : str
        Its period; '' is the newest.
    groups, fit : str
        Deprivation groups (decile 1 = most deprived) and scale of the line on the page of
        inequalities.
    areas : str
        Areas profiled together, as 'MSOA21:E02001827,MSOA21:E02001828'; '' is the one opened.
    columns : str
        Indicators in the table of neighbourhoods, joined by commas; '' is the usual ones.
    own : str
        An area that a user defined, as `data.own_areas.encode` writes it; it stands in the place of
        the place.
    needs : str
        Conditions that make up need, joined by commas; '' is the condition chosen.
    goal : str
        What coverage is to reach: England's, the ICS's, its least deprived fifth's, a target.
    weights : str
        Criteria of priorities and their weights, as `data.priorities.encode` writes them.
    strategy : str
        How the planner shares capacity out.
    capacity, cost, uptake, equity, benefit : str
        Of a plan: people or households that can be offered it, pounds each, percent who take it
        up, weight of decile 1 (most deprived) beside decile 10, pounds gained a person.
    programme : str
        Id of a programme of the register.
    """

    ics: str = ""
    place: str = ""
    area: str = ""
    level: str = "neighbourhood"
    view: str = "one"
    layer: str = "deprivation"
    x: str = "deprivation"
    y: str = "condition"
    deprivation: str = "imd"
    condition: str = "qof_dm"
    coverage: str = "qof_dm020"
    context: str = "fuel_poverty"
    year: str = "2024-25"
    breaks: str = ""
    practices: str = ""
    show: str = "highest"
    deprived: str = "2"
    need: str = "20"
    reach: str = "50"
    region: str = ""
    indicator: str = ""
    period: str = ""
    groups: str = "decile"
    fit: str = "linear"
    areas: str = ""
    columns: str = ""
    own: str = ""
    needs: str = ""
    goal: str = "england"
    weights: str = ""
    strategy: str = "universalism"
    capacity: str = ""
    cost: str = ""
    uptake: str = "60"
    equity: str = "3"
    benefit: str = ""
    programme: str = ""

    @property
    def vintage(self) -> str:
        """'ICB26' or 'ICB24'; England is drawn by the current ICSs."""
        return self.ics.partition(":")[0] or "ICB26"

    @property
    def level_type(self) -> str:
        """Area type that the map is made of."""
        if not self.ics:
            return self.vintage
        place = "PLACE" + self.vintage[-2:]
        return {"place": place, "neighbourhood": "MSOA21", "lsoa": "LSOA21"}[self.level]

    @property
    def parent(self) -> tuple[str, str]:
        """Area type and code of what the map shows: the ICS, or England."""
        return _pair(self.ics) if self.ics else ("ENG", "E92000001")

    @property
    def opened(self) -> tuple[str, str] | None:
        """Area type and code of the area opened beside the map."""
        return _pair(self.area) if self.area else None

    def scheme(self, layer: str) -> classify.Scheme:
        """Class breaks in use: national deciles for deprivation unless another is chosen."""
        usual: classify.Scheme = "national" if layer == "deprivation" else "quantile"
        classed = self.breaks and self.breaks != "clusters"
        return cast("classify.Scheme", self.breaks) if classed else usual

    @property
    def own_area(self) -> OwnArea | None:
        """The area that a user defined, where one is chosen."""
        return decoded(self.own) if self.own else None

    @property
    def within(self) -> tuple[str, str] | None:
        """Area type and code of the part of the ICS that is looked at: own area or place."""
        own = self.own_area
        if own:
            return OWN, own.code
        return ("PLACE" + self.vintage[-2:], self.place) if self.place else None

    @property
    def subject(self) -> tuple[str, str]:
        """Area type and code of what is chosen: own area, place, ICS, region or England."""
        if self.within:
            return self.within
        if self.region and not self.ics:
            return "RGN24", self.region
        return self.parent

    @property
    def profiled(self) -> tuple[tuple[str, str], ...]:
        """The areas whose profile is asked for."""
        if self.areas:
            return tuple(_pair(area) for area in self.areas.split(","))
        return (self.opened or self.subject,)

    def chosen(self, layer: str) -> str:
        """Id of the indicator chosen in a layer."""
        return str(getattr(self, layer))

    def but(self, **changes: str) -> "Selection":
        """The same with some parts changed; what no longer fits is dropped."""
        new = replace(self, **changes)
        if "ics" in changes and changes["ics"] != self.ics:
            new = replace(new, place=changes.get("place", ""), area=changes.get("area", ""))
            new = replace(new, region=changes.get("region", ""), areas=changes.get("areas", ""))
            new = replace(new, own=changes.get("own", ""))
        if "place" in changes:
            new = replace(new, own=changes.get("own", ""))
        if "indicator" in changes and changes["indicator"] != self.indicator:
            new = replace(new, period=changes.get("period", ""))
        return new

    def query(self) -> dict[str, str]:
        """What the link says: every part that is not the default."""
        plain = Selection()
        return {
            part.name: getattr(self, part.name)
            for part in fields(self)
            if getattr(self, part.name) != getattr(plain, part.name)
        }


decoded: Final = lru_cache(maxsize=256)(own_areas.decode)
"""What a link says of an own area; a page reads the link many times."""


def _pair(text: str) -> tuple[str, str]:
    kind, _, code = text.partition(":")
    return kind, code


def parse(query: Mapping[str, str]) -> tuple[Selection, list[str]]:
    """Read a link.

    Parameters
    ----------
    query : mapping of str to str
        Parts of the query string. Parts of other pages are passed over.

    Returns
    -------
    selection : Selection
    problems : list of str
        A sentence for each part that cannot be; the default stands in its place.
    """
    known = {part.name for part in fields(Selection)}
    taken: dict[str, Any] = {}
    problems = []
    for name, value in query.items():
        if name not in known:
            continue
        problem = _problem(name, value)
        if problem:
            problems.append(problem)
        else:
            taken[name] = value
    return Selection(**taken), problems


def _conditions() -> set[str]:
    return {code for code, entry in catalogue.indicators().items() if entry.layer == "condition"}


def _problem(name: str, value: str) -> str:
    if name in CHOICES:
        if value not in CHOICES[name]:
            given = ", ".join(f"'{c}'" for c in CHOICES[name] if c)
            return f"The link says {name} is '{value}'; it can be {given}. The usual is shown."
    elif name in ("deprivation", "condition", "coverage", "context"):
        entry = catalogue.indicators().get(value)
        if entry is None or entry.layer != name:
            return f"The link asks for '{value}', which is no {name} indicator. The usual is shown."
    elif name in ("indicator", "columns") and value:
        unknown = [one for one in value.split(",") if one not in catalogue.indicators()]
        if unknown:
            return f"The link asks for '{unknown[0]}', which is no indicator. The list is shown."
    elif name == "needs" and value:
        unknown = [one for one in value.split(",") if one not in _conditions()]
        if unknown:
            return f"The link asks for '{unknown[0]}', which is no condition. The usual is shown."
    elif name == "own" and value:
        try:
            decoded(value)
        except OwnAreaError as damaged:
            return str(damaged)
    elif name in NUMBERS and value:
        low, high = NUMBERS[name]
        if not re.fullmatch(r"\d{1,9}(\.\d{1,2})?", value) or not low <= float(value) <= high:
            return f"The link says {name} is '{value}'; it can be {low:,} to {high:,}."
    elif name in ("ics", "area", "areas") and value:
        for one in value.split(",") if name == "areas" else (value,):
            kind, code = _pair(one)
            known = ("ICB24", "ICB26") if name == "ics" else AREA_TYPES
            if kind not in known or not code:
                return f"The link says {name} is '{one}'; it should look like 'ICB26:E54000057'."
    return ""
