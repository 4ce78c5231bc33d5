"""Each service's command of compose.yaml, started for real without Docker, against a real PostgreSQL: healthy, scheduled, restarted."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ca_assets.index.open import open_index
from ca_assets.settings.database import open_database
from ca_assets.settings.process import ProcessSettings
from ca_assets.settings.shops import apply_shop
from ca_assets.settings.users import add_user
from ca_assets_tests.deploy.compose import OURS, services, with_ports
from ca_assets_tests.servers.dagster import Server, until
from ca_assets_tests.servers.postgresql import PostgreSQL
from ca_assets_tests.servers.processes import Children, children, free_port, group_members
from ca_assets_tests.shops.tea_shop import TEA

pytestmark = pytest.mark.dagster
CA = [sys.executable, "-m", "ca_assets.cli"]


@dataclass
class Installation:
    """The services' environment on this machine: as in the file, but for hosts, folders and ports."""

    root: Path
    environment: dict[str, str]
    ports: dict[str, int]
    settings: ProcessSettings
    started: Children

    def command(self, name: str) -> list[str]:
        """A service's command here."""
        return [*CA, *with_ports(services()[name]["command"], self.ports)]

    def start(self, name: str) -> None:
        """Start a service with its own environment."""
        hops = {"CA_PROXY_HOPS": services()[name]["environment"].get("CA_PROXY_HOPS", "0")}
        self.started.start(name, self.command(name), self.environment | hops)

    def is_healthy(self, name: str) -> bool:
        """What its health check says."""
        words = with_ports(services()[name]["healthcheck"]["test"][2:], self.ports)
        return subprocess.run([*CA, *words], env=self.environment, capture_output=True, check=False).returncode == 0


@pytest.fixture
def installation(tmp_path: Path, postgresql: PostgreSQL) -> Iterator[Installation]:
    """A tea shop applied on PostgreSQL; secrets in files; nothing started yet."""
    ports = {port: free_port() for port in ("8050", "3000", "4000", "8070")}
    environment = {**{k: v for k, v in os.environ.items() if not k.startswith("CA_")}, "CA_HOME": str(tmp_path / "home")}
    secrets = {"settings_url": postgresql.url(postgresql.database(), "postgresql"), "secret_key": "long enough for a test"}
    secrets["dagster_url"] = postgresql.url(postgresql.database(), "postgresql")
    for name, text in secrets.items():
        (tmp_path / name).write_text(text)
        environment[f"CA_{name.upper()}_FILE"] = str(tmp_path / name)
    environment |= {"CA_CODE_SERVER": f"127.0.0.1:{ports['4000']}", "CA_NIGHTLY_CRON": "* * * * *"}
    settings = ProcessSettings(home=tmp_path / "home", settings_url=secrets["settings_url"], dagster_url=secrets["dagster_url"])
    apply_shop(open_database(settings), TEA.write(tmp_path / "shop"))
    add_user(open_database(settings), "ada", "correct horse battery", "admin")
    with children(tmp_path / "log") as started:
        yield Installation(tmp_path, environment, ports, settings, started)


def test_services_run_a_schedule_and_the_web_server_restarts(installation: Installation, postgresql: PostgreSQL) -> None:
    for name in ("code", "app", "collector"):
        installation.start(name)
    until(lambda: _listens(installation.ports["4000"]), 120, "the code server's port")
    until(lambda: installation.is_healthy("code"), 120, "the code server")
    for name in ("web", "daemon"):
        installation.start(name)
    dagster = Server(installation.ports["3000"], "/dagster")
    until(dagster.is_up, 120, "Dagster's web server")
    until(lambda: "Log in" in _front_page(installation), 60, "the application's log-in page")
    workers = group_members(installation.started.running["app"].pid)
    assert len(workers) == 1 + int(services()["app"]["command"][-1])  # gunicorn and its workers
    until(lambda: [run for run in dagster.runs("dagster/schedule_name") if run["status"] == "SUCCESS"], 180, "the schedule's run")
    dagster.stop_schedule()
    until(lambda: installation.is_healthy("collector"), 60, "the collector")
    until(lambda: {run["status"] for run in dagster.runs()} <= {"SUCCESS", "FAILURE"}, 120, "the end of what the schedule had begun")
    assert {name: installation.is_healthy(name) for name in OURS} == dict.fromkeys(OURS, True), installation.started.said()

    loaded = subprocess.run([*CA, "load"], env=installation.environment, capture_output=True, text=True, check=False)
    assert loaded.returncode == 0, loaded.stderr
    before = {run["runId"] for run in dagster.runs()}
    assert any(run["status"] == "SUCCESS" for run in dagster.runs("customer_analytics/pid"))  # by the command line, in the same instance
    installation.started.stop("web")
    assert not installation.is_healthy("web")
    installation.start("web")
    until(dagster.is_up, 120, "Dagster's web server again")
    assert before <= {run["runId"] for run in dagster.runs()}
    found = postgresql.execute("SELECT count(*) FROM runs", installation.settings.dagster_url.rpartition("/")[2])
    assert found[0][0] >= len(before) > 0
    with open_index(installation.settings).snapshot() as snapshot:
        assert snapshot.meta()["shop"] == "Tea"
    log = (installation.root / "log").read_text(errors="replace")
    assert postgresql.password not in log and "long enough for a test" not in log


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _front_page(installation: Installation) -> str:
    """What a browser gets first; empty while nobody listens."""
    request = urllib.request.Request(f"http://127.0.0.1:{installation.ports['8050']}/", headers={"Accept": "text/html"})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return str(answer.read().decode())
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return ""
