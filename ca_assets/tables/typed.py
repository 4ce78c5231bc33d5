"""Raw rows of one source → typed rows, each with the reason why it is rejected, if any. Expressions only, nothing runs here.

Three steps, each a view of the engine, so that a cell is trimmed once, parsed once and checked once:
`texts` (trimmed), `values` (parsed beside their texts), `typed` (contract columns and the row's fate).
Columns of `typed`: the contract's, `_row`, `_line`, `_file`, `_month`, `_reason`, `_message`, `_raw` (JSON, rejected rows only), `_zeroed`
(sessions). `_month` (`2024-02`, in the business time zone) is that of the moment by which a source is read in parts; null without one.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import ibis

from ca_assets.columns import Dtype
from ca_assets.shop import Shop, SourceConfig
from ca_assets.sources.mapping import source_columns, source_fields
from ca_assets.tables import parse
from ca_assets.tables.checks import FIRST, Check, checks
from ca_assets.tables.contracts import KEYS_ONLY, MOMENTS, SOURCE_FIELDS, Field
from ca_assets.tables.walltime import MOMENT, json_text, wall_clock

IBIS_TYPES: dict[Dtype, Any] = {"str": "string", "float": "float64", "bool": "boolean", "time": MOMENT}
SHOWN_CHARACTERS, RAW_CHARACTERS = 60, 2000
WHOLE = 2.0**53
MARKS = ("_row", "_line", "_file")
LATEST = dt.datetime(9999, 12, 1, tzinfo=dt.UTC)
ZEROED = ("payment_amount", "discount_amount", "refund_amount")


@dataclass(frozen=True)
class SourceRules:
    """How one source's rows are to be read: its name, configuration and the shop's defaults."""

    name: str
    config: SourceConfig
    shop: Shop

    @property
    def zone(self) -> str:
        """The zone of naive times."""
        return self.config.timezone or self.shop.calendar.timezone

    @property
    def fields(self) -> tuple[Field, ...]:
        """The mapped columns."""
        return source_fields(self.name, self.config)

    @property
    def all_fields(self) -> tuple[Field, ...]:
        """The contract's columns, mapped or not, then dimensions and actions."""
        own = SOURCE_FIELDS[self.name]
        return (*own, *(field for field in self.fields if field not in own))


def texts(raw: ibis.Table, rules: SourceRules) -> ibis.Table:
    """Texts trimmed, empty ones null; typed columns as they are. Raw ones stay beside under `raw <name>` for the rejects."""
    columns = {f.name: parse.trimmed(raw[f.name]) if raw[f.name].type().is_string() else raw[f.name] for f in rules.fields}
    before = {f"raw {f.name}": raw[f.name] for f in rules.fields}
    return raw.select(**columns, **before, **{mark: raw[mark] for mark in MARKS})


def values(table: ibis.Table, rules: SourceRules) -> ibis.Table:
    """Parsed values under `value <name>` beside the texts."""
    return table.mutate(**{f"value {f.name}": _value(table[f.name], f, rules) for f in rules.fields})


def _value(column: Any, field: Field, rules: SourceRules) -> Any:
    is_text = column.type().is_string()
    if field.dtype == "str" or (field.dtype == "bool" and not is_text):
        return column
    if field.dtype == "bool":
        return parse.boolean(column)
    if field.dtype == "float":
        return parse.number(column, rules.config) if is_text else parse.positive_zero(column)
    if is_text:
        return parse.moment(column, rules.config, rules.zone)
    return column if column.type().timezone else parse.instant(column, rules.zone)


def judged(table: ibis.Table, rules: SourceRules) -> ibis.Table:
    """With `_problem`: the number of the first check that the row fails (from 1), null for a good row."""
    found = row_checks(table, rules)
    numbers = [(check.condition, ibis.literal(index, "int16")) for index, check in enumerate(found, 1)]
    return table.mutate(_problem=ibis.cases(*numbers, else_=ibis.null("int16")))


def row_checks(table: ibis.Table, rules: SourceRules) -> list[Check]:
    """Every check of the source in column order."""
    found: list[Check] = []
    for field in rules.fields:
        found += checks(field, table[field.name], table[f"value {field.name}"])
        if (rules.name, field.name) == ("sessions", "payment_amount"):
            is_missing = table[field.name].isnull() & table["value has_purchased"]
            found.append(Check(is_missing, "missing_payment_amount", field.name, "is missing for a purchased session"))
    return found


