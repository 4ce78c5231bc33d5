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

from ca_assets.analyses.report import ReportSet
from ca_assets.storage.elastic_bodies import BODY_BYTES, Body
from ca_assets.storage.elastic_bulk import send
from ca_assets.storage.elastic_client import Store
from ca_assets.storage.elastic_faults import Missing
from ca_assets.storage.elastic_mappings import REPORTS, index_body, small_settings
from ca_assets.storage.elastic_notes import Notes, SetKey, alias, make_index, ours, scan
from ca_assets.storage.elastic_report_rows import with_rows
from ca_assets.storage.embedded_file import NO_DAY
from ca_assets.storage.embedded_reports import Piece, meta_hash, meta_text, pieces

MOST_SETS = 65_000
Known = dict[tuple[str, str], dict[str, Any]]  # (type, scope) → version, created_at


def reports_index(store: Store) -> str:
    """The one index that all report documents are in."""
    return f"{alias(store, 'reports')}-1"


def set_key(reports: ReportSet) -> SetKey:
    """A set's place among the published ones."""
    return reports.name, (reports.report_date or NO_DAY).isoformat()


def set_token(generation: str, key: SetKey) -> str:
    """Token of a set that is staged under a generation: the same again when it is staged again."""
    return hashlib.blake2b(json.dumps([generation, *key]).encode(), digest_size=8).hexdigest()


def document_id(token: str, type_: str, scope: str) -> str:
    """Key of a report's document."""
    return hashlib.blake2b(json.dumps([token, type_, scope]).encode(), digest_size=16).hexdigest()


def stage_set(store: Store, generation: str, token: str, reports: ReportSet, visible: str | None) -> None:
    """Write a set's documents under a token. `visible` is the token of the set that readers see, whose unchanged reports keep their date.

    The staged types are replaced as a whole: scopes that no longer exist go. Only documents that differ are written.
    """
    index, notes = reports_index(store), Notes(store)
    make_index(store, index, index_body(REPORTS, ours(store, "reports"), small_settings(store.settings)))
    store.call("POST", f"/{index}/_refresh")
    shown = _known(store, index, visible) if visible else {}
    there = shown if visible == token else _known(store, index, token)
    made = pieces(reports)
    versions = {(each.type, each.scope): f"{each.version}{meta_hash(meta_text(reports.meta))}" for each in made}
    write = [each for each in made if there.get((each.type, each.scope), {}).get("version") != versions[each.type, each.scope]]
    gone = [key for key in there if key[0] in reports.tables and key not in versions]
    send(store, index, _bodies(reports, write, versions, shown, token))
    send(store, index, _deletions(token, gone))
    store.call("POST", f"/{index}/_refresh")
    notes.put("set", token, generation, _note(notes, token, reports))  # last: without it the set is not staged


def _known(store: Store, index: str, token: str) -> Known:
    found = scan(store, index, {"term": {"set": token}}, _source=["type", "dimension", "version", "created_at"])
    return {(each["type"], each["dimension"]): each for each in found}


def _note(notes: Notes, token: str, reports: ReportSet) -> dict[str, Any]:
    """A set's name, date, scopes, and the scopes of each type (types that were staged before are kept)."""
    name, day = set_key(reports)
    before, scopes = notes.get([token]).get(token, {}), list(reports.scopes)
    types = {**types_of(before), **dict.fromkeys(reports.tables, scopes)}
    written = {type_: None if own == scopes else own for type_, own in types.items()}
    return {"report_name": name, "report_date": day, "scopes": scopes, "types": written}


def types_of(note: dict[str, Any]) -> dict[str, list[str]]:
    """Types of a set's note with their scopes; None in the note stands for those of the whole set."""
    return {type_: note["scopes"] if own is None else own for type_, own in note.get("types", {}).items()}


def _bodies(reports: ReportSet, made: list[Piece], versions: dict[tuple[str, str], str], shown: Known, token: str) -> Iterator[Body]:
    now, (name, day), meta = dt.datetime.now(dt.UTC).isoformat(), set_key(reports), json.loads(meta_text(reports.meta))
    lines: list[bytes] = []
    for piece, rows in with_rows(made):
        version = versions[piece.type, piece.scope]
        before = shown.get((piece.type, piece.scope), {})
        document = {
            **{"report_name": name, "type": piece.type, "dimension": piece.scope, "report_date": day, "set": token, "version": version},
            "created_at": before["created_at"] if before.get("version") == version else now,
            "meta": meta,
            "data": orjson.Fragment(rows),
            "arrow": base64.b64encode(piece.data).decode(),
        }
        lines += [orjson.dumps({"index": {"_id": document_id(token, piece.type, piece.scope)}}), orjson.dumps(document)]
        if sum(map(len, lines)) > BODY_BYTES:
            yield _body(lines)
            lines = []
    if lines:
        yield _body(lines)


def _body(lines: list[bytes]) -> Body:
    return Body(b"".join(line + b"\n" for line in lines), len(lines) // 2)


def _deletions(token: str, gone: Iterable[tuple[str, str]]) -> Iterator[Body]:
    lines = [orjson.dumps({"delete": {"_id": document_id(token, *key)}}) for key in gone]
    if lines:
        yield Body(b"".join(line + b"\n" for line in lines), len(lines))


def tokens_there(store: Store) -> set[str]:
    """Tokens of all documents."""
    try:
        store.call("POST", f"/{reports_index(store)}/_refresh")
        found = {"size": 0, "aggs": {"sets": {"terms": {"field": "set", "size": MOST_SETS}}}}
        answer = store.call("POST", f"/{reports_index(store)}/_search", found)
    except Missing:
        return set()
    return {bucket["key"] for bucket in answer["aggregations"]["sets"]["buckets"]}


def drop_sets(store: Store, tokens: Iterable[str]) -> None:
    """Remove the documents and notes of sets."""
    wanted = list(tokens)
    if not wanted:
        return
    query = {"query": {"terms": {"set": wanted}}}
    path = f"/{reports_index(store)}/_delete_by_query"
    store.call("POST", path, query, seconds=600, conflicts="proceed", refresh=True, ignore_unavailable=True)
    Notes(store).drop(wanted)
