"""Fetching from a real server on the loopback that misbehaves in every way we could think of."""

import hashlib
import io
import json
import threading
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from data import catalogue, snapshots
from data.catalogue import Download, File
from data.errors import FetchError
from data.snapshots import Fetched

CSV = b"LSOA code,Score\n" + b"E01000001,1.5\n" * 20_000
HALF = len(CSV) // 2
ETAG = {"ETag": '"v1"'}
QUICK = {"timeout": (1, 0.4), "tries": 3, "backoff": 0.001, "limit": 1_000_000}


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def archive(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as written:
        for name, body in members.items():
            written.writestr(f"tables/{name}.csv", body)
    return stream.getvalue()


class Handler(BaseHTTPRequestHandler):
    server: "Publisher"

    def do_GET(self) -> None:
        self.server.log.append((self.path, self.headers["Range"], self.headers["If-Range"]))
        self.close_connection = True
        self.server.routes[urlsplit(self.path).path](self)

    def begin(self, status: int = 200, **headers: Any) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


class Publisher(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.routes: dict[str, Behaviour] = {}
        self.log: list[tuple[str, str | None, str | None]] = []
        self.closing = threading.Event()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_port}{path}"

    def ranges(self) -> list[str | None]:
        return [span for _, span, _ in self.log]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is what some tests are about."""


Behaviour = Callable[[Handler], Any]


def serves(body: bytes, **headers: Any) -> Behaviour:
    def behave(handler: Handler) -> None:
        handler.begin(**{"Content_Length": len(body)} | headers)
        handler.wfile.write(body)

    return behave


def answers(status: int, **headers: Any) -> Behaviour:
    return lambda handler: handler.begin(status, **headers)


def in_turn(*behaviours: Behaviour) -> Behaviour:
    left = iter(behaviours)
    return lambda handler: next(left)(handler)


def breaks_off(body: bytes, at: int, **headers: Any) -> Behaviour:
    def behave(handler: Handler) -> None:
        handler.begin(Content_Length=len(body), **headers)
        handler.wfile.write(body[:at])

    return behave


def continues(body: bytes, **headers: Any) -> Behaviour:
    """Honours Range where If-Range is still true, as a server should."""

    def behave(handler: Handler) -> None:
        span, tag = handler.headers["Range"], handler.headers["If-Range"]
        if span is None or tag not in headers.values():
            return serves(body, **headers)(handler)
        start = int(span.removeprefix("bytes=").removesuffix("-"))
        handler.begin(
            206,
            Content_Length=len(body) - start,
            Content_Range=f"bytes {start}-{len(body) - 1}/{len(body)}",
            **headers,
        )
        return handler.wfile.write(body[start:])

    return behave


def stalls(handler: Handler) -> None:
    handler.server.closing.wait(5)


def stalls_within(handler: Handler) -> None:
    handler.begin(Content_Length=len(CSV))
    handler.wfile.write(CSV[:HALF])
    stalls(handler)


def never_ends(handler: Handler) -> None:
    handler.begin(Content_Type="text/csv")
    for _ in range(100):
        handler.wfile.write(CSV)


def offer(
    monkeypatch: pytest.MonkeyPatch, *editions: Download, files: tuple[File, ...] = ()
) -> None:
    monkeypatch.setattr(catalogue, "downloads", lambda: editions)
    monkeypatch.setattr(catalogue, "files", lambda: files)


@pytest.fixture
def publisher(monkeypatch: pytest.MonkeyPatch) -> Iterator[Publisher]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Publisher() as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.closing.set()
        server.shutdown()


@pytest.fixture
def get(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., Fetched]:
    """Fetch one path of the publisher's, with a faultless file after it that must arrive."""
    publisher.routes["/good.csv"] = serves(CSV)

    def fetch_one(path: str, *, url: str = "", sha: str = "", **settings: Any) -> Fetched:
        offer(
            monkeypatch,
            Download(title="bad", url=publisher.url(url or f"/{path}"), path=path, sha256=sha),
            Download(title="good", url=publisher.url("/good.csv"), path="good.csv"),
        )
        first, second = snapshots.fetch(tmp_path, **QUICK | settings)
        assert first.path == path
        assert second.status in {"downloaded", "kept"}
        assert (tmp_path / "good.csv").read_bytes() == CSV
        return first

    return fetch_one


def left_behind(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()} - {"good.csv"}


HTML_PAGE = b"\xef\xbb\xbf\n<!DOCTYPE html><title>Sorry</title>"
SERVICE_ERROR = json.dumps({"error": {"code": 400, "message": "Invalid URL"}}).encode()
WHOLE_ZIP = archive(one=CSV)
DAMAGED_ZIP = WHOLE_ZIP[:200] + bytes(50) + WHOLE_ZIP[250:]
FAILURES: dict[str, tuple[str, Behaviour, str]] = {
    "stalls before answering": ("a.csv", stalls, "no answer before the time-out"),
    "stalls half-way": ("a.csv", stalls_within, "broke off or stalled, expected 280,016 bytes"),
    "busy for good": ("a.csv", answers(503), "found HTTP 503"),
    "not there": ("a.csv", answers(404), "found HTTP 404 Not Found, expected the file"),
    "forbidden": ("a.csv", answers(403), "found HTTP 403"),
    "promises more than it sends": (
        "a.csv",
        serves(CSV, Content_Length=len(CSV) + 9),
        "found 280,016 bytes before the connection broke off or stalled, expected 280,025 bytes",
    ),
    "promises less than it sends": (
        "a.zip",
        serves(WHOLE_ZIP, Content_Length=len(WHOLE_ZIP) - 9),
        "found an archive that does not open",
    ),
    "promises more than the limit": (
        "a.csv",
        answers(200, Content_Length=10**12),
        "found more than 1,000,000 bytes",
    ),
    "never ends": ("a.csv", never_ends, "found more than 1,000,000 bytes"),
    "an HTML page that says so": (
        "a.csv",
        serves(b"Sorry", Content_Type="text/html; charset=utf-8"),
        "found an HTML page, expected a .csv file",
    ),
    "an HTML page in disguise": ("a.xlsx", serves(HTML_PAGE), "found an HTML page"),
    "a service's error": (
        "a.csv",
        serves(SERVICE_ERROR),
        "found the service's error 400, 'Invalid URL', expected a .csv file",
    ),
    "a service's error for an archive": ("a.zip", serves(SERVICE_ERROR), "error 400"),
    "a service's error for JSON": ("a.json", serves(SERVICE_ERROR), "error 400"),
    "JSON for a table": ("a.csv", serves(b'{"rows": []}'), "found JSON, expected a .csv file"),
    "broken JSON": ("a.geojson", serves(b'{"features": ['), "found text that is not JSON"),
    "JSON that is no collection": ("a.geojson", serves(b"[1]"), "found JSON without features"),
    "no boundaries": ("a.geojson", serves(b'{"features": []}'), "found no features"),
    "nothing": ("a.csv", serves(b""), "found an empty file"),
    "truncated archive": ("a.ods", serves(WHOLE_ZIP[:-30]), "found an archive that does not open"),
    "damaged archive": ("a.zip", serves(DAMAGED_ZIP), "damaged"),
    "empty archive": ("a.zip", serves(archive()), "found an archive of nothing"),
    "text for an archive": ("a.xlsx", serves(CSV), "found an archive that does not open"),
    "archive without the file": ("a.csv", serves(WHOLE_ZIP), "an archive with 0 files of that"),
    "bomb": ("bomb.csv", serves(archive(bomb=bytes(1_000_001))), "found more than 1,000,000 bytes"),
    "redirect to a file": (
        "a.csv",
        answers(302, Location="file:///etc/hostname"),
        "found the address file:///etc/hostname, expected http or https",
    ),
    "redirects in a circle": ("a.csv", answers(302, Location="/a.csv"), "more than 10 redirects"),
    "redirect to nonsense": ("a.csv", answers(302, Location="http://[::"), "an address that fails"),
}


@pytest.mark.parametrize(("path", "behaviour", "words"), FAILURES.values(), ids=FAILURES)
def test_what_goes_wrong_is_said_and_nothing_is_kept(
    path: str,
    behaviour: Behaviour,
    words: str,
    publisher: Publisher,
    get: Callable[..., Fetched],
    tmp_path: Path,
) -> None:
    publisher.routes[f"/{path}"] = behaviour
    result = get(path)
    assert (result.status, result.bytes, result.sha256) == ("failed", 0, "")
    assert words in result.message
    assert result.message.startswith(f"{path}, from {publisher.url(f'/{path}')}: found ")
    assert result.message.endswith(".")
    assert left_behind(tmp_path) == set()


def test_a_wrong_hash_is_refused(
    publisher: Publisher, get: Callable[..., Fetched], tmp_path: Path
) -> None:
    other = b"another edition\n"
    publisher.routes["/a.csv"] = serves(other, **ETAG)
    result = get("a.csv", sha=sha256(CSV))
    assert f"found sha256 {sha256(other)}, expected {sha256(CSV)}" in result.message
    assert "pin it in data/sources/files.toml" in result.message
    assert left_behind(tmp_path) == set()


@pytest.mark.parametrize("path", ["../a.csv", "x/../../a.csv", "/a.csv"])
def test_no_path_leads_outside(
    path: str, publisher: Publisher, get: Callable[..., Fetched], tmp_path: Path
) -> None:
    result = get(path, url="/a.csv")
    assert "a path that leads outside the folder" in result.message
    assert [asked for asked, *_ in publisher.log] == ["/good.csv"]
    assert not (tmp_path.parent / "a.csv").exists()


def test_other_schemes_are_never_opened(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, publisher: Publisher
) -> None:
    offer(monkeypatch, Download(title="", url="file:///etc/hostname", path="a.csv"))
    [result] = snapshots.fetch(tmp_path, **QUICK)
    assert "expected http or https" in result.message


def test_a_server_that_is_not_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, publisher: Publisher
) -> None:
    with Publisher() as gone:
        url = gone.url("/a.csv")
    offer(monkeypatch, Download(title="", url=url, path="a.csv"))
    [result] = snapshots.fetch(tmp_path, **QUICK)
    assert "found no connection, expected the file. Asked 3 times" in result.message


