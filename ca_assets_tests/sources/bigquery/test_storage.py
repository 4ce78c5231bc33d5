"""Rows over BigQuery's storage API: through the real library over gRPC, the same rows as over REST, also when the connection breaks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest

from ca_assets.sources.bigquery import driver as bigquery
from ca_assets.sources.errors import SourceError
from ca_assets_tests.servers.bigquery import BigQueryServer
from ca_assets_tests.servers.bigquery_storage import Storage, serving_storage
from ca_assets_tests.sources.bigquery.sessions_table import COLUMNS, TABLE, opened, rows_of, source
from ca_assets_tests.sources.bigquery.test_reading import ALL_TYPES, FULL

NAMES = ("local", "day", "amount", "big", "double", "done", "doc", "raw", "id")
MAPPED = COLUMNS | {"date": "local", "refund_date": "day", "discount_amount": "big", "refund_amount": "double"}
ROWS = 40


@pytest.fixture
def storage(bigquery_server: BigQueryServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Storage]:
    """Forty rows of all types, and pages so small that they are many."""
    monkeypatch.setattr(bigquery, "PAGE_CELLS", 14 * 2)
    monkeypatch.setenv("CA_BIGQUERY_RETRY_SECONDS", "5")
    nothing = tuple(None for _ in FULL[1:])
    rows = [(number, *FULL[1:]) if number % 3 else (number, *nothing) for number in range(ROWS)]
    bigquery_server.warehouse.create(TABLE, ALL_TYPES, rows)
    with serving_storage(bigquery_server) as served:
        served.batch_rows = 7
        yield served


def read(storage: Storage, folder: Path) -> list[dict[str, object]]:
    return rows_of(opened(source(storage.state, columns=MAPPED, dimensions={name: name for name in NAMES}), folder))


def test_rows_are_those_of_rest(storage: Storage, tmp_path: Path) -> None:
    rows = read(storage, tmp_path)
    assert (storage.sessions, storage.reads, len(rows)) == (1, [0], ROWS)
    storage.state.storage_url = ""
    assert read(storage, tmp_path) == rows
    assert storage.sessions == 1


def test_without_the_library_rows_come_over_rest(storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = read(storage, tmp_path)
    monkeypatch.setattr(bigquery, "STORAGE", "google.cloud.bigquery_storage_that_is_not_installed")
    assert read(storage, tmp_path) == rows
    assert storage.sessions == 1


def test_few_rows_need_no_session(storage: Storage, tmp_path: Path) -> None:
    config = source(storage.state, query="SELECT * FROM shop.sessions WHERE id < 6", columns=COLUMNS)
    assert len(rows_of(opened(config, tmp_path))) == 6
    assert storage.sessions == 0


def test_an_account_that_may_not_make_sessions_reads_over_rest(storage: Storage, tmp_path: Path) -> None:
    rows = read(storage, tmp_path)
    storage.is_denied = True
    assert read(storage, tmp_path) == rows
    assert storage.sessions == 1


@pytest.mark.parametrize("status", [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED])
def test_a_stream_that_breaks_goes_on_where_it_broke(status: grpc.StatusCode, storage: Storage, tmp_path: Path) -> None:
    rows = read(storage, tmp_path)
    storage.failures = [(14, status), (21, status)]
    assert read(storage, tmp_path) == rows
    assert storage.reads == [0, 0, 14, 21]


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (grpc.StatusCode.PERMISSION_DENIED, "BigQuery Data Viewer"),
        (grpc.StatusCode.NOT_FOUND, "correct `table`"),
        (grpc.StatusCode.DEADLINE_EXCEEDED, "try again later"),
        (grpc.StatusCode.UNAVAILABLE, "try again later"),
    ],
)
def test_a_stream_that_breaks_for_good_gives_nothing(
    status: grpc.StatusCode, said: str, storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CA_BIGQUERY_RETRY_SECONDS", "0.2")
    storage.failures = [(14, status)] * 100
    with pytest.raises(SourceError, match=f"^sessions: BigQuery refuses the table shop.sessions: .*planned; .*{said}"):
        read(storage, tmp_path)


def test_a_storage_api_that_is_not_there(storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CA_BIGQUERY_RETRY_SECONDS", "0.2")
    storage.state.storage_url = "http://127.0.0.1:1"
    with pytest.raises(SourceError, match=r"^sessions: BigQuery refuses the table shop.sessions: .*; try again later"):
        read(storage, tmp_path)
