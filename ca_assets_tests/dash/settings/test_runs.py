"""Runs and schedules: whoever may not start a run cannot, whatever way he asks; without Dagster the pages say what is missing."""

from __future__ import annotations

import datetime as dt
import json
import re
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from flask import Flask
from flask.testing import FlaskClient

from ca_assets.control.code_schedules import CodeSchedule
from ca_assets.control.runs import Event, Run, RunDetails, Step
from ca_assets.settings.database import open_database
from ca_assets.settings.process import ProcessSettings
from ca_assets.settings.schedules.model import Schedule
from ca_assets.settings.users import add_user
from ca_assets_tests.dash.applications import PASSWORD, logged_in, make_app
from ca_dash.settings.runs.details import head_facts, log_lines, restated_line
from ca_dash.settings.runs.ledger import sentence
from ca_dash.settings.runs.listing import Query, href, parse
from ca_dash.settings.runs.notices import Notice, alarmed, late
from ca_dash.settings.runs.schedule_table import code_table, user_table
from ca_dash.settings.runs.words import duration

EVERY = '["ALL"]'


@pytest.fixture
def viewer(tmp_path: Path) -> FlaskClient:
    app, _ = make_app(tmp_path, with_user=False)
    add_user(open_database(ProcessSettings(home=tmp_path)), "ada", PASSWORD, "viewer")
    return logged_in(app)


def test_a_viewer_starts_and_stops_nothing(viewer: FlaskClient) -> None:
    callbacks = viewer.get("/_dash-dependencies").get_json()
    named = [each for each in callbacks if re.search(r"\brun|schedule", each["output"] + each["inputs"][0]["id"])]
    ours = [each for each in named if not each["clientside_function"] and "filter" not in each["output"]]
    assert len(ours) >= 12
    for callback in ours:
        answer = viewer.post("/_dash-update-component", json=asked(callback))
        assert answer.status_code == 403, callback["output"]


def asked(callback: dict[str, Any], value: Any = 1) -> dict[str, Any]:
    """The request with which a browser calls a callback: buttons pressed once, nothing in the fields."""
    output = callback["output"]
    is_many = output.startswith("..")
    outputs = [place(*part.partition("@")[0].rsplit(".", 1)) for part in (output.strip(".").split("...") if is_many else [output])]
    inputs = [place(each["id"], each["property"], value) for each in callback["inputs"]]
    state = [place(each["id"], each["property"], None) for each in callback["state"]]
    first = callback["inputs"][0]
    changed = [f"{first['id'].replace(EVERY, '1')}.{first['property']}"]
    return {"output": output, "outputs": outputs if is_many else outputs[0], "inputs": inputs, "state": state, "changedPropIds": changed}


def place(id: str, prop: str, *value: Any) -> Any:
    """A property as requests name it; of a pattern over all buttons the list of one of them."""
    known = json.loads(id.replace(EVERY, "1")) if id.startswith("{") else id
    found = {"id": known, "property": prop, **({"value": value[0]} if value else {})}
    return [found] if EVERY in id else found


def test_without_dagster_the_pages_say_what_is_missing(tmp_path: Path) -> None:
    app, _ = make_app(tmp_path)  # nothing listens at the default address
    client = logged_in(app)
    callbacks = client.get("/_dash-dependencies").get_json()
    body = next(each for each in callbacks if each["output"] == "runs-body.children")
    text = client.post("/_dash-update-component", json=asked(body, "")).get_data(as_text=True)
    assert "Runs cannot be shown" in text and "ca up" in text and "CA_DAGSTER_WEB_URL" in text


def test_urls_carry_run_filter_and_page() -> None:
    assert parse("?run=a%20b&state=failed&before=x") == Query("a b", "failed", "x")
    assert parse("?state=%3Cscript%3E") == Query()
    assert href(state="failed", before="x") == "/settings/runs?state=failed&before=x" and href() == "/settings/runs"


@pytest.mark.parametrize(("seconds", "text"), [(0.04, "0.0 s"), (59.94, "59.9 s"), (61, "1 min 01 s"), (3_725, "1 h 02 min")])
def test_durations_are_short(seconds: float, text: str) -> None:
    assert duration(100.0, 100.0 + seconds) == text


