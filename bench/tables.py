"""Results as Markdown: what `docs/benchmarks.md` shows. Every figure comes from the results; what was not measured has no row."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

MARK = "<!-- results: written by bench.tables from a results file; what is not here was not measured -->"
Result = dict[str, Any]


def fill(results: Path, document: Path) -> None:
    """Replace what follows the mark in a document by the tables of a results file. ValueError without the mark."""
    before, mark, _ = document.read_text(encoding="utf-8").partition(MARK)
    if not mark:
        raise ValueError(f"{document} has no line {MARK}")
    tables = markdown(json.loads(results.read_text(encoding="utf-8")))
    document.write_text(f"{before}{mark}\n\n{tables}", encoding="utf-8")


def markdown(results: Result) -> str:
    """All tables of a results file."""
    known = results["machine"]
    facts = ", ".join(f"{name} {value}" for name, value in known.items() if name not in ("processors", "memory_gb"))
    parts = [f"Measured on {known['processors']} processors with {known['memory_gb']} GB: {facts}."]
    makers = {"lake": _lake, "families": _families, "nightly": _nightly, "pages": _pages}
    for size, measured in results["sizes"].items():
        parts.append(f"## {int(size):,} sessions")
        parts += [make(measured[part]) for part, make in makers.items() if part in measured]
    parts += _growth(results["sizes"])
    return "\n\n".join(parts) + "\n"


def _table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    lines = [f"| {' | '.join(head)} |", "|---|" + "--:|" * (len(head) - 1)]
    return "\n".join([*lines, *(f"| {' | '.join(map(_cell, row))} |" for row in rows)])


def _cell(value: Any) -> str:
    return f"{value:,.2f}" if isinstance(value, float) else "" if value is None else f"{value:,}" if isinstance(value, int) else str(value)


def _spent(piece: Result | None) -> list[Any]:
    return [piece[name] if piece else None for name in ("seconds", "cpu_seconds", "peak_gb")]


def _lake(results: Result) -> str:
    rows: list[list[Any]] = []
    for form, loaded in results.items():
        rows += [[f"{form}: {name}", *_spent(piece)] for name, piece in loaded["pieces"].items()]
        rows.append([f"**{form} to lake**", *_spent(loaded)])
    return "Sources to clean tables in the lake:\n\n" + _table(("step", "s", "CPU s", "peak GB"), rows)


def _families(results: Result) -> str:
    head = ("family", "s", "CPU s", "peak GB", "by hand s", "CPU s", "peak GB", "ratio (CPU)")
    rows = [
        [row["family"], *_spent(row["product"]), *_spent(row["by_hand"]), row["ratio"]["cpu_seconds"] if "ratio" in row else None]
        for row in results["families"]
    ]
    words = f"{results['answers']} reports of every scope ({results['rows']:,} rows), beside hand-written SQL whose answers are equal:"
    return f"{words}\n\n{_table(head, rows)}"


def _nightly(results: Result) -> str:
    loads = list(results.values())
    names = dict.fromkeys(name for load in loads for name in load["assets"])
    rows = [[name, *(load["assets"].get(name) for load in loads)] for name in names]
    rows += [
        [f"**{label}**", *(load[key] for load in loads)]
        for label, key in (("s", "seconds"), ("CPU s", "cpu_seconds"), ("peak GB", "peak_gb"))
    ]
    return "Whole loads through Dagster, seconds per asset:\n\n" + _table(("asset", *results), rows)


def _pages(results: Result) -> str:
    head = ("page", "requests", "p50 ms", "p95 ms", "max ms", "cold p50 ms", "p95 ms", "max ms")
    quantiles = ("p50_ms", "p95_ms", "max_ms")
    rows = [
        [page, kinds["warm"]["requests"], *(kinds["warm"][q] for q in quantiles), *(kinds["cold"][q] for q in quantiles)]
        for page, kinds in results["pages"].items()
    ]
    return "Callbacks of pages over HTTP, one after the other (cold: the first pass after the start):\n\n" + _table(head, rows)


def _growth(sizes: Result) -> list[str]:
    """CPU seconds of each family per size, as multiples of the smallest, where several sizes were measured."""
    measured = {int(size): results["families"]["families"] for size, results in sizes.items() if "families" in results}
    if len(measured) < 2:
        return []
    least, most = min(measured), max(measured)
    before = {row["family"]: row["product"] for row in measured[least]}
    rows = [
        [row["family"], row["product"]["cpu_seconds"] / before[row["family"]]["cpu_seconds"]]
        for row in measured[most]
        if row["family"] in before
    ]
    return [
        f"## Growth\n\nCPU seconds at {most:,} sessions as multiples of those at {least:,} ({most / least:g} times the rows):",
        _table(("family", "times"), rows),
    ]


if __name__ == "__main__":
    fill(*map(Path, sys.argv[1:]))
