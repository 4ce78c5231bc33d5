"""A dry run for people: at most 100 columns wide, per source what is read, what becomes of it, what left; then the whole shop.

Belongs here: words and layout. The figures: `ca_assets.dry_run.run`.
"""

from __future__ import annotations

import datetime as dt
import textwrap
from collections.abc import Iterator, Sequence

from babel.dates import format_date

from ca_assets.analyses.core.downloads import NO_CUSTOMERS
from ca_assets.cli.output import safe
from ca_assets.dry_run.result import (
    DimensionFigures,
    DryRun,
    Example,
    MappedColumn,
    MonthFigures,
    MonthNote,
    OfferedRecipe,
    Reason,
    SampleRow,
    SourceCheck,
    Value,
)
from ca_assets.zones import zone_of

WIDTH = 100
TYPES = {"str": "text", "float": "number", "bool": "yes/no", "time": "time"}
GAP, BETWEEN = "  ", " | "
HEAD, MOST = ("your column", "→ ours", "looks like"), (20, 24, 14)
MOMENT_WORDS = {"sessions": "sessions began", "customers": "downloads", "deliveries": "delivered"}
NOTES = {
    MonthNote.SESSIONS_UNUSABLE: "sessions cannot be read",
    MonthNote.NO_COMPLETE_MONTH: "the data cover no complete month yet",
    MonthNote.NOT_FROM_A_SAMPLE: "a sample cannot tell; read everything (--all)",
    MonthNote.ALL_ITS_ROWS: "from all rows of it",
    MonthNote.PARTS_OF_THE_FILE: "from the parts of the file that have it as far as its sample tells",
    MonthNote.SEVERAL_CURRENCIES: "amounts of several currencies are not added up",
}


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
    for ours, files in source.lacking.items():
        more = f" and {len(files) - 3:,} more files" if len(files) > 3 else ""
        yield from _wrapped(f"our {ours!r} is missing in the rows of {', '.join(files[:3])}{more}: no such column there")
    for warning in source.warnings:
        yield from _wrapped(warning)
    if source.columns:
        yield ""
        yield from _columns(source, found.timezone)
    if source.read:
        yield ""
        yield from _counts(source, found)
    if source.suggestions:
        yield ""
        yield from _wrapped(f"the values look as if sources.{source.name} in shop.yaml should say:")
        yield from (f"    {line}" for line in source.suggestions)
    if source.recipe:
        yield ""
        yield from _recipe(source.recipe)
    if source.guess:
        yield ""
        yield from _guess(source)


def _sample_words(source: SourceCheck) -> str:
    of = "of an unknown number" if source.total is None else f"of {'' if source.is_total_exact else 'about '}{source.total:,}"
    return f"A SAMPLE: {source.read:,} {of} rows, from {source.how}. The figures below are of the sample; --all reads everything."


def _columns(source: SourceCheck, zone: str) -> Iterator[str]:
    """A block per column: theirs, ours, type found, then the first rows' texts and what they are read as."""
    named = [HEAD, *map(_names, source.columns)]
    widths = [min(most, max(map(len, texts))) for most, texts in zip(MOST, zip(*named, strict=True), strict=True)]
    lead = len(_named(HEAD, widths))
    yield f"{_named(HEAD, widths)}your text → what it is read as"
    for number, column in enumerate(source.columns):
        cells = [_cell(column, row, number, zone) for row in source.rows]
        first, *more = _packed(cells, max(30, WIDTH - lead))
        yield f"{_named(_names(column), widths)}{first}".rstrip()
        yield from (f"{' ' * lead}{line}" for line in more)
    for row in source.rows:
        if row.problem:
            yield from _wrapped(f"the row{_line(row.line)} is rejected: {row.problem}")


def _named(names: Sequence[str], widths: Sequence[int]) -> str:
    shown = (name if len(name) <= width else f"{name[: width - 1]}…" for name, width in zip(names, widths, strict=True))
    return GAP + "".join(name.ljust(width) + GAP for name, width in zip(shown, widths, strict=True))


def _packed(cells: Sequence[str], width: int) -> list[str]:
    """Cells in lines, none of them broken."""
    lines: list[str] = []
    for cell in cells:
        if lines and len(lines[-1]) + len(cell) + len(BETWEEN) <= width:
            lines[-1] += BETWEEN + cell
        else:
            lines.append(cell)
    return lines or [""]


def _names(column: MappedColumn) -> tuple[str, str, str]:
    return column.theirs, f"→ {column.ours}", column.looks_like


def _cell(column: MappedColumn, row: SampleRow, number: int, zone: str) -> str:
    """A text and what it is read as. In a good row a text without a value is one that stands for none (a null date, a guest)."""
    raw, value = row.raw[number], row.values[number]
    is_empty = not raw or not raw.strip()
    before = "(empty)" if is_empty else _short(raw or "")
    if value is None:
        return before if is_empty else f"{before} → {'not readable' if row.problem else 'missing'}"
    after = _shown(column.dtype, value, zone)
    if column.dtype == "time" and before.startswith(after[:10]):
        after = after[11:]  # the same day
    return before if before == after or _is_same_number(before, value) else f"{before} → {after}"


