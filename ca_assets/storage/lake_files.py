"""What the parts of the lake share: its errors, the files of one version of a table, and reading them.

Does not belong here: which versions there are (`lake`) and how one is made (`lake_write`).
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote

import ibis
import pyarrow as pa
from deltalake import DeltaTable

MONTH = "month"


class LakeError(RuntimeError):
    """The lake cannot do what was asked; the message says why and what helps."""


class LakeConflict(LakeError):
    """Another process wrote the same table meanwhile; nothing of this write is visible."""


class NotInLake(LookupError):
    """The lake has no such table; the message says what makes it."""


@dataclass(frozen=True)
class LakeFiles:
    """One version of a table as readers need it: its columns, and each Parquet file with its month (None: no partition)."""

    version: int
    schema: pa.Schema
    files: tuple[tuple[str, str | None], ...]


def table_uris(table: DeltaTable) -> list[str]:
    """Files of a version as DuckDB opens them: delta-rs percent-encodes the paths of local files too."""
    found = sorted(table.file_uris())
    return found if "://" in table.table_uri and not table.table_uri.startswith("file://") else [unquote(uri) for uri in found]


def table_files(table: DeltaTable) -> LakeFiles:
    """Schema and files of delta-rs's handle of a version."""
    schema = pa.schema(table.schema().to_arrow())
    months = MONTH in table.metadata().partition_columns
    return LakeFiles(int(table.version()), schema, tuple((uri, month_of(uri) if months else None) for uri in table_uris(table)))


def month_of(uri: str) -> str:
    """The month in a partitioned file's path (`…/month=2010-11/…`)."""
    return unquote(uri.rpartition(f"/{MONTH}=")[2].partition("/")[0])


def scan(con: ibis.BaseBackend, files: LakeFiles) -> ibis.Table:
    """Files of a version as a lazy table: columns in the schema's order, the month as text."""
    if not files.files:
        return ibis.memtable(files.schema.empty_table())
    raw = con.read_parquet([uri for uri, _ in files.files], hive_partitioning=True, hive_types_autocast=False)
    target = ibis.Schema.from_pyarrow(files.schema)
    return raw.select(*(raw[name] if raw[name].type() == target[name] else raw[name].cast(target[name]) for name in target.names))
