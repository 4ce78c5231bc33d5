"""Tokens of the API: kept as a hash, good until they end, counted over all processes."""

from __future__ import annotations

import datetime as dt
import threading
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from ca_assets.settings.database import Database, User, open_database
from ca_assets.settings.process import ProcessSettings
from ca_assets.settings.tokens import ApiToken, Rate, TokenError, add_token, revoke_token, take, tokens_of, valid_token
from ca_assets.settings.users import add_user

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


@pytest.fixture
def database(tmp_path: Path) -> Database:
    opened = open_database(ProcessSettings(home=tmp_path))
    add_user(opened, "ada", "correct horse battery", "viewer")
    return opened


def test_only_a_hash_is_kept(database: Database, tmp_path: Path) -> None:
    token, text = add_token(database, "ada", "  nightly   export ", ["read:tables", "read:reports"])
    assert (token.name, token.scope_names) == ("nightly export", ("read:reports", "read:tables"))
    assert text.startswith("ca_") and len(text) > 40
    assert all(text.encode() not in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    found = valid_token(database, text)
    assert found is not None and (found[0].id, found[1].name) == (token.id, "ada")


@pytest.mark.parametrize(
    ("owner", "name", "scopes", "days"),
    [
        ("eve", "x", ["read:tables"], 1),
        ("ada", " ", ["read:tables"], 1),
        ("ada", "x", [], 1),
        ("ada", "x", ["write:all"], 1),
        ("ada", "x", ["read:tables"], 0),
        ("ada", "a\x1b[2J", ["read:tables"], 1),
        ("ada", "x" * 101, ["read:tables"], 1),
    ],
)
def test_unusable_tokens_are_refused(database: Database, owner: str, name: str, scopes: list[str], days: int) -> None:
    with pytest.raises(TokenError):
        add_token(database, owner, name, scopes, days)
    assert not tokens_of(database)


def test_a_token_ends(database: Database) -> None:
    (revoked, one), (expired, other) = (add_token(database, "ada", "x", ["read:tables"]) for _ in range(2))
    with pytest.raises(TokenError):
        revoke_token(database, revoked.id, "eve")
    revoke_token(database, revoked.id, "ada")
    with database.session() as session:
        session.execute(update(ApiToken).where(ApiToken.id == expired.id).values(expires_at=NOW - dt.timedelta(days=9_000)))
    assert valid_token(database, one) is None and valid_token(database, other) is None
    assert [token.state(dt.datetime.now(dt.UTC)) for token in tokens_of(database, "ada")] == ["expired", "revoked"]


def test_a_new_user_of_a_name_does_not_inherit_tokens(database: Database) -> None:
    _, text = add_token(database, "ada", "x", ["read:tables"])
    with database.session() as session:
        session.execute(delete(User))
    assert valid_token(database, text) is None
    add_user(database, "ada", "another person's password", "admin")
    assert valid_token(database, text) is None


def test_the_rate_lets_a_burst_through_then_one_at_a_time(database: Database) -> None:
    token, _ = add_token(database, "ada", "x", ["read:tables"])
    rate = Rate(per_minute=60, burst=3)  # one a second
    assert [take(database, token.id, rate, 1, NOW) for _ in range(4)] == [0, 0, 0, 1]
    later = NOW + dt.timedelta(seconds=1)
    assert [take(database, token.id, rate, 1, later) for _ in range(2)] == [0, 1]
    assert take(database, token.id, rate, 3, later) == 3  # the whole burst is needed, of which nothing is there
    assert take(database, token.id, rate, 99, NOW + dt.timedelta(seconds=60)) == 0  # no request weighs more than the burst
    assert tokens_of(database)[0].last_used_at.replace(tzinfo=dt.UTC) == NOW + dt.timedelta(seconds=60)


def test_many_at_once_are_counted_together(database: Database, tmp_path: Path) -> None:
    token, _ = add_token(database, "ada", "x", ["read:tables"])
    waits: list[int] = []

    def worker() -> None:
        own = open_database(ProcessSettings(home=tmp_path))
        waits.extend(take(own, token.id, Rate(60, 5), 1, NOW) for _ in range(4))

    threads = [threading.Thread(target=worker) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert waits.count(0) == 5 and len(waits) == 16
