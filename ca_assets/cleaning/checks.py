"""What makes a row a rejected one: every check of docs/contract, section 2 as a condition with a stable code and its words.

Belongs here: required columns, ranges, reserved texts. A row gets the code of the first check that it fails, in column order.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import ibis

from ca_assets.cleaning.engine_functions import character
from ca_assets.cleaning.parse import SourceRules
from ca_assets.contracts.columns import Field
from ca_assets.contracts.reserved import RESERVED_VALUES

FIRST = dt.datetime(1990, 1, 1, tzinfo=dt.UTC)
LAST = dt.datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=dt.UTC)
MAX_AMOUNT = 1e15
AMOUNTS = ("payment_amount", "discount_amount", "refund_amount", "price")
LIMITS = {"latitude": 90, "longitude": 180}
NEEDED = {"bool": "true/false, yes/no, t/f, y/n or 1/0", "float": "a number", "time": "a time (ISO, or as date_format says)"}


@dataclass(frozen=True)
class Check:
    """`condition` (Ibis boolean): the row is rejected with `code`, because of `column`, which `problem` says.

    `has_value`: there is a value to be shown with the problem, which is of another kind than that one is missing.
    """

    condition: Any
    code: str
    column: str
    problem: str
    has_value: bool = True


def with_failed_check(table: ibis.Table, rules: SourceRules) -> ibis.Table:
    """With `_failed`: the number of the first of `row_checks` that the row fails (from 1), null for a good row."""
    numbers = [(check.condition, ibis.literal(number, "int16")) for number, check in enumerate(row_checks(table, rules), 1)]
    return table.mutate(_failed=ibis.cases(*numbers, else_=ibis.null("int16")))


def row_checks(table: ibis.Table, rules: SourceRules) -> list[Check]:
    """Every check of the source in column order, on a table of texts and of parsed values (`value <name>`)."""
    checks: list[Check] = []
    for field in rules.fields:
        checks += column_checks(field, table[field.name], table[f"value {field.name}"])
        if (rules.name, field.name) == ("sessions", "payment_amount"):
            is_missing = table[field.name].isnull() & table["value has_purchased"]
            checks.append(Check(is_missing, "missing_payment_amount", field.name, "is missing for a purchased session", has_value=False))
    return checks


def column_checks(field: Field, text: Any, value: Any) -> list[Check]:
    """The checks of one column; `text` is null when it is missing, `value` when it is missing or cannot be read."""
    checks = [Check(text.isnull(), f"missing_{field.name}", field.name, "is missing", has_value=False)] if field.is_required else []
    if field.dtype == "str":
        bad = [(value.contains(character(0)), "has a NUL character"), (value.isin(RESERVED_VALUES), "is a reserved text")]
    else:
        bad = [(text.notnull() & value.isnull(), f"is not {NEEDED[field.dtype]}")]
    if field.dtype == "time":
        bad.append(((value < ibis.literal(FIRST)) | (value > ibis.literal(LAST)), "is before 1990 or after 9999"))
    if field.dtype == "float":
        bad += _number_problems(field.name, value)
    return [*checks, *(Check(condition, f"bad_{field.name}", field.name, problem) for condition, problem in bad)]


def _number_problems(name: str, value: Any) -> list[tuple[Any, str]]:
    problems = [(value.isnan() | value.isinf(), "is not a finite number")]
    if name in AMOUNTS:
        problems += [(value < 0, "is negative"), (value > MAX_AMOUNT, "is above 1e15")]
    if name == "quantity":
        problems.append((value <= 0, "is not above 0"))
    if name in LIMITS:
        problems.append((value.abs() > LIMITS[name], f"is beyond ±{LIMITS[name]} degrees"))
    return problems
