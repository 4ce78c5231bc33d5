"""Cases of REPORTS.md section 2: what is rejected, zeroed, a duplicate, an orphan. All rows and counts were worked out by hand."""

# ruff: noqa: E501 (small files as literals)
from __future__ import annotations

from ca_assets_tests.oracle.case import Case
from ca_assets_tests.oracle.cases_reports import shop

HEADER = "id,client,start,amount,bought\n"


def _sessions(rows: list[str]) -> str:
    return HEADER + "".join(f"{row}\n" for row in rows)


GOOD_VALUES = {
    "n1,A,2024-01-01,+1,TRUE": "1",
    "n2,A,2024-01-01,1e2,True": "100",
    "n3,A,2024-01-01,.5,T": "0.5",
    "n4,A,2024-01-01,5.,yes": "5",
    "n5,A,2024-01-01,007.50,Y": "7.5",
    "n6,A,2024-01-01,1E-2,1": "0.01",
    "n7,A,2024-01-01,1e15,t": "1000000000000000",
    " n8 ,A,2024-01-01,\u00a01.5\u2003,\u3000yEs": "1.5",
    "n9,A,2024-01-01,0,y": "0",
}
BAD_VALUES = [
    ",A,2024-01-01,1,1",  # no id
    "   ,A,2024-01-01,1,1",
    "b1,,2024-01-01,1,1",
    "b2,A,,1,1",
    "b3,A,2024-01-01,,1",  # a purchase needs an amount
    "b4,A,2024-01-01,1,",
    "b5,A,2024-01-01,abc,1",
    "b6,A,2024-01-01,-1,1",
    "b7,A,2024-01-01,-1,0",  # rejected before it is made zero
    "b8,A,2024-01-01,abc,0",
    "b9,A,2024-01-01,1.5e15,1",
    "b10,A,2024-01-01,NaN,1",
    "b11,A,2024-01-01,inf,1",
    "b12,A,2024-01-01,1e400,1",
    "b13,A,2024-01-01,0x10,1",
    "b14,A,2024-01-01,1_000,1",
    "b15,A,2024-01-01,\u0661\u0662,1",  # Arabic digits
    "b16,A,2024-01-01,$1,1",
    "b17,A,2024-01-01,1 000,1",
    "b18,A,2024-01-01,.,1",
    "b19,A,2024-01-01,1e,1",
    "b20,A,2024-01-01,1,2",
    "b21,A,2024-01-01,1,on",
    "b22,A,2024-01-01,1,1.0",
    "b23,A,2024-01-01,1,truee",
    "b24,A,2024-02-30,1,1",
    "b25,A,2024-13-01,1,1",
    "b26,A,01/02/2024,1,1",
    "b27,A,2024-1-1,1,1",
    "b28,A,2024-01-01 24:00,1,1",
    "b29,A,2024-01-01 23:59:60,1,1",
    "b30,A,2024-01-01 12:60,1,1",
    "b31,A,2024-01-01 12,1,1",
    "b32,A,2024-01-01  12:00,1,1",
    "b33,A,1989-12-31 23:59:59,1,1",
    "b34,A,0001-01-01,1,1",
    "b35,A,9999-12-31T23:59:59-01:00,1,1",  # after year 9999 in UTC
    "b36,A,10000-01-01,1,1",
    "b37,A,20240101,1,1",
    "b38,A,2024-01-01 12:00 PM,1,1",
    "b39,A,1704067200,1,1",
    "b\0 40,A,2024-01-01,1,1",
    "__none__,A,2024-01-01,1,1",
    "b42, __other__ ,2024-01-01,1,1",
    "b43,A,2024-01-01,1",  # too few
    "b44,A,2024-01-01,1,1,",  # too many
    "",  # no row at all
    "   ",  # one field: too few
]

