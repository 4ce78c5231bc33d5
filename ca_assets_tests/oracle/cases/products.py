"""Cases of docs/contract, sections 6 and 7: products, pairs, promotions, their money in two currencies. All rows were computed by hand."""

# ruff: noqa: E501 (small files as literals)
from __future__ import annotations

from ca_assets_tests.oracle.case import Case, sessions_csv
from ca_assets_tests.shops.builder import SampleShop

# Products: equal lines, quantities, categories, names, lines of no purchase, months, windows.
PRODUCTS = Case(
    name="products: equal lines, quantities, categories, names",
    shop=SampleShop(
        sessions="id,client,start,amount,bought,discount\n1,A,2024-01-01,10,1,2\n2,B,2024-01-02,20,1,\n3,A,2024-02-01,5,1,\n4,A,2024-01-03,,0,\n",
        baskets="id,product,price,category,quantity,title\n1,tea,3,drinks,2,Green tea\n1,tea,3,drinks,2,Green tea\n1,cup,1.5,,,\n"
        "2,tea,4,drinks,.5,Black tea\n2,tea,4,herbs,1,\n4,tea,100,drinks,1,A tea\n9,tea,100,drinks,1,A tea\n",
    ),
    expected={
        "products/top_products": """
product,product_name,orders,units,line_value,customers
tea,Black tea,2,5.5,18,2
cup,,1,1,1.5,1
""",
        "products/top_products@90d": "product,product_name,orders,units,line_value,customers\ntea,Black tea,2,5.5,18,2\ncup,,1,1,1.5,1\n",
        "products/top_categories": """
category,orders,units,line_value,customers
drinks,2,4.5,14,2
herbs,1,1,4,1
__none__,1,1,1.5,1
""",
        "products/daily_products": """
period,product,complete,orders,units,line_value
2024-01-01,tea,true,1,4,12
2024-01-02,tea,true,1,1.5,6
2024-01-03,tea,true,0,0,0
2024-01-01,cup,true,1,1,1.5
2024-02-01,cup,true,0,0,0
""",
        "products/line_value_monthly": """
period,complete,orders,orders_with_lines,line_value,revenue,discount,difference
2024-01-01,true,2,2,19.5,30,2,10.5
2024-02-01,false,1,0,0,0,0,0
""",
    },
    rows={
        "products/top_products": 2,
        "products/top_products@7d": 0,
        "products/top_products@28d": 0,
        "products/top_products@90d": 2,
        "products/top_categories": 3,
        "products/top_categories@28d": 0,
        "products/daily_products": 32 * 2,
        "products/line_value_monthly": 2,
        "products/product_pairs": 0,
    },
    counts={"baskets": {"read": 7, "accepted": 6, "orphans": 1}},
)

NAMES = [f"q{i:03}" for i in range(103)]
# More than 100 products: the others in one row, 1000 pairs with ties.
MANY = Case(
    name="more than 100 products: one row of others, 1000 pairs",
    shop=SampleShop(
        sessions=sessions_csv(["1,A,2024-01-01,1,1", "2,B,2024-01-02,1,1", "3,A,2024-01-03,1,1"]),
        # Two orders: q100 .. q102 of two customers, then q099 of one; then one order each: q000 ...
        baskets="id,product,price,category\n"
        + "".join(f"1,{name},1,{name[:3]}\n" for name in NAMES)
        + "2,q100,2,q10\n2,q101,2,q10\n2,q102,2,q10\n3,q099,5,q09\n",
        settings={"pair_orders": 1},
    ),
    expected={
        "products/top_products": """
product,product_name,orders,units,line_value,customers
q100,,2,2,3,2
q102,,2,2,3,2
q099,,2,2,6,1
q000,,1,1,1,1
q095,,1,1,1,1
__other__,,1,3,3,1
""",
        "products/top_categories": "category,orders,units,line_value,customers\nq10,2,6,9,2\nq09,2,11,15,1\nq08,1,10,10,1\n",
        "products/daily_products": """
period,product,orders,units,line_value
2024-01-01,q100,1,1,1
2024-01-02,q100,1,1,2
2024-01-03,q099,1,1,5
2024-01-02,q099,0,0,0
2024-01-01,q005,1,1,1
2024-01-01,__other__,1,93,93
2024-01-02,__other__,0,0,0
2024-01-03,__other__,0,0,0
""",
        # Lift 3 of every two products with one order: q000 with 98 others, q001 with 97 .. q009 with 89 are 935, so q010 has 65.
        "products/product_pairs": """
product_a,product_b,orders,orders_a,orders_b,total_orders,support,confidence_ab,confidence_ba,lift
q000,q001,1,1,1,3,0.3333333333333333,1,1,3
q009,q098,1,1,1,3,0.3333333333333333,1,1,3
q010,q075,1,1,1,3,0.3333333333333333,1,1,3
""",
    },
    rows={
        "products/top_products": 101,
        "products/top_categories": 11,
        "products/daily_products": 11 * 3,
        "products/product_pairs": 1000,
        "products/product_pairs@7d": 1000,
    },
)

