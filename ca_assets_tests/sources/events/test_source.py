"""A shop of events like any other: shop.yaml, dry run, loads that read what changed, lake, funnels; a table; the collector."""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ca_assets.cleaning.build import CleanTables, build_tables
from ca_assets.contracts.events import DAY_FOLDER, EVENT_COLUMNS, EVENTS_FOLDER, PARQUET_FOLDER, RAW_FOLDER
from ca_assets.dry_run.run import dry_run
from ca_assets.engine.connect import connect
from ca_assets.lake.lake import Lake
from ca_assets.settings.process import ProcessSettings, process_settings
from ca_assets.shop import Shop, ShopError, load_shop, parse_shop
from ca_assets_tests.pipeline import load_and_export, load_tables
from ca_assets_tests.servers.postgresql import PostgreSQL
from ca_assets_tests.sources.events.conftest import by_server, event

SHOP = """
calendar: {timezone: Europe/Berlin}
sources:
  sessions: {kind: events, PLACE, dimensions: {campaign: context.campaign.source}}
"""
NOW = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)  # files of these tests are not too fresh to be trusted
VISIT = [
    event("Product Viewed", "2026-03-01T10:00:00Z", product_id="a", name="Tea"),
    event("Product Added", "2026-03-01T10:01:00Z", product_id="a", price=10, quantity=2),
    event("Checkout Started", "2026-03-01T10:02:00Z"),
    event("Order Completed", "2026-03-01T10:03:00Z", order_id="1", total=99),
    by_server(
        "Order Completed", "2026-03-01T10:03:01Z", order_id="1", total=20, products=[{"product_id": "a", "price": 10, "quantity": 2}]
    ),
]
MORE = [event("Product Viewed", "2026-03-04T10:00:00Z", product_id="b", anonymousId="e"), event("Order Completed", order_id="2", total="x")]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A CA_HOME of its own."""
    monkeypatch.setenv("CA_HOME", str(tmp_path / "home"))
    process_settings.cache_clear()
    yield tmp_path / "home"
    process_settings.cache_clear()


def write(path: Path, lines: list[str]) -> None:
    """Lines, written long ago."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    os.utime(path, (1_700_000_000, 1_700_000_000))


def shop_yaml(folder: Path, place: str) -> Path:
    """A shop.yaml whose events are there."""
    path = folder / "shop.yaml"
    path.write_text(SHOP.replace("PLACE", place), encoding="utf-8")
    return path


def built(shop: Shop, home: Path) -> CleanTables:
    """Its clean tables, read whole."""
    return build_tables(shop, connect(ProcessSettings(home=home)), home / "staging")


def orders(clean: CleanTables) -> list[tuple[Any, ...]]:
    """Id, client, amount and campaign of the sessions, by id."""
    rows = clean.orders.order_by("id").to_pyarrow().to_pylist()
    return [(row["id"][:3], row["client"], row["payment_amount"], row["dimensions.campaign"]) for row in rows]


def test_funnels_fill(tmp_path: Path, home: Path) -> None:
    write(tmp_path / "events" / "1.jsonl", VISIT + MORE)
    loaded = load_and_export(shop_yaml(tmp_path, "path: events"), home, names=["funnels", "products"], windows=False)
    assert loaded.counts["events"] == {"read": 7, "accepted": 5, "rejected": 1, "duplicates": 1, "orphans": 0, "robots": 0}
    with (loaded.export / "funnels" / "sessions_monthly.csv").open(encoding="utf-8") as file:
        steps = {row["step"]: int(row["sessions"]) for row in csv.DictReader(file) if row.get("scope", "all") == "all"}
    assert {step: steps[step] for step in ("sessions", "has_viewed_product", "has_basket", "has_checkout", "purchased")} == {
        "sessions": 2, "has_viewed_product": 2, "has_basket": 1, "has_checkout": 1, "purchased": 1
    }  # fmt: skip
    assert "2026-03-01T09:00:00Z" not in (loaded.export / "downloads.csv").read_text(encoding="utf-8")
    assert (loaded.export / "downloads.csv").read_text(encoding="utf-8").count("\n") == 3


def test_a_load_reads_what_is_new(tmp_path: Path, home: Path) -> None:
    write(tmp_path / "events" / "1.jsonl", VISIT)
    shop = shop_yaml(tmp_path, "path: events")
    first = load_tables(shop, home, NOW)
    assert [read.how for read in first.rows.reads.values()] == ["whole"] * 4
    assert [read.how for read in load_tables(shop, home, NOW).rows.reads.values()] == ["unchanged"] * 4
    write(tmp_path / "events" / "2.jsonl", MORE)
    clean = load_tables(shop, home, NOW)
    assert clean.counts["events"]["rejected"] == 1
    lake, con = Lake(ProcessSettings(home=home).lake_root), connect(ProcessSettings(home=home))
    tables = {name: lake.read(con, name).to_pyarrow().to_pylist() for name in ("orders", "rejects", "product_activity")}
    con.disconnect()
    assert sorted((row["client"], row["payment_amount"], row["dimensions.campaign"]) for row in tables["orders"]) == [
        ("d", 20.0, None), ("e", 0.0, None)
    ]  # fmt: skip
    rejects = [(row["source"], row["line"], row["message"]) for row in tables["rejects"] if row["reason"] == "bad_number"]
    assert rejects == [("events", 2, "2.jsonl: total: 'x' is no number")]
    columns = ("product", "views", "additions", "units", "month")
    assert sorted(tuple(row[column] for column in columns) for row in tables["product_activity"]) == [
        ("a", 1, 1, 2, "2026-03"), ("b", 1, 0, 0, "2026-03")
    ]  # fmt: skip


