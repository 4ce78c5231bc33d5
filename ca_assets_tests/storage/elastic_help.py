"""What the tests of Elasticsearch share: publishing the small lake, looking at what is there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ca_assets.analyses.report import ReportSet
from ca_assets.settings.process import ProcessSettings
from ca_assets.storage.elastic import ElasticIndex
from ca_assets.storage.index import Index
from ca_assets.storage.lake import Lake
from ca_assets_tests.storage.test_index_contract import report_set

TABLES = ("orders", "basket_lines", "downloads")


def publish_all(index: Index, lake: Lake, generation: str, reports: Sequence[ReportSet] = (), **meta: Any) -> None:
    """The lake's newest tables and some reports, as a load publishes them."""
    for name in TABLES:
        index.stage_table(generation, name, lake.version(name), 3)
    for each in reports or [report_set(1)]:
        index.stage_reports(generation, each)
    index.switch(generation, {"dimensions": ["Ship country"], **meta})


def rows_of(index: Index, name: str = "orders", **options: Any) -> list[dict[str, Any]]:
    """All rows, sorted."""
    with index.snapshot() as snapshot:
        found = [row for batch in snapshot.rows(name, **options) for row in batch.to_pylist()]
    return sorted(found, key=lambda row: str(list(row.values())))


def indexes(settings: ProcessSettings) -> dict[str, str]:
    """Every index under the test's prefix, without it, with the moment it was made."""
    found = call(settings, "GET", f"/{settings.index_prefix}*/_settings", expand_wildcards="all")
    return {name.removeprefix(settings.index_prefix): each["settings"]["index"]["creation_date"] for name, each in found.items()}


def months(settings: ProcessSettings) -> dict[str, str]:
    """The physical indexes of orders: month → name and moment."""
    found = {name: made for name, made in indexes(settings).items() if name.startswith("orders-")}
    by_month = {name[7:14]: f"{name} {made}" for name, made in found.items()}
    assert len(by_month) == len(found), f"a month has two indexes: {sorted(found)}"
    return by_month


def call(settings: ProcessSettings, method: str, path: str, body: Any = None, **params: Any) -> Any:
    """A request of a person at the console."""
    return ElasticIndex(settings, Lake(settings.lake_root)).store.call(method, path, body, **params)
