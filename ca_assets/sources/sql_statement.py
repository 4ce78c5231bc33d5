"""A query from shop.yaml → text that can stand inside of parentheses: one statement, nothing in it that ends them early.

Belongs here: finding where quotes, comments and parentheses end. The server judges the rest: it parses the text again, in a read-only
transaction. Some servers take a backslash in quotes for an escape; for those a text must be right in both readings.
"""

from __future__ import annotations

import re

from ca_assets.sources.errors import SourceError

BEGIN = re.compile(r"""--|/\*|\b[eE]'|'|"|(?<![\w$])\$(?:[^\W\d]\w*)?\$""")
BLOCK_SIGN = re.compile(r"/\*|\*/")
ENDS = {
    "--": re.compile(r"[^\r\n]*"),
    "'": re.compile(r"(?:[^']|'')*'"),
    "\\": re.compile(r"(?:[^'\\]|''|\\.)*'", re.DOTALL),
    '"': re.compile(r'(?:[^"]|"")*"'),
}


def single_statement(name: str, query: str, has_escapes: bool = False) -> str:
    """The query without a semicolon and comments at its end; SourceError when it is not one whole statement.

    `has_escapes`: the server may take a backslash in quotes for an escape.
    """
    lengths = {_length(name, _bare(name, query, escapes)) for escapes in {False, has_escapes}}
    if len(lengths) > 1:
        raise SourceError(f"{name}: the query can be read in two ways because of a backslash in quotes; write it without")
    return query[: lengths.pop()]


def _length(name: str, bare: str) -> int:
    """Length of the one statement in a text whose comments and quotes are bare."""
    statement = bare.rstrip("; \t\r\n\f\v")
    if not statement:
        raise SourceError(f"{name}: the query is empty; write one SELECT")
    if ";" in statement:
        raise SourceError(f"{name}: the query is more than one statement (something follows a semicolon); write one SELECT")
    if "\0" in statement:
        raise SourceError(f"{name}: the query has a NUL character; take it out")
    depth = 0
    for sign in re.findall(r"[()]", statement):
        depth += 1 if sign == "(" else -1
        if depth < 0:
            break
    if depth:
        raise SourceError(f"{name}: the query's parentheses do not match; correct it")
    return len(statement)


def _bare(name: str, query: str, has_escapes: bool) -> str:
    """The text with comments as blanks and quoted signs as letters; as long as before."""
    parts, position = [], 0
    while begin := BEGIN.search(query, position):
        end = _end(name, query, begin, has_escapes)
        sign = " " if begin[0] in ("--", "/*") else "q"
        parts += [query[position : begin.start()], sign * (end - begin.start())]
        position = end
    return "".join([*parts, query[position:]])


def _end(name: str, query: str, begin: re.Match[str], has_escapes: bool) -> int:
    """Where what begins here ends; SourceError when it does not."""
    if begin[0] == "/*":
        return _comment_end(name, query, begin.end())
    if begin[0].startswith("$"):
        end = query.find(begin[0], begin.end())
        return end + len(begin[0]) if end >= 0 else _endless(name, begin[0])
    kind = "\\" if begin[0].endswith("'") and (has_escapes or len(begin[0]) > 1) else begin[0]
    found = ENDS[kind].match(query, begin.end())
    return found.end() if found else _endless(name, begin[0])


def _comment_end(name: str, query: str, position: int) -> int:
    """Comments nest."""
    depth = 1
    while depth:
        sign = BLOCK_SIGN.search(query, position)
        if sign is None:
            return _endless(name, "/*")
        depth += 1 if sign[0] == "/*" else -1
        position = sign.end()
    return position


def _endless(name: str, what: str) -> int:
    raise SourceError(f"{name}: the query has a {what} that does not end; correct it")
