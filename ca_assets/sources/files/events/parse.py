"""Lines of events → typed events, and those that are none with the reason: one pass per file, by DuckDB.

What is read of a message is in `message`, its names in `names`. An event's moment is that of its arrival less the time between its being
made and sent, as the client's own clock has both: a clock that is wrong does not matter; it is never after the arrival. Numbers may be texts;
one that cannot be read rejects the event and is never taken for 0. Times are microseconds since 1970 (UTC).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
from crawleruseragents import CRAWLER_USER_AGENTS_DATA

from ca_assets.contracts.events import MESSAGE, RECEIVED_AT, SENT_AT, USER_AGENT, WRITE_KEY
from ca_assets.sources.files.events.message import PRODUCT_FACTS, fact_columns, paths_of
from ca_assets.sources.files.events.names import ALIASES, ORDER_COMPLETED, ORDER_REFUNDED, PRODUCT_ADDED, PRODUCT_REMOVED

SHOWN = 2000
NOBODY = ("null", "none", "anonymous", "guest", "0", "-1", "undefined", "nan", "(not set)")
SERVER_LIBRARIES = (
    *("analytics-python", "analytics-node", "@segment/analytics-node", "analytics-ruby", "analytics-go", "analytics-java"),
    *("analytics-php", "analytics.net", "analytics-csharp", "analytics-rust", "rudder-analytics-python", "rudder-sdk-node"),
)
TYPES = ("track", "identify", "page", "screen", "group", "alias")
NUMBER = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"
LINE_FIELDS = pa.schema(
    [("line", pa.int64()), ("text", pa.string())] + [(name, pa.string()) for name in (RECEIVED_AT, SENT_AT, WRITE_KEY, USER_AGENT)]
)

MACROS = f"""
CREATE OR REPLACE TEMP MACRO moment(t) AS epoch_us(try_cast(t AS TIMESTAMPTZ));
CREATE OR REPLACE TEMP MACRO number(t) AS
  CASE WHEN regexp_full_match(t, '{NUMBER}') AND isfinite(try_cast(t AS DOUBLE)) THEN try_cast(t AS DOUBLE) END;
