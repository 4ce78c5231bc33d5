"""The contracts of `churn` (docs/contract, section 8): columns, keys and the definitions that shop owners read."""

from __future__ import annotations

from ca_assets.analyses.core.columns import COMPLETE, PERIOD, interval
from ca_assets.analyses.core.report import Column, ReportSpec
from ca_assets.contracts.units import Grain

_RULE = (
    "A customer is engaged when the last order is no longer ago than the usual time between orders: the frequency, which is the mean "
    "over customers with two or more orders of (last − first order) / (orders − 1). Churn rate = 1 − engaged / customers with an order. "
)
_REFUSED = (
    "With fewer than 5 customers (a setting) who ordered twice there is no frequency, and nothing is said. In a young shop only quick "
    "returns can have been seen: its frequency is short and its churn high, so read them together."
)
_FREQUENCY = Column(
    "frequency_hours",
    "float",
    "hours",
    "Usual hours between two orders of a customer, known by then; empty while too few customers ordered twice",
)
_RATES = (
    _FREQUENCY,
    Column("repeat_customers", "int", "count", "Customers with two or more orders by then"),
    Column("customers", "int", "count", "Customers with an order by then"),
    Column("engaged", "int", "count", "Customers whose last order is no longer ago than the frequency (to the second); empty without one"),
    Column("engaged_rate", "float", "rate", "engaged / customers"),
    Column("churn_rate", "float", "rate", "1 − engaged_rate"),
    *interval("churn_rate"),
)


def _per_period(grain: Grain, noun: str) -> ReportSpec:
    definition = (
        f"Churn as it stood at the end of each {noun}, from the orders before that moment only. {_RULE}The last {noun}, when it is not "
        f"over, is taken at the report's end. {_REFUSED}"
    )
    return ReportSpec("churn", grain, f"Churn by {noun}", definition, ("period",), (PERIOD, COMPLETE, *_RATES), grain, is_of_clients=True)


REPORTS: tuple[ReportSpec, ...] = (
    ReportSpec(
        "churn",
        "overall",
        "Churn",
        f"Churn at the report's end. {_RULE}{_REFUSED}",
        ("report_date",),
        (Column("report_date", "date", "date", "Last day that the report covers"), *_RATES),
        is_of_clients=True,
    ),
    _per_period("weekly", "week"),
    _per_period("monthly", "month"),
    ReportSpec(
        "churn",
        "customer_bridge_monthly",
        "Customers won, lost and won back by month",
        "How the number of engaged customers (last order no longer ago than the usual time between orders, see churn by month) came from "
        "one month's end to the next: opening + new + reactivated − lapsed = closing. While there is no frequency yet there is no bridge; "
        "the month after opens with everyone who has an order. A month that is not over is taken at the report's end.",
        ("period",),
        (
            PERIOD,
            COMPLETE,
            _FREQUENCY,
            Column("opening", "int", "count", "Engaged customers at the end of the month before; 0 in the first month"),
            Column("new", "int", "count", "Customers whose first order is in the month and who are engaged at its end"),
            Column(
                "reactivated",
                "int",
                "count",
                "Customers who ordered before the month, were not engaged at its beginning and are at its end",
            ),
            Column("lapsed", "int", "count", "Customers who were engaged at the month's beginning and are not at its end"),
            Column("closing", "int", "count", "Engaged customers at the month's end"),
            Column(
                "new_lapsed",
                "int",
                "count",
                "Customers whose first order is in the month and who are not engaged at its end; in none of the others",
            ),
        ),
        grain="monthly",
        is_of_clients=True,
    ),
)
SPECS = {spec.type: spec for spec in REPORTS}
