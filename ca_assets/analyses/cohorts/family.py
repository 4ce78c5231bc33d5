"""The family `cohorts`: what it is. What it computes is in `compute`."""

from __future__ import annotations

from ca_assets.analyses.cohorts.specs import REPORTS
from ca_assets.analyses.core.family import NIGHTLY, Family

FAMILY = Family(
    name="cohorts",
    group="exploratory",
    job=NIGHTLY,
    about="Cohorts: who came back how many days or weeks later, what cohorts brought, and the time to the next order.",
    reports=REPORTS,
    compute="ca_assets.analyses.cohorts.compute:run",
    preview="weekly_0_1",
    isolated=("*",),
)
