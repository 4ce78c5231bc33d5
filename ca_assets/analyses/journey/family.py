"""The family `journey`: what it is. What it computes is in `compute`."""

from __future__ import annotations

from ca_assets.analyses.core.family import NIGHTLY, Family
from ca_assets.analyses.journey.specs import REPORTS

FAMILY = Family(
    name="journey",
    group="exploratory",
    job=NIGHTLY,
    about="The average customer's journey: from the download over the first orders to now, per scope.",
    reports=REPORTS,
    compute="ca_assets.analyses.journey.compute:run",
    preview="average",
    isolated=("*",),
)
