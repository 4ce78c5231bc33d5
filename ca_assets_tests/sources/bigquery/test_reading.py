"""BigQuery as a source: types, pages, spans, samples; through the real client library against a local endpoint that executes the SQL."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery

from ca_assets.contracts.columns import Field
from ca_assets.sources.bigquery.driver import driver
from ca_assets.sources.bigquery.types import decoded, staged
from ca_assets.sources.driver import Reading, Span
from ca_assets.sources.errors import SourceError
from ca_assets_tests.servers.bigquery import BigQueryServer
from ca_assets_tests.sources.bigquery.sessions_table import COLUMNS, TABLE, TYPES, checked, ids_of, opened, row, rows_of, source

UTC = dt.UTC
ALL_TYPES = {
    "id": "INT64",
    "client": "STRING",
    "started": "TIMESTAMP",
    "local": "DATETIME",
    "day": "DATE",
    "amount": "NUMERIC",
    "big": "BIGNUMERIC",
    "double": "FLOAT64",
    "done": "BOOL",
    "raw": "BYTES",
    "doc": "JSON",
    "tags": "ARRAY<STRING>",
    "part": "STRUCT<a INT64, b TIMESTAMP>",
    "clock": "TIME",
}
FULL = (
    9007199254740993,
    "Zoë 🛒",
    "2024-03-31 01:30:00.123456+00",
    "2024-03-31 01:30:00.5",
    "2024-02-29",
    "12345678901234567.89",
    "0.1",
    "0.1",
    True,
    b"caf\xc3\xa9",
    '{"a": [1, null]}',
    ["x", "y"],
    {"a": 1, "b": "2024-01-01 00:00:00+00"},
    "10:00:00",
)


def shop(server: BigQueryServer, *rows: tuple[Any, ...], types: dict[str, str] = TYPES) -> None:
    server.warehouse.create(TABLE, types, list(rows))


def test_every_type_is_read_as_what_it_means(bigquery_server: BigQueryServer, tmp_path: Path) -> None:
    shop(bigquery_server, FULL, types=ALL_TYPES)
    names = ("local", "day", "amount", "big", "double", "done", "doc", "raw", "id")
    columns = COLUMNS | {"date": "local", "refund_date": "day", "discount_amount": "big", "refund_amount": "double"}
    raw = opened(source(bigquery_server, columns=columns, dimensions={name: name for name in names}), tmp_path)
    assert rows_of(raw) == [
        {
            "id": "9007199254740993",
            "client": "Zoë 🛒",
            "session_start_date": dt.datetime(2024, 3, 31, 1, 30, 0, 123456, tzinfo=UTC),
            "payment_amount": 12345678901234567.89,
            "has_purchased": True,
            "date": dt.datetime(2024, 3, 31, 1, 30, 0, 500000),
            "discount_amount": 0.1,
            "refund_amount": 0.1,
            "refund_date": dt.datetime(2024, 2, 29),
            "dimensions.local": "2024-03-31 01:30:00.500000",
            "dimensions.day": "2024-02-29",
            "dimensions.amount": "12345678901234567.89",
            "dimensions.big": "0.1",
            "dimensions.double": "0.1",
            "dimensions.done": "true",
            "dimensions.doc": '{"a": [1, null]}',
            "dimensions.raw": "café",
            "dimensions.id": "9007199254740993",
        }
    ]
    assert raw.is_whole


def test_our_decoding_equals_the_librarys(bigquery_server: BigQueryServer) -> None:
    """The same pages through the library's own, cell by cell decoding: lists, structures and all."""
    nothing = tuple(None for _ in FULL)
    shop(bigquery_server, FULL, nothing, types=ALL_TYPES)
    client = bigquery.Client("shop-project", AnonymousCredentials(), client_options={"api_endpoint": bigquery_server.url})
    theirs = [dict(their_row.items()) for their_row in client.query(f"SELECT * FROM `{TABLE}`").result()]
    assert theirs[0]["tags"] == ["x", "y"] and theirs[0]["part"] == {"a": 1, "b": dt.datetime(2024, 1, 1, tzinfo=UTC)}
    plain = [name for name in ALL_TYPES if name not in ("tags", "part", "clock", "doc")]
    rows = client.query(f"SELECT {', '.join(plain)} FROM `{TABLE}`").result()
    pages = [decoded(page.raw_page["rows"], plain, rows.schema) for page in rows.pages]
    ours = pa.Table.from_batches(pages).to_pylist()
    doubles = ("amount", "big")  # exact decimals there, the nearest double here
    assert ours == [
        {name: float(row[name]) if name in doubles and row[name] is not None else row[name] for name in plain} for row in theirs
    ]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_nan_and_infinity_stay_until_the_row_is_rejected(value: float, bigquery_server: BigQueryServer, tmp_path: Path) -> None:
    shop(bigquery_server, ("o1", "c1", "2024-05-01", value, True), types={**TYPES, "amount": "FLOAT64"})
    (read,) = rows_of(opened(source(bigquery_server), tmp_path))
    assert repr(read["payment_amount"]) == repr(value)


