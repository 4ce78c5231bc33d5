"""A forecast from order days: the foundation, the network where its guard lets it, the level, newcomers, intervals, the curve by day.

Only rows up to the origin are read. Belongs here: what is published and how it hangs together. Does not belong here: any single model.
"""

from __future__ import annotations

import hashlib

import numpy as np

from ca_assets.models.value.daily import daily_band, daily_noise, spread_over_days, weekday_profile
from ca_assets.models.value.forecast import Floats, Forecast, ForecastSettings, OrderDays
from ca_assets.models.value.foundation import Foundation, foundation_at, yardstick_value
from ca_assets.models.value.guard import Correction, Trainer, guarded_correction
from ca_assets.models.value.history import WEEK, until
from ca_assets.models.value.intervals import OrderSpread, fit_order_spread, order_quantiles, revenue_quantiles, total_log_width
from ca_assets.models.value.monotone import decreasing_in_age
from ca_assets.models.value.network import train
from ca_assets.models.value.newcomers import expect_newcomers
from ca_assets.models.value.past import Level, PastOrigin, level_at, log_errors, past_origins

FOUNDATION_ONLY, NETWORK = "bgnbd_gg", "network"
Z90 = 1.2815515655446004


def forecast(data: OrderDays, origin: int, settings: ForecastSettings, trainer: Trainer = train) -> Forecast:
    """What is expected in the `settings.weeks` weeks after `origin`. Raises ValueError without an order day up to it.

    `trainer`: what trains the network; with `settings.seeds` = 0 none is trained.
    """
    known = until(data, origin)
    if not len(known.day):
        raise ValueError("no order up to the origin: there is nothing to forecast from")
    foundation = foundation_at(known, origin)
    past = {one.origin: one for one in past_origins(known, origin, settings.weeks, foundation.bgnbd)}
    correction = guarded_correction(known, foundation, list(past.values()), settings, trainer)
    return _published(known, foundation, past, correction, settings)


def _published(
    data: OrderDays, foundation: Foundation, past: dict[int, PastOrigin], correction: Correction, settings: ForecastSettings
) -> Forecast:
    clients, model, weeks, origin = foundation.clients, foundation.bgnbd, settings.weeks, foundation.clients.origin
    history = clients.repeats, clients.recency, clients.age
    base, value, level = foundation.orders(weeks), foundation.value(), level_at(origin, past)
    orders = pinned(blended(foundation, base, correction), float(base.sum()) * level.orders)
    revenue = pinned(orders * value, float(base @ value) * level.revenue)
    spread = _order_spread(past)
    size = spread.size(model.r + clients.repeats)
    orders_low, orders_high = order_quantiles(orders, size)
    count = clients.order_days.astype(np.float64)
    revenue_low, revenue_high = revenue_quantiles(
        orders, size, revenue, foundation.spend.mean_square(count), foundation.spend.amount_square
    )
    newcomers = expect_newcomers(data, origin, weeks)
    profile = weekday_profile(data, origin)
    daily_known = spread_over_days(foundation.weekly_shares(revenue, weeks), profile, float(revenue.sum()))
    daily_newcomers = spread_over_days(newcomers.weekly, profile, float(newcomers.weekly.sum()) * level.newcomers)
    width = total_log_width(log_errors(past, level.is_known))
    variance = (width / Z90) ** 2 + daily_noise(data, origin, profile)
    daily_low, daily_high = daily_band(daily_known + daily_newcomers, variance)
    total = float(daily_known.sum() + daily_newcomers.sum())
    return Forecast(
        origin=origin,
        weeks=weeks,
        client=clients.client,
        orders=orders,
        orders_low=orders_low,
        orders_high=orders_high,
        revenue=revenue,
        revenue_low=revenue_low,
        revenue_high=revenue_high,
        p_alive=foundation.p_alive(),
        p_no_order=np.maximum(model.p_no_order(*history, weeks), 1.0 - orders),
        next_order=model.next_order(*history, 0.5) * WEEK,
        next_order_low=model.next_order(*history, 0.1) * WEEK,
        next_order_high=model.next_order(*history, 0.9) * WEEK,
        yardstick_orders=base,
        yardstick_revenue=base * yardstick_value(clients),
        daily_known=daily_known,
        daily_newcomers=daily_newcomers,
        daily_low=daily_low,
        daily_high=daily_high,
        total_low=total * float(np.exp(-width)),
        total_high=total * float(np.exp(width)),
        model=FOUNDATION_ONLY if correction.log is None else NETWORK,
        parameters=_parameters(foundation, level, settings)
        | {"network_weight": correction.weight, "past_origins": len(past), **correction.parameters},
        notes={"digest": digest(data), **correction.notes},
    )


def blended(foundation: Foundation, base: Floats, correction: Correction) -> Floats:
    """√(BG/NBD × network) per client, brought back to where a client who has stayed away longer is never expected to order more."""
    if correction.log is None:
        return base
    clients = foundation.clients
    return decreasing_in_age(
        base * np.exp(correction.weight * correction.log), clients.order_days, clients.last - clients.first, clients.first
    )


def pinned(values: Floats, total: float) -> Floats:
    """The values with another sum; unchanged where they have none."""
    return values * (total / values.sum()) if values.sum() > 0 else values


def _order_spread(past: dict[int, PastOrigin]) -> OrderSpread:
    samples = [one.sample for one in past.values()]
    if not samples:
        return OrderSpread()
    return fit_order_spread(*(np.concatenate([getattr(one, name) for one in samples]) for name in ("actual", "expected", "shape")))


def _parameters(foundation: Foundation, level: Level, settings: ForecastSettings) -> dict[str, float]:
    """Numbers of `clv/parameters`; of Gamma-Gamma none when all clients are worth the same."""
    model, spend = foundation.bgnbd, foundation.spend
    values = {"r": model.r, "alpha": model.alpha, "a": model.a, "b": model.b, "p": spend.p, "q": spend.q, "v": spend.v}
    values |= {"level": level.revenue, "level_orders": level.orders, "seed": float(settings.seed)}
    return {name: value for name, value in values.items() if np.isfinite(value)}


def digest(data: OrderDays) -> str:
    """SHA-256 of the order days; clients count by their order, so that later ones change nothing."""
    _, place = np.unique(data.client, return_inverse=True)
    parts = (place.astype("<i4"), data.day.astype("<i4"), data.amount.astype("<f8"))
    return hashlib.sha256(b"".join(part.tobytes() for part in parts)).hexdigest()
