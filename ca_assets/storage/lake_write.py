"""Replacing a lake table or months of it: stage once, compare with what is there, commit only what changed.

The rows are computed once, into a sorted Parquet file in the engine's spill folder; a fingerprint per month (rows, sum and xor of
row hashes: independent of row order) tells which months differ from those of the last commit, which carries them in its metadata.
Whatever engine computed the rows, DuckDB compares and streams the files: the same rows have the same fingerprints on all engines.
Does not belong here: reading and housekeeping (`lake`).
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, WriterProperties, write_deltalake
from deltalake.exceptions import CommitFailedError

from ca_assets.storage.engine import local_engine, scratch_folder
from ca_assets.storage.lake_files import MONTH, LakeConflict, LakeError, LakeFiles, NotInLake, scan, table_files

FINGERPRINTS = "ca.fingerprints"
BATCH_ROWS = 65_536
Fingerprints = dict[str, str]


@dataclass(frozen=True)
class Target:
    """The table to write: its name, where it is, and its newest version (None: it does not exist yet)."""

    name: str
    uri: str
    table: DeltaTable | None

    def files(self) -> LakeFiles:
        """Schema and files of the newest version. Raises NotInLake."""
        if self.table is None:
            raise NotInLake(f"the lake has no table {self.name!r}")
        return table_files(self.table)


def write(con: Any, target: Target, expr: ibis.Table, months: Collection[str] | None, key: str | None) -> int:
    """See `Lake.write`."""
    if months is not None and MONTH not in expr.columns:
        raise LakeError(f"table {target.name!r} has no column {MONTH!r}, so it cannot be written by months; write it whole")
    local = local_engine(con)
    with tempfile.TemporaryDirectory(dir=scratch_folder(con)) as folder:
        if target.table is None or months is None:
            return _commit_changes(local, target, _to_file(con, local, expr, Path(folder) / "new.parquet"), None)
        staged = _to_file(con, local, _as_known(target, expr), Path(folder) / "new.parquet")
        _only_months(target.name, staged, months)
        replaced = set(months)
        if key is not None:
            staged, replaced = _without_moved(local, target, staged, replaced, key)
        return _commit_changes(local, target, staged, replaced)


def _as_known(target: Target, expr: ibis.Table) -> ibis.Table:
    """The rows in the table's own columns and types; LakeError when there are others."""
    known = ibis.Schema.from_pyarrow(target.files().schema)
    if sorted(known.names) != sorted(expr.columns):
        different = ", ".join(sorted(set(known.names) ^ set(expr.columns)))
        raise LakeError(f"the columns of {target.name!r} changed ({different}); run a full load (ca load --full)")
    return expr.select(*known.names).cast(known)


def _only_months(name: str, staged: ibis.Table, months: Collection[str]) -> None:
    found = set(staged.select(MONTH).distinct().to_pyarrow()[MONTH].to_pylist())
    if outside := found - set(months):
        raise LakeError(f"{name!r}: rows of {', '.join(sorted(map(str, outside)))} in a write of {', '.join(sorted(months))}")


def _without_moved(con: Any, target: Target, staged: ibis.Table, months: set[str], key: str) -> tuple[ibis.Table, set[str]]:
    """Add the months that lose rows to a moved key, with the rows that stay in them."""
    current = scan(con, target.files())
    others = current.filter(~current[MONTH].isin(list(months))) if months else current
    moved = others.semi_join(staged, key).select(MONTH).distinct().to_pyarrow()[MONTH].to_pylist()
    if not moved:
        return staged, months
    rest = others.filter(others[MONTH].isin(moved)).anti_join(staged, key)
    return staged.union(rest.select(*staged.columns).cast(staged.schema())), months | set(moved)


def _to_file(con: Any, local: Any, expr: ibis.Table, path: Path) -> ibis.Table:
    """The rows, computed by `con` into a file (by Spark: a folder of files), as a table of the local engine."""
    order = [column for column in (MONTH, "local_start") if column in expr.columns]
    con.to_parquet(expr.order_by(order) if order else expr, path)
    files = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
    return local.read_parquet(files, hive_partitioning=False).cast(expr.schema())


