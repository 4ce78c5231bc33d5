"""Cases of docs/contract, section 2: what stands in files besides rows, and files that differ. All rows were worked out by hand."""

from __future__ import annotations

import codecs

from ca_assets_tests.oracle.case import HEADER, Case
from ca_assets_tests.shops.builder import SampleShop

SEMICOLONS = HEADER.replace(",", ";")

SEPARATOR = Case(
    name="a first line sep= sets the delimiter and is one of skip_rows",
    shop=SampleShop(
        sessions='Sep=;\nOrders of "May\n\nid;client;start;amount;bought\n1;A;2024-01-01;1,5;1\n2;B;2024-01-01;1;1;1\n',
        customers="sep=|\r\nclient|download\r\nA|2024-01-01\r\nB,C|2024-01-01\r\n",
        baskets="id,product,price\n1,sep=;,2\nsep=;,tea,2\n",
        columns={
            "sessions": {
                "id": "id",
                "client": "client",
                "session_start_date": "start",
                "payment_amount": "amount",
                "has_purchased": "bought",
            },
            "customers": {"client": "client", "download_date": "download"},
        },
        options={"sessions": {"skip_rows": 3, "decimal": ","}},
    ),
    expected={
        "orders": "id,payment_amount\n1,1.5\n",
        "downloads": 'client,download_date\nA,2024-01-01T00:00:00Z\n"B,C",2024-01-01T00:00:00Z\n',
        "products/top_products": "product,orders,line_value\nsep=;,1,2\n",
    },
    rows={"orders": 1, "downloads": 2},
    counts={"sessions": {"read": 2, "rejected": 1}, "customers": {"read": 2}, "baskets": {"read": 2, "orphans": 1}},
)

SKIPPED = Case(
    name="skip_rows are lines of the file, empty ones too",
    shop=SampleShop(
        sessions='created, 1 June\n"open\n\n' + HEADER + "\n1,A,2024-01-01,1,1\n",
        columns={
            "sessions": {
                "id": "id",
                "client": "client",
                "session_start_date": "start",
                "payment_amount": "amount",
                "has_purchased": "bought",
            }
        },
        options={"sessions": {"skip_rows": 3}},
    ),
    expected={"orders": "id,client\n1,A\n"},
    rows={"orders": 1},
    counts={"sessions": {"read": 1, "rejected": 0}},
)

MARKS = Case(
    name="a byte order mark where a row begins is no part of it",
    shop=SampleShop(
        sessions="\ufeff" + HEADER + '1,A,2024-01-01,1,1\n\ufeff"2",A,2024-01-01,1,1\n\ufeff\n3,"A\n\ufeffB",2024-01-01,1,1\n'
        '"4\ufeff",\ufeff"A",2024-01-01,1,1\n',  # inside a row it is a character, so that this quote is none
    ),
    expected={"orders": 'id,client\n1,A\n2,A\n3,"A\n\ufeffB"\n4,"""A"""\n'},
    rows={"orders": 4},
    counts={"sessions": {"read": 4, "accepted": 4}},
)

LATIN = Case(
    name="encoding: bytes that are none of it cost their row",
    shop=SampleShop(
        sessions=HEADER.encode() + "1,Müller,2024-01-01,€ 1,1\n".encode("cp1252") + b"2,\x81,2024-01-01,1,1\n3,\xe9,2024-01-01,1,1\n",
        # Without an encoding it is UTF-8, where \xfc alone is nothing.
        customers=b"client,download\nM\xfcller,2024-01-01\n" + "Müller,2024-01-02\né,2024-01-02\n".encode(),
        options={"sessions": {"encoding": "windows-1252"}},
    ),
    expected={
        "orders": "id,client,payment_amount\n1,Müller,1\n3,é,1\n",
        "downloads": "client,download_date\nMüller,2024-01-02T00:00:00Z\né,2024-01-02T00:00:00Z\n",
    },
    rows={"orders": 2, "downloads": 2},
    counts={"sessions": {"read": 3, "rejected": 1}, "customers": {"read": 3, "rejected": 1}},
)

WIDE = Case(
    name="encoding: a byte order mark decides, UTF-16 too",
    shop=SampleShop(
        sessions=codecs.BOM_UTF16_LE
        + (HEADER + "1,Ü,2024-01-01,1,1\n").encode("utf-16-le")
        + b"2\x00,\x00\x00\xd8"
        + ",2024-01-01,1,1\n".encode("utf-16-le"),
        customers=codecs.BOM_UTF16_BE + "client,download\nÜ,2024-01-01\n".encode("utf-16-be"),
        baskets=codecs.BOM_UTF8 + "id,product,price\n1,thé,2\n".encode(),
        columns={
            "sessions": {
                "id": "id",
                "client": "client",
                "session_start_date": "start",
                "payment_amount": "amount",
                "has_purchased": "bought",
            },
            "customers": {"client": "client", "download_date": "download"},
        },
        options={"sessions": {"encoding": "windows-1252"}, "baskets": {"encoding": "windows-1252"}},
    ),
    expected={
        "orders": "id,client\n1,Ü\n",
        "downloads": "client,download_date\nÜ,2024-01-01T00:00:00Z\n",
        "products/top_products": "product,orders\nthé,1\n",
    },
    rows={"orders": 1, "downloads": 1},
    counts={"sessions": {"read": 2, "rejected": 1}},
)

TWINS = Case(
    name="columns that nothing maps may lack a name or have one twice",
    shop=SampleShop(
        sessions="note,id,,client,note,start,amount,,bought\nx,1,,A,y,2024-01-01,1,,1\n,,,,,,,,\nx,2,,A,y,2024-01-01,1,1\n",
    ),
    expected={"orders": "id,client\n1,A\n"},
    rows={"orders": 1},
    counts={"sessions": {"read": 3, "rejected": 2}},
)

LACKING = Case(
    name="files of a folder: an optional column that some lack",
    shop=SampleShop(
        sessions={
            "a.csv": HEADER.replace("\n", ",discount,country,cart\n") + "1,A,2024-01-01,10,1,2,FR,1\n",
            "b.csv": "bought,amount,start,id\n1,10,2024-01-01,2\n1,10,2024-01-01\n",  # another order, no client
            "c.csv": HEADER.replace("\n", ",Discount,country,cart\n") + "3,A,2024-01-01,10,1,4,DE,\n",  # another name
        },
        dimensions=["country"],
        actions=["cart"],
    ),
    expected={
        "orders": "id,client,discount_amount,dimensions.country,actions.cart\n1,A,2,FR,true\n2,,0,,false\n3,A,0,DE,false\n",
        "stats/kpis": "metric,total\norders,3\nbuyers,1\ndiscount,2\n",
    },
    rows={"orders": 3},
    counts={"sessions": {"read": 4, "rejected": 1}},
)

FILE_CASES = [SEPARATOR, SKIPPED, MARKS, LATIN, WIDE, TWINS, LACKING]
