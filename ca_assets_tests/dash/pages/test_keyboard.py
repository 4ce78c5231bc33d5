"""Pages by keyboard alone, in a real Chromium: everything is reached, acts, and the focus is never lost."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from ca_assets_tests.dash.browsing import READY, visit

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page(browser: Browser, shop_url: str) -> Iterator[Page]:
    """One visit for all tests; nothing that a careful visitor must not see happens in it."""
    complaints: list[str] = []
    yield visit(browser, shop_url, complaints)
    assert not complaints


@pytest.fixture
def wide(page: Page, shop_url: str) -> Page:
    """The page as it is after loading, on a wide screen."""
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(shop_url)
    page.wait_for_function(READY)
    return page


def control(page: Page, name: str) -> Locator:
    """A control of the filter bar by its stable id."""
    return page.locator(f"""[id='{{"name":"{name}","type":"filter"}}']""")


def selected_text(field: Locator) -> str:
    return str(field.evaluate("field => field.value.slice(field.selectionStart, field.selectionEnd)"))


def takes_focus(element: Locator) -> bool:
    return bool(element.evaluate("element => { element.focus(); return document.activeElement === element; }"))


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def menu_button(page: Page) -> Locator:
    return page.locator("[aria-labelledby=title-overall-revenue] .ca-panel-actions button[aria-haspopup=menu]")


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


def test_a_filter_keeps_the_focus_when_it_changes(wide: Page) -> None:
    window = control(wide, "window")
    window.locator("input:checked").focus()
    for value in ("365d", "all"):
        drawn = window.element_handle()
        press(wide, "ArrowRight")
        wide.wait_for_url(f"**/?window={value}")
        wide.wait_for_function("drawn => !drawn.isConnected", arg=drawn)
        expect(window.locator(f"input[value='{value}']")).to_be_focused()
    days = control(wide, "range")
    days.focus()
    press(wide, "Enter")
    expect(wide.locator("[role=dialog] table :focus")).to_have_count(1)
    press(wide, "ArrowRight", "Enter", "ArrowRight", "Enter")
    wide.wait_for_url("**/?from=*&to=*")
    wide.wait_for_function("() => !document.querySelector('.ca-filter-window input:checked')")  # the bar is drawn anew
    expect(days).to_be_focused()


def test_the_focus_is_not_taken_back_from_the_reader(wide: Page) -> None:
    window = control(wide, "window")
    window.locator("label", has_text="28 d").click()
    wide.wait_for_url("**/?window=28d")
    expect(window.locator("input[value='28d']")).to_be_focused()
    wide.get_by_role("heading", level=1).click()
    drawn = window.element_handle()
    wide.go_back()
    wide.wait_for_function("drawn => !drawn.isConnected", arg=drawn)
    expect(window.locator("input[value='90d']")).to_be_checked()
    assert wide.evaluate("() => !document.activeElement.closest('.ca-filters')")


def test_scopes_are_found_by_value_name_and_group(wide: Page) -> None:
    scope, options = control(wide, "scope"), wide.get_by_role("option")
    expect(scope).to_have_role("combobox")
    scope.focus()
    assert selected_text(scope) == scope.input_value() == "Whole shop"
    expect(scope).to_have_attribute("aria-expanded", "false")
    wide.keyboard.type("france")
    expect(scope).to_have_attribute("aria-expanded", "true")
    expect(options).to_have_text(["FRFrance"])
    scope.fill("COUNTRY")
    expect(options).to_have_count(3)
    scope.fill("country=de")
    expect(options).to_have_text(["DEGermany"])
    scope.fill("nowhere")
    expect(options).to_have_count(0)
    scope.fill("phone")
    expect(options).to_have_text(["phone"])
    press(wide, "ArrowDown", "Enter")
    wide.wait_for_url("**/?scope=device%3Dphone")
    expect(wide.locator("#said-filter")).to_have_text("Filter: Device: phone; 15 Dec 2023 – 13 Mar 2024")
    expect(scope).to_have_value("Device: phone")
    expect(scope).to_be_focused()
    expect(options).to_have_count(0)
    wide.get_by_role("heading", level=1).click()
    scope.click()
    expect(options).to_have_count(6)
    assert selected_text(scope) == "Device: phone"


def test_the_page_is_said_and_marked_in_the_navigation(wide: Page) -> None:
    assert wide.locator("#said-page").inner_text() == "", "a document says its own title"
    link = wide.get_by_role("link", name="Churn")
    link.focus()
    press(wide, "Enter")
    expect(wide.locator("#said-page")).to_have_text("Showing Churn")
    expect(link).to_be_focused()
    expect(wide.locator("[aria-current]")).to_have_count(1)
    expect(link).to_have_attribute("aria-current", "page")
    assert wide.locator("#said-page").evaluate("said => said.closest('[role=status]').getBoundingClientRect().width") == 1


def test_every_button_of_the_calendar_has_a_name(wide: Page) -> None:
    control(wide, "range").focus()
    press(wide, "Enter")
    dialog = wide.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Next month")).to_be_visible()
    expect(dialog.get_by_role("button", name="Previous month")).to_be_visible()
    expect(control(wide, "range")).to_have_attribute("aria-expanded", "true")
    unnamed = "buttons => buttons.filter(button => !button.innerText.trim() && !button.getAttribute('aria-label')).length"
    assert dialog.locator("button").evaluate_all(unnamed) == 0
    press(wide, "Escape")
    expect(control(wide, "range")).to_be_focused()


def test_escape_closes_the_drawer_of_a_phone(wide: Page) -> None:
    wide.set_viewport_size({"width": 390, "height": 844})
    burger, link = wide.locator("#drawer"), wide.get_by_role("link", name="Purchases")
    burger.focus()
    press(wide, "Enter")
    expect(burger).to_have_attribute("aria-expanded", "true")
    expect(wide.get_by_role("link", name="Overall")).to_be_focused()
    assert not takes_focus(control(wide, "range")), "what the drawer covers is not there for a keyboard"
    press(wide, "Escape")
    expect(link).to_be_hidden()
    expect(burger).to_be_focused()
    expect(burger).to_have_attribute("aria-expanded", "false")
    press(wide, "Enter")
    expect(link).to_be_visible()
    wide.set_viewport_size({"width": 1440, "height": 900})
    assert takes_focus(control(wide, "range"))


def test_back_and_loading_again_keep_the_place(wide: Page) -> None:
    def shown(title: str, place: int) -> None:
        wide.wait_for_function("title => document.title.startsWith(title)", arg=title)
        wide.wait_for_function(READY)
        wide.wait_for_function("place => Math.round(scrollY) === place", arg=place)

    def scroll(place: int) -> None:
        wide.evaluate("place => new Promise(done => { addEventListener('scroll', done, { once: true }); scrollTo(0, place); })", place)

    scroll(700)
    wide.evaluate("() => document.querySelector('[href^=\"/purchases\"]').click()")
    shown("Purchases", 0)
    scroll(300)
    wide.go_back()
    shown("Overall", 700)
    wide.go_forward()
    shown("Purchases", 300)
    wide.reload()
    shown("Purchases", 300)


def test_a_group_of_the_navigation_is_closed_by_keys(page: Page, shop_url: str) -> None:
    page.goto(f"{shop_url}/purchases")
    page.wait_for_function(READY)
    group, link = page.get_by_role("button", name="Funnels", exact=True), page.get_by_role("link", name="Conversion")
    group.focus()
    page.keyboard.press("Enter")
    expect(group).to_have_attribute("aria-expanded", "false")
    expect(link).to_be_hidden()
    page.reload()
    page.wait_for_function(READY)
    expect(link).to_be_hidden()
    page.goto(f"{shop_url}/funnels/sessions")
    expect(link).to_be_visible()  # the group of the page that is shown is open
    expect(group).to_have_attribute("aria-expanded", "true")
