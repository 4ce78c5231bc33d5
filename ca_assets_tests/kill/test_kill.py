"""Loads of a small shop killed at random moments: readers keep one whole edition, the next load finishes and leaves nothing behind.

Many: `python -m ca_assets_tests.kill --times 50 [--index-url URL]`.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from ca_assets_tests.kill.harness import Experiment
from ca_assets_tests.kill.seen import Mixture, edition_in
from ca_assets_tests.shops.editions import Edition

TIMES = 3


def test_editions_are_told_apart_by_their_totals() -> None:
    pairs = [(edition.orders, edition.revenue) for edition in map(Edition, range(200))]
    assert [edition_in({"rows": pair}) for pair in pairs] == list(range(200))
    with pytest.raises(Mixture):
        edition_in({"rows": pairs[3], "kpis": pairs[4]})
    with pytest.raises(Mixture):
        edition_in({"rows": (pairs[3][0], pairs[4][1])})


def test_killed_loads_lose_and_leave_nothing(tmp_path: Path) -> None:
    seed = random.randrange(10**6)
    result = Experiment(tmp_path, seed).kill_many(TIMES)
    print(f"seed {seed}: {result.text()}")
    assert result.problems == []
    assert (result.killed.total(), result.phases.total()) == (TIMES, TIMES)
    assert result.readings["snapshot"] > 0 and result.readings["export"] > 0


def test_a_killed_load_loses_nothing_in_elasticsearch(tmp_path: Path, elasticsearch: str) -> None:
    seed = random.randrange(10**6)
    result = Experiment(tmp_path, seed, elasticsearch, f"kill-{seed}-").kill_many(1)
    print(f"seed {seed}: {result.text()}")
    assert (result.problems, result.killed.total()) == ([], 1)
    assert result.readings["snapshot"] > 0
