"""NHS Talking Therapies by sub-ICB location and month, July 2022 to May 2023.

The file was derived from NHS England's by others. Counts are rounded to 5 by the publisher and
percentages to 1. E38000246 (Surrey Heartlands) and E38000248 (Sussex, 70F) are codes of 2022, since
replaced by E38000264 and E38000265; they stay in the frame as they are.
"""

from pathlib import Path

import pandas as pd

from data.sources.reading import (
    FIGURE_COLUMNS,
    FIGURE_KEY,
    Parsed,
    Source,
    codes,
    figures,
    numbers,
    one_of,
    read_csv,
    refuse,
    tally,
    unique,
    why_missing,
)
from geo.areas import AREA_TYPES

COLUMNS = {"sicbl22_code": "area_code", "date": "month", "name": "measure", "value": "value"}
HEADINGS = {ours: theirs for theirs, ours in COLUMNS.items()}
COUNTS = {
    "Count_ReferralsReceived": "referrals_received",
    "Count_AccessingServices": "accessing_services",
    "Count_EndedReferrals": "ended_referrals",
    "Count_FinishedCourseTreatment": "finished_course_treatment",
    "Count_Deterioration": "deterioration_count",
}
PERCENTAGES = {
    "Percentage_AccessingServices6WeeksFinishedCourseTreatment": "first_treatment_6_weeks",
    "Percentage_AccessingServices18WeeksFinishedCourseTreatment": "first_treatment_18_weeks",
    "Percentage_Recovery": "recovery",
    "Percentage_ReliableRecovery": "reliable_recovery",
    "Percentage_Improvement": "improvement",
    "Percentage_Deterioration": "deterioration",
}
MARKS = {"NA": "suppressed or missing (NA)"}


def parse(path: Path) -> Parsed:
    """Read every month.

    Returns
    -------
    Parsed
        Figures of type SICBL24, `period` a month (2022-07). Measures of `COUNTS` have a `count`,
        those of `PERCENTAGES` a `value` in percent of the people who finished a course of
        treatment (recovery: of those who were ill enough at its start).
    """
    file = path.name
    frame = read_csv(path, COLUMNS)
    frame["area_code"] = codes(
        frame,
        "area_code",
        AREA_TYPES["SICBL24"].pattern,
        file=file,
        heading=HEADINGS["area_code"],
    )
    frame["period"] = _month(frame, file)
    names = {**COUNTS, **PERCENTAGES}
    frame["measure"] = one_of(frame, "measure", names, file=file, heading=HEADINGS["measure"]).map(
        names
    )
    unique(frame, ["area_code", "month", "measure"], file=file, headings=HEADINGS)
    number = numbers(frame, "value", file=file, heading=HEADINGS["value"], marks=MARKS, whole=True)
    share = frame["measure"].isin(PERCENTAGES.values())
    refuse(frame, share & (number > 100), frame["value"], file, HEADINGS["value"], "100 or less")
    why = why_missing(frame, ["value"], MARKS)
    kept = frame.assign(area_type="SICBL24", count=number.where(~share), value=number.where(share))
    return Parsed(figures(kept[why == ""]), len(frame), tally(why))


def _month(frame: pd.DataFrame, file: str) -> "pd.Series[str]":
    date = pd.to_datetime(frame["month"], format="%B %Y", errors="coerce")
    refuse(frame, date.isna(), frame["month"], file, HEADINGS["month"], "a month like 'July 2022'")
    return date.dt.strftime("%Y-%m")


SOURCE = Source(
    id="nhse_talking_therapies",
    files=("nhse_talking_therapies/england_sicb_iapt_derived.csv",),
    columns=FIGURE_COLUMNS,
    key=FIGURE_KEY,
    parse=parse,
    derived=True,
)
