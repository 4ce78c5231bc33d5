"""Reports and tables as files in the format of docs/contract, section 1: CSV, JSON (a list of objects), Parquet or one HTML page.

Null is an empty cell, nothing is rounded (shortest text that gives the same float), times are `2010-11-30T19:35:00Z`, dates ISO,
`basket` is JSON. No text is prefixed or changed (a page that offers a download for spreadsheets does that itself).
Everything is read from the one snapshot that is given; a file appears under its name only when it is complete.
How values become text: `files`. What a scope's rows are: `scope`.
"""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from ca_assets.analyses.core.family import families
from ca_assets.contracts.report_path import ReportPath
from ca_assets.export.files import Format, write_batches
from ca_assets.export.scope import table_batches, table_choices
from ca_assets.index.protocol import NotPublished, Snapshot

ALL_SCOPES = "*"


def export_report(
    snapshot: Snapshot,
    path: str,
    out: BinaryIO | Path,
    *,
    scope: str = "all",
    report_date: dt.date | None = None,
    format: Format = "csv",
) -> int:
    """Write `report_name/type[@window]` of a scope, or of all scopes (`*`) with a leading column `scope`; returns the rows written.

    `report_date` None: the newest. Raises NotPublished.
    """
    table = report_table(snapshot, path, scope, report_date)
    return write_batches(table.schema, iter(table.to_batches()), out, format)


def report_table(snapshot: Snapshot, path: str, scope: str = "all", report_date: dt.date | None = None) -> pa.Table:
    """The rows that `export_report` writes. Raises NotPublished."""
    name, _, type_ = path.partition("/")
    if scope != ALL_SCOPES:
        return snapshot.report(name, type_, scope, report_date).data
    day = report_date or snapshot.report(name, type_).key.report_date
    tables: list[pa.Table] = []
    for one_scope in snapshot.scopes(day):
        with suppress(NotPublished):  # another analysis has this scope, this one has not
            rows = snapshot.report(name, type_, one_scope, day).data
            tables.append(rows.add_column(0, pa.field("scope", pa.string()), pa.array([one_scope] * rows.num_rows, pa.string())))
    if not tables:
        raise NotPublished(f"the report {path} is not published as of {day}")
    return pa.concat_tables(tables)


def export_table(snapshot: Snapshot, name: str, out: BinaryIO | Path, *, scope: str = "all", format: Format = "csv") -> int:
    """Write a table: of a scope its sessions, the customers with a known session in it, or its buyers; `*` is `all`.

    Returns the rows written. Raises NotPublished, also for a scope that does not exist.
    """
    schema, batches = table_batches(snapshot, name, "all" if scope == ALL_SCOPES else scope)
    return write_batches(schema, batches, out, format)


def export_all(
    snapshot: Snapshot,
    out: Path,
    *,
    scope: str = "all",
    report_date: dt.date | None = None,
    format: Format = "csv",
    windows: bool = False,
) -> dict[str, int]:
    """Write every report as `<report_name>/<type>.<format>` and the tables into a folder; returns rows by file name.

    Not reports about this installation (the ledger of loads): two exports of the same data shall be the same.
    `windows`: also those with a suffix (`@28d`). Reports are those of the newest report date when none is given. Raises NotPublished.
    """
    written: dict[str, int] = {}
    paths = report_paths(snapshot, report_date, windows=windows, scope="all" if scope == ALL_SCOPES else scope)
    left_out = {family.report_name for family in families().values() if not family.is_in_full_export}
    for path in (path for path in paths if path.partition("/")[0] not in left_out):
        file = f"{path}.{format}"
        written[file] = export_report(snapshot, path, out / file, scope=scope, report_date=report_date, format=format)
    for name in (name for name in table_choices() if is_published(snapshot, name)):
        file = f"{name}.{format}"
        written[file] = export_table(snapshot, name, out / file, scope=scope, format=format)
    return written


def is_published(snapshot: Snapshot, table: str) -> bool:
    """Whether a snapshot has a table: it lacks that of a family which no load has computed yet."""
    try:
        snapshot.table(table)
    except NotPublished:
        return False
    return True


def report_paths(snapshot: Snapshot, report_date: dt.date | None = None, *, windows: bool = True, scope: str = "all") -> list[str]:
    """`report_name/type` of all reports of a scope (and report date), sorted. Raises NotPublished when there is none."""
    published = snapshot.keys()
    keys = [key for key in published if key.scope == scope and report_date in {None, key.report_date}]
    if not keys:
        day = f" as of {report_date}" if report_date else ""
        raise NotPublished(f"no report is published for scope {scope!r}{day}; choose a scope and a date that exist")
    paths = {f"{key.report_name}/{key.type}" for key in keys}
    return sorted(path for path in paths if windows or ReportPath.parse(path).window is None)
