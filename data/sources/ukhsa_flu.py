"""Influenza vaccine uptake in schools by local authority, 2018-19 to 2022-23.

The file was derived from UKHSA's tables by others. It has names and no codes, written with capitals
and spaces that drift; `ukhsa_flu_names.csv` beside this module pairs each name, in small letters
and single spaces, with an authority of 2023, or says why it is none of them.

UKHSA's 55.9% for primary schools in 2022-23 (2,634,791 of 4,714,312) is Reception to Year 6 of the
row 'Total'. Secondary schools are the years to which the vaccine was offered: in 2022-23 Years 7 to
9, though a few children of Years 10 and 11 are in the file. Years are added up within an area, and
Bassetlaw, published apart, to the rest of Nottinghamshire.
"""

import re
from functools import cache
from pathlib import Path

import pandas as pd

from data.sources.reading import (
    FIGURE_COLUMNS,
    FIGURE_KEY,
    Parsed,
    Source,
    figures,
    not_above,
    numbers,
    one_of,
    read_csv,
    refuse,
    tally,
    unique,
    why_missing,
)
from geo.areas import ENGLAND

COLUMNS = {
    "Area": "name",
    "Year": "season",
    "Year group": "year_group",
    "Denominator": "denominator",
    "Numerator": "count",
}
HEADINGS = {ours: theirs for theirs, ours in COLUMNS.items()}
YEAR_GROUPS = ("Reception", *(f"Year {n}" for n in range(1, 12)))
OFFERED = {
    "2018-19": {"flu_primary": YEAR_GROUPS[:6]},
    "2019-20": {"flu_primary": YEAR_GROUPS[:7]},
    "2020-21": {"flu_primary": YEAR_GROUPS[:7], "flu_secondary": YEAR_GROUPS[7:8]},
    "2021-22": {"flu_primary": YEAR_GROUPS[1:7], "flu_secondary": YEAR_GROUPS[7:]},
    "2022-23": {"flu_primary": YEAR_GROUPS[:7], "flu_secondary": YEAR_GROUPS[7:10]},
}
"""Year groups added up, by season and measure; Reception of 2021-22 is not in the file."""

FORMER = {("2018-19", "E06000059"): "Dorset: until April 2019 with Christchurch"}
"""Areas whose name stayed while their boundary changed, and why they are set aside."""

MARKS = {"-": "not available (-)", "**": "suppressed (**)"}
NOT_OFFERED = "the vaccine was not offered to this year group"
INCOMPLETE = "another year group of the same area is not there"
KEY = ["measure", "area_code", "period"]


def parse(path: Path) -> Parsed:
    """Read every season.

    Returns
    -------
    Parsed
        Figures of type UTLA23 and of England: `measure` is flu_primary or flu_secondary, `count`
        the children vaccinated, `denominator` those eligible, `period` the season. `note` says
        which year groups were added up. An area with a year group missing has no figure.
    """
    file = path.name
    frame = read_csv(path, COLUMNS)
    frame["period"] = _season(frame, file)
    frame["year_group"] = one_of(
        frame, "year_group", YEAR_GROUPS, file=file, heading=HEADINGS["year_group"]
    )
    frame = _with_areas(frame, file)
    unique(frame, ["name", "season", "year_group"], file=file, headings=HEADINGS)
    why = why_missing(frame, ["denominator", "count"], MARKS)
    for column in ("count", "denominator"):
        frame[column] = numbers(
            frame, column, file=file, heading=HEADINGS[column], marks=MARKS, whole=True
        )
    not_above(frame, frame["count"], frame["denominator"], file=file, heading=HEADINGS["count"])
    measures = {
        (season, year): measure
        for season, offered in OFFERED.items()
        for measure, years in offered.items()
        for year in years
    }
    pairs = zip(frame["period"], frame["year_group"], strict=True)
    frame["measure"] = [measures.get(pair, "") for pair in pairs]
    frame["why"] = why.mask(frame["measure"] == "", NOT_OFFERED).mask(
        frame["unused"] != "", frame["unused"]
    )
    frame.loc[(frame["why"] == "") & ~_complete(frame), "why"] = INCOMPLETE
    return Parsed(figures(_added(frame[frame["why"] == ""])), len(frame), tally(frame["why"]))


@cache
def _names() -> pd.DataFrame:
    path = Path(__file__).with_name("ukhsa_flu_names.csv")
    return pd.read_csv(path, dtype=str, keep_default_na=False).set_index("name")


def _season(frame: pd.DataFrame, file: str) -> "pd.Series[str]":
    years = frame["season"].str.extract(r"September 20(\d\d) to January 20(\d\d)")
    season = "20" + years[0] + "-" + years[1]
    refuse(
        frame,
        ~season.isin(list(OFFERED)),
        frame["season"],
        file,
        HEADINGS["season"],
        "a season of " + ", ".join(OFFERED),
    )
    return season


def _with_areas(frame: pd.DataFrame, file: str) -> pd.DataFrame:
    names = _names()
    name = frame["name"].map(lambda text: re.sub(r"[^a-z]+", " ", text.lower()).strip())
    refuse(
        frame,
        ~name.isin(names.index),
        frame["name"],
        file,
        HEADINGS["name"],
        "a name of ukhsa_flu_names.csv",
    )
    code, reason = name.map(names["utla23"]), name.map(names["reason"])
    pairs = zip(frame["period"], code, strict=True)
    former = pd.Series([FORMER.get(pair, "") for pair in pairs], index=frame.index, dtype=str)
    return frame.assign(
        name=name,
        area_code=code,
        unused=former.mask(code == "", reason),
        remark=reason.where(code != "", ""),
    )


def _complete(frame: pd.DataFrame) -> "pd.Series[bool]":
    wanted = frame[(frame["unused"] == "") & (frame["measure"] != "")]
    groups = wanted.assign(usable=wanted["why"] == "").groupby(KEY)
    pairs = zip(wanted["period"], wanted["measure"], strict=True)
    years = [len(OFFERED[season][measure]) for season, measure in pairs]
    whole = groups["usable"].transform("sum") == groups["name"].transform("nunique") * years
    return whole.reindex(frame.index, fill_value=False)


def _added(frame: pd.DataFrame) -> pd.DataFrame:
    total = frame.groupby(KEY, as_index=False).agg(
        count=("count", "sum"), denominator=("denominator", "sum"), remark=("remark", "max")
    )
    pairs = zip(total["period"], total["measure"], strict=True)
    years = [OFFERED[season][measure] for season, measure in pairs]
    span = pd.Series([y[0] if len(y) == 1 else f"{y[0]} to {y[-1]}" for y in years])
    return total.assign(
        area_type=total["area_code"].map(lambda code: "ENG" if code == ENGLAND else "UTLA23"),
        note=(span + ". " + total["remark"]).str.strip(),
    )


SOURCE = Source(
    id="ukhsa_flu",
    files=("ukhsa_flu/flu_primary_uptake_derived.csv",),
    columns=FIGURE_COLUMNS,
    key=FIGURE_KEY,
    parse=parse,
    derived=True,
)
