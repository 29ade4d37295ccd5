"""The layout of Nomis tables: titles, one row of headings, a blank row, areas, notes."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from data.errors import SourceError
from data.sources.reading import Parsed, in_england, numbers, read_csv, unique
from geo.areas import AREA_TYPES

AREA = "2021 super output area - lower layer"
CODE = "mnemonic"


def read_table(
    path: Path, cells: Mapping[str, str], *, variable: str, ignore: Iterable[str] = ()
) -> Parsed:
    """Read counts of people by LSOA 2021 into one row an LSOA and category.

    Parameters
    ----------
    cells : mapping
        Heading of each column of counts to our name of the category.
    variable : str
        Name of the column that holds the categories.

    Returns
    -------
    Parsed
        `lsoa21`, `variable` and `count` (people, float64).
    """
    file = path.name
    frame = read_csv(path, {CODE: "lsoa21", **cells}, ignore=(AREA, *ignore), skip=_titles(path))
    frame = frame[(frame != "").any(axis=1)]
    note = ~frame["lsoa21"].str.fullmatch(r"[EW]01\d{6}") & (frame[list(cells.values())] == "").all(
        axis=1
    )
    areas, set_aside = in_england(
        frame[~note], "lsoa21", AREA_TYPES["LSOA21"].pattern, file=file, heading=CODE
    )
    unique(areas, ["lsoa21"], file=file, headings={"lsoa21": CODE})
    counts = areas.assign(
        **{
            name: numbers(areas, name, file=file, heading=heading, whole=True)
            for heading, name in cells.items()
        }
    )
    tidy = counts.melt("lsoa21", list(cells.values()), variable, "count")
    if note.any():
        set_aside["notes below the table"] = int(note.sum())
    return Parsed(tidy, len(frame), set_aside)


def _titles(path: Path) -> int:
    with path.open(encoding="utf-8-sig", errors="replace") as lines:
        for number, line in enumerate(lines):
            if line.replace('"', "").startswith(AREA):
                return number
    raise SourceError(
        path.name,
        column=AREA,
        found="no row of headings",
        expected=f"one that begins with '{AREA}'",
        advice="If Nomis changed its layout, change the reader; nothing was loaded.",
    )
