"""Does a written lake table keep its contract? Questions made from `tables.contracts`, answered in one pass per table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ibis
import pyarrow as pa

from ca_assets.contracts.columns import Field


@dataclass(frozen=True)
class Finding:
    """An answer: the check's name, whether it holds, and in words what was counted."""

    name: str
    passed: bool
    text: str


CHECKS = ("key_unique", "required_present", "types", "amounts_not_negative")
COUNTS_CHECK = "counts_add_up"
AMOUNTS = ("payment_amount", "discount_amount", "refund_amount", "price", "quantity")


def audit(table: ibis.Table, key: str, fields: tuple[Field, ...], schema: pa.Schema) -> list[Finding]:
    """All of CHECKS on a table with the one-column key."""
    required = [f.name for f in fields if f.is_required]
    amounts = [f.name for f in fields if f.name in AMOUNTS]
    measures = {"rows": table.count(), "keys": table[key].nunique()}
    measures |= {f"null:{name}": table[name].isnull().sum() for name in required}
    measures |= {f"negative:{name}": (table[name] < 0).sum() for name in amounts}
    found = {name: int(value or 0) for name, value in table.aggregate(**measures).to_pyarrow().to_pylist()[0].items()}
    wrong = _different_types(table, schema)
    return [
        Finding("key_unique", found["rows"] == found["keys"], f"{found['rows']:,} rows, {found['keys']:,} different {key}"),
        _none_of(found, "null:", "required_present", "empty values"),
        Finding("types", not wrong, ", ".join(wrong) or f"{len(schema)} columns as contracted"),
        _none_of(found, "negative:", "amounts_not_negative", "negative amounts"),
    ]


def _none_of(found: dict[str, int], prefix: str, name: str, what: str) -> Finding:
    bad = {column.removeprefix(prefix): n for column, n in found.items() if column.startswith(prefix) and n}
    return Finding(name, not bad, ", ".join(f"{column}: {n:,} {what}" for column, n in bad.items()) or f"no {what}")


def _different_types(table: ibis.Table, schema: pa.Schema) -> list[str]:
    actual = {field.name: field.type for field in table.schema().to_pyarrow()}
    expected = {field.name: field.type for field in schema}
    return [
        f"{name}: {actual.get(name)} instead of {expected.get(name)}"
        for name in sorted({*actual, *expected})
        if not _same(actual.get(name), expected.get(name))
    ]


def _same(actual: pa.DataType | None, expected: pa.DataType | None) -> bool:
    return (
        actual is not None and expected is not None and ibis.dtype(actual).copy(nullable=True) == ibis.dtype(expected).copy(nullable=True)
    )


def counts_add_up(counts: Mapping[str, Mapping[str, Any]]) -> Finding:
    """read = accepted + rejected + duplicates + orphans, for every source of a load."""
    off = [
        name
        for name, c in counts.items()
        if c["read"] != sum(int(c.get(part, 0)) for part in ("accepted", "rejected", "duplicates", "orphans"))
    ]
    return Finding(
        COUNTS_CHECK, not off, f"{', '.join(off)}: rows read are not all accounted for" if off else "every row read is accounted for"
    )
