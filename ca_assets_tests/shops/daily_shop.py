"""A shop's database that lives through days: rows come late, change, move between months, vanish and double; in a real PostgreSQL.

`Days(server, seed).next()` makes the next day's changes, all of them inside the late-data window of seven days (or in columns that are read
whole). `days.shop(…)` is its shop.yaml. Belongs here: what happens to the shop. Comparing loads: `test_increments`.
"""

from __future__ import annotations

import datetime as dt
import random
from typing import Any
from zoneinfo import ZoneInfo

from ca_assets_tests.servers.postgresql import PostgreSQL
from ca_assets_tests.shops.builder import SampleShop
from ca_assets_tests.shops.databases import Types, make_tables, replace_rows

ZONE = ZoneInfo("Europe/London")
WINDOW = dt.timedelta(days=7)
MOMENTS = {"sessions": 2, "deliveries": 1, "lines": 4}
TYPES: Types = {
    "sessions": {"id": "text", "client": "text", "start": "timestamptz", "ended": "timestamp", "amount": "numeric(12, 2)", "bought": "bool"}
    | {"country": "text", "basket": "bool"},
    "customers": {"client": "text", "download": "timestamptz"},
    "lines": {"id": "text", "product": "text", "price": "numeric(12, 2)", "category": "text", "at": "timestamptz"},
    "deliveries": {"id": "text", "delivered": "timestamptz", "packed": "timestamptz"},
}
Row = list[Any]


