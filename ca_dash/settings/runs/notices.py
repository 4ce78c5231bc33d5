"""What the header says of loads: the last one failed, the data are older than promised, or the last load raised alarms.

Belongs here: deciding it, for everybody who looks, at most twice a minute. Runs are asked for with a short timeout.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from dash import Dash, Input, Output, dcc, html

from ca_assets.contracts.alarms import alarms_of
from ca_assets.control.graphql import ControlError, Dagster
from ca_assets.control.kinds import LOAD_JOB
from ca_assets.control.runs import ENDED, list_runs
from ca_assets.index.protocol import IndexUnavailable
from ca_assets.settings.roles import ROLES
from ca_assets.settings.schedules.timing import CRON, Timing, TimingError, checked_expression
from ca_dash.auth.login import current_user
from ca_dash.components.icons import icon
from ca_dash.format import counted, day
from ca_dash.locales import current
from ca_dash.settings.page import Services
from ca_dash.settings.runs.listing import href
from ca_dash.settings.runs.roles import ROLE
from ca_dash.settings.runs.words import zone_of

PLACE, TICK, ASK_SECONDS, KEPT_SECONDS, TIMEOUT_SECONDS = "notice", "notice-tick", 60, 30, 2.0
LOAD_TIME = dt.timedelta(hours=2)
TICKS = 60  # of a cron expression, among which the longest pause is looked for
LEDGER = "/settings/ledger"
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Notice:
    """A short text, and where those who may see runs find more."""

    text: str
    link: str


def slot() -> list[Any]:
    """Its place in the header, which `register` fills."""
    return [html.Div(id=PLACE, role="status"), dcc.Interval(id=TICK, interval=ASK_SECONDS * 1000)]


def register(app: Dash, services: Services) -> None:
    """Connect the place to an application."""
    notices = Notices(services)

    @app.callback(Output(PLACE, "children"), Input(TICK, "n_intervals"))
    def _show(_ticks: int | None) -> Any:
        user, notice = current_user(), notices.newest()
        if user is None or notice is None:
            return None
        parts = [icon("alert", 16), html.Span(notice.text)]
        may_follow = ROLES.index(user.role) >= ROLES.index(ROLE)
        words = {"className": "ca-notice", "title": notice.text}
        return dcc.Link(parts, href=notice.link, **words) if may_follow else html.Span(parts, **words)


class Notices:
    """The newest notice, asked for at most every KEPT_SECONDS; safe for threads."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._dagster = Dagster(services.settings.dagster_web_url, TIMEOUT_SECONDS)
        self._lock = threading.Lock()
        self._asked, self._notice = float("-inf"), None

    def newest(self) -> Notice | None:
        """The most urgent notice; None when all is well."""
        with self._lock:
            if time.monotonic() - self._asked > KEPT_SECONDS:
                self._notice = self._failed() or self._published()
                self._asked = time.monotonic()
            return self._notice

    def _failed(self) -> Notice | None:
        try:
            runs = list_runs(self._dagster, limit=1, statuses=ENDED, job=LOAD_JOB)
        except ControlError as error:
            log.debug("runs are not known: %s", error)  # the page of runs says it to those who can mend it
            return None
        return Notice("The last load failed", href(run=runs[0].id)) if runs and runs[0].status == "FAILURE" else None

    def _published(self) -> Notice | None:
        try:
            shop = self._services.reader.shop()
        except IndexUnavailable as error:
            log.debug("%s", error)
            return None
        meta = shop.meta if shop else {}
        return late(meta, self._services.settings.nightly_cron, zone_of(self._services.database), dt.datetime.now(dt.UTC)) or alarmed(meta)


def late(meta: Mapping[str, Any], cron: str, zone: str, now: dt.datetime) -> Notice | None:
    """When the data were loaded longer ago than the nightly schedule's longest pause, with time for the load."""
    try:
        nightly = Timing(CRON, cron=checked_expression(cron))
    except TimingError:
        return None  # one that only Dagster reads, such as @daily
    if not meta.get("loaded_at"):
        return None
    loaded_at = dt.datetime.fromisoformat(str(meta["loaded_at"])).astimezone(dt.UTC)
    ticks = nightly.next_times(loaded_at, zone, TICKS)
    pause = max((later - earlier for earlier, later in pairwise([loaded_at, *ticks])), default=dt.timedelta.max)
    if pause == dt.timedelta.max or now - loaded_at <= pause + LOAD_TIME:
        return None
    return Notice(f"No load since {day(loaded_at.date(), current())}", href())


def alarmed(meta: Mapping[str, Any]) -> Notice | None:
    """When the last load raised alarms."""
    alarms = alarms_of(meta)
    return Notice(f"{counted(len(alarms), 'alarm', current())} in the last load", LEDGER) if alarms else None
