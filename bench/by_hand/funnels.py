"""Funnels (docs/contract, section 3) of the hand-written yardstick."""

# ruff: noqa: S608 - names come from a mapping and are quoted; values are ours
from __future__ import annotations

import pyarrow as pa

from bench.by_hand.base import aggregate
from bench.by_hand.hand import GRAINS, Hand, periods, texts
from ca_assets.analyses.core.customers import conversion_steps, step_names
from ca_assets.shop import Shop


def reports(hand: Hand) -> dict[str, pa.Table]:
    """Report path → rows of all scopes; first of all families, because it makes the aggregates that others read."""
    aggregate(hand)
    return {path: hand.table(query) for path, query in _funnels(hand.shop).items()}


def _steps(names: list[str], measure: str, counts: list[str]) -> str:
    """Columns step_order, step and the count of each, one row per step."""
    order = ", ".join(str(i) for i in range(len(names)))
    return f"unnest([{order}])::BIGINT AS step_order, unnest({texts(names)}) AS step, unnest([{', '.join(counts)}])::BIGINT AS {measure}"


def _funnels(shop: Shop) -> dict[str, str]:
    names = ["sessions", *shop.actions, "purchased"]
    sums = [f"coalesce(sum(n{i}), 0)" for i in range(len(names))]
    of = "(sessions, total_sessions)"
    rated = f"part{of} AS rate, wilson_low{of} AS rate_low, wilson_high{of} AS rate_high"
    queries = {}
    for grain in GRAINS:
        queries[f"funnels/sessions_{grain}"] = f"""
            SELECT *, {rated} FROM (
                SELECT name AS scope, {periods(grain)}, {_steps(names, "sessions", sums)}, {sums[0]}::BIGINT AS total_sessions
                FROM all_days GROUP BY name, {grain})"""
    plain = [f"coalesce(n{i}, 0)" for i in range(len(names))]
    queries["funnels/sessions_hourly"] = f"""
        SELECT scope, hour, step_order, step, sessions, days, sessions / days AS sessions_per_day, total_sessions, {rated} FROM (
            SELECT name AS scope, hour, {_steps(names, "sessions", plain)}, (SELECT count(*) FROM session_days) AS days,
                {plain[0]}::BIGINT AS total_sessions FROM all_hours)"""
    queries |= _customers(shop)
    queries["funnels/customers_conversion"] = _conversion(shop)
    return queries


def _customers(shop: Shop) -> dict[str, str]:
    names = [*step_names(shop), "first_session", "first_purchase"]
    steps = f"(SELECT unnest(range({len(names)}))::INTEGER AS step, unnest({texts(names)}) AS step_name) steps"
    queries = {
        f"funnels/customers_{grain}": f"""
            SELECT name AS scope, spans.period, complete, steps.step AS step_order, step_name AS step,
                coalesce(customers, 0)::BIGINT AS customers
            FROM scopes CROSS JOIN (SELECT {periods(grain)} FROM customer_days GROUP BY {grain}) spans CROSS JOIN {steps}
            LEFT JOIN (
                SELECT scope, step, {grain} AS period, sum(customers) AS customers FROM (
                    SELECT scope, step, tick // 24 AS day, sum(customers) AS customers FROM volumes GROUP BY ALL)
                JOIN customer_days USING (day) GROUP BY ALL) counted
            ON counted.scope = scopes.scope AND counted.step = steps.step AND counted.period = spans.period"""
        for grain in GRAINS
    }
    queries["funnels/customers_hourly"] = f"""
        SELECT name AS scope, hours.hour, steps.step AS step_order, step_name AS step, coalesce(customers, 0)::BIGINT AS customers,
            days, coalesce(customers, 0) / days AS customers_per_day
        FROM scopes CROSS JOIN (SELECT unnest(range(24)) AS hour) hours CROSS JOIN {steps}
        CROSS JOIN (SELECT count(*) AS days FROM customer_days)
        LEFT JOIN (SELECT scope, step, tick % 24 AS hour, sum(customers) AS customers FROM volumes GROUP BY ALL) counted
        ON counted.scope = scopes.scope AND counted.step = steps.step AND counted.hour = hours.hour"""
    return queries


def _conversion(shop: Shop) -> str:
    every = [*step_names(shop), "session", "purchase"]
    chosen = conversion_steps(shop)
    later = [(i, every.index(step)) for i, step in enumerate(chosen) if i]
    pieces = [f"""
        SELECT scope, month, {i} AS step, count(w{place}) AS customers, quantile_cont(w{place}, [0.5, 0.9]) AS q
        FROM members WHERE w{place} IS NOT NULL GROUP BY GROUPING SETS ((scope, month), (scope))""" for i, place in later]  # fmt: skip
    at_once = "SELECT scope, month, 0 AS step, count(*) AS customers, [0.0, 0.0] AS q"
    pieces.append(f"{at_once} FROM members WHERE mature GROUP BY GROUPING SETS ((scope, month), (scope))")
    return f"""
        WITH entered AS (
            SELECT scope, month, count(*) AS entered, count(*) FILTER (mature) AS mature
            FROM members WHERE h0 IS NOT NULL GROUP BY GROUPING SETS ((scope, month), (scope))
        ), months AS (
            SELECT 'month' AS grain, monthly AS period, bool_and(monthly_complete) AS complete,
                (year(monthly) * 12 + month(monthly))::INTEGER AS month FROM customer_days GROUP BY monthly
            UNION ALL SELECT 'total', min(daily), true, NULL FROM customer_days
        ), steps AS (SELECT unnest(range({len(chosen)})) AS step, unnest({texts(list(chosen))}) AS step_name
        ), reached AS ({" UNION ALL ".join(pieces)})
        SELECT name AS scope, grain, period, complete, step AS step_order, step_name AS step, entered, entered - mature AS undecided,
            mature, customers, part(customers, mature) AS rate, wilson_low(customers, mature) AS rate_low,
            wilson_high(customers, mature) AS rate_high, q[1] AS median_hours, q[2] AS p90_hours
        FROM (
            SELECT name, grain, period, complete, s.step, step_name, coalesce(e.entered, 0) AS entered, coalesce(e.mature, 0) AS mature,
                coalesce(r.customers, 0) AS customers, q
            FROM scopes CROSS JOIN months m CROSS JOIN steps s
            LEFT JOIN entered e ON e.scope = scopes.scope AND e.month IS NOT DISTINCT FROM m.month
            LEFT JOIN reached r ON r.scope = scopes.scope AND r.month IS NOT DISTINCT FROM m.month AND r.step = s.step)"""
