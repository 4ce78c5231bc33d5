"""The browser's script in a real Chromium, sending to a real collector from a page of another origin."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from ca_assets.collector.app import SCRIPT
from ca_assets_tests.collector.conftest import lines_of
from ca_assets_tests.collector.server import Server, running
from ca_assets_tests.dash.browsing import chromium
from ca_assets_tests.servers.dagster import until

pytestmark = pytest.mark.browser
PAGE = """<!doctype html><title>Shop</title><body>
<article data-ca-view="product" data-ca-click="product" data-ca-product-id="007" data-ca-name="Green tea" data-ca-price="19.99">T</article>
<a href="#x" data-ca-view="promotion" data-ca-click="promotion" data-ca-promotion-id="may" data-ca-position="1">May</a>
<form onsubmit="return false" data-ca-submit="add" data-ca-product-id="007"><input name="quantity" value="2"><button>Add</button></form>
<div style="height: 5000px"></div>
<main data-ca-view="basket" data-ca-cart-id="17" data-ca-products='[{"product_id":"007","quantity":2}]'>Basket</main>
<script>window.ca = window.ca || []; ca.push(['track', 'Early', {}])</script>
<script async src="%s/ca.js" data-key="%s" %s></script>"""


class Pages(BaseHTTPRequestHandler):
    """A shop: each path is the same page."""

    def __init__(self, text: list[str], *parts: Any) -> None:
        self.text = text
        super().__init__(*parts)

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(self.text[0].encode())

    def log_message(self, *_: object) -> None:
        """Nothing."""


class Shop:
    """Pages with the script, and what the collector kept of them."""

    def __init__(self, server: Server, context: BrowserContext) -> None:
        self.text, self.server, self.context = [""], server, context
        self.pages = ThreadingHTTPServer(("127.0.0.1", 0), partial(Pages, self.text))
        self.url = f"http://127.0.0.1:{self.pages.server_port}"
        threading.Thread(target=self.pages.serve_forever, daemon=True).start()

    def open(self, path: str = "/p/1?utm_source=news&utm_campaign=may&token=1", attributes: str = "") -> Page:
        """A page with the script's tag."""
        self.text[0] = PAGE % (self.server.url, self.server.browser_key, attributes)
        page = self.context.new_page()
        page.goto(f"{self.url}{path}")
        page.wait_for_function("!!(window.ca && ca.track)")
        return page

    def messages(self, event: str, count: int = 1) -> list[dict[str, Any]]:
        """Events of that name (or type), once so many have arrived."""
        return until(lambda: found if len(found := self.kept(event)) >= count else None, 20, event)

    def kept(self, event: str) -> list[dict[str, Any]]:
        messages = [line["message"] for line in lines_of(self.server.folder)]
        return [message for message in messages if event in (message.get("event"), message["type"])]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    yield from chromium()


@pytest.fixture
def shop(browser: Browser, tmp_path: Path) -> Iterator[Shop]:
    with running(tmp_path) as server:
        shop = Shop(server, browser.new_context())
        yield shop
        shop.context.close()
        shop.pages.shutdown()


def test_a_visit_by_attributes_and_calls(shop: Shop) -> None:
    page = shop.open()
    (view,) = shop.messages("page")
    where = view["context"]["page"]
    assert where["url"] == f"{shop.url}/p/1?utm_source=news&utm_campaign=may" and where["search"] == "?utm_source=news&utm_campaign=may"
    assert view["context"]["campaign"] == {"source": "news", "name": "may"} and view["context"]["channel"] == "browser"
    assert shop.messages("Product Viewed")[0]["properties"] == {"product_id": "007", "name": "Green tea", "price": 19.99}
    assert shop.messages("Promotion Viewed")[0]["properties"] == {"promotion_id": "may", "position": 1}
    assert shop.messages("Early")
    page.click("article")
    page.click("a")
    page.click("button")
    assert shop.messages("Product Clicked") and shop.messages("Promotion Clicked")
    assert shop.messages("Product Added")[0]["properties"] == {"product_id": "007", "quantity": 2}
    assert shop.kept("Cart Viewed") == []  # nobody has seen it yet
    page.mouse.wheel(0, 9_000)
    assert shop.messages("Cart Viewed")[0]["properties"] == {"cart_id": "17", "products": [{"product_id": "007", "quantity": 2}]}
    page.evaluate("history.pushState({}, '', '/p/2')")
    page.evaluate("document.body.insertAdjacentHTML('afterbegin', '<p data-ca-view=checkout data-ca-value=3>Pay</p>'); scrollTo(0, 0)")
    assert shop.messages("page", 2)[1]["properties"]["path"] == "/p/2" and shop.messages("Checkout Started")[0]["properties"] == {
        "value": 3
    }
    page.evaluate("ca.identify('u1', { email: 'ada@example.org' }); ca.track('Mine')")
    assert shop.messages("Mine")[0]["userId"] == "u1" and shop.messages("identify")[0]["traits"]["email"].startswith("hashed-")
    messages = [line["message"] for line in lines_of(shop.server.folder)]
    assert len({message["anonymousId"] for message in messages}) == 1 and len({m["messageId"] for m in messages}) == len(messages)
    assert shop.context.cookies() == []


def test_what_waits_is_sent_when_the_page_is_left(shop: Shop) -> None:
    page = shop.open()
    shop.messages("page")
    page.evaluate("ca.track('Last'); location.href = '/p/3'")
    assert shop.messages("Last")
    first, second = shop.messages("page", 2)
    assert first["anonymousId"] == second["anonymousId"]


def test_nothing_is_sent_or_stored_without_consent(shop: Shop) -> None:
    page = shop.open(attributes='data-consent="required" data-storage="cookie"')
    page.evaluate("ca.identify('u1'); ca.flush()")
    page.click("article")
    page.wait_for_timeout(500)
    assert lines_of(shop.server.folder) == [] and shop.context.cookies() == []
    assert page.evaluate("sessionStorage.length + localStorage.length") == 0
    page.evaluate("ca.consent(true)")
    clicked = shop.messages("Product Clicked")[0]
    (cookie,) = shop.context.cookies()
    assert (cookie["name"], cookie["value"], clicked["userId"]) == ("ajs_anonymous_id", clicked["anonymousId"], "u1")
    page.evaluate("ca.consent(false); ca.track('After')")
    page.wait_for_timeout(500)
    assert shop.context.cookies() == [] and shop.kept("After") == []
    assert page.evaluate("Object.values(sessionStorage).join('')") == ""


def test_events_survive_a_collector_that_is_away(shop: Shop) -> None:
    page = shop.open()
    shop.messages("page")
    page.route("**/v1/b", lambda route: route.abort())
    page.evaluate("ca.track('Once')")
    page.wait_for_timeout(600)
    page.unroute("**/v1/b")
    assert len(shop.messages("Once")) == 1


def test_the_script_is_small() -> None:
    assert len(SCRIPT.read_bytes()) < 4_096
