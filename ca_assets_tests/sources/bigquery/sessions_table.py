"""Reading a table of the local BigQuery endpoint as a source, for tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from ca_assets.shop import SourceConfig
from ca_assets.sources.driver import Reading, Span
from ca_assets.sources.open import check_source, open_source
from ca_assets.sources.staging import RawSource
from ca_assets_tests.servers.bigquery import BigQueryServer

COLUMNS = {
    "id": "id",
    "client": "client",
    "session_start_date": "started",
    "payment_amount": "amount",
    "has_purchased": "done",
}
TYPES = {"id": "STRING", "client": "STRING", "started": "TIMESTAMP", "amount": "NUMERIC", "done": "BOOL"}
TABLE = "shop-project.shop.sessions"


def row(number: int, started: str | None = "2024-05-01 10:00:00+00") -> tuple[Any, ...]:
    """A session with columns of TYPES."""
    return (f"o{number}", f"c{number}", started, "9.99", True)


def source(server: BigQueryServer, **more: Any) -> SourceConfig:
    """A sessions source over `shop.sessions`."""
    where = {} if "query" in more else {"table": "shop.sessions"}
    return SourceConfig(**{"kind": "bigquery", "url": server.source_url(), "columns": COLUMNS, **where, **more})


def opened(config: SourceConfig, folder: Path, span: Span | None = None, limit: int | None = None, **secrets: str) -> RawSource:
    """The source in staging."""
    return open_source("sessions", config, Reading(folder, folder / "staging", secret=secrets.get), span, limit=limit)


def checked(config: SourceConfig, folder: Path, **secrets: str) -> None:
    """Only the check."""
    check_source("sessions", config, Reading(folder, folder / "staging", secret=secrets.get))


def rows_of(raw: RawSource) -> list[dict[str, Any]]:
    """Its good rows in their order, our columns only."""
    return [{name: value for name, value in row.items() if not name.startswith("_")} for row in pq.read_table(raw.path).to_pylist()]


def ids_of(raw: RawSource) -> list[str]:
    """Sorted ids of its good rows."""
    return sorted(row["id"] for row in rows_of(raw))
