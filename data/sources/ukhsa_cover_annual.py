"""COVER 2024-25 by upper-tier authority: the four quarters added up.

The file was derived from the quarterly workbooks, and keeps three counties' codes for the unitary
authorities of the same area (Dorset, North Yorkshire, Somerset), which the publisher itself used
until 2024-25 Q1; `RECODED` puts them right. Cumbria, two authorities since April 2023, is set
aside. Fourteen London boroughs lack the third quarter and the Isles of Scilly those suppressed.
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
    not_above,
    numbers,
    one_of,
    read_csv,
    tally,
    unique,
)
from data.sources.ukhsa_cover_quarterly import MEASURES, NOTES, RECODED, SPLIT
from geo.areas import AREA_TYPES

PERIOD = "2024-25"
QUARTERS = 4
COLUMNS = {
    "utla_ons": "area_code",
    "indicator": "measure",
    "numerator": "count",
    "denominator": "denominator",
    "n_quarters": "quarters",
}
HEADINGS = {ours: theirs for theirs, ours in COLUMNS.items()}
IGNORED = ("utla_ods", "utla_name", "coverage_pct")


def parse(path: Path) -> Parsed:
    """Read the year.

    Returns
    -------
    Parsed
        Figures of type UTLA23, `measure` as of the quarterly files, counts summed over the
        quarters that were published; `note` says how many where not all four.
    """
    file = path.name
    frame = read_csv(path, COLUMNS, ignore=IGNORED)
    frame["area_code"] = codes(
        frame, "area_code", AREA_TYPES["UTLA23"].pattern, file=file, heading="utla_ons"
    ).replace(RECODED)
    frame["measure"] = one_of(frame, "measure", MEASURES, file=file, heading="indicator")
    unique(frame, ["area_code", "measure"], file=file, headings=HEADINGS)
    for column in ("count", "denominator"):
        frame[column] = numbers(frame, column, file=file, heading=HEADINGS[column], whole=True)
    quarters = numbers(
        frame,
        "quarters",
        file=file,
        heading=HEADINGS["quarters"],
        minimum=1,
        maximum=QUARTERS,
        whole=True,
    )
    not_above(frame, frame["count"], frame["denominator"], file=file, heading="numerator")
    why = frame["area_code"].map(SPLIT).fillna("")
    kept = frame.assign(area_type="UTLA23", period=PERIOD, note=_notes(frame, quarters))
    return Parsed(figures(kept[why == ""]), len(frame), tally(why))


def _notes(frame: pd.DataFrame, quarters: "pd.Series[float]") -> "pd.Series[str]":
    short = quarters.map(lambda n: "" if n == QUARTERS else f"{n:.0f} of {QUARTERS} quarters.")
    return (frame["area_code"].map(NOTES).fillna("") + " " + short).str.strip()


SOURCE = Source(
    id="ukhsa_cover_annual",
    files=("ukhsa_cover/utla_2024-25_sum_of_quarters_derived.csv",),
    columns=FIGURE_COLUMNS,
    key=FIGURE_KEY,
    parse=parse,
    derived=True,
)
