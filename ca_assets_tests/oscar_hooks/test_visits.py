"""A guest and a registered visitor: every event, in order, with what it says."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ca_assets_tests.oscar_hooks.collecting import Collector, collector
from ca_assets_tests.oscar_hooks.conftest import KEY, deliver, hooks, open_shop

SEED = [
    "Products Searched",
    *["Viewed Product"] * 2,
    *["Added Product"] * 3,
    "Coupon Denied",
    "edx.bi.ecommerce.voucher_applied",
    "edx.bi.ecommerce.voucher_removed",
    "edx.bi.ecommerce.voucher_applied",
    "Started Order",
    "edx.bi.ecommerce.to_payment_processor",
    "edx.bi.ecommerce.payment_completed",
    "edx.bi.ecommerce.order_created",
    "Completed Order",
]
REGISTERED = [
    "Viewed Product",
    "Added Product",
    "identify",
    "Signed Up",
    "identify",
    "Viewed Product",
    "Added Product",
    *SEED[-5:],
    "Reviewed Product",
]
V2 = {
    "Viewed Product": "Product Viewed",
    "Added Product": "Product Added",
    "edx.bi.ecommerce.voucher_applied": "Coupon Applied",
    "edx.bi.ecommerce.voucher_removed": "Coupon Removed",
    "Started Order": "Checkout Started",
    "edx.bi.ecommerce.to_payment_processor": "Payment Info Entered",
    "Completed Order": "Order Completed",
    "Reviewed Product": "Product Reviewed",
}


@dataclass(frozen=True)
class Visits:
    """What both visits sent, wrote to the tracking log, and left in the shop."""

    messages: list[dict[str, Any]]
    logged: list[dict[str, Any]]
    keys: set[str]
    orders: list[Any]
    user: Any

    def named(self, *names: str) -> list[dict[str, Any]]:
        return [message for message in self.messages if message.get("event") in names]


@pytest.fixture(scope="module")
def visits(filled_shop: tuple[Path, Path]) -> Visits:
    """The guest's visit, then the registered one, once for all tests that only look at what came of them."""
    from django.contrib.auth import get_user_model
    from django.db import connection
    from oscar.core.loading import get_model

    from ca_assets_tests.oscar_hooks.shop.visits import guest_visit, registered_visit

    open_shop(filled_shop)
    with collector() as server, hooks(HOST=server.url), logged_lines() as lines:
        guest_visit()
        registered_visit()
        deliver()
        orders = list(get_model("order", "Order").objects.order_by("pk"))
        user = get_user_model().objects.get()
    connection.close()
    return Visits(server.messages, [json.loads(line) for line in lines], server.keys, orders, user)


@contextmanager
def logged_lines() -> Iterator[list[str]]:
    """The tracking log's lines while the block runs."""
    lines: list[str] = []

    class Keeping(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record.getMessage())

    tracking, handler = logging.getLogger("oscar_hooks.tracking"), Keeping()
    tracking.addHandler(handler)
    tracking.setLevel(logging.INFO)
    try:
        yield lines
    finally:
        tracking.removeHandler(handler)
        tracking.setLevel(logging.NOTSET)


def names(messages: list[dict[str, Any]]) -> list[str]:
    return [message.get("event", message["type"]) for message in messages]


def test_both_visits_give_every_event_in_order(visits: Visits) -> None:
    assert names(visits.messages) == [*SEED, *REGISTERED]
    assert visits.keys == {f"{KEY}:"}


