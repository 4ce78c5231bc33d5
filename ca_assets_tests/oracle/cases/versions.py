"""Cases of docs/contract, section 2: versions of rows, by file and by updated_at, and further lines. All rows were worked out by hand."""

from __future__ import annotations

from ca_assets_tests.oracle.case import HEADER, Case, sessions_csv
from ca_assets_tests.shops.builder import SampleShop

UPDATED = HEADER.replace("\n", ",updated_at\n")

# In code point order: Z.csv, export_10.csv, export_9.csv, ä.csv.
SESSIONS = {
    "ä.csv": HEADER + "1,A,2024-01-01,4,1\nlast,A,2024-01-01,,0\nbad,A,2024-01-01,x,1\n",
    "export_9.csv": HEADER
    + "1,A,2024-01-05,30,1\n9,A,2024-01-01,9,1\nbad,A,2024-01-01,3,1\ntwice,A,2024-01-01,1,1\ntwice,A,2024-01-01,2,1\n",
    "export_10.csv": HEADER
    + "1,A,2024-01-01,20,1\n9,A,2024-01-01,99,1\ngone,A,2024-01-01,5,1\nlast,A,2024-01-01,8,1\ntwice,A,2024-01-01,7,1\n",
    "Z.csv": HEADER + "1,A,2024-01-09,10,1\nbad,A,2024-01-01,6,1\n",
}

BY_FILE = Case(
    name="versions by_file: the row of the last file stays",
    shop=SampleShop(sessions=SESSIONS, options={"sessions": {"versions": "by_file"}}),
    expected={
        # bad: a row that cannot be used is no version. twice: within a file the largest.
        "orders": "id,payment_amount,has_purchased\n1,4,true\n9,9,true\ngone,5,true\nlast,0,false\nbad,3,true\ntwice,2,true\n",
    },
    rows={"orders": 6},
    counts={"sessions": {"read": 15, "accepted": 6, "rejected": 1, "duplicates": 8}},
)

WITHOUT = Case(
    name="versions: without by_file the largest row of all files stays",
    shop=SampleShop(sessions=SESSIONS),
    expected={
        "orders": "id,payment_amount,has_purchased\n1,10,true\n9,99,true\ngone,5,true\nlast,8,true\nbad,6,true\ntwice,7,true\n",
    },
    rows={"orders": 6},
    counts={"sessions": {"read": 15, "accepted": 6, "rejected": 1, "duplicates": 8}},
)

UPDATED_AT = Case(
    name="versions: the latest updated_at stays, then the largest",
    shop=SampleShop(
        sessions={
            "a.csv": UPDATED + "1,A,2024-01-01,5,1,2024-02-02\n2,A,2024-01-01,5,1,2024-02-02\n3,A,2024-01-01,5,1,\n4,A,2024-01-01,5,1,\n"
            "5,A,2024-01-01,5,1,2024-02-02\n",
            "b.csv": UPDATED
            + "1,A,2024-01-01,,0,2024-02-03\n2,A,2024-01-01,7,1,2024-02-02\n3,A,2024-01-01,,0,2024-01-01\n4,A,2024-01-01,6,1,\n"
            "5,A,2024-01-01,9,1,2024-02-01 23:59:59\n5,A,2024-01-01,9,1,oops\n",
        },
    ),
    # 3: no time is before every time.
    expected={"orders": "id,payment_amount,has_purchased\n1,0,false\n2,7,true\n3,0,false\n4,6,true\n5,5,true\n"},
    rows={"orders": 5},
    counts={"sessions": {"read": 11, "accepted": 5, "rejected": 1, "duplicates": 5}},
)

BOTH = Case(
    name="versions: by_file first, updated_at within a file",
    shop=SampleShop(
        sessions={
            "a.csv": UPDATED + "1,A,2024-01-01,50,1,2024-09-01\n2,A,2024-01-01,50,1,2024-09-01\n",
            "b.csv": UPDATED + "1,A,2024-01-01,5,1,2024-02-01\n1,A,2024-01-01,4,1,2024-02-02\n1,A,2024-01-01,9,1,\n",
        },
        options={"sessions": {"versions": "by_file"}},
    ),
    expected={"orders": "id,payment_amount\n1,4\n2,50\n"},
    rows={"orders": 2},
    counts={"sessions": {"read": 5, "accepted": 2, "duplicates": 3}},
)

LINES = "id,product,price\n"
ORDER_ROWS = sessions_csv(["1,A,2024-01-01,9,1", "2,A,2024-01-01,9,1", "3,A,2024-01-01,9,1", "4,A,2024-01-01,,0"])

LINES_BY_FILE = Case(
    name="versions by_file: lines and delivery of the last file of the order",
    shop=SampleShop(
        sessions=ORDER_ROWS,
        baskets={
            "1.csv": LINES + "1,tea,1\n1,tea,1\n1,cup,2\n2,tea,1\n2,tea,1\n3,cup,8\n9,cup,1\n",
            "2.csv": LINES + "1,pot,3\n1,pot,3\n3,cup,x\n9,cup,1\n",  # of 3 no line that can be used
        },
        deliveries={
            "1.csv": "id,delivered\n1,2024-01-09\n2,2024-01-09\n4,2024-01-09\n",
            "2.csv": "id,delivered\n1,2024-01-02\n1,2024-01-03\n2,\n4,2024-01-03\n",
        },
        options={"baskets": {"versions": "by_file"}, "deliveries": {"versions": "by_file"}},
    ),
    expected={
        "products/top_products": "product,orders,units,line_value\npot,1,2,6\ntea,1,2,2\ncup,1,1,8\n",
        "orders": "id,delivery.delivery_date\n1,2024-01-03T00:00:00Z\n2,2024-01-09T00:00:00Z\n3,\n4,\n",
    },
    rows={"products/top_products": 3},
    counts={
        "baskets": {"read": 11, "accepted": 5, "rejected": 1, "duplicates": 4, "orphans": 1},
        "deliveries": {"read": 7, "accepted": 2, "rejected": 1, "duplicates": 3, "orphans": 1},
    },
)

