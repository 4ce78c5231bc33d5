"""The filters of a page, as they stand in its URL: `?scope=country%3DFR&window=28d&as_of=2024-02-29&grain=weekly`.

A range is either relative (`window`, the default, ends at the as-of day) or absolute (`from`, `to`). Whatever the URL says
that does not exist becomes a message and its default, never an error.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, urlencode

import pandas as pd

from ca_dash.choices import CHOICES
from ca_dash.format import day, scope_label
from ca_dash.locales import current
from ca_dash.reports import ShopView

WINDOWS: dict[str, int | None] = {"7d": 7, "28d": 28, "90d": 90, "365d": 365, "all": None}
GRAINS = ("daily", "weekly", "monthly")
DEFAULT_WINDOW = "90d"
EPOCH = dt.date(1990, 1, 1)


@dataclass(frozen=True)
class Filters:
    """What a page shows. `window` is None when the range was given by its days; `messages` say what the URL got wrong.

    `chosen` holds the choices that the URL names; `values` are those of every choice, with the defaults.
    """

    as_of: dt.date
    first_day: dt.date
    start: dt.date
    end: dt.date
    scope: str = "all"
    window: str | None = DEFAULT_WINDOW
    grain: str = "daily"
    has_own_grain: bool = False
    messages: tuple[str, ...] = ()
    chosen: Mapping[str, str] = field(default_factory=dict)

    @property
    def values(self) -> dict[str, str]:
        """The value of every choice, and the grain."""
        return {name: choice.default for name, choice in CHOICES.items()} | dict(self.chosen) | {"grain": self.grain}

    @property
    def days(self) -> int:
        """Days in the range."""
        return (self.end - self.start).days + 1

    def nearest_window(self) -> tuple[str, bool]:
        """The window of reports that are no series which is closest to the range, and whether it is exactly the range."""
        if self.window is not None:
            return self.window, True
        span = (self.as_of - self.first_day).days + 1
        lengths = {name: length or span for name, length in WINDOWS.items()}
        name = min(lengths, key=lambda w: abs(math.log(lengths[w] / self.days)))
        return name, lengths[name] == self.days and self.end == self.as_of


def parse(search: str | None, shop: ShopView) -> Filters:
    """Filters of a URL's query for a shop; unknown values fall back with a message."""
    given = dict(parse_qsl((search or "").lstrip("?"), keep_blank_values=True)[:50])
    messages: list[str] = []
    as_of = _as_of(given.get("as_of"), shop, messages)
    first_day = min(shop.first_day or as_of, as_of)
    filters = Filters(
        as_of=as_of,
        first_day=first_day,
        start=first_day,
        end=as_of,
        scope=_choice("scope", given.get("scope"), shop.scopes, "all", messages),
    )
    ranged = _absolute(filters, given, messages) or _relative(filters, given.get("window"), messages)
    grain = _choice("grain", given.get("grain"), GRAINS, _readable_grain(ranged.days), messages)
    chosen = {
        name: _choice(choice.title.lower(), given[name], choice.values, choice.default, messages)
        for name, choice in CHOICES.items()
        if given.get(name)
    }
    return replace(ranged, grain=grain, has_own_grain=given.get("grain") == grain, messages=tuple(messages), chosen=chosen)


def to_search(values: dict[str, str | None]) -> str:
    """The query of a URL: only what differs from the defaults, in a fixed order."""
    defaults = {"scope": "all", "window": DEFAULT_WINDOW} | {name: choice.default for name, choice in CHOICES.items()}
    order = ("scope", "window", "from", "to", "as_of", "grain", *CHOICES)
    pairs = [(key, value) for key in order if (value := values.get(key)) and value != defaults.get(key)]
    return f"?{urlencode(pairs)}" if pairs else ""


