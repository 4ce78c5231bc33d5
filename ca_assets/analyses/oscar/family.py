"""The family `oscar`: what it is. What it computes is in `compute`."""

from __future__ import annotations

from ca_assets.analyses.core.family import ACTIVITY, BASE, NIGHTLY, Family
from ca_assets.analyses.oscar.specs import REPORTS

FAMILY = Family(
    name="oscar",
    group="exploratory",
    job=NIGHTLY,
    about="Product performance and customer behaviour with the columns of django-oscar's own reports: views, basket additions, purchases.",
    reports=REPORTS,
    compute="ca_assets.analyses.oscar.compute:run",
    inputs=(BASE, ACTIVITY),
    preview="product_performance",
    isolated=("product_performance",),
)
