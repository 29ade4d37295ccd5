"""COVER by GP practice: first dose of MMR by 24 months, October to December 2024.

The file was derived from UKHSA's by others. Its own name says 2024q4, the calendar quarter, and its
cohort column 2024-Q3, the quarter of the financial year 2024-25: the same three months. UKHSA's
counts by local authority agree: practices of an authority together exceed its children only in one
of 136 in that quarter, and in up to 38 in the others. Practices in postcode districts with fewer
than 50 eligible children are not in the file.
"""

from pathlib import Path

from data.sources.reading import (
    FIGURE_COLUMNS,
    FIGURE_KEY,
    PRACTICE,
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

COLUMNS = {
    "ods_code": "area_code",
    "mmr1_24m_numerator": "count",
    "mmr1_24m_denominator": "denominator",
    "mmr1_24m_cohort_quarter": "quarter",
    "mmr1_24m_suppressed": "suppressed",
}
HEADINGS = {ours: theirs for theirs, ours in COLUMNS.items()}
IGNORED = (
    "name",
    "postcode",
    "postcode_district",
    "utla_code",
    "icb_code",
    "icb_name",
    "mmr1_24m_coverage",
)
MEASURE = "mmr1_24m"
SUPPRESSED = "suppressed: small numbers"


def parse(path: Path) -> Parsed:
    """Read coverage by practice.

    Returns
    -------
    Parsed
        Figures of type GP: `count` the children vaccinated, `denominator` those who reached 24
        months in the quarter. Practices suppressed by the publisher are set aside.
    """
    file = path.name
    frame = read_csv(path, COLUMNS, ignore=IGNORED)
    frame["area_code"] = codes(frame, "area_code", PRACTICE, file=file, heading="ods_code")
    frame["period"] = codes(
        frame, "quarter", r"20\d\d-Q[1-4]", file=file, heading=HEADINGS["quarter"]
    ).map(_quarter)
    unique(frame, ["area_code", "period"], file=file, headings=HEADINGS)
    why = one_of(
        frame, "suppressed", ("True", "False"), file=file, heading=HEADINGS["suppressed"]
    ).map({"True": SUPPRESSED, "False": ""})
    marks = {"": SUPPRESSED}
    for column in ("count", "denominator"):
        text = frame[column]
        frame[column] = numbers(
            frame, column, file=file, heading=HEADINGS[column], marks=marks, whole=True
        )
        refuse(frame, frame[column].isna() & (why == ""), text, file, HEADINGS[column], "a number")
    not_above(frame, frame["count"], frame["denominator"], file=file, heading=HEADINGS["count"])
    kept = frame[why == ""].assign(measure=MEASURE, area_type="GP")
    return Parsed(figures(kept), len(frame), tally(why))


def _quarter(text: str) -> str:
    year, quarter = text.split("-")
    return f"{year}-{int(year) % 100 + 1:02} {quarter}"


SOURCE = Source(
    id="ukhsa_cover_practice",
    files=("ukhsa_cover/practice_mmr1_*_derived.csv",),
    columns=FIGURE_COLUMNS,
    key=FIGURE_KEY,
    parse=parse,
    derived=True,
)
