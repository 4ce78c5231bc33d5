"""Functions of the engine that Ibis has no operation for, declared to it: time zones, strptime, trimming of a set, JSON of a struct.

Belongs here: declarations only. The functions' names, and who implements them: `contracts.engine_functions`.
"""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.datatypes as dt

from ca_assets.contracts.engine_functions import CHR, TIMEZONE, TRIM, TRY_STRPTIME

MOMENT = dt.Timestamp(timezone="UTC", scale=6)
NAIVE = dt.Timestamp(scale=6)


@ibis.udf.scalar.builtin(name=TIMEZONE, signature=((dt.string, NAIVE), MOMENT))  # type: ignore[untyped-decorator]
def instant_of(zone: Any, wall: Any) -> Any:
    """The instant of a wall clock time in a zone: the second of two, moved forward by the gap when there is none."""


@ibis.udf.scalar.builtin(name=TIMEZONE, signature=((dt.string, MOMENT), NAIVE))  # type: ignore[untyped-decorator]
def wall_clock(zone: Any, moment: Any) -> Any:
    """The wall clock time of an instant in a zone."""


@ibis.udf.scalar.builtin(name=TRY_STRPTIME, signature=((dt.string, dt.string), NAIVE))  # type: ignore[untyped-decorator]
def parse_wall(text: Any, date_format: Any) -> Any:
    """A naive time by a strptime format, null when it does not match."""


@ibis.udf.scalar.builtin(name=TRY_STRPTIME, signature=((dt.string, dt.string), MOMENT))  # type: ignore[untyped-decorator]
def parse_instant(text: Any, date_format: Any) -> Any:
    """A time by a strptime format with %z, null when it does not match."""


@ibis.udf.scalar.builtin(name=TRIM, signature=((dt.string, dt.string), dt.string))  # type: ignore[untyped-decorator]
def trim_signs(text: Any, signs: Any) -> Any:
    """The text without any of `signs` at its ends."""


@ibis.udf.scalar.builtin(name=CHR, signature=((dt.int32,), dt.string))  # type: ignore[untyped-decorator]
def character(code: Any) -> Any:
    """The character of a code point (0 too, which no SQL literal can hold)."""


def json_text(columns: dict[str, Any]) -> Any:
    """A JSON object of text columns, nulls included, names as given."""
    return ibis.struct(columns).cast("json").cast("string")
