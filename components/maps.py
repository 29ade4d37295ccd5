"""From figures to a deck: colours as expressions, geometry by address. No Streamlit here.

The polygons and every layer's figures are in a map file that the browser fetches once; what is
sent on a change is the colour rule. The rule sits in the sub-layer, where the chart's own fading of
what is not selected does not reach it: faded, a choropleth would show classes that are not there.
"""

import json
import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pydeck as pdk

from components import theme

ABSENT: Final = "–"
"""What a map file holds where there is no figure."""
PICKED: Final = "areas"
"""Id of the layer whose areas can be clicked."""


class Compact(pdk.Deck):  # type: ignore[misc]
    """A deck whose specification has no line breaks or indents: half as much to send."""

    def to_json(self) -> str:
        """Return the specification."""
        return json.dumps(json.loads(super().to_json()), separators=(",", ":"), ensure_ascii=False)


@dataclass(frozen=True)
class Rule:
    """How an area gets its colour.

    Attributes
    ----------
    expression : str
        Of the file's properties, giving [red, green, blue].
    """

    expression: str


@dataclass(frozen=True)
class Focus:
    """Where the map looks: bounds in degrees."""

    west: float
    south: float
    east: float
    north: float


def classes(key: str, upper: Sequence[float], colours: Sequence[str]) -> Rule:
    """Colour by class of one property; (lower, upper], no data in its own colour."""
    return Rule(_nest(f"properties.v{key}", upper, [_colour(c) for c in colours]))


def decile_classes(key: str, colours: Sequence[str]) -> Rule:
    """Colour by national decile, two deciles a class, darkest for deciles 1 and 2.

    Decile 1 = most deprived.
    """
    steps = [_colour(c) for c in reversed(colours)]
    return Rule(_nest(f"properties.d{key}", (2.0, 4.0, 6.0, 8.0), steps))


def categories(key: str, colours: Sequence[str]) -> Rule:
    """Colour by the number of a category, 0 for the first colour; any other is no data.

    Parameters
    ----------
    key : str
        The property of the map file that holds the number.
    """
    steps = "".join(f"properties.{key} == {n} ? {_colour(c)} : " for n, c in enumerate(colours))
    return Rule(f"({steps}{_colour(theme.MISSING)})")


def bivariate(x_key: str, x_upper: Sequence[float], y_key: str, y_upper: Sequence[float]) -> Rule:
    """Colour by thirds of two properties."""
    x, y = f"properties.v{x_key}", f"properties.v{y_key}"
    gone = _absent([x, y])
    rows = [
        _nest_known(y, y_upper, [_colour(c) for c in theme.BIVARIATE[n]])
        for n in range(len(x_upper) + 1)
    ]
    inner = _nest_known(x, x_upper, rows)
    return Rule(f"{gone} ? {_colour(theme.MISSING)} : {inner}")


def overlap(conditions: Sequence[str], keys: Sequence[str]) -> Rule:
    """Colour areas that meet every condition; `keys` are the properties that must be there."""
    gone = _absent([f"properties.{key}" for key in keys])
    met = " && ".join(f"({c})" for c in conditions)
    yes, no = _colour(theme.OVERLAP[1]), _colour(theme.OVERLAP[0])
    return Rule(f"{gone} ? {_colour(theme.MISSING)} : ({met}) ? {yes} : {no}")


