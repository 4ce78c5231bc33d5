"""Base tables of the hand-written yardstick: DuckDB SQL over the lake's files (docs/contract, without windows).

With the modules named as families the same answers as `ca_assets.analyses`, written for DuckDB and for nothing else. It knows one
currency only, at most 64 categories and one name per product, no guests, and no data without a known session. What paid off: narrow
integer columns made once; one fine aggregate per day and one per hour from which all scopes follow; the wall clock's offset packed into
the instant, so that a minimum keeps both; `all` from a dimension; one table of numbered orders per scope for cohorts, churn, promotions
and journey.
"""

# ruff: noqa: S608 - names come from a mapping and are quoted; values are ours
from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import duckdb
import pyarrow as pa

from bench.by_hand.hand import EPOCH, MACROS, Hand, quoted
from ca_assets.analyses.core.customers import conversion_steps, step_names
from ca_assets.shop import Shop

Files = Mapping[str, Sequence[str]]


def make(con: duckdb.DuckDBPyConnection, files: Files, shop: Shop, report_date: dt.date) -> Hand:
    """Make the base tables; the lake's tables are views `orders`, `downloads`, `basket_lines`."""
    for name in files:
        con.read_parquet(list(files[name]), hive_partitioning=False).create_view(name)
    con.execute("SET TimeZone = 'UTC'")
    con.execute(MACROS)
    known = f"client IS NOT NULL AND session_start_date < TIMESTAMPTZ '{_utc(shop, report_date)}'"
    con.execute(f"CREATE TEMP VIEW known AS SELECT * FROM orders WHERE {known}")
    names, starts = _scopes(con, shop)
    con.register("scopes", pa.table({"scope": pa.array(range(len(names)), pa.uint16()), "name": names}))
    first = con.execute("SELECT min(local_start)::DATE FROM known").fetchall()[0][0]
    hand = Hand(con, shop, first, report_date, tuple(starts))
    _people(con, shop, report_date)
    _sessions(con, shop, first, report_date)
    _orders(hand)
    return hand


def aggregate(hand: Hand) -> None:
    """What funnels make and other families read too: `by_day`, `by_hour`, `members`, the calendar, `all_days`, `all_hours`."""
    _cubes(hand)
    _members(hand)
    _calendar(hand)
    hand.run(ALL_DAYS)


def _utc(shop: Shop, report_date: dt.date) -> str:
    return shop.calendar.as_of(report_date).isoformat()


def _scopes(con: duckdb.DuckDBPyConnection, shop: Shop) -> tuple[list[str], list[int]]:
    """Tables `dim_<i>` (value → scope number); returns the names of all scopes by number, and each dimension's first number."""
    columns = ", ".join(f"coalesce({quoted('dimensions.' + name)}, '__none__') AS v{i}" for i, name in enumerate(shop.dimensions))
    if columns:
        con.execute(f"CREATE TEMP TABLE combos AS SELECT {columns}, count(*) n, count(*) FILTER (has_purchased) o FROM known GROUP BY ALL")
    names, starts = ["all"], []
    for i, dimension in enumerate(shop.dimensions):
        query = f"SELECT v{i} FROM combos GROUP BY 1 ORDER BY sum(o) DESC, sum(n) DESC, 1"
        ranked = [value for (value,) in con.execute(query).fetchall()]
        values = [value for value in ranked if value != "__none__"]
        shown = values[: shop.settings.scope_values]
        labels = shown + ["__other__"] * (len(values) > len(shown)) + ["__none__"] * ("__none__" in ranked)
        number = {label: len(names) + place for place, label in enumerate(labels)}
        codes = [number.get(value, number.get("__other__", 0)) for value in ranked]
        con.register(f"ranked_{i}", pa.table({"value": pa.array(ranked, pa.string()), "code": pa.array(codes, pa.uint16())}))
        con.execute(f"CREATE TEMP TABLE dim_{i} AS SELECT * FROM ranked_{i}")
        starts.append(len(names))
        names += [f"{dimension}={label}" for label in labels]
    return names, starts


