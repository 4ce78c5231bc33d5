"""Files read through a query: which rows and columns `source` has, broken rows, types, changes, the dry run."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ca_assets.dry_run import run
from ca_assets.dry_run.run import dry_run
from ca_assets.lake.lake import Lake
from ca_assets.settings.process import ProcessSettings
from ca_assets.shop import ShopError, load_shop, parse_shop
from ca_assets.sources.driver import Reading
from ca_assets.sources.errors import SourceError
from ca_assets.sources.open import check_source
from ca_assets_tests.cleaning.building import build, rows
from ca_assets_tests.pipeline import load_tables
from ca_assets_tests.shops.builder import SampleShop
from ca_assets_tests.shops.clean_tables import engine

LINES = """Name,Email,Created at,Total,Status,Sku
#1,ann,2024-04-01T10:00:00Z,25.00,paid,T
#1,,,,,C
#2,bob,2024-04-02T10:00:00Z,7.00,paid,T
#3,bob,2024-04-03T10:00:00Z,9.00,open,T
"""
LATER = "Name,Email,Created at,Total,Status\n#3,zoe,2024-04-09,9,paid\n"
ONE_PER_ORDER = """
    SELECT "Name" AS id, max("Email") AS client, max("Created at") AS start,
           max("Total")::DOUBLE AS amount, max("Status") = 'paid' AS bought
    FROM source GROUP BY "Name" ORDER BY "Name"
