"""From candidates to hits (docs/contract, section 16): how a term matches, how similar it is, and the one order of all hits.

Both stores give candidates, which may be too many and in any order; what readers see is decided here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from rapidfuzz.distance import OSA

from ca_assets.analyses.search_terms.folding import fold

Kind = Literal["product", "client", "promotion", "dimension"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Match = Literal["exact", "prefix", "similar"]
MATCHES: tuple[Match, ...] = get_args(Match)
LONGEST_QUERY = 200  # characters; more is cut
GRAM = 3  # letters of an n-gram; shorter queries find what they begin
CANDIDATES = 300  # of a kind, by shared n-grams, whose edit distance is looked at
FLOOR = 0.4  # of publications from before the setting
WORD = re.compile(r"[^\W_]+")
WORD_WEIGHT = 0.9  # of a word of the text beside the whole text


@dataclass(frozen=True)
class Candidate:
    """A term that may match: the columns of `search_terms`."""

    kind: Kind
    value: str
    label: str | None
    orders: int
    text: str


@dataclass(frozen=True)
class Hit:
    """A term that matches. `similarity` is 1 of an exact match and of a prefix; `below_floor`: only for "did you mean"."""

    kind: Kind
    value: str
    label: str | None
    match: Match
    similarity: float
    orders: int
    below_floor: bool


def hits_of(query: str, candidates: Iterable[Candidate], *, limit: int, floor: float) -> list[Hit]:
    """At most `limit` hits of each kind: exact, then prefix, then by similarity, orders, text. `query` is folded.

    Similarity is 1 − edit distance (optimal string alignment: insertion, deletion, substitution, swap) / length of the longer text; that of
    a word of the text, or 1 where the query begins it, counts nine tenths.
    """
    ranked = sorted(_ranked(query, candidates), key=lambda pair: pair[0])
    hits: dict[tuple[str, str], Hit] = {}
    counts = dict.fromkeys(KINDS, 0)
    for (place, dissimilarity, *_), found in ranked:
        key = (found.kind, found.value)
        if key not in hits and counts[found.kind] < limit:
            counts[found.kind] += 1
            similarity = 1 - dissimilarity
            hits[key] = Hit(found.kind, found.value, found.label, MATCHES[place], similarity, found.orders, similarity < floor)
    return list(hits.values())


def folded_query(text: str) -> str:
    """What is compared with the terms' texts; empty when nothing was asked."""
    return fold(text[:LONGEST_QUERY]).strip()


def search_floor(meta: Mapping[str, Any]) -> float:
    """The similarity below which a hit is a guess, from a publication's meta."""
    return float((meta.get("settings") or {}).get("search_floor", FLOOR))


Rank = tuple[int, float, int, str, str, str]


def _ranked(query: str, candidates: Iterable[Candidate]) -> Iterable[tuple[Rank, Candidate]]:
    """Those that are similar at all, with what they are sorted by."""
    for found in candidates:
        place, similarity = _match(query, found.text)
        if similarity > 0:
            yield (place, 1 - similarity, -found.orders, found.text, found.kind, found.value), found


def _match(query: str, text: str) -> tuple[int, float]:
    """Place in MATCHES, and the similarity."""
    if text.startswith(query):
        return int(text != query), 1.0
    best = max((1.0 if word.startswith(query) else OSA.normalized_similarity(query, word) for word in WORD.findall(text)), default=0.0)
    return 2, max(OSA.normalized_similarity(query, text), WORD_WEIGHT * best)
