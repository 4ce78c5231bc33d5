"""One measured piece of work in a process of its own: `python -m bench.task NAME JSON`; prints what was measured as JSON.

Belongs here: what is measured. Imports and opening files' lists happen before the clock starts; answers are written after it stops.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from bench.clock import Clock
from ca_assets.contracts.tables import LOAD_TABLES, published, table_names
from ca_assets.lake.lake import Lake
from ca_assets.settings.process import ProcessSettings
from ca_assets.shop import load_shop

if TYPE_CHECKING:
    from bench.by_hand.hand import Hand

BASE = "base tables"
Result = dict[str, Any]


class TaskFailed(RuntimeError):
    """A task's process ended with an error; the message is what it said."""


def _settings(home: str) -> ProcessSettings:
    return ProcessSettings(home=Path(home))


def lake(clock: Clock, *, shop: str, home: str) -> Result:
    """Sources → clean tables → lake, as a load does it."""
    from ca_assets.cleaning.build import build_tables
    from ca_assets.engine.connect import connect

    settings = _settings(home)
    con, target = connect(settings), Lake(settings.lake_root)
    with tempfile.TemporaryDirectory(dir=settings.staging) as staging:
        with clock.piece("read and clean"):
            clean = build_tables(load_shop(Path(shop)), con, Path(staging))
        for name in table_names(LOAD_TABLES):
            table = getattr(clean, name)
            if table is not None:
                with clock.piece(f"write {name}"):
                    target.write(con, name, table)
    return {"counts": clean.counts}


def product(clock: Clock, *, shop: str, home: str, report_date: str, answers: str, only: str = "") -> Result:
    """All families (or `only` some, with commas) of every scope, from base tables made once, as a nightly run does; without windows."""
    from ca_assets.analyses.core.base import make_base
    from ca_assets.analyses.core.context import Context, Tables
    from ca_assets.analyses.core.family import NIGHTLY, Inputs, base_families, compute_family, families
    from ca_assets.analyses.core.temp_tables import TempTables
    from ca_assets.engine.connect import connect

    settings = _settings(home)
    chosen = [families()[name] for name in base_families() if families()[name].job == NIGHTLY and (not only or name in only.split(","))]
    con, target = connect(settings), Lake(settings.lake_root)
    context = Context(load_shop(Path(shop)), date.fromisoformat(report_date), windows=False)
    names, known = table_names(published(LOAD_TABLES)), target.names()
    tables = Tables(*(target.read(con, name) if name in known else None for name in names))
    tables = replace(tables, orders=tables.orders.filter(tables.orders["client"].notnull()))  # the yardstick knows no guests
    con.to_pyarrow(ibis.literal(1))  # the first one imports a second's worth of modules
    results: dict[str, pa.Table] = {}
    with TempTables(con) as temp:
        with clock.piece(BASE):
            base = make_base(tables, context, temp)
            if base is None:
                raise TaskFailed("no session is known as of the report date")
            _ = base.scoped_orders  # made when first asked for; no family shall be blamed for what several share
        for family in chosen:
            with clock.piece(family.name), TempTables(con) as own:
                reports = compute_family(family, Inputs(own, lambda: base), context).reports
            results |= {f"{reports.name}/{kind}": table for kind, table in reports.tables.items()}
    return _write_answers(results, answers)


def by_hand(clock: Clock, *, shop: str, home: str, report_date: str, answers: str) -> Result:
    """The same in hand-written SQL, with the engine's memory limit and threads of the product."""
    import duckdb

    from bench.by_hand import base
    from ca_assets.engine.connect import memory_limit_bytes

    settings = _settings(home)
    target = Lake(settings.lake_root)
    files = {name: [uri for uri, _ in target.files(name).files] for name in table_names(published(LOAD_TABLES))}
    config: dict[str, Any] = {
        "memory_limit": f"{memory_limit_bytes()}B",
        "threads": os.cpu_count() or 1,
        "temp_directory": str(settings.staging / "hand"),
    }
    con = duckdb.connect(config={**config, "preserve_insertion_order": False})
    con.register("nothing", pa.table({"x": [1]}))  # the first one imports a second's worth of modules
    con.unregister("nothing")
    results: dict[str, pa.Table] = {}
    with clock.piece(BASE):
        hand = base.make(con, files, load_shop(Path(shop)), date.fromisoformat(report_date))
    for name, reports in _yardsticks().items():
        with clock.piece(name):
            results |= reports(hand)
    return _write_answers(results, answers)


def _yardsticks() -> dict[str, Callable[[Hand], dict[str, pa.Table]]]:
    """The hand-written answers of each family that has some, by its name; funnels first, which make aggregates that others read."""
    from ca_assets.analyses.core.family import families

    names = [name for name in families() if find_spec(f"bench.by_hand.{name}")]
    return {name: import_module(f"bench.by_hand.{name}").reports for name in sorted(names, key=lambda name: name != "funnels")}


def _write_answers(answers: dict[str, pa.Table], folder: str) -> Result:
    for path, table in answers.items():
        file = Path(folder) / f"{path}.parquet"
        file.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, file)
    return {"reports": len(answers), "rows": sum(table.num_rows for table in answers.values())}


def run_task(name: str, arguments: dict[str, str], environment: dict[str, str] | None = None) -> Result:
    """A task in a child process: its result with the pieces and totals of its clock. Raises TaskFailed."""
    command = [sys.executable, "-m", "bench.task", name, json.dumps(arguments)]
    variables = os.environ | (environment or {})
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=variables)  # noqa: S603 - our own module
    if done.returncode:
        raise TaskFailed(f"{name}: failed\n{done.stderr}")
    result: Result = json.loads(done.stdout.splitlines()[-1])
    return result


def main(name: str, arguments: str) -> None:
    """Run a task and print what was measured."""
    from bench.nightly import nightly

    tasks: dict[str, Callable[..., Result]] = {"lake": lake, "product": product, "by_hand": by_hand, "nightly": nightly}
    clock = Clock()
    result = tasks[name](clock, **json.loads(arguments))
    print(json.dumps({**result, "pieces": clock.pieces, **clock.total()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
