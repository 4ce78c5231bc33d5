"""What is planted in the demo shop: promotions and anomalies, with their days and sizes, and the truth that is written beside.

Belongs here: the plan as values, and how it changes a day's weights. Does not belong here: making rows.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import numpy as np

from ca_assets.demo.season import Clock, Floats, Ints, black_friday, is_holiday_season

AnomalyKind = Literal["traffic_drop", "tracking_outage", "conversion_dip", "duplicated_load"]
OUTAGE_ACTION = "saw_checkout"


@dataclass(frozen=True)
class Anomaly:
    """A planted anomaly. `factor` multiplies what it hits (0 = nothing left, 2 = twice); days are inclusive."""

    kind: AnomalyKind
    first_day: dt.date
    last_day: dt.date
    series: str
    factor: float


@dataclass(frozen=True)
class Promotion:
    """A voucher with its days (inclusive) and its effect on those whom it reaches.

    `reach`: share of the days' sessions that see it; `purchase_lift`: factor on their chance to put something into the
    basket (and so to buy); `quantity_lift`: factor on the mean units per line; `discount_rate`: share of the line value.
    """

    voucher: str
    first_day: dt.date
    last_day: dt.date
    reach: float
    purchase_lift: float
    quantity_lift: float
    discount_rate: float


@dataclass
class DemoTruth:
    """What the generator knows about the shop: planted anomalies and effects, and rows as written, per source."""

    name: str
    seed: int
    first_day: dt.date
    last_day: dt.date
    timezone: str
    sessions: int = 0
    customers: int = 0
    orders: int = 0
    revenue: float = 0.0
    anomalies: tuple[Anomaly, ...] = ()
    promotions: tuple[Promotion, ...] = ()
    promotion_orders: dict[str, int] = field(default_factory=dict)
    affinities: tuple[tuple[str, str], ...] = ()
    slow_places: tuple[tuple[float, float], ...] = ()
    slow_hours: dict[str, Any] = field(default_factory=dict)
    counts: dict[str, dict[str, int]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """JSON form: dates as ISO text."""
        return {key: _plain(value) for key, value in asdict(self).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def plan_anomalies(clock: Clock, rng: np.random.Generator) -> tuple[Anomaly, ...]:
    """Five anomalies at quiet times of the year, the newest of them some weeks before the end."""
    shapes: tuple[tuple[AnomalyKind, float, int, str, float], ...] = (
        ("traffic_drop", 0.34, 3, "sessions", 0.40),
        ("duplicated_load", 0.47, 1, "sessions", 2.0),
        ("conversion_dip", 0.60, 4, "purchased", 0.45),
        ("traffic_drop", 0.79, 2, "sessions", 0.30),
        ("tracking_outage", 0.955, 1, OUTAGE_ACTION, 0.0),
    )
    planted = []
    for kind, place, length, series, factor in shapes:
        first = _quiet_day(clock, round(place * len(clock.days)) + int(rng.integers(-6, 7)))
        planted.append(Anomaly(kind, first, first + dt.timedelta(days=length - 1), series, factor))
    return tuple(planted)


def _quiet_day(clock: Clock, index: int) -> dt.date:
    day = clock.days[index]
    while is_holiday_season(day) or is_holiday_season(day + dt.timedelta(days=7)):
        day -= dt.timedelta(days=9)
    return day


def plan_promotions(clock: Clock) -> tuple[Promotion, ...]:
    """Seasonal vouchers that fall into the covered days, cut to them (seven to nine of them for two years)."""
    shapes = (
        ("SPRING10", 4, 8, 14, 0.35, 1.25, 1.10, 0.10),
        ("SUMMER15", 7, 2, 17, 0.40, 1.30, 1.15, 0.15),
        ("BACK2WORK", 9, 6, 10, 0.30, 1.20, 1.05, 0.10),
        ("XMAS12", 12, 5, 12, 0.35, 1.20, 1.20, 0.12),
    )
    found = []
    for year in range(clock.start.year, clock.end.year + 1):
        friday = black_friday(year)
        found.append(Promotion(f"BLACKFRIDAY{year % 100}", friday, friday + dt.timedelta(days=3), 0.55, 1.35, 1.30, 0.20))
        for voucher, month, day, length, *effect in shapes:
            first = dt.date(year, month, day)
            found.append(Promotion(f"{voucher}-{year % 100}", first, first + dt.timedelta(days=length - 1), *effect))
    return tuple(sorted((p for p in found if p.first_day >= clock.start and p.last_day <= clock.end), key=lambda p: p.first_day))


def affected(clock: Clock, first: dt.date, last: dt.date) -> slice:
    """The indexes of the days from `first` to `last`."""
    return slice((first - clock.start).days, (last - clock.start).days + 1)


def factors(clock: Clock, anomalies: tuple[Anomaly, ...], kind: AnomalyKind) -> Floats:
    """Per business day: the product of the factors of all anomalies of a kind."""
    result = np.ones(len(clock.days))
    for anomaly in anomalies:
        if anomaly.kind == kind:
            result[affected(clock, anomaly.first_day, anomaly.last_day)] *= anomaly.factor
    return result


def promotion_of_day(clock: Clock, promotions: tuple[Promotion, ...]) -> Ints:
    """Per business day: the index of its promotion, -1 without."""
    result = np.full(len(clock.days), -1, dtype=np.int64)
    for i, promotion in enumerate(promotions):
        result[affected(clock, promotion.first_day, promotion.last_day)] = i
    return result
