"""What the newest load read of each source, from the lake's ledger of loads."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from ca_assets.contracts.alarms import alarms_of
from ca_assets.contracts.sources import SOURCES
from ca_assets.lake.files import LakeError
from ca_assets.lake.lake import Lake
from ca_assets.settings.process import ProcessSettings


@dataclass(frozen=True)
class SourceState:
    """Of the newest load: when it ended (UTC), rows read, accepted and rejected, and what it said aloud."""

    loaded_at: dt.datetime | None
    read: int
    accepted: int
    rejected: int
    alarms: tuple[str, ...] = ()


def source_states(settings: ProcessSettings) -> dict[str, SourceState]:
    """By source; empty before the first load, and where the lake cannot be read from here."""
    try:
        loads = Lake(settings.lake_root).loads()
    except (OSError, LakeError):
        return {}
    if not loads:
        return {}
    newest = loads[-1]
    alarms = alarms_of(newest)
    return {
        name: SourceState(
            _moment(newest),
            counts["read"],
            counts["accepted"],
            counts["rejected"],
            tuple(alarm.text for alarm in alarms if alarm.source == name),
        )
        for name, counts in newest.get("counts", {}).items()
        if name in SOURCES
    }


def _moment(load: dict[str, object]) -> dt.datetime | None:
    moment = load.get("loaded_at")
    if isinstance(moment, str):
        moment = dt.datetime.fromisoformat(moment)
    if not isinstance(moment, dt.datetime):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
