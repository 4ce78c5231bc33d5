"""What can be started, as data: the load and its variants, the jobs of families beside it, publishing again.

The same for the application's buttons, for schedules that people make, and for the sensor that fires these.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ca_assets.analyses.core.family import NIGHTLY, families

LOAD_JOB, PUBLISH_JOB = "load_everything", "publish_again"
RANGE_START, RANGE_END = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"
# Tags of a run: who or what asked for it, and which schedule of the settings it belongs to.
STARTED_BY_TAG, SCHEDULE_TAG, SCHEDULE_ID_TAG = (
    "customer_analytics/started_by",
    "customer_analytics/schedule",
    "customer_analytics/schedule_id",
)
KIND_TAG, PID_TAG = "customer_analytics/kind", "customer_analytics/pid"
TITLES = {"daily": "Daily figures", "weekly": "Weekly figures"}


@dataclass(frozen=True)
class RunKind:
    """Something that can be started: Dagster's job, the configuration of its load, and whether it covers all months."""

    name: str
    title: str
    about: str
    job: str
    config: Mapping[str, Any] = field(default_factory=dict)
    has_months: bool = True

    @property
    def run_config(self) -> dict[str, Any]:
        """The run's configuration."""
        return {"resources": {"load": {"config": dict(self.config)}}} if self.config else {}


def run_kinds() -> dict[str, RunKind]:
    """All kinds by name: those of the load first, then the jobs that families have, then publishing."""
    kinds = [
        RunKind("load", "Load", "Reads what may have changed in the sources, then computes and publishes.", LOAD_JOB),
        RunKind(
            "full_load", "Full load", "Reads all sources whole and computes everything again.", LOAD_JOB, {"full": True, "recompute": True}
        ),
        *(_family_kind(job) for job in sorted({family.job for family in families().values()} - {NIGHTLY})),
        RunKind(
            "publish",
            "Publish again",
            "Publishes the tables of the last load again, without reading the sources.",
            PUBLISH_JOB,
            {"recompute": True},
        ),
    ]
    return {kind.name: kind for kind in kinds}


def _family_kind(job: str) -> RunKind:
    names = ", ".join(family.name.replace("_", " ") for family in families().values() if family.job == job)
    return RunKind(job, TITLES.get(job, f"{job.capitalize()} job"), f"Computed beside the loads: {names}.", job, has_months=False)
