"""The page of tokens: shown once, one's own alone, an admin's everybody's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from ca_assets.settings.database import open_database
from ca_assets.settings.process import ProcessSettings
from ca_assets.settings.tokens import SCOPES, add_token, tokens_of, valid_token
from ca_assets.settings.users import add_user
from ca_assets_tests.dash.applications import PASSWORD, logged_in, make_app
from ca_assets_tests.dash.settings.test_pages import routed
from ca_dash.settings.pages import tokens as page

OUTPUTS = [(page.LIST, "children"), (page.NEW, "children"), (page.PROBLEM, "children"), (page.NAME, "value")]


def made(client: FlaskClient, *, name: Any = "nightly", scopes: Any = (SCOPES[0],), days: Any = 30) -> str:
    """What the browser gets for a press on the button."""
    body = {
        "output": "...".join(f"{id}.{prop}" for id, prop in OUTPUTS).join(("..", "..")),
        "outputs": [{"id": id, "property": prop} for id, prop in OUTPUTS],
        "inputs": [{"id": "tokens-add", "property": "n_clicks", "value": 1}],
        "changedPropIds": ["tokens-add.n_clicks"],
        "state": [
            {"id": page.NAME, "property": "value", "value": name},
            {"id": page.CHOSEN, "property": "value", "value": list(scopes) if isinstance(scopes, tuple) else scopes},
            {"id": page.DAYS, "property": "value", "value": days},
        ],
    }
    answer = client.post("/_dash-update-component", json=body)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_a_token_is_made_and_shown_once(tmp_path: Path) -> None:
    app, _ = make_app(tmp_path)
    database, client = open_database(ProcessSettings(home=tmp_path)), logged_in(app)
    text = "ca_" + made(client).split("ca_")[1].split('"', maxsplit=1)[0]
    found = valid_token(database, text)
    assert found is not None and found[1].name == "ada" and found[0].scope_names == (SCOPES[0],)
    shown = client.post("/_dash-update-component", json=routed("/settings/tokens")).get_data(as_text=True)
    assert "nightly" in shown and text not in shown


def test_what_does_not_fit_is_said(tmp_path: Path) -> None:
    app, _ = make_app(tmp_path)
    client = logged_in(app)
    for wrong in (
        {"name": ""},
        {"name": {"a": 1}},
        {"scopes": ["write:all"]},
        {"scopes": None},
        {"days": "x"},
        {"days": True},
        {"days": 0},
    ):
        assert "ca-form-problem" in made(client, **wrong)
    assert not tokens_of(open_database(ProcessSettings(home=tmp_path)))


def test_one_sees_and_revokes_ones_own_alone(tmp_path: Path) -> None:
    app, _ = make_app(tmp_path)
    database = open_database(ProcessSettings(home=tmp_path))
    add_user(database, "bob", PASSWORD, "viewer")
    token, _ = add_token(database, "ada", "of the admin", SCOPES)
    viewer = logged_in(app, "bob")
    assert "of the admin" not in viewer.post("/_dash-update-component", json=routed("/settings/tokens")).get_data(as_text=True)
    id_ = f'{{"id":{token.id},"type":"token-revoke"}}.n_clicks'
    listed = next(output for output in app.callback_map if output.startswith(f"..{page.LIST}.children@"))
    outputs = [{"id": one.rpartition(".")[0], "property": one.rpartition(".")[2]} for one in listed.strip(".").split("...")]
    body = {
        "output": listed,
        "outputs": outputs,
        "inputs": [[{"id": {"id": token.id, "type": "token-revoke"}, "property": "n_clicks", "value": 1}]],
        "changedPropIds": [id_],
    }
    assert "no such token" in viewer.post("/_dash-update-component", json=body).get_data(as_text=True)
    assert tokens_of(database)[0].revoked_at is None
    assert "is revoked" in logged_in(app).post("/_dash-update-component", json=body).get_data(as_text=True)
    assert tokens_of(database)[0].revoked_at is not None
