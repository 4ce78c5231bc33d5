"""A database that spoils overnight, or that is another one: nothing good is lost, nothing of two databases is mixed."""

from __future__ import annotations

from pathlib import Path

import pytest

from ca_assets.loading.guard import require_usable_rows
from ca_assets.shop import load_shop
from ca_assets.sources.databases import database_identity
from ca_assets.sources.driver import Reading
from ca_assets.sources.errors import SourceError
from ca_assets_tests.pipeline import load_tables
from ca_assets_tests.servers.postgresql import PostgreSQL
from ca_assets_tests.shops.daily_shop import Days


@pytest.fixture
def shop(postgresql: PostgreSQL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Days:
    days = Days(postgresql, 5)
    monkeypatch.setenv("DAILY_SHOP_URL", postgresql.url(days.database, "postgresql"))
    days.shop(with_line_dates=True).write(tmp_path)
    return days


def test_recent_rows_of_which_none_can_be_used_are_refused(shop: Days, tmp_path: Path) -> None:
    before = load_tables(tmp_path / "shop.yaml", tmp_path / "home", shop.now)
    shop.next()
    shop.server.execute(f"UPDATE sessions SET amount = -1, bought = true WHERE start >= '{shop.since.isoformat()}'", shop.database)
    spoiled = load_tables(tmp_path / "shop.yaml", tmp_path / "other", shop.now)
    require_usable_rows(spoiled, before.counts)  # read whole, older rows are still good
    again = load_tables(tmp_path / "shop.yaml", tmp_path / "home", shop.now)
    with pytest.raises(SourceError, match=r"none of the [0-9]+ rows from 20[0-9-]+ on can be used any more .*negative"):
        require_usable_rows(again, before.counts)


def test_a_window_that_lost_its_rows_is_refused(shop: Days, tmp_path: Path) -> None:
    before = load_tables(tmp_path / "shop.yaml", tmp_path / "home", shop.now)
    shop.next()
    shop.server.execute(f"DELETE FROM sessions WHERE start >= '{shop.since.isoformat()}'", shop.database)
    again = load_tables(tmp_path / "shop.yaml", tmp_path / "home", shop.now)
    with pytest.raises(SourceError, match=r"no rows are there any more from 20.*accept-empty sessions"):
        require_usable_rows(again, before.counts)
    require_usable_rows(again, before.counts, ("sessions",))


def test_another_database_is_read_whole(shop: Days, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load_tables(tmp_path / "shop.yaml", tmp_path / "home", shop.now)
    assert load_tables(tmp_path / "shop.yaml", tmp_path / "home", shop.now).rows.reads["sessions"].how == "months"
    other = Days(shop.server, 6)
    monkeypatch.setenv("DAILY_SHOP_URL", shop.server.url(other.database, "postgresql"))
    found = load_tables(tmp_path / "shop.yaml", tmp_path / "home", shop.now)
    whole = load_tables(tmp_path / "shop.yaml", tmp_path / "whole", shop.now)
    assert {read.how for read in found.rows.reads.values()} == {"whole"} and found.counts == whole.counts


def test_a_new_password_is_the_same_database(tmp_path: Path) -> None:
    text = "sources: {sessions: {kind: postgresql, url: '${URL}', table: s}}"
    (tmp_path / "shop.yaml").write_text(text, encoding="utf-8")
    config = load_shop(tmp_path / "shop.yaml").sources.sessions
    urls = ["postgresql://me:one@h:5432/d?sslmode=require", "postgresql://you:t%40wo@h:5432/d?password=x&sslmode=require"]
    places = {database_identity("sessions", config, Reading(tmp_path, tmp_path, secret=lambda _, url=url: url)) for url in urls}  # type: ignore[misc]
    assert places == {"postgresql\nh:5432/d\nsslmode=require"}
