"""Tests before and after (docs/contract, models.md, section 14): how the family is put together, a dimension of scopes at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ca_assets.analyses.ab_tests.comparison import comparison_rows
from ca_assets.analyses.ab_tests.distributions import distribution_rows
from ca_assets.analyses.ab_tests.effects import METRICS, effect_columns, effect_rows
from ca_assets.analyses.ab_tests.labels import Labelled, ScopeLabels, listed, promoted, with_products
from ca_assets.analyses.ab_tests.orders import Orders, Scoped, Windows, first_sessions, make_orders, scoped, windows
from ca_assets.analyses.ab_tests.pictures import resampled_rows
from ca_assets.analyses.ab_tests.segments import Frozen, segment_rows, tests_of
from ca_assets.analyses.ab_tests.specs import SPECS
from ca_assets.analyses.core.base import Base
from ca_assets.analyses.core.context import Context
from ca_assets.analyses.core.family import Inputs, Result
from ca_assets.analyses.core.report import all_scope
from ca_assets.analyses.core.report_set import build_report_set
from ca_assets.analyses.core.rows import empty
from ca_assets.analyses.core.segments.instants import SegmentsAt, instant
from ca_assets.analyses.core.segments.model import segment_model
from ca_assets.contracts.units import GRAINS

LONG_WINDOW = 28


def run(inputs: Inputs, context: Context) -> Result:
    """All reports in every scope; those of promotions and products where these are mapped. None of them has windows."""
    base = inputs.base
    orders = make_orders(base, inputs.temp)
    kinds: dict[str, Labelled] = {}
    if context.shop.mapped("sessions", "promotion_id"):
        kinds["promotion"] = promoted(orders)
    if base.lines is not None:
        kinds["product"] = with_products(base, orders)
    pieces: dict[str, list[pa.Table]] = {}
    for column in base.scopes.columns:
        for name, table in _of_dimension(base, orders, kinds, column).items():
            pieces.setdefault(name, []).append(table)
    tables = {name: pa.concat_tables(parts) for name, parts in pieces.items()} | _segments(base, orders)
    reports = build_report_set("ab_tests", base, tables)
    reports = replace(reports, meta={**reports.meta, "rfm_minimum": context.shop.settings.rfm_minimum})
    return Result(reports, _headline(reports) if "promotion" in kinds else "")


def _headline(reports: Any) -> str:
    decisions = all_scope(reports, "promotion_effects")["decision"]
    decided = pc.sum(pc.is_in(decisions, pa.array(["increase", "decrease"]))).as_py() or 0
    return f"{decided:,} of {len(decisions):,} tests of promotions show a difference"


@dataclass(frozen=True)
class _Dimension:
    """One dimension's scopes, and the windows by days."""

    base: Base
    scoped: Scoped
    windows: dict[int, Windows]


def _of_dimension(base: Base, orders: Orders, kinds: dict[str, Labelled], column: str) -> dict[str, pa.Table]:
    """The reports of labels in the scopes of one dimension."""
    if not kinds:
        return {}
    as_of = base.context.as_of
    if as_of is None:
        raise LookupError("no day is complete yet")
    rows = scoped(orders, column, first_sessions(base, column))
    lengths = sorted({base.context.shop.settings.ab_window_days, LONG_WINDOW})
    dimension = _Dimension(base, rows, {days: windows(rows, days, instant(as_of)) for days in lengths})
    tables: dict[str, pa.Table] = {}
    for kind, labelled in kinds.items():
        tables |= _of_labels(dimension, kind, listed(base, rows, labelled))
    return tables


def _of_labels(dimension: _Dimension, kind: str, labels: ScopeLabels) -> dict[str, pa.Table]:
    base, rows, by_days = dimension.base, dimension.scoped, dimension.windows
    keys = [(metric, days) for metric in range(len(METRICS)) for days in by_days]
    cells = {(metric, days): effect_columns(rows, by_days[days], labels, metric) for metric, days in keys}
    made: dict[str, pa.Table] = {f"{kind}_effects": effect_rows(SPECS[f"{kind}_effects"], labels, cells, by_days)}
    short = by_days[base.context.shop.settings.ab_window_days]
    of_labels: dict[str, Callable[..., pa.Table]] = {"resampled": resampled_rows, "distributions": distribution_rows}
    for name, make in of_labels.items():
        made[f"{kind}_{name}"] = make(SPECS[f"{kind}_{name}"], short, labels)
    if kind == "promotion":
        made["promotion_comparison"] = comparison_rows(SPECS["promotion_comparison"], rows, labels)
    return made


def _segments(base: Base, orders: Orders) -> dict[str, pa.Table]:
    """The three reports of segments, without rows where there were too few buyers."""
    model = segment_model(base)
    frozen = Frozen(base, orders, SegmentsAt(model)) if model.refusal is None else None
    tables = {}
    for grain in GRAINS:
        spec = SPECS[f"segment_{grain}"]
        tests = tests_of(base, frozen.segments, grain) if frozen else []
        tables[spec.type] = segment_rows(spec, frozen, tests) if frozen and tests else empty(spec)
    return tables
