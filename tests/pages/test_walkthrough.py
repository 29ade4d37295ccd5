"""Every sentence that docs/walkthrough.md quotes is on the page that it links to."""

import re
from html import unescape
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from components import cached

ROOT = Path(__file__).parents[2]
PART = re.compile(r"^\[/(\w+)\?([^\]]+)\]\(|^> (.+)$", re.MULTILINE)


def quoted() -> list[tuple[str, str, str]]:
    """Page, query and sentence of each quotation, in the order of the document."""
    page, query, found = "", "", []
    for match in PART.finditer((ROOT / "docs" / "walkthrough.md").read_text()):
        if match[1]:
            page, query = match[1], match[2]
        else:
            found.append((page, query, match[3]))
    return found


@pytest.fixture(scope="module")
def screens() -> dict[tuple[str, str], str]:
    return {}


@pytest.mark.parametrize(("page", "query", "sentence"), quoted())
def test_what_is_quoted_is_on_the_screen(
    atlas_database: Path,
    screens: dict[tuple[str, str], str],
    page: str,
    query: str,
    sentence: str,
) -> None:
    if (page, query) not in screens:
        st.cache_data.clear()
        st.cache_resource.clear()
        cached.build()
        at = AppTest.from_file(str(ROOT / "components" / "shell.py"), default_timeout=120).run()
        at.switch_page(f"../pages/{page}.py")
        for name, value in parse_qsl(query):
            at.query_params[name] = value
        at.run()
        assert not at.exception
        said = [re.sub(r"<[^>]+>", "", str(part.proto.body)) for part in at.get("html")]
        screens[page, query] = unescape("\n".join([*said, *(w.value for w in at.warning)]))
    assert sentence in screens[page, query]


def test_the_walkthrough_answers_all_three_questions() -> None:
    text = (ROOT / "docs" / "walkthrough.md").read_text()
    for question in ("On what is inequality widest?", "neighbourhoods make it so?", "changed?"):
        assert question in text
    assert len(quoted()) >= 12
