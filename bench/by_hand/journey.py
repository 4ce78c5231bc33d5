"""The customer journey (docs/contract, section 9) of the hand-written yardstick."""

# ruff: noqa: S608 - names come from a mapping and are quoted; values are ours
from __future__ import annotations

import pyarrow as pa

from bench.by_hand.hand import Hand, start_us, wall_day


def reports(hand: Hand) -> dict[str, pa.Table]:
    """Report path → rows of all scopes."""
    start, last = start_us("tick"), f"({hand.as_of_us} - {start_us('tick')}) / 3.6e9"
    query = f"""
        WITH downloaded AS (SELECT scope, count(*) AS customers FROM members WHERE h0 IS NOT NULL GROUP BY scope
        ), steps AS (
            SELECT scope, k, count(*) AS customers, avg(amount) AS amount, avg(({start} - {start_us("prev")}) / 3.6e9) AS hours
            FROM so GROUP BY ALL
        ), firsts AS (
            SELECT scope, avg(greatest({start} - epoch_us(m0), 0) / 3.6e9) AS hours, count(*) AS n
            FROM so JOIN people USING (key) WHERE k = 1 AND {wall_day("tick")} >= h0 // 24 GROUP BY scope
        ), lasts AS (SELECT scope, avg({last}) AS hours FROM so WHERE next IS NULL GROUP BY scope
        ), totals AS (
            SELECT scope, name, sum(steps.customers) AS orders, max(steps.customers) AS buyers
            FROM scopes LEFT JOIN steps USING (scope) GROUP BY ALL
        ), rows AS (
            SELECT scope, 0 AS step_order, 'download' AS step, coalesce(customers, 0) AS customers, 0.0 AS hours,
                coalesce(customers, 0) AS hours_customers, NULL AS amount
            FROM scopes LEFT JOIN downloaded USING (scope)
            UNION ALL SELECT scope, k, 'order_' || k, customers, CASE WHEN k = 1 THEN f.hours ELSE s.hours END,
                CASE WHEN k = 1 THEN coalesce(n, 0) ELSE customers END, amount
            FROM steps s JOIN totals t USING (scope) LEFT JOIN firsts f USING (scope) WHERE k <= orders // buyers
            UNION ALL SELECT scope, orders // buyers + 1, 'since_last_order', buyers, hours, buyers, NULL
            FROM totals JOIN lasts USING (scope))
        SELECT name AS scope, step_order::BIGINT AS step_order, step, customers::BIGINT AS customers, hours AS average_hours,
            hours_customers::BIGINT AS hours_customers, amount AS average_amount, orders / buyers AS orders_per_buyer
        FROM rows JOIN totals USING (scope)"""
    return {"journey/average": hand.table(query)}
