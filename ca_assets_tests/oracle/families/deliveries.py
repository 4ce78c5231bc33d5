"""docs/contract, section 15, for one view: the fixed columns, as tuples in the order of the columns; `...` stands where a model decides.

Of the reports whose rows a model chooses (`abnormal_*`) all rows that it may choose are given.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from statistics import median
from typing import Any

import pygeohash

from ca_assets_tests.oracle.clock import DAY, Clock
from ca_assets_tests.oracle.figures import quantile, rate, ratio, total
from ca_assets_tests.oracle.rows import Record
from ca_assets_tests.oracle.world import View

Rows = list[tuple[Any, ...]]
MODEL = ...
MINUTE = dt.timedelta(minutes=1)
MONTH = 30 * dt.timedelta(hours=24)
TINY = 1e-9
Durations = dict[str, float | None]  # deliver, prepare, ride, return → minutes, negative ones too


@dataclass(frozen=True)
class Delivery:
    """A known delivery. `late`: minutes after the promise, None when on time; `has_promise` says whether there was one."""

    order: Record
    ordered_at: dt.datetime
    delivered: dt.datetime
    minutes: Durations
    geohash: str | None
    has_promise: bool
    late: float | None

    def possible(self, duration: str) -> float | None:
        """Minutes, None when they are missing or negative."""
        minutes = self.minutes[duration]
        return None if minutes is None or minutes < 0 else minutes


def _ordered_at(order: Record) -> dt.datetime:
    moment: dt.datetime = order["date"] or order["session_start_date"]
    return moment


def _known(view: View) -> list[Delivery]:
    """The known deliveries of the view's days, by the day of the delivery."""
    if "deliveries" not in view.memo:
        found = [_delivery(view, order) for order in view.orders if view.known(order["delivery.delivery_date"])]
        first = view.window_first
        view.memo["deliveries"] = [each for each in found if first is None or view.clock.day(each.delivered) >= first]
    known: list[Delivery] = view.memo["deliveries"]
    return known


def _delivery(view: View, order: Record) -> Delivery:
    ordered, delivered = _ordered_at(order), order["delivery.delivery_date"]
    moments = (order["delivery.prepare_date"], order["delivery.return_date"])
    prepared, returned = (moment if view.known(moment) else None for moment in moments)
    minutes: Durations = {
        "deliver": (delivered - ordered) / MINUTE,
        "prepare": None if prepared is None else (prepared - ordered) / MINUTE,
        "ride": None if prepared is None else (delivered - prepared) / MINUTE,
        "return": None if returned is None else (returned - delivered) / MINUTE,
    }
    latitude, longitude = order["delivery.latitude"], order["delivery.longitude"]
    is_located = latitude is not None and longitude is not None and (latitude, longitude) != (0, 0)
    geohash = pygeohash.encode(float(latitude), float(longitude), precision=7) if is_located else None
    promised = order["delivery.promised_date"]
    late = None if promised is None else _late(Clock(view.shop.sources["deliveries"].zone), promised, delivered)
    return Delivery(order, ordered, delivered, minutes, geohash, promised is not None, late)


def _late(clock: Clock, promised: dt.datetime, delivered: dt.datetime) -> float | None:
    day = clock.day(promised)
    if promised.astimezone(clock.zone).time() == dt.time() or promised == clock.day_start(day):
        end = clock.day_start(day + DAY)
        return None if delivered < end else (delivered - end) / MINUTE
    return None if delivered <= promised else (delivered - promised) / MINUTE


def _durations(view: View) -> list[str]:
    has_prepare, has_return = (view.shop.has("deliveries", column) for column in ("prepare_date", "return_date"))
    return ["deliver", *(["prepare", "ride"] if has_prepare else []), *(["return"] if has_return else [])]


def _is_located(view: View) -> bool:
    return view.shop.has("deliveries", "latitude") and view.shop.has("deliveries", "longitude")


def _mean(values: list[float]) -> float | None:
    return ratio(total(values), len(values))


def kpis(view: View) -> Rows:
    """`delivery/kpis`."""
    rows: Rows = []
    for duration in _durations(view):
        values = [each.possible(duration) for each in _known(view)]
        possible = [value for value in values if value is not None]
        impossible = sum(each.minutes[duration] is not None for each in _known(view)) - len(possible)
        rows.append((duration, len(possible), impossible, _mean(possible), quantile(possible, 0.5), quantile(possible, 0.9)))
    return rows


