"""Publishers' files: find the pinned copy, or download it whole and unaltered.

A download is written beside its final name, as `.part`, and takes that name only when all checks
have passed. Where the connection broke and the server can go on from there, the `.part` stays, with
what tells that it is still the same file, and the next run resumes it.
"""

import hashlib
import lzma
import re
import shutil
import struct
import time
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Any, Literal, NoReturn
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import orjson
import requests
from tqdm import tqdm

from data import catalogue
from data.catalogue import File
from data.errors import FetchError

Status = Literal["kept", "downloaded", "failed"]
Progress = bool | Literal["always"]

COMMAND = "python -m data.ingest fetch"
CATALOGUE = "data/sources/files.toml"
CHUNK = 64 * 1024
PAGE = 2_000
REDIRECTS = 10
LONGEST_WAIT = 60.0
BUSY = {408, 429, 500, 502, 503, 504}
ZIPPED = {".zip", ".xlsx", ".ods"}
HTML = {".html", ".htm"}
ZIP_START = b"PK\x03\x04"
ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
)
NEW_EDITION = f"If the publisher has issued a new edition, check it and pin it in {CATALOGUE}."
NEW_ADDRESS = f"Look up the address on the publisher's page and correct it in {CATALOGUE}."
LATER = "Open the address in a browser to see what is there, and try again later."


@dataclass(frozen=True)
class Fetched:
    """What became of one file.

    Attributes
    ----------
    path : str
        Relative to the folder, as in the catalogue.
    status : str
        `kept` (it was there already), `downloaded` or `failed`.
    bytes : int
        Size of the file under its final name; 0 where it failed.
    sha256 : str
        Of the whole file; '' where it failed.
    message : str
        Why it failed, or that its hash is not pinned; else ''.
    """

    path: str
    status: Status
    bytes: int
    sha256: str
    message: str


def find(entry: File, folder: Path) -> Path:
    """Return where a pinned file is, verified.

    Parameters
    ----------
    entry : File
        Its hash is to be `sha256` or, where there is one, `download_sha256`.
    folder : Path
        Folder of publishers' files.

    Returns
    -------
    Path
        `folder / entry.path`.

    Raises
    ------
    FetchError
        When it is missing or has another hash.
    """
    path = folder / entry.path
    pinned = sorted({entry.sha256, entry.download_sha256} - {""})
    advice = (
        f"get it with '{COMMAND}', or put a pinned copy there"
        if entry.download
        else f"put a pinned copy there ({CATALOGUE} says how it was obtained: {entry.obtained})"
    )
    expected = f"expected sha256 {' or '.join(pinned)}"
    if not path.is_file():
        raise FetchError(f"{path}: found no file, {expected}. To go on, {advice}.")
    found = _sha256(path)
    if found not in pinned:
        raise FetchError(f"{path}: found sha256 {found}, {expected}. Delete it and {advice}.")
    return path


def fetch(
    folder: Path,
    *,
    only: Sequence[str] = (),
    session: requests.Session | None = None,
    progress: Progress = True,
    timeout: tuple[float, float] = (10, 60),
    tries: int = 5,
    backoff: float = 1.0,
    limit: int = 2_000_000_000,
) -> list[Fetched]:
    """Download every file of the catalogue that has an address, unless it is there already.

    A file with a pinned hash is compared with it. One without is kept when its content is of the
    kind that its name says, and `Fetched.sha256` is what to pin. Where the address is of an archive
    that holds the file, the file is taken out of it. One file's failure does not stop the others,
    and leaves what stood under its final name as it was.

    Parameters
    ----------
    folder : Path
        Files go to `folder / path`; nothing is written outside it.
    only : sequence of str
        Paths as in the catalogue, or patterns such as 'ukhsa_cover/*'; none means all.
    session : requests.Session, optional
        Where proxies, certificates or headers of your own are needed.
    progress : bool or 'always'
        Bars on stderr: True where it is a terminal, 'always' wherever it leads.
    timeout : tuple of float
        Seconds to wait for a connection, and for the next bytes.
    tries : int
        How often a connection that breaks or a busy server is asked in all.
    backoff : float
        Seconds before the second try; doubled before each further one, at most 60.
    limit : int
        Bytes that one file may have.

    Returns
    -------
    list of Fetched
        One a file, in the order of the catalogue.

    Raises
    ------
    FetchError
        When a name in `only` matches nothing.
    """
    jobs = _jobs(only)
    with nullcontext(session) if session else requests.Session() as opened:
        line = _Line(opened, progress, timeout, tries, backoff, limit)
        return [_settle(job, folder, line) for job in jobs]


