"""Data and methods on real figures: every indicator's entry, every method, every file."""

import re
from datetime import date
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from components import api, cached, links, methodsview
from components.selection import Selection, parse
from data import catalogue, inequalities, load

ROOT = Path(__file__).parents[2]
SHELL = str(ROOT / "components" / "shell.py")
PAGE = "../pages/methods.py"


@pytest.fixture
def at(build: str) -> AppTest:
    return AppTest.from_file(SHELL, default_timeout=60).run().switch_page(PAGE)


def asked(at: AppTest, **query: str) -> str:
    """All text of the page as a reader has it."""
    at.query_params.clear()
    for name, value in query.items():
        at.query_params[name] = value
    at.run()
    assert not at.exception, at.exception
    return said(at)


def said(at: AppTest) -> str:
    texts = [box.proto.body for box in at.get("html")]
    texts += [
        box.value for kind in (at.markdown, at.title, at.header, at.subheader) for box in kind
    ]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", " ".join(texts))))


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def hrefs(at: AppTest) -> list[str]:
    return [
        unescape(u) for box in at.get("html") for u in re.findall('href="(.*?)"', box.proto.body)
    ]


def test_every_entry_has_definition_source_quality_and_downloads(at: AppTest) -> None:
    for entry in catalogue.indicators().values():
        text = asked(at, indicator=entry.id)
        assert not at.error and not at.warning, entry.id
        for part in (entry.name, entry.definition, entry.numerator, entry.denominator):
            assert plain(part) in text, entry.id
        assert all(plain(caveat) in text for caveat in entry.caveats), entry.id
        assert methodsview.POLARITY[entry.polarity] in text
        for feed in entry.feeds:
            mine = catalogue.cited(entry, feed.source)
            assert mine, entry.id
            assert all(plain(file.title) in text and file.licence in text for file in mine)
        held = cached.levels(cached.build(), entry.id)
        verdict = at.get("html")[3].proto.body
        if held.empty:
            assert "No figures." in text
            continue
        assert re.search(r"which (ended .* ago|has not ended)", verdict), entry.id
        assert re.search(r"[\d,]+ of [\d,]+ .* ha(ve|s) a figure", verdict), entry.id
        downloads = [u for u in hrefs(at) if u.startswith("api/v1/observations")]
        assert len(downloads) == len(held), entry.id


def test_entry_says_what_the_database_says(at: AppTest) -> None:
    text = asked(at, indicator="qof_dm")
    row = cached.levels(cached.build(), "qof_dm").iloc[0]
    assert row["area_type"] == "LSOA21" and row["all_areas"] == 33755
    assert f"{row['areas']:,} of 33,755 LSOAs" in text
    assert f"serve {100 * row['covered']:.1f}% of registered patients" in text
    assert "for an underestimate" in text
    assert "1 November 2027" in text


def test_download_of_an_entry_is_answered_by_the_api(at: AppTest) -> None:
    asked(at, indicator="smoking")
    address = next(u for u in hrefs(at) if "area_type=LAD24" in u)
    with TestClient(Starlette(routes=api.routes())) as client:
        answer = client.get(f"/{address}")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/csv")
    assert "smoking" in answer.text.splitlines()[1]


def test_entry_links_back_with_its_indicator_and_the_area(at: AppTest) -> None:
    asked(at, indicator="qof_dm", ics="ICB26:E54000055")
    found = {urlsplit(u).path: parse(dict_of(u))[0] for u in hrefs(at) if "ics=" in u}
    assert found["."] == Selection(
        ics="ICB26:E54000055", layer="condition", condition="qof_dm", indicator="qof_dm"
    )
    assert found["inequalities"].indicator == "qof_dm"
    assert found["methods"] == Selection(ics="ICB26:E54000055")


