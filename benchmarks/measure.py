"""The measurements, group by group. Each gives results by key, and the details behind them."""

import json
import os
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import psutil
from playwright.sync_api import Browser, Page

from benchmarks import browser as chrome
from benchmarks.served import ROOT, Relay, Server, deck_gl, floor
from data import catalogue, inequalities, planner, store
from data.statistics.inequality import slope_index
from data.statistics.intervals import standard_error

ICS: Final = ("ICB24", "QOP")
"""Greater Manchester, by type and NHS code."""
FIRST: Final = "qof_dm"
SWITCHED: Final = ("qof_hyp", "qof_dep", "qof_ast")
"""Conditions that a page switches to when switches are timed."""
COVERAGE: Final = "qof_dm020"
OFFERED: Final = planner.Assumptions(capacity=20_000, uptake=0.6, equity=3.0, cost=20.0)
"""Coverage that is planned, and what the plans take for granted."""
RERUNS: Final = 40
SESSIONS: Final = 8
WARMING: Final = 3
"""Pages opened before memory is counted."""
INGEST_LIMIT: Final = 900.0
PUBLISHERS: Final = ROOT.parent / "shared" / "publishers"
ATLAS: Final = "app.py"


@dataclass
class Found:
    """What a group measured."""

    results: dict[str, float | None] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Place:
    """Where the atlas's database is, and the page that is measured."""

    home: Path
    code: str

    @property
    def link(self) -> str:
        """Link to Greater Manchester's LSOAs, one condition shown."""
        ics = quote(f"{ICS[0]}:{self.code}")
        return f"/?ics={ics}&level=lsoa&layer=condition&condition={FIRST}"


def conditions() -> dict[str, str]:
    """Names of all condition indicators."""
    return {k: v.name for k, v in catalogue.indicators().items() if v.layer == "condition"}


def spread(values: Sequence[float]) -> dict[str, Any]:
    """Median, ends and number of some measurements."""
    if not values:
        return {"n": 0}
    return {
        "median": round(statistics.median(values), 1),
        "min": round(min(values), 1),
        "max": round(max(values), 1),
        "n": len(values),
    }


def _ratio(one: Sequence[float], other: Sequence[float]) -> float | None:
    return statistics.median(one) / statistics.median(other) if one and other else None


def prepare(home: Path) -> tuple[Place, float]:
    """First start: an empty home becomes a loaded one. Gives seconds until it was served."""
    with Server(ATLAS, home, ready="/healthz") as server:
        seconds = server.seconds_to_ready
    with sqlite3.connect(home / "atlas.db") as database:
        question = "SELECT code FROM area WHERE area_type = ? AND nhs_code = ?"
        (code,) = database.execute(question, ICS).fetchone()
    database.close()
    return Place(home, code), seconds


def start(place: Place, first: float, repeat: int, browser: Browser) -> Found:
    """First start and later starts, to a served page and a loaded database."""
    firsts, again, drawn = [first], [], []
    for _ in range(repeat - 1):
        with tempfile.TemporaryDirectory() as folder:
            firsts.append(prepare(Path(folder))[1])
    for _ in range(repeat):
        with Server(ATLAS, place.home, ready="/healthz") as server:
            again.append(server.seconds_to_ready)
            began = time.perf_counter()
            with chrome.visit(browser, server.url) as page:
                page.locator("h1").first.wait_for()
                drawn.append(server.seconds_to_ready + time.perf_counter() - began)
    return Found(
        {"first_start_s": statistics.median(firsts), "restart_s": statistics.median(again)},
        {
            "first_start_s": spread(firsts),
            "restart_s": spread(again),
            "restart_to_page_in_browser_s": spread(drawn),
        },
    )


def _next_layer(page: Page, name: str) -> float:
    return chrome.switched(page, chrome.choose(page, "Condition indicator", name))


@dataclass
class Timed:
    """Milliseconds that one of the pages took."""

    first: list[float] = field(default_factory=list)
    switch: list[float] = field(default_factory=list)
    looks: list[float] = field(default_factory=list)


