"""The contracts of `cohorts` (docs/contract, section 4): columns, keys and the definitions that shop owners read."""

from __future__ import annotations

from typing import Literal

from ca_assets.analyses.core.downloads import FROM_DOWNLOAD
from ca_assets.analyses.core.report import Column, ReportSpec
from ca_assets.contracts.units import Unit

CohortGrain = Literal["daily", "weekly"]
COHORT_GRAINS: tuple[CohortGrain, ...] = ("daily", "weekly")
FROM_ORDERS = (0, 1, 2, 3)  # 0: the download
_NOUNS = {"daily": "day", "weekly": "week"}
_OFFSET_UNITS: dict[str, Unit] = {"day": "days", "week": "weeks"}
_EVENTS = ("download", "first order", "second order", "third order", "fourth order")
_EXCLUDED = (
    "Customers whose first order is on a calendar day before that of their download were never waiting for it: they are counted as "
    f"excluded and are in no cell. {FROM_DOWNLOAD} "
)


def transition(from_order: int) -> str:
    """`0_1` (download to first order) … `3_4`."""
    return f"{from_order}_{from_order + 1}"


def _columns(noun: str, start: str, next_: str, leaves_out: bool) -> tuple[Column, ...]:
    why = "Customers left out, since their first order is on a day before that of their download" if leaves_out else "Always 0 here"
    return (
        Column("cohort", "date", "date", f"The {noun} of the {start}; a week is named by its first day"),
        Column(
            "complete", "bool", "flag", f"Whether that {noun} was over at the report's end; the size of an incomplete cohort still grows"
        ),
        Column("size", "int", "count", f"Customers whose {start} is in that {noun}, less the excluded"),
        Column("excluded", "int", "count", why),
        Column(
            f"offset_{noun}s", "int", _OFFSET_UNITS[noun], f"{noun.capitalize()}s after the cohort's, by the calendar; 0 is the same {noun}"
        ),
        Column("customers", "int", "count", f"Customers of the cohort whose {next_} came in exactly that {noun}"),
        Column("share", "float", "share", "customers / size; empty when everyone is excluded"),
        Column("mature", "bool", "flag", f"Whether the {noun} at that offset was over at the report's end; an immature cell still grows"),
    )


def _cohorts(grain: CohortGrain, from_order: int) -> ReportSpec:
    noun, start, next_ = _NOUNS[grain], _EVENTS[from_order], _EVENTS[from_order + 1]
    definition = (
        f"Customers by the {noun} of their {start}, and how many {noun}s later their {next_} came, by the calendar (not by hours): an "
        f"order in the same {noun} is 0. Who came later than the last column (a setting), or has not come yet, is in size and in no cell. "
        + (_EXCLUDED if from_order == 0 else "")
        + f"Only {noun}s that have begun are shown; those that are not over are marked and still grow."
    )
    columns = _columns(noun, start, next_, from_order == 0)
    title = f"{start.capitalize()} to {next_} by {noun}"
    name, key = f"{grain}_{transition(from_order)}", ("cohort", f"offset_{noun}s")
    return ReportSpec("cohorts", name, title, definition, key, columns, grain, starts_at_download=from_order == 0, is_of_clients=True)


_COHORT_COLUMNS = _columns("week", "download", "first order", True)
_REVENUE = ReportSpec(
    "cohorts",
    "revenue_weekly",
    "Net revenue per customer by week since the download",
    "Customers by the week of their download, and what they had brought by each later week: orders less refunds, each by the week of its "
    "own moment, everything up to and including that week, in all and per customer of the cohort (also those who never ordered). "
    + _EXCLUDED
    + "Not shown where orders are in more than one currency: amounts of two currencies are never added.",
    ("cohort", "offset_weeks"),
    (
        *_COHORT_COLUMNS[:5],
        Column(
            "cumulative_net_revenue", "float", "money", "What the cohort paid until the end of that week, less what it was refunded by then"
        ),
        Column("net_revenue_per_customer", "float", "money", "cumulative_net_revenue / size; empty when everyone is excluded"),
        _COHORT_COLUMNS[-1],
    ),
    "weekly",
    starts_at_download=True,
)
_SURVIVAL = ReportSpec(
    "cohorts",
    "next_order_survival",
    "Time to the next order",
    "Of the customers with a given order, the share who placed the next one within so many calendar days (Kaplan-Meier): customers whose "
    "time is not over yet count as long as they were observed, so recent customers do not pull the share down. From order 0 means from "
    "the download to the first order. "
    + _EXCLUDED
    + "The band is the 95 % interval (Greenwood's variance on the log(−log) scale); there is none while the share is 0 or when it is 1.",
    ("from_order", "day"),
    (
        Column("from_order", "int", "number", "The order that customers start from: 0 the download, 1 the first order, up to 3"),
        Column("day", "int", "days", "Calendar days since then"),
        Column("customers", "int", "count", "Customers with that order"),
        Column("at_risk", "int", "count", "Customers who were still without the next order and observed for at least so many days"),
        Column("events", "int", "count", "Customers whose next order came on exactly that day"),
        Column("share", "float", "share", "Estimated share of customers with the next order by the end of that day"),
        Column("share_low", "float", "share", "Lower bound of the share's 95 % band"),
        Column("share_high", "float", "share", "Upper bound of the share's 95 % band"),
    ),
    starts_at_download=True,
)
REPORTS: tuple[ReportSpec, ...] = (
    *(_cohorts(grain, from_order) for grain in COHORT_GRAINS for from_order in FROM_ORDERS),
    _REVENUE,
    _SURVIVAL,
)
SPECS = {spec.type: spec for spec in REPORTS}
