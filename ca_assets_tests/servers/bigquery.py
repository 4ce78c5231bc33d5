"""A local endpoint that speaks BigQuery's REST protocol (v2) to the real client library, and really executes what is sent.

Jobs (jobs.insert, dry runs too, jobs.get, jobs.cancel), results in pages (jobs.getQueryResults), errors with the service's reasons.
As a fixture: `bigquery_server`, a server with no table. By hand, for
measurements: `python -m ca_assets_tests.servers.bigquery --port 9050 --csv project.dataset.table=FILE:column=TYPE,…`.
It is no BigQuery: what is not here is answered with 404 or 501, and limits, quotas, costs and locations are not imitated.
Belongs here: the protocol. What queries mean: `bigquery_engine`.
"""

from __future__ import annotations

import argparse
import json
import re
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import orjson
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth import jwt
from google.auth.exceptions import GoogleAuthError

from ca_assets_tests.servers.bigquery_engine import Place, ServiceError, Warehouse

ROOT = "/bigquery/v2/projects/"
PAGE_ROWS = 100_000
TOKEN = "ya29.token"


@dataclass
class Job:
    """A query job: its configuration, what it gave (a result's table and schema, or an error), when it is over."""

    reference: dict[str, str]
    configuration: dict[str, Any]
    statement_type: str
    result: str | None = None
    schema: list[dict[str, Any]] = field(default_factory=list)
    error: ServiceError | None = None
    seconds: float = 0.0
    ready_at: float = 0.0

    @property
    def text(self) -> str:
        """The query's text."""
        return str(self.configuration["query"]["query"])

    @property
    def is_dry(self) -> bool:
        """Whether it is a dry run."""
        return bool(self.configuration.get("dryRun"))


@dataclass
class Failure:
    """Answer the next `times` requests whose `METHOD path?query` matches with an error; status 0 cuts the connection inside the answer."""

    pattern: str
    status: int
    reason: str
    message: str = "planned"
    times: int = 1


