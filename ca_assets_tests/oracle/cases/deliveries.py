"""Cases of docs/contract, section 15. All rows were computed by hand. What a model decides is in `analyses/deliveries`."""

# ruff: noqa: E501 (small files as literals)
from __future__ import annotations

from ca_assets_tests.oracle.case import Case
from ca_assets_tests.shops.builder import SampleShop

# 1: 60 minutes, 10 late. 2: a date alone promises its day. 3: a guest's, delivered as the day after begins: late by 0; (0, 0) is no place.
# 4: at the promised moment. 5: open. 6: before the order, on the pole. 7: not known by the end of the 10th.
DURATIONS = Case(
    name="deliveries: durations, impossible and open ones, promises",
    shop=SampleShop(
        sessions="id,client,start,end,amount,bought,refund,refunded\n"
        "1,A,2024-01-01 10:00,2024-01-01 10:10,1,1,1,2024-01-05\n2,B,2024-01-01 11:00,,1,1,1,2024-02-05\n3,,2024-01-02 10:00,,1,1,,\n"
        "4,A,2024-01-20 10:00,,1,1,,\n5,B,2024-01-02 12:00,,1,1,,\n6,C,2024-01-03 09:00,,1,1,,\n7,A,2024-02-10 09:00,,1,1,,\n",
        deliveries="id,delivered,packed,returned,promised,lat,lon\n"
        "1,2024-01-01 11:10,2024-01-01 10:40,2024-01-02 11:10,2024-01-01 11:00,51.5,-0.12\n"
        "2,2024-01-01 23:30,2024-01-01 11:20,2024-02-11 01:00,2024-01-01,51.5,-0.12\n"
        "3,2024-01-03 00:00,2024-01-02 10:30,,2024-01-02,0,0\n"
        "4,2024-01-20 11:00,,,2024-01-20 11:00,,\n"
        "6,2024-01-03 08:00,2024-01-03 08:30,,,90,180\n"
        "7,2024-02-11 00:00,2024-02-10 10:00,,2024-02-12,51.5,-0.12\n",
    ),
    as_of="2024-02-10",
    expected={
        "delivery/kpis": """
duration,deliveries,impossible,mean_minutes,p50_minutes,p90_minutes
deliver,4,1,427.5,405,813
prepare,3,1,26.666666666666668,30,30
ride,3,1,523.3333333333334,730,794
return,1,0,1440,1440,1440
""",
        "delivery/kpis@28d": """
duration,deliveries,impossible,mean_minutes,p50_minutes,p90_minutes
deliver,1,0,60,60,60
prepare,0,0,,,
""",
        "delivery/totals": """
report_date,orders,deliveries,open,located,locations,promised,on_time,on_time_rate,on_time_rate_low,on_time_rate_high,mean_late_minutes
2024-02-10,7,5,2,3,2,4,2,.5,~.1500,~.8500,5
""",
        "delivery/totals@28d": """
report_date,orders,deliveries,open,located,locations,promised,on_time,on_time_rate,mean_late_minutes
2024-02-10,2,1,1,0,0,1,1,1,
""",
        "delivery/daily": """
period,complete,deliveries,mean_minutes,p50_minutes,p90_minutes,promised,on_time,on_time_rate
2024-01-01,true,2,405,405,681,2,1,.5
2024-01-02,true,0,,,,0,0,
2024-01-03,true,2,840,840,840,1,0,0
2024-01-20,true,1,60,60,60,1,1,1
2024-02-10,true,0,,,,0,0,
""",
        "delivery/prepare_weekday_hour": """
weekday,hour,deliveries,mean_minutes,normalised,robust_z,is_abnormal
1,10,1,30,,,false
1,11,1,20,,,false
3,9,0,,,,false
""",
        "delivery/ride_weekday_hour": "weekday,hour,deliveries,mean_minutes,is_abnormal\n1,11,1,730,false\n2,10,1,810,false\n",
        "delivery/return_weekday_hour": "weekday,hour,deliveries,mean_minutes,is_abnormal\n1,10,1,1440,false\n1,11,0,,false\n",
        # x' of 60 and 750 are 60 and 743.1; of one location the median is its own mean.
        "delivery/deliver_locations": "geohash,latitude,longitude,deliveries,mean_minutes,z\ngcpuvr2,~51.500,~-0.120,2,405,0\n",
        "delivery/prepare_locations": "geohash,deliveries,mean_minutes,z\ngcpuvr2,2,25,0\n",
        "delivery/ride_locations": "geohash,deliveries,mean_minutes,z\ngcpuvr2,2,380,0\n",
        # One delivery in all: nothing says how much durations vary.
        "delivery/return_locations": "geohash,deliveries,mean_minutes,z\ngcpuvr2,1,1440,\n",
        "delivery/lateness": """
group,deliveries,mature,reordered,reorder_rate,refunded,refund_rate
on_time,2,1,1,1,0,0
late,1,1,1,1,1,1
""",
        "delivery/lateness@90d": "group,deliveries,mature,reordered,refunded\non_time,2,1,1,0\nlate,1,1,1,1\n",
    },
    rows={
        "delivery/kpis": 4,
        "delivery/daily": 41,
        "delivery/deliver_weekday_hour": 168,
        "delivery/return_weekday_hour@7d": 168,
        "delivery/deliver_locations": 1,
        "delivery/deliver_locations@28d": 0,
        "delivery/lateness": 2,
    },
)


