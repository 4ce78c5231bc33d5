"""The orders and customers that the figures of `ab_tests` count: label orders and who is behind them, and frozen segments."""

from __future__ import annotations

import ibis
import numpy as np
import pyarrow as pa

from ca_assets.analyses.ab_tests.effects import METRICS, used_of
from ca_assets.analyses.ab_tests.labels import ScopeLabels, labels_of, promoted, with_products
from ca_assets.analyses.ab_tests.orders import (
    TOO_NEW,
    TOO_RECENT,
    Ints,
    Orders,
    Scoped,
    Windows,
    first_sessions,
    make_orders,
    scoped,
    windows,
)
from ca_assets.analyses.ab_tests.segments import tests_of
from ca_assets.analyses.core.members import MemberSet, Parameter, Selection
from ca_assets.analyses.core.segments.instants import SegmentsAt, instant
from ca_assets.analyses.core.segments.model import segment_model
from ca_assets.analyses.core.segments.scores import SEGMENTS
from ca_assets.contracts.units import Grain

HERE = __name__
GRAINS: dict[str, Grain] = {"daily": "daily", "weekly": "weekly", "monthly": "monthly"}
KINDS = {"promotion": "promotion", "product": "product"}
STATES = {"too_recent": "too recent to be tested", "too_new": "of customers too new to be tested"}
_LABEL = (
    Parameter("kind", "choice", "with the {}", KINDS, is_required=True),
    Parameter("label", "text", "{}", is_required=True),
)
_WINDOW = Parameter("window", "count", "{} days before and after", is_required=True)
_METRIC = Parameter("metric", "choice", "tested for {}", {"orders": "orders", "amount": "amounts"}, is_required=True)
MEMBER_SETS = (
    MemberSet("label_orders", "orders", "Orders of customers", f"{HERE}:label_orders", _LABEL, has_days=False),
    MemberSet(
        "untested_orders",
        "orders",
        "Orders of customers",
        f"{HERE}:untested_orders",
        (*_LABEL, _WINDOW, Parameter("state", "choice", "{}", STATES, is_required=True)),
        has_days=False,
    ),
    MemberSet("tested_orders", "orders", "Orders of customers", f"{HERE}:tested_orders", (*_LABEL, _WINDOW, _METRIC), has_days=False),
    MemberSet("tested_customers", "customers", "Customers", f"{HERE}:tested_customers", (*_LABEL, _WINDOW, _METRIC), has_days=False),
    MemberSet(
        "compared_customers",
        "customers",
        "Customers",
        f"{HERE}:compared_customers",
        (
            Parameter("promotion", "text", "with the promotion {}", is_required=True),
            Parameter("without", "text", "and never with {}", is_required=True),
        ),
        has_days=False,
    ),
    MemberSet(
        "frozen_segment",
        "customers",
        "Customers",
        f"{HERE}:frozen_segment",
        (
            Parameter("segment", "text", "in the segment “{}”", is_required=True),
            Parameter(
                "grain",
                "choice",
                "before the {} that the newest one is compared with",
                {"daily": "days", "weekly": "weeks", "monthly": "months"},
                is_required=True,
            ),
        ),
        has_days=False,
    ),
)


def label_orders(selection: Selection) -> ibis.Table:
    """Orders of clients in the scope with the label."""
    orders, rows, labels = _labelled(selection, str(selection.values["kind"]), str(selection.values["label"]))
    return _ids(orders, rows.order[labels.row])


def untested_orders(selection: Selection) -> ibis.Table:
    """Of these the ones that are too recent, or of customers too new, for a window."""
    orders, rows, labels = _labelled(selection, str(selection.values["kind"]), str(selection.values["label"]))
    state = {"too_recent": TOO_RECENT, "too_new": TOO_NEW}[str(selection.values["state"])]
    return _ids(orders, rows.order[labels.row[_windows(selection, rows).state[labels.row] == state]])


def tested_orders(selection: Selection) -> ibis.Table:
    """Of these the ones that a metric's test uses."""
    orders, rows, used = _tested(selection)
    return _ids(orders, rows.order[used])


def tested_customers(selection: Selection) -> ibis.Table:
    """Customers of the tested orders."""
    orders, rows, used = _tested(selection)
    return _keys(orders.key[np.unique(rows.customer[used])])


def compared_customers(selection: Selection) -> ibis.Table:
    """Customers with an order with one promotion and none with another."""
    column, number = selection.place
    orders = selection.base.clients.filter(selection.base.clients.purchased)
    orders = orders.filter(orders[column] == number)
    with_one = orders.filter(orders.promotion == str(selection.values["promotion"])).select("key").distinct()
    return with_one.anti_join(orders.filter(orders.promotion == str(selection.values["without"])), "key")


def frozen_segment(selection: Selection) -> ibis.Table:
    """Buyers of the scope in a segment as of the base's first moment. LookupError when there is no such segment or test."""
    model = segment_model(selection.base)
    segment = str(selection.values["segment"])
    if model.refusal is not None or segment not in SEGMENTS:
        raise LookupError("no such segment")
    segments = SegmentsAt(model)
    tests = tests_of(selection.base, segments, GRAINS[str(selection.values["grain"])])
    if not tests:
        raise LookupError("nothing is tested")
    column, number = selection.place
    orders = selection.base.clients.filter(selection.base.clients.purchased)
    start = ibis.literal(selection.base.context.shop.calendar.day_start(tests[0].frozen_on), "timestamp('UTC')")
    of_scope = orders.filter((orders[column] == number) & (orders.start < start)).select("key").distinct()
    keys = np.flatnonzero(segments.at(tests[0].frozen_on) == SEGMENTS.index(segment) + 1)
    return of_scope.semi_join(_keys(keys), "key")


def _labelled(selection: Selection, kind: str, label: str) -> tuple[Orders, Scoped, ScopeLabels]:
    """The orders, those of the scope's dimension, and the scope's label orders. LookupError when there are none."""
    column, number = selection.place
    orders = make_orders(selection.base, selection.temp)
    labelled = promoted(orders) if kind == "promotion" else with_products(selection.base, orders)
    rows = scoped(orders, column, first_sessions(selection.base, column))
    return orders, rows, labels_of(rows, labelled, label, number)


def _windows(selection: Selection, rows: Scoped) -> Windows:
    as_of = selection.base.context.as_of
    if as_of is None:
        raise LookupError("no day is complete yet")
    return windows(rows, int(str(selection.values["window"])), instant(as_of))


def _tested(selection: Selection) -> tuple[Orders, Scoped, Ints]:
    orders, rows, labels = _labelled(selection, str(selection.values["kind"]), str(selection.values["label"]))
    used = used_of(_windows(selection, rows), labels, METRICS.index(str(selection.values["metric"])))
    return orders, rows, used.row


def _ids(orders: Orders, numbers: Ints) -> ibis.Table:
    chosen = ibis.memtable(pa.table({"order": pa.array(numbers, pa.int32())}))
    return orders.table.semi_join(chosen, "order").select("id")


def _keys(keys: Ints) -> ibis.Table:
    return ibis.memtable(pa.table({"key": pa.array(keys, pa.int32())}))
