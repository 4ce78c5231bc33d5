"""A small shop in editions: each has other orders, amounts and months, and totals that anybody can compute."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ca_assets_tests.shops.builder import SampleShop

FIRST = dt.datetime(2024, 1, 1, 10)
DAYS = 85
CLIENTS = 25
BASE_PRICE = 10
UNSOLD = 20
SESSION_COLUMNS = ("id", "client", "start", "amount", "bought", "promo", "country")


@dataclass(frozen=True)
class Edition:
    """One state of the shop's data. All its orders have the same price, which is the edition's alone: price = BASE_PRICE + number."""

    number: int

    @property
    def orders(self) -> int:
        """How many there are."""
        return 60 + 7 * self.number % 23

    @property
    def price(self) -> int:
        """Of every order."""
        return BASE_PRICE + self.number

    @property
    def revenue(self) -> int:
        """Of all orders."""
        return self.orders * self.price

    def shop(self) -> SampleShop:
        """Its rows and its shop.yaml."""
        return SampleShop(
            name="Kettle",
            timezone="Europe/Berlin",
            currency="EUR",
            sessions=[dict(zip(SESSION_COLUMNS, row, strict=True)) for row in self._sessions()],
            customers=[{"client": f"c{number}", "download": "2023-12-31"} for number in range(CLIENTS)],
            baskets=[{"id": f"o{i}", "product": f"p{i % 4}", "price": self.price, "category": "k"} for i in range(self.orders)],
            dimensions=["country"],
            options={"sessions": {"timezone": "UTC"}},
        )

    def write(self, folder: Path) -> Path:
        """Put its files into a folder; returns the shop.yaml."""
        return self.shop().write(folder)

    def _sessions(self) -> Iterable[tuple[object, ...]]:
        for i in range(self.orders):  # the same ids on other days: orders change their month from edition to edition
            promo = "SPRING" if i % 3 else ""
            yield f"o{i}", f"c{i % CLIENTS}", self._day(i), self.price, "yes", promo, ("DE", "FR")[i % 2]
        for i in range(UNSOLD):
            yield f"u{i}", f"c{i % CLIENTS}", self._day(3 * i), 0, "no", "", ("DE", "FR")[i % 2]
        yield "last", "c0", FIRST + dt.timedelta(days=DAYS + 1), 0, "no", "", "DE"  # the same report date for all editions

    def _day(self, i: int) -> dt.datetime:
        return FIRST + dt.timedelta(days=(i * 3 + self.number * 11) % DAYS)


def edition_of(orders: float, revenue: float) -> int | None:
    """Number of the edition with these totals; None when there is none."""
    number = round(revenue / orders) - BASE_PRICE if orders else -1
    return number if number >= 0 and (Edition(number).orders, Edition(number).revenue) == (orders, revenue) else None
