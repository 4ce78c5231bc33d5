"""A DuckDB that holds one table, `source`, and can reach nothing else: no other file, network, extension or setting.

The query is checked before (`statement`); this is the second wall. The one path that may be read is the scratch file with the source's own
rows. Memory and time are limited: what does not fit is spilled to a scratch folder.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa
from duckdb import ColumnExpression, ConstantExpression, FunctionExpression

from ca_assets.sources.databases import Limits
from ca_assets.sources.errors import ErrorCode, SourceError
from ca_assets.sources.files.query.statement import TABLE

MEMORY_LIMIT = "2GB"
LONGER = "set CA_SOURCE_TIMEOUT_SECONDS higher, or read less"


@contextmanager
def sandbox(name: str, rows: Path, columns: list[str], scratch: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """`source` is the Parquet file `rows`, its columns named as in `columns`, empty texts null. Errors inside become SourceError.

    Ends what runs after CA_SOURCE_TIMEOUT_SECONDS. `name`: sessions, customers, baskets or deliveries.
    """
    scratch.mkdir(parents=True, exist_ok=True)
    seconds = Limits().timeout_seconds
    with duckdb.connect(":memory:", config={"memory_limit": MEMORY_LIMIT, "temp_directory": str(scratch)}) as con:
        _close_in(con, rows, columns)
        timer = threading.Timer(seconds, con.interrupt)
        timer.daemon = True
        timer.start()
        try:
            yield con
        except duckdb.InterruptException as error:
            what = f"the query ran for more than {seconds:g} s and was ended"
            raise SourceError(name, ErrorCode.LIMIT_EXCEEDED, what, hint=LONGER) from error
        except duckdb.OutOfMemoryException as error:
            what = f"the query needs more than {MEMORY_LIMIT} of memory, and what it spills is too much for the disk"
            raise SourceError(name, ErrorCode.LIMIT_EXCEEDED, what, hint="let it keep less at once") from error
        except (duckdb.Error, pa.ArrowException) as error:
            raise SourceError(name, ErrorCode.REFUSED, f"the query cannot be run: {_words(error)}", hint="correct `query`") from error
        finally:
            timer.cancel()


def _close_in(con: duckdb.DuckDBPyConnection, rows: Path, columns: list[str]) -> None:
    """Make `source`, and take away whatever else DuckDB could reach; the settings cannot be changed back."""
    texts = [FunctionExpression("nullif", ColumnExpression(f"c{place}"), ConstantExpression("")) for place in range(len(columns))]
    named = [text.alias(column) for text, column in zip(texts, columns, strict=True)]
    con.execute("SET TimeZone = 'UTC'")
    con.execute("SET autoinstall_known_extensions = false")
    con.execute("SET autoload_known_extensions = false")
    con.execute("SET python_enable_replacements = false")
    con.execute("SET allowed_paths = $paths", {"paths": [str(rows)]})
    con.read_parquet(str(rows)).select(*named).create_view(TABLE)
    con.execute("SET enable_external_access = false")
    con.execute("SET lock_configuration = true")


def _words(error: Exception) -> str:
    """The message without its drawing of the place."""
    return " ".join(str(error).split("\n\nLINE")[0].split())[:500]
