INSERT INTO channel_channel (id, slug, currency_code) VALUES (1, 'web', 'PLN'), (2, 'shop', 'PLN');
INSERT INTO account_address (id, country) VALUES (1, 'PL'), (2, 'DE'), (3, '');
INSERT INTO account_user (id, email, is_staff, date_joined) VALUES
    (1, 'ann@example.com', false, '2024-03-01 09:00:00+00'),
    (2, 'bob@example.com', false, '2024-03-02 09:00:00+00'),
    (3, 'cid@example.com', false, '2024-03-03 09:00:00+00'),   -- never ordered
    (4, 'dan@example.com', true, '2024-01-01 00:00:00+00'),    -- staff who ordered
    (5, 'eve@example.com', true, '2024-01-01 00:00:00+00');    -- staff only
INSERT INTO order_order (id, number, status, origin, user_id, user_email, created_at, currency, channel_id, shipping_address_id,
                         billing_address_id, total_gross_amount, undiscounted_total_gross_amount, shipping_price_gross_amount,
                         voucher_code) VALUES
    ('00000000-0000-0000-0000-000000000001', 1, 'fulfilled', 'checkout', 1, 'ann@example.com', '2024-03-31 21:59:59.999999+00', 'PLN', 1, 1, 2,
     119.00, 130.00, 20.00, 'TEN'),
    ('00000000-0000-0000-0000-000000000002', 2, 'unfulfilled', 'checkout', NULL, 'guest@example.com', '2024-04-01 10:00:00+00', 'PLN', 1, 2, 1,
     30.00, 50.00, 0.00, 'FREESHIPPING'),
    ('00000000-0000-0000-0000-000000000003', 3, 'unconfirmed', 'checkout', 2, 'bob@example.com', '2024-04-02 10:00:00+00', 'PLN', 2, NULL, 2,
     60.00, 80.00, 0.00, NULL),                                -- 20.00 were paid with a gift card, nothing was discounted
    ('00000000-0000-0000-0000-000000000004', 4, 'canceled', 'checkout', 1, 'ann@example.com', '2024-04-03 10:00:00+00', 'PLN', 1, 1, 1,
     50.00, 50.00, 20.00, NULL),
    ('00000000-0000-0000-0000-000000000005', 5, 'expired', 'checkout', 2, 'bob@example.com', '2024-04-04 10:00:00+00', 'PLN', 1, 1, 1,
     50.00, 50.00, 20.00, NULL),
    ('00000000-0000-0000-0000-000000000006', 6, 'returned', 'draft', 4, 'dan@example.com', '2024-04-05 10:00:00+00', 'PLN', 1, 1, 1,
     50.00, 50.00, 20.00, ''),
    ('00000000-0000-0000-0000-000000000007', 7, 'draft', 'draft', 1, 'ann@example.com', '2024-05-01 10:00:00+00', 'PLN', 1, 1, 1,
     500.00, 500.00, 20.00, NULL),
    ('00000000-0000-0000-0000-000000000008', 8, 'partially fulfilled', 'bulk_create', 1, 'ann@example.com', '2024-05-02 10:00:00+00', 'PLN', 1, 3, 3,
     40.00, 0.00, 10.00, NULL);                                -- made in bulk: no undiscounted figures
INSERT INTO order_orderline (id, order_id, variant_id, product_name, variant_name, product_sku, product_variant_id, quantity,
                             unit_price_gross_amount, total_price_gross_amount, undiscounted_unit_price_gross_amount,
                             undiscounted_total_price_gross_amount) VALUES
    ('00000000-0000-0000-0000-000000000011', '00000000-0000-0000-0000-000000000001', 1, 'Tea', 'Box', 'TEA-BOX', 'V1', 2, 36.00, 72.00, 40.00, 80.00),
    ('00000000-0000-0000-0000-000000000012', '00000000-0000-0000-0000-000000000001', 2, 'Cup', '', 'CUP', 'V2', 1, 27.00, 27.00, 30.00, 30.00),
    ('00000000-0000-0000-0000-000000000021', '00000000-0000-0000-0000-000000000002', 2, 'Cup', '', 'CUP', 'V2', 1, 30.00, 30.00, 30.00, 30.00),
    ('00000000-0000-0000-0000-000000000031', '00000000-0000-0000-0000-000000000003', 1, 'Tea', 'Box', 'TEA-BOX', 'V1', 2, 40.00, 80.00, 40.00, 80.00),
    ('00000000-0000-0000-0000-000000000041', '00000000-0000-0000-0000-000000000004', 2, 'Cup', '', 'CUP', 'V2', 1, 30.00, 30.00, 30.00, 30.00),
    ('00000000-0000-0000-0000-000000000051', '00000000-0000-0000-0000-000000000005', 2, 'Cup', '', 'CUP', 'V2', 1, 30.00, 30.00, 30.00, 30.00),
    ('00000000-0000-0000-0000-000000000061', '00000000-0000-0000-0000-000000000006', NULL, 'Old lamp', '', NULL, 'V9', 1, 30.00, 30.00, 30.00, 30.00),
    ('00000000-0000-0000-0000-000000000071', '00000000-0000-0000-0000-000000000007', 2, 'Cup', '', 'CUP', 'V2', 16, 30.00, 480.00, 30.00, 480.00),
    ('00000000-0000-0000-0000-000000000081', '00000000-0000-0000-0000-000000000008', 2, 'Cup', '', 'CUP', 'V2', 1, 30.00, 30.00, 0.00, 0.00);
INSERT INTO payment_transactionitem (id, order_id, currency, charged_value, refunded_value) VALUES
    (1, '00000000-0000-0000-0000-000000000001', 'PLN', 79.00, 40.00), (2, '00000000-0000-0000-0000-000000000001', 'PLN', 0.00, 0.00),
    (3, '00000000-0000-0000-0000-000000000004', 'PLN', 0.00, 50.00), (4, '00000000-0000-0000-0000-000000000008', 'PLN', 40.00, 0.00),
    (5, NULL, 'PLN', 10.00, 5.00);                             -- of a checkout
INSERT INTO payment_transactionevent (id, transaction_id, type, amount_value, created_at) VALUES
    (1, 1, 'charge_success', 119.00, '2024-03-31 22:00:00+00'), (2, 1, 'refund_success', 15.00, '2024-04-10 08:00:00+00'),
    (3, 1, 'refund_success', 25.00, '2024-04-12 08:00:00+00'), (4, 1, 'refund_failure', 25.00, '2024-04-20 08:00:00+00'),
    (5, 3, 'refund_success', 50.00, '2024-04-03 11:00:00+00'), (6, 4, 'charge_success', 40.00, '2024-05-02 10:00:00+00');
INSERT INTO payment_payment (id, order_id, gateway, is_active, charge_status, total, captured_amount) VALUES
    (1, '00000000-0000-0000-0000-000000000006', 'dummy', true, 'partially-refunded', 50.00, 20.00);
INSERT INTO payment_transaction (id, payment_id, kind, is_success, amount, created_at) VALUES
    (1, 1, 'capture', true, 50.00, '2024-04-05 10:00:00+00'), (2, 1, 'refund', false, 50.00, '2024-04-24 08:00:00+00'),
    (3, 1, 'refund', true, 30.00, '2024-04-22 08:00:00+00');
INSERT INTO product_category (id, name) VALUES (1, 'Drinks'), (2, 'Kitchen');
INSERT INTO product_product (id, name, category_id) VALUES (1, 'Tea', 1), (2, 'Cup', 2);
INSERT INTO product_productvariant (id, product_id, sku) VALUES (1, 1, 'TEA-BOX'), (2, 2, 'CUP');
