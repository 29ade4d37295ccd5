"""Rural urban classification 2021 and region 2024 of LSOAs 2021."""

from pathlib import Path

from data.sources.reading import Parsed, Source, lookup, read_csv
from geo.areas import AREA_TYPES

COLUMNS = {"LSOA21CD": "lsoa21", "RUC21CD": "rural_urban", "RGN24NM": "region"}
REGIONS = (
    "East Midlands",
    "East of England",
    "London",
    "North East",
    "North West",
    "South East",
    "South West",
    "West Midlands",
    "Yorkshire and The Humber",
)
PATTERNS = {
    "lsoa21": AREA_TYPES["LSOA21"].pattern,
    "rural_urban": "UN1|UF1|RLN1|RLF1|RSN1|RSF1",
    "region": "|".join(REGIONS),
}


def parse(path: Path) -> Parsed:
    """Read the look-up: one row an LSOA.

    `rural_urban` begins with U (urban), RL (larger rural) or RS (smaller rural), then N (nearer to
    a major town or city) or F (further from one). `region` is a name, as published.
    """
    frame = read_csv(path, COLUMNS)
    return lookup(frame, COLUMNS, PATTERNS, key=SOURCE.key, file=path.name)


SOURCE = Source(
    id="ons_lsoa_rural_urban",
    files=("ons_lookups/LSOA21_RUC21_RGN24_EN_LU.csv",),
    columns=tuple(COLUMNS.values()),
    key=("lsoa21",),
    parse=parse,
)
