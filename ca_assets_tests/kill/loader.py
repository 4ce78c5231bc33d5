"""`ca` commands in child processes that have their imports already: a parent without threads forks one per line that it is sent.

Protocol: a line of JSON in (the log's path, the command's words, more of its environment); `started PID` out at once, `ended STATUS` when
the child is gone (negative: a signal). With CA_TEST_FAMILIES in the environment the dummy families are there.
The child is the leader of a session of its own, so that killing its group kills all of the load. Fork shortens a load by the
seconds that Python needs to import Dagster, which are of no interest here.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

from ca_assets_tests.dummy_families.adding import dummy_families
from ca_assets_tests.kill.phases import note_phases
from ca_assets_tests.servers.processes import kill_group

FAMILIES = "CA_TEST_FAMILIES"


@dataclass
class Load:
    """A running `ca load`; its output goes to `log`."""

    pid: int
    log: Path
    began: float

    @property
    def phases(self) -> Path:
        """Where it notes its phases."""
        return self.log.with_suffix(".phases")

    def is_going(self) -> bool:
        """Whether it has not ended yet."""
        return Path(f"/proc/{self.pid}").exists()


class Loader:
    """The parent process."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        words = [sys.executable, "-m", "ca_assets_tests.kill.loader"]
        self._parent = subprocess.Popen(words, env=dict(environment), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._answer() == "ready"

    def start(self, log: Path, *words: str, **environment: str) -> Load:
        """Begin a load; `words` follow `ca load`."""
        assert self._parent.stdin is not None
        log.with_suffix(".phases").unlink(missing_ok=True)
        self._parent.stdin.write(json.dumps([str(log), ["load", *words], environment]) + "\n")
        self._parent.stdin.flush()
        return Load(int(self._answer().removeprefix("started ")), log, time.monotonic())

    def wait(self, _load: Load) -> int:
        """Its end code; negative when it was killed."""
        return int(self._answer().removeprefix("ended "))

    def kill(self, load: Load) -> int:
        """Kill its whole group at once (SIGKILL); its end code is 0 when it had ended before."""
        kill_group(load.pid)
        with suppress(ProcessLookupError):
            os.kill(load.pid, signal.SIGKILL)  # it may not lead a group yet
        return self.wait(load)

    def close(self) -> None:
        """End the parent."""
        assert self._parent.stdin is not None
        self._parent.stdin.close()
        self._parent.wait(20)

    def _answer(self) -> str:
        assert self._parent.stdout is not None
        line = self._parent.stdout.readline()
        assert line, "the loader has ended"
        return line.strip()


def main() -> None:
    """Import what a load needs, then serve."""
    import ca_assets.cli.runs  # noqa: F401 - for the children
    from ca_assets.cli.errors import user_errors
    from ca_assets.cli.main import cli

    user_errors()
    with asked_families():
        print("ready", flush=True)
        for line in sys.stdin:
            log, words, environment = json.loads(line)
            child = os.fork()
            if child == 0:
                _run(Path(log), words, environment, cli)
            print(f"started {child}", flush=True)
            print(f"ended {os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}", flush=True)


def asked_families() -> AbstractContextManager[None]:
    """The dummy families, where the environment asks for them."""
    return dummy_families() if FAMILIES in os.environ else nullcontext()


def _run(log: Path, words: list[str], environment: dict[str, str], cli: object) -> None:
    """The child: the command, with its output in the log."""
    os.setsid()
    os.environ |= environment
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    code = 1
    note_phases(log.with_suffix(".phases"))
    try:
        cli(words, standalone_mode=True)  # type: ignore[operator]
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:
        sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]  # what Python does with it: `ca` has put its own words there
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
