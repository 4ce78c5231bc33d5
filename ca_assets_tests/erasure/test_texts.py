"""How an id is found in texts, and what is no id."""

from __future__ import annotations

import json

import pytest

from ca_assets.erasure.texts import Texts

TEXTS = Texts({"c1": "X", "ann@example.org": "Y", "17850": "Z", 'a"b é': "Q"})


@pytest.mark.parametrize(
    ("text", "erased"),
    [
        ("c1", "X"),
        ("of c1, and c12, ac1, C1", "of X, and c12, ac1, C1"),
        ("mail ann@example.org!", "mail Y!"),
        ("joann@example.org", "joann@example.org"),
        ("?client=ann%40example.org&x=1", "?client=Y&x=1"),
        ('s7,"a""b é",5', 's7,"Q",5'),
        ("17850", "Z"),
        ("17850 rows of client '17850'", "17850 rows of client 'Z'"),
        ("nothing", "nothing"),
    ],
)
def test_an_id_counts_where_it_stands_alone(text: str, erased: str) -> None:
    assert TEXTS.value(text) == erased
    assert TEXTS.is_in(text) is (text != erased)


def test_json_stays_json_and_numbers_stay() -> None:
    document = {"rows": 17850, "client": "17850", "of": ["c1", {"c1": 'a"b é'}], "text": json.dumps({"client": 'a"b é'})}
    erased = json.loads(TEXTS.text(json.dumps(document)))
    assert erased == {"rows": 17850, "client": "Z", "of": ["X", {"X": "Q"}], "text": json.dumps({"client": "Q"})}
    assert TEXTS.is_in(json.dumps(document)) and not TEXTS.is_in(json.dumps(erased))


def test_bytes_of_other_kinds_are_searched_whole() -> None:
    packed = b"\0\1bobann@example.orgeve"
    assert not TEXTS.is_in_bytes(packed) and TEXTS.is_anywhere_in(packed)
