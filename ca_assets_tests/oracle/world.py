"""What the reports look at: the shop as of a day, and the view of it that a scope (and a window) gives."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from ca_assets_tests.oracle.clean import Tables
from ca_assets_tests.oracle.clock import DAY, Clock
from ca_assets_tests.oracle.rows import Record
from ca_assets_tests.oracle.shopfile import Shop


@dataclass
class View:
    """One scope of the shop as of D: its known sessions (by moment, then id) and its customers."""

    shop: Shop
    clock: Clock
    report_date: dt.date
    as_of: dt.datetime
    sessions: list[Record]
    customers: list[Record]
    session_first: dt.date
    customer_first: dt.date
    lines_of: dict[str, list[Record]]  # session id → its basket lines
    whole: View | None = None  # the view of the whole shop; none: this one
    memo: dict[str, Any] = field(default_factory=dict)  # what was made of the view, by whoever made it
    window_first: dt.date | None = None  # of a window of deliveries its first day; such a window cuts no sessions
    first_orders: frozenset[str] | None = None  # ids of the clients' orders 1 in the scope; a window keeps those of the whole history
    orders: list[Record] = field(init=False)
    mixed: bool = field(init=False)

    def __post_init__(self) -> None:
        self.orders = [session for session in self.sessions if session["has_purchased"]]
        self.mixed = len({order["currency"] for order in self.orders}) > 1
        if self.first_orders is None:
            self.first_orders = frozenset(orders[0]["id"] for orders in self.orders_of.values())

    @cached_property
    def orders_of(self) -> dict[str, list[Record]]:
        """Client → his orders 1, 2, … by moment, then id."""
        orders = defaultdict(list)
        for order in self.orders:
            if order["client"] is not None:  # a guest is no customer
                orders[order["client"]].append(order)
        return dict(orders)

    @cached_property
    def downloaded(self) -> dict[str, Record]:
        """Client → his row of `downloads`, where the download is known."""
        return {row["client"]: row for row in self.customers if self.known(row["download_date"])}

    def session_periods(self, grain: str) -> list[tuple[dt.date, bool]]:
        """The periods of the session range."""
        return self.clock.periods(self.session_first, self.report_date, grain)

    def customer_periods(self, grain: str) -> list[tuple[dt.date, bool]]:
        """The periods of the customer range."""
        return self.clock.periods(self.customer_first, self.report_date, grain)

    @cached_property
    def session_days(self) -> int:
        """Days of the session range."""
        return len(self.session_periods("daily"))

    @cached_property
    def customer_days(self) -> int:
        """Days of the customer range."""
        return len(self.customer_periods("daily"))

    def known(self, moment: dt.datetime | None) -> bool:
        """Whether a moment lies before as_of."""
        return moment is not None and moment < self.as_of


@dataclass
class World:
    """The whole shop as of D. `views` is empty when no session is known by then."""

    shop: Shop
    clock: Clock
    tables: Tables
    report_date: dt.date | None
    views: dict[str, View]
    values_of: dict[str, dict[str, str]]  # dimension → value of the table → scope name

    def windowed(self, days: int) -> dict[str, View]:
        """The views as if only the sessions of the last `days` days existed; empty when there are none."""
        if self.report_date is None or not self.views:
            return {}
        first = self.report_date - (days - 1) * DAY
        inside = [session for session in self.views["all"].sessions if session["day"] >= first]
        if not inside:
            return {}
        start = min(session["day"] for session in inside)
        return {
            scope: replace(view, sessions=[s for s in view.sessions if s["day"] >= first], session_first=start, memo={})
            for scope, view in self.views.items()
        }

    def windowed_by_delivery(self, days: int) -> dict[str, View]:
        """The views whose deliveries are those of the last `days` days."""
        if self.report_date is None:
            return {}
        first = self.report_date - (days - 1) * DAY
        return {scope: replace(view, window_first=first, memo={}) for scope, view in self.views.items()}


def default_report_date(tables: Tables, clock: Clock, loaded_at: dt.datetime) -> dt.date | None:
    """The day of the newest session that had started at the load, or the day before if that day had not ended."""
    started = [session["session_start_date"] for session in tables.orders if session["session_start_date"] <= loaded_at]
    if not started:
        return None
    day = clock.day(max(started))
    return day if clock.day_start(day + DAY) <= loaded_at else clock.day_before(day)


def build_world(shop: Shop, tables: Tables, loaded_at: dt.datetime, report_date: dt.date | None = None) -> World:
    """The shop as of `report_date` (default: as docs/contract says, from the moment of the load)."""
    clock = Clock(shop.zone, shop.week_start)
    report_date = report_date or default_report_date(tables, clock, loaded_at)
    world = World(shop, clock, tables, report_date, {}, {})
    if report_date is None:
        return world
    as_of = clock.day_start(report_date + DAY)
    known = [session for session in tables.orders if session["session_start_date"] < as_of]
    if not known:
        return world
    known.sort(key=lambda session: (session["session_start_date"], session["id"]))
    for session in known:
        session["day"] = clock.day(session["session_start_date"])
        session["hour"] = clock.hour(session["session_start_date"])
        session["refunded_at"] = _refunded_at(session)
    first = known[0]["day"]
    moments = [moment for row in tables.downloads for moment in _moments(row, shop) if moment < as_of]
    moments += [session["session_start_date"] for session in known if session["client"] is not None]
    customer_first = clock.day(min(moments)) if moments else first
    lines_of = defaultdict(list)
    for line in tables.lines:
        lines_of[line["id"]].append(line)
    whole = View(shop, clock, report_date, as_of, known, tables.downloads, first, customer_first, dict(lines_of))
    world.views["all"] = whole
    for dimension, column in _dimensions(shop, tables):
        world.values_of[dimension] = _scope_of_values(shop, whole, dimension, column)
        world.views |= _dimension_views(whole, column, world.values_of[dimension])
    return world


def _moments(row: Record, shop: Shop) -> list[dt.datetime]:
    columns = ["download_date", "signup_date", *(f"actions.{name}" for name in shop.customer_actions)]
    return [row[column] for column in columns if row[column] is not None]


def _refunded_at(session: Record) -> dt.datetime:
    start: dt.datetime = session["session_start_date"]
    return max(start, session["refund_date"] or start)


def _dimensions(shop: Shop, tables: Tables) -> list[tuple[str, str]]:
    """The dimensions and their columns; `currency` is one when the table holds two currencies."""
    dimensions = [(name, f"dimensions.{name}") for name in shop.dimensions]
    if len({order["currency"] for order in tables.orders}) > 1:
        dimensions.append(("currency", "currency"))
    return dimensions


def _scope_of_values(shop: Shop, whole: View, dimension: str, column: str) -> dict[str, str]:
    """Value → scope: the values with most known orders, then most sessions, then text order; the others together."""
    sessions = Counter(session[column] for session in whole.sessions if session[column] is not None)
    orders = Counter(order[column] for order in whole.orders if order[column] is not None)
    ranked = sorted(sessions, key=lambda value: (-orders[value], -sessions[value], value))
    shown = len(ranked) if dimension == "currency" else shop.scope_values  # each currency has its scope, however many there are
    scopes: dict[Any, str] = {value: f"{dimension}={value}" for value in ranked[:shown]}
    scopes |= dict.fromkeys(ranked[shown:], f"{dimension}=__other__")
    return scopes | {None: f"{dimension}=__none__"}


def _dimension_views(whole: View, column: str, scope_of: dict[str, str]) -> dict[str, View]:
    members: dict[str, list[Record]] = defaultdict(list)
    for session in whole.sessions:
        members[scope_of[session[column]]].append(session)
    download = {row["client"]: row for row in whole.customers}
    views = {}
    for scope, sessions in members.items():
        clients = {session["client"] for session in sessions} - {None}
        customers = [download[client] for client in clients if client in download]
        views[scope] = replace(whole, sessions=sessions, customers=customers, whole=whole, memo={}, first_orders=None)
    return views
