"""The ledger of loads in sentences: what each load restated, month by month, and what it read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
from dash import html

from ca_dash.format import MINUS, change, counted, day, is_missing, money, number, written
from ca_dash.locales import current

MOST_LOADS, MOST_MONTHS = 60, 6
MONTH = "MMMM y"


def loads_of(ledger: pd.DataFrame, zone: str, currency: str | None) -> list[html.Section]:
    """A section per load, the newest first."""
    if ledger.empty:
        return []
    groups = sorted(ledger.groupby("loaded_at", sort=False), key=lambda group: group[0], reverse=True)[:MOST_LOADS]
    return [_section(pd.Timestamp(at), rows, zone, currency) for at, rows in groups]


def _section(at: pd.Timestamp, rows: pd.DataFrame, zone: str, currency: str | None) -> html.Section:
    local = (at if at.tzinfo else at.tz_localize("UTC")).tz_convert(ZoneInfo(zone))
    locale, first = current(), rows.iloc[0]
    title = f"{day(local.date(), locale)}, {local:%H:%M}"
    about = f"{'Full load' if first['is_full'] else 'Load'}, {counted(int(first['rows_read']), 'row', locale)} read"
    lines = list(_lines(rows, day(local.date(), locale), currency))
    more = len(lines) - MOST_MONTHS
    shown = html.Ul([html.Li(line) for line in lines[:MOST_MONTHS]], className="ca-ledger")
    rest = [
        html.Details(
            [
                html.Summary(f"{counted(more, 'more month', locale)}"),
                html.Ul([html.Li(line) for line in lines[MOST_MONTHS:]], className="ca-ledger"),
            ]
        )
    ]
    return html.Section([html.H2(title), html.P(about, className="ca-muted"), shown, *(rest if more > 0 else [])], className="ca-card")


def _lines(rows: pd.DataFrame, since: str, currency: str | None) -> Iterator[list[Any]]:
    """A sentence per month, the newest month first; one that says so when nothing changed."""
    months = rows[rows["month"].notna()].sort_values("month", ascending=False)
    if months.empty:
        yield ["Nothing changed."]
    for row in months.to_dict("records"):
        yield sentence(row, since, currency)


def sentence(row: dict[str, Any], since: str, currency: str | None) -> list[Any]:
    """What became of one month: `February 2026 −1.2% since 3 Mar 2026: 14 sessions changed; revenue …`."""
    locale = current()
    name = written(pd.Timestamp(row["month"]).date(), MONTH, locale)
    is_new = not row["orders_before"] and not row["rows_removed"] and not row["rows_changed"]
    moves = [
        f"{counted(int(row[key]), 'session', locale)} {words}"
        for key, words in (("rows_added", "arrived"), ("rows_removed", "went"), ("rows_changed", "changed"))
        if row[key]
    ]
    what = ", ".join(moves) or "no session changed"
    if is_new:
        return [html.Strong(f"{name} loaded"), f": {what}, {counted(int(row['orders_after']), 'order', locale)}"]
    return [html.Strong(f"{name} {_change(row)} since {since}"), f": {what}; {_figures(row, currency)}"]


def _change(row: dict[str, Any]) -> str:
    """How far the month's revenue moved, or its orders where revenue is of several currencies."""
    was, now = row["revenue_before"], row["revenue_after"]
    if is_missing(was) or is_missing(now) or not was:
        was, now = row["orders_before"], row["orders_after"]
    if not was:
        return "new"
    relative = now / was - 1
    return "unchanged" if abs(relative) < 0.0005 else change(relative, current()).replace("-", MINUS)


def _figures(row: dict[str, Any], currency: str | None) -> str:
    locale = current()
    orders = f"orders {number(row['orders_before'], 0, locale)} → {number(row['orders_after'], 0, locale)}"
    if is_missing(row["revenue_after"]) or is_missing(row["revenue_before"]):
        return orders
    return f"revenue {money(row['revenue_before'], currency, locale)} → {money(row['revenue_after'], currency, locale)}, {orders}"
