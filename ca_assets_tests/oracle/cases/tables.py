"""Cases of docs/contract, section 2: what is read, and what is rejected. All rows and counts were worked out by hand."""

from __future__ import annotations

from ca_assets_tests.oracle.case import HEADER, Case, sessions_csv
from ca_assets_tests.shops.builder import SampleShop

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
    "n10,,2024-01-01,1,1": "1",  # a guest
    "n11,A,2024-01-01,$1,1": "1",
}
BAD_VALUES = [
    ",A,2024-01-01,1,1",  # no id
    "   ,A,2024-01-01,1,1",
    "b1,,2024-01-01,1,",
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
    "b16,A,2024-01-01,$$1,1",
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
    shop=SampleShop(
        sessions=sessions_csv([*GOOD_VALUES, *BAD_VALUES]),
    ),
    expected={"orders": "id,payment_amount\n" + "".join(f"{row.split(',')[0].strip()},{value}\n" for row, value in GOOD_VALUES.items())},
    rows={"orders": len(GOOD_VALUES)},
    counts={"sessions": {"read": len(GOOD_VALUES) + len(BAD_VALUES) - 1, "rejected": len(BAD_VALUES) - 1, "accepted": len(GOOD_VALUES)}},
)

# ISO times in all their forms, cut to microseconds, from 1990 to 9999.
TIMES = Case(
    name="ISO times in all their forms, from 1990 to 9999",
    shop=SampleShop(
        sessions=sessions_csv(
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
    ),
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

# A source's own date format, decimal sign, thousands sign, delimiter and zone.
FORMATS = Case(
    name="a source's own date format, decimals, delimiter and zone",
    shop=SampleShop(
        sessions=HEADER.replace(",", ";") + "1;A;31.01.2024 20:00;1.234,5;ja\n2;A;31.01.2024 20:00;1.234,5;y\n"
        "3;A;31.01.2024 20:00;1234,5;y\n4;A;31.01.2024 20:00;12.34,5;y\n5;A;31.01.2024 20:00;1.5;y\n6;A;31.02.2024 20:00;1;y\n"
        "7;A;31.01.2024 20:00;1.234.567;y\n8;A;31.01.2024 20:00;0,1.234;y\n",
        timezone="Europe/Berlin",
        options={
            "sessions": {
                "timezone": "America/New_York",
                "date_format": "%d.%m.%Y %H:%M",
                "decimal": ",",
                "thousands": ".",
                "delimiter": ";",
            }
        },
    ),
    expected={
        "orders": "id,session_start_date,payment_amount\n2,2024-02-01T01:00:00Z,1234.5\n3,2024-02-01T01:00:00Z,1234.5\n"
        "7,2024-02-01T01:00:00Z,1234567\n",
        "stats/hourly_orders": "hour,orders\n2,3\n",
    },
    rows={"orders": 3, "stats/daily_orders": 1},
    counts={"sessions": {"read": 8, "rejected": 5}},
)

# CSV: BOM, CR LF, empty lines, quotes, bytes that are not UTF-8.
CSV = Case(
    name="CSV: BOM, CR LF, empty lines, quotes, not UTF-8",
    shop=SampleShop(
        sessions=b"\xef\xbb\xbf" + HEADER.replace("\n", "\r\n").encode() + b'"q1","A","2024-01-01","1","1"\r\n'
        b'\r\n"q""2",A,2024-01-01,1,1\r\n'  # a doubled quote
        b'q3"x,A,2024-01-01,1,1\r\n'  # inside an unquoted field it is a character
        b'"q4,5",A,2024-01-01,1,1\r\n'
        b'"q\n6",A,2024-01-01,1,1\r\n'  # a line end inside quotes
        b'"q7"x,A,2024-01-01,1,1\r\n'  # broken
        b"q8\xff,A,2024-01-01,1,1\r\n"  # broken
        b'q9,"A" ,2024-01-01,1,1\r\n'  # broken: something behind the closing quote
        b"007,A,2024-01-01,1,1\r\n7,A,2024-01-01,1,1\r\n" + "ü😀,=1+1,2024-01-01,1,1\r\n\r\n".encode() + b"last,A,2024-01-01,1,1",
    ),
    expected={
        "orders": 'id,client\nq1,A\n"q""2",A\n"q3""x",A\n"q4,5",A\n"q\n6",A\n007,A\n7,A\nü😀,=1+1\nlast,A\n',
    },
    rows={"orders": 9},
    counts={"sessions": {"read": 12, "accepted": 9, "rejected": 3}},
)

OPEN_QUOTE = Case(
    name="CSV: a quote that is never closed costs its own line only",
    shop=SampleShop(
        sessions=sessions_csv(["1,A,2024-01-01,1,1", '2,"A,2024-01-01,1,1', "3,A,2024-01-01,1,1", "4,A,2024-01-01,1,1"]),
    ),
    rows={"orders": 3},
    counts={"sessions": {"read": 4, "accepted": 3, "rejected": 1}},
)

TABLE_CASES = [VALUES, TIMES, FORMATS, CSV, OPEN_QUOTE]
