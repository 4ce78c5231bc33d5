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

INSERT INTO wp_posts (ID, post_type, post_status, post_parent, post_date, post_date_gmt) VALUES
  (101, 'shop_order', 'wc-completed', 0, '2024-03-01 10:30:00', '2024-03-01 09:30:00'),
  (102, 'shop_order', 'wc-processing', 0, '2024-03-02 23:30:00', '2024-03-02 22:30:00'),
  (103, 'shop_order', 'wc-on-hold', 0, '2024-04-01 01:30:00', '2024-03-31 23:30:00'),
  (104, 'shop_order', 'wc-refunded', 0, '2024-04-01 12:00:00', '2024-04-01 10:00:00'),
  (105, 'shop_order', 'wc-completed', 0, '2024-04-05 14:00:00', '2024-04-05 12:00:00'),
  (106, 'shop_order', 'wc-cancelled', 0, '2024-04-07 14:00:00', '2024-04-07 12:00:00'),
  (107, 'shop_order', 'wc-pending', 0, '2024-04-08 14:00:00', '2024-04-08 12:00:00'),
  (108, 'shop_order', 'wc-failed', 0, '2024-04-08 15:00:00', '2024-04-08 13:00:00'),
  (109, 'shop_order', 'trash', 0, '2024-04-09 14:00:00', '2024-04-09 12:00:00'),
  (111, 'shop_order', 'wc-checkout-draft', 0, '2024-04-09 15:00:00', '2024-04-09 13:00:00'),
  (114, 'shop_order', 'wc-shipped', 0, '2024-04-12 14:00:00', '2024-04-12 12:00:00'),
  (115, 'shop_order', 'wc-completed', 0, '2024-02-15 13:00:00', '2024-02-15 12:00:00'),
  (116, 'shop_order', 'wc-completed', 0, '2024-04-13 14:00:00', '2024-04-13 12:00:00'),
  (110, 'shop_order', 'auto-draft', 0, '2024-04-09 15:00:00', '0000-00-00 00:00:00'),
  (113, 'shop_subscription', 'wc-active', 0, '2024-04-10 14:00:00', '2024-04-10 12:00:00'),
  (501, 'product', 'publish', 0, '2024-01-01 00:00:00', '2023-12-31 23:00:00'),
  (512, 'product_variation', 'publish', 510, '2024-01-01 00:00:00', '2023-12-31 23:00:00'),
  (901, 'shop_order_refund', 'wc-completed', 104, '2024-04-03 10:00:00', '2024-04-03 08:00:00'),
  (902, 'shop_order_refund', 'wc-completed', 105, '2024-04-06 10:00:00', '2024-04-06 08:00:00'),
  (903, 'shop_order_refund', 'wc-completed', 105, '2024-05-02 10:00:00', '2024-05-02 08:00:00');
