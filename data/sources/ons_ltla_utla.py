"""Lower-tier to upper-tier local authorities of 2023."""

from pathlib import Path

from data.sources.reading import Parsed, Source, lookup, read_csv
from geo.areas import AREA_TYPES

COLUMNS = {
    "ltla23_code": "lad23",
    "ltla23_name": "lad23_name",
    "utla23_code": "utla23",
    "utla23_name": "utla23_name",
}
PATTERNS = {"lad23": AREA_TYPES["LAD24"].pattern, "utla23": AREA_TYPES["UTLA23"].pattern}


def parse(path: Path) -> Parsed:
    """Read the look-up: one row a lower-tier authority of England."""
    frame = read_csv(path, COLUMNS)
    return lookup(frame, COLUMNS, PATTERNS, key=SOURCE.key, file=path.name)


SOURCE = Source(
    id="ons_ltla_utla",
    files=("ons_lookups/LTLA23_UTLA23_derived.csv",),
    columns=tuple(COLUMNS.values()),
    key=("lad23",),
    parse=parse,
    derived=True,
)
