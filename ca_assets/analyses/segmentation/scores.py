"""Which values get which score, and how many of every scope's buyers have it (docs/contract, section 11, `scores`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ca_assets.analyses.core.base import to_numpy
from ca_assets.analyses.core.rows import Labels, Values, rows
from ca_assets.analyses.core.segments.bounds import Bounds
from ca_assets.analyses.core.segments.fits import CLUSTERS
from ca_assets.analyses.core.segments.model import SegmentModel
from ca_assets.analyses.core.segments.sampling import Metric
from ca_assets.analyses.segmentation.specs import SPECS

Counts = Mapping[str, NDArray[Any]]
NEVER = np.array("NaT", dtype="M8[D]")


@dataclass(frozen=True)
class _Part:
    """Rows of one metric (and currency): scopes × scores. `columns` are those after `score`."""

    metric: Metric
    currency: str | None
    scopes: NDArray[np.int64]
    scores: NDArray[np.int64]
    columns: dict[str, Values]


def scores(model: SegmentModel, members: ibis.Table) -> pa.Table:
    """A row per scope and cluster; of monetary for each currency of the scope's buyers; and buyers with one order day."""
    bounds = model.bounds(len(model.months) - 1)
    every = np.arange(len(model.base.scopes.names))
    recency = _clusters(model, "recency", bounds["recency", None], _counts(members, "recency"), scopes=every)
    parts = [recency, _single_orders(members, every)]
    if ("frequency", None) in bounds:
        repeat = members.filter(members.frequency_score.notnull())
        parts.append(_clusters(model, "frequency", bounds["frequency", None], _counts(repeat, "frequency"), scopes=every))
    amounts = _counts(members, "monetary")
    for number in np.unique(amounts["currency"]).tolist():
        counts = {name: values[amounts["currency"] == number] for name, values in amounts.items()}
        chosen = np.unique(counts["scope"]).astype(np.int64)
        parts.append(
            _clusters(model, "monetary", bounds["monetary", number], counts, scopes=chosen, currency=model.base.currencies[number])
        )
    return pa.concat_tables([_rows(model, part) for part in parts])


def _counts(members: ibis.Table, metric: Metric) -> Counts:
    """Buyers, and the smallest and largest value, by scope and score; of monetary by currency."""
    value = members["monetary" if metric == "monetary" else f"{metric}_hours"]
    keys = ["scope", *(["currency"] if metric == "monetary" else [])]
    grouped = members.group_by(*keys, score=members[f"{metric}_score"])
    return to_numpy(grouped.aggregate(customers=members.count(), low=value.min(), high=value.max()))


def _clusters(
    model: SegmentModel, metric: Metric, bounds: Bounds, counts: Counts, *, scopes: NDArray[np.int64], currency: str | None = None
) -> _Part:
    """From the cluster of the smallest values to that of the largest; the best one has score 5."""
    clusters = len(bounds.values) + 1
    scores = CLUSTERS - np.arange(clusters)
    scores = scores[::-1] if metric == "monetary" else scores
    where = counts["scope"], np.argsort(scores)[counts["score"].astype(np.int64) - scores.min()]
    shape = (len(model.base.scopes.names), clusters)
    cube = {"customers": np.zeros(shape, dtype=np.int64), "low": np.full(shape, np.nan), "high": np.full(shape, np.nan)}
    for name, values in cube.items():
        values[where] = counts[name]
    columns: dict[str, Values] = {
        **{name: values[scopes] for name, values in cube.items()},
        "bound_low": np.array([np.nan, *bounds.values]),
        "bound_high": np.array([*bounds.values, np.nan]),
        "fits": bounds.fits,
        "fitted_on": np.array(model.months.last_days[bounds.fitted_in], dtype="M8[D]"),
    }
    return _Part(metric, currency, scopes, scores, columns)


def _single_orders(members: ibis.Table, scopes: NDArray[np.int64]) -> _Part:
    """Buyers with one order day, as score 0 of frequency."""
    once = members.filter(members.frequency_score.isnull())
    counts = to_numpy(once.group_by("scope").aggregate(customers=once.count()))
    customers = np.zeros((len(scopes), 1), dtype=np.int64)
    customers[counts["scope"], 0] = counts["customers"]
    missing: dict[str, Values] = dict.fromkeys(("low", "high", "bound_low", "bound_high", "fits"), np.nan)
    return _Part("frequency", None, scopes, np.zeros(1, dtype=np.int64), {"customers": customers, **missing, "fitted_on": NEVER})


def _rows(model: SegmentModel, part: _Part) -> pa.Table:
    columns: dict[str, Values] = {
        "metric": Labels([part.metric], np.zeros(1)),
        "currency": Labels([part.currency or ""], np.zeros(1)),
        "score": part.scores,
        **part.columns,
    }
    table = rows(SPECS["scores"], model.base.scopes.names, part.scopes[:, None], (len(part.scopes), len(part.scores)), columns)
    if part.currency is None:
        place = table.schema.get_field_index("currency")
        table = table.set_column(place, "currency", pa.nulls(table.num_rows, pa.string()))
    return table
