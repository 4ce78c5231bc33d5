"""A seeded demo shop of any size: two years of sessions, customers, baskets and deliveries, with the planted truth beside.

Belongs here: the order of work, month by month. Memory: what is kept is per customer (about 80 bytes) and one month of rows.
Does not belong here: the parts themselves (`season`, `population`, `visits`, `rides`, `flaws`, `rows`, `writing`).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from ca_assets.demo import plan, words
from ca_assets.demo.flaws import broken_lines, flawed
from ca_assets.demo.plan import DemoTruth
from ca_assets.demo.population import Population, make_catalogue, make_places, make_population
from ca_assets.demo.rides import SLOW, make_rides
from ca_assets.demo.rows import CUSTOMERS, Format, customers_table, deliveries_table, lines_table, select, sessions_table, shop_yaml
from ca_assets.demo.season import DAY, Clock, Ints, cumulative, day_weights, make_clock
from ca_assets.demo.visits import Visits, World, buying_of_day, make_month
from ca_assets.demo.writing import ShopFiles
from ca_assets.zones import zone_of

Progress = Callable[[str, int], None]
NEVER_CAME = 0.06  # of the customers: a first contact, but no session
NOT_IN_CUSTOMERS = 0.003  # of the visitors: sessions without a customer row
LATE = 0.004  # of the sessions: written with the next month's rows


@dataclass(frozen=True)
class _Scale:
    """How large the shop is to be: expected sessions, customer rows, values per dimension, mean lines per basket."""

    sessions: int
    customers: int
    dimension_values: tuple[int, int, int]
    lines_per_basket: float

    def dimensions(self) -> list[tuple[list[str], list[float], list[float]]]:
        """Values, shares and factors on the purchase rate of country, device and channel."""
        known = ((words.COUNTRIES, "country"), (words.DEVICES, "device"), (words.CHANNELS, "campaign"))
        return [words.values(values, stem, size) for (values, stem), size in zip(known, self.dimension_values, strict=True)]


def _make_world(scale: _Scale, end: dt.date, rng: np.random.Generator) -> World:
    """Draw everything that the months share."""
    clock = make_clock(end, zone_of(words.TIMEZONE))
    anomalies, promotions = plan.plan_anomalies(clock, rng), plan.plan_promotions(clock)
    weights = day_weights(clock, rng) * plan.factors(clock, anomalies, "traffic_drop")
    country, device, channel = scale.dimensions()
    places = make_places(max(60, scale.customers // 14), rng)
    size = {"visitors": round(scale.customers * (1 - NEVER_CAME)), "sessions": scale.sessions, "places": len(places.slowness)}
    return World(
        clock=clock,
        summed=cumulative(clock, weights),
        population=make_population(clock, weights, rng, shares=(country[1], device[1]), **size),
        places=places,
        catalogue=make_catalogue(rng),
        anomalies=anomalies,
        promotions=promotions,
        names=(country[0], device[0], channel[0]),
        channel_shares=channel[1],
        rates=(np.array(country[2]), np.array(device[2]), np.array(channel[2])),
        lines_per_basket=scale.lines_per_basket,
        buying=buying_of_day(clock, anomalies),
        promotion_of_day=plan.promotion_of_day(clock, promotions),
    )


def _planted(world: World, seed: int) -> DemoTruth:
    """The truth before any row is made."""
    clock, goods, places = world.clock, world.catalogue, world.places
    slow = np.flatnonzero(places.slowness > 1)
    return DemoTruth(
        name=words.SHOP_NAME,
        seed=seed,
        first_day=clock.start,
        last_day=clock.end,
        timezone=words.TIMEZONE,
        anomalies=world.anomalies,
        promotions=world.promotions,
        promotion_orders=dict.fromkeys(world.vouchers, 0),
        affinities=tuple((goods.sku[i], goods.sku[j]) for i, j in enumerate(goods.partner) if i < j),
        slow_places=tuple((float(places.latitude[i]), float(places.longitude[i])) for i in slow),
        slow_hours=SLOW,
    )


class _Making:
    """A shop in the making: what was written so far."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.seed, self.truth = world, seed, _planted(world, seed)
        self.written = dict.fromkeys(("sessions", "customers", "lines", "deliveries"), 0)
        self.duplicated = 0
        self.late: pa.Table | None = None
        self.samples: dict[str, pa.Table] = {}

    def write(self, files: ShopFiles, stem: str, table: pa.Table) -> None:
        """Append rows and count them."""
        files.write(stem, table)
        self.written[stem] += len(table)

    def month(self, files: ShopFiles, number: int, begin: int, end: int) -> None:
        """Make and write the rows of one month; its random numbers depend on seed and month only."""
        rng = np.random.default_rng([self.seed, number])
        visits, lines = make_month(self.world, begin, end, rng)
        first_id = self.truth.sessions + 1
        table = sessions_table(visits, first_id, self.world.names, self.world.vouchers)
        rides = deliveries_table(make_rides(self.world, visits, rng), first_id)
        goods = lines_table(lines, first_id, self.world.catalogue)
        self._write_sessions(files, table, visits, rng)
        self.write(files, "lines", goods)
        self.write(files, "deliveries", rides)
        self._count(visits)
        self.samples = {"sessions": table, "lines": goods, "deliveries": rides}

    def _write_sessions(self, files: ShopFiles, table: pa.Table, visits: Visits, rng: np.random.Generator) -> None:
        is_late = rng.random(len(table)) < LATE
        self.write(files, "sessions", select(table, ~is_late))
        self.flush_late(files)
        self.late = select(table, is_late)
        for anomaly in self.world.anomalies:
            if anomaly.kind == "duplicated_load":
                again = select(table, visits.day == (anomaly.first_day - self.world.clock.start).days)
                self.write(files, "sessions", again)
                self.duplicated += len(again)

    def flush_late(self, files: ShopFiles) -> None:
        """Write the rows that were held back."""
        if self.late is not None:
            self.write(files, "sessions", self.late)
        self.late = None

    def _count(self, visits: Visits) -> None:
        bought = visits.steps[-1]
        self.truth.sessions += len(bought)
        self.truth.orders += int(bought.sum())
        self.truth.revenue = round(self.truth.revenue + float(visits.amount.sum()), 2)
        used = np.bincount(visits.voucher[visits.voucher >= 0], minlength=len(self.world.vouchers))
        for voucher, orders in zip(self.world.vouchers, used, strict=True):
            self.truth.promotion_orders[voucher] += int(orders)


