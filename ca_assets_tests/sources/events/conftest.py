"""Building tables of lines of events in a folder of one's own."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from ca_assets.sources.events.build import BuildRules
from ca_assets.sources.events.names import code_of
from ca_assets.sources.events.parse import ParseRules
from ca_assets.sources.events.store import Built, EventFile, EventStore

ACTIONS = ("Product Viewed", "Product Added", "Coupon Applied", "Checkout Started", "Payment Info Entered")
CAMPAIGN = "context.campaign.source"
Table = list[dict[str, Any]]


class Shop:
    """A folder of files of events and what is built of them."""

    def __init__(self, folder: Path, **rules: Any) -> None:
        self.folder, self._files = folder, folder / "events"
        self._files.mkdir()
        self.parsing = ParseRules("key of the tests", (CAMPAIGN,), **{key: rules[key] for key in rules if key.endswith("_keys")})
        self.building = BuildRules(rules.get("gap_seconds", 1800), (CAMPAIGN,), tuple((name, code_of(name)) for name in ACTIONS))
        self.built: Built | None = None

    def write(self, name: str, lines: Iterable[str] | str) -> None:
        """A file of lines (or a text as it is), written long ago."""
        text = lines if isinstance(lines, str) else "".join(f"{line}\n" for line in lines)
        path = self._files / name
        path.write_text(text, encoding="utf-8")
        os.utime(path, (1_700_000_000, 1_700_000_000))

    def remove(self, name: str) -> None:
        """A file is there no more."""
        (self._files / name).unlink()

    def build(self, store: str = "store") -> dict[str, int]:
        """Build what the files hold; counts of events."""
        files = [EventFile.of(path, path.name) for path in sorted(self._files.iterdir())]
        self.built = EventStore(self.folder / store, self.folder / "scratch", "sessions").update(files, self.parsing, self.building)
        return self.built.counts

    def table(self, name: str) -> Table:
        """Rows of a table that was built last, sorted."""
        assert self.built is not None
        rows: Table = (
            pq.read_table(self.built.folder / f"{name}.parquet").drop_columns(["_device"] if name != "rejects" else []).to_pylist()
        )
        return sorted(rows, key=repr)

    def tables(self) -> dict[str, Table]:
        """All of them."""
        return {name: self.table(name) for name in ("sessions", "customers", "baskets", "product_activity")}

    def sessions(self, *columns: str) -> list[tuple[Any, ...]]:
        """Columns of the sessions in order of their beginning."""
        rows = sorted(self.table("sessions"), key=lambda row: (row["session_start_date"], row["id"]))
        return [tuple(row[column] for column in columns) for row in rows]

    def reasons(self) -> list[tuple[int, str, str]]:
        """Line, reason and message of what was left out."""
        return [(row["line"], row["reason"], row["message"]) for row in self.table("rejects")]


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """A shop without any event yet."""
    return Shop(tmp_path)


@pytest.fixture
def shop_of(tmp_path: Path) -> Callable[..., Shop]:
    """A shop with rules of its own (gap_seconds, server_keys, browser_keys)."""
    return lambda **rules: Shop(tmp_path, **rules)


def event(name: str, at: str = "2026-03-01T10:00:00Z", /, **more: Any) -> str:
    """A line of the collector: a browser's event of the device `d`, which arrived at once.

    `more`: `properties` by name; of the envelope `received_at`, `sent_at`, `write_key`, `user_agent`; all others are the message's own.
    """
    envelope = {key: more.pop(key) for key in ("received_at", "sent_at", "write_key", "user_agent") if key in more}
    own = {key: more.pop(key) for key in ("anonymousId", "userId", "messageId", "type", "context", "traits", "timestamp") if key in more}
    message = {"type": "track", "event": name, "anonymousId": "d", "timestamp": at, **own, "properties": more}
    message.setdefault("messageId", f"{name} {at} {sorted(own.items())} {sorted(more.items())}")
    return json.dumps({"received_at": at, "sent_at": at, "write_key": "web", "user_agent": "Mozilla/5.0", **envelope, "message": message})


def by_server(name: str, at: str = "2026-03-01T10:00:00Z", /, **more: Any) -> str:
    """The same of a server."""
    return event(name, at, **{"context": {"library": {"name": "analytics-python"}}, "messageId": f"server {name} {at} {more}", **more})
