"""An experiment read from the published tables: customers known before its start, their orders since and before, and the effects.

All customers that were known (a download or a session) before the start take part, whatever they did after: who came later was in no list
and is counted apart. An order at the very instant of the start belongs to the experiment.
Belongs here: from tables to arrays. Does not belong here: statistics (`ca_assets.models.experiments`).
"""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ca_assets.index.protocol import NotPublished, Snapshot
from ca_assets.models.experiments.assignment import held_out
from ca_assets.models.experiments.reading import LEAST_CUSTOMERS, RATIO_ALARM, Effect, capped, read_effect, sample_ratio_p
from ca_assets.settings.experiments.kept import Experiment
from ca_assets.shop import Calendar

Decision = Literal["increase", "decrease", "no_evidence", "not_enough_data"]
PAST_DAYS = 91  # whole weeks: what CUPED knows of a customer
DECIDED = ("orders", "revenue_capped")  # a decision of each at ALPHA / 2, so that a claim of any is wrong in at most ALPHA
METRICS = ("orders", "revenue", "revenue_capped")
ALPHA = 0.05
SECONDS = 86_400


@dataclass(frozen=True)
class Reading:
    """What an experiment shows as of `until`. `effects`: by metric, None where it cannot be told; `refusal` says why nothing can be.

    `later`: customers who came after the start. `ratio_p`: of the sample-ratio check; `is_ratio_broken`: then no decision is made.
    """

    experiment: Experiment
    until: dt.datetime
    currency: str | None
    test: int
    holdout: int
    later: int
    ratio_p: float
    effects: dict[str, Effect | None]
    refusal: str = ""

    @property
    def days(self) -> float:
        """Days that have passed since the start, of those whose orders are known."""
        return max((self.until - self.experiment.start).total_seconds() / SECONDS, 0.0)

    @property
    def is_ratio_broken(self) -> bool:
        """Whether the arms' sizes are not those that were planned."""
        return self.ratio_p < RATIO_ALARM

    def decision(self, metric: str) -> Decision:
        """What is decided of a metric; never anything while the arms' sizes are wrong."""
        effect = self.effects.get(metric)
        if effect is None or self.refusal or self.is_ratio_broken:
            return "not_enough_data"
        if metric not in DECIDED or effect.low <= 0 <= effect.high:
            return "no_evidence"
        return "increase" if effect.low > 0 else "decrease"


def known_customers(snapshot: Snapshot, start: dt.datetime) -> tuple[list[str], int]:
    """Ids of the customers known before an instant, sorted, and the number of those known since. Raises NotPublished."""
    orders = _table(snapshot, "orders", ["client", "session_start_date"]).rename_columns(["client", "at"])
    parts = [orders]
    with suppress(NotPublished):  # a shop without a customers source: the first session alone
        parts.append(_table(snapshot, "downloads", ["client", "download_date"]).rename_columns(["client", "at"]))
    moments = pa.concat_tables([part.filter(pc.is_valid(part["client"])) for part in parts], promote_options="permissive")
    firsts = moments.group_by("client").aggregate([("at", "min")])
    is_known = pc.less(firsts["at_min"], pa.scalar(start, firsts["at_min"].type)).fill_null(False)
    clients: list[str] = sorted(firsts["client"].filter(is_known).to_pylist())
    return clients, firsts.num_rows - len(clients)


def read_experiment(snapshot: Snapshot, experiment: Experiment) -> Reading:
    """What the experiment shows as of the publication's report date. Raises NotPublished."""
    meta = snapshot.meta()
    until = Calendar(**meta.get("calendar", {})).as_of(dt.date.fromisoformat(meta["report_date"]))
    clients, later = known_customers(snapshot, experiment.start)
    is_holdout = held_out(clients, experiment.salt, experiment.holdout_share)
    holdout, currency = int(is_holdout.sum()), meta.get("currency")
    test = len(clients) - holdout
    ratio_p = sample_ratio_p(test, holdout, experiment.holdout_share)
    effects: dict[str, Effect | None] = dict.fromkeys(METRICS)
    if until > experiment.start and min(test, holdout) >= LEAST_CUSTOMERS:
        effects = _effects(snapshot, experiment, until, clients, is_holdout, has_revenue=bool(currency))
    refusal = _refusal(experiment, until, test, holdout)
    return Reading(experiment, until, currency, test, holdout, later, ratio_p, effects, refusal)


def _refusal(experiment: Experiment, until: dt.datetime, test: int, holdout: int) -> str:
    if test + holdout == 0:
        return "no customer was known before the start"
    if min(test, holdout) < LEAST_CUSTOMERS:
        return f"each side needs {LEAST_CUSTOMERS} customers; the test has {test}, the holdout {holdout}"
    if until <= experiment.start:
        return f"no day since its start is loaded yet (data until {until:%Y-%m-%d %H:%M} UTC)"
    return ""


def _effects(
    snapshot: Snapshot, experiment: Experiment, until: dt.datetime, clients: list[str], is_holdout: NDArray[np.bool_], *, has_revenue: bool
) -> dict[str, Effect | None]:
    start, day = experiment.start, dt.timedelta(days=1)
    orders = _orders(snapshot)
    since = _per_customer(orders, clients, start, until)
    past = _per_customer(orders, clients, start - PAST_DAYS * day, start)
    planned = _per_customer(orders, clients, start - experiment.days * day, start)
    effects: dict[str, Effect | None] = dict.fromkeys(METRICS)
    for metric in METRICS if has_revenue else METRICS[:1]:
        name = "orders" if metric == "orders" else "revenue"
        cap = capped if metric == "revenue_capped" else np.asarray
        effects[metric] = read_effect(
            cap(since[name]),
            cap(past[name]),
            cap(planned[name]),
            is_holdout,
            days=(until - start) / day,
            planned_days=experiment.days,
            alpha=ALPHA / len(DECIDED),
            lift=experiment.lift,
        )
    return effects


def _orders(snapshot: Snapshot) -> pa.Table:
    table = _table(snapshot, "orders", ["client", "session_start_date", "payment_amount", "has_purchased"])
    return table.filter(pc.and_(table["has_purchased"], pc.is_valid(table["client"])))


def _per_customer(orders: pa.Table, clients: list[str], first: dt.datetime, last: dt.datetime) -> dict[str, NDArray[np.float64]]:
    """Orders and revenue of each customer in [first, last)."""
    at = orders["session_start_date"]
    inside = orders.filter(pc.and_(pc.greater_equal(at, pa.scalar(first, at.type)), pc.less(at, pa.scalar(last, at.type))))
    sums = inside.group_by("client").aggregate([("payment_amount", "sum"), ("payment_amount", "count")])
    place = pc.index_in(sums["client"], pa.array(clients, sums["client"].type)).to_numpy(zero_copy_only=False)
    is_in = ~np.isnan(place.astype(np.float64))
    result = {name: np.zeros(len(clients)) for name in ("orders", "revenue")}
    rows = place[is_in].astype(np.int64)
    result["orders"][rows] = sums["payment_amount_count"].to_numpy()[is_in]
    result["revenue"][rows] = sums["payment_amount_sum"].to_numpy().astype(np.float64)[is_in]
    return result


def _table(snapshot: Snapshot, name: str, columns: list[str]) -> pa.Table:
    schema: Any = snapshot.columns(name)
    batches = list(snapshot.rows(name, columns=columns))
    return pa.Table.from_batches(batches) if batches else pa.schema([schema.field(column) for column in columns]).empty_table()
