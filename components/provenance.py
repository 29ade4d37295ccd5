"""Where a figure comes from: source line, attribution, caveats. Under every figure."""

from collections.abc import Iterable, Sequence
from html import escape

import streamlit as st

from components.scene import Part
from data import catalogue

OGL = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"


def source_line(parts: Sequence[Part]) -> str:
    """HTML that names publisher, title, period and licence of every layer shown."""
    said = []
    for part in parts:
        file = [f for f in catalogue.files() if f.source == part.feed_source][-1]
        subject = f"{part.entry.short_name}: " if len(parts) > 1 else ""
        title = _plain_title(file.title)
        said.append(
            escape(f"{subject}{file.publisher}, {title}, {part.shown.period} ({file.licence})")
        )
    sources = ". ".join(dict.fromkeys(said))
    return f'<p class="atlas-source"><b>Source.</b> {sources}.</p>'


def _plain_title(title: str) -> str:
    return title.split(":")[0].strip()


def caveats(parts: Iterable[Part]) -> None:
    """What to keep in mind about each layer, folded away."""
    folded = st.expander(
        "What these figures are, and what they are not", key="caveats", on_change="rerun"
    )
    if not folded.open:
        return
    with folded:
        for part in parts:
            entry = part.entry
            st.markdown(
                f"**{entry.name}** ({part.shown.period}). {entry.definition}\n\n"
                + "\n".join(f"- {text}" for text in entry.caveats)
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
