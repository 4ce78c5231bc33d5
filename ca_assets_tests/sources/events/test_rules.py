"""The rules of events, each by a case that is computed by hand."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable

import pytest

from ca_assets_tests.sources.events.conftest import Shop, by_server, event

ORDER = {"order_id": "1", "total": 20, "products": [{"product_id": "a", "price": 10, "quantity": 2}]}


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(("second", "sessions"), [("10:30:00", 1), ("10:30:01", 2)])
def test_a_visit_ends_after_thirty_minutes(shop: Shop, second: str, sessions: int) -> None:
    shop.write("1.jsonl", [event("Product Viewed", product_id="a"), event("Product Viewed", f"2026-03-01T{second}Z", product_id="a")])
    shop.build()
    assert len(shop.table("sessions")) == sessions


def test_the_gap_is_a_setting_and_midnight_is_none(shop_of: Callable[..., Shop]) -> None:
    shop = shop_of(gap_seconds=600)
    times = ("2026-03-01T23:55:00Z", "2026-03-02T00:04:59Z", "2026-03-02T00:15:00Z")
    shop.write("1.jsonl", [event("Product Viewed", at, product_id="a") for at in times])
    shop.build()
    assert shop.sessions("session_start_date", "date") == [
        (moment("2026-03-01 23:55"), moment("2026-03-02 00:04:59")),
        (moment("2026-03-02 00:15"), moment("2026-03-02 00:15")),
    ]


def test_a_wrong_clock_does_not_matter(shop: Shop) -> None:
    sent = {"received_at": "2026-03-02T10:00:05Z", "sent_at": "2026-03-02T15:00:05Z"}  # five hours ahead, a day late
    shop.write("1.jsonl", [event("Product Viewed", "2026-03-01T15:00:00Z", **sent), event("Page", timestamp=None, anonymousId="e")])
    shop.write("2.jsonl", [event("Page", "2026-03-03T00:00:00Z", anonymousId="f", received_at="2026-03-02T00:00:00Z", sent_at=None)])
    shop.build()
    assert [row[0] for row in shop.sessions("session_start_date")] == [
        *(moment(text) for text in ("2026-03-01 10:00", "2026-03-01 10:00", "2026-03-02 00:00"))
    ]


def test_two_orders_in_a_visit_are_two_rows(shop: Shop) -> None:
    shop.write(
        "1.jsonl",
        [
            event("Product Viewed", product_id="a"),
            event("Order Completed", "2026-03-01T10:05:00Z", order_id="1", total=10),
            event("Product Added", "2026-03-01T10:06:00Z", product_id="b", price=1),
            event("Order Completed", "2026-03-01T10:08:00Z", order_id="2", total=5, coupon="MAY", discount="1.5"),
            event("Page", "2026-03-01T10:09:00Z"),
        ],
    )
    shop.build()
    columns = ("id", "payment_amount", "discount_amount", "promotion_id", "Product Viewed", "Product Added", "date")
    assert shop.sessions(*columns) == [
        ("o-1", 10, 0, None, True, False, moment("2026-03-01 10:05")),
        ("o-2", 5, 1.5, "MAY", False, True, moment("2026-03-01 10:09")),
    ]


def test_the_server_wins_whenever_it_comes(shop: Shop) -> None:
    shop.write(
        "1.jsonl",
        [
            event("Order Completed", **{**ORDER, "total": 99}),
            by_server("Completed Order", "2026-03-01T14:00:00Z", anonymousId=None, userId="u", **ORDER),
            event("Order Completed", "2026-03-01T10:10:00Z", order_id="2", total=7),
        ],
    )
    counts = shop.build()
    assert shop.sessions("id", "client", "payment_amount", "session_start_date") == [
        ("o-1", "u", 20, moment("2026-03-01 10:00")),  # in the visit of the browser's event
        ("o-2", "u", 7, moment("2026-03-01 10:10")),  # which only the browser told
    ]
    assert counts["duplicates"] == 1


def test_actions_of_both_within_ten_seconds(shop: Shop) -> None:
    added = [by_server("Product Added", product_id="a", price=1, quantity=2)]
    added += [event("Product Added", f"2026-03-01T10:00:{seconds}Z", product_id="a", price=1) for seconds in ("10", "11")]
    seen = [event("Product Viewed", product_id="a"), by_server("Product Viewed", product_id="a")]
    shop.write("1.jsonl", added + seen)
    shop.build()
    assert [(row["views"], row["additions"], row["units"]) for row in shop.table("product_activity")] == [(2, 2, 3)]


def test_write_keys_say_whose_events_they_are(shop_of: Callable[..., Shop]) -> None:
    shop = shop_of(server_keys=("till",), browser_keys=("pages",))
    shop.write(
        "1.jsonl",
        [event("Order Completed", write_key="till", **ORDER), by_server("Order Completed", write_key="pages", order_id=1, total=9)],
    )
    shop.build()
    assert shop.sessions("payment_amount") == [(20,)]


def test_a_page_cannot_pass_as_the_server(shop: Shop) -> None:
    """The collector states the channel by the key's role; what the sender calls its library does not count against it."""
    context = {"library": {"name": "analytics-python"}, "channel": "browser"}
    posing = event("Order Completed", **{**ORDER, "total": 1}, context=context)
    shop.write("1.jsonl", [posing, by_server("Order Completed", "2026-03-01T14:00:00Z", **ORDER)])
    shop.build()
    assert shop.sessions("payment_amount") == [(20,)]


