"""The map page as people use it."""

import json

import pytest
from playwright.sync_api import Browser, expect

from tests.server import Look

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
BSOL = "?ics=ICB26:E54000055"
PHONE = {
    "user_agent": "Mozilla/5.0 (Linux; Android 15) Chrome/150 Mobile Safari/537.36 Mobi",
    "has_touch": True,
}


@pytest.mark.parametrize(
    "query",
    [
        "",
        f"{BSOL}&level=lsoa&view=two",
        f"{BSOL}&view=overlap",
        "?ics=ICB24:E54000024&place=QHG-BEDFORD&layer=context",
        "?ics=ICB24:E54000063&level=lsoa&layer=condition&practices=yes",
    ],
)
def test_map_is_drawn_with_nothing_from_outside(browser: Browser, address: str, query: str) -> None:
    look = Look(browser, address).map(query)
    assert not look.outside
    assert not look.errors


@pytest.mark.parametrize("query", ["", f"{BSOL}&level=lsoa&view=two", f"{BSOL}&view=overlap"])
def test_phone_has_no_sideways_scroll(browser: Browser, address: str, query: str) -> None:
    look = Look(browser, address, width=390, **PHONE).map(query)
    assert look.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_click_opens_a_neighbourhood_and_close_returns(browser: Browser, address: str) -> None:
    look = Look(browser, address).map(BSOL)
    look.hover()
    tooltip = look.page.locator(".deck-tooltip")
    expect(tooltip).to_contain_text("of 161 in Birmingham and Solihull")
    expect(tooltip).to_contain_text("England 21.9")
    name = look.click()
    expect(look.page.get_by_role("heading", name=name, level=1)).to_be_visible()
    assert "area=MSOA21" in look.page.url
    look.page.get_by_role("button", name="Close").click()
    expect(look.page.get_by_role("heading", name="Birmingham and Solihull")).to_be_visible()
    assert "area=" not in look.page.url


def test_row_of_the_list_opens_an_area(browser: Browser, address: str) -> None:
    look = Look(browser, address).map(BSOL)
    grid = look.page.locator('[data-testid="stDataFrame"] canvas').first
    box = grid.bounding_box()
    assert box
    look.page.mouse.click(box["x"] + 16, box["y"] + 50)
    expect(look.page.get_by_role("button", name="Close")).to_be_visible()
    assert "area=MSOA21" in look.page.url


def test_picker_finds_a_neighbourhood_by_name_and_by_code(browser: Browser, address: str) -> None:
    look = Look(browser, address).map(BSOL)
    box = look.page.get_by_role("combobox", name="Neighbourhood")
    for typed, name in (("Small Heath", "Small Heath Park"), ("E02001827", "Hill Hook")):
        box.click()
        box.fill(typed)
        look.page.get_by_role("option").first.click()
        expect(look.page.get_by_role("heading", name=name, level=1)).to_be_visible()


def test_switch_of_layer_downloads_nothing_and_keeps_pan_and_zoom(
    browser: Browser, address: str
) -> None:
    look = Look(browser, address).map(f"{BSOL}&layer=condition&level=lsoa")
    look.hover()
    look.page.mouse.wheel(0, -600)
    look.settled()
    look.hover()
    tooltip = look.page.locator(".deck-tooltip")
    expect(tooltip).to_contain_text("Diabetes")
    before = tooltip.inner_text().splitlines()[0]
    fetched: list[str] = []
    look.page.on("request", lambda r: fetched.append(r.url) if "/maps/" in r.url else None)
    look.page.get_by_role("combobox", name="Condition indicator").click()
    look.page.get_by_role("option", name="COPD").first.click()
    look.page.wait_for_url("**condition=qof_copd**")
    look.settled()
    look.hover()
    expect(tooltip).to_contain_text("COPD")
    assert tooltip.inner_text().splitlines()[0] == before
    assert not fetched


def test_link_restores_what_was_seen(browser: Browser, address: str) -> None:
    query = "?ics=ICB24:E54000024&place=QHG-BEDFORD&layer=context&breaks=natural&level=lsoa"
    look = Look(browser, address).map(query)
    expect(look.page.get_by_role("heading", name="Bedford")).to_be_visible()
    expect(look.page.get_by_role("combobox", name="Context indicator")).to_have_value(
        "Fuel poverty (LILEE)"
    )
    expect(look.page.get_by_role("combobox", name="Classes")).to_have_value("natural breaks")


def test_back_button_returns_to_the_layer_before(browser: Browser, address: str) -> None:
    look = Look(browser, address).map(BSOL)
    look.page.get_by_text("Overlap of three").click()
    look.page.wait_for_url("**view=overlap**")
    look.settled()
    look.page.go_back()
    expect(look.page.get_by_role("combobox", name="Classes")).to_be_visible()
    assert "view=overlap" not in look.page.url


def test_downloads_are_what_is_shown(browser: Browser, address: str) -> None:
    look = Look(browser, address).map(f"{BSOL}&layer=condition")
    with look.page.expect_download() as csv:
        look.page.get_by_role("button", name="CSV", exact=True).click()
    lines = csv.value.path().read_text("utf-8-sig").splitlines()
    assert len(lines) == 162
    assert lines[0].startswith("area_type,area_code,area_name,indicator_id")
    with look.page.expect_download() as shapes:
        look.page.get_by_role("button", name="GeoJSON", exact=True).click()
    assert len(json.loads(shapes.value.path().read_text())["features"]) == 161


def test_ics_is_gone_to_from_the_map_of_england(browser: Browser, address: str) -> None:
    look = Look(browser, address).map()
    box = look.page.get_by_role("combobox", name="Integrated Care System")
    box.click()
    box.fill("Greater Manchester")
    look.page.get_by_role("option").first.click()
    expect(look.page.get_by_role("heading", name="Greater Manchester")).to_be_visible()
    look.settled()
    assert "ics=ICB26" in look.page.url


def test_methods_page_names_every_file_and_draws_formulas(browser: Browser, address: str) -> None:
    look = Look(browser, address)
    look.page.goto(f"{address}/methods")
    expect(look.page.get_by_role("heading", name="Publishers' files")).to_be_visible()
    expect(look.page.locator(".katex-display").first).to_be_visible()
    assert not look.outside


def test_figures_of_an_entry_are_downloaded_by_level(browser: Browser, address: str) -> None:
    look = Look(browser, address)
    look.page.goto(f"{address}/methods?indicator=qof_dm")
    with look.page.expect_download() as csv:
        look.page.get_by_role("link", name="CSV of ICSs (April 2026)").click()
    lines = csv.value.path().read_text("utf-8-sig").splitlines()
    assert len(lines) == 1 + 3 * 36


def test_phone_reads_an_entry_without_sideways_scroll(browser: Browser, address: str) -> None:
    look = Look(browser, address, width=390, **PHONE)
    look.page.goto(f"{address}/methods?indicator=cover_mmr1_24m")
    expect(look.page.get_by_role("heading", name="Figures there are")).to_be_visible()
    assert look.page.evaluate("document.documentElement.scrollWidth") <= 390
