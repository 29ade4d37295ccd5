"""What the API promises: its parameters, its columns, and the OpenAPI document made of them.

`components.api` checks questions against the parameters and lays tables out by the columns, so the
document cannot say anything else than the API does.
"""

from collections.abc import Mapping
from typing import Any, Final

INDICATORS: Final = "/api/v1/indicators"
AREAS: Final = "/api/v1/areas"
OBSERVATIONS: Final = "/api/v1/observations"
INEQUALITY: Final = "/api/v1/inequality"
PROFILE: Final = "/api/v1/profile"
PEERS: Final = "/api/v1/peers"
PROGRAMMES: Final = "/api/v1/programmes"
DOCUMENT: Final = "/api/v1/openapi.json"

LAYERS: Final = ("deprivation", "condition", "coverage", "context")
FORMATS: Final = ("json", "csv")
GROUPS: Final = ("decile", "quintile", "local-decile", "local-quintile")

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

MEASURE: Final[Mapping[str, Column]] = {
    "measure": ("string", "Id of the measure, such as sii."),
    "name": ("string", "Name of the measure."),
    "value": (
        "number",
        "The measure; where it is signed, positive when the figure rises towards the least "
        "deprived. Empty where it is not defined.",
    ),
    "lower_ci": ("number", "Lower end of the 95% interval; empty where the measure has none."),
    "upper_ci": ("number", "Upper end of the 95% interval; empty where the measure has none."),
    "unit": (
        "string",
        "The indicator's unit (a difference of percentages is in percentage points), the same "
        "squared, ratio, share (1 = all) or index.",
    ),
    "formula": ("string", "How it is made, and from which paper."),
}
"""Columns of a table of measures of inequality: type and meaning."""

GROUP: Final[Mapping[str, Column]] = {
    "group": ("integer", "Deprivation group; group 1 = most deprived."),
    "areas": ("integer", "Areas of type `base` in the group."),
    "count": OBSERVATION["count"],
    "denominator": ("number", "People or things; residents where the indicator gives none."),
    "value": ("number", "The group's figure, in the indicator's `unit`."),
    "lower_ci": OBSERVATION["lower_ci"],
    "upper_ci": OBSERVATION["upper_ci"],
    "midpoint": (
        "number",
        "Share of the population that is more deprived than the middle of the group, 0 to 1.",
    ),
    "fitted": ("number", "The line at the group's midpoint, in the indicator's `unit`."),
}
"""Columns of the deprivation groups behind measures of inequality."""

_COMPARED: Final = {
    "value": "Value of {}, of the same period; empty where it has none.",
    "compared": "lower, similar or higher than {}, or not compared; see `{}_basis`.",
    "compared_998": "The same at 99.8%; by intervals only.",
    "basis": "interval (tested at 95%), spread (an estimate without an interval: nearly all "
    "practices or networks that serve the area are above or below, which is no test) or none.",
    "judged": "`{1}_compared` in the light of `polarity`: better, worse, similar, lower, higher or "
    "not compared.",
}
PROFILE_ROW: Final[Mapping[str, Column]] = {
    "indicator_id": OBSERVATION["indicator_id"],
    "name": ("string", "Name of the indicator."),
    "short_name": ("string", "Name of up to 32 characters."),
    "layer": ("string", f"One of {', '.join(LAYERS)}."),
    "group": ("string", "Heading that it stands under."),
    "unit": ("string", "Printed after the value: %, years, per 100,000; empty for a score."),
    "decimals": ("integer", "Decimals to print."),
    "polarity": ("string", "higher_is_better, lower_is_better or none."),
    **{
        name: OBSERVATION[name]
        for name in ("period", "method", "dataset_id", "count", "denominator", "value")
    },
    "lower_ci": ("number", "Lower end of the 95% interval, published or made from counts."),
    "upper_ci": ("number", "Upper end of the 95% interval, published or made from counts."),
    "lower_998": ("number", "Lower end of the 99.8% interval."),
    "upper_998": ("number", "Upper end of the 99.8% interval."),
    **{name: OBSERVATION[name] for name in ("spread_low", "spread_high", "covered", "decile")},
    "target": ("number", "National target, in the indicator's `unit`."),
    **{
        f"england_{end}": ("number", f"{says} of England's areas of the type.")
        for end, says in {
            "low": "Minimum",
            "q1": "Lower quartile",
            "median": "Median",
            "q3": "Upper quartile",
            "high": "Maximum",
        }.items()
    },
    **{
        f"{heading}_{name}": ("number" if name == "value" else "string", says.format(who, heading))
        for heading, who in {"ics": "the area's ICS", "england": "England"}.items()
        for name, says in _COMPARED.items()
    },
}
"""Columns of a profile: type and meaning."""

