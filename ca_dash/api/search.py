"""Search over the API: products, clients, promotions and dimension values that a text finds."""

from __future__ import annotations

from dataclasses import asdict

from flask import Response

from ca_assets.index.protocol import Snapshot
from ca_assets.index.search.hits import KINDS, LONGEST_QUERY
from ca_dash.api.answers import etag_of, is_known, json_answer, not_modified
from ca_dash.api.arguments import Arguments, number_of, require_known, text_of
from ca_dash.api.problems import Problem

PARAMETERS = ("q", "kind", "limit")
DEFAULT_HITS, MOST_HITS = 10, 100


def search(snapshot: Snapshot, arguments: Arguments) -> Response:
    """Terms that a text finds, at most `limit` of each kind."""
    require_known(arguments, PARAMETERS)
    text, limit = text_of(arguments, "q", ""), number_of(arguments, "limit", DEFAULT_HITS, MOST_HITS)
    kinds = [kind for kind in KINDS if kind in arguments.getlist("kind")] or list(KINDS)
    if not text.strip() or len(text) > LONGEST_QUERY:
        raise Problem(400, f"the parameter q is a text of 1 to {LONGEST_QUERY} characters")
    if set(arguments.getlist("kind")) - set(KINDS):
        raise Problem(400, f"the parameter kind is one of {', '.join(KINDS)}")
    etag = etag_of(snapshot.generation)
    if is_known(etag):
        return not_modified(etag)
    return json_answer({"hits": [asdict(hit) for hit in snapshot.search(text, kinds=kinds, limit=limit)]}, etag)