@dataclass(frozen=True)
class _Job:
    """A file to be had: `sha256` is of the download ('' if unknown), `accepted` of a copy."""

    path: str
    url: str
    sha256: str
    accepted: frozenset[str]

    @property
    def suffix(self) -> str:
        return Path(self.path).suffix.lower()

    def refusal(self, found: str, expected: str, advice: str) -> FetchError:
        return FetchError(
            f"{self.path}, from {self.url}: found {found}, expected {expected}. {advice}"
        )


class _BrokenError(Exception):
    """What may succeed when asked again: a connection that fails, a server that is busy."""

    def __init__(self, found: str, expected: str = "the file", wait: float = 0.0) -> None:
        super().__init__(found)
        self.found, self.expected, self.wait = found, expected, wait


def _jobs(only: Sequence[str]) -> list[_Job]:
    editions, files = catalogue.downloads(), catalogue.files()
    copies = {entry.path: entry.sha256 for entry in files}
    wanted = [(entry.path, entry.url, entry.sha256) for entry in editions]
    taken = {path for path, _, _ in wanted}
    wanted += [
        (entry.path, entry.download, entry.download_sha256)
        for entry in files
        if entry.download and entry.path not in taken
    ]
    for name in only:
        if not any(fnmatchcase(path, name) for path, _, _ in wanted):
            raise FetchError(
                f"'{name}' is no file with an address in {CATALOGUE}; "
                f"'{COMMAND}' without names gets all {len(wanted)} that have one."
            )
    return [
        _Job(path, url, sha256, frozenset({sha256, copies.get(path, "")} - {""}))
        for path, url, sha256 in wanted
        if not only or any(fnmatchcase(path, name) for name in only)
    ]


def _settle(job: _Job, folder: Path, line: "_Line") -> Fetched:
    try:
        target = _inside(folder, job)
        return _kept(job, target) or _downloaded(job, target, line)
    except FetchError as error:
        message = str(error)
    except OSError as error:
        found = f"'{error.strerror or type(error).__name__}' when reading or writing it here"
        advice = "Free space there or choose another folder."
        message = str(job.refusal(found, "a folder that can be written to", advice))
    return Fetched(job.path, "failed", 0, "", message)


def _inside(folder: Path, job: _Job) -> Path:
    target = folder / job.path
    if not target.resolve().is_relative_to(folder.resolve()):
        raise job.refusal(
            "a path that leads outside the folder", "one inside it", f"Correct it in {CATALOGUE}."
        )
    return target


def _kept(job: _Job, target: Path) -> Fetched | None:
    if not target.is_file():
        return None
    found = _sha256(target)
    if found not in job.accepted:
        if job.sha256:
            return None
        try:
            _check_content(job, target)
        except FetchError:
            return None
    return _report(job, "kept", target, found)


def _downloaded(job: _Job, target: Path, line: "_Line") -> Fetched:
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    try:
        if _is_paged(job.url):
            line.assemble(job, part)
        else:
            line.download(job, part)
            line.unpack(job, part)
        _check_content(job, part)
        found = _sha256(part)
        if job.sha256 not in ("", found):
            raise job.refusal(f"sha256 {found}", job.sha256, NEW_EDITION)
        part.replace(target)
    except _BrokenError as error:
        advice = f"Asked {line.tries} times; try again later."
        if _resumable(part, job.url):
            advice += " What has arrived is kept and the next run goes on from there."
        else:
            _discard(part)
        raise job.refusal(error.found, error.expected, advice) from error
    except (FetchError, OSError):
        _discard(part)
        raise
    _discard(part)
    return _report(job, "downloaded", target, found)


