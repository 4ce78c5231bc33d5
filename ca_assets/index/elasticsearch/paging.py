"""Pages of a table's rows from its physical indexes: sorted and cut by Elasticsearch (search_after), completed by DuckDB.

Documents that Elasticsearch cannot decide about (`queries.undecided`: very long texts) are left out of its own answer; they are read
whole, filtered and sorted by the same SQL as the embedded index's, and both are merged. There are few of them, as a rule none. The
lease keeps the indexes while pages of one snapshot are read; a later snapshot has those of its own state.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import pyarrow as pa

from ca_assets.index.elasticsearch.client import ElasticClient
from ca_assets.index.elasticsearch.manifest import Lease, TableState
from ca_assets.index.elasticsearch.queries import Query, matching, one_of, sort_and_after, undecided
from ca_assets.index.elasticsearch.rows import INDEXES_PER_REQUEST, search_many, stream_matching, to_batch
from ca_assets.index.paging import Page, PageRequest, is_text, page_of
from ca_assets.index.sql import Relation, count_rows, page_rows

UNDECIDED_HITS = 200  # these documents are large


@dataclass(frozen=True)
class PageReader:
    """Reads pages of one table of a leased state; `schema`: the table's columns and what else can be read of it."""

    client: ElasticClient
    lease: Lease
    table: TableState
    schema: pa.Schema

    def read(self, request: PageRequest) -> Page:
        """The page. Raises NotFound when an index is gone, IndexUnavailable."""
        special = undecided(request.conditions, request.order)
        rows, total = self._decided(request, special)
        if special:
            more_rows, more_total = self._undecided(request, special)
            if more_rows.num_rows:
                rows = _first(pa.concat_tables([rows, more_rows]), request)
            total += more_total
        return page_of(request, rows, total)

    def _decided(self, request: PageRequest, special: list[Query]) -> tuple[pa.Table, int]:
        """The page's rows (one more when there are more) and the number of all that meet the conditions; without the special ones."""
        body = {
            "query": {"bool": {"filter": matching(request.conditions), "must_not": special}},
            "size": request.limit + 1,
            "_source": list(request.read_columns),
            "track_total_hits": True,
            **sort_and_after(request.order, request.after),
        }
        read = self._schema_of(request.read_columns)
        rows, total = read.empty_table(), 0
        for start in range(0, len(self.table.parts), INDEXES_PER_REQUEST):
            indexes = [part.index for part in self.table.parts[start : start + INDEXES_PER_REQUEST]]
            answer = search_many(self.client, indexes, body)
            total += int(answer["total"]["value"])
            rows = pa.concat_tables([rows, pa.Table.from_batches([to_batch(answer["hits"], read)])])
        return rows if len(self.table.parts) <= INDEXES_PER_REQUEST else _first(rows, request), total

    def _undecided(self, request: PageRequest, special: list[Query]) -> tuple[pa.Table, int]:
        """As `_decided`, of the special rows alone."""
        others = [condition for condition in request.conditions if not is_text(condition.field.type)]
        query = {"bool": {"filter": [one_of(*special), *matching(others)]}}
        read = self._schema_of(dict.fromkeys([*request.read_columns, *(condition.field.name for condition in request.conditions)]))
        rows, total = self._schema_of(request.read_columns).empty_table(), 0
        for batch in stream_matching(self.client, self.lease, self.table, query, read, hits_per_request=UNDECIDED_HITS):
            relation = Relation(read, arrow=pa.Table.from_batches([batch]))
            total += count_rows(relation, request)
            rows = _first(pa.concat_tables([rows, page_rows(relation, request)]), request)
        return rows, total

    def _schema_of(self, columns: Iterable[str]) -> pa.Schema:
        return pa.schema([self.schema.field(name) for name in columns])


def _first(rows: pa.Table, request: PageRequest) -> pa.Table:
    """The first ones of rows that all meet the request."""
    return page_rows(Relation(rows.schema, arrow=rows), replace(request, conditions=(), after=None))
