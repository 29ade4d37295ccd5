"""A real headless Chromium, and what a page in it can be asked."""

import base64
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from playwright.sync_api import Browser, Page, sync_playwright
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks.served import HERE

ARGUMENTS: Final = (
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--no-sandbox",
    "--disable-background-networking",
)
SIZE: Final = {"width": 1400, "height": 900}
PATIENCE: Final = 120_000
"""Milliseconds that anything in a page may take."""
QUIET: Final = 500
"""Milliseconds without a change of pixels after which a map counts as settled."""
WATCH: Final = (HERE / "watch.js").read_text()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium where there is one, otherwise Playwright's own; software rendering."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=list(ARGUMENTS)
        )
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def visit(browser: Browser, url: str) -> Iterator[Page]:
    """Open a page in a context of its own: nothing in its cache."""
    context = browser.new_context(viewport=SIZE)
    context.set_default_timeout(PATIENCE)
    try:
        page = context.new_page()
        page.add_init_script(WATCH)
        page.mouse.move(2, 2)
        page.goto(url, wait_until="commit")
        yield page
    finally:
        context.close()


def painted(page: Page) -> float:
    """Milliseconds from the start of navigation to the first painted map; waits till it settles."""
    page.wait_for_function("__bench.painted !== null")
    settle(page)
    return float(page.evaluate("__bench.painted"))


def written(page: Page) -> float:
    """Milliseconds from the start of navigation to Streamlit's first words."""
    page.wait_for_function("__bench.written !== null")
    return float(page.evaluate("__bench.written"))


def settle(page: Page) -> None:
    """Wait until the map's pixels keep still."""
    page.wait_for_function(f"performance.now() - __bench.changed > {QUIET}")


def switched(page: Page, press: Callable[[], None]) -> float:
    """Milliseconds from pressing Enter to the last change of the map's pixels.

    Parameters
    ----------
    press : callable
        Presses Enter.
    """
    page.evaluate("__bench.pressed = null")
    press()
    page.wait_for_function("__bench.pressed !== null && __bench.changes > 0")
    settle(page)
    return float(page.evaluate("__bench.changed - __bench.pressed"))


def choose(page: Page, label: str, name: str) -> Callable[[], None]:
    """Type a name into one of Streamlit's lists; what is returned takes it."""
    box = page.get_by_test_id("stSelectbox").filter(has_text=re.compile(label))
    field_ = box.locator("input")
    field_.fill(name)
    page.get_by_role("option", name=name, exact=True).first.wait_for()

    def press() -> None:
        field_.press("Enter")

    return press


@dataclass
class Wire:
    """What comes and goes over a page's websocket, before compression.

    Attributes
    ----------
    sent, received : list of (seconds, bytes)
    """

    sent: list[tuple[float, bytes]] = field(default_factory=list)
    received: list[tuple[float, bytes]] = field(default_factory=list)

    def clear(self) -> None:
        """Forget what was seen."""
        self.sent.clear()
        self.received.clear()

    @property
    def size(self) -> int:
        """Bytes received."""
        return sum(len(content) for _, content in self.received)

    @property
    def script_ms(self) -> float | None:
        """Milliseconds from asking for a rerun to the message that the script has finished."""
        ends = [at for at, content in self.received if _kind(content) == "script_finished"]
        return 1000 * (ends[-1] - self.sent[0][0]) if ends and self.sent else None

    @property
    def messages(self) -> list[tuple[str, int]]:
        """Kind and size of each message, the largest first."""
        named = [(_kind(content), len(content)) for _, content in self.received]
        return sorted(named, key=lambda one: -one[1])


def _kind(content: bytes) -> str:
    message = ForwardMsg.FromString(content)
    kind = str(message.WhichOneof("type"))
    if kind != "delta":
        return kind
    delta = message.delta
    kind = str(delta.WhichOneof("type"))
    if kind == "new_transient":
        return kind
    return f"{kind}: {getattr(delta, kind).WhichOneof('type')}"


@contextmanager
def wire(page: Page) -> Iterator[Wire]:
    """Listen to a page's websocket."""
    session = page.context.new_cdp_session(page)
    found = Wire()

    def keep(frames: list[tuple[float, bytes]]) -> Callable[[Any], None]:
        def kept(event: Any) -> None:
            frame = event["response"]
            content = frame["payloadData"]
            binary = frame["opcode"] == 2
            decoded = base64.b64decode(content) if binary else content.encode()
            frames.append((event["timestamp"], decoded))

        return kept

    session.on("Network.webSocketFrameReceived", keep(found.received))
    session.on("Network.webSocketFrameSent", keep(found.sent))
    session.send("Network.enable")
    yield found
    session.detach()
