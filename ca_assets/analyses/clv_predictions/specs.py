"""The contracts of `clv` (docs/contract, section 12): columns, keys and the definitions that shop owners read."""

from __future__ import annotations

from ca_assets.analyses.core.columns import COMPLETE
from ca_assets.analyses.core.report import Column, ReportSpec

NAME = "clv"
_RULE = (
    "At each week's end (the prediction date) every known customer, one with an order by then, is given the orders and the revenue to "
    "expect over the horizon (26 weeks, a setting): by a model of how often customers order and when they stop (BG/NBD), one of what they "
    "spend (Gamma-Gamma), and with a year of history a network that learns who buys more or less than these say. Newcomers are forecast "
    "from the arrivals of the last 13 weeks. In a filter a customer's forecast is shared out by where the customer's revenue of the last "
    "52 weeks was. With fewer than 500 known customers or 180 days of orders (settings) nothing is said."
)
_PAST = (
    "A backtest is the same forecast as it would have been at an earlier week's end, made from the orders up to then alone: every fourth "
    "week of the last 52. "
)
_ORIGIN = Column("origin", "date", "date", "Last day that the forecast knows")
_KIND = Column("kind", "str", "text", "published: the newest forecast; backtest: one that is made as it would have been then")
_KNOWN = Column("known", "float", "money", "Revenue expected of customers who were known at the origin")
_NEWCOMERS = Column("newcomers", "float", "money", "Revenue expected of customers without an order up to the origin")
_PREDICTED = Column("predicted", "float", "money", "Expected revenue: known customers and newcomers together")
_BAND = (
    Column("predicted_low", "float", "money", "Lower end of the 80 % interval"),
    Column("predicted_high", "float", "money", "Upper end of the 80 % interval"),
)
_SEGMENT_ORDER = Column("segment_order", "int", "number", "Place of the segment, 1 (champions) to 8 (lost)")
_HELD_OUT = (
    "Judged at the newest origin whose horizon is over: the forecast made from the orders up to then, against what customers did "
    "afterwards, which it had not seen. No rows while there is none. "
)