# Pairs: at least 5 orders, a product twice in an order, ties, text order.
PAIRS = Case(
    name="pairs: at least 5 orders, a product twice, ties, text order",
    shop=SampleShop(
        sessions=sessions_csv([f"{i},A,2024-01-01,1,{int(i < 13)}" for i in range(1, 14)]),
        baskets="id,product,price,category\n1,a,1,\n"
        + "".join(f"{i},a,1,\n{i},Z,1,\n" for i in range(1, 6))
        + "".join(f"{i},c,1,\n" for i in range(1, 5))  # with a and Z in 4 orders only
        + "".join(f"{i},d,1,\n{i},e,1,\n{i},f,1,\n" for i in range(6, 11))
        + "11,a,1,\n13,a,1,\n13,Z,1,\n",
    ),
    expected={
        "products/product_pairs": """
product_a,product_b,orders,orders_a,orders_b,total_orders,support,confidence_ab,confidence_ba,lift
Z,a,5,5,6,11,0.45454545454545453,1,0.8333333333333334,1.8333333333333333
d,e,5,5,5,11,0.45454545454545453,1,1,2.2
d,f,5,5,5,11,0.45454545454545453,1,1,2.2
e,f,5,5,5,11,0.45454545454545453,1,1,2.2
""",
        "products/line_value_monthly": "period,orders,orders_with_lines,line_value,revenue,difference\n2024-01-01,12,11,31,11,-20\n",
    },
    rows={"products/product_pairs": 4},
)

PER_MILLE = Case(
    name="pairs: in at least one of 1000 orders",
    shop=SampleShop(
        sessions="id,client,start,amount,bought,country\n"
        + "".join(f"{i},A,2024-01-01,1,1,{'FR' if i <= 1000 else 'DE'}\n" for i in range(1, 1002)),
        baskets="id,product,price,category\n1,p,1,\n1,q,1,\n2,r,1,\n2,s,1,\n3,r,1,\n3,s,1,\n"
        + "".join(f"{i},t,1,\n" for i in range(4, 1002)),
        settings={"pair_orders": 1},
        dimensions=["country"],
    ),
    expected={
        "products/product_pairs": """
scope,product_a,product_b,orders,orders_a,orders_b,total_orders,support,confidence_ab,confidence_ba,lift
all,r,s,2,2,2,1001,~.001998,1,1,500.5
country=FR,p,q,1,1,1,1000,.001,1,1,1000
country=FR,r,s,2,2,2,1000,.002,1,1,500
""",
    },
    rows={"products/product_pairs": 3},
)

