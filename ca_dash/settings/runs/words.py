"""How runs are written for people: moments on the business clock, durations, states, the names of steps."""

from __future__ import annotations

import datetime as dt
import time
from zoneinfo import ZoneInfo

from dash import html

from ca_assets.control.graphql import Dagster
from ca_assets.control.runs import Run
from ca_assets.settings.database import Database
from ca_assets.settings.process import ProcessSettings
from ca_assets.settings.shops import applied_shop
from ca_assets.shop import ShopError
from ca_dash.format import DASH, day
from ca_dash.locales import current

NO_SHOP_ZONE = "UTC"
# Of each state of Dagster's: the word for people, and how it is shown.
STATES = {
    "QUEUED": ("Waiting", "waiting"),
    "NOT_STARTED": ("Waiting", "waiting"),
    "MANAGED": ("Waiting", "waiting"),
    "STARTING": ("Starting", "running"),
    "STARTED": ("Running", "running"),
    "CANCELING": ("Stopping", "running"),
    "SUCCESS": ("Succeeded", "done"),
    "FAILURE": ("Failed", "failed"),
    "CANCELED": ("Stopped", "stopped"),
}
SIGNS = {"waiting": "○", "running": "◐", "done": "✓", "failed": "✕", "stopped": "■", "skipped": "–"}
STEP_WORDS = {"waiting": "Waiting", "running": "Running", "done": "Done", "failed": "Failed", "skipped": "Not run"}
STEPS = {
    "lake/orders": "Read and clean sessions and orders",
    "lake/downloads": "Customers",
    "lake/basket_lines": "Basket lines",
    "lake/rejects": "Rows that were left out",
    "lake/product_activity": "Products looked at",
    "orders": "Orders for pages",
    "downloads": "Customers for pages",
    "publication": "Make everything visible",
    "orders_contract": "Check the orders",
    "downloads_contract": "Check the customers",
    "loads": "Ledger of loads",
    "ab_tests": "A/B tests",
    "rfm": "RFM",
    "rfm_segments": "RFM segments",
    "clv_predictions": "CLV predictions",
}


def dagster_of(settings: ProcessSettings) -> Dagster:
    """Dagster's web server of this installation."""
    return Dagster(settings.dagster_web_url)


def zone_of(database: Database) -> str:
    """The business time zone; UTC before a shop is applied."""
    try:
        return applied_shop(database).shop.calendar.timezone
    except ShopError:
        return NO_SHOP_ZONE


def moment(seconds: float | None, zone: str, *, with_seconds: bool = False) -> str:
    """A day and time on the business clock."""
    if seconds is None:
        return DASH
    local = dt.datetime.fromtimestamp(seconds, ZoneInfo(zone))
    return f"{day(local.date(), current())}, {local:%H:%M:%S}" if with_seconds else f"{day(local.date(), current())}, {local:%H:%M}"


def clock(seconds: float, zone: str) -> str:
    """A time of day to the second."""
    return f"{dt.datetime.fromtimestamp(seconds, ZoneInfo(zone)):%H:%M:%S}"


def duration(start: float | None, end: float | None) -> str:
    """How long something took, or has taken by now."""
    if start is None:
        return DASH
    seconds = max(0.0, (end if end is not None else time.time()) - start)
    if seconds < 60:
        return f"{seconds:.1f} s" if end is not None else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min"


def state_of(run: Run) -> html.Span:
    """A run's state as sign and word; the colour repeats it."""
    word, kind = STATES.get(run.status, (run.status.capitalize(), "waiting"))
    return state(word, kind)


def state(word: str, kind: str) -> html.Span:
    """A state in a word, with its sign before it."""
    return html.Span(
        [html.Span(SIGNS[kind], className="ca-run-sign", **{"aria-hidden": "true"}), word], className=f"ca-run-state is-{kind}"
    )


def step_title(name: str) -> str:
    """What a step does; of an analysis its name."""
    return STEPS.get(name) or name.rpartition("/")[2].replace("_", " ").capitalize()
