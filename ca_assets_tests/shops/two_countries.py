"""A shop of two countries, whose sessions in France stay the same while those in Germany differ by `seed`: whoever may see France alone
must see the same, whatever happens in Germany. Customers of both, products of both, and some of Germany alone (named after the seed).
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from typing import Any

from ca_assets_tests.shops.builder import SampleShop

FIRST = dt.datetime(2024, 1, 1, 9, tzinfo=dt.UTC)
DAYS = 150
LAST = FIRST + dt.timedelta(days=DAYS + 1)  # its day has not ended at the load: the report date is that of the day before
FRENCH = [f"fr{number}" for number in range(40)]
ONLY_GERMAN = ("german", "krug", "DE-")  # how names begin that are of Germany alone
SETTINGS = {"churn_repeat_customers": 2, "rfm_minimum": 4, "pair_orders": 2, "top": 5, "survival_days": 30}


def two_countries(seed: int, *, has_customers: bool = True) -> SampleShop:
    """The shop. The more the seed, the more German sessions and customers, at other times and amounts."""
    german = [f"german-{seed}-{number}" for number in range(20 + seed)]
    france, germany = random.Random(1), random.Random(seed)
    sessions = [_session(france, f"FR-{number}", "FR", FRENCH, number) for number in range(400)]
    sessions += [_session(germany, f"DE-{number}", "DE", FRENCH[:15] + german, number) for number in range(150 + 20 * seed)]
    sessions += [_order(f"FR-{when.date()}", "fr0", "FR", when) for when in (FIRST, LAST)]
    lines = [line for row in sessions if row["amount"] for line in _lines(germany if row["country"] == "DE" else france, row, seed)]
    deliveries = [_delivery(row) for row in sessions if row["amount"]]
    customers = [_customer(client, number) for number, client in enumerate(FRENCH)]
    customers += [_customer(client, number + seed) for number, client in enumerate(german[: -seed or None])]
    return SampleShop(
        name="Two countries",
        timezone="Europe/Paris",
        currency="EUR",
        sessions=sessions,
        customers=customers if has_customers else None,
        baskets=lines,
        deliveries=deliveries,
        dimensions=["country", "device"],
        actions=["basket"],
        settings=SETTINGS,
    )


def _order(id_: str, client: str, country: str, start: dt.datetime) -> dict[str, Any]:
    money = {"amount": 10.0, "discount": 0.0, "promo": None, "refund": None, "refunded": None}
    return {
        "id": id_,
        "client": client,
        "start": start,
        "end": start,
        "bought": True,
        **money,
        "country": country,
        "device": "phone",
        "basket": True,
    }


def _session(dice: random.Random, id_: str, country: str, clients: Sequence[str], number: int) -> dict[str, Any]:
    start = FIRST + dt.timedelta(minutes=dice.randrange(0, 60 * 24 * DAYS, 15))
    client, device, buys = dice.choice(clients), dice.choice(("phone", "desk")), dice.random() < 0.7
    row = _order(id_, client, country, start) | {"device": device, "bought": buys, "basket": buys or dice.random() < 0.5}
    if not buys:
        return row | {"amount": None, "discount": None}
    row |= {
        "amount": dice.randrange(500, 9_000) / 100,
        "discount": dice.choice((0.0, 1.5)),
        "promo": dice.choice(("P1", f"{country}-P", None)),
    }
    return row | ({"refund": 1.25, "refunded": start + dt.timedelta(days=4)} if number % 9 == 0 else {})


def _lines(dice: random.Random, order: dict[str, Any], seed: int) -> list[dict[str, Any]]:
    products = ("tea", "cup", f"krug-{seed}") if order["country"] == "DE" else ("tea", "cup", "bol")
    names = {product: f"{product} {order['country']}-name" for product in products}
    chosen = [dice.choice(products) for _ in range(dice.randrange(1, 4))]
    money = {"price": dice.randrange(100, 900) / 100, "quantity": dice.randrange(1, 4)}
    return [{"id": order["id"], "product": product, "category": "drinks", "title": names[product], **money} for product in chosen]


def _delivery(order: dict[str, Any]) -> dict[str, Any]:
    start: dt.datetime = order["start"]
    hours = 5 + len(order["id"]) + (start.hour if order["country"] == "DE" else start.minute)
    return {"id": order["id"], "delivered": start + dt.timedelta(hours=hours), "packed": start + dt.timedelta(hours=1)}


def _customer(client: str, number: int) -> dict[str, Any]:
    download = FIRST + dt.timedelta(days=number % 30)
    return {"client": client, "download": download, "signup": download + dt.timedelta(days=1)}