def _report(job: _Job, status: Status, target: Path, sha256: str) -> Fetched:
    message = "" if sha256 in job.accepted else "its hash is not pinned"
    return Fetched(job.path, status, target.stat().st_size, sha256, message)


@dataclass(frozen=True)
class _Line:
    """A way to the publishers: the session and how patient it is."""

    session: requests.Session
    progress: Progress
    timeout: tuple[float, float]
    tries: int
    backoff: float
    limit: int

    def download(self, job: _Job, part: Path) -> None:
        """Bring the body of an address into `part`, asking again where that may help."""
        for attempt in range(self.tries - 1):
            try:
                return self._receive(job, part)
            except _BrokenError as error:
                time.sleep(min(max(self.backoff * 2**attempt, error.wait), LONGEST_WAIT))
        return self._receive(job, part)

    def assemble(self, job: _Job, part: Path) -> None:
        """Bring all pages of an ArcGIS query into one GeoJSON."""
        page_file = part.with_name(f"{part.name}.page")
        seen: set[int] = set()
        try:
            with part.open("wb") as sink:
                for page in self._pages(job, page_file):
                    features = [orjson.dumps(feature) for feature in page["features"]]
                    digests = {hash(feature) for feature in features}
                    if digests & seen:
                        raise job.refusal("the same features on two pages", "each once", LATER)
                    if features:
                        sink.write(b"," if seen else _opening(page))
                        sink.write(b",".join(features))
                    seen |= digests
                    self._check_size(job, sink.tell())
                sink.write(b"]}")
            if not seen:
                raise job.refusal("no features", "boundaries", LATER)
        finally:
            _discard(page_file)

    def unpack(self, job: _Job, part: Path) -> None:
        """Where `part` is an archive that holds the file, put the file in its place."""
        with part.open("rb") as stream:
            if job.suffix in ZIPPED or stream.read(4) != ZIP_START:
                return
        _check_zip(job, part)
        member = part.with_name(f"{part.name}.member")
        name = PurePosixPath(job.path).name
        try:
            with zipfile.ZipFile(part) as archive:
                held = [
                    info for info in archive.infolist() if PurePosixPath(info.filename).name == name
                ]
                if len(held) != 1:
                    found = f"an archive with {len(held)} files of that name"
                    raise job.refusal(found, "one", NEW_ADDRESS)
                self._check_size(job, held[0].file_size)
                with archive.open(held[0]) as source, member.open("wb") as sink:
                    shutil.copyfileobj(source, sink)
            member.replace(part)
        finally:
            member.unlink(missing_ok=True)

    def _pages(self, job: _Job, page_file: Path) -> Iterator[dict[str, Any]]:
        offset, more = 0, True
        while more:
            window = urlencode({"resultOffset": offset, "resultRecordCount": PAGE})
            query = replace(job, url=f"{job.url}&{window}")
            self.download(query, page_file)
            page = _read_collection(query, page_file)
            yield page
            count = len(page["features"])
            exceeded = _exceeded(page)
            if exceeded and not count:
                raise query.refusal("an empty page before the last", "features", LATER)
            more = exceeded or count >= PAGE
            offset += count

    def _receive(self, job: _Job, part: Path) -> None:
        tag = _resumable(part, job.url)
        have = part.stat().st_size if tag else 0
        headers = {"User-Agent": "ics-neighbourhood-atlas", "Accept-Encoding": "identity"}
        if tag:
            headers |= {"Range": f"bytes={have}-", "If-Range": tag}
        with self._open(job, headers) as answer:
            status = answer.status_code
            if status == 416 or (status == 206 and not _continues(answer, have, tag)):
                _discard(part)
                raise _BrokenError(f"HTTP {status} that does not follow on what was there")
            self._check_status(job, answer)
            start = have if status == 206 else 0
            if not start:
                _discard(part)
                _remember(part, job.url, answer)
            self._write(job, answer, part, start)

    def _open(self, job: _Job, headers: dict[str, str]) -> requests.Response:
        url = job.url
        try:
            for _ in range(REDIRECTS):
                if urlsplit(url).scheme not in ("http", "https"):
                    raise job.refusal(f"the address {url}", "http or https", NEW_ADDRESS)
                answer = self.session.get(
                    url,
                    headers=headers,
                    stream=True,
                    timeout=self.timeout,
                    allow_redirects=False,
                    hooks={"response": _drop_redirect},
                )
                target = self.session.get_redirect_target(answer)
                if target is None:
                    return answer
                url = urljoin(url, target)
        except requests.Timeout as error:
            raise _BrokenError("no answer before the time-out") from error
        except requests.exceptions.SSLError as error:
            raise _BrokenError("a certificate or secure connection that fails") from error
        except requests.ConnectionError as error:
            raise _BrokenError("no connection") from error
        except (requests.RequestException, ValueError) as error:
            raise job.refusal(f"an address that fails ({error})", "a file", NEW_ADDRESS) from error
        raise job.refusal(f"more than {REDIRECTS} redirects", "a file", NEW_ADDRESS)

    def _check_status(self, job: _Job, answer: requests.Response) -> None:
        status = f"HTTP {answer.status_code} {answer.reason or ''}".strip()
        if answer.status_code in BUSY:
            raise _BrokenError(status, wait=_number(answer.headers.get("Retry-After", "")) or 0)
        if answer.status_code not in (200, 206):
            raise job.refusal(status, "the file", NEW_ADDRESS)
        kind = answer.headers.get("Content-Type", "").lower()
        if kind.startswith("text/html") and job.suffix not in HTML:
            raise job.refusal("an HTML page", f"a {job.suffix} file", LATER)

    def _write(self, job: _Job, answer: requests.Response, part: Path, start: int) -> None:
        size, total = start, _total(answer)
        self._check_size(job, total or 0)
        if total is not None:
            # Counted below instead: urllib3 would throw away the last bytes before a break.
            answer.raw.enforce_content_length = False
        with part.open("ab" if start else "wb") as sink, self._bar(job, start, total) as bar:
            try:
                for chunk in answer.iter_content(CHUNK):
                    size += len(chunk)
                    self._check_size(job, size)
                    sink.write(chunk)
                    bar.update(len(chunk))
            except (
                requests.ConnectionError,
                requests.Timeout,
                requests.exceptions.ChunkedEncodingError,
            ) as error:
                raise _cut_off(size, total) from error
            except requests.RequestException as error:
                raise job.refusal("a body that cannot be decoded", "the file", LATER) from error
        if total not in (None, size):
            raise _cut_off(size, total)

    def _bar(self, job: _Job, start: int, total: int | None) -> "tqdm[NoReturn]":
        return tqdm(
            desc=Path(job.path).name,
            initial=start,
            total=total,
            unit="B",
            unit_scale=True,
            leave=False,
            disable=None if self.progress is True else not self.progress,
        )

    def _check_size(self, job: _Job, size: int) -> None:
        if size > self.limit:
            raise job.refusal(f"more than {self.limit:,} bytes", "no more than that", LATER)


