"""Which signal calls which receiver."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.core.signals import request_finished
from django.db.models.signals import post_save
from django.dispatch import Signal
from oscar.apps.basket.signals import basket_addition, voucher_addition, voucher_removal
from oscar.apps.catalogue.reviews.signals import review_added
from oscar.apps.catalogue.signals import product_viewed
from oscar.apps.checkout.signals import post_checkout, post_payment, pre_payment, start_checkout
from oscar.apps.customer.signals import user_registered
from oscar.apps.order.signals import order_placed, order_status_changed
from oscar.apps.search.signals import user_search
from oscar.core.loading import get_model

from oscar_hooks import receivers
from oscar_hooks.emit import on_request_finished
from oscar_hooks.signals import refunded_order

RECEIVERS: tuple[tuple[Signal, Any], ...] = (
    (product_viewed, receivers.on_product_viewed),
    (user_search, receivers.on_user_search),
    (basket_addition, receivers.on_basket_addition),
    (voucher_addition, receivers.on_voucher_addition),
    (voucher_removal, receivers.on_voucher_removal),
    (start_checkout, receivers.on_start_checkout),
    (pre_payment, receivers.on_pre_payment),
    (post_payment, receivers.on_post_payment),
    (order_placed, receivers.on_order_placed),
    (post_checkout, receivers.on_post_checkout),
    (refunded_order, receivers.on_refunded_order),
    (order_status_changed, receivers.on_order_status_changed),
    (user_registered, receivers.on_user_registered),
    (user_logged_in, receivers.on_user_logged_in),
    (review_added, receivers.on_review_added),
    (request_finished, on_request_finished),
)


def connect() -> None:
    """Connect all; to connect twice is to connect once."""
    for signal, receiver in RECEIVERS:
        signal.connect(receiver, dispatch_uid=receiver.__name__)
    post_save.connect(receivers.on_transaction_saved, sender=get_model("payment", "Transaction"), dispatch_uid="on_transaction_saved")


def disconnect() -> None:
    """Disconnect all, as if the app were not installed."""
    for signal, receiver in RECEIVERS:
        signal.disconnect(dispatch_uid=receiver.__name__)
    post_save.disconnect(sender=get_model("payment", "Transaction"), dispatch_uid="on_transaction_saved")
