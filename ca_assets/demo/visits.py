"""One month of the demo shop's sessions: when who comes, how far they get, what they put into the basket, what it costs.

Belongs here: drawing a month's visits, baskets and money as NumPy columns. Does not belong here: column names and files (`rows`,
`writing`), deliveries.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ca_assets.demo import plan, words
from ca_assets.demo.population import Catalogue, Places, Population
from ca_assets.demo.season import DAY, Clock, Floats, Ints, conversion_season

Flags = NDArray[np.bool_]
GAP = 2400  # seconds between two starts of the same customer, at least
WELCOME = "WELCOME5"
SHIPPING, FREE_FROM = 3.95, 40.0


@dataclass(frozen=True)
class World:
    """Everything that is drawn or planned once, before the months are made."""

    clock: Clock
    summed: Floats
    population: Population
    places: Places
    catalogue: Catalogue
    anomalies: tuple[plan.Anomaly, ...]
    promotions: tuple[plan.Promotion, ...]
    names: tuple[list[str], list[str], list[str]]  # of countries, devices, channels
    channel_shares: list[float]
    rates: tuple[Floats, Floats, Floats]  # factor on the purchase rate per country, device, channel
    lines_per_basket: float
    buying: Floats  # per business day
    promotion_of_day: Ints

    @property
    def vouchers(self) -> list[str]:
        """The promotions' vouchers and, last, the one that welcomes newcomers."""
        return [*(promotion.voucher for promotion in self.promotions), WELCOME]


@dataclass(frozen=True)
class Visits:
    """A month's sessions in order of time; `steps` are the four actions and, last, the purchase; -1 is "none" for codes."""

    client: Ints
    start: Ints
    end: Ints
    day: Ints
    country: Ints
    device: Ints
    channel: Ints
    steps: list[Flags]
    voucher: Ints
    amount: Floats
    discount: Floats
    refund: Floats
    refunded_at: Ints


@dataclass(frozen=True)
class Lines:
    """A month's basket lines; `session` is the position of the session in the month."""

    session: Ints
    product: Ints
    price: Floats
    quantity: Ints


def buying_of_day(clock: Clock, anomalies: tuple[plan.Anomaly, ...]) -> Floats:
    """Per business day: factor on the purchase rate from the season and planted dips."""
    return conversion_season(clock) * plan.factors(clock, anomalies, "conversion_dip")


def make_month(world: World, begin: int, end: int, rng: np.random.Generator) -> tuple[Visits, Lines]:
    """Sessions that start in [begin, end) and their basket lines."""
    client, start, is_first = _arrivals(world, begin, end, rng)
    day = world.clock.day[world.clock.slot(start)]
    country = world.population.country[client]
    device = np.where(rng.random(len(client)) < 0.82, world.population.device[client], rng.integers(0, len(world.names[1]), len(client)))
    channel = _channels(world, is_first, rng)
    voucher = _reached(world, day, rng)
    factor = world.rates[0][country] * world.rates[1][device] * world.rates[2][channel] * np.where(is_first, 0.75, 1.1)
    steps = _steps(world, day, voucher, factor * world.population.ease[client], rng)
    lines = _lines(world, steps[1], day, voucher, rng)
    welcome = steps[-1] & is_first & (voucher < 0) & (rng.random(len(client)) < 0.25)
    amount, discount, voucher = _money(world, lines, steps[-1], voucher, welcome)
    refund, refunded_at = _refunds(world, amount, start, rng)
    channel = np.where(rng.random(len(client)) < 0.012, -1, channel)
    depth = 1 + sum(step.astype(np.int64) for step in steps)
    finish = start + (rng.gamma(2.0, 75.0, len(client)) * depth).astype(np.int64) + 5
    return Visits(client, start, finish, day, country, device, channel, steps, voucher, amount, discount, refund, refunded_at), lines


def _arrivals(world: World, begin: int, end: int, rng: np.random.Generator) -> tuple[Ints, Ints, Flags]:
    """Clients and start seconds in order of time: each first visit, and repeats while the customer lives."""
    people, edges = world.population, world.clock.edges
    active = np.flatnonzero((people.first < end) & (people.last > begin))
    low = np.interp(np.maximum(people.first[active], begin), edges, world.summed)
    span = np.interp(np.minimum(people.last[active], end), edges, world.summed) - low
    counts = rng.poisson(people.rate[active] * span)
    repeated = np.interp(np.repeat(low, counts) + rng.random(int(counts.sum())) * np.repeat(span, counts), world.summed, edges)
    new = active[people.first[active] >= begin]
    client = np.concatenate([new, np.repeat(active, counts)])
    start = np.concatenate([people.first[new], repeated.astype(np.int64)])
    is_first = np.arange(len(client)) < len(new)
    order = np.lexsort((start, client))
    client, start, is_first = client[order], start[order], is_first[order]
    # Nobody starts a session while the one before is going on; the first visit of a customer is never the later one.
    is_apart = np.concatenate([[True], (np.diff(start) >= GAP) | (np.diff(client) != 0)]) if len(client) else np.zeros(0, dtype=bool)
    by_time = np.flatnonzero((is_apart | is_first) & (start < end))
    by_time = by_time[np.argsort(start[by_time], kind="stable")]
    return client[by_time], start[by_time], is_first[by_time]


