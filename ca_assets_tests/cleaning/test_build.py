"""Whole loads of small sources: quarantine, zeroing, duplicates, orphans, defaults, schemas, and that row order never decides."""

from __future__ import annotations

import datetime as dt
import json
import random
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from ca_assets.cleaning.build import build_tables
from ca_assets.contracts.tables import BASKET_LINES, DOWNLOADS, ORDERS, REJECTS
from ca_assets.shop import load_shop
from ca_assets.sources.errors import SourceError
from ca_assets_tests.cleaning.building import HEAD, SHOP, build, rows
from ca_assets_tests.shops.builder import SampleShop
from ca_assets_tests.shops.clean_tables import engine

FOUR_SOURCES = SampleShop(
    currency="EUR",
    sessions=HEAD + "1,a,2024-01-31 23:30,10,yes\n2,b,2024-02-01,5,no\n3,b,2024-02-02,,no\n4,z,2024-02-03,7,1\n5,a,2024-02-03,,yes\n",
    customers="client,download_date\na,2024-02-01\nb,2024-01-01\nb,2023-12-31\nq,2024-01-01\n,2024-01-01\n",
    baskets="id,product,price,category,quantity\n1,x,3,c,2\n1,x,3,c,2\n2,y,1,,\n5,y,1,c,1\n1,y,1,c,0\n",
    deliveries="id,delivery_date,prepare_date,latitude\n"
    "1,2024-02-01,2024-01-31 23:40,51.5\n1,2024-02-01,,60\n2,2024-02-01,,\n4,2024-02-04,,-90.1\n",
)
ONE_SOURCE = FOUR_SOURCES.without("customers", "baskets", "deliveries")


def test_counts_of_a_whole_load(tmp_path: Path) -> None:
    tables = build(tmp_path, FOUR_SOURCES)
    assert tables.counts == {
        "sessions": {
            "read": 5, "accepted": 4, "rejected": 1, "duplicates": 0, "orphans": 0, "zeroed": 1, "null_dates": 0, "guests": 0,
            "negative_discounts": 0, "unknown_clients": 1, "unknown_client_sessions": 1,
        },
        "customers": {
            "read": 5, "accepted": 3, "rejected": 1, "duplicates": 1, "orphans": 0, "null_dates": 0, "dateless": 0, "late_downloads": 1,
        },
        "baskets": {"read": 5, "accepted": 3, "rejected": 1, "duplicates": 0, "orphans": 1, "null_dates": 0},
        "deliveries": {"read": 4, "accepted": 1, "rejected": 1, "duplicates": 1, "orphans": 1, "null_dates": 0},
    }  # fmt: skip
    assert tables.reasons["deliveries"] == {"bad_latitude": 1, "duplicate": 1, "orphan": 1}
    assert rows(tables.orders, "id", "payment_amount", "has_purchased") == [
        ("1", 10.0, True), ("2", 0.0, False), ("3", 0.0, False), ("4", 7.0, True)
    ]  # fmt: skip
    assert rows(tables.basket_lines, "id", "product", "quantity", "category", "month") == [
        ("1", "x", 2.0, "c", "2024-01"), ("1", "x", 2.0, "c", "2024-01"), ("2", "y", 1.0, "__none__", "2024-02")
    ]  # fmt: skip
    delivered = [row for row in rows(tables.orders, "id", "delivery.latitude", "delivery.prepare_date") if row[1] is not None]
    assert delivered == [("1", 51.5, dt.datetime(2024, 1, 31, 23, 40, tzinfo=dt.UTC))]
    assert [row[0] for row in rows(tables.downloads, "client")] == ["a", "b", "q"]


def test_schemas_are_the_contracts(tmp_path: Path) -> None:
    sample = replace(FOUR_SOURCES, dimensions={"country": "client"}, actions={"seen": "has_purchased"})
    tables, shop = build(tmp_path, sample), sample.parsed()
    assert tables.basket_lines is not None
    assert tables.orders.to_pyarrow().schema == ORDERS.schema(shop)
    assert tables.downloads.to_pyarrow().schema == DOWNLOADS.schema(shop)
    assert tables.basket_lines.to_pyarrow().schema == BASKET_LINES.schema()
    assert tables.rejects.to_pyarrow().schema == REJECTS.schema()