# Promotions: the top list without the organic orders, first orders of the whole history, windows.
PROMOTIONS = Case(
    name="promotions: the top list, first orders, windows",
    shop=SampleShop(
        sessions="id,client,start,amount,bought,promo,discount\n0,A,2023-12-01 09:00,2,1,,\n1,A,2024-01-01 10:00,10,1,P,1\n"
        "2,B,2024-01-01 11:00,20,1,P,2\n3,A,2024-01-02 10:00,30,1,Q,3\n4,B,2024-01-02 10:30,5,1,Q,\n5,C,2024-01-02 23:00,7,1,R,\n"
        "6,C,2024-01-03 00:30,8,1,,\n7,D,2024-01-03 10:00,9,1,S,1\n8,A,2024-01-03 12:00,50,1,,\n9,E,2024-01-04 10:00,,0,P,\n"
        "10,F,2024-01-04 10:00,1,1,,\n",
        settings={"top": 2},
    ),
    expected={
        "promotions/summary": """
promotion_id,orders,customers,revenue,discount,average_amount,first_orders,first_order_rate,first_order_rate_low,first_order_rate_high,orders_per_customer
P,2,2,30,3,15,1,.5,~.0945,~.9055,1
Q,2,2,35,3,17.5,0,0,0,~.6576,1
__other__,2,2,16,1,8,2,1,~.3424,1,1
__none__,4,3,61,0,15.25,2,.5,~.1500,~.8500,1.3333333333333333
""",
        "promotions/summary@7d": """
promotion_id,orders,customers,revenue,discount,average_amount,first_orders,first_order_rate,first_order_rate_low,first_order_rate_high,orders_per_customer
P,2,2,30,3,15,1,.5,~.0945,~.9055,1
__other__,2,2,16,1,8,2,1,~.3424,1,1
__none__,3,3,59,0,19.666666666666668,1,0.3333333333333333,~.0615,~.7923,1
""",
        "promotions/daily_share": """
period,complete,orders,promoted_orders,organic_orders,promoted_rate,promoted_rate_low,promoted_rate_high
2023-12-01,true,1,0,1,0,0,~.7935
2023-12-02,true,0,0,0,,,
2024-01-01,true,2,2,0,1,~.3424,1
2024-01-02,true,3,3,0,1,~.4385,1
2024-01-03,true,3,1,2,0.3333333333333333,~.0615,~.7923
2024-01-04,true,1,0,1,0,0,~.7935
""",
        "promotions/hourly_share": """
hour,days,orders,promoted_orders,organic_orders,promoted_rate
0,35,1,0,1,0
5,35,0,0,0,
9,35,1,0,1,0
10,35,5,4,1,.8
11,35,1,1,0,1
12,35,1,0,1,0
23,35,1,1,0,1
""",
        "promotions/hourly_share@7d": "hour,days,orders,promoted_orders,organic_orders,promoted_rate\n9,4,0,0,0,\n10,4,5,4,1,.8\n",
        "promotions/daily_revenue": """
period,promotion_id,complete,orders,revenue,discount
2024-01-02,Q,true,2,35,3
2024-01-02,__none__,true,0,0,0
2024-01-03,S,true,1,9,1
2024-01-03,__none__,true,2,58,0
2024-01-03,P,true,0,0,0
""",
    },
    rows={
        "promotions/summary": 4,
        "promotions/summary@7d": 4,
        "promotions/daily_share": 35,
        "promotions/hourly_share": 24,
        "promotions/daily_revenue": 35 * 5,
    },
)

MANY_PROMOTIONS = Case(
    name="more than 10 promotions: the others of a day in one row",
    shop=SampleShop(
        sessions="id,client,start,amount,bought,promo\n0,c1,2024-01-01,1,1,p12\n"
        + "".join(f"{i},c{i},2024-01-02,{i},1,p{i:02}\n" for i in range(1, 13)),
    ),
    expected={
        "promotions/daily_revenue": """
period,promotion_id,orders,revenue
2024-01-01,p12,1,1
2024-01-02,p12,1,12
2024-01-02,p09,1,9
2024-01-01,__other__,0,0
2024-01-02,__other__,2,21
2024-01-02,__none__,0,0
""",
        "promotions/summary": "promotion_id,orders,customers,revenue,first_orders\np12,2,2,13,2\np01,1,1,1,0\np11,1,1,11,1\n__none__,0,0,0,0\n",
    },
    rows={"promotions/daily_revenue": 2 * 12, "promotions/summary": 13},
)

