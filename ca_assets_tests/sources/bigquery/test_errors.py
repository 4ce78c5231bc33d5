"""What people read when BigQuery cannot be read: one or two lines with source, what and remedy, and never a secret."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from ca_assets.sources.bigquery import driver as bigquery
from ca_assets.sources.errors import SourceError
from ca_assets_tests.servers.bigquery import BigQueryServer
from ca_assets_tests.servers.processes import free_port
from ca_assets_tests.sources.bigquery.sessions_table import TABLE, TYPES, checked, ids_of, opened, row, source

ROWS = [row(number) for number in range(6)]


@pytest.fixture(autouse=True)
def short_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CA_BIGQUERY_RETRY_SECONDS", "0.2")


@pytest.fixture
def shop(bigquery_server: BigQueryServer) -> BigQueryServer:
    bigquery_server.warehouse.create(TABLE, TYPES, ROWS)
    bigquery_server.page_rows = 2
    return bigquery_server


def message(config: Any, folder: Path, **secrets: str) -> str:
    """Of the error that reading gives."""
    with pytest.raises(SourceError) as caught:
        opened(config, folder, **secrets)
    text = str(caught.value)
    assert text.startswith("sessions: ") and text.count("\n") <= 1 and len(text) < 700
    assert "prettyPrint" not in text and "Job ID" not in text
    assert caught.value.__cause__ is None
    return text


@pytest.mark.parametrize(
    ("more", "parts"),
    [
        ({"table": "shop.nothing"}, ["table shop.nothing", "Table shop-project:shop.nothing was not found", "correct `table`"]),
        ({"table": "nowhere.sessions"}, ["Dataset shop-project:nowhere was not found", "dataset and location in `url`"]),
        ({"table": "sessions"}, ["'sessions' names no dataset", "dataset.table"]),
        ({"table": "..sessions"}, ["names no dataset"]),
        ({"query": "SELECT * FROM"}, ["the query", "Syntax error", "correct the `query`"]),
        ({"query": "SELECT nope FROM shop.sessions"}, ["the query", "nope", "correct the `query`"]),
    ],
)
def test_what_is_not_there(more: dict[str, str], parts: list[str], shop: BigQueryServer, tmp_path: Path) -> None:
    text = message(source(shop, **more), tmp_path)
    assert all(part in text for part in parts), text


def test_another_project(shop: BigQueryServer, tmp_path: Path) -> None:
    text = message(source(shop, url=shop.source_url().replace("shop-project", "other")), tmp_path)
    assert "Not found: Project other" in text and "the project, dataset and location in `url`" in text


def test_a_table_that_may_not_be_read(shop: BigQueryServer, tmp_path: Path) -> None:
    shop.warehouse.denied.add(TABLE)
    text = message(source(shop), tmp_path)
    assert "does not have permission to query table shop-project:shop.sessions" in text
    assert "BigQuery Job User" in text and "BigQuery Data Viewer" in text


@pytest.mark.parametrize(
    ("status", "reason", "remedy"),
    [
        (403, "quotaExceeded", "quota is used up"),
        (403, "billingNotEnabled", "turn on billing"),
        (403, "responseTooLarge", "fewer columns or rows"),
        (400, "resourcesExceeded", "correct the `query`"),
        (501, "notImplemented", "try again later"),
    ],
)
def test_refusals_of_the_service(status: int, reason: str, remedy: str, shop: BigQueryServer, tmp_path: Path) -> None:
    shop.fail("POST .*/jobs", status, reason, "it is so")
    text = message(source(shop), tmp_path)
    assert "BigQuery refuses the table shop.sessions: it is so; " in text and remedy in text
    assert len(shop.requests) == 1  # asking again would not help


@pytest.mark.parametrize(("status", "reason"), [(429, "rateLimitExceeded"), (403, "rateLimitExceeded"), (503, "backendError"), (0, "cut")])
@pytest.mark.parametrize("where", [r"POST .*/jobs", r"GET .*/queries/[^?]*\?maxResults", r"GET .*pageToken=at-2"])
def test_errors_that_pass_are_tried_again(
    status: int, reason: str, where: str, shop: BigQueryServer, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setenv("CA_BIGQUERY_RETRY_SECONDS", "20")
    shop.fail(where, status, reason)
    assert ids_of(opened(source(shop), tmp_path)) == [f"o{number}" for number in range(6)]
    assert shop.failures[0].times == 0


@pytest.mark.parametrize(
    ("status", "reason", "said"),
    [
        (429, "rateLimitExceeded", "asks too often"),
        (503, "backendError", "try again later"),
        (404, "notFound", "correct `table`"),
        (403, "accessDenied", "BigQuery Data Viewer"),
        (0, "cut", "broke off while reading the table shop.sessions (the connection broke in the middle of an answer); nothing was taken"),
    ],
)
def test_a_read_that_breaks_in_the_middle_gives_nothing(status: int, reason: str, said: str, shop: BigQueryServer, tmp_path: Path) -> None:
    shop.fail("pageToken=at-4", status, reason, times=1000)
    assert said in message(source(shop), tmp_path)
    assert any("pageToken=at-2" in request for request in shop.requests)
    shop.failures.clear()
    assert len(ids_of(opened(source(shop), tmp_path))) == 6


def test_a_job_that_fails_for_a_moment_is_run_again(shop: BigQueryServer, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("CA_BIGQUERY_RETRY_SECONDS", "20")
    shop.job_failures = 1
    assert len(ids_of(opened(source(shop), tmp_path))) == 6
    assert len(shop.queries()) == 2


def test_a_job_that_takes_too_long(shop: BigQueryServer, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("CA_BIGQUERY_JOB_SECONDS", "0.3")
    shop.job_seconds = 60
    assert "CA_BIGQUERY_JOB_SECONDS" in message(source(shop), tmp_path)


def test_a_job_is_waited_for(shop: BigQueryServer, tmp_path: Path) -> None:
    shop.job_seconds = 0.5
    assert len(ids_of(opened(source(shop), tmp_path))) == 6


def test_a_limit_of_bytes(shop: BigQueryServer, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("CA_BIGQUERY_MAX_BYTES", "1000")
    text = message(source(shop), tmp_path)
    assert "limit for bytes billed: 1000" in text and "raise CA_BIGQUERY_MAX_BYTES" in text
    monkeypatch.setenv("CA_BIGQUERY_MAX_BYTES", str(10 << 20))
    assert len(ids_of(opened(source(shop), tmp_path))) == 6
    assert shop.queries()[-1].configuration["query"]["maximumBytesBilled"] == str(10 << 20)


@pytest.mark.parametrize("name", ["MAX_BYTES", "JOB_SECONDS", "RETRY_SECONDS"])
@pytest.mark.parametrize("value", ["10GB", "0"])
def test_a_limit_that_is_none(name: str, value: str, shop: BigQueryServer, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv(f"CA_BIGQUERY_{name}", value)
    assert f"CA_BIGQUERY_{name} in the environment is wrong: Input should be " in message(source(shop), tmp_path)


def test_an_endpoint_that_is_not_there(shop: BigQueryServer, tmp_path: Path) -> None:
    port = free_port()
    text = message(source(shop, url=f"bigquery://p/d?api_endpoint=http://127.0.0.1:{port}"), tmp_path)
    assert "cannot be reached" in text and "(Connection refused)" in text and "Check the network and `url`" in text


def test_a_check_does_not_wait_as_long_as_a_load(shop: BigQueryServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CA_BIGQUERY_RETRY_SECONDS", "1000")
    monkeypatch.setattr(bigquery, "CHECK_RETRY_SECONDS", 0.2)
    shop.fail("POST .*/jobs", 503, "backendError", times=1000)
    with pytest.raises(SourceError, match="try again later"):
        checked(source(shop), tmp_path)


class Other(BaseHTTPRequestHandler):
    """Some other server."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<html>Welcome</html>")

    def log_message(self, format: str, *args: Any) -> None:
        """Silence."""


