"""The login stands before everything; forms need their token; the first start is safe."""

from __future__ import annotations

from pathlib import Path

import pytest
from dash import Dash
from flask.testing import FlaskClient

from ca_assets.settings.database import open_database
from ca_assets.settings.process import ProcessSettings
from ca_assets.settings.users import add_user, get_user, set_password, verify
from ca_assets_tests.dash.applications import PASSWORD, csrf_of, logged_in, make_app
from ca_dash.auth.attempts import Attempts
from ca_dash.auth.login import OPEN_ENDPOINTS
from ca_dash.auth.security import safe_next

PAGE = {"Accept": "text/html"}


def test_every_route_needs_a_login(shop_app: Dash) -> None:
    client = shop_app.server.test_client()
    for rule in shop_app.server.url_map.iter_rules():
        if rule.endpoint in OPEN_ENDPOINTS - {"auth.admin"}:
            continue
        path = rule.rule.replace("<path:filename>", "x").replace("<path:path>", "x").replace("<panel_id>", "overall-orders")
        path = path.replace("<string:package_name>", "dash").replace("<path:fingerprinted_path>", "x.js")
        for method in rule.methods & {"GET", "POST"}:
            assert client.open(path, method=method).status_code == 401, (method, path)
    answer = client.get("/purchases?scope=country%3DFR", headers=PAGE)
    assert answer.status_code == 302
    assert answer.location == "/login?next=/purchases?scope%3Dcountry%253DFR"


def test_callbacks_and_assets_need_a_login(shop_app: Dash) -> None:
    client = shop_app.server.test_client()
    assert client.post("/_dash-update-component", json={}).status_code == 401
    assert client.get("/assets/boot.js").status_code == 401
    assert client.get("/_dash-layout").status_code == 401
    assert client.get("/login/static/login.css").status_code == 200


def test_login_and_logout(shop_app: Dash) -> None:
    client = logged_in(shop_app)
    assert client.get("/").status_code == 200
    with client.session_transaction() as session:
        token = session.setdefault("csrf", "t")
    assert client.post("/logout", data={"csrf": "wrong"}).status_code == 400
    assert client.get("/").status_code == 200
    assert client.post("/logout", data={"csrf": token}).status_code == 302
    assert client.get("/").status_code == 401


def test_form_without_token_is_refused(shop_app: Dash) -> None:
    client = shop_app.server.test_client()
    client.get("/login")
    assert client.post("/login", data={"name": "ada", "password": PASSWORD}).status_code == 400


def test_wrong_passwords_are_counted(tmp_path: Path) -> None:
    client = make_app(tmp_path)[0].server.test_client()
    form = {"name": "ada", "password": "wrong", "csrf": csrf_of(client.get("/login").get_data(as_text=True))}
    assert [client.post("/login", data=form).status_code for _ in range(6)] == [401] * 5 + [429]
    assert client.post("/login", data=form | {"password": PASSWORD}).status_code == 429


def test_a_wait_ends(tmp_path: Path) -> None:
    now = [0.0]
    database = open_database(ProcessSettings(home=tmp_path))
    attempts = Attempts(database, clock=lambda: now[0])
    for _ in range(5):
        attempts.failed("1.2.3.4", "ada")
    for seen in (attempts, Attempts(open_database(ProcessSettings(home=tmp_path)), clock=lambda: now[0])):  # another worker
        assert seen.seconds_to_wait("1.2.3.4", "ada") == 901
        assert seen.seconds_to_wait("1.2.3.5", "ada") == 0
    attempts.succeeded("1.2.3.4", "ada")
    assert attempts.seconds_to_wait("1.2.3.4", "ada") == 0
    for _ in range(26):
        attempts.failed("1.2.3.4", "other")
    assert attempts.seconds_to_wait("1.2.3.4", "ada") == 901  # 4 + 26 failures of the address
    now[0] = 901
    assert attempts.seconds_to_wait("1.2.3.4", "ada") == 0
    assert b"1.2.3.4" not in (tmp_path / "settings.sqlite").read_bytes()


