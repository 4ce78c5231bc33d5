"""One round of alerts: what is new goes into the outbox, what is due goes out. Beside the loads, one round at a time.

Belongs here: which rules tell of what to whom. Does not belong here: when a round runs (`ca_assets.defs.alerts`, `ca alerts send`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from ca_assets.alerts import outbox
from ca_assets.alerts.digest import digest, due_day, what_is_missing
from ca_assets.alerts.events import Flag, FlagReader, LoadProblem, fits
from ca_assets.alerts.letters import Parts, flags_letter, load_letter, test_letter
from ca_assets.alerts.sending import ATTEMPTS, Letter, NotSent, send
from ca_assets.index.open import open_index
from ca_assets.index.protocol import NotPublished, Snapshot
from ca_assets.loading.locks import alerts_lock
from ca_assets.settings.access import access_of
from ca_assets.settings.alerts.models import AlertRule
from ca_assets.settings.alerts.rules import ALL_SCOPES, DAILY, FLAGS, LOADS, WEEKLY, RuleError, destination_of, list_rules, quiet_until
from ca_assets.settings.database import Database, User
from ca_assets.settings.process import ProcessSettings, SecretError
from ca_assets.settings.users import get_user
from ca_assets.shop import Calendar


@dataclass
class Round:
    """What a round did: how many messages were made, sent, held for quiet hours, and why others were not sent or made."""

    made: int = 0
    sent: int = 0
    held: int = 0
    resumed: int = 0
    problems: list[str] = field(default_factory=list)


def run_round(
    database: Database,
    settings: ProcessSettings,
    loads: Sequence[LoadProblem] = (),
    *,
    now: dt.datetime | None = None,
    attempts: int = ATTEMPTS,
) -> Round:
    """Collect and send. Raises LoadRunning when another round is going on, IndexUnavailable."""
    dispatcher = Dispatcher(database, settings, now or dt.datetime.now(dt.UTC), attempts)
    with alerts_lock(settings.home):
        dispatcher.done.resumed = outbox.resume(database)
        dispatcher.collect(loads)
        dispatcher.send_due()
    return dispatcher.done


def send_test(database: Database, settings: ProcessSettings, rule: AlertRule) -> str:
    """Send a test to a rule's destination now, quiet hours or not; returns the message's id. Raises NotSent, RuleError, SecretError."""
    letter = Letter(uuid4().hex, *test_letter(rule.name, shop_name(settings), settings))
    send(letter, destination_of(rule, settings), settings, attempts=1)
    return letter.id


def newest_day(settings: ProcessSettings) -> dt.date | None:
    """The report date of the newest flags: what a new rule takes as known. None before the first publication."""
    try:
        with open_index(settings).snapshot() as snapshot:
            return snapshot.report("anomalies", "flags").key.report_date
    except NotPublished:
        return None


def shop_name(settings: ProcessSettings) -> str:
    """The published shop's name."""
    try:
        with open_index(settings).snapshot() as snapshot:
            return str(snapshot.meta().get("shop") or "Shop")
    except NotPublished:
        return "Shop"


def visible_scopes(user: User | None, rule: AlertRule, known: Sequence[str]) -> list[str]:
    """The scopes of a rule that its owner may see: none of a user who is gone or may not log in; of a limited one only his own."""
    if user is None or not user.is_active:
        return []
    access = access_of(user)
    asked = list(known) if rule.scope == ALL_SCOPES else [rule.scope]
    return [scope for scope in asked if not access.is_limited or scope in access.scopes]  # `all` would tell of others' values


