"""What a load says aloud: a share of a source's rows that is so large that the source or its mapping is likely to be wrong.

Belongs here: what an alarm is, and its words for people. What raises one: `ca_assets.cleaning.alarms`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

REJECTED, DUPLICATES, UNKNOWN_CLIENTS, ONE_CLIENT, COMMAS = "rejected", "duplicates", "unknown_clients", "one_client", "promotion_commas"
SHOWN_CHARACTERS = 200


@dataclass(frozen=True)
class Alarm:
    """`rows` of `of` rows of a source; `alarm`: its code, of rejected rows with their reason behind it (`rejected bad_date`)."""

    source: str
    alarm: str
    rows: int
    of: int
    example: str | None = None

    @property
    def share(self) -> float:
        """Part of the rows."""
        return self.rows / self.of if self.of else 0.0

    @property
    def text(self) -> str:
        """For people: what is wrong, n of m (p %)."""
        return f"{self._what()}, {self.rows:,} of {self.of:,} ({100 * self.share:.3g} %)"

    def _what(self) -> str:
        kind, _, reason = self.alarm.partition(" ")
        example = " ".join((self.example or "").split())
        such = f" (such as {example!r})" if example else ""
        words = {
            REJECTED: f"rows rejected for {reason.replace('_', ' ')} ({example})",
            DUPLICATES: f"duplicates: the same id in more than one row{such}; one row of each stays",
            UNKNOWN_CLIENTS: f"none of the clients of sessions is in customers{f' ({example})' if example else ''}",
            ONE_CLIENT: f"orders of the client {example!r}, which is hardly one person; if these are guests, name it in `guest_clients`",
            COMMAS: f"orders whose promotion has a comma in it{such}; each such text counts as one promotion",
        }
        return words.get(kind, self.alarm)


def alarms_of(load: Mapping[str, Any]) -> list[Alarm]:
    """The alarms of a recorded load; none of one that was recorded before there were any."""
    return [Alarm(each["source"], each["alarm"], each["rows"], each["of"], each["example"]) for each in load.get("alarms") or ()]
