"""Cases of docs/contract, section 14. All rows were computed by hand."""

from __future__ import annotations

from ca_assets_tests.oracle.case import Case
from ca_assets_tests.shops.builder import SampleShop

SESSIONS = """
id,client,start,amount,bought,promo
a0,A,2023-12-01,10,1,
b0,B,2023-12-02,20,1,
a1,A,2024-03-01,30,1,
a2,A,2024-03-04T12:00:00,40,1,X
a3,A,2024-03-08,50,1,
a4,A,2024-03-11T12:00:00,60,1,
b1,B,2024-03-10,8,1,Y
c1,C,2024-05-01,14,1,Y
a6,A,2024-05-24,9,1,
a5,A,2024-05-31,7,1,
b2,B,2024-05-31,5,1,X
"""
# P stands twice in one order. a4 lies 7 days of 24 hours after a2, which is inside; b2 is too recent, C not known before c1.
BASKETS = "id,product,price,quantity\na2,P,4,1\na2,P,4,2\na2,Q,1,1\nb1,P,4,1\n"
# Segments at the beginning of the bases. 3 May: the fit of April holds (recency 1212 and 1247.64, frequency 609 and 2358.33 hours, monetary
# 37.76 and 14; the middles are the bounds); A is 4, 5, 5 and B 4, 4, 4, both champions; C has one order day and 48 hours: newcomers.
# 22 April: the fit of March holds; A and B are champions. 1 January: no fit before December's own; A and B have one order day and 4 and 5.
# As of the report's end A and B are champions, C is a newcomer.
BEFORE_AND_AFTER = Case(
    name="tests: two labels and three segments",
    shop=SampleShop(sessions=SESSIONS.lstrip(), baskets=BASKETS, settings={"rfm_minimum": 2}),
    as_of="2024-05-31",
    expected={
        "ab_tests/promotion_effects": """
label,metric,window_days,label_orders,used,too_recent,too_new,customers,before,after,difference,needed
X,orders,7,2,1,1,0,1,1,2,1,201
X,amount,7,2,1,1,0,1,30,55,25,
X,orders,28,2,1,1,0,1,1,2,1,201
X,amount,28,2,1,1,0,1,30,55,25,
Y,orders,7,2,1,0,1,1,0,0,0,
Y,amount,7,2,0,0,1,0,,,,
Y,orders,28,2,1,0,1,1,0,0,0,
Y,amount,28,2,0,0,1,0,,,,
""",
        "ab_tests/product_effects": """
label,metric,window_days,label_orders,used,too_recent,too_new,customers,before,after,difference,needed
P,orders,7,2,2,0,0,2,.5,1,.5,402
P,amount,7,2,1,0,0,1,30,55,25,
Q,orders,7,1,1,0,0,1,1,2,1,201
""",
        "ab_tests/promotion_comparison": """
promotion_a,promotion_b,customers_a,customers_b,average_a,average_b,difference
X,Y,1,1,40,14,26
""",
        "ab_tests/promotion_resampled": "label,metric\nX,orders\nX,amount\nY,orders\nY,amount\n",
        "ab_tests/product_resampled": "label,metric\nP,orders\nP,amount\nQ,orders\nQ,amount\n",
        "ab_tests/promotion_distributions": "label,metric\nX,orders\nX,amount\nY,orders\nY,amount\n",
        "ab_tests/product_distributions": "label,metric\nP,orders\nP,amount\nQ,orders\nQ,amount\n",
        "ab_tests/segment_daily": """
segment,segment_order,metric,period,customers,changed_since,current,base,difference
champions,1,orders,2024-05-31,2,0,1,.125,.875
champions,1,amount,2024-05-31,2,0,6,9,-3
newcomers,5,orders,2024-05-31,1,0,0,0,0
newcomers,5,amount,2024-05-31,1,0,,,
lost,8,orders,2024-05-31,0,0,,,
""",
        "ab_tests/segment_weekly": """
segment,segment_order,metric,period,customers,changed_since,current,base,difference
champions,1,orders,2024-05-20,2,0,.5,0,.5
champions,1,amount,2024-05-20,2,0,9,,
newcomers,5,orders,2024-05-20,0,0,,,
""",
        "ab_tests/segment_monthly": """
segment,segment_order,metric,period,customers,changed_since,current,base,difference
champions,1,orders,2024-05-01,0,0,,,
newcomers,5,orders,2024-05-01,2,2,1.5,.625,.875
newcomers,5,amount,2024-05-01,2,2,7,37.6,-30.6
""",
    },
    rows={
        "ab_tests/promotion_effects": 8,
        "ab_tests/product_effects": 8,
        "ab_tests/promotion_comparison": 1,
        "ab_tests/promotion_resampled": 4,
        "ab_tests/product_resampled": 4,
        "ab_tests/promotion_distributions": 4,
        "ab_tests/product_distributions": 4,
        "ab_tests/segment_daily": 16,
        "ab_tests/segment_weekly": 16,
        "ab_tests/segment_monthly": 16,
    },
)

AB_TEST_CASES = [BEFORE_AND_AFTER]
