"""The index that the process's settings name."""

from __future__ import annotations

from ca_assets.settings.process import ProcessSettings
from ca_assets.storage.embedded import EmbeddedIndex
from ca_assets.storage.index import Index, IndexUnavailable
from ca_assets.storage.lake import Lake


def open_index(settings: ProcessSettings) -> Index:
    """The embedded index in `CA_HOME/index`. Raises IndexUnavailable while CA_INDEX_URL asks for another store."""
    if settings.index_url:
        raise IndexUnavailable("this version has no support for Elasticsearch yet; unset CA_INDEX_URL to use the embedded index")
    return EmbeddedIndex(settings.index_file, Lake(settings.lake_root))
