"""From an empty installation with nothing but a browser: set-up, upload, mapping by the guess, dry run, saved shop; and what is refused."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from ca_assets.settings.audit import entries
from ca_assets.settings.database import Database, open_database
from ca_assets.settings.process import ProcessSettings
from ca_assets.settings.shops import applied_shop, list_editions
from ca_assets_tests.dash.applications import PASSWORD, make_app, serve
from ca_assets_tests.servers.postgresql import PostgreSQL

SLOW = 60_000  # milliseconds: a dry run is a process of its own, and machines of tests are busy
ORDERS = "Order ID,Customer,created at,total,paid,country\n" + "".join(
    f"{number},c{number % 7},2024-0{1 + number % 3}-11 10:00:00,{number}.50,yes,{'FR' if number % 2 else 'DE'}\n" for number in range(1, 61)
)
MORE = "Order ID,Customer,created at,total,paid,country\n100,c1,2024-03-12 10:00:00,9.50,no,FR\n"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("connecting")


@pytest.fixture(scope="module")
def database(home: Path) -> Database:
    return open_database(ProcessSettings(home=home))


@pytest.fixture(scope="module")
def url(home: Path) -> Iterator[str]:
    yield from serve(make_app(home, with_user=False)[0])


@pytest.fixture(scope="module")
def page(browser: Browser, url: str) -> Page:
    """Whoever installed it, after the set-up."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(url)
    page.fill("[name=password]", PASSWORD)
    page.fill("[name=repeat]", PASSWORD)
    page.click("button[type=submit]")
    return page


def files(folder: Path, contents: dict[str, str | bytes]) -> list[str]:
    for name, content in contents.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return [str(folder / name) for name in contents]


def test_the_empty_pages_lead_to_a_shop(page: Page, url: str, home: Path, database: Database, tmp_path: Path) -> None:
    page.get_by_role("link", name="First steps").click()
    expect(page.locator(".ca-step.is-done")).to_have_count(1)
    page.get_by_role("link", name="Go on").click()
    page.get_by_role("link", name="Connect", exact=True).first.click()
    page.set_input_files("#upload-files", files(tmp_path, {"orders 1.csv": ORDERS, "orders 2.csv": MORE}))
    expect(page.locator(".ca-check-figures")).to_contain_text("61", timeout=SLOW)
    expect(page.locator("#src-check")).to_contain_text("2024-01-11 to 2024-03-12")
    page.get_by_label("Name of the shop").fill("Blue Kettle")
    page.locator("input[id*=shop-field][id*=currency]").fill("GBP")
    expect(page.locator("#src-check")).to_contain_text("£", timeout=SLOW)
    page.get_by_role("button", name="Save this source").click()
    page.wait_for_url(f"{url}/settings/sources")
    expect(page.locator(".ca-sources")).to_contain_text("Connected, not loaded yet")
    shop = applied_shop(database).shop
    assert (shop.name, shop.currency, shop.folder) == ("Blue Kettle", "GBP", home.resolve())
    assert shop.sources.sessions.columns == {
        "id": "Order ID", "client": "Customer", "session_start_date": "created at", "payment_amount": "total", "has_purchased": "paid"
    }  # fmt: skip
    assert shop.sources.sessions.dimensions == {"country": "country"}
    assert sorted(path.name for path in (home / str(shop.sources.sessions.path)).iterdir()) == ["orders 1.csv", "orders 2.csv"]
    (edition,) = list_editions(database)
    assert (edition.changed_by, edition.what) == ("admin", "connected sessions")
    assert {entry.action for entry in entries(database)} >= {"source.upload", "source.change"}


