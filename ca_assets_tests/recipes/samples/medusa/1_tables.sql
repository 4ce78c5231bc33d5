-- Names and types of the columns as the migrations of Medusa 2.21.2 make them; NOT NULL, defaults, foreign keys and indexes are left out.
CREATE TYPE order_status_enum AS ENUM ('pending', 'completed', 'draft', 'archived', 'canceled', 'requires_action');
CREATE TABLE "order" (
    id text, region_id text, display_id integer, customer_id text, version integer, sales_channel_id text, status order_status_enum,
    is_draft_order boolean, email text, currency_code text, shipping_address_id text, billing_address_id text,
    no_notification boolean, metadata jsonb, created_at timestamptz, updated_at timestamptz, deleted_at timestamptz,
    canceled_at timestamptz, custom_display_id text, locale text, PRIMARY KEY (id)
);
CREATE TABLE order_summary (
    id text, order_id text, version integer, totals jsonb, created_at timestamptz, updated_at timestamptz, deleted_at timestamptz,
    PRIMARY KEY (id)
);
CREATE TABLE order_item (
    id text, order_id text, version integer, item_id text, quantity numeric, raw_quantity jsonb, fulfilled_quantity numeric,
    raw_fulfilled_quantity jsonb, shipped_quantity numeric, raw_shipped_quantity jsonb, return_requested_quantity numeric,
    raw_return_requested_quantity jsonb, return_received_quantity numeric, raw_return_received_quantity jsonb,
    return_dismissed_quantity numeric, raw_return_dismissed_quantity jsonb, written_off_quantity numeric,
    raw_written_off_quantity jsonb, metadata jsonb, created_at timestamptz, updated_at timestamptz, deleted_at timestamptz,
    delivered_quantity numeric, raw_delivered_quantity jsonb, unit_price numeric, raw_unit_price jsonb,
    compare_at_unit_price numeric, raw_compare_at_unit_price jsonb, PRIMARY KEY (id)
);
CREATE TABLE order_line_item (
    id text, totals_id text, title text, subtitle text, thumbnail text, variant_id text, product_id text, product_title text,
    product_description text, product_subtitle text, product_type text, product_collection text, product_handle text,
    variant_sku text, variant_barcode text, variant_title text, variant_option_values jsonb, requires_shipping boolean,
    is_discountable boolean, is_tax_inclusive boolean, compare_at_unit_price numeric, raw_compare_at_unit_price jsonb,
    unit_price numeric, raw_unit_price jsonb, metadata jsonb, created_at timestamptz, updated_at timestamptz,
    deleted_at timestamptz, is_custom_price boolean, product_type_id text, is_giftcard boolean, PRIMARY KEY (id)
);
CREATE TABLE order_line_item_adjustment (
    id text, description text, promotion_id text, code text, amount numeric, raw_amount jsonb, provider_id text,
    created_at timestamptz, updated_at timestamptz, item_id text, deleted_at timestamptz, is_tax_inclusive boolean, version integer,
    PRIMARY KEY (id)
);
CREATE TABLE order_line_item_tax_line (
    id text, description text, tax_rate_id text, code text, rate numeric, raw_rate jsonb, provider_id text, created_at timestamptz,
    updated_at timestamptz, item_id text, deleted_at timestamptz, metadata jsonb, data jsonb, PRIMARY KEY (id)
);
CREATE TABLE order_shipping (
    id text, order_id text, version integer, shipping_method_id text, created_at timestamptz, updated_at timestamptz,
    deleted_at timestamptz, return_id text, claim_id text, exchange_id text, PRIMARY KEY (id)
);
CREATE TABLE order_shipping_method_adjustment (
    id text, description text, promotion_id text, code text, amount numeric, raw_amount jsonb, provider_id text,
    created_at timestamptz, updated_at timestamptz, shipping_method_id text, deleted_at timestamptz, version integer,
    PRIMARY KEY (id)
);
CREATE TABLE order_shipping_method_tax_line (
    id text, description text, tax_rate_id text, code text, rate numeric, raw_rate jsonb, provider_id text, created_at timestamptz,
    updated_at timestamptz, shipping_method_id text, deleted_at timestamptz, metadata jsonb, data jsonb, PRIMARY KEY (id)
);
CREATE TABLE order_transaction (
    id text, order_id text, version integer, amount numeric, raw_amount jsonb, currency_code text, reference text,
    reference_id text, created_at timestamptz, updated_at timestamptz, deleted_at timestamptz, return_id text, claim_id text,
    exchange_id text, PRIMARY KEY (id)
);
CREATE TABLE order_address (
    id text, customer_id text, company text, first_name text, last_name text, address_1 text, address_2 text, city text,
    country_code text, province text, postal_code text, phone text, metadata jsonb, created_at timestamptz, updated_at timestamptz,
    deleted_at timestamptz, PRIMARY KEY (id)
);
CREATE TABLE sales_channel (
    id text, name text, description text, is_disabled boolean, metadata jsonb, created_at timestamptz, updated_at timestamptz,
    deleted_at timestamptz, PRIMARY KEY (id)
);
CREATE TABLE customer (
    id text, company_name text, first_name text, last_name text, email text, phone text, has_account boolean, metadata jsonb,
    created_at timestamptz, updated_at timestamptz, deleted_at timestamptz, created_by text, PRIMARY KEY (id)
);
CREATE TABLE product_category (
    id text, name text, description text, handle text, mpath text, is_active boolean, is_internal boolean, rank integer,
    parent_category_id text, created_at timestamptz, updated_at timestamptz, deleted_at timestamptz, metadata jsonb,
    external_id text, PRIMARY KEY (id)
);
CREATE TABLE product_category_product (
    product_id text, product_category_id text, PRIMARY KEY (product_id, product_category_id)
);
