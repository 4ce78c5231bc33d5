"""Uploads over HTTP: for editors with the session's token, in parts, with an answer that tells programs where to go on."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from ca_assets.settings.database import open_database
from ca_assets.settings.process import ProcessSettings
from ca_assets.settings.users import add_user
from ca_assets_tests.dash.applications import PASSWORD, logged_in, make_app
from ca_dash.settings.connect.upload_routes import CSRF_HEADER, ROUTE

CSV = b"id,total\n1,2\n"


def client_of(home: Path, role: str) -> tuple[FlaskClient, dict[str, str]]:
    """A logged-in client, and the header with its token."""
    app, _ = make_app(home, with_user=False)
    add_user(open_database(ProcessSettings(home=home)), "ada", PASSWORD, role)
    client = logged_in(app)
    with client.session_transaction() as session:
        return client, {CSRF_HEADER: str(session["csrf"])}


def test_a_file_goes_up_in_parts(tmp_path: Path) -> None:
    client, token = client_of(tmp_path, "editor")
    upload = client.post(ROUTE, json={"name": "orders.csv", "size": len(CSV)}, headers=token).get_json()
    assert "owner" not in upload and upload["offset"] == 0
    place = f"{ROUTE}/{upload['id']}"
    assert client.put(f"{place}?offset=0", data=CSV[:5], headers=token).get_json()["offset"] == 5
    wrong = client.put(f"{place}?offset=0", data=CSV[:5], headers=token)
    assert (wrong.status_code, wrong.get_json()["offset"]) == (409, 5)
    assert [one["offset"] for one in client.get(ROUTE).get_json()] == [5]
    client.put(f"{place}?offset=5", data=CSV[5:], headers=token)
    done = client.post(f"{place}/complete", json={"sha256": hashlib.sha256(CSV).hexdigest()}, headers=token).get_json()
    assert done == {"batch": upload["batch"], "names": ["orders.csv"], "files": ["orders.csv"]}
    assert client.get(place).status_code == 404


def test_without_the_token_nothing_is_written(tmp_path: Path) -> None:
    client, token = client_of(tmp_path, "admin")
    body = {"name": "orders.csv", "size": len(CSV)}
    assert client.post(ROUTE, json=body).status_code == 400
    assert client.post(ROUTE, json=body, headers={CSRF_HEADER: "another"}).status_code == 400
    upload = client.post(ROUTE, json=body, headers=token).get_json()
    place = f"{ROUTE}/{upload['id']}"
    answers = (client.put(f"{place}?offset=0", data=CSV), client.delete(place), client.post(f"{place}/complete", json={}))
    assert [answer.status_code for answer in answers] == [400, 400, 400]


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("", 401)])
def test_only_editors_upload(tmp_path: Path, role: str, status: int) -> None:
    if role:
        client, token = client_of(tmp_path, role)
    else:
        client, token = make_app(tmp_path)[0].server.test_client(), {}
    place = f"{ROUTE}/{'0' * 24}"
    answers = (
        client.get(ROUTE, headers=token),
        client.post(ROUTE, json={"name": "orders.csv", "size": 3}, headers=token),
        client.put(f"{place}?offset=0", data=b"1,2", headers=token),
        client.post(f"{place}/complete", json={}, headers=token),
        client.delete(place, headers=token),
    )
    assert {answer.status_code for answer in answers} == {status}
    assert not (tmp_path / "uploads").exists()


@pytest.mark.parametrize(
    "body", [{}, {"name": "orders.csv"}, {"name": "orders.csv", "size": "much"}, {"name": "../x.csv", "size": 3}, [], "text"]
)
def test_nonsense_gets_a_message(tmp_path: Path, body: object) -> None:
    client, token = client_of(tmp_path, "editor")
    answer = client.post(ROUTE, json=body, headers=token)
    assert answer.status_code == 422 and answer.get_json()["message"]
