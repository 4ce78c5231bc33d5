"""How texts are folded, what is similar, and the one order of hits; by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ca_assets.analyses.search_terms.folding import fold
from ca_assets.index.search.hits import LONGEST_QUERY, Candidate, Hit, folded_query, hits_of


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Grüner  TEE", "gruner tee"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("ﬁn", "fin"),
        ("ＡＢＣ１２", "abc12"),
        ("İzmir", "izmir"),
        ("Ångström", "angstrom"),
        ("שָׁלוֹם", "שלום"),
        ("\u0301", "\u0301"),
        ("  ", "  "),
        ("a\u00a0b", "a b"),
        ("☕\ufe0f", "☕\ufe0f"),
    ],
)
def test_case_accents_and_width_are_folded(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text(max_size=30))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def term(value: str, orders: int = 1, kind: str = "product", text: str | None = None, label: str | None = None) -> Candidate:
    return Candidate(kind, value, label, orders, fold(value) if text is None else text)  # type: ignore[arg-type]


def found(query: str, *terms: Candidate, limit: int = 10) -> list[Hit]:
    return hits_of(folded_query(query), terms, limit=limit, floor=0.4)


def test_exact_then_prefix_then_similarity_then_orders() -> None:
    terms = [term("tee"), term("teekanne", 5), term("teebeutel", 9), term("tea", 90), term("tse", 3), term("xyz", 99)]
    hits = found("TEE", *terms)
    assert [(hit.value, hit.match, round(hit.similarity, 4)) for hit in hits] == [
        ("tee", "exact", 1.0),
        ("teebeutel", "prefix", 1.0),
        ("teekanne", "prefix", 1.0),
        ("tea", "similar", 0.6667),
        ("tse", "similar", 0.6667),
    ]


def test_a_swap_is_one_edit() -> None:
    assert found("etste", term("teste"))[0].similarity == pytest.approx(1 - 1 / 5)
    assert found("etset", term("teste"))[0].similarity == pytest.approx(1 - 2 / 5)


def test_a_word_of_the_text_counts_nine_tenths() -> None:
    (hit,) = found("assam", term("black assam tea"))
    assert (hit.match, hit.similarity) == ("similar", pytest.approx(0.9))
    assert found("ass", term("black-assam_tea"))[0].similarity == pytest.approx(0.9), "it begins a word"
    assert found("asam", term("black-assam_tea"))[0].similarity == pytest.approx(0.9 * 4 / 5)


def test_below_the_floor_is_a_guess() -> None:
    assert [hit.below_floor for hit in found("abcdefghij", term("abxxxxxxxx"), term("abcdexxxxx"))] == [False, True]


def test_of_a_product_found_twice_the_better_match_stays() -> None:
    by_id, by_name = term("4711", 3, label="Water"), term("4711", 3, text="water", label="Water")
    assert [hit.match for hit in found("water", by_id, by_name)] == ["exact"]
    assert len(found("w", by_id, by_name)) == 1


def test_the_limit_is_per_kind() -> None:
    terms = [term(f"ab{i}", i) for i in range(5)] + [term(f"ab{i}", i, "client") for i in range(5)]
    hits = found("ab", *terms, limit=2)
    assert [(hit.kind, hit.value) for hit in hits] == [("client", "ab4"), ("product", "ab4"), ("client", "ab3"), ("product", "ab3")]


def test_a_very_long_text_is_cut() -> None:
    assert len(folded_query("x" * 10_000)) == LONGEST_QUERY
    assert folded_query(" \n ") == ""
