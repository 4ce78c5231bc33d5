"""The contracts of `rfm` (docs/contract, section 11): columns, keys and the definitions that shop owners read."""

from __future__ import annotations

from ca_assets.analyses.core.report import ReportSpec
from ca_assets.analyses.core.segments.columns import CLIENT, CURRENCY, FREQUENCY, MONETARY, RECENCY, RULE, SCORES, SEGMENT

MOST_POINTS = 2000
REPORTS: tuple[ReportSpec, ...] = (
    ReportSpec(
        "rfm",
        "points",
        "Recency, frequency, monetary",
        f"Buyers with what their scores are made from: at most 2,000 of a scope, drawn by chance (always the same ones). {RULE}",
        ("client",),
        (CLIENT, CURRENCY, RECENCY, FREQUENCY, MONETARY, *SCORES, SEGMENT),
        is_of_clients=True,
    ),
)
SPECS = {spec.type: spec for spec in REPORTS}
