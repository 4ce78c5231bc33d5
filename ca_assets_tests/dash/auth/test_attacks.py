"""Every callback, whoever calls it: without a login nothing answers, and a lesser role gets nothing of a page for others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from dash import Dash
from flask.testing import FlaskClient

from ca_assets.settings.database import open_database
from ca_assets.settings.process import ProcessSettings
from ca_assets.settings.users import add_user, get_user
from ca_assets_tests.dash.applications import PASSWORD, logged_in, make_app
from ca_assets_tests.dash.calling import Callback, callbacks

ADMINS = ("people-", "person-", "audit-", '"person"', '"invitation"')  # how ids of pages for admins alone begin
VALUES = {"n_clicks": 1, "checked": False, "data": "ada"}
HOSTILE: tuple[Any, ...] = (
    None,
    "",
    "\0",
    "<script>",
    -1,
    2**70,
    [],
    {},
    [[]],
    {"id": {}},
    "A" * 10_000,
    "../../etc/passwd",
    "' or 1=1 --",
)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Dash:
    home = tmp_path_factory.mktemp("attacked")
    app = make_app(home)[0]
    for name, role in (("vera", "viewer"), ("ed", "editor")):
        add_user(open_database(ProcessSettings(home=home)), name, PASSWORD, role)
    app.server.config["HOME"] = home
    return app


def of_admins(callback: Callback) -> bool:
    return any(id_.startswith(ADMINS) or any(name in id_ for name in ADMINS) for id_, _ in callback.inputs)


def call(client: FlaskClient, callback: Callback, one: str = "1") -> int:
    return callback.call(client, lambda _id, prop: VALUES.get(prop), one).status_code


def test_no_callback_answers_without_a_login(app: Dash) -> None:
    nobody, known = app.server.test_client(), callbacks(logged_in(app))
    assert len(known) > 25
    assert {call(nobody, callback) for callback in known} == {401}


@pytest.mark.parametrize("name", ["vera", "ed"])
def test_callbacks_of_admins_are_refused_to_others(app: Dash, name: str) -> None:
    client = logged_in(app, name)
    known = [callback for callback in callbacks(client) if of_admins(callback)]
    assert len(known) >= 7
    assert {call(client, callback) for callback in known} == {403}
    assert get_user(open_database(ProcessSettings(home=Path(app.server.config["HOME"]))), "ada").role == "admin"  # type: ignore[union-attr]


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: repr(value)[:20])
def test_no_value_breaks_a_callback_of_people(app: Dash, value: Any) -> None:
    client = logged_in(app)
    for callback in callbacks(client):
        if of_admins(callback):
            answer = callback.call(client, lambda _id, prop: 1 if prop == "n_clicks" else value, "scope")
            assert answer.status_code < 500, callback.output
    assert get_user(open_database(ProcessSettings(home=Path(app.server.config["HOME"]))), "ada").role == "admin"  # type: ignore[union-attr]


def test_another_site_can_neither_call_nor_log_out(app: Dash) -> None:
    """Forms of other sites carry the cookie when it is not Lax, and can send text only: no JSON, no token of the form."""
    client = logged_in(app)
    assert client.get_cookie("ca_session").http_only  # type: ignore[union-attr]
    assert client.get_cookie("ca_session").same_site == "Lax"  # type: ignore[union-attr]
    body = '{"output": "people-link.children", "inputs": [], "changedPropIds": []}'
    assert client.post("/_dash-update-component", data=body, content_type="text/plain").status_code == 415
    client.get("/logout")
    assert client.post("/logout").status_code == 400
    assert client.get("/").status_code == 200
