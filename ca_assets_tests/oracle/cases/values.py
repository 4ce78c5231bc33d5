"""Cases of docs/contract, section 2: texts, booleans, numbers and constants of a source. All rows were worked out by hand."""

# ruff: noqa: E501 (small files as literals)
from __future__ import annotations

from ca_assets_tests.oracle.case import HEADER, Case, sessions_csv
from ca_assets_tests.shops.builder import SampleShop

# A byte order mark is trimmed as white space is; U+200B and U+001C are neither.
TRIMMED = Case(
    name="texts are trimmed of white space and U+FEFF, of nothing else",
    shop=SampleShop(
        sessions=sessions_csv(
            [
                "\u00a0\ufeff1\u3000\ufeff,\ufeffA,2024-01-01,\ufeff1,\ufeffyes",
                "2,\u200bA,2024-01-01,1,1",
                "3,A\x1c,2024-01-01,1,1",
                "4,\ufeff \ufeff,2024-01-01,1,1",  # nothing is left: a guest
            ]
        ),
    ),
    expected={
        "orders": "id,client\n1,A\n2,\u200bA\n3,A\x1c\n4,\n",
        "stats/kpis": "metric,total\norders,4\nbuyers,3\n",
    },
    rows={"orders": 4},
)

NULL_VALUES = Case(
    name="null_values are missing, exactly as written",
    shop=SampleShop(
        sessions="id,client,start,amount,bought,discount,promo,end\n"
        "1,NULL,2024-01-01,1,1,\\N,NULL,NULL\n2, NULL\u00a0,2024-01-01,1,1,NULL,\\N,\n"
        "3,null,2024-01-01,1,1,,NULLS,\n4,A,2024-01-01,1,1,null,,\n"  # null is no discount
        "5,A,NULL,1,1,,,\nNULL,A,2024-01-01,1,1,,,\n6,A,2024-01-01,NULL,1,,,\n7,A,2024-01-01,NULL,0,,,\n8,A,2024-01-01,1,NULL,,,\n",
        options={"sessions": {"null_values": ["NULL", "\\N"]}},
    ),
    expected={
        "orders": "id,client,discount_amount,promotion_id,date\n1,,0,,\n2,,0,,\n3,null,0,NULLS,\n7,A,0,,\n",
        "stats/kpis": "metric,total\norders,3\nvisitors,2\n",
    },
    rows={"orders": 4},
    counts={"sessions": {"read": 9, "accepted": 4, "rejected": 5}},
)

WORDS = Case(
    name="words for true and false: the source's own come first",
    shop=SampleShop(
        sessions="id,client,start,amount,bought,cart\n"
        "1,A,2024-01-01,1,PAID,no\n2,A,2024-01-01,1,GRÖßE,Yes\n3,A,2024-01-01,1,true,n\n"
        "4,A,2024-01-01,1,offen,0\n5,A,2024-01-01,1,1,f\n"  # 1 means false here
        "6,A,2024-01-01,1,paid!,\n7,A,2024-01-01,1,,\n8,A,2024-01-01,1,pai,\n",
        actions=["cart"],
        options={"sessions": {"true_values": ["paid", "größe", "No"], "false_values": ["Offen", "1"]}},
    ),
    expected={
        "orders": "id,has_purchased,actions.cart\n1,true,true\n2,true,true\n3,true,false\n4,false,false\n5,false,false\n",
        "stats/kpis": "metric,total\norders,3\n",
        "funnels/sessions_daily": "period,step,sessions\n2024-01-01,sessions,5\n2024-01-01,cart,2\n2024-01-01,purchased,3\n",
    },
    rows={"orders": 5},
    counts={"sessions": {"rejected": 3, "zeroed": 2}},
)

