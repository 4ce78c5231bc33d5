"""The family `rfm_segments`: a table and no report. What it computes is in `compute`."""

from __future__ import annotations

from ca_assets.analyses.core.family import NIGHTLY, Family
from ca_assets.analyses.core.segments.columns import CLIENT, CURRENCY, FREQUENCY, MONETARY, RECENCY, RULE, SCORES, SEGMENT
from ca_assets.contracts.columns import Field
from ca_assets.contracts.tables import TableSpec

TABLE = TableSpec(
    "rfm_segments",
    ("client",),
    (
        Field(CLIENT.name, "str", True, CLIENT.meaning),
        Field(CURRENCY.name, "str", False, CURRENCY.meaning),
        Field(RECENCY.name, "float", True, RECENCY.meaning),
        Field(FREQUENCY.name, "float", False, FREQUENCY.meaning),
        Field(MONETARY.name, "float", False, MONETARY.meaning),
        Field("orders", "int", True, "Orders of the buyer, in all currencies"),
        Field("order_days", "int", True, "Calendar days with an order of the buyer"),
        Field("revenue", "float", False, "Sum of the buyer's orders in the buyer's currency, before refunds"),
        Field("first_order", "time", True, "Moment of the first order"),
        Field("last_order", "time", True, "Moment of the last order"),
        *(Field(score.name, "int", score.name == "recency_score", score.meaning) for score in SCORES),
        Field(SEGMENT.name, "str", True, SEGMENT.meaning),
    ),
)
FAMILY = Family(
    name="rfm_segments",
    group="machine_learning",
    job=NIGHTLY,
    about=f"A row per buyer with recency, frequency and monetary, their scores, and the segment. {RULE}",
    reports=(),
    tables=(TABLE,),
    compute="ca_assets.analyses.rfm_segments.compute:run",
)
