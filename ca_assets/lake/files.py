"""What the parts of the lake share: its errors, the files of one version of a table, and reading them.

Does not belong here: which versions there are (`lake`) and how one is made (`write`).
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote

import ibis
import pyarrow as pa
import sqlglot.expressions as sge
from deltalake import DeltaTable
from pyarrow import fs

LOG = "_delta_log"


class LakeError(RuntimeError):
    """The lake cannot do what was asked; the message says why and what helps."""


class LakeConflict(LakeError):
    """Another process wrote the same table meanwhile; nothing of this write is visible."""


class NotInLake(LookupError):
    """The lake has no such table, or no state of it; the message says what makes it."""


@dataclass(frozen=True)
class LakeFiles:
    """One version of a table as readers need it: its columns, and each Parquet file with its partition.

    A partition is a month (`2010-11`) or a report date (`2010-11-30`) as text, None in a table without partitions.
    """

    version: int
    schema: pa.Schema
    files: tuple[tuple[str, str | None], ...]

    def of_partitions(self, partitions: Collection[str | None]) -> LakeFiles:
        """Only the files of some partitions."""
        return replace(self, files=tuple((uri, partition) for uri, partition in self.files if partition in partitions))


def table_uris(table: DeltaTable) -> list[str]:
    """Files of a version as DuckDB opens them: delta-rs percent-encodes the paths of local files too."""
    uris = sorted(table.file_uris())
    return uris if "://" in table.table_uri and not table.table_uri.startswith("file://") else [unquote(uri) for uri in uris]


def partition_column(table: DeltaTable) -> str | None:
    """The column that the table's files are split by; tables of this lake have one at most."""
    columns = table.metadata().partition_columns
    return str(columns[0]) if columns else None


def table_files(table: DeltaTable) -> LakeFiles:
    """Schema and files of delta-rs's handle of a version."""
    column = partition_column(table)
    files = tuple((uri, _partition_of(uri, column) if column else None) for uri in table_uris(table))
    return LakeFiles(int(table.version()), pa.schema(table.schema().to_arrow()), files)


def _partition_of(uri: str, column: str) -> str:
    """The partition in a file's path (`…/month=2010-11/…`)."""
    return unquote(uri.rpartition(f"/{column}=")[2].partition("/")[0])


def read_actions(store: fs.FileSystem, path: str) -> list[dict[str, Any]]:
    """The actions of a commit's file in `_delta_log` (Delta Lake's protocol): `add`, `remove`, `commitInfo`, … one an object."""
    with store.open_input_file(path) as file:
        return [json.loads(line) for line in file.read().decode().splitlines() if line.strip()]


def commit_actions(table: DeltaTable) -> list[dict[str, Any]]:
    """The actions of the commit that made the handle's version; none when its file has expired.

    delta-rs's `history` lists the commits up to the newest, whatever version the handle is of.
    """
    store, path = fs.FileSystem.from_uri(table.table_uri)
    try:
        return read_actions(store, f"{path}/{LOG}/{table.version():020}.json")
    except FileNotFoundError:
        return []


def scan(con: ibis.BaseBackend, files: LakeFiles) -> ibis.Table:
    """Files of a version as a lazy table: columns in the schema's order and types, the partition read from the files' paths."""
    if not files.files:
        return ibis.memtable(files.schema.empty_table())
    raw = con.read_parquet([uri for uri, _ in files.files], hive_partitioning=True, hive_types_autocast=False)
    types = ibis.Schema.from_pyarrow(files.schema).items()
    return raw.select(**{name: raw[name] if raw[name].type() == kind else raw[name].cast(kind) for name, kind in types})


def quoted(name: str) -> str:
    """A column's name as a quoted identifier of DuckDB's SQL."""
    return str(sge.to_identifier(name, quoted=True).sql("duckdb"))
