"""Stats (docs/contract, section 5) of the hand-written yardstick."""

# ruff: noqa: S608 - names come from a mapping and are quoted; values are ours
from __future__ import annotations

import pyarrow as pa

from bench.by_hand.hand import GRAINS, Hand, periods, texts


def reports(hand: Hand) -> dict[str, pa.Table]:
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


def _stats(days: int) -> dict[str, str]:
    queries = {}
    for grain in GRAINS:
        queries[f"stats/{grain}_orders"] = f"""
            SELECT name AS scope, {periods(grain)}, coalesce(sum(orders), 0)::BIGINT AS orders FROM all_days GROUP BY name, {grain}"""
        queries[f"stats/{grain}_revenue"] = f"""
            SELECT name AS scope, {periods(grain)}, sum(revenue) AS revenue, sum(discount) AS discount, sum(refunds) AS refunds,
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
        SELECT name, scope, {periods("weekly")}, (weekly - min(weekly) OVER ()) // 7 AS week,
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
