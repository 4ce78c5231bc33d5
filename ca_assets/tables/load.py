"""Sources → clean tables, in the order of REPORTS.md section 2: reject, zero, duplicates, orphans. The one entry point.

Every large step is written to the staging folder once and read lazily from there, so that memory stays bounded and no cell is
parsed twice. Belongs here: the order of steps and their counts. Rules are in `typed`, `keys` and `clean`.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import ibis
import pyarrow as pa

from ca_assets.shop import Shop
from ca_assets.sources.reading import Reading, Secret, from_environment
from ca_assets.tables import clean, keys
from ca_assets.tables.contracts import LINE_FIELDS, REJECTS_SCHEMA
from ca_assets.tables.increments import Increments
from ca_assets.tables.intake import Intake, Read, Taken
from ca_assets.tables.kept import Kept
from ca_assets.tables.typed import SourceRules, row_json

Progress = Callable[[str, int], None]
_NAMES = itertools.count()
EMPTY = "empty "
ORDER = ("sessions", "customers", "deliveries", "baskets")


@dataclass(frozen=True)
class SourceRows:
    """A source's rows in staging: `raw` as read by this load (our column names), `typed` all with the fate of each; both with `_row`."""

    raw: ibis.Table | None
    typed: ibis.Table


@dataclass(frozen=True)
class CleanTables:
    """Lazy tables in the contracts' schemas over files in staging, which must stay until they have been read.

    `counts` per source: read = accepted + rejected + duplicates + orphans; sessions also `zeroed`, `unknown_clients`,
    `unknown_client_sessions`; customers also `late_downloads`. `reasons` per source: code → rows that left. Both are of all rows, however
    many of them this load read: that is in `reads`. `copies`: what to keep for the next load, once this one is published.
    """

    orders: ibis.Table
    downloads: ibis.Table
    basket_lines: ibis.Table | None
    rejects: ibis.Table
    counts: dict[str, dict[str, int]]
    reasons: dict[str, dict[str, int]]
    reads: dict[str, Read] = field(default_factory=dict)
    copies: dict[str, Kept] = field(default_factory=dict)
    rows: dict[str, SourceRows] = field(default_factory=dict)


@dataclass(frozen=True)
class Sources:
    """The sources of a shop, taken in."""

    shop: Shop
    taken: dict[str, Taken]

    @property
    def is_unchanged(self) -> bool:
        """Whether no row of any source differs from what the copies hold."""
        return all(each.is_unchanged for each in self.taken.values())

    @property
    def reads(self) -> dict[str, Read]:
        """What was read of each source."""
        return {name: each.read for name, each in self.taken.items()}

    @property
    def rows(self) -> dict[str, SourceRows]:
        """Their rows as read and as typed."""
        return {name: SourceRows(each.raw, each.rows) for name, each in self.taken.items()}

    @property
    def copies(self) -> dict[str, Kept]:
        """What to keep of each source that can be kept."""
        return {name: each.kept for name, each in self.taken.items() if each.kept is not None}


def take_sources(shop: Shop, con: ibis.BaseBackend, reading: Reading, increments: Increments | None = None) -> Sources:
    """Read the sources of `shop`; without `increments` all rows. SourceError (with a message for the user) when one cannot be used."""
    intake = Intake(shop, con, reading, increments)
    configs = {name: getattr(shop.sources, name) for name in ORDER}
    return Sources(shop, {name: intake.take(name, config) for name, config in configs.items() if config is not None})


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
    return clean_tables(take_sources(shop, con, Reading(shop.folder, staging, progress, secret), increments), con, staging)


def clean_tables(sources: Sources, con: ibis.BaseBackend, staging: Path) -> CleanTables:
    """Clean what was taken in with engine `con`; scratch files go to `staging`."""
    shop, build = sources.shop, _Build(sources, con, staging)
    sessions = build.source("sessions")
    customers = build.source("customers") if shop.sources.customers else None
    deliveries = build.deliveries(sessions) if shop.sources.deliveries else None
    lines = build.lines(sessions) if shop.sources.baskets else None
    orders = clean.orders(sessions, deliveries, shop)
    if deliveries is not None:
        orders = build.staged("orders", orders)
    build.client_facts(sessions, customers)
    rejects = build.rejects()
    downloads = clean.downloads(customers, sessions, shop)
    facts = (build.counts, build.reasons(rejects), sources.reads, sources.copies, sources.rows)
    return CleanTables(orders, downloads, lines, rejects, *facts)


