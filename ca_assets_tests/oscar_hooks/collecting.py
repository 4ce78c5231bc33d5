"""A collector for tests: a small HTTP server that keeps what it gets, or is as bad as a test wants it."""

from __future__ import annotations

import base64
import gzip
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Collector(ThreadingHTTPServer):
    """Answers each batch with `status`; keeps the messages of those that it accepts, in order of arrival."""

    daemon_threads = True

    def __init__(self, status: int = 200) -> None:
        self.status, self.messages, self.keys, self.sizes = status, [], set(), []
        self.arrived = threading.Condition()
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}"

    def named(self, *names: str) -> list[dict[str, Any]]:
        """Track messages with these events."""
        return [message for message in self.messages if message.get("event") in names]


class Handler(BaseHTTPRequestHandler):
    """One request: a batch, plain or gzip."""

    protocol_version = "HTTP/1.1"
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        body = gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body
        batch = json.loads(body, parse_constant=lambda token: (_ for _ in ()).throw(ValueError(token)))["batch"]
        with self.server.arrived:
            self.server.keys.add(base64.b64decode(self.headers["Authorization"].removeprefix("Basic ")).decode())
            if self.server.status == 200:
                self.server.messages += batch
            self.server.arrived.notify_all()
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def collector(status: int = 200) -> Iterator[Collector]:
    """A collector that runs until the block ends."""
    server = Collector(status)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def black_hole() -> Iterator[str]:
    """A URL that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@contextmanager
def nobody() -> Iterator[str]:
    """A URL where nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
    yield url