def dict_of(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def test_what_is_not_measured_is_not_linked_to_inequalities(at: AppTest) -> None:
    entry = next(
        entry
        for entry in catalogue.indicators().values()
        if not can_be_grouped(entry.id) and len(cached.levels(cached.build(), entry.id))
    )
    asked(at, indicator=entry.id)
    assert not any(u.startswith("inequalities") for u in hrefs(at))


def can_be_grouped(indicator: str) -> bool:
    try:
        inequalities.base(cached.series(cached.build()), indicator)
    except inequalities.NotMeasured:
        return False
    return True


@pytest.mark.parametrize("indicator", ["nonsense", "imd,nonsense", "<b>"])
def test_unknown_indicator_is_told_and_the_catalogue_shown(at: AppTest, indicator: str) -> None:
    text = asked(at, indicator=indicator)
    assert "which is no indicator" in at.warning[0].value
    assert "Index of Multiple Deprivation" in text


def test_two_indicators_at_once_are_refused(at: AppTest) -> None:
    asked(at, indicator="imd,qof_dm")
    assert "No indicator is called 'imd,qof_dm'" in at.error[0].value


def test_entry_without_figures_says_so(at: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    series = cached.series(cached.build())
    monkeypatch.setattr(cached, "series", lambda _: series[series["indicator_id"] != "qof_dm"])
    text = asked(at, indicator="qof_dm")
    assert "The atlas holds none of it." in text
    assert not [u for u in hrefs(at) if u.startswith("api/")]
    assert "Diabetes: recorded prevalence" in asked(at)


def test_catalogue_lists_every_indicator_and_links_its_entry(at: AppTest) -> None:
    asked(at)
    found = hrefs(at)
    assert all(links.entry(code) in found for code in catalogue.indicators())


def test_catalogue_is_searched_and_narrowed(at: AppTest) -> None:
    asked(at)
    at.text_input(key="entry_words").set_value("DIABETES hba1c").run()
    listed = {u for u in hrefs(at) if u.startswith("methods?indicator=")}
    assert links.entry("qof_dm020") in listed
    assert links.entry("qof_dm") not in listed and links.entry("imd") not in listed
    at.text_input(key="entry_words").set_value("").run()
    at.selectbox(key="entry_layer").select("deprivation").run()
    listed = {u for u in hrefs(at) if u.startswith("methods?indicator=")}
    assert listed == {
        links.entry(e.id) for e in catalogue.indicators().values() if e.layer == "deprivation"
    }
    at.selectbox(key="entry_layer").select("context").run()
    at.selectbox(key="entry_level").select("upper-tier authorities").run()
    assert not at.exception
    series = cached.series(cached.build())
    upper = set(series.loc[series["area_type"] == "UTLA23", "indicator_id"])
    listed = {dict_of(u)["indicator"] for u in hrefs(at) if u.startswith("methods?indicator=")}
    assert listed == {c for c in upper if catalogue.indicator(c).layer == "context"}
    at.text_input(key="entry_words").set_value("nothing of the kind").run()
    assert "No indicator fits" in said(at)


def test_every_section_of_the_methods_is_on_the_page_and_in_the_contents(at: AppTest) -> None:
    text, found = asked(at), hrefs(at)
    document = (ROOT / "docs" / "methods.md").read_text()
    headings = re.findall(r"^##? (.*)$", document, flags=re.MULTILINE)
    assert len(headings) > 15
    shown = {box.value: box.proto.anchor for box in at.subheader}
    for heading in headings:
        assert heading in shown
        assert f"#{shown[heading]}" in found
    for paragraph in document.split("\n\n"):
        if not paragraph.startswith(("#", "|", "$$")):
            assert plain(paragraph) in text or "<" in paragraph, paragraph


def test_every_measure_of_inequality_is_explained(at: AppTest) -> None:
    text = asked(at)
    for meaning in inequalities.MEANINGS.values():
        for part in (meaning.name, meaning.says, meaning.answers, meaning.formula):
            assert plain(part) in text


def test_links_to_methods_point_at_sections() -> None:
    anchors = {part.anchor for part in methodsview.sections()}
    assert set(methodsview.SECTION_OF.values()) <= anchors
    assert methodsview.MEASURED in anchors


def test_formulas_stand_on_lines_of_their_own() -> None:
    text = methodsview.TEXT.read_text()
    assert len(re.findall(r"^\$\$$", text, flags=re.MULTILINE)) >= 16
    assert not re.search(r"^\$\$.", text, flags=re.MULTILINE), "would be drawn small"


def test_files_and_apportioned_counts_are_shown(at: AppTest) -> None:
    asked(at)
    files, counts = (table.value for table in at.dataframe)
    manifest = load.manifest()
    titles = {row["title"] for row in manifest["sources"] if row["publisher"]}
    assert set(files["Title"]) == titles
    assert files["Rows used"].le(files["Rows read"]).all()
    assert len(counts) == len(manifest["apportioned"])
    parts = counts.drop(columns=["Indicator", "Period", "Published"]).sum(axis=1)
    assert (parts - counts["Published"]).abs().max() < 0.5


def test_missing_text_of_methods_is_a_sentence(
    at: AppTest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(methodsview, "TEXT", tmp_path / "methods.md")
    asked(at)
    assert "docs/methods.md is missing" in at.error[0].value


def test_entry_past_its_review_says_so() -> None:
    entry = catalogue.indicator("imd")
    assert "is to be checked again by 1 November 2027" in methodsview._reviewed(
        entry.review, date(2027, 11, 1)
    )
    assert "is overdue" in methodsview._reviewed(entry.review, date(2027, 11, 2))


def test_an_indicator_is_cited_by_the_file_that_holds_it_and_by_its_year() -> None:
    entries = catalogue.indicators()
    ons = "ons_local_statistics"
    mine = [e for e in entries.values() if any(feed.source == ons for feed in e.feeds)]
    assert len(mine) == 8
    titles = {e.id: [file.title for file in catalogue.cited(e, ons)] for e in mine}
    assert titles["smoking"] == ["Cigarette smokers by local authority"]
    assert all(len(found) == 1 for found in titles.values())
    source = "nhse_qof_prevalence"
    for year in ("2020-21", "2022-23", "2024-25"):
        found = catalogue.cited(entries["qof_dm"], source, year)
        assert [year in file.title for file in found] == [True]
