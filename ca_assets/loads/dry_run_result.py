"""What a dry run found, as plain values that become JSON by `dataclasses.asdict`. No tables, no dates as objects, no secrets.

Days and moments are ISO texts (days in the business time zone, moments in UTC). A figure that a sample cannot tell is None.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Value = str | float | bool | None


@dataclass(frozen=True)
class ColumnSeen:
    """A mapped column: our name, theirs, our type, and what the values in the source look like."""

    ours: str
    theirs: str
    dtype: str
    found: str
    filled: int
    seen: int


@dataclass(frozen=True)
class RowSeen:
    """A row of the source: raw texts and what they are read as, both in the order of the columns; `problem`: why it is rejected."""

    line: int | None
    raw: list[str | None]
    values: list[Value]
    problem: str | None


@dataclass(frozen=True)
class Example:
    """A row that left: its line where one is known (else about where it is), what is wrong, its mapped texts."""

    line: int | None
    place: str | None
    message: str
    row: dict[str, Any] | None


@dataclass(frozen=True)
class Reason:
    """Rows that left for one reason, with some of them."""

    reason: str
    rows: int
    examples: list[Example]


@dataclass(frozen=True)
class GuessedColumn:
    """A proposal: our column, theirs, how sure (0..1), and why."""

    ours: str
    theirs: str
    score: float
    why: str


@dataclass(frozen=True)
class SourceCheck:
    """One source. `error`: why it cannot be used (then most of the rest is empty).

    Counts: read = accepted + rejected + duplicates + orphans of whole sources; of a sample, duplicates and orphans that cannot be judged
    are None and count as accepted. `total`: rows of the source, where it is known or estimated. `first`, `last`: days of the moments of
    accepted rows. `counts`: everything else that was counted.
    """

    name: str
    kind: str
    where: str
    error: str | None = None
    is_sample: bool = False
    total: int | None = None
    is_total_exact: bool = False
    how: str = ""
    columns: list[ColumnSeen] = field(default_factory=list)
    rows: list[RowSeen] = field(default_factory=list)
    read: int = 0
    accepted: int = 0
    rejected: int = 0
    duplicates: int | None = None
    orphans: int | None = None
    counts: dict[str, int | None] = field(default_factory=dict)
    reasons: list[Reason] = field(default_factory=list)
    moment: str | None = None
    first: str | None = None
    last: str | None = None
    guess: str | None = None
    guessed: list[GuessedColumn] = field(default_factory=list)


@dataclass(frozen=True)
class DimensionSeen:
    """A dimension: how many different values, how many sessions have none, and the most frequent values with their sessions."""

    name: str
    different: int
    unset: int
    top: list[tuple[str, int]]


@dataclass(frozen=True)
class MonthSeen:
    """Orders and revenue of the last complete month (`2024-02`, in words `February 2024`).

    None where they cannot be told; `note` says why. `revenue` is None for several currencies; `revenues` has each.
    """

    month: str | None
    words: str
    orders: int | None
    revenue: float | None
    revenues: dict[str, float] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True)
class DryRun:
    """What a load of this shop would find. `is_usable`: no source has an error. Currencies: orders of each."""

    shop: str
    timezone: str
    is_usable: bool
    is_sample: bool
    sources: list[SourceCheck]
    currencies: dict[str, int]
    dimensions: list[DimensionSeen]
    last_month: MonthSeen
    has_customers: bool
    seconds: float = 0.0