def _orders() -> tuple[str, str]:
    """Five orders each: P on a Monday at 10, Q on a Tuesday, R on a Wednesday at 12, the third of R a guest's."""
    minutes = {"P": (8, 9, 10, 11, 12), "Q": (18, 19, 20, 21, 22), "R": (117, 119, 120, 122, 122)}
    where = {"P": ("2024-01-01 10", "51.51,-0.13"), "Q": ("2024-01-02 10", "51.52,-0.14"), "R": ("2024-01-03 12", "51.53,-0.15")}
    sessions, deliveries = "id,client,start,amount,bought\n", "id,delivered,lat,lon\n"
    for name, lengths in minutes.items():
        hour, place = where[name]
        for i, length in enumerate(lengths):
            client = "" if (name, i) == ("R", 2) else name
            sessions += f"{name}{i},{client},{hour}:00,1,1\n"
            deliveries += f"{name}{i},{hour[:-2]}{int(hour[-2:]) + length // 60:02}:{length % 60:02},{place}\n"
    return sessions, deliveries


# s² = (10 + 10 + 18) / 12; the two longest are 122, so nothing is winsorised. Means 10, 20, 120: median 20, MAD 10. All n are 5, so that
# √(s² / n + τ²) = 1.4826 × 10 and z = (mean − 20) / 14.826; u of cells are means × a factor, so their robust z is the same.
# Clients: R has four (mean 120), s² = 38 / 11, median of P and Q 15, fewer than 3 of five orders: τ² = 0.
SLOW = Case(
    name="deliveries: a slow location, customer, weekday and hour",
    shop=SampleShop(sessions=_orders()[0], deliveries=_orders()[1]),
    expected={
        "delivery/deliver_weekday_hour": """
weekday,hour,deliveries,mean_minutes,normalised,robust_z,is_abnormal
1,10,5,10,0,~-0.67449075948,false
2,10,5,20,~0.09090909091,0,false
3,12,5,120,1,~6.74490759477,true
4,12,0,,,,false
""",
        "delivery/deliver_locations": """
geohash,deliveries,mean_minutes,z
gcpvj11,5,10,~-0.67449075948
gcpvhff,5,20,0
gcpvhsf,5,120,~6.74490759477
""",
        "delivery/abnormal_customers": """
client,deliveries,deliver_minutes,prepare_minutes,ride_minutes,z_deliver,z_prepare,z_ride
R,4,120,,,~112.9858,,
""",
        "delivery/abnormal_transactions": """
id,client,ordered_at,geohash,deliver_minutes,prepare_minutes,ride_minutes
R0,R,2024-01-03T12:00:00Z,gcpvhsf,117,,
R2,,2024-01-03T12:00:00Z,gcpvhsf,120,,
R4,R,2024-01-03T12:00:00Z,gcpvhsf,122,,
""",
        "delivery/totals": "report_date,orders,deliveries,open,located,locations,promised,on_time,on_time_rate,mean_late_minutes\n2024-01-03,15,15,0,15,3,,,,\n",
        "delivery/kpis": "duration,deliveries,impossible,mean_minutes,p50_minutes\ndeliver,15,0,50,20\n",
    },
    rows={"delivery/deliver_locations": 3, "delivery/kpis": 1},
)

