"""The engine that computes: DuckDB in this process by default, Spark when `CA_ENGINE` says so; both run the same Ibis expressions.

Belongs here: which engine there is, how DuckDB is made, what code beside Ibis may ask of any engine. Does not belong here: what is read
with it (`lake`, `index.embedded`, the analyses), how Spark works (`spark`).
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import ibis

from ca_assets.engine.duckdb_sql import compiler
from ca_assets.engine.errors import EngineError
from ca_assets.settings.process import ProcessSettings

MEMORY_CAP_BYTES = 4_000_000_000  # the process stays below 6 GB: DuckDB's limit does not cover Arrow batches, NumPy and the writer
MEMORY_SHARE = 0.6
_SPARK = re.compile(r"spark|local(\[(\d+|\*)\])?|(sc|spark|k8s)://.+|yarn")


def memory_limit_bytes() -> int:
    """The engine's share of this machine's memory, at most 4 GB; more is spilled to the staging folder."""
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min(MEMORY_CAP_BYTES, int(MEMORY_SHARE * physical))


def connect(settings: ProcessSettings, spill: Path | None = None) -> ibis.BaseBackend:
    """A new engine in UTC: DuckDB in memory, or Spark (`spark`, `local[2]`, `sc://host:port`, a cluster's master).

    Spills to `spill` (by default `CA_HOME/staging/engine`); row order is promised to nobody. EngineError when there is no such engine.
    """
    spill = spill or settings.staging / "engine"
    spill.mkdir(parents=True, exist_ok=True)
    if settings.engine == "duckdb":
        return _duckdb(spill)
    if not _SPARK.fullmatch(settings.engine):
        raise EngineError(f"CA_ENGINE is {settings.engine!r}; it can be duckdb, spark, local[2], sc://host:port or a Spark master's URL")
    return _spark(settings.engine, spill, settings.staging / "engine")


def _duckdb(spill: Path) -> ibis.BaseBackend:
    return duckdb_engine(
        memory_limit=f"{memory_limit_bytes()}B",
        temp_directory=str(spill),
        threads=os.cpu_count() or 1,
        preserve_insertion_order=False,
    )


def duckdb_engine(**options: Any) -> ibis.BaseBackend:
    """DuckDB in memory, in UTC, with the pinned zone database (`duckdb_sql`); `options` are DuckDB's own."""
    con = ibis.duckdb.connect(**options)
    con.compiler = compiler
    con.raw_sql("SET TimeZone = 'UTC'")  # not at connect time: then the built-in calendar functions are not there yet
    return con


def _spark(url: str, spill: Path, shared: Path) -> ibis.BaseBackend:
    try:
        from ca_assets.engine.spark.connect import connect_spark
    except ImportError as error:
        message = f"CA_ENGINE is {url!r}, but {error.name} is not installed: pip install 'customer-analytics[spark]'"
        raise EngineError(message) from error
    return connect_spark(url, spill, shared, memory_limit_bytes())


def scratch_folder(con: Any) -> Path:
    """Where a step may put files that this process and the engine both reach."""
    if con.name != "duckdb":
        return Path(con.scratch)
    folder = Path(str(con.con.execute("SELECT current_setting('temp_directory')").fetchall()[0][0]))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def local_engine(con: Any) -> Any:
    """DuckDB for what runs in this process whatever the engine is: comparing and committing rows that are files already."""
    return con if con.name == "duckdb" else _duckdb(scratch_folder(con))
