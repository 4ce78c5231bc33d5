"""Applications on sample shops: made, published, logged in to, served."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dash import Dash
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from ca_assets.index.embedded.index import EmbeddedIndex
from ca_assets.index.protocol import Index
from ca_assets.lake.lake import Lake
from ca_assets.settings.database import open_database
from ca_assets.settings.process import ProcessSettings
from ca_assets.settings.users import add_user
from ca_assets_tests.dash import sample_reports
from ca_dash.app.factory import create_app
from ca_dash.app.site import find_site
from ca_dash.app.views import Views
from ca_dash.reports import Reader

PASSWORD = "correct horse battery"
META: dict[str, Any] = {"shop": "Blue Kettle", "currency": "EUR", "calendar": {"timezone": "Europe/Berlin", "week_start": "monday"}}
SITE = find_site()


def make_app(home: Path, *, with_user: bool = True, proxy_hops: int = 0) -> tuple[Dash, EmbeddedIndex]:
    """An application on an empty index in a folder."""
    settings = ProcessSettings(home=home, proxy_hops=proxy_hops)
    database = open_database(settings)
    if with_user:
        add_user(database, "ada", PASSWORD, "admin")
    index = EmbeddedIndex(settings.index_file, Lake(settings.lake_root))
    return create_app(index=index, database=database, settings=settings, secret_key="a key for tests only"), index


def publish(index: Index, scopes: dict[str, float], meta: dict[str, Any] = META, **options: Any) -> None:
    """Publish a sample shop."""
    for reports in sample_reports.report_sets(scopes, **options):
        index.stage_reports("g1", reports)
    index.switch("g1", meta)


def views_of(index: Index) -> Views:
    """What the application's pages show of an index."""
    return Views(Reader(index), SITE)


def logged_in(app: Dash, name: str = "ada") -> FlaskClient:
    """A client that has logged in."""
    client = app.server.test_client()
    page = client.get("/login").get_data(as_text=True)
    answer = client.post("/login", data={"name": name, "password": PASSWORD, "csrf": csrf_of(page)})
    assert answer.status_code == 302
    return client


def csrf_of(page: str) -> str:
    """The token in a form."""
    return page.split('name="csrf" value="')[1].split('"', maxsplit=1)[0]


def serve(app: Dash) -> Iterator[str]:
    """The application on a free port in a thread."""
    server = make_server("127.0.0.1", 0, app.server, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
