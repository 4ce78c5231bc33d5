"""Cases of docs/contract, sections 1, 3 and 5: worked examples, funnels, scopes, money. All rows were computed by hand."""

# ruff: noqa: E501 (small files as literals)
from __future__ import annotations

from ca_assets_tests.oracle.case import Case
from ca_assets_tests.shops.builder import SampleShop

# Conversion: ties, an order before the download, exactly 30 days, undecided.
CONVERSION = Case(
    name="conversion: ties, early orders, exactly 30 days, undecided",
    shop=SampleShop(
        customers="client,download\nA,2024-01-10 00:00\nB,2024-01-10 00:00\nC,2024-01-10 00:00\nE,2024-02-20\n",
        sessions="id,client,start,amount,bought\na1,A,2024-01-10 00:00,5,true\nb1,B,2024-01-05,5,true\nb2,B,2024-01-12,,false\n"
        "b3,B,2024-01-15,5,true\nc1,C,2024-02-09 00:00,5,true\ne1,E,2024-02-21,5,true\n",
    ),
    as_of="2024-02-29",
    expected={
        "funnels/customers_conversion": """
grain,period,step,step_order,complete,entered,undecided,mature,customers,rate,rate_low,rate_high,median_hours,p90_hours
month,2024-01-01,download,0,true,3,0,3,3,1,~.4385,1,0,0
month,2024-01-01,session,1,true,3,0,3,2,0.6666666666666666,~.2077,~.9385,24,43.2
month,2024-01-01,purchase,2,true,3,0,3,2,0.6666666666666666,~.2077,~.9385,60,108
month,2024-02-01,download,0,true,1,1,0,0,,,,,
month,2024-02-01,session,1,true,1,1,0,0,,,,,
month,2024-02-01,purchase,2,true,1,1,0,0,,,,,
total,2024-01-05,download,0,true,4,1,3,3,1,~.4385,1,0,0
total,2024-01-05,purchase,2,true,4,1,3,2,0.6666666666666666,~.2077,~.9385,60,108
""",
        "funnels/customers_monthly": """
period,step,step_order,complete,customers
2024-01-01,download,0,true,3
2024-01-01,first_session,1,true,2
2024-01-01,first_purchase,2,true,2
2024-02-01,download,0,true,1
2024-02-01,first_session,1,true,2
2024-02-01,first_purchase,2,true,2
""",
    },
    rows={"funnels/customers_conversion": 9, "funnels/customers_monthly": 6, "funnels/customers_daily": 3 * 56},
)

# Conversion: signup and actions in order, ties, a missing one ends the way, DST inside 30 x 24 hours.
STEPS = Case(
    name="conversion: steps in order, a missing one ends the way, DST",
    shop=SampleShop(
        # A window of 30 x 24 h from 2024-03-10 00:00 GMT ends on 2024-04-09 01:00 BST.
        customers="client,download,signup,push,news\nA,2024-03-10,2024-03-10,2024-03-10,\nB,2024-03-10,2024-03-12,2024-03-11,\n"
        "C,2024-03-10,,2024-03-11,\nD,2024-03-10,2024-03-11 12:00,2024-04-09 00:59:59,\nE,2024-03-10,2024-03-11,2024-04-09 01:00,\n",
        sessions="id,client,start,amount,bought\na1,A,2024-04-09 00:30,1,1\nd1,D,2024-04-09 01:00,1,1\nz,Z,2024-05-05 10:00,1,1\n",
        timezone="Europe/London",
        settings={"conversion_steps": ["signup", "push", "purchase"]},
        customer_actions=["push", "news"],
    ),
    expected={
        "funnels/customers_conversion": """
grain,period,step,step_order,entered,mature,customers,rate,median_hours
month,2024-03-01,download,0,5,5,5,1,0
month,2024-03-01,signup,1,5,5,4,0.8,30
month,2024-03-01,push,2,5,5,2,0.4,~359.9999
month,2024-03-01,purchase,3,5,5,1,0.2,719.5
month,2024-04-01,signup,1,0,0,0,,
""",
        "funnels/customers_monthly": """
period,step,step_order,customers
2024-03-01,signup,1,4
2024-03-01,push,2,3
2024-04-01,push,2,2
2024-03-01,news,3,0
2024-05-01,first_session,4,1
2024-05-01,first_purchase,5,1
""",
    },
    rows={"funnels/customers_conversion": 4 * 4, "funnels/customers_monthly": 3 * 6},
)

