"""The family `segmentation`: what it is. What it computes is in `compute`."""

from __future__ import annotations

from ca_assets.analyses.core.family import NIGHTLY, Family
from ca_assets.analyses.segmentation.specs import REPORTS

FAMILY = Family(
    name="segmentation",
    group="machine_learning",
    job=NIGHTLY,
    about="Segmentation: size and revenue of the segments, the bounds between the scores, and moves between segments by month.",
    reports=REPORTS,
    compute="ca_assets.analyses.segmentation.compute:run",
    preview="summary",
)