@dataclass
class _Build:
    sources: Sources
    con: ibis.BaseBackend
    staging: Path
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    left: list[ibis.Table] = field(default_factory=list)

    @property
    def shop(self) -> Shop:
        return self.sources.shop

    def source(self, name: str) -> ibis.Table:
        """The accepted rows of a source, one per key."""
        taken = self.sources.taken[name]
        self._count(name, taken)
        self._keep_rejected(name, taken)
        accepted = taken.rows.filter(taken.rows["_reason"].isnull())
        return self._one_per_key(accepted, self._rules(name)) if name in keys.KEYS else accepted

    def _rules(self, name: str) -> SourceRules:
        return SourceRules(name, getattr(self.shop.sources, name), self.shop)

    def staged(self, name: str, table: ibis.Table) -> ibis.Table:
        """The table written to staging and read from there."""
        path = self.staging / f"{name}.{next(_NAMES)}.parquet"
        self.con.to_parquet(table, path)
        return self.con.read_parquet(path)

    def _count(self, name: str, taken: Taken) -> None:
        rows = taken.rows
        wanted = {"rejected": rows.count(where=rows["_reason"].notnull())}
        if name == "sessions":
            wanted["zeroed"] = rows.count(where=rows["_reason"].isnull() & rows["_zeroed"])
        if name == "customers":
            wanted |= {f"{EMPTY}{moment}": rows[moment].count(where=rows["_reason"].isnull()) for moment in _optional_moments(self.shop)}
        found = _only_row(rows.agg(**wanted))
        rejected = found.pop("rejected") + taken.broken_count
        read = taken.row_count + taken.broken_count
        # Of the moments only those that no row has are kept, with the number of rows that lack them.
        found = {fact: read - rejected if fact.startswith(EMPTY) else n for fact, n in found.items() if not (fact.startswith(EMPTY) and n)}
        self.counts[name] = {"read": read, "accepted": read - rejected, "rejected": rejected, "duplicates": 0, "orphans": 0, **found}

    def _keep_rejected(self, name: str, taken: Taken) -> None:
        bad = taken.rows.filter(taken.rows["_reason"].notnull())
        self.left += taken.broken
        self.left.append(
            bad.select(source=ibis.literal(name), line=bad["_line"], reason=bad["_reason"], message=bad["_message"], row=bad["_raw"])
        )

    def _one_per_key(self, accepted: ibis.Table, rules: SourceRules) -> ibis.Table:
        losers = self.staged(f"{rules.name}.duplicates", keys.losers(accepted, rules))
        message = f"another row with the same {keys.KEYS[rules.name]} stays"
        return self._without(accepted, losers, rules.name, "duplicates", message)

    def _without(self, accepted: ibis.Table, gone: ibis.Table, name: str, kind: str, message: str) -> ibis.Table:
        """The accepted rows without those whose `_row` is in `gone`, which are counted and kept as rejects."""
        count = int(gone.count().to_pyarrow().as_py())
        self.counts[name][kind] = count
        self.counts[name]["accepted"] -= count
        if not count:
            return accepted
        found = accepted.semi_join(gone, "_row")
        text = ibis.ifelse(found["_file"].isnull(), message, found["_file"] + ": " + message)
        reason = ibis.literal(kind.removesuffix("s"))
        row = row_json(found, self._rules(name))
        self.left.append(found.select(source=ibis.literal(name), line=found["_line"], reason=reason, message=text, row=row))
        return accepted.anti_join(gone, "_row")

    def deliveries(self, sessions: ibis.Table) -> ibis.Table:
        """Deliveries of purchased sessions, one per order."""
        rows = self.source("deliveries")
        orphans = self.staged("deliveries.orphans", clean.delivery_orphans(rows, sessions))
        return self._without(rows, orphans, "deliveries", "orphans", "the order id is no purchased session")

    def lines(self, sessions: ibis.Table) -> ibis.Table:
        """Basket lines of known sessions."""
        lines = self.source("baskets")
        rows = self.staged("lines", clean.lines_with_month(lines, sessions, self.shop))
        orphans = rows.filter(rows["month"].isnull()).select("_row")
        self._without(lines, orphans, "baskets", "orphans", "the order id is no session")
        return rows.filter(rows["month"].notnull()).select([*(f.name for f in LINE_FIELDS), "month"])

    def client_facts(self, sessions: ibis.Table, customers: ibis.Table | None) -> None:
        """Count unknown clients and late downloads (both 0 without a customers source)."""
        facts = {"unknown_clients": 0, "unknown_client_sessions": 0, "late_downloads": 0}
        if customers is not None:
            facts = _only_row(clean.client_facts(sessions, customers))
            self.counts["customers"]["late_downloads"] = facts["late_downloads"]
        self.counts["sessions"] |= {name: facts[name] for name in ("unknown_clients", "unknown_client_sessions")}

    def rejects(self) -> ibis.Table:
        """Everything that left, in the contract's schema."""
        return self.staged("rejects", ibis.union(*(table.select(REJECTS_SCHEMA.names) for table in self.left)))

    def reasons(self, rejects: ibis.Table) -> dict[str, dict[str, int]]:
        """Rows that left per source and reason."""
        found: dict[str, dict[str, int]] = {name: {} for name in self.counts}
        table: pa.Table = rejects.group_by("source", "reason").agg(rows=rejects.count()).order_by("source", "reason").to_pyarrow()
        for each in table.to_pylist():
            found[each["source"]][each["reason"]] = each["rows"]
        return found


def _optional_moments(shop: Shop) -> list[str]:
    """The customers' steps after the download: one that nobody has ends the conversion funnel, so it is said."""
    signup = ["signup_date"] if shop.mapped("customers", "signup_date") else []
    return [*signup, *(f"actions.{name}" for name in shop.customer_actions)]


def _only_row(table: ibis.Table) -> dict[str, int]:
    return {name: int(value) for name, value in table.to_pyarrow().to_pylist()[0].items()}
