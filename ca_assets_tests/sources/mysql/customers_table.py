"""A customers source over a table or query of a real MariaDB."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow.parquet as pq
import pytest

from ca_assets.shop import SourceConfig
from ca_assets.sources.driver import Reading, Span
from ca_assets.sources.errors import SourceError
from ca_assets.sources.open import open_source
from ca_assets.sources.staging import Progress, RawSource
from ca_assets_tests.servers.mariadb import MariaDB


class Source:
    """A customers source (client, download_date, and what `more` maps) of a database."""

    def __init__(self, server: MariaDB, folder: Path, database: str | None = None) -> None:
        self.server, self.folder = server, folder
        self.database = database or server.database()
        self.url = server.url(self.database)

    def execute(self, statements: str) -> list[tuple[Any, ...]]:
        """Run statements in the database."""
        return self.server.execute(statements, self.database)

    def config(self, **more: Any) -> SourceConfig:
        """Its configuration; the table is `t` unless something else is said."""
        place = {} if "query" in more else {"table": "t"}
        fixed = {"kind": "mysql", "url": "${URL}", "columns": {"client": "client", "download_date": "seen"}}
        return SourceConfig(**{**fixed, **place, **more})

    def reading(self, progress: Progress | None = None) -> Reading:
        """Where it is read to, and its url."""
        return Reading(self.folder, self.folder / "staging", progress, {"URL": self.url}.get)

    def raw(self, span: Span | None = None, limit: int | None = None, **more: Any) -> RawSource:
        """What is read."""
        return open_source(more.pop("name", "customers"), self.config(**more), self.reading(), span, limit=limit)

    def rows(self, **more: Any) -> list[dict[str, Any]]:
        """The staged rows."""
        return list(pq.read_table(self.raw(**more).path).to_pylist())


def told(call: Callable[[], object], *secrets: str) -> str:
    """The message, checked for form: short, names the source, no secret in it or in what a trace would print."""
    with pytest.raises(SourceError) as caught:
        call()
    text, trace = str(caught.value), "".join(traceback.format_exception(caught.value))
    assert text.startswith("customers: ") and len(text.splitlines()) <= 2 and len(text) < 700
    for secret in secrets:
        forms = (secret, quote(secret), quote(secret, safe=""))
        assert not [form for form in forms if form in text or form in trace.partition("Error: ")[2]]
    return text
