"""Primary care network (July 2026) of most of an LSOA's patients.

Computed from registrations of July 2022 and the practice map of July 2026.
"""

from pathlib import Path

from data.sources.reading import NETWORK, Parsed, Source, lookup, numbers, read_csv
from geo.areas import AREA_TYPES

AREAS = {"LSOA21CD": "lsoa21", "PCN_CODE": "pcn26", "PCN_NAME": "pcn26_name"}
SHARES = {"PCN_SHARE": "share", "MAPPED_SHARE": "mapped_share"}
PATTERNS = {"lsoa21": AREA_TYPES["LSOA21"].pattern, "pcn26": NETWORK}
UNKNOWN = {"": "no patient could be given to a network"}


def parse(path: Path) -> Parsed:
    """Read the best fits: one row an LSOA.

    Returns
    -------
    Parsed
        `pcn26` is 'U' where most patients are with practices that are in no network. `share` (0 to
        1) is that network's part of the patients who could be given to one; `mapped_share` (0 to
        1) is the part of the LSOA's patients who could.
    """
    file = path.name
    columns = AREAS | SHARES
    frame = read_csv(path, columns)
    for heading, name in SHARES.items():
        frame[name] = numbers(frame, name, file=file, heading=heading, marks=UNKNOWN, maximum=1)
    areas = lookup(frame[list(AREAS.values())], AREAS, PATTERNS, key=SOURCE.key, file=file)
    kept = frame[frame["lsoa21"].str.startswith("E")].reset_index(drop=True)
    tidy = areas.frame.assign(share=kept["share"], mapped_share=kept["mapped_share"])
    return Parsed(tidy, areas.rows_read, areas.set_aside)


SOURCE = Source(
    id="nhse_lsoa_pcn",
    files=("ics_places/LSOA21_PCN_bestfit.csv",),
    columns=(*AREAS.values(), *SHARES.values()),
    key=("lsoa21",),
    parse=parse,
    derived=True,
)
