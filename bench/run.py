"""`make bench`: a demo shop of each size to the lake, funnels and stats of every scope, against hand-written SQL on the same files.

Prints a table and writes JSON. The answers of both sides must be equal, else it ends with an error. Absolute seconds are of this
machine; what counts are the ratio (goal: at most 1.5) and the peak memory (at most 6 GB).
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

from bench.compare import differences
from ca_assets.demo.generate import generate

END = date(2026, 11, 20)
DIMENSION_VALUES = (8, 3, 200)
SEED = 7
Row = dict[str, Any]


def main() -> None:
    """Parse the arguments, measure every size, print and write the results."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--sessions", default="1000000,10000000", help="sizes of the demo shops, with commas [default: %(default)s]")
    parser.add_argument(
        "--cache", type=Path, default=Path.home() / ".cache" / "customer_analytics" / "bench", help="folder that keeps the shops"
    )
    parser.add_argument("--repeat", type=int, default=3, help="times that the answers are computed [default: %(default)s]")
    parser.add_argument("--json", type=Path, help="file for the results [default: results.json in the cache]")
    arguments = parser.parse_args()
    results = [row for size in arguments.sessions.split(",") for row in _measure(arguments.cache, int(size), arguments.repeat)]
    file = arguments.json or arguments.cache / "results.json"
    file.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    print(f"\nWritten to {file}")


def _measure(cache: Path, sessions: int, repeat: int) -> list[Row]:
    """All measurements of one size, each printed as it is done."""
    folder = cache / f"{sessions}-{SEED}"
    shops = {form: _shop(folder / form, sessions, form) for form in ("csv", "parquet")}
    print(f"\n{sessions:,} sessions\n{'':34}{'seconds':>9}{'CPU s':>9}{'peak GB':>9}  pieces", flush=True)
    rows = []
    for form, shop in shops.items():
        home = folder / f"home-{form}"
        shutil.rmtree(home, ignore_errors=True)
        rows.append(_task(f"{form} to lake", sessions, "lake", shop=str(shop), home=str(home)))
    common = {"shop": str(shops["parquet"]), "home": str(folder / "home-parquet"), "report_date": END.isoformat()}
    ours, hand = folder / "product", folder / "handwritten"
    for answers in (ours, hand):
        shutil.rmtree(answers, ignore_errors=True)
    pairs = [
        (
            _task("funnels and stats, all scopes", sessions, "product", **common, answers=str(ours)),
            _task("the same by hand", sessions, "handwritten", **common, answers=str(hand)),
        )
        for _ in range(repeat)
    ]
    # In turns, and the quickest of each: what else the machine does only ever adds.
    rows += [min(side, key=lambda row: float(row["cpu_seconds"])) for side in zip(*pairs, strict=True)]
    _check(ours, hand)
    for measure in ("seconds", "cpu_seconds"):
        rows[-2][f"{measure}_ratio"] = rows[-2][measure] / rows[-1][measure]
    print(f"{'ratio':34}{rows[-2]['seconds_ratio']:9.2f}{rows[-2]['cpu_seconds_ratio']:9.2f}   answers are equal")
    return rows


def _check(ours: Path, hand: Path) -> None:
    wrong = differences(ours, hand)
    if wrong:
        sys.exit("The answers differ:\n" + "\n".join(wrong))


def _shop(folder: Path, sessions: int, form: Any) -> Path:
    """The shop.yaml of a demo shop, made unless it is there already (truth.json is written last)."""
    if not (folder / "truth.json").exists():
        print(f"making {sessions:,} sessions as {form} in {folder}", flush=True)
        sizes: dict[str, Any] = {"customers": sessions // 10, "dimension_values": DIMENSION_VALUES, "lines_per_basket": 7.0}
        generate(folder, sessions, SEED, end=END, format=form, **sizes)
    return folder / "shop.yaml"


def _task(title: str, sessions: int, name: str, **arguments: str) -> Row:
    """Run a task in a child process and print its row."""
    command = [sys.executable, "-m", "bench.task", name, json.dumps(arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own module
    if done.returncode:
        sys.exit(f"{title}: failed\n{done.stderr}")
    row: Row = {"title": title, "sessions": sessions, **json.loads(done.stdout.splitlines()[-1])}
    pieces = ", ".join(f"{piece} {spent['seconds']:.1f} s" for piece, spent in row["pieces"].items())
    print(f"{title:34}{row['seconds']:9.1f}{row['cpu_seconds']:9.1f}{row['peak_gb']:9.2f}  {pieces}", flush=True)
    return row


if __name__ == "__main__":
    main()
