"""Finished reports as small pieces for a store: one per type and scope, sorted by key, as Arrow IPC with a content hash.

Belongs here: what all stores share of reports. Where pieces are stored: `embedded`, `elasticsearch`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ca_assets.analyses.core.family import catalogue
from ca_assets.analyses.core.report import ReportSet

SCOPE = "scope"
NO_REPORT_DATE = dt.date.min
"""Report date of reports made before any day was complete (they have no rows; their meta says why)."""
_OPTIONS = pa.ipc.IpcWriteOptions(compression="zstd")


@dataclass(frozen=True)
class Piece:
    """One report of one scope: its bytes and their hash."""

    type: str
    scope: str
    version: str
    data: bytes


def published_date(reports: ReportSet) -> dt.date:
    """The report date that a set is published under."""
    return reports.report_date or NO_REPORT_DATE


def pieces(reports: ReportSet) -> list[Piece]:
    """All reports of a set: one piece for each type and each scope that exists, also without rows."""
    return [piece for type_, table in reports.tables.items() for piece in _pieces_of_type(reports, type_, table)]


def _pieces_of_type(reports: ReportSet, type_: str, table: pa.Table) -> Iterator[Piece]:
    table = _sorted(table, _key(reports.name, type_, table)).combine_chunks()
    slices = dict(_scope_slices(table.column(SCOPE)))
    unknown = slices.keys() - set(reports.scopes)
    if unknown:
        raise ValueError(f"{reports.name}/{type_} has rows of {sorted(map(str, unknown))[:3]}, which are not among the set's scopes")
    data = table.drop_columns([SCOPE])
    for scope in reports.scopes:
        start, length = slices.get(scope, (0, 0))
        packed = pack(data.slice(start, length))
        yield Piece(type_, scope, hashlib.blake2b(packed, digest_size=16).hexdigest(), packed)


def _key(name: str, type_: str, table: pa.Table) -> list[str]:
    """The contract's key; all columns for a report that no contract states."""
    spec = catalogue().get(f"{name}/{type_.partition('@')[0]}")
    names = spec.key if spec else table.column_names
    return [column for column in names if column != SCOPE and column in table.column_names]


def _sorted(table: pa.Table, key: list[str]) -> pa.Table:
    """By scope, then key. Texts are sorted by the rank of their distinct values: a report has few of them and many rows."""
    keys = {name: _rank(table.column(name)) for name in [SCOPE, *key]}
    return table.take(pc.sort_indices(pa.table(keys), sort_keys=[(name, "ascending") for name in keys]))


def _rank(column: pa.ChunkedArray) -> pa.ChunkedArray | pa.Array:
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return column
    coded = column.dictionary_encode().combine_chunks()
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.chunk(0) if coded.num_chunks else pa.DictionaryArray.from_arrays(pa.array([], pa.int32()), pa.array([], column.type))
    ranks = pc.rank(coded.dictionary, sort_keys="ascending", tiebreaker="dense")
    return ranks.take(coded.indices)


def _scope_slices(scope: pa.ChunkedArray) -> Iterator[tuple[Any, tuple[int, int]]]:
    """(scope, (start, length)) of a sorted column."""
    runs = pc.run_end_encode(scope.combine_chunks() if isinstance(scope, pa.ChunkedArray) else scope)
    for run in runs.chunks if isinstance(runs, pa.ChunkedArray) else [runs]:
        start = 0
        for value, end in zip(run.values.to_pylist(), run.run_ends.to_pylist(), strict=True):
            yield value, (start, end - start)
            start = end


def pack(table: pa.Table) -> bytes:
    """Rows and schema as one Arrow IPC stream (zstd); equal tables give equal bytes."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema.remove_metadata(), options=_OPTIONS) as writer:
        writer.write_table(table.replace_schema_metadata(None))
    return bytes(sink.getvalue().to_pybytes())


def unpack(data: bytes) -> pa.Table:
    """The table of `pack`."""
    return pa.ipc.open_stream(data).read_all()


def sorted_scopes(scopes: Iterable[str], meta: Mapping[str, Any]) -> list[str]:
    """Distinct scopes: `all`, then by dimension in mapped order (`dimensions` of a generation's meta), within one as they were listed."""
    distinct = list(dict.fromkeys(scopes))
    mapped = list(meta.get("dimensions", ()))
    dimension = {scope: scope.partition("=")[0] for scope in distinct}
    order = [*mapped, *dict.fromkeys(name for name in dimension.values() if name not in mapped)]
    return sorted(distinct, key=lambda scope: -1 if scope == "all" else order.index(dimension[scope]))


def meta_text(meta: dict[str, Any]) -> str:
    """A set's meta as JSON with a stable order."""
    return json.dumps(meta, sort_keys=True, default=str)


def meta_hash(text: str) -> str:
    """Hash of a meta without its run id: a run that changes nothing changes no version."""
    stable = json.dumps({name: value for name, value in json.loads(text).items() if name != "run_id"}, sort_keys=True)
    return hashlib.blake2b(stable.encode(), digest_size=16).hexdigest()
