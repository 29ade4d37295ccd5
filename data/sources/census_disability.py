"""Census 2021, TS038: residents disabled under the Equality Act by LSOA 2021.

The copy has two rows an LSOA, disabled and not, computed from the published table.
"""

from pathlib import Path

from data.sources.reading import (
    Parsed,
    Source,
    in_england,
    numbers,
    one_of,
    read_csv,
    refuse,
    unique,
)
from geo.areas import AREA_TYPES

COLUMNS = {
    "lsoa21_code": "lsoa21",
    "disability": "disability",
    "n": "count",
    "total_residents": "denominator",
}
HEADINGS = {ours: theirs for theirs, ours in COLUMNS.items()}
DISABLED = "Disabled under the Equality Act"
NOT_DISABLED = "Not disabled under the Equality Act"


def parse(path: Path) -> Parsed:
    """Read the table: `lsoa21`, `count` (disabled people) and `denominator` (usual residents).

    An LSOA whose two counts do not add up to its residents is an error.
    """
    file = path.name
    frame = read_csv(path, COLUMNS, ignore=("prop",))
    read = len(frame)
    frame, set_aside = in_england(
        frame, "lsoa21", AREA_TYPES["LSOA21"].pattern, file=file, heading=HEADINGS["lsoa21"]
    )
    frame["disability"] = one_of(frame, "disability", (DISABLED, NOT_DISABLED), file=file)
    unique(frame, ["lsoa21", "disability"], file=file, headings=HEADINGS)
    figures = frame.assign(
        **{
            name: numbers(frame, name, file=file, heading=HEADINGS[name], whole=True)
            for name in ("count", "denominator")
        }
    )
    both = figures.groupby("lsoa21")["count"].transform("sum")
    refuse(
        frame,
        both != figures["denominator"],
        frame["denominator"],
        file,
        HEADINGS["denominator"],
        "the sum of disabled and not disabled",
    )
    tidy = figures.loc[figures["disability"] == DISABLED, ["lsoa21", "count", "denominator"]]
    return Parsed(tidy.reset_index(drop=True), read, set_aside)


SOURCE = Source(
    id="census_disability",
    files=("ons_census2021/TS038_*.csv",),
    columns=("lsoa21", "count", "denominator"),
    key=("lsoa21",),
    parse=parse,
    derived=True,
)
