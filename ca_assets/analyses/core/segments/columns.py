"""Columns that the reports of segments share, and the words in which they say how a segment is found."""

from __future__ import annotations

from ca_assets.analyses.core.report import Column

CLIENT = Column("client", "str", "text", "The customer's id")
CURRENCY = Column("currency", "str", "text", "Currency of most of the buyer's orders (of equally many: of the newest); money is in it")
RECENCY = Column("recency_hours", "float", "hours", "Hours from the last order to the report's end")
FREQUENCY = Column(
    "frequency_hours",
    "float",
    "hours",
    "Hours between orders on average: from first to last order, divided by the days with an order less one; empty with one such day",
)
MONETARY = Column("monetary", "float", "money", "Average amount of the buyer's orders, in the buyer's currency")
SCORES = (
    Column("recency_score", "int", "number", "1 to 5; 5: the last order was lately"),
    Column("frequency_score", "int", "number", "1 to 5; 5: orders follow each other quickly; empty with one day of orders"),
    Column("monetary_score", "int", "number", "1 to 5; 5: large orders"),
)
SEGMENT = Column("segment", "str", "text", "The buyer's segment, one of eight, by all orders in the shop")
SEGMENT_ORDER = Column("segment_order", "int", "number", "Place of the segment, 1 (champions) to 8 (lost)")
SEGMENT_NAMES = {
    "champions": "Champions",
    "loyal": "Loyal customers",
    "potential_loyalist": "Potential loyalists",
    "cant_lose_them": "Can’t lose them",
    "newcomers": "Newcomers",
    "need_attention": "Need attention",
    "at_risk": "At risk",
    "lost": "Lost",
}  # in the order of `segment_order`, from 1
NEW = "__new__"  # where movers come from who had no order before; number 0
METRIC_NAMES = {"recency": "days since the last order", "frequency": "days between orders", "monetary": "average amount of an order"}
RULE = (
    "Each buyer (a customer with an order) is scored by recency, frequency and monetary, from 1 to 5 (the best). The bounds between the "
    "scores are those between the five clusters of all buyers' values, as the median of the fits at the last 12 month ends: they move "
    "slowly, on the first of a month only. The three scores give the segment. It is the shop's, whatever scope is looked at. "
    "With fewer than 100 buyers (a setting) nothing is said."
)
