"""The next batch is fetched and decoded while the last one is written: drivers and Arrow's writer let other threads run.

Belongs here: one batch ahead, no more, so that memory stays bounded.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor, wait

import pyarrow as pa

PATIENCE_SECONDS = 0.2


def one_ahead(batches: Generator[pa.RecordBatch], cancel: Callable[[], None]) -> Generator[pa.RecordBatch]:
    """The same batches, made by another thread; its errors are raised here. `cancel` ends the batch under way when nobody wants it."""
    with ThreadPoolExecutor(1, "ca-source-reader") as pool:
        coming = pool.submit(next, batches, None)
        try:
            while (batch := coming.result()) is not None:
                coming = pool.submit(next, batches, None)
                yield batch
        finally:
            while not coming.done():
                cancel()  # in vain while no statement is under way, as between two fetches
                wait([coming], PATIENCE_SECONDS)
            pool.submit(batches.close).result()
