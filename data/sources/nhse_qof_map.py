"""Quality and Outcomes Framework (QOF): practices to networks, sub-ICB locations and ICBs.

Headings follow the reorganisations: STP_ and CCG_ in 2020-21, SUB_ICB_LOC_ in 2021-22, SUB_ICB_
since. A practice in no network has PCN code 'U' and the name 'Unallocated': both become ''.
"""

import re
from pathlib import Path

from data.errors import SourceError
from data.sources.reading import (
    NETWORK,
    NHS_CODE,
    PRACTICE,
    Parsed,
    Source,
    codes,
    filled,
    financial_year,
    members_or_file,
    read_text,
    select,
    unique,
)
from geo.areas import AREA_TYPES

COLUMNS = {
    "PRACTICE_CODE": "practice",
    "PRACTICE_NAME": "practice_name",
    "PCN_ODS_CODE": "pcn",
    "PCN_NAME": "pcn_name",
}
EDITIONS = {
    "CCG_ODS_CODE": "sicbl_nhs",
    "CCG_ONS_CODE": "sicbl",
    "SUB_ICB_LOC_ODS_CODE": "sicbl_nhs",
    "SUB_ICB_LOC_ONS_CODE": "sicbl",
    "SUB_ICB_ODS_CODE": "sicbl_nhs",
    "SUB_ICB_ONS_CODE": "sicbl",
    "STP_ODS_CODE": "icb_nhs",
    "STP_ONS_CODE": "icb",
    "STP_NAME": "icb_name",
    "ICB_ODS_CODE": "icb_nhs",
    "ICB_ONS_CODE": "icb",
    "ICB_NAME": "icb_name",
}
IGNORED = (
    re.compile(r"(NAT|COUNTRY)_(ODS_|ONS_)?CODE|(NAT_)?COUNTRY(_NAME)?"),
    re.compile(r"REGION_(ODS_CODE|ONS_CODE|NAME)"),
    re.compile(r"(CCG|SUB_ICB_LOC|SUB_ICB)_NAME"),
)
PATTERNS = {
    "practice": PRACTICE,
    "pcn": NETWORK,
    "sicbl_nhs": NHS_CODE,
    "sicbl": AREA_TYPES["SICBL24"].pattern,
    "icb_nhs": r"Q[A-Z0-9]{2}",
    "icb": AREA_TYPES["ICB24"].pattern,
}
COLUMN_ORDER = (
    "practice",
    "practice_name",
    "pcn",
    "pcn_name",
    "sicbl_nhs",
    "sicbl",
    "icb_nhs",
    "icb",
    "icb_name",
    "period",
)


def parse(path: Path) -> Parsed:
    """Read the map of one year.

    Returns
    -------
    Parsed
        One row a practice. `pcn` and `pcn_name` are '' where it is in no network; `sicbl` and
        `icb` are ONS codes of that year, `sicbl_nhs` and `icb_nhs` the NHS's.
    """
    [(file, stream)] = members_or_file(path, r"MAPPING.*\.csv")
    raw = read_text(stream, file=file)
    frame = select(raw, COLUMNS, file=file, optional=EDITIONS, ignore=IGNORED)
    _one_edition(list(frame.columns), file)
    known = {**COLUMNS, **EDITIONS}
    headings = {known[theirs]: theirs for theirs in raw.columns if theirs in known}
    for column, heading in headings.items():
        if column in PATTERNS:
            frame[column] = codes(frame, column, PATTERNS[column], file=file, heading=heading)
        else:
            frame[column] = filled(frame, column, file=file, heading=heading)
    frame.loc[frame["pcn"] == "U", ["pcn", "pcn_name"]] = ""
    unique(frame, ["practice"], file=file, headings=headings)
    period = financial_year(f"{Path(file).name} {path.name} {path.parent.name}", file=file)
    tidy = frame.assign(period=period)[list(COLUMN_ORDER)].reset_index(drop=True)
    return Parsed(tidy, len(frame))


def _one_edition(found: list[str], file: str) -> None:
    for column in dict.fromkeys(EDITIONS.values()):
        headings = [theirs for theirs, ours in EDITIONS.items() if ours == column]
        if found.count(column) != 1:
            raise SourceError(
                file,
                column=headings[-1],
                found=f"{found.count(column)} columns for it",
                expected="one of " + ", ".join(f"'{heading}'" for heading in headings),
                advice="If the publisher renamed it, add the new heading to this file's reader.",
            )


SOURCE = Source(
    id="nhse_qof_map",
    files=("nhse_qof/*/MAPPING*.csv", "nhse_qof/*/QOF*.zip"),
    columns=COLUMN_ORDER,
    key=("practice", "period"),
    parse=parse,
)