def test_only_admins_pass_the_proxy(shop_app: Dash, tmp_path: Path) -> None:
    client = shop_app.server.test_client()
    assert client.get("/auth/admin").status_code == 401
    redirected = client.get("/auth/admin", headers=PAGE | {"X-Forwarded-Uri": "/dagster/runs?q=1"})
    assert (redirected.status_code, redirected.location) == (302, "/login?next=/dagster/runs?q%3D1")
    assert client.get("/auth/admin", headers=PAGE | {"X-Forwarded-Uri": "//evil.example"}).location == "/login?next=/"
    assert logged_in(shop_app).get("/auth/admin").status_code == 204
    app = make_app(tmp_path, with_user=False)[0]
    for role in ("viewer", "editor"):
        add_user(app.server.extensions["ca_auth"].database, role, PASSWORD, role)
        assert logged_in(app, role).get("/auth/admin").status_code == 403


@pytest.mark.parametrize(("hops", "is_secure"), [(0, False), (1, True)])
def test_the_cookie_is_secure_behind_a_trusted_tls_proxy_only(tmp_path: Path, hops: int, is_secure: bool) -> None:
    app = make_app(tmp_path, proxy_hops=hops)[0]
    client = app.server.test_client()
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "9.9.9.9, 10.1.2.3"}
    page = client.get("/login", headers=headers)
    assert ("Secure" in page.headers["Set-Cookie"]) is is_secure


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "", None, "/\tx", "\\\\x"]
)
def test_next_stays_on_this_server(target: str | None) -> None:
    assert safe_next(target) == "/"


def test_whoever_was_logged_out_is_told_and_returns(shop_app: Dash) -> None:
    page = shop_app.server.test_client().get("/login?ended&next=/churn?window%3D28d").get_data(as_text=True)
    assert "You were logged out." in page and 'name="next" value="/churn?window=28d"' in page
    assert "logged out" not in shop_app.server.test_client().get("/login").get_data(as_text=True)


def test_next_keeps_a_page() -> None:
    assert safe_next("/purchases?scope=country%3DFR") == "/purchases?scope=country%3DFR"


def test_cookie_and_headers(shop_app: Dash) -> None:
    client = shop_app.server.test_client()
    form = {"name": "ada", "password": PASSWORD, "csrf": csrf_of(client.get("/login").get_data(as_text=True))}
    cookie = client.post("/login", data=form).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    headers = client.get("/").headers
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe-eval" not in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


def test_changing_the_password_ends_sessions(tmp_path: Path) -> None:
    app = make_app(tmp_path)[0]
    client = logged_in(app)
    assert client.get("/").status_code == 200
    set_password(app.server.extensions["ca_auth"].database, "ada", "another password")
    assert client.get("/").status_code == 401


def setup_form(client: FlaskClient, environ: dict[str, str] | None = None, **values: str) -> dict[str, str]:
    page = client.get("/setup", environ_overrides=environ or {}).get_data(as_text=True)
    return {"csrf": csrf_of(page), "password": "long enough 1", "repeat": "long enough 1"} | values


def test_first_start_creates_the_admin_once(tmp_path: Path) -> None:
    app = make_app(tmp_path, with_user=False)[0]
    client = app.server.test_client()
    assert client.get("/", headers=PAGE).location == "/setup"
    assert client.post("/setup", data=setup_form(client, password="short", repeat="short")).status_code == 400
    assert client.post("/setup", data=setup_form(client, repeat="something else")).status_code == 400
    assert client.post("/setup", data=setup_form(client)).status_code == 302
    assert client.get("/").status_code == 200
    database = app.server.extensions["ca_auth"].database
    assert verify(database, "admin", "long enough 1") is not None
    other = app.server.test_client()
    assert other.get("/setup").location == "/login"
    assert get_user(database, "admin").role == "admin"


@pytest.mark.parametrize("environ", [{"REMOTE_ADDR": "10.1.2.3"}, {"HTTP_HOST": "evil.example"}, {"HTTP_X_FORWARDED_FOR": "127.0.0.1"}])
def test_first_start_from_elsewhere_needs_the_token(tmp_path: Path, environ: dict[str, str]) -> None:
    client = make_app(tmp_path, with_user=False)[0].server.test_client()
    form = setup_form(client, environ)
    assert client.post("/setup", data=form, environ_overrides=environ).status_code == 403
    token = tmp_path / "setup_token"
    assert token.stat().st_mode & 0o077 == 0
    assert client.post("/setup", data=form | {"token": token.read_text()}, environ_overrides=environ).status_code == 302
    assert not token.exists()
