"""Whether runs can be started and schedules fire, and what is missing otherwise, in words."""

from __future__ import annotations

from ca_assets.control.failures import failure_text
from ca_assets.control.graphql import LOCATION, ControlError, Dagster

# What must live for a started run to begin, and for a schedule to fire.
NEEDED = {"QUEUED_RUN_COORDINATOR", "SCHEDULER", "SENSOR"}
HEALTH = """{ instance { daemonHealth { allDaemonStatuses { daemonType healthy } } }
  workspaceOrError { __typename ... on Error { message } ... on Workspace { locationEntries { name loadStatus
    locationOrLoadError { __typename ... on PythonError { message className causes { className message } } } } } } }"""
RELOAD = """mutation($name: String!) { reloadRepositoryLocation(repositoryLocationName: $name) { __typename ... on Error { message } } }"""


def problems(dagster: Dagster) -> list[str]:
    """What stands in the way of runs and schedules, a sentence each with its remedy; none when all is well."""
    try:
        answer = dagster.ask(HEALTH)
    except ControlError as error:
        return [str(error)]
    statuses = {each["daemonType"]: each["healthy"] for each in answer["instance"]["daemonHealth"]["allDaemonStatuses"]}
    missing = [
        "Dagster’s daemon does not run: schedules do not fire, and what is started waits. Start it with ca up (or ca serve daemon)."
    ] * any(not statuses.get(name) for name in NEEDED)
    return missing + _code_problems(answer["workspaceOrError"])


def reload_code(dagster: Dagster) -> None:
    """Let Dagster's web server load the code anew, after a shop was applied. Raises ControlError."""
    answer = dagster.ask(RELOAD, name=LOCATION)["reloadRepositoryLocation"]
    if answer["__typename"] != "WorkspaceLocationEntry":
        raise ControlError(str(answer.get("message") or answer["__typename"]))


def _code_problems(workspace: dict[str, object]) -> list[str]:
    entries = workspace.get("locationEntries")
    if not isinstance(entries, list):
        return [str(workspace.get("message"))]
    loaded = {entry["name"]: entry["locationOrLoadError"] or {} for entry in entries}
    if LOCATION not in loaded:
        return [f"Dagster does not know the code location {LOCATION}; check workspace.yaml in CA_HOME/dagster."]
    error = loaded[LOCATION]
    if error.get("__typename") != "PythonError":
        return []
    innermost = (error["causes"] or [error])[-1]
    reason = " ".join(failure_text(innermost["className"], innermost["message"]).split())[:300]
    return [f"Dagster cannot load the code of the loads: {reason}. Where it is a process of its own, start it (ca serve code)."]