def test_bytes_that_are_no_text_reject_their_row_only(bigquery_server: BigQueryServer, tmp_path: Path) -> None:
    types = {**TYPES, "client": "BYTES"}
    shop(bigquery_server, ("o1", b"\xff\x00", "2024-05-01", 1, True), ("o2", b"c2", "2024-05-01", 1, True), types=types)
    raw = opened(source(bigquery_server), tmp_path)
    assert ids_of(raw) == ["o2"]
    assert [broken["reason"] for broken in pq.read_table(raw.broken).to_pylist()] == ["not_utf8"]


def test_edges_of_time(bigquery_server: BigQueryServer, tmp_path: Path) -> None:
    shop(bigquery_server, row(1, "0001-01-01 00:00:00+00"), row(2, "9999-12-31 23:59:59.999999+00"), row(3, None))
    moments = [session["session_start_date"] for session in rows_of(opened(source(bigquery_server), tmp_path))]
    assert moments == [dt.datetime(1, 1, 1, tzinfo=UTC), dt.datetime.max.replace(tzinfo=UTC), None]


def test_rows_come_page_by_page_and_mapped_columns_only(bigquery_server: BigQueryServer, tmp_path: Path) -> None:
    bigquery_server.page_rows = 3
    shop(bigquery_server, *(row(number) for number in range(10)))
    raw = opened(source(bigquery_server, columns=COLUMNS), tmp_path)
    assert ids_of(raw) == [f"o{number}" for number in range(10)]
    assert sum("/queries/" in request for request in bigquery_server.requests) == 4
    (job,) = bigquery_server.queries()
    assert [column["name"] for column in job.schema] == ["c0", "c1", "c2", "c3", "c4"]
    assert job.configuration["labels"] == {"application": "customer_analytics", "source": "sessions"}


def test_an_empty_table_is_no_row(bigquery_server: BigQueryServer, tmp_path: Path) -> None:
    shop(bigquery_server)
    raw = opened(source(bigquery_server), tmp_path)
    assert (raw.rows, raw.broken_rows, raw.is_whole) == (0, 0, True)


def test_one_column_may_be_mapped_twice(bigquery_server: BigQueryServer, tmp_path: Path) -> None:
    shop(bigquery_server, row(1))
    (read,) = rows_of(opened(source(bigquery_server, dimensions={"who": "client", "price": "amount"}), tmp_path))
    assert (read["client"], read["dimensions.who"], read["dimensions.price"], read["payment_amount"]) == ("c1", "c1", "9.99", 9.99)


@pytest.mark.parametrize("table", ["shop.sessions", "shop-project.shop.sessions", "sessions"])
def test_ways_to_name_a_table(table: str, bigquery_server: BigQueryServer, tmp_path: Path) -> None:
    shop(bigquery_server, row(1))
    url = bigquery_server.source_url("shop" if table == "sessions" else "")
    assert ids_of(opened(source(bigquery_server, table=table, url=url), tmp_path)) == ["o1"]