# In São Paulo 2018-11-04 began at 01:00: that is what the date alone means, and it promises the day. In the shop's zone, London, clocks went
# back on 2018-10-28: from 00:30 to the second 01:30 are two hours. Corners of the world are places.
ZONES = Case(
    name="deliveries: a promised day without midnight, 25 hours, poles",
    shop=SampleShop(
        sessions="id,client,start,amount,bought\n1,A,2018-10-28 00:30,1,1\n2,A,2018-11-04 12:00,1,1\n3,A,2018-11-04 12:00,1,1\n4,A,2018-11-04 12:00,1,1\n",
        timezone="Europe/London",
        deliveries="id,delivered,promised,lat,lon\n1,2018-10-27 22:30,2018-10-27 22:29,-90,-180\n2,2018-11-04 23:59,2018-11-04,90,180\n"
        "3,2018-11-05 00:00,2018-11-04,0,180\n4,2018-11-05 00:30,2018-11-04,0,-0.0001\n",
        options={"deliveries": {"timezone": "America/Sao_Paulo"}},
    ),
    as_of="2018-11-06",
    expected={
        # 22:30 in São Paulo is 01:30 in London; 23:59 on the 4th and 00:00, 00:30 on the 5th are 01:59, 02:00, 02:30 there, 14 hours later.
        "delivery/kpis": "duration,deliveries,impossible,mean_minutes,p50_minutes\ndeliver,4,0,~667.25,839.5\n",
        "delivery/totals": """
report_date,orders,deliveries,open,located,locations,promised,on_time,on_time_rate,mean_late_minutes
2018-11-06,4,4,0,4,4,4,1,.25,~10.333333
""",
        "delivery/deliver_locations": "geohash,latitude,longitude,deliveries,mean_minutes\n0000000,~-89.99931,~-179.99931,1,120\nzzzzzzz,~89.99931,~179.99931,1,839\n",
        "delivery/daily": "period,deliveries,promised,on_time\n2018-10-28,1,1,0\n2018-11-04,0,0,0\n2018-11-05,3,3,1\n",
    },
    rows={"delivery/deliver_locations": 4, "delivery/daily": 10},
)

UNMAPPED = Case(
    name="deliveries: neither places nor promises, an order of tomorrow",
    shop=SampleShop(
        sessions="id,client,start,end,amount,bought\n1,A,2024-01-01 10:00,,1,1\n2,A,2024-01-01 23:00,2024-01-02 01:00,1,1\n",
        deliveries="id,delivered\n1,2024-01-01 11:00\n",
    ),
    as_of="2024-01-01",
    expected={
        "delivery/totals": "report_date,orders,deliveries,open,located,locations,promised,on_time\n2024-01-01,2,1,1,,,,\n",
        "delivery/totals@7d": "report_date,orders,deliveries,open\n2024-01-01,1,1,0\n",
        "delivery/kpis": "duration,deliveries,impossible,mean_minutes\ndeliver,1,0,60\n",
    },
    rows={"delivery/kpis": 1},
)

DELIVERY_CASES = [DURATIONS, SLOW, ZONES, UNMAPPED]
