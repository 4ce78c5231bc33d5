"""Cases of docs/contract, section 11. All rows were computed by hand."""

from __future__ import annotations

from ca_assets_tests.oracle.case import Case, sessions_csv
from ca_assets_tests.shops.builder import SampleShop

# The fit of January holds for February (two clusters, so it is no median): of A 504 h, 15, 240 h between orders; of B 624 h, 40.
# Winsorised at 622.8 h and 39.75; the bounds are 563.4 h and 27.375.
THREE_BUYERS = Case(
    name="segments: three buyers",
    shop=SampleShop(
        sessions=sessions_csv(
            ["a1,A,2024-01-01,10,1", "a2,A,2024-01-11,20,1", "b1,B,2024-01-06,40,1", "c1,C,2024-02-01,30,1", "d1,D,2024-02-02,0,0"]
        ),
        settings={"rfm_minimum": 2},
    ),
    as_of="2024-02-10",
    expected={
        "rfm_segments": """
client,currency,recency_hours,frequency_hours,monetary,orders,order_days,revenue,first_order,last_order,recency_score,frequency_score,monetary_score,segment
A,EUR,744,240,15,2,2,30,2024-01-01T00:00:00Z,2024-01-11T00:00:00Z,4,5,4,champions
B,EUR,864,,40,1,1,40,2024-01-06T00:00:00Z,2024-01-06T00:00:00Z,4,,5,newcomers
C,EUR,240,,30,1,1,30,2024-02-01T00:00:00Z,2024-02-01T00:00:00Z,5,,5,newcomers
""",
        "rfm/points": """
client,currency,recency_hours,frequency_hours,monetary,recency_score,frequency_score,monetary_score,segment
A,EUR,744,240,15,4,5,4,champions
B,EUR,864,,40,4,,5,newcomers
C,EUR,240,,30,5,,5,newcomers
""",
        "segmentation/summary": """
segment,segment_order,customers,customer_share,orders,revenue,revenue_share,average_recency_hours,average_frequency_hours,average_monetary
champions,1,1,.3333333333333333,2,30,.3,744,240,15
loyal,2,0,,0,0,,,,
newcomers,5,2,.6666666666666666,2,70,.7,552,,35
lost,8,0,,0,0,,,,
""",
        "segmentation/scores": """
metric,currency,score,customers,low,high,bound_low,bound_high,fits,fitted_on
recency,,5,1,240,240,,563.4,1,2024-01-31
recency,,4,2,744,864,563.4,,1,2024-01-31
frequency,,5,1,240,240,,,1,2024-01-31
frequency,,0,2,,,,,,
monetary,EUR,5,2,30,40,27.375,,1,2024-01-31
monetary,EUR,4,1,15,15,,27.375,1,2024-01-31
""",
        # Days 10, 31, 36: the fence is 53, so 36 / 20 and bins of 2. Amounts 15, 30, 40: bins of 2.
        "segmentation/recency": "bin,low,high,score,customers\n5,10,12,5,1\n15,30,32,4,1\n18,36,38,4,1\n",
        "segmentation/frequency": "bin,low,high,score,customers\n20,10,10.5,5,1\n",
        "segmentation/monetary": "bin,low,high,score,customers\n7,14,16,4,1\n15,30,32,5,1\n20,40,42,5,1\n",
        "segmentation/migration_monthly": """
period,complete,from_segment,to_segment,customers,by_boundary,revenue_before,revenue_after
2024-02-01,false,champions,champions,1,0,30,0
2024-02-01,false,newcomers,newcomers,1,0,40,0
2024-02-01,false,__new__,newcomers,1,0,0,30
""",
    },
    rows={
        "rfm_segments": 3,
        "rfm/points": 3,
        "segmentation/summary": 8,
        "segmentation/scores": 6,
        "segmentation/recency": 3,
        "segmentation/frequency": 1,
        "segmentation/monetary": 3,
        "segmentation/migration_monthly": 3,
    },
)

# Three clusters of one buyer each; the fit of a month's end holds for the month after it, and that of January for its own end too.
# January's end: A 24 h, B 264 h, C 504 h, winsorised at 499.2: bounds 144 and 381.6. February's end: 720, 960, 1200 h, winsorised at
# 1195.2: bounds 840 and 1077.6. Amounts 10, 20, 30, winsorised at 29.8: bounds 15 and 24.9.
# In February nobody orders: A and B pass 381.6 h, which is their doing. On 1 March the bounds move, so that A, at 960 h on the 10th, has
# score 4 again; by January's bounds he would have stayed where he was.
MOVED_BY_A_BOUND = Case(
    name="segments: moved by a bound",
    shop=SampleShop(
        sessions=sessions_csv(["a1,A,2024-01-31,10,1", "b1,B,2024-01-21,20,1", "c1,C,2024-01-11,30,1"]), settings={"rfm_minimum": 3}
    ),
    as_of="2024-03-10",
    expected={
        "rfm_segments": """
client,currency,recency_hours,frequency_hours,monetary,orders,order_days,revenue,first_order,last_order,recency_score,frequency_score,monetary_score,segment
A,EUR,960,,10,1,1,10,2024-01-31T00:00:00Z,2024-01-31T00:00:00Z,4,,3,newcomers
B,EUR,1200,,20,1,1,20,2024-01-21T00:00:00Z,2024-01-21T00:00:00Z,3,,4,need_attention
C,EUR,1440,,30,1,1,30,2024-01-11T00:00:00Z,2024-01-11T00:00:00Z,3,,5,need_attention
""",
        "segmentation/scores": """
metric,currency,score,customers,low,high,bound_low,bound_high,fits,fitted_on
recency,,5,0,,,,840,1,2024-02-29
recency,,4,1,960,960,840,1077.6,1,2024-02-29
recency,,3,2,1200,1440,1077.6,,1,2024-02-29
frequency,,0,3,,,,,,
monetary,EUR,5,1,30,30,24.9,,1,2024-02-29
monetary,EUR,4,1,20,20,15,24.9,1,2024-02-29
monetary,EUR,3,1,10,10,,15,1,2024-02-29
""",
        "segmentation/migration_monthly": """
period,complete,from_segment,to_segment,customers,by_boundary,revenue_before,revenue_after
2024-02-01,true,newcomers,need_attention,2,0,30,0
2024-02-01,true,need_attention,need_attention,1,0,30,0
2024-03-01,false,need_attention,newcomers,1,1,0,0
2024-03-01,false,need_attention,need_attention,2,0,0,0
""",
    },
    rows={"rfm_segments": 3, "segmentation/scores": 7, "segmentation/migration_monthly": 4},
)

SEGMENT_CASES = [THREE_BUYERS, MOVED_BY_A_BOUND]
