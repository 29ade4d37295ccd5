"""Quality and Outcomes Framework 2021-22 by GP practice: two indicators of diabetes care.

The file was derived from the publisher's by others: fractions, the practice as the index, headings
of their own. DM019 is blood pressure of 140/80 or less, DM020 HbA1c of 58 mmol/mol or less, both in
patients without moderate or severe frailty; both are of all who qualify.
"""

import re
from pathlib import Path

import pandas as pd
from pyarrow import ArrowInvalid

from data.errors import SourceError
from data.sources.reading import (
    FIGURE_COLUMNS,
    FIGURE_KEY,
    PRACTICE,
    Parsed,
    Source,
    codes,
    figures,
    refuse,
    select,
    tally,
    unique,
)

PERIOD = "2021-22"
CODE = "OrganisationCode"
MEASURES = {"DM019-BP": "DM019", "DM020-HbA1c": "DM020", "DM-prevalance": "DM"}
IGNORED = (
    "QOF-DM",
    re.compile(
        r"(AF|AST|CAN|CHD|CKD|COPD|DEM|DEP|EP|HF|HYP|LD|LVSD|MH|NDH|OB|PAD|PC|SMOK|STIA)-prevalance"
    ),
)


def parse(path: Path) -> Parsed:
    """Read the two indicators, and the prevalence of diabetes that weights them.

    Returns
    -------
    Parsed
        Figures of type GP: `measure` is DM019, DM020 or DM (prevalence of diabetes), `value` a
        percentage. A figure that is NaN in the file (nobody qualifies) is set aside.
    """
    file = path.name
    frame = _read(path)
    frame["area_code"] = codes(frame, "area_code", PRACTICE, file=file, heading=CODE)
    unique(frame, ["area_code"], file=file, headings={"area_code": CODE})
    tidy = pd.concat(
        [
            frame[["area_code"]].assign(measure=ours, value=_percent(frame, ours, theirs, file))
            for theirs, ours in MEASURES.items()
        ]
    )
    why = tidy["value"].isna().map({True: "nobody qualifies for the indicator", False: ""})
    out = figures(tidy[why == ""].assign(area_type="GP", period=PERIOD))
    return Parsed(out, len(tidy), tally(why))


def _read(path: Path) -> pd.DataFrame:
    try:
        raw = pd.read_parquet(path)
    except ArrowInvalid as error:
        raise SourceError(
            path.name, found=f"a file that does not open ({error})", expected="a Parquet file"
        ) from error
    if CODE not in raw.columns:
        raw = raw.reset_index(names=CODE)
    raw.index = pd.RangeIndex(1, len(raw) + 1)
    return select(raw, {CODE: "area_code", **MEASURES}, file=path.name, ignore=IGNORED)


def _percent(frame: pd.DataFrame, column: str, heading: str, file: str) -> "pd.Series[float]":
    value = pd.to_numeric(frame[column], errors="coerce")
    text = frame[column].astype(str)
    refuse(frame, value.isna() & frame[column].notna(), text, file, heading, "a number")
    refuse(frame, (value < 0) | (value > 1), text, file, heading, "a fraction from 0 to 1")
    return 100 * value


SOURCE = Source(
    id="nhse_qof_practice_2122",
    files=("nhse_qof/2021-22/qof_practice_2122_derived.parquet",),
    columns=FIGURE_COLUMNS,
    key=FIGURE_KEY,
    parse=parse,
    derived=True,
)
