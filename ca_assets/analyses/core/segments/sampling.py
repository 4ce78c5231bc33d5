"""The values that a fit is made from: of a metric (monetary: of a currency) at a month's end those of the first 100,000 buyers by draw.

Where there are more buyers than that, the engine counts them by draw first, so that no more than are needed leave it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import ibis
import numpy as np
from numpy.typing import NDArray

from ca_assets.analyses.core.base import to_numpy
from ca_assets.analyses.core.segments.fits import Values
from ca_assets.analyses.core.segments.month_ends import MonthEnds
from ca_assets.analyses.core.segments.values import recency_hours

Metric = Literal["recency", "frequency", "monetary"]
Series = tuple[Metric, int | None]  # of monetary with the number of the currency
LARGEST_SAMPLE = 100_000
BUCKETS = 1024


@dataclass(frozen=True)
class Sampling:
    """Of the states of all buyers, whose number is `buyers`."""

    states: ibis.Table
    months: MonthEnds
    buyers: int

    def values(self, month: int) -> dict[Series, Values]:
        """The values of each series as of a month; no series without any."""
        states, end = self.states, ibis.literal(self.months.ends[month], "timestamp('UTC')")
        known = states.filter((states.month <= month) & (states.until > month))
        if self.buyers > LARGEST_SAMPLE:
            known = known.filter(known.draw < int(self._limits[month]))
        recency = recency_hours(known["last"], end)
        rows = to_numpy(known.select("draw", "currency", "frequency_hours", "monetary", recency=recency))
        order = np.argsort(rows.pop("draw"))
        columns = {name: values[order] for name, values in rows.items()}
        frequency = columns["frequency_hours"].astype(np.float64)
        series: dict[Series, Values] = {("recency", None): columns["recency"], ("frequency", None): frequency[~np.isnan(frequency)]}
        for number in np.unique(columns["currency"]).tolist():
            series["monetary", number] = columns["monetary"][columns["currency"] == number]
        return {name: values[:LARGEST_SAMPLE] for name, values in series.items() if len(values)}

    @cached_property
    def _limits(self) -> NDArray[np.int64]:
        """By month the draw below which all series have their 100,000, or all that they have."""
        width = -(-self.buyers // BUCKETS)
        series = self._changes(width).cumsum(axis=-1)  # repeat, currency, bucket, month
        counts = np.concatenate([series.sum(axis=(0, 1))[None], series[1].sum(axis=0)[None], series.sum(axis=0)]).cumsum(axis=1)
        needed = (counts < LARGEST_SAMPLE).sum(axis=1) + 1  # whole buckets
        return np.asarray(needed.max(axis=0) * width, dtype=np.int64)

    def _changes(self, width: int) -> NDArray[np.int64]:
        """States that begin less those that end, by whether there are two order days, currency, bucket of draws and month."""
        states = self.states
        facts = {"bucket": states.draw // width, "repeat": (states.order_days > 1).cast("int8")}
        begun, ended = (
            to_numpy(states.group_by("currency", **facts, at=at).aggregate(n=states.count())) for at in (states.month, states.until)
        )
        shape = (2, int(begun["currency"].max()) + 1, BUCKETS, len(self.months) + 1)
        changes = np.zeros(shape, dtype=np.int64)
        for rows, sign in ((begun, 1), (ended, -1)):
            np.add.at(changes, _places(rows), sign * rows["n"].astype(np.int64))
        return changes[..., :-1]


def _places(rows: dict[str, NDArray[Any]]) -> tuple[NDArray[np.int64], ...]:
    return tuple(rows[name].astype(np.int64) for name in ("repeat", "currency", "bucket", "at"))
