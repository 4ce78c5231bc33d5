"""The page of a list in a real Chromium, by keyboard: opened from a chart, sorted, paged, downloaded; hostile URLs."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from dash import Dash
from playwright.sync_api import Browser, Page, expect

from ca_assets.demo.generate import generate
from ca_assets.settings.database import open_database
from ca_assets.settings.process import ProcessSettings
from ca_assets.settings.shops import apply_shop
from ca_assets_tests.dash.applications import logged_in, make_app, serve
from ca_assets_tests.dash.axe_core import NoAxe, findings, script
from ca_assets_tests.dash.browsing import READY, visit
from ca_assets_tests.pipeline import load_and_export

DRAWN = "() => document.querySelector('.ca-list :is(.ca-list-table, .ca-list-state)') && !document.querySelector('.ca-list-pending')"
END = dt.date(2024, 6, 1)
BACK = quote("/purchases?window=365d", safe="")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Dash:
    """A demo shop in force, loaded as `ca load` does it."""
    folder = tmp_path_factory.mktemp("lists")
    generate(folder / "shop", sessions=1500, end=END)
    apply_shop(open_database(ProcessSettings(home=folder / "home")), folder / "shop" / "shop.yaml")
    load_and_export(folder / "shop" / "shop.yaml", folder / "home")
    return make_app(folder / "home")[0]


@pytest.fixture(scope="module")
def url(demo: Dash) -> Iterator[str]:
    yield from serve(demo)


@pytest.fixture(scope="module")
def page(browser: Browser, url: str) -> Iterator[Page]:
    """One visit for all tests; nothing that a careful visitor must not see happens in it."""
    complaints: list[str] = []
    yield visit(browser, url, complaints, bypass_csp=True)
    assert not complaints


def show(page: Page, url: str) -> None:
    page.goto(url)
    page.wait_for_function(DRAWN)


def clients(page: Page) -> list[str]:
    return [row.inner_text() for row in page.locator(".ca-list-table tbody td:first-child").all()]


def numbers(page: Page, column: int) -> list[float]:
    cells = page.locator(f".ca-list-table tbody td:nth-child({column})").all()
    return [float("".join(sign for sign in cell.inner_text() if sign.isdigit() or sign == ".") or "nan") for cell in cells]


@pytest.mark.browser
def test_a_menu_leads_to_a_list_and_back_by_keyboard(page: Page, url: str) -> None:
    page.goto(f"{url}/purchases?window=365d&grain=monthly")
    page.wait_for_function(READY)
    page.locator("[aria-labelledby=title-purchases-orders] .ca-panel-actions button[aria-haspopup=menu]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[role=menu] :focus")).to_have_count(1)
    page.get_by_role("menuitem", name="Show the orders").focus()
    page.keyboard.press("Enter")
    link = page.get_by_role("dialog").get_by_role("link").first
    count = link.inner_text()
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_function(DRAWN)
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"– {count}")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert len(clients(page)) == min(50, int(count.split()[0]))
    page.get_by_role("link", name="Back to Purchases").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/purchases?window=365d&grain=monthly")


@pytest.mark.browser
def test_a_click_on_a_bar_opens_its_orders(page: Page, url: str) -> None:
    page.goto(f"{url}/purchases?window=all&grain=monthly")
    page.wait_for_function(READY)
    bars = page.locator("[aria-labelledby=title-purchases-orders] .bars path").all()
    box = max((box for box in (bar.bounding_box() for bar in bars) if box), key=lambda box: box["height"])
    where = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(*where)
    page.wait_for_selector("[aria-labelledby=title-purchases-orders] .hoverlayer > *", state="attached")
    page.mouse.click(*where)
    page.wait_for_url("**/list/orders?*")
    page.wait_for_function(DRAWN)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Orders of 1–")
    page.go_back()
    page.wait_for_url("**/purchases?window=all&grain=monthly")


@pytest.mark.browser
def test_headers_sort_by_keyboard(page: Page, url: str) -> None:
    show(page, f"{url}/list/customers")
    header, amounts = page.get_by_role("columnheader", name="Revenue"), []
    for direction in ("descending", "ascending"):
        header.get_by_role("link").focus()
        page.keyboard.press("Enter")
        expect(header).to_have_attribute("aria-sort", direction)
        expect(header.get_by_role("link")).to_be_focused()
        amounts = numbers(page, 3)
        assert amounts == sorted(amounts, reverse=direction == "descending") and len(amounts) == 50
    assert page.url.endswith("?sort=revenue")
    expect(page.locator("#said-filter")).to_contain_text("sorted by revenue, ascending")
    show(page, page.url)
    assert numbers(page, 3) == amounts, "a copied link shows the same"


@pytest.mark.browser
def test_pages_are_turned_by_keyboard(page: Page, url: str) -> None:
    show(page, f"{url}/list/customers?of=visitors&sort=client")
    seen, last = clients(page), int(page.locator("#list-page").get_attribute("max") or 0)
    assert last > 2
    following = page.get_by_role("link", name="Next")
    for number in range(2, last + 1):
        following.focus()
        page.keyboard.press("Enter")
        expect(page.locator("#list-page")).to_have_value(str(number))
        expect(page.get_by_role("link", name="Next")).to_be_focused()
        seen += clients(page)
    expect(following).to_have_attribute("aria-disabled", "true")
    assert len(seen) == len(set(seen)) and seen == sorted(seen)
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"{len(seen)} customers")
    page.locator("#list-page").fill("2")
    page.keyboard.press("Enter")
    page.wait_for_url("**page=2")
    expect(page.locator(".ca-list-table tbody td").first).to_have_text(seen[50])
    expect(page.locator("#list-page")).to_be_focused()


@pytest.mark.browser
def test_no_accessibility_findings_in_the_window_of_marks(page: Page, url: str) -> None:
    try:
        axe = script()
    except NoAxe as error:
        pytest.skip(str(error))
    problems = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.goto(f"{url}/churn?window=all")
        page.wait_for_function(READY)
        page.locator("[aria-labelledby=title-churn-moves] .ca-panel-actions button[aria-haspopup=menu]").click()
        page.get_by_role("menuitem", name="Show the customers").click()
        page.wait_for_selector(".ca-marks a")
        page.wait_for_function("() => !document.getAnimations().length")
        page.evaluate(axe)
        problems += findings(page, f"marks {scheme}")
    page.emulate_media(color_scheme="light")
    assert not problems, "\n".join(problems)


@pytest.mark.browser
def test_no_accessibility_findings(page: Page, url: str) -> None:
    try:
        axe = script()
    except NoAxe as error:
        pytest.skip(str(error))
    problems = []
    for path in (f"/list/orders?page=2&sort=-payment_amount&back={BACK}", "/list/customers", "/list/orders?hour=99"):
        for scheme in ("light", "dark"):
            for forced in ("none", "active"):
                page.emulate_media(color_scheme=scheme, forced_colors=forced)  # type: ignore[arg-type]
                for width in (1440, 390):
                    page.set_viewport_size({"width": width, "height": 900})
                    show(page, url + path)
                    page.evaluate(axe)
                    problems += findings(page, f"{path} {scheme} {forced} {width}")
                    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth"), (
                        "the page itself never scrolls sideways"
                    )
    page.emulate_media(color_scheme="light", forced_colors="none")
    page.set_viewport_size({"width": 1440, "height": 900})
    assert not problems, "\n".join(problems)


@pytest.mark.browser
@pytest.mark.parametrize(
    "search", ["hour=<script>window.hacked=1</script>", "of=../../etc/passwd", "sort=nothing", "page=x", "back=//evil.example"]
)
def test_hostile_links_have_a_clear_state(page: Page, url: str, search: str) -> None:
    show(page, f"{url}/list/orders?{search}")
    if not search.startswith("back="):
        expect(page.locator(".ca-state-title")).to_have_text("This link leads to no list")
    assert page.evaluate("() => window.hacked") is None
    assert page.locator("a[href*=evil]").count() == 0


def test_a_list_is_downloaded_whole_in_its_order(demo: Dash) -> None:
    client = logged_in(demo)
    answer = client.get("/export/list/customers.csv?sort=-revenue")
    assert answer.status_code == 200 and answer.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
    revenues = [float(row["revenue"]) for row in rows]
    assert len(rows) > 60 and revenues == sorted(revenues, reverse=True)
    assert all(dt.datetime.fromisoformat(row["first_order"]) <= dt.datetime.fromisoformat(row["last_order"]) for row in rows)
    name = answer.headers["Content-Disposition"]
    assert "Maple-Thames_buyers_all" in name and "as-of-2024-0" in name
    named = client.get("/export/list/orders.csv?hour=13&from=2024-01-01&to=2024-03-31").headers["Content-Disposition"]
    assert "_orders_hour-13_all_2024-01-01_2024-03-31_" in named


@pytest.mark.parametrize(("path", "status"), [("products.csv", 404), ("orders.csv?hour=99", 404), ("orders.csv?sort=nothing", 404)])
def test_a_download_of_nothing_is_not_found(demo: Dash, path: str, status: int) -> None:
    assert logged_in(demo).get(f"/export/list/{path}").status_code == status


def test_an_unknown_list_is_not_found(demo: Dash) -> None:
    client = logged_in(demo)
    assert [client.get(path).status_code for path in ("/list/orders", "/list/customers", "/list/products", "/list")] == [200, 200, 404, 404]
    assert demo.server.test_client().get("/export/list/orders.csv").status_code in (302, 401), "it stands behind the login"
