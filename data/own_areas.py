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
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
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
LSOA: Final = re.compile(r"E01[0-9]{6}")
UNPRINTED: Final = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
"""Unicode categories that a name does without: control, format, unassigned, line breaks."""
CODED: Final = re.compile(
    r"[A-Z]{1,2}[0-9]{4,}|(Q[A-Z0-9]{2}|(?=[A-Z]*[0-9])[A-Z0-9]{5})-[A-Z0-9-]+"
)
"""What looks like a code, be it of nothing: letters and digits, or a place's."""
TITLES: Final = ("name", "title", "label", "own area", "own_area", "area", "team", "neighbourhood")
"""What a column or property of names is called, the surest first."""
BEFORE_2021: Final = {"E01": "E01033768", "E02": "E02006934"}
"""The last code of an LSOA and of a neighbourhood (MSOA) that was given before 2021."""
DAMAGED: Final = "The link's own area is damaged; ask for the link again, or make the area again."
"""What is said of a link that cannot be read."""
TWICE: Final = "You keep another own area called '{}' in that set; choose another name."
GONE: Final = "There is no such own area among those that you keep; it may have been deleted."


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
    'X34c5bac840'
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
    it stands in), separated by anything. Words without a digit are passed over, and on a line that
    holds a code all other words.

    Returns
    -------
    Reading
        `row` is the number of the code.

    Raises
    ------
    OwnAreaError
        When the text holds no code at all, or too many.
    """
    given = [
        _Given(0, word, name)
        for line in text.upper().splitlines()
        for word in _codes_of(re.findall(r"[^\W_]+(?:-+[^\W_]+)*", line))
    ]
    return _reading(engine, [replace(one, row=n) for n, one in enumerate(given, 1)])


def _codes_of(words: Sequence[str]) -> Sequence[str]:
    """Those words of a line that look like codes; where none does, those with a digit."""
    coded = [word for word in words if CODED.search(word)]
    return coded or [word for word in words if any(letter.isdigit() for letter in word)]


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
    lines = _lines(content)
    width = max((len(cells) for _, cells in lines), default=0)
    columns = [
        [cells[n].strip() if n < len(cells) else "" for _, cells in lines] for n in range(width)
    ]
    coded = [[bool(CODED.fullmatch(cell.upper())) for cell in column] for column in columns]
    if not any(map(any, coded)):
        raise OwnAreaError(
            "The file has no column of codes; write one code a line, such as E01000001."
        )
    at = max(range(width), key=lambda n: (sum(coded[n]), len(set(columns[n])), -n))
    headed = not coded[at][0]
    titles = _names_column(engine, columns, at, names, headed=headed)
    given = [
        _Given(line, columns[at][n].upper(), name if titles is None else columns[titles][n])
        for n, (line, cells) in enumerate(lines)
        if n >= headed and any(cell.strip() for cell in cells)
    ]
    return _reading(engine, given)


def _lines(content: bytes) -> list[tuple[int, list[str]]]:
    """Cells of a CSV file by line number; the separator is the one that parts most."""
    if content[:4] == b"PK\x03\x04":
        raise OwnAreaError("The file is a workbook; save the sheet as CSV.")
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        written = content.decode("utf-16", errors="replace")
    else:
        try:
            written = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            # what Excel writes on Windows
            written = content.decode("cp1252", errors="replace")
    if "\0" in written:
        raise OwnAreaError("The file is not text; save it as CSV.")
    separator = max(",;\t|", key=written.count)
    reader = csv.reader(io.StringIO(written, newline=""), delimiter=separator)
    lines: list[tuple[int, list[str]]] = []
    try:
        for cells in reader:
            if len(lines) > ROWS:
                raise OwnAreaError(f"The file has more than {ROWS:,} lines; split it.")
            lines.append((reader.line_num, cells))
    except csv.Error as error:
        raise OwnAreaError(f"Line {reader.line_num} of the file is no CSV: {error}.") from None
    return lines


def _names_column(
    engine: Engine, columns: Sequence[Sequence[str]], at: int, asked: str | None, *, headed: bool
) -> int | None:
    """Which column holds the names of own areas, if any."""
    headings = [column[0] if headed else "" for column in columns]
    if asked is not None:
        if asked and asked not in headings:
            raise OwnAreaError(f"The file has no column headed '{asked[:60]}'.")
        return headings.index(asked) if asked else None
    bodies = [column[headed:] for column in columns]
    codes = [code.upper() for code in bodies[at]]
    rows = store.coded(engine, list(dict.fromkeys(codes)))
    official = dict(zip(rows["code"], rows["name"].str.lower(), strict=True))
    titled = sorted(
        (n for n in range(len(headings)) if headings[n].lower() in TITLES),
        key=lambda n: TITLES.index(headings[n].lower()),
    )
    found = []
    for n, cells in enumerate(bodies):
        filled = [(code, cell) for code, cell in zip(codes, cells, strict=True) if cell]
        plain = [
            not CODED.fullmatch(cell.upper())
            and any(letter.isalpha() for letter in cell)
            and cell.lower() != official.get(code)
            for code, cell in filled
        ]
        repeats = len({cell for _, cell in filled}) < len(filled)
        if n != at and filled and 2 * sum(plain) > len(plain) and (repeats or n in titled):
            found.append(n)
    found = [n for n in titled if n in found][:1] or found
    if len(found) > 1:
        called = " and ".join(
            f"'{headings[n][:40]}'" if headings[n] else f"number {n + 1}" for n in found[:3]
        )
        raise OwnAreaError(
            f"Columns {called} could each hold the names of own areas; head the right one 'name'."
        )
    return found[0] if found else None


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
    usable = [n for n, shape in enumerate(found) if shape.polygon is not None]
    polygons = np.array([found[n].polygon for n in usable], dtype=object)
    people = store.areas(engine, "LSOA21").set_index("code")["population"].astype("float64")
    shapes = shapes.reindex(people.index)
    shares = overlap.shares(polygons, shapes)
    shares["polygon"] = np.array(usable, dtype=np.int64)[shares["polygon"]]
    fitted = overlap.best_fit(shares)
    members = {int(n): tuple(codes.index) for n, codes in fitted.groupby(fitted)}
    misfit = overlap.misfit(shares, fitted, people)
    outside = dict(zip(usable, overlap.outside(polygons, shapes), strict=True))
    common = _common(polygons, usable, shapes, people)
    rows, areas = [], []
    for n, (shape, title) in enumerate(zip(found, titles, strict=True)):
        lsoas, before = members.get(n, ()), titles.index(title)
        refused = ""
        if shape.problem:
            refused = f"Feature {n + 1} {shape.problem}"
        elif n not in misfit.index:
            refused = f"Feature {n + 1} lies outside England."
        elif not lsoas:
            most = shares[shares["polygon"] == n].nlargest(1, "share").iloc[0]
            refused = (
                f"Feature {n + 1} holds most of no LSOA, but {most['share']:.0%} of "
                f"{most['code']}; draw it larger."
            )
        elif before < n:
            refused = f"The name '{title}' is of feature {before + 1} too; give each its own."
        refused = refused or unfit(title, lsoas)
        row = {
            "row": n + 1,
            "found": shape.polygon.geom_type if shape.polygon is not None else "",
            "area": title,
            "kind": "",
            "name": title,
            "lsoas": 0,
            "people": 0,
            "refused": bool(refused),
            "said": refused,
            **dict.fromkeys(("left_out", "taken_in", "outside"), np.nan),
        }
        if not refused:
            areas.append(OwnArea(title, lsoas))
            left, taken = misfit["left_out"][n], misfit["taken_in"][n]
            row |= {"left_out": left, "taken_in": taken, "outside": outside[n]}
            row |= {"lsoas": len(lsoas), "people": int(people[list(lsoas)].sum())}
            row["said"] = _misfit_said(left, taken, outside[n]) + common.get(n, "")
        rows.append(row)
    return Reading(tuple(areas), pd.DataFrame(rows))


def _misfit_said(left_out: float, taken_in: float, outside: float) -> str:
    """How far an area is from the polygon that it was made of."""
    said = (
        f"About {left_out:,.0f} people in the polygon are not in the area, and {taken_in:,.0f} in "
        "the area are not in the polygon."
    )
    if outside >= 0.05:
        said += f" {outside:.0%} of the polygon's ground lies outside England."
    return said


def _common(
    polygons: overlap.Geometries,
    numbers: Sequence[int],
    shapes: gpd.GeoSeries,
    people: "pd.Series[float]",
) -> dict[int, str]:
    """What to say of each polygon that shares ground with another where people live."""
    first, second, ground = overlap.common(polygons)
    inside = overlap.shares(ground, shapes)
    lives = overlap.misfit(inside, overlap.best_fit(inside), people)["people"]
    said: dict[int, str] = {}
    for pair, number in zip(lives.index.to_numpy("int64"), lives, strict=True):
        if number < 1:
            continue
        for one, other in ((first[pair], second[pair]), (second[pair], first[pair])):
            said[numbers[one]] = said.get(numbers[one], "") + (
                f" It overlaps feature {numbers[other] + 1}, where about {number:,.0f} people live;"
                " each LSOA went to one of them."
            )
    return said


def _title(properties: Mapping[str, Any]) -> str:
    """Name of a feature: of the property called so, or the only text."""
    texts = {
        str(key).lower(): value.strip()
        for key, value in properties.items()
        if isinstance(value, str) and value.strip()
    }
    named = [texts[key] for key in TITLES if key in texts]
    return (named or (list(texts.values()) if len(texts) == 1 else [""]))[0]


def _reading(engine: Engine, given: Sequence[_Given]) -> Reading:
    """Judge codes one by one, and put together what can be used."""
    if not given:
        raise OwnAreaError(
            "There is no code; write codes such as E01000001, separated by spaces or lines."
        )
    if len(given) > ROWS:
        raise OwnAreaError(f"There are {len(given):,} codes; {ROWS:,} can be read at once.")
    codes = list(dict.fromkeys(one.found for one in given))
    known = dict(tuple(store.coded(engine, codes).groupby("code")))
    kinds = {
        code: next((kind for kind in USABLE if kind in set(rows["area_type"])), "")
        for code, rows in known.items()
    }
    lsoas: dict[str, list[str]] = {}
    people: dict[str, int] = {}
    for kind in USABLE:
        mine = [code for code in codes if kinds.get(code) == kind]
        rows = store.members(engine, kind, mine) if mine else pd.DataFrame()
        for code, lsoa, number in rows.itertuples(index=False, name=None):
            lsoas.setdefault(code, []).append(lsoa)
            people[lsoa] = number
    taken: dict[str, dict[str, str]] = {}
    table = []
    for one in given:
        inside, kind = lsoas.get(one.found, []), kinds.get(one.found, "")
        refused = "" if inside else _why_not(one.found, known.get(one.found))
        refused = refused or unfit(one.area, ["E01000001"])
        said = refused
        if not refused:
            said = _shared(one, inside, taken)
            if kind == "GP":
                said = f"Taken as {inside[0]}, the LSOA that it stands in. {said}".strip()
            held = taken.setdefault(one.area, {})
            for lsoa in inside:
                held.setdefault(lsoa, one.found)
        named = known.get(one.found)
        table.append(
            {
                "row": one.row,
                "found": one.found,
                "area": one.area,
                "kind": AREA_TYPES[kind].name if kind else "",
                "name": "" if named is None else str(named["name"].iloc[0]),
                "lsoas": 0 if refused else len(inside),
                "people": 0 if refused else sum(people[lsoa] for lsoa in inside),
                "refused": bool(refused),
                "said": said,
            }
        )
    large = {name: unfit(name, held) for name, held in taken.items() if len(held) > LSOAS}
    for row in table:
        if row["area"] in large:
            row |= {"refused": True, "said": large[row["area"]]}
    areas = [OwnArea(name, tuple(held)) for name, held in taken.items() if name not in large]
    return Reading(tuple(areas), pd.DataFrame(table))


def _shared(one: _Given, inside: Sequence[str], taken: Mapping[str, Mapping[str, str]]) -> str:
    """Say which LSOAs of a code were there before, in this own area or in another."""
    mine = taken.get(one.area, {})
    if one.found in mine.values():
        return f"{one.found} is there twice; it counts once."
    said = []
    of = {name: [lsoa for lsoa in inside if lsoa in held] for name, held in taken.items()}
    for name, again in of.items():
        if again:
            by = f"in by {mine[again[0]]}" if name == one.area else f"in '{name}' too"
            number = "It is" if len(inside) == 1 else f"{len(again):,} of its {len(inside):,} LSOAs"
            verb = "" if len(inside) == 1 else " is" if len(again) == 1 else " are"
            said.append(f"{number}{verb} {'already ' if name == one.area else ''}{by}.")
    return " ".join(said)


def _why_not(code: str, known: pd.DataFrame | None) -> str:
    """Why a code cannot be used."""
    if known is not None:
        kinds = set(known["area_type"])
        name = known["name"].iloc[0]
        if kinds == {"GP"}:
            return f"{code} ({name}) stands in no LSOA that the atlas knows."
        if kinds == {"PCN22"}:
            return f"{code} ({name}) is a network of 2021-22, of which only its rates are known."
        kind = AREA_TYPES[[kind for kind in AREA_TYPES if kind in kinds][-1]].name
        return (
            f"{code} ({name}) is of a kind that cannot be used ({kind}); give its places, networks,"
            " wards, neighbourhoods or LSOAs."
        )
    if not code:
        return "The line has no code."
    if code[0] == "W" and code[1:].isdigit():
        return f"{code} is Welsh; the atlas holds England only."
    if code[0] in "SN" and len(code) == 9 and code[1:].isdigit():
        return f"{code} is Scottish or Northern Irish; the atlas holds England only."
    last = BEFORE_2021.get(code[:3], "")
    if len(code) == 9 and code[1:].isdigit() and code <= last:
        called = "LSOA" if code.startswith("E01") else "neighbourhood (MSOA)"
        return f"{code} is of 2011 or before: no {called} of 2021 has it; give those of 2021."
    if re.fullmatch(r"E00\d{6}", code):
        return f"{code} is an output area; give the LSOA that it lies in."
    if re.fullmatch(r"E05\d{6}", code):
        return f"{code} is no ward of 2024; wards of other years are not in the atlas."
    if re.fullmatch(r"\w+-\w+", code) and all(map(CODED.fullmatch, code.split("-"))):
        return f"{code} is two codes; put a space between them, and write a range out."
    return f"{code[:60]} is no code that the atlas knows."


@dataclass(frozen=True)
class Cover:
    """How a set of own areas covers an area.

    Attributes
    ----------
    people : int
        Residents of the area.
    gaps : pandas.DataFrame
        LSOAs of the area that are in none of the set: `lsoa21`, `name`, `people`.
    overlaps : pandas.DataFrame
        LSOAs that are in several: `lsoa21`, `name`, `people`, `areas` (their names, joined by
        semicolons).
    beyond : pandas.DataFrame
        LSOAs of the set that are not in the area: the same columns.
    """

    people: int
    gaps: pd.DataFrame
    overlaps: pd.DataFrame
    beyond: pd.DataFrame

    @property
    def exact(self) -> bool:
        """True where every LSOA of the area is in one own area, and no other LSOA in any."""
        return not (len(self.gaps) or len(self.overlaps) or len(self.beyond))


def check_set(engine: Engine, areas: Sequence[OwnArea], within: tuple[str, str]) -> Cover:
    """Find the gaps and overlaps of a set of own areas over a place, an ICS or any other area.

    Raises
    ------
    UnknownCodeError
        When there is no such area.
    OwnAreaError
        When an own area holds a code that is no LSOA.
    """
    store.area(engine, *within)
    here = store.lsoas(engine, [within])["code"]
    pairs = pd.DataFrame(
        [(code, own.name) for own in areas for code in own.lsoas], columns=["lsoa21", "areas"]
    )
    named = pairs.groupby("lsoa21")["areas"].agg(["size", "; ".join])
    codes = sorted({*here, *named.index})
    known = store.members(engine, "LSOA21", codes).set_index("lsoa21")["population"]
    _check_known(codes, known.index.tolist())
    names = store.coded(engine, codes).query("area_type == 'LSOA21'").set_index("code")["name"]
    rows = pd.DataFrame(
        {
            "lsoa21": codes,
            "name": names.reindex(codes).to_numpy(),
            "people": known.reindex(codes).to_numpy(),
            "areas": named["join"].reindex(codes).to_numpy(),
        }
    )
    times = named["size"].reindex(codes, fill_value=0).to_numpy()
    inside = rows["lsoa21"].isin(here).to_numpy()
    return Cover(
        people=int(rows.loc[inside, "people"].sum()),
        gaps=rows[times == 0].drop(columns="areas").reset_index(drop=True),
        overlaps=rows[times > 1].reset_index(drop=True),
        beyond=rows[~inside].reset_index(drop=True),
    )


def _check_known(codes: Collection[str], known: Iterable[str]) -> None:
    missing = sorted(set(codes).difference(known))
    if missing:
        raise OwnAreaError(
            f"{missing[0]} is no LSOA of 2021, so the own area cannot be shown; make it again "
            "from codes of 2021."
        )


def known(engine: Engine, code: str) -> bool:
    """Whether the database holds an own area now; a new build drops them all."""
    return not store.areas(engine, OWN, code=code).empty


def materialise(engine: Engine, own: OwnArea, *, snapshot: Path = load.SNAPSHOT) -> str:
    """Put an own area and its figures into the database, where they are not there yet.

    Its figures are made from the snapshot by the rules for all larger areas. It has no IMD rank or
    decile, since there are no areas to rank it among. Two own areas of the same LSOAs are one area
    in the database, with the name that was given last.

    Returns
    -------
    str
        Its code.

    Raises
    ------
    OwnAreaError
        When it holds a code that is no LSOA.
    StoreError
        When the database cannot be read or written, or holds another build than the snapshot.
    SnapshotError
        When the snapshot cannot be read.
    """
    store.health(engine)
    here = store.areas(engine, OWN, code=own.code)
    if len(here) and tuple(store.lsoas(engine, [(OWN, own.code)])["code"]) != own.lsoas:
        raise OwnAreaError(
            f"'{own.name}' has the code of another own area ({own.code}); add or drop an LSOA."
        )
    if here.empty or here["name"].iloc[0] != own.name:
        build = load.manifest(snapshot)["build"]
        figures = load.united(own.lsoas, snapshot)
        with _writing(engine) as connection:
            _put(connection, own, figures, build)
    return own.code


@contextmanager
def _writing(engine: Engine, *, clash: str = "") -> Iterator[Connection]:
    """One transaction that no load and no other session writes beside.

    `clash` is what to say where a row is there already that there can be only one of.
    """
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            try:
                for statement in load.BEGIN[engine.dialect.name]:
                    connection.exec_driver_sql(statement)
                yield connection
                connection.exec_driver_sql("COMMIT")
            except BaseException:
                with suppress(DBAPIError):
                    connection.exec_driver_sql("ROLLBACK")
                raise
    except DBAPIError as error:
        if clash and isinstance(error, IntegrityError):
            raise OwnAreaError(clash) from None
        why = str(error.orig).splitlines()[0]
        raise StoreError(
            f"The own area could not be written ({why}). Try again in a minute; if that does not "
            "help, check that the disk has room and that the database may be written."
        ) from error


def _put(connection: Connection, own: OwnArea, figures: pd.DataFrame, build: str) -> None:
    """Write one own area, all of it; where another session has been quicker, only its name."""
    tables = models.Table.metadata.tables
    area, containment, observation = (
        tables[name] for name in ("area", "containment", "observation")
    )
    held = connection.scalar(text("SELECT snapshot FROM build"))
    if held != build:
        raise StoreError(
            f"The database holds build {held} and the snapshot is of build {build}. Start the "
            "atlas again, or run 'python -m data.ingest load'."
        )
    it = (area.c.area_type == OWN) & (area.c.code == own.code)
    if connection.execute(update(area).where(it).values(name=own.name)).rowcount:
        return
    lsoa = (area.c.area_type == "LSOA21") & area.c.code.in_(own.lsoas)
    base = pd.DataFrame(connection.execute(select(area).where(lsoa)).mappings().all())
    _check_known(own.lsoas, base["code"] if len(base) else ())
    base = base.assign(own=own.code)
    number = int(connection.scalar(text("SELECT MAX(area_id) FROM area")) or 0) + 1
    sums = base.groupby("own").agg(**load.TOGETHER).join(load.middle(base, "own")).iloc[0]
    row = {
        **{name: float(sums[name]) for name in (*load.BOUNDS, "longitude", "latitude")},
        **{name: int(sums[name]) for name in ("population", "core20")},
        "area_id": number,
        "area_type": OWN,
        "code": own.code,
        "name": own.name,
        "nhs_code": "",
        "rural_urban": "",
    }
    connection.execute(insert(area), row)
    shared = connection.execute(
        text(
            "SELECT p.area_id, p.area_type, p.population, SUM(l.population * c.share) AS people "
            "FROM area l JOIN containment c ON c.child_id = l.area_id "
            "JOIN area p ON p.area_id = c.parent_id "
            "WHERE l.area_id IN :ids AND p.area_type IN :types "
            "GROUP BY p.area_id, p.area_type, p.population"
        ).bindparams(bindparam("ids", expanding=True), bindparam("types", expanding=True)),
        {"ids": base["area_id"].tolist(), "types": list(GROUPINGS)},
    ).all()
    pairs = [(number, int(child), 1.0) for child in base["area_id"]]
    for other, kind, population, people in shared:
        if kind != "MSOA21":
            pairs.append((other, number, people / row["population"]))
        if kind in INSIDE:
            pairs.append((number, other, people / population))
    names = ("parent_id", "child_id", "share")
    connection.execute(
        insert(containment),
        [dict(zip(names, (*pair[:2], round(pair[2], 6)), strict=True)) for pair in pairs],
    )
    series = connection.execute(
        text("SELECT series_id, indicator_id, period FROM series WHERE area_type = :own"),
        {"own": OWN},
    ).all()
    ids = {(indicator, period): one for one, indicator, period in series}
    keys = pd.MultiIndex.from_frame(figures[["indicator_id", "period"]])
    rows = figures.drop(columns=["indicator_id", "period"]).assign(
        area_id=number, series_id=[ids[key] for key in keys]
    )
    rows = rows.astype(object).where(rows.notna(), None)
    connection.execute(insert(observation), [dict(row) for _, row in rows.iterrows()])
    saved = select(tables["own_area"].c.code)
    loose = select(area.c.area_id).where(area.c.area_type == OWN, area.c.code.not_in(saved))
    drop = connection.scalars(loose.order_by(area.c.area_id.desc())).all()[KEPT:]
    if drop:
        connection.execute(
            delete(observation).where(
                observation.c.series_id.in_(ids.values()), observation.c.area_id.in_(drop)
            )
        )
        for column in (containment.c.parent_id, containment.c.child_id, area.c.area_id):
            connection.execute(delete(column.table).where(column.in_(drop)))


def save(engine: Engine, owner: str, own: OwnArea, *, set_name: str = "") -> int:
    """Keep an own area for somebody; a new build leaves it alone.

    Parameters
    ----------
    set_name : str
        The set that it is part of, under the same rules as a name; '' for none.

    Returns
    -------
    int
        Its id.

    Raises
    ------
    OwnAreaError
        When they keep another of that name in the same set.
    """
    set_name = set_name.strip()
    if set_name:
        OwnArea(set_name, own.lsoas)
    row = {
        "owner": owner,
        "set_name": set_name,
        "name": own.name,
        "code": own.code,
        "lsoas": ",".join(own.lsoas),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    table = models.Table.metadata.tables["own_area"]
    with _writing(engine, clash=TWICE.format(own.name)) as connection:
        return int(connection.execute(insert(table).returning(table.c.id), row).scalar_one())


def saved(engine: Engine, owner: str) -> list[tuple[int, str, OwnArea]]:
    """Own areas that somebody keeps, by set and name: id, name of the set, own area."""
    rows = store.saved_own_areas(engine, owner)
    return [
        (int(row["id"]), str(row["set_name"]), OwnArea(row["name"], tuple(row["lsoas"].split(","))))
        for row in rows.to_dict("records")
    ]


def rename(engine: Engine, owner: str, number: int, name: str) -> None:
    """Give an own area that somebody keeps another name.

    Raises
    ------
    OwnAreaError
        When the name cannot be, they keep another of that name in the same set, or there is no
        such own area of theirs.
    """
    new = OwnArea(name, ("E01000001",)).name
    table = models.Table.metadata.tables["own_area"]
    theirs = (table.c.id == number) & (table.c.owner == owner)
    with _writing(engine, clash=TWICE.format(new)) as connection:
        done = connection.execute(update(table).where(theirs).values(name=new)).rowcount
    if not done:
        raise OwnAreaError(GONE)


def remove(engine: Engine, owner: str, number: int) -> None:
    """Keep an own area of somebody's no longer.

    Raises
    ------
    OwnAreaError
        When there is no such own area of theirs.
    """
    table = models.Table.metadata.tables["own_area"]
    theirs = (table.c.id == number) & (table.c.owner == owner)
    with _writing(engine) as connection:
        done = connection.execute(delete(table).where(theirs)).rowcount
    if not done:
        raise OwnAreaError(GONE)
