"""What is forecast by itself: the shop, or each of its currencies; with its customers' order days, and what was known at a past day.

Days are numbers from 1970-01-01, as in `OrderDays`. Clients are numbered in the text order of their ids.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import ibis
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ca_assets.analyses.core.base import Base
from ca_assets.analyses.core.calendar import EPOCH, periods
from ca_assets.analyses.core.decimals import exact_sum
from ca_assets.analyses.core.selection import select_currency
from ca_assets.analyses.core.temp_tables import TempTables
from ca_assets.models.value.forecast import Ints, OrderDays

WEEK, EVERY = 7, 4  # days; weeks from one past origin to the next


@dataclass(frozen=True)
class Known:
    """What was known at the end of a day. `numbers`: of the clients with an order by then, in `Part.clients`; `data` numbers them anew."""

    day: int
    numbers: NDArray[np.int64]
    data: OrderDays
    digest: str


@dataclass
class Part:
    """The shop, or one currency of it, up to the report's end. `keys`: by client the key in the base tables; `temp` keeps its tables."""

    base: Base
    temp: TempTables
    currency: str
    clients: pa.Array
    keys: Ints
    data: OrderDays

    @property
    def scopes(self) -> tuple[str, ...]:
        """Its scopes, whose number is their place."""
        return self.base.scopes.names

    @property
    def last_day(self) -> int:
        """The last day that the report covers."""
        return self.base.session_days.first_number + self.base.session_days.days - 1

    @cached_property
    def first_days(self) -> Ints:
        """By client the day of the first order."""
        starts = np.flatnonzero(np.diff(self.data.client, prepend=-1))
        return self.data.day[starts]

    @cached_property
    def numbers(self) -> ibis.Table:
        """Key → number of the client, and the day of the first order (columns key, number, first_day)."""
        columns = {"key": self.keys, "number": np.arange(len(self.keys), dtype=np.int32), "first_day": self.first_days}
        return self.temp.materialize(ibis.memtable(pa.table({name: pa.array(values, pa.int32()) for name, values in columns.items()})))

    @cached_property
    def orders(self) -> ibis.Table:
        """Orders of clients: number, first_day of the client, day, amount, scope columns, and order_number (0: the client's first)."""
        orders = client_orders(self.base).inner_join(self.numbers, "key")
        day = (orders.day + self.base.session_days.first_number).cast("int32")
        place = ibis.row_number().over(ibis.window(group_by="number", order_by=["start", "id"]))
        columns = ("number", "first_day", "amount", *self.base.scopes.columns)
        return self.temp.materialize(orders.select(*columns, day=day, order_number=place.cast("int32")))

    def known(self, day: int) -> Known:
        """What was known at the end of a day, whatever came later."""
        is_known = self.first_days <= day
        numbers = np.flatnonzero(is_known)
        anew = np.cumsum(is_known, dtype=np.int32) - 1
        chosen = self.data.day <= day
        data = OrderDays(anew[self.data.client[chosen]], self.data.day[chosen], self.data.amount[chosen])
        return Known(day, numbers, data, _digest(self.clients.take(pa.array(numbers)), data))


def parts_of(base: Base, temp: TempTables) -> list[Part]:
    """The shop; of one with several currencies each of them, as they are scopes. `temp` keeps their tables."""
    if not base.scopes.has_currency:
        return [_part(base, temp, base.currencies[0] if base.currencies else base.context.shop.currency)]
    found = next(dimension for dimension in base.scopes.dimensions if dimension.name == "currency")
    return [_part(select_currency(base, currency), temp, currency) for currency in found.labels]


def client_orders(base: Base) -> ibis.Table:
    """The base sessions that are orders of clients."""
    return base.clients.filter(base.clients.purchased)


def _part(base: Base, temp: TempTables, currency: str) -> Part:
    orders = client_orders(base)
    days = orders.group_by("key", "day").aggregate(amount=exact_sum(orders.amount))
    buyers = base.customers.semi_join(days, "key").select("key", "client")
    numbered = temp.materialize(buyers.mutate(number=ibis.row_number().over(ibis.window(order_by=buyers.client)).cast("int32")))
    clients = numbered.order_by("number").to_pyarrow().combine_chunks()
    rows = days.inner_join(numbered.select("key", "number"), "key").select("number", "day", "amount").order_by("number", "day").to_pyarrow()
    client, day = (rows[name].to_numpy().astype(np.int32) for name in ("number", "day"))
    data = OrderDays(client, day + np.int32(base.session_days.first_number), rows["amount"].to_numpy())
    return Part(base, temp, currency, clients["client"].combine_chunks(), clients["key"].to_numpy(), data)


def prediction_day(base: Base) -> int | None:
    """The last day of the newest complete week of the session range; None when there is none."""
    weeks = periods(base.session_days, "weekly", base.context.shop.calendar)
    whole = weeks.next_days[weeks.complete]
    return int(whole[-1].astype(np.int64)) - 1 if len(whole) else None


def past_origins(day: int, count: int) -> list[int]:
    """The last `count` week ends before a prediction day that are origins of backtests, the newest first."""
    ends = [day - WEEK * back for back in range(1, EVERY * count + 1)]
    return [end for end in ends if is_past_origin(end)]


def is_past_origin(day: int) -> bool:
    """Whether a week's end is one of those that forecasts look back from: every fourth, whatever the newest one."""
    return day // WEEK % EVERY == 0


def date_of(day: int) -> dt.date:
    """The date of a day's number."""
    return EPOCH + dt.timedelta(days=day)


def dates_of(days: Sequence[int] | NDArray[np.integer]) -> NDArray[np.datetime64]:
    """The dates of days' numbers."""
    return np.asarray(days, dtype=np.int64).astype("M8[D]")


def _digest(clients: pa.Array, data: OrderDays) -> str:
    """Stands for the order days of clients."""
    digest = hashlib.blake2b("\0".join(clients.to_pylist()).encode(), digest_size=16)  # no text of a table has a NUL in it
    for values, dtype in ((data.client, "<i4"), (data.day, "<i4"), (data.amount, "<f8")):
        digest.update(np.ascontiguousarray(values, dtype=dtype).tobytes())
    return digest.hexdigest()
