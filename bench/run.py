"""`make bench`: demo shops of each size through every layer, as ratios to hand-written SQL; writes one JSON and one Markdown table.

The parts: `lake` (CSV and Parquet to the lake), `families` (all reports of every scope, against hand-written SQL on the same files),
`nightly` (whole loads through Dagster), `pages` (callbacks of the web application over HTTP). The answers of both sides of `families`
must be equal, else it ends with an error. Absolute seconds are of this machine; what counts are the ratio (goal: at most 1.5), the
peak memory (at most 6 GB), the growth (at most linear) and the pages (p95 below 100 ms).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.analyses import measure_families, measure_lake
from bench.shops import DEFAULT_CACHE
from bench.tables import markdown

Result = dict[str, Any]


def main() -> None:
    """Parse the arguments, measure every size, print and write the results after each part."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--sessions", default="1000000,10000000", help="sizes of the demo shops, with commas [default: %(default)s]")
    parser.add_argument("--only", default="lake,families,nightly,pages", help="parts, with commas [default: %(default)s]")
    parser.add_argument("--cache", type=Path, default=DEFAULT_CACHE, help="folder that keeps the shops [default: %(default)s]")
    parser.add_argument("--repeat", type=int, default=3, help="times that the answers are computed [default: %(default)s]")
    parser.add_argument("--json", type=Path, help="file for the results [default: results.json in the cache]; a .md is written beside it")
    arguments = parser.parse_args()
    file = arguments.json or arguments.cache / "results.json"
    results: Result = {"machine": machine(), "sizes": {}}
    for size in map(int, arguments.sessions.split(",")):
        print(f"\n{size:,} sessions", flush=True)
        for part, measure in parts(arguments.cache, size, arguments.repeat, arguments.only.split(",")).items():
            results["sizes"].setdefault(str(size), {})[part] = measure()
            write(file, results)
    print(f"\n{markdown(results)}\nWritten to {file} and {file.with_suffix('.md')}")


def parts(cache: Path, sessions: int, repeat: int, chosen: list[str]) -> dict[str, Callable[[], Result]]:
    """The chosen measurements of one size, in the order in which they need each other."""
    from bench.nightly import measure_nightly
    from bench.pages import measure_pages

    every: dict[str, Callable[[], Result]] = {
        "lake": lambda: measure_lake(cache, sessions),
        "families": lambda: measure_families(cache, sessions, repeat),
        "nightly": lambda: measure_nightly(cache, sessions),
        "pages": lambda: measure_pages(cache, sessions),
    }
    return {name: measure for name, measure in every.items() if name in chosen}


def machine() -> Result:
    """What the figures were measured on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    packages = {name: version(name) for name in ("duckdb", "ibis-framework", "dagster", "dash", "deltalake")}
    return {"processors": os.cpu_count(), "memory_gb": round(memory / 1e9, 1), "python": platform.python_version(), **packages}


def write(file: Path, results: Result) -> None:
    """The results as JSON and, beside it, as Markdown."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    file.with_suffix(".md").write_text(markdown(results), encoding="utf-8")


if __name__ == "__main__":
    main()
