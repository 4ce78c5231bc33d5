"""Replacing a lake table, months of it or one report date: stage once, compare with what is there, commit only what changed.

The rows are computed once, into a sorted Parquet file in the engine's spill folder; a fingerprint per partition (rows, sum and xor of
row hashes: independent of row order) tells which partitions differ from those of the last commit, which carries them in its metadata.
Whatever engine computed the rows, DuckDB compares and streams the files: the same rows have the same fingerprints on all engines.
Does not belong here: reading and housekeeping (`lake`).
"""

from __future__ import annotations

import datetime as dt
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

from ca_assets.contracts.tables import MONTH, REPORT_DATE
from ca_assets.engine.connect import local_engine, scratch_folder
from ca_assets.lake.files import LakeConflict, LakeError, LakeFiles, NotInLake, commit_actions, partition_column, quoted, scan, table_files

FINGERPRINTS = "ca.fingerprints"
NO_ROWS = "0-0-0"  # of a report date that was written without rows
BATCH_ROWS = 65_536
Columns = list[list[str]]
Fingerprints = dict[str, str]


@dataclass(frozen=True)
class Target:
    """The table to write: its name, where it is, its newest version (None: it does not exist yet), and the column that splits it."""

    name: str
    uri: str
    table: DeltaTable | None
    partition: str | None

    def files(self) -> LakeFiles:
        """Schema and files of the newest version. Raises NotInLake."""
        if self.table is None:
            raise NotInLake(f"the lake has no table {self.name!r}")
        return table_files(self.table)

    def schema(self) -> ibis.Schema:
        """Columns of the newest version. Raises NotInLake."""
        return ibis.Schema.from_pyarrow(self.files().schema)


@dataclass(frozen=True)
class Record:
    """What a commit says of the table's rows: their columns (name, Arrow type), and a fingerprint of each partition ("" without)."""

    columns: Columns
    fingerprints: Fingerprints

    def text(self) -> str:
        """As JSON. The key `months` is older than tables by report date."""
        return json.dumps({"columns": self.columns, "months": self.fingerprints}, sort_keys=True)


def recorded(table: DeltaTable) -> Record | None:
    """What the commit of the handle's version recorded; None when it recorded nothing."""
    texts = (action["commitInfo"].get(FINGERPRINTS) for action in commit_actions(table) if "commitInfo" in action)
    text = next(texts, None)
    if not text:
        return None
    record = json.loads(text)
    return Record(record["columns"], record["months"])


def write(con: Any, target: Target, expr: ibis.Table, months: Collection[str] | None, key: str | None) -> int:
    """See `Lake.write`."""
    if months is not None and MONTH not in expr.columns:
        raise LakeError(f"table {target.name!r} has no column {MONTH!r}, so it cannot be written by months; write it whole")
    if target.table is not None and partition_column(target.table) == REPORT_DATE:
        raise LakeError(f"table {target.name!r} keeps a state of each report date; write one date of it")
    local = local_engine(con)
    with tempfile.TemporaryDirectory(dir=scratch_folder(con)) as folder:
        path = Path(folder) / "new.parquet"
        if target.table is None or months is None:
            return _commit_changes(local, target, _to_file(con, local, target, expr, path), None)
        staged = _to_file(con, local, target, _in_known_columns(target, expr), path)
        _require_months(target.name, staged, months)
        replaced = set(months)
        if key is not None:
            staged, replaced = _with_moved_rows(local, target, staged, replaced, key)
        return _commit_changes(local, target, staged, replaced)


