"""The search box by keyboard and the pages that it leads to, in a real Chromium on a loaded demo shop; figures equal those of exports."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from dash import Dash
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, expect

from ca_assets.demo.generate import generate
from ca_assets.index.open import open_index
from ca_assets.settings.database import open_database
from ca_assets.settings.process import ProcessSettings
from ca_assets.settings.shops import apply_shop
from ca_assets_tests.dash.applications import logged_in, make_app, serve
from ca_assets_tests.dash.axe_core import NoAxe, findings, script
from ca_assets_tests.dash.browsing import HOSTILE, visit
from ca_assets_tests.pipeline import load_and_export
from ca_dash.search.url import href, kind_of

END = dt.date(2024, 6, 1)
DRAWN = "() => document.querySelectorAll('#subject .ca-tile').length === 4 && !document.querySelector('.is-pending')"

HIT = "#search-hits [role=option]"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo shop in force, loaded as `ca load` does it."""
    folder = tmp_path_factory.mktemp("search")
    generate(folder / "shop", sessions=1500, end=END)
    apply_shop(open_database(ProcessSettings(home=folder / "home")), folder / "shop" / "shop.yaml")
    load_and_export(folder / "shop" / "shop.yaml", folder / "home")
    return folder / "home"


@pytest.fixture(scope="module")
def app(home: Path) -> Dash:
    return make_app(home)[0]


@pytest.fixture(scope="module")
def url(app: Dash) -> Iterator[str]:
    yield from serve(app)


@pytest.fixture(scope="module")
def page(browser: Browser, url: str) -> Iterator[Page]:
    """One visit for all tests; nothing that a careful visitor must not see happens in it."""
    complaints: list[str] = []
    yield visit(browser, url, complaints, bypass_csp=True)
    assert not complaints


@pytest.fixture(scope="module")
def best(home: Path) -> dict[str, tuple[str, str | None, int]]:
    """Of each kind the term with most orders: value, label, orders."""
    with open_index(ProcessSettings(home=home)).snapshot() as snapshot:
        rows = [row for batch in snapshot.rows("search_terms") for row in batch.to_pylist()]
    kinds = {row["kind"] for row in rows}
    tops = {kind: max((row for row in rows if row["kind"] == kind), key=lambda row: row["orders"]) for kind in kinds}
    return {kind: (row["value"], row["label"], row["orders"]) for kind, row in tops.items()}


@pytest.mark.browser
def test_the_box_finds_by_keys(page: Page, best: dict[str, tuple[str, str | None, int]]) -> None:
    value, label, _ = best["product"]
    page.keyboard.press("Control+k")
    box = page.locator("#search-text")
    expect(box).to_be_focused()
    page.keyboard.type(f"{label}"[:-1] + "q")
    expect(page.locator(HIT).first).to_be_visible()
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#search-said")).to_contain_text("hit")
    page.keyboard.press("ArrowDown")
    chosen = page.locator(f"{HIT}[aria-selected=true]")
    expect(chosen).to_have_count(1)
    expect(chosen).to_contain_text(value)
    assert box.get_attribute("aria-activedescendant") == chosen.get_attribute("id")
    page.keyboard.press("Escape")
    expect(page.locator(f"{HIT}:visible")).to_have_count(0)
    page.keyboard.press("ArrowDown")
    expect(page.locator(HIT).first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{href('product', value)}")
    page.wait_for_function(DRAWN, timeout=60_000)
    expect(page.get_by_role("heading", level=1)).to_have_text(str(label))


@pytest.mark.browser
def test_enter_without_a_choice_shows_all_hits(page: Page, url: str) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type("tee")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{url}/search?q=tee")
    expect(page.locator("#search-page-text")).to_have_value("tee")
    expect(page.locator("#search-page-hits li").first).to_be_visible()
    page.locator("#search-page-text").fill("zzzzzz")
    page.wait_for_url(f"{url}/search?q=zzzzzz")
    expect(page.locator("#search-page-hits")).to_contain_text("Nothing is like it")


@pytest.mark.browser
@pytest.mark.parametrize("kind", ["product", "client", "promotion", "dimension"])
def test_a_page_says_what_its_hit_says(page: Page, url: str, best: dict[str, tuple[str, str | None, int]], kind: str) -> None:
    value, _, orders = best[kind]
    page.goto(url + href(kind, value))
    page.wait_for_function(DRAWN, timeout=60_000)
    expect(page.get_by_role("group", name="Orders", exact=True)).to_contain_text(f"{orders:,}")
    expect(page.locator("#subject .main-svg").first).to_be_visible()
    page.locator("#subject summary").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#subject details[open] tbody tr").first).to_be_visible()


ODD = (href("product", HOSTILE), href("client", ""), href("dimension", "a=b"), "/search?q=", f"/search?q={quote('<img src=x>')}")


@pytest.mark.browser
@pytest.mark.parametrize("path", ODD)
def test_hostile_and_unknown_names_are_texts(page: Page, url: str, path: str) -> None:
    page.goto(url + path)
    expect(page.locator("#subject .ca-state, .ca-search-page:not(.is-pending) > *").first).to_be_visible(timeout=30_000)
    assert page.evaluate("window.hacked") is None


@pytest.mark.browser
def test_axe_has_nothing_to_say(page: Page, url: str, best: dict[str, tuple[str, str | None, int]]) -> None:
    try:
        code = script()
    except NoAxe as error:
        pytest.fail(str(error))
    page.goto(url + href("product", best["product"][0]))
    page.wait_for_function(DRAWN, timeout=60_000)
    page.keyboard.press("Control+k")
    page.keyboard.type("tea")
    expect(page.locator(HIT).first).to_be_visible()
    page.evaluate(code)
    assert findings(page, "a product under the search box") == []


@pytest.fixture(scope="module")
def client(app: Dash) -> FlaskClient:
    return logged_in(app)


def test_a_download_has_the_rows_of_its_page(client: FlaskClient, best: dict[str, tuple[str, str | None, int]]) -> None:
    value, _, orders = best["promotion"]
    answer = client.get(f"/export/search/promotion/daily.csv?value={quote(value)}")
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
    assert sum(int(row["orders"]) for row in rows) == orders
    assert client.get("/export/search/promotion/nothing.csv?value=x").status_code == 404
    assert client.get("/export/search/promotion/daily.csv?value=nobody").status_code == 404


def test_searches_stand_behind_the_login(app: Dash) -> None:
    stranger = app.server.test_client()
    assert stranger.get("/search.json?q=a").status_code in (302, 401)
    assert stranger.get("/export/search/client/daily.csv?value=a").status_code in (302, 401)


def test_two_readers_get_their_own_hits(client: FlaskClient, best: dict[str, tuple[str, str | None, int]]) -> None:
    first, second = (client.get("/search.json", query_string={"q": best[kind][0]}).get_json() for kind in ("client", "promotion"))
    assert first["groups"][0]["hits"][0]["value"] == best["client"][0]
    assert second["groups"][0]["hits"][0]["value"] == best["promotion"][0]


PAGES = [("/search", ""), ("/search/", ""), ("/search/product", "product"), ("/search/x", None)]


@pytest.mark.parametrize(("path", "kind"), PAGES)
def test_paths_of_the_search(client: FlaskClient, path: str, kind: str | None) -> None:
    assert kind_of(path) == kind
    assert client.get(path).status_code == (404 if kind is None else 200)
