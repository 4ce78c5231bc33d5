"""A file that an older version of the embedded index wrote is read, and gets what is new with the next publication."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from ca_assets.index.embedded.file import SCHEMA_VERSION
from ca_assets.index.embedded.index import EmbeddedIndex
from ca_assets.lake.lake import Lake
from ca_assets.settings.process import ProcessSettings
from ca_assets_tests.index.test_index_contract import report_set, value


@pytest.fixture
def old(settings: ProcessSettings, full_lake: Lake) -> EmbeddedIndex:
    """A publication in a file of the first version, whose tables have no key."""
    index = EmbeddedIndex(settings.index_file, full_lake)
    index.stage_table("g1", "downloads", 0, 3, ("client",))
    index.stage_reports("g1", report_set(1))
    index.switch("g1", {})
    with closing(sqlite3.connect(settings.index_file)) as db:
        db.execute("ALTER TABLE tables DROP COLUMN key")
        db.execute("PRAGMA user_version = 1")
    return index


def test_an_older_file_is_read_before_it_is_upgraded(old: EmbeddedIndex) -> None:
    with old.snapshot() as snapshot:
        assert sum(batch.num_rows for batch in snapshot.rows("downloads")) == 3
        assert snapshot.table("downloads").key == ()
        with pytest.raises(ValueError, match="no key"):
            snapshot.page("downloads")
    assert value(old) == 1


def test_an_older_file_is_upgraded_by_the_next_publication(old: EmbeddedIndex) -> None:
    old.stage_table("g2", "downloads", 0, 3, ("client",))
    old.switch("g2", {})
    with old.snapshot() as snapshot:
        assert snapshot.page("downloads").rows["client"].to_pylist() == ["ca", "cb", "never"]
    assert value(old) == 1
    with closing(sqlite3.connect(old.file.path)) as db:
        assert db.execute("PRAGMA user_version").fetchone()[0] == SCHEMA_VERSION
    EmbeddedIndex(old.file.path, old.lake).stage_reports("g2", report_set(2))
    assert value(old) == 2
