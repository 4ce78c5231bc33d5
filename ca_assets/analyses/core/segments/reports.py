"""What the reports of segments share: refusal, meta, and rows that the engine made as report rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import ibis
import pyarrow as pa

from ca_assets.analyses.core.report import ReportSet, ReportSpec
from ca_assets.analyses.core.report_set import build_report_set
from ca_assets.analyses.core.rows import empty
from ca_assets.analyses.core.segments.model import SegmentModel


def segment_reports(name: str, model: SegmentModel, specs: Sequence[ReportSpec], tables: Mapping[str, pa.Table]) -> ReportSet:
    """A family's reports; `meta.customers` has the buyers of each scope. Without tables (refused) they have no rows, and meta says why."""
    reports = build_report_set(name, model.base, dict(tables) or {spec.type: empty(spec) for spec in specs})
    meta = {**reports.meta, "refusal": model.refusal, "rfm_minimum": model.minimum, "customers": model.scope_customers}
    return replace(reports, meta=meta)


def report_rows(spec: ReportSpec, scopes: Sequence[str], table: ibis.Table) -> pa.Table:
    """Rows of the engine (its column `scope` holds numbers) as rows of a report."""
    made = table.select("scope", *spec.schema.names).to_pyarrow().combine_chunks()
    numbers = pa.array(made["scope"].to_numpy(), pa.int32())
    scope = pa.DictionaryArray.from_arrays(numbers, pa.array(list(scopes), pa.string())).cast(pa.string())
    return pa.table({"scope": scope, **{column.name: made[column.name].cast(column.type) for column in spec.schema}})
