"""LSOA 2021 to ward and local authority of 2024, best fit."""

from pathlib import Path

from data.sources.reading import Parsed, Source, lookup, read_csv
from geo.areas import AREA_TYPES

COLUMNS = {
    "LSOA21CD": "lsoa21",
    "WD24CD": "ward24",
    "WD24NM": "ward24_name",
    "LAD24CD": "lad24",
}
PATTERNS = {
    "lsoa21": AREA_TYPES["LSOA21"].pattern,
    "ward24": AREA_TYPES["WD24"].pattern,
    "lad24": AREA_TYPES["LAD24"].pattern,
}
IGNORED = ("LSOA21NM", "LSOA21NMW", "WD24NMW", "LAD24NM", "LAD24NMW", "FID", "ObjectId")


def parse(path: Path) -> Parsed:
    """Read the look-up: one row an LSOA.

    It is a best fit: E01027305 is given to a ward of Cherwell and lies in West Northamptonshire.
    """
    frame = read_csv(path, COLUMNS, ignore=IGNORED)
    return lookup(frame, COLUMNS, PATTERNS, key=SOURCE.key, file=path.name)


SOURCE = Source(
    id="ons_lsoa_ward24",
    files=("ons_lookups/LSOA21_WD24_LAD24_EN_LU.csv",),
    columns=tuple(COLUMNS.values()),
    key=("lsoa21",),
    parse=parse,
)
