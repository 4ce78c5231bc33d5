"""Pages by keyboard alone, in a real Chromium: everything is reached, acts, and the focus is never lost."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from ca_assets_tests.dash.browsing import visit

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page(browser: Browser, shop_url: str) -> Iterator[Page]:
    """One visit for all tests; nothing that a careful visitor must not see happens in it."""
    complaints: list[str] = []
    yield visit(browser, shop_url, complaints)
    assert not complaints


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def menu_button(page: Page) -> Locator:
    return page.get_by_role("button", name="Table and downloads of Daily revenue")


def test_panel_menu_opens_and_gives_the_focus_back(page: Page) -> None:
    button = menu_button(page)
    items = page.get_by_role("menuitem")
    for opener in ("Enter", "Space"):
        button.focus()
        press(page, opener)
        expect(page.get_by_role("menu")).to_be_visible()
        expect(button).to_have_attribute("aria-expanded", "true")
        expect(page.locator("[role=menu] :focus")).to_have_count(1)
        press(page, "ArrowDown", "ArrowDown")
        expect(items.nth(1)).to_be_focused()
        press(page, "Tab")
        expect(items.nth(2)).to_be_focused()
        press(page, "Escape")
        expect(page.get_by_role("menu")).to_have_count(0)
        expect(button).to_be_focused()
        expect(button).to_have_attribute("aria-expanded", "false")
        expect(button).to_have_attribute("aria-haspopup", "menu")


def test_enter_acts_in_the_panel_menu(page: Page) -> None:
    button = menu_button(page)
    button.focus()
    press(page, "Enter")
    expect(page.locator("[role=menu] :focus")).to_have_count(1)
    press(page, "ArrowDown", "ArrowDown")
    with page.expect_download() as download:
        press(page, "Enter")
    assert download.value.suggested_filename.endswith(".csv")
    expect(button).to_be_focused()
    press(page, "Enter")
    expect(page.locator("[role=menu] :focus")).to_have_count(1)
    press(page, "Tab", "Enter")
    expect(page.get_by_role("dialog").locator(".ag-row").first).to_be_visible()
    press(page, "Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(button).to_be_focused()
