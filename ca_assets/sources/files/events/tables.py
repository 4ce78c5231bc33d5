"""Events in visits → the shop's rows: sessions, customers, baskets, products looked at; and refunds, which join their orders.

Sessions: one row per visit, cut after each order but the last. Its id is `o-` and the order's, without an order a hash of the device and
the first message. Amounts are the order's (its total before refunds), the promotion its coupon; a dimension is the first value that the
row's events have; an action says whether one of them has that name. Baskets: the lines of an order, or what was left in the basket.
Each table has the column `_device`, by which rows are replaced when a device gets new events.
"""

from __future__ import annotations

from ca_assets.sources.files.events.names import ORDER_COMPLETED, ORDER_REFUNDED, PRODUCT_ADDED, PRODUCT_REMOVED, PRODUCT_VIEWED, SIGNED_UP

TIME = "make_timestamp({}) AT TIME ZONE 'UTC'"
FIRST = "arg_min({0}, order_key) FILTER ({0} IS NOT NULL)"
CENT = 0.005


def rows(dimensions: int, actions: int) -> str:
    """Per visit and part of it one row; so many dimensions and actions, of which `$codes` are the names."""
    values = [f"arg_min(dimensions[{n}], order_key) FILTER (dimensions[{n}] IS NOT NULL) AS dimension_{n}" for n in range(1, dimensions + 1)]
    flags = [f"bool_or(code = $codes[{n}]) AS action_{n}" for n in range(1, actions + 1)]
    more = "".join(f",\n    {column}" for column in (*values, *flags))
    return f"""
CREATE OR REPLACE TEMP TABLE rows AS
WITH ordered AS (SELECT *, {{'at': at_us, 'is_order': is_order, 'message': message_id}} AS order_key FROM visited),
grouped AS (
  SELECT device, visit, part, min(at_us) AS first_us, max(at_us) AS last_us, bool_or(is_order) AS has_purchased,
    arg_min(message_id, order_key) AS first_message, max(order_id) FILTER (is_order) AS bought,
    max(amount) FILTER (is_order) AS amount, max(discount) FILTER (is_order) AS discount, max(coupon) FILTER (is_order) AS coupon,
    max(currency) FILTER (is_order) AS currency, max(user_id) FILTER (is_order) AS buyer,
    arg_max(user_id, order_key) FILTER (user_id IS NOT NULL) AS row_user, max(only_user) AS only_user, max(only_guest) AS only_guest,
    arg_max(guest, order_key) FILTER (guest IS NOT NULL) AS row_guest, max(anonymous_id) AS anonymous_id{more}
  FROM ordered GROUP BY device, visit, part
), of_visit AS (
  SELECT device, visit, arg_max(row_user, part) FILTER (row_user IS NOT NULL) AS visit_user,
    arg_max(row_guest, part) FILTER (row_guest IS NOT NULL) AS visit_guest FROM grouped GROUP BY device, visit
)
SELECT grouped.*, coalesce('o-' || bought, 'v-' || left(sha256(device || chr(10) || first_message), 24)) AS id,
  coalesce(buyer, row_user, visit_user, grouped.only_user, g.only_user, row_guest, visit_guest, grouped.only_guest, anonymous_id) AS client
FROM grouped JOIN of_visit USING (device, visit) LEFT JOIN guest_people g ON coalesce(row_guest, visit_guest, only_guest) = g.guest
"""


REFUNDS = f"""
CREATE OR REPLACE TEMP TABLE refunds AS
SELECT p.file, p.line, p.device, p.order_id, p.message_id, p.at_us, p.currency, p.received_us, r.id IS NOT NULL AS is_known,
  coalesce(p.amount, list_sum(list_transform(products, lambda x: x.price * abs(coalesce(x.quantity, 1)))), r.amount, 0) AS amount
FROM placed p ANTI JOIN doubles USING (file, line) LEFT JOIN rows r ON r.bought = p.order_id
WHERE p.code = '{ORDER_REFUNDED}'
"""


def sessions(dimensions: int, actions: int, names: tuple[str, ...]) -> str:
    """The sessions with quoted `names` for the columns of dimensions and actions."""
    own = [f"dimension_{n}" for n in range(1, dimensions + 1)] + [f"action_{n}" for n in range(1, actions + 1)]
    more = "".join(f", {column} AS {name}" for column, name in zip(own, names, strict=True))
    return f"""
SELECT device AS _device, id, client, {TIME.format("first_us")} AS session_start_date, {TIME.format("last_us")} AS date,
  coalesce(rows.amount, 0) AS payment_amount, coalesce(discount, 0) AS discount_amount, has_purchased, coupon AS promotion_id,
  rows.currency, coalesce(refunded, 0) AS refund_amount, {TIME.format("refunded_us")} AS refund_date{more}
FROM rows LEFT JOIN (
  SELECT order_id, sum(amount::DECIMAL(30, 10))::DOUBLE AS refunded, max(at_us) AS refunded_us FROM refunds GROUP BY order_id
) r ON rows.bought = r.order_id ORDER BY id
"""


