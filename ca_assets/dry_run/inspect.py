"""Inspecting one source: can it be used, which part of it is read, and what its first rows become.

Belongs here: these, per source. What all sources give together is counted in `figures`.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, replace
from typing import Any

from ca_assets.cleaning.duplicates import KEYS
from ca_assets.cleaning.parse import SourceRules
from ca_assets.cleaning.typed import typed_rows
from ca_assets.dry_run.recipes import offered_recipe
from ca_assets.dry_run.result import GuessedColumn, MappedColumn, SampleRow, SourceCheck, Value
from ca_assets.settings.process import SecretError
from ca_assets.shop import Shop, SourceConfig
from ca_assets.sources.driver import Reading
from ca_assets.sources.errors import ErrorCode, SourceError
from ca_assets.sources.files.locations import source_files
from ca_assets.sources.inference.layout import likely_encoding
from ca_assets.sources.inference.mapping import Option, source_options
from ca_assets.sources.inference.profile import ColumnProfile, profile_column
from ca_assets.sources.inference.source import guess_source
from ca_assets.sources.inference.versions import has_versions, misleading_order
from ca_assets.sources.inference.yaml_text import guess_yaml, option_lines
from ca_assets.sources.mapping import source_columns
from ca_assets.sources.open import check_source, files_that_lack, open_source
from ca_assets.sources.sampling.sample import Sample
from ca_assets.sources.sampling.source import sample_source

HEAD_ROWS = 1_000
MOST_REJECTED = 0.05  # of the first rows: some of any export are broken
ORDER = "{first} comes before {second} in the order of names (code points), so the rows of {second} stay; number them with leading zeros"
GUESS_HELPS = (ErrorCode.UNKNOWN_COLUMN, ErrorCode.UNMAPPED_COLUMN, ErrorCode.MISSING_COLUMN)


@dataclass(frozen=True)
class Inspection:
    """How sources are inspected. `shown`: rows shown of each; `limit`: of a larger one about so many are read (None: all)."""

    shop: Shop
    con: Any
    reading: Reading
    shown: int
    limit: int | None

    def reading_in(self, folder: str) -> Reading:
        """The same reading with a scratch folder of its own, and no progress."""
        return replace(self.reading, staging=self.reading.staging / folder, progress=None)


@dataclass(frozen=True)
class InspectedSource:
    """A source with the sample of it that is read, and the check as far as it is known before that: no figures yet."""

    config: SourceConfig
    sample: Sample
    check: SourceCheck

    @property
    def is_whole(self) -> bool:
        """Whether it is read, and nothing of it left out."""
        return self.sample.is_whole and self.check.error is None

    def failed(self, error: str) -> InspectedSource:
        """The same with the reason why it cannot be used."""
        return replace(self, check=replace(self.check, error=error))


def inspect_source(name: str, config: SourceConfig, inspection: Inspection) -> InspectedSource:
    """Inspect a source; what cannot be used is a result. A file that a recipe reads comes with that recipe in place of a guess."""
    source = _inspected(name, config, inspection)
    offered = offered_recipe(name, config, inspection.shop, inspection.reading_in(f"header-{name}"))
    if offered is None:
        return source
    return replace(source, check=replace(source.check, recipe=offered, guess=None, guessed=[], suggestions=[]))


def _inspected(name: str, config: SourceConfig, inspection: Inspection) -> InspectedSource:
    check = SourceCheck(name, config.kind, config.path or config.table or "query")
    source = InspectedSource(config, Sample(config, is_whole=True), check)
    if not config.columns:
        error = f"{name}: no columns are mapped yet; add `columns` under sources.{name} in shop.yaml"
        return _with_guess(source.failed(error), inspection)
    try:
        check_source(name, config, inspection.reading)
        sample = source.sample if inspection.limit is None else sample_source(name, config, inspection.reading, inspection.limit)
        head = sample_source(name, sample.config, inspection.reading_in(f"head-{name}"), HEAD_ROWS)
        columns, rows, options = _first_rows(SourceRules(name, head.config, inspection.shop), inspection)
    except SecretError as error:
        return source.failed(f"{name}: {error}")
    except SourceError as error:
        source = source.failed(str(error))
        return _with_guess(source, inspection) if error.code in GUESS_HELPS else source
    theirs = source_columns(name, config)  # the sample may have had to name them otherwise
    return InspectedSource(
        config,
        sample,
        replace(
            check,
            is_sample=not sample.is_whole,
            total=sample.total,
            is_total_exact=sample.is_total_exact,
            how=sample.how,
            lacking=files_that_lack(name, config, inspection.reading_in(f"lacking-{name}")),
            columns=[replace(column, theirs=theirs[column.ours]) for column in columns],
            suggestions=option_lines(_of_the_files(name, config, inspection.reading_in(f"files-{name}")) | options),
            warnings=_warnings(name, config, inspection),
            rows=[replace(row, line=sample.place(head.place(row.line)[0])[0]) for row in rows],
        ),
    )


def _of_the_files(name: str, config: SourceConfig, reading: Reading) -> dict[str, Option]:
    """Keys that the files call for, whatever their values: another encoding than UTF-8, that each is a whole later export."""
    if config.is_database or config.is_events:
        return {}
    first = source_files(name, config, reading.folder)[0]
    encoding = likely_encoding(name, config, first)
    found: dict[str, Option] = {"encoding": encoding} if encoding else {}
    return found | ({"versions": "by_file"} if has_versions(name, config, reading) else {})


def _warnings(name: str, config: SourceConfig, inspection: Inspection) -> list[str]:
    """What would be read otherwise than it looks."""
    if config.is_database or config.is_read_together:
        return []
    order = misleading_order(name, config, inspection.reading.folder)
    is_of_interest = config.versions or has_versions(name, config, inspection.reading_in(f"order-{name}"))
    return [ORDER.format(first=order[0], second=order[1])] if order and is_of_interest else []


def _with_guess(source: InspectedSource, inspection: Inspection) -> InspectedSource:
    """With a guess of the mapping, if the source's columns can be had; if not, why."""
    name = source.check.name
    try:
        guess = guess_source(name, source.config, inspection.reading_in(f"guess-{name}"))
    except (SourceError, SecretError) as error:
        return source if source.config.columns else source.failed(str(error))
    columns = [GuessedColumn(column.ours, column.theirs, column.score, column.why) for column in guess.columns]
    return replace(source, check=replace(source.check, guess=guess_yaml(name, guess), guessed=columns))


