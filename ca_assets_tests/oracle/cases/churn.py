"""Cases of docs/contract, section 8. All rows were computed by hand."""

# ruff: noqa: E501 (small files as literals)
from __future__ import annotations

from ca_assets_tests.oracle.case import Case, sessions_csv
from ca_assets_tests.shops.builder import SampleShop

EXAMPLE = Case(
    name="churn: the worked example",
    shop=SampleShop(
        sessions=sessions_csv(
            ["a1,A,2024-01-01 10:00,1,1", "a2,A,2024-01-08 10:00,1,1", "a3,A,2024-01-15 10:00,1,1", "b1,B,2024-01-01 10:00,1,1"]
        ),
        settings={"churn_repeat_customers": 1},
    ),
    as_of="2024-01-21",
    expected={
        "churn/weekly": """
period,complete,frequency_hours,repeat_customers,customers,engaged,engaged_rate,churn_rate,churn_rate_low,churn_rate_high
2024-01-01,true,,0,2,,,,,
2024-01-08,true,168,1,2,1,.5,.5,~.0945,~.9055
2024-01-15,true,168,1,2,1,.5,.5,~.0945,~.9055
""",
        "churn/overall": "report_date,frequency_hours,customers,engaged,churn_rate\n2024-01-21,168,2,1,.5\n",
        "churn/monthly": "period,complete,frequency_hours,repeat_customers,customers,engaged,churn_rate\n2024-01-01,false,168,1,2,1,.5\n",
        "churn/customer_bridge_monthly": """
period,complete,frequency_hours,opening,new,reactivated,lapsed,closing,new_lapsed
2024-01-01,false,168,0,1,0,0,1,1
""",
    },
    rows={"churn/weekly": 3, "churn/overall": 1, "churn/monthly": 1, "churn/customer_bridge_monthly": 1},
)

# Churn: the same customers every week have churn 0 from their second week on.
SAME_TIME = Case(
    name="churn: the same customers every week have churn 0",
    shop=SampleShop(
        sessions=sessions_csv([f"{c}{d},{c},2024-01-{d} 10:00,1,1" for c in "ABCDE" for d in ("03", "10", "17")]),
    ),
    as_of="2024-01-21",
    expected={
        "churn/weekly": """
period,frequency_hours,repeat_customers,customers,engaged,churn_rate,churn_rate_low,churn_rate_high
2024-01-01,,0,5,,,,
2024-01-08,168,5,5,5,0,0,~.4345
2024-01-15,168,5,5,5,0,0,~.4345
"""
    },
    rows={"churn/weekly": 3},
)

# Churn: refused with 4 repeat customers, not with 5; as old as the frequency is still engaged; the bridge meanwhile.
REFUSED = Case(
    name="churn: no rate with 4 repeat customers, one with 5",
    shop=SampleShop(
        sessions=sessions_csv(
            [
                *(f"{i}a,c{i},2024-01-01,1,1" for i in range(1, 6)),
                *(f"{i}b,c{i},2024-01-03,1,1" for i in range(1, 5)),  # 48 h
                "5b,c5,2024-01-13,1,1",  # 288 h: the mean is 96 h
                "6a,c6,2024-01-11,1,1",  # 96 h before the end of 2024-01-14
                "7a,c7,2024-01-10 23:59:59,1,1",  # a second more
                "8a,c8,2023-12-01,1,1",
            ]
        ),
    ),
    as_of="2024-01-14",
    expected={
        "churn/weekly": """
period,complete,frequency_hours,repeat_customers,customers,engaged,engaged_rate,churn_rate,churn_rate_low,churn_rate_high
2023-11-27,true,,0,1,,,,,
2024-01-01,true,,4,6,,,,,
2024-01-08,true,96,5,8,2,.25,.75,~.4093,~.9285
""",
        "churn/overall": "report_date,frequency_hours,repeat_customers,customers,engaged,churn_rate\n2024-01-14,96,5,8,2,.75\n",
        "churn/monthly": "period,complete,frequency_hours,customers,engaged\n2023-12-01,true,,1,\n2024-01-01,false,96,8,2\n",
        "churn/customer_bridge_monthly": """
period,complete,frequency_hours,opening,new,reactivated,lapsed,closing,new_lapsed
2023-12-01,true,,,,,,,
2024-01-01,false,96,1,2,0,1,2,5
""",
    },
    rows={"churn/weekly": 7, "churn/monthly": 2, "churn/customer_bridge_monthly": 2},
)

