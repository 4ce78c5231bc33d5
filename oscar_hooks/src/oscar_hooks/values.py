"""Values as JSON has them, and messages small enough to be accepted.

The Segment client drops what it does not know (lazy translations, UUIDs) without an error, sends NaN as a token that is no JSON, and raises
for a message above 32 KB. So every value goes through `plain`, every message through `shortened`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any, Final

TEXT_LENGTH: Final = 500  # characters of one text; more is cut
MESSAGE_BYTES: Final = 31_000  # the limit is 32 768, of which the client's own fields take some
# What a product of a long order can do without, dispensable first.
DISPENSABLE: Final = ("name", "category", "variant", "sku", "currency")


def plain(value: Any) -> Any:
    """The value as a type of JSON: decimals as floats, what is no number (NaN) as null, dates as ISO, everything unknown as its text."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float | Decimal):
        number = float(value)
        return number if math.isfinite(number) else None
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if isinstance(value, Enum):
        return plain(value.value)
    return value.isoformat() if isinstance(value, date) else text(value)


def text(value: Any) -> str:
    """The text of anything (lazy translations among them), cut, without what UTF-8 or a database cannot hold."""
    return str(value)[:TEXT_LENGTH].encode("utf-8", "replace").decode().replace("\x00", "")


def without_nothing(properties: Mapping[str, Any]) -> dict[str, Any]:
    """As plain values, without those that are null or an empty text: a collector would read these as facts."""
    return {key: value for key, value in plain(properties).items() if value is not None and value != ""}


def json_bytes(message: Mapping[str, Any]) -> int:
    """Size of a message as the Segment client counts it."""
    return len(json.dumps(message, default=str).encode())


def shortened(properties: dict[str, Any]) -> dict[str, Any]:
    """Properties that fit: products give up what is said elsewhere too (names first), and only then are left out, which is counted.

    What an order is worth stays exact whatever becomes of its products.
    """
    products = properties.get("products")
    if not products or json_bytes(properties) <= MESSAGE_BYTES:
        return properties
    for count in range(1, len(DISPENSABLE) + 1):
        smaller = {**properties, "products": without_fields(products, DISPENSABLE[:count])}
        if json_bytes(smaller) <= MESSAGE_BYTES:
            return smaller
    return with_first_products(smaller)


def without_fields(products: Iterable[Mapping[str, Any]], fields: Iterable[str]) -> list[dict[str, Any]]:
    """The products without some fields; one that has no id keeps its SKU, which is all it is known by."""
    dropped = set(fields)
    return [
        {key: value for key, value in product.items() if key not in dropped or (key == "sku" and "product_id" not in product)}
        for product in products
    ]


def with_first_products(properties: dict[str, Any]) -> dict[str, Any]:
    """As many of the first products as fit, and `products_left_out`."""
    products = properties["products"]
    room = MESSAGE_BYTES - json_bytes({**properties, "products": [], "products_left_out": len(products)})
    fitting = 0
    for product in products:
        room -= json_bytes(product) + 2
        if room < 0:
            break
        fitting += 1
    return {**properties, "products": products[:fitting], "products_left_out": len(products) - fitting}
