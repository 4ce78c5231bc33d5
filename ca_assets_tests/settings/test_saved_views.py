"""Saved views: own ones, shared ones, who may do what."""

from __future__ import annotations

from pathlib import Path

import pytest

from ca_assets.settings.database import Database, User, open_database
from ca_assets.settings.process import ProcessSettings
from ca_assets.settings.saved_views import MAX_NAME, MAX_QUERY, MAX_VIEWS, ViewError, remove_view, save_view, views_of
from ca_assets.settings.users import add_user


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return open_database(ProcessSettings(home=tmp_path))


@pytest.fixture
def people(database: Database) -> dict[str, User]:
    return {role: add_user(database, role, "correct horse", role) for role in ("viewer", "editor", "admin")}


def names(database: Database, user: User) -> list[str]:
    return [view.name for view in views_of(database, user)]


def test_own_views_are_seen_by_their_owner_only(database: Database, people: dict[str, User]) -> None:
    save_view(database, people["viewer"], name="  My   week ", path="/", query="?window=7d")
    assert names(database, people["viewer"]) == ["My week"]
    assert names(database, people["admin"]) == []


def test_shared_views_are_seen_by_all_and_sorted_by_name(database: Database, people: dict[str, User]) -> None:
    save_view(database, people["editor"], name="zebra", path="/churn", query="", is_shared=True)
    save_view(database, people["viewer"], name="Apple", path="/", query="")
    assert names(database, people["viewer"]) == ["Apple", "zebra"]
    assert names(database, people["admin"]) == ["zebra"]


def test_the_same_name_replaces_ones_own_view_only(database: Database, people: dict[str, User]) -> None:
    for user in ("viewer", "editor"):
        save_view(database, people[user], name="week", path="/", query="?window=7d")
    save_view(database, people["viewer"], name="week", path="/churn", query="?window=28d")
    (view,) = views_of(database, people["viewer"])
    assert (view.path, view.query) == ("/churn", "?window=28d")
    assert views_of(database, people["editor"])[0].path == "/"


@pytest.mark.parametrize(
    ("name", "query", "is_shared"),
    [("", "", False), ("   ", "", False), ("x" * (MAX_NAME + 1), "", False), ("x", "?" + "a" * MAX_QUERY, False), ("x", "", True)],
)
def test_what_cannot_be_saved_is_refused_with_a_remedy(
    database: Database, people: dict[str, User], name: str, query: str, is_shared: bool
) -> None:
    with pytest.raises(ViewError):
        save_view(database, people["viewer"], name=name, path="/", query=query, is_shared=is_shared)
    assert names(database, people["viewer"]) == []


def test_there_is_a_most_of_views_for_each_person(database: Database, people: dict[str, User]) -> None:
    for count in range(MAX_VIEWS):
        save_view(database, people["viewer"], name=f"view {count}", path="/", query="")
    with pytest.raises(ViewError, match="remove one"):
        save_view(database, people["viewer"], name="one more", path="/", query="")
    save_view(database, people["viewer"], name="view 0", path="/churn", query="")  # replaces


def test_only_the_owner_and_admins_remove_what_they_see(database: Database, people: dict[str, User]) -> None:
    shared = save_view(database, people["editor"], name="shared", path="/", query="", is_shared=True)
    own = save_view(database, people["editor"], name="own", path="/", query="")
    for view in (shared, own):
        with pytest.raises(ViewError):
            remove_view(database, people["viewer"], view.id)
    with pytest.raises(ViewError):
        remove_view(database, people["admin"], own.id)
    with pytest.raises(ViewError):
        remove_view(database, people["admin"], 10_000)
    assert remove_view(database, people["admin"], shared.id) == "shared"
    assert remove_view(database, people["editor"], own.id) == "own"
    assert names(database, people["editor"]) == []
