"""Wards (2018) of Birmingham and Solihull and their localities, as the ICS publishes them."""

from pathlib import Path

from data.sources.reading import Parsed, Source, lookup, read_csv
from geo.areas import AREA_TYPES

COLUMNS = {
    "AreaCode": "ward",
    "AreaName": "ward_name",
    "Locality": "locality",
    "ParentCode": "parent_code",
}
PATTERNS = {
    "ward": r"E05\d{6}",
    "locality": "Central|East|North|Solihull|South|West",
    "parent_code": AREA_TYPES["LAD24"].pattern,
}
IGNORED = ("ParentName",)


def parse(path: Path) -> Parsed:
    """Read the wards: one row a ward."""
    frame = read_csv(path, COLUMNS, ignore=IGNORED)
    return lookup(frame, COLUMNS, PATTERNS, key=SOURCE.key, file=path.name)


SOURCE = Source(
    id="bsol_wards",
    files=("ics_places/bsol_ward_to_locality.csv",),
    columns=tuple(COLUMNS.values()),
    key=("ward",),
    parse=parse,
)
