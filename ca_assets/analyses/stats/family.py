"""The family `stats`: what it is. What it computes is in `compute`."""

from __future__ import annotations

from ca_assets.analyses.core.family import NIGHTLY, Family
from ca_assets.analyses.stats.specs import REPORTS

FAMILY = Family(
    name="stats",
    group="exploratory",
    job=NIGHTLY,
    about="Stats: orders and revenue per period and hour, per customer, and the key figures.",
    reports=REPORTS,
    compute="ca_assets.analyses.stats.compute:run",
    preview="kpis",
    isolated=("*",),
)
