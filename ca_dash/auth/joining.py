"""What is behind one-time links: the form that makes an account of an invitation, and the one that sets another password.

Opening a link does not use it up, as mail programs open links too; its token goes into the cookie at once, so that no address that is kept
anywhere has it longer than a moment.
"""

from __future__ import annotations

from flask import Blueprint, redirect, request, session, url_for

from ca_assets.settings.audit import record
from ca_assets.settings.people.links import GONE, INVITATION, OneTimeLink, accept_invitation, accept_reset, link_of
from ca_assets.settings.users import UserError
from ca_dash.auth.login import PASSWORDS_OFF, Answer, auth_of, form_page, has_passwords, password_problem, start_session
from ca_dash.auth.security import check_csrf

pages = Blueprint("join", __name__, template_folder="templates")


@pages.get("/join/<token>")
def open_link(token: str) -> Answer:
    """A link from a mail or message."""
    if link_of(auth_of().database, token) is None:
        return form_page("gone.html", 404, reason=GONE)
    session.clear()
    session["link"] = token
    return redirect(url_for("join.form"))


@pages.route("/join", methods=["GET", "POST"])
def form() -> Answer:
    """Its form, and the answer to it."""
    token = str(session.get("link", ""))
    link = link_of(auth_of().database, token) if token else None
    if link is None:
        return form_page("gone.html", 404, reason=GONE)
    if request.method == "GET":
        return _form_of(link)
    check_csrf()
    if not has_passwords():
        return _form_of(link, 403, PASSWORDS_OFF)
    name, password = request.form.get("name", "").strip(), request.form.get("password", "")
    problem = password_problem(password, request.form.get("repeat", ""))
    return _form_of(link, 400, problem, name) if problem else _accept(link, token, name, password)


def _accept(link: OneTimeLink, token: str, name: str, password: str) -> Answer:
    database = auth_of().database
    try:
        if link.kind == INVITATION:
            user = accept_invitation(database, token, name, password)
            record(
                database, user.name, "user.join", user.name, f"invited by {link.made_by} as {user.role}", address=request.remote_addr or ""
            )
            return start_session(user, "/")
        name = accept_reset(database, token, password)
    except UserError as error:
        return _form_of(link, 400, str(error), name)
    record(database, name, "password.reset", name, f"link made by {link.made_by}", address=request.remote_addr or "")
    session.clear()
    return redirect(url_for("auth.login"))  # a second factor is asked for there


def _form_of(link: OneTimeLink, status: int = 200, error: str | None = None, name: str = "") -> Answer:
    is_invitation = link.kind == INVITATION
    shown = name if is_invitation else link.name
    return form_page("join.html", status, is_invitation=is_invitation, role=link.role, name=shown, error=error)
