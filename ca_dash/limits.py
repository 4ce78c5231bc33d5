"""A reader for each part of the shop that users are limited to: the same pages, of that part alone.

Belongs here: which reader a request gets, and what of a reader is different. What is refused is decided below it
(`ca_assets.index.limited`, `ca_assets.on_demand.limited`).
"""

from __future__ import annotations

import threading
from collections import OrderedDict

from ca_assets.index.limited import LimitedIndex, refusal
from ca_assets.index.protocol import Index, NotPublished
from ca_assets.index.search.hits import GRAM, Candidate, Hit, folded_query, hits_of, search_floor
from ca_assets.on_demand.limited import LimitedRanges
from ca_assets.on_demand.request import NotComputed, terms_request
from ca_assets.settings.access import Access
from ca_dash.reports import Ranges, Reader

KEPT_READERS = 32


class Readers:
    """The readers of an index, one per part of the shop; safe for threads."""

    def __init__(self, index: Index, ranges: Ranges | None = None) -> None:
        self._index = index
        self._ranges = ranges
        self._whole = Reader(index, ranges)
        self._limited: OrderedDict[tuple[str, ...], Reader] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, access: Access) -> Reader:
        """The reader for what may be seen."""
        if not access.is_limited:
            return self._whole
        with self._lock:
            reader = self._limited.get(access.scopes)
            if reader is None:
                reader = self._limited[access.scopes] = LimitedReader(LimitedIndex(self._index, access.scopes), self._ranges)
            self._limited.move_to_end(access.scopes)
            while len(self._limited) > KEPT_READERS:
                self._limited.popitem(last=False)
        return reader


class LimitedReader(Reader):
    """Reads some scopes. Its search knows the terms that occur there; what it reads from says no numbers of rows."""

    def __init__(self, index: LimitedIndex, ranges: Ranges | None) -> None:
        super().__init__(index, LimitedRanges(ranges, index) if ranges else None)
        self._limited_index = index
        self._terms: tuple[str, list[Candidate], float] | None = None

    def tables(self) -> dict[str, int]:
        """None: their numbers of rows are of the whole shop."""
        return {}

    def search(self, text: str, limit: int) -> list[Hit]:
        """Terms that a text finds among those of the scopes, with their orders there. Raises NotPublished."""
        query = folded_query(text)
        if not query:
            return []
        terms, floor = self._own_terms()
        grams = [query[place : place + GRAM] for place in range(len(query) - GRAM + 1)]
        near = (term for term in terms if term.text.startswith(query) or any(gram in term.text for gram in grams))
        return hits_of(query, near, limit=limit, floor=floor)

    def _own_terms(self) -> tuple[list[Candidate], float]:
        """The terms of the scopes, computed once per publication. Raises NotPublished."""
        shop, kept = self.shop(), self._terms
        if shop is None or shop.report_date is None or not shop.scopes:
            raise refusal(self._limited_index.scopes)
        if kept is None or kept[0] != shop.generation:
            if self._ranges is None:
                raise NotPublished("Nothing can be searched here: terms are computed, which is switched off (CA_RANGE_PROCESSES is 0).")
            terms: list[Candidate] = []
            for scope in shop.scopes:
                with self._limited_index.snapshot() as snapshot:
                    request = terms_request(snapshot, scope, shop.report_date)
                try:
                    rows = self._ranges.compute(request).tables["search_terms"]
                except NotComputed as error:
                    raise NotPublished(str(error)) from None
                terms += [Candidate(**row) for row in rows.to_pylist()]
            kept = self._terms = shop.generation, terms, search_floor(shop.meta)
        return kept[1], kept[2]