-- The last row of 101 is there twice, as imports leave it.
INSERT INTO wp_postmeta (post_id, meta_key, meta_value) VALUES
  (101, '_order_key', 'wc_order_101'), (101, '_order_total', '30'), (101, '_customer_user', '11'), (101, '_order_currency', 'EUR'), (101, '_billing_email', 'anna@example.com'), (101, '_cart_discount', '0'), (101, '_cart_discount_tax', '0'), (101, '_payment_method', 'stripe'), (101, '_billing_country', 'DE'), (101, '_billing_country', 'DE'),
  (102, '_order_key', 'wc_order_102'), (102, '_order_total', '54'), (102, '_customer_user', '0'), (102, '_order_currency', 'EUR'), (102, '_billing_email', 'cara@example.com'), (102, '_cart_discount', '5'), (102, '_cart_discount_tax', '1'), (102, '_payment_method', 'paypal'), (102, '_billing_country', 'AT'),
  (103, '_order_key', 'wc_order_103'), (103, '_order_total', '12'), (103, '_customer_user', '11'), (103, '_order_currency', 'EUR'), (103, '_billing_email', 'anna@example.com'), (103, '_cart_discount', '0'), (103, '_cart_discount_tax', '0'), (103, '_payment_method', 'bacs'), (103, '_billing_country', 'DE'),
  (104, '_order_key', 'wc_order_104'), (104, '_order_total', '24'), (104, '_customer_user', '0'), (104, '_order_currency', 'EUR'), (104, '_billing_email', 'CARA@example.com'), (104, '_cart_discount', '0'), (104, '_cart_discount_tax', '0'), (104, '_payment_method', 'stripe'), (104, '_billing_country', 'AT'),
  (105, '_order_key', 'wc_order_105'), (105, '_order_total', '36'), (105, '_customer_user', '0'), (105, '_order_currency', 'EUR'), (105, '_billing_email', 'Anna@Example.com'), (105, '_cart_discount', '0'), (105, '_cart_discount_tax', '0'), (105, '_payment_method', 'stripe'), (105, '_billing_country', 'DE'),
  (106, '_order_key', 'wc_order_106'), (106, '_order_total', '60'), (106, '_customer_user', '13'), (106, '_order_currency', 'EUR'), (106, '_billing_email', 'cid@example.com'), (106, '_cart_discount', '0'), (106, '_cart_discount_tax', '0'), (106, '_payment_method', 'bacs'), (106, '_billing_country', 'DE'),
  (107, '_order_key', 'wc_order_107'), (107, '_order_total', '12'), (107, '_customer_user', '0'), (107, '_order_currency', 'EUR'), (107, '_billing_email', 'eve@example.com'), (107, '_cart_discount', '0'), (107, '_cart_discount_tax', '0'), (107, '_payment_method', 'stripe'), (107, '_billing_country', 'FR'),
  (108, '_order_key', 'wc_order_108'), (108, '_order_total', '12'), (108, '_customer_user', '11'), (108, '_order_currency', 'EUR'), (108, '_billing_email', 'anna@example.com'), (108, '_cart_discount', '0'), (108, '_cart_discount_tax', '0'), (108, '_payment_method', 'stripe'), (108, '_billing_country', 'DE'),
  (109, '_order_key', 'wc_order_109'), (109, '_order_total', '12'), (109, '_customer_user', '0'), (109, '_order_currency', 'EUR'), (109, '_billing_email', 'dora@example.com'), (109, '_cart_discount', '0'), (109, '_cart_discount_tax', '0'), (109, '_payment_method', 'stripe'), (109, '_billing_country', 'FR'),
  (111, '_order_key', 'wc_order_111'), (111, '_order_total', '12'), (111, '_customer_user', '0'), (111, '_order_currency', 'EUR'), (111, '_cart_discount', '0'), (111, '_cart_discount_tax', '0'), (111, '_payment_method', ''),
  (114, '_order_key', 'wc_order_114'), (114, '_order_total', '0'), (114, '_customer_user', '11'), (114, '_order_currency', 'EUR'), (114, '_billing_email', 'anna@example.com'), (114, '_cart_discount', '10'), (114, '_cart_discount_tax', '2'), (114, '_payment_method', ''), (114, '_billing_country', 'DE'),
  (115, '_order_key', 'wc_order_115'), (115, '_order_total', '12'), (115, '_customer_user', '0'), (115, '_order_currency', 'EUR'), (115, '_billing_email', 'deleted@site.invalid'), (115, '_payment_method', 'stripe'), (115, '_billing_country', ''),
  (116, '_order_key', 'wc_order_116'), (116, '_order_total', '28.5'), (116, '_customer_user', ''), (116, '_order_currency', 'EUR'), (116, '_cart_discount', '0'), (116, '_cart_discount_tax', '0'), (116, '_payment_method', 'cash'),
  (113, '_order_total', '12'), (501, '_price', '12'), (512, '_price', '60'),
  (901, '_order_total', '-24'), (901, '_refund_amount', '24'), (902, '_order_total', '-12'), (902, '_refund_amount', '12'),
  (903, '_order_total', '-6'), (903, '_refund_amount', '6');

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
