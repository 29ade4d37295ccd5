"""A real atlas on a free port, and a real browser: what browser tests share."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeout

expect.set_options(timeout=30_000)
ROOT = Path(__file__).parents[1]
CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--no-sandbox",
    "--disable-background-networking",
]


def free_port() -> int:
    """A port of the loopback address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(
    command: Sequence[str],
    *,
    port: int,
    cwd: Path = ROOT,
    env: Mapping[str, str] | None = None,
    log: Path,
    patience: float = 90,
) -> Iterator[str]:
    """Run a server until it answers /healthz with 200; its output is shown when it dies."""
    with log.open("w") as out:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + patience
        while not _healthy(address):
            if process.poll() is not None or time.monotonic() > until:
                raise AssertionError(f"the server is not up:\n{log.read_text()[-4000:]}")
            time.sleep(0.2)
        yield address
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(15)


def _healthy(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def streamlit(port: int) -> list[str]:
    """The command that serves the atlas from this checkout."""
    run = [sys.executable, "-m", "streamlit", "run", "app.py"]
    return [*run, "--server.port", str(port), "--server.address", "127.0.0.1"]


@contextmanager
def browsing() -> Iterator[Browser]:
    """A headless Chromium that draws WebGL in software."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


class Look:
    """A page of the atlas, and what went wrong on it."""

    def __init__(self, browser: Browser, address: str, width: int = 1400, **options: object):
        context = browser.new_context(viewport={"width": width, "height": 1000}, **options)
        self.page: Page = context.new_page()
        self.address = address
        self.outside: list[str] = []
        self.errors: list[str] = []
        self.page.on("request", self._note_request)
        self.page.on("console", self._note_console)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _note_request(self, request: object) -> None:
        url = str(request.url)  # type: ignore[attr-defined]
        if not url.startswith((self.address, "data:", "blob:", self.address.replace("http", "ws"))):
            self.outside.append(url)

    def _note_console(self, message: object) -> None:
        if message.type == "error":  # type: ignore[attr-defined]
            self.errors.append(str(message.text))  # type: ignore[attr-defined]

    def map(self, query: str = "") -> "Look":
        """Open the map page and wait until it has drawn."""
        self.page.goto(f"{self.address}/{query}")
        self.settled()
        return self

    def settled(self) -> None:
        """Wait until the script has run and the canvas shows more than its background."""
        canvas = self.page.locator('[data-testid="stDeckGlJsonChart"] canvas').first
        canvas.wait_for(state="visible", timeout=60_000)
        self.ran()
        for _ in range(100):
            if self.colours() > 3:
                return
            self.page.wait_for_timeout(150)
        raise AssertionError(f"the map stays empty; {self.errors}")

    def ran(self) -> None:
        """Wait until the script has run."""
        self.page.wait_for_function(
            "() => !document.querySelector('[data-testid=\"stStatusWidget\"]')", timeout=60_000
        )

    def hover(self, across: float = 0.45, down: float = 0.55) -> tuple[float, float]:
        """Point at a spot of the map until its tooltip shows; returns the spot."""
        box = self.page.locator('[data-testid="stDeckGlJsonChart"]').bounding_box()
        assert box
        x, y = box["x"] + box["width"] * across, box["y"] + box["height"] * down
        for step in range(60):
            self.page.mouse.move(x + step % 2, y)
            self.page.wait_for_timeout(150)
            if self.page.locator(".deck-tooltip").is_visible():
                return x, y
        raise AssertionError("no tooltip shows")

    def click(self, across: float = 0.45, down: float = 0.55) -> str:
        """Click an area of the map; returns its name. Software rendering can lose a click."""
        for _ in range(8):
            x, y = self.hover(across, down)
            name = self.page.locator(".deck-tooltip").inner_text().splitlines()[0]
            self.page.mouse.click(x, y)
            try:
                self.page.wait_for_url("**area=**", timeout=5_000)
            except PlaywrightTimeout:
                continue
            return name
        raise AssertionError("a click opens nothing")

    def colours(self) -> int:
        """How many colours the map shows, told from its picture."""
        chart = self.page.locator('[data-testid="stDeckGlJsonChart"]').first
        picture = Image.open(BytesIO(chart.screenshot())).convert("RGB").quantize(64)
        pixels = picture.width * picture.height
        counts = picture.getcolors(64) or []
        return sum(1 for count, _ in counts if count > pixels / 2000)
