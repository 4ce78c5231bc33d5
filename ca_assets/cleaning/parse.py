"""One cell: its raw text → a value, by the rules of docs/contract, section 2, as Ibis expressions; null for a text that cannot be read.

Belongs here: the grammar of booleans, numbers and times. Ranges and which columns are required are in `checks`; whole rows in `typed`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import ibis

from ca_assets.cleaning.date_formats import moment_by_format
from ca_assets.cleaning.engine_functions import MOMENT, NAIVE, instant_of, trim_signs
from ca_assets.contracts.columns import Field
from ca_assets.contracts.erased import NOBODY, ErasedClients
from ca_assets.contracts.sources import SOURCE_FIELDS
from ca_assets.shop import Shop, SourceConfig
from ca_assets.sources.mapping import source_fields

# Unicode's White_Space property, and the byte order mark that is left in values of joined files.
WHITE_SPACE = "\ufeff" + "\t\n\x0b\x0c\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
TRUE_WORDS, FALSE_WORDS = ("true", "t", "yes", "y", "1"), ("false", "f", "no", "n", "0")
SIGMAS = ("\u03c2", "\u03c3")  # two small letters of one capital: which of them it becomes differs between Python and the engine
CURRENCY = r"(?:\p{Sc}|[A-Z]{3})"
# Signs that stand for several of their kind: any blank, both apostrophes.
THOUSANDS = {" ": r"\p{Zs}", "'": "['\u2019]"}
EPOCHS = {"epoch_s": 6, "epoch_ms": 3}  # digits that make microseconds of it
_DAY, _CLOCK = r"\d{4}-\d\d-\d\d", r"(?:[01]\d|2[0-3]):[0-5]\d"
_SIMPLE = rf"\A{_DAY}(?:[T ]{_CLOCK}(?::[0-5]\d)?)?\z"
OFFSET = r" ?Z| UTC| ?[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?"
_FULL = rf"\A({_DAY}[T ]{_CLOCK}(?::[0-5]\d)?)(?:\.\d+)?(?:{OFFSET})?\z"
_FRACTION_WITHOUT_SECONDS = rf"\A{_DAY}[T ]\d\d:\d\d\."


@dataclass(frozen=True)
class SourceRules:
    """How one source's rows are to be read: its name, configuration, the shop's defaults, and which customers were erased."""

    name: str
    config: SourceConfig
    shop: Shop
    erased: ErasedClients = NOBODY

    @property
    def zone(self) -> str:
        """The zone of naive times."""
        return self.config.timezone or self.shop.calendar.timezone

    @property
    def guest_clients(self) -> tuple[str, ...]:
        """Clients of sessions that are none: those sessions are guests', and no rows of customers."""
        if self.name == "sessions":
            return self.config.guest_clients
        return self.shop.sources.sessions.guest_clients if self.name == "customers" else ()

    @property
    def fields(self) -> tuple[Field, ...]:
        """The mapped columns."""
        return source_fields(self.name, self.config)

    @property
    def all_fields(self) -> tuple[Field, ...]:
        """The contract's columns, mapped or not, then dimensions and actions."""
        contract = SOURCE_FIELDS[self.name]
        return (*contract, *(field for field in self.fields if field not in contract))


def parsed(cell: Any, field: Field, rules: SourceRules) -> Any:
    """The value of a trimmed text by its column's type; typed cells (of Parquet, of a database) only where they can mean two things."""
    is_text = cell.type().is_string()
    if field.dtype == "str" or (field.dtype == "bool" and not is_text):
        return cell
    if field.dtype == "bool":
        return boolean(cell, rules.config)
    if field.dtype == "float":
        return number(cell, rules.config) if is_text else positive_zero(cell)
    if is_text:
        return moment(cell, rules.config.format_of(field.name), rules.zone)
    return cell if cell.type().timezone else instant_of(rules.zone, cell)


def trimmed(text: Any) -> Any:
    """Without Unicode white space and byte order marks at its ends; null when nothing is left."""
    # Most texts begin and end with a visible ASCII sign: the set is looked through for the others only.
    is_plain = text.re_search(r"\A[!-~](?s:.*[!-~])?\z")
    return ibis.cases((is_plain, text), else_=trim_signs(text, WHITE_SPACE).nullif(""))


def boolean(text: Any, config: SourceConfig) -> Any:
    """The source's own words, then true/false, t/f, yes/no, y/n, 1/0, in any case; where `false_values` is "*" all others are false."""
    word = text.lower()
    same = word.replace(SIGMAS[0], SIGMAS[1])
    own: list[tuple[Any, Any]] = [(same.isin(_lower(config.true_values)), True)] if config.true_values else []
    rest = config.false_values == "*"
    if config.false_values and not rest:
        own.append((same.isin(_lower(config.false_values)), False))
    usual = [(word.isin(TRUE_WORDS), True), (word.isin(FALSE_WORDS), False)]
    return ibis.cases(*own, *usual, *([(text.notnull(), False)] if rest else []))


