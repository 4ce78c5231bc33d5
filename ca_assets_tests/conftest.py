"""Fixtures that all tests may ask for: the real servers of `ca_assets_tests/servers`."""

from ca_assets_tests.servers.bigquery import bigquery_server
from ca_assets_tests.servers.elasticsearch_shared import elasticsearch, elasticsearch_cluster
from ca_assets_tests.servers.postgresql import postgresql

__all__ = ["bigquery_server", "elasticsearch", "elasticsearch_cluster", "postgresql"]