def test_schemas_without_optional_sources(tmp_path: Path) -> None:
    tables, shop = build(tmp_path, ONE_SOURCE), ONE_SOURCE.parsed()
    assert tables.orders.to_pyarrow().schema == ORDERS.schema(shop)
    assert tables.downloads.to_pyarrow().schema == DOWNLOADS.schema(shop)
    assert tables.basket_lines is None
    assert rows(tables.downloads, "client", "download_date")[1] == ("b", dt.datetime(2024, 2, 1, tzinfo=dt.UTC))
    assert rows(tables.orders, "currency", "refund_amount", "promotion_id", "date")[0] == ("EUR", 0.0, None, None)


def test_local_start_and_month_are_of_the_business_zone(tmp_path: Path) -> None:
    sample = replace(SHOP, sessions=HEAD + "1,a,2024-02-01 03:00,1,t\n2,a,2024-07-01T00:00Z,1,t\n", timezone="America/New_York")
    tables = build(tmp_path, sample.with_source("sessions", timezone="UTC"))
    assert rows(tables.orders, "local_start", "month") == [
        (dt.datetime(2024, 1, 31, 22), "2024-01"), (dt.datetime(2024, 6, 30, 20), "2024-06")
    ]  # fmt: skip


def test_a_header_alone_gives_empty_tables(tmp_path: Path) -> None:
    tables = build(tmp_path, SHOP)
    assert tables.counts["sessions"]["read"] == 0 and tables.orders.count().to_pyarrow().as_py() == 0
    assert tables.rejects.count().to_pyarrow().as_py() == 0


def test_the_largest_session_stays(tmp_path: Path) -> None:
    lines = """1,a,2024-01-02,9,no,,X
1,a,2024-01-01,1,yes,,X
2,a,2024-01-01,1,yes,,X
2,a,2024-01-01,2,yes,,X
3,a,2024-01-01,1,yes,2024-01-01,X
3,b,2024-01-01,1,yes,,X
4,Z,2024-01-01,1,yes,,X
4,a,2024-01-01,1,yes,,A
5,a,2024-01-01,1,yes,,
5,a,2024-01-01,1,yes,,A
6,\uffee,2024-01-01,1,yes,,X
6,\U0001f600,2024-01-01,1,yes,,X""".splitlines()
    for seed in range(3):
        random.Random(seed).shuffle(lines)
        tables = build(tmp_path, replace(SHOP, sessions=HEAD.strip() + ",date,country\n" + "\n".join(lines), dimensions=["country"]))
        orders = rows(tables.orders, "id", "client", "payment_amount", "dimensions.country")
        assert orders == [
            ("1", "a", 1.0, "X"), ("2", "a", 2.0, "X"), ("3", "a", 1.0, "X"), ("4", "a", 1.0, "A"), ("5", "a", 1.0, "A"),
            ("6", "\U0001f600", 1.0, "X"),
        ]  # fmt: skip
        assert tables.counts["sessions"]["duplicates"] == 6


def test_rejects_keep_the_raw_row(tmp_path: Path) -> None:
    text = HEAD + '1,"a""\nb", 2024-13-01 ,1,yes\n,a,2024-01-01,1,yes\n3,a\n'
    rejects = build(tmp_path, replace(SHOP, sessions=text)).rejects.to_pyarrow().sort_by("line").to_pylist()
    assert [(row["source"], row["line"], row["reason"]) for row in rejects] == [
        ("sessions", 2, "bad_session_start_date"), ("sessions", 4, "missing_id"), ("sessions", 5, "field_count")
    ]  # fmt: skip
    assert json.loads(rejects[0]["row"])["client"] == 'a"\nb' and json.loads(rejects[0]["row"])["session_start_date"] == " 2024-13-01 "
    assert json.loads(rejects[2]["row"]) == {"_text": "3,a"}


def hundred_sessions() -> list[str]:
    """A hundred rows with duplicates and one in twenty of garbage."""
    good = [f"{i % 90},c{i % 7},2024-01-{i % 28 + 1:02d} {i % 24:02d}:00,{i / 4},{'yes' if i % 3 else 'no'}" for i in range(95)]
    return [*good, "x,y", "7,c,never,1,yes", "8,c,2024-01-01,one,yes", '9,"c"c,2024-01-01,1,yes', ",,,,"]


