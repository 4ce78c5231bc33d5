"""Whether the network may be published: only with a year of history, and only if it was no worse for clients it had never seen.

A fifth of the clients take no part in the training. At all past origins what the network's forecast would have said of them is compared
with what BG/NBD and Gamma-Gamma say.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ca_assets.models.value.forecast import Floats, ForecastSettings, OrderDays
from ca_assets.models.value.foundation import Foundation, distinct_pairs
from ca_assets.models.value.history import clients_at
from ca_assets.models.value.monotone import decreasing_in_age
from ca_assets.models.value.past import PastOrigin
from ca_assets.models.value.rows import Inputs, TrainingRows, numbers_of, training_rows, weekly_of

WEIGHT = 0.5  # √(BG/NBD × network)
HELD_OUT, STOPPING = 0.2, 0.15  # shares of the clients: for the guard, for the end of the training
LIMIT, YEAR_DAYS = 1.02, 52 * 7
FEWEST_ROWS = 500
TOO_FEW = "no past origin has enough clients whose whole horizon is over"
CLIENTS_AT_ONCE = 50_000


class Corrector(Protocol):
    """A trained network."""

    def correction(self, inputs: Inputs) -> Floats:
        """The log-correction per client."""


Trainer = Callable[[TrainingRows, NDArray[np.bool_], ForecastSettings], Corrector]


@dataclass(frozen=True)
class Correction:
    """A log-correction per client on BG/NBD's expected orders, with its weight.

    `log`: None publishes the foundation alone; the note `guard` says why.
    """

    log: Floats | None
    weight: float
    parameters: dict[str, float] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)


def guarded_correction(
    data: OrderDays, foundation: Foundation, past: Sequence[PastOrigin], settings: ForecastSettings, trainer: Trainer
) -> Correction:
    """Train on the past origins, and correct the foundation's clients if the guard lets it."""
    obstacle = _obstacle(foundation, past, settings)
    if obstacle:
        return _refusal(obstacle)
    known = sum(one.clients for one in past)
    rows = training_rows(data, (_rebuilt(data, one) for one in past), known, settings.weeks, settings.seed)
    draw = np.random.default_rng(settings.seed + 1).random(int(rows.client.max()) + 1)[rows.client]
    held_out, stopping = draw < HELD_OUT, draw > 1 - STOPPING
    if min(held_out.sum(), stopping.sum()) == 0 or not rows.orders.sum() > 0:
        return _refusal(TOO_FEW)
    trained, unseen = rows.only(~held_out), rows.only(held_out)
    del rows  # both parts are copies, and of a large shop each weighs a hundred megabytes
    network = trainer(trained, stopping[~held_out], settings)
    ratio = backtest_ratio(unseen, network)
    parameters = {"training_rows": float(len(trained.orders)), "guard": ratio}
    if not ratio <= LIMIT:
        text = f"the network's error on clients it had not seen is {ratio:.3f} × that of BG/NBD with Gamma-Gamma, more than {LIMIT}"
        return Correction(None, 0.0, parameters, {"guard": text})
    everyone = np.arange(len(foundation.clients.client))
    parts = [everyone[start : start + CLIENTS_AT_ONCE] for start in range(0, len(everyone), CLIENTS_AT_ONCE)]
    numbers = numbers_of(foundation, settings.weeks)
    log = np.concatenate([network.correction(Inputs(weekly_of(data, foundation, part), numbers[part])) for part in parts])
    text = f"the network is published: on clients it had not seen its error is {ratio:.3f} × that of BG/NBD with Gamma-Gamma"
    return Correction(log, WEIGHT, parameters, {"guard": text})


def backtest_ratio(rows: TrainingRows, network: Corrector) -> float:
    """The largest of four ratios of errors to those of BG/NBD with Gamma-Gamma: mean absolute and root mean square, of orders and revenue.

    At each origin both say the same total. Infinite for a network that says something else than finite numbers.
    """
    corrected = rows.expected * np.exp(WEIGHT * network.correction(rows.inputs))
    if not np.isfinite(corrected).all():
        return float("inf")
    numbers, place = np.unique(rows.origin, return_inverse=True)
    blended = np.empty_like(corrected)
    for number in range(len(numbers)):
        at = place == number
        blended[at] = decreasing_in_age(corrected[at], rows.order_days[at], rows.span[at], rows.first[at])
    orders = blended * _totals(rows.expected, blended, place)
    base = rows.expected * rows.value
    revenue = orders * rows.value
    revenue *= _totals(base, revenue, place)
    pairs = [(orders - rows.orders, rows.expected - rows.orders), (revenue - rows.revenue, base - rows.revenue)]
    ratios = [(np.abs(ours).mean(), np.abs(theirs).mean()) for ours, theirs in pairs]
    ratios += [(np.sqrt(np.mean(ours**2)), np.sqrt(np.mean(theirs**2))) for ours, theirs in pairs]
    return max(float(ours / theirs) if theirs > 0 else 1.0 for ours, theirs in ratios)


def _totals(wanted: Floats, given: Floats, place: NDArray[np.int64]) -> Floats:
    """Per row: the factor that gives its origin the wanted sum."""
    sums = np.bincount(place, weights=given)
    return (np.bincount(place, weights=wanted) / np.where(sums > 0, sums, 1.0))[place]


def _obstacle(foundation: Foundation, past: Sequence[PastOrigin], settings: ForecastSettings) -> str:
    """Why no network can be trained; empty when one can."""
    days = int(foundation.clients.origin - foundation.clients.first.min()) + 1
    if settings.seeds < 1:
        return "no network was asked for"
    if days < YEAR_DAYS:
        return f"a network needs {YEAR_DAYS} days of history, there are {days}"
    return TOO_FEW if sum(one.clients for one in past) < FEWEST_ROWS else ""


def _refusal(text: str) -> Correction:
    return Correction(None, 0.0, {"training_rows": 0.0}, {"guard": text})


def _rebuilt(data: OrderDays, past: PastOrigin) -> Foundation:
    clients = clients_at(data, past.origin)
    return Foundation(clients, past.bgnbd, past.spend, *distinct_pairs(clients))
