"""Physical health checks for people on GP registers of severe mental illness (SMI), by sub-ICB.

One long sheet, a row for each quarter, organisation and question. Organisations are those of the
quarter: clinical commissioning groups before July 2022, many since merged, kept as they are.
Quarters are of the financial year; each counts the twelve months that end with it.
"""

from pathlib import Path

import pandas as pd

from data.sources.reading import (
    FIGURE_COLUMNS,
    FIGURE_KEY,
    NHS_CODE,
    Parsed,
    Source,
    codes,
    figures,
    find_table,
    not_above,
    numbers,
    one_of,
    select,
    tally,
    unique,
)

COLUMNS = {
    "Period": "period",
    "CCG Code": "area_code",
    "Question": "measure",
    "Answer": "count",
}
HEADINGS = {ours: theirs for theirs, ours in COLUMNS.items()}
REGISTER = "SMIRegister"
QUESTIONS = {
    "All6PHC": "all6",
    "Alcohol": "alcohol",
    "BloodGlucose": "blood_glucose",
    "BloodLipid": "blood_lipid",
    "BloodPressure": "blood_pressure",
    "BMIWeight": "bmi",
    "Smoking": "smoking",
    REGISTER: "register",
}
MARKS = {"": "no answer"}
KEY = ["period", "area_code"]


def parse(path: Path) -> Parsed:
    """Read every quarter.

    Returns
    -------
    Parsed
        Figures of type SICBL24, `area_code` the NHS code (00L, X2C4Y) of the quarter: `measure` a
        check or `all6`, all six of them; `count` the people checked in twelve months and
        `denominator` those on the register.
    """
    raw, file, _ = find_table(path, list(COLUMNS))
    frame = select(raw, COLUMNS, file=file)
    frame["period"] = codes(
        frame, "period", r"SMI-Q[1-4]-20\d\d-20\d\d", file=file, heading=HEADINGS["period"]
    ).str.replace(r"SMI-(Q\d)-(\d{4})-\d\d(\d\d)", r"\2-\3 \1", regex=True)
    frame["area_code"] = codes(
        frame, "area_code", NHS_CODE, file=file, heading=HEADINGS["area_code"]
    )
    frame["measure"] = one_of(
        frame, "measure", QUESTIONS, file=file, heading=HEADINGS["measure"]
    ).map(QUESTIONS)
    unique(frame, [*KEY, "measure"], file=file, headings=HEADINGS)
    frame["count"] = numbers(
        frame, "count", file=file, heading=HEADINGS["count"], marks=MARKS, whole=True
    )
    register = frame[frame["measure"] == "register"].set_index(KEY)["count"]
    frame["denominator"] = pd.MultiIndex.from_frame(frame[KEY]).map(register.to_dict())
    not_above(frame, frame["count"], frame["denominator"], file=file, heading=HEADINGS["count"])
    why = _why(frame)
    kept = frame[(why == "") & (frame["measure"] != "register")].assign(area_type="SICBL24")
    return Parsed(figures(kept), len(frame), tally(why))


def _why(frame: pd.DataFrame) -> "pd.Series[str]":
    why = pd.Series("", index=frame.index, dtype=str)
    why[frame["denominator"] == 0] = "nobody on the register: nothing was sent in"
    why[frame["denominator"].isna()] = "no register to count of"
    why[frame["count"].isna()] = "no answer"
    return why


SOURCE = Source(
    id="nhse_smi_checks",
    files=("nhse_smi_checks/*.xlsx",),
    columns=FIGURE_COLUMNS,
    key=FIGURE_KEY,
    parse=parse,
)