def _drop_redirect(answer: requests.Response, **_: Any) -> None:
    """Close a redirect unread: requests would read its body, however long."""
    if answer.is_redirect:
        answer.close()


def _cut_off(size: int, total: int | None) -> _BrokenError:
    expected = "the whole file" if total is None else f"{total:,} bytes"
    return _BrokenError(f"{size:,} bytes before the connection broke off or stalled", expected)


def _total(answer: requests.Response) -> int | None:
    """Bytes that the whole file should have; None where the server does not say."""
    if answer.headers.get("Content-Encoding", "identity") != "identity":
        return None
    ranged = answer.status_code == 206
    text = answer.headers.get("Content-Range" if ranged else "Content-Length", "")
    return _number(text.rpartition("/")[2])


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,15}", text) else None


def _continues(answer: requests.Response, have: int, tag: str) -> bool:
    spot = f"bytes {have}-"
    return (
        bool(tag)
        and answer.headers.get("Content-Range", "").startswith(spot)
        and _validator(answer.headers) in ("", tag)
    )


def _validator(headers: Mapping[str, str]) -> str:
    """What tells that a file has not changed; a weak ETag does not."""
    if headers.get("Content-Encoding", "identity") != "identity":
        return ""
    etag = headers.get("ETag", "")
    return headers.get("Last-Modified", "") if etag.startswith("W/") or not etag else etag


