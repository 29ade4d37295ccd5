"""Colours and number formats: one place for both."""

from typing import Final

RGB = tuple[int, int, int]

SEQUENTIAL: Final = ("#CDE594", "#80C6A3", "#1F9EB7", "#186290", "#080C54")
"""Five classes, lowest to highest."""
BIVARIATE: Final = (
    ("#E8E8E8", "#ACE4E4", "#5AC8C8"),
    ("#DFB0D6", "#A5ADD3", "#5698B9"),
    ("#BE64AC", "#8C62AA", "#3B4994"),
)
"""Rows: thirds of the first layer, lowest first; columns: of the second. Joshua Stevens, 2015."""
OVERLAP: Final = ("#E9ECEF", "#F46A25")
"""Areas that do not meet every condition; areas that do."""
CLUSTERS: Final = ("#CE4F1B", "#0D2F52", "#F2AE5E", "#3380BC", "#DDE1E5")
"""Hot spot, cold spot, high among low, low among high, not significant. Hot, cold and not
significant differ by 3:1 from one another."""
MISSING: Final = "#D9D2C9"
INK: Final = "#1D2A38"
ACCENT: Final = "#12436D"

LAYERS: Final = {
    "deprivation": "Deprivation",
    "condition": "Conditions",
    "coverage": "Coverage",
    "context": "Context",
}
"""The layers' names, in the order in which they stand."""


def rgb(colour: str) -> RGB:
    """'#186290' -> (24, 98, 144)."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def number(value: float | None, decimals: int = 0) -> str:
    """A number with thousands separated; an en dash where there is none."""
    if value is None or value != value:
        return "–"
    text = f"{value:,.{decimals}f}"
    return text.replace("-", "−")


def figure(value: float | None, unit: str, decimals: int) -> str:
    """A number with its unit: '14.4%', '78.3 years'."""
    text = number(value, decimals)
    if text == "–" or not unit:
        return text
    return text + (unit if unit.startswith(("%", " ")) else f" {unit}")


def percent(part: float, whole: float) -> str:
    """`part` as a whole percentage of `whole`; 'under 1%' rather than 0."""
    if not whole:
        return "–"
    share = 100 * part / whole
    if 0 < share < 1:
        return "under 1%"
    return f"{share:.0f}%"
