"""How slow cells, locations and customers are, in all scopes of one dimension and one window (docs/contract, section 15).

Belongs here: which deliveries are compared with which. The formulas are in `grouped`, the reports' rows in `tables`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ca_assets.analyses.delivery_anomalies.grouped import (
    GroupMeans,
    cell_z,
    divided,
    group_means,
    quantiles,
    robust_z,
    shrunken_z,
)
from ca_assets.analyses.delivery_anomalies.orders import HOURS_OF_WEEK, Orders
from ca_assets.models.delivery.autoencoder import Autoencoder

Floats = NDArray[np.float64]
SCORED = ("deliver", "prepare", "ride")  # durations that say whether a place or a customer is slow
CELL_LIMIT, GROUP_LIMIT, SUPPORT = 4.0, 3.5, 2.0
FEWEST_DELIVERIES = 3


@dataclass(frozen=True)
class Pairs:
    """The pairs of a scope and a group (a location, a customer) that occur; `of_order`: each order's pair, -1 for none."""

    of_order: NDArray[Any]
    scope: NDArray[Any]
    group: NDArray[Any]

    @classmethod
    def of(cls, scope: NDArray[Any], group: NDArray[Any], is_counted: NDArray[np.bool_]) -> Pairs:
        """Of the orders that count. Groups are numbers from 0, -1 for none."""
        chosen = is_counted & (group >= 0)
        groups = int(group.max(initial=0)) + 1
        codes, place = np.unique(scope[chosen].astype(np.int64) * groups + group[chosen], return_inverse=True)
        of_order = np.full(len(scope), -1, dtype=np.int64)
        of_order[chosen] = place
        return cls(of_order, codes // groups, codes % groups)

    def __len__(self) -> int:
        return len(self.scope)


@dataclass(frozen=True)
class Scopes:
    """Orders by the scopes of one dimension (`column`), which have the numbers `own`; `count`: scopes of the shop."""

    orders: Orders
    column: str
    own: NDArray[Any]
    count: int

    @cached_property
    def scope(self) -> NDArray[Any]:
        """Scope number of each order."""
        return self.orders.scopes[self.column]

    @cached_property
    def places(self) -> Pairs:
        """With locations."""
        return Pairs.of(self.scope, self.orders.place, self.orders.is_delivered)

    @cached_property
    def clients(self) -> Pairs:
        """With customers, also those to whom nothing was delivered yet."""
        return Pairs.of(self.scope, self.orders.client, np.ones(len(self.orders), dtype=bool))

    @cached_property
    def sorted_rows(self) -> dict[str, NDArray[Any]]:
        """By duration the orders for which it is possible, by scope, then by its length."""
        ascending = self.orders.ascending
        return {name: rows[np.argsort(self.scope[rows], kind="stable")] if len(self.own) > 1 else rows for name, rows in ascending.items()}

    @property
    def cell_scope(self) -> NDArray[Any]:
        """The scope of each cell, of all scopes of the shop."""
        return np.repeat(np.arange(self.count), HOURS_OF_WEEK)


@dataclass(frozen=True)
class Kpis:
    """Of one duration, by scope."""

    deliveries: NDArray[Any]
    impossible: NDArray[Any]
    mean: Floats
    median: Floats
    p90: Floats


@dataclass(frozen=True)
class Measures:
    """Of a window: by duration figures of scopes, cells, and pairs of places and of customers; `known`: the deliveries it is made of."""

    scopes: Scopes
    known: NDArray[np.bool_]
    durations: tuple[str, ...]

    @cached_property
    def rows(self) -> dict[str, NDArray[Any]]:
        """By duration the orders of the window, sorted."""
        return {name: rows[self.known[rows]] for name, rows in self.scopes.sorted_rows.items() if name in self.durations}

    @cached_property
    def kpis(self) -> dict[str, Kpis]:
        """By duration."""
        scope, count = self.scopes.scope, self.scopes.count
        figures = {}
        for name, rows in self.rows.items():
            minutes, number = self.scopes.orders.minutes[name], np.bincount(scope[rows], minlength=count)
            impossible = np.bincount(scope[self.known & (minutes < 0)], minlength=count)
            mean = divided(np.bincount(scope[rows], weights=minutes[rows], minlength=count), number)
            figures[name] = Kpis(number, impossible, mean, *(quantiles(minutes[rows], number, share) for share in (0.5, 0.9)))
        return figures

    @cached_property
    def cells(self) -> dict[str, GroupMeans]:
        """By duration: scope × weekday and hour."""
        group = self.scopes.scope.astype(np.int64) * HOURS_OF_WEEK + self.scopes.orders.cell
        return {name: self._means(name, group, self.scopes.cell_scope) for name in self.rows}

    @cached_property
    def cell_z(self) -> dict[str, Floats]:
        """By duration."""
        return {name: cell_z(groups) for name, groups in self.cells.items()}

    @cached_property
    def is_abnormal_cell(self) -> NDArray[np.bool_]:
        """Cells that are abnormal in deliver, prepare or ride."""
        flags = np.zeros(self.scopes.count * HOURS_OF_WEEK, dtype=bool)
        for name in SCORED:
            if name in self.cell_z:
                flags |= self.cell_z[name] > CELL_LIMIT  # NaN is not
        return flags

    @cached_property
    def places(self) -> GroupScores:
        """Of the pairs of scopes and locations."""
        return self._scores(self.scopes.places)

    @cached_property
    def clients(self) -> GroupScores:
        """Of the pairs of scopes and customers."""
        return self._scores(self.scopes.clients)

    def _scores(self, pairs: Pairs) -> GroupScores:
        of_order = pairs.of_order[self.known]
        known = np.bincount(of_order[of_order >= 0], minlength=len(pairs))
        means = {name: self._means(name, pairs.of_order, pairs.scope) for name in self.rows}
        return GroupScores(pairs, self.scopes.count, known, means, {name: shrunken_z(groups) for name, groups in means.items()})

    def _means(self, duration: str, group: NDArray[Any], scope_of_group: NDArray[Any]) -> GroupMeans:
        rows = self.rows[duration]
        rows = rows[group[rows] >= 0]
        return group_means(group[rows], scope_of_group, self.scopes.orders.minutes[duration][rows], self.scopes.count)


@dataclass(frozen=True)
class GroupScores:
    """Locations or customers: `known` deliveries, means and z by duration."""

    pairs: Pairs
    scopes: int
    known: NDArray[Any]
    means: dict[str, GroupMeans]
    z: dict[str, Floats]

    @property
    def matrix(self) -> Floats:
        """z of deliver, prepare and ride (pairs × 3), NaN where there is none."""
        return np.stack([self.z.get(name, np.full(len(self.pairs), np.nan)) for name in SCORED], axis=1)

    @property
    def largest(self) -> Floats:
        """The largest z of the three."""
        largest: Floats = np.fmax.reduce(self.matrix, axis=1, initial=np.nan)
        return largest

    @property
    def has_enough(self) -> NDArray[np.bool_]:
        """Whether there are three known deliveries."""
        enough: NDArray[np.bool_] = self.known >= FEWEST_DELIVERIES
        return enough

    def scored(self, network: Autoencoder | None) -> tuple[Floats, NDArray[np.bool_]]:
        """Score and whether it is abnormal; without a network the largest z is the score."""
        largest = self.largest
        score = largest if network is None else np.fmax(largest, self._network_z(network))
        score = np.where(np.isnan(largest), np.nan, score)
        strong = (largest > GROUP_LIMIT) | ((score > GROUP_LIMIT) & (largest > SUPPORT))
        return score, self.has_enough & strong

    def _network_z(self, network: Autoencoder) -> Floats:
        """Robust z of the network's errors, among the groups of the scope that have enough deliveries."""
        matrix = self.matrix
        there = self.has_enough & ~np.isnan(matrix).all(axis=1)
        errors = np.full(len(matrix), np.nan)
        errors[there] = network.errors(matrix[there])
        return robust_z(errors, self.pairs.scope, self.scopes, there)


def shading(groups: GroupMeans) -> Floats:
    """Means of cells from 0, the shortest of the scope, to 1, the longest: of cells with enough deliveries."""
    scope, steady, scopes = groups.scope, groups.is_steady, len(groups.variance)
    low, high = np.full(scopes, np.inf), np.full(scopes, -np.inf)
    np.minimum.at(low, scope[steady], groups.plain[steady])
    np.maximum.at(high, scope[steady], groups.plain[steady])
    span = np.where(np.isfinite(low), high - low, np.nan)
    shade = divided(groups.plain - np.where(np.isfinite(low), low, np.nan)[scope], span[scope])
    return np.where(steady, shade, np.nan)
