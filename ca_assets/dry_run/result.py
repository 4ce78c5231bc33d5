"""What a dry run found, as plain values that become JSON by `dataclasses.asdict`. No tables, no dates as objects, no secrets, no prose.

Days and moments are ISO texts (days in the business time zone, moments in UTC). A figure that a sample cannot tell is None.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Value = str | float | bool | None


@dataclass(frozen=True)
class MappedColumn:
    """A mapped column: our name, theirs, our type, and what the values in the source look like: `filled` of the `seen` ones."""

    ours: str
    theirs: str
    dtype: str
    looks_like: str
    filled: int
    seen: int


@dataclass(frozen=True)
class SampleRow:
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
class OfferedRecipe:
    """A recipe by whose header the file was recognised: its name and title, and the lines of shop.yaml, below `sources:`, that take it."""

    name: str
    title: str
    lines: list[str]


@dataclass(frozen=True)
class SourceCheck:
    """One source. `error`: why it cannot be used (then most of the rest is empty).

    Counts: read = accepted + rejected + duplicates + orphans of whole sources; of a sample, duplicates and orphans that cannot be told
    are None and count as accepted. `total`: rows of the source, where it is known or estimated. `first`, `last`: days of the moments of
    accepted rows. `counts`: everything else that was counted. `lacking`: our columns that some files
    do not have, and which. `guess`: a proposed mapping as YAML, `guessed` its columns. `suggestions`:
    keys of the source (a line of YAML each) with which rejected rows could be read. `warnings`:
    what is read otherwise than it looks. `recipe`: a known export that the file looks like.
    """

    name: str
    kind: str
    where: str
    error: str | None = None
    is_sample: bool = False
    total: int | None = None
    is_total_exact: bool = False
    how: str = ""
    columns: list[MappedColumn] = field(default_factory=list)
    rows: list[SampleRow] = field(default_factory=list)
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
    lacking: dict[str, list[str]] = field(default_factory=dict)
    guess: str | None = None
    guessed: list[GuessedColumn] = field(default_factory=list)
    suggestions: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    recipe: OfferedRecipe | None = None


@dataclass(frozen=True)
class DimensionFigures:
    """A dimension: how many different values, how many sessions have none, and the most frequent values with their sessions."""

    name: str
    different: int
    unset: int
    top: list[tuple[str, int]]


class MonthNote(StrEnum):
    """What is to be said of the last month: why its figures are not known, or what they stand on."""

    SESSIONS_UNUSABLE = "sessions_unusable"  # not known: sessions cannot be read
    NO_COMPLETE_MONTH = "no_complete_month"  # not known: the data cover none yet
    NOT_FROM_A_SAMPLE = "not_from_a_sample"  # not known: a sample cannot tell
    ALL_ITS_ROWS = "all_its_rows"  # from all rows of the month, though the rest is a sample
    PARTS_OF_THE_FILE = "parts_of_the_file"  # from the parts of the file that have it as far as its sample tells
    SEVERAL_CURRENCIES = "several_currencies"  # their amounts are not added up


@dataclass(frozen=True)
class MonthFigures:
    """Orders and revenue of the last complete month (`2024-02`).

    None where they are not known; `note` says why. `revenue` is None for several currencies; `revenues` has each.
    """

    month: str | None
    orders: int | None
    revenue: float | None
    revenues: dict[str, float] = field(default_factory=dict)
    note: MonthNote | None = None


@dataclass(frozen=True)
class DryRun:
    """What a load of this shop would find. `is_usable`: no source has an error. Currencies: orders of each."""

    shop: str
    timezone: str
    is_usable: bool
    is_sample: bool
    sources: list[SourceCheck]
    currencies: dict[str, int]
    dimensions: list[DimensionFigures]
    last_month: MonthFigures
    has_customers: bool
    seconds: float = 0.0
