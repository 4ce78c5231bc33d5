"""`random_shop(seed, folder)`: small shops with messy files, for differential tests of the product against the oracle.

Every mess has a definite outcome in REPORTS.md; what the contract leaves open (quotes broken across lines, exotic strptime formats,
lone carriage returns) is not made here.
"""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path
from typing import Any

import yaml

ZONES = ("UTC", "Europe/London", "America/New_York", "America/Sao_Paulo", "Asia/Kolkata", "Australia/Lord_Howe", "America/Havana")
SEEDS = 6  # the shops 0 .. 5 are those that the product is tried on
WEEKDAYS = ("monday", "saturday", "sunday")
# Days around changes of the clock in those zones, so that ambiguous and missing times occur.
STARTS = (dt.date(2017, 9, 25), dt.date(2018, 2, 1), dt.date(2023, 10, 20), dt.date(2024, 3, 1), dt.date(1990, 1, 1), dt.date(2020, 2, 20))
GARBAGE_TIMES = ("", "oops", "2024-02-30", "1989-12-31", "2024-01-01 25:00", "0001-01-01", "2024-01-01T10", "__none__")
GARBAGE_NUMBERS = ("", "abc", "-1", "nan", "inf", "1e999", "2e15", "1,5", "--1", "\u0663", "1 0")
GARBAGE_FLAGS = ("", "maybe", "2", "tru", "yes!")
GARBAGE_TEXTS = ("", "  ", "__none__", "__other__", "a\0b")
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


def random_shop(seed: int, folder: Path, sessions: int = 300) -> Path:
    """Write a shop's CSV files and shop.yaml into `folder`; the same seed gives the same files. Returns the path of shop.yaml."""
    folder.mkdir(parents=True, exist_ok=True)
    return _Maker(random.Random(seed), folder, sessions).write()


