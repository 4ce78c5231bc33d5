"""The family `delivery_anomalies`: what it is; its reports are called `delivery`. What it computes is in `compute`."""

from __future__ import annotations

from ca_assets.analyses.core.family import NIGHTLY, Family
from ca_assets.analyses.delivery_anomalies.specs import REPORTS

FAMILY = Family(
    name="delivery_anomalies",
    group="machine_learning",
    job=NIGHTLY,
    about="Deliveries: how long they take, the places, customers, weekdays and hours where they are slow, and what lateness costs.",
    reports=REPORTS,
    compute="ca_assets.analyses.delivery_anomalies.compute:run",
    preview="kpis",
)
