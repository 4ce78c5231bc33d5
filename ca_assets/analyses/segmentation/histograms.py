"""Histograms of recency, frequency and monetary by score (docs/contract, sections 11 and 5): values and edges are whole millionths."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from ca_assets.analyses.core.base import to_numpy
from ca_assets.analyses.core.decimals import MILLIONTHS, bin_widths, half_even
from ca_assets.analyses.core.rows import rows
from ca_assets.analyses.segmentation.specs import SPECS

HOURS = 24  # a day


def histograms(members: ibis.Table, scopes: tuple[str, ...]) -> dict[str, pa.Table]:
    """The three reports."""
    return {metric: _histogram(metric, metric_values(members, metric), scopes) for metric in ("recency", "frequency", "monetary")}


def metric_values(members: ibis.Table, metric: str) -> ibis.Table:
    """The buyers that a histogram counts: scope, key, value (days or money in millionths), score."""
    rows_, value = {
        "recency": (members, _millionths(members.recency_hours) / HOURS),
        "frequency": (members.filter(members.frequency_hours.notnull()), _millionths(members.frequency_hours) / HOURS),
        "monetary": (members.filter(members.is_of_scope), _millionths(members.monetary)),
    }[metric]
    return rows_.select("scope", "key", value=value, score=rows_[f"{metric}_score"])


def _millionths(value: ir.FloatingValue) -> ir.FloatingValue:
    """A value of 6 decimals as a whole number."""
    return half_even(value * MILLIONTHS)


def _histogram(metric: str, values: ibis.Table, scopes: tuple[str, ...]) -> pa.Table:
    """Rows (scope, bin, score) that have buyers."""
    spread = to_numpy(
        values.group_by("scope").aggregate(q1=values.value.quantile(0.25), q3=values.value.quantile(0.75), top=values.value.max())
    )
    q1, q3, top = (spread[name].astype(np.float64) for name in ("q1", "q3", "top"))
    width, last = bin_widths(np.rint(np.minimum(top, q3 + 1.5 * (q3 - q1))))
    schema = {"scope": pa.int16(), "width": pa.float64(), "last": pa.int64()}
    edges = zip(schema.items(), (spread["scope"], width, last), strict=True)
    placed = values.inner_join(ibis.memtable(pa.table({name: pa.array(column, dtype) for (name, dtype), column in edges})), "scope")
    number = ibis.least(half_even(placed.value) / placed.width, placed["last"].cast("float64")).floor().cast("int64")
    keys = {"bin": number, "width": placed.width, "is_open": number == placed["last"]}
    counts = to_numpy(placed.group_by("scope", "score", **keys).aggregate(customers=placed.count()))
    low = counts["bin"] * counts["width"] / MILLIONTHS
    columns = {
        "bin": counts["bin"],
        "low": low,
        "high": np.where(counts["is_open"].astype(bool), np.nan, (counts["bin"] + 1) * counts["width"] / MILLIONTHS),
        "score": counts["score"],
        "customers": counts["customers"],
    }
    return rows(SPECS[metric], scopes, counts["scope"], counts["scope"].shape, columns)
