-- step: rows
-- One row per visit, cut after each order but the last.
CREATE OR REPLACE TEMP TABLE rows AS
WITH grouped AS (
  SELECT device, visit, part, min(at_us) AS first_us, max(at_us) AS last_us, bool_or(is_order) AS has_purchased,
    arg_min(message_id, order_key) AS first_message, max(order_id) FILTER (is_order) AS bought,
    max(amount) FILTER (is_order) AS amount, max(discount) FILTER (is_order) AS discount, max(coupon) FILTER (is_order) AS coupon,
    max(currency) FILTER (is_order) AS currency, max(user_id) FILTER (is_order) AS buyer,
    arg_max(user_id, order_key) FILTER (user_id IS NOT NULL) AS row_user, max(only_user) AS only_user, max(only_guest) AS only_guest,
    arg_max(guest, order_key) FILTER (guest IS NOT NULL) AS row_guest, max(anonymous_id) AS anonymous_id,
    list(DISTINCT code) FILTER (list_contains($codes, code)) AS codes
  FROM visited GROUP BY device, visit, part
), of_visit AS (
  SELECT device, visit, arg_max(row_user, part) FILTER (row_user IS NOT NULL) AS visit_user,
    arg_max(row_guest, part) FILTER (row_guest IS NOT NULL) AS visit_guest FROM grouped GROUP BY device, visit
), told AS (
  SELECT device, visit, part, order_key, generate_subscripts(dimensions, 1) AS place, unnest(dimensions) AS value FROM visited
), dimensions AS (
  SELECT device, visit, part, map_from_entries(list({'k': place, 'v': value})) AS dimensions FROM (
    SELECT device, visit, part, place, arg_min(value, order_key) AS value FROM told WHERE value IS NOT NULL GROUP BY device, visit, part, place
  ) GROUP BY device, visit, part
)
SELECT grouped.*, dimensions.dimensions,
  coalesce('o-' || bought, 'v-' || left(sha256(grouped.device || chr(10) || first_message), 24)) AS id,
  coalesce(buyer, row_user, visit_user, grouped.only_user, g.only_user, row_guest, visit_guest, grouped.only_guest, anonymous_id) AS client
FROM grouped JOIN of_visit USING (device, visit) LEFT JOIN dimensions USING (device, visit, part)
LEFT JOIN guest_people g ON coalesce(row_guest, visit_guest, only_guest) = g.guest

-- step: refunds
CREATE OR REPLACE TEMP TABLE refunds AS
SELECT p.file, p.line, p.device, p.order_id, p.message_id, p.at_us, p.currency, p.received_us, r.id IS NOT NULL AS is_known,
  coalesce(p.amount, list_sum(list_transform(products, lambda x: x.price * abs(coalesce(x.quantity, 1)))), r.amount, 0) AS amount
FROM placed p ANTI JOIN doubles USING (file, line) LEFT JOIN rows r ON r.bought = p.order_id
WHERE p.code = 'order refunded'

-- step: sessions
SELECT device AS _device, id, client, make_timestamp(first_us) AT TIME ZONE 'UTC' AS session_start_date, make_timestamp(last_us) AT TIME ZONE 'UTC' AS date,
  coalesce(rows.amount, 0) AS payment_amount, coalesce(discount, 0) AS discount_amount, has_purchased, coupon AS promotion_id,
  rows.currency, coalesce(refunded, 0) AS refund_amount, make_timestamp(refunded_us) AT TIME ZONE 'UTC' AS refund_date,
  coalesce(codes, []) AS codes, dimensions
FROM rows LEFT JOIN (
  SELECT order_id, sum(exact(amount))::DOUBLE AS refunded, max(at_us) AS refunded_us FROM refunds GROUP BY order_id
) r ON rows.bought = r.order_id ORDER BY id

-- step: customers
-- A message may name a user whom its row does not end with: that one is a customer too.
WITH told AS (
  SELECT coalesce(user_id, client) AS client, v.device, at_us, code, created_us, user_id
  FROM visited v JOIN rows USING (device, visit, part)
  UNION ALL
  SELECT person, device, at_us, code, created_us, user_id FROM placed WHERE NOT is_activity AND code <> 'order refunded'
), customers AS (
  SELECT client, min(device) AS _device, min(at_us) AS download_us,
    coalesce(min(created_us) FILTER (user_id IS NOT NULL), min(at_us) FILTER (code = 'signed up')) AS signup_us,
    min(at_us) FILTER (code = 'product added') AS basket_us
  FROM told WHERE client IS NOT NULL GROUP BY client
), started AS (
  SELECT client, min(first_us) AS session_us, min(last_us) FILTER (has_purchased) AS purchase_us FROM rows GROUP BY client
)
SELECT _device, client, make_timestamp(download_us) AT TIME ZONE 'UTC' AS download_date,
  make_timestamp(signup_us) AT TIME ZONE 'UTC' AS signup_date,
  make_timestamp(basket_us) AT TIME ZONE 'UTC' AS first_basket,
  make_timestamp(session_us) AT TIME ZONE 'UTC' AS first_session, make_timestamp(purchase_us) AT TIME ZONE 'UTC' AS first_purchase
