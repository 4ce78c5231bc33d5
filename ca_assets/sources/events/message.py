"""Where in a message its facts are: JSON paths by name, of which the first that has a value counts.

Names of properties are those of Segment's V2, V1 (`id`, `orderId`) and of other shops that it reads.
"""

from __future__ import annotations

from collections.abc import Sequence

from duckdb import CoalesceOperator, ColumnExpression, ConstantExpression, Expression, FunctionExpression

from ca_assets.contracts.events import MESSAGE, RECEIVED_AT, SENT_AT, USER_AGENT, WRITE_KEY

# Fact → its paths, in the order in which they are asked.
FACTS: dict[str, tuple[str, ...]] = {
    "type": ("type",),
    "event": ("event",),
    "message_id": ("messageId",),
    "anonymous_id": ("anonymousId",),
    "previous_id": ("previousId",),
    "user_id": ("userId",),
    "told_at": ("originalTimestamp", "timestamp"),
    "received": ("receivedAt",),
    "sent": ("sentAt",),
    "library": ("context.library.name",),
    "channel": ("context.channel",),
    "agent": ("context.userAgent",),
    "order_id": ("properties.order_id", "properties.orderId"),
    "plain_id": ("properties.id",),
    "product_id": ("properties.product_id",),
    "sku": ("properties.sku",),
    "product_name": ("properties.name",),
    "category": ("properties.category",),
    "price": ("properties.price",),
    "quantity": ("properties.quantity",),
    "total": ("properties.total", "properties.revenue", "properties.value"),
    "subtotal": ("properties.subtotal",),
    "discount": ("properties.discount",),
    "coupon": ("properties.coupon", "properties.coupon_id"),
    "currency": ("properties.currency",),
    "products": ("properties.products",),
    "address": ("properties.email", "traits.email", "context.traits.email"),
    "created_at": ("traits.createdAt", "traits.created_at"),
}
ENVELOPE_FACTS = (RECEIVED_AT, SENT_AT, WRITE_KEY, USER_AGENT)


def json_path(path: str) -> str:
    """A path such as `context.campaign.source` as DuckDB writes it. Its names have no quotes (`EventsConfig` refuses them)."""
    return "$" + "".join(f'."{name}"' for name in path.split("."))


def paths_of(dimensions: Sequence[str], *, in_envelope: bool) -> list[str]:
    """All paths to take from a line (in an envelope: its own facts first, which else have no value), then those of dimensions."""
    message = [path for paths in FACTS.values() for path in paths] + list(dimensions)
    prefix = f"{MESSAGE}." if in_envelope else ""
    return [json_path(fact) for fact in ENVELOPE_FACTS] + [json_path(prefix + path) for path in message]


def fact_columns() -> list[Expression]:
    """Each fact as a column, from a list `v` of the texts at `paths_of`; what is left of the list are the dimensions."""
    columns = [_text(place).alias(fact) for place, fact in enumerate(ENVELOPE_FACTS, 1)]
    place = len(ENVELOPE_FACTS) + 1
    for fact, paths in FACTS.items():
        columns.append(CoalesceOperator(*(_text(place + number) for number in range(len(paths)))).alias(fact))
        place += len(paths)
    last = FunctionExpression("len", ColumnExpression("v"))
    return [*columns, FunctionExpression("list_slice", ColumnExpression("v"), ConstantExpression(place), last).alias("dimensions")]


def _text(place: int) -> Expression:
    return FunctionExpression("list_extract", ColumnExpression("v"), ConstantExpression(place))
