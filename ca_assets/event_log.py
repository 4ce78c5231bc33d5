"""Dagster's own event log in SQLite files, but with connections that stay open. `dagster.yaml` names this class (`settings.dagster_home`).

Dagster opens and closes a connection (and with it SQLite's write-ahead log) for every statement of every event. A load writes an event per
month and table: that was a third of the time of a small load. Files and their content are Dagster's, so either class reads what the
other wrote.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

# Dagster's documentation of `event_log_storage` names the class by this module; there is no public one.
from dagster._core.storage.event_log import SqliteEventLogStorage
from sqlalchemy import Connection, Engine, create_engine

INDEX = "index"  # the file of what is known across runs; each run has one of its own
OPEN_FILES = 4  # those most recently used
BUSY_SECONDS = 30  # how long a writer waits for another process, as in Dagster


class PooledSqliteEventLog(SqliteEventLogStorage):
    """Keeps the engines of the last files that were used, each with its pool of connections."""

    def __init__(self, base_dir: str, inst_data: Any = None) -> None:
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        self._turn = threading.Lock()  # as Dagster's class: threads of one process write one after the other
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: Mapping[str, Any]) -> "PooledSqliteEventLog":
        """What `dagster.yaml` says under `config`."""
        return cls(inst_data=inst_data, **config_value)

    def run_connection(self, run_id: str | None = None) -> AbstractContextManager[Connection]:
        """A transaction on the file of a run."""
        return self._transaction(run_id or "")  # "": events of no run

    def index_connection(self) -> AbstractContextManager[Connection]:
        """A transaction on the file of what is known across runs."""
        return self._transaction(INDEX)

    @contextmanager
    def _transaction(self, shard: str) -> Iterator[Connection]:
        with self._turn, self._engine(shard).begin() as connection:
            yield connection

    def _engine(self, shard: str) -> Engine:
        engine = self._engines.pop(shard, None)
        if engine is None:
            with super().run_connection(shard):  # makes the file where it is new
                engine = create_engine(self.conn_string_for_shard(shard), connect_args={"timeout": BUSY_SECONDS})
        self._engines[shard] = engine
        while len(self._engines) > OPEN_FILES:
            self._engines.popitem(last=False)[1].dispose()
        return engine

    def dispose(self) -> None:
        """Close all files."""
        while self._engines:
            self._engines.popitem()[1].dispose()
        super().dispose()
