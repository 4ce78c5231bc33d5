"""How old published figures may be before Dagster calls them stale: the schedule's own promise, plus time for the load itself."""

import datetime as dt
import warnings
from itertools import islice, pairwise

import dagster as dg
from dagster._utils.schedules import cron_string_iterator

from ca_assets.defs.resources import applied_or_none
from ca_assets.settings.process import process_settings

LOAD_TIME = dt.timedelta(hours=2)
TICKS = 400  # a daily schedule shows its longest pause within a year: the night in which summer time ends


def with_freshness(definitions: dg.Definitions) -> dg.Definitions:
    """The definitions, all that is published with a freshness policy; sources and the lake's own tables follow from it."""
    applied = applied_or_none()
    window = longest_pause(process_settings().nightly_cron, applied.shop.calendar.timezone if applied else "UTC") + LOAD_TIME
    policy = dg.FreshnessPolicy.time_window(fail_window=window)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.PreviewWarning)  # the pinned version has the function; users need not read of its state
        return definitions.map_resolved_asset_specs(
            func=lambda spec: dg.apply_freshness_policy(spec, policy), selection=dg.AssetSelection.groups("indexes", "exploratory")
        )


def longest_pause(cron: str, zone: str) -> dt.timedelta:
    """The longest time between two neighbouring ticks of a schedule."""
    ticks = islice(cron_string_iterator(dt.datetime(2024, 1, 1, tzinfo=dt.UTC).timestamp(), cron, zone), TICKS)
    instants = (tick.timestamp() for tick in ticks)  # two times of one zone are subtracted by their clocks, which summer time moves
    return dt.timedelta(seconds=max(later - earlier for earlier, later in pairwise(instants)))
