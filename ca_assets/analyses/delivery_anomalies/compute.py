"""Deliveries (docs/contract, section 15): how the family is put together, by dimension and window.

Belongs here: which reports exist, and of which deliveries each window is made. Figures are in `measures`, `totals` and `lateness`.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ca_assets.analyses.core.base import Base
from ca_assets.analyses.core.calendar import periods
from ca_assets.analyses.core.context import Context
from ca_assets.analyses.core.family import Inputs, Result
from ca_assets.analyses.core.report_set import build_report_set, existing_reports
from ca_assets.analyses.core.rows import Labels, Values, rows
from ca_assets.analyses.delivery_anomalies.lateness import Lateness
from ca_assets.analyses.delivery_anomalies.measures import SCORED, GroupScores, Measures, Scopes
from ca_assets.analyses.delivery_anomalies.orders import Orders, has_coordinates, load_orders, mapped_durations, scope_orders
from ca_assets.analyses.delivery_anomalies.specs import NAME, REPORTS, SPECS
from ca_assets.analyses.delivery_anomalies.tables import Places, Transactions, Verdicts, abnormal_customers, locations, weekday_hour
from ca_assets.analyses.delivery_anomalies.totals import daily, totals
from ca_assets.contracts.report_path import WINDOW_DAYS, window_suffix
from ca_assets.models.delivery.autoencoder import Autoencoder, train

Pieces = dict[str, list[pa.Table]]
EPOCH_INSTANT = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Networks:
    """Of locations and of customers; None where there are too few of them, or one duration only."""

    places: Autoencoder | None
    clients: Autoencoder | None


def run(inputs: Inputs, context: Context) -> Result:
    """All reports that the mapping allows, in every scope and window; of a range those that have windows."""
    base = inputs.base
    types = {spec.type for spec in existing_reports(REPORTS, context)}
    if not types:
        return Result(build_report_set(NAME, base, {}), "no deliveries mapped")
    family = Deliveries(base, scope_orders(base), (base.whole or base).shared(make_networks), types)
    pieces, counts = family.windows()
    if not context.is_range:
        pieces["daily"] = family.daily()
    tables = {type_: pa.concat_tables(parts) for type_, parts in pieces.items()}
    reports = build_report_set(NAME, base, tables)
    zero = {name: int(number) for name, number in zip(base.scopes.names, family.zero_coordinates(), strict=True)}
    reports = replace(reports, meta={**reports.meta, "abnormal_transactions": counts, "zero_coordinates": zero})
    return Result(reports, f"{int(family.orders.is_delivered.sum()):,} deliveries")


def make_networks(base: Base) -> Networks:
    """Trained on the whole shop's locations and customers, so that each scope and window is held against the same pattern."""
    orders, durations = base.shared(load_orders), mapped_durations(base.context.shop)
    if len(set(durations) & set(SCORED)) < 2:
        return Networks(None, None)
    measures = Measures(Scopes(orders, "scope_all", np.zeros(1, dtype=np.int64), 1), orders.is_delivered, durations)
    return Networks(_trained(measures.places), _trained(measures.clients))


def _trained(scores: GroupScores) -> Autoencoder | None:
    matrix = scores.matrix[scores.has_enough]
    return train(matrix[~np.isnan(matrix).all(axis=1)])


