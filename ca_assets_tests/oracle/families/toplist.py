"""Top lists of docs/contract, section 1: who stands alone and who is in `__other__`, and the figures of a group of orders."""

from __future__ import annotations

from collections.abc import Iterable

OTHER = "__other__"
NONE = "__none__"


def ranked(members: dict[str, set[tuple[str, str]]]) -> list[str]:
    """Names by orders descending, customers descending, name; `members` are each name's orders as (id, client)."""
    return sorted(members, key=lambda name: (-len(members[name]), -customers(members[name]), name))


def customers(orders: Iterable[tuple[str, str]]) -> int:
    """Distinct clients of orders given as (id, client); a guest is none."""
    return len({client for _, client in orders if client is not None})


def rows_of(names: list[str], shown: int) -> list[tuple[str, list[str]]]:
    """Row name → the names in it: the first `shown` alone, then all others together, if there are others."""
    alone = [(name, [name]) for name in names[:shown]]
    return alone + ([(OTHER, names[shown:])] if names[shown:] else [])
