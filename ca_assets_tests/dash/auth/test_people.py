"""Logins, invitations, links for a new password and the second factor, as their owners and as thieves use them."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pyotp
import pytest
from dash import Dash
from flask.testing import FlaskClient

from ca_assets.settings import sessions
from ca_assets.settings.access import access_of
from ca_assets.settings.audit import entries
from ca_assets.settings.database import Database, User, open_database
from ca_assets.settings.people import links, second_factor
from ca_assets.settings.process import ProcessSettings
from ca_assets.settings.random_tokens import now
from ca_assets.settings.users import UserError, add_user, change_user, get_user, set_password, verify
from ca_assets_tests.dash.applications import PASSWORD, csrf_of, logged_in, make_app

OTHER = "another long password"
PAGE = {"Accept": "text/html"}


@pytest.fixture
def app(tmp_path: Path) -> Dash:
    return make_app(tmp_path)[0]


@pytest.fixture
def settings(tmp_path: Path) -> ProcessSettings:
    return ProcessSettings(home=tmp_path)


@pytest.fixture
def database(settings: ProcessSettings) -> Database:
    return open_database(settings)


def user_of(database: Database, name: str) -> User:
    user = get_user(database, name)
    assert user is not None
    return user


def fill(client: FlaskClient, path: str, **fields: str) -> tuple[int, str]:
    """Send the form at a path; the status and where it leads, or the page."""
    page = client.get(path, follow_redirects=True).get_data(as_text=True)
    answer = client.post(path, data={"csrf": csrf_of(page), **fields})
    return answer.status_code, answer.location or answer.get_data(as_text=True)


def test_the_cookie_is_new_at_each_login_and_dead_after(app: Dash, database: Database) -> None:
    client = logged_in(app)
    first = client.get_cookie("ca_session").value  # type: ignore[union-attr]
    with client.session_transaction() as cookie:
        token, csrf = cookie["token"], cookie["csrf"]
    assert token not in str(database.engine.raw_connection().cursor().execute("select * from login_sessions").fetchall())
    client.post("/logout", data={"csrf": csrf})
    client.set_cookie("ca_session", first)
    assert client.get("/").status_code == 401
    with logged_in(app).session_transaction() as cookie:
        assert cookie["token"] != token and cookie["csrf"] != csrf


def test_a_cookie_from_before_the_login_is_worth_nothing(app: Dash) -> None:
    thief = app.server.test_client()
    page = thief.get("/login").get_data(as_text=True)
    planted = thief.get_cookie("ca_session").value  # type: ignore[union-attr]
    victim = app.server.test_client()
    victim.set_cookie("ca_session", planted)
    assert victim.post("/login", data={"name": "ada", "password": PASSWORD, "csrf": csrf_of(page)}).status_code == 302
    assert (victim.get("/").status_code, thief.get("/").status_code) == (200, 401)


def test_sessions_are_listed_and_ended(app: Dash, database: Database) -> None:
    here, there = logged_in(app), logged_in(app)
    ada = user_of(database, "ada")
    assert len(sessions.sessions_of(database, ada)) == 2
    with here.session_transaction() as cookie:
        own = cookie["token"]
    assert sessions.end_sessions(database, ada, but=own) == 1
    assert (here.get("/").status_code, there.get("/").status_code) == (200, 401)


def test_a_session_ends_by_itself(database: Database) -> None:
    ada = add_user(database, "ada2", PASSWORD)
    begun = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
    token = sessions.start_session(database, ada, moment=begun)
    assert sessions.session_user(database, token, begun + dt.timedelta(hours=11, minutes=59)) is not None
    assert sessions.session_user(database, token, begun + dt.timedelta(hours=12)) is None
    assert sessions.session_user(database, token + "x", begun) is None


def test_a_deactivated_user_is_out_at_once(app: Dash, database: Database) -> None:
    add_user(database, "vera", PASSWORD)
    client = logged_in(app, "vera")
    change_user(database, "vera", role="viewer", limits="[]", is_active=False)
    assert client.get("/").status_code == 401
    assert verify(database, "vera", PASSWORD) is None


def test_somebody_stays_an_admin(app: Dash, database: Database) -> None:
    for role, is_active in (("viewer", True), ("admin", False)):
        with pytest.raises(UserError, match="stay an admin"):
            change_user(database, "ada", role=role, limits="[]", is_active=is_active)


def test_an_invitation_makes_a_limited_viewer_once(app: Dash, database: Database) -> None:
    token = links.invite(database, "ada", role="viewer", limits=["country=FR"])
    client, second = app.server.test_client(), app.server.test_client()
    assert client.get(f"/join/{token}").location == "/join"
    second.get(f"/join/{token}")
    assert fill(client, "/join", name="ada", password=OTHER, repeat=OTHER)[0] == 400  # the name is taken; the link still works
    assert fill(client, "/join", name="vera", password=OTHER, repeat=OTHER + "x")[0] == 400
    page = second.get("/join").get_data(as_text=True)
    assert fill(client, "/join", name="vera", password=OTHER, repeat=OTHER) == (302, "/")
    assert client.get("/").status_code == 200
    assert access_of(user_of(database, "vera")).scopes == ("country=FR",)
    late = second.post("/join", data={"csrf": csrf_of(page), "name": "eve", "password": OTHER, "repeat": OTHER})
    assert late.status_code == 404
    assert app.server.test_client().get(f"/join/{token}").status_code == 404
    assert get_user(database, "eve") is None


def test_two_at_one_moment_make_one_user(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    token = links.invite(database, "ada", role="editor")
    link = links.link_of(database, token)
    links.accept_invitation(database, token, "first", OTHER)
    monkeypatch.setattr(links, "link_of", lambda *_: link)  # as it was before the other had finished
    with pytest.raises(UserError, match="used already"):
        links.accept_invitation(database, token, "second", OTHER)
    assert get_user(database, "second") is None


def test_links_expire(database: Database) -> None:
    add_user(database, "vera", PASSWORD)
    for token, lasts in (
        (links.invite(database, "ada", role="viewer"), links.INVITED_FOR),
        (links.offer_reset(database, "ada", "vera"), links.RESET_WITHIN),
    ):
        assert links.link_of(database, token, now() + lasts - dt.timedelta(minutes=1)) is not None
        assert links.link_of(database, token, now() + lasts) is None


def test_a_reset_ends_sessions_and_works_once(app: Dash, database: Database) -> None:
    add_user(database, "vera", PASSWORD)
    before = logged_in(app, "vera")
    old, token = links.offer_reset(database, "ada", "vera"), links.offer_reset(database, "ada", "vera")
    assert app.server.test_client().get(f"/join/{old}").status_code == 404
    client = app.server.test_client()
    client.get(f"/join/{token}")
    assert fill(client, "/join", name="ada", password=OTHER, repeat=OTHER) == (302, "/login")  # the name of a form is not asked
    assert verify(database, "vera", OTHER) and verify(database, "ada", PASSWORD)
    assert before.get("/").status_code == 401
    assert client.get(f"/join/{token}").status_code == 404


def test_a_reset_is_no_invitation(database: Database) -> None:
    add_user(database, "vera", PASSWORD)
    with pytest.raises(UserError):
        links.accept_invitation(database, links.offer_reset(database, "ada", "vera"), "eve", OTHER)
    with pytest.raises(UserError):
        links.accept_reset(database, links.invite(database, "ada", role="viewer"), OTHER)


def with_factor(database: Database, settings: ProcessSettings) -> tuple[pyotp.TOTP, list[str]]:
    """A second factor of ada, confirmed a minute ago; its codes, and the recovery codes."""
    ada = user_of(database, "ada")
    totp = pyotp.parse_uri(second_factor.begin(database, ada, settings))
    moment = now() - dt.timedelta(seconds=90)
    codes = second_factor.confirm(database, ada, totp.at(moment), settings, moment)
    assert isinstance(totp, pyotp.TOTP) and len(set(codes)) == second_factor.RECOVERY_CODES
    return totp, codes


def half_in(app: Dash) -> FlaskClient:
    """After the password, before the code."""
    client = app.server.test_client()
    assert fill(client, "/login", name="ada", password=PASSWORD) == (302, "/login/code")
    return client


def test_the_password_alone_lets_nobody_in(app: Dash, database: Database, settings: ProcessSettings) -> None:
    totp, codes = with_factor(database, settings)
    client = half_in(app)
    assert client.get("/").status_code == 401
    assert fill(client, "/login/code", code="000000" if totp.now() != "000000" else "000001")[0] == 401
    code = totp.now()
    assert fill(client, "/login/code", code=code) == (302, "/")
    assert client.get("/").status_code == 200
    assert fill(half_in(app), "/login/code", code=code)[0] == 401  # seen over the shoulder
    assert fill(half_in(app), "/login/code", code=f" {codes[0].upper()} ") == (302, "/")
    assert fill(half_in(app), "/login/code", code=codes[0])[0] == 401


def test_codes_cannot_be_tried_for_long(app: Dash, database: Database, settings: ProcessSettings) -> None:
    totp, _ = with_factor(database, settings)
    wrong = f"{(int(totp.now()) + 1) % 1_000_000:06}"
    assert [fill(half_in(app), "/login/code", code=wrong)[0] for _ in range(6)] == [401] * 5 + [429]
    assert fill(half_in(app), "/login/code", code=totp.now())[0] == 429


def test_a_code_without_a_password_is_not_asked_for(app: Dash) -> None:
    assert app.server.test_client().get("/login/code").location == "/login"


def test_an_unconfirmed_factor_is_not_asked_for(app: Dash, database: Database, settings: ProcessSettings) -> None:
    second_factor.begin(database, user_of(database, "ada"), settings)
    assert second_factor.confirm(database, user_of(database, "ada"), "12345x", settings) == []
    assert logged_in(app).get("/").status_code == 200


def test_a_factor_is_not_replaced_without_switching_it_off(database: Database, settings: ProcessSettings, app: Dash) -> None:
    with_factor(database, settings)
    with pytest.raises(ValueError, match="already"):
        second_factor.begin(database, user_of(database, "ada"), settings)


def test_no_secret_is_kept_as_it_is(database: Database, settings: ProcessSettings, app: Dash) -> None:
    totp, codes = with_factor(database, settings)
    tokens = [links.invite(database, "ada", role="viewer"), sessions.start_session(database, user_of(database, "ada"))]
    database.engine.dispose()
    kept = b"".join(file.read_bytes() for file in settings.home.glob("settings.sqlite*"))
    assert [secret for secret in (totp.secret, *codes, *tokens) if secret.encode() in kept] == []


def test_the_log_knows_logins_and_no_passwords(app: Dash, database: Database) -> None:
    client = app.server.test_client()
    fill(client, "/login", name="my secret password", password="x")
    fill(client, "/login", name="ada", password="wrong one")
    logged_in(app)
    logged = [(entry.actor, entry.action) for entry in entries(database)]
    assert logged[:3] == [("ada", "login"), ("ada", "login.failed"), ("(unknown)", "login.failed")]
    assert "secret password" not in str(entries(database))


def test_a_changed_password_ends_all_sessions(app: Dash, database: Database) -> None:
    client = logged_in(app)
    set_password(database, "ada", OTHER)
    assert client.get("/").status_code == 401


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_a_code_leads_nowhere_else(app: Dash, database: Database, settings: ProcessSettings, target: str) -> None:
    totp, _ = with_factor(database, settings)
    client = app.server.test_client()
    page = client.get("/login").get_data(as_text=True)
    client.post("/login", data={"csrf": csrf_of(page), "name": "ada", "password": PASSWORD, "next": target})
    assert fill(client, "/login/code", code=totp.now()) == (302, "/")


def test_forms_without_their_token_are_refused(app: Dash, database: Database, settings: ProcessSettings) -> None:
    with_factor(database, settings)
    client = half_in(app)
    assert client.post("/login/code", data={"code": "123456"}).status_code == 400
    client.get(f"/join/{links.invite(database, 'ada', role='admin')}")
    assert client.post("/join", data={"name": "eve", "password": OTHER, "repeat": OTHER}).status_code == 400
    assert get_user(database, "eve") is None


def test_another_host_is_not_taken_into_links(app: Dash) -> None:
    page = app.server.test_client().get("/login", headers={"Host": "evil.example", **PAGE})
    assert "evil.example" not in page.get_data(as_text=True)
    assert not re.search("evil", str(app.server.test_client().get("/", headers={"Host": "evil.example", **PAGE}).location))


def test_exports_are_in_the_log(app: Dash, database: Database) -> None:
    client = logged_in(app)
    client.get("/export/no-such-panel.csv")
    assert not entries(database, action="export")
