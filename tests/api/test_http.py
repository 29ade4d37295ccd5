"""Headers, caching, compression: what browsers and proxies see."""

import gzip
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.testclient import TestClient
from starlette.websockets import WebSocket

from components import api
from data import store
from geo.assets import MapFiles

ICBS = "/api/v1/areas?type=ICB24"
CONTENT = b'{"type":"FeatureCollection","features":[]}' + b" " * 2000


@pytest.fixture
def behind_gzip(atlas_database: Path) -> TestClient:
    """The API inside a gzip middleware, as in Streamlit."""
    middleware = [*api.middleware(), Middleware(GZipMiddleware, minimum_size=500)]
    return TestClient(Starlette(routes=api.routes(), middleware=middleware))


@pytest.fixture
def maps(atlas_database: Path) -> MapFiles:
    build = store.health(api.engine()).snapshot
    return MapFiles.of(store.HOME, build)


@pytest.mark.parametrize(
    "path", ["/healthz", "/maps/x", ICBS, "/api/v1/areas", "/api/nothing", "/nothing"]
)
def test_security_headers_are_on_every_answer(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    for name, value in api.HEADERS.items():
        assert headers.get_list(name) == [value]


def test_no_outside_server_is_allowed() -> None:
    assert "//" not in api.CONTENT_SECURITY_POLICY
    assert "*" not in api.CONTENT_SECURITY_POLICY


def test_websockets_pass() -> None:
    async def echo(scope: dict, receive: object, send: object) -> None:
        socket = WebSocket(scope, receive, send)  # type: ignore[arg-type]
        await socket.accept()
        await socket.send_text(await socket.receive_text())
        await socket.close()

    with TestClient(api.Headers(echo)).websocket_connect("/") as socket:
        socket.send_text("as it was")
        assert socket.receive_text() == "as it was"


def test_answers_are_public_and_short_lived(client: TestClient) -> None:
    for url in (ICBS, "/api/v1/openapi.json", "/api/v1/nothing", "/api/v1/areas"):
        headers = client.get(url).headers
        assert headers["access-control-allow-origin"] == "*"
        assert headers["cache-control"] == "public, max-age=60"
    assert client.get("/healthz").headers["cache-control"] == "no-store"


def test_an_answer_is_not_sent_twice(client: TestClient) -> None:
    tag = client.get(ICBS).headers["etag"]
    for held in (tag, tag.removeprefix("W/"), f'"other", {tag}', "*"):
        again = client.get(ICBS, headers={"if-none-match": held})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
    assert client.get(ICBS, headers={"if-none-match": '"other"'}).status_code == 200
    assert client.get(f"{ICBS}&format=csv").headers["etag"] != tag
    assert client.get("/api/v1/areas?type=ICB26").headers["etag"] != tag


def test_order_of_parameters_does_not_matter(client: TestClient) -> None:
    one = client.get("/api/v1/areas?type=ICB24&format=csv")
    other = client.get("/api/v1/areas?format=csv&type=ICB24")
    assert one.headers["etag"] == other.headers["etag"]


@pytest.mark.parametrize("path", ["/healthz", "/api/v1/indicators", ICBS, "/api/v1/openapi.json"])
def test_head_is_get_without_a_body(client: TestClient, path: str) -> None:
    get, head = client.get(path), client.head(path)
    assert head.content == b""
    assert head.status_code == get.status_code == 200
    assert head.headers == get.headers


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("icb24-e54000055-lsoa21-2024-25", "application/geo+json"),
        ("icb24-e54000055-lsoa21-lines", "application/geo+json"),
        ("icb24-e54000055-place24-names", "application/json"),
        ("icb24-e54000055-practices", "application/json"),
    ],
)
def test_map_files(behind_gzip: TestClient, maps: MapFiles, key: str, kind: str) -> None:
    url = f"/maps/{maps.name(key, lambda: CONTENT)}"
    packed = behind_gzip.get(url, headers={"accept-encoding": "gzip, br"})
    assert packed.content == CONTENT  # httpx unpacks once
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["content-length"] == str(len(gzip.compress(CONTENT, 9, mtime=0)))
    assert packed.headers["content-type"] == kind
    assert packed.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert packed.headers["vary"] == "Accept-Encoding"
    digest = url.removesuffix(".json").rpartition("-")[2]
    assert packed.headers["etag"] == f'W/"{digest}"'
    head = behind_gzip.head(url, headers={"accept-encoding": "gzip"})
    assert (head.content, head.headers) == (b"", packed.headers)
    again = behind_gzip.get(url, headers={"if-none-match": packed.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("accepted", ["identity", "br", "gzip;q=0", "gzip; q=0.000"])
def test_map_files_are_unpacked_for_clients_without_gzip(
    client: TestClient, maps: MapFiles, accepted: str
) -> None:
    url = f"/maps/{maps.name('icb24-x-lines', lambda: CONTENT)}"
    plain = client.get(url, headers={"accept-encoding": accepted})
    assert "content-encoding" not in plain.headers
    assert plain.content == CONTENT
    assert plain.headers["content-length"] == str(len(CONTENT))


@pytest.mark.parametrize(
    "name", ["../secret.json", "%2e%2e/secret.json", "..%2fsecret.json", "a/../../secret.json"]
)
def test_map_files_do_not_leave_their_folder(client: TestClient, maps: MapFiles, name: str) -> None:
    maps.name("icb24-x-lines", lambda: CONTENT)
    (maps.folder.parent / "secret.json.gz").write_bytes(gzip.compress(b"secret"))
    answer = client.get(f"/maps/{name}")
    assert answer.status_code == 404
    assert b"secret" not in answer.content


def test_answers_of_the_api_are_compressed_once(behind_gzip: TestClient) -> None:
    packed = behind_gzip.get(ICBS, headers={"accept-encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.json()["count"] == 42
    assert packed.json() == behind_gzip.get(ICBS, headers={"accept-encoding": "identity"}).json()
