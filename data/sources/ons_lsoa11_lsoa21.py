"""LSOA 2011 to LSOA 2021, exact fit."""

from pathlib import Path

from data.sources.reading import Parsed, Source, lookup, read_text, select
from geo.areas import AREA_TYPES

COLUMNS = {"LSOA11NM": "lsoa11_name", "LSOA21CD": "lsoa21", "CHGIND": "change"}
PATTERNS = {
    "lsoa11": r"E01\d{6}",
    "lsoa21": AREA_TYPES["LSOA21"].pattern,
    "change": "[USMX]",
}
IGNORED = ("LSOA21NM", "LAD22CD", "LAD22NM", "LAD22NMW", "ObjectId")


def parse(path: Path) -> Parsed:
    """Read the look-up: one row for each pair of an LSOA 2011 and an LSOA 2021 that overlap.

    `change` is U (unchanged), S (split), M (merged) or X (irregular). The code of 2011 is headed
    'F_LSOA11CD' in one edition and 'LSOA11CD' in others.
    """
    raw = read_text(path, file=path.name)
    code = "F_LSOA11CD" if "F_LSOA11CD" in raw.columns else "LSOA11CD"
    columns = {code: "lsoa11", **COLUMNS}
    frame = select(raw, columns, file=path.name, ignore=IGNORED)
    return lookup(frame, columns, PATTERNS, key=SOURCE.key, file=path.name)


SOURCE = Source(
    id="ons_lsoa11_lsoa21",
    files=("ons_lookups/LSOA_(2011)_to_LSOA_(2021)_to_Local_Authority_District_(2022)_*.csv",),
    columns=("lsoa11", "lsoa11_name", "lsoa21", "change"),
    key=("lsoa11", "lsoa21"),
    parse=parse,
)
