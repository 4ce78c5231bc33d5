"""Funnels and stats (REPORTS.md sections 3 and 5) of the hand-written yardstick."""

# ruff: noqa: S608 - names come from a mapping and are quoted; values are ours
from __future__ import annotations

import pyarrow as pa

from bench.hand import Hand, texts
from bench.sql_base import aggregate
from ca_assets.analyses.people import conversion_steps, step_names
from ca_assets.shop import Shop

GRAINS = ("daily", "weekly", "monthly")


def funnels(hand: Hand) -> dict[str, pa.Table]:
    """Report path → rows of all scopes; first of all families, because it makes the shared aggregates."""
    aggregate(hand)
    return {path: hand.table(query) for path, query in _funnels(hand.shop).items()}


def stats(hand: Hand) -> dict[str, pa.Table]:
    """Report path → rows of all scopes."""
    _weekly_customers(hand)
    return {path: hand.table(query) for path, query in _stats(hand.days).items()}


def _weekly_customers(hand: Hand) -> None:
    """Distinct customers and buyers: `weekly` per scope and week over one packed key, `all` from the first dimension; `recent` weeks."""
    pair = "((week::UBIGINT << 32) | key::UBIGINT)"
    dimensions = len(hand.starts)
    if not dimensions:
        hand.run(f"CREATE TEMP TABLE w0 AS SELECT {pair} AS k, bool_or(bought) AS b FROM s GROUP BY k")
    for i in range(dimensions):
        hand.run(f"CREATE TEMP TABLE w{i} AS SELECT (c{i}::UBIGINT << 48) | {pair} AS k, bool_or(bought) AS b FROM s GROUP BY k")
    whole = "SELECT k & 281474976710655 AS k, bool_or(b) AS b FROM w0 GROUP BY 1"
    pieces = [whole, *(f"SELECT * FROM w{i}" for i in range(dimensions))]
    counted = (
        "SELECT (k >> 48)::USMALLINT AS scope, ((k >> 32) & 65535)::BIGINT AS week, count(*) AS customers, count(*) FILTER (b) AS buyers"
    )
    hand.run("CREATE TEMP TABLE weekly AS " + " UNION ALL ".join(f"{counted} FROM ({piece}) GROUP BY ALL" for piece in pieces))
    last = hand.days - 1
    week = f"SELECT {{scope}} AS scope, ({last} - day) // 7 AS ago, key, bool_or(bought) AS b FROM s WHERE day > {last - 14} GROUP BY ALL"
    hand.run(f"""
        CREATE TEMP TABLE recent AS
        SELECT scope, ago, count(*) AS visitors, count(*) FILTER (b) AS buyers FROM ({hand.every_scope(week)}) GROUP BY ALL""")


def _steps(names: list[str], measure: str, counts: list[str]) -> str:
    """Columns step_order, step and the count of each, one row per step."""
    order = ", ".join(str(i) for i in range(len(names)))
    return f"unnest([{order}])::BIGINT AS step_order, unnest({texts(names)}) AS step, unnest([{', '.join(counts)}])::BIGINT AS {measure}"


def _periods(grain: str) -> str:
    return f"{grain} AS period, bool_and({grain}_complete) AS complete"


