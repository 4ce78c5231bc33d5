"""Cases of docs/contract, sections 4 and 9: cohorts, revenue, survival, journey. All rows were computed by hand."""

# ruff: noqa: E501 (small files as literals)
from __future__ import annotations

from ca_assets_tests.oracle.case import Case, sessions_csv
from ca_assets_tests.shops.builder import SampleShop

# Cohorts: the worked example, an order before the download is excluded.
EXAMPLE = Case(
    name="cohorts: the worked example",
    shop=SampleShop(
        customers="client,download\nA,2024-01-01\nB,2024-01-01\nC,2024-01-01\n",
        sessions=sessions_csv(["a,A,2024-01-04,10,1", "b,B,2024-01-01,20,1", "c,C,2023-12-31,40,1"]),
    ),
    as_of="2024-01-10",
    expected={
        "cohorts/daily_0_1": """
cohort,complete,size,excluded,offset_days,customers,share,mature
2024-01-01,true,2,1,0,1,.5,true
2024-01-01,true,2,1,1,0,0,true
2024-01-01,true,2,1,3,1,.5,true
2024-01-01,true,2,1,9,0,0,true
""",
        "cohorts/weekly_0_1": """
cohort,complete,size,excluded,offset_weeks,customers,share,mature
2024-01-01,true,2,1,0,2,1,true
2024-01-01,true,2,1,1,0,0,false
""",
        "cohorts/weekly_1_2": """
cohort,complete,size,excluded,offset_weeks,customers,share,mature
2023-12-25,true,1,0,0,0,0,true
2023-12-25,true,1,0,1,0,0,true
2023-12-25,true,1,0,2,0,0,false
2024-01-01,true,2,0,0,0,0,true
2024-01-01,true,2,0,1,0,0,false
""",
        "cohorts/revenue_weekly": """
cohort,complete,size,excluded,offset_weeks,cumulative_net_revenue,net_revenue_per_customer,mature
2024-01-01,true,2,1,0,30,15,true
2024-01-01,true,2,1,1,30,15,false
""",
        "cohorts/next_order_survival": """
from_order,day,customers,at_risk,events,share,share_low,share_high
0,0,2,2,1,.5,~.0896,~.9940
0,1,2,1,0,.5,~.0896,~.9940
0,2,2,1,0,.5,~.0896,~.9940
0,3,2,1,1,1,,
1,0,3,3,0,0,,
1,6,3,3,0,0,,
1,7,3,2,0,0,,
1,10,3,1,0,0,,
""",
    },
    rows={
        "cohorts/daily_0_1": 10,
        "cohorts/daily_1_2": 11 + 10 + 7,
        "cohorts/daily_2_3": 0,
        "cohorts/daily_3_4": 0,
        "cohorts/weekly_0_1": 2,
        "cohorts/weekly_1_2": 5,
        "cohorts/weekly_2_3": 0,
        "cohorts/weekly_3_4": 0,
        "cohorts/revenue_weekly": 2,
        "cohorts/next_order_survival": 4 + 11,
    },
)

SURVIVAL = Case(
    name="survival: the worked example",
    shop=SampleShop(
        sessions=sessions_csv(["a1,A,2024-01-01,1,1", "a2,A,2024-01-03,1,1", "b,B,2024-01-01,1,1", "c,C,2024-01-08,1,1"]),
    ),
    as_of="2024-01-10",
    expected={
        "cohorts/next_order_survival": """
from_order,day,customers,at_risk,events,share,share_low,share_high
0,0,3,3,3,1,,
1,0,3,3,0,0,,
1,1,3,3,0,0,,
1,2,3,3,1,0.3333333333333333,~.0548,~.9459
1,3,3,1,0,0.3333333333333333,~.0548,~.9459
1,9,3,1,0,0.3333333333333333,~.0548,~.9459
2,0,1,1,0,0,,
2,7,1,1,0,0,,
""",
    },
    rows={"cohorts/next_order_survival": 1 + 10 + 8},
)

