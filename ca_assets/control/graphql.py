"""Asking Dagster's web server over GraphQL. It has no login: only this installation's own address is asked, with fixed queries.

Belongs here: the request, and its failures in words. Does not belong here: what is asked (`runs`, `code_schedules`, `health`).
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

LOCATION, REPOSITORY = "customer_analytics", "__repository__"
SELECTOR = {"repositoryLocationName": LOCATION, "repositoryName": REPOSITORY}
TIMEOUT_SECONDS = 20.0
# No proxy of the environment: the server is ours.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class ControlError(RuntimeError):
    """Dagster cannot do what was asked of it; the message says why and what to do."""


class DagsterUnavailable(ControlError):
    """Dagster's web server does not answer; the message says how it is started."""


@dataclass(frozen=True)
class Dagster:
    """Dagster's web server by its address, such as `http://127.0.0.1:3000` or `http://web:3000/dagster`."""

    url: str
    timeout_seconds: float = TIMEOUT_SECONDS

    def ask(self, query: str, **variables: Any) -> Any:
        """The answer's data. Raises DagsterUnavailable, and ControlError where the answer is an error."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(f"{self.url.rstrip('/')}/graphql", body, {"content-type": "application/json"})  # noqa: S310 - ours
        try:
            with _OPENER.open(request, timeout=self.timeout_seconds) as response:
                answer = json.load(response)
        except urllib.error.HTTPError as error:
            raise ControlError(_first_error(error)) from None
        except (OSError, ValueError) as error:
            raise DagsterUnavailable(
                f"Dagster’s web server does not answer at {self.url} ({error}). Start it with ca up (or ca serve web); "
                "where it runs elsewhere, set CA_DAGSTER_WEB_URL."
            ) from None
        if answer.get("errors"):
            raise ControlError(f"Dagster refused the question: {answer['errors'][0].get('message', '')}")
        return answer["data"]


def result(answer: dict[str, Any], *expected: str) -> dict[str, Any]:
    """One of GraphQL's unions, when it is of an expected type. Raises ControlError with its message."""
    if answer["__typename"] in expected:
        return answer
    raise ControlError(str(answer.get("message") or answer["__typename"]).strip())


def _first_error(error: urllib.error.HTTPError) -> str:
    """What a refused request says; of a page that is no answer of Dagster's its status."""
    try:
        return f"Dagster refused the question: {json.load(error)['errors'][0]['message']}"
    except (ValueError, KeyError, TypeError, IndexError):
        return f"Dagster’s web server answered with {error.code}; check CA_DAGSTER_WEB_URL (with its path prefix, where it has one)."
