"""Limits are values of one dimension, of viewers alone; what is stored and cannot be read lets nobody see anything; the log is of lines."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import update

from ca_assets.settings.access import Access, access_of, set_limits
from ca_assets.settings.audit import COMMAND_LINE, KEPT_DAYS, AuditRow, entries, record
from ca_assets.settings.database import Database, open_database
from ca_assets.settings.process import ProcessSettings
from ca_assets.settings.users import UserError, add_user, get_user


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return open_database(ProcessSettings(home=tmp_path))


def access(database: Database, name: str) -> Access:
    user = get_user(database, name)
    assert user is not None
    return access_of(user)


def test_a_new_user_sees_everything(database: Database) -> None:
    add_user(database, "vera", "long enough it is")
    assert access(database, "vera") == Access("viewer")
    assert access(database, "vera").allows("all")


def test_a_limited_viewer_sees_his_scopes_alone(database: Database) -> None:
    add_user(database, "vera", "long enough it is")
    set_limits(database, "vera", ["country=FR", "country=BE", "country=FR"])
    limited = access(database, "vera")
    assert limited.scopes == ("country=FR", "country=BE")
    assert [limited.allows(scope) for scope in ("country=FR", "country=BE", "country=DE", "all", "", "channel=web")] == [True] * 2 + [
        False
    ] * 4
    set_limits(database, "vera", [])
    assert not access(database, "vera").is_limited


@pytest.mark.parametrize(
    ("scopes", "message"),
    [
        (["all"], "not one value"),
        (["country="], "not one value"),
        (["=FR"], "not one value"),
        (["country=__other__"], "not one value"),
        (["country=__none__"], "not one value"),
        (["country=FR", "channel=web"], "one dimension"),
        ([f"country={number}" for number in range(51)], "too many"),
        (["country=" + "x" * 5_000], "too many"),
    ],
)
def test_other_limits_are_refused(database: Database, scopes: list[str], message: str) -> None:
    add_user(database, "vera", "long enough it is")
    with pytest.raises(UserError, match=message):
        set_limits(database, "vera", scopes)
    assert not access(database, "vera").is_limited


def test_only_viewers_are_limited(database: Database) -> None:
    add_user(database, "ed", "long enough it is", "editor")
    with pytest.raises(UserError, match="only viewers"):
        set_limits(database, "ed", ["country=FR"])
    with pytest.raises(UserError, match="no user"):
        set_limits(database, "nobody", ["country=FR"])


@pytest.mark.parametrize("stored", ["", "null", '"country=FR"', "{}", "[1]", '["all"]'])
def test_unreadable_limits_show_nothing(database: Database, stored: str) -> None:
    user = add_user(database, "vera", "long enough it is")
    user.limits = stored
    with pytest.raises(ValueError):
        access_of(user)


def test_the_log_holds_one_line_per_deed(database: Database) -> None:
    record(database, "ada", "user.add", "vera", "role viewer\nada user.remove", address="10.0.0.1")
    record(database, COMMAND_LINE, "load.start", "all", "x" * 5_000)
    newest, oldest = entries(database)
    assert (oldest.actor, oldest.action, oldest.subject, oldest.address) == ("ada", "user.add", "vera", "10.0.0.1")
    assert oldest.detail == "role viewer ada user.remove"
    assert len(newest.detail) == 2_000
    assert [entry.action for entry in entries(database, action="user.")] == ["user.add"]
    assert [entry.number for entry in entries(database, before=newest.number)] == [oldest.number]
    assert entries(database, actor="nobody") == []
    assert entries(database, action="%") == []


@pytest.mark.parametrize(("age_days", "kept"), [(KEPT_DAYS - 1, ["new", "old"]), (KEPT_DAYS + 1, ["new"])])
def test_the_log_forgets_what_is_old(database: Database, age_days: int, kept: list[str]) -> None:
    record(database, COMMAND_LINE, "user.add", "old")
    with database.session() as session:
        session.execute(update(AuditRow).values(at=dt.datetime.now(dt.UTC) - dt.timedelta(days=age_days)))
    record(database, COMMAND_LINE, "user.add", "new")
    assert [entry.subject for entry in entries(database)] == kept
