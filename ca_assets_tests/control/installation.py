"""A home with the tea shop, Dagster's web server and daemon as processes, and questions that tests have about their runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from ca_assets.cli import processes
from ca_assets.cli.dagster_storage import make_storage
from ca_assets.control.graphql import Dagster
from ca_assets.control.health import problems
from ca_assets.control.kinds import SCHEDULE_TAG
from ca_assets.control.runs import Run, list_runs, run_details
from ca_assets.settings.dagster_home import dagster_environment
from ca_assets.settings.database import Database, open_database
from ca_assets.settings.process import process_settings
from ca_assets.settings.shops import apply_shop
from ca_assets_tests.servers.dagster import until
from ca_assets_tests.servers.processes import Children, children, free_port, kill_group
from ca_assets_tests.shops.tea_shop import TEA

SECONDS = 300


@dataclass
class Installation:
    """What runs, and where."""

    home: Path
    shop: Path
    database: Database
    dagster: Dagster
    started: Children
    environment: Mapping[str, str]

    def start_daemon(self) -> None:
        self.started.start("daemon", processes.daemon(), self.environment)

    def started_well(self) -> None:
        """Wait until both answer; an end of one is told at once, with its last words."""
        found: list[str] = []

        def well() -> bool:
            assert all(child.poll() is None for child in self.started.running.values()), self.started.said()
            found[:] = problems(self.dagster)
            return not found

        try:
            until(well, SECONDS, "web server and daemon")
        except AssertionError as error:
            raise AssertionError(f"{error}: {found} {self.started.said()}") from None

    def kill_daemon(self) -> None:
        """As a power cut would: the daemon and the code server that it started, at once."""
        child = self.started.running.pop("daemon")
        kill_group(child.pid)
        child.wait()

    def ended(self, run_id: str) -> Run:
        return until(lambda: self._if_ended(run_id), SECONDS, f"the end of {run_id}; {self.started.said()}")

    def _if_ended(self, run_id: str) -> Run | None:
        run = run_details(self.dagster, run_id).run
        return None if run.is_running else run

    def runs_of(self, schedule: str) -> list[Run]:
        return [run for run in list_runs(self.dagster, limit=100) if run.tags.get(SCHEDULE_TAG) == schedule]


def installed(folder: Path, patch: pytest.MonkeyPatch) -> Iterator[Installation]:
    """The shop applied, both processes answering; code-defined schedules are years away."""
    patch.setenv("CA_HOME", str(folder / "home"))
    for name in ("NIGHTLY", "DAILY", "WEEKLY", "FULL_LOAD"):
        patch.setenv(f"CA_{name}_CRON", "0 0 29 2 *")
    process_settings.cache_clear()
    database = open_database()
    apply_shop(database, TEA.write(folder / "shop"))
    make_storage()
    port, environment = free_port(), dagster_environment()
    dagster = Dagster(f"http://127.0.0.1:{port}")
    with children(folder / "processes.log") as started:
        installation = Installation(folder / "home", folder / "shop", database, dagster, started, environment)
        started.start("web", processes.web_server("127.0.0.1", port), environment)
        installation.start_daemon()
        installation.started_well()
        yield installation
    process_settings.cache_clear()
