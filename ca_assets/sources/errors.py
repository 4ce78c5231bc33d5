"""The one error that a user sees when a source cannot be used: which source, what is wrong (a code), which column, what to do."""

from __future__ import annotations

from enum import StrEnum
from functools import partial


class ErrorCode(StrEnum):
    """What is wrong, for code that must decide by it. Stable: texts of messages may change, these do not."""

    UNKNOWN_COLUMN = "unknown_column"  # shop.yaml maps a column that our tables do not have
    UNMAPPED_COLUMN = "unmapped_column"  # shop.yaml maps nothing to a column that is required
    MISSING_COLUMN = "missing_column"  # shop.yaml maps a column that the source does not have
    BAD_COLUMN = "bad_column"  # a column of the source is there twice, or has a type that cannot mean ours
    BAD_CONFIG = "bad_config"  # shop.yaml, or a limit in the environment, says something that cannot be used
    UNKNOWN_CONNECTION = "unknown_connection"  # a `${NAME}` of shop.yaml stands for nothing
    NOT_FOUND = "not_found"  # no such file, folder, table, dataset or database
    BAD_DATA = "bad_data"  # a file or an answer is not what it should be: cut off, another encoding, no header
    NO_GOOD_ROWS = "no_good_rows"  # all is read, and not one row can be used
    ACCESS_DENIED = "access_denied"  # user, password, key or right
    UNREACHABLE = "unreachable"  # no connection, or one that broke off or fell silent
    LIMIT_EXCEEDED = "limit_exceeded"  # a time-out, a quota, too many connections
    REFUSED = "refused"  # whatever else a server says no to, such as a query with a syntax error


class SourceError(ValueError):
    """A source cannot be used as it is. Its text, `source: message; hint`, is for people and never has a password in it.

    `source`: sessions, customers, baskets or deliveries. `column`: the one that is wrong, by the source's name for it; by ours where the
    mapping itself is (UNKNOWN_COLUMN, UNMAPPED_COLUMN). `hint`: what to do, where that stands at the end of the text.
    """

    def __init__(self, source: str, code: ErrorCode, message: str, *, column: str | None = None, hint: str | None = None) -> None:
        super().__init__(f"{source}: {message}; {hint}" if hint else f"{source}: {message}")
        self.source, self.code, self.message, self.column, self.hint = source, code, message, column, hint

    def __reduce__(self) -> tuple[object, ...]:
        """Exceptions are pickled by their arguments, of which this class has others than its text."""
        return partial(SourceError, column=self.column, hint=self.hint), (self.source, self.code, self.message)
