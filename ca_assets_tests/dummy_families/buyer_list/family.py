"""A nightly family with a table of its own: one row per buyer."""

from __future__ import annotations

from ca_assets.analyses.core.family import NIGHTLY, Family
from ca_assets.analyses.core.report import Column, ReportSpec
from ca_assets.contracts.columns import Field
from ca_assets.contracts.tables import TableSpec

SUMMARY = ReportSpec(
    "buyer_list",
    "summary",
    "Buyers",
    "Customers with an order.",
    ("buyers",),
    (Column("buyers", "int", "count", "Customers with an order"),),
)
FAMILY = Family(
    name="buyer_list",
    group="exploratory",
    job=NIGHTLY,
    about="Buyers and the number of their orders.",
    reports=(SUMMARY,),
    tables=(TableSpec("buyer_list", ("client",), (Field("client", "str", True), Field("orders", "int", True))),),
    compute="ca_assets.analyses.buyer_list.compute:run",
    preview="summary",
)
