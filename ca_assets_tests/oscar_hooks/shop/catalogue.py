"""What the shop sells: three products in two categories, a voucher that takes off a tenth and one that never applies."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone
from oscar.apps.catalogue.categories import create_from_breadcrumbs
from oscar.core.loading import get_model

GLUE, PAPER, LAMP = "glue", "paper", "lamp"  # their SKUs
PRICES = {GLUE: "2.49", PAPER: "12.50", LAMP: "40.00"}
CATEGORIES = {GLUE: "Office > Glue & tape", PAPER: "Office", LAMP: "Light"}
TENTH, NEVER = "TENTH", "NEVER"


def make_catalogue() -> None:
    """All of it, and the country that addresses are in."""
    get_model("address", "Country").objects.create(
        iso_3166_1_a2="DE",
        iso_3166_1_a3="DEU",
        iso_3166_1_numeric="276",
        printable_name="Germany",
        name="Germany",
        is_shipping_country=True,
    )
    kind = get_model("catalogue", "ProductClass").objects.create(name="Goods", track_stock=False, requires_shipping=True)
    partner = get_model("partner", "Partner").objects.create(name="Warehouse")
    for sku in (GLUE, PAPER, LAMP):
        product = get_model("catalogue", "Product").objects.create(
            product_class=kind, title=sku.title(), upc=f"upc-{sku}", structure="standalone"
        )
        product.stockrecords.create(partner=partner, partner_sku=sku, price=Decimal(PRICES[sku]), price_currency="EUR", num_in_stock=1000)
        product.categories.add(create_from_breadcrumbs(CATEGORIES[sku]))
    everything = get_model("offer", "Range").objects.create(name="Everything", includes_all_products=True)
    make_voucher(TENTH, everything, minimum="1")
    make_voucher(NEVER, everything, minimum="100000")


def make_voucher(code: str, everything: object, minimum: str) -> None:
    """A voucher that takes a tenth off baskets worth at least so much."""
    condition = get_model("offer", "Condition").objects.create(range=everything, type="Value", value=Decimal(minimum))
    benefit = get_model("offer", "Benefit").objects.create(range=everything, type="Percentage", value=Decimal(10))
    offer = get_model("offer", "ConditionalOffer").objects.create(
        name=f"Offer {code}", offer_type="Voucher", condition=condition, benefit=benefit, exclusive=False
    )
    now = timezone.now()
    voucher = get_model("voucher", "Voucher").objects.create(
        name=f"Voucher {code}", code=code, usage="Multi-use", start_datetime=now - timedelta(days=1), end_datetime=now + timedelta(days=1)
    )
    voucher.offers.add(offer)


def product(sku: str) -> object:
    """A product by the SKU of its stock."""
    return get_model("catalogue", "Product").objects.get(stockrecords__partner_sku=sku)
