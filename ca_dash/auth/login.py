"""Login, logout and first set-up as plain server pages, and the guard before everything else.

The guard stands before the Flask server, so that pages, callbacks, assets and exports all need a login. The session cookie holds a random
token, whose hash the settings database has (`settings.sessions`): it is new at each login, and worth nothing after the log-out.
"""

from __future__ import annotations

import hmac
import time
from dataclasses import dataclass
from http import HTTPStatus

from cryptography.fernet import InvalidToken
from flask import Blueprint, Flask, Response, abort, current_app, g, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as BaseResponse

from ca_assets.settings.access import Access, access_of
from ca_assets.settings.audit import record
from ca_assets.settings.database import Database, User
from ca_assets.settings.people.second_factor import has_second_factor, verify_code
from ca_assets.settings.process import ProcessSettings
from ca_assets.settings.secrets import cipher
from ca_assets.settings.sessions import end_session, session_user
from ca_assets.settings.sessions import start_session as start
from ca_assets.settings.users import ADMIN, MINIMUM_PASSWORD_LENGTH, UserError, ensure_admin, get_user, list_users, user_by_id, verify
from ca_dash.auth.attempts import Attempts
from ca_dash.auth.provider import SignOn
from ca_dash.auth.security import check_csrf, csrf_token, is_loopback, safe_next, setup_token
from ca_dash.auth.sharing import allows, current_share

API = "api"  # the blueprint for programs, which has its own guard: a token, and no session (`ca_dash.api`)
OPEN_ENDPOINTS = frozenset(
    {
        *(f"auth.{name}" for name in ("login", "code", "setup", "health", "static", "admin")),
        "join.open_link",
        "join.form",
        "share.open_share",
        "sso.begin",
        "sso.callback",
    }
)
HALF_SECONDS = 300  # between the password and the code
UNKNOWN = "(unknown)"
PASSWORDS_OFF = "Passwords are switched off here. Log in at the provider."
EXPORTS = "/export/"
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
    server.after_request(_log_exports)


def current_user() -> User | None:
    """The user of this request, read once per request."""
    if "user" not in g:
        g.user = _session_user()
    return g.user


def current_access() -> Access:
    """What the user of this request may see, or a visitor with a link; ends it with 401 for everybody else."""
    user, link = current_user(), current_share()
    if user is not None:
        return access_of(user)
    return link.access if link is not None else abort(401, "Log in first.")


def has_users() -> bool:
    """Whether anybody can log in yet; once that is so it stays so."""
    server = current_app
    if not server.extensions.get("ca_has_users"):
        server.extensions["ca_has_users"] = bool(list_users(auth_of().database))
    return bool(server.extensions["ca_has_users"])


def auth_of() -> Auth:
    """What the login of this server works with."""
    auth: Auth = current_app.extensions["ca_auth"]
    return auth


def _guard() -> Answer | None:
    if request.blueprint == API or request.endpoint in OPEN_ENDPOINTS or current_user() is not None:
        return None
    link = current_share()
    if link is not None and allows(link, request):
        return None
    return _login_first(request.full_path.rstrip("?"))


def _log_exports(response: Response) -> Response:
    """Who took which data away is in the audit log."""
    if request.path.startswith(EXPORTS) and response.status_code == HTTPStatus.OK and request.method == "GET":
        noted("export", request.path, request.query_string.decode("utf-8", "replace"))
    return response


def _login_first(target: str) -> Answer:
    """To the login form, which leads to `target`; whoever does not ask for a page is only told so."""
    wants_page = request.method == "GET" and "text/html" in request.headers.get("Accept", "")
    if not wants_page:
        return "Log in first.", 401
    if not has_users():
        return redirect(url_for("auth.setup"))
    return redirect(url_for("auth.login", next=target))


def _session_user() -> User | None:
    token = session.get("token")
    found = session_user(auth_of().database, str(token)) if token else None
    return found[0] if found else None


def session_token() -> str:
    """The token of this browser's login; empty where nobody is logged in."""
    return str(session.get("token", ""))


def start_session(user: User, target: str, id_token: str | None = None) -> Answer:
    """Log this browser in and lead it to `target`. What it held before is worth nothing after it: its token and its CSRF token are new.

    `id_token`: of the provider where it logged in, encrypted.
    """
    auth = auth_of()
    end_session(auth.database, session_token())
    session.clear()
    session.permanent = True
    device, address = request.headers.get("User-Agent", ""), request.remote_addr or ""
    session["token"] = start(auth.database, user, device=device, address=address, id_token=id_token)
    csrf_token()  # now, because answers to parallel requests would overwrite a token that a later one makes
    record(auth.database, user.name, "login", user.name, "at the provider" if id_token else "", address=address)
    return redirect(target)


def noted(action: str, subject: str, detail: str = "") -> None:
    """Write to the audit log what the user of this request did (`settings.audit.record`)."""
    user = current_user()
    record(auth_of().database, user.name if user else UNKNOWN, action, subject, detail, address=request.remote_addr or "")


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
        return redirect(target) if current_user() else form_page("login.html", next=target, error=error)
    check_csrf()
    if not has_passwords():
        return form_page("login.html", 403, next=target, error=PASSWORDS_OFF)
    return _try_login(request.form.get("name", "").strip(), request.form.get("password", ""), target)


