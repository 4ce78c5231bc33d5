"""Report documents: one per report of one scope, in one index; which of them are visible is decided by the sets that a state lists.

A set is (report_name, report_date) as one analysis computed it; its token, made from the generation too, is in each document. The
alias `reports` has a filter on the tokens of the published sets, so a switch shows and hides whole sets at once.
Rows stand in a document twice: as JSON objects for people and other programs, and as an Arrow stream, exact, for our own readers.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any

import orjson
import pyarrow as pa

from ca_assets.analyses.core.report import ReportSet
from ca_assets.index.elasticsearch.bulk import send_batches
from ca_assets.index.elasticsearch.client import ElasticClient
from ca_assets.index.elasticsearch.documents import BATCH_BYTES, BulkBatch, json_value
from ca_assets.index.elasticsearch.errors import NotFound
from ca_assets.index.elasticsearch.indexes import REPORTS, alias, ensure_index, ownership, scan_documents
from ca_assets.index.elasticsearch.manifest import SetKey, StagingLog
from ca_assets.index.elasticsearch.mappings import REPORT_FIELDS, index_body, small_settings
from ca_assets.index.report_pieces import Piece, meta_hash, meta_text, pieces, published_date, unpack
from ca_assets.index.sql import engine, quote_literal

MAX_SETS = 65_000
ROWS_PER_QUERY = 100_000
PIECE, ROW = "ca piece", "ca row"
ReportId = tuple[str, str]  # type, scope
StoredReports = dict[ReportId, dict[str, Any]]  # version, created_at


def reports_index(client: ElasticClient) -> str:
    """The one index that all report documents are in."""
    return f"{alias(client, 'reports')}-1"


def set_key(reports: ReportSet) -> SetKey:
    """A set's place among the published ones."""
    return reports.name, published_date(reports).isoformat()


def set_token(generation: str, key: SetKey) -> str:
    """Token of a set that is staged under a generation: the same again when it is staged again."""
    return hashlib.blake2b(json.dumps([generation, *key]).encode(), digest_size=8).hexdigest()


def document_id(token: str, type_: str, scope: str) -> str:
    """Id of a report's document."""
    return hashlib.blake2b(json.dumps([token, type_, scope]).encode(), digest_size=16).hexdigest()


def stage_set(client: ElasticClient, generation: str, token: str, reports: ReportSet, visible: str | None) -> None:
    """Write a set's documents under a token. `visible` is the token of the set that readers see: its unchanged reports keep their date.

    The staged types are replaced as a whole: scopes that no longer exist go. Only documents that differ are written.
    """
    index, log = reports_index(client), StagingLog(client)
    ensure_index(client, index, index_body(REPORT_FIELDS, ownership(client, REPORTS), small_settings(client.settings)))
    client.call("POST", f"/{index}/_refresh")
    published = _stored_reports(client, index, visible) if visible else {}
    stored = published if visible == token else _stored_reports(client, index, token)
    staged = pieces(reports)
    meta_version = meta_hash(meta_text(reports.meta))
    versions = {(piece.type, piece.scope): f"{piece.version}{meta_version}" for piece in staged}
    changed = [piece for piece in staged if stored.get((piece.type, piece.scope), {}).get("version") != versions[piece.type, piece.scope]]
    removed = [report for report in stored if report[0] in reports.tables and report not in versions]
    send_batches(client, index, _report_batches(reports, changed, versions, published, token))
    deletions = [orjson.dumps({"delete": {"_id": document_id(token, *report)}}) for report in removed]
    if deletions:
        send_batches(client, index, [BulkBatch(_lines(deletions), len(deletions))])
    client.call("POST", f"/{index}/_refresh")
    log.write("set", token, generation, _log_entry(log, token, reports))  # last: without it the set is not staged


def _stored_reports(client: ElasticClient, index: str, token: str) -> StoredReports:
    fields = ["type", "dimension", "version", "created_at"]
    documents = scan_documents(client, index, {"term": {"set": token}}, _source=fields)
    return {(document["type"], document["dimension"]): document for document in documents}


def _log_entry(log: StagingLog, token: str, reports: ReportSet) -> dict[str, Any]:
    """A set's name, date, scopes, and the scopes of each type (types that were staged before stay)."""
    name, day = set_key(reports)
    before, scopes = log.get([token]).get(token, {}), list(reports.scopes)
    types = {**types_of(before), **dict.fromkeys(reports.tables, scopes)}
    short = {type_: None if own == scopes else own for type_, own in types.items()}
    return {"report_name": name, "report_date": day, "scopes": scopes, "types": short}


