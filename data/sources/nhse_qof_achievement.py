"""Quality and Outcomes Framework (QOF): achievement of indicators by GP practice.

Newer editions come as one file a region, in the publisher's archive of the year, with a row for
each practice, indicator and kind of figure.
"""

import re
from pathlib import Path
from typing import IO

import pandas as pd

from data.errors import SourceError
from data.sources.reading import (
    FIGURE_COLUMNS,
    FIGURE_KEY,
    PRACTICE,
    Parsed,
    Source,
    codes,
    figures,
    financial_year,
    members_or_file,
    numbers,
    one_of,
    read_csv,
    unique,
)

COLUMNS = {
    "PRACTICE_CODE": "area_code",
    "INDICATOR_CODE": "measure",
    "MEASURE": "kind",
    "VALUE": "value",
}
HEADINGS = {ours: theirs for theirs, ours in COLUMNS.items()}
IGNORED = (re.compile(r"(REGION|COUNTRY|NAT)(_ODS|_ONS)?(_CODE|_NAME|_COUNTRY)?"),)
USED = ("NUMERATOR", "DENOMINATOR", "PCAS")
UNUSED = ("ACHIEVED_POINTS", "REGISTER", "NEWLY_DIAGNOSED")
KEY = ["area_code", "measure"]
INDICATOR = r"[A-Z]{2,5}\d{3}"


def parse(path: Path) -> Parsed:
    """Read one region's file, or all in an archive.

    Returns
    -------
    Parsed
        Figures of type GP: `measure` is the indicator's code, `count` its numerator and
        `denominator` the denominator with the patients whom the practice set aside (personalised
        care adjustments, PCAs) put back: coverage of all who qualify.
    """
    period = financial_year(f"{path.name} {path.parent.name}", file=path.name)
    parts = [
        _region(stream, file=file) for file, stream in members_or_file(path, r"ACHIEVEMENT.*\.csv")
    ]
    frame = pd.concat([part.frame for part in parts], ignore_index=True)
    twice = frame.duplicated(KEY)
    if twice.any():
        first = frame[twice].iloc[0]
        raise SourceError(
            path.name,
            column=HEADINGS["area_code"],
            found=f"{first['area_code']} {first['measure']} in two regions' files",
            expected="each practice in one",
        )
    reasons = pd.DataFrame([part.set_aside for part in parts]).sum()
    return Parsed(
        figures(frame.assign(area_type="GP", period=period)),
        sum(part.rows_read for part in parts),
        {str(reason): int(rows) for reason, rows in reasons.items() if rows},
    )


def _region(stream: Path | IO[bytes], *, file: str) -> Parsed:
    frame = read_csv(stream, COLUMNS, file=file, ignore=IGNORED)
    frame["area_code"] = codes(
        frame, "area_code", PRACTICE, file=file, heading=HEADINGS["area_code"]
    )
    frame["measure"] = codes(frame, "measure", INDICATOR, file=file, heading=HEADINGS["measure"])
    frame["kind"] = one_of(frame, "kind", USED + UNUSED, file=file, heading=HEADINGS["kind"])
    unique(frame, [*KEY, "kind"], file=file, headings=HEADINGS)
    used = frame[frame["kind"].isin(USED)].copy()
    used["value"] = numbers(used, "value", file=file, heading=HEADINGS["value"], whole=True)
    wide = used.pivot_table("value", index=KEY, columns="kind").reindex(columns=list(USED))
    wide["denominator"] = wide["DENOMINATOR"] + wide["PCAS"].fillna(0)
    kept = wide[wide["NUMERATOR"].notna() & (wide["denominator"] > 0)]
    return Parsed(
        kept.reset_index().rename(columns={"NUMERATOR": "count"}),
        len(frame),
        {
            "points, registers and new diagnoses": len(frame) - len(used),
            "no denominator, or nobody who qualifies": len(used)
            - int(kept[list(USED)].notna().sum().sum()),
        },
    )


SOURCE = Source(
    id="nhse_qof_achievement",
    files=("nhse_qof/*/ACHIEVEMENT*.csv", "nhse_qof/*/QOF*.zip"),
    columns=FIGURE_COLUMNS,
    key=FIGURE_KEY,
    parse=parse,
)
