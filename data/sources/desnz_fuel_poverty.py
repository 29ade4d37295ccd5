"""Sub-regional fuel poverty (low income, low energy efficiency) by LSOA, one workbook a year.

The LSOA table is Table 3 in some editions and Table 4 in others, so it is found by its headings.
Its title ends with the year of the data, two years before that of the publication. Areas are LSOAs
of 2011 up to the data of 2020, and of 2021 since.
"""

import re
from pathlib import Path

from data.errors import SourceError
from data.sources.reading import (
    FIGURE_COLUMNS,
    FIGURE_KEY,
    Lines,
    Parsed,
    Source,
    codes,
    figures,
    find_table,
    not_above,
    numbers,
    select,
    unique,
)
from geo.areas import AREA_TYPES

COLUMNS = {
    "LSOA Code": "area_code",
    "Number of households": "denominator",
    "Number of households in fuel poverty": "count",
}
HEADINGS = {ours: theirs for theirs, ours in COLUMNS.items()}
IGNORED = (
    "LSOA Name",
    "LA Code",
    "LA Name",
    "Region",
    re.compile(r"Proportion of households fuel poor \(%\)"),
)
LAST_YEAR_OF_2011 = 2020


def parse(path: Path) -> Parsed:
    """Read one edition.

    Returns
    -------
    Parsed
        Figures of type LSOA21 or LSOA11: `measure` is fuel_poverty, `count` the households in
        fuel poverty, `denominator` all households, `period` the year of the data. Notes below the
        table are set aside: rows with no number of households.
    """
    raw, file, lines = find_table(path, list(COLUMNS), tidy=tidy)
    frame = select(raw, COLUMNS, file=file, ignore=IGNORED)
    notes = (frame["count"] == "") & (frame["denominator"] == "")
    kept = frame[~notes].copy()
    year = _year(lines, file)
    area_type = "LSOA11" if year <= LAST_YEAR_OF_2011 else "LSOA21"
    kept["area_code"] = codes(
        kept, "area_code", AREA_TYPES[area_type].pattern, file=file, heading="LSOA Code"
    )
    unique(kept, ["area_code"], file=file, headings=HEADINGS)
    for column in ("count", "denominator"):
        kept[column] = numbers(kept, column, file=file, heading=HEADINGS[column], whole=True)
    not_above(kept, kept["count"], kept["denominator"], file=file, heading=HEADINGS["count"])
    tidy_rows = kept.assign(measure="fuel_poverty", area_type=area_type, period=str(year))
    set_aside = {"notes below the table": int(notes.sum())} if notes.any() else {}
    return Parsed(figures(tidy_rows), len(frame), set_aside)


def tidy(heading: str) -> str:
    """Take marks of notes off a heading: 'LSOA Code [Note 4]' is 'LSOA Code'."""
    return re.sub(r"\s*\[[^]]*\]", "", heading).strip()


def _year(lines: Lines, file: str) -> int:
    title = next((str(cell) for line in lines for cell in line if str(cell).strip()), "")
    found = re.findall(r"\b20\d\d\b", re.sub(r"\[[^]]*\]", "", title))
    if not found:
        raise SourceError(
            file, row=1, found=repr(title), expected="a title that ends with the year of the data"
        )
    return int(found[-1])


SOURCE = Source(
    id="desnz_fuel_poverty",
    files=("desnz_fuel_poverty/*.xlsx",),
    columns=FIGURE_COLUMNS,
    key=FIGURE_KEY,
    parse=parse,
)