def types_of(entry: dict[str, Any]) -> dict[str, list[str]]:
    """Types of a set's log entry with their scopes; None in the entry stands for those of the whole set."""
    return {type_: entry["scopes"] if own is None else own for type_, own in entry.get("types", {}).items()}


def _report_batches(
    reports: ReportSet, changed: list[Piece], versions: dict[ReportId, str], published: StoredReports, token: str
) -> Iterator[BulkBatch]:
    now, (name, day), meta = dt.datetime.now(dt.UTC).isoformat(), set_key(reports), json.loads(meta_text(reports.meta))
    lines: list[bytes] = []
    for piece, rows in _with_json_rows(changed):
        version = versions[piece.type, piece.scope]
        before = published.get((piece.type, piece.scope), {})
        document = {
            **{"report_name": name, "type": piece.type, "dimension": piece.scope, "report_date": day, "set": token, "version": version},
            "created_at": before["created_at"] if before.get("version") == version else now,
            "meta": meta,
            "data": orjson.Fragment(rows),
            "arrow": base64.b64encode(piece.data).decode(),
        }
        lines += [orjson.dumps({"index": {"_id": document_id(token, piece.type, piece.scope)}}), orjson.dumps(document)]
        if sum(map(len, lines)) > BATCH_BYTES:
            yield BulkBatch(_lines(lines), len(lines) // 2)
            lines = []
    if lines:
        yield BulkBatch(_lines(lines), len(lines) // 2)


def _lines(lines: Iterable[bytes]) -> bytes:
    return b"".join(line + b"\n" for line in lines)


def _with_json_rows(reports: Iterable[Piece]) -> Iterator[tuple[Piece, bytes]]:
    """Each piece with its rows as a JSON list of objects, in their order; the engine makes them for many pieces at a time."""
    group: list[tuple[Piece, pa.Table]] = []
    for piece in reports:
        table = unpack(piece.data)
        rows = sum(other.num_rows for _, other in group)
        if group and (rows + table.num_rows > ROWS_PER_QUERY or table.schema != group[0][1].schema):
            yield from _json_rows(group)
            group = []
        group.append((piece, table))
    if group:
        yield from _json_rows(group)


def _json_rows(group: list[tuple[Piece, pa.Table]]) -> Iterator[tuple[Piece, bytes]]:
    """As `_with_json_rows`, for pieces with the same columns; a number that is not finite is null."""
    numbered = pa.concat_tables(
        table.append_column(PIECE, pa.array([number] * table.num_rows, pa.int64())).append_column(
            ROW, pa.array(range(table.num_rows), pa.int64())
        )
        for number, (_, table) in enumerate(group)
    )
    fields = ", ".join(f"{quote_literal(field.name)}: {json_value(field)}" for field in group[0][1].schema)
    sql = f'SELECT "{PIECE}", CAST(to_json(list({{{fields}}} ORDER BY "{ROW}")) AS VARCHAR) FROM report_rows AS t GROUP BY 1'  # noqa: S608 - names quoted
    with engine().cursor() as cursor:
        cursor.register("report_rows", numbered)
        texts = dict(cursor.execute(sql).fetchall()) if numbered.num_rows else {}
        cursor.unregister("report_rows")
    for number, (piece, _) in enumerate(group):
        yield piece, str(texts.get(number, "[]")).encode()


def stored_tokens(client: ElasticClient) -> set[str]:
    """Tokens of all report documents."""
    try:
        client.call("POST", f"/{reports_index(client)}/_refresh")
        search = {"size": 0, "aggs": {"sets": {"terms": {"field": "set", "size": MAX_SETS}}}}
        answer = client.call("POST", f"/{reports_index(client)}/_search", search)
    except NotFound:
        return set()
    return {bucket["key"] for bucket in answer["aggregations"]["sets"]["buckets"]}


def drop_sets(client: ElasticClient, tokens: Iterable[str]) -> None:
    """Remove the documents and log entries of sets (the log also has those of tables)."""
    dropped = list(tokens)
    if not dropped:
        return
    query = {"query": {"terms": {"set": dropped}}}
    path = f"/{reports_index(client)}/_delete_by_query"
    client.call("POST", path, query, timeout_seconds=600, conflicts="proceed", refresh=True, ignore_unavailable=True)
    StagingLog(client).drop(dropped)