def _first_contacts(clock: Clock, people: Population, count: int, rng: np.random.Generator) -> tuple[Ints, Ints, Ints, Ints]:
    """Numbers, first contact, sign-up and newsletter seconds (-1 for none) of `count` customers; the last ones never came."""
    visitors = len(people.first)
    first = np.concatenate([people.first, rng.integers(clock.edges[0], clock.edges[-1], count - visitors)])
    kind = rng.random(count)
    ahead = np.where(kind < 0.55, rng.integers(20, 900, count), rng.exponential(2.5 * DAY, count).astype(np.int64))
    download = np.maximum(first - ahead, clock.edges[0])
    after = first + rng.integers(600, 3 * DAY, count)
    download = np.where((kind > 0.95) & (after < clock.edges[-1]), after, download)  # the app came after the first visit
    sign = np.maximum(download, first) + (rng.exponential(1.0, count) ** 2 * DAY).astype(np.int64) + 60
    signup = np.where((rng.random(count) < 0.46) & (sign < clock.edges[-1]), sign, -1)
    news = np.where(rng.random(count) < 0.55, sign, download) + rng.integers(30, 5 * DAY, count)
    newsletter = np.where((rng.random(count) < 0.28) & (news < clock.edges[-1]), news, -1)
    return np.arange(count), download, signup, newsletter


def _write_customers(making: _Making, files: ShopFiles, count: int) -> int:
    """Write the customer rows in slices; returns how many visitors have none."""
    rng = np.random.default_rng([making.seed, 1_000_000])
    columns = _first_contacts(making.world.clock, making.world.population, count, rng)
    is_known = (rng.random(count) >= NOT_IN_CUSTOMERS) | (columns[0] >= len(making.world.population.first))
    for begin in range(0, count, 200_000):
        part = slice(begin, begin + 200_000)
        table = customers_table(*(column[part][is_known[part]] for column in columns))
        making.write(files, "customers", table)
    making.samples["customers"] = table if count else CUSTOMERS.empty_table()
    return int((~is_known).sum())


def _write_flaws(making: _Making, files: ShopFiles, form: Format) -> list[str]:
    """Append wrong rows, put the counts of a correct load into the truth; returns the CSV lines that are still to be appended."""
    size = max(2, round(making.truth.sessions * 0.0001))
    rows, counts = flawed({stem: table.slice(0, size) for stem, table in making.samples.items()})
    for stem, table in rows.items():
        making.write(files, stem, table)
    broken = broken_lines(form, size)
    counts["sessions"]["rejected"] += len(broken)
    counts["sessions"]["duplicates"] += making.duplicated
    making.written["sessions"] += len(broken)
    for source, found in counts.items():
        found["read"] = making.written["lines" if source == "baskets" else source]
    making.truth.counts = counts
    return broken


def generate(
    out: Path,
    sessions: int = 60_000,
    seed: int = 7,
    *,
    end: dt.date,
    format: Format = "csv",
    progress: Progress | None = None,
    customers: int | None = None,
    dimension_values: tuple[int, int, int] = (8, 3, 12),
    lines_per_basket: float = 2.5,
) -> DemoTruth:
    """Write a shop into the folder `out`: sessions, customers, lines, deliveries, shop.yaml and truth.json.

    `end` is the last business day of the two years; `sessions` is met within some per cent; `customers` is 15 % of it unless
    given; `dimension_values` are the numbers of countries, devices and channels. The same arguments give the same bytes.
    `progress` is called after each month with its name and the sessions made so far.
    """
    count = max(20, round(sessions * 0.15)) if customers is None else customers
    scale = _Scale(sessions, count, dimension_values, lines_per_basket)
    making = _Making(_make_world(scale, end, np.random.default_rng([seed, 0])), seed)
    with ShopFiles(out, format) as files:
        for number, (name, begin, finish) in enumerate(making.world.clock.months(), start=1):
            making.month(files, number, begin, finish)
            if progress:
                progress(name, making.truth.sessions)
        making.flush_late(files)
        unknown = _write_customers(making, files, count)
        broken = _write_flaws(making, files, format)
    files.append_raw("sessions", broken)
    making.truth.customers = count - unknown
    (out / "shop.yaml").write_text(shop_yaml(format), encoding="utf-8")
    (out / "truth.json").write_text(json.dumps(making.truth.as_dict(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return making.truth