def test_a_folder_that_cannot_be_written_to(
    publisher: Publisher, get: Callable[..., Fetched], tmp_path: Path
) -> None:
    publisher.routes["/a.csv"] = serves(CSV)
    (tmp_path / "taken").write_text("a file, not a folder")
    result = get("taken/a.csv", url="/a.csv")
    assert result.status == "failed"
    assert (
        "when reading or writing it here, expected a folder that can be written to"
        in result.message
    )


def test_a_busy_server_is_asked_again(
    publisher: Publisher, get: Callable[..., Fetched], tmp_path: Path
) -> None:
    busy = answers(503, Retry_After=0)
    publisher.routes["/a.csv"] = in_turn(busy, busy, serves(CSV))
    result = get("a.csv", sha=sha256(CSV))
    assert result == Fetched("a.csv", "downloaded", len(CSV), sha256(CSV), "")


def test_a_hash_that_is_not_pinned_is_reported(
    publisher: Publisher, get: Callable[..., Fetched]
) -> None:
    publisher.routes["/deep/a.zip"] = serves(WHOLE_ZIP, Content_Type="application/zip")
    result = get("deep/a.zip")
    assert (result.status, result.sha256) == ("downloaded", sha256(WHOLE_ZIP))
    assert result.message == "its hash is not pinned"


