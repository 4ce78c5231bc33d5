"""MySQL's types and values: which may stand for which of ours, how a column is selected, from the server's texts to staging.

Belongs here: names of types, reading texts. What a value means is judged in `cleaning`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
from pymysql.constants import FIELD_TYPE, FLAG

from ca_assets.contracts.columns import Field
from ca_assets.shop import SourceConfig
from ca_assets.sources.arrow_rows import MOMENT, NAIVE, other_meaning, staged_type
from ca_assets.sources.mapping import mapped_header
from ca_assets.sources.mysql.sql import quote_identifier

BINARY = 63  # the number of the character set that is none
NAMES = {
    FIELD_TYPE.DECIMAL: "decimal",
    FIELD_TYPE.NEWDECIMAL: "decimal",
    FIELD_TYPE.TINY: "tinyint",
    FIELD_TYPE.SHORT: "smallint",
    FIELD_TYPE.INT24: "mediumint",
    FIELD_TYPE.LONG: "int",
    FIELD_TYPE.LONGLONG: "bigint",
    FIELD_TYPE.FLOAT: "float",
    FIELD_TYPE.DOUBLE: "double",
    FIELD_TYPE.NULL: "null",
    FIELD_TYPE.TIMESTAMP: "timestamp",
    FIELD_TYPE.DATETIME: "datetime",
    FIELD_TYPE.DATE: "date",
    FIELD_TYPE.NEWDATE: "date",
    FIELD_TYPE.TIME: "time",
    FIELD_TYPE.YEAR: "year",
    FIELD_TYPE.BIT: "bit",
    FIELD_TYPE.JSON: "json",
    FIELD_TYPE.ENUM: "enum",
    FIELD_TYPE.SET: "set",
    FIELD_TYPE.GEOMETRY: "geometry",
}
LONG_TEXTS = {FIELD_TYPE.TINY_BLOB, FIELD_TYPE.MEDIUM_BLOB, FIELD_TYPE.LONG_BLOB, FIELD_TYPE.BLOB}
TEXTS = frozenset({"varchar", "char", "text", "blob", "varbinary", "binary", "enum", "set", "json", "null"})
INTS = frozenset({"tinyint", "smallint", "mediumint", "int", "bigint"})
FLOATS = frozenset({"float", "double"})
NUMBERS = INTS | FLOATS | {"decimal"}
TIMES = frozenset({"date", "datetime", "timestamp"})
MEANING = {
    "float": NUMBERS | TEXTS | {"bit"},
    "bool": NUMBERS | TEXTS | {"bit"},
    "time": TIMES | TEXTS,
    "str": NUMBERS | TEXTS | TIMES | {"bit", "year", "time"},
}
ZERO = r"^0000-00-00( 00:00:00(\.0+)?)?$"
NO_DATE = "0001-01-01"  # what a zero date is staged as; the rules of cleaning take both for no date
NO_TIME = -(2**63) + 1  # what the engine reads as -infinity: of a date such as 2024-00-15, which is none


@dataclass(frozen=True)
class Column:
    """One of our columns: our field, their name, their type's name."""

    field: Field
    theirs: str
    kind: str

    @property
    def is_time(self) -> bool:
        """Their time or date for one of ours."""
        return self.field.dtype == "time" and self.kind in TIMES

    @property
    def is_number(self) -> bool:
        """Their number for one of ours, or a float for a text of ours, which has more than one way to be written."""
        return (self.field.dtype == "float" and self.kind not in TEXTS) or (self.field.dtype == "str" and self.kind in FLOATS)

    @property
    def expression(self) -> str:
        """What is selected for it; bits come as bytes otherwise."""
        return f"{quote_identifier(self.theirs)} + 0" if self.kind == "bit" else quote_identifier(self.theirs)

    def staged(self, name: str, where: str) -> pa.DataType:
        """The type in staging; SourceError when theirs cannot mean ours."""
        if self.kind not in MEANING[self.field.dtype]:
            raise other_meaning(name, where, self.field, self.theirs, self.kind)
        if self.is_number:
            return staged_type(name, where, self.field, self.theirs, pa.float64()) or pa.string()
        return (MOMENT if self.kind == "timestamp" else NAIVE) if self.is_time else pa.string()


def type_name(code: int, flags: int, charset: int) -> str:
    """The name of a column's type, by what the server says of a result's column."""
    if flags & (FLAG.ENUM | FLAG.SET):
        return "enum" if flags & FLAG.ENUM else "set"
    if code in NAMES:
        return NAMES[code]
    if code in LONG_TEXTS:
        return "blob" if charset == BINARY else "text"
    kind = "char" if code == FIELD_TYPE.STRING else "varchar"
    return kind.replace("char", "binary") if charset == BINARY else kind


def mapped_columns(name: str, config: SourceConfig, where: str, header: list[tuple[str, str]]) -> list[Column]:
    """Our columns with what stands for them. `header`: their names and types. SourceError for one that is missing, or twice there."""
    return [Column(*mapped) for mapped in mapped_header(name, config, where, header, NUMBERS)]


def from_texts(values: pa.Array, column: Column) -> pa.Array:
    """A column of texts (binary) as the server writes them; those that are text for us too stay as they are."""
    if column.is_time:
        return _moments(values.cast(pa.string()), MOMENT if column.kind == "timestamp" else NAIVE)
    return values.cast(pa.string()).cast(pa.float64()) if column.is_number else values


def _moments(texts: pa.Array, kind: pa.DataType) -> pa.Array:
    """Times; those with a zero in the date only where there are any (they are rare)."""
    try:
        return texts.cast(NAIVE).cast(kind)
    except pa.ArrowInvalid:
        dated = pc.replace_substring_regex(texts, ZERO, NO_DATE)
    try:
        return dated.cast(NAIVE).cast(kind)
    except pa.ArrowInvalid:
        numbers = [None if text is None else _microseconds(text) for text in dated.to_pylist()]
        return pa.array(numbers, pa.int64()).view(kind)


def _microseconds(text: str) -> int:
    """Since 1970; NO_TIME for what is no date."""
    try:
        wall = dt.datetime.fromisoformat(text)
    except ValueError:
        return NO_TIME
    return (wall - dt.datetime(1970, 1, 1)) // dt.timedelta(microseconds=1)
