"""What goes wrong between us and BigQuery, as one line for people: which source, what the service said, what to do.

Belongs here: the translation of the client library's errors. Nothing of a key or token is ever in those texts, nor in ours.
"""

from __future__ import annotations

import concurrent.futures
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import pyarrow as pa
import requests
from google.api_core.exceptions import GoogleAPICallError, RetryError
from google.auth.exceptions import GoogleAuthError, TransportError

from ca_assets.sources.errors import ErrorCode, SourceError

ROLES = "grant the account the roles BigQuery Job User (project) and BigQuery Data Viewer (dataset)"
# By the service's reason first, else by the status of its answer.
REASON_REMEDIES = {
    "accessDenied": (ErrorCode.ACCESS_DENIED, ROLES),
    "billingNotEnabled": (ErrorCode.REFUSED, "turn on billing for the project"),
    "bytesBilledLimitExceeded": (ErrorCode.LIMIT_EXCEEDED, "raise CA_BIGQUERY_MAX_BYTES, or read less by a `query`"),
    "quotaExceeded": (ErrorCode.LIMIT_EXCEEDED, "the project's quota is used up: try again later or raise it"),
    "rateLimitExceeded": (ErrorCode.LIMIT_EXCEEDED, "the project asks too often: try again later or raise its quota"),
    "responseTooLarge": (ErrorCode.LIMIT_EXCEEDED, "read fewer columns or rows by a `query`"),
    "stopped": (ErrorCode.LIMIT_EXCEEDED, "raise CA_BIGQUERY_JOB_SECONDS if the query needs longer"),
}
STATUS_REMEDIES = {
    400: (ErrorCode.REFUSED, "correct the `query`, `table` or mapping"),
    401: (ErrorCode.ACCESS_DENIED, "the account is not accepted: renew the key that `credentials` stands for"),
    403: (ErrorCode.ACCESS_DENIED, ROLES),
    404: (ErrorCode.NOT_FOUND, "correct `table`, or the project, dataset and location in `url`"),
}
NETWORK: dict[type[BaseException], str] = {
    requests.exceptions.SSLError: "TLS was refused",
    requests.exceptions.JSONDecodeError: "what answers there is not BigQuery",
    requests.exceptions.ChunkedEncodingError: "the connection broke in the middle of an answer",
}
SHOWN = 300


@contextmanager
def translated_errors(name: str, where: str) -> Iterator[None]:
    """Whatever goes wrong inside with the service becomes a SourceError that names the source and `where`."""
    try:
        yield
    except (RetryError, GoogleAPICallError, GoogleAuthError, requests.RequestException, concurrent.futures.TimeoutError) as error:
        raise _source_error(name, where, error) from None
    except pa.ArrowInvalid as error:
        what = f"{where} gave a value that is not of its column's type ({_line(error)}); nothing was taken"
        raise SourceError(name, ErrorCode.BAD_DATA, what) from None


def _source_error(name: str, where: str, error: BaseException) -> SourceError:
    while isinstance(error, RetryError) and isinstance(error.cause, BaseException):
        error = error.cause  # what was retried until the time for that was over
    if isinstance(error, GoogleAPICallError):
        code, remedy = _remedy(error)
        return SourceError(name, code, f"BigQuery refuses {where}: {_line(error.message)}", hint=remedy)
    if isinstance(error, GoogleAuthError) and not isinstance(error, TransportError):
        said = _line(error.args[0] if error.args else error)
        hint = "renew the key that `credentials` stands for, or log in again"
        return SourceError(name, ErrorCode.ACCESS_DENIED, f"Google does not accept the account ({said})", hint=hint)
    if isinstance(error, concurrent.futures.TimeoutError | requests.Timeout):
        hint = "try again later or raise CA_BIGQUERY_JOB_SECONDS"
        return SourceError(name, ErrorCode.LIMIT_EXCEEDED, f"BigQuery gave no answer in time for {where}", hint=hint)
    what = f"BigQuery cannot be reached or broke off while reading {where} ({_network(error)})"
    return SourceError(name, ErrorCode.UNREACHABLE, what, hint="nothing was taken. Check the network and `url`")


def _network(error: BaseException) -> str:
    """What happened to the connection, in words instead of the names of the library's classes."""
    for kind, words in NETWORK.items():
        if isinstance(error, kind):
            return words
    system = re.search(r"\[Errno -?\d+\] ([\w ]+)", str(error))
    return system[1] if system else "no connection"


def _remedy(error: GoogleAPICallError) -> tuple[ErrorCode, str]:
    errors = cast("list[Any]", error.errors)
    reason = errors[0].get("reason", "") if errors and isinstance(errors[0], dict) else ""
    later = (ErrorCode.UNREACHABLE, "try again later")
    return REASON_REMEDIES.get(reason) or STATUS_REMEDIES.get(int(error.code or 0), later)


def _line(text: object) -> str:
    """What the service said, on one line: without the request's address before it and the job's id after it."""
    first = str(text).partition("\n\n")[0].partition("; reason: ")[0]
    words = " ".join(first.split())
    return (words.partition("prettyPrint=false: ")[2] or words)[:SHOWN]
