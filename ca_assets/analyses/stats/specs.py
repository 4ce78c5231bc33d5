"""The contracts of `stats` (docs/contract, section 5): columns, keys and the definitions that shop owners read."""

from __future__ import annotations

from ca_assets.analyses.core.columns import COMPLETE, DAYS, HOUR, NET_REVENUE, ORDERS, PERIOD, REVENUE
from ca_assets.analyses.core.report import Column, ReportSpec
from ca_assets.contracts.units import GRAINS, Grain, Unit

_NOUNS = {"daily": "day", "weekly": "week", "monthly": "month"}
_DISCOUNT = Column("discount", "float", "money", "Sum of the discounts given on the period's orders")
_REFUNDS = Column("refunds", "float", "money", "Sum refunded in the period, by the refund's own moment (the order's when it has no date)")
KPI_UNITS: dict[str, Unit] = {  # the metrics of `kpis` in order
    "orders": "count",
    "revenue": "money",
    "visitors": "count",
    "discount": "money",
    "buyers": "count",
    "refunds": "money",
    "net_revenue": "money",
}
_VISITORS = Column("customers", "int", "count", "Customers with a session in the week")


def _orders(grain: Grain) -> ReportSpec:
    noun = _NOUNS[grain]
    definition = f"Orders (sessions that ended with a purchase) per {noun}, by the moment at which the session began. Empty periods are 0."
    return ReportSpec("stats", f"{grain}_orders", f"Orders by {noun}", definition, ("period",), (PERIOD, COMPLETE, ORDERS), grain)


def _revenue(grain: Grain) -> ReportSpec:
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
        grain,
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
        has_windows=True,
    )


def _weekly(type_: str, title: str, definition: str, *columns: Column, is_of_clients: bool = False) -> ReportSpec:
    spec = (PERIOD, COMPLETE, *columns)
    return ReportSpec("stats", type_, title, definition, ("period",), spec, "weekly", is_of_clients=is_of_clients)


REPORTS: tuple[ReportSpec, ...] = (
    *(_orders(grain) for grain in GRAINS),
    *(_revenue(grain) for grain in GRAINS),
    _hourly(
        "hourly_orders", "Orders by hour of day", "Orders", (ORDERS, DAYS, Column("orders_per_day", "float", "ratio", "orders / days"))
    ),
    _hourly(
        "hourly_revenue",
        "Revenue by hour of day",
        "Revenue",
        (REVENUE, DAYS, Column("revenue_per_day", "float", "money", "revenue / days")),
    ),
    _weekly(
        "weekly_sessions_per_customer",
        "Sessions per customer by week",
        "Sessions of customers in the week / customers with at least one session in that week.",
        Column("sessions", "int", "count", "Sessions of the week"),
        _VISITORS,
        Column("sessions_per_customer", "float", "ratio", "sessions / customers"),
        is_of_clients=True,
    ),
    _weekly(
        "weekly_orders_per_customer",
        "Orders per customer by week",
        "Orders of customers in the week / customers with at least one session in that week; and, per buyer, / customers with at least one "
        "order in it.",
        ORDERS,
        _VISITORS,
        Column("orders_per_customer", "float", "ratio", "orders / customers"),
        Column("buyers", "int", "count", "Customers with an order in the week"),
        Column("orders_per_buyer", "float", "ratio", "orders / buyers"),
        is_of_clients=True,
    ),
    _weekly(
        "weekly_payment_amount",
        "Average order amount by week",
        "Revenue of the week's orders / their number. Weeks without an order have no average.",
        ORDERS,
        REVENUE,
        Column("average_amount", "float", "money", "revenue / orders"),
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
            Column("bin", "int", "number", "Number of the bin, from 0"),
            Column("amount_low", "float", "money", "Lower edge, included"),
            Column("amount_high", "float", "money", "Upper edge, not included; empty for the open last bin"),
            Column("customers", "int", "count", "Customers whose mean order amount is in the bin"),
        ),
        has_windows=True,
        is_of_clients=True,
    ),
    ReportSpec(
        "stats",
        "orders_per_customer",
        "Customers by number of orders",
        "Customers with exactly so many orders, from 1. Together they are all buyers.",
        ("orders",),
        (Column("orders", "int", "count", "Number of orders"), Column("customers", "int", "count", "Customers with exactly that many")),
        has_windows=True,
        is_of_clients=True,
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
            Column("metric", "str", "text", "Name of the figure"),
            Column("total", "float", "by_row", "Over everything known"),
            Column("last_7_days", "float", "by_row", "Over the report's last 7 days; empty when there are fewer"),
            Column("previous_7_days", "float", "by_row", "Over the 7 days before; empty when the data do not reach back 14 days"),
            Column("change_rate", "float", "change", "last_7_days / previous_7_days − 1; empty when there is nothing to compare with"),
        ),
    ),
)
SPECS = {spec.type: spec for spec in REPORTS}
