"""Counts of orders and deliveries, on time and open, and the series by day (docs/contract, section 15, `totals` and `daily`)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ca_assets.analyses.core.calendar import Periods
from ca_assets.analyses.core.intervals import ratio, wilson
from ca_assets.analyses.core.rows import Values
from ca_assets.analyses.delivery_anomalies.grouped import divided, quantiles
from ca_assets.analyses.delivery_anomalies.measures import Scopes


def totals(scopes: Scopes, known: NDArray[np.bool_], ordered: NDArray[np.bool_], has_places: bool, has_promise: bool) -> dict[str, Values]:
    """Columns by own scope, over the known deliveries and the orders of a window; `report_date` is the caller's."""
    orders = scopes.orders

    def count(chosen: NDArray[np.bool_]) -> NDArray[Any]:
        numbers: NDArray[Any] = np.bincount(scopes.scope[chosen], minlength=scopes.count)[scopes.own]
        return numbers

    late = known & ~np.isnan(orders.late)
    minutes = np.bincount(scopes.scope[late], weights=orders.late[late], minlength=scopes.count)[scopes.own]
    places = np.unique(scopes.places.of_order[known & (orders.place >= 0)])
    located = count(known & (orders.place >= 0))
    distinct = np.bincount(scopes.places.scope[places], minlength=scopes.count)[scopes.own]
    nothing = np.full(len(scopes.own), np.nan)
    columns: dict[str, Values] = {
        "orders": count(ordered),
        "deliveries": count(known),
        "open": count(ordered & ~orders.is_delivered),
        "located": located if has_places else nothing,
        "locations": distinct if has_places else nothing,
        **punctuality(count(known & orders.has_promise), count(known & orders.has_promise & np.isnan(orders.late)), has_promise),
        "mean_late_minutes": divided(minutes, count(late)) if has_promise else nothing,
    }
    return columns


def punctuality(promised: NDArray[Any], on_time: NDArray[Any], has_promise: bool) -> dict[str, Values]:
    """promised, on_time and the rate with its interval; null when no promised date is mapped."""
    names = ("promised", "on_time", "on_time_rate", "on_time_rate_low", "on_time_rate_high")
    if not has_promise:
        return {name: np.full(promised.shape, np.nan) for name in names}
    return dict(zip(names, (promised, on_time, ratio(on_time, promised), *wilson(on_time, promised)), strict=True))


def daily(scopes: Scopes, days: Periods, length: int, has_promise: bool) -> dict[str, Values]:
    """Columns of own scopes × days of the session range (of `length` dates), by the day of the delivery."""
    orders = scopes.orders
    inside = orders.is_delivered & (orders.delivered_day >= 0) & (orders.delivered_day < length)
    place = scopes.scope.astype(np.int64) * length + np.where(inside, orders.delivered_day, 0)
    shape = (scopes.count, length)

    def count(chosen: NDArray[np.bool_]) -> NDArray[Any]:
        return _by_day(np.bincount(place[chosen], minlength=scopes.count * length))

    def _by_day(values: NDArray[Any]) -> NDArray[Any]:
        by_day: NDArray[Any] = values.reshape(shape)[scopes.own][:, days.offsets]
        return by_day

    rows = scopes.sorted_rows["deliver"]
    rows = rows[inside[rows]]
    rows = rows[np.argsort(place[rows], kind="stable")]
    minutes, number = orders.minutes["deliver"][rows], np.bincount(place[rows], minlength=scopes.count * length)
    mean = divided(np.bincount(place[rows], weights=minutes, minlength=scopes.count * length), number)
    promised = inside & orders.has_promise
    return {
        "period": days.first_days,
        "complete": days.complete,
        "deliveries": count(inside),
        "mean_minutes": _by_day(mean),
        "p50_minutes": _by_day(quantiles(minutes, number, 0.5)),
        "p90_minutes": _by_day(quantiles(minutes, number, 0.9)),
        **punctuality(count(promised), count(promised & np.isnan(orders.late)), has_promise),
    }
