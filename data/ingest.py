"""The command line: fetch, build, load, check.

python -m data.ingest fetch  [--to DIR]
python -m data.ingest build  --from DIR [--to data/snapshot]
python -m data.ingest load   [--from data/snapshot]
python -m data.ingest check  [--from data/snapshot]
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from data import build, load, snapshots, store
from data.errors import AtlasError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; an error is one sentence on standard error and status 1."""
    parser = argparse.ArgumentParser(prog="python -m data.ingest", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    fetch = commands.add_parser("fetch", help="download the publishers' files")
    fetch.add_argument("--to", type=Path, default=Path(".atlas/publishers"))
    fetch.add_argument("--only", nargs="*", default=[], help="paths or patterns of the catalogue")
    make = commands.add_parser("build", help="turn publishers' files into the snapshot")
    make.add_argument("--from", dest="folder", type=Path, required=True)
    make.add_argument("--to", type=Path, default=load.SNAPSHOT)
    fill = commands.add_parser("load", help="fill the database from the snapshot")
    fill.add_argument("--from", dest="folder", type=Path, default=load.SNAPSHOT)
    look = commands.add_parser("check", help="check the snapshot and the database")
    look.add_argument("--from", dest="folder", type=Path, default=load.SNAPSHOT)
    given = parser.parse_args(arguments)
    commands_by_name = {"fetch": _fetch, "build": _build, "load": _load, "check": _check}
    try:
        return commands_by_name[given.command](given)
    except AtlasError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped; nothing was changed.", file=sys.stderr)
        return 130


def _fetch(given: argparse.Namespace) -> int:
    done = snapshots.fetch(given.to, only=given.only)
    _table(
        ["file", "status", "bytes", "message"],
        [[one.path, one.status, f"{one.bytes:,}", one.message] for one in done],
    )
    return 1 if any(one.status == "failed" for one in done) else 0


def _build(given: argparse.Namespace) -> int:
    with tqdm(desc="build", unit="step", leave=False) as bar:

        def tick(step: str) -> None:
            bar.set_postfix_str(step)
            bar.update()

        report = build.build(given.folder, given.to, tick=tick)
    _table(
        ["file", "rows read", "rows used", "set aside"],
        [
            [
                row.file,
                f"{row.rows_read:,}",
                f"{row.rows_used:,}",
                "; ".join(f"{n:,} {why}" for why, n in row.set_aside.items()),
            ]
            for row in report
        ],
    )
    dropped = load.manifest(given.to)["set_aside"]
    _table(
        ["then set aside from", "figures", "because"],
        [[source, f"{n:,}", why] for source, of in dropped.items() for why, n in of.items()],
    )
    size = sum(path.stat().st_size for path in given.to.iterdir())
    print(f"\nSnapshot {load.manifest(given.to)['build']}, {size / 1e6:.1f} MB, in {given.to}")
    return 0


def _load(given: argparse.Namespace) -> int:
    with tqdm(desc="load", unit="table", total=len(load.TABLES), leave=False) as bar:

        def tick(table: str) -> None:
            bar.set_postfix_str(table)
            bar.update()

        done = load.load(store.connect(), given.folder, tick=tick)
    _table(["table", "rows"], [[name, f"{rows:,}"] for name, rows in done.rows.items()])
    print(f"\nSnapshot {done.snapshot} is in the database.")
    return 0


def _check(given: argparse.Namespace) -> int:
    found = load.verify(given.folder)
    print(f"Snapshot {found['build']}: {len(found['files'])} files, all whole.")
    health = store.health(store.connect())
    same = "the same" if health.snapshot == found["build"] else "another"
    print(
        f"Database: snapshot {health.snapshot} ({same}), {health.areas:,} areas, "
        f"{health.observations:,} observations."
    )
    return 0


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    widths = [max(len(row[n]) for row in [headings, *rows]) for n in range(len(headings))]
    for row in [headings, ["-" * width for width in widths], *rows]:
        cells = zip(row, widths, strict=True)
        print("  ".join(cell.ljust(width) for cell, width in cells).rstrip())


if __name__ == "__main__":
    sys.exit(main())
