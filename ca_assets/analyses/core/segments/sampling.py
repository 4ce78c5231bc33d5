"""The values that a fit is made from: of a metric (monetary: of a currency) at a month's end those of the first 100,000 buyers by draw.

Where there are more buyers than that, the engine counts them by draw first, so that no more than are needed leave it. They leave it once,
for all months.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import ibis
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ca_assets.analyses.core.base import to_numpy
from ca_assets.analyses.core.segments.fits import Values
from ca_assets.analyses.core.segments.month_ends import MonthEnds
from ca_assets.analyses.core.segments.values import hours_between

Metric = Literal["recency", "frequency", "monetary"]
Series = tuple[Metric, int | None]  # of monetary with the number of the currency
LARGEST_SAMPLE = 100_000
BUCKETS = 1024
COLUMNS = ("month", "until", "last", "currency", "frequency_hours", "monetary")


@dataclass(frozen=True)
class Sampling:
    """Of the states of all buyers, whose number is `buyers`."""

    states: ibis.Table
    months: MonthEnds
    buyers: int

    def values(self, month: int) -> dict[Series, Values]:
        """The values of each series as of a month, in the order of the draw; no series without any."""
        rows = self._rows
        holds = (rows["month"] <= month) & (rows["until"] > month)
        last, currency, frequency, monetary = (rows[name][holds] for name in COLUMNS[2:])
        series: dict[Series, Values] = {("frequency", None): frequency[~np.isnan(frequency)][:LARGEST_SAMPLE]}
        series["recency", None] = hours_between(last[:LARGEST_SAMPLE], self.months.ends[month])
        for number in np.flatnonzero(np.bincount(currency)).tolist():
            series["monetary", number] = monetary[currency == number][:LARGEST_SAMPLE]
        return {name: values for name, values in series.items() if len(values)}

    @cached_property
    def _rows(self) -> dict[str, NDArray[Any]]:
        """Columns of the states that a series may need, in the order of the draw."""
        states = self.states
        if self.buyers > LARGEST_SAMPLE:
            states = states.mutate(is_repeat=states.order_days > 1).inner_join(
                ibis.memtable(self._limits), ["is_repeat", "currency", "month"]
            )
            states = states.filter(states.draw < states.draws)
        rows = to_numpy(states.select("draw", *COLUMNS))
        order = np.argsort(rows.pop("draw"), kind="stable")
        return {name: values[order] for name, values in rows.items()}

    @property
    def _limits(self) -> pa.Table:
        """Below which draw a state may be among the 100,000 of a series: by is_repeat (two order days), currency and its first month.

        At each month's end so many whole buckets of draws are needed that a series has its number, or all that it has; of a state the
        most that are needed at any later month's end.
        """
        width = -(-self.buyers // BUCKETS)
        counts = self._changes(width).cumsum(axis=-1)  # is_repeat, currency, bucket, month
        recency, frequency, monetary = counts.sum(axis=(0, 1)), counts[1].sum(axis=0), counts.sum(axis=0)
        buckets = [(series.cumsum(axis=-2) < LARGEST_SAMPLE).sum(axis=-2) + 1 for series in (recency, frequency, monetary)]
        once = np.maximum(buckets[2], buckets[0])
        needed = np.stack([once, np.maximum(once, buckets[1])])
        needed = np.maximum.accumulate(needed[..., ::-1], axis=-1)[..., ::-1]
        is_repeat, currency, month = (place.ravel() for place in np.indices(needed.shape))
        return pa.table(
            {
                "is_repeat": pa.array(is_repeat.astype(bool)),
                "currency": pa.array(currency, pa.int16()),
                "month": pa.array(month, pa.int32()),
                "draws": pa.array((needed * width).ravel(), pa.int64()),
            }
        )

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
