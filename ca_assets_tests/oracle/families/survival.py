"""`next_order_survival` of docs/contract, section 4: Kaplan–Meier by whole days, with Greenwood's band on the log(−log) scale."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from typing import Any

from ca_assets_tests.oracle.families.cohorts import event_day, members
from ca_assets_tests.oracle.figures import Z
from ca_assets_tests.oracle.world import View

Rows = list[tuple[Any, ...]]


def next_order_survival(view: View) -> Rows:
    """Rows of from_order 0..3, as long as somebody is at risk."""
    return [(event, *row) for event in range(4) for row in _curve(view, *_durations(view, event))]


def _durations(view: View, event: int) -> tuple[Counter[int], Counter[int]]:
    """Customers by days to the next event, and by days to the end of the observation without one."""
    happened, censored = Counter[int](), Counter[int]()
    for client, day in members(view, event)[0].items():
        following = event_day(view, client, event + 1)
        if following is None:
            censored[(view.report_date - day).days] += 1
        else:
            happened[(following - day).days] += 1
    return happened, censored


def _curve(view: View, happened: Counter[int], censored: Counter[int]) -> Iterator[tuple[Any, ...]]:
    customers = at_risk = happened.total() + censored.total()
    survived, variance = 1.0, 0.0
    for day in range(view.shop.survival_days + 1):
        if not at_risk:
            return
        events = happened[day]
        survived *= 1 - events / at_risk
        if events < at_risk:
            variance += events / (at_risk * (at_risk - events))
        yield day, customers, at_risk, events, 1 - survived, *_band(survived, variance)
        at_risk -= events + censored[day]


def _band(survived: float, variance: float) -> tuple[float | None, float | None]:
    """Low and high of the share; null while nothing has happened and when everybody is done."""
    if survived in (0.0, 1.0):
        return None, None
    width = Z * math.sqrt(variance) / abs(math.log(survived))
    return 1 - survived ** math.exp(-width), 1 - survived ** math.exp(width)
