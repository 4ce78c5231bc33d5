"""The family `loads`: the ledger of loads as reports. It is about this installation, so full exports and the handbook leave it out."""

from __future__ import annotations

from ca_assets.analyses.core.family import LEDGER, NIGHTLY, Family
from ca_assets.analyses.loads.specs import NAME, REPORTS

FAMILY = Family(
    name=NAME,
    group="indexes",
    job=NIGHTLY,
    about="What the last loads read of each source, and which months they changed.",
    reports=REPORTS,
    compute="ca_assets.analyses.loads.compute:run",
    inputs=(LEDGER,),
    is_in_full_export=False,
)
