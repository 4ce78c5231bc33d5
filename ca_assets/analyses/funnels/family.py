"""The family `funnels`: what it is. What it computes is in `compute`."""

from __future__ import annotations

from ca_assets.analyses.core.family import NIGHTLY, Family
from ca_assets.analyses.funnels.specs import REPORTS

FAMILY = Family(
    name="funnels",
    group="exploratory",
    job=NIGHTLY,
    about="Funnels: volumes of session and customer steps per period and hour, and the true customer funnel.",
    reports=REPORTS,
    compute="ca_assets.analyses.funnels.compute:run",
    preview="sessions_monthly",
    isolated=("*",),
)
