"""Runs asked for over GraphQL, really run: followed, broken, stopped; schedules of the settings, fired by a daemon that is killed."""

from __future__ import annotations

import datetime as dt

import pytest

from ca_assets.cli.output import Problem
from ca_assets.cli.runs import run_assets
from ca_assets.control.code_schedules import code_schedules, pause_code_schedule
from ca_assets.control.graphql import ControlError, Dagster, DagsterUnavailable
from ca_assets.control.health import problems
from ca_assets.control.kinds import run_kinds
from ca_assets.control.runs import all_events, failure_of, list_runs, run_details, run_events, start_run, stop_run
from ca_assets.defs.dead_runs import KILLED
from ca_assets.index.open import open_index
from ca_assets.loading.locks import publication_lock
from ca_assets.settings.process import process_settings
from ca_assets.settings.schedules.store import add_schedule, delete_schedule
from ca_assets.settings.schedules.timing import Timing
from ca_assets_tests.control.installation import SECONDS, Installation
from ca_assets_tests.servers.dagster import until
from ca_assets_tests.shops.tea_shop import SESSIONS

pytestmark = pytest.mark.dagster
TICKS = """query($selector: SensorSelector!) { sensorOrError(sensorSelector: $selector) { ... on Sensor { sensorState {
  ticks(limit: 5) { timestamp status endTimestamp runIds error { message } } } } } }"""
SENSOR = {"repositoryLocationName": "customer_analytics", "repositoryName": "__repository__", "sensorName": "schedules_of_the_settings"}


def started(installation: Installation, kind: str = "load") -> str:
    return start_run(installation.dagster, run_kinds()[kind], started_by="ada")


def published() -> str | None:
    return open_index(process_settings()).health()["generation"]


def last_tick(installation: Installation) -> float:
    """When the sensor was asked last and answered; AssertionError when it ended with an error."""
    ticks = installation.dagster.ask(TICKS, selector=SENSOR)["sensorOrError"]["sensorState"]["ticks"]
    assert not any(tick["error"] for tick in ticks), ticks
    return max((tick["timestamp"] for tick in ticks if tick["endTimestamp"]), default=0.0)


def test_a_load_is_started_and_followed(installation: Installation) -> None:
    run = installation.ended(started(installation))
    details, events = run_details(installation.dagster, run.id), list(all_events(installation.dagster, run.id))
    assert (run.status, run.title, run.started_by) == ("SUCCESS", "Load", "ada"), failure_of(events)
    names = [step.name for step in details.steps]
    assert {"lake/orders", "orders", "publication"} <= set(names) and names[-1] == "publication"
    assert {step.state for step in details.steps} == {"done"}
    counts = next(event.counts for event in events if event.step == "lake/rejects" and event.counts)
    assert {name: counts["sessions"][name] for name in ("read", "accepted", "rejected", "duplicates")} == {
        "read": 7, "accepted": 5, "rejected": 1, "duplicates": 1,
    }  # fmt: skip
    restated = next(event.restated for event in events if event.restated)
    assert [(month["month"], month["added"]) for month in restated] == [("2024-01", 1), ("2024-02", 2), ("2024-03", 2)]
    first = run_events(installation.dagster, run.id, limit=5)
    assert first.has_more and [*first.events, *run_events(installation.dagster, run.id, first.cursor).events] == events
    assert run.id in [each.id for each in list_runs(installation.dagster, limit=5, statuses=("SUCCESS",), job="load_everything")]
    assert details.kind is not None and details.kind.name == "load"


def test_a_broken_source_fails_in_the_words_of_ca_load(installation: Installation) -> None:
    file = installation.shop / "sessions.csv"
    file.write_text(SESSIONS.replace(",amount,", ",sum,"))
    try:
        run = installation.ended(started(installation))
        with pytest.raises(Problem) as said:
            run_assets()
    finally:
        file.write_text(SESSIONS)
    failure = failure_of(list(all_events(installation.dagster, run.id)))
    assert run.status == "FAILURE" and failure == said.value.message and "amount" in failure
    cli = next(each for each in list_runs(installation.dagster, limit=5) if each.started_by.startswith("command line"))
    with pytest.raises(ControlError, match="ended already"):
        stop_run(installation.dagster, cli.id)


