"""Dagster's own folder in `CA_HOME`: its `dagster.yaml` and `workspace.yaml`, made from the settings, and the environment of its processes.

A file that still begins with MARK is ours and follows the settings; whoever wants to change one by hand deletes that line.
No password is written: `dagster.yaml` names the environment variable that holds the storage's URL.
Belongs here: those texts and that environment. Does not belong here: definitions (`ca_assets.defs`), starting processes (`cli`).
"""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from ca_assets.settings.process import ProcessSettings, process_settings, with_driver

MARK = "# Written by CustomerAnalytics from its settings. Delete this line to keep your own changes."
STORAGE_VARIABLE = "CA_DAGSTER_URL"
EVENT_LOGS = Path("history", "runs")  # where Dagster's own class keeps them
DAGSTER_YAML = """\
telemetry:
  enabled: false
nux:  # the greeting of Dagster's page, which asks for an address
  enabled: false
concurrency:
  runs:
    max_concurrent_runs: 4
  pools:  # loads write the same tables and wait for each other in the queue; a training runs beside them
    granularity: run
    default_limit: 1
freshness:
  enabled: true
run_monitoring:
  enabled: true  # a run whose process died is marked as failed, so that the queue goes on
  start_timeout_seconds: 180
"""
SQLITE = """\
# Runs, schedules and logs are kept in SQLite files in this folder; CA_DAGSTER_URL names a PostgreSQL database instead.
event_log_storage:
  module: ca_assets.event_log
  class: PooledSqliteEventLog
  config:
    base_dir: {folder}
"""
POSTGRESQL = f"""\
storage:
  postgres:
    postgres_url: {{env: {STORAGE_VARIABLE}}}
"""
OWN_CODE = """\
load_from:
  - python_module:
      module_name: ca_assets.definitions
      location_name: customer_analytics
"""
CODE_SERVER = """\
load_from:
  - grpc_server:
      host: {host}
      port: {port}
      location_name: customer_analytics
"""


class DagsterSettingsError(ValueError):
    """A setting of Dagster's processes is not usable; the message names it and says what it must look like, without its value."""


def prepare_dagster_home(settings: ProcessSettings | None = None) -> Path:
    """Make the folder and its two files, or bring ours up to date; returns the folder. Raises DagsterSettingsError.

    Dagster reads the storage's URL from this process's environment, so it is put there (it may have come from a file, or without a driver).
    """
    settings = settings or process_settings()
    folder = settings.dagster_home.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    if settings.dagster_url:
        os.environ[STORAGE_VARIABLE] = _storage_url(settings.dagster_url)
    for name, text in (("dagster.yaml", _dagster_yaml(settings, folder)), ("workspace.yaml", _workspace_yaml(settings))):
        _write(folder / name, f"{MARK}\n{text}")
    return folder


def dagster_environment(settings: ProcessSettings | None = None) -> dict[str, str]:
    """The environment for Dagster's processes: this one's, with `DAGSTER_HOME` and `CA_HOME` made absolute. Raises DagsterSettingsError."""
    settings = settings or process_settings()
    folder = prepare_dagster_home(settings)
    return {**os.environ, "DAGSTER_HOME": str(folder), "CA_HOME": str(settings.home.resolve())}


def _dagster_yaml(settings: ProcessSettings, folder: Path) -> str:
    storage = POSTGRESQL if settings.dagster_url else SQLITE.format(folder=json.dumps(str(folder / EVENT_LOGS), ensure_ascii=False))
    return storage + DAGSTER_YAML


def _workspace_yaml(settings: ProcessSettings) -> str:
    if not settings.code_server:
        return OWN_CODE
    host, _, port = settings.code_server.rpartition(":")
    if not host or not port.isdecimal() or not host.replace("-", "").replace(".", "").replace("_", "").isalnum():
        raise DagsterSettingsError("CA_CODE_SERVER must be host:port, such as code:4000")
    return CODE_SERVER.format(host=host, port=port)


def _storage_url(url: str) -> str:
    with_scheme = with_driver(url)
    if not with_scheme.startswith("postgresql+psycopg2://"):
        raise DagsterSettingsError("CA_DAGSTER_URL must be a PostgreSQL URL: postgresql://user:password@host:5432/database")
    return with_scheme


def _write(path: Path, text: str) -> None:
    """Replace the file unless people took it over; in one step, because several processes (and containers) start at the same time."""
    present = path.read_text(encoding="utf-8") if path.exists() else MARK
    if present == text or not present.startswith(MARK):
        return
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)
