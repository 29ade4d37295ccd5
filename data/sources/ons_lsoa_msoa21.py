"""LSOA 2021 to MSOA 2021, which nests exactly; made from the output areas of each."""

from pathlib import Path

from data.sources.reading import Parsed, Source, lookup, read_csv
from geo.areas import AREA_TYPES

COLUMNS = {"LSOA21CD": "lsoa21", "MSOA21CD": "msoa21", "MSOA21NM": "msoa21_name"}
PATTERNS = {"lsoa21": AREA_TYPES["LSOA21"].pattern, "msoa21": AREA_TYPES["MSOA21"].pattern}
IGNORED = ("LSOA21NM",)


def parse(path: Path) -> Parsed:
    """Read the look-up: one row an LSOA."""
    frame = read_csv(path, COLUMNS, ignore=IGNORED)
    return lookup(frame, COLUMNS, PATTERNS, key=SOURCE.key, file=path.name)


SOURCE = Source(
    id="ons_lsoa_msoa21",
    files=("ons_lookups/LSOA21_MSOA21_EN_LU.csv",),
    columns=tuple(COLUMNS.values()),
    key=("lsoa21",),
    parse=parse,
    derived=True,
)
