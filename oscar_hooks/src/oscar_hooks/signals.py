"""The signal that Oscar lacks: an order, or a part of it, was refunded.

Sent by this app for each `payment.Transaction` of the type Refund and for the statuses that `REFUNDED_STATUSES` names; a shop that refunds
elsewhere sends it itself:

    refunded_order.send_robust(sender=None, order=order, amount=Decimal("9.99"), lines=[(line, 1)], reference="RMA-17")

- `order`: the order; `amount`: what was paid back, in the order's currency;
- `lines` (optional): pairs of an order line and the quantity that came back;
- `reference` (optional): what tells this refund from the next of the same order. With it, a refund that is reported twice counts once;
- `at` (optional): when it happened; now, unless given.
"""

from django.dispatch import Signal

refunded_order = Signal()