def deck(
    *,
    url: str,
    lines_url: str,
    names_url: str,
    rule: Rule,
    tooltip: str,
    focus: Focus,
    width: int,
    height: int,
    fine: bool = False,
    place: str = "",
    chosen: str | dict[str, Any] = "",
    veil_url: str = "",
    outline_url: str = "",
    opened_url: str = "",
    practices_url: str = "",
) -> Compact:
    """Lay the map out.

    Parameters
    ----------
    url, lines_url, names_url, veil_url, outline_url, opened_url, practices_url : str
        Addresses of map files of this server: areas, their edges and those of the level above,
        names, ground that is drawn pale, the edge of an own area, the edge of the area that is
        open, GP practices.
    tooltip : str
        HTML with {property} where a figure goes.
    fine : bool
        True for many small areas: thinner edges.
    place : str
        Code of a place: areas outside it are drawn pale.
    chosen : str or dict
        Address of GeoJSON, or the GeoJSON itself, of what has been chosen so far: drawn in yellow
        over the areas.
    """
    fill = rule.expression
    if place:
        fill = f"properties.p == '{place}' ? {fill} : [238,238,238]"
    layers = [
        pdk.Layer(
            "GeoJsonLayer",
            id=PICKED,
            data=url,
            stroked=False,
            pickable=True,
            auto_highlight=True,
            highlight_color=[255, 255, 255, 70],
            _subLayerProps={
                "polygons-fill": {
                    "getFillColor": f"@@={fill}",
                    "updateTriggers": {"getFillColor": [zlib.crc32(fill.encode())]},
                }
            },
        ),
        _edges(
            "edges",
            lines_url,
            f"properties.k == 'above' ? {_colour(theme.INK)} : [255,255,255,150]",
            f"properties.k == 'above' ? {0.9 if fine else 1.6} : {0.5 if fine else 0.8}",
        ),
    ]
    if chosen:
        layers.insert(1, _ground("chosen", chosen, "[255,221,0,120]"))
        layers.append(_edges("chosen-edge", chosen, _colour(theme.INK), 5))
        layers.append(_edges("chosen-line", chosen, "[255,221,0]", 3))
    if veil_url:
        layers.insert(1, _ground("veil", veil_url, "[238,238,238]"))
    if outline_url:
        layers.append(_edges("outline", outline_url, _colour(theme.INK), 3))
    if opened_url:
        layers.append(_edges("opened-edge", opened_url, _colour(theme.INK), 6))
        layers.append(_edges("opened", opened_url, "[255,221,0]", 3.5))
    if practices_url:
        layers.append(
            pdk.Layer(
                "GeoJsonLayer",
                id="practices",
                data=practices_url,
                _subLayerProps={
                    "points-circle": {
                        "getFillColor": [214, 0, 120],
                        "getLineColor": [255, 255, 255],
                        "stroked": True,
                        "lineWidthMinPixels": 1,
                        "radiusMinPixels": 3.5,
                        "radiusMaxPixels": 7,
                    }
                },
            )
        )
    layers.append(_names(names_url))
    return Compact(
        layers=layers,
        initial_view_state=view(focus, width, height),
        map_provider=None,
        # an empty style: the look is in style.css and is not sent with every change
        tooltip={"html": tooltip, "style": {}},
    )


def view(focus: Focus, width: int, height: int) -> pdk.ViewState:
    """Web Mercator view at which the bounds fill a map of so many pixels, with a margin."""

    def mercator(latitude: float) -> float:
        return math.log(math.tan(math.pi / 4 + math.radians(latitude) / 2))

    across = max(focus.east - focus.west, 1e-4) / 360
    north, south = mercator(focus.north), mercator(focus.south)
    down = max(north - south, 1e-6) / (2 * math.pi)
    zoom = min(math.log2(width / 512 / across), math.log2(height / 512 / down)) - 0.1
    middle = 2 * math.atan(math.exp((north + south) / 2)) - math.pi / 2
    return pdk.ViewState(
        longitude=round((focus.west + focus.east) / 2, 5),
        latitude=round(math.degrees(middle), 5),
        zoom=round(min(zoom, 14), 3),
    )


def _edges(name: str, url: Any, colour: str, width: float | str) -> pdk.Layer:
    return pdk.Layer(
        "GeoJsonLayer",
        id=name,
        data=url,
        get_line_color=colour,
        filled=False,
        line_width_units="'pixels'",
        get_line_width=width,
    )


def _ground(name: str, data: Any, colour: str) -> pdk.Layer:
    fill = {"polygons-fill": {"getFillColor": f"@@={colour}"}}
    return pdk.Layer("GeoJsonLayer", id=name, data=data, stroked=False, _subLayerProps=fill)


def _names(url: str) -> pdk.Layer:
    return pdk.Layer(
        "TextLayer",
        id="names",
        data=url,
        get_position="p",
        get_text="n",
        get_size=12,
        character_set="'auto'",
        font_family="'Source Sans, sans-serif'",
        font_weight=600,
        background=True,
        get_background_color=[255, 255, 255, 205],
        background_padding=[3, 1],
    )


def _colour(colour: str) -> str:
    return "[" + ",".join(str(part) for part in theme.rgb(colour)) + "]"


def _nest(name: str, upper: Sequence[float], colours: Sequence[str]) -> str:
    return f"{_absent([name])} ? {_colour(theme.MISSING)} : {_nest_known(name, upper, colours)}"


def _absent(names: Sequence[str]) -> str:
    """Whether any property has no figure; a map file then holds a dash, for the tooltip's sake."""
    return "(" + " || ".join(f"{name} == '{ABSENT}' || {name} == null" for name in names) + ")"


def _nest_known(name: str, upper: Sequence[float], results: Sequence[str]) -> str:
    steps = zip(upper, results, strict=False)
    parts = [f"{name} <= {limit!r} ? {result} : " for limit, result in steps]
    return "(" + "".join(parts) + results[len(upper)] + ")"
