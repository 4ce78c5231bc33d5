-- Tables of OpenCart 4.1 as far as the recipe reads them; of the order's many texts only some.
CREATE TABLE oc_order (
  order_id int(11) NOT NULL AUTO_INCREMENT, subscription_id int(11) NOT NULL DEFAULT 0, invoice_no int(11) NOT NULL DEFAULT 0, invoice_prefix varchar(26) NOT NULL,
  transaction_id varchar(100) NOT NULL, store_id int(11) NOT NULL DEFAULT 0, store_name varchar(64) NOT NULL, customer_id int(11) NOT NULL DEFAULT 0,
  customer_group_id int(11) NOT NULL DEFAULT 0, firstname varchar(32) NOT NULL, lastname varchar(32) NOT NULL, email varchar(96) NOT NULL,
  payment_country varchar(128) NOT NULL, payment_country_id int(11) NOT NULL DEFAULT 0, payment_method text NOT NULL, shipping_country varchar(128) NOT NULL,
  shipping_country_id int(11) NOT NULL DEFAULT 0, shipping_method text NOT NULL, total decimal(15,4) NOT NULL DEFAULT 0.0000,
  order_status_id int(11) NOT NULL DEFAULT 0, affiliate_id int(11) NOT NULL DEFAULT 0, marketing_id int(11) NOT NULL DEFAULT 0, language_id int(11) NOT NULL,
  language_code varchar(5) NOT NULL, currency_id int(11) NOT NULL, currency_code varchar(3) NOT NULL, currency_value decimal(15,8) NOT NULL DEFAULT 1.00000000,
  ip varchar(40) NOT NULL, date_added datetime NOT NULL, date_modified datetime NOT NULL, PRIMARY KEY (order_id), KEY email (email)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
CREATE TABLE oc_order_product (
  order_product_id int(11) NOT NULL AUTO_INCREMENT, order_id int(11) NOT NULL, product_id int(11) NOT NULL, master_id int(11) NOT NULL DEFAULT 0,
  name varchar(255) NOT NULL, model varchar(64) NOT NULL, quantity int(4) NOT NULL DEFAULT 1, price decimal(15,4) NOT NULL DEFAULT 0.0000,
  total decimal(15,4) NOT NULL DEFAULT 0.0000, tax decimal(15,4) NOT NULL DEFAULT 0.0000, reward int(8) NOT NULL DEFAULT 0,
  PRIMARY KEY (order_product_id), KEY order_id (order_id)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
CREATE TABLE oc_order_total (
  order_total_id int(10) NOT NULL AUTO_INCREMENT, order_id int(11) NOT NULL, extension varchar(255) NOT NULL, code varchar(32) NOT NULL,
  title varchar(255) NOT NULL, value decimal(15,4) NOT NULL DEFAULT 0.0000, sort_order int(3) NOT NULL DEFAULT 0,
  PRIMARY KEY (order_total_id), KEY order_id (order_id)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
CREATE TABLE oc_order_status (
  order_status_id int(11) NOT NULL AUTO_INCREMENT, language_id int(11) NOT NULL, name varchar(32) NOT NULL, PRIMARY KEY (order_status_id, language_id)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
CREATE TABLE oc_setting (
  setting_id int(11) NOT NULL AUTO_INCREMENT, store_id int(11) NOT NULL DEFAULT 0, code varchar(128) NOT NULL, `key` varchar(128) NOT NULL,
  value text NOT NULL, serialized tinyint(1) NOT NULL DEFAULT 0, PRIMARY KEY (setting_id)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
CREATE TABLE oc_customer (
  customer_id int(11) NOT NULL AUTO_INCREMENT, customer_group_id int(11) NOT NULL DEFAULT 0, store_id int(11) NOT NULL DEFAULT 0,
  language_id int(11) NOT NULL DEFAULT 0, firstname varchar(32) NOT NULL, lastname varchar(32) NOT NULL, email varchar(96) NOT NULL,
  telephone varchar(32) NOT NULL, newsletter tinyint(1) NOT NULL DEFAULT 0, status tinyint(1) NOT NULL DEFAULT 0, safe tinyint(1) NOT NULL DEFAULT 0,
  date_added datetime NOT NULL, PRIMARY KEY (customer_id), KEY email (email)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
CREATE TABLE oc_currency (
  currency_id int(11) NOT NULL AUTO_INCREMENT, title varchar(32) NOT NULL, code varchar(3) NOT NULL, symbol_left varchar(12) NOT NULL,
  symbol_right varchar(12) NOT NULL, decimal_place int(1) NOT NULL DEFAULT 2, value double(15,8) NOT NULL, status tinyint(1) NOT NULL DEFAULT 0,
  date_modified datetime NOT NULL, PRIMARY KEY (currency_id)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
CREATE TABLE oc_country (
  country_id int(11) NOT NULL AUTO_INCREMENT, name varchar(128) NOT NULL, iso_code_2 varchar(2) NOT NULL, iso_code_3 varchar(3) NOT NULL,
  postcode_required tinyint(1) NOT NULL DEFAULT 0, status tinyint(1) NOT NULL DEFAULT 1, PRIMARY KEY (country_id)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
CREATE TABLE oc_language (
  language_id int(11) NOT NULL AUTO_INCREMENT, name varchar(32) NOT NULL, code varchar(5) NOT NULL, locale varchar(255) NOT NULL,
  extension varchar(255) NOT NULL, sort_order int(3) NOT NULL DEFAULT 0, status tinyint(1) NOT NULL DEFAULT 0, PRIMARY KEY (language_id), KEY name (name)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
CREATE TABLE oc_product_to_category (
  product_id int(11) NOT NULL, category_id int(11) NOT NULL, PRIMARY KEY (product_id, category_id), KEY category_id (category_id)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
CREATE TABLE oc_category_description (
  category_id int(11) NOT NULL, language_id int(11) NOT NULL, name varchar(255) NOT NULL, description text NOT NULL, meta_title varchar(255) NOT NULL,
  PRIMARY KEY (category_id, language_id), KEY name (name)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
