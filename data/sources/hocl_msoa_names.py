"""House of Commons Library names of MSOAs 2021."""

from pathlib import Path

from data.sources.reading import Parsed, Source, lookup, read_csv
from geo.areas import AREA_TYPES

COLUMNS = {
    "msoa21cd": "msoa21",
    "msoa21nm": "msoa21_name",
    "msoa21hclnm": "msoa21_local_name",
    "localauthorityname": "lad_name",
}
PATTERNS = {"msoa21": AREA_TYPES["MSOA21"].pattern}
IGNORED = ("msoa21nmw", "msoa21hclnmw", "type")


def parse(path: Path) -> Parsed:
    """Read the names: one row an MSOA; `msoa21_local_name` is the Library's, not always unique.

    Newer editions also have Welsh names, Welsh MSOAs and whether an MSOA was there in 2011.
    """
    frame = read_csv(path, COLUMNS, ignore=IGNORED)
    return lookup(frame, COLUMNS, PATTERNS, key=SOURCE.key, file=path.name)


SOURCE = Source(
    id="hocl_msoa_names",
    files=("hocl_msoa_names/MSOA-Names*.csv",),
    columns=tuple(COLUMNS.values()),
    key=("msoa21",),
    parse=parse,
)
