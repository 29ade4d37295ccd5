"""What the atlas answers besides pages: health, map files, the API, security headers.

Questions are answered in threads, so the event loop that serves the pages never waits for one.
"""

import gzip
import hashlib
import importlib.util
import logging
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

import anyio.to_thread
import orjson
import pandas as pd
from anyio.lowlevel import RunVar
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from components import openapi
from data import catalogue, inequalities, load, peers, profiles, programmes, store
from data.errors import AtlasError, SnapshotError, StoreError, UnknownCodeError
from data.inequalities import NotMeasured
from data.peers import NoPeers
from data.statistics import comparison
from data.statistics.inequality import MINIMUM_GROUPS
from geo import assets
from geo.areas import OWN

log = logging.getLogger("atlas")

METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
AT_ONCE: Final = 4
"""Questions to the API that are worked on at the same time; others wait their turn."""

LICENCES: Final = {
    "Open Government Licence v3.0": "Contains public sector information licensed under the Open "
    "Government Licence v3.0.",
    "Open Parliament Licence v3.0": "Contains Parliamentary information licensed under the Open "
    "Parliament Licence v3.0.",
}
"""What each licence asks users to print."""

AREA_SOURCES: Final = (
    "ons_lsoa_boundaries",
    "ons_lsoa_icb24",
    "nhse_lsoa_icb26",
    "ons_lsoa_msoa21",
    "ons_lsoa_ward24",
    "ons_lsoa_rural_urban",
    "ons_ltla_utla",
    "ons_population",
    "hocl_msoa_names",
    "ics_places",
    "bsol_wards",
    "nhse_lsoa_pcn",
    "mhclg_iod2025",
)
"""Files that areas, their names, people and deprivation are from."""

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'self'; "
    "script-src 'self' 'unsafe-inline' 'unsafe-eval' 'wasm-unsafe-eval' blob:; "
    "style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; "
    "font-src 'self' data:; "
    "connect-src 'self'; "
    "worker-src 'self' blob:; "
    "frame-ancestors 'self'; "
    "base-uri 'self'; "
    "form-action 'self'; "
    "object-src 'none'"
)
HEADERS: Final = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "referrer-policy": "strict-origin-when-cross-origin",
    "x-content-type-options": "nosniff",
}
"""Security headers of every answer."""

ICSS: Final = ("ICB26", "ICB24")
"""Types of area that are ICSs."""

FORMER: Final = ("ICB24", "PLACE24", "SICBL24", "PCN22")
"""Types of area that belong to the ICSs of April 2024."""

UNDERSTATED: Final = {
    "attributed": "These figures are attributed from GP practices by where patients live; patients "
    "of one practice live in unlike places, so every measure here is an underestimate.",
    "inherited": "These figures are inherited from primary care networks, which serve unlike "
    "places, so every measure here is an underestimate.",
}
"""Why a measure of inequality is too small, by method."""

Asked = Mapping[str, str]
Records = list[dict[str, Any]]


@dataclass(frozen=True)
class Answer:
    """Rows, the ids of the datasets behind them, and what else the JSON says."""

    rows: Records | pd.DataFrame
    datasets: Iterable[str]
    more: Mapping[str, Any] = field(default_factory=dict)


class Refusal(AtlasError):
    """A question that is not answered: an HTTP status and a sentence that says why."""

    def __init__(self, status: int, sentence: str) -> None:
        self.status = status
        super().__init__(sentence)


