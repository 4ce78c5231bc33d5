"""`ca connections`: what is asked, stored and printed."""

from __future__ import annotations

import pytest

from ca_assets_tests.cli.conftest import Home

URL = "postgresql://ann:hunter2@db.example:5432/shop"


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SHOP_URL", "SHOP_URL_FILE", "CA_ENCRYPTION_KEY", "CA_ENCRYPTION_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)


def test_add_list_remove_and_the_secret_is_never_printed(empty: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    results = [empty.ca("connections", "add", "SHOP_URL", text=f"{URL}\n")]
    results.append(empty.ca("connections", "add", "SHOP_URL", "--stdin", text=f"{URL}\n"))
    assert "replaced" in results[-1].stdout
    results.append(empty.ca("connections", "list"))
    for shown in ("SHOP_URL", "postgresql", "db.example:5432", "shop", "ann", "just now"):
        assert shown in results[-1].stdout
    monkeypatch.setenv("SHOP_URL", "postgresql://other/db")
    results.append(empty.ca("connections", "add", "SHOP_URL", "--stdin", text=URL))
    assert "wins" in results[-1].stderr
    results.append(empty.ca("connections", "remove", "SHOP_URL"))
    results.append(empty.ca("connections", "remove", "SHOP_URL", fails=True))
    assert "hunter2" not in "".join(result.output for result in results)
    assert "SHOP_URL" not in empty.ca("connections", "list").stdout


def test_a_secret_is_no_argument_and_never_empty(empty: Home) -> None:
    assert empty.ca("connections", "add", "SHOP_URL", URL, fails=True).exit_code == 2
    empty.ca("connections", "add", "SHOP_URL", "--stdin", text=" \n", fails=True)
    assert "SHOP_URL" not in empty.ca("connections", "list").stdout