def _is_same_number(text: str, value: Value) -> bool:
    """0.0 is 0: nothing to show."""
    return isinstance(value, float) and text.replace(".", "", 1).isdecimal() and text.isascii() and float(text) == value


def _short(text: str) -> str:
    shown = safe(text)  # a line end in a value must not end the line here
    return shown if len(shown) <= 40 else f"{shown[:39]}…"


def _shown(dtype: str, value: Value, zone: str) -> str:
    if dtype == "time":
        return f"{dt.datetime.fromisoformat(str(value)).astimezone(zone_of(zone)):%Y-%m-%d %H:%M %z}"
    if dtype == "bool":
        return "yes" if value else "no"
    return f"{value:.12g}" if isinstance(value, float) else _short(str(value))


def _line(line: int | None) -> str:
    return "" if line is None else f" of line {line:,}"


def _counts(source: SourceCheck, found: DryRun) -> Iterator[str]:
    known = {"duplicates": source.duplicates} | ({"orphans": source.orphans} if source.name in ("baskets", "deliveries", "events") else {})
    facts = known | {name.replace("_", " "): value for name, value in source.counts.items()}
    parts = [f"{source.read:,} rows read", f"{source.accepted:,} accepted", f"{source.rejected:,} rejected"]
    parts += [f"{value:,} {name}" for name, value in facts.items() if value is not None and (value or name in known)]
    yield from _wrapped(", ".join(parts))
    unjudged = [name for name, value in facts.items() if value is None]
    if unjudged:
        why = "from a sample (--all can)" if found.is_sample else "while another source cannot be used"
        yield from _wrapped(f"not to be told {why}: {', '.join(unjudged)}")
    if source.first:
        yield from _wrapped(f"{MOMENT_WORDS[source.name]} {source.first} to {source.last}{' (in the sample)' if source.is_sample else ''}")
    for reason in source.reasons:
        yield from _reason(reason)


def _reason(reason: Reason) -> Iterator[str]:
    yield f"{GAP}{reason.rows:,} × {reason.reason}"
    for example in reason.examples:
        where = f"line {example.line:,}" if example.line is not None else example.place or "a row"
        yield from _wrapped(f"{where}{_key(example)}: {example.message}", indent=6)


def _key(example: Example) -> str:
    """The row's own key, by which its owner finds it."""
    names = [name for name in ("id", "client") if (example.row or {}).get(name)]
    return f", {names[0]} {_short(str((example.row or {})[names[0]]))}" if names else ""


def _recipe(recipe: OfferedRecipe) -> Iterator[str]:
    yield from _wrapped(f"This looks like {recipe.title}. It needs no mapping; write below `sources:` in shop.yaml:")
    yield from (f"    {line}" for line in recipe.lines)
    yield from _wrapped(f"`ca sources recipe {recipe.name}` shows what that stands for.")


def _guess(source: SourceCheck) -> Iterator[str]:
    yield from _wrapped("A guess from column names and values. Check each line, then paste it into shop.yaml:")
    yield from (f"    {line}" for line in (source.guess or "").splitlines())


def _shop(found: DryRun) -> Iterator[str]:
    yield f"THE SHOP  {found.shop}, days in {found.timezone}"
    where = " (in the sample)" if any(source.name == "sessions" and source.is_sample for source in found.sources) else ""
    if found.currencies:
        yield from _wrapped(f"orders by currency{where}: " + ", ".join(f"{name} {orders:,}" for name, orders in found.currencies.items()))
    for dimension in found.dimensions:
        yield from _dimension(dimension, where)
    yield from _wrapped(_month(found.last_month))
    if not found.has_customers:
        yield from _wrapped(f"{NO_CUSTOMERS} Customer funnels, cohorts and the journey begin there.")
    usable = "Every source can be used." if found.is_usable else "NOT every source can be used: see above."
    sample = " This was a sample; `--all` reads everything." if found.is_sample else ""
    yield from _wrapped(f"{usable}{sample} Nothing was loaded or changed.")


def _dimension(dimension: DimensionFigures, where: str) -> Iterator[str]:
    values = ", ".join(f"{_short(value)} {sessions:,}" for value, sessions in dimension.top)
    more = f", … ({dimension.different - len(dimension.top):,} more)" if dimension.different > len(dimension.top) else ""
    unset = f", not set {dimension.unset:,}" if dimension.unset else ""
    yield from _wrapped(f"{dimension.name}: {dimension.different:,} different values by sessions{where}: {values}{more}{unset}")


def _month(month: MonthFigures) -> str:
    name = format_date(dt.date.fromisoformat(f"{month.month}-01"), "LLLL yyyy", locale="en") if month.month else ""
    note = NOTES[month.note] if month.note else ""
    if month.orders is None:
        return f"last complete month{f', {name}' if name else ''}: {note}"
    money = ", ".join(f"{revenue:,.2f} {currency}" for currency, revenue in month.revenues.items()) or "0.00"
    return f"{name}, the last complete month: {month.orders:,} orders, revenue {money}{f' ({note})' if note else ''}. Is that right?"


def _wrapped(text: str, indent: int = 2) -> list[str]:
    space = " " * indent
    return textwrap.wrap(text, WIDTH, initial_indent=space, subsequent_indent=space + "  ", break_on_hyphens=False) or [""]
