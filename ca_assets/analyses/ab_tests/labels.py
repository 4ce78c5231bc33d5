"""Which orders carry which label, and the first labels of every scope (docs/contract, section 14).

A label is a promotion or a product. Belongs here: label orders and ranks. Does not belong here: what lies around the orders.
"""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ca_assets.analyses.ab_tests.orders import Ints, Orders, Scoped
from ca_assets.analyses.core.base import Base


@dataclass(frozen=True)
class Labelled:
    """Pairs of an order's number and a label's, by (order, label), each once. Labels are numbered in text order."""

    texts: tuple[str, ...]
    order: Ints
    label: Ints


@dataclass(frozen=True)
class ScopeLabels:
    """The first labels of one dimension's scopes, by (scope, rank): `scope`, `label`, orders, customers; and their label orders.

    `row`: rows of `Scoped`; `listed`: which of the labels each carries, as a place in these arrays. `texts`: the names of labels by number,
    in text order; `names`: of scopes; `mixed`: by scope whether its orders are in several currencies.
    """

    scope: Ints
    label: Ints
    orders: Ints
    row: Ints
    listed: Ints
    texts: tuple[str, ...]
    names: tuple[str, ...]
    mixed: NDArray[np.bool_]

    @property
    def is_mixed(self) -> NDArray[np.bool_]:
        """By label whether its scope's orders are in several currencies."""
        return np.asarray(self.mixed[self.scope])

    def scope_of(self, place: int) -> str:
        """Name of a label's scope."""
        return self.names[int(self.scope[place])]

    def text_of(self, place: int) -> str:
        """Name of a label."""
        return self.texts[int(self.label[place])]

    def __len__(self) -> int:
        return len(self.scope)


def promoted(orders: Orders) -> Labelled:
    """Orders with a promotion."""
    table = orders.table
    return _labelled(table.filter(table.promotion.notnull()).select("order", label="promotion"))


def with_products(base: Base, orders: Orders) -> Labelled:
    """Orders with the products of their basket lines. LookupError without baskets."""
    if base.lines is None:
        raise LookupError("no baskets are mapped")
    lines = base.lines.select("id", label="product").distinct()
    return _labelled(lines.inner_join(orders.table.select("id", "order"), "id").select("order", "label"))


def _labelled(pairs: ibis.Table) -> Labelled:
    rows: pa.Table = pairs.to_pyarrow()
    coded = rows["label"].combine_chunks().dictionary_encode()
    texts = coded.dictionary.to_pylist()
    ranked = sorted(range(len(texts)), key=texts.__getitem__)  # Python compares texts by code point
    number = np.empty(len(texts), np.int64)
    number[ranked] = np.arange(len(texts))
    label, order = number[coded.indices.to_numpy()] if texts else number, rows["order"].to_numpy().astype(np.int64)
    place = np.lexsort((label, order))
    return Labelled(tuple(texts[i] for i in ranked), order[place], label[place])


def listed(base: Base, rows: Scoped, labelled: Labelled) -> ScopeLabels:
    """The first `top` labels of each scope by label orders, customers, name."""
    row = np.empty(len(rows.order), np.int64)
    row[rows.order] = np.arange(len(rows.order))
    row = row[labelled.order]
    width = max(len(labelled.texts), 1)
    cell = rows.scope[row] * width + labelled.label
    cells, number, orders = np.unique(cell, return_inverse=True, return_counts=True)
    customers = distinct(number, rows.customer[row], len(cells))
    scope, label = cells // width, cells % width
    ranked = np.lexsort((label, -customers, -orders, scope))
    place = np.arange(len(cells)) - np.searchsorted(scope[ranked], scope[ranked])
    chosen = ranked[place < base.context.shop.settings.top]
    position = np.full(len(cells), -1)
    position[chosen] = np.arange(len(chosen))
    is_listed = position[number] >= 0
    pairs = row[is_listed], position[number][is_listed]
    names, mixed = base.scopes.names, base.mixed[:, -1]
    return ScopeLabels(scope[chosen], label[chosen], orders[chosen], *pairs, labelled.texts, names, mixed)


def distinct(group: Ints, member: Ints, groups: int) -> Ints:
    """Number of distinct members of each group."""
    width = int(member.max(initial=0)) + 1
    cells = np.sort(group * width + member)  # numpy's own `unique` hashes, which takes several times as long
    is_new = np.r_[True, cells[1:] != cells[:-1]] if len(cells) else np.zeros(0, bool)
    return np.bincount(cells[is_new] // width, minlength=groups)


def labels_of(rows: Scoped, labelled: Labelled, text: str, scope: int) -> ScopeLabels:
    """One label in one scope, whatever its rank. LookupError when no order carries it."""
    if text not in labelled.texts:
        raise LookupError(f"no order carries {text[:60]!r}")
    row = np.empty(len(rows.order), np.int64)
    row[rows.order] = np.arange(len(rows.order))
    row = row[labelled.order[labelled.label == labelled.texts.index(text)]]
    row = row[rows.scope[row] == scope]
    one = np.zeros(1, np.int64)
    return ScopeLabels(one + scope, one, one + len(row), row, np.zeros_like(row), (text,), (), np.zeros(scope + 1, bool))