def test_an_endpoint_that_is_something_else(shop: BigQueryServer, tmp_path: Path) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Other)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    text = message(source(shop, url=f"bigquery://p/d?api_endpoint=http://127.0.0.1:{server.server_address[1]}"), tmp_path)
    server.shutdown()
    server.server_close()
    assert "(what answers there is not BigQuery)" in text and "Check the network and `url`" in text


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://host/db", "not one of BigQuery's"),
        ("bigquery:///shop", "not one of BigQuery's"),
        ("bigquery://me@project/shop", "not one of BigQuery's"),
        ("bigquery://project/shop/sessions", "more than a project and a dataset"),
        ("bigquery://project?zone=EU", "'zone', which is not known; it may have location, api_endpoint, storage_endpoint"),
        ("bigquery://project?api_endpoint=http://example.com", "in the clear; use https"),
        ("bigquery://project?api_endpoint=http://127.0.0.1.example.com", "in the clear; use https"),
        ("bigquery://project?api_endpoint=http://127.0.0.1@example.com", "not an address"),
        ("bigquery://project?api_endpoint=http://127.0.0.1\\@example.com", "not an address"),
        ("bigquery://project?api_endpoint=ftp://127.0.0.1", "not an address"),
        ("bigquery://project?api_endpoint=http://127.0.0.1:port", "not an address"),
        ("bigquery://[project", "cannot be read"),
    ],
)
def test_urls_that_cannot_be_used(url: str, said: str, shop: BigQueryServer, tmp_path: Path) -> None:
    assert said in message(source(shop, url="${SHOP}"), tmp_path, SHOP=url)
    assert shop.requests == []