# Two orders at one instant are numbered by id as text, 0 hours apart; horizon and survival_days.
SAME_INSTANT = Case(
    name="two orders at one instant; horizon and survival_days",
    shop=SampleShop(
        customers="client,download\nA,2024-01-01 09:00\n",
        sessions="id,client,start,amount,bought,promo\n9,A,2024-01-02 10:00,5,1,Q\n10,A,2024-01-02 10:00,7,1,P\na,A,2024-01-05,1,1,\n",
        settings={"cohort_horizon": 3, "survival_days": 1, "churn_repeat_customers": 1},
    ),
    as_of="2024-01-07",
    expected={
        "cohorts/daily_0_1": "cohort,offset_days,size,customers,share\n2024-01-01,0,1,0,0\n2024-01-01,1,1,1,1\n2024-01-01,3,1,0,0\n",
        "cohorts/daily_1_2": "cohort,offset_days,size,customers,share\n2024-01-02,0,1,1,1\n2024-01-02,1,1,0,0\n",
        "cohorts/daily_2_3": "cohort,offset_days,size,customers,share\n2024-01-02,0,1,0,0\n2024-01-02,3,1,1,1\n",
        "cohorts/daily_3_4": "cohort,offset_days,size,customers,share,mature\n2024-01-05,2,1,0,0,true\n",
        "cohorts/weekly_3_4": "cohort,offset_weeks,complete,size,excluded,customers,share,mature\n2024-01-01,0,true,1,0,0,0,true\n",
        "cohorts/weekly_2_3": "cohort,offset_weeks,complete,size,customers,share,mature\n2024-01-01,0,true,1,1,1,true\n",
        "cohorts/next_order_survival": """
from_order,day,customers,at_risk,events,share,share_low,share_high
0,0,1,1,0,0,,
0,1,1,1,1,1,,
1,0,1,1,1,1,,
2,0,1,1,0,0,,
2,1,1,1,0,0,,
3,1,1,1,0,0,,
""",
        "journey/average": """
step,step_order,customers,average_hours,hours_customers,average_amount,orders_per_buyer
download,0,1,0,1,,3
order_1,1,1,25,1,7,3
order_2,2,1,0,1,5,3
order_3,3,1,62,1,1,3
since_last_order,4,1,72,1,,3
""",
        "promotions/summary": "promotion_id,orders,first_orders,first_order_rate\nP,1,1,1\nQ,1,0,0\n__none__,1,0,0\n",
        "churn/overall": """
report_date,frequency_hours,repeat_customers,customers,engaged,engaged_rate,churn_rate,churn_rate_low,churn_rate_high
2024-01-07,31,1,1,0,0,1,~.2065,1
""",
    },
    rows={
        "cohorts/daily_0_1": 4,
        "cohorts/daily_1_2": 4,
        "cohorts/daily_2_3": 4,
        "cohorts/daily_3_4": 3,
        "cohorts/weekly_2_3": 1,
        "cohorts/next_order_survival": 2 + 1 + 2 + 2,
        "journey/average": 5,
    },
)