VALUES = Case(
    name="garbage: numbers, booleans, dates, reserved texts, NUL",
    files={"shop.yaml": shop(tail=""), "sessions.csv": _sessions([*GOOD_VALUES, *BAD_VALUES])},
    expected={"orders": "id,payment_amount\n" + "".join(f"{row.split(',')[0].strip()},{value}\n" for row, value in GOOD_VALUES.items())},
    rows={"orders": len(GOOD_VALUES)},
    counts={"sessions": {"read": len(GOOD_VALUES) + len(BAD_VALUES) - 1, "rejected": len(BAD_VALUES) - 1, "accepted": len(GOOD_VALUES)}},
)

TIMES = Case(
    name="ISO times in all their forms, cut to microseconds, from 1990 to 9999",
    files={
        "shop.yaml": shop(tail=""),
        "sessions.csv": _sessions(
            [
                "t1,A,2024-01-01,1,1",
                "t2,A,2024-01-01 10:20,1,1",
                "t3,A,2024-01-01T10:20:30,1,1",
                "t4,A,2024-01-01 10:20:30.1234569,1,1",
                "t5,A,2024-01-01T10:20:30Z,1,1",
                "t6,A,2024-01-01 10:20:30 UTC,1,1",
                "t7,A,2024-01-01 10:20:30+01,1,1",
                "t8,A,2024-01-01T10:20-0530,1,1",
                "t9,A,2024-01-01T10:20:30.5+05:45,1,1",
                "t10,A,1990-01-01,1,1",
                "t11,A,9999-12-31 23:59:59.999999,1,1",
                "t12,A,1989-12-31T23:00:00-01:00,1,1",
                "t13,A,2024-02-29,1,1",
            ]
        ),
    },
    expected={
        "orders": """
id,session_start_date
t1,2024-01-01T00:00:00Z
t2,2024-01-01T10:20:00Z
t3,2024-01-01T10:20:30Z
t4,2024-01-01T10:20:30.123456Z
t5,2024-01-01T10:20:30Z
t6,2024-01-01T10:20:30Z
t7,2024-01-01T09:20:30Z
t8,2024-01-01T15:50:00Z
t10,1990-01-01T00:00:00Z
t11,9999-12-31T23:59:59.999999Z
t12,1990-01-01T00:00:00Z
t13,2024-02-29T00:00:00Z
"""
    },
    rows={"orders": 13},
    counts={"sessions": {"accepted": 13, "rejected": 0}},
)

FORMATS = Case(
    name="a source's own date format, decimal sign, thousands sign, delimiter and zone",
    files={
        "shop.yaml": shop(
            "calendar: {timezone: Europe/Berlin}",
            extra='    timezone: America/New_York\n    date_format: "%d.%m.%Y %H:%M"\n    decimal: ","\n    thousands: "."\n    delimiter: ";"\n',
            tail="",
        ),
        "sessions.csv": HEADER.replace(",", ";") + "1;A;31.01.2024 20:00;1.234,5;ja\n2;A;31.01.2024 20:00;1.234,5;y\n"
        "3;A;31.01.2024 20:00;1234,5;y\n4;A;31.01.2024 20:00;12.34,5;y\n5;A;31.01.2024 20:00;1.5;y\n6;A;31.02.2024 20:00;1;y\n"
        "7;A;31.01.2024 20:00;1.234.567;y\n8;A;31.01.2024 20:00;0,1.234;y\n",
    },
    expected={
        "orders": "id,session_start_date,payment_amount\n2,2024-02-01T01:00:00Z,1234.5\n3,2024-02-01T01:00:00Z,1234.5\n"
        "7,2024-02-01T01:00:00Z,1234567\n",
        "stats/hourly_orders": "hour,orders\n2,3\n",
    },
    rows={"orders": 3, "stats/daily_orders": 1},
    counts={"sessions": {"read": 8, "rejected": 5}},
)

