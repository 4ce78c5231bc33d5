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
from datetime import date
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from bench.clock import Clock
from ca_assets.settings.process import ProcessSettings
from ca_assets.shop import load_shop
from ca_assets.storage.lake import Lake

BASE = "base tables"
Result = dict[str, Any]


class TaskFailed(RuntimeError):
    """A task's process ended with an error; the message is what it said."""


def _settings(home: str) -> ProcessSettings:
    return ProcessSettings(home=Path(home))


def lake(clock: Clock, *, shop: str, home: str) -> Result:
    """Sources → clean tables → lake, as a load does it."""
    from ca_assets.storage.engine import connect
    from ca_assets.tables.load import build_tables

    settings = _settings(home)
    con, target = connect(settings), Lake(settings.lake_root)
    with tempfile.TemporaryDirectory(dir=settings.staging) as staging:
        with clock.piece("read and clean"):
            clean = build_tables(load_shop(Path(shop)), con, Path(staging))
        for name in ("orders", "downloads", "basket_lines", "rejects"):
            table = getattr(clean, name)
            if table is not None:
                with clock.piece(f"write {name}"):
                    target.write(con, name, table)
    return {"counts": clean.counts}


def product(clock: Clock, *, shop: str, home: str, report_date: str, answers: str, only: str = "") -> Result:
    """All families (or `only` some, with commas) of every scope, from base tables made once, as a nightly run does; without windows."""
    from ca_assets.analyses.base import make_base
    from ca_assets.analyses.context import Context, Tables
    from ca_assets.analyses.family import families
    from ca_assets.analyses.held import Shelf
    from ca_assets.storage.engine import connect

    settings = _settings(home)
    found = {name: family for name, family in families().items() if not only or name in only.split(",")}
    con, target = connect(settings), Lake(settings.lake_root)
    context = Context(load_shop(Path(shop)), date.fromisoformat(report_date))
    names, known = ("orders", "downloads", "basket_lines"), target.names()
    tables = Tables(*(target.read(con, name) if name in known else None for name in names))
    con.to_pyarrow(ibis.literal(1))  # the first one imports a second's worth of modules
    results: dict[str, pa.Table] = {}
    with Shelf(con) as shelf:
        with clock.piece(BASE):
            base = make_base(tables, context, shelf)
            if base is None:
                raise TaskFailed("no session is known as of the report date")
            _ = base.scoped_orders  # made when first asked for; no family shall be blamed for what several share
        for name, family in found.items():
            with clock.piece(name), Shelf(con) as own:
                done = family.from_base(base, own, windows=False)
            results |= {f"{done.name}/{kind}": table for kind, table in done.tables.items()}
    return _keep(results, answers)


def handwritten(clock: Clock, *, shop: str, home: str, report_date: str, answers: str) -> Result:
    """The same in hand-written SQL, with the engine's memory limit and threads of the product."""
    import duckdb

    from bench import sql_base
    from bench.handwritten import FAMILIES
    from ca_assets.storage.engine import memory_limit_bytes

    settings = _settings(home)
    target = Lake(settings.lake_root)
    files = {name: [uri for uri, _ in target.files(name).files] for name in ("orders", "downloads", "basket_lines")}
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
        hand = sql_base.make(con, files, load_shop(Path(shop)), date.fromisoformat(report_date))
    for name, family in FAMILIES.items():
        with clock.piece(name):
            results |= family(hand)
    return _keep(results, answers)


def _keep(found: dict[str, pa.Table], answers: str) -> Result:
    for path, table in found.items():
        file = Path(answers) / f"{path}.parquet"
        file.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, file)
    return {"reports": len(found), "rows": sum(table.num_rows for table in found.values())}


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

    tasks: dict[str, Callable[..., Result]] = {"lake": lake, "product": product, "handwritten": handwritten, "nightly": nightly}
    clock = Clock()
    result = tasks[name](clock, **json.loads(arguments))
    print(json.dumps({**result, "pieces": clock.pieces, **clock.total()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
