"""The register of programmes: what is done for people's health, where, and what came of it.

One TOML file a programme in `data/programmes/`, read into frozen, validated entries; `seed` brings
the database up to them. Programmes that people enter stand in the same tables and are left alone.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import pandas as pd
from pydantic import Field, model_validator
from sqlalchemy import Engine, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from data import catalogue, models, store
from data.catalogue import Entry
from data.errors import StoreError, UnknownCodeError
from geo.areas import AREA_TYPES

HERE: Final = Path(__file__).parent / "programmes"
PROGRAMME, AREA, MEASURE = (
    models.Table.metadata.tables[name]
    for name in ("programme", "programme_area", "programme_measure")
)

Area = tuple[str, str]
Records = list[dict[str, Any]]
Kind = Literal["homes", "integrated care", "community"]
Status = Literal["", "planned", "running", "ended"]
Qualifier = Literal["", "nearly", "about", "more than"]

MEASURES: Final[Mapping[str, str]] = {
    "eligible": "could have it",
    "identified": "found to be eligible",
    "cohort": "it is meant to reach",
    "offered": "were offered it",
    "reached": "had it",
    "installed": "had equipment installed",
    "advised": "had advice",
    "outcome": "what came of it",
    "benefit": "benefit claimed for it",
}
"""What is counted of a programme, in words that follow the number."""

DATE: Final = r"^(\d{4}(-\d{2}(-\d{2})?)?)?$"


class Measure(Entry):
    """Something that was counted of a programme.

    Attributes
    ----------
    measure : str
        Of `MEASURES`.
    period : str
        2024, 2024-25 or '2024-25 Q3'; '' where the source gives none.
    qualifier : str
        The word before the number: 'nearly' 2,000.
    value : float
        In `unit`: '%', 'households', 'million GBP'; '' where the source does not say.
    source : str
        '' where it is the programme's own.
    """

    measure: str
    period: Annotated[str, Field(pattern=r"^(\d{4}(-\d{2})?( Q[1-4])?)?$")] = ""
    qualifier: Qualifier = ""
    value: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    unit: str = ""
    note: str = ""
    source: str = ""

    @model_validator(mode="after")
    def _known(self) -> "Measure":
        if self.measure not in MEASURES:
            raise ValueError(f"measure '{self.measure}' is not one of {', '.join(MEASURES)}")
        return self


class Programme(Entry):
    """What is done, by whom, for whom and where. Texts are '' where they are not known.

    Attributes
    ----------
    id : str
        Lower-case words joined by '-'; stands in links and the API.
    ics : str
        ICS whose programme it is, with its vintage: 'ICB24:E54000024'.
    areas : tuple of str
        Areas that it acts in, each written TYPE:CODE.
    conditions, populations : tuple of str
        Conditions, and indicators of the layer context, that stand for those it is for.
    started, ended : str
        As exact as known: 2024, 2024-05 or 2024-05-31.
    source, source_url : str
        Who says all this, and where.
    note : str
        What the source leaves open.
    """

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$", max_length=60)]
    name: Annotated[str, Field(min_length=1)]
    kind: Kind
    owner: str = ""
    ics: str
    areas: tuple[str, ...] = Field(min_length=1)
    summary: Annotated[str, Field(min_length=1)]
    target_group: str = ""
    conditions: tuple[str, ...] = ()
    populations: tuple[str, ...] = ()
    started: Annotated[str, Field(pattern=DATE)] = ""
    ended: Annotated[str, Field(pattern=DATE)] = ""
    funding: str = ""
    status: Status = ""
    source: Annotated[str, Field(min_length=1)]
    source_url: Annotated[str, Field(pattern=r"^(https://\S+)?$")] = ""
    note: str = ""
    measures: tuple[Measure, ...] = ()

    @model_validator(mode="after")
    def _names_what_exists(self) -> "Programme":
        kinds = [kind for kind, _ in map(_pair, (self.ics, *self.areas))]
        if kinds[0] not in ("ICB24", "ICB26"):
            raise ValueError(f"ics '{self.ics}' is not an ICS; write ICB24:CODE or ICB26:CODE")
        if len(set(self.areas)) < len(self.areas):
            raise ValueError("an area is named twice")
        entries = catalogue.indicators()
        for field, layer in (("conditions", "condition"), ("populations", "context")):
            for code in getattr(self, field):
                if code not in entries or entries[code].layer != layer:
                    raise ValueError(f"'{code}' in {field} is not an indicator of layer {layer}")
        if self.ended and self.started and self.ended < self.started[: len(self.ended)]:
            raise ValueError(f"it ended ({self.ended}) before it started ({self.started})")
        return self


def _pair(area: str) -> Area:
    kind, _, code = area.partition(":")
    if kind not in AREA_TYPES or not re.fullmatch(AREA_TYPES[kind].pattern, code):
        raise ValueError(f"'{area}' is not an area; write TYPE:CODE, such as PLACE24:QHG-BEDFORD")
    return kind, code


@cache
def entries(folder: Path = HERE) -> Mapping[str, Programme]:
    """Every programme that comes with the atlas, by id.

    Raises
    ------
    CatalogueError
        When a file is not valid.
    """
    found = [catalogue.read(path, Programme) for path in sorted(folder.glob("*.toml"))]
    return {entry.id: entry for entry in found}


def seed(engine: Engine, given: Mapping[str, Programme] | None = None) -> int:
    """Bring the register up to the entries that come with the atlas.

    Only what is missing or has changed is written, and what has no entry any more is removed, all
    in one transaction. A programme that people entered is never touched, even under the id of an
    entry. Two at once do no harm.

    Parameters
    ----------
    engine : Engine
        A database whose tables are there.
    given : mapping of str to Programme, optional
        Other entries than `entries`.

    Returns
    -------
    int
        How many programmes were written or removed.

    Raises
    ------
    StoreError
        When the database cannot be read or written; it is left as it was.
    CatalogueError
        When an entry is not valid.
    """
    wanted = entries() if given is None else given
    try:
        with engine.begin() as connection:
            known = connection.execute(select(PROGRAMME.c.id, PROGRAMME.c.seed))
            there = {row.id: row.seed for row in known}
            gone = [code for code, seeded in there.items() if seeded and code not in wanted]
            changed = [
                entry
                for code, entry in wanted.items()
                if there.get(code, "none") not in ("", _digest(entry))
            ]
            for code in [*gone, *(entry.id for entry in changed)]:
                for table, column in HELD_BY.items():
                    connection.execute(table.delete().where(table.c[column] == code))
            for entry in changed:
                for table, rows in zip(HELD_BY, _rows(entry), strict=True):
                    if rows:
                        connection.execute(table.insert(), rows)
    except IntegrityError:
        # somebody else has written the same entries since they were looked at
        return 0
    except DBAPIError as error:
        why = str(error.orig).splitlines()[0]
        raise StoreError(
            f"The register of programmes could not be brought up to date ({why}). It is as it "
            "was; check that the database can be written to, then start again."
        ) from error
    return len(gone) + len(changed)


HELD_BY: Final = {PROGRAMME: "id", AREA: "programme", MEASURE: "programme"}
"""Tables of the register, and the column of each that names the programme."""


def _digest(entry: Programme) -> str:
    return hashlib.sha256(entry.model_dump_json().encode()).hexdigest()


def _rows(entry: Programme) -> tuple[Records, Records, Records]:
    """What the three tables hold of a programme."""
    kind, code = _pair(entry.ics)
    row = entry.model_dump(exclude={"ics", "areas", "measures"})
    row |= {name: ",".join(row[name]) for name in ("conditions", "populations")}
    row |= {"ics_type": kind, "ics_code": code, "seed": _digest(entry)}
    areas = [
        {"programme": entry.id, "area_type": kind, "code": code}
        for kind, code in map(_pair, entry.areas)
    ]
    measures = [
        {"programme": entry.id, "number": number, **measure.model_dump()}
        for number, measure in enumerate(entry.measures, 1)
    ]
    return [row], areas, measures


def listed(engine: Engine, area: Area | None = None) -> pd.DataFrame:
    """The register, or the programmes that act in an area, by name.

    Parameters
    ----------
    area : (area type, code), optional
        Only programmes of which an area shares ground with this one, of whatever vintage.

    Returns
    -------
    pandas.DataFrame
        Columns of `data.models.Programme` but `seed`, and `ics_name` ('' where it is not known).
    """
    return store.programmes(engine, area)


def get(engine: Engine, code: str) -> "pd.Series[Any]":
    """Return one programme: a row of `listed`.

    Raises
    ------
    UnknownCodeError
        When there is none of that id.
    """
    found = store.programmes(engine, code=code)
    if found.empty:
        raise UnknownCodeError(
            f"No programme is called '{code}'; /api/v1/programmes lists them all."
        )
    return found.iloc[0]


def areas(engine: Engine, codes: Sequence[str]) -> pd.DataFrame:
    """Areas that some programmes act in.

    Returns
    -------
    pandas.DataFrame
        `programme`, `area_type`, `code`, `name`, `population`, `longitude`, `latitude` (a point
        inside, WGS 84); of an area that the database does not hold, nothing but its code.
    """
    return store.programme_areas(engine, codes)


def measures(engine: Engine, codes: Sequence[str]) -> pd.DataFrame:
    """What was counted of some programmes, in the order of the register.

    Returns
    -------
    pandas.DataFrame
        Columns of `data.models.ProgrammeMeasure`; `measure` is explained in `MEASURES`.
    """
    return store.programme_measures(engine, codes)


def phrase(measure: Mapping[str, Any]) -> str:
    """Say one measure: 'identified: nearly 2,000 patients'.

    Parameters
    ----------
    measure : mapping
        `measure`, `period`, `qualifier`, `value`, `unit`.

    Examples
    --------
    >>> phrase({"measure": "outcome", "period": "", "qualifier": "", "value": 81.0, "unit": "%"})
    'outcome: 81%'
    """
    unit = measure["unit"]
    number = f"{measure['value']:,.10g}" + (unit if unit in ("", "%") else f" {unit}")
    when = f" ({measure['period']})" if measure["period"] else ""
    return f"{measure['measure']}{when}: {measure['qualifier']} {number}".replace(":  ", ": ")
