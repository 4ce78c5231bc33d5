"""Replacing a lake table or months of it: stage once, compare with what is there, commit only what changed.

The rows are computed once, into a sorted Parquet file in the engine's spill folder; a fingerprint per month (rows, sum and xor of
row hashes: independent of row order) tells which months differ from those of the last commit, which carries them in its metadata.
Does not belong here: reading and housekeeping (`lake`).
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, WriterProperties, write_deltalake
from deltalake.exceptions import CommitFailedError

from ca_assets.storage.lake import MONTH, Lake, LakeConflict, LakeError

FINGERPRINTS = "ca.fingerprints"
BATCH_ROWS = 65_536
Fingerprints = dict[str, str]


def write(lake: Lake, con: ibis.BaseBackend, name: str, expr: ibis.Table, months: Collection[str] | None, key: str | None) -> int:
    """See `Lake.write`."""
    table = lake.open(name) if lake.has(name) else None
    if months is not None and MONTH not in expr.columns:
        raise LakeError(f"table {name!r} has no column {MONTH!r}, so it cannot be written by months; write it whole")
    if table is not None and months is not None:
        expr = _as_known(name, table, expr)
    with tempfile.TemporaryDirectory(dir=_scratch(con)) as folder:
        staged, replaced = _stage(lake, con, name, expr, months if table is not None else None, key, Path(folder))
        return _commit_changes(lake, con, name, table, staged, replaced)


def _scratch(con: Any) -> str:
    folder = str(con.con.execute("SELECT current_setting('temp_directory')").fetchall()[0][0])
    Path(folder).mkdir(parents=True, exist_ok=True)
    return folder


def _as_known(name: str, table: DeltaTable, expr: ibis.Table) -> ibis.Table:
    """The rows in the table's own columns and types; LakeError when there are others."""
    known = ibis.Schema.from_pyarrow(pa.schema(table.schema().to_arrow()))
    if sorted(known.names) != sorted(expr.columns):
        different = ", ".join(sorted(set(known.names) ^ set(expr.columns)))
        raise LakeError(f"the columns of {name!r} changed ({different}); run a full load (ca load --full)")
    return expr.select(*known.names).cast(known)


def _stage(
    lake: Lake, con: Any, name: str, expr: ibis.Table, months: Collection[str] | None, key: str | None, folder: Path
) -> tuple[ibis.Table, set[str] | None]:
    """Rows as a table over one staged file, and the months that they replace (None: the whole table)."""
    staged = _to_file(con, expr, folder / "new.parquet")
    if months is None:
        return staged, None
    outside = (
        set(staged.filter(~staged[MONTH].isin(list(months))).select(MONTH).distinct().to_pyarrow()[MONTH].to_pylist()) if months else set()
    )
    if outside:
        raise LakeError(f"{name!r}: rows of {', '.join(sorted(map(str, outside)))} were given to a write of {', '.join(sorted(months))}")
    if key is None:
        return staged, set(months)
    return _without_moved(lake.read(con, name), con, staged, set(months), key, folder)


def _without_moved(
    current: ibis.Table, con: Any, staged: ibis.Table, months: set[str], key: str, folder: Path
) -> tuple[ibis.Table, set[str]]:
    """Add the months that lose rows to a moved key, with the rows that stay in them."""
    others = current.filter(~current[MONTH].isin(list(months)))
    moved = others.semi_join(staged, key).select(MONTH).distinct().to_pyarrow()[MONTH].to_pylist()
    if not moved:
        return staged, months
    rest = others.filter(others[MONTH].isin(moved)).anti_join(staged, key)
    both = staged.union(rest.select(*staged.columns).cast(staged.schema()))
    return _to_file(con, both, folder / "both.parquet"), months | set(moved)


def _to_file(con: Any, expr: ibis.Table, path: Path) -> ibis.Table:
    order = [column for column in (MONTH, "local_start") if column in expr.columns]
    con.to_parquet(expr.order_by(order) if order else expr, path)
    return con.read_parquet(path, hive_partitioning=False).cast(expr.schema())


def _commit_changes(lake: Lake, con: Any, name: str, table: DeltaTable | None, staged: ibis.Table, replaced: set[str] | None) -> int:
    new = fingerprints(con, staged)
    old = _recorded(table, staged) if table is not None else None
    if table is None or old is None:
        return _commit(lake, con, name, table, staged, None, _record(staged, new))
    kept = {month: text for month, text in old.items() if replaced is not None and month not in replaced}
    after = {**kept, **new}
    changed = {month for month in {*old, *after} if old.get(month) != after.get(month)}
    if not changed:
        return int(table.version())
    return _commit(lake, con, name, table, staged, changed if MONTH in staged.columns else None, _record(staged, after))


def fingerprints(con: Any, table: ibis.Table) -> Fingerprints:
    """Per month ("" for a table without months): rows, sum and xor of the engine's hashes of whole rows, as text."""
    names = ", ".join(f't."{name.replace(chr(34), chr(34) * 2)}"' for name in sorted(table.columns))
    group = f't."{MONTH}"' if MONTH in table.columns else "''"
    sql = (
        f"SELECT m, count(*), sum(h), bit_xor(h) FROM (SELECT {group} AS m, hash({names}) AS h FROM ({con.compile(table)}) AS t) GROUP BY m"  # noqa: S608 - compiled by Ibis, names quoted
    )
    return {str(month): f"{rows}-{total}-{xor}" for month, rows, total, xor in con.con.execute(sql).fetchall()}


def _record(staged: ibis.Table, months: Fingerprints) -> str:
    return json.dumps({"columns": _columns(staged), "months": months}, sort_keys=True)


def _columns(table: ibis.Table) -> list[list[str]]:
    return [[name, str(kind)] for name, kind in zip(table.columns, table.schema().to_pyarrow().types, strict=True)]


def _recorded(table: DeltaTable, staged: ibis.Table) -> Fingerprints | None:
    """What the newest commit recorded; None (write everything) when its columns differ or another program committed last."""
    text = table.history(1)[0].get(FINGERPRINTS)
    record = json.loads(text) if text else {}
    return record["months"] if record.get("columns") == _columns(staged) else None


def _commit(lake: Lake, con: Any, name: str, table: DeltaTable | None, staged: ibis.Table, months: set[str] | None, record: str) -> int:
    """Replace the months (None: everything) by their staged rows."""
    rows = staged if months is None else staged.filter(staged[MONTH].isin(sorted(months)))
    partitioned = MONTH in staged.columns
    try:
        write_deltalake(
            table if table is not None else lake.uri(name),
            batches(con, rows),
            partition_by=[MONTH] if partitioned else None,
            mode="overwrite" if table is not None else "error",
            predicate=None if months is None else _any_of(months),
            schema_mode="overwrite" if table is not None and months is None else None,
            writer_properties=WriterProperties(compression="ZSTD", compression_level=1),
            commit_properties=CommitProperties(custom_metadata={FINGERPRINTS: record}, max_commit_retries=0),
        )
    except CommitFailedError:
        raise LakeConflict(f"another process wrote {name!r} at the same time; nothing was changed by this load: run it again") from None
    return lake.version(name)


def _any_of(months: Iterable[str]) -> str:
    texts = ", ".join("'" + month.replace("'", "''") + "'" for month in sorted(months))
    return f"{MONTH} IN ({texts})"


def batches(con: Any, table: ibis.Table) -> pa.RecordBatchReader:
    """A file-backed table as a stream of batches (Ibis' own stream calls a method that DuckDB 2 has no more)."""
    return con.con.sql(con.compile(table)).to_arrow_reader(BATCH_ROWS)
