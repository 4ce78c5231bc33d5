"""No serious or critical finding of axe-core on any page of a loaded shop: light and dark, wide and narrow, and with things open."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from ca_assets.demo.generate import generate
from ca_assets_tests.dash.applications import PASSWORD, make_app, serve
from ca_assets_tests.dash.axe_core import NoAxe, findings, script
from ca_assets_tests.dash.browsing import PATHS, READY, visit
from ca_assets_tests.pipeline import load_and_export

WIDTHS = (1440, 390)
SETTLED = "scheme => document.documentElement.getAttribute('data-mantine-color-scheme') === scheme && !document.getAnimations().length"
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def axe() -> str:
    try:
        return script()
    except NoAxe as error:
        if os.environ.get("CA_REQUIRE_ALL"):
            pytest.fail(str(error))
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def demo_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A demo shop with baskets, promotions and deliveries, loaded as `ca load` does it."""
    folder = tmp_path_factory.mktemp("demo")
    generate(folder / "shop", sessions=1500, end=dt.date(2024, 6, 1))
    load_and_export(folder / "shop" / "shop.yaml", folder / "home")
    yield from serve(make_app(folder / "home")[0])


@pytest.fixture(scope="module")
def page(browser: Browser, demo_url: str, axe: str) -> Page:
    return _with_axe(visit(browser, demo_url, [], bypass_csp=True), axe)


def _with_axe(page: Page, axe: str) -> Page:
    """Every document that the page opens from now on has the engine."""
    page.add_init_script(axe)
    page.reload()
    page.wait_for_function(READY)
    return page


def _both_schemes(page: Page, where: str, widths: tuple[int, ...] = ()) -> list[str]:
    """Findings in both schemes at each width (none: as wide as it is). Colours are switched once: every chart is drawn again then."""
    problems = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        for width in widths or (0,):
            if width:
                page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_function(SETTLED, arg=scheme)
            problems += findings(page, f"{where} {width or ''} {scheme}", is_only_colours=scheme == "dark")
    return problems


@pytest.mark.parametrize("path", PATHS)
def test_page(page: Page, demo_url: str, path: str) -> None:
    page.goto(demo_url + path)
    page.wait_for_function(READY)
    problems = _both_schemes(page, path, WIDTHS)
    assert not problems, "\n".join(problems)


def test_what_opens(page: Page, demo_url: str) -> None:
    """Menus, the definition, the windows of a table, of its making and of saved views, the list of scopes, the drawer of a phone."""
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    page.goto(f"{demo_url}/journey")  # the page with the fewest charts
    page.wait_for_function(READY)
    problems = []
    for opener in ("Account of ada", "Definition of Customer journey", "Table and downloads of Customer journey"):
        page.get_by_role("button", name=opener).click()
        problems += _both_schemes(page, opener)
        page.keyboard.press("Escape")
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.goto(f"{demo_url}/journey")  # a change of colours closes the list, and so does a menu that gives the focus back late
    page.wait_for_function(READY)
    page.wait_for_function(SETTLED, arg="light")
    page.get_by_role("combobox", name="Filter", exact=True).focus()
    page.keyboard.press("ArrowDown")
    option = page.locator("[role=option]:visible").first
    option.wait_for()
    problems += findings(page, "Scope light")
    assert option.is_visible(), "the list was open while it was scanned"
    page.keyboard.press("Escape")
    page.get_by_label("Table and downloads of Customer journey").click()
    page.get_by_role("menuitem", name="View as table").click()
    page.wait_for_selector(".ag-row")
    problems += _both_schemes(page, "Table window")
    page.keyboard.press("Escape")
    page.get_by_label("Table and downloads of Customer journey").click()
    page.get_by_role("menuitem", name="How this is computed").click()
    page.get_by_text("Rows of the report").wait_for()
    problems += _both_schemes(page, "How it is computed")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Saved views").click()
    page.locator("#views-name").wait_for()
    problems += _both_schemes(page, "Saved views")
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": WIDTHS[1], "height": 900})
    page.get_by_label("Open navigation").click()
    problems += _both_schemes(page, "Drawer")
    assert not problems, "\n".join(problems)


def test_login_and_empty_shop(browser: Browser, empty_url: str, axe: str) -> None:
    page = visit(browser, empty_url, [], bypass_csp=True)
    _with_axe(page, axe)
    problems = _both_schemes(page, "Empty shop")
    page.context.clear_cookies()
    page.goto(f"{empty_url}/login")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        problems += findings(page, f"Login {scheme}")
    page.fill("#name", "ada")
    page.fill("#password", f"not {PASSWORD}")
    page.click("button[type=submit]")
    page.wait_for_selector("[role=alert]")
    problems += findings(page, "Login refused")
    assert not problems, "\n".join(problems)


def test_findings_are_found(page: Page, demo_url: str) -> None:
    """The scan itself: a picture without words and pale text are named with rule and selector."""
    page.goto(f"{demo_url}/journey")
    page.wait_for_function(READY)
    bad = "<img id='mute' src='/assets/favicon.svg'><p id='pale' style='color:#eee;background:#fff'>pale</p>"
    page.evaluate("bad => document.querySelector('.ca-page-head').insertAdjacentHTML('beforeend', bad)", bad)
    problems = findings(page, "here")
    assert any("critical image-alt" in text and "#mute" in text for text in problems)
    assert any("serious color-contrast" in text and "#pale" in text for text in problems)