def test_a_run_says_who_started_it_and_how_far_it_is() -> None:
    run = Run("r", "STARTED", "load_everything", 1.0, time.time() - 5, None, True, {"customer_analytics/schedule": "<b>Night</b>"})
    facts = str(head_facts(RunDetails(run, (Step("a", "done"), Step("b", "running")), is_part=False, is_full=False), "UTC"))
    assert "schedule “<b>Night</b>”" in facts and "1 of 2 done" in facts and "Running" in facts


def test_the_log_shows_what_people_follow() -> None:
    def event(kind: str, text: str, level: str = "INFO", failure: str | None = None) -> Event:
        return Event(0.0, level, kind, "lake/orders", text, failure)

    events = [
        event("STEP_INPUT", "Got input", "DEBUG"),
        event("STEP_START", 'Started execution of step "lake__orders".', "DEBUG"),
        event("LOG", "sessions: 1,000 rows"),
        event("HANDLED_OUTPUT", "Handled output"),
        event("STEP_FAILURE", "Execution failed", "ERROR", "sessions: no column amount"),
    ]
    lines = [line.children[1].children for line in log_lines(events, "UTC")]
    assert lines == ["Read and clean sessions and orders begins", "lake/orders  sessions: 1,000 rows", "sessions: no column amount"]


def test_a_month_that_moved_is_one_sentence() -> None:
    row = {
        "month": pd.Timestamp("2026-02-01"),
        "rows_added": 0,
        "rows_removed": 0,
        "rows_changed": 14,
        "orders_before": 310,
        "orders_after": 310,
        "revenue_before": 10_000.0,
        "revenue_after": 9_880.0,
    }
    strong, rest = sentence(row, "3 Mar 2026", "EUR")
    assert strong.children == "February 2026 −1.2% since 3 Mar 2026"
    assert rest == ": 14 sessions changed; revenue €10,000.00 → €9,880.00, orders 310 → 310"
    month = {"month": "2026-02", "orders_before": 0, "orders_after": 3, "revenue_before": 0.0, "revenue_after": 5.0, "added": 4}
    assert "".join(str(getattr(part, "children", part)) for part in restated_line(month, "EUR")).endswith("; sessions: 4 new")


def test_data_that_are_late_are_said_after_the_longest_pause() -> None:
    meta = {"loaded_at": "2026-03-01T03:10:00+00:00"}
    nightly = ("0 3 * * *", "Europe/London")
    assert late(meta, *nightly, dt.datetime(2026, 3, 2, 5, tzinfo=dt.UTC)) is None  # the load of the night may still run
    notice = late(meta, *nightly, dt.datetime(2026, 3, 2, 6, tzinfo=dt.UTC))
    assert notice is not None and notice.text == "No load since 1 Mar 2026"
    assert late({}, *nightly, dt.datetime(2026, 3, 2, 6, tzinfo=dt.UTC)) is None
    alarm = {"source": "sessions", "alarm": "duplicates", "rows": 9, "of": 10, "example": "s1"}
    assert alarmed({"alarms": [alarm, alarm]}) == Notice("2 alarms in the last load", "/settings/ledger") and alarmed({}) is None


def test_both_tables_of_schedules_say_when_and_what() -> None:
    server = Flask("tables")
    server.config["CA_LOCALE"] = "en-GB"
    nightly = CodeSchedule("nightly_load", "0 3 * * *", "Europe/London", "", "load_everything", False, (1_796_072_400.0,), "id")
    own = Schedule(id=1, name="<b>Mine</b>", kind="weekly", period="weekly", cron="0 6 * * 1", at="", is_paused=True, made_by="ada")
    run = Run("r", "FAILURE", "load_everything", 1.0, 2.0, 3.0, False, {"dagster/schedule_name": "nightly_load"})
    with server.test_request_context("/"):
        code, users = str(code_table([nightly], [run], "Europe/London")), str(user_table([own], [], "Europe/London"))
    assert "Nightly load" in code and "30 Nov 2026, 21:00" in code and "Failed" in code and "Pause nightly_load" in code
    assert "every Monday at 06:00" in users and "Paused" in users and "Resume <b>Mine</b>" in users and "none yet" in users