CSV = Case(
    name="CSV: BOM, CR LF, empty lines, quotes, bytes that are not UTF-8",
    files={
        "shop.yaml": shop(tail=""),
        "sessions.csv": b"\xef\xbb\xbf" + HEADER.replace("\n", "\r\n").encode() + b'"q1","A","2024-01-01","1","1"\r\n'
        b'\r\n"q""2",A,2024-01-01,1,1\r\n'  # a doubled quote
        b'q3"x,A,2024-01-01,1,1\r\n'  # inside an unquoted field it is a character
        b'"q4,5",A,2024-01-01,1,1\r\n'
        b'"q\n6",A,2024-01-01,1,1\r\n'  # a line end inside quotes
        b'"q7"x,A,2024-01-01,1,1\r\n'  # broken
        b"q8\xff,A,2024-01-01,1,1\r\n"  # broken
        b'q9,"A" ,2024-01-01,1,1\r\n'  # broken: something behind the closing quote
        b"007,A,2024-01-01,1,1\r\n7,A,2024-01-01,1,1\r\n"
        + "ü😀,=1+1,2024-01-01,1,1\r\n\r\n".encode()
        + b"last,A,2024-01-01,1,1",  # no line end
    },
    expected={
        "orders": 'id,client\nq1,A\n"q""2",A\n"q3""x",A\n"q4,5",A\n"q\n6",A\n007,A\n7,A\nü😀,=1+1\nlast,A\n',
    },
    rows={"orders": 9},
    counts={"sessions": {"read": 12, "accepted": 9, "rejected": 3}},
)

OPEN_QUOTE = Case(
    name="CSV: a quote that is never closed costs its own line only",
    files={
        "shop.yaml": shop(tail=""),
        "sessions.csv": _sessions(["1,A,2024-01-01,1,1", '2,"A,2024-01-01,1,1', "3,A,2024-01-01,1,1", "4,A,2024-01-01,1,1"]),
    },
    rows={"orders": 3},
    counts={"sessions": {"read": 4, "accepted": 3, "rejected": 1}},
)


def _pair(key: str, loser: str, winner: str) -> list[str]:
    return [f"{key}>,{winner}", f"{key}>,{loser}", f"{key}<,{loser}", f"{key}<,{winner}"]


