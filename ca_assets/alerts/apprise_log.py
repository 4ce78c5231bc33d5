"""What apprise logs, kept from the process's own logs: it repeats urls there."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO


@contextmanager
def captured_log() -> Iterator[StringIO]:
    """Warnings and errors of apprise within the block as text; nothing of it goes elsewhere."""
    logger, text = logging.getLogger("apprise"), StringIO()
    handler, before = logging.StreamHandler(text), (logger.handlers, logger.propagate, logger.level)
    logger.handlers, logger.propagate = [handler], False
    logger.setLevel(logging.WARNING)
    try:
        yield text
    finally:
        logger.handlers, logger.propagate = before[0], before[1]
        logger.setLevel(before[2])