def write_date(con: Any, target: Target, expr: ibis.Table, day: dt.date) -> int:
    """See `Lake.write_date`."""
    local, date = local_engine(con), day.isoformat()
    rows = expr if REPORT_DATE in expr.columns else expr.mutate(**{REPORT_DATE: ibis.literal(day)})
    with tempfile.TemporaryDirectory(dir=scratch_folder(con)) as folder:
        staged = _to_file(con, local, target, _with_known_columns(target, rows), Path(folder) / "new.parquet")
        new = {date: NO_ROWS, **fingerprints(local, staged, REPORT_DATE)}
        if others := new.keys() - {date}:
            raise LakeError(f"{target.name!r}: rows of {', '.join(sorted(others))} in a write of {date}")
        old = recorded(target.table) if target.table is not None else None
        if target.table is None or old is None:
            return _commit(local, target, staged, None, Record(_columns(staged), new))
        if old.columns != _columns(staged):
            staged = _with_other_dates(local, target, staged, day)
            new = {**dict.fromkeys(old.fingerprints, NO_ROWS), **new, **fingerprints(local, staged, REPORT_DATE)}
            return _commit(local, target, staged, None, Record(_columns(staged), new))
        if old.fingerprints.get(date) == new[date]:
            return int(target.table.version())
        return _commit(local, target, staged, {date}, Record(old.columns, {**old.fingerprints, **new}))


def _in_known_columns(target: Target, expr: ibis.Table) -> ibis.Table:
    """The rows in the table's own columns and types; LakeError when there are others."""
    known = target.schema()
    if sorted(known.names) != sorted(expr.columns):
        different = ", ".join(sorted(set(known.names) ^ set(expr.columns)))
        raise LakeError(f"the columns of {target.name!r} changed ({different}); run a full load (ca load --full)")
    return expr.select(*known.names).cast(known)


def _with_known_columns(target: Target, expr: ibis.Table) -> ibis.Table:
    """The rows with the table's columns, null where they have none of their own, then their new ones (null in earlier dates).

    LakeError when a column has another type than in the dates that are kept.
    """
    if target.table is None:
        return expr
    known, types = target.schema(), expr.schema().to_pyarrow()
    changed = [field.name for field in target.files().schema if field.name in types.names and types.field(field.name).type != field.type]
    if changed:
        raise LakeError(
            f"table {target.name!r} keeps earlier dates in which {', '.join(changed)} has another type; give the column another name"
        )
    columns = {name: expr[name] if name in expr.columns else ibis.null(known[name]) for name in known.names}
    return expr.select(**columns, **{name: expr[name] for name in expr.columns if name not in columns})


def _with_other_dates(con: Any, target: Target, staged: ibis.Table, day: dt.date) -> ibis.Table:
    """The rows with those of all other dates, which get the new columns: readers find the same columns in every file."""
    current, types = scan(con, target.files()), staged.schema().items()
    others = current.filter(current[REPORT_DATE] != ibis.literal(day))
    return others.select(**{name: others[name] if name in others.columns else ibis.null(kind) for name, kind in types}).union(staged)


def _require_months(name: str, staged: ibis.Table, months: Collection[str]) -> None:
    """LakeError when there are rows of other months."""
    present = set(staged.select(MONTH).distinct().to_pyarrow()[MONTH].to_pylist())
    if outside := present - set(months):
        raise LakeError(f"{name!r}: rows of {', '.join(sorted(map(str, outside)))} in a write of {', '.join(sorted(months))}")


def _with_moved_rows(con: Any, target: Target, staged: ibis.Table, months: set[str], key: str) -> tuple[ibis.Table, set[str]]:
    """Add the months that lose rows to a moved key, with the rows that stay in them."""
    current = scan(con, target.files())
    others = current.filter(~current[MONTH].isin(list(months))) if months else current
    moved = others.semi_join(staged, key).select(MONTH).distinct().to_pyarrow()[MONTH].to_pylist()
    if not moved:
        return staged, months
    rest = others.filter(others[MONTH].isin(moved)).anti_join(staged, key)
    return staged.union(rest.select(*staged.columns).cast(staged.schema())), months | set(moved)


