"""The collector's process: recover what a killed one left, open the store, serve until it is told to end.

One process: a group's fdatasync is shared by all its threads. It is none of Dash's, so that a slow chart never delays an answer to a shop.
"""

from __future__ import annotations

import hashlib
import logging
import signal
from pathlib import Path

from flask import Flask
from waitress.server import create_server

from ca_assets.collector.access import KeyRing
from ca_assets.collector.app import make_app
from ca_assets.collector.metrics import Metrics
from ca_assets.collector.privacy import Privacy
from ca_assets.collector.recovery import recover
from ca_assets.collector.settings import CollectorSettings, events_folder
from ca_assets.collector.writer import EventWriter
from ca_assets.settings.database import open_database
from ca_assets.settings.secrets import encryption_key

LOG = logging.getLogger(__name__)
LARGEST_REQUEST = 1_000_000  # bytes; the application refuses what is above a batch's limit, in words
CONNECTIONS, BACKLOG, IDLE_SECONDS = 1_000, 1_024, 60


def open_collector(settings: CollectorSettings, folder: Path) -> tuple[Flask, EventWriter]:
    """The application and its writer, which must be closed. Raises SettingsUnavailable, SecretError, OSError."""
    metrics = Metrics()
    for recovered in recover(folder):
        metrics.recovered_files.inc()
        metrics.torn_lines.inc(bool(recovered.torn_bytes))
        LOG.warning("closed %s, which a killed collector left; %d bytes of half a line put aside", recovered.path, recovered.torn_bytes)
    keys = KeyRing(open_database())
    secret = hashlib.sha256(b"events " + encryption_key().encode()).digest()
    writer = EventWriter(folder, settings, metrics)
    return make_app(keys, writer, Privacy(settings.dropped, settings.hashed, secret), metrics), writer


def serve(host: str, port: int) -> None:
    """Serve until SIGTERM or Ctrl-C; what was accepted is written before the process ends."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # that requests wait a moment for a thread is no news
    settings = CollectorSettings()
    app, writer = open_collector(settings, events_folder())
    signal.signal(signal.SIGTERM, _end)
    try:
        server = create_server(
            app,
            host=host,
            port=port,
            threads=settings.threads,
            connection_limit=CONNECTIONS,
            backlog=BACKLOG,
            channel_timeout=IDLE_SECONDS,
            max_request_body_size=LARGEST_REQUEST,
            asyncore_use_poll=True,
            clear_untrusted_proxy_headers=True,
            ident=None,
        )
        LOG.info("collecting events on http://%s:%d", host, port)
        server.run()  # ends by itself at SystemExit and KeyboardInterrupt
    finally:
        writer.close()


def _end(_number: int, _frame: object) -> None:
    raise SystemExit(0)