def maps(place: Place, repeat: int, browser: Browser) -> Found:
    """First map and switch of layer: atlas, naive way, floor, empty page, by turns."""
    names = conditions()
    timed = {name: Timed() for name in ("atlas", "naive", "floor", "empty")}
    bytes_: dict[str, list[float]] = {"atlas": [], "naive": []}
    payload: dict[str, list[float]] = {"atlas": [], "naive": []}
    messages: list[Any] = []
    outside: set[str] = set()
    found = Found()
    with (
        Server(ATLAS, place.home, ready="/healthz") as atlas,
        Server("benchmarks/naive_app.py", place.home, BENCH_ICS=place.code) as naive,
        Server("benchmarks/empty_app.py", place.home) as empty,
        _floor(atlas) as bare,
    ):
        pages = {"atlas": atlas.url + place.link, "naive": naive.url, "empty": empty.url}
        file, unmade = _first_visitor(browser, pages["atlas"], atlas.url, outside)
        if bare:
            pages["floor"] = f"{bare}/?file={quote(file)}"
        for name in ("naive", "atlas"):  # every condition once, so that the servers are warm
            with chrome.visit(browser, pages[name]) as page:
                chrome.painted(page)
                for code in (*SWITCHED, FIRST):
                    _next_layer(page, names[code])
        for turn in range(repeat):
            for name in list(pages) if turn % 2 else list(pages)[::-1]:
                _measure(browser, pages[name], name, timed[name], names)
        for name, sizes in bytes_.items():
            server = {"atlas": atlas, "naive": naive}[name]
            with (
                Relay(server.url) as relay,
                chrome.visit(browser, pages[name].replace(server.url, relay.url)) as page,
                chrome.wire(page) as wire,
            ):
                chrome.painted(page)
                for code in SWITCHED:
                    page.wait_for_timeout(chrome.QUIET)
                    wire.clear()
                    before = relay.received
                    _next_layer(page, names[code])
                    page.wait_for_timeout(chrome.QUIET)
                    sizes.append(relay.received - before)
                    payload[name].append(wire.size)
                    if name == "atlas":
                        messages.append(wire.messages)
    one = timed["atlas"]
    bare_and_empty = [
        a + b for a, b in zip(timed["floor"].first, timed["empty"].first, strict=False)
    ]
    found.results = {
        "switch_ws_bytes": statistics.median(bytes_["atlas"]),
        "switch_vs_naive": _ratio(one.switch, timed["naive"].switch),
        "switch_vs_floor": _ratio(one.switch, timed["floor"].switch),
        "first_map_vs_naive": _ratio(one.first, timed["naive"].first),
        "first_map_vs_floor": _ratio(one.first, bare_and_empty),
    }
    found.details = {
        "first_map_ms": {name: spread(some.first) for name, some in timed.items()},
        "first_map_of_first_visitor_ms": round(unmade),
        "switch_ms": {name: spread(some.switch) for name, some in timed.items() if some.switch},
        "look_at_pixels_ms": {
            name: spread(some.looks) for name, some in timed.items() if some.looks
        },
        "switch_ws_bytes": {name: spread(sizes) for name, sizes in bytes_.items()},
        "switch_ws_bytes_before_compression": {n: spread(sizes) for n, sizes in payload.items()},
        "switch_ws_messages": _by_kind(messages[-1]),
        "map_file": Path(file).name,
        "requests_to_other_machines": sorted(outside),
    }
    return found


def _by_kind(messages: list[tuple[str, int]]) -> dict[str, str]:
    """Bytes and number of messages by kind, the heaviest first."""
    sizes: dict[str, list[int]] = {}
    for kind, size in messages:
        sizes.setdefault(kind, []).append(size)
    heaviest = sorted(sizes, key=lambda kind: -sum(sizes[kind]))
    return {kind: f"{sum(sizes[kind])} bytes in {len(sizes[kind])}" for kind in heaviest}


@contextmanager
def _floor(atlas: Server) -> Iterator[str | None]:
    script = deck_gl()
    if script is None:
        yield None
        return
    with floor(atlas.url, script) as url:
        yield url


def _first_visitor(browser: Browser, url: str, home: str, outside: set[str]) -> tuple[str, float]:
    """Visit a page whose map file is not made yet: the file's path, and milliseconds."""
    asked: list[str] = []
    with chrome.visit(browser, "about:blank") as page:
        page.on("request", lambda request: asked.append(request.url))
        page.goto(url, wait_until="commit")
        took = chrome.painted(page)
    outside |= {one for one in asked if not one.startswith((home, "data:", "blob:"))}
    files = [one.removeprefix(home) for one in asked if one.startswith(f"{home}/maps/")]
    wanted = re.compile(r"lsoa21-(?!names|lines)")
    return next(one for one in files if wanted.search(one)), took