def _funnels(shop: Shop) -> dict[str, str]:
    names = ["sessions", *shop.actions, "purchased"]
    sums = [f"coalesce(sum(n{i}), 0)" for i in range(len(names))]
    of = "(sessions, total_sessions)"
    rated = f"part{of} AS rate, wilson_low{of} AS rate_low, wilson_high{of} AS rate_high"
    queries = {}
    for grain in GRAINS:
        queries[f"funnels/sessions_{grain}"] = f"""
            SELECT *, {rated} FROM (
                SELECT name AS scope, {_periods(grain)}, {_steps(names, "sessions", sums)}, {sums[0]}::BIGINT AS total_sessions
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
            FROM scopes CROSS JOIN (SELECT {_periods(grain)} FROM customer_days GROUP BY {grain}) spans CROSS JOIN {steps}
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


def _stats(days: int) -> dict[str, str]:
    queries = {}
    for grain in GRAINS:
        queries[f"stats/{grain}_orders"] = f"""
            SELECT name AS scope, {_periods(grain)}, coalesce(sum(orders), 0)::BIGINT AS orders FROM all_days GROUP BY name, {grain}"""
        queries[f"stats/{grain}_revenue"] = f"""
            SELECT name AS scope, {_periods(grain)}, sum(revenue) AS revenue, sum(discount) AS discount, sum(refunds) AS refunds,
                sum(revenue) - sum(refunds) AS net_revenue FROM all_days GROUP BY name, {grain}"""
    queries["stats/hourly_orders"] = f"""
        SELECT name AS scope, hour, coalesce(orders, 0)::BIGINT AS orders, {days}::BIGINT AS days,
            coalesce(orders, 0) / {days} AS orders_per_day
        FROM all_hours"""
    queries["stats/hourly_revenue"] = f"""
        SELECT name AS scope, hour, revenue, {days}::BIGINT AS days, revenue / {days} AS revenue_per_day FROM all_hours"""
    return queries | _weekly() | _distributions() | {"stats/kpis": _kpis(days)}


def _weekly() -> dict[str, str]:
    weeks = f"""
        SELECT name, scope, {_periods("weekly")}, (weekly - min(weekly) OVER ()) // 7 AS week,
            coalesce(sum(n0), 0)::BIGINT AS sessions, coalesce(sum(orders), 0)::BIGINT AS orders, sum(revenue) AS revenue
        FROM all_days GROUP BY name, scope, weekly"""
    joined = f"({weeks}) LEFT JOIN weekly USING (scope, week)"
    customers = "coalesce(customers, 0)"
    return {
        "stats/weekly_sessions_per_customer": f"""
            SELECT name AS scope, period, complete, sessions, {customers} AS customers,
                part(sessions, {customers}) AS sessions_per_customer FROM {joined}""",
        "stats/weekly_orders_per_customer": f"""
            SELECT name AS scope, period, complete, orders, {customers} AS customers, part(orders, {customers}) AS orders_per_customer,
                coalesce(buyers, 0) AS buyers, part(orders, coalesce(buyers, 0)) AS orders_per_buyer FROM {joined}""",
        "stats/weekly_payment_amount": f"""
            SELECT name AS scope, period, complete, orders, revenue, part(revenue, orders) AS average_amount FROM ({weeks})""",
    }


def _distributions() -> dict[str, str]:
    return {
        "stats/orders_per_customer": """
            SELECT name AS scope, orders, count(*) AS customers FROM members JOIN scopes USING (scope) WHERE orders > 0 GROUP BY ALL""",
        # In millionths, so that bins are compared as whole numbers.
        "stats/payment_amount_distribution": """
            WITH x AS (SELECT scope, spent / orders AS x FROM members WHERE orders > 0
            ), limits AS (
                SELECT scope, round_even(least(top, q[2] + 1.5 * (q[2] - q[1])) * 1e6, 0)::BIGINT AS h
                FROM (SELECT scope, max(x) AS top, quantile_cont(x, [0.25, 0.75]) AS q FROM x GROUP BY scope)
            ), widths AS (SELECT (f * 10 ** n)::BIGINT AS w FROM (SELECT unnest([10, 20, 25, 50]) AS f), (SELECT unnest(range(3, 18)) AS n)
            ), fitted AS (SELECT scope, h, min(w) AS w FROM limits JOIN widths ON 20::HUGEINT * w >= h GROUP BY ALL
            ), bins AS (SELECT scope, w, h // w + 1 AS open, unnest(range(h // w + 2)) AS bin FROM fitted
            ), counted AS (
                SELECT scope, least(round_even(x * 1e6, 0)::BIGINT // w, h // w + 1) AS bin, count(*) AS customers
                FROM x JOIN fitted USING (scope) GROUP BY ALL)
            SELECT name AS scope, bin, bin * w / 1e6 AS amount_low, CASE WHEN bin < open THEN (bin + 1) * w / 1e6 END AS amount_high,
                coalesce(customers, 0) AS customers
            FROM bins JOIN scopes USING (scope) LEFT JOIN counted USING (scope, bin)""",
    }


def _kpis(days: int) -> str:
    sums = ("orders", "revenue", "discount", "refunds")
    spans = {"t": "true", "l": f"day > {days - 8}", "p": f"day BETWEEN {days - 14} AND {days - 8}"}
    moneys = ", ".join(f"coalesce(sum({m}) FILTER ({span}), 0) AS {m}_{name}" for m in sums for name, span in spans.items())
    people = ", ".join(
        f"coalesce(max({m}) FILTER (ago = {k}), 0) AS {m}_{name}" for m in ("visitors", "buyers") for k, name in ((0, "l"), (1, "p"))
    )
    metrics = (*sums, "visitors", "buyers", "net_revenue")

    def listed(suffix: str) -> str:
        net = f"revenue_{suffix} - refunds_{suffix}"
        return ", ".join([*(f"{m}_{suffix}::DOUBLE" for m in metrics[:-1]), net])

    return f"""
        WITH sums AS (SELECT scope, name, {moneys} FROM all_days GROUP BY ALL
        ), totals AS (
            SELECT scope, count(*) FILTER (came) AS visitors_t, count(*) FILTER (orders > 0) AS buyers_t FROM members GROUP BY scope
        ), latest AS (SELECT scope, {people} FROM scopes LEFT JOIN recent USING (scope) GROUP BY scope
        ), every AS (
            SELECT name AS scope, unnest({texts(list(metrics))}) AS metric, unnest([{listed("t")}]) AS total,
                unnest([{listed("l")}]) AS l, unnest([{listed("p")}]) AS p
            FROM sums JOIN totals USING (scope) JOIN latest USING (scope))
        SELECT scope, metric, total, CASE WHEN {days} >= 7 THEN l END AS last_7_days, CASE WHEN {days} >= 14 THEN p END AS previous_7_days,
            CASE WHEN {days} >= 14 AND p <> 0 THEN l / p - 1 END AS change_rate
        FROM every"""
