"""LSOA 2021 to sub-ICB location and ICB of April 2026.

Rebuilt from the look-up of 2024 and the practice map of July 2026; not the official file.
"""

from pathlib import Path

from data.sources.reading import NHS_CODE, Parsed, Source, lookup, read_csv
from geo.areas import AREA_TYPES

COLUMNS = {
    "LSOA21CD": "lsoa21",
    "SICBL26CD": "sicbl26",
    "SICBL26CDH": "sicbl26_nhs",
    "SICBL26NM": "sicbl26_name",
    "ICB26CD": "icb26",
    "ICB26CDH": "icb26_nhs",
    "ICB26NM": "icb26_name",
}
PATTERNS = {
    "lsoa21": AREA_TYPES["LSOA21"].pattern,
    "sicbl26": AREA_TYPES["SICBL24"].pattern,
    "sicbl26_nhs": NHS_CODE,
    "icb26": AREA_TYPES["ICB26"].pattern,
    "icb26_nhs": NHS_CODE,
}
IGNORED = ("LSOA21NM", "FID", "ObjectId")


def parse(path: Path) -> Parsed:
    """Read the look-up: one row an LSOA; `_nhs` columns hold NHS England's own codes."""
    frame = read_csv(path, COLUMNS, ignore=IGNORED)
    return lookup(frame, COLUMNS, PATTERNS, key=SOURCE.key, file=path.name)


SOURCE = Source(
    id="nhse_lsoa_icb26",
    files=("ons_lookups/LSOA21_SICBL26_ICB26_EN_LU.csv",),
    columns=tuple(COLUMNS.values()),
    key=("lsoa21",),
    parse=parse,
    derived=True,
)