# Bridge: new, reactivated, lapsed, new and lapsed, an incomplete month.
BRIDGE = Case(
    name="bridge: new, reactivated, lapsed, an incomplete month",
    shop=SampleShop(
        sessions=sessions_csv(
            [
                "a1,A,2024-01-01,1,1",
                "a2,A,2024-01-31,1,1",  # 720 h: F of January; on 03-01 as old as that, on 04-01 1464 h
                "b1,B,2024-01-10,1,1",  # engaged at first, on 03-01 1224 h old
                "c1,C,2024-01-01,1,1",  # 744 h at the end of January: new and lapsed
                "c2,C,2024-02-25,1,1",  # back after 1320 h: F = 1020 h
                "d1,D,2024-02-10,1,1",  # on 04-01 1224 h, on 04-11 1464 h
                "e1,E,2024-03-01,1,1",
                "b2,B,2024-03-20,1,1",  # back after 1680 h: F = 1240 h
            ]
        ),
        settings={"churn_repeat_customers": 1},
    ),
    as_of="2024-04-10",
    expected={
        "churn/customer_bridge_monthly": """
period,complete,frequency_hours,opening,new,reactivated,lapsed,closing,new_lapsed
2024-01-01,true,720,0,2,0,0,2,1
2024-02-01,true,1020,2,1,1,1,3,0
2024-03-01,true,1240,3,1,1,1,4,0
2024-04-01,false,1240,4,0,0,1,3,0
""",
        "churn/monthly": """
period,complete,frequency_hours,repeat_customers,customers,engaged,engaged_rate,churn_rate
2024-01-01,true,720,1,3,2,0.6666666666666666,0.3333333333333333
2024-02-01,true,1020,2,4,3,.75,.25
2024-03-01,true,1240,3,5,4,.8,.2
2024-04-01,false,1240,3,5,3,.6,.4
""",
    },
    rows={"churn/customer_bridge_monthly": 4, "churn/monthly": 4},
)

SECONDS = Case(
    name="churn: the frequency counts to the second",
    shop=SampleShop(
        sessions=sessions_csv(
            [
                "a1,A,2024-01-01 23:59:00,1,1",
                "a2,A,2024-01-01 23:59:10.4,1,1",  # F = 10.4 s, so 10 s
                "b1,B,2024-01-01 23:59:49.8,1,1",  # 10.2 s old
                "c1,C,2024-01-01 23:59:50,1,1",
            ]
        ),
        settings={"churn_repeat_customers": 1},
    ),
    expected={
        "churn/overall": "report_date,frequency_hours,customers,engaged,churn_rate\n2024-01-01,0.0028888888888888888,3,1,0.6666666666666666\n"
    },
    rows={"churn/overall": 1, "churn/weekly": 1},
)

# Days of 23 and 25 hours: churn and journey count real hours, cohorts calendar days.
CLOCKS = Case(
    name="days of 23 and 25 hours in churn, journey and cohorts",
    shop=SampleShop(
        sessions=sessions_csv(
            [
                "a1,A,2024-03-30 12:00,1,1",
                "a2,A,2024-03-31 12:00,3,1",  # 23 h
                "b1,B,2024-10-26 12:00,5,1",
                "b2,B,2024-10-27 12:00,7,1",  # 25 h
            ]
        ),
        timezone="Europe/London",
        settings={"churn_repeat_customers": 1},
    ),
    expected={
        "cohorts/daily_1_2": "cohort,offset_days,size,customers,share\n2024-03-30,0,1,0,0\n2024-03-30,1,1,1,1\n2024-10-26,1,1,1,1\n",
        "cohorts/weekly_1_2": "cohort,offset_weeks,complete,customers,mature\n2024-03-25,0,true,1,true\n2024-10-21,0,true,1,true\n",
        "churn/weekly": """
period,complete,frequency_hours,repeat_customers,customers,engaged,churn_rate
2024-03-25,true,23,1,1,1,0
2024-04-01,true,23,1,1,0,1
2024-10-21,true,24,2,2,1,.5
""",
        "churn/customer_bridge_monthly": """
period,complete,frequency_hours,opening,new,reactivated,lapsed,closing,new_lapsed
2024-03-01,true,23,0,1,0,0,1,0
2024-04-01,true,23,1,0,0,1,0,0
2024-05-01,true,23,0,0,0,0,0,0
2024-10-01,false,24,0,1,0,0,1,0
""",
        "journey/average": """
step,step_order,customers,average_hours,hours_customers,average_amount,orders_per_buyer
download,0,2,0,2,,2
order_1,1,2,0,2,3,2
order_2,2,2,24,2,5,2
since_last_order,3,2,2532.5,2,,2
""",
    },
    # 16 offsets of 2024-03-30, and 2 of 10-26; weeks 2024-03-25 .. 10-21 are 31.
    rows={"cohorts/daily_1_2": 16 + 2, "churn/weekly": 31, "churn/customer_bridge_monthly": 8, "journey/average": 4},
)

CHURN_CASES = [EXAMPLE, SAME_TIME, REFUSED, BRIDGE, SECONDS, CLOCKS]
