"""The columns of several files as those of one table: the union of their names, of which upper and lower case is one.

DuckDB's names do not tell upper from lower case. Within a file the second `Name` is `Name_1`, as DuckDB's own readers call it; a column
without a name is left out.
"""

from __future__ import annotations

from collections.abc import Iterable


def distinct_names(header: list[str]) -> list[str]:
    """The names of a header, in order; twins get a number, nameless columns stay ''."""
    taken: set[str] = set()
    names = []
    for name in header:
        distinct, number = name, 0
        while distinct and distinct.lower() in taken:
            number += 1
            distinct = f"{name}_{number}"
        taken.add(distinct.lower())
        names.append(distinct)
    return names


def union_of(headers: Iterable[list[str]]) -> list[str]:
    """The names in all headers (each of distinct names), spelled and ordered as they come first."""
    names: dict[str, str] = {}
    for header in headers:
        for name in filter(None, header):
            names.setdefault(name.lower(), name)
    return list(names.values())


def numbered(columns: list[str], header: list[str]) -> dict[str, str]:
    """`c0`, `c1`, … for each of `columns` → the name that one file has for it; '' where it lacks it."""
    own = {name.lower(): name for name in header}
    return {f"c{place}": own.get(name.lower(), "") for place, name in enumerate(columns)}
