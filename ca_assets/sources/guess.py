"""A guess of a source's mapping from its columns' names and what their values look like. For people, never used silently.

Belongs here: scores. Names that shops use: `guess_words`; values: `guess_values`; having columns: `guess_peek`; the text: `guess_yaml`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ca_assets.sources.guess_values import TIMES, Kind, Look
from ca_assets.sources.guess_words import STATES, WORDS
from ca_assets.tables.contracts import REQUIRED_COLUMNS, SOURCE_FIELDS, Field

SURE, LIKELY, LEAST = 0.9, 0.7, 0.4
ENDS_ALIKE, SPELT_ALIKE, ONLY_ONE = 0.75, 0.65, 0.4
CLOSE_SPELLING = 0.87
MOST_VALUES, MOST_SHARE = 200, 0.2  # of a dimension: so many different values at most, and so many of the rows
FITS: dict[str, tuple[Kind, ...]] = {
    "str": ("whole number", "text", "number", "yes/no"),
    "float": ("number", "whole number"),
    "bool": ("yes/no",),
    "time": TIMES,
}
ORDERS_ONLY = (
    "none of your columns says whether a session ended with a purchase. If every row is an order, add such a column to the export "
    "(in a database: `query:` with `true AS purchased` among its columns)"
)
STATE_WORDS = (
    "your {state!r} is no yes/no column: add one to the export that says which rows are orders "
    "(in a database: `query:` with `{state} = 'paid' AS purchased` among its columns)"
)


@dataclass(frozen=True)
class Proposal:
    """Our column, theirs, how sure (0..1) and why. `is_empty`: theirs has no value, so it is of no use yet."""

    ours: str
    theirs: str
    score: float
    why: str
    is_empty: bool = False


@dataclass(frozen=True)
class Guess:
    """`columns` in our order; `missing`: required columns of ours for which nothing was found; `options`: other keys of the source
    (date_format, decimal, thousands, delimiter) with what the values need; `notes`: what a person must decide."""

    columns: list[Proposal]
    dimensions: list[str] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    options: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def guess_mapping(source: str, columns: Mapping[str, Look]) -> Guess:
    """A guess for `source` (sessions, customers, …) from its columns: name → look of the values."""
    fields = SOURCE_FIELDS[source]
    chosen = _best(source, fields, columns)
    chosen |= _only_ones(source, fields, columns, chosen)
    proposals = [chosen[each.name] for each in fields if each.name in chosen]
    left = {name: look for name, look in columns.items() if name not in {each.theirs for each in proposals}}
    missing = [name for name in REQUIRED_COLUMNS[source] if name not in chosen]
    return Guess(
        proposals,
        dimensions=[name for name, look in left.items() if source == "sessions" and _is_dimension(look)],
        actions=[name for name, look in left.items() if _is_action(source, look)],
        missing=missing,
        options=_options([columns[each.theirs] for each in proposals]),
        notes=_notes(missing, columns, proposals),
    )


def folded(name: str) -> str:
    """`orderID`, `Order Id`, `ORDER-ID` → `order_id`."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name.strip())
    return re.sub(r"\W+|_+", "_", parted).strip("_").lower()


def _best(source: str, fields: tuple[Field, ...], columns: Mapping[str, Look]) -> dict[str, Proposal]:
    """Greedily the pairs with the highest scores, each column once."""
    pairs = [pair for each in fields for name, look in columns.items() if (pair := _scored(source, each, name, look)).score >= LEAST]
    chosen: dict[str, Proposal] = {}
    for pair in sorted(pairs, key=lambda pair: -pair.score):
        if pair.ours not in chosen and pair.theirs not in {each.theirs for each in chosen.values()}:
            chosen[pair.ours] = pair
    return chosen


def _scored(source: str, ours: Field, theirs: str, look: Look) -> Proposal:
    score, why = _name_score(WORDS[source][ours.name], ours.name, folded(theirs))
    fit, doubt = _fit(source, ours, look)
    return Proposal(ours.name, theirs, round(score * fit, 3), f"{why}{doubt}", is_empty=bool(look.seen) and not look.filled)


def _name_score(words: tuple[str, ...], ours: str, name: str) -> tuple[float, str]:
    if name == ours or name in words:
        place = 0 if name == ours else words.index(name)
        return max(0.8, 1 - 0.01 * place), "its name"
    if any(name.endswith(f"_{word}") for word in words if len(word) > 3):
        return ENDS_ALIKE, "its name ends like one"
    if difflib.get_close_matches(name, words, n=1, cutoff=CLOSE_SPELLING):
        return SPELT_ALIKE, "its name is spelt much like one"
    return 0.0, ""


def _fit(source: str, ours: Field, look: Look) -> tuple[float, str]:
    """How well values fit our type, 0..1, and what is doubtful."""
    if look.kind == "nothing" or (look.seen and not look.filled):
        return 0.7, ", but it has no value"
    if look.kind not in FITS[ours.dtype]:
        return 0.0, ""
    is_key = (ours.name == "id" and source == "sessions") or (ours.name, source) == ("client", "customers")
    if is_key and look.different < 0.9 * look.filled:
        return 0.8, ", but values occur twice"
    return 1.0, ""


def _only_ones(source: str, fields: tuple[Field, ...], columns: Mapping[str, Look], chosen: Mapping[str, Proposal]) -> dict[str, Proposal]:
    """Required columns of ours without a name, where only one column of theirs has such values."""
    taken = {each.theirs for each in chosen.values()}
    found = {}
    for each in fields:
        if each.name in REQUIRED_COLUMNS[source] and each.name not in chosen and each.dtype != "str":
            fitting = [name for name, look in columns.items() if name not in taken and look.filled and look.kind in FITS[each.dtype]]
            if len(fitting) == 1:
                found[each.name] = Proposal(each.name, fitting[0], ONLY_ONE, "the only column with such values")
                taken.add(fitting[0])
    return found


def _is_dimension(look: Look) -> bool:
    return look.kind == "text" and 1 < look.different <= min(MOST_VALUES, max(2, MOST_SHARE * look.filled))


def _is_action(source: str, look: Look) -> bool:
    return (source == "sessions" and look.kind == "yes/no") or (source == "customers" and look.kind in TIMES)


def _options(looks: list[Look]) -> dict[str, str]:
    """What shop.yaml must say so that the values can be read; the first column that needs it decides."""
    found: dict[str, str] = {}
    for look in looks:
        if look.date_formats:
            found.setdefault("date_format", look.date_formats[0])
        if look.decimal == "," and look.kind == "number":
            found.setdefault("decimal", ",")
        if look.thousands:
            found.setdefault("thousands", look.thousands)
    return found


def _notes(missing: list[str], columns: Mapping[str, Look], proposals: list[Proposal]) -> list[str]:
    notes = []
    if "has_purchased" in missing:
        states = [name for name in columns if folded(name) in STATES]
        notes.append(STATE_WORDS.format(state=states[0]) if states else ORDERS_ONLY)
    for each in proposals:
        formats = columns[each.theirs].date_formats
        if len(formats) > 1:
            notes.append(f"{each.theirs!r} can be read as {' or '.join(formats)}: choose")
    return notes
