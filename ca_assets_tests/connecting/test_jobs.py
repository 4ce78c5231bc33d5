"""Jobs run beside the web workers, are seen by all of them and by their owner only, and end when they are told to."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ca_assets.connecting.jobs import jobs
from ca_assets.connecting.jobs.jobs import JobError, JobState
from ca_assets.settings.process import ProcessSettings
from ca_assets_tests.servers.postgresql import PostgreSQL

CSV = "Order ID,Customer,created at,total,paid,country\n" + "".join(
    f"{number},c{number % 7},2024-0{1 + number % 3}-11 10:00:00,{number}.50,yes,{'FR' if number % 2 else 'DE'}\n" for number in range(60)
)


def until(settings: ProcessSettings, job: str, is_so: Callable[[JobState], bool]) -> JobState:
    """The job once it is so; a minute is more than any takes here."""
    deadline = time.monotonic() + 60
    while not is_so(state := jobs.state(settings, job, "ada")):
        assert time.monotonic() < deadline, state
        time.sleep(0.05)
    return state


def outcome(settings: ProcessSettings, kind: jobs.Kind, request: dict[str, Any]) -> JobState:
    return until(settings, jobs.start(settings, kind, request, "ada"), lambda state: not state.is_running)


@pytest.fixture
def settings(tmp_path: Path) -> ProcessSettings:
    return ProcessSettings(home=tmp_path)


def test_columns_come_with_a_guess(settings: ProcessSettings) -> None:
    (settings.home / "orders.csv").write_text(CSV)
    request = {"name": "sessions", "source": {"kind": "csv", "path": "orders.csv"}, "folder": str(settings.home)}
    state = outcome(settings, "columns", request)
    assert state.error is None and state.result["columns"] == ["Order ID", "Customer", "created at", "total", "paid", "country"]
    guess = {ours: proposal["theirs"] for ours, proposal in state.result["guess"]["columns"].items()}
    assert guess == {
        "id": "Order ID", "client": "Customer", "session_start_date": "created at", "payment_amount": "total", "has_purchased": "paid"
    }  # fmt: skip
    assert state.result["guess"]["dimensions"] == {"country": "country"} and state.result["recipe"] is None


def test_a_dry_run_has_figures_and_leaves_nothing(settings: ProcessSettings) -> None:
    (settings.home / "orders.csv").write_text(CSV)
    columns = "{id: Order ID, client: Customer, session_start_date: created at, payment_amount: total, has_purchased: paid}"
    text = f"sources: {{sessions: {{kind: csv, path: orders.csv, columns: {columns}}}}}"
    state = outcome(settings, "dry_run", {"text": text, "folder": str(settings.home)})
    assert state.error is None
    assert [(source["name"], source["read"], source["accepted"]) for source in state.result["sources"]] == [("sessions", 60, 60)]
    assert list((settings.home / "staging").iterdir()) == []


def test_a_job_is_its_owners(settings: ProcessSettings) -> None:
    job = jobs.start(settings, "tables", {"kind": "postgresql", "secrets": {}}, "ada")
    for owner, name in (("bob", job), ("ada", "../jobs"), ("ada", "0" * 24)):
        with pytest.raises(JobError, match="gone"):
            jobs.state(settings, name, owner)
    assert until(settings, job, lambda state: not state.is_running).error


def test_a_killed_job_says_so_and_a_cancelled_one_ends(settings: ProcessSettings) -> None:
    os.mkfifo(settings.home / "never.csv")  # opening it waits for a writer that does not come
    request = {"name": "sessions", "source": {"kind": "csv", "path": "never.csv"}, "folder": str(settings.home)}
    job = jobs.start(settings, "columns", request, "ada")
    assert until(settings, job, lambda state: bool(state.progress)).is_running
    jobs.cancel(settings, job, "bob")
    assert jobs.state(settings, job, "ada").is_running
    jobs.cancel(settings, job, "ada")
    assert until(settings, job, lambda state: not state.is_running).error


def test_a_wrong_password_is_told_without_it(settings: ProcessSettings, postgresql: PostgreSQL) -> None:
    right = postgresql.url(postgresql.database(), "postgresql")
    scheme, _, rest = right.partition("://")
    wrong = f"{scheme}://nobody:s3cret-word@{rest.rpartition('@')[2]}"
    request = {"kind": "postgresql", "secrets": {"CONNECTION": wrong}}
    state = outcome(settings, "tables", request)
    assert state.result is None and state.error and "s3cret" not in state.error
    assert not any(b"s3cret-word" in path.read_bytes() for path in settings.home.rglob("*") if path.is_file())


def test_no_more_than_a_few_run_at_once(settings: ProcessSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "MAX_RUNNING", 0)
    with pytest.raises(JobError, match="Other checks are running"):
        jobs.start(settings, "tables", {}, "ada")
