"""The contracts of `promotions` (docs/contract, section 7): columns, keys and the definitions that shop owners read."""

from __future__ import annotations

from ca_assets.analyses.core.columns import COMPLETE, DAYS, HOUR, ORDERS, PERIOD, interval
from ca_assets.analyses.core.report import Column, ReportSpec

NEEDS = ("promotion_id",)
_PROMOTION = Column(
    "promotion_id",
    "str",
    "text",
    "The promotion; `__none__`: orders without one (organic); `__other__`: all promotions that are not shown alone",
)
_ITS_ORDERS = Column("orders", "int", "count", "Orders with the promotion")
_REVENUE = Column("revenue", "float", "money", "Sum of what customers paid for these orders, after discount and before refunds")
_DISCOUNT = Column("discount", "float", "money", "Sum of the discounts given on these orders")
_NO_MIX = " Money is not shown where orders are in more than one currency: amounts of two currencies are never added."
_SHARE = (
    ORDERS,
    Column("promoted_orders", "int", "count", "Orders with a promotion (inorganic)"),
    Column("organic_orders", "int", "count", "Orders without a promotion"),
    Column("promoted_rate", "float", "rate", "promoted_orders / orders; empty without orders"),
    *interval("promoted_rate"),
)
_SUMMARY = ReportSpec(
    "promotions",
    "summary",
    "Promotions",
    "What each promotion brought and cost: its orders and customers, what was paid after discount and before refunds, the discounts given, "
    "and how many of its orders were the customer's first (within the chosen filter, over the whole history also where the range is "
    "shorter). Orders without a promotion are the row `__none__`. The first 100 promotions (a setting) by orders, then customers, then "
    "name; all others are one row. Orders, revenue and discount of all rows add up to the shop's; customers may use several promotions."
    + _NO_MIX,
    ("promotion_id",),
    (
        _PROMOTION,
        _ITS_ORDERS,
        Column("client_orders", "int", "count", "Orders with the promotion that have a client: those of guests are not among them"),
        Column("customers", "int", "count", "Distinct customers with such an order"),
        _REVENUE,
        _DISCOUNT,
        Column("average_amount", "float", "money", "revenue / orders"),
        Column("first_orders", "int", "count", "Orders that are the customer's first"),
        Column("first_order_rate", "float", "rate", "first_orders / client_orders"),
        *interval("first_order_rate"),
        Column("orders_per_customer", "float", "ratio", "client_orders / customers"),
    ),
    has_windows=True,
    needs=NEEDS,
)
_DAILY_SHARE = ReportSpec(
    "promotions",
    "daily_share",
    "Organic and promoted orders by day",
    "Orders per day with a promotion (promoted, inorganic) and without one (organic), and the share of the promoted ones. Days without an "
    "order are 0 and have no share.",
    ("period",),
    (PERIOD, COMPLETE, *_SHARE),
    grain="daily",
    needs=NEEDS,
)
_HOURLY_SHARE = ReportSpec(
    "promotions",
    "hourly_share",
    "Organic and promoted orders by hour of day",
    "Orders by the hour of day at which the session began, summed over all days of the range: with a promotion (promoted, inorganic), "
    "without one (organic), and the share of the promoted ones.",
    ("hour",),
    (HOUR, DAYS, *_SHARE),
    has_windows=True,
    needs=NEEDS,
)
_DAILY_REVENUE = ReportSpec(
    "promotions",
    "daily_revenue",
    "Revenue and discount of promotions by day",
    "Per day and promotion: orders, what was paid after discount and before refunds, and the discounts given. The first 10 promotions of "
    "the whole time, all others together, and the orders without a promotion (`__none__`). Days without an order are 0." + _NO_MIX,
    ("period", "promotion_id"),
    (PERIOD, COMPLETE, _PROMOTION, _ITS_ORDERS, _REVENUE, _DISCOUNT),
    grain="daily",
    needs=NEEDS,
)
REPORTS: tuple[ReportSpec, ...] = (_SUMMARY, _DAILY_SHARE, _HOURLY_SHARE, _DAILY_REVENUE)
SPECS = {spec.type: spec for spec in REPORTS}
