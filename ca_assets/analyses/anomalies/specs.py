"""The contracts of `anomalies` (docs/contract, section 13): columns, keys and the definitions that shop owners read."""

from __future__ import annotations

from ca_assets.analyses.core.columns import COMPLETE, PERIOD
from ca_assets.analyses.core.downloads import FROM_DOWNLOAD
from ca_assets.analyses.core.report import Column, ReportSpec
from ca_assets.analyses.core.segments.columns import SEGMENT_ORDER
from ca_assets.contracts.units import Grain

NAME = "anomalies"
Pace = tuple[Grain, str, str, str]
DAILY: Pace = ("daily", "day", "28 days", "the same weekday a week before")
WEEKLY: Pace = ("weekly", "week", "8 weeks", "the week four weeks before")
_HOW = (
    "What was expected comes from the series itself: its trend and its weekdays, robustly, so that single odd days do not count. The "
    "last {} are compared with what the time before lets expect, never with themselves or with anything later."
)
_GROUP = Column("group", "str", "text", "funnel, orders or cohort: what is looked at together")
_GRAIN = Column("grain", "str", "text", "daily or weekly")
_SCORE = Column("score", "float", "ratio", "How unusual the period is: 0 is an ordinary one, in robust standard deviations")
_THRESHOLD = Column("threshold", "float", "ratio", "From which score on the period is abnormal: 4 of the funnel, else 3.5")


def _series(group: str, pace: Pace) -> ReportSpec:
    grain, noun, recent, earlier = pace
    what = (
        "each step of the sessions' funnel, and each step's ratio to the one before"
        if group == "funnel"
        else "orders and revenue (before refunds)"
    )
    return ReportSpec(
        NAME,
        f"{group}_{grain}",
        f"{'Funnel' if group == 'funnel' else 'Orders and revenue'} by {noun}, and what was expected",
        f"Per {noun}: {what}, with what was expected, and the change against the {noun} before and {earlier}. {_HOW.format(recent)} Values "
        "between low and high are within what is usual.",
        ("period", "series"),
        (
            PERIOD,
            COMPLETE,
            Column("series_order", "int", "number", "Place of the series"),
            Column("series", "str", "text", "Name of the step, `step/step before` for the ratio of two, or orders, revenue"),
            Column("actual", "float", "by_row", "What was counted; of a ratio the quotient, empty when the step before is 0"),
            Column("expected", "float", "by_row", "What was expected; empty where too little is known"),
            Column("expected_low", "float", "by_row", "Lower end of what is usual"),
            Column("expected_high", "float", "by_row", "Upper end of what is usual"),
            Column("z", "float", "ratio", "How far off, in robust standard deviations of the logarithm"),
            Column("change_previous", "float", "change", f"Against the {noun} before; empty while the {noun} is not over"),
            Column("change_comparable", "float", "change", f"Against {earlier}"),
        ),
        grain,
    )


def _cohort(pace: Pace) -> ReportSpec:
    grain, noun, recent, _ = pace
    return ReportSpec(
        NAME,
        f"cohort_{grain}",
        f"Download to first order by {noun}, and what was expected",
        f"Customers by the {noun} of their download, and how many {noun}s later their first order came, with what was expected. "
        f"{_HOW.format(recent)} {FROM_DOWNLOAD}",
        ("cohort", "offset"),
        (
            Column("cohort", "date", "date", f"The {noun} of the download"),
            Column("offset", "int", "number", f"{noun.capitalize()}s after the cohort's, by the calendar"),
            Column("actual", "int", "count", f"Customers of the cohort whose first order came in exactly that {noun}"),
            Column("expected", "float", "quantity", "How many were expected"),
            Column("z", "float", "ratio", "How far off, in robust standard deviations of the logarithm"),
            Column("mature", "bool", "flag", f"Whether the {noun} at that offset was over at the report's end"),
        ),
        grain,
        starts_at_download=True,
        is_of_clients=True,
    )


