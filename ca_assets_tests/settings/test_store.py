"""The store that was chosen in the browser: kept encrypted, below the environment, and followed by processes that run."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from ca_assets.index import open as opening
from ca_assets.index.embedded.index import EmbeddedIndex
from ca_assets.settings.database import open_database
from ca_assets.settings.process import ProcessSettings, SecretError
from ca_assets.settings.shops import find_edition, list_editions, save_edition
from ca_assets.settings.store import StoreSettings, choose_store, chosen_store, newest_choice, with_chosen_store
from ca_assets.shop import ShopError

SHOP = "sources: {{sessions: {{kind: csv, path: {path}}}}}"
STORE = StoreSettings("https://search.example.org:9200", "ada", "p4ss-word", "", "-----BEGIN CERTIFICATE-----", is_verified=True)


def test_before_any_choice_it_is_embedded(tmp_path: Path) -> None:
    settings = ProcessSettings(home=tmp_path)
    assert with_chosen_store(settings) is settings
    assert list(tmp_path.iterdir()) == []
    assert chosen_store(open_database(settings), settings) == StoreSettings()
    assert isinstance(opening.open_index(settings), EmbeddedIndex)


def test_a_choice_is_kept_without_its_password(tmp_path: Path) -> None:
    settings = ProcessSettings(home=tmp_path)
    database = open_database(settings)
    choose_store(database, STORE, "ada", settings)
    assert chosen_store(database, settings) == STORE
    row = newest_choice(database)
    assert row and row.secret and row.chosen_by == "ada" and row.chosen_at.date() <= dt.datetime.now(dt.UTC).date()
    assert b"p4ss-word" not in (tmp_path / "settings.sqlite").read_bytes() and "p4ss" not in repr(STORE)
    used = with_chosen_store(settings)
    assert (used.index_url, used.index_user, used.index_password.get_secret_value()) == (STORE.url, "ada", "p4ss-word")
    assert used.index_ca_file and used.index_ca_file.read_text() == STORE.certificate


@pytest.mark.parametrize("url", ["embedded", "http://other.example.org:9200"])
def test_the_environment_wins(tmp_path: Path, url: str) -> None:
    settings = ProcessSettings(home=tmp_path, index_url=url)
    choose_store(open_database(settings), STORE, "ada", settings)
    assert with_chosen_store(settings) is settings
    assert isinstance(opening.open_index(settings), EmbeddedIndex) is (url == "embedded")


def test_another_key_says_what_to_do(tmp_path: Path) -> None:
    settings = ProcessSettings(home=tmp_path)
    choose_store(open_database(settings), STORE, "ada", settings)
    (tmp_path / "encryption.key").write_text("another key that is long enough")
    with pytest.raises(SecretError, match="connect the store anew"):
        with_chosen_store(settings)


def test_a_running_process_follows_a_choice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = ProcessSettings(home=tmp_path)
    database = open_database(settings)
    index = opening.FollowingIndex(settings, database)
    assert index.health()["kind"] == "embedded" and index.current() is None
    choose_store(database, StoreSettings("http://127.0.0.1:9"), "ada", settings)
    monkeypatch.setattr(opening, "LOOK_SECONDS", -1.0)
    assert index._current().__class__.__name__ == "ElasticIndex"
    choose_store(database, StoreSettings(), "ada", settings)
    assert isinstance(index._current(), EmbeddedIndex)


def test_editions_say_who_changed_what(tmp_path: Path) -> None:
    database = open_database(ProcessSettings(home=tmp_path))
    save_edition(database, SHOP.format(path="a.csv"), tmp_path, changed_by="ada", what="connected sessions")
    save_edition(database, SHOP.format(path="b.csv"), tmp_path)
    save_edition(database, SHOP.format(path="b.csv"), tmp_path, changed_by="bob")  # the same text: no edition
    with pytest.raises(ShopError):
        save_edition(database, "sources: {}", tmp_path)
    editions = list_editions(database)
    assert [(edition.changed_by, edition.what) for edition in editions] == [(None, None), ("ada", "connected sessions")]
    assert find_edition(database, editions[1].id).text == SHOP.format(path="a.csv")
    with pytest.raises(ShopError, match="no edition 9"):
        find_edition(database, 9)
