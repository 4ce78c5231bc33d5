"""The process of a job: `python -m ca_assets.connecting.jobs.worker KIND FOLDER`, the request on standard input.

Errors that say what to do become the job's error; what is not expected is told as such, and its text stays in the process's log alone.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ca_assets.settings.process import ProcessSettings, process_settings

LOOK_SECONDS, UNSEEN_SECONDS, END_SECONDS = 0.2, 120.0, 5.0
STAYS = ("publish",)  # goes on when nobody looks
Say = Callable[[str], None]


def main() -> None:
    """Run one job."""
    kind, folder = sys.argv[1], Path(sys.argv[2])
    request = json.loads(sys.stdin.buffer.read())
    logging.basicConfig(filename=folder / "log", level=logging.WARNING)
    threading.Thread(target=_watch, args=(folder, kind not in STAYS), daemon=True).start()
    outcome = _outcome(kind, request, lambda text: _write(folder / "progress.json", {"text": text}))
    _write(folder / "result.json", outcome)


def _outcome(kind: str, request: dict[str, Any], say: Say) -> dict[str, Any]:
    from ca_assets.connecting.jobs import publishing, sources, stores
    from ca_assets.connecting.jobs.errors import expected_errors

    settings = process_settings()
    jobs: dict[str, Callable[[ProcessSettings, dict[str, Any], Say], Any]] = {
        "columns": sources.columns,
        "tables": sources.tables,
        "dry_run": sources.checked,
        "store": stores.facts,
        "publish": publishing.published,
    }
    try:
        return {"result": jobs[kind](settings, request, say)}
    except expected_errors() as error:
        return {"error": str(error)}
    except (KeyboardInterrupt, SystemExit):
        return {"error": "It was cancelled."}
    except (RuntimeError, ValueError, OSError, LookupError, TypeError):
        logging.getLogger(__name__).error("%s", traceback.format_exc())
        return {"error": "Something went wrong that should not. Whoever runs this installation finds it in the log of this job."}


def _watch(folder: Path, ends_unseen: bool) -> None:
    """End the process when it is cancelled, or when nobody has looked for long: first as Ctrl-C would, then at once."""
    import _thread

    while True:
        time.sleep(LOOK_SECONDS)
        is_unseen = ends_unseen and time.time() - (folder / "seen").stat().st_mtime > UNSEEN_SECONDS
        if is_unseen or (folder / "cancel").exists():
            _thread.interrupt_main()
            time.sleep(END_SECONDS)
            os._exit(1)


def _write(path: Path, content: dict[str, Any]) -> None:
    draft = path.with_suffix(".tmp")
    draft.write_text(json.dumps(content, default=str), encoding="utf-8")
    draft.replace(path)


if __name__ == "__main__":
    main()
