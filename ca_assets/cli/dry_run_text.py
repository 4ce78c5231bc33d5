"""A dry run for people: at most 100 columns wide, per source what is read, what becomes of it, what left; then the whole shop.

Belongs here: words and layout. The figures: `ca_assets.loads.dry_run`.
"""

from __future__ import annotations

import datetime as dt
import textwrap
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from ca_assets.loads.dry_run_result import ColumnSeen, DimensionSeen, DryRun, MonthSeen, Reason, SourceCheck, Value

WIDTH = 100
TYPES = {"str": "text", "float": "number", "bool": "yes/no", "time": "time"}
GAP = "  "
MOMENT_WORDS = {"sessions": "sessions began", "customers": "downloads", "deliveries": "delivered"}
NO_CUSTOMERS = (
    "There is no customers source, so a customer's download is his first session: reports that begin at the download (customer funnels, "
    "cohorts, journey) begin there."
)
UNJUDGED = "only --all can tell"


def lines(found: DryRun) -> Iterator[str]:
    """The whole text, line by line (data in it is not escaped yet)."""
    for source in found.sources:
        yield from _source(source, found)
        yield ""
    yield from _shop(found)


def _source(source: SourceCheck, found: DryRun) -> Iterator[str]:
    yield f"{source.name.upper()}  {source.kind} {source.where}"
    if source.error is not None:
        yield from _wrapped(f"cannot be used: {source.error.removeprefix(f'{source.name}: ')}")
    if source.is_sample:
        yield from _wrapped(_sample_words(source))
    if source.columns:
        yield ""
        yield from _columns(source, found.timezone)
    if source.read:
        yield ""
        yield from _counts(source)
    if source.guess:
        yield ""
        yield from _guess(source)


def _sample_words(source: SourceCheck) -> str:
    of = "of an unknown number" if source.total is None else f"of {'' if source.is_total_exact else 'about '}{source.total:,}"
    return f"A SAMPLE: {source.read:,} {of} rows, from {source.how}. The figures below are of the sample; --all reads everything."


def _columns(source: SourceCheck, zone: str) -> Iterator[str]:
    """A block per column: theirs, ours, type found, then the first rows' texts and what they are read as."""
    widths = [min(24, max(len(text) for text in texts)) for texts in zip(*map(_names, source.columns), strict=True)]
    indent = sum(widths) + len(GAP) * 4
    head = GAP.join(title.ljust(width) for title, width in zip(("your column", "→ ours", "looks like"), _at_least(widths), strict=True))
    yield f"{GAP}{head}{GAP}first rows: your text → what it is read as"
    indent = sum(_at_least(widths)) + len(GAP) * 4
    for number, column in enumerate(source.columns):
        cells = [_cell(column, row.raw[number], row.values[number], zone) for row in source.rows]
        names = GAP.join(text[:width].ljust(width) for text, width in zip(_names(column), _at_least(widths), strict=True))
        body = textwrap.wrap(" | ".join(cells), max(30, WIDTH - indent), break_long_words=False, break_on_hyphens=False) or [""]
        yield f"{GAP}{names}{GAP}{body[0]}".rstrip()
        yield from (f"{' ' * (indent - len(GAP))}{line}" for line in body[1:])
    for row in source.rows:
        if row.problem:
            yield from _wrapped(f"the row{_line(row.line)} is rejected: {row.problem}")


def _at_least(widths: list[int]) -> list[int]:
    return [max(width, len(title)) for width, title in zip(widths, ("your column", "→ ours", "looks like"), strict=True)]


def _names(column: ColumnSeen) -> tuple[str, str, str]:
    return column.theirs, f"→ {column.ours}", column.found


def _cell(column: ColumnSeen, raw: str | None, value: Value, zone: str) -> str:
    before, after = _short(raw) if raw and raw.strip() else "(empty)", _shown(column.dtype, value, zone)
    return before if before == after or (after == "(empty)" and before == "(empty)") else f"{before} → {after}"


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"


