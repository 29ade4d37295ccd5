"""Patients registered at each GP practice by the LSOA where they live."""

import re
from pathlib import Path

import pandas as pd

from data.errors import SourceError
from data.sources.reading import (
    PRACTICE,
    Parsed,
    Source,
    codes,
    member,
    month,
    numbers,
    one_of,
    read_text,
    select,
    unique,
)

COLUMNS = {
    "PRACTICE_CODE": "practice",
    "SEX": "sex",
    "EXTRACT_DATE": "period",
    "NUMBER_OF_PATIENTS": "patients",
}
VINTAGES = {"LSOA_2011_CODE": "2011", "LSOA_2021_CODE": "2021"}
IGNORED = ("PUBLICATION", "PRACTICE_NAME")


def parse(path: Path) -> Parsed:
    """Read the file of all patients; those of males and females are left in the archive.

    Returns
    -------
    Parsed
        `practice`; `lsoa`, as in the file, Welsh ones and 'NO2011' or 'NO2021' (patients whose
        LSOA is not known) among them; `lsoa_vintage`, '2011' or '2021'; `patients` int64;
        `period`, the month of the extract.
    """
    file, stream = member(path, r".*lsoa.*-all.*\.csv")
    raw = read_text(stream, file=file)
    heading = next((name for name in VINTAGES if name in raw.columns), "LSOA_CODE")
    frame = select(raw, {heading: "lsoa", **COLUMNS}, file=file, ignore=IGNORED)
    vintage = VINTAGES.get(heading) or _vintage(frame["lsoa"], file)
    tidy = pd.DataFrame(
        {
            "practice": codes(frame, "practice", PRACTICE, file=file, heading="PRACTICE_CODE"),
            "lsoa": codes(frame, "lsoa", rf"[EW]01\d{{6}}|NO{vintage}", file=file, heading=heading),
            "lsoa_vintage": vintage,
            "patients": numbers(
                frame, "patients", file=file, heading="NUMBER_OF_PATIENTS", whole=True
            ).astype("int64"),
            "period": month(frame, "period", file=file, heading="EXTRACT_DATE"),
        }
    )
    one_of(frame, "sex", ("ALL",), file=file, heading="SEX")
    unique(tidy, ["practice", "lsoa"], file=file, headings=_headings(heading))
    return Parsed(tidy.reset_index(drop=True), len(frame))


def _headings(lsoa: str) -> dict[str, str]:
    return {"practice": "PRACTICE_CODE", "lsoa": lsoa}


def _vintage(lsoa: "pd.Series[str]", file: str) -> str:
    """Vintage of a plain 'LSOA_CODE': by the file's name, else by its code for 'not known'."""
    named = re.search(r"lsoa[-_](2011|2021)", file, re.IGNORECASE)
    if named:
        return named[1]
    marked = [vintage for vintage in VINTAGES.values() if (lsoa == f"NO{vintage}").any()]
    if len(marked) == 1:
        return marked[0]
    raise SourceError(
        file,
        column="LSOA_CODE",
        found=" and ".join(f"'NO{vintage}'" for vintage in marked) or "no code for 'not known'",
        expected="'NO2011' or 'NO2021', which tells LSOAs of 2011 from those of 2021",
        advice="Say which in the file's name: 'lsoa-2011' or 'lsoa-2021'.",
    )


SOURCE = Source(
    id="nhse_registrations_lsoa",
    files=("nhse_gp_registrations/gp-reg-pat-prac-lsoa-*.zip",),
    columns=("practice", "lsoa", "lsoa_vintage", "patients", "period"),
    key=("practice", "lsoa"),
    parse=parse,
)
