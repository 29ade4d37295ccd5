"""Measure the atlas beside the naive way and the floor, print the figures, keep them.

    python -m benchmarks.run [--only map,server,inequality,ingest,start] [--repeat 5]

Keeps them in benchmarks/results/latest.json and in the table of docs/performance.md. With --only,
figures of the other groups stay as they were, if they were measured on the same machine.
"""

import argparse
import json
import os
import platform
import re
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import psutil
import streamlit

from benchmarks import browser as chrome
from benchmarks import measure
from benchmarks.served import HERE, ROOT, ServerDied

LATEST: Final = HERE / "results" / "latest.json"
DOCUMENT: Final = ROOT / "docs" / "performance.md"
TABLE: Final = re.compile(r"(<!-- figures -->\n).*?(<!-- end of figures -->)", re.DOTALL)

GROUPS: Final = {
    "map": (
        "switch_ws_bytes",
        "switch_vs_naive",
        "switch_vs_floor",
        "first_map_vs_naive",
        "first_map_vs_floor",
    ),
    "server": ("rerun_ms_p50", "rerun_ms_p95", "session_mb", "largest_map_file_kb"),
    "inequality": ("sii_closed_s", "sii_draws_s", "plan_s"),
    "ingest": ("ingest_s", "ingest_peak_gb"),
    "start": ("first_start_s", "restart_s"),
}
KEYS: Final = tuple(key for keys in GROUPS.values() for key in keys)
GOALS: Final = {
    "switch_ws_bytes": 4096,
    "switch_vs_naive": 0.5,
    "first_map_vs_naive": 0.6,
    "first_map_vs_floor": 1.5,
    "rerun_ms_p50": 50,
    "session_mb": 5,
    "largest_map_file_kb": 600,
    "sii_closed_s": 5,
    "sii_draws_s": 5,
    "plan_s": 1,
    "ingest_s": 120,
    "ingest_peak_gb": 2,
    "first_start_s": 20,
    "restart_s": 4,
}
"""Each figure is to be this or less; those without a goal are for comparison."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    parser.add_argument("--only", default=",".join(GROUPS), help="groups, with commas between")
    parser.add_argument("--repeat", type=int, default=5, choices=range(1, 21), metavar="1..20")
    given = parser.parse_args(arguments)
    groups = given.only.split(",")
    if unknown := set(groups) - set(GROUPS):
        parser.error(f"there is no group {', '.join(unknown)}; there are {', '.join(GROUPS)}")
    load = os.getloadavg()[0]
    try:
        found, chromium = _measure(groups, given.repeat)
    except ServerDied as died:
        print(died, file=sys.stderr)
        return 1
    how = {"at": _now(), "repeat": given.repeat, "load_before": round(load, 2)}
    report = _report(found, machine(chromium), how)
    LATEST.parent.mkdir(exist_ok=True)
    LATEST.write_text(json.dumps(report, indent=2) + "\n")
    table = rows(report)
    if DOCUMENT.exists():
        _write_table(table)
    _print(table)
    print(f"\n{json.dumps(report['details'], indent=2)}")
    return 0


def _measure(groups: Sequence[str], repeat: int) -> tuple[dict[str, measure.Found], str]:
    found: dict[str, measure.Found] = {}
    with ExitStack() as stack:
        browser = stack.enter_context(chrome.chromium())
        version = f"Chromium {browser.version}"
        if set(groups) - {"ingest"}:
            home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            _say("first start")
            place, first = measure.prepare(home)
            doing = {
                "map": lambda: measure.maps(place, repeat, browser),
                "server": lambda: measure.server(place, browser),
                "inequality": lambda: measure.inequality(place, repeat),
                "start": lambda: measure.start(place, first, min(repeat, 3), browser),
            }
            for name, measured in doing.items():
                if name in groups:
                    _say(name)
                    found[name] = measured()
        browser.close()
    if "ingest" in groups:
        _say("ingest")
        found["ingest"] = measure.ingest()
    return found, version


def _say(what: str) -> None:
    print(f"{datetime.now():%H:%M:%S} {what}", file=sys.stderr, flush=True)


def _now() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"


def machine(chromium: str) -> dict[str, Any]:
    """Describe this computer; no names."""
    model = platform.processor() or platform.machine()
    known = Path("/proc/cpuinfo")
    if known.exists():
        named = re.search(r"model name\s*:\s*(.+)", known.read_text())
        model = named[1] if named else model
    return {
        "cpu": model,
        "cores": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9),
        "python": platform.python_version(),
        "streamlit": streamlit.__version__,
        "chromium": chromium,
        "date": _now(),
    }


def _report(
    found: dict[str, measure.Found], here: dict[str, Any], how: dict[str, Any]
) -> dict[str, Any]:
    """Everything that latest.json holds; groups not measured now as they were."""
    old: dict[str, Any] = {}
    if LATEST.exists():
        read = json.loads(LATEST.read_text())
        same = ("cpu", "cores", "memory_gb")
        if all(read["machine"].get(name) == here[name] for name in same):
            old = read
    results = dict.fromkeys(KEYS) | old.get("results", {})
    details = dict(old.get("details", {}))
    for name, one in found.items():
        results |= {key: _rounded(one.results.get(key)) for key in GROUPS[name]}
        details[name] = {"measured": how, **one.details}
    return {
        "machine": here,
        **{key: results[key] for key in KEYS},
        "results": {key: results[key] for key in KEYS},
        "goals": GOALS,
        "details": details,
    }


def _rounded(value: float | None) -> float | None:
    if value is None:
        return None
    return round(value) if value >= 1000 else float(f"{value:.3g}")


def rows(report: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    """Figure, value, goal, whether reached."""
    lines = []
    for key in KEYS:
        value, goal = report["results"][key], report["goals"].get(key)
        reached = "" if goal is None or value is None else "yes" if value <= goal else "NO"
        said = "not measured" if value is None else f"{value:g}"
        lines.append((key, said, "" if goal is None else f"{goal:g} or less", reached))
    return lines


def _print(table: Sequence[Sequence[str]]) -> None:
    for key, value, goal, reached in [("figure", "measured", "goal", "reached"), *table]:
        print(f"{key:22}{value:>14}  {goal:14}{reached}")


def _write_table(table: Sequence[Sequence[str]]) -> None:
    lines = ["| figure | measured | goal | reached |", "|---|---:|---|---|"]
    lines += [f"| `{key}` | {' | '.join(rest)} |" for key, *rest in table]
    text = DOCUMENT.read_text()
    body = "\n".join(lines)
    DOCUMENT.write_text(TABLE.sub(lambda found: f"{found[1]}{body}\n{found[2]}", text))


if __name__ == "__main__":
    sys.exit(main())
