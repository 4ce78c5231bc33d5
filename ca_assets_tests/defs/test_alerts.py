"""Alerts as Dagster runs them: beside the loads, when there is something to do."""

import datetime as dt
from pathlib import Path

import dagster as dg

from ca_assets.alerts.outbox import messages_of
from ca_assets.defs.alerts import alerts, alerts_sensor, load_problems
from ca_assets.settings.alerts.rules import NewRule, add_rule
from ca_assets.settings.database import open_database
from ca_assets.settings.users import add_user


@dg.op
def publish(context: dg.OpExecutionContext) -> None:
    """Says that the publication was made."""
    context.log_event(dg.AssetMaterialization("publication"))


@dg.op
def break_down() -> None:
    """Fails."""
    raise dg.Failure("the source does not answer")


@dg.job
def publishing() -> None:
    publish()


@dg.job
def failing() -> None:
    break_down()


def tick(instance: dg.DagsterInstance, cursor: str | None) -> tuple[bool, str | None]:
    """Whether the sensor starts a run, and its next cursor."""
    context = dg.build_sensor_context(instance=instance, cursor=cursor)
    return isinstance(alerts_sensor(context), dg.RunRequest), context.cursor


def test_the_sensor_starts_a_run_when_there_is_something(home: Path) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        assert tick(instance, None) == (False, None)  # nobody asked for anything
        add_user(open_database(), "ada", "correct horse", "admin")
        add_rule(open_database(), "ada", NewRule("loads", "loads"), ("ann@example.com", "ann@example.com"))
        publishing.execute_in_process(instance=instance)
        is_started, cursor = tick(instance, None)
        assert is_started and tick(instance, cursor) == (False, cursor)
        publishing.execute_in_process(instance=instance)
        is_started, cursor = tick(instance, cursor)
        assert is_started
        failing.execute_in_process(instance=instance, raise_on_error=False)
        assert tick(instance, cursor)[0]


def test_failed_and_late_loads_are_problems_once(home: Path) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        publishing.execute_in_process(instance=instance)
        failing.execute_in_process(instance=instance, raise_on_error=False)
        now = dt.datetime.now(dt.UTC)
        assert [problem.kind for problem in load_problems(instance, now)] == ["failed"]
        hours = dt.timedelta(hours=1)  # a night is 25 hours when summer time ends, and a load may take two
        assert [problem.kind for problem in load_problems(instance, now + 26 * hours)] == ["failed"]
        late = load_problems(instance, now + 28 * hours)
        assert [problem.kind for problem in late] == ["failed", "late"]
        assert late[1].event == load_problems(instance, now + 40 * hours)[-1].event


def test_a_run_of_the_job_does_not_fail_for_a_dead_server(home: Path) -> None:
    add_user(open_database(), "ada", "correct horse", "admin")
    with dg.DagsterInstance.ephemeral() as instance:
        rule = add_rule(open_database(), "ada", NewRule("loads", "loads"), ("ann@example.com", "ann@example.com"))  # no mail server is set
        failing.execute_in_process(instance=instance, raise_on_error=False)
        assert alerts.execute_in_process(instance=instance).success
    (message,) = messages_of(open_database(), rule.id)
    assert message.state == "pending" and "CA_MAIL_URL" in message.error
