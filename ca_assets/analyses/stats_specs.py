"""The contracts of `stats` (REPORTS.md section 5): columns, keys and the definitions that shop owners read."""

from __future__ import annotations

from ca_assets.analyses.calendar import GRAINS
from ca_assets.analyses.columns_common import COMPLETE, DAYS, HOUR, NET_REVENUE, ORDERS, PERIOD, REVENUE
from ca_assets.analyses.report import Column, ReportSpec

_NOUNS = {"daily": "day", "weekly": "week", "monthly": "month"}
_DISCOUNT = Column("discount", "float", "Sum of the discounts given on the period's orders")
_REFUNDS = Column("refunds", "float", "Sum refunded in the period, by the refund's own moment (the order's when it has no date)")
_VISITORS = Column("customers", "int", "Customers with a session in the week")


def _orders(grain: str) -> ReportSpec:
    noun = _NOUNS[grain]
    definition = f"Orders (sessions that ended with a purchase) per {noun}, by the moment at which the session began. Empty periods are 0."
    return ReportSpec("stats", f"{grain}_orders", f"Orders by {noun}", definition, ("period",), (PERIOD, COMPLETE, ORDERS))


def _revenue(grain: str) -> ReportSpec:
    return ReportSpec(
        "stats",
        f"{grain}_revenue",
        f"Revenue by {_NOUNS[grain]}",
        f"Per {_NOUNS[grain]}: what customers paid (after discount, before refunds), the discounts given, what was "
        "refunded in the period whenever "
        "the order was, and revenue less refunds. Not shown where orders are in more than one currency: amounts of two "
        "currencies are never added.",
        ("period",),
        (PERIOD, COMPLETE, REVENUE, _DISCOUNT, _REFUNDS, NET_REVENUE),
    )


def _hourly(type_: str, title: str, what: str, columns: tuple[Column, ...]) -> ReportSpec:
    definition = (
        f"{what} by the hour of day at which the session began, summed over all days of the range, and the average per day (divided by all "
    )
    return ReportSpec(
        "stats",
        type_,
        title,
        definition + "days of the range, also empty ones).",
        ("hour",),
        (HOUR, *columns),
        is_series=False,
        has_windows=True,
    )


def _weekly(type_: str, title: str, definition: str, *columns: Column) -> ReportSpec:
    return ReportSpec("stats", type_, title, definition, ("period",), (PERIOD, COMPLETE, *columns))


REPORTS: tuple[ReportSpec, ...] = (
    *(_orders(grain) for grain in GRAINS),
    *(_revenue(grain) for grain in GRAINS),
    _hourly("hourly_orders", "Orders by hour of day", "Orders", (ORDERS, DAYS, Column("orders_per_day", "float", "orders / days"))),
    _hourly("hourly_revenue", "Revenue by hour of day", "Revenue", (REVENUE, DAYS, Column("revenue_per_day", "float", "revenue / days"))),
    _weekly(
        "weekly_sessions_per_customer",
        "Sessions per customer by week",
        "Sessions of the week / customers with at least one session in that week.",
        Column("sessions", "int", "Sessions of the week"),
        _VISITORS,
        Column("sessions_per_customer", "float", "sessions / customers"),
    ),
    _weekly(
        "weekly_orders_per_customer",
        "Orders per customer by week",
        "Orders of the week / customers with at least one session in that week; and, per buyer, / customers with at least one order in it.",
        ORDERS,
        _VISITORS,
        Column("orders_per_customer", "float", "orders / customers"),
        Column("buyers", "int", "Customers with an order in the week"),
        Column("orders_per_buyer", "float", "orders / buyers"),
    ),
    _weekly(
        "weekly_payment_amount",
        "Average order amount by week",
        "Revenue of the week's orders / their number. Weeks without an order have no average.",
        ORDERS,
        REVENUE,
        Column("average_amount", "float", "revenue / orders"),
    ),
    ReportSpec(
        "stats",
        "payment_amount_distribution",
        "Customers by average order amount",
        "Customers with an order, by the mean amount of their orders, in bins of one width. A bin includes its lower "
        "edge, not its upper one. "
        "The last bin is open: outliers beyond the upper Tukey fence (third quartile + 1.5 × interquartile range) are in it.",
        ("bin",),
        (
            Column("bin", "int", "Number of the bin, from 0"),
            Column("amount_low", "float", "Lower edge, included"),
            Column("amount_high", "float", "Upper edge, not included; empty for the open last bin"),
            Column("customers", "int", "Customers whose mean order amount is in the bin"),
        ),
        is_series=False,
        has_windows=True,
    ),
    ReportSpec(
        "stats",
        "orders_per_customer",
        "Customers by number of orders",
        "Customers with exactly so many orders, from 1. Together they are all buyers.",
        ("orders",),
        (Column("orders", "int", "Number of orders"), Column("customers", "int", "Customers with exactly that many")),
        is_series=False,
        has_windows=True,
    ),
    ReportSpec(
        "stats",
        "kpis",
        "Key figures",
        "Orders, revenue, visitors (customers with a session), discounts, buyers (customers with an order), refunds "
        "and net revenue: everything "
        "known, the last 7 days of the report, the 7 days before, and the change between them (last / previous − 1).",
        ("metric",),
        (
            Column("metric", "str", "Name of the figure"),
            Column("total", "float", "Over everything known"),
            Column("last_7_days", "float", "Over the report's last 7 days; empty when there are fewer"),
            Column("previous_7_days", "float", "Over the 7 days before; empty when the data do not reach back 14 days"),
            Column("change_rate", "float", "last_7_days / previous_7_days − 1; empty when there is nothing to compare with"),
        ),
        is_series=False,
    ),
)
SPECS = {spec.type: spec for spec in REPORTS}
