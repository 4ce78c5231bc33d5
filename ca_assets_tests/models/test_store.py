"""Kept model states: what is saved is read, the newest before a day, whole or not at all, without pickle."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from ca_assets.models.state import ModelState
from ca_assets.models.store import STATES_KEPT, ModelStateError, ModelStore

MONDAY = dt.date(2024, 3, 4)


def _state(as_of: dt.date, weight: float = 1.0) -> ModelState:
    return ModelState(as_of, 7, {"w": np.array([[weight, np.nan]])}, {"layers": [4, 2]}, {"error": 0.25}, "abc")


def test_a_state_reads_as_it_was_saved(tmp_path: Path) -> None:
    store = ModelStore(tmp_path)
    assert store.latest("clv") is None
    store.save("clv", _state(MONDAY))
    read = store.latest("clv")
    assert read is not None and (read.as_of, read.seed, read.code_digest) == (MONDAY, 7, "abc")
    assert read.settings == {"layers": [4, 2]} and read.metrics == {"error": 0.25}
    np.testing.assert_array_equal(read.arrays["w"], np.array([[1.0, np.nan]]))


def test_the_newest_state_before_a_day_is_read(tmp_path: Path) -> None:
    store = ModelStore(tmp_path)
    for days, weight in ((7, 2.0), (0, 1.0), (7, 3.0)):  # a week is trained again
        store.save("clv", _state(MONDAY + dt.timedelta(days=days), weight))
    later = store.latest("clv")
    assert later is not None and later.arrays["w"][0, 0] == 3.0
    earlier = store.latest("clv", before=MONDAY + dt.timedelta(days=7))
    assert earlier is not None and earlier.as_of == MONDAY
    assert store.latest("clv", before=MONDAY) is None and store.latest("other") is None
    assert store.dates("clv") == [MONDAY, MONDAY + dt.timedelta(days=7)]


def test_only_the_newest_states_are_kept(tmp_path: Path) -> None:
    store = ModelStore(tmp_path)
    days = [MONDAY + dt.timedelta(weeks=week) for week in range(STATES_KEPT + 3)]
    for day in days:
        store.save("clv", _state(day))
    assert store.dates("clv") == days[-STATES_KEPT:]


def test_what_a_killed_training_left_is_not_read(tmp_path: Path) -> None:
    store = ModelStore(tmp_path)
    store.save("clv", _state(MONDAY))
    (tmp_path / "clv" / ".partial-x").mkdir()
    (tmp_path / "clv" / ".partial-x" / "arrays.npz").write_bytes(b"half")
    read = store.latest("clv")
    assert read is not None and read.as_of == MONDAY
    store.save("clv", _state(MONDAY + dt.timedelta(days=7)))
    assert not list((tmp_path / "clv").glob(".partial-*"))


def test_a_damaged_or_pickled_state_is_refused(tmp_path: Path) -> None:
    store = ModelStore(tmp_path)
    store.save("clv", _state(MONDAY))
    (folder,) = (tmp_path / "clv").iterdir()
    np.savez(folder / "arrays.npz", w=np.array([{"a": 1}], dtype=object))
    with pytest.raises(ModelStateError, match="delete that folder"):
        store.latest("clv")
    (folder / "state.json").write_text("{")
    with pytest.raises(ModelStateError, match="cannot be read"):
        store.latest("clv")
