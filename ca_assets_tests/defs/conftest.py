"""A home folder in which the tea shop is applied."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ca_assets.settings.database import open_database
from ca_assets.settings.process import process_settings
from ca_assets.settings.shops import apply_shop
from ca_assets_tests.defs.processes import server
from ca_assets_tests.shops.tea_shop import TEA

__all__ = ["server"]


@pytest.fixture
def empty_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("CA_HOME", str(tmp_path / "home"))
    process_settings.cache_clear()
    yield tmp_path / "home"
    process_settings.cache_clear()


@pytest.fixture
def home(empty_home: Path, tmp_path: Path) -> Path:
    apply_shop(open_database(), TEA.write(tmp_path / "shop"))
    return empty_home
