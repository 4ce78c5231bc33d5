"""A reader of its own process that polls the publication all the time and writes down what it saw, a JSON line per reading.

`python -m ca_assets_tests.kill.reader FILE`, with the settings in the environment; ends when it is killed, or with its parent.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from ca_assets.index.open import open_index
from ca_assets.settings.process import process_settings
from ca_assets_tests.kill.loader import asked_families
from ca_assets_tests.kill.seen import edition_in, export_totals, snapshot_totals, trained_orders

EXPORT_EVERY = 5  # readings: an export takes longer than a reading
PAUSE_SHARE = 1.0  # of a reading's time: the load shall get the machine too


def main() -> None:
    """Read until ended."""
    with Path(sys.argv[1]).open("a", encoding="utf-8", buffering=1) as out, tempfile.TemporaryDirectory() as folder, asked_families():
        number, parent = 0, os.getppid()
        while os.getppid() == parent:
            number, began = number + 1, time.time()
            print(json.dumps({"began": began, **_reading(number, Path(folder))}), file=out)
            time.sleep(PAUSE_SHARE * (time.time() - began))


def _reading(number: int, folder: Path) -> dict[str, Any]:
    """One reading; every error of a reader is an observation here, whatever its kind."""
    try:
        if number % EXPORT_EVERY == 0:
            return {"by": "export", "edition": edition_in(export_totals(folder))}
        with open_index(process_settings()).snapshot() as snapshot:
            edition, trained = edition_in(snapshot_totals(snapshot)), trained_orders(snapshot)
            return {"by": "snapshot", "edition": edition, "trained": trained, "generation": snapshot.generation}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    main()
