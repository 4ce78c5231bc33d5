"""Google BigQuery → staging: a table, a view or a query, the mapped columns only, page by page.

Read-only: one SELECT around the table or query is all that is ever asked; a first dry run (which costs nothing) finds the columns' types
and refuses whatever the service does not call a SELECT. Rows come over the storage API where its library is installed (extra
`bigquery-storage`), else over REST. Belongs here: the order of these steps. The client is made in `connection`.
"""

from __future__ import annotations

import importlib
import importlib.util
import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa
from google.api_core.exceptions import Forbidden
from google.api_core.retry import Retry
from google.cloud import bigquery
from google.cloud.bigquery.retry import DEFAULT_JOB_RETRY
from google.cloud.bigquery.table import RowIterator

from ca_assets.shop import SourceConfig
from ca_assets.sources.arrow_rows import add_batch
from ca_assets.sources.bigquery import sql
from ca_assets.sources.bigquery.connection import Connection, connected
from ca_assets.sources.bigquery.errors import translated_errors
from ca_assets.sources.bigquery.types import KINDS, NUMBERS, decoded, is_text_needed, kind_of, staged
from ca_assets.sources.driver import DatabaseDriver, Reading, Wanted
from ca_assets.sources.errors import ErrorCode, SourceError
from ca_assets.sources.mapping import match_header, source_columns, source_fields, staged_field
from ca_assets.sources.staging import RawSource, Stage

PAGE_CELLS = 250_000  # as Python objects some 100 MB; the service ends a page earlier when its text is large
CHECK_RETRY_SECONDS = 20.0  # somebody waits for a check; a load in the night may retry longer
FEW_PAGES = 4  # not worth a read session
STORAGE, STREAMING = "google.cloud.bigquery_storage_v1", "ca_assets.sources.bigquery.storage"


@dataclass(frozen=True)
class Plan:
    """What will be asked: our columns with their staged types, their expressions, where from, and types of all of the source's columns."""

    types: dict[str, pa.DataType]
    expressions: list[str]
    source: str
    kinds: dict[str, str]


class BigQueryDriver:
    """Reads tables, views and queries of BigQuery."""

    def check(self, name: str, config: SourceConfig, reading: Reading) -> None:
        """Whether the mapped columns are there with types that can mean ours; SourceError when not. Reads no rows and costs nothing."""
        with translated_errors(name, _where(config)), connected(name, config, reading) as connection:
            _plan(name, config, connection.with_retry_limit(CHECK_RETRY_SECONDS))

    def describe(self, name: str, config: SourceConfig, reading: Reading) -> dict[str, str]:
        """Names and types of all of the source's columns that can be read (no lists, no structures). Raises SourceError; costs nothing."""
        with translated_errors(name, _where(config)), connected(name, config, reading) as connection:
            text = sql.everything(sql.origin(name, config, connection.address))
            return _kinds(_schema(connection.with_retry_limit(CHECK_RETRY_SECONDS), name, text, _where(config)))

    def count_rows(self, name: str, config: SourceConfig, reading: Reading) -> int | None:
        """How many rows a table has, which costs nothing; None for a query, which would have to be run for it. Raises SourceError."""
        if config.table is None:
            return None
        with translated_errors(name, _where(config)), connected(name, config, reading) as connection:
            text = sql.select(["COUNT(*)"], sql.origin(name, config, connection.address), "", None)
            job = _start(connection, text, _job_config(connection, name))
            (row,) = job.result(retry=_retry(connection), timeout=connection.limits.job_seconds)
        return int(row[0])

    def read(self, name: str, config: SourceConfig, reading: Reading, wanted: Wanted) -> RawSource:
        """The rows into staging: of a span those and some more (all, when its column is a text or a number). Raises SourceError."""
        span, limit = wanted.span, wanted.limit
        with translated_errors(name, _where(config)), connected(name, config, reading) as connection:
            plan = _plan(name, config, connection)
            condition, parameters = sql.condition(span, plan.kinds.get(span.column, "")) if span else ("", [])
            text = sql.select(plan.expressions, plan.source, condition, limit)
            with Stage(name, reading.staging, plan.types, reading.progress) as stage:
                job = _start(connection, text, _job_config(connection, name, parameters))
                for batch in _batches(job, connection, list(plan.types)):
                    add_batch(batch, {ours: ours for ours in plan.types}, plan.types, stage)
        is_all = limit is None or stage.row_count + stage.broken_count < limit
        return stage.result(is_whole=not condition and is_all)


