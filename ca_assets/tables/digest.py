"""The content of typed rows as a short text: equal rows give equal texts whatever their order and number in the source."""

from __future__ import annotations

from typing import Any

import ibis

LOW_BITS = 0x7FFF_FFFF


def digest(rows: ibis.Table) -> str:
    """How many rows there are, and two sums of their hashes (all columns but `_row`). The hash is the engine's own."""
    names = sorted(name for name in rows.columns if name != "_row")
    hashed: Any = ibis.struct({name: rows[name] for name in names}).hash()
    table = rows.select(hash=hashed)
    found = table.agg(rows=table.count(), bits=table["hash"].bit_xor(), total=(table["hash"] & LOW_BITS).sum())
    (values,) = found.to_pyarrow().to_pylist()
    return f"{values['rows']}-{values['bits']}-{values['total']}"