def test_a_shared_device_is_each_users_own(shop: Shop) -> None:
    days = {"2026-03-01": {"userId": "ann"}, "2026-03-02": {"userId": "bob"}, "2026-03-03": {}}
    shop.write("1.jsonl", [event("Page", f"{day}T10:00:00Z", **who) for day, who in days.items()])
    shop.build()
    assert shop.sessions("client") == [("ann",), ("bob",), ("d",)]


def test_a_device_belongs_to_its_one_user(shop: Shop) -> None:
    shop.write("1.jsonl", [event("Page"), event("Page", "2026-03-02T10:00:00Z", userId="ann"), event("Page", "2026-03-03T10:00:00Z")])
    shop.build()
    assert shop.sessions("client") == [("ann",)] * 3
    (customer,) = shop.table("customers")
    assert customer["download_date"] == moment("2026-03-01 10:00")


@pytest.mark.parametrize("nobody", ["", "null", "None", "anonymous", "GUEST", "0", -1, "undefined", None])
def test_ids_that_stand_for_nobody(shop: Shop, nobody: object) -> None:
    shop.write("1.jsonl", [event("Page", userId=nobody), event("Page", userId=nobody, anonymousId=nobody)])
    counts = shop.build()
    assert shop.sessions("client") == [("d",)] and counts["rejected"] == 1


def test_guests_are_known_by_a_hash(shop: Shop) -> None:
    shop.write("1.jsonl", [event("Order Completed", email="Ann@example.org", **ORDER)])
    more = [event("Order Completed", anonymousId="e", email=" ann@example.org", order_id="2", total=1)]
    shop.write("2.jsonl", more)
    shop.build()
    guests = {row[0] for row in shop.sessions("client")}
    assert len(guests) == 1 and min(guests).startswith("guest-") and "ann" not in json.dumps(shop.tables(), default=str).lower()
    shop.write("3.jsonl", [event("identify", "2026-03-05T10:00:00Z", type="identify", userId="ann", anonymousId="d")])
    shop.build()
    assert {row[0] for row in shop.sessions("client")} == {"ann"}, "whoever registers is the guest of before, on any device"


def test_refunds_join_their_order(shop: Shop) -> None:
    shop.write(
        "1.jsonl",
        [
            by_server("Order Completed", **ORDER),
            by_server("Order Refunded", "2026-03-04T10:00:00Z", anonymousId=None, userId="u", order_id=1, total="2.50"),
            by_server("Completed Order", "2026-03-05T10:00:00Z", orderId="1", total=-3),
            by_server("Order Refunded", "2026-03-05T10:00:00Z", order_id="9", total=1),
        ],
    )
    counts = shop.build()
    assert shop.sessions("id", "payment_amount", "refund_amount", "refund_date") == [("o-1", 20, 5.5, moment("2026-03-05 10:00"))]
    assert counts["orphans"] == 1 and shop.reasons()[0][1:] == ("orphan", "1.jsonl: a refund of 9, an order that is not known")


def test_robots_are_counted_and_left_out(shop: Shop) -> None:
    robot = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
    shop.write(
        "1.jsonl",
        [
            event("Product Viewed", user_agent=robot),
            event("Product Viewed", context={"userAgent": robot}),
            by_server("Order Completed", user_agent="python-requests/2.32", **ORDER),  # a server's own agent
        ],
    )
    counts = shop.build()
    assert len(shop.table("sessions")) == 1 and counts["robots"] == 2 and counts["read"] == 1