def _lower(words: Iterable[str]) -> list[str]:
    return [word.lower().replace(*SIGMAS) for word in words]


def number(text: Any, config: SourceConfig) -> Any:
    """ASCII sign, digits, one decimal sign, exponent; thousands signs in groups of three; a sign or code of a currency at one end.

    -0 is 0; may be infinite.
    """
    body = number_pattern(config.decimal, config.thousands)
    is_plain = text.re_search(rf"\A[+-]?{body}\z")
    # Before or after the number, before or after its sign: one look at what is no plain number, which most columns have none of.
    is_money = text.re_search(rf"\A(?:[+-]?{CURRENCY}\p{{Zs}}?{body}|{CURRENCY}\p{{Zs}}?[+-]{body}|[+-]?{body}\p{{Zs}}?{CURRENCY})\z")
    amount = text.re_replace(rf"\p{{Zs}}?{CURRENCY}\p{{Zs}}?", "")
    return positive_zero(ibis.cases((is_plain, _digits(text, config)), (is_money, _digits(amount, config))).try_cast("float64"))


def _digits(text: Any, config: SourceConfig) -> Any:
    """A number's text as the engine reads it."""
    if config.thousands in THOUSANDS:
        text = text.re_replace(THOUSANDS[config.thousands], "")
    elif config.thousands:
        text = text.replace(config.thousands, "")
    return text if config.decimal == "." else text.replace(config.decimal, ".")


def number_pattern(decimal: str, thousands: str | None) -> str:
    """The regular expression (RE2) of a number without its sign."""
    point = re.escape(decimal)
    group = THOUSANDS.get(thousands, re.escape(thousands)) if thousands else ""
    whole = rf"(?:\d+|\d{{1,3}}(?:{group}\d{{3}})+)" if thousands else r"\d+"
    return rf"(?:{whole}(?:{point}\d*)?|{point}\d+)(?:[eE][+-]?\d+)?"


def positive_zero(value: Any) -> Any:
    """-0.0 sorts and prints unlike 0.0, so there is none."""
    return ibis.cases((value == 0, 0.0), else_=value)


def moment(text: Any, date_format: str | None, zone: str) -> Any:
    """A time as an instant: by `date_format`, else ISO; naive ones are wall clock times in `zone`."""
    if date_format is None:
        return _iso_moment(text, zone)
    if date_format in EPOCHS:
        return _epoch_moment(text, EPOCHS[date_format])
    return moment_by_format(text, date_format, zone)


def _epoch_moment(text: Any, places: int) -> Any:
    """Digits since 1970 (as many as make a moment before the year 10000) with an optional fraction, cut to microseconds."""
    digits = rf"\A0*(\d{{1,{18 - places}}})(?:\.\d+)?\z"
    is_epoch = text.re_search(digits)
    fraction = text.re_extract(rf"\.(\d{{1,{places}}})", 1).rpad(places, "0")
    micros = ibis.cases((is_epoch, text.re_extract(digits, 1) + fraction)).try_cast("int64")
    return ibis.cases((is_epoch, instant_of("UTC", ibis.literal(dt.datetime(1970, 1, 1), NAIVE)) + micros.as_interval("us")))


def _iso_moment(text: Any, zone: str) -> Any:
    is_full = text.re_search(_FULL) & ~text.re_search(_FRACTION_WITHOUT_SECONDS)
    return ibis.cases(
        (text.re_search(_SIMPLE), instant_of(zone, text.try_cast(NAIVE))), (is_full, _full_moment(text, zone)), else_=ibis.null(MOMENT)
    )


def _full_moment(text: Any, zone: str) -> Any:
    """With a fraction (cut to microseconds), an offset, or both."""
    wall = text.re_extract(_FULL, 1).try_cast(NAIVE)
    fraction = text.re_extract(r"\.(\d{1,6})", 1).rpad(6, "0").try_cast("int64").fill_null(0)
    offset = text.re_extract(rf"({OFFSET})\z", 1)
    # A day such as 2010-11-30 ends in what looks like an offset, but here a clock time always follows it.
    digits = offset.replace(":", "").replace(" ", "")
    minutes = digits.substr(1, 2).try_cast("int64").fill_null(0) * 60 + digits.substr(3, 2).try_cast("int64").fill_null(0)
    east = ibis.ifelse(digits.startswith("-"), -minutes, minutes)
    shifted = instant_of("UTC", wall - east.as_interval("m"))
    return ibis.ifelse(offset == "", instant_of(zone, wall), shifted) + fraction.as_interval("us")
