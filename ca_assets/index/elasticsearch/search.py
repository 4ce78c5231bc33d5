"""Candidates of a search in Elasticsearch: per kind the terms that the text begins, and those that share most n-grams with it.

All are asked for in one request. Which of them are hits, and in which order, is decided by `search.hits`, as in the embedded store.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from typing import Any

from ca_assets.index.elasticsearch.client import NDJSON, ElasticClient
from ca_assets.index.elasticsearch.errors import error_from_response
from ca_assets.index.elasticsearch.manifest import TableState
from ca_assets.index.search.hits import CANDIDATES, GRAM, Candidate, Kind


def candidates(client: ElasticClient, terms: TableState, query: str, kinds: Collection[Kind], limit: int) -> Iterator[Candidate]:
    """Terms that the folded query may find. Raises NotFound, IndexUnavailable."""
    if not terms.parts:
        return
    bodies = [body for kind in kinds for body in _bodies(query, kind, limit)]
    header = json.dumps({"index": [part.index for part in terms.parts]})
    lines = "".join(f"{header}\n{json.dumps(body)}\n" for body in bodies)
    for answer in client.call("POST", "/_msearch", lines.encode(), content_type=NDJSON)["responses"]:
        if "error" in answer:
            raise error_from_response(client.display_url, answer["status"], answer)
        for hit in answer["hits"]["hits"]:
            yield Candidate(**{name: hit["_source"].get(name) for name in ("kind", "value", "label", "orders", "text")})


def _bodies(query: str, kind: Kind, limit: int) -> Iterator[dict[str, Any]]:
    """What is the query, what begins with it (both twice: a product may be found by id and by name), and what is like it."""
    of_kind = {"term": {"kind": kind}}
    for condition in ({"term": {"text": query}}, {"prefix": {"text": query}}):
        most_bought_first = [{"orders": "desc"}, {"text": "asc"}]
        yield {"size": 2 * limit, "query": {"bool": {"filter": [of_kind, condition]}}, "sort": most_bought_first}
    if len(query) >= GRAM:
        yield {"size": CANDIDATES, "query": {"bool": {"filter": [of_kind], "must": [{"match": {"text.grams": query}}]}}}