class Headers:
    """ASGI middleware that puts `HEADERS` on every HTTP answer; websockets pass untouched.

    Pages also name the part of Streamlit that draws maps, so that a browser fetches it at once
    rather than when the first map arrives.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def headed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                if headers.get("content-type", "").startswith("text/html") and _drawing_code():
                    headers["Link"] = f"<{_drawing_code()}>; rel=modulepreload"
            await send(message)

        await self.app(scope, receive, headed if scope["type"] == "http" else send)


@cache
def _drawing_code() -> str:
    """Address of the script of Streamlit that draws maps; '' where it is not found."""
    spec = importlib.util.find_spec("streamlit")
    root = Path(spec.origin).parent / "static" if spec and spec.origin else Path()
    found = sorted(root.glob("static/js/DeckGlJsonChart.*.js"))
    return f"/{found[0].relative_to(root)}" if found else ""


def middleware() -> list[Middleware]:
    """Middleware for the whole app."""
    return [Middleware(Headers)]


def routes() -> list[Route]:
    """Routes that stand before Streamlit's own."""
    return [
        _route("/healthz", healthz),
        _route("/maps/{name:path}", map_file),
        _route(openapi.INDICATORS, _table(openapi.INDICATORS, indicators)),
        _route(openapi.AREAS, _table(openapi.AREAS, areas)),
        _route(openapi.OBSERVATIONS, _table(openapi.OBSERVATIONS, observations)),
        _route(openapi.INEQUALITY, _table(openapi.INEQUALITY, inequality)),
        _route(openapi.PROFILE, _table(openapi.PROFILE, profile)),
        _route(openapi.PEERS, _table(openapi.PEERS, nearest)),
        _route(openapi.PROGRAMMES, _table(openapi.PROGRAMMES, register, _register_now)),
        _route(openapi.DOCUMENT, document),
        _route("/api/{rest:path}", nowhere),
    ]


@cache
def engine() -> Engine:
    """The API's own pool of connections."""
    return store.connect()


def healthz(request: Request) -> Response:
    """Whether the atlas can answer: 200 when its database is loaded, 503 otherwise."""
    status, message, found = "ok", "", store.Health("", 0, 0)
    try:
        found = store.health(engine())
    except (StoreError, SQLAlchemyError) as error:
        status, message = "starting" if _loading() else "failed", _plain(error)
    body = {
        "status": status,
        "build": found.snapshot,
        "areas": found.areas,
        "observations": found.observations,
        "message": message,
    }
    return _json(body, status=200 if status == "ok" else 503)


def _loading() -> bool:
    """Whether the database only waits for a snapshot that is there."""
    try:
        load.manifest()
        return store.reachable(engine())
    except (SnapshotError, StoreError):
        return False


def map_file(request: Request) -> Response:
    """A map file as it lies on the disk, gzipped; unpacked for those who cannot read that."""
    name = request.path_params["name"]
    build = store.health(engine()).snapshot
    packed = assets.MapFiles.of(store.HOME, build).read(name)
    if packed is None:
        raise Refusal(404, "There is no map file of this name; reload the page that asked for it.")
    stem, _, digest = name.removesuffix(".json").rpartition("-")
    kind = "json" if stem.endswith(("-names", "-practices")) else "geo+json"
    headers = {
        "cache-control": "public, max-age=31536000, immutable",
        "etag": f'W/"{digest}"',
        "vary": "Accept-Encoding",
    }
    if _has(request, headers["etag"]):
        return Response(status_code=304, headers=headers)
    if _reads_gzip(request):
        headers["content-encoding"] = "gzip"
    else:
        packed = gzip.decompress(packed)
    return Response(packed, headers=headers, media_type=f"application/{kind}")


def indicators(asked: Asked, build: str) -> Answer:
    """The catalogue, an indicator a row; flat where it is to be CSV."""
    flat = asked.get("format") == "csv"
    listed = _series(build)
    series = dict(tuple(listed[listed["area_type"] != OWN].groupby("indicator_id")))
    entries = [
        entry
        for entry in catalogue.indicators().values()
        if entry.layer == asked.get("layer", entry.layer)
    ]
    rows = [_described(entry, series.get(entry.id), flat=flat) for entry in entries]
    return Answer(rows, {feed.source for entry in entries for feed in entry.feeds})