def test_redirects_within_http_are_followed(
    publisher: Publisher, get: Callable[..., Fetched]
) -> None:
    publisher.routes["/a.csv"] = answers(301, Location="/moved.csv")
    publisher.routes["/moved.csv"] = serves(CSV)
    assert get("a.csv", sha=sha256(CSV)).status == "downloaded"


def test_the_body_of_a_redirect_is_not_read(
    publisher: Publisher, get: Callable[..., Fetched]
) -> None:
    sent = []

    def redirects_without_end(handler: Handler) -> None:
        handler.begin(302, Location="/moved.csv")
        while not handler.server.closing.is_set() and len(sent) < 1_000:
            handler.wfile.write(CSV)
            sent.append(len(CSV))

    publisher.routes["/a.csv"] = redirects_without_end
    publisher.routes["/moved.csv"] = serves(CSV)
    assert get("a.csv", sha=sha256(CSV)).status == "downloaded"
    assert len(sent) < 1_000


@pytest.mark.parametrize("headers", [ETAG, {"Last_Modified": "Wed, 01 Jul 2026 08:00:00 GMT"}])
def test_a_broken_connection_is_resumed(
    headers: dict[str, str], publisher: Publisher, get: Callable[..., Fetched], tmp_path: Path
) -> None:
    publisher.routes["/a.csv"] = in_turn(
        breaks_off(CSV, HALF, **headers), continues(CSV, **headers)
    )
    assert get("a.csv", sha=sha256(CSV)).status == "downloaded"
    [tag] = headers.values()
    assert publisher.log[:2] == [("/a.csv", None, None), ("/a.csv", f"bytes={HALF}-", tag)]
    assert left_behind(tmp_path) == {"a.csv"}


