"""What a user may see: everything, or some values of one dimension (France: `country=FR`); and who may be limited so.

Belongs here: the value, reading it from a user, changing it. Enforced where the published view is read (`ca_assets.index.limited`,
`ca_assets.on_demand.limited`), so that pages, lists, exports, search and the API cannot forget it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from ca_assets.contracts.reserved import RESERVED_VALUES
from ca_assets.settings.database import Database, User
from ca_assets.settings.roles import ROLES
from ca_assets.settings.users import UserError

MOST_LIMITS = 50
LONGEST_LIMITS = 4_000  # characters of all together


@dataclass(frozen=True)
class Access:
    """A role, and the scopes that its bearer is limited to (`country=FR`), values of one dimension; none: no limits."""

    role: str
    scopes: tuple[str, ...] = ()

    @property
    def is_limited(self) -> bool:
        """Whether not everything is shown."""
        return bool(self.scopes)

    def allows(self, scope: str) -> bool:
        """Whether figures of a scope are shown; those of the whole shop (`all`) are of every scope."""
        return not self.scopes or scope in self.scopes


def access_of(user: User) -> Access:
    """What a user may see. ValueError when what is stored is no list of scopes: then nothing may be shown."""
    scopes = json.loads(user.limits)
    if not isinstance(scopes, list) or not all(isinstance(scope, str) and "=" in scope for scope in scopes):
        raise ValueError(f"the limits of the user {user.name!r} cannot be read")
    return Access(user.role, tuple(scopes))


def set_limits(database: Database, name: str, scopes: Sequence[str]) -> None:
    """Limit a viewer to values of one dimension; none: no limits. UserError when they cannot be, or there is no such user."""
    with database.session() as session:
        user = session.scalar(select(User).where(User.name == name))
        if user is None:
            raise UserError(f"there is no user {name!r}; `ca users list` shows all")
        user.limits = checked_limits(user.role, scopes)


def checked_limits(role: str, scopes: Sequence[str]) -> str:
    """Limits as they are stored. UserError for a role that cannot be limited, several dimensions, and what is not one value of one."""
    unique = tuple(dict.fromkeys(scopes))
    text = json.dumps(unique)
    for scope in unique:
        dimension, _, value = scope.partition("=")
        if not dimension or not value or value in RESERVED_VALUES:
            raise UserError(f"{scope!r} is not one value of a dimension, such as country=FR")
    if len({scope.partition("=")[0] for scope in unique}) > 1:
        raise UserError("limits are values of one dimension: what two of them have in common has no figures of its own")
    if len(unique) > MOST_LIMITS or len(text) > LONGEST_LIMITS:
        raise UserError(f"that are too many limits; {MOST_LIMITS} values at most")
    if unique and role != ROLES[0]:
        raise UserError(f"only viewers can be limited: an {role} works with the data of the whole shop")
    return text
