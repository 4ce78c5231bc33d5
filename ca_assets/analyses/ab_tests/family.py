"""The family `ab_tests`: what it is. What it computes is in `compute`."""

from __future__ import annotations

from ca_assets.analyses.ab_tests.specs import REPORTS
from ca_assets.analyses.core.family import NIGHTLY, Family

FAMILY = Family(
    name="ab_tests",
    group="machine_learning",
    job=NIGHTLY,
    about="Tests before and after: orders and amounts around promotions and products, promotions compared, segments against their past.",
    reports=REPORTS,
    compute="ca_assets.analyses.ab_tests.compute:run",
    preview="promotion_effects",
)
