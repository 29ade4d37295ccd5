"""Quality and Outcomes Framework 2024-25: the wording, points and group of each indicator."""

from pathlib import Path

from data.sources.reading import Parsed, Source, codes, filled, numbers, read_csv, unique

COLUMNS = {
    "code": "code",
    "description": "description",
    "points": "points",
    "group_code": "group",
    "group_name": "group_name",
    "patient_list_type": "list_type",
}
HEADINGS = {ours: theirs for theirs, ours in COLUMNS.items()}
PATTERNS = {
    "code": r"[A-Z]{2,5}\d{3}",
    "group": r"[A-Z]{2,5}",
    "list_type": r"TOTAL|\d\dOV|\d\dUN|UN\d\d|\d{1,2}_\d{1,2}(_F)?",
}


def parse(path: Path) -> Parsed:
    """Read the dictionary.

    Returns
    -------
    Parsed
        One row an indicator: `code`, `description` (the publisher's wording), `points` float64,
        `group` and `group_name`, `list_type` (17OV: aged 17 or over; 25_49_F: women of 25 to 49).
    """
    file = path.name
    frame = read_csv(path, COLUMNS)
    for column in COLUMNS.values():
        heading = HEADINGS[column]
        if column in PATTERNS:
            frame[column] = codes(frame, column, PATTERNS[column], file=file, heading=heading)
        elif column == "points":
            frame[column] = numbers(frame, column, file=file, heading=heading, whole=True)
        else:
            frame[column] = filled(frame, column, file=file, heading=heading)
    unique(frame, ["code"], file=file)
    return Parsed(frame.reset_index(drop=True), len(frame))


SOURCE = Source(
    id="nhse_qof_dictionary_2425",
    files=("nhse_qof/2024-25/qof_indicator_dictionary_2425_derived.csv",),
    columns=tuple(COLUMNS.values()),
    key=("code",),
    parse=parse,
    derived=True,
)
