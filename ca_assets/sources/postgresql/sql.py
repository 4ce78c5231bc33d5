"""SQL for PostgreSQL and Redshift: quoted identifiers, a table or one query to select from, the rows of a span.

Identifiers and literals are quoted by sqlglot; values are made from typed datetimes. The one text of a user that becomes SQL is his query,
of which is made sure that it is a single statement that can stand inside of parentheses. The server judges the rest: it parses the text
again, in a read-only transaction.
"""

from __future__ import annotations

import datetime as dt
import re

from sqlglot import exp

from ca_assets.sources.driver import Span
from ca_assets.sources.errors import ErrorCode, SourceError
from ca_assets.sources.one_statement import statement_length
from ca_assets.sources.select_sql import name_parts, rows_of_span

DIALECT = "postgres"  # Redshift quotes identifiers, and literals without backslashes, as PostgreSQL does
TABLE_PART = re.compile(r'"((?:[^"]|"")+)"|([^".]+)')
MOST_PARTS = 3
TIME_LITERALS = {
    "timestamptz": ("TIMESTAMPTZ", "%Y-%m-%d %H:%M:%S.%f+00"),
    "timestamp": ("TIMESTAMP", "%Y-%m-%d %H:%M:%S.%f"),
    "date": ("DATE", "%Y-%m-%d"),
}
# What begins a comment or quotes, and how each of them ends.
BEGIN = re.compile(r"""--|/\*|\b[eE]'|'|"|(?<![\w$])\$(?:[^\W\d]\w*)?\$""")
ENDS = {
    "--": re.compile(r"[^\r\n]*"),
    "'": re.compile(r"(?:[^']|'')*'"),
    "\\": re.compile(r"(?:[^'\\]|''|\\.)*'", re.DOTALL),
    '"': re.compile(r'(?:[^"]|"")*"'),
}
COMMENT_SIGN = re.compile(r"/\*|\*/")


def quote_identifier(name: str) -> str:
    """A name in double quotes, so that it can be nothing but a name."""
    return str(exp.to_identifier(name, quoted=True).sql(dialect=DIALECT))


def table_parts(name: str, table: str) -> list[str]:
    """`schema.table`, `"Weird.Name"` or `shop."Weird.Name"` → its parts; SourceError when it is written otherwise. `name`: the source."""
    hint = 'write `schema.table`, and names with dots as `schema."a.b"`'
    return name_parts(name, table, part=TABLE_PART, text_of=_part, most=MOST_PARTS, hint=hint)


def _part(match: re.Match[str]) -> str:
    return match[1].replace('""', '"') if match[1] else match[2].strip()


def span_condition(span: Span, kind: str) -> str | None:
    """The rows of a span, or a few more; None for a column (of type `kind`) that is no time or date: it must be read whole.

    A naive column is compared with a margin instead of by zone.
    """
    if kind not in TIME_LITERALS:
        return None
    return rows_of_span(span, quote_identifier(span.column), lambda wall: _time_literal(wall, kind), is_instant=kind == "timestamptz")


def _time_literal(wall: dt.datetime, kind: str) -> str:
    type_name, form = TIME_LITERALS[kind]
    # strftime does not fill years before 1000 with zeros everywhere.
    text = wall.strftime(form.replace("%Y", f"{wall.year:04d}"))
    return f"{type_name} {exp.Literal.string(text).sql(dialect=DIALECT)}"


def single_statement(name: str, query: str, has_escapes: bool = False) -> str:
    """The query without a semicolon and comments at its end; SourceError when it is not one whole statement. `name`: the source.

    `has_escapes`: the server may take a backslash in quotes for an escape; then the text must be right in both readings.
    """
    lengths = {statement_length(name, _without_quoted(name, query, escapes)) for escapes in {False, has_escapes}}
    if len(lengths) > 1:
        what = "the query can be read in two ways because of a backslash in quotes"
        raise SourceError(name, ErrorCode.BAD_CONFIG, what, hint="write it without")
    return query[: lengths.pop()]


def _without_quoted(name: str, query: str, has_escapes: bool) -> str:
    """The text with comments as blanks and quoted signs as letters; as long as before. SourceError for quotes that do not end."""
    parts, position = [], 0
    while begin := BEGIN.search(query, position):
        end = _quoted_end(query, begin, has_escapes)
        if end is None:
            raise SourceError(name, ErrorCode.BAD_CONFIG, f"the query has a {begin[0]} that does not end", hint="correct it")
        sign = " " if begin[0] in ("--", "/*") else "q"
        parts += [query[position : begin.start()], sign * (end - begin.start())]
        position = end
    return "".join([*parts, query[position:]])


def _quoted_end(query: str, begin: re.Match[str], has_escapes: bool) -> int | None:
    """Where the comment or quotes that begin here end; None when they do not."""
    if begin[0] == "/*":  # comments nest
        depth, position = 1, begin.end()
        while depth and (sign := COMMENT_SIGN.search(query, position)):
            depth += 1 if sign[0] == "/*" else -1
            position = sign.end()
        return None if depth else position
    if begin[0].startswith("$"):
        end = query.find(begin[0], begin.end())
        return end + len(begin[0]) if end >= 0 else None
    kind = "\\" if begin[0].endswith("'") and (has_escapes or len(begin[0]) > 1) else begin[0]
    quoted = ENDS[kind].match(query, begin.end())
    return quoted.end() if quoted else None