def test_an_order_says_what_it_was_worth(visits: Visits) -> None:
    order = visits.orders[0]
    completed = visits.named("Completed Order")[0]
    glue = {"product_id": "1", "sku": "glue", "name": "Glue", "category": "Glue & tape", "price": 2.49}
    lamp = {"product_id": "3", "sku": "lamp", "name": "Lamp", "category": "Light", "price": 40.0}
    # 3 x 2.49 + 40.00 = 47.47, less a tenth: 42.72
    assert completed["properties"] == {
        "order_id": order.number,
        "checkout_id": str(order.basket_id),
        "total": 42.72,
        "revenue": 42.72,
        "subtotal": 42.72,
        "shipping": 0.0,
        "tax": 0.0,
        "discount": 4.75,
        "coupon": "TENTH",
        "currency": "EUR",
        "products": [{**glue, "quantity": 3}, {**lamp, "quantity": 1}],
    }
    assert visits.named("Viewed Product")[0]["properties"] == {**glue, "currency": "EUR"}
    assert {message["properties"]["order_id"] for message in visits.messages[len(SEED) - 4 : len(SEED)]} == {order.number}
    started = visits.named("Started Order")[0]
    assert started["properties"]["checkout_id"] == completed["properties"]["checkout_id"]
    assert (started["properties"]["value"], started["properties"]["coupon"]) == (42.72, "TENTH")


def test_a_guest_is_one_person_from_the_address_on(visits: Visits) -> None:
    from oscar_hooks.conf import HookSettings
    from oscar_hooks.shopper import guest_id

    messages = visits.messages[: len(SEED)]
    assert {message["anonymousId"] for message in messages if message["anonymousId"]} == {"browser-1"}
    (guest,) = {message["userId"] for message in messages if message["userId"]}
    assert guest == guest_id(" grace@EXAMPLE.com", HookSettings()), "however the address is written"
    assert guest != guest_id("other@example.com", HookSettings())
    assert guest_id("grace@example.com", HookSettings(guest_ids=False)) is None


def test_who_registers_is_joined_with_the_browser(visits: Visits) -> None:
    user = visits.user
    assert [message["userId"] for message in visits.messages[len(SEED) :]] == [None, None, *[str(user.pk)] * (len(REGISTERED) - 2)]
    first, second = [message for message in visits.messages if message["type"] == "identify"]
    assert (first["anonymousId"], first["userId"]) == ("browser-2", str(user.pk))
    assert first["traits"] == {"createdAt": user.date_joined.isoformat()}
    assert first["messageId"] == second["messageId"], "the login that follows says nothing new"
    assert visits.named("Reviewed Product")[0]["properties"] == {"product_id": "2", "review_id": "1", "rating": 4}


def test_names_of_the_second_specification(shop: None, events: Collector) -> None:
    from ca_assets_tests.oscar_hooks.shop.visits import guest_visit

    with hooks(HOST=events.url, NAMES="v2"):
        guest_visit()
        deliver()
    assert names(events.messages) == [V2.get(name, name) for name in SEED]


def test_a_quantity_is_what_was_added(visits: Visits) -> None:
    added = [message["properties"] for message in visits.named("Added Product")[:3]]
    assert [(each["sku"], each["quantity"], each["price"]) for each in added] == [("glue", 2, 2.49), ("glue", 1, 2.49), ("lamp", 1, 40.0)]
    assert len({each["cart_id"] for each in added}) == 1


def test_a_voucher_that_gives_nothing_is_denied(visits: Visits) -> None:
    (denied,) = visits.named("Coupon Denied")
    assert denied["properties"]["coupon_id"] == "NEVER"
    applied = visits.named("edx.bi.ecommerce.voucher_applied")
    # Oscar itself shares the discount out over the lines: 2.49 x 3 and 40.00 give .74 and 4.00 in the basket's own record.
    assert [(each["properties"]["coupon_id"], each["properties"]["discount"]) for each in applied] == [("TENTH", 4.74)] * 2


def test_returning_to_the_checkout_is_one_start(events: Collector) -> None:
    from ca_assets_tests.oscar_hooks.shop.visits import GLUE, Visitor

    visitor = Visitor("browser-3")
    visitor.register("ada@example.com")
    visitor.add(GLUE)
    for _ in range(2):
        visitor.enter_checkout()
    deliver()
    started = events.named("Started Order")
    assert (len(started), len({message["messageId"] for message in started})) == (2, 1)


