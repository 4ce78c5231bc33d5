"""A process that computes ranges and lists: how the web worker starts, asks and ends it, and what runs in it.

It is spawned, never forked (the web worker has threads), ends with the worker however that ends, and ends by itself when nothing was asked
for some minutes: an idle one shall hold neither memory nor versions of the lake.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from ca_assets.on_demand.request import KEPT_BASES, Answer, AnyRequest, Failure, NotComputed
from ca_assets.settings.process import ProcessSettings

IDLE_SECONDS = 600.0
END_SECONDS = 3.0
log = logging.getLogger(__name__)


class EngineEnded(RuntimeError):
    """The process is gone: it ended by itself, was killed, or ran out of memory."""


class EngineTimeout(RuntimeError):
    """The process did not answer in time, and was ended."""


class EngineProcess:
    """A running process; one request at a time. `base_keys`: of the base tables that it has, the last used last."""

    def __init__(self, settings: ProcessSettings, folder: Path, lists: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(theirs, settings, folder, lists), name="ca-ranges", daemon=True)
        self._process.start()
        theirs.close()  # ours alone: the end of the process is the end of the pipe
        self.base_keys: list[tuple[Any, ...]] = []

    @property
    def pid(self) -> int:
        """Number of the process."""
        return self._process.pid or 0

    @property
    def is_alive(self) -> bool:
        """Whether it still runs."""
        return self._process.is_alive()

    def ask(self, request: AnyRequest, seconds: float) -> Answer | Failure:
        """Its answer. Raises EngineTimeout and EngineEnded; after both it is of no use any more."""
        try:
            self._connection.send(request)
            if not self._connection.poll(seconds):
                self.kill()
                raise EngineTimeout
            answer: Answer | Failure = self._connection.recv()
        except (EOFError, OSError) as error:
            self.kill()
            raise EngineEnded from error
        self.base_keys = [*(key for key in self.base_keys if key != request.base_key), request.base_key][-KEPT_BASES:]
        return answer

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()
        self._process.join(END_SECONDS)
        self._connection.close()

    def ask_to_end(self) -> None:
        """Close the pipe: it ends when it is done with its request."""
        self._connection.close()

    def close(self) -> None:
        """Ask it to end, and insist after some seconds."""
        self.ask_to_end()
        self._process.join(END_SECONDS)
        if self._process.is_alive():
            self._process.kill()
            self._process.join(END_SECONDS)


def serve(connection: Connection, settings: ProcessSettings, folder: Path, lists: Path) -> None:
    """What runs in the process: answer requests until the pipe is closed, or nothing was asked for long."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal reaches all; the worker ends us
    _end_with_parent()
    from ca_assets.on_demand.compute import RangeEngine  # imports the engine, which the web worker need not have

    engine = RangeEngine(settings, folder, lists)
    try:
        while connection.poll(IDLE_SECONDS):
            connection.send(_answer(engine, connection.recv()))
    except (EOFError, OSError):
        return  # the worker has closed the pipe, or is gone
    finally:
        engine.close()


def _answer(engine: Any, request: AnyRequest) -> Answer | Failure:
    """What the engine says; what it could not do is a value too."""
    from ca_assets.engine.errors import is_out_of_memory, query_errors
    from ca_assets.lake.lake import LakeError, NotInLake
    from ca_assets.settings.database import SettingsUnavailable
    from ca_assets.shop import ShopError

    try:
        answer: Answer = engine.compute(request)
    except (NotComputed, ShopError, SettingsUnavailable) as error:
        return Failure(str(error))
    except (LakeError, NotInLake, OSError) as error:
        log.warning("%s: %s", request, error)
        return Failure("The published tables could not be read; try again.")
    except query_errors() as error:
        log.warning("%s: %s", request, error)
        if is_out_of_memory(error):
            return Failure("These days need more memory than CA_RANGE_MEMORY_MB allows; choose fewer.")
        return Failure("The engine could not compute these days; the application’s log says why.")
    return answer


def _end_with_parent() -> None:
    """End at once when the web worker dies, whatever is being computed."""
    parent = multiprocessing.parent_process()

    def wait() -> None:
        if parent is not None:
            parent.join()
            os._exit(0)

    threading.Thread(target=wait, daemon=True).start()
