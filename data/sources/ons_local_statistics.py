"""Explore Local Statistics (ONS): indicators by local authority, one file each, one layout.

A unitary authority, metropolitan district or London borough is both a local authority district and
an upper-tier authority, and is given as both. Periods are ISO intervals: a start and a length.

Codes that the publisher calls obsolete are set aside, but for Barnsley and Sheffield: this atlas
keeps their codes of 2024, and takes the figures under the codes of April 2025, when a small part
moved between them, only where there are no others.
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
    numbers,
    one_of,
    read_csv,
    refuse,
    tally,
    unique,
)

COLUMNS = {
    "areacd": "area_code",
    "geography": "geography",
    "indicator": "measure",
    "period": "period",
    "observation": "value",
    "lci_95": "lower_ci",
    "uci_95": "upper_ci",
    "status": "status",
    "notes": "note",
}
HEADINGS = {ours: theirs for theirs, ours in COLUMNS.items()}
IGNORED = ("areanm", "measure", "unit")
MEASURES = {
    "Adult obesity prevalence": "adult_obesity",
    "Cancer diagnosis at stage 1 and 2": "cancer_early_diagnosis",
    "Children in relative poverty before housing costs": "children_relative_poverty_bhc",
    "Children in relative poverty after housing costs": "children_relative_poverty_ahc",
    "Cigarette smokers": "smoking",
    "Male healthy life expectancy": "healthy_life_expectancy_male",
    "Female healthy life expectancy": "healthy_life_expectancy_female",
    "Preventable cardiovascular mortality (England)": "preventable_cvd_mortality",
}
GEOGRAPHIES = (
    "Country",
    "Nation",
    "Region",
    "Combined Authority or City Region",
    "County or Unitary Authority",
    "Local Authority District",
)
CODE = r"K02\d{6}|[NSW](92|\d\d)\d{6}|E(92|12|47|67|06|07|08|09|10)\d{6}"
AREA_TYPES_OF = {
    "E92": ("ENG",),
    "E12": ("RGN24",),
    "E06": ("UTLA23", "LAD24"),
    "E07": ("LAD24",),
    "E08": ("UTLA23", "LAD24"),
    "E09": ("UTLA23", "LAD24"),
    "E10": ("UTLA23",),
}
COMBINED = {"E67000001": "E09000012", "E67000002": "E06000052"}
"""Two authorities published as one, given as the greater: Hackney, Cornwall. The note says so."""

NEWER = {"E08000038": "E08000016", "E08000039": "E08000019"}
"""Codes of April 2025 and those of 2024: Barnsley, Sheffield."""

OBSOLETE = "Obsolete code since"
UNRELIABLE = "u"
KEY = ["measure", "area_code", "period"]


def parse(path: Path) -> Parsed:
    """Read one file.

    Returns
    -------
    Parsed
        Figures of types ENG, RGN24, UTLA23 and LAD24, `value` in the indicator's unit (percent,
        years, deaths per 100,000) with its 95% interval where there is one. `period` is a calendar
        year, a financial or survey year (2024-25) or a span of years (2022-24).
    """
    file = path.name
    frame = read_csv(path, COLUMNS, ignore=IGNORED)
    frame["area_code"] = codes(frame, "area_code", CODE, file=file, heading="areacd")
    one_of(frame, "geography", GEOGRAPHIES, file=file)
    frame["measure"] = one_of(frame, "measure", MEASURES, file=file, heading="indicator").map(
        MEASURES
    )
    frame["period"] = _periods(frame, file)
    unique(frame, KEY, file=file, headings=HEADINGS)
    for column in ("value", "lower_ci", "upper_ci"):
        frame[column] = numbers(
            frame, column, file=file, heading=HEADINGS[column], marks={"": "no figure"}
        )
    unexplained = frame["value"].isna() & (frame["status"] != UNRELIABLE)
    refuse(frame, unexplained, frame["status"], file, "status", "'u' where there is no figure")
    why = _why(frame)
    kept = frame[why == ""].assign(note=_notes)
    kept["area_code"] = kept["area_code"].replace({**COMBINED, **NEWER})
    unique(kept, KEY, file=file, headings=HEADINGS)
    kept["area_type"] = kept["area_code"].str[:3].map(AREA_TYPES_OF)
    return Parsed(figures(kept.explode("area_type")), len(frame), tally(why))


def _why(frame: pd.DataFrame) -> "pd.Series[str]":
    code = frame["area_code"]
    keys = set(frame[KEY].itertuples(index=False, name=None))
    older = frame[KEY].assign(area_code=code.map(NEWER)).itertuples(index=False, name=None)
    second = pd.Series([key in keys for key in older], index=frame.index)
    obsolete = frame["note"].str.startswith(OBSOLETE) & ~code.isin(list(NEWER.values()))
    why = pd.Series("", index=frame.index, dtype=str)
    why[frame["status"] == UNRELIABLE] = "too unreliable to publish (u)"
    why[second] = "second code of the same authority"
    why[obsolete] = "obsolete code"
    why[code.str.startswith("E47")] = "combined authority"
    why[~code.str.startswith("E")] = "outside England, or the United Kingdom"
    return why


def _notes(frame: pd.DataFrame) -> "pd.Series[str]":
    note = frame["note"].mask(frame["note"].str.startswith(OBSOLETE), "")
    changed = frame["area_code"].isin(list(NEWER))
    note = note.mask(changed & (note == ""), "Boundary of April 2025")
    return note.mask(note == "", frame["status"])


def _periods(frame: pd.DataFrame, file: str) -> "pd.Series[str]":
    text = frame["period"].str.strip()
    known = {interval: _period(interval) for interval in text.unique()}
    bad = text.map(known) == ""
    refuse(frame, bad, text, file, HEADINGS["period"], "an interval like 2022-01-01/P3Y")
    return text.map(known)


def _period(interval: str) -> str:
    """Name a period.

    Examples
    --------
    >>> [_period(i) for i in ("2013-01-01/P1Y", "2021-04-01/P1Y", "2022-01-01/P3Y")]
    ['2013', '2021-22', '2022-24']
    """
    found = re.fullmatch(r"(\d{4})-(\d\d)-\d\d/P(\d)Y", interval)
    if found is None:
        return ""
    year, month, length = (int(part) for part in found.groups())
    last = year + length - (month == 1)
    return str(year) if last == year else f"{year}-{last % 100:02}"


SOURCE = Source(
    id="ons_local_statistics",
    files=("ons_explore_local_statistics/*.csv",),
    columns=FIGURE_COLUMNS,
    key=FIGURE_KEY,
    parse=parse,
)
