"""A collector in this process (Flask's test client) and what it kept."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ca_assets.collector.access import KeyRing
from ca_assets.collector.app import make_app
from ca_assets.collector.metrics import Metrics
from ca_assets.collector.privacy import Privacy
from ca_assets.collector.settings import CollectorSettings
from ca_assets.collector.writer import EventWriter
from ca_assets.settings.database import Database, open_database
from ca_assets.settings.process import ProcessSettings
from ca_assets.settings.write_keys import add_write_key

SHOP = "https://shop.example.org"


@dataclass(frozen=True)
class Keys:
    """A settings database with two keys."""

    database: Database
    server: str
    browser: str


@dataclass
class Collector:
    """The application, its keys and its store."""

    client: FlaskClient
    keys: KeyRing
    writer: EventWriter
    folder: Path
    database: Database
    server_key: str
    browser_key: str

    def send(self, path: str, body: Any, *, key: str | None = None, **headers: str) -> TestResponse:
        """Post a body (bytes as they are, else as JSON), as a server unless a key is given ("": none)."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()} | basic(self.server_key if key is None else key)
        return self.client.post(path, data=data, headers=named)

    def lines(self, part: str = "raw") -> list[dict[str, Any]]:
        """All lines that are kept, in order of arrival."""
        return lines_of(self.folder, part)


def basic(key: str) -> dict[str, str]:
    """The header of Basic authentication."""
    return {"Authorization": f"Basic {base64.b64encode(f'{key}:'.encode()).decode()}"} if key else {}


def lines_of(folder: Path, part: str = "raw") -> list[dict[str, Any]]:
    """Lines of all files below a part of a store."""
    return [json.loads(line) for file in sorted((folder / part).glob("*/*.jsonl")) for line in file.read_text().splitlines()]


def track(event: str = "Product Viewed", **fields: Any) -> dict[str, Any]:
    """An event that has what it needs."""
    return {"type": "track", "userId": "u1", "event": event, "messageId": f"m-{event}"} | fields


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    """A server's key `shop` and a browser's key `web`."""
    database = open_database(ProcessSettings(home=tmp_path_factory.mktemp("keys")))
    return Keys(database, add_write_key(database, "shop", "server"), add_write_key(database, "web", "browser", [SHOP]))


@pytest.fixture
def collector(tmp_path: Path, keys: Keys) -> Iterator[Collector]:
    metrics, settings, folder = Metrics(), CollectorSettings(min_free_mb=0), tmp_path / "events"
    writer = EventWriter(folder, settings, metrics)
    ring = KeyRing(keys.database)
    app = make_app(ring, writer, Privacy(settings.dropped, settings.hashed, b"key"), metrics)
    yield Collector(app.test_client(), ring, writer, folder, keys.database, keys.server, keys.browser)
    writer.close()
