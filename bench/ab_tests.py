"""`python -m bench.ab_tests`: false positives, power and correction of the tests before and after, on simulated shops that are loaded.

A shop holds many runs of one world at once, each a scope (`run=17`) with customers of its own; its files go through cleaning as any shop's.
Worlds (METHODS of docs/contract, 3): 3,000 customers, 182 days, orders a week gamma(1.5) with mean .35, a label on 12 % of orders, labelled
baskets 25 % dearer, no effect on other orders. Printed are shares of runs with p < .05, with their 95 % interval (Wilson).
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import math
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ca_assets.analyses.core.context import Context
from ca_assets.analyses.core.family import compute
from ca_assets.analyses.core.intervals import wilson
from ca_assets_tests.analyses.running import tables_of
from ca_assets_tests.shops.builder import SampleShop

Floats = NDArray[np.float64]
FIRST = np.datetime64("2024-01-01T00:00:00", "us")
DAY = np.timedelta64(86_400_000_000, "us")
DAYS, CUSTOMERS, RATE, SHAPE, LABELLED, DEARER = 182, 3000, 0.35, 1.5, 0.12, 1.25
LEVEL = 0.05
LABELS_ALONE = {"rfm_minimum": 10**9}  # no segments, which would be most of the work
PEAK, PEAK_FACTOR = (84.0, 98.0), 2.5
RESULT = dict[str, Any]


@dataclass
class World:
    """Customers and orders of some runs: each customer's run, rate (orders a day) and life (days); each order's customer and day."""

    rng: np.random.Generator
    runs: int
    days: int = DAYS
    customers: int = CUSTOMERS
    run: NDArray[np.int64] = field(init=False)
    rate: Floats = field(init=False)
    begin: Floats = field(init=False)
    end: Floats = field(init=False)
    of: NDArray[np.int64] = field(init=False)
    at: Floats = field(init=False)

    def __post_init__(self) -> None:
        size = self.runs * self.customers
        self.run = np.repeat(np.arange(self.runs), self.customers)
        self.rate = self.rng.gamma(SHAPE, RATE / SHAPE / 7, size)
        self.begin, self.end = np.zeros(size), np.full(size, float(self.days))

    def with_arrivals(self) -> World:
        """Of the customers 60 % arrive, and all leave after an exponential life of 90 days."""
        arrives = self.rng.random(len(self.run)) < 0.6
        self.begin = np.where(arrives, self.rng.random(len(self.run)) * self.days, 0.0)
        self.end = np.minimum(self.begin + self.rng.exponential(90, len(self.run)), self.days)
        return self

    def with_orders(self, factor: Callable[[Floats], Floats] | None = None, most: float = 1.0) -> World:
        """Poisson orders at each customer's rate; `factor` of the day, at most `most`, makes it vary."""
        self.of = np.repeat(np.arange(len(self.run)), self.rng.poisson(self.rate * most * (self.end - self.begin)))
        self.at = self.begin[self.of] + self.rng.random(len(self.of)) * (self.end - self.begin)[self.of]
        if factor is not None:
            kept = self.rng.random(len(self.of)) * most < factor(self.at)
            self.of, self.at = self.of[kept], self.at[kept]
        order = np.lexsort((self.at, self.of))
        self.of, self.at = self.of[order], self.at[order]
        return self

    def is_first(self) -> NDArray[np.bool_]:
        """Whether an order is its customer's first."""
        return np.r_[True, self.of[1:] != self.of[:-1]]

    def labels(self, chance: Floats | float) -> NDArray[np.bool_]:
        """Which orders carry the label."""
        return self.rng.random(len(self.of)) < chance


def season(day: Floats) -> Floats:
    """Weekdays up and down, and two weeks of a peak."""
    return (1 + 0.4 * np.sin(2 * np.pi * day / 7)) * np.where((day >= PEAK[0]) & (day < PEAK[1]), PEAK_FACTOR, 1.0)


def stationary(rng: np.random.Generator, runs: int) -> tuple[World, NDArray[np.bool_]]:
    """Nothing changes."""
    world = World(rng, runs).with_orders()
    return world, world.labels(LABELLED)


def heavy(rng: np.random.Generator, runs: int) -> tuple[World, NDArray[np.bool_]]:
    """Who orders more takes the label more often."""
    world = World(rng, runs).with_orders()
    chance = world.rate[world.of]
    return world, world.labels(np.minimum(LABELLED * chance / chance.mean(), 0.9))


def seasonal(rng: np.random.Generator, runs: int) -> tuple[World, NDArray[np.bool_]]:
    """Weekdays, and a peak in which the label is three times as frequent."""
    world = World(rng, runs).with_orders(season, 1.4 * PEAK_FACTOR)
    in_peak = (world.at >= PEAK[0]) & (world.at < PEAK[1])
    return world, world.labels(np.where(in_peak, 3 * LABELLED, LABELLED) * 0.8)


