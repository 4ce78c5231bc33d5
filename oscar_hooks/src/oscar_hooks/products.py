"""Products, basket lines and order lines as Segment's `products`: id, SKU, name, category, unit price and quantity."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from oscar.core.loading import get_model

from oscar_hooks.values import without_nothing


def product_properties(product: Any, strategy: Any) -> dict[str, Any]:
    """One product as it stands in the shop. What comes in variants has no price of its own."""
    price, sku = None, product.upc
    if strategy is not None and not product.is_parent:
        info = strategy.fetch_for_product(product)
        price, sku = info.price, info.stockrecord.partner_sku if info.stockrecord else sku
    return {
        "product_id": str(product.pk),
        "sku": sku,
        "name": product.get_title(),
        "category": categories([product]).get(product.pk),
        "price": unit_price(price),
        "currency": getattr(price, "currency", None),
    }


def basket_products(basket: Any) -> list[dict[str, Any]]:
    """A basket's lines, with unit prices before discounts."""
    lines = list(basket.all_lines())
    category = categories([line.product for line in lines])
    return [
        without_nothing(
            {
                "product_id": str(line.product_id),
                "sku": line.stockrecord.partner_sku if line.stockrecord else line.product.upc,
                "name": line.product.get_title(),
                "category": category.get(line.product_id),
                "price": unit_price(line.purchase_info.price),
                "quantity": line.quantity,
            }
        )
        for line in lines
    ]


def order_products(lines: Iterable[Any]) -> list[dict[str, Any]]:
    """An order's lines (with their products at hand), with unit prices with tax before discounts."""
    lines = list(lines)
    category = categories([line.product for line in lines if line.product])
    return [order_product(line, line.quantity, category.get(line.product_id)) for line in lines]


def order_product(line: Any, quantity: int, category: str | None) -> dict[str, Any]:
    """One line of an order. The product may have been deleted since: its SKU and title stay in the line."""
    price = line.unit_price_incl_tax
    if price is None and line.quantity:
        price = line.line_price_before_discounts_incl_tax / line.quantity
    return without_nothing(
        {
            "product_id": str(line.product_id) if line.product_id else None,
            "sku": line.partner_sku or line.upc,
            "name": line.title,
            "category": category,
            "price": price,
            "quantity": quantity,
        }
    )


def categories(products: list[Any]) -> dict[int, str]:
    """By product, the name of its first category by path; a variant has its parent's. One query for all of them."""
    owner = {product.pk: product.parent_id or product.pk for product in products}
    rows = get_model("catalogue", "ProductCategory").objects.filter(product_id__in=set(owner.values()))
    names: dict[int, str] = {}
    for product_id, name in rows.order_by("category__path").values_list("product_id", "category__name"):
        names.setdefault(product_id, name)
    return {pk: names[parent] for pk, parent in owner.items() if parent in names}


def unit_price(price: Any) -> Any:
    """With tax where the tax is known, else without; None where there is no price."""
    if price is None or not price.exists:
        return None
    return price.incl_tax if price.is_tax_known else price.excl_tax