@dataclass(frozen=True)
class Deliveries:
    """The orders of base tables (of a range: of its scope), and what of the family exists."""

    base: Base
    orders: Orders
    networks: Networks
    types: set[str]

    @property
    def last_day(self) -> int:
        """The report's day, since the session range began."""
        return self.base.session_days.days - 1

    def dimensions(self) -> list[Scopes]:
        """The scopes of each dimension."""
        names, dimensions = self.base.scopes.names, () if self.base.scopes.only else self.base.scopes.dimensions
        own = {"scope_all": np.zeros(1, dtype=np.int64)}
        own |= {d.column: np.arange(d.first, d.first + len(d.labels)) for d in dimensions}
        return [Scopes(self.orders, column, own[column], len(names)) for column in self.base.scopes.columns]

    def windows(self) -> tuple[Pieces, dict[str, dict[str, int]]]:
        """Reports with windows, in pieces by dimension; and how many abnormal transactions there are, by window's suffix and scope."""
        context, names = self.base.context, self.base.scopes.names
        days = (context.range_days,) if context.is_range else (None, *(WINDOW_DAYS if context.windows else ()))
        suffixes = {"" if context.is_range else window_suffix(n): n for n in days}
        pieces: Pieces = defaultdict(list)
        transactions: dict[str, list[Transactions]] = defaultdict(list)
        for scopes in self.dimensions():
            lateness = Lateness(scopes, self._as_of(), context.shop.mapped("sessions", "refund_amount"))
            for suffix, length in suffixes.items():
                for type_, table in self._window(scopes, lateness, length, transactions[suffix]).items():
                    if type_ in self.types and (context.is_range or length is None or length in SPECS[type_].windows):
                        pieces[f"{type_}{suffix}"].append(table)
        places = Places.of(self.orders)
        counts = {}
        for suffix, parts in transactions.items():
            found = Transactions.joined(parts)
            counts[suffix] = found.counts(names)
            pieces[f"abnormal_transactions{suffix}"].append(found.table(names, self.orders, places, has_coordinates(context.shop)))
        return dict(pieces), counts

    def _as_of(self) -> int:
        as_of = self.base.context.as_of
        if as_of is None:
            raise LookupError("no session is known as of the report date")
        return (as_of - EPOCH_INSTANT) // dt.timedelta(microseconds=1)

    def _window(self, scopes: Scopes, lateness: Lateness, length: int | None, found: list[Transactions]) -> dict[str, pa.Table]:
        """The reports of one dimension and window but the transactions, which are added to `found`."""
        orders, names, shop = self.orders, self.base.scopes.names, self.base.context.shop
        known, ordered = orders.is_delivered, np.ones(len(orders), dtype=bool)
        if length is not None:
            first = self.last_day - length
            known = known & (orders.delivered_day > first)
            ordered = (orders.ordered_day > first) & (orders.ordered_day <= self.last_day)
        measures = Measures(scopes, known, mapped_durations(shop))
        places = Verdicts(measures.places, *measures.places.scored(self.networks.places))
        clients = Verdicts(measures.clients, *measures.clients.scored(self.networks.clients))
        found.append(Transactions.of(measures, places, clients))
        where = Places.of(orders)
        tables = {
            "kpis": self._kpis(measures),
            "totals": self._totals(scopes, known, ordered),
            "abnormal_customers": abnormal_customers(names, clients, (self.base.whole or self.base).customers),
            "lateness": rows(SPECS["lateness"], names, scopes.own[:, None], (len(scopes.own), 2), lateness.columns(known)),
        }
        for duration in measures.durations:
            tables[f"{duration}_weekday_hour"] = weekday_hour(names, measures, duration)
            tables[f"{duration}_locations"] = locations(names, places, where, duration)
        return tables

    def _kpis(self, measures: Measures) -> pa.Table:
        own, durations = measures.scopes.own, measures.durations

        def column(name: str) -> NDArray[Any]:
            return np.stack([getattr(measures.kpis[duration], name)[own] for duration in durations], axis=1)

        columns: dict[str, Values] = {
            "duration": Labels(durations, np.arange(len(durations))),
            "deliveries": column("deliveries"),
            "impossible": column("impossible"),
            "mean_minutes": column("mean"),
            "p50_minutes": column("median"),
            "p90_minutes": column("p90"),
        }
        return rows(SPECS["kpis"], self.base.scopes.names, own[:, None], (len(own), len(durations)), columns)

    def _totals(self, scopes: Scopes, known: NDArray[np.bool_], ordered: NDArray[np.bool_]) -> pa.Table:
        shop = self.base.context.shop
        columns = totals(scopes, known, ordered, has_coordinates(shop), shop.mapped("deliveries", "promised_date"))
        columns["report_date"] = np.datetime64(self.base.session_days.last, "D")  # type: ignore[assignment]
        return rows(SPECS["totals"], self.base.scopes.names, scopes.own, scopes.own.shape, columns)

    def daily(self) -> list[pa.Table]:
        """The series, in pieces by dimension."""
        days, shop = self.base.session_days, self.base.context.shop
        span, has_promise = periods(days, "daily", shop.calendar), shop.mapped("deliveries", "promised_date")
        names = self.base.scopes.names
        return [
            rows(SPECS["daily"], names, each.own[:, None], (len(each.own), len(span)), daily(each, span, days.days, has_promise))
            for each in self.dimensions()
        ]

    def zero_coordinates(self) -> NDArray[Any]:
        """Known deliveries by scope whose coordinates were (0, 0)."""
        numbers = [
            np.bincount(each.scope[self.orders.is_delivered & self.orders.is_zero], minlength=each.count) for each in self.dimensions()
        ]
        result: NDArray[Any] = np.sum(numbers, axis=0)
        return result
