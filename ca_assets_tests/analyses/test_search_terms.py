"""The table `search_terms` and the tables of a term's page, by hand on a small shop."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from ca_assets.analyses.core.base import Base, make_base
from ca_assets.analyses.core.context import Context
from ca_assets.analyses.core.family import compute_results
from ca_assets.analyses.core.temp_tables import TempTables
from ca_assets.analyses.search_terms.specs import Subject
from ca_assets.analyses.search_terms.subjects import subject_tables
from ca_assets_tests.shops.builder import SampleShop
from ca_assets_tests.shops.clean_tables import clean_tables

SHOP = SampleShop(
    sessions=(
        "id,client,start,amount,discount,promo,country\n"
        "1,ann,2024-03-01T10:00,20,2,SPRING,FR\n"
        "2,ann,2024-03-02T10:00,30,0,,FR\n"
        "3,bob,2024-03-02T11:00,40,4,SPRING,DE\n"
        "4,cy,2024-03-03T09:00,,,,IT\n"
        "5,,2024-03-03T10:00,50,0,,FR\n"
        "6,late,2024-03-05T10:00,60,0,AUTUMN,GB\n"
    ),
    customers="client,download\nann,2024-02-01\nnever,2024-02-02\n",
    baskets=(
        "id,product,category,price,quantity,title\n"
        "1,p1,x,5,2,Tea\n1,p2,x,10,1,\n2,p1,x,5,6,Green Tea\n3,p2,y,40,1,\n4,p3,y,1,1,Never\n5,p1,x,25,2,Green Tea\n6,p9,x,60,1,Late\n"
    ),
    dimensions=["country"],
)
D = dt.date(2024, 3, 4)
Show = Callable[[str, str], dict[str, list[dict[str, Any]]]]


def terms(shop: SampleShop = SHOP, day: dt.date = D) -> list[tuple[Any, ...]]:
    ((_, result),) = compute_results(["search_terms"], clean_tables(shop), Context(shop.parsed(), day))
    rows = result.tables["search_terms"].to_pyarrow().to_pylist()
    return sorted((row["kind"], row["value"], row["label"], row["orders"], row["text"]) for row in rows)


def test_terms_are_those_known_as_of_the_report() -> None:
    assert terms() == [
        ("client", "ann", None, 2, "ann"),
        ("client", "bob", None, 1, "bob"),
        ("client", "cy", None, 0, "cy"),
        ("client", "never", None, 0, "never"),
        ("dimension", "country=DE", None, 1, "de"),
        ("dimension", "country=FR", None, 3, "fr"),
        ("dimension", "country=IT", None, 0, "it"),
        ("product", "p1", "Green Tea", 3, "green tea"),
        ("product", "p1", "Green Tea", 3, "p1"),
        ("product", "p2", None, 2, "p2"),
        ("promotion", "SPRING", None, 2, "spring"),
    ]


@pytest.fixture
def show() -> Show:
    """Tables of a page as rows."""

    def tables(kind: str, value: str) -> dict[str, list[dict[str, Any]]]:
        made = clean_tables(SHOP)
        with TempTables(made.orders.get_backend()) as temp:
            base = make_base(made, Context(SHOP.parsed(), D), temp)
            assert isinstance(base, Base)
            return {name: table.to_pylist() for name, table in subject_tables(base, temp, Subject(kind, value)).items()}

    return tables


def totals(tables: dict[str, list[dict[str, Any]]]) -> tuple[Any, ...]:
    (row,) = tables["totals"]
    return tuple(row[name] for name in ("orders", "revenue", "discount", "customers", "repeat_customers", "units"))


def test_a_product(show: Show) -> None:
    tables = show("product", "p1")
    assert totals(tables) == (3, 90.0, 2.0, 1, 1, 10.0)
    daily = {str(row["period"]): (row["orders"], row["revenue"], row["customers"], row["all_orders"]) for row in tables["daily"]}
    assert daily == {
        "2024-03-01": (1, 10.0, 1, 1),
        "2024-03-02": (1, 30.0, 1, 2),
        "2024-03-03": (1, 50.0, 0, 1),
        "2024-03-04": (0, 0.0, 0, 0),
    }
    assert tables["related"] == [{"product": "p2", "product_name": None, "orders": 1, "units": 1.0, "line_value": 10.0}]


def test_a_client_a_promotion_and_a_dimension(show: Show) -> None:
    assert totals(show("client", "ann")) == (2, 50.0, 2.0, 1, 1, None)
    assert [row["product"] for row in show("client", "ann")["related"]] == ["p1", "p2"]
    assert totals(show("promotion", "SPRING")) == (2, 60.0, 6.0, 2, 0, None)
    assert totals(show("dimension", "country=FR")) == (3, 100.0, 2.0, 1, 1, None)


@pytest.mark.parametrize(("kind", "value"), [("client", "never"), ("client", "cy"), ("dimension", "country=IT")])
def test_what_has_no_orders_is_empty(show: Show, kind: str, value: str) -> None:
    tables = show(kind, value)
    assert totals(tables) == (0, 0.0, 0.0, 0, 0, None) and tables["related"] == []
    assert {row["orders"] for row in tables["daily"]} == {0}


@pytest.mark.parametrize(
    ("kind", "value"), [("client", "late"), ("product", "p9"), ("product", "p3"), ("promotion", "AUTUMN"), ("dimension", "planet=Mars")]
)
def test_what_is_not_known_is_refused(show: Show, kind: str, value: str) -> None:
    with pytest.raises(LookupError):
        show(kind, value)
