"""Talking to Dagster's running web server in tests, and waiting for what its processes do."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

SELECTOR = '{repositoryName: "__repository__", repositoryLocationName: "customer_analytics", scheduleName: "nightly_load"}'
RUNS = "{ runsOrError(limit: 20) { ... on Runs { results { runId status tags { key value } } } } }"
FAILURES = """query($runId: ID!) { logsForRun(runId: $runId) { ... on EventConnection { events {
  ... on ExecutionStepFailureEvent { stepKey error { message } } ... on RunFailureEvent { message error { message } } } } } }"""
STATE = f"{{ scheduleOrError(scheduleSelector: {SELECTOR}) {{ ... on Schedule {{ scheduleState {{ id status }} }} }} }}"


@dataclass(frozen=True)
class Server:
    """Dagster's GraphQL of the running processes."""

    port: int
    prefix: str = ""

    def ask(self, query: str, **variables: Any) -> Any:
        """The answer's data."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{self.prefix}/graphql", body, {"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            found = json.load(answer)
        assert "errors" not in found, found
        return found["data"]

    def runs(self, tag: str | None = None) -> list[dict[str, Any]]:
        """Runs (that carry the tag), newest first."""
        results = self.ask(RUNS)["runsOrError"]["results"]
        return [run for run in results if tag is None or tag in {each["key"] for each in run["tags"]}]

    def failures(self) -> list[str]:
        """What failed in the newest runs, in words."""
        failed = [run["runId"] for run in self.runs() if run["status"] in ("FAILURE", "CANCELED")]
        events = [event for run in failed for event in self.ask(FAILURES, runId=run)["logsForRun"].get("events", ()) if event]
        return [f"{event.get('stepKey', 'run')}: {(event.get('error') or event).get('message')}" for event in events]

    def is_up(self) -> bool:
        """Whether it answers."""
        try:
            return bool(self.ask("{ version }"))
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def stop_schedule(self) -> None:
        """Stop the nightly schedule, which runs by default."""
        identity = json.dumps(self.ask(STATE)["scheduleOrError"]["scheduleState"]["id"])
        stopped = self.ask(f"mutation {{ stopRunningSchedule(id: {identity}) {{ __typename }} }}")
        assert stopped["stopRunningSchedule"]["__typename"] == "ScheduleStateResult"

    def start_schedule(self) -> None:
        """Start it again."""
        started = self.ask(f"mutation {{ startSchedule(scheduleSelector: {SELECTOR}) {{ __typename }} }}")
        assert started["startSchedule"]["__typename"] == "ScheduleStateResult"


def until(true: Callable[[], Any], seconds: float, what: str) -> Any:
    """Wait for something true and return it; AssertionError after `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := true():
            return found
        time.sleep(0.3)
    raise AssertionError(f"not within {seconds} s: {what}")
