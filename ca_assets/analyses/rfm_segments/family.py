"""The family `rfm_segments`: a table and no report. What it computes is in `compute`."""

from __future__ import annotations

from ca_assets.analyses.core.family import NIGHTLY, Family
from ca_assets.contracts.columns import Field
from ca_assets.contracts.tables import TableSpec

TABLE = TableSpec(
    "rfm_segments",
    ("client",),
    (
        Field("client", "str", True),
        Field("currency", "str"),
        Field("recency_hours", "float", True),
        Field("frequency_hours", "float"),
        Field("monetary", "float"),
        Field("orders", "int", True),
        Field("order_days", "int", True),
        Field("revenue", "float"),
        Field("first_order", "time", True),
        Field("last_order", "time", True),
        Field("recency_score", "int", True),
        Field("frequency_score", "int"),
        Field("monetary_score", "int"),
        Field("segment", "str", True),
    ),
)
FAMILY = Family(
    name="rfm_segments",
    group="machine_learning",
    job=NIGHTLY,
    about="Segments: a row per buyer with recency, frequency and monetary, their scores, and the segment.",
    reports=(),
    tables=(TABLE,),
    compute="ca_assets.analyses.rfm_segments.compute:run",
)
