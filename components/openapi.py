"""What the API promises: its parameters, its columns, and the OpenAPI document made of them.

`components.api` checks questions against the parameters and lays tables out by the columns, so the
document cannot say anything else than the API does.
"""

from collections.abc import Mapping
from typing import Any, Final

INDICATORS: Final = "/api/v1/indicators"
AREAS: Final = "/api/v1/areas"
OBSERVATIONS: Final = "/api/v1/observations"
DOCUMENT: Final = "/api/v1/openapi.json"

LAYERS: Final = ("deprivation", "condition", "coverage", "context")
FORMATS: Final = ("json", "csv")

Column = tuple[str, str]

AREA: Final[Mapping[str, Column]] = {
    "code": ("string", "Code of the area; of places, one of ours."),
    "name": ("string", "Name of the area."),
    "type": ("string", "Type of the area and its vintage, such as ICB24."),
    "nhs_code": ("string", "The NHS's own code, such as QHL; empty where there is none."),
    "population": ("integer", "Residents, mid-2024; people."),
    "core20": (
        "integer",
        "Residents who live in the most deprived 20% of England's LSOAs; people.",
    ),
    "imd_rank": (
        "integer",
        "Rank of deprivation (IMD 2025) in England among areas of the type; 1 = most deprived.",
    ),
    "imd_decile": (
        "integer",
        "Tenth of England's areas of the type by deprivation (IMD 2025); decile 1 = most deprived.",
    ),
    "rural_urban": (
        "string",
        "Code in the ONS rural urban classification 2021, such as UN1; LSOAs only.",
    ),
    "longitude": ("number", "Longitude of a point inside the area; degrees, WGS 84."),
    "latitude": ("number", "Latitude of a point inside the area; degrees, WGS 84."),
    "share": (
        "number",
        "Share of the area's residents who live in the parent, 0 to 1; only with `parent`.",
    ),
}
"""Columns of a table of areas: type and meaning."""

OBSERVATION: Final[Mapping[str, Column]] = {
    "indicator_id": ("string", "Id of the indicator."),
    "period": ("string", "Period as published: 2025, 2024-25, 2024-25 Q3, 2019-21 or 2023-05."),
    "area_type": ("string", "Type of the area and its vintage."),
    "area_code": ("string", "Code of the area."),
    "area_name": ("string", "Name of the area."),
    "count": (
        "number",
        "Numerator, of what the indicator's `counted` says; fractions in estimates.",
    ),
    "denominator": ("number", "Denominator; people or things."),
    "value": ("number", "The figure, in the indicator's `unit`."),
    "lower_ci": ("number", "Lower end of the 95% interval, in the indicator's `unit`."),
    "upper_ci": ("number", "Upper end of the 95% interval, in the indicator's `unit`."),
    "spread_low": (
        "number",
        "10th percentile of the practices or networks that serve the area, weighted by patients, "
        "in the indicator's `unit`.",
    ),
    "spread_high": (
        "number",
        "90th percentile of the practices or networks that serve the area, weighted by patients, "
        "in the indicator's `unit`.",
    ),
    "covered": ("number", "Share of patients or residents behind the figure, 0 to 1; empty = all."),
    "decile": (
        "integer",
        "Tenth of England's areas of the type, deprivation only; decile 1 = most deprived.",
    ),
    "note": ("string", "The publisher's remark on this figure."),
    "method": (
        "string",
        "`direct` (published for this area), `aggregated` (added up from smaller areas), "
        "`attributed` (from GP practices, by where patients live) or `inherited` (from primary "
        "care networks).",
    ),
    "dataset_id": ("string", "Which of `sources` the figure is from."),
}
"""Columns of a table of figures: type and meaning."""

TEXT: Final = r"^[A-Za-z0-9_:. -]{1,60}$"
"""What a parameter looks like, whatever it is for."""

PARENT: Final = r"^([A-Z]{2,5}[0-9]{0,2}:)?[A-Za-z0-9_.-]{1,50}$"
"""CODE or TYPE:CODE."""


def _parameter(
    name: str,
    says: str,
    example: str,
    *,
    required: bool = False,
    among: tuple[str, ...] = (),
    pattern: str = TEXT,
) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string", "pattern": pattern}
    if among:
        schema = {"type": "string", "enum": list(among)}
    return {
        "name": name,
        "in": "query",
        "required": required,
        "description": says,
        "schema": schema,
        "example": example,
    }


