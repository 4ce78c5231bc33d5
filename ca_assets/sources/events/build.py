"""Files of typed events → the shop's tables as Parquet files, whole or only what hangs together with new events.

The steps: events without copies, whose they are and in which visit (`sql/visits.sql`), the tables of these (`sql/tables.sql`). Each table
has the column `_device`, by which rows are replaced when a device gets new events.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
from duckdb import ColumnExpression, ConstantExpression, Expression, FunctionExpression, StarExpression

from ca_assets.sources.events.components import find_affected
from ca_assets.sources.events.statements import statements

SESSIONS, TABLES = "sessions", ("sessions", "customers", "baskets", "product_activity")
LEFT_OUT, REJECTS = "left_out", "rejects"
VISITS = ("device_people", "guest_people", "anchors", "placed", "doubles", "visited")


@dataclass(frozen=True)
class BuildRules:
    """`gap_seconds` ends a visit. `dimensions`: paths, in the order in which events have their values, and `actions`: names of events, with
    their codes; both are names of columns of the sessions."""

    gap_seconds: int = 1800
    dimensions: tuple[str, ...] = ()
    actions: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Parts:
    """Files of typed events. `files`: all there are now, `new`: those of them that are new, `removed`: those that are there no more."""

    files: Sequence[Path]
    new: Sequence[Path] = ()
    removed: Sequence[Path] = ()


@dataclass(frozen=True)
class BuildCounts:
    """Of typed events: those that were told twice, and refunds of orders that are not known."""

    duplicates: int
    orphans: int


def build_tables(con: duckdb.DuckDBPyConnection, parts: Parts, rules: BuildRules, target: Path, before: Path | None) -> BuildCounts:
    """Write the tables to the new folder `target`; `before`: that of the last build, of which what has not changed is taken."""
    visits, tables, components = statements("visits"), statements("tables"), statements("components")
    _view(con, "all_events", parts.files)
    con.execute(visits["copies"])
    if before is None:
        con.execute(components["none"])
    else:
        _view(con, "new_events", parts.new or parts.files, is_empty=not parts.new)
        _view(con, "removed_events", parts.removed or parts.files, is_empty=not parts.removed)
        find_affected(con)
    con.execute(components["events" if before is None else "affected events"])
    for step in VISITS:
        con.execute(visits[step], {"gap": rules.gap_seconds * 1_000_000} if step == "visited" else None)
    con.execute(tables["macros"])
    con.execute(tables["rows"], {"codes": [code for _, code in rules.actions]})
    con.execute(tables["refunds"])
    target.mkdir(parents=True)
    for name in (*TABLES, LEFT_OUT):
        rows = con.sql(tables[name])
        if name == SESSIONS:
            rows = rows.select(StarExpression(exclude=["codes", "dimensions"]), *_shop_columns(rules))
        if before is not None:
            rows.create_view("built_rows", replace=True)
            con.read_parquet(str(before / f"{name}.parquet")).create_view("known_rows", replace=True)
            rows = con.sql(tables["kept"])
        rows.write_parquet(str(target / f"{name}.parquet"), compression="zstd")
    return _write_rejects(con, parts.files, target)


def _view(con: duckdb.DuckDBPyConnection, name: str, files: Sequence[Path], *, is_empty: bool = False) -> None:
    rows = con.read_parquet([str(file) for file in files])
    (rows.limit(0) if is_empty else rows).create_view(name, replace=True)


def _shop_columns(rules: BuildRules) -> list[Expression]:
    """What the shop maps of a session: the first value of each dimension, and whether an action occurred."""
    values = [
        FunctionExpression("map_extract_value", ColumnExpression("dimensions"), ConstantExpression(place)).alias(path)
        for place, path in enumerate(rules.dimensions, 1)
    ]
    flags = [
        FunctionExpression("list_contains", ColumnExpression("codes"), ConstantExpression(code)).alias(name) for name, code in rules.actions
    ]
    return [*values, *flags]


def _write_rejects(con: duckdb.DuckDBPyConnection, files: Sequence[Path], target: Path) -> BuildCounts:
    """All events that were left out, with their reasons, in one file."""
    tables = statements("tables")
    con.read_parquet(str(target / f"{LEFT_OUT}.parquet")).create_view("left_rows", replace=True)
    con.read_parquet([f"{file}.bad" for file in files]).create_view("bad_rows", replace=True)
    con.sql(tables["rejects"]).write_parquet(str(target / f"{REJECTS}.parquet"), compression="zstd")
    ((duplicates, orphans),) = con.execute(tables["counts"]).fetchall()
    return BuildCounts(int(duplicates), int(orphans))
