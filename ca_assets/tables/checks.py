"""What makes a row a rejected one: every check of REPORTS.md section 2 as a condition with a stable code and its words.

Belongs here: required columns, ranges, reserved texts. A row gets the first code in column order.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import ibis

from ca_assets.tables.contracts import Field
from ca_assets.tables.walltime import character

RESERVED = ("__none__", "__other__")
FIRST = dt.datetime(1990, 1, 1, tzinfo=dt.UTC)
LAST = dt.datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=dt.UTC)
MAX_AMOUNT = 1e15
AMOUNTS = ("payment_amount", "discount_amount", "refund_amount", "price")
LIMITS = {"latitude": 90, "longitude": 180}
NEEDED = {"bool": "true/false, yes/no, t/f, y/n or 1/0", "float": "a number", "time": "a time (ISO, or as date_format says)"}


@dataclass(frozen=True)
class Check:
    """`condition` (Ibis boolean): the row is rejected with `code`, because of `column`, which `problem` says."""

    condition: Any
    code: str
    column: str
    problem: str


def checks(field: Field, text: Any, value: Any) -> list[Check]:
    """The checks of one column; `text` is null when it is missing, `value` when it is missing or cannot be read."""
    found = [(text.isnull(), "missing", "is missing")] if field.is_required else []
    if field.dtype == "str":
        found += [(value.contains(character(0)), "bad", "has a NUL character"), (value.isin(RESERVED), "bad", "is a reserved text")]
    else:
        found.append((text.notnull() & value.isnull(), "bad", f"is not {NEEDED[field.dtype]}"))
    if field.dtype == "time":
        found.append(((value < ibis.literal(FIRST)) | (value > ibis.literal(LAST)), "bad", "is before 1990 or after 9999"))
    if field.dtype == "float":
        found += _number_checks(field.name, value)
    return [Check(condition, f"{kind}_{field.name}", field.name, problem) for condition, kind, problem in found]


def _number_checks(name: str, value: Any) -> list[tuple[Any, str, str]]:
    found = [(value.isnan() | value.isinf(), "bad", "is not a finite number")]
    if name in AMOUNTS:
        found += [(value < 0, "bad", "is negative"), (value > MAX_AMOUNT, "bad", "is above 1e15")]
    if name == "quantity":
        found.append((value <= 0, "bad", "is not above 0"))
    if name in LIMITS:
        found.append((value.abs() > LIMITS[name], "bad", f"is beyond ±{LIMITS[name]} degrees"))
    return found
