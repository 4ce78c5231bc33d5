"""The counts of a load in words that people read: in Dagster's metadata as Markdown, on the command line as lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ca_assets.contracts.sources import SOURCES

SHOWN_MONTHS = 3
COLUMNS = ("read", "accepted", "rejected", "duplicates", "orphans")
Counts = Mapping[str, Mapping[str, Any]]
REMEDY = " (no row has a value: the conversion funnel ends there; unmap the column, or leave it out of settings.conversion_steps)"


def counts_rows(counts: Counts) -> list[tuple[str, ...]]:
    """One row per source: its name, then the five counts that add up (read = the others)."""
    return [(source, *(f"{int(found.get(name, 0)):,}" for name in COLUMNS)) for source, found in _ordered(counts)]


def counts_facts(counts: Counts) -> list[str]:
    """Everything else that was counted and is not 0, a line each (`sessions: zeroed 12`)."""
    return [
        f"{source}: {name} {_shown(value)}{REMEDY if name.startswith('empty ') else ''}"
        for source, found in _ordered(counts)
        for name, value in found.items()
        if name not in COLUMNS and value
    ]


def counts_markdown(counts: Counts) -> str:
    """Both as Markdown."""
    head = f"| source | {' | '.join(COLUMNS)} |\n|---|{'---:|' * len(COLUMNS)}\n"
    return (
        head
        + "\n".join(f"| {' | '.join(row)} |" for row in counts_rows(counts))
        + "\n\n"
        + "\n".join(f"- {fact}" for fact in counts_facts(counts))
    )


def _ordered(counts: Counts) -> list[tuple[str, Mapping[str, Any]]]:
    """Sources in the order in which people think of them."""
    return sorted(counts.items(), key=lambda item: SOURCES.index(item[0]) if item[0] in SOURCES else len(SOURCES))


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_shown(number)}" for name, number in sorted(value.items()))
    return f"{value:,}" if isinstance(value, int) else str(value)


def restated_markdown(months: Sequence[Mapping[str, Any]]) -> str:
    """The months that a load changed, with orders and revenue before and after."""
    if not months:
        return "no month changed"
    head = "| month | rows added | removed | changed | orders before | after | revenue before | after |\n|---|" + "---:|" * 7
    keys = ("added", "removed", "changed", "orders_before", "orders_after", "revenue_before", "revenue_after")
    return "\n".join([head, *(f"| {each['month']} | " + " | ".join(_figure(each[key]) for key in keys) + " |" for each in months)])


def restated_lines(months: Sequence[Mapping[str, Any]]) -> list[str]:
    """The last months that a load changed, a line each; of the others how many there are."""
    shown = months[-SHOWN_MONTHS:]
    more = [f"changed: {len(months) - len(shown):,} earlier months (ca export loads/ledger)"] if len(months) > len(shown) else []
    return more + [_restated_line(each) for each in shown]


def _restated_line(found: Mapping[str, Any]) -> str:
    money = (
        f", revenue {_figure(found['revenue_before'])} → {_figure(found['revenue_after'])}" if found["revenue_after"] is not None else ""
    )
    moves = f"{found['added']:,} sessions added, {found['removed']:,} removed, {found['changed']:,} changed"
    return f"changed {found['month']}: {moves}; orders {found['orders_before']:,} → {found['orders_after']:,}{money}"


def reads_lines(reads: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """What a load read of each source, where that is not all of it."""
    words = {
        "months": "read from {since} on ({rows:,} rows), the rest is known",
        "files": "{rows:,} rows of files that are new or changed, the rest is known",
        "unchanged": "not read again: no file changed",
    }
    return [f"{source}: {words[read['how']].format(**read)}" for source, read in _ordered(reads) if read["how"] in words]


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:,}" if isinstance(value, int) else f"{value:,.2f}"
