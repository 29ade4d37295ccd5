"""Quality and Outcomes Framework 2021-22 by primary care network: achievement and registers.

The file was derived from the publisher's by others and has much beside QOF: places, ages, scores of
deprivation and staff, all known and not used. Achievement is gross: the numerator over all who
qualify, those set aside by the practice put back. Network 'U' gathers the practices in none.
"""

import re
from pathlib import Path

import pandas as pd

from data.sources.nhse_qof_prevalence import REGISTERS
from data.sources.reading import (
    FIGURE_COLUMNS,
    FIGURE_KEY,
    NETWORK,
    Parsed,
    Source,
    codes,
    figures,
    numbers,
    read_csv,
    tally,
    unique,
    why_missing,
)

PERIOD = "2021-22"
INDICATORS = """
    AF006 AF007 AST006 AST007 AST008 BP002 CAN004 CAN005 CHD005 CHD008 CHD009 COPD008 COPD010 CS005
    CS006 DEM004 DEP003 DM006 DM012 DM014 DM019 DM020 DM021 DM022 DM023 HF003 HF005 HF006 HF007
    HYP003 HYP007 MH002 MH003 MH006 MH007 MH011 MH012 NDH001 RA002 SMOK002 SMOK004 SMOK005 STIA007
    STIA010 STIA011 VI001 VI002 VI003 VI004
"""
MEASURES = {
    **{f"QOF_ACHV_{indicator}": indicator for indicator in INDICATORS.split()},
    **{f"QOF_PREV_{register}": register for register in REGISTERS},
}
COLUMNS = {"PCN_CODE": "area_code", **MEASURES}
IGNORED = (
    re.compile(r"(PRACTICE|PCN)_(CODE|NAME|POSTCODE)"),
    re.compile(r"(SUB_ICB_LOCATION|ICB|COMM_REGION)_(CODE|NAME)"),
    re.compile(r"SUPPLIER|EASTING|NORTHING|LATITUDE|LONGITUDE|PEOPLE_PER_KM2|CLUSTER"),
    re.compile(r"(Q1|MEDIAN|Q3|IQR|POPN)_(FEMALE|MALE|PERSON)"),
    re.compile(
        r"(IMD|INCOME|EMPLOYMENT|EDUCATION|HEALTH|CRIME|HOUSING|ENVIRONMENT|IDACI|IDAOPI|CYP|ADULT"
        r"|GEOGRAPHICAL|WIDER_BARRIERS|INDOORS|OUTDOORS)_SCORE"
    ),
    re.compile(r"DOM_(INCOME|EMPLOYMENT|EDUCATION|HEALTH|BARRIERS|ENVIRONMENT)_[A-Z0-9_]+"),
    re.compile(r"TOTAL_(GP|NURSES|DPC|ADMIN)_FTE"),
)
MARKS = {"NA": "no figure (NA)"}
UNALLOCATED = "practices in no network (U)"


def parse(path: Path) -> Parsed:
    """Read 49 indicators and 21 registers.

    Returns
    -------
    Parsed
        Figures of type PCN22: `measure` is an indicator (AF006) or a register (AF), `value` a
        percentage, of all who qualify or of the list the register is counted of.
    """
    file = path.name
    frame = read_csv(path, COLUMNS, ignore=IGNORED)
    frame["area_code"] = codes(frame, "area_code", NETWORK, file=file, heading="PCN_CODE")
    unique(frame, ["area_code"], file=file, headings={"area_code": "PCN_CODE"})
    tidy = pd.concat([_measure(frame, ours, theirs, file) for theirs, ours in MEASURES.items()])
    out = figures(tidy[tidy["why"] == ""].assign(area_type="PCN22", period=PERIOD))
    return Parsed(out, len(tidy), tally(tidy["why"]))


def _measure(frame: pd.DataFrame, column: str, heading: str, file: str) -> pd.DataFrame:
    value = numbers(frame, column, file=file, heading=heading, marks=MARKS, maximum=1)
    why = why_missing(frame, [column], MARKS).mask(frame["area_code"] == "U", UNALLOCATED)
    return frame[["area_code"]].assign(measure=column, value=100 * value, why=why)


SOURCE = Source(
    id="nhse_qof_pcn_2122",
    files=("nhse_qof/2021-22/pcn_data_matrix_derived.csv",),
    columns=FIGURE_COLUMNS,
    key=FIGURE_KEY,
    parse=parse,
    derived=True,
)
