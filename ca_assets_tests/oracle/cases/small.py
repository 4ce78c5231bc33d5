"""Cases of shops with nearly nothing in them: one order, no purchase, no session. All rows were computed by hand."""

from __future__ import annotations

from ca_assets_tests.oracle.case import HEADER, Case, sessions_csv
from ca_assets_tests.shops.builder import SampleShop

ONE = Case(
    name="one customer, one order",
    shop=SampleShop(
        customers="client,download\nA,2024-01-01 10:00\n",
        sessions=sessions_csv(["1,A,2024-01-01 10:00,5,1"]),
    ),
    expected={
        "cohorts/daily_0_1": "cohort,complete,size,excluded,offset_days,customers,share,mature\n2024-01-01,true,1,0,0,1,1,true\n",
        "cohorts/weekly_0_1": "cohort,complete,size,excluded,offset_weeks,customers,share,mature\n2024-01-01,false,1,0,0,1,1,false\n",
        "cohorts/next_order_survival": "from_order,day,customers,at_risk,events,share,share_low,share_high\n0,0,1,1,1,1,,\n1,0,1,1,0,0,,\n",
        "churn/overall": "report_date,frequency_hours,repeat_customers,customers,engaged,engaged_rate,churn_rate\n2024-01-01,,0,1,,,\n",
        "churn/customer_bridge_monthly": """
period,complete,frequency_hours,opening,new,reactivated,lapsed,closing,new_lapsed
2024-01-01,false,,,,,,,
""",
        "journey/average": """
step,step_order,customers,average_hours,hours_customers,average_amount,orders_per_buyer
download,0,1,0,1,,1
order_1,1,1,0,1,5,1
since_last_order,2,1,14,1,,1
""",
    },
    rows={"cohorts/daily_0_1": 1, "cohorts/daily_1_2": 1, "cohorts/daily_2_3": 0, "cohorts/next_order_survival": 2, "journey/average": 3},
)

NO_PURCHASES = Case(
    name="no purchase at all: periods, zeros and nulls, no products",
    shop=SampleShop(
        customers="client,download\nA,2024-01-01\nN,2024-01-01\n",
        sessions="id,client,start,amount,bought,promo\n1,A,2024-01-01,,0,P\n2,A,2024-01-02,9,0,\n",
        baskets="id,product,price,category\n1,tea,1,x\n",
    ),
    expected={
        "cohorts/daily_0_1": """
cohort,size,excluded,offset_days,customers,share
2024-01-01,2,0,0,0,0
2024-01-01,2,0,1,0,0
""",
        "cohorts/revenue_weekly": """
cohort,complete,size,excluded,offset_weeks,cumulative_net_revenue,net_revenue_per_customer,mature
2024-01-01,false,2,0,0,0,0,false
""",
        "cohorts/next_order_survival": "from_order,day,customers,at_risk,events,share,share_low,share_high\n0,0,2,2,0,0,,\n0,1,2,2,0,0,,\n",
        "churn/overall": "report_date,frequency_hours,repeat_customers,customers,engaged,engaged_rate,churn_rate\n2024-01-02,,0,0,,,\n",
        "churn/weekly": "period,complete,frequency_hours,repeat_customers,customers,engaged,churn_rate\n2024-01-01,false,,0,0,,\n",
        "churn/customer_bridge_monthly": """
period,complete,frequency_hours,opening,new,reactivated,lapsed,closing,new_lapsed
2024-01-01,false,,,,,,,
""",
        "journey/average": """
step,step_order,customers,average_hours,hours_customers,average_amount,orders_per_buyer
download,0,2,0,2,,
""",
        "products/line_value_monthly": """
period,complete,orders,orders_with_lines,line_value,revenue,discount,difference
2024-01-01,false,0,0,0,0,0,0
""",
        "promotions/summary": """
promotion_id,orders,client_orders,customers,revenue,discount,average_amount,first_orders,first_order_rate,first_order_rate_low,first_order_rate_high,orders_per_customer
__none__,0,0,0,0,0,,0,,,,
""",
        "promotions/daily_share": """
period,complete,orders,promoted_orders,organic_orders,promoted_rate,promoted_rate_low,promoted_rate_high
2024-01-02,true,0,0,0,,,
""",
        "promotions/hourly_share": "hour,days,orders,promoted_orders,organic_orders,promoted_rate\n0,2,0,0,0,\n",
        "promotions/daily_revenue": "period,promotion_id,complete,orders,revenue,discount\n2024-01-01,__none__,true,0,0,0\n",
    },
    rows={
        "cohorts/daily_0_1": 2,
        "cohorts/daily_1_2": 0,
        "cohorts/weekly_1_2": 0,
        "cohorts/next_order_survival": 2,
        "churn/overall": 1,
        "churn/weekly": 1,
        "churn/monthly": 1,
        "churn/customer_bridge_monthly": 1,
        "journey/average": 1,
        "products/top_products": 0,
        "products/top_categories": 0,
        "products/product_pairs": 0,
        "products/daily_products": 0,
        "products/line_value_monthly": 1,
        "promotions/summary": 1,
        "promotions/daily_share": 2,
        "promotions/hourly_share": 24,
        "promotions/daily_revenue": 2,
        "promotions/summary@7d": 1,
    },
)

EMPTY = Case(
    name="an empty shop: headers only",
    shop=SampleShop(
        customers="client,download\nN,2024-01-01\n",
        sessions=HEADER.replace("\n", ",promo\n"),
        baskets="id,product,price,category\n1,tea,1,x\n",
    ),
    as_of="2024-01-02",
    rows={
        "orders": 0,
        "downloads": 1,
        "stats/kpis": 0,
        "funnels/customers_conversion": 0,
        "cohorts/daily_0_1": 0,
        "cohorts/weekly_0_1": 0,
        "cohorts/revenue_weekly": 0,
        "cohorts/next_order_survival": 0,
        "churn/overall": 0,
        "churn/weekly": 0,
        "churn/customer_bridge_monthly": 0,
        "journey/average": 0,
        "products/top_products": 0,
        "products/daily_products": 0,
        "products/line_value_monthly": 0,
        "promotions/summary": 0,
        "promotions/daily_share": 0,
        "promotions/hourly_share": 0,
        "promotions/daily_revenue": 0,
        "promotions/summary@7d": 0,
    },
    counts={"baskets": {"read": 1, "orphans": 1}},
)

SMALL_CASES = [ONE, NO_PURCHASES, EMPTY]
