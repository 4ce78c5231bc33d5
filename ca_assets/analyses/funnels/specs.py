"""The contracts of `funnels` (docs/contract, section 3): columns, keys and the definitions that shop owners read."""

from __future__ import annotations

from ca_assets.analyses.core.columns import COMPLETE, DAYS, HOUR, PERIOD, STEP, STEP_ORDER, interval
from ca_assets.analyses.core.downloads import FROM_DOWNLOAD
from ca_assets.analyses.core.report import Column, ReportSpec
from ca_assets.contracts.units import GRAINS, Grain

_NOUNS = {"daily": "day", "weekly": "week", "monthly": "month"}
_SESSION_RATES = (
    Column("total_sessions", "int", "count", "All sessions of the period or hour: the rate's denominator"),
    Column("rate", "float", "rate", "sessions / total_sessions"),
    *interval("rate"),
)
_SESSIONS = Column("sessions", "int", "count", "Sessions in which the step happened: the rate's numerator")
_CUSTOMERS = Column("customers", "int", "count", "Customers whose moment of the step falls into the period or hour")


def _session_report(grain: Grain) -> ReportSpec:
    return ReportSpec(
        "funnels",
        f"sessions_{grain}",
        f"Session funnel by {_NOUNS[grain]}",
        f"Per {_NOUNS[grain]} on which a session began: how many sessions there were, in how many each action happened, and how many ended "
        "with a purchase. Rate = sessions with the step / all sessions of the period. Steps are counted each for itself, so a later step "
        "may exceed an earlier one. Periods without sessions are shown with 0 and have no rate.",
        ("period", "step"),
        (PERIOD, COMPLETE, STEP_ORDER, STEP, _SESSIONS, *_SESSION_RATES),
        grain,
    )


def _customer_report(grain: Grain) -> ReportSpec:
    return ReportSpec(
        "funnels",
        f"customers_{grain}",
        f"Customer steps by {_NOUNS[grain]}",
        f"Per {_NOUNS[grain]}: customers whose download, sign-up, action, first session or first purchase fell into it. "
        "These are volumes: the "
        "customers of one step are not those of the step before, so do not divide them; the conversion funnel does that. "
        f"First session and first purchase are the first within the chosen filter. {FROM_DOWNLOAD}",
        ("period", "step"),
        (PERIOD, COMPLETE, STEP_ORDER, STEP, _CUSTOMERS),
        grain,
        starts_at_download=True,
    )


_SESSIONS_HOURLY = ReportSpec(
    "funnels",
    "sessions_hourly",
    "Session funnel by hour of day",
    "By the hour at which a session began, over all days of the range: sessions with the step, their average per "
    "day (sessions / days of the "
    "range; days without sessions count), and their share of all sessions that began in that hour.",
    ("hour", "step"),
    (HOUR, STEP_ORDER, STEP, _SESSIONS, DAYS, Column("sessions_per_day", "float", "ratio", "sessions / days"), *_SESSION_RATES),
    has_windows=True,
)
_CUSTOMERS_HOURLY = ReportSpec(
    "funnels",
    "customers_hourly",
    "Customer steps by hour of day",
    "By hour of day, over all days since the first known customer: customers whose download, sign-up, action, "
    "first session or first purchase "
    f"fell into that hour, and their average per day (customers / days). Volumes, not a conversion. {FROM_DOWNLOAD}",
    ("hour", "step"),
    (HOUR, STEP_ORDER, STEP, _CUSTOMERS, DAYS, Column("customers_per_day", "float", "ratio", "customers / days")),
    starts_at_download=True,
)
_CONVERSION = ReportSpec(
    "funnels",
    "customers_conversion",
    "Customer conversion",
    "Of the customers who downloaded in a month (or ever: total), how many went through every step in order within "
    "the conversion window (30 "
    "days unless set otherwise) after their download. Rate = customers who reached the step / mature customers: those whose whole window "
    "has passed. The others are undecided and counted apart, whatever they did so far. Hours are from the download to the step, over "
    "the customers who reached it. Inside a filter only customers with a session there are counted, so conversion is higher "
    f"than for the whole shop, which also counts those who never came. {FROM_DOWNLOAD}",
    ("grain", "period", "step"),
    (
        Column("grain", "str", "text", "`month` for one month's downloads, `total` for all of them"),
        Column("period", "date", "date", "First day of the month; of the whole range for `total`"),
        COMPLETE,
        STEP_ORDER,
        STEP,
        Column("entered", "int", "count", "Customers with a download in the period"),
        Column("undecided", "int", "count", "Of these, customers whose window is not over yet"),
        Column("mature", "int", "count", "Of these, customers whose window is over: the rate's denominator"),
        Column("customers", "int", "count", "Mature customers who reached this step and every step before, in time: the rate's numerator"),
        Column("rate", "float", "rate", "customers / mature"),
        *interval("rate"),
        Column("median_hours", "float", "hours", "Median hours from download to the step, over the customers who reached it"),
        Column("p90_hours", "float", "hours", "90th percentile of those hours"),
    ),
    starts_at_download=True,
)
REPORTS: tuple[ReportSpec, ...] = (
    *(_session_report(grain) for grain in GRAINS),
    _SESSIONS_HOURLY,
    *(_customer_report(grain) for grain in GRAINS),
    _CUSTOMERS_HOURLY,
    _CONVERSION,
)
SPECS = {spec.type: spec for spec in REPORTS}