DUPLICATES = Case(
    name="duplicate sessions: every tie-break, whatever the row order",
    files={
        "shop.yaml": shop(
            columns="date: ended, discount_amount: rebate, promotion_id: promo, currency: cur, refund_amount: back, refund_date: back_at",
            extra="    dimensions: [country]\n    actions: [cart]\n",
            tail="",
        ),
        # After the id: bought,start,ended,amount,rebate,client,promo,country,cart,cur,back,back_at
        "sessions.csv": "\n".join(
            [
                "id,bought,start,ended,amount,rebate,client,promo,country,cart,cur,back,back_at",
                *_pair("bought", "0,2024-01-09,2024-01-09,9,9,Z,Z,Z,1,USD,9,2024-01-09", "1,2024-01-01,,1,0,A,,,0,EUR,0,"),
                *_pair("start", "1,2024-01-01,2024-01-09,9,9,Z,Z,Z,1,USD,9,2024-01-09", "1,2024-01-02,,1,0,A,,,0,EUR,0,"),
                *_pair("ended", "1,2024-01-01,,9,9,Z,Z,Z,1,USD,9,2024-01-09", "1,2024-01-01,2024-01-01,1,0,A,,,0,EUR,0,"),
                *_pair("amount", "1,2024-01-01,,9,9,Z,Z,Z,1,USD,9,2024-01-09", "1,2024-01-01,,10,0,A,,,0,EUR,0,"),
                *_pair("off", "1,2024-01-01,,9,,Z,Z,Z,1,USD,9,2024-01-09", "1,2024-01-01,,9,1,A,,,0,EUR,0,"),
                *_pair("client", "1,2024-01-01,,9,1,A,Z,Z,1,USD,9,2024-01-09", "1,2024-01-01,,9,1,a,,,0,EUR,0,"),
                *_pair("promo", "1,2024-01-01,,9,1,A,,Z,1,USD,9,2024-01-09", "1,2024-01-01,,9,1,A,P,,0,EUR,0,"),
                *_pair("country", "1,2024-01-01,,9,1,A,,,1,USD,9,2024-01-09", "1,2024-01-01,,9,1,A,,FR,0,EUR,0,"),
                *_pair("cart", "1,2024-01-01,,9,1,A,,,,USD,9,2024-01-09", "1,2024-01-01,,9,1,A,,,1,EUR,0,"),
                *_pair("cur", "1,2024-01-01,,9,1,A,,,0,,9,2024-01-09", "1,2024-01-01,,9,1,A,,,0,USD,0,"),
                *_pair("back", "1,2024-01-01,,9,1,A,,,0,EUR,,2024-01-09", "1,2024-01-01,,9,1,A,,,0,EUR,1,"),
                *_pair("when", "1,2024-01-01,,9,1,A,,,0,EUR,1,", "1,2024-01-01,,9,1,A,,,0,EUR,1,2024-01-02"),
                *_pair("same", "1,2024-01-01,,9,1,A,,,0,EUR,1,", "1,2024-01-01,,9,1,A,,,0,EUR,1,"),
                # Not purchased: the amounts are zero before they are compared, so the client decides.
                *_pair("zero", "0,2024-01-01,,9,9,A,,,0,EUR,9,", "0,2024-01-01,,1,0,B,,,0,EUR,0,"),
                "",
            ]
        ),
    },
    expected={
        "orders": "".join(
            [
                "id,client,session_start_date,date,payment_amount,discount_amount,promotion_id,dimensions.country,actions.cart,currency,"
                "refund_amount,refund_date\n",
                *(
                    f"{key}{sign},{rest}\n"
                    for sign in "><"
                    for key, rest in {
                        "bought": "A,2024-01-01T00:00:00Z,,1,0,,,false,EUR,0,",
                        "start": "A,2024-01-02T00:00:00Z,,1,0,,,false,EUR,0,",
                        "ended": "A,2024-01-01T00:00:00Z,2024-01-01T00:00:00Z,1,0,,,false,EUR,0,",
                        "amount": "A,2024-01-01T00:00:00Z,,10,0,,,false,EUR,0,",
                        "off": "A,2024-01-01T00:00:00Z,,9,1,,,false,EUR,0,",
                        "client": "a,2024-01-01T00:00:00Z,,9,1,,,false,EUR,0,",
                        "promo": "A,2024-01-01T00:00:00Z,,9,1,P,,false,EUR,0,",
                        "country": "A,2024-01-01T00:00:00Z,,9,1,,FR,false,EUR,0,",
                        "cart": "A,2024-01-01T00:00:00Z,,9,1,,,true,EUR,0,",
                        "cur": "A,2024-01-01T00:00:00Z,,9,1,,,false,USD,0,",
                        "back": "A,2024-01-01T00:00:00Z,,9,1,,,false,EUR,1,",
                        "when": "A,2024-01-01T00:00:00Z,,9,1,,,false,EUR,1,2024-01-02T00:00:00Z",
                        "same": "A,2024-01-01T00:00:00Z,,9,1,,,false,EUR,1,",
                        "zero": "B,2024-01-01T00:00:00Z,,0,0,,,false,EUR,0,",
                    }.items()
                ),
            ]
        )
    },
    rows={"orders": 28},
    counts={"sessions": {"read": 56, "accepted": 28, "duplicates": 28, "rejected": 0, "zeroed": 6}},
)

