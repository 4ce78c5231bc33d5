"""The digest: key figures of the last seven days, new flags, and what became another number since the digest before.

It is sent when its days are complete: the report date is the day (the week's last day), and the shop's sources had rows on it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from ca_assets.alerts.events import FlagReader
from ca_assets.alerts.letters import Parts, flags_letter, plain
from ca_assets.index.protocol import NotPublished, Snapshot
from ca_assets.settings.alerts.models import AlertRule
from ca_assets.settings.alerts.rules import DAILY
from ca_assets.settings.process import ProcessSettings
from ca_assets.shop import Calendar
from ca_assets.wording.format import change, day, money, number, scope_label
from ca_assets.wording.locales import Locale, locale_of

TILES = ("orders", "revenue", "visitors", "discount")
MONEY = ("revenue", "discount")
COMPARED = {"orders": "daily_orders", "revenue": "daily_revenue"}
COMPARED_DAYS = 28
SHOWN_CHANGES = 10


@dataclass(frozen=True)
class Digest:
    """A digest of a period: its event's name in the ledger, the message, and the figures that it tells (by figure and day)."""

    event: str
    parts: Parts
    numbers: dict[str, dict[str, float]]


def due_day(rule: AlertRule, calendar: Calendar, now: dt.datetime) -> dt.date:
    """The last day of the newest period that is over: yesterday, or the end of last week, in the business time zone."""
    yesterday = calendar.day_before(now.astimezone(calendar.zone).date())
    if rule.kind == DAILY:
        return yesterday
    last_weekday = (calendar.week_start_index - 1) % 7
    return yesterday - dt.timedelta(days=(yesterday.weekday() - last_weekday) % 7)


def what_is_missing(snapshot: Snapshot, rule: AlertRule, day_due: dt.date) -> str:
    """Why a digest of the period up to that day waits; empty when its data are complete."""
    known = snapshot.meta().get("report_date")
    if not known or dt.date.fromisoformat(known) < day_due:
        return f"the figures are as of {known or 'no day yet'}, those of {day_due} are not loaded"
    flags = [flag for flag in FlagReader(snapshot).news(["all", rule.scope]) if flag.row["verdict"] == "data_missing"]
    if any(flag.row["grain"] == "daily" and flag.row["period"] == day_due for flag in flags):
        return f"rows of {day_due} are missing (a flag says data_missing)"
    return ""


def digest(snapshot: Snapshot, rule: AlertRule, day_due: dt.date, before: dict[str, Any], settings: ProcessSettings) -> Digest:
    """The digest of a rule; `before`: the figures that the one before told. Raises NotPublished for a scope without figures."""
    locale, meta = locale_of(settings.locale), snapshot.meta()
    numbers = {name: _daily(snapshot, report, name, rule.scope, day_due) for name, report in COMPARED.items()}
    lines = [f"{plain(scope_label(rule.scope))}, seven days up to {day(dt.date.fromisoformat(meta['report_date']), locale)}:", ""]
    lines += _tiles(snapshot, rule.scope, meta.get("currency"), locale)
    lines += ["", "Changed since the last digest:", *(_changed(before, numbers, meta.get("currency"), locale) or ["nothing"])]
    reader = FlagReader(snapshot)
    flags = [flag for flag in reader.news([rule.scope]) if _is_new(flag.row["first_flagged"], rule, day_due)]
    told = flags_letter(flags, reader, settings) if flags else None
    lines += ["", "Unusual:", "", told[1] if told else "nothing"]
    if settings.public_url:
        lines += ["", settings.public_url]
    noun = "day" if rule.kind == DAILY else "week"
    subject = plain(f"{meta.get('shop') or 'Shop'}: the {noun} up to {day(day_due, locale)}")
    return Digest(f"{rule.kind}:{day_due}", (subject, "\n".join(lines), told[2] if told else None), numbers)


def _is_new(first_flagged: dt.date, rule: AlertRule, day_due: dt.date) -> bool:
    return first_flagged > day_due - dt.timedelta(days=1 if rule.kind == DAILY else 7)


def _tiles(snapshot: Snapshot, scope: str, currency: str | None, locale: Locale) -> list[str]:
    """A line per key figure: its last seven days, and the change against the seven before."""
    rows = {row["metric"]: row for row in snapshot.report("stats", "kpis", scope).data.to_pylist()}
    lines = []
    for name in TILES:
        if name in rows and rows[name]["last_7_days"] is not None:
            value, moved = rows[name]["last_7_days"], rows[name]["change_rate"]
            against = "" if moved is None else f" ({change(moved, locale)} against the seven days before)"
            lines.append(f"  {name.capitalize()}: {_written(name, value, currency, locale)}{against}")
    return lines or ["  fewer than seven days are known"]


def _daily(snapshot: Snapshot, report: str, column: str, scope: str, until: dt.date) -> dict[str, float]:
    """A figure by day, of the last four weeks; nothing where it is not published (revenue of several currencies)."""
    try:
        rows = snapshot.report("stats", report, scope).data.to_pylist()
    except NotPublished:
        return {}
    since = until - dt.timedelta(days=COMPARED_DAYS)
    return {
        str(row["period"]): row[column] for row in rows if since < row["period"] <= until and row["complete"] and row[column] is not None
    }


def _changed(before: dict[str, Any], numbers: dict[str, dict[str, float]], currency: str | None, locale: Locale) -> list[str]:
    """A line per figure of a day that the digest before told otherwise."""
    lines = []
    for name, by_day in numbers.items():
        for period, value in sorted(by_day.items()):
            earlier = before.get(name, {}).get(period)
            if earlier is not None and abs(earlier - value) > 0.005:
                was, is_now = (_written(name, each, currency, locale) for each in (earlier, value))
                lines.append(f"  {name.capitalize()} of {day(dt.date.fromisoformat(period), locale)}: {was} became {is_now}")
    more = len(lines) - SHOWN_CHANGES
    return [*lines[:SHOWN_CHANGES], *([f"  and {more} more"] if more > 0 else [])]


def _written(name: str, value: float, currency: str | None, locale: Locale) -> str:
    return money(value, currency, locale) if name in MONEY else number(value, 0, locale)