def _first_rows(rules: SourceRules, inspection: Inspection) -> tuple[list[MappedColumn], list[SampleRow], dict[str, Option]]:
    """The columns as they look in the rows of the head, the first of these rows raw and typed, and what would let rejected ones be read."""
    staged = open_source(rules.name, rules.config, inspection.reading_in(f"rows-{rules.name}"))
    raw = inspection.con.read_parquet(staged.path)
    table, theirs = raw.to_pyarrow(), source_columns(rules.name, rules.config)
    profiles = {field.name: profile_column(table.column(field.name).combine_chunks()) for field in rules.fields if field.name in theirs}
    columns = [
        MappedColumn(field.name, theirs[field.name], field.dtype, profile.description, profile.filled, profile.seen)
        for field in rules.fields
        if (profile := profiles.get(field.name)) is not None
    ]
    rows = typed_rows(inspection.con, raw, rules).to_pyarrow().sort_by("_row").to_pylist()
    own = _own_rows(rules.name, rows)
    raws, typed = table.sort_by("_row").to_pylist(), [rows[place] for place in own]
    return columns, _sample_rows([raws[place] for place in own], typed, rules, inspection.shown), _helpful_options(rules, profiles, typed)


def _own_rows(name: str, rows: list[dict[str, Any]]) -> list[int]:
    """Places of the rows that stand for themselves: not the further lines of an order, which a load counts as its duplicates."""
    key = KEYS.get(name)
    if key is None:
        return list(range(len(rows)))
    accepted = {(row[key], row["_file"]) for row in rows if row["_message"] is None}
    return [place for place, row in enumerate(rows) if not (row["_only_lacks"] and (row[key], row["_file"]) in accepted)]


def _helpful_options(rules: SourceRules, profiles: dict[str, ColumnProfile], typed: list[dict[str, Any]]) -> dict[str, Option]:
    """Keys that the source does not say yet, or says otherwise, when more than a few of the first rows are rejected."""
    rejected = sum(row["_message"] is not None for row in typed)
    if rejected <= MOST_REJECTED * len(typed):
        return {}
    said = rules.config.model_dump(mode="json")
    return {key: value for key, value in source_options(profiles).items() if said.get(key) != value}


def _sample_rows(raw: list[dict[str, Any]], typed: list[dict[str, Any]], rules: SourceRules, shown: int) -> list[SampleRow]:
    names = [field.name for field in rules.fields if field.name not in rules.config.constants]
    return [
        SampleRow(
            line=raw[index]["_line"],
            raw=[_text(raw[index][name]) for name in names],
            values=[_json_value(typed[index][name]) for name in names],
            problem=typed[index]["_message"],
        )
        for index in _telling_rows(typed, shown)
    ]


def _telling_rows(rows: list[dict[str, Any]], count: int) -> list[int]:
    """Places of the first rows; when none of these sessions is an order, the next orders stand for the last of them."""
    first = list(range(min(count, len(rows))))
    if any(rows[index].get("has_purchased") for index in first):
        return first
    orders = [index for index, row in enumerate(rows) if row.get("has_purchased")][: count // 2]
    return [*first[: count - len(orders)], *orders]


def _text(value: Any) -> str | None:
    return None if value is None else value if isinstance(value, str) else str(_json_value(value))


def _json_value(cell: Any) -> Value:
    if isinstance(cell, dt.datetime):
        return cell.isoformat() if cell.tzinfo is None else cell.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
    if isinstance(cell, float) and not math.isfinite(cell):
        return str(cell)  # JSON has no such numbers
    value: Value = cell
    return value