def test_the_dry_run_keeps_nothing(tmp_path: Path, home: Path) -> None:
    write(tmp_path / "events" / "1.jsonl", VISIT + MORE)
    result = dry_run(load_shop(shop_yaml(tmp_path, "path: 'events/*.jsonl'")), ProcessSettings(home=home))
    found = {check.name: check for check in result.sources}
    assert result.is_usable and found["sessions"].accepted == 2 and found["baskets"].accepted == 1
    assert (found["events"].read, found["events"].rejected, found["events"].duplicates) == (7, 1, 1)
    assert {reason.reason for reason in found["events"].reasons} == {"bad_number", "duplicate"}
    assert not (home / EVENTS_FOLDER).exists()


def test_the_collectors_store_raw_and_compacted(tmp_path: Path, home: Path) -> None:
    shop = load_shop(shop_yaml(tmp_path, "path: collector"))
    assert built(shop, home).counts["sessions"]["read"] == 0, "before the first event"
    raw = home / EVENTS_FOLDER / RAW_FOLDER / "2026-03-01"
    write(raw / "1.jsonl", VISIT[:2])
    write(raw / "2.open.jsonl", VISIT[2:])
    expected = orders(built(shop, home))
    assert len(expected) == 1
    rows = [json.loads(line) for line in VISIT]
    for row in rows:
        row |= {"received_at": dt.datetime.fromisoformat(row["received_at"]), "message": json.dumps(row["message"])}
    day = home / EVENTS_FOLDER / PARQUET_FOLDER / DAY_FOLDER.format(day="2026-03-01")
    day.mkdir(parents=True)
    pq.write_table(pa.Table.from_pylist(rows, schema=EVENT_COLUMNS), day / "1.parquet", compression="zstd")
    (raw / "1.jsonl").unlink()
    (raw / "2.open.jsonl").unlink()
    assert orders(built(shop, home)) == expected


def test_a_table_of_postgresql(tmp_path: Path, home: Path, postgresql: PostgreSQL, monkeypatch: pytest.MonkeyPatch) -> None:
    url = postgresql.url(postgresql.database(), "postgresql")
    monkeypatch.setenv("EVENTS_URL", url)
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE events (received_at timestamptz, event jsonb)")
        for line in VISIT + MORE:
            found = json.loads(line)
            cursor.execute("INSERT INTO events VALUES (%s, %s)", (found["received_at"], json.dumps(found["message"])))
    connection.close()
    clean = built(load_shop(shop_yaml(tmp_path, "url: '${EVENTS_URL}', table: events")), home)
    assert orders(clean)[0][:3] == ("o-1", "d", 20.0)
    assert clean.counts["events"]["read"] == 7 and clean.counts["events"]["rejected"] == 1


@pytest.mark.parametrize(
    ("place", "problem"),
    [
        ("timezone: UTC", "kind events needs `path`"),
        ("table: t", "`table` cannot be used with kind events"),
        ("path: x, query: SELECT 1", "`query` cannot be used with kind events"),
        ("path: x, versions: by_file", "`versions` cannot be used with kind events"),
        ("url: '${X}'", "either `table` or `query`"),
        ("path: x, events: {gap_minutes: 0}", "gap_minutes"),
        ("path: x, events: {gap: 3}", "no such key"),
    ],
)
def test_what_shop_yaml_may_not_say(place: str, problem: str) -> None:
    with pytest.raises(ShopError, match=problem):
        parse_shop(SHOP.replace("PLACE", place), Path())


def test_only_events_have_events_settings() -> None:
    with pytest.raises(ShopError, match="`events` cannot be used with kind csv"):
        parse_shop("sources: {sessions: {kind: csv, path: x, events: {gap_minutes: 5}}}", Path())


def test_other_sources_may_be_of_another_kind() -> None:
    shop = parse_shop(
        SHOP.replace("PLACE", "path: x") + "  customers: {kind: csv, path: c.csv, columns: {client: id}}\n  baskets: null\n", Path()
    )
    assert shop.sources.customers and shop.sources.customers.kind == "csv" and shop.sources.baskets is None
    assert shop.sources.product_activity and shop.sources.product_activity.path == "x"
