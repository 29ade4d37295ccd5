"""The three worked examples of docs/examples, walked through in a browser."""

import pytest
from playwright.sync_api import Browser, expect

from tests.server import Look

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def register(browser: Browser, address: str, ics: str) -> Look:
    """The page of programmes, reached from the map of an ICS by the menu."""
    look = Look(browser, address).map(f"?ics={ics}")
    look.page.get_by_role("button", name="Plan").click()
    look.page.get_by_role("menuitem", name="Programmes").click()
    expect(look.page.get_by_role("heading", level=1)).to_contain_text("Programmes in")
    return look


def test_warm_homes_bedford(browser: Browser, address: str) -> None:
    look = register(browser, address, "ICB24:E54000024")
    page = look.page
    page.get_by_role("link", name="Warm Homes Bedford Borough").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Warm Homes Bedford Borough")
    for said in (
        "identified: nearly 2,000 patients",
        "about 16,567 people in 21 neighbourhoods of Bedford",
        "in the highest third of people with COPD or Asthma (6+), fuel poverty and aged 65",
        "53 households had equipment installed, beside nearly 2,000 patients",
        "320 had advice, beside nearly 2,000 patients",
        "insufficient evidence.",
    ):
        expect(page.get_by_text(said).first).to_be_visible()
    look.settled()
    box = page.get_by_role("combobox", name="If it began with")
    box.click()
    box.fill("2024-25")
    page.get_by_role("option").first.click()
    expect(page.get_by_text("no verdict on the programme")).to_be_visible()
    expect(page.get_by_text("A verdict needs 3 of each").first).to_be_visible()
    assert "period=2024-25" in page.url
    page.get_by_role("link", name="place Bedford").click()
    expect(page.get_by_role("heading", name="Bedford", level=1)).to_be_visible()
    assert not look.outside


def test_neighbourhood_teams_birmingham(browser: Browser, address: str) -> None:
    look = register(browser, address, "ICB24:E54000055")
    page = look.page
    page.get_by_role("link", name="Integrated Neighbourhood Teams").click()
    expect(page.get_by_text("The source names no conditions")).to_be_visible()
    box = page.get_by_role("combobox", name="Conditions that it is for")
    for name in ("Diabetes: recorded", "Heart failure: recorded"):
        box.click()
        box.fill(name)
        page.get_by_role("option").first.click()
        expect(page.get_by_text("A cohort of 20,000 shared out in proportion")).to_be_visible()
        look.ran()
    page.keyboard.press("Escape")
    expect(page.get_by_text("Diabetes (17+) or Heart failure: about")).to_be_visible()
    assert "needs=qof_dm%2Cqof_hf" in page.url
    benefit = page.get_by_role("spinbutton", name="Benefit per head")
    benefit.fill("250")
    benefit.press("Enter")
    expect(page.get_by_text("20,000 people come to £5,000,000")).to_be_visible()
    page.reload()
    expect(page.get_by_text("20,000 people come to £5,000,000")).to_be_visible()
    assert not look.outside


def test_growing_health_surrey(browser: Browser, address: str) -> None:
    look = register(browser, address, "ICB24:E54000063")
    page = look.page
    page.get_by_role("link", name="Growing Health Together").click()
    for said in (
        "Aged 65 or over: 18.8% of Surrey Heartlands",
        "Asian ethnic group: 7.8% of Surrey Heartlands",
        "all Asian groups together",
        "Carers: the atlas has no figures on them",
        "no share can be worked out",
    ):
        expect(page.get_by_text(said).first).to_be_visible()
    look.settled()
    assert not look.outside