def test_an_unknown_secret(shop: BigQueryServer, tmp_path: Path) -> None:
    assert "SHOP" in message(source(shop, url="${SHOP}"), tmp_path)
    assert "KEY" in message(source(shop, credentials="${KEY}"), tmp_path)


BROKEN_KEYS = ["hunter2", '"hunter2"', '["hunter2"]', '{"hunter2": 1}', "null", '{"private_key": "hunter2"']


@pytest.mark.parametrize("key", BROKEN_KEYS)
def test_credentials_that_are_no_key_are_not_shown(key: str, shop: BigQueryServer, tmp_path: Path) -> None:
    text = message(source(shop, credentials="${KEY}"), tmp_path, KEY=key)
    assert "${KEY}" in text and "not the key of a service account" in text and "hunter2" not in text


def test_a_key_with_a_broken_private_key_is_not_shown(shop: BigQueryServer, tmp_path: Path) -> None:
    pem = "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\n"
    text = message(source(shop, credentials="${KEY}"), tmp_path, KEY=shop.account(private_key=pem))
    assert "not the key of a service account" in text and "hunter2" not in text


def test_a_key_that_was_withdrawn(shop: BigQueryServer, tmp_path: Path) -> None:
    old = shop.account()
    secret = json.loads(old)["private_key"].splitlines()[1]
    shop.account()
    text = message(source(shop, credentials="${KEY}"), tmp_path, KEY=old)
    assert "Google does not accept the account" in text and "Invalid JWT Signature" in text and secret not in text


def test_a_token_that_is_not_accepted(shop: BigQueryServer, tmp_path: Path) -> None:
    key = shop.account()
    shop.fail("POST .*/jobs", 401, "authError", "Request had invalid authentication credentials.", times=99)
    text = message(source(shop, credentials="${KEY}"), tmp_path, KEY=key)
    assert "invalid authentication credentials" in text and "renew the key" in text


def test_nobody_is_not_let_in(shop: BigQueryServer, tmp_path: Path) -> None:
    shop.account()
    assert "renew the key" in message(source(shop), tmp_path)


def test_no_default_account(shop: BigQueryServer, tmp_path: Path, monkeypatch: Any) -> None:
    for name in ("GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_CLOUD_PROJECT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    text = message(source(shop, url="bigquery://shop-project/shop"), tmp_path)
    assert "no Google account to read with" in text and "`credentials: ${NAME}`" in text


def test_the_check_finds_the_same(shop: BigQueryServer, tmp_path: Path) -> None:
    shop.warehouse.denied.add(TABLE)
    with pytest.raises(SourceError, match="BigQuery Data Viewer"):
        checked(source(shop), tmp_path)
