-- Tables of Magento 2.4 as far as the recipe reads them; of their many sums and texts only some.
CREATE TABLE customer_entity (
  entity_id int(10) unsigned NOT NULL AUTO_INCREMENT, website_id smallint(5) unsigned DEFAULT NULL, email varchar(255) DEFAULT NULL,
  group_id smallint(5) unsigned NOT NULL DEFAULT 0, increment_id varchar(50) DEFAULT NULL, store_id smallint(5) unsigned DEFAULT 0,
  created_at timestamp NOT NULL DEFAULT current_timestamp(), updated_at timestamp NOT NULL DEFAULT current_timestamp() ON UPDATE current_timestamp(),
  is_active smallint(5) unsigned NOT NULL DEFAULT 1, firstname varchar(255) DEFAULT NULL, lastname varchar(255) DEFAULT NULL,
  PRIMARY KEY (entity_id), UNIQUE KEY CUSTOMER_ENTITY_EMAIL_WEBSITE_ID (email, website_id), KEY CUSTOMER_ENTITY_STORE_ID (store_id)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE sales_order (
  entity_id int(10) unsigned NOT NULL AUTO_INCREMENT, state varchar(32) DEFAULT NULL, status varchar(32) DEFAULT NULL,
  coupon_code varchar(255) DEFAULT NULL, is_virtual smallint(5) unsigned DEFAULT NULL, store_id smallint(5) unsigned DEFAULT NULL,
  customer_id int(10) unsigned DEFAULT NULL, discount_amount decimal(20,4) DEFAULT NULL, discount_canceled decimal(20,4) DEFAULT NULL,
  discount_invoiced decimal(20,4) DEFAULT NULL, discount_refunded decimal(20,4) DEFAULT NULL, grand_total decimal(20,4) DEFAULT NULL,
  shipping_amount decimal(20,4) DEFAULT NULL, shipping_tax_amount decimal(20,4) DEFAULT NULL, subtotal decimal(20,4) DEFAULT NULL,
  subtotal_incl_tax decimal(20,4) DEFAULT NULL, tax_amount decimal(20,4) DEFAULT NULL, total_canceled decimal(20,4) DEFAULT NULL,
  total_invoiced decimal(20,4) DEFAULT NULL, total_paid decimal(20,4) DEFAULT NULL, total_refunded decimal(20,4) DEFAULT NULL,
  total_due decimal(20,4) DEFAULT NULL, total_online_refunded decimal(20,4) DEFAULT NULL, total_offline_refunded decimal(20,4) DEFAULT NULL,
  base_grand_total decimal(20,4) DEFAULT NULL, base_discount_amount decimal(20,4) DEFAULT NULL, base_total_canceled decimal(20,4) DEFAULT NULL,
  base_total_paid decimal(20,4) DEFAULT NULL, base_total_refunded decimal(20,4) DEFAULT NULL, base_to_order_rate decimal(20,4) DEFAULT NULL,
  customer_is_guest smallint(5) unsigned DEFAULT NULL, billing_address_id int(11) DEFAULT NULL, shipping_address_id int(11) DEFAULT NULL,
  increment_id varchar(50) DEFAULT NULL, base_currency_code varchar(3) DEFAULT NULL, customer_email varchar(128) DEFAULT NULL,
  order_currency_code varchar(3) DEFAULT NULL, shipping_method varchar(120) DEFAULT NULL, store_name varchar(255) DEFAULT NULL,
  created_at timestamp NOT NULL DEFAULT current_timestamp(), updated_at timestamp NOT NULL DEFAULT current_timestamp() ON UPDATE current_timestamp(),
  total_item_count smallint(5) unsigned NOT NULL DEFAULT 0, PRIMARY KEY (entity_id),
  UNIQUE KEY SALES_ORDER_INCREMENT_ID_STORE_ID (increment_id, store_id), KEY SALES_ORDER_STATUS (status), KEY SALES_ORDER_STATE (state),
  KEY SALES_ORDER_STORE_ID (store_id), KEY SALES_ORDER_CREATED_AT (created_at), KEY SALES_ORDER_CUSTOMER_ID (customer_id),
  KEY SALES_ORDER_UPDATED_AT (updated_at)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE sales_order_address (
  entity_id int(10) unsigned NOT NULL AUTO_INCREMENT, parent_id int(10) unsigned DEFAULT NULL, customer_id int(11) DEFAULT NULL,
  region varchar(255) DEFAULT NULL, postcode varchar(255) DEFAULT NULL, city varchar(255) DEFAULT NULL, email varchar(255) DEFAULT NULL,
  country_id varchar(2) DEFAULT NULL, address_type varchar(255) DEFAULT NULL, PRIMARY KEY (entity_id), KEY SALES_ORDER_ADDRESS_PARENT_ID (parent_id)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE sales_order_item (
  item_id int(10) unsigned NOT NULL AUTO_INCREMENT, order_id int(10) unsigned NOT NULL DEFAULT 0, parent_item_id int(10) unsigned DEFAULT NULL,
  store_id smallint(5) unsigned DEFAULT NULL, created_at timestamp NOT NULL DEFAULT current_timestamp(),
  updated_at timestamp NOT NULL DEFAULT current_timestamp() ON UPDATE current_timestamp(), product_id int(10) unsigned DEFAULT NULL,
  product_type varchar(255) DEFAULT NULL, product_options longtext DEFAULT NULL, sku varchar(255) DEFAULT NULL, name varchar(255) DEFAULT NULL,
  qty_backordered decimal(12,4) DEFAULT 0.0000, qty_canceled decimal(12,4) DEFAULT 0.0000, qty_invoiced decimal(12,4) DEFAULT 0.0000,
  qty_ordered decimal(12,4) DEFAULT 0.0000, qty_refunded decimal(12,4) DEFAULT 0.0000, qty_shipped decimal(12,4) DEFAULT 0.0000,
  price decimal(20,4) NOT NULL DEFAULT 0.0000, base_price decimal(20,4) NOT NULL DEFAULT 0.0000, original_price decimal(20,4) DEFAULT NULL,
  tax_percent decimal(12,4) DEFAULT 0.0000, tax_amount decimal(20,4) DEFAULT 0.0000, discount_amount decimal(20,4) DEFAULT 0.0000,
  row_total decimal(20,4) NOT NULL DEFAULT 0.0000, price_incl_tax decimal(20,4) DEFAULT NULL, row_total_incl_tax decimal(20,4) DEFAULT NULL,
  PRIMARY KEY (item_id), KEY SALES_ORDER_ITEM_ORDER_ID (order_id), KEY SALES_ORDER_ITEM_STORE_ID (store_id)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE sales_creditmemo (
  entity_id int(10) unsigned NOT NULL AUTO_INCREMENT, store_id smallint(5) unsigned DEFAULT NULL, adjustment decimal(20,4) DEFAULT NULL,
  adjustment_positive decimal(20,4) DEFAULT NULL, adjustment_negative decimal(20,4) DEFAULT NULL, grand_total decimal(20,4) DEFAULT NULL,
  base_grand_total decimal(20,4) DEFAULT NULL, subtotal decimal(20,4) DEFAULT NULL, shipping_amount decimal(20,4) DEFAULT NULL,
  tax_amount decimal(20,4) DEFAULT NULL, discount_amount decimal(20,4) DEFAULT NULL, order_id int(10) unsigned NOT NULL,
  creditmemo_status int(11) DEFAULT NULL, state int(11) DEFAULT NULL, invoice_id int(11) DEFAULT NULL, order_currency_code varchar(3) DEFAULT NULL,
  base_currency_code varchar(3) DEFAULT NULL, increment_id varchar(50) DEFAULT NULL, created_at timestamp NOT NULL DEFAULT current_timestamp(),
  updated_at timestamp NOT NULL DEFAULT current_timestamp() ON UPDATE current_timestamp(), PRIMARY KEY (entity_id),
  UNIQUE KEY SALES_CREDITMEMO_INCREMENT_ID_STORE_ID (increment_id, store_id), KEY SALES_CREDITMEMO_STORE_ID (store_id),
  KEY SALES_CREDITMEMO_ORDER_ID (order_id), KEY SALES_CREDITMEMO_STATE (state), KEY SALES_CREDITMEMO_CREATED_AT (created_at)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
