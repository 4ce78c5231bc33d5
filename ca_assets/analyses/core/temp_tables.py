"""Temporary tables: intermediate results that several expressions read, computed once and dropped when the analysis is done.

Ibis' own `.cache()` drops its table when Python collects it, which is too late for tables of gigabytes and, with the pinned
sqlglot, fails; here a `with` block says how long a table lives.
"""

from __future__ import annotations

from types import TracebackType
from uuid import uuid4

import ibis


class TempTables:
    """Temporary tables of one engine; leaving the `with` block drops them."""

    def __init__(self, engine: ibis.BaseBackend) -> None:
        self.engine = engine
        self._names: list[str] = []

    def materialize(self, expression: ibis.Table) -> ibis.Table:
        """Compute an expression now and return it as a stored table."""
        name = f"temp_{uuid4().hex}"
        table = self.engine.create_table(name, expression, temp=True)
        self._names.append(name)
        return table

    def __enter__(self) -> TempTables:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        while self._names:
            self.engine.raw_sql(f"DROP TABLE IF EXISTS {self._names.pop()}")  # no quotes: engines differ in them