def _where(config: SourceConfig) -> str:
    return f"the table {config.table}" if config.table else "the query"


def _plan(name: str, config: SourceConfig, connection: Connection) -> Plan:
    columns, where = source_columns(name, config), _where(config)
    source = sql.origin(name, config, connection.address)
    schema = _schema(connection, name, sql.everything(source), where)
    match_header(name, where, columns, list(schema))
    types, expressions = {}, []
    for field in source_fields(name, config):
        theirs = schema[columns[field.name]]
        ours = staged_field(field, config, is_number=kind_of(theirs) in NUMBERS)
        types[ours.name] = staged(name, where, ours, theirs)
        column = sql.column(theirs.name)
        expressions.append(f"CAST({column} AS STRING)" if is_text_needed(ours, theirs) else column)
    return Plan(types, expressions, source, _kinds(schema))


def _kinds(schema: dict[str, bigquery.SchemaField]) -> dict[str, str]:
    return {theirs: kind_of(field) for theirs, field in schema.items() if field.mode != "REPEATED" and kind_of(field) in KINDS}


def _schema(connection: Connection, name: str, text: str, where: str) -> dict[str, bigquery.SchemaField]:
    """The columns of a statement's result, by a dry run. SourceError when it is no SELECT."""
    job = _start(connection, text, _job_config(connection, name, is_dry=True))
    if job.statement_type != "SELECT":
        what = f"{where} is no single SELECT (BigQuery calls it {job.statement_type}), and only those are run"
        raise SourceError(name, ErrorCode.BAD_CONFIG, what)
    return {field.name: field for field in job.schema or []}


def _start(connection: Connection, text: str, config: bigquery.QueryJobConfig) -> bigquery.QueryJob:
    """The job of a statement."""
    return connection.client.query(text, config, retry=_retry(connection), job_retry=None, timeout=connection.limits.job_seconds)


def _retry(connection: Connection) -> Retry:
    """Transient errors (429, 5xx, a broken connection) are retried by the client library, with exponential backoff."""
    return bigquery.DEFAULT_RETRY.with_timeout(connection.limits.retry_seconds)


def _job_config(
    connection: Connection, name: str, parameters: sql.Parameters | None = None, is_dry: bool = False
) -> bigquery.QueryJobConfig:
    address, limits = connection.address, connection.limits
    config = bigquery.QueryJobConfig(dry_run=is_dry, use_legacy_sql=False, labels={"application": "customer_analytics", "source": name})
    config.query_parameters = parameters or []
    if address.dataset:
        config.default_dataset = bigquery.DatasetReference(address.project, address.dataset)
    if limits.max_bytes:
        config.maximum_bytes_billed = limits.max_bytes
    if not is_dry:
        config.job_timeout_ms = int(limits.job_seconds * 1000)
    return config


def _batches(job: bigquery.QueryJob, connection: Connection, names: list[str]) -> Iterator[pa.RecordBatch]:
    """The rows as batches with our column names, when the job is over."""
    limits, page_rows = connection.limits, max(1, PAGE_CELLS // len(names))
    job_retry = DEFAULT_JOB_RETRY.with_timeout(limits.retry_seconds)  # runs a job again that failed for a moment
    rows = job.result(page_size=page_rows, retry=_retry(connection), timeout=limits.job_seconds, job_retry=job_retry)
    is_large = (rows.total_rows or 0) > FEW_PAGES * page_rows
    stored = _stored(job, connection) if is_large else iter(())
    try:
        head = next(stored, None)
    except Forbidden:  # an account may read rows and yet not make read sessions: REST does it too
        head = None
    if head is None:
        yield from _paged(rows, names)
    else:
        yield from (batch.rename_columns(names) for batch in itertools.chain([head], stored))


def _stored(job: bigquery.QueryJob, connection: Connection) -> Iterator[pa.RecordBatch]:
    """The result's rows over the storage API; nothing where that cannot be used."""
    if not connection.address.has_storage or not importlib.util.find_spec(STORAGE):
        return iter(())
    batches: Iterator[pa.RecordBatch] = importlib.import_module(STREAMING).streamed(job.destination, connection)
    return batches


def _paged(rows: RowIterator, names: list[str]) -> Iterator[pa.RecordBatch]:
    """The same over REST."""
    for page in rows.pages:
        page_rows = page.raw_page.get("rows", [])
        if page_rows:
            yield decoded(page_rows, names, rows.schema)


driver: DatabaseDriver = BigQueryDriver()
