"""Promotions (docs/contract, section 7) of the hand-written yardstick; promotion 0 is none."""

# ruff: noqa: S608 - names come from a mapping and are quoted; values are ours
from __future__ import annotations

import pyarrow as pa

from bench.by_hand.hand import Hand

DAILY_TOP = 10
OTHER = 65_535


def reports(hand: Hand) -> dict[str, pa.Table]:
    """Report path → rows of all scopes."""
    first = hand.last_day - hand.days + 1
    hand.run(f"""
        CREATE TEMP TABLE promo_days AS
        SELECT scope, (day - {first})::SMALLINT AS day, promo, count(*) AS orders, sum(amount) AS revenue, sum(discount) AS discount
        FROM so GROUP BY ALL""")
    hand.run("""
        CREATE TEMP TABLE promo_clients AS
        SELECT scope, promo, key, count(*) FILTER (k = 1) AS firsts FROM so GROUP BY ALL""")
    hand.run("""
        CREATE TEMP TABLE promo_ranks AS
        SELECT *, row_number() OVER (PARTITION BY scope, promo = 0 ORDER BY orders DESC, customers DESC, promo) AS rank
        FROM (
            SELECT scope, promo, sum(orders)::BIGINT AS orders, sum(revenue) AS revenue, sum(discount) AS discount
            FROM promo_days GROUP BY ALL)
        JOIN (SELECT scope, promo, count(*) AS customers, sum(firsts)::BIGINT AS firsts FROM promo_clients GROUP BY ALL)
        USING (scope, promo)""")
    hand.run(f"""
        CREATE TEMP TABLE promo_labels AS
        SELECT promo, promotion_id FROM promos UNION ALL SELECT 0, '__none__' UNION ALL SELECT {OTHER}, '__other__'""")
    return {
        "promotions/summary": hand.table(_summary(hand)),
        "promotions/daily_share": hand.table(f"""
            SELECT name AS scope, daily AS period, true AS complete, {_SHARE} FROM (
                SELECT name, daily, coalesce(orders, 0)::BIGINT AS n, coalesce(promoted, 0)::BIGINT AS k FROM all_days LEFT JOIN (
                    SELECT scope, day, sum(orders) AS promoted FROM promo_days WHERE promo > 0 GROUP BY ALL) USING (scope, day))"""),
        "promotions/hourly_share": hand.table(f"""
            SELECT name AS scope, hour, {hand.days}::BIGINT AS days, {_SHARE} FROM (
                SELECT name, hour, coalesce(orders, 0)::BIGINT AS n, coalesce(promoted, 0)::BIGINT AS k FROM all_hours LEFT JOIN (
                    SELECT scope, hour, count(*) AS promoted FROM so WHERE promo > 0 GROUP BY ALL) USING (scope, hour))"""),
        "promotions/daily_revenue": hand.table(_daily_revenue()),
    }


_SHARE = """n AS orders, k AS promoted_orders, n - k AS organic_orders, part(k, n) AS promoted_rate,
                wilson_low(k, n) AS promoted_rate_low, wilson_high(k, n) AS promoted_rate_high"""


def _summary(hand: Hand) -> str:
    top = hand.shop.settings.top
    return f"""
        WITH rows AS (
            SELECT scope, promo, orders, customers, revenue, discount, firsts FROM promo_ranks WHERE promo = 0 OR rank <= {top}
            UNION ALL SELECT scope, {OTHER}, sum(orders), max(distinct_customers), sum(revenue), sum(discount), sum(firsts)
            FROM promo_ranks JOIN (
                SELECT scope, count(DISTINCT key) AS distinct_customers
                FROM promo_clients JOIN promo_ranks USING (scope, promo) WHERE promo > 0 AND rank > {top} GROUP BY scope) USING (scope)
            WHERE promo > 0 AND rank > {top} GROUP BY scope
            UNION ALL SELECT scope, 0, 0, 0, 0, 0, 0 FROM scopes ANTI JOIN (SELECT scope FROM promo_ranks WHERE promo = 0) USING (scope))
        SELECT name AS scope, promotion_id, orders::BIGINT AS orders,
            orders::BIGINT AS client_orders, customers::BIGINT AS customers, revenue, discount,
            part(revenue, orders) AS average_amount, firsts::BIGINT AS first_orders, part(firsts, orders) AS first_order_rate,
            wilson_low(firsts, orders) AS first_order_rate_low, wilson_high(firsts, orders) AS first_order_rate_high,
            part(orders, customers) AS orders_per_customer
        FROM rows JOIN promo_labels USING (promo) JOIN scopes USING (scope)"""


def _daily_revenue() -> str:
    return f"""
        WITH slots AS (
            SELECT scope, promo, CASE WHEN promo = 0 OR rank <= {DAILY_TOP} THEN promo ELSE {OTHER} END AS slot FROM promo_ranks
        ), sums AS (
            SELECT scope, day, slot, sum(orders) AS orders, sum(revenue) AS revenue, sum(discount) AS discount
            FROM promo_days JOIN slots USING (scope, promo) GROUP BY ALL
        ), listed AS (SELECT scope, slot FROM slots UNION SELECT scope, 0 FROM scopes)
        SELECT name AS scope, daily AS period, true AS complete, promotion_id, coalesce(orders, 0)::BIGINT AS orders,
            coalesce(revenue, 0) AS revenue, coalesce(discount, 0) AS discount
        FROM listed CROSS JOIN session_days LEFT JOIN sums USING (scope, day, slot)
        JOIN promo_labels ON promo_labels.promo = slot JOIN scopes USING (scope)"""