DISTRIBUTION = Case(
    name="payment_amount_distribution and orders_per_customer",
    shop=SampleShop(
        sessions="id,client,start,amount,bought\n1,A,2024-01-01,10,y\n2,B,2024-01-01,20,y\n3,C,2024-01-02,15,y\n4,C,2024-01-02,25,y\n"
        "5,D,2024-01-03,30,y\n6,E,2024-01-03,500,y\n7,F,2024-01-03,,n\n",
    ),
    expected={
        "stats/payment_amount_distribution": """
bin,amount_low,amount_high,customers
0,0,2.5,0
4,10,12.5,1
8,20,22.5,2
12,30,32.5,1
18,45,47.5,0
19,47.5,,1
""",
        "stats/orders_per_customer": "orders,customers\n1,4\n2,1\n",
        # Range of 3 days: the last 7 and the 7 before are null.
        "stats/kpis": """
metric,total,last_7_days,previous_7_days,change_rate
orders,6,,,
revenue,600,,,
visitors,6,,,
discount,0,,,
buyers,5,,,
refunds,0,,,
net_revenue,600,,,
""",
        "stats/weekly_orders_per_customer": """
period,complete,orders,customers,orders_per_customer,buyers,orders_per_buyer
2024-01-01,false,6,6,1,5,1.2
""",
        "stats/weekly_payment_amount": "period,complete,orders,revenue,average_amount\n2024-01-01,false,6,600,100\n",
        "stats/hourly_orders": "hour,orders,days,orders_per_day\n0,6,3,2\n23,0,3,0\n",
        "downloads": "client,download_date,signup_date\nC,2024-01-02T00:00:00Z,\nF,2024-01-03T00:00:00Z,\n",
    },
    rows={"stats/payment_amount_distribution": 20, "stats/orders_per_customer": 2, "stats/kpis": 7, "downloads": 6},
)

BINARY = Case(
    name="decimal bins: no binary fraction decides",
    shop=SampleShop(
        # h = 0.3 (Q3 .225 + 1.5 x .075 = .3375 is higher), w = .02: .3 is in bin 15 = [.30, .32); .1 + .2 halves to .15, bin 7.
        sessions="id,client,start,amount,bought\n1,A,2024-01-01,0.3,y\n2,B,2024-01-01,0.1,y\n3,B,2024-01-01,0.2,y\n4,C,2024-01-01,0.15,y\n",
    ),
    expected={"stats/payment_amount_distribution": "bin,amount_low,amount_high,customers\n7,.14,.16,2\n15,.3,.32,1\n16,.32,,0\n"},
    rows={"stats/payment_amount_distribution": 17},
)

# A row dated 2099 moves nothing; later downloads and signups are not known.
FUTURE = Case(
    name="a row dated 2099 moves nothing; later downloads are unknown",
    shop=SampleShop(
        customers="client,download,signup\nA,2023-12-30,2024-06-01\nB,2098-01-01,2024-01-02\nC,2024-01-04,\n",
        sessions="id,client,start,amount,bought\n1,A,2024-01-02 10:00,10,1\n2,A,2099-01-01,10,1\n3,B,2024-01-03 23:59,1,1\n",
    ),
    expected={
        "stats/daily_orders": "period,orders\n2024-01-02,1\n2024-01-03,1\n",
        "orders": "id,session_start_date\n2,2099-01-01T00:00:00Z\n",
        "downloads": "client,download_date\nB,2098-01-01T00:00:00Z\n",
        "funnels/customers_daily": """
period,step,customers
2023-12-30,download,1
2024-01-02,signup,1
2023-12-31,download,0
2024-01-02,first_session,1
2024-01-03,first_purchase,1
""",
        "funnels/customers_hourly": "hour,step,customers,days,customers_per_day\n0,download,1,5,.2\n10,first_session,1,5,.2\n",
        "funnels/customers_conversion": "grain,period,step,entered,undecided\ntotal,2023-12-30,download,1,1\nmonth,2024-01-01,session,0,0\n",
    },
    rows={"stats/daily_orders": 2, "orders": 3, "downloads": 3, "funnels/customers_daily": 5 * 4, "funnels/customers_conversion": 3 * 4},
    counts={"sessions": {"unknown_client_sessions": 0}, "customers": {"late_downloads": 1}},
)

NOTHING = Case(
    name="no session known by then: headers only",
    shop=SampleShop(
        sessions="id,client,start,amount,bought\n1,A,2024-01-02,10,1\n",
    ),
    as_of="2024-01-01",
    rows={
        "orders": 1,
        "downloads": 1,
        "stats/kpis": 0,
        "stats/hourly_orders": 0,
        "funnels/customers_daily": 0,
        "funnels/sessions_hourly": 0,
    },
)

# Refunds count at their own moment, never before the order, and not when they are later than D.
REFUNDS = Case(
    name="refunds count at their own moment, up to D",
    shop=SampleShop(
        sessions="id,client,start,amount,bought,refund,refunded,discount\n"
        "1,A,2024-01-01 10:00,100,1,10,2024-01-03 09:00,1\n"
        "2,A,2024-01-02 10:00,100,1,20,2023-12-01,2\n"  # before its order: at the order
        "3,A,2024-01-03 10:00,100,1,30,,\n"  # no date: at the order
        "4,A,2024-01-04 10:00,100,1,40,2024-01-05 00:00,4\n"  # not known as of the 4th
        "5,A,2024-01-04 11:00,9,0,9,2024-01-04,9\n",
    ),
    as_of="2024-01-04",
    expected={
        "stats/daily_revenue": """
period,complete,revenue,discount,refunds,net_revenue
2024-01-01,true,100,1,0,100
2024-01-02,true,100,2,20,80
2024-01-03,true,100,0,40,60
2024-01-04,true,100,4,0,100
""",
        "stats/kpis": "metric,total\nrefunds,60\nnet_revenue,340\nrevenue,400\ndiscount,7\norders,4\nvisitors,1\n",
        "orders": "id,refund_amount,refund_date,payment_amount,discount_amount\n5,0,2024-01-04T00:00:00Z,0,0\n2,20,2023-12-01T00:00:00Z,100,2\n",
    },
    rows={"stats/daily_revenue": 4},
    counts={"sessions": {"zeroed": 1}},
)