def _described(
    entry: catalogue.Indicator, series: pd.DataFrame | None, *, flat: bool
) -> dict[str, Any]:
    row = entry.model_dump(exclude={"additive", "review", "target", "feeds", "caveats"})
    if flat:
        levels = () if series is None else series["area_type"].unique()
        return row | {
            "caveats": " ".join(entry.caveats),
            "target": entry.target.value if entry.target else None,
            "target_source": entry.target.source if entry.target else "",
            "area_types": " ".join(levels),
        }
    shown = ["area_type", "period", "method", "note"]
    return row | {
        "caveats": entry.caveats,
        "target": entry.target.model_dump() if entry.target else None,
        "feeds": [
            {
                "dataset_id": feed.source,
                **feed.model_dump(include={"geography", "method", "periods"}),
            }
            for feed in entry.feeds
        ],
        "series": [] if series is None else series[shown].to_dict("records"),
        "sources": _sources(feed.source for feed in entry.feeds),
    }


def areas(asked: Asked, build: str) -> Answer:
    """Areas of one type, of a parent where one is given."""
    kind = _area_type(asked["type"])
    parent = _named(asked, "parent")
    rows = store.areas(engine(), kind, parent=parent).rename(columns={"area_type": "type"})
    if rows.empty:
        raise Refusal(404, f"No area of type {kind} lies in '{asked['parent']}'.")
    return Answer(rows[[name for name in openapi.AREA if parent or name != "share"]], AREA_SOURCES)


def observations(asked: Asked, build: str) -> Answer:
    """Figures of one indicator at one level."""
    code, kind = catalogue.indicator(asked["indicator"]).id, _area_type(asked["area_type"])
    parent = _named(asked, "parent")
    area = (kind, store.area(engine(), kind, asked["area"])["code"]) if "area" in asked else None
    mine = _series(build)
    mine = mine[mine["indicator_id"] == code]
    here = mine[mine["area_type"] == kind]
    if here.empty:
        levels = ", ".join(kind for kind in mine["area_type"].unique() if kind != OWN)
        has = f"it has them for {levels}" if levels else "the atlas holds none of it at all"
        raise Refusal(404, f"'{code}' has no figures for areas of type {kind}; {has}.")
    if "period" in asked:
        periods = ", ".join(here["period"])
        here = here[here["period"] == asked["period"]]
        if here.empty:
            raise Refusal(
                404,
                f"'{code}' has no figures for {asked['period']} for areas of type {kind}; "
                f"it has them for {periods}.",
            )
    rows = store.observations(engine(), here["series_id"].tolist(), parent=parent, area=area)
    if rows.empty:
        raise Refusal(404, f"'{code}' has no figures for the areas asked for.")
    return Answer(rows[list(openapi.OBSERVATION)], _datasets(rows, kind))


def _datasets(rows: pd.DataFrame, area_type: str) -> list[str]:
    """Files behind figures of one level: `method` and `dataset_id` of each."""
    found = list(dict.fromkeys(rows["dataset_id"]))
    if area_type == "MSOA21":
        found.append("hocl_msoa_names")
    if rows["method"].isin(profiles.ESTIMATES).any():
        found.append("nhse_registrations_lsoa")
    return found


def inequality(asked: Asked, build: str) -> Answer:
    """Every measure of inequality of one indicator in one area, and the groups behind them."""
    entry = catalogue.indicator(asked["indicator"])
    area, groups = _area(asked), asked.get("groups", "decile")
    shown = inequalities.base(_series(build), entry.id, asked.get("period", ""))
    kind, code = area["type"], area["code"]
    rows = store.gradient(engine(), [shown.series_id], shown.area_type, kind, [code], groups)
    people = int((rows["denominator"] > 0).sum())
    if people < MINIMUM_GROUPS:
        number, called = inequalities.GROUPINGS[groups]
        other = "" if groups == "local-quintile" else "groups=local-quintile or "
        raise NotMeasured(
            f"Only {people} of {number} {called} of deprivation have people in {area['name']}, and "
            f"{MINIMUM_GROUPS} are needed; ask for {other}a larger area."
        )
    found = inequalities.measure(rows, entry)
    series = _series(build).set_index("series_id").loc[[shown.series_id]]
    used = series.rename(columns={"source": "dataset_id"})
    return Answer(
        _measures(found, entry.unit.strip()),
        [*_datasets(used, kind), "mhclg_iod2025"],
        {
            "indicator_id": entry.id,
            "area": area,
            "period": shown.period,
            "method": shown.method,
            "base": shown.area_type,
            "grouped_by": groups,
            "interval": found.interval,
            "average": round(found.average, 6),
            "warning": UNDERSTATED.get(shown.method),
            "groups": _records(found.groups.reset_index()[list(openapi.GROUP)]),
        },
    )


