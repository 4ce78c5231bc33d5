"""Products: every figure computed by hand on small shops."""

from __future__ import annotations

import pytest

from ca_assets.analyses.core.report import ReportSet
from ca_assets_tests.analyses.running import computed, rows_of
from ca_assets_tests.shops.builder import SampleShop

SESSIONS = """
id, client, start,            amount, discount, country
1,  A,      2024-01-05T10:00, 10,     1,        FR
2,  A,      2024-03-30T10:00, 20,     0,        FR
3,  B,      2024-03-30T11:00, 30,     3,        DE
4,  B,      2024-03-30T12:00, 5,      0,        DE
5,  C,      2024-03-30T13:00, ,       ,         DE
6,  C,      2024-04-01T00:00, 99,     ,         DE
"""
LINES = """
id, product, category, price, quantity, title
1,  tea,     hot,      4,     2,        Tea b
1,  tea,     hot,      4,     .5,       Tea a
1,  cup,     ,         1,     1,
2,  tea,     hot,      5,     2,        Tea c
3,  cup,     ,         2,     3,
3,  Mug,     hot,      10,    1,        Mug
5,  tea,     hot,      100,   100,      A
6,  tea,     hot,      100,   100,      A
"""


def products(sessions: str, lines: str | None, **settings: int) -> dict[str, ReportSet]:
    """The family of a shop with these rows, as of 2024-03-31."""
    return computed(["products"], SampleShop(sessions=sessions, baskets=lines, dimensions=["country"], settings=settings))


@pytest.fixture(scope="module")
def reports() -> dict[str, ReportSet]:
    return products(SESSIONS, LINES)


def test_top_products(reports: dict[str, ReportSet]) -> None:
    """Twice in an order counts once; sessions without purchase and later than the report do not count."""
    assert rows_of(reports, "products/top_products") == [
        ("Mug", "Mug", 1, 1.0, 10.0, 1),
        ("cup", None, 2, 4.0, 7.0, 2),
        ("tea", "Tea c", 2, 4.5, 20.0, 1),  # of the newest known order
    ]
    assert rows_of(reports, "products/top_products", scope="country=DE") == [("Mug", "Mug", 1, 1.0, 10.0, 1), ("cup", None, 1, 3.0, 6.0, 1)]


def test_names_are_those_of_the_window(reports: dict[str, ReportSet]) -> None:
    assert rows_of(reports, "products/top_products@7d", "product product_name orders") == [
        ("Mug", "Mug", 1),
        ("cup", None, 1),
        ("tea", "Tea c", 1),
    ]


def test_names_at_one_moment_are_the_smallest_in_text_order() -> None:
    sessions = (
        "id, client, start, amount, country\n1, A, 2024-03-01T10:00, 1, DE\n2, A, 2024-03-30T10:00, 1, DE\n3, B, 2024-03-30T10:00, 1, FR\n"
    )
    lines = "id, product, title\n1, tea, Assam\n2, tea, Zhu\n3, tea, Yunnan\n"
    named = products(sessions, lines)
    assert rows_of(named, "products/top_products", "product_name") == [("Yunnan",)]
    assert rows_of(named, "products/top_products", "product_name", scope="country=DE") == [("Zhu",)]


def test_a_newest_order_without_a_name_does_not_count() -> None:
    sessions = "id, client, start, amount, country\n1, A, 2024-03-01T10:00, 1, DE\n2, , 2024-03-30T10:00, 1, DE\n"
    named = products(sessions, "id, product, title\n1, tea, Assam\n2, tea,\n")
    assert rows_of(named, "products/top_products", "product_name orders customers") == [("Assam", 2, 1)]


def test_categories(reports: dict[str, ReportSet]) -> None:
    assert rows_of(reports, "products/top_categories") == [("__none__", 2, 4.0, 7.0, 2), ("hot", 3, 5.5, 30.0, 2)]
    assert rows_of(reports, "products/top_categories@28d") == [("__none__", 1, 3.0, 6.0, 1), ("hot", 2, 3.0, 20.0, 2)]


