"""A store is tried before it is used, and chosen only when everything is published there."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest

from ca_assets.connecting.jobs import publishing, stores
from ca_assets.connecting.jobs.errors import JobFailed
from ca_assets.settings.database import open_database
from ca_assets.settings.process import ProcessSettings
from ca_assets.settings.store import StoreSettings, choose_store, chosen_store


@pytest.fixture
def settings(tmp_path: Path) -> ProcessSettings:
    return ProcessSettings(home=tmp_path)


def said(_text: str) -> None:
    """Nobody listens."""


def test_a_real_elasticsearch_is_tried(settings: ProcessSettings, elasticsearch: str) -> None:
    found = stores.facts(settings, asdict(StoreSettings(elasticsearch)), said)
    assert found["problem"] is None and found["is_writable"] and found["version"].startswith("8.")
    assert found["heap_bytes"] > 0 and found["free_bytes"] > 0 and found["data_folders"]
    small = found["heap_bytes"] < stores.LEAST_HEAP
    assert any("ES_JAVA_OPTS" in advice for advice in found["advice"]) is small


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "https://127.0.0.1:9"])
def test_one_that_is_not_there_says_so(settings: ProcessSettings, url: str) -> None:
    found = stores.facts(settings, asdict(StoreSettings(url, "ada", "s3cret-word")), said)
    assert not found["is_reachable"] and found["problem"] and "s3cret" not in str(found) and "CA_INDEX" not in found["problem"]


def test_the_embedded_one_has_a_folder_and_a_disk(settings: ProcessSettings) -> None:
    found = stores.facts(settings, asdict(StoreSettings()), said)
    assert found["problem"] is None and found["data_folders"] == [str(settings.home / "index")] and found["free_bytes"] > 0


def test_without_rows_a_store_is_chosen_at_once(settings: ProcessSettings) -> None:
    publishing.published(settings, {"store": asdict(StoreSettings("http://127.0.0.1:9")), "user": "ada"}, said)
    assert chosen_store(open_database(settings), settings).url == "http://127.0.0.1:9"


def test_a_publication_that_fails_leaves_the_store(settings: ProcessSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    database = open_database(settings)
    choose_store(database, StoreSettings("http://before:9200"), "ada", settings)
    monkeypatch.setattr(publishing.Lake, "loads", lambda _self: [{}])  # as if there were rows; the command finds that there are none
    with pytest.raises(JobFailed, match="the store stays as it was"):
        publishing.published(settings, {"store": asdict(StoreSettings("http://127.0.0.1:9")), "user": "ada"}, said)
    assert chosen_store(database, settings).url == "http://before:9200"
