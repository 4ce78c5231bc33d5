"""Seeded traffic of a shop as its clients send it, with the truth of what happened.

Clients send again what was not answered (up to a day later), clocks are off by hours, the browser tells half of the orders a second time
with a wrong amount and most additions too, a hundredth arrives a day late, crawlers come by; half of the devices use V1 names, numbers as
texts and the older properties. Some guests register later, some devices are shared by two users, some visits have two orders, cross
midnight, or pause for exactly 30:00 or 30:01 minutes. Amounts are whole cents, times whole milliseconds.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import random
from dataclasses import dataclass, field
from typing import Any

START = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
DAYS = 60
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
BROWSER_AGENT, ROBOT_AGENT = "Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://google.com)"
V1 = {
    "Product Viewed": "Viewed Product",
    "Product Clicked": "Clicked Product",
    "Promotion Viewed": "Viewed Promotion",
    "Product Added": " added product",
    "Coupon Applied": "edx.bi.ecommerce.voucher_applied",
    "Checkout Started": "Started Order",
    "Payment Info Entered": "edx.bi.ecommerce.to_payment_processor",
    "Order Completed": "Completed Order",
    "Order Refunded": "Refunded Order",
}
PRICES = {f"p{number}": 150 + 75 * number for number in range(1, 41)}


@dataclass
class Truth:
    """What happened; amounts in cents."""

    sessions: int = 0
    orders: int = 0
    amount: int = 0
    discount: int = 0
    basket_sessions: int = 0
    view_sessions: int = 0
    refunds: int = 0
    refunded: int = 0
    lines: int = 0
    buyers: set[str] = field(default_factory=set)
    signups: int = 0
    views: int = 0
    additions: int = 0
    robots: int = 0
    copies: int = 0
    doubles: int = 0
    rejected: int = 0

    def figures(self) -> dict[str, int]:
        """All as numbers."""
        return {**vars(self), "buyers": len(self.buyers)}


@dataclass
class Visitor:
    """One device and who uses it. `client`: a name for whom its orders belong to; `offset`: how far its clock is off (ms)."""

    name: str
    offset: int
    is_old: bool
    user: str | None = None
    email: str | None = None
    is_known_now: bool = False

    @property
    def client(self) -> str:
        """Whose its orders are."""
        return self.user or self.email or self.name


class Traffic:
    """`lines`: JSON texts in order of arrival. `truth`: what they tell."""

    def __init__(self, seed: int, visitors: int) -> None:
        self.random, self.truth = random.Random(seed), Truth()
        self._sent: list[tuple[int, str]] = []
        self._numbers = itertools.count()
        self._signed_up: set[str] = set()
        for number in range(visitors):
            self._visitor(number)
        self._sent.sort()
        self.lines = [line for _, line in self._sent]

    def _visitor(self, number: int) -> None:
        chance = self.random.random()
        visitor = Visitor(f"device-{number}", self.random.choice([0, 0, self.random.randint(-5 * HOUR, 5 * HOUR)]), number % 2 == 0)
        if chance < 0.06:
            self._robot(visitor)
            return
        if chance < 0.4:
            visitor.user = f"user-{number}"
        elif chance < 0.6:
            visitor.email = f"guest{number}@example.org"
        if 0.06 <= chance < 0.12:
            visitor.email = f"guest{number}@example.org"  # orders as a guest first, and registers later
        is_shared = 0.12 <= chance < 0.15
        start = self.random.randrange(0, 20 * DAY)
        for visit in range(self.random.choice([1, 1, 2, 3])):
            if is_shared:
                visitor.user, visitor.is_known_now = f"user-{number}-{visit % 2}", False
            if self.random.random() < 0.05:
                start = start - start % DAY + DAY - 4 * MINUTE  # crosses midnight
            self._visit(visitor, start, is_last_guest=visit == 0 and visitor.email is not None)
            start += self.random.randrange(3 * HOUR, 12 * DAY)

    def _visit(self, visitor: Visitor, start: int, *, is_last_guest: bool) -> None:
        """One visit: pages, products, perhaps a basket, orders; a row per order."""
        truth, chance = self.truth, self.random
        knows_user = visitor.user is not None and not is_last_guest
        at = start
        self._send(visitor, at, "page", None, {}, knows_user=False)
        if knows_user and not visitor.is_known_now:
            visitor.is_known_now = True
            truth.signups += visitor.user not in self._signed_up
            self._signed_up.add(str(visitor.user))
            at += 2000
            self._send(visitor, at, "identify", None, {"createdAt": _iso(START_MS + start)}, knows_user=True)
        truth.sessions += 1
        rows = chance.choices([0, 1, 2], [55, 42, 3])[0] if chance.random() < 0.6 else 0
        has_view = has_basket = False
        for _ in range(max(rows, 1)):
            for _ in range(chance.randint(0 if rows else 1, 3)):
                at += chance.randrange(10_000, 5 * MINUTE)
                product = chance.choice(list(PRICES))
                self._send(visitor, at, "track", "Product Viewed", _product(visitor, product), knows_user=knows_user)
                truth.views += 1
                has_view = True
            basket: dict[str, int] = {}
            if rows or chance.random() < 0.3:
                for product in chance.sample(list(PRICES), chance.randint(1, 3)):
                    at += chance.randrange(20_000, 3 * MINUTE)
                    basket[product] = chance.randint(1, 3)
                    self._addition(visitor, at, product, basket[product], knows_user)
                    truth.additions += 1
                    has_basket = True
            if rows:
                at = self._order(visitor, at, basket, knows_user)
                truth.view_sessions, truth.basket_sessions = truth.view_sessions + has_view, truth.basket_sessions + has_basket
                has_view = has_basket = False
            else:
                truth.lines += len(basket)
        if rows == 2:
            truth.sessions += 1
        if not rows:
            truth.view_sessions, truth.basket_sessions = truth.view_sessions + has_view, truth.basket_sessions + has_basket
        gap = chance.choice([0, 0, 0, 30 * MINUTE, 30 * MINUTE + 1000])
        if gap:
            at += 20_000
            self._send(visitor, at, "page", None, {}, knows_user=knows_user)
            self._send(visitor, at + gap, "page", None, {}, knows_user=knows_user)
            truth.sessions += gap > 30 * MINUTE

    def _addition(self, visitor: Visitor, at: int, product: str, quantity: int, knows_user: bool) -> None:
        properties = {**_product(visitor, product), "quantity": str(quantity) if visitor.is_old else quantity}
        self._send(visitor, at, "track", "Product Added", properties, knows_user=knows_user)
        if self.random.random() < 0.7:
            delay = self.random.randrange(-9000, 9001)
            self._send(visitor, at + delay, "track", "Product Added", properties, knows_user=knows_user, is_server=True)
            self.truth.doubles += 1

    def _order(self, visitor: Visitor, at: int, basket: dict[str, int], knows_user: bool) -> int:
        truth, chance = self.truth, self.random
        order = f"{'A' if visitor.is_old else 'B'}{next(self._numbers)}"
        value = sum(PRICES[product] * quantity for product, quantity in basket.items())
        discount = chance.choice([0, 0, value // 10])
        at += chance.randrange(5000, 60_000)
        self._send(visitor, at, "track", "Checkout Started", {"checkout_id": order, "value": value / 100}, knows_user=knows_user)
        at += 20_000
        total = value - discount
        products = [{**_product(visitor, product), "quantity": quantity} for product, quantity in basket.items()]
        properties: dict[str, Any] = {"orderId" if visitor.is_old else "order_id": order, "products": products, "currency": "EUR"}
        properties |= {"total": f"{total / 100:.2f}" if visitor.is_old else total / 100}
        properties |= {"discount": discount / 100, "coupon": "MAY"} if discount else {}
        if visitor.email and not knows_user:
            properties["email"] = visitor.email
        wrong = {**properties, "total": value / 100 + 4.99}
        teller = chance.random()
        if teller < 0.05:
            self._send(visitor, at, "track", "Order Completed", properties, knows_user=knows_user)
        else:
            is_told_twice = teller < 0.55
            has_device = not (is_told_twice and knows_user and chance.random() < 0.4)
            server_at = at if has_device else at + chance.choice([0, 3 * HOUR])
            self._send(
                visitor, server_at, "track", "Order Completed", properties, knows_user=knows_user, is_server=True, has_device=has_device
            )
            if is_told_twice:
                self._send(visitor, at + 1000, "track", "Order Completed", wrong, knows_user=knows_user)
                truth.doubles += 1
        truth.orders, truth.amount, truth.discount = truth.orders + 1, truth.amount + total, truth.discount + discount
        truth.lines += len(basket)
        truth.buyers.add(visitor.client)
        if chance.random() < 0.1:
            self._refund(visitor, at, order, total, knows_user)
        self._send(visitor, at + 3000, "page", None, {}, knows_user=knows_user)
        return at + 3000

    def _refund(self, visitor: Visitor, at: int, order: str, total: int, knows_user: bool) -> None:
        amount = self.random.choice([total, total // 2])
        is_negative_order = self.random.random() < 0.3
        name = "Order Completed" if is_negative_order else "Order Refunded"
        properties = {"order_id": order, "total": -amount / 100 if is_negative_order else amount / 100}
        self._send(visitor, at + 3 * DAY, "track", name, properties, knows_user=knows_user, is_server=True, has_device=not knows_user)
        self.truth.refunds, self.truth.refunded = self.truth.refunds + 1, self.truth.refunded + amount

    def _robot(self, visitor: Visitor) -> None:
        for number in range(self.random.randint(1, 9)):
            self._send(visitor, number * 1000, "track", "Product Viewed", {"product_id": "p1"}, knows_user=False, agent=ROBOT_AGENT)

    def _send(
        self,
        visitor: Visitor,
        at: int,
        kind: str,
        name: str | None,
        properties: dict[str, Any],
        *,
        knows_user: bool,
        is_server: bool = False,
        has_device: bool = True,
        agent: str = BROWSER_AGENT,
    ) -> None:
        """One message that was made at `at` (ms since START), perhaps late, perhaps sent again."""
        offset = 0 if is_server else visitor.offset
        message: dict[str, Any] = {
            "type": kind,
            "messageId": f"m{next(self._numbers)}",
            "timestamp": _iso(START_MS + at + offset),
            "anonymousId": visitor.name if has_device else None,
            "userId": visitor.user if knows_user else self.random.choice([None, "", "null"]),
            "context": {"library": {"name": "analytics-python" if is_server else "analytics.js"}, "campaign": {"source": _source(visitor)}},
            "traits" if kind == "identify" else "properties": properties,
        }
        if name:
            message["event"] = V1.get(name, name) if visitor.is_old else name
        delay = self.random.randrange(20, 2000) + (DAY if self.random.random() < 0.01 else 0)
        arrivals = [delay]
        if self.random.random() < 0.02:
            arrivals.append(delay + self.random.randrange(1000, 25 * HOUR))
        for waited in arrivals:
            line = {
                "received_at": _iso(START_MS + at + waited, micros=True),
                "sent_at": _iso(START_MS + at + waited + offset),
                "write_key": "server" if is_server else "web",
                "user_agent": "analytics-python/2.4.0" if is_server else agent,
                "message": message,
            }
            self._sent.append((at + waited, json.dumps(line)))
        is_robot = agent is ROBOT_AGENT
        self.truth.robots += len(arrivals) if is_robot else 0
        self.truth.copies += 0 if is_robot else len(arrivals) - 1


START_MS = int(START.timestamp() * 1000)


def _iso(milliseconds: int, *, micros: bool = False) -> str:
    moment = dt.datetime.fromtimestamp(milliseconds / 1000, dt.UTC).isoformat(timespec="microseconds" if micros else "milliseconds")
    return moment.replace("+00:00", "Z")


def _product(visitor: Visitor, product: str) -> dict[str, Any]:
    price = PRICES[product] / 100
    return (
        {"id": product, "price": f"{price:.2f}"}
        if visitor.is_old
        else {"product_id": product, "price": price, "name": f"Product {product}"}
    )


def _source(visitor: Visitor) -> str:
    return "news" if visitor.is_old else "search"
