"""Our column names matched to the source's: which columns a source may and must map, and finding them in its header.

Belongs here: the checks of `columns`, `dimensions` and `actions` against the contracts and a header. Reading does not.
"""

from __future__ import annotations

import difflib
import json
import re
from collections import Counter
from collections.abc import Collection
from dataclasses import replace

from ca_assets.contracts.columns import Dtype, Field
from ca_assets.contracts.sources import REQUIRED_COLUMNS, SOURCE_FIELDS
from ca_assets.shop import SourceConfig
from ca_assets.sources.errors import ErrorCode, SourceError

EPOCH_FORMATS = ("epoch_s", "epoch_ms")
DATE_SIGNS = "YymdjbBaAHIMSfpz%"  # of strptime; what each means is the same in Python and in the engine


def source_fields(name: str, config: SourceConfig) -> tuple[Field, ...]:
    """The mapped columns of a source with their types, in contract order, then dimensions and actions in mapped order."""
    action_type: Dtype = "bool" if name == "sessions" else "time"
    mapped = tuple(field for field in SOURCE_FIELDS[name] if field.name in config.columns or field.name in config.constants)
    dimensions = tuple(Field(f"dimensions.{dimension}", "str") for dimension in config.dimensions)
    return (*mapped, *dimensions, *(Field(f"actions.{action}", action_type) for action in config.actions))


def staged_field(field: Field, config: SourceConfig, *, is_number: bool) -> Field:
    """The column as it is staged: a time that `date_format` reads from a number is the text of that number until then."""
    is_epoch = field.dtype == "time" and is_number and config.format_of(field.name) in EPOCH_FORMATS
    return replace(field, dtype="str") if is_epoch else field


def source_columns(name: str, config: SourceConfig) -> dict[str, str]:
    """Ours → theirs for every mapped column; SourceError when a required one is not mapped or one is unknown."""
    _check_known(name, config)
    _check_required(name, config)
    _check_date_format(name, config)
    theirs = {f"dimensions.{ours}": column for ours, column in config.dimensions.items()}
    theirs |= {f"actions.{ours}": column for ours, column in config.actions.items()}
    theirs |= config.columns
    _check_distinct(name, theirs)
    return {field.name: theirs[field.name] for field in source_fields(name, config) if field.name in theirs}


def _check_known(name: str, config: SourceConfig) -> None:
    known = [field.name for field in SOURCE_FIELDS[name]]
    for column in config.columns:
        if column not in known:
            what = f"{column!r} under `columns` is none of our columns ({', '.join(known)})"
            raise SourceError(name, ErrorCode.UNKNOWN_COLUMN, what, column=column, hint=_suggestion(column, known))
    for column in config.constants:
        if column not in known:
            what = f"{column!r} under `constants` is none of our columns ({', '.join(known)})"
            raise SourceError(name, ErrorCode.UNKNOWN_COLUMN, what, column=column, hint=_suggestion(column, known))
    if config.dimensions and name != "sessions":
        raise SourceError(name, ErrorCode.BAD_CONFIG, "`dimensions` belong to sessions", hint="move them to sources.sessions")
    if config.actions and name not in ("sessions", "customers"):
        raise SourceError(name, ErrorCode.BAD_CONFIG, "`actions` belong to sessions or customers", hint="move them there")


def _check_required(name: str, config: SourceConfig) -> None:
    for column in REQUIRED_COLUMNS[name]:
        if column not in config.columns and column not in config.constants:
            hint = f"add `{column}: <your column>` under sources.{name}.columns"
            raise SourceError(name, ErrorCode.UNMAPPED_COLUMN, f"our column {column!r} is not mapped", column=column, hint=hint)


def _check_date_format(name: str, config: SourceConfig) -> None:
    formats = config.date_format.values() if isinstance(config.date_format, dict) else [config.date_format or ""]
    for date_format in formats:
        if date_format in EPOCH_FORMATS:
            continue
        unknown = [sign for sign in re.findall(r"%(.?)", date_format) if not sign or sign not in DATE_SIGNS]
        if not unknown:
            continue
        known = " ".join(f"%{sign}" for sign in DATE_SIGNS)
        what = f"date_format {date_format!r} has %{unknown[0]}, which is not known"
        raise SourceError(name, ErrorCode.BAD_CONFIG, what, hint=f"use {known}")