def test_what_is_no_table_is_refused_and_not_kept(page: Page, url: str, home: Path, tmp_path: Path) -> None:
    before = sorted(path for path in (home / "uploads").rglob("*.csv"))
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", b"0," * (12 << 20))
    with zipfile.ZipFile(tmp_path / "climbs.zip", "w") as archive:
        archive.writestr("../../climbs.csv", ORDERS)
    hostile = files(
        tmp_path,
        {
            "page.csv": "<!DOCTYPE html><html></html>",
            "wide.csv": "a," * 50_000 + "\n",
            "=cmd.csv": ORDERS,
            "<img src=x onerror=alert(1)>.csv": ORDERS,
        },
    )
    page.goto(f"{url}/settings/sources/customers")
    page.set_input_files("#upload-files", [*hostile, str(tmp_path / "bomb.zip"), str(tmp_path / "climbs.zip")])
    refused = page.locator("#upload-list .is-failed")
    expect(refused).to_have_count(6, timeout=SLOW)
    words = ("a web page", "a line of more than", "begins with =", "has signs", "far larger", "outside of its folder")
    for row, text in enumerate(words):
        expect(refused.nth(row)).to_contain_text(text)
    assert page.locator("#upload-list img").count() == 0
    assert sorted(path for path in (home / "uploads").rglob("*.csv")) == before
    assert not [path for path in (home / "uploads" / "parts").iterdir() if path.is_dir()]


def test_a_wrong_password_is_told_without_it(page: Page, url: str, database: Database, postgresql: PostgreSQL) -> None:
    page.goto(f"{url}/settings/sources/baskets")
    page.get_by_text("A database", exact=True).click()
    for label, text in (("host", "127.0.0.1"), ("port", str(postgresql.port)), ("database", "postgres"), ("user", "nobody")):
        page.locator(f"""[id='{{"key":"{label}","type":"database"}}']""").fill(text)
    page.locator("""[id='{"key":"password","type":"database"}']""").fill("s3cret-word")
    page.get_by_role("button", name="Connect", exact=True).click()
    expect(page.locator("#src-problem")).to_contain_text("password", timeout=SLOW)
    assert "s3cret-word" not in page.locator("#src-problem").inner_text()
    page.goto(f"{url}/settings/connections")
    expect(page.locator("#connection-list")).to_contain_text("No connection is stored")


def test_a_table_of_a_database_becomes_a_source(page: Page, url: str, database: Database, postgresql: PostgreSQL) -> None:
    name = postgresql.database()
    postgresql.execute(
        "CREATE TABLE lines AS SELECT n::text AS order_id, 'tea' AS product, 2.5 AS price FROM generate_series(1, 60) n", name
    )
    address = postgresql.url(name, "postgresql")
    user, _, password = address.partition("://")[2].rpartition("@")[0].partition(":")
    page.goto(f"{url}/settings/sources/baskets")
    page.get_by_text("A database", exact=True).click()
    for label, text in (("host", "127.0.0.1"), ("port", str(postgresql.port)), ("database", name), ("user", user)):
        page.locator(f"""[id='{{"key":"{label}","type":"database"}}']""").fill(text)
    page.locator("""[id='{"key":"password","type":"database"}']""").fill(password)
    page.keyboard.press("Enter")
    page.locator("#src-table").click(timeout=SLOW)
    page.get_by_role("option", name="public.lines").click()
    page.get_by_role("button", name="Look at its columns").click()
    expect(page.locator(".ca-check-figures")).to_contain_text("60", timeout=SLOW)
    page.get_by_role("button", name="Save this source").click()
    page.wait_for_url(f"{url}/settings/sources")
    baskets = applied_shop(database).shop.sources.baskets
    assert baskets and (baskets.url, baskets.table, password in list_editions(database)[0].text) == (
        "${SHOP_DATABASE_URL}",
        "public.lines",
        False,
    )


def test_a_removed_source_comes_back_from_history(page: Page, url: str, database: Database) -> None:
    page.goto(f"{url}/settings/sources")
    page.get_by_role("button", name="Remove Products in orders").click()
    expect(page.get_by_role("dialog")).to_contain_text("no data any more")
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.locator("#toast")).to_contain_text("Removed")
    assert applied_shop(database).shop.sources.baskets is None
    page.goto(f"{url}/settings/shop")
    page.get_by_role("button", name="Go back to this").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Go back").click()
    expect(page.locator("#toast")).to_contain_text("in force again")
    assert applied_shop(database).shop.sources.baskets is not None and list_editions(database)[0].changed_by == "admin"
