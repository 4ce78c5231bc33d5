"""Cases of docs/contract, section 2: times in ISO and in formats of a source, dates that mean "none". All rows were worked out by hand."""

# ruff: noqa: E501 (small files as literals)
from __future__ import annotations

from ca_assets_tests.oracle.case import Case, sessions_csv
from ca_assets_tests.shops.builder import SampleShop

OFFSETS = Case(
    name="ISO times: one blank may stand before an offset",
    shop=SampleShop(
        sessions=sessions_csv(
            [
                "1,A,2024-01-01 10:00 +01:00,1,1",
                "2,A,2024-01-01T10:00:30.5 -0530,1,1",
                "3,A,2024-01-01 10:00:00 Z,1,1",
                "4,A,2024-01-01 10:00 +02,1,1",
                "5,A,2024-01-01 10:00:00 UTC,1,1",
                "6,A,2024-01-01 10:00  +01:00,1,1",
                "7,A,2024-01-01 +01:00,1,1",  # a date alone has no offset
                "8,A,2024-01-01 10:00:00UTC,1,1",
                "9,A,2024-01-01 10:00 + 01:00,1,1",
                "10,A,2024-01-01 10:00 +24:00,1,1",
            ]
        ),
    ),
    expected={
        "orders": """
id,session_start_date
1,2024-01-01T09:00:00Z
2,2024-01-01T15:30:30.5Z
3,2024-01-01T10:00:00Z
4,2024-01-01T08:00:00Z
5,2024-01-01T10:00:00Z
"""
    },
    rows={"orders": 5},
    counts={"sessions": {"rejected": 5}},
)

BLANKS = Case(
    name="date_format: any blank of a value is a blank of the format",
    shop=SampleShop(
        sessions=sessions_csv(
            [
                "1,A,31.01.2024 20:00,1,1",
                "2,A,31.01.2024\u00a020:00,1,1",
                "3,A,31.01.2024\u202f20:00,1,1",
                "4,A,31.01.2024\u300020:00,1,1",
                "5,A,31.01.202420:00,1,1",
                "6,A,31.01.2024_20:00,1,1",
                "7,A,31.01.2024 20:00 h,1,1",
                "8,A,\u00a031.01.2024 20:00\ufeff,1,1",
                "9,A,1.1.2024 9:05,1,1",  # as strptime does
            ]
        ),
        options={"sessions": {"date_format": "%d.%m.%Y %H:%M"}},
    ),
    expected={
        "orders": "id,session_start_date\n" + "".join(f"{i},2024-01-31T20:00:00Z\n" for i in (1, 2, 3, 4, 8)) + "9,2024-01-01T09:05:00Z\n"
    },
    rows={"orders": 6},
    counts={"sessions": {"rejected": 3}},
)

ZONES = Case(
    name="date_format: %z, %p and %b read as strptime does",
    shop=SampleShop(
        sessions="id,client,start,amount,bought,end,refunded\n"
        "1,A,2024-01-01T10:00+0100,1,1,01/02/2024 12:05 AM,3 Jan 2024\n"
        "2,A,2024-01-01T10:00Z,1,1,01/02/2024 12:05 pm,03 JAN 2024\n"
        "3,A,2024-01-01T10:00-05:30,1,1,01/02/2024 01:05 PM,\n"
        "4,A,2024-01-01T10:00,1,1,,\n5,A,2024-01-01T10:00Z,1,1,01/02/2024 13:05 PM,\n6,A,2024-01-01T10:00Z,1,1,,3 Jnr 2024\n",
        timezone="Europe/Berlin",
        options={
            "sessions": {"date_format": {"session_start_date": "%Y-%m-%dT%H:%M%z", "date": "%m/%d/%Y %I:%M %p", "refund_date": "%d %b %Y"}}
        },
    ),
    expected={
        "orders": """
id,session_start_date,date,refund_date
1,2024-01-01T09:00:00Z,2024-01-01T23:05:00Z,2024-01-02T23:00:00Z
2,2024-01-01T10:00:00Z,2024-01-02T11:05:00Z,2024-01-02T23:00:00Z
3,2024-01-01T15:30:00Z,2024-01-02T12:05:00Z,
"""
    },
    rows={"orders": 3},
    counts={"sessions": {"rejected": 3}},
)

EPOCH = Case(
    name="epoch_s and epoch_ms: digits with a fraction, cut to microseconds",
    shop=SampleShop(
        # 1704067200 is 2024-01-01T00:00:00Z, 253402300800 the first second of the year 10000.
        sessions="id,client,start,amount,bought,end\n"
        "1,A,1704067200,1,1,1704067200000\n2,A,1704067200.5,1,1,1704067200500\n3,A,1704067200.1234569,1,1,1704067200000.9999\n"
        "4,A,0001704067200.0,1,1,631152000000\n5,A,1704067200,1,1,1704067200\n6,A,1704067200,1,1,0\n"
        "7,A,253402300800,1,1,\n8,A,631151999.999999,1,1,\n9,A,-1704067200,1,1,\n10,A,1.7e9,1,1,\n11,A,2024-01-01,1,1,\n"
        '12,A,"1704067200,5",1,1,\n13,A,+1704067200,1,1,\n14,A,1704067200 000,1,1,\n15,A,0,1,1,\n',
        timezone="Asia/Tokyo",  # seconds are no wall time
        options={"sessions": {"date_format": {"session_start_date": "epoch_s", "date": "epoch_ms"}}},
    ),
    expected={
        "orders": """
id,session_start_date,date
1,2024-01-01T00:00:00Z,2024-01-01T00:00:00Z
2,2024-01-01T00:00:00.5Z,2024-01-01T00:00:00.5Z
3,2024-01-01T00:00:00.123456Z,2024-01-01T00:00:00.000999Z
4,2024-01-01T00:00:00Z,1990-01-01T00:00:00Z
6,2024-01-01T00:00:00Z,
"""
    },
    rows={"orders": 5},  # 5: its end, in milliseconds, is in 1970
    counts={"sessions": {"rejected": 10, "null_dates": 1}},
)