CREATE OR REPLACE TEMP MACRO is_bad(t) AS nullif(trim(t), '') IS NOT NULL AND number(trim(t)) IS NULL;
CREATE OR REPLACE TEMP MACRO person(t) AS CASE WHEN lower(t) NOT IN {NOBODY} THEN t END;
CREATE OR REPLACE TEMP MACRO number_problem(fact, t) AS fact || ': ''' || left(t, 60) || ''' is no number';
"""

READ = f"""
CREATE OR REPLACE TEMP TABLE facts AS
WITH texts AS (
  SELECT *, try(CASE
    WHEN contains(text, '"{RECEIVED_AT}"') AND json_type(text, '$.{MESSAGE}') = 'OBJECT' THEN json_extract_string(text, $enveloped)
    ELSE json_extract_string(text, $plain) END) AS v
  FROM lines WHERE trim(text) <> ''
), read AS (
  SELECT line, text, v IS NULL AS is_no_json, {RECEIVED_AT} AS row_received, {SENT_AT} AS row_sent, {WRITE_KEY} AS row_key,
    {USER_AGENT} AS row_agent, hash(v[5:]) AS digest,
  {fact_columns()}
  FROM texts
)
SELECT * EXCLUDE (row_received, row_sent, row_key, row_agent, sent) REPLACE (
    coalesce({RECEIVED_AT}, row_received) AS {RECEIVED_AT}, coalesce({SENT_AT}, row_sent, sent) AS {SENT_AT},
    coalesce({WRITE_KEY}, row_key) AS {WRITE_KEY}, coalesce({USER_AGENT}, row_agent) AS {USER_AGENT},
    coalesce(lower(type), CASE WHEN event IS NOT NULL THEN 'track' END) AS type
  ),
  coalesce(map_extract_value(map($names, $codes), lower(event)), lower(event), lower(type)) AS code,
  coalesce(lower(channel) = 'server' OR lower(library) IN (SELECT unnest($server_libraries)), false) AS is_server_library
FROM read
"""

TYPED = f"""
CREATE OR REPLACE TEMP TABLE typed AS
WITH known AS (
  SELECT * EXCLUDE (is_server_library, code, user_id, anonymous_id, previous_id, products),
    CASE WHEN list_contains($server_keys, {WRITE_KEY}) THEN true WHEN list_contains($browser_keys, {WRITE_KEY}) THEN false
      ELSE is_server_library END AS is_server,
    code, person(user_id) AS user_id, coalesce(person(anonymous_id), CASE WHEN type = 'alias' THEN person(previous_id) END) AS anonymous_id,
    coalesce(moment({RECEIVED_AT}), moment(received), $file_time) AS received_us, moment({SENT_AT}) AS sent_us, moment(told_at) AS told_us,
    CASE WHEN code IN ('{ORDER_COMPLETED}', '{ORDER_REFUNDED}') THEN try(from_json(products, '{PRODUCT_FACTS}')) END AS products
  FROM facts
), judged AS (
  SELECT * REPLACE (coalesce(order_id, CASE WHEN code IN ('{ORDER_COMPLETED}', '{ORDER_REFUNDED}') THEN plain_id END) AS order_id),
    coalesce(product_id, plain_id, sku) AS product,
    number(total) AS amount,
    CASE WHEN address IS NOT NULL THEN 'guest-' || left(sha256($key || lower(address)), 32) END AS guest,
    CASE WHEN told_us IS NULL THEN received_us WHEN sent_us IS NULL THEN least(told_us, received_us)
      ELSE least(received_us, received_us - (sent_us - told_us)) END AS at_us,
    list_filter(products, lambda p: is_bad(p.price) OR is_bad(p.quantity)) AS bad_products,
    code IN ('{ORDER_COMPLETED}', '{ORDER_REFUNDED}') AS is_money,
    code IN ('{PRODUCT_ADDED}', '{PRODUCT_REMOVED}') AS is_line
  FROM known
), reasons AS (
  SELECT *, CASE
    WHEN is_no_json THEN 'not_json'
    WHEN type IS NULL OR type NOT IN {TYPES} OR (type = 'track' AND event IS NULL) THEN 'not_an_event'
    WHEN told_at IS NOT NULL AND told_us IS NULL THEN 'bad_timestamp'
    WHEN is_money AND (is_bad(total) OR is_bad(discount) OR len(bad_products) > 0) THEN 'bad_number'
    WHEN is_line AND (is_bad(price) OR is_bad(quantity)) THEN 'bad_number'
    WHEN is_money AND order_id IS NULL THEN 'missing_order_id'
    WHEN code = '{ORDER_COMPLETED}' AND amount IS NULL THEN 'missing_total'
    WHEN coalesce(anonymous_id, user_id, guest, order_id) IS NULL THEN 'missing_identity'
  END AS reason
  FROM judged
)
SELECT *, coalesce((CASE WHEN is_server THEN agent ELSE coalesce(agent, {USER_AGENT}) END) IN (SELECT agent FROM robots), false) AS is_bot
FROM reasons
"""

ROBOTS = f"""
CREATE OR REPLACE TEMP TABLE robots AS
SELECT agent FROM (SELECT agent FROM facts UNION SELECT {USER_AGENT} FROM facts) WHERE regexp_matches(agent, $pattern)
"""

EVENTS = f"""
SELECT $file AS file, line, digest, coalesce(message_id, 'digest-' || digest) AS message_id, received_us, at_us, type,
  CASE WHEN code = '{ORDER_COMPLETED}' AND amount < 0 THEN '{ORDER_REFUNDED}' ELSE code END AS code,
  user_id, anonymous_id, guest, is_server, order_id, product, product_name, category,
  number(price) AS price, number(quantity) AS quantity, abs(amount) AS amount, number(subtotal) AS subtotal,
  abs(number(discount)) AS discount, coupon, upper(currency) AS currency, moment_of_text(created_at) AS created_us,
  list_transform(products, lambda p: {{
    'product': coalesce(nullif(trim(p.product_id), ''), nullif(trim(p.id), ''), nullif(trim(p.sku), '')), 'name': nullif(trim(p.name), ''),
    'category': nullif(trim(p.category), ''), 'price': number(trim(p.price)), 'quantity': number(trim(p.quantity))}}) AS products,
  dimensions
FROM typed WHERE reason IS NULL AND NOT is_bot
"""

# Seconds or milliseconds since 1970 are told as digits.
CREATED = """
CREATE OR REPLACE TEMP MACRO moment_of_text(t) AS CASE
  WHEN regexp_full_match(t, '\\d{9,10}(\\.\\d+)?') THEN CAST(CAST(t AS DOUBLE) * 1000000 AS BIGINT)
  WHEN regexp_full_match(t, '\\d{12,13}') THEN CAST(t AS BIGINT) * 1000
  ELSE moment(t) END
"""

REJECTS = """
SELECT 'events' AS source, line, reason, concat($label, CASE reason
    WHEN 'not_json' THEN 'the line is no JSON (cut short?)'
    WHEN 'not_an_event' THEN 'no type of event, or an event without a name'
    WHEN 'bad_timestamp' THEN 'timestamp: ''' || left(told_at, 60) || ''' is no time'
    WHEN 'missing_order_id' THEN 'an order without order_id'
    WHEN 'missing_total' THEN 'an order without total or revenue'
    WHEN 'missing_identity' THEN 'neither anonymousId nor userId'
    ELSE CASE WHEN is_money AND is_bad(total) THEN number_problem('total', total)
      WHEN is_money AND is_bad(discount) THEN number_problem('discount', discount)
      WHEN is_line AND is_bad(price) THEN number_problem('price', price)
      WHEN is_line THEN number_problem('quantity', quantity)
      WHEN is_bad(bad_products[1].price) THEN number_problem('price of a product', bad_products[1].price)
      ELSE number_problem('quantity of a product', bad_products[1].quantity) END
  END) AS message, CAST(json_object('_text', left(text, $shown)) AS VARCHAR) AS row
FROM typed WHERE reason IS NOT NULL AND NOT is_bot
"""


@dataclass(frozen=True)
class ParseRules:
    """What of a shop's configuration decides what an event is. `key`: of the hash that stands for a guest's address."""

    key: str
    dimensions: tuple[str, ...]
    server_keys: tuple[str, ...]
    browser_keys: tuple[str, ...]


def robot_pattern() -> str:
    """One regular expression of all robots' agents that RE2 can read."""
    patterns = [entry["pattern"] for entry in CRAWLER_USER_AGENTS_DATA]
    return "|".join(f"(?:{pattern})" for pattern in patterns if not re.search(r"\(\?[=!<]", pattern))


def prepare(con: duckdb.DuckDBPyConnection) -> None:
    """Make the functions that reading needs; the engine's clock is UTC."""
    con.execute("SET TimeZone = 'UTC'")
    con.execute(MACROS)
    con.execute(CREATED)


def parse_lines(
    con: duckdb.DuckDBPyConnection, batches: Iterator[pa.RecordBatch], rules: ParseRules, file: str, file_time: int, target: Path
) -> tuple[int, int, int]:
    """Lines (batches of `LINE_FIELDS`) of a file → `target` (events) and `target`.bad (rejected ones); how many of these, and of robots.

    `file_time`: microseconds, for messages that do not say when they arrived.
    """
    con.register("lines", pa.RecordBatchReader.from_batches(LINE_FIELDS, batches))
    names = {"names": list(ALIASES), "codes": list(ALIASES.values())}
    paths = {"enveloped": paths_of(rules.dimensions, in_envelope=True), "plain": paths_of(rules.dimensions, in_envelope=False)}
    con.execute(READ, {**paths, **names, "server_libraries": list(SERVER_LIBRARIES)})
    con.unregister("lines")
    con.execute(ROBOTS, {"pattern": robot_pattern()})
    keys = {"server_keys": list(rules.server_keys), "browser_keys": list(rules.browser_keys)}
    con.execute(TYPED, {**keys, "key": rules.key, "file_time": file_time})
    con.sql(EVENTS, params={"file": file}).write_parquet(str(target), compression="zstd")
    bad = con.sql(REJECTS, params={"label": f"{file}: ", "shown": SHOWN})
    bad.write_parquet(f"{target}.bad", compression="zstd")
    counted = "SELECT count(*) FILTER (reason IS NULL AND NOT is_bot), count(*) FILTER (reason IS NOT NULL AND NOT is_bot), count(*) FILTER (is_bot) FROM typed"
    (counts,) = con.execute(counted).fetchall()
    con.execute("DROP TABLE facts; DROP TABLE typed; DROP TABLE robots")
    events, rejected, robots = counts
    return events, rejected, robots