# Two currencies: no money of products, promotions, cohorts, journey; the counts stay.
CURRENCIES = Case(
    name="two currencies: no money of products, cohorts, journey",
    shop=SampleShop(
        customers="client,download\nA,2024-01-01\nB,2024-01-01\n",
        sessions="id,client,start,amount,bought,promo,currency\n1,A,2024-01-01,10,1,P,EUR\n2,B,2024-01-01 12:00,20,1,,USD\n3,B,2024-01-02,30,1,,USD\n",
        baskets="id,product,price,category,quantity,title\n1,x,4,k,2,\n2,x,5,k,1,\n2,y,6,,1,\n",
        settings={"churn_repeat_customers": 1},
    ),
    expected={
        "products/top_products": """
scope,product,orders,units,line_value,customers
all,x,2,3,,2
all,y,1,1,,1
currency=EUR,x,1,2,8,1
currency=USD,x,1,1,5,1
""",
        "products/top_categories": "scope,category,orders,units,line_value,customers\nall,k,2,3,,2\nall,__none__,1,1,,1\ncurrency=USD,__none__,1,1,6,1\n",
        "products/daily_products": "scope,period,product,orders,units,line_value\nall,2024-01-01,x,2,3,\nall,2024-01-02,x,0,0,\ncurrency=EUR,2024-01-02,x,0,0,0\n",
        "products/line_value_monthly": """
scope,period,orders,orders_with_lines,line_value,revenue,discount,difference
all,2024-01-01,3,2,,,,
currency=EUR,2024-01-01,1,1,8,10,0,2
currency=USD,2024-01-01,2,1,11,20,0,9
""",
        "promotions/summary": """
scope,promotion_id,orders,customers,revenue,discount,average_amount,first_orders,orders_per_customer
all,P,1,1,,,,1,1
all,__none__,2,1,,,,1,2
currency=EUR,P,1,1,10,0,10,1,1
currency=EUR,__none__,0,0,0,0,,0,
currency=USD,__none__,2,1,50,0,25,1,2
""",
        "promotions/daily_revenue": "scope,period,promotion_id,orders,revenue,discount\nall,2024-01-01,P,1,,\ncurrency=USD,2024-01-02,__none__,1,30,0\n",
        "cohorts/revenue_weekly": """
scope,cohort,size,offset_weeks,cumulative_net_revenue,net_revenue_per_customer
all,2024-01-01,2,0,,
currency=EUR,2024-01-01,1,0,10,10
currency=USD,2024-01-01,1,0,50,50
""",
        "cohorts/weekly_0_1": "scope,cohort,size,offset_weeks,customers,share\nall,2024-01-01,2,0,2,1\n",
        "journey/average": """
scope,step,customers,average_hours,hours_customers,average_amount,orders_per_buyer
all,order_1,2,6,2,,1.5
all,since_last_order,2,36,2,,1.5
currency=USD,order_1,1,12,1,20,2
currency=USD,order_2,1,12,1,30,2
""",
        "churn/overall": "scope,report_date,frequency_hours,customers,engaged\nall,2024-01-02,12,2,0\ncurrency=EUR,2024-01-02,,1,\ncurrency=USD,2024-01-02,12,1,0\n",
    },
    rows={"products/top_products": 2 + 1 + 2, "promotions/summary": 2 + 2 + 1, "journey/average": 3 + 3 + 4},
)

PRODUCT_CASES = [PRODUCTS, MANY, PAIRS, PER_MILLE, PROMOTIONS, MANY_PROMOTIONS, CURRENCIES]
