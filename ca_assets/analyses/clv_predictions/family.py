"""The family `clv_predictions`: its tables and reports (`clv/*`), computed weekly. What it computes is in `compute`."""

from __future__ import annotations

from ca_assets.analyses.clv_predictions.specs import REPORTS
from ca_assets.analyses.core.family import Family
from ca_assets.contracts.columns import Field
from ca_assets.contracts.tables import TableSpec

ORIGINS = 13  # past ones that are computed again as they would have been then
TABLE = TableSpec(
    "clv_predictions",
    ("currency", "client"),
    (
        Field("client", "str", True),
        Field("currency", "str", True),
        Field("prediction_date", "date", True),
        Field("horizon_weeks", "int", True),
        Field("orders_expected", "float", True),
        Field("orders_low", "float", True),
        Field("orders_high", "float", True),
        Field("revenue_expected", "float", True),
        Field("revenue_low", "float", True),
        Field("revenue_high", "float", True),
        Field("p_alive", "float", True),
        Field("p_no_order", "float", True),
        Field("next_order_date", "date"),
        Field("next_order_low", "date"),
        Field("next_order_high", "date"),
        Field("future_recency_hours", "float"),
        Field("future_frequency_hours", "float"),
        Field("future_monetary", "float"),
        Field("is_rfm_abnormal", "bool"),
        Field("rfm_change_score", "float"),
        Field("order_days", "int", True),
        Field("segment", "str"),
        Field("model", "str", True),
    ),
)
PUBLISHED = TableSpec(
    "clv_published",
    ("currency", "origin", "period"),
    (
        Field("origin", "date", True),
        Field("period", "date", True),
        Field("predicted", "float", True),
        Field("low", "float", True),
        Field("high", "float", True),
        Field("currency", "str", True),
    ),
    "report_date",
    keeps="by_date",
)
FAMILY = Family(
    name="clv_predictions",
    group="machine_learning",
    job="weekly",
    about="Customer lifetime value: expected orders and revenue of each customer, day by day for the shop, and how right they were.",
    reports=REPORTS,
    tables=(TABLE, PUBLISHED),
    compute="ca_assets.analyses.clv_predictions.compute:run",
    preview="total",
    states_kept=ORIGINS + 1,
)
