"""A guess of a source's mapping from its columns' names and what their values look like. For people, never used silently.

Belongs here: scores. Names that shops use: `synonyms`; values: `profile`; a source's columns: `source`; the text: `yaml_text`.
"""

from __future__ import annotations

import dataclasses
import difflib
import re
from collections.abc import Mapping

from ca_assets.contracts.columns import Field
from ca_assets.contracts.sources import REQUIRED_COLUMNS, SOURCE_FIELDS, UPDATED_AT
from ca_assets.sources.inference.profile import GUEST_WORDS, TIMES, ColumnProfile, Kind
from ca_assets.sources.inference.synonyms import NAMES, PAID_WORDS, STATE_NAMES

SURE, LIKELY, LEAST = 0.9, 0.7, 0.4
ENDS_ALIKE, SPELT_ALIKE, ONLY_ONE, STATE = 0.75, 0.65, 0.4, 0.75
CLOSE_SPELLING = 0.87
MOST_VALUES, MOST_SHARE = 200, 0.2  # of a dimension: so many different values at most, and so many of the rows
FITS: dict[str, tuple[Kind, ...]] = {
    "str": ("whole number", "text", "number", "yes/no"),
    "float": ("number", "whole number"),
    "bool": ("yes/no",),
    "time": TIMES,
}
ORDERS_ONLY = (
    "none of your columns says whether a session ended with a purchase, so every row is taken for an order (`constants`). "
    "If some are not, map the column that says so to has_purchased, with `true_values` where it has words of its own"
)
STATE_WORDS = "{state!r} decides which rows are orders: those with a value of `true_values`; all other values ({others}) are none"
NO_PAID_WORDS = (
    "none of the values of {state!r} ({others}) is known to mean an order: map it to has_purchased, and write those that do as "
    '`true_values`, with `false_values: "*"`'
)
GUEST_QUESTION = "{column!r} has the value {words}, which looks like orders without an account: their money counts, they are no customers"
Option = str | list[str] | dict[str, str] | int


@dataclasses.dataclass(frozen=True)
class Proposal:
    """Our column, theirs, how sure (0..1) and why. `is_empty`: theirs has no value, so it is of no use yet."""

    ours: str
    theirs: str
    score: float
    why: str
    is_empty: bool = False


@dataclasses.dataclass(frozen=True)
class Guess:
    """`columns` in our order; `missing`: required columns of ours for which nothing was found; `options`: other keys of the source
    (those of docs/contract, section 10, Fitting a source) with what the values need; `open_questions`: what a person must decide."""

    columns: list[Proposal]
    dimensions: list[str] = dataclasses.field(default_factory=list)
    actions: list[str] = dataclasses.field(default_factory=list)
    missing: list[str] = dataclasses.field(default_factory=list)
    options: dict[str, Option] = dataclasses.field(default_factory=dict)
    open_questions: list[str] = dataclasses.field(default_factory=list)


def guess_mapping(source: str, columns: Mapping[str, ColumnProfile]) -> Guess:
    """A guess for `source` (sessions, customers, …) from its columns: name → profile of the values."""
    fields = tuple(field for field in SOURCE_FIELDS[source] if field is not UPDATED_AT)  # a person must say that rows are versions
    chosen = _best(source, fields, columns)
    chosen |= _only_ones(source, fields, columns, chosen)
    orders = _orders_of(source, columns, chosen)
    chosen |= orders.chosen
    proposals = [chosen[field.name] for field in fields if field.name in chosen]
    left = {name: profile for name, profile in columns.items() if name not in {proposal.theirs for proposal in proposals}}
    missing = [name for name in REQUIRED_COLUMNS[source] if name not in chosen and name not in orders.constants]
    options = source_options({proposal.ours: columns[proposal.theirs] for proposal in proposals})
    options |= orders.options | ({"constants": orders.constants} if orders.constants else {})
    return Guess(
        proposals,
        dimensions=[name for name, profile in left.items() if source == "sessions" and _is_dimension(profile)],
        actions=[name for name, profile in left.items() if _is_action(source, profile)],
        missing=missing,
        options=options,
        open_questions=[*orders.questions, *_open_questions(columns, proposals)],
    )


