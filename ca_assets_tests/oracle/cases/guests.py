"""Guests (sessions without a client), a day that never was, a renamed product. All rows were computed by hand."""

from __future__ import annotations

from ca_assets_tests.oracle.case import Case
from ca_assets_tests.shops.builder import SampleShop

GUESTS = Case(
    name="guests count in money and in no customer figure",
    shop=SampleShop(
        sessions="id,client,start,amount,bought,promo\n1,A,2024-01-02 10:00,10,1,P\n2,,2024-01-01 11:00,20,1,P\n3,,2024-01-02 11:00,30,1,\n"
        "4,B,2024-01-02 12:00,,0,\n5,,2024-01-03 12:00,,0,\n6,A,2024-01-03 10:00,5,1,\n",
        baskets="id,product,price,category\n1,tea,10,x\n2,tea,20,x\n3,cup,30,x\n",
    ),
    as_of="2024-01-03",
    expected={
        "stats/kpis": "metric,total\norders,4\nrevenue,65\nvisitors,2\nbuyers,1\n",
        "stats/daily_orders": "period,orders\n2024-01-01,1\n2024-01-02,2\n2024-01-03,1\n",
        "stats/weekly_orders_per_customer": "period,orders,customers,orders_per_customer,buyers,orders_per_buyer\n2024-01-01,2,2,1,1,2\n",
        "stats/weekly_sessions_per_customer": "period,sessions,customers,sessions_per_customer\n2024-01-01,3,2,1.5\n",
        "stats/weekly_payment_amount": "period,orders,revenue,average_amount\n2024-01-01,4,65,16.25\n",
        "stats/orders_per_customer": "orders,customers\n2,1\n",
        "promotions/summary": """
promotion_id,orders,client_orders,customers,revenue,first_orders,first_order_rate,orders_per_customer
P,2,1,1,30,1,1,1
__none__,2,1,1,35,0,0,1
""",
        "products/top_products": "product,orders,line_value,customers\ntea,2,30,1\ncup,1,30,0\n",
        "churn/overall": "report_date,repeat_customers,customers\n2024-01-03,1,1\n",
        "journey/average": "step,customers,orders_per_buyer\norder_1,1,2\norder_2,1,2\n",
        "funnels/sessions_daily": "period,step,sessions\n2024-01-03,sessions,2\n2024-01-01,purchased,1\n",
        "funnels/customers_daily": "period,step,customers\n2024-01-02,first_session,2\n2024-01-02,first_purchase,1\n",
        "cohorts/daily_1_2": "cohort,size,offset_days,customers\n2024-01-02,1,1,1\n",
    },
    rows={"stats/orders_per_customer": 1, "products/top_products": 2},
)

ONLY_GUESTS = Case(
    name="a shop of guests only: money and no customers",
    shop=SampleShop(sessions="id,client,start,amount,bought\n1,,2024-01-01 10:00,10,1\n2,,2024-01-02 10:00,5,1\n"),
    as_of="2024-01-02",
    expected={
        "stats/kpis": "metric,total\norders,2\nrevenue,15\nvisitors,0\nbuyers,0\n",
        "churn/overall": "report_date,customers\n2024-01-02,0\n",
    },
    rows={"stats/orders_per_customer": 0, "cohorts/daily_1_2": 0},
)

APIA = Case(
    name="2011-12-30 never was in Samoa",
    shop=SampleShop(
        sessions="id,client,start,amount,bought\nb1,c1,2011-12-30T09:30:00Z,10,1\nb2,c1,2011-12-30T10:30:00Z,20,1\n",
        timezone="Pacific/Apia",
        settings={"churn_repeat_customers": 1},
    ),
    expected={
        "stats/daily_orders": "period,complete,orders\n2011-12-29,true,1\n2011-12-31,true,1\n",
        "stats/hourly_orders": "hour,orders,days,orders_per_day\n23,1,2,.5\n0,1,2,.5\n",
        "cohorts/daily_1_2": "cohort,size,offset_days,customers\n2011-12-29,1,0,0\n2011-12-29,1,2,1\n",
        "churn/overall": "report_date,frequency_hours,customers\n2011-12-31,1,1\n",
    },
    rows={"stats/daily_orders": 2, "cohorts/daily_1_2": 2},
)

# Kiritimati went from 1994-12-30 to 1995-01-01.
KIRITIMATI = Case(
    name="a month whose last day never was is complete the day before",
    shop=SampleShop(
        sessions="id,client,start,amount,bought\n1,A,1994-12-30 23:59:59,10,1\n2,A,1994-12-31 12:00,20,1\n3,A,1995-01-01,40,1\n",
        timezone="Pacific/Kiritimati",
        settings={"churn_repeat_customers": 1},
    ),
    as_of="1994-12-30",
    expected={
        # What the clock never showed moves forward by the gap, a whole day: 1995-01-01 12:00.
        "orders": "id,session_start_date\n1,1994-12-31T09:59:59Z\n2,1994-12-31T22:00:00Z\n3,1994-12-31T10:00:00Z\n",
        "stats/monthly_revenue": "period,complete,revenue\n1994-12-01,true,10\n",
        "stats/weekly_orders": "period,complete,orders\n1994-12-26,false,1\n",
        "churn/monthly": "period,complete,customers\n1994-12-01,true,1\n",
    },
    rows={"stats/daily_orders": 1, "stats/monthly_revenue": 1},
)

RENAMED = Case(
    name="a renamed product has the name of its newest order",
    shop=SampleShop(
        sessions="id,client,start,amount,bought\n1,A,2024-01-01 10:00,1,1\n2,A,2024-02-01 10:00,1,1\n"
        "3,B,2024-02-01 10:00,1,1\n4,B,2024-03-01,1,1\n5,B,2024-03-02,1,1\n6,B,2024-02-02,,0\n",
        baskets="id,product,price,category,title\n1,t,1,x,Assam\n2,t,1,x,Zhu\n3,t,1,x,Yunnan\n3,t,1,x,a later name\n4,t,1,x,\n"
        "5,t,1,x,Later\n6,t,1,x,Unsold\n",  # not known by then; not bought
    ),
    as_of="2024-03-01",
    expected={
        "products/top_products": "product,product_name,orders\nt,Yunnan,4\n",
        "products/top_products@28d": "product,product_name,orders\nt,,1\n",
    },
    rows={"products/top_products": 1},
)

GUEST_CASES = [GUESTS, ONLY_GUESTS, APIA, KIRITIMATI, RENAMED]
