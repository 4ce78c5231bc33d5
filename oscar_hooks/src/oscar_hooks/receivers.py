"""Oscar's signals, each with what it says. Nothing here changes anything of the shop, and nothing raises into it.

What the signals are and are not was read from django-oscar 4.2: a basket addition has no quantity, a voucher is announced before Oscar
looks whether it gives anything, `start_checkout` comes again whenever a customer returns to the checkout, and order numbers are numbers
until the order is read again.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from oscar_hooks import orders
from oscar_hooks.conf import hook_settings
from oscar_hooks.emit import at_end_of_request, identify, track, undisturbed
from oscar_hooks.products import basket_products, product_properties
from oscar_hooks.shopper import Shopper, shopper_of_order, shopper_of_request, traits_of
from oscar_hooks.signals import refunded_order
from oscar_hooks.values import without_nothing

OK = 200


@undisturbed
def on_product_viewed(sender: Any, product: Any, request: Any, response: Any, **_: Any) -> None:
    """A product's page was shown."""
    if response.status_code == OK:
        track("product_viewed", shopper_of_request(request), product_properties(product, getattr(request, "strategy", None)))


@undisturbed
def on_user_search(sender: Any, query: str, **_: Any) -> None:
    """Something was searched for. An empty box, and the further pages of the same search, are no search."""
    request = sender.request
    if query.strip() and request.GET.get("page", "1") == "1":
        track("user_search", shopper_of_request(request), {"query": query.strip()})


@undisturbed
def on_basket_addition(sender: Any, product: Any, request: Any, **_: Any) -> None:
    """A product was put into the basket: so many as were asked for, not what the line holds by now."""
    properties = product_properties(product, getattr(request, "strategy", None))
    properties |= {"cart_id": str(request.basket.pk), "quantity": added_quantity(request)}
    track("basket_addition", shopper_of_request(request), properties)


def added_quantity(request: Any) -> int:
    """From the form, or from the body of an API's request; 1 where neither says it."""
    for data in (request.POST, getattr(request, "data", {})):
        value = data.get("quantity") if hasattr(data, "get") else None
        if value is not None and str(value).isdecimal() and int(value) > 0:
            return int(value)
    return 1


@undisturbed
def on_voucher_addition(sender: Any, basket: Any, voucher: Any, **_: Any) -> None:
    """A voucher was tried. Oscar looks only after this signal whether it takes anything off, so the answer is waited for.

    To apply the offers here would change what Oscar finds.
    """
    shopper, at = shopper_of_request(sender.request), timezone.now()
    at_end_of_request(lambda: say_what_voucher_gave(shopper, basket, voucher, at))


def say_what_voucher_gave(shopper: Shopper, basket: Any, voucher: Any, at: datetime) -> None:
    """Applied, with what it takes off the basket as Oscar left it; or denied, when it takes off nothing."""
    given = [application["discount"] for application in basket.offer_applications if application["voucher"] == voucher]
    properties = {"coupon_id": voucher.code, "coupon_name": voucher.name, "cart_id": str(basket.pk)}
    if given:
        track("voucher_addition", shopper, properties | {"discount": sum(given, Decimal(0))}, at=at)
    else:
        track("voucher_denial", shopper, properties | {"reason": "the basket does not qualify"}, at=at)


@undisturbed
def on_voucher_removal(sender: Any, basket: Any, voucher: Any, **_: Any) -> None:
    """A voucher was taken out of the basket."""
    properties = {"coupon_id": voucher.code, "coupon_name": voucher.name, "cart_id": str(basket.pk)}
    track("voucher_removal", shopper_of_request(sender.request), properties)


@undisturbed
def on_start_checkout(sender: Any, request: Any, email: str | None = None, **_: Any) -> None:
    """The checkout was entered; however often with the same basket, it is the same fact."""
    basket = request.basket
    total = basket.total_incl_tax if basket.is_tax_known else basket.total_excl_tax
    properties = {
        "checkout_id": str(basket.pk),
        "value": total,
        "revenue": basket.total_excl_tax,
        "discount": basket.total_discount,
        "coupon": next((voucher.code for voucher in basket.vouchers.all()), None),
        "currency": basket.currency,
        "products": basket_products(basket),
    }
    track("start_checkout", shopper_of_request(request, email=email), properties, identity=str(basket.pk))