def _commit_changes(con: Any, target: Target, staged: ibis.Table, replaced: set[str] | None) -> int:
    """Commit the months that differ; `replaced` None: all that there are."""
    new = fingerprints(con, staged)
    old = _recorded(target.table, staged) if target.table is not None else None
    if target.table is None or old is None:
        if replaced is not None:
            return _commit(con, target, staged, replaced, None)
        return _commit(con, target, staged, None, new)
    kept = {month: text for month, text in old.items() if replaced is not None and month not in replaced}
    after = {**kept, **new}
    changed = {month for month in {*old, *after} if old.get(month) != after.get(month)}
    if not changed:
        return int(target.table.version())
    return _commit(con, target, staged, changed if MONTH in staged.columns else None, after)


def fingerprints(con: Any, table: ibis.Table) -> Fingerprints:
    """Per month ("" for a table without months): rows, sum and xor of the engine's hashes of whole rows, as text."""
    names = ", ".join(f't."{name.replace(chr(34), chr(34) * 2)}"' for name in sorted(table.columns))
    group = f't."{MONTH}"' if MONTH in table.columns else "''"
    hashed = f"SELECT {group} AS m, hash({names}) AS h FROM ({con.compile(table)}) AS t"  # noqa: S608 - by Ibis; names quoted
    found = con.con.execute(f"SELECT m, count(*), sum(h), bit_xor(h) FROM ({hashed}) GROUP BY m").fetchall()  # noqa: S608
    return {str(month): f"{rows}-{total}-{xor}" for month, rows, total, xor in found}


def _columns(table: ibis.Table) -> list[list[str]]:
    return [[name, str(kind)] for name, kind in zip(table.columns, table.schema().to_pyarrow().types, strict=True)]


def _recorded(table: DeltaTable, staged: ibis.Table) -> Fingerprints | None:
    """What the newest commit recorded; None (write everything) when its columns differ or it recorded nothing."""
    text = table.history(1)[0].get(FINGERPRINTS)
    record = json.loads(text) if text else {}
    found: Fingerprints | None = record.get("months") if record.get("columns") == _columns(staged) else None
    return found


def _commit(con: Any, target: Target, staged: ibis.Table, months: set[str] | None, record: Fingerprints | None) -> int:
    """Replace the months (None: everything) by their staged rows, in one commit on top of the version that was compared."""
    rows = staged if months is None else staged.filter(staged[MONTH].isin(sorted(months)))
    metadata = {} if record is None else {FINGERPRINTS: json.dumps({"columns": _columns(staged), "months": record}, sort_keys=True)}
    settings: dict[str, Any] = {"mode": "error"}
    if target.table is not None:
        settings = {"mode": "overwrite"} | ({"schema_mode": "overwrite"} if months is None else {"predicate": _any_of(months)})
    try:
        write_deltalake(
            target.table if target.table is not None else target.uri,
            batches(con, rows),
            partition_by=[MONTH] if MONTH in staged.columns else None,
            writer_properties=WriterProperties(compression="ZSTD", compression_level=1),
            commit_properties=CommitProperties(custom_metadata=metadata, max_commit_retries=0),
            **settings,
        )
    except CommitFailedError:
        raise LakeConflict(f"another process wrote {target.name!r} at the same time; nothing of it changed here: run it again") from None
    return int(DeltaTable(target.uri, without_files=True).version())


def _any_of(months: Iterable[str]) -> str:
    texts = ", ".join("'" + month.replace("'", "''") + "'" for month in sorted(months))
    return f"{MONTH} IN ({texts})"


def batches(con: Any, table: ibis.Table) -> pa.RecordBatchReader:
    """A file-backed table as a stream of batches (Ibis' own stream calls a method that DuckDB 2 has no more)."""
    return con.con.sql(con.compile(table)).to_arrow_reader(BATCH_ROWS)
