"""Rows that are wrong, about 0.05 % of a shop: duplicates, orphans, missing and impossible values, broken CSV lines.

Belongs here: making them from good rows, and how many of each the load has to find. Does not belong here: good rows.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pyarrow as pa

from ca_assets.demo.rows import Format, ids

_BROKEN_SESSIONS = (
    "{id},C0000001,2024-02-30 10:00:00,2024-02-30 10:05:00,GB,mobile,direct,true,true,true,true,true,12.5,0,,,",
    "{id},C0000001,2024-02-20 10:00:00,2024-02-20 10:05:00,GB,mobile,direct,true,true,true,true,maybe,12.5,0,,,",
    "{id},C0000001,2024-02-20 10:00:00,2024-02-20 10:05:00,GB,mobile,direct,true,true,true,true,true,twelve,0,,,",
    "{id},C0000001,2024-02-20 10:00:00",
    "{id},C0000001,2024-02-20 10:00:00,2024-02-20 10:05:00,GB,mobile,direct,true,true,true,true,true,NaN,0,,,",
)


def _with(table: pa.Table, **columns: Any) -> pa.Table:
    """The table with columns replaced by one value, or by an array."""
    for name, value in columns.items():
        place = table.schema.get_field_index(name)
        field = table.schema.field(name)
        array = value if isinstance(value, pa.Array) else pa.array([value] * len(table), field.type)
        table = table.set_column(place, field, array)
    return table


def _numbered(prefix: str, table: pa.Table) -> pa.Array:
    return ids(prefix, np.arange(1, len(table) + 1))


def flawed(samples: dict[str, pa.Table]) -> tuple[dict[str, pa.Table], dict[str, dict[str, int]]]:
    """Wrong rows per file, made from good sample rows of each, and the counts per source that a load must report."""
    sessions, customers, lines, rides = (samples[stem] for stem in ("sessions", "customers", "lines", "deliveries"))
    old = dt.datetime(1985, 10, 26, 1, 21)
    rows = {
        "sessions": pa.concat_tables(
            [
                sessions,
                _with(sessions, order_id=_numbered("A", sessions), customer=None),
                _with(sessions, order_id=_numbered("B", sessions), amount=-1.0),
                _with(sessions, order_id=_numbered("D", sessions), started_at=old),
            ]
        ),
        "customers": pa.concat_tables([customers, _with(customers, customer=_numbered("N", customers), first_seen=None)]),
        "lines": pa.concat_tables([_with(lines, order_id=_numbered("X", lines)), _with(lines, qty=0), _with(lines, unit_price=None)]),
        "deliveries": pa.concat_tables([_with(rides, order_id=_numbered("X", rides)), _with(rides, lat=123.0)]),
    }
    counts = {
        "sessions": {"rejected": 3 * len(sessions), "duplicates": len(sessions), "orphans": 0},
        "customers": {"rejected": len(customers), "duplicates": len(customers), "orphans": 0},
        "baskets": {"rejected": 2 * len(lines), "duplicates": 0, "orphans": len(lines)},
        "deliveries": {"rejected": len(rides), "duplicates": 0, "orphans": len(rides)},
    }
    return rows, counts


def broken_lines(form: Format, count: int) -> list[str]:
    """CSV lines of sessions that cannot be read; Parquet cannot hold them."""
    if form != "csv":
        return []
    return [_BROKEN_SESSIONS[i % len(_BROKEN_SESSIONS)].format(id=f"Z{i + 1:08d}") for i in range(count)]
