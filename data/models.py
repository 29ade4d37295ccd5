"""Tables of the atlas. One schema for SQLite and PostgreSQL.

No `from __future__ import annotations` here: SQLModel reads the annotations themselves.
"""

from typing import Any

from sqlalchemy import MetaData, UniqueConstraint
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

SCHEMA = 2
"""Version of these tables; a database of another version is not opened."""


class Table(SQLModel, registry=registry(metadata=MetaData())):
    """Base with a registry of its own, so that reloading the module does not register twice."""


class Build(Table, table=True):
    """Which snapshot the database holds. One row; written last, so a half-loaded build has none."""

    id: int = Field(primary_key=True)
    schema_version: int
    snapshot: str
    areas: int
    observations: int


class Area(Table, table=True):
    """An area of any type and vintage.

    `imd_decile` is national, among areas of the same type; decile 1 = most deprived. `core20` is
    the number of residents in the most deprived 20% of LSOAs of England. `longitude` and
    `latitude` (WGS 84) lie inside the area; `west` to `north` are its bounds.
    """

    __table_args__ = (UniqueConstraint("area_type", "code"),)

    area_id: int = Field(primary_key=True)
    area_type: str
    code: str
    name: str
    nhs_code: str
    population: int
    core20: int
    imd_rank: int | None = None
    imd_decile: int | None = None
    rural_urban: str = ""
    longitude: float
    latitude: float
    west: float
    south: float
    east: float
    north: float


class Containment(Table, table=True):
    """Two areas that share ground: `share` (0 to 1) of the child's residents in the parent."""

    __table_args__: Any = {"sqlite_with_rowid": False}

    parent_id: int = Field(primary_key=True)
    child_id: int = Field(primary_key=True, index=True)
    share: float


class Practice(Table, table=True):
    """A GP practice as a point (WGS 84)."""

    code: str = Field(primary_key=True)
    name: str
    postcode: str
    pcn_code: str
    pcn_name: str
    lsoa21: str = Field(index=True)
    longitude: float
    latitude: float


class Series(Table, table=True):
    """One indicator in one period at one type of area."""

    __table_args__ = (UniqueConstraint("indicator_id", "area_type", "period"),)

    series_id: int = Field(primary_key=True)
    indicator_id: str
    area_type: str
    period: str
    method: str
    source: str
    note: str = ""


class Observation(Table, table=True):
    """One figure.

    `value` is in the indicator's unit; `count` and `denominator` are of people or things, None
    where the publisher gives only a rate. `spread_low` and `spread_high` are the patient-weighted
    10th and 90th percentile of the practices or networks that serve the area. `covered` (0 to 1)
    is the share of patients, or of residents, behind the figure; None where all are. `decile` is
    national, deprivation only; decile 1 = most deprived.
    """

    __table_args__: Any = {"sqlite_with_rowid": False}

    series_id: int = Field(primary_key=True)
    area_id: int = Field(primary_key=True)
    count: float | None = None
    denominator: float | None = None
    value: float | None = None
    lower_ci: float | None = None
    upper_ci: float | None = None
    spread_low: float | None = None
    spread_high: float | None = None
    covered: float | None = None
    decile: int | None = None
    note: str | None = None


class OwnAreaRecord(Table, table=True):
    """An own area that somebody keeps. Not of the snapshot: a load leaves it alone.

    `code` follows from `lsoas` (codes, sorted, joined by commas); `set_name` is '' of an area that
    is in no set; `created` is the moment in UTC, ISO 8601.
    """

    __tablename__ = "own_area"
    __table_args__ = (UniqueConstraint("owner", "set_name", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    owner: str
    set_name: str = ""
    name: str
    code: str = Field(index=True)
    lsoas: str
    created: str


class Programme(Table, table=True):
    """Something that is done for people's health. Not of the snapshot: a load leaves it alone.

    Texts are '' where they are not known. `conditions` and `populations` are ids of indicators
    joined by commas. `started` and `ended` are as exact as they are known: 2024, 2024-05 or
    2024-05-31. `seed` is the hash of the entry in `data/programmes/` that it was made from; '' of
    one that people entered.
    """

    id: str = Field(primary_key=True)
    name: str
    kind: str
    owner: str = ""
    ics_type: str
    ics_code: str
    summary: str
    target_group: str = ""
    conditions: str = ""
    populations: str = ""
    started: str = ""
    ended: str = ""
    funding: str = ""
    status: str = ""
    source: str
    source_url: str = ""
    note: str = ""
    seed: str = ""


class ProgrammeArea(Table, table=True):
    """An area that a programme acts in; of whatever build, so it may be of none."""

    __tablename__ = "programme_area"

    programme: str = Field(primary_key=True)
    area_type: str = Field(primary_key=True)
    code: str = Field(primary_key=True)


class ProgrammeMeasure(Table, table=True):
    """Something that was counted of a programme.

    `qualifier` is the word that the source puts before the number ('nearly'); `period` is '' where
    the source gives none.
    """

    __tablename__ = "programme_measure"

    programme: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    measure: str
    period: str = ""
    qualifier: str = ""
    value: float
    unit: str = ""
    note: str = ""
    source: str = ""
