"""Addresses of the atlas's own pages. No Streamlit here."""

from html import escape
from typing import Final, Literal
from urllib.parse import urlencode

from components.selection import Selection

Page = Literal[
    "map",
    "inequalities",
    "profile",
    "need",
    "priorities",
    "planner",
    "programmes",
    "areas",
    "methods",
]

PATHS: Final[dict[Page, str]] = {
    "map": ".",
    "inequalities": "inequalities",
    "profile": "profile",
    "need": "need",
    "priorities": "priorities",
    "planner": "planner",
    "programmes": "programmes",
    "areas": "areas",
    "methods": "methods",
}
"""Address of each page, relative to any other."""


def to(page: Page, selection: Selection, **changes: str) -> str:
    """Address of a page that shows a selection, some parts changed."""
    query = urlencode(selection.but(**changes).query())
    return PATHS[page] + (f"?{query}" if query else "")


def html(page: Page, text: str, selection: Selection, **changes: str) -> str:
    """An HTML link to it, in the same window."""
    return f'<a href="{escape(to(page, selection, **changes))}" target="_self">{escape(text)}</a>'


def entry(indicator: str) -> str:
    """Address of an indicator's entry on the page of data and methods."""
    return f"{PATHS['methods']}?{urlencode({'indicator': indicator})}"
