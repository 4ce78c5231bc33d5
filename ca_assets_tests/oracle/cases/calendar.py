"""Cases of docs/contract, section 1, calendar: clocks that jump, weeks, what is complete. All rows were computed by hand."""

# ruff: noqa: E501 (small files as literals)
from __future__ import annotations

from ca_assets_tests.oracle.case import Case
from ca_assets_tests.shops.builder import SampleShop

# Daylight saving: 25 hours, 23 hours, times that occur twice or never.
LONDON = Case(
    name="daylight saving: 25 hours, 23 hours, times twice or never",
    shop=SampleShop(
        sessions="id,client,start,amount,bought\n"
        "spring,A,2024-03-31 01:30,1,yes\n"  # does not exist: 02:30 BST
        "s2,A,2024-03-31T01:00:00Z,1,yes\n"  # 02:00 BST
        "s3,A,2024-03-30T23:59:59.999999Z,1,no\n"
        "autumn,B,2024-10-27 01:30,1,yes\n"  # twice: the second, GMT
        "a2,B,2024-10-27T00:30:00Z,1,yes\n"  # 01:30 BST
        "a3,B,2024-10-26 23:30:00+00:00,1,no\n"  # 00:30 BST on the 27th
        "a4,B,2024-10-27 23:59:59,1,no\n",
        timezone="Europe/London",
        currency="GBP",
    ),
    expected={
        "orders": """
id,session_start_date,currency,payment_amount,discount_amount,refund_amount,promotion_id,basket
spring,2024-03-31T01:30:00Z,GBP,1,0,0,,
autumn,2024-10-27T01:30:00Z,GBP,1,0,0,,
s3,2024-03-30T23:59:59.999999Z,GBP,0,0,0,,
""",
        "funnels/sessions_hourly": """
hour,step,sessions,days,total_sessions,rate
0,sessions,1,212,1,1
0,purchased,0,212,1,0
1,sessions,2,212,2,1
2,purchased,2,212,2,1
23,sessions,2,212,2,1
5,purchased,0,212,0,
""",
        "funnels/sessions_daily": """
period,step,sessions,total_sessions,complete,rate,rate_low,rate_high
2024-03-30,sessions,1,1,true,1,~.2065,1
2024-03-31,purchased,2,2,true,1,~.3424,1
2024-10-27,sessions,4,4,true,1,~.5101,1
2024-10-27,purchased,2,4,true,.5,~.1500,~.8500
2024-07-01,purchased,0,0,true,,,
""",
    },
    rows={"funnels/sessions_daily": 212 * 2, "funnels/sessions_hourly": 48, "stats/daily_orders": 212},
    counts={"sessions": {"read": 7, "accepted": 7, "rejected": 0, "zeroed": 3}},
)

NO_MIDNIGHT = Case(
    name="a day without midnight begins at 01:00",
    shop=SampleShop(
        sessions="id,client,start,amount,bought\nalone,A,2017-10-15,1,1\nbefore,A,2017-10-15T02:59:59Z,1,1\nold,A,2017-10-14,1,1\n",
        timezone="America/Sao_Paulo",
    ),
    as_of="2017-10-14",
    expected={
        "orders": "id,session_start_date\nalone,2017-10-15T03:00:00Z\nold,2017-10-14T03:00:00Z\n",
        "stats/daily_orders": "period,complete,orders\n2017-10-14,true,2\n",
    },
    rows={"stats/daily_orders": 1, "orders": 3},
)

# A day with two midnights begins at the earlier, a naive midnight is the second.
TWO_MIDNIGHTS = Case(
    name="a day with two midnights begins at the earlier one",
    shop=SampleShop(
        sessions="id,client,start,amount,bought\nearly,A,2023-11-05T04:00:00Z,1,1\nnaive,A,2023-11-05 00:00,1,1\n"
        "before,A,2023-11-05T03:59:59Z,1,1\n",
        timezone="America/Havana",
    ),
    as_of="2023-11-05",
    expected={
        "orders": "id,session_start_date\nnaive,2023-11-05T05:00:00Z\n",
        "stats/daily_orders": "period,orders\n2023-11-04,1\n2023-11-05,2\n",
        "stats/hourly_orders": "hour,orders,days,orders_per_day\n0,2,2,1\n23,1,2,.5\n",
    },
    rows={"stats/daily_orders": 2},
)

# Weeks that begin on Sunday, an incomplete week and month, kpis over 14 days.
WEEKS = Case(
    name="weeks from Sunday, incomplete periods, kpis over 14 days",
    shop=SampleShop(
        # Saturday 2024-01-13 .. Friday 2024-01-26: exactly 14 days.
        sessions="id,client,start,amount,bought\n1,A,2024-01-13 23:59:59,10,1\n2,A,2024-01-14,20,1\n3,B,2024-01-19 23:59,5,1\n"
        "4,B,2024-01-20,7,1\n5,C,2024-01-26 12:00,14,1\n6,D,2024-01-26 13:00,,0\n",
        week_start="sunday",
    ),
    expected={
        "stats/weekly_orders": "period,complete,orders\n2024-01-07,true,1\n2024-01-14,true,3\n2024-01-21,false,1\n",
        "stats/weekly_revenue": "period,complete,revenue,net_revenue\n2024-01-07,true,10,10\n2024-01-14,true,32,32\n2024-01-21,false,14,14\n",
        "stats/monthly_orders": "period,complete,orders\n2024-01-01,false,5\n",
        "funnels/sessions_weekly": "period,step,complete,sessions,total_sessions,rate\n2024-01-21,sessions,false,2,2,1\n2024-01-21,purchased,false,1,2,.5\n",
        "funnels/customers_weekly": "period,step,complete,customers\n2024-01-07,first_session,true,1\n2024-01-14,first_session,true,1\n"
        "2024-01-21,first_purchase,false,1\n2024-01-21,first_session,false,2\n",
        "stats/weekly_sessions_per_customer": """
period,complete,sessions,customers,sessions_per_customer
2024-01-07,true,1,1,1
2024-01-14,true,3,2,1.5
2024-01-21,false,2,2,1
""",
        "stats/kpis": """
metric,total,last_7_days,previous_7_days,change_rate
orders,5,2,3,-0.3333333333333333
revenue,56,21,35,-.4
visitors,4,3,2,.5
buyers,3,2,2,0
discount,0,0,0,
""",
    },
    rows={"stats/weekly_orders": 3, "stats/daily_orders": 14},
)

CALENDAR_CASES = [LONDON, NO_MIDNIGHT, TWO_MIDNIGHTS, WEEKS]
