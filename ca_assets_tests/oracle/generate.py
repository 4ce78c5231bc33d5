"""`random_shop(seed, folder)`: small shops with messy files, for differential tests of the product against the oracle.

Every mess has a definite outcome in docs/contract; what the contract leaves open (quotes broken across lines, exotic strptime formats,
lone carriage returns) is not made here. `style` writes the values, `layout` the files.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ca_assets_tests.oracle.layout import random_layout
from ca_assets_tests.oracle.style import Style, random_style
from ca_assets_tests.shops.builder import COLUMNS, SampleShop

ZONES = ("UTC", "Europe/London", "America/New_York", "America/Sao_Paulo", "Asia/Kolkata", "Australia/Lord_Howe", "America/Havana")
SEEDS = 10  # the shops 0 .. 9 are those that the product is tried on
WEEKDAYS = ("monday", "saturday", "sunday")
# Days around changes of the clock in those zones, so that ambiguous and missing times occur.
STARTS = (dt.date(2017, 9, 25), dt.date(2018, 2, 1), dt.date(2023, 10, 20), dt.date(2024, 3, 1), dt.date(1990, 1, 1), dt.date(2020, 2, 20))
# Zones that crossed the date line, and some days before the one that never was.
LOST_DAYS = (
    ("Pacific/Apia", dt.date(2011, 12, 28)),
    ("Pacific/Kwajalein", dt.date(1993, 8, 19)),
    ("Pacific/Enderbury", dt.date(1994, 12, 29)),
)
TEXTS = (
    "FR",
    "DE",
    "fr",
    "Ünï",
    "\U0001f600",
    " x ",
    "=1+1",
    'q"uote',
    "a,b",
    "007",
    "7",
    "\u05d0\u05d1",
    "two words",
    "line\nend",
    "Z",
    "<b>",
)
FUTURE = dt.datetime(2060, 6, 1, 12)
GUEST_WORDS = ("0", "guest")
CONSTANTS: dict[str, dict[str, Any]] = {
    "sessions": {"has_purchased": True, "currency": " eur", "discount_amount": "-1", "promotion_id": "P1"},
    "customers": {"signup_date": "2024-03-01"},
    "baskets": {"quantity": "2", "category": "x"},
    "deliveries": {"latitude": "52", "promised_date": "1970-01-01"},
}
TIMES = {
    "sessions": ("session_start_date", "date", "refund_date", "updated_at"),
    "customers": ("download_date", "signup_date", "push", "news", "updated_at"),
    "baskets": ("updated_at",),
    "deliveries": ("delivery_date", "prepare_date", "return_date", "promised_date", "updated_at"),
}
REQUIRED = {
    "sessions": ["id", "session_start_date", "has_purchased", "payment_amount"],
    "customers": ["client"],
    "baskets": ["id", "product", "price"],
    "deliveries": ["id", "delivery_date"],
}
Rows = list[dict[str, str]]


def random_shop(seed: int, folder: Path, sessions: int = 300) -> Path:
    """Write a shop's CSV files and shop.yaml into `folder`; the same seed gives the same files. Returns the path of shop.yaml."""
    return _Maker(random.Random(seed), sessions).shop().write(folder)


@dataclass
class _Made:
    """Files by source, and what shop.yaml says of them."""

    data: dict[str, bytes | dict[str, bytes]] = field(default_factory=dict)
    columns: dict[str, dict[str, str | None]] = field(default_factory=dict)
    options: dict[str, dict[str, Any]] = field(default_factory=dict)