class Days:
    """The shop day by day. `now` is the moment of the next load; a day is 1 to 12 real days, so months and clock changes pass quickly."""

    def __init__(self, server: PostgreSQL, seed: int) -> None:
        self.server, self.database = server, server.database()
        self.chance = random.Random(seed)
        self.now = dt.datetime(2024, 1, 20, 3, tzinfo=ZONE).astimezone(dt.UTC)
        self.known: set[int] = set()  # rows that were inside the window at the last load: only those may leave it
        self.rows: dict[str, list[Row]] = {name: [] for name in TYPES}
        self.last = self.now - dt.timedelta(days=100)
        make_tables(server, self.database, TYPES)
        self._visits(60)
        self._write()

    def next(self) -> None:
        """Another day: `now` moves on, rows change, the database is written."""
        self.last = self.now
        self.now += dt.timedelta(days=self.chance.choice((1, 1, 1, 2, 5, 12)), minutes=self.chance.randrange(120))
        happenings = (
            self._visits,
            self._late,
            self._change,
            self._move,
            self._vanish,
            self._double,
            self._deliver,
            self._spoil,
            self._orphan,
        )
        self.known = {id(row) for name, column in MOMENTS.items() for row in self._since(name, column)}
        self._visits(self.chance.randrange(2, 8))
        for happen in self.chance.choices(happenings, k=5):
            happen(self.chance.randrange(1, 4))
        self._write()

    @property
    def since(self) -> dt.datetime:
        """From here on everything may change: the start of the month of (last load − window)."""
        month = (self.last - WINDOW).astimezone(ZONE).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        return month.astimezone(dt.UTC)

    def _moment(self, start: dt.datetime | None = None) -> dt.datetime:
        begin = start or self.last
        seconds = int((self.now - begin).total_seconds())
        moment = begin + dt.timedelta(seconds=self.chance.randrange(max(seconds, 1)))
        return moment.replace(microsecond=self.chance.choice((0, 0, 123456)))

    def _since(self, name: str, column: int) -> list[Row]:
        return [row for row in self.rows[name] if row[column] is not None and row[column] >= self.since]

    def _recent(self) -> list[Row]:
        return self._since("sessions", MOMENTS["sessions"])

    def _visits(self, count: int, start: dt.datetime | None = None) -> None:
        for _ in range(count):
            number = len(self.rows["sessions"]) + self.chance.randrange(10**6) * 1000
            self._visit(f"s{number}", self._client(), self._moment(start), self.chance.random() < 0.6)

    def _client(self) -> str | None:
        """A client, or None for a guest, who may get a client later (`_change`)."""
        return None if self.chance.random() < 0.3 else f"c{self.chance.randrange(25)}"

    def _visit(self, key: str, client: str | None, moment: dt.datetime, bought: bool) -> None:
        chance = self.chance
        country = chance.choice(("FR", "DE", "", None))
        self.rows["sessions"].append([key, client, moment, None, chance.randrange(100, 9999) / 100, bought, country, chance.random() < 0.7])
        for _ in range(chance.randrange(3) if bought else 0):
            self.rows["lines"].append([key, f"p{chance.randrange(6)}", chance.randrange(1, 999) / 100, "cat", moment])
        if bought and chance.random() < 0.5:
            self.rows["deliveries"].append([key, moment + dt.timedelta(hours=chance.randrange(-2, 90)), None])
        if client and chance.random() < 0.3:
            self.rows["customers"].append([client, moment - dt.timedelta(days=chance.randrange(3))])

    def _late(self, count: int) -> None:
        """Rows that arrive days after they happened."""
        self._visits(count, max(self.since, self.now - WINDOW))

    def _change(self, count: int) -> None:
        for row in self.chance.sample(self._recent(), min(count, len(self._recent()))):
            column = self.chance.choice((1, 4, 5, 6, 7))
            row[column] = {1: self._client(), 4: self.chance.randrange(9999) / 100, 6: "FR"}.get(column, not row[column])

    def _move(self, count: int) -> None:
        """An order's date changes: within the window, out of an old month into it, or out of it into an old month."""
        for _ in range(count):
            old = [row for row in self.rows["sessions"] if row[2] is not None and row[2] < self.since]
            row = self.chance.choice(self._recent() or old)
            target = self._moment(self.since)
            if old and self.chance.random() < 0.4:
                row = self.chance.choice(old)
            elif old and id(row) in self.known and self.chance.random() < 0.5:
                target = self.chance.choice(old)[2] + dt.timedelta(hours=1)
            row[2] = target

    def _vanish(self, count: int) -> None:
        for name, column in MOMENTS.items():
            recent = [row for row in self._since(name, column) if id(row) in self.known]
            for row in self.chance.sample(recent, min(count, len(recent))):
                self.rows[name].remove(row)

    def _double(self, count: int) -> None:
        """Another row with a key that is there already: a twin in the window, also of an old order, or exactly the same row."""
        for _ in range(count):
            row = list(self.chance.choice(self.rows["sessions"]))
            if self.chance.random() < 0.6 or row[2] is None or row[2] < self.since:
                row[2:6] = [self._moment(self.since), None, self.chance.randrange(9999) / 100, self.chance.random() < 0.5]
            self.rows["sessions"].append(row)

    def _deliver(self, count: int) -> None:
        """Deliveries of old and new orders, moved ones, and second ones."""
        for _ in range(count):
            key = self.chance.choice(self.rows["sessions"])[0]
            self.rows["deliveries"].append([key, self._moment(self.since), self._moment(self.since)])
            recent = [row for row in self.rows["deliveries"] if row[1] >= self.since]
            self.chance.choice(recent)[1] = self._moment(self.since)

    def _spoil(self, count: int) -> None:
        """Rows that are rejected: without a date, before 1990, negative amounts; and a date in the future, which is none."""
        for _ in range(count):
            moment = self.chance.choice((None, dt.datetime(1980, 5, 5, tzinfo=dt.UTC), self._moment(), self.now + dt.timedelta(days=400)))
            amount = self.chance.choice((5, -5))
            self.rows["sessions"].append([f"bad{self.chance.randrange(40)}", "c1", moment, None, amount, True, "FR", False])

    def _orphan(self, count: int) -> None:
        """Lines and deliveries before their order is there, and customers who change."""
        for _ in range(count):
            key = f"later{self.chance.randrange(6)}"
            self.rows["lines"].append([key, "p1", 2, "cat", self._moment()])
            self.rows["deliveries"].append([key, self._moment(), None])
            if self.chance.random() < 0.5:
                self._visit(key, "c2", self._moment(), True)
            if self.rows["customers"]:
                self.chance.choice(self.rows["customers"])[1] -= dt.timedelta(days=1)

    def _write(self) -> None:
        """The tables as they are now, in a random order."""
        shuffled = {name: self.chance.sample(rows, len(rows)) for name, rows in self.rows.items()}
        tables = {name: [dict(zip(TYPES[name], row, strict=True)) for row in rows] for name, rows in shuffled.items()}
        replace_rows(self.server, self.database, tables)

    def shop(self, *, with_line_dates: bool, has_customers: bool = True) -> SampleShop:
        """Its shop.yaml, over the database at `DAILY_SHOP_URL`; `with_line_dates`: basket lines are read by their own date, else whole."""
        sessions, customers, lines, deliveries = (",".join(columns) for columns in TYPES.values())
        shop = SampleShop(
            timezone="Europe/London",
            settings={"pair_orders": 1, "churn_repeat_customers": 2, "rfm_minimum": 3},
            sessions=sessions,
            customers=customers if has_customers else None,
            baskets=lines,
            deliveries=deliveries,
            dimensions=["country"],
            actions={"has_basket": "basket"},
            columns={"sessions": {"date": "ended"}, "baskets": {"date": "at" if with_line_dates else None}},
        ).as_tables("${DAILY_SHOP_URL}")
        shop = shop.with_source("baskets", table="lines")
        return shop.with_source("deliveries", table=None, query="SELECT id, delivered, packed FROM deliveries")
