"""Journeys over several pages: the board member, the place lead, someone on a phone."""

import pytest
from playwright.sync_api import Browser, expect

from tests.server import Look

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
BSOL = "ics=ICB26:E54000055"
PHONE = {
    "user_agent": "Mozilla/5.0 (Linux; Android 15) Chrome/150 Mobile Safari/537.36 Mobi",
    "has_touch": True,
}
PAGES = {
    "inequalities": "Widest to the disadvantage of the most deprived",
    f"inequalities?{BSOL}&indicator=qof_dm": "Every measure",
    f"profile?{BSOL}&area=MSOA21:E02001827": "of 21 conditions compared with England",
    "profile": "people, mid-2024",
    "methods": "Publishers' files",
    "methods?indicator=qof_dm": "Recorded prevalence",
}


def opened(browser: Browser, address: str, path: str, said: str, **more: object) -> Look:
    look = Look(browser, address, **more)
    look.page.goto(f"{address}/{path}")
    expect(look.page.get_by_text(said).first).to_be_attached()
    look.ran()
    return look


@pytest.mark.parametrize(("path", "said"), PAGES.items())
def test_page_asks_nobody_outside(browser: Browser, address: str, path: str, said: str) -> None:
    look = opened(browser, address, path, said)
    assert not look.outside


@pytest.mark.parametrize(("path", "said"), PAGES.items())
def test_phone_has_no_sideways_scroll(browser: Browser, address: str, path: str, said: str) -> None:
    look = opened(browser, address, path, said, width=390, **PHONE)
    main = "document.querySelector('[data-testid=stMain]').scrollWidth"
    assert look.page.evaluate(main) <= 390


def test_board_member_finds_the_widest_gap_who_makes_it_and_whether_it_changed(
    browser: Browser, address: str
) -> None:
    look = Look(browser, address).map(f"?{BSOL}")
    look.page.get_by_role("link", name="Inequalities").click()
    expect(look.page.get_by_role("heading", level=1)).to_have_text(
        "Inequalities in Birmingham and Solihull"
    )
    box = look.page.get_by_role("combobox", name="Indicator")
    box.click()
    box.fill("Diabetes: recorded")
    look.page.get_by_role("option").first.click()
    expect(look.page.get_by_text("per 100 more at the most deprived end")).to_be_visible()
    expect(look.page.get_by_text("No detectable change in the gap")).to_be_visible()
    expect(look.page.get_by_text("most from Bordesley")).to_be_visible()
    assert "indicator=qof_dm" in look.page.url
    look.page.reload()
    expect(look.page.get_by_text("per 100 more at the most deprived end")).to_be_visible()


def test_a_dot_of_the_list_opens_its_indicator(browser: Browser, address: str) -> None:
    look = opened(browser, address, f"inequalities?{BSOL}", "Widest to the disadvantage")
    dot = look.page.locator('[aria-roledescription="point"][aria-label*="Diabetes (17+)"]').first
    dot.click()
    expect(look.page.get_by_text("per 100 more at the most deprived end")).to_be_visible()
    assert "indicator=qof_dm" in look.page.url


def test_place_lead_goes_from_the_map_to_the_profile_of_the_same_neighbourhood(
    browser: Browser, address: str
) -> None:
    look = Look(browser, address).map(f"?{BSOL}&area=MSOA21:E02001827")
    look.page.get_by_role("link", name="Neighbourhood profile").click()
    expect(look.page.get_by_role("heading", name="Hill Hook", level=1)).to_be_visible()
    look.page.get_by_text("Areas like it").click()
    expect(look.page.get_by_text("Distance: 0 is alike in everything")).to_be_visible()


def test_a_figure_s_name_leads_to_its_entry(browser: Browser, address: str) -> None:
    look = opened(browser, address, f"inequalities?{BSOL}&indicator=qof_dm", "Every measure")
    look.page.locator(".atlas-source a").first.click()
    expect(look.page.get_by_role("heading", name="Diabetes: recorded prevalence")).to_be_visible()
    assert "/methods?indicator=qof_dm" in look.page.url