# Orders before the download, on its day but earlier by the clock, without a customers row, a download not yet known.
EARLY = Case(
    name="orders before the download, downloads not known",
    shop=SampleShop(
        customers="client,download\nA,2024-01-03 12:00\nB,2024-01-03 12:00\nC,2024-01-03 12:00\nF,2024-01-03 12:00\nE,2024-01-20\n",
        sessions=sessions_csv(
            [
                "a1,A,2024-01-02 23:00,10,1",  # the day before: excluded
                "a2,A,2024-01-04 10:00,20,1",
                "b1,B,2024-01-03 08:00,5,1",  # the same day
                "b2,B,2024-01-03 20:00,7,1",
                "u1,U,2024-01-03 10:00,100,1",  # in no table of customers
                "u2,U,2024-01-05 10:00,100,1",
                "e1,E,2024-01-05 00:00,1,1",
                "f1,F,2024-01-03 18:00,3,1",
            ]
        ),
    ),
    as_of="2024-01-07",
    expected={
        "cohorts/daily_0_1": """
cohort,complete,size,excluded,offset_days,customers,share,mature
2024-01-03,true,3,1,0,2,0.6666666666666666,true
2024-01-03,true,3,1,1,0,0,true
2024-01-03,true,3,1,4,0,0,true
""",
        "cohorts/daily_1_2": """
cohort,size,excluded,offset_days,customers,share
2024-01-02,1,0,2,1,1
2024-01-03,3,0,0,1,0.3333333333333333
2024-01-03,3,0,2,1,0.3333333333333333
2024-01-05,1,0,2,0,0
""",
        "cohorts/weekly_0_1": "cohort,complete,size,excluded,offset_weeks,customers,share,mature\n2024-01-01,true,3,1,0,2,0.6666666666666666,true\n",
        "cohorts/revenue_weekly": """
cohort,complete,size,excluded,offset_weeks,cumulative_net_revenue,net_revenue_per_customer,mature
2024-01-01,true,3,1,0,15,5,true
""",
        "cohorts/next_order_survival": """
from_order,day,customers,at_risk,events,share,share_low,share_high
0,0,3,3,2,0.6666666666666666,~.226,~.991
0,4,3,1,0,0.6666666666666666,~.226,~.991
1,0,5,5,1,.2,~.031,~.796
1,2,5,4,2,.6,~.2472,~.9480
1,4,5,1,0,.6,~.2472,~.9480
2,4,3,1,0,0,,
""",
        "journey/average": """
step,step_order,customers,average_hours,hours_customers,average_amount,orders_per_buyer
download,0,4,0,4,,1.6
order_1,1,5,3,2,23.8,1.6
since_last_order,2,5,84.4,5,,1.6
""",
    },
    rows={
        "cohorts/daily_0_1": 5,
        "cohorts/daily_1_2": 6 + 5 + 3,
        "cohorts/weekly_0_1": 1,
        "cohorts/revenue_weekly": 1,
        "cohorts/next_order_survival": 5 + 5 + 5,
        "journey/average": 3,
    },
    counts={"sessions": {"unknown_client_sessions": 2}, "customers": {"late_downloads": 3}},
)

# Revenue_weekly: refunds by their own week, later ones unknown, the horizon ends it.
REVENUE = Case(
    name="revenue_weekly: refunds by their own week, the horizon",
    shop=SampleShop(
        customers="client,download\nA,2024-01-01\nB,2024-01-03\n",
        sessions="id,client,start,amount,bought,refund,refunded\n1,A,2024-01-02,100,1,30,2024-01-10\n2,A,2024-01-16,50,1,5,2024-02-10\n"
        "3,A,2024-01-23,10,1,,\n",
        settings={"cohort_horizon": 2},
    ),
    as_of="2024-01-28",
    expected={
        "cohorts/revenue_weekly": """
cohort,complete,size,excluded,offset_weeks,cumulative_net_revenue,net_revenue_per_customer,mature
2024-01-01,true,2,0,0,100,50,true
2024-01-01,true,2,0,1,70,35,true
2024-01-01,true,2,0,2,120,60,true
""",
        "cohorts/weekly_1_2": "cohort,offset_weeks,size,customers,share\n2024-01-01,0,1,0,0\n2024-01-01,2,1,1,1\n",
        "cohorts/daily_1_2": "cohort,offset_days,size,customers,share\n2024-01-02,0,1,0,0\n2024-01-02,2,1,0,0\n",
    },
    rows={"cohorts/revenue_weekly": 3, "cohorts/weekly_1_2": 3, "cohorts/daily_1_2": 3},
)

