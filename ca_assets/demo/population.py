"""The demo shop's customers and goods: who comes how often and for how long, who buys easily, who lives where; what is sold.

Belongs here: what is drawn once per customer or product. Does not belong here: sessions, baskets, deliveries.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ca_assets.demo import words
from ca_assets.demo.season import DAY, Clock, Floats, Ints, cumulative

PRODUCTS = 300
# A ride takes longer the farther it goes, so that a slow place near the middle is none that anybody would notice.
SLOW_PLACES, SLOW_DISTANCE_KM, SLOW_FACTOR = 6, 4.0, 4.0


@dataclass(frozen=True)
class Population:
    """Per visitor, ordered by first visit: first and last possible second, visits per unit of intensity, ease of buying, place."""

    first: Ints
    last: Ints
    rate: Floats
    ease: Floats
    country: Ints
    device: Ints
    place: Ints


@dataclass(frozen=True)
class Catalogue:
    """Per product: SKU, name, category, price in GBP, cumulated popularity and the product that is often bought with it."""

    sku: list[str]
    title: list[str]
    category: list[str]
    category_code: Ints
    price: Floats
    popularity: Floats
    partner: Ints


@dataclass(frozen=True)
class Places:
    """Where orders are delivered: coordinates in degrees and, for the few slow ones, the factor on the ride."""

    latitude: Floats
    longitude: Floats
    slowness: Floats

    @property
    def distance_km(self) -> Floats:
        """From the middle of the city."""
        distance: Floats = np.hypot((self.latitude - words.CITY[0]) * 111, (self.longitude - words.CITY[1]) * 69)
        return distance


def arrivals(clock: Clock, weights: Floats, count: int, rng: np.random.Generator) -> Ints:
    """First visits: the traffic's shape, growing to 1.8 times in the two years, with an opening rush; ascending seconds."""
    share = np.linspace(0, 1, len(weights))
    grown = weights * (1 + 0.8 * share) * (1 + 4.0 * np.exp(-np.arange(len(weights)) / 20))
    return draw_times(clock, cumulative(clock, grown), np.sort(rng.random(count)))


def draw_times(clock: Clock, summed: Floats, share: Floats) -> Ints:
    """Seconds at which the summed intensity reaches `share` of its total."""
    seconds: Ints = np.interp(share * summed[-1], summed, clock.edges).astype(np.int64)
    return seconds


def make_population(
    clock: Clock,
    weights: Floats,
    rng: np.random.Generator,
    *,
    visitors: int,
    sessions: int,
    shares: tuple[list[float], list[float]],
    places: int,
) -> Population:
    """Visitors whose expected sessions add up to `sessions`.

    Rates are gamma distributed over customers, lifetimes exponential with gamma distributed dropout (as in Pareto/NBD).
    """
    first = arrivals(clock, weights, visitors, rng)
    lifetime = rng.exponential(1.0, visitors) / rng.gamma(1.1, 1 / (1.1 * 110 * DAY), visitors)
    last = np.minimum(first + np.minimum(lifetime, 20 * 365 * DAY).astype(np.int64) + 1, clock.edges[-1])
    rate = rng.gamma(0.75, 1 / 0.75, visitors)
    summed = cumulative(clock, weights)
    exposure = np.interp(last, clock.edges, summed) - np.interp(first, clock.edges, summed)
    rate *= max(sessions - visitors, 0) / max(float(rate @ exposure), 1e-9)
    country, device = (rng.choice(len(share), visitors, p=share) for share in shares)
    place = np.minimum((places * rng.random(visitors) ** 1.6).astype(np.int64), places - 1)
    return Population(first, last, rate, rng.gamma(2.0, 0.5, visitors), country, device, place)


def make_catalogue(rng: np.random.Generator) -> Catalogue:
    """300 products in ten categories; popularity falls like a power of the rank; partners are mutual."""
    names = list(words.CATEGORIES)
    per = PRODUCTS // len(names)
    title, code, price = [], [], []
    for number, (typical, nouns) in enumerate(words.CATEGORIES.values()):
        title += [f"{adjective} {noun}" for noun in nouns for adjective in words.ADJECTIVES][:per]
        code += [number] * per
        price += list(np.floor(typical * np.exp(rng.normal(0, 0.35, per))) + rng.choice([0.49, 0.95, 0.99], per))
    order = rng.permutation(PRODUCTS)
    popularity = (1.0 + np.argsort(order)) ** -0.75
    partner = np.empty(PRODUCTS, dtype=np.int64)
    couples = rng.permutation(PRODUCTS).reshape(-1, 2)
    partner[couples[:, 0]], partner[couples[:, 1]] = couples[:, 1], couples[:, 0]
    sku = [f"SKU-{i + 1:04d}" for i in range(PRODUCTS)]
    summed = np.cumsum(popularity / popularity.sum())
    codes = np.array(code, dtype=np.int64)
    return Catalogue(sku, title, [names[c] for c in code], codes, np.array(price), summed, partner)


def make_places(count: int, rng: np.random.Generator) -> Places:
    """Addresses around the city, denser in its middle; six often visited ones, some way out, are very slow to reach."""
    latitude = np.round(words.CITY[0] + rng.normal(0, 0.045, count), 5)
    longitude = np.round(words.CITY[1] + rng.normal(0, 0.07, count), 5)
    slowness = np.ones(count)
    places = Places(latitude, longitude, slowness)
    far = np.flatnonzero(places.distance_km[: count // 3] >= SLOW_DISTANCE_KM)
    slowness[far[np.linspace(0, len(far) - 1, min(SLOW_PLACES, len(far))).astype(int)]] = SLOW_FACTOR
    return places