def _to_file(con: Any, local: Any, target: Target, expr: ibis.Table, path: Path) -> ibis.Table:
    """The rows, computed by `con` into a file (by Spark: a folder of files), as a table of the local engine."""
    order = [column for column in (target.partition, "local_start") if column in expr.columns]
    con.to_parquet(expr.order_by(order) if order else expr, path)
    files = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
    return local.read_parquet(files, hive_partitioning=False).cast(expr.schema())


def _commit_changes(con: Any, target: Target, staged: ibis.Table, replaced: set[str] | None) -> int:
    """Commit the months that differ; `replaced` None: all that there are."""
    new = Record(_columns(staged), fingerprints(con, staged, target.partition))
    old = recorded(target.table) if target.table is not None else None
    if target.table is None or old is None or old.columns != new.columns:
        return _commit(con, target, staged, replaced, new if replaced is None else None)
    unreplaced = {month: text for month, text in old.fingerprints.items() if replaced is not None and month not in replaced}
    after = {**unreplaced, **new.fingerprints}
    changed = {month for month in {*old.fingerprints, *after} if old.fingerprints.get(month) != after.get(month)}
    if not changed:
        return int(target.table.version())
    return _commit(con, target, staged, changed if target.partition else None, Record(new.columns, after))


def fingerprints(con: Any, table: ibis.Table, partition: str | None) -> Fingerprints:
    """Per partition ("" for a table without): rows, sum and xor of the engine's hashes of whole rows, as text."""
    names = ", ".join(f"t.{quoted(name)}" for name in sorted(table.columns))
    group = f"t.{quoted(partition)}" if partition else "''"
    hashed = f"SELECT {group} AS m, hash({names}) AS h FROM ({con.compile(table)}) AS t"  # noqa: S608 - by Ibis; names quoted
    rows = con.con.execute(f"SELECT m, count(*), sum(h), bit_xor(h) FROM ({hashed}) GROUP BY m").fetchall()  # noqa: S608
    return {str(part): f"{count}-{total}-{xor}" for part, count, total, xor in rows}


def _columns(table: ibis.Table) -> Columns:
    return [[name, str(kind)] for name, kind in zip(table.columns, table.schema().to_pyarrow().types, strict=True)]


def _commit(con: Any, target: Target, staged: ibis.Table, partitions: set[str] | None, record: Record | None) -> int:
    """Replace the partitions (None: everything) by their staged rows, in one commit on top of the version that was compared."""
    rows = staged
    if partitions is not None:
        rows = staged.filter(staged[target.partition].cast("string").isin(sorted(partitions)))
    try:
        write_deltalake(
            target.table if target.table is not None else target.uri,
            batches(con, rows),
            partition_by=[target.partition] if target.partition else None,
            writer_properties=WriterProperties(compression="ZSTD", compression_level=1),
            commit_properties=CommitProperties(
                custom_metadata={} if record is None else {FINGERPRINTS: record.text()},
                max_commit_retries=0,
            ),
            **_mode(target, partitions),
        )
    except CommitFailedError:
        raise LakeConflict(f"another process wrote {target.name!r} at the same time; nothing of it changed here: run it again") from None
    return int(DeltaTable(target.uri).version())


def _mode(target: Target, partitions: Iterable[str] | None) -> dict[str, Any]:
    """How delta-rs writes: a new table, over all of it with its columns, or over some partitions."""
    if target.table is None:
        return {"mode": "error"}
    if partitions is None:
        return {"mode": "overwrite", "schema_mode": "overwrite"}
    texts = ", ".join("'" + partition.replace("'", "''") + "'" for partition in sorted(partitions))
    return {"mode": "overwrite", "predicate": f"{target.partition} IN ({texts})"}


def batches(con: Any, table: ibis.Table) -> pa.RecordBatchReader:
    """A file-backed table as a stream of batches (Ibis' own stream calls a method that DuckDB 2 has no more)."""
    return con.con.sql(con.compile(table)).to_arrow_reader(BATCH_ROWS)
