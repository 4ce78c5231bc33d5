"""The shop: Django is set up once per process, each test gets an own copy of one filled database and an own collector."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ca_assets_tests.oscar_hooks.collecting import Collector, collector
from ca_assets_tests.oscar_hooks.shop.start import fill, start

KEY = "shop-key"


@pytest.fixture(scope="session")
def filled_shop(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A database with the catalogue, and the file that the shop really reads."""
    folder = tmp_path_factory.mktemp("shop")
    start(str(folder / "shop.db"))
    fill()
    from django.db import connection

    connection.close()
    shutil.copy(folder / "shop.db", folder / "filled.db")
    return folder / "filled.db", folder / "shop.db"


@pytest.fixture
def shop(filled_shop: tuple[Path, Path]) -> Iterator[None]:
    """The shop as it was opened, with nothing sold and no collector."""
    from django.db import connection

    from oscar_hooks import client

    open_shop(filled_shop)
    yield
    connection.close()
    if client._sender is not None:
        client._sender.stop()
        client._sender = None


def open_shop(files: tuple[Path, Path]) -> None:
    """The filled database in the place that the shop reads, and nothing remembered of the one before."""
    from django.contrib.contenttypes.models import ContentType
    from django.contrib.sites.models import Site
    from django.core.cache import cache

    shutil.copy(*files)
    for remembered in (cache, ContentType.objects, Site.objects):
        getattr(remembered, "clear_cache", getattr(remembered, "clear", None))()


@pytest.fixture
def events(shop: None) -> Iterator[Collector]:
    """A collector that the shop sends to; names are the default's."""
    with collector() as server, hooks(HOST=server.url):
        yield server


def hooks(**chosen: Any) -> Any:
    """The app's settings within a block, with the test's write key."""
    from django.test import override_settings

    return override_settings(OSCAR_HOOKS={"WRITE_KEY": KEY, **chosen})


def deliver() -> None:
    """Wait until everything that was sent so far has arrived."""
    from oscar_hooks.client import sender

    connection = sender()
    assert connection is not None
    assert connection.flush(10)
