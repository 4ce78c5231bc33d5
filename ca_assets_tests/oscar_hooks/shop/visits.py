"""What visitors do, through Django's test client: the shop's own pages and forms, with what they answered."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from oscar.core.loading import get_model

from ca_assets_tests.oscar_hooks.shop.catalogue import GLUE, LAMP, NEVER, PAPER, TENTH, product

PASSWORD = "a-long-passphrase-1"
ADDRESS = {"first_name": "Grace", "last_name": "Hopper", "line1": "Lane 1", "line4": "Berlin", "postcode": "10115", "country": "DE"}


class Visitor:
    """A browser in the shop. `answers` holds path, status and redirection of every request, `queries` how many it took."""

    def __init__(self, browser: str | None = None, **headers: str) -> None:
        self.client, self.answers, self.queries = Client(headers=headers), [], []
        if browser:
            self.client.cookies["ajs_anonymous_id"] = browser

    def get(self, name: str, data: dict[str, Any] | None = None, **kwargs: Any) -> Any:
        """A page by the name of its URL."""
        return self._keep(self.client.get, reverse(name, kwargs=kwargs), data)

    def post(self, name: str, data: dict[str, Any], **kwargs: Any) -> Any:
        """A form of the page with that name."""
        return self._keep(self.client.post, reverse(name, kwargs=kwargs), data)

    def _keep(self, send: Any, path: str, data: Any) -> Any:
        with CaptureQueriesContext(connection) as queries:
            response = send(path, data)
        self.queries.append(len(queries))
        self.answers.append((response.request["PATH_INFO"], response.status_code, response.get("Location", "")))
        return response

    def view(self, sku: str) -> Any:
        """Look at a product."""
        item = product(sku)
        return self.get("catalogue:detail", product_slug=item.slug, pk=item.pk)

    def add(self, sku: str, quantity: int = 1) -> Any:
        """Put so many of it into the basket."""
        return self.post("basket:add", {"quantity": quantity}, pk=product(sku).pk)

    def use_voucher(self, code: str) -> Any:
        """Enter a voucher's code in the basket."""
        return self.post("basket:vouchers-add", {"code": code})

    def remove_voucher(self, code: str) -> Any:
        """Take a voucher out of the basket."""
        return self.post("basket:vouchers-remove", {}, pk=get_model("voucher", "Voucher").objects.get(code=code).pk)

    def register(self, email: str) -> Any:
        """Make an account, which logs in."""
        form = {"email": email, "password1": PASSWORD, "password2": PASSWORD, "registration_submit": "1"}
        return self.post("customer:login", {f"registration-{name}": value for name, value in form.items()} | {"registration_submit": "1"})

    def log_in(self, email: str) -> Any:
        """Log in with an account's address."""
        return self.post("customer:login", {"login-username": email, "login-password": PASSWORD, "login_submit": "1"})

    def enter_checkout(self, guest: str | None = None) -> Any:
        """Go to the checkout; a guest says his address there."""
        return self.post("checkout:index", {"username": guest, "options": "anonymous"}) if guest else self.get("checkout:index")

    def pay(self) -> Any:
        """From the shipping address to the thank-you page."""
        self.post("checkout:shipping-address", ADDRESS)
        self.get("checkout:shipping-method")
        self.get("checkout:payment-method")
        self.post("checkout:preview", {"action": "place_order"})
        return self.get("checkout:thank-you")

    def order(self) -> Any:
        """The newest order of the shop."""
        return get_model("order", "Order").objects.latest("pk")


def guest_visit(browser: str = "browser-1") -> Visitor:
    """A guest looks at two things, searches, adds glue twice, tries both vouchers and buys with one."""
    visitor = Visitor(browser)
    visitor.get("search:search", {"q": "glue"})
    visitor.view(GLUE)
    visitor.view(LAMP)
    visitor.add(GLUE, 2)
    visitor.add(GLUE, 1)
    visitor.add(LAMP, 1)
    visitor.use_voucher(NEVER)
    visitor.use_voucher(TENTH)
    visitor.remove_voucher(TENTH)
    visitor.use_voucher(TENTH)
    visitor.enter_checkout(guest="Grace@Example.com")
    visitor.pay()
    return visitor


def registered_visit(email: str = "ada@example.com", browser: str = "browser-2") -> Visitor:
    """Somebody looks at paper, registers, buys, and rates what was bought."""
    visitor = Visitor(browser)
    visitor.view(PAPER)
    visitor.add(PAPER, 1)
    visitor.register(email)
    visitor.view(PAPER)
    visitor.add(PAPER, 1)
    visitor.enter_checkout()
    visitor.pay()
    item = product(PAPER)
    review = {"title": "Good", "score": 4, "body": "White"}
    visitor.post("catalogue:reviews-add", review, product_slug=item.slug, product_pk=item.pk)
    return visitor