@dataclass
class BigQueryServer:
    """State of one endpoint. `jobs`: all that were started, in order; `requests`: every request's `METHOD path?query`."""

    warehouse: Warehouse = field(default_factory=Warehouse)
    project: str = "shop-project"
    jobs: list[Job] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    job_seconds: float = 0.0  # how long a query takes
    job_failures: int = 0  # so many next queries fail for a moment, in the job itself
    page_rows: int = PAGE_ROWS  # the service ends a page by its size; here by a number of rows
    public_key: bytes | None = None  # of the only account; None: nobody is asked who he is
    url: str = ""
    storage_url: str = ""  # of `bigquery_storage`, when that is served too

    def source_url(self, dataset: str = "") -> str:
        """What stands under `url` in a shop.yaml."""
        storage = f"&storage_endpoint={self.storage_url}" if self.storage_url else ""
        return f"bigquery://{self.project}/{dataset}?api_endpoint={self.url}{storage}"

    def fail(self, pattern: str, status: int, reason: str, message: str = "planned", times: int = 1) -> None:
        """Plan a failure."""
        self.failures.append(Failure(pattern, status, reason, message, times))

    def account(self, **other: str) -> str:
        """From now on only this account is let in; returns its key as Google writes it (with `other` entries)."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem, words = serialization.Encoding.PEM, serialization.NoEncryption()
        self.public_key = key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
        private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, words).decode()
        email = f"reader@{self.project}.iam.gserviceaccount.com"
        entries = {"type": "service_account", "project_id": self.project, "private_key": private, "client_email": email}
        return json.dumps({**entries, "private_key_id": "1", "token_uri": f"{self.url}/token", **other})

    def token(self, form: dict[str, str]) -> dict[str, Any]:
        """A token for a text signed with the account's key; raises ServiceError."""
        try:
            jwt.decode(form["assertion"], certs=self.public_key, audience="https://oauth2.googleapis.com/token")
        except (GoogleAuthError, ValueError):
            raise ServiceError(400, "invalid_grant", "Invalid JWT Signature.") from None
        return {"access_token": TOKEN, "expires_in": 3600, "token_type": "Bearer"}

    def queries(self) -> list[Job]:
        """The jobs that were no dry run."""
        return [job for job in self.jobs if not job.is_dry]

    def answer(self, method: str, path: str, query: dict[str, str], body: dict[str, Any]) -> dict[str, Any]:
        """The service's answer; raises ServiceError."""
        for (verb, pattern), handler in ROUTES.items():
            match = re.fullmatch(ROOT + pattern, path)
            if match and verb == method:
                return handler(self, *map(unquote, match.groups()), query, body)
        raise ServiceError(404, "notFound", f"no method {method} {path}")

    def insert(self, project: str, query: dict[str, str], body: dict[str, Any]) -> dict[str, Any]:
        """jobs.insert: errors of dry runs are answers, those of others are the job's."""
        if project != self.project:
            raise ServiceError(404, "notFound", f"Not found: Project {project}")
        configuration = body["configuration"]
        reference = {"jobId": str(uuid.uuid4()), "projectId": project, "location": "US", **body.get("jobReference", {})}
        seconds = min(self.job_seconds, int(configuration.get("jobTimeoutMs", 1 << 40)) / 1000)
        job = Job(reference, configuration, "SELECT", seconds=self.job_seconds, ready_at=time.monotonic() + seconds)
        self.jobs.append(job)
        try:
            self._run(job)
        except ServiceError as error:
            if job.is_dry:
                raise
            job.error = error
        return _job_body(job)

    def _run(self, job: Job) -> None:
        query = job.configuration["query"]
        place = Place(self.project, query.get("defaultDataset", {}).get("datasetId"), job.reference["location"])
        if query.get("useLegacySql", True):
            raise ServiceError(501, "notImplemented", "legacy SQL is not spoken here")
        job.statement_type, statements = self.warehouse.prepared(query["query"], query.get("queryParameters", []), place)
        if job.statement_type == "SELECT":
            job.schema = self.warehouse.schema(statements[0])
        limit = query.get("maximumBytesBilled")
        if limit is not None and int(limit) < 10 << 20:  # each query is billed ten megabytes at least
            message = f"Query exceeded limit for bytes billed: {limit}. {10 << 20} or higher required."
            raise ServiceError(500, "bytesBilledLimitExceeded", message)
        if not job.is_dry and self.job_failures:
            self.job_failures -= 1
            raise ServiceError(
                500, "jobBackendError", "The job encountered an error during execution. Retrying the job may solve the problem."
            )
        if not job.is_dry:
            job.result = self.warehouse.execute(statements)
            destination = {"projectId": self.project, "datasetId": "_results", "tableId": job.result}
            job.configuration = {**job.configuration, "query": {**query, "destinationTable": destination}}

    def get_job(self, project: str, job_id: str, query: dict[str, str], body: dict[str, Any]) -> dict[str, Any]:
        """jobs.get."""
        return _job_body(self._job(job_id))

    def cancel(self, project: str, job_id: str, query: dict[str, str], body: dict[str, Any]) -> dict[str, Any]:
        """jobs.cancel."""
        job = self._job(job_id)
        job.error, job.ready_at = ServiceError(499, "stopped", "Job execution was cancelled: User requested cancellation"), 0.0
        return {"kind": "bigquery#jobCancelResponse", "job": _job_body(job)}

    def results(self, project: str, job_id: str, query: dict[str, str], body: dict[str, Any]) -> dict[str, Any]:
        """jobs.getQueryResults: waits a while for the job, then gives a page."""
        job = self._job(job_id)
        wait = min(float(query.get("timeoutMs", 10_000)) / 1000, 10)
        _sleep_until(min(job.ready_at, time.monotonic() + wait), lambda: job.ready_at == 0.0)
        if _state(job) != "DONE":
            return {"kind": "bigquery#getQueryResultsResponse", "jobReference": job.reference, "jobComplete": False}
        if job.error:
            raise job.error
        head = {"kind": "bigquery#getQueryResultsResponse", "jobReference": job.reference, "jobComplete": True, "cacheHit": False}
        return {**head, "schema": {"fields": job.schema}, **self._page(job, query)}

    def _page(self, job: Job, query: dict[str, str]) -> dict[str, Any]:
        if query.get("formatOptions.useInt64Timestamp", "").lower() != "true" and query.get("maxResults") != "0":
            raise ServiceError(501, "notImplemented", "timestamps as floating point are not spoken here")
        start = int(query.get("pageToken", query.get("startIndex", "0")).removeprefix("at-"))
        wanted, total = int(query.get("maxResults", self.page_rows)), self.warehouse.count(job.result or "")
        rows = self.warehouse.page(job.result or "", job.schema, start, min(wanted, self.page_rows)) if job.schema else []
        page: dict[str, Any] = {"totalRows": str(total)} | ({"rows": rows} if rows else {})
        return page | ({"pageToken": f"at-{start + len(rows)}"} if start + len(rows) < total and wanted else {})

    def _job(self, job_id: str) -> Job:
        for job in self.jobs:
            if job.reference["jobId"] == job_id and not job.is_dry:
                return job
        raise ServiceError(404, "notFound", f"Not found: Job {self.project}:{job_id}")


