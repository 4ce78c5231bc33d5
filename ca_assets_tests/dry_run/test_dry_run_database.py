"""The dry run of a shop in a real PostgreSQL: whole and sampled, the last month by a span, a guess from names, types and values."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from ca_assets.dry_run import run as module
from ca_assets.dry_run.result import DryRun, SourceCheck
from ca_assets.dry_run.run import dry_run
from ca_assets.settings.process import ProcessSettings
from ca_assets.shop import parse_shop
from ca_assets_tests.servers.bigquery import BigQueryServer
from ca_assets_tests.servers.postgresql import PostgreSQL

ROWS = 6_000
TABLE = f"""
CREATE TABLE shop_orders AS SELECT 'o' || n AS order_number, 'c' || n % 500 AS customer_id, n % 2 = 0 AS paid,
  (n % 2 = 0)::int * 12.50::numeric(10, 2) AS grand_total, (ARRAY['FR', 'UK', NULL])[1 + n % 3] AS country, 'note ' || n AS note,
  date_trunc('second', now()) - (({ROWS} - n) * 2 + 1) * interval '1 hour' AS placed_at
FROM generate_series(1, {ROWS}) AS n
"""
MONTH = """
SELECT count(*)::int, sum(grand_total)::float FROM shop_orders WHERE paid AND date_trunc('month', placed_at AT TIME ZONE 'Europe/London')
  = date_trunc('month', now() AT TIME ZONE 'Europe/London') - interval '1 month'
"""
COLUMNS = {
    **{"id": "order_number", "client": "customer_id", "session_start_date": "placed_at"},
    **{"payment_amount": "grand_total", "has_purchased": "paid"},
}


@pytest.fixture(scope="module")
def database(postgresql: PostgreSQL) -> str:
    name = postgresql.database()
    postgresql.execute(TABLE, name)
    return name


def check(server: PostgreSQL, database: str, home: Path, **source: object) -> tuple[DryRun, SourceCheck]:
    sessions = {"kind": "postgresql", "url": "${SHOP_URL}", "columns": COLUMNS, "dimensions": ["country"], **source}
    text = yaml.safe_dump({"calendar": {"timezone": "Europe/London"}, "sources": {"sessions": sessions}})
    secrets = {"SHOP_URL": server.url(database, "postgresql")}
    result = dry_run(parse_shop(text, home), ProcessSettings(home=home), secret=secrets.get)
    assert server.password not in repr(result)
    return result, result.sources[0]


def test_a_small_table_is_read_whole(postgresql: PostgreSQL, database: str, tmp_path: Path) -> None:
    result, sessions = check(postgresql, database, tmp_path, table="shop_orders")
    assert result.is_usable and not result.is_sample
    assert (sessions.read, sessions.accepted, sessions.duplicates) == (ROWS, ROWS, 0)
    assert (result.last_month.orders, result.last_month.revenue) == postgresql.execute(MONTH, database)[0]
    assert [(column.theirs, column.looks_like) for column in sessions.columns][:4] == [
        *(("order_number", "text"), ("customer_id", "text"), ("placed_at", "time with offset"), ("grand_total", "number"))
    ]


@pytest.mark.parametrize("source", [{"table": "shop_orders"}, {"query": "SELECT * FROM shop_orders ORDER BY placed_at"}])
def test_a_sample_is_counted_and_the_last_month_is_whole(
    postgresql: PostgreSQL, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: dict[str, object]
) -> None:
    monkeypatch.setattr(module, "SAMPLE_ROWS", 400)
    result, sessions = check(postgresql, database, tmp_path, **source)
    assert sessions.is_sample and sessions.read == 1_000 and sessions.duplicates is None
    assert sessions.total == (ROWS if "table" in source else None)
    assert (result.last_month.orders, result.last_month.revenue) == postgresql.execute(MONTH, database)[0]
    assert result.last_month.note


def test_without_columns_names_types_and_values_make_a_guess(postgresql: PostgreSQL, database: str, tmp_path: Path) -> None:
    result, sessions = check(postgresql, database, tmp_path, table="shop_orders", columns={}, dimensions=[])
    assert not result.is_usable and sessions.guess is not None
    guess = yaml.safe_load(sessions.guess)["sessions"]
    assert guess["columns"] == COLUMNS and guess["dimensions"] == ["country"]


def test_what_the_server_says_is_that_source_s_error(postgresql: PostgreSQL, database: str, tmp_path: Path) -> None:
    _, sessions = check(postgresql, database, tmp_path, table="shop_order")
    assert "shop_orders" in str(sessions.error)
    _, sessions = check(postgresql, "no_such_database", tmp_path, table="shop_orders")
    assert "no_such_database" in str(sessions.error)
    _, sessions = check(postgresql, database, tmp_path, table="shop_orders", columns={**COLUMNS, "payment_amount": "total"})
    assert "'total'" in str(sessions.error) and "payment_amount: grand_total" in str(sessions.guess)


def test_bigquery_is_sampled_and_guessed_too(bigquery_server: BigQueryServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SAMPLE_ROWS", 400)
    rows = [(f"o{n}", f"c{n % 50}", f"2024-0{1 + n // 500}-{1 + n % 28:02d} 10:00:00+00", "9.50", n % 2 == 0) for n in range(2_500)]
    types = {"order_id": "STRING", "customer": "STRING", "created_at": "TIMESTAMP", "total": "NUMERIC", "paid": "BOOL"}
    bigquery_server.warehouse.create("shop-project.shop.sessions", types, rows)
    source = {"kind": "bigquery", "url": bigquery_server.source_url("shop"), "table": "sessions"}
    result = dry_run(parse_shop(yaml.safe_dump({"sources": {"sessions": source}}), tmp_path), ProcessSettings(home=tmp_path))
    assert result.sources[0].guess is not None and not result.is_usable
    mapped = yaml.safe_load(result.sources[0].guess)["sessions"]
    shop = parse_shop(yaml.safe_dump({"sources": {"sessions": {**source, **mapped}}}), tmp_path)
    result = dry_run(shop, ProcessSettings(home=tmp_path))
    assert (result.sources[0].read, result.sources[0].total, result.is_sample) == (1_000, 2_500, True)
    assert (result.last_month.month, result.last_month.orders, result.last_month.revenue) == ("2024-04", 250, 2375.0)
