"""A page's filters as its URL says them: `?scope=country%3DFR&window=28d&as_of=2024-02-29&grain=weekly`, and what they mean for a report.

This is the one place where a page's filter becomes a report's window (`Filters.window_for`) or a cut of its series (`cut`).

A range is either relative (`window`, the default, ends at the as-of day) or absolute (`from`, `to`). Whatever the URL says that does not
exist becomes a message and its default, never an error. Does not belong here: the controls that write the URL (`filters.bar`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pandas as pd

from ca_assets.analyses.core.report import ReportSpec
from ca_assets.contracts.report_path import WINDOW_DAYS
from ca_assets.contracts.units import GRAINS, Grain
from ca_dash.format import day, scope_label, scope_parts
from ca_dash.locales import current
from ca_dash.reports import ShopView

ALL = "all"  # the scope of the whole shop, and the range of all days
WINDOWS: Mapping[str, int | None] = {**{f"{days}d": days for days in WINDOW_DAYS}, ALL: None}
DEFAULT_WINDOW = "90d"
LENGTHS: Mapping[Grain, pd.DateOffset] = {
    "daily": pd.DateOffset(days=1),
    "weekly": pd.DateOffset(days=7),
    "monthly": pd.DateOffset(months=1),
}
EPOCH = dt.date(1990, 1, 1)
SPLIT_VALUES = 6
MAX_PARAMETERS = 50
MAX_QUOTED = 60


@dataclass(frozen=True)
class Choice:
    """What a page lets readers choose besides scope, range, as of and periods: a key of the URL, a title, options as (value, text).

    The first option is the default. Many or long options are a list, few are buttons. `idle_with`: this choice decides nothing while
    another one (name, value) is chosen.
    """

    name: str
    title: str
    options: tuple[tuple[str, str], ...]
    is_list: bool = False
    idle_with: tuple[str, str] | None = None

    @property
    def default(self) -> str:
        """The value when the URL names none."""
        return self.options[0][0]

    @property
    def values(self) -> tuple[str, ...]:
        """All values."""
        return tuple(value for value, _ in self.options)

    def value_in(self, choices: Mapping[str, str]) -> str:
        """The chosen value, or the default."""
        return choices.get(self.name, self.default)

    def text(self, value: str) -> str:
        """What an option is called."""
        return dict(self.options)[value]


@dataclass(frozen=True)
class Window:
    """The days that a report without periods is of: the last `days` (None: all) up to the report date `end`."""

    days: int | None
    end: dt.date

    def first(self, first_day: dt.date) -> dt.date:
        """Its first day, for a shop whose data begin on `first_day`."""
        return max(first_day, self.end - dt.timedelta(days=self.days - 1)) if self.days else first_day


@dataclass(frozen=True)
class Filters:
    """What a page shows. `window` is None when the range was given by its days; `messages` say what the URL got wrong.

    `split`: the dimension whose first values charts of one measure show a line each of (of the whole shop only); empty: none.
    `choices` holds the value of every choice, chosen or default.
    """

    as_of: dt.date
    first_day: dt.date
    start: dt.date
    end: dt.date
    scope: str = ALL
    window: str | None = DEFAULT_WINDOW
    grain: Grain = "daily"
    has_own_grain: bool = False
    split: str = ""
    messages: tuple[str, ...] = ()
    choices: Mapping[str, str] = field(default_factory=dict)

    @property
    def days(self) -> int:
        """Days in the range."""
        return (self.end - self.start).days + 1

    def window_for(self, spec: ReportSpec, published: Collection[dt.date] = ()) -> Window | None:
        """The fixed window that is exactly the range: it ends on its last day, a published report date, and is as long.

        None when there is none, or the report has no windows.
        """
        if not spec.has_windows:
            return None
        if self.window is not None:
            length = WINDOWS[self.window]
            return Window(length, self.as_of) if length is None or length in spec.windows else None
        if self.end not in {self.as_of, *published}:
            return None
        if self.start == self.first_day:
            return Window(None, self.end)
        return Window(self.days, self.end) if self.days in spec.windows else None

    def split_scopes(self, shop: ShopView) -> tuple[str, ...]:
        """The scopes to show a line each of: the first values of the dimension, in the shop's order; none when nothing is split."""
        if not self.split or self.scope != ALL:
            return ()
        return tuple(scope for scope in shop.scopes if scope_parts(scope)[0] == self.split)[:SPLIT_VALUES]

    def coarser(self) -> Filters:
        """With the periods of charts of many lines, unless the URL names some: about thirty points, where one line may have a hundred."""
        if self.has_own_grain:
            return self
        return replace(self, grain="daily" if self.days <= 31 else "weekly" if self.days <= 400 else "monthly")

    def whole_periods(self, week_start: int) -> Filters:
        """The range made longer, so that it begins and ends with whole weeks or months of the chosen grain (`week_start` 0 is Monday)."""
        start, end = self.start, self.end
        if self.grain == "weekly":
            start -= dt.timedelta(days=(start.weekday() - week_start) % 7)
            end += dt.timedelta(days=(week_start - 1 - end.weekday()) % 7)
        if self.grain == "monthly":
            start, end = start.replace(day=1), (end.replace(day=1) + dt.timedelta(days=32)).replace(day=1) - dt.timedelta(days=1)
        return replace(self, start=start, end=end)


def cut(data: pd.DataFrame, column: str, grain: Grain, filters: Filters) -> pd.DataFrame:
    """The rows whose period of a grain, which begins on the day in `column`, touches the range."""
    if data.empty:
        return data
    starts = pd.to_datetime(data[column])
    touches = (starts <= pd.Timestamp(filters.end)) & (starts + LENGTHS[grain] > pd.Timestamp(filters.start))
    return data[touches].reset_index(drop=True)


