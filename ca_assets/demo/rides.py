"""Deliveries of the demo shop's orders: packed, ridden through the city, sometimes brought back.

Belongs here: durations, slow places and slow hours. Does not belong here: which orders exist (`visits`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ca_assets.demo.season import Floats, Ints
from ca_assets.demo.visits import Visits, World

SLOW_WEEKDAY, SLOW_HOURS, SLOW_FACTOR = 4, (17, 18), 2.2  # Fridays from 17:00 to 19:00
SLOW: dict[str, Any] = {"weekday": "friday", "hours": list(SLOW_HOURS), "factor": SLOW_FACTOR}


@dataclass(frozen=True)
class Rides:
    """A month's deliveries; `session` is the position of the order in the month; seconds, -1 for none; degrees."""

    session: Ints
    packed: Ints
    delivered: Ints
    promised: Ints
    returned: Ints
    latitude: Floats
    longitude: Floats


def make_rides(world: World, visits: Visits, rng: np.random.Generator) -> Rides:
    """Deliveries of the orders from the home country that arrived before the end of the data."""
    places, home = world.places, visits.country == 0
    session = np.flatnonzero(visits.steps[-1] & home & (rng.random(len(home)) < 0.985))
    start, client = visits.start[session], visits.client[session]
    place = np.where(rng.random(len(session)) < 0.93, world.population.place[client], rng.integers(0, len(places.slowness), len(session)))
    latitude, longitude = places.latitude[place], places.longitude[place]
    distance = places.distance_km[place]
    weekday = np.array([day.weekday() for day in world.clock.days])[visits.day[session]]
    hour = world.clock.hour[world.clock.slot(start)]
    slow = np.where((weekday == SLOW_WEEKDAY) & np.isin(hour, SLOW_HOURS), SLOW_FACTOR, 1.0)
    prepare = rng.gamma(9, 25 * 60 / 9, len(session)) * np.sqrt(slow)
    ride = (8 + 3.2 * distance) * 60 * rng.gamma(12, 1 / 12, len(session)) * slow * places.slowness[place]
    packed = visits.end[session] + prepare.astype(np.int64)
    delivered = packed + ride.astype(np.int64) + 60
    promised = (visits.end[session] // 900 + 6) * 900  # the full quarter of an hour after about 80 minutes
    returned = np.where(rng.random(len(session)) < 0.04, delivered + rng.integers(3600, 6 * 86400, len(session)), -1)
    returned = np.where(returned < world.clock.edges[-1], returned, -1)
    kept = np.flatnonzero(delivered < world.clock.edges[-1])
    session, packed, delivered = session[kept], packed[kept], delivered[kept]
    return Rides(session, packed, delivered, promised[kept], returned[kept], latitude[kept], longitude[kept])