def _measure(browser: Browser, url: str, name: str, timed: Timed, names: dict[str, str]) -> None:
    with chrome.visit(browser, url) as page:
        if name == "empty":
            timed.first.append(chrome.written(page))
            return
        timed.first.append(chrome.painted(page))
        for code in SWITCHED:
            if name == "floor":
                took = chrome.switched(page, lambda: page.locator("#next").press("Enter"))
            else:
                took = _next_layer(page, names[code])
            timed.switch.append(took)
        timed.looks += page.evaluate("__bench.looks")


def server(place: Place, browser: Browser) -> Found:
    """Work of the server per rerun, memory per further session, size of the map files."""
    cpu, wall, sizes, idle = _reruns(place, browser)
    resident, unshared = _sessions(place, browser)
    files = _map_files(place)
    largest = max(files, key=files.__getitem__)
    fifths = statistics.quantiles(cpu, n=20, method="inclusive")
    growth = [(b - a) / SESSIONS for a, b in (resident, unshared)]
    return Found(
        {
            "rerun_ms_p50": statistics.median(cpu),
            "rerun_ms_p95": fifths[-1],
            "session_mb": growth[0],
            "largest_map_file_kb": files[largest],
        },
        {
            "rerun_cpu_ms": spread(cpu),
            "rerun_script_wall_ms": spread(wall),
            "rerun_ws_bytes": spread(sizes),
            "idle_cpu_ms_per_s": round(idle, 2),
            "session_unshared_mb": round(growth[1], 2),
            "server_resident_mb": [round(one, 1) for one in resident],
            "map_files_kb": {
                name: round(files[name], 1) for name in sorted(files, key=lambda n: -files[n])[:6]
            },
            "map_files_made": len(files),
        },
    )


def _reruns(place: Place, browser: Browser) -> tuple[list[float], list[float], list[float], float]:
    """Switches of layer in a warm server: processor, script, bytes; idle processor per second."""
    cpu: list[float] = []
    wall: list[float] = []
    sizes: list[float] = []
    every = {k: v for k, v in conditions().items() if k != FIRST}
    with Server(ATLAS, place.home, ready="/healthz") as atlas:
        url = atlas.url + place.link
        with chrome.visit(browser, url) as page:
            chrome.painted(page)
            for name in every.values():
                _next_layer(page, name)
        for _ in range(2):
            with chrome.visit(browser, url) as page, chrome.wire(page) as wire:
                chrome.painted(page)
                page.wait_for_timeout(1000)
                before, began = atlas.cpu(), time.perf_counter()
                page.wait_for_timeout(5000)
                idle = (atlas.cpu() - before) / (time.perf_counter() - began)
                for name in islice(cycle(every.values()), RERUNS // 2):
                    press = chrome.choose(page, "Condition indicator", name)
                    page.wait_for_timeout(100)
                    wire.clear()
                    before, began = atlas.cpu(), time.perf_counter()
                    chrome.switched(page, press)
                    used = atlas.cpu() - before - idle * (time.perf_counter() - began)
                    cpu.append(1000 * max(used, 0))
                    sizes.append(wire.size)
                    if wire.script_ms is not None:
                        wall.append(wire.script_ms)
    return cpu, wall, sizes, 1000 * idle


Pair = tuple[float, float]


def _sessions(place: Place, browser: Browser) -> tuple[Pair, Pair]:
    """Memory of a fresh server before and after further pages: resident, unshared, in MB."""
    name = conditions()[SWITCHED[0]]
    with Server(ATLAS, place.home, ready="/healthz") as atlas:
        contexts = []
        try:
            before: Pair = (0.0, 0.0)
            for n in range(WARMING + SESSIONS):
                if n == WARMING:
                    time.sleep(3)
                    before = atlas.memory()
                opened = chrome.visit(browser, atlas.url + place.link)
                page = opened.__enter__()
                contexts.append(opened)
                chrome.painted(page)
                _next_layer(page, name)
            time.sleep(3)
            after = atlas.memory()
        finally:
            for opened in contexts:
                with suppress(Exception):
                    opened.__exit__(None, None, None)
    return (before[0], after[0]), (before[1], after[1])


def _map_files(place: Place) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.map_files"],
        cwd=ROOT,
        env=_environment(place.home),
        capture_output=True,
        text=True,
        timeout=INGEST_LIMIT,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"The map files could not be made.\n{done.stderr[-3000:]}")
    return dict(json.loads(done.stdout))


