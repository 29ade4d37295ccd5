"""English Indices of Deprivation 2025, File 7: scores, ranks and deciles by LSOA 2021.

Sub-domains, the two indices of income deprivation among children and older people, and the
population denominators are known and not used; the last two stand only in the fuller edition.
"""

import re
from pathlib import Path

import pandas as pd

from data.sources.reading import Parsed, Source, codes, numbers, read_csv, refuse, unique
from geo.areas import AREA_TYPES

DOMAINS = {
    "imd": ("Index of Multiple Deprivation (IMD)", "Score"),
    "income": ("Income", "Score (rate)"),
    "employment": ("Employment", "Score (rate)"),
    "education": ("Education, Skills and Training", "Score"),
    "health": ("Health Deprivation and Disability", "Score"),
    "crime": ("Crime", "Score"),
    "housing": ("Barriers to Housing and Services", "Score"),
    "living_environment": ("Living Environment", "Score"),
}
STANDARDISED = {"health", "crime"}
RANK = "Rank (where 1 is most deprived)"
DECILE = "Decile (where 1 is most deprived 10% of LSOAs)"
COLUMNS = {
    "LSOA code (2021)": "lsoa21",
    **{f"{title} {score}": f"{name} score" for name, (title, score) in DOMAINS.items()},
    **{f"{title} {RANK}": f"{name} rank" for name, (title, _) in DOMAINS.items()},
    **{f"{title} {DECILE}": f"{name} decile" for name, (title, _) in DOMAINS.items()},
}
HEADINGS = {ours: theirs for theirs, ours in COLUMNS.items()}
IGNORED = (
    "LSOA name (2021)",
    "Local Authority District code (2024)",
    "Local Authority District name (2024)",
    re.compile(
        r"(Children and Young People|Adult Skills|Geographical Barriers|Wider Barriers|Indoors"
        rf"|Outdoors) Sub-domain (Score|{re.escape(RANK)}|{re.escape(DECILE)})"
    ),
    re.compile(r"Income Deprivation Affecting .*"),
    re.compile(r".*mid 2022.*"),
)


def parse(path: Path) -> Parsed:
    """Read File 7.

    Returns
    -------
    Parsed
        `measure` (imd or one of its seven domains), `lsoa21`, `score` float64 (a rate from 0 to 1
        for income and employment; standardised, so often negative, for health and crime), `rank`
        int64 (1 = most deprived; LSOAs with equal scores may share a rank, and the next is then
        skipped) and `decile` int64 (1 = most deprived), the tenth that the rank is in.
    """
    file = path.name
    frame = read_csv(path, COLUMNS, ignore=IGNORED)
    frame["lsoa21"] = codes(
        frame, "lsoa21", AREA_TYPES["LSOA21"].pattern, file=file, heading=HEADINGS["lsoa21"]
    )
    unique(frame, ["lsoa21"], file=file, headings=HEADINGS)
    tidy = pd.concat([_measure(frame, name, file=file) for name in DOMAINS], ignore_index=True)
    return Parsed(tidy, len(frame))


def _measure(frame: pd.DataFrame, name: str, *, file: str) -> pd.DataFrame:
    score, rank, decile = f"{name} score", f"{name} rank", f"{name} decile"
    lowest = None if name in STANDARDISED else 0
    scores = numbers(frame, score, file=file, heading=HEADINGS[score], minimum=lowest)
    ranks = _whole(frame, rank, len(frame), file=file)
    refuse(
        frame,
        ranks != ranks.rank(method="min"),
        frame[rank],
        file,
        HEADINGS[rank],
        f"each rank from 1 to {len(frame)} once, or skipped after a tie",
    )
    refuse(
        frame,
        ranks.duplicated() & (scores != scores.groupby(ranks).transform("first")),
        frame[rank],
        file,
        HEADINGS[rank],
        "the same rank twice only where the scores are the same",
    )
    deciles = _whole(frame, decile, 10, file=file)
    refuse(
        frame,
        deciles != -(-ranks * 10 // len(frame)),
        frame[decile],
        file,
        HEADINGS[decile],
        "the tenth of the ranks that this rank is in",
    )
    return pd.DataFrame(
        {
            "measure": name,
            "lsoa21": frame["lsoa21"],
            "score": scores,
            "rank": ranks,
            "decile": deciles,
        }
    )


def _whole(frame: pd.DataFrame, column: str, most: int, *, file: str) -> "pd.Series[int]":
    heading = HEADINGS[column]
    value = numbers(frame, column, file=file, heading=heading, minimum=1, maximum=most, whole=True)
    return value.astype("int64")


SOURCE = Source(
    id="mhclg_iod2025",
    files=("mhclg_iod2025/File_7_IoD2025_*.csv",),
    columns=("measure", "lsoa21", "score", "rank", "decile"),
    key=("measure", "lsoa21"),
    parse=parse,
)
