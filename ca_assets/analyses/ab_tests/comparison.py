"""Pairs of promotions by what their customers pay (docs/contract, section 14, `promotion_comparison`): who used it, not what it did."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pyarrow as pa

from ca_assets.analyses.ab_tests import resampling
from ca_assets.analyses.ab_tests.decisions import DECISIONS, Floats, benjamini_hochberg, decide
from ca_assets.analyses.ab_tests.labels import ScopeLabels
from ca_assets.analyses.ab_tests.orders import Ints, Scoped
from ca_assets.analyses.ab_tests.student import critical, two_sided
from ca_assets.analyses.core.report import ReportSpec
from ca_assets.analyses.core.rows import Labels, rows

COMPARED = 20
FEWEST = 30  # customers on each side for a decision
SMALLEST = 1e-9
Pair = dict[str, Any]


def comparison_rows(spec: ReportSpec, scoped: Scoped, labels: ScopeLabels) -> pa.Table:
    """The report of one dimension's scopes."""
    pairs = [pair for scope in np.unique(labels.scope).tolist() for pair in _of_scope(scope, scoped, labels)]
    columns = {name: np.array([pair[name] for pair in pairs], dtype=float) for name in (*_NUMBERS, "scope", "a", "b")}
    is_enough = np.minimum(columns["customers_a"], columns["customers_b"]) >= FEWEST
    scope = columns["scope"].astype(np.int64)
    q = benjamini_hochberg(np.where(is_enough, columns["p_value"], np.nan), scope)
    made = {name: columns[name] for name in _NUMBERS} | {
        "promotion_a": Labels(labels.texts, columns["a"].astype(np.int64)),
        "promotion_b": Labels(labels.texts, columns["b"].astype(np.int64)),
        "accepted": columns["tests"] - columns["rejected"],
        "reject_ratio": columns["rejected"] / columns["tests"],
        "q_value": q,
        "decision": Labels(DECISIONS, decide(columns["difference"], q, is_enough)),
    }
    return rows(spec, labels.names, scope, scope.shape, made)


_NUMBERS = ("customers_a", "customers_b", "average_a", "average_b", "difference", "low", "high", "p_value", "tests", "rejected")


def _of_scope(scope: int, scoped: Scoped, labels: ScopeLabels) -> list[Pair]:
    """The pairs of a scope's first promotions, in text order."""
    first, last = np.searchsorted(labels.scope, (scope, scope + 1)).tolist()
    last = min(last, first + COMPARED)
    means = [_means(scoped, labels.row[labels.listed == place]) for place in range(first, last)]
    order = np.argsort(labels.label[first:last])  # numbers of labels are in text order
    pairs = []
    for a, b in combinations(order.tolist(), 2):
        sides = [_only(means[one], means[other]) for one, other in ((a, b), (b, a))]
        seed = (labels.names[scope], labels.text_of(first + a), labels.text_of(first + b))
        compared = _compared(sides[0], sides[1], bool(labels.mixed[scope]), seed)
        pairs.append({"scope": scope, "a": labels.label[first + a], "b": labels.label[first + b], **compared})
    return pairs


def _means(scoped: Scoped, row: Ints) -> tuple[Ints, Floats]:
    """Customers with some orders, and each one's mean amount over them."""
    customers, number = np.unique(scoped.customer[row], return_inverse=True)
    sums = np.bincount(number, scoped.orders.amount[scoped.order[row]], len(customers))
    return customers, np.asarray(sums / np.bincount(number, minlength=len(customers)))


def _only(one: tuple[Ints, Floats], other: tuple[Ints, Floats]) -> Floats:
    """Values of the customers of one side who are not on the other."""
    return one[1][~np.isin(one[0], other[0], assume_unique=True)]


def _compared(a: Floats, b: Floats, is_mixed: bool, seed: tuple[str, ...]) -> Pair:
    """Welch's test of two means (Welch 1947); nothing but counts where amounts are in several currencies."""
    pair: Pair = dict.fromkeys(_NUMBERS, np.nan) | {"customers_a": len(a), "customers_b": len(b)}
    if is_mixed:
        return pair
    pair |= {"average_a": a.mean() if len(a) else np.nan, "average_b": b.mean() if len(b) else np.nan}
    pair["difference"] = pair["average_a"] - pair["average_b"]
    if min(len(a), len(b)) > 1:
        errors = a.var(ddof=1) / len(a), b.var(ddof=1) / len(b)
        error = np.sqrt(sum(errors))
        if error > SMALLEST:
            freedom = error**4 / (errors[0] ** 2 / (len(a) - 1) + errors[1] ** 2 / (len(b) - 1))
            half = critical(freedom) * error
            pair |= {"low": pair["difference"] - half, "high": pair["difference"] + half}
            pair["p_value"] = two_sided(pair["difference"] / error, freedom)
    if min(len(a), len(b)) >= resampling.FEWEST:
        pair |= {"tests": resampling.TESTS, "rejected": resampling.welch_tests(a, b, *seed)}
    return pair
