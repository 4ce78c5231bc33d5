"""Forecast and actual revenue by day and over the whole horizon, in every scope (docs/contract, section 12, `daily`, `total`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import ibis
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ca_assets.analyses.clv_predictions.backtests import Outlook
from ca_assets.analyses.clv_predictions.parts import Part, dates_of
from ca_assets.analyses.clv_predictions.shares import Shares, arrival_shares
from ca_assets.analyses.clv_predictions.specs import SPECS
from ca_assets.analyses.core.base import by_scope, to_numpy
from ca_assets.analyses.core.cubes import daily
from ca_assets.analyses.core.decimals import exact_sum
from ca_assets.analyses.core.intervals import ratio
from ca_assets.analyses.core.rows import Labels, per_scope, rows
from ca_assets.models.value.forecast import Floats

KINDS = ("published", "backtest")


@dataclass(frozen=True)
class Course:
    """A forecast in every scope: arrays of scope × day of the horizon, and the band of its total by scope."""

    origin: int
    is_published: bool
    known: Floats
    newcomers: Floats
    low: Floats
    high: Floats
    total_low: Floats
    total_high: Floats

    @property
    def predicted(self) -> Floats:
        """Known customers and newcomers together."""
        return np.asarray(self.known + self.newcomers)

    @property
    def days(self) -> NDArray[np.int64]:
        """The days of the horizon."""
        return self.origin + 1 + np.arange(self.known.shape[1])


def course(part: Part, made: Outlook, shared: Shares, *, is_published: bool) -> Course:
    """A forecast shared out over the scopes.

    Days of scopes vary by themselves, so the band around a scope's day narrows with the root of its part of the shop's day. What a total is
    wrong by is common to all scopes, so its band narrows as the total does.
    """
    revenue = shared.sums(made.revenue)
    known = ratio(revenue, revenue[0])[:, None] * made.daily_known if revenue[0] else np.zeros((len(revenue), len(made.daily_known)))
    newcomers = arrival_shares(part, made.origin)[:, None] * made.daily_newcomers
    predicted = known + newcomers
    whole = made.daily_known + made.daily_newcomers
    width = np.sqrt(np.nan_to_num(ratio(predicted, whole)))
    low, high = np.maximum(predicted - width * (whole - made.daily_low), 0.0), predicted + width * (made.daily_high - whole)
    low[0], high[0] = made.daily_low, made.daily_high
    part_of_total = np.nan_to_num(ratio(predicted.sum(axis=1), whole.sum()))
    part_of_total[0] = 1.0
    return Course(made.origin, is_published, known, newcomers, low, high, part_of_total * made.total_low, part_of_total * made.total_high)


def daily_rows(part: Part, courses: Sequence[Course]) -> pa.Table:
    """A row per scope, forecast and day of its horizon; not of days that the calendar leaves out."""
    orders = part.base.clients.filter(part.base.clients.purchased)
    amounts = daily(part.base, orders, {"amount": exact_sum(orders.amount)}, part.base.session_days)["amount"]
    return pa.concat_tables([_daily(part, each, amounts) for each in courses])


def _daily(part: Part, made: Course, amounts: Floats) -> pa.Table:
    calendar = part.base.context.shop.calendar
    days, names = made.days, part.scopes
    ends = dates_of(days[[0, -1]]).tolist()
    is_day = ~np.isin(dates_of(days), np.array(calendar.missing_days(*ends), dtype="M8[D]"))
    place = days - part.base.session_days.first_number
    is_over = place < part.base.session_days.days
    actual = np.full(made.known.shape, np.nan)
    actual[:, is_over] = amounts[:, place[is_over]]
    columns = {
        "actual": actual,
        "known": made.known,
        "newcomers": made.newcomers,
        "predicted": made.predicted,
        "predicted_low": made.low,
        "predicted_high": made.high,
    }
    return rows(
        SPECS["daily"],
        names,
        per_scope(names, 2),
        (len(names), int(is_day.sum())),
        {
            "origin": dates_of([made.origin]),
            "kind": Labels(KINDS, np.array([not made.is_published])),
            "period": dates_of(days[is_day]),
            "complete": is_over[is_day],
            **{name: values[:, is_day] for name, values in columns.items()},
        },
    )


def total_rows(part: Part, courses: Sequence[Course]) -> pa.Table:
    """A row per scope and forecast."""
    actual, newcomers = actual_totals(part, courses)
    names = part.scopes
    last = part.base.session_days.first_number + part.base.session_days.days - 1
    predicted = [made.predicted for made in courses]
    passed = np.stack([values[:, made.days <= last].sum(axis=1) for values, made in zip(predicted, courses, strict=True)], axis=1)
    has_passed = np.array([made.origin < last for made in courses])
    return rows(
        SPECS["total"],
        names,
        per_scope(names, 2),
        actual.shape,
        {
            "origin": dates_of([made.origin for made in courses]),
            "kind": Labels(KINDS, np.array([not made.is_published for made in courses])),
            "weeks": part.base.context.shop.settings.clv_weeks,
            "complete": np.array([made.days[-1] <= last for made in courses]),
            "actual": actual,
            "actual_newcomers": newcomers,
            "known": np.stack([made.known.sum(axis=1) for made in courses], axis=1),
            "newcomers": np.stack([made.newcomers.sum(axis=1) for made in courses], axis=1),
            "predicted": np.stack([values.sum(axis=1) for values in predicted], axis=1),
            "predicted_low": np.stack([made.total_low for made in courses], axis=1),
            "predicted_high": np.stack([made.total_high for made in courses], axis=1),
            "error_rate": np.where(has_passed, ratio(passed, actual) - 1, np.nan),
        },
    )


def actual_totals(part: Part, courses: Sequence[Course]) -> tuple[Floats, Floats]:
    """Scope × forecast: revenue of the days of the horizon that have passed, and that of clients without an order up to the origin."""
    places = range(len(courses))
    origins = pa.table(
        {
            "place": pa.array(places, pa.int32()),
            "origin": pa.array([made.origin for made in courses], pa.int32()),
            "until": pa.array([int(made.days[-1]) for made in courses], pa.int32()),
        }
    )
    orders, spans = part.orders, ibis.memtable(origins)
    inside = orders.inner_join(spans, [orders.day > spans.origin, orders.day <= spans.until])
    measures = {
        "amount": exact_sum(inside.amount),
        "newcomers": exact_sum(inside.amount, inside.first_day > inside.origin).fill_null(0.0),
    }
    found = to_numpy(by_scope(part.base, inside, ["place"], measures))
    where = found["scope"].astype(np.int64), found["place"].astype(np.int64)
    sums = []
    for name in measures:
        values = np.zeros((len(part.scopes), len(courses)))
        values[where] = found[name]
        sums.append(values)
    return sums[0], sums[1]
