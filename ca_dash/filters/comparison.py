"""Rows of a series beside those of earlier periods: the periods just before the ones shown, or the same weekdays (months) a year before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pandas as pd

from ca_assets.contracts.units import Grain
from ca_dash.filters.url import Choice

BEFORE, YEAR_BEFORE, NOTHING = "before", "year", "none"
COMPARED = Choice("compare", "Compared with", ((BEFORE, "Days before"), (YEAR_BEFORE, "A year before"), (NOTHING, "Nothing")))
EARLIER_PERIOD = "earlier_period"
EARLIER = "earlier_"  # before a column's name: its value in the earlier period
PERIODS_OF_A_YEAR = {"daily": 364, "weekly": 52, "monthly": 12}  # whole weeks, so that a Sunday is compared with a Sunday


def periods_back(count: int, grain: Grain, choice: str) -> int:
    """How many periods before each of `count` periods the one lies that it is compared with; a longer span goes back more than a year."""
    year = PERIODS_OF_A_YEAR[grain]
    return count if choice == BEFORE else year * -(-count // year)


def with_earlier(
    shown: pd.DataFrame, everything: pd.DataFrame, grain: Grain, choice: str, *, key: Sequence[str], columns: Sequence[str]
) -> pd.DataFrame:
    """The rows shown, with `earlier_period` and `earlier_<column>` of the period that each is compared with; null where there is none.

    `key`: the columns of the report's key besides the period. Without any earlier period: the rows as they are.
    """
    starts = pd.to_datetime(shown["period"])
    if shown.empty:
        return shown
    earlier = starts - _offset(periods_back(_count(starts, grain), grain, choice), grain)
    if earlier.max() < pd.to_datetime(everything["period"]).min():
        return shown
    past = everything[["period", *key, *columns]].assign(period=pd.to_datetime(everything["period"]))
    past = past.rename(columns={"period": EARLIER_PERIOD, **{name: f"{EARLIER}{name}" for name in columns}})
    return shown.assign(**{EARLIER_PERIOD: earlier}).merge(past, on=[EARLIER_PERIOD, *key], how="left")


def _count(starts: pd.Series, grain: Grain) -> int:
    """Periods from the first to the last one shown, also those that have no row."""
    first, last = starts.min(), starts.max()
    if grain == "monthly":
        return int((last.year - first.year) * 12 + last.month - first.month + 1)
    return int((last - first) // pd.Timedelta(dt.timedelta(days=1 if grain == "daily" else 7)) + 1)


def _offset(count: int, grain: Grain) -> pd.DateOffset:
    return pd.DateOffset(months=count) if grain == "monthly" else pd.DateOffset(days=count if grain == "daily" else 7 * count)
