"""docs/contract, section 11, for the whole shop: values of buyers as of a day, fits, bounds in force, scores, segments.

Plain and slow: everything is counted from the orders for each day that is asked for. `reports` of a scope are in `segmentation`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import math
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise

import kmeans1d
import numpy as np

from ca_assets_tests.oracle.clock import DAY
from ca_assets_tests.oracle.figures import quantile, total
from ca_assets_tests.oracle.rows import Record
from ca_assets_tests.oracle.world import View

MICRO = dt.timedelta(microseconds=1)
ORDER = ("champions", "loyal", "potential_loyalist", "cant_lose_them", "newcomers", "need_attention", "at_risk", "lost")
Series = tuple[str, str | None]  # metric, and of monetary the currency


@dataclass(frozen=True)
class Buyer:
    """Values as of a day."""

    client: str
    currency: str | None
    recency: float
    frequency: float | None
    monetary: float | None
    orders: int
    order_days: int
    revenue: float | None
    first_order: dt.datetime
    last_order: dt.datetime

    def value(self, metric: str) -> float | None:
        """Of a metric."""
        return {"recency": self.recency, "frequency": self.frequency, "monetary": self.monetary}[metric]


@dataclass(frozen=True)
class Fit:
    """The bounds, ascending; the number of clusters and of values."""

    bounds: list[float]
    clusters: int
    values: int


@dataclass(frozen=True)
class Bounds:
    """Bounds in force, ascending; how many fits they are the median of, and the day of the newest."""

    bounds: list[float]
    fits: int
    fitted_on: dt.date


@dataclass(frozen=True)
class Scored:
    """The three scores and the segment."""

    recency: int
    frequency: int | None
    monetary: int | None
    segment: str


@dataclass
class ShopSegments:
    """Of a whole shop."""

    whole: View
    _buyers: dict[dt.date, dict[str, Buyer]] = field(default_factory=dict)
    _fits: dict[dt.date, dict[Series, Fit]] = field(default_factory=dict)

    def end(self, day: dt.date) -> dt.datetime:
        """The first instant after a day."""
        return self.whole.clock.day_start(day + DAY)

    def buyers(self, day: dt.date) -> dict[str, Buyer]:
        """Client → values as of the end of a day."""
        if day not in self._buyers:
            known = {c: [o for o in orders if o["session_start_date"] < self.end(day)] for c, orders in self.whole.orders_of.items()}
            self._buyers[day] = {client: _buyer(client, orders, self.end(day)) for client, orders in known.items() if orders}
        return self._buyers[day]

    def is_fitted(self, day: dt.date) -> bool:
        """Whether there is a fit at a day."""
        return len(self.buyers(day)) >= self.whole.shop.rfm_minimum

    def fits(self, day: dt.date) -> dict[Series, Fit]:
        """The fits at a day, of each metric (monetary: currency) that has values."""
        if day not in self._fits:
            values: dict[Series, dict[str, float]] = defaultdict(dict)
            for client, buyer in self.buyers(day).items():
                for metric in ("recency", "frequency", "monetary"):
                    value = buyer.value(metric)
                    if value is not None:
                        values[metric, buyer.currency if metric == "monetary" else None][client] = value
            self._fits[day] = {series: fit(of_series) for series, of_series in values.items()} if self.is_fitted(day) else {}
        return self._fits[day]

    def age(self, day: dt.date) -> int:
        """Days from the first order of a client to a day, both included."""
        first = min(orders[0]["day"] for orders in self.whole.orders_of.values())
        dates = [first + i * DAY for i in range((day - first).days + 1)]
        return sum(self.whole.clock.exists(date) for date in dates)

    def bounds(self, day: dt.date) -> dict[Series, Bounds]:
        """The bounds in force for a day."""
        ends = [_month_end(day, -i) for i in range(1, 13)]  # the newest first
        own = self.fits(day)
        every = {series for end in ends for series in self.fits(end)} | own.keys()
        return {series: self._in_force(series, ends, day) for series in every}

    def _in_force(self, series: Series, ends: list[dt.date], day: dt.date) -> Bounds:
        fits = {end: self.fits(end)[series] for end in ends if series in self.fits(end)}
        steady = {end: fit for end, fit in fits.items() if fit.clusters == 5 and fit.values >= 50}
        if steady:
            scaled = []
            for end, made in steady.items():
                growth = self.age(ends[0]) / self.age(end) if series[0] == "recency" else 1.0
                scaled.append([bound * growth for bound in made.bounds])
            return Bounds([rounded(float(np.median(column))) for column in zip(*scaled, strict=True)], len(steady), max(steady))
        if fits:
            return Bounds(fits[max(fits)].bounds, 1, max(fits))
        return Bounds(self.fits(day)[series].bounds, 1, day)

    def scored(self, day: dt.date, bounds: dict[Series, Bounds]) -> dict[str, Scored]:
        """Scores and segments of the values as of a day under some bounds."""
        return {client: score(buyer, bounds) for client, buyer in self.buyers(day).items()}


def shop_segments(view: View) -> ShopSegments:
    """Those of the shop that a view is of."""
    whole = view.whole or view
    segments = whole.memo.setdefault("segments", ShopSegments(whole))
    assert isinstance(segments, ShopSegments)
    return segments


def md5(client: str) -> str:
    """By which buyers are drawn."""
    return hashlib.md5(client.encode()).hexdigest()


def rounded(value: float) -> float:
    """To 6 decimals, half to even."""
    return float(np.rint(value * 1e6) / 1e6)


def hours(micros: int, n: int = 1) -> float:
    """Microseconds over n as hours of 6 decimals."""
    return float(np.rint(micros / (3600 * n)) / 1e6)


def _month_end(day: dt.date, months: int) -> dt.date:
    """The last day of the month so many months after that of a day."""
    number = day.year * 12 + day.month - 1 + months + 1
    return dt.date(number // 12, number % 12 + 1, 1) - DAY


def _buyer(client: str, orders: list[Record], end: dt.datetime) -> Buyer:
    first, last = orders[0]["session_start_date"], orders[-1]["session_start_date"]
    days = len({order["day"] for order in orders})
    currency = _main_currency(orders)
    paid = [order["payment_amount"] for order in orders if order["currency"] == currency]
    return Buyer(
        client,
        currency,
        hours((end - last) // MICRO),
        hours((last - first) // MICRO, days - 1) if days > 1 else None,
        float(np.rint(np.rint(total(paid) * 1e6) / len(paid)) / 1e6) if currency is not None else None,
        len(orders),
        days,
        total(paid) if currency is not None else None,
        first,
        last,
    )


def _main_currency(orders: list[Record]) -> str | None:
    """That with most of the orders, then with the newest, then the smallest; none when no order has one."""
    by_currency = defaultdict(list)
    for order in orders:
        if order["currency"] is not None:
            by_currency[order["currency"]].append(order["session_start_date"])
    ranked = sorted(by_currency, key=lambda name: (-len(by_currency[name]), -((max(by_currency[name]) - EPOCH) // MICRO), name))
    return ranked[0] if ranked else None


EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def fit(values: dict[str, float]) -> Fit:
    """Winsorise, transform, cluster."""
    chosen = sorted(values, key=md5)[:100_000]
    plain = sorted(values[client] for client in chosen)
    top = quantile(plain, 0.99)
    assert top is not None
    x = np.array([min(value, top) for value in plain])
    forms = [("raw", x), ("sqrt", np.sqrt(x)), ("log1p", np.log1p(x))]
    name, y = min(forms, key=lambda form: abs(round(skewness(form[1]), 9)))
    clusters = min(5, len(set(x.tolist())))
    centres = sorted(kmeans1d.cluster(list(y), clusters).centroids)
    middles = [(a + b) / 2 for a, b in pairwise(centres)]
    back = {"raw": lambda m: m, "sqrt": lambda m: m * m, "log1p": math.expm1}[name]
    return Fit([rounded(back(middle)) for middle in middles], clusters, len(chosen))


def skewness(y: np.ndarray) -> float:
    """Third central moment over the cube of the standard deviation, of the population; 0 of a constant."""
    mean = total(y) / len(y)
    second = total((value - mean) ** 2 for value in y) / len(y)
    third = total((value - mean) ** 3 for value in y) / len(y)
    return 0.0 if math.sqrt(second) <= 1e-9 else third / second**1.5


def score(buyer: Buyer, bounds: dict[Series, Bounds]) -> Scored:
    """A bound belongs to the better side."""
    r = 5 - sum(bound < buyer.recency for bound in bounds["recency", None].bounds)
    f = m = None
    if buyer.frequency is not None:
        f = 5 - sum(bound < buyer.frequency for bound in bounds["frequency", None].bounds)
    if buyer.monetary is not None:
        m = 5 - sum(bound > buyer.monetary for bound in bounds["monetary", buyer.currency].bounds)
    return Scored(r, f, m, segment(buyer.order_days, r, f, 1 if m is None else m))


def segment(order_days: int, r: int, f: int | None, m: int) -> str:
    """The segment of three scores."""
    if order_days == 1:
        return "newcomers" if r >= 4 else "need_attention" if r == 3 else "lost"
    assert f is not None
    if r == 1 or (r == 2 and f == 1):
        return "lost"
    if r == 2:
        return "at_risk"
    if r == 3:
        if f == 1:
            return "need_attention"
        return "cant_lose_them" if m >= 4 else "loyal" if f >= 4 else "need_attention"
    if f >= 4:
        return "champions" if m >= 4 else "loyal"
    if f == 1:
        return "potential_loyalist"
    return "cant_lose_them" if m >= 4 else "potential_loyalist"