def _measures(found: inequalities.Measures, unit: str) -> pd.DataFrame:
    """Rows of `openapi.MEASURE`."""
    holders = [found.slope, found.extremes, found.attributable, found.concentration]
    known = {name: value for holder in holders for name, value in vars(holder).items()}
    known |= {f"concentration{end}": known[name] for name, end in _CONCENTRATION.items()}
    known |= {name: getattr(found, name) for name in ("theil", "variance", "disparity")}
    units = {"value": unit, "squared": f"{unit} squared".strip()}
    rows = [
        {
            "measure": code,
            "name": meaning.name,
            "value": known[code],
            "lower_ci": known.get(f"{code}_lower"),
            "upper_ci": known.get(f"{code}_upper"),
            "unit": units.get(meaning.unit, meaning.unit),
            "formula": meaning.formula,
        }
        for code, meaning in inequalities.MEANINGS.items()
    ]
    numbers = dict.fromkeys(["value", "lower_ci", "upper_ci"], "float64")
    return pd.DataFrame(rows, columns=list(openapi.MEASURE)).astype(numbers)


_CONCENTRATION: Final = {"index": "", "lower": "_lower", "upper": "_upper"}


def profile(asked: Asked, build: str) -> Answer:
    """Every indicator of one area, beside its ICS and England."""
    area = _area(asked)
    kind, code = area["type"], area["code"]
    vintage = "ICB24" if kind in FORMER else "ICB26"
    holders = store.parents(engine(), kind, code)
    holders = holders[holders["area_type"] == vintage].rename(columns={"area_type": "type"})
    ics = area if kind == vintage else next(iter(holders.to_dict("records")), None)
    marks = {"england": ("ENG", "E92000001")}
    if ics:
        marks["ics"] = (ics["type"], ics["code"])
    series = _series(build)
    rows = profiles.profile(engine(), series, [(kind, code)], marks, england=_spans(build, kind))
    if rows.empty:
        raise Refusal(404, f"The atlas has no figures for {area['name']}.")
    if kind == OWN:
        # what other people have drawn up is no spread to stand in
        rows = rows.assign(**dict.fromkeys(profiles.SPAN.values(), float("nan")))
    if not ics:
        unknown = dict.fromkeys(["ics_compared", "ics_compared_998", "ics_judged"], "not compared")
        rows = rows.assign(ics=float("nan"), ics_basis="none", **unknown)
    rows = rows.rename(columns={"ics": "ics_value", "england": "england_value"})
    tested = int((rows["england_basis"] == "interval").sum())
    return Answer(
        rows[list(openapi.PROFILE_ROW)],
        _datasets(rows, kind),
        {
            "area": area,
            "ics": {name: ics[name] for name in SUBJECT} if ics else None,
            "comparisons": tested,
            "expected_by_chance": round(comparison.chance_differences(tested), 6),
        },
    )


@lru_cache(maxsize=32)
def _spans(build: str, area_type: str) -> pd.DataFrame:
    return profiles.span(engine(), _series(build), area_type)


def nearest(asked: Asked, build: str) -> Answer:
    """The ten areas that are most like one, and the variables that say so."""
    area = _area(asked)
    figures = _peer_figures(build, area["type"])
    found = peers.nearest(engine(), figures, (area["type"], area["code"]))
    used = _series(build)
    used = used[
        used["indicator_id"].isin(figures.columns) & (used["area_type"] == area["type"])
    ].rename(columns={"source": "dataset_id"})
    return Answer(
        found.table[list(openapi.PEER)],
        [*_datasets(used, area["type"]), "ics_places"],
        {
            "area": area,
            "compared": found.compared,
            "left_out": found.left_out,
            "variables": _records(found.variables[list(openapi.VARIABLE)]),
        },
    )


