"""Drafts of shop.yaml: one source changed and all else as it was, and places that only an admin may name."""

from __future__ import annotations

from pathlib import Path

import pytest

from ca_assets.connecting.drafts import changes, checked_shop, source_of, with_recipe_sources, with_source, without_source
from ca_assets.connecting.urls import DatabaseFields, UrlError, connection_url
from ca_assets.settings.redaction import redact
from ca_assets.shop import ShopError, parse_shop

COLUMNS = {"id": "a", "session_start_date": "b", "payment_amount": "c", "has_purchased": "d"}
BATCH = "0" * 24


def test_a_source_changes_and_all_else_stays() -> None:
    text = with_source(
        "settings: {top: 7}\nsources: {baskets: {kind: csv, path: b.csv}}", "sessions", {"kind": "csv", "path": "a.csv", "table": None}
    )
    assert source_of(text, "sessions") == {"kind": "csv", "path": "a.csv"}
    assert source_of(text, "baskets") == {"kind": "csv", "path": "b.csv"} and text.index("settings") < text.index("sources") < text.index(
        "sessions"
    )
    assert parse_shop(text, Path()).settings.top == 7


def test_sessions_cannot_be_removed_others_can() -> None:
    text = with_source(with_source(None, "sessions", {"kind": "csv", "path": "a.csv"}), "baskets", {"kind": "csv", "path": "b.csv"})
    assert source_of(without_source(text, "baskets"), "baskets") is None
    assert changes(text, without_source(text, "baskets"))[-3:] == ["-  baskets:", "-    kind: csv", "-    path: b.csv"]
    with pytest.raises(ShopError, match="required"):
        without_source(text, "sessions")


def test_a_recipe_brings_its_other_sources() -> None:
    text = with_source(None, "sessions", {"recipe": "shopify_orders", "path": "orders.csv"})
    text = with_recipe_sources(text, "sessions", "shopify_orders", {"path": "orders.csv"})
    assert source_of(text, "baskets") == {"recipe": "shopify_orders", "path": "orders.csv"}


@pytest.mark.parametrize(
    ("source", "is_refused"),
    [
        ({"kind": "csv", "path": f"uploads/{BATCH}/a.csv"}, False),
        ({"kind": "csv", "path": "known.csv"}, False),
        ({"kind": "postgresql", "url": "${SHOP}", "table": "orders"}, False),
        ({"kind": "csv", "path": "/etc/passwd"}, True),
        ({"kind": "csv", "path": f"uploads/{BATCH}/../../settings.sqlite"}, True),
        ({"kind": "csv", "path": "uploads/*/../../encryption.key"}, True),
        ({"kind": "csv", "path": "uploads/parts/x/data"}, True),
        ({"kind": "csv", "path": "uploads"}, True),
        ({"kind": "postgresql", "url": "postgresql://evil.example.org/${SHOP}", "table": "orders"}, True),
    ],
)
def test_only_an_admin_names_other_places(tmp_path: Path, source: dict[str, str], is_refused: bool) -> None:
    before = with_source(None, "sessions", {"kind": "csv", "path": "known.csv", "columns": COLUMNS})
    text = with_source(before, "sessions", source | {"columns": COLUMNS})  # type: ignore[arg-type]
    checked_shop(text, tmp_path, home=tmp_path, before=before, is_admin=True)
    if is_refused:
        with pytest.raises(ShopError, match="only an admin"):
            checked_shop(text, tmp_path, home=tmp_path, before=before, is_admin=False)
    else:
        checked_shop(text, tmp_path, home=tmp_path, before=before, is_admin=False)


@pytest.mark.parametrize(
    ("kind", "fields", "url"),
    [
        (
            "postgresql",
            DatabaseFields("db", "shop", None, "ada", "p@ss/w:rd"),
            "postgresql://ada:p%40ss%2Fw%3Ard@db:5432/shop?sslmode=prefer",
        ),
        ("mysql", DatabaseFields("::1", "shop", 3307, "ada", "x", "require"), "mysql://ada:x@[::1]:3307/shop?ssl-mode=REQUIRED"),
        (
            "redshift",
            DatabaseFields("c.example.org", "dev", None, "ada", "", "verify"),
            "redshift://ada@c.example.org:5439/dev?sslmode=verify-full",
        ),
        ("bigquery", DatabaseFields("my-shop", "data", location="EU"), "bigquery://my-shop/data?location=EU"),
    ],
)
def test_urls_of_databases(kind: str, fields: DatabaseFields, url: str) -> None:
    assert connection_url(kind, fields) == url
    assert fields.password == "" or fields.password not in repr(fields)
    assert redact(url).database == fields.database if kind != "bigquery" else redact(url).kind == "bigquery"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        (DatabaseFields("https://db", "shop", None, "ada"), "host"),
        (DatabaseFields("db?x=1", "shop", None, "ada"), "host"),
        (DatabaseFields("", "shop", None, "ada"), "host"),
        (DatabaseFields("db", "", None, "ada"), "database"),
        (DatabaseFields("db", "shop", 70_000, "ada"), "port"),
        (DatabaseFields("db", "shop"), "user"),
    ],
)
def test_a_wrong_field_is_named(fields: DatabaseFields, field: str) -> None:
    with pytest.raises(UrlError) as error:
        connection_url("postgresql", fields)
    assert error.value.field == field