def test_nothing_of_a_person_leaves(visits: Visits) -> None:
    sent = json.dumps([visits.messages, visits.logged]).lower()
    assert not [text for text in ("example.com", "grace", "hopper", "127.0.0.1", "lane 1", "10115") if text in sent]


def test_of_a_person_leaves_what_was_chosen(events: Collector) -> None:
    from ca_assets_tests.oscar_hooks.shop.visits import Visitor

    with hooks(HOST=events.url, PERSONAL=("email", "ip")):
        Visitor("browser-9").register("alan@example.com")
        deliver()
    identified = events.messages[-1]
    assert (identified["traits"]["email"], identified["context"]["ip"]) == ("alan@example.com", "127.0.0.1")


def test_campaign_and_browser_are_told_without_secrets(events: Collector) -> None:
    from ca_assets_tests.oscar_hooks.shop.visits import Visitor

    visitor = Visitor("b", user_agent="Firefox", referer="https://news.example/a?token=s3cret")
    visitor.get("search:search", {"q": "lamp", "utm_source": "news", "utm_campaign": "spring", "token": "s3cret"})
    deliver()
    (message,) = events.messages
    assert message["context"]["campaign"] == {"source": "news", "name": "spring"}
    assert message["context"]["page"] == {"path": "/search/", "referrer": "https://news.example/a"}
    assert message["context"]["userAgent"] == "Firefox"
    assert "s3cret" not in json.dumps(message)


def test_further_pages_of_a_search_are_no_search(events: Collector) -> None:
    from ca_assets_tests.oscar_hooks.shop.visits import Visitor

    visitor = Visitor("b")
    for data in ({"q": "lamp"}, {"q": "lamp", "page": "2"}, {"q": "  "}):
        visitor.get("search:search", data)
    deliver()
    assert [message["properties"]["query"] for message in events.messages] == ["lamp"]


def test_the_tracking_log_has_the_same_events(visits: Visits) -> None:
    assert [line["messageId"] for line in visits.logged] == [message["messageId"] for message in visits.messages]
    assert names(visits.logged) == names(visits.messages)
    assert [line.get("properties", {}) for line in visits.logged] == [message.get("properties", {}) for message in visits.messages]


def test_the_log_works_without_a_collector(shop: None, caplog: pytest.LogCaptureFixture) -> None:
    from django.test import override_settings

    from ca_assets_tests.oscar_hooks.shop.visits import Visitor

    with override_settings(OSCAR_HOOKS={}), caplog.at_level(logging.INFO, "oscar_hooks.tracking"):
        Visitor("b").view("glue")
    assert [json.loads(record.getMessage())["event"] for record in caplog.records] == ["Viewed Product"]


@pytest.mark.parametrize(("cookie", "expected"), [("plain-1", "plain-1"), ("%22quoted-2%22", "quoted-2"), ("%22broken", None)])
def test_cookies_of_older_browser_clients(events: Collector, cookie: str, expected: str | None) -> None:
    from ca_assets_tests.oscar_hooks.shop.visits import Visitor

    Visitor(cookie).view("glue")
    deliver()
    found = events.messages[0]["anonymousId"]
    assert found == expected if expected else len(found) == 36, "without a cookie that can be read, an id of its own"


def test_the_middleware_gives_a_browser_its_id(events: Collector) -> None:
    from django.conf import settings
    from django.test import override_settings

    from ca_assets_tests.oscar_hooks.shop.visits import Visitor

    with override_settings(MIDDLEWARE=["oscar_hooks.middleware.AnonymousIdMiddleware", *settings.MIDDLEWARE]):
        visitor = Visitor()
        for _ in range(2):
            visitor.view("glue")
    deliver()
    first, second = [message["anonymousId"] for message in events.messages]
    assert first == second == visitor.client.cookies["ajs_anonymous_id"].value