_FORMAT: Final = _parameter("format", "json (the default) or csv.", "csv", among=FORMATS)
_PARENT: Final = _parameter(
    "parent",
    "Only areas that share ground with this one: its code, or TYPE:CODE where several types of "
    "area use the code.",
    "ICB26:E54000055",
    pattern=PARENT,
)
_PARAMETERS: Final[Mapping[str, list[dict[str, Any]]]] = {
    INDICATORS: [
        _parameter("layer", "Only indicators of this layer.", "deprivation", among=LAYERS),
        _FORMAT,
    ],
    AREAS: [
        _parameter("type", "Type of area, with its vintage.", "ICB24", required=True),
        _PARENT,
        _FORMAT,
    ],
    OBSERVATIONS: [
        _parameter("indicator", "Id of an indicator.", "imd", required=True),
        _parameter("area_type", "Type of area, with its vintage.", "ICB24", required=True),
        _PARENT,
        _parameter("area", "Only the area of this code, of type `area_type`.", "E54000055"),
        _parameter("period", "Only this period; all by default.", "2025"),
        _FORMAT,
    ],
    DOCUMENT: [],
}


def parameters(path: str) -> Mapping[str, Mapping[str, Any]]:
    """Parameters of a path by name, as OpenAPI parameter objects, in order."""
    return {entry["name"]: entry for entry in _PARAMETERS[path]}


def document() -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of the API."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "ICS Neighbourhood Atlas",
            "version": "1",
            "summary": "Deprivation, condition prevalence and intervention coverage in England.",
            "description": "Read-only. Published figures and estimates made from them; no personal "
            "data. Every answer names its sources and their licence.",
        },
        "servers": [{"url": "/"}],
        "paths": {
            INDICATORS: _path(
                "The catalogue: what every figure means and where it comes from.",
                INDICATORS,
                "Indicators",
            ),
            AREAS: _path("Areas of one type.", AREAS, "Areas"),
            OBSERVATIONS: _path("Figures of one indicator.", OBSERVATIONS, "Observations"),
            DOCUMENT: {
                "get": {
                    "summary": "This document.",
                    "operationId": "document",
                    "responses": {
                        "200": {
                            "description": "An OpenAPI 3.1 document.",
                            "content": {"application/json": {"schema": {"type": "object"}}},
                        }
                    },
                }
            },
        },
        "components": {
            "schemas": {
                "Error": _object({"error": ("string", "What is wrong and what to do.")}),
                "Source": _object(
                    {
                        "dataset_id": ("string", "Id that figures name."),
                        "publisher": ("string", "Who published it."),
                        "title": ("string", "What the publisher calls it."),
                        "licence": ("string", "Licence of the publisher."),
                        "url": ("string", "Page of the publisher; empty where not known."),
                    }
                ),
                "Area": _object(AREA, optional=("share",)),
                "Observation": _object(OBSERVATION),
                "Indicator": _indicator(),
                "Areas": _table("Area", _AREA_EXAMPLE),
                "Observations": _table("Observation", _OBSERVATION_EXAMPLE),
                "Indicators": _table("Indicator", None),
            }
        },
    }


def _path(summary: str, path: str, answer: str) -> dict[str, Any]:
    refused = {"schema": {"$ref": "#/components/schemas/Error"}}

    def sentence(when: str) -> dict[str, Any]:
        return {"description": when, "content": {"application/json": refused}}

    return {
        "get": {
            "summary": summary,
            "operationId": answer.lower(),
            "parameters": _PARAMETERS[path],
            "responses": {
                "200": {
                    "description": summary,
                    "content": {
                        "application/json": {"schema": {"$ref": f"#/components/schemas/{answer}"}},
                        "text/csv": {"schema": {"type": "string"}},
                    },
                },
                "304": {"description": "As it was when If-None-Match was given."},
                "400": sentence("A parameter is missing, malformed, repeated or not known."),
                "404": sentence("No such code, or no figures for this question."),
                "503": sentence("The database cannot be read."),
            },
        }
    }


def _object(columns: Mapping[str, Column], optional: tuple[str, ...] = ()) -> dict[str, Any]:
    """Schema of a row; numbers and notes may be null."""
    return {
        "type": "object",
        "required": [name for name in columns if name not in optional],
        "properties": {
            name: {
                "type": kind if kind == "string" and name != "note" else [kind, "null"],
                "description": says,
            }
            for name, (kind, says) in columns.items()
        },
    }


