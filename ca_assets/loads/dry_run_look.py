"""A first look at one source: can it be used, which part of it is read, and what its first rows become.

Belongs here: these, per source. What all sources give together is counted in `dry_run_figures`.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
from dataclasses import dataclass, field, replace
from typing import Any

import ibis
import pyarrow as pa

from ca_assets.loads.dry_run_result import ColumnSeen, GuessedColumn, RowSeen, SourceCheck, Value
from ca_assets.settings.secret_files import SecretError
from ca_assets.shop import Shop, SourceConfig
from ca_assets.sources.errors import SourceError
from ca_assets.sources.guess_peek import guess_source
from ca_assets.sources.guess_values import look_at_column
from ca_assets.sources.guess_yaml import guess_yaml
from ca_assets.sources.mapping import source_columns
from ca_assets.sources.open import check_source, open_source
from ca_assets.sources.reading import Reading
from ca_assets.sources.sample import sample_source
from ca_assets.sources.sample_size import Sample
from ca_assets.tables.typed import SourceRules, judged, texts, typed, values

HEAD_ROWS = 1_000
MAPPING_ERRORS = (" has no column ", " is not mapped", " is none of our columns")
_NAMES = itertools.count()


@dataclass(frozen=True)
class SourceLook:
    """What the first look found. `sample` is what is read; `error`: why nothing is."""

    name: str
    config: SourceConfig
    sample: Sample
    error: str | None = None
    columns: list[ColumnSeen] = field(default_factory=list)
    rows: list[RowSeen] = field(default_factory=list)
    guess: str | None = None
    guessed: list[GuessedColumn] = field(default_factory=list)

    def unread(self) -> SourceCheck:
        """The check of a source of which no figures are known."""
        return SourceCheck(
            name=self.name,
            kind=self.config.kind,
            where=self.config.path or self.config.table or "query",
            error=self.error,
            is_sample=not self.sample.is_whole,
            total=self.sample.total,
            is_total_exact=self.sample.is_total_exact,
            how=self.sample.how,
            columns=self.columns,
            rows=self.rows,
            guess=self.guess,
            guessed=self.guessed,
        )


@dataclass(frozen=True)
class Looking:
    """How sources are looked at. `shown`: rows shown of each; `limit`: of a larger one about so many are read (None: all)."""

    shop: Shop
    con: Any
    reading: Reading
    shown: int
    limit: int | None

    def beside(self, folder: str) -> Reading:
        """The same with a scratch folder of its own, in silence."""
        return Reading(self.reading.folder, self.reading.staging / folder, None, self.reading.secret)


def look_at_source(name: str, config: SourceConfig, looking: Looking) -> SourceLook:
    """The first look at a source; what cannot be used is a result."""
    look = SourceLook(name, config, Sample(config, is_whole=True))
    if not config.columns:
        return _guessed(replace(look, error=f"{name}: no columns are mapped yet; add `columns` under sources.{name} in shop.yaml"), looking)
    try:
        check_source(name, config, looking.reading)
        sample = look.sample if looking.limit is None else sample_source(name, config, looking.reading, looking.limit)
        head = sample_source(name, sample.config, looking.beside(f"head-{name}"), HEAD_ROWS)
        columns, rows = _first_rows(SourceRules(name, head.config, looking.shop), looking)
    except SecretError as error:
        return replace(look, error=f"{name}: {error}")
    except SourceError as error:
        look = replace(look, error=str(error))
        return _guessed(look, looking) if any(words in str(error) for words in MAPPING_ERRORS) else look
    rows = [replace(row, line=sample.place(head.place(row.line)[0])[0]) for row in rows]
    return replace(look, sample=sample, columns=_named_as_theirs(name, config, columns), rows=rows)


def _guessed(look: SourceLook, looking: Looking) -> SourceLook:
    """With a guess of the mapping, if the source's columns can be had; if not, why."""
    try:
        guess = guess_source(look.name, look.config, looking.beside(f"guess-{look.name}"))
    except (SourceError, SecretError) as error:
        return look if look.config.columns else replace(look, error=str(error))
    return replace(
        look,
        guess=guess_yaml(look.name, guess),
        guessed=[GuessedColumn(each.ours, each.theirs, each.score, each.why) for each in guess.columns],
    )


def _named_as_theirs(name: str, config: SourceConfig, columns: list[ColumnSeen]) -> list[ColumnSeen]:
    theirs = source_columns(name, config)  # the sample may have had to name them otherwise
    return [replace(column, theirs=theirs[column.ours]) for column in columns]


def _first_rows(rules: SourceRules, looking: Looking) -> tuple[list[ColumnSeen], list[RowSeen]]:
    """The columns as they look in the rows of the head, and the first of these rows raw and typed."""
    raw = open_source(rules.name, rules.config, looking.beside(f"rows-{rules.name}"))
    table = looking.con.read_parquet(raw.path)
    looked: pa.Table = table.to_pyarrow()
    theirs = source_columns(rules.name, rules.config)
    columns = []
    for each in rules.fields:
        look = look_at_column(looked.column(each.name).combine_chunks())
        columns.append(ColumnSeen(each.name, theirs[each.name], each.dtype, look.words, look.filled, look.seen))
    return columns, _rows(table, rules, looking)


def _rows(table: ibis.Table, rules: SourceRules, looking: Looking) -> list[RowSeen]:
    names = [field.name for field in rules.fields]
    raw = table.to_pyarrow().sort_by("_row").to_pylist()
    for step in (texts, values, judged):
        table = looking.con.create_view(f"ca_head_{step.__name__}_{next(_NAMES)}", step(table, rules))
    read = typed(table, rules).to_pyarrow().sort_by("_row").to_pylist()
    return [
        RowSeen(
            line=raw[index]["_line"],
            raw=[_text(raw[index][name]) for name in names],
            values=[_value(read[index][name]) for name in names],
            problem=read[index]["_message"],
        )
        for index in _telling(read, looking.shown)
    ]


def _telling(read: list[dict[str, Any]], count: int) -> list[int]:
    """The first rows; when none of these sessions is an order, with the next orders for the last of them."""
    first = list(range(min(count, len(read))))
    if any(read[index].get("has_purchased") for index in first):
        return first
    orders = [index for index, row in enumerate(read) if row.get("has_purchased")][: count // 2]
    return [*first[: count - len(orders)], *orders]


def _text(value: Any) -> str | None:
    return None if value is None else value if isinstance(value, str) else str(_value(value))


def _value(value: Any) -> Value:
    if isinstance(value, dt.datetime):
        return value.isoformat() if value.tzinfo is None else value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)  # JSON has no such numbers
    found: Value = value
    return found