def _tag_file(part: Path) -> Path:
    return part.with_name(f"{part.name}.tag")


def _remember(part: Path, url: str, answer: requests.Response) -> None:
    tag = _validator(answer.headers)
    if tag and answer.headers.get("Accept-Ranges") != "none":
        _tag_file(part).write_text(f"{url}\n{tag}", encoding="utf-8")


def _resumable(part: Path, url: str) -> str:
    """The validator to resume `part` with; '' where it cannot be resumed."""
    if not (part.is_file() and part.stat().st_size and _tag_file(part).is_file()):
        return ""
    origin, _, tag = _tag_file(part).read_text(encoding="utf-8", errors="replace").partition("\n")
    return tag if origin == url else ""


def _discard(part: Path) -> None:
    part.unlink(missing_ok=True)
    _tag_file(part).unlink(missing_ok=True)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _check_content(job: _Job, path: Path) -> None:
    """Refuse what is not of the kind that the file's name says."""
    expected = f"a {job.suffix} file"
    with path.open("rb") as stream:
        head = stream.read(512).removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if not path.stat().st_size:
        raise job.refusal("an empty file", expected, LATER)
    if head.startswith((b"<!doctype html", b"<html")) and job.suffix not in HTML:
        raise job.refusal("an HTML page", expected, LATER)
    if job.suffix == ".geojson":
        if not _read_collection(job, path)["features"]:
            raise job.refusal("no features", "boundaries", LATER)
    elif job.suffix == ".json":
        _read_json(job, path)
    elif head.startswith(b"{"):
        raise job.refusal(_service_error(path) or "JSON", expected, LATER)
    elif job.suffix in ZIPPED:
        _check_zip(job, path)


def _check_zip(job: _Job, path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            damaged = archive.testzip()
            if archive.namelist() and damaged is None:
                return
            found = f"'{damaged}' damaged inside it" if damaged else "an archive of nothing"
    except ZIP_ERRORS:
        found = "an archive that does not open or is damaged"
    raise job.refusal(found, "a whole archive", LATER)


def _read_json(job: _Job, path: Path) -> Any:
    if complaint := _service_error(path):
        raise job.refusal(complaint, f"a {job.suffix} file", LATER)
    try:
        return orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as error:
        raise job.refusal("text that is not JSON", f"a {job.suffix} file", LATER) from error


def _read_collection(job: _Job, path: Path) -> dict[str, Any]:
    page = _read_json(job, path)
    if not (isinstance(page, dict) and isinstance(page.get("features"), list)):
        raise job.refusal("JSON without features", "a GeoJSON FeatureCollection", LATER)
    return page


def _service_error(path: Path) -> str:
    """What a service says went wrong in a body of JSON sent as a success; '' if nothing."""
    if path.stat().st_size > CHUNK:
        return ""
    try:
        error = orjson.loads(path.read_bytes())["error"]
        return f"the service's error {error['code']}, '{str(error['message'])[:200]}'"
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return ""


def _is_paged(url: str) -> bool:
    """Whether an address is a query of an ArcGIS feature service, which answers by the page."""
    parts = urlsplit(url)
    return "/FeatureServer/" in parts.path and parse_qs(parts.query).get("f") == ["geojson"]


def _exceeded(page: dict[str, Any]) -> bool:
    """Whether further pages follow; services say so in one of two places."""
    nested = page.get("properties")
    places = [page, nested] if isinstance(nested, dict) else [page]
    return any(place.get("exceededTransferLimit") for place in places)


def _opening(page: dict[str, Any]) -> bytes:
    """The start of a collection up to its first feature, with the page's CRS where it has one."""
    members = {"type": "FeatureCollection"} | {key: page[key] for key in ("crs",) if key in page}
    return orjson.dumps(members)[:-1] + b',"features":['