def test_the_next_run_resumes(
    publisher: Publisher, get: Callable[..., Fetched], tmp_path: Path
) -> None:
    publisher.routes["/a.csv"] = breaks_off(CSV, HALF, **ETAG)
    result = get("a.csv", sha=sha256(CSV), tries=1)
    assert result.status == "failed"
    assert "the next run goes on from there" in result.message
    assert left_behind(tmp_path) == {"a.csv.part", "a.csv.part.tag"}
    publisher.log.clear()
    publisher.routes["/a.csv"] = continues(CSV, **ETAG)
    assert get("a.csv", sha=sha256(CSV)).status == "downloaded"
    assert publisher.ranges()[0] == f"bytes={HALF}-"
    assert (tmp_path / "a.csv").read_bytes() == CSV
    assert left_behind(tmp_path) == {"a.csv"}


def test_another_address_is_not_resumed_onto_what_came_from_the_first(
    publisher: Publisher, get: Callable[..., Fetched]
) -> None:
    publisher.routes["/a.csv"] = breaks_off(CSV[::-1], HALF, **ETAG)
    assert get("a.csv", tries=1).status == "failed"
    publisher.routes["/new.csv"] = continues(CSV, **ETAG)
    assert get("a.csv", url="/new.csv", sha=sha256(CSV)).status == "downloaded"
    assert ("/new.csv", None, None) in publisher.log


def test_a_connection_that_stalls_is_resumed(
    publisher: Publisher, get: Callable[..., Fetched]
) -> None:
    def stall(handler: Handler) -> None:
        breaks_off(CSV, HALF, **ETAG)(handler)
        stalls(handler)

    publisher.routes["/a.csv"] = in_turn(stall, continues(CSV, **ETAG))
    assert get("a.csv", sha=sha256(CSV)).status == "downloaded"
    span = publisher.ranges()[1]
    assert span is not None
    assert 0 < int(span[6:-1]) <= HALF


RESTARTS = {
    "ignores Range": serves(CSV, **ETAG),
    "has a new edition": continues(CSV, ETag='"v2"'),
    "sends another span": lambda handler: (
        answers(206, Content_Range=f"bytes 0-9/{len(CSV)}", Content_Length=0)(handler)
        if handler.headers["Range"]
        else serves(CSV)(handler)
    ),
    "takes no heed of If-Range": lambda handler: (
        answers(206, Content_Range=f"bytes {HALF}-9/9", Content_Length=0, ETag='"v2"')(handler)
        if handler.headers["Range"]
        else serves(CSV)(handler)
    ),
    "says there is no more": lambda handler: (
        answers(416)(handler) if handler.headers["Range"] else serves(CSV)(handler)
    ),
}


@pytest.mark.parametrize("second", RESTARTS.values(), ids=RESTARTS)
def test_what_cannot_be_resumed_starts_from_zero(
    second: Behaviour, publisher: Publisher, get: Callable[..., Fetched]
) -> None:
    old = breaks_off(CSV[::-1], HALF, **ETAG)
    publisher.routes["/a.csv"] = in_turn(old, second, second)
    assert get("a.csv", sha=sha256(CSV)).status == "downloaded"
    assert publisher.ranges()[1] == f"bytes={HALF}-"


@pytest.mark.parametrize("headers", [{}, {"ETag": 'W/"v1"'}, ETAG | {"Accept_Ranges": "none"}])
def test_no_range_is_asked_of_what_may_have_changed(
    headers: dict[str, str], publisher: Publisher, get: Callable[..., Fetched]
) -> None:
    publisher.routes["/a.csv"] = in_turn(breaks_off(CSV, HALF, **headers), serves(CSV))
    assert get("a.csv", sha=sha256(CSV)).status == "downloaded"
    assert set(publisher.ranges()) == {None}


