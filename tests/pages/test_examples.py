"""Every sentence that docs/examples quote is on the page that they link to."""

import re
from html import unescape
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from components import cached, selection

ROOT = Path(__file__).parents[2]
EXAMPLES = {
    "warm-homes-bedford": ("fuel poverty", "nearly 2,000", "53 households", "320 had advice"),
    "neighbourhood-teams-birmingham": ("20,000 shared out", "neighbourhoods of 161", "£250 each"),
    "growing-health-surrey": ("Aged 65 or over", "all Asian groups", "Carers: the atlas has no"),
}
PART = re.compile(r"^\[/(\w*)\?([^\]]+)\]\(|^> (.+)$", re.MULTILINE)
LINK = re.compile(r"\(http://localhost:8501/(\w*)\?([^)]+)\)")


def read(example: str) -> str:
    return (ROOT / "docs" / "examples" / f"{example}.md").read_text()


def quoted() -> list[tuple[str, str, str]]:
    """Page, query and sentence of each quotation, in the order of the documents."""
    found = []
    for example in EXAMPLES:
        page, query = "", ""
        for match in PART.finditer(read(example)):
            if match[2]:
                page, query = match[1] or "map", match[2]
            else:
                found.append((page, query, match[3]))
    return found


@pytest.fixture(scope="module")
def screens() -> dict[tuple[str, str], str]:
    return {}


@pytest.mark.parametrize(("page", "query", "sentence"), quoted())
def test_what_an_example_quotes_is_on_the_screen(
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


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_answers_what_it_is_for(example: str) -> None:
    text = read(example)
    sentences = " ".join(match[3] for match in PART.finditer(text) if match[3])
    for words in EXAMPLES[example]:
        assert words in sentences
    assert "insufficient evidence" in sentences
    assert f"![The programme's page]({example}.png)" in text


@pytest.mark.parametrize("example", EXAMPLES)
def test_what_an_example_links_to_can_be(example: str) -> None:
    links = LINK.findall(read(example))
    assert len(links) >= 5
    for page, query in links:
        assert (ROOT / "pages" / f"{page or 'map'}.py").exists()
        parts = dict(parse_qsl(query))
        _, problems = selection.parse(parts)
        assert not problems
        assert set(parts) <= {*selection.Selection.__dataclass_fields__, "benefit"}
