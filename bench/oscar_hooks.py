"""What the hooks cost a basket addition, by what becomes of the events: `python -m bench.oscar_hooks`; medians of rounds that alternate.

The shop is the tests' (a real django-oscar on SQLite). Absolute milliseconds are of this machine; the difference to the shop without hooks
is what counts.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROUNDS, ADDITIONS = 12, 15


def main() -> None:
    """Measure and print a table: median milliseconds of an addition, wall clock and processor time, and what the hooks add."""
    sys.path.insert(0, str(ROOT / "oscar_hooks" / "src"))
    from ca_assets_tests.oscar_hooks.collecting import black_hole, collector, nobody
    from ca_assets_tests.oscar_hooks.shop.start import fill, start

    @contextmanager
    def collecting():  # noqa: ANN202 - a URL, as the other two
        with collector() as server:
            yield server.url

    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        start(str(Path(folder) / "shop.db"))
        fill()
        ways = {"without hooks": None}
        ways |= {
            name: stack.enter_context(way())
            for name, way in {"collector": collecting, "nobody there": nobody, "black hole": black_hole}.items()
        }
        measured: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
        for _ in range(ROUNDS):
            for name, url in ways.items():
                measured[name] += additions(url)
        report(measured)


def additions(url: str | None) -> list[tuple[float, float]]:
    """Wall and processor seconds of each addition of one visitor."""
    from django.test import override_settings

    from ca_assets_tests.oscar_hooks.shop.facts import without_hooks
    from ca_assets_tests.oscar_hooks.shop.visits import GLUE, Visitor
    from oscar_hooks import client

    with override_settings(OSCAR_HOOKS={"HOST": url or "", "WRITE_KEY": "k"}), without_hooks() if url is None else ExitStack():
        visitor = Visitor("browser")
        visitor.add(GLUE)
        seconds = []
        for _ in range(ADDITIONS):
            wall, processor = time.perf_counter(), time.thread_time()
            visitor.add(GLUE)
            seconds.append((time.perf_counter() - wall, time.thread_time() - processor))
        if client._sender is not None:
            client._sender.stop()
        return seconds


def report(measured: dict[str, list[tuple[float, float]]]) -> None:
    """A line for each way."""
    medians = {name: [statistics.median(column) * 1000 for column in zip(*rows, strict=True)] for name, rows in measured.items()}
    plain = medians["without hooks"]
    print(f"{'':<14}{'wall ms':>10}{'more':>8}{'cpu ms':>10}{'more':>8}   ({ROUNDS * ADDITIONS} additions each)")
    for name, (wall, processor) in medians.items():
        print(f"{name:<14}{wall:>10.1f}{wall - plain[0]:>8.1f}{processor:>10.1f}{processor - plain[1]:>8.1f}")


if __name__ == "__main__":
    main()
