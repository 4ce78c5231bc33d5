"""Every page in a real Chromium: with data, without, and with a hostile shop; light, dark, and on a phone."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from dash import Dash
from playwright.sync_api import Browser, Page, sync_playwright

from ca_assets_tests.web.conftest import HOSTILE, PASSWORD, serve

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PATHS = ("/", "/customers", "/funnels/sessions", "/funnels/customers", "/funnels/conversion", "/purchases", "/descriptive", "/cohorts",
         "/products", "/promotions", "/churn", "/journey")  # fmt: skip
READY = """() => document.querySelectorAll('.ca-panel').length && !document.querySelectorAll('.is-pending').length &&
    [...document.querySelectorAll('.ca-panel-body:not(.has-state) .ca-graph')].every(graph => graph.querySelector('.main-svg'))"""
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not os.path.exists(CHROMIUM):  # noqa: PTH110
        message = "needs Chromium: apt-get install -y chromium"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def shop_url(shop_app: Dash) -> Iterator[str]:
    yield from serve(shop_app)


@pytest.fixture(scope="module")
def empty_url(empty_app: Dash) -> Iterator[str]:
    yield from serve(empty_app)


@pytest.fixture(scope="module")
def hostile_url(hostile_app: Dash) -> Iterator[str]:
    yield from serve(hostile_app)


def visit(browser: Browser, url: str, complaints: list[str], width: int = 1440, scheme: str = "light", *, bypass_csp: bool = False) -> Page:
    """A page after logging in; whatever a careful visitor must not see is added to `complaints`."""
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,  # type: ignore[arg-type]
        accept_downloads=True,
        bypass_csp=bypass_csp,
    )
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request", lambda request: None if request.url.startswith((url, "data:", "blob:")) else complaints.append(f"external {request.url}")
    )
    page.on("response", lambda response: complaints.append(f"{response.status} {response.url}") if response.status >= 400 else None)
    page.goto(f"{url}/login")
    page.fill("#name", "ada")
    page.fill("#password", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_function(READY)
    return page


def show(page: Page, url: str) -> None:
    page.goto(url)
    page.wait_for_function(READY)


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (1440, "dark"), (390, "light")])
def test_pages_render_everything_from_this_server(browser: Browser, shop_url: str, width: int, scheme: str) -> None:
    complaints: list[str] = []
    page = visit(browser, shop_url, complaints, width, scheme)
    for path in PATHS:
        show(page, f"{shop_url}{path}?window=28d&scope=device%3Dphone")
        assert page.locator(".ca-state").count() == 0, path
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width, path
        drawn = page.evaluate("() => document.querySelector('.js-plotly-plot').layout.template.layout.hoverlabel.bgcolor")
        assert drawn == ("#171a21" if scheme == "dark" else "#ffffff")
    assert not complaints


def test_empty_store_says_what_to_do(browser: Browser, empty_url: str) -> None:
    complaints: list[str] = []
    page = visit(browser, empty_url, complaints)
    for path in PATHS:
        show(page, empty_url + path)
        assert page.locator(".ca-state").count() == page.locator(".ca-panel").count()
        assert "ca load" in page.locator(".ca-state").first.inner_text()
    assert not complaints


def test_hostile_names_are_only_text(browser: Browser, hostile_url: str) -> None:
    complaints: list[str] = []
    page = visit(browser, hostile_url, complaints)
    assert page.locator(".ca-shop").inner_text() == HOSTILE
    page.get_by_role("textbox", name="Scope").click()
    assert page.get_by_role("option", name=HOSTILE).count() == 1
    page.get_by_role("option", name=HOSTILE).click()
    page.wait_for_function("() => location.search.includes('script')")
    for path in PATHS:
        show(page, f"{hostile_url}{path}?scope=%3Cimg%20src=x%20onerror=window.hacked=1%3E&grain=%3Cscript%3E")
        assert page.locator(".ca-alert").count() == 2
    assert page.evaluate("() => window.hacked") is None
    assert not complaints


def test_two_currencies_are_explained(browser: Browser, hostile_url: str) -> None:
    page = visit(browser, hostile_url, [])
    show(page, f"{hostile_url}/purchases")
    assert page.get_by_text("Several currencies").count() == 4
    show(page, f"{hostile_url}/purchases?scope=currency%3DUSD")
    assert page.locator(".ca-state").count() == 0


def test_controls_change_the_url_and_back_undoes_it(browser: Browser, shop_url: str) -> None:
    complaints: list[str] = []
    page = visit(browser, shop_url, complaints)
    page.locator(".ca-filter-window label", has_text="28 d").click()
    page.wait_for_url("**/?window=28d")
    page.get_by_role("textbox", name="Scope").click()
    page.get_by_role("option", name="FR").click()
    page.wait_for_url("**/?scope=country%3DFR&window=28d")
    page.get_by_role("link", name="Purchases").click()
    page.wait_for_url("**/purchases?scope=country%3DFR&window=28d")
    page.wait_for_function(READY)
    page.locator(".ca-filter-grain label", has_text="Weekly").click()
    page.wait_for_url("**grain=weekly")
    page.go_back()
    page.wait_for_function(
        "() => !location.search.includes('weekly') && document.querySelector('.ca-filter-grain input:checked').value === 'daily'"
    )
    assert page.title() == "Purchases · CustomerAnalytics"
    assert not complaints


def test_panel_menu_definition_table_csv_picture(browser: Browser, shop_url: str) -> None:
    complaints: list[str] = []
    page = visit(browser, shop_url, complaints)
    page.get_by_label("Definition of Daily orders").click()
    assert "stats/daily_orders" in page.locator(".ca-definition").inner_text()
    page.keyboard.press("Escape")
    menu = page.get_by_label("Table and downloads of Daily revenue")
    for entry, ending in (("Download CSV", ".csv"), ("Download picture", ".png")):
        menu.click()
        with page.expect_download() as download:
            page.get_by_role("menuitem", name=entry).click()
        assert download.value.suggested_filename.endswith(ending)
    menu.click()
    page.get_by_role("menuitem", name="View as table").click()
    page.wait_for_selector(".ag-row")
    assert "90 rows" in page.get_by_role("dialog").inner_text()
    assert not complaints


def test_scheme_switch_redraws_and_is_kept(browser: Browser, shop_url: str) -> None:
    page = visit(browser, shop_url, [])
    page.get_by_label("Light or dark colours").click()
    dark = "() => document.querySelector('.js-plotly-plot')?.layout?.template?.layout?.hoverlabel?.bgcolor === '#171a21'"
    page.wait_for_function(dark)
    page.reload()
    page.wait_for_function(dark)


def test_phone_drawer_and_logout(browser: Browser, shop_url: str) -> None:
    page = visit(browser, shop_url, [], width=390)
    assert not page.get_by_role("link", name="Purchases").is_visible()
    page.get_by_label("Open navigation").click()
    page.get_by_role("link", name="Purchases").click()
    page.wait_for_url("**/purchases")
    page.wait_for_function(READY)
    page.get_by_label("Account of ada").click()
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url("**/login")
    page.goto(shop_url)
    page.wait_for_url("**/login?next=/")


def test_formats_follow_the_readers_choice(browser: Browser, shop_url: str) -> None:
    complaints: list[str] = []
    page = visit(browser, shop_url, complaints)
    assert page.locator(".ca-asof").inner_text() == "as of 13 Mar 2024"
    page.get_by_label("Account of ada").click()
    page.get_by_label("Numbers and dates").select_option("de-DE")
    page.wait_for_function("() => document.querySelector('.ca-asof')?.innerText === 'as of 13. März 2024'")
    page.wait_for_function(READY)
    assert page.locator(".js-plotly-plot").first.locator(".xtick text", has_text="Dez.").count()
    show(page, f"{shop_url}/products")
    grid = page.locator("[aria-labelledby=title-products-table]")
    grid.locator(".ag-row").first.wait_for()
    assert "1.100" in grid.locator(".ag-row").first.inner_text() and "4.500,00" in grid.locator(".ag-row").first.inner_text()
    assert not complaints


def test_choices_of_cohorts_change_the_map(browser: Browser, shop_url: str) -> None:
    complaints: list[str] = []
    page = visit(browser, shop_url, complaints)
    show(page, f"{shop_url}/cohorts")
    assert page.get_by_role("img", name="Chart: Cohorts over time").count() == 1
    page.locator(".ca-filter-grain label", has_text="Day").click()
    page.wait_for_url("**/cohorts?cohort=daily")
    page.wait_for_function(
        "() => document.body.innerText.includes('newest 26 of 91 cohorts') || document.body.innerText.includes('newest 26 of 90 cohorts')"
    )
    page.locator(".ca-filter-grain label", has_text="Revenue per customer").click()
    page.wait_for_url("**/cohorts?cohort=daily&value=revenue")
    page.wait_for_function("() => document.body.innerText.includes('Weeks since the download')")
    assert page.get_by_role("textbox", name="From and to").is_disabled()
    assert not complaints