def _people(con: duckdb.DuckDBPyConnection, shop: Shop, report_date: dt.date) -> None:
    """Table `people`: key, wall-clock hours and waits of the customer steps, and the time in which a session counts."""
    as_of, zone = f"TIMESTAMPTZ '{_utc(shop, report_date)}'", shop.calendar.timezone
    steps, chosen = step_names(shop), conversion_steps(shop)
    columns = [quoted({"download": "download_date", "signup": "signup_date"}.get(step, f"actions.{step}")) for step in steps]
    moments = ", ".join(f"CASE WHEN {column} < {as_of} THEN {column} END AS m{i}" for i, column in enumerate(columns))
    hours = ", ".join(f"wall_hour(timezone('{zone}', m{i})) AS h{i}" for i in range(len(steps)))
    window = f"INTERVAL {24 * shop.settings.conversion_window_days} HOURS"
    reach, waits = "CASE WHEN mature THEN m0 END", []
    for i, step in enumerate(steps):
        if i and step in chosen:
            reach = f"CASE WHEN m{i} >= ({reach}) AND m{i} < until THEN m{i} END"
        waits.append(f"CASE WHEN ({reach}) IS NOT NULL THEN date_diff('microseconds', m0, {reach}) / 3.6e9 END AS w{i}")
    con.execute(f"""
        CREATE TEMP TABLE people AS
        WITH everyone AS (
            SELECT client, {moments} FROM downloads
            UNION ALL BY NAME SELECT DISTINCT client FROM known ANTI JOIN downloads USING (client)
        ), matured AS (SELECT *, m0 + {window} AS until, coalesce(m0 + {window} <= {as_of}, false) AS mature FROM everyone)
        SELECT row_number() OVER ()::INTEGER AS key, client, m0, {hours}, {", ".join(waits)},
            (year(timezone('{zone}', m0)) * 12 + month(timezone('{zone}', m0)))::INTEGER AS month,
            mature, {reach} AS reach, until
        FROM matured""")


def _sessions(con: duckdb.DuckDBPyConnection, shop: Shop, first: dt.date, last: dt.date) -> None:
    """Table `s`: one narrow row per known session; `tick` is the instant × 256 + the wall clock's offset in quarters of an hour."""
    dimensions = range(len(shop.dimensions))
    joins = " ".join(
        f"JOIN dim_{i} ON dim_{i}.value = coalesce({quoted('dimensions.' + name)}, '__none__')" for i, name in enumerate(shop.dimensions)
    )
    codes = "".join(f", dim_{i}.code AS c{i}" for i in dimensions)
    actions = "".join(f", {quoted('actions.' + name)} AS a{i}" for i, name in enumerate(shop.actions))
    monday = f"(DATE '{first}' - {(first.weekday() - shop.calendar.week_start_index) % 7})"
    con.execute(f"""
        CREATE TEMP TABLE s AS
        SELECT p.key{codes}{actions}, has_purchased AS bought, CASE WHEN has_purchased THEN id END AS id,
            promotion_id, payment_amount AS amount, discount_amount AS discount,
            (local_start::DATE - DATE '{first}')::SMALLINT AS day, hour(local_start)::UTINYINT AS hour,
            ((local_start::DATE - {monday}) // 7)::USMALLINT AS week,
            epoch_us(session_start_date) * 256 + 128 + (epoch_us(local_start) - epoch_us(session_start_date)) // 900000000 AS tick,
            coalesce(session_start_date >= p.reach AND session_start_date < p.until, false) AS in_time
        FROM known JOIN people p USING (client) {joins}""")
    as_day = f"(timezone('{shop.calendar.timezone}', moment)::DATE - DATE '{first}')::SMALLINT"
    con.execute(f"""
        CREATE TEMP TABLE refunded AS
        SELECT key, {as_day} AS day, refund_amount AS refunds{codes}
        FROM (SELECT *, greatest(session_start_date, coalesce(refund_date, session_start_date)) AS moment
            FROM known WHERE refund_amount > 0)
        JOIN people USING (client) {joins} WHERE moment < TIMESTAMPTZ '{_utc(shop, last)}'""")


