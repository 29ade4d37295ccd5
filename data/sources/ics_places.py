"""Places (parts of an ICS) of three ICSs by LSOA 2021, made from what each publishes."""

from pathlib import Path

from data.sources.reading import Parsed, Source, lookup, read_csv
from geo.areas import AREA_TYPES

COLUMNS = {"LSOA21CD": "lsoa21", "ICB24CDH": "icb24_nhs", "PLACENM": "place"}
PATTERNS = {"lsoa21": AREA_TYPES["LSOA21"].pattern, "icb24_nhs": "QHG|QHL|QXU"}


def parse(path: Path) -> Parsed:
    """Read the places: one row an LSOA of the three ICSs.

    Those of Surrey Heartlands (QXU) are its four former CCG areas.
    """
    frame = read_csv(path, COLUMNS)
    return lookup(frame, COLUMNS, PATTERNS, key=SOURCE.key, file=path.name)


SOURCE = Source(
    id="ics_places",
    files=("ics_places/LSOA21_place.csv",),
    columns=tuple(COLUMNS.values()),
    key=("lsoa21",),
    parse=parse,
    derived=True,
)
