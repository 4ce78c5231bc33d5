"""Products (docs/contract, section 6) of the hand-written yardstick.

`op` is one row per order and product. Which of a dimension's values (52 at most) something was seen in is one word of bits, so that
distinct customers of all values come from one grouping; so are the categories of an order (64 at most).
"""

# ruff: noqa: S608 - names come from a mapping and are quoted; values are ours
from __future__ import annotations

import pyarrow as pa

from bench.by_hand.hand import Hand

DAILY_TOP, PAIRS = 10, 1000
BITS = "(SELECT unnest(range(64))::UTINYINT AS j)"


def reports(hand: Hand) -> dict[str, pa.Table]:
    """Report path → rows of all scopes."""
    _lines(hand)
    _ranks(hand)
    _leaders(hand)
    _pairs(hand)
    return {
        "products/top_products": hand.table(_top_products(hand)),
        "products/top_categories": hand.table(_top_categories(hand)),
        "products/product_pairs": hand.table(_product_pairs()),
        "products/daily_products": hand.table(_daily(hand)),
        "products/line_value_monthly": hand.table(_monthly(hand)),
    }


def _own(hand: Hand) -> str:
    """The scopes' columns of an order."""
    return "".join(f", c{i}" for i in range(len(hand.starts)))


def _lines(hand: Hand) -> None:
    """Tables `op` (order, product: units, value), `oc` (order: its categories as bits, value), and texts by number."""
    hand.run("""
        CREATE TEMP TABLE lines AS
        SELECT o, product, category, product_name, quantity AS units, price * quantity AS value FROM basket_lines JOIN ord USING (id)""")
    for what, name in (("product", "min(product_name)"), ("category", "NULL")):
        hand.run(f"""
            CREATE TEMP TABLE {what}_texts AS
            SELECT (row_number() OVER (ORDER BY {what}) - 1)::USMALLINT AS {what[0]}, {what} AS text, {name} AS product_name
            FROM lines GROUP BY {what}""")
    hand.run(f"""
        CREATE TEMP TABLE op AS
        SELECT o, p, units, value, key, day{_own(hand)} FROM (
            SELECT o, p, sum(units) AS units, sum(value) AS value FROM lines JOIN product_texts ON text = product GROUP BY o, p)
        JOIN ord USING (o)""")
    hand.run(f"""
        CREATE TEMP TABLE oc AS
        SELECT o, cats, value, key, day, amount, discount{_own(hand)} FROM (
            SELECT o, bit_or(1::UBIGINT << c) AS cats, sum(value) AS value FROM lines JOIN category_texts ON text = category GROUP BY o)
        JOIN ord USING (o)""")


def _ranks(hand: Hand) -> None:
    """Table `ranks`: scope × product with its figures and place."""
    sums = hand.every_scope("SELECT {scope} AS scope, p, count(*) AS orders, sum(units) AS units, sum(value) AS value FROM op GROUP BY ALL")
    bits = ", ".join(f"bit_or(1::UBIGINT << (c{i} - {start})) AS m{i}" for i, start in enumerate(hand.starts))
    hand.run(f"CREATE TEMP TABLE pk AS SELECT p{', ' + bits if bits else ''} FROM op GROUP BY p, key")
    pieces = ["SELECT 0 AS scope, p, count(*) AS customers FROM pk GROUP BY p"]
    pieces += [
        f"""SELECT {start} + j, p, sum(n) FROM (SELECT p, m{i} AS m, count(*) AS n FROM pk GROUP BY ALL)
            JOIN {BITS} ON (m >> j) & 1 = 1 GROUP BY ALL"""
        for i, start in enumerate(hand.starts)
    ]
    hand.run(f"""
        CREATE TEMP TABLE ranks AS
        SELECT *, row_number() OVER (PARTITION BY scope ORDER BY orders DESC, customers DESC, p) AS rank
        FROM ({sums}) JOIN ({" UNION ALL ".join(pieces)}) USING (scope, p)""")


def _leaders(hand: Hand) -> None:
    """Table `marks`: per product the scopes in which it leads (t: the long list, d: the daily one); `rest`: per order where others are."""
    spans = [("all", 0, "scope = 0"), *((i, start, f"scope >= {start}") for i, start in enumerate(hand.starts))]
    ends = [*hand.starts[1:], 65_535]
    marks = []
    for place, (i, start, condition) in enumerate(spans):
        inside = condition if place == 0 else f"{condition} AND scope < {ends[place - 1]}"
        for kind, top in (("t", hand.shop.settings.top), ("d", DAILY_TOP)):
            word = f"bit_or(CASE WHEN {inside} AND rank <= {top} THEN 1::UBIGINT << (scope - {start}) END)"
            marks.append(f"coalesce({word}, 0) AS {kind}{i}")
    hand.run(f"CREATE TEMP TABLE marks AS SELECT p, {', '.join(marks)} FROM ranks GROUP BY p")
    flags = [f"((({kind}{i} & {bit}) = 0)::UINTEGER << {2 * n + (kind == 'd')})" for n, (i, bit) in enumerate(_bits(hand)) for kind in "td"]
    hand.run(f"""
        CREATE TEMP TABLE rest AS
        SELECT o, others, key, day{_own(hand)} FROM (
            SELECT o, bit_or({" | ".join(flags)}) AS others FROM op JOIN marks USING (p) GROUP BY o)
        JOIN ord USING (o) WHERE others > 0""")


