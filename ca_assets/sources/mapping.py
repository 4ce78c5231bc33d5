"""Our column names matched to the source's: which columns a source may and must map, and finding them in its header.

Belongs here: the checks of `columns`, `dimensions` and `actions` against the contracts and a header. Reading does not.
"""

from __future__ import annotations

import difflib
import json
import re
from collections import Counter

from ca_assets.columns import Dtype
from ca_assets.shop import SourceConfig
from ca_assets.sources.errors import SourceError
from ca_assets.tables.contracts import REQUIRED_COLUMNS, SOURCE_FIELDS, Field

DATE_SIGNS = "YymdjbBaAHIMSfpz%"  # of strptime; what each means is the same in Python and in the engine


def source_fields(name: str, config: SourceConfig) -> tuple[Field, ...]:
    """The mapped columns of a source with their types, in contract order, then dimensions and actions in mapped order."""
    action_type: Dtype = "bool" if name == "sessions" else "time"
    mapped = tuple(field for field in SOURCE_FIELDS[name] if field.name in config.columns)
    dimensions = tuple(Field(f"dimensions.{dimension}", "str") for dimension in config.dimensions)
    return (*mapped, *dimensions, *(Field(f"actions.{action}", action_type) for action in config.actions))


def source_columns(name: str, config: SourceConfig) -> dict[str, str]:
    """Ours → theirs for every mapped column; SourceError when a required one is not mapped or one is unknown."""
    _check_known(name, config)
    _check_required(name, config)
    _check_date_format(name, config)
    theirs = {f"dimensions.{ours}": column for ours, column in config.dimensions.items()}
    theirs |= {f"actions.{ours}": column for ours, column in config.actions.items()}
    theirs |= config.columns
    _check_distinct(name, theirs)
    return {field.name: theirs[field.name] for field in source_fields(name, config)}


def _check_known(name: str, config: SourceConfig) -> None:
    known = [field.name for field in SOURCE_FIELDS[name]]
    for column in config.columns:
        if column not in known:
            raise SourceError(f"{name}: {column!r} under `columns` is none of our columns ({', '.join(known)}){_suggest(column, known)}")
    if config.dimensions and name != "sessions":
        raise SourceError(f"{name}: `dimensions` belong to sessions; move them to sources.sessions")
    if config.actions and name not in ("sessions", "customers"):
        raise SourceError(f"{name}: `actions` belong to sessions or customers; move them there")


def _check_required(name: str, config: SourceConfig) -> None:
    for column in REQUIRED_COLUMNS[name]:
        if column not in config.columns:
            raise SourceError(f"{name}: our column {column!r} is not mapped; add `{column}: <your column>` under sources.{name}.columns")


def _check_date_format(name: str, config: SourceConfig) -> None:
    unknown = [sign for sign in re.findall(r"%(.?)", config.date_format or "") if not sign or sign not in DATE_SIGNS]
    if unknown:
        known = " ".join(f"%{sign}" for sign in DATE_SIGNS)
        raise SourceError(f"{name}: date_format {config.date_format!r} has %{unknown[0]}, which is not known; use {known}")


def _check_distinct(name: str, columns: dict[str, str]) -> None:
    # The engine's column names do not tell upper from lower case.
    twice = [column for column, count in Counter(map(str.lower, columns)).items() if count > 1]
    if twice:
        raise SourceError(f"{name}: two of our columns differ in case only ({twice[0]}); rename one of them in shop.yaml")


def match_header(name: str, file: str, columns: dict[str, str], header: list[str]) -> dict[str, int]:
    """Ours → position in the header (matched exactly); SourceError for a name twice in it or a mapped one missing."""
    twice = [column for column, count in Counter(header).items() if count > 1]
    if twice:
        raise SourceError(f"{name}: the header of {file} has the column {twice[0]!r} twice; rename one of them")
    positions = {column: position for position, column in enumerate(header)}
    for ours, theirs in columns.items():
        if theirs not in positions:
            raise SourceError(_missing(name, file, ours, theirs, header))
    return {ours: positions[theirs] for ours, theirs in columns.items()}


def _missing(name: str, file: str, ours: str, theirs: str, header: list[str]) -> str:
    listed = ", ".join(map(repr, header[:30])) + (", …" if len(header) > 30 else "")
    problem = f"{name}: {file} has no column {theirs!r}, which shop.yaml maps to our {ours!r}"
    sign = next((sign for sign in ";\t|," if len(header) == 1 and sign in header[0]), None)
    hint = f"; its one column looks like several: set `delimiter: {json.dumps(sign)}` under sources.{name}" if sign else ""
    return f"{problem}{_suggest(theirs, header) or '.'}{hint} Its columns: {listed[:2000]}"


def _suggest(word: str, choices: list[str]) -> str:
    folded = {choice.strip().casefold(): choice for choice in choices}
    close = difflib.get_close_matches(word.strip().casefold(), list(folded), n=2, cutoff=0.6)
    return f"; did you mean {' or '.join(repr(folded[match]) for match in close)}?" if close else ""
