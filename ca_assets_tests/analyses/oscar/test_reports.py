"""Reports `oscar/*` by hand: activity of sessions beside their orders, lines and refunds, with and without events."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import ibis
import pyarrow as pa
import pytest

from ca_assets.analyses.core.base import make_base
from ca_assets.analyses.core.context import Context
from ca_assets.analyses.core.family import Inputs, compute_family, families
from ca_assets.analyses.core.report import ReportSet
from ca_assets.analyses.core.temp_tables import TempTables
from ca_assets.analyses.oscar import compute as oscar
from ca_assets.contracts.tables import PRODUCT_ACTIVITY
from ca_assets_tests.analyses.running import rows_of
from ca_assets_tests.shops.builder import SampleShop
from ca_assets_tests.shops.clean_tables import clean_tables

SHOP = SampleShop(
    sessions="""id,client,start,amount,country,refund,refunded
s1,ann,2024-03-01,,DE,,
s2,ann,2024-03-02,20,DE,5,2024-03-03
s3,bob,2024-03-04,7.5,FR,,
s4,,2024-03-05,,DE,,
s5,bob,2024-03-09,,FR,,
""",
    customers="client,download\nann,2024-02-20\nbob,2024-03-04\ncid,2024-03-06\n",
    baskets="id,product,price,quantity,title\ns2,glue,2.5,3,Glue\ns2,lamp,12.5,1,Lamp\ns3,glue,2.5,3,Glue\n",
)
# session, product, views, additions
ACTIVITY = [
    ("s1", "glue", 2, 1),
    ("s2", "lamp", 1, 1),
    ("s4", "glue", 1, 0),
    ("s4", "pen", 3, 0),
    ("s5", "lamp", 0, 2),
    ("gone", "pen", 9, 9),
]
PRODUCTS = "product views basket_additions purchases orders viewing_sessions line_value additions_per_view first_seen"
CUSTOMERS = "client product_views basket_additions orders order_lines order_items total_spent date_last_order sessions refunded first_seen"


def reports(sample: SampleShop, activity: list[tuple[str, str, int, int]] | None) -> dict[str, ReportSet]:
    """The family's reports as of the end of March 2024."""
    family, context = families()["oscar"], Context(sample.parsed(), dt.date(2024, 3, 31))
    tables = clean_tables(sample)
    engine = tables.orders.get_backend()
    seen = None
    if activity is not None:
        rows = [dict(zip(("id", "product", "views", "additions"), row, strict=True)) | {"month": "2024-03"} for row in activity]
        seen = ibis.memtable(pa.Table.from_pylist(rows, schema=PRODUCT_ACTIVITY.schema()))
    with TempTables(engine) as temp:
        base = make_base(tables, context, temp)
        return {"oscar": compute_family(family, Inputs(temp, lambda: base, activity=seen), context).reports}


def test_products_have_oscar_s_figures_and_ours() -> None:
    sets = reports(SHOP, ACTIVITY)
    assert rows_of(sets, "oscar/product_performance", PRODUCTS) == [
        ("glue", 3, 1, 6.0, 2, 2, 15.0, 1 / 3, "2024-03-01"),
        ("lamp", 1, 3, 1.0, 1, 1, 12.5, 3.0, "2024-03-02"),
        ("pen", 3, 0, 0.0, 0, 1, 0.0, 0.0, "2024-03-05"),
    ]
    order = [row["product"] for row in sets["oscar"].tables["product_performance"].to_pylist() if row["scope"] == "all"]
    assert order == ["glue", "lamp", "pen"], "by purchases, then views"


def test_customers_have_oscar_s_figures_and_ours() -> None:
    sets = reports(SHOP, ACTIVITY)
    assert rows_of(sets, "oscar/customer_behaviour", CUSTOMERS) == [
        ("ann", 3, 2, 1, 2, 4.0, 20.0, "2024-03-02", 2, 5.0, "2024-03-01"),
        ("bob", 0, 2, 1, 1, 3.0, 7.5, "2024-03-04", 2, 0.0, "2024-03-04"),
    ], "a guest's clicks are nobody's, and who never came is no row"
    assert rows_of(sets, "oscar/customer_behaviour", "client date_registered") == [("ann", "2024-02-20"), ("bob", "2024-03-04")]


def test_a_scope_has_its_own_sessions() -> None:
    sample = replace(SHOP, dimensions=("country",))
    sets = reports(sample, ACTIVITY)
    assert rows_of(sets, "oscar/product_performance", "product views basket_additions purchases", "country=FR") == [
        ("glue", 0, 0, 3.0),
        ("lamp", 0, 2, 0.0),
    ]
    assert rows_of(sets, "oscar/customer_behaviour", "client product_views orders", "country=DE") == [("ann", 3, 1)]


def test_without_events_views_are_not_known() -> None:
    sets = reports(SHOP, None)
    assert rows_of(sets, "oscar/product_performance", PRODUCTS) == [
        ("glue", None, None, 6.0, 2, None, 15.0, None, "2024-03-02"),
        ("lamp", None, None, 1.0, 1, None, 12.5, None, "2024-03-02"),
    ]
    assert rows_of(sets, "oscar/customer_behaviour", "client product_views orders order_lines") == [
        ("ann", None, 1, 2),
        ("bob", None, 1, 1),
    ]
    assert "kind events" in sets["oscar"].meta["note"]


def test_without_baskets_products_are_refused() -> None:
    sets = reports(replace(SHOP, baskets=None), ACTIVITY)
    assert set(sets["oscar"].tables) == {"customer_behaviour"}
    assert rows_of(sets, "oscar/customer_behaviour", "client orders order_lines order_items") == [
        ("ann", 1, None, None),
        ("bob", 1, None, None),
    ]


def test_what_is_not_listed_is_one_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oscar, "LISTED", 1)
    sets = reports(SHOP, ACTIVITY)
    rows: list[dict[str, Any]] = [row for row in sets["oscar"].tables["product_performance"].to_pylist() if row["scope"] == "all"]
    assert [(row["product"], row["views"], row["purchases"], row["orders"]) for row in rows] == [
        ("glue", 3, 6.0, 2),
        ("__other__", 4, 1.0, None),
    ]
    assert sum(row["line_value"] for row in rows) == 27.5
