"""Where GP practices were in early 2024: coordinates, LSOA and network.

Computed from NHS England's practice list and a directory of postcodes.
"""

from pathlib import Path

import pandas as pd

from data.sources.reading import (
    NETWORK,
    PRACTICE,
    Parsed,
    Source,
    codes,
    filled,
    numbers,
    read_csv,
    unique,
)
from geo.areas import AREA_TYPES

COLUMNS = {
    "PRAC_CODE": "practice",
    "PRAC_NAME": "practice_name",
    "PRAC_POSTCODE": "postcode",
    "PRAC_LNG": "longitude",
    "PRAC_LAT": "latitude",
    "PRAC_LSOA21": "lsoa21",
    "PCN_CODE": "pcn",
    "PCN_NAME": "pcn_name",
}
HEADINGS = {ours: theirs for theirs, ours in COLUMNS.items()}
PATTERNS = {"practice": PRACTICE, "lsoa21": AREA_TYPES["LSOA21"].pattern, "pcn": NETWORK}
LIMITS = {"longitude": (-6.5, 2.0), "latitude": (49.8, 55.9)}
IGNORED = (
    "Unnamed: 0",
    *(f"PRAC_{name}" for name in ("OA11", "LSOA11", "OA21")),
    *(f"PCN_{name}" for name in ("POSTCODE", "LAT", "LNG", "OA11", "LSOA11", "OA21", "LSOA21")),
    *(f"ONS_{name}_CODE" for name in ("LOC", "ICB", "NHSER")),
    *(f"{level}_{name}" for level in ("LOC", "ICB", "NHSER") for name in ("CODE", "NAME")),
    "SUPPLIER_NAME",
)


def parse(path: Path) -> Parsed:
    """Read the places: one row a practice.

    `longitude` and `latitude` are float64, degrees in EPSG:4326, of the practice's postcode. `pcn`
    is 'U' for a practice in no network.
    """
    file = path.name
    frame = read_csv(path, COLUMNS, ignore=IGNORED)
    tidy = pd.DataFrame(index=frame.index)
    for name, heading in HEADINGS.items():
        if name in PATTERNS:
            tidy[name] = codes(frame, name, PATTERNS[name], file=file, heading=heading)
        elif name in LIMITS:
            least, most = LIMITS[name]
            tidy[name] = numbers(
                frame, name, file=file, heading=heading, minimum=least, maximum=most
            )
        else:
            tidy[name] = filled(frame, name, file=file, heading=heading)
    unique(tidy, ["practice"], file=file, headings=HEADINGS)
    return Parsed(tidy.reset_index(drop=True), len(frame))


SOURCE = Source(
    id="nhse_practice_locations",
    files=("nhse_gp_registrations/practice_locations_*_derived.csv",),
    columns=tuple(COLUMNS.values()),
    key=("practice",),
    parse=parse,
    derived=True,
)
