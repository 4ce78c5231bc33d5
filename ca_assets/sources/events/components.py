"""Which events have to be built again when some are new or gone: all that hang together with them by a device, user, order or guest.

What is built of events that share none of these with others depends on them alone, so building these again and leaving the rest is the
same as building everything (`sql/components.sql`). Which copy of a message is its first arrival is decided over all events.
"""

from __future__ import annotations

import duckdb

from ca_assets.sources.events.statements import statements


def find_affected(con: duckdb.DuckDBPyConnection) -> None:
    """Fill the table `affected` (key) from `all_events`, `new_events` (of these) and `removed_events` (no longer there)."""
    sql = statements("components")
    for step in ("seeds", "links", "linked"):
        con.execute(sql[step])
    before = -1
    while (count := _count(con)) != before:
        before = count
        con.execute(sql["grown"])


def _count(con: duckdb.DuckDBPyConnection) -> int:
    ((count,),) = con.execute("SELECT count(*) FROM affected").fetchall()
    return int(count)
