"""What the SELECTs of all SQL databases have in common: the selection, the rows of a span, a table's name in parts.

Does not belong here: how a database quotes a name and writes a moment; that is in the `sql` of its kind.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

from ca_assets.sources.driver import Span
from ca_assets.sources.errors import ErrorCode, SourceError

MARGIN = dt.timedelta(days=2)  # a column without a zone may be in any
FIRST = dt.datetime(1990, 1, 1, tzinfo=dt.UTC)


def select(expressions: list[str], relation: str, condition: str | None, limit: int | None) -> str:
    """The statement that gives these expressions. `limit`: so many rows, whichever the server finds first."""
    columns = ", ".join(expressions)
    where = f" WHERE {condition}" if condition else ""
    many = f" LIMIT {int(limit)}" if limit is not None else ""
    return f"SELECT {columns} FROM {relation}{where}{many}"  # noqa: S608 - quoted names, one checked query, typed values


def rows_of_span(span: Span, column: str, literal: Callable[[dt.datetime], str], *, is_instant: bool) -> str:
    """The condition of the rows of a span, and of a few more where the column has no zone.

    `column`: quoted. `literal` writes a moment, a naive one in UTC, as a typed literal.
    """
    margin = dt.timedelta() if is_instant else MARGIN

    def _from(moment: dt.datetime) -> str:
        return f"{column} >= {literal(_shifted(moment, -margin))}"

    def _until(moment: dt.datetime) -> str:
        return f"{column} < {literal(_shifted(moment, margin))}"

    parts = [f"({_from(begin)} AND {_until(end)})" for begin, end in span.parts]
    return " OR ".join([_from(span.since), *parts, _until(FIRST), f"{column} IS NULL"])


def _shifted(moment: dt.datetime, shift: dt.timedelta) -> dt.datetime:
    """A moment, shifted, as a naive one in UTC; no further than the calendar goes."""
    wall = moment.astimezone(dt.UTC).replace(tzinfo=None)
    return wall + min(max(shift, dt.datetime.min - wall), dt.datetime.max - wall)


def name_parts(name: str, table: str, *, part: re.Pattern[str], text_of: Callable[[re.Match[str]], str], most: int, hint: str) -> list[str]:
    """A table's name in its parts, which dots separate; SourceError when it is written otherwise.

    `name`: the source. `part` matches one, `text_of` is what it says without its quotes; `most`: so many there may be.
    """
    parts, position = [], 0
    while match := part.match(table, position):
        parts.append(text_of(match))
        position = match.end() + 1
        if table[match.end() : position] != ".":
            break
    if position <= len(table) or not all(parts) or len(parts) > most or "\0" in table:
        raise SourceError(name, ErrorCode.BAD_CONFIG, f"table {table[:200]!r} is not a table's name", hint=hint)
    return parts
