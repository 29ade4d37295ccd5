"""Census 2021, TS007A: usual residents by five-year age band and LSOA 2021."""

from pathlib import Path

from data.sources.nomis import read_table
from data.sources.reading import Parsed, Source

CELLS = {
    "Aged 4 years and under": "0-4",
    **{f"Aged {age} to {age + 4} years": f"{age}-{age + 4}" for age in range(5, 85, 5)},
    "Aged 85 years and over": "85+",
}


def parse(path: Path) -> Parsed:
    """Read the table: `lsoa21`, `age` ('0-4' to '80-84' by fives, '85+') and `count` of people.

    Counts were perturbed by the ONS against disclosure.
    """
    return read_table(path, CELLS, variable="age", ignore=("Total",))


SOURCE = Source(
    id="census_age",
    files=("ons_census2021/TS007A_*.csv",),
    columns=("lsoa21", "age", "count"),
    key=("lsoa21", "age"),
    parse=parse,
)
