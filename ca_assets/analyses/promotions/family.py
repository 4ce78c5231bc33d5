"""The family `promotions`: what it is. What it computes is in `compute`."""

from __future__ import annotations

from ca_assets.analyses.core.family import NIGHTLY, Family
from ca_assets.analyses.promotions.specs import REPORTS

FAMILY = Family(
    name="promotions",
    group="exploratory",
    job=NIGHTLY,
    about="Promotions: what each promotion brought and cost, and promoted against organic orders per day and hour.",
    reports=REPORTS,
    compute="ca_assets.analyses.promotions.compute:run",
    preview="summary",
    isolated=("*",),
)