FROM customers LEFT JOIN started USING (client) ORDER BY client

-- step: macros
-- Sums do not depend on the order of rows.
CREATE OR REPLACE TEMP MACRO exact(x) AS try_cast(x AS DECIMAL(38, 10));
-- Some shops tell what a line costs as its price: where only that adds up to the order, it is divided.
CREATE OR REPLACE TEMP MACRO adds_up(sums, value) AS len(list_filter(sums, lambda s: abs(s - value) < 0.005)) > 0

-- step: baskets
WITH orders AS (
  SELECT device, 'o-' || order_id AS id, amount, subtotal, coalesce(discount, 0) AS discount, products,
    list_sum(list_transform(products, lambda x: x.price)) AS prices,
    list_sum(list_transform(products, lambda x: x.price * coalesce(x.quantity, 1))) AS line_values
  FROM visited WHERE is_order AND len(products) > 0
), read AS (
  SELECT *, NOT adds_up(sums, line_values) AND adds_up(sums, prices) AS is_line_price FROM (
    SELECT *, [amount, amount + discount, subtotal] AS sums FROM orders)
), lines AS (
  SELECT device AS _device, id, generate_subscripts(products, 1) AS place, is_line_price, unnest(products) AS x FROM read
), left_over AS (
  SELECT v.device AS _device, r.id, v.product, arg_max(price, order_key) FILTER (price IS NOT NULL) AS price,
    arg_max(category, order_key) FILTER (category IS NOT NULL) AS category,
    sum(CASE WHEN code = 'product added' THEN 1 ELSE -1 END * exact(coalesce(quantity, 1)))::DOUBLE AS quantity,
    arg_max(product_name, order_key) FILTER (product_name IS NOT NULL) AS product_name
  FROM visited v JOIN rows r USING (device, visit, part)
  WHERE NOT r.has_purchased AND code IN ('product added', 'product removed') AND v.product IS NOT NULL
  GROUP BY v.device, r.id, v.product HAVING sum(CASE WHEN code = 'product added' THEN 1 ELSE -1 END * exact(coalesce(quantity, 1))) > 0
)
SELECT * EXCLUDE (place) FROM (
  SELECT _device, id, place, x.product AS product, CASE WHEN is_line_price THEN x.price / coalesce(x.quantity, 1) ELSE x.price END AS price,
    x.category AS category, coalesce(x.quantity, 1) AS quantity, x.name AS product_name FROM lines
  UNION ALL
  SELECT _device, id, 0, product, price, category, quantity, product_name FROM left_over
) ORDER BY id, place, product

-- step: product_activity
SELECT v.device AS _device, r.id, v.product, arg_max(product_name, order_key) FILTER (product_name IS NOT NULL) AS product_name,
  arg_max(category, order_key) FILTER (category IS NOT NULL) AS category, count(*) FILTER (code = 'product viewed')::DOUBLE AS views,
  count(*) FILTER (code = 'product added')::DOUBLE AS additions,
  coalesce(sum(exact(coalesce(quantity, 1))) FILTER (code = 'product added'), 0)::DOUBLE AS units
FROM visited v JOIN rows r USING (device, visit, part)
WHERE v.product IS NOT NULL AND code IN ('product viewed', 'product added') GROUP BY v.device, r.id, v.product ORDER BY id, product

-- step: left_out
SELECT device AS _device, 'events' AS source, line, 'duplicate' AS reason,
  concat(file, ': another event tells the same (', subject, ')') AS message, NULL::VARCHAR AS row FROM doubles
UNION ALL
SELECT device, 'events', line, 'orphan', concat(file, ': a refund of ', order_id, ', an order that is not known'), NULL FROM refunds
WHERE NOT is_known

-- step: kept
SELECT * FROM built_rows UNION ALL BY NAME SELECT * FROM known_rows ANTI JOIN affected ON affected.key = known_rows._device

-- step: rejects
SELECT * FROM bad_rows UNION ALL BY NAME SELECT * EXCLUDE (_device) FROM left_rows UNION ALL BY NAME
SELECT 'events' AS source, line, 'duplicate' AS reason, concat(file, ': the message came before (', message_id, ')') AS message,
  NULL::VARCHAR AS row FROM copies ORDER BY reason, message, line

-- step: counts
SELECT count(*) FILTER (reason = 'duplicate') + (SELECT count(*) FROM copies), count(*) FILTER (reason = 'orphan') FROM left_rows
