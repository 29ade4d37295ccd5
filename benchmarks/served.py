"""What the browser visits: Streamlit apps as processes of their own, and the floor's page."""

import hashlib
import os
import socket
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

import psutil

HERE: Final = Path(__file__).resolve().parent
ROOT: Final = HERE.parent
LIMIT: Final = 120.0
"""Seconds that a server may take to answer."""
DECK: Final = "deck.gl@9.4.0"
"""The release of npm nearest to the 9.4.1 inside Streamlit."""
DECK_SHA256: Final = "2eb6a1ae0d58604b1378682cd1136f8793478ba801e43dae48b3807e48758a6b"


class ServerDied(RuntimeError):
    """A server that ended or never answered; the message ends with what it printed."""


class Server:
    """A Streamlit app on a free loopback port, started by us and ended by us.

    Parameters
    ----------
    script : str
        Path of the app, from the repository's root.
    home : pathlib.Path
        Folder of the atlas's database and map files.
    ready : str
        Path that answers 200 when the app is ready.
    """

    def __init__(self, script: str, home: Path, *, ready: str = "/_stcore/health", **env: str):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed in stop()
        inherited = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
        started = time.perf_counter()
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "streamlit", "run", script),
                *("--server.port", str(self.port), "--server.address", "127.0.0.1"),
                *("--server.headless", "true"),
            ],
            cwd=ROOT,
            env=inherited | {"ATLAS_HOME": str(home), "PYTHONPATH": str(ROOT)} | env,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        try:
            self._wait(started + LIMIT, ready)
        except BaseException:
            self.stop()
            raise
        self.seconds_to_ready = time.perf_counter() - started

    def _wait(self, until: float, ready: str) -> None:
        for path in ("/", ready):
            while not answers(self.url + path):
                if self._process.poll() is not None or time.perf_counter() > until:
                    raise ServerDied(f"{self._process.args} never answered.\n{self.printed()}")
                time.sleep(0.02)

    def printed(self) -> str:
        """The last of what the server printed."""
        self._log.seek(0)
        return self._log.read()[-4000:].decode(errors="replace")

    def cpu(self) -> float:
        """Processor seconds used so far by all its threads, ended ones included.

        The kernel's own clock of the process where there is one (nanoseconds), otherwise its
        ticks (10 ms).
        """
        try:
            return time.clock_gettime(~self._process.pid << 3 | 2)
        except OSError:
            used = psutil.Process(self._process.pid).cpu_times()
            return used.user + used.system

    def memory(self) -> tuple[float, float]:
        """Resident and unshared memory in MB."""
        found = psutil.Process(self._process.pid).memory_full_info()
        return found.rss / 1e6, found.uss / 1e6

    def stop(self) -> None:
        """End the process."""
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)
        self._log.close()

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def free_port() -> int:
    """A loopback port that nobody uses."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def answers(url: str) -> bool:
    """Whether an address answers 200."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def deck_gl() -> bytes | None:
    """deck.gl as one script, through npm; None where npm is missing or cannot have it."""
    kept = ROOT / ".atlas" / "bench" / f"{DECK}.js"
    if not kept.exists():
        with tempfile.TemporaryDirectory() as folder:
            try:
                subprocess.run(
                    ["npm", "pack", "--silent", DECK],
                    cwd=folder,
                    check=True,
                    timeout=120,
                    capture_output=True,
                )
            except (OSError, subprocess.SubprocessError) as error:
                print(f"No floor: npm could not bring {DECK} ({type(error).__name__}).")
                return None
            with tarfile.open(next(Path(folder).glob("*.tgz"))) as packed:
                script = packed.extractfile("package/dist.min.js")
                assert script is not None
                kept.parent.mkdir(parents=True, exist_ok=True)
                kept.write_bytes(script.read())
    content = kept.read_bytes()
    if hashlib.sha256(content).hexdigest() != DECK_SHA256:
        kept.unlink()
        raise RuntimeError(f"{DECK} is not what it was when this was written; it was thrown away.")
    return content


@contextmanager
def floor(atlas: str, script: bytes) -> Iterator[str]:
    """Serve the floor's page, deck.gl, and the atlas's map files as the atlas sends them.

    Yields
    ------
    str
        Address of the page's server.
    """
    page = (HERE / "floor.html").read_bytes()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path.startswith("/maps/"):
                asked = urllib.request.Request(atlas + path, headers={"Accept-Encoding": "gzip"})
                with urllib.request.urlopen(asked, timeout=60) as answer:
                    names = ("content-type", "content-encoding", "cache-control", "etag")
                    headers = {n: answer.headers[n] for n in names if n in answer.headers}
                    self._send(answer.read(), headers)
            elif path == "/deck.js":
                self._send(script, {"content-type": "text/javascript"})
            elif path == "/":
                self._send(page, {"content-type": "text/html"})
            else:
                self.send_error(404)

        def _send(self, content: bytes, headers: dict[str, str]) -> None:
            self.send_response(200)
            for name, value in {**headers, "content-length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(OSError):
                self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


class Relay:
    """A way to a server that counts what the server sends: bytes on the wire, as compressed.

    Attributes
    ----------
    received : int
        Bytes that came from the server so far, on all connections.
    """

    def __init__(self, url: str) -> None:
        self._to = ("127.0.0.1", int(url.rsplit(":", 1)[1]))
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        self.received = 0

    def __enter__(self) -> "Relay":
        threading.Thread(target=self._welcome, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._door.close()

    def _welcome(self) -> None:
        while True:
            try:
                visitor, _ = self._door.accept()
            except OSError:
                return
            server = socket.create_connection(self._to)
            for one, other in ((visitor, server), (server, visitor)):
                threading.Thread(target=self._pass, args=(one, other, server), daemon=True).start()

    def _pass(self, one: socket.socket, other: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while content := one.recv(1 << 16):
                if one is server:
                    self.received += len(content)
                other.sendall(content)
            other.shutdown(socket.SHUT_WR)
