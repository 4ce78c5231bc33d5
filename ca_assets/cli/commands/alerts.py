"""`ca alerts`: who is told of what, and where. A destination that is a url is never an argument, and never printed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from ca_assets.cli.output import Problem, note, say, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ca_assets.settings.alerts.models import AlertRule
    from ca_assets.settings.alerts.rules import NewRule

KINDS = ("flags", "loads", "digest_daily", "digest_weekly")
ADMIN = "admin"
OWNER = click.option("--user", "owner", default=ADMIN, show_default=True, help="Whose rule it is: he is told only of what he may see.")
QUIET = click.option("--quiet", metavar="FROM-UNTIL", help="Hours of the business time zone in which nothing is sent, such as 22:00-07:00.")
DESTINATION = click.option(
    "--to", metavar="E-MAIL", help="An e-mail address (CA_MAIL_URL names the server). Without it a url is asked for."
)
STDIN = click.option("--stdin", is_flag=True, help="Read the destination's url from standard input.")


@click.group("alerts")
def command() -> None:
    """Tell people of unusual days, of failed and late loads, and send digests: by e-mail, webhook or chat."""


@command.command("add")
@click.argument("name")
@click.option("--kind", type=click.Choice(KINDS), default="flags", show_default=True, help="What to tell of.")
@click.option("--scope", default="all", show_default=True, help="Of flags and digests: such as country=FR; '*' for all scopes.")
@click.option("--group", type=click.Choice(("funnel", "orders", "cohort")), help="Of flags: these only.")
@click.option("--grain", type=click.Choice(("daily", "weekly")), help="Of flags: of days or of weeks only.")
@click.option("--verdict", type=click.Choice(("data_missing", "data_broken", "business_changed")), help="Of flags: these only.")
@click.option("--score", type=float, default=0.0, help="Of flags: from this score on. [default: each]")
@QUIET
@DESTINATION
@STDIN
@OWNER
def add(
    *,
    name: str,
    kind: str,
    scope: str,
    group: str | None,
    grain: str | None,
    verdict: str | None,
    score: float,
    quiet: str | None,
    to: str | None,
    stdin: bool,
    owner: str,
) -> None:
    """Keep the rule NAME. What was flagged before is not told of."""
    from ca_assets.settings.alerts.rules import NewRule

    hours = tuple(part.strip() for part in quiet.split("-")) if quiet else None
    if hours is not None and len(hours) != 2:
        raise Problem("--quiet is two times of the day with a hyphen between them, such as 22:00-07:00")
    _add(NewRule(name, kind, scope, group or "", grain or "", verdict or "", score, hours), owner, to, stdin)


@command.command("digest")
@click.argument("name")
@click.option("--weekly", is_flag=True, help="Once a week, when it is over. [default: once a day]")
@click.option("--scope", default="all", show_default=True, help="Such as country=FR.")
@QUIET
@DESTINATION
@STDIN
@OWNER
def digest(*, name: str, weekly: bool, scope: str, quiet: str | None, to: str | None, stdin: bool, owner: str) -> None:
    """Keep the digest NAME: key figures, unusual days, and what became another number; sent when the day or week is completely loaded."""
    kind = "digest_weekly" if weekly else "digest_daily"
    context = click.get_current_context()
    context.invoke(
        add,
        name=name,
        kind=kind,
        scope=scope,
        group=None,
        grain=None,
        verdict=None,
        score=0.0,
        quiet=quiet,
        to=to,
        stdin=stdin,
        owner=owner,
    )


@command.command("list")
@click.option("--user", "owner", help="Of one user only.")
def list_all(owner: str | None) -> None:
    """Show rules, where they send (no secrets), and what became of their last message."""
    from ca_assets.settings.alerts.rules import list_rules
    from ca_assets.settings.database import open_database

    database = open_database()
    rows = [_row(database, rule) for rule in list_rules(database, owner)]
    table(("user", "name", "tells of", "scope", "only", "quiet", "to", "last message"), rows)
    if not rows:
        note("No rules yet: `ca alerts add NAME --to ann@example.com`.")


@command.command("remove")
@click.argument("name")
@OWNER
def remove(name: str, owner: str) -> None:
    """Forget the rule NAME and its messages."""
    from ca_assets.settings.alerts.rules import remove_rule
    from ca_assets.settings.database import open_database

    remove_rule(open_database(), owner, name)
    say(f"The rule {name} is removed.")


@command.command("test")
@click.argument("name")
@OWNER
def test(name: str, owner: str) -> None:
    """Send a test by the rule NAME now, quiet hours or not."""
    from ca_assets.alerts.dispatch import send_test
    from ca_assets.settings.alerts.rules import get_rule
    from ca_assets.settings.database import open_database
    from ca_assets.settings.process import process_settings

    database = open_database()
    rule = get_rule(database, owner, name)
    say(f"Sent to {rule.shown}: message {send_test(database, process_settings(), rule)}.")


@command.command("send")
def send() -> None:
    """Tell of what is new now, and try again what was not sent. Dagster does it by itself after each publication."""
    from ca_assets.alerts.dispatch import run_round
    from ca_assets.cli.runs import open_instance
    from ca_assets.defs.alerts import load_problems
    from ca_assets.settings.database import open_database
    from ca_assets.settings.process import process_settings

    settings = process_settings()
    with open_instance() as instance:
        done = run_round(open_database(), settings, load_problems(instance))
    say(f"{done.made} new, {done.sent} sent, {done.held} held until quiet hours end.")
    for problem in done.problems:
        note(problem)


def _add(new: NewRule, owner: str, to: str | None, stdin: bool) -> None:
    from ca_assets.alerts.destinations import checked_destination
    from ca_assets.alerts.dispatch import newest_day
    from ca_assets.settings.alerts.rules import add_rule
    from ca_assets.settings.database import open_database
    from ca_assets.settings.process import process_settings
    from ca_assets.settings.users import get_user

    database, settings = open_database(), process_settings()
    user = get_user(database, owner)
    if user is None:
        raise Problem(f"there is no user {owner!r}; `ca users list` shows all")
    if to and "://" in to:
        raise Problem("a url is a secret, which an argument would show to others: leave --to out, and it is asked for (or use --stdin)")
    new.check()
    text = to or (sys.stdin.read() if stdin else click.prompt("E-mail address or url (not shown)", hide_input=True))
    rule = add_rule(database, owner, new, checked_destination(text, user.role), since=newest_day(settings), settings=settings)
    say(f"The rule {rule.name} sends to {rule.shown}. `ca alerts test {rule.name}` tries it.")
    if "://" not in text and settings.mail_url is None:
        note("No mail server is set: CA_MAIL_URL (or CA_MAIL_URL_FILE), as in mailtos://user:password@smtp.example.com?from=a@b.c")


def _row(database: object, rule: AlertRule) -> Sequence[str]:
    from ca_assets.alerts.outbox import aware, messages_of
    from ca_assets.settings.database import Database

    assert isinstance(database, Database)  # noqa: S101
    only = ", ".join(filter(None, (rule.group, rule.grain, rule.verdict, f"score {rule.minimum_score:g}" if rule.minimum_score else "")))
    quiet = f"{rule.quiet_from}-{rule.quiet_until}" if rule.quiet_from else ""
    last = next(iter(messages_of(database, rule.id, 1)), None)
    state = "" if last is None else f"{last.state} {aware(last.sent_at or last.created_at):%Y-%m-%d %H:%M} UTC"
    return rule.owner, rule.name, rule.kind, rule.scope, only, quiet, rule.shown, f"{state}: {last.error}" if last and last.error else state
