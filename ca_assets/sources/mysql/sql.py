"""SQL for MySQL and MariaDB: quoted identifiers, a table or one query to select from, the rows of a span, the selection.

Values are made from typed datetimes. The one text of a user that becomes SQL is his query, of which is made sure that it is a single
statement that can stand inside of parentheses. The server judges the rest, in a read-only transaction of a session that takes one statement
at a time.
"""

from __future__ import annotations

import datetime as dt
import re

from ca_assets.sources.driver import Span
from ca_assets.sources.errors import ErrorCode, SourceError
from ca_assets.sources.one_statement import statement_length

TABLE_PART = re.compile(r'`((?:[^`]|``)+)`|"((?:[^"]|"")+)"|([^`".]+)')
MOST_PARTS = 2
MARGIN = dt.timedelta(days=2)  # a column without a zone may be in any
FIRST = dt.datetime(1990, 1, 1, tzinfo=dt.UTC)
TIME_LITERALS = {"timestamp": "TIMESTAMP", "datetime": "TIMESTAMP", "date": "DATE"}
# What begins a comment or quotes, and how each of them ends.
BEGIN = re.compile(r"""--(?=\s|$)|#|/\*M?!?|'|"|`""")
ENDS = {
    "--": re.compile(r"[^\r\n]*"),
    "#": re.compile(r"[^\r\n]*"),
    "/*": re.compile(r".*?\*/", re.DOTALL),
    "'": re.compile(r"(?:[^'\\]|''|\\.)*'", re.DOTALL),
    '"': re.compile(r'(?:[^"\\]|""|\\.)*"', re.DOTALL),
    "`": re.compile(r"(?:[^`]|``)*`"),
}


def quote_identifier(name: str) -> str:
    """A name in backquotes, so that it can be nothing but a name."""
    return "`" + name.replace("`", "``") + "`"


def table_parts(name: str, table: str) -> list[str]:
    """`orders`, `shop.orders` or ``shop.`odd.name` `` → its parts; SourceError when it is written otherwise. `name`: the source."""
    parts, position = [], 0
    while part := TABLE_PART.match(table, position):
        quoted, doubled, bare = part.groups()
        parts.append(quoted.replace("``", "`") if quoted else doubled.replace('""', '"') if doubled else bare.strip())
        position = part.end() + 1
        if table[part.end() : position] != ".":
            break
    if position <= len(table) or not all(parts) or len(parts) > MOST_PARTS or "\0" in table:
        hint = "write `table` or `database.table`, and names with dots in backquotes"
        raise SourceError(name, ErrorCode.BAD_CONFIG, f"table {table[:200]!r} is not a table's name", hint=hint)
    return parts


def select(expressions: list[str], relation: str, condition: str | None, limit: int | None) -> str:
    """The statement that gives these expressions. `limit`: so many rows, whichever the server finds first."""
    columns = ", ".join(expressions)
    where = f" WHERE {condition}" if condition else ""
    many = f" LIMIT {int(limit)}" if limit is not None else ""
    return f"SELECT {columns} FROM {relation}{where}{many}"  # noqa: S608 - quoted names, one checked query, typed values


def span_condition(span: Span, kind: str) -> str | None:
    """The rows of a span, or a few more; None for a column (of type `kind`) that is no time or date: it must be read whole.

    A naive column is compared with a margin instead of by zone; a timestamp in the session's zone, UTC.
    """
    if kind not in TIME_LITERALS:
        return None
    column, margin = quote_identifier(span.column), dt.timedelta() if kind == "timestamp" else MARGIN

    def _from(moment: dt.datetime) -> str:
        return f"{column} >= {_time_literal(moment, -margin, kind)}"

    def _until(moment: dt.datetime) -> str:
        return f"{column} < {_time_literal(moment, margin, kind)}"

    parts = [f"({_from(begin)} AND {_until(end)})" for begin, end in span.parts]
    return " OR ".join([_from(span.since), *parts, _until(FIRST), f"{column} IS NULL"])


def _time_literal(moment: dt.datetime, shift: dt.timedelta, kind: str) -> str:
    """A moment, shifted, as a typed literal."""
    wall = moment.astimezone(dt.UTC).replace(tzinfo=None)
    shifted = wall + min(max(shift, dt.datetime.min - wall), dt.datetime.max - wall)
    text = shifted.date().isoformat() if kind == "date" else shifted.isoformat(" ", "microseconds")
    return f"{TIME_LITERALS[kind]}'{text}'"


def single_statement(name: str, query: str) -> str:
    """The query without a semicolon and comments at its end; SourceError when it is not one whole statement. `name`: the source."""
    return query[: statement_length(name, _without_quoted(name, query))]


def _without_quoted(name: str, query: str) -> str:
    """The text with comments as blanks and quoted signs as letters; as long as before. SourceError for quotes that do not end."""
    parts, position = [], 0
    while begin := BEGIN.search(query, position):
        if begin[0].endswith("!"):
            what = f"the query has a {begin[0]} comment, which the server would run"
            raise SourceError(name, ErrorCode.BAD_CONFIG, what, hint="write what it says, or leave it out")
        sign = begin[0].removesuffix("M")
        quoted = ENDS[sign].match(query, begin.start() + len(sign))
        if quoted is None:
            raise SourceError(name, ErrorCode.BAD_CONFIG, f"the query has a {sign} that does not end", hint="correct it")
        filler = "q" if sign in "'\"`" else " "
        parts += [query[position : begin.start()], filler * (quoted.end() - begin.start())]
        position = quoted.end()
    return "".join([*parts, query[position:]])