def totals(view: View) -> Rows:
    """`delivery/totals`."""
    known = _known(view)
    orders = [order for order in view.orders if _is_inside(view, _ordered_at(order))]
    is_open = sum(not view.known(order["delivery.delivery_date"]) for order in orders)
    located = [each.geohash for each in known if each.geohash is not None]
    places: tuple[int | None, ...] = (len(located), len(set(located))) if _is_located(view) else (None, None)
    late = [each.late for each in known if each.late is not None]
    delay = _mean(late) if view.shop.has("deliveries", "promised_date") else None
    return [(view.report_date, len(orders), len(known), is_open, *places, *_on_time(view, known), delay)]


def _is_inside(view: View, ordered_at: dt.datetime) -> bool:
    """Whether the day of an order's o is one of the window's; without a window always."""
    return view.window_first is None or view.window_first <= view.clock.day(ordered_at) <= view.report_date


def _on_time(view: View, known: list[Delivery]) -> tuple[Any, ...]:
    """promised, on_time and the rate with its interval."""
    if not view.shop.has("deliveries", "promised_date"):
        return None, None, None, None, None
    promised = [each for each in known if each.has_promise]
    on_time = sum(each.late is None for each in promised)
    return len(promised), on_time, *rate(on_time, len(promised))


def daily(view: View) -> Rows:
    """`delivery/daily`."""
    days = defaultdict(list)
    for each in _known(view):
        days[view.clock.day(each.delivered)].append(each)
    rows: Rows = []
    for period, complete in view.session_periods("daily"):
        known = days[period]
        minutes = [value for each in known if (value := each.possible("deliver")) is not None]
        figures = (_mean(minutes), quantile(minutes, 0.5), quantile(minutes, 0.9))
        rows.append((period, complete, len(known), *figures, *_on_time(view, known)))
    return rows


@dataclass(frozen=True)
class Groups:
    """Possible durations by group: plain means, counts, means of the winsorised ones, and their common variance (None: 0 by 0)."""

    plain: dict[Hashable, float]
    count: dict[Hashable, int]
    mean: dict[Hashable, float]
    variance: float | None

    @property
    def steady(self) -> list[Hashable]:
        """Groups of 5 or more."""
        return [group for group, count in self.count.items() if count >= 5]


def _groups(known: list[Delivery], duration: str, group_of: Callable[[Delivery], Hashable]) -> Groups:
    values = defaultdict(list)
    for each in known:
        group, minutes = group_of(each), each.possible(duration)
        if group is not None and minutes is not None:
            values[group].append(minutes)
    edge = quantile([value for of_group in values.values() for value in of_group], 0.99)
    capped = {group: [min(value, edge) for value in of_group] for group, of_group in values.items() if edge is not None}
    mean = {group: total(of_group) / len(of_group) for group, of_group in capped.items()}
    freedom = sum(len(of_group) - 1 for of_group in capped.values())
    squares = total((value - mean[group]) ** 2 for group, of_group in capped.items() for value in of_group)
    plain = {group: total(of_group) / len(of_group) for group, of_group in values.items()}
    count = {group: len(of_group) for group, of_group in values.items()}
    return Groups(plain, count, mean, squares / freedom if freedom else None)


def _mad(values: list[float]) -> float:
    middle = median(values)
    return median([abs(value - middle) for value in values])


def weekday_hour(view: View, duration: str) -> Rows:
    """`delivery/*_weekday_hour`."""
    groups = _groups(_known(view), duration, lambda each: _cell(view, each))
    z = _cell_z(groups)
    means = [groups.plain[cell] for cell in groups.steady]
    low, high = (min(means), max(means)) if means else (0.0, 0.0)
    rows: Rows = []
    for cell in ((weekday, hour) for weekday in range(1, 8) for hour in range(24)):
        count, mean = groups.count.get(cell, 0), groups.plain.get(cell)
        shade = (mean - low) / (high - low) if mean is not None and count >= 5 and high - low > TINY else None
        rows.append((*cell, count, mean, shade, z.get(cell), z.get(cell, 0.0) > 4))
    return rows


def _cell(view: View, each: Delivery) -> tuple[int, int]:
    wall = each.ordered_at.astimezone(view.clock.zone)
    return wall.isoweekday(), wall.hour


