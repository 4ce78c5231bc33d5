"""`python -m bench.events`: lines of events to the shop's tables, as lines a second and as a ratio to a plain count of the same lines.

The traffic is that of the tests (copies, doubles, wrong clocks, robots), so that its totals are known and compared: a fast wrong answer
ends with an error. The plain count reads each line as JSON in DuckDB and counts rows and different messages. Seconds are of the processor
(all threads) and of the wall: what counts is the ratio, and lines a second of processor time (goal: 20,000 on two cores: 10,000 each).
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from ca_assets.sources.events.build import BuildRules
from ca_assets.sources.events.parse import ParseRules
from ca_assets.sources.events.store import EventFile, EventStore
from ca_assets_tests.sources.events.traffic import Traffic

CAMPAIGN = "context.campaign.source"
COUNT = """
SELECT count(*), count(DISTINCT json_extract_string(json, '$.message.messageId')),
  count(DISTINCT json_extract_string(json, '$.message.properties.total')) FROM read_ndjson_objects(?)
"""
FIGURES = """
SELECT count(*), count(*) FILTER (has_purchased), round(100 * sum(payment_amount))::BIGINT, round(100 * sum(refund_amount))::BIGINT
FROM read_parquet(?)
"""


def main() -> None:
    """Measure, print; ends with an error when the totals are not the truth."""
    parser = argparse.ArgumentParser(prog="bench.events", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--visitors", type=int, default=20_000, help="about ten lines each [default: %(default)s]")
    parser.add_argument("--new", type=float, default=0.02, help="share of the lines that come later [default: %(default)s]")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        _measure(Path(folder), arguments.visitors, arguments.new)


def _measure(folder: Path, visitors: int, share: float) -> None:
    traffic = Traffic(7, visitors)
    count = len(traffic.lines)
    later = round(count * (1 - share))
    old, new = _file(folder / "old.jsonl", traffic.lines[:later]), _file(folder / "new.jsonl", traffic.lines[later:])
    paths = [str(old.path), str(new.path)]
    with duckdb.connect() as con:
        plain = _seconds(lambda: con.execute(COUNT, [paths]).fetchall())
    rules = ParseRules("k" * 16, (CAMPAIGN,)), BuildRules(1800, (CAMPAIGN,), (("has_basket", "product added"),))
    built = _seconds(lambda: EventStore(folder / "whole", folder / "scratch", "sessions").update([old, new], *rules))
    store = EventStore(folder / "store", folder / "scratch", "sessions")
    store.update([old], *rules)
    increment = _seconds(lambda: store.update([old, new], *rules))
    truth = traffic.truth
    expected = (truth.sessions, truth.orders, truth.amount, truth.refunded)
    for name in ("whole", "store"):
        result = EventStore(folder / name, folder / "scratch", "sessions").built()
        with duckdb.connect() as con:
            (figures,) = con.execute(FIGURES, [str(result.folder / "sessions.parquet")]).fetchall() if result else [None]
        if figures != expected:
            sys.exit(f"{name}: {figures} instead of {expected}")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{count:,} lines; the totals are the truth; at most {memory:.1f} GB of memory")
    for name, (processor, wall), lines in (
        ("count", plain, count),
        ("all", built, count),
        (f"{count - later:,} new", increment, count - later),
    ):
        print(
            f"{name:>12}: {processor:7.2f} s of processor, {wall:7.2f} s; {lines / processor:9,.0f} and {lines / wall:9,.0f} lines a second"
        )
    print(f"ratio of all to the plain count: {built[0] / plain[0]:.1f} (processor), {built[1] / plain[1]:.1f} (wall)")


def _file(path: Path, lines: list[str]) -> EventFile:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    os.utime(path, (1_700_000_000, 1_700_000_000))
    return EventFile.of(path, path.name)


def _seconds(work: Callable[[], object]) -> tuple[float, float]:
    """Of the processor (all threads) and of the wall."""
    processor, wall = time.process_time(), time.perf_counter()
    work()
    return time.process_time() - processor, time.perf_counter() - wall


if __name__ == "__main__":
    main()
