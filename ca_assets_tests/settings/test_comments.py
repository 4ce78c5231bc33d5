"""Comments: who may write, answer, resolve, remove and see; mentions."""

from __future__ import annotations

from pathlib import Path

import pytest

from ca_assets.settings.comments import (
    MAX_TEXT,
    PAGE_SIZE,
    CommentError,
    Place,
    all_threads,
    mentioned_names,
    open_thread,
    remove_comment,
    reply,
    resolve,
    see_mentions,
    threads_about,
    unseen_mentions,
)
from ca_assets.settings.database import Database, User, open_database
from ca_assets.settings.process import ProcessSettings
from ca_assets.settings.users import add_user

ORDERS = Place("panel:purchases-orders", "all", "2026-11-02", "Orders: 2 Nov 2026", "/purchases", "?window=28d")


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return open_database(ProcessSettings(home=tmp_path))


@pytest.fixture
def people(database: Database) -> dict[str, User]:
    return {role: add_user(database, role, "correct horse", role) for role in ("viewer", "editor", "admin")}


def texts(database: Database, **options: object) -> list[list[str]]:
    return [[comment.text for comment in thread.comments] for thread in all_threads(database, **options)]  # type: ignore[arg-type]


def test_a_thread_stays_at_its_point_with_its_answers(database: Database, people: dict[str, User]) -> None:
    thread = open_thread(database, people["viewer"], ORDERS, "  Why so few?  ")
    reply(database, people["editor"], thread, "The shop was down.\nFrom nine.")
    (found,) = threads_about(database, ORDERS.subject, "all")
    assert (found.at, found.label, found.path, found.query) == (ORDERS.at, ORDERS.label, ORDERS.path, ORDERS.query)
    assert [(comment.author, comment.text) for comment in found.comments] == [
        ("viewer", "Why so few?"),
        ("editor", "The shop was down.\nFrom nine."),
    ]
    assert threads_about(database, ORDERS.subject, "country=FR") == []


def test_an_answer_opens_a_resolved_thread_again(database: Database, people: dict[str, User]) -> None:
    thread = open_thread(database, people["viewer"], ORDERS, "Why?")
    resolve(database, people["editor"], thread, is_resolved=True)
    assert texts(database) == [] and all_threads(database, state="resolved")[0].resolved_by == "editor"
    reply(database, people["viewer"], thread, "Again today.")
    assert texts(database) == [["Why?", "Again today."]] and texts(database, state="resolved") == []


def test_only_authors_and_admins_remove(database: Database, people: dict[str, User]) -> None:
    thread = open_thread(database, people["viewer"], ORDERS, "First @editor")
    reply(database, people["editor"], thread, "Second")
    first, second = (comment.id for comment in all_threads(database)[0].comments)
    with pytest.raises(CommentError, match="that you may remove"):
        remove_comment(database, people["editor"], first)
    remove_comment(database, people["admin"], first)
    assert texts(database) == [["Second"]] and unseen_mentions(database, people["editor"]) == 0
    remove_comment(database, people["editor"], second)
    assert all_threads(database, state="all") == []


def test_mentions_count_until_they_are_seen(database: Database, people: dict[str, User]) -> None:
    open_thread(database, people["viewer"], ORDERS, "@admin, @editor. and @viewer, not mail@editor nor @nobody")
    assert [unseen_mentions(database, people[name]) for name in ("viewer", "editor", "admin")] == [0, 1, 1]
    see_mentions(database, people["admin"])
    assert [unseen_mentions(database, people[name]) for name in ("editor", "admin")] == [1, 0]
    assert texts(database, mentioned="editor") == texts(database, mentioned="viewer") == texts(database)
    assert texts(database, mentioned="somebody") == []


@pytest.mark.parametrize(("text", "names"), [("@ann.b. Look", {"ann.b"}), ("(@ann)", {"ann"}), ("@@ann a@ann", set()), ("@Ann", set())])
def test_names_are_found_in_texts(text: str, names: set[str]) -> None:
    assert mentioned_names(text, ["ann", "ann.b"]) == names


def test_a_limited_reader_sees_and_answers_his_scopes_only(database: Database, people: dict[str, User]) -> None:
    hidden = open_thread(database, people["admin"], ORDERS, "Everything")
    open_thread(database, people["admin"], Place("panel:x", "country=FR"), "France")
    limits = {"country=FR"}
    assert texts(database, scopes=limits) == [["France"]]
    assert threads_about(database, ORDERS.subject, "all", limits) == []
    for act in (
        lambda: reply(database, people["viewer"], hidden, "Hello", limits),
        lambda: resolve(database, people["viewer"], hidden, is_resolved=True, scopes=limits),
    ):
        with pytest.raises(CommentError, match="no such conversation"):
            act()
    assert texts(database) == [["France"], ["Everything"]]


@pytest.mark.parametrize("text", ["", "  \n", "\0", "x" * (MAX_TEXT + 1)])
def test_empty_and_endless_texts_are_refused(database: Database, people: dict[str, User], text: str) -> None:
    with pytest.raises(CommentError):
        open_thread(database, people["viewer"], ORDERS, text)
    assert all_threads(database, state="all") == []


def test_threads_come_in_pages(database: Database, people: dict[str, User]) -> None:
    for number in range(PAGE_SIZE + 3):
        open_thread(database, people["viewer"], ORDERS, str(number))
    first = all_threads(database)
    rest = all_threads(database, before=first[-1].id)
    assert [len(first), len(rest)] == [PAGE_SIZE, 3] and rest[-1].comments[0].text == "0"
