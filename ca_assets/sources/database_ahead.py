"""The next batch is fetched and decoded while the last one is written: drivers and Arrow's writer let other threads run.

Belongs here: one batch ahead, no more, so that memory stays bounded.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa


def one_ahead(batches: Generator[pa.RecordBatch], cancel: Callable[[], None]) -> Generator[pa.RecordBatch]:
    """The same batches, made by another thread; its errors are raised here. `cancel` ends the batch under way when nobody wants it."""
    with ThreadPoolExecutor(1, "ca-source-reader") as pool:
        coming = pool.submit(next, batches, None)
        try:
            while (batch := coming.result()) is not None:
                coming = pool.submit(next, batches, None)
                yield batch
        finally:
            if not coming.done():
                cancel()
            pool.submit(batches.close).result()
