SET SESSION sql_mode = 'NO_ZERO_IN_DATE,NO_ENGINE_SUBSTITUTION';  -- as OpenCart does: texts that nobody gives are empty
INSERT INTO oc_setting (store_id, code, `key`, value, serialized) VALUES
  (0, 'config', 'config_processing_status', '["5","1","2","12","3"]', 1), (0, 'config', 'config_complete_status', '["5","3"]', 1),
  (1, 'config', 'config_processing_status', '["15"]', 1), (0, 'config', 'config_fraud_status_id', '"8"', 0), (0, 'config', 'config_currency', 'USD', 0);
INSERT INTO oc_order_status (order_status_id, language_id, name) VALUES
  (1, 1, 'Pending'), (2, 1, 'Processing'), (3, 1, 'Shipped'), (5, 1, 'Complete'), (7, 1, 'Canceled'), (8, 1, 'Denied'), (11, 1, 'Refunded'), (12, 1, 'Reversed'),
  (15, 1, 'Processed'), (1, 2, 'Offen'), (2, 2, 'In Arbeit'), (3, 2, 'Versandt'), (5, 2, 'Fertig'), (7, 2, 'Storniert'), (11, 2, 'Erstattet');
INSERT INTO oc_currency (currency_id, code, decimal_place, value) VALUES (2, 'USD', 2, 1), (3, 'EUR', 2, 0.92), (4, 'JPY', 0, 150);
INSERT INTO oc_country (country_id, name, iso_code_2, iso_code_3) VALUES (81, 'Germany', 'DE', 'DEU'), (14, 'Austria', 'AT', 'AUT');
INSERT INTO oc_language (language_id, name, code) VALUES (1, 'English', 'en-gb'), (2, 'Deutsch', 'de-de');
INSERT INTO oc_product_to_category (product_id, category_id) VALUES (60, 20), (60, 21), (61, 22);
INSERT INTO oc_category_description (category_id, language_id, name) VALUES
  (20, 1, 'Tea'), (20, 2, 'Aufguss'), (21, 1, 'Winter'), (21, 2, 'Advent'), (22, 1, 'Cups'), (22, 2, 'Tassen');
INSERT INTO oc_customer (customer_id, email, date_added) VALUES
  (41, 'ada@example.com', '2024-01-01 10:00:00'), (42, 'bert@example.com', '2024-03-04 11:50:00'), (44, 'dora@example.com', '2024-02-01 10:00:00');
-- The shop's own currency is USD; all of these paid in EUR, at two rates.
INSERT INTO oc_order (order_id, customer_id, email, order_status_id, total, currency_id, currency_code, currency_value, date_added, payment_country_id, shipping_country_id) VALUES
  (1, 41, 'ada@example.com', 5, 26.6, 3, 'EUR', 0.9, '2024-03-01 10:00:00', 81, 14), (2, 0, 'gus@example.com', 1, 11, 3, 'EUR', 0.9, '2024-03-02 23:30:00', 81, 0),
  (3, 41, 'ada@example.com', 7, 12, 3, 'EUR', 0.92, '2024-03-03 10:00:00', 81, 81), (4, 42, 'bert@example.com', 0, 12, 3, 'EUR', 0.92, '2024-03-04 12:00:00', 14, 14),
  (5, 42, 'bert@example.com', 11, 12, 3, 'EUR', 0.92, '2024-03-05 12:00:00', 14, 14), (6, 42, 'bert@example.com', 3, 20, 3, 'EUR', 0.92, '2024-03-06 12:00:00', 14, 14),
  (7, 41, 'ada@example.com', 15, 12, 3, 'EUR', 0.92, '2024-03-07 12:00:00', 81, 81), (8, 0, 'gus@example.com', 2, 22, 3, 'EUR', 0.92, '2024-03-08 00:10:00', 81, 81),
  (9, 43, 'was@example.com', 5, 6.005, 99, 'EUR', 0.92, '2024-03-09 12:00:00', 0, 0);
INSERT INTO oc_order_product (order_product_id, order_id, product_id, name, model, quantity, price, tax) VALUES
  (1, 1, 60, 'Assam tea', 'TEA', 2, 10, 2), (2, 2, 61, 'Cup', 'CUP', 1, 5, 1), (3, 3, 60, 'Assam tea', 'TEA', 1, 10, 2), (4, 4, 60, 'Assam tea', 'TEA', 1, 10, 2),
  (5, 5, 60, 'Assam tea', 'TEA', 1, 10, 2), (6, 6, 60, 'Assam tea', 'TEA', 3, 10, 2), (7, 7, 60, 'Assam tea', 'TEA', 1, 10, 2), (8, 8, 61, 'Cup', 'CUP', 4, 6, 0),
  (9, 9, 61, 'Cup, new', 'CUP', 1, 6.005, 0), (10, 9, 62, 'Taken out', 'OUT', 0, 3, 0);
INSERT INTO oc_order_total (order_total_id, order_id, code, title, value, sort_order) VALUES
  (1, 1, 'sub_total', 'Sub-Total', 20, 1), (2, 1, 'shipping', 'Flat rate', 5, 3), (3, 1, 'coupon', 'Coupon (SAVE10)', -2, 4), (4, 1, 'tax', 'VAT (20%)', 3.6, 5),
  (5, 1, 'total', 'Total', 26.6, 9), (6, 2, 'sub_total', 'Sub-Total', 5, 1), (7, 2, 'tax', 'VAT (20%)', 1, 5), (8, 2, 'shipping', 'Flat rate', 5, 3), (9, 2, 'total', 'Total', 11, 9),
  (10, 3, 'coupon', 'Coupon (SAVE10)', -1, 4), (11, 3, 'total', 'Total', 12, 9),
  (12, 6, 'sub_total', 'Sub-Total', 36, 1), (13, 6, 'reward', 'Reward points (6)', -6, 2), (14, 6, 'voucher', 'Voucher (ABC)', -10, 8), (15, 6, 'total', 'Total', 20, 9),
  (16, 8, 'sub_total', 'Sub-Total', 24, 1), (17, 8, 'coupon', 'Coupon (FIRST)', -1, 4), (18, 8, 'coupon', 'Coupon (SECOND)', -1, 4), (19, 8, 'total', 'Total', 22, 9),
  (20, 9, 'total', 'Total', 6.005, 9);