ALL_OTHERS = Case(
    name="words for true and false: * is all others, but not nothing",
    shop=SampleShop(
        sessions=sessions_csv(
            [
                "1,A,2024-01-01,1,paid",
                "2,A,2024-01-01,1,Partially_Refunded",
                "3,A,2024-01-01,1,yes",  # the usual words come before *
                "4,A,2024-01-01,1,voided",
                "5,A,2024-01-01,1,*",
                "6,A,2024-01-01,1,",
                "7,A,2024-01-01,1,  ",
                "8,A,2024-01-01,1,ΤΕΛΟΣ",
                "9,A,2024-01-01,1,τέλος",  # another word
            ]
        ),
        options={"sessions": {"true_values": ["paid", "partially_refunded", "Τελος"], "false_values": "*"}},
    ),
    expected={"orders": "id,has_purchased\n1,true\n2,true\n3,true\n4,false\n5,false\n8,true\n9,false\n"},
    rows={"orders": 7},
    counts={"sessions": {"rejected": 2}},
)

# number → what it is; None: rejected
CURRENCY_SIGNS: dict[str, str | None] = {
    "$1": "1",
    "€\u00a01.5": "1.5",
    "1.5\u202f€": "1.5",
    "1₹": "1",
    "USD 2": "2",
    "2EUR": "2",
    "2e2EUR": "200",
    "+$3": "3",
    "$+3": "3",
    "€ +3": "3",
    "+CHF 3": "3",
    "XXX4": "4",
    "$$1": None,
    "$1$": None,
    "$1 USD": None,
    "US$1": None,
    "EURO 1": None,
    "1 eur": None,
    "1 Eu": None,
    "$  1": None,
    "1  $": None,
    "1\t€": None,
    "%1": None,
    "-$1": None,  # negative
    "$": None,
    "USD": None,
}

SIGNS = Case(
    name="one currency sign or code beside a number",
    shop=SampleShop(sessions=sessions_csv([f"{i},A,2024-01-01,{text},1" for i, text in enumerate(CURRENCY_SIGNS)])),
    expected={"orders": "id,payment_amount\n" + "".join(f"{i},{value}\n" for i, value in enumerate(CURRENCY_SIGNS.values()) if value)},
    rows={"orders": 12},
    counts={"sessions": {"read": 26, "accepted": 12, "rejected": 14}},
)

BLANKS = Case(
    name="thousands: a blank is any blank, and only between groups of three",
    shop=SampleShop(
        sessions=HEADER.replace(",", ";")
        + "1;A;2024-01-01;1 234,5;1\n2;A;2024-01-01;1\u00a0234\u202f567;1\n3;A;2024-01-01;EUR 12\u2009345;1\n"
        "4;A;2024-01-01;12 345 €;1\n5;A;2024-01-01;12345,67;1\n"
        "6;A;2024-01-01;12 34;1\n7;A;2024-01-01;1\t234;1\n8;A;2024-01-01;1 2345;1\n9;A;2024-01-01;1  234;1\n10;A;2024-01-01;1'234;1\n",
        options={"sessions": {"delimiter": ";", "decimal": ",", "thousands": " "}},
    ),
    expected={"orders": "id,payment_amount\n1,1234.5\n2,1234567\n3,12345\n4,12345\n5,12345.67\n"},
    rows={"orders": 5},
    counts={"sessions": {"rejected": 5}},
)

APOSTROPHES = Case(
    name="thousands: an apostrophe is either apostrophe",
    shop=SampleShop(
        sessions=sessions_csv(
            [
                "1,A,2024-01-01,1'234.5,1",
                "2,A,2024-01-01,CHF 1\u2019234'567,1",
                "3,A,2024-01-01,1`234,1",
                "4,A,2024-01-01,1\u2018234,1",  # the opening one
                "5,A,2024-01-01,'123,1",
            ]
        ),
        options={"sessions": {"thousands": "'"}},
    ),
    expected={"orders": "id,payment_amount\n1,1234.5\n2,1234567\n"},
    rows={"orders": 2},
    counts={"sessions": {"rejected": 3}},
)

