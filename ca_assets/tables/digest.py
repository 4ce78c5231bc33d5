"""The content of typed rows as a short text: equal rows give equal texts whatever their order and number in the source."""

from __future__ import annotations

from typing import Any

import ibis

LOW_BITS, PRIME = 0x7FFF_FFFF, 2_147_483_629


def digest(rows: ibis.Table) -> str:
    """How many rows there are, and two sums of their hashes (all columns but `_row`). The hash is the engine's own."""
    names = sorted(name for name in rows.columns if name != "_row")
    hashed: Any = ibis.struct({name: rows[name] for name in names}).hash()
    table = rows.select(hash=hashed)
    found = table.agg(rows=table.count(), low=(table["hash"] & LOW_BITS).sum(), rest=(table["hash"] % PRIME).sum())
    (values,) = found.to_pyarrow().to_pylist()
    return f"{values['rows']}-{values['low']}-{values['rest']}"
