"""Batches of a database, each fetched while the one before is written."""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor, wait

import pyarrow as pa

CANCEL_SECONDS = 0.2


def prefetch(batches: Generator[pa.RecordBatch], cancel: Callable[[], None]) -> Generator[pa.RecordBatch]:
    """The same batches, each made by another thread while the one before is written; drivers and Arrow's writer let other threads run.

    One batch ahead, no more, so that memory stays bounded. Errors of `batches` are raised here. `cancel` ends the batch under way when
    nobody wants it.
    """
    with ThreadPoolExecutor(1, "ca-source-reader") as pool:
        coming = pool.submit(next, batches, None)
        try:
            while (batch := coming.result()) is not None:
                coming = pool.submit(next, batches, None)
                yield batch
        finally:
            while not coming.done():
                cancel()  # in vain while no statement is under way, as between two fetches
                wait([coming], CANCEL_SECONDS)
            pool.submit(batches.close).result()
