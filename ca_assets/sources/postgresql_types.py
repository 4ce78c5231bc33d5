"""PostgreSQL's and Redshift's types: which may stand for which of ours, how a column is asked for, how it is staged.

Belongs here: names of types. Values are changed in `postgresql_values`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pyarrow as pa

from ca_assets.shop import SourceConfig
from ca_assets.sources.arrow_rows import MOMENT, NAIVE, NEEDS, staged_type
from ca_assets.sources.errors import SourceError
from ca_assets.sources.mapping import match_header, source_columns, source_fields
from ca_assets.sources.sql_identifiers import quoted
from ca_assets.tables.contracts import Field

TEXTS = frozenset({"text", "varchar", "bpchar", "name", "char", "citext", "enum"})
INTS, FLOATS = frozenset({"int2", "int4", "int8", "oid"}), frozenset({"float4", "float8"})
NUMBERS = INTS | FLOATS | {"numeric", "money"}
TIMES = frozenset({"date", "timestamp", "timestamptz"})
MEANING = {"float": NUMBERS | TEXTS, "bool": NUMBERS | TEXTS | {"bool"}, "time": TIMES | TEXTS}
SIMPLE_TEXTS = (TEXTS | INTS | FLOATS | {"bool"}) - {"enum", "citext"}
DECIMAL = pa.decimal128(38)  # stands for all decimals where only "a decimal" counts
SIMPLE: dict[str, pa.DataType] = {"bool": pa.bool_(), "date": pa.date32(), "timestamp": NAIVE, "timestamptz": MOMENT}
SIMPLE |= dict.fromkeys(INTS, pa.int64()) | dict.fromkeys(FLOATS, pa.float64()) | dict.fromkeys(("numeric", "money"), DECIMAL)


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
        """Their number for one of ours."""
        return self.field.dtype == "float" and self.kind in NUMBERS

    @property
    def bare(self) -> str:
        """What is selected where all values come as the server's texts."""
        return f"CAST({quoted(self.theirs)} AS numeric)" if self.kind == "money" else quoted(self.theirs)

    @property
    def expression(self) -> str:
        """What is selected where values come in binary form: others than the simple ones as texts.

        Decimals too: the server writes them faster than the driver, and of a text the nearest double is known.
        """
        is_simple = self.kind in (SIMPLE_TEXTS if self.field.dtype == "str" else SIMPLE_TEXTS | TIMES)
        return quoted(self.theirs) if is_simple else f"CAST({self.bare} AS text)"

    def staged(self, name: str, where: str) -> pa.DataType:
        """The type in staging; SourceError when theirs cannot mean ours."""
        if self.field.dtype != "str" and self.kind not in MEANING[self.field.dtype]:
            needs = NEEDS[self.field.dtype]
            raise SourceError(f"{name}: the column {self.theirs!r} of {where} holds {self.kind}; our {self.field.name!r} needs {needs}")
        if self.kind not in SIMPLE:
            return pa.string()
        return staged_type(name, where, self.field, self.theirs, SIMPLE[self.kind]) or pa.string()


def mapped_columns(name: str, config: SourceConfig, where: str, header: list[tuple[str, str]]) -> list[Column]:
    """Our columns with what stands for them. `header`: their names and types. SourceError for one that is missing, or twice there."""
    wanted = source_columns(name, config)
    kinds = dict(header)
    # A name twice is of no interest where nobody asks for it (SELECT * of a join).
    twice = [theirs for theirs, count in Counter(theirs for theirs, _ in header).items() if count > 1 and theirs in wanted.values()]
    match_header(name, where, wanted, [*kinds, *twice])
    return [Column(field, wanted[field.name], kinds[wanted[field.name]]) for field in source_fields(name, config)]


def selection(expressions: list[str], relation: str, condition: str | None, limit: int | None) -> str:
    """The statement that gives these expressions. `limit`: so many rows, whichever the server finds first."""
    chosen = ", ".join(expressions)
    where = f" WHERE {condition}" if condition else ""
    many = f" LIMIT {int(limit)}" if limit is not None else ""
    return f"SELECT {chosen} FROM {relation}{where}{many}"  # noqa: S608 - quoted names, one checked query, typed values
