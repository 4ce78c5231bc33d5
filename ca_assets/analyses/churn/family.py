"""The family `churn`: what it is. What it computes is in `compute`."""

from __future__ import annotations

from ca_assets.analyses.churn.specs import REPORTS
from ca_assets.analyses.core.family import NIGHTLY, Family

FAMILY = Family(
    name="churn",
    group="exploratory",
    job=NIGHTLY,
    about="Churn: how many customers are still engaged, overall and at the end of each week and month, and how that changed.",
    reports=REPORTS,
    compute="ca_assets.analyses.churn.compute:run",
    preview="customer_bridge_monthly",
    isolated=("*",),
)
