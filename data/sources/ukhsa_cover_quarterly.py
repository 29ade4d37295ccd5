"""COVER: children's vaccinations by upper-tier authority, one workbook a quarter.

The sheet with all data items (Data_file, since 2024-25 Q3 Table10) has counts by ODS code; sheets
of coverage (12m_UTLA_GOR, Table5) have ODS and ONS codes side by side. Both are found by headings,
whose capitals, spaces and underscores differ between editions.

The publisher still counts Cumbria as one, though it was split in April 2023. City of London is
counted in Hackney; the Isles of Scilly are counted apart from Cornwall.
"""

import re
from pathlib import Path

import pandas as pd

from data.sources.reading import (
    FIGURE_COLUMNS,
    FIGURE_KEY,
    Parsed,
    Source,
    codes,
    figures,
    find_table,
    not_above,
    numbers,
    one_of,
    refuse,
    select,
    tally,
    unique,
    why_missing,
)
from geo.areas import AREA_TYPES

ODS = "upper tier local authority ods code"
QUARTER = "financial year quarter"
COLUMNS = {ODS: "ods", QUARTER: "quarter", "country": "country"}
MEASURES = {
    "6in1_12m": "12m dtapipvhib3",
    "pcv1_12m": "12m pcv1",
    "rotavirus_12m": "12m rota",
    "menb_12m": "12m menb",
    "6in1_24m": "24m dtapipvhib3 prim",
    "mmr1_24m": "24m mmr1",
    "pcv_booster_24m": "24m pcv boo",
    "hibmenc_24m": "24m hibmenc boo",
    "menb_booster_24m": "24m menb boo",
    "6in1_5y": "5y dtapipvhib3 prim",
    "mmr1_5y": "5y mmr1",
    "mmr2_5y": "5y mmr2 boo",
    "preschool_booster_5y": "5y dtapipv boo",
    "hibmenc_5y": "5y hibmenc boo",
}
COUNTS = [f"{stem} {part}" for stem in MEASURES.values() for part in ("num", "denom")]
IGNORED = (
    "upper tier local authority name",
    "financial year",
    re.compile(r"(former area team|new nhse local team|nhser) (code|name)"),
    re.compile(r"(12m|24m|5y) denom"),
    re.compile(r"12m pcv2 (num|denom)"),
    "notes",
)
MARKS = {
    "[c]": "suppressed: small numbers",
    "[x]": "left out by the publisher: poor data",
    "[z]": "not applicable",
    "n/a": "nobody eligible",
    "": "left blank",
}
SYNONYMS = {
    "ods utla code": "organisation data service code",
    "ons utla code": "code",
}
UNPAIRED = {"Z9D4Z": "E06000061", "U6Q5Z": "E06000062", "916": "E06000060"}
"""ONS codes left blank in 2023-24 Q1 to Q3: North and West Northamptonshire, Buckinghamshire."""

RECODED = {"E10000009": "E06000059", "E10000023": "E06000065", "E10000027": "E06000066"}
"""Counties' codes kept for the unitary authorities of the same area; right since 2024-25 Q2.

Dorset (without Christchurch, which is counted in E06000058), North Yorkshire, Somerset.
"""

SPLIT = {"E10000006": "Cumbria: since April 2023 two authorities"}
"""Former authorities that are not one authority of 2023, and why they are set aside."""

NOTES = {"E09000012": "Includes the City of London."}


def parse(path: Path) -> Parsed:
    """Read one quarter.

    Returns
    -------
    Parsed
        Figures of type UTLA23: `measure` is a vaccine and the age by which it was given, `count`
        the children vaccinated, `denominator` those who reached that age in the quarter, `period`
        the quarter of the financial year (2024-25 Q1 is April to June 2024).
    """
    raw, file, _ = find_table(path, [ODS, QUARTER], tidy=tidy)
    frame = select(raw, {**COLUMNS, **{c: c for c in COUNTS}}, file=file, ignore=IGNORED)
    one_of(frame, "country", ["England"], file=file)
    frame["ods"] = codes(frame, "ods", r"\d{3}|[A-Z0-9]{5}", file=file, heading=ODS)
    frame["quarter"] = codes(frame, "quarter", r"FY20\d\d_\d\d_Q[1-4]", file=file, heading=QUARTER)
    frame["area_code"] = _ons_codes(path, frame, file)
    unique(frame, ["area_code", "quarter"], file=file, headings={"area_code": ODS})
    figure = pd.concat([_measure(frame, name, stem, file) for name, stem in MEASURES.items()])
    kept = figure[figure["why"] == ""].assign(area_type="UTLA23")
    return Parsed(figures(kept), len(figure), tally(figure["why"]))


def tidy(heading: str) -> str:
    """Write a heading the same in every edition."""
    words = re.sub(r"[\s_]+", " ", heading).strip().lower()
    return SYNONYMS.get(words, words)


def _ons_codes(path: Path, frame: pd.DataFrame, file: str) -> "pd.Series[str]":
    pairs, _, _ = find_table(path, ["organisation data service code", "code"], tidy=tidy)
    pairs = pairs[pairs["code"].str.fullmatch(AREA_TYPES["UTLA23"].pattern)]
    known = {
        **UNPAIRED,
        **dict(zip(pairs["organisation data service code"], pairs["code"], strict=True)),
    }
    found = frame["ods"].map(known)
    refuse(frame, found.isna(), frame["ods"], file, ODS, "a code paired with an ONS code")
    return found.replace(RECODED)


def _measure(frame: pd.DataFrame, name: str, stem: str, file: str) -> pd.DataFrame:
    columns = [f"{stem} num", f"{stem} denom"]
    count, denominator = (
        numbers(frame, column, file=file, marks=MARKS, whole=True) for column in columns
    )
    not_above(frame, count, denominator, file=file, heading=columns[0])
    why = frame["area_code"].map(SPLIT).fillna(why_missing(frame, columns, MARKS))
    return pd.DataFrame(
        {
            "measure": name,
            "area_code": frame["area_code"],
            "period": frame["quarter"].str.replace(
                r"FY(20\d\d)_(\d\d)_(Q\d)", r"\1-\2 \3", regex=True
            ),
            "count": count,
            "denominator": denominator,
            "note": frame["area_code"].map(NOTES),
            "why": why,
        }
    )


SOURCE = Source(
    id="ukhsa_cover_quarterly",
    files=("ukhsa_cover/20[0-9][0-9]_20[0-9][0-9]_Q[1-4].ods",),
    columns=FIGURE_COLUMNS,
    key=FIGURE_KEY,
    parse=parse,
)
