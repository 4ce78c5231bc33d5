INSERT INTO customer (id, email, has_account, created_at, deleted_at) VALUES
    ('cus_ann', 'ann@example.com', true, '2024-03-01 09:00:00+00', NULL),
    ('cus_bob', 'bob@example.com', true, '2024-03-02 09:00:00+00', NULL),
    ('cus_cid', 'cid@example.com', true, '2024-03-03 09:00:00+00', NULL),   -- never ordered
    ('cus_dan', 'dan@example.com', false, '2024-04-01 10:00:00+00', NULL),  -- a guest's
    ('cus_eve', 'eve@example.com', true, '2024-03-04 09:00:00+00', '2024-03-05 09:00:00+00');
INSERT INTO sales_channel (id, name) VALUES ('sc_web', 'Web'), ('sc_pos', 'Shop');
INSERT INTO order_address (id, country_code) VALUES ('a_gb', 'gb'), ('a_fr', 'fr');
INSERT INTO "order" (id, display_id, version, customer_id, sales_channel_id, status, is_draft_order, currency_code, shipping_address_id,
                     created_at, deleted_at) VALUES
    ('order_1', 1, 1, 'cus_ann', 'sc_web', 'completed', false, 'gbp', 'a_gb', '2024-03-31 22:30:00+00', NULL),
    ('order_2', 2, 1, 'cus_dan', 'sc_web', 'pending', false, 'gbp', 'a_fr', '2024-04-01 10:00:00+00', NULL),   -- not captured yet
    ('order_3', 3, 2, 'cus_bob', 'sc_web', 'pending', false, 'gbp', 'a_gb', '2024-04-02 10:00:00+00', NULL),   -- a goodwill refund
    ('order_4', 4, 2, 'cus_ann', 'sc_web', 'canceled', false, 'gbp', 'a_gb', '2024-04-03 10:00:00+00', NULL),
    ('order_5', 5, 2, 'cus_bob', 'sc_pos', 'archived', false, 'gbp', 'a_fr', '2024-04-04 10:00:00+00', NULL),  -- an item was taken out
    ('order_6', 6, 2, 'cus_bob', 'sc_web', 'pending', false, 'gbp', NULL, '2024-05-10 10:00:00+00', NULL),     -- one was added
    ('order_7', 7, 1, 'cus_bob', 'sc_web', 'draft', true, 'gbp', 'a_gb', '2024-05-01 10:00:00+00', NULL),
    ('order_8', 8, 1, 'cus_bob', 'sc_web', 'pending', false, 'gbp', 'a_gb', '2024-05-02 10:00:00+00', '2024-05-03 10:00:00+00');
INSERT INTO order_summary (id, order_id, version, totals) VALUES
    ('s11', 'order_1', 1, '{"current_order_total": 34.1784, "paid_total": 34.1784, "refunded_total": 0}'),
    ('s21', 'order_2', 1, '{"current_order_total": 27.5, "paid_total": 0, "refunded_total": 0}'),
    ('s31', 'order_3', 1, '{"current_order_total": 13, "paid_total": 13, "refunded_total": 2.5}'),
    ('s32', 'order_3', 2, '{"current_order_total": 10.5, "paid_total": 13, "refunded_total": 2.5, "credit_line_total": 2.5}'),
    ('s41', 'order_4', 1, '{"current_order_total": 9.6, "paid_total": 9.6, "refunded_total": 9.6}'),
    ('s42', 'order_4', 2, '{"current_order_total": 0, "paid_total": 9.6, "refunded_total": 9.6, "credit_line_total": 9.6}'),
    ('s51', 'order_5', 1, '{"current_order_total": 29.75, "paid_total": 29.75, "refunded_total": 0}'),
    ('s52', 'order_5', 2, '{"current_order_total": 8.25, "paid_total": 29.75, "refunded_total": 21.5}'),
    ('s61', 'order_6', 1, '{"current_order_total": 10.8, "paid_total": 10.8, "refunded_total": 0}'),
    ('s62', 'order_6', 2, '{"current_order_total": 16.8, "paid_total": 10.8, "refunded_total": 0}'),
    ('s71', 'order_7', 1, '{"current_order_total": 99, "paid_total": 0, "refunded_total": 0}'),
    ('s81', 'order_8', 1, '{"current_order_total": 99, "paid_total": 99, "refunded_total": 0}');
INSERT INTO order_line_item (id, title, variant_title, product_title, product_id, variant_id, variant_sku, unit_price, is_tax_inclusive) VALUES
    ('l1', 'Assam', 'Box', 'Assam', 'prod_tea', 'variant_box', 'TEA-BOX', 14.99, false),
    ('l2', 'Cup', 'One', 'Cup', 'prod_cup', 'variant_cup', 'CUP', 6, false),
    ('l2s', 'Shirt', 'M', 'Shirt', 'prod_shirt', 'variant_m', NULL, 21.5, false),  -- a variant without a SKU
    ('l3', 'Cup', 'One', 'Cup', 'prod_cup', 'variant_cup', 'CUP', 7.2, true),
    ('l4', 'Cup', 'One', 'Cup', 'prod_cup', 'variant_cup', 'CUP', 5, false),
    ('l5', 'Assam', 'Bag', 'Assam', 'prod_tea', 'variant_bag', 'TEA-BAG', 5.25, false),
    ('l5s', 'Shirt', 'M', 'Shirt', 'prod_shirt', 'variant_m', NULL, 21.5, false),
    ('l6', 'Cup', 'One', 'Cup', 'prod_cup', 'variant_cup', 'CUP', 6, false),
    ('l6b', 'Cup', 'One', 'Cup', 'prod_cup', 'variant_cup', 'CUP', 6, false),
    ('l7', 'Cup', 'One', 'Cup', 'prod_cup', 'variant_cup', 'CUP', 6, false);
