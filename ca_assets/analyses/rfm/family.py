"""The family `rfm`: what it is. What it computes is in `compute`."""

from __future__ import annotations

from ca_assets.analyses.core.family import NIGHTLY, Family
from ca_assets.analyses.rfm.specs import REPORTS

FAMILY = Family(
    name="rfm",
    group="machine_learning",
    job=NIGHTLY,
    about="RFM: buyers as points of recency, frequency and monetary, with their scores and segments.",
    reports=REPORTS,
    compute="ca_assets.analyses.rfm.compute:run",
    preview="points",
)
