"""What requests are answered with, what is kept of them, and what is put aside."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from ca_assets.collector.settings import BATCH_BYTES, EVENT_BYTES
from ca_assets.settings.write_keys import WriteKeyError, add_write_key, list_write_keys, remove_write_key
from ca_assets_tests.collector.conftest import SHOP, Collector, track

PATHS = {
    **{"t": "track", "track": "track", "i": "identify", "identify": "identify", "p": "page", "page": "page", "s": "screen"},
    **{"screen": "screen", "g": "group", "group": "group", "a": "alias", "alias": "alias"},
}


@pytest.mark.parametrize("path", PATHS)
def test_each_path_says_the_type(collector: Collector, path: str) -> None:
    assert collector.send(f"/v1/{path}", {"userId": 7, "event": "A", "messageId": "m"}).status_code == 200
    (line,) = collector.lines()
    assert line["message"]["type"] == PATHS[path] and line["message"]["userId"] == 7


@pytest.mark.parametrize("path", ["batch", "b", "import"])
def test_a_batch_is_kept_in_order_with_its_envelope(collector: Collector, path: str) -> None:
    sent = {"batch": [track(str(n)) for n in range(5)], "sentAt": "2026-11-21T00:05:19Z"}
    assert collector.send(f"/v1/{path}", sent, User_Agent="analytics-python/2.4.0").status_code == 200
    lines = collector.lines()
    assert [line["message"]["event"] for line in lines] == list("01234")
    assert list(lines[0]) == ["received_at", "sent_at", "write_key", "user_agent", "message"]
    assert (lines[0]["sent_at"], lines[0]["write_key"], lines[0]["user_agent"]) == (
        *("2026-11-21T00:05:19Z", "shop", "analytics-python/2.4.0"),
    )
    assert collector.server_key not in json.dumps(lines)


def test_gzip_and_text_plain_are_understood(collector: Collector) -> None:
    packed = gzip.compress(json.dumps({"batch": [track()]}).encode())
    assert collector.send("/v1/batch", packed, Content_Encoding="gzip", Content_Type="application/json").status_code == 200
    assert collector.send("/v1/t", track(writeKey=collector.browser_key), key="", Content_Type="text/plain").status_code == 200
    assert [line["message"]["context"]["channel"] for line in collector.lines()] == ["server", "browser"]
    assert "writeKey" not in collector.lines()[1]["message"]


def test_one_bad_event_of_a_hundred_costs_no_other(collector: Collector) -> None:
    batch = [track(str(n)) for n in range(100)]
    batch[41] = {"type": "track", "userId": "u1", "properties": {"email": "ada@example.org"}}
    assert collector.send("/v1/batch", {"batch": batch}).status_code == 200
    assert len(collector.lines()) == 99
    (bad,) = collector.lines("bad")
    assert bad["reason"] == "incomplete: a track event needs its name in `event`" and bad["write_key"] == "shop"
    assert bad["message"]["properties"]["email"].startswith("hashed-")
    assert 'ca_collector_bad_events_total{key="shop",reason="incomplete"} 1.0' in collector.client.get("/metrics").text


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (5, "not_an_object"),
        ({"type": "track", "event": "A"}, "no_identity"),
        ({"type": "track", "event": "A", "userId": "", "anonymousId": None}, "no_identity"),
        ({"type": "sing", "userId": "u"}, "wrong_type"),
        ({"userId": "u"}, "wrong_type"),
        (track(properties=[1]), "wrong_type"),
        (track(event=7), "wrong_type"),
        (track(messageId="x" * 201), "wrong_type"),
        (track(" "), "incomplete"),
        (track(properties={"text": "x" * EVENT_BYTES}), "too_large"),
    ],
)
def test_a_bad_event_is_put_aside_with_its_reason(collector: Collector, event: Any, reason: str) -> None:
    assert collector.send("/v1/batch", {"batch": [event]}).status_code == 200
    assert collector.lines() == []
    (bad,) = collector.lines("bad")
    assert bad["reason"].startswith(f"{reason}: ")


def test_what_python_writes_as_json_is_salvaged(collector: Collector) -> None:
    body = b'{"batch": [{"type": "track", "userId": "u", "event": "A", "properties": {"price": NaN, "old": -Infinity, "big": 1e999}}]}'
    assert collector.send("/v1/batch", body).status_code == 200
    assert collector.lines()[0]["message"]["properties"] == {"price": None, "old": None, "big": None}


@pytest.mark.parametrize("broken", [b"\\ud83d", b"\xff", b"\\ud83d\\u0041"])
def test_broken_characters_cost_no_event(collector: Collector, broken: bytes) -> None:
    event = b'{"type": "track", "userId": "u", "event": "A", "properties": {"name": "a' + broken + b'b"}}'
    assert collector.send("/v1/batch", b'{"batch": [' + event + b"]}").status_code == 200
    assert collector.lines()[0]["message"]["properties"]["name"].startswith("a")


def test_a_message_without_id_gets_one_that_a_retry_has_too(collector: Collector) -> None:
    event = {"userId": "u", "event": "A", "timestamp": "2026-11-21T00:05:19Z"}
    for sent in (event, event, {**event, "event": "B"}, {"userId": "u", "event": "A"}, {"userId": "u", "event": "A"}):
        assert collector.send("/v1/track", sent).status_code == 200
    first, retry, other, *untimed = (line["message"]["messageId"] for line in collector.lines())
    assert first == retry and len({first, other, *untimed}) == 4


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{", {}, 400),
        (b"", {}, 400),
        (b"[]", {}, 400),
        (b'"text"', {}, 400),
        (b'{"events": []}', {}, 400),
        (b'{"batch": {}}', {}, 400),
        (b"[" * 100_000, {}, 400),
        (b"no gzip", {"Content_Encoding": "gzip"}, 400),
        (gzip.compress(b'{"batch": []}', mtime=0)[:-9], {"Content_Encoding": "gzip"}, 400),
        (b'{"batch": []}', {"Content_Encoding": "br"}, 400),
        (b'{"batch": ["' + b"x" * BATCH_BYTES + b'"]}', {}, 413),
        (gzip.compress(bytes(50_000_000)), {"Content_Encoding": "gzip"}, 413),
        (b'{"batch": [' + b",".join([b"{}"] * 2_501) + b"]}", {}, 413),
        (b'{"batch": []}', {}, 200),
    ],
)
def test_bodies_that_are_refused(collector: Collector, body: bytes, headers: dict[str, str], status: int) -> None:
    answer = collector.send("/v1/batch", body, **headers)
    assert answer.status_code == status and answer.json["success"] is (status == 200)
    assert collector.lines() == [] and collector.lines("bad") == []


def test_only_known_keys_may_send(collector: Collector) -> None:
    for key in ("", "wrong", collector.server_key[:-1]):
        assert collector.send("/v1/track", track(), key=key).status_code == 401
    assert collector.send("/v1/track", track(writeKey="wrong"), key="").status_code == 401
    bearer = collector.client.post("/v1/track", data=b"{}", headers={"Authorization": f"Bearer {collector.server_key}"})
    assert bearer.status_code == 401 and collector.lines() == []


def test_keys_are_kept_as_hashes_and_made_for_a_role(collector: Collector) -> None:
    stored = {key.name: key for key in list_write_keys(collector.database)}
    assert collector.server_key.startswith("server_") and collector.server_key not in stored["shop"].key_hash
    assert stored["web"].origins == SHOP
    for name, role, origins in (("shop", "server", []), ("a b", "server", []), ("x", "browser", []), ("x", "server", [SHOP])):
        with pytest.raises(WriteKeyError):
            add_write_key(collector.database, name, role, origins)
    for origin in ("shop.example.org", f"{SHOP}/path", "ftp://shop", "https://u:p@shop"):
        with pytest.raises(WriteKeyError, match="no address of a web site"):
            add_write_key(collector.database, "x", "browser", [origin])


def test_a_removed_key_is_refused_once_keys_are_read_again(collector: Collector) -> None:
    key = add_write_key(collector.database, "old", "server")
    assert collector.send("/v1/track", track(), key=key).status_code == 200
    remove_write_key(collector.database, "old")
    collector.keys.forget()
    assert collector.send("/v1/track", track(), key=key).status_code == 401
    with pytest.raises(WriteKeyError, match="no key 'old'"):
        remove_write_key(collector.database, "old")


def test_pages_of_known_sites_may_send_and_read_the_answer(collector: Collector) -> None:
    preflight = collector.client.options("/v1/t", headers={"Origin": SHOP, "Access-Control-Request-Headers": "authorization"})
    assert preflight.status_code == 204 and preflight.headers["Access-Control-Allow-Origin"] == SHOP
    assert "Authorization" in preflight.headers["Access-Control-Allow-Headers"]
    answer = collector.send("/v1/t", track(), key=collector.browser_key, Origin=SHOP)
    assert answer.status_code == 200 and answer.headers["Access-Control-Allow-Origin"] == SHOP
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_other_pages_and_servers_keys_in_pages_are_refused(collector: Collector) -> None:
    other = "https://other.example.org"
    assert "Access-Control-Allow-Origin" not in collector.client.options("/v1/t", headers={"Origin": other}).headers
    assert collector.send("/v1/t", track(), key=collector.browser_key, Origin=other).status_code == 403
    answer = collector.send("/v1/t", track(), key=collector.server_key, Origin=SHOP)
    assert answer.status_code == 403 and "must not be used in a page" in answer.json["message"]
    assert collector.lines() == []


def test_what_a_browser_claims_to_be_is_decided_by_its_key(collector: Collector) -> None:
    collector.send("/v1/t", track(context={"channel": "server", "locale": "de"}), key=collector.browser_key)
    assert collector.lines()[0]["message"]["context"] == {"channel": "browser", "locale": "de"}


def test_analytics_js_is_told_where_to_send(collector: Collector) -> None:
    answer = collector.client.get(f"/v1/projects/{collector.browser_key}/settings", headers={"Origin": SHOP})
    assert answer.json["integrations"]["Segment.io"] == {"apiKey": collector.browser_key, "apiHost": "localhost/v1", "protocol": "http"}
    assert collector.client.get("/v1/projects/wrong/settings").status_code == 401
    assert collector.client.post("/v1/m", data=b"{}").status_code == 200 and collector.lines() == []


def test_paths_that_do_not_exist_are_answered_without_a_page(collector: Collector) -> None:
    assert collector.client.get("/v1/track").status_code == 405
    assert collector.client.get("/").json == {"success": False, "message": "Not Found"}