def _environment(home: Path) -> dict[str, str]:
    inherited = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
    return inherited | {"ATLAS_HOME": str(home), "PYTHONPATH": str(ROOT)}


def inequality(place: Place, repeat: int) -> Found:
    """Slope index with interval (every condition, ICS of 2024, three years); plans of one ICS."""
    engine = store.connect(f"sqlite:///{place.home / 'atlas.db'}")
    series = store.series(engine)
    wanted = series[series["indicator_id"].isin(conditions()) & (series["area_type"] == "LSOA21")]
    codes = store.areas(engine, ICS[0])["code"].tolist()
    ids = wanted["series_id"].astype(int).tolist()
    rows = store.gradient(engine, ids, "LSOA21", ICS[0], codes, "decile")
    start = time.perf_counter()
    planned = planner.load(engine, series, (ICS[0], place.code), "LSOA21", COVERAGE)
    loaded = time.perf_counter() - start
    engine.dispose()
    entries = catalogue.indicators()
    entry = dict(zip(ids, (entries[code] for code in wanted["indicator_id"]), strict=True))
    lower, upper = inequalities.limits(rows, next(iter(entry.values())))
    cells = rows.assign(error=standard_error(lower, upper)).set_index(
        ["series_id", "area_code", "group"]
    )
    value, people, error = (
        cells[name].unstack().to_numpy("float64") for name in ("value", "denominator", "error")
    )
    seconds: dict[str, list[float]] = {"sii_closed_s": [], "sii_draws_s": [], "plan_s": []}
    for _ in range(repeat):
        start = time.perf_counter()
        planner.compare(planned, OFFERED)
        seconds["plan_s"].append(time.perf_counter() - start)
        for key, repetitions in (("sii_closed_s", 0), ("sii_draws_s", 10_000)):
            start = time.perf_counter()
            slope_index(value, people, standard_error=error, repetitions=repetitions)
            seconds[key].append(time.perf_counter() - start)
    return Found(
        {key: statistics.median(times) for key, times in seconds.items()},
        {
            "gradients": len(value),
            "groups": value.shape[1],
            "planned_areas": len(planned),
            "plan_load_s": round(loaded, 3),
            "rounds": repeat,
        },
    )


def ingest() -> Found:
    """Build of a snapshot from all publishers' files, and load: seconds and peak memory."""
    keys = ("ingest_s", "ingest_peak_gb")
    if not PUBLISHERS.is_dir():
        print("No ingest: there is no shared/publishers beside the repository.")
        return Found(dict.fromkeys(keys))
    with tempfile.TemporaryDirectory() as folder:
        snapshot = Path(folder) / "snapshot"
        commands = {
            "build": ["build", "--from", str(PUBLISHERS), "--to", str(snapshot)],
            "load": ["load", "--from", str(snapshot)],
        }
        took = {name: _run(command, Path(folder)) for name, command in commands.items()}
        size = sum(path.stat().st_size for path in snapshot.iterdir()) / 1e6
    return Found(
        dict(
            zip(
                keys,
                (sum(s for s, _ in took.values()), max(gb for _, gb in took.values())),
                strict=True,
            )
        ),
        {
            name: {"seconds": round(seconds, 1), "peak_gb": round(peak, 2)}
            for name, (seconds, peak) in took.items()
        }
        | {"snapshot_mb": round(size, 1)},
    )


def _run(command: list[str], home: Path) -> tuple[float, float]:
    """Seconds, and peak resident memory in GB of the process and its children together."""
    began = time.perf_counter()
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "data.ingest", *command],
            cwd=ROOT,
            env=_environment(home),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        stop = threading.Timer(INGEST_LIMIT, process.kill)
        stop.start()
        peak = 0.0
        try:
            top = psutil.Process(process.pid)
            while process.poll() is None:
                peak = max(peak, _tree(top))
                time.sleep(0.05)
        finally:
            stop.cancel()
            if process.poll() is None:
                process.kill()
                process.wait(10)
        seconds = time.perf_counter() - began
        if process.returncode:
            log.seek(0)
            printed = log.read()[-3000:].decode(errors="replace")
            raise RuntimeError(f"data.ingest {command[0]} failed.\n{printed}")
    return seconds, peak


def _tree(top: psutil.Process) -> float:
    """Resident memory of a process and all below it, in GB."""
    total = 0.0
    with suppress(psutil.Error):
        for one in [top, *top.children(recursive=True)]:
            with suppress(psutil.Error):
                total += one.memory_info().rss
    return total / 1e9