@undisturbed
def on_pre_payment(sender: Any, view: Any, **_: Any) -> None:
    """The customer goes to pay. Each attempt counts, also for an order that costs nothing."""
    track("pre_payment", shopper_of_checkout(view), payment_properties(view))


@undisturbed
def on_post_payment(sender: Any, view: Any, **_: Any) -> None:
    """The payment succeeded in this request. Where the customer pays at another site, Oscar does not send this signal."""
    properties = payment_properties(view)
    track("post_payment", shopper_of_checkout(view), properties, identity=properties["order_id"])


def shopper_of_checkout(view: Any) -> Shopper:
    """Who is paying; a guest is known by the address that he gave."""
    return shopper_of_request(view.request, email=view.checkout_session.get_guest_email())


def payment_properties(view: Any) -> dict[str, str]:
    """The order that will be, the basket that it is of, and how it is paid."""
    session = view.checkout_session
    return without_nothing(
        {
            "order_id": str(session.get_order_number()),
            "checkout_id": str(session.get_submitted_basket_id()),
            "payment_method": session.payment_method(),
        }
    )


@undisturbed
def on_order_placed(sender: Any, order: Any, **_: Any) -> None:
    """The order exists."""
    orders.order_created(order, shopper_of_order(order))


@undisturbed
def on_post_checkout(sender: Any, order: Any, request: Any, **_: Any) -> None:
    """The order is complete and the customer sees that it is."""
    orders.order_completed(order, shopper_of_request(request, email=order.guest_email))


@undisturbed
def on_refunded_order(
    sender: Any,
    *,
    order: Any,
    amount: Decimal,
    lines: Iterable[tuple[Any, int]] = (),
    reference: str | None = None,
    at: Any = None,
    **_: Any,
) -> None:
    """An order, or a part of it, was paid back: whoever says so."""
    orders.order_refunded(order, shopper_of_order(order), amount, lines=lines, reference=reference, at=at)


@undisturbed
def on_transaction_saved(sender: Any, instance: Any, created: bool, raw: bool = False, **_: Any) -> None:
    """Oscar's own record of a refund (`Source.refund`)."""
    if created and not raw and is_refund(instance):
        announce_refund(instance)


def is_refund(payment: Any) -> bool:
    """Whether money went back, as far as the shop's settings trust the transaction's status."""
    statuses = hook_settings().refund_transaction_statuses
    return payment.txn_type == payment.REFUND and payment.amount > 0 and (statuses is None or payment.status in statuses)


def announce_refund(payment: Any) -> None:
    """Send `refunded_order` for a payment transaction."""
    order, reference = payment.source.order, f"transaction-{payment.pk}"
    refunded_order.send_robust(sender=type(payment), order=order, amount=payment.amount, reference=reference, at=payment.date_created)


@undisturbed
def on_order_status_changed(sender: Any, order: Any, new_status: str, **_: Any) -> None:
    """A status that means "paid back" in this shop: what was not paid back before is now."""
    if new_status in hook_settings().refunded_statuses:
        before = sum((source.amount_refunded for source in order.sources.all()), Decimal(0))
        if order.total_incl_tax > before:
            amount = order.total_incl_tax - before
            refunded_order.send_robust(sender=type(order), order=order, amount=amount, reference=f"status-{new_status}")


@undisturbed
def on_user_registered(sender: Any, request: Any, user: Any, **_: Any) -> None:
    """An account was made: who browsed until now is known from now on."""
    shopper = shopper_of_request(request, user=user)
    identify(shopper, traits_of(user))
    track("user_registered", shopper, {}, identity=str(user.pk), at=user.date_joined)


@undisturbed
def on_user_logged_in(sender: Any, request: Any, user: Any, **_: Any) -> None:
    """Django's own signal: Oscar's is not sent by the login inside of the checkout. A login without a request is none of a browser."""
    if request is not None:
        identify(shopper_of_request(request, user=user), traits_of(user))


@undisturbed
def on_review_added(sender: Any, review: Any, request: Any, **_: Any) -> None:
    """A product was rated; what was written stays in the shop."""
    properties = {"product_id": str(review.product_id), "review_id": str(review.pk), "rating": review.score}
    track("review_added", shopper_of_request(request), properties)
