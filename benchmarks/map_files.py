"""Make the map files of the ICSs with the most LSOAs and print their sizes as JSON.

A process of its own, because the atlas reads ATLAS_HOME once, when it is imported.
"""

import json
import logging
import sys

from components import cached
from data import layers, store

LARGEST = 5
"""ICSs of each vintage."""
YEAR = "2024-25"


def main() -> None:
    """Print {name of file: KB compressed}."""
    logging.disable(logging.WARNING)
    build = cached.build()
    folder = cached.map_files(build).folder
    sizes = {}
    for vintage in ("ICB24", "ICB26"):
        groups = store.lsoa_groups(cached.engine(), vintage)
        for code in groups["code"].value_counts().index[:LARGEST]:
            parent = (vintage, code)
            names = [cached.map_file(build, "LSOA21", parent, YEAR, kind) for kind in layers.HELD]
            names.append(cached.lines_file(build, "LSOA21", "MSOA21", parent))
            for name in names:
                sizes[name] = (folder / f"{name}.gz").stat().st_size / 1000
    json.dump(sizes, sys.stdout)


if __name__ == "__main__":
    main()
