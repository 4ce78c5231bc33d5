-- Names and types of the columns as the migrations of Saleor 3.23.28 make them; NOT NULL, defaults, foreign keys and indexes are left out.
CREATE TABLE order_order (
    created_at timestamptz, tracking_client_id varchar(36), user_email varchar(254), id uuid, billing_address_id integer,
    shipping_address_id integer, user_id integer, total_net_amount numeric(20,3), voucher_id integer, language_code varchar(35),
    shipping_price_gross_amount numeric(20,3), total_gross_amount numeric(20,3), shipping_price_net_amount numeric(20,3),
    status varchar(32), shipping_method_name varchar(255), shipping_method_id integer, display_gross_prices boolean,
    customer_note text, weight double precision, checkout_token varchar(36), currency varchar(3), metadata jsonb,
    private_metadata jsonb, channel_id integer, redirect_url varchar(200), shipping_tax_rate numeric(5,4),
    undiscounted_total_gross_amount numeric(20,3), undiscounted_total_net_amount numeric(20,3), total_charged_amount numeric(20,3),
    origin varchar(32), collection_point_id uuid, collection_point_name varchar(255), search_document text, updated_at timestamptz,
    use_old_id boolean, number integer, original_id uuid, total_authorized_amount numeric(20,3), authorize_status varchar(32),
    charge_status varchar(32), search_vector tsvector, should_refresh_prices boolean, tax_exemption boolean,
    base_shipping_price_amount numeric(20,3), shipping_tax_class_id integer, shipping_tax_class_metadata jsonb,
    shipping_tax_class_name varchar(255), shipping_tax_class_private_metadata jsonb, external_reference varchar(250),
    expired_at timestamptz, voucher_code varchar(255), subtotal_gross_amount numeric(20,3), subtotal_net_amount numeric(20,3),
    tax_error varchar(255), undiscounted_base_shipping_price_amount numeric(20,3), draft_save_billing_address boolean,
    draft_save_shipping_address boolean, lines_count integer, shipping_method_metadata jsonb,
    shipping_method_private_metadata jsonb, PRIMARY KEY (id)
);
CREATE TABLE order_orderline (
    product_name varchar(386), product_sku varchar(255), quantity integer, unit_price_net_amount numeric(20,3),
    unit_price_gross_amount numeric(20,3), is_shipping_required boolean, quantity_fulfilled integer, variant_id integer,
    tax_rate numeric(5,4), translated_product_name varchar(386), currency varchar(3), translated_variant_name varchar(255),
    variant_name varchar(255), total_price_gross_amount numeric(20,3), total_price_net_amount numeric(20,3),
    unit_discount_amount numeric(20,3), unit_discount_value numeric(20,3), unit_discount_reason text,
    unit_discount_type varchar(10), undiscounted_total_price_gross_amount numeric(20,3),
    undiscounted_total_price_net_amount numeric(20,3), undiscounted_unit_price_gross_amount numeric(20,3),
    undiscounted_unit_price_net_amount numeric(20,3), is_gift_card boolean, product_variant_id varchar(255), sale_id varchar(255),
    voucher_code varchar(255), order_id uuid, id uuid, old_id integer, created_at timestamptz, base_unit_price_amount numeric(20,3),
    undiscounted_base_unit_price_amount numeric(20,3), metadata jsonb, private_metadata jsonb, tax_class_id integer,
    tax_class_metadata jsonb, tax_class_name varchar(255), tax_class_private_metadata jsonb, is_gift boolean,
    is_price_overridden boolean, draft_base_price_expire_at timestamptz, product_type_id integer,
    price_override_reason varchar(255), PRIMARY KEY (id)
);
CREATE TABLE account_user (
    id integer, is_superuser boolean, email varchar(254), is_staff boolean, is_active boolean, password varchar(128),
    date_joined timestamptz, last_login timestamptz, default_billing_address_id integer, default_shipping_address_id integer,
    note text, first_name varchar(256), last_name varchar(256), avatar varchar(100), private_metadata jsonb, metadata jsonb,
    jwt_token_key varchar(12), language_code varchar(35), search_document text, updated_at timestamptz, uuid uuid,
    external_reference varchar(250), last_password_reset_request timestamptz, is_confirmed boolean,
    last_confirm_email_request timestamptz, number_of_orders integer, search_vector tsvector, customer_type_id integer,
    PRIMARY KEY (id)
);
CREATE TABLE account_address (
    id integer, first_name varchar(256), last_name varchar(256), company_name varchar(256), street_address_1 varchar(256),
    street_address_2 varchar(256), city varchar(256), postal_code varchar(20), country varchar(2), country_area varchar(128),
    phone varchar(128), city_area varchar(128), metadata jsonb, private_metadata jsonb, validation_skipped boolean, PRIMARY KEY (id)
);
CREATE TABLE channel_channel (
    id integer, name varchar(250), slug varchar(255), is_active boolean, currency_code varchar(3), default_country varchar(2),
    allocation_strategy varchar(255), automatically_confirm_all_new_orders boolean,
    automatically_fulfill_non_shippable_gift_card boolean, order_mark_as_paid_strategy varchar(255),
    default_transaction_flow_strategy varchar(255), expire_orders_after integer, delete_expired_orders_after interval,
    metadata jsonb, private_metadata jsonb, allow_unpaid_orders boolean, use_legacy_error_flow_for_checkout boolean,
    include_draft_order_in_voucher_usage boolean, automatically_complete_fully_paid_checkouts boolean,
    draft_order_line_price_freeze_period integer, use_legacy_line_discount_propagation_for_order boolean,
    checkout_release_funds_cut_off_date timestamptz, checkout_ttl_before_releasing_funds interval,
    release_funds_for_expired_checkouts boolean, automatic_completion_delay integer, automatic_completion_cut_off_date timestamptz,
    allow_legacy_gift_card_use boolean, PRIMARY KEY (id)
);
CREATE TABLE payment_transactionitem (
    id integer, private_metadata jsonb, metadata jsonb, created_at timestamptz, modified_at timestamptz, status varchar(512),
    available_actions varchar(128)[], currency varchar(3), charged_value numeric(20,3), authorized_value numeric(20,3),
    refunded_value numeric(20,3), checkout_id uuid, order_id uuid, app_id integer, app_identifier varchar(256),
    authorize_pending_value numeric(20,3), cancel_pending_value numeric(20,3), canceled_value numeric(20,3),
    charge_pending_value numeric(20,3), external_url varchar(200), message varchar(512), name varchar(512),
    psp_reference varchar(512), refund_pending_value numeric(20,3), user_id integer, token uuid, use_old_id boolean,
    last_refund_success boolean, idempotency_key varchar(512), cc_brand varchar(40), cc_exp_month integer, cc_exp_year integer,
    cc_first_digits varchar(4), cc_last_digits varchar(4), payment_method_name varchar(256), payment_method_type varchar(32),
    gift_card_id integer, gift_card_brand varchar(40), gift_card_last_chars varchar(4), PRIMARY KEY (id)
);
CREATE TABLE payment_transactionevent (
    id integer, created_at timestamptz, status varchar(128), transaction_id integer, amount_value numeric(20,3), app_id integer,
    app_identifier varchar(256), currency varchar(3), external_url varchar(200), include_in_calculations boolean,
    message varchar(512), psp_reference varchar(512), type varchar(128), user_id integer, idempotency_key varchar(512),
    related_granted_refund_id integer, reason_reference_id integer, PRIMARY KEY (id)
);
CREATE TABLE payment_payment (
    id integer, gateway varchar(255), is_active boolean, created_at timestamptz, modified_at timestamptz, charge_status varchar(20),
    billing_first_name varchar(256), billing_last_name varchar(256), billing_company_name varchar(256),
    billing_address_1 varchar(256), billing_address_2 varchar(256), billing_city varchar(256), billing_city_area varchar(128),
    billing_postal_code varchar(256), billing_country_code varchar(2), billing_country_area varchar(256),
    billing_email varchar(254), customer_ip_address inet, cc_brand varchar(40), cc_exp_month integer, cc_exp_year integer,
    cc_first_digits varchar(6), cc_last_digits varchar(4), extra_data text, token varchar(512), currency varchar(3),
    total numeric(20,3), captured_amount numeric(20,3), checkout_id uuid, to_confirm boolean, payment_method_type varchar(256),
    return_url varchar(200), psp_reference varchar(512), partial boolean, metadata jsonb, private_metadata jsonb,
    store_payment_method varchar(11), order_id uuid, PRIMARY KEY (id)
);
CREATE TABLE payment_transaction (
    id integer, created_at timestamptz, token varchar(512), kind varchar(25), is_success boolean, error text, currency varchar(3),
    amount numeric(20,3), gateway_response jsonb, payment_id integer, customer_id varchar(256), action_required boolean,
    action_required_data jsonb, already_processed boolean, legacy_adyen_plugin_payment_method text,
    legacy_adyen_plugin_result_code text, PRIMARY KEY (id)
);
CREATE TABLE product_productvariant (
    id integer, sku varchar(255), name varchar(255), product_id integer, track_inventory boolean, weight double precision,
    metadata jsonb, private_metadata jsonb, sort_order integer, is_preorder boolean, preorder_end_date timestamptz,
    preorder_global_threshold integer, quantity_limit_per_customer integer, created_at timestamptz, updated_at timestamptz,
    external_reference varchar(250), PRIMARY KEY (id)
);
CREATE TABLE product_product (
    id integer, name varchar(250), description jsonb, updated_at timestamptz, product_type_id integer, category_id integer,
    seo_description varchar(300), seo_title varchar(70), weight double precision, metadata jsonb, private_metadata jsonb,
    slug varchar(255), default_variant_id integer, description_plaintext text, rating double precision, search_document text,
    created_at timestamptz, search_vector tsvector, search_index_dirty boolean, tax_class_id integer,
    external_reference varchar(250), PRIMARY KEY (id)
);
CREATE TABLE product_category (
    id integer, name varchar(250), slug varchar(255), description jsonb, lft integer, rght integer, tree_id integer, level integer,
    parent_id integer, background_image varchar(100), seo_description varchar(300), seo_title varchar(70),
    background_image_alt varchar(128), metadata jsonb, private_metadata jsonb, description_plaintext text, updated_at timestamptz,
    PRIMARY KEY (id)
);