def arrivals(rng: np.random.Generator, runs: int) -> tuple[World, NDArray[np.bool_]]:
    """Customers come and go."""
    world = World(rng, runs).with_arrivals().with_orders()
    return world, world.labels(LABELLED)


def starter(rng: np.random.Generator, runs: int) -> tuple[World, NDArray[np.bool_]]:
    """The label is on 35 % of first orders and 6 % of later ones."""
    world = World(rng, runs).with_orders()
    return world, world.labels(np.where(world.is_first(), 0.35, 0.06))


WORLDS = {"stationary": stationary, "heavy buyers": heavy, "season and peak": seasonal, "arrivals and churn": arrivals, "starter": starter}


def with_effect(rng: np.random.Generator, runs: int, lift: float, share: float) -> tuple[World, NDArray[np.bool_]]:
    """A labelled order is followed by more orders for seven days: the customer's rate times 1 + lift."""
    world = World(rng, runs).with_orders()
    labelled = world.labels(share)
    causes = np.flatnonzero(labelled)
    further = np.repeat(causes, rng.poisson(7 * lift * world.rate[world.of[causes]]))
    at = world.at[further] + 7 * rng.random(len(further))
    kept = at < world.days
    world.of, world.at = np.concatenate([world.of, world.of[further][kept]]), np.concatenate([world.at, at[kept]])
    return world, np.concatenate([labelled, np.zeros(int(kept.sum()), bool)])


def shop_of(world: World, labelled: NDArray[np.bool_], settings: dict[str, int]) -> SampleShop:
    """Its files: orders with the promotion LABEL, and customers with their download."""
    amount = world.rng.lognormal(3, 0.6, len(world.of)) * np.where(labelled, DEARER, 1.0)
    sessions = pa.table(
        {
            "id": pa.array(np.arange(len(world.of)).astype(str)),
            "client": pa.array(world.of.astype(str)),
            "start": pa.array(FIRST + (world.at * 86_400e6).astype(np.int64).astype("m8[us]")),
            "amount": np.round(amount, 2),
            "bought": np.ones(len(world.of), bool),
            "promo": pa.array(np.where(labelled, "LABEL", None), pa.string()),
            "run": pa.array(world.run[world.of].astype(str)),
        }
    )
    downloads = FIRST + (world.begin * 86_400e6).astype(np.int64).astype("m8[us]") - np.where(world.begin > 0, 0, 200) * DAY
    customers = pa.table({"client": pa.array(np.arange(len(world.run)).astype(str)), "download": pa.array(downloads)})
    return SampleShop(sessions=sessions, customers=customers, dimensions=["run"], settings={"scope_values": world.runs} | settings)


def computed(sample: SampleShop, days: int) -> dict[str, pa.Table]:
    """The family's reports, of the runs alone, from files through cleaning."""
    day = dt.date(2024, 1, 1) + dt.timedelta(days=days - 1)
    with tempfile.TemporaryDirectory() as folder:
        shop, tables = tables_of(sample.write(Path(folder)), Path(folder) / "staging")
        [reports] = list(compute(["ab_tests"], tables, Context(shop, day, windows=False)))
    return {name: table.filter(pa.compute.not_equal(table["scope"], "all")) for name, table in reports.tables.items()}


def share(hits: int, size: int) -> RESULT:
    """A share with its interval."""
    low, high = (float(end) for end in wilson(np.array(hits), np.array(size)))
    return {"share": round(hits / size, 4) if size else None, "low": round(low, 4), "high": round(high, 4), "of": size}


def measure_world(name: str, runs: int, chunk: int, seed: int) -> RESULT:
    """False positives of all four tests of a label."""
    p: dict[str, list[float]] = {}
    for first in range(0, runs, chunk):
        world, labelled = WORLDS[name](np.random.default_rng([seed, first]), min(chunk, runs - first))
        effects = computed(shop_of(world, labelled, LABELS_ALONE), world.days)["promotion_effects"].to_pandas()
        for (metric, days), rows in effects.groupby(["metric", "window_days"]):
            p.setdefault(f"{metric}, {days} days", []).extend(rows["p_value"].dropna())
    return {test: share(int((np.array(values) < LEVEL).sum()), len(values)) for test, values in p.items()}


def measure_power(runs: int, chunk: int, seed: int) -> RESULT:
    """Share of runs with an increase found at +20 %, with as many customers as the formula says for +20 %."""
    lift, rows = 0.2, []
    before = RATE * (1 + 1 / SHAPE)  # an order comes from a customer the more often the higher the rate
    needed = math.ceil(7.85 * (2 + lift) / (lift**2 * before))
    chance = _share_for(needed)
    for first in range(0, runs, chunk):
        world, labelled = with_effect(np.random.default_rng([seed, first]), min(chunk, runs - first), lift, chance)
        effects = computed(shop_of(world, labelled, LABELS_ALONE), world.days)["promotion_effects"].to_pandas()
        rows.append(effects[(effects["metric"] == "orders") & (effects["window_days"] == 7)])
    found = [((each["p_value"] < LEVEL) & (each["effect"] > 0)) for each in rows]
    customers = float(np.mean(np.concatenate([each["customers"] for each in rows])))
    used = float(np.mean(np.concatenate([each["used"] for each in rows])))
    power = share(int(sum(each.sum() for each in found)), sum(map(len, found)))
    return {"needed": needed, "customers": round(customers), "label orders": round(used), **power}


