"""Whether a shop's history is long enough for a forecast, and if not, what is missing and when it will be there."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

from ca_assets.models.value.forecast import OrderDays
from ca_assets.models.value.history import WEEK, first_days, until
from ca_assets.models.value.newcomers import ARRIVAL_WEEKS

MINIMUM_CLIENTS, MINIMUM_DAYS = 500, 180
EPOCH = dt.date(1970, 1, 1)


@dataclass(frozen=True)
class Missing:
    """What a forecast would need. `ready`: the day from which it is there at the pace of the last 13 weeks; None: never at that pace."""

    clients: int
    days: int
    minimum_clients: int
    minimum_days: int
    ready: dt.date | None

    @property
    def text(self) -> str:
        """The same as a sentence."""
        needs = []
        if self.clients < self.minimum_clients:
            needs.append(f"needs {self.minimum_clients} known customers, has {self.clients}")
        if self.days < self.minimum_days:
            needs.append(f"needs {self.minimum_days} days of history, has {self.days}")
        when = "no new customers come at present" if self.ready is None else f"expected on {self.ready.isoformat()} at today's pace"
        return f"{' and '.join(needs)}; {when}"


def missing_history(
    data: OrderDays, origin: int, minimum_clients: int = MINIMUM_CLIENTS, minimum_days: int = MINIMUM_DAYS
) -> Missing | None:
    """What is missing for a forecast at the origin; None when nothing is. Days: from the first order day to the origin, both counted."""
    first = first_days(until(data, origin))[1]
    clients, days = len(first), int(origin - first.min()) + 1 if len(first) else 0
    if clients > 0 and clients >= minimum_clients and days >= minimum_days:
        return None
    watched = min(max(days, 1), ARRIVAL_WEEKS * WEEK)
    a_day = float((first > origin - watched).sum()) / watched
    wait = max(minimum_days - days, 0)
    if clients < minimum_clients:
        if a_day == 0:
            return Missing(clients, days, minimum_clients, minimum_days, None)
        wait = max(wait, math.ceil((minimum_clients - clients) / a_day))
    return Missing(clients, days, minimum_clients, minimum_days, EPOCH + dt.timedelta(days=origin + wait))
