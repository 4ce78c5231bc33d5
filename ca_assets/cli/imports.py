"""Importing thousands of modules at once, as Dagster and the engine bring them."""

from __future__ import annotations

import atexit
import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def many_imports() -> Iterator[None]:
    """While the block imports, and of what it imported, nothing is looked through for garbage.

    Modules and classes live as long as the process. The collector, which knows that of nothing, went through all of them again and again:
    a seventh of the time of a small load.
    """
    gc.disable()
    try:
        yield
        gc.freeze()
        atexit.register(gc.unfreeze)  # at its end Python collects all; what is left over then DuckDB would report as a leak
    finally:
        gc.enable()
