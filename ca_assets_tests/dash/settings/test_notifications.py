"""The page of notifications: one's own rules, a test, what does not fit, and no secret in any answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from ca_assets.settings.alerts.rules import list_rules
from ca_assets.settings.database import open_database
from ca_assets.settings.process import ProcessSettings
from ca_assets.settings.users import add_user
from ca_assets_tests.alerts.servers import Inbox, http_server
from ca_assets_tests.dash.applications import PASSWORD, logged_in, make_app
from ca_assets_tests.dash.settings.test_pages import routed
from ca_dash.settings import forms
from ca_dash.settings.pages.notifications import form as page

OUTPUTS = [(page.LIST, "children"), (page.PROBLEM, "children"), (page.field_id("destination"), "value")]
VALUES: dict[str, Any] = {"name": "mine", "kind": "flags", "scope": "all", "group": "", "verdict": "", "score": 0, "quiet-from": "",
                          "quiet-until": "", "destination": "ann@example.com"}  # fmt: skip


def said_output(app: Any, output: str) -> tuple[str, str]:
    """The toast's output with the ending that Dash gives to a repeated one."""
    key = next(key for key in app.callback_map if key.startswith(f"..{output}"))
    return next(part for part in key.strip(".").split("...") if part.startswith(forms.SAID)).rsplit(".", 1)  # type: ignore[return-value]


def press(app: Any, client: FlaskClient, **changed: Any) -> str:
    """What the browser gets for a press on the form's button."""
    outputs = [*OUTPUTS, said_output(app, f"{page.LIST}.children...{page.PROBLEM}")]
    body = {
        "output": "...".join(f"{id}.{prop}" for id, prop in outputs).join(("..", "..")),
        "outputs": [{"id": id, "property": prop} for id, prop in outputs],
        "inputs": [{"id": page.ADD, "property": "n_clicks", "value": 1}],
        "changedPropIds": [f"{page.ADD}.n_clicks"],
        "state": [{"id": page.field_id(name), "property": "value", "value": value} for name, value in (VALUES | changed).items()],
    }
    answer = client.post("/_dash-update-component", json=body)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_a_rule_is_kept_and_is_ones_own(tmp_path: Path) -> None:
    app, _ = make_app(tmp_path)
    database = open_database(ProcessSettings(home=tmp_path))
    add_user(database, "vic", PASSWORD, "viewer")
    press(app, logged_in(app), **{"quiet-from": "22:00", "quiet-until": "07:00"})
    (rule,) = list_rules(database)
    assert (rule.owner, rule.shown, rule.quiet_until) == ("ada", "ann@example.com", "07:00")
    shown = [
        logged_in(app, name).post("/_dash-update-component", json=routed(page.PAGE.path)).get_data(as_text=True) for name in ("ada", "vic")
    ]
    assert "to ann@example.com" in shown[0] and "ann@example.com" not in shown[1]


@pytest.mark.parametrize(
    ("changed", "why"),
    [({"name": ""}, "1 to 100"), ({"name": {"a": 1}}, "1 to 100"), ({"kind": "x"}, "no kind"), ({"score": "5"}, "a number"),
     ({"scope": "country=XX"}, "from the list"), ({"quiet-from": "22:00"}, "quiet hours"), ({"destination": None}, "e-mail address"),
     ({"destination": "syslog://localhost"}, "not sent to")],
)  # fmt: skip
def test_what_does_not_fit_is_said(tmp_path: Path, changed: dict[str, Any], why: str) -> None:
    app, _ = make_app(tmp_path)
    assert why in press(app, logged_in(app), **changed)
    assert list_rules(open_database(ProcessSettings(home=tmp_path))) == []


def test_a_viewer_makes_this_machine_call_nobody(tmp_path: Path) -> None:
    app, _ = make_app(tmp_path)
    add_user(open_database(ProcessSettings(home=tmp_path)), "vic", PASSWORD, "viewer")
    assert "by e-mail only" in press(app, logged_in(app, "vic"), destination="json://127.0.0.1/x")


@pytest.fixture(scope="module")
def hook() -> Any:
    with http_server() as inbox:
        yield inbox


def test_a_test_arrives_and_its_url_is_in_no_answer(tmp_path: Path, hook: Inbox) -> None:
    app, _ = make_app(tmp_path)
    client = logged_in(app)
    answers = press(app, client, destination=hook.url)
    button = '{"name":"mine","type":"alerts-test"}'
    key = next(key for key in app.callback_map if key.startswith(f"..{page.LIST}.children@") and forms.SAID in key)
    outputs = [part.rsplit(".", 1) for part in key.strip(".").split("...")]
    body = {
        "output": key,
        "outputs": [{"id": id, "property": prop} for id, prop in outputs],
        "inputs": [
            [{"id": {"type": "alerts-test", "name": "mine"}, "property": "n_clicks", "value": 1}],
            [{"id": {"type": "alerts-remove", "name": "mine"}, "property": "n_clicks", "value": 0}],
        ],
        "changedPropIds": [f"{button}.n_clicks"],
    }
    answers += client.post("/_dash-update-component", json=body).get_data(as_text=True)
    assert "A test is sent to json 127.0.0.1." in answers and len(hook.posts) == 1
    assert "s3cr3t-w0rd" not in answers and "t0ken-in-path" not in answers
