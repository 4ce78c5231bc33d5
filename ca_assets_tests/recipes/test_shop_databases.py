"""Recipes of shop systems that live in PostgreSQL: the sums of the system's own tables, reading by months, an account that only reads."""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from ca_assets.recipes.recipe import load_recipe, recipe_names
from ca_assets.shop import SourceConfig, parse_shop
from ca_assets.sources.driver import Reading, Span, Wanted
from ca_assets.sources.postgresql.driver import driver
from ca_assets_tests.pipeline import Loaded
from ca_assets_tests.recipes.sample import Sample, rows_of
from ca_assets_tests.servers.postgresql import PostgreSQL
from ca_assets_tests.shops.databases import VARIABLE

APRIL, MAY = dt.datetime(2024, 4, 1, tzinfo=dt.UTC), dt.datetime(2024, 5, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Shop:
    """What is known of a sample. `sums`: a SELECT of (orders, revenue, discount, refunds, value of the lines of orders) as the system
    itself adds them up; `categories`: line value by category, by hand; `months`: rows of sessions and baskets from April 2024 on."""

    sums: str
    categories: dict[str, float]
    months: dict[str, int]


SHOPS = {
    "django_oscar": Shop(
        # Order.total_incl_tax, Order.total_discount_incl_tax and Order.shipping_discounts, Source.amount_refunded
        sums="""
            WITH sold AS (SELECT * FROM order_order WHERE status NOT IN ('Cancelled', 'canceled')),
                 lines AS (SELECT l.* FROM order_line l JOIN sold ON sold.id = l.order_id)
            SELECT (SELECT count(*) FROM sold), (SELECT sum(total_incl_tax) FROM sold),
                   (SELECT sum(line_price_before_discounts_incl_tax - line_price_incl_tax) FROM lines)
                   + (SELECT sum(d.amount) FROM order_orderdiscount d JOIN sold ON sold.id = d.order_id WHERE d.category = 'Shipping'),
                   (SELECT sum(s.amount_refunded) FROM payment_source s JOIN sold ON sold.id = s.order_id),
                   (SELECT sum(line_price_before_discounts_incl_tax) FROM lines)
        """,
        categories={"Tea": 15, "Clothes": 19.99, "__none__": 18},
        months={"sessions": 5, "baskets": 6},
    ),
    "medusa": Shop(
        # What was captured, or the order's total; discount_total and item_subtotal with tax, of all that was ordered
        sums="""
            WITH sold AS (SELECT o.id, o.version, s.totals
                            FROM "order" o JOIN order_summary s ON s.order_id = o.id AND s.version = o.version
                           WHERE o.id IN ('order_1', 'order_2', 'order_3', 'order_5', 'order_6'))
            SELECT (SELECT count(*) FROM sold),
                   (SELECT sum(captured) FROM (SELECT sum(amount) AS captured FROM order_transaction t JOIN sold ON sold.id = t.order_id
                     WHERE reference = 'capture' AND sold.id <> 'order_6') paid)
                   + (SELECT sum((totals->>'current_order_total')::numeric) FROM sold WHERE id IN ('order_2', 'order_6')),
                   2.998 * 1.2 + 1.5 * 1.2 + 3 + 5,
                   (SELECT -sum(amount) FROM order_transaction t JOIN sold ON sold.id = t.order_id WHERE reference = 'refund'),
                   2 * 14.99 * 1.2 + 6 + 21.5 + 2 * 7.2 + 5.25 + (6 + 5) * 1.2
        """,
        categories={"Tea": 41.226, "Cups": 33.6, "__none__": 21.5},
        months={"sessions": 5, "baskets": 7},
    ),
    "saleor": Shop(
        # The orders of ordersTotal; totalRefunded is that of the last payment, or of the transactions where there is none
        sums="""
            WITH sold AS (SELECT * FROM order_order WHERE status NOT IN ('draft', 'canceled', 'expired')),
                 lines AS (SELECT l.*, o.number FROM order_orderline l JOIN sold o ON o.id = l.order_id)
            SELECT (SELECT count(*) FROM sold), (SELECT sum(total_gross_amount) FROM sold),
                   (SELECT sum(undiscounted_total_price_gross_amount - total_price_gross_amount) FROM lines WHERE number <> 8)
                   + (SELECT sum(20 - shipping_price_gross_amount) FROM sold WHERE number IN (1, 2)),
                   (SELECT sum(t.refunded_value) FROM payment_transactionitem t JOIN sold ON sold.id = t.order_id)
                   + (SELECT sum(total - captured_amount) FROM payment_payment),
                   (SELECT sum(quantity * greatest(undiscounted_unit_price_gross_amount, unit_price_gross_amount)) FROM lines)
        """,
        categories={"Drinks": 160, "Kitchen": 90, "__none__": 30},
        months={"sessions": 6, "baskets": 6},
    ),
}


def url_of(postgresql: PostgreSQL, name: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Name of a database with the sample; the recipe's url is that of an account that may read it and nothing else."""
    database = postgresql.database()
    for path in sorted(Sample(name).folder.glob("*.sql")):
        postgresql.execute(path.read_text(encoding="utf-8"), database)
    grant = f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {database}"
    postgresql.execute(f"CREATE ROLE {database} LOGIN PASSWORD 'reads'; {grant}", database)
    monkeypatch.setenv(VARIABLE, f"postgresql://{database}:reads@127.0.0.1:{postgresql.port}/{database}")
    return database


def source(name: str, part: str) -> SourceConfig:
    """A source of the recipe."""
    config = getattr(parse_shop(f"sources: {{sessions: {{recipe: {name}}}, {part}: {{recipe: {name}}}}}", Path()).sources, part)
    assert isinstance(config, SourceConfig)
    return config


def exported(loaded: Loaded, report: str, key: str, column: str) -> dict[str, float]:
    """A column of a report of the whole shop, by key."""
    with (loaded.export / f"{report}.csv").open(encoding="utf-8", newline="") as file:
        return {row[key]: float(row[column]) for row in csv.DictReader(file) if row["scope"] == "all"}


@pytest.mark.parametrize("name", SHOPS)
def test_the_sums_are_the_systems_own(name: str, postgresql: PostgreSQL, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    loaded = Sample(name).load(tmp_path, request)
    database = url_of(postgresql, name, request.getfixturevalue("monkeypatch"))
    (sums,) = postgresql.execute(SHOPS[name].sums, database)
    kpis, products = rows_of(loaded, "kpis"), rows_of(loaded, "products")
    ours = [float(kpis[metric]["total"]) for metric in ("orders", "revenue", "discount", "refunds")]
    ours.append(sum(float(row["line_value"]) for row in products.values()))
    assert ours == pytest.approx([float(str(value)) for value in sums], abs=1e-9)
    assert exported(loaded, "products/top_categories", "category", "line_value") == pytest.approx(SHOPS[name].categories)


@pytest.mark.parametrize("part", ["sessions", "baskets"])
@pytest.mark.parametrize("name", SHOPS)
def test_months_are_read_by_a_reader_alone(
    name: str, part: str, postgresql: PostgreSQL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url_of(postgresql, name, monkeypatch)
    config, column = source(name, part), {"sessions": "session_start_date", "baskets": "date"}[part]
    span = Span(config.columns[column], since=MAY, parts=((APRIL, MAY),))
    raw = driver.read(part, config, Reading(tmp_path, tmp_path), Wanted(span=span))
    moments = pq.read_table(raw.path).column(column).to_pylist()
    assert not raw.is_whole and raw.broken_rows == 0
    assert len(moments) == SHOPS[name].months[part] and min(moments) >= APRIL


def test_every_recipe_of_postgresql_is_here() -> None:
    parts = {name: load_recipe(name).sources.values() for name in recipe_names()}
    assert {name for name in parts if any(part["kind"] == "postgresql" for part in parts[name])} == set(SHOPS)