PEER: Final[Mapping[str, Column]] = {
    "rank": ("integer", "1 = nearest."),
    "code": ("string", "Code of the peer."),
    "name": ("string", "Name of the peer."),
    "distance": ("number", "How unlike it is, in standard deviations; 0 = alike in all."),
    "place": ("string", "Place that holds most of it; empty for places and larger areas."),
    "ics": ("string", "ICS (April 2026) that holds most of it; empty for ICSs."),
    "local_authority": ("string", "Local authority that holds most of it; empty for larger areas."),
}
"""Columns of a table of peers: type and meaning."""

VARIABLE: Final[Mapping[str, Column]] = {
    "theme": ("string", "deprivation, age structure, ethnicity or rurality."),
    "indicator_id": OBSERVATION["indicator_id"],
    "value": ("number", "The area's value, in the indicator's `unit`."),
    "mean": ("number", "Mean of England's areas of the type, in the indicator's `unit`."),
    "sd": ("number", "Their standard deviation, in the indicator's `unit`."),
    "z": ("number", "(value - mean) / sd."),
}
"""Columns of the variables that peers are alike in."""

PROGRAMME: Final[Mapping[str, Column]] = {
    "id": ("string", "Id of the programme."),
    "name": ("string", "Name of the programme."),
    "kind": ("string", "homes, integrated care or community."),
    "owner": ("string", "Who runs it; empty where not known."),
    "ics_type": ("string", "Type and vintage of the ICS whose programme it is, such as ICB24."),
    "ics_code": ("string", "Code of that ICS."),
    "ics_name": ("string", "Name of that ICS."),
    "summary": ("string", "What is done."),
    "target_group": ("string", "Whom it is for."),
    "conditions": (
        "string",
        "Ids of conditions that stand for those it is for, separated by commas.",
    ),
    "populations": (
        "string",
        "Ids of indicators of the layer context that stand for those it is for, separated by "
        "commas.",
    ),
    "started": ("string", "2024, 2024-05 or 2024-05-31; empty where not known."),
    "ended": ("string", "The same; empty where not known, or where it goes on."),
    "funding": ("string", "Who pays, and how much; empty where not known."),
    "status": ("string", "planned, running or ended; empty where not known."),
    "source": ("string", "Who says all this."),
    "source_url": ("string", "Address of the source; empty where not known."),
    "note": ("string", "What the source leaves open."),
}
"""Columns of the register of programmes before its areas and measures: type and meaning."""

ACTS_IN: Final[Mapping[str, Column]] = {
    "type": AREA["type"],
    "code": AREA["code"],
    "name": ("string", "Name of the area; empty where the atlas does not hold it."),
}
"""Columns of the areas that a programme acts in."""