def test_line_value_by_month(reports: dict[str, ReportSet]) -> None:
    jan, feb, mar = (f"2024-0{month}-01" for month in (1, 2, 3))
    assert rows_of(reports, "products/line_value_monthly") == [
        (jan, 1, 1, 11.0, 10.0, 1.0, -1.0),
        (feb, 0, 0, 0.0, 0.0, 0.0, 0.0),
        (mar, 3, 2, 26.0, 50.0, 3.0, 24.0),
    ]
    assert rows_of(reports, "products/line_value_monthly", "orders difference", scope="country=DE")[2] == (2, 14.0)


def test_products_by_day(reports: dict[str, ReportSet]) -> None:
    days = rows_of(reports, "products/daily_products")
    assert len(days) == 3 * 87  # 2024-01-05 to 03-31, three products, none of them "other"
    assert [row for row in days if row[2]] == [
        ("2024-01-05", "cup", 1, 1.0, 1.0),
        ("2024-01-05", "tea", 1, 2.5, 10.0),
        ("2024-03-30", "Mug", 1, 1.0, 10.0),
        ("2024-03-30", "cup", 1, 3.0, 6.0),
        ("2024-03-30", "tea", 1, 2.0, 10.0),
    ]


def test_others_are_distinct_orders_and_customers_of_each_scope() -> None:
    """Ranks by orders, then customers, then code point (Z before a); each scope has its own list."""
    sessions = """
id, client, start,      amount, country
1,  A,      2024-03-30, 1,      FR
2,  A,      2024-03-30, 1,      FR
3,  B,      2024-03-30, 1,      DE
4,  B,      2024-03-30, 1,      DE
"""
    lines = "id,product,category\n1,a,a\n1,Z,Z\n1,d,d\n2,a,a\n2,Z,Z\n2,d,d\n3,b,b\n3,c,c\n4,c,c\n3,d,d\n"
    reports = products(sessions, lines, top=2)
    for path, item in (("products/top_products", "product"), ("products/top_categories", "category")):
        assert rows_of(reports, path, f"{item} orders units customers") == [("Z", 2, 2.0, 1), ("__other__", 4, 5.0, 2), ("d", 3, 3.0, 2)]
        assert rows_of(reports, path, f"{item} orders units customers", scope="country=DE") == [
            ("__other__", 1, 1.0, 1),
            ("b", 1, 1.0, 1),
            ("c", 2, 2.0, 1),
        ]
    assert rows_of(reports, "products/top_products", "product_name", product="__other__") == [(None,)]


def test_the_eleventh_product_is_other_by_day() -> None:
    sessions = "id,client,start,amount\n" + "".join(f"{i},A,2024-03-30,1\n" for i in range(2)) + "9,A,2024-03-31,1\n"
    lines = "id,product\n" + "".join(f"{order},p{i:02}\n" for order in range(2) for i in range(10)) + "0,q\n0,r\n1,s\n9,q\n"
    reports = products(sessions, lines)
    other = rows_of(reports, "products/daily_products", product="__other__")
    assert other == [("2024-03-30", "__other__", 2, 3.0, 3.0), ("2024-03-31", "__other__", 1, 1.0, 1.0)]
    assert len(rows_of(reports, "products/daily_products")) == 22


def test_pairs_by_hand() -> None:
    """Five orders of both are enough, four are not; three orders hold a alone, two b alone, one nothing of both."""
    baskets = ["a b", "a a b", "a b", "a b", "b a", "a", "a", "a", "b", "b", "c d", "c d", "c d", "c d", "e"]
    sessions = "id,client,start,amount\n" + "".join(f"{i},A,2024-03-{10 if i < 3 else 31},1\n" for i in range(len(baskets)))
    sessions += "99,A,2024-03-31,1\n"  # an order without lines is in no total
    lines = "id,product\n" + "".join(f"{i},{product}\n" for i, basket in enumerate(baskets) for product in basket.split())
    reports = products(sessions, lines)
    row = ("a", "b", 5, 8, 7, 15, 5 / 15, 5 / 8, 5 / 7, 75 / 56)
    assert rows_of(reports, "products/product_pairs") == rows_of(reports, "products/product_pairs@28d") == [row]
    assert rows_of(reports, "products/product_pairs@7d") == []


