"""The errors of engines: one that cannot be used, and what a running one says of a query."""


class EngineError(RuntimeError):
    """The engine that the settings name cannot be used; the message says why and what helps."""


def query_errors() -> tuple[type[Exception], ...]:
    """What DuckDB raises for a query that it cannot run. Imports it: call it where an engine is loaded anyway."""
    import duckdb

    return (duckdb.Error,)


def is_out_of_memory(error: Exception) -> bool:
    """Whether a query failed because the engine may not use more memory."""
    import duckdb

    return isinstance(error, duckdb.OutOfMemoryException)