MEASURED: Final[Mapping[str, Column]] = {
    "measure": (
        "string",
        "eligible, identified, cohort, offered, reached, installed, advised, outcome or benefit.",
    ),
    "period": ("string", "Period; empty where the source gives none."),
    "qualifier": ("string", "What the source puts before the number: nearly, about, more than."),
    "value": ("number", "The number, in `unit`."),
    "unit": ("string", "Such as households or %; empty where the source does not say."),
    "note": ("string", "What the number is of, and what the source leaves open."),
    "source": ("string", "Who says so; empty where it is the programme's own source."),
}
"""Columns of what was counted of a programme."""

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
_AREA: Final = _parameter(
    "area",
    "The area: its code, or TYPE:CODE where several types of area use the code.",
    "MSOA21:E02001827",
    required=True,
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
    INEQUALITY: [
        _parameter("indicator", "Id of an indicator.", "qof_dm", required=True),
        {**_AREA, "example": "ICB26:E54000055"},
        _parameter("period", "Its period; the newest by default.", "2024-25"),
        _parameter(
            "groups",
            "Deprivation groups: tenths (the default) or fifths of all of England's areas, or of "
            "the area's own (local).",
            "quintile",
            among=GROUPS,
        ),
        _FORMAT,
    ],
    PROFILE: [_AREA, _FORMAT],
    PEERS: [_AREA, _FORMAT],
    PROGRAMMES: [
        _parameter(
            "ics",
            "Only programmes of this ICS, or that act in an area that shares ground with it: its "
            "code, or TYPE:CODE where both vintages use the code.",
            "ICB26:E54000055",
            pattern=PARENT,
        ),
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
            INEQUALITY: _path(
                "How unequal one figure is between the most and the least deprived of an area.",
                INEQUALITY,
                "Inequality",
            ),
            PROFILE: _path(
                "Every indicator of one area, beside its ICS and England.", PROFILE, "Profile"
            ),
            PEERS: _path(
                "The ten areas of England that are most like one: statistical neighbours.",
                PEERS,
                "Peers",
            ),
            PROGRAMMES: _path(
                "The register of programmes: what is done, where, and what came of it.",
                PROGRAMMES,
                "Programmes",
            ),
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
                "Subject": _object({name: AREA[name] for name in ("type", "code", "name")}),
                "Measure": _object(MEASURE),
                "Group": _object(GROUP),
                "ProfileRow": _object(PROFILE_ROW),
                "Peer": _object(PEER),
                "Variable": _object(VARIABLE),
                "Inequality": _table("Measure", None, _INEQUALITY_MORE),
                "Profile": _table("ProfileRow", None, _PROFILE_MORE),
                "Peers": _table("Peer", None, _PEERS_MORE),
                "ActsIn": _object(ACTS_IN),
                "Measured": _object(MEASURED),
                "Programme": _programme(),
                "Programmes": _table("Programme", None),
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


def _table(
    row: str, example: Mapping[str, Any] | None, more: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Schema of an answer; `more` are properties besides those of every answer."""
    properties: dict[str, Any] = {
        "data": {"type": "array", "items": {"$ref": f"#/components/schemas/{row}"}},
        "count": {"type": "integer", "description": "Number of rows."},
        "build": {"type": "string", "description": "Id of the snapshot that was asked."},
        "licence": {"type": "string"},
        "attribution": {"type": "string", "description": "What to print beside the figures."},
        "sources": {"type": "array", "items": {"$ref": "#/components/schemas/Source"}},
        **(more or {}),
    }
    schema = {"type": "object", "required": list(properties), "properties": properties}
    return schema | ({"examples": [dict(example)]} if example else {})


def _rows(schema: str, says: str) -> dict[str, Any]:
    return {
        "type": "array",
        "description": says,
        "items": {"$ref": f"#/components/schemas/{schema}"},
    }


_SUBJECT: Final[Mapping[str, Any]] = {"$ref": "#/components/schemas/Subject"}
_INEQUALITY_MORE: Final[Mapping[str, Any]] = {
    "indicator_id": {"type": "string", "description": "Id of the indicator."},
    "area": _SUBJECT,
    "period": {"type": "string", "description": "Period of the figures."},
    "method": {"type": "string", "description": OBSERVATION["method"][1]},
    "base": {"type": "string", "description": "Type of area that the groups are made of."},
    "grouped_by": {"type": "string", "enum": list(GROUPS)},
    "interval": {
        "type": "string",
        "enum": ["chance", "scatter"],
        "description": "Where intervals come from: chance variation of the groups' counts, or, "
        "where there are no counts, the scatter of the groups about the line.",
    },
    "average": {
        "type": "number",
        "description": "Mean of the groups weighted by people, in the indicator's `unit`.",
    },
    "warning": {
        "type": ["string", "null"],
        "description": "Why the figures understate inequality; null where they do not.",
    },
    "groups": _rows("Group", "The deprivation groups; group 1 = most deprived."),
}
_PROFILE_MORE: Final[Mapping[str, Any]] = {
    "area": _SUBJECT,
    "ics": {
        "oneOf": [{"type": "null"}, _SUBJECT],
        "description": "The ICS that holds most of the area; null for regions and England.",
    },
    "comparisons": {
        "type": "integer",
        "description": "How many indicators were tested against England.",
    },
    "expected_by_chance": {
        "type": "number",
        "description": "How many of those would differ at 95% by chance alone.",
    },
}
_PEERS_MORE: Final[Mapping[str, Any]] = {
    "area": _SUBJECT,
    "compared": {"type": "integer", "description": "Areas that it was compared with."},
    "left_out": {
        "type": "integer",
        "description": "Areas of the type that lack a variable and were not compared.",
    },
    "variables": _rows("Variable", "What peers are alike in, and where the area stands in it."),
}


def _programme() -> dict[str, Any]:
    schema = _object(PROGRAMME)
    schema["properties"] |= {
        "areas": _rows("ActsIn", "Areas that it acts in."),
        "measures": _rows("Measured", "What was counted of it, in the source's order."),
    }
    schema["required"] = list(schema["properties"])
    return schema


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
        "eligible": "Id of the condition whose register holds the people that a coverage "
        "indicator is about, where only rates are known below the ICS; otherwise empty.",
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
