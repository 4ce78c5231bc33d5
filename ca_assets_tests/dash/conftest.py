"""Applications on sample shops, a logged-in client, and a browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from dash import Dash
from flask.testing import FlaskClient
from playwright.sync_api import Browser

from ca_assets_tests.dash.applications import META, logged_in, make_app, publish, serve
from ca_assets_tests.dash.browsing import HOSTILE, chromium

SCOPES = {"all": 1.0, "country=DE": 0.5, "country=FR": 0.3, "country=__none__": 0.2, "device=phone": 0.6, "device=desktop": 0.4}


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


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    yield from chromium()


@pytest.fixture(scope="module")
def shop_url(shop_app: Dash) -> Iterator[str]:
    yield from serve(shop_app)


@pytest.fixture(scope="module")
def empty_url(empty_app: Dash) -> Iterator[str]:
    yield from serve(empty_app)


@pytest.fixture(scope="module")
def hostile_url(hostile_app: Dash) -> Iterator[str]:
    yield from serve(hostile_app)
