-- Anna and Cid have accounts; Ben registered and never ordered. The 30th user is the shop's own and no customer.
INSERT INTO wp_users (ID, user_login, user_email, user_registered) VALUES
  (11, 'anna', 'anna@example.com', '2024-01-05 08:00:00'), (12, 'ben', 'ben@example.com', '2024-02-01 10:00:00'),
  (13, 'cid', 'cid@example.com', '0000-00-00 00:00:00'), (30, 'admin', 'shop@example.com', '2023-01-01 00:00:00');
-- Cara is a guest. Anna ordered as a guest too, with her account's e-mail in capitals. One customer was deleted. Dora's only order is in the trash.
INSERT INTO wp_wc_customer_lookup (customer_id, user_id, username, first_name, last_name, email, date_registered, country) VALUES
  (1, 11, 'anna', 'Anna', 'A', 'anna@example.com', '2024-01-05 09:00:00', 'DE'), (2, NULL, '', 'Cara', 'C', 'cara@example.com', NULL, 'AT'),
  (3, 12, 'ben', 'Ben', 'B', 'ben@example.com', '2024-02-01 11:00:00', 'DE'), (4, NULL, '', 'Anna', 'A', 'ANNA@example.com', NULL, 'DE'),
  (5, NULL, '[deleted]', '[deleted]', '[deleted]', 'deleted@site.invalid', NULL, ''), (6, 13, 'cid', 'Cid', 'D', 'cid@example.com', NULL, 'DE'),
  (7, NULL, '', 'Dora', 'D', 'dora@example.com', NULL, 'FR');
INSERT INTO wp_terms (term_id, name, slug) VALUES (5, 'Tea', 'tea'), (6, 'Clothing', 'clothing'), (7, 'Sale', 'sale'), (8, 'Green', 'green');
INSERT INTO wp_term_taxonomy (term_taxonomy_id, term_id, taxonomy, description) VALUES
  (5, 5, 'product_cat', ''), (6, 6, 'product_cat', ''), (7, 7, 'product_cat', ''), (8, 8, 'product_tag', '');
INSERT INTO wp_term_relationships (object_id, term_taxonomy_id) VALUES (501, 5), (501, 8), (510, 6), (510, 7);

INSERT INTO wp_wc_orders (id, status, currency, type, tax_amount, total_amount, customer_id, billing_email, date_created_gmt, parent_order_id, payment_method) VALUES
  (101, 'wc-completed', 'EUR', 'shop_order', 5, 30, 11, 'anna@example.com', '2024-03-01 09:30:00', 0, 'stripe'),
  (102, 'wc-processing', 'EUR', 'shop_order', 9, 54, 0, 'cara@example.com', '2024-03-02 22:30:00', 0, 'paypal'),
  (103, 'wc-on-hold', 'EUR', 'shop_order', 2, 12, 11, 'anna@example.com', '2024-03-31 23:30:00', 0, 'bacs'),
  (104, 'wc-refunded', 'EUR', 'shop_order', 4, 24, 0, 'CARA@example.com', '2024-04-01 10:00:00', 0, 'stripe'),
  (105, 'wc-completed', 'EUR', 'shop_order', 6, 36, 0, 'Anna@Example.com', '2024-04-05 12:00:00', 0, 'stripe'),
  (106, 'wc-cancelled', 'EUR', 'shop_order', 10, 60, 13, 'cid@example.com', '2024-04-07 12:00:00', 0, 'bacs'),
  (107, 'wc-pending', 'EUR', 'shop_order', 2, 12, 0, 'eve@example.com', '2024-04-08 12:00:00', 0, 'stripe'),
  (108, 'wc-failed', 'EUR', 'shop_order', 2, 12, 11, 'anna@example.com', '2024-04-08 13:00:00', 0, 'stripe'),
  (109, 'trash', 'EUR', 'shop_order', 2, 12, 0, 'dora@example.com', '2024-04-09 12:00:00', 0, 'stripe'),
  (110, 'auto-draft', 'EUR', 'shop_order', 0, 0, 0, NULL, NULL, 0, ''),
  (111, 'wc-checkout-draft', 'EUR', 'shop_order', 2, 12, 0, '', '2024-04-09 13:00:00', 0, ''),
  (113, 'wc-active', 'EUR', 'shop_subscription', 2, 12, 11, 'anna@example.com', '2024-04-10 12:00:00', 0, 'stripe'),
  (114, 'wc-shipped', 'EUR', 'shop_order', 0, 0, 11, 'anna@example.com', '2024-04-12 12:00:00', 0, ''),
  (115, 'wc-completed', 'EUR', 'shop_order', 2, 12, 0, 'deleted@site.invalid', '2024-02-15 12:00:00', 0, 'stripe'),
  (116, 'wc-completed', 'EUR', 'shop_order', 4, 28.5, 0, NULL, '2024-04-13 12:00:00', 0, 'cash'),
  (901, 'wc-completed', 'EUR', 'shop_order_refund', -4, -24, NULL, NULL, '2024-04-03 08:00:00', 104, ''),
  (902, 'wc-completed', 'EUR', 'shop_order_refund', -2, -12, NULL, NULL, '2024-04-06 08:00:00', 105, ''),
  (903, 'wc-completed', 'EUR', 'shop_order_refund', -1, -6, NULL, NULL, '2024-05-02 08:00:00', 105, '');
