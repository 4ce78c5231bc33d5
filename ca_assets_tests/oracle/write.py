"""The oracle's own tables and reports in the export's form: for the tests of `compare` and of the cases."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ca_assets_tests.oracle.columns import download_columns, order_columns, report_columns, segment_columns
from ca_assets_tests.oracle.reports import all_reports, segment_table
from ca_assets_tests.oracle.world import World


def write_export(world: World, folder: Path, windows: bool = False) -> None:
    """What `ca export --all --scope '*' --out DIR` should write."""
    orders, downloads = order_columns(world.shop.dimensions, world.shop.actions), download_columns(world.shop.customer_actions)
    for name, columns, records in (("orders", orders, world.tables.orders), ("downloads", downloads, world.tables.downloads)):
        names = [column for column, _ in columns]
        _write(folder / f"{name}.csv", names, ([record[column] for column in names] for record in records))
    _write(folder / "rfm_segments.csv", [column for column, _ in segment_columns()], segment_table(world, "all"))
    for name, rows in all_reports(world, windows).items():
        _write(folder / f"{name}.csv", ["scope", *(column for column, _ in report_columns(name))], rows)


def _write(path: Path, names: list[str], rows: Iterable[Iterable[Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(names)
        writer.writerows([_text(value) for value in row] for row in rows)


def _text(value: Any) -> str:
    if value is None or value is ...:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        text = value.replace(tzinfo=None).isoformat()
        return (text.rstrip("0") if value.microsecond else text) + "Z"
    if isinstance(value, dt.date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else str(value)
