"""The contract of `journey` (docs/contract, section 9): columns, key and the definition that shop owners read."""

from __future__ import annotations

from ca_assets.analyses.core.downloads import FROM_DOWNLOAD
from ca_assets.analyses.core.report import Column, ReportSpec

_AVERAGE = ReportSpec(
    "journey",
    "average",
    "The average customer's journey",
    "From the download over the first, second, … order to now, as many orders as the average buyer has (orders / buyers, rounded down). "
    "Each step has the mean hours since the one before and the mean amount of that order. Hours from the download to the first order "
    "leave out customers whose download is unknown or on a later day than their first order; an order earlier on the download's own day "
    "counts 0 hours. The last step is the mean time since each buyer's last order. Within a filter, orders are counted within it. "
    + FROM_DOWNLOAD,
    ("step",),
    (
        Column("step_order", "int", "number", "Place of the step in the journey, from 0"),
        Column("step", "str", "text", "`download`, `order_1`, `order_2`, …, `since_last_order`"),
        Column("customers", "int", "count", "Customers with a known download; with such an order; with any order"),
        Column(
            "average_hours",
            "float",
            "hours",
            "Mean hours since the step before (since_last_order: from the last order to the report's end)",
        ),
        Column("hours_customers", "int", "count", "Customers over whom average_hours is taken"),
        Column(
            "average_amount",
            "float",
            "money",
            "Mean amount of these orders; empty for steps that are no order and where currencies are mixed",
        ),
        Column("orders_per_buyer", "float", "ratio", "Orders / customers with an order, the same on each row; empty without buyers"),
    ),
    starts_at_download=True,
)
REPORTS: tuple[ReportSpec, ...] = (_AVERAGE,)
SPECS = {spec.type: spec for spec in REPORTS}