def _table(row: str, example: Mapping[str, Any] | None) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "data": {"type": "array", "items": {"$ref": f"#/components/schemas/{row}"}},
        "count": {"type": "integer", "description": "Number of rows."},
        "build": {"type": "string", "description": "Id of the snapshot that was asked."},
        "licence": {"type": "string"},
        "attribution": {"type": "string", "description": "What to print beside the figures."},
        "sources": {"type": "array", "items": {"$ref": "#/components/schemas/Source"}},
    }
    schema = {"type": "object", "required": list(properties), "properties": properties}
    return schema | ({"examples": [dict(example)]} if example else {})


def _indicator() -> dict[str, Any]:
    texts = {
        "id": "Stands in links and in `indicator`.",
        "name": "Name of the indicator.",
        "short_name": "Name of up to 32 characters.",
        "layer": f"One of {', '.join(LAYERS)}.",
        "group": "Heading that it stands under.",
        "unit": "Printed after the value: %, years, per 100,000; empty for a score or ratio.",
        "polarity": "higher_is_better, lower_is_better or none.",
        "counted": "What the count counts; empty where it is not of people or things.",
        "numerator": "What the numerator is.",
        "denominator": "What the denominator is.",
        "definition": "What the figure says.",
    }
    schema = _object({name: ("string", says) for name, says in texts.items()})
    schema["properties"] |= {
        "per": {"type": "number", "description": "value = per x count / denominator."},
        "decimals": {"type": "integer", "description": "Decimals to print."},
        "caveats": {"type": "array", "items": {"type": "string"}},
        "target": {
            "oneOf": [
                {"type": "null"},
                {
                    "type": "object",
                    "required": ["value", "label", "source", "url"],
                    "properties": {
                        "value": {"type": "number", "description": "In the indicator's unit."},
                        **{name: {"type": "string"} for name in ("label", "source", "url")},
                    },
                },
            ]
        },
        "feeds": {
            "type": "array",
            "description": "What it is made from: source, native geography, method, periods.",
            "items": {
                "type": "object",
                "required": ["dataset_id", "geography", "method", "periods"],
                "properties": {
                    **{n: {"type": "string"} for n in ("dataset_id", "geography", "method")},
                    "periods": {"type": "array", "items": {"type": "string"}},
                },
            },
        },
        "series": {
            "type": "array",
            "description": "The types of area and periods that there are figures for.",
            "items": _object(
                {name: OBSERVATION[name] for name in ("area_type", "period", "method")}
                | {"note": ("string", "A remark on the whole series.")}
            ),
        },
        "sources": {"type": "array", "items": {"$ref": "#/components/schemas/Source"}},
    }
    schema["required"] = list(schema["properties"])
    return schema


_ENDS: Final[Mapping[str, Any]] = {
    "count": 1,
    "build": "764533ddc16dadde",
    "licence": "Open Government Licence v3.0",
    "attribution": "Contains public sector information licensed under the Open Government "
    "Licence v3.0.",
    "sources": [
        {
            "dataset_id": "mhclg_iod2025",
            "publisher": "Ministry of Housing, Communities and Local Government",
            "title": "English Indices of Deprivation 2025: File 7",
            "licence": "Open Government Licence v3.0",
            "url": "https://www.gov.uk/government/statistics/english-indices-of-deprivation-2025",
        }
    ],
}
_AREA_EXAMPLE: Final[Mapping[str, Any]] = {
    "data": [
        {
            "code": "E54000055",
            "name": "Birmingham and Solihull",
            "type": "ICB24",
            "nhs_code": "QHL",
            "population": 1404860,
            "core20": 707227,
            "imd_rank": 1,
            "imd_decile": 1,
            "rural_urban": "",
            "longitude": -1.86483,
            "latitude": 52.46898,
        }
    ],
    **_ENDS,
}
_OBSERVATION_EXAMPLE: Final[Mapping[str, Any]] = {
    "data": [
        {
            **dict.fromkeys(OBSERVATION),
            "indicator_id": "imd",
            "period": "2025",
            "area_type": "ICB24",
            "area_code": "E54000055",
            "area_name": "Birmingham and Solihull",
            "denominator": 1404860,
            "value": 34.922061,
            "decile": 1,
            "method": "aggregated",
            "dataset_id": "mhclg_iod2025",
        }
    ],
    **_ENDS,
}
