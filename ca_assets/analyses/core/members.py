"""Sets of orders and of customers that figures count, so that whoever sees a figure can list them: what a set is, and how one is found.

Each family states those of its figures in a module `members` (`MEMBER_SETS`), from the expressions that the figures themselves are made of.
Belongs here: what a set is asked for, the sessions it is chosen from. Does not belong here: what a list says of its rows (`on_demand`).
"""

from __future__ import annotations

import datetime as dt
import importlib
import importlib.util
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Literal, get_args

from ca_assets.analyses.core.family import families
from ca_assets.analyses.core.report import Column

if TYPE_CHECKING:
    import ibis

    from ca_assets.analyses.core.base import Base
    from ca_assets.analyses.core.temp_tables import TempTables

RowKind = Literal["orders", "customers"]
ROW_KINDS: tuple[RowKind, ...] = get_args(RowKind)
Value = str | int | float | dt.date
LONGEST_TEXT = 1_000  # characters of a product or promotion in a link


@dataclass(frozen=True)
class Parameter:
    """What a set may be asked for. `words` say it in a heading, `{}` being its value as people write it.

    `kind`: `text`; `count` (a whole number from 0); `hour` of day; `weekday` (0 is Monday); `amount` of money; `day`; `step` of a funnel;
    `choice` of `options`, whose words stand in the place of the value.
    """

    name: str
    kind: Literal["text", "count", "hour", "weekday", "amount", "day", "step", "choice"]
    words: str = "{}"
    options: Mapping[str, str] = field(default_factory=dict)
    is_required: bool = False

    def parse(self, text: str) -> Value:
        """The value that a text stands for. ValueError when it is none."""
        try:
            value = self._value(text)
        except (ValueError, OverflowError):
            value = None
        if value is None:
            raise ValueError(f"{text[:60]!r} is no value of {self.name!r}")
        return value

    def _value(self, text: str) -> Value | None:
        """None, ValueError or OverflowError when it is none."""
        if self.kind in ("text", "step"):
            return text if text and len(text) <= LONGEST_TEXT else None
        if self.kind == "choice":
            return text if text in self.options else None
        if self.kind == "day":
            return dt.date.fromisoformat(text)
        if self.kind == "amount":
            amount = float(text)
            return amount if math.isfinite(amount) else None
        most = {"hour": 23, "weekday": 6}.get(self.kind, 10**9)
        return int(text) if text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= most else None


@dataclass(frozen=True)
class MemberSet:
    """A set of orders or customers. `title` names it; `select` is `module:function`, called with a `Selection`.

    The function gives a table with the column `id` of orders, or `key` of customers, each once. `has_days`: it may be of some days alone.
    `reads`: a family's table with a row per client that it needs (`Selection.tables`). `adds`: columns of the function's table that the
    list shows besides; it is ordered by the first of them, the largest first.
    """

    name: str
    rows: RowKind
    title: str
    select: str
    parameters: tuple[Parameter, ...] = ()
    has_days: bool = True
    reads: str = ""
    adds: tuple[Column, ...] = ()

    def parse(self, values: Mapping[str, str]) -> dict[str, Value]:
        """The values of its parameters, which are given as texts. ValueError for one that is missing, unknown or no value."""
        known = {parameter.name: parameter for parameter in self.parameters}
        for name in values:
            if name not in known:
                raise ValueError(f"there is no {name[:60]!r} here")
        missing = [name for name, parameter in known.items() if parameter.is_required and name not in values]
        if missing:
            raise ValueError(f"{missing[0]!r} is missing")
        return {name: known[name].parse(text) for name, text in values.items()}

    def members(self, selection: Selection) -> ibis.Table:
        """Its members of a selection. LookupError when something that a value names does not exist."""
        module, _, function = self.select.partition(":")
        table: ibis.Table = getattr(importlib.import_module(module), function)(selection)
        return table


@dataclass(frozen=True)
class Selection:
    """What a set is chosen from: a scope of base tables, and some days of it (None: all). `values`: of the set's parameters.

    `tables`: the family's table that the set reads, by name, as it is published.
    """

    base: Base
    temp: TempTables
    scope: str
    days: tuple[dt.date, dt.date] | None = None
    values: Mapping[str, Value] = field(default_factory=dict)
    tables: Mapping[str, ibis.Table] = field(default_factory=dict)

    @property
    def place(self) -> tuple[str, int]:
        """Column and number of the scope in the base tables. LookupError when there is none of this name."""
        return self.base.scopes.place(self.scope)

    @cached_property
    def sessions(self) -> ibis.Table:
        """The base sessions of the scope and days. LookupError."""
        column, number = self.place
        sessions = self.base.sessions
        if column != "scope_all":
            sessions = sessions.filter(sessions[column] == number)
        if self.days:
            first, last = (self.day_number(day) for day in self.days)
            sessions = sessions.filter((sessions.day >= first) & (sessions.day <= last))
        return sessions

    @property
    def orders(self) -> ibis.Table:
        """The orders among them."""
        return self.sessions.filter(self.sessions.purchased)

    def day_number(self, day: dt.date) -> int:
        """Days from the beginning of the session range to a day."""
        return (day - self.base.session_days.first).days

    def value(self, name: str, default: Any = None) -> Any:
        """The value of a parameter; the default when the set was not asked for it."""
        return self.values.get(name, default)


@cache
def member_sets() -> dict[str, MemberSet]:
    """The sets of all families, by name. ValueError when two have the same."""
    import ca_assets.analyses as package

    sets: dict[str, MemberSet] = {}
    for name in families():
        module = f"{package.__name__}.{name}.members"
        if importlib.util.find_spec(module):
            for member_set in importlib.import_module(module).MEMBER_SETS:
                if sets.setdefault(member_set.name, member_set) is not member_set:
                    raise ValueError(f"two sets are called {member_set.name!r}")
    return sets


def customers_of(rows: ibis.Table) -> ibis.Table:
    """`key` of the customers of sessions or orders, each once; guests are none."""
    return rows.filter(rows.key.notnull()).select("key").distinct()
