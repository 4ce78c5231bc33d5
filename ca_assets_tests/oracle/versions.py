"""Which of several records of a key stays (docs/contract, section 2, duplicates)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from ca_assets_tests.oracle.rows import Record
from ca_assets_tests.oracle.shopfile import Source


def newest(group: list[Record], source: Source) -> list[Record]:
    """Of a key's records those of the last file (`versions: by_file`), of these those of the latest updated_at (where it is mapped)."""
    if source.by_file:
        last = max(record["file"] for record in group)
        group = [record for record in group if record["file"] == last]
    latest = max(null_smallest(record["updated_at"]) for record in group)
    return [record for record in group if null_smallest(record["updated_at"]) == latest]


def of_each(key: str, records: list[Record], source: Source) -> list[list[Record]]:
    """The newest records of each key."""
    groups: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        groups[record[key]].append(record)
    return [newest(group, source) for group in groups.values()]


def largest(columns: Sequence[str]) -> Callable[[list[Record]], Record]:
    """The choice of the record that is largest by these columns, null smallest."""
    return lambda group: max(group, key=lambda record: [null_smallest(record[column]) for column in columns])


def earliest(columns: Sequence[str]) -> Callable[[list[Record]], Record]:
    """The choice of the record that is earliest by these columns, null last."""
    return lambda group: min(group, key=lambda record: [_null_largest(record[column]) for column in columns])


def null_smallest(value: Any) -> tuple[Any, ...]:
    """A value that can be compared with others of its column and with null."""
    return (0,) if value is None else (1, value)


def _null_largest(value: Any) -> tuple[Any, ...]:
    return (1,) if value is None else (0, value)