def typed(table: ibis.Table, rules: SourceRules) -> ibis.Table:
    """Contract columns with their defaults, and the row's fate."""
    columns = {field.name: _filled(table, field, rules) for field in rules.all_fields}
    found = row_checks(table, rules)
    problem = table["_problem"]
    fate = {
        "_reason": _chosen(problem, [ibis.literal(check.code) for check in found]),
        "_message": _chosen(problem, [_message(table, check, rules) for check in found]),
        "_raw": ibis.cases((problem.notnull(), row_json(table, rules, "raw ")), else_=ibis.null("string")),
    }
    marks = {mark: table[mark] for mark in MARKS}
    return table.select(**columns, **_zeroed(table, rules), **fate, **marks, _month=_month(table, rules))


def _month(table: ibis.Table, rules: SourceRules) -> Any:
    """Null also for what is rejected as too early or late: such rows are few, and read each time."""
    column = MOMENTS.get(rules.name.removesuffix(KEYS_ONLY))
    if column is None or column not in rules.config.columns:
        return ibis.null("string")
    moment = table[f"value {column}"]
    known = ibis.cases(((moment >= ibis.literal(FIRST)) & (moment < ibis.literal(LATEST)), moment))
    return wall_clock(rules.shop.calendar.timezone, known).strftime("%Y-%m")


def _chosen(problem: Any, options: list[Any]) -> Any:
    return ibis.cases(*((problem == index, option) for index, option in enumerate(options, 1)), else_=ibis.null("string"))


def _message(table: ibis.Table, check: Check, rules: SourceRules) -> Any:
    theirs = source_columns(rules.name, rules.config)[check.column]
    where = f"{check.column} (column {theirs!r})"
    value = shortened(table[f"raw {check.column}"].cast("string"), SHOWN_CHARACTERS).fill_null("")
    if check.problem.startswith("is missing"):
        words = ibis.literal(f"{where} {check.problem}")
    else:
        words = where + ": '" + value + f"' {check.problem}"
    return ibis.ifelse(table["_file"].isnull(), words, table["_file"] + ": " + words)


def shortened(text: Any, length: int) -> Any:
    """At most so many characters of a text, with an ellipsis when some are left out."""
    return ibis.ifelse(text.length() > length, text.left(length) + "…", text)


def row_json(table: ibis.Table, rules: SourceRules, prefix: str = "") -> Any:
    """A row's mapped columns as JSON of our column names → texts: raw ones with the prefix `raw `, without it the typed ones."""
    text = _as_is if prefix else _as_typed
    return json_text({f.name: shortened(text(table[prefix + f.name]), RAW_CHARACTERS) for f in rules.fields})


def _as_is(value: Any) -> Any:
    return value.cast("string")


def _as_typed(value: Any) -> Any:
    """An accepted value as text; moments in ISO form and whole numbers without an exponent, as engines differ in these."""
    kind, text = value.type(), value.cast("string")
    if kind.is_timestamp():
        return text.replace("+00", "").replace(" ", "T") + "Z"  # engines compute in UTC
    if kind.is_floating():
        is_whole = (value % 1.0 == 0) & (value.abs() < WHOLE)
        return ibis.ifelse(is_whole, ibis.ifelse(is_whole, value, None).cast("int64").cast("string"), text)
    return text


def _filled(table: ibis.Table, field: Field, rules: SourceRules) -> Any:
    """A column's value with the default of a missing one; dimensions stay null until duplicates are decided (null is smallest)."""
    default = _default(field, rules)
    if field not in rules.fields:
        return _constant(default, field)
    value = table[f"value {field.name}"]
    value = value if default is None else value.fill_null(default)
    if rules.name == "sessions" and field.name in ZEROED:
        return ibis.ifelse(table["value has_purchased"], value, 0.0)
    return value.cast(IBIS_TYPES[field.dtype])


def _constant(default: Any, field: Field) -> Any:
    if default is None:
        return ibis.null(IBIS_TYPES[field.dtype])
    # By way of the text: the engine takes a bare 0.0 for a decimal.
    return ibis.literal(str(default)).try_cast("float64") if field.dtype == "float" else ibis.literal(default)


def _default(field: Field, rules: SourceRules) -> Any:
    if rules.name == "sessions" and field.dtype == "bool" and field.name.startswith("actions."):
        return False
    fixed = {"discount_amount": 0.0, "refund_amount": 0.0, "quantity": 1.0, "category": "__none__", "currency": rules.shop.currency}
    return fixed.get(field.name)


def _zeroed(table: ibis.Table, rules: SourceRules) -> dict[str, Any]:
    """`_zeroed`: an unpurchased session that came with an amount."""
    if rules.name != "sessions":
        return {}
    names = [f"value {name}" for name in ZEROED if name in rules.config.columns]
    has_amount = ibis.or_(*(table[name].fill_null(0.0) != 0 for name in names))
    return {"_zeroed": has_amount & ~table["value has_purchased"]}
