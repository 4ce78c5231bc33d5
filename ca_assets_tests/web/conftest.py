"""Applications on made-up shops, a logged-in client, and a browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from dash import Dash
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from ca_assets.settings.database import open_database
from ca_assets.settings.process import ProcessSettings
from ca_assets.settings.users import add_user
from ca_assets.storage.embedded import EmbeddedIndex
from ca_assets.storage.lake import Lake
from ca_assets_tests.web import made_up
from ca_dash.app import create_app

PASSWORD = "correct horse battery"
META: dict[str, Any] = {"shop": "Blue Kettle", "currency": "EUR", "calendar": {"timezone": "Europe/Berlin", "week_start": "monday"}}
SCOPES = {"all": 1.0, "country=DE": 0.5, "country=FR": 0.3, "country=__none__": 0.2, "device=phone": 0.6, "device=desktop": 0.4}
HOSTILE = "<script>window.hacked=1</script><img src=x onerror=window.hacked=1>"


def make_app(home: Path, *, with_user: bool = True, proxy_hops: int = 0) -> tuple[Dash, EmbeddedIndex]:
    """An application on an empty index in a folder."""
    settings = ProcessSettings(home=home, proxy_hops=proxy_hops)
    database = open_database(settings)
    if with_user:
        add_user(database, "ada", PASSWORD, "admin")
    index = EmbeddedIndex(settings.index_file, Lake(settings.lake_root))
    return create_app(index=index, database=database, settings=settings, secret_key="a key for tests only"), index


def publish(index: EmbeddedIndex, scopes: dict[str, float], meta: dict[str, Any] = META, **options: Any) -> None:
    """Publish a made-up shop."""
    for reports in made_up.report_sets(scopes, **options):
        index.stage_reports("g1", reports)
    index.switch("g1", meta)


@pytest.fixture(scope="session")
def shop_app(tmp_path_factory: pytest.TempPathFactory) -> Dash:
    app, index = make_app(tmp_path_factory.mktemp("shop"))
    publish(index, SCOPES)
    return app


@pytest.fixture(scope="session")
def empty_app(tmp_path_factory: pytest.TempPathFactory) -> Dash:
    return make_app(tmp_path_factory.mktemp("empty"))[0]


@pytest.fixture(scope="session")
def hostile_app(tmp_path_factory: pytest.TempPathFactory) -> Dash:
    """Scripts as shop name and dimension values, and two currencies."""
    app, index = make_app(tmp_path_factory.mktemp("hostile"))
    scopes = {"all": 1.0, f"country={HOSTILE}": 0.5, "country==1+1": 0.1, "currency=EUR": 0.6, "currency=USD": 0.4}
    publish(index, scopes, META | {"shop": HOSTILE}, money=lambda scope: scope.startswith("currency"))
    return app


@pytest.fixture
def client(shop_app: Dash) -> FlaskClient:
    return logged_in(shop_app)


def logged_in(app: Dash, name: str = "ada") -> FlaskClient:
    client = app.server.test_client()
    page = client.get("/login").get_data(as_text=True)
    answer = client.post("/login", data={"name": name, "password": PASSWORD, "csrf": csrf_of(page)})
    assert answer.status_code == 302
    return client


def csrf_of(page: str) -> str:
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
