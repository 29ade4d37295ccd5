"""Where a figure comes from: source line, attribution, caveats. Under every figure."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st

from components import links
from data import catalogue
from data.catalogue import Indicator

OGL = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"


@dataclass(frozen=True)
class Citation:
    """Where a figure is from: its indicator, period and the id of the reader of its file."""

    entry: Indicator
    period: str
    source: str


def source_line(cited: Sequence[Citation]) -> str:
    """HTML that names publisher, title, period and licence, and links each indicator's entry."""
    said = []
    for one in cited:
        file = catalogue.cited(one.entry, one.source, one.period)[-1]
        name = escape(one.entry.short_name)
        subject = f'<a href="{links.entry(one.entry.id)}" target="_self">{name}</a>'
        title = f"{file.publisher}, {_plain_title(file.title)}, {one.period} ({file.licence})"
        said.append(f"{subject}: {escape(title)}")
    sources = ". ".join(dict.fromkeys(said))
    return f'<p class="atlas-source"><b>Source.</b> {sources}.</p>'


def _plain_title(title: str) -> str:
    return title.split(":")[0].strip()


def caveats(cited: Sequence[Citation]) -> None:
    """What to keep in mind about each figure, folded away."""
    folded = st.expander(
        "What these figures are, and what they are not", key="caveats", on_change="rerun"
    )
    if not folded.open:
        return
    with folded:
        for one in cited:
            st.markdown(
                f"**{one.entry.name}** ({one.period}). {one.entry.definition}\n\n"
                + "\n".join(f"- {text}" for text in one.entry.caveats)
                + f"\n\n[Definition, method, quality and download]({links.entry(one.entry.id)})"
            )


def footer() -> None:
    """Attribution and licence, on every page."""
    st.html(
        '<p class="atlas-foot">Contains public sector information licensed under the '
        f'<a href="{OGL}">Open Government Licence v3.0</a>; MSOA names © House of Commons Library, '
        "Open Parliament Licence v3.0. Boundaries: Office for National Statistics, LSOA 2021. "
        "Contains OS data © Crown copyright and database right 2026. "
        "Not an NHS website.</p>"
    )