def cut(frame: pd.DataFrame, filters: Filters, path: str) -> pd.DataFrame:
    """The rows of a time series or of cohorts whose period touches the range; other frames unchanged."""
    column = next((name for name in ("period", "cohort") if name in frame.columns), None)
    if column is None or frame.empty:
        return frame
    starts = pd.to_datetime(frame[column])
    length = pd.DateOffset(months=1) if "monthly" in path else pd.Timedelta(days=7 if "weekly" in path else 1)
    touches = (starts <= pd.Timestamp(filters.end)) & (starts + length > pd.Timestamp(filters.start))
    return frame[touches].reset_index(drop=True)


def coarser(filters: Filters) -> Filters:
    """The grain of charts with many lines, unless the URL names one: about thirty points, where one line may have a hundred."""
    if filters.has_own_grain:
        return filters
    return replace(filters, grain="daily" if filters.days <= 31 else "weekly" if filters.days <= 400 else "monthly")


def whole_periods(filters: Filters, week_start: int) -> Filters:
    """The range made longer, so that it begins and ends with whole weeks or months of the chosen grain (`week_start` 0 is Monday)."""
    start, end = filters.start, filters.end
    if filters.grain == "weekly":
        start -= dt.timedelta(days=(start.weekday() - week_start) % 7)
        end += dt.timedelta(days=(week_start - 1 - end.weekday()) % 7)
    if filters.grain == "monthly":
        start, end = start.replace(day=1), (end.replace(day=1) + dt.timedelta(days=32)).replace(day=1) - dt.timedelta(days=1)
    return replace(filters, start=start, end=end)


def _as_of(text: str | None, shop: ShopView, messages: list[str]) -> dt.date:
    newest = shop.report_date or EPOCH
    if not text:
        return newest
    chosen = _date(text)
    if chosen in shop.report_dates:
        return chosen
    messages.append(f"There are no reports as of {_quoted(text)}; this page shows the newest, {day(newest, current())}.")
    return newest


def _choice(what: str, value: str | None, choices: tuple[str, ...], default: str, messages: list[str]) -> str:
    if not value or value in choices:
        return value or default
    shown = "the whole shop" if what == "scope" else default
    name = scope_label(value) if what == "scope" else value
    messages.append(f"There is no {what} {_quoted(name)}; this page shows {shown}.")
    return default


def _absolute(filters: Filters, given: dict[str, str], messages: list[str]) -> Filters | None:
    """The range from `from` and `to`, kept inside the days that have data; None when the URL names none."""
    if not given.get("from") and not given.get("to"):
        return None
    start, end = _date(given.get("from")) or filters.first_day, _date(given.get("to")) or filters.as_of
    for key in ("from", "to"):
        if given.get(key) and _date(given[key]) is None:
            messages.append(f"{_quoted(given[key])} is not a date; write it as 2024-02-29.")
    if start > end:
        messages.append("The range ended before it began; its two days were exchanged.")
        start, end = end, start
    if start > filters.as_of or end < filters.first_day:
        messages.append(
            f"There are no data in that range; they run from {day(filters.first_day, current())} to {day(filters.as_of, current())}."
        )
        return None
    return replace(filters, start=max(start, filters.first_day), end=min(end, filters.as_of), window=None)


def _relative(filters: Filters, window: str | None, messages: list[str]) -> Filters:
    name = _choice("window", window, tuple(WINDOWS), DEFAULT_WINDOW, messages)
    length = WINDOWS[name]
    start = filters.first_day if length is None else max(filters.first_day, filters.as_of - dt.timedelta(days=length - 1))
    return replace(filters, start=start, end=filters.as_of, window=name)


def _readable_grain(days: int) -> str:
    """The periods that a chart of so many days can show: about a hundred points at most."""
    return "daily" if days <= 120 else "weekly" if days <= 800 else "monthly"


def _date(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text or "")
    except ValueError:
        return None


def _quoted(text: str) -> str:
    return f"“{text[:60]}{'…' if len(text) > 60 else ''}”"
