"""The embedded engine: one DuckDB in memory, bounded in memory and threads, that reads the lake's Parquet files.

Belongs here: how a connection is made. Does not belong here: what is read with it (`lake`, `embedded`, the analyses).
"""

from __future__ import annotations

import os

import ibis

from ca_assets.settings.process import ProcessSettings

MEMORY_CAP_BYTES = 4_000_000_000  # the process stays below 6 GB: DuckDB's limit does not cover Arrow batches, NumPy and the writer
MEMORY_SHARE = 0.6


def memory_limit_bytes() -> int:
    """The engine's share of this machine's memory, at most 4 GB; more is spilled to the staging folder."""
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min(MEMORY_CAP_BYTES, int(MEMORY_SHARE * physical))


def connect(settings: ProcessSettings) -> ibis.BaseBackend:
    """A new engine: DuckDB in memory, UTC, spilling to `CA_HOME/staging/engine`; row order is promised to nobody."""
    spill = settings.staging / "engine"
    spill.mkdir(parents=True, exist_ok=True)
    con = ibis.duckdb.connect(
        memory_limit=f"{memory_limit_bytes()}B",
        temp_directory=str(spill),
        threads=os.cpu_count() or 1,
        preserve_insertion_order=False,
    )
    con.raw_sql("SET TimeZone = 'UTC'")  # not at connect time: then the built-in calendar functions are not there yet
    return con