@dataclasses.dataclass(frozen=True)
class _Orders:
    """How it can be told which sessions are orders, where no yes/no column tells it."""

    chosen: dict[str, Proposal] = dataclasses.field(default_factory=dict)
    constants: dict[str, str] = dataclasses.field(default_factory=dict)
    options: dict[str, Option] = dataclasses.field(default_factory=dict)
    questions: list[str] = dataclasses.field(default_factory=list)


def _orders_of(source: str, columns: Mapping[str, ColumnProfile], chosen: Mapping[str, Proposal]) -> _Orders:
    """By the words of a column of states; without one, in a file that has ids and times, every row is an order."""
    if source != "sessions" or "has_purchased" in chosen:
        return _Orders()
    mapped = {proposal.theirs for proposal in chosen.values()}
    states = [name for known in STATE_NAMES for name in columns if folded(name) == known and name not in mapped and columns[name].words]
    for name in states:
        paid = [word for word in columns[name].words if folded(word) in PAID_WORDS]
        if paid:
            others = ", ".join(word for word in columns[name].words if word not in paid) or "none seen"
            question = STATE_WORDS.format(state=name, others=others)
            proposal = Proposal("has_purchased", name, STATE, "a column of states, with words that mean an order")
            return _Orders({"has_purchased": proposal}, options={"true_values": paid, "false_values": "*"}, questions=[question])
    if states:
        return _Orders(questions=[NO_PAID_WORDS.format(state=states[0], others=", ".join(columns[states[0]].words))])
    if {"id", "session_start_date"} <= chosen.keys():
        return _Orders(constants={"has_purchased": "true"}, questions=[ORDERS_ONLY])
    return _Orders(questions=[ORDERS_ONLY])


