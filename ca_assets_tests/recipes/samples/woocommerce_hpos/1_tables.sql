-- Tables of WooCommerce 10 and WordPress 6 as far as the recipe reads them, in the form in which both make them.
CREATE TABLE wp_users (
  ID bigint(20) unsigned NOT NULL AUTO_INCREMENT, user_login varchar(60) NOT NULL DEFAULT '', user_pass varchar(255) NOT NULL DEFAULT '',
  user_nicename varchar(50) NOT NULL DEFAULT '', user_email varchar(100) NOT NULL DEFAULT '', user_url varchar(100) NOT NULL DEFAULT '',
  user_registered datetime NOT NULL DEFAULT '0000-00-00 00:00:00', user_activation_key varchar(255) NOT NULL DEFAULT '',
  user_status int(11) NOT NULL DEFAULT 0, display_name varchar(250) NOT NULL DEFAULT '',
  PRIMARY KEY (ID), KEY user_login_key (user_login), KEY user_nicename (user_nicename), KEY user_email (user_email)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;
CREATE TABLE wp_terms (
  term_id bigint(20) unsigned NOT NULL AUTO_INCREMENT, name varchar(200) NOT NULL DEFAULT '', slug varchar(200) NOT NULL DEFAULT '',
  term_group bigint(10) NOT NULL DEFAULT 0, PRIMARY KEY (term_id), KEY slug (slug(191)), KEY name (name(191))
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;
CREATE TABLE wp_term_taxonomy (
  term_taxonomy_id bigint(20) unsigned NOT NULL AUTO_INCREMENT, term_id bigint(20) unsigned NOT NULL DEFAULT 0,
  taxonomy varchar(32) NOT NULL DEFAULT '', description longtext NOT NULL, parent bigint(20) unsigned NOT NULL DEFAULT 0,
  count bigint(20) NOT NULL DEFAULT 0, PRIMARY KEY (term_taxonomy_id), UNIQUE KEY term_id_taxonomy (term_id, taxonomy), KEY taxonomy (taxonomy)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;
CREATE TABLE wp_term_relationships (
  object_id bigint(20) unsigned NOT NULL DEFAULT 0, term_taxonomy_id bigint(20) unsigned NOT NULL DEFAULT 0, term_order int(11) NOT NULL DEFAULT 0,
  PRIMARY KEY (object_id, term_taxonomy_id), KEY term_taxonomy_id (term_taxonomy_id)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;
CREATE TABLE wp_wc_orders (
  id bigint(20) unsigned NOT NULL, status varchar(20) DEFAULT NULL, currency varchar(10) DEFAULT NULL, type varchar(20) DEFAULT NULL,
  tax_amount decimal(26,8) DEFAULT NULL, total_amount decimal(26,8) DEFAULT NULL, customer_id bigint(20) unsigned DEFAULT NULL,
  billing_email varchar(320) DEFAULT NULL, date_created_gmt datetime DEFAULT NULL, date_updated_gmt datetime DEFAULT NULL,
  parent_order_id bigint(20) unsigned DEFAULT NULL, payment_method varchar(100) DEFAULT NULL, payment_method_title text DEFAULT NULL,
  transaction_id varchar(100) DEFAULT NULL, ip_address varchar(100) DEFAULT NULL, user_agent text DEFAULT NULL, customer_note text DEFAULT NULL,
  PRIMARY KEY (id), KEY status (status), KEY date_created (date_created_gmt), KEY customer_id_billing_email (customer_id, billing_email(171)),
  KEY billing_email (billing_email(191)), KEY type_status_date (type, status, date_created_gmt), KEY parent_order_id (parent_order_id),
  KEY date_updated (date_updated_gmt)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;
CREATE TABLE wp_wc_order_addresses (
  id bigint(20) unsigned NOT NULL AUTO_INCREMENT, order_id bigint(20) unsigned NOT NULL, address_type varchar(20) DEFAULT NULL,
  first_name text, last_name text, company text, address_1 text, address_2 text, city text, state text, postcode text, country text,
  email varchar(320) DEFAULT NULL, phone varchar(100) DEFAULT NULL,
  PRIMARY KEY (id), KEY order_id (order_id), UNIQUE KEY address_type_order_id (address_type, order_id), KEY email (email(191)), KEY phone (phone)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;
CREATE TABLE wp_wc_order_operational_data (
  id bigint(20) unsigned NOT NULL AUTO_INCREMENT, order_id bigint(20) unsigned DEFAULT NULL, created_via varchar(100) DEFAULT NULL,
  woocommerce_version varchar(20) DEFAULT NULL, prices_include_tax tinyint(1) DEFAULT NULL, coupon_usages_are_counted tinyint(1) DEFAULT NULL,
  download_permission_granted tinyint(1) DEFAULT NULL, cart_hash varchar(100) DEFAULT NULL, new_order_email_sent tinyint(1) DEFAULT NULL,
  order_key varchar(100) DEFAULT NULL, order_stock_reduced tinyint(1) DEFAULT NULL, date_paid_gmt datetime DEFAULT NULL,
  date_completed_gmt datetime DEFAULT NULL, shipping_tax_amount decimal(26,8) DEFAULT NULL, shipping_total_amount decimal(26,8) DEFAULT NULL,
  discount_tax_amount decimal(26,8) DEFAULT NULL, discount_total_amount decimal(26,8) DEFAULT NULL, recorded_sales tinyint(1) DEFAULT NULL,
  PRIMARY KEY (id), UNIQUE KEY order_id (order_id), KEY order_key (order_key)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;
CREATE TABLE wp_woocommerce_order_items (
  order_item_id bigint(20) unsigned NOT NULL AUTO_INCREMENT, order_item_name text NOT NULL, order_item_type varchar(200) NOT NULL DEFAULT '',
  order_id bigint(20) unsigned NOT NULL, PRIMARY KEY (order_item_id), KEY order_id (order_id)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;
CREATE TABLE wp_woocommerce_order_itemmeta (
  meta_id bigint(20) unsigned NOT NULL AUTO_INCREMENT, order_item_id bigint(20) unsigned NOT NULL, meta_key varchar(255) DEFAULT NULL,
  meta_value longtext DEFAULT NULL, PRIMARY KEY (meta_id), KEY order_item_id (order_item_id), KEY meta_key (meta_key(32))
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;
CREATE TABLE wp_wc_customer_lookup (
  customer_id bigint(20) unsigned NOT NULL AUTO_INCREMENT, user_id bigint(20) unsigned DEFAULT NULL, username varchar(60) NOT NULL DEFAULT '',
  first_name varchar(255) NOT NULL, last_name varchar(255) NOT NULL, email varchar(100) DEFAULT NULL, date_last_active timestamp NULL DEFAULT NULL,
  date_registered timestamp NULL DEFAULT NULL, country char(2) NOT NULL DEFAULT '', postcode varchar(20) NOT NULL DEFAULT '',
  city varchar(100) NOT NULL DEFAULT '', state varchar(100) NOT NULL DEFAULT '',
  PRIMARY KEY (customer_id), UNIQUE KEY user_id (user_id), KEY email (email)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;
