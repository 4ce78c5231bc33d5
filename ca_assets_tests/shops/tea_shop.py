"""A tea shop of seven sessions whose figures a reader can count, as files; used by the tests of the command line and of Dagster."""

from __future__ import annotations

from ca_assets_tests.shops.builder import SampleShop

# Read 7 = 5 accepted + 1 rejected (amount x) + 1 duplicate (s1).
SESSIONS = """id,client,start,amount,bought,promo,country,basket
s1,ann,2024-01-30T10:00:00Z,20,yes,,FR,1
s2,ann,2024-02-03T10:00:00Z,0,no,,FR,0
s3,bob,2024-02-10T11:00:00Z,12.5,yes,SPRING,UK,1
s4,bob,2024-03-01T12:00:00Z,30,yes,,UK,1
s5,eve,2024-03-02T12:00:00Z,0,no,,,1
s6,eve,2024-03-03T12:00:00Z,x,yes,,,1
s1,ann,2024-01-30T10:00:00Z,20,yes,,FR,1
"""
CUSTOMERS = """client,download,signup
ann,2024-01-29T00:00:00Z,2024-01-29T01:00:00Z
bob,2024-02-10T10:00:00Z,
"""
LINES = """id,product,price,category
s1,tea,10,drinks
s1,tea,10,drinks
s9,cup,3,
"""
TEA = SampleShop(
    name="Tea",
    timezone="Europe/London",
    currency="GBP",
    sessions=SESSIONS,
    customers=CUSTOMERS,
    baskets=LINES,
    dimensions=["country"],
    actions=["basket"],
    options={"sessions": {"timezone": "UTC"}, "baskets": {"path": "lines.csv"}},
)
