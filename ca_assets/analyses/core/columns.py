"""Columns that several report contracts share, with one meaning each."""

from __future__ import annotations

from ca_assets.analyses.core.report import Column

PERIOD = Column("period", "date", "date", "First day of the day, week or month, in the shop's time zone")
COMPLETE = Column("complete", "bool", "flag", "Whether the period was over at the report's end; incomplete periods still grow")
HOUR = Column("hour", "int", "hour_of_day", "Hour of the day on the shop's clock, 0 to 23")
DAYS = Column("days", "int", "days", "Days over which the average is taken")
STEP_ORDER = Column("step_order", "int", "number", "Place of the step in the funnel, from 0")
STEP = Column("step", "str", "text", "Name of the step")
ORDERS = Column("orders", "int", "count", "Sessions that ended with a purchase")
REVENUE = Column("revenue", "float", "money", "Sum of what customers paid, before refunds, by the order's moment; in the shop's currency")
NET_REVENUE = Column("net_revenue", "float", "money", "Revenue less refunds")


def interval(rate: str) -> tuple[Column, Column]:
    """Bounds of a rate's 95 % Wilson interval."""
    return (
        Column(f"{rate}_low", "float", "rate", "Lower bound of the rate's 95 % interval (Wilson)"),
        Column(f"{rate}_high", "float", "rate", "Upper bound of the rate's 95 % interval (Wilson)"),
    )
