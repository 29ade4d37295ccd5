"""Quality and Outcomes Framework (QOF): registers of 21 conditions by GP practice.

The same layout since 2020-21, alone or in the publisher's archive of the year. Registers are whole
numbers, written 112 or 112.0. A register may be longer than its list: both are of the same day but
drawn by different rules.
"""

from pathlib import Path
from typing import IO

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
    "GROUP_CODE": "measure",
    "REGISTER": "count",
    "PATIENT_LIST_TYPE": "list_type",
    "PRACTICE_LIST_SIZE": "denominator",
}
HEADINGS = {ours: theirs for theirs, ours in COLUMNS.items()}
REGISTERS = {
    "AF": "TOTAL",
    "AST": "06OV",
    "CAN": "TOTAL",
    "CHD": "TOTAL",
    "CKD": "18OV",
    "COPD": "TOTAL",
    "DEM": "TOTAL",
    "DEP": "18OV",
    "DM": "17OV",
    "EP": "18OV",
    "HF": "TOTAL",
    "HYP": "TOTAL",
    "LD": "TOTAL",
    "MH": "TOTAL",
    "NDH": "18OV",
    "OB": "18OV",
    "OST": "50OV",
    "PAD": "TOTAL",
    "PC": "TOTAL",
    "RA": "16OV",
    "STIA": "TOTAL",
}
"""Register to the list it is counted of; 06OV are the patients aged 6 or over."""


def parse(path: Path) -> Parsed:
    """Read the registers of one year.

    Returns
    -------
    Parsed
        Figures of type GP: `measure` is a register of `REGISTERS`, `count` the patients on it,
        `denominator` the practice's list of `list_type`.
    """
    [(file, stream)] = members_or_file(path, r"PREVALENCE.*\.csv")
    period = financial_year(f"{Path(file).name} {path.name} {path.parent.name}", file=file)
    return _parse(stream, period, file=file)


def _parse(stream: Path | IO[bytes], period: str, *, file: str) -> Parsed:
    frame = read_csv(stream, COLUMNS, file=file)
    frame["area_code"] = codes(
        frame, "area_code", PRACTICE, file=file, heading=HEADINGS["area_code"]
    )
    frame["measure"] = one_of(frame, "measure", REGISTERS, file=file, heading=HEADINGS["measure"])
    frame["list_type"] = one_of(
        frame, "list_type", set(REGISTERS.values()), file=file, heading=HEADINGS["list_type"]
    )
    for column in ("count", "denominator"):
        frame[column] = numbers(frame, column, file=file, heading=HEADINGS[column], whole=True)
    unique(frame, ["area_code", "measure"], file=file, headings=HEADINGS)
    tidy = figures(frame.assign(area_type="GP", period=period))
    return Parsed(tidy.assign(list_type=frame["list_type"].to_numpy()), len(frame))


SOURCE = Source(
    id="nhse_qof_prevalence",
    files=("nhse_qof/*/PREVALENCE*.csv", "nhse_qof/*/QOF*.zip"),
    columns=(*FIGURE_COLUMNS, "list_type"),
    key=FIGURE_KEY,
    parse=parse,
)
