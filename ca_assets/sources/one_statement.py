"""A query of shop.yaml is one whole statement that can stand inside of parentheses, in any dialect."""

from __future__ import annotations

import re

from ca_assets.sources.errors import ErrorCode, SourceError


def statement_length(name: str, text: str) -> int:
    """Length of the one statement in a text that has no comments and quotes any more."""
    statement = text.rstrip("; \t\r\n\f\v")
    if not statement:
        raise SourceError(name, ErrorCode.BAD_CONFIG, "the query is empty", hint="write one SELECT")
    if ";" in statement:
        what = "the query is more than one statement (something follows a semicolon)"
        raise SourceError(name, ErrorCode.BAD_CONFIG, what, hint="write one SELECT")
    if "\0" in statement:
        raise SourceError(name, ErrorCode.BAD_CONFIG, "the query has a NUL character", hint="take it out")
    depth = 0
    for sign in re.findall(r"[()]", statement):
        depth += 1 if sign == "(" else -1
        if depth < 0:
            break
    if depth:
        raise SourceError(name, ErrorCode.BAD_CONFIG, "the query's parentheses do not match", hint="correct it")
    return len(statement)
