"""Which optional parts of a shop reports need, and what to say when a part is not connected.

What is mapped is recorded with the publication (`has_baskets`, …); a shop that does not say so is taken to have it.
"""

from __future__ import annotations

from collections.abc import Sequence

from ca_dash.reports import ShopView

NEEDS: dict[str, tuple[str, str, str]] = {
    "baskets": (
        "has_baskets",
        "No baskets are connected",
        "Products need the lines of the orders. Add the source “baskets” (order id, product, unit price, category) to shop.yaml, "
        "then run ca sources apply shop.yaml and ca load.",
    ),
    "promotion_id": (
        "has_promotion",
        "No promotions are connected",
        "Promotions need the voucher or campaign of each order. Map the column “promotion_id” of the source “sessions” in shop.yaml, "
        "then run ca sources apply shop.yaml and ca load.",
    ),
}


def need_of(needs: Sequence[str], shop: ShopView) -> tuple[str, str] | None:
    """Title and remedy of the first part that is needed and not connected; None when nothing is missing."""
    for need in needs:
        key, title, remedy = NEEDS.get(need, ("", "", ""))
        if key and shop.meta.get(key) is False:
            return title, remedy
    return None
