-- Tables of PrestaShop 8 as far as the recipe reads them; of long ones some columns.
CREATE TABLE ps_configuration (
  id_configuration int(10) unsigned NOT NULL AUTO_INCREMENT, id_shop_group int(11) unsigned DEFAULT NULL, id_shop int(11) unsigned DEFAULT NULL,
  name varchar(254) NOT NULL, value text DEFAULT NULL, date_add datetime NOT NULL, date_upd datetime NOT NULL,
  PRIMARY KEY (id_configuration), KEY name (name), KEY id_shop (id_shop), KEY id_shop_group (id_shop_group)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
CREATE TABLE ps_customer (
  id_customer int(10) unsigned NOT NULL AUTO_INCREMENT, id_shop_group int(11) unsigned NOT NULL DEFAULT 1, id_shop int(11) unsigned NOT NULL DEFAULT 1,
  id_gender int(10) unsigned NOT NULL DEFAULT 0, id_default_group int(10) unsigned NOT NULL DEFAULT 1, id_lang int(10) unsigned DEFAULT NULL,
  company varchar(255) DEFAULT NULL, firstname varchar(255) NOT NULL DEFAULT '', lastname varchar(255) NOT NULL DEFAULT '', email varchar(255) NOT NULL,
  newsletter tinyint(1) unsigned NOT NULL DEFAULT 0, secure_key varchar(32) NOT NULL DEFAULT '-1', active tinyint(1) unsigned NOT NULL DEFAULT 0,
  is_guest tinyint(1) NOT NULL DEFAULT 0, deleted tinyint(1) NOT NULL DEFAULT 0, date_add datetime NOT NULL, date_upd datetime NOT NULL,
  PRIMARY KEY (id_customer), KEY customer_email (email), KEY id_customer_passwd (id_customer), KEY id_shop (id_shop, date_add)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
CREATE TABLE ps_currency (
  id_currency int(10) unsigned NOT NULL AUTO_INCREMENT, name varchar(64) NOT NULL DEFAULT '', iso_code varchar(3) NOT NULL DEFAULT '0',
  numeric_iso_code varchar(3) DEFAULT NULL, `precision` int(2) NOT NULL DEFAULT 6, conversion_rate decimal(13,6) NOT NULL,
  deleted tinyint(1) unsigned NOT NULL DEFAULT 0, active tinyint(1) unsigned NOT NULL DEFAULT 1, PRIMARY KEY (id_currency), KEY currency_iso_code (iso_code)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
CREATE TABLE ps_country (
  id_country int(10) unsigned NOT NULL AUTO_INCREMENT, id_zone int(10) unsigned NOT NULL DEFAULT 1, id_currency int(10) unsigned NOT NULL DEFAULT 0,
  iso_code varchar(3) NOT NULL, active tinyint(1) unsigned NOT NULL DEFAULT 0, PRIMARY KEY (id_country), KEY country_iso_code (iso_code)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
CREATE TABLE ps_address (
  id_address int(10) unsigned NOT NULL AUTO_INCREMENT, id_country int(10) unsigned NOT NULL, id_state int(10) unsigned DEFAULT NULL,
  id_customer int(10) unsigned NOT NULL DEFAULT 0, alias varchar(32) NOT NULL DEFAULT '', postcode varchar(12) DEFAULT NULL, city varchar(64) NOT NULL DEFAULT '',
  date_add datetime NOT NULL, date_upd datetime NOT NULL, active tinyint(1) unsigned NOT NULL DEFAULT 1, deleted tinyint(1) unsigned NOT NULL DEFAULT 0,
  PRIMARY KEY (id_address), KEY address_customer (id_customer), KEY id_country (id_country)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
CREATE TABLE ps_orders (
  id_order int(10) unsigned NOT NULL AUTO_INCREMENT, reference varchar(9) DEFAULT NULL, id_shop_group int(11) unsigned NOT NULL DEFAULT 1,
  id_shop int(11) unsigned NOT NULL DEFAULT 1, id_carrier int(10) unsigned NOT NULL DEFAULT 0, id_lang int(10) unsigned NOT NULL DEFAULT 1,
  id_customer int(10) unsigned NOT NULL, id_cart int(10) unsigned NOT NULL DEFAULT 0, id_currency int(10) unsigned NOT NULL,
  id_address_delivery int(10) unsigned NOT NULL, id_address_invoice int(10) unsigned NOT NULL DEFAULT 0, current_state int(10) unsigned NOT NULL,
  secure_key varchar(32) NOT NULL DEFAULT '-1', payment varchar(255) NOT NULL DEFAULT '', conversion_rate decimal(13,6) NOT NULL DEFAULT 1,
  module varchar(255) DEFAULT NULL, total_discounts decimal(20,6) NOT NULL DEFAULT 0, total_discounts_tax_incl decimal(20,6) NOT NULL DEFAULT 0,
  total_discounts_tax_excl decimal(20,6) NOT NULL DEFAULT 0, total_paid decimal(20,6) NOT NULL DEFAULT 0, total_paid_tax_incl decimal(20,6) NOT NULL DEFAULT 0,
  total_paid_tax_excl decimal(20,6) NOT NULL DEFAULT 0, total_paid_real decimal(20,6) NOT NULL DEFAULT 0, total_products decimal(20,6) NOT NULL DEFAULT 0,
  total_products_wt decimal(20,6) NOT NULL DEFAULT 0, total_shipping decimal(20,6) NOT NULL DEFAULT 0, total_shipping_tax_incl decimal(20,6) NOT NULL DEFAULT 0,
  total_shipping_tax_excl decimal(20,6) NOT NULL DEFAULT 0, total_wrapping decimal(20,6) NOT NULL DEFAULT 0, invoice_number int(10) unsigned NOT NULL DEFAULT 0,
  delivery_number int(10) unsigned NOT NULL DEFAULT 0, invoice_date datetime NOT NULL,
  delivery_date datetime NOT NULL, valid int(1) unsigned NOT NULL DEFAULT 0, date_add datetime NOT NULL,
  date_upd datetime NOT NULL, note text DEFAULT NULL,
  PRIMARY KEY (id_order), KEY reference (reference), KEY id_customer (id_customer), KEY id_cart (id_cart), KEY id_currency (id_currency),
  KEY id_address_delivery (id_address_delivery), KEY current_state (current_state), KEY id_shop (id_shop), KEY date_add (date_add)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
CREATE TABLE ps_order_detail (
  id_order_detail int(10) unsigned NOT NULL AUTO_INCREMENT, id_order int(10) unsigned NOT NULL, id_order_invoice int(11) DEFAULT NULL,
  id_shop int(11) unsigned NOT NULL DEFAULT 1, product_id int(10) unsigned NOT NULL, product_attribute_id int(10) unsigned DEFAULT NULL,
  product_name text NOT NULL, product_quantity int(10) unsigned NOT NULL DEFAULT 0, product_quantity_refunded int(10) unsigned NOT NULL DEFAULT 0,
  product_quantity_return int(10) unsigned NOT NULL DEFAULT 0, product_price decimal(20,6) NOT NULL DEFAULT 0, product_reference varchar(64) DEFAULT NULL,
  tax_rate decimal(10,3) NOT NULL DEFAULT 0, total_price_tax_incl decimal(20,6) NOT NULL DEFAULT 0, total_price_tax_excl decimal(20,6) NOT NULL DEFAULT 0,
  unit_price_tax_incl decimal(20,6) NOT NULL DEFAULT 0, unit_price_tax_excl decimal(20,6) NOT NULL DEFAULT 0, original_product_price decimal(20,6) NOT NULL DEFAULT 0,
  PRIMARY KEY (id_order_detail), KEY order_detail_order (id_order), KEY product_id (product_id, product_attribute_id)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
CREATE TABLE ps_order_cart_rule (
  id_order_cart_rule int(10) unsigned NOT NULL AUTO_INCREMENT, id_order int(10) unsigned NOT NULL, id_cart_rule int(10) unsigned NOT NULL,
  id_order_invoice int(10) unsigned DEFAULT 0, name varchar(254) NOT NULL, value decimal(20,6) NOT NULL DEFAULT 0,
  value_tax_excl decimal(20,6) NOT NULL DEFAULT 0, free_shipping tinyint(1) NOT NULL DEFAULT 0, deleted tinyint(1) unsigned NOT NULL DEFAULT 0,
  PRIMARY KEY (id_order_cart_rule), KEY id_order (id_order), KEY id_cart_rule (id_cart_rule)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
CREATE TABLE ps_cart_rule (
  id_cart_rule int(10) unsigned NOT NULL AUTO_INCREMENT, id_customer int(10) unsigned NOT NULL DEFAULT 0, date_from datetime NOT NULL, date_to datetime NOT NULL,
  description text DEFAULT NULL, quantity int(10) unsigned NOT NULL DEFAULT 0, priority int(10) unsigned NOT NULL DEFAULT 1, code varchar(254) NOT NULL,
  free_shipping tinyint(1) NOT NULL DEFAULT 0, reduction_percent decimal(5,2) NOT NULL DEFAULT 0, reduction_amount decimal(20,6) NOT NULL DEFAULT 0,
  active tinyint(1) unsigned NOT NULL DEFAULT 0, date_add datetime NOT NULL, date_upd datetime NOT NULL, PRIMARY KEY (id_cart_rule)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
CREATE TABLE ps_order_slip (
  id_order_slip int(10) unsigned NOT NULL AUTO_INCREMENT, conversion_rate decimal(13,6) NOT NULL DEFAULT 1, id_customer int(10) unsigned NOT NULL,
  id_order int(10) unsigned NOT NULL, total_products_tax_excl decimal(20,6) DEFAULT NULL, total_products_tax_incl decimal(20,6) DEFAULT NULL,
  total_shipping_tax_excl decimal(20,6) DEFAULT NULL, total_shipping_tax_incl decimal(20,6) DEFAULT NULL, shipping_cost tinyint(3) unsigned NOT NULL DEFAULT 0,
  amount decimal(20,6) NOT NULL DEFAULT 0, shipping_cost_amount decimal(20,6) NOT NULL DEFAULT 0, partial tinyint(1) NOT NULL DEFAULT 0,
  order_slip_type tinyint(1) unsigned NOT NULL DEFAULT 0, date_add datetime NOT NULL, date_upd datetime NOT NULL,
  PRIMARY KEY (id_order_slip), KEY order_slip_customer (id_customer), KEY id_order (id_order)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
CREATE TABLE ps_order_history (
  id_order_history int(10) unsigned NOT NULL AUTO_INCREMENT, id_employee int(10) unsigned NOT NULL DEFAULT 0, id_order int(10) unsigned NOT NULL,
  id_order_state int(10) unsigned NOT NULL, date_add datetime NOT NULL,
  PRIMARY KEY (id_order_history), KEY order_history_order (id_order), KEY id_employee (id_employee), KEY id_order_state (id_order_state)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
CREATE TABLE ps_product (
  id_product int(10) unsigned NOT NULL AUTO_INCREMENT, id_category_default int(10) unsigned DEFAULT NULL, id_shop_default int(10) unsigned NOT NULL DEFAULT 1,
  price decimal(20,6) NOT NULL DEFAULT 0, reference varchar(64) DEFAULT NULL, active tinyint(1) unsigned NOT NULL DEFAULT 0, date_add datetime NOT NULL,
  date_upd datetime NOT NULL, PRIMARY KEY (id_product), KEY id_category_default (id_category_default), KEY date_add (date_add)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
CREATE TABLE ps_category_lang (
  id_category int(10) unsigned NOT NULL, id_shop int(11) unsigned NOT NULL DEFAULT 1, id_lang int(10) unsigned NOT NULL, name varchar(128) NOT NULL,
  description text DEFAULT NULL, link_rewrite varchar(128) NOT NULL DEFAULT '', PRIMARY KEY (id_category, id_shop, id_lang), KEY category_name (name)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
