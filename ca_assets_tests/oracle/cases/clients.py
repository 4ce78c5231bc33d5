"""Cases of docs/contract, section 2: who is a client, and when a client came. All rows were worked out by hand."""

from __future__ import annotations

from ca_assets_tests.oracle.case import Case, sessions_csv
from ca_assets_tests.shops.builder import SampleShop

GUEST_WORDS = Case(
    name="guest_clients are no clients, in customers neither",
    shop=SampleShop(
        sessions=sessions_csv(
            [
                "1,0,2024-01-01,1,1",
                "2, guest\u00a0,2024-01-01,2,1",
                "3,00,2024-01-01,4,1",
                "4,Guest,2024-01-01,8,1",
                "5,,2024-01-01,16,1",
                "6,A,2024-01-01,32,1",
            ]
        ),
        customers="client,download,signup\n0,2024-01-01,\nguest,oops,oops\nguest,,\n00,2024-01-01,\nguests,2024-01-01,\nA,2023-12-31,\nA,2024-01-01,\n",
        options={"sessions": {"guest_clients": ["0", "guest"]}},
    ),
    expected={
        "orders": "id,client\n1,\n2,\n3,00\n4,Guest\n5,\n6,A\n",
        "downloads": "client,download_date\n00,2024-01-01T00:00:00Z\nguests,2024-01-01T00:00:00Z\nA,2023-12-31T00:00:00Z\n",
        "stats/kpis": "metric,total\norders,6\nrevenue,63\nbuyers,3\n",
        "stats/orders_per_customer": "orders,customers\n1,3\n",
    },
    rows={"downloads": 3, "stats/orders_per_customer": 1},
    counts={
        "sessions": {"read": 6, "accepted": 6, "unknown_client_sessions": 1},  # Guest
        "customers": {"read": 4, "accepted": 3, "rejected": 0, "duplicates": 1, "guests": 3},
    },
)

DATELESS = Case(
    name="customers without a download date take their first session",
    shop=SampleShop(
        sessions=sessions_csv(
            [
                "1,A,2024-01-05,1,1",
                "2,A,2024-01-03,,0",
                "3,B,2024-01-05,1,1",
                "4,C,2024-01-04,1,1",
                "4,D,2024-01-05,1,1",  # the larger of two with this id, so that C has no session
                "5,E,2024-01-05,1,1",
                "6,F,oops,1,1",
            ]
        ),
        customers="client,download,signup\nA,,2024-01-20\nB,,\nB,2024-01-02,\nB,,2024-01-01\nC,,\nD,0000-00-00,\nE,1970-01-01,\nE,,2024-01-09\n"
        "F,,\nN,,\nN,2024-01-06,\nM,2024-01-06,\n",
    ),
    expected={
        "downloads": """
client,download_date,signup_date
A,2024-01-03T00:00:00Z,2024-01-20T00:00:00Z
B,2024-01-02T00:00:00Z,
D,2024-01-05T00:00:00Z,
E,2024-01-05T00:00:00Z,2024-01-09T00:00:00Z
N,2024-01-06T00:00:00Z,
M,2024-01-06T00:00:00Z,
""",
        "cohorts/daily_0_1": "cohort,size,excluded,offset_days,customers\n2024-01-03,1,0,2,1\n2024-01-02,1,0,3,1\n2024-01-05,2,0,0,2\n",
    },
    rows={"downloads": 6},
    # C and F have no session, nor has the first row of N. Of B two rows are duplicates, of E one.
    counts={"customers": {"read": 12, "accepted": 6, "rejected": 3, "duplicates": 3, "dateless": 3, "null_dates": 2, "late_downloads": 0}},
)

UNDATED = Case(
    name="customers without the column download_date",
    shop=SampleShop(
        sessions=sessions_csv(["1,A,2024-01-05,1,1", "2,B,2024-01-06,1,1", "3,,2024-01-04,1,1"]),
        customers="client,signup\nA,2024-01-01\nA,\nN,2024-01-01\n",
    ),
    expected={
        "downloads": "client,download_date,signup_date\nA,2024-01-05T00:00:00Z,2024-01-01T00:00:00Z\n",
        "funnels/customers_monthly": "period,step,customers\n2024-01-01,download,1\n2024-01-01,signup,1\n2024-01-01,first_purchase,2\n",
    },
    rows={"downloads": 1},
    counts={
        "customers": {"read": 3, "accepted": 1, "rejected": 1, "duplicates": 1, "dateless": 1},
        "sessions": {"unknown_client_sessions": 1},
    },
)

NO_CLIENTS = Case(
    name="sessions without the column client: all are guests'",
    shop=SampleShop(
        sessions="id,start,amount,bought\n1,2024-01-05,1,1\n2,2024-01-06,1,1\n",
        customers="client,download\nA,2024-01-01\n",
    ),
    expected={
        "downloads": "client,download_date\nA,2024-01-01T00:00:00Z\n",
        "stats/kpis": "metric,total\norders,2\nvisitors,0\n",
        "funnels/customers_monthly": "period,step,customers\n2024-01-01,download,1\n2024-01-01,first_session,0\n",
    },
    rows={"downloads": 1, "stats/orders_per_customer": 0},
    counts={"sessions": {"accepted": 2, "unknown_client_sessions": 0}},
)

CLIENT_CASES = [GUEST_WORDS, DATELESS, UNDATED, NO_CLIENTS]
