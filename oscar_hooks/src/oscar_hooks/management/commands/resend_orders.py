"""`manage.py resend_orders`: send orders and refunds again that a collector may have missed. What it has already counts once."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date
from oscar.core.loading import get_model

from oscar_hooks import orders
from oscar_hooks.client import sender
from oscar_hooks.receivers import announce_refund, is_refund
from oscar_hooks.shopper import shopper_of_order

CHUNK_ORDERS: Final = 500  # orders between two waits, so that the queue never overflows


class Command(BaseCommand):
    """Message ids are made from the order's number, so that a collector or a report drops what it knows."""

    help = "Send the events of orders again: created, completed, refunded. Sending twice counts once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which orders, and how long to wait."""
        parser.add_argument("numbers", nargs="*", help="numbers of orders; all orders of the days, unless given")
        parser.add_argument("--since", type=day, help="first day of placing or refunding, as 2026-11-30")
        parser.add_argument("--until", type=day, help="last day")
        parser.add_argument(
            "--wait", type=float, default=60, help="seconds to wait for the collector per 500 orders [default: %(default)s]"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Send in chunks and say how many; an error when the collector did not take them."""
        connection = sender()
        if connection is None:
            raise CommandError("OSCAR_HOOKS has no HOST or no WRITE_KEY: there is nowhere to send to.")
        if options["numbers"] and (unknown := sorted(set(options["numbers"]) - known_numbers(options["numbers"]))):
            raise CommandError(f"There are no orders with the numbers {', '.join(unknown)}.")
        lost, sent = connection.lost, 0
        for order in chosen_orders(**{name: options[name] for name in ("numbers", "since", "until")}):
            resend(order)
            sent += 1
            if sent % CHUNK_ORDERS == 0:
                self.wait(connection, options["wait"], lost, sent)
        self.wait(connection, options["wait"], lost, sent)
        self.stdout.write(f"Sent the events of {sent} orders again.")

    def wait(self, connection: Any, seconds: float, lost: int, sent: int) -> None:
        """Until the collector has what was sent."""
        if not connection.flush(seconds) or connection.lost > lost:
            raise CommandError(
                f"The collector did not take all events of the first {sent} orders. Run this again later: nothing counts twice."
            )


def day(text: str) -> date:
    """A day as ISO writes it."""
    found: date | None = parse_date(text)
    if found is None:
        raise ValueError(text)
    return found


def known_numbers(numbers: Iterable[str]) -> set[str]:
    """Those of the numbers that are orders'."""
    return set(get_model("order", "Order").objects.filter(number__in=list(numbers)).values_list("number", flat=True))


def chosen_orders(numbers: list[str], since: date | None, until: date | None) -> Iterable[Any]:
    """The orders by number, one after another from the database. Those refunded within the days are among them."""
    model = get_model("order", "Order")
    found = model.objects.filter(number__in=numbers) if numbers else model.objects.all()
    for lookup, moment in (("gte", since and start_of(since)), ("lte", until and end_of(until))):
        if moment:
            placed, refunded = {f"date_placed__{lookup}": moment}, {f"sources__transactions__date_created__{lookup}": moment}
            found = found.filter(**placed) | found.filter(**refunded)
    orders_: Iterable[Any] = found.distinct().order_by("number").iterator(chunk_size=CHUNK_ORDERS)
    return orders_


def start_of(day_: date) -> datetime:
    """Midnight in the shop's time zone."""
    return datetime.combine(day_, time.min, timezone.get_default_timezone())


def end_of(day_: date) -> datetime:
    """The last moment of a day in the shop's time zone."""
    return datetime.combine(day_, time.max, timezone.get_default_timezone())


def resend(order: Any) -> None:
    """All that is to be said of an order."""
    shopper = shopper_of_order(order)
    orders.order_created(order, shopper)
    orders.order_completed(order, shopper)
    for source in order.sources.all():
        for payment in source.transactions.order_by("pk"):
            if is_refund(payment):
                announce_refund(payment)
