"""Simulated shops with planted anomalies, as counts per day: what the detector of anomalies is measured on (docs/benchmarks.md).

Level log-uniform, a profile of weekdays, slow trend, yearly sine, AR(1) noise, negative binomial counts; funnels, cohorts, single series.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
FIRST = 60  # no event before this day


@dataclass(frozen=True)
class Event:
    """Days `start` … `start + days − 1` with something planted in them."""

    start: int
    days: int
    kind: str


@dataclass(frozen=True)
class World:
    """Counts (day, series) and what is planted."""

    counts: Floats
    events: tuple[Event, ...]

    @property
    def is_event(self) -> Flags:
        """Days in an event."""
        flags = np.zeros(len(self.counts), dtype=bool)
        for event in self.events:
            flags[event.start : event.start + event.days] = True
        return flags


def _mean_curve(days: int, level: float, rng: np.random.Generator) -> Floats:
    """Expected counts: level × weekday × trend × year × AR(1) noise."""
    t = np.arange(days)
    weekday = np.exp(rng.normal(0, 0.22, 7))[t % 7]
    trend = np.exp(rng.normal(0, 0.25) * t / 365)
    year = np.exp(rng.uniform(0.05, 0.2) * np.sin(2 * np.pi * (t / 365.25 + rng.random())))
    return level * weekday / weekday.mean() * trend * year * np.exp(_ar(days, 0.5, 0.05, rng))


def _ar(days: int, phi: float, sigma: float, rng: np.random.Generator) -> Floats:
    noise = rng.normal(0, sigma, days)
    for i in range(1, days):
        noise[i] += phi * noise[i - 1]
    return noise


def _negative_binomial(mean: Floats, rng: np.random.Generator, size: float = 400.0) -> Floats:
    return rng.poisson(mean * rng.gamma(size, 1 / size, mean.shape)).astype(float)


def _log_uniform(low: float, high: float, rng: np.random.Generator) -> float:
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def plan_events(days: int, count: int, kinds: tuple[str, ...], rng: np.random.Generator, first: int = FIRST) -> tuple[Event, ...]:
    """Events of 1 or of 3 to 6 days, at least two weeks apart."""
    events: list[Event] = []
    while len(events) < count:
        length = 1 if rng.random() < 0.5 else int(rng.integers(3, 7))
        event = Event(int(rng.integers(first, days - length)), length, str(rng.choice(kinds)))
        if all(event.start + length + 14 <= other.start or other.start + other.days + 14 <= event.start for other in events):
            events.append(event)
    return tuple(sorted(events, key=lambda event: event.start))


def funnel_world(seed: int, days: int = 730, events: int | None = None, first: int = FIRST, level: float | None = None) -> World:
    """Four nested steps: 500 to 20,000 sessions a day, conversions .35 to .75; traffic, conversion and tracking events."""
    rng = np.random.default_rng([seed, 1])
    traffic = _mean_curve(days, level or _log_uniform(500, 20_000, rng), rng)
    t = np.arange(days)
    conversions = [
        np.clip(
            rng.uniform(0.35, 0.75)
            * np.exp(rng.normal(0, 0.04, 7))[t % 7]
            * np.exp(0.06 * np.sin(2 * np.pi * (t / rng.uniform(300, 700) + rng.random()))),
            0.02,
            0.97,
        )
        for _ in range(3)
    ]
    planned = plan_events(days, int(rng.integers(8, 11)) if events is None else events, ("traffic", "conversion", "tracking"), rng, first)
    lost = np.ones((days, 4))
    for event in planned:
        part = slice(event.start, event.start + event.days)
        if event.kind == "traffic":
            traffic[part] *= 1 + rng.choice([-1, 1]) * rng.uniform(0.20, 0.45)
        elif event.kind == "conversion":
            conversions[int(rng.integers(0, 3))][part] *= 1 - rng.uniform(0.06, 0.20)
        else:
            lost[part, int(rng.integers(1, 3))] *= 1 - rng.uniform(0.06, 0.20)
    counts = [_negative_binomial(traffic, rng)]
    for rate in conversions:
        counts.append(rng.binomial(counts[-1].astype(int), rate).astype(float))
    seen = np.stack(counts, axis=1)
    seen = np.where(lost < 1, rng.binomial(seen.astype(int), lost), seen).astype(float)
    return World(seen, planned)


def cohort_world(seed: int, days: int = 500, events: int | None = None, first: int = FIRST) -> World:
    """16 offsets of cohorts by day: sizes that move together, a falling profile; row shifts and shape shifts of 30 to 70 %."""
    rng = np.random.default_rng([seed, 2])
    size = _mean_curve(days, _log_uniform(100, 2_000, rng), rng)
    profile = np.concatenate([[rng.uniform(0.25, 0.5)], 0.12 * np.exp(-np.arange(15) / rng.uniform(3, 7))])
    shape = np.tile(profile, (days, 1)) * np.exp(0.05 * np.sin(2 * np.pi * np.arange(days) / 300))[:, None]
    planned = plan_events(days, int(rng.integers(8, 11)) if events is None else events, ("row", "shape"), rng, first)
    for event in planned:
        part = slice(event.start, event.start + event.days)
        change = 1 + rng.choice([-1, 1]) * rng.uniform(0.30, 0.70)
        if event.kind == "row":
            shape[part] *= change
        else:
            half = int(rng.integers(2, 8))
            shape[part, :half] *= change
            shape[part, half:] *= 2 - change
    return World(rng.poisson(size[:, None] * rng.gamma(400, 1 / 400, (days, 1)) * shape).astype(float), planned)


def single_world(seed: int, days: int = 730, events: int | None = None, first: int = FIRST) -> World:
    """One series of 40 to 3,000 orders a day: spikes, drops, shifts of 25 to 60 %, shuffled days."""
    rng = np.random.default_rng([seed, 3])
    mean = _mean_curve(days, _log_uniform(40, 3_000, rng), rng)
    planned = plan_events(days, int(rng.integers(8, 11)) if events is None else events, ("spike", "shift", "shuffled"), rng, first)
    for event in planned:
        part = slice(event.start, event.start + event.days)
        if event.kind == "shuffled":
            mean[part] = np.roll(mean[part], 1) if event.days > 1 else mean[event.start - 3 : event.start - 2]
        else:
            mean[part] *= 1 + rng.choice([-1, 1]) * rng.uniform(0.25, 0.60)
    return World(_negative_binomial(mean, rng)[:, None], planned)
