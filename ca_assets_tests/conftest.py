"""Fixtures that all tests may ask for: the real servers of `ca_assets_tests/servers`; and which tests begin."""

from pathlib import Path

import pytest

from ca_assets_tests.servers.bigquery import bigquery_server
from ca_assets_tests.servers.elasticsearch_shared import elasticsearch, elasticsearch_cluster
from ca_assets_tests.servers.mariadb import mariadb
from ca_assets_tests.servers.postgresql import postgresql

__all__ = ["bigquery_server", "elasticsearch", "elasticsearch_cluster", "mariadb", "postgresql"]

HERE = Path(__file__).parent
# Files with much waiting in one go: when they come last, one worker waits for the other.
LONG = ("deploy", "engine", "kill", "defs", "index", "loading")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long folders first; within them, and for all others, the order stays."""
    items.sort(key=lambda item: LONG.index(_folder(item)) if _folder(item) in LONG else len(LONG))


def _folder(item: pytest.Item) -> str:
    return item.path.relative_to(HERE).parts[0] if item.path.is_relative_to(HERE) else ""