"""
OURS = {"id": "id", "client": "client", "session_start_date": "start", "payment_amount": "amount", "has_purchased": "bought"}


def _shop(sessions: Any, query: str = ONE_PER_ORDER, **more: Any) -> SampleShop:
    shop = SampleShop(sessions=sessions, columns={"sessions": OURS})
    return shop.with_source("sessions", query=query, **more)


def _orders(folder: Path, shop: SampleShop) -> list[tuple[Any, ...]]:
    return rows(build(folder, shop).orders, "id", "client", "payment_amount", "has_purchased")


def test_one_order_out_of_its_lines(tmp_path: Path) -> None:
    assert _orders(tmp_path, _shop(LINES)) == [("#1", "ann", 25, True), ("#2", "bob", 7, True), ("#3", "bob", 0, False)]


def test_files_are_one_table_by_name(tmp_path: Path) -> None:
    """An order may be in several files; columns are matched by name in any case; one that a file lacks is null there."""
    files = {"1.csv": LINES, "2.csv": "TOTAL,name,status,Email,Created at\n11,#3,paid,cid,2024-04-05\n", "3.csv": "Name,Note\n#2,x\n"}
    assert _orders(tmp_path, _shop(files)) == [("#1", "ann", 25, True), ("#2", "bob", 7, True), ("#3", "cid", 9, True)]


def test_nameless_and_twin_columns(tmp_path: Path) -> None:
    data = "id,,A,a,,_row\n1,x,2024-01-01,5,y,me\n"
    query = "SELECT id, _row AS client, A AS start, a_1 AS amount, true AS bought FROM source"
    assert _orders(tmp_path, _shop(data, query)) == [("1", "me", 5, True)]


def test_broken_rows_are_left_out_with_their_line(tmp_path: Path) -> None:
    clean = build(tmp_path, _shop(LINES + '#4,dan,2024-04-04\n#5,eve,2024-04-05,"1"x,paid,T\n'))
    assert rows(clean.rejects, "line", "reason") == [(6, "field_count"), (7, "broken_quote")]
    assert {**clean.counts["sessions"], "read": 5, "accepted": 3, "rejected": 2} == clean.counts["sessions"]


def test_row_numbers_are_those_of_the_result(tmp_path: Path) -> None:
    query = "SELECT Name AS id, Email AS client, 'never' AS start, Total AS amount, true AS bought FROM source ORDER BY 1 DESC"
    rejects = build(tmp_path, _shop(LINES, query)).rejects.to_pyarrow().sort_by("line").to_pylist()
    assert [(row["line"], json.loads(row["row"])["id"]) for row in rejects] == [(1, "#3"), (2, "#2"), (3, "#1"), (4, "#1")]


def test_typed_results_mean_the_same(tmp_path: Path) -> None:
    query = """SELECT 7::HUGEINT AS id, 8.0::DOUBLE AS client, TIMESTAMPTZ '2024-04-01 12:00:00+02' AS start,
                      1.25::DECIMAL(9, 2) AS amount, 1 AS bought
               UNION ALL SELECT 8, 'NaN'::DOUBLE, DATE '2024-04-02', 2, 1
               UNION ALL SELECT 9, NULL, TIMESTAMP '2024-04-02 01:00:00', 3, 0"""
    orders = rows(build(tmp_path, _shop(LINES, query)).orders, "id", "client", "session_start_date", "payment_amount")
    at = [dt.datetime(2024, 4, 1, 10, tzinfo=dt.UTC), dt.datetime(2024, 4, 2, tzinfo=dt.UTC), dt.datetime(2024, 4, 2, 1, tzinfo=dt.UTC)]
    assert orders == [("7", "8", at[0], 1.25), ("8", None, at[1], 2.0), ("9", None, at[2], 0.0)]


def test_parquet_columns_are_texts(tmp_path: Path) -> None:
    table = pa.table(
        {
            "order": pa.array([1.0, 2.0, None]),
            "at": pa.array([dt.datetime(2024, 1, 2, 3, tzinfo=dt.UTC)] * 3, pa.timestamp("ns", tz="UTC")),
            "total": pa.array(["5", "", "6"]).dictionary_encode(),
            "lines": pa.array([[1], [2], [3]]),
        }
    )
    query = """SELECT "order" AS id, 'c' AS client, "at" AS start, total AS amount, total IS NOT NULL AS bought
               FROM source WHERE "order" IS NOT NULL"""
    orders = build(tmp_path, _shop(table, query, kind="parquet", path="sessions.parquet")).orders
    found = rows(orders, "id", "session_start_date", "has_purchased")
    at = dt.datetime(2024, 1, 2, 3, tzinfo=dt.UTC)
    assert found == [("1", at, True), ("2", at, False)]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("SELECT Name AS id FROM source", "the result of `query` has no column 'client'"),
        ("SELECT nothing FROM source", "cannot be run: .*nothing.*correct `query`"),
        ("SELECT *, current_date FROM source", "asks for current_date"),
        ("SELECT * FROM read_text('/etc/passwd')", "calls read_text"),
        (ONE_PER_ORDER.replace('max("Created at")', "[1]"), "column 'start' of the result of `query` holds .*list"),
    ],
)
def test_a_query_that_cannot_be_used(tmp_path: Path, query: str, message: str) -> None:
    shop = _shop(LINES, query)
    shop.write(tmp_path)
    parsed = shop.parsed(tmp_path)
    with pytest.raises(SourceError, match=message):
        check_source("sessions", parsed.sources.sessions, Reading(tmp_path, tmp_path / "staging"))


def test_an_error_in_a_late_row_takes_nothing(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"cannot be run: .*never.*correct `query`"):
        build(tmp_path, _shop(LINES + "#9,x,never,1,paid,T\n", ONE_PER_ORDER.replace('max("Created at")', 'max("Created at"::TIMESTAMP)')))


def test_columns_of_parquet_that_differ_in_case(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": ["1"], "A": ["2"]}), tmp_path / "x.parquet")
    config = _shop(LINES, "SELECT a FROM source", kind="parquet", path="x.parquet").parsed(tmp_path).sources.sessions
    with pytest.raises(SourceError, match="differ in case only"):
        check_source("sessions", config, Reading(tmp_path, tmp_path / "staging"))


def test_versions_and_query_are_refused() -> None:
    with pytest.raises(ShopError, match=r"`versions` is about files, of which the result of `query` has none"):
        _shop(LINES, versions="by_file").parsed()


def test_the_other_kinds_keep_their_keys() -> None:
    table = replace(_shop(LINES), options={"sessions": {"kind": "postgresql", "url": "${A}", "table": "t"}})
    for key, value, message in (
        ("path", "x.csv", "`path` cannot be used with kind postgresql"),
        ("credentials", "${B}", "`credentials` cannot"),
    ):
        with pytest.raises(ShopError, match=message):
            table.with_source("sessions", **{"path": None, key: value}).parsed()


def test_a_changed_file_reads_all_again(tmp_path: Path) -> None:
    now = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)  # by then the files have settled
    yaml = _shop({"1.csv": LINES}).write(tmp_path / "shop")
    folder = next((tmp_path / "shop").glob("**/1.csv")).parent
    for content, how in ((None, "whole"), (None, "unchanged"), (LATER, "whole")):
        if content:
            (folder / "2.csv").write_text(content)
        assert load_tables(yaml, tmp_path / "home", now).rows.reads["sessions"].how == how
    orders = Lake(ProcessSettings(home=tmp_path / "home").lake_root).read(engine(), "orders")
    assert rows(orders, "id", "client", "has_purchased") == [("#1", "ann", True), ("#2", "bob", True), ("#3", "zoe", True)]


def test_the_dry_run_of_a_query(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop_yaml = _shop(LINES + "#4,dan,2024-04-04\n").write(tmp_path / "shop")
    whole = dry_run(load_shop(shop_yaml), ProcessSettings(home=tmp_path / "home"))
    sessions = whole.sources[0]
    assert (sessions.error, sessions.read, sessions.accepted, sessions.rejected) == (None, 4, 3, 1)
    assert [row.line for row in sessions.rows] == [1, 2, 3]
    assert whole.last_month.orders is None or whole.last_month.orders == 2
    monkeypatch.setattr(run, "SAMPLE_ROWS", 1)
    sampled = dry_run(load_shop(shop_yaml), ProcessSettings(home=tmp_path / "home")).sources[0]
    assert sampled.is_sample and "the query gave first" in sampled.how


def test_the_guess_for_a_query(tmp_path: Path) -> None:
    query = ONE_PER_ORDER.replace("AS start", "AS created_at").replace("AS amount", "AS total").replace("AS bought", "AS purchased")
    text = f"sources: {{sessions: {{kind: csv, path: sessions.csv, query: {json.dumps(query)}}}}}"
    (tmp_path / "sessions.csv").write_text(LINES)
    check = dry_run(parse_shop(text, tmp_path), ProcessSettings(home=tmp_path / "home")).sources[0]
    assert {column.ours: column.theirs for column in check.guessed} == {
        **{"id": "id", "client": "client", "session_start_date": "created_at"},
        **{"payment_amount": "total", "has_purchased": "purchased"},
    }
