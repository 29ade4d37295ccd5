"""Readers of publishers' files, one layout a module.

Each module defines `SOURCE`. A reader opens one file, checks it and returns tidy rows; it knows no
network and no database. `sources()` lists them all.
"""

from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from data.sources.reading import Source


@cache
def sources() -> dict[str, Source]:
    """Every layout by id; the modules are imported at the first call."""
    names = [entry.name for entry in iter_modules(__path__) if entry.name != "reading"]
    modules = [import_module(f"{__name__}.{name}") for name in sorted(names)]
    found: list[Source] = [module.SOURCE for module in modules if hasattr(module, "SOURCE")]
    return {source.id: source for source in found}


def paths(source: Source, folder: Path) -> list[Path]:
    """Files under `folder` that are in this layout, sorted, each once."""
    return sorted({path for pattern in source.files for path in folder.glob(pattern)})
