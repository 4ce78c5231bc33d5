-- step: copies
-- Rows that are not the first arrival of their message, of all events: a copy may be in any file. `digest` makes that one row whatever
-- file a copy is in.
CREATE OR REPLACE TEMP TABLE copies AS
WITH several AS (SELECT message_id FROM all_events GROUP BY message_id HAVING count(*) > 1)
SELECT file, line, message_id FROM all_events SEMI JOIN several USING (message_id)
QUALIFY row_number() OVER (PARTITION BY message_id ORDER BY received_us, digest, file, line) > 1

-- step: device_people
-- With two users or guests a device stands for none.
CREATE OR REPLACE TEMP TABLE device_people AS
SELECT anonymous_id, CASE WHEN min(user_id) = max(user_id) THEN min(user_id) END AS only_user,
  CASE WHEN min(guest) = max(guest) THEN min(guest) END AS only_guest
FROM events WHERE anonymous_id IS NOT NULL GROUP BY anonymous_id

-- step: guest_people
CREATE OR REPLACE TEMP TABLE guest_people AS
SELECT guest, CASE WHEN min(person) = max(person) THEN min(person) END AS only_user FROM (
  SELECT guest, coalesce(user_id, only_user) AS person FROM events LEFT JOIN device_people USING (anonymous_id) WHERE guest IS NOT NULL
) GROUP BY guest

-- step: anchors
-- Where and when an order was seen on a device.
CREATE OR REPLACE TEMP TABLE anchors AS
SELECT order_id, anonymous_id AS anchor_id, at_us AS anchor_us FROM events
WHERE order_id IS NOT NULL AND anonymous_id IS NOT NULL AND code <> 'order refunded'
QUALIFY row_number() OVER (PARTITION BY order_id ORDER BY at_us, anonymous_id) = 1

-- step: placed
-- A device is an anonymousId, else a user, a guest, an order. A server's event without an anonymousId is where its order was seen. What a
-- server tells of a person (identify, group) opens no visit, and neither does a refund.
CREATE OR REPLACE TEMP TABLE placed AS
WITH joined AS (
  SELECT e.* EXCLUDE (anonymous_id, at_us), coalesce(e.anonymous_id, anchor_id) AS anonymous_id, coalesce(anchor_us, e.at_us) AS at_us,
    e.anonymous_id IS NOT NULL OR type NOT IN ('identify', 'group', 'alias') AS is_activity
  FROM events e LEFT JOIN anchors a ON e.anonymous_id IS NULL AND e.order_id = a.order_id
)
SELECT joined.*, d.only_user, d.only_guest,
  CASE WHEN anonymous_id IS NOT NULL THEN 'a:' || anonymous_id WHEN user_id IS NOT NULL THEN 'u:' || user_id
    WHEN joined.guest IS NOT NULL THEN 'g:' || joined.guest ELSE 'o:' || order_id END AS device,
  coalesce(user_id, d.only_user, g.only_user, joined.guest, d.only_guest, anonymous_id, 'order-' || order_id) AS person
FROM joined LEFT JOIN device_people d USING (anonymous_id) LEFT JOIN guest_people g ON joined.guest = g.guest

-- step: doubles
-- The server's word stands: for an order whenever it comes, for anything else that both tell within ten seconds. What only a browser knows
-- is left alone.
CREATE OR REPLACE TEMP TABLE doubles AS
SELECT file, line, device, order_id AS subject FROM placed WHERE code = 'order completed'
QUALIFY row_number() OVER (PARTITION BY order_id ORDER BY is_server DESC, received_us, digest, file, line) > 1
UNION ALL
SELECT file, line, device, subject FROM (
  SELECT file, line, device, is_server, coalesce(product, order_id, coupon) AS subject,
    bool_or(is_server) OVER (PARTITION BY person, code, coalesce(product, order_id, coupon) ORDER BY at_us
      RANGE BETWEEN 10000000 PRECEDING AND 10000000 FOLLOWING) AS by_person,
    bool_or(is_server) OVER (PARTITION BY device, code, coalesce(product, order_id, coupon) ORDER BY at_us
      RANGE BETWEEN 10000000 PRECEDING AND 10000000 FOLLOWING) AS by_device
  FROM placed WHERE type = 'track' AND code <> 'order completed' AND code NOT IN ('product viewed', 'product clicked', 'promotion viewed', 'promotion clicked', 'product list viewed', 'product list filtered', 'products searched', 'cart viewed')
) WHERE NOT is_server AND (by_person OR by_device)

-- step: visited
-- A visit ends with a gap longer than $gap microseconds, never at midnight.
CREATE OR REPLACE TEMP TABLE visited AS
WITH kept AS (
  SELECT * FROM placed ANTI JOIN doubles USING (file, line) WHERE is_activity AND code <> 'order refunded'
), gaps AS (
  SELECT *, coalesce(at_us - lag(at_us) OVER (PARTITION BY device ORDER BY at_us) > $gap, true) AS is_first FROM kept
), numbered AS (
  SELECT *, sum(is_first::INT) OVER (PARTITION BY device ORDER BY at_us RANGE UNBOUNDED PRECEDING) AS visit,
    code = 'order completed' AS is_order FROM gaps
), visits AS (
  SELECT * EXCLUDE (is_first), {'at': at_us, 'is_order': is_order, 'message': message_id} AS order_key FROM numbered
)
SELECT *,
  -- With several orders a row ends with each; what follows the last one stays with it.
  greatest(least(
    sum(is_order::INT) OVER (PARTITION BY device, visit ORDER BY order_key) - is_order::INT,
    sum(is_order::INT) OVER (PARTITION BY device, visit) - 1), 0) AS part
FROM visits