@lru_cache(maxsize=8)
def _peer_figures(build: str, area_type: str) -> pd.DataFrame:
    return peers.matrix(engine(), _series(build), area_type)


def register(asked: Asked, build: str) -> Answer:
    """Programmes, of an ICS where one is given; flat where they are to be CSV."""
    ics = _named(asked, "ics")
    if ics and ics[0] not in ICSS:
        raise Refusal(
            400, f"'{asked['ics']}' is not an ICS; /api/v1/areas?type=ICB26 lists the current ones."
        )
    rows = programmes.listed(engine(), ics)
    codes = rows["id"].tolist()
    acts = programmes.areas(engine(), codes).rename(columns={"area_type": "type"})
    counted = programmes.measures(engine(), codes)
    flat = asked.get("format") == "csv"
    listed = []
    for row in _records(rows[list(openapi.PROGRAMME)]):
        here = acts[acts["programme"] == row["id"]]
        mine = counted[counted["programme"] == row["id"]]
        if flat:
            row["areas"] = " ".join(here["type"] + ":" + here["code"])
            row["measures"] = "; ".join(programmes.phrase(one) for one in _records(mine))
        else:
            named = here.fillna({"name": ""})
            row["areas"] = _records(named[list(openapi.ACTS_IN)])
            row["measures"] = _records(mine[list(openapi.MEASURED)])
        listed.append(row)
    columns = [*openapi.PROGRAMME, "areas", "measures"]
    table = pd.DataFrame(listed, columns=columns) if flat else listed
    return Answer(table, AREA_SOURCES if listed else ())


def _register_now() -> str:
    """Hash of the register, which changes without a new build."""
    rows = programmes.listed(engine())
    counted = programmes.measures(engine(), rows["id"].tolist())
    acts = programmes.areas(engine(), rows["id"].tolist())
    said = "".join(frame.to_csv() for frame in (rows, counted, acts))
    return hashlib.sha256(said.encode()).hexdigest()


def document(request: Request) -> Response:
    """The OpenAPI document."""
    _asked(request, openapi.DOCUMENT)
    response = _json(openapi.document())
    tag = _tag(bytes(response.body))
    return _unchanged(tag) if _has(request, tag) else _tagged(response, tag)


def nowhere(request: Request) -> Response:
    """Refuse every other address under /api, which Streamlit would answer with a page."""
    raise Refusal(404, f"There is nothing here; {openapi.DOCUMENT} lists what there is.")


def _route(path: str, answer: Callable[[Request], Response]) -> Route:
    """Answer GET and HEAD in a thread, and say every error in a sentence."""
    public = path.startswith("/api/")

    async def endpoint(request: Request) -> Response:
        if request.method in ("GET", "HEAD"):
            limiter = _turns() if public else None
            response = await anyio.to_thread.run_sync(_said, answer, request, limiter=limiter)
        else:
            response = _json({"error": "Only GET and HEAD are answered here."}, status=405)
            response.headers["allow"] = "GET, HEAD"
        if public:
            response.headers["access-control-allow-origin"] = "*"
        lasting = public and response.status_code < 500
        response.headers.setdefault(
            "cache-control", "public, max-age=60" if lasting else "no-store"
        )
        if request.method == "HEAD":
            response.body = b""
        return response

    return Route(path, endpoint, methods=METHODS)


def _said(answer: Callable[[Request], Response], request: Request) -> Response:
    try:
        return answer(request)
    except Refusal as refusal:
        return _json({"error": str(refusal)}, status=refusal.status)
    except (UnknownCodeError, NotMeasured, NoPeers) as error:
        return _json({"error": str(error)}, status=404)
    except (AtlasError, SQLAlchemyError) as error:
        return _json({"error": _plain(error)}, status=503)