def _channels(world: World, is_first: Flags, rng: np.random.Generator) -> Ints:
    """Known visitors come more often by the second and fourth channel (direct, e-mail) than new ones."""
    channel = rng.choice(len(world.channel_shares), len(is_first), p=world.channel_shares)
    loyal = ~is_first & (rng.random(len(is_first)) < 0.3) & (len(world.channel_shares) > 3)
    return np.where(loyal, rng.choice([1, 3], len(is_first)), channel)


def _reached(world: World, day: Ints, rng: np.random.Generator) -> Ints:
    """Per session the promotion that it sees, -1 for none."""
    running = world.promotion_of_day[day]
    reach = np.array([*(p.reach for p in world.promotions), 0.0])
    return np.where(rng.random(len(day)) < reach[running], running, -1)


def _steps(world: World, day: Ints, voucher: Ints, factor: Floats, rng: np.random.Generator) -> list[Flags]:
    """The nested actions and the purchase; an outage hides an action, it does not keep anyone from buying."""
    lift = np.array([*(p.purchase_lift for p in world.promotions), 1.0])[voucher]
    root = np.sqrt(factor)
    seen = np.ones(len(day), dtype=bool)
    steps = []
    for rate, change in zip(
        words.STEP_RATES, (root**0.25, root * lift, root**0.25, root**0.25, root**0.75 * world.buying[day]), strict=True
    ):
        seen = seen & (rng.random(len(day)) < np.clip(rate * change, 0, 0.985))
        steps.append(seen)
    for anomaly in world.anomalies:
        if anomaly.kind == "tracking_outage":
            hit = (day >= (anomaly.first_day - world.clock.start).days) & (day <= (anomaly.last_day - world.clock.start).days)
            steps[words.ACTIONS.index(anomaly.series)] = steps[words.ACTIONS.index(anomaly.series)] & ~hit
    return steps


def _lines(world: World, has_basket: Flags, day: Ints, voucher: Ints, rng: np.random.Generator) -> Lines:
    """Goods of each basket: popular ones more often, partners and goods of the same category together."""
    goods = world.catalogue
    baskets = np.flatnonzero(has_basket)
    counts = np.minimum(rng.geometric(1 / world.lines_per_basket, len(baskets)), 15)
    session = np.repeat(baskets, counts)
    product = np.searchsorted(goods.popularity, rng.random(len(session))).clip(0, len(goods.sku) - 1)
    before = np.concatenate([product[:1], product[:-1]])
    is_next = np.concatenate([[False], session[1:] == session[:-1]]) if len(session) else np.zeros(0, dtype=bool)
    draw = rng.random(len(session))
    same = goods.category_code[before] * (len(goods.sku) // len(words.CATEGORIES)) + rng.integers(0, 30, len(session))
    product = np.where(is_next & (draw < 0.24), goods.partner[before], np.where(is_next & (draw < 0.44), same, product))
    dearer = 1 + 0.05 * (day[session] >= len(world.buying) // 2)  # prices rose once
    lift = np.array([*(p.quantity_lift for p in world.promotions), 1.0])[voucher][session]
    quantity = 1 + rng.poisson(0.22 + 1.22 * (lift - 1))
    return Lines(session, product, np.round(goods.price[product] * dearer, 2), quantity)


def _money(world: World, lines: Lines, bought: Flags, voucher: Ints, welcome: Flags) -> tuple[Floats, Floats, Ints]:
    """Amount = lines - discount + shipping; a voucher is written on orders only, newcomers sometimes have a welcome one."""
    value = np.bincount(lines.session, lines.price * lines.quantity, len(bought))
    rate = np.array([*(p.discount_rate for p in world.promotions), 0.0])[voucher]
    rate = np.where(welcome, 0.05, rate)
    discount = np.where(bought, np.round(value * rate, 2), 0.0)
    shipping = np.where(value < FREE_FROM, SHIPPING, 0.0)
    amount = np.where(bought, np.round(value - discount + shipping, 2), 0.0)
    return amount, discount, np.where(welcome, len(world.promotions), np.where(bought, voucher, -1))


def _refunds(world: World, amount: Floats, start: Ints, rng: np.random.Generator) -> tuple[Floats, Ints]:
    """3 % of the orders, half of them in full, 1 to 20 days later; none after the end of the data."""
    moment = start + DAY + (rng.random(len(start)) ** 2 * 19 * DAY).astype(np.int64)
    has = (amount > 0) & (rng.random(len(start)) < 0.03) & (moment < world.clock.edges[-1])
    part = np.where(rng.random(len(start)) < 0.5, 1.0, rng.uniform(0.1, 0.9, len(start)))
    return np.where(has, np.round(amount * part, 2), 0.0), np.where(has, moment, -1)
