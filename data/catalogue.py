"""The catalogue: what every indicator means, where it comes from and how far it may be drilled.

One TOML file an indicator in `data/indicators/`; `data/sources/files.toml` names every publisher's
file. Both are read into frozen, validated objects.
"""

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from data.errors import CatalogueError, UnknownCodeError
from geo.areas import AREA_TYPES

HERE = Path(__file__).parent

Layer = Literal["deprivation", "condition", "coverage", "context"]
Method = Literal["direct", "attributed", "inherited", "aggregated"]
Polarity = Literal["higher_is_better", "lower_is_better", "none"]


class Entry(BaseModel):
    """Base of catalogue entries: frozen, and a field that is not known is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


T = TypeVar("T", bound=Entry)


class Target(Entry):
    """A national target: `value` in the indicator's unit, met when reached or exceeded."""

    value: float
    label: str
    source: str
    url: str


class Feed(Entry):
    """One stream of figures of an indicator.

    Attributes
    ----------
    source : str
        Id of the reader, the name of a module of `data.sources`.
    measure : str
        What the reader calls this figure in its column `measure`.
    geography : str
        Native area type, of `geo.areas.AREA_TYPES`.
    method : str
        How figures reach levels below the native one: `direct` (they do not), `attributed` (from
        GP practices, by where patients live), `inherited` (from primary care networks).
    periods : tuple of str
        Periods used, as the reader writes them.
    """

    source: str
    measure: str
    geography: str
    method: Literal["direct", "attributed", "inherited"]
    periods: tuple[str, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _method_fits_geography(self) -> "Feed":
        if self.geography not in AREA_TYPES:
            raise ValueError(f"geography '{self.geography}' is not an area type")
        needs = {"GP": "attributed", "PCN22": "inherited"}.get(self.geography, "direct")
        if self.method != needs:
            raise ValueError(f"figures native to {self.geography} are '{needs}'")
        return self


class Indicator(Entry):
    """What one figure means.

    Attributes
    ----------
    id : str
        Lower-case words joined by '_'; stands in links and the API.
    layer : str
        Which of the map's layers it belongs to; `context` is shown in profiles only.
    unit : str
        Printed after the value: '%', 'years', ' per 100,000', ''.
    per : float
        value = per x count / denominator. 100 for a percentage, 1 for a mean score.
    counted : str
        What the count counts ('people', 'children', 'households'); '' where it is not of people or
        things (a score, a ratio).
    additive : bool
        True where larger areas are made by adding counts and denominators; False where only
        published values can be shown.
    eligible : str
        Coverage of which only rates are known below the ICS: id of the condition whose register
        holds the people that it is about. '' where its own denominator counts them, or where they
        are on no register or are only its new cases.
    """

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    name: str
    short_name: Annotated[str, Field(max_length=32)]
    layer: Layer
    group: str
    unit: str
    per: float
    decimals: Annotated[int, Field(ge=0, le=3)]
    polarity: Polarity
    counted: str
    additive: bool
    definition: str
    numerator: str
    denominator: str
    caveats: tuple[str, ...] = Field(min_length=1)
    review: date
    target: Target | None = None
    eligible: str = ""
    feeds: tuple[Feed, ...] = Field(min_length=1)


class File(Entry):
    """One publisher's file that the snapshot was built from.

    `measures` are those that it holds, where the files of a source hold different ones.

    `path` is relative to the folder given to `build --from`; `sha256` is of the copy used;
    `obtained` says how that copy came about; `download` is the publisher's own address where
    known, and `download_sha256` the hash that file should have.
    """

    path: str
    source: str
    measures: tuple[str, ...] = ()
    publisher: str
    title: str
    licence: str
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    obtained: str
    url: str = ""
    attribution: str = ""
    published: str = ""
    download: str = ""
    download_sha256: str = ""


class Download(Entry):
    """The address of a publisher's newest edition; `sha256` is '' where nobody printed it."""

    title: str
    url: str
    path: str
    sha256: str = ""


@cache
def indicators() -> Mapping[str, Indicator]:
    """Every indicator by id, in the order layer, group, name; the IMD before its domains.

    Raises
    ------
    CatalogueError
        When a file is not valid or names as `eligible` what is not a condition.
    """
    order = {"deprivation": 0, "condition": 1, "coverage": 2, "context": 3}
    found = [read(path, Indicator) for path in sorted((HERE / "indicators").glob("*.toml"))]
    found.sort(key=lambda e: (order[e.layer], e.group, e.id != "imd", e.name))
    conditions = {entry.id for entry in found if entry.layer == "condition"}
    for entry in found:
        if entry.eligible and (entry.layer != "coverage" or entry.eligible not in conditions):
            raise CatalogueError(
                f"{entry.id}.toml, field 'eligible': found '{entry.eligible}', expected the id of "
                "a condition, and only in a coverage indicator."
            )
    return {entry.id: entry for entry in found}


def indicator(code: str) -> Indicator:
    """Return one indicator.

    Raises
    ------
    UnknownCodeError
        When there is none of that id.
    """
    try:
        return indicators()[code]
    except KeyError:
        raise UnknownCodeError(
            f"No indicator is called '{code}'; /api/v1/indicators lists them all."
        ) from None


@cache
def files() -> tuple[File, ...]:
    """Every publisher's file, in the order of `files.toml`."""
    return tuple(_entries("file", File))


def cited(entry: Indicator, source: str, period: str = "") -> tuple[File, ...]:
    """Files of a source that hold an indicator; of one period where the files are by period."""
    measures = {feed.measure for feed in entry.feeds}
    mine = [file for file in files() if file.source == source]
    if any(file.measures for file in mine):
        mine = [file for file in mine if measures & set(file.measures)]
    dated = [file for file in mine if period and period in f"{file.title} {file.path}"]
    return tuple(dated or mine)


@cache
def downloads() -> tuple[Download, ...]:
    """The publishers' newest editions that have a pinned address."""
    return tuple(_entries("download", Download))


def _entries(table: str, kind: type[T]) -> list[T]:
    path = HERE / "sources" / "files.toml"
    with path.open("rb") as stream:
        rows = tomllib.load(stream)[table]
    return [_validated(row, kind, f"{path.name}, {table} {n}") for n, row in enumerate(rows, 1)]


def read(path: Path, kind: type[T]) -> T:
    """Read one TOML file as an entry; its id is its file name.

    Raises
    ------
    CatalogueError
        When it is not valid; the message says which field.
    """
    with path.open("rb") as stream:
        try:
            row = tomllib.load(stream)
        except tomllib.TOMLDecodeError as error:
            raise CatalogueError(f"{path.name} is not valid TOML: {error}") from error
    entry = _validated(row, kind, path.name)
    if getattr(entry, "id", path.stem) != path.stem:
        raise CatalogueError(f"{path.name}: its id is not its file name; make them the same.")
    return entry


def _validated(row: object, kind: type[T], where: str) -> T:
    try:
        return kind.model_validate(row)
    except ValidationError as error:
        first = error.errors()[0]
        spot = ".".join(str(part) for part in first["loc"]) or "entry"
        raise CatalogueError(f"{where}, field '{spot}': {first['msg']}.") from error
