"""A weekly family: it reads another family's table, keeps a model state, and keeps its table by report date."""

from __future__ import annotations

from ca_assets.analyses.core.family import Family
from ca_assets.analyses.core.report import Column, ReportSpec
from ca_assets.contracts.columns import Field
from ca_assets.contracts.tables import TableSpec

OVERALL = ReportSpec(
    "weekly_values",
    "overall",
    "Expected orders",
    "Orders that buyers are expected to make.",
    ("trainings",),
    (
        Column("trainings", "int", "count", "How often the model was trained, this time included"),
        Column("buyers", "int", "count", "Buyers that the model knows"),
        Column("orders", "int", "count", "Orders of these buyers"),
    ),
)
FAMILY = Family(
    name="weekly_values",
    group="machine_learning",
    job="weekly",
    about="Orders that buyers are expected to make, learned weekly.",
    reports=(OVERALL,),
    tables=(
        TableSpec(
            "weekly_values",
            ("client", "report_date"),
            (Field("client", "str", True), Field("expected_orders", "float", True)),
            "report_date",
            keeps="by_date",
        ),
    ),
    inputs=("base", "buyer_list", "weekly_values@history"),
    compute="ca_assets.analyses.weekly_values.compute:run",
    preview="overall",
)