ONE_EACH = Case(
    name="date_format: a map has a format for each column it names",
    shop=SampleShop(
        sessions="id,client,start,amount,bought,end,refunded\n1,A,01.02.2024 10:00,1,1,2024-02-03,02/01/2024\n2,A,2024-02-01,1,1,,\n"
        "3,A,01.02.2024 10:00,1,1,03.02.2024,\n4,A,01.02.2024 10:00,1,1,,2024-02-01\n",
        customers="client,download,push\nA,2024-01-01,1704153600\nB,2024-01-01,2024-01-02\nC,1704153600,\n",
        customer_actions=["push"],
        options={
            "sessions": {"date_format": {"session_start_date": "%d.%m.%Y %H:%M", "refund_date": "%m/%d/%Y"}},
            "customers": {"date_format": {"push": "epoch_s"}},
        },
    ),
    expected={
        "orders": "id,session_start_date,date,refund_date\n1,2024-02-01T10:00:00Z,2024-02-03T00:00:00Z,2024-02-01T00:00:00Z\n",
        "downloads": "client,download_date,actions.push\nA,2024-01-01T00:00:00Z,2024-01-02T00:00:00Z\n",
    },
    rows={"orders": 1, "downloads": 1},
    counts={"sessions": {"rejected": 3}, "customers": {"rejected": 2}},
)

MISSING = [  # midnights, by the wall clock as written
    "0000-00-00",
    "0000-00-00 00:00:00",
    "0000-00-00T00:00Z",
    "0001-01-01",
    "0001-01-01T00:00:00+05:00",
    "0001-01-01 00:00:00.0000000",
    "1899-12-30 00:00",
    "1899-12-30T00:00:00Z",
    "1970-01-01",
    "1970-01-01T00:00:00-11:00",
    "1970-01-01 00:00 +14",
]
NOT_MISSING = [  # dates like any other, and before 1990
    "0000-00-00 00:00:01",
    "0000-00-01",
    "0001-01-01 00:01",
    "0001-01-02",
    "1899-12-30 00:00:00.000001",
    "1899-12-31",
    "1970-01-02",
    "1970-01-01T01:00:00+01:00",  # the same instant as 1970-01-01T00:00:00Z
    "1969-12-31",
]

NULL_DATES = Case(
    name="null dates: four midnights by the wall clock are missing",
    shop=SampleShop(
        sessions="id,client,start,amount,bought,end\n"
        + "".join(f"n{i},A,2024-01-01,1,1,{text}\n" for i, text in enumerate(MISSING))
        + "".join(f"d{i},A,2024-01-01,1,1,{text}\n" for i, text in enumerate(NOT_MISSING))
        + "".join(f"s{i},A,{text},1,1,\n" for i, text in enumerate(MISSING)),  # a session began some day
        timezone="America/New_York",
    ),
    expected={"orders": "id,date\n" + "".join(f"n{i},\n" for i in range(11))},
    rows={"orders": 11},
    counts={"sessions": {"read": 31, "accepted": 11, "rejected": 20, "null_dates": 11}},
)

NULL_FORMATS = Case(
    name="null dates in a column's own format; not of deliveries",
    shop=SampleShop(
        sessions="id,client,start,amount,bought,end,refunded\n1,A,2024-01-01,1,1,00.00.0000,00/00/00\n2,A,2024-01-01,1,1,01.01.0001,01/01/70\n"
        "3,A,2024-01-01,1,1,30.12.1899,12/30/99\n4,A,2024-01-01,1,1,01.01.1970,01/01/01\n5,A,2024-01-01,1,1,00.00.0001,\n"
        "6,A,2024-01-01,1,1,02.01.1970,\n",
        deliveries="id,delivered,packed,returned\n1,2024-01-02,0000-00-00,1970-01-01\n2,0000-00-00,,\n3,1970-01-01,,\n4,2024-01-02,1970-01-01 00:01,\n",
        options={"sessions": {"date_format": {"date": "%d.%m.%Y", "refund_date": "%m/%d/%y"}}},
    ),
    expected={
        # %y: 99 is 1999, 01 is 2001
        "orders": """
id,date,refund_date,delivery.delivery_date,delivery.prepare_date
1,,,2024-01-02T00:00:00Z,
2,,,,
3,,1999-12-30T00:00:00Z,,
4,,2001-01-01T00:00:00Z,,
"""
    },
    rows={"orders": 4},
    counts={"sessions": {"rejected": 2, "null_dates": 6}, "deliveries": {"accepted": 1, "rejected": 3, "null_dates": 2}},
)

MOMENT_CASES = [OFFSETS, BLANKS, ZONES, EPOCH, ONE_EACH, NULL_DATES, NULL_FORMATS]
