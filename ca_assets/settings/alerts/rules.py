"""Alert rules: add, list, remove; quiet hours; and the destination of one, which nothing but sending asks for.

Belongs here: keeping them. Does not belong here: which destinations can be reached (`ca_assets.alerts.destinations`), what is sent.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.fernet import InvalidToken
from sqlalchemy import func, select

from ca_assets.settings.alerts.models import AlertRule
from ca_assets.settings.database import Database
from ca_assets.settings.process import ProcessSettings, SecretError
from ca_assets.settings.secrets import cipher

FLAGS, LOADS, DAILY, WEEKLY = "flags", "loads", "digest_daily", "digest_weekly"
KINDS = (FLAGS, LOADS, DAILY, WEEKLY)
GROUPS, GRAINS = ("funnel", "orders", "cohort"), ("daily", "weekly")
VERDICTS = ("data_missing", "data_broken", "business_changed")
ALL_SCOPES = "*"
MAX_RULES, MAX_NAME, MAX_SCOPE = 100, 100, 500
CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


class RuleError(ValueError):
    """The rule cannot be kept, found or used; the message says why and what to do."""


@dataclass(frozen=True)
class NewRule:
    """A rule as it is asked for; `AlertRule` says what its parts mean. `quiet`: from and until, as `22:00`."""

    name: str
    kind: str = FLAGS
    scope: str = "all"
    group: str = ""
    grain: str = ""
    verdict: str = ""
    minimum_score: float = 0.0
    quiet: tuple[str, str] | None = None

    def check(self) -> None:
        """RuleError for the first part that cannot be."""
        if not self.name or len(self.name) > MAX_NAME or self.name != self.name.strip() or not self.name.isprintable():
            raise RuleError(f"the name of a rule has 1 to {MAX_NAME} printable characters and no blank at its ends")
        for what, value, known in (
            ("kind", self.kind, KINDS),
            ("group", self.group, ("", *GROUPS)),
            ("grain", self.grain, ("", *GRAINS)),
            ("verdict", self.verdict, ("", *VERDICTS)),
        ):
            if value not in known:
                raise RuleError(f"{value!r} is no {what} of a rule; use one of {', '.join(filter(None, known))}")
        if len(self.scope) > MAX_SCOPE or not (self.scope in ("all", ALL_SCOPES) or self.scope.partition("=")[1]):
            raise RuleError("the scope is `all`, one value of a dimension such as country=FR, or * for all of them")
        if self.scope == ALL_SCOPES and self.kind in (DAILY, WEEKLY):
            raise RuleError("a digest is of one scope: `all`, or one value of a dimension such as country=FR")
        if not 0 <= self.minimum_score <= 1000:
            raise RuleError("the least score is between 0 (each flag) and 1000")
        if self.quiet is not None and not (all(map(CLOCK.fullmatch, self.quiet)) and self.quiet[0] != self.quiet[1]):
            raise RuleError("quiet hours are two different times of the day, such as 22:00 and 07:00")


def add_rule(
    database: Database,
    owner: str,
    new: NewRule,
    destination: tuple[str, str],
    *,
    since: dt.date | None = None,
    settings: ProcessSettings | None = None,
) -> AlertRule:
    """Keep a rule of the user `owner`; `destination` is the secret and what may be shown of it. Raises RuleError."""
    new.check()
    secret, shown = destination
    rule = AlertRule(
        owner=owner,
        name=new.name,
        kind=new.kind,
        group=new.group,
        grain=new.grain,
        scope=new.scope,
        verdict=new.verdict,
        minimum_score=new.minimum_score,
        destination=cipher(settings).encrypt(secret.encode()).decode("ascii"),
        shown=shown,
        quiet_from=new.quiet[0] if new.quiet else None,
        quiet_until=new.quiet[1] if new.quiet else None,
        since=since,
        created_at=dt.datetime.now(dt.UTC),
    )
    with database.session() as session:
        if session.scalar(select(AlertRule.id).where(AlertRule.owner == owner, AlertRule.name == new.name)) is not None:
            raise RuleError(f"{owner} has a rule {new.name!r} already; remove it first, or choose another name")
        if (session.scalar(select(func.count()).where(AlertRule.owner == owner)) or 0) >= MAX_RULES:
            raise RuleError(f"{owner} has {MAX_RULES} rules, which is the most; remove one first")
        session.add(rule)
    return rule


def list_rules(database: Database, owner: str | None = None) -> Sequence[AlertRule]:
    """Rules by owner and name: of one user, or of all."""
    query = select(AlertRule).order_by(AlertRule.owner, AlertRule.name)
    with database.session() as session:
        return session.scalars(query if owner is None else query.where(AlertRule.owner == owner)).all()


def get_rule(database: Database, owner: str, name: str) -> AlertRule:
    """A user's rule by its name. Raises RuleError."""
    with database.session() as session:
        rule = session.scalar(select(AlertRule).where(AlertRule.owner == owner, AlertRule.name == name))
    if rule is None:
        raise RuleError(f"{owner} has no rule {name!r}; `ca alerts list` shows all")
    return rule


def remove_rule(database: Database, owner: str, name: str) -> None:
    """Forget a user's rule, with its messages. Raises RuleError."""
    rule = get_rule(database, owner, name)
    with database.session() as session:
        session.delete(rule)


def destination_of(rule: AlertRule, settings: ProcessSettings | None = None) -> str:
    """The secret destination, for sending alone. SecretError when it was kept with another key."""
    try:
        return cipher(settings).decrypt(rule.destination.encode("ascii")).decode()
    except InvalidToken:
        raise SecretError(
            f"the destination of the rule {rule.name!r} was kept with another encryption key; set the former CA_ENCRYPTION_KEY again, "
            "or remove the rule and add it anew"
        ) from None


def quiet_until(rule: AlertRule, local: dt.datetime) -> dt.datetime | None:
    """When the rule's quiet hours that `local` (aware, business time zone) lies in end; None outside of them.

    The end is a time on the wall clock, so quiet hours keep it when summer time begins or ends.
    """
    if rule.quiet_from is None or rule.quiet_until is None:
        return None
    start, end, clock = dt.time.fromisoformat(rule.quiet_from), dt.time.fromisoformat(rule.quiet_until), local.time()
    is_over_midnight = start > end
    is_quiet = (clock >= start or clock < end) if is_over_midnight else start <= clock < end
    if not is_quiet:
        return None
    day = local.date() + dt.timedelta(days=1 if is_over_midnight and clock >= start else 0)
    return dt.datetime.combine(day, end, tzinfo=local.tzinfo)
