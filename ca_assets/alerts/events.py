"""Events that rules tell of: flags of the published view, and loads that failed or are late (which their caller knows).

Belongs here: finding flags and giving each event its name in the ledger. An event has the same name in every run that sees it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from ca_assets.index.protocol import NotPublished, Snapshot
from ca_assets.settings.alerts.models import AlertRule

RECENT_DAYS = {"daily": 7, "weekly": 21}  # a flag of an older period is history that was scored anew, no news
LENGTH_DAYS = {"daily": 1, "weekly": 7}


@dataclass(frozen=True)
class Flag:
    """A row of `anomalies/flags` in a scope, as of a report date."""

    scope: str
    row: dict[str, Any]
    report_date: dt.date

    @property
    def event(self) -> str:
        """Its name in the ledger: by what identifies a flag in the contract."""
        key = (self.scope, self.row["group"], self.row["grain"], str(self.row["period"]))
        return hashlib.sha256("\0".join(key).encode()).hexdigest()

    @property
    def is_news(self) -> bool:
        """Whether its period is over as of the report date, and not long."""
        period: dt.date = self.row["period"]
        age = (self.report_date - period).days - LENGTH_DAYS[str(self.row["grain"])] + 1
        return 0 <= age < RECENT_DAYS[str(self.row["grain"])]


@dataclass(frozen=True)
class LoadProblem:
    """A load that failed (`id`: its run), or data that are late (`id`: the publication that is still shown)."""

    kind: str  # failed, late
    id: str
    at: dt.datetime
    text: str

    @property
    def event(self) -> str:
        """Its name in the ledger."""
        return hashlib.sha256(f"{self.kind}\0{self.id}".encode()).hexdigest()


@dataclass
class FlagReader:
    """Flags of a published view by scope, each report read once."""

    snapshot: Snapshot
    known: dict[str, list[Flag]] = field(default_factory=dict)

    def news(self, scopes: Sequence[str]) -> Iterator[Flag]:
        """The recent flags of some scopes, the most unusual first within each scope."""
        for scope in scopes:
            if scope not in self.known:
                self.known[scope] = self._read(scope)
            yield from self.known[scope]

    def _read(self, scope: str) -> list[Flag]:
        try:
            report = self.snapshot.report("anomalies", "flags", scope)
        except NotPublished:
            return []  # a scope with too little data has no such report
        flags = [Flag(scope, row, report.key.report_date) for row in report.data.to_pylist()]
        return sorted((flag for flag in flags if flag.is_news), key=lambda flag: -(flag.row["score"] or 0))

    def frame(self, type_: str, scope: str) -> pd.DataFrame | None:
        """Another report of anomalies of the scope; None where there is none."""
        try:
            rows: pd.DataFrame = self.snapshot.report("anomalies", type_, scope).data.to_pandas()
        except NotPublished:
            return None
        return rows


def fits(flag: Flag, rule: AlertRule) -> bool:
    """Whether a rule asks for a flag: by group, grain, verdict, score, and news since the rule was made."""
    row = flag.row
    is_asked = all(
        not wanted or wanted == row[name] for name, wanted in (("group", rule.group), ("grain", rule.grain), ("verdict", rule.verdict))
    )
    return is_asked and (row["score"] or 0) >= rule.minimum_score and (rule.since is None or row["first_flagged"] > rule.since)
