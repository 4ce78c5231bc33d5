"""The one error that a user sees when a source cannot be read; its message names source, column, row and remedy."""

from __future__ import annotations


class SourceError(ValueError):
    """A source cannot be used as it is; the message says which one, where, and what to do. Never contains a password."""