def _plain(error: Exception) -> str:
    """What strangers may read of an error; what the database itself said goes to the log."""
    log.error("%s", error)
    if isinstance(error, SQLAlchemyError) or isinstance(error.__cause__, SQLAlchemyError):
        return "The database cannot be read; the log of the server says why."
    return str(error)


_limiter: Final = RunVar[anyio.CapacityLimiter]("atlas_api")


def _turns() -> anyio.CapacityLimiter:
    try:
        return _limiter.get()
    except LookupError:
        _limiter.set(anyio.CapacityLimiter(AT_ONCE))
        return _limiter.get()


def _table(
    path: str,
    answer: Callable[[Asked, str], Answer],
    state: Callable[[], str] = lambda: "",
) -> Callable[[Request], Response]:
    """Check a question, and lay the rows that answer it out as JSON or CSV.

    `state` says what else than the build, the question and the catalogue the answer depends on.
    """

    def answered(request: Request) -> Response:
        asked = _asked(request, path)
        build = store.health(engine()).snapshot
        question = orjson.dumps([build, path, sorted(asked.items()), state()])
        tag = _tag(question, _catalogue().encode())
        if _has(request, tag):
            return _unchanged(tag)
        found = answer(asked, build)
        if asked.get("format") == "csv":
            name = path.rpartition("/")[2]
            return _tagged(_csv(pd.DataFrame(found.rows), name), tag)
        data = found.rows if isinstance(found.rows, list) else _records(found.rows)
        sources = _sources(found.datasets)
        body = {
            "data": data,
            "count": len(data),
            "build": build,
            "licence": "; ".join(dict.fromkeys(source["licence"] for source in sources)),
            "attribution": _attribution({source["dataset_id"] for source in sources}),
            "sources": sources,
            **found.more,
        }
        return _tagged(_json(body), tag)

    return answered


def _asked(request: Request, path: str) -> Asked:
    """Read the parameters of a question.

    Raises
    ------
    Refusal
        When one is missing, malformed, repeated or not known.
    """
    known = openapi.parameters(path)
    asked: dict[str, str] = {}
    for name, text in request.query_params.multi_items():
        if name not in known:
            has = f"known here are {', '.join(known)}" if known else "none is known here"
            called = f" '{name}'" if re.fullmatch(r"[A-Za-z0-9_]{1,40}", name) else ""
            raise Refusal(400, f"There is no parameter{called}; {has}.")
        if name in asked:
            raise Refusal(400, f"Parameter '{name}' is given twice; give it once.")
        schema = known[name]["schema"]
        if "enum" in schema and text not in schema["enum"]:
            raise Refusal(400, f"Parameter '{name}' must be one of {', '.join(schema['enum'])}.")
        if "pattern" in schema and not re.fullmatch(schema["pattern"], text):
            raise Refusal(
                400,
                f"Parameter '{name}' is empty or malformed; write a code such as "
                f"{known[name]['example']}.",
            )
        asked[name] = text
    for name, entry in known.items():
        if entry["required"] and name not in asked:
            raise Refusal(
                400, f"Parameter '{name}' is missing; write for instance {name}={entry['example']}."
            )
    return asked


def _area_type(kind: str) -> str:
    kinds = store.area_types(engine())
    if kind not in kinds:
        raise Refusal(
            404, f"'{kind}' is not a type of area that has figures; {', '.join(kinds)} are."
        )
    return kind


def _named(asked: Asked, name: str) -> tuple[str, str] | None:
    """The area that a parameter names, written CODE or TYPE:CODE; None where it is not given."""
    if name not in asked:
        return None
    kind, colon, code = asked[name].rpartition(":")
    if colon:
        # own areas are answered for, and never listed
        kind = kind if kind == OWN else _area_type(kind)
        if kind == OWN and OWN not in store.area_types(engine(), code):
            raise Refusal(404, f"There is no own area '{code}' now; open its link in the atlas.")
        return kind, str(store.area(engine(), kind, code)["code"])
    kinds = store.area_types(engine(), code)
    if not kinds:
        raise Refusal(404, f"'{code}' is not the code of an area; {openapi.AREAS} lists them.")
    if len(kinds) > 1:
        ways = " or ".join(f"{kind}:{code}" for kind in kinds)
        raise Refusal(400, f"'{code}' is an area of several types; write {ways}.")
    return kinds[0], code


