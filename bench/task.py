"""One measured piece of work in a process of its own: `python -m bench.task NAME JSON`; prints what was measured as JSON.

Belongs here: what is measured. Imports and opening files' lists happen before the clock starts; answers are written after it stops.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ca_assets.settings.process import ProcessSettings
from ca_assets.shop import load_shop
from ca_assets.storage.lake import Lake

Result = dict[str, Any]


class _Clock:
    """Adds up named pieces of work."""

    def __init__(self) -> None:
        self.pieces: dict[str, dict[str, float]] = {}

    @contextmanager
    def piece(self, name: str) -> Iterator[None]:
        """Measure the block's wall and CPU seconds."""
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        self.pieces[name] = {"seconds": time.perf_counter() - wall, "cpu_seconds": time.process_time() - cpu}


def _settings(home: str) -> ProcessSettings:
    return ProcessSettings(home=Path(home))


def lake(clock: _Clock, shop: str, home: str) -> Result:
    """Sources → clean tables → lake, as a load does it."""
    from ca_assets.storage.engine import connect
    from ca_assets.tables.load import build_tables

    settings = _settings(home)
    con, target = connect(settings), Lake(settings.lake_root)
    with tempfile.TemporaryDirectory(dir=settings.staging) as staging:
        with clock.piece("read and clean"):
            clean = build_tables(load_shop(Path(shop)), con, Path(staging))
        with clock.piece("write"):
            for name in ("orders", "downloads", "basket_lines", "rejects"):
                table = getattr(clean, name)
                if table is not None:
                    target.write(con, name, table)
    return {"counts": clean.counts}


def product(clock: _Clock, shop: str, home: str, report_date: str, answers: str) -> Result:
    """Funnels and stats of every scope by the product, each as its own asset computes it."""
    from ca_assets.analyses import funnels, stats
    from ca_assets.analyses.context import Context, Tables
    from ca_assets.storage.engine import connect

    settings = _settings(home)
    con, target = connect(settings), Lake(settings.lake_root)
    context = Context(load_shop(Path(shop)), date.fromisoformat(report_date))
    tables = Tables(target.read(con, "orders"), target.read(con, "downloads"))
    found: dict[str, pa.Table] = {}
    for module in (funnels, stats):
        with clock.piece(module.__name__.rpartition(".")[2]):
            done = module.compute(tables, context, windows=False)
        found |= {f"{done.name}/{name}": table for name, table in done.tables.items()}
    return _keep(found, answers)


def handwritten(clock: _Clock, shop: str, home: str, report_date: str, answers: str) -> Result:
    """The same in hand-written SQL, with the engine's memory limit and threads of the product."""
    import duckdb

    from bench.handwritten import answers as by_hand
    from ca_assets.storage.engine import memory_limit_bytes

    settings = _settings(home)
    target = Lake(settings.lake_root)
    files = {name: [uri for uri, _ in target.files(name).files] for name in ("orders", "downloads")}
    config: dict[str, Any] = {
        "memory_limit": f"{memory_limit_bytes()}B",
        "threads": os.cpu_count() or 1,
        "temp_directory": str(settings.staging / "hand"),
    }
    con = duckdb.connect(config={**config, "preserve_insertion_order": False})
    with clock.piece("funnels and stats"):
        found = by_hand(con, files, load_shop(Path(shop)), date.fromisoformat(report_date))
    return _keep(found, answers)


def _keep(found: dict[str, pa.Table], answers: str) -> Result:
    for path, table in found.items():
        file = Path(answers) / f"{path}.parquet"
        file.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, file)
    return {"reports": len(found), "rows": sum(table.num_rows for table in found.values())}


def main(name: str, arguments: str) -> None:
    """Run a task and print what was measured."""
    tasks: dict[str, Callable[..., Result]] = {"lake": lake, "product": product, "handwritten": handwritten}
    clock = _Clock()
    result = tasks[name](clock, **json.loads(arguments))
    # Taken after the answers were written: those few megabytes are the same for both sides.
    result["peak_gb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
    result["pieces"] = clock.pieces
    for measure in ("seconds", "cpu_seconds"):
        result[measure] = sum(piece[measure] for piece in clock.pieces.values())
    print(json.dumps(result))


if __name__ == "__main__":
    main(*sys.argv[1:])