def test_the_location_goes_with_every_request(bigquery_server: BigQueryServer, tmp_path: Path) -> None:
    shop(bigquery_server, row(1))
    opened(source(bigquery_server, url=bigquery_server.source_url() + "&location=EU"), tmp_path)
    assert {job.reference["location"] for job in bigquery_server.jobs} == {"EU"}
    assert all("location=EU" in request for request in bigquery_server.requests if request.startswith("GET"))
    with pytest.raises(SourceError, match="was not found in location EU"):
        checked(source(bigquery_server, url=bigquery_server.source_url() + "&location=EU", table="shop.other"), tmp_path)


def test_a_query_is_read_like_a_table(bigquery_server: BigQueryServer, tmp_path: Path) -> None:
    shop(bigquery_server, row(1), row(2))
    query = "WITH mine AS (SELECT * FROM sessions WHERE id <> 'o1')\nSELECT * FROM mine; -- the second\n"
    config = source(bigquery_server, query=query.replace("; ", " "), url=bigquery_server.source_url("shop"))
    assert ids_of(opened(config, tmp_path)) == ["o2"]
    with_end = source(bigquery_server, query="SELECT * FROM shop.sessions;")
    assert ids_of(opened(with_end, tmp_path)) == ["o1", "o2"]


def test_secrets_in_url_and_credentials(bigquery_server: BigQueryServer, tmp_path: Path) -> None:
    """A service account's key is really exchanged for a token, which the endpoint really asks for."""
    shop(bigquery_server, row(1))
    key = bigquery_server.account()
    config = source(bigquery_server, url="${SHOP}", credentials="${KEY}")
    assert ids_of(opened(config, tmp_path, SHOP=bigquery_server.source_url(), KEY=key)) == ["o1"]


SPANS = {"TIMESTAMP": "2024-05-01 00:00:00+00", "DATETIME": "2024-05-01 00:00:00", "DATE": "2024-05-01"}


@pytest.mark.parametrize("kind", SPANS)
def test_a_span_is_asked_of_the_service(kind: str, bigquery_server: BigQueryServer, tmp_path: Path) -> None:
    """By day: late ones, those of a part, missing ones and those before 1990; days well outside are not sent at all."""
    days = ["1985-01-01", "1995-06-15", "2023-12-25", "2024-01-10", "2024-01-20", "2024-03-01", "2024-05-01", "2024-05-02", None]
    shop(bigquery_server, *(row(number, day) for number, day in enumerate(days)), types={**TYPES, "started": kind})
    part = (dt.datetime(2024, 1, 5, tzinfo=UTC), dt.datetime(2024, 1, 15, tzinfo=UTC))
    span = Span("started", dt.datetime(2024, 5, 1, 12, tzinfo=UTC), (part,))
    raw = opened(source(bigquery_server), tmp_path, span)
    wanted, allowed = {"o0", "o3", "o7", "o8"}, {"o6"} if kind != "TIMESTAMP" else set()
    assert wanted <= set(ids_of(raw)) <= wanted | allowed
    assert not raw.is_whole
    (job,) = bigquery_server.queries()
    assert {parameter["parameterType"]["type"] for parameter in job.configuration["query"]["queryParameters"]} == {kind}
    assert "2024" not in job.text  # values are bound, not written into the text


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12"])
def test_a_span_of_naive_stamps_holds_in_every_time_zone(zone: str, bigquery_server: BigQueryServer, tmp_path: Path) -> None:
    since = dt.datetime(2024, 5, 1, 12, tzinfo=UTC)
    local = since.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    shop(bigquery_server, row(1, str(local)), types={**TYPES, "started": "DATETIME"})
    assert ids_of(opened(source(bigquery_server), tmp_path, Span("started", since))) == ["o1"]
    part = Span("started", since + dt.timedelta(days=99), ((since, since + dt.timedelta(seconds=1)),))
    assert ids_of(opened(source(bigquery_server), tmp_path, part)) == ["o1"]