LINES_UPDATED = Case(
    name="versions: all lines of the order's latest updated_at",
    shop=SampleShop(
        sessions=ORDER_ROWS,
        baskets="id,product,price,updated_at\n1,tea,1,2024-01-02\n1,cup,2,2024-01-03\n1,cup,2,2024-01-03\n1,pot,3,2024-01-03\n1,jar,4,\n"
        "2,tea,1,\n2,tea,1,\n3,tea,1,2024-01-01\n3,tea,1,2024-01-01 00:00\n",
        deliveries="id,delivered,updated_at\n1,2024-01-09,2024-01-02\n1,2024-01-05,2024-01-03\n1,2024-01-04,2024-01-03\n2,2024-01-09,\n",
    ),
    expected={
        "products/top_products": "product,orders,units,line_value\ntea,2,4,4\ncup,1,2,4\npot,1,1,3\n",
        "orders": "id,delivery.delivery_date\n1,2024-01-05T00:00:00Z\n2,2024-01-09T00:00:00Z\n",
    },
    rows={"products/top_products": 3},
    counts={"baskets": {"read": 9, "accepted": 7, "duplicates": 2}, "deliveries": {"read": 4, "accepted": 2, "duplicates": 2}},
)

CUSTOMERS = Case(
    name="versions of customers: the last file before the first download",
    shop=SampleShop(
        sessions=sessions_csv(["1,A,2024-02-01,1,1", "2,C,2024-02-01,1,1"]),
        customers={
            "1.csv": "client,download,signup\nA,2024-01-01,\nB,2024-01-01,2024-01-01\nC,2024-01-01,\n",
            "2.csv": "client,download,signup\nA,2024-01-09,\nA,2024-01-08,2024-01-20\nA,2024-01-08,2024-01-19\nC,2024-01-02,oops\n",
        },
        options={"customers": {"versions": "by_file"}},
    ),
    expected={
        "downloads": """
client,download_date,signup_date
A,2024-01-08T00:00:00Z,2024-01-19T00:00:00Z
B,2024-01-01T00:00:00Z,2024-01-01T00:00:00Z
C,2024-01-01T00:00:00Z,
"""
    },
    rows={"downloads": 3},
    counts={"customers": {"read": 7, "accepted": 3, "rejected": 1, "duplicates": 3}},
)

CUSTOMERS_UPDATED = Case(
    name="versions of customers: the latest updated_at",
    shop=SampleShop(
        sessions=sessions_csv(["1,A,2024-02-01,1,1"]),
        customers="client,download,updated_at\nA,2024-01-01,2024-03-01\nA,2024-01-09,2024-03-02\nB,2024-01-09,\nB,2024-01-08,\n",
    ),
    expected={"downloads": "client,download_date\nA,2024-01-09T00:00:00Z\nB,2024-01-08T00:00:00Z\n"},
    rows={"downloads": 2},
    counts={"customers": {"read": 4, "accepted": 2, "duplicates": 2}},
)

FURTHER = Case(
    name="further lines: rows that only lack values, of an order in the file",
    shop=SampleShop(
        sessions={
            "a.csv": HEADER.replace("\n", ",promo\n") + "1,A,2024-01-01,9,1,\n1,,,,,\n1,,,,1,\n1,A,2024-01-01,,1,P\n"  # 3 further lines
            "1,,oops,,,\n1,,,,,__none__\n"  # wrong besides
            "2,,,,,\n3,,,,,\n3,A,2024-01-01,9,1,\n4,A,2024-01-01,x,1,\n4,,,,,\n,,2024-01-01,9,1,\n",
            "b.csv": HEADER.replace("\n", ",promo\n") + "2,A,2024-01-01,9,1,\n1,,,,,\n",  # of a file each
        },
        deliveries="id,delivered,packed\n1,2024-01-02,\n1,,2024-01-01\n1,,oops\n2,,\n",
        baskets="id,product,price\n1,tea,1\n1,,1\n1,tea,\n",  # lines have no key, and each stands for itself
    ),
    expected={
        "orders": "id,promotion_id,delivery.delivery_date,delivery.prepare_date\n1,,2024-01-02T00:00:00Z,\n2,,,\n3,,,\n",
        "products/top_products": "product,units\ntea,1\n",
    },
    rows={"orders": 3},
    counts={
        "sessions": {"read": 14, "accepted": 3, "rejected": 7, "duplicates": 4},
        "deliveries": {"read": 4, "accepted": 1, "rejected": 2, "duplicates": 1},
        "baskets": {"read": 3, "accepted": 1, "rejected": 2, "duplicates": 0},
    },
)

VERSION_CASES = [BY_FILE, WITHOUT, UPDATED_AT, BOTH, LINES_BY_FILE, LINES_UPDATED, CUSTOMERS, CUSTOMERS_UPDATED, FURTHER]