class _Maker:
    def __init__(self, dice: random.Random, folder: Path, sessions: int) -> None:
        self.dice, self.folder, self.count = dice, folder, sessions
        self.start = dice.choice(STARTS)
        self.days = dice.choice((3, 20, 75, 400))
        self.mess = dice.choice((0.0, 0.01, 0.05))
        self.clients = [f"c{i}" for i in range(dice.choice((5, 40, 150)))] + ["007", "7", "Ü"]
        self.ids = [f"s{i}" for i in range(sessions)]
        self.dimensions = dice.sample(["country", "device", "land"], dice.randint(0, 2))
        self.actions = dice.sample(["cart", "checkout", "paid"], dice.randint(0, 3))
        self.values = {name: dice.sample(TEXTS, dice.randint(2, len(TEXTS))) for name in self.dimensions}
        self.currencies = dice.choice((("", " "), ("", " "), ("", "EUR", "EUR", "GBP")))
        self.promotions = ["", "", *dice.choice((["P1", "p2"], [f"code {i}" for i in range(14)], ["=1+1"]))]
        self.products = ["A", "B", "ü", "c d", *(f"sku{i}" for i in range(dice.choice((0, 9, 130))))]

    def write(self) -> Path:
        dice = self.dice
        shop: dict[str, Any] = {
            "calendar": {"timezone": dice.choice(ZONES), "week_start": dice.choice(WEEKDAYS)},
            "currency": dice.choice(("EUR", "GBP")),
            "settings": self._settings(),
            "sources": {"sessions": self._sessions()},
        }
        if dice.random() < 0.75:
            shop["sources"]["customers"] = self._customers()
            if dice.random() < 0.3:
                shop["settings"]["conversion_steps"] = ["session", "purchase"]
        if dice.random() < 0.8:
            shop["sources"]["baskets"] = self._baskets()
        if dice.random() < 0.5:
            shop["sources"]["deliveries"] = self._deliveries()
        if dice.random() < 0.3:
            shop["sources"]["sessions"]["timezone"] = dice.choice(ZONES)
        path = self.folder / "shop.yaml"
        path.write_text(yaml.safe_dump(shop, allow_unicode=True, sort_keys=False), encoding="utf-8")
        return path

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
        return {name: self.dice.choice(values) for name, values in choices.items() if self.dice.random() < 0.7}

    def _sessions(self) -> dict[str, Any]:
        optional = ["date", "discount_amount", "promotion_id", "currency", "refund_amount", "refund_date"]
        chosen = [name for name in optional if self.dice.random() < 0.7]
        columns = ["id", "client", "session_start_date", "payment_amount", "has_purchased", *chosen]
        rows = [self._session(key) for key in self.ids]
        rows += [self._session(self.dice.choice(self.ids)) for _ in range(self.count // 20)]  # duplicates
        rows += [dict(self.dice.choice(rows)) for _ in range(self.count // 50)]
        rows += [{**self._session(f"f{i}"), "session_start_date": "2099-06-01 12:00"} for i in range(2)]
        names = columns + [f"dim_{name}" for name in self.dimensions] + [f"act_{name}" for name in self.actions]
        self._write("sessions.csv", names, rows)
        return {
            "kind": "csv",
            "path": "sessions.csv",
            "columns": {name: name for name in columns},
            "dimensions": {name: f"dim_{name}" for name in self.dimensions},
            "actions": {name: f"act_{name}" for name in self.actions},
        }

    def _session(self, key: str) -> dict[str, str]:
        bought = self.dice.random() < 0.6
        amounts = [self._number() for _ in range(3)]
        return {
            "id": self._text(key),
            "client": self._text(self.dice.choice(self.clients)),
            "session_start_date": self._time(),
            "payment_amount": amounts[0] if bought or self.dice.random() < 0.2 else self.dice.choice(("", "0")),
            "has_purchased": self._flag(bought),
            "date": self._time(0.2),
            "discount_amount": amounts[1] if self.dice.random() < 0.3 else "",
            "promotion_id": self.dice.choice(self.promotions),
            "currency": self.dice.choice(self.currencies),
            "refund_amount": amounts[2] if self.dice.random() < 0.2 else "",
            "refund_date": self._time(0.6),
            **{f"dim_{name}": self.dice.choice(["", *self.values[name]]) for name in self.dimensions},
            **{f"act_{name}": self._flag(self.dice.random() < 0.4, 0.1) for name in self.actions},
        }

    def _customers(self) -> dict[str, Any]:
        actions = self.dice.sample(["push", "news"], self.dice.randint(0, 2))
        clients = [client for client in self.clients if self.dice.random() < 0.8] + ["never1", "never2"]
        clients += [self.dice.choice(clients) for _ in range(10)]
        rows = [
            {
                "client": self._text(client),
                "download": self._time(latest=self.dice.choice((1, 5, self.days))),
                "signup": self._time(0.4),
                "push": self._time(0.5),
                "news": self._time(0.5),
            }
            for client in clients
        ]
        columns = {"client": "client", "download_date": "download"} | ({"signup_date": "signup"} if self.dice.random() < 0.6 else {})
        self._write("customers.csv", ["client", "download", "signup", "push", "news"], rows)
        return {"kind": "csv", "path": "customers.csv", "columns": columns, "actions": actions}

    def _baskets(self) -> dict[str, Any]:
        rows = [
            {
                "order": self.dice.choice([*self.ids, "nobody"]),
                "sku": self._text(self.dice.choice((self.dice.choice(self.products), *self.products[:3]))),
                "price": self._number(),
                "cat": self.dice.choice(("", "x", "y")),
                "qty": self.dice.choice(("", "1", "2.5", "3")),
                "title": self.dice.choice(("", "", "Tea", "tea", " Cup ")),
            }
            for _ in range(self.count * self.dice.choice((1, 4)))
        ]
        rows += [dict(self.dice.choice(rows)) for _ in range(self.count // 20)]  # equal lines: all count
        self._write("lines.csv", ["order", "sku", "price", "cat", "qty", "title"], rows)
        optional = {ours: theirs for ours, theirs in {"quantity": "qty", "product_name": "title"}.items() if self.dice.random() < 0.7}
        return {
            "kind": "csv",
            "path": "lines.csv",
            "columns": {"id": "order", "product": "sku", "price": "price", "category": "cat", **optional},
        }

    def _deliveries(self) -> dict[str, Any]:
        names = ["id", "delivery_date", "prepare_date", "return_date", "promised_date", "latitude", "longitude"]
        rows = [
            {
                "id": self.dice.choice([*self.ids, "nobody"]),
                **{name: self._time(0.3 if name != "delivery_date" else 0) for name in names[1:5]},
                "latitude": self.dice.choice(("", "52.5", "-90", "1e1", "91")),
                "longitude": self.dice.choice(("", "13.25", "180", "-0.5")),
            }
            for _ in range(self.count // 2)
        ]
        self._write("deliveries.csv", names, rows)
        mapped = names[:2] + [name for name in names[2:] if self.dice.random() < 0.7]
        return {"kind": "csv", "path": "deliveries.csv", "columns": {name: name for name in mapped}}

    def _text(self, good: str) -> str:
        return (
            self.dice.choice(GARBAGE_TEXTS)
            if self.dice.random() < self.mess / 2
            else self.dice.choice((good, good, good, f" {good}\u00a0"))
        )

    def _flag(self, value: bool, empty: float = 0.0) -> str:
        if self.dice.random() < empty:
            return ""
        if self.dice.random() < self.mess:
            return self.dice.choice(GARBAGE_FLAGS)
        return self.dice.choice(("true", "True", "T", "yes", "Y", "1") if value else ("false", "FALSE", "f", "No", "n", "0"))

    def _number(self) -> str:
        if self.dice.random() < self.mess:
            return self.dice.choice(GARBAGE_NUMBERS)
        value = self.dice.choice((0.1, 0.3, 10, 19.99, 20, round(self.dice.uniform(0, 300), 2), self.dice.randint(1, 9) * 100))
        return self.dice.choice((f"{value}", f"{value}", f"{value:.3f}", f"+{value}", f"{value:e}"))

    def _time(self, empty: float = 0.0, latest: int | None = None) -> str:
        if self.dice.random() < empty:
            return ""
        if self.dice.random() < self.mess:
            return self.dice.choice(GARBAGE_TIMES)
        days = latest or self.days
        day = self.start + dt.timedelta(days=min(self.dice.randrange(days), self.dice.randrange(days) + 5))
        # Hours near midnight, where days, weeks and clocks change, come often.
        hour = self.dice.choice((0, 0, 1, 1, 2, 3, 23, 23, self.dice.randrange(24)))
        minute, second = self.dice.choice((0, 15, 30, 45, 59)), self.dice.choice((0, 0, 59))
        clock = f"{hour:02}:{minute:02}"
        return self.dice.choice(
            (
                f"{day}",
                f"{day} {clock}",
                f"{day}T{clock}:{second:02}",
                f"{day} {clock}:{second:02}.5",
                f"{day}T{clock}:{second:02}.9999999Z",
                f"{day} {clock} UTC",
                f"{day}T{clock}-03:00",
                f"{day} {clock}:{second:02}+0530",
            )
        )

    def _write(self, name: str, columns: list[str], rows: list[dict[str, str]]) -> None:
        self.dice.shuffle(rows)
        shuffled = self.dice.sample(columns, len(columns))
        end = self.dice.choice(("\n", "\r\n"))
        lines = [self._line([row.get(column, "") for column in shuffled]) for row in rows]
        content = self.dice.choice((b"", b"\xef\xbb\xbf")) + end.join([",".join(shuffled), *lines]).encode()
        (self.folder / name).write_bytes(content + self.dice.choice((b"", end.encode())))

    def _line(self, values: list[str]) -> str:
        line = ",".join(self._cell(value) for value in values)
        if self.dice.random() >= self.mess or '"' in line:  # quotes broken across lines are left open by the contract
            return line
        broken = (f"{line},", f"{line},extra", line.rpartition(",")[0], f'"x"y,{line}', "", "   ")
        return self.dice.choice(broken)

    def _cell(self, value: str) -> str:
        needs = any(sign in value for sign in ',"\n\r') or self.dice.random() < 0.05
        return '"' + value.replace('"', '""') + '"' if needs else value
