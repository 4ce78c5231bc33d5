"""SQL for MySQL and MariaDB: quoted identifiers, a table or one query to select from, the rows of a span.

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
from ca_assets.sources.select_sql import name_parts, rows_of_span

TABLE_PART = re.compile(r'`((?:[^`]|``)+)`|"((?:[^"]|"")+)"|([^`".]+)')
MOST_PARTS = 2
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
    hint = "write `table` or `database.table`, and names with dots in backquotes"
    return name_parts(name, table, part=TABLE_PART, text_of=_part, most=MOST_PARTS, hint=hint)


def _part(match: re.Match[str]) -> str:
    quoted, doubled, bare = match.groups()
    return str(quoted.replace("``", "`") if quoted else doubled.replace('""', '"') if doubled else bare.strip())


def span_condition(span: Span, kind: str) -> str | None:
    """The rows of a span, or a few more; None for a column (of type `kind`) that is no time or date: it must be read whole.

    A naive column is compared with a margin instead of by zone; a timestamp in the session's zone, UTC.
    """
    if kind not in TIME_LITERALS:
        return None
    return rows_of_span(span, quote_identifier(span.column), lambda wall: _time_literal(wall, kind), is_instant=kind == "timestamp")


def _time_literal(wall: dt.datetime, kind: str) -> str:
    text = wall.date().isoformat() if kind == "date" else wall.isoformat(" ", "microseconds")
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
