"""What is left of an event: no names, addresses and query strings, and the same hash for the same address."""

from __future__ import annotations

from typing import Any

import pytest

from ca_assets.collector.privacy import Privacy, clean_url
from ca_assets.collector.settings import DROPPED, HASHED, CollectorSettings

RULES = Privacy(DROPPED, HASHED, b"key")


def test_personal_traits_go_and_products_keep_their_names() -> None:
    message = {
        "type": "identify",
        "traits": {"email": "Ada@Example.org ", "name": "Ada", "firstName": "Ada", "phone": "1", "createdAt": "2026-01-02", "plan": "pro"},
        "context": {"ip": "1.2.3.4", "traits": {"user_name": "ada"}, "locale": "de", "location": {"latitude": 1.5, "country": "DE"}},
        "properties": {"name": "Green tea", "Shipping-Address": {"street": "x"}, "products": [{"name": "Tea", "E-Mail": "x@y.de"}]},
    }
    assert RULES.clean(message) == {
        "type": "identify",
        "traits": {"email": RULES.hashed("ada@example.org"), "createdAt": "2026-01-02", "plan": "pro"},
        "context": {"traits": {}, "locale": "de", "location": {"country": "DE"}},
        "properties": {"name": "Green tea", "products": [{"name": "Tea", "E-Mail": RULES.hashed("x@y.de")}]},
    }
    assert message["context"]["ip"] == "1.2.3.4"


def test_an_address_as_id_is_hashed_and_still_joins() -> None:
    cleaned = RULES.clean({"userId": "ada@example.org", "properties": {"who": "ADA@example.org", "price": "3 @ 5"}})
    assert cleaned["userId"] == cleaned["properties"]["who"] == RULES.hashed("ada@example.org")
    assert cleaned["properties"]["price"] == "3 @ 5"
    assert RULES.hashed("a") != Privacy((), (), b"other").hashed("a")
    assert RULES.clean_text('{"mail": "ada@example.org"') == f'{{"mail": "{RULES.hashed("ada@example.org")}"'


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://shop.example.org/p/1", "https://shop.example.org/p/1"),
        ("https://shop/p?utm_source=news&token=1&utm_campaign=may#top", "https://shop/p?utm_source=news&utm_campaign=may"),
        ("https://u:p@shop/p?q=ada@example.org", "https://shop/p"),
        ("https://shop/p?utm_term=ada%40example.org", "https://shop/p"),
        ("https://shop/a@b/c", "https://shop/a@b/c"),
        ("/p/1?session=2", "/p/1"),
    ],
)
def test_addresses_keep_their_campaign_only(url: str, kept: str) -> None:
    assert clean_url(url) == kept
    assert RULES.clean({"properties": {"anything": url}}) == {"properties": {"anything": kept}}


@pytest.mark.parametrize(("search", "kept"), [("?utm_source=g&a=1", "?utm_source=g"), ("?a=1", ""), ("", ""), (None, "")])
def test_the_query_string_beside_the_address_is_cut_too(search: Any, kept: str) -> None:
    assert RULES.clean({"context": {"page": {"search": search}}})["context"]["page"]["search"] == kept


def test_a_text_that_mentions_an_address_stays() -> None:
    text = {"properties": {"query": "tea? see https://tea.org?x=1", "review_body": "good/bad?"}}
    assert RULES.clean(text) == text


def test_lists_are_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CA_COLLECTOR_DROPPED", "email, traits.size")
    monkeypatch.setenv("CA_COLLECTOR_HASHED", "")
    settings = CollectorSettings()
    rules = Privacy(settings.dropped, settings.hashed, b"key")
    assert rules.clean({"traits": {"email": "x", "size": 1, "phone": "2"}, "size": 1}) == {"traits": {"phone": "2"}, "size": 1}


def test_names_that_are_remembered_do_not_grow_for_ever() -> None:
    rules = Privacy(DROPPED, HASHED, b"key")
    for n in range(10_000):
        rules.clean({f"name{n}": n, "x" * (n % 100 + 60): n})
    assert max(map(len, rules._rules)) <= 4_096
