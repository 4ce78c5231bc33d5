"""The contracts of `churn` (REPORTS.md section 8): columns, keys and the definitions that shop owners read."""

from __future__ import annotations

from ca_assets.analyses.columns_common import COMPLETE, PERIOD, interval
from ca_assets.analyses.report import Column, ReportSpec

_RULE = (
    "A customer is engaged when the last order is no longer ago than the usual time between orders: the frequency, which is the mean "
    "over customers with two or more orders of (last − first order) / (orders − 1). Churn rate = 1 − engaged / customers with an order. "
)
_REFUSED = (
    "With fewer than 5 customers (a setting) who ordered twice there is no frequency, and nothing is said. In a young shop only quick "
    "returns can have been seen: its frequency is short and its churn high, so read them together."
)
_FREQUENCY = Column(
    "frequency_hours", "float", "Usual hours between two orders of a customer, known by then; empty while too few customers ordered twice"
)
_RATES = (
    _FREQUENCY,
    Column("repeat_customers", "int", "Customers with two or more orders by then"),
    Column("customers", "int", "Customers with an order by then"),
    Column("engaged", "int", "Customers whose last order is no longer ago than the frequency (to the second); empty without one"),
    Column("engaged_rate", "float", "engaged / customers"),
    Column("churn_rate", "float", "1 − engaged_rate"),
    *interval("churn_rate"),
)


def _per_period(type_: str, noun: str) -> ReportSpec:
    definition = (
        f"Churn as it stood at the end of each {noun}, from the orders before that moment only. {_RULE}The last {noun}, when it is not "
        f"over, is taken at the report's end. {_REFUSED}"
    )
    return ReportSpec("churn", type_, f"Churn by {noun}", definition, ("period",), (PERIOD, COMPLETE, *_RATES))


REPORTS: tuple[ReportSpec, ...] = (
    ReportSpec(
        "churn",
        "overall",
        "Churn",
        f"Churn at the report's end. {_RULE}{_REFUSED}",
        ("report_date",),
        (Column("report_date", "date", "Last day that the report covers"), *_RATES),
        is_series=False,
    ),
    _per_period("weekly", "week"),
    _per_period("monthly", "month"),
    ReportSpec(
        "churn",
        "customer_bridge_monthly",
        "Customers won, lost and won back by month",
        "How the number of engaged customers (last order no longer ago than the usual time between orders, see churn by month) came from "
        "one month's end to the next: opening + new + reactivated − lapsed = closing. While there is no frequency yet nobody has lapsed: "
        "everyone with an order is engaged. A month that is not over is taken at the report's end.",
        ("period",),
        (
            PERIOD,
            COMPLETE,
            _FREQUENCY,
            Column("opening", "int", "Engaged customers at the end of the month before; 0 in the first month"),
            Column("new", "int", "Customers whose first order is in the month and who are engaged at its end"),
            Column("reactivated", "int", "Customers who ordered before the month, were not engaged at its beginning and are at its end"),
            Column("lapsed", "int", "Customers who were engaged at the month's beginning and are not at its end"),
            Column("closing", "int", "Engaged customers at the month's end"),
            Column(
                "new_lapsed", "int", "Customers whose first order is in the month and who are not engaged at its end; in none of the others"
            ),
        ),
    ),
)
SPECS = {spec.type: spec for spec in REPORTS}
