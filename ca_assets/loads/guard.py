"""What a load refuses to do to tables that were good before.

A row that cannot be used is kept aside and counted, and the rest is loaded. But when no session of a source that has rows can be used,
the file or its mapping has changed, and loading it would empty the shop.
"""

from __future__ import annotations

from ca_assets.sources.errors import SourceError
from ca_assets.tables.load import CleanTables


def require_some_sessions(clean: CleanTables) -> None:
    """SourceError when sessions were read and none was accepted; it names the reasons and the first such row."""
    read = clean.reads.get("sessions")
    if read is not None and read.problem is not None:
        raise SourceError(
            f"sessions: none of the {read.rows:,} rows from {read.since} on can be used any more ({read.problem}). Nothing was changed: "
            "the tables of the last good load stay. Mend the source or its mapping in shop.yaml, then load again"
        )
    found = clean.counts["sessions"]
    if found["accepted"] or not found["read"]:
        return
    reasons = ", ".join(f"{reason} {rows:,}" for reason, rows in clean.reasons["sessions"].items())
    rejects = clean.rejects.filter(clean.rejects.source == "sessions").order_by("line", "row").limit(1).to_pyarrow().to_pylist()
    first = f"; the first, line {rejects[0]['line']}: {rejects[0]['message']}" if rejects else ""
    raise SourceError(
        f"sessions: none of the {found['read']:,} rows can be used ({reasons}{first}). Nothing was changed: the tables of the last good "
        "load stay. Correct the file or its mapping in shop.yaml (date_format, decimal, columns), then load again"
    )
