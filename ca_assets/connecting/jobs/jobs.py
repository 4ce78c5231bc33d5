"""Jobs of the settings pages as processes beside the web workers: start, look, cancel. Any web worker may look, whichever started it.

    CA_HOME/jobs/ID/job.json       which kind, whose, since when; and the lock, which the process holds while it lives
    CA_HOME/jobs/ID/progress.json  what it does now         CA_HOME/jobs/ID/result.json   its answer, or its error in words
    CA_HOME/jobs/ID/cancel         it is to end             CA_HOME/jobs/ID/seen          somebody looked (its time)

A request goes through a pipe, never to the disk: it may hold a password. What runs in the process: `worker`.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ca_assets.settings.process import ProcessSettings

Kind = Literal["columns", "tables", "dry_run", "store", "publish"]
FOLDER, MAX_RUNNING, KEPT_SECONDS = "jobs", 4, 3_600.0
ID = re.compile(r"[0-9a-f]{24}")
WORKER = "ca_assets.connecting.jobs.worker"


class JobError(RuntimeError):
    """A job cannot be started, or is gone; the message says what to do."""


@dataclass(frozen=True)
class JobState:
    """A job as it is now. `progress`: what it says of itself; `result` and `error` once it ended, one of them None."""

    id: str
    kind: str
    is_running: bool
    seconds: float
    progress: str = ""
    result: Any = None
    error: str | None = None


def start(settings: ProcessSettings, kind: Kind, request: Mapping[str, Any], owner: str) -> str:
    """Start a job; its id. JobError when too many run already."""
    root = settings.home / FOLDER
    root.mkdir(parents=True, exist_ok=True)
    _remove_old(root)
    if sum(_is_alive(folder) for folder in root.iterdir()) >= MAX_RUNNING:
        raise JobError("Other checks are running; wait until one of them ends, then try again.")
    folder = root / secrets.token_hex(12)
    folder.mkdir(mode=0o700)
    _write(folder / "job.json", {"kind": kind, "owner": owner, "started": time.time()})
    (folder / "seen").touch()
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # of the open file, which the process inherits: it is free once that is dead
        process = subprocess.Popen(  # noqa: S603 - our own module, no shell
            [sys.executable, "-m", WORKER, kind, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[lock.fileno()],
            start_new_session=True,
            env=environment(settings),
        )
    threading.Thread(target=_hand_over, args=(process, json.dumps(dict(request)).encode()), daemon=True).start()
    return folder.name


def state(settings: ProcessSettings, job: str, owner: str) -> JobState:
    """How a job of the owner's is. JobError when there is none of this id (any more)."""
    folder, about = _job_folder(settings, job, owner)
    is_running = _is_alive(folder)  # before the result is looked for: it may end between the two
    (folder / "seen").touch()
    result = _read(folder / "result.json")
    seconds = round(time.time() - about["started"], 1)
    if result is None and not is_running:
        return JobState(job, about["kind"], is_running=False, seconds=seconds, error="It was ended before it was done. Try again.")
    progress = (_read(folder / "progress.json") or {}).get("text", "")
    outcome = result or {}
    return JobState(job, about["kind"], result is None, seconds, progress, outcome.get("result"), outcome.get("error"))


def cancel(settings: ProcessSettings, job: str | None, owner: str) -> None:
    """Ask a job to end, which it does within moments; nothing when there is none."""
    if job:
        try:
            folder, _ = _job_folder(settings, job, owner)
        except JobError:
            return
        (folder / "cancel").touch()


def environment(settings: ProcessSettings) -> dict[str, str]:
    """The environment of a process that works on the same installation, whatever these settings were made from."""
    given = {"CA_HOME": str(settings.home), "CA_LAKE_URL": settings.lake_url, "CA_SETTINGS_URL": settings.settings_url}
    return os.environ | {name: value for name, value in given.items() if value}


def _hand_over(process: subprocess.Popen[bytes], request: bytes) -> None:
    """Give the process its request, and wait for its end, so that it leaves no zombie."""
    process.communicate(request)


def _job_folder(settings: ProcessSettings, job: str, owner: str) -> tuple[Path, dict[str, Any]]:
    folder = settings.home / FOLDER / job
    about = _read(folder / "job.json") if ID.fullmatch(job) else None
    if about is None or about["owner"] != owner:
        raise JobError("This check is gone. Start it again.")
    return folder, about


def _is_alive(folder: Path) -> bool:
    try:
        with (folder / "lock").open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _remove_old(root: Path) -> None:
    for folder in root.iterdir():
        try:
            is_old = time.time() - (folder / "seen").stat().st_mtime > KEPT_SECONDS
        except OSError:
            is_old = False  # it is being made, or removed by another
        if is_old and not _is_alive(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _read(path: Path) -> dict[str, Any] | None:
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError):
        return None
    return content


def _write(path: Path, content: Mapping[str, Any]) -> None:
    """Readers see the whole of it or what was there before."""
    draft = path.with_suffix(".tmp")
    draft.write_text(json.dumps(content), encoding="utf-8")
    draft.replace(path)