def test_a_text_column_has_no_span(bigquery_server: BigQueryServer, tmp_path: Path) -> None:
    shop(bigquery_server, row(1, "2001-01-01"), types={**TYPES, "started": "STRING"})
    raw = opened(source(bigquery_server), tmp_path, Span("started", dt.datetime(2024, 5, 1, tzinfo=UTC)))
    assert ids_of(raw) == ["o1"] and raw.is_whole


@pytest.mark.parametrize("moment", [dt.datetime.min.replace(tzinfo=UTC), dt.datetime.max.replace(tzinfo=UTC)])
def test_a_span_at_the_ends_of_time(moment: dt.datetime, bigquery_server: BigQueryServer, tmp_path: Path) -> None:
    shop(bigquery_server, row(1, "9999-12-31 23:59:59.999999"), types={**TYPES, "started": "DATETIME"})
    assert ids_of(opened(source(bigquery_server), tmp_path, Span("started", moment))) == ["o1"]


def test_a_sample_says_that_it_is_one(bigquery_server: BigQueryServer, tmp_path: Path) -> None:
    shop(bigquery_server, *(row(number) for number in range(5)))
    sample = opened(source(bigquery_server), tmp_path, limit=3)
    assert (sample.rows, sample.is_whole) == (3, False)
    assert opened(source(bigquery_server), tmp_path, limit=6).is_whole


def test_a_check_reads_no_rows(bigquery_server: BigQueryServer, tmp_path: Path) -> None:
    shop(bigquery_server, row(1))
    checked(source(bigquery_server), tmp_path)
    assert len(bigquery_server.jobs) == 1 and bigquery_server.queries() == []


@pytest.mark.parametrize("kind", ["GEOGRAPHY", "INTERVAL", "RANGE", "TIME", "A_TYPE_OF_TOMORROW"])
def test_types_that_are_not_read_are_named(kind: str) -> None:
    with pytest.raises(SourceError, match=f"sessions: the column 'theirs' of the table x is of type {kind}, which is not read"):
        staged("sessions", "the table x", Field("client", "str"), bigquery.SchemaField("theirs", kind))


def test_columns_are_described_without_reading(bigquery_server: BigQueryServer, tmp_path: Path) -> None:
    """Only those that could be mapped, so that a mapping guessed from them can be read."""
    shop(bigquery_server, FULL, types=ALL_TYPES)
    kinds = driver.describe("sessions", source(bigquery_server, columns={}), Reading(tmp_path, tmp_path / "staging"))
    assert list(kinds) == [name for name in ALL_TYPES if name not in ("tags", "part", "clock")]
    assert (kinds["id"], kinds["amount"], kinds["started"], kinds["done"]) == ("INTEGER", "NUMERIC", "TIMESTAMP", "BOOLEAN")
    assert bigquery_server.queries() == []


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"client": "tags"}, r"'tags' of the table shop.sessions is a list \(REPEATED\); our 'client' needs one value per row"),
        ({"client": "part"}, "'part' of the table shop.sessions is a STRUCT; our 'client' needs one of its parts"),
        ({"client": "clock"}, "'clock' of the table shop.sessions is of type TIME, which is not read; cast it in a `query`"),
        ({"session_start_date": "id"}, "'id' of the table shop.sessions holds int64; our 'session_start_date' needs a time"),
        ({"has_purchased": "day"}, "'day' of the table shop.sessions holds date32"),
        ({"client": "clint"}, r"has no column 'clint', which shop.yaml maps to our 'client'; did you mean 'client'\?"),
    ],
)
def test_columns_that_cannot_mean_ours(columns: dict[str, str], message: str, bigquery_server: BigQueryServer, tmp_path: Path) -> None:
    shop(bigquery_server, FULL, types=ALL_TYPES)
    with pytest.raises(SourceError, match=f"^sessions: .*{message}"):
        checked(source(bigquery_server, columns=COLUMNS | columns), tmp_path)
    with pytest.raises(SourceError, match=message):
        opened(source(bigquery_server, columns=COLUMNS | columns), tmp_path)
    assert bigquery_server.queries() == []