def parse(search: str | None, shop: ShopView, choices: Sequence[Choice] = ()) -> Filters:
    """Filters of a URL's query for a shop; `choices` are those of all pages, so that each survives a visit to another page."""
    query = _Query(dict(parse_qsl((search or "").lstrip("?"), keep_blank_values=True)[:MAX_PARAMETERS]))
    as_of = query.as_of(shop)
    first_day = min(shop.first_day or as_of, as_of)
    scope = query.one_of("scope", "filter", shop.scopes, shop.default_scope)
    filters = query.with_range(Filters(as_of=as_of, first_day=first_day, start=first_day, end=as_of, scope=scope))
    readable: Grain = "daily" if filters.days <= 120 else "weekly" if filters.days <= 800 else "monthly"  # a hundred points or so
    grain = query.one_of("grain", "grain", GRAINS, readable)
    chosen = {choice.name: query.one_of(choice.name, choice.title.lower(), choice.values, choice.default) for choice in choices}
    has_own_grain = query.values.get("grain") == grain
    split = query.one_of("split", "dimension", dimensions(shop), "")
    return replace(filters, grain=grain, has_own_grain=has_own_grain, split=split, messages=tuple(query.messages), choices=chosen)


def dimensions(shop: ShopView) -> tuple[str, ...]:
    """The shop's dimensions, by which charts can be split."""
    parts = [scope_parts(scope) for scope in shop.scopes]
    return tuple(dict.fromkeys(dimension for dimension, value in parts if value is not None))


def changed(search: str | None, shop: ShopView, choices: Sequence[Choice], control: str, value: Any) -> str:
    """The URL's query after a control of the filter bar changed: a preset replaces days, days replace a preset. Without a change: the
    query as this module writes it.
    """
    filters = parse(search, shop, choices)
    values: dict[str, str | None] = {
        "scope": filters.scope,
        "window": filters.window,
        "from": None if filters.window else filters.start.isoformat(),
        "to": None if filters.window else filters.end.isoformat(),
        "as_of": filters.as_of.isoformat(),
        "grain": filters.grain if filters.has_own_grain else None,
        "split": filters.split,
        **filters.choices,
    }
    if control == "window" and value:
        values |= {"window": value, "from": None, "to": None}
    elif control == "range" and value and all(value):
        days = [str(text)[:10] for text in value]
        if days != [filters.start.isoformat(), filters.end.isoformat()]:
            values |= {"window": None, "from": days[0], "to": days[1]}
    elif control in values and (value or control == "split"):
        values[control] = value
    defaults = {"scope": shop.default_scope, "window": DEFAULT_WINDOW, "as_of": (shop.report_date or EPOCH).isoformat()}
    defaults |= {choice.name: choice.default for choice in choices}
    pairs = [(key, text) for key, text in values.items() if text and text != defaults.get(key)]
    return f"?{urlencode(pairs)}" if pairs else ""


class _Query:
    """A URL's query while it is read: its values, and messages on those that do not exist."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = values
        self.messages: list[str] = []

    def one_of(self, name: str, what: str, allowed: Sequence[Any], default: Any) -> Any:
        """The value of a parameter if it is one of those allowed."""
        value = self.values.get(name)
        if not value or value in allowed:
            return value or default
        is_scope = name == "scope"
        shown = _shown_scope(default) if is_scope else default or "no such lines"
        self.messages.append(f"There is no {what} {_quoted(scope_label(value) if is_scope else value)}; this page shows {shown}.")
        return default

    def as_of(self, shop: ShopView) -> dt.date:
        """The day that reports are wanted of: one with reports, else the newest."""
        newest, text = shop.report_date or EPOCH, self.values.get("as_of")
        chosen = _date(text)
        if chosen and chosen in shop.report_dates:
            return chosen
        if text:
            self.messages.append(f"There are no reports as of {_quoted(text)}; this page shows the newest, {day(newest, current())}.")
        return newest

    def with_range(self, filters: Filters) -> Filters:
        """Filters with the range that is given by days, or else by a preset."""
        days = self._days(filters) if self.values.get("from") or self.values.get("to") else None
        if days:
            return replace(filters, start=days[0], end=days[1], window=None)
        window = self.one_of("window", "window", tuple(WINDOWS), DEFAULT_WINDOW)
        length = WINDOWS[window]
        start = max(filters.first_day, filters.as_of - dt.timedelta(days=length - 1)) if length else filters.first_day
        return replace(filters, start=start, end=filters.as_of, window=window)

    def _days(self, filters: Filters) -> tuple[dt.date, dt.date] | None:
        """The range from `from` and `to` inside the days that have data; None when it is outside of them."""
        for key in ("from", "to"):
            if self.values.get(key) and _date(self.values[key]) is None:
                self.messages.append(f"{_quoted(self.values[key])} is not a date; write it as 2024-02-29.")
        first, last = filters.first_day, filters.as_of
        start, end = _date(self.values.get("from")) or first, _date(self.values.get("to")) or last
        if start > end:
            self.messages.append("The range ended before it began; its two days were exchanged.")
            start, end = end, start
        if start > last or end < first:
            self.messages.append(f"There are no data in that range; they run from {day(first, current())} to {day(last, current())}.")
            return None
        return max(start, first), min(end, last)


def _shown_scope(scope: str) -> str:
    return "the whole shop" if scope == ALL else scope_label(scope)


def _date(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text or "")
    except ValueError:
        return None


def _quoted(text: str) -> str:
    return f"“{text[:MAX_QUOTED]}{'…' if len(text) > MAX_QUOTED else ''}”"