INSERT INTO wp_wc_order_operational_data (order_id, created_via, discount_total_amount, discount_tax_amount) VALUES
  (101, 'checkout', 0, 0), (102, 'checkout', 5, 1), (103, 'checkout', 0, 0), (104, 'checkout', 0, 0), (105, 'store-api', 0, 0), (106, 'checkout', 0, 0),
  (107, 'checkout', 0, 0), (108, 'checkout', 0, 0), (114, 'admin', 10, 2), (115, 'checkout', NULL, NULL);
INSERT INTO wp_wc_order_addresses (order_id, address_type, country) VALUES
  (101, 'billing', 'DE'), (101, 'shipping', 'FR'), (102, 'billing', 'AT'), (103, 'billing', 'DE'), (104, 'billing', 'AT'), (105, 'billing', 'DE'),
  (106, 'billing', 'DE'), (107, 'billing', 'FR'), (108, 'billing', 'DE'), (114, 'billing', 'DE'), (115, 'billing', '');

INSERT INTO wp_woocommerce_order_items (order_item_id, order_item_name, order_item_type, order_id) VALUES
  (1, 'Assam tea', 'line_item', 101), (2, 'Flat rate', 'shipping', 101), (3, 'VAT', 'tax', 101),
  (4, 'T-shirt - M', 'line_item', 102), (5, 'spring10', 'coupon', 102), (6, 'extra', 'coupon', 102),
  (7, 'Assam tea', 'line_item', 103), (8, 'Assam tea', 'line_item', 104), (9, 'Assam tea', 'line_item', 105), (10, 'T-shirt - M', 'line_item', 106),
  (11, 'Assam tea', 'line_item', 107), (12, 'Assam tea', 'line_item', 108), (13, 'Assam tea', 'line_item', 109),
  (14, 'Assam tea 2024', 'line_item', 114), (15, 'gift', 'coupon', 114), (16, 'Assam tea', 'line_item', 115),
  (17, 'Assam tea 2024', 'line_item', 116), (18, 'Gift wrap', 'line_item', 116), (19, 'Tip', 'fee', 116), (20, 'Sticker', 'line_item', 116),
  (21, 'Assam tea', 'line_item', 901), (22, 'Assam tea', 'line_item', 902), (23, 'Assam tea', 'line_item', 903);
INSERT INTO wp_woocommerce_order_itemmeta (order_item_id, meta_key, meta_value) VALUES
  (1, '_product_id', '501'), (1, '_variation_id', '0'), (1, '_qty', '2'), (1, '_line_subtotal', '20'), (1, '_line_subtotal_tax', '4'), (1, '_line_total', '20'),
  (2, 'cost', '5'), (3, 'tax_amount', '4'),
  (4, '_product_id', '510'), (4, '_variation_id', '512'), (4, '_qty', '1'), (4, '_line_subtotal', '50'), (4, '_line_subtotal_tax', '10'), (4, '_line_total', '45'),
  (5, 'discount_amount', '5'), (5, 'discount_amount_tax', '1'), (6, 'discount_amount', '0'),
  (7, '_product_id', '501'), (7, '_variation_id', '0'), (7, '_qty', '1'), (7, '_line_subtotal', '10'), (7, '_line_subtotal_tax', '2'),
  (8, '_product_id', '501'), (8, '_variation_id', '0'), (8, '_qty', '2'), (8, '_line_subtotal', '20'), (8, '_line_subtotal_tax', '4'),
  (9, '_product_id', '501'), (9, '_variation_id', '0'), (9, '_qty', '3'), (9, '_line_subtotal', '30'), (9, '_line_subtotal_tax', '6'),
  (10, '_product_id', '510'), (10, '_variation_id', '512'), (10, '_qty', '1'), (10, '_line_subtotal', '50'), (10, '_line_subtotal_tax', '10'),
  (11, '_product_id', '501'), (11, '_variation_id', '0'), (11, '_qty', '1'), (11, '_line_subtotal', '10'), (11, '_line_subtotal_tax', '2'),
  (12, '_product_id', '501'), (12, '_variation_id', '0'), (12, '_qty', '1'), (12, '_line_subtotal', '10'), (12, '_line_subtotal_tax', '2'),
  (13, '_product_id', '501'), (13, '_variation_id', '0'), (13, '_qty', '1'), (13, '_line_subtotal', '10'), (13, '_line_subtotal_tax', '2'),
  (14, '_product_id', '501'), (14, '_variation_id', '0'), (14, '_qty', '1'), (14, '_line_subtotal', '10'), (14, '_line_subtotal_tax', '2'), (14, '_line_total', '0'),
  (16, '_product_id', '501'), (16, '_variation_id', '0'), (16, '_qty', '1'), (16, '_line_subtotal', '10'), (16, '_line_subtotal_tax', '2'),
  (17, '_product_id', '501'), (17, '_variation_id', '0'), (17, '_qty', '1.5'), (17, '_line_subtotal', '15'), (17, '_line_subtotal_tax', '3'),
  (18, '_product_id', '0'), (18, '_variation_id', '0'), (18, '_qty', '1'), (18, '_line_subtotal', '7.5'), (18, '_line_subtotal_tax', ''),
  (19, '_line_total', '3'), (20, '_product_id', '520'), (20, '_variation_id', '0'), (20, '_qty', '0'), (20, '_line_subtotal', '0'),
  (21, '_product_id', '501'), (21, '_qty', '-2'), (21, '_line_subtotal', '-20'), (22, '_product_id', '501'), (22, '_qty', '-1'), (22, '_line_subtotal', '-10'),
  (23, '_product_id', '501'), (23, '_qty', '0'), (23, '_line_subtotal', '-5');