_SCORES = ReportSpec(
    NAME,
    "scores",
    "How unusual each day and week is",
    "A score per group, day and week: of the funnel and of cohorts the largest of what a small neural network cannot rebuild, how far its "
    "code lies from the usual ones, and how far off the worst single series is; of orders how far off orders or revenue are. Compared with "
    "the group's own usual scores. Only what is over, and 56 days (16 weeks) after the first session, is scored.",
    ("group", "grain", "period"),
    (
        _GROUP,
        _GRAIN,
        PERIOD,
        _SCORE,
        _THRESHOLD,
        Column("is_abnormal", "bool", "flag", "Whether the score is above the threshold"),
        Column("is_scored", "bool", "flag", "Whether enough was known to score it"),
    ),
)
_FLAGS = ReportSpec(
    NAME,
    "flags",
    "Abnormal days and weeks",
    "The periods whose score is above the threshold, with the series that moved most. data_missing: there are no rows where rows were "
    "expected, or a source was not read. data_broken: a step is at zero or 100 % while others run, or above the one that contains it, half "
    "of the orders are there twice, or a currency is new. Else the business changed.",
    ("group", "grain", "period"),
    (
        _GROUP,
        _GRAIN,
        PERIOD,
        _SCORE,
        _THRESHOLD,
        Column("verdict", "str", "text", "data_missing, data_broken or business_changed"),
        Column("series", "str", "text", "The series that moved most; of a cohort its offset"),
        Column("actual", "float", "by_row", "What was counted"),
        Column("expected", "float", "by_row", "What was expected"),
        Column("change_rate", "float", "change", "actual / expected - 1"),
        Column("first_flagged", "date", "date", "Report date at which the period was flagged first"),
    ),
)
_CAUSES = ReportSpec(
    NAME,
    "causes",
    "Where an abnormal period comes from",
    "For each abnormal day or week of the funnel and of orders: how much of what is more or less than expected is in each value of each "
    "dimension, promotion, and of new and returning customers. Expected of a value is its share of the 28 periods before. The parts of a "
    "dimension add up to the whole. Ranked by what departs from its usual share, not by what is large.",
    ("group", "grain", "period", "dimension", "value"),
    (
        _GROUP,
        _GRAIN,
        PERIOD,
        Column("dimension", "str", "text", "A dimension, ~promotion, or ~customer (new, returning, __none__ for guests)"),
        Column("value", "str", "text", "Its value; __other__ for all but the ten that contribute most"),
        Column("actual", "float", "by_row", "What was counted of the value"),
        Column("expected", "float", "by_row", "What was expected of it"),
        Column("contribution", "float", "by_row", "actual - expected"),
        Column("contribution_share", "float", "ratio", "Of the whole difference; parts of opposite signs can exceed 1"),
        Column("rank", "int", "number", "1: departs most from its usual share"),
    ),
)
_RFM_CHANGE = ReportSpec(
    NAME,
    "rfm_change",
    "How segments will change",
    "Customers with a forecast of their value, by segment: how their recency, frequency and monetary at the end of the forecast's horizon "
    "differ from today's, on average, and how many of them change in an unusual way. Empty until a forecast was made.",
    ("segment",),
    (
        Column("segment", "str", "text", "The customers' segment as of the forecast"),
        SEGMENT_ORDER,
        Column("customers", "int", "count", "Customers with a forecast and an order in the scope up to its day"),
        Column("abnormal", "int", "count", "Of these: whose change is unusual"),
        Column("average_recency_change", "float", "by_row", "Hours since the last order at the horizon less those of today, on average"),
        Column("average_frequency_change", "float", "by_row", "Hours between orders at the horizon less those of today, on average"),
        Column("average_monetary_change", "float", "money", "Average amount of an order at the horizon less that of today, on average"),
    ),
    is_of_clients=True,
)
REPORTS: tuple[ReportSpec, ...] = (
    *(_series(group, pace) for group in ("funnel", "orders") for pace in (DAILY, WEEKLY)),
    _cohort(DAILY),
    _cohort(WEEKLY),
    _SCORES,
    _FLAGS,
    _CAUSES,
    _RFM_CHANGE,
)
SPECS = {spec.type: spec for spec in REPORTS}