def _try_login(name: str, password: str, target: str) -> Answer:
    auth, address = auth_of(), request.remote_addr or ""
    wait = auth.attempts.seconds_to_wait(address, name)
    if wait:
        return form_page("login.html", 429, next=target, name=name, error=f"Too many attempts. Try again in {-(-wait // 60)} minutes.")
    auth.attempts.failed(address, name)  # before the slow check: many attempts at one moment must not all find the count at 0
    user = verify(auth.database, name, password)
    if user is None:
        known = get_user(auth.database, name)  # else it may be a password in the wrong field, which no log may keep
        record(auth.database, known.name if known else UNKNOWN, "login.failed", known.name if known else "", address=address)
        return form_page("login.html", 401, next=target, name=name, error="User name or password is wrong.")
    auth.attempts.succeeded(address, name)
    if has_second_factor(auth.database, user):
        return ask_for_code(user, target)
    return start_session(user, target)


@pages.post("/logout")
def logout() -> Answer:
    """End the session, and lead to the provider where it began there and it offers that.

    By a page that goes on by itself: browsers hold the redirects of a form to the policy that allows forms to this server alone.
    """
    check_csrf()
    if current_user():
        noted("logout", "")
    id_token = end_session(auth_of().database, session_token())
    session.clear()
    target = _logout_at_provider(id_token) if id_token else None
    if target is None:
        return redirect(url_for("auth.login"))
    return render_template("leaving.html", target=target, label=_provider_label()), 200


def _logout_at_provider(id_token: str) -> str | None:
    sign_on: SignOn | None = current_app.extensions.get("ca_sign_on")
    if sign_on is None:
        return None
    try:
        return sign_on.logout_url(cipher(auth_of().settings).decrypt(id_token.encode()).decode())
    except InvalidToken:
        return None  # the key is another since then


def _provider_label() -> str | None:
    sign_on: SignOn | None = current_app.extensions.get("ca_sign_on")
    return sign_on.provider.label if sign_on else None


def has_passwords() -> bool:
    """Whether people may log in with passwords."""
    return auth_of().settings.password_login


def ask_for_code(user: User, target: str) -> Answer:
    """To the form that asks for the code; the password has been right, but nobody is logged in yet."""
    session.clear()
    session["half"] = [user.id, int(time.time()), target]
    return redirect(url_for("auth.code"))


@pages.route("/login/code", methods=["GET", "POST"])
def code() -> Answer:
    """The second step of the login: a code of the authenticator app, or a recovery code."""
    user_id, since, target = session.get("half") or (0, 0, "/")
    user = user_by_id(auth_of().database, user_id)
    if user is None or not has_passwords() or time.time() - since > HALF_SECONDS:
        session.pop("half", None)
        return redirect(url_for("auth.login"))
    if request.method == "GET":
        return form_page("code.html")
    check_csrf()
    return _try_code(user, safe_next(target))


def _try_code(user: User, target: str) -> Answer:
    """Attempts are counted by account, from wherever they come: whoever gets here has the password."""
    auth, everywhere = auth_of(), "second factor"
    if auth.attempts.seconds_to_wait(everywhere, user.name):
        return form_page("code.html", 429, error="Too many attempts. Try again in 15 minutes.")
    auth.attempts.failed(everywhere, user.name)
    if not verify_code(auth.database, user, request.form.get("code", "")[:40], auth.settings):
        record(auth.database, user.name, "login.code_failed", user.name, address=request.remote_addr or "")
        return form_page("code.html", 401, error="This code is wrong, or was used already.")
    auth.attempts.succeeded(everywhere, user.name)
    return start_session(user, target)


@pages.route("/setup", methods=["GET", "POST"])
def setup() -> Answer:
    """First start: whoever runs the machine chooses the admin's password. Closed as soon as there is a user."""
    if has_users():
        return redirect(url_for("auth.login"))
    needs_token = not is_loopback(request)
    token = setup_token(auth_of().settings.home) if needs_token else None
    if request.method == "GET":
        return form_page("setup.html", needs_token=needs_token)
    check_csrf()
    return _try_setup(token)


def _try_setup(token: str | None) -> Answer:
    auth, address = auth_of(), request.remote_addr or ""
    error, status = None, 400
    if token is not None and auth.attempts.seconds_to_wait(address, "setup token"):
        error, status = "Too many attempts. Try again in 15 minutes.", 429
    elif token is not None and not hmac.compare_digest(request.form.get("token", "").strip().encode(), token.encode()):
        auth.attempts.failed(address, "setup token")
        error, status = "The set-up token is not right. It is in the file setup_token in CA_HOME.", 403
    error = error or password_problem(request.form.get("password", ""), request.form.get("repeat", ""))
    return form_page("setup.html", status, needs_token=token is not None, error=error) if error else _create_admin()


def _create_admin() -> Answer:
    auth = auth_of()
    try:
        ensure_admin(auth.database, request.form["password"])
    except UserError as error:
        return form_page("setup.html", 400, needs_token=not is_loopback(request), error=str(error))
    (auth.settings.home / "setup_token").unlink(missing_ok=True)
    user = verify(auth.database, ADMIN, request.form["password"])
    return start_session(user, "/") if user else redirect(url_for("auth.login"))


def password_problem(password: str, repeat: str) -> str | None:
    """What is wrong with a new password that was typed twice; None when nothing is."""
    if len(password) < MINIMUM_PASSWORD_LENGTH:
        return f"The password needs at least {MINIMUM_PASSWORD_LENGTH} characters."
    return None if password == repeat else "The two passwords differ."


def form_page(template: str, status: int = 200, **values: object) -> tuple[str, int]:
    """A page with a form."""
    common = {"csrf": csrf_token(), "minimum": MINIMUM_PASSWORD_LENGTH, "provider": _provider_label(), "has_passwords": has_passwords()}
    return render_template(template, **common, **values), status
