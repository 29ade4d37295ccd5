"""Areas that users make of LSOAs: read from what they bring, carried in links, kept, filled in.

An own area is a name and a set of LSOAs. `materialise` puts it into the database as an area of
type OWN, with its figures made by the rules for all larger areas, so that whatever answers for
('MSOA21', code) answers for ('OWN', code).
"""

import csv
import hashlib
import io
import re
import unicodedata
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
from sqlalchemy import Connection, Engine, bindparam, delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from data import load, models, store
from data.errors import AtlasError, StoreError
from geo import overlap
from geo.areas import AREA_TYPES, OWN
from geo.lookups import GROUPINGS

NAME: Final = 60
"""Characters of a name at most."""
LSOAS: Final = 2000
"""LSOAs of an own area at most."""
ROWS: Final = 10_000
"""Codes of one text or file that are read."""
KEPT: Final = 500
"""Own areas that nobody has saved and that stay in the database; the oldest go first."""
INSIDE: Final = ("WD24", "PCN26", "MSOA21")
"""Types of area that an own area may hold, beside LSOAs."""
USABLE: Final = ("LSOA21", "MSOA21", "WD24", "PCN26", "PLACE26", "PLACE24", "GP")
"""Types whose codes an own area can be made of, the first where a code is of several."""
DAMAGED: Final = "The link's own area is damaged; ask for the link again, or make the area again."
"""What is said of a link that cannot be read."""


class OwnAreaError(AtlasError):
    """An own area cannot be made of what was given; the message says why."""


