"""Cohorts, their revenue and the survival curves (docs/contract, section 4) of the hand-written yardstick.

One aggregate (scope, from event, day, days to the next event) holds everything but money; 0 is the download, an offset below 0
marks who ordered on an earlier day than that.
"""

# ruff: noqa: S608 - names come from a mapping and are quoted; values are ours
from __future__ import annotations

import pyarrow as pa

from bench.by_hand.hand import Hand, wall_day

PAIRS = ("0_1", "1_2", "2_3", "3_4")


def reports(hand: Hand) -> dict[str, pa.Table]:
    """Report path → rows of all scopes."""
    _events(hand)
    answers = {}
    for grain, plural in (("daily", "days"), ("weekly", "weeks")):
        _counts(hand, grain)
        for event, pair in enumerate(PAIRS):
            answers[f"cohorts/{grain}_{pair}"] = hand.table(_cells(hand, grain, plural, event))
    answers["cohorts/revenue_weekly"] = hand.table(_revenue(hand))
    answers["cohorts/next_order_survival"] = hand.table(_survival(hand))
    return answers


def _events(hand: Hand) -> None:
    """Table `events`: customers by scope, event a, its day, days to event a + 1 (`wait`, null when it has not come)."""
    from ca_assets.analyses.core.customers import step_names

    first_order = f"h{len(step_names(hand.shop)) + 1}"
    hand.run(f"""
        CREATE TEMP TABLE events AS
        SELECT scope, 0::UTINYINT AS a, h0 // 24 AS day, {first_order} // 24 - h0 // 24 AS wait, count(*)::INTEGER AS n
        FROM members WHERE h0 IS NOT NULL GROUP BY ALL
        UNION ALL SELECT scope, k::UTINYINT, day, {wall_day("next")} - day, count(*)::INTEGER
        FROM so WHERE k < {len(PAIRS)} GROUP BY ALL""")


def _counts(hand: Hand, grain: str) -> None:
    """Table `daily_cells` or `weekly_cells`: per cohort size, excluded, and a column of customers per offset."""
    start, wait = "day", "wait"
    if grain == "weekly":
        start = f"((day + {hand.lead}) // 7)"
        wait = f"((day + wait + {hand.lead}) // 7 - {start})"
    horizon = hand.shop.settings.cohort_horizon
    cells = ", ".join(f"coalesce(sum(n) FILTER (off = {i} AND wait >= 0), 0)::INTEGER AS n{i}" for i in range(horizon + 1))
    hand.run(f"""
        CREATE TEMP TABLE {grain}_cells AS
        SELECT a, scope, start, sum(n)::INTEGER AS everyone, coalesce(sum(n) FILTER (wait < 0), 0)::INTEGER AS excluded, {cells}
        FROM (SELECT a, scope, n, wait, {start} AS start, {wait} AS off FROM events) GROUP BY a, scope, start""")


def _grid(hand: Hand, grain: str) -> tuple[str, str, str]:
    """SQL of a cohort's first day, of whether it is over, and of the first day after the cell's period, less one."""
    if grain == "daily":
        return "DATE '1970-01-01' + start", "true", "start + off"
    first = f"(start * 7 - {hand.lead})"
    return f"DATE '1970-01-01' + {first}", f"{first} + 6 <= {hand.last_day}", f"{first} + off * 7"


def _cells(hand: Hand, grain: str, plural: str, event: int) -> str:
    cohort, complete, begins = _grid(hand, grain)
    horizon = hand.shop.settings.cohort_horizon
    numbers, values = ", ".join(map(str, range(horizon + 1))), ", ".join(f"n{i}" for i in range(horizon + 1))
    mature = "true" if grain == "daily" else f"{begins} + 6 <= {hand.last_day}"
    return f"""
        SELECT name AS scope, {cohort} AS cohort, {complete} AS complete, (everyone - excluded)::BIGINT AS size,
            excluded::BIGINT AS excluded, off::BIGINT AS offset_{plural}, n::BIGINT AS customers,
            part(n, everyone - excluded) AS share, {mature} AS mature
        FROM (SELECT scope, start, everyone, excluded, unnest([{numbers}]) AS off, unnest([{values}]) AS n
            FROM {grain}_cells WHERE a = {event})
        JOIN scopes USING (scope) WHERE {begins} <= {hand.last_day}"""