DISCOUNTS = Case(
    name="a negative discount is its amount; other amounts are not",
    shop=SampleShop(
        sessions="id,client,start,amount,bought,discount,refund\n"
        "1,A,2024-01-01,10,1,-2.5,0\n2,A,2024-01-01,10,1,$-1,\n3,A,2024-01-01,10,1,2.5,\n4,A,2024-01-01,10,0,-4,\n5,A,2024-01-01,10,1,-0,\n"
        "6,A,2024-01-01,-10,1,,\n7,A,2024-01-01,10,1,,-1\n8,A,2024-01-01,10,1,-2e15,\n",
    ),
    expected={
        "orders": "id,discount_amount\n1,2.5\n2,1\n3,2.5\n4,0\n5,0\n",
        "stats/daily_revenue": "period,revenue,discount\n2024-01-01,40,6\n",
    },
    rows={"orders": 5},
    counts={"sessions": {"rejected": 3, "negative_discounts": 3, "zeroed": 1}},
)

CODES = Case(
    name="currency codes: a-z become A-Z, other letters stay",
    shop=SampleShop(
        sessions="id,client,start,amount,bought,currency\n1,A,2024-01-01,1,1,eur\n2,A,2024-01-01,2,1,Eur\n3,A,2024-01-01,4,1, EUR\n4,A,2024-01-01,8,1,\n",
        currency="EUR",
    ),
    expected={"orders": "id,currency\n1,EUR\n2,EUR\n3,EUR\n4,EUR\n", "stats/kpis": "metric,total\nrevenue,15\n"},
    rows={"stats/kpis": 7},  # one currency is no dimension
)

MANY_CURRENCIES = Case(
    name="currencies: each has its scope, whatever scope_values says",
    shop=SampleShop(
        sessions="id,client,start,amount,bought,currency,land\n1,A,2024-01-01,1,1,usd,x\n2,A,2024-01-01,2,1,USD,x\n3,A,2024-01-01,4,1,\u00e9ur,y\n"
        "4,A,2024-01-01,8,1,\u00c9UR,z\n5,A,2024-01-01,16,1,,x\n",
        currency="EUR",
        dimensions=["land"],
        settings={"scope_values": 1},
    ),
    expected={
        "stats/kpis": """
scope,metric,total
all,revenue,
currency=USD,revenue,3
currency=\u00e9UR,revenue,4
currency=\u00c9UR,revenue,8
currency=EUR,revenue,16
land=x,orders,3
land=__other__,orders,2
""",
    },
    rows={"stats/kpis": 7 * 7},  # all, four currencies, x and the other lands
)

CONSTANTS = Case(
    name="constants stand for columns, and are read like texts",
    shop=SampleShop(
        sessions="id,client,start,amount\n1,A,2024-01-01,10\n2,B,2024-01-02,5\n3,B,2024-01-03,\n4,B,2024-01-04,0\n",
        baskets="id,product,price\n1,tea,2\n1,tea,2\n",
        options={
            "sessions": {
                "constants": {"has_purchased": True, "currency": " usd ", "promotion_id": "WEB", "discount_amount": "-1,5"},
                "decimal": ",",
            },
            "baskets": {"constants": {"quantity": "3", "category": " drinks"}},
        },
    ),
    expected={
        "orders": "id,has_purchased,currency,promotion_id,discount_amount\n1,true,USD,WEB,1.5\n2,true,USD,WEB,1.5\n4,true,USD,WEB,1.5\n",
        "promotions/summary": "promotion_id,orders,revenue,discount\nWEB,3,15,4.5\n__none__,0,0,0\n",
        "products/top_categories": "category,orders,units,line_value\ndrinks,1,6,12\n",
    },
    rows={"orders": 3},  # a purchase without an amount is rejected
    counts={"sessions": {"rejected": 1, "negative_discounts": 3}},
)

VALUE_CASES = [TRIMMED, NULL_VALUES, WORDS, ALL_OTHERS, SIGNS, BLANKS, APOSTROPHES, DISCOUNTS, CODES, MANY_CURRENCIES, CONSTANTS]
