"""Who may do what: callbacks and routes that change something ask here, whatever page they were called from."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import abort

from ca_assets.settings.database import User
from ca_assets.settings.roles import ROLES
from ca_dash.auth.login import current_user

P = ParamSpec("P")
T = TypeVar("T")


def require(role: str) -> User:
    """The user of this request; ends it with 401 when nobody is logged in and with 403 when the user's role is a lesser one."""
    user = current_user()
    if user is None:
        abort(401, "Log in first.")
    if ROLES.index(user.role) < ROLES.index(role):
        abort(403, f"This is for {plural(role)}.")
    return user


def needs(role: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Decorates a callback or route, below Dash's or Flask's own decorator: it runs for people of at least this role."""

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        """The function behind the check."""

        @wraps(function)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> T:
            require(role)
            return function(*args, **kwargs)

        return guarded

    return decorate


def plural(role: str) -> str:
    """`editors and admins` for `editor`: who may do what at least an editor may."""
    return " and ".join(f"{name}s" for name in ROLES[ROLES.index(role) :])
