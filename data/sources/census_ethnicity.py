"""Census 2021, TS021: usual residents by ethnic group, in five groups, and LSOA 2021."""

from pathlib import Path

from data.sources.nomis import read_table
from data.sources.reading import Parsed, Source

CELLS = {
    "Asian, Asian British or Asian Welsh": "asian",
    "Black, Black British, Black Welsh, Caribbean or African": "black",
    "Mixed or Multiple ethnic groups": "mixed",
    "White": "white",
    "Other ethnic group": "other",
}


def parse(path: Path) -> Parsed:
    """Read the table: `lsoa21`, `group` and `count` of people.

    Counts were perturbed by the ONS against disclosure.
    """
    return read_table(path, CELLS, variable="group", ignore=("Total: All usual residents",))


SOURCE = Source(
    id="census_ethnicity",
    files=("ons_census2021/TS021_*.csv",),
    columns=("lsoa21", "group", "count"),
    key=("lsoa21", "group"),
    parse=parse,
)
