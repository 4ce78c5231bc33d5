INSERT INTO auth_user (id, username, is_staff, date_joined) VALUES
    (1, 'ann', false, '2024-03-01 09:00:00+00'),
    (2, 'bob', false, '2024-04-01 12:00:00+00'),
    (3, 'cid', false, '2024-04-02 12:00:00+00'),  -- never ordered
    (4, 'dan', true, '2024-01-01 00:00:00+00'),   -- staff who ordered
    (5, 'eve', true, '2024-01-01 00:00:00+00');   -- staff only
INSERT INTO order_shippingaddress (id, country_id) VALUES (1, 'GB'), (2, 'FR');
INSERT INTO order_order (id, number, status, user_id, guest_email, date_placed, currency, total_incl_tax, total_excl_tax,
                         shipping_incl_tax, shipping_excl_tax, shipping_method, shipping_address_id) VALUES
    (1, '100001', 'Complete', 1, '', '2024-03-30 23:30:00+00', 'GBP', 12.60, 10.50, 3.60, 3.00, 'Standard', 1),
    (2, '100002', 'Complete', NULL, 'guest@example.com', '2024-03-31 01:30:00+02', 'GBP', 6.00, 5.00, 0, 0, 'Standard', 2),
    (3, '100003', 'Complete', 1, '', '2024-04-02 10:00:00+00', 'GBP', 22.29, 18.57, 3.60, 3.00, 'Standard', 1),  -- 1.20 is a surcharge
    (4, '100004', 'Cancelled', 2, '', '2024-04-03 10:00:00+00', 'GBP', 8.60, 7.17, 3.60, 3.00, 'Standard', 1),
    (5, '100005', 'Pending', 2, '', '2024-04-05 10:00:00+00', 'GBP', 5.40, 4.50, 0, 0, 'No shipping required', NULL),
    (6, '100006', 'Being processed', 4, '', '2024-04-20 10:00:00+00', 'GBP', 9.60, 8.00, 3.60, 3.00, 'Standard', 2),
    (7, '100007', 'canceled', 1, '', '2024-04-21 10:00:00+00', 'GBP', 8.60, 7.17, 3.60, 3.00, 'Standard', 1);
INSERT INTO order_line (id, order_id, product_id, partner_sku, title, quantity, unit_price_incl_tax,
                        line_price_before_discounts_incl_tax, line_price_incl_tax) VALUES
    (1, 1, 1, 'TEA', 'Tea', 2, 5.00, 10.00, 9.00),
    (2, 2, 2, 'CUP', 'Cup', 1, 6.00, 6.00, 6.00),
    (3, 3, 4, 'SHIRT-M', 'Shirt M', 1, 19.99, 19.99, 13.49),
    (4, 3, 1, 'TEA', 'Tea', 1, 5.00, 5.00, 4.00),
    (5, 4, 1, 'TEA', 'Tea', 1, 5.00, 5.00, 5.00),
    (6, 5, NULL, 'EBOOK', 'Tea, a history', 3, NULL, 6.00, 5.40),  -- the product was deleted, the price of a unit not kept
    (7, 6, 2, 'CUP', 'Cup', 1, 6.00, 6.00, 6.00),
    (8, 7, 1, 'TEA', 'Tea', 1, 5.00, 5.00, 5.00);
INSERT INTO order_orderdiscount (id, order_id, category, offer_name, voucher_code, amount) VALUES
    (1, 1, 'Basket', 'Ten off', 'TEN', 0.83),            -- without tax; what counts are the lines
    (2, 2, 'Shipping', 'Free shipping', 'FREESHIP', 3.60),
    (3, 3, 'Basket', 'Three for less', '', 0.42),
    (4, 3, 'Basket', 'Ten off', 'TEN', 1.67),
    (5, 3, 'Basket', 'Fiver', 'FIVER', 4.17),
    (6, 3, 'Deferred', 'Points', '', 10.00),             -- no money off
    (7, 5, 'Basket', 'Three for less', '', 0.50);
INSERT INTO payment_source (id, order_id, source_type_id, currency, amount_allocated, amount_debited, amount_refunded) VALUES
    (1, 1, 1, 'GBP', 12.60, 12.60, 0), (2, 2, 1, 'GBP', 6.00, 6.00, 0), (3, 3, 1, 'GBP', 22.29, 22.29, 7.50),
    (4, 4, 1, 'GBP', 8.60, 8.60, 8.60), (5, 5, 1, 'GBP', 3.40, 3.40, 0), (6, 5, 2, 'GBP', 2.00, 2.00, 1.00);
INSERT INTO payment_transaction (id, source_id, txn_type, amount, date_created) VALUES
    (1, 1, 'Debit', 12.60, '2024-03-30 23:30:00+00'), (2, 2, 'Debit', 6.00, '2024-03-30 23:30:00+00'),
    (3, 3, 'Debit', 22.29, '2024-04-02 10:00:00+00'), (4, 3, 'Refund', 5.00, '2024-04-10 08:00:00+00'),
    (5, 3, 'Refund', 2.50, '2024-04-12 08:00:00+00'), (6, 4, 'Refund', 8.60, '2024-04-03 11:00:00+00'),
    (7, 6, 'Refund', 1.00, '2024-04-06 08:00:00+00'), (8, 5, 'Debit', 3.40, '2024-04-19 08:00:00+00');
INSERT INTO catalogue_product (id, title, parent_id) VALUES (1, 'Tea', NULL), (2, 'Cup', NULL), (3, 'Shirt', NULL), (4, '', 3);
INSERT INTO catalogue_category (id, path, depth, name) VALUES (1, '0001', 1, 'Drinks'), (2, '00010001', 2, 'Tea'), (3, '0002', 1, 'Clothes'), (4, '0003', 1, 'Sale');
INSERT INTO catalogue_productcategory (id, product_id, category_id) VALUES (1, 1, 4), (2, 1, 2), (3, 3, 3);