class _Maker:
    def __init__(self, dice: random.Random, sessions: int) -> None:
        self.dice, self.count = dice, sessions
        self.timezone, self.start = dice.choice(LOST_DAYS) if dice.random() < 0.15 else (dice.choice(ZONES), dice.choice(STARTS))
        self.days = dice.choice((3, 20, 75, 400))
        self.mess = dice.choice((0.0, 0.01, 0.05))
        self.clients = [f"c{i}" for i in range(dice.choice((5, 40, 150)))] + ["007", "7", "Ü"]
        self.guests = dice.choice((0.0, 0.05, 0.4))
        self.guest_words = list(GUEST_WORDS) if dice.random() < 0.4 else []
        self.ids = [f"s{i}" for i in range(sessions)]
        self.dimensions = dice.sample(["country", "device", "land"], dice.randint(0, 2))
        self.actions = dice.sample(["cart", "checkout", "paid"], dice.randint(0, 3))
        self.values = {name: dice.sample(TEXTS, dice.randint(2, len(TEXTS))) for name in self.dimensions}
        self.currencies = dice.choice((("", " "), ("", " "), ("", "EUR", "eur", "GBP"), ("EUR", "Gbp", "USD", "CHF")))
        self.promotions = ["", "", *dice.choice((["P1", "p2"], [f"code {i}" for i in range(14)], ["=1+1"]))]
        self.customer_actions: list[str] = []
        self.products = ["A", "B", "ü", "c d", *(f"sku{i}" for i in range(dice.choice((0, 9, 130))))]
        self.made = _Made()

    def shop(self) -> SampleShop:
        dice = self.dice
        calendar = {"timezone": self.timezone, "week_start": dice.choice(WEEKDAYS)}
        currency, settings = dice.choice(("EUR", "GBP")), self._settings()
        self._sessions()
        if dice.random() < 0.75:
            self._customers()
            if dice.random() < 0.3:
                settings["conversion_steps"] = ["session", "purchase"]
        if dice.random() < 0.8:
            self._baskets()
        if dice.random() < 0.5:
            self._deliveries()
        if self.guest_words:
            self.made.options["sessions"]["guest_clients"] = self.guest_words
        return SampleShop(
            **self.made.data,  # type: ignore[arg-type]
            **calendar,
            currency=currency,
            settings=settings,
            dimensions={name: f"dim_{name}" for name in self.dimensions},
            actions={name: f"act_{name}" for name in self.actions},
            customer_actions=self.customer_actions,
            columns=self.made.columns,
            options=self.made.options,
        )

    def _settings(self) -> dict[str, int | list[str]]:
        choices = {
            "conversion_window_days": (1, 7, 30),
            "scope_values": (1, 3, 50),
            "cohort_horizon": (2, 15),
            "survival_days": (7, 365),
            "top": (1, 3, 100),
            "pair_orders": (1, 2, 5),
            "churn_repeat_customers": (1, 5, 20),
        }
        settings = {name: self.dice.choice(values) for name, values in choices.items() if self.dice.random() < 0.7}
        return settings | {"rfm_minimum": 2 + len(self.clients) % 7}  # 8, 43 or 153 clients

    def _sessions(self) -> None:
        style = self._style("sessions")
        rows = [self._session(style, key) for key in self.ids]
        rows += [self._session(style, self.dice.choice(self.ids)) for _ in range(self.count // 20)]  # duplicates
        rows += [dict(self.dice.choice(rows)) for _ in range(self.count // 50)]
        if self.dice.random() < 0.3:
            rows += [self._further_line(style) for _ in range(self.count // 5)]
        rows += [self._session(style, f"f{i}") | {"session_start_date": style.moment("session_start_date", FUTURE)} for i in range(2)]
        optional = ["date", "discount_amount", "promotion_id", "currency", "refund_amount", "refund_date"]
        chosen = [name for name in optional if self.dice.random() < 0.7] + (["client"] if self.dice.random() < 0.95 else [])
        extra = [f"dim_{name}" for name in self.dimensions] + [f"act_{name}" for name in self.actions]
        self._finish("sessions", style, chosen, rows, extra)

    def _session(self, style: Style, key: str) -> dict[str, str]:
        bought = self.dice.random() < 0.6
        return {
            "id": style.text(key),
            "client": style.text(self._client(style)),
            "session_start_date": self._time(style, "session_start_date"),
            "payment_amount": style.number() if bought or self.dice.random() < 0.2 else style.missing(),
            "has_purchased": style.flag(bought),
            "date": self._time(style, "date", 0.2),
            "discount_amount": style.number(may_be_negative=True) if self.dice.random() < 0.3 else style.missing(),
            "promotion_id": self.dice.choice(self.promotions),
            "currency": self.dice.choice(self.currencies),
            "refund_amount": style.number() if self.dice.random() < 0.2 else style.missing(),
            "refund_date": self._time(style, "refund_date", 0.6),
            "updated_at": self._time(style, "updated_at", 0.1),
            **{f"dim_{name}": self.dice.choice(["", *self.values[name]]) for name in self.dimensions},
            **{f"act_{name}": style.flag(self.dice.random() < 0.4, 0.1) for name in self.actions},
        }

    def _client(self, style: Style) -> str:
        if self.dice.random() < self.guests:
            return self.dice.choice(self.guest_words or [style.missing()])
        return self.dice.choice(self.clients)

    def _further_line(self, style: Style) -> dict[str, str]:
        """A row of an order that has nothing but its id, or lacks one value, or is wrong besides."""
        row = self._session(style, self.dice.choice(self.ids))
        lacking = self.dice.choice((list(row)[1:], ["session_start_date"], ["has_purchased"], ["has_purchased", "payment_amount"]))
        return row | {name: style.missing() for name in lacking}

    def _customers(self) -> None:
        self.customer_actions = self.dice.sample(["push", "news"], self.dice.randint(0, 2))
        style = self._style("customers")
        clients = [client for client in self.clients if self.dice.random() < 0.8] + ["never1", "never2", *self.guest_words]
        clients += [self.dice.choice(clients) for _ in range(10)]
        undated = self.dice.choice((0.0, 0.0, 0.3))
        rows = [
            {
                "client": style.text(client),
                "download_date": self._time(style, "download_date", undated, self.dice.choice((1, 5, self.days))),
                **{name: self._time(style, name, 0.5) for name in ("signup_date", "push", "news")},
                "updated_at": self._time(style, "updated_at", 0.1),
            }
            for client in clients
        ]
        dated = ["download_date"] if self.dice.random() < 0.9 else []
        signup = ["signup_date"] if self.dice.random() < 0.6 else []
        self._finish("customers", style, dated + signup, rows, self.customer_actions)

    def _baskets(self) -> None:
        style = self._style("baskets")
        rows = [
            {
                "id": self.dice.choice([*self.ids, "nobody"]),
                "product": style.text(self.dice.choice((self.dice.choice(self.products), *self.products[:3]))),
                "price": style.number(),
                "category": self.dice.choice(("", "x", "y")),
                "quantity": self.dice.choice(("", "1", "2", "3")),
                "product_name": self.dice.choice(("", "", "Tea", "tea", " Cup ")),
                "updated_at": self._time(style, "updated_at", 0.1),
            }
            for _ in range(self.count * self.dice.choice((1, 4)))
        ]
        rows += [dict(self.dice.choice(rows)) for _ in range(self.count // 20)]  # equal lines: all count
        if self.dice.random() < 0.2:
            rows += [dict(self.dice.choice(rows)) | {"product": style.missing()} for _ in range(self.count // 10)]
        names = ["category", *(name for name in ("quantity", "product_name") if self.dice.random() < 0.7)]
        self._finish("baskets", style, names, rows)

    def _deliveries(self) -> None:
        style, optional = self._style("deliveries"), ["prepare_date", "return_date", "promised_date"]
        rows = [
            {
                "id": self.dice.choice([*self.ids, "nobody"]),
                "delivery_date": self._time(style, "delivery_date"),
                **{name: self._time(style, name, 0.3) for name in (*optional, "updated_at")},
                "latitude": self.dice.choice(("", "52", "-90", "1e1", "91")),
                "longitude": self.dice.choice(("", "13", "180", "-7")),
            }
            for _ in range(self.count // 2)
        ]
        if self.dice.random() < 0.3:
            rows += [dict(self.dice.choice(rows)) | {"delivery_date": style.missing()} for _ in range(self.count // 10)]  # further lines
        names = [name for name in (*optional, "latitude", "longitude") if self.dice.random() < 0.7]
        self._finish("deliveries", style, names, rows)

    def _style(self, source: str) -> Style:
        columns = tuple(name for name in TIMES[source] if name not in ("push", "news") or name in self.customer_actions)
        return random_style(self.dice, self.mess, columns, ZONES)

    def _time(self, style: Style, column: str, empty: float = 0.0, latest: int | None = None) -> str:
        if self.dice.random() < empty:
            return style.missing()
        days = latest or self.days
        day = self.start + dt.timedelta(days=min(self.dice.randrange(days), self.dice.randrange(days) + 5))
        # Hours near midnight, where days, weeks and clocks change, come often.
        hour = self.dice.choice((0, 0, 1, 1, 2, 3, 23, 23, self.dice.randrange(24)))
        clock = dt.time(hour, self.dice.choice((0, 15, 30, 45, 59)), self.dice.choice((0, 0, 59)))
        return style.moment(column, dt.datetime.combine(day, clock))

    def _finish(self, source: str, style: Style, optional: list[str], rows: Rows, extra: list[str] | None = None) -> None:
        """Lay the rows in files, under the names of COLUMNS; `extra`: names of dimensions and actions."""
        layout = random_layout(self.dice, self.mess)
        mapped = REQUIRED[source] + optional + (["updated_at"] if self.dice.random() < 0.2 else [])
        # Dates of CONSTANTS are ISO.
        usable = [name for name in CONSTANTS[source] if name not in TIMES[source] or not isinstance(style.date_format, str)]
        constants = {name: CONSTANTS[source][name] for name in usable if self.dice.random() < 0.05}
        names = [name for name in mapped if name not in constants] + (extra or [])
        required = [name for name in REQUIRED[source] if name not in constants]
        self.made.data[source] = layout.files(names, required, rows)
        self.made.columns[source] = {name: name if name in names else None for name in [*COLUMNS[source].values(), "updated_at"]}
        formats: Any = style.date_format
        if isinstance(formats, dict):
            formats = {name: value for name, value in formats.items() if name in names} or None
        options = style.options() | layout.options(source) | {"date_format": formats, "constants": constants or None}
        options["versions"] = "by_file" if layout.parts and self.dice.random() < 0.4 else None
        self.made.options[source] = {key: value for key, value in options.items() if value is not None}
