"""Raw rows of one source → typed rows, each with the reason why it is rejected, if any.

Steps, each a view of the engine, so that a cell is trimmed once, parsed once and checked once: `texts` (trimmed), `values` (parsed
beside their texts, by `parse`), `read_otherwise` and `replaced` (dates that are none, guests, negative discounts), `with_failed_check` (by
`checks`), `typed` (contract columns, and the row's fate).
Columns of `typed`: the contract's, `_row`, `_line`, `_file`, `_month`, `_reason`, `_message`, `_raw` (JSON, rejected rows only),
`_only_lacks` (a rejected row whose only faults are missing values), `_zeroed` (sessions). `_month` (`2024-02`, in the business time zone)
is that of the moment by which a source is read in parts; null without one.
"""

from __future__ import annotations

import datetime as dt
import itertools
from string import ascii_lowercase, ascii_uppercase
from typing import Any

import ibis

from ca_assets.cleaning.checks import FIRST, Check, row_checks, with_failed_check
from ca_assets.cleaning.engine_functions import MOMENT, json_text, wall_clock
from ca_assets.cleaning.erased import pseudonymised
from ca_assets.cleaning.missing_dates import is_missing_date
from ca_assets.cleaning.parse import SourceRules, parsed, trimmed
from ca_assets.contracts.columns import Dtype, Field
from ca_assets.contracts.reserved import NONE
from ca_assets.contracts.sources import KEYS_ONLY, MOMENTS
from ca_assets.sources.mapping import source_columns

IBIS_TYPES: dict[Dtype, Any] = {"str": "string", "float": "float64", "bool": "boolean", "time": MOMENT}
MESSAGE_CHARACTERS, RAW_CHARACTERS = 60, 2000  # at most so much of a cell is shown, and kept
MAX_WHOLE_FLOAT = 2.0**53
MARKS = ("_row", "_line", "_file")
COUNTED = ("_null_dates", "_is_guest", "_is_negative_discount")
LATEST = dt.datetime(9999, 12, 1, tzinfo=dt.UTC)
ZEROED = ("payment_amount", "discount_amount", "refund_amount")
_NUMBERS = itertools.count()


def typed_rows(con: Any, raw: ibis.Table, rules: SourceRules) -> ibis.Table:
    """All rows of a source in engine `con`, typed, each with its fate (lazy)."""
    # Views keep the steps apart: Ibis would merge them into one and write each parse out once per use.
    for step in (texts, values, read_otherwise, replaced, with_failed_check):
        raw = con.create_view(f"ca_{step.__name__}_{next(_NUMBERS)}", step(raw, rules))
    return typed(raw, rules)


def texts(raw: ibis.Table, rules: SourceRules) -> ibis.Table:
    """Texts trimmed, empty ones null; typed columns as they are. Raw ones stay beside under `raw <name>` for the rejects."""
    constants = rules.config.constants
    cells = {f.name: ibis.literal(constants[f.name]) if f.name in constants else raw[f.name] for f in rules.fields}
    if "client" in cells and cells["client"].type().is_string():
        cells["client"] = pseudonymised(cells["client"], trimmed(cells["client"]), rules.erased)
    columns = {name: _text(cell, name, rules) if cell.type().is_string() else cell for name, cell in cells.items()}
    before = {f"raw {name}": cell for name, cell in cells.items()}
    return raw.select(**columns, **before, **{mark: raw[mark] for mark in MARKS})


def _text(cell: Any, name: str, rules: SourceRules) -> Any:
    """A text trimmed, null where it is one of the source's words for no value; codes of currencies in capitals."""
    text = trimmed(cell)
    if rules.config.null_values:
        text = ibis.cases((text.isin(rules.config.null_values), ibis.null("string")), else_=text)
    if name == "currency":
        text = ibis.cases((text.re_search("[a-z]"), text.translate(ascii_lowercase, ascii_uppercase)), else_=text)
    return text


