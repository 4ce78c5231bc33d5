"""What a load refuses to do to tables that were good before.

A row that cannot be used is kept aside and counted, and the rest is loaded. But when nothing of a source can be used any more, its file,
its mapping or the right to read it has changed, and loading it would empty the shop: that is refused unless it was asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ca_assets.cleaning.build import CleanTables
from ca_assets.contracts.sources import SOURCES
from ca_assets.sources.errors import ErrorCode, SourceError

Counts = Mapping[str, Mapping[str, int]]


def require_usable_rows(clean: CleanTables, last: Counts, accept_empty: Collection[str] = ()) -> None:
    """SourceError for a source of which nothing can be used, though at the last load (`last`: its counts) something could.

    Sessions of which rows were read and none can be used are refused at any load, the first too. A source in `accept_empty` may be empty.
    """
    for source in clean.counts:
        if source in SOURCES and source not in accept_empty:
            _require_window(source, clean)
            _require_source(source, clean, last.get(source, {}))


def usable(counts: Mapping[str, int]) -> int:
    """Rows that were read and not rejected."""
    return counts.get("read", 0) - counts.get("rejected", 0)


def _require_window(source: str, clean: CleanTables) -> None:
    """Of a source that was read by month: some row of the months that were read, when they held some."""
    read = clean.rows.reads.get(source)
    if read is None or read.problem is None:
        return
    what = f"none of the {read.rows:,} rows" if read.rows else "no rows are there any more"
    raise _refusal(source, f"{what} from {read.since} on{' can be used any more' if read.rows else ''} ({read.problem})")


def _require_source(source: str, clean: CleanTables, last: Mapping[str, int]) -> None:
    """Some row of the source, when the last load could use some, or when rows of sessions were read."""
    found, before = clean.counts[source], usable(last)
    if usable(found) or not (before or (source == "sessions" and found["read"])):
        return
    had = f"; the last load could use {before:,}" if before else ""
    if not found["read"]:
        raise _refusal(source, f"0 rows were read{had}")
    reasons = ", ".join(f"{reason} {rows:,}" for reason, rows in clean.reasons[source].items())
    rejects = clean.rejects.filter(clean.rejects.source == source).order_by("line", "row").limit(1).to_pyarrow().to_pylist()
    first = f"; the first, line {rejects[0]['line']}: {rejects[0]['message']}" if rejects else ""
    raise _refusal(source, f"none of the {found['read']:,} rows can be used ({reasons}{first}){had}")


def _refusal(source: str, what: str) -> SourceError:
    return SourceError(
        source,
        ErrorCode.NO_GOOD_ROWS,
        f"{what}. Nothing was changed: the tables of the last good load stay. Correct the source, the right to read it or its mapping in "
        f"shop.yaml (date_format, decimal, columns), then load again; if it is meant to be empty: ca load --accept-empty {source}",
    )