def test_what_is_there_is_not_downloaded_again(
    publisher: Publisher, get: Callable[..., Fetched], tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_bytes(CSV)
    (tmp_path / "b.csv").write_bytes(b"not pinned\n")
    assert get("a.csv", sha=sha256(CSV)) == Fetched("a.csv", "kept", len(CSV), sha256(CSV), "")
    assert get("b.csv").message == "its hash is not pinned"
    assert [path for path, *_ in publisher.log] == ["/good.csv"]


@pytest.mark.parametrize(("old", "sha"), [(b"old\n", sha256(CSV)), (b"<html>", "")])
def test_what_is_there_but_wrong_is_replaced_only_by_the_right_file(
    old: bytes, sha: str, publisher: Publisher, get: Callable[..., Fetched], tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_bytes(old)
    publisher.routes["/a.csv"] = answers(404)
    assert get("a.csv", sha=sha).status == "failed"
    assert (tmp_path / "a.csv").read_bytes() == old
    publisher.routes["/a.csv"] = serves(CSV)
    assert get("a.csv", sha=sha).status == "downloaded"
    assert (tmp_path / "a.csv").read_bytes() == CSV


def test_a_file_is_taken_out_of_its_archive(
    publisher: Publisher, get: Callable[..., Fetched], tmp_path: Path
) -> None:
    publisher.routes["/all.zip"] = serves(archive(a=CSV, b=b"another\n"))
    result = get("a.csv", url="/all.zip", sha=sha256(CSV))
    assert result.status == "downloaded"
    assert left_behind(tmp_path) == {"a.csv"}


@pytest.mark.parametrize(
    ("progress", "shown"), [(True, False), (False, False), ("always", True)], ids=str
)
def test_bars_are_drawn_on_a_terminal_or_when_asked(
    progress: snapshots.Progress,
    shown: bool,
    publisher: Publisher,
    get: Callable[..., Fetched],
    capsys: pytest.CaptureFixture[str],
) -> None:
    publisher.routes["/a.csv"] = serves(CSV)
    get("a.csv", progress=progress)
    out, err = capsys.readouterr()
    assert not out
    assert ("a.csv" in err) is shown


QUERY = "/arcgis/FeatureServer/0/query?where=1%3D1&f=geojson"
CRS = {"type": "name", "properties": {"name": "EPSG:4326"}}


def feature(number: int) -> dict[str, Any]:
    return {"type": "Feature", "id": number, "properties": {}, "geometry": None}


def serves_pages(*pages: Behaviour | list[int], nested: bool = False) -> Behaviour:
    """One page after another; each but the last says that there are more."""
    starts: dict[int, Behaviour] = {}
    offset = 0
    for n, page in enumerate(pages, 1):
        if isinstance(page, list):
            flag = {"exceededTransferLimit": n < len(pages)}
            body = {"crs": CRS, "features": [feature(number) for number in page]}
            body |= {"properties": flag} if nested else flag
            starts[offset] = serves(json.dumps(body).encode())
            offset += len(page)
        else:
            starts[offset] = page

    def behave(handler: Handler) -> None:
        query = parse_qs(urlsplit(handler.path).query)
        assert query["where"] == ["1=1"]
        assert query["resultRecordCount"] == ["2000"]
        starts[int(query["resultOffset"][0])](handler)

    return behave


@pytest.mark.parametrize("nested", [True, False])
def test_pages_become_one_collection(
    nested: bool, publisher: Publisher, get: Callable[..., Fetched], tmp_path: Path
) -> None:
    publisher.routes["/arcgis/FeatureServer/0/query"] = serves_pages(
        [1, 2, 3], [4, 5], [6], nested=nested
    )
    assert get("a.geojson", url=QUERY).status == "downloaded"
    collection = json.loads((tmp_path / "a.geojson").read_bytes())
    assert (collection["type"], collection["crs"]) == ("FeatureCollection", CRS)
    assert collection["features"] == [feature(number) for number in range(1, 7)]
    assert left_behind(tmp_path) == {"a.geojson"}


def test_a_full_page_is_not_taken_for_the_last(
    publisher: Publisher, get: Callable[..., Fetched], tmp_path: Path
) -> None:
    silent = {"features": [feature(number) for number in range(2_000)]}
    pages = in_turn(serves(json.dumps(silent).encode()), serves(b'{"features": []}'))
    publisher.routes["/arcgis/FeatureServer/0/query"] = pages
    assert get("a.geojson", url=QUERY).status == "downloaded"
    assert len(json.loads((tmp_path / "a.geojson").read_bytes())["features"]) == 2_000


BROKEN_PAGES: dict[str, tuple[Behaviour | list[int], str]] = {
    "error": (serves(SERVICE_ERROR), "found the service's error 400, 'Invalid URL'"),
    "cut short": (serves(b'{"features": [{"type"'), "found text that is not JSON"),
    "web page": (serves(HTML_PAGE, Content_Type="text/html"), "found an HTML page"),
    "broken off": (breaks_off(CSV, HALF, **ETAG), "expected 280,016 bytes"),
    "busy": (answers(503), "found HTTP 503"),
    "not there": (answers(404), "found HTTP 404"),
    "empty": (serves(b'{"features": [], "exceededTransferLimit": true}'), "found an empty page"),
    "the first again": ([1, 2], "found the same features on two pages"),
}


@pytest.mark.parametrize(("second", "words"), BROKEN_PAGES.values(), ids=BROKEN_PAGES)
def test_a_page_that_fails_fails_the_whole(
    second: Behaviour | list[int],
    words: str,
    publisher: Publisher,
    get: Callable[..., Fetched],
    tmp_path: Path,
) -> None:
    publisher.routes["/arcgis/FeatureServer/0/query"] = serves_pages([1, 2], second)
    result = get("a.geojson", url=QUERY)
    assert result.status == "failed"
    assert words in result.message
    assert left_behind(tmp_path) == set()


@pytest.mark.parametrize(
    ("pages", "settings", "words"),
    [(([],), {}, "found no features"), (([1, 2], [3]), {"limit": 200}, "more than 200 bytes")],
)
def test_pages_that_come_to_nothing_or_too_much(
    pages: tuple[list[int], ...],
    settings: dict[str, int],
    words: str,
    publisher: Publisher,
    get: Callable[..., Fetched],
    tmp_path: Path,
) -> None:
    publisher.routes["/arcgis/FeatureServer/0/query"] = serves_pages(*pages)
    (tmp_path / "good.csv").write_bytes(CSV)
    result = get("a.geojson", url=QUERY, **settings)
    assert words in result.message
    assert left_behind(tmp_path) == set()


def pinned(path: str = "a.csv", **fields: str) -> File:
    words = dict.fromkeys(("source", "publisher", "title", "licence"), "x")
    return File(path=path, obtained="by hand", **words | {"sha256": sha256(b"copy")} | fields)


def test_the_catalogue_is_fetched_once_by_path(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    publisher.routes |= {"/a.csv": serves(CSV), "/b.csv": serves(CSV)}
    url = publisher.url("/a.csv")
    files = (
        pinned("a.csv", download=url, download_sha256=sha256(CSV)),
        pinned("sub/b.csv", download=publisher.url("/b.csv")),
        pinned("by-hand.csv"),
    )
    edition = Download(title="", url=url, path="a.csv", sha256=sha256(CSV))
    offer(monkeypatch, edition, files=files)
    (tmp_path / "a.csv").write_bytes(b"copy")

    results = snapshots.fetch(tmp_path, **QUICK)
    assert [(result.path, result.status) for result in results] == [
        ("a.csv", "kept"),
        ("sub/b.csv", "downloaded"),
    ]
    with requests.Session() as session:
        some = snapshots.fetch(tmp_path, only=["sub/*"], session=session, **QUICK)
    assert [(result.path, result.status) for result in some] == [("sub/b.csv", "kept")]
    with pytest.raises(FetchError, match=r"'by-hand\.csv' is no file with an address"):
        snapshots.fetch(tmp_path, only=["by-hand.csv"], **QUICK)


def test_find_accepts_the_copy_and_the_download(tmp_path: Path) -> None:
    entry = pinned(download="https://example.org/a.csv", download_sha256=sha256(CSV))
    for body in (b"copy", CSV):
        (tmp_path / "a.csv").write_bytes(body)
        assert snapshots.find(entry, tmp_path) == tmp_path / "a.csv"


def test_find_says_what_is_missing_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FetchError) as by_hand:
        snapshots.find(pinned(), tmp_path)
    assert str(by_hand.value) == (
        f"{tmp_path / 'a.csv'}: found no file, expected sha256 {sha256(b'copy')}. To go on, put a "
        "pinned copy there (data/sources/files.toml says how it was obtained: by hand)."
    )
    with pytest.raises(FetchError, match=r"get it with 'python -m data\.ingest fetch'"):
        snapshots.find(pinned(download="https://example.org/a.csv"), tmp_path)


def test_find_refuses_another_edition(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"other")
    with pytest.raises(FetchError, match=f"found sha256 {sha256(b'other')}, expected .* Delete"):
        snapshots.find(pinned(), tmp_path)
