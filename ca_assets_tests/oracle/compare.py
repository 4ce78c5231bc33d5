"""Compare a folder written by `ca export --all --out DIR` with the oracle.

    python -m ca_assets_tests.oracle.compare SHOP_YAML EXPORT_DIR [--scope '*'|all|country=FR] [--as-of D] [--loaded-at T] [--windows]

Ints, texts, dates and times exactly; floats to 1e-9 relative (absolute near 0); keys unique; headers in order. Exit code 1 on any
difference. Belongs here: reading the export's text form strictly. Does not belong here: any figure.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import json
import re
import sys
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from ca_assets_tests.oracle.columns import (
    REPORTS,
    download_columns,
    order_columns,
    report_columns,
    report_key,
    report_names,
    segment_columns,
)
from ca_assets_tests.oracle.reports import all_reports, load_world, scope_tables, segment_table, without_model
from ca_assets_tests.oracle.world import World

TOLERANCE = 1e-9
SHOWN = 5
TIME = re.compile(r"\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z")
Columns = list[tuple[str, str]]
Key = tuple[Any, ...]


class Unreadable(ValueError):
    """A cell is not in the export's form."""


@dataclass
class Comparison:
    """What comparing one file gave."""

    name: str
    rows: int
    differences: list[str] = field(default_factory=list)


@lru_cache(100_000)
def _int(text: str) -> int:
    if not re.fullmatch(r"-?\d+", text):
        raise Unreadable(f"{text!r} is no int")
    return int(text)


def _float(text: str) -> float:
    value = float(text)
    if value != value or value in (float("inf"), float("-inf")):
        raise Unreadable(f"{text!r} is not finite")
    return value


def _bool(text: str) -> bool:
    if text not in ("true", "false"):
        raise Unreadable(f"{text!r} is neither true nor false")
    return text == "true"


@lru_cache(100_000)
def _date(text: str) -> dt.date:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        raise Unreadable(f"{text!r} is no date")
    return dt.date.fromisoformat(text)


def _time(text: str) -> dt.datetime:
    match = TIME.fullmatch(text)
    if not match or (match[1] and not match[1].strip(".0")):
        raise Unreadable(f"{text!r} is no UTC time such as 2010-11-30T19:35:00Z (a fraction only when there is one)")
    return dt.datetime.fromisoformat(text)


def _json(text: str) -> Any:
    return [{name: float(value) if isinstance(value, int) else value for name, value in line.items()} for line in json.loads(text)]


READ: dict[str, Callable[[str], Any]] = {
    "int": _int,
    "float": _float,
    "bool": _bool,
    "date": _date,
    "time": _time,
    "json": _json,
    "str": str,
}


def equal(ours: Any, theirs: Any) -> bool:
    """Equal values: floats with tolerance, lists and mappings of them too; anything where a model decides."""
    if ours is ...:
        return True
    if isinstance(ours, float) and isinstance(theirs, float):
        return abs(ours - theirs) <= TOLERANCE * max(1.0, abs(ours))
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(equal(a, b) for a, b in zip(ours, theirs, strict=True))
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return list(ours) == list(theirs) and all(equal(value, theirs[name]) for name, value in ours.items())
    return type(ours) is type(theirs) and ours == theirs


def read_export(path: Path, columns: Columns, key: list[str]) -> tuple[dict[Key, list[Any]], list[str]]:
    """The file's rows by key, and what is wrong with its form."""
    csv.field_size_limit(1 << 30)
    with path.open(encoding="utf-8", newline="") as handle:
        reader = csv.reader(handle)
        header = next(reader, [])
        if header != [name for name, _ in columns]:
            return {}, [f"header {header} instead of {[name for name, _ in columns]}"]
        return _read_rows(reader, columns, [header.index(name) for name in key])


def _read_rows(reader: Any, columns: Columns, places: list[int]) -> tuple[dict[Key, list[Any]], list[str]]:
    readers = [READ[kind] for _, kind in columns]
    rows: dict[Key, list[Any]] = {}
    problems = []
    for cells in reader:
        try:
            values = [None if cell == "" else read(cell) for cell, read in zip(cells, readers, strict=True)]
        except ValueError as error:
            problems.append(f"line {reader.line_num}: {error}")
            continue
        key = tuple(values[place] for place in places)
        if key in rows:
            problems.append(f"line {reader.line_num}: key {_shown(key)} stands twice")
        rows[key] = values
    return rows, problems


