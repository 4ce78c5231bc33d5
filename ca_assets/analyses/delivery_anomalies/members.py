"""The orders that the figures of `delivery` count."""

from __future__ import annotations

import ibis
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ca_assets.analyses.core.members import MemberSet, Parameter, Selection
from ca_assets.analyses.delivery_anomalies.geohash import number_of
from ca_assets.analyses.delivery_anomalies.orders import DURATIONS, Orders, load_orders

HERE = __name__
ON_TIME, LATE = "on_time", "late"
MEMBER_SETS = (
    MemberSet(
        "deliveries",
        "orders",
        "Deliveries",
        f"{HERE}:deliveries",
        (
            Parameter("duration", "choice", options={name: f"with a possible duration ({name})" for name in DURATIONS}),
            Parameter("weekday", "weekday", "ordered on a {}"),
            Parameter("hour", "hour", "ordered at {}"),
            Parameter("geohash", "text", "to the location {}"),
            Parameter("client", "text", "to {}"),
            Parameter("promise", "choice", options={ON_TIME: "on time", LATE: "late"}),
            Parameter("buyers", "choice", options={"customers": "to customers, without guests"}),
        ),
    ),
)


def deliveries(selection: Selection) -> ibis.Table:
    """Orders with a known delivery; the days are those of the delivery."""
    orders = selection.base.shared(load_orders)
    column, number = selection.place
    chosen = orders.is_delivered & (orders.scopes[column] == number)
    if selection.days:
        first, last = (selection.day_number(day) for day in selection.days)
        chosen &= (orders.delivered_day >= first) & (orders.delivered_day <= last)
    chosen &= _at(orders, selection) & _of(orders, selection)
    rows = ibis.memtable(pa.table({"row": pa.array(orders.row[chosen], pa.int64())}))
    found = orders.table.semi_join(rows, "row")
    client = selection.value("client")
    return (found.filter(found.client == client) if client is not None else found).select("id")


def _at(orders: Orders, selection: Selection) -> NDArray[np.bool_]:
    """When they were ordered and where they were brought."""
    chosen = np.ones(len(orders), dtype=bool)
    if "weekday" in selection.values:
        chosen &= orders.cell // 24 == selection.value("weekday")
    if "hour" in selection.values:
        chosen &= orders.cell % 24 == selection.value("hour")
    if "geohash" in selection.values:
        number = number_of(str(selection.value("geohash")))
        place = np.searchsorted(orders.geohashes, -1 if number is None else number)
        is_known = place < len(orders.geohashes) and orders.geohashes[place] == number
        chosen &= orders.place == place if is_known else False
    return chosen


def _of(orders: Orders, selection: Selection) -> NDArray[np.bool_]:
    """How long they took, whether they were on time, and whose they are."""
    chosen = np.ones(len(orders), dtype=bool)
    if "duration" in selection.values:
        chosen &= orders.minutes[str(selection.value("duration"))] >= 0  # NaN is not
    if "promise" in selection.values:
        chosen &= orders.has_promise & (np.isnan(orders.late) == (selection.value("promise") == ON_TIME))
    if "buyers" in selection.values:
        chosen &= orders.client >= 0
    return chosen