def _revenue(hand: Hand) -> str:
    """Money by the week of its own moment, added up over the offsets of cohorts that began with a download."""
    horizon = hand.shop.settings.cohort_horizon
    week = f"(({{}} + {hand.lead}) // 7)"
    offset = f"{week.format('day')} - {week.format('h0 // 24')}"
    refund_day = f"(day + {hand.last_day - hand.days + 1})"
    refunds = hand.every_scope(f"SELECT {{scope}} AS scope, key, {refund_day} AS day, refunds FROM refunded")
    cohort, complete, begins = _grid(hand, "weekly")
    net = ", ".join(f"sum(amount) FILTER (off <= {i})" for i in range(horizon + 1))
    numbers = ", ".join(map(str, range(horizon + 1)))
    return f"""
        WITH money AS (
            SELECT scope, {week.format("h0 // 24")} AS start, {offset} AS off, sum(amount) AS amount
            FROM so JOIN (SELECT key, h0 FROM people WHERE h0 IS NOT NULL) USING (key)
            WHERE {wall_day("first")} >= h0 // 24 GROUP BY ALL
            UNION ALL SELECT r.scope, {week.format("h0 // 24")}, {week.format("r.day")} - {week.format("h0 // 24")}, -sum(refunds)
            FROM ({refunds}) r JOIN (SELECT scope, key, min(first) AS first FROM so WHERE k = 1 GROUP BY ALL) USING (scope, key)
            JOIN people USING (key) WHERE h0 IS NOT NULL AND {wall_day("first")} >= h0 // 24 GROUP BY ALL
        ), net AS (SELECT scope, start, [{net}] AS net FROM money GROUP BY scope, start
        ), rows AS (
            SELECT scope, start, everyone - excluded AS size, excluded, unnest([{numbers}]) AS off,
                unnest(coalesce(net, list_resize([NULL::DOUBLE], {horizon + 1}))) AS net
            FROM (SELECT * FROM weekly_cells WHERE a = 0) LEFT JOIN net USING (scope, start))
        SELECT name AS scope, {cohort} AS cohort, {complete} AS complete, size::BIGINT AS size, excluded::BIGINT AS excluded,
            off::BIGINT AS offset_weeks, coalesce(net, 0) AS cumulative_net_revenue,
            part(coalesce(net, 0), size) AS net_revenue_per_customer, {begins} + 6 <= {hand.last_day} AS mature
        FROM rows JOIN scopes USING (scope) WHERE {begins} <= {hand.last_day}"""


def _survival(hand: Hand) -> str:
    z = "1.959963984540054"
    return f"""
        WITH lives AS (
            SELECT scope, a, coalesce(wait, {hand.last_day} - day) AS day, sum(n) AS total,
                coalesce(sum(n) FILTER (wait IS NOT NULL), 0) AS events
            FROM events WHERE coalesce(wait, 0) >= 0 GROUP BY ALL
        ), curves AS (SELECT scope, a, sum(total) AS customers, max(day) AS longest FROM lives GROUP BY ALL
        ), days AS (
            SELECT scope, a, customers, unnest(range(least(longest, {hand.shop.settings.survival_days}) + 1)) AS day FROM curves
        ), counted AS (
            SELECT scope, a, customers, day, coalesce(events, 0) AS events,
                customers - coalesce(sum(total) OVER before, 0) AS at_risk
            FROM days LEFT JOIN lives USING (scope, a, day)
            WINDOW before AS (PARTITION BY scope, a ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
        ), survived AS (
            SELECT *, product(1 - events / at_risk) OVER one AS s,
                sum(CASE WHEN events < at_risk THEN events / (at_risk * (at_risk - events)) ELSE 0 END) OVER one AS v
            FROM counted WINDOW one AS (PARTITION BY scope, a ORDER BY day ROWS UNBOUNDED PRECEDING)
        ), banded AS (SELECT *, CASE WHEN s > 0 AND s < 1 THEN exp({z} * sqrt(v) / abs(ln(s))) END AS e FROM survived)
        SELECT name AS scope, a::BIGINT AS from_order, day::BIGINT AS day, customers::BIGINT AS customers, at_risk::BIGINT AS at_risk,
            events::BIGINT AS events, 1 - s AS share, 1 - s ** (1 / e) AS share_low, 1 - s ** e AS share_high
        FROM banded JOIN scopes USING (scope)"""
