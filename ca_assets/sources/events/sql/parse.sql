-- step: macros
CREATE OR REPLACE TEMP MACRO moment(t) AS epoch_us(try_cast(t AS TIMESTAMPTZ));
CREATE OR REPLACE TEMP MACRO number(t) AS
  CASE WHEN regexp_full_match(t, '[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?') AND isfinite(try_cast(t AS DOUBLE))
    THEN try_cast(t AS DOUBLE) END;
CREATE OR REPLACE TEMP MACRO is_bad(t) AS nullif(trim(t), '') IS NOT NULL AND number(trim(t)) IS NULL;
-- What clients send as an id when they have none.
CREATE OR REPLACE TEMP MACRO person(t) AS
  CASE WHEN lower(t) NOT IN ('null', 'none', 'anonymous', 'guest', '0', '-1', 'undefined', 'nan', '(not set)') THEN t END;
CREATE OR REPLACE TEMP MACRO number_problem(fact, t) AS fact || ': ''' || left(t, 60) || ''' is no number';
-- Seconds or milliseconds since 1970 are told as digits.
CREATE OR REPLACE TEMP MACRO moment_of_text(t) AS CASE
  WHEN regexp_full_match(t, '\d{9,10}(\.\d+)?') THEN CAST(CAST(t AS DOUBLE) * 1000000 AS BIGINT)
  WHEN regexp_full_match(t, '\d{12,13}') THEN CAST(t AS BIGINT) * 1000
  ELSE moment(t) END

-- step: texts
-- Each line with the texts at the paths of `message`, blank ones null.
WITH read AS (
  SELECT *, try(CASE
    WHEN contains(text, '"received_at"') AND json_type(text, '$.message') = 'OBJECT' THEN json_extract_string(text, $enveloped)
    ELSE json_extract_string(text, $plain) END) AS v
  FROM lines WHERE trim(text) <> ''
)
SELECT line, text, received_at AS row_received, sent_at AS row_sent, write_key AS row_key, user_agent AS row_agent,
  v IS NULL AS is_no_json, hash(v[5:]) AS digest, list_transform(v, lambda x: nullif(trim(x), '')) AS v
FROM read

-- step: facts
CREATE OR REPLACE TEMP TABLE facts AS
SELECT * EXCLUDE (row_received, row_sent, row_key, row_agent, sent) REPLACE (
    coalesce(received_at, row_received) AS received_at, coalesce(sent_at, row_sent, sent) AS sent_at,
    coalesce(write_key, row_key) AS write_key, coalesce(user_agent, row_agent) AS user_agent,
    coalesce(lower(type), CASE WHEN event IS NOT NULL THEN 'track' END) AS type
  ),
  coalesce(map_extract_value(map($names, $codes), lower(event)), lower(event), lower(type)) AS code,
  coalesce(CASE WHEN channel <> '' THEN lower(channel) = 'server' ELSE list_contains($server_libraries, lower(library)) END, false)
    AS is_server_library  -- the collector states the channel by the key's role; a library's name is only what the sender says
FROM read_facts

-- step: agents
CREATE OR REPLACE TEMP TABLE agents AS SELECT agent FROM facts UNION SELECT user_agent FROM facts

-- step: robots
CREATE OR REPLACE TEMP TABLE robots (agent VARCHAR)

-- step: robots of a pattern
INSERT INTO robots SELECT agent FROM agents WHERE regexp_matches(agent, $pattern)

-- step: typed
CREATE OR REPLACE TEMP TABLE typed AS
WITH known AS (
  SELECT * EXCLUDE (is_server_library, code, user_id, anonymous_id, previous_id, products),
    CASE WHEN list_contains($server_keys, write_key) THEN true WHEN list_contains($browser_keys, write_key) THEN false
      ELSE is_server_library END AS is_server,
    code, person(user_id) AS user_id, coalesce(person(anonymous_id), CASE WHEN type = 'alias' THEN person(previous_id) END) AS anonymous_id,
    coalesce(moment(received_at), moment(received), $file_time) AS received_us, moment(sent_at) AS sent_us, moment(told_at) AS told_us,
    CASE WHEN code IN ('order completed', 'order refunded') THEN try(from_json(products, '[{"product_id": "VARCHAR", "id": "VARCHAR",
      "sku": "VARCHAR", "name": "VARCHAR", "category": "VARCHAR", "price": "VARCHAR", "quantity": "VARCHAR"}]')) END AS products
  FROM facts
), judged AS (
  SELECT * REPLACE (coalesce(order_id, CASE WHEN code IN ('order completed', 'order refunded') THEN plain_id END) AS order_id),
    coalesce(product_id, plain_id, sku) AS product,
    number(total) AS amount,
    CASE WHEN address IS NOT NULL THEN 'guest-' || left(sha256($key || lower(address)), 32) END AS guest,
    CASE WHEN told_us IS NULL THEN received_us WHEN sent_us IS NULL THEN least(told_us, received_us)
      ELSE least(received_us, received_us - (sent_us - told_us)) END AS at_us,
    list_filter(products, lambda p: is_bad(p.price) OR is_bad(p.quantity)) AS bad_products,
    code IN ('order completed', 'order refunded') AS is_money,
    code IN ('product added', 'product removed') AS is_line
  FROM known
), reasons AS (
  SELECT *, CASE
    WHEN is_no_json THEN 'not_json'
    WHEN type IS NULL OR type NOT IN ('track', 'identify', 'page', 'screen', 'group', 'alias') OR (type = 'track' AND event IS NULL)
      THEN 'not_an_event'
    WHEN told_at IS NOT NULL AND told_us IS NULL THEN 'bad_timestamp'
    WHEN is_money AND (is_bad(total) OR is_bad(discount) OR len(bad_products) > 0) THEN 'bad_number'
    WHEN is_line AND (is_bad(price) OR is_bad(quantity)) THEN 'bad_number'
    WHEN is_money AND order_id IS NULL THEN 'missing_order_id'
    WHEN code = 'order completed' AND amount IS NULL THEN 'missing_total'
    WHEN coalesce(anonymous_id, user_id, guest, order_id) IS NULL THEN 'missing_identity'
  END AS reason
  FROM judged
)
-- A server's request has the agent of its library: only the shopper's, which the message tells, counts.
SELECT *, coalesce((CASE WHEN is_server THEN agent ELSE coalesce(agent, user_agent) END) IN (SELECT agent FROM robots), false) AS is_bot
FROM reasons

-- step: events
-- A negative Completed Order is how some shops tell a refund.
SELECT $file AS file, line, digest, coalesce(message_id, 'digest-' || digest) AS message_id, received_us, at_us, type,
  CASE WHEN code = 'order completed' AND amount < 0 THEN 'order refunded' ELSE code END AS code,
  user_id, anonymous_id, guest, is_server, order_id, product, product_name, category,
  number(price) AS price, number(quantity) AS quantity, abs(amount) AS amount, number(subtotal) AS subtotal,
  abs(number(discount)) AS discount, coupon, upper(currency) AS currency, moment_of_text(created_at) AS created_us,
  list_transform(products, lambda p: {
    'product': coalesce(nullif(trim(p.product_id), ''), nullif(trim(p.id), ''), nullif(trim(p.sku), '')), 'name': nullif(trim(p.name), ''),
    'category': nullif(trim(p.category), ''), 'price': number(trim(p.price)), 'quantity': number(trim(p.quantity))}) AS products,
  dimensions
FROM typed WHERE reason IS NULL AND NOT is_bot

-- step: rejects
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

-- step: counts
SELECT count(*) FILTER (reason IS NULL AND NOT is_bot), count(*) FILTER (reason IS NOT NULL AND NOT is_bot), count(*) FILTER (is_bot)
FROM typed