REPORTS: tuple[ReportSpec, ...] = (
    ReportSpec(
        NAME,
        "daily",
        "Expected and actual revenue by day",
        f"Revenue expected for each day of the horizon, by origin, and what it was. {_PAST}{_RULE}",
        ("origin", "period"),
        (
            _ORIGIN,
            _KIND,
            Column("period", "date", "date", "The day, in the shop's time zone"),
            COMPLETE,
            Column("actual", "float", "money", "Revenue of the day, of all customers, before refunds; empty while the day is not over"),
            _KNOWN,
            _NEWCOMERS,
            _PREDICTED,
            *_BAND,
        ),
        is_of_clients=True,
    ),
    ReportSpec(
        NAME,
        "total",
        "Expected and actual revenue over the horizon",
        f"Revenue expected over the whole horizon, by origin, and what it was so far. {_PAST}{_RULE}",
        ("origin",),
        (
            _ORIGIN,
            _KIND,
            Column("weeks", "int", "weeks", "Length of the horizon, which begins on the day after the origin"),
            Column("complete", "bool", "flag", "Whether the horizon was over at the report's end"),
            Column("actual", "float", "money", "Revenue of those days of the horizon that are over, of all customers, before refunds"),
            Column("actual_newcomers", "float", "money", "Of it: of customers without an order up to the origin"),
            _KNOWN,
            _NEWCOMERS,
            _PREDICTED,
            *_BAND,
            Column(
                "error_rate", "float", "change", "Expected over actual revenue of the days that are over, less 1; empty before the first"
            ),
        ),
        is_of_clients=True,
    ),
    ReportSpec(
        NAME,
        "by_segment",
        "Expected revenue by segment",
        "Customers with an order in the filter up to the prediction date by their segment on that day, with what is expected of them, and "
        f"what they spent in as many weeks before. {_RULE}",
        ("segment",),
        (
            Column("segment", "str", "text", "Name of the segment"),
            _SEGMENT_ORDER,
            Column("customers", "int", "count", "Customers of the segment with an order in the filter up to the prediction date"),
            Column("orders_expected", "float", "quantity", "Days with an order that are expected of them over the horizon"),
            Column("revenue_expected", "float", "money", "Revenue that is expected of them over the horizon"),
            Column("revenue_share", "float", "share", "Of the revenue expected of all known customers"),
            Column("revenue_before", "float", "money", "Their revenue in as many weeks up to the prediction date, before refunds"),
        ),
        is_of_clients=True,
    ),
    ReportSpec(
        NAME,
        "scoreboard",
        "How right the forecast was",
        f"{_HELD_OUT}Beside the published model stand the yardstick (BG/NBD with Gamma-Gamma on repeat orders, as the literature has it) "
        "and the simplest of all: everybody does again what they did in as many weeks before. mae, rmse: mean and root mean square error "
        "per customer; total_error: expected over actual, less 1; gini: how well customers are ordered, of 1 at best; decile_wape: error "
        f"over tenths of customers, of what they spent; coverage_80: share of 80 % intervals that held. {_RULE}",
        ("metric", "model"),
        (
            Column("metric", "str", "text", "What is measured"),
            Column("model", "str", "text", "published, bgnbd_gg (the yardstick) or last_period (as in the weeks before)"),
            Column("value", "float", "by_row", "The measure; empty where a model has no such value"),
            Column("ratio", "float", "ratio", "The value over that of bgnbd_gg; of total errors by their size"),
            Column("count", "int", "count", "Customers known at the origin; of coverage_80_total the origins whose horizon is over"),
            _ORIGIN,
        ),
        is_of_clients=True,
    ),
    ReportSpec(
        NAME,
        "calibration",
        "Expected and actual by tenth of customers",
        f"{_HELD_OUT}Customers in ten parts of equal size by the revenue that was expected of them. {_RULE}",
        ("decile",),
        (
            Column("decile", "int", "number", "1: least expected revenue, 10: most"),
            Column("customers", "int", "count", "Customers in this tenth"),
            Column("predicted_orders", "float", "quantity", "Days with an order that were expected, per customer"),
            Column("actual_orders", "float", "quantity", "Days with an order that there were, per customer"),
            Column("predicted_revenue", "float", "money", "Revenue that was expected, per customer"),
            Column("actual_revenue", "float", "money", "Revenue that there was, per customer"),
        ),
        is_of_clients=True,
    ),
    ReportSpec(
        NAME,
        "churn_risk",
        "Risk of no further order",
        "Customers in ten parts of equal size by the probability that they do not order within the horizon: as of the prediction date, and "
        "as it was at the newest origin whose horizon is over, beside the share that indeed did not order. No rows while there is none. "
        f"{_RULE}",
        ("decile",),
        (
            Column("decile", "int", "number", "1: safest, 10: most at risk"),
            Column("customers", "int", "count", "Customers in this tenth as of the prediction date"),
            Column("p_no_order", "float", "rate", "Their mean probability of no order within the horizon"),
            Column("backtest_customers", "int", "count", "Customers in this tenth at the earlier origin"),
            Column("backtest_p_no_order", "float", "rate", "Their mean probability then"),
            Column("realised_rate", "float", "rate", "Share of them that had no order within the horizon"),
            Column("realised_low", "float", "rate", "Lower bound of the rate's 95 % interval (Wilson)"),
            Column("realised_high", "float", "rate", "Upper bound of the rate's 95 % interval (Wilson)"),
        ),
        is_of_clients=True,
    ),
    ReportSpec(
        NAME,
        "parameters",
        "The model in numbers",
        f"What was fitted, how the forecast was put together and what it was made from; or, as refusal, why there is none. {_RULE}",
        ("name",),
        (
            Column("name", "str", "text", "Name of the parameter"),
            Column("value", "float", "by_row", "Its value; empty where it is a text"),
            Column("text", "str", "text", "What it says, where it is no number"),
        ),
        is_of_clients=True,
    ),
)
SPECS = {spec.type: spec for spec in REPORTS}