def _cell_z(groups: Groups) -> dict[Hashable, float]:
    if not groups.steady or groups.variance is None or math.sqrt(groups.variance) <= TINY:
        return {}
    middle, s = median([groups.mean[cell] for cell in groups.steady]), math.sqrt(groups.variance)
    u = {cell: (groups.mean[cell] - middle) * math.sqrt(groups.count[cell]) / s for cell in groups.steady}
    spread, centre = _mad(list(u.values())), median(u.values())
    return {cell: (value - centre) / (1.4826 * spread) for cell, value in u.items()} if spread > TINY else {}


def _z(groups: Groups) -> dict[Hashable, float]:
    """z of locations and of clients."""
    if groups.variance is None:
        return {}
    steady = groups.steady
    middle = median([groups.mean[group] for group in steady or groups.mean])
    tau2 = 0.0
    if len(steady) >= 3:
        spread = 1.4826 * _mad([groups.mean[group] for group in steady])
        tau2 = max(0.0, spread**2 - median([groups.variance / groups.count[group] for group in steady]))
    root = {group: math.sqrt(groups.variance / count + tau2) for group, count in groups.count.items()}
    return {group: (mean - middle) / root[group] for group, mean in groups.mean.items() if root[group] > TINY}


def locations(view: View, duration: str) -> Rows:
    """`delivery/*_locations`."""
    groups = _groups(_known(view), duration, lambda each: each.geohash)
    z, rows = _z(groups), Rows()
    for geohash, count in groups.count.items():
        assert isinstance(geohash, str)
        place = pygeohash.decode_exactly(geohash)
        rows.append((geohash, place.latitude, place.longitude, count, groups.plain[geohash], z.get(geohash), MODEL, MODEL))
    return rows


def abnormal_customers(view: View) -> Rows:
    """`delivery/abnormal_customers`: a row per client with a known delivery."""
    known, durations = _known(view), _durations(view)
    wanted = [name if name in durations else None for name in ("deliver", "prepare", "ride")]
    groups = [_groups(known, name, lambda each: each.order["client"]) if name else None for name in wanted]
    scores = [_z(of_duration) if of_duration else {} for of_duration in groups]
    counts: dict[str, int] = defaultdict(int)
    for each in known:
        if each.order["client"] is not None:
            counts[each.order["client"]] += 1
    rows: Rows = []
    for client, count in counts.items():
        means = [of_duration.plain.get(client) if of_duration else None for of_duration in groups]
        rows.append((client, count, *means, *(z.get(client) for z in scores), MODEL))
    return rows


def abnormal_transactions(view: View) -> Rows:
    """`delivery/abnormal_transactions`: a row per known delivery."""
    has_places, durations = _is_located(view), _durations(view)
    rows: Rows = []
    for each in _known(view):
        minutes = [each.possible(name) if name in durations else None for name in ("deliver", "prepare", "ride")]
        place = each.geohash if has_places else None
        rows.append((each.order["id"], each.order["client"], each.ordered_at, place, *minutes, MODEL, MODEL, MODEL))
    return rows


def lateness(view: View) -> Rows:
    """`delivery/lateness`."""
    rows: Rows = []
    for group in ("on_time", "late"):
        of_group = [each for each in _known(view) if each.has_promise and each.order["client"] is not None]
        of_group = [each for each in of_group if (each.late is not None) == (group == "late")]
        mature = [each for each in of_group if each.delivered + MONTH < view.as_of]
        reordered = sum(_is_reordered(view, each) for each in mature)
        refunded = sum(_is_refunded(view, each) for each in mature) if view.shop.has("sessions", "refund_amount") else None
        rates = (None, None, None) if refunded is None else rate(refunded, len(mature))
        rows.append((group, len(of_group), len(mature), reordered, *rate(reordered, len(mature)), refunded, *rates))
    return rows


def _is_reordered(view: View, each: Delivery) -> bool:
    others = [order for order in view.orders_of[each.order["client"]] if order["id"] != each.order["id"]]
    return any(each.delivered < order["session_start_date"] < each.delivered + MONTH for order in others)


def _is_refunded(view: View, each: Delivery) -> bool:
    moment = each.order["refunded_at"]
    return each.order["refund_amount"] > 0 and view.known(moment) and moment < each.delivered + MONTH