def values(table: ibis.Table, rules: SourceRules) -> ibis.Table:
    """Parsed values under `value <name>` beside the texts."""
    cells = {f"value {field.name}": parsed(table[field.name], field, rules) for field in rules.fields}
    if "value client" not in cells or table["client"].type().is_string() or not rules.erased.pseudonyms:
        return table.mutate(**cells)
    client = cells["value client"]  # a number in the source, whose text is known only now; so its raw form is replaced too
    pseudonym = pseudonymised(client, client, rules.erased)
    raw = ibis.ifelse(pseudonym == client, table["raw client"].cast("string"), pseudonym)
    return table.mutate(**{**cells, "value client": pseudonym, "raw client": raw})


def read_otherwise(table: ibis.Table, rules: SourceRules) -> ibis.Table:
    """With `is <name>`: cells that are read as something else than they say. Dates that stand for none, guests, negative discounts."""
    flags: dict[str, Any] = {}
    for field in rules.fields:
        text, value = table[field.name], table[f"value {field.name}"]
        is_missing = is_missing_date(field, text, value, rules.config.format_of(field.name))
        if is_missing is not None:
            flags[f"is {field.name}"] = is_missing.fill_null(False)
        if field.name == "client" and rules.guest_clients:
            flags[f"is {field.name}"] = text.isin(rules.guest_clients).fill_null(False)
        if field.name == "discount_amount":
            flags[f"is {field.name}"] = (value < 0).fill_null(False)
    return table.mutate(**flags) if flags else table


def replaced(table: ibis.Table, rules: SourceRules) -> ibis.Table:
    """With those cells replaced, and counted per row: `_null_dates` (how many), `_is_guest`, `_is_negative_discount`."""
    cells: dict[str, Any] = {}
    for field in rules.fields:
        if f"is {field.name}" not in table.columns:
            continue
        flag, value = table[f"is {field.name}"], table[f"value {field.name}"]
        if field.name == "discount_amount":
            cells[f"value {field.name}"] = value.abs()
            continue
        for name in (field.name, f"value {field.name}"):
            cells[name] = ibis.cases((flag, ibis.null(table[name].type())), else_=table[name])
    moments = [table[f"is {f.name}"].cast("int64") for f in rules.fields if f.dtype == "time" and f"is {f.name}" in table.columns]
    marks = {"_null_dates": sum(moments) if moments else ibis.literal(0, "int64")}
    for mark, name in (("_is_guest", "is client"), ("_is_negative_discount", "is discount_amount")):
        marks[mark] = table[name] if name in table.columns else ibis.literal(False)
    return table.mutate(**cells, **marks)


def typed(table: ibis.Table, rules: SourceRules) -> ibis.Table:
    """Contract columns with their defaults, and the row's fate."""
    columns = {field.name: _filled(table, field, rules) for field in rules.all_fields}
    checks, failed = row_checks(table, rules), table["_failed"]
    fate = {
        "_reason": _chosen(failed, [ibis.literal(check.code) for check in checks]),
        "_message": _chosen(failed, [_message(table, check, rules) for check in checks]),
        "_raw": ibis.cases((failed.notnull(), row_json(table, rules, "raw ")), else_=ibis.null("string")),
        "_only_lacks": ibis.cases((failed.notnull(), ~_has_bad_value(checks)), else_=False),
    }
    marks = {mark: table[mark] for mark in (*MARKS, *COUNTED)}
    return table.select(**columns, **_zeroed(table, rules), **fate, **marks, _month=_month(table, rules))


def _has_bad_value(checks: list[Check]) -> Any:
    """Whether a row fails another check than that a value is missing."""
    return ibis.or_(*(check.condition.fill_null(False) for check in checks if check.has_value))


def _month(table: ibis.Table, rules: SourceRules) -> Any:
    """Null also for what is rejected as too early or late: such rows are few, and read each time."""
    column = MOMENTS.get(rules.name.removesuffix(KEYS_ONLY))
    if column is None or column not in rules.config.columns:
        return ibis.null("string")
    moment = table[f"value {column}"]
    known = ibis.cases(((moment >= ibis.literal(FIRST)) & (moment < ibis.literal(LATEST)), moment))
    return wall_clock(rules.shop.calendar.timezone, known).strftime("%Y-%m")


