"""Whatever becomes of the events, the shop sells as it did without them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from ca_assets_tests.oscar_hooks.collecting import Collector, black_hole, collector, nobody
from ca_assets_tests.oscar_hooks.conftest import deliver, hooks, open_shop

MOST_QUERIES = 6  # more than without the app, of one page


@dataclass(frozen=True)
class PlainShop:
    """Answers and sales without the app, and the number of queries of each page."""

    sold: tuple[Any, Any]
    queries: list[int]


def sell(queries: list[list[int]]) -> tuple[Any, Any]:
    """What a guest's visit got as answers, and what stands in the database afterwards; adds the number of queries of each page."""
    from ca_assets_tests.oscar_hooks.shop.facts import sales
    from ca_assets_tests.oscar_hooks.shop.visits import guest_visit

    visitor = guest_visit()
    queries.append(visitor.queries)
    return visitor.answers, sales()


@pytest.fixture(scope="module")
def plain_shop(filled_shop: Any) -> PlainShop:
    """The same visits in a shop without the app."""
    from django.db import connection

    from ca_assets_tests.oscar_hooks.shop.facts import without_hooks

    open_shop(filled_shop)
    queries: list[list[int]] = []
    with without_hooks():
        sold = sell(queries)
    connection.close()
    return PlainShop(sold, queries[0])


@contextmanager
def refusing() -> Iterator[str]:
    """A collector that answers 400, whereupon the client drops the batch."""
    with collector(status=400) as server:
        yield server.url


WAYS = {"taken": collector, "refused": refusing, "nobody there": nobody, "never answered": black_hole}


@pytest.mark.parametrize("way", WAYS)
def test_a_collector_changes_no_sale(shop: None, plain_shop: PlainShop, way: str) -> None:
    with WAYS[way]() as place, hooks(HOST=getattr(place, "url", place), TIMEOUT_SECONDS=0.5):
        queries: list[list[int]] = []
        assert sell(queries) == plain_shop.sold
    more = [count - plain for count, plain in zip(queries[0], plain_shop.queries, strict=True)]
    assert 0 < max(more) <= MOST_QUERIES, more
    assert plain_shop.sold[1]["orders"][0][1:4] == (Decimal("42.72"), "Pending", "Submitted")


@pytest.mark.parametrize("place", ["oscar_hooks.receivers.shopper_of_request", "oscar_hooks.emit.message_of", "oscar_hooks.emit.sender"])
def test_a_failing_hook_changes_no_sale(shop: None, plain_shop: PlainShop, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("forced")

    monkeypatch.setattr(place, fail)
    with collector() as server, hooks(HOST=server.url):
        assert sell([]) == plain_shop.sold


def test_logging_in_goes_on_without_events(shop: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from ca_assets_tests.oscar_hooks.shop.visits import Visitor

    monkeypatch.setattr("oscar_hooks.receivers.identify", None)
    Visitor("b").register("ada@example.com")
    assert Visitor("c").log_in("ada@example.com").status_code == 302


def test_each_receiver_is_protected(shop: None) -> None:
    from oscar_hooks.connections import RECEIVERS

    from oscar_hooks import receivers

    for receiver in [*(receiver for _, receiver in RECEIVERS), receivers.on_transaction_saved]:
        assert receiver() is None, "called without its arguments, it raises inside and says nothing outside"


def test_a_log_that_fails_changes_nothing(shop: None, monkeypatch: pytest.MonkeyPatch) -> None:
    import logging

    from ca_assets_tests.oscar_hooks.shop.visits import Visitor

    class Broken(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            raise OSError("disk full")

    log, handler = logging.getLogger("oscar_hooks"), Broken()
    monkeypatch.setattr(logging.getLogger("oscar_hooks.tracking"), "level", logging.INFO)
    log.addHandler(handler)
    try:
        assert Visitor("b").view("glue").status_code == 200
    finally:
        log.removeHandler(handler)


@pytest.mark.parametrize("fails", [True, False])
def test_a_rolled_back_request_sends_nothing(events: Collector, fails: bool) -> None:
    from django.db import transaction

    from ca_assets_tests.oscar_hooks.shop.visits import Visitor

    with suppress(ZeroDivisionError), transaction.atomic():
        Visitor("b").view("glue")
        assert 1 // (not fails)
    Visitor("b").view("lamp")
    deliver()
    assert [message["properties"]["sku"] for message in events.messages] == (["lamp"] if fails else ["glue", "lamp"])
