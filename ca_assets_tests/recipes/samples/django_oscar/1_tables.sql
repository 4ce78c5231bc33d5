-- Names and types of the columns as the migrations of django-oscar 4.2.1 make them; NOT NULL, foreign keys and indexes are left out.
CREATE TABLE auth_user (
    id integer, password varchar(128), last_login timestamptz, is_superuser boolean, username varchar(150), first_name varchar(150),
    last_name varchar(150), email varchar(254), is_staff boolean, is_active boolean, date_joined timestamptz, PRIMARY KEY (id)
);
CREATE TABLE order_order (
    id integer, number varchar(128), currency varchar(12), total_incl_tax numeric(12,2), total_excl_tax numeric(12,2),
    shipping_incl_tax numeric(12,2), shipping_excl_tax numeric(12,2), shipping_method varchar(128), shipping_code varchar(128),
    status varchar(100), guest_email varchar(254), date_placed timestamptz, basket_id integer, billing_address_id integer,
    shipping_address_id integer, site_id integer, user_id integer, shipping_tax_code varchar(64), analytics_tracked boolean,
    PRIMARY KEY (id)
);
CREATE TABLE order_shippingaddress (
    id integer, title varchar(64), first_name varchar(255), last_name varchar(255), line1 varchar(255), line2 varchar(255),
    line3 varchar(255), line4 varchar(255), state varchar(255), postcode varchar(64), search_text text, phone_number varchar(128),
    notes text, country_id varchar(2), code varchar(255), PRIMARY KEY (id)
);
CREATE TABLE order_line (
    id integer, partner_name varchar(128), partner_sku varchar(128), partner_line_reference varchar(128), partner_line_notes text,
    title varchar(255), upc varchar(128), quantity integer, line_price_incl_tax numeric(12,2), line_price_excl_tax numeric(12,2),
    line_price_before_discounts_incl_tax numeric(12,2), line_price_before_discounts_excl_tax numeric(12,2),
    unit_price_incl_tax numeric(12,2), unit_price_excl_tax numeric(12,2), status varchar(255), order_id integer, partner_id integer,
    product_id integer, stockrecord_id integer, tax_code varchar(64), allocation_cancelled boolean, num_allocated integer,
    PRIMARY KEY (id)
);
CREATE TABLE order_orderdiscount (
    id integer, category varchar(64), offer_id integer, offer_name varchar(128), voucher_id integer, voucher_code varchar(128),
    frequency integer, amount numeric(12,2), message text, order_id integer, PRIMARY KEY (id)
);
CREATE TABLE payment_source (
    id integer, currency varchar(12), amount_allocated numeric(12,2), amount_debited numeric(12,2), amount_refunded numeric(12,2),
    reference varchar(255), label varchar(128), order_id integer, source_type_id integer, PRIMARY KEY (id)
);
CREATE TABLE payment_transaction (
    id integer, txn_type varchar(128), amount numeric(12,2), reference varchar(128), status varchar(128), date_created timestamptz,
    source_id integer, PRIMARY KEY (id)
);
CREATE TABLE catalogue_product (
    id integer, structure varchar(10), upc varchar(64), title varchar(255), slug varchar(255), description text,
    rating double precision, date_created timestamptz, date_updated timestamptz, is_discountable boolean, parent_id integer,
    product_class_id integer, is_public boolean, meta_description text, meta_title varchar(255), priority smallint,
    code varchar(255), PRIMARY KEY (id)
);
CREATE TABLE catalogue_productcategory (
    id integer, category_id integer, product_id integer, PRIMARY KEY (id)
);
CREATE TABLE catalogue_category (
    id integer, path varchar(255), depth integer, numchild integer, name varchar(255), description text, image varchar(255),
    slug varchar(255), ancestors_are_public boolean, is_public boolean, meta_description text, meta_title varchar(255),
    code varchar(255), exclude_from_menu boolean, long_description text, PRIMARY KEY (id)
);