def _bits(hand: Hand) -> list[tuple[str, str]]:
    """Per dimension (and all) its suffix and the bit of a row's scope."""
    return [("all", "1::UBIGINT"), *((str(i), f"(1::UBIGINT << (c{i} - {start}))") for i, start in enumerate(hand.starts))]


def _pairs(hand: Hand) -> None:
    """Table `pairs`: scope × pair with the orders that have both, where these are enough."""
    least = f"greatest({hand.shop.settings.pair_orders}, ceil(n / 1000))"
    totals = hand.every_scope("SELECT {scope} AS scope, count(*) AS n FROM oc GROUP BY ALL")
    hand.run(f"CREATE TEMP TABLE totals AS SELECT scope, n, {least}::BIGINT AS least FROM ({totals})")
    hand.run(f"""
        CREATE TEMP TABLE together AS
        WITH frequent AS (SELECT DISTINCT p FROM ranks JOIN totals USING (scope) WHERE orders >= least
        ), baskets AS (SELECT o, list_sort(list(p)) AS l FROM op SEMI JOIN frequent USING (p) GROUP BY o HAVING count(*) > 1
        ), heads AS (SELECT o, l, unnest(range(1, len(l))) AS x FROM baskets
        ), made AS (SELECT o, (l[x]::UINTEGER << 16) AS a, unnest(l[x + 1 :]) AS b FROM heads)
        SELECT (a | b)::UINTEGER AS ab{_own(hand)} FROM made JOIN ord USING (o)""")
    pieces = hand.every_scope("SELECT {scope} AS scope, ab, count(*) AS orders FROM together GROUP BY ALL")
    hand.run(f"""
        CREATE TEMP TABLE pairs AS
        SELECT scope, n, (ab >> 16)::USMALLINT AS a, (ab & 65535)::USMALLINT AS b, orders
        FROM ({pieces}) JOIN totals USING (scope) WHERE orders >= least""")


def _top_products(hand: Hand) -> str:
    top = hand.shop.settings.top
    scopes = ["0", *(f"c{i}" for i in range(len(hand.starts)))]
    counts = " UNION ALL ".join(_others(scope, n) for n, scope in enumerate(scopes))
    return f"""
        WITH others AS ({counts}
        ), sums AS (SELECT scope, sum(units) AS units, sum(value) AS value FROM ranks WHERE rank > {top} GROUP BY scope)
        SELECT name AS scope, text AS product, product_name, orders, units, value AS line_value, customers::BIGINT AS customers
        FROM ranks JOIN product_texts USING (p) JOIN scopes USING (scope) WHERE rank <= {top}
        UNION ALL SELECT name, '__other__', NULL, orders, units, value, customers::BIGINT
        FROM sums JOIN others USING (scope) JOIN scopes USING (scope)"""


def _others(scope: str, n: int) -> str:
    """Orders and customers with a product behind the long list, per scope of the n-th dimension (0: all)."""
    return f"""
        SELECT scope, sum(orders)::BIGINT AS orders, count(*) AS customers FROM (
            SELECT {scope} AS scope, key, count(*) AS orders FROM rest WHERE (others >> {2 * n}) & 1 = 1 GROUP BY ALL) GROUP BY scope"""


def _top_categories(hand: Hand) -> str:
    scopes = ["0", *(f"c{i}" for i in range(len(hand.starts)))]
    by_order = " UNION ALL ".join(f"SELECT {scope} AS scope, cats, count(*) AS n FROM oc GROUP BY ALL" for scope in scopes)
    by_client = " UNION ALL ".join(
        f"""SELECT scope, cats, count(*) AS n
            FROM (SELECT {scope} AS scope, key, bit_or(cats) AS cats FROM oc GROUP BY scope, key) GROUP BY ALL"""
        for scope in scopes
    )
    sums = " UNION ALL ".join(
        f"SELECT {scope} AS scope, c, sum(units) AS units, sum(value) AS value FROM sold GROUP BY ALL" for scope in scopes
    )
    own = _own(hand)
    return f"""
        WITH sold AS (
            SELECT c, sum(units) AS units, sum(value) AS value{own} FROM lines JOIN category_texts ON text = category JOIN ord USING (o)
            GROUP BY c{own}
        ), orders AS (SELECT scope, j AS c, sum(n) AS orders FROM ({by_order}) JOIN {BITS} ON (cats >> j) & 1 = 1 GROUP BY ALL
        ), clients AS (SELECT scope, j AS c, sum(n) AS customers FROM ({by_client}) JOIN {BITS} ON (cats >> j) & 1 = 1 GROUP BY ALL
        )
        SELECT name AS scope, text AS category, orders::BIGINT AS orders, units, value AS line_value, customers::BIGINT AS customers
        FROM ({sums}) JOIN orders USING (scope, c) JOIN clients USING (scope, c) JOIN category_texts USING (c) JOIN scopes USING (scope)"""


