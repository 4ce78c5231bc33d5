"""The login at a provider as pages: leading there, and what its answer leads to. Rights are those of the user here, whatever it says."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Flask, abort, current_app, redirect, request, session

from ca_assets.settings.audit import record
from ca_assets.settings.people.identities import EntryRefused, Person, enter
from ca_assets.settings.people.single_sign_on import CALLBACK, provider_of
from ca_assets.settings.process import ProcessSettings
from ca_assets.settings.secrets import cipher
from ca_dash.auth.login import UNKNOWN, Answer, auth_of, current_user, form_page, start_session
from ca_dash.auth.provider import SignOn, SignOnFailed
from ca_dash.auth.security import safe_next

BEGIN = CALLBACK.rpartition("/")[0]
ACTIONS = {"linked": "identity.link", "invited": "user.join", "created": "user.join"}
pages = Blueprint("sso", __name__, template_folder="templates")


def offer(server: Flask, settings: ProcessSettings) -> None:
    """Add the login at the provider of the settings to a server; none where none is set. Raises SignOnError."""
    provider = provider_of(settings)
    if provider is not None:
        server.extensions["ca_sign_on"] = SignOn(server, provider)
    server.register_blueprint(pages)


@pages.get(BEGIN)
def begin() -> Answer:
    """Lead to the provider, and from there back to `next`."""
    target = safe_next(request.args.get("next"))
    if current_user() is not None:
        return redirect(target)
    session["next"] = target
    try:
        return _sign_on().begin()
    except SignOnFailed as error:
        return _not_let_in(error, "", error.reason, HTTPStatus.BAD_GATEWAY)


@pages.get(CALLBACK)
def callback() -> Answer:
    """The provider's answer. Failures are counted by address, as each asks the provider."""
    auth, address, sign_on = auth_of(), request.remote_addr or "", _sign_on()
    if auth.attempts.seconds_to_wait(address, "provider"):
        return form_page("refused.html", HTTPStatus.TOO_MANY_REQUESTS, reason="Too many attempts. Try again in 15 minutes.")
    target, invitation = safe_next(str(session.get("next", "/"))), str(session.get("link", ""))
    try:
        person, id_token = sign_on.finish()
        entry = enter(auth.database, person, invitation=invitation, domains=sign_on.provider.domains)
    except SignOnFailed as error:
        auth.attempts.failed(address, f"provider {request.args.get('state', '')}")
        return _not_let_in(error, "", error.reason, HTTPStatus.BAD_REQUEST)
    except EntryRefused as error:
        return _not_let_in(error, _shown(person), "not let in", HTTPStatus.FORBIDDEN)
    if entry.how in ACTIONS:
        detail = f"{entry.how} by {sign_on.provider.issuer} as {entry.user.role}"
        record(auth.database, entry.user.name, ACTIONS[entry.how], _shown(person), detail, address=address)
    return start_session(entry.user, target, cipher(auth.settings).encrypt(id_token.encode()).decode("ascii"))


def _not_let_in(error: Exception, who: str, reason: str, status: int) -> Answer:
    record(auth_of().database, UNKNOWN, "login.failed", who, f"provider: {reason}", address=request.remote_addr or "")
    return form_page("refused.html", status, reason=str(error))


def _shown(person: Person) -> str:
    return person.email or f"subject {person.subject}"


def _sign_on() -> SignOn:
    sign_on: SignOn | None = current_app.extensions.get("ca_sign_on")
    if sign_on is None:
        abort(HTTPStatus.NOT_FOUND, "No provider is set: CA_OIDC_ISSUER.")
    return sign_on
