"""Running the family `anomalies` on a test shop, with what its earlier runs and other families left."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import ibis
import pyarrow as pa

from ca_assets.analyses.core.base import make_base
from ca_assets.analyses.core.context import Context, Tables
from ca_assets.analyses.core.family import Inputs, Result, compute_family, families
from ca_assets.analyses.core.temp_tables import TempTables
from ca_assets_tests.shops.builder import Row, SampleShop
from ca_assets_tests.shops.clean_tables import clean_tables
from ca_assets_tests.shops.steady_shop import SHOP


def anomalies(
    rows: Sequence[Row], day: dt.date, shop: SampleShop = SHOP, tables: Mapping[str, pa.Table] | None = None, ledger: Sequence[Any] = ()
) -> tuple[Result, dict[str, pa.Table]]:
    """The family's result as of a day, and its tables read."""
    sample = replace(shop, sessions=rows)
    return anomalies_of(clean_tables(sample), Context(sample.parsed(), day), tables, ledger)


def anomalies_of(
    tables: Tables, context: Context, others: Mapping[str, pa.Table] | None = None, ledger: Sequence[Any] = ()
) -> tuple[Result, dict[str, pa.Table]]:
    """The same of clean tables."""
    with TempTables(tables.orders.get_backend()) as temp:
        base = make_base(tables, context, temp)
        read = {name: ibis.memtable(table) for name, table in (others or {}).items()}
        result = compute_family(families()["anomalies"], Inputs(temp, lambda: base, read, ledger), context)
        return result, {name: table.to_pyarrow() for name, table in result.tables.items()}


def report(result: Result, name: str, scope: str = "all", **where: Any) -> list[dict[str, Any]]:
    """Rows of a report in a scope with these values."""
    wanted = {"scope": scope, **where}
    return [row for row in result.reports.tables[name].to_pylist() if all(row[key] == value for key, value in wanted.items())]