def _shown(dtype: str, value: Value, zone: str) -> str:
    if value is None:
        return "(empty)"
    if dtype == "time":
        return f"{dt.datetime.fromisoformat(str(value)).astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M:%S %z}"
    if dtype == "bool":
        return "yes" if value else "no"
    return f"{value:.10g}" if isinstance(value, float) else _short(str(value))


def _line(line: int | None) -> str:
    return "" if line is None else f" of line {line:,}"


def _counts(source: SourceCheck) -> Iterator[str]:
    parts = [f"{source.read:,} rows read", f"{source.accepted:,} accepted", f"{source.rejected:,} rejected"]
    parts += [_count(source.duplicates, "duplicates")]
    parts += [_count(source.orphans, "orphans")] if source.name in ("baskets", "deliveries") else []
    yield from _wrapped(", ".join(parts))
    if source.first:
        yield from _wrapped(f"{MOMENT_WORDS[source.name]} {source.first} to {source.last}{' (in the sample)' if source.is_sample else ''}")
    for name, value in source.counts.items():
        if value is None or value:
            yield from _wrapped(_count(value, name.replace("_", " ")))
    for reason in source.reasons:
        yield from _reason(reason)


def _count(value: int | None, what: str) -> str:
    return f"{what}: {UNJUDGED}" if value is None else f"{value:,} {what}"


def _reason(reason: Reason) -> Iterator[str]:
    yield f"{GAP}{reason.rows:,} × {reason.reason}"
    for example in reason.examples:
        where = f"line {example.line:,}" if example.line is not None else example.place or "a row"
        yield from _wrapped(f"{where}: {example.message}", indent=6)


def _guess(source: SourceCheck) -> Iterator[str]:
    yield from _wrapped("A guess from column names and values. Check each line, then paste it into shop.yaml:")
    yield from (f"    {line}" for line in (source.guess or "").splitlines())


def _shop(found: DryRun) -> Iterator[str]:
    yield f"THE SHOP  {found.shop}, days in {found.timezone}"
    if found.currencies:
        yield from _wrapped("orders by currency: " + ", ".join(f"{name} {orders:,}" for name, orders in found.currencies.items()))
    for dimension in found.dimensions:
        yield from _dimension(dimension)
    yield from _wrapped(_month(found.last_month))
    if not found.has_customers:
        yield from _wrapped(NO_CUSTOMERS)
    usable = "Every source can be used." if found.is_usable else "NOT every source can be used: see above."
    sample = " This was a sample; `--all` reads everything." if found.is_sample else ""
    yield from _wrapped(f"{usable}{sample} Nothing was loaded or changed.")


def _dimension(dimension: DimensionSeen) -> Iterator[str]:
    values = ", ".join(f"{_short(value)} {sessions:,}" for value, sessions in dimension.top)
    more = f", … ({dimension.different - len(dimension.top):,} more)" if dimension.different > len(dimension.top) else ""
    unset = f", not set {dimension.unset:,}" if dimension.unset else ""
    yield from _wrapped(f"{dimension.name}: {dimension.different:,} different values by sessions: {values}{more}{unset}")


def _month(month: MonthSeen) -> str:
    if month.orders is None:
        return f"last complete month{f', {month.words}' if month.words else ''}: {month.note}"
    money = ", ".join(f"{revenue:,.2f} {currency}" for currency, revenue in month.revenues.items()) or "0.00"
    note = f" ({month.note})" if month.note else ""
    return f"{month.words}, the last complete month: {month.orders:,} orders, revenue {money}{note}. Is that right?"


def _wrapped(text: str, indent: int = 2) -> list[str]:
    space = " " * indent
    return textwrap.wrap(text, WIDTH, initial_indent=space, subsequent_indent=space + "  ", break_on_hyphens=False) or [""]