ROUTES: dict[tuple[str, str], Callable[..., dict[str, Any]]] = {
    ("POST", r"([^/]+)/jobs"): BigQueryServer.insert,
    ("GET", r"([^/]+)/jobs/([^/]+)"): BigQueryServer.get_job,
    ("POST", r"([^/]+)/jobs/([^/]+)/cancel"): BigQueryServer.cancel,
    ("GET", r"([^/]+)/queries/([^/]+)"): BigQueryServer.results,
}


def _state(job: Job) -> str:
    """DONE or RUNNING; a job that runs longer than it may is stopped."""
    limit = job.configuration.get("jobTimeoutMs")
    if limit and job.seconds > int(limit) / 1000 and time.monotonic() >= job.ready_at:
        job.error = ServiceError(499, "stopped", f"Job execution was cancelled: Job timed out after {int(limit) / 1000:g} sec")
    return "DONE" if time.monotonic() >= job.ready_at else "RUNNING"


def _sleep_until(moment: float, is_over: Callable[[], bool]) -> None:
    while time.monotonic() < moment and not is_over():
        time.sleep(0.02)


def _job_body(job: Job) -> dict[str, Any]:
    state = "DONE" if job.is_dry else _state(job)
    status: dict[str, Any] = {"state": state}
    if job.error and state == "DONE":
        status |= {"errorResult": job.error.detail, "errors": [job.error.detail]}
    statistics = {"creationTime": "1700000000000", "totalBytesProcessed": "0"}
    statistics["query"] = {"statementType": job.statement_type, "totalBytesProcessed": "0", "schema": {"fields": job.schema}}  # type: ignore[assignment]
    head = {"kind": "bigquery#job", "id": f"{job.reference['projectId']}:{job.reference['location']}.{job.reference['jobId']}"}
    return {**head, "jobReference": job.reference, "configuration": job.configuration, "statistics": statistics, "status": status}


def _error_body(error: ServiceError) -> dict[str, Any]:
    names = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 429: "RESOURCE_EXHAUSTED"}
    status = names.get(error.status, "INTERNAL")
    return {"error": {"code": error.status, "message": error.message, "errors": [error.detail], "status": status}}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    state: BigQueryServer

    def do_GET(self) -> None:
        self._answer("GET")

    def do_POST(self) -> None:
        self._answer("POST")

    def _answer(self, method: str) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.state.requests.append(f"{method} {self.path}")
        try:
            self._planned(f"{method} {self.path}")
            if parts.path == "/token":
                status, answer = 200, self.state.token(dict(parse_qsl(body.decode())))
            else:
                self._known()
                status, answer = 200, self.state.answer(method, parts.path, dict(parse_qsl(parts.query)), orjson.loads(body or b"{}"))
        except ServiceError as error:
            is_token = parts.path == "/token"
            status, answer = error.status, {"error": error.reason, "error_description": error.message} if is_token else _error_body(error)
        self._send(status, orjson.dumps(answer))

    def _planned(self, request: str) -> None:
        for failure in self.state.failures:
            if failure.times and re.search(failure.pattern, request):
                failure.times -= 1
                raise ServiceError(failure.status, failure.reason, failure.message)

    def _known(self) -> None:
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        if self.state.public_key and token != TOKEN:
            raise ServiceError(401, "authError", "Request had invalid authentication credentials.")

    def _send(self, status: int, body: bytes) -> None:
        if status == 0:  # a network that breaks in the middle of an answer
            head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body) + 1000}\r\n\r\n"
            self.wfile.write(head.encode() + body)
            self.close_connection = True
            return
        head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json; charset=UTF-8\r\nContent-Length: {len(body)}\r\n\r\n"
        self.wfile.write(head.encode() + body)

    def log_message(self, format: str, *args: Any) -> None:
        """Silence: requests are in the state."""


@contextmanager
def serving(state: BigQueryServer, port: int = 0) -> Iterator[BigQueryServer]:
    """The endpoint on a loopback port for the block."""
    server = ThreadingHTTPServer(("127.0.0.1", port), type("Handler", (_Handler,), {"state": state}))
    server.daemon_threads = True
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        state.warehouse.con.close()


@pytest.fixture
def bigquery_server() -> Iterator[BigQueryServer]:
    """A server of the test's own."""
    with serving(BigQueryServer()) as state:
        yield state


def main() -> None:
    """Serve CSV files as tables until interrupted."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--port", type=int, default=9050)
    words.add_argument("--csv", action="append", default=[], help="project.dataset.table=FILE:column=TYPE,…")
    given = words.parse_args()
    state = BigQueryServer()
    for option in given.csv:
        path, _, rest = option.partition("=")
        file, _, columns = rest.partition(":")
        state.project = path.split(".")[0]
        state.warehouse.copy(path, Path(file), dict(pair.split("=") for pair in columns.split(",")))
    with serving(state, given.port):
        print(state.source_url(), flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
