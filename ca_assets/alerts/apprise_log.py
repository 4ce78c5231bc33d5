"""What apprise and its HTTP client log, kept from the process's own logs: they repeat urls there."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO

LOGGERS = ("apprise", "urllib3")


@contextmanager
def captured_log() -> Iterator[StringIO]:
    """Warnings and errors of sending within the block as text; nothing of it goes elsewhere."""
    text = StringIO()
    loggers = [logging.getLogger(name) for name in LOGGERS]
    before = [(logger.handlers, logger.propagate, logger.level) for logger in loggers]
    for logger in loggers:
        logger.handlers, logger.propagate = [logging.StreamHandler(text)], False
        logger.setLevel(logging.WARNING)
    try:
        yield text
    finally:
        for logger, (handlers, propagate, level) in zip(loggers, before, strict=True):
            logger.handlers, logger.propagate = handlers, propagate
            logger.setLevel(level)
