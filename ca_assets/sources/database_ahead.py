"""The next batch is fetched and decoded while the last one is written: drivers and Arrow's writer let other threads run.

Belongs here: one batch ahead, no more, so that memory stays bounded.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa


def one_ahead(batches: Generator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The same batches, made by another thread; its errors are raised here. Ended early, the batch under way is waited for."""
    with ThreadPoolExecutor(1, "ca-source-reader") as pool:
        try:
            coming = pool.submit(next, batches, None)
            while (batch := coming.result()) is not None:
                coming = pool.submit(next, batches, None)
                yield batch
        finally:
            pool.submit(batches.close).result()