def test_a_stopped_load_leaves_the_last_tables(installation: Installation) -> None:
    if published() is None:
        installation.ended(started(installation))
    before = published()
    with publication_lock(process_settings().home):  # so that the load, which has new rows to publish, waits for us
        (installation.shop / "sessions.csv").write_text(SESSIONS + "s7,eve,2024-03-04T12:00:00Z,5,yes,,,1\n")
        run_id = started(installation)
        until(lambda: "lake/rejects" in done(installation, run_id), SECONDS, "the lake's tables")
        stop_run(installation.dagster, run_id)
        run = installation.ended(run_id)
    assert (run.status, published()) == ("CANCELED", before)
    assert installation.ended(started(installation)).status == "SUCCESS"
    assert published() != before


def test_a_killed_run_ends_and_the_next_one_begins(installation: Installation) -> None:
    with publication_lock(process_settings().home):
        (installation.shop / "sessions.csv").write_text(SESSIONS)
        run_id = started(installation)
        until(lambda: "lake/rejects" in done(installation, run_id), SECONDS, "the lake's tables")
        installation.kill_daemon()
        installation.start_daemon()
        run = installation.ended(run_id)
    assert (run.status, failure_of(list(all_events(installation.dagster, run_id)))) == ("FAILURE", KILLED)
    assert installation.ended(started(installation)).status == "SUCCESS"


def done(installation: Installation, run_id: str) -> list[str]:
    return [step.name for step in run_details(installation.dagster, run_id).steps if step.state == "done"]


def test_what_was_published_is_published_again(installation: Installation) -> None:
    if published() is None:
        installation.ended(started(installation))
    run = installation.ended(started(installation, "publish"))
    names = [step.name for step in run_details(installation.dagster, run.id).steps]
    assert run.status == "SUCCESS" and "publication" in names and not any(name.startswith("lake/") for name in names)


def test_a_schedule_fires_once_though_the_daemon_is_killed(installation: Installation) -> None:
    past, kinds = dt.datetime.now(dt.UTC) - dt.timedelta(days=4), run_kinds()
    made = {"made_by": "ada", "kinds": kinds, "zone": "Europe/London", "now": past}
    timings = {
        "missed thrice": Timing("daily", cron="0 0 * * *"),
        "once": Timing("once", at=f"{past + dt.timedelta(days=2):%Y-%m-%dT%H:%M}"),
    }
    schedules = [add_schedule(installation.database, name=name, kind="load", timing=timings[name], **made) for name in timings]
    try:
        until(lambda: installation.runs_of("once"), SECONDS, "a run")
        installation.kill_daemon()  # the runs wait in the queue, and the sensor may not have said yet that they are asked for
        installation.start_daemon()
        for name in timings:
            until(lambda name=name: not any(run.is_running for run in installation.runs_of(name)), SECONDS, name)
        installation.kill_daemon()
        asked, _ = last_tick(installation), installation.start_daemon()
        until(lambda: last_tick(installation) > asked, SECONDS, f"a tick after the kill; {installation.started.said()}")
        for name in timings:
            runs = installation.runs_of(name)
            assert [run.started_by for run in runs] == [f"schedule “{name}”"]
    finally:
        for schedule in schedules:
            delete_schedule(installation.database, schedule.id)


def test_schedules_of_the_code_are_shown_and_paused(installation: Installation) -> None:
    nightly = next(each for each in code_schedules(installation.dagster) if each.name == "nightly_load")
    assert (nightly.job, nightly.cron, nightly.zone, nightly.is_paused) == ("load_everything", "0 0 29 2 *", "Europe/London", False)
    pause_code_schedule(installation.dagster, nightly, is_paused=True)
    nightly = next(each for each in code_schedules(installation.dagster) if each.name == "nightly_load")
    assert nightly.is_paused and nightly.next_times == ()
    pause_code_schedule(installation.dagster, nightly, is_paused=False)


def test_what_is_missing_is_said() -> None:
    nowhere = Dagster("http://127.0.0.1:9")
    with pytest.raises(DagsterUnavailable, match="ca up"):
        list_runs(nowhere, limit=1)
    assert "CA_DAGSTER_WEB_URL" in problems(nowhere)[0]


def test_a_daemon_that_is_away_is_named(installation: Installation) -> None:
    assert problems(installation.dagster) == []
