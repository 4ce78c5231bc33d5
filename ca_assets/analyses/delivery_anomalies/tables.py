"""Rows of the reports of cells, locations, customers and transactions, from the measures of one dimension and window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ca_assets.analyses.core.rows import Labels, Values, rows
from ca_assets.analyses.delivery_anomalies.geohash import centres, texts
from ca_assets.analyses.delivery_anomalies.grouped import Floats
from ca_assets.analyses.delivery_anomalies.measures import CELL_LIMIT, GROUP_LIMIT, SCORED, GroupScores, Measures, shading
from ca_assets.analyses.delivery_anomalies.orders import HOURS_OF_WEEK, Orders
from ca_assets.analyses.delivery_anomalies.specs import SPECS

MOST_TRANSACTIONS = 10_000
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Verdicts:
    """Scores of locations or customers, and which are abnormal."""

    scores: GroupScores
    score: Floats
    is_abnormal: Flags


@dataclass(frozen=True)
class Places:
    """Texts and middles of the locations, by number."""

    texts: list[str]
    latitude: Floats
    longitude: Floats

    @classmethod
    def of(cls, orders: Orders) -> Places:
        """Those of the orders."""
        return cls(texts(orders.geohashes), *centres(orders.geohashes))


def weekday_hour(names: Sequence[str], measures: Measures, duration: str) -> pa.Table:
    """168 rows for each own scope."""
    groups, z = measures.cells[duration], measures.cell_z[duration]
    own = measures.scopes.own
    shape = (len(own), HOURS_OF_WEEK)

    def by_scope(values: NDArray[Any]) -> NDArray[Any]:
        cells: NDArray[Any] = values.reshape(-1, HOURS_OF_WEEK)[own]
        return cells

    columns: dict[str, Values] = {
        "weekday": np.arange(HOURS_OF_WEEK) // 24 + 1,
        "hour": np.arange(HOURS_OF_WEEK) % 24,
        "deliveries": by_scope(groups.count),
        "mean_minutes": by_scope(groups.plain),
        "normalised": by_scope(shading(groups)),
        "robust_z": by_scope(z),
        "is_abnormal": by_scope(z > CELL_LIMIT),
    }
    return rows(SPECS[f"{duration}_weekday_hour"], names, own[:, None], shape, columns)


def locations(names: Sequence[str], verdicts: Verdicts, places: Places, duration: str) -> pa.Table:
    """A row per scope and location with a possible duration."""
    groups, z = verdicts.scores.means[duration], verdicts.scores.z[duration]
    there = groups.count > 0
    number, scope = verdicts.scores.pairs.group[there], verdicts.scores.pairs.scope[there]
    score, is_abnormal = verdicts.score, verdicts.is_abnormal
    if duration not in SCORED:
        score, is_abnormal = z, (groups.count >= 3) & (z > GROUP_LIMIT)
    columns: dict[str, Values] = {
        "geohash": Labels(places.texts, number),
        "latitude": places.latitude[number],
        "longitude": places.longitude[number],
        "deliveries": groups.count[there],
        "mean_minutes": groups.plain[there],
        "z": z[there],
        "score": score[there],
        "is_abnormal": is_abnormal[there],
    }
    return rows(SPECS[f"{duration}_locations"], names, scope, scope.shape, columns)


def abnormal_customers(names: Sequence[str], verdicts: Verdicts, customers: ibis.Table) -> pa.Table:
    """A row per scope and abnormal customer; `customers` has key and client."""
    chosen = np.flatnonzero(verdicts.is_abnormal)
    scores, keys = verdicts.scores, verdicts.scores.pairs.group[chosen]
    nothing = np.full(len(chosen), np.nan)
    columns: dict[str, Values] = {"client": _clients(keys, customers), "deliveries": scores.known[chosen], "score": verdicts.score[chosen]}
    for name in SCORED:
        columns[f"{name}_minutes"] = scores.means[name].plain[chosen] if name in scores.means else nothing
        columns[f"z_{name}"] = scores.z[name][chosen] if name in scores.z else nothing
    return rows(SPECS["abnormal_customers"], names, scores.pairs.scope[chosen], chosen.shape, columns)


def _clients(keys: NDArray[Any], customers: ibis.Table) -> Labels:
    distinct, place = np.unique(keys, return_inverse=True)
    wanted = ibis.memtable(pa.table({"key": pa.array(distinct, pa.int32())}))
    known = customers.select("key", "client").semi_join(wanted, "key").to_pyarrow().sort_by("key")
    return Labels(known["client"].to_pylist(), place)


@dataclass(frozen=True)
class Transactions:
    """Abnormal deliveries of some scopes: positions in the orders, scope numbers, flags and rule."""

    order: NDArray[Any]
    scope: NDArray[Any]
    is_location: Flags
    is_customer: Flags

    @classmethod
    def of(cls, measures: Measures, places: Verdicts, clients: Verdicts) -> Transactions:
        """Those of a window."""
        scopes = measures.scopes
        cell = scopes.scope.astype(np.int64) * HOURS_OF_WEEK + scopes.orders.cell
        in_cell = np.flatnonzero(measures.known & measures.is_abnormal_cell[cell])
        slow_place, slow_client = (_flagged(verdicts, in_cell) for verdicts in (places, clients))
        chosen = slow_place | slow_client
        order = in_cell[chosen]
        return cls(order, scopes.scope[order], slow_place[chosen], slow_client[chosen])

    @classmethod
    def joined(cls, parts: Sequence[Transactions]) -> Transactions:
        """Of all dimensions."""
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("order", "scope", "is_location", "is_customer")))

    def counts(self, names: Sequence[str]) -> dict[str, int]:
        """How many there are, by scope."""
        numbers = np.bincount(self.scope, minlength=len(names)).tolist()
        return dict(zip(names, numbers, strict=True))

    def table(self, names: Sequence[str], orders: Orders, places: Places, has_places: bool) -> pa.Table:
        """The newest 10,000 of each scope."""
        ids, clients = _texts(orders, self.order)
        by_age = np.lexsort((ids.codes, -orders.ordered[self.order], self.scope))
        rank = np.arange(len(by_age)) - np.searchsorted(self.scope[by_age], self.scope[by_age])
        kept = by_age[rank < MOST_TRANSACTIONS]
        position = self.order[kept]
        number = orders.place[position]
        is_location = self.is_location[kept]
        columns: dict[str, Values] = {
            "id": Labels(ids.texts, ids.codes[kept]),
            "client": Labels(clients.texts, clients.codes[kept]),
            "ordered_at": orders.ordered[position].astype("M8[us]"),
            "geohash": Labels([*places.texts, None], np.where(number < 0, len(places.texts), number)),  # type: ignore[list-item]
            **{f"{name}_minutes": _possible(orders.minutes[name][position]) for name in SCORED},
            "is_location": is_location if has_places else np.full(len(kept), np.nan),
            "is_customer": self.is_customer[kept],
            "rule": np.where(is_location & self.is_customer[kept], 1, 2),
        }
        return rows(SPECS["abnormal_transactions"], names, self.scope[kept], kept.shape, columns)


def _flagged(verdicts: Verdicts, order: NDArray[Any]) -> Flags:
    pair = verdicts.scores.pairs.of_order[order]
    flags: Flags = np.append(verdicts.is_abnormal, False)[pair]  # -1: none
    return flags


def _possible(minutes: Floats) -> Floats:
    return np.where(minutes >= 0, minutes, np.nan)


def _texts(orders: Orders, position: NDArray[Any]) -> tuple[Labels, Labels]:
    """Ids, coded in text order, and clients of some orders."""
    distinct, place = np.unique(orders.row[position], return_inverse=True)
    wanted = ibis.memtable(pa.table({"row": pa.array(distinct, pa.int64())}))
    found = orders.table.select("row", "id", "client").semi_join(wanted, "row").to_pyarrow().sort_by("row")
    ids = found["id"].to_pylist()
    ranked = sorted(ids)
    number = {text: i for i, text in enumerate(ranked)}
    codes = np.array([number[text] for text in ids], dtype=np.int64)
    return Labels(ranked, codes[place]), Labels(found["client"].to_pylist(), place)