def compare_rows(name: str, columns: Columns, key: list[str], ours: list[list[Any]], path: Path) -> Comparison:
    """Compare the oracle's rows with a file."""
    if not path.exists():
        return Comparison(name, len(ours), ["the file is missing"])
    theirs, problems = read_export(path, columns, key)
    names = [column for column, _ in columns]
    places = [names.index(column) for column in key]
    comparison = Comparison(name, len(ours), problems)
    floats = [kind == "float" for _, kind in columns]
    expected = {}
    ours = [list(row) for row in without_model(name, [tuple(row) for row in ours], [tuple(row) for row in theirs.values()], places)]
    for row in ours:
        values = [float(value) if is_float and value not in (None, ...) else value for value, is_float in zip(row, floats, strict=True)]
        expected[tuple(values[place] for place in places)] = values
    if len(expected) < len(ours):
        comparison.differences.append("the oracle's own key is not unique")
    comparison.differences += [f"row {_shown(missing)} is missing" for missing in expected if missing not in theirs]
    comparison.differences += [f"row {_shown(extra)} is too much" for extra in theirs if extra not in expected]
    for where in expected.keys() & theirs.keys():
        for column, mine, other in zip(names, expected[where], theirs[where], strict=True):
            if mine != other and not equal(mine, other):
                comparison.differences.append(f"{_shown(where)} {column}: {_shown_value(other)}, oracle {_shown_value(mine)}")
    return comparison


def _shown(key: Key) -> str:
    return "(" + ", ".join(_shown_value(value) for value in key) + ")"


def _shown_value(value: Any) -> str:
    return value.isoformat() if isinstance(value, dt.date) else repr(value)


def compare(
    world: World, folder: Path, scope: str = "*", windows: bool = False, stated: Collection[str] = REPORTS.keys()
) -> list[Comparison]:
    """Compare every file of an export.

    `scope` is what was exported (`*` for all of them), `stated` the reports that the exporter says it has (default: the whole contract).
    """
    orders, downloads = scope_tables(world, "all" if scope == "*" else scope)
    order_names, download_names = order_columns(world.shop.dimensions, world.shop.actions), download_columns(world.shop.customer_actions)
    results = [
        compare_rows("orders", order_names, ["id"], [[row[name] for name, _ in order_names] for row in orders], folder / "orders.csv"),
        compare_rows(
            "downloads",
            download_names,
            ["client"],
            [[row[name] for name, _ in download_names] for row in downloads],
            folder / "downloads.csv",
        ),
    ]
    if "rfm/points" in stated:
        rows = segment_table(world, "all" if scope == "*" else scope)
        results.append(
            compare_rows("rfm_segments", segment_columns(), ["client"], [list(row) for row in rows], folder / "rfm_segments.csv")
        )
    leading: Columns = [("scope", "str")] if scope == "*" else []
    for name, rows in all_reports(world, windows, stated).items():
        wanted = [list(row) if leading else list(row[1:]) for row in rows if scope in ("*", row[0])]
        key = [column for column, _ in leading] + report_key(name)
        results.append(compare_rows(name, leading + report_columns(name), key, wanted, folder / f"{name}.csv"))
    unmapped = [name for name in report_names(windows) if not world.shop.has_report(name) and (folder / f"{name}.csv").exists()]
    return results + [Comparison(name, 0, ["exists, though nothing is mapped for it"]) for name in unmapped]


def differences(
    shop_yaml: Path | str,
    export_dir: Path | str,
    loaded_at: dt.datetime | None = None,
    windows: bool = False,
    scope: str = "*",
    report_date: dt.date | None = None,
    stated: Collection[str] = REPORTS.keys(),
) -> list[str]:
    """Every difference as `report: what`, empty when the export equals the oracle."""
    world = load_world(Path(shop_yaml), loaded_at, report_date)
    return [f"{result.name}: {text}" for result in compare(world, Path(export_dir), scope, windows, stated) for text in result.differences]


def main(arguments: list[str] | None = None) -> int:
    """The command line; 0 when everything is equal."""
    parser = argparse.ArgumentParser(prog="python -m ca_assets_tests.oracle.compare", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("shop_yaml", type=Path)
    parser.add_argument("export_dir", type=Path)
    parser.add_argument("--scope", default="*", help="the scope that was exported, * for all (default)")
    parser.add_argument("--as-of", type=dt.date.fromisoformat, help="the report date that was asked for")
    parser.add_argument("--loaded-at", type=dt.datetime.fromisoformat, help="the moment of the load (default: now), with its offset")
    parser.add_argument("--windows", action="store_true", help="the last 7, 28, 90 and 365 days too")
    options = parser.parse_args(arguments)
    world = load_world(options.shop_yaml, options.loaded_at, options.as_of)
    print(f"report date {world.report_date}, {len(world.views)} scopes, counts {world.tables.counts}")
    results = compare(world, options.export_dir, options.scope, options.windows)
    for result in results:
        print(f"{result.name}: {result.rows} rows, {len(result.differences)} differences")
        for text in result.differences[:SHOWN]:
            print(f"    {text}")
    return 1 if any(result.differences for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
