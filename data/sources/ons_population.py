"""Mid-year population of LSOAs 2021: all, adults (16 and over) and children.

Two layouts: a copy computed from the ONS estimates of one year (CSV), and the ONS workbook of
single years of age, one sheet a year (XLSX).
"""

import re
from pathlib import Path

import pandas as pd

from data.errors import SourceError
from data.sources.reading import (
    Parsed,
    Source,
    in_england,
    numbers,
    read_csv,
    refuse,
    select,
    sheet,
    table,
    unique,
    workbook,
)
from geo.areas import AREA_TYPES

DERIVED = {
    "LSOA21CD": "lsoa21",
    "population_total": "total",
    "population_adults": "adults",
    "population_children": "children",
}
AGES = {f"{sex}{age}": age for sex in "FM" for age in range(91)}
OFFICIAL = {"LSOA 2021 Code": "lsoa21", "Total": "total", **{heading: heading for heading in AGES}}
AUTHORITY = re.compile(r"LAD 20\d\d (Code|Name)")
SHEET = re.compile(r"Mid-(\d{4}) LSOA 2021")
ADULT = 16


def parse(path: Path) -> Parsed:
    """Read either layout.

    Returns
    -------
    Parsed
        `lsoa21`; `total`, `adults` and `children` (people, float64); `period`, the year of the
        estimate as '2024'. Adults and children that do not add up to the total are an error.
    """
    return _workbook(path) if path.suffix == ".xlsx" else _derived(path)


def _derived(path: Path) -> Parsed:
    year = re.search(r"mid(\d{4})", path.name)
    if year is None:
        raise SourceError(path.name, found="no year in its name", expected="a name like mid2024")
    frame = read_csv(path, DERIVED, ignore=("LSOA21NM",))
    headings = {ours: theirs for theirs, ours in DERIVED.items()}
    kept, set_aside = _areas(frame, headings, file=path.name)
    figures = kept.assign(
        **{
            name: numbers(kept, name, file=path.name, heading=headings[name], whole=True)
            for name in ("total", "adults", "children")
        },
        period=year[1],
    )
    _adds_up(kept, figures, headings, file=path.name)
    return Parsed(figures[list(SOURCE.columns)].reset_index(drop=True), len(frame), set_aside)


def _workbook(path: Path) -> Parsed:
    names = workbook(path).sheet_names
    years = {name: match[1] for name in names if (match := SHEET.fullmatch(name.strip()))}
    if not years:
        raise SourceError(
            path.name,
            found="sheets " + ", ".join(f"'{name}'" for name in names),
            expected="at least one named like 'Mid-2024 LSOA 2021'",
        )
    sheets = [_sheet(path, name, year) for name, year in years.items()]
    set_aside: dict[str, int] = {}
    for one in sheets:
        for reason, rows in one.set_aside.items():
            set_aside[reason] = set_aside.get(reason, 0) + rows
    tidy = pd.concat([one.frame for one in sheets], ignore_index=True)
    return Parsed(tidy, sum(one.rows_read for one in sheets), set_aside)


def _sheet(path: Path, name: str, year: str) -> Parsed:
    file = f"{path.name}, sheet '{name}'"
    raw = table(sheet(path, name), ["LSOA 2021 Code", "Total"], file=file)
    frame = select(raw, OFFICIAL, file=file, ignore=("LSOA 2021 Name", AUTHORITY))
    headings = {ours: theirs for theirs, ours in OFFICIAL.items()}
    note = (frame == "").all(axis=1)
    kept, set_aside = _areas(frame[~note], headings, file=file)
    if note.any():
        set_aside["notes below the table"] = int(note.sum())
    ages = pd.DataFrame(
        {heading: numbers(kept, heading, file=file, whole=True) for heading in AGES}
    )
    young = [heading for heading, age in AGES.items() if age < ADULT]
    old = [heading for heading, age in AGES.items() if age >= ADULT]
    figures = pd.DataFrame(
        {
            "lsoa21": kept["lsoa21"],
            "total": numbers(kept, "total", file=file, heading=headings["total"], whole=True),
            "adults": ages[old].sum(axis=1),
            "children": ages[young].sum(axis=1),
            "period": year,
        }
    )
    _adds_up(kept, figures, headings, file=file)
    return Parsed(figures.reset_index(drop=True), len(frame), set_aside)


def _areas(
    frame: pd.DataFrame, headings: dict[str, str], *, file: str
) -> tuple[pd.DataFrame, dict[str, int]]:
    kept, set_aside = in_england(
        frame, "lsoa21", AREA_TYPES["LSOA21"].pattern, file=file, heading=headings["lsoa21"]
    )
    unique(kept, ["lsoa21"], file=file, headings=headings)
    return kept, set_aside


def _adds_up(
    text: pd.DataFrame, figures: pd.DataFrame, headings: dict[str, str], *, file: str
) -> None:
    refuse(
        text,
        figures["total"] != figures["adults"] + figures["children"],
        text["total"],
        file,
        headings["total"],
        "the sum of all ages",
    )


SOURCE = Source(
    id="ons_population",
    files=("ons_population/lsoa21_mid*_derived.csv", "ons_population/sapelsoasyoa*.xlsx"),
    columns=("lsoa21", "total", "adults", "children", "period"),
    key=("lsoa21", "period"),
    parse=parse,
)