def test_shuffled_rows_and_split_files_give_the_same_tables(tmp_path: Path) -> None:
    lines = hundred_sessions()
    whole = build(tmp_path / "whole", replace(SHOP, sessions=HEAD + "\n".join(lines)))
    columns = list(whole.orders.columns)
    random.Random(1).shuffle(lines)
    parts = {f"{index}.csv": HEAD + "\n".join(lines[index * 10 : index * 10 + 10]) for index in range(10)}
    split = build(tmp_path / "split", replace(SHOP, sessions=parts))
    assert rows(split.orders, *columns) == rows(whole.orders, *columns)
    assert split.counts == whole.counts and whole.counts["sessions"]["rejected"] == 5
    assert split.reasons == whole.reasons
    assert all(".csv: " in row["message"] for row in split.rejects.to_pyarrow().to_pylist())


def test_typed_parquet_gives_what_its_texts_give(tmp_path: Path) -> None:
    table = pa.table(
        {
            "id": pa.array([1, 2, 3, 9007199254740993], pa.int64()),
            "client": pa.array(["a", " b ", None, "d"]).dictionary_encode(),
            "session_start_date": pa.array([dt.datetime(2023, 10, 29, 1, 30)] * 4, pa.timestamp("ns")),
            "payment_amount": pa.array([1, 2, 3, 4], pa.decimal128(10, 2)),
            "has_purchased": pa.array([True, False, True, None]),
        }
    )
    tables = build(tmp_path, replace(SHOP, sessions=table, timezone="Europe/London"))
    moment = dt.datetime(2023, 10, 29, 1, 30, tzinfo=dt.UTC)
    assert rows(tables.orders, "id", "client", "session_start_date", "payment_amount") == [
        ("1", "a", moment, 1.0),
        ("2", "b", moment, 0.0),
        ("3", None, moment, 3.0),  # a guest
    ]
    assert tables.reasons["sessions"] == {"missing_has_purchased": 1}
    rejects = tables.rejects.to_pyarrow().to_pylist()
    assert {row["line"] for row in rejects} == {None}
    assert {json.loads(row["row"])["id"] for row in rejects} == {"9007199254740993"}


def test_parquet_of_texts_and_of_wrong_types(tmp_path: Path) -> None:
    texts = {"id": ["1.0"], "client": ["c"], "session_start_date": ["2024-01-01"], "payment_amount": ["x"], "has_purchased": ["y"]}
    assert build(tmp_path, replace(SHOP, sessions=pa.table(texts))).reasons["sessions"] == {"bad_payment_amount": 1}
    with pytest.raises(SourceError, match=r"'session_start_date' of sessions.parquet holds double; our 'session_start_date' needs a time"):
        build(tmp_path, replace(SHOP, sessions=pa.table({**texts, "session_start_date": [1.5]})))
    SHOP.write(tmp_path)
    with pytest.raises(SourceError, match="is not a readable Parquet file"):
        build_tables(SHOP.with_source("sessions", kind="parquet").parsed(tmp_path), engine(), tmp_path / "staging")


def test_parquet_not_finite_and_float_ids(tmp_path: Path) -> None:
    names = HEAD.strip().split(",")
    values = [[1.0, 2.5, 3.0], ["a", "b", "c"], [dt.date(2024, 1, 1)] * 3, [1.0, -0.0, float("nan")], [1, 0, 1]]
    tables = build(tmp_path, replace(SHOP, sessions=pa.table(dict(zip(names, values, strict=True)))))
    assert rows(tables.orders, "id", "payment_amount", "has_purchased") == [("1", 1.0, True), ("2.5", 0.0, False)]
    assert tables.reasons["sessions"] == {"bad_payment_amount": 1}


def test_two_loads_in_one_engine(tmp_path: Path) -> None:
    con = engine()
    one, two = (replace(SHOP, sessions=HEAD + f"{number},a,2024-01-01,1,t\n") for number in (1, 2))
    first = build_tables(load_shop(one.write(tmp_path)), con, tmp_path / "one")
    second = build_tables(load_shop(two.write(tmp_path)), con, tmp_path / "two")
    assert (rows(first.orders, "id"), rows(second.orders, "id")) == ([("1",)], [("2",)])


def test_progress_is_told(tmp_path: Path) -> None:
    shop_yaml = replace(SHOP, sessions=HEAD + "1,a,2024-01-01,1,t\n").write(tmp_path)
    told: list[tuple[str, int]] = []
    build_tables(load_shop(shop_yaml), engine(), tmp_path / "staging", lambda name, count: told.append((name, count)))
    assert told == [("sessions", 1)]
