"""Requests as Segment's clients sent them: `@segment/analytics-node` 3.1.0 (a batch) and `@segment/analytics-next` 1.84.3 in Chromium.

Recorded from a visit of our own; keys and the page's address were replaced. The browser's: one event a request, and batched.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ca_assets_tests.collector.conftest import SHOP, Collector, basic

RECORDED = Path(__file__).parent / "recorded" / "node_and_browser.jsonl"


def sent(collector: Collector) -> list[dict[str, Any]]:
    """The requests with the keys of this collector."""
    keys = {"KEY_OF_SERVER": collector.server_key, "KEY_OF_BROWSER": collector.browser_key}
    text = RECORDED.read_text()
    for name, key in keys.items():
        text = text.replace(basic(name)["Authorization"], basic(key)["Authorization"]).replace(name, key)
    return [json.loads(line) for line in text.splitlines()]


def test_recorded_requests_of_node_and_browser_are_kept(collector: Collector) -> None:
    for request in sent(collector):
        answer = collector.client.open(request["path"], method=request["method"], headers=request["headers"], data=request["body"])
        assert answer.status_code in (200, 204), request["path"]
        if request["method"] == "OPTIONS":
            assert answer.headers["Access-Control-Allow-Origin"] == SHOP
    assert collector.lines("bad") == []
    kept = [(line["write_key"], line["message"]["type"]) for line in collector.lines()]
    assert kept[:4] == [("shop", "identify"), ("shop", "track"), ("shop", "page"), ("shop", "track")]
    assert sorted(kept[4:]) == [("web", "identify")] * 2 + [("web", "page")] * 2 + [("web", "track")] * 4
    ids = [line["message"]["messageId"] for line in collector.lines()]
    assert len(set(ids)) == 12 and "fixed-1" in ids
    assert {line["message"]["context"].get("campaign", {}).get("source") for line in collector.lines()[4:]} == {"news"}
    assert "a@b.co" not in json.dumps(collector.lines())