SUBJECT: Final = ("type", "code", "name")
"""What is said of an area that an answer is about."""


def _area(asked: Asked) -> dict[str, str]:
    """The area that an answer is about: `SUBJECT`."""
    kind, code = _named(asked, "area") or ("", "")
    found = store.area(engine(), kind, code)
    return dict(zip(SUBJECT, (kind, code, str(found["name"])), strict=True))


@lru_cache(maxsize=2)
def _series(build: str) -> pd.DataFrame:
    return store.series(engine())


@cache
def _catalogue() -> str:
    """Hash of the catalogue, which may change without a new build."""
    said = repr((catalogue.indicators(), catalogue.files()))
    return hashlib.sha256(said.encode()).hexdigest()


def _sources(datasets: Iterable[str]) -> list[dict[str, str]]:
    wanted = set(datasets)
    return [
        {
            "dataset_id": file.source,
            "publisher": file.publisher,
            "title": file.title,
            "licence": file.licence,
            "url": file.url,
        }
        for file in catalogue.files()
        if file.source in wanted
    ]


def _attribution(datasets: set[str]) -> str:
    files = [file for file in catalogue.files() if file.source in datasets]
    said = [LICENCES.get(file.licence, file.licence) for file in files]
    said += [f"{file.attribution}." for file in files if file.attribution]
    return " ".join(dict.fromkeys(said))


def _rounded(rows: pd.DataFrame) -> pd.DataFrame:
    """Six decimals; whole numbers stay whole where some are missing."""
    columns = {**openapi.AREA, **openapi.PROFILE_ROW, **openapi.PEER}
    whole = {name: "Int64" for name in rows if columns.get(str(name), ("", ""))[0] == "integer"}
    return rows.astype(whole).round(6)


def _records(rows: pd.DataFrame) -> Records:
    plain = _rounded(rows).astype(object)
    plain = plain.where(plain.notna(), None)
    names = [str(name) for name in plain]
    return [dict(zip(names, row, strict=True)) for row in plain.itertuples(index=False, name=None)]


def _csv(rows: pd.DataFrame, name: str) -> Response:
    plain = _rounded(rows)
    for column in plain.select_dtypes(["object", "str"]):
        plain[column] = plain[column].map(_harmless)
    return Response(
        plain.to_csv(index=False),
        headers={"content-disposition": f'attachment; filename="{name}.csv"'},
        media_type="text/csv",
    )


def _harmless(cell: Any) -> Any:
    """Text that a spreadsheet would run as a formula, made text again."""
    risky = isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    return f"'{cell}" if risky else cell


def _json(body: object, status: int = 200) -> Response:
    return Response(orjson.dumps(body), status, media_type="application/json")


def _tag(*parts: bytes) -> str:
    """ETag; a weak one, since the body may still be compressed on its way."""
    return f'W/"{hashlib.sha256(b"".join(parts)).hexdigest()[:16]}"'


def _tagged(response: Response, tag: str) -> Response:
    response.headers["etag"] = tag
    return response


def _unchanged(tag: str) -> Response:
    return Response(status_code=304, headers={"etag": tag})


def _has(request: Request, tag: str) -> bool:
    """Whether the client says that it has this answer already."""
    held = [part.strip() for part in request.headers.get("if-none-match", "").split(",")]
    return "*" in held or tag in held or tag.removeprefix("W/") in held


def _reads_gzip(request: Request) -> bool:
    """Whether the client accepts gzip (RFC 9110, section 12.5.3)."""
    for part in request.headers.get("accept-encoding", "").lower().split(","):
        coding, _, weight = part.partition(";")
        if coding.strip() in ("gzip", "x-gzip", "*"):
            return not re.fullmatch(r"q=0(\.0*)?", weight.strip().replace(" ", ""))
    return False
