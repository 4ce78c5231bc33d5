"""The job that moves to another store: everything is published there (`ca publish`), and only then it is the one in use."""

from __future__ import annotations

import subprocess
import sys
from collections import deque
from collections.abc import Callable
from typing import Any

from ca_assets.connecting.jobs.errors import JobFailed
from ca_assets.lake.lake import Lake
from ca_assets.settings.database import open_database
from ca_assets.settings.process import ProcessSettings
from ca_assets.settings.store import EMBEDDED, StoreSettings, choose_store

Say = Callable[[str], None]
PUBLISH = [sys.executable, "-m", "ca_assets.cli", "publish"]
LAST_LINES = 8


def published(settings: ProcessSettings, request: dict[str, Any], say: Say) -> dict[str, Any]:
    """Publish to the store of the request, then choose it. `request`: `store` (fields of `StoreSettings`), `user`. Raises JobFailed."""
    store, database = StoreSettings(**request["store"]), open_database(settings)
    if Lake(settings.lake_root).loads():
        _publish(store, settings, say)
    choose_store(database, store, request["user"], settings)
    return {"url": store.url}


def _publish(store: StoreSettings, settings: ProcessSettings, say: Say) -> None:
    from ca_assets.connecting.jobs.jobs import environment

    say("Publishing")
    process = subprocess.Popen(  # noqa: S603 - our own command line, no shell
        PUBLISH,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env=environment(settings) | _of_the_store(store, settings),
    )
    lines: deque[str] = deque(maxlen=LAST_LINES)
    steps = 0
    try:
        for line in process.stdout or ():
            lines.append(line.strip())
            if line.startswith("  ") and line.rstrip().endswith(" s"):
                steps += 1
                say(f"{steps} steps done, the last: {line.split()[0]}")
        code = process.wait()
    finally:
        if process.poll() is None:  # cancelled
            process.terminate()
            process.wait()
    if code:
        said = next((line for line in reversed(lines) if line), "")
        raise JobFailed(f"Publishing failed, so the store stays as it was. {said}")


def _of_the_store(store: StoreSettings, settings: ProcessSettings) -> dict[str, str]:
    """The store as variables of the environment, where it wins over what was chosen."""
    if not store.url:
        return {"CA_INDEX_URL": EMBEDDED}
    certificate = store.over(settings).index_ca_file
    given = {
        "CA_INDEX_USER": store.user,
        "CA_INDEX_PASSWORD": store.password,
        "CA_INDEX_API_KEY": store.api_key,
        "CA_INDEX_CA_FILE": str(certificate or ""),
    }
    verify = {"CA_INDEX_VERIFY_CERTIFICATES": str(store.is_verified).lower()}
    return {"CA_INDEX_URL": store.url} | verify | {name: value for name, value in given.items() if value}