# Cohorts of a scope: his first order there, also when an earlier one elsewhere excludes him.
SCOPED = Case(
    name="cohorts of a scope: the first order there",
    shop=SampleShop(
        customers="client,download\nA,2024-01-02\n",
        sessions="id,client,start,amount,bought,country,refund\n1,A,2024-01-01,7,1,DE,\n2,A,2024-01-03,9,1,FR,2\n",
        dimensions=["country"],
    ),
    expected={
        "cohorts/daily_0_1": """
scope,cohort,size,excluded,offset_days,customers,share
all,2024-01-02,0,1,0,0,
all,2024-01-02,0,1,1,0,
country=DE,2024-01-02,0,1,1,0,
country=FR,2024-01-02,1,0,0,0,0
country=FR,2024-01-02,1,0,1,1,1
""",
        "cohorts/daily_1_2": "scope,cohort,size,offset_days,customers\nall,2024-01-01,1,2,1\ncountry=DE,2024-01-01,1,2,0\ncountry=FR,2024-01-03,1,0,0\n",
        "cohorts/revenue_weekly": """
scope,cohort,complete,size,excluded,offset_weeks,cumulative_net_revenue,net_revenue_per_customer,mature
all,2024-01-01,false,0,1,0,0,,false
country=FR,2024-01-01,false,1,0,0,7,7,false
country=DE,2024-01-01,false,0,1,0,0,,false
""",
        "journey/average": """
scope,step,customers,average_hours,hours_customers,average_amount,orders_per_buyer
all,order_1,1,,0,7,2
all,order_2,1,48,1,9,2
country=FR,download,1,0,1,,1
country=FR,order_1,1,24,1,9,1
country=FR,since_last_order,1,24,1,,1
country=DE,since_last_order,1,72,1,,1
""",
    },
    rows={
        "cohorts/daily_0_1": 6,
        "cohorts/daily_1_2": 3 + 3 + 1,
        "cohorts/next_order_survival": 4 + 3 + 3,
        "cohorts/revenue_weekly": 3,
        "journey/average": 4 + 3 + 3,
    },
)

# Weeks that begin on Sunday: cohorts by week, the last week incomplete, churn refused.
SUNDAYS = Case(
    name="weeks from Sunday: cohorts by week, the last one incomplete",
    shop=SampleShop(
        # Saturday 2024-01-06, Sunday 7, Saturday 13, Tuesday 16, Wednesday 17.
        customers="client,download\nA,2024-01-06\nB,2024-01-07\nC,2024-01-16\n",
        sessions=sessions_csv(["a,A,2024-01-07,1,1", "b,B,2024-01-13,1,1", "c,C,2024-01-17,1,1"]),
        week_start="sunday",
    ),
    expected={
        "cohorts/weekly_0_1": """
cohort,complete,size,excluded,offset_weeks,customers,share,mature
2023-12-31,true,1,0,0,0,0,true
2023-12-31,true,1,0,1,1,1,true
2023-12-31,true,1,0,2,0,0,false
2024-01-07,true,1,0,0,1,1,true
2024-01-07,true,1,0,1,0,0,false
2024-01-14,false,1,0,0,1,1,false
""",
        "churn/weekly": """
period,complete,frequency_hours,repeat_customers,customers,engaged,engaged_rate,churn_rate,churn_rate_low,churn_rate_high
2024-01-07,true,,0,2,,,,,
2024-01-14,false,,0,3,,,,,
""",
        "churn/monthly": "period,complete,frequency_hours,repeat_customers,customers,engaged,churn_rate\n2024-01-01,false,,0,3,,\n",
        "churn/overall": "report_date,frequency_hours,repeat_customers,customers,engaged,churn_rate\n2024-01-17,,0,3,,\n",
    },
    rows={"cohorts/weekly_0_1": 6, "cohorts/weekly_1_2": 2 + 1, "churn/weekly": 2, "churn/monthly": 1, "churn/overall": 1},
)

COHORT_CASES = [EXAMPLE, SURVIVAL, SAME_INSTANT, EARLY, REVENUE, SCOPED, SUNDAYS]
