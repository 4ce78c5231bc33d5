SET SESSION sql_mode = '';  -- as PrestaShop does: dates that nobody gives are 0000-00-00
INSERT INTO ps_configuration (name, id_shop, value) VALUES
  ('PS_LANG_DEFAULT', NULL, '2'), ('PS_OS_DELIVERED', NULL, '5'), ('PS_OS_SHIPPING', NULL, '4'), ('PSGDPR_ANONYMOUS_CUSTOMER', NULL, '35'),
  ('PSGDPR_ANONYMOUS_ADDRESS', NULL, NULL);
INSERT INTO ps_currency (id_currency, iso_code, conversion_rate) VALUES (1, 'EUR', 1), (2, 'USD', 1.1);
INSERT INTO ps_country (id_country, iso_code) VALUES (8, 'FR'), (3, 'BE');
INSERT INTO ps_address (id_address, id_country, id_customer) VALUES (1, 8, 31), (2, 3, 32), (3, 3, 33), (5, 8, 35), (6, 8, 36);
-- Bob ordered twice as a guest: two customers. 35 took over the orders of those who asked to be forgotten. Eli closed his account. 37 is gone altogether.
INSERT INTO ps_customer (id_customer, email, is_guest, deleted, date_add) VALUES
  (31, 'amy@example.com', 0, 0, '2024-01-10 10:00:00'), (32, 'bob@example.com', 1, 0, '2024-03-02 23:40:00'), (33, 'bob@example.com', 1, 0, '2024-03-05 10:00:00'),
  (34, 'dan@example.com', 0, 0, '2024-02-10 10:00:00'), (35, 'anonymous@psgdpr.example', 0, 0, '2023-05-25 00:00:00'), (36, 'eli@example.com', 0, 1, '2024-02-01 08:00:00');
INSERT INTO ps_orders (id_order, reference, id_customer, id_currency, id_address_delivery, current_state, payment, valid, date_add,
  total_discounts_tax_incl, total_paid, total_paid_tax_incl, total_paid_tax_excl, total_paid_real, total_shipping_tax_incl) VALUES
  (1, 'AAAAAAAAA', 31, 1, 1, 5, 'Card', 1, '2024-03-01 10:00:00', 6, 59, 59, 49.166667, 59, 5),
  (2, 'BBBBBBBBB', 32, 1, 2, 2, 'Card', 1, '2024-03-02 23:45:00', 0, 17, 17, 14.166667, 17, 5),
  (3, 'CCCCCCCCC', 33, 1, 3, 6, 'Card', 0, '2024-03-05 10:05:00', 0, 17, 17, 14.166667, 17, 5),
  (4, 'DDDDDDDDD', 31, 1, 1, 7, 'Card', 0, '2024-03-10 12:00:00', 0, 17, 17, 14.166667, 17, 5),
  (5, 'EEEEEEEEE', 35, 1, 5, 5, 'Card', 1, '2024-01-20 12:00:00', 0, 29, 29, 24.166667, 29, 5),
  (6, 'FFFFFFFFF', 36, 1, 6, 4, 'Wire', 1, '2024-03-15 12:00:00', 2.4, 26.6, 26.6, 22.166667, 26.6, 5),
  (7, 'GGGGGGGGG', 31, 1, 1, 10, 'Wire', 0, '2024-03-26 12:00:00', 0, 17, 17, 14.166667, 0, 5),
  (8, 'HHHHHHHHH', 37, 1, 99, 5, 'Card', 1, '2024-03-28 12:00:00', 0, 12, 12, 10, 12, 0);
-- The cap of order 8 was taken out of it.
INSERT INTO ps_order_detail (id_order_detail, id_order, product_id, product_attribute_id, product_name, product_quantity, unit_price_tax_incl, unit_price_tax_excl,
  product_reference) VALUES
  (1, 1, 100, 7, 'T-shirt - Size : M', 2, 24, 20, 'TS-M'), (2, 1, 101, 0, 'Mug', 1, 12, 10, 'MUG'), (3, 2, 101, 0, 'Mug', 1, 12, 10, 'MUG'),
  (4, 3, 101, 0, 'Mug', 1, 12, 10, 'MUG'), (5, 4, 101, 0, 'Mug', 1, 12, 10, 'MUG'), (6, 5, 101, 0, 'Mug', 2, 12, 10, ''), (7, 6, 101, 0, 'Mug', 2, 12, 10, 'MUG'),
  (8, 7, 101, 0, 'Mug', 1, 12, 10, 'MUG'), (9, 8, 101, NULL, 'Mug, new', 1, 12, 10, 'MUG'), (10, 8, 102, 0, 'Cap', 0, 9, 7.5, 'CAP');
INSERT INTO ps_product (id_product, id_category_default) VALUES (100, 11), (101, 12);
INSERT INTO ps_category_lang (id_category, id_shop, id_lang, name) VALUES
  (11, 1, 1, 'Clothes'), (11, 1, 2, 'Vêtements'), (12, 1, 1, 'Cups'), (12, 1, 2, 'Tasses'), (12, 2, 2, 'Tasses et verres');
INSERT INTO ps_cart_rule (id_cart_rule, code) VALUES (1, 'OLD'), (2, 'WELCOME'), (3, '');
INSERT INTO ps_order_cart_rule (id_order_cart_rule, id_order, id_cart_rule, name, value, deleted) VALUES
  (1, 1, 1, 'Taken back', 3, 1), (2, 1, 2, 'Welcome', 6, 0), (3, 1, 3, 'Free shipping', 0, 0), (4, 6, 3, 'Spring sale', 2.4, 0);
-- The second slip of order 6 is as versions before 1.6.0.10 wrote it.
INSERT INTO ps_order_slip (id_order_slip, id_customer, id_order, total_products_tax_incl, total_shipping_tax_incl, amount, shipping_cost_amount, partial, date_add) VALUES
  (1, 32, 2, 6, 0, 5, 0, 1, '2024-03-06 09:00:00'), (2, 31, 4, 12, 5, 12, 5, 0, '2024-03-12 09:00:00'),
  (3, 36, 6, 12, 5, 10, 4.17, 0, '2024-03-20 09:00:00'), (4, 36, 6, NULL, NULL, 2, 0, 1, '2024-03-25 09:00:00');
INSERT INTO ps_order_history (id_order, id_order_state, date_add) VALUES
  (1, 2, '2024-03-01 10:00:00'), (1, 4, '2024-03-02 08:00:00'), (1, 5, '2024-03-04 11:00:00'), (1, 5, '2024-03-05 11:00:00'),
  (3, 5, '2024-03-08 11:00:00'), (3, 6, '2024-03-09 11:00:00'), (8, 5, '2024-03-30 12:00:00');
