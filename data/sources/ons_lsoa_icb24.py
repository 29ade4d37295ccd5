"""LSOA 2021 to sub-ICB location, ICB and local authority of April 2024."""

from pathlib import Path

from data.sources.reading import NHS_CODE, Parsed, Source, lookup, read_csv
from geo.areas import AREA_TYPES

COLUMNS = {
    "LSOA21CD": "lsoa21",
    "LSOA21NM": "lsoa21_name",
    "SICBL24CD": "sicbl24",
    "SICBL24CDH": "sicbl24_nhs",
    "SICBL24NM": "sicbl24_name",
    "ICB24CD": "icb24",
    "ICB24CDH": "icb24_nhs",
    "ICB24NM": "icb24_name",
    "LAD24CD": "lad24",
    "LAD24NM": "lad24_name",
}
PATTERNS = {
    "lsoa21": AREA_TYPES["LSOA21"].pattern,
    "sicbl24": AREA_TYPES["SICBL24"].pattern,
    "sicbl24_nhs": NHS_CODE,
    "icb24": AREA_TYPES["ICB24"].pattern,
    "icb24_nhs": NHS_CODE,
    "lad24": AREA_TYPES["LAD24"].pattern,
}
IGNORED = ("FID", "ObjectId")


def parse(path: Path) -> Parsed:
    """Read the look-up: one row an LSOA; `_nhs` columns hold NHS England's own codes."""
    frame = read_csv(path, COLUMNS, ignore=IGNORED)
    return lookup(frame, COLUMNS, PATTERNS, key=SOURCE.key, file=path.name)


SOURCE = Source(
    id="ons_lsoa_icb24",
    files=("ons_lookups/LSOA21_SICBL24_ICB24_LAD24_EN_LU.csv",),
    columns=tuple(COLUMNS.values()),
    key=("lsoa21",),
    parse=parse,
)
