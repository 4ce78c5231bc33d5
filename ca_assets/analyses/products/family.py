"""The family `products`: what it is. What it computes is in `compute`."""

from __future__ import annotations

from ca_assets.analyses.core.family import NIGHTLY, Family
from ca_assets.analyses.products.specs import REPORTS

FAMILY = Family(
    name="products",
    group="exploratory",
    job=NIGHTLY,
    about="Products: top lists of products and categories, products by day, pairs, and what lines add up to.",
    reports=REPORTS,
    compute="ca_assets.analyses.products.compute:run",
    preview="top_products",
    isolated=("*",),
)