def _chosen(number: Any, options: list[Any]) -> Any:
    """The option of a number (from 1), null without one."""
    return ibis.cases(*((number == index, option) for index, option in enumerate(options, 1)), else_=ibis.null("string"))


def _message(table: ibis.Table, check: Check, rules: SourceRules) -> Any:
    theirs = source_columns(rules.name, rules.config).get(check.column)
    where = f"{check.column} (constant)" if theirs is None else f"{check.column} (column {theirs!r})"
    value = shortened(table[f"raw {check.column}"].cast("string"), MESSAGE_CHARACTERS).fill_null("")
    message = where + ": '" + value + f"' {check.problem}" if check.has_value else ibis.literal(f"{where} {check.problem}")
    return with_file(table, message)


def with_file(table: ibis.Table, message: Any) -> Any:
    """The message about a row, after the name of its file where the source is several."""
    return ibis.ifelse(table["_file"].isnull(), message, table["_file"] + ": " + message)


def shortened(text: Any, length: int) -> Any:
    """At most so many characters of a text, with an ellipsis when some are left out."""
    return ibis.ifelse(text.length() > length, text.left(length) + "…", text)


def row_json(table: ibis.Table, rules: SourceRules, prefix: str = "") -> Any:
    """A row's mapped columns as JSON of our column names → texts: raw ones with the prefix `raw `, without it the typed ones."""
    cells = {field.name: table[prefix + field.name] for field in rules.fields}
    as_text = {name: cell.cast("string") if prefix else _canonical_text(cell) for name, cell in cells.items()}
    return json_text({name: shortened(text, RAW_CHARACTERS) for name, text in as_text.items()})


def _canonical_text(value: Any) -> Any:
    """An accepted value as text; moments in ISO form and whole numbers without an exponent, as engines differ in these."""
    kind, text = value.type(), value.cast("string")
    if kind.is_timestamp():
        return text.replace("+00", "").replace(" ", "T") + "Z"  # engines compute in UTC
    if kind.is_floating():
        is_whole = (value % 1.0 == 0) & (value.abs() < MAX_WHOLE_FLOAT)
        return ibis.ifelse(is_whole, ibis.ifelse(is_whole, value, None).cast("int64").cast("string"), text)
    return text


def _filled(table: ibis.Table, field: Field, rules: SourceRules) -> Any:
    """A column's value with the default of a missing one; dimensions stay null until duplicates are decided (null is smallest)."""
    default = _default(field, rules)
    if field not in rules.fields:
        if default is None:
            return ibis.null(IBIS_TYPES[field.dtype])
        # By way of the text: the engine takes a bare 0.0 for a decimal.
        return ibis.literal(str(default)).try_cast("float64") if field.dtype == "float" else ibis.literal(default)
    value = table[f"value {field.name}"]
    value = value if default is None else value.fill_null(default)
    if rules.name == "sessions" and field.name in ZEROED:
        return ibis.ifelse(table["value has_purchased"], value, 0.0)
    return value.cast(IBIS_TYPES[field.dtype])


def _default(field: Field, rules: SourceRules) -> Any:
    if rules.name == "sessions" and field.dtype == "bool" and field.name.startswith("actions."):
        return False
    fixed = {"discount_amount": 0.0, "refund_amount": 0.0, "quantity": 1.0, "category": NONE, "currency": rules.shop.currency}
    return fixed.get(field.name)


def _zeroed(table: ibis.Table, rules: SourceRules) -> dict[str, Any]:
    """`_zeroed`: an unpurchased session that came with an amount."""
    if rules.name != "sessions":
        return {}
    names = [f"value {name}" for name in ZEROED if name in {*rules.config.columns, *rules.config.constants}]
    has_amount = ibis.or_(*(table[name].fill_null(0.0) != 0 for name in names))
    return {"_zeroed": has_amount & ~table["value has_purchased"]}
