"""RFM change: by segment, how customers' recency, frequency and monetary will change by the end of the forecast's horizon.

A cross-section, no series: each buyer's future by the tables of value (`clv_predictions`) against what he is now (`rfm_segments`).
"""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import numpy as np
import pyarrow as pa

from ca_assets.analyses.anomalies.specs import SPECS
from ca_assets.analyses.core.base import Base, to_numpy
from ca_assets.analyses.core.rows import Labels, Values, empty, rows
from ca_assets.analyses.core.segments.scores import SEGMENTS

FUTURE, PRESENT = "clv_predictions", "rfm_segments"
METRICS = {
    "average_recency_change": "recency_hours",
    "average_frequency_change": "frequency_hours",
    "average_monetary_change": "monetary",
}


def rfm_change(base: Base, tables: Mapping[str, ibis.Table]) -> pa.Table:
    """Rows of `rfm_change`: eight per scope; none while there are no predictions.

    Customers are those with a prediction and an order in the scope up to the day of the prediction, by their segment as of it; of a shop
    with several currencies by the prediction in their main one.
    """
    spec = SPECS["rfm_change"]
    future, present = tables.get(FUTURE), tables.get(PRESENT)
    if future is None or present is None or not future.count().to_pyarrow().as_py():
        return empty(spec)
    names = ("prediction_date", "is_rfm_abnormal", "segment")
    futures = future.select("client", "currency", *names, **{f"future_{name}": future[f"future_{name}"] for name in METRICS.values()})
    known = futures.inner_join(present.select("client", "currency", *METRICS.values()), ["client", "currency"])
    buyers = known.inner_join(base.customers.select("client", "key"), "client")
    orders = base.scoped_orders.group_by("scope", "key").aggregate(first_day=base.scoped_orders.day.min())
    members = orders.inner_join(buyers, "key")
    last = members.prediction_date.epoch_days() - base.session_days.first_number
    members = members.filter(members.first_day <= last)
    changes = {name: (members[f"future_{metric}"] - members[metric]).mean() for name, metric in METRICS.items()}
    abnormal = members.is_rfm_abnormal.fill_null(False).cast("int64").sum()
    made = to_numpy(members.group_by("scope", "segment").aggregate(customers=members.count(), abnormal=abnormal, **changes))
    shape = (len(base.scopes.names), len(SEGMENTS))
    place = (made["scope"], np.array([SEGMENTS.index(str(segment)) for segment in made["segment"]], dtype=np.int64))
    columns: dict[str, Values] = {"segment": Labels(SEGMENTS, np.arange(len(SEGMENTS))), "segment_order": np.arange(len(SEGMENTS)) + 1}
    for name in ("customers", "abnormal"):
        counts = np.zeros(shape, dtype=np.int64)
        counts[place] = made[name]
        columns[name] = counts
    for name in METRICS:
        means = np.full(shape, np.nan)
        means[place] = made[name].astype(np.float64)
        columns[name] = means
    return rows(spec, base.scopes.names, np.arange(shape[0])[:, None], shape, columns)
