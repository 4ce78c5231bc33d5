"""Login, logout and first set-up as plain server pages, and the guard before everything else.

The guard stands before the Flask server, so that pages, callbacks, assets and exports all need a login. The session cookie
holds the name of the user and a fingerprint of his password hash: changing the password ends all his sessions.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from flask import Blueprint, Flask, Response, abort, current_app, g, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as BaseResponse

from ca_assets.settings.access import Access, access_of
from ca_assets.settings.database import Database, User
from ca_assets.settings.process import ProcessSettings
from ca_assets.settings.users import ADMIN, MINIMUM_PASSWORD_LENGTH, UserError, ensure_admin, get_user, list_users, verify
from ca_dash.auth.attempts import Attempts
from ca_dash.auth.security import check_csrf, csrf_token, is_loopback, safe_next, setup_token

OPEN_ENDPOINTS = frozenset({"auth.login", "auth.setup", "auth.health", "auth.static", "auth.admin"})
API = "api"  # the blueprint for programs, which has its own guard: a token, and no session (`ca_dash.api`)
Answer = BaseResponse | str | tuple[str, int]
pages = Blueprint("auth", __name__, static_folder="static", static_url_path="/login/static", template_folder="templates")


@dataclass(frozen=True)
class Auth:
    """What login needs: the users' database, the folder of the set-up token, and the count of failures."""

    database: Database
    settings: ProcessSettings
    attempts: Attempts


def protect(server: Flask, auth: Auth) -> None:
    """Put the guard before every route of a server and add the login pages."""
    server.extensions["ca_auth"] = auth
    server.register_blueprint(pages)
    server.before_request(_guard)


def current_user() -> User | None:
    """The user of this request, read once per request."""
    if "user" not in g:
        g.user = _session_user()
    return g.user


def current_access() -> Access:
    """What the user of this request may see; ends it with 401 when nobody is logged in."""
    user = current_user()
    return access_of(user) if user is not None else abort(401, "Log in first.")


def has_users() -> bool:
    """Whether anybody can log in yet; once that is so it stays so."""
    server = current_app
    if not server.extensions.get("ca_has_users"):
        server.extensions["ca_has_users"] = bool(list_users(_auth().database))
    return bool(server.extensions["ca_has_users"])


def _auth() -> Auth:
    auth: Auth = current_app.extensions["ca_auth"]
    return auth


def _guard() -> Answer | None:
    if request.blueprint == API or request.endpoint in OPEN_ENDPOINTS or current_user() is not None:
        return None
    return _login_first(request.full_path.rstrip("?"))


def _login_first(target: str) -> Answer:
    """To the login form, which leads to `target`; whoever does not ask for a page is only told so."""
    wants_page = request.method == "GET" and "text/html" in request.headers.get("Accept", "")
    if not wants_page:
        return "Log in first.", 401
    if not has_users():
        return redirect(url_for("auth.setup"))
    return redirect(url_for("auth.login", next=target))


def _session_user() -> User | None:
    name = session.get("user")
    user = get_user(_auth().database, str(name)) if name else None
    if user is None or not user.is_active or not hmac.compare_digest(_fingerprint(user), str(session.get("key", ""))):
        return None
    return user


def _fingerprint(user: User) -> str:
    key = str(current_app.secret_key).encode()
    return hmac.new(key, user.password_hash.encode(), hashlib.sha256).hexdigest()[:32]


def _start_session(user: User, target: str) -> Response:
    session.clear()  # a session that existed before the login is worth nothing after it
    session.permanent = True
    session["user"], session["key"] = user.name, _fingerprint(user)
    csrf_token()  # now, because answers to parallel requests would overwrite a token that a later one makes
    return redirect(target)  # type: ignore[return-value]


@pages.get("/healthz")
def health() -> Answer:
    """For load balancers: the process answers."""
    return "ok", 200


@pages.get("/auth/admin")
def admin() -> Answer:
    """For the reverse proxy (`forward_auth`) before pages that have no login of their own: 204 for admins, and for nobody else.

    The proxy hands every other answer on to the browser. The page that was asked for is in its header X-Forwarded-Uri.
    """
    user = current_user()
    if user is None:
        return _login_first(safe_next(request.headers.get("X-Forwarded-Uri")))
    return ("", 204) if user.role == "admin" else ("This page is for admins.", 403)


@pages.route("/login", methods=["GET", "POST"])
def login() -> Answer:
    """The login form and its answer."""
    if not has_users():
        return redirect(url_for("auth.setup"))
    target = safe_next(request.values.get("next"))
    if request.method == "GET":
        error = "You were logged out. Log in to return to your page." if "ended" in request.args else None
        return redirect(target) if current_user() else _form("login.html", next=target, error=error)
    check_csrf()
    return _try_login(request.form.get("name", "").strip(), request.form.get("password", ""), target)


def _try_login(name: str, password: str, target: str) -> Answer:
    auth, address = _auth(), request.remote_addr or ""
    wait = auth.attempts.seconds_to_wait(address, name)
    if wait:
        return _form("login.html", 429, next=target, name=name, error=f"Too many attempts. Try again in {-(-wait // 60)} minutes.")
    auth.attempts.failed(address, name)  # before the slow check: many attempts at one moment must not all find the count at 0
    user = verify(auth.database, name, password)
    if user is None:
        return _form("login.html", 401, next=target, name=name, error="User name or password is wrong.")
    auth.attempts.succeeded(address, name)
    return _start_session(user, target)


@pages.post("/logout")
def logout() -> Answer:
    """End the session."""
    check_csrf()
    session.clear()
    return redirect(url_for("auth.login"))


@pages.route("/setup", methods=["GET", "POST"])
def setup() -> Answer:
    """First start: whoever runs the machine chooses the admin's password. Closed as soon as there is a user."""
    if has_users():
        return redirect(url_for("auth.login"))
    needs_token = not is_loopback(request)
    token = setup_token(_auth().settings.home) if needs_token else None
    if request.method == "GET":
        return _form("setup.html", needs_token=needs_token)
    check_csrf()
    return _try_setup(token)


def _try_setup(token: str | None) -> Answer:
    auth, address = _auth(), request.remote_addr or ""
    error, status = None, 400
    if token is not None and auth.attempts.seconds_to_wait(address, "setup token"):
        error, status = "Too many attempts. Try again in 15 minutes.", 429
    elif token is not None and not hmac.compare_digest(request.form.get("token", "").strip().encode(), token.encode()):
        auth.attempts.failed(address, "setup token")
        error, status = "The set-up token is not right. It is in the file setup_token in CA_HOME.", 403
    error = error or _password_problem(request.form.get("password", ""), request.form.get("repeat", ""))
    return _form("setup.html", status, needs_token=token is not None, error=error) if error else _create_admin()


def _create_admin() -> Answer:
    auth = _auth()
    try:
        ensure_admin(auth.database, request.form["password"])
    except UserError as error:
        return _form("setup.html", 400, needs_token=not is_loopback(request), error=str(error))
    (auth.settings.home / "setup_token").unlink(missing_ok=True)
    user = verify(auth.database, ADMIN, request.form["password"])
    return _start_session(user, "/") if user else redirect(url_for("auth.login"))


def _password_problem(password: str, repeat: str) -> str | None:
    if len(password) < MINIMUM_PASSWORD_LENGTH:
        return f"The password needs at least {MINIMUM_PASSWORD_LENGTH} characters."
    return None if password == repeat else "The two passwords differ."


def _form(template: str, status: int = 200, **values: object) -> tuple[str, int]:
    return render_template(template, csrf=csrf_token(), minimum=MINIMUM_PASSWORD_LENGTH, **values), status
