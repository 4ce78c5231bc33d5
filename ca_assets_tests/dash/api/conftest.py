"""A full shop, loaded and published, and callers of its API."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ca_assets.index.elasticsearch.client import ElasticClient
from ca_assets.index.open import open_index
from ca_assets.settings.database import Database, open_database
from ca_assets.settings.process import ProcessSettings
from ca_assets.settings.tokens import SCOPES, add_token
from ca_assets.settings.users import add_user
from ca_assets_tests.dash.applications import PASSWORD
from ca_assets_tests.pipeline import Loaded, export_lake, load_and_export
from ca_assets_tests.shops.full_shop import full_shop
from ca_dash.app.factory import create_app

FAMILIES = ("stats", "products", "rfm_segments", "search_terms")


@dataclass(frozen=True)
class Shop:
    """An installation, where its shop.yaml is, and what was loaded."""

    settings: ProcessSettings
    database: Database
    shop_yaml: Path
    loaded: Loaded

    def api(self, scopes: Collection[str] = SCOPES, owner: str = "ada", **settings: Any) -> Api:
        """A caller with a token of a user."""
        own = self.settings.model_copy(update=settings)
        app = create_app(index=open_index(own), database=self.database, settings=own, secret_key="a key for tests only")
        return Api(app.server.test_client(), add_token(self.database, owner, "test", scopes)[1])


@dataclass(frozen=True)
class Api:
    """A program that calls the API."""

    client: FlaskClient
    token: str = field(repr=False)

    def get(self, path: str, headers: dict[str, str] | None = None, **query: Any) -> TestResponse:
        """The answer to a request."""
        bearer = {"Authorization": f"Bearer {self.token}"}
        return self.client.get(f"/api/v1{path}", query_string=query, headers={**bearer, **(headers or {})})

    def json(self, path: str, **query: Any) -> Any:
        """The value that a request gives."""
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_json()


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    root = tmp_path_factory.mktemp("api")
    settings = ProcessSettings(home=root / "home", range_processes=0, api_burst=10_000)
    shop_yaml = full_shop().write(root / "shop")
    loaded = load_and_export(shop_yaml, settings.home, names=FAMILIES)
    database = open_database(settings)
    add_user(database, "ada", PASSWORD, "viewer")
    return Shop(settings, database, shop_yaml, loaded)


@pytest.fixture(scope="session")
def api(shop: Shop) -> Api:
    return shop.api()


@pytest.fixture(scope="module")
def elastic_shop(shop: Shop, elasticsearch: str) -> Iterator[Shop]:
    """The same published to Elasticsearch."""
    settings = shop.settings.model_copy(update={"index_url": elasticsearch, "index_prefix": f"t{secrets.token_hex(6)}-"})
    index, home = open_index(settings), settings.home
    loaded = export_lake(shop.shop_yaml, home, shop.loaded.loaded_at, shop.loaded.counts, names=FAMILIES, index=index)
    yield Shop(settings, shop.database, shop.shop_yaml, loaded)
    ElasticClient(settings).call("DELETE", f"/{settings.index_prefix}*", expand_wildcards="all")