# Two currencies are never added up: money is null in all, each currency is a scope.
CURRENCIES = Case(
    name="two currencies are never added up, each is a scope",
    shop=SampleShop(
        sessions="id,client,start,amount,bought,currency,country\n1,A,2024-01-01,10,1,,FR\n2,A,2024-01-02,20,1,USD,US\n"
        "3,B,2024-01-02,30,1,EUR,US\n4,B,2024-01-02,,0,USD,FR\n",
        currency="EUR",
        dimensions=["country"],
    ),
    expected={
        "stats/monthly_revenue": """
scope,period,revenue,discount,refunds,net_revenue
all,2024-01-01,,,,
country=FR,2024-01-01,10,0,0,10
country=US,2024-01-01,,,,
currency=EUR,2024-01-01,40,0,0,40
currency=USD,2024-01-01,20,0,0,20
""",
        "stats/monthly_orders": "scope,period,orders\nall,2024-01-01,3\ncurrency=EUR,2024-01-01,2\ncountry=US,2024-01-01,2\n",
        "stats/hourly_revenue": "scope,hour,revenue,days,revenue_per_day\nall,0,,2,\ncountry=FR,0,10,2,5\n",
        "stats/weekly_payment_amount": "scope,period,orders,revenue,average_amount\nall,2024-01-01,3,,\ncurrency=EUR,2024-01-01,2,40,20\n",
        "stats/kpis": "scope,metric,total\nall,orders,3\nall,revenue,\nall,net_revenue,\ncurrency=EUR,revenue,40\n",
        "funnels/sessions_monthly": "scope,period,step,sessions\ncurrency=USD,2024-01-01,sessions,2\ncurrency=USD,2024-01-01,purchased,1\n",
        "orders": "id,currency\n1,EUR\n2,USD\n",
    },
    # EUR: means 10 and 30, h = 30, w = 2, bins 0..16; USD: 20, w = 1, bins 0..21; FR: 10, w = .5, bins 0..21.
    rows={"stats/payment_amount_distribution": 17 + 22 + 22, "stats/monthly_orders": 5},
)

# Scopes: the most ordered values, ties by sessions then text, the rest __other__, no value __none__.
SCOPES = Case(
    name="scopes: ranks and ties of values, __other__, __none__",
    shop=SampleShop(
        customers="client,download\nA,2024-01-01\nB,2024-01-01\nN,2024-01-01\nF,2024-01-01\n",
        sessions="id,client,start,amount,bought,place\n"
        "1,A,2024-01-02,10,1,x\n2,A,2024-01-02,10,1,x\n"  # x: 2 orders
        "3,A,2024-01-02,10,1,b\n4,B,2024-01-02,,0,b\n"  # b: 1 order, 2 sessions
        "5,B,2024-01-02,10,1,a\n"  # a: 1 order, 1 session
        "6,B,2024-01-02,10,1,c\n"  # c: the same, later in the text
        "7,B,2024-01-02,,0,Z\n8,A,2024-01-02,,0,Z\n9,A,2024-01-02,,0,Z\n"  # Z: no order
        "10,B,2024-01-02,10,1,  \n11,F,2024-01-03,10,1,future\n",
        settings={"scope_values": 3},
        dimensions={"region": "place"},
    ),
    as_of="2024-01-02",
    expected={
        "funnels/sessions_monthly": """
scope,period,step,sessions
all,2024-01-01,sessions,10
region=x,2024-01-01,sessions,2
region=b,2024-01-01,sessions,2
region=a,2024-01-01,sessions,1
region=__other__,2024-01-01,sessions,4
region=__other__,2024-01-01,purchased,1
region=__none__,2024-01-01,purchased,1
""",
        "funnels/customers_monthly": """
scope,period,step,customers
all,2024-01-01,download,4
region=x,2024-01-01,download,1
region=b,2024-01-01,download,2
region=b,2024-01-01,first_purchase,1
region=__other__,2024-01-01,download,2
region=__none__,2024-01-01,download,1
""",
        "stats/kpis": "scope,metric,total\nall,visitors,2\nregion=__other__,visitors,2\nregion=x,revenue,20\n",
        "stats/daily_orders": "scope,period,orders\nregion=x,2024-01-02,2\nregion=__none__,2024-01-02,1\n",
    },
    rows={"stats/daily_orders": 6, "funnels/customers_daily": 6 * 3 * 2},
)

REPORT_CASES = [
    CONVERSION,
    STEPS,
    DISTRIBUTION,
    BINARY,
    FUTURE,
    NOTHING,
    REFUNDS,
    CURRENCIES,
    SCOPES,
]
