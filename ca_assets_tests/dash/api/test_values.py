"""What the API gives is what `ca export` writes, by pages or whole, in every format, from both stores."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from ca_assets.export.export import export_report, export_table
from ca_assets.index.open import open_index
from ca_assets_tests.dash.api.conftest import Api, Shop

SAMPLES = ("stats/kpis", "stats/daily_revenue", "products/top_products", "products/top_products@28d")


def exported(shop: Shop, name: str, **options: Any) -> bytes:
    """What `ca export` writes."""
    out = io.BytesIO()
    with open_index(shop.settings).snapshot() as snapshot:
        (export_report if "/" in name else export_table)(snapshot, name, out, **options)
    return out.getvalue()


def test_every_report_is_the_exported_file(api: Api, shop: Shop) -> None:
    files = sorted(Path(shop.loaded.export).rglob("*/*.csv"))
    assert len(files) > 30
    for file in files:
        path = str(file.relative_to(shop.loaded.export)).removesuffix(".csv")
        answer = api.get(f"/reports/{path}", scope="*", format="csv")
        assert answer.status_code == 200 and answer.data == file.read_bytes(), path


@pytest.mark.parametrize("form", ["csv", "json", "parquet"])
@pytest.mark.parametrize("name", ["orders", "downloads", "rfm_segments"])
def test_tables_are_the_exported_files(api: Api, shop: Shop, name: str, form: str) -> None:
    for scope in ("all", a_scope(api)):
        answer = api.get(f"/tables/{name}/file", scope=scope, format=form)
        assert rows_of(answer.data, form) == rows_of(exported(shop, name, scope=scope, format=form), form)
        assert answer.headers["Content-Disposition"].startswith("attachment; filename=") and answer.content_length == len(answer.data)


def rows_of(data: bytes, form: str) -> list[str]:
    """A file's rows, which have no promised order."""
    if form == "parquet":
        return sorted(map(str, pq.read_table(io.BytesIO(data)).to_pylist()))
    return sorted(line.rstrip(",") for line in data.decode().splitlines())


def test_elasticsearch_gives_the_same_values(elastic_shop: Shop, shop: Shop) -> None:
    embedded, elastic = shop.api(), elastic_shop.api()
    for path in SAMPLES:
        for scope in ("all", "*"):
            ours, theirs = (caller.get(f"/reports/{path}", scope=scope, format="csv") for caller in (embedded, elastic))
            assert ours.status_code == theirs.status_code and ours.data == theirs.data, path
    assert embedded.get("/reports/stats/kpis").status_code == 200
    query = {"where": ["payment_amount:gt:20", "has_purchased:eq:true"], "order_by": ["-payment_amount"], "limit": 7}
    ours, theirs = (list(pages(caller, "orders", **query)) for caller in (embedded, elastic))
    assert ours == theirs and len(ours) > 7
    assert embedded.json("/search", q="c1") == elastic.json("/search", q="c1")


def a_scope(api: Api) -> str:
    """A value of a dimension."""
    return str(api.json("/shop")["scopes"][1])


def pages(api: Api, table: str, **query: Any) -> Any:
    """Rows of all pages."""
    after: dict[str, str] = {}
    while True:
        page = api.json(f"/tables/{table}/rows", **query, **after)
        yield from page["rows"]
        if page["next"] is None:
            return
        after = {"after": page["next"]}


def test_pages_are_all_rows_once_in_their_order(api: Api, shop: Shop) -> None:
    whole = json.loads(exported(shop, "orders", format="json"))
    paged = list(pages(api, "orders", limit=7, order_by=["client", "-session_start_date"]))
    assert {row["id"]: row for row in paged} == {row["id"]: row for row in whole} and len(paged) == len(whole)
    clients = [row["client"] for row in paged if row["client"] is not None]
    assert clients == sorted(clients) and [row["client"] for row in paged][len(clients) :] == [None] * (len(paged) - len(clients))


@pytest.mark.parametrize(
    ("where", "holds"),
    [
        ("dimensions.country:eq:FR", lambda row: row["dimensions.country"] == "FR"),
        ("dimensions.country:null:", lambda row: row["dimensions.country"] is None),
        ("payment_amount:ge:20", lambda row: row["payment_amount"] >= 20),
        ("session_start_date:lt:2024-10-27", lambda row: row["session_start_date"] < "2024-10-27"),
        ('client:in:["c1","c2"]', lambda row: row["client"] in ("c1", "c2")),
        ("has_purchased:eq:false", lambda row: not row["has_purchased"]),
    ],
)
def test_filters_leave_the_rows_that_meet_them(api: Api, shop: Shop, where: str, holds: Any) -> None:
    whole = {row["id"] for row in json.loads(exported(shop, "orders", format="json")) if holds(row)}
    page = api.json("/tables/orders/rows", where=where, limit=1000, column=["id"])
    assert {row["id"] for row in page["rows"]} == whole and page["total"] == len(whole) > 0
    assert set(page["rows"][0]) == {"id"}


def test_a_report_of_an_earlier_day_is_the_newest_before_it(api: Api) -> None:
    newest = api.get("/reports/stats/kpis")
    day = newest.headers["X-Report-Date"]
    assert api.get("/reports/stats/kpis", as_of="2098-01-01").data == newest.data and day in api.json("/shop")["report_dates"]
    assert api.get("/reports/stats/kpis", as_of="1999-01-01").status_code == 404
    assert api.json("/reports/stats/kpis/meta")["report_date"] == day


def test_an_unchanged_answer_is_not_sent_again(api: Api) -> None:
    for path, query in (
        ("/reports/stats/kpis", {}),
        ("/tables/orders/rows", {"limit": 3}),
        ("/tables/orders/file", {}),
        ("/search", {"q": "c1"}),
    ):
        first = api.get(path, **query)
        again = api.get(path, headers={"If-None-Match": first.headers["ETag"]}, **query)
        assert (again.status_code, again.data) == (304, b"") and again.headers["ETag"] == first.headers["ETag"]
        assert api.get(path, headers={"If-None-Match": '"other"'}, **query).status_code == 200
    compressed = api.get("/reports/stats/kpis", headers={"Accept-Encoding": "gzip"}).headers["ETag"]
    assert api.get("/reports/stats/kpis", headers={"If-None-Match": compressed}).status_code == 304
    assert first.headers["ETag"] != api.get("/search", q="c2").headers["ETag"]


def test_listings_name_what_there_is(api: Api) -> None:
    tables = {table["name"]: table for table in api.json("/tables")["tables"]}
    assert {"orders", "downloads", "rfm_segments"} <= set(tables) and tables["orders"]["key"] == ["id"]
    assert "month" not in {column["name"] for column in tables["orders"]["columns"]}
    paths = [report["path"] for report in api.json("/reports")["reports"]]
    assert "stats/kpis" in paths and paths == sorted(paths)
    assert a_scope(api).startswith("country=")
    page = pq.read_table(io.BytesIO(api.get("/tables/rfm_segments/rows", format="parquet", limit=2).data))
    assert page.num_rows == 2 and "client" in page.column_names