def _check_distinct(name: str, columns: dict[str, str]) -> None:
    # The engine's column names do not tell upper from lower case.
    twice = [column for column, count in Counter(map(str.lower, columns)).items() if count > 1]
    if twice:
        what = f"two of our columns differ in case only ({twice[0]})"
        raise SourceError(name, ErrorCode.BAD_CONFIG, what, hint="rename one of them in shop.yaml")


def match_header(name: str, file: str, columns: dict[str, str], header: list[str]) -> dict[str, int]:
    """Ours → position in the header (matched exactly); SourceError for a mapped name that is missing or there twice.

    Other names, and nameless columns, may be there as often as they like.
    """
    wanted = set(columns.values())
    twice = [column for column, count in Counter(header).items() if count > 1 and column in wanted]
    if twice:
        what = f"the header of {file} has the column {twice[0]!r} twice"
        raise SourceError(name, ErrorCode.BAD_COLUMN, what, column=twice[0], hint="rename one of them")
    positions = {column: position for position, column in enumerate(header)}
    for ours, theirs in columns.items():
        if theirs not in positions:
            raise _missing_column(name, file, ours, theirs, header)
    return {ours: positions[theirs] for ours, theirs in columns.items()}


def mapped_header(
    name: str, config: SourceConfig, where: str, header: list[tuple[str, str]], numbers: Collection[str]
) -> list[tuple[Field, str, str]]:
    """Our columns as they are staged, each with theirs and the name of its type, by a database's header (names and types).

    `numbers`: the types that are numbers. SourceError for a column that is missing, or twice there (of interest only where it is mapped,
    as SELECT * of a join has names twice).
    """
    wanted, kinds = source_columns(name, config), dict(header)
    match_header(name, where, wanted, [theirs for theirs, _ in header])
    mapped = ((field, wanted[field.name], kinds[wanted[field.name]]) for field in source_fields(name, config))
    return [(staged_field(field, config, is_number=kind in numbers), theirs, kind) for field, theirs, kind in mapped]


def lacking_columns(name: str, columns: dict[str, str], headers: dict[str, list[str]]) -> dict[str, list[str]]:
    """Ours → the files (of `headers`: their names → columns) that lack it, where others have it: it is missing in their rows.

    SourceError for a required one, one that no file has, or a mapped name that is twice in a header.
    """
    lacking: dict[str, list[str]] = {}
    everything = {theirs for header in headers.values() for theirs in header}
    for file, header in headers.items():
        absent = [ours for ours, theirs in columns.items() if theirs not in header]
        tolerated = [ours for ours in absent if ours not in REQUIRED_COLUMNS[name] and columns[ours] in everything]
        match_header(name, file, {ours: theirs for ours, theirs in columns.items() if ours not in tolerated}, header)
        for ours in tolerated:
            lacking.setdefault(ours, []).append(file)
    return lacking


def _missing_column(name: str, file: str, ours: str, theirs: str, header: list[str]) -> SourceError:
    listed = ", ".join(map(repr, header[:30])) + (", …" if len(header) > 30 else "")
    known = f" Its columns: {listed[:2000]}"
    suggestion = _suggestion(theirs, header)
    delimiter = next((sign for sign in ";\t|," if len(header) == 1 and sign in header[0]), None)
    several = f"its one column looks like several: set `delimiter: {json.dumps(delimiter)}` under sources.{name}" if delimiter else None
    hints = "; ".join(hint for hint in (suggestion, several) if hint)
    what = f"{file} has no column {theirs!r}, which shop.yaml maps to our {ours!r}{'' if suggestion else '.'}{'' if hints else known}"
    return SourceError(name, ErrorCode.MISSING_COLUMN, what, column=theirs, hint=f"{hints}{known}" if hints else None)


def _suggestion(word: str, choices: list[str]) -> str | None:
    folded = {choice.strip().casefold(): choice for choice in choices}
    close = difflib.get_close_matches(word.strip().casefold(), list(folded), n=2, cutoff=0.6)
    return f"did you mean {' or '.join(repr(folded[match]) for match in close)}?" if close else None
