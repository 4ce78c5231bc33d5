"""What the tests of Elasticsearch share: publishing the small lake, looking at what is there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ca_assets.analyses.core.report import ReportSet
from ca_assets.contracts.tables import LOAD_TABLES, published, table_names
from ca_assets.index.elasticsearch.index import ElasticIndex
from ca_assets.index.protocol import Index
from ca_assets.lake.lake import Lake
from ca_assets.settings.process import ProcessSettings
from ca_assets_tests.index.conftest import KEYS
from ca_assets_tests.index.test_index_contract import report_set

TABLES = table_names(published(LOAD_TABLES))


def publish_all(index: Index, lake: Lake, generation: str, reports: Sequence[ReportSet] = (), **meta: Any) -> None:
    """The lake's newest tables and some reports, as a load publishes them."""
    for name in TABLES:
        index.stage_table(generation, name, lake.version(name), 3, KEYS[name])
    for reports_of_one in reports or [report_set(1)]:
        index.stage_reports(generation, reports_of_one)
    index.switch(generation, {"dimensions": ["Ship country"], **meta})


def rows_of(index: Index, name: str = "orders", **options: Any) -> list[dict[str, Any]]:
    """All rows, sorted."""
    with index.snapshot() as snapshot:
        rows = [row for batch in snapshot.rows(name, **options) for row in batch.to_pylist()]
    return sorted(rows, key=lambda row: str(list(row.values())))


def indexes(settings: ProcessSettings) -> dict[str, str]:
    """Every index under the test's prefix, without it, with the moment it was made."""
    answer = call(settings, "GET", f"/{settings.index_prefix}*/_settings", expand_wildcards="all")
    return {name.removeprefix(settings.index_prefix): index["settings"]["index"]["creation_date"] for name, index in answer.items()}


def months(settings: ProcessSettings) -> dict[str, str]:
    """The physical indexes of orders: month → name and moment."""
    of_orders = {name: created for name, created in indexes(settings).items() if name.startswith("orders-")}
    by_month = {name[7:14]: f"{name} {created}" for name, created in of_orders.items()}
    assert len(by_month) == len(of_orders), f"a month has two indexes: {sorted(of_orders)}"
    return by_month


def call(settings: ProcessSettings, method: str, path: str, body: Any = None, **params: Any) -> Any:
    """A request of a person at the console."""
    return ElasticIndex(settings, Lake(settings.lake_root)).client.call(method, path, body, **params)