def test_pairs_in_under_a_thousandth_of_orders_are_left_out() -> None:
    """Of 2,001 orders a pair needs three."""
    baskets = ["a b"] * 3 + ["c d"] * 2 + ["e"] * 1996
    sessions = "id,client,start,amount\n" + "".join(f"{i},A,2024-03-30,1\n" for i in range(2001))
    lines = "id,product\n" + "".join(f"{i},{product}\n" for i, basket in enumerate(baskets) for product in basket.split())
    reports = products(sessions, lines, pair_orders=1)
    assert rows_of(reports, "products/product_pairs", "product_a product_b lift") == [("a", "b", 3 * 2001 / 9)]


def test_the_first_thousand_pairs() -> None:
    """Lift descending, then orders, then names: 1,035 pairs of one order have lift 3; a and b, in two more, have less."""
    lines = "id,product\n" + "".join(f"1,p{i:02}\n" for i in range(46)) + "2,a\n2,b\n3,a\n3,b\n"
    sessions = "id,client,start,amount\n1,A,2024-03-30,1\n2,A,2024-03-30,1\n3,A,2024-03-30,1\n"
    reports = products(sessions, lines, pair_orders=1)
    pairs = rows_of(reports, "products/product_pairs", "product_a product_b")
    every = [(f"p{i:02}", f"p{j:02}") for i in range(46) for j in range(i + 1, 46)]
    assert pairs == every[:1000]


def test_two_currencies_are_never_added() -> None:
    sessions = """
id, client, start,      amount, currency
1,  A,      2024-03-01, 10,     EUR
2,  A,      2024-03-30, 10,     USD
"""
    reports = products(sessions, "id,product,price\n1,a,3\n2,a,4\n")
    assert rows_of(reports, "products/top_products", "orders units line_value") == [(2, 2.0, None)]
    assert rows_of(reports, "products/top_products@7d", "orders units line_value") == [(1, 1.0, 4.0)]
    assert rows_of(reports, "products/top_categories", "line_value", scope="currency=USD") == [(4.0,)]
    assert {row[-1] for row in rows_of(reports, "products/daily_products")} == {None}
    assert rows_of(reports, "products/line_value_monthly")[0][1:] == (2, 2, None, None, None, None)
    assert rows_of(reports, "products/line_value_monthly", scope="currency=EUR")[0][1:] == (1, 1, 3.0, 10.0, 0.0, 7.0)


def test_enormous_quantities_are_added() -> None:
    sessions = "id,client,start,amount\n" + "".join(f"{i},A,2024-03-30,1\n" for i in range(20))
    lines = "id,product,price,quantity\n" + "".join(f"{i},a,1e15,{9e23 if i % 2 else 3}\n" for i in range(20))
    reports = products(sessions, lines)
    assert rows_of(reports, "products/top_products", "units line_value") == [(pytest.approx(9e24), pytest.approx(9e39))]


def test_without_baskets_or_purchases() -> None:
    assert products(SESSIONS, None)["products"].tables == {}
    reports = products("id,client,start,amount\n1,A,2024-03-31,\n", "id,product\n1,a\n")
    empty = {name for name, table in reports["products"].tables.items() if not table.num_rows}
    assert empty == reports["products"].tables.keys() - {"line_value_monthly"}
    assert rows_of(reports, "products/line_value_monthly")[0][1:] == (0, 0, 0.0, 0.0, 0.0, 0.0)
