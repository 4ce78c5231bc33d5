"""A customers source over a table or query of a real PostgreSQL. Both kinds read the same server: redshift by its own session."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from ca_assets.shop import SourceConfig
from ca_assets.sources.driver import Reading, Span
from ca_assets.sources.open import open_source
from ca_assets.sources.staging import Progress, RawSource
from ca_assets_tests.servers.postgresql import PostgreSQL

KINDS = ("postgresql", "redshift")


class Source:
    """A customers source (client, download_date, and what `more` maps) of a database."""

    def __init__(self, server: PostgreSQL, folder: Path, database: str | None = None) -> None:
        self.server, self.folder = server, folder
        self.database = database or server.database()
        self.url = server.url(self.database, "postgresql")

    def execute(self, statement: str) -> list[tuple[object, ...]]:
        """Run a statement in the database."""
        return self.server.execute(statement, self.database)

    def config(self, kind: str, **more: Any) -> SourceConfig:
        """Its configuration; the table is `t` unless something else is said."""
        place = {} if "query" in more else {"table": "t"}
        fixed = {"kind": kind, "url": "${URL}", "columns": {"client": "client", "download_date": "seen"}}
        return SourceConfig(**{**fixed, **place, **more})

    def reading(self, progress: Progress | None = None) -> Reading:
        """Where it is read to, and its url."""
        return Reading(self.folder, self.folder / "staging", progress, {"URL": self.url}.get)

    def raw(self, kind: str, span: Span | None = None, limit: int | None = None, **more: Any) -> RawSource:
        """What is read."""
        return open_source(more.pop("name", "customers"), self.config(kind, **more), self.reading(), span, limit=limit)

    def rows(self, kind: str, **more: Any) -> list[dict[str, Any]]:
        """The staged rows."""
        return list(pq.read_table(self.raw(kind, **more).path).to_pylist())