# A message may name a user that its row does not end with: that one is a customer too.
CUSTOMERS = f"""
WITH told AS (
  SELECT coalesce(user_id, client) AS client, v.device, at_us, code, created_us, user_id FROM visited v JOIN rows USING (device, visit, part)
  UNION ALL
  SELECT person, device, at_us, code, created_us, user_id FROM placed WHERE NOT is_activity AND code <> '{ORDER_REFUNDED}'
), customers AS (
  SELECT client, min(device) AS _device, min(at_us) AS download_us,
    coalesce(min(created_us) FILTER (user_id IS NOT NULL), min(at_us) FILTER (code = '{SIGNED_UP}')) AS signup_us,
    min(at_us) FILTER (code = '{PRODUCT_ADDED}') AS basket_us
  FROM told WHERE client IS NOT NULL GROUP BY client
), started AS (
  SELECT client, min(first_us) AS session_us, min(last_us) FILTER (has_purchased) AS purchase_us FROM rows GROUP BY client
)
SELECT _device, client, {TIME.format("download_us")} AS download_date, {TIME.format("signup_us")} AS signup_date,
  {TIME.format("basket_us")} AS first_basket, {TIME.format("session_us")} AS first_session, {TIME.format("purchase_us")} AS first_purchase
FROM customers LEFT JOIN started USING (client) ORDER BY client
"""

# Some shops send what a line costs as its price: where that is what adds up to the order, it is divided.
BASKETS = f"""
WITH orders AS (
  SELECT device, 'o-' || order_id AS id, amount, subtotal, coalesce(discount, 0) AS discount, products,
    list_sum(list_transform(products, lambda x: x.price)) AS prices,
    list_sum(list_transform(products, lambda x: x.price * coalesce(x.quantity, 1))) AS line_values
  FROM visited WHERE is_order AND len(products) > 0
), read AS (
  SELECT *, NOT adds_up(line_values) AND adds_up(prices) AS is_line_price FROM (
    SELECT *, [amount, amount + discount, subtotal] AS sums FROM orders)
), lines AS (
  SELECT device AS _device, id, generate_subscripts(products, 1) AS place, is_line_price, unnest(products) AS x FROM read
), left_over AS (
  SELECT v.device AS _device, r.id, v.product, arg_max(price, at_us) FILTER (price IS NOT NULL) AS price,
    arg_max(category, at_us) FILTER (category IS NOT NULL) AS category,
    sum(CASE WHEN code = '{PRODUCT_ADDED}' THEN 1 ELSE -1 END * coalesce(quantity, 1)) AS quantity,
    arg_max(product_name, at_us) FILTER (product_name IS NOT NULL) AS product_name
  FROM visited v JOIN rows r USING (device, visit, part)
  WHERE NOT r.has_purchased AND code IN ('{PRODUCT_ADDED}', '{PRODUCT_REMOVED}') AND v.product IS NOT NULL
  GROUP BY ALL HAVING sum(CASE WHEN code = '{PRODUCT_ADDED}' THEN 1 ELSE -1 END * coalesce(quantity, 1)) > 0
)
SELECT * EXCLUDE (place) FROM (
  SELECT _device, id, place, x.product AS product, CASE WHEN is_line_price THEN x.price / coalesce(x.quantity, 1) ELSE x.price END AS price,
    x.category AS category, coalesce(x.quantity, 1) AS quantity, x.name AS product_name FROM lines
  UNION ALL
  SELECT _device, id, 0, product, price, category, quantity, product_name FROM left_over
) ORDER BY id, place, product
"""

ADDS_UP = f"""
CREATE OR REPLACE TEMP MACRO adds_up(value) AS len(list_filter(sums, lambda s: abs(s - value) < {CENT})) > 0
"""

PRODUCT_ACTIVITY = f"""
SELECT v.device AS _device, r.id, v.product, arg_max(product_name, at_us) FILTER (product_name IS NOT NULL) AS product_name,
  arg_max(category, at_us) FILTER (category IS NOT NULL) AS category, count(*) FILTER (code = '{PRODUCT_VIEWED}')::DOUBLE AS views,
  count(*) FILTER (code = '{PRODUCT_ADDED}')::DOUBLE AS additions,
  coalesce(sum(coalesce(quantity, 1)) FILTER (code = '{PRODUCT_ADDED}'), 0) AS quantity
FROM visited v JOIN rows r USING (device, visit, part)
WHERE v.product IS NOT NULL AND code IN ('{PRODUCT_VIEWED}', '{PRODUCT_ADDED}') GROUP BY ALL ORDER BY id, product
"""

# What is left out of the events that were read, but the copies.
LEFT_OUT = f"""
SELECT device AS _device, 'events' AS source, line, 'duplicate' AS reason,
  concat(file, ': another event tells the same (', subject, ')') AS message, NULL::VARCHAR AS row FROM doubles
UNION ALL
SELECT device, 'events', line, 'orphan', concat(file, ': a refund of ', order_id, ', an order that is not known'), NULL FROM refunds
WHERE NOT is_known
"""

COMPLETED = ORDER_COMPLETED