def _orders(hand: Hand) -> None:
    """Tables `ord` (o in the order of start and id; day, promo) and `so`: orders of each scope, numbered, with their neighbours' ticks."""
    codes = "".join(f", c{i}" for i in range(len(hand.starts)))
    hand.run("""
        CREATE TEMP TABLE promos AS
        SELECT promotion_id, row_number() OVER (ORDER BY promotion_id)::USMALLINT AS promo FROM (
            SELECT DISTINCT promotion_id FROM s WHERE bought AND promotion_id IS NOT NULL)""")
    hand.run(f"""
        CREATE TEMP TABLE ord AS
        SELECT (row_number() OVER (ORDER BY tick, id))::INTEGER AS o, id, key{codes}, tick, hour, amount, discount,
            day + {(hand.first - EPOCH).days} AS day, coalesce(promo, 0)::USMALLINT AS promo
        FROM s LEFT JOIN promos USING (promotion_id) WHERE bought""")
    pieces = hand.every_scope("SELECT {scope} AS scope, key, o, tick, hour, day, amount, discount, promo FROM ord")
    hand.run(f"""
        CREATE TEMP TABLE so AS
        SELECT scope, key, tick, hour, day, amount, discount, promo, (row_number() OVER one)::INTEGER AS k,
            lag(tick) OVER one AS prev, lead(tick) OVER one AS next, first_value(tick) OVER one AS first
        FROM ({pieces}) WINDOW one AS (PARTITION BY (scope::BIGINT << 32) | key ORDER BY o)""")


def _cubes(hand: Hand) -> None:
    """Tables `by_day` and `by_hour`: counts per scope from one fine aggregate each; `refunds_by_day`."""
    codes = "".join(f"c{i}, " for i in range(len(hand.starts)))
    actions = hand.shop.actions
    steps = len(actions) + 2
    flags = [*(f"a{i}" for i in range(len(actions))), "bought"]
    counts = ", ".join(["count(*) AS n0", *(f"count(*) FILTER ({flag}) AS n{i}" for i, flag in enumerate(flags, start=1))])
    totals = ", ".join(f"sum(n{i})::BIGINT AS n{i}" for i in range(steps))
    totals += f", sum(n{steps - 1})::BIGINT AS orders, sum(revenue) AS revenue, sum(discount) AS discount"
    for by in ("day", "hour"):
        hand.run(f"""
            CREATE TEMP TABLE fine_{by} AS SELECT {codes}{by}, {counts}, sum(amount) AS revenue, sum(discount) AS discount
            FROM s GROUP BY ALL""")
        pieces = hand.every_scope(f"SELECT {{scope}} AS scope, {by}, {totals} FROM fine_{by} GROUP BY ALL")
        hand.run(f"CREATE TEMP TABLE by_{by} AS {pieces}")
    refunds = "SELECT {scope} AS scope, day, sum(refunds) AS refunds FROM refunded GROUP BY ALL"
    hand.run("CREATE TEMP TABLE refunds_by_day AS " + hand.every_scope(refunds))


