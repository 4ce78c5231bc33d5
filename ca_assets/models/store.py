"""Where model states are kept: a folder per family, a folder per state with `arrays.npz` and `state.json`, each written as a whole.

A state is loaded without pickle. It becomes visible by renaming its folder, so a killed training leaves nothing that is read.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from ca_assets.models.state import ModelState

STATES_KEPT = 8
PARTIAL = ".partial-"


class ModelStateError(RuntimeError):
    """A kept state cannot be read; the message names its folder and what helps."""


class ModelStore:
    """The kept states below one folder. Writers of one family must not run at the same time (the publication's lock sees to that)."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def latest(self, family: str, before: dt.date | None = None) -> ModelState | None:
        """The newest state whose `as_of` is before the day (None: of all); None when there is none. Raises ModelStateError."""
        known = [path for path in self._states(family) if before is None or _as_of(path) < before]
        return _read(known[-1]) if known else None

    def read(self, family: str, as_of: dt.date) -> ModelState | None:
        """The state with this `as_of`; None when there is none. Raises ModelStateError."""
        known = [path for path in self._states(family) if _as_of(path) == as_of]
        return _read(known[-1]) if known else None

    def dates(self, family: str) -> list[dt.date]:
        """`as_of` of all kept states, oldest first."""
        return [_as_of(path) for path in self._states(family)]

    def save(self, family: str, state: ModelState, keep: int = STATES_KEPT) -> None:
        """Keep a state, instead of an earlier one with the same `as_of`; of a family the newest `keep` are kept."""
        folder = self.root / family
        folder.mkdir(parents=True, exist_ok=True)
        for partial in folder.glob(f"{PARTIAL}*"):
            shutil.rmtree(partial, ignore_errors=True)
        new = Path(tempfile.mkdtemp(prefix=PARTIAL, dir=folder))
        np.savez(new / "arrays.npz", allow_pickle=False, **dict(state.arrays))
        facts = {"seed": state.seed, "settings": state.settings, "metrics": state.metrics, "code_digest": state.code_digest}
        (new / "state.json").write_text(json.dumps({"as_of": state.as_of.isoformat(), **facts}, sort_keys=True), encoding="utf-8")
        number = max((_number(path) for path in self._states(family)), default=0) + 1
        new.rename(folder / f"{state.as_of.isoformat()}.{number:06}")
        self._remove_replaced(family, keep)

    def _states(self, family: str) -> list[Path]:
        """Folders of whole states, by `as_of`, then in the order in which they were kept."""
        folder = self.root / family
        found = [path for path in folder.iterdir() if not path.name.startswith(PARTIAL)] if folder.exists() else []
        return sorted(found, key=lambda path: (_as_of(path), _number(path)))

    def _remove_replaced(self, family: str, keep: int) -> None:
        newest = {_as_of(path): path for path in self._states(family)}
        for path in set(self._states(family)) - set(list(newest.values())[-keep:]):
            shutil.rmtree(path, ignore_errors=True)


def _as_of(path: Path) -> dt.date:
    return dt.date.fromisoformat(path.name.partition(".")[0])


def _number(path: Path) -> int:
    return int(path.name.partition(".")[2])


def _read(path: Path) -> ModelState:
    try:
        facts: dict[str, Any] = json.loads((path / "state.json").read_text(encoding="utf-8"))
        with np.load(path / "arrays.npz", allow_pickle=False) as arrays:
            loaded = {name: arrays[name] for name in arrays.files}
        return ModelState(arrays=loaded, **{**facts, "as_of": dt.date.fromisoformat(facts["as_of"])})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelStateError(f"the kept model state {path} cannot be read ({error}); delete that folder, then train again") from error
