"""How shops call what we need: per source and column of ours, names in the order of how surely they mean it. Data, no logic.

Names are in the form that `mapping.folded` gives: lower case, words joined by `_`.
"""

from __future__ import annotations

ORDER_IDS = (
    *(
        "order_id",
        "order_number",
        "order_no",
        "order_nr",
        "session_id",
        "visit_id",
        "transaction_id",
        "orderid",
        "sessionid",
        "ordernumber",
    ),
    *("increment_id", "invoice_id", "invoice_no", "invoice_number", "invoice", "order_uuid", "order_key", "order_ref", "order_reference"),
    *("order", "session", "visit", "transaction", "checkout_id", "basket_id", "cart_id", "bestellnummer", "auftragsnummer"),
)
CLIENTS = (
    *("customer_id", "client_id", "user_id", "customer", "client", "user", "customerid", "clientid", "userid", "customer_unique_id"),
    *("buyer_id", "buyer", "member_id", "account_id", "visitor_id", "visitor", "person_id", "shopper_id", "uid", "customer_number"),
    *("customer_no", "customer_key", "customer_uuid", "full_visitor_id", "anonymous_id", "customer_email", "email", "kundennummer"),
)
NAMES: dict[str, dict[str, tuple[str, ...]]] = {
    "sessions": {
        "id": (*ORDER_IDS, "id", "entity_id", "uuid", "number", "name", "key"),
        "client": CLIENTS,
        "session_start_date": (
            *("started_at", "session_start", "session_start_date", "start_date", "start_time", "order_date", "ordered_at", "placed_at"),
            *(
                "created_at",
                "date_placed",
                "order_placed_at",
                "purchase_date",
                "purchased_at",
                "order_purchase_timestamp",
                "order_created_at",
            ),
            *("date_created", "created", "invoice_date", "transaction_date", "order_time", "visit_start_time", "order_datetime", "started"),
            *("timestamp", "datetime", "date", "time", "day", "event_time", "bestelldatum"),
        ),
        "date": (
            "ended_at",
            "session_end",
            "end_date",
            "end_time",
            "finished_at",
            "closed_at",
            "last_activity_at",
            "completed_at",
            "ended",
        ),
        "payment_amount": (
            *(
                "amount",
                "total",
                "order_total",
                "grand_total",
                "payment_amount",
                "total_amount",
                "total_price",
                "total_paid",
                "amount_paid",
            ),
            *("paid_amount", "order_amount", "total_incl_tax", "revenue", "payment_value", "order_value", "net_total", "gross_total"),
            *("base_grand_total", "sales", "value", "sum", "turnover", "total_excl_tax", "price", "umsatz", "betrag"),
        ),
        "discount_amount": (
            *("discount", "discount_amount", "total_discount", "total_discounts", "discount_total", "order_discount", "discounts"),
            *("voucher_amount", "coupon_amount", "rebate", "rabatt"),
        ),
        "has_purchased": (
            *("purchased", "has_purchased", "is_purchased", "is_purchase", "paid", "is_paid", "ordered", "is_order", "has_ordered"),
            *("converted", "is_converted", "conversion", "completed", "is_completed", "bought", "purchase", "success", "is_buyer"),
        ),
        "promotion_id": (
            *("promotion_id", "voucher", "voucher_code", "coupon", "coupon_code", "promo_code", "discount_code", "promotion", "promo"),
            *("promotion_code", "coupon_id", "voucher_id", "discount_codes", "gutschein"),
        ),
        "currency": ("currency", "currency_code", "order_currency", "order_currency_code", "currency_iso", "waehrung"),
        "refund_amount": (
            *("refunded", "refund_amount", "refunded_amount", "amount_refunded", "total_refunded", "refund", "refunds", "refund_total"),
        ),
        "refund_date": ("refunded_at", "refund_date", "refund_time", "date_refunded", "refunded_on"),
    },
    "customers": {
        "client": (*CLIENTS, "id", "entity_id", "uuid", "key"),
        "download_date": (
            *(
                "first_seen",
                "first_seen_at",
                "download_date",
                "downloaded_at",
                "installed_at",
                "install_date",
                "first_visit",
                "first_visit_at",
            ),
            *("first_session", "acquired_at", "acquisition_date", "customer_since", "created_at", "date_joined", "joined_at", "created"),
            *("date_created", "registered_at", "registration_date", "since"),
        ),
        "signup_date": (
            *("signed_up", "signed_up_at", "signup_date", "sign_up_date", "signup_at", "registered_at", "registration_date", "registered"),
            *("account_created_at", "date_joined", "verified_at"),
        ),
    },
    "baskets": {
        "id": ORDER_IDS,
        "product": (
            *(
                "sku",
                "product_id",
                "product",
                "item_id",
                "product_sku",
                "article",
                "article_id",
                "article_number",
                "stock_code",
                "variant_id",
            ),
            *("partner_sku", "item_sku", "asin", "upc", "ean", "item", "productid", "artikelnummer"),
        ),
        "price": (
            *("unit_price", "price", "item_price", "product_price", "unit_amount", "price_per_unit", "unit_price_incl_tax", "sale_price"),
            *("price_incl_tax", "unit_cost", "amount", "einzelpreis", "preis"),
        ),
        "category": (
            *("category", "product_category", "category_name", "product_category_name", "category_id", "product_type", "department"),
            *("item_category", "product_class", "group", "kategorie"),
        ),
        "quantity": ("quantity", "qty", "units", "count", "amount", "pieces", "item_quantity", "qty_ordered", "quantity_ordered", "menge"),
        "product_name": (
            "product_name",
            "title",
            "product_title",
            "name",
            "item_name",
            "description",
            "product_description",
            "article_name",
        ),
        "date": ("order_date", "created_at", "ordered_at", "date", "date_created", "invoice_date", "updated_at"),
    },
    "deliveries": {
        "id": (*ORDER_IDS, "id"),
        "delivery_date": (
            *("delivered_at", "delivery_date", "delivery_time", "delivered", "delivered_on", "date_delivered", "arrived_at"),
            *("order_delivered_customer_date", "dropoff_at", "received_at"),
        ),
        "prepare_date": (
            *(
                "packed_at",
                "prepared_at",
                "prepare_date",
                "shipped_at",
                "ready_at",
                "dispatched_at",
                "ship_date",
                "picked_up_at",
                "sent_at",
            ),
            *("order_delivered_carrier_date", "date_shipped"),
        ),
        "return_date": ("returned_at", "return_date", "returned", "date_returned"),
        "promised_date": (
            *("promised_at", "promised_date", "estimated_delivery", "estimated_delivery_date", "order_estimated_delivery_date", "eta"),
            *("due_at", "expected_at", "promised", "due_date"),
        ),
        "latitude": ("lat", "latitude", "delivery_lat", "geolocation_lat", "geo_lat", "y"),
        "longitude": ("lon", "lng", "long", "longitude", "delivery_lon", "delivery_lng", "geolocation_lng", "geo_lon", "x"),
    },
}
STATE_NAMES = ("status", "order_status", "state", "financial_status", "payment_status", "order_state")
# Of such columns, the values that mean an order that was made and not called off, in the form that `mapping.folded` gives.
PAID_WORDS = (
    *("paid", "partially_paid", "partially_refunded", "refunded", "authorized", "captured", "payment_accepted", "payment_settled"),
    *("complete", "completed", "processing", "shipped", "partially_shipped", "delivered", "fulfilled", "partially_fulfilled", "closed"),
    *("wc_completed", "wc_processing", "wc_refunded", "success", "succeeded", "bezahlt", "abgeschlossen", "versendet"),
)