@dataclass
class Dispatcher:
    """One round at the moment `now`, in the calendar of the published shop."""

    database: Database
    settings: ProcessSettings
    now: dt.datetime
    attempts: int
    done: Round = field(default_factory=Round)
    calendar: Calendar = field(default_factory=Calendar)

    def collect(self, loads: Sequence[LoadProblem]) -> None:
        """Make messages of what is new."""
        rules, name = list_rules(self.database), "Shop"
        try:
            with open_index(self.settings).snapshot() as snapshot:
                meta = snapshot.meta()
                self.calendar, name = Calendar(**meta.get("calendar", {})), str(meta.get("shop") or name)
                self._of_figures(snapshot, rules)
        except NotPublished:
            pass  # loads may fail before anything is published
        for rule in rules:
            if rule.kind == LOADS and visible_scopes(get_user(self.database, rule.owner), rule, ()):
                self._of_loads(rule, loads, name)

    def send_due(self) -> None:
        """Send what is due. After a failure the rule's other messages wait for the next round: a dead server is asked once."""
        failed: set[int] = set()
        for message, rule in outbox.due(self.database, self.now):
            if until := quiet_until(rule, self.now.astimezone(self.calendar.zone)):
                outbox.hold(self.database, message.id, until.astimezone(dt.UTC))
                self.done.held += 1
            elif rule.id not in failed and not self._is_sent(message.id, rule):
                failed.add(rule.id)

    def _of_figures(self, snapshot: Snapshot, rules: Sequence[AlertRule]) -> None:
        reader = FlagReader(snapshot)
        for rule in rules:
            user = get_user(self.database, rule.owner)
            if rule.kind == FLAGS:
                self._of_flags(rule, visible_scopes(user, rule, snapshot.scopes()), reader)
            elif rule.kind in (DAILY, WEEKLY) and visible_scopes(user, rule, ()):
                self._of_period(rule, snapshot)

    def _of_flags(self, rule: AlertRule, scopes: Sequence[str], reader: FlagReader) -> None:
        """One message of all flags that the rule has not told of."""
        flags = [flag for flag in reader.news(scopes) if fits(flag, rule)]
        new = outbox.new_events(self.database, rule, [flag.event for flag in flags])
        told: list[Flag] = [flag for flag in flags if flag.event in new]
        if told:
            self._put(rule, flags_letter(told, reader, self.settings), [flag.event for flag in told])

    def _of_period(self, rule: AlertRule, snapshot: Snapshot) -> None:
        """The digest of the newest period that is over, when its data are complete and it was not made yet."""
        day = due_day(rule, self.calendar, self.now)
        if not outbox.new_events(self.database, rule, [f"{rule.kind}:{day}"]):
            return
        if missing := what_is_missing(snapshot, rule, day):
            self.done.problems.append(f"the digest {rule.name!r} waits: {missing}")
            return
        try:
            made = digest(snapshot, rule, day, outbox.last_numbers(self.database, rule), self.settings)
        except NotPublished as error:
            self.done.problems.append(f"the digest {rule.name!r} cannot be made: {error}")
            return
        self._put(rule, made.parts, [made.event], made.numbers)

    def _of_loads(self, rule: AlertRule, loads: Sequence[LoadProblem], shop: str) -> None:
        since = outbox.aware(rule.created_at)
        new = outbox.new_events(self.database, rule, [problem.event for problem in loads if problem.at > since])
        for problem in loads:
            if problem.event in new:
                self._put(rule, load_letter(problem, shop, self.settings), [problem.event])

    def _put(self, rule: AlertRule, parts: Parts, events: Sequence[str], numbers: dict[str, Any] | None = None) -> None:
        outbox.put(self.database, rule, parts, events, now=self.now, numbers=numbers)
        self.done.made += 1

    def _is_sent(self, message_id: str, rule: AlertRule) -> bool:
        letter = outbox.begin(self.database, message_id)
        try:
            send(letter, destination_of(rule, self.settings), self.settings, self.attempts)
        except (NotSent, RuleError, SecretError) as error:
            outbox.postpone(self.database, message_id, self.now, str(error))
            self.done.problems.append(f"a message of the rule {rule.name!r} was not sent: {error}")
            return False
        outbox.confirm(self.database, message_id, self.now)
        self.done.sent += 1
        return True
