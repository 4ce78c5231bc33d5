"""Saved views and the copied link, by keyboard in a real Chromium: saved, found again, followed, removed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from ca_assets.settings.users import add_user
from ca_assets_tests.dash.applications import PASSWORD, make_app, publish, serve
from ca_assets_tests.dash.browsing import HOSTILE, READY, visit
from ca_assets_tests.dash.conftest import SCOPES

pytestmark = pytest.mark.browser
WEEK = "/purchases?scope=country%3DFR&window=7d"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A shop of its own: views are kept."""
    app, index = make_app(tmp_path_factory.mktemp("saving"))
    publish(index, SCOPES)
    add_user(app.server.extensions["ca_auth"].database, "vic", PASSWORD, "viewer")
    yield from serve(app)


@pytest.fixture(scope="module")
def page(browser: Browser, url: str) -> Iterator[Page]:
    complaints: list[str] = []
    yield visit(browser, url, complaints)
    assert not complaints


def open_views(page: Page, where: str) -> None:
    page.goto(where)
    page.wait_for_function(READY)
    page.locator("#views-open").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#views-name")).to_be_visible()


def save(page: Page, name: str) -> None:
    page.locator("#views-name").focus()
    page.keyboard.type(name)
    expect(page.locator("#views-name")).to_have_value(name)
    page.keyboard.press("Enter")
    expect(page.locator("#toast")).to_contain_text("Saved as")


def test_a_view_is_saved_followed_and_removed_by_keys(page: Page, url: str) -> None:
    open_views(page, url + WEEK)
    page.locator("#views-save").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Give the view a name.")).to_be_visible()
    expect(page.locator("#views-name")).to_have_attribute("aria-invalid", "true")
    save(page, "French week")
    expect(page.locator("#views-name")).to_have_attribute("aria-invalid", "false")
    page.keyboard.press("Escape")
    expect(page.locator("#views-open")).to_be_focused()

    open_views(page, f"{url}/purchases")
    link = page.locator(".ca-views a", has_text="French week")
    link.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#views-name")).to_be_hidden()
    page.wait_for_url(url + WEEK)

    open_views(page, url)
    page.get_by_role("button", name="Remove French week").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#toast")).to_contain_text("Removed")
    expect(link).to_have_count(0)


def test_a_hostile_name_is_a_text(page: Page, url: str) -> None:
    open_views(page, url)
    save(page, HOSTILE[:90])
    expect(page.locator(".ca-views a").first).to_contain_text("<script>")
    assert page.evaluate("window.hacked") is None


def test_a_viewer_shares_nothing(browser: Browser, url: str) -> None:
    page = browser.new_page()
    page.goto(f"{url}/login")
    page.fill("#name", "vic")
    page.fill("#password", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_function(READY)
    open_views(page, url)
    expect(page.locator("#views-shared")).to_be_disabled()
    expect(page.get_by_text("Nothing is saved yet")).to_be_visible()


def test_the_link_of_the_page_is_copied(page: Page, url: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=url)
    page.goto(url + WEEK)
    page.wait_for_function(READY)
    page.locator("#copy-link").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#toast")).to_have_text("Link copied.")
    assert page.evaluate("navigator.clipboard.readText()") == url + WEEK
