SET time_zone = '+00:00';  -- as Magento does
INSERT INTO customer_entity (entity_id, website_id, email, created_at) VALUES
  (21, 1, 'ann@example.com', '2024-01-05 08:00:00'), (22, 1, 'bea@example.com', '2024-02-01 09:00:00'), (23, 1, 'carl@example.com', '2024-03-15 20:00:00');
INSERT INTO sales_order (entity_id, increment_id, store_id, state, status, customer_id, customer_is_guest, customer_email, created_at, coupon_code,
  discount_amount, grand_total, total_canceled, total_paid, total_refunded, order_currency_code, base_currency_code, billing_address_id) VALUES
  (1, '000000001', 1, 'complete', 'complete', 21, 0, 'ann@example.com', '2024-02-28 23:30:00', 'SAVE10', -7.2, 70.8, NULL, 70.8, NULL, 'EUR', 'EUR', 101),
  (2, '000000002', 1, 'processing', 'packed', NULL, 1, 'gus@example.com', '2024-03-01 10:00:00', NULL, 0, 42, NULL, 42, 12, 'EUR', 'EUR', 102),
  (3, '000000003', 1, 'closed', 'closed', 21, 0, 'ann@example.com', '2024-03-10 12:00:00', NULL, 0, 60, NULL, 60, 60, 'EUR', 'EUR', 103),
  (4, '000000004', 1, 'canceled', 'canceled', 23, 0, 'carl@example.com', '2024-03-16 12:00:00', NULL, 0, 12, 12, NULL, NULL, 'EUR', 'EUR', 104),
  (5, '000000005', 1, 'new', 'pending', 23, 0, 'carl@example.com', '2024-03-17 12:00:00', NULL, 0, 12, NULL, NULL, NULL, 'EUR', 'EUR', 105),
  (6, '000000006', 1, 'pending_payment', 'pending_payment', NULL, 1, 'gus@example.com', '2024-03-18 12:00:00', NULL, 0, 12, NULL, NULL, NULL, 'EUR', 'EUR', NULL),
  (7, '000000001', 2, 'complete', 'complete', 23, 0, 'carl@example.com', '2024-03-20 12:00:00', NULL, 0, 60, 24, 36, NULL, 'EUR', 'EUR', 107),
  (8, '000000008', 1, 'holded', 'holded', 21, 0, 'ann@example.com', '2024-03-21 12:00:00', NULL, NULL, 12, NULL, NULL, NULL, 'EUR', 'EUR', 108),
  (9, '000000009', 1, 'payment_review', 'fraud', 21, 0, 'ann@example.com', '2024-03-22 12:00:00', NULL, -0.0000, 5, NULL, NULL, NULL, 'EUR', 'EUR', 109),
  (10, '000000010', 1, 'complete', 'complete', NULL, 0, 'was@example.com', '2024-03-23 00:15:00', 'Größe, 10 %', -1.2, 10.8, NULL, 10.8, NULL, 'EUR', 'EUR', 110);
INSERT INTO sales_order_address (entity_id, parent_id, address_type, country_id) VALUES
  (101, 1, 'billing', 'DE'), (102, 2, 'billing', 'AT'), (103, 3, 'billing', 'DE'), (104, 4, 'billing', 'FR'), (105, 5, 'billing', 'FR'),
  (107, 7, 'billing', 'FR'), (108, 8, 'billing', 'DE'), (109, 9, 'billing', 'DE'), (110, 10, 'billing', NULL), (201, 1, 'shipping', 'NL');
-- A configurable product and a bundle are a line each, with their parts below them. Of order 7 two mugs were cancelled. Old lines know no price with tax.
INSERT INTO sales_order_item (item_id, order_id, parent_item_id, product_id, product_type, sku, name, qty_ordered, qty_canceled, price, price_incl_tax) VALUES
  (1, 1, NULL, 900, 'configurable', 'TEE-BLUE-M', 'Tee', 2, 0, 25, 30), (2, 1, 1, 901, 'simple', 'TEE-BLUE-M', 'Tee Blue M', 2, 0, 0, NULL),
  (3, 1, NULL, 910, 'simple', 'MUG', 'Mug', 1, 0, 10, 12), (4, 2, NULL, 910, 'simple', 'MUG', 'Mug', 3, 0, 10, 12),
  (5, 3, NULL, 920, 'bundle', 'BOX-MUG-TEE-BLUE-M', 'Gift box', 1, 0, 50, 60), (6, 3, 5, 910, 'simple', 'MUG', 'Mug', 1, 0, 10, 12),
  (7, 3, 5, 901, 'simple', 'TEE-BLUE-M', 'Tee Blue M', 1, 0, 40, 48), (8, 4, NULL, 910, 'simple', 'MUG', 'Mug', 1, 1, 10, 12),
  (9, 5, NULL, 910, 'simple', 'MUG', 'Mug', 1, 0, 10, 12), (10, 6, NULL, 910, 'simple', 'MUG', 'Mug', 1, 0, 10, 12),
  (11, 7, NULL, 910, 'simple', 'MUG', 'Mug', 5, 2, 10, 12), (12, 8, NULL, 910, 'simple', 'MUG', 'Mug', 1, NULL, 12, NULL),
  (13, 9, NULL, 930, 'downloadable', 'EBOOK', 'All about tea', 1, 0, 5, 5), (14, 10, NULL, 910, 'simple', 'MUG', 'Mug, new', 1, 0, 10, 12);
-- State 1 is open and not refunded yet, 2 refunded, 3 cancelled.
INSERT INTO sales_creditmemo (entity_id, order_id, state, grand_total, created_at, increment_id, store_id) VALUES
  (1, 2, 2, 12, '2024-03-05 09:00:00', '1', 1), (2, 2, 1, 6, '2024-03-20 09:00:00', '2', 1), (3, 3, 2, 20, '2024-03-12 09:00:00', '3', 1),
  (4, 3, 2, 40, '2024-03-15 18:00:00', '4', 1), (5, 1, 3, 70.8, '2024-03-16 09:00:00', '5', 1);
