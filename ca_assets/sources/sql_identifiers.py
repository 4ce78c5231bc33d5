"""Names of tables and columns in SQL: quoted, so that no name can be anything but a name.

Belongs here: standard SQL's double quotes (PostgreSQL, Redshift). Which names exist is the server's to say.
"""

from __future__ import annotations

import re

from ca_assets.sources.errors import SourceError

PART = re.compile(r'"((?:[^"]|"")+)"|([^".]+)')
MOST_PARTS = 3


def quoted(identifier: str) -> str:
    """An identifier in double quotes."""
    return '"' + identifier.replace('"', '""') + '"'


def table_parts(name: str, table: str) -> list[str]:
    """`schema.table`, `"Weird.Name"` or `shop."Weird.Name"` → its parts; SourceError when it is written otherwise."""
    parts, position = [], 0
    while found := PART.match(table, position):
        parts.append(found[1].replace('""', '"') if found[1] else found[2].strip())
        position = found.end() + 1
        if table[found.end() : position] != ".":
            break
    if position <= len(table) or not all(parts) or len(parts) > MOST_PARTS or "\0" in table:
        raise SourceError(
            f'{name}: table {table[:200]!r} is not a table\'s name; write `schema.table`, and names with dots as `schema."a.b"`'
        )
    return parts