def _product_pairs() -> str:
    return f"""
        WITH lifted AS (
            SELECT scope, n, a, b, pairs.orders, x.orders AS orders_a, y.orders AS orders_b,
                (pairs.orders * n) / (x.orders * y.orders) AS lift
            FROM pairs JOIN ranks x USING (scope) JOIN ranks y USING (scope) WHERE x.p = a AND y.p = b
        ), listed AS (SELECT * FROM lifted QUALIFY row_number() OVER (PARTITION BY scope ORDER BY lift DESC, orders DESC, a, b) <= {PAIRS})
        SELECT name AS scope, ta.text AS product_a, tb.text AS product_b, orders, orders_a, orders_b, n AS total_orders,
            orders / n AS support, orders / orders_a AS confidence_ab, orders / orders_b AS confidence_ba, lift
        FROM listed JOIN product_texts ta ON ta.p = a JOIN product_texts tb ON tb.p = b JOIN scopes USING (scope)"""


def _daily(hand: Hand) -> str:
    """Leading products by day; the others' distinct orders from the marks of orders."""
    first = hand.last_day - hand.days + 1
    bits = _bits(hand)
    scopes = ["0", *(f"c{i}" for i in range(len(hand.starts)))]
    sums = " UNION ALL ".join(
        f"""SELECT {scope} AS scope, day, CASE WHEN (d{i} & {bit}) = 0 THEN -1 ELSE p::INTEGER END AS slot,
                count(*) AS orders, sum(units) AS units, sum(value) AS value FROM op JOIN marks USING (p) GROUP BY ALL"""
        for scope, (i, bit) in zip(scopes, bits, strict=True)
    )
    others = " UNION ALL ".join(
        f"SELECT {scope} AS scope, day, -1 AS slot, count(*) AS others FROM rest WHERE (others >> {2 * n + 1}) & 1 = 1 GROUP BY ALL"
        for n, scope in enumerate(scopes)
    )
    return f"""
        WITH sums AS (SELECT * FROM ({sums}) LEFT JOIN ({others}) USING (scope, day, slot)
        ), listed AS (SELECT DISTINCT scope, CASE WHEN rank <= {DAILY_TOP} THEN p::INTEGER ELSE -1 END AS slot FROM ranks
        ), grid AS (
            SELECT scope, slot, daily, session_days.day + {first} AS day, coalesce(text, '__other__') AS product
            FROM listed LEFT JOIN product_texts ON p = slot CROSS JOIN session_days)
        SELECT name AS scope, daily AS period, true AS complete, product,
            coalesce(CASE WHEN slot < 0 THEN others ELSE orders END, 0)::BIGINT AS orders,
            coalesce(units, 0) AS units, coalesce(value, 0) AS line_value
        FROM grid LEFT JOIN sums USING (scope, day, slot) JOIN scopes USING (scope)"""


def _monthly(hand: Hand) -> str:
    month = "date_trunc('month', DATE '1970-01-01' + day)::DATE"
    sums = hand.every_scope("""
        SELECT {scope} AS scope, month, sum(n) AS n, sum(value) AS value, sum(revenue) AS revenue, sum(discount) AS discount
        FROM sold GROUP BY ALL""")
    return f"""
        WITH sold AS (
            SELECT {month} AS month, count(*) AS n, sum(value) AS value, sum(amount) AS revenue, sum(discount) AS discount{_own(hand)}
            FROM oc GROUP BY month{_own(hand)}
        ), months AS (
            SELECT scope, name, monthly AS month, bool_and(monthly_complete) AS complete,
                coalesce(sum(orders), 0)::BIGINT AS orders
            FROM all_days GROUP BY ALL)
        SELECT name AS scope, month AS period, complete, orders, coalesce(n, 0)::BIGINT AS orders_with_lines,
            coalesce(value, 0) AS line_value, coalesce(s.revenue, 0) AS revenue, coalesce(s.discount, 0) AS discount,
            coalesce(s.revenue, 0) - coalesce(value, 0) AS difference
        FROM months LEFT JOIN ({sums}) s USING (scope, month)"""