BAD = {
    "bad_number": [
        event("Order Completed", order_id="1", total="12,50"),
        event("Order Completed", order_id="1", total=1, discount="none"),
        event("Order Completed", order_id="1", total=1, products=[{"id": "a", "price": "1.0.0"}]),
        event("Product Added", product_id="a", price="free"),
        event("Order Completed", order_id="1", total="NaN"),
        event("Order Completed", order_id="1", total="1e999"),
    ],
    "missing_total": [event("Order Completed", order_id="1")],
    "missing_order_id": [event("Order Completed", total=1)],
    "bad_timestamp": [event("Page", timestamp="yesterday")],
    "not_an_event": ['{"message": {}}', "[1]", "7", event("", type="track"), event("Page", type="purchase")],
    "not_json": ["{", "no json", '{"received_at": "2026-03-01T10:00:00Z", "message": {"type": "tr'],
}


@pytest.mark.parametrize("reason", BAD)
def test_bad_events_are_kept_with_their_reason(shop: Shop, reason: str) -> None:
    shop.write("1.jsonl", [*BAD[reason], event("Page")])
    counts = shop.build()
    assert [row[:2] for row in shop.reasons()] == [(line, reason) for line in range(1, len(BAD[reason]) + 1)]
    assert counts["rejected"] == len(BAD[reason]) and counts["accepted"] == 1 and len(shop.table("sessions")) == 1


def test_messages_say_which_number_is_bad(shop: Shop) -> None:
    shop.write("1.jsonl", BAD["bad_number"][:4])
    shop.build()
    assert [row[2] for row in shop.reasons()] == [
        "1.jsonl: total: '12,50' is no number",
        "1.jsonl: discount: 'none' is no number",
        "1.jsonl: price of a product: '1.0.0' is no number",
        "1.jsonl: price: 'free' is no number",
    ]


def test_bytes_that_are_no_text(shop: Shop) -> None:
    shop.write("1.jsonl", [event("Page")])
    path = shop.folder / "events" / "1.jsonl"
    path.write_bytes(b'{"event": "\xff"}\r\n' + path.read_bytes())
    shop.build()
    assert [row[:2] for row in shop.reasons()] == [(1, "not_json")] and len(shop.table("sessions")) == 1


def test_an_open_files_last_line_is_not_there_yet(shop: Shop) -> None:
    shop.write("1.open.jsonl", event("Page") + "\n" + event("Page", anonymousId="e")[:80])
    assert shop.build()["rejected"] == 0 and len(shop.table("sessions")) == 1
    shop.remove("1.open.jsonl")
    shop.write("1.jsonl", event("Page") + "\n" + event("Page", anonymousId="e")[:80])
    assert shop.build()["rejected"] == 1


def test_what_is_left_in_the_basket(shop: Shop) -> None:
    shop.write(
        "1.jsonl",
        [
            event("Product Added", id="a", price="2.5", quantity="3", name="Tea", category="Drinks"),
            event("Product Removed", "2026-03-01T10:01:00Z", product_id="a", quantity=1),
            event("Product Added", "2026-03-01T10:02:00Z", sku="b", price=1),
            event("Product Removed", "2026-03-01T10:03:00Z", product_id="b"),
        ],
    )
    shop.build()
    (line,) = shop.table("baskets")
    assert {**line, "id": ""} == {"id": "", "product": "a", "price": 2.5, "category": "Drinks", "quantity": 2, "product_name": "Tea"}


def test_dimensions_and_plain_messages(shop: Shop) -> None:
    plain = {"type": "page", "anonymousId": "d", "receivedAt": "2026-03-01T10:00:00.000Z", "context": {"campaign": {"source": "news"}}}
    shop.write("1.jsonl", [json.dumps(plain), event("Page", "2026-03-01T10:01:00Z", context={"campaign": {"source": "late"}})])
    shop.build()
    assert shop.sessions("session_start_date", "context.campaign.source") == [(moment("2026-03-01 10:00"), "news")]


def test_the_first_arrival_of_a_message_counts(shop: Shop) -> None:
    copies = [
        event("Order Completed", messageId="m", received_at=f"2026-03-0{day}T10:00:00Z", order_id="1", total=day) for day in (3, 2, 4)
    ]
    for number, line in enumerate(copies):
        shop.write(f"{number}.jsonl", [line])
        shop.build()
    assert shop.sessions("payment_amount") == [(2,)] and shop.built and shop.built.counts["duplicates"] == 2
