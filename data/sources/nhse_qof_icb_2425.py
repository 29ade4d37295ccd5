"""Quality and Outcomes Framework 2024-25 by ICB and for England: coverage of 51 indicators.

The file was derived from the publisher's by others. Its intervention percentage is the numerator
over the denominator with the patients set aside (PCAs) put back; the reader works it out again, and
checks that the ICBs add up to England. ICBs are those of April 2025, the same 42 as of April 2024.
"""

from pathlib import Path

import pandas as pd

from data.errors import SourceError
from data.sources.reading import (
    FIGURE_COLUMNS,
    FIGURE_KEY,
    Parsed,
    Source,
    codes,
    figures,
    not_above,
    numbers,
    one_of,
    read_csv,
    refuse,
    tally,
    unique,
)
from geo.areas import ENGLAND

PERIOD = "2024-25"
COLUMNS = {
    "org_type": "area_type",
    "org_code": "area_code",
    "indicator_code": "measure",
    "group_code": "group",
    "numerator": "count",
    "denominator": "net",
    "pcas": "pcas",
    "intervention_percent": "percent",
}
HEADINGS = {ours: theirs for theirs, ours in COLUMNS.items()}
IGNORED = (
    "register",
    "org_name",
    "practice_count",
    "newly_diagnosed",
    "achieved_points",
    "underlying_achievement_percent",
    "pca_percent",
)
AREA_TYPE = {"National": "ENG", "ICB": "ICB24"}
MARKS = {"": "no percentage: points or a register only"}
ROUNDING = 0.01


def parse(path: Path) -> Parsed:
    """Read coverage by ICB.

    Returns
    -------
    Parsed
        Figures of type ICB24, `area_code` the NHS code (QHL), and of England; `measure` is the
        indicator's code. Registers and quality improvement (QI), which have no percentage, are
        set aside.

    Raises
    ------
    SourceError
        Also when a percentage is not what its counts give, or ICBs do not add up to England.
    """
    file = path.name
    frame = read_csv(path, COLUMNS, ignore=IGNORED)
    frame["area_type"] = one_of(frame, "area_type", AREA_TYPE, file=file, heading="org_type").map(
        AREA_TYPE
    )
    frame["area_code"] = codes(
        frame, "area_code", r"ENG|Q[A-Z0-9]{2}", file=file, heading="org_code"
    ).replace("ENG", ENGLAND)
    frame["measure"] = codes(
        frame, "measure", r"[A-Z]{2,5}\d{3}", file=file, heading="indicator_code"
    )
    unique(frame, ["area_code", "measure"], file=file, headings=HEADINGS)
    for column in ("count", "net", "pcas"):
        frame[column] = numbers(frame, column, file=file, heading=HEADINGS[column], whole=True)
    frame["denominator"] = frame["net"] + frame["pcas"]
    not_above(frame, frame["count"], frame["denominator"], file=file, heading="numerator")
    percent = numbers(
        frame, "percent", file=file, heading="intervention_percent", marks=MARKS, maximum=100
    )
    _check_percentages(frame, percent, file)
    why = _why(frame, percent)
    kept = frame[why == ""]
    _check_sums(kept, file)
    return Parsed(figures(kept.assign(period=PERIOD)), len(frame), tally(why))


def _why(frame: pd.DataFrame, percent: "pd.Series[float]") -> "pd.Series[str]":
    why = pd.Series("", index=frame.index, dtype=str)
    why[percent.isna()] = "register: no percentage"
    why[percent.isna() & frame["group"].str.startswith("QI")] = "quality improvement: points only"
    return why


def _check_percentages(frame: pd.DataFrame, percent: "pd.Series[float]", file: str) -> None:
    expected = 100 * frame["count"] / frame["denominator"]
    wrong = (percent.isna() != expected.isna()) | ((percent - expected).abs() > ROUNDING)
    heading = HEADINGS["percent"]
    if wrong.any():
        row = frame.index[wrong][0]
        refuse(frame, wrong, frame["percent"], file, heading, f"{expected[row]:.2f} by the counts")


def _check_sums(frame: pd.DataFrame, file: str) -> None:
    england = frame[frame["area_type"] == "ENG"]
    parts = frame[frame["area_type"] == "ICB24"].groupby("measure")[["count", "denominator"]].sum()
    for column in ("count", "denominator"):
        total = england["measure"].map(parts[column])
        wrong = england[column] != total
        if wrong.any():
            row = england.index[wrong][0]
            raise SourceError(
                file,
                row=int(row),
                column=HEADINGS.get(column, "denominator + pcas"),
                found=f"{england.loc[row, column]:.0f} for England",
                expected=f"{total[row]:.0f}, the sum of the ICBs",
            )


SOURCE = Source(
    id="nhse_qof_icb_2425",
    files=("nhse_qof/2024-25/qof_icb_coverage_2425_derived.csv",),
    columns=FIGURE_COLUMNS,
    key=FIGURE_KEY,
    parse=parse,
    derived=True,
)