def _members(hand: Hand) -> None:
    """Table `members`: scope × customer, with wall-clock hours and waits of all steps; `volumes`: customers by scope, step and hour."""
    con, shop = hand.con, hand.shop
    dimensions, steps = range(len(shop.dimensions)), len(step_names(shop))
    firsts = """min(tick) AS f, min(tick) FILTER (bought) AS b,
        min(tick) FILTER (in_time) AS fs, min(tick) FILTER (in_time AND bought) AS fb,
        count(*) FILTER (bought) AS orders, sum(amount) AS spent"""
    again = "min(f) AS f, min(b) AS b, min(fs) AS fs, min(fb) AS fb, sum(orders)::BIGINT AS orders, sum(spent) AS spent"
    for i in dimensions:
        con.execute(f"CREATE TEMP TABLE m{i} AS SELECT c{i} AS scope, key, {firsts} FROM s GROUP BY ALL")
    whole = f"SELECT 0::USMALLINT AS scope, key, {again} FROM m0 GROUP BY key"
    if not shop.dimensions:
        whole = f"SELECT 0::USMALLINT AS scope, key, {firsts} FROM s GROUP BY key"
    visits = " UNION ALL ".join([whole, *(f"SELECT * FROM m{i}" for i in dimensions)])
    hours_and_waits = ", ".join(f"h{i}, w{i}" for i in range(steps))
    wall = "(({0} // 256 + ({0} % 256 - 128) * 900000000) // 3600000000)::INTEGER"
    wait = "({0} // 256 - epoch_us(m0)) / 3.6e9"
    con.execute(f"""
        CREATE TEMP TABLE members AS
        SELECT coalesce(scope, 0) AS scope, key, month, mature, {hours_and_waits}, {wall.format("f")} AS h{steps},
            {wall.format("b")} AS h{steps + 1},
            {wait.format("fs")} AS w{steps}, {wait.format("fb")} AS w{steps + 1},
            coalesce(orders, 0) AS orders, spent, f IS NOT NULL AS came
        FROM people LEFT JOIN ({visits}) USING (key)""")
    pieces = (
        f"SELECT scope, {i} AS step, h{i} AS tick, count(*) AS customers FROM members WHERE h{i} IS NOT NULL GROUP BY ALL"
        for i in range(steps + 2)
    )
    con.execute("CREATE TEMP TABLE volumes AS " + " UNION ALL ".join(pieces))


def _calendar(hand: Hand) -> None:
    """Tables `session_days` and `customer_days`: each day with its number and its day, week and month, and whether these are over."""
    first, last = hand.first, hand.last
    earliest = hand.value("SELECT DATE '1970-01-01' + (min(tick) // 24)::INTEGER FROM volumes")
    for name, start, origin in (("session_days", first, first), ("customer_days", earliest, EPOCH)):
        lead = f"(isodow(d) - 1 - {hand.shop.calendar.week_start_index} + 7) % 7"
        hand.run(f"""
            CREATE TEMP TABLE {name} AS
            SELECT (d - DATE '{origin}')::INTEGER AS day, d AS daily, true AS daily_complete,
                (d - ({lead})::INTEGER)::DATE AS weekly, d - ({lead})::INTEGER + 6 <= DATE '{last}' AS weekly_complete,
                date_trunc('month', d)::DATE AS monthly, last_day(d) <= DATE '{last}' AS monthly_complete
            FROM (SELECT unnest(generate_series(DATE '{start}', DATE '{last}', INTERVAL 1 DAY))::DATE AS d)""")


ALL_DAYS = """
CREATE TEMP TABLE all_days AS
SELECT scope, name, d.*, b.* EXCLUDE (scope, day, revenue, discount),
    coalesce(revenue, 0) AS revenue, coalesce(discount, 0) AS discount, coalesce(refunds, 0) AS refunds
FROM scopes CROSS JOIN session_days d LEFT JOIN by_day b USING (scope, day) LEFT JOIN refunds_by_day USING (scope, day);
CREATE TEMP TABLE all_hours AS
SELECT scope, name, h.hour, b.* EXCLUDE (scope, hour, revenue, discount), coalesce(revenue, 0) AS revenue
FROM scopes CROSS JOIN (SELECT unnest(range(24)) AS hour) h LEFT JOIN by_hour b USING (scope, hour);
"""
