"""Every page in a real Chromium: with data, without, and with a hostile shop; light, dark, and on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from ca_assets_tests.dash.browsing import HOSTILE, PATHS, READY, show, visit

pytestmark = pytest.mark.browser


REFUSED_IN_28_DAYS = {"/delivery": 1}  # what lateness costs is known after 30 days


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (1440, "dark"), (390, "light")])
def test_pages_render_everything_from_this_server(browser: Browser, shop_url: str, width: int, scheme: str) -> None:
    complaints: list[str] = []
    page = visit(browser, shop_url, complaints, width, scheme)
    for path in PATHS:
        show(page, f"{shop_url}{path}?window=28d&scope=device%3Dphone")
        assert page.locator(".ca-state").count() == REFUSED_IN_28_DAYS.get(path, 0), path
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width, path
        drawn = page.evaluate("() => document.querySelector('.js-plotly-plot').layout.template.layout.hoverlabel.bgcolor")
        assert drawn == ("#171a21" if scheme == "dark" else "#ffffff")
    assert not complaints


def test_empty_store_says_what_to_do(browser: Browser, empty_url: str) -> None:
    complaints: list[str] = []
    page = visit(browser, empty_url, complaints)
    for path in PATHS:
        show(page, empty_url + path)
        assert page.locator(".ca-panel .ca-state").count() == page.locator(".ca-panel").count()
        assert "ca load" in page.locator(".ca-panel .ca-state").first.inner_text()
    assert not complaints


def test_hostile_names_are_only_text(browser: Browser, hostile_url: str) -> None:
    complaints: list[str] = []
    page = visit(browser, hostile_url, complaints)
    assert page.locator(".ca-shop").inner_text() == HOSTILE
    page.get_by_role("combobox", name="Filter", exact=True).click()
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
    page.get_by_role("combobox", name="Filter", exact=True).click()
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
    page.locator("[aria-labelledby=title-overall-orders] button[aria-label^=Definition]").click()
    page.locator(".ca-definition summary").click()
    assert "Report stats/" in page.locator(".ca-definition").inner_text()
    page.keyboard.press("Escape")
    menu = page.locator("[aria-labelledby=title-overall-revenue] button[aria-haspopup=menu]")
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
    assert page.get_by_role("combobox", name="From and to").is_disabled()
    assert not complaints