INSERT INTO order_item (id, order_id, version, item_id, quantity, unit_price, return_received_quantity) VALUES
    ('i11', 'order_1', 1, 'l1', 2, NULL, 0), ('i21', 'order_2', 1, 'l2', 1, NULL, 0), ('i22', 'order_2', 1, 'l2s', 1, NULL, 0),
    ('i31', 'order_3', 1, 'l3', 2, NULL, 0), ('i32', 'order_3', 2, 'l3', 2, NULL, 0), ('i41', 'order_4', 1, 'l4', 1, NULL, 0),
    ('i42', 'order_4', 2, 'l4', 1, NULL, 0), ('i51', 'order_5', 1, 'l5', 1, NULL, 0), ('i52', 'order_5', 1, 'l5s', 1, NULL, 0),
    ('i53', 'order_5', 2, 'l5', 1, NULL, 0), ('i61', 'order_6', 1, 'l6', 1, NULL, 0), ('i62', 'order_6', 2, 'l6', 1, NULL, 0),
    ('i63', 'order_6', 2, 'l6b', 1, 5, 0),  -- at a price of this order's
    ('i71', 'order_7', 1, 'l7', 1, NULL, 0);
INSERT INTO order_line_item_tax_line (id, item_id, code, rate, deleted_at) VALUES
    ('t1', 'l1', 'vat', 20, NULL), ('t3', 'l3', 'vat', 20, NULL), ('t4', 'l4', 'vat', 20, NULL), ('t6', 'l6', 'vat', 20, NULL),
    ('t6b', 'l6b', 'vat', 20, NULL), ('t7', 'l7', 'vat', 20, NULL), ('t5', 'l5', 'old', 7, '2024-04-01 00:00:00+00');
INSERT INTO order_line_item_adjustment (id, item_id, version, code, amount, is_tax_inclusive, created_at) VALUES
    ('d1', 'l1', 1, 'TEN', 2.998, false, '2024-03-31 22:30:00+00'),
    ('d31', 'l3', 1, 'FIVER', 5, true, '2024-04-02 10:00:00+00'),
    ('d32', 'l3', 2, 'FIVER', 5, true, '2024-04-12 10:00:00+00');
INSERT INTO order_shipping (id, order_id, version, shipping_method_id) VALUES
    ('m1', 'order_1', 1, 'sm1'), ('m2', 'order_2', 1, 'sm2'), ('m31', 'order_3', 1, 'sm3'), ('m32', 'order_3', 2, 'sm3');
INSERT INTO order_shipping_method_tax_line (id, shipping_method_id, code, rate) VALUES ('st1', 'sm1', 'vat', 20), ('st3', 'sm3', 'vat', 20);
INSERT INTO order_shipping_method_adjustment (id, shipping_method_id, version, code, amount, created_at) VALUES
    ('sd1', 'sm1', 1, 'SHIPHALF', 1.5, '2024-03-31 22:29:00+00'), ('sd2', 'sm2', 1, 'SHIPFREE', 3, '2024-04-01 10:00:00+00');
INSERT INTO order_transaction (id, order_id, version, amount, currency_code, reference, created_at) VALUES
    ('x1', 'order_1', 1, 34.1784, 'gbp', 'capture', '2024-03-31 22:31:00+00'),
    ('x3', 'order_3', 1, 13, 'gbp', 'capture', '2024-04-02 10:01:00+00'), ('x3r', 'order_3', 1, -2.5, 'gbp', 'refund', '2024-04-12 09:00:00+00'),
    ('x4', 'order_4', 1, 9.6, 'gbp', 'capture', '2024-04-03 10:01:00+00'), ('x4r', 'order_4', 1, -9.6, 'gbp', 'refund', '2024-04-03 11:00:00+00'),
    ('x5', 'order_5', 1, 29.75, 'gbp', 'capture', '2024-04-04 10:01:00+00'), ('x5r', 'order_5', 2, -20, 'gbp', 'refund', '2024-04-05 09:00:00+00'),
    ('x5s', 'order_5', 2, -1.5, 'gbp', 'refund', '2024-04-06 09:00:00+00'), ('x6', 'order_6', 1, 10.8, 'gbp', 'capture', '2024-05-10 10:01:00+00');
INSERT INTO product_category (id, name, mpath) VALUES ('pcat_tea', 'Tea', 'pcat_a.pcat_tea'), ('pcat_cup', 'Cups', 'pcat_b'), ('pcat_sale', 'Sale', 'pcat_c');
INSERT INTO product_category_product (product_id, product_category_id) VALUES
    ('prod_tea', 'pcat_tea'), ('prod_tea', 'pcat_sale'), ('prod_cup', 'pcat_cup');
