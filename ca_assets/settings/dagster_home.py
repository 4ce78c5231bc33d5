"""Dagster's own folder in `CA_HOME`: its `dagster.yaml` and `workspace.yaml`, written when absent, so that people may change them.

Belongs here: those two texts and the environment of Dagster's processes. Does not belong here: definitions (`ca_assets.defs`).
"""

from __future__ import annotations

import os
from pathlib import Path

from ca_assets.settings.process import ProcessSettings, process_settings

DAGSTER_YAML = """\
# Written once by CustomerAnalytics; yours to change. Runs, schedules and logs are kept in SQLite files in this folder.
# For PostgreSQL: storage: {postgres: {postgres_url: {env: CA_DAGSTER_URL}}}, with scheme postgresql+psycopg2.
telemetry:
  enabled: false
concurrency:
  runs:
    max_concurrent_runs: 1  # loads write the same tables; they wait for each other in the queue
run_monitoring:
  enabled: true  # a run whose process died is marked as failed, so that the queue goes on
  start_timeout_seconds: 180
"""
WORKSPACE_YAML = """\
load_from:
  - python_module:
      module_name: ca_assets.definitions
      location_name: customer_analytics
"""


def prepare_dagster_home(settings: ProcessSettings | None = None) -> Path:
    """Make the folder and its two files where absent; returns the folder."""
    folder = (settings or process_settings()).dagster_home.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (("dagster.yaml", DAGSTER_YAML), ("workspace.yaml", WORKSPACE_YAML)):
        path = folder / name
        if not path.exists():
            path.write_text(text, encoding="utf-8")
    return folder


def dagster_environment(settings: ProcessSettings | None = None) -> dict[str, str]:
    """The environment for Dagster's processes: this one's, with `DAGSTER_HOME` and `CA_HOME` made absolute."""
    settings = settings or process_settings()
    return {**os.environ, "DAGSTER_HOME": str(prepare_dagster_home(settings)), "CA_HOME": str(settings.home.resolve())}
