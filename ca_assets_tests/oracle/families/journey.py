"""`journey/average` of docs/contract, section 9 for one view: rows as tuples in the order of the columns."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ca_assets_tests.oracle.figures import ratio, total
from ca_assets_tests.oracle.rows import Record
from ca_assets_tests.oracle.world import View

Rows = list[tuple[Any, ...]]


def average(view: View) -> Rows:
    """The mean way from the download over the first K orders to now."""
    buyers, downloads = len(view.orders_of), len(view.downloaded)
    count = sum(map(len, view.orders_of.values()))
    per_buyer = ratio(count, buyers)
    rows: Rows = [(0, "download", downloads, 0.0 if downloads else None, downloads, None)]
    steps = count // buyers if buyers else 0
    rows += [(k, f"order_{k}", *_order(view, k)) for k in range(1, steps + 1)]
    if buyers:
        since = [_hours(orders[-1]["session_start_date"], view.as_of) for orders in view.orders_of.values()]
        rows.append((steps + 1, "since_last_order", buyers, _mean(since), buyers, None))
    return [(*row, per_buyer) for row in rows]


def _order(view: View, k: int) -> tuple[Any, ...]:
    """customers, average_hours, hours_customers, average_amount of the k-th orders."""
    reached = {client: orders for client, orders in view.orders_of.items() if len(orders) >= k}
    hours = [since for client, orders in reached.items() if (since := _hours_before(view, client, orders, k)) is not None]
    amount = None if view.mixed else _mean([orders[k - 1]["payment_amount"] for orders in reached.values()])
    return len(reached), _mean(hours), len(hours), amount


def _hours_before(view: View, client: str, orders: list[Record], k: int) -> float | None:
    """Hours since order k − 1, for k = 1 since the download; null without one and when the order is on an earlier day than it."""
    if k > 1:
        return _hours(orders[k - 2]["session_start_date"], orders[k - 1]["session_start_date"])
    row = view.downloaded.get(client)
    if row is None or orders[0]["day"] < view.clock.day(row["download_date"]):
        return None
    return max(0.0, _hours(row["download_date"], orders[0]["session_start_date"]))


def _hours(start: dt.datetime, end: dt.datetime) -> float:
    return (end - start) / dt.timedelta(hours=1)


def _mean(values: list[float]) -> float | None:
    return ratio(total(values), len(values))