CUSTOMERS = Case(
    name="duplicate customers: the earliest download, then signup, then the actions in order; unknown clients",
    files={
        "shop.yaml": shop(
            tail="  customers:\n    kind: csv\n    path: customers.csv\n    columns: {client: client, download_date: download, "
            "signup_date: signup}\n    actions: {push: push, news: news}\n"
        ),
        "customers.csv": "client,download,signup,push,news\nA,2024-01-02,2024-01-02,2024-01-02,\nA,2024-01-01,,,\n"
        "B,2024-01-01,,2024-01-02,2024-01-02\nB,2024-01-01,2024-01-03,,\n"
        "C,2024-01-01,2024-01-03,,2024-01-01\nC,2024-01-01,2024-01-03,2024-01-05,2024-01-05\n"
        "D,2024-01-01,,2024-01-01,\nD,2024-01-01,,2024-01-01,2024-01-09\n"
        "E,2024-01-01,,,\nE,2024-01-01,,,\nE,2024-01-01,oops,,\n__other__,2024-01-01,,,\nF,,,,\n",
        "sessions.csv": _sessions(["1,A,2024-01-05,1,1", "2,U,2024-01-05,1,1", "3,U,2024-01-06,1,1", "4,E,2023-12-31,,0"]),
    },
    expected={
        "downloads": """
client,download_date,signup_date,actions.push,actions.news
A,2024-01-01T00:00:00Z,,,
B,2024-01-01T00:00:00Z,2024-01-03T00:00:00Z,,
C,2024-01-01T00:00:00Z,2024-01-03T00:00:00Z,2024-01-05T00:00:00Z,2024-01-05T00:00:00Z
D,2024-01-01T00:00:00Z,,2024-01-01T00:00:00Z,2024-01-09T00:00:00Z
E,2024-01-01T00:00:00Z,,,
""",
        "funnels/customers_monthly": "period,step,customers\n2024-01-01,download,5\n2024-01-01,first_purchase,2\n2023-12-01,first_session,1\n",
        "stats/kpis": "metric,total\nbuyers,2\nvisitors,3\norders,3\n",
    },
    rows={"downloads": 5},
    counts={
        "customers": {"read": 13, "accepted": 5, "duplicates": 5, "rejected": 3},
        "sessions": {"unknown_clients": 2, "late_downloads": 1},
    },
)

ORPHANS = Case(
    name="baskets and deliveries: lines without a session, equal lines, deliveries of no purchase, duplicate deliveries",
    files={
        "shop.yaml": shop(
            tail="  baskets: {kind: csv, path: lines.csv, columns: {id: id, product: product, price: price, category: cat, quantity: qty}}\n"
            "  deliveries: {kind: csv, path: deliveries.csv, columns: {id: id, delivery_date: at, prepare_date: packed, "
            "latitude: lat, longitude: lon}}\n"
        ),
        "sessions.csv": _sessions(["1,A,2024-01-05,1,1", "2,A,2024-01-05,,0", "3,A,oops,1,1", "4,A,2024-01-05,1,1"]),
        "lines.csv": "id,product,price,cat,qty\n1,b,2,,\n1,a,2,x,3\n1,a,2,x,3\n1,a,1.5,x,3\n2,a,1,x,1\n3,a,1,x,1\n9,a,1,x,1\n"
        "1,a,1,x,0\n1,a,1,x,-1\n1,a,-1,x,1\n1,,1,x,1\n1,a,,x,1\n1,a,1,__none__,1\n",
        "deliveries.csv": "id,at,packed,lat,lon\n1,2024-01-06,,90,-180\n1,2024-01-07,,,\n1,2024-01-07,2024-01-06,,\n1,2024-01-07,2024-01-06,-1,\n"
        "1,2024-01-07,2024-01-06,-2,5\n2,2024-01-07,,,\n3,2024-01-07,,,\n9,2024-01-07,,,\n9,2024-01-08,,,\n4,,,,\n4,2024-01-01,,90.1,0\n"
        "4,2024-01-01,,0,-180.5\n",
        "customers.csv": "client,download\nA,2024-01-01\n",
    },
    expected={
        "orders": """
id,delivery.delivery_date,delivery.prepare_date,delivery.latitude,delivery.longitude
1,2024-01-07T00:00:00Z,2024-01-06T00:00:00Z,-1,
2,,,,
4,,,,
"""
    },
    rows={"orders": 3},
    counts={
        "sessions": {"read": 4, "accepted": 3, "rejected": 1},
        "baskets": {"read": 13, "accepted": 5, "rejected": 6, "orphans": 2, "duplicates": 0},
        "deliveries": {"read": 12, "accepted": 1, "rejected": 3, "orphans": 3, "duplicates": 5},
    },
)
ORPHANS.files["shop.yaml"] += "  customers: {kind: csv, path: customers.csv, columns: {client: client, download_date: download}}\n"  # type: ignore[operator]

TABLE_CASES = [VALUES, TIMES, FORMATS, CSV, OPEN_QUOTE, DUPLICATES, CUSTOMERS, ORPHANS]