@dataclass(frozen=True)
class OwnArea:
    """A name and the LSOAs (2021) that somebody gave it to.

    Parameters
    ----------
    name : str
        1 to 60 characters, none of them a control character; spaces around it are dropped.
    lsoas : tuple of str
        1 to 2,000 codes in any order; kept sorted, each once.

    Raises
    ------
    OwnAreaError
        When the name or the number of LSOAs cannot be.

    Examples
    --------
    >>> OwnArea("Two streets", ("E01000002", "E01000001")).code
    'X1c9f3b4a8e'
    """

    name: str
    lsoas: tuple[str, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", self.name.strip())
        object.__setattr__(self, "lsoas", tuple(sorted(set(self.lsoas))))
        problem = unfit(self.name, self.lsoas)
        if problem:
            raise OwnAreaError(problem)

    @property
    def code(self) -> str:
        """'X' and ten hex digits that follow from the LSOAs alone."""
        return "X" + hashlib.sha256(",".join(self.lsoas).encode()).hexdigest()[:10]


def unfit(name: str, lsoas: Collection[str]) -> str:
    """Say why a name and some LSOAs are no own area; '' where they are one."""
    if not name:
        return "The own area has no name; give it one."
    if len(name) > NAME:
        return f"The name has {len(name)} characters; it can have {NAME}."
    if any(unicodedata.category(letter) in UNPRINTED for letter in name):
        return "The name holds a control character; write it with letters, digits and signs."
    if not lsoas:
        return f"'{name}' holds no LSOA; add at least one."
    if len(lsoas) > LSOAS:
        return f"'{name}' would hold {len(lsoas):,} LSOAs; it can hold {LSOAS:,}."
    astray = next((code for code in lsoas if not LSOA.fullmatch(code)), None)
    return f"'{astray[:20]}' is not the code of an LSOA." if astray is not None else ""


LSOA: Final = re.compile(r"E01[0-9]{6}")
UNPRINTED: Final = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
"""Unicode categories that a name does without: control, format, unassigned, line breaks."""


def encode(own: OwnArea) -> str:
    """Write an own area as text for a link, of letters, digits, '-' and '_' alone.

    '1' (the version), then base64url of zlib of: the length of the name in bytes, the name in
    UTF-8, and the numbers of the LSOAs in order, each as its step from the one before, seven bits
    a byte, the lowest first.
    """
    name = own.name.encode()
    content = bytearray([len(name)]) + name
    before = 0
    for code in own.lsoas:
        step, before = int(code[3:]) - before, int(code[3:])
        while step >= 0x80:
            content.append(step & 0x7F | 0x80)
            step >>= 7
        content.append(step)
    return "1" + urlsafe_b64encode(zlib.compress(bytes(content), 9)).decode().rstrip("=")


def decode(text: str) -> OwnArea:
    """Read what `encode` wrote.

    Raises
    ------
    OwnAreaError
        When the text is damaged, or of a version that this atlas does not know.
    """
    if re.fullmatch(r"[02-9a-zA-Z][\w-]*", text, re.ASCII):
        raise OwnAreaError("The link's own area was written by another version of the atlas.")
    if not re.fullmatch(r"1[\w-]{1,12000}", text, re.ASCII):
        raise OwnAreaError(DAMAGED)
    try:
        packed = urlsafe_b64decode(text[1:] + "=" * (-len(text[1:]) % 4))
        opened = zlib.decompressobj()
        content = opened.decompress(packed, 1 + 255 + 3 * LSOAS + 1)
        if not opened.eof or opened.unused_data:
            raise OwnAreaError(DAMAGED)
        size = content[0]
        name = content[1 : 1 + size].decode()
        numbers, number, step, shift = [], 0, 0, 0
        for byte in content[1 + size :]:
            step |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                number += step
                numbers.append(number)
                step, shift = 0, 0
    except (ValueError, IndexError, zlib.error):
        raise OwnAreaError(DAMAGED) from None
    codes = tuple(f"E01{number:06d}" for number in numbers)
    if shift or len(set(codes)) < len(codes) or name != name.strip() or unfit(name, codes):
        raise OwnAreaError(DAMAGED)
    return OwnArea(name, codes)


@dataclass(frozen=True)
class Reading:
    """What became of a text or a file.

    Attributes
    ----------
    areas : tuple of OwnArea
        Made of the rows that can be used; with rows refused they are not what was meant until
        somebody has looked.
    rows : pandas.DataFrame
        One row a code or polygon: `row` (line or number, from 1), `found`, `area` (name of the own
        area), `kind`, `name`, `lsoas`, `people`, `refused` (bool), `said` (a sentence; '' where
        there is nothing to say). Of polygons also `left_out` and `taken_in`, people in the polygon
        but not in the area and the other way round, and `outside`, the share (0 to 1) of its ground
        outside England; NaN where refused.
    """

    areas: tuple[OwnArea, ...]
    rows: pd.DataFrame

    @property
    def whole(self) -> bool:
        """True where every row was used."""
        return bool(self.areas) and not self.rows["refused"].any()


@dataclass(frozen=True)
class _Given:
    """One code as somebody gave it, and the own area that it is for."""

    row: int
    found: str
    area: str


def from_codes(engine: Engine, text: str, *, name: str = "Own area") -> Reading:
    """Make an own area of pasted codes.

    Codes of LSOAs, neighbourhoods, wards, networks, places and GP practices (each is the LSOA that
    it stands in), separated by anything. On a line that holds a code, other words are passed over.

    Returns
    -------
    Reading
        `row` is the number of the code.

    Raises
    ------
    OwnAreaError
        When the text holds no word at all, or too many.
    """
    given: list[_Given] = []
    for line in text.upper().splitlines():
        words = [piece for word in re.findall(r"[\w-]+", line) for piece in _apart(word)]
        coded = [word for word in words if _looks_coded(word)]
        given += [_Given(len(given) + n, word, name) for n, word in enumerate(coded or words, 1)]
    return _reading(engine, given)


def from_csv(
    engine: Engine,
    content: bytes,
    *,
    name: str = "Own area",
    names: str | None = None,
) -> Reading:
    """Make own areas of a CSV file with a column of codes, and if there is one, of names.

    The column of codes is the one with most cells that look like codes, the finest where several
    do. The column of names is the one headed 'name', or the one other column whose words repeat
    and that only says what the codes are called; every name is an own area.

    Parameters
    ----------
    name : str
        Name of the own area where there is no column of names.
    names : str, optional
        Heading of the column of names; '' for none.

    Returns
    -------
    Reading
        `row` is the line of the file.

    Raises
    ------
    OwnAreaError
        When the file cannot be read, holds no code, or several columns could hold the names.
    """
    table = _table(content)
    width = max((len(cells) for _, cells in table), default=0)
    columns = [[cells[n].strip() if n < len(cells) else "" for _, cells in table]
               for n in range(width)]  # fmt: skip
    coded = [[bool(cell) and _looks_coded(cell.upper()) for cell in column] for column in columns]
    if not any(map(any, coded)):
        raise OwnAreaError(
            "The file has no column of codes; write one code a line, such as E01000001."
        )
    at = max(range(width), key=lambda n: (sum(coded[n]), len(set(columns[n])), -n))
    headed = not coded[at][0] and columns[at][0] not in columns[at][1:]
    headings = [column[0] if headed else "" for column in columns]
    start = 1 if headed else 0
    called = _names_column(engine, columns, coded, at, headings, start, names)
    given = [
        _Given(line, columns[at][n].upper(), columns[called][n] if called is not None else name)
        for n, (line, cells) in enumerate(table)
        if n >= start and any(cell.strip() for cell in cells)
    ]
    return _reading(engine, given)


def from_geojson(
    engine: Engine, shapes: gpd.GeoSeries, content: bytes, *, name: str = "Own area"
) -> Reading:
    """Make own areas of polygons, each of the LSOAs that fit it best.

    An LSOA belongs where most of its people live; they are taken to live evenly over it, since the
    atlas holds no smaller area.

    Parameters
    ----------
    shapes : geopandas.GeoSeries
        Boundaries of all LSOAs by code, from `geo.boundaries.read`.
    name : str
        Name of a polygon that has none; with a number where there are several.

    Returns
    -------
    Reading
        `row` is the number of the feature.

    Raises
    ------
    geo.errors.BoundaryError
        When the file is no GeoJSON, or in foreign coordinates.
    """
    found = overlap.read(content)
    titles = [
        _title(shape.properties) or (f"{name} {n}" if len(found) > 1 else name)
        for n, shape in enumerate(found, 1)
    ]
    valid = [n for n, shape in enumerate(found) if shape.polygon is not None]
    polygons = np.array([found[n].polygon for n in valid], dtype=object)
    people = store.areas(engine, "LSOA21").set_index("code")["population"].astype("float64")
    shares = overlap.shares(polygons, shapes.reindex(people.index))
    fitted = overlap.best_fit(shares)
    misfit = overlap.misfit(shares, fitted, people)
    outside = overlap.outside(polygons, shapes)
    lsoas = fitted.groupby(fitted).agg(lambda codes: tuple(codes.index))
    rows, areas = [], []
    for n, (shape, title) in enumerate(zip(found, titles, strict=True)):
        place = valid.index(n) if n in valid else -1
        inside = lsoas.get(place, ())
        refused = f"Feature {n + 1} {shape.problem}" if shape.problem else ""
        if not refused and place not in misfit.index:
            refused = f"Feature {n + 1} lies outside England."
        if not refused and not inside:
            most = shares[shares["polygon"] == place].nlargest(1, "share").iloc[0]
            refused = (
                f"Feature {n + 1} is too small: it holds most of no LSOA, and {most['share']:.0%} "
                f"of {most['code']}."
            )
        refused = refused or unfit(title, inside)
        if not refused and titles.index(title) < n:
            refused = f"The name '{title}' is given to feature {titles.index(title) + 1} too."
        rows.append(
            {
                "row": n + 1,
                "found": "polygon" if shape.polygon is not None else "",
                "area": title,
                "kind": "",
                "name": title,
                "lsoas": 0 if refused else len(inside),
                "people": 0 if refused else int(people[list(inside)].sum()),
                "refused": bool(refused),
                "said": refused,
                "left_out": np.nan if refused else misfit.loc[place, "left_out"],
                "taken_in": np.nan if refused else misfit.loc[place, "taken_in"],
                "outside": np.nan if refused else outside[place],
            }
        )
        if not refused:
            areas.append(OwnArea(title, inside))
    return Reading(tuple(areas), pd.DataFrame(rows))
