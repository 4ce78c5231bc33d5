"""What has not changed is not computed again; what has is, and everything is when asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ca_assets.analyses.core.family import ACTIVITY, BASE, NIGHTLY, families
from ca_assets.cli.runs import open_instance, run_assets
from ca_assets.index.open import open_index
from ca_assets.settings.process import process_settings
from ca_assets_tests.shops.tea_shop import SESSIONS


def _kept(**config: Any) -> set[str]:
    """Load; the families that were found unchanged."""
    run_assets(config=config)
    with open_instance() as instance:
        run = instance.get_runs(limit=1)[0]
        entries = [(entry.step_key, entry.user_message) for entry in instance.all_logs(run.run_id)]
    return {str(step) for step, message in entries if message.startswith("nothing that it is computed from")}


def test_only_what_changed_is_computed(home: Path) -> None:
    assert _kept() == set()
    before = open_index(process_settings()).current()
    assert _kept() == {name for name, family in families().items() if family.job == NIGHTLY and {BASE, ACTIVITY}.issuperset(family.inputs)}
    assert open_index(process_settings()).current() == before
    assert _kept(recompute=True) == set()
    assert _kept(as_of="2024-02-10") == set()
    file = home.parent / "shop" / "sessions.csv"
    file.write_text(SESSIONS.replace(",12.5,", ",13.5,"))
    assert _kept() == set()
    with open_index(process_settings()).snapshot() as snapshot:
        assert snapshot.generation != before


def test_a_lost_index_is_filled_again(home: Path) -> None:
    run_assets()
    process_settings().index_file.unlink()
    assert _kept() == set()
    with open_index(process_settings()).snapshot() as snapshot:
        keys = snapshot.keys()
    assert {key.report_name for key in keys} >= {"funnels", "stats"}
