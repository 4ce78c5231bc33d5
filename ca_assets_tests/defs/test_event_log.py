"""The event log with open connections: Dagster's own class reads what it wrote and writes beside it, and few files stay open."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.event_log import SqliteEventLogStorage

from ca_assets.event_log import OPEN_FILES, PooledSqliteEventLog
from ca_assets.settings.dagster_home import prepare_dagster_home
from ca_assets.settings.process import ProcessSettings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return prepare_dagster_home(ProcessSettings(home=tmp_path))


@dg.asset
def numbers() -> dg.MaterializeResult[None]:
    return dg.MaterializeResult(metadata={"rows": 3})


def materialize(instance: dg.DagsterInstance) -> str:
    """A run of one asset; its id."""
    result = dg.materialize([numbers], instance=instance)
    assert result.success
    return result.run_id


def events(instance: dg.DagsterInstance, run_id: str) -> list[str]:
    """Types of a run's events, in order."""
    return [entry.dagster_event.event_type_value for entry in instance.all_logs(run_id) if entry.dagster_event]


def test_either_class_reads_what_the_other_wrote(folder: Path) -> None:
    with dg.DagsterInstance.from_config(str(folder)) as ours:
        assert isinstance(ours.event_log_storage, PooledSqliteEventLog)
        first = materialize(ours)
        known = events(ours, first)
        assert known[-1] == "PIPELINE_SUCCESS" and "ASSET_MATERIALIZATION" in known
        file = folder / "dagster.yaml"
        file.write_text("telemetry: {enabled: false}\n")  # as someone who took the file over may have it
        with dg.DagsterInstance.from_config(str(folder)) as plain:
            assert type(plain.event_log_storage) is SqliteEventLogStorage
            assert events(plain, first) == known
            second = materialize(plain)
        assert events(ours, second)[-1] == "PIPELINE_SUCCESS"
        event = ours.get_latest_materialization_event(numbers.key)
        assert event is not None and event.run_id == second


def test_dagster_greets_nobody(folder: Path) -> None:
    with dg.DagsterInstance.from_config(str(folder)) as instance:
        assert not instance.nux_enabled and not instance.telemetry_enabled


def test_few_files_stay_open_and_none_after_the_end(folder: Path) -> None:
    logs = folder / "history" / "runs"

    def files_open() -> set[str]:
        names = (str(link.readlink()) for link in Path("/proc/self/fd").iterdir() if link.exists())
        return {name.removesuffix("-wal").removesuffix("-shm") for name in names if name.startswith(str(logs))}

    with dg.DagsterInstance.from_config(str(folder)) as instance:
        runs = [materialize(instance) for _ in range(OPEN_FILES + 3)]
        assert 1 <= len(files_open()) <= OPEN_FILES
        assert [events(instance, run)[-1] for run in runs] == ["PIPELINE_SUCCESS"] * len(runs)
    assert files_open() == set()
    assert not list(logs.glob("*-wal"))
