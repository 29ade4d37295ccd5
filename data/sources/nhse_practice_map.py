"""GP practices and the network, sub-ICB location and ICB that each belongs to."""

from pathlib import Path

import pandas as pd

from data.sources.reading import (
    NETWORK,
    NHS_CODE,
    PRACTICE,
    Parsed,
    Source,
    codes,
    filled,
    member,
    month,
    read_csv,
    unique,
)
from geo.areas import AREA_TYPES

COLUMNS = {
    "PRACTICE_CODE": "practice",
    "PRACTICE_NAME": "practice_name",
    "PRACTICE_POSTCODE": "postcode",
    "PCN_CODE": "pcn",
    "PCN_NAME": "pcn_name",
    "SUB_ICB_LOCATION_CODE": "sicbl_nhs",
    "ONS_SUB_ICB_LOCATION_CODE": "sicbl",
    "ICB_CODE": "icb_nhs",
    "ONS_ICB_CODE": "icb",
    "ICB_NAME": "icb_name",
    "EXTRACT_DATE": "period",
}
PATTERNS = {
    "practice": PRACTICE,
    "pcn": NETWORK,
    "sicbl_nhs": NHS_CODE,
    "sicbl": AREA_TYPES["SICBL24"].pattern,
    "icb_nhs": NHS_CODE,
    "icb": AREA_TYPES["ICB26"].pattern,
}
IGNORED = (
    "PUBLICATION",
    "SUB_ICB_LOCATION_NAME",
    "ONS_COMM_REGION_CODE",
    "COMM_REGION_CODE",
    "COMM_REGION_NAME",
    "SUPPLIER_NAME",
)


def parse(path: Path) -> Parsed:
    """Read the map: one row a practice.

    `pcn` is 'U' for a practice in no network; `_nhs` columns hold NHS England's own codes;
    `period` is the month of the extract, and the ICBs are those of that month.
    """
    file, stream = member(path, r"gp-reg-pat-prac-map.*\.csv")
    frame = read_csv(stream, COLUMNS, file=file, ignore=IGNORED)
    headings = {ours: theirs for theirs, ours in COLUMNS.items()}
    tidy = pd.DataFrame(
        {
            name: codes(frame, name, PATTERNS[name], file=file, heading=heading)
            if name in PATTERNS
            else filled(frame, name, file=file, heading=heading)
            for name, heading in headings.items()
        }
    )
    tidy["period"] = month(frame, "period", file=file, heading=headings["period"])
    unique(tidy, ["practice"], file=file, headings=headings)
    return Parsed(tidy.reset_index(drop=True), len(frame))


SOURCE = Source(
    id="nhse_practice_map",
    files=("nhse_gp_registrations/gp-reg-pat-prac-map*.zip",),
    columns=tuple(COLUMNS.values()),
    key=("practice",),
    parse=parse,
)
