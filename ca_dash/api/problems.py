"""Errors of the API as JSON (RFC 9457, `application/problem+json`): what is wrong, and what to do."""

from __future__ import annotations

import json
import logging
from typing import Any

from flask import Response
from werkzeug.exceptions import HTTPException

from ca_assets.index.protocol import IndexUnavailable, NotPublished

MIMETYPE = "application/problem+json"
TITLES = {
    400: "Bad request",
    401: "No valid token",
    403: "Not allowed",
    404: "Not found",
    405: "Only GET is answered here",
    429: "Too many requests",
    500: "Something went wrong here",
    503: "Not available now",
}
log = logging.getLogger(__name__)


class Problem(Exception):
    """A request that cannot be answered; `detail` is written for whoever sent it."""

    def __init__(self, status: int, detail: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers = status, detail, headers or {}


def answer(problem: Problem) -> Response:
    """The response of a problem."""
    facts = {"type": "about:blank", "title": TITLES.get(problem.status, "Error"), "status": problem.status, "detail": problem.detail}
    headers = {"Cache-Control": "no-store", **problem.headers}
    return Response(json.dumps(facts, ensure_ascii=False), problem.status, headers, mimetype=MIMETYPE)


def answer_error(error: Exception) -> Response:
    """The response of any error; of one that nobody foresaw it tells nothing, the log does."""
    if isinstance(error, Problem):
        return answer(error)
    if isinstance(error, NotPublished):
        return answer(Problem(404, str(error)))
    if isinstance(error, IndexUnavailable):
        return answer(Problem(503, str(error), {"Retry-After": "30"}))
    if isinstance(error, HTTPException) and error.code and error.code < 500:
        return answer(Problem(error.code, error.description or TITLES.get(error.code, "")))
    log.error("a request to the API failed", exc_info=error)
    return answer(Problem(500, "An error that nobody foresaw; the server's log has it."))


def only(values: list[str], name: str) -> Any:
    """The one value of a parameter; None without it. Raises Problem when it is given several times."""
    if len(values) > 1:
        raise Problem(400, f"the parameter {name} may be given once")
    return values[0] if values else None