def folded(name: str) -> str:
    """`orderID`, `Order Id`, `ORDER-ID` → `order_id`."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name.strip())
    return re.sub(r"\W+|_+", "_", parted).strip("_").lower()


def _best(source: str, fields: tuple[Field, ...], columns: Mapping[str, ColumnProfile]) -> dict[str, Proposal]:
    """Greedily the pairs with the highest scores, each column once."""
    pairs = [_scored(source, field, name, profile) for field in fields for name, profile in columns.items()]
    chosen: dict[str, Proposal] = {}
    for pair in sorted(pairs, key=lambda pair: -pair.score):
        if pair.score >= LEAST and pair.ours not in chosen and pair.theirs not in {proposal.theirs for proposal in chosen.values()}:
            chosen[pair.ours] = pair
    return chosen


def _scored(source: str, ours: Field, theirs: str, profile: ColumnProfile) -> Proposal:
    score, why = _name_score(NAMES[source][ours.name], ours.name, folded(theirs))
    fit, doubt = _fit(source, ours, profile)
    return Proposal(ours.name, theirs, round(score * fit, 3), f"{why}{doubt}", is_empty=bool(profile.seen) and not profile.filled)


def _name_score(names: tuple[str, ...], ours: str, name: str) -> tuple[float, str]:
    if name == ours or name in names:
        place = 0 if name == ours else names.index(name)
        return max(0.8, 1 - 0.01 * place), "its name"
    if any(name.endswith(f"_{known}") for known in names if len(known) > 3):
        return ENDS_ALIKE, "its name ends like one"
    if difflib.get_close_matches(name, names, n=1, cutoff=CLOSE_SPELLING):
        return SPELT_ALIKE, "its name is spelt much like one"
    return 0.0, ""


def _fit(source: str, ours: Field, profile: ColumnProfile) -> tuple[float, str]:
    """How well values fit our type, 0..1, and what is doubtful."""
    if profile.kind == "nothing" or (profile.seen and not profile.filled):
        return 0.7, ", but it has no value"
    is_epoch = ours.dtype == "time" and bool(profile.date_formats)
    if profile.kind not in FITS[ours.dtype] and not is_epoch:
        return 0.0, ""
    is_key = (ours.name == "id" and source == "sessions") or (ours.name, source) == ("client", "customers")
    if is_key and profile.distinct < 0.9 * profile.filled:
        return 0.8, ", but values occur twice"
    return 1.0, ""


def _only_ones(
    source: str, fields: tuple[Field, ...], columns: Mapping[str, ColumnProfile], chosen: Mapping[str, Proposal]
) -> dict[str, Proposal]:
    """Required columns of ours without a name, where only one column of theirs has such values."""
    mapped = {proposal.theirs for proposal in chosen.values()}
    proposals = {}
    for field in fields:
        if field.name in REQUIRED_COLUMNS[source] and field.name not in chosen and field.dtype != "str":
            kinds = FITS[field.dtype]
            fitting = [name for name, profile in columns.items() if name not in mapped and profile.filled and profile.kind in kinds]
            if len(fitting) == 1:
                proposals[field.name] = Proposal(field.name, fitting[0], ONLY_ONE, "the only column with such values")
                mapped.add(fitting[0])
    return proposals


def _is_dimension(profile: ColumnProfile) -> bool:
    return profile.kind == "text" and 1 < profile.distinct <= min(MOST_VALUES, max(2, MOST_SHARE * profile.filled))


def _is_action(source: str, profile: ColumnProfile) -> bool:
    return (source == "sessions" and profile.kind == "yes/no") or (source == "customers" and profile.kind in TIMES)


def source_options(profiles: Mapping[str, ColumnProfile]) -> dict[str, Option]:
    """What shop.yaml must say so that the values of mapped columns (by our names) can be read, and who is no client."""
    options: dict[str, Option] = {}
    formats = {ours: profile.date_formats[0] for ours, profile in profiles.items() if profile.date_formats and _is_time(ours)}
    if formats:
        times = [ours for ours, profile in profiles.items() if _is_time(ours) and profile.kind != "nothing"]
        is_one = len(set(formats.values())) == 1 and len(formats) == len(times)
        options["date_format"] = next(iter(formats.values())) if is_one else formats
    for profile in profiles.values():
        if profile.decimal == "," and profile.kind == "number":
            options.setdefault("decimal", ",")
        if profile.thousands:
            options.setdefault("thousands", profile.thousands)
    guests = _guests(profiles)
    nulls = sorted({word for ours, profile in profiles.items() for word in profile.null_words if not (ours == "client" and word in guests)})
    return options | ({"null_values": nulls} if nulls else {}) | ({"guest_clients": guests} if guests else {})


def _is_time(ours: str) -> bool:
    fields = (field for fields in SOURCE_FIELDS.values() for field in fields)
    return any(field.name == ours and field.dtype == "time" for field in fields)


def _guests(profiles: Mapping[str, ColumnProfile]) -> list[str]:
    """Words among the clients of sessions that stand for no client."""
    if "client" not in profiles or "session_start_date" not in profiles:
        return []
    return [word for word in profiles["client"].words if word.lower() in GUEST_WORDS]


def _open_questions(columns: Mapping[str, ColumnProfile], proposals: list[Proposal]) -> list[str]:
    questions = []
    guests = _guests({proposal.ours: columns[proposal.theirs] for proposal in proposals})
    for proposal in proposals:
        formats = columns[proposal.theirs].date_formats
        if len(formats) > 1:
            questions.append(f"{proposal.theirs!r} can be read as {' or '.join(formats)}: choose")
        if proposal.ours == "client" and guests:
            questions.append(GUEST_QUESTION.format(column=proposal.theirs, words=", ".join(map(repr, guests))))
    return questions
