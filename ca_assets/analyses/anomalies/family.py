"""The family `anomalies`: what it is. What it computes is in `compute`.

It trains networks, so it has a job of its own beside the load (CA_DAILY_CRON): a night never waits for it.
"""

from __future__ import annotations

from ca_assets.analyses.anomalies.specs import REPORTS
from ca_assets.analyses.core.family import BASE, LEDGER, Family
from ca_assets.contracts.columns import Field
from ca_assets.contracts.tables import TableSpec

FLAGS = TableSpec(
    "anomaly_flags",
    ("scope", "group", "grain", "period"),
    (
        Field("scope", "str", True),
        Field("group", "str", True),
        Field("grain", "str", True),
        Field("period", "date", True),
        Field("first_flagged", "date", True),
    ),
    is_published=False,
)
FAMILY = Family(
    name="anomalies",
    group="machine_learning",
    job="daily",
    about="Anomalies: days and weeks of the funnel, of orders and of cohorts that are not what they were expected to be, and why.",
    reports=REPORTS,
    compute="ca_assets.analyses.anomalies.compute:run",
    tables=(FLAGS,),
    inputs=(BASE, LEDGER, FLAGS.name, "rfm_segments", "clv_predictions"),
    optional=("rfm_segments", "clv_predictions"),
    preview="flags",
)
