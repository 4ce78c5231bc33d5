"""The tables of Dagster's storage, made by one process before several begin.

Dagster makes them when an instance is opened first. Web server, daemon and code server start together; with an empty folder each tries, and
those that come second end with "table already exists" or a broken version of the schema.
"""

import dagster as dg
from filelock import FileLock

from ca_assets.settings.dagster_home import prepare_dagster_home


def make_storage() -> None:
    """Make what is missing, one process at a time. Raises DagsterSettingsError."""
    folder = prepare_dagster_home()
    with FileLock(folder / "storage.lock"), dg.DagsterInstance.from_config(str(folder)):
        pass  # opened: the tables are there
