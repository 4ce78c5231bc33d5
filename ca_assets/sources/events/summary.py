"""What became of the events themselves when sources were last built of them: counts and those that were left out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ca_assets.sources.driver import Reading
from ca_assets.sources.events.build import REJECTS
from ca_assets.sources.events.store import EventStore

BUILT_OF = "events.built.json"  # in scratch: what was built when a run first asked


@dataclass(frozen=True)
class EventSummary:
    """`counts`: read = accepted + rejected + duplicates + orphans, and `robots`, which count as not read; `rejects`: a Parquet file in the
    schema of `rejects` of those that were left out."""

    counts: dict[str, int]
    rejects: Path


def event_store(name: str, reading: Reading) -> EventStore:
    """Where events are kept between loads; of a dry run in its scratch folder. `name`: the source that is read, for errors."""
    return EventStore(reading.store or reading.staging / "built", reading.staging, name)


def begin_reading(reading: Reading) -> None:
    """The next source that is read of events looks at them anew; those after it read what was built then."""
    (reading.staging / BUILT_OF).unlink(missing_ok=True)


def event_summary(reading: Reading) -> EventSummary | None:
    """Of the last build; None where nothing was built."""
    built = event_store("sessions", reading).built()
    return None if built is None else EventSummary(built.counts, built.folder / f"{REJECTS}.parquet")


def has_built_events(name: str, reading: Reading) -> bool:
    """Whether what an earlier load built is still there."""
    return event_store(name, reading).built() is not None