def _share_for(customers: int) -> float:
    """Share of labelled orders with which so many customers have one (orders of a customer are negative binomial)."""
    mean = RATE * (DAYS - 14) / 7
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        with_one = CUSTOMERS * (1 - (1 + mean * middle / SHAPE) ** -SHAPE)
        low, high = (middle, high) if with_one < customers else (low, middle)
    return low


def measure_correction(shops: int, chunk: int, seed: int, labels: int = 500) -> RESULT:
    """Share of shops of 500 null labels (products) in which any is decided to be an increase or a decrease, by metric and window."""
    hits: dict[str, list[bool]] = {}
    tested: list[float] = []
    for first in range(0, shops, chunk):
        rng = np.random.default_rng([seed, first])
        world = World(rng, min(chunk, shops - first)).with_orders()
        lines = np.repeat(np.arange(len(world.of)), rng.poisson(0.04 * labels, len(world.of)))
        baskets = pa.table(
            {
                "id": pa.array(lines.astype(str)),
                "product": pa.array(rng.integers(0, labels, len(lines)).astype(str)),
                "price": np.ones(len(lines)),
            }
        )
        nothing = np.zeros(len(world.of), bool)
        sample = replace(shop_of(world, nothing, {"top": labels} | LABELS_ALONE), baskets=baskets)
        effects = computed(sample, world.days)["product_effects"].to_pandas()
        for (metric, days), rows in effects.groupby(["metric", "window_days"]):
            decided = rows["decision"].isin(["increase", "decrease"]).groupby(rows["scope"]).any()
            hits.setdefault(f"{metric}, {days} days", []).extend(decided)
        tested.append(float(effects["q_value"].notna().mean()))
    return {test: share(sum(found), len(found)) for test, found in hits.items()} | {"share tested": round(float(np.mean(tested)), 3)}


def measure_segments(runs: int, chunk: int, seed: int, days: int = 730) -> RESULT:
    """False positives of segments by world, report and metric; a run's cells are its eight segments."""
    p: dict[str, list[float]] = {}
    for name in ("stationary", "season", "arrivals and churn"):
        for first in range(0, runs, chunk):
            world = World(np.random.default_rng([seed, first, len(name)]), min(chunk, runs - first), days, 1000)
            world = world.with_arrivals() if name == "arrivals and churn" else world
            world = world.with_orders(lambda day: 1 + 0.4 * np.sin(2 * np.pi * day / 7), 1.4) if name == "season" else world.with_orders()
            made = computed(shop_of(world, np.zeros(len(world.of), bool), {}), days)
            for grain in ("daily", "weekly", "monthly"):
                rows = made[f"segment_{grain}"].to_pandas()
                rows = rows[rows["q_value"].notna()]
                for metric, tests in rows.groupby("metric"):
                    p.setdefault(f"{name}, {grain}, {metric}", []).extend(tests["p_value"])
    return {test: share(int((np.array(values) < LEVEL).sum()), len(values)) for test, values in p.items()}


def main() -> None:
    """Measure the chosen parts, print and write JSON after each."""
    parser = argparse.ArgumentParser(prog="python -m bench.ab_tests", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=500, help="A/A runs of each world, and of power [default: %(default)s]")
    parser.add_argument("--shops", type=int, default=100, help="shops of 500 null labels [default: %(default)s]")
    parser.add_argument("--segment-runs", type=int, default=100, help="runs of segments in each world [default: %(default)s]")
    parser.add_argument("--only", default="worlds,power,correction,segments", help="parts, with commas [default: %(default)s]")
    parser.add_argument("--seed", type=int, default=7, help="[default: %(default)s]")
    parser.add_argument("--json", type=Path, help="file for the results")
    arguments = parser.parse_args()
    results: RESULT = {}
    parts: dict[str, Callable[[], RESULT]] = {}
    for world in WORLDS:
        parts[f"worlds: {world}"] = partial(measure_world, world, arguments.runs, 50, arguments.seed)
    parts["power"] = partial(measure_power, arguments.runs, 50, arguments.seed + 1)
    parts["correction"] = partial(measure_correction, arguments.shops, 10, arguments.seed + 2)
    parts["segments"] = partial(measure_segments, arguments.segment_runs, 50, arguments.seed + 3)
    for name, measure in parts.items():
        if name.partition(":")[0] in arguments.only.split(","):
            results[name] = measure()
            print(json.dumps({name: results[name]}, indent=2), flush=True)
            if arguments.json:
                arguments.json.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
