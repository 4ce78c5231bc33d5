"""How old published figures may be before Dagster calls them stale: the schedule's own promise, plus time for the load itself."""

import datetime as dt
from functools import partial
from itertools import islice, pairwise

import dagster as dg

# A private name: the ticks must be those at which Dagster itself fires, and its public names tell only the next one of a running schedule.
from dagster._utils.schedules import cron_string_iterator

from ca_assets.analyses.core.family import NIGHTLY, families_of
from ca_assets.defs.resources import applied_or_none, crons

LOAD_TIME = dt.timedelta(hours=2)
TICKS = 400  # a daily schedule shows its longest pause within a year: the night in which summer time ends


def with_freshness(definitions: dg.Definitions) -> dg.Definitions:
    """The definitions, all that is published with a freshness policy by its own job; sources and the lake's own tables follow from it."""
    applied = applied_or_none()
    zone = applied.shop.calendar.timezone if applied else "UTC"
    for job, cron in crons().items():
        policy = dg.FreshnessPolicy.time_window(fail_window=longest_pause(cron, zone) + LOAD_TIME)
        apply = partial(dg.apply_freshness_policy, policy=policy)
        definitions = definitions.map_resolved_asset_specs(func=apply, selection=_published_by(job))
    return definitions


def _published_by(job: str) -> dg.AssetSelection:
    """The families of a job; of the night's also the tables and the publication."""
    chosen = dg.AssetSelection.assets(*(family.name for family in families_of(job)))
    return chosen | dg.AssetSelection.groups("indexes") if job == NIGHTLY else chosen


def longest_pause(cron: str, zone: str) -> dt.timedelta:
    """The longest time between two neighbouring ticks of a schedule."""
    ticks = islice(cron_string_iterator(dt.datetime(2024, 1, 1, tzinfo=dt.UTC).timestamp(), cron, zone), TICKS)
    instants = (tick.timestamp() for tick in ticks)  # two times of one zone are subtracted by their clocks, which summer time moves
    return dt.timedelta(seconds=max(later - earlier for earlier, later in pairwise(instants)))
