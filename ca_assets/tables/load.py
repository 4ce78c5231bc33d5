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

from ca_assets.shop import Shop, SourceConfig
from ca_assets.sources.open import open_source
from ca_assets.sources.reading import Reading, Secret, from_environment
from ca_assets.sources.staging import RawSource
from ca_assets.tables import clean, keys
from ca_assets.tables.contracts import REJECTS_SCHEMA, SOURCE_FIELDS
from ca_assets.tables.typed import SourceRules, judged, raw_json, texts, typed, values

Progress = Callable[[str, int], None]
_NAMES = itertools.count()
EMPTY = "empty "


@dataclass(frozen=True)
class CleanTables:
    """Lazy tables in the contracts' schemas over files in staging, which must stay until they have been read.

    `counts` per source: read = accepted + rejected + duplicates + orphans; sessions also `zeroed`, `unknown_clients`,
    `unknown_client_sessions`; customers also `late_downloads`. `reasons` per source: code → rows that left.
    """

    orders: ibis.Table
    downloads: ibis.Table
    basket_lines: ibis.Table | None
    rejects: ibis.Table
    counts: dict[str, dict[str, int]]
    reasons: dict[str, dict[str, int]]


def build_tables(
    shop: Shop, con: ibis.BaseBackend, staging: Path, progress: Progress | None = None, secret: Secret = from_environment
) -> CleanTables:
    """Read all sources of `shop` and clean them with engine `con`; scratch files go to `staging`.

    `progress(source, rows read so far)`. SourceError (with a message for the user) when a source cannot be used.
    """
    build = _Build(shop, con, staging, Reading(shop.folder, staging, progress, secret))
    sessions = build.source("sessions", shop.sources.sessions)
    customers = build.source("customers", shop.sources.customers) if shop.sources.customers else None
    deliveries = build.deliveries(shop.sources.deliveries, sessions) if shop.sources.deliveries else None
    lines = build.lines(shop.sources.baskets, sessions) if shop.sources.baskets else None
    orders = clean.orders(sessions, deliveries, shop)
    if deliveries is not None:
        orders = build.staged("orders", orders)
    build.client_facts(sessions, customers)
    rejects = build.rejects()
    downloads = clean.downloads(customers, sessions, shop)
    return CleanTables(orders, downloads, lines, rejects, build.counts, build.reasons(rejects))


@dataclass
class _Build:
    shop: Shop
    con: ibis.BaseBackend
    staging: Path
    reading: Reading
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    left: list[ibis.Table] = field(default_factory=list)
    opened: dict[str, tuple[SourceRules, ibis.Table]] = field(default_factory=dict)

    def source(self, name: str, config: SourceConfig) -> ibis.Table:
        """The accepted rows of a source, one per key."""
        raw = open_source(name, config, self.reading)
        rules = SourceRules(name, config, self.shop)
        table = self.con.read_parquet(raw.path)
        self.opened[name] = (rules, table)
        rows = self.staged(name, self._typed(table, rules))
        self._count(raw, rows)
        accepted = rows.filter(rows["_reason"].isnull())
        self._keep_rejected(raw, rows)
        return self._one_per_key(accepted, rules) if name in keys.KEYS else accepted

    def _typed(self, table: ibis.Table, rules: SourceRules) -> ibis.Table:
        # Views keep the steps apart: Ibis would merge them into one and write each parse out once per use.
        for step in (texts, values, judged):
            table = self.con.create_view(f"ca_{step.__name__}_{next(_NAMES)}", step(table, rules))
        return typed(table, rules)

    def staged(self, name: str, table: ibis.Table) -> ibis.Table:
        """The table written to staging and read from there."""
        path = self.staging / f"{name}.{next(_NAMES)}.parquet"
        self.con.to_parquet(table, path)
        return self.con.read_parquet(path)

    def _count(self, raw: RawSource, rows: ibis.Table) -> None:
        wanted = {"rejected": rows.count(where=rows["_reason"].notnull())}
        if raw.name == "sessions":
            wanted["zeroed"] = rows.count(where=rows["_reason"].isnull() & rows["_zeroed"])
        if raw.name == "customers":
            wanted |= {f"{EMPTY}{name}": rows[name].count(where=rows["_reason"].isnull()) for name in _optional_moments(self.shop)}
        found = _only_row(rows.agg(**wanted))
        rejected = found.pop("rejected") + raw.broken_rows
        read = raw.rows + raw.broken_rows
        # Of the moments only those that no row has are kept, with the number of rows that lack them.
        found = {name: read - rejected if name.startswith(EMPTY) else n for name, n in found.items() if not (name.startswith(EMPTY) and n)}
        self.counts[raw.name] = {"read": read, "accepted": read - rejected, "rejected": rejected, "duplicates": 0, "orphans": 0, **found}

    def _keep_rejected(self, raw: RawSource, rows: ibis.Table) -> None:
        bad = rows.filter(rows["_reason"].notnull())
        self.left.append(self.con.read_parquet(raw.broken))
        self.left.append(
            bad.select(source=ibis.literal(raw.name), line=bad["_line"], reason=bad["_reason"], message=bad["_message"], row=bad["_raw"])
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
        rules, raw = self.opened[name]
        found = raw.semi_join(gone, "_row")
        text = ibis.ifelse(found["_file"].isnull(), message, found["_file"] + ": " + message)
        reason = ibis.literal(kind.removesuffix("s"))
        row = raw_json(found, rules)
        self.left.append(found.select(source=ibis.literal(name), line=found["_line"], reason=reason, message=text, row=row))
        return accepted.anti_join(gone, "_row")

    def deliveries(self, config: SourceConfig, sessions: ibis.Table) -> ibis.Table:
        """Deliveries of purchased sessions, one per order."""
        rows = self.source("deliveries", config)
        orphans = self.staged("deliveries.orphans", clean.delivery_orphans(rows, sessions))
        return self._without(rows, orphans, "deliveries", "orphans", "the order id is no purchased session")

    def lines(self, config: SourceConfig, sessions: ibis.Table) -> ibis.Table:
        """Basket lines of known sessions."""
        rows = self.staged("lines", clean.lines_with_month(self.source("baskets", config), sessions, self.shop))
        orphans = rows.filter(rows["month"].isnull()).select("_row")
        self._without(rows, orphans, "baskets", "orphans", "the order id is no session")
        return rows.filter(rows["month"].notnull()).select([*(f.name for f in SOURCE_FIELDS["baskets"]), "month"])

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
