"""The index that the process's settings name."""

from __future__ import annotations

from ca_assets.index.embedded.index import EmbeddedIndex
from ca_assets.index.protocol import Index
from ca_assets.lake.lake import Lake
from ca_assets.settings.process import ProcessSettings


def open_index(settings: ProcessSettings) -> Index:
    """The embedded index in `CA_HOME/index`, or Elasticsearch when CA_INDEX_URL is set. Raises IndexUnavailable for a wrong URL."""
    lake = Lake(settings.lake_root)
    if not settings.index_url:
        return EmbeddedIndex(settings.index_file, lake)
    from ca_assets.index.elasticsearch.index import ElasticIndex  # its client takes a third of a second to import

    return ElasticIndex(settings, lake)
