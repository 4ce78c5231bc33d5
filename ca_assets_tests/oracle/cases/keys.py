"""Cases of docs/contract, section 2: duplicates with every tie-break, unknown clients, orphans. All rows were worked out by hand."""

# ruff: noqa: E501 (small files as literals)
from __future__ import annotations

from ca_assets_tests.oracle.case import Case, sessions_csv
from ca_assets_tests.shops.builder import SampleShop


def _pair(key: str, worse: str, better: str) -> list[str]:
    """Two sessions of an id, in both orders: `better` stays, whichever comes first."""
    return [f"{key}>,{better}", f"{key}>,{worse}", f"{key}<,{worse}", f"{key}<,{better}"]


# Duplicate sessions: every tie-break, whatever the row order.
DUPLICATES = Case(
    name="duplicate sessions: every tie-break, in any row order",
    shop=SampleShop(
        sessions="\n".join(
            [
                "id,bought,start,end,amount,discount,client,promo,country,cart,currency,refund,refunded",
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
        dimensions=["country"],
        actions=["cart"],
    ),
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

# Duplicate customers: the earliest download, then signup, then the actions in order; unknown clients.
CUSTOMERS = Case(
    name="duplicate customers: every tie-break; unknown clients",
    shop=SampleShop(
        customers="client,download,signup,push,news\nA,2024-01-02,2024-01-02,2024-01-02,\nA,2024-01-01,,,\n"
        "B,2024-01-01,,2024-01-02,2024-01-02\nB,2024-01-01,2024-01-03,,\n"
        "C,2024-01-01,2024-01-03,,2024-01-01\nC,2024-01-01,2024-01-03,2024-01-05,2024-01-05\n"
        "D,2024-01-01,,2024-01-01,\nD,2024-01-01,,2024-01-01,2024-01-09\n"
        "E,2024-01-01,,,\nE,2024-01-01,,,\nE,2024-01-01,oops,,\n__other__,2024-01-01,,,\nF,,,,\n",
        sessions=sessions_csv(["1,A,2024-01-05,1,1", "2,U,2024-01-05,1,1", "3,U,2024-01-06,1,1", "4,E,2023-12-31,,0"]),
        customer_actions=["push", "news"],
    ),
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
        "customers": {"read": 13, "accepted": 5, "duplicates": 5, "rejected": 3, "late_downloads": 1},
        "sessions": {"unknown_client_sessions": 2},
    },
)

# Baskets and deliveries: lines without a session, equal lines, deliveries of no purchase, duplicate deliveries.
ORPHANS = Case(
    name="baskets and deliveries: orphans, equal lines, duplicates",
    shop=SampleShop(
        customers="client,download\nA,2024-01-01\n",
        sessions=sessions_csv(["1,A,2024-01-05,1,1", "2,A,2024-01-05,,0", "3,A,oops,1,1", "4,A,2024-01-05,1,1"]),
        baskets="id,product,price,category,quantity\n1,b,2,,\n1,a,2,x,3\n1,a,2,x,3\n1,a,1.5,x,3\n2,a,1,x,1\n3,a,1,x,1\n9,a,1,x,1\n"
        "1,a,1,x,0\n1,a,1,x,-1\n1,a,-1,x,1\n1,,1,x,1\n1,a,,x,1\n1,a,1,__none__,1\n",
        deliveries="id,delivered,packed,lat,lon\n1,2024-01-06,,90,-180\n1,2024-01-07,,,\n1,2024-01-07,2024-01-06,,\n1,2024-01-07,2024-01-06,-1,\n"
        "1,2024-01-07,2024-01-06,-2,5\n2,2024-01-07,,,\n3,2024-01-07,,,\n9,2024-01-07,,,\n9,2024-01-08,,,\n4,,,,\n4,2024-01-01,,90.1,0\n"
        "4,2024-01-01,,0,-180.5\n",
    ),
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

KEY_CASES = [DUPLICATES, CUSTOMERS, ORPHANS]
