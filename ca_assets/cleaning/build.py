"""Sources → clean tables, in the order of docs/contract, section 2: reject, zero, duplicates, orphans. The one entry point.

Every large step is written to the staging folder once and read lazily from there, so that memory stays bounded and no cell is
parsed twice. Belongs here: the order of steps and their counts. Rules are in `typed`, `duplicates` and `joins`.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa

from ca_assets.cleaning import joins
from ca_assets.cleaning.alarms import clients, row_alarms, session_alarms
from ca_assets.cleaning.duplicates import FURTHER_LINE, KEYS, duplicate_rows, further_lines, has_versions, outdated_lines
from ca_assets.cleaning.incremental import Increments
from ca_assets.cleaning.incremental_reader import IncrementalReader, ReadSummary, SourceRows
from ca_assets.cleaning.parse import SourceRules
from ca_assets.cleaning.source_cache import CachedSource
from ca_assets.cleaning.typed import row_json, with_file
from ca_assets.contracts.alarms import Alarm
from ca_assets.contracts.erased import NOBODY, ErasedClients
from ca_assets.contracts.tables import BASKET_LINES, PRODUCT_ACTIVITY, REJECTS
from ca_assets.shop import Shop
from ca_assets.sources.driver import Reading, Secret, from_environment
from ca_assets.sources.events.summary import EventSummary, begin_reading, event_summary

Progress = Callable[[str, int], None]
_NUMBERS = itertools.count()
EMPTY = "empty "
ORDER = ("sessions", "customers", "deliveries", "baskets", "product_activity")
EVENTS = "events"


@dataclass(frozen=True)
class ShopRows:
    """The typed rows of all sources of a shop, by source; `events`: what became of the events that they are built of."""

    shop: Shop
    sources: dict[str, SourceRows]
    events: EventSummary | None = None

    @property
    def is_unchanged(self) -> bool:
        """Whether no row of any source differs from what is cached."""
        return all(rows.is_unchanged for rows in self.sources.values())

    @property
    def reads(self) -> dict[str, ReadSummary]:
        """What was read of each source."""
        return {name: rows.summary for name, rows in self.sources.items()}

    @property
    def to_cache(self) -> dict[str, CachedSource]:
        """What to commit to the source cache, of each source that can be cached, once a load is published."""
        return {name: rows.to_cache for name, rows in self.sources.items() if rows.to_cache is not None}


@dataclass(frozen=True)
class CleanTables:
    """Lazy tables in the contracts' schemas over files in staging, which must stay until they have been read.

    `counts` per source: read = accepted + rejected + duplicates + orphans; sessions also `zeroed`, `unknown_clients`,
    `unknown_client_sessions`; customers also `late_downloads`. `reasons` per source: code → rows that left. Both are of all rows, however
    many of them this load read: that is in `rows`, with what to cache.
    """

    orders: ibis.Table
    downloads: ibis.Table
    basket_lines: ibis.Table | None
    product_activity: ibis.Table | None
    rejects: ibis.Table
    counts: dict[str, dict[str, int]]
    reasons: dict[str, dict[str, int]]
    rows: ShopRows
    alarms: tuple[Alarm, ...] = ()


def read_sources(
    shop: Shop, con: ibis.BaseBackend, reading: Reading, increments: Increments | None = None, erased: ErasedClients = NOBODY
) -> ShopRows:
    """Read the sources of `shop`; without `increments` all rows. SourceError (with a message for the user) when one cannot be used.

    Customers that were `erased` have their pseudonyms in all rows, also in those that are rejected.
    """
    begin_reading(reading)
    configs = {name: getattr(shop.sources, name) for name in ORDER}
    readers = {
        name: IncrementalReader(SourceRules(name, config, shop, erased), con, reading, increments)
        for name, config in configs.items()
        if config
    }
    rows = {name: reader.read() for name, reader in readers.items()}
    return ShopRows(shop, rows, event_summary(reading) if shop.sources.sessions.is_events else None)


def build_tables(
    shop: Shop,
    con: ibis.BaseBackend,
    staging: Path,
    progress: Progress | None = None,
    *,
    secret: Secret = from_environment,
    increments: Increments | None = None,
) -> CleanTables:
    """Read the sources of `shop` and clean them with engine `con`; scratch files go to `staging`.

    `progress(source, rows read so far)`. SourceError (with a message for the user) when a source cannot be used.
    """
    return clean_tables(read_sources(shop, con, Reading(shop.folder, staging, progress, secret), increments), con, staging)


def clean_tables(rows: ShopRows, con: ibis.BaseBackend, staging: Path) -> CleanTables:
    """Clean what was read with engine `con`; scratch files go to `staging`."""
    shop, build = rows.shop, _Build(rows, con, staging)
    sessions = build.source("sessions")
    customers = build.source("customers") if shop.sources.customers else None
    deliveries = build.deliveries(sessions) if shop.sources.deliveries else None
    lines = build.basket_lines(sessions) if shop.sources.baskets else None
    activity = build.of_sessions("product_activity", build.source("product_activity"), sessions) if shop.sources.product_activity else None
    orders = joins.orders(sessions, deliveries, shop)
    if deliveries is not None:
        orders = build.staged("orders", orders)
    build.count_clients(sessions, customers)
    build.count_events()
    rejects = build.staged("rejects", ibis.union(*(table.select(REJECTS.schema().names) for table in build.rejected)))
    downloads = joins.downloads(customers, sessions, shop, has_dateless=bool(build.counts.get("customers", {}).get("dateless")))
    reasons = build.reasons(rejects)
    by_client = build.staged("clients", clients(sessions))
    alarms = (*row_alarms(shop, build.counts, reasons, rejects), *session_alarms(by_client, build.counts, customers))
    return CleanTables(orders, downloads, lines, activity, rejects, build.counts, reasons, rows, alarms)


@dataclass
class _Build:
    """Cleaning in steps. `counts`, `rejected` (tables of rows that left) and `tables` (one row per key) grow with each."""

    rows: ShopRows
    con: ibis.BaseBackend
    staging: Path
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    rejected: list[ibis.Table] = field(default_factory=list)
    tables: dict[str, ibis.Table] = field(default_factory=dict)

    def source(self, name: str) -> ibis.Table:
        """The accepted rows of a source, one per key."""
        rows, guests = self.rows.sources[name], 0
        if name == "customers" and self._rules(name).guest_clients:
            rows, guests = self._without_guests(rows)
        lacking = self._count(name, rows)
        if guests:
            self.counts[name]["guests"] = guests
        bad = rows.typed.filter(rows.typed["_reason"].notnull())
        accepted = rows.typed.filter(rows.typed["_reason"].isnull())
        if lacking:
            bad = self._without_further_lines(bad, accepted, name)
        self.rejected += [*rows.broken, _rejects(bad, name, bad["_reason"], bad["_message"], bad["_raw"])]
        if name not in KEYS:
            return accepted
        if name == "customers" and self.counts[name]["dateless"]:
            accepted = self._without_unknown_dates(accepted)
        duplicates = self.staged(f"{name}.duplicates", duplicate_rows(accepted, self._rules(name)))
        self.tables[name] = self._without(accepted, duplicates, name, "duplicates", f"another row with the same {KEYS[name]} stays")
        return self.tables[name]

    def _without_guests(self, rows: SourceRows) -> tuple[SourceRows, int]:
        """Customers without those that stand for orders without an account, and how many these are; they count as not read."""
        guests = int(rows.typed["_is_guest"].sum().fill_null(0).to_pyarrow().as_py())
        return replace(rows, typed=rows.typed.filter(~rows.typed["_is_guest"]), row_count=rows.row_count - guests), guests

    def _without_unknown_dates(self, customers: ibis.Table) -> ibis.Table:
        """Customers without those that have neither a download date nor a session, which are rejected before duplicates."""
        dateless = customers.filter(customers["download_date"].isnull())
        # Of the sessions that stay: a client whose only session is a displaced duplicate has none to take the date from.
        sessions = self.tables["sessions"]
        unknown = dateless.anti_join(sessions.filter(sessions["client"].notnull()), "client")
        left = self.staged("customers.dateless", unknown.select("_row"))
        message = "download_date is missing, and the client has no session to take it from"
        return self._without(customers, left, "customers", "rejected", message, code="missing_download_date")

    def _rules(self, name: str) -> SourceRules:
        return SourceRules(name, getattr(self.rows.shop.sources, name), self.rows.shop)

    def staged(self, name: str, table: ibis.Table) -> ibis.Table:
        """The table written to staging and read from there."""
        path = self.staging / f"{name}.{next(_NUMBERS)}.parquet"
        self.con.to_parquet(table, path)
        return self.con.read_parquet(path)

    def _without_further_lines(self, bad: ibis.Table, accepted: ibis.Table, name: str) -> ibis.Table:
        """The rejected rows without the further lines of orders, which are counted as duplicates and kept as such."""
        left = self.staged(f"{name}.further", further_lines(bad.filter(bad["_only_lacks"]), accepted, KEYS[name]))
        count = int(left.count().to_pyarrow().as_py())
        if not count:
            return bad
        self.counts[name]["rejected"] -= count
        self.counts[name]["duplicates"] += count
        lines = bad.semi_join(left, "_row")
        message = with_file(lines, ibis.literal(f"a further line: another row of the file with the same {KEYS[name]} stays"))
        self.rejected.append(_rejects(lines, name, ibis.literal(FURTHER_LINE), message, lines["_raw"]))
        return bad.anti_join(left, "_row")

    def _count(self, name: str, rows: SourceRows) -> int:
        """Count the rows of a source; returns how many may be further lines of an order."""
        typed, is_good = rows.typed, rows.typed["_reason"].isnull()
        measures = {"rejected": typed.count(where=~is_good), "null_dates": typed["_null_dates"].sum(where=is_good).fill_null(0)}
        if name == "sessions":
            measures["zeroed"] = typed.count(where=is_good & typed["_zeroed"])
            measures["guests"] = typed.count(where=is_good & typed["client"].isnull())
            measures["negative_discounts"] = typed.count(where=is_good & typed["_is_negative_discount"])
        if name == "customers":
            measures["dateless"] = typed.count(where=is_good & typed["download_date"].isnull())
            measures |= {f"{EMPTY}{moment}": typed[moment].count(where=is_good) for moment in _optional_moments(self.rows.shop)}
        has_lines = name in KEYS and not self._rules(name).config.is_database
        if has_lines:
            measures["lacking"] = typed.count(where=typed["_only_lacks"])
        facts = _only_row(typed.agg(**measures))
        lacking = facts.pop("lacking", 0)
        read, rejected = rows.row_count + rows.broken_count, facts.pop("rejected") + rows.broken_count
        # Of the moments only those that no row has are said, with the number of rows that lack them.
        facts = {fact: read - rejected if fact.startswith(EMPTY) else n for fact, n in facts.items() if not (fact.startswith(EMPTY) and n)}
        self.counts[name] = {"read": read, "accepted": read - rejected, "rejected": rejected, "duplicates": 0, "orphans": 0, **facts}
        return lacking

    def _without(
        self, accepted: ibis.Table, left: ibis.Table, name: str, kind: str, message: str, *, code: str | None = None
    ) -> ibis.Table:
        """The accepted rows without those whose `_row` is in `left`, which are counted and kept as rejects."""
        count = int(left.count().to_pyarrow().as_py())
        self.counts[name][kind] += count
        self.counts[name]["accepted"] -= count
        if not count:
            return accepted
        rows = accepted.semi_join(left, "_row")
        reason, words = ibis.literal(code or kind.removesuffix("s")), with_file(rows, ibis.literal(message))
        self.rejected.append(_rejects(rows, name, reason, words, row_json(rows, self._rules(name))))
        return accepted.anti_join(left, "_row")

    def deliveries(self, sessions: ibis.Table) -> ibis.Table:
        """Deliveries of purchased sessions, one per order."""
        rows = self.source("deliveries")
        orphans = self.staged("deliveries.orphans", joins.delivery_orphans(rows, sessions))
        return self._without(rows, orphans, "deliveries", "orphans", "the order id is no purchased session")

    def basket_lines(self, sessions: ibis.Table) -> ibis.Table:
        """Basket lines of known sessions."""
        lines, rules = self.source("baskets"), self._rules("baskets")
        if has_versions(rules):
            outdated = self.staged("baskets.outdated", outdated_lines(lines, rules))
            lines = self._without(lines, outdated, "baskets", "duplicates", "later lines of the order stay")
        return self.of_sessions("baskets", lines, sessions)

    def of_sessions(self, name: str, lines: ibis.Table, sessions: ibis.Table) -> ibis.Table:
        """Rows of a source that belong to known sessions, with the month of these."""
        schema = {"baskets": BASKET_LINES, "product_activity": PRODUCT_ACTIVITY}[name].schema()
        rows = self.staged(f"{name}.lines", joins.lines_with_month(lines, sessions, self.rows.shop, schema.names))
        orphans = rows.filter(rows["month"].isnull()).select("_row")
        self._without(lines, orphans, name, "orphans", "the order id is no session")
        return rows.filter(rows["month"].notnull()).select(schema.names)

    def count_events(self) -> None:
        """Count the events that sources are built of, and keep those that were left out."""
        if self.rows.events is not None:
            self.counts[EVENTS] = dict(self.rows.events.counts)
            self.rejected.append(self.con.read_parquet(self.rows.events.rejects))

    def count_clients(self, sessions: ibis.Table, customers: ibis.Table | None) -> None:
        """Count unknown clients and late downloads (both 0 without a customers source)."""
        facts = {"unknown_clients": 0, "unknown_client_sessions": 0, "late_downloads": 0}
        if customers is not None:
            facts = _only_row(joins.client_facts(sessions, customers))
            self.counts["customers"]["late_downloads"] = facts["late_downloads"]
            self.counts["customers"]["dateless"] = facts["dateless"]
        self.counts["sessions"] |= {name: facts[name] for name in ("unknown_clients", "unknown_client_sessions")}

    def reasons(self, rejects: ibis.Table) -> dict[str, dict[str, int]]:
        """Rows that left per source and reason."""
        reasons: dict[str, dict[str, int]] = {name: {} for name in self.counts}
        table: pa.Table = rejects.group_by("source", "reason").agg(rows=rejects.count()).order_by("source", "reason").to_pyarrow()
        for row in table.to_pylist():
            reasons[row["source"]][row["reason"]] = row["rows"]
        return reasons


def _rejects(rows: ibis.Table, source: str, reason: Any, message: Any, row: Any) -> ibis.Table:
    """Rows that left, as the table of rejects has them."""
    return rows.select(source=ibis.literal(source), line=rows["_line"], reason=reason, message=message, row=row)


def _optional_moments(shop: Shop) -> list[str]:
    """The customers' steps after the download: one that nobody has ends the conversion funnel, so it is said."""
    signup = ["signup_date"] if shop.mapped("customers", "signup_date") else []
    return [*signup, *(f"actions.{name}" for name in shop.customer_actions)]


def _only_row(table: ibis.Table) -> dict[str, int]:
    return {name: int(value) for name, value in table.to_pyarrow().to_pylist()[0].items()}
